//! What the team notes for itself, in a conversation or of a person. A note never leaves by any channel and is told to no other
//! program; whom it names is told of it here. Its writer changes it or takes it away, and each of it can be undone for a while.

mod naming;

pub use naming::{Piece, pieces};

use crate::{Engine, EngineError, Result, desk, ingest::Tries, worker};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;
use tertulia_model::{ConversationId, JobId, Millis, Permission, PersonId, UserId};
use tertulia_store::{
    Tx, changes, conversations, jobs, keys,
    notes::{self, Note},
    person_merges, threads, users,
};

pub const MOST_CHARS: usize = 4_000;
/// The topic under which whoever is named is told: it names the member.
pub const MENTIONED: &str = "mentioned";
/// Rows that are looked through at once.
const PAGE: i64 = 500;

/// What a note is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum About {
    Conversation(ConversationId),
    Person(PersonId),
}

/// Who changes a note: its writer, or whoever looks after the team.
#[derive(Debug, Clone, Copy)]
pub struct By {
    pub user: UserId,
    pub may_manage: bool,
}

/// A change of a note, undone only if nothing came between.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undo {
    pub note: i64,
    pub about: About,
    version: i64,
    what: Done,
    /// When it had been changed before.
    #[serde(default)]
    changed_before: Option<Millis>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Done {
    Added,
    Reworded,
    Removed,
}

fn missing() -> EngineError {
    EngineError::missing("This note")
}

fn about(note: &Note) -> Result<About> {
    match (note.conversation_id, note.person_id) {
        (Some(conversation), _) => Ok(About::Conversation(conversation)),
        (None, Some(person)) => Ok(About::Person(person)),
        (None, None) => Err(missing()),
    }
}

/// A note that stands, with what it is about.
pub async fn get(engine: &Engine, id: i64) -> Result<(Note, About)> {
    let found = notes::get(&mut engine.db.reader(), id).await?.filter(|note| note.removed_at.is_none());
    let note = found.ok_or_else(missing)?;
    let about = about(&note)?;
    Ok((note, about))
}

/// The words of a note as they are kept.
fn words(text: &str) -> Result<String> {
    let text = text.replace("\r\n", "\n").replace('\0', "");
    let text = text.trim();
    if text.is_empty() {
        return Err(EngineError::invalid("note", "Write what the team should know."));
    }
    let length = text.chars().count();
    if length > MOST_CHARS {
        let why = format!("A note holds {MOST_CHARS} characters; these are {length}. Shorten it, or write two.");
        return Err(EngineError::invalid("note", why));
    }
    Ok(text.to_owned())
}

