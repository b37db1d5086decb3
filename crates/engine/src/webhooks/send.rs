//! Bringing events to endpoints: each call is signed anew under the same id, its answer read no further than its first
//! kilobyte, and what comes next follows from the answer.

use super::{
    TOPIC,
    endpoints::{FORMER, SECRET, SWITCHED_OFF},
    event::TEST,
    name_of,
};
use crate::{Engine, EngineError, Result, monitors};
use futures::future::join_all;
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use tertulia_connector::{
    guard::GuardError,
    http::{Answer, Ask},
    sign,
};
use tertulia_model::Millis;
use tertulia_store::{
    changes,
    webhooks::{self, Attempt, Call, Endpoint, Next},
};

/// Calls of one endpoint at once: a slow receiver takes nobody's place but its own.
const AT_ONCE: i64 = 4;
/// How long a node may be silent before another goes on calling its endpoints; longer than a call takes.
const LEASE: Millis = 60_000;
/// How long an answer may take: Standard Webhooks says 15 to 30 seconds.
const PATIENCE: Duration = Duration::from_secs(15);
/// How much of an answer is read and logged.
const ANSWER: usize = 1_024;
/// The waits after each failure; together most of a day.
const WAITS: [Millis; 10] = {
    const SECOND: Millis = 1_000;
    const MINUTE: Millis = 60 * SECOND;
    const HOUR: Millis = 60 * MINUTE;
    [5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 6 * HOUR, 9 * HOUR]
};
/// An endpoint that does not answer, or says that it is in trouble, is left alone for a while, whatever else waits for it.
const LONGEST_REST: Millis = 5 * 60_000;
/// An endpoint that failed for so long without a break is called no more until a person says so.
const PAUSED_AFTER: Millis = 3 * 24 * 3_600_000;
/// How often another node's work, and what became due, is looked for.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// How often monitors that tell endpoints are looked at.
const MONITORS_EVERY: Duration = Duration::from_secs(10);

/// Calls what is due, as it becomes due, until the task is dropped.
pub async fn run(engine: Arc<Engine>) {
    let calling = Calling::default();
    let mut looked: Option<Instant> = None;
    loop {
        if looked.is_none_or(|at| at.elapsed() >= MONITORS_EVERY) {
            looked = Some(Instant::now());
            if let Err(error) = monitors::tell_endpoints(&engine).await {
                tracing::warn!(%error, "what monitors found could not be told to endpoints; trying again");
            }
        }
        match webhooks::due(&mut engine.db.reader(), engine.now()).await {
            Ok(due) => {
                for id in due {
                    if lock(&calling).insert(id) {
                        tokio::spawn(call_and_log(engine.clone(), calling.clone(), id));
                    }
                }
            }
            Err(error) => tracing::warn!(%error, "what is to be told to endpoints could not be read; trying again"),
        }
        let _ = tokio::time::timeout(LOOK_EVERY, engine.told.notified()).await;
    }
}

/// The endpoints that this program calls just now.
type Calling = Arc<Mutex<BTreeSet<i64>>>;

fn lock(calling: &Calling) -> MutexGuard<'_, BTreeSet<i64>> {
    calling.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn call_and_log(engine: Arc<Engine>, calling: Calling, id: i64) {
    let called = call_endpoint(&engine, id).await;
    lock(&calling).remove(&id);
    match called {
        // What became due meanwhile need not wait for the next look.
        Ok(made) if made > 0 => engine.told.notify_one(),
        Ok(_) => {}
        Err(error) => tracing::warn!(endpoint = id, %error, "an endpoint could not be told; trying again"),
    }
}

/// Calls whatever is due just now; how many calls that were.
pub async fn call_due(engine: &Arc<Engine>) -> Result<usize> {
    let mut made = 0;
    for id in webhooks::due(&mut engine.db.reader(), engine.now()).await? {
        made += call_endpoint(engine, id).await?;
    }
    Ok(made)
}

