//! What the team does with a conversation besides answering: assign, wait, snooze, close, merge; each can be undone.

mod merging;
mod outcome;
mod writing;

pub use merging::{Merged, keep_apart, merge, part, propose_again, undo_merge};
pub(crate) use outcome::ended;
pub use outcome::{OUTCOMES, close_as, outcome_words};
pub(crate) use writing::FORGET_AFTER;
pub use writing::{
    BROUGHT_KEPT, attach, bring_file, brought_files, detach, discard_draft, files_of_draft, finish_brought,
    finish_draft, forget_thrown, replace_draft, save_draft, take_up_draft,
};

use crate::{
    Engine, EngineError, Result,
    ingest::Tries,
    webhooks::{self, Event},
    worker::{self, Done},
};
use serde::{Deserialize, Serialize};
use std::{sync::Arc, time::Duration};
use tertulia_model::{ConversationId, JobId, Millis, UserId};
use tertulia_store::{
    Tx, changes,
    conversations::{self, Conversation, Outcome},
    endings, jobs, reading, threads, users,
};

/// How a conversation stood before a change, and its version after it: the change is undone only if nothing came between.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undo {
    pub conversation: ConversationId,
    pub version: i64,
    pub state: String,
    pub assignee: Option<UserId>,
    pub snoozed_until: Option<Millis>,
    pub waiting_since: Option<Millis>,
    pub woken: bool,
    /// How it had ended, and when this change ended it another way.
    #[serde(default)]
    pub outcome: Option<Outcome>,
    #[serde(default)]
    pub ended_at: Option<Millis>,
}

async fn change(
    engine: &Arc<Engine>,
    id: ConversationId,
    act: impl Fn(&mut Conversation) -> Result<()>,
) -> Result<Undo> {
    change_back(engine, id, None, act).await
}

