//! A reply becomes durable: message, delivery and job in one transaction, with its id at the source chosen now.

use super::{Way, reply_token, ways_to_answer};
use crate::{
    Engine, EngineError, Result,
    ingest::{self, bare_subject},
    wording::{Envelope, StoredParts},
    worker,
};
use std::sync::{Arc, atomic::Ordering};
use tertulia_analysis::analyse::{Analysis, analyse};
use tertulia_connector::FieldError;
use tertulia_model::{
    AttachmentId, ChannelId, ConversationId, DeliveryId, DeliveryState, JobId, MessageId, Millis, Outgoing,
    OutgoingAttachment, Recipient, ThreadId, UserId,
};
use tertulia_store::{
    Sql, Tx, changes, channels,
    channels::Channel,
    conversations,
    deliveries::{self, Delivery},
    drafts::{self, DraftFile},
    jobs, keys,
    messages::{self, NO_PARENT, NewAttachment, NewBody, NewMessage, flags},
    reading, threads, users,
};

/// For how long a sent reply can be taken back.
pub const UNDO_MILLIS: Millis = 10_000;
/// How many ancestors a mail names; more make its header useless and huge.
const MOST_REFERENCES: usize = 20;

/// What the composer hands in.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplyForm {
    pub conversation: ConversationId,
    pub channel: ChannelId,
    pub text: String,
    /// For mail; empty takes the proposed ones.
    pub recipients: Vec<Recipient>,
    pub subject: Option<String>,
    pub from_address: Option<String>,
    /// Chosen when the composer was drawn: the same form twice is one reply.
    pub idempotency_key: String,
    /// The place of the newest message that was on the writer's screen; `None` for programs, which are not asked.
    pub seen: Option<i64>,
    /// The writer was asked and sends all the same.
    pub even_if_unseen: bool,
    pub close: bool,
    /// Whether the files put to the writer's draft go with it.
    pub with_draft_files: bool,
}

/// Stores a reply to be sent. The same idempotency key gives the delivery that stands.
pub async fn queue_reply(engine: &Arc<Engine>, user: UserId, form: ReplyForm) -> Result<Delivery> {
    if let Some(delivery) = standing(&mut engine.db.reader(), &form.idempotency_key).await? {
        return Ok(delivery);
    }
    let ways = ways_to_answer(engine, form.conversation).await?;
    let way = ways.into_iter().find(|way| way.channel == form.channel).ok_or_else(|| {
        EngineError::Refused(
            "This conversation cannot be answered on that channel (any more). Choose another below the text."
                .to_owned(),
        )
    })?;
    let files = if form.with_draft_files {
        drafts::files(&mut engine.db.reader(), user, form.conversation).await?
    } else {
        Vec::new()
    };
    check(&form, &way, &files)?;
    let channel = channels::get(&mut engine.db.reader(), form.channel)
        .await?
        .ok_or_else(|| EngineError::missing("The channel"))?;
    let analysis = analyse(form.subject.as_deref(), &form.text);
    let mut tries = 0;
    loop {
        match try_queue(engine, user, &form, &way, &channel, &files, &analysis).await {
            // The same form is being stored this moment (then it is found now), or another message met ours at its place.
            Err(error) if error.met_another() && tries < ingest::CONFLICTS_BORNE => {
                tries += 1;
                ingest::jump_ties(engine);
            }
            done => return done,
        }
    }
}

/// The delivery that stands under a key.
async fn standing(on: &mut impl Sql, key: &str) -> Result<Option<Delivery>> {
    match deliveries::by_key(on, key).await? {
        // To answer "sent" to somebody who took it back and sends it anew would drop it in silence.
        Some(delivery) if delivery.state == DeliveryState::Withdrawn => Err(EngineError::Refused(
            "You took this reply back. Reload the page, then send it again; your text is kept.".to_owned(),
        )),
        found => Ok(found),
    }
}

