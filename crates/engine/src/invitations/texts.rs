//! What those who are invited are told: a text in each language, written by a person, with places as in saved replies.

use super::{finish, round};
use crate::{
    Engine, EngineError, Result,
    telling::{Written, known_language},
};
use std::sync::Arc;
use tertulia_analysis::saved;
use tertulia_connector::FieldError;
use tertulia_model::{Millis, UserId};
use tertulia_store::{
    invitation_texts::{self, Text},
    threads,
};

/// Characters.
pub const MOST_WORDS: usize = 5_000;
pub const MOST_SUBJECT: usize = 150;

impl Written for Text {
    fn language(&self) -> &str {
        &self.language
    }

    fn written_at(&self) -> Millis {
        self.written_at
    }
}

/// Saves what is said in a language, in the place of what stood there as `version`.
pub async fn save_text(
    engine: &Arc<Engine>,
    by: UserId,
    id: i64,
    (language, subject, words): (&str, &str, &str),
    version: Option<i64>,
) -> Result<()> {
    let (subject, words) = checked(subject, words)?;
    let text = Text {
        round_id: id,
        language: known_language(language)?,
        subject,
        words,
        version: 0,
        written_by: by,
        written_at: engine.now(),
    };
    let mut tx = engine.db.begin().await?;
    threads::place_alone(&mut tx).await?;
    round(&mut tx, id).await?;
    if !invitation_texts::put(&mut tx, &text, version).await? {
        let words =
            "Somebody wrote this text meanwhile. Nothing of yours was saved; open it again to see how it stands.";
        return Err(EngineError::Refused(words.to_owned()));
    }
    finish(engine, tx, id).await
}

/// Takes a text away; drafts in that language are in the organisation's from then on.
pub async fn remove_text(engine: &Arc<Engine>, id: i64, language: &str) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    threads::place_alone(&mut tx).await?;
    if !invitation_texts::remove(&mut tx, id, language).await? {
        return Err(EngineError::missing("This text"));
    }
    finish(engine, tx, id).await
}

fn checked(subject: &str, words: &str) -> Result<(String, String)> {
    let subject = subject.split_whitespace().collect::<Vec<_>>().join(" ");
    let words = words.replace("\r\n", "\n").trim().to_owned();
    let mut errors = Vec::new();
    for (field, text, most, empty) in [
        ("subject", &subject, MOST_SUBJECT, "Write a subject: what goes by mail has one."),
        ("words", &words, MOST_WORDS, "Write what you would say to one of them."),
    ] {
        if text.is_empty() {
            errors.push(FieldError::new(field, empty));
        } else if text.chars().count() > most {
            errors.push(FieldError::new(field, format!("Keep it below {most} characters.")));
        } else if let Some(unknown) = saved::unknown(text).first() {
            let all = saved::VARIABLES.map(|name| format!("{{{name}}}")).join(", ");
            errors.push(FieldError::new(field, format!("{unknown} is not known. These can be filled in: {all}.")));
        }
    }
    if errors.is_empty() { Ok((subject, words)) } else { Err(EngineError::Invalid(errors)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_a_subject_and_only_places_that_can_be_filled_in() {
        let kept = checked(" A  question ", "Hello {first name|there},\r\nhow is it? {member}").unwrap();
        assert_eq!(kept, ("A question".to_owned(), "Hello {first name|there},\nhow is it? {member}".to_owned()));
        for (subject, words, field) in [
            ("", "Hello", "subject"),
            ("A", " ", "words"),
            ("A", "Dear {customer}", "words"),
            ("{quote}", "x", "subject"),
        ] {
            let refused = checked(subject, words).unwrap_err();
            assert!(matches!(&refused, EngineError::Invalid(all) if all[0].field == field), "{refused:?}");
        }
    }
}
