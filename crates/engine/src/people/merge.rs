//! Two persons who are one: merged with a preview, and parted again at any time.

use super::{by_itself, suggest};
use crate::{Engine, EngineError, Result, ingest::Tries};
use std::sync::Arc;
use tertulia_model::{ConversationId, Millis, PersonId, UserId};
use tertulia_store::{
    Sql, Tx, changes,
    consents::{self, Consent, Subject, Wish},
    conversations,
    listing::{self, InboxFilter},
    people::{self, Identity, Person},
    person_merges::{self, Merge},
    reading,
    reviews::{self, Decision},
    threads,
};

/// Letters of a name.
const LONGEST_NAME: usize = 200;
/// Conversations whose open pages are told at once; others show it when they are next opened.
pub const MOST_TOLD: i64 = 200;

/// One side of a merge, as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    pub person: Person,
    pub identities: Vec<Identity>,
    pub first_heard: Option<Millis>,
    pub messages: i64,
    /// Counted up to a bound; see [`listing::count`].
    pub conversations: i64,
}

/// Why two are thought to be one.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    pub words: String,
    /// 0 to 1.
    pub confidence: f64,
    /// Nobody of the team decided it.
    pub is_automatic: bool,
}

impl Evidence {
    /// Somebody of the team knows it.
    pub fn known() -> Self {
        Self { words: "A member of the team said so.".to_owned(), confidence: 1.0, is_automatic: false }
    }
}

/// How two would be one. Nothing is changed.
pub async fn preview(engine: &Engine, from: PersonId, into: PersonId) -> Result<(Side, Side)> {
    let (from, into) = both(&mut engine.db.reader(), from, into).await?;
    Ok((side(engine, from).await?, side(engine, into).await?))
}

async fn side(engine: &Engine, person: Person) -> Result<Side> {
    let mut db = engine.db.reader();
    let filter = InboxFilter { person: Some(person.id), ..InboxFilter::default() };
    Ok(Side {
        identities: people::identities(&mut db, person.id).await?,
        first_heard: reading::first_heard(&mut db, person.id).await?,
        messages: people::messages(&mut db, person.id).await?,
        conversations: listing::count(&mut db, UserId(0), [filter], MOST_TOLD).await?[0],
        person,
    })
}

/// Both by themselves, and not the same already.
pub(super) async fn both(on: &mut impl Sql, from: PersonId, into: PersonId) -> Result<(Person, Person)> {
    let missing = || EngineError::missing("This person");
    let one = people::get(on, from).await?.ok_or_else(missing)?;
    let other = people::get(on, into).await?.ok_or_else(missing)?;
    let is_part =
        person_merges::part_of(on, from).await?.is_some() || person_merges::part_of(on, into).await?.is_some();
    if from == into || is_part {
        return Err(EngineError::Refused(
            "One of these two is part of somebody else already. Nothing was changed.".into(),
        ));
    }
    Ok((one, other))
}

