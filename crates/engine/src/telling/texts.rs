//! What is said of a change, once in each language: a text with places for their name and for their own words.

use super::{change_of, finish};
use crate::{Engine, EngineError, Result};
use std::sync::Arc;
use tertulia_analysis::saved;
use tertulia_model::{ChangeId, Limits, Millis, UserId};
use tertulia_store::{
    Sql, settings,
    telling_texts::{self, Text},
    threads,
};

/// Characters.
pub const MOST_WORDS: usize = 5_000;
/// Of what they said, no more is repeated.
const MOST_QUOTE: usize = 280;
/// A quote that a channel has no room for is cut; shorter than this it is left out.
const LEAST_QUOTE: usize = 20;
const NAME: &str = "{name}";
const QUOTE: &str = "{quote}";

/// The language in which the organisation writes.
pub async fn own_language(on: &mut impl Sql) -> Result<String> {
    Ok(settings::get(on, settings::LANGUAGE).await?.unwrap_or_else(|| "en".to_owned()))
}

pub async fn set_own_language(engine: &Arc<Engine>, language: &str) -> Result<()> {
    let language = known_language(language)?;
    let mut tx = engine.db.begin().await?;
    settings::set(&mut tx, settings::LANGUAGE, &language).await?;
    Ok(tx.commit().await?)
}

/// A language as it is kept: ISO 639, in small letters.
pub(crate) fn known_language(typed: &str) -> Result<String> {
    let language = primary(typed.trim());
    if (2..=3).contains(&language.len()) && language.chars().all(|c| c.is_ascii_lowercase()) && language != "und" {
        return Ok(language);
    }
    Err(EngineError::invalid("language", "Choose the language that it is written in."))
}

/// "pt" of "pt-BR".
fn primary(language: &str) -> String {
    language.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase()
}

