//! One delivery to the wire, and what its end means.

use super::{
    away, singly,
    throttle::{self, Going, PAUSE_WORDS},
    waiting,
};
use crate::{
    Engine, EngineError, Result, consent, desk,
    ingest::{self, Tries},
    panics::caught,
    telling, visitors,
    webhooks::{self, Answer, Event},
    worker::Done,
};
use std::{sync::Arc, time::Duration};
use tertulia_connector::{Connector, Context, SendError, Sent};
use tertulia_model::{ChannelState, DeliveryId, DeliveryState, EchoSafety, Millis};
use tertulia_store::{
    changes,
    channels::{self, Channel},
    conversations,
    deliveries::{self, Delivery},
    keys::{self, SourceKey},
    ledger, reading, threads,
};

/// A delivery that could not leave for this long is given back to the person who wrote it.
const GIVE_UP: Millis = 24 * 3_600_000;
/// How long after a doubtful end Sent is looked at.
const LOOK_AFTER: Duration = Duration::from_secs(5);
/// How long one waits that may not overtake an earlier one.
const BEHIND: Duration = Duration::from_millis(500);
const BEHIND_WORDS: &str = "an earlier one of the same conversation goes first";
const WHILE_PAUSED: Duration = Duration::from_secs(20);
const PAUSED_WORDS: &str = "The channel is paused; it is sent once the channel goes on.";
const AFTER_SIGN_IN: Duration = Duration::from_secs(300);

/// The database was restored from a backup: what is queued in it may have been sent since. So nothing of it is sent
/// before it was looked for, or a person has decided, except where the other side drops repeats itself.
pub async fn doubt_queued(engine: &Engine) -> Result<u64> {
    let mut tx = engine.db.begin_bulk().await?;
    let mut doubted = 0;
    for channel in channels::all(&mut tx).await? {
        let connector = engine.registry.get(&channel.connector);
        if connector.is_none_or(|known| known.spec().echo_safety != EchoSafety::ProviderDedup) {
            doubted += deliveries::doubt_queued(&mut tx, channel.id, engine.now()).await?;
        }
    }
    tx.commit().await?;
    Ok(doubted)
}

/// Runs the job of one delivery.
pub async fn run_send(engine: &Arc<Engine>, id: DeliveryId) -> Result<Done> {
    let mut db = engine.db.reader();
    let Some(delivery) = deliveries::get(&mut db, id).await?.filter(|d| d.state == DeliveryState::Queued) else {
        return Ok(Done::Finished);
    };
    let channel = channels::get(&mut db, delivery.channel_id).await?.filter(|c| c.state != ChannelState::Deleted);
    let Some(channel) = channel else {
        if delivery.in_flight {
            return doubt(engine, &delivery, "The channel was deleted while this was being sent.").await;
        }
        return fail(engine, &delivery, "The channel was deleted before this could be sent.").await;
    };
    if let Some((left, words)) = held_up(engine, &channel) {
        // To wait says that it surely did not go out.
        if delivery.in_flight {
            return Ok(Done::Again(left, words.to_owned()));
        }
        return wait(engine, &delivery, left, words).await;
    }
    let connector = engine.connector(&channel)?;
    let context = engine.kept_context(&channel)?;
    if delivery.in_flight && connector.spec().echo_safety != EchoSafety::ProviderDedup {
        return after_doubt(
            engine,
            &delivery,
            connector.as_ref(),
            &context,
            "The program stopped in the middle of sending, or was restored from a backup.",
        )
        .await;
    }
    // Whoever waits here for another one of the channel looks afterwards what holds now.
    let going = engine.ahead.go(engine, channel.id).await;
    if deliveries::is_behind(&mut db, &delivery, BEHIND_WORDS, engine.now()).await? {
        return Ok(Done::Again(BEHIND, BEHIND_WORDS.to_owned()));
    }
    let answers = reading::message(&mut db, delivery.message_id).await?.and_then(|ours| ours.parent_id);
    let whom = consent::Whom { handles: consent::handles(&delivery.outgoing), answers };
    if let Some(refused) = consent::refusal(engine, &mut db, &channel, whom).await? {
        let why = refused.words();
        // An attempt was under way when they said so, or when the program stopped: whether it went out nobody knows.
        return if delivery.in_flight {
            doubt(engine, &delivery, &why).await
        } else {
            fail(engine, &delivery, &why).await
        };
    }
    if delivery.attempts == 0 && !singly::is_wanted(&mut db, &delivery).await? {
        return fail(engine, &delivery, "They turned out to be somebody who is told already.").await;
    }
    attempt(engine, &delivery, (&channel, going), connector.as_ref(), &context).await
}

