//! The ways in which a conversation can be answered.

use crate::{Engine, Result, wording::Envelope};
use tertulia_connector::addresses::which_of_ours;
use tertulia_model::{ChannelId, ChannelState, ConversationId, Limits, MessageId, PersonId, Recipient, RecipientRole};
use tertulia_store::{
    Sql,
    channels::{self, Channel},
    conversations::{self, Conversation},
    messages::flags,
    people,
    reading::{self, Message},
};

/// One way: over which channel, to whom, from which of our addresses, and what the channel can carry.
#[derive(Debug, Clone, PartialEq)]
pub struct Way {
    pub channel: ChannelId,
    pub channel_name: String,
    /// The connector's title: "E-mail".
    pub title: String,
    pub connector: String,
    pub limits: Limits,
    /// The handle that the answer goes to.
    pub to_handle: String,
    /// Whose handle that is, where they gave a name: not always the person that the conversation is listed under.
    pub to_name: Option<String>,
    /// For mail: whom a plain reply goes to.
    pub reply: Vec<Recipient>,
    /// For mail: whom a reply to all goes to; the same where there is nobody else.
    pub reply_all: Vec<Recipient>,
    /// Which of our addresses it can be sent as, the proposed one first.
    pub from_addresses: Vec<String>,
    pub subject: Option<String>,
    /// The message that is answered.
    pub answers: Option<MessageId>,
    /// Everybody can read what it answers, and so the answer.
    pub is_public: bool,
    /// Nothing is sent that way: what was said is written down ([`Registry::is_written_down`](crate::Registry)).
    pub written_down: bool,
}

/// How many of a conversation's messages are looked at for ways to answer.
pub const LOOK_BACK: i64 = 50;

/// All ways to answer, the proposed one first: where the person last wrote, or where we wrote to them if they never did,
/// then their confirmed mail address.
pub async fn ways_to_answer(engine: &Engine, conversation: ConversationId) -> Result<Vec<Way>> {
    let mut db = engine.db.reader();
    let Some(held) = conversations::get(&mut db, conversation).await? else { return Ok(Vec::new()) };
    let messages = reading::conversation(&mut db, conversation, None, LOOK_BACK).await?;
    ways_among(engine, &held, &messages).await
}

/// The same, where its last [`LOOK_BACK`] messages have been read; `messages` holds those alone, the newest first.
pub async fn ways_among(engine: &Engine, held: &Conversation, messages: &[Message]) -> Result<Vec<Way>> {
    let mut ways: Vec<Way> = Vec::new();
    let mut sending: Vec<Channel> = channels::all(&mut engine.db.reader()).await?;
    sending.retain(|c| {
        c.state != ChannelState::Deleted && engine.registry.get(&c.connector).is_some_and(|k| k.spec().sends)
    });
    let theirs = messages.iter().filter(|m| m.direction == "theirs" && m.state == "shown");
    // To a machine, or to who may only claim to be the person, it goes if there is nobody else.
    let (trusted, rest): (Vec<&Message>, Vec<&Message>) =
        theirs.partition(|m| m.auto == "person" && m.flags & flags::DOUBTFUL == 0);
    for message in trusted.into_iter().chain(rest) {
        if let Some(channel) = sending.iter().find(|c| c.id == message.channel_id)
            && !ways.iter().any(|way| way.channel == channel.id)
            && is_open(engine, channel, messages)
        {
            ways.push(way(engine, channel, message));
        }
    }
    if ways.is_empty() {
        // Nobody has answered yet: what is written now goes on from what we wrote last.
        let mut ours = messages.iter().filter(|m| m.is_answer_of_ours());
        ways.extend(
            ours.find_map(|message| way_on(engine, sending.iter().find(|c| c.id == message.channel_id)?, message)),
        );
    }
    if !ways.iter().any(|way| way.limits.recipients)
        && let Some(person) = held.person_id
        && let Some(channel) = sending.iter().find(|c| engine.registry.writes_to_addresses(&c.connector))
        && let Some(way) = by_mail(engine, channel, person, None, &held.subject).await?
    {
        ways.push(way);
    }
    Ok(ways)
}

/// Whether its service still lets those be answered who said this.
fn is_open(engine: &Engine, channel: &Channel, messages: &[Message]) -> bool {
    let theirs = messages.iter().filter(|m| m.channel_id == channel.id && m.direction == "theirs");
    theirs.map(|m| m.heard_at).max().is_none_or(|last| base(engine, channel).1.is_open(last, engine.now()))
}

