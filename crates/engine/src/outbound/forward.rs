//! Passing a message on to somebody who is not in its conversation.
//!
//! A forward stands in the conversation it comes from and changes nothing there: the person goes on waiting or not as
//! before. It begins a thread of its own and names none of the person's messages, so that what is said of it elsewhere
//! is never tied to their conversation (`ingest/hold.rs` keeps it apart).

use super::{
    SIGNATURE, Way, read_reply_token,
    ways::{base, our_addresses, proposed_first},
};
use crate::{Engine, EngineError, Result, ingest::bare_subject, people, storing, wording::Envelope};
use tertulia_model::{
    AttachmentId, ChannelState, ConnectorSpec, ConversationId, Forwarded, MessageId, Millis, Recipient, RecipientRole,
    UserId,
};
use tertulia_store::{
    Sql,
    channels::{self, Channel},
    conversations,
    drafts::{self, DraftFile},
    reading::{self, Attachment, Message},
};

/// Characters of an original that are passed on in the text; what goes beyond is no letter of a person's.
const MOST_QUOTED: usize = 200_000;

/// How a message can be passed on.
#[derive(Debug, Clone, PartialEq)]
pub struct Passing {
    pub way: Way,
    pub forwarded: Forwarded,
    /// Who wrote it; none where we did.
    pub author: Option<String>,
}

/// Whether messages of a channel can be passed on: it is there, sends, and can address anybody.
pub fn can_forward(engine: &Engine, channel: &Channel) -> bool {
    let spec = engine.registry.get(&channel.connector).map(|connector| connector.spec());
    channel.state != ChannelState::Deleted && spec.is_some_and(kind_forwards)
}

/// Whether channels of a kind can pass messages on.
pub fn kind_forwards(spec: &ConnectorSpec) -> bool {
    spec.sends && spec.limits.recipients
}

/// How this message of a conversation is passed on; none where its channel cannot.
pub async fn way_to_forward(
    engine: &Engine,
    conversation: ConversationId,
    message: MessageId,
) -> Result<Option<Passing>> {
    find(engine, &mut engine.db.reader(), conversation, message).await
}

/// As [`way_to_forward`]: asked once more in the transaction that writes it, as the conversation may have been merged.
pub(super) async fn find(
    engine: &Engine,
    on: &mut impl Sql,
    conversation: ConversationId,
    message: MessageId,
) -> Result<Option<Passing>> {
    let message = reading::message(on, message).await?;
    let Some(message) = message.filter(|m| m.conversation_id == Some(conversation) && m.state == "shown") else {
        return Ok(None);
    };
    let channel = channels::get(on, message.channel_id).await?.filter(|channel| can_forward(engine, channel));
    Ok(channel.map(|channel| passing(engine, &channel, &message)))
}

fn passing(engine: &Engine, channel: &Channel, message: &Message) -> Passing {
    let (title, limits) = base(engine, channel);
    let envelope = Envelope::parse(&message.envelope);
    let bare = message.subject.as_deref().map(bare_subject).filter(|subject| !subject.is_empty());
    let way = Way {
        channel: channel.id,
        channel_name: channel.name.clone(),
        title,
        connector: channel.connector.clone(),
        limits,
        to_handle: String::new(),
        to_name: None,
        reply: Vec::new(),
        reply_all: Vec::new(),
        from_addresses: proposed_first(our_addresses(engine, channel), &envelope),
        subject: Some(format!("Fwd: {}", bare.unwrap_or("(no subject)"))),
        answers: None,
        is_public: false,
        written_down: false,
    };
    let text = without_tokens(engine, &quoted(message, &envelope, MOST_QUOTED.min(limits.most_characters() / 2)));
    let author = message.person_name.clone().or_else(|| message.handle.clone());
    Passing {
        way,
        forwarded: Forwarded { message: message.id, text },
        author: author.filter(|_| message.direction == "theirs"),
    }
}

