//! Which pairs are worth comparing: those that share a key.
//!
//! Each record has several keys, so that an error in one value leaves others (Newcombe 1959; Christen 2012, "A survey
//! of indexing techniques"). A block that is too large says little, and is left out; what it would have found is mostly found by
//! narrower ones.

use super::catalogue::{Catalogue, Column};
use super::hash::hash;
use super::{Record, fold};

/// Stored beside keys that are kept; it rises whenever a record's keys change.
pub const KEY_VERSION: i64 = 1;

/// How keys become blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blocking {
    /// A key that more records share is left out.
    pub most_records: usize,
}

impl Default for Blocking {
    fn default() -> Self {
        Self { most_records: 100 }
    }
}

/// Which pairs are of interest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// All pairs of one list.
    Within,
    /// Pairs of a record below this number and one from it on: two lists in one catalogue.
    Between(u32),
}

impl Scope {
    /// How many pairs there are among `records`.
    #[must_use]
    pub fn pairs(self, records: usize) -> f64 {
        let records = records as f64;
        match self {
            Self::Within => records * (records - 1.0).max(0.0) / 2.0,
            Self::Between(first) => f64::from(first) * (records - f64::from(first)).max(0.0),
        }
    }

    pub(super) fn holds(self, a: u32, b: u32) -> bool {
        match self {
            Self::Within => a != b,
            Self::Between(first) => (a < first) != (b < first),
        }
    }
}

/// The keys of a record, for whoever keeps them in an index of their own: two records that share none are not compared.
/// They are a pure function of the record, each once, rising.
#[must_use]
pub fn keys(record: &Record) -> Vec<u64> {
    let mut catalogue = Catalogue::new();
    let number = catalogue.add(record);
    catalogue.keys(number)
}

/// Records by key.
#[derive(Debug, Clone)]
pub struct Blocks {
    /// Records of each block, one block after the other.
    members: Vec<u32>,
    /// Where each block begins in `members`, and one more.
    starts: Vec<u32>,
    /// Blocks of each record, rising, one record after the other.
    blocks: Vec<u32>,
    /// Where those of each record begin in `blocks`, and one more.
    places: Vec<u32>,
    /// How many keys were left out since too many records share them.
    pub too_large: usize,
}

impl Blocks {
    /// Sorts the records of a catalogue into blocks. A record has five keys (a name and a mailbox) to forty (an address
    /// and a date of birth, too); each takes 8 bytes once it is sorted, and 24 while it is.
    #[must_use]
    pub fn new(catalogue: &Catalogue, blocking: Blocking) -> Self {
        let mut keyed: Vec<(u64, u32)> = Vec::new();
        for record in 0..catalogue.len() as u32 {
            keyed.extend(catalogue.keys(record).into_iter().map(|key| (key, record)));
        }
        keyed.sort_unstable();
        let (mut members, mut starts, mut too_large) = (Vec::new(), vec![0], 0);
        let mut memberships: Vec<(u32, u32)> = Vec::new();
        for block in keyed.chunk_by(|one, next| one.0 == next.0) {
            match block.len() {
                1 => {}
                size if size > blocking.most_records => too_large += 1,
                _ => {
                    let number = starts.len() as u32 - 1;
                    members.extend(block.iter().map(|(_, record)| *record));
                    memberships.extend(block.iter().map(|(_, record)| (*record, number)));
                    starts.push(members.len() as u32);
                }
            }
        }
        memberships.sort_unstable();
        let mut places = vec![0; catalogue.len() + 1];
        for (record, _) in &memberships {
            places[*record as usize + 1] += 1;
        }
        for at in 1..places.len() {
            places[at] += places[at - 1];
        }
        Self { members, starts, blocks: memberships.into_iter().map(|(_, block)| block).collect(), places, too_large }
    }

