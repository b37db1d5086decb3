//! Whom the organisation serves, and whom of those who were heard they are: by the lists of customers, or by margins that
//! somebody put down. Who was heard is linked by identity (they are a customer), by what is known of them, or by the
//! language that they write in; whoever is linked by none of these stays apart and is always told.

use super::{
    columns::{Chosen, Columns},
    parts::{Part, Parts, Value},
};
use crate::{Result, customers::values::Kind, languages};
use std::collections::HashMap;
use tertulia_analysis::tokens::fold;
use tertulia_model::PersonId;
use tertulia_store::{Db, attributes, insights, margins};
use tertulia_voices::{
    population::{Attribute, Category},
    sample::{Column, MISSING},
};

/// Rows that are read at once.
const PAGE: i64 = 20_000;
/// In no part, in the place of one.
pub const APART: u16 = u16::MAX;
/// The attribute that says in which language somebody speaks.
pub const LANGUAGE: &str = "language";

/// Where it is from how everybody is made up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Basis {
    /// The lists of customers.
    Customers,
    /// Somebody put it down: in whose words, and of which day.
    Margins { source: String, as_of: String },
}

/// By what somebody is linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// They are a customer.
    Identity,
    /// It is known of them.
    Stated,
    /// They write in it.
    Language,
}

/// All people by one attribute, and the part of each who was heard.
#[derive(Debug, Clone)]
pub struct Roll {
    pub attribute: attributes::Attribute,
    pub basis: Basis,
    pub parts: Parts,
    /// Customers of whom it is not known.
    pub unknown: u64,
    /// By their number in the columns.
    of_person: Vec<(u16, Link)>,
    /// Of those who had none when this was read.
    unnumbered: HashMap<PersonId, (u16, Link)>,
}

impl Roll {
    pub fn parts(&self) -> &[Part] {
        &self.parts.parts
    }

    /// The part of somebody who was heard, and by what.
    pub fn of(&self, columns: &Columns, person: u32) -> Option<(u16, Link)> {
        let known = match self.of_person.get(person as usize) {
            Some(known) => Some(*known),
            None => columns.person(person).and_then(|id| self.unnumbered.get(&id).copied()),
        };
        known.filter(|(part, _)| *part != APART)
    }

    /// The same of somebody who may never have been heard.
    pub fn of_person(&self, columns: &Columns, person: PersonId) -> Option<(u16, Link)> {
        match columns.number_of(person) {
            Some(number) => self.of(columns, number),
            None => self.unnumbered.get(&person).copied().filter(|(part, _)| *part != APART),
        }
    }

    /// By number, whether somebody is in this part.
    pub fn in_part(&self, columns: &Columns, part: u16) -> Vec<bool> {
        let is_in = |person| self.of(columns, person).is_some_and(|(own, _)| own == part);
        (0..columns.persons() as u32).map(is_in).collect()
    }

    /// The part of a language by its code; one with a script belongs to its language where there is no part of its own.
    fn language(&self, code: &str) -> Option<u16> {
        let part = |code: &str| {
            let folded = fold(code);
            self.parts.part(Value { value: code, folded: &folded, number: None })
        };
        part(code).or_else(|| part(code.split_once('-')?.0))
    }

    pub fn part_called(&self, key: &str) -> Option<u16> {
        self.parts().iter().position(|part| part.key == key).and_then(|part| u16::try_from(part).ok())
    }

    /// As statistics know it.
    pub fn margin(&self) -> Attribute {
        let all = self.all() + self.unknown as f64;
        let category = |part: &Part| Category { name: part.name.clone(), count: part.amount };
        Attribute {
            name: self.attribute.title.clone(),
            ordered: self.parts.ordered,
            categories: self.parts().iter().map(category).collect(),
            unknown: if all > 0.0 { self.unknown as f64 / all } else { 0.0 },
        }
    }

    /// In which part each of these persons is.
    pub fn column(&self, columns: &Columns, persons: impl Iterator<Item = u32>) -> Column {
        self.column_of(persons.map(|person| self.of(columns, person)))
    }

