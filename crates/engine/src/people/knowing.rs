//! How well a person and the organisation know each other, from what is stored.

use crate::{Engine, Result};
use tertulia_analysis::relationship::{self, DAY, History, Measured, Promise, Stage, Turn};
use tertulia_model::{Millis, PersonId};
use tertulia_store::{promises, turns};

/// What is longer ago weighs nothing. It is looked at for who came back once.
const LOOK_BACK: Millis = 3 * 365 * DAY;
/// The latest, so many conversations and turns; whoever has more is known well by those.
const MOST: (i64, i64) = (200, 2_000);
/// So many of their last messages are looked at for a mention, and of these the last so many to others.
const MOST_SAID: (i64, i64) = (2_000, 200);
/// The latest, too.
const MOST_PROMISES: i64 = 500;

/// What is said of a relationship.
#[derive(Debug, Clone, PartialEq)]
pub struct Knowing {
    pub stage: Stage,
    pub measured: Measured,
    pub spoke_of_us_at: Option<Millis>,
}

/// The relationship with a person as it is now.
pub async fn knowing(engine: &Engine, person: PersonId) -> Result<Knowing> {
    let (mut db, now) = (engine.db.reader(), engine.now());
    let turn = |turn: turns::Turn| Turn {
        at: turn.at,
        is_theirs: turn.direction == "theirs",
        conversation: turn.conversation_id,
        channel: turn.channel_id,
    };
    let found = turns::of_person(&mut db, person, now - LOOK_BACK, MOST).await?;
    let history = History {
        turns: found.into_iter().map(turn).collect(),
        promises: promises::of_person(&mut db, person, MOST_PROMISES).await?.iter().filter_map(closed).collect(),
        spoke_of_us_at: turns::last_mention(&mut db, person, MOST_SAID).await?,
    };
    let measured = relationship::measure(&history, now);
    Ok(Knowing {
        stage: relationship::stage(&history, &measured, now),
        measured,
        spoke_of_us_at: history.spoke_of_us_at,
    })
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
