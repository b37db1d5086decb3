//! Telling other programs what happens here, as Standard Webhooks 1.0 says. What happened is written in the transaction
//! that did it ([`tell`]); [`run`] brings it to the endpoints that chose it, signed, under the same id however often it is
//! tried. A lease on each endpoint sees to it that two programs on one database do not call it at once.

mod endpoints;
mod event;
mod send;

pub use endpoints::{
    EndpointForm, MOST_ENDPOINTS, New, add, change, redeliver, redeliver_failed, remove, rotate, switch, test,
};
pub(crate) use event::{Answer, Event};
pub use event::{KINDS, TEST};
pub use send::{call_due, run};

use crate::{Engine, Result};
use tertulia_model::Millis;
use tertulia_store::{
    Tx, changes,
    webhooks::{self, Call},
};

/// The topic under which a change of an endpoint or of its log is announced; its subject is the endpoint.
pub const TOPIC: &str = "endpoint";

/// For so long a call is tried.
const TRIED_FOR: Millis = 26 * 3_600_000;
/// For so long the log is kept.
const KEPT: Millis = 30 * 24 * 3_600_000;
/// Forgotten in one transaction.
const FORGOTTEN_AT_ONCE: i64 = 500;

/// By this name an event is known to whoever gets it twice.
fn name_of(event: i64) -> String {
    format!("evt_{event}")
}

fn waiting(engine: &Engine, endpoint: i64, event: i64, kind: &str, until: Millis) -> Call {
    let now = engine.now();
    Call {
        id: engine.next_id(),
        endpoint_id: endpoint,
        event_id: event,
        kind: kind.to_owned(),
        state: "waiting".to_owned(),
        attempts: 0,
        failures: 0,
        due_at: now,
        until_at: until,
        created_at: now,
        settled_at: None,
        status: None,
        error: None,
    }
}

/// Notes what happened, in the transaction that does it, for the endpoints that are on and chose to be told. Where there
/// are none, nothing is written. It only adds rows, so that nobody waits for anybody because of it.
pub(crate) async fn tell(engine: &Engine, tx: &mut Tx, happened: &[Event]) -> Result<()> {
    if happened.is_empty() {
        return Ok(());
    }
    let listening = webhooks::listening(tx).await?;
    let (mut events, mut calls) = (Vec::new(), Vec::new());
    for one in happened {
        let kind = one.kind();
        let ears = listening.iter().filter(|(_, kinds)| kinds.split(' ').any(|chosen| chosen == kind));
        let id = engine.next_id();
        let before = calls.len();
        calls.extend(ears.map(|(endpoint, _)| waiting(engine, *endpoint, id, kind, engine.now() + TRIED_FOR)));
        if calls.len() > before {
            let body = one.body(&engine.public_url, engine.now());
            events.push(webhooks::Event { id, kind: kind.to_owned(), body });
        }
    }
    if events.is_empty() {
        return Ok(());
    }
    webhooks::note(tx, &events, &calls).await?;
    // Whoever wakes before the commit finds nothing, and looks again by itself.
    engine.told.notify_one();
    Ok(())
}

/// Forgets the log of more than thirty days ago.
pub async fn forget(engine: &Engine) -> Result<()> {
    loop {
        let mut tx = engine.db.begin_bulk().await?;
        let gone = webhooks::forget(&mut tx, engine.now() - KEPT, FORGOTTEN_AT_ONCE).await?;
        tx.commit().await?;
        if i64::try_from(gone).unwrap_or(0) < FORGOTTEN_AT_ONCE {
            return Ok(());
        }
    }
}

async fn announce(engine: &Engine, mut tx: Tx, endpoint: i64) -> Result<()> {
    let noted = changes::note(&mut tx, &[(TOPIC, endpoint)], engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    engine.told.notify_one();
    Ok(())
}