    /// The same of persons by what is known of them.
    pub fn column_of(&self, known: impl Iterator<Item = Option<(u16, Link)>>) -> Column {
        let code = |known: Option<(u16, Link)>| known.map_or(MISSING, |(part, _)| u32::from(part));
        let names = self.parts().iter().map(|part| part.name.clone()).collect();
        Column::new(&self.attribute.title, names, known.map(code).collect())
    }

    pub fn all(&self) -> f64 {
        self.parts().iter().map(|part| part.amount).sum()
    }
}

/// As the database has it, without the languages that people write in.
#[derive(Debug, Clone)]
pub struct Base(pub(super) Roll);

impl Base {
    /// Whoever is linked by nothing else, by the language in which they write most.
    pub(super) fn by_language(&self, columns: &Columns) -> Roll {
        let mut roll = self.0.clone();
        let everything = Chosen::all(columns);
        let of_language: Vec<Option<u16>> = columns.languages().iter().map(|code| roll.language(code)).collect();
        let main = columns.main_languages(&everything);
        let link = |(person, language): (u32, u16)| {
            let written = of_language.get(usize::from(language)).copied().flatten();
            self.0.of(columns, person).or(written.map(|part| (part, Link::Language))).unwrap_or((APART, Link::Stated))
        };
        roll.of_person = (0..).zip(main).map(link).collect();
        roll
    }
}

/// The customers, and who of them is whom.
#[derive(Debug, Clone, Default)]
pub struct Customers {
    /// Who stands in a list and did not leave; who stands there several times, as far as that is known, once.
    pub all: u64,
    /// Who each of them is, of those of whom that is known.
    pub tied: Vec<PersonId>,
}

impl Customers {
    pub async fn read(db: &mut Db) -> Result<Self> {
        let mut found = Self::default();
        for_customers(db, "", |customer| match customer.person_id {
            Some(person) => found.tied.push(person),
            None => found.all += 1,
        })
        .await?;
        found.tied.sort_unstable();
        found.tied.dedup();
        found.all += found.tied.len() as u64;
        Ok(found)
    }

    /// How many of them were heard, by the numbers of persons.
    pub fn among(&self, columns: &Columns, heard: &[bool]) -> u64 {
        let is_heard = |person: &&PersonId| {
            columns.number_of(**person).is_some_and(|number| heard.get(number as usize).copied().unwrap_or(false))
        };
        self.tied.iter().filter(is_heard).count() as u64
    }
}

/// All that there is to say of one attribute; none where neither customers nor a margin say anything of it.
pub async fn read(db: &mut Db, columns: &Columns, attribute: &attributes::Attribute) -> Result<Option<Base>> {
    let kind = Kind::of(&attribute.kind);
    let given: Vec<Part> = margins::parts(db)
        .await?
        .into_iter()
        .filter(|part| part.attribute == attribute.name)
        .map(|part| Part { name: named(&attribute.name, &part.value), key: part.folded, amount: part.amount })
        .collect();
    let source = margins::sources(db).await?.into_iter().find(|source| source.attribute == attribute.name);
    let mut customers = Vec::new();
    for_customers(db, &attribute.name, |mut customer| {
        if let (Some(value), Some(folded)) = (customer.value.as_mut(), customer.folded.as_mut()) {
            spoken(&attribute.name, value, folded);
        }
        customers.push(customer);
    })
    .await?;
    let said = || customers.iter().filter_map(value_of);
    let (parts, basis, unknown) = match source {
        Some(source) if !given.is_empty() => {
            let basis = Basis::Margins { source: source.source, as_of: source.as_of };
            (Parts::given(kind, given), basis, 0)
        }
        _ => {
            let parts = Parts::of(kind, said());
            let known = said().filter(|value| parts.part(*value).is_some()).count();
            (parts, Basis::Customers, (customers.len() - known) as u64)
        }
    };
    if parts.parts.is_empty() {
        return Ok(None);
    }
    let (of_person, unnumbered) = linked(db, columns, &attribute.name, &parts, &customers).await?;
    Ok(Some(Base(Roll { attribute: attribute.clone(), basis, parts, unknown, of_person, unnumbered })))
}

