//! The data sets: which columns stand for which fields, and who is who.

use crate::arguments::Arguments;
use anyhow::{Context, Result, ensure};
use std::collections::HashMap;
use std::path::Path;
use tertulia_analysis::identity::{Field, Record, Scope};
use tertulia_model::{Chance, SeededChance};

/// Of what chance adds to a set.
const SEED: u64 = 1;

/// The set that is another one with made-up people added.
const FAMILIES: &str = "febrl2_families";

pub const NAMES: [&str; 6] = ["febrl4", "febrl2", "febrl3", "febrl1", FAMILIES, "splink"];

/// Records, and who they are of.
pub struct Set {
    pub name: &'static str,
    pub records: Vec<Record>,
    /// Two records of the same number are of one person.
    pub persons: Vec<u64>,
    /// What each record is called in its file.
    pub ids: Vec<String>,
    pub scope: Scope,
}

/// FEBRL's columns (Christen 2008), without `soc_sec_id`, which would give the answer away.
const FEBRL: &[(&str, Field)] = &[
    ("given_name", Field::GivenName),
    ("surname", Field::Surname),
    ("street_number", Field::StreetNumber),
    ("address_1", Field::Street),
    ("address_2", Field::Locality),
    ("suburb", Field::Place),
    ("postcode", Field::Postcode),
    ("state", Field::Region),
    ("date_of_birth", Field::BirthDate),
];

const SPLINK: &[(&str, Field)] = &[
    ("first_name", Field::GivenName),
    ("surname", Field::Surname),
    ("dob", Field::BirthDate),
    ("city", Field::Place),
    ("email", Field::Email),
];

/// A set by its name; `None`, and a word on standard error, where its files are absent.
pub fn read(name: &'static str, arguments: &Arguments) -> Result<Option<Set>> {
    let files: &[&str] = match name {
        "febrl1" => &["identity/febrl/dataset1.csv"],
        "febrl2" | FAMILIES => &["identity/febrl/dataset2.csv"],
        "febrl3" => &["identity/febrl/dataset3.csv"],
        "febrl4" => &["identity/febrl/dataset4a.csv", "identity/febrl/dataset4b.csv"],
        _ => &["identity/splink/fake_1000.csv"],
    };
    let found: Vec<_> = files.iter().filter_map(|file| arguments.data_file(file)).collect();
    if found.len() < files.len() {
        return Ok(None);
    }
    let mut set = Set { name, records: Vec::new(), persons: Vec::new(), ids: Vec::new(), scope: Scope::Within };
    for (number, file) in found.iter().enumerate() {
        if number == 1 {
            set.scope = Scope::Between(set.records.len() as u32);
        }
        let bytes = std::fs::read(file).with_context(|| format!("{} can't be read", file.display()))?;
        match name {
            "splink" => set.add(&bytes, "unique_id", Person::InColumn("cluster"), SPLINK),
            _ => set.add(&bytes, "rec_id", Person::InId, FEBRL),
        }
        .with_context(|| format!("{} is not as expected", short(file)))?;
    }
    ensure!(!set.records.is_empty(), "it holds nobody");
    if name == FAMILIES {
        set.add_families(&SeededChance::new(SEED));
    }
    Ok(Some(set))
}

fn short(path: &Path) -> String {
    path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

/// Where a file says whose record it is.
#[derive(Clone, Copy)]
enum Person {
    InColumn(&'static str),
    /// 17 in `rec-17-dup-0` and `rec-17-org`.
    InId,
}

fn part_after<'a>(id: &'a str, prefix: &str) -> Option<&'a str> {
    id.strip_prefix(prefix)?.split('-').next()
}

impl Set {
    fn add(&mut self, bytes: &[u8], id: &str, person: Person, columns: &[(&str, Field)]) -> Result<()> {
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes);
        let headers = reader.headers()?.clone();
        let place = |name: &str| {
            headers.iter().position(|header| header == name).with_context(|| format!("there is no column {name}"))
        };
        let id = place(id)?;
        let person = match person {
            Person::InColumn(name) => (place(name)?, None),
            Person::InId => (id, Some("rec-")),
        };
        let columns: Vec<(usize, Field)> =
            columns.iter().map(|(name, field)| Ok((place(name)?, *field))).collect::<Result<_>>()?;
        for row in reader.records() {
            let row = row?;
            let cell = |place: usize| row.get(place).unwrap_or_default();
            let mut record = Record::new();
            columns.iter().for_each(|(place, field)| record.add(*field, cell(*place)));
            let number = person.1.map_or(Some(cell(person.0)), |prefix| part_after(cell(person.0), prefix));
            let number = number.and_then(|number| number.parse().ok());
            self.persons.push(number.with_context(|| format!("{} does not say who it is", cell(id)))?);
            self.ids.push(cell(id).to_owned());
            self.records.push(record);
        }
        Ok(())
    }

    /// FEBRL's people live alone, which makes them easy to tell apart. This gives three in ten of them one or two others in
    /// their house, who share the address and mostly the surname, with given name and date of birth of others.
    fn add_families(&mut self, chance: &dyn Chance) {
        let people = self.records.len();
        let hosts: Vec<usize> = (0..people).filter(|host| self.ids[*host].ends_with("-org")).collect();
        let mut newcomer = self.persons.iter().max().map_or(0, |person| person + 1);
        for host in hosts {
            let members = if chance.below(10) < 3 { 1 + chance.below(2) } else { 0 };
            for _ in 0..members {
                let mut own = vec![Field::GivenName, Field::BirthDate];
                if chance.below(10) < 3 {
                    own.push(Field::Surname);
                }
                let of_host = self.records[host].values().filter(|(field, _)| !own.contains(field));
                let mut member = of_host.fold(Record::new(), |record, (field, value)| record.with(field, value));
                for field in own {
                    // Each from somebody else, or it would be that person, moved.
                    let other = &self.records[chance.below(people as u64) as usize];
                    other
                        .values()
                        .filter(|(theirs, _)| *theirs == field)
                        .for_each(|(_, value)| member.add(field, value));
                }
                self.records.push(member);
                self.persons.push(newcomer);
                self.ids.push(format!("family-of-{}", self.ids[host]));
                newcomer += 1;
            }
        }
    }

    /// How many pairs are of one person.
    pub fn true_pairs(&self) -> usize {
        let mut sizes: HashMap<u64, [usize; 2]> = HashMap::new();
        for (record, person) in self.persons.iter().enumerate() {
            sizes.entry(*person).or_default()[self.side(record as u32)] += 1;
        }
        let pairs = |[first, second]: &[usize; 2]| match self.scope {
            Scope::Within => first * first.saturating_sub(1) / 2,
            Scope::Between(_) => first * second,
        };
        sizes.values().map(pairs).sum()
    }

    fn side(&self, record: u32) -> usize {
        match self.scope {
            Scope::Between(first) if record >= first => 1,
            _ => 0,
        }
    }

    /// Whether a pair is to be decided about: of two lists, one record of each.
    pub fn is_asked(&self, a: u32, b: u32) -> bool {
        self.scope == Scope::Within || self.side(a) != self.side(b)
    }

    pub fn is_true(&self, a: u32, b: u32) -> bool {
        self.persons[a as usize] == self.persons[b as usize]
    }
}
