//! The worker: claims jobs that are due and runs them, never more than a few at once. What it has no room for stays in
//! the table, for itself later or for another node.

use crate::{
    Engine, Result, consent, customers, desk, erase, errands, goals, imports, knowhow, labels, monitors, outbound,
    panics::caught, people, retention, roadmap, scheduler, telling, topics,
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tertulia_model::{ChangeId, ChannelId, ConversationId, DeliveryId, GoalId, ImportId, JobId, Millis, MonitorId};
use tertulia_store::{
    channels,
    jobs::{self, Job},
    webhooks,
};
use tokio::{
    sync::{Notify, OwnedSemaphorePermit, Semaphore},
    task::JoinHandle,
};

/// A job's claim lasts this long; a node that died frees its jobs by it.
const CLAIM: Millis = 120_000;
/// So many jobs run at once; of these, no channel has more than [`jobs::AT_ONE_CHANNEL`] of a kind.
const AT_ONCE: usize = 24;
/// How long the worker sleeps at most before it looks again: another node may have added work.
const LOOK_EVERY: Duration = Duration::from_secs(2);

pub const SEND: &str = "send";
pub const IMPORT: &str = "import";
pub const WAKE: &str = "wake";
pub const FORGET: &str = "forget";
pub const ERRAND: &str = "errand";
pub const ANSWER: &str = "answer";
pub const MATCH_PAST: &str = "match past";
pub const TRIM: &str = "trim";
pub const ERASE: &str = "erase";
pub const RETAIN: &str = "retain";
pub const SUGGEST: &str = "suggest";
pub const QUESTIONS: &str = "questions";
pub const TELL: &str = "tell";
pub const ASK: &str = "ask whether it helped";
pub const VOICE: &str = "voice";
pub const CUSTOMERS: &str = "customers";
pub const GOAL: &str = "goal";
pub const LABEL: &str = "label";
pub const TOPICS: &str = "topics";

/// Tells the worker that there is something to do now.
#[derive(Debug, Default)]
pub struct Bell(Notify);

impl Bell {
    pub fn ring(&self) {
        self.0.notify_one();
    }
}

/// What is being worked on here.
#[derive(Debug, Default)]
pub(crate) struct Working(Mutex<HashMap<JobId, Job>>);

impl Working {
    fn all(&self) -> Vec<Job> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// Until what it gives is dropped.
    fn on(&self, job: &Job) -> impl Drop + use<'_> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(job.id, job.clone());
        At { working: self, job: job.id, claim: job.claim }
    }
}

struct At<'a> {
    working: &'a Working,
    job: JobId,
    claim: i64,
}

impl Drop for At<'_> {
    fn drop(&mut self) {
        let mut all = self.working.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.get(&self.job).is_some_and(|job| job.claim == self.claim) {
            all.remove(&self.job);
        }
    }
}

pub async fn run(engine: Arc<Engine>) {
    // An id is never older than any before it, so it knows the latest time that was seen before we started.
    let mut seen = tertulia_model::time_of(engine.next_id());
    let mut kept_at = engine.now();
    let places = Arc::new(Semaphore::new(AT_ONCE));
    if let Err(error) = people::catch_up(&engine).await {
        tracing::warn!(%error, "it could not be seen who was not looked at yet; with the next newcomer it is");
    }
    if let Err(error) = labels::catch_up(&engine).await {
        tracing::warn!(%error, "it could not be seen what newer models have to label again; with the next start it is");
    }
    if let Err(error) = topics::catch_up(&engine).await {
        tracing::warn!(%error, "it could not be seen to it that topics are looked for; with the next start it is");
    }
    loop {
        let Some(mut room) = room(&places).await else { return };
        match keep_all(&engine, kept_at).await {
            Ok(at) => kept_at = at,
            // Else we would take up what we are working on.
            Err(error) => {
                tracing::warn!(%error, "claims could not be kept; trying again");
                tokio::time::sleep(LOOK_EVERY).await;
                continue;
            }
        }
        match mind_the_clock(&engine, seen).await {
            Ok(latest) => seen = latest,
            Err(error) => tracing::warn!(%error, "jobs could not be moved to the new time; trying again"),
        }
        match claim(&engine, room.num_permits()).await {
            Ok(jobs) if jobs.is_empty() => wait(&engine).await,
            Ok(jobs) => {
                for job in jobs {
                    tokio::spawn(perform(engine.clone(), job, room.split(1)));
                }
            }
            Err(error) => {
                tracing::warn!(%error, "jobs could not be claimed; trying again");
                tokio::time::sleep(LOOK_EVERY).await;
            }
        }
    }
}