/// A part as pages call it.
fn named(attribute: &str, value: &str) -> String {
    if attribute == LANGUAGE { languages::name(value).to_owned() } else { value.to_owned() }
}

/// Languages are found by their codes, however a list or a person names them.
fn spoken(attribute: &str, value: &mut String, folded: &mut String) {
    if attribute == LANGUAGE
        && let Some(code) = languages::code(value)
    {
        (*value, *folded) = (languages::name(code).to_owned(), fold(code));
    }
}

fn value_of(customer: &insights::Customer) -> Option<Value<'_>> {
    let (value, folded) = (customer.value.as_deref()?, customer.folded.as_deref()?);
    Some(Value { value, folded, number: customer.number })
}

/// Who is in which part, by the surer link: identity, else what is known.
async fn linked(
    db: &mut Db,
    columns: &Columns,
    attribute: &str,
    parts: &Parts,
    customers: &[insights::Customer],
) -> Result<(Vec<(u16, Link)>, HashMap<PersonId, (u16, Link)>)> {
    let mut of_person = vec![(APART, Link::Stated); columns.persons()];
    let mut unnumbered = HashMap::new();
    let mut after = PersonId(i64::MIN);
    loop {
        let page = insights::holding(db, attribute, after, PAGE).await?;
        for mut one in page.iter().cloned() {
            spoken(attribute, &mut one.value, &mut one.folded);
            let value = Value { value: &one.value, folded: &one.folded, number: one.number };
            if let Some(part) = parts.part(value) {
                put(columns, &mut of_person, &mut unnumbered, one.person_id, (part, Link::Stated));
            }
        }
        match page.last() {
            Some(last) if page.len() as i64 == PAGE => after = last.person_id,
            _ => break,
        }
    }
    // What a list says of a customer is what everybody is counted by.
    for customer in customers {
        let part = value_of(customer).and_then(|value| parts.part(value));
        if let Some((person, part)) = customer.person_id.zip(part) {
            put(columns, &mut of_person, &mut unnumbered, person, (part, Link::Identity));
        }
    }
    Ok((of_person, unnumbered))
}

fn put(
    columns: &Columns,
    of_person: &mut [(u16, Link)],
    unnumbered: &mut HashMap<PersonId, (u16, Link)>,
    person: PersonId,
    known: (u16, Link),
) {
    match columns.number_of(person).and_then(|number| of_person.get_mut(number as usize)) {
        Some(place) => *place = known,
        None => {
            unnumbered.insert(person, known);
        }
    }
}

/// Each customer who did not leave, with whom of those who were heard they are and their part of an attribute.
pub(crate) async fn customers_by(db: &mut Db, roll: &Roll) -> Result<Vec<(i64, Option<PersonId>, Option<u16>)>> {
    let attribute = &roll.attribute.name;
    let mut found = Vec::new();
    for_customers(db, attribute, |mut customer| {
        if let (Some(value), Some(folded)) = (customer.value.as_mut(), customer.folded.as_mut()) {
            spoken(attribute, value, folded);
        }
        found.push((customer.id, customer.person_id, value_of(&customer).and_then(|value| roll.parts.part(value))));
    })
    .await?;
    Ok(found)
}

/// Each customer once, with the newest of what is said of them.
async fn for_customers(db: &mut Db, attribute: &str, mut each: impl FnMut(insights::Customer)) -> Result<()> {
    let mut after = i64::MIN;
    loop {
        let page = insights::customers(db, attribute, after, PAGE).await?;
        let Some(last) = page.last().map(|customer| customer.id) else { return Ok(()) };
        let mut before: Option<insights::Customer> = None;
        for customer in page {
            if let Some(before) = before.take().filter(|before| before.id != customer.id) {
                each(before);
            }
            before = Some(customer);
        }
        before.into_iter().for_each(&mut each);
        after = last;
    }
}

/// The attributes by which everybody may be made up, in the order of lists.
pub async fn attributes(db: &mut Db) -> Result<Vec<attributes::Attribute>> {
    Ok(attributes::all(db).await?.into_iter().filter(|attribute| attribute.kind != Kind::Text.as_str()).collect())
}