    /// Visits each pair that shares a block once, the smaller number first. Nothing is kept of them.
    pub fn for_each_pair(&self, scope: Scope, mut visit: impl FnMut(u32, u32)) {
        for (number, range) in self.starts.windows(2).enumerate() {
            let block = &self.members[range[0] as usize..range[1] as usize];
            for (at, a) in block.iter().enumerate() {
                for b in &block[at + 1..] {
                    if scope.holds(*a, *b) && self.first_common(*a, *b) == Some(number as u32) {
                        visit(*a, *b);
                    }
                }
            }
        }
    }

    /// The records that share a block with this one, rising.
    #[must_use]
    pub fn candidates(&self, record: u32) -> Vec<u32> {
        let members = |block: &u32| {
            &self.members[self.starts[*block as usize] as usize..self.starts[*block as usize + 1] as usize]
        };
        let mut found: Vec<u32> = self.blocks_of(record).iter().flat_map(members).copied().collect();
        found.sort_unstable();
        found.dedup();
        found.retain(|other| *other != record);
        found
    }

    /// Whether two records share a block.
    #[must_use]
    pub fn pairs_up(&self, a: u32, b: u32) -> bool {
        self.first_common(a, b).is_some()
    }

    fn blocks_of(&self, record: u32) -> &[u32] {
        &self.blocks[self.places[record as usize] as usize..self.places[record as usize + 1] as usize]
    }

    /// A pair belongs to the first block that both are in, so that it is seen once without a list of those seen.
    fn first_common(&self, a: u32, b: u32) -> Option<u32> {
        let (mut ours, mut theirs) = (self.blocks_of(a), self.blocks_of(b));
        while let (Some(one), Some(other)) = (ours.first(), theirs.first()) {
            match one.cmp(other) {
                std::cmp::Ordering::Equal => return Some(*one),
                std::cmp::Ordering::Less => ours = &ours[1..],
                std::cmp::Ordering::Greater => theirs = &theirs[1..],
            }
        }
        None
    }
}

/// What a key is made of; its number is part of the key, so new ones stand at the end.
#[derive(Clone, Copy)]
enum Rule {
    Names,
    OneName,
    NameAndPostcode,
    NameAndPlace,
    NameAndBirth,
    InitialsAndPostcode,
    Birth,
    BirthAndNumber,
    Building,
    StreetAndPostcode,
    StreetAndPlace,
    OneLine,
    Called,
    Email,
    Phone,
    Link,
    Signature,
}

/// Keys of one record as they are gathered.
struct Keys(Vec<u64>);

impl Keys {
    fn add(&mut self, rule: Rule, parts: &[&str]) {
        if parts.iter().all(|part| !part.is_empty()) {
            self.0.push(hash(rule as u8, parts.iter().copied()));
        }
    }

    /// Without regard to the order of the two.
    fn add_either(&mut self, rule: Rule, one: &str, other: &str, rest: &[&str]) {
        let (first, second) = if one <= other { (one, other) } else { (other, one) };
        self.add(rule, &[&[first, second], rest].concat());
    }
}

impl Catalogue {
    /// See [`keys`].
    pub(super) fn keys(&self, record: u32) -> Vec<u64> {
        let mut keys = Keys(Vec::with_capacity(24));
        self.name_keys(record, &mut keys);
        self.address_keys(record, &mut keys);
        self.contact_keys(record, &mut keys);
        keys.0.sort_unstable();
        keys.0.dedup();
        keys.0
    }

    fn texts_of(&self, record: u32, column: Column) -> impl Iterator<Item = &str> {
        self.values_of(&self.rows[record as usize], column).iter().map(|value| &*self.texts[*value as usize])
    }

    fn skeletons_of(&self, record: u32, column: Column) -> Vec<String> {
        self.texts_of(record, column).map(fold::skeleton).filter(|skeleton| !skeleton.is_empty()).collect()
    }

