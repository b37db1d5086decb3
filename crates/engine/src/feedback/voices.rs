//! Who asks for a change on the public page counts with those who asked elsewhere.

use super::items;
use crate::{Engine, Result};
use tertulia_model::{ChangeId, FeedbackId, MessageId, PersonId, UserId};
use tertulia_store::{
    Tx,
    feedback::{self, Wanted},
    roadmap::Entry,
};

/// By nobody of the team: they did it themselves.
pub const THEMSELVES: UserId = UserId(0);

/// Where a voice counts, and by what; none where they had asked for it before.
pub(crate) struct Counted {
    pub item: FeedbackId,
    pub evidence: Option<i64>,
}

/// Counts a voice for a change, by what they said where they said something.
pub(crate) async fn count_voice(
    engine: &Engine,
    tx: &mut Tx,
    entry: &Entry,
    (said, person): (Option<MessageId>, PersonId),
    note: String,
) -> Result<Counted> {
    let item = match of_change(tx, entry.change_id).await? {
        Some(item) => super::held(tx, item).await?.id,
        None => {
            // Two who are the first at once make one item: the change is held, and it is looked once more.
            super::held_change(tx, entry.change_id).await?;
            match of_change(tx, entry.change_id).await? {
                Some(item) => super::held(tx, item).await?.id,
                None => items::of_change(engine, tx, entry).await?,
            }
        }
    };
    let evidence = items::note_voice(engine, tx, item, (said, person), note).await?;
    feedback::recount(tx, &[item]).await?;
    Ok(Counted { item, evidence })
}

/// The item of a change that most people ask for.
async fn of_change(tx: &mut Tx, change: ChangeId) -> Result<Option<FeedbackId>> {
    let wanted = Wanted { change: Some(change), ..Wanted::default() };
    Ok(feedback::list(tx, &wanted, None, 1).await?.first().map(|item| item.id))
}
