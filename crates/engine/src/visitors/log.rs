//! What comes into a visitor's log, and when.

use super::TOPIC;
use crate::{Engine, Result};
use tertulia_model::{IdentityId, MessageId};
use tertulia_store::{
    Tx,
    channels::{self, Channel},
    deliveries::Delivery,
    keys::SourceKey,
    messages, people,
    visitors::{self, Shown},
};

/// What is to be announced once the transaction is committed.
type Noted = (&'static str, i64);

/// A visitor's own message that was stored in this transaction.
#[derive(Debug, Clone)]
pub(crate) struct Newcomer {
    pub identity: IdentityId,
    pub message: MessageId,
    pub handle: String,
    /// Its id at the source: the visitor's handle, a slash, and the id that their page chose.
    pub external_id: String,
}

/// Whether visitors are shown what is said on this channel.
pub(crate) fn hosts(engine: &Engine, channel: &Channel) -> bool {
    engine.registry.get(&channel.connector).is_some_and(|connector| connector.spec().hosts_visitors)
}

/// Visitors' own words appear in their stream, on all their tabs.
pub(crate) async fn appear(tx: &mut Tx, newcomers: &[Newcomer]) -> Result<Vec<Noted>> {
    let shown = |newcomer: &Newcomer| {
        let chosen = newcomer.external_id.strip_prefix(&newcomer.handle).and_then(|rest| rest.strip_prefix('/'));
        Shown {
            identity_id: newcomer.identity,
            message_id: newcomer.message,
            shown_id: chosen.unwrap_or(&newcomer.external_id).to_owned(),
        }
    };
    visitors::append(tx, &newcomers.iter().map(shown).collect::<Vec<_>>()).await?;
    let mut noted: Vec<Noted> = newcomers.iter().map(|newcomer| (TOPIC, newcomer.identity.0)).collect();
    noted.dedup();
    Ok(noted)
}

/// An answer goes another way: it keeps its place in the log of the visitor it was for, unseen until it has been sent.
pub(crate) async fn reserve(tx: &mut Tx, visitor: IdentityId, message: MessageId) -> Result<()> {
    let shown = Shown { identity_id: visitor, message_id: message, shown_id: message.to_string() };
    Ok(visitors::append(tx, &[shown]).await?)
}

/// An answer was sent: only now does its visitor see it. One that is taken back in its ten seconds was never shown.
pub(crate) async fn show_reply(engine: &Engine, tx: &mut Tx, delivery: &Delivery) -> Result<Option<Noted>> {
    if let Some(noted) = note_changed(tx, delivery.message_id).await? {
        return Ok(Some(noted));
    }
    let Some(channel) = channels::get(tx, delivery.channel_id).await?.filter(|channel| hosts(engine, channel)) else {
        return Ok(None);
    };
    let space = engine.connector(&channel)?.source(&channel.account);
    let Some(visitor) = people::identity(tx, &space, &delivery.outgoing.to_handle).await? else { return Ok(None) };
    reserve(tx, visitor.id, delivery.message_id).await?;
    Ok(Some((TOPIC, visitor.id.0)))
}

/// A message that a visitor may have on their screen has changed or is gone.
pub(crate) async fn note_changed(tx: &mut Tx, message: MessageId) -> Result<Option<Noted>> {
    Ok(visitors::touch(tx, message).await?.map(|identity| (TOPIC, identity.0)))
}

/// A message was deleted at its source.
pub(crate) async fn gone(tx: &mut Tx, key: SourceKey) -> Result<Option<Noted>> {
    match messages::known(tx, &[key]).await?.first() {
        Some(known) => note_changed(tx, known.id).await,
        None => Ok(None),
    }
}
