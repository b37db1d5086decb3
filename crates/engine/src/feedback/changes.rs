//! Changes: what is done about what people ask for, in the open.

use super::{Undo, finish, held, held_change, items::join_held, line, paragraphs};
use crate::{
    Engine, EngineError, Result,
    ingest::Tries,
    telling,
    webhooks::{self, Event},
};
use std::sync::Arc;
use tertulia_connector::FieldError;
use tertulia_model::{ChangeId, FeedbackId, UserId};
use tertulia_store::{
    Tx,
    feedback_changes::{self, Change, Move},
    roadmap::{self, Entry},
    trackers,
};

/// In the order in which a change goes through them; the last is the other end.
pub const STATES: [&str; 4] = ["considering", "planned", "done", "declined"];
/// Characters.
pub const MOST_REASON: usize = 2_000;
pub const MOST_LINK: usize = 500;
const MOST_TITLE: usize = 200;
const MOST_WORDS: usize = 10_000;

/// What a member types of a change.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChangeForm {
    pub title: String,
    pub words: String,
    /// Where it is worked on: the page of an issue. Empty: nowhere.
    pub link: String,
}

/// The form as it is kept.
fn checked(form: &ChangeForm) -> Result<ChangeForm> {
    let form =
        ChangeForm { title: line(&form.title), words: paragraphs(&form.words), link: form.link.trim().to_owned() };
    let mut errors = Vec::new();
    if form.title.is_empty() {
        errors.push(FieldError::new("title", "Say in a few words what would change."));
    }
    let bounds =
        [("title", &form.title, MOST_TITLE), ("words", &form.words, MOST_WORDS), ("link", &form.link, MOST_LINK)];
    for (field, text, most) in bounds {
        if text.chars().count() > most {
            errors.push(FieldError::new(field, format!("Keep it below {most} characters.")));
        }
    }
    if !form.link.is_empty() && !is_page(&form.link) {
        errors.push(FieldError::new("link", "Give the address of a page, beginning with https:// or http://."));
    }
    if errors.is_empty() { Ok(form) } else { Err(EngineError::Invalid(errors)) }
}

fn is_page(link: &str) -> bool {
    let rest = link.strip_prefix("https://").or_else(|| link.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/') && !link.contains(char::is_whitespace))
}

/// The state of that name.
pub(super) fn known_state(name: &str) -> Result<&'static str> {
    let known = STATES.into_iter().find(|state| *state == name);
    known.ok_or_else(|| EngineError::invalid("state", "A change is considering, planned, done or declined."))
}

/// Makes a change that is considered, and joins an item to it where one is named.
pub async fn make(
    engine: &Arc<Engine>,
    by: UserId,
    form: &ChangeForm,
    item: Option<FeedbackId>,
) -> Result<(ChangeId, Undo)> {
    let form = checked(form)?;
    let mut tx = engine.db.begin().await?;
    let item = match item {
        Some(item) => Some(held(&mut tx, item).await?),
        None => None,
    };
    let (id, now) = (ChangeId(engine.next_id()), engine.now());
    let change = Change {
        id,
        title: form.title,
        words: form.words,
        state: STATES[0].to_owned(),
        reason: String::new(),
        link: Some(form.link).filter(|link| !link.is_empty()),
        askers: 0,
        version: 0,
        created_by: by,
        created_at: now,
        moved_at: now,
    };
    feedback_changes::add(&mut tx, &change).await?;
    let begun = Move {
        id: engine.next_id(),
        change_id: id,
        state_before: None,
        reason_before: String::new(),
        state: change.state,
        reason: String::new(),
        by_user: by,
        at: now,
        undone_at: None,
    };
    feedback_changes::add_move(&mut tx, &begun).await?;
    if let Some(item) = &item {
        join_held(&mut tx, item, Some(id)).await?;
    }
    webhooks::tell(engine, &mut tx, &[Event::Moved { change: id, from: None, to: STATES[0] }]).await?;
    let items: Vec<FeedbackId> = item.iter().map(|item| item.id).collect();
    let changes: Vec<ChangeId> = item.iter().filter_map(|item| item.change_id).chain([id]).collect();
    finish(engine, tx, &items, &changes).await?;
    Ok((id, Undo::Made(id)))
}

/// Gives a change other words.
pub async fn reword(engine: &Arc<Engine>, id: ChangeId, form: &ChangeForm, version: Option<i64>) -> Result<()> {
    let form = checked(form)?;
    let mut tx = engine.db.begin().await?;
    let mut change = held_change(&mut tx, id).await?;
    if version.is_some_and(|version| version != change.version) {
        let words = "Somebody changed this meanwhile. Nothing of yours was saved; open it again to see how it stands.";
        return Err(EngineError::Refused(words.to_owned()));
    }
    (change.title, change.words) = (form.title, form.words);
    let link = Some(form.link).filter(|link| !link.is_empty());
    if change.link != link {
        // Whether it is done is not asked any more because of the issue that it linked to before.
        trackers::settle(&mut tx, id).await?;
    }
    change.link = link;
    feedback_changes::put(&mut tx, &change).await?;
    finish(engine, tx, &[], &[id]).await
}

