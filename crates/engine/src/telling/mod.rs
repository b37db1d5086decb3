//! The loop's second half: whoever asked for a change that is done or declined is told so, where they asked, one by one by a
//! person who looked at it; and is asked later whether it helped. Drafts are prepared by a job; nothing is sent by itself,
//! and nothing sends one text to many. Who could not be told is owed it, for a reason that stands beside it.

mod acts;
mod help;
mod look;
mod prepare;
mod sending;
mod texts;

pub use acts::{Undo, by_hand, draft_again, keep_words, owe, skip, undo};
pub use help::{ANSWERS, ask_days, ask_now, mark, set_ask_days, set_ask_days_of};
pub(crate) use help::{ask_soon, got_through, run as run_asking};
pub use look::{Look, Trouble, look, reason_words, since};
pub(crate) use prepare::run as run_preparing;
pub use prepare::{can_be_told, prepare};
pub use sending::{SendForm, send};
pub(crate) use sending::{Tells, as_seen, is_wanted, may_go_again, sent, taken_back, written_anew};
pub use texts::{MOST_WORDS, own_language, remove_text, save_text, set_own_language};
pub(crate) use texts::{Written, choose, known_language};

use crate::{Engine, EngineError, Result, feedback::CHANGE_TOPIC};
use tertulia_model::{ChangeId, ChannelId, ChannelState};
use tertulia_store::{
    Sql, Tx, changes as announced, channels,
    feedback_changes::{self, Change},
    tellings::{DECLINED, DONE, HELPED},
};

/// Characters of a note.
pub const MOST_NOTE: usize = 1_000;

async fn finish(engine: &Engine, mut tx: Tx, change: ChangeId) -> Result<()> {
    let noted = announced::note(&mut tx, &[(CHANGE_TOPIC, change.0)], engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(())
}

fn missing() -> EngineError {
    EngineError::missing("This")
}

fn changed() -> EngineError {
    EngineError::Refused("Something changed here since you looked at it. Nothing was done; look once more.".to_owned())
}

/// All kinds, as they come one after the other.
pub const KINDS: [&str; 3] = [DONE, DECLINED, HELPED];

/// What is told of a change in this state; of one that is open, what would be once it is done.
pub fn kind_of(state: &str) -> &'static str {
    if state == DECLINED { DECLINED } else { DONE }
}

/// The kind of that name.
pub fn known_kind(name: &str) -> Result<&'static str> {
    let known = KINDS.into_iter().find(|kind| *kind == name);
    known.ok_or_else(|| {
        EngineError::invalid("kind", "They are told that it is done, or declined, or asked whether it helped.")
    })
}

async fn change_of(on: &mut impl Sql, id: ChangeId) -> Result<Change> {
    feedback_changes::get(on, id).await?.ok_or_else(|| EngineError::missing("This change"))
}

/// The channels on which somebody can be answered by a message that is sent.
async fn sending_channels(engine: &Engine, on: &mut impl Sql) -> Result<Vec<ChannelId>> {
    let all = channels::all(on).await?;
    let sends = |channel: &&channels::Channel| {
        channel.state != ChannelState::Deleted && crate::outbound::sends(engine, channel)
    };
    Ok(all.iter().filter(sends).map(|channel| channel.id).collect())
}