/// Calls one endpoint until nothing is due for it, if no other node does.
async fn call_endpoint(engine: &Arc<Engine>, id: i64) -> Result<usize> {
    if !lease(engine, id).await? {
        return Ok(0);
    }
    let made = call_leased(engine, id).await;
    let mut tx = engine.db.begin_bulk().await?;
    webhooks::release(&mut tx, id, &engine.node).await?;
    let noted = changes::note(&mut tx, &[(TOPIC, id)], engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    made
}

async fn lease(engine: &Engine, id: i64) -> Result<bool> {
    let now = engine.now();
    let mut tx = engine.db.begin_bulk().await?;
    let held = webhooks::lease(&mut tx, id, &engine.node, now, now + LEASE).await?;
    tx.commit().await?;
    Ok(held)
}

async fn call_leased(engine: &Arc<Engine>, id: i64) -> Result<usize> {
    let mut made = 0;
    loop {
        let now = engine.now();
        let mut db = engine.db.reader();
        let Some(endpoint) = webhooks::get(&mut db, id).await?.filter(|e| e.rest_until <= now) else { break };
        let calls = webhooks::due_calls(&mut db, id, now, AT_ONCE).await?;
        if calls.is_empty() || !lease(engine, id).await? {
            break;
        }
        made += calls.len();
        // Where it is off, what somebody asks for is tried once, now. What would be tried for longer was noted by who began
        // before it was switched off.
        let (is_on, why) = if endpoint.state == "on" { (true, TOO_LATE) } else { (false, SWITCHED_OFF) };
        // A test is tried once, and at once: it is never too late for it.
        let is_over = |call: &Call| call.kind != TEST && if is_on { call.until_at < now } else { call.until_at > now };
        let (over, calls): (Vec<_>, Vec<_>) = calls.into_iter().partition(is_over);
        for call in &over {
            expire(engine, &endpoint, call, why).await?;
        }
        for done in join_all(calls.iter().map(|call| call_once(engine, &endpoint, call))).await {
            done?;
        }
    }
    Ok(made)
}

/// What waited too long for its turn is given up; told so late it would only mislead.
const TOO_LATE: &str = "Its turn did not come within a day: too much waited for this endpoint.";

async fn expire(engine: &Engine, endpoint: &Endpoint, call: &Call, why: &str) -> Result<()> {
    let now = engine.now();
    let attempt = Attempt {
        id: engine.next_id(),
        call_id: call.id,
        at: now,
        took: 0,
        status: None,
        answer: String::new(),
        error: Some(why.to_owned()),
    };
    let mut tx = engine.db.begin_bulk().await?;
    if webhooks::get_to_change(&mut tx, endpoint.id).await?.is_some() {
        webhooks::note_attempt(&mut tx, &attempt, Next::GivenUp, now).await?;
    }
    Ok(tx.commit().await?)
}

async fn call_once(engine: &Arc<Engine>, endpoint: &Endpoint, call: &Call) -> Result<()> {
    let (at, began) = (engine.now(), Instant::now());
    let answered = match signed(engine, endpoint, call, at).await {
        Ok(ask) => Answered::of(engine.guard.ask(&ask).await, engine.now()),
        Err(error) => Answered::none(error.to_string()),
    };
    let attempt = Attempt {
        id: engine.next_id(),
        call_id: call.id,
        at,
        took: i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX),
        status: answered.status.map(i64::from),
        answer: answered.answer.clone(),
        error: answered.error.clone(),
    };
    note(engine, endpoint, call, &attempt, &answered).await
}

/// The request, signed by each secret that holds now.
async fn signed(engine: &Engine, endpoint: &Endpoint, call: &Call, at: Millis) -> Result<Ask> {
    let event = webhooks::event(&mut engine.db.reader(), call.event_id).await?;
    let event = event.ok_or_else(|| EngineError::missing("What happened"))?;
    let secrets = engine.vault.unlock(&endpoint.secrets)?;
    let former = endpoint.former_until.is_some_and(|until| at < until);
    let names = [Some(SECRET), former.then_some(FORMER)];
    let (id, seconds) = (name_of(event.id), at / 1_000);
    let signatures: Vec<String> = names
        .into_iter()
        .flatten()
        .filter_map(|name| sign::webhook_signature(secrets.get(name)?.reveal(), &id, seconds, &event.body))
        .collect();
    let ask = Ask::post(&endpoint.url, "application/json", event.body)
        .header("webhook-id", id)
        .header("webhook-timestamp", seconds.to_string())
        .header("webhook-signature", signatures.join(" "))
        .beginning(ANSWER);
    Ok(Ask { patience: PATIENCE, ..ask })
}

