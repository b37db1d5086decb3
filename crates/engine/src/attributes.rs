//! What is known of a person: put down by a member, by a program, or as they said themselves, beside what lists say. Nothing
//! is written over: each source has its own word, and of several the one of a member holds.

use crate::{
    Engine, EngineError, Result,
    amounts::Written,
    customers::{
        name_of,
        values::{self, How, Kind},
    },
    ingest::Tries,
    promises::time_zone,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tertulia_connector::times::TimeFormat;
use tertulia_model::{Millis, PersonId, UserId};
use tertulia_store::{
    Tx,
    attributes::{self, Attribute, Stated},
    changes, person_merges, threads,
};

pub(crate) const LONGEST_TITLE: usize = 60;
/// More than anybody looks through.
pub(crate) const MOST: usize = 300;

/// By whose word a value is put down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A member knows it.
    Hand,
    /// They said so themselves.
    Said,
    /// A program knows it.
    Program,
}

impl Source {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hand => "hand",
            Self::Said => "said",
            Self::Program => "program",
        }
    }

    fn of(name: &str) -> Option<Self> {
        [Self::Hand, Self::Said, Self::Program].into_iter().find(|source| source.as_str() == name)
    }
}

/// How it stood before, as it travels through the browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undo {
    pub person: PersonId,
    attribute: String,
    source: Source,
    /// The values that stand since.
    after: Vec<i64>,
    /// (value, who put it down, when)
    before: Vec<(String, Option<UserId>, Millis)>,
}

/// Puts down a value. An attribute that is not known yet is made, if `kind` says what it is.
pub async fn set(
    engine: &Arc<Engine>,
    (by, source): (UserId, Source),
    person: PersonId,
    (title, kind): (&str, Option<Kind>),
    text: &str,
) -> Result<Undo> {
    let mut tries = Tries::default();
    loop {
        match try_set(engine, (by, source), person, (title, kind), Some(text)).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

/// Takes back what one source says of an attribute of exactly this person, also where they are part of another by now. What
/// others say stays.
pub async fn take_back(
    engine: &Arc<Engine>,
    (by, source): (UserId, Source),
    person: PersonId,
    name: &str,
) -> Result<Undo> {
    let mut tries = Tries::default();
    loop {
        match try_set(engine, (by, source), person, (name, None), None).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

/// The person who stands there under this number, whom nobody merges or erases until the transaction ends.
async fn held(tx: &mut Tx, person: PersonId) -> Result<PersonId> {
    threads::place_alone(tx).await?;
    let standing = person_merges::standing_for(tx, person).await?;
    Ok(standing.ok_or_else(|| EngineError::missing("This person"))?.id)
}

async fn try_set(
    engine: &Engine,
    (by, source): (UserId, Source),
    person: PersonId,
    (title, kind): (&str, Option<Kind>),
    text: Option<&str>,
) -> Result<Undo> {
    let mut tx = engine.db.begin().await?;
    let standing = held(&mut tx, person).await?;
    // What is taken back is taken from whom it was said of.
    let person = if text.is_some() { standing } else { person };
    let attribute = attribute(engine, &mut tx, title, kind).await?;
    let old = attributes::by_source(&mut tx, (person, &attribute.name), source.as_str()).await?;
    if text.is_none() && old.is_empty() {
        return Err(EngineError::missing("This value"));
    }
    for stated in &old {
        attributes::remove(&mut tx, stated.id).await?;
    }
    let mut after = Vec::new();
    if let Some(text) = text {
        let stated = stated(engine, &mut tx, person, &attribute, (text, source, Some(by), engine.now())).await?;
        after.push(stated.id);
        attributes::add(&mut tx, &[stated]).await?;
    }
    attributes::settle(&mut tx, &[standing]).await?;
    tell(engine, tx, standing).await?;
    let before = old.into_iter().map(|stated| (stated.value, stated.by_user, stated.at)).collect();
    Ok(Undo { person, attribute: attribute.name, source, after, before })
}

/// A value as it is kept, or why it is none.
async fn stated(
    engine: &Engine,
    tx: &mut Tx,
    person: PersonId,
    attribute: &Attribute,
    (text, source, by_user, at): (&str, Source, Option<UserId>, Millis),
) -> Result<Stated> {
    let how = How { dates: TimeFormat::Auto, zone: &time_zone(tx).await?, numbers: Written::Auto };
    let wrong = |why: String| EngineError::invalid("value", format!("{}: {why}", attribute.title));
    let read = values::read(text, Kind::of(&attribute.kind), &how).map_err(wrong)?;
    Ok(Stated {
        id: engine.next_id(),
        customer_id: None,
        person_id: Some(person),
        attribute: attribute.name.clone(),
        value: read.value,
        folded: read.folded,
        number: read.number,
        source: source.as_str().to_owned(),
        by_user,
        run_id: None,
        at,
    })
}

/// The attribute that is called so.
async fn attribute(engine: &Engine, tx: &mut Tx, title: &str, kind: Option<Kind>) -> Result<Attribute> {
    let title = values::line(title);
    if title.is_empty() || title.chars().count() > LONGEST_TITLE {
        let words = format!("Say in 1 to {LONGEST_TITLE} letters what it is that you know.");
        return Err(EngineError::invalid("attribute", words));
    }
    let (all, name) = (attributes::all(tx).await?, name_of(&title));
    if let Some(known) = all.iter().find(|one| one.name == name) {
        return Ok(known.clone());
    }
    let kind = kind.ok_or_else(|| EngineError::missing("This attribute"))?;
    if all.len() >= MOST {
        let words = format!("There are {MOST} attributes already. Use one of them.");
        return Err(EngineError::Refused(words));
    }
    let made = Attribute { name, title, kind: kind.as_str().to_owned(), place: engine.next_id() };
    attributes::make(tx, &made).await?;
    Ok(made)
}

/// Undoes it, unless somebody changed it since.
pub async fn undo(engine: &Arc<Engine>, undo: &Undo) -> Result<()> {
    let mut tries = Tries::default();
    loop {
        match try_undo(engine, undo).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn try_undo(engine: &Engine, undo: &Undo) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    let person = held(&mut tx, undo.person).await?;
    // Where they were merged meanwhile it stands with the person of whom it was said.
    let now = attributes::by_source(&mut tx, (undo.person, &undo.attribute), undo.source.as_str()).await?;
    if now.iter().map(|stated| stated.id).ne(undo.after.iter().copied()) {
        let words = "Somebody changed this since, so there is nothing to undo.";
        return Err(EngineError::Refused(words.to_owned()));
    }
    for stated in &now {
        attributes::remove(&mut tx, stated.id).await?;
    }
    let attribute = attribute(engine, &mut tx, &undo.attribute, None).await?;
    for (value, by, at) in &undo.before {
        let back = stated(engine, &mut tx, undo.person, &attribute, (value, undo.source, *by, *at)).await?;
        attributes::add(&mut tx, &[back]).await?;
    }
    attributes::settle(&mut tx, &[person]).await?;
    tell(engine, tx, person).await
}

/// By whose word a value stands that can be taken back: none where a list says it.
pub fn source_of(stated: &Stated) -> Option<Source> {
    Source::of(&stated.source)
}

async fn tell(engine: &Engine, mut tx: Tx, person: PersonId) -> Result<()> {
    let noted = changes::note(&mut tx, &[("person", person.0)], engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(())
}
