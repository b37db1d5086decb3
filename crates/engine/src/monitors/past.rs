//! Matching what was heard before a monitor was saved, or before its query was changed: in the background, newest first,
//! by small steps that leave off and go on.

use super::{TOPIC, is_said, mention};
use crate::{Engine, Result, search, worker::Done};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Instant,
};
use tertulia_analysis::query::{self, Query};
use tertulia_model::{ChannelId, MessageId, MonitorId};
use tertulia_store::{
    changes,
    channels::{self, Channel},
    mentions,
    monitors::{self, Monitor},
    reading,
    search::{Bounds, Terms, candidates},
};

/// Candidates looked at in one step.
const LOOK: i64 = 512;
/// What an older wording found and the present one does not goes in pieces of so many.
const FORGET: i64 = 500;

struct Search {
    query: Query,
    terms: Option<Terms>,
    bounds: Bounds,
    channels: HashMap<ChannelId, Channel>,
}

/// Runs the job that has a monitor look at the stored past.
pub(crate) async fn match_past(engine: &Arc<Engine>, id: MonitorId) -> Result<Done> {
    // One at a time reads the disk; a few have their jobs already and wait for their turn.
    let Ok(_turn) = engine.past.acquire().await else { return Ok(Done::Finished) };
    let mut db = engine.db.reader();
    let Some(mut monitor) = monitors::get(&mut db, id).await?.filter(|m| m.state == "live") else {
        return Ok(Done::Finished);
    };
    let Ok(query) = query::parse(&monitor.query) else { return Ok(Done::Finished) };
    let channels: HashMap<ChannelId, Channel> =
        channels::all_ever(&mut db).await?.into_iter().map(|c| (c.id, c)).collect();
    let bounds = search::bounds(&query, &search::Filter::default(), &channels);
    let search = Search { terms: search::terms(&query.narrow()), query, bounds, channels };
    while let Some(below) = monitor.behind {
        let begun = Instant::now();
        if !step(engine, &mut monitor, &search, below).await? {
            // The query was changed meanwhile: that has a job of its own.
            return Ok(Done::Finished);
        }
        engine.bus.give_way(begun, engine.now()).await;
    }
    loop {
        let mut tx = engine.db.begin_background().await?;
        let forgotten = mentions::forget_outdated(&mut tx, id, monitor.version, FORGET).await?;
        tx.commit().await?;
        if forgotten == 0 {
            return Ok(Done::Finished);
        }
    }
}

/// Looks at the next candidates below a place; false where the monitor is no longer what it was.
async fn step(engine: &Arc<Engine>, monitor: &mut Monitor, search: &Search, below: i64) -> Result<bool> {
    let mut db = engine.db.reader();
    let places = candidates(&mut db, search.terms.as_ref(), &search.bounds, below, LOOK).await?;
    let is_last = places.len() < usize::try_from(LOOK).unwrap_or(usize::MAX);
    let behind = places.last().copied().filter(|_| !is_last);
    let fits =
        |message: &reading::Message| is_said(message) && search::matches(&search.query, message, &search.channels);
    let found: Vec<i64> =
        reading::at_places(&mut db, &places).await?.iter().filter(|m| fits(m)).map(|m| m.place).collect();
    let looked = i64::try_from(places.len()).unwrap_or(LOOK);
    let mut tx = engine.db.begin_background().await?;
    if !monitors::note_looked(&mut tx, monitor.id, monitor.version, behind, looked).await? {
        return Ok(false);
    }
    // Read once more in this transaction: what was edited or deleted in between is matched as it is now. What came just
    // now is left to those who tell of it, and who know of this wording or will begin anew (`live::try_match`).
    let now = reading::at_places(&mut tx, &found).await?;
    let ids: Vec<MessageId> = now.iter().map(|message| message.id).collect();
    let coming: HashSet<MessageId> = monitors::waiting(&mut tx, &ids).await?.into_iter().collect();
    let fits = |message: &&reading::Message| fits(message) && !coming.contains(&message.id);
    let found: Vec<_> = now.iter().filter(fits).map(|m| mention(monitor.id, monitor.version, m)).collect();
    let noted = changes::note(&mut tx, &[(TOPIC, monitor.id.0)], engine.now()).await?;
    mentions::put(&mut tx, &found).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    monitor.behind = behind;
    Ok(true)
}
