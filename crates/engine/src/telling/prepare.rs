//! Drafts for everybody who asked: prepared by a job, piece by piece, that goes on where it was stopped. What is there is
//! left as it is; a person and a change have one row, whatever happens in between.

use super::{change_of, finish, kind_of, sending_channels};
use crate::{
    Engine, EngineError, Result, consent,
    ingest::Tries,
    outbound,
    wording::Envelope,
    worker::{self, Done},
};
use std::{collections::HashSet, sync::Arc};
use tertulia_model::{ChangeId, ChannelId, JobId, MessageId, PersonId};
use tertulia_store::{
    Sql, Tx,
    askers::{self, Asker},
    channels::{self, Channel},
    feedback_changes, jobs, reading, telling_texts,
    tellings::{self, Telling},
    threads, voices,
};

/// Persons of one transaction: people work meanwhile.
const PIECE: i64 = 250;

/// Whether there is something to tell of a change in this state.
pub fn can_be_told(state: &str) -> bool {
    matches!(state, "done" | "declined")
}

/// Has drafts prepared for everybody who asks and has none.
pub async fn prepare(engine: &Arc<Engine>, id: ChangeId) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    threads::place_alone(&mut tx).await?;
    let change = change_of(&mut tx, id).await?;
    if !can_be_told(&change.state) {
        let words = "It is neither done nor declined yet, so there is nothing to tell. Move the change first.";
        return Err(EngineError::Refused(words.to_owned()));
    }
    if telling_texts::of_change(&mut tx, id, kind_of(&change.state)).await?.is_empty() {
        let words = "Nobody has written yet what became of it. Write that first, in one language at least.";
        return Err(EngineError::Refused(words.to_owned()));
    }
    telling_texts::begin(&mut tx, id, engine.now()).await?;
    jobs::add(&mut tx, JobId(engine.next_id()), worker::TELL, id.0, engine.now()).await?;
    finish(engine, tx, id).await?;
    engine.bell.ring();
    Ok(())
}

/// The job of one change.
pub(crate) async fn run(engine: &Arc<Engine>, change: ChangeId) -> Result<Done> {
    // Who was erased may have left a wish: where there is any, everybody's is looked for.
    let any_kept = consent::any_kept(&mut engine.db.reader()).await?;
    loop {
        let mut db = engine.db.reader();
        let Some(from) = telling_texts::round(&mut db, change).await?.after_person else { return Ok(Done::Finished) };
        // Who asks is looked up without holding anybody up.
        let persons = askers::after(&mut db, change, from, PIECE).await?;
        if persons.is_empty() {
            forget_stale(engine, change).await?;
            let mut tx = engine.db.begin_bulk().await?;
            if telling_texts::end(&mut tx, change, from, engine.now()).await? {
                finish(engine, tx, change).await?;
            }
            continue;
        }
        // So is who may have left a wish; it is asked once more when a draft is looked at, and when it is sent.
        let suspects = if any_kept { suspects(engine, &mut db, change, &persons).await? } else { HashSet::new() };
        let mut tries = Tries::default();
        loop {
            match step(engine, change, from, (&persons, &suspects)).await {
                Err(error) if tries.again(engine, &error) => {}
                done => break done?,
            }
        }
        tokio::task::yield_now().await;
    }
}

/// Who took back what they asked is not told, and who was not told after all is not asked whether it helped.
async fn forget_stale(engine: &Arc<Engine>, change: ChangeId) -> Result<()> {
    loop {
        let stale = tellings::stale(&mut engine.db.reader(), change, PIECE).await?;
        if stale.is_empty() {
            return Ok(());
        }
        let mut tx = engine.db.begin_bulk().await?;
        threads::place_alone(&mut tx).await?;
        tellings::forget_stale(&mut tx, change, &stale).await?;
        tx.commit().await?;
    }
}

async fn step(
    engine: &Arc<Engine>,
    id: ChangeId,
    from: PersonId,
    (persons, suspects): (&[PersonId], &HashSet<PersonId>),
) -> Result<()> {
    let mut tx = engine.db.begin_bulk().await?;
    // Nobody becomes part of another, or is erased, meanwhile.
    threads::place_alone(&mut tx).await?;
    let change = feedback_changes::get_to_change(&mut tx, id).await?;
    let Some(change) = change.filter(|change| can_be_told(&change.state)) else {
        telling_texts::end(&mut tx, id, from, engine.now()).await?;
        return finish(engine, tx, id).await;
    };
    let found = drafts(engine, &mut tx, (id, kind_of(&change.state)), (persons, suspects)).await?;
    let to = persons.last().copied().unwrap_or(from);
    if !telling_texts::step(&mut tx, id, from, to, persons.len() as i64).await? {
        // Somebody had it begin anew, or another has come so far.
        return Ok(());
    }
    tellings::add(&mut tx, &found).await?;
    finish(engine, tx, id).await
}

