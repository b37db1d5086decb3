//! What is kept of a stream of everybody's words: what a monitor looks for, what is addressed to us or said by us, and
//! what changes something that was kept. It is decided before anything is stored, since most of it is about nobody we know.

use super::watch::Held;
use crate::{Engine, Result, ingest::language_of, search::channel_names};
use rayon::prelude::*;
use std::{
    collections::{BTreeMap, HashSet},
    io,
    sync::Arc,
};
use tertulia_analysis::{monitors::Scratch, query::Document};
use tertulia_connector::Connector;
use tertulia_model::{Content, Direction, EventKey, Inbound, InboundKind, RawContent, RawItem, clamp_stated_time};
use tertulia_store::{
    channels::{self, Channel},
    keys::{SourceKey, source_key, told_of},
    ledger::Kind,
    messages, monitors,
};

/// Why something of a stream was not kept.
const UNWATCHED: &str = "No monitor looks for it, and it is not addressed to you.";
/// It would wait for its original, which was left out and does not come again.
const ORPHANED: &str = "A change of something that was not kept when it was said.";

enum Verdict {
    Keep,
    /// Kept if one of these is known; else left out for this reason.
    IfKnown(Vec<SourceKey>, &'static str),
    Leave,
}

/// The items that are to be kept, and how many are not.
pub(crate) async fn watched(
    engine: &Arc<Engine>,
    channel: &Channel,
    connector: &Arc<dyn Connector>,
    items: Vec<RawItem>,
) -> Result<(Vec<RawItem>, BTreeMap<(Kind, String), u64>)> {
    if items.is_empty() {
        return Ok((items, BTreeMap::new()));
    }
    let mut db = engine.db.reader();
    let held = engine.monitors.current(&mut db).await?;
    // By the name that it has now, since the monitors ask for that one: while it was pulled it may have been renamed.
    let channel = channels::get(&mut db, channel.id).await?.unwrap_or_else(|| channel.clone());
    let connector = connector.clone();
    let judged = tokio::task::spawn_blocking(move || judge(&held, connector.as_ref(), &channel, items));
    let judged = judged.await.map_err(io::Error::other)?;
    let asked: HashSet<SourceKey> = judged
        .iter()
        .flat_map(|(_, _, verdict)| if let Verdict::IfKnown(keys, _) = verdict { keys.as_slice() } else { &[] })
        .copied()
        .collect();
    let asked: Vec<SourceKey> = asked.into_iter().collect();
    let known = messages::known(&mut engine.db.reader(), &asked).await?;
    let mut kept_keys: HashSet<SourceKey> =
        known.iter().filter_map(|k| SourceKey::try_from(k.source_key.as_slice()).ok()).collect();
    let (mut kept, mut left_out) = (Vec::new(), BTreeMap::new());
    for (item, own, verdict) in judged {
        let left = match verdict {
            Verdict::Keep => None,
            // Deleted a moment after it was said, within one batch: it was kept a few lines above.
            Verdict::IfKnown(keys, _) if keys.iter().any(|key| kept_keys.contains(key)) => None,
            Verdict::IfKnown(_, reason) => Some(reason),
            Verdict::Leave => Some(UNWATCHED),
        };
        match left {
            None => {
                kept_keys.extend(own);
                kept.push(item);
            }
            Some(reason) => *left_out.entry((Kind::Unwatched, reason.to_owned())).or_default() += 1,
        }
    }
    Ok((kept, left_out))
}

fn judge(
    held: &Held,
    connector: &dyn Connector,
    channel: &Channel,
    items: Vec<RawItem>,
) -> Vec<(RawItem, Vec<SourceKey>, Verdict)> {
    items
        .into_par_iter()
        .map_init(Scratch::default, |scratch, item| {
            let RawContent::Memory(bytes) = &item.content else { return (item, Vec::new(), Verdict::Keep) };
            // What panics or cannot be understood goes on to Quarantine, where its reason is told.
            let understood = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                connector.normalise(&channel.account, &item, bytes)
            }));
            let Ok(Ok(events)) = understood else { return (item, Vec::new(), Verdict::Keep) };
            let own = events.iter().map(told_of).collect();
            let verdict = verdict(held, channel, &events, item.received_at, scratch);
            (item, own, verdict)
        })
        .collect()
}

fn verdict(held: &Held, channel: &Channel, events: &[Inbound], received_at: i64, scratch: &mut Scratch) -> Verdict {
    let (mut asked, mut reason) = (Vec::new(), UNWATCHED);
    // Whoever gives what is changed as a message of its own, too, waits for nothing.
    let is_told = |key: &EventKey| events.iter().any(|e| e.key == *key && matches!(e.kind, InboundKind::Created(_)));
    for event in events {
        match &event.kind {
            InboundKind::Created(content) => {
                if wanted(held, channel, content, received_at, scratch) {
                    return Verdict::Keep;
                }
                if held.uses & monitors::uses::THREAD != 0 {
                    asked.extend(content.references.iter().map(|id| source_key(&event.key.source, id)));
                }
            }
            InboundKind::Edited { content, .. } => {
                let wanted = wanted(held, channel, content, received_at, scratch);
                if wanted && is_told(&event.key) {
                    return Verdict::Keep;
                }
                reason = if wanted { ORPHANED } else { reason };
                asked.push(told_of(event));
            }
            InboundKind::Deleted | InboundKind::DeletedByHash(_) => asked.push(told_of(event)),
            InboundKind::Bounced(_) | InboundKind::Arrived { .. } | InboundKind::Consent { .. } => {
                return Verdict::Keep;
            }
        }
    }
    if asked.is_empty() { Verdict::Leave } else { Verdict::IfKnown(asked, reason) }
}

fn wanted(held: &Held, channel: &Channel, content: &Content, received_at: i64, scratch: &mut Scratch) -> bool {
    if content.direction == Direction::Ours || content.addressed_to_us {
        return true;
    }
    let texts: Vec<&str> = content.subject.as_deref().into_iter().chain([content.text.as_str()]).collect();
    let author: Vec<&str> =
        content.author.display_name.as_deref().into_iter().chain([content.author.handle.as_str()]).collect();
    // To tell a language costs more than all the rest, so only where somebody asks for one.
    let asks_language = held.uses & monitors::uses::LANGUAGE != 0;
    let shown = content.shown();
    let document = Document {
        texts: &texts,
        channel: &channel_names(channel),
        language: if asks_language { language_of(content) } else { "und" },
        author: &author,
        has_attachment: shown.file,
        has_image: shown.image,
        thread: 0,
        reach: content.reach,
        at: clamp_stated_time(content.stated_at, received_at),
    };
    !held.set.matching(&document, scratch).is_empty()
}
