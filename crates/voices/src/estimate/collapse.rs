//! Which categories are too thin to be weighted by themselves, and with which they are joined.

use super::Note;
use crate::population::Attribute;
use crate::sample::{Column, MISSING};

/// More categories than this are never weighted to: the smallest of an attribute are joined first.
pub const MOST_CATEGORIES: usize = 60;

/// An attribute as it is raked: codes of the joined categories, and what each of them should add up to.
#[derive(Debug, Clone)]
pub struct Joined {
    pub attribute: String,
    /// What stands for a category in a note: "60+", or "60+ with 40-59".
    pub names: Vec<String>,
    /// For each person the joined category; the last is "not known", where there is such a person.
    pub codes: Vec<u32>,
    /// The share of each.
    pub shares: Vec<f64>,
    /// The part of the population in categories that are not heard, 0..1.
    pub unheard_share: f64,
    /// Those categories (name, people heard, share of the population): nobody of them was heard, or fewer than the least although at
    /// parity there would be as many. One that is merely small is joined, and is no lack of evidence.
    pub unheard: Vec<(String, u64, f64)>,
    /// How many people each category of the population was heard from: name, people, share of the population.
    pub heard: Vec<(String, u64, f64)>,
    /// Whether more than one category is left, so that there is something to weight to.
    pub is_margin: bool,
}

struct Group {
    categories: Vec<usize>,
    heard: u64,
    count: f64,
}

/// Joins categories until each has at least `least` people; notes say what was done.
pub fn join(attribute: &Attribute, column: &Column, people: &[u32], least: u64, notes: &mut Vec<Note>) -> Joined {
    let of_code = translate(attribute, column);
    let shares = attribute.shares();
    let mut heard = vec![0_u64; attribute.categories.len()];
    let (mut unknown, mut foreign) = (0_u64, 0_u64);
    for person in people {
        let code = column.codes[*person as usize];
        match of_code.get(code as usize).copied().flatten() {
            Some(category) => heard[category] += 1,
            None if code == MISSING => unknown += 1,
            None => foreign += 1,
        }
    }
    if foreign > 0 {
        notes.push(Note::NotInPopulation { attribute: attribute.name.clone(), people: foreign });
    }
    if unknown > 0 {
        notes.push(Note::ValueUnknown { attribute: attribute.name.clone(), people: unknown });
    }
    if attribute.unknown > 0.0 {
        notes.push(Note::PopulationUnknown { attribute: attribute.name.clone(), share: attribute.unknown });
    }
    let groups = groups(attribute, &heard, least);
    let known: u64 = heard.iter().sum();
    let is_unheard = |category: &usize| {
        let (heard, share) = (heard[*category], shares[*category]);
        share > 0.0 && (heard == 0 || heard < least && share * known as f64 >= least as f64)
    };
    let tell = |category: usize| (attribute.categories[category].name.clone(), heard[category], shares[category]);
    let unheard: Vec<usize> = (0..heard.len()).filter(is_unheard).collect();
    let is_margin = groups.len() > 1;
    if is_margin {
        note_joined(attribute, &groups, &heard, least, notes);
    } else {
        notes.push(Note::AttributeLeftOut { attribute: attribute.name.clone() });
    }
    let mut of_category = vec![0_u32; heard.len()];
    for (at, group) in groups.iter().enumerate() {
        group.categories.iter().for_each(|category| of_category[*category] = at as u32);
    }
    let rest = groups.len() as u32;
    let codes: Vec<u32> = people
        .iter()
        .map(|person| {
            let code = column.codes[*person as usize] as usize;
            of_code.get(code).copied().flatten().map_or(rest, |category| of_category[category])
        })
        .collect();
    let mut joined = Joined {
        attribute: attribute.name.clone(),
        names: groups.iter().map(|group| name(attribute, group)).collect(),
        shares: groups.iter().map(|group| group.categories.iter().map(|category| shares[*category]).sum()).collect(),
        codes,
        unheard_share: unheard.iter().map(|category| shares[*category]).sum(),
        unheard: unheard.into_iter().map(tell).collect(),
        heard: (0..heard.len()).map(tell).collect(),
        is_margin,
    };
    if unknown + foreign > 0 {
        joined.names.push("not known".to_owned());
    }
    joined
}

/// For each code of the sample the category of the population, where it has that.
fn translate(attribute: &Attribute, column: &Column) -> Vec<Option<usize>> {
    let index: std::collections::HashMap<&str, usize> =
        attribute.categories.iter().enumerate().map(|(at, category)| (category.name.as_str(), at)).collect();
    let found = |name: &String| index.get(name.as_str()).copied();
    // Whoever is in a category that nobody of the population is in stands for nobody.
    column.categories.iter().map(found).map(|at| at.filter(|at| attribute.categories[*at].count > 0.0)).collect()
}

