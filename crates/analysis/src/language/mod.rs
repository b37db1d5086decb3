//! The language of a message: by its script where that tells, by a small model (whichlang) for what that knows, and
//! "und" (undetermined, ISO 639-2) rather than a guess.

mod scripts;
mod words;

use scripts::{Script, Tally};
use whichlang::Lang;
pub(crate) use words::is_common;

/// How much of a text is looked at: enough for any language, and the same cost for a book as for a page.
const MOST_BYTES: usize = 1_200;
/// Fewer Latin letters than this say too little.
const LEAST_LATIN: usize = 12;
const LEAST_OTHER: usize = 2;
/// The codes (ISO 639-1) that a language can be said to have by somebody who knows.
const KNOWN: [&str; 59] = [
    "am", "ar", "as", "be", "bg", "bn", "bo", "cs", "da", "de", "dv", "el", "en", "es", "fa", "fi", "fr", "gu", "he",
    "hi", "hu", "hy", "is", "it", "ja", "ka", "kk", "km", "kn", "ko", "lo", "lt", "lv", "mk", "ml", "mr", "my", "ne",
    "nl", "no", "or", "pa", "pl", "ps", "pt", "ro", "ru", "si", "sr", "sv", "ta", "te", "th", "tr", "uk", "ur", "vi",
    "yi", "zh",
];

/// The code as it is kept, of a language that somebody named: "ES", "es-MX".
pub fn known(named: &str) -> Option<&'static str> {
    let primary = named.split(['-', '_']).next().unwrap_or(named).trim();
    KNOWN.into_iter().find(|code| code.eq_ignore_ascii_case(primary))
}

/// ISO 639-1 code of the language, lower case, or "und".
///
/// ```
/// use tertulia_analysis::language::detect;
/// assert_eq!(detect("Vielen Dank für die schnelle Lieferung, der Kaffee schmeckt wunderbar."), "de");
/// assert_eq!(detect("Καλημέρα σας"), "el");
/// assert_eq!(detect("コーヒーはまだですか"), "ja");
/// assert_eq!(detect("ok :-) https://example.org/das-ist-ein-link"), "und");
/// ```
pub fn detect(text: &str) -> &'static str {
    let prose = prose(text);
    let tally = Tally::of(&prose);
    let Some(script) = tally.main() else { return "und" };
    if script != Script::Latin {
        return if tally.letters() < LEAST_OTHER { "und" } else { scripts::language(script, &prose) };
    }
    if tally.letters() < LEAST_LATIN {
        return "und";
    }
    latin(&prose)
}

fn latin(prose: &str) -> &'static str {
    let code = match whichlang::detect_language(prose) {
        Lang::Deu => "de",
        Lang::Eng => "en",
        Lang::Fra => "fr",
        Lang::Ita => "it",
        Lang::Nld => "nl",
        Lang::Por => "pt",
        Lang::Spa => "es",
        Lang::Swe => "sv",
        Lang::Tur => "tr",
        Lang::Vie => "vi",
        // The model took Latin letters for another script's.
        _ => return "und",
    };
    words::foreign_letters(prose, code).unwrap_or_else(|| words::confirmed(prose, code))
}

/// The first words of the text that are words: no links, addresses, names and numbers.
fn prose(text: &str) -> String {
    let mut prose = String::with_capacity(MOST_BYTES.min(text.len()));
    // A text of links alone must not be read to its end either.
    let start = &text[..crate::tokens::floor_boundary(text, MOST_BYTES * 4)];
    for word in start.split_whitespace() {
        let is_prose = !word.contains(['@', '＠'])
            && !word.contains("://")
            && !word.starts_with("www.")
            && !word.starts_with(['>', '&']);
        if is_prose && word.contains(char::is_alphabetic) {
            if !prose.is_empty() {
                prose.push(' ');
            }
            let room = MOST_BYTES.saturating_sub(prose.len());
            let part = &word[..crate::tokens::floor_boundary(word, room)];
            prose.push_str(part.trim_start_matches('#'));
            if part.len() < word.len() {
                break;
            }
        }
    }
    prose
}

#[cfg(test)]
mod tests;
