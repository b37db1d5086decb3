//! How far each place was read, and which statuses were given.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{cmp::Ordering, collections::BTreeMap, collections::VecDeque};
use tertulia_model::Millis;

/// Statuses that are remembered: to know edits and deletions, which come with a local id, and parents.
const REMEMBERED: usize = 300;

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Cursor {
    /// By the source's name.
    pub marks: BTreeMap<String, Mark>,
    pub known: VecDeque<Known>,
}

/// The newest that was read of one source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    pub id: String,
    /// When that was written, for the words of a gap.
    pub at: Millis,
}

/// A status that was given. A `uri` tells who wrote it, so no cursor holds one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    pub id: String,
    /// Of its name (`said::hash_of`).
    pub hash: String,
    /// The edit that was given last; 0 for the original.
    #[serde(default)]
    pub edited: Millis,
}

impl Cursor {
    pub fn read(cursor: Option<Value>) -> Self {
        cursor.and_then(|value| serde_json::from_value(value).ok()).unwrap_or_default()
    }

    pub fn to_value(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    pub fn known(&self, id: &str) -> Option<&Known> {
        self.known.iter().rev().find(|known| known.id == id)
    }

    pub fn remember(&mut self, known: Known) {
        self.known.retain(|other| other.id != known.id);
        self.known.push_back(known);
        while self.known.len() > REMEMBERED {
            self.known.pop_front();
        }
    }

    pub fn forget(&mut self, id: &str) -> Option<Known> {
        let at = self.known.iter().position(|known| known.id == id)?;
        self.known.remove(at)
    }
}

/// Ids are numbers written as text, larger than a float can hold; some of Mastodon's kin use texts that sort by time.
pub fn compare_ids(one: &str, other: &str) -> Ordering {
    one.len().cmp(&other.len()).then_with(|| one.cmp(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_compared_as_the_numbers_they_are() {
        assert_eq!(compare_ids("99", "100"), Ordering::Less);
        assert_eq!(compare_ids("113456789012345678", "113456789012345679"), Ordering::Less);
        assert_eq!(compare_ids("0", "7"), Ordering::Less);
    }

    #[test]
    fn the_oldest_are_forgotten_first_and_a_cursor_survives_as_text() {
        let mut cursor = Cursor::default();
        for n in 0..REMEMBERED + 10 {
            cursor.remember(Known { id: n.to_string(), hash: format!("{n:032x}"), edited: 0 });
        }
        assert_eq!(cursor.known.len(), REMEMBERED);
        assert!(cursor.known("3").is_none() && cursor.known("310").is_none() && cursor.known("309").is_some());
        let text = cursor.to_value().to_string();
        assert_eq!(Cursor::read(serde_json::from_str(&text).ok()), cursor);
        assert_eq!(Cursor::read(Some(Value::from(7))), Cursor::default());
    }
}