/// The original as mail programs set it below the words of whoever passes it on.
fn quoted(message: &Message, envelope: &Envelope, most: usize) -> String {
    let mut lines = vec!["---------- Forwarded message ----------".to_owned()];
    let mut line = |name: &str, value: String| {
        let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
        if !value.is_empty() {
            lines.push(format!("{name}: {value}"));
        }
    };
    line("From", author(message, envelope));
    line("Date", date(message.at));
    line("Subject", message.subject.clone().unwrap_or_default());
    line("To", named(envelope, RecipientRole::To));
    line("Cc", named(envelope, RecipientRole::Cc));
    let text = message.text.trim_end();
    let words = match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}\n\n[This is longer; the rest was left out here.]", &text[..end]),
    };
    format!("{}\n\n{words}", lines.join("\n"))
}

/// An original may hold reply tokens, in the addresses it was written to or in what it quotes. They lead into the
/// person's conversation, so whoever gets the forward must not learn them; nor the links by which they say who they are.
fn without_tokens(engine: &Engine, text: &str) -> String {
    let text = people::without_links(text);
    let mut clean = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(dot) = rest.find('.') {
        let digits = rest[..dot].bytes().rev().take_while(u8::is_ascii_digit).count();
        let end = dot + 1 + SIGNATURE;
        let could_be =
            digits > 0 && rest.get(dot + 1..end).is_some_and(|text| text.bytes().all(is_letter_of_signature));
        let is_token = could_be && read_reply_token(engine, &rest[dot - digits..end]).is_some();
        clean.push_str(&rest[..if is_token { dot - digits } else { dot + 1 }]);
        rest = &rest[if is_token { end } else { dot + 1 }..];
    }
    clean + rest
}

