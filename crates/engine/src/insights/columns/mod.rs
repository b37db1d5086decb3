//! The messages as columns in memory: when, where, who, in which language and what was made of it, some twenty bytes a message
//! and no word of it. What pages of insights ask of millions of messages is counted here, for both databases alike.
//!
//! They are read once, in pages ([`load`]), and then follow what was committed (`store::column_news`, in the order of commits):
//! an arrival, an edit, a deletion or a correction names the places to be read anew; a merge of persons names the persons,
//! whose messages are read anew wherever they stand; what is known of customers makes the population be counted anew. Whoever
//! asks looks for news first, so an answer is never older than the question. Who was away for longer than news are kept reads
//! everything.

mod cells;
mod load;
mod rows;
mod tally;

pub use cells::OfCell;
pub use load::{load, refresh};
pub use rows::{Row, Rows, bits};
pub use tally::{ChannelVoices, Chosen, Heard, OfPerson, Tally};

use std::{
    collections::HashMap,
    sync::atomic::{AtomicU64, Ordering},
};
use tertulia_model::{ChannelId, Millis, PersonId};
use tertulia_store::keys;

/// Nobody, in the place of a person's number.
pub const NOBODY: u32 = u32::MAX;

static READINGS: AtomicU64 = AtomicU64::new(1);

/// All messages that count, in their order.
#[derive(Debug, Clone)]
pub struct Columns {
    pub(super) rows: Rows,
    people: People,
    channels: Vec<ChannelId>,
    languages: Vec<String>,
    language_index: HashMap<String, u16>,
    /// The newest news that is in it.
    pub(super) seq: i64,
    /// Another with each reading of everything: numbers of persons are of one reading.
    reading: u64,
}

/// Persons by the numbers that columns know them by.
#[derive(Debug, Clone, Default)]
struct People {
    ids: Vec<PersonId>,
    index: HashMap<PersonId, u32>,
}

impl People {
    fn number(&mut self, id: PersonId) -> u32 {
        let ids = &mut self.ids;
        *self.index.entry(id).or_insert_with(|| {
            ids.push(id);
            (ids.len() - 1) as u32
        })
    }
}

impl Columns {
    pub(super) fn new(seq: i64) -> Self {
        Self {
            rows: Rows::default(),
            people: People::default(),
            channels: Vec::new(),
            languages: Vec::new(),
            language_index: HashMap::new(),
            seq,
            reading: READINGS.fetch_add(1, Ordering::Relaxed),
        }
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.len() == 0
    }

    /// What is held of the message at a place.
    pub fn at(&self, place: i64) -> Option<Row> {
        let at = self.rows.places().binary_search(&place).ok()?;
        Some(self.rows.get(at))
    }

    pub fn reading(&self) -> u64 {
        self.reading
    }

    /// How many persons are known by a number.
    pub fn persons(&self) -> usize {
        self.people.ids.len()
    }

    pub fn person(&self, number: u32) -> Option<PersonId> {
        self.people.ids.get(number as usize).copied()
    }

    pub fn number_of(&self, person: PersonId) -> Option<u32> {
        self.people.index.get(&person).copied()
    }

    pub fn channels(&self) -> &[ChannelId] {
        &self.channels
    }

    pub fn languages(&self) -> &[String] {
        &self.languages
    }

    /// When the first and the last message were written that is held.
    pub fn span(&self) -> Option<(Millis, Millis)> {
        let places = self.rows.places();
        Some((keys::time_of_place(*places.first()?), keys::time_of_place(*places.last()?)))
    }

    /// Bytes that the columns take, without room that is kept for more.
    pub fn bytes(&self) -> usize {
        let of_person = size_of::<PersonId>() * 2 + size_of::<u32>() + 8;
        self.rows.len() * Rows::BYTES + self.people.ids.len() * of_person
    }

    pub(super) fn channel_number(&mut self, channel: ChannelId) -> u16 {
        if let Some(at) = self.channels.iter().position(|known| *known == channel) {
            return at as u16;
        }
        self.channels.push(channel);
        (self.channels.len() - 1).min(usize::from(u16::MAX)) as u16
    }

    pub(super) fn language_number(&mut self, language: &str) -> u16 {
        if let Some(known) = self.language_index.get(language) {
            return *known;
        }
        let number = self.languages.len().min(usize::from(u16::MAX - 1)) as u16;
        self.languages.push(language.to_owned());
        self.language_index.insert(language.to_owned(), number);
        number
    }

    pub(super) fn person_number(&mut self, person: Option<PersonId>) -> u32 {
        person.map_or(NOBODY, |person| self.people.number(person))
    }
}
