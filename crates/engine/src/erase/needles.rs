//! What somebody is looked for by: their handles in whatever may repeat them, and their names in what members called by
//! them.

use serde_json::Value;
use tertulia_store::{blobs::Needle, erasing};

/// Shorter numbers stand in everybody's texts.
const SHORTEST: usize = 4;

/// Handles, as they are looked for in texts and files: as whole words, which no other letter or digit touches. As parts of
/// words they would be found in others' names: "anna" in "Joanna", and "anna@home.example" in "joanna@home.example".
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Needles {
    handles: Vec<String>,
}

impl Needles {
    pub fn of(handles: &[String]) -> Self {
        Self { handles: handles.iter().filter(|handle| means_somebody(handle)).cloned().collect() }
    }

    pub fn is_empty(&self) -> bool {
        self.handles.is_empty()
    }

    pub fn stand_in(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        self.lower().any(|handle| is_word_of(&text, &handle))
    }

    /// Whether a text of the program's own (a reason, an error, what is left for later) repeats one. A handle that is nothing
    /// but a plain word ("daily", "page", "anna") is repeated only where it stands in quotation marks, or is a whole value of
    /// what is JSON: elsewhere it is a word of the program's own sentences, which are the same for everybody.
    pub fn are_repeated_in(&self, text: &str) -> bool {
        match structured(text) {
            Some(value) => any_text(&value, &|text, is_value| self.repeated(text, is_value)),
            None => self.repeated(text, false),
        }
    }

    fn repeated(&self, text: &str, is_value: bool) -> bool {
        let text = text.to_lowercase();
        self.lower().any(|handle| match is_plain(&handle) {
            true => (is_value && text.trim() == handle) || is_quoted_in(&text, &handle),
            false => is_word_of(&text, &handle),
        })
    }

    /// Whether what is being written (the fields of the composer, JSON) goes to one of them, or names their address: no
    /// more than that of a sentence that happens to hold their handle as a word.
    pub fn are_addressed_in(&self, form: &str) -> bool {
        let Some(value) = structured(form) else { return false };
        any_text(&value, &|text, is_value| {
            let text = text.to_lowercase();
            let is_whole = |handle: &str| is_value && text.trim().trim_start_matches('@') == handle;
            self.lower().any(|handle| is_whole(&handle) || (is_address(&handle) && is_word_of(&text, &handle)))
        })
    }

    fn lower(&self) -> impl Iterator<Item = String> {
        self.handles.iter().map(|handle| handle.to_lowercase())
    }

    pub fn bytes(&self) -> Vec<Needle> {
        let forms = self.handles.iter().flat_map(|handle| erasing::forms(handle));
        forms.map(|form| Needle::new(&form, true)).collect()
    }
}

/// A single character, or a short number, stands in everybody's texts also as a word.
pub(crate) fn means_somebody(handle: &str) -> bool {
    let many = handle.chars().count();
    many >= SHORTEST || (many > 1 && handle.chars().any(char::is_alphabetic))
}

/// Nothing about it says that it is a name: it may be a word of a language.
fn is_plain(handle: &str) -> bool {
    !is_address(handle) && !handle.chars().any(|c| c.is_numeric() || matches!(c, '.' | '_' | '+'))
}

/// An address, a page, an id of a network: it can be nothing else.
fn is_address(handle: &str) -> bool {
    handle.contains(['@', ':', '/'])
}

/// Where a handle begins or ends with a sign of its own (`+49…`, `https://…/`), anything may stand there.
fn is_word_of(text: &str, handle: &str) -> bool {
    let (first, last) = (handle.chars().next(), handle.chars().next_back());
    text.match_indices(handle).any(|(at, _)| {
        let before = text[..at].chars().next_back().filter(|_| first.is_some_and(is_letter));
        let after = text[at + handle.len()..].chars().next().filter(|_| last.is_some_and(is_letter));
        !before.is_some_and(is_letter) && !after.is_some_and(|c| is_letter(c) || c == '@')
    })
}

fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn is_quoted_in(text: &str, handle: &str) -> bool {
    let is_quote = |c: char| matches!(c, '"' | '\'' | '`' | '“' | '”' | '„' | '‘' | '’' | '‚' | '«' | '»');
    text.match_indices(handle).any(|(at, _)| {
        let (before, after) = (text[..at].chars().next_back(), text[at + handle.len()..].chars().next());
        before.is_some_and(is_quote) && after.is_some_and(is_quote)
    })
}

/// What a text holds that is JSON.
fn structured(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok().filter(|value: &Value| value.is_object() || value.is_array())
}

/// Whether any text in it holds so; and whether that is a value or the name of one.
fn any_text(value: &Value, holds: &impl Fn(&str, bool) -> bool) -> bool {
    match value {
        Value::String(text) => holds(text, true),
        Value::Array(all) => all.iter().any(|one| any_text(one, holds)),
        Value::Object(all) => all.iter().any(|(name, one)| holds(name, false) || any_text(one, holds)),
        _ => false,
    }
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

    fn needles<const N: usize>(handles: [&str; N]) -> Needles {
        Needles::of(&handles.map(str::to_owned))
    }

    #[test]
    fn a_handle_is_found_as_a_word_and_a_short_number_not_at_all() {
        let all = needles(["Élodie@home.example", "Kim", "anna", "4711", "+4915", "https://kim.example/", "7", "x"]);
        for text in [
            "It bounced: ÉLODIE@HOME.EXAMPLE is full.",
            "<élodie@home.example>",
            "https://shop.example/?to=mailto:élodie@home.example&a=1",
            "\"kim\"",
            "To KIM.",
            "Anna, please",
            "order 4711.",
            "tel:+4915",
            "see https://kim.example/posts/1",
        ] {
            assert!(all.stand_in(text), "{text}");
        }
        for text in
            ["A kimono", "kim@other.example", "7 x 7", "Joanna", "Annà", "annas", "+49147112", "mélodie@home.example"]
        {
            assert!(!all.stand_in(text), "{text}");
        }
        assert!(needles(["Élodie"]).bytes().len() > 1, "a letter beyond ASCII has several spellings");
        assert!(needles(["7", "x"]).is_empty() && !means_somebody("7") && means_somebody("4711"));
    }

    #[test]
    fn a_plain_word_is_no_name_in_the_programs_own_sentences() {
        let all = needles(["daily", "page", "Anna", "bo.77"]);
        for text in [
            "There is no account “anna”.",
            "'daily' was refused",
            "{\"by\":\"anna\"}",
            "{\"It is of 'anna'.\":3}",
            "bo.77 is gone",
        ] {
            assert!(all.are_repeated_in(text), "{text}");
        }
        for text in [
            "This page could not be read.",
            "It goes beyond the daily limit.",
            "{\"page\":\"https://other.example\"}",
            "{\"A page that is gone.\":3}",
            "{\"source\":\"a daily page\"}",
        ] {
            assert!(!all.are_repeated_in(text), "{text}");
        }
    }

    #[test]
    fn what_is_being_written_goes_to_somebody_by_an_address_or_a_whole_field() {
        let all = needles(["amina@home.example", "anna", "4711"]);
        for form in [
            r#"{"to":"Amina <amina@home.example>, bo@home.example"}"#,
            r#"{"text":"Dear all,\namina@home.example wrote"}"#,
            r#"{"recipients":[{"address":"@anna"}]}"#,
        ] {
            assert!(all.are_addressed_in(form), "{form}");
        }
        for form in [r#"{"text":"Ask anna about 4711"}"#, r#"{"to":"samina@home.example"}"#, "", "anna"] {
            assert!(!all.are_addressed_in(form), "{form}");
        }
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
