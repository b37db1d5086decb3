//! What was heard of a feed, in few bytes an item, so that a feed which changes its ids, its dates or its domain brings
//! nothing a second time, and an item whose words changed is known for the same.

use crate::document::Entry;
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use std::collections::{HashMap, HashSet};
use tertulia_model::Millis;
use url::Url;

/// Items remembered beyond those that the feed shows now.
const MOST: usize = 2_000;
/// Bytes of title and text that tell nothing from something else.
const FEW_WORDS: usize = 40;
/// The bytes of one.
const SIZE: usize = 29;
/// The least time between two edits of one item; it doubles with each, so that a page with a counter in it is no flood.
const FIRST_PAUSE: Millis = 10 * 60_000;
const LONGEST_PAUSE: Millis = 24 * 3_600_000;

/// What is known of one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Heard {
    id: u64,
    /// Its address without the site's: a site may move. Zero where it has none.
    link: u64,
    /// Its title and its text, and whether it shows pictures or files.
    words: u64,
    /// When it was last given out as edited, in minutes.
    edited: u32,
    edits: u8,
}

/// The same of an item that was just read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marks {
    id: u64,
    link: u64,
    words: u64,
}

impl Marks {
    pub fn of(id: &str, entry: &Entry) -> Self {
        let link = entry.link.as_deref().and_then(|link| Url::parse(link).ok());
        let path = |url: &Url| {
            let rest = [url.query(), url.fragment()].map(Option::unwrap_or_default);
            // A feed whose items all lead to its front page has no addresses of their own.
            let empty = url.path().trim_matches('/').is_empty() && rest.iter().all(|part| part.is_empty());
            if empty { 0 } else { hash(&[url.path().trim_end_matches('/'), rest[0], rest[1]]) }
        };
        let link = link.as_ref().map_or(0, path);
        let title = entry.title.as_deref().unwrap_or_default();
        // "Thank you!" is said by many: the lowest bit says that so few words prove nothing elsewhere.
        let few = u64::from(title.len() + entry.text.len() < FEW_WORDS);
        let shows = entry.shows();
        let mut parts = vec![title, entry.text.as_str()];
        parts.extend(shows.image.then_some("image"));
        parts.extend(shows.file.then_some("file"));
        Self { id: hash(&[id]), link, words: hash(&parts) & !1 | few }
    }
}

pub fn hash(parts: &[&str]) -> u64 {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let mut first = [0; 8];
    first.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
    u64::from_le_bytes(first)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Heard before, as it is.
    Known,
    /// Heard before under another id: the same address and the same words.
    Renamed,
    /// Heard before with other words.
    Edited,
    /// The same, so soon after the last time that it has to wait.
    EditedAgain,
    New {
        /// Something else was heard under its address, or its words were heard somewhere else.
        familiar: bool,
    },
}

#[derive(Debug, Default)]
pub struct Memory {
    heard: Vec<Heard>,
    by_id: HashMap<u64, usize>,
    links: HashMap<u64, HashSet<u64>>,
    words: HashSet<u64>,
}

impl Memory {
    pub fn unpack(packed: &str) -> Self {
        let bytes = STANDARD_NO_PAD.decode(packed).unwrap_or_default();
        let mut memory = Self::default();
        for one in bytes.chunks_exact(SIZE) {
            let number = |from: usize| {
                let mut bytes = [0; 8];
                bytes.copy_from_slice(&one[from..from + 8]);
                u64::from_le_bytes(bytes)
            };
            let edited = u32::from_le_bytes([one[24], one[25], one[26], one[27]]);
            memory.push(Heard { id: number(0), link: number(8), words: number(16), edited, edits: one[28] });
        }
        memory
    }

    pub fn pack(&self) -> String {
        let mut bytes = Vec::with_capacity(self.heard.len() * SIZE);
        for heard in &self.heard {
            for number in [heard.id, heard.link, heard.words] {
                bytes.extend(number.to_le_bytes());
            }
            bytes.extend(heard.edited.to_le_bytes());
            bytes.push(heard.edits);
        }
        STANDARD_NO_PAD.encode(bytes)
    }

    fn push(&mut self, heard: Heard) {
        self.links.entry(heard.link).or_default().insert(heard.words);
        self.words.insert(heard.words);
        self.by_id.insert(heard.id, self.heard.len());
        self.heard.push(heard);
    }

    pub fn judge(&self, marks: &Marks, now: Millis) -> Verdict {
        if let Some(heard) = self.by_id.get(&marks.id).map(|at| self.heard[*at]) {
            let pause = (FIRST_PAUSE << heard.edits.min(10)).min(LONGEST_PAUSE);
            return match heard {
                heard if heard.words == marks.words => Verdict::Known,
                heard if now < Millis::from(heard.edited) * 60_000 + pause => Verdict::EditedAgain,
                _ => Verdict::Edited,
            };
        }
        let here = self.links.get(&marks.link);
        if here.is_some_and(|words| words.contains(&marks.words)) {
            return Verdict::Renamed;
        }
        let known_address = marks.link != 0 && here.is_some();
        Verdict::New { familiar: known_address || self.knows_words(marks) }
    }

