//! How well a person and the organisation know each other, from what is stored.

use crate::{Engine, Result};
use tertulia_analysis::relationship::{self, DAY, History, Measured, Promise, Stage, Turn};
use tertulia_model::{Millis, PersonId};
use tertulia_store::{promises, reading, turns};

/// What is longer ago weighs nothing. It is looked at for who came back once.
const LOOK_BACK: Millis = 3 * 365 * DAY;
/// The latest, so many conversations and turns; whoever has more is known well by those.
const MOST: (i64, i64) = (60, 1_000);
/// As many show whether somebody talked with us more than once.
const A_FEW: (i64, i64) = (10, 60);
/// So many of their last messages to others are looked at for a mention.
const MOST_SAID: i64 = 200;
/// The latest, too.
pub(crate) const MOST_PROMISES: i64 = 500;

/// What is said of a relationship.
#[derive(Debug, Clone, PartialEq)]
pub struct Knowing {
    pub stage: Stage,
    /// What the stage says, as a sentence.
    pub means: &'static str,
    pub measured: Measured,
    pub spoke_of_us_at: Option<Millis>,
}

/// The relationship with a person as it is now.
pub async fn knowing(engine: &Engine, person: PersonId) -> Result<Knowing> {
    let made = promises::of_person(&mut engine.db.reader(), person, MOST_PROMISES).await?;
    by_promises(engine, person, &made).await
}

/// The same, where what was promised to them has been read.
pub(crate) async fn by_promises(engine: &Engine, person: PersonId, made: &[promises::Promise]) -> Result<Knowing> {
    let (mut db, mut beside, now) = (engine.db.reader(), engine.db.reader(), engine.now());
    let (found, spoke_of_us_at) = tokio::try_join!(
        turns::of_person(&mut db, person, now - LOOK_BACK, MOST),
        turns::last_mention(&mut beside, person, MOST_SAID)
    )?;
    let history = History {
        turns: found.into_iter().map(turn).collect(),
        promises: made.iter().filter_map(closed).collect(),
        spoke_of_us_at,
    };
    let measured = relationship::measure(&history, now);
    let stage = relationship::stage(&history, &measured, now);
    let is_new = stage == Stage::New;
    let is_known_longer = is_new && reading::first_heard(&mut db, person).await?.is_some_and(|at| at < now - LOOK_BACK);
    Ok(Knowing { stage, means: means(stage, is_known_longer), measured, spoke_of_us_at: history.spoke_of_us_at })
}

/// What was longer ago is not looked at, so that nothing is said of it either.
fn means(stage: Stage, is_known_longer: bool) -> &'static str {
    match stage {
        Stage::New if is_known_longer => "Nothing went both ways in the last three years.",
        Stage::New => "Nothing went both ways yet.",
        Stage::Talking => "You talk with each other.",
        Stage::Returning => "They came back.",
        Stage::Trusted => "They come back again and again, and you answer.",
        Stage::Advocate => "They come back again and again, and speak of you to others unasked, be it well or badly.",
    }
}

/// On how many days of late somebody and we talked with each other, from the last few conversations and turns.
pub(crate) async fn days_talked(engine: &Engine, person: PersonId) -> Result<usize> {
    let (mut db, now) = (engine.db.reader(), engine.now());
    let found = turns::of_person(&mut db, person, now - LOOK_BACK, A_FEW).await?;
    let history = History { turns: found.into_iter().map(turn).collect(), ..History::default() };
    Ok(relationship::measure(&history, now).exchange_days)
}

fn turn(turn: turns::Turn) -> Turn {
    Turn {
        at: turn.at,
        is_theirs: turn.direction == "theirs",
        conversation: turn.conversation_id,
        channel: turn.channel_id,
    }
}

/// What became of one; none while nobody said so.
fn closed(promise: &promises::Promise) -> Option<Promise> {
    let is_kept = match promise.state.as_str() {
        "kept" => true,
        "broken" => false,
        _ => return None,
    };
    Some(Promise { closed_at: promise.closed_at?, is_kept })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_what_is_longer_ago_than_anybody_looks_nothing_is_said() {
        assert_eq!(means(Stage::New, false), "Nothing went both ways yet.");
        assert_eq!(means(Stage::New, true), "Nothing went both ways in the last three years.");
        assert!(means(Stage::Advocate, false).ends_with("well or badly."), "how they speak is not measured");
        assert_eq!(LOOK_BACK, 3 * 365 * DAY, "the sentence says how long that is");
    }
}
