//! What a channel keeps only for some days. A message whose days are over loses its words, its files and all that was made
//! of them; its row stays under its own name, so that it is known when its source shows it again. What stands in a
//! conversation that is at work (open, pending, snoozed) stays with it until that is closed.

use crate::{
    Engine, Result, erase,
    ingest::bare_subject,
    worker::{self, Done},
};
use std::{collections::BTreeSet, sync::Arc};
use tertulia_model::{ChannelId, ConversationId, JobId, Millis};
use tertulia_store::{
    Tx, changes, channels, conversations,
    erasing::{self, Counts, Doomed},
    jobs, keys,
    ledger::{self, Kind, day_of},
    threads, trims,
};

/// Messages of one transaction: people work meanwhile.
const STEP: i64 = 100;
const DAY: Millis = 86_400_000;
/// Days are what is promised; each channel is looked at a few times a day.
const AGAIN: Millis = DAY / 4;

/// Has a channel looked at now, and for as long as it keeps its messages for some days only.
pub(crate) async fn begin(engine: &Engine, tx: &mut Tx, channel: ChannelId) -> Result<()> {
    Ok(jobs::add(tx, JobId(engine.next_id()), worker::RETAIN, channel.0, engine.now()).await?)
}

/// The job of one channel; goes on when the channel is no longer heard.
pub(crate) async fn run(engine: &Arc<Engine>, id: ChannelId) -> Result<Done> {
    loop {
        // Asked with each step: whoever lifts the limit is heard at once.
        let channel = channels::get(&mut engine.db.reader(), id).await?;
        let Some(days) = channel.and_then(|channel| channel.keep_days) else { return Ok(Done::Finished) };
        if step(engine, id, days).await? < STEP.unsigned_abs() {
            return Ok(Done::PutOff(engine.now() + AGAIN));
        }
        tokio::task::yield_now().await;
    }
}

/// Takes the words of the next messages; gives how many those were.
async fn step(engine: &Arc<Engine>, channel: ChannelId, days: i64) -> Result<u64> {
    let now = engine.now();
    let until = keys::place_at(now.saturating_sub(days.saturating_mul(DAY)));
    let mut tx = engine.db.begin_bulk().await?;
    threads::place_alone(&mut tx).await?;
    let past = erasing::past(&mut tx, channel, until, STEP).await?;
    if past.is_empty() {
        return Ok(0);
    }
    let blobs = erasing::blobs(&mut tx, &past, &[]).await?;
    erasing::take_words(&mut tx, &past, erase::emptied, &mut Counts::new()).await?;
    let held = reword(&mut tx, &past).await?;
    trims::add(&mut tx, &blobs).await?;
    jobs::add(&mut tx, JobId(engine.next_id()), worker::TRIM, 0, now).await?;
    let reason = format!("its words were removed: older than the {days} days that this channel keeps them");
    let counts = [((Kind::Aged, reason), past.len() as u64)].into();
    ledger::note_counts(&mut tx, channel, day_of(now), &counts).await?;
    let mut told: Vec<(&str, i64)> = held.iter().map(|id| ("conversation", id.0)).collect();
    told.push(("channel", channel.0));
    let noted = changes::note(&mut tx, &told, now).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(past.len() as u64)
}

/// Their conversations say no more than what is left of them; what was being written in one of which nothing is left goes.
async fn reword(tx: &mut Tx, past: &[Doomed]) -> Result<Vec<ConversationId>> {
    let held: BTreeSet<ConversationId> = past.iter().filter_map(|message| message.conversation_id).collect();
    let mut all = conversations::get_to_change(tx, held.into_iter().collect()).await?;
    let mut emptied = Vec::new();
    for conversation in &mut all {
        let (subject, newest) = erasing::left_of(tx, conversation.id).await?;
        conversation.subject = subject.as_deref().map(bare_subject).unwrap_or_default().to_owned();
        if let Some((snippet, _)) = newest {
            conversation.snippet = snippet;
        } else {
            conversation.snippet.clear();
            emptied.push(conversation.id);
        }
    }
    conversations::put(tx, &all).await?;
    erasing::forget_beside(tx, &emptied, &mut Counts::new()).await?;
    Ok(all.into_iter().map(|conversation| conversation.id).collect())
}
