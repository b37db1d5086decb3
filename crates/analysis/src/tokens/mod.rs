//! Words, as the full-text index, the search and the language guard see them.
//!
//! A token is a word of UAX #29, lower-cased and folded, with two differences, the same for texts and for queries:
//! punctuation inside a word splits it ("can't" is `can` `t`, "l'hôtel" is `l` `hotel`, "3.14" is `3` `14`, and so the
//! parts of addresses and links are words), and scripts without spaces become overlapping pairs of characters.
//!
//! `#tag` and `@name` give their words and, in front of them, one token with the sign (`#tag`, underscores kept).

mod class;
mod hash;
mod terms;
mod walk;

pub(crate) use class::floor_boundary;
pub(crate) use hash::{KeyedHash, eights};
pub use terms::{IndexTerms, index_terms};
pub(crate) use walk::{Kind, Token, walk};

use std::ops::{ControlFlow, Range};

/// Stored beside each index entry; it rises whenever the tokens of a text change.
pub const TOKEN_VERSION: i64 = 1;
/// How many tokens of one message are indexed; what lies beyond is shown as cut.
pub const MOST_TOKENS: usize = 16_000;
/// A longer token is cut, at a character's boundary.
pub const MOST_TOKEN_BYTES: usize = 64;

/// Visits each token of `text` with its folded form and where it stands, in bytes of `text`.
///
/// ```
/// let mut seen = Vec::new();
/// tertulia_analysis::tokens::for_each_token("Crème brûlée #Dessert 東京都", |token, range| seen.push((token.to_owned(), range)));
/// let tokens: Vec<&str> = seen.iter().map(|(token, _)| token.as_str()).collect();
/// assert_eq!(tokens, ["creme", "brulee", "#dessert", "dessert", "東京", "京都"]);
/// assert_eq!(seen[0].1, 0..6);
/// ```
pub fn for_each_token(text: &str, mut visit: impl FnMut(&str, Range<usize>)) {
    let _ = walk(text, 0, &mut |token: Token<'_>| {
        if token.kind != Kind::Tail {
            visit(token.folded, token.range);
        }
        ControlFlow::Continue(())
    });
}

/// Whether a token as it stands in its text is of a script without spaces, and so a pair of characters.
pub(crate) fn is_pair(text: &str) -> bool {
    text.chars().next().is_some_and(|c| class::table().class(c).is_paired())
}

/// Folds `text` for comparing words: lower case, no accents, compatible forms alike; spaces and punctuation stay.
///
/// ```
/// use tertulia_analysis::tokens::fold;
/// assert_eq!(fold("Straße"), "strasse");
/// assert_eq!(fold("ＣＡＦÉ & Łódź"), "cafe & lodz");
/// assert_eq!(fold("مُحَمَّد"), "محمد");
/// ```
pub fn fold(text: &str) -> String {
    if text.is_ascii() { text.to_ascii_lowercase() } else { class::folded_chars(text).collect() }
}