/// Moves a change to another state, with the reason that everybody may be told. Declined, it needs one.
pub async fn move_to(engine: &Arc<Engine>, by: UserId, id: ChangeId, state: &str, reason: &str) -> Result<Undo> {
    let state = known_state(state)?;
    let reason = paragraphs(reason);
    if reason.is_empty() && state == "declined" {
        return Err(EngineError::invalid("reason", "Say why not: those who asked will want to know."));
    }
    if reason.chars().count() > MOST_REASON {
        return Err(EngineError::invalid("reason", format!("Keep the reason below {MOST_REASON} characters.")));
    }
    let mut tries = Tries::default();
    loop {
        match try_move(engine, by, id, state, &reason).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn try_move(engine: &Engine, by: UserId, id: ChangeId, state: &'static str, reason: &str) -> Result<Undo> {
    let mut tx = engine.db.begin().await?;
    let mut change = held_change(&mut tx, id).await?;
    if change.state == state && change.reason == reason {
        return Err(EngineError::Refused("It stands so already. Nothing was changed.".to_owned()));
    }
    let moved = Move {
        id: engine.next_id(),
        change_id: id,
        state_before: Some(change.state.clone()),
        reason_before: change.reason.clone(),
        state: state.to_owned(),
        reason: reason.to_owned(),
        by_user: by,
        at: engine.now(),
        undone_at: None,
    };
    feedback_changes::add_move(&mut tx, &moved).await?;
    let from = set(engine, &mut tx, &mut change, state, reason).await?;
    if state == "done" {
        telling::ask_soon(engine, &mut tx, id).await?;
    }
    webhooks::tell(engine, &mut tx, &[Event::Moved { change: id, from: Some(from), to: state }]).await?;
    finish(engine, tx, &[], &[id]).await?;
    Ok(Undo::Moved { change: id, moved: moved.id })
}

/// Gives the state that it had. Other words for the same state do not make it anew: what is done stays done on its day, and
/// the public page says that its words are others.
async fn set(
    engine: &Engine,
    tx: &mut Tx,
    change: &mut Change,
    state: &'static str,
    reason: &str,
) -> Result<&'static str> {
    let from = known_state(&change.state)?;
    state.clone_into(&mut change.state);
    reason.clone_into(&mut change.reason);
    if from != state {
        change.moved_at = engine.now();
    } else if let Some(entry) = roadmap::get(tx, change.id).await? {
        roadmap::put(tx, &Entry { updated_at: engine.now(), ..entry }).await?;
        crate::roadmap::touched(engine, tx).await?;
    }
    feedback_changes::put(tx, change).await?;
    // A person has said how it stands, whatever a tracker said before.
    trackers::settle(tx, change.id).await?;
    Ok(from)
}

/// Undoes a move, if no other came after it.
pub(super) async fn unmove(engine: &Engine, by: UserId, id: ChangeId, moved: i64) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    let mut change = held_change(&mut tx, id).await?;
    let last = feedback_changes::last_move(&mut tx, id).await?.filter(|last| last.id == moved);
    let (last, before) = last
        .and_then(|last| last.state_before.clone().map(|before| (last, before)))
        .ok_or_else(|| EngineError::Refused("It was moved again since, so there is nothing to undo.".to_owned()))?;
    feedback_changes::undo_move(&mut tx, moved, by, engine.now()).await?;
    let to = known_state(&before)?;
    let from = set(engine, &mut tx, &mut change, to, &last.reason_before).await?;
    if to == "done" {
        telling::ask_soon(engine, &mut tx, id).await?;
    }
    webhooks::tell(engine, &mut tx, &[Event::Moved { change: id, from: Some(from), to }]).await?;
    finish(engine, tx, &[], &[id]).await
}

/// Takes a change back that was made by mistake: one that was moved, or that several items belong to, is none.
pub(super) async fn unmake(engine: &Engine, id: ChangeId) -> Result<Option<FeedbackId>> {
    let mut tx = engine.db.begin().await?;
    held_change(&mut tx, id).await?;
    if roadmap::shown(&mut tx, id).await?.is_some() {
        let words = "Everybody can read of this change. Take it off the public page first.";
        return Err(EngineError::Refused(words.to_owned()));
    }
    let wanted = tertulia_store::feedback::Wanted { change: Some(id), ..Default::default() };
    let items = tertulia_store::feedback::list(&mut tx, &wanted, None, 2).await?;
    if items.len() > 1 || feedback_changes::moves(&mut tx, id, 2).await?.len() > 1 {
        let words = "Something was done with this change since. Decline it instead, and say why.";
        return Err(EngineError::Refused(words.to_owned()));
    }
    feedback_changes::remove(&mut tx, id).await?;
    let item = items.first().map(|item| item.id);
    finish(engine, tx, item.as_slice(), &[id]).await?;
    Ok(item)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_to_a_page() {
        for good in ["https://issues.example/7", "http://localhost:3000/x"] {
            assert!(is_page(good), "{good}");
        }
        for bad in ["javascript:alert(1)", "https://", "https:///x", "issues.example/7", "https://a b"] {
            assert!(!is_page(bad), "{bad}");
        }
    }
}
