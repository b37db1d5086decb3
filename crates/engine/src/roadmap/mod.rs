//! The public side of changes: a page that everybody may read, in the organisation's colour, of what members published, and
//! the voices of those who ask for the same there. Off until an owner turns it on.

mod publishing;
mod voices;

pub(crate) use publishing::touched;
pub use publishing::{MOST_WORDS, PublicForm, publish, show};

pub(crate) use voices::send as send_voice;
pub use voices::{Link, MOST_SENTENCE, VoiceForm, are_taken, ask, confirm, forget, link, takes_voices, withdraw};

use crate::{
    Engine, EngineError, Result,
    buckets::{Buckets, Size, household},
    colours,
};
use serde::{Deserialize, Serialize};
use std::{net::IpAddr, sync::Arc};
use tertulia_connector::FieldError;
use tertulia_model::Millis;
use tertulia_store::{Sql, changes, roadmap, settings};

/// Characters of what stands above the page.
pub const MOST_INTRODUCTION: usize = 600;

/// Pages from one address: a feed reader, an office behind one address and a crawler in a hurry all read.
const PAGES: Size = Size { most: 240, one_each: 250 };

/// How often the public pages are read from each address.
#[derive(Debug, Default)]
pub(crate) struct Limits {
    pages: Buckets<Option<IpAddr>>,
    /// None: all of them together.
    forms: Buckets<Option<Option<IpAddr>>>,
}

/// How the page looks, and whether it is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Look {
    pub is_on: bool,
    /// `#rrggbb`, of the organisation: its other public pages have the same.
    #[serde(skip)]
    pub colour: String,
    /// Whether it says exactly how many people asked; else about how many.
    pub exact: bool,
    pub introduction: String,
}

impl Default for Look {
    fn default() -> Self {
        Self { is_on: false, colour: colours::USUAL.to_owned(), exact: false, introduction: String::new() }
    }
}

/// How the page looks as things stand.
pub async fn look(on: &mut impl Sql) -> Result<Look> {
    let kept = settings::get(on, settings::ROADMAP).await?;
    let look: Look = kept.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default();
    Ok(Look { colour: colours::colour(on).await?, ..look })
}

/// Keeps how the page is to look, and whether it is there.
pub async fn set_look(engine: &Arc<Engine>, look: &Look) -> Result<()> {
    let look = Look { introduction: super::feedback::paragraphs(&look.introduction), ..look.clone() };
    let colour = colours::checked(&look.colour);
    let mut errors: Vec<FieldError> = colour.as_ref().err().cloned().into_iter().collect();
    if look.introduction.chars().count() > MOST_INTRODUCTION {
        let words = format!("Keep it below {MOST_INTRODUCTION} characters.");
        errors.push(FieldError::new("introduction", words));
    }
    let colour = match colour {
        Ok(colour) if errors.is_empty() => colour,
        _ => return Err(EngineError::Invalid(errors)),
    };
    let mut tx = engine.db.begin().await?;
    colours::keep(&mut tx, &colour).await?;
    settings::set(&mut tx, settings::ROADMAP, &serde_json::to_string(&look).unwrap_or_default()).await?;
    touched(engine, &mut tx).await?;
    let noted = changes::note(&mut tx, &[("organisation", 0)], engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(())
}

/// Whether somebody at this address may read one more page now.
pub fn may_read(engine: &Engine, from: Option<IpAddr>) -> bool {
    engine.roadmap_limits.pages.take([(from.map(household), PAGES)], engine.now())
}

/// When something that everybody reads of changes was changed last, but for how many people ask.
pub async fn changed_at(on: &mut impl Sql) -> Result<Millis> {
    let mut latest = settings::get(on, settings::ROADMAP_CHANGED).await?.and_then(|at| at.parse().ok()).unwrap_or(0);
    for state in super::feedback::STATES {
        let newest = roadmap::list(on, state, None, 1).await?;
        latest = newest.iter().map(|shown| shown.moved_at).fold(latest, Millis::max);
    }
    Ok(latest)
}

/// How many people asked, as everybody is told: nothing of nobody, and of very few only that they are few.
pub fn asked_words(askers: i64, exact: bool) -> Option<String> {
    match askers {
        ..=0 => None,
        1..=2 => Some("A few people asked for this".to_owned()),
        n if exact => Some(format!("{n} people asked for this")),
        3..=9 => Some("Several people asked for this".to_owned()),
        n => Some(format!("At least {} people asked for this", rounded(n))),
    }
}

/// Down to 10, 20, 50, 100, 200, 500 …
fn rounded(n: i64) -> i64 {
    let mut tens = 10;
    while n / tens >= 10 {
        tens *= 10;
    }
    tens * match n / tens {
        1 => 1,
        2..=4 => 2,
        _ => 5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn very_few_are_a_few_and_many_are_rounded_down() {
        let words = |n, exact| asked_words(n, exact).unwrap_or_default();
        assert_eq!(asked_words(0, true), None);
        for n in [1, 2] {
            assert_eq!(words(n, true), "A few people asked for this");
        }
        assert_eq!(words(3, true), "3 people asked for this");
        assert_eq!(words(9, false), "Several people asked for this");
        let said: Vec<i64> = [10, 19, 20, 49, 50, 99, 100, 1_999, 5_000].map(rounded).to_vec();
        assert_eq!(said, [10, 10, 20, 20, 50, 50, 100, 1_000, 5_000]);
    }
}
