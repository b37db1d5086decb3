//! What a channel keeps only for some days. A message whose days are over loses its words, its files and all that was made
//! of them; its row stays under its own name, so that it is known when its source shows it again. What stands in a
//! conversation that is at work (open, pending, snoozed) stays with it until that is closed.

use crate::{
    Engine, Result, erase,
    ingest::bare_subject,
    worker::{self, Done},
};
use std::{collections::BTreeSet, sync::Arc, time::Instant};
use tertulia_model::{ChannelId, ConversationId, JobId, Millis};
use tertulia_store::{
    Tx, changes, channels,
    conversations::{self, Conversation},
    erasing::{self, Counts},
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
    Ok(jobs::add_for(tx, JobId(engine.next_id()), (worker::RETAIN, jobs::IN_TURN), channel.0, engine.now()).await?)
}

/// The job of one channel; goes on when the channel is no longer heard.
pub(crate) async fn run(engine: &Arc<Engine>, id: ChannelId) -> Result<Done> {
    let mut above = i64::MIN;
    loop {
        let begun = Instant::now();
        // Asked with each step: whoever lifts the limit is heard at once.
        let channel = channels::get(&mut engine.db.reader(), id).await?;
        let Some(days) = channel.and_then(|channel| channel.keep_days) else { return Ok(Done::Finished) };
        match step(engine, id, days, above).await? {
            Some(reached) => above = reached,
            None => return Ok(Done::PutOff(engine.now() + AGAIN)),
        }
        engine.bus.give_way(begun, engine.now()).await;
    }
}

/// Takes the words of the next messages; gives the place that it reached, none at the end.
async fn step(engine: &Arc<Engine>, channel: ChannelId, days: i64, above: i64) -> Result<Option<i64>> {
    let now = engine.now();
    let until = keys::place_at(now.saturating_sub(days.saturating_mul(DAY)));
    // Looked for without holding anybody up.
    let found = erasing::past(&mut engine.db.reader(), channel, (above, until), STEP).await?;
    let Some(reached) = found.last().map(|message| message.place) else { return Ok(None) };
    let mut tx = engine.db.begin_background().await?;
    threads::place_alone(&mut tx).await?;
    trims::keep_blobs(&mut tx).await?;
    // Whoever opens one of these conversations again comes before or after this, never in between.
    let held: BTreeSet<ConversationId> = found.iter().filter_map(|message| message.conversation_id).collect();
    let mut held = conversations::get_to_change(&mut tx, held.into_iter().collect()).await?;
    let mut past = erasing::past(&mut tx, channel, (above, reached.saturating_add(1)), STEP).await?;
    // Older ones may have come in between: then it goes on from where this piece ends.
    let is_full = past.len() as i64 >= STEP;
    let reached = past.last().filter(|_| is_full).map_or(reached, |last| last.place);
    past.retain(|message| message.conversation_id.is_none_or(|id| held.iter().any(|c| c.id == id)));
    held.retain(|conversation| past.iter().any(|message| message.conversation_id == Some(conversation.id)));
    if past.is_empty() {
        return Ok(Some(reached));
    }
    // With the files put to what was being written there, which may go as well.
    let ids: Vec<ConversationId> = held.iter().map(|conversation| conversation.id).collect();
    let blobs = erasing::blobs(&mut tx, &past, &ids).await?;
    erasing::take_words(&mut tx, &past, erase::emptied, &mut Counts::new()).await?;
    erasing::note_aged(&mut tx, &past).await?;
    reword(&mut tx, &mut held).await?;
    // The file of an import that can go on waits until it has, or is given up.
    trims::add(&mut tx, &blobs, trims::Cause::Unneeded).await?;
    jobs::add(&mut tx, JobId(engine.next_id()), worker::TRIM, 0, now).await?;
    let reason = format!("its words were removed: older than the {days} days that this channel keeps them");
    let counts = [((Kind::Aged, reason), past.len() as u64)].into();
    ledger::note_counts(&mut tx, channel, day_of(now), &counts).await?;
    let mut told: Vec<(&str, i64)> = held.iter().map(|conversation| ("conversation", conversation.id.0)).collect();
    told.push(("channel", channel.0));
    let noted = changes::note(&mut tx, &told, now).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(Some(reached))
}

/// Conversations say no more than what is left of them; what was being written in one of which nothing is left goes.
async fn reword(tx: &mut Tx, held: &mut [Conversation]) -> Result<()> {
    let mut emptied = Vec::new();
    for conversation in held.iter_mut() {
        let (subject, newest) = erasing::left_of(tx, conversation.id).await?;
        conversation.subject = subject.as_deref().map(bare_subject).unwrap_or_default().to_owned();
        if let Some((snippet, _)) = newest {
            conversation.snippet = snippet;
        } else {
            conversation.snippet.clear();
            emptied.push(conversation.id);
        }
    }
    conversations::put(tx, held).await?;
    Ok(erasing::forget_beside(tx, &emptied, &mut Counts::new()).await?)
}
