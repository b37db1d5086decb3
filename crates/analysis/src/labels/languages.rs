//! Languages as numbers: no table to keep, and none that changes its number.

use crate::language;

/// No language, or none that could be told (ISO 639-2).
pub const UNKNOWN: &str = "und";
/// More than one (ISO 639-2).
pub const SEVERAL: &str = "mul";
/// Hindi in Latin letters (BCP 47).
pub const ROMANISED_HINDI: &str = "hi-Latn";

/// Above all codes of three letters: those of two that are written in Latin letters.
const IN_LATIN: u16 = 20_000;
const LETTERS: u16 = 27;

/// The number of a code of two or three letters, the second kind of them also with "-Latn". Letters count 1 to 26, the first
/// weighs most. Never above 20,729, so that 16 bits with a sign hold it.
///
/// ```
/// use tertulia_analysis::labels::languages::{pack, unpack};
/// assert_eq!(pack("de"), Some(4 * 27 + 5));
/// assert_eq!(unpack(pack("und").unwrap()).as_deref(), Some("und"));
/// assert_eq!(pack("German"), None);
/// ```
pub fn pack(code: &str) -> Option<u16> {
    let (letters, above) = match code.strip_suffix("-Latn") {
        Some(letters) => (letters, IN_LATIN),
        None => (code, 0),
    };
    let fits = letters.len() == 2 || letters.len() == 3 && above == 0;
    if !fits || !letters.bytes().all(|letter| letter.is_ascii_lowercase()) {
        return None;
    }
    Some(above + letters.bytes().fold(0, |whole, letter| whole * LETTERS + u16::from(letter - b'a' + 1)))
}

/// The code of a number; none where it is no code's.
pub fn unpack(number: u16) -> Option<String> {
    let (mut rest, end) = if number >= IN_LATIN { (number - IN_LATIN, "-Latn") } else { (number, "") };
    let mut letters = Vec::new();
    while rest > 0 {
        let letter = u8::try_from(rest % LETTERS).ok()?.checked_sub(1)?;
        letters.push(char::from(b'a' + letter));
        rest /= LETTERS;
    }
    let code: String = letters.into_iter().rev().collect::<String>() + end;
    (pack(&code) == Some(number)).then_some(code)
}

/// Whether a message can be said to be in it.
pub fn is_outcome(code: &str) -> bool {
    [UNKNOWN, SEVERAL, ROMANISED_HINDI].contains(&code) || language::known(code) == Some(code)
}
