//! Letters as the model knows them: which script a character belongs to, its code of twelve bits, and n-grams as numbers.
//!
//! A word is a run of letters of one script that has several languages; its n-grams take in the boundaries at both ends.
//! Marks that combine end a word, as they do in the texts that the model's figures come from.

/// The scripts whose languages the model tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    Latin,
    Cyrillic,
    Arabic,
    Devanagari,
}

impl Group {
    pub const ALL: [Self; 4] = [Self::Latin, Self::Cyrillic, Self::Arabic, Self::Devanagari];
}

/// The longest n-gram.
pub const LONGEST: usize = 5;
/// Stands before the first letter of a word and after its last.
pub const BOUNDARY: u64 = 1;
const BITS: u32 = 12;

/// The letters before and with the one that was read last, at most [`LONGEST`], each in twelve bits, the last lowest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window(u64);

impl Window {
    /// At the beginning of a word.
    pub const START: Self = Self(BOUNDARY);

    #[inline]
    #[must_use]
    pub fn with(self, code: u64) -> Self {
        Self(self.0 << BITS | code)
    }

    /// The last `length` letters as one number. Codes are never 0, so n-grams of different lengths differ; None where the
    /// word has not that many.
    #[inline]
    pub fn gram(self, length: usize) -> Option<u64> {
        let gram = ending(self.0, length);
        (gram >> (BITS as usize * (length - 1)) != 0).then_some(gram)
    }
}

/// How many letters an n-gram has.
pub fn length(gram: u64) -> usize {
    (u64::BITS - gram.leading_zeros()).div_ceil(BITS) as usize
}

/// The n-gram without its last letter.
pub fn context(gram: u64) -> u64 {
    gram >> BITS
}

/// The last letters of an n-gram.
pub fn ending(gram: u64, length: usize) -> u64 {
    gram & ((1 << (BITS as usize * length)) - 1)
}

/// The n-gram of these codes, the first letter first.
pub fn gram(codes: &[u64]) -> u64 {
    codes.iter().fold(0, |gram, code| gram << BITS | code)
}

/// A letter's group and code, lower case; None for whatever is no letter of a group.
#[inline]
pub fn letter(c: char) -> Option<(Group, u64)> {
    let code = u64::from(u32::from(c));
    match code {
        0x41..=0x5A => Some((Group::Latin, code | 0x20)),
        0x61..=0x7A => Some((Group::Latin, code)),
        0..0xAA => None,
        _ => wide(c),
    }
}

fn wide(c: char) -> Option<(Group, u64)> {
    let group = match u32::from(c) {
        0xAA | 0xBA | 0xC0..=0xD6 | 0xD8..=0xF6 | 0xF8..=0x2AF | 0x1E00..=0x1EFF => Group::Latin,
        0x400..=0x481 | 0x48A..=0x52F => Group::Cyrillic,
        0x620..=0x64A | 0x66E..=0x66F | 0x671..=0x6D3 | 0x6D5 | 0x6E5..=0x6E6 | 0x6EE..=0x6EF => Group::Arabic,
        0x6FA..=0x6FC | 0x6FF | 0x750..=0x77F => Group::Arabic,
        0x904..=0x939 | 0x93D | 0x950 | 0x958..=0x961 | 0x971..=0x97F => Group::Devanagari,
        _ => return None,
    };
    let mut lower = c.to_lowercase();
    let code = match (lower.next().map(u32::from), lower.next()) {
        // İ becomes an i with a dot above it.
        (Some(lower), None) => lower,
        (Some(_), Some(_)) => 0x69,
        (None, _) => return None,
    };
    match code {
        // Where other scripts' combining marks stand, which are no letters.
        0x1E00..=0x1EFF => Some((group, u64::from(0x300 + (code & 0xFF)))),
        2..0x1000 => Some((group, u64::from(code))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_have_a_group_and_one_code_for_both_cases() {
        for (upper, lower, group) in [
            ('A', 'a', Group::Latin),
            ('Ž', 'ž', Group::Latin),
            ('Ế', 'ế', Group::Latin),
            ('Я', 'я', Group::Cyrillic),
            ('Қ', 'қ', Group::Cyrillic),
        ] {
            assert_eq!(letter(upper), letter(lower));
            assert_eq!(letter(upper).map(|found| found.0), Some(group));
        }
        for none in [' ', '1', '×', '÷', '\u{301}', '\u{64B}', '\u{93E}', 'א', '漢', '🙂', '\0', '\u{1}'] {
            assert_eq!(letter(none), None, "{none:?}");
        }
        assert!(
            (0..=0x10_FFFF).filter_map(char::from_u32).filter_map(letter).all(|(_, code)| (2..0x1000).contains(&code))
        );
    }

    #[test]
    fn a_window_gives_the_last_letters_and_no_more_than_there_are() {
        let codes: Vec<u64> = "kaffe".chars().filter_map(letter).map(|(_, code)| code).collect();
        let window = codes.iter().fold(Window::START, |window, code| window.with(*code));
        assert_eq!(window.gram(5), Some(gram(&codes)));
        assert_eq!(window.gram(2), Some(gram(&codes[3..])));
        let short = Window::START.with(codes[0]);
        assert_eq!((short.gram(2), short.gram(3)), (Some(gram(&[BOUNDARY, codes[0]])), None));
        assert_eq!((length(gram(&codes)), length(gram(&codes[..1])), length(BOUNDARY)), (5, 1, 1));
        assert_eq!(context(gram(&codes)), gram(&codes[..4]));
    }
}
