//! Did it help? Some days after somebody was told of a change that is done they are asked: again by a draft that a person looks
//! at and sends. What they answer is for a person to say; it is never decided by the program.

use super::{
    Undo,
    acts::{Act, act},
    changed, finish,
    look::{way, way_of_voice},
    missing,
    prepare::draft,
};
use crate::{
    Engine, EngineError, Result,
    ingest::Tries,
    webhooks::Event,
    worker::{self, Done},
};
use std::sync::Arc;
use tertulia_model::{ChangeId, DeliveryId, JobId, MessageId, Millis, UserId};
use tertulia_store::{
    Sql, Tx,
    askers::Asker,
    feedback_changes, jobs, loops, reading, settings, telling_texts,
    tellings::{self, DONE, HELPED, Telling},
    threads,
};

pub const ANSWERS: [&str; 3] = ["helped", "not", "unclear"];
/// Where nobody chose.
const DAYS: i64 = 14;
const MOST_DAYS: i64 = 365;
const DAY: Millis = 86_400_000;
/// Persons of one transaction.
const PIECE: i64 = 250;

/// Days after which they are asked, unless a change says otherwise; 0 never.
pub async fn ask_days(on: &mut impl Sql) -> Result<i64> {
    let chosen = settings::get(on, settings::ASK_AFTER_DAYS).await?;
    Ok(chosen.and_then(|days| days.parse().ok()).unwrap_or(DAYS))
}

fn checked(days: i64) -> Result<i64> {
    if (0..=MOST_DAYS).contains(&days) {
        return Ok(days);
    }
    Err(EngineError::invalid("days", format!("Give 1 to {MOST_DAYS} days, or 0 where they are not asked.")))
}

/// Chooses the days for the organisation.
pub async fn set_ask_days(engine: &Arc<Engine>, days: i64) -> Result<()> {
    let days = checked(days)?;
    let mut tx = engine.db.begin().await?;
    settings::set(&mut tx, settings::ASK_AFTER_DAYS, &days.to_string()).await?;
    for change in loops::changes_to_ask(&mut tx).await? {
        ask_soon(engine, &mut tx, change).await?;
    }
    tx.commit().await?;
    engine.bell.ring();
    Ok(())
}

/// Chooses them for one change; none: as everywhere.
pub async fn set_ask_days_of(engine: &Arc<Engine>, change: ChangeId, days: Option<i64>) -> Result<()> {
    let days = days.map(checked).transpose()?;
    let mut tx = engine.db.begin().await?;
    super::change_of(&mut tx, change).await?;
    telling_texts::set_ask_days(&mut tx, change, days).await?;
    ask_soon(engine, &mut tx, change).await?;
    finish(engine, tx, change).await?;
    engine.bell.ring();
    Ok(())
}

/// Has it looked at now whom to ask of a change, and from then on whenever somebody is to be asked.
pub(crate) async fn ask_soon(engine: &Engine, tx: &mut Tx, change: ChangeId) -> Result<()> {
    Ok(jobs::add(tx, JobId(engine.next_id()), worker::ASK, change.0, engine.now()).await?)
}

/// Whoever was told by now is asked at once, however many days it is.
pub async fn ask_now(engine: &Arc<Engine>, change: ChangeId) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    let known = super::change_of(&mut tx, change).await?;
    if known.state != "done" {
        let words = "Whether it helped is asked of what is done. Nothing was changed.";
        return Err(EngineError::Refused(words.to_owned()));
    }
    telling_texts::set_ask_until(&mut tx, change, engine.now()).await?;
    ask_soon(engine, &mut tx, change).await?;
    finish(engine, tx, change).await?;
    engine.bell.ring();
    Ok(())
}

/// Until when whoever was told is to be asked now; none where nobody is.
async fn until(engine: &Engine, on: &mut impl Sql, change: ChangeId, days: Option<i64>) -> Result<Option<Millis>> {
    let is_done = feedback_changes::get(on, change).await?.is_some_and(|change| change.state == "done");
    let at_once = telling_texts::round(on, change).await?.ask_until;
    let by_days = days.map(|days| engine.now() - days * DAY);
    Ok([by_days, at_once].into_iter().flatten().max().filter(|_| is_done))
}

/// Days for this change; none where nobody is to be asked.
async fn days_of(on: &mut impl Sql, change: ChangeId) -> Result<Option<i64>> {
    let is_done = feedback_changes::get(on, change).await?.is_some_and(|change| change.state == "done");
    let days = match telling_texts::round(on, change).await?.ask_days {
        Some(days) => days,
        None => ask_days(on).await?,
    };
    Ok(Some(days).filter(|days| is_done && *days > 0))
}

