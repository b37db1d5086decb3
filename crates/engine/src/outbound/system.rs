//! The few mails that Tertulia writes itself: to confirm an address. One to one, on somebody's own doing, never to many.

use crate::{Engine, EngineError, Result};
use std::sync::Arc;
use tertulia_connector::sign;
use tertulia_model::{IdentityId, MessageId, Outgoing, PersonId, Recipient, RecipientRole};
use tertulia_store::{
    changes,
    channels::{self, Channel},
    people::{self, Identity},
    settings,
};

const CONFIRM: &str = "confirm address";
/// A link to confirm an address holds for three days.
const CONFIRM_FOR: i64 = 3 * 24 * 3_600_000;

/// Sends a mail of the program's own over a mail channel.
pub async fn send_system_mail(engine: &Arc<Engine>, channel: &Channel, to: &str, subject: &str, text: &str) -> Result<()> {
    let connector = engine.connector(channel)?;
    let context = engine.kept_context(channel)?;
    let id = MessageId(engine.next_id());
    let outgoing = Outgoing {
        message: id,
        external_id: connector.choose_external_id(&channel.settings, &id.to_string()),
        idempotency_key: id.to_string(),
        to_handle: to.to_owned(),
        from_address: Some(channel.account.clone()),
        from_name: settings::get(&mut engine.db.reader(), settings::ORGANISATION).await?,
        recipients: vec![Recipient { role: RecipientRole::To, address: to.to_owned(), name: None }],
        subject: Some(subject.to_owned()),
        text: text.to_owned(),
        references: Vec::new(),
        reply_token: None,
        attachments: Vec::new(),
    };
    connector.send(&context, &outgoing).await.map_err(|error| EngineError::Channel(error.to_string()))?;
    Ok(())
}

/// Asks a claimed address whether it is theirs; once for each address. The mail shows nothing of anybody.
pub(super) async fn ask_to_confirm(engine: &Arc<Engine>, channel: &Channel, identity: &Identity) -> Result<()> {
    let Some(address) = identity.claimed_mail.clone() else { return Ok(()) };
    let mut tx = engine.db.begin_bulk().await?;
    if !people::note_asked(&mut tx, identity.id, &address).await? {
        return Ok(());
    }
    let until = engine.now() + CONFIRM_FOR;
    let signed = format!("{}.{until}.{address}", identity.id);
    let signature = sign::sign(&engine.vault.key_for(CONFIRM), &signed);
    let organisation = settings::get(&mut tx, settings::ORGANISATION).await?.unwrap_or_default();
    let text = format!(
        "Hello,\n\nsomebody asked us something in our chat and gave this address for the answer. If that was you, please confirm it here:\n\n{}/confirm/{}/{until}/{signature}\n\nThen we send the answer to you. If it was not you, do nothing: nothing else will come.\n\n{organisation}\n",
        engine.public_url, identity.id
    );
    let subject = format!("Is this your address? ({organisation})");
    send_system_mail(engine, channel, &address, &subject, &text).await?;
    tx.commit().await?;
    Ok(())
}

/// Somebody followed the link: the address is theirs, so they are the person who has it.
pub async fn confirm_address(engine: &Arc<Engine>, identity: IdentityId, until: i64, signature: &str) -> Result<()> {
    let mut db = engine.db.reader();
    let known = people::identity_by_id(&mut db, identity).await?.ok_or_else(|| EngineError::missing("This address"))?;
    let address = known.claimed_mail.clone().ok_or_else(|| EngineError::missing("This address"))?;
    let signed = format!("{identity}.{until}.{address}");
    if !sign::verify(&engine.vault.key_for(CONFIRM), &signed, signature) || until < engine.now() {
        return Err(EngineError::Refused("This link does not hold any more. Write to us again in the chat.".to_owned()));
    }
    let now = engine.now();
    let mut tx = engine.db.begin().await?;
    match people::identity(&mut tx, "mail", &address).await? {
        Some(mail) if mail.person_id != known.person_id => {
            people::link(&mut tx, engine.next_id(), identity, mail.person_id, "confirmed by mail", 1.0, now).await?;
        }
        Some(_) => {}
        None => people::add_identities(&mut tx, &[own_mail(engine, known.person_id, &known, &address)]).await?,
    }
    let noted = changes::note(&mut tx, &[("person", known.person_id.0)], now).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    engine.bell.ring();
    Ok(())
}

fn own_mail(engine: &Engine, person_id: PersonId, known: &Identity, address: &str) -> Identity {
    Identity {
        id: IdentityId(engine.next_id()),
        space: "mail".to_owned(),
        handle: address.to_owned(),
        name: known.name.clone(),
        person_id,
        claimed_mail: None,
        created_at: engine.now(),
    }
}

/// The channel over which the program's own mails go, if there is one.
pub async fn mail_channel(engine: &Engine) -> Result<Option<Channel>> {
    Ok(channels::all(&mut engine.db.reader()).await?.into_iter().find(|c| c.connector == "email"))
}
