//! Replies that are written again and again: a member's own and the team's, filled in for whoever is answered.

use crate::{Engine, EngineError, Result, desk, ingest::Tries, promises::time_zone, worker};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tertulia_analysis::{language, saved, tokens::fold};
use tertulia_connector::FieldError;
use tertulia_model::{ConversationId, JobId, UserId};
use tertulia_store::{
    Sql, Tx, changes, conversations, jobs, people, reading,
    saved_replies::{self, SavedReply, TEAM},
    settings, users,
};

/// The topic under which changes are announced.
pub const TOPIC: &str = "saved reply";
/// Characters.
pub const MOST_TITLE: usize = 120;
pub const MOST_BODY: usize = 4_000;
/// A member, and the team, keep no more than these.
const MOST: i64 = 500;
/// How far back it is looked for what they said last.
const LOOK_BACK: i64 = 10;
/// Words that a search heeds.
const MOST_WORDS: usize = 12;

/// What a member types.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Form {
    /// By which it is found.
    pub title: String,
    pub body: String,
    /// For all of the team; else it is the member's own.
    pub of_team: bool,
}

fn checked(form: &Form) -> Result<Form> {
    let form = Form {
        title: form.title.split_whitespace().collect::<Vec<_>>().join(" "),
        body: form.body.replace("\r\n", "\n").trim().to_owned(),
        of_team: form.of_team,
    };
    let mut errors = Vec::new();
    if form.title.is_empty() {
        errors.push(FieldError::new("title", "Give it a name by which you find it."));
    }
    if form.body.is_empty() {
        errors.push(FieldError::new("body", "Write what you would answer."));
    }
    for (field, text, most) in [("title", &form.title, MOST_TITLE), ("body", &form.body, MOST_BODY)] {
        if text.chars().count() > most {
            errors.push(FieldError::new(field, format!("Keep it below {most} characters.")));
        }
    }
    if let Some(unknown) = saved::unknown(&form.body).first() {
        let all = saved::VARIABLES.map(|name| format!("{{{name}}}")).join(", ");
        errors.push(FieldError::new("body", format!("{unknown} is not known. These can be filled in: {all}.")));
    }
    if errors.is_empty() { Ok(form) } else { Err(EngineError::Invalid(errors)) }
}

/// What can be undone, as it travels through the browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Undo {
    Added {
        id: i64,
        version: i64,
    },
    /// How it read before is kept with it: that is too long to travel.
    Changed {
        id: i64,
        version: i64,
    },
    Removed {
        id: i64,
        version: i64,
    },
}

fn missing() -> EngineError {
    EngineError::missing("This saved reply")
}

fn owner(by: UserId, form: &Form) -> UserId {
    if form.of_team { TEAM } else { by }
}

fn word(reply: &mut SavedReply, title: &str, body: &str) {
    title.clone_into(&mut reply.title);
    body.clone_into(&mut reply.body);
    reply.folded = fold(&format!("{title}\n{body}"));
}

/// Keeps a reply.
pub async fn add(engine: &Arc<Engine>, by: UserId, form: &Form) -> Result<(i64, Undo)> {
    let form = checked(form)?;
    let (id, owner_id) = (engine.next_id(), owner(by, &form));
    let mut tx = engine.db.begin().await?;
    has_room(&mut tx, owner_id).await?;
    let mut reply = SavedReply {
        id,
        owner_id,
        title: String::new(),
        body: String::new(),
        folded: String::new(),
        version: 1,
        removed_at: None,
        changed_by: by,
        changed_at: engine.now(),
        title_before: None,
        body_before: None,
        owner_before: None,
    };
    word(&mut reply, &form.title, &form.body);
    saved_replies::add(&mut tx, &reply).await?;
    finish(engine, tx, id).await?;
    Ok((id, Undo::Added { id, version: 1 }))
}

async fn has_room(tx: &mut Tx, owner: UserId) -> Result<()> {
    if saved_replies::count(tx, owner).await? >= MOST {
        let why = format!("There are {MOST} of these already. Remove one that nobody needs; nothing was saved.");
        return Err(EngineError::Refused(why));
    }
    Ok(())
}

