//! Words of a query as the tokens to look for, and looking for them in texts.

use crate::tokens::{Kind, MOST_TOKENS, Token, walk};
use std::collections::BTreeMap;
use std::ops::{ControlFlow, Range};

/// One word, or several that must stand side by side.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Phrase {
    /// As written, without quotation marks and a star at the end.
    pub text: Box<str>,
    pub quoted: bool,
    pub prefix: bool,
    /// How many positions it takes.
    pub length: u32,
    /// Most phrases are one word, which stands here, where no look elsewhere in memory is needed.
    pub first: Step,
    pub others: Box<[Step]>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Step {
    /// The needle's, among all that the query looks for in that place.
    pub number: u32,
    /// Positions after the first step.
    pub offset: u32,
}

/// A token to look for, whole or by how it begins.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Needle {
    pub term: String,
    pub prefix: bool,
}

impl Phrase {
    /// `number` knows the needles' numbers. `None` where the text holds no letter or digit.
    pub(super) fn new(text: &str, quoted: bool, prefix: bool, number: &mut impl FnMut(Needle) -> u32) -> Option<Self> {
        let mut needles: Vec<(Needle, u32)> = Vec::new();
        let mut signed_until = 0;
        let mut last_is_open = false;
        let flow = walk(text, 0, &mut |token: Token<'_>| {
            // The words of a tag are in the token that has its sign.
            let is_in_sign = token.kind != Kind::Sign && token.range.start < signed_until;
            match token.kind {
                Kind::Sign => signed_until = token.range.end,
                Kind::Tail => return ControlFlow::Continue(()),
                _ => {}
            }
            if !is_in_sign {
                let needle = Needle { term: token.folded.to_owned(), prefix: token.kind == Kind::Lone };
                last_is_open = matches!(token.kind, Kind::Word | Kind::Sign);
                needles.push((needle, token.position));
            }
            ControlFlow::Continue(())
        });
        let ControlFlow::Continue(length) = flow else { return None };
        if let Some((last, _)) = needles.last_mut()
            && prefix
            && last_is_open
        {
            last.prefix = true;
        }
        let mut steps = needles.into_iter().map(|(needle, offset)| Step { number: number(needle), offset });
        let first = steps.next()?;
        Some(Self { text: text.into(), quoted, prefix, length, first, others: steps.collect() })
    }

    pub(super) fn renumber(&mut self, numbers: &[u32]) {
        for step in std::iter::once(&mut self.first).chain(&mut self.others) {
            step.number = numbers[step.number as usize];
        }
    }

    pub(crate) fn steps(&self) -> impl Iterator<Item = &Step> {
        std::iter::once(&self.first).chain(&self.others)
    }
}

/// Numbers the needles of a query as they are met.
#[derive(Debug, Default)]
pub(super) struct Numbering(BTreeMap<Needle, u32>);

impl Numbering {
    pub(super) fn number(&mut self, needle: Needle) -> u32 {
        let next = self.0.len() as u32;
        *self.0.entry(needle).or_insert(next)
    }
}

/// The different tokens that a set of phrases looks for, quick to try against each token of a text.
#[derive(Debug, Clone)]
pub(crate) struct Needles {
    /// In order, each with its number.
    list: Vec<(Needle, u32)>,
    /// Whether any begins with this byte: most tokens are dismissed here.
    first_bytes: [u64; 4],
}

impl Needles {
    pub(super) fn of(numbering: Numbering) -> Self {
        let list: Vec<(Needle, u32)> = numbering.0.into_iter().collect();
        let mut first_bytes = [0; 4];
        for byte in list.iter().filter_map(|(needle, _)| needle.term.as_bytes().first()) {
            first_bytes[usize::from(byte / 64)] |= 1 << (byte % 64);
        }
        Self { list, first_bytes }
    }

    /// By their numbers.
    pub(crate) fn in_turn(&self) -> Vec<&Needle> {
        let mut list: Vec<&(Needle, u32)> = self.list.iter().collect();
        list.sort_by_key(|(_, number)| *number);
        list.into_iter().map(|(needle, _)| needle).collect()
    }

    /// Calls `found` with the number of each needle that the token fulfils, and whether that is the whole token.
    fn try_token(&self, folded: &str, mut found: impl FnMut(usize, bool)) {
        let Some(&first) = folded.as_bytes().first() else { return };
        if self.first_bytes[usize::from(first / 64)] >> (first % 64) & 1 == 0 {
            return;
        }
        // Whatever equals the token or begins it sorts before it, and begins with the same byte.
        let begin =
            self.list.partition_point(|(needle, _)| needle.term.as_bytes().first().is_some_and(|byte| *byte < first));
        for (needle, number) in self.list[begin..].iter().take_while(|(needle, _)| needle.term.as_str() <= folded) {
            let is_whole = needle.term == folded;
            if is_whole || needle.prefix && folded.starts_with(&needle.term) {
                found(*number as usize, is_whole);
            }
        }
    }
}

/// Where the tokens of a phrase were found, by the numbers that its steps have.
pub(crate) trait Hits {
    /// Positions, rising.
    fn of(&self, number: u32) -> &[u32];
}

/// Subject and body never stand side by side: more than any NEAR can bridge.
const GAP: u32 = 10_000;