/// How many of these people the population's attributes say anything of.
pub fn is_known(attribute: &Attribute, column: &Column) -> Vec<bool> {
    let of_code = translate(attribute, column);
    column.codes.iter().map(|code| of_code.get(*code as usize).copied().flatten().is_some()).collect()
}

fn groups(attribute: &Attribute, heard: &[u64], least: u64) -> Vec<Group> {
    let alone = |category: usize| Group {
        categories: vec![category],
        heard: heard[category],
        count: attribute.categories[category].count,
    };
    let mut groups: Vec<Group> =
        (0..heard.len()).filter(|category| attribute.categories[*category].count > 0.0).map(alone).collect();
    if groups.len() > MOST_CATEGORIES {
        gather_smallest(&mut groups);
    }
    while groups.len() > 1 {
        let thinnest = (0..groups.len()).min_by_key(|at| (groups[*at].heard, *at));
        let Some(thin) = thinnest.filter(|at| groups[*at].heard < least) else { break };
        let with = partner(attribute, &groups, thin);
        let gone = groups.remove(thin.max(with));
        let kept = &mut groups[thin.min(with)];
        kept.categories.extend(gone.categories);
        kept.heard += gone.heard;
        kept.count += gone.count;
    }
    groups
}

/// With whom a thin category is joined: in an order its thinner neighbour, else "other" where there is one, else the thinnest of the
/// rest.
fn partner(attribute: &Attribute, groups: &[Group], thin: usize) -> usize {
    let others = (0..groups.len()).filter(|at| *at != thin);
    let by_heard = |at: &usize| (groups[*at].heard, *at);
    if attribute.ordered {
        return others.filter(|at| at.abs_diff(thin) == 1).min_by_key(by_heard).unwrap_or(thin);
    }
    let is_other = |at: &usize| {
        groups[*at].categories.iter().any(|category| {
            let name = &attribute.categories[*category].name;
            name.eq_ignore_ascii_case("other") || name.eq_ignore_ascii_case("others")
        })
    };
    others.clone().find(is_other).or_else(|| others.min_by_key(by_heard)).unwrap_or(thin)
}

/// Keeps the largest and makes one of the rest, so that hostile lists cost no more than ordinary ones.
fn gather_smallest(groups: &mut Vec<Group>) {
    let mut order: Vec<usize> = (0..groups.len()).collect();
    order.sort_by(|a, b| groups[*b].count.total_cmp(&groups[*a].count).then(a.cmp(b)));
    let mut is_kept = vec![false; groups.len()];
    order[..MOST_CATEGORIES - 1].iter().for_each(|at| is_kept[*at] = true);
    let mut rest = Group { categories: Vec::new(), heard: 0, count: 0.0 };
    let mut kept = Vec::with_capacity(MOST_CATEGORIES);
    for (group, is_kept) in groups.drain(..).zip(is_kept) {
        if is_kept {
            kept.push(group);
        } else {
            rest.categories.extend(group.categories);
            rest.heard += group.heard;
            rest.count += group.count;
        }
    }
    kept.push(rest);
    *groups = kept;
}

/// The most of its categories that a name tells.
const NAMES: usize = 3;

fn name(attribute: &Attribute, group: &Group) -> String {
    let names = group.categories.iter().take(NAMES).map(|category| attribute.categories[*category].name.as_str());
    let more = group.categories.len().saturating_sub(NAMES);
    let told = names.collect::<Vec<_>>().join(" with ");
    if more > 0 { format!("{told} and {more} more") } else { told }
}

