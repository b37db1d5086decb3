//! What a character is to a tokeniser, and how it looks once folded.

use std::ops::Range;
use std::sync::LazyLock;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// Ends a word.
    Break,
    /// Letters and digits of scripts that put spaces between words.
    Word,
    /// Combining marks: belong to what stands before them.
    Mark,
    /// Format characters inside a word (soft hyphen, joiners, bidi controls, tatweel; UAX #29 rule WB4): as if not there.
    Ignored,
    /// Scripts without spaces. Han and the kana mix within a word and count as one.
    Cjk,
    Thai,
    Lao,
    Khmer,
    Myanmar,
}

impl Class {
    /// Whether words of this class are indexed as overlapping pairs.
    pub(super) fn is_paired(self) -> bool {
        matches!(self, Self::Cjk | Self::Thai | Self::Lao | Self::Khmer | Self::Myanmar)
    }

    pub(super) fn is_word_part(self) -> bool {
        self != Self::Break
    }
}

/// Below this the folded form of each character is looked up: Latin, Greek, Cyrillic, Armenian, Hebrew, Arabic.
const FOLDED_END: u32 = 0x700;
/// So is that of these: Latin with the accents of Vietnamese and others.
const MORE_LATIN: Range<u32> = 0x1E00..0x1F00;
/// Below this the class is.
const CLASSES_END: u32 = 0x3100;

/// The folded form, filled up with zeros: at most three characters, of at most two bytes each.
type Folded = [u16; 3];

/// The looked-up part; fetched once a text, so that the hot loop does not ask the lock again.
pub(super) struct Table {
    classes: Vec<Class>,
    folded: Vec<Folded>,
    more_latin: Vec<Folded>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let class = |code: u32| char::from_u32(code).map_or(Class::Break, class_by_rules);
    let fold = |code: u32| {
        let mut folded = String::new();
        if let Some(c) = char::from_u32(code).filter(|c| class_by_rules(*c).is_word_part()) {
            fold_by_rules(c.encode_utf8(&mut [0; 4]), &mut folded);
        }
        let mut units = folded.encode_utf16();
        std::array::from_fn(|_| units.next().unwrap_or_default())
    };
    Table {
        classes: (0..CLASSES_END).map(class).collect(),
        folded: (0..FOLDED_END).map(fold).collect(),
        more_latin: MORE_LATIN.map(fold).collect(),
    }
});

pub(super) fn table() -> &'static Table {
    &TABLE
}

impl Table {
    #[inline]
    pub(super) fn class(&self, c: char) -> Class {
        match self.classes.get(c as usize) {
            Some(class) => *class,
            None => class_by_rules(c),
        }
    }

    #[inline]
    fn folded(&self, c: char) -> Option<&Folded> {
        let code = c as usize;
        self.folded.get(code).or_else(|| self.more_latin.get(code.checked_sub(MORE_LATIN.start as usize)?))
    }

    /// Appends the folded form of `text`'s letters, digits and marks; what else stands in it is left out. Reads and
    /// writes only about as much as a token may hold, so that a "word" of a megabyte costs nothing.
    pub(super) fn fold_word(&self, text: &str, most: usize, out: &mut String) {
        let begin = out.len();
        for c in text.chars() {
            if c.is_ascii_lowercase() || c.is_ascii_digit() {
                out.push(c);
            } else if let Some(folded) = self.folded(c) {
                let units = folded.iter().take_while(|unit| **unit != 0);
                out.extend(units.filter_map(|unit| char::from_u32(u32::from(*unit))));
            } else if folds_to_itself(c) {
                out.push(c);
            } else if class_by_rules(c) != Class::Ignored {
                out.truncate(begin);
                fold_by_rules(&text[..floor_boundary(text, SLOW_BYTES)], out);
                break;
            }
            if out.len() - begin >= most {
                break;
            }
        }
        let end = floor_boundary(out, begin + most);
        out.truncate(end);
    }
}

/// How much of a word is read where it must be normalised as a whole: marks without end must not cost time without end.
const SLOW_BYTES: usize = 512;

/// The greatest char boundary not after `at`.
pub(crate) fn floor_boundary(text: &str, at: usize) -> usize {
    if at >= text.len() {
        return text.len();
    }
    (0..=at).rev().find(|&i| text.is_char_boundary(i)).unwrap_or(0)
}

/// Frequent characters that folding leaves as they are: Hangul syllables, common Han, kana, Devanagari, Ethiopic. What
/// changes beside others is not among them, and sends its word to the rules: a voicing mark behind a kana, a dot below a letter
/// of Devanagari and the letters that have it, accents.
#[inline]
fn folds_to_itself(c: char) -> bool {
    matches!(c, '\u{AC00}'..='\u{D7A3}' | '\u{4E00}'..='\u{9FFF}' | '\u{3400}'..='\u{4DBF}')
        || matches!(c, '\u{3041}'..='\u{3096}' | '\u{30A1}'..='\u{30FA}' | '\u{30FC}')
        || matches!(c, '\u{900}'..='\u{928}' | '\u{92A}'..='\u{930}' | '\u{932}' | '\u{933}' | '\u{935}'..='\u{93B}')
        || matches!(c, '\u{93D}'..='\u{950}' | '\u{955}'..='\u{957}' | '\u{960}'..='\u{97F}')
        || matches!(c, '\u{1200}'..='\u{135A}')
}

/// Controls that show nothing, and the tatweel that only stretches an Arabic word.
fn is_format(c: char) -> bool {
    matches!(c,
        '\u{AD}' | '\u{61C}' | '\u{640}' | '\u{180B}'..='\u{180F}' | '\u{200C}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}'
        | '\u{E0001}'..='\u{E01EF}')
}