/// All the room there is for more jobs; waits until there is some. Nobody else takes any, so a job is only claimed where
/// it can begin at once.
async fn room(places: &Arc<Semaphore>) -> Option<OwnedSemaphorePermit> {
    let mut room = places.clone().acquire_owned().await.ok()?;
    let more = u32::try_from(places.available_permits()).unwrap_or(0);
    if let Ok(more) = places.clone().try_acquire_many_owned(more) {
        room.merge(more);
    }
    Some(room)
}

/// Clocks are trimmed by a little all the time; this much is a step.
const STEP_BACK: Millis = 5_000;

/// Before more is claimed: what is being worked on here stays ours, also where the clock leapt forward, or the machine slept.
/// Gives when that was done last.
async fn keep_all(engine: &Engine, kept_at: Millis) -> Result<Millis> {
    let now = engine.now();
    if (0..CLAIM / 3).contains(&(now - kept_at)) {
        return Ok(kept_at);
    }
    let working = engine.working.all();
    if !working.is_empty() {
        let mut tx = engine.db.begin_bulk().await?;
        for job in working {
            jobs::keep(&mut tx, &job, now + CLAIM).await?;
        }
        tx.commit().await?;
    }
    Ok(now)
}

/// Where the clock was set back since `seen`, jobs move with it: a reply must not wait a day because a clock did. Gives the
/// latest time seen.
async fn mind_the_clock(engine: &Engine, seen: Millis) -> Result<Millis> {
    let now = engine.now();
    if seen - now < STEP_BACK {
        return Ok(seen.max(now));
    }
    let mut tx = engine.db.begin_bulk().await?;
    let undone = (SEND, outbound::UNDO_MILLIS);
    let moved = jobs::bring_forward(&mut tx, (seen, now), WAKE, undone, CLAIM).await?;
    webhooks::bring_forward(&mut tx, seen, now).await?;
    channels::bring_forward(&mut tx, seen, now).await?;
    tx.commit().await?;
    tracing::warn!(seconds = (seen - now) / 1000, moved, "the clock was set back; what waits to be sent moves with it");
    Ok(now)
}

async fn wait(engine: &Engine) {
    let due = jobs::next_due(&mut engine.db.reader(), engine.now()).await.ok().flatten();
    let until_due =
        due.map_or(LOOK_EVERY, |at| Duration::from_millis(at.saturating_sub(engine.now()).max(5).unsigned_abs()));
    let _ = tokio::time::timeout(until_due.min(LOOK_EVERY), engine.bell.0.notified()).await;
}

async fn claim(engine: &Engine, room: usize) -> Result<Vec<Job>> {
    let now = engine.now();
    // Looking first keeps an idle installation from writing every two seconds.
    if jobs::next_due(&mut engine.db.reader(), now).await?.is_none_or(|at| at > now) {
        return Ok(Vec::new());
    }
    let mut tx = engine.db.begin_bulk().await?;
    let claimed = jobs::claim(&mut tx, &engine.node, now, now + CLAIM, i64::try_from(room).unwrap_or(1)).await?;
    tx.commit().await?;
    Ok(claimed)
}

/// Takes up the one job of this kind about `subject`, for a command that was given to do just that. None where it is not
/// due, or another holds it: a job is worked on by one program at a time.
pub async fn take(engine: &Arc<Engine>, kind: &str, subject: i64) -> Result<Option<JoinHandle<()>>> {
    let now = engine.now();
    let mut tx = engine.db.begin_bulk().await?;
    let job = jobs::claim_one(&mut tx, &engine.node, (kind, subject), now, now + CLAIM).await?;
    tx.commit().await?;
    Ok(job.map(|job| tokio::spawn(perform(engine.clone(), job, None))))
}

/// What is to become of a job after it ran.
pub enum Done {
    Finished,
    Again(Duration, String),
    /// It went well, and is to run again then.
    PutOff(Millis),
}