fn note_joined(attribute: &Attribute, groups: &[Group], heard: &[u64], least: u64, notes: &mut Vec<Note>) {
    for group in groups.iter().filter(|group| group.categories.len() > 1) {
        let thin = group.categories.iter().filter(|category| heard[**category] < least).count();
        notes.push(Note::Joined {
            attribute: attribute.name.clone(),
            categories: name(attribute, group),
            thin: thin as u64,
            unheard: group.categories.iter().filter(|category| heard[**category] == 0).count() as u64,
            least,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::population::Population;

    fn column(categories: &[(&str, usize)]) -> Column {
        let codes = categories.iter().enumerate().flat_map(|(at, (_, people))| vec![at as u32; *people]).collect();
        Column::new("age", categories.iter().map(|(name, _)| (*name).to_owned()).collect(), codes)
    }

    fn population(categories: &[(&str, f64)]) -> Population {
        let categories = categories.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect();
        Population::from_margins([("age".to_owned(), categories)], None).unwrap()
    }

    fn joined(population: &Population, column: &Column) -> (Joined, Vec<Note>) {
        let mut notes = Vec::new();
        let people: Vec<u32> = (0..column.codes.len() as u32).collect();
        (join(&population.attributes[0], column, &people, 5, &mut notes), notes)
    }

    #[test]
    fn a_thin_age_is_joined_with_its_neighbour_and_that_is_told() {
        let population = population(&[("0-19", 10.0), ("20-39", 30.0), ("40-59", 40.0), ("60+", 20.0)]);
        let ordered = population.clone().ordered("age", &["0-19", "20-39", "40-59", "60+"]);
        let column = column(&[("0-19", 6), ("20-39", 30), ("40-59", 30), ("60+", 2)]);
        let (result, notes) = joined(&ordered, &column);
        assert_eq!(result.names, ["0-19", "20-39", "40-59 with 60+"]);
        assert!((result.shares[2] - 0.6).abs() < 1e-12 && (result.unheard_share - 0.2).abs() < 1e-12);
        assert!(matches!(&notes[..], [Note::Joined { thin: 1, unheard: 0, .. }]));
        // Without an order the thinnest of the rest is taken.
        assert_eq!(joined(&population, &column).0.names, ["0-19 with 60+", "20-39", "40-59"]);
    }

    #[test]
    fn other_takes_in_who_is_too_few() {
        let population = population(&[("a", 10.0), ("b", 30.0), ("Other", 40.0), ("c", 20.0)]);
        let result = joined(&population, &column(&[("a", 6), ("b", 0), ("Other", 90), ("c", 40)])).0;
        assert_eq!(result.names, ["a", "b with Other", "c"]);
    }

    #[test]
    fn who_is_in_no_category_of_the_population_is_not_known() {
        let population = population(&[("a", 10.0), ("b", 30.0), ("empty", 0.0)]);
        let (result, notes) = joined(&population, &column(&[("a", 6), ("b", 9), ("x", 2), ("empty", 1)]));
        assert_eq!((result.names.last().map(String::as_str), result.codes[17]), (Some("not known"), 2));
        assert!(matches!(&notes[..], [Note::NotInPopulation { people: 3, .. }]));
    }

    #[test]
    fn what_is_merely_small_is_joined_and_not_called_unheard() {
        // Twelve months of which each has its part of fifty people, so that hardly any has five.
        let months: Vec<String> = (1..=12).map(|month| format!("month {month:02}")).collect();
        let population = population(&months.iter().map(|name| (name.as_str(), 100.0)).collect::<Vec<_>>());
        let names: Vec<&str> = months.iter().map(String::as_str).collect();
        let population = population.ordered("age", &names);
        let heard: Vec<(&str, usize)> = names.iter().enumerate().map(|(at, name)| (*name, 4 + at % 2)).collect();
        let (result, _) = joined(&population, &column(&heard));
        assert!(result.is_margin && result.unheard.is_empty() && result.names.len() > 4, "{:?}", result.names);
        // Of whom nobody was heard it is said, however few they are; and of whom too few were for their part.
        let heard: Vec<(&str, usize)> =
            names.iter().map(|name| (*name, if *name == "month 03" { 0 } else { 6 })).collect();
        assert_eq!(joined(&population, &column(&heard)).0.unheard, [("month 03".to_owned(), 0, 1.0 / 12.0)]);
        let heard: Vec<(&str, usize)> =
            names.iter().map(|name| (*name, if *name == "month 03" { 4 } else { 6 })).collect();
        assert_eq!(joined(&population, &column(&heard)).0.unheard_share, 1.0 / 12.0);
    }

    #[test]
    fn where_one_is_left_nothing_is_weighted() {
        let population = population(&[("a", 10.0), ("b", 30.0)]);
        let (result, notes) = joined(&population, &column(&[("a", 2), ("b", 90)]));
        assert!(!result.is_margin && matches!(&notes[..], [Note::AttributeLeftOut { .. }]));
        assert_eq!(result.unheard, [("a".to_owned(), 2, 0.25)]);
    }

    #[test]
    fn a_list_of_very_many_categories_is_gathered() {
        let categories: Vec<(String, f64)> = (0..8_000).map(|at| (format!("c{at}"), 1.0 + f64::from(at % 7))).collect();
        let population = Population::from_margins([("age".to_owned(), categories)], None).unwrap();
        let names: Vec<String> = (0..8_000).map(|at| format!("c{at}")).collect();
        let column = Column::new("age", names, (0..8_000).collect());
        let result = joined(&population, &column).0;
        // All have one person each, so that they end up in few groups.
        assert!(result.names.len() <= MOST_CATEGORIES);
    }
}