fn class_by_rules(c: char) -> Class {
    match c {
        '\u{4E00}'..='\u{9FFF}' | '\u{3041}'..='\u{3096}' | '\u{30A1}'..='\u{30FA}' | '\u{30FC}' => return Class::Cjk,
        '\u{AC00}'..='\u{D7A3}' => return Class::Word,
        // Half-width voicing marks: letters to Unicode, but they change the kana before them.
        '\u{FF9E}' | '\u{FF9F}' => return Class::Mark,
        // Emoji.
        '\u{1F300}'..='\u{1FAFF}' => return Class::Break,
        _ => {}
    }
    if is_format(c) {
        return Class::Ignored;
    }
    if is_combining_mark(c) {
        return Class::Mark;
    }
    if !c.is_alphanumeric() {
        return Class::Break;
    }
    match c {
        // Digits stand between spaces or signs in every script.
        '\u{E50}'..='\u{E59}' | '\u{ED0}'..='\u{ED9}' | '\u{17E0}'..='\u{17E9}' | '\u{1040}'..='\u{1049}' => {
            Class::Word
        }
        '\u{E00}'..='\u{E7F}' => Class::Thai,
        '\u{E80}'..='\u{EFF}' => Class::Lao,
        '\u{1780}'..='\u{17FF}' => Class::Khmer,
        '\u{1000}'..='\u{109F}' | '\u{A9E0}'..='\u{A9FF}' | '\u{AA60}'..='\u{AA7F}' => Class::Myanmar,
        '\u{3005}'..='\u{3007}' | '\u{3021}'..='\u{303C}' | '\u{3040}'..='\u{312F}' | '\u{31A0}'..='\u{31BF}' => {
            Class::Cjk
        }
        '\u{31F0}'..='\u{31FF}' | '\u{3400}'..='\u{4DBF}' | '\u{F900}'..='\u{FAFF}' | '\u{FF66}'..='\u{FF9D}' => {
            Class::Cjk
        }
        '\u{1AFF0}'..='\u{1B16F}' | '\u{20000}'..='\u{3FFFF}' => Class::Cjk,
        _ => Class::Word,
    }
}

/// Marks that are dropped: accents on Latin, Greek and Cyrillic, Hebrew points, Arabic tashkeel. The vowel signs of
/// Indic scripts and Thai, and the voicing of kana, are letters to their readers and stay.
fn is_dropped_mark(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36F}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5BD}' | '\u{5BF}' | '\u{5C1}' | '\u{5C2}'
        | '\u{5C4}' | '\u{5C5}' | '\u{5C7}' | '\u{610}'..='\u{61A}' | '\u{64B}'..='\u{65F}' | '\u{670}'
        | '\u{6D6}'..='\u{6DC}' | '\u{6DF}'..='\u{6E8}' | '\u{6EA}'..='\u{6ED}' | '\u{8CA}'..='\u{8FF}'
        | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}' | '\u{20D0}'..='\u{20FF}' | '\u{2DE0}'..='\u{2DFF}'
        | '\u{A66F}'..='\u{A67D}' | '\u{FE20}'..='\u{FE2F}')
}

/// NFKD, marks dropped, lower-cased, letters with a stroke or joined brought to their plain form, then composed again
/// (so that a Hangul syllable is one character).
pub(super) fn folded_chars(text: &str) -> impl Iterator<Item = char> + '_ {
    text.nfkd()
        .filter(|c| !is_dropped_mark(*c) && !is_format(*c))
        .flat_map(char::to_lowercase)
        .flat_map(plain_letters)
        .nfc()
}

fn fold_by_rules(text: &str, out: &mut String) {
    out.extend(folded_chars(text).filter(|c| c.is_alphanumeric() || is_combining_mark(*c)));
}

fn plain_letters(c: char) -> impl Iterator<Item = char> {
    let (first, second) = match c {
        'ß' => ('s', Some('s')),
        'æ' => ('a', Some('e')),
        'œ' => ('o', Some('e')),
        'þ' => ('t', Some('h')),
        'ø' => ('o', None),
        'đ' | 'ð' => ('d', None),
        'ł' => ('l', None),
        'ħ' => ('h', None),
        'ı' => ('i', None),
        'ŧ' => ('t', None),
        'ς' => ('σ', None),
        other => (other, None),
    };
    // Lower-casing can leave a mark of its own ("i" with a dot above).
    std::iter::once(first).chain(second).filter(|c| !is_dropped_mark(*c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// As [`Table::fold_word`] does it where nothing is looked up.
    fn folded_slowly(word: &str) -> String {
        let mut folded = String::new();
        fold_by_rules(word, &mut folded);
        folded
    }

    #[test]
    fn no_letter_is_among_the_emoji() {
        assert!(('\u{1F300}'..='\u{1FAFF}').all(|c| !c.is_alphanumeric() && !is_combining_mark(c) && !is_format(c)));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn what_is_looked_up_is_what_the_rules_say(
            text in "[a-zA-Zà-ɏ\u{300}-\u{36F}α-ω\u{483}-\u{489}а-я\u{5B0}-\u{5EA}\u{620}-\u{660}\u{900}-\u{97F}\u{1200}-\u{137C}\u{1E00}-\u{1EFF}\u{200C}-\u{200F}\u{3041}-\u{30FF}]{1,8}"
        ) {
            let table = table();
            let word: String = text.chars().filter(|c| table.class(*c).is_word_part()).collect();
            let mut looked_up = String::new();
            table.fold_word(&word, 64, &mut looked_up);
            prop_assert_eq!(looked_up, folded_slowly(&word));
        }
    }
}
