//! The visitor has gone: the answer takes another way to them, or waits.

use super::{
    deliver::wait,
    system::{self, Asked},
    ways,
};
use crate::{Engine, Result, consent, visitors, worker::Done};
use std::{sync::Arc, time::Duration};
use tertulia_connector::Connector;
use tertulia_model::Outgoing;
use tertulia_store::{
    changes,
    channels::Channel,
    conversations,
    deliveries::{self, Delivery},
    keys, messages,
    people::{self, Identity},
};

/// How often it is tried to reach a visitor who left: soon at first, later each time. Whoever opens their chat again is
/// answered at once; this is for what that may miss.
const TRY_AGAIN: (Duration, Duration) = (Duration::from_secs(30), Duration::from_secs(3600));

/// A confirmed mail address takes the answer; a claimed one is asked to confirm first; else it waits for the visitor.
///
/// Only the identity that the answer is addressed to counts. The conversation may hold more people than this visitor,
/// and an address that they typed may be anybody's: until it was confirmed it leads to no person and no mail goes there
/// but the question whether it is theirs. Once they named another address, nothing goes to the one before: on a browser
/// that several people use that is somebody else's.
pub(super) async fn another_way(
    engine: &Arc<Engine>,
    delivery: &Delivery,
    channel: &Channel,
    connector: &dyn Connector,
    reason: &str,
) -> Result<Done> {
    let mut db = engine.db.reader();
    let space = connector.source(&channel.account);
    let visitor = people::identity(&mut db, &space, &delivery.outgoing.to_handle).await?;
    let (Some(visitor), Some(mail)) = (visitor, system::mail_channel(engine).await?) else {
        return wait_for_return(engine, delivery, reason).await;
    };
    let subject = conversations::get(&mut db, delivery.conversation_id).await?.map(|c| c.subject).unwrap_or_default();
    let claimed = visitor.claimed_mail.as_deref();
    if let Some(way) = ways::by_mail(engine, &mail, visitor.person_id, claimed, &subject).await? {
        return go_by_mail(engine, delivery, &mail, &visitor, &way, reason).await;
    }
    let Some(address) = claimed else { return wait_for_return(engine, delivery, reason).await };
    // Whoever asked us by mail to leave them alone is not asked by mail either.
    if consent::refusal(engine, &mut db, &mail, consent::Whom { handles: vec![address.to_lowercase()], answers: None })
        .await?
        .is_some()
    {
        return wait_for_return(engine, delivery, reason).await;
    }
    let then = "it goes there once they do, or is shown when they come back";
    let why = match system::ask_to_confirm(engine, &mail, &visitor, address).await? {
        Asked::Yes => format!("{reason} We asked {address} to confirm the address; {then}."),
        Asked::NotYet(trouble) => {
            format!("{reason} {address} could not be asked yet to confirm the address: {trouble}")
        }
        Asked::TooOften => format!("{reason} {address} was asked too often lately. It waits until they come back."),
    };
    wait(engine, delivery, pause(engine, delivery), &why).await
}

async fn wait_for_return(engine: &Engine, delivery: &Delivery, reason: &str) -> Result<Done> {
    wait(engine, delivery, pause(engine, delivery), &format!("{reason} It waits until they come back.")).await
}

/// A fourth of the time it has waited so far.
fn pause(engine: &Engine, delivery: &Delivery) -> Duration {
    let waited = engine.now().saturating_sub(delivery.created_at).max(0).unsigned_abs();
    Duration::from_millis(waited / 4).clamp(TRY_AGAIN.0, TRY_AGAIN.1)
}

async fn go_by_mail(
    engine: &Arc<Engine>,
    delivery: &Delivery,
    mail: &Channel,
    visitor: &Identity,
    way: &ways::Way,
    reason: &str,
) -> Result<Done> {
    let outgoing = by_mail(engine, delivery, mail, way)?;
    let key = keys::source_key(&engine.connector(mail)?.source(&mail.account), &outgoing.external_id);
    let now = engine.now();
    let mut tx = engine.db.begin_bulk().await?;
    if !deliveries::redirect(&mut tx, delivery.id, mail.id, &outgoing, now).await? {
        return Ok(Done::Finished);
    }
    messages::add_alias(&mut tx, key, delivery.message_id).await?;
    let why = format!("{reason} It goes on by e-mail to {}.", way.to_handle);
    deliveries::note_waiting(&mut tx, delivery.id, &why, now).await?;
    visitors::reserve(&mut tx, visitor.id, delivery.message_id).await?;
    let noted = changes::note(&mut tx, &[("conversation", delivery.conversation_id.0)], now).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(Done::Again(Duration::ZERO, reason.to_owned()))
}

fn by_mail(engine: &Engine, delivery: &Delivery, channel: &Channel, way: &ways::Way) -> Result<Outgoing> {
    let connector = engine.connector(channel)?;
    let subject =
        way.subject.clone().filter(|s| !s.is_empty()).unwrap_or_else(|| "Your question in our chat".to_owned());
    Ok(Outgoing {
        external_id: connector.choose_external_id(&channel.settings, &delivery.message_id.to_string()),
        to_handle: way.to_handle.clone(),
        from_address: way.from_addresses.first().cloned(),
        recipients: way.reply.clone(),
        subject: Some(subject),
        references: Vec::new(),
        ..delivery.outgoing.clone()
    })
}
