//! The commonest words of some languages, which say little of what a text is about.

use crate::tokens::fold;
use std::collections::HashSet;
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

static ALL: LazyLock<HashSet<String>> =
    LazyLock::new(|| COMMON.iter().flat_map(|(_, words)| words.split_whitespace()).map(fold).collect());

/// Whether a word, folded, is among the commonest of one of these languages.
pub(crate) fn is_common(word: &str) -> bool {
    ALL.contains(word)
}
