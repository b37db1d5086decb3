//! Words of any script, brought into one form in which they can be compared.
//!
//! Transliteration is that of `any_ascii`, which goes character by character, with three corrections where custom
//! differs from it. It does not know which language a character is read in: Han is read as Mandarin, so a Japanese name
//! in kanji and its Latin spelling don't meet.

use unicode_normalization::UnicodeNormalization;

/// How much of one value is read; no name and no line of an address is longer.
const MOST_CHARS: usize = 200;

/// `text` in small Latin letters and digits, words apart by one space.
///
/// ```
/// use tertulia_analysis::identity::fold::fold;
/// assert_eq!(fold("  José-María  NÚÑEZ "), "jose maria nunez");
/// assert_eq!(fold("O’Brien"), "obrien");
/// assert_eq!(fold("Сергей Иванов"), "sergey ivanov");
/// assert_eq!(fold("Γιώργος"), "giorgos");
/// assert_eq!(fold("王小明"), "wang xiao ming");
/// assert_eq!(fold("प्रिया सिंह"), "priya sinh");
/// ```
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let (mut space, mut was_syllable) = (false, false);
    for c in text.nfkc().take(MOST_CHARS) {
        // Emoji have names of letters, too, and are no part of anybody's name.
        if !c.is_alphanumeric() {
            space |= !is_inside_word(c);
            continue;
        }
        // Han and Hangul put no spaces between words, and each character is a syllable.
        let is_syllable = is_syllable(c);
        space |= is_syllable || was_syllable;
        was_syllable = is_syllable;
        for letter in spelling(c).chars().filter(char::is_ascii_alphanumeric) {
            if std::mem::take(&mut space) && !folded.is_empty() {
                folded.push(' ');
            }
            folded.push(letter.to_ascii_lowercase());
        }
    }
    // Each character above is at least one below, but may be several: what is folded again must not be cut again.
    folded.truncate(MOST_CHARS);
    folded.truncate(folded.trim_end().len());
    folded
}

/// How one character is written in ASCII.
fn spelling(c: char) -> &'static str {
    match c {
        // Anusvara: any_ascii has "m", names in Latin letters have "n" (सिंह, Singh).
        '\u{902}' => "n",
        // Some letters that any_ascii spells by a standard that no passport follows.
        '\u{5DB}' => "k",
        // Upsilon is "u" in "ou" and "y" alone; Greek passports have "u" nearly always behind another vowel.
        'υ' | 'ύ' => "u",
        // Ayn is a consonant of its own, and an "a" in nearly all spellings (علي, Ali; سعيد, Said).
        '\u{639}' => "a",
        _ => any_ascii::any_ascii_char(c),
    }
}

fn is_syllable(c: char) -> bool {
    matches!(c, '\u{4E00}'..='\u{9FFF}' | '\u{3400}'..='\u{4DBF}' | '\u{AC00}'..='\u{D7A3}')
}

/// Apostrophes and hamza: what stands around them is one word.
fn is_inside_word(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | 'ʼ' | '`' | '´' | '\u{621}' | '\u{2BF}' | '\u{2BE}' | '\u{640}')
        || unicode_normalization::char::is_combining_mark(c)
}

/// Whether vowels are mostly left out where the text was written.
pub(super) fn is_abjad(text: &str) -> bool {
    text.chars().any(|c| matches!(c, '\u{590}'..='\u{6FF}' | '\u{750}'..='\u{77F}'))
}

/// The customary spelling of the five surnames that more than half of all Koreans bear; the official romanisation,
/// which `any_ascii` follows, is the one that hardly any of them uses (Gim, I, Bag, Choe, Jeong).
const KOREAN_SURNAMES: [(char, &str); 5] =
    [('김', "kim"), ('이', "lee"), ('박', "park"), ('최', "choi"), ('정', "jung")];

/// The parts of a name as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NameParts {
    /// Each way to read the given name, folded.
    pub given: Vec<String>,
    /// Each way to read the surname, folded.
    pub surname: Vec<String>,
}

/// Splits a name into what may be its parts. Which is which can't be known in general; comparing tries both orders.
///
/// ```
/// use tertulia_analysis::identity::fold::split_name;
/// let parts = split_name("Ana María Ruiz");
/// assert_eq!(parts.given, ["ana", "ana maria"]);
/// assert_eq!(parts.surname, ["ruiz", "maria ruiz"]);
/// assert_eq!(split_name("Ruiz, Ana").surname, ["ruiz"]);
/// assert_eq!(split_name("김철수").surname, ["kim"]);
/// assert_eq!(split_name("王小明").given, ["xiao ming"]);
/// ```
pub fn split_name(name: &str) -> NameParts {
    if let Some((surname, given)) = name.split_once(',')
        && let (surname, given) = (untitled(surname), untitled(given))
        && !surname.is_empty()
        && !given.is_empty()
    {
        return NameParts { given: vec![given], surname: vec![surname] };
    }
    let unspaced = name.trim();
    if unspaced.chars().all(is_syllable) && (2..=4).contains(&unspaced.chars().count()) {
        let mut chars = unspaced.chars();
        let first = chars.next().map(surname_syllable).unwrap_or_default();
        return NameParts { given: vec![fold(chars.as_str())], surname: vec![first] };
    }
    // Some programs show the mailbox where no name was given.
    let folded = untitled(name.split('@').next().filter(|local| !local.is_empty()).unwrap_or(name));
    let words: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
    match words.as_slice() {
        [] => NameParts::default(),
        [only] => NameParts { given: vec![(*only).to_owned()], surname: Vec::new() },
        [given, surname] => NameParts { given: vec![(*given).to_owned()], surname: vec![(*surname).to_owned()] },
        // A middle name belongs to the given ones, or is the first of two surnames.
        [first, between @ .., last] => NameParts {
            given: vec![(*first).to_owned(), format!("{first} {}", between.join(" "))],
            surname: vec![(*last).to_owned(), format!("{} {last}", between[between.len() - 1])],
        },
    }
}

