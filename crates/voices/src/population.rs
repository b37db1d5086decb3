//! Whom an organisation serves: the margins that those who were heard are compared with and weighted to.

use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Where the margins come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Counted on the list of all customers, so they are known exactly.
    List,
    /// Said by somebody: a census, a report. They are taken for exact, which is told.
    Given,
}

/// A category of an attribute and how much of the population belongs to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Category {
    pub name: String,
    /// People on a list; whatever unit was given otherwise (people, per cent). Only its share matters.
    pub count: f64,
}

/// Something known of the population, such as age, and how it is spread.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attribute {
    pub name: String,
    /// Whether neighbouring categories are alike, as with age groups. Thin ones are then joined with a neighbour.
    pub ordered: bool,
    pub categories: Vec<Category>,
    /// The part of the population of whom this is not known, 0..1. The known ones stand for all.
    pub unknown: f64,
}

impl Attribute {
    /// The share of each category among those of whom it is known; their sum is 1.
    #[must_use]
    pub fn shares(&self) -> Vec<f64> {
        let sum: f64 = self.categories.iter().map(|category| category.count).sum();
        self.categories.iter().map(|category| if sum > 0.0 { category.count / sum } else { 0.0 }).collect()
    }

    #[must_use]
    pub fn position(&self, category: &str) -> Option<usize> {
        self.categories.iter().position(|known| known.name == category)
    }
}

/// The margins of a population.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Population {
    pub basis: Basis,
    /// How many people it has, where that is known.
    pub size: Option<f64>,
    pub attributes: Vec<Attribute>,
}

/// Why margins cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PopulationError {
    #[error("{attribute}: {category} has no usable count; give a number that is not negative")]
    Count { attribute: String, category: String },
    #[error("{0}: its categories add up to nothing; give the counts or shares of the population")]
    Empty(String),
    #[error("{0} stands there twice; name each once")]
    Twice(String),
    #[error("the size of the population is not a positive number")]
    Size,
}

impl Population {
    /// Counts a list of customers: for each of them a value (or none) for each of the attributes, in their order. An attribute that
    /// nobody has a value of is left out; a person's missing values are none.
    pub fn from_list<'a, Row: AsRef<[Option<&'a str>]>>(
        attributes: &[&str],
        people: impl IntoIterator<Item = Row>,
    ) -> Self {
        let mut counts: Vec<HashMap<&'a str, u64>> = vec![HashMap::new(); attributes.len()];
        let mut size = 0_u64;
        for person in people {
            size += 1;
            for (count, value) in counts.iter_mut().zip(person.as_ref()) {
                if let Some(value) = value {
                    *count.entry(value).or_default() += 1;
                }
            }
        }
        let attribute = |(name, counts): (&&str, HashMap<&'a str, u64>)| {
            let known: u64 = counts.values().sum();
            let mut categories: Vec<Category> = counts
                .into_iter()
                .map(|(name, count)| Category { name: name.to_owned(), count: count as f64 })
                .collect();
            categories.sort_by(|a, b| a.name.cmp(&b.name));
            let unknown = (size - known) as f64 / size.max(1) as f64;
            Attribute { name: (*name).to_owned(), ordered: false, categories, unknown }
        };
        let attributes = attributes.iter().zip(counts).map(attribute);
        Self {
            basis: Basis::List,
            size: Some(size as f64),
            attributes: attributes.filter(|attribute| !attribute.categories.is_empty()).collect(),
        }
    }

    /// Takes margins that somebody gives, as counts or shares: they are scaled to shares for each attribute, so that those of two
    /// attributes need not add up to the same.
    ///
    /// # Errors
    /// Where a count is negative or no number, where an attribute adds up to nothing, or where a name stands twice.
    pub fn from_margins(
        margins: impl IntoIterator<Item = (String, Vec<(String, f64)>)>,
        size: Option<f64>,
    ) -> Result<Self, PopulationError> {
        if size.is_some_and(|size| !size.is_finite() || size <= 0.0) {
            return Err(PopulationError::Size);
        }
        let mut attributes: Vec<Attribute> = Vec::new();
        for (name, categories) in margins {
            if attributes.iter().any(|known| known.name == name) {
                return Err(PopulationError::Twice(name));
            }
            attributes.push(given(name, categories)?);
        }
        Ok(Self { basis: Basis::Given, size, attributes })
    }

    /// Says that the categories of this attribute have an order, and which. Those that are not named come last, as they were.
    #[must_use]
    pub fn ordered(mut self, attribute: &str, order: &[&str]) -> Self {
        for known in self.attributes.iter_mut().filter(|known| known.name == attribute) {
            known.ordered = true;
            let place =
                |category: &Category| order.iter().position(|name| *name == category.name).unwrap_or(order.len());
            known.categories.sort_by_key(place);
        }
        self
    }

    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }
}