async fn finish(engine: &Engine, mut tx: Tx, id: i64) -> Result<()> {
    let noted = changes::note(&mut tx, &[(TOPIC, id)], engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(())
}

/// One that a member may use: their own, or the team's.
pub async fn get(on: &mut impl Sql, member: UserId, id: i64) -> Result<SavedReply> {
    let found = saved_replies::get(on, id).await?;
    found.filter(|reply| reply.removed_at.is_none() && may_use(reply, member)).ok_or_else(missing)
}

fn may_use(reply: &SavedReply, member: UserId) -> bool {
    [TEAM, member].contains(&reply.owner_id)
}

/// Gives it other words, or to the team, or takes it back from there. `version`: how it stood when they were typed.
pub async fn change(engine: &Arc<Engine>, by: UserId, id: i64, form: &Form, version: Option<i64>) -> Result<Undo> {
    let form = checked(form)?;
    act(engine, by, id, version, false, |reply| {
        reply.title_before = Some(reply.title.clone());
        reply.body_before = Some(reply.body.clone());
        reply.owner_before = Some(reply.owner_id);
        word(reply, &form.title, &form.body);
        reply.owner_id = owner(by, &form);
        Ok(Undo::Changed { id, version: reply.version + 1 })
    })
    .await
}

/// Removes it.
pub async fn remove(engine: &Arc<Engine>, by: UserId, id: i64) -> Result<Undo> {
    act(engine, by, id, None, false, |reply| {
        reply.removed_at = Some(engine.now());
        Ok(Undo::Removed { id, version: reply.version + 1 })
    })
    .await
}

/// Undoes it, where nothing came of it since.
pub async fn undo(engine: &Arc<Engine>, by: UserId, undo: &Undo) -> Result<()> {
    let (id, version) = match undo {
        Undo::Added { id, version } | Undo::Changed { id, version } | Undo::Removed { id, version } => (*id, *version),
    };
    act(engine, by, id, Some(version), true, |reply| {
        match undo {
            Undo::Added { .. } => reply.removed_at = Some(engine.now()),
            Undo::Changed { .. } => {
                let before = reply.title_before.take().zip(reply.body_before.take());
                let (title, body) = before.ok_or_else(too_late)?;
                word(reply, &title, &body);
                reply.owner_id = reply.owner_before.take().unwrap_or(reply.owner_id);
            }
            Undo::Removed { .. } => reply.removed_at = None,
        }
        Ok(())
    })
    .await
}

fn too_late() -> EngineError {
    EngineError::Refused("How it read before is forgotten by now. Change it by hand.".to_owned())
}

async fn act<T>(
    engine: &Arc<Engine>,
    by: UserId,
    id: i64,
    version: Option<i64>,
    also_removed: bool,
    act: impl Fn(&mut SavedReply) -> Result<T>,
) -> Result<T> {
    let mut tries = Tries::default();
    loop {
        match try_act(engine, by, (id, version), also_removed, &act).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn try_act<T>(
    engine: &Engine,
    by: UserId,
    (id, version): (i64, Option<i64>),
    also_removed: bool,
    act: impl Fn(&mut SavedReply) -> Result<T>,
) -> Result<T> {
    let mut tx = engine.db.begin().await?;
    let found = saved_replies::get_to_change(&mut tx, id).await?;
    let found = found.filter(|reply| may_use(reply, by) && (also_removed || reply.removed_at.is_none()));
    let mut reply = found.ok_or_else(missing)?;
    if version.is_some_and(|version| version != reply.version) {
        return Err(EngineError::Refused(
            "This saved reply was changed meanwhile. Nothing of yours was saved; look at how it stands, then save again."
                .to_owned(),
        ));
    }
    let owner = reply.owner_id;
    let done = act(&mut reply)?;
    if reply.owner_id != owner {
        has_room(&mut tx, reply.owner_id).await?;
    }
    (reply.changed_by, reply.changed_at) = (by, engine.now());
    saved_replies::put(&mut tx, &reply).await?;
    // What it said before, and what was removed, is forgotten once that cannot be undone any more.
    let forget_at = engine.now() + desk::FORGET_AFTER;
    jobs::add(&mut tx, JobId(engine.next_id()), worker::FORGET, 0, forget_at).await?;
    finish(engine, tx, id).await?;
    engine.bell.ring();
    Ok(done)
}

/// A member's own and the team's, as a search is typed; below an id.
pub async fn find(
    on: &mut impl Sql,
    member: UserId,
    typed: &str,
    below: Option<i64>,
    limit: i64,
) -> Result<Vec<SavedReply>> {
    let folded = fold(typed);
    let words: Vec<&str> = folded.split_whitespace().take(MOST_WORDS).collect();
    Ok(saved_replies::list(on, member, &words, below, limit).await?)
}

/// What is known of an answer before it is written.
pub struct Known {
    name: Option<String>,
    member: String,
    organisation: Option<String>,
    today: jiff::civil::Date,
    /// What they write in.
    language: String,
}

/// What can be filled in where this member answers this conversation.
pub async fn known(engine: &Engine, member: UserId, conversation: ConversationId) -> Result<Known> {
    let mut db = engine.db.reader();
    let held = conversations::get(&mut db, conversation).await?;
    let name = match held.and_then(|held| held.person_id) {
        Some(person) => people::get(&mut db, person).await?.map(|person| person.name),
        None => None,
    };
    let newest = reading::conversation(&mut db, conversation, None, LOOK_BACK).await?;
    let language = newest.into_iter().find(|m| m.direction == "theirs" && m.state == "shown").map(|m| m.language);
    let zone = time_zone(&mut db).await?;
    let now = Timestamp::from_millisecond(engine.now()).unwrap_or_default().to_zoned(zone);
    Ok(Known {
        name,
        member: users::get(&mut db, member).await?.map(|user| user.name).unwrap_or_default(),
        organisation: settings::get(&mut db, settings::ORGANISATION).await?,
        today: now.date(),
        language: language.unwrap_or_else(|| "und".to_owned()),
    })
}

/// What can be filled in where this member writes to somebody of this name who said nothing.
pub(crate) async fn known_of(
    engine: &Engine,
    on: &mut impl Sql,
    member: UserId,
    (name, language): (&str, &str),
) -> Result<Known> {
    let zone = time_zone(on).await?;
    let now = Timestamp::from_millisecond(engine.now()).unwrap_or_default().to_zoned(zone);
    Ok(Known {
        name: Some(name.to_owned()),
        member: users::get(on, member).await?.map(|user| user.name).unwrap_or_default(),
        organisation: settings::get(on, settings::ORGANISATION).await?,
        today: now.date(),
        language: language.to_owned(),
    })
}

/// A saved reply as it is put into an answer; what nobody knows stays in its braces.
pub fn fill(body: &str, known: &Known) -> String {
    // A greeting is too short to tell its language, and then it is theirs.
    let mut spoken = language::detect(&saved::plain(body));
    for other in [known.language.as_str(), "en"] {
        spoken = if spoken == "und" { other } else { spoken };
    }
    saved::fill(body, |variable| match variable {
        "first name" => known.name.as_deref().and_then(saved::first_name),
        "name" => known.name.clone().filter(|name| saved::first_name(name).is_some()),
        "member" => Some(known.member.clone()),
        "organisation" => known.organisation.clone(),
        "day" => saved::day_of_week(known.today, spoken).map(str::to_owned),
        "date" => Some(known.today.to_string()),
        _ => None,
    })
}

/// Whether an answer has a place that looks as if nobody filled it in: its writer is asked before it is sent.
///
/// # Errors
///
/// It has one, at the field `text`.
pub fn check_filled_in(text: &str) -> Result<()> {
    match saved::raw(text) {
        None => Ok(()),
        Some(raw) => Err(EngineError::invalid("text", format!("{raw} was not filled in. Write what is meant there."))),
    }
}
