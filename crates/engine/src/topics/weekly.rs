//! Finding the topics of a week of one language. The same week gives the same whenever it is looked at, so that whatever
//! stopped it begins it anew: its topics become known in its last transaction.

use super::{
    LEAST_MESSAGES, LEAST_PEOPLE, MOST_LEARNT, TOPIC, WEEKS_BACK, begin_of, is_looked_at,
    known::{Language, json},
    live, no_noise, person, places, sure, week_of, words,
};
use crate::{
    Engine, EngineError, Result,
    worker::{self, Done},
};
use std::{
    collections::{BTreeMap, HashMap},
    io,
    sync::Arc,
    time::Instant,
};
use tertulia_analysis::topics::{
    Document, Event, Found, Known, MessageTopic, Profile, Profiles, Rules, Topic, TopicId, Week, assign, carry_on,
    find, leave_shared,
};
use tertulia_model::{JobId, MessageId};
use tertulia_store::{
    changes, jobs, threads,
    topic_messages::{self, Candidate, Placed},
    topics::{self as stored, Run, Wish},
};

/// Messages that are read or placed at once.
const PAGE: i64 = 500;
/// Where there are no topics yet it is looked again so soon.
const SOON: i64 = 3_600_000;
/// A week is looked at once it has been over for so long: what was said in its last hours may come late.
const AFTER: i64 = 3_600_000;
/// From here on numbers are given to new topics that are to have ids.
const NEW: i64 = i64::MAX - 1_000_000;

/// Has topics looked for, now and every week.
pub(crate) async fn catch_up(engine: &Arc<Engine>) -> Result<()> {
    let mut tx = engine.db.begin_bulk().await?;
    jobs::add(&mut tx, JobId(engine.next_id()), worker::TOPICS, 0, engine.now()).await?;
    Ok(tx.commit().await?)
}

/// Runs the job.
pub(crate) async fn run_weekly(engine: &Arc<Engine>) -> Result<Done> {
    // One at a time reads all that is stored.
    let Ok(_turn) = engine.past.acquire().await else { return Ok(Done::Finished) };
    find_all(engine).await?;
    let is_known = !stored::languages(&mut engine.db.reader()).await?.is_empty();
    let next = begin_of(week_of(engine.now() - AFTER) + 1) + AFTER;
    Ok(Done::PutOff(if is_known { next } else { engine.now() + SOON }))
}

/// Finds the topics of all weeks that are over and were not looked at yet, of each language of which enough was said; how many
/// weeks of languages that were.
pub async fn find_all(engine: &Arc<Engine>) -> Result<usize> {
    let present = week_of(engine.now() - AFTER);
    let mut looked = 0;
    // A later week builds upon the ones before it; what keeps one language from that keeps no other.
    let mut failed: BTreeMap<String, EngineError> = BTreeMap::new();
    for week in present - WEEKS_BACK..present {
        let mut db = engine.db.reader();
        let known: HashMap<String, i64> =
            stored::languages(&mut db).await?.into_iter().map(|(language, week, _)| (language, week)).collect();
        let counted = topic_messages::count_languages(&mut db, no_noise(), places(week)).await?;
        let is_due = |(language, messages): &(String, i64)| {
            *messages >= LEAST_MESSAGES && is_looked_at(language) && known.get(language).is_none_or(|last| *last < week)
        };
        for (language, messages) in counted.into_iter().filter(is_due) {
            if failed.contains_key(&language) {
                continue;
            }
            match find_week(engine, &language, week, messages).await {
                Ok(()) => looked += 1,
                Err(error) => {
                    tracing::warn!(language, week, %error, "topics of a week were not found; other languages go on");
                    failed.insert(language, error);
                }
            }
        }
    }
    while live::count_waiting(engine).await? > 0 {}
    failed.into_values().next().map_or(Ok(looked), Err)
}

/// A message from which topics are learnt.
struct Read {
    id: MessageId,
    revision: i64,
    person: i64,
    text: String,
}

