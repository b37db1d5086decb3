//! What is done with a card: it is done, passed on or put off. Each can be undone, as long as nothing else was decided since.

use super::{Card, Day, Key, Reader, TOPIC, Why, day_now, of};
use crate::{Engine, EngineError, Result, ingest::Tries, promises};
use jiff::{ToSpan, civil::Date};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tertulia_model::{ConversationId, Millis, Permission, UserId};
use tertulia_store::{
    Tx, changes,
    conversations::{self, Conversation},
    today_cards::{self, Decided},
    users,
};

/// The longest note with which a card is passed on.
pub const MOST_NOTE: usize = 500;
/// What is put off for longer is better promised.
const MOST_DAYS: i64 = 366;
/// A page may be older than what waits now: so many cards are looked through for the one that is meant.
const LOOKED_THROUGH: usize = 60;

/// What is done with a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// There is nothing more to do. A promise is kept by that.
    Done,
    PassOn {
        to: UserId,
        note: String,
    },
    PutOff {
        until: Date,
    },
}

/// How a card stood before, so that it can be undone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Undo {
    Kept(promises::Undo),
    Decided {
        before: Before,
        /// The conversation that was given to somebody by it.
        given: Option<Given>,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Before {
    card: i64,
    /// After the change.
    version: i64,
    /// None where nothing was decided of it before.
    stood: Option<Stood>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Stood {
    state: String,
    from_day: i64,
    holder: Option<UserId>,
    passed_by: Option<UserId>,
    note: String,
    by: UserId,
    at: Millis,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    conversation: ConversationId,
    from: Option<UserId>,
    to: UserId,
    /// After the change.
    version: i64,
}

fn gone() -> EngineError {
    let why = "This card does not stand in your Today any more: they were answered, or somebody decided about it. Nothing \
               was changed.";
    EngineError::Refused(why.to_owned())
}

/// Does it with a card that stands in a member's Today.
pub async fn act(engine: &Arc<Engine>, member: UserId, key: &Key, act: &Act) -> Result<Undo> {
    let (day, _) = day_now(engine).await?;
    let act = checked(engine, member, &day, act).await?;
    let found = of(engine, Reader::Works(member), day.clone(), (LOOKED_THROUGH, false)).await?;
    let card = found.cards.into_iter().find(|card| card.key == *key).ok_or_else(gone)?;
    if let (Why::Promise { .. }, Act::Done) = (card.why, &act) {
        return Ok(Undo::Kept(promises::keep(engine, card.key.subject_id, member, None).await?));
    }
    let mut tries = Tries::default();
    loop {
        match try_act(engine, member, &day, &card, &act).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn checked(engine: &Engine, member: UserId, day: &Day, act: &Act) -> Result<Act> {
    match act {
        Act::Done => {}
        Act::PassOn { to, note } => {
            if *to == member {
                return Err(EngineError::invalid("to", "Choose somebody else: it stands with you already."));
            }
            let other = users::get(&mut engine.db.reader(), *to).await?.filter(|other| other.disabled_at.is_none());
            let other = other.ok_or_else(|| EngineError::invalid("to", "Choose a member of the team."))?;
            if !other.role.may(Permission::Converse) {
                let why = format!("{} may only read. Choose somebody who may answer.", other.name);
                return Err(EngineError::invalid("to", why));
            }
            if note.chars().count() > MOST_NOTE {
                return Err(EngineError::invalid("note", format!("Keep it below {MOST_NOTE} characters.")));
            }
            return Ok(Act::PassOn { to: *to, note: note.trim().to_owned() });
        }
        Act::PutOff { until } => {
            let last = day.date.checked_add(MOST_DAYS.days()).unwrap_or(Date::MAX);
            if *until <= day.date || *until > last {
                return Err(EngineError::invalid("until", "Choose a day after today, and within a year."));
            }
        }
    }
    Ok(act.clone())
}

async fn try_act(engine: &Engine, member: UserId, day: &Day, card: &Card, act: &Act) -> Result<Undo> {
    let mut tx = engine.db.begin().await?;
    let given = match (act, card.why) {
        (Act::PassOn { to, .. }, Why::First { .. } | Why::Back { .. } | Why::Quiet { .. }) => {
            Some(give(&mut tx, member, card, *to).await?)
        }
        _ => None,
    };
    let before = decide(engine, &mut tx, (member, day), card, act).await?;
    let mut members = vec![member];
    if let Act::PassOn { to, .. } = act {
        members.push(*to);
    }
    finish(engine, tx, &members, given.as_ref()).await?;
    Ok(Undo::Decided { before, given })
}

/// As the inbox gives a conversation to a member: whoever has it has its card.
async fn give(tx: &mut Tx, member: UserId, card: &Card, to: UserId) -> Result<Given> {
    let held = match card.conversation {
        Some(conversation) => conversations::one_to_change(tx, conversation).await?,
        None => None,
    };
    // Somebody else may have it since a moment ago.
    let is_free = |held: &Conversation| held.assignee_id.is_none_or(|assignee| assignee == member);
    let mut held = held.filter(is_free).ok_or_else(gone)?;
    let given = Given { conversation: held.id, from: held.assignee_id, to, version: held.version + 1 };
    held.assignee_id = Some(to);
    conversations::put(tx, &[held]).await?;
    Ok(given)
}

async fn decide(engine: &Engine, tx: &mut Tx, (member, day): (UserId, &Day), card: &Card, act: &Act) -> Result<Before> {
    let new = Decided {
        id: engine.next_id(),
        key: card.key.clone(),
        person_id: card.person,
        conversation_id: card.conversation,
        state: "open".to_owned(),
        from_day: day.number,
        holder_id: None,
        passed_by: None,
        note: String::new(),
        by_user: member,
        at: engine.now(),
        version: 0,
    };
    let mut held = today_cards::hold(tx, &new).await?;
    let stood = (held.id != new.id).then(|| Stood {
        state: held.state.clone(),
        from_day: held.from_day,
        holder: held.holder_id,
        passed_by: held.passed_by,
        note: held.note.clone(),
        by: held.by_user,
        at: held.at,
    });
    // Whose a conversation is, is told by itself; of all else by the card.
    let is_anothers = !matches!(card.why, Why::First { .. } | Why::Back { .. })
        && held.holder_id.is_some_and(|holder| holder != member);
    // Somebody decided about it a moment ago.
    if held.state != "open" || held.from_day > day.number || is_anothers {
        return Err(gone());
    }
    let is_due = matches!(card.why, Why::First { .. } | Why::Promise { .. });
    match act {
        Act::Done => "done".clone_into(&mut held.state),
        Act::PassOn { to, note } => {
            (held.holder_id, held.passed_by, held.from_day) = (Some(*to), Some(member), day.number);
            held.note.clone_from(note);
        }
        Act::PutOff { until } => {
            held.from_day = super::day_number(*until);
            // What is due stands with whoever has it by then; a proposal with who put it off. What was written to them when it
            // was passed on is still of whoever did that.
            if !is_due {
                held.holder_id = Some(member);
            }
        }
    }
    (held.by_user, held.at) = (member, engine.now());
    (held.person_id, held.conversation_id) = (new.person_id, new.conversation_id);
    today_cards::put(tx, &held).await?;
    Ok(Before { card: held.id, version: held.version + 1, stood })
}

async fn finish(engine: &Engine, mut tx: Tx, members: &[UserId], given: Option<&Given>) -> Result<()> {
    let mut changed: Vec<(&str, i64)> = members.iter().map(|member| (TOPIC, member.0)).collect();
    changed.extend(given.map(|given| ("conversation", given.conversation.0)));
    let noted = changes::note(&mut tx, &changed, engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(())
}

/// Undoes it, unless something else was decided since.
pub async fn undo(engine: &Arc<Engine>, member: UserId, undo: &Undo) -> Result<()> {
    let (before, given) = match undo {
        Undo::Kept(promise) => return promises::undo(engine, promise).await.map(drop),
        Undo::Decided { before, given } => (before, given.as_ref()),
    };
    let mut tries = Tries::default();
    loop {
        match try_undo(engine, member, before, given).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn try_undo(engine: &Engine, member: UserId, before: &Before, given: Option<&Given>) -> Result<()> {
    let since = || {
        let why = "Something else was decided about this card since, so there is nothing to undo.";
        EngineError::Refused(why.to_owned())
    };
    let (day, _) = day_now(engine).await?;
    let mut tx = engine.db.begin().await?;
    if let Some(given) = given {
        let held = conversations::one_to_change(&mut tx, given.conversation).await?;
        let mut held = held.filter(|held| held.assignee_id == Some(given.to)).ok_or_else(since)?;
        // Whoever has it may have answered by now.
        if held.version != given.version {
            let why = "Something new happened here since, so there is nothing to undo.";
            return Err(EngineError::Refused(why.to_owned()));
        }
        held.assignee_id = given.from;
        conversations::put(&mut tx, &[held]).await?;
    }
    let held = today_cards::get_to_change(&mut tx, before.card).await?;
    let mut held = held.filter(|held| held.version == before.version).ok_or_else(since)?;
    // It may have been shown to whom it was passed on: then it was their card of the day.
    let other = held.holder_id.filter(|holder| *holder != member);
    if let Some(other) = other {
        today_cards::take_back_draw(&mut tx, other, day.number, &held.key).await?;
    }
    match &before.stood {
        None => today_cards::remove(&mut tx, held.id).await?,
        Some(stood) => {
            held.state.clone_from(&stood.state);
            held.note.clone_from(&stood.note);
            (held.from_day, held.holder_id, held.passed_by) = (stood.from_day, stood.holder, stood.passed_by);
            (held.by_user, held.at) = (stood.by, stood.at);
            today_cards::put(&mut tx, &held).await?;
        }
    }
    let mut members = vec![member];
    members.extend(other);
    finish(engine, tx, &members, given).await
}
