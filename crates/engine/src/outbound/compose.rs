//! A reply or a forward becomes durable: message, delivery and job in one transaction, with its id at the source chosen now.

use super::{Drafted, Files, Way, check, files, forward, reply_token, singly, ways_to_answer};
use crate::{
    Engine, EngineError, Result, consent, desk,
    ingest::{self, bare_subject},
    knowhow, people, promises,
    webhooks::{self, Event},
    wording::{Envelope, Standing, StoredParts},
    worker,
};
use std::sync::{Arc, atomic::Ordering};
use tertulia_analysis::{
    analyse::{Analysis, analyse},
    labels::{Models, Place},
    promises::Candidate,
    tokens::index_terms,
};
use tertulia_model::{
    AttachmentId, ChannelId, ConversationId, DeliveryId, DeliveryState, Forwarded, JobId, MessageId, Millis, Outgoing,
    OutgoingAttachment, Recipient, Shows, ThreadId, UserId, Visibility,
};
use tertulia_store::{
    Sql, Tx, changes, channels,
    channels::Channel,
    conversations::{self, Conversation, Outcome},
    deliveries::{self, Delivery},
    drafts::{self, DraftFile},
    jobs, keys,
    messages::{self, NO_PARENT, NewAttachment, NewBody, NewMessage, flags},
    reading, threads, users,
};

/// For how long a sent reply can be taken back.
pub const UNDO_MILLIS: Millis = 10_000;
/// How far apart it is that people are told of a change, or invited, on one channel: who is written to is not one of a mass.
const TOLD_APART: Millis = 2_000;
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
    /// The newest message up to which all were on the writer's screen; `None` for programs, which are not asked.
    pub seen: Option<MessageId>,
    /// Of what came after that, what was on the screen all the same: it may stand apart from the rest.
    pub shown: Vec<MessageId>,
    /// The writer was asked and sends all the same.
    pub even_if_unseen: bool,
    pub close: bool,
    pub files: Files,
    /// The articles that were put into it.
    pub articles: Vec<i64>,
    /// The message of this conversation that is passed on, to whomever `recipients` names; else it is an answer.
    pub forwards: Option<MessageId>,
}

impl ReplyForm {
    pub(super) fn draft(&self, user: UserId) -> drafts::Key {
        drafts::Key { user, conversation: self.conversation, forwards: self.forwards }
    }
}

/// A reply or a forward before its transaction begins.
struct Letter<'a> {
    user: UserId,
    form: &'a ReplyForm,
    way: Way,
    forwards: Option<Forwarded>,
    /// The files of what a program passes on.
    passed_on: Vec<AttachmentId>,
    channel: Channel,
    /// Of the writer's own words; what they pass on is only found by them.
    analysis: Analysis,
    /// What looks like a promise in an answer.
    promises: Vec<Candidate>,
    /// The articles that an answer holds.
    put: Vec<knowhow::Put>,
    /// It was drafted for one person, and looked at.
    drafted: Option<Drafted>,
}

/// Stores a reply or a forward to be sent. The same idempotency key gives the delivery that stands.
pub async fn queue_reply(engine: &Arc<Engine>, user: UserId, form: ReplyForm) -> Result<Delivery> {
    queue(engine, user, form, None).await
}

/// The same, for what was drafted for one person: it goes if all is as it was looked at.
pub(crate) async fn queue_drafted(
    engine: &Arc<Engine>,
    user: UserId,
    form: ReplyForm,
    drafted: Drafted,
) -> Result<Delivery> {
    queue(engine, user, form, Some(drafted)).await
}

