//! Guards around a model that knows ten languages in Latin letters and would give one of them to any other: letters
//! that none of the ten has, and words without which hardly a sentence of the language stands.

use crate::tokens::for_each_token;

/// Folded, since that is how tokens come.
fn common(code: &str) -> &'static [&'static str] {
    match code {
        "de" => &[
            "der", "die", "das", "und", "ist", "ich", "nicht", "sie", "ein", "eine", "zu", "den", "mit", "fur", "auf", "es", "wir", "im", "von", "habe", "bei", "dem",
            "noch", "auch", "wie", "hat", "sind", "kann", "mir", "was", "bitte",
        ],
        "en" => &[
            "the", "and", "is", "to", "of", "a", "in", "i", "you", "it", "for", "that", "this", "with", "on", "my", "have", "not", "are", "we", "be", "was", "your", "at",
            "can", "do", "me", "what", "how", "please",
        ],
        "es" => &[
            "de", "la", "el", "que", "y", "en", "los", "las", "un", "una", "es", "por", "con", "no", "para", "me", "mi", "se", "lo", "muy", "como", "pero", "hola", "si",
            "le", "del", "al", "su", "te",
        ],
        "fr" => &[
            "le", "la", "les", "de", "et", "est", "un", "une", "je", "vous", "pas", "pour", "que", "dans", "ce", "il", "des", "en", "avec", "du", "nous", "au", "sur", "qui",
            "mon", "ma", "l", "d", "c", "j", "y",
        ],
        "it" => &[
            "il", "la", "di", "e", "che", "un", "una", "non", "per", "sono", "mi", "con", "i", "le", "si", "del", "della", "ho", "ma", "in", "lo", "da", "al", "come", "gli",
            "questo", "l", "piu", "ciao",
        ],
        "nl" => &[
            "de", "het", "een", "en", "is", "ik", "niet", "van", "dat", "in", "op", "te", "voor", "met", "zijn", "je", "maar", "ook", "er", "u", "heb", "wat", "aan", "die",
            "mijn", "jullie", "wij", "bij",
        ],
        "pt" => &[
            "de", "o", "a", "que", "e", "do", "da", "em", "um", "uma", "nao", "para", "com", "os", "as", "no", "na", "por", "eu", "mais", "se", "meu", "minha", "muito",
            "foi", "voces", "esta", "ola",
        ],
        "sv" => &[
            "och", "att", "det", "i", "en", "jag", "ar", "som", "pa", "inte", "for", "med", "har", "ni", "av", "ett", "till", "men", "om", "min", "vi", "du", "den", "kan",
            "mitt", "hej",
        ],
        "tr" => &[
            "ve", "bir", "bu", "icin", "de", "da", "cok", "mi", "ne", "ile", "ama", "ben", "var", "degil", "siz", "daha", "gibi", "en", "yok", "mu", "merhaba", "kadar",
            "olarak", "sonra", "hala", "o",
        ],
        "vi" => &[
            "la", "va", "co", "cua", "toi", "khong", "cho", "nay", "mot", "ban", "nhung", "duoc", "o", "da", "rat", "voi", "cac", "em", "minh", "anh", "thi", "se", "den",
            "chi",
        ],
        _ => &[],
    }
}

pub(super) fn count(prose: &str) -> usize {
    prose.split_whitespace().count()
}

/// Whether at least one word in sixteen is among the language's commonest.
pub(super) fn has_common(prose: &str, code: &str) -> bool {
    let common = common(code);
    let (mut all, mut found) = (0_usize, 0_usize);
    for_each_token(prose, |token, _| {
        all += 1;
        found += usize::from(common.contains(&token));
    });
    found * 16 >= all
}

/// Letters that the languages of the model lack, and whose they are.
const FOREIGN: &[(&str, &[char])] = &[
    ("pl", &['ł', 'ś', 'ź', 'ż', 'ń']),
    ("cs", &['ř', 'ě', 'ů']),
    ("hu", &['ő', 'ű']),
    ("ro", &['ț', 'ţ', 'ș']),
    ("is", &['þ', 'ð']),
    ("lv", &['ģ', 'ķ', 'ļ', 'ņ']),
    ("lt", &['ė', 'į', 'ų']),
    // Danish and Norwegian share these, Croatian and Slovene those: not told apart.
    ("und", &['ø', 'č', 'ž', 'ć', 'ľ', 'ĉ', 'ĝ', 'ŝ', 'ŭ']),
];

/// The language (or "und") that letters foreign to `code` betray. One alone may be in somebody's name.
pub(super) fn foreign_letters(prose: &str, code: &str) -> Option<&'static str> {
    let letters = prose.chars().filter(|c| c.is_alphabetic()).count();
    if code == "vi" || prose.is_ascii() {
        return None;
    }
    let lowered = prose.to_lowercase();
    let counts = FOREIGN.iter().map(|(foreign, marks)| (*foreign, lowered.chars().filter(|c| marks.contains(c)).count()));
    let (foreign, count) = counts.max_by_key(|(_, count)| *count)?;
    (count >= 2 && count * 100 >= letters).then_some(foreign)
}
