//! Words of a query as the tokens to look for, and looking for them in texts.

use crate::tokens::{Kind, Token, walk};
use std::ops::{ControlFlow, Range};

/// One word, or several that must stand side by side.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Phrase {
    /// As written, without quotation marks and a star at the end.
    pub text: String,
    pub quoted: bool,
    pub prefix: bool,
    /// Never empty.
    pub steps: Vec<Step>,
    /// How many positions it takes.
    pub length: u32,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Step {
    pub needle: Needle,
    /// Positions after the first step.
    pub offset: u32,
}

/// A token to look for, whole or by how it begins.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Needle {
    pub term: String,
    pub prefix: bool,
}

impl Phrase {
    /// `None` where the text holds no letter or digit.
    pub(super) fn new(text: &str, quoted: bool, prefix: bool) -> Option<Self> {
        let mut steps: Vec<Step> = Vec::new();
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
                steps.push(Step { needle, offset: token.position });
            }
            ControlFlow::Continue(())
        });
        let ControlFlow::Continue(length) = flow else { return None };
        if let Some(last) = steps.last_mut()
            && prefix
            && last_is_open
        {
            last.needle.prefix = true;
        }
        (!steps.is_empty()).then(|| Self { text: text.to_owned(), quoted, prefix, steps, length })
    }
}

/// The different tokens that a set of phrases looks for, quick to try against each token of a text.
#[derive(Debug, Clone)]
pub(super) struct Needles {
    list: Vec<Needle>,
    /// Whether any begins with this byte: most tokens are dismissed here.
    first_bytes: [bool; 256],
}

impl Needles {
    pub(super) fn of(phrases: &[&Phrase]) -> Self {
        let mut list: Vec<Needle> = phrases.iter().flat_map(|phrase| &phrase.steps).map(|step| step.needle.clone()).collect();
        list.sort();
        list.dedup();
        let mut first_bytes = [false; 256];
        for byte in list.iter().filter_map(|needle| needle.term.as_bytes().first()) {
            first_bytes[usize::from(*byte)] = true;
        }
        Self { list, first_bytes }
    }

    /// Calls `found` with the number of each needle that the token fulfils.
    fn try_token(&self, folded: &str, mut found: impl FnMut(usize)) {
        let Some(&first) = folded.as_bytes().first() else { return };
        if !self.first_bytes[usize::from(first)] {
            return;
        }
        // Whatever equals the token or begins it sorts before it, and begins with the same byte.
        let begin = self.list.partition_point(|needle| needle.term.as_bytes().first().is_some_and(|byte| *byte < first));
        for (number, needle) in self.list.iter().enumerate().skip(begin).take_while(|(_, needle)| needle.term.as_str() <= folded) {
            if needle.term == folded || needle.prefix && folded.starts_with(&needle.term) {
                found(number);
            }
        }
    }
}

/// Where a needle was found.
#[derive(Debug, Clone)]
struct Hit {
    position: u32,
    bytes: Range<usize>,
}

/// Where a phrase was found.
#[derive(Debug, Clone)]
pub(super) struct Found {
    /// Positions.
    pub start: u32,
    pub end: u32,
    pub bytes: Range<usize>,
}

/// All needles' hits in one set of texts.
pub(super) struct Scan<'a> {
    needles: &'a Needles,
    hits: Vec<Vec<Hit>>,
}

/// Subject and body never stand side by side: more than any NEAR can bridge.
const GAP: u32 = 10_000;

impl<'a> Scan<'a> {
    pub(super) fn over(needles: &'a Needles, texts: &[&str]) -> Self {
        let mut hits: Vec<Vec<Hit>> = vec![Vec::new(); needles.list.len()];
        let mut position = 0;
        for text in texts.iter().filter(|_| !needles.list.is_empty()) {
            let flow = walk(text, position, &mut |token: Token<'_>| {
                needles.try_token(token.folded, |number| {
                    // A lone character found as the first of a pair is only that one.
                    let is_whole = needles.list[number].term == token.folded;
                    let end = if is_whole { token.range.end } else { token.first_end };
                    hits[number].push(Hit { position: token.position, bytes: token.range.start..end });
                });
                ControlFlow::Continue(())
            });
            if let ControlFlow::Continue(next) = flow {
                position = next.saturating_add(GAP);
            }
        }
        Self { needles, hits }
    }

    fn hits(&self, needle: &Needle) -> &[Hit] {
        self.needles.list.binary_search(needle).ok().and_then(|number| self.hits.get(number)).map_or(&[], Vec::as_slice)
    }

    pub(super) fn has(&self, phrase: &Phrase) -> bool {
        self.occurrences(phrase).next().is_some()
    }

    /// Where the phrase stands, in order. Starts from its rarest word.
    pub(super) fn occurrences<'s>(&'s self, phrase: &'s Phrase) -> impl Iterator<Item = Found> + 's {
        let rarest = phrase.steps.iter().min_by_key(|step| self.hits(&step.needle).len());
        rarest.into_iter().flat_map(move |rarest| {
            self.hits(&rarest.needle).iter().filter_map(move |hit| {
                let start = hit.position.checked_sub(rarest.offset)?;
                let mut bytes: Option<Range<usize>> = None;
                for step in &phrase.steps {
                    let hits = self.hits(&step.needle);
                    let at = hits.binary_search_by_key(&(start + step.offset), |hit| hit.position).ok()?;
                    let found = &hits[at].bytes;
                    bytes = Some(bytes.map_or(found.clone(), |b| b.start.min(found.start)..b.end.max(found.end)));
                }
                Some(Found { start, end: start + phrase.length, bytes: bytes? })
            })
        })
    }

    /// The first occurrences of both that have at most `between` words between them, in either order.
    pub(super) fn near(&self, left: &Phrase, right: &Phrase, between: u32) -> Vec<(Found, Found)> {
        let rights: Vec<Found> = self.occurrences(right).collect();
        let mut pairs = Vec::new();
        for one in self.occurrences(left) {
            let after = rights.partition_point(|other| other.start < one.end);
            let before = rights.partition_point(|other| other.end <= one.start);
            let next = rights.get(after).filter(|other| other.start - one.end <= between);
            let last = before.checked_sub(1).and_then(|at| rights.get(at)).filter(|other| one.start - other.end <= between);
            pairs.extend(next.into_iter().chain(last).map(|other| (one.clone(), other.clone())));
        }
        pairs
    }
}