/// One attempt, unless the one that went ahead was told to pause.
async fn attempt(
    engine: &Arc<Engine>,
    delivery: &Delivery,
    (channel, going): (&Channel, Going),
    connector: &dyn Connector,
    context: &Context,
) -> Result<Done> {
    let now = channels::get(&mut engine.db.reader(), channel.id).await?;
    if let Some(left) = throttle::pause_left(engine, now.as_ref().unwrap_or(channel)) {
        return wait(engine, delivery, left, PAUSE_WORDS).await;
    }
    let mut tx = engine.db.begin_bulk().await?;
    if !deliveries::note_attempt(&mut tx, delivery.id, delivery.attempts, engine.now()).await? {
        // Another worker has just begun it, or it was taken back: what becomes of it is seen later.
        return Ok(Done::Again(LOOK_AFTER, "somebody else is sending it".to_owned()));
    }
    tx.commit().await?;
    let sent = caught(connector.send(context, &delivery.outgoing)).await;
    let sent = sent.unwrap_or_else(|panic| Err(SendError::Unknown(panic)));
    match &sent {
        Ok(_) | Err(SendError::Rejected(_) | SendError::Gone(_)) => going.went_well(engine.now()),
        // Before the next one goes ahead.
        Err(SendError::Throttled { wait, .. }) => {
            throttle::note_pause(engine, channel, connector, *wait).await?;
            going.met_trouble();
        }
        Err(_) => going.met_trouble(),
    }
    match sent {
        Ok(sent) => succeed(engine, delivery, connector, channel, sent).await,
        Err(error) => after_error(engine, delivery, channel, connector, context, error).await,
    }
}

/// Why nothing is sent on a channel now, and when it is looked at again.
fn held_up(engine: &Engine, channel: &Channel) -> Option<(Duration, &'static str)> {
    if channel.state == ChannelState::Paused {
        return Some((WHILE_PAUSED, PAUSED_WORDS));
    }
    Some((throttle::pause_left(engine, channel)?, PAUSE_WORDS))
}

async fn after_error(
    engine: &Arc<Engine>,
    delivery: &Delivery,
    channel: &Channel,
    connector: &dyn Connector,
    context: &Context,
    error: SendError,
) -> Result<Done> {
    match error {
        SendError::RetryAfter { reason, .. } | SendError::Throttled { reason, .. }
            if engine.now() - delivery.created_at > GIVE_UP =>
        {
            fail(engine, delivery, &format!("Tried for a day. The last answer was: {reason}")).await
        }
        SendError::RetryAfter { wait: after, reason } | SendError::Throttled { wait: after, reason } => {
            wait(engine, delivery, after, &reason).await
        }
        SendError::Rejected(reason) => fail(engine, delivery, &reason).await,
        SendError::Reauthorise(reason) => {
            let mut tx = engine.db.begin_bulk().await?;
            channels::note_failure(&mut tx, channel.id, ChannelState::Stopped, &reason).await?;
            ledger::begin_away(&mut tx, engine.next_id(), channel.id, &reason, engine.now()).await?;
            if channel.state != ChannelState::Stopped {
                let stopped = Event::Troubled { channel: channel.id, state: ChannelState::Stopped.as_str() };
                webhooks::tell(engine, &mut tx, &[stopped]).await?;
            }
            let noted = changes::note(&mut tx, &[("channel", channel.id.0)], engine.now()).await?;
            tx.commit().await?;
            engine.bus.announce(noted);
            wait(engine, delivery, AFTER_SIGN_IN, &format!("{reason} It is sent once the channel can sign in again."))
                .await
        }
        SendError::Unknown(reason) => after_doubt(engine, delivery, connector, context, &reason).await,
        SendError::Gone(reason) => away::another_way(engine, delivery, channel, connector, &reason).await,
    }
}

/// It may have gone out. Found at the source means sent; not found proves nothing, so a person decides.
async fn after_doubt(
    engine: &Arc<Engine>,
    delivery: &Delivery,
    connector: &dyn Connector,
    context: &Context,
    reason: &str,
) -> Result<Done> {
    if connector.spec().echo_safety == EchoSafety::CheckThenSend {
        tokio::time::sleep(LOOK_AFTER).await;
        if let Ok(Some(_)) = connector.find_sent(context, &delivery.outgoing).await {
            settle(engine, delivery, DeliveryState::Sent, None).await?;
            return Ok(Done::Finished);
        }
    }
    doubt(engine, delivery, reason).await
}

