//! What somebody is looked for by: their handles in whatever may repeat them, and their names in what members called by
//! them.

use tertulia_store::{blobs::Needle, erasing};

/// A handle shorter than this is looked for as a whole word: as a part of words it would be found in everybody's.
const SHORTEST: usize = 4;

/// Handles, as they are looked for in texts and files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Needles {
    parts: Vec<String>,
    words: Vec<String>,
}

impl Needles {
    pub fn of(handles: &[String]) -> Self {
        let (parts, words) = handles.iter().cloned().partition(|handle: &String| handle.chars().count() >= SHORTEST);
        let words: Vec<String> = words;
        Self { parts, words: words.into_iter().filter(|word| means_somebody(word)).collect() }
    }

    pub fn is_empty(&self) -> bool {
        self.parts.is_empty() && self.words.is_empty()
    }

    pub fn stand_in(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        self.parts.iter().any(|part| text.contains(&part.to_lowercase()))
            || self.words.iter().any(|word| is_word_of(&text, &word.to_lowercase()))
    }

    pub fn bytes(&self) -> Vec<Needle> {
        let spelt = |text: &String, is_word| {
            erasing::forms(text).into_iter().map(move |form| Needle::new(&form, is_word)).collect::<Vec<_>>()
        };
        let parts = self.parts.iter().flat_map(|part| spelt(part, false));
        parts.chain(self.words.iter().flat_map(|word| spelt(word, true))).collect()
    }
}

/// A single character, or a short number, stands in everybody's texts also as a word.
pub(crate) fn means_somebody(handle: &str) -> bool {
    let many = handle.chars().count();
    many >= SHORTEST || (many > 1 && handle.chars().any(char::is_alphabetic))
}

fn is_word_of(text: &str, word: &str) -> bool {
    let is_letter = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        let (before, after) = (text[..at].chars().next_back(), text[at + word.len()..].chars().next());
        !before.is_some_and(is_letter) && !after.is_some_and(|c| is_letter(c) || c == '@')
    })
}

/// Whether a text that a member wrote, or the name of a file, says one of these names: all words of it, one after the other.
pub(crate) fn is_called(text: &str, names: &[String]) -> bool {
    let text = plain(text);
    names.iter().map(|name| plain(name)).any(|name| name.chars().count() > 3 && text.contains(&name))
}

/// The words of a text in lower case, with one space before, between and after them.
fn plain(text: &str) -> String {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    format!(" {} ", words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_handle_is_found_in_any_text_a_short_one_as_a_word_and_a_number_not_at_all() {
        let all = ["Élodie@home.example", "Kim", "7", "x"].map(str::to_owned);
        let needles = Needles::of(&all);
        for text in ["It bounced: ÉLODIE@HOME.EXAMPLE is full.", "\"kim\"", "To KIM."] {
            assert!(needles.stand_in(text), "{text}");
        }
        for text in ["A kimono", "kim@other.example", "7 x 7"] {
            assert!(!needles.stand_in(text), "{text}");
        }
        assert!(needles.bytes().len() > 2, "a letter beyond ASCII has several spellings");
        assert!(Needles::of(&all[2..]).is_empty() && !means_somebody("7") && means_somebody("4711"));
    }

    #[test]
    fn a_name_is_found_whatever_stands_between_its_words() {
        let names = ["Amina Öz".to_owned(), "Al".to_owned()];
        for text in ["from:\"Amina Öz\" refund", "chat-with-amina-öz.txt", "AMINA ÖZ"] {
            assert!(is_called(text, &names), "{text}");
        }
        assert!(!is_called("Amina Özdemir", &names) && !is_called("Öz, Amina", &names) && !is_called("", &names));
    }
}