/// Whether something said on a channel is answered by a message that is sent.
pub(crate) fn sends(engine: &Engine, channel: &Channel) -> bool {
    let sends = engine.registry.get(&channel.connector).is_some_and(|known| known.spec().sends);
    sends && !engine.registry.is_written_down(&channel.connector)
}

/// The way to answer just this message, however old it is; none where nothing can be sent there.
pub(crate) async fn way_to_tell(engine: &Engine, on: &mut impl Sql, message: &Message) -> Result<Option<Way>> {
    let channel = channels::get(on, message.channel_id).await?.filter(|c| c.state != ChannelState::Deleted);
    Ok(channel.filter(|channel| sends(engine, channel)).map(|channel| way(engine, &channel, message)))
}

/// The way to a mail address whose owner confirmed it and wrote nothing; none where no mail can be sent.
pub(crate) async fn way_to_address(
    engine: &Engine,
    on: &mut impl Sql,
    address: &str,
    subject: &str,
) -> Result<Option<Way>> {
    let channel = super::mail_channel_on(engine, on).await?;
    Ok(channel.map(|channel| to_address(engine, &channel, (address, None), subject)))
}

/// Whether a person may write first on a channel, to whoever said nothing there.
pub(crate) fn begins(engine: &Engine, channel: &Channel, handle: &str) -> bool {
    let is_open = !matches!(channel.state, ChannelState::Deleted | ChannelState::Paused | ChannelState::Stopped);
    let known = engine.registry.get(&channel.connector).filter(|_| is_open && sends(engine, channel));
    known.is_some_and(|kind| {
        kind.spec().limits.answer_within.is_none() && kind.begins(&channel.settings, handle).is_some()
    })
}

/// The way to somebody who said nothing, by their handle on a channel ([`begins`]).
pub(crate) fn way_to_begin(
    engine: &Engine,
    channel: &Channel,
    (handle, name): (&str, Option<String>),
    subject: &str,
) -> Way {
    let way = to_address(engine, channel, (handle, name), subject);
    if way.limits.recipients {
        return way;
    }
    let subject = way.limits.subject.then_some(way.subject).flatten();
    Way { reply: Vec::new(), reply_all: Vec::new(), from_addresses: Vec::new(), subject, ..way }
}

/// Bytes that a file may have which goes one of these ways: which one is known only when it is sent. 0 where none carries
/// files.
pub fn most_bytes(ways: &[Way]) -> u64 {
    ways.iter().map(|way| carries(&way.limits)).max().unwrap_or(0)
}

fn carries(limits: &Limits) -> u64 {
    if limits.attachments == 0 { 0 } else { limits.attachment_bytes }
}

/// The same of whatever can be sent in a conversation, be it an answer or something that is passed on.
pub async fn most_bytes_in(engine: &Engine, conversation: ConversationId) -> Result<u64> {
    let most = most_bytes(&ways_to_answer(engine, conversation).await?);
    let mut db = engine.db.reader();
    let messages = reading::conversation(&mut db, conversation, None, LOOK_BACK).await?;
    let mut channels = channels::all(&mut db).await?;
    channels.retain(|channel| {
        super::can_forward(engine, channel) && messages.iter().any(|message| message.channel_id == channel.id)
    });
    Ok(channels.iter().map(|channel| carries(&base(engine, channel).1)).fold(most, u64::max))
}

pub(super) fn base(engine: &Engine, channel: &Channel) -> (String, Limits) {
    let none = Limits::NONE;
    engine
        .registry
        .get(&channel.connector)
        .map_or((channel.connector.clone(), none), |k| (k.spec().title.clone(), k.spec().limits))
}

fn way(engine: &Engine, channel: &Channel, message: &Message) -> Way {
    let (title, limits) = base(engine, channel);
    let envelope = Envelope::parse(&message.envelope);
    let handle = message.handle.clone().unwrap_or_default();
    let ours = our_addresses(engine, channel);
    let (reply, reply_all) =
        if limits.recipients { mail_recipients(&handle, message, &envelope, &ours) } else { (Vec::new(), Vec::new()) };
    let bare = message.subject.as_deref().map(crate::ingest::bare_subject).filter(|s| !s.is_empty());
    Way {
        channel: channel.id,
        channel_name: channel.name.clone(),
        title,
        connector: channel.connector.clone(),
        limits,
        to_handle: handle,
        to_name: message.person_name.clone(),
        reply,
        reply_all,
        from_addresses: if limits.recipients { proposed_first(ours, &envelope) } else { Vec::new() },
        subject: limits.subject.then(|| bare.map_or_else(String::new, |s| format!("Re: {s}"))),
        answers: Some(message.id),
        is_public: message.visibility == "public",
        written_down: engine.registry.is_written_down(&channel.connector),
    }
}