/// As they are told best, as far as they still ask. `suspects`: of whom a wish may be kept that outlived an erasure.
pub(super) async fn drafts(
    engine: &Engine,
    tx: &mut Tx,
    (change, kind): (ChangeId, &str),
    (persons, suspects): (&[PersonId], &HashSet<PersonId>),
) -> Result<Vec<Telling>> {
    let sending = sending_channels(engine, tx).await?;
    let channels = channels::all_ever(tx).await?;
    let asking = askers::some(tx, change, persons, &sending).await?;
    let refusing = refusing(engine, tx, change, (&asking, suspects)).await?;
    let voices = by_voice(engine, tx, change, &asking).await?;
    let mut found = Vec::with_capacity(asking.len());
    for asker in asking {
        let mut reason = match asker.message_id {
            None if voices.contains(&asker.person_id) => None,
            _ => reason(engine, &asker, (&channels, &sending)),
        };
        if reason.is_none() && refusing.contains(&asker.person_id) {
            reason = Some("refused");
        }
        found.push(draft(engine.next_id(), (change, kind), asker, reason));
    }
    Ok(found)
}

pub(super) fn draft(id: i64, (change_id, kind): (ChangeId, &str), asker: Asker, reason: Option<&str>) -> Telling {
    Telling {
        id,
        change_id,
        kind: kind.to_owned(),
        person_id: asker.person_id,
        stands: true,
        message_id: asker.message_id,
        language: asker.language.unwrap_or_else(|| "und".to_owned()),
        state: if reason.is_some() { "owed" } else { "draft" }.to_owned(),
        reason: reason.map(str::to_owned),
        words: None,
        note: None,
        words_before: None,
        note_before: None,
        asked_at: asker.asked_at,
        delivery_id: None,
        by_user: None,
        acted_at: None,
        told_at: None,
        took: None,
        answer: None,
        answer_message_id: None,
        answered_by: None,
        answered_at: None,
        version: 0,
    }
}

/// Why somebody cannot be told by a message, if it cannot be.
fn reason(engine: &Engine, asker: &Asker, (channels, sending): (&[Channel], &[ChannelId])) -> Option<&'static str> {
    let Some(channel) = asker.channel_id else { return Some("behalf") };
    if asker.state.as_deref() != Some("shown") {
        return Some("deleted");
    }
    if !sending.contains(&channel) {
        let known = channels.iter().find(|known| known.id == channel);
        let is_spoken = known.is_some_and(|channel| engine.registry.is_written_down(&channel.connector));
        return Some(if is_spoken { "spoken" } else { "no_way" });
    }
    asker.conversation_id.is_none().then_some("no_conversation")
}

/// Those who said nothing and gave a voice on the public page: they are told by mail, as long as any can be sent.
async fn by_voice(engine: &Engine, on: &mut impl Sql, change: ChangeId, asking: &[Asker]) -> Result<HashSet<PersonId>> {
    let silent = asking.iter().filter(|asker| asker.message_id.is_none());
    let silent: Vec<PersonId> = silent.map(|asker| asker.person_id).collect();
    if silent.is_empty() || outbound::mail_channel_on(engine, on).await?.is_none() {
        return Ok(HashSet::new());
    }
    Ok(voices::reached(on, change, &silent).await?.into_iter().map(|(person, ..)| person).collect())
}

/// Of whose addresses a wish is kept, which outlived an erasure: asked of all of them at once.
async fn suspects(
    engine: &Engine,
    on: &mut impl Sql,
    change: ChangeId,
    persons: &[PersonId],
) -> Result<HashSet<PersonId>> {
    let sending = sending_channels(engine, on).await?;
    let asking = askers::some(on, change, persons, &sending).await?;
    let answered: Vec<MessageId> = asking.iter().filter_map(|asker| asker.message_id).collect();
    let channels = channels::all(on).await?;
    let mut handles = Vec::new();
    for message in reading::by_ids(on, &answered).await? {
        let channel = channels.iter().find(|channel| channel.id == message.channel_id);
        let (Some(person), Some(channel)) = (message.person_id, channel) else { continue };
        let reply_to = Envelope::parse(&message.envelope).reply_to;
        handles.extend(message.handle.into_iter().chain(reply_to).map(|handle| (person, channel, handle)));
    }
    Ok(consent::with_kept(engine, on, &handles).await?.into_iter().collect())
}

/// Who of them does not want to be written to where they would be answered. Few ever said anything of the kind: only those
/// are looked at one by one.
async fn refusing(
    engine: &Engine,
    on: &mut impl Sql,
    change: ChangeId,
    (asking, suspects): (&[Asker], &HashSet<PersonId>),
) -> Result<HashSet<PersonId>> {
    let persons: Vec<PersonId> = asking.iter().map(|asker| asker.person_id).collect();
    let said: HashSet<PersonId> = askers::with_refusals(on, &persons).await?.into_iter().collect();
    let mut refusing = HashSet::new();
    for asker in asking.iter().filter(|asker| suspects.contains(&asker.person_id) || said.contains(&asker.person_id)) {
        let way = match asker.message_id {
            Some(message) => super::look::way(engine, on, message).await?.map(|(_, way)| way),
            None => super::look::way_of_voice(engine, on, change, asker.person_id).await?,
        };
        let Some(way) = way else { continue };
        if consent::against_on(engine, on, &way).await?.is_some() {
            refusing.insert(asker.person_id);
        }
    }
    Ok(refusing)
}
