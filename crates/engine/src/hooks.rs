//! What programs bring to a channel's own door (`/hooks/…`): webhooks of gateways, pings of hubs. The connector proves who
//! calls; here it is only seen to that nobody calls too often, and that what came is durable before it is answered.

use crate::{
    Engine, EngineError, Result as EngineResult,
    buckets::{Buckets, Size, household},
    intake,
    panics::caught,
};
use serde_json::Value;
use std::{net::IpAddr, sync::Arc};
use tertulia_connector::{Connector, ReceiveError, Received, Request};
use tertulia_model::{Batch, ChannelId, ChannelState, InboundKind, Millis, RawContent, RawItem, Unheard};
use tertulia_store::{
    changes,
    channels::{self, Channel},
    errands, ledger,
};

/// Calls from one address to one door: a gateway hands over what it kept while we were away in one go.
const CALLS: Size = Size { most: 1_000, one_each: 10 };

/// So many errands of a channel may wait: one that is told of more than it can look at asks whoever tells it to come again.
const MOST_OVERDUE: i64 = 1_000;

/// How often each door may be knocked at from each address.
#[derive(Debug, Default)]
pub(crate) struct Limits(Buckets<(ChannelId, Option<IpAddr>)>);

impl Limits {
    fn take(&self, channel: ChannelId, from: Option<IpAddr>, now: Millis) -> bool {
        self.0.take([((channel, from.map(household)), CALLS)], now)
    }
}

/// In the ledger.
const WHILE_PAUSED: &str =
    "Calls turned away while the channel was paused: whoever called was asked to come again, and some may have.";

/// Why somebody was turned away.
#[derive(Debug, thiserror::Error)]
pub enum HookError {
    #[error(transparent)]
    Refused(#[from] ReceiveError),
    /// Paused: whoever calls comes again later.
    #[error("This channel is paused just now.")]
    Paused,
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// What to answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub status: u16,
    /// Null for no body at all.
    pub body: Value,
    /// Instead of the body: its media type and bytes.
    pub plain: Option<(&'static str, Vec<u8>)>,
}

/// Takes a request to a channel's door; one that is refused is counted.
pub async fn receive(engine: &Arc<Engine>, id: ChannelId, request: Request) -> Result<Answer, HookError> {
    let received = take(engine, id, request).await;
    if let Err(HookError::Refused(why)) = &received {
        engine.refusals.count(id, why);
    }
    received
}

async fn take(engine: &Arc<Engine>, id: ChannelId, request: Request) -> Result<Answer, HookError> {
    let channel = channels::get(&mut engine.db.reader(), id).await.map_err(EngineError::from)?;
    let channel = channel.filter(|c| c.state != ChannelState::Deleted).ok_or(ReceiveError::NotFound)?;
    let connector = engine.connector(&channel)?;
    if connector.spec().hosts_visitors {
        return Err(ReceiveError::NotFound.into());
    }
    if !engine.hook_limits.take(id, request.from, engine.now()) {
        return Err(ReceiveError::TooMany.into());
    }
    let context = engine.kept_context(&channel)?;
    let received = caught(connector.receive(&context, request)).await.map_err(|panic| {
        tracing::error!(channel = %id, panic, "what came to a channel's door could not be taken");
        EngineError::Channel(
            "This could not be taken just now, and the fault is ours. Bring it again later.".to_owned(),
        )
    })??;
    if channel.state == ChannelState::Paused {
        return while_paused(engine, &channel, &connector, received).await;
    }
    let Received { batch, status, body, plain, pull_now, .. } = received;
    if is_swamped(engine, id, &batch).await? {
        return Err(ReceiveError::TooMany.into());
    }
    let heard = !batch.items.is_empty();
    if !crate::ledger::is_silent(&batch) {
        intake::submit(engine, &channel, &connector, batch).await?;
    }
    if heard && !connector.spec().pulls {
        note_heard(engine, id).await?;
    }
    if pull_now {
        engine.pulls.hurry(id);
    }
    Ok(Answer { status, body, plain })
}

/// Whether this would leave more for later where too much waits already. What was said itself is always taken.
async fn is_swamped(engine: &Engine, id: ChannelId, batch: &Batch) -> EngineResult<bool> {
    if !batch.items.is_empty() || (batch.errands.is_empty() && batch.gathered.is_empty()) {
        return Ok(false);
    }
    Ok(errands::overdue(&mut engine.db.reader(), id, engine.now(), MOST_OVERDUE).await? >= MOST_OVERDUE)
}

/// A paused channel hears nothing: whoever brings something is asked to come again, and the ledger says how often.
/// But not everybody comes again, and a wish not to be written to must not be lost: a request that brings one is taken,
/// whole, since nothing of it would be brought once more.
async fn while_paused(
    engine: &Arc<Engine>,
    channel: &Channel,
    connector: &Arc<dyn Connector>,
    received: Received,
) -> Result<Answer, HookError> {
    let Received { batch, status, body, plain, .. } = received;
    let answer = Answer { status, body, plain };
    let things = batch.items.len() + batch.errands.len() + batch.gathered.len() + batch.skipped.len();
    if things == 0 || batch.items.iter().any(|item| tells_a_wish(connector.as_ref(), channel, item)) {
        if !crate::ledger::is_silent(&batch) {
            intake::submit(engine, channel, connector, batch).await?;
        }
        return Ok(answer);
    }
    let unheard = Unheard { counted: [(WHILE_PAUSED.to_owned(), 1)].into(), ..Unheard::default() };
    intake::submit(engine, channel, connector, Batch { unheard, ..Batch::default() }).await?;
    Err(HookError::Paused)
}

fn tells_a_wish(connector: &dyn Connector, channel: &Channel, item: &RawItem) -> bool {
    let RawContent::Memory(bytes) = &item.content else { return false };
    let understood = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        connector.normalise(&channel.account, item, bytes).unwrap_or_default()
    }));
    understood.is_ok_and(|events| events.iter().any(|event| matches!(event.kind, InboundKind::Consent { .. })))
}

/// A channel that is only brought things shows when it last was.
pub(crate) async fn note_heard(engine: &Engine, id: ChannelId) -> EngineResult<()> {
    let mut tx = engine.db.begin_bulk().await?;
    channels::note_success(&mut tx, id, true, true, engine.now()).await?;
    ledger::end_away(&mut tx, id, engine.now()).await?;
    let noted = changes::note(&mut tx, &[("channel", id.0)], engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(())
}
