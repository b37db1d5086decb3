//! Which items of a feed are news.

use crate::{
    document::Entry,
    memory::{Marks, Memory, Verdict},
};
use tertulia_model::Millis;

/// Fewer items that look new are no flood.
const LEAST_FLOOD: usize = 5;
const DAY: Millis = 24 * 3_600_000;

/// The items to be given out, by their place in the feed.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Sifted {
    pub new: Vec<usize>,
    pub edited: Vec<usize>,
    /// More than half of a known feed looked new, and most of that was old: what this names is taken as its past, and what
    /// is new is left for the next look.
    pub past: Vec<usize>,
    /// Something is held back for later.
    pub waits: bool,
}

impl Sifted {
    pub fn is_flood(&self) -> bool {
        !self.past.is_empty()
    }
}

/// Sifts what a feed shows and notes what is given out. `newest` is the newest date that an item of it had before; none
/// where it is read for the first time, and everything is its past.
pub fn sift(memory: &mut Memory, entries: &[Entry], marks: &[Marks], newest: Option<Millis>, now: Millis) -> Sifted {
    let verdicts: Vec<Verdict> = marks.iter().map(|marks| memory.judge(marks, now)).collect();
    let new = || (0..verdicts.len()).filter(|at| matches!(verdicts[*at], Verdict::New { .. }));
    let is_old = |at: &usize| {
        let dated = entries[*at].stated_at().zip(newest).is_some_and(|(stated, newest)| stated < newest - DAY);
        dated || verdicts[*at] == Verdict::New { familiar: true }
    };
    let (count, old) = (new().count(), new().filter(is_old).count());
    let flood = newest.is_some() && count >= LEAST_FLOOD && count * 2 > entries.len() && old * 2 > count;
    // In a flood nothing that was written by then is news.
    let is_past = |at: &usize| {
        is_old(at) || entries[*at].stated_at().zip(newest).is_some_and(|(stated, newest)| stated <= newest)
    };
    let mut sifted = Sifted { waits: flood, ..Sifted::default() };
    for (at, (marks, verdict)) in marks.iter().zip(&verdicts).enumerate() {
        match verdict {
            Verdict::Known => {}
            Verdict::EditedAgain => sifted.waits = true,
            Verdict::Edited => sifted.edited.push(at),
            Verdict::Renamed => {}
            Verdict::New { .. } if !flood => sifted.new.push(at),
            Verdict::New { .. } if is_past(&at) => {
                // The same words under another address: what moved is not said again.
                if !memory.knows_words(marks) {
                    sifted.past.push(at);
                }
            }
            Verdict::New { .. } => continue,
        }
        memory.note(marks, *verdict, now);
    }
    memory.trim(marks);
    sifted
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = 1_750_000_000_000;

    fn posts(count: usize, of: impl Fn(usize) -> (String, String, Millis)) -> (Vec<Entry>, Vec<Marks>) {
        let one = |n| {
            let (id, link, at) = of(n);
            let words = id.trim_start_matches(|c: char| !c.is_ascii_digit() && c != '+');
            let text = format!("The words of post {words} are quite long, as the words of posts are.");
            let entry = Entry { link: Some(link), text, published: Some(at), ..Entry::default() };
            let marks = Marks::of(&id, &entry);
            (entry, marks)
        };
        (0..count).map(one).unzip()
    }

    fn usual(n: usize) -> (String, String, Millis) {
        (format!("id:{n}"), format!("https://a.example/{n}"), NOW - 10 * DAY * n as i64)
    }

    fn heard() -> Memory {
        let mut memory = Memory::default();
        let (entries, marks) = posts(20, usual);
        assert_eq!(sift(&mut memory, &entries, &marks, None, NOW).new.len(), 20);
        memory
    }

    #[test]
    fn a_feed_that_changes_its_ids_its_dates_or_its_domain_brings_nothing_again() {
        let changed_ids = |n| (format!("uuid:{n}"), usual(n).1, usual(n).2);
        let changed_dates = |n| (usual(n).0, usual(n).1, NOW);
        let moved = |n| (format!("https://b.example/{n}"), format!("https://b.example/{n}"), NOW);
        let all_of_it = |n| (format!("uuid:{n}"), format!("https://b.example/archive/{n}"), usual(n).2);
        for (what, of) in [
            ("ids", &changed_ids as &dyn Fn(usize) -> _),
            ("dates", &changed_dates),
            ("domain", &moved),
            ("ids, addresses", &all_of_it),
        ] {
            let mut memory = heard();
            let (entries, marks) = posts(20, of);
            let sifted = sift(&mut memory, &entries, &marks, Some(NOW), NOW);
            assert!(sifted.new.is_empty() && sifted.past.is_empty() && sifted.edited.is_empty(), "{what}: {sifted:?}");
            let again = sift(&mut memory, &entries, &marks, Some(NOW), NOW);
            assert_eq!(again, Sifted::default(), "{what}: the second time");
        }
    }

    #[test]
    fn old_posts_that_look_new_are_the_past_and_what_is_new_among_them_comes_next() {
        let mut memory = heard();
        // Another program shows the archive (30 posts, of which 20 have other words now), and one post is new.
        let of = |n: usize| (format!("uuid:{n}"), usual(n).1, if n == 30 { NOW + 1 } else { usual(n).2 });
        let (mut entries, mut marks) = posts(31, of);
        for n in 0..20 {
            entries[n].text.push_str(" (moved)");
            marks[n] = Marks::of(&format!("uuid:{n}"), &entries[n]);
        }
        let sifted = sift(&mut memory, &entries, &marks, Some(NOW), NOW);
        assert_eq!((sifted.past.len(), sifted.new.len(), sifted.waits), (30, 0, true));
        let next = sift(&mut memory, &entries, &marks, Some(NOW), NOW);
        assert_eq!((next.past.len(), next.new, next.waits), (0, vec![30], false));
    }

    #[test]
    fn a_feed_that_was_away_for_long_brings_everything_new() {
        let mut memory = heard();
        let later = |n| (format!("id:+{n}"), format!("https://a.example/+/{n}"), NOW + 1 + n as i64);
        let (entries, marks) = posts(20, later);
        assert_eq!(sift(&mut memory, &entries, &marks, Some(NOW), NOW).new.len(), 20);
    }
}