async fn queue(engine: &Arc<Engine>, user: UserId, form: ReplyForm, drafted: Option<Drafted>) -> Result<Delivery> {
    if let Some(delivery) = standing(&mut engine.db.reader(), &form.idempotency_key).await? {
        return Ok(delivery);
    }
    let (way, forwards) = chosen_way(engine, &form, drafted.as_ref()).await?;
    let channel = channels::get(&mut engine.db.reader(), form.channel)
        .await?
        .ok_or_else(|| EngineError::missing("The channel"))?;
    let analysis = analysed(&form, forwards.as_ref());
    let passed_on = files::to_pass_on(engine, &form).await?;
    // What is passed on is named by another message's row: its bytes stay where that says until ours says so as well.
    let _storing = if passed_on.is_empty() { None } else { Some(engine.storing.read().await) };
    let promises =
        if forwards.is_some() { Vec::new() } else { promises::look(engine, &form.text, analysis.language).await? };
    let put = match &forwards {
        Some(_) => Vec::new(),
        None => knowhow::put_in(&mut engine.db.reader(), &form.articles, &form.text).await?,
    };
    let letter = Letter { user, form: &form, way, forwards, passed_on, channel, analysis, promises, put, drafted };
    let mut tries = ingest::Tries::default();
    loop {
        match try_queue(engine, &letter).await {
            // The same form is being stored this moment (then it is found now), or another message met ours at its place.
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn chosen_way(engine: &Engine, form: &ReplyForm, drafted: Option<&Drafted>) -> Result<(Way, Option<Forwarded>)> {
    if let Some(message) = form.forwards {
        let passing = forward::way_to_forward(engine, form.conversation, message).await?;
        let passing = passing.filter(|passing| passing.way.channel == form.channel).ok_or_else(forward::cannot)?;
        return Ok((passing.way, Some(passing.forwarded)));
    }
    let ways = match drafted {
        // Whether it still goes that way is looked at in the transaction.
        Some(drafted) => vec![drafted.way().clone()],
        None => ways_to_answer(engine, form.conversation).await?,
    };
    let way = ways.into_iter().find(|way| way.channel == form.channel).ok_or_else(|| {
        EngineError::Refused(
            "This conversation cannot be answered on that channel (any more). Choose another below the text."
                .to_owned(),
        )
    })?;
    Ok((way, None))
}

/// As for any message, what stands below the own words can be searched too.
fn analysed(form: &ReplyForm, forwards: Option<&Forwarded>) -> Analysis {
    let subject = form.subject.as_deref();
    // What we say is not labelled: nothing bigger is asked about it.
    let mut analysis = analyse(&Models::default(), subject, &form.text, Place::Private);
    if let Some(forwarded) = forwards {
        analysis.terms = index_terms(&[subject.unwrap_or_default(), &form.text, &forwarded.text]);
    }
    analysis
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

async fn try_queue(engine: &Arc<Engine>, letter: &Letter<'_>) -> Result<Delivery> {
    let form = letter.form;
    let mut tx = engine.db.begin().await?;
    threads::place_alone(&mut tx).await?;
    if let Some(delivery) = standing(&mut tx, &form.idempotency_key).await? {
        return Ok(delivery);
    }
    let files = files::take(&mut tx, (letter.user, form), &letter.passed_on, engine.now()).await?;
    check::check(form, &letter.way, letter.forwards.as_ref(), &files)?;
    unseen(&mut tx, form).await?;
    if let Some(message) = form.forwards {
        forward::find(engine, &mut tx, form.conversation, message).await?.ok_or_else(forward::cannot)?;
    }
    let held = match &letter.drafted {
        Some(drafted) => Some(drafted.as_seen(engine, &mut tx, letter.user, &letter.way).await?),
        None => None,
    };
    if let Some(refused) = consent::refusal(engine, &mut tx, &letter.channel, whom(letter)).await? {
        return Err(EngineError::Refused(refused.words()));
    }
    let delivery = write(engine, &mut tx, letter, files).await?;
    let mut touched = vec![("conversation", form.conversation.0)];
    if let Some(held) = held {
        touched.push(held.sent(engine, &mut tx, letter.user, &delivery).await?);
    }
    let noted = changes::note(&mut tx, &touched, engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    engine.bell.ring();
    Ok(delivery)
}

async fn unseen(tx: &mut Tx, form: &ReplyForm) -> Result<()> {
    // What is passed on is one message that was read, whatever came after it.
    let (Some(seen), false, None) = (form.seen, form.even_if_unseen, form.forwards) else { return Ok(()) };
    match reading::count_theirs_after(tx, form.conversation, seen, &form.shown).await? {
        0 => Ok(()),
        unseen => Err(EngineError::Unseen(unseen)),
    }
}

async fn write(engine: &Engine, tx: &mut Tx, letter: &Letter<'_>, files: Vec<DraftFile>) -> Result<Delivery> {
    let now = engine.now();
    let Letter { user, form, way, channel, .. } = letter;
    let connector = engine.connector(channel)?;
    let source = connector.source(&channel.account);
    let answered = match way.answers {
        Some(id) => reading::message(tx, id).await?,
        None => None,
    };
    // What is begun is found again by what comes back as the channel ties such talks.
    let begins = match (&answered, &letter.drafted) {
        (None, Some(_)) => connector.begins(&channel.settings, &way.to_handle).unwrap_or_default(),
        _ => Vec::new(),
    };
    let references = answered.as_ref().filter(|m| m.source == source).map_or_else(|| begins.clone(), references);
    let member = users::get(tx, *user).await?.ok_or_else(|| EngineError::missing("This member"))?;
    let id = MessageId(engine.next_id());
    let external_id = connector.choose_external_id(&channel.settings, &id.to_string());
    let visibility = if way.is_public { Visibility::Public } else { Visibility::Private };
    let named = Named { id, external_id, references, writer: member.name, visibility };
    let outgoing = outgoing(engine, letter, named, &files);
    let awaited: Vec<_> = (1..).zip(&begins).map(|(rank, name)| (keys::source_key(&source, name), id, rank)).collect();
    let row = row(engine, letter, &outgoing, source, answered.as_ref());
    messages::add(tx, std::slice::from_ref(&row)).await?;
    threads::await_keys(tx, &awaited).await?;
    let (before, moved) = match form.forwards {
        Some(_) => (None, None),
        None => settle_conversation(engine, tx, letter, &row).await.map(|(before, moved)| (Some(before), moved))?,
    };
    write_words(engine, tx, &row, &outgoing, &letter.analysis, before).await?;
    promises::suggest(engine, tx, (id, form.conversation), (&form.text, &letter.promises)).await?;
    knowhow::note(engine, tx, (id, form.conversation), *user, &letter.put).await?;
    webhooks::tell(engine, tx, moved.as_slice()).await?;
    let delivery = Delivery {
        id: DeliveryId(engine.next_id()),
        message_id: id,
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
        left_by: None,
        left_at: None,
        arrived_at: None,
    };
    deliveries::add(tx, &delivery).await?;
    let last = if letter.drafted.is_some() { singly::last_due(tx, channel.id).await? } else { None };
    let due = last.map_or(0, |last| last + TOLD_APART).max(now + UNDO_MILLIS);
    jobs::add_for(tx, JobId(engine.next_id()), (worker::SEND, channel.id), delivery.id.0, due).await?;
    Ok(delivery)
}

/// Those it goes to.
fn whom(letter: &Letter<'_>) -> consent::Whom {
    let Letter { form, way, .. } = letter;
    let recipients = if form.recipients.is_empty() { &way.reply } else { &form.recipients };
    let mut handles: Vec<String> = recipients.iter().map(|r| r.address.to_lowercase()).collect();
    if handles.is_empty() {
        handles.push(way.to_handle.clone());
    }
    consent::Whom { handles, answers: way.answers.filter(|_| form.forwards.is_none()) }
}

/// What a message is called, what it answers and who wrote it.
struct Named {
    id: MessageId,
    external_id: String,
    references: Vec<String>,
    writer: String,
    visibility: Visibility,
}

fn outgoing(engine: &Engine, letter: &Letter<'_>, named: Named, files: &[DraftFile]) -> Outgoing {
    let Letter { form, way, .. } = letter;
    let recipients = if form.recipients.is_empty() { way.reply.clone() } else { form.recipients.clone() };
    let from = form.from_address.as_ref().map(|address| address.to_lowercase());
    let attachment = |file: &DraftFile| OutgoingAttachment {
        name: file.name.clone(),
        media_type: file.media_type.clone(),
        content: file.content.clone(),
    };
    Outgoing {
        message: named.id,
        external_id: named.external_id,
        idempotency_key: form.idempotency_key.clone(),
        to_handle: match form.forwards {
            None => way.to_handle.clone(),
            Some(_) => recipients.first().map(|r| r.address.to_lowercase()).unwrap_or_default(),
        },
        from_address: from.or_else(|| way.from_addresses.first().cloned()),
        from_name: Some(named.writer),
        recipients,
        subject: form.subject.clone().filter(|_| way.limits.subject).or_else(|| way.subject.clone()),
        text: form.text.clone(),
        references: named.references,
        // That of a forward leads to no conversation (`ingest/hold.rs`): it only tells our own copy, should a server
        // have given it another name.
        reply_token: Some(reply_token(engine, named.id)),
        attachments: files.iter().map(attachment).collect(),
        forwards: letter.forwards.clone(),
        by_machine: false,
        visibility: named.visibility,
    }
}

fn row(
    engine: &Engine,
    letter: &Letter<'_>,
    outgoing: &Outgoing,
    source: String,
    answered: Option<&reading::Message>,
) -> NewMessage {
    let now = engine.now();
    let id = outgoing.message;
    let shows: Shows = outgoing.attachments.iter().map(|file| Shows::file(&file.media_type)).collect();
    // A forward says itself that it answers nobody: what others tell of it is not listened to.
    let forward = if outgoing.forwards.is_some() { flags::FORWARD | flags::REFERS } else { 0 };
    NewMessage {
        id,
        place: keys::place(now, engine.tie.fetch_add(1, Ordering::Relaxed)),
        source_key: keys::source_key(&source, &outgoing.external_id),
        source,
        external_id: outgoing.external_id.clone(),
        channel_id: letter.channel.id,
        thread_id: answered.map_or(ThreadId(id.0), |m| m.thread_id),
        parent_id: answered.map(|m| m.id),
        parent_rank: if answered.is_some() { 1 } else { NO_PARENT },
        conversation_id: Some(letter.form.conversation),
        identity_id: None,
        person_id: None,
        direction: "ours",
        state: "shown",
        visibility: if outgoing.visibility == Visibility::Public { "public" } else { "private" },
        auto: "person",
        revision: 0,
        at: now,
        stated_at: Some(now),
        heard_at: now,
        language: letter.analysis.language,
        flags: ingest::shown(shows) | forward,
        fingerprint: keys::fingerprint(&[&outgoing.whole_text()]),
        sent_by: Some(letter.user),
        reach: None,
    }
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
    before: Option<Standing>,
) -> Result<()> {
    let envelope = Envelope {
        recipients: outgoing.recipients.clone(),
        our_address: outgoing.from_address.clone(),
        references: outgoing.references.clone(),
        forwards: outgoing.forwards.as_ref().map(|forwarded| forwarded.message),
        before,
        ..Envelope::default()
    };
    let text = outgoing.whole_text();
    let body = NewBody {
        message_id: row.id,
        revision: 0,
        subject: outgoing.subject.clone(),
        // It stands in lists, which everybody here reads.
        snippet: people::without_links(&analysis.snippet),
        parts: parts(outgoing, &text).to_json(),
        text,
        html: None,
        envelope: envelope.to_json(),
        raw: None,
        analysis_version: tertulia_analysis::tokens::TOKEN_VERSION,
        heard_at: row.heard_at,
    };
    messages::add_bodies(tx, &[body]).await?;
    let attachment = |file: &OutgoingAttachment| NewAttachment {
        id: AttachmentId(engine.next_id()),
        message_id: row.id,
        revision: 0,
        name: file.name.clone(),
        media_type: file.media_type.clone(),
        content_id: None,
        inline: false,
        content: file.content.clone(),
    };
    messages::add_attachments(tx, &outgoing.attachments.iter().map(attachment).collect::<Vec<_>>()).await?;
    messages::index(tx, vec![(row.place, analysis.terms.terms.clone())]).await?;
    Ok(())
}

/// Our own words are shown whole; what we passed on is one tap away.
fn parts(outgoing: &Outgoing, text: &str) -> StoredParts {
    let Some(forwarded) = &outgoing.forwards else { return StoredParts::default() };
    let begin = text.len() - forwarded.text.len();
    StoredParts { own: vec![(0, begin)], quoted: vec![(begin, text.len())], signature: None }
}

/// What was drafted for somebody answers what was said then, or nothing: what has ended stays as it ended, what was put off stays so,
/// and whoever waits for something newer goes on waiting.
async fn stays(tx: &mut Tx, conversation: &Conversation, drafted: Option<&Drafted>) -> Result<bool> {
    let Some(drafted) = drafted else { return Ok(false) };
    if conversation.state == "closed" || conversation.snoozed_until.is_some() {
        return Ok(true);
    }
    let waits = conversation.waiting_since.is_some();
    let Some(answered) = drafted.answers() else { return Ok(waits) };
    Ok(waits && reading::count_theirs_after(tx, conversation.id, answered, &[]).await? > 0)
}

/// An answer settles its conversation, which its writer has read; gives how that stood before, and what there is to tell.
async fn settle_conversation(
    engine: &Engine,
    tx: &mut Tx,
    letter: &Letter<'_>,
    row: &NewMessage,
) -> Result<(Standing, Option<Event>)> {
    let Letter { user, form, .. } = letter;
    let mut conversation = conversations::one_to_change(tx, form.conversation)
        .await?
        .ok_or_else(|| EngineError::missing("The conversation"))?;
    let stays = stays(tx, &conversation, letter.drafted.as_ref()).await?;
    let became = match (stays, form.close) {
        (true, _) => conversation.state.clone(),
        (false, true) => "closed".to_owned(),
        (false, false) => "pending".to_owned(),
    };
    let before = Standing {
        state: conversation.state.clone(),
        snoozed_until: conversation.snoozed_until,
        waiting_since: conversation.waiting_since,
        last_at: Some(conversation.last_at),
        woken: conversation.woken,
        outcome: conversation.ended(),
        became: became.clone(),
    };
    if !stays {
        conversation.state = became;
        (conversation.snoozed_until, conversation.waiting_since, conversation.woken) = (None, None, false);
        let answered = form.close.then(|| Outcome { outcome: "answered".to_owned(), by: *user, at: row.at });
        if let Some(answered) = &answered {
            desk::ended(engine, tx, conversation.id, answered).await?;
        }
        conversation.end(answered);
        conversations::mark_read(tx, *user, conversation.id, conversation.news).await?;
    }
    conversation.last_at = conversation.last_at.max(row.at);
    conversation.last_place = conversation.last_place.max(row.place);
    if conversation.subject.is_empty()
        && let Some(subject) = &form.subject
    {
        bare_subject(subject).clone_into(&mut conversation.subject);
    }
    let moved = Event::of_move(Some(&before.state), &conversation)
        .or_else(|| Event::of_ending(before.outcome.as_ref(), &conversation));
    conversations::put(tx, &[conversation]).await?;
    Ok((before, moved))
}
