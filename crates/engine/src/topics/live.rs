//! Messages that come, are edited or are labelled otherwise between two weeks: whoever stores that puts them into a list in the
//! same transaction, and here they are taken out again in the transaction that places them.

use super::{TOPIC, WEEKS_BACK, known::Language, no_noise, sure, week_of, words};
use crate::{Engine, EngineError, Result, ingest::Tries, panics::caught};
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
    time::{Duration, Instant},
};
use tertulia_analysis::topics::{Profiles, assign};
use tertulia_model::MessageId;
use tertulia_store::{
    changes, keys, threads,
    topic_messages::{self, Candidate, Placed},
    topics as stored,
};

/// Messages of one transaction, at most.
const MOST: i64 = 256;
/// Weeks that are counted at once.
const WEEKS: i64 = 16;
const LOOK_EVERY: Duration = Duration::from_secs(3);

/// Places what waits, as it comes, until the task is dropped.
pub async fn run(engine: Arc<Engine>) {
    loop {
        let begun = Instant::now();
        // A text that breaks the finder must not end it for all others.
        match caught(step(&engine)).await.unwrap_or_else(|panic| Err(EngineError::Channel(panic))) {
            Ok(0) => tokio::time::sleep(LOOK_EVERY).await,
            Ok(_) => engine.bus.give_way(begun, engine.now()).await,
            Err(error) => {
                tracing::warn!(%error, "messages could not be placed in their topics; trying again");
                tokio::time::sleep(LOOK_EVERY).await;
            }
        }
    }
}

async fn step(engine: &Arc<Engine>) -> Result<usize> {
    Ok(place_waiting(engine).await? + look_again(engine).await? + count_waiting(engine).await?)
}

/// Does all that waits to be done: places messages, looks at them again after a split, counts weeks.
pub async fn settle(engine: &Arc<Engine>) -> Result<()> {
    while step(engine).await? > 0 {}
    Ok(())
}

/// The topics of all languages.
struct All(HashMap<String, (Language, Profiles)>);

impl All {
    async fn read(engine: &Engine) -> Result<Self> {
        let mut db = engine.db.reader();
        let mut all = HashMap::new();
        for (language, ..) in stored::languages(&mut db).await? {
            let known = Language::read(&mut db, &language).await?;
            let topics = known.known();
            let profiles = Profiles::new(topics.iter().map(|topic| (topic.id, &topic.profile)));
            all.insert(language, (known, profiles));
        }
        Ok(Self(all))
    }

    fn place(&self, message: &Candidate) -> Option<Placed> {
        let (known, profiles) = self.0.get(&message.language)?;
        let text = words(message);
        let found = assign(profiles, &text)?;
        Some(Placed {
            message_id: message.id,
            topic_id: found.topic.0,
            unit_id: known.unit(found.topic.0, &text),
            week: week_of(keys::time_of_place(message.place)),
            revision: message.revision,
            sure: sure(found.confidence),
            typical: None,
        })
    }

    /// Whether a message may stay where it was put: the same words of the same language, in a topic that there still is.
    fn stays(&self, message: &Candidate, placed: &Placed) -> bool {
        let (week, revision) = (week_of(keys::time_of_place(message.place)), message.revision);
        let known = self.0.get(&message.language);
        placed.week == week
            && placed.revision == revision
            && known.is_some_and(|(known, _)| known.topics.contains_key(&placed.topic_id))
    }
}

