//! Parts in any order, twice, across restarts, with the engine's book of errands played by a map.

use super::*;
use crate::said;
use proptest::prelude::*;
use tertulia_model::InboundKind;

const NOW: Millis = 1_750_000_000_000;

/// The engine's part: one errand a key, pieces gathered, an errand done only if its task is what was handed out. Items
/// are stored as the engine stores them: the first of a key, and newer revisions of it.
#[derive(Default)]
struct Book {
    errands: BTreeMap<String, Errand>,
    /// What an errand brought is noted before it is taken away as done, and not after.
    notes_first: bool,
    stored: BTreeMap<String, (i64, String, Vec<String>)>,
}

impl Book {
    fn gather(&mut self, errand: Errand) {
        match self.errands.get_mut(&errand.key) {
            Some(standing) => standing.gather(errand),
            None => drop(self.errands.insert(errand.key.clone(), errand)),
        }
    }

    fn bring(&mut self, part: &Told, now: Millis) {
        let piece = Piece { n: 1, charset: "UTF-8".to_owned(), bytes: part.words.clone().into_bytes() };
        let text = Text {
            id: part.id.clone(),
            from: "+491701234567".to_owned(),
            to: "12345".to_owned(),
            at: Some(now),
            pieces: vec![piece],
            of: part.of,
            revision: 0,
            files: Vec::new(),
            obeyed: None,
        };
        let joint = Joint { reference: 7, of: part.of, n: part.n };
        self.gather(super::part(text, joint, Hint::default(), now).unwrap());
    }

    /// Does what is due. `crash`: what the batch brought is durable, and that the errand is done is not noted.
    fn work(&mut self, now: Millis, crash: bool) {
        let due: Vec<Errand> = self.errands.values().filter(|errand| errand.due <= now).cloned().collect();
        for errand in due {
            let batch = run(errand.task.clone(), now).unwrap();
            for item in batch.items {
                let RawContent::Memory(bytes) = &item.content else { unreachable!() };
                for inbound in said::normalise("12345", &Hint::default(), bytes).unwrap() {
                    self.store(inbound.key.external_id, inbound.kind);
                }
            }
            if crash {
                continue;
            }
            if !self.notes_first {
                self.errands.remove(&errand.key);
            }
            batch.gathered.into_iter().for_each(|errand| self.gather(errand));
            if self.notes_first && self.errands[&errand.key].task == errand.task {
                self.errands.remove(&errand.key);
            }
        }
    }

    fn store(&mut self, id: String, kind: InboundKind) {
        match kind {
            InboundKind::Created(content) => drop(self.stored.entry(id).or_insert((0, content.text, content.remarks))),
            InboundKind::Edited { revision, content } => {
                let stored = self.stored.get_mut(&id).expect("an edit of what is not there");
                if revision > stored.0 {
                    *stored = (revision, content.text, content.remarks);
                }
            }
            other => panic!("{other:?}"),
        }
    }

    fn texts(&self) -> Vec<&str> {
        self.stored.values().map(|(_, text, _)| text.as_str()).collect()
    }
}

#[derive(Debug, Clone)]
struct Told {
    id: String,
    n: u8,
    of: u8,
    words: String,
}

fn told(id: &str, n: u8, of: u8, words: &str) -> Told {
    Told { id: id.to_owned(), n, of, words: words.to_owned() }
}

#[test]
fn what_is_complete_is_told_within_seconds() {
    let mut book = Book::default();
    book.bring(&told("b", 2, 2, "world"), NOW);
    book.work(NOW + SOON, false);
    assert_eq!(book.texts(), [""; 0], "half a message waits");
    book.bring(&told("a", 1, 2, "hello "), NOW + 3_000);
    book.work(NOW + 3_000 + SOON, false);
    assert_eq!(book.texts(), ["hello world"]);
    assert_eq!(book.stored.keys().next().unwrap(), "in:b", "what came first names it");
}

