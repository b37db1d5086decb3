//! The few mails that Tertulia writes itself: to confirm an address. One to one, on somebody's own doing, never to many.

use crate::{Engine, EngineError, Result, ingest::Tries, panics::caught, people::suggest_soon, visitors};
use std::sync::Arc;
use tertulia_connector::{SendError, sign};
use tertulia_model::{ChannelState, IdentityId, MessageId, Outgoing, PersonId, Recipient, RecipientRole, Visibility};
use tertulia_store::{
    Sql, Tx, changes,
    channels::{self, Channel},
    people::{self, Identity, Person},
    person_merges, settings, threads,
};

const CONFIRM: &str = "confirm address";
/// A link to confirm an address holds for three days.
const CONFIRM_FOR: i64 = 3 * 24 * 3_600_000;

/// For so long a mail that asks for a confirmation counts as on its way.
const ASKING_FOR: i64 = 5 * 60_000;
/// How often an address, or an identity with ever new addresses, is asked in a day: a chat must not be a way to flood
/// somebody's mailbox.
const MOST_ASKED: i64 = 3;
const DAY: i64 = 24 * 3_600_000;

/// Sends a mail of the program's own over a mail channel.
pub async fn send_system_mail(
    engine: &Arc<Engine>,
    channel: &Channel,
    to: &str,
    subject: &str,
    text: &str,
) -> Result<()> {
    post_system_mail(engine, channel, to, subject, text).await?.map_err(|error| EngineError::Channel(error.to_string()))
}

/// The same, for whoever does something else after each way in which it can fail.
pub(crate) async fn post_system_mail(
    engine: &Arc<Engine>,
    channel: &Channel,
    to: &str,
    subject: &str,
    text: &str,
) -> Result<std::result::Result<(), SendError>> {
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
        forwards: None,
        by_machine: true,
        visibility: Visibility::Private,
    };
    let sent = caught(connector.send(&context, &outgoing)).await;
    Ok(sent.unwrap_or_else(|panic| Err(SendError::Unknown(panic))).map(|_| ()))
}

/// Whether a claimed address was asked to confirm.
pub(super) enum Asked {
    /// Now or before.
    Yes,
    /// The mail surely did not leave; it is tried again with the next try of the answer.
    NotYet(String),
    TooOften,
}

/// Asks a claimed address whether it is theirs; once for each address, and again where another was asked since, which
/// ends the link in the first mail. The mail shows nothing of anybody.
///
/// No transaction is open while the mail server is spoken to. That it begins is noted before, that it left afterwards.
/// Where the program stops in between, the address is asked again some minutes later: one question too many does no
/// harm, one that never comes would keep an answer back for ever.
pub(super) async fn ask_to_confirm(
    engine: &Arc<Engine>,
    channel: &Channel,
    identity: &Identity,
    address: &str,
) -> Result<Asked> {
    let now = engine.now();
    let mut tx = engine.db.begin_bulk().await?;
    if !people::begin_asking(&mut tx, identity.id, address, now, (now - ASKING_FOR, now - DAY)).await? {
        let holds = people::last_asked(&mut tx, identity.id).await?.as_deref() == Some(address);
        return Ok(if holds { Asked::Yes } else { Asked::TooOften });
    }
    let (of_address, of_identity) = people::asked_since(&mut tx, identity.id, address, now - DAY).await?;
    if of_address.max(of_identity) > MOST_ASKED {
        return Ok(Asked::TooOften);
    }
    tx.commit().await?;
    let (subject, text) = question(engine, identity.id, address).await?;
    let posted = post_system_mail(engine, channel, address, &subject, &text).await?;
    let mut tx = engine.db.begin_bulk().await?;
    let asked = match posted {
        // After "unknown" it may have arrived. It is not asked twice: the answer itself still waits here.
        Ok(()) | Err(SendError::Unknown(_)) => {
            people::note_asked(&mut tx, identity.id, address, engine.now()).await?;
            Asked::Yes
        }
        Err(error) => {
            people::forget_asking(&mut tx, identity.id, address).await?;
            Asked::NotYet(error.to_string())
        }
    };
    tx.commit().await?;
    Ok(asked)
}