/// The job of one change: drafts for those who were told long enough ago. It comes again when the next one is due, and not
/// at all while there is none.
pub(crate) async fn run(engine: &Arc<Engine>, change: ChangeId) -> Result<Done> {
    let mut after = i64::MIN;
    loop {
        let mut db = engine.db.reader();
        let days = days_of(&mut db, change).await?;
        let Some(until) = until(engine, &mut db, change, days).await? else { return Ok(Done::Finished) };
        let due = loops::to_ask(&mut db, change, until, after, PIECE).await?;
        let Some(last) = due.last().map(|telling| telling.id) else {
            let next = loops::first_to_ask(&mut db, change).await?.zip(days);
            let at = next.map(|(told_at, days)| (told_at + days * DAY).max(engine.now() + 1));
            return Ok(at.map_or(Done::Finished, Done::PutOff));
        };
        let from = after;
        let mut tries = Tries::default();
        loop {
            match step(engine, change, until, (from, last)).await {
                Err(error) if tries.again(engine, &error) => {}
                done => break done?,
            }
        }
        after = last;
        tokio::task::yield_now().await;
    }
}

async fn step(engine: &Arc<Engine>, change: ChangeId, until: Millis, (after, last): (i64, i64)) -> Result<()> {
    let mut tx = engine.db.begin_bulk().await?;
    threads::place_alone(&mut tx).await?;
    let mut found = Vec::new();
    for told in loops::to_ask(&mut tx, change, until, after, PIECE).await? {
        if told.id <= last {
            found.push(question(engine, &mut tx, told).await?);
        }
    }
    tellings::add(&mut tx, &found).await?;
    finish(engine, tx, change).await
}

/// They are asked where they were told; who was told by hand is asked by whoever sees them.
async fn question(engine: &Engine, on: &mut impl Sql, told: Telling) -> Result<Telling> {
    let is_reached = match told.message_id {
        Some(message) => way(engine, on, message).await?.is_some(),
        None => way_of_voice(engine, on, told.change_id, told.person_id).await?.is_some(),
    };
    let asker = Asker {
        person_id: told.person_id,
        asked_at: told.asked_at,
        message_id: told.message_id,
        channel_id: None,
        conversation_id: None,
        state: None,
        language: Some(told.language),
    };
    let reason = if told.message_id.is_none() { "behalf" } else { "no_way" };
    Ok(draft(engine.next_id(), (told.change_id, HELPED), asker, (!is_reached).then_some(reason)))
}

/// Somebody was told: that is told outside, and they are asked later whether it helped. Gives what there is to tell.
pub(super) async fn was_told(
    engine: &Engine,
    tx: &mut Tx,
    telling: &Telling,
    message: Option<MessageId>,
) -> Result<Vec<Event>> {
    if telling.kind == HELPED {
        return Ok(Vec::new());
    }
    if let Some(days) = days_of(tx, telling.change_id).await?.filter(|_| telling.kind == DONE) {
        let at = engine.now() + days * DAY;
        jobs::add(tx, JobId(engine.next_id()), worker::ASK, telling.change_id.0, at).await?;
    }
    Ok(vec![Event::Told { change: telling.change_id, telling: telling.id, person: telling.person_id, message }])
}

/// A delivery got through, or proved to have: if it told somebody of a change, gives what there is to tell of that.
pub(crate) async fn got_through(
    engine: &Engine,
    tx: &mut Tx,
    delivery: DeliveryId,
    message: MessageId,
) -> Result<Vec<Event>> {
    match tellings::by_delivery(tx, delivery).await? {
        Some(telling) if telling.delivery_id == Some(delivery) && telling.state == "told" => {
            was_told(engine, tx, &telling, Some(message)).await
        }
        _ => Ok(Vec::new()),
    }
}

/// A member says what they answered, by which message of theirs, if by one; none takes that back.
pub async fn mark(
    engine: &Arc<Engine>,
    by: UserId,
    id: i64,
    answer: Option<&str>,
    message: Option<MessageId>,
) -> Result<Undo> {
    let known = answer.map(|name| {
        let unknown = || EngineError::invalid("answer", "Say whether it helped: helped, not, or unclear.");
        ANSWERS.into_iter().find(|answer| *answer == name).ok_or_else(unknown)
    });
    act(engine, id, &Act::Mark { by, answer: known.transpose()?, message }).await
}

pub(super) async fn marked(
    engine: &Engine,
    tx: &mut Tx,
    telling: Telling,
    by: UserId,
    (answer, message): (Option<&'static str>, Option<MessageId>),
) -> Result<Telling> {
    if telling.kind != HELPED {
        return Err(missing());
    }
    if !telling.stands {
        return Err(changed());
    }
    let message = message.filter(|_| answer.is_some());
    if let Some(message) = message {
        let said = reading::message(tx, message).await?.filter(|m| m.direction == "theirs");
        if said.and_then(|said| said.person_id) != Some(telling.person_id) {
            return Err(EngineError::Refused("That is none of their messages. Nothing was noted.".to_owned()));
        }
    }
    Ok(Telling {
        answer: answer.map(str::to_owned),
        answer_message_id: message,
        answered_by: answer.map(|_| by),
        answered_at: answer.map(|_| engine.now()),
        ..telling
    })
}