/// The same; `ended_at`: that it ended then is taken back.
async fn change_back(
    engine: &Arc<Engine>,
    id: ConversationId,
    ended_at: Option<Millis>,
    act: impl Fn(&mut Conversation) -> Result<()>,
) -> Result<Undo> {
    let mut tries = Tries::default();
    loop {
        match try_change(engine, id, ended_at, &act).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn try_change(
    engine: &Arc<Engine>,
    id: ConversationId,
    ended_at: Option<Millis>,
    act: impl Fn(&mut Conversation) -> Result<()>,
) -> Result<Undo> {
    let mut tx = engine.db.begin().await?;
    let before = conversations::one_to_change(&mut tx, id).await?;
    let before = before.ok_or_else(|| EngineError::missing("This conversation"))?;
    let mut after = before.clone();
    act(&mut after)?;
    if let Some(at) = ended_at {
        endings::take_back(&mut tx, id, at).await?;
    }
    let outcome = before.ended();
    let has_ended = after.ended().filter(|ended| Some(ended) != outcome.as_ref());
    if let Some(has_ended) = &has_ended {
        // It stays closed, and that it ended another way was a slip.
        if let Some(slip) = &outcome {
            endings::take_back(&mut tx, id, slip.at).await?;
        }
        ended(engine, &mut tx, id, has_ended).await?;
    }
    conversations::put(&mut tx, std::slice::from_ref(&after)).await?;
    let moved = Event::of_move(Some(&before.state), &after).or_else(|| Event::of_ending(outcome.as_ref(), &after));
    webhooks::tell(engine, &mut tx, moved.as_slice()).await?;
    if let Some(at) = after.snoozed_until.filter(|_| after.state == "snoozed") {
        jobs::add(&mut tx, JobId(engine.next_id()), worker::WAKE, id.0, at).await?;
    }
    finish(engine, tx, &[id]).await?;
    Ok(Undo {
        conversation: id,
        version: after.version + 1,
        state: before.state,
        assignee: before.assignee_id,
        snoozed_until: before.snoozed_until,
        waiting_since: before.waiting_since,
        woken: before.woken,
        outcome,
        ended_at: has_ended.map(|ended| ended.at),
    })
}

async fn finish(engine: &Engine, mut tx: Tx, changed: &[ConversationId]) -> Result<()> {
    let changed: Vec<(&str, i64)> = changed.iter().map(|id| ("conversation", id.0)).collect();
    let noted = changes::note(&mut tx, &changed, engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(())
}

/// Gives a conversation to a member, or to nobody.
pub async fn assign(engine: &Arc<Engine>, id: ConversationId, to: Option<UserId>) -> Result<Undo> {
    if let Some(user) = to {
        let member = users::get(&mut engine.db.reader(), user).await?.filter(|u| u.disabled_at.is_none());
        let member = member.ok_or_else(|| EngineError::missing("This member"))?;
        if !member.role.may(tertulia_model::Permission::Converse) {
            return Err(EngineError::Refused(format!(
                "{} may only read. Choose somebody who may answer.",
                member.name
            )));
        }
    }
    change(engine, id, |c| {
        c.assignee_id = to;
        Ok(())
    })
    .await
}

/// `open`, `pending` (we wait for them) or `closed`.
pub async fn set_state(engine: &Arc<Engine>, id: ConversationId, state: &str) -> Result<Undo> {
    if !matches!(state, "open" | "pending" | "closed") {
        return Err(EngineError::invalid("state", "A conversation is open, pending, snoozed or closed."));
    }
    change(engine, id, |c| {
        state.clone_into(&mut c.state);
        c.snoozed_until = None;
        c.woken = false;
        if state == "closed" {
            c.waiting_since = None;
        }
        Ok(())
    })
    .await
}

/// Out of the way until a time.
pub async fn snooze(engine: &Arc<Engine>, id: ConversationId, until: Millis) -> Result<Undo> {
    if until <= engine.now() {
        return Err(EngineError::invalid("until", "Choose a time that is still to come."));
    }
    change(engine, id, |c| {
        "snoozed".clone_into(&mut c.state);
        c.snoozed_until = Some(until);
        c.woken = false;
        Ok(())
    })
    .await
}

/// The job at the end of a snooze.
pub async fn wake(engine: &Arc<Engine>, id: ConversationId) -> Result<Done> {
    let mut tx = engine.db.begin_bulk().await?;
    let snoozed = conversations::one_to_change(&mut tx, id).await?.filter(|c| c.state == "snoozed");
    let Some((mut conversation, until)) = snoozed.and_then(|c| c.snoozed_until.map(|until| (c, until))) else {
        return Ok(Done::Finished);
    };
    let left = until - engine.now();
    if left > 0 {
        // It was put off further in the meantime, and the job stood at the earlier time.
        return Ok(Done::Again(Duration::from_millis(left.unsigned_abs()), "put off further".to_owned()));
    }
    conversation.woken = true;
    let moved = bring_back(engine, &mut tx, conversation).await?;
    webhooks::tell(engine, &mut tx, moved.as_slice()).await?;
    finish(engine, tx, &[id]).await?;
    Ok(Done::Finished)
}

/// A conversation comes back though nobody wrote: it is open, rises in the list and is unread for whoever has it, or for
/// everybody. Gives what there is to tell of it.
pub(crate) async fn bring_back(engine: &Engine, tx: &mut Tx, mut conversation: Conversation) -> Result<Option<Event>> {
    let before = std::mem::replace(&mut conversation.state, "open".to_owned());
    conversation.snoozed_until = None;
    conversation.last_at = conversation.last_at.max(engine.now());
    match conversation.assignee_id {
        Some(member) if conversation.news > 0 => conversations::mark_unread(tx, member, conversation.id).await?,
        _ => conversation.news = engine.next_id(),
    }
    let moved = Event::of_move(Some(&before), &conversation);
    conversations::put(tx, &[conversation]).await?;
    Ok(moved)
}

/// Undoes a change, unless the conversation has moved on since.
pub async fn undo(engine: &Arc<Engine>, undo: &Undo) -> Result<()> {
    change_back(engine, undo.conversation, undo.ended_at, |c| {
        if c.version != undo.version {
            let why = "Something new happened here since, so there is nothing to undo.";
            return Err(EngineError::Refused(why.to_owned()));
        }
        c.state.clone_from(&undo.state);
        c.assignee_id = undo.assignee;
        c.snoozed_until = undo.snoozed_until;
        c.waiting_since = undo.waiting_since;
        c.woken = undo.woken;
        c.end(undo.outcome.clone());
        Ok(())
    })
    .await
    .map(|_| ())
}

/// The member has what is in it on the screen. Gives up to which of its news they had seen it before.
/// The change names the member: what one has read concerns no other's pages.
pub async fn mark_read(engine: &Arc<Engine>, user: UserId, id: ConversationId) -> Result<i64> {
    let Some((news, seen)) = conversations::news(&mut engine.db.reader(), user, id).await? else { return Ok(0) };
    if seen >= news {
        return Ok(seen);
    }
    let mut tx = engine.db.begin().await?;
    conversations::mark_read(&mut tx, user, id, news).await?;
    let noted = changes::note(&mut tx, &[("read", user.0)], engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(seen)
}

pub async fn mark_unread(engine: &Arc<Engine>, user: UserId, id: ConversationId) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    conversations::mark_unread(&mut tx, user, id).await?;
    finish(engine, tx, &[id]).await
}

/// Opens a conversation from a thread that was only listened to.
pub async fn open_thread(
    engine: &Arc<Engine>,
    message: tertulia_model::MessageId,
    by: UserId,
) -> Result<ConversationId> {
    let mut tx = engine.db.begin().await?;
    threads::place_alone(&mut tx).await?;
    let message = reading::message(&mut tx, message).await?.ok_or_else(|| EngineError::missing("This message"))?;
    if let Some(id) = message.conversation_id {
        return Ok(id);
    }
    let id = ConversationId(engine.next_id());
    let subject = message.subject.as_deref().map(crate::ingest::bare_subject).filter(|s| !s.is_empty());
    let theirs = message.direction == "theirs";
    let conversation = Conversation {
        id,
        subject: subject.unwrap_or(&message.snippet).to_owned(),
        person_id: message.person_id,
        channel_id: message.channel_id,
        state: "open".to_owned(),
        assignee_id: Some(by),
        snoozed_until: None,
        waiting_since: None,
        last_at: message.at,
        last_place: message.place,
        last_theirs_place: if theirs { message.place } else { 0 },
        news: if theirs { engine.next_id() } else { 0 },
        woken: false,
        snippet: message.snippet.clone(),
        created_at: engine.now(),
        version: 0,
        outcome: None,
        outcome_by: None,
        outcome_at: None,
    };
    let begun = Event::of_move(None, &conversation);
    conversations::put(&mut tx, &[conversation]).await?;
    threads::hold(&mut tx, message.thread_id, id).await?;
    crate::knowhow::look_at_thread(engine, &mut tx, message.thread_id).await?;
    webhooks::tell(engine, &mut tx, begun.as_slice()).await?;
    finish(engine, tx, &[id]).await?;
    Ok(id)
}