#[test]
fn a_part_that_never_comes_is_named_and_one_that_comes_late_completes_its_message() {
    let mut book = Book::default();
    book.bring(&told("a", 1, 3, "one "), NOW);
    book.bring(&told("c", 3, 3, "three"), NOW + 10);
    book.work(NOW + PATIENCE, false);
    assert_eq!(book.texts(), ["one  […] three"]);
    assert!(book.stored["in:a"].2[0].contains("these have not come: 2"));
    book.bring(&told("b", 2, 3, "two "), NOW + 3_600_000);
    book.work(NOW + 3_600_000 + SOON, false);
    assert_eq!(book.texts(), ["one two three"]);
    assert!(book.stored["in:a"].2.is_empty());
    book.work(NOW + 3 * REMEMBERED, false);
    assert!(book.errands.is_empty(), "it is forgotten after a day");
}

#[test]
fn a_repeat_by_the_gateway_or_the_network_doubles_nothing() {
    let mut book = Book::default();
    let (a, b) = (told("a", 1, 2, "once "), told("b", 2, 2, "only"));
    for part in [&a, &b, &a] {
        book.bring(part, NOW);
    }
    book.work(NOW + SOON, false);
    book.bring(&b, NOW + 60_000);
    book.bring(&told("b2", 2, 2, "only"), NOW + 61_000);
    for later in [62_000 + SOON, PATIENCE * 2, REMEMBERED * 2] {
        book.work(NOW + later, false);
    }
    assert_eq!(book.texts(), ["once only"]);
}

#[test]
fn a_reference_that_is_used_again_begins_another_message() {
    let mut book = Book::default();
    for (parts, at) in [(["first ", "message"], NOW), (["second ", "message"], NOW + REPEATED_WITHIN * 2)] {
        for (n, words) in (1u8..).zip(parts) {
            book.bring(&told(&format!("{at}/{n}"), n, 2, words), at);
        }
        book.work(at + SOON, false);
    }
    assert_eq!(book.texts(), ["first message", "second message"]);
}

#[test]
fn a_flood_under_one_key_is_told_and_forgotten() {
    let mut book = Book::default();
    for at in 0..=1_000i64 {
        book.bring(&told(&format!("{at:04}"), 1, 2, &format!("words {at}")), NOW);
    }
    book.work(NOW + SOON, false);
    assert_eq!((book.stored.len(), book.errands.len()), (1_001, 0));
}

#[test]
fn a_task_that_cannot_be_read_says_so() {
    assert!(matches!(run(serde_json::json!({ "parts": 3 }), NOW), Err(PullError::Misconfigured(_))));
}

proptest! {
    /// Nothing lost, nothing doubled, whatever the order, the repeats, the pauses and the crashes.
    #[test]
    fn one_message_comes_of_its_parts_whatever_happens_on_the_way(
        of in 2u8..6,
        notes_first in any::<bool>(),
        order in proptest::collection::vec((any::<prop::sample::Index>(), 0i64..400_000, any::<bool>(), any::<bool>()), 0..24),
    ) {
        let parts: Vec<Told> = (1..=of).map(|n| told(&format!("id{n}"), n, of, &format!("<{n}>"))).collect();
        let whole: String = parts.iter().map(|part| part.words.as_str()).collect();
        let mut book = Book { notes_first, ..Book::default() };
        let mut now = NOW;
        for (which, pause, works, crash) in order {
            book.bring(which.get(&parts), now);
            now += pause;
            if works {
                book.work(now, crash);
            }
        }
        for part in &parts {
            book.bring(part, now);
        }
        book.work(now + SOON, true);
        for later in [SOON, PATIENCE, PATIENCE * 2] {
            book.work(now + later, false);
        }
        prop_assert_eq!(book.texts(), [whole]);
        book.work(now + PATIENCE * 2 + REMEMBERED, false);
        prop_assert!(book.errands.is_empty());
    }
}
