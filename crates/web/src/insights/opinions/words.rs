//! A map in words: a sentence first, and on how many it rests.

pub(crate) use crate::figures::words::counted as many;
use crate::{figures::words::share, insights::words::number};
use tertulia_engine::opinions::Drawn;
use tertulia_voices::opinions::{Agreed, Side, Tally};

/// "Group A": the largest.
pub(crate) fn group_name(group: u32) -> String {
    let letter = u8::try_from(group).ok().filter(|group| *group < 26).map(|group| char::from(b'A' + group));
    letter.map_or_else(|| format!("Group {}", group + 1), |letter| format!("Group {letter}"))
}

pub(crate) fn side(side: Side) -> &'static str {
    match side {
        Side::Agree => "agree",
        Side::Disagree => "disagree",
    }
}

/// "38 of 41"
pub(crate) fn of(part: u32, all: u32) -> String {
    format!("{} of {}", number(part.into()), number(all.into()))
}

/// "38 of 41 (93 %)"; a dash where nobody saw it.
pub(crate) fn part(part: u32, all: u32) -> String {
    if all == 0 { "–".to_owned() } else { format!("{} ({})", of(part, all), share(f64::from(part) / f64::from(all))) }
}

/// How many people, how many groups, and what all of them agree on.
pub(crate) fn headline(drawn: &Drawn) -> String {
    let map = &drawn.map;
    if map.votes == 0 {
        return "Nobody has voted yet.".to_owned();
    }
    let voted = if map.votes == 1 { "vote" } else { "votes" };
    let mut words = format!(
        "{} gave {} {voted} on {}",
        capital(&many(drawn.people, "person", "people")),
        number(map.votes as u64),
        many(map.statements.len(), "statement", "statements")
    );
    let agreed = &map.consensus.across_groups;
    if map.groups.is_empty() {
        words.push_str(". No groups can be told apart.");
    } else {
        words.push_str(&format!(" and make {} groups. ", map.groups.len()));
        words.push_str(&match agreed.len() {
            0 => {
                "There is no statement on which all groups are on one side, as far as enough of them saw it.".to_owned()
            }
            1 => "On one statement all groups are on one side.".to_owned(),
            many => format!("On {many} statements all groups are on one side."),
        });
    }
    words
}

pub(crate) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

/// The first of what is agreed on, and by whom.
pub(crate) fn first_agreed(drawn: &Drawn) -> Option<(String, String)> {
    let agreed = drawn.map.consensus.across_groups.first()?;
    let words = drawn.words();
    let text = words.get(&agreed.statement)?.clone();
    let (taken, seen) = (agreed.tally.of(agreed.side), agreed.tally.seen);
    Some((text, format!("{} {}, in every group a majority.", part(taken, seen), side(agreed.side))))
}

/// "Group A 20 of 22, Group B 18 of 20"
pub(crate) fn by_group(drawn: &Drawn, agreed: &Agreed) -> String {
    let told =
        told(drawn, &agreed.by_group).map(|(name, tally)| format!("{name} {}", of(tally.of(agreed.side), tally.seen)));
    told.collect::<Vec<_>>().join(", ")
}

/// The groups of which it is told how they voted, and how they did on one statement.
pub(crate) fn told(drawn: &Drawn, tallies: &[Tally]) -> impl Iterator<Item = (String, Tally)> {
    let groups = drawn.map.groups.iter().take(drawn.told()).zip(tallies);
    groups.map(|(group, tally)| (group_name(group.number), *tally)).collect::<Vec<_>>().into_iter()
}

/// How much of all difference the map shows.
pub(crate) fn explained(drawn: &Drawn) -> String {
    let [across, up] = drawn.map.explained;
    format!(
        "Dots that are close answered alike; left, right, up and down mean nothing by themselves. The map shows {} of all difference \
         between answers ({} across, {} upwards); the rest is not on it. {} of {} have a place: they voted on enough statements.",
        share(across + up),
        share(across),
        share(up),
        number(drawn.map.placed as u64),
        many(drawn.people, "person", "people")
    )
}

/// What whoever reads the map must know: why there are no groups, and what is not on it.
pub(crate) fn notes(drawn: &Drawn) -> Vec<String> {
    drawn.map.notes.iter().map(ToString::to_string).chain(no_room(drawn.left_out)).collect()
}

fn no_room(left_out: usize) -> Option<String> {
    let are = if left_out == 1 { "is" } else { "are" };
    let votes = capital(&many(left_out, "vote", "votes"));
    (left_out > 0).then(|| format!("{votes} {are} not on the map: there is no room for more."))
}

/// How many have a place on the map and no group, and why; none where there is nobody.
pub(crate) fn in_no_group(drawn: &Drawn) -> Option<(String, &'static str)> {
    let is_outside = |one: &&tertulia_voices::opinions::Participant| one.position.is_some() && one.group.is_none();
    let outside = drawn.map.participants.iter().filter(is_outside).count();
    let why = match drawn.map.groups.is_empty() {
        true => "They have a place, and no groups were found: why stands at the top of this page.",
        false => "They have a place, and were put in none of the groups.",
    };
    (outside > 0).then(|| (many(outside, "person", "people"), why))
}

/// What stands beside a statement in the table.
pub(crate) fn note(drawn: &Drawn, id: u64, tally: Tally) -> String {
    let statement = drawn.statement(id);
    if statement.is_some_and(|one| one.is_hidden) {
        return "Taken out: its votes move nobody.".to_owned();
    }
    if statement.is_some_and(|one| one.is_about_people) {
        return "Says who people are: it makes no group.".to_owned();
    }
    let need = u32::try_from(drawn.rules.seen).unwrap_or(u32::MAX);
    if tally.seen < need {
        return format!("Few saw it: below {need} people it is never called agreed.");
    }
    String::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn votes_for_which_there_is_no_room_are_told() {
        assert_eq!(no_room(0), None);
        assert_eq!(no_room(1).unwrap(), "One vote is not on the map: there is no room for more.");
        assert_eq!(no_room(1_200).unwrap(), "1,200 votes are not on the map: there is no room for more.");
    }

    #[test]
    fn groups_are_called_by_letters_and_nobody_is_a_share_of_nobody() {
        assert_eq!((group_name(0), group_name(4)), ("Group A".to_owned(), "Group E".to_owned()));
        assert_eq!(part(0, 0), "–");
        assert_eq!(part(3, 4), "3 of 4 (75 %)");
        assert_eq!(
            (many(1, "person", "people"), many(1_200, "person", "people")),
            ("one person".into(), "1,200 people".into())
        );
    }
}