/// Saves what is said in a language, in the place of what stood there as `version`.
pub async fn save_text(
    engine: &Arc<Engine>,
    by: UserId,
    (change, kind): (ChangeId, &'static str),
    (language, words): (&str, &str),
    version: Option<i64>,
) -> Result<()> {
    let text = Text {
        change_id: change,
        kind: kind.to_owned(),
        language: known_language(language)?,
        words: checked(words)?,
        version: 0,
        written_by: by,
        written_at: engine.now(),
    };
    let mut tx = engine.db.begin().await?;
    threads::place_alone(&mut tx).await?;
    change_of(&mut tx, change).await?;
    if !telling_texts::put(&mut tx, &text, version).await? {
        let words =
            "Somebody wrote this text meanwhile. Nothing of yours was saved; open it again to see how it stands.";
        return Err(EngineError::Refused(words.to_owned()));
    }
    finish(engine, tx, change).await
}

/// Takes a text away; drafts in that language are in the organisation's from then on.
pub async fn remove_text(engine: &Arc<Engine>, (change, kind): (ChangeId, &'static str), language: &str) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    threads::place_alone(&mut tx).await?;
    if !telling_texts::remove(&mut tx, change, kind, language).await? {
        return Err(EngineError::missing("This text"));
    }
    finish(engine, tx, change).await
}

fn checked(words: &str) -> Result<String> {
    let words = words.replace("\r\n", "\n").trim().to_owned();
    if words.is_empty() {
        return Err(EngineError::invalid("words", "Write what you would say to one of them."));
    }
    if words.chars().count() > MOST_WORDS {
        return Err(EngineError::invalid("words", format!("Keep it below {MOST_WORDS} characters.")));
    }
    // What saved replies fill in would be refused when the first of them is sent.
    let of_replies = || saved::raw(&words.replace(NAME, "")).map(str::to_owned);
    match unknown_place(&words).or_else(of_replies) {
        Some(place) => {
            let why = format!(
                "Nothing is known that could stand for {place}. Write {NAME} for their name, {QUOTE} for their words."
            );
            Err(EngineError::invalid("words", why))
        }
        None => Ok(words),
    }
}

/// `{something}` that is no place of ours.
fn unknown_place(words: &str) -> Option<String> {
    words.match_indices('{').find_map(|(at, _)| {
        let place = &words[at..=at + words[at..].find('}')?];
        let inner = &place[1..place.len() - 1];
        let is_place = !inner.is_empty() && inner.chars().all(|c| c.is_alphanumeric() || c == '_');
        (is_place && place != NAME && place != QUOTE).then(|| place.to_owned())
    })
}

/// What a person wrote in one language, for everybody who writes in it.
pub(crate) trait Written {
    fn language(&self) -> &str;
    fn written_at(&self) -> Millis;
}

impl Written for Text {
    fn language(&self) -> &str {
        &self.language
    }

    fn written_at(&self) -> Millis {
        self.written_at
    }
}

/// The text for somebody who writes in a language, and whether it is not in theirs.
pub(crate) fn choose<'a, T: Written>(texts: &'a [T], language: &str, own: &str) -> Option<(&'a T, bool)> {
    let theirs = primary(language);
    if let Some(text) = texts.iter().find(|text| text.language() == theirs) {
        return Some((text, false));
    }
    let in_own = texts.iter().find(|text| text.language() == own);
    // Of whom no language is known, nobody can say that it is another one.
    in_own.or_else(|| texts.iter().min_by_key(|text| text.written_at())).map(|text| (text, theirs != "und"))
}

/// The text as it is said to one of them: with their name, where they gave one, and their own words, as far as the channel
/// has room for them. Where the text names no place for these, they stand above it.
pub(super) fn fill(text: &str, name: Option<&str>, said: &str, limits: Limits) -> String {
    let named = match name {
        Some(name) => text.replace(NAME, &no_place(name)),
        None => text.replace(&format!(" {NAME}"), "").replace(NAME, "").trim_start().to_owned(),
    };
    let bare = limits.length(&named.replace(QUOTE, ""));
    let mut most = MOST_QUOTE;
    loop {
        let quote = quote(said, most);
        let whole = if named.contains(QUOTE) {
            named.replace(QUOTE, &quote)
        } else if quote.is_empty() {
            named.clone()
        } else {
            format!("> {quote}\n\n{named}")
        };
        if quote.is_empty() || limits.length(&whole) <= limits.text || bare >= limits.text && most < LEAST_QUOTE {
            return whole;
        }
        most = if most > LEAST_QUOTE { (most * 3 / 4).max(LEAST_QUOTE) } else { 0 };
    }
}

/// Whatever they write is no place to be filled in.
fn no_place(theirs: &str) -> String {
    theirs.replace('{', "(").replace('}', ")")
}

/// What they said on one line, cut at a word.
fn quote(said: &str, most: usize) -> String {
    let line = no_place(said).split_whitespace().collect::<Vec<_>>().join(" ");
    if line.is_empty() || most == 0 {
        return String::new();
    }
    if line.chars().count() <= most {
        return format!("“{line}”");
    }
    let cut: String = line.chars().take(most).collect();
    let cut = cut.rsplit_once(' ').map_or(cut.as_str(), |(whole, _)| whole);
    format!("“{}…”", cut.trim_end_matches([',', ';', ':', '.']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(text: usize) -> Limits {
        Limits { text, ..Limits::NONE }
    }

    #[test]
    fn a_text_is_said_with_their_name_and_their_words() {
        let text = "Hello {name},\n\nyou wrote: {quote}. It is done.";
        let whole = fill(text, Some("Rosa"), "Could you open\non Sundays?", limits(1_000));
        assert_eq!(whole, "Hello Rosa,\n\nyou wrote: “Could you open on Sundays?”. It is done.");
        let nameless = fill(text, None, "Sundays?", limits(1_000));
        assert_eq!(nameless, "Hello,\n\nyou wrote: “Sundays?”. It is done.");
        assert_eq!(fill("{name}, it is done.", None, "", limits(99)), ", it is done.".trim_start());
    }

    #[test]
    fn their_words_stand_above_a_text_that_names_no_place_for_them() {
        assert_eq!(fill("It is done.", None, "Sundays?", limits(99)), "> “Sundays?”\n\nIt is done.");
        assert_eq!(fill("It is done.", None, " ", limits(99)), "It is done.");
    }

    #[test]
    fn what_they_write_in_braces_is_no_place_to_be_filled_in() {
        let whole = fill("Hello {name}: {quote}.", Some("{quote}"), "your mail says Hello {name}", limits(200));
        assert_eq!(whole, "Hello (quote): “your mail says Hello (name)”.");
        assert_eq!(saved::raw(&whole), None, "so it can be sent");
    }

    #[test]
    fn where_a_channel_has_little_room_their_words_are_cut() {
        let said = "a long wish of many words ".repeat(30);
        let whole = fill("It is done. {quote}", None, &said, limits(80));
        assert!(whole.chars().count() <= 80 && whole.ends_with("…”"), "{whole}");
        let without = fill("It is done. {quote}", None, &said, limits(14));
        assert_eq!(without, "It is done. ");
        let too_long = fill("It is done, whatever it was.", None, &said, limits(10));
        assert_eq!(too_long, "It is done, whatever it was.", "said to be too long when it is sent");
    }

    #[test]
    fn a_place_that_nothing_is_known_for_is_told() {
        assert!(checked("Hello {name}: {quote}, {} and {a b}").is_ok());
        assert!(checked("Hello {firstname}").is_err());
        for place in ["{first name}", "{first name|there}", "{ name }", "{date}"] {
            let refused = checked(&format!("Hello {place}, {{quote}}")).unwrap_err();
            assert!(matches!(&refused, EngineError::Invalid(all) if all[0].message.contains(place)), "{refused:?}");
        }
        assert!(checked("  ").is_err());
        assert_eq!(unknown_place("{é}{"), Some("{é}".to_owned()));
    }

    #[test]
    fn the_text_in_their_language_is_chosen_and_else_the_organisations() {
        let text = |language: &str, written_at| Text {
            change_id: ChangeId(1),
            kind: "done".to_owned(),
            language: language.to_owned(),
            words: language.to_owned(),
            version: 0,
            written_by: UserId(1),
            written_at,
        };
        let texts = [text("de", 2), text("en", 3), text("es", 1)];
        let chosen = |language, own| choose(&texts, language, own).map(|(text, other)| (text.language.as_str(), other));
        assert_eq!(chosen("es", "en"), Some(("es", false)));
        assert_eq!(chosen("de-AT", "en"), Some(("de", false)));
        assert_eq!(chosen("pt", "en"), Some(("en", true)));
        assert_eq!(chosen("und", "en"), Some(("en", false)));
        assert_eq!(chosen("pt", "fr"), Some(("es", true)), "the first that was written");
        assert_eq!(choose::<Text>(&[], "es", "en"), None);
    }
}
