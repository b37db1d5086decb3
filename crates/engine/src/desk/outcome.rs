//! How a conversation ended, said by whoever closes it: most of all that somebody wanted to be heard, and was.

use super::{Undo, change};
use crate::{Engine, EngineError, Result};
use std::sync::Arc;
use tertulia_model::{ConversationId, UserId};
use tertulia_store::{
    Tx,
    conversations::Outcome,
    endings::{self, Ending},
    keys,
};

/// Answered; just listened to, since nothing had to change; passed on to whoever sees to it.
pub const OUTCOMES: [&str; 3] = ["answered", "listened", "passed_on"];

/// How a conversation ended, in a word or two.
pub fn outcome_words(outcome: &str) -> &'static str {
    match outcome {
        "answered" => "answered",
        "listened" => "just listened",
        "passed_on" => "passed on",
        _ => "closed",
    }
}

/// Closes a conversation and says how it ended; of one that is closed already, how it did. It opens again when its person
/// writes, and has not ended then.
pub async fn close_as(engine: &Arc<Engine>, id: ConversationId, outcome: &str, by: UserId) -> Result<Undo> {
    if !OUTCOMES.contains(&outcome) {
        let all = OUTCOMES.join(", ");
        return Err(EngineError::invalid("outcome", format!("A conversation ends in one of these: {all}.")));
    }
    change(engine, id, |c| {
        "closed".clone_into(&mut c.state);
        (c.snoozed_until, c.waiting_since, c.woken) = (None, None, false);
        c.end(Some(Outcome { outcome: outcome.to_owned(), by, at: engine.now() }));
        Ok(())
    })
    .await
}

/// Notes that it ended so, once.
pub(crate) async fn ended(engine: &Engine, tx: &mut Tx, id: ConversationId, outcome: &Outcome) -> Result<()> {
    endings::take_back(tx, id, outcome.at).await?;
    let row = engine.next_id();
    let ending = Ending {
        id: row,
        conversation_id: id,
        written_in: id,
        place: keys::place(outcome.at, row),
        outcome: outcome.outcome.clone(),
        by_user: outcome.by,
        at: outcome.at,
    };
    Ok(endings::add(tx, &ending).await?)
}
