//! Matching what is heard. Whoever stores a message, or changes what a query may ask of it, puts it into a list in the
//! same transaction; here it is taken out again in the transaction that notes its mentions. So nothing is forgotten by a
//! crash, and an edit, a tombstone or a thread that took in another is matched as an arrival is.

use super::{TOPIC, fitting, is_said, mention};
use crate::{Engine, EngineError, Result, ingest::Tries, intake::PieceSize, panics::caught};
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
    time::Duration,
};
use tertulia_analysis::monitors::Scratch;
use tertulia_model::{MessageId, MonitorId};
use tertulia_store::{changes, channels, mentions, monitors, reading};

/// Messages of one transaction, at most: each is read and matched within it.
const MOST: usize = 256;
/// How long nobody looks where nobody rings: another node may have stored something.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Matches what waits, as it comes, until the task is dropped.
pub async fn run(engine: Arc<Engine>) {
    loop {
        // A query or a message that breaks the matcher must not end it for all others.
        let matched = caught(match_waiting(&engine)).await.unwrap_or_else(|panic| Err(EngineError::Channel(panic)));
        match matched {
            Ok(0) => {
                let _ = tokio::time::timeout(LOOK_EVERY, engine.heard.notified()).await;
            }
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(%error, "monitors could not look at what was heard; trying again");
                tokio::time::sleep(LOOK_EVERY).await;
            }
        }
    }
}

/// Has the monitors look at some of what waits for them; how many messages that were.
pub async fn match_waiting(engine: &Arc<Engine>) -> Result<usize> {
    // Looking first keeps an idle installation from writing.
    if !monitors::any_waiting(&mut engine.db.reader()).await? {
        return Ok(0);
    }
    // Read before the writer is held: where thousands of them changed, that takes a moment.
    engine.monitors.current(&mut engine.db.reader()).await?;
    let mut tries = Tries::default();
    loop {
        match try_match(engine).await {
            Ok(Some(matched)) => return Ok(matched),
            // A monitor was saved, changed or removed meanwhile.
            Ok(None) => {}
            Err(error) if tries.again(engine, &error) => {}
            Err(error) => return Err(error),
        }
    }
}

/// None, and nothing is done, where other monitors than those that were asked are there by the end.
async fn try_match(engine: &Engine) -> Result<Option<usize>> {
    let most = i64::try_from(PieceSize::of_rows(engine).items.min(MOST)).unwrap_or(1);
    let mut tx = engine.db.begin_bulk().await?;
    let waiting: HashMap<MessageId, i64> = monitors::take_waiting(&mut tx, most).await?.into_iter().collect();
    let ids: Vec<MessageId> = waiting.keys().copied().collect();
    let held = engine.monitors.current(&mut tx).await?;
    let channels = channels::all_ever(&mut tx).await?.into_iter().map(|c| (c.id, c)).collect();
    let mut known: HashMap<MessageId, Vec<(MonitorId, i64)>> = HashMap::new();
    for (monitor, place, message) in mentions::of_messages(&mut tx, &ids).await? {
        known.entry(message).or_default().push((monitor, place));
    }
    let (mut found, mut gone, mut scratch) = (Vec::new(), Vec::new(), Scratch::default());
    let mut touched = BTreeSet::new();
    for message in reading::by_ids(&mut tx, &ids).await? {
        let asked = waiting.get(&message.id).copied().unwrap_or(monitors::uses::ANY);
        let is_asked = |uses: i64| asked == monitors::uses::ANY || uses & asked != 0;
        let fits: BTreeSet<MonitorId> = if is_said(&message) {
            fitting(&held, &message, &channels, &mut scratch).iter().map(|id| MonitorId(*id)).collect()
        } else {
            BTreeSet::new()
        };
        let before = known.remove(&message.id).unwrap_or_default();
        for monitor in &fits {
            let Some((version, uses)) = held.known.get(monitor) else { continue };
            if is_asked(*uses) || before.iter().any(|(known, _)| known == monitor) {
                found.push(mention(*monitor, *version, &message));
                touched.insert(*monitor);
            }
        }
        // What a paused monitor found stays as it was, as long as the message does.
        let lets_go = |monitor: &MonitorId| match held.known.get(monitor) {
            Some((_, uses)) => is_asked(*uses) && !fits.contains(monitor),
            None => !is_said(&message),
        };
        for (monitor, place) in before.into_iter().filter(|(monitor, _)| lets_go(monitor)) {
            gone.push((monitor, place));
            touched.insert(monitor);
        }
    }
    // A message that was removed altogether (an answer taken back) has no row to be read.
    gone.extend(known.into_values().flatten());
    // Each change of a monitor is one of those that nobody else commits from here on. Whoever looks at the past leaves to us
    // what we have taken out, and a monitor that is removed takes along what stands there.
    changes::alone(&mut tx).await?;
    if !held.is_current(&mut tx).await? {
        tx.roll_back().await?;
        return Ok(None);
    }
    let touched: Vec<(&str, i64)> = touched.into_iter().map(|id| (TOPIC, id.0)).collect();
    let noted = changes::note(&mut tx, &touched, engine.now()).await?;
    // Numbered by the change, which alone goes by the order of commits: an id is older than the moment in which it can be
    // seen, and an edit that fits at last has an old one.
    let numbers: HashMap<i64, i64> = noted.iter().map(|change| (change.subject, change.seq)).collect();
    for mention in &mut found {
        mention.found = numbers.get(&mention.monitor_id.0).copied().unwrap_or(0);
    }
    mentions::take_back(&mut tx, &gone).await?;
    mentions::put(&mut tx, &found).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(Some(waiting.len()))
}
