//! `reach>10k`: how many people a message's channel says that it could reach.

use super::QueryError;
use super::lexer::Lexeme;
use std::fmt::{self, Formatter};

/// On which side of a number a reach must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bound {
    Above,
    AtLeast,
    Below,
    AtMost,
}

/// Longer ones first. Some keyboards give the wide signs.
const SIGNS: [(&str, Bound); 10] = [
    (">=", Bound::AtLeast),
    ("<=", Bound::AtMost),
    ("＞＝", Bound::AtLeast),
    ("＜＝", Bound::AtMost),
    ("≥", Bound::AtLeast),
    ("≤", Bound::AtMost),
    (">", Bound::Above),
    ("<", Bound::Below),
    ("＞", Bound::Above),
    ("＜", Bound::Below),
];
const NAME: &str = "reach";
/// What people write instead.
const ALMOST_NAMES: [&str; 4] = ["followers", "follower", "audience", "reached"];
const EXAMPLES: &str = "Write it without spaces as reach>10k, reach>=10000, reach<500 or reach<=2m";

impl Bound {
    /// Of what the channel does not say, nothing is known: neither that it is more nor that it is less.
    pub(super) fn holds(self, reach: Option<i64>, people: i64) -> bool {
        reach.is_some_and(|reach| match self {
            Self::Above => reach > people,
            Self::AtLeast => reach >= people,
            Self::Below => reach < people,
            Self::AtMost => reach <= people,
        })
    }
}

pub(super) fn is_sign(c: char) -> bool {
    matches!(c, '<' | '>' | '=' | '＜' | '＞' | '＝' | '≥' | '≤')
}

/// A word's name and what stands from the first sign or colon on.
fn parts(word: &str) -> (&str, &str) {
    word.split_at(word.find(|c| is_sign(c) || c == ':').unwrap_or(word.len()))
}

/// Whether a word, with the `rest` of the query behind it, is meant to ask for the reach.
pub(super) fn is_meant(word: &str, rest: &str) -> bool {
    let (name, behind) = parts(word);
    if !name.eq_ignore_ascii_case(NAME) {
        let is_almost = ALMOST_NAMES.iter().any(|almost| name.eq_ignore_ascii_case(almost));
        return is_almost && SIGNS.iter().any(|(sign, _)| behind.starts_with(sign));
    }
    let apart = rest.trim_start();
    let is_number = |text: &str| text.trim_start().starts_with(|c: char| c.is_ascii_digit());
    !behind.is_empty() || apart.starts_with(is_sign) && is_number(apart.trim_start_matches(is_sign))
}

/// Reads a word that is meant so.
pub(super) fn read(word: &str, start: usize) -> Result<Lexeme, QueryError> {
    let wrong = |from: usize, message: String| {
        let help = format!("{EXAMPLES}, or put the words in quotation marks to look for them.");
        Err(QueryError::new(start + from..start + word.len(), message, help))
    };
    let (name, behind) = parts(word);
    if !name.eq_ignore_ascii_case(NAME) {
        return wrong(0, format!("There is no “{name}” here; how many people a message could reach is its “{NAME}”."));
    }
    let Some((sign, bound)) = SIGNS.into_iter().find(|(sign, _)| behind.starts_with(sign)) else {
        return wrong(0, format!("“{NAME}” is compared with a number by > or <."));
    };
    let number = &behind[sign.len()..];
    match people(number) {
        Some(people) => Ok(Lexeme::Reach(bound, people)),
        None if number.is_empty() => wrong(0, format!("No number stands directly behind “{word}”.")),
        None => wrong(name.len() + sign.len(), format!("“{number}” is no number of people.")),
    }
}

/// `250`, `10k` or `2m`.
fn people(text: &str) -> Option<i64> {
    let (digits, times) = match text.char_indices().next_back()? {
        (at, 'k' | 'K') => (&text[..at], 1_000),
        (at, 'm' | 'M') => (&text[..at], 1_000_000),
        _ => (text, 1),
    };
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse::<i64>().ok().filter(|_| is_number)?.checked_mul(times)
}

pub(super) fn print(f: &mut Formatter<'_>, bound: Bound, people: i64) -> fmt::Result {
    let sign = match bound {
        Bound::Above => ">",
        Bound::AtLeast => ">=",
        Bound::Below => "<",
        Bound::AtMost => "<=",
    };
    match people {
        0 => write!(f, "{NAME}{sign}0"),
        _ if people % 1_000_000 == 0 => write!(f, "{NAME}{sign}{}m", people / 1_000_000),
        _ if people % 1_000 == 0 => write!(f, "{NAME}{sign}{}k", people / 1_000),
        _ => write!(f, "{NAME}{sign}{people}"),
    }
}
