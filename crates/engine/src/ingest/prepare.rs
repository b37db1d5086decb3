//! Understanding a piece, on all cores and without the database.

use super::{Event, Item, NOTHING_SAID, Prepared, What, Wish, Words, variants::file_hash};
use crate::{Engine, Result, by_hand};
use rayon::prelude::*;
use std::{io, sync::Arc};
use tertulia_analysis::{
    analyse::{analyse, language_of_words},
    labels::Place,
    language,
};
use tertulia_connector::Connector;
use tertulia_model::{Attachment, Content, Inbound, InboundKind, QuarantineId, RawItem, Visibility, clamp_stated_time};
use tertulia_store::{
    blobs::BlobStore,
    channels::Channel,
    keys::{fingerprint, source_key, told_of},
    quarantine::Quarantined,
};

/// Attachments of one message beyond this many bytes together go to the blob store one by one.
const TOGETHER: usize = 4 << 20;

/// Normalises and analyses a piece. An item that fails is set aside with its reason.
pub async fn prepare(
    engine: &Arc<Engine>,
    channel: &Channel,
    connector: &Arc<dyn Connector>,
    items: Vec<Item>,
    history: bool,
) -> Result<Prepared> {
    let (engine, connector) = (engine.clone(), connector.clone());
    let (channel_id, account) = (channel.id, channel.account.clone());
    let work = tokio::task::spawn_blocking(move || {
        let understood: Vec<io::Result<Understood>> =
            items.into_par_iter().map(|item| understand(&engine, connector.as_ref(), &account, item)).collect();
        let mut prepared = Prepared::default();
        for one in understood {
            let one = one?;
            match one.events {
                Ok(events) if events.is_empty() => {
                    *prepared.passed_over.entry(NOTHING_SAID.to_owned()).or_default() += 1;
                }
                Ok(events) => {
                    prepared.items.push((one.item, events.len()));
                    prepared.events.extend(events);
                }
                Err(reason) => {
                    let id = QuarantineId(engine.next_id());
                    prepared.quarantined.push(set_aside(id, channel_id, one.item, reason, history));
                }
            }
        }
        Ok(prepared)
    });
    work.await.map_err(io::Error::other)?
}

struct Understood {
    item: Item,
    /// What it told, or why that is not known.
    events: std::result::Result<Vec<Event>, String>,
}

fn understand(engine: &Engine, connector: &dyn Connector, account: &str, mut item: Item) -> io::Result<Understood> {
    let bytes = match item.bytes.take() {
        Some(bytes) => bytes,
        None => engine.blobs.read(&item.range)?,
    };
    // What panics on one item, a connector's parser or the analysis of its words, must not end the batch.
    let understood = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let inbound = connector.normalise(account, &item.raw, &bytes).map_err(|error| error.to_string());
        drop(bytes);
        inbound.map(|inbound| inbound.into_iter().map(|one| event(engine, &item, one)).collect::<io::Result<Vec<_>>>())
    }));
    let events = match understood {
        Ok(Ok(events)) => Ok(events?),
        Ok(Err(reason)) => Err(reason),
        Err(_) => Err("Reading it failed in a way it should not. Please report this item.".to_owned()),
    };
    Ok(Understood { item, events })
}

fn event(engine: &Engine, item: &Item, inbound: Inbound) -> io::Result<Event> {
    let received_at = item.raw.received_at;
    let (key, source) = (told_of(&inbound), inbound.key.source.as_str());
    let what = match inbound.kind {
        InboundKind::Created(content) => What::Created(Box::new(words(engine, source, *content, &item.raw)?)),
        InboundKind::Edited { revision, content } => {
            What::Edited(revision.max(1), Box::new(words(engine, source, *content, &item.raw)?))
        }
        InboundKind::Deleted | InboundKind::DeletedByHash(_) => What::Deleted,
        InboundKind::Bounced(notice) => What::Bounced(notice),
        InboundKind::Arrived { id } => What::Arrived(id),
        InboundKind::Consent { author, allowed, words, answer } => {
            What::Consent(Box::new(Wish { author, allowed, words, answer }))
        }
    };
    Ok(Event { key, name: inbound.key, received_at, raw: item.range.clone(), what })
}

fn words(engine: &Engine, source: &str, mut content: Content, raw: &RawItem) -> io::Result<Words> {
    let mut analysis = analyse(&engine.models, content.subject.as_deref(), &content.text, place(&content));
    if let Some(said) = said_language(&content) {
        analysis.language = said;
    }
    let fingerprint = fingerprint_of(&content);
    let ancestors = content.references.iter().rev().map(|id| source_key(source, id)).collect();
    content.shows = content.shown();
    let attachments = store_attachments(&engine.blobs, std::mem::take(&mut content.attachments))?;
    let at = clamp_stated_time(content.stated_at, raw.received_at);
    let brought_by = by_hand::brought_by(&raw.hint);
    Ok(Words { content, analysis, fingerprint, ancestors, attachments, at, brought_by })
}

/// Where its words stand.
fn place(content: &Content) -> Place {
    if content.visibility == Visibility::Public { Place::Public } else { Place::Private }
}

/// The language of a message, where somebody says it who knows.
pub(super) fn said_language(content: &Content) -> Option<&'static str> {
    content.language.as_deref().and_then(language::known)
}

/// The language that a message is stored with, for who asks before anything of it is stored.
pub(crate) fn language_of(content: &Content) -> &'static str {
    said_language(content).unwrap_or_else(|| language_of_words(content.subject.as_deref(), &content.text))
}

/// What has no words says what its files hold: else whatever is as empty would be taken for its copy.
fn fingerprint_of(content: &Content) -> i64 {
    let said = match content.text.trim() {
        "" => content.attachments.iter().map(|file| file_hash(&file.bytes).to_hex().to_string()).collect::<Vec<_>>(),
        words => vec![words.to_owned()],
    };
    fingerprint(&[&content.author.handle, &said.join(" ")])
}

fn store_attachments(
    blobs: &BlobStore,
    attachments: Vec<Attachment>,
) -> io::Result<Vec<(Attachment, tertulia_model::BlobRange)>> {
    let small = attachments.iter().map(|a| a.bytes.len()).sum::<usize>() <= TOGETHER;
    let mut together =
        if small { blobs.put_all(attachments.iter().map(|a| a.bytes.as_slice()))? } else { Vec::new() }.into_iter();
    attachments
        .into_iter()
        .map(|mut attachment| {
            let bytes = std::mem::take(&mut attachment.bytes);
            let range = match together.next() {
                Some(range) => range,
                None => blobs.put(&bytes)?,
            };
            Ok((attachment, range))
        })
        .collect()
}

pub(super) fn set_aside(
    id: QuarantineId,
    channel_id: tertulia_model::ChannelId,
    item: Item,
    reason: String,
    history: bool,
) -> Quarantined {
    Quarantined {
        id,
        channel_id,
        item_key: item.raw.key,
        reason,
        hint: item.raw.hint.to_string(),
        blob: item.range.blob,
        byte_offset: item.range.offset.cast_signed(),
        size: item.range.length.cast_signed(),
        received_at: item.raw.received_at,
        history,
        state: "waiting".to_owned(),
        decided_by: None,
        decided_at: None,
    }
}
