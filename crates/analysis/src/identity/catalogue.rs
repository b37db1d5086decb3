//! All records that are compared with each other, made ready: each different value once, with what comparing asks of it.

use super::distance::{MOST_LETTERS, code};
use super::fold::{self, skeleton, split_name};
use super::{Field, Record, normal};
use std::collections::HashMap;

/// Columns of a record. Those of [`Field`], but that a full name is given as its parts, and a mailbox has a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Column {
    GivenName,
    Surname,
    StreetNumber,
    Street,
    Locality,
    Place,
    Postcode,
    Region,
    BirthDate,
    Email,
    Phone,
    Handle,
    Link,
    Signature,
    /// What stands before the `@`, to be compared with handles.
    MailName,
}

pub(super) const COLUMNS: usize = 15;

impl Column {
    pub(super) const ALL: [Self; COLUMNS] = [
        Self::GivenName,
        Self::Surname,
        Self::StreetNumber,
        Self::Street,
        Self::Locality,
        Self::Place,
        Self::Postcode,
        Self::Region,
        Self::BirthDate,
        Self::Email,
        Self::Phone,
        Self::Handle,
        Self::Link,
        Self::Signature,
        Self::MailName,
    ];

    /// Columns that people mix up share their values.
    pub(super) fn vocabulary(self) -> (Self, usize) {
        match self {
            Self::Surname => (Self::GivenName, 1),
            Self::Locality => (Self::Street, 1),
            Self::MailName => (Self::Handle, 1),
            own => (own, 0),
        }
    }

    pub(super) fn bit(self) -> u16 {
        1 << self as u8
    }
}

/// A different value of a vocabulary.
#[derive(Debug, Clone)]
pub(super) struct Value {
    start: u32,
    /// Of the letters without spaces.
    len: u8,
    /// How many words.
    words: u8,
    skeleton_len: u8,
    /// Written without vowels.
    pub(super) abjad: bool,
    /// Which letters occur, a bit each: two values that differ in many need no closer look.
    pub(super) letters: u64,
    /// Equal for equal skeletons.
    pub(super) skeleton: u32,
    pub(super) vocabulary: u8,
    /// `yyyymmdd` of a date; else 0.
    pub(super) date: u32,
    /// How many records have it, in the first and in the second column of its vocabulary.
    pub(super) carriers: [u32; 2],
}

impl Value {
    pub(super) fn len(&self) -> usize {
        usize::from(self.len)
    }

    pub(super) fn is_one_word(&self) -> bool {
        self.words == 1
    }

    pub(super) fn sounds(&self) -> usize {
        usize::from(self.skeleton_len)
    }
}

/// One record: where its values stand. As large as a cache line.
#[derive(Debug, Clone, Default)]
pub(super) struct Row {
    pub(super) present: u16,
    /// Columns with several values; what stands in `first` is then the number of a list.
    several: u16,
    first: [u32; COLUMNS],
}

/// Records made ready for comparing. A record's number is its place in the order in which they were added.
///
/// Takes about 64 bytes for each record and 150 for each different value.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    pub(super) rows: Vec<Row>,
    lists: Vec<Box<[u32]>>,
    pub(super) values: Vec<Value>,
    /// Folded, with spaces.
    pub(super) texts: Vec<Box<str>>,
    codes: Vec<u8>,
    known: HashMap<(u8, Box<str>), u32>,
    skeletons: HashMap<String, u32>,
    /// How many records have any value in a column.
    pub(super) filled: [u32; COLUMNS],
}

impl Catalogue {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Adds a record and gives its number.
    pub fn add(&mut self, record: &Record) -> u32 {
        let mut columns: [Vec<u32>; COLUMNS] = Default::default();
        for (field, text) in record.values() {
            self.read(field, text, &mut columns);
        }
        self.put_right(&mut columns);
        let mut row = Row::default();
        for column in Column::ALL {
            let mut values = std::mem::take(&mut columns[column as usize]);
            values.sort_unstable();
            values.dedup();
            let (_, role) = column.vocabulary();
            for value in &values {
                self.values[*value as usize].carriers[role] += 1;
            }
            row.first[column as usize] = match values.as_slice() {
                [] => continue,
                [only] => *only,
                _ => {
                    row.several |= column.bit();
                    self.lists.push(values.into());
                    self.lists.len() as u32 - 1
                }
            };
            row.present |= column.bit();
            self.filled[column as usize] += 1;
        }
        self.rows.push(row);
        self.rows.len() as u32 - 1
    }

    /// The values of a record in a column.
    #[inline]
    pub(super) fn values_of<'a>(&'a self, row: &'a Row, column: Column) -> &'a [u32] {
        let first = &row.first[column as usize];
        if row.present & column.bit() == 0 {
            &[]
        } else if row.several & column.bit() == 0 {
            std::slice::from_ref(first)
        } else {
            &self.lists[*first as usize]
        }
    }

