//! What happens to messages that are there already: edits, deletions, bounces, echoes of our own.

use super::{
    Event, What, Words,
    arrive::{attachment_rows, body, facts},
    hold::Touched,
    ours, over,
    variants::same_words,
};
use crate::{
    Engine, Result, consent, desk, knowhow, labels, outbound, storing, telling,
    webhooks::{Answer, Event as Happening},
};
use tertulia_analysis::{
    analyse::analyse,
    labels::{Models, Place},
};
use tertulia_model::{BounceNotice, DeliveryState, Direction, MessageId};
use tertulia_store::{
    Tx,
    channels::Channel,
    conversations, deliveries, erasing,
    keys::{SourceKey, source_key},
    messages::{self, Known, NewMessage, flags},
    monitors, reading, threads, trims,
};

/// Why a notice that a mail came back changes nothing.
const STILL_TRIED: &str = "It told of a mail of yours that the other server goes on trying to deliver.";
const OLD_NOTICE: &str = "It told of a mail that came back long ago.";
const NOT_SENT_HERE: &str = "It told what became of a message that was not sent from here.";

#[derive(Default)]
pub(super) struct Amended {
    pub touched: Touched,
    /// Messages of ours that turn out to have gone out: their visitors are told at the piece's end.
    pub sent: Vec<MessageId>,
    /// Notices that were heard before.
    pub known: usize,
    /// Why others were passed over, one each.
    pub skipped: Vec<&'static str>,
    /// What other programs may be told of it.
    pub happened: Vec<Happening>,
}

/// `vouches` says whether what the channel calls ours is ours: see [`Registry::vouches`](crate::Registry::vouches).
pub(super) async fn write(
    engine: &Engine,
    tx: &mut Tx,
    channel: &Channel,
    events: &[Event],
    back: &[usize],
    (vouches, history): (bool, bool),
) -> Result<Amended> {
    let mut amended = Amended::default();
    for event in back.iter().map(|n| &events[*n]) {
        if let What::Created(words) = &event.what {
            let touched = ours::again(engine, tx, event.key, words, vouches, &mut amended.sent).await?;
            amended.touched.extend(touched);
        }
    }
    for event in events {
        let touched = match &event.what {
            What::Created(words) if vouches => learn_alias(engine, tx, event, words, &mut amended.sent).await?,
            What::Created(_) => continue,
            What::Edited(revision, words) => edit(engine, tx, event, *revision, words).await?,
            What::Deleted => delete(engine, tx, event.key).await?,
            What::Bounced(notice) => bounce(engine, tx, event, notice, history, &mut amended).await?,
            What::Arrived(id) => arrived(engine, tx, event, id, &mut amended).await?,
            What::Consent(wish) => {
                amended.known += usize::from(!consent::note(engine, tx, channel, event, wish).await?);
                continue;
            }
        };
        amended.touched.extend(touched);
    }
    for message in &amended.sent {
        let delivery = deliveries::of_message(tx, *message).await?;
        let Some(delivery) = delivery else { continue };
        amended.happened.push(Happening::Answered { answer: Answer::of(&delivery), state: "sent" });
        amended.happened.extend(telling::got_through(engine, tx, delivery.id, *message).await?);
    }
    Ok(amended)
}

async fn known(tx: &mut Tx, key: SourceKey) -> Result<Option<Known>> {
    Ok(messages::known(tx, &[key]).await?.into_iter().next())
}

/// Our own message came back from its source: so it did go out.
pub(super) async fn mark_sent(
    engine: &Engine,
    tx: &mut Tx,
    message: MessageId,
    sent: &mut Vec<MessageId>,
) -> Result<Touched> {
    let Some(delivery) = deliveries::of_message(tx, message).await? else { return Ok(Touched::new()) };
    let open = [DeliveryState::Queued, DeliveryState::Unknown];
    let changed = deliveries::set_state(tx, delivery.id, &open, DeliveryState::Sent, None, engine.now()).await?;
    if changed {
        sent.push(message);
    }
    Ok(changed.then_some(delivery.conversation_id).into_iter().collect())
}

/// A server may give our mail another Message-ID; the token in its header tells which of ours it is, and its words that
/// nobody wrote others around that header.
async fn learn_alias(
    engine: &Engine,
    tx: &mut Tx,
    event: &Event,
    words: &Words,
    sent: &mut Vec<MessageId>,
) -> Result<Touched> {
    if words.content.direction != Direction::Ours {
        return Ok(Touched::new());
    }
    let Some(ours) = words.content.copy_token.as_deref().and_then(|token| outbound::read_reply_token(engine, token))
    else {
        return Ok(Touched::new());
    };
    if known(tx, event.key).await?.is_none_or(|copy| copy.id == ours) {
        return Ok(Touched::new());
    }
    let Some((_, sent_text)) = messages::words(tx, ours).await? else { return Ok(Touched::new()) };
    if !same_words(&sent_text, &words.content.text) {
        return Ok(Touched::new());
    }
    let mut touched = learn_name(tx, event.key, ours).await?;
    if !touched.is_empty() {
        touched.extend(mark_sent(engine, tx, ours, sent).await?);
    }
    Ok(touched)
}