    /// Whether the same words, and not only a few, were heard under whatever address.
    pub fn knows_words(&self, marks: &Marks) -> bool {
        marks.words & 1 == 0 && self.words.contains(&marks.words)
    }

    /// Notes an item that is given out now, or is known by another id from now on.
    pub fn note(&mut self, marks: &Marks, verdict: Verdict, now: Millis) {
        match (verdict, self.by_id.get(&marks.id).copied()) {
            (Verdict::Edited, Some(at)) => {
                let heard = &mut self.heard[at];
                heard.edited = u32::try_from(now.max(0) / 60_000).unwrap_or(u32::MAX);
                heard.edits = heard.edits.saturating_add(1);
                (heard.words, heard.link) = (marks.words, marks.link);
                self.words.insert(marks.words);
                self.links.entry(marks.link).or_default().insert(marks.words);
            }
            (_, None) => self.push(Heard { id: marks.id, link: marks.link, words: marks.words, edited: 0, edits: 0 }),
            (_, Some(_)) => {}
        }
    }

    /// Forgets the oldest of what the feed shows no longer.
    pub fn trim(&mut self, shown: &[Marks]) {
        if self.heard.len() <= MOST {
            return;
        }
        let shown: HashSet<u64> = shown.iter().map(|marks| marks.id).collect();
        let (kept, gone): (Vec<Heard>, Vec<Heard>) = self.heard.drain(..).partition(|heard| shown.contains(&heard.id));
        let room = MOST.saturating_sub(kept.len());
        let lately = gone.len().saturating_sub(room);
        *self = Self::default();
        for heard in gone.into_iter().skip(lately).chain(kept) {
            self.push(heard);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = 1_750_000_000_000;

    fn marks(id: &str, link: &str, text: &str) -> Marks {
        let entry = Entry { link: Some(link.to_owned()), text: text.to_owned(), ..Entry::default() };
        Marks::of(id, &entry)
    }

    #[test]
    fn an_item_is_known_by_its_id_or_by_its_address_and_words_together() {
        let mut memory = Memory::default();
        memory.note(&marks("1", "https://a.example/one", "Hello"), Verdict::New { familiar: false }, NOW);
        let memory = Memory::unpack(&memory.pack());
        let judge = |id, link, text| memory.judge(&marks(id, link, text), NOW);
        assert_eq!(judge("1", "https://a.example/elsewhere", "Hello"), Verdict::Known);
        assert_eq!(judge("1", "https://a.example/one", "Hello, all"), Verdict::Edited);
        assert_eq!(judge("uuid:2", "https://b.example/one/", "Hello"), Verdict::Renamed);
        assert_eq!(judge("2", "https://a.example/one", "Other"), Verdict::New { familiar: true });
        assert_eq!(judge("2", "https://a.example/two", "Hello"), Verdict::New { familiar: false });
        assert_eq!(judge("2", "https://a.example/two", "Other"), Verdict::New { familiar: false });
        assert_eq!(judge("2", "https://a.example/", "Hello"), Verdict::New { familiar: false });
    }

    #[test]
    fn a_counter_in_a_page_is_edited_more_and_more_seldom() {
        let mut memory = Memory::default();
        memory.note(&marks("1", "https://a.example/one", "0 views"), Verdict::New { familiar: false }, NOW);
        let mut edits = 0;
        for minute in 1..=24 * 60 {
            let now = NOW + minute * 60_000;
            let changed = marks("1", "https://a.example/one", &format!("{minute} views"));
            match memory.judge(&changed, now) {
                Verdict::Edited => {
                    edits += 1;
                    memory.note(&changed, Verdict::Edited, now);
                }
                other => assert_eq!(other, Verdict::EditedAgain),
            }
        }
        assert!((5..10).contains(&edits), "{edits} edits in a day");
    }

    #[test]
    fn what_the_feed_shows_is_never_forgotten() {
        let mut memory = Memory::default();
        let all: Vec<Marks> = (0..MOST + 500).map(|n| marks(&n.to_string(), "https://a.example/", "x")).collect();
        for one in &all {
            memory.note(one, Verdict::New { familiar: false }, NOW);
        }
        memory.trim(&all[..10]);
        assert_eq!(memory.heard.len(), MOST);
        assert!(all[..10].iter().chain(&all[600..]).all(|one| memory.judge(one, NOW) == Verdict::Known));
        assert!(memory.pack().len() < 80_000);
        assert_eq!(Memory::unpack("no base64!").heard.len(), 0);
    }
}
