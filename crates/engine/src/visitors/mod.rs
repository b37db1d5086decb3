//! The visitors of a chat that we host: what they post, what they are shown, and that somebody came back.
//!
//! A visitor is shown what stands in their own log and nothing else ([`tertulia_store::visitors`]): their own words, and
//! the answers that were sent to their handle. Whose person they are, which conversation their words stand in and what
//! else is said there has no part in it.

mod limits;
mod log;

pub use limits::Limits;
pub(crate) use log::{Newcomer, appear, gone, hosts, note_changed, reserve, show_reply};

use crate::{Engine, EngineError, intake, people as persons, worker};
use limits::Kind;
use std::{net::IpAddr, sync::Arc};
use tertulia_connector::{Connector, Context, PresenceGuard, ReceiveError, Request, VisitorPage};
use tertulia_model::{Author, ChannelId, ChannelState, IdentityId, JobId};
use tertulia_store::{
    StoreError,
    changes::Change,
    channels::{self, Channel},
    deliveries, jobs, people,
    visitors::{self, Entry},
};

/// The topic under which a change of what a visitor is shown is announced; its subject is their identity.
pub const TOPIC: &str = "visitor";

/// What a visitor is told whose message stands in Quarantine: the team sees it there, not in a conversation.
const SET_ASIDE: &str = "This message could not be delivered. It is kept, and we look into it. Please write it in other \
                         words, or reach us another way.";

