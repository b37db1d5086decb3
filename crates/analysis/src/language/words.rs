//! Guards around a model that knows ten languages in Latin letters and would give one of them to any other: letters
//! that none of the ten has, and words without which hardly a sentence of the language stands.

use crate::tokens::{Token, walk};
use std::ops::ControlFlow;

/// Folded, since that is how tokens come.
fn common(code: &str) -> &'static [&'static str] {
    match code {
        "de" => &[
            "der", "die", "das", "und", "ist", "ich", "nicht", "sie", "ein", "eine", "zu", "den", "mit", "fur", "auf",
            "es", "wir", "im", "von", "habe", "bei", "dem", "noch", "auch", "wie", "hat", "sind", "kann", "mir", "was",
            "bitte",
        ],
        "en" => &[
            "the", "and", "is", "to", "of", "a", "in", "i", "you", "it", "for", "that", "this", "with", "on", "my",
            "have", "not", "are", "we", "be", "was", "your", "at", "can", "do", "me", "what", "how", "please",
        ],
        "es" => &[
            "de", "la", "el", "que", "y", "en", "los", "las", "un", "una", "es", "por", "con", "no", "para", "me",
            "mi", "se", "lo", "muy", "como", "pero", "hola", "si", "le", "del", "al", "su", "te",
        ],
        "fr" => &[
            "le", "la", "les", "de", "et", "est", "un", "une", "je", "vous", "pas", "pour", "que", "dans", "ce", "il",
            "des", "en", "avec", "du", "nous", "au", "sur", "qui", "mon", "ma", "l", "d", "c", "j", "y",
        ],
        "it" => &[
            "il", "la", "di", "e", "che", "un", "una", "non", "per", "sono", "mi", "con", "i", "le", "si", "del",
            "della", "ho", "ma", "in", "lo", "da", "al", "come", "gli", "questo", "l", "piu", "ciao",
        ],
        "nl" => &[
            "de", "het", "een", "en", "is", "ik", "niet", "van", "dat", "in", "op", "te", "voor", "met", "zijn", "je",
            "maar", "ook", "er", "u", "heb", "wat", "aan", "die", "mijn", "jullie", "wij", "bij",
        ],
        "pt" => &[
            "de", "o", "a", "que", "e", "do", "da", "em", "um", "uma", "nao", "para", "com", "os", "as", "no", "na",
            "por", "eu", "mais", "se", "meu", "minha", "muito", "foi", "voces", "esta", "ola",
        ],
        "sv" => &[
            "och", "att", "det", "i", "en", "jag", "ar", "som", "pa", "inte", "for", "med", "har", "ni", "av", "ett",
            "till", "men", "om", "min", "vi", "du", "den", "kan", "mitt", "hej",
        ],
        "tr" => &[
            "ve", "bir", "bu", "icin", "de", "da", "cok", "mi", "ne", "ile", "ama", "ben", "var", "degil", "siz",
            "daha", "gibi", "en", "yok", "mu", "merhaba", "kadar", "olarak", "sonra", "hala", "o",
        ],
        "vi" => &[
            "la", "va", "co", "cua", "toi", "khong", "cho", "nay", "mot", "ban", "nhung", "duoc", "o", "da", "rat",
            "voi", "cac", "em", "minh", "anh", "thi", "se", "den", "chi",
        ],
        _ => &[],
    }
}

/// Whether at least one word in sixteen is among the language's commonest; fewer than `least` words need not show it.
pub(super) fn has_common(prose: &str, code: &str, least: usize) -> bool {
    let words = prose.bytes().filter(|byte| *byte == b' ').count() + 1;
    if words < least {
        return true;
    }
    let common = common(code);
    let mut missing = words.div_ceil(16);
    let found_enough = walk(prose, 0, &mut |token: Token<'_>| {
        missing -= usize::from(common.contains(&token.folded));
        if missing == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    found_enough.is_break()
}

/// Whose a letter is that the languages of the model (but Vietnamese) lack.
fn foreign(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ł' | 'ś' | 'ź' | 'ż' | 'ń' | 'Ł' | 'Ś' | 'Ź' | 'Ż' | 'Ń' => "pl",
        'ř' | 'ě' | 'ů' | 'Ř' | 'Ě' | 'Ů' => "cs",
        'ő' | 'ű' | 'Ő' | 'Ű' => "hu",
        'ț' | 'ţ' | 'ș' | 'Ț' | 'Ţ' | 'Ș' => "ro",
        'þ' | 'ð' | 'Þ' | 'Ð' => "is",
        'ģ' | 'ķ' | 'ļ' | 'ņ' | 'Ģ' | 'Ķ' | 'Ļ' | 'Ņ' => "lv",
        'ė' | 'į' | 'ų' | 'Ė' | 'Į' | 'Ų' => "lt",
        // Danish and Norwegian share these, Croatian, Slovene and Slovak those: not told apart.
        'ø' | 'Ø' | 'č' | 'ž' | 'ć' | 'ľ' | 'Č' | 'Ž' | 'Ć' | 'Ľ' | 'ĉ' | 'ĝ' | 'ŝ' | 'ŭ' => "und",
        _ => return None,
    })
}

/// The language (or "und") that letters foreign to `code` betray. One alone may be in somebody's name.
pub(super) fn foreign_letters(prose: &str, code: &str) -> Option<&'static str> {
    if code == "vi" || prose.is_ascii() {
        return None;
    }
    let mut counts: Vec<(&'static str, usize)> = Vec::new();
    for language in prose.chars().filter(|c| !c.is_ascii()).filter_map(foreign) {
        match counts.iter_mut().find(|(known, _)| *known == language) {
            Some((_, count)) => *count += 1,
            None => counts.push((language, 1)),
        }
    }
    // Of several the first wins a tie: "č" and "ž" are Czech too, so what is only Czech must come before them.
    counts.sort_by_key(|(language, count)| (std::cmp::Reverse(*count), *language == "und"));
    let (language, count) = counts.first().copied()?;
    (count >= 2 && count * 100 >= prose.len()).then_some(language)
}