async fn question(engine: &Engine, identity: IdentityId, address: &str) -> Result<(String, String)> {
    let until = engine.now() + CONFIRM_FOR;
    let signature = sign::sign(&engine.vault.key_for(CONFIRM), &format!("{identity}.{until}.{address}"));
    let organisation = settings::get(&mut engine.db.reader(), settings::ORGANISATION).await?.unwrap_or_default();
    let text = format!(
        "Hello,\n\nsomebody asked us something in our chat and gave this address for the answer. If that was you, please confirm it here:\n\n{}/confirm/{identity}/{until}/{signature}\n\nThen we send the answer to you. If it was not you, do nothing: nothing else will come.\n\n{organisation}\n",
        engine.public_url
    );
    Ok((format!("Is this your address? ({organisation})"), text))
}

/// Somebody followed the link: the address is theirs, so they are the person who has it.
///
/// Only the last link counts: whoever is confirmed by somebody else's address must not carry an older one to that
/// person. For the same reason an address joins the visitor's person only where that one is reached by no other: else
/// the visitor leaves them, for the person who has the address.
pub async fn confirm_address(engine: &Arc<Engine>, identity: IdentityId, until: i64, signature: &str) -> Result<()> {
    let mut tries = Tries::default();
    loop {
        match try_confirm(engine, identity, until, signature).await {
            Err(error) if tries.again(engine, &error) => {}
            done => break done?,
        }
    }
    visitors::hurry(engine, identity).await
}

async fn try_confirm(engine: &Engine, identity: IdentityId, until: i64, signature: &str) -> Result<()> {
    let now = engine.now();
    let mut tx = engine.db.begin().await?;
    // Nobody becomes part of another meanwhile, and the visitor claims no other address.
    threads::place_alone(&mut tx).await?;
    let missing = || EngineError::missing("This address");
    let known = people::to_change(&mut tx, &[identity]).await?.pop().ok_or_else(missing)?;
    let address = known.claimed_mail.clone().ok_or_else(missing)?;
    let signed = format!("{identity}.{until}.{address}");
    let last = people::last_asked(&mut tx, identity).await?.as_deref() == Some(address.as_str());
    if !sign::verify(&engine.vault.key_for(CONFIRM), &signed, signature) || until < now || !last {
        return Err(EngineError::Refused(
            "This link does not hold any more. Write to us again in the chat.".to_owned(),
        ));
    }
    // A second press of the button finds everything done.
    let mail = mail_of(engine, &mut tx, &known, &address).await?;
    if mail.person_id != known.person_id {
        people::link(&mut tx, engine.next_id(), identity, mail.person_id, "confirmed by mail", 1.0, now).await?;
    }
    person_merges::goes_with(&mut tx, identity, mail.id).await?;
    people::note_confirmed(&mut tx, identity, &address, now).await?;
    suggest_soon(engine, &mut tx).await?;
    let mut touched = vec![("person", known.person_id.0), ("person", mail.person_id.0)];
    touched.dedup();
    let noted = changes::note(&mut tx, &touched, now).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(())
}

/// Who has a confirmed address: who had it before, else the visitor's own person, else somebody new.
async fn mail_of(engine: &Engine, tx: &mut Tx, visitor: &Identity, address: &str) -> Result<Identity> {
    if let Some(mail) = people::identity(tx, "mail", address).await? {
        return Ok(mail);
    }
    let now = engine.now();
    let identities = people::identities(tx, visitor.person_id).await?;
    let person_id = if identities.iter().any(|identity| identity.space == "mail") {
        let id = PersonId(engine.next_id());
        let name = visitor.name.clone().unwrap_or_else(|| address.to_owned());
        people::add_persons(tx, &[Person { id, name, created_at: now }]).await?;
        id
    } else {
        visitor.person_id
    };
    let mail = Identity {
        id: IdentityId(engine.next_id()),
        space: "mail".to_owned(),
        handle: address.to_owned(),
        name: visitor.name.clone(),
        person_id,
        claimed_mail: None,
        created_at: now,
    };
    people::add_identities(tx, std::slice::from_ref(&mail)).await?;
    if person_id == visitor.person_id {
        person_merges::goes_with(tx, mail.id, visitor.id).await?;
    }
    Ok(mail)
}

/// The channel over which the program's own mails go, if there is one that can send.
pub async fn mail_channel(engine: &Engine) -> Result<Option<Channel>> {
    mail_channel_on(engine, &mut engine.db.reader()).await
}

pub(crate) async fn mail_channel_on(engine: &Engine, on: &mut impl Sql) -> Result<Option<Channel>> {
    let mut mails = channels::all(on).await?;
    mails.retain(|c| {
        engine.registry.writes_to_addresses(&c.connector)
            && !matches!(c.state, ChannelState::Paused | ChannelState::Stopped)
    });
    Ok(mails.into_iter().next())
}