/// What came of an attempt.
struct Answered {
    status: Option<u16>,
    /// How the answer began.
    answer: String,
    /// Why it did not go well; none where it did.
    error: Option<String>,
    /// How long it asks to be left alone.
    rest: Option<Millis>,
}

impl Answered {
    fn none(error: String) -> Self {
        Self { status: None, answer: String::new(), error: Some(error), rest: None }
    }

    fn of(asked: std::result::Result<Answer, GuardError>, now: Millis) -> Self {
        let answer = match asked {
            Ok(answer) => answer,
            Err(error) => return Self::none(error.to_string()),
        };
        let status = answer.status;
        let error = match status {
            200..300 => None,
            300..400 => {
                Some(format!("It answered {status}. Redirects are not followed: write the address that it leads to."))
            }
            410 => Some("It answered 410: it wants no more events.".to_owned()),
            429 => Some("It answered 429: too many at once for it.".to_owned()),
            _ => Some(format!("It answered {status}.")),
        };
        let asks_for_rest = matches!(status, 429 | 503);
        let rest = answer
            .retry_after(now)
            .filter(|_| asks_for_rest)
            .map(|rest| i64::try_from(rest.as_millis()).unwrap_or(LONGEST_REST));
        Self { status: Some(status), answer: printable(&answer.body), error, rest }
    }
}

/// How an answer began, as text that a page can show.
fn printable(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

/// When it is tried again after so many attempts (this one among them): growing waits, with up to a tenth of jitter.
fn again(engine: &Engine, call: &Call, answered: &Answered, now: Millis) -> Next {
    let failed = usize::try_from(call.failures).unwrap_or(usize::MAX);
    let wait = match (answered.rest, WAITS.get(failed)) {
        (Some(rest), _) => rest,
        (None, Some(wait)) => *wait,
        (None, None) => return Next::GivenUp,
    };
    let jitter = engine.chance.below(wait.unsigned_abs() / 10 + 1);
    let due = now + wait + i64::try_from(jitter).unwrap_or(0);
    match answered.rest {
        _ if due > call.until_at => Next::GivenUp,
        Some(_) => Next::Later(due),
        None => Next::Again(due),
    }
}

/// Notes an attempt, and what follows for the call and for the endpoint.
async fn note(
    engine: &Arc<Engine>,
    endpoint: &Endpoint,
    call: &Call,
    attempt: &Attempt,
    answered: &Answered,
) -> Result<()> {
    let now = engine.now();
    let next = match (&answered.error, answered.status) {
        (None, _) => Next::Done,
        (Some(_), Some(410)) => Next::GivenUp,
        _ => again(engine, call, answered, now),
    };
    let mut tx = engine.db.begin_bulk().await?;
    // Whoever gives up what waits takes the endpoint first, too: so nobody waits for each other.
    if webhooks::get_to_change(&mut tx, endpoint.id).await?.is_none() {
        return Ok(());
    }
    webhooks::note_attempt(&mut tx, attempt, next, now).await?;
    let Some(error) = &answered.error else {
        webhooks::note_well(&mut tx, endpoint.id).await?;
        return Ok(tx.commit().await?);
    };
    if call.kind == TEST {
        // Whoever tries it is told; that is no trouble of the endpoint's own.
        return Ok(tx.commit().await?);
    }
    // What is wrong with one event (422) holds up no other.
    let in_trouble = answered.status.is_none_or(|status| status == 429 || status >= 500);
    let rest = match (answered.rest, next) {
        (Some(rest), _) => now + rest,
        (None, Next::Again(due)) if in_trouble => due.min(now + LONGEST_REST),
        _ => 0,
    };
    let since = webhooks::note_trouble(&mut tx, endpoint.id, rest, now).await?.unwrap_or(now);
    let stopped = match answered.status {
        Some(410) => Some(("gone", "It said itself that it wants no more events (410).".to_owned())),
        _ if now - since >= PAUSED_AFTER => Some(("paused", format!("Nothing has reached it for three days. {error}"))),
        _ => None,
    };
    if let Some((state, reason)) = stopped
        && webhooks::stop(&mut tx, endpoint.id, state, &reason, now).await?
    {
        webhooks::give_up(&mut tx, endpoint.id, "The endpoint was no longer called.", now).await?;
        tracing::warn!(endpoint = endpoint.id, state, "an endpoint is called no more until somebody switches it on");
    }
    Ok(tx.commit().await?)
}