/// `from` becomes part of `into`, who is called `name` from now on. Gives the merge, by which it is undone.
pub async fn merge(
    engine: &Arc<Engine>,
    by: UserId,
    (from, into): (PersonId, PersonId),
    name: &str,
    evidence: &Evidence,
) -> Result<i64> {
    let mut tries = Tries::default();
    loop {
        match try_merge(engine, by, (from, into), name.trim(), evidence).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn try_merge(
    engine: &Engine,
    by: UserId,
    (from, into): (PersonId, PersonId),
    name: &str,
    evidence: &Evidence,
) -> Result<i64> {
    let mut tx = engine.db.begin().await?;
    // Whoever says of a message whose it is waits here, before holding anything that another wants.
    threads::place_alone(&mut tx).await?;
    let (_, stays) = both(&mut tx, from, into).await?;
    // What a channel calls somebody may be longer than what is typed here; it stands.
    if name != stays.name && (name.is_empty() || name.chars().count() > LONGEST_NAME) {
        return Err(EngineError::invalid("name", format!("Give a name of 1 to {LONGEST_NAME} letters.")));
    }
    if evidence.is_automatic && !by_itself::may(&mut tx, (from, into)).await? {
        return Err(EngineError::Refused("Somebody decided otherwise. Nothing was changed.".to_owned()));
    }
    let merge = Merge {
        id: engine.next_id(),
        from_id: from,
        into_id: into,
        evidence: evidence.words.clone(),
        confidence: evidence.confidence,
        by_user: by,
        at: engine.now(),
        name_before: stays.name,
        name_after: name.to_owned(),
        is_automatic: evidence.is_automatic,
        undone_at: None,
    };
    let touched = conversations::of_person(&mut tx, from, MOST_TOLD).await?;
    let is_same = (!evidence.is_automatic).then_some(true);
    reviews::note(&mut tx, (from, into), Decision { is_same, merge: Some(merge.id), by, at: merge.at }).await?;
    person_merges::join(&mut tx, &merge).await?;
    person_merges::decide(&mut tx, (from, into), None, (by, merge.at)).await?;
    tell(engine, tx, &[from, into], touched).await?;
    Ok(merge.id)
}

/// Undoes a merge, however long ago it was made. Gives whoever is by themselves again.
pub async fn part(engine: &Arc<Engine>, by: UserId, merge: i64) -> Result<PersonId> {
    let mut tries = Tries::default();
    loop {
        match try_part(engine, by, merge).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn try_part(engine: &Engine, by: UserId, id: i64) -> Result<PersonId> {
    let mut tx = engine.db.begin().await?;
    threads::place_alone(&mut tx).await?;
    let apart = || EngineError::Refused("These two are apart already.".to_owned());
    let merge = person_merges::get(&mut tx, id).await?.filter(|merge| merge.undone_at.is_none()).ok_or_else(apart)?;
    let held = person_merges::part_of(&mut tx, merge.from_id).await?.ok_or_else(apart)?;
    let now = engine.now();
    let refusals = person_merges::shared_refusals(&mut tx, &merge, held).await?;
    person_merges::part(&mut tx, &merge, held, (by, now)).await?;
    // Nobody knows which of both did not want it: neither is written to.
    for wish in &refusals {
        let subject = Subject::Person(merge.from_id);
        let Consent { channel_id, allowed, words, by_user, at, .. } = wish;
        let copy =
            Wish { subject, channel: channel_id.0, allowed: Some(*allowed), words, by: *by_user, event: None, at: *at };
        consents::note(&mut tx, engine.next_id(), &copy).await?;
    }
    reviews::was_wrong(&mut tx, merge.id, (by, now)).await?;
    if merge.is_automatic {
        // Else it would come about again.
        let pair = (merge.from_id, merge.into_id);
        person_merges::decide(&mut tx, pair, Some("apart"), (by, now)).await?;
    }
    let touched = conversations::of_person(&mut tx, merge.from_id, MOST_TOLD).await?;
    suggest::soon(engine, &mut tx).await?;
    tell(engine, tx, &[merge.from_id, held], touched).await?;
    Ok(merge.from_id)
}

/// It is remembered that two are not the same, or forgotten again.
pub async fn apart(engine: &Engine, by: UserId, pair: (PersonId, PersonId), is_apart: bool) -> Result<()> {
    let mut tries = Tries::default();
    loop {
        match try_apart(engine, by, pair, is_apart).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn try_apart(engine: &Engine, by: UserId, pair: (PersonId, PersonId), is_apart: bool) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    // Neither becomes part of another, or is erased, meanwhile.
    threads::place_alone(&mut tx).await?;
    both(&mut tx, pair.0, pair.1).await?;
    person_merges::decide(&mut tx, pair, is_apart.then_some("apart"), (by, engine.now())).await?;
    if is_apart {
        let decision = Decision { is_same: Some(false), merge: None, by, at: engine.now() };
        reviews::note(&mut tx, pair, decision).await?;
    } else {
        reviews::take_back(&mut tx, pair).await?;
    }
    tell(engine, tx, &[pair.0, pair.1], Vec::new()).await
}

async fn tell(engine: &Engine, mut tx: Tx, persons: &[PersonId], touched: Vec<ConversationId>) -> Result<()> {
    let mut topics: Vec<(&str, i64)> = persons.iter().map(|id| ("person", id.0)).collect();
    topics.extend(touched.iter().map(|id| ("conversation", id.0)));
    let noted = changes::note(&mut tx, &topics, engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(())
}
