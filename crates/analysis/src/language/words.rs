//! Guards around a model that knows ten languages in Latin letters and would give one of them to any other: letters
//! that none of the ten has, and words without which hardly a sentence of the language stands.

use crate::tokens::{Token, fold, walk};
use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::LazyLock;

/// The commonest words of each language, and those that short messages are made of. Written folded, as tokens come, and
/// without words of one letter, of which listings of programs are full.
const COMMON: [(&str, &str); 10] = [
    (
        "de",
        "der die das und ist ich nicht sie ein eine zu den mit fur auf es wir im von habe bei dem \
         noch auch wie hat sind kann mir was bitte danke vielen dank hallo guten liebe lieber \
         grusse ja nein wann",
    ),
    (
        "en",
        "the and is to of in you it for that this with on my have not are we be was your at can \
         do me what how please thanks thank hi hello dear yes no when if or \
         but here from see just by there will any an as has they he so well good great",
    ),
    (
        "es",
        "de la el que en los las un una es por con no para me mi se lo muy como pero hola si le \
         del al su te gracias buenos buenas cuando donde estoy tengo",
    ),
    (
        "fr",
        "le la les de et est un une je vous pas pour que dans ce il des en avec du nous au sur qui \
         mon ma merci bonjour oui tres bien",
    ),
    (
        "it",
        "il la di che un una non per sono mi con le si del della ho ma in lo da al come gli \
         questo piu ciao grazie buongiorno salve quando molto",
    ),
    (
        "nl",
        "de het een en is ik niet van dat in op te voor met zijn je maar ook er heb wat aan die \
         mijn jullie wij bij bedankt hallo dank wel",
    ),
    (
        "pt",
        "de que do da em um uma nao para com os as no na por eu mais se meu minha muito foi \
         voces esta ola obrigado obrigada bom boa sim",
    ),
    (
        "sv",
        "och att det en jag ar som pa inte for med har ni av ett till men om min vi du den kan \
         mitt hej tack var nar",
    ),
    (
        "tr",
        "ve bir bu icin de da cok mi ne ile ama ben var degil siz daha gibi en yok mu merhaba kadar \
         olarak sonra hala tesekkurler tesekkur ederim selam lutfen",
    ),
    (
        "vi",
        "la va co cua toi khong cho nay mot ban nhung duoc da rat voi cac em minh anh thi se den \
         chi cam on xin chao",
    ),
];

/// Which languages a word is common in: a bit for each of [`COMMON`].
static LANGUAGES: LazyLock<HashMap<String, u16>> = LazyLock::new(|| {
    let mut languages = HashMap::new();
    for (number, (_, words)) in COMMON.iter().enumerate() {
        for word in words.split_whitespace() {
            *languages.entry(fold(word)).or_insert(0) |= 1 << number;
        }
    }
    languages
});

/// Whether a word, folded, is among the commonest of one of these languages.
pub(crate) fn is_common(word: &str) -> bool {
    LANGUAGES.contains_key(word)
}

/// The model's answer where the text's words bear it out; another language where they clearly speak for that; else "und".
pub(super) fn confirmed(prose: &str, code: &'static str) -> &'static str {
    let languages = &*LANGUAGES;
    let mut common = [0_usize; COMMON.len()];
    let mut words = 0_usize;
    // Words that one language alone has count twice.
    let mut scores = [0_usize; COMMON.len()];
    let _ = walk(prose, 0, &mut |token: Token<'_>| {
        words += 1;
        if let Some(having) = languages.get(token.folded) {
            for number in (0..COMMON.len()).filter(|number| having >> number & 1 == 1) {
                common[number] += 1;
                scores[number] += if having.count_ones() == 1 { 2 } else { 1 };
            }
        }
        ControlFlow::Continue(())
    });
    let own = COMMON.iter().position(|(known, _)| *known == code).map_or(0, |number| common[number]);
    let best = (0..COMMON.len()).max_by_key(|number| scores[*number]).unwrap_or_default();
    // A fifth of the words: what a language that the model does not know shares by chance stays below.
    let speaks_clearly = common[best] * 5 >= words && (own == 0 && scores[best] >= 2 || common[best] >= 3.max(own * 2));
    let is_alone = scores.iter().filter(|score| **score == scores[best]).count() == 1;
    if speaks_clearly && is_alone {
        return COMMON[best].0;
    }
    if own > 0 && own * 16 >= words { code } else { "und" }
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