    fn name_keys(&self, record: u32, keys: &mut Keys) {
        let (given, surnames) =
            (self.skeletons_of(record, Column::GivenName), self.skeletons_of(record, Column::Surname));
        for one in &given {
            for other in &surnames {
                keys.add_either(Rule::Names, one, other, &[]);
            }
        }
        for name in given.iter().chain(&surnames) {
            keys.add(Rule::OneName, &[name]);
            for postcode in self.texts_of(record, Column::Postcode) {
                keys.add(Rule::NameAndPostcode, &[name, postcode]);
            }
            for place in self.skeletons_of(record, Column::Place) {
                keys.add(Rule::NameAndPlace, &[name, &place]);
            }
            for date in self.texts_of(record, Column::BirthDate) {
                // Any two of year, month and day.
                let (year, month, day) = (&date[..4], &date[4..6], &date[6..]);
                keys.add(Rule::NameAndBirth, &[name, year, month]);
                keys.add(Rule::NameAndBirth, &[name, month, day]);
                keys.add(Rule::NameAndBirth, &[name, year, "-", day]);
            }
        }
        for date in self.texts_of(record, Column::BirthDate) {
            let (year, month, day) = (&date[..4], &date[4..6], &date[6..]);
            keys.add(Rule::Birth, &[year, month]);
            keys.add(Rule::Birth, &["-", month, day]);
            keys.add(Rule::Birth, &[year, "-", day]);
            keys.add(Rule::Birth, &[date]);
        }
    }

    fn address_keys(&self, record: u32, keys: &mut Keys) {
        let lines: Vec<String> =
            [Column::Street, Column::Locality].iter().flat_map(|line| self.skeletons_of(record, *line)).collect();
        let places = self.skeletons_of(record, Column::Place);
        for line in &lines {
            keys.add(Rule::OneLine, &[line]);
            self.texts_of(record, Column::StreetNumber).for_each(|number| keys.add(Rule::Building, &[line, number]));
            self.texts_of(record, Column::Postcode).for_each(|code| keys.add(Rule::StreetAndPostcode, &[line, code]));
            places.iter().for_each(|place| keys.add(Rule::StreetAndPlace, &[line, place]));
        }
        let initials = |column| {
            let mut initials: Vec<&str> = self.texts_of(record, column).filter_map(|text| text.get(..1)).collect();
            initials.sort_unstable();
            initials.dedup();
            initials
        };
        let (given, surnames) = (initials(Column::GivenName), initials(Column::Surname));
        for postcode in self.texts_of(record, Column::Postcode) {
            for given in &given {
                surnames.iter().for_each(|surname| {
                    keys.add_either(Rule::InitialsAndPostcode, given, surname, &[postcode]);
                });
            }
            for number in self.texts_of(record, Column::StreetNumber) {
                keys.add(Rule::BirthAndNumber, &[postcode, number]);
            }
        }
    }

    fn contact_keys(&self, record: u32, keys: &mut Keys) {
        for column in [Column::Handle, Column::MailName] {
            for called in self.texts_of(record, column) {
                keys.add(Rule::Called, &[called.trim_end_matches(|c: char| c.is_ascii_digit())]);
            }
        }
        // Many are called on a channel as they are called at home.
        for given in self.texts_of(record, Column::GivenName) {
            for surname in self.texts_of(record, Column::Surname) {
                for name in [format!("{given}{surname}"), format!("{surname}{given}")] {
                    keys.add(Rule::Called, &[&name.replace(' ', "")]);
                }
            }
        }
        self.texts_of(record, Column::Email).for_each(|email| keys.add(Rule::Email, &[email]));
        for phone in self.texts_of(record, Column::Phone) {
            keys.add(Rule::Phone, &[&phone[phone.len().saturating_sub(7)..]]);
        }
        for link in self.texts_of(record, Column::Link) {
            keys.add(Rule::Link, &[link]);
            keys.add(Rule::Link, &[link.split('/').next().unwrap_or(link)]);
        }
        self.texts_of(record, Column::Signature).for_each(|line| keys.add(Rule::Signature, &[line]));
    }
}
