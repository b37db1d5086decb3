//! The loop's first half: what people ask for (items, by what each of them rests on) and what is done about it (changes).
//! An item's words are the team's; who asks counts once, however much they said. Whatever is done here can be undone.

mod changes;
mod erasing;
mod items;
mod merging;
mod near;
mod undo;
mod voices;

pub use changes::{ChangeForm, MOST_LINK, MOST_REASON, STATES, make, move_to, reword};
pub(crate) use erasing::{forget, named};
pub use items::{
    Given, ItemForm, MOST_ASKED, MOST_NOTE, MOST_TITLE, Of, Proposed, add, change, find, give, join, propose, take_back,
};
pub use merging::{Preview, merge, part, preview};
pub use near::{SHOWN, likely};
pub use undo::{Back, Undo, undo};
pub use voices::THEMSELVES;
pub(crate) use voices::count_voice;

use crate::{Engine, EngineError, Result};
use tertulia_model::{ChangeId, FeedbackId};
use tertulia_store::{
    Tx, changes as announced,
    feedback::{self, Item},
    feedback_changes::{self, Change},
};

/// The topics under which changes of items, and of changes, are announced.
pub const TOPIC: &str = "feedback";
pub const CHANGE_TOPIC: &str = "change";

pub(crate) async fn finish(engine: &Engine, mut tx: Tx, items: &[FeedbackId], changes: &[ChangeId]) -> Result<()> {
    let items = items.iter().map(|id| (TOPIC, id.0));
    let all: Vec<(&str, i64)> = items.chain(changes.iter().map(|id| (CHANGE_TOPIC, id.0))).collect();
    let noted = announced::note(&mut tx, &all, engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(())
}

fn no_item() -> EngineError {
    EngineError::missing("This item")
}

fn no_change() -> EngineError {
    EngineError::missing("This change")
}

/// The item under which this one counts, held until the transaction ends.
async fn held(tx: &mut Tx, id: FeedbackId) -> Result<Item> {
    let mut id = feedback::get(tx, id).await?.ok_or_else(no_item)?.root_id;
    loop {
        let item = feedback::get_to_change(tx, &[id]).await?.pop().ok_or_else(no_item)?;
        // It was merged while it was waited for.
        if item.root_id == id {
            return Ok(item);
        }
        id = item.root_id;
    }
}

pub(crate) async fn held_change(tx: &mut Tx, id: ChangeId) -> Result<Change> {
    feedback_changes::get_to_change(tx, id).await?.ok_or_else(no_change)
}

/// What somebody typed on one line.
pub(crate) fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What somebody typed on several.
pub(crate) fn paragraphs(text: &str) -> String {
    text.replace("\r\n", "\n").trim().to_owned()
}