/// Visits the tokens that a matcher looks at: no more of a message than an index holds, so that search and monitors
/// find the same, and a message of a hundred megabytes costs no more than one of some pages.
pub(crate) fn read(texts: &[&str], mut visit: impl FnMut(Token<'_>)) {
    let (mut position, mut left) = (0, MOST_TOKENS);
    for text in texts {
        let flow = walk(text, position, &mut |token: Token<'_>| {
            if left == 0 {
                return ControlFlow::Break(());
            }
            left -= 1;
            visit(token);
            ControlFlow::Continue(())
        });
        let ControlFlow::Continue(next) = flow else { return };
        position = next.saturating_add(GAP);
    }
}

/// All needles' hits in one set of texts.
pub(super) struct Scan(Vec<Vec<u32>>);

impl Scan {
    pub(super) fn over(needles: &Needles, texts: &[&str]) -> Self {
        let mut hits = vec![Vec::new(); needles.list.len()];
        if !hits.is_empty() {
            read(texts, |token| needles.try_token(token.folded, |number, _| hits[number].push(token.position)));
        }
        Self(hits)
    }
}

impl Hits for Scan {
    fn of(&self, number: u32) -> &[u32] {
        self.0.get(number as usize).map_or(&[], Vec::as_slice)
    }
}

/// All needles' hits in a text, and where each stands in it.
pub(super) struct Places {
    scan: Scan,
    bytes: Vec<Vec<Range<usize>>>,
}

impl Places {
    pub(super) fn over(needles: &Needles, text: &str) -> Self {
        let (mut hits, mut bytes) = (vec![Vec::new(); needles.list.len()], vec![Vec::new(); needles.list.len()]);
        read(&[text], |token| {
            needles.try_token(token.folded, |number, is_whole| {
                // A lone character found as the first of a pair is only that one.
                let end = if is_whole { token.range.end } else { token.first_end };
                hits[number].push(token.position);
                bytes[number].push(token.range.start..end);
            });
        });
        Self { scan: Scan(hits), bytes }
    }

    /// The bytes of the phrase that begins at this position.
    pub(super) fn bytes(&self, phrase: &Phrase, start: u32) -> Option<Range<usize>> {
        let found = phrase.steps().filter_map(|step| {
            let at = self.scan.of(step.number).binary_search(&(start + step.offset)).ok()?;
            self.bytes[step.number as usize].get(at).cloned()
        });
        found.reduce(|all, one| all.start.min(one.start)..all.end.max(one.end))
    }
}

impl Hits for Places {
    fn of(&self, number: u32) -> &[u32] {
        self.scan.of(number)
    }
}

impl Phrase {
    pub(super) fn is_in(&self, hits: &impl Hits) -> bool {
        !hits.of(self.first.number).is_empty() && (self.others.is_empty() || self.starts(hits).next().is_some())
    }

    /// The positions where the phrase begins, rising. Looks first for its rarest word.
    pub(super) fn starts<'h>(&'h self, hits: &'h impl Hits) -> impl Iterator<Item = u32> + 'h {
        let rarest = self.steps().min_by_key(|step| hits.of(step.number).len());
        rarest.into_iter().flat_map(move |rarest| {
            hits.of(rarest.number).iter().filter_map(move |position| {
                let start = position.checked_sub(rarest.offset)?;
                let stands = |step: &Step| hits.of(step.number).binary_search(&(start + step.offset)).is_ok();
                self.steps().all(stands).then_some(start)
            })
        })
    }
}

/// Where both phrases begin with at most `between` words between them, in either order: the nearest pairs.
pub(super) fn near<'h>(
    [left, right]: &'h [Phrase; 2],
    between: u32,
    hits: &'h impl Hits,
) -> impl Iterator<Item = (u32, u32)> + 'h {
    let rights: Vec<u32> = right.starts(hits).collect();
    let lefts = if rights.is_empty() { None } else { Some(left.starts(hits)) };
    lefts.into_iter().flatten().flat_map(move |one| {
        let (one_end, end) = (one + left.length, |other: u32| other + right.length);
        let after = rights.partition_point(|other| *other < one_end);
        let before = rights.partition_point(|other| end(*other) <= one);
        let next = rights.get(after).filter(|other| **other - one_end <= between);
        let last = before.checked_sub(1).and_then(|at| rights.get(at)).filter(|other| one - end(**other) <= between);
        [next, last].map(|other| other.map(|other| (one, *other))).into_iter().flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    /// Counts how often it is looked into.
    struct Counting<'a> {
        scan: Scan,
        looks: &'a Cell<usize>,
    }

    impl Hits for Counting<'_> {
        fn of(&self, number: u32) -> &[u32] {
            self.looks.set(self.looks.get() + 1);
            self.scan.of(number)
        }
    }

    #[test]
    fn a_message_of_nothing_but_a_phrases_words_costs_no_square() {
        let mut numbering = Numbering::default();
        let mut phrase = |text: &str| Phrase::new(text, true, false, &mut |needle| numbering.number(needle)).unwrap();
        let (never, pair) = (phrase("a b a"), [phrase("a"), phrase("b b b")]);
        let needles = Needles::of(numbering);
        let looks = Cell::new(0);
        let repeated = "a b b ".repeat(100_000);
        let hits = Counting { scan: Scan::over(&needles, &[&repeated]), looks: &looks };
        assert!(hits.of(0).len() + hits.of(1).len() <= MOST_TOKENS);
        assert!(!never.is_in(&hits));
        assert_eq!(near(&pair, 5, &hits).count(), 0);
        assert!(looks.get() < 10 * MOST_TOKENS, "{} looks", looks.get());
    }
}
