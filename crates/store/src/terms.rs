//! The words of the full-text index, in the one shape that both databases hold.
//!
//! A term is whatever stands between spaces, in lower-case ASCII; nothing else in it means anything to either database.

/// PostgreSQL refuses lexemes over 2,046 bytes, and nobody searches for them. A longer term is cut, in the index and in
/// the question, so it is still found.
const LONGEST_TERM: usize = 250;
/// PostgreSQL holds at most 1 MB of lexemes a row.
const MOST_BYTES: usize = 400_000;

/// The terms in a text that is to be indexed, as many as fit. A term that stands there twice is indexed once by either
/// database.
pub(crate) fn to_index(text: String) -> String {
    if is_ready(&text) {
        return text;
    }
    let mut joined = String::with_capacity(text.len().min(MOST_BYTES));
    for term in split(&text) {
        if joined.len() + 1 + term.len() > MOST_BYTES {
            break;
        }
        if !joined.is_empty() {
            joined.push(' ');
        }
        joined.push_str(&term);
    }
    joined
}

/// Whether a text has the index's shape already, as that of nearly every message has.
fn is_ready(text: &str) -> bool {
    let mut length = 0;
    let fits = |byte: u8| {
        length = if byte == b' ' { 0 } else { length + 1 };
        length <= LONGEST_TERM && !byte.is_ascii_uppercase() && !byte.is_ascii_control()
    };
    text.len() <= MOST_BYTES && text.bytes().all(fits)
}

/// The terms as the index holds them.
pub(crate) fn split(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| c == ' ' || c.is_ascii_control())
        .filter(|term| !term.is_empty())
        .map(|term| term[..term.floor_char_boundary(LONGEST_TERM)].to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_ready_stays_and_what_is_not_is_brought_into_shape() {
        let indexed = |text: &str| to_index(text.to_owned());
        assert_eq!(indexed("tea кофе #1"), "tea кофе #1");
        assert_eq!(indexed("Tea\tTIME  now"), "tea time now");
        assert_eq!(indexed(&"x".repeat(300)).len(), LONGEST_TERM);
        assert!(indexed(&"term ".repeat(100_000)).len() <= MOST_BYTES);
    }
}