/// Asked first: to make a signature costs more, and a table of figures is full of points.
fn is_letter_of_signature(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

fn author(message: &Message, envelope: &Envelope) -> String {
    let address = if message.direction == "ours" { envelope.our_address.clone() } else { message.handle.clone() };
    let address = address.unwrap_or_default();
    match message.person_name.as_deref().filter(|name| *name != address && !name.is_empty()) {
        Some(name) if message.direction == "theirs" => format!("{name} <{address}>"),
        _ => address,
    }
}

/// Read by people wherever they are, so the zone stands with it.
fn date(at: Millis) -> String {
    let time = jiff::Timestamp::from_millisecond(at);
    time.map_or_else(|_| String::new(), |time| time.strftime("%A, %-d %B %Y, %H:%M UTC").to_string())
}

fn named(envelope: &Envelope, role: RecipientRole) -> String {
    let one = |r: &Recipient| match r.name.as_deref().filter(|name| !name.is_empty()) {
        Some(name) => format!("{name} <{}>", r.address),
        None => r.address.clone(),
    };
    envelope.recipients.iter().filter(|r| r.role == role).map(one).collect::<Vec<_>>().join(", ")
}

/// Begins to pass a message on: a draft with the original's files, each of which can be left out. One that was begun
/// before stays as it is. Gives the names of the files that were left out because they hold a reply token.
pub async fn begin_forward(
    engine: &Engine,
    user: UserId,
    conversation: ConversationId,
    message: MessageId,
) -> Result<Vec<String>> {
    let _storing = engine.storing.read().await;
    let (files, left_out) = files_to_pass_on(engine, message).await?;
    let mut tx = engine.db.begin().await?;
    storing::hold(engine, &mut tx, files.iter().map(|file| file.blob.as_str()).collect()).await?;
    // Two presses of the button are one after the other, so that the files are not put there twice.
    conversations::one_to_change(&mut tx, conversation).await?;
    if find(engine, &mut tx, conversation, message).await?.is_none() {
        return Err(cannot());
    }
    let key = drafts::Key::forward(user, conversation, message);
    if drafts::get(&mut tx, key).await?.is_some() {
        return Ok(Vec::new());
    }
    let now = engine.now();
    for file in files {
        let content = file.content();
        let id = AttachmentId(engine.next_id());
        let file = DraftFile { id, name: file.name, media_type: file.media_type, content };
        drafts::add_file(&mut tx, key, &file, now).await?;
    }
    drafts::save(&mut tx, key, "{}", now).await?;
    tx.commit().await?;
    Ok(left_out.into_iter().map(|file| file.name).collect())
}

/// A message's files, and those that stay behind: mails, with whatever tokens of ours their headers and
/// their words hold.
pub async fn files_to_pass_on(engine: &Engine, message: MessageId) -> Result<(Vec<Attachment>, Vec<Attachment>)> {
    let (mut files, mut left_out) = (Vec::new(), Vec::new());
    for file in reading::attachments(&mut engine.db.reader(), &[message]).await? {
        if may_hold_headers(&file) && holds_token(engine, &file).await? {
            left_out.push(file);
        } else {
            files.push(file);
        }
    }
    Ok((files, left_out))
}

/// A mail, or text that may be one: mail programs attach mails under either.
fn may_hold_headers(file: &Attachment) -> bool {
    let kind = file.media_type.to_ascii_lowercase();
    kind.starts_with("message/") || kind.starts_with("text/") || file.name.to_lowercase().ends_with(".eml")
}

async fn holds_token(engine: &Engine, file: &Attachment) -> Result<bool> {
    let (blobs, content) = (engine.blobs.clone(), file.content());
    let read = tokio::task::spawn_blocking(move || blobs.read(&content));
    let bytes = read.await.map_err(std::io::Error::other)??;
    // A line that quoted-printable broke (RFC 2045 §6.7) is one line.
    let text = String::from_utf8_lossy(&bytes).replace("=\r\n", "").replace("=\n", "");
    Ok(without_tokens(engine, &text) != text)
}

/// Why a message has no way to be passed on.
pub fn cannot() -> EngineError {
    EngineError::Refused(
        "This message cannot be passed on: it was deleted, or its channel cannot send to others. Nothing was sent."
            .to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use tertulia_model::{ChannelId, ThreadId};

    fn message(text: &str) -> Message {
        Message {
            id: MessageId(1),
            place: 1,
            source: "mail".to_owned(),
            external_id: "1@example.org".to_owned(),
            channel_id: ChannelId(1),
            thread_id: ThreadId(1),
            parent_id: None,
            conversation_id: Some(ConversationId(1)),
            identity_id: None,
            person_id: None,
            person_name: Some("Amina\nBcc: Yusuf".to_owned()),
            handle: Some("amina@example.org".to_owned()),
            direction: "theirs".to_owned(),
            state: "shown".to_owned(),
            visibility: "private".to_owned(),
            auto: "person".to_owned(),
            revision: 0,
            at: 1_795_262_400_000,
            stated_at: None,
            heard_at: 0,
            language: "en".to_owned(),
            flags: 0,
            sent_by: None,
            reach: None,
            subject: Some("Re: Beans".to_owned()),
            text: text.to_owned(),
            has_html: false,
            parts: "{}".to_owned(),
            envelope: "{}".to_owned(),
            snippet: String::new(),
        }
    }

    #[test]
    fn an_original_is_set_below_with_who_wrote_it_to_whom_and_when() {
        let to = |role, address: &str, name: Option<&str>| Recipient {
            role,
            address: address.to_owned(),
            name: name.map(str::to_owned),
        };
        let envelope = Envelope {
            recipients: vec![
                to(RecipientRole::To, "shop@roaster.example", Some("The Shop")),
                to(RecipientRole::Cc, "bo@example.org", None),
                to(RecipientRole::Bcc, "secret@example.org", None),
            ],
            ..Envelope::default()
        };
        assert_eq!(
            quoted(&message("They were stale.\n\n> We roast daily.\n"), &envelope, 1_000),
            "---------- Forwarded message ----------\nFrom: Amina Bcc: Yusuf <amina@example.org>\n\
             Date: Saturday, 21 November 2026, 12:00 UTC\nSubject: Re: Beans\n\
             To: The Shop <shop@roaster.example>\nCc: bo@example.org\n\nThey were stale.\n\n> We roast daily."
        );
    }

    #[test]
    fn our_own_message_is_from_the_address_it_was_sent_as_and_a_long_one_is_cut_between_letters() {
        let ours = Message { direction: "ours".to_owned(), person_name: None, ..message("ééééé") };
        let envelope = Envelope { our_address: Some("shop@roaster.example".to_owned()), ..Envelope::default() };
        let text = quoted(&ours, &envelope, 3);
        assert!(text.contains("From: shop@roaster.example\n"), "{text}");
        assert!(text.ends_with("\n\nééé\n\n[This is longer; the rest was left out here.]"), "{text}");
    }
}
