//! STOP, START and HELP: what goes before everything else.
//!
//! The word stands alone, in any case and with any punctuation: "Stop!" is one, "please don't stop" is something said to
//! people, who read it.

use unicode_normalization::UnicodeNormalization;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    Stop,
    Start,
    Help,
}

impl Wish {
    /// Whether they want to hear from us; asking for help changes nothing.
    pub fn allowed(self) -> Option<bool> {
        match self {
            Self::Stop => Some(false),
            Self::Start => Some(true),
            Self::Help => None,
        }
    }
}

/// The words that networks and regulators name (CTIA Messaging Principles §5.1.2.1; 47 CFR 64.1200(a)(10)), and what
/// people write in other languages. "Yes" is none of them: it answers questions.
const STOP: &[&str] = &[
    "stop",
    "stopall",
    "unsubscribe",
    "cancel",
    "end",
    "quit",
    "revoke",
    "optout", // English
    "stopp",
    "abmelden",
    "abbestellen",
    "kündigen", // German, Scandinavian
    "arret",
    "arreter",
    "desabonner",
    "desinscrire", // French
    "alto",
    "baja",
    "parar",
    "pare",
    "cancelar",
    "sair",
    "remover", // Spanish, Portuguese
    "ferma",
    "disiscrivi",
    "annulla", // Italian
    "afmelden",
    "stoppen",
    "uitschrijven",
    "afslut",
    "avsluta",
    "lopeta", // Dutch, Danish, Swedish, Finnish
    "rezygnuje",
    "wypisz",
    "zrušit",
    "iptal",
    "dur", // Polish, Czech, Turkish
    "стоп",
    "отписка",
    "отписаться",
    "στοπ",
    "διαγραφη", // Russian, Greek
    "توقف",
    "إيقاف",
    "قف",
    "הסר",
    "עצור", // Arabic, Hebrew
    "रोकें",
    "बंद",
    "停止",
    "退订",
    "取消",
    "配信停止",
    "解除",
    "수신거부",
    "중지",
    "หยุด", // Hindi, Chinese, Japanese, Korean, Thai
];
const START: &[&str] =
    &["start", "unstop", "subscribe", "optin", "anmelden", "alta", "iniciar", "старт", "ابدأ", "开始", "開始"];
const HELP: &[&str] = &[
    "help",
    "info",
    "hilfe",
    "aide",
    "ayuda",
    "ajuda",
    "aiuto",
    "hjälp",
    "hjælp",
    "pomoc",
    "yardim",
    "помощь",
    "مساعدة",
    "帮助",
    "ヘルプ",
    "도움말",
];

/// What a text wishes, if that is all it says. `more` are the words that a channel takes for STOP besides.
pub fn wish(text: &str, more: &[String]) -> Option<Wish> {
    let said = only_word(text)?;
    let among = |words: &[&str]| words.iter().any(|word| folded(word) == said);
    if among(STOP) || more.iter().any(|word| folded(word) == said) {
        return Some(Wish::Stop);
    }
    if among(START) {
        return Some(Wish::Start);
    }
    among(HELP).then_some(Wish::Help)
}

/// The one word of a text. "OPT-OUT" is one, "🛑 stop 🛑" says but one.
fn only_word(text: &str) -> Option<String> {
    // No word of these is longer; what is longer need not be folded.
    if text.len() > 200 {
        return None;
    }
    let mut words = text.split_whitespace().map(folded).filter(|word| !word.is_empty());
    let word = words.next()?;
    words.next().is_none().then_some(word)
}

/// Without case, accents, width and punctuation: İPTAL is iptal, ＳＴＯＰ is stop, ARRÊT is arret.
fn folded(word: &str) -> String {
    let lower: String = word.nfkd().collect::<String>().to_lowercase();
    lower.nfkd().filter(|c| c.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_alone_is_obeyed_however_it_is_written() {
        for text in [
            "STOP",
            "stop",
            " Stop! ",
            "\"stop\"",
            "STOP.",
            "ＳＴＯＰ",
            "STOPP",
            "ARRET",
            "Arrêt",
            "arre\u{302}t",
            "ALTO",
            "Parar",
            "İPTAL",
            "стоп",
            "ΣΤΟΠ",
            "توقف",
            "הסר",
            "停止",
            "退订",
            "수신거부",
            "opt-out",
            "🛑 STOP 🛑",
            "S\u{200b}TOP",
            "stop\n",
        ] {
            assert_eq!(wish(text, &[]), Some(Wish::Stop), "{text:?}");
        }
        assert_eq!(wish("Start", &[]), Some(Wish::Start));
        assert_eq!(wish("¡AYUDA!", &[]), Some(Wish::Help));
        assert_eq!(wish("Hjälp", &[]), Some(Wish::Help));
    }

    #[test]
    fn a_sentence_with_the_word_in_it_is_said_to_people() {
        for text in [
            "please don't stop",
            "bus stop",
            "STOP it",
            "stops",
            "yes",
            "",
            "!!!",
            "s t o p",
            "I can't find the help page",
        ] {
            assert_eq!(wish(text, &[]), None, "{text:?}");
        }
        assert_eq!(wish(&"\u{301}".repeat(1 << 20), &[]), None, "a megabyte of combining marks");
    }

    #[test]
    fn a_channel_may_have_words_of_its_own() {
        let own = ["Adiós".to_owned(), " ".to_owned()];
        assert_eq!(wish("ADIOS!", &own), Some(Wish::Stop));
        assert_eq!(wish("?", &own), None, "an empty word is no word");
    }

    #[test]
    fn no_word_wishes_two_things() {
        for (at, words) in [STOP, START, HELP].iter().enumerate() {
            for word in *words {
                assert_eq!(wish(word, &[]), Some([Wish::Stop, Wish::Start, Wish::Help][at]), "{word}");
            }
        }
    }
}