    #[inline]
    pub(super) fn letters(&self, value: &Value) -> &[u8] {
        &self.codes[value.start as usize..value.start as usize + value.len()]
    }

    fn read(&mut self, field: Field, text: &str, columns: &mut [Vec<u32>; COLUMNS]) {
        let abjad = fold::is_abjad(text);
        let mut note = |column: Column, normal: Option<String>| {
            if let Some(normal) = normal.filter(|normal| !normal.is_empty()) {
                let value = self.value(column, &normal, abjad);
                columns[column as usize].push(value);
            }
        };
        match field {
            Field::FullName => {
                let parts = split_name(text);
                parts.given.into_iter().for_each(|given| note(Column::GivenName, Some(given)));
                parts.surname.into_iter().for_each(|surname| note(Column::Surname, Some(surname)));
            }
            Field::GivenName => note(Column::GivenName, Some(fold::fold(text))),
            Field::Surname => note(Column::Surname, Some(fold::fold(text))),
            Field::StreetNumber => note(Column::StreetNumber, Some(normal::compact(text))),
            Field::Street => note(Column::Street, Some(normal::address(text))),
            Field::Locality => note(Column::Locality, Some(normal::address(text))),
            Field::Place => note(Column::Place, Some(normal::address(text))),
            Field::Postcode => note(Column::Postcode, Some(normal::compact(text))),
            Field::Region => note(Column::Region, Some(normal::compact(text))),
            Field::BirthDate => note(Column::BirthDate, normal::date(text).map(|date| format!("{date:08}"))),
            Field::Phone => note(Column::Phone, normal::phone(text)),
            Field::Handle => note(Column::Handle, normal::handle(text)),
            Field::Link => note(Column::Link, normal::link(text)),
            Field::Signature => note(Column::Signature, Some(fold::fold(text))),
            Field::Email => {
                if let Some(email) = normal::email(text) {
                    note(Column::MailName, normal::mail_name(&email));
                    note(Column::Email, Some(email));
                }
            }
        }
    }

    /// Postcode and town that stand in each other's place are put right, where digits tell them apart.
    fn put_right(&mut self, columns: &mut [Vec<u32>; COLUMNS]) {
        let (place, postcode) = (Column::Place as usize, Column::Postcode as usize);
        let text = |values: &[u32]| match values {
            [only] => Some(self.texts[*only as usize].to_string()),
            _ => None,
        };
        let (place_text, postcode_text) = (text(&columns[place]), text(&columns[postcode]));
        let is_number = |text: &String| text.bytes().all(|byte| byte.is_ascii_digit() || byte == b' ');
        let is_word = |text: &String| !text.bytes().any(|byte| byte.is_ascii_digit());
        let place_is_number = place_text.as_ref().is_some_and(is_number);
        let postcode_is_word = postcode_text.as_ref().is_some_and(is_word);
        if (place_is_number && postcode_text.as_ref().is_none_or(is_word))
            || (postcode_is_word && place_text.as_ref().is_none_or(is_number))
        {
            columns[place] = postcode_text.iter().map(|text| self.value(Column::Place, text, false)).collect();
            columns[postcode] = place_text.iter().map(|text| self.value(Column::Postcode, text, false)).collect();
        }
    }

    fn value(&mut self, column: Column, text: &str, abjad: bool) -> u32 {
        let (vocabulary, _) = column.vocabulary();
        let key = (vocabulary as u8, Box::from(text));
        if let Some(number) = self.known.get(&key) {
            self.values[*number as usize].abjad |= abjad;
            return *number;
        }
        let start = self.codes.len();
        self.codes.extend(text.bytes().filter(|byte| *byte != b' ').map(code).take(MOST_LETTERS));
        let skeleton = skeleton(text);
        let number_of_skeletons = self.skeletons.len() as u32;
        let value = Value {
            start: start as u32,
            len: (self.codes.len() - start) as u8,
            words: text.split(' ').count().min(255) as u8,
            skeleton_len: skeleton.len().min(255) as u8,
            abjad,
            vocabulary: vocabulary as u8,
            letters: self.codes[start..].iter().fold(0, |letters, code| letters | 1 << code),
            skeleton: *self.skeletons.entry(skeleton).or_insert(number_of_skeletons),
            date: if column == Column::BirthDate { text.parse().unwrap_or(0) } else { 0 },
            carriers: [0; 2],
        };
        self.values.push(value);
        self.texts.push(text.into());
        let number = self.values.len() as u32 - 1;
        self.known.insert(key, number);
        number
    }
}