/// After a mail of ours: to those it went to, as a reply to it; none where it names nobody but us. What is only written down
/// goes on where it is.
fn way_on(engine: &Engine, channel: &Channel, message: &Message) -> Option<Way> {
    if engine.registry.is_written_down(&channel.connector) {
        return Some(way(engine, channel, message));
    }
    let ours = our_addresses(engine, channel);
    let mut others = Envelope::parse(&message.envelope).recipients;
    others.retain(|r| r.role != RecipientRole::Bcc && which_of_ours(&r.address, &ours).is_none());
    let reply: Vec<Recipient> = others.iter().filter(|r| r.role == RecipientRole::To).cloned().collect();
    let first = reply.first()?;
    let (to_handle, to_name) = (first.address.to_lowercase(), first.name.clone());
    let way = way(engine, channel, message);
    way.limits.recipients.then_some(Way { to_handle, to_name, reply, reply_all: others, ..way })
}

/// The channel's address and the other addresses it answers for, lower case.
pub(crate) fn our_addresses(engine: &Engine, channel: &Channel) -> Vec<String> {
    let connector = engine.registry.get(&channel.connector);
    connector.map_or_else(Vec::new, |connector| connector.our_addresses(&channel.settings))
}

/// Who wrote to one of our addresses is answered from that address.
pub(super) fn proposed_first(mut ours: Vec<String>, envelope: &Envelope) -> Vec<String> {
    if let Some(addressed) = &envelope.our_address
        && let Some(at) = ours.iter().position(|own| own.eq_ignore_ascii_case(addressed))
    {
        ours[..=at].rotate_right(1);
    }
    ours
}

/// RFC 5322, 3.6.3: a reply goes to Reply-To, else to the author; a reply to all also to everybody else on the mail but us.
fn mail_recipients(
    handle: &str,
    message: &Message,
    envelope: &Envelope,
    ours: &[String],
) -> (Vec<Recipient>, Vec<Recipient>) {
    let address = envelope.reply_to.clone().unwrap_or_else(|| handle.to_owned());
    let name = message.person_name.clone().filter(|_| address == handle);
    let reply = vec![Recipient { role: RecipientRole::To, address: address.clone(), name }];
    let mut all = reply.clone();
    for other in &envelope.recipients {
        let known = which_of_ours(&other.address, ours).is_some()
            || all.iter().any(|r| r.address.eq_ignore_ascii_case(&other.address));
        if !known && other.role != RecipientRole::Bcc {
            all.push(Recipient { role: RecipientRole::Cc, ..other.clone() });
        }
    }
    (reply, all)
}

/// By mail to a person whose address is confirmed, though this conversation came another way; to `named` alone, where
/// that is given, if it is one of their confirmed addresses.
pub(crate) async fn by_mail(
    engine: &Engine,
    channel: &Channel,
    person: PersonId,
    named: Option<&str>,
    subject: &str,
) -> Result<Option<Way>> {
    let mut mails = people::identities(&mut engine.db.reader(), person).await?;
    mails.retain(|identity| identity.space == "mail" && named.is_none_or(|named| named == identity.handle));
    let Some(mail) = mails.into_iter().next() else { return Ok(None) };
    Ok(Some(to_address(engine, channel, (&mail.handle, mail.name), subject)))
}

fn to_address(engine: &Engine, channel: &Channel, (address, name): (&str, Option<String>), subject: &str) -> Way {
    let (title, limits) = base(engine, channel);
    let to = vec![Recipient { role: RecipientRole::To, address: address.to_owned(), name }];
    Way {
        channel: channel.id,
        channel_name: channel.name.clone(),
        title,
        connector: channel.connector.clone(),
        limits,
        to_handle: address.to_owned(),
        to_name: None,
        reply: to.clone(),
        reply_all: to,
        from_addresses: our_addresses(engine, channel),
        subject: Some(crate::ingest::bare_subject(subject).to_owned()),
        answers: None,
        is_public: false,
        written_down: false,
    }
}