fn given(name: String, categories: Vec<(String, f64)>) -> Result<Attribute, PopulationError> {
    let mut read: Vec<Category> = Vec::with_capacity(categories.len());
    let mut seen = std::collections::HashSet::with_capacity(categories.len());
    for (category, count) in categories {
        if !count.is_finite() || count < 0.0 {
            return Err(PopulationError::Count { attribute: name, category });
        }
        if !seen.insert(category.clone()) {
            return Err(PopulationError::Twice(format!("{name}: {category}")));
        }
        read.push(Category { name: category, count });
    }
    let sum: f64 = read.iter().map(|category| category.count).sum();
    if !sum.is_finite() || sum <= 0.0 {
        return Err(PopulationError::Empty(name));
    }
    Ok(Attribute { name, ordered: false, categories: read, unknown: 0.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_counted_and_what_is_not_known_is_told() {
        let people = [[Some("old"), Some("en")], [Some("young"), None], [Some("old"), Some("de")], [None, Some("en")]];
        let population = Population::from_list(&["age", "language"], people);
        assert_eq!(population.size, Some(4.0));
        let age = population.attribute("age").unwrap();
        assert_eq!((age.shares(), age.unknown), (vec![2.0 / 3.0, 1.0 / 3.0], 0.25));
        assert_eq!(age.position("young"), Some(1));
        let nobody: [[Option<&str>; 1]; 2] = [[None], [None]];
        assert!(Population::from_list(&["age"], nobody).attributes.is_empty());
    }

    #[test]
    fn an_order_is_kept_and_what_it_does_not_name_comes_last() {
        let people = [[Some("60+")], [Some("20-59")], [Some("?")], [Some("0-19")]];
        let population = Population::from_list(&["age"], people).ordered("age", &["0-19", "20-59", "60+"]);
        let names: Vec<&str> = population.attributes[0].categories.iter().map(|c| c.name.as_str()).collect();
        assert_eq!(names, ["0-19", "20-59", "60+", "?"]);
    }

    #[test]
    fn margins_that_cannot_be_are_refused() {
        let margins = |count: f64| vec![("age".to_owned(), vec![("old".to_owned(), count), ("young".to_owned(), 0.0)])];
        assert!(Population::from_margins(margins(3.0), None).is_ok());
        for wrong in [-1.0, f64::NAN, f64::INFINITY] {
            assert!(matches!(Population::from_margins(margins(wrong), None), Err(PopulationError::Count { .. })));
        }
        assert_eq!(Population::from_margins(margins(0.0), None), Err(PopulationError::Empty("age".to_owned())));
        assert_eq!(Population::from_margins(margins(1.0), Some(0.0)), Err(PopulationError::Size));
        let twice = margins(1.0).into_iter().chain(margins(1.0));
        assert_eq!(Population::from_margins(twice, None), Err(PopulationError::Twice("age".to_owned())));
        let twice = vec![("age".to_owned(), vec![("old".to_owned(), 1.0), ("old".to_owned(), 1.0)])];
        assert!(matches!(Population::from_margins(twice, None), Err(PopulationError::Twice(_))));
    }
}