async fn try_queue(
    engine: &Arc<Engine>,
    user: UserId,
    form: &ReplyForm,
    way: &Way,
    channel: &Channel,
    files: &[DraftFile],
    analysis: &Analysis,
) -> Result<Delivery> {
    let mut tx = engine.db.begin().await?;
    threads::place_alone(&mut tx).await?;
    if let Some(delivery) = standing(&mut tx, &form.idempotency_key).await? {
        return Ok(delivery);
    }
    unseen(&mut tx, form).await?;
    let delivery = write(engine, &mut tx, user, form, way, channel, files.to_vec(), analysis).await?;
    let noted = changes::note(&mut tx, &[("conversation", form.conversation.0)], engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    engine.bell.ring();
    Ok(delivery)
}

fn check(form: &ReplyForm, way: &Way, files: &[DraftFile]) -> Result<()> {
    let mut errors = Vec::new();
    if form.text.trim().is_empty() && files.is_empty() {
        errors.push(FieldError::new("text", "Write something first."));
    }
    let length = form.text.chars().count();
    if length > way.limits.text {
        errors.push(FieldError::new(
            "text",
            format!("{} takes {} characters; this has {length}. Shorten it.", way.title, way.limits.text),
        ));
    }
    if files.len() > way.limits.attachments {
        let message = match way.limits.attachments {
            0 => format!("{} carries no files. Remove them, or put a link into the text.", way.title),
            most => format!("{} carries at most {most} files. Remove some.", way.title),
        };
        errors.push(FieldError::new("files", message));
    }
    for file in
        files.iter().filter(|file| way.limits.attachments > 0 && file.content.length > way.limits.attachment_bytes)
    {
        let most = way.limits.attachment_bytes / 1_000_000;
        errors.push(FieldError::new(
            "files",
            format!("{} is larger than {most} MB, the most that {} carries.", file.name, way.title),
        ));
    }
    for recipient in form.recipients.iter().filter(|_| way.limits.recipients) {
        if !plausible_address(&recipient.address) {
            errors.push(FieldError::new("recipients", format!("“{}” is not an e-mail address.", recipient.address)));
        }
    }
    if let Some(from) = &form.from_address
        && way.limits.recipients
        && !way.from_addresses.contains(&from.to_lowercase())
    {
        errors.push(FieldError::new(
            "from",
            format!("This channel cannot send as {from}. Choose one of: {}.", way.from_addresses.join(", ")),
        ));
    }
    if errors.is_empty() { Ok(()) } else { Err(EngineError::Invalid(errors)) }
}

/// One @, something on both sides, nothing that could break out of a header.
pub(crate) fn plausible_address(address: &str) -> bool {
    let bad = |c: char| c.is_whitespace() || c.is_control() || "<>,;:\\\"()[]".contains(c);
    match address.rsplit_once('@') {
        Some((local, domain)) => {
            !local.is_empty() && !domain.is_empty() && address.len() <= 254 && !address.contains(bad)
        }
        None => false,
    }
}

async fn unseen(tx: &mut Tx, form: &ReplyForm) -> Result<()> {
    let (Some(seen), false) = (form.seen, form.even_if_unseen) else { return Ok(()) };
    match reading::count_theirs_after(tx, form.conversation, seen).await? {
        0 => Ok(()),
        unseen => Err(EngineError::Unseen(unseen)),
    }
}

#[expect(clippy::too_many_arguments, reason = "everything that the one transaction needs")]
async fn write(
    engine: &Engine,
    tx: &mut Tx,
    user: UserId,
    form: &ReplyForm,
    way: &Way,
    channel: &Channel,
    files: Vec<DraftFile>,
    analysis: &Analysis,
) -> Result<Delivery> {
    let now = engine.now();
    let connector = engine.connector(channel)?;
    let message_id = MessageId(engine.next_id());
    let source = connector.source(&channel.account);
    let external_id = connector.choose_external_id(&channel.settings, &message_id.to_string());
    let answered = match way.answers {
        Some(id) => reading::message(tx, id).await?,
        None => None,
    };
    let references = answered.as_ref().filter(|m| m.source == source).map(references).unwrap_or_default();
    let member = users::get(tx, user).await?.ok_or_else(|| EngineError::missing("This member"))?;
    let attachments: Vec<OutgoingAttachment> = files
        .iter()
        .map(|f| OutgoingAttachment {
            name: f.name.clone(),
            media_type: f.media_type.clone(),
            content: f.content.clone(),
        })
        .collect();
    let subject = form.subject.clone().filter(|_| way.limits.subject).or_else(|| way.subject.clone());
    let outgoing = Outgoing {
        message: message_id,
        external_id: external_id.clone(),
        idempotency_key: form.idempotency_key.clone(),
        to_handle: way.to_handle.clone(),
        from_address: form
            .from_address
            .as_ref()
            .map(|a| a.to_lowercase())
            .or_else(|| way.from_addresses.first().cloned()),
        from_name: Some(member.name),
        recipients: if form.recipients.is_empty() { way.reply.clone() } else { form.recipients.clone() },
        subject: subject.clone(),
        text: form.text.clone(),
        references,
        reply_token: Some(reply_token(engine, message_id)),
        attachments,
    };
    let place = keys::place(now, engine.tie.fetch_add(1, Ordering::Relaxed));
    let row = NewMessage {
        id: message_id,
        place,
        source_key: keys::source_key(&source, &external_id),
        source,
        external_id,
        channel_id: channel.id,
        thread_id: answered.as_ref().map_or(ThreadId(message_id.0), |m| m.thread_id),
        parent_id: answered.as_ref().map(|m| m.id),
        parent_rank: if answered.is_some() { 1 } else { NO_PARENT },
        conversation_id: Some(form.conversation),
        identity_id: None,
        person_id: None,
        direction: "ours",
        state: "shown",
        visibility: "private",
        auto: "person",
        revision: 0,
        at: now,
        stated_at: Some(now),
        heard_at: now,
        language: analysis.language,
        flags: if outgoing.attachments.is_empty() { 0 } else { flags::ATTACHMENT },
        fingerprint: keys::fingerprint(&[&form.text]),
        sent_by: Some(user),
    };
    messages::add(tx, std::slice::from_ref(&row)).await?;
    write_words(engine, tx, &row, &outgoing, analysis, files).await?;
    settle_conversation(tx, form, &row).await?;
    if form.with_draft_files {
        // A program's reply leaves alone what the member is writing.
        drafts::discard(tx, user, form.conversation).await?;
    }
    conversations::mark_read(tx, user, form.conversation, place).await?;
    let delivery = Delivery {
        id: DeliveryId(engine.next_id()),
        message_id,
        conversation_id: form.conversation,
        channel_id: channel.id,
        state: DeliveryState::Queued,
        reason: None,
        attempts: 0,
        in_flight: false,
        idempotency_key: form.idempotency_key.clone(),
        outgoing,
        created_at: now,
        updated_at: now,
    };
    deliveries::add(tx, &delivery).await?;
    jobs::add(tx, JobId(engine.next_id()), worker::SEND, delivery.id.0, now + UNDO_MILLIS).await?;
    Ok(delivery)
}

fn references(answered: &reading::Message) -> Vec<String> {
    let mut references = Envelope::parse(&answered.envelope).references;
    references.push(answered.external_id.clone());
    let surplus = references.len().saturating_sub(MOST_REFERENCES);
    // The first names the thread, the last ones the place in it (RFC 5322, 3.6.4): the middle may go.
    if surplus > 0 {
        references.drain(1..=surplus);
    }
    references
}

async fn write_words(
    engine: &Engine,
    tx: &mut Tx,
    row: &NewMessage,
    outgoing: &Outgoing,
    analysis: &Analysis,
    files: Vec<DraftFile>,
) -> Result<()> {
    let envelope = Envelope {
        recipients: outgoing.recipients.clone(),
        our_address: outgoing.from_address.clone(),
        references: outgoing.references.clone(),
        ..Envelope::default()
    };
    let body = NewBody {
        message_id: row.id,
        revision: 0,
        subject: outgoing.subject.clone(),
        text: outgoing.text.clone(),
        html: None,
        snippet: analysis.snippet.clone(),
        // Our own words are shown whole.
        parts: StoredParts::default().to_json(),
        envelope: envelope.to_json(),
        raw: None,
        analysis_version: tertulia_analysis::tokens::TOKEN_VERSION,
        heard_at: row.heard_at,
    };
    messages::add_bodies(tx, &[body]).await?;
    let attachment = |file: DraftFile| NewAttachment {
        id: AttachmentId(engine.next_id()),
        message_id: row.id,
        revision: 0,
        name: file.name,
        media_type: file.media_type,
        content_id: None,
        inline: false,
        content: file.content,
    };
    messages::add_attachments(tx, &files.into_iter().map(attachment).collect::<Vec<_>>()).await?;
    messages::index(tx, vec![(row.place, analysis.terms.terms.clone())]).await?;
    Ok(())
}

async fn settle_conversation(tx: &mut Tx, form: &ReplyForm, row: &NewMessage) -> Result<()> {
    let mut conversation = conversations::one_to_change(tx, form.conversation)
        .await?
        .ok_or_else(|| EngineError::missing("The conversation"))?;
    conversation.state = if form.close { "closed" } else { "pending" }.to_owned();
    conversation.snoozed_until = None;
    conversation.waiting_since = None;
    conversation.last_at = conversation.last_at.max(row.at);
    conversation.last_place = conversation.last_place.max(row.place);
    if conversation.subject.is_empty()
        && let Some(subject) = &form.subject
    {
        bare_subject(subject).clone_into(&mut conversation.subject);
    }
    conversations::put(tx, &[conversation]).await?;
    Ok(())
}
