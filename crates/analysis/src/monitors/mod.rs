//! Many queries asked about one message at once, as each would answer by itself.
//!
//! A message's texts are read once. Each token is looked up in one table of all words that any monitor looks for. A
//! monitor is asked only if the message holds its guard, a word without which it cannot match, and by a signature of 64
//! bits the other words that it needs; then [`Query::matches`]'s own function decides, over the places already found.

mod lexicon;
mod plan;
mod scratch;

pub use scratch::Scratch;

use crate::query::matching::{Evidence, Facts, Matcher};
use crate::query::phrase::{Hits, Needle, read};
use crate::query::{Document, Node, Query, Uses};
use lexicon::Lexicon;
use plan::{Guard, Known, Plan};
use scratch::View;
use std::collections::HashMap;

/// Queries by their numbers, matched together.
///
/// ```
/// use tertulia_analysis::monitors::{MonitorSet, Scratch};
/// use tertulia_analysis::query::{Document, parse};
///
/// let mut monitors = MonitorSet::new();
/// monitors.insert(7, parse("\"flat white\" -decaf").unwrap());
/// monitors.insert(3, parse("coffee OR lang:fr").unwrap());
/// monitors.insert(5, parse("tea*").unwrap());
///
/// let texts = ["Flat white, s'il vous plaît"];
/// let document = Document {
///     texts: &texts, channel: &["email"], language: "fr", author: &["Amina Öz"],
///     has_attachment: false, has_image: false, thread: 7, reach: None, at: 0,
/// };
/// let mut scratch = Scratch::default();
/// assert_eq!(monitors.matching(&document, &mut scratch), [3, 7]);
///
/// monitors.remove(3);
/// assert_eq!(monitors.matching(&document, &mut scratch), [7]);
/// ```
#[derive(Debug, Default)]
pub struct MonitorSet {
    /// Freed slots are used again.
    monitors: Vec<Option<Monitor>>,
    free_monitors: Vec<u32>,
    slots: HashMap<i64, u32>,
    /// Those that can match without any word; asked about every message.
    unguarded: Vec<u32>,
    needles: Vec<Entry>,
    free_needles: Vec<u32>,
    /// By needle.
    guards: Vec<Vec<Guard>>,
    lexicons: [Lexicon; 4],
}

/// Where a needle is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Words,
    Author,
    Channel,
    Language,
}

#[derive(Debug)]
struct Monitor {
    id: i64,
    root: Option<Node>,
    uses: Uses,
    /// The set's numbers of the query's needles, by the query's own.
    words: Box<[u32]>,
    author: Box<[u32]>,
    /// Every needle that it holds a share of, each as often as it took one.
    held: Box<[u32]>,
    /// Needles that have a guard of it, each once.
    guarded_by: Box<[u32]>,
}

/// A needle, and how many monitors use it.
#[derive(Debug)]
struct Entry {
    place: Place,
    needle: Needle,
    uses: u32,
}

impl MonitorSet {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    pub fn len(&self) -> usize {
        self.slots.len()
    }

    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// How many different words, beginnings of words and names are looked for.
    pub fn needles(&self) -> usize {
        self.needles.len() - self.free_needles.len()
    }

    /// Adds a query; one of that number is replaced.
    pub fn insert(&mut self, id: i64, query: Query) {
        self.remove(id);
        let slot = self.free_monitors.pop().unwrap_or_else(|| {
            self.monitors.push(None);
            self.monitors.len() as u32 - 1
        });
        let uses = query.uses();
        let mut take = |place, needles: &[Needle]| needles.iter().map(|needle| self.take(place, needle)).collect();
        let words: Box<[u32]> = take(Place::Words, query.words.list());
        let author: Box<[u32]> = take(Place::Author, query.author.list());
        let mut held = [&*words, &*author].concat();
        let root = query.root;
        if let Some(root) = &root {
            plan::values(root, &mut |place, term| {
                held.push(self.take(place, &Needle { term: term.to_owned(), prefix: false }));
            });
        }
        let guarded_by = self.guard(slot, root.as_ref());
        self.slots.insert(id, slot);
        self.monitors[slot as usize] =
            Some(Monitor { id, root, uses, words, author, held: held.into(), guarded_by: guarded_by.into() });
    }

    /// Takes a query out; `false` where there was none of that number.
    pub fn remove(&mut self, id: i64) -> bool {
        let Some(slot) = self.slots.remove(&id) else { return false };
        let Some(monitor) = self.monitors[slot as usize].take() else { return false };
        for needle in monitor.guarded_by {
            let guards = &mut self.guards[needle as usize];
            guards.retain(|guard| guard.monitor != slot);
        }
        self.unguarded.retain(|other| *other != slot);
        for needle in monitor.held {
            self.give_back(needle);
        }
        self.free_monitors.push(slot);
        true
    }