async fn perform(engine: Arc<Engine>, job: Job, place: Option<OwnedSemaphorePermit>) {
    // An import, a monitor that looks at all that is stored, an erasure and what retention lets go last for long: they leave
    // their places to those whom somebody waits for.
    let _place = place.filter(|_| {
        ![IMPORT, CUSTOMERS, MATCH_PAST, ERASE, RETAIN, TRIM, SUGGEST, QUESTIONS, GOAL, LABEL, TOPICS]
            .contains(&job.kind.as_str())
    });
    let _at = engine.working.on(&job);
    let done = tokio::select! {
        done = caught(run_one(&engine, &job)) => done,
        // The claim is kept as long as the work goes on. Whoever lost it stops, as if the program had ended: another works on it.
        () = keep(&engine, &job) => {
            tracing::warn!(kind = job.kind, subject = job.subject, "another took up a job that was being worked on here");
            return;
        }
    };
    let result = match done.and_then(|done| done.map_err(|error| error.to_string())) {
        Ok(done) => settle(&engine, &job, done).await,
        Err(error) => {
            tracing::warn!(kind = job.kind, subject = job.subject, error, "a job failed; it will be tried again");
            let wait = scheduler::backoff(&engine, job.attempts);
            settle(&engine, &job, Done::Again(wait, error)).await
        }
    };
    if let Err(error) = result {
        tracing::warn!(kind = job.kind, %error, "a job's end could not be noted; it will be claimed again");
    }
    // Another of this channel may have waited for just this place.
    engine.bell.ring();
}

async fn run_one(engine: &Arc<Engine>, job: &Job) -> Result<Done> {
    match job.kind.as_str() {
        SEND => outbound::run_send(engine, DeliveryId(job.subject)).await,
        IMPORT => imports::run(engine, ImportId(job.subject)).await,
        CUSTOMERS => customers::run(engine, job.subject).await,
        WAKE => desk::wake(engine, ConversationId(job.subject)).await,
        FORGET => desk::forget_thrown(engine).await,
        ANSWER => consent::answer(engine, job.subject).await,
        MATCH_PAST => monitors::match_past(engine, MonitorId(job.subject)).await,
        TRIM => erase::trim_waiting(engine).await,
        ERASE => erase::run(engine, job.subject).await,
        SUGGEST => people::suggest(engine).await,
        QUESTIONS => knowhow::look_for_questions(engine, job.subject).await,
        TELL => telling::run_preparing(engine, ChangeId(job.subject)).await,
        ASK => telling::run_asking(engine, ChangeId(job.subject)).await,
        LABEL => labels::run(engine).await,
        TOPICS => topics::run_weekly(engine).await,
        GOAL => goals::run(engine, GoalId(job.subject)).await,
        RETAIN => retention::run(engine, ChannelId(job.subject)).await,
        VOICE => roadmap::send_voice(engine, job.subject).await,
        ERRAND => errands::run(engine, job.subject, job.attempts).await,
        other => {
            tracing::error!(kind = other, "a job of a kind that this program does not know; left for a newer one");
            Ok(Done::Again(Duration::from_secs(3600), "unknown kind".to_owned()))
        }
    }
}

/// Comes back when the claim is lost.
async fn keep(engine: &Arc<Engine>, job: &Job) {
    loop {
        tokio::time::sleep(Duration::from_millis(CLAIM.unsigned_abs() / 3)).await;
        match keep_once(engine, job).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => tracing::warn!(kind = job.kind, %error, "a claim could not be kept; trying again"),
        }
    }
}

async fn keep_once(engine: &Engine, job: &Job) -> Result<bool> {
    let mut tx = engine.db.begin_bulk().await?;
    let is_ours = jobs::keep(&mut tx, job, engine.now() + CLAIM).await?;
    tx.commit().await?;
    Ok(is_ours)
}

async fn settle(engine: &Engine, job: &Job, done: Done) -> Result<()> {
    let mut tx = engine.db.begin_bulk().await?;
    match done {
        Done::Finished => jobs::finish(&mut tx, job).await?,
        Done::PutOff(at) => jobs::put_off(&mut tx, job, at).await?,
        Done::Again(wait, why) => {
            let at = engine.now() + i64::try_from(wait.as_millis()).unwrap_or(i64::MAX / 2);
            jobs::retry(&mut tx, job, at, &why).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}