/// What was found in a week, and whose are the messages that it was found from.
struct Learnt {
    week: Week,
    topics: Vec<Topic>,
    /// Of each message that was read its wording and topic; and its rank where it is typical.
    of: HashMap<MessageId, (i64, Option<MessageTopic<usize>>)>,
    typical: HashMap<MessageId, i64>,
    learnt_from: usize,
}

async fn find_week(engine: &Arc<Engine>, language: &str, week: i64, messages: i64) -> Result<()> {
    let known = Language::read(&mut engine.db.reader(), language).await?;
    let read = read(engine, language, week, messages).await?;
    let (before, seed) = (known.known(), mixed(week, language));
    let work = move || learn(&read, &before, seed);
    let mut learnt = tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?;
    name_new(engine, &mut learnt.week);
    let (placed, of_none) = place_all(engine, (language, week), &known, &learnt).await?;
    let run = Run {
        language: language.to_owned(),
        week,
        messages: placed + of_none,
        learnt_from: i64::try_from(learnt.learnt_from).unwrap_or(i64::MAX),
        of_none,
        topics: i64::try_from(learnt.topics.len()).unwrap_or(i64::MAX),
        at: engine.now(),
    };
    keep(engine, &known, &learnt, &run).await
}

/// Spreads numbers evenly (splitmix64), the same on any machine.
fn spread(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

fn mixed(week: i64, language: &str) -> u64 {
    language.bytes().fold(spread(week.unsigned_abs()), |seed, byte| spread(seed ^ u64::from(byte)))
}

/// The messages from which topics are learnt: all, or of very many about as many as may be, drawn by lot.
async fn read(engine: &Arc<Engine>, language: &str, week: i64, messages: i64) -> Result<Vec<Read>> {
    let (mut after, before) = places(week);
    let seed = mixed(week, language);
    let is_drawn = |id: MessageId| {
        messages <= MOST_LEARNT
            || spread(seed ^ id.0.unsigned_abs()) % messages.unsigned_abs() < MOST_LEARNT.unsigned_abs()
    };
    let mut all = Vec::new();
    loop {
        let begun = Instant::now();
        let mut db = engine.db.reader();
        let page = topic_messages::between(&mut db, no_noise(), language, (after, before), PAGE).await?;
        let Some(last) = page.last().map(|one| one.place) else { return Ok(all) };
        after = last;
        let read = |one: &Candidate| Read { id: one.id, revision: one.revision, person: person(one), text: words(one) };
        all.extend(page.iter().filter(|one| is_drawn(one.id)).map(read));
        engine.bus.give_way(begun, engine.now()).await;
    }
}

fn learn(read: &[Read], known: &[Known], seed: u64) -> Learnt {
    let documents: Vec<Document<'_>> = read.iter().map(|one| Document { text: &one.text }).collect();
    let Found { mut topics, of, learnt_from } = find(&documents, known, &Rules::default(), seed);
    for (place, topic) in topics.iter_mut().enumerate() {
        let members = of.iter().zip(read).filter(|(of, _)| of.is_some_and(|of| of.topic == place));
        leave_shared(topic, members.map(|(_, one)| (one.text.as_str(), one.person)), LEAST_PEOPLE);
    }
    // What few people speak of is nothing that is talked about, and may tell who they are.
    let mut became = vec![None; topics.len()];
    let mut kept = 0;
    for (place, topic) in topics.iter().enumerate() {
        if !topic.words.is_empty() {
            became[place] = Some(kept);
            kept += 1;
        }
    }
    topics.retain(|topic| !topic.words.is_empty());
    let moved = |of: Option<MessageTopic<usize>>| {
        let of = of?;
        Some(MessageTopic { topic: became.get(of.topic).copied().flatten()?, ..of })
    };
    let of = of.into_iter().zip(read).map(|(of, one)| (one.id, (one.revision, moved(of)))).collect();
    let typical = topics.iter().flat_map(|topic| topic.typical.iter().enumerate());
    let typical =
        typical.filter_map(|(rank, number)| Some((read.get(*number)?.id, i64::try_from(rank).ok()?))).collect();
    let week = carry_on(known, &topics, TopicId(NEW));
    Learnt { week, topics, of, typical, learnt_from }
}

/// Gives ids to the topics that are new.
fn name_new(engine: &Engine, week: &mut Week) {
    let mut named: BTreeMap<TopicId, TopicId> = BTreeMap::new();
    let mut name = |id: &mut TopicId| {
        if id.0 >= NEW {
            *id = *named.entry(*id).or_insert_with(|| TopicId(engine.next_id()));
        }
    };
    week.known.iter_mut().for_each(|known| name(&mut known.id));
    week.ids.iter_mut().for_each(&mut name);
    for event in &mut week.events {
        match event {
            Event::New(id) | Event::Continued(id) | Event::Resumed(id, _) | Event::Quiet(id) | Event::Forgotten(id) => {
                name(id);
            }
            Event::Split { from, new } => {
                name(from);
                name(new);
            }
            Event::Merged { from, into } => {
                name(from);
                name(into);
            }
        }
    }
}

/// Places all messages of the week by pages; how many have a topic, and how many none.
async fn place_all(
    engine: &Arc<Engine>,
    (language, week): (&str, i64),
    known: &Language,
    learnt: &Learnt,
) -> Result<(i64, i64)> {
    let profiles = Profiles::new(learnt.week.known.iter().map(|known| (known.id, &known.profile)));
    let (mut after, before) = places(week);
    let (mut placed, mut of_none) = (0, 0);
    loop {
        let begun = Instant::now();
        let mut db = engine.db.reader();
        let page = topic_messages::between(&mut db, no_noise(), language, (after, before), PAGE).await?;
        let Some(last) = page.last().map(|one| one.place) else { return Ok((placed, of_none)) };
        after = last;
        let (mut rows, mut none) = (Vec::new(), Vec::new());
        for one in &page {
            let text = words(one);
            let topic = match learnt.of.get(&one.id) {
                Some((revision, of)) if *revision == one.revision => {
                    of.map(|of| MessageTopic { topic: learnt.week.ids[of.topic], confidence: of.confidence })
                }
                _ => assign(&profiles, &text),
            };
            match topic {
                Some(of) => rows.push(Placed {
                    message_id: one.id,
                    topic_id: of.topic.0,
                    unit_id: known.unit(of.topic.0, &text),
                    week,
                    revision: one.revision,
                    sure: sure(of.confidence),
                    typical: learnt.typical.get(&one.id).copied(),
                }),
                None => none.push(one.id),
            }
        }
        placed += i64::try_from(rows.len()).unwrap_or(0);
        of_none += i64::try_from(none.len()).unwrap_or(0);
        write(engine, (language, known), rows, &none).await?;
        engine.bus.give_way(begun, engine.now()).await;
    }
}

async fn write(
    engine: &Engine,
    (language, known): (&str, &Language),
    mut rows: Vec<Placed>,
    none: &[MessageId],
) -> Result<()> {
    let mut tx = engine.db.begin_background().await?;
    // Nobody is erased between being read here and being noted; what somebody says of a message from here on waits, and is
    // looked at after this.
    threads::place_alone(&mut tx).await?;
    let asked: Vec<(MessageId, i64)> = rows.iter().map(|one| (one.message_id, one.revision)).collect();
    let still = topic_messages::still(&mut tx, no_noise(), language, &asked).await?;
    rows.retain(|one| still.binary_search(&one.message_id).is_ok());
    let before: HashMap<MessageId, Placed> =
        topic_messages::of(&mut tx, &still).await?.into_iter().map(|one| (one.message_id, one)).collect();
    for row in &mut rows {
        // What somebody chose as an example stays the part's, whatever its words say; also of a part that is newer than what is known.
        let is_part = |unit: i64| known.stands(unit) || !known.topics.contains_key(&unit);
        let chosen = before.get(&row.message_id).filter(|before| {
            before.topic_id == row.topic_id
                && before.unit_id != before.topic_id
                && before.revision == row.revision
                && is_part(before.unit_id)
        });
        if let Some(chosen) = chosen {
            row.unit_id = chosen.unit_id;
        }
    }
    topic_messages::put(&mut tx, &rows).await?;
    topic_messages::take_out(&mut tx, none).await?;
    Ok(tx.commit().await?)
}

/// Makes known what was found.
async fn keep(engine: &Engine, known: &Language, learnt: &Learnt, run: &Run) -> Result<()> {
    let is_found = |id: TopicId| learnt.week.ids.iter().position(|one| *one == id);
    let mut rows = Vec::new();
    for one in &learnt.week.known {
        let before = known.topics.get(&one.id.0);
        let found = is_found(one.id).and_then(|place| learnt.topics.get(place));
        let words = match (found, before) {
            (Some(topic), _) => json(&topic.words)?,
            (None, Some(before)) => before.words.clone(),
            (None, None) => json(&one.label)?,
        };
        let last_week = if found.is_some() { run.week } else { before.map_or(run.week, |topic| topic.last_week) };
        rows.push(stored::Topic {
            id: one.id.0,
            language: run.language.clone(),
            part_of: None,
            label: json(&one.label)?,
            words,
            profile: json(&one.profile)?,
            first_week: before.map_or(run.week, |topic| topic.first_week),
            last_week,
            weeks_quiet: i64::from(one.weeks_quiet),
            forgotten_week: None,
        });
    }
    // Those of before that are no longer known: merged, or forgotten.
    let is_kept = |id: i64| learnt.week.known.iter().any(|one| one.id.0 == id);
    for before in known.known().iter().filter(|one| !is_kept(one.id.0)) {
        if let Some(topic) = known.topics.get(&before.id.0) {
            // Nobody looks for it again, so how it was known is not kept.
            let profile = json(&Profile::default())?;
            rows.push(stored::Topic { forgotten_week: Some(run.week), profile, ..topic.clone() });
        }
    }
    let mut tx = engine.db.begin_background().await?;
    stored::put(&mut tx, &rows).await?;
    stored::note_events(&mut tx, run.week, &events(&learnt.week.events)).await?;
    stored::count_again(&mut tx, &run.language, run.week - WEEKS_BACK).await?;
    stored::put_run(&mut tx, run).await?;
    // What was split while messages were placed is looked at again: they were placed without it.
    let is_newer = |wish: &Wish| wish.other_id.is_some_and(|part| !known.topics.contains_key(&part));
    let mut splits = stored::standing(&mut tx).await?;
    splits.retain(|wish| wish.kind == "split" && is_newer(wish));
    for wish in splits {
        if stored::get(&mut tx, wish.topic_id).await?.is_some_and(|topic| topic.language == run.language) {
            stored::look_anew(&mut tx, wish.id).await?;
        }
    }
    let noted = changes::note(&mut tx, &[(TOPIC, 0)], engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(())
}

/// Each event as it is stored, with its topic: of a topic and a week there is one.
fn events(events: &[Event]) -> Vec<(i64, &'static str, Option<i64>)> {
    let one = |event: &Event| match *event {
        Event::New(id) => (id.0, "new", None),
        Event::Continued(id) => (id.0, "continued", None),
        Event::Resumed(id, weeks) => (id.0, "resumed", Some(i64::from(weeks))),
        Event::Quiet(id) => (id.0, "quiet", None),
        Event::Split { from, new } => (new.0, "split", Some(from.0)),
        Event::Merged { from, into } => (from.0, "merged", Some(into.0)),
        Event::Forgotten(id) => (id.0, "forgotten", None),
    };
    let all: BTreeMap<i64, (&'static str, Option<i64>)> =
        events.iter().map(one).map(|(id, event, of)| (id, (event, of))).collect();
    all.into_iter().map(|(id, (event, of))| (id, event, of)).collect()
}