/// Adds a note.
pub async fn add(engine: &Arc<Engine>, by: UserId, about: About, text: &str) -> Result<Undo> {
    let text = words(text)?;
    let mut tries = Tries::default();
    loop {
        match try_add(engine, by, about, &text).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn try_add(engine: &Engine, by: UserId, about: About, text: &str) -> Result<Undo> {
    let mut tx = engine.db.begin().await?;
    let about = held(&mut tx, about).await?;
    let (id, now) = (engine.next_id(), engine.now());
    let (conversation_id, person_id) = match about {
        About::Conversation(conversation) => (Some(conversation), None),
        About::Person(person) => (None, Some(person)),
    };
    let note = Note {
        id,
        conversation_id,
        written_in: conversation_id,
        person_id,
        place: keys::place(now, id),
        text: text.to_owned(),
        text_before: None,
        written_by: by,
        written_at: now,
        changed_at: None,
        removed_at: None,
        version: 0,
    };
    notes::add(&mut tx, &note).await?;
    let told = name(&mut tx, &note).await?;
    finish(engine, tx, about, &told).await?;
    Ok(Undo { note: id, about, version: 0, what: Done::Added, changed_before: None })
}

/// What a note is about stays where it is until the transaction ends. Whoever is part of another is that one.
async fn held(tx: &mut Tx, about: About) -> Result<About> {
    // An erasure, and whoever makes two of them one, do not go on meanwhile.
    threads::place_alone(tx).await?;
    match about {
        About::Conversation(id) => {
            let found = conversations::one_to_change(tx, id).await?;
            found.ok_or_else(|| EngineError::missing("This conversation"))?;
            Ok(about)
        }
        About::Person(id) => {
            let found = person_merges::standing_for(tx, id).await?;
            Ok(About::Person(found.ok_or_else(|| EngineError::missing("This person"))?.id))
        }
    }
}

/// Tells those whom it names, and no others; whoever writes of themselves knows it. Gives whose list changes.
async fn name(tx: &mut Tx, note: &Note) -> Result<Vec<UserId>> {
    let members = users::names(tx).await?;
    let mut named: Vec<UserId> = naming::named(&note.text, &members).filter(|id| *id != note.written_by).collect();
    named.sort_unstable();
    named.dedup();
    Ok(notes::mention(tx, note.id, &named).await?)
}

async fn finish(engine: &Engine, mut tx: Tx, about: About, told: &[UserId]) -> Result<()> {
    let changed = match about {
        About::Conversation(id) => ("conversation", id.0),
        About::Person(id) => ("person", id.0),
    };
    let told = told.iter().map(|member| (MENTIONED, member.0));
    let all: Vec<(&str, i64)> = std::iter::once(changed).chain(told).collect();
    let noted = changes::note(&mut tx, &all, engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(())
}

/// Gives a note other words.
pub async fn reword(engine: &Arc<Engine>, by: By, id: i64, text: &str) -> Result<Undo> {
    let text = words(text)?;
    change(engine, id, Done::Reworded, |note| {
        if note.written_by != by.user {
            let why = "Somebody else wrote this note. Write one of your own below it; nothing was changed.";
            return Err(EngineError::Refused(why.to_owned()));
        }
        note.text_before = Some(std::mem::replace(&mut note.text, text.clone()));
        note.changed_at = Some(engine.now());
        Ok(())
    })
    .await
}

/// Takes a note away; for a while it can come back.
pub async fn remove(engine: &Arc<Engine>, by: By, id: i64) -> Result<Undo> {
    change(engine, id, Done::Removed, |note| {
        if note.written_by != by.user && !by.may_manage {
            let why = "Somebody else wrote this note. They can take it away, or an owner of the team.";
            return Err(EngineError::Refused(why.to_owned()));
        }
        note.removed_at = Some(engine.now());
        Ok(())
    })
    .await
}

/// Undoes a change, unless the note has changed since.
pub async fn undo(engine: &Arc<Engine>, undo: &Undo) -> Result<About> {
    let mut tries = Tries::default();
    loop {
        match try_undo(engine, undo).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn try_undo(engine: &Engine, undo: &Undo) -> Result<About> {
    let mut tx = engine.db.begin().await?;
    let found = notes::get_to_change(&mut tx, undo.note).await?.filter(|note| note.version == undo.version);
    let over = "This note changed since, or is gone for good, so there is nothing to undo.";
    let mut note = found.ok_or_else(|| EngineError::Refused(over.to_owned()))?;
    let about = about(&note)?;
    let told = match undo.what {
        Done::Added => {
            let told = notes::mentioned(&mut tx, note.id).await?;
            notes::remove(&mut tx, note.id).await?;
            told
        }
        Done::Reworded => {
            note.text = note.text_before.take().ok_or_else(|| EngineError::Refused(over.to_owned()))?;
            note.changed_at = undo.changed_before;
            notes::put(&mut tx, &note).await?;
            name(&mut tx, &note).await?
        }
        Done::Removed => {
            note.removed_at = None;
            notes::put(&mut tx, &note).await?;
            notes::mentioned(&mut tx, note.id).await?
        }
    };
    finish(engine, tx, about, &told).await?;
    Ok(about)
}

async fn change(engine: &Arc<Engine>, id: i64, what: Done, act: impl Fn(&mut Note) -> Result<()>) -> Result<Undo> {
    let mut tries = Tries::default();
    loop {
        match try_change(engine, id, what, &act).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn try_change(engine: &Engine, id: i64, what: Done, act: impl Fn(&mut Note) -> Result<()>) -> Result<Undo> {
    let mut tx = engine.db.begin().await?;
    let found = notes::get_to_change(&mut tx, id).await?.filter(|note| note.removed_at.is_none());
    let mut note = found.ok_or_else(missing)?;
    let (about, changed_before) = (about(&note)?, note.changed_at);
    act(&mut note)?;
    notes::put(&mut tx, &note).await?;
    let mut told = notes::mentioned(&mut tx, id).await?;
    if what == Done::Reworded {
        told.extend(name(&mut tx, &note).await?);
        told.sort_unstable();
        told.dedup();
    }
    // What it said before, and what was taken away, is forgotten once that cannot be undone any more.
    let forget_at = engine.now() + desk::FORGET_AFTER;
    jobs::add(&mut tx, JobId(engine.next_id()), worker::FORGET, 0, forget_at).await?;
    finish(engine, tx, about, &told).await?;
    engine.bell.ring();
    Ok(Undo { note: id, about, version: note.version + 1, what, changed_before })
}

/// A member has these notes on the screen. The change names the member: what one has seen concerns no other's pages.
pub async fn see(engine: &Engine, member: UserId, shown: &[i64]) -> Result<()> {
    let unseen = notes::unseen(&mut engine.db.reader(), member, shown).await?;
    if unseen.is_empty() {
        return Ok(());
    }
    let mut tx = engine.db.begin().await?;
    notes::see(&mut tx, member, &unseen, engine.now()).await?;
    seen(engine, tx, member).await
}

/// A member says that they have seen all notes that name them.
pub async fn see_all(engine: &Engine, member: UserId) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    notes::see_all(&mut tx, member, engine.now()).await?;
    seen(engine, tx, member).await
}

async fn seen(engine: &Engine, mut tx: Tx, member: UserId) -> Result<()> {
    let noted = changes::note(&mut tx, &[(MENTIONED, member.0)], engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(())
}

/// The members who can be named, in the order of their names.
pub fn can_be_named(members: impl IntoIterator<Item = users::Named>) -> Vec<users::Named> {
    let may_read = |member: &users::Named| member.disabled_at.is_none() && member.role.may(Permission::Read);
    let mut all: Vec<users::Named> = members.into_iter().filter(may_read).collect();
    all.sort_by(|a, b| a.name.to_lowercase().cmp(&b.name.to_lowercase()).then_with(|| a.id.cmp(&b.id)));
    all
}

/// Notes whose words name somebody, for whoever ends an erasure to look at.
pub(crate) async fn naming_somebody(engine: &Engine, is_named: impl Fn(&str) -> bool) -> Result<Vec<Value>> {
    let mut db = engine.db.reader();
    let (mut found, mut below) = (Vec::new(), None);
    loop {
        let page = notes::all(&mut db, below, PAGE).await?;
        let Some(last) = page.last() else { return Ok(found) };
        below = Some(last.id);
        let named = page.iter().filter(|note| is_named(&note.text));
        found.extend(named.map(|note| json!({ "kind": "note", "id": note.id.to_string() })));
    }
}