/// Places some of the messages that wait; how many those were.
pub async fn place_waiting(engine: &Arc<Engine>) -> Result<usize> {
    // Looking first keeps an idle installation from writing.
    if !topic_messages::any_waiting(&mut engine.db.reader()).await? {
        return Ok(0);
    }
    // Read before the writer is held.
    let all = All::read(engine).await?;
    let mut tries = Tries::default();
    loop {
        match try_place(engine, &all).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn try_place(engine: &Engine, all: &All) -> Result<usize> {
    let mut tx = engine.db.begin_background().await?;
    // Nobody is erased between being read here and being noted.
    threads::place_alone(&mut tx).await?;
    let waiting = topic_messages::take_waiting(&mut tx, MOST).await?;
    let before: HashMap<MessageId, Placed> =
        topic_messages::of(&mut tx, &waiting).await?.into_iter().map(|one| (one.message_id, one)).collect();
    let oldest = week_of(engine.now()) - WEEKS_BACK;
    let mut gone: BTreeSet<MessageId> = before.keys().copied().collect();
    let mut placed = Vec::new();
    for message in topic_messages::by_ids(&mut tx, no_noise(), &waiting).await? {
        if before.get(&message.id).is_some_and(|before| all.stays(&message, before)) {
            gone.remove(&message.id);
        } else if week_of(keys::time_of_place(message.place)) >= oldest
            && let Some(place) = all.place(&message)
        {
            gone.remove(&message.id);
            placed.push(place);
        }
    }
    topic_messages::put(&mut tx, &placed).await?;
    topic_messages::take_out(&mut tx, &gone.into_iter().collect::<Vec<_>>()).await?;
    tx.commit().await?;
    Ok(waiting.len())
}

/// Looks at some messages of a topic from which a part was split, or in which one was put back: which of them are of which part.
async fn look_again(engine: &Arc<Engine>) -> Result<usize> {
    let mut db = engine.db.reader();
    let Some((wish, topic, after)) = stored::to_look(&mut db).await? else { return Ok(0) };
    let Some(found) = stored::get(&mut db, topic).await? else { return finished(engine, (wish, after)).await };
    let known = Language::read(&mut db, &found.language).await?;
    let part = stored::one_wish(&mut db, wish).await?.and_then(|wish| wish.other_id);
    let page = topic_messages::of_topic(&mut db, topic, after, MOST).await?;
    let Some(last) = page.last().map(|one| one.message_id) else { return finished(engine, (wish, after)).await };
    let mut tx = engine.db.begin_background().await?;
    threads::place_alone(&mut tx).await?;
    let ids: Vec<MessageId> = page.iter().map(|one| one.message_id).collect();
    let stands: HashMap<MessageId, Placed> =
        topic_messages::of(&mut tx, &ids).await?.into_iter().map(|one| (one.message_id, one)).collect();
    let mut moved = Vec::new();
    for message in topic_messages::by_ids(&mut tx, no_noise(), &ids).await? {
        let Some(place) = stands.get(&message.id).filter(|place| place.topic_id == topic) else { continue };
        let unit = known.unit(topic, &words(&message));
        // What somebody chose as an example stays its part's, whatever its words say, until that is taken back; a new part takes also
        // from older ones what is more like it.
        let is_free = place.unit_id == topic || !known.stands(place.unit_id) || Some(unit) == part;
        if unit != place.unit_id && is_free {
            moved.push(Placed { unit_id: unit, typical: None, ..*place });
        }
    }
    topic_messages::put(&mut tx, &moved).await?;
    stored::looked(&mut tx, wish, (after, Some(last.0))).await?;
    tx.commit().await?;
    Ok(page.len())
}

async fn finished(engine: &Engine, (wish, after): (i64, i64)) -> Result<usize> {
    let mut tx = engine.db.begin_background().await?;
    stored::looked(&mut tx, wish, (after, None)).await?;
    let noted = changes::note(&mut tx, &[(TOPIC, 0)], engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(1)
}

/// Counts some of the weeks in which something changed; how many those were.
pub(super) async fn count_waiting(engine: &Engine) -> Result<usize> {
    let mut db = engine.db.reader();
    let waiting = stored::to_count(&mut db, WEEKS).await?;
    if waiting.is_empty() {
        return Ok(0);
    }
    // Counted outside of the transaction: what changes meanwhile is counted again.
    let mut counted = Vec::with_capacity(waiting.len());
    for one in waiting {
        counted.push((one, topic_messages::count(&mut db, &[one.0], (one.1, one.1)).await?));
    }
    let mut tx = engine.db.begin_background().await?;
    for (one, found) in &counted {
        stored::recounted(&mut tx, *one, *found).await?;
    }
    tx.commit().await?;
    Ok(counted.len())
}