/// One of our messages turns out to have another name at its source. A copy that came back under that name, and was stored
/// as a message of its own, gives way to it; whoever waited for that name has found it.
pub(crate) async fn learn_name(tx: &mut Tx, key: SourceKey, ours: MessageId) -> Result<Touched> {
    trims::keep_blobs(tx).await?;
    let Some(original) = messages::known_by_id(tx, ours).await? else { return Ok(Touched::new()) };
    let copy = known(tx, key).await?;
    if copy.as_ref().is_some_and(|copy| copy.id == ours || copy.direction != "ours") {
        return Ok(Touched::new());
    }
    match &copy {
        Some(copy) => {
            // Nobody waits for its bytes to leave the disk: they go when next something is trimmed.
            let blobs = blobs_of(tx, copy.id).await?;
            trims::add(tx, &blobs, trims::Cause::Unneeded).await?;
            messages::merge_copy(tx, copy, &original, key).await?;
        }
        None => messages::add_alias(tx, key, ours).await?,
    }
    let mut thread = original.thread_id;
    for waiter in threads::awaiting(tx, &[key]).await? {
        let (from, into) = (waiter.thread_id.max(thread), waiter.thread_id.min(thread));
        if from != into {
            threads::join(tx, from, into).await?;
            thread = into;
        }
        if waiter.rank < waiter.parent_rank && waiter.message_id != ours {
            threads::leave_ring(tx, waiter.message_id).await?;
            threads::set_parent(tx, waiter.message_id, ours, waiter.rank).await?;
            threads::cut_ring(tx, waiter.message_id).await?;
        }
    }
    // What answered the copy stands below the original now.
    threads::cut_ring(tx, ours).await?;
    threads::arrived(tx, &[key]).await?;
    let mut touched: Touched = original.conversation_id.into_iter().collect();
    if let Some(emptied) = copy.and_then(|copy| copy.conversation_id).filter(|id| Some(*id) != original.conversation_id)
        && reading::conversation(tx, emptied, None, 1).await?.is_empty()
    {
        conversations::leave(tx, emptied, original.conversation_id).await?;
        conversations::remove(tx, emptied).await?;
        touched.insert(emptied);
    }
    Ok(touched)
}

async fn edit(engine: &Engine, tx: &mut Tx, event: &Event, revision: i64, words: &Words) -> Result<Touched> {
    let Some(message) = known(tx, event.key).await?.filter(|m| m.state != "deleted") else { return Ok(Touched::new()) };
    // Every wording is kept; only a newer one than what is shown is shown.
    messages::add_bodies(tx, &[body(event, message.id, revision, words)]).await?;
    if revision <= message.revision {
        return Ok(Touched::new());
    }
    messages::add_attachments(tx, &attachment_rows(engine, message.id, revision, words)).await?;
    let kept = message.flags & (flags::HISTORY | flags::DOUBTFUL | flags::BARE | flags::REFERS);
    let flags = facts(words, false, false) | kept;
    messages::show_revision(tx, message.id, revision, words.analysis.language, flags, words.fingerprint).await?;
    if message.state == "waiting" {
        return Ok(Touched::new());
    }
    labels::worded(engine, tx, (&message, revision), (&words.analysis.labels, words.analysis.version)).await?;
    monitors::match_later(tx, &[message.id]).await?;
    messages::unindex(tx, message.place).await?;
    messages::index(tx, vec![(message.place, words.analysis.terms.terms.clone())]).await?;
    knowhow::look_at(engine, tx, &[message.id]).await?;
    refresh_snippet(tx, &message, &words.analysis.snippet).await
}

/// Shows the newest stored wording of a message whose original has now come: what was noted of that wording when it came
/// (links, files) holds, as if it had come in its turn. `lasting` are the flags of the original that no edit changes.
pub(super) async fn show_waited(
    engine: &Engine,
    tx: &mut Tx,
    waited: &Known,
    original: &NewMessage,
    lasting: i64,
) -> Result<()> {
    let Some((subject, text)) = messages::words(tx, waited.id).await? else { return Ok(()) };
    let place = if original.visibility == "public" { Place::Public } else { Place::Private };
    // A bigger model takes its time, and everybody waits for this transaction: it labels this again with the past.
    let analysis = analyse(&Models::default(), subject.as_deref(), &text, place);
    let flags = waited.flags & !(flags::BARE | flags::LANGUAGE_SAID) | lasting;
    let is_said = lasting & flags::LANGUAGE_SAID != 0;
    let language = if is_said { original.language } else { analysis.language };
    messages::show_revision(tx, waited.id, waited.revision, language, flags, waited.fingerprint).await?;
    let shown = Known { direction: original.direction.to_owned(), ..waited.clone() };
    labels::worded(engine, tx, (&shown, waited.revision), (&analysis.labels, analysis.version)).await?;
    messages::index(tx, vec![(original.place, analysis.terms.terms)]).await?;
    knowhow::look_at(engine, tx, &[waited.id]).await
}