/// Why a visitor was turned away.
#[derive(Debug, thiserror::Error)]
pub enum DoorError {
    #[error(transparent)]
    Refused(#[from] ReceiveError),
    /// The team has paused the chat; what was written waits in the visitor's page.
    #[error("This chat is closed just now. What you wrote is kept on your device and is sent when it opens again.")]
    Closed,
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl From<StoreError> for DoorError {
    fn from(error: StoreError) -> Self {
        Self::Engine(error.into())
    }
}

pub type Result<T> = std::result::Result<T, DoorError>;

/// What to answer a visitor's page.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub status: u16,
    /// Null for no body at all.
    pub body: serde_json::Value,
}

/// A channel that hosts visitors and is not deleted.
async fn host(engine: &Engine, id: ChannelId) -> Result<(Channel, Arc<dyn Connector>)> {
    let channel = channels::get(&mut engine.db.reader(), id).await?.filter(|c| c.state != ChannelState::Deleted);
    let channel = channel.ok_or(ReceiveError::NotFound)?;
    let connector = engine.connector(&channel)?;
    if !connector.spec().hosts_visitors {
        return Err(ReceiveError::NotFound.into());
    }
    if channel.state == ChannelState::Paused {
        return Err(DoorError::Closed);
    }
    Ok((channel, connector))
}

/// What a visitor's page shows, and who may embed it.
pub async fn page(engine: &Engine, channel: ChannelId) -> Result<VisitorPage> {
    let (channel, connector) = host(engine, channel).await?;
    Ok(connector.visitor_page(&channel.settings).ok_or(ReceiveError::NotFound)?)
}

/// Takes what a visitor's page posts. Once this has answered, what they said and claimed is durable.
pub async fn receive(engine: &Arc<Engine>, channel: ChannelId, request: Request) -> Result<Answer> {
    let (channel, connector) = host(engine, channel).await?;
    let context = engine.kept_context(&channel).map_err(DoorError::from)?;
    let kind = if matches!(request.path.as_str(), "/here" | "/typing") { Kind::Sign } else { Kind::Words };
    let visitor = bearer(&request).and_then(|token| connector.visitor(&context, token).ok());
    admit(engine, channel.id, kind, request.from, visitor.as_ref())?;
    let received = connector.receive(&context, request).await?;
    if !received.batch.items.is_empty() {
        let taken = intake::submit(engine, &channel, &connector, received.batch).await?;
        if taken.quarantined > 0 {
            // An error that passes would be posted for ever, and what they write next would wait behind it.
            return Err(ReceiveError::Invalid(SET_ASIDE.to_owned()).into());
        }
    }
    if let Some(claim) = &received.claim {
        let identity = persons::record_claim(engine, claim).await?;
        // An answer may have waited for just this.
        hurry(engine, identity).await?;
    }
    Ok(Answer { status: received.status, body: received.body })
}

fn bearer(request: &Request) -> Option<&str> {
    let (scheme, token) = request.header("authorization")?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn admit(
    engine: &Engine,
    channel: ChannelId,
    kind: Kind,
    from: Option<IpAddr>,
    visitor: Option<&Author>,
) -> Result<()> {
    let handle = visitor.map(|author| author.handle.as_str());
    if engine.visitor_limits.take(channel, kind, from, handle, engine.now()) {
        return Ok(());
    }
    Err(ReceiveError::TooMany.into())
}

/// A visitor whose live stream is open: they count as there until this is dropped.
#[derive(Debug)]
pub struct Visit {
    space: String,
    handle: String,
    identity: Option<IdentityId>,
    _here: Option<PresenceGuard>,
    _open: limits::OpenStream,
}

/// Opens a visitor's stream by their token. Answers that waited for them are sent now.
pub async fn enter(engine: &Arc<Engine>, channel: ChannelId, token: &str, from: Option<IpAddr>) -> Result<Visit> {
    let (channel, connector) = host(engine, channel).await?;
    let context = engine.kept_context(&channel).map_err(DoorError::from)?;
    let author = visitor_of(connector.as_ref(), &context, token)?;
    admit(engine, channel.id, Kind::Words, from, Some(&author))?;
    let open = engine.visitor_limits.open(channel.id, from, &author.handle).ok_or(ReceiveError::TooMany)?;
    let here = connector.presence().map(|presence| presence.enter(channel.id, &author.handle, engine.now()));
    let mut visit = Visit { space: author.space, handle: author.handle, identity: None, _here: here, _open: open };
    visit.awaken(engine).await?;
    Ok(visit)
}

fn visitor_of(connector: &dyn Connector, context: &Context, token: &str) -> Result<Author> {
    Ok(connector.visitor(context, token)?)
}

impl Visit {
    /// Whether a change may be about what this visitor is shown.
    pub fn concerns(&self, change: &Change) -> bool {
        change.topic == TOPIC && self.identity.is_none_or(|identity| identity.0 == change.subject)
    }

    /// What they are shown after number `after`, in order.
    pub async fn read(&mut self, engine: &Engine, after: i64, limit: i64) -> Result<Vec<Entry>> {
        let Some(identity) = self.identity(engine).await? else { return Ok(Vec::new()) };
        Ok(visitors::after(&mut engine.db.reader(), identity, after, limit).await?)
    }

    /// Where to go on from: after the number that they had last. One that was never given out (the installation was
    /// restored from a backup) begins anew.
    pub async fn resume(&mut self, engine: &Engine, after: i64) -> Result<i64> {
        let Some(identity) = self.identity(engine).await? else { return Ok(0) };
        let newest = visitors::newest(&mut engine.db.reader(), identity).await?;
        Ok(if after > newest { 0 } else { after.max(0) })
    }

    /// Sends at once what waited for this visitor to come back.
    pub async fn awaken(&mut self, engine: &Arc<Engine>) -> Result<()> {
        match self.identity(engine).await? {
            Some(identity) => Ok(hurry(engine, identity).await?),
            None => Ok(()),
        }
    }

    /// Who has said nothing yet has no identity.
    async fn identity(&mut self, engine: &Engine) -> Result<Option<IdentityId>> {
        if self.identity.is_none() {
            let found = people::identity(&mut engine.db.reader(), &self.space, &self.handle).await?;
            self.identity = found.map(|identity| identity.id);
        }
        Ok(self.identity)
    }
}

/// Tries at once what was put off for a visitor: they came back, or there is another way to them now. A reply that was
/// never tried keeps its time, in which it can be taken back.
pub(crate) async fn hurry(engine: &Engine, identity: IdentityId) -> crate::Result<()> {
    let now = engine.now();
    let mut db = engine.db.reader();
    let Some(visitor) = people::identity_by_id(&mut db, identity).await? else { return Ok(()) };
    let mut waiting = deliveries::put_off(&mut db, identity, now).await?;
    waiting.retain(|delivery| delivery.outgoing.to_handle == visitor.handle);
    if waiting.is_empty() {
        return Ok(());
    }
    let mut tx = engine.db.begin().await?;
    for delivery in &waiting {
        jobs::add_for(&mut tx, JobId(engine.next_id()), (worker::SEND, delivery.channel_id), delivery.id.0, now)
            .await?;
    }
    tx.commit().await?;
    engine.bell.ring();
    Ok(())
}
