//! Promises in our own replies: "I'll check by Friday". A small grammar for each language, in tables: what begins a
//! commitment in the first person, what takes it back (no, if, maybe, whoever else said it), and how days are named.
//!
//! Nothing is taken for a promise by this alone: a person confirms it. So a doubtful sentence is left out.

mod dates;
mod languages;
mod patterns;
mod rules;
pub(crate) mod sentences;
mod words;

use crate::quotes;
use jiff::{Timestamp, Zoned, civil::Date, tz::TimeZone};
use rules::{Meaning, Rules};
use sentences::Sentence;
use std::sync::LazyLock;
use tertulia_model::Millis;
use words::Spelt;

/// How much of a reply is looked at.
const MOST_BYTES: usize = 16_000;
/// More than these in one reply are no promises any more.
const MOST_FOUND: usize = 5;
/// A shorter text in a language of which nothing is known here may be in one that is.
const SHORT_BYTES: usize = 240;

/// By what a promise was recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// A turn of phrase that promises by itself: "leave it with me", "ich melde mich".
    Phrase,
    /// Something we shall do: "I'll check", "lo revisaré".
    Future,
    /// Something we do, with the day on which we do it: "te lo envío mañana".
    Dated,
}

impl Sign {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Phrase => "phrase",
            Self::Future => "future",
            Self::Dated => "dated",
        }
    }
}

/// A sentence that looks like a promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The sentence, in bytes of the text.
    pub start: usize,
    pub end: usize,
    /// The end of the day it names, if it names one.
    pub due: Option<Millis>,
    pub sign: Sign,
    /// In whose grammar it was found.
    pub language: &'static str,
}

static RULES: LazyLock<Vec<Rules>> = LazyLock::new(|| languages::ALL.iter().map(|table| Rules::of(table)).collect());

/// The languages in which promises are found.
pub fn languages() -> impl Iterator<Item = &'static str> {
    languages::ALL.iter().map(|table| table.code)
}

/// What is promised in a reply of ours, in its language (as [`crate::analyse()`] tells it), sent at a moment by an
/// organisation in a time zone. What is quoted in it, and its signature, promise nothing.
///
/// ```
/// use jiff::tz::TimeZone;
/// // Monday, 30 November 2026, ten in the morning.
/// let text = "Thanks, Ana.\nI'll check by Friday.\n\n> I'll come tomorrow\n";
/// let found = tertulia_analysis::promises::find(text, "en", 1_796_032_800_000, &TimeZone::UTC);
/// assert_eq!(&text[found[0].start..found[0].end], "I'll check by Friday.");
/// assert_eq!(found[0].due, Some(1_796_428_799_999), "the end of 4 December");
/// assert_eq!(found.len(), 1);
/// ```
pub fn find(text: &str, language: &str, at: Millis, zone: &TimeZone) -> Vec<Candidate> {
    let Ok(at) = Timestamp::from_millisecond(at) else { return Vec::new() };
    let sent = at.to_zoned(zone.clone());
    let start = &text[..crate::tokens::floor_boundary(text, MOST_BYTES)];
    let parts = quotes::split(start);
    let mut rules: Vec<&Rules> = RULES.iter().filter(|rules| rules.code == language).collect();
    if rules.is_empty() && (language == "und" || text.len() < SHORT_BYTES) {
        rules.extend(RULES.iter());
    }
    let mut found = Vec::new();
    for extent in parts.own {
        for sentence in sentences::split(start, extent) {
            if found.len() == MOST_FOUND {
                return found;
            }
            found.extend(promised(&rules, &sentence, start, &sent).map(|(language, sign, day)| Candidate {
                start: sentence.start,
                end: sentence.end,
                due: day.and_then(|day| end_of(day, zone)),
                sign,
                language,
            }));
        }
    }
    found
}

/// What a sentence promises, by whichever grammar: what one of them takes back is no promise in any.
fn promised(
    rules: &[&Rules],
    sentence: &Sentence,
    text: &str,
    sent: &Zoned,
) -> Option<(&'static str, Sign, Option<Date>)> {
    if sentence.asks {
        return None;
    }
    let (mut first, mut spelt) = (None, [None, None]);
    for rules in rules {
        let spelt = spelt[usize::from(rules.elides)].get_or_insert_with(|| Spelt::of(sentence, text, rules.elides));
        match rules.recognise(spelt, sent) {
            Meaning::Promise(sign, day) => first = first.or(Some((rules.code, sign, day))),
            Meaning::TakenBack => return None,
            Meaning::Nothing => {}
        }
    }
    first
}

/// How promises may begin, each with the number of its grammar; but for those that an ending alone tells ([`is_future`]).
pub(crate) fn beginnings() -> Vec<(u32, Sign, String)> {
    let of =
        |(number, rules): (u32, &Rules)| rules.beginnings().map(move |(sign, words)| (number, sign, words)).collect();
    (0..).zip(RULES.iter()).flat_map(|one| -> Vec<_> { of(one) }).collect()
}

/// How days may be named, in whichever grammar.
pub(crate) fn days() -> Vec<String> {
    let named = |table: &&languages::Table| {
        let times = table.times.iter().map(|(words, _)| *words).chain(table.units.iter().map(|(words, _)| *words));
        let lists = times.chain(table.weekdays).chain(table.months);
        lists.flat_map(|list| patterns::Pattern::list(list, ("", ""))).collect::<Vec<_>>()
    };
    languages::ALL.iter().flat_map(named).flat_map(|pattern| pattern.beginnings()).collect()
}

/// The grammars (a bit for each) in which a word may be a future by its ending alone: "revisaré", "controlleremo".
#[inline]
pub(crate) fn is_future(word: &str) -> u64 {
    let codes: &[&str] = match word.as_bytes() {
        [.., b'r', 0xC3, 0xA9] => &["es"],
        [.., b'r', b'e', b'm', b'o', b's'] => &["es", "pt"],
        [.., b'r', b'e', b'i'] => &["pt"],
        [.., b'r', 0xC3, 0xB2] | [.., b'r', b'e', b'm', b'o'] => &["it"],
        // Most words end otherwise.
        _ => return 0,
    };
    codes.iter().filter_map(|code| languages().position(|known| known == *code)).fold(0, |bits, at| bits | 1 << at)
}

/// Whether a sentence promises, by any of some grammars (a bit for each), whatever its day is.
pub(crate) fn is_promised(text: &str, part: tertulia_model::Extent, grammars: u64) -> bool {
    let rules = (0..).zip(RULES.iter()).filter(|(number, _)| grammars >> number & 1 == 1);
    let rules: Vec<&Rules> = rules.map(|(_, rules)| rules).collect();
    let sent = Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC);
    sentences::split(text, part).iter().any(|sentence| promised(&rules, sentence, text, &sent).is_some())
}

/// The last moment of a day.
pub fn end_of(day: Date, zone: &TimeZone) -> Option<Millis> {
    let next = day.tomorrow().ok()?.to_zoned(zone.clone()).ok()?;
    Some(next.timestamp().as_millisecond() - 1)
}