async fn delete(engine: &Engine, tx: &mut Tx, key: SourceKey) -> Result<Touched> {
    let Some(message) = known(tx, key).await?.filter(|m| m.state != "deleted") else { return Ok(Touched::new()) };
    // What was taken back is taken from the disk, too.
    let blobs = blobs_of(tx, message.id).await?;
    storing::let_go(engine, tx, &blobs, engine.now() + over::LATER).await?;
    messages::bury(tx, message.id, message.place).await?;
    monitors::match_later(tx, &[message.id]).await?;
    refresh_snippet(tx, &message, "").await
}

/// The blobs of which a message is ranges.
async fn blobs_of(tx: &mut Tx, message: MessageId) -> Result<Vec<String>> {
    let rows = erasing::doomed(tx, &[message]).await?;
    Ok(erasing::blobs(tx, &rows, &[]).await?)
}

/// The list shows the first words of the last thing they said; it must not go on showing what was changed or taken back.
async fn refresh_snippet(tx: &mut Tx, message: &Known, snippet: &str) -> Result<Touched> {
    let Some(id) = message.conversation_id else { return Ok(Touched::new()) };
    if let Some(mut conversation) = conversations::one_to_change(tx, id).await?
        && conversation.last_theirs_place == message.place
    {
        snippet.clone_into(&mut conversation.snippet);
        conversations::put(tx, &[conversation]).await?;
    }
    Ok(Touched::from([id]))
}

/// A message of ours reached its reader. Reports come in any order: that it arrived is the last word.
async fn arrived(engine: &Engine, tx: &mut Tx, event: &Event, id: &str, amended: &mut Amended) -> Result<Touched> {
    let delivery = match known(tx, source_key(&event.name.source, id)).await? {
        Some(message) => deliveries::of_message(tx, message.id).await?,
        None => None,
    };
    let Some(delivery) = delivery else {
        amended.skipped.push(NOT_SENT_HERE);
        return Ok(Touched::new());
    };
    if delivery.arrived_at.is_some() {
        amended.known += 1;
        return Ok(Touched::new());
    }
    let noted = deliveries::note_arrived(tx, delivery.id, engine.now()).await?;
    if noted && delivery.state != DeliveryState::Sent {
        amended.sent.push(delivery.message_id);
        outbound::wait_no_more(tx, &delivery).await?;
    }
    Ok(Touched::from([delivery.conversation_id]))
}

/// A mail of ours came back. A permanent failure needs a person; a passing one is the other server's to mend. The notice
/// itself becomes another name of the mail: read again it is known, and who answers it answers the mail.
async fn bounce(
    engine: &Engine,
    tx: &mut Tx,
    event: &Event,
    notice: &BounceNotice,
    history: bool,
    amended: &mut Amended,
) -> Result<Touched> {
    let key = event.key;
    if known(tx, key).await?.is_some() {
        amended.known += 1;
        return Ok(Touched::new());
    }
    let delivery = match known(tx, source_key(&event.name.source, &notice.bounced_id)).await? {
        Some(message) => deliveries::of_message(tx, message.id).await?,
        None => None,
    };
    let (Some(delivery), true, false) = (delivery, notice.permanent, history) else {
        let why = match (notice.permanent, history) {
            (false, _) => STILL_TRIED,
            (true, true) => OLD_NOTICE,
            (true, false) => NOT_SENT_HERE,
        };
        amended.skipped.push(why);
        return Ok(Touched::new());
    };
    messages::add_alias(tx, key, delivery.message_id).await?;
    // What waits surely did not go out yet: the notice is about an earlier sending, and a person has decided since.
    let waits = delivery.state == DeliveryState::Queued && !delivery.in_flight;
    if waits || delivery.arrived_at.is_some() || delivery.state == DeliveryState::Withdrawn {
        return Ok(Touched::new());
    }
    let Some(reason) = outbound::reason_of(&delivery, notice) else { return Ok(Touched::new()) };
    // A sending may be told to have gone well meanwhile; nothing else may have been decided.
    let from: &[DeliveryState] = match delivery.state {
        DeliveryState::Queued => &[DeliveryState::Queued, DeliveryState::Sent, DeliveryState::Unknown],
        DeliveryState::Sent | DeliveryState::Unknown => &[DeliveryState::Sent, DeliveryState::Unknown],
        other => &[other],
    };
    let now = engine.now();
    if !deliveries::set_state(tx, delivery.id, from, DeliveryState::Failed, Some(&reason), now).await? {
        return Ok(Touched::new());
    }
    amended.happened.push(Happening::Answered { answer: Answer::of(&delivery), state: "failed" });
    if let Some(mut conversation) = conversations::one_to_change(tx, delivery.conversation_id).await? {
        outbound::wait_again(tx, &mut conversation, &delivery).await?;
        amended.happened.extend(desk::bring_back(engine, tx, conversation).await?);
    }
    Ok(Touched::from([delivery.conversation_id]))
}
