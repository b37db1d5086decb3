//! Many queries asked about one message at once, as each would answer by itself.
//!
//! A message's texts are read once. Each token is looked up in one table of all words that any monitor looks for. A
//! monitor is asked only if the message holds its guard, a word without which it cannot match, and by a signature of the
//! message the other words that it needs; then [`Query::matches`]'s own function decides, over the places already found.

mod lexicon;
mod plan;
mod scratch;

pub use scratch::Scratch;

use crate::query::matching::{Evidence, Facts, Matcher};
use crate::query::phrase::{Hits, Needle, read};
use crate::query::{Document, Node, Query, Uses};
use lexicon::Lexicon;
use plan::{Book, Guard, Plan};
use scratch::Seen;
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
    /// By slot; beside the monitors, so that where a guard decides none of them is fetched from memory.
    ids: Vec<i64>,
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
    /// Its needles have the set's numbers.
    root: Option<Node>,
    uses: Uses,
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
            self.ids.push(id);
            self.monitors.len() as u32 - 1
        });
        let uses = query.uses();
        let mut take = |place, needles: Vec<&Needle>| -> Vec<u32> {
            needles.into_iter().map(|needle| self.take(place, needle)).collect()
        };
        let words = take(Place::Words, query.words.in_turn());
        let author = take(Place::Author, query.author.in_turn());
        let mut held = [&*words, &*author].concat();
        let mut root = query.root;
        if let Some(root) = &mut root {
            root.renumber(&words, &author);
            plan::values(root, &mut |place, term| {
                held.push(self.take(place, &Needle { term: term.to_owned(), prefix: false }));
            });
        }
        let guarded_by = self.guard(slot, root.as_ref());
        self.slots.insert(id, slot);
        self.ids[slot as usize] = id;
        self.monitors[slot as usize] = Some(Monitor { root, uses, held: held.into(), guarded_by: guarded_by.into() });
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
        let uses = move |monitor: &Option<Monitor>| monitor.as_ref().is_some_and(|monitor| monitor.uses.meets(changed));
        self.monitors.iter().zip(&self.ids).filter(move |(monitor, _)| uses(monitor)).map(|(_, id)| *id)
    }

    /// The numbers of all queries that match the document, rising: exactly those whose [`Query::matches`] says so.
    pub fn matching<'s>(&self, document: &Document<'_>, scratch: &'s mut Scratch) -> &'s [i64] {
        scratch.begin(self.needles.len(), self.monitors.len());
        let facts = Facts::of(document);
        self.look(document, &facts, scratch);
        for at in 0..scratch.seen.present.len() {
            let needle = scratch.seen.present[at];
            for guard in &self.guards[needle as usize] {
                if guard.lets_pass(&scratch.seen.signature) && scratch.is_first_ask(guard.monitor) {
                    self.ask(*guard, &facts, scratch);
                }
            }
        }
        for slot in &self.unguarded {
            self.ask(Guard::always(*slot), &facts, scratch);
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
        scratch.asks += 1;
        let slot = guard.monitor as usize;
        if guard.decides || self.monitors[slot].as_ref().is_some_and(|monitor| monitor.matches(facts, &scratch.seen)) {
            scratch.found.push(self.ids[slot]);
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
        let number = |place: Place, term: &str| {
            let needle = Needle { term: term.to_owned(), prefix: false };
            self.lexicons[place as usize].number(&needle).unwrap_or_default()
        };
        let frequency = |number: u32| self.needles.get(number as usize).map_or(0.0, Entry::frequency);
        let book = Book { number: &number, frequency: &frequency };
        let Some(guards) = root.and_then(|root| Plan::of(root, &book).guards(slot)) else {
            self.unguarded.push(slot);
            return Vec::new();
        };
        let mut needles = Vec::new();
        for (needle, guard) in guards {
            let stands = &mut self.guards[needle as usize];
            if !stands.contains(&guard) {
                stands.push(guard);
            }
            needles.push(needle);
        }
        needles.sort_unstable();
        needles.dedup();
        needles
    }
}

impl Monitor {
    fn matches(&self, facts: &Facts<'_>, seen: &Seen) -> bool {
        let Some(root) = &self.root else { return true };
        Matcher { facts, evidence: Together { seen } }.fulfils(root)
    }
}

/// What all monitors of the set are told.
struct Together<'a> {
    seen: &'a Seen,
}

impl Evidence for Together<'_> {
    const READ: bool = true;

    fn words(&self) -> &impl Hits {
        self.seen
    }

    fn author(&self) -> &impl Hits {
        self.seen
    }
}

#[cfg(test)]
mod tests;
