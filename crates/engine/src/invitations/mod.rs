//! Customers who were not heard yet are invited to say something: as many of each segment as evens out who is heard, drawn by lot, each
//! by a draft in their channel that a person looks at and sends. Nothing is sent by itself, and nothing sends one text to many.

mod acts;
mod erasing;
mod look;
mod plan;
mod sending;
mod texts;
mod who;

pub use acts::{Undo, draft_again, keep_words, skip, undo};
pub(crate) use erasing::named;
pub use look::{Look, Trouble, look};
pub use plan::{Asked, MOST, MOST_DAYS, PartPlan, Plan, USUAL, USUAL_DAYS, attributes, draw, plan};
pub(crate) use sending::{Invites, as_seen, may_go_again, sent, taken_back, written_anew};
pub use sending::{SendForm, send};
pub use texts::{MOST_SUBJECT, MOST_WORDS, remove_text, save_text};
pub use who::reason_words;

use crate::{Engine, EngineError, Result};
use tertulia_model::Millis;
use tertulia_store::{
    Sql, Tx, changes,
    invitations::{self, Round},
};

/// The topic under which changes are announced.
pub const TOPIC: &str = "invitations";
const DAY: Millis = 24 * 3_600_000;

async fn finish(engine: &Engine, mut tx: Tx, round: i64) -> Result<()> {
    let noted = changes::note(&mut tx, &[(TOPIC, round)], engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(())
}

fn missing() -> EngineError {
    EngineError::missing("This invitation")
}

fn changed() -> EngineError {
    EngineError::Refused("Something changed here since you looked at it. Nothing was done; look once more.".to_owned())
}

/// The draw of an id.
pub async fn round(on: &mut impl Sql, id: i64) -> Result<Round> {
    invitations::round(on, id).await?.ok_or_else(|| EngineError::missing("This draw"))
}