/// What stands before or behind a name and is no part of it.
const TITLES: [&str; 17] = [
    "dr",
    "prof",
    "professor",
    "mr",
    "mrs",
    "ms",
    "miss",
    "mx",
    "sir",
    "dame",
    "herr",
    "frau",
    "senor",
    "senora",
    "phd",
    "msc",
    "mba",
];

fn untitled(part: &str) -> String {
    fold(part).split(' ').filter(|word| !TITLES.contains(word)).collect::<Vec<_>>().join(" ")
}

fn surname_syllable(c: char) -> String {
    let customary = KOREAN_SURNAMES.iter().find(|(syllable, _)| *syllable == c);
    customary.map_or_else(|| fold(c.encode_utf8(&mut [0; 4])), |(_, spelt)| (*spelt).to_owned())
}

/// What stays of a folded word when vowels, doubled letters and differences of spelling between languages are left out.
/// Words of scripts without vowels, and the same name spelt by custom of several languages, meet in it. In the manner
/// of Philips' Metaphone (1990), but for names of all languages, so with fewer sounds.
///
/// ```
/// use tertulia_analysis::identity::fold::{fold, skeleton};
/// assert_eq!(skeleton(&fold("محمد")), skeleton(&fold("Mohammed")));
/// assert_eq!(skeleton(&fold("Чайковский")), skeleton("tchaikovsky"));
/// assert_eq!(skeleton("schmidt"), skeleton("schmitt"));
/// ```
pub fn skeleton(folded: &str) -> String {
    let letters: Vec<u8> = folded.bytes().filter(|byte| *byte != b' ').collect();
    let mut sounds = String::with_capacity(letters.len());
    let mut at = 0;
    while at < letters.len() {
        let (sound, read) = sound(&letters[at..], at == 0);
        at += read;
        // Doubled, also with a vowel between them: who leaves vowels out can't tell these two apart.
        if sound != 0 && sounds.as_bytes().last() != Some(&sound) {
            sounds.push(char::from(sound));
        }
    }
    sounds
}

/// The sound that `rest` begins with, 0 for none, and how many letters spell it.
fn sound(rest: &[u8], first: bool) -> (u8, usize) {
    const SPELLINGS: &[(&[u8], u8)] = &[
        (b"shch", b's'),
        (b"tsch", b's'),
        (b"sch", b's'),
        (b"tch", b's'),
        (b"dt", b't'),
        (b"sh", b's'),
        (b"ch", b's'),
        (b"zh", b's'),
        (b"cz", b's'),
        (b"sz", b's'),
        (b"ts", b's'),
        (b"ck", b'k'),
        (b"ph", b'f'),
        (b"th", b't'),
        (b"kh", b'k'),
        (b"gh", b'k'),
        (b"dh", b't'),
        (b"bh", b'p'),
        (b"ce", b's'),
        (b"ci", b's'),
    ];
    if let Some((spelt, sound)) = SPELLINGS.iter().find(|(spelt, _)| rest.starts_with(spelt)) {
        return (*sound, spelt.len());
    }
    let sound = match rest[0] {
        // Sonja and Sonia, Marija and Maria.
        b'j' if !first && matches!(rest.get(1), Some(b'a' | b'e' | b'o' | b'u')) => 0,
        b'a' | b'e' | b'i' | b'o' | b'u' | b'y' => 0,
        b'h' | b'w' if !first => 0,
        b'w' | b'v' => b'f',
        b'c' | b'q' | b'g' => b'k',
        b'z' => b's',
        b'd' => b't',
        b'b' => b'p',
        other => other,
    };
    (sound, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_letter_parts_words_and_leaves_none_behind() {
        assert_eq!(fold("--- Smith / Jones ---"), "smith jones");
        assert_eq!(fold("…!?"), "");
        assert_eq!(fold("J.R.R. Tolkien"), "j r r tolkien");
        assert_eq!(fold("d\u{301}ecompose\u{301}"), "decompose");
    }

    #[test]
    fn a_name_of_one_word_is_a_given_one() {
        assert_eq!(split_name("Ana"), NameParts { given: vec!["ana".into()], surname: vec![] });
        assert_eq!(split_name(" ,, "), NameParts::default());
    }

    #[test]
    fn titles_and_mailboxes_are_no_names() {
        assert_eq!(split_name("Prof. Dr. Ana Ruiz"), split_name("Ana Ruiz"));
        assert_eq!(split_name("Ruiz, Ana, PhD"), split_name("Ruiz, Ana"));
        assert_eq!(split_name("ana.ruiz@example.org"), split_name("Ana Ruiz"));
        assert_eq!(split_name("@ana").given, ["ana"]);
    }

    #[test]
    fn the_skeleton_is_the_same_with_and_without_vowels() {
        assert_eq!(skeleton("muhammad"), skeleton("mhmd"));
        assert_eq!(skeleton("hussein"), "hsn");
        assert_eq!(skeleton("anna"), "n");
        assert_eq!(skeleton("ae"), "");
    }
}