async fn doubt(engine: &Arc<Engine>, delivery: &Delivery, reason: &str) -> Result<Done> {
    let reason = format!("{reason} It may have arrived or not. Look whether it did, then choose below.");
    settle(engine, delivery, DeliveryState::Unknown, Some(&reason)).await?;
    Ok(Done::Finished)
}

async fn succeed(
    engine: &Arc<Engine>,
    delivery: &Delivery,
    connector: &dyn Connector,
    channel: &Channel,
    sent: Sent,
) -> Result<Done> {
    if sent.external_id != delivery.outgoing.external_id {
        let key = keys::source_key(&connector.source(&channel.account), &sent.external_id);
        learn_name(engine, delivery, key).await?;
    }
    settle(engine, delivery, DeliveryState::Sent, None).await?;
    Ok(Done::Finished)
}

/// The source calls it otherwise than we chose.
async fn learn_name(engine: &Engine, delivery: &Delivery, key: SourceKey) -> Result<()> {
    let mut tries = Tries::default();
    loop {
        match try_learn_name(engine, delivery, key).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn try_learn_name(engine: &Engine, delivery: &Delivery, key: SourceKey) -> Result<()> {
    let mut tx = engine.db.begin_bulk().await?;
    threads::place_alone(&mut tx).await?;
    ingest::learn_name(&mut tx, key, delivery.message_id).await?;
    Ok(tx.commit().await?)
}

async fn fail(engine: &Arc<Engine>, delivery: &Delivery, reason: &str) -> Result<Done> {
    settle(engine, delivery, DeliveryState::Failed, Some(reason)).await?;
    Ok(Done::Finished)
}

pub(super) async fn wait(engine: &Engine, delivery: &Delivery, after: Duration, reason: &str) -> Result<Done> {
    let mut tx = engine.db.begin_bulk().await?;
    deliveries::note_waiting(&mut tx, delivery.id, reason, engine.now()).await?;
    let noted = if delivery.reason.as_deref() == Some(reason) {
        Vec::new()
    } else {
        changes::note(&mut tx, &[("conversation", delivery.conversation_id.0)], engine.now()).await?
    };
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(Done::Again(after, reason.to_owned()))
}

/// The end of a delivery. One that needs a person brings its conversation back to the open ones.
pub(super) async fn settle(
    engine: &Engine,
    delivery: &Delivery,
    state: DeliveryState,
    reason: Option<&str>,
) -> Result<()> {
    let mut tries = Tries::default();
    loop {
        match try_settle(engine, delivery.id, state, reason).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn try_settle(engine: &Engine, id: DeliveryId, state: DeliveryState, reason: Option<&str>) -> Result<()> {
    let needs_a_person = matches!(state, DeliveryState::Failed | DeliveryState::Unknown);
    let mut tx = engine.db.begin_bulk().await?;
    if needs_a_person {
        // As for `undo_reply`: others take the conversation first, then the delivery.
        threads::place_alone(&mut tx).await?;
    }
    let from = [DeliveryState::Queued, DeliveryState::Unknown];
    let changed = deliveries::set_state(&mut tx, id, &from, state, reason, engine.now()).await?;
    // Its conversation may have been merged into another since the attempt began.
    let delivery = deliveries::get(&mut tx, id).await?.ok_or_else(|| EngineError::missing("This message"))?;
    let mut happened = Vec::new();
    if changed {
        happened.push(Event::Answered { answer: Answer::of(&delivery), state: state.as_str() });
    }
    if changed
        && needs_a_person
        && let Some(mut conversation) = conversations::one_to_change(&mut tx, delivery.conversation_id).await?
    {
        if state == DeliveryState::Failed {
            waiting::wait_again(&mut tx, &mut conversation, &delivery).await?;
        }
        happened.extend(desk::bring_back(engine, &mut tx, conversation).await?);
    }
    let mut changed_things = vec![("conversation", delivery.conversation_id.0)];
    if changed && state == DeliveryState::Sent {
        changed_things.extend(visitors::show_reply(engine, &mut tx, &delivery).await?);
        happened.extend(telling::got_through(engine, &mut tx, delivery.id, delivery.message_id).await?);
    }
    webhooks::tell(engine, &mut tx, &happened).await?;
    let noted = changes::note(&mut tx, &changed_things, engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(())
}
