//! Plain marks of a text: does it hold a link, does it ask something.

use crate::quotes;
use memchr::memchr3_iter;

/// Whether an address of the web stands in the text.
///
/// ```
/// use tertulia_analysis::marks::has_link;
/// assert!(has_link("see https://example.org/menu"));
/// assert!(has_link("see WWW.example.org"));
/// assert!(!has_link("see the menu at http:// or www. something"));
/// ```
pub fn has_link(text: &str) -> bool {
    let bytes = text.as_bytes();
    let after = |at: usize, expected: &str| bytes.get(at..at + expected.len()).is_some_and(|found| found.eq_ignore_ascii_case(expected.as_bytes()));
    let host = |at: usize| text.get(at..).and_then(|rest| rest.chars().next()).is_some_and(|c| c.is_alphanumeric() || c == '[');
    // The colon of "http://", the first point of "www."
    memchr3_iter(b':', b'.', b'.', bytes).any(|at| match bytes[at] {
        b':' => {
            let is_scheme = at >= 4 && after(at - 4, "http") || at >= 5 && after(at - 5, "https");
            is_scheme && after(at, "://") && host(at + 3)
        }
        _ => {
            let is_first = at >= 3 && after(at - 3, "www") && (at == 3 || !bytes[at - 4].is_ascii_alphanumeric());
            is_first && host(at + 1)
        }
    })
}

/// Whether the text itself asks something: a question mark, of whichever script, that ends a word or a sentence. A
/// mark inside a link is none. Quotes are not looked into; see [`has_question_in`].
///
/// ```
/// use tertulia_analysis::marks::has_question;
/// assert!(has_question("Are you open?"));
/// assert!(has_question("هل أنتم مفتوحون؟"));
/// assert!(has_question("営業していますか？"));
/// assert!(!has_question("https://example.org/?page=2"));
/// ```
pub fn has_question(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'?', bytes).any(|at| {
        let ends = text[at + 1..].chars().next().is_none_or(|c| c.is_whitespace() || !(c.is_alphanumeric() || matches!(c, '=' | '&' | '%' | '/' | '_')));
        ends && text[..at].chars().rev().take_while(|c| *c != '\n').take(40).any(char::is_alphanumeric)
    }) || !text.is_ascii() && text.contains(['？', '؟', '\u{37E}', '՞', '፧', '¿', '⸮'])
}

/// Whether a message asks something in its author's own words. Of several texts the first is the subject, which counts
/// unless it only answers another.
pub fn has_question_in(texts: &[&str]) -> bool {
    match texts {
        [] => false,
        [body] => has_question(&quotes::own_text(body)),
        [subject, bodies @ ..] => asks_in_subject(subject) || bodies.iter().any(|body| has_question(&quotes::own_text(body))),
    }
}

/// Whether the subject asks; that of an answer or a forward repeats another's words.
pub(crate) fn asks_in_subject(subject: &str) -> bool {
    const REPEATS: [&str; 10] = ["re:", "aw:", "antw:", "rv:", "fw:", "fwd:", "wg:", "sv:", "vs:", "tr:"];
    let subject = subject.trim_start();
    let repeats = REPEATS.iter().any(|mark| subject.get(..mark.len()).is_some_and(|start| start.eq_ignore_ascii_case(mark)));
    !repeats && has_question(subject)
}
