//! What a message asks: its first sentence that asks something, by its mark or by how it begins in six languages. What asks
//! after somebody's health, or only whether something came, is left out: no article answers it.

use crate::{alike, marks, promises::sentences, quotes, tokens};

/// How much of a message is looked at.
const MOST_BYTES: usize = 8_000;
/// A longer sentence is cut off there.
pub const MOST_CHARS: usize = 280;
/// Fewer parts of words say too little to be told from another question.
const LEAST_PARTS: usize = 7;
/// From here on two questions are the same.
pub const SAME: f64 = 0.5;

/// How a question begins that may lack its mark, folded.
pub(crate) const BEGINNINGS: [&str; 86] = [
    // English
    "how do i",
    "how can i",
    "how long",
    "how much",
    "how many",
    "where is",
    "where can",
    "where do",
    "what time",
    "when do",
    "when does",
    "when will",
    "can i",
    "can you",
    "could you tell",
    "do you",
    "does it",
    "is there",
    "is it possible",
    "are there",
    "are you open",
    "which one",
    "i would like to know",
    "i wonder if",
    "may i",
    // German
    "wie lange",
    "wie viel",
    "wie kann",
    "wie komme",
    "wo ist",
    "wo kann",
    "wo finde",
    "wann ist",
    "wann kommt",
    "wann habt",
    "wann haben",
    "kann ich",
    "konnen sie",
    "konnt ihr",
    "gibt es",
    "haben sie",
    "habt ihr",
    "ist es moglich",
    // Spanish
    "como puedo",
    "cuanto cuesta",
    "cuanto tarda",
    "donde esta",
    "donde puedo",
    "cuando abre",
    "cuando llega",
    "puedo",
    "se puede",
    "hay alguna",
    "teneis",
    "tienen",
    "es posible",
    // French
    "comment puis",
    "comment faire",
    "combien de",
    "combien coute",
    "ou est",
    "ou puis",
    "quand est",
    "est-ce que",
    "est ce que",
    "puis-je",
    "avez-vous",
    "y a-t-il",
    "pouvez-vous",
    "peut-on",
    // Italian
    "come posso",
    "quanto costa",
    "quanto tempo",
    "dove si",
    "dove posso",
    "quando apre",
    "posso",
    "avete",
    "si puo",
    // Portuguese
    "como posso",
    "quanto custa",
    "quanto tempo demora",
    "onde fica",
    "onde posso",
    "quando abre",
    "voces tem",
];

/// What begins so asks nothing that can be answered once for all.
pub(crate) const NO_QUESTIONS: [&str; 18] = [
    "how are you",
    "how is it going",
    "did you get",
    "have you received",
    "any news",
    "any update",
    "are you there",
    "wie geht",
    "geht es",
    "seid ihr da",
    "como estas",
    "como esta",
    "que tal",
    "ca va",
    "comment allez",
    "come stai",
    "come va",
    "tudo bem",
];

/// The sentence that asks, in a message's own words.
///
/// ```
/// use tertulia_analysis::questions::find;
/// assert_eq!(find("Hello! Do you ship to Spain? Thanks, Ana"), Some("Do you ship to Spain?".to_owned()));
/// assert_eq!(find("How are you? I am fine."), None);
/// ```
pub fn find(text: &str) -> Option<String> {
    let start = &text[..tokens::floor_boundary(text, MOST_BYTES)];
    let parts = quotes::split(start);
    for extent in parts.own {
        for sentence in sentences::split(start, extent) {
            let words = &start[sentence.start..sentence.end];
            // The mark of an address, as in `/?page=2`, asks nothing.
            let goes_on =
                words.ends_with('?') && start[sentence.end..].starts_with(|c: char| c.is_ascii_alphanumeric());
            if !goes_on && asks(words) && parts_of(words).len() >= LEAST_PARTS {
                let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
                return Some(line.chars().take(MOST_CHARS).collect());
            }
        }
    }
    None
}

fn asks(sentence: &str) -> bool {
    let folded = tokens::fold(sentence);
    let begin = folded.trim_start_matches(|c: char| !c.is_alphanumeric());
    let begins = |with: &&str| begin.strip_prefix(*with).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric));
    if NO_QUESTIONS.iter().any(begins) {
        return false;
    }
    marks::has_question(sentence) || BEGINNINGS.iter().any(begins)
}

/// By what a question is compared with others.
pub fn parts_of(question: &str) -> Vec<String> {
    alike::parts(question)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alike::{alike, parts};

    #[test]
    fn what_is_asked_is_found_in_six_languages_with_and_without_its_mark() {
        for (text, asked) in [
            ("Hi,\nI love your coffee. Can I return an opened bag", "Can I return an opened bag"),
            ("Guten Tag. Wie lange dauert der Versand nach Wien? Danke!", "Wie lange dauert der Versand nach Wien?"),
            ("Hola, ¿cuánto tarda el envío a Lisboa?", "Hola, ¿cuánto tarda el envío a Lisboa?"),
            ("Bonjour. Est-ce que vous livrez en Suisse ?", "Est-ce que vous livrez en Suisse ?"),
            ("Salve! Posso pagare alla consegna", "Posso pagare alla consegna"),
            ("Olá. Vocês têm café descafeinado em grão?", "Vocês têm café descafeinado em grão?"),
            ("営業していますか？", "営業していますか？"),
        ] {
            assert_eq!(find(text).as_deref(), Some(asked), "{text}");
        }
    }

    #[test]
    fn what_is_quoted_or_asks_nothing_is_no_question() {
        for text in [
            "",
            "Thank you!",
            "Really?",
            "How are you?",
            "¿Qué tal?",
            "See https://example.org/?page=2",
            "Yes.\n\n> Do you ship to Spain?\n",
            "I can return the bag tomorrow.",
        ] {
            assert_eq!(find(text), None, "{text}");
        }
    }

    #[test]
    fn the_same_question_in_a_few_other_words_is_the_same() {
        let same = |one: &str, other: &str| alike(&parts(one), &parts(other), |_| 1.0) >= SAME;
        assert!(same("Do you ship to Spain?", "Can you ship it to Spain please?"));
        assert!(same("Wie lange dauert der Versand nach Wien?", "Wie lange dauert ein Versand nach Wien"));
        assert!(!same("Do you ship to Spain?", "Do you have oat milk?"));
        assert!(!same("Can I return a bag?", "Can I pay by card?"));
    }

    #[test]
    fn a_long_message_is_looked_at_to_a_bound() {
        let long = format!("{} Do you ship to Spain?", "word ".repeat(40_000));
        assert_eq!(find(&long), None);
        assert!(find(&format!("Do you ship {}?", "very ".repeat(400))).unwrap().chars().count() <= MOST_CHARS);
    }
}