    /// The monitors that ask about anything of what `changed`, and so must be asked again; in no order.
    pub fn using(&self, changed: Uses) -> impl Iterator<Item = i64> + '_ {
        self.monitors.iter().flatten().filter(move |monitor| monitor.uses.meets(changed)).map(|monitor| monitor.id)
    }

    /// The numbers of all queries that match the document, rising: exactly those whose [`Query::matches`] says so.
    pub fn matching<'s>(&self, document: &Document<'_>, scratch: &'s mut Scratch) -> &'s [i64] {
        scratch.begin(self.needles.len(), self.monitors.len());
        let facts = Facts::of(document);
        self.look(document, &facts, scratch);
        for at in 0..scratch.seen.present.len() {
            let needle = scratch.seen.present[at];
            for guard in &self.guards[needle as usize] {
                if guard.needed & !scratch.seen.signature == 0 && scratch.is_first_ask(guard.monitor) {
                    self.ask(*guard, &facts, scratch);
                }
            }
        }
        for slot in &self.unguarded {
            self.ask(Guard { monitor: *slot, decides: false, needed: 0 }, &facts, scratch);
        }
        scratch.found.sort_unstable();
        &scratch.found
    }

    /// Notes every needle that the document holds.
    fn look(&self, document: &Document<'_>, facts: &Facts<'_>, scratch: &mut Scratch) {
        let seen = &mut scratch.seen;
        for (place, texts) in [(Place::Words, document.texts), (Place::Author, document.author)] {
            let lexicon = &self.lexicons[place as usize];
            if !lexicon.is_empty() {
                read(texts, |token| lexicon.try_token(token.folded, |needle| seen.note(needle, token.position)));
            }
        }
        let channels = &self.lexicons[Place::Channel as usize];
        if !channels.is_empty() {
            facts.channels().iter().for_each(|name| channels.try_token(name, |needle| seen.note(needle, 0)));
        }
        let languages = &self.lexicons[Place::Language as usize];
        if !languages.is_empty() {
            let mut noted = |code: &str| languages.try_token(code, |needle| seen.note(needle, 0));
            match document.language.contains(|c: char| c.is_ascii_uppercase()) {
                true => noted(&document.language.to_ascii_lowercase()),
                false => noted(document.language),
            }
        }
    }

    fn ask(&self, guard: Guard, facts: &Facts<'_>, scratch: &mut Scratch) {
        let Some(monitor) = &self.monitors[guard.monitor as usize] else { return };
        scratch.asks += 1;
        let evidence = Together {
            words: View { seen: &scratch.seen, needles: &monitor.words },
            author: View { seen: &scratch.seen, needles: &monitor.author },
        };
        let matcher = Matcher { facts, evidence };
        if guard.decides || monitor.root.as_ref().is_none_or(|root| matcher.fulfils(root)) {
            scratch.found.push(monitor.id);
        }
    }

    /// The number of a needle; it is kept for as long as anybody holds it.
    fn take(&mut self, place: Place, needle: &Needle) -> u32 {
        let lexicon = &mut self.lexicons[place as usize];
        if let Some(number) = lexicon.number(needle) {
            self.needles[number as usize].uses += 1;
            return number;
        }
        let entry = Entry { place, needle: needle.clone(), uses: 1 };
        let number = match self.free_needles.pop() {
            Some(number) => {
                self.needles[number as usize] = entry;
                number
            }
            None => {
                self.needles.push(entry);
                self.guards.push(Vec::new());
                self.needles.len() as u32 - 1
            }
        };
        lexicon.add(needle, number);
        number
    }

    fn give_back(&mut self, number: u32) {
        let entry = &mut self.needles[number as usize];
        entry.uses -= 1;
        if entry.uses == 0 {
            self.lexicons[entry.place as usize].remove(&entry.needle);
            entry.needle.term = String::new();
            self.guards[number as usize] = Vec::new();
            self.free_needles.push(number);
        }
    }

    /// Sets the guards of a monitor whose needles were taken; gives the needles where they stand.
    fn guard(&mut self, slot: u32, root: Option<&Node>) -> Vec<u32> {
        let known = |place: Place, needle: &Needle| {
            let number = self.lexicons[place as usize].number(needle).unwrap_or_default();
            let uses = self.needles.get(number as usize).map_or(0, |entry| entry.uses);
            Known { number, frequency: plan::frequency(place, needle, uses) }
        };
        let Some(guards) = root.and_then(|root| Plan::of(root, slot, &known).guards) else {
            self.unguarded.push(slot);
            return Vec::new();
        };
        let mut needles: Vec<u32> = guards.iter().map(|(needle, _)| *needle).collect();
        needles.sort_unstable();
        needles.dedup();
        for (needle, guard) in guards {
            let stands = &mut self.guards[needle as usize];
            if !stands.contains(&guard) {
                stands.push(guard);
            }
        }
        needles
    }
}

/// What one monitor of the set is told.
struct Together<'a> {
    words: View<'a>,
    author: View<'a>,
}

impl Evidence for Together<'_> {
    const READ: bool = true;

    fn words(&self) -> &impl Hits {
        &self.words
    }

    fn author(&self) -> &impl Hits {
        &self.author
    }
}
