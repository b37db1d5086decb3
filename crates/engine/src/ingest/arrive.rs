//! Messages that are new: stored in bulk with their thread, person and conversation.

use super::{
    Event, What, Words,
    hold::{Desk, Touched},
    over, told, variants,
};
use crate::{
    Engine, Result, labels,
    people::{self, Resolved, Says},
    threading::{self, Newcomer, Plan, Present, Waiter},
    visitors,
    webhooks::Event as Happening,
    wording::{Envelope, StoredParts},
};
use std::{
    collections::{HashMap, HashSet},
    sync::atomic::Ordering,
};
use tertulia_analysis::identity::{of_profile, of_signature};
use tertulia_model::{
    AttachmentId, Author, AutoKind, Direction, MessageId, Millis, RecipientRole, Shows, ThreadId, Visibility,
};
use tertulia_store::{
    Tx,
    channels::Channel,
    keys::{self, SourceKey},
    labels as stored_labels,
    messages::{
        self, Known, NO_PARENT, NewAttachment, NewBody, NewMessage,
        flags::{self, BARE},
    },
    monitors, threads,
};

pub(super) struct Arrived {
    pub stored: usize,
    /// Of these, those that gave no time.
    pub undated: usize,
    pub known: usize,
    pub newest_at: Option<Millis>,
    pub touched: Touched,
    /// Events that told again of a message which is ours, or turns out to be: by their place in the piece.
    pub back: Vec<usize>,
    /// Messages of a chat's visitors, who are shown their own.
    pub said: Vec<visitors::Newcomer>,
    /// What is shown now and was not before: when each says it was written, and when it was heard.
    pub new: Vec<(Option<Millis>, Millis)>,
    /// What was left out for the channel's number for the day.
    pub over: over::Over,
    /// What other programs may be told of it.
    pub happened: Vec<Happening>,
}

/// One message that gets its row now.
pub(super) struct Arrival<'a> {
    pub event: &'a Event,
    /// Absent for a tombstone or a waiting edit.
    pub words: Option<&'a Words>,
    pub key: SourceKey,
    pub external_id: String,
    pub id: MessageId,
    pub place: i64,
    /// The bare row that it completes.
    pub existing: Option<&'a Known>,
    pub state: &'static str,
    pub doubtful: bool,
}

impl Arrival<'_> {
    pub fn at(&self) -> Millis {
        self.words.map_or(self.event.received_at, |words| words.at)
    }

    fn newcomer(&self) -> Newcomer {
        let thread = self.existing.map_or(ThreadId(self.id.0), |known| known.thread_id);
        Newcomer {
            key: self.key,
            id: self.id,
            thread,
            ancestors: self.words.map(|w| w.ancestors.clone()).unwrap_or_default(),
        }
    }
}

pub(super) async fn write(
    engine: &Engine,
    tx: &mut Tx,
    channel: &Channel,
    events: &[Event],
    history: bool,
) -> Result<Arrived> {
    let known = known_keys(tx, events).await?;
    let variants = variants::find(engine, tx, events, &known).await?;
    let known_variants: HashMap<SourceKey, Known> =
        by_key(messages::known(tx, &variants.values().map(|v| v.0).collect::<Vec<_>>()).await?);
    let (mut arrivals, doubles) = choose(engine, events, &known, &variants, &known_variants);
    let over = over::leave_out(engine, tx, channel, &mut arrivals, history).await?;
    let known_count = doubles.len();
    let newest_at = arrivals.iter().filter(|a| a.words.is_some()).map(Arrival::at).max();
    let stored = arrivals.iter().filter(|a| a.words.is_some()).count();
    let undated = arrivals.iter().filter_map(|a| a.words).filter(|words| words.content.stated_at.is_none()).count();
    let shown = arrivals.iter().filter(|a| a.state == "shown");
    let new = shown.clone().filter_map(|a| Some((a.words?.content.stated_at, a.event.received_at))).collect();
    monitors::match_later(tx, &shown.map(|a| a.id).collect::<Vec<_>>()).await?;
    let (touched, said, happened) = if arrivals.is_empty() {
        Default::default()
    } else {
        store(engine, tx, channel, &arrivals, &known, history).await?
    };
    let back = doubles.into_iter().filter(|n| is_of_ours(&events[*n], &known)).collect();
    Ok(Arrived { stored, undated, known: known_count, newest_at, touched, back, said, new, over, happened })
}

fn is_of_ours(event: &Event, known: &HashMap<SourceKey, Known>) -> bool {
    let proven = matches!(&event.what, What::Created(words) if words.content.direction == Direction::Ours);
    proven || known.get(&event.key).is_some_and(|there| there.direction == "ours")
}

async fn known_keys(tx: &mut Tx, events: &[Event]) -> Result<HashMap<SourceKey, Known>> {
    let mut wanted: HashSet<SourceKey> = HashSet::with_capacity(events.len() * 2);
    for event in events {
        wanted.insert(event.key);
        if let What::Created(words) | What::Edited(_, words) = &event.what {
            wanted.extend(&words.ancestors);
        }
    }
    let wanted: Vec<SourceKey> = wanted.into_iter().collect();
    Ok(by_key(messages::known(tx, &wanted).await?))
}

fn by_key(known: Vec<Known>) -> HashMap<SourceKey, Known> {
    known.into_iter().filter_map(|k| Some((SourceKey::try_from(k.source_key.as_slice()).ok()?, k))).collect()
}

/// Which events bring a message that has no (whole) row yet. Of several that tell of one message the first counts.
fn choose<'a>(
    engine: &Engine,
    events: &'a [Event],
    known: &'a HashMap<SourceKey, Known>,
    variants: &HashMap<usize, (SourceKey, String)>,
    known_variants: &'a HashMap<SourceKey, Known>,
) -> (Vec<Arrival<'a>>, Vec<usize>) {
    let created: HashSet<SourceKey> =
        events.iter().filter(|e| matches!(e.what, What::Created(_))).map(|e| e.key).collect();
    let mut taken: HashSet<SourceKey> = HashSet::with_capacity(events.len());
    let (mut arrivals, mut doubles) = (Vec::with_capacity(events.len()), Vec::new());
    for (n, event) in events.iter().enumerate() {
        let mut key = event.key;
        let mut external_id = event.name.external_id.clone();
        let mut existing = known.get(&key);
        let mut doubtful = false;
        if let Some((variant, id)) = variants.get(&n) {
            (key, external_id, existing, doubtful) = (*variant, id.clone(), known_variants.get(variant), true);
        }
        let (words, state) = match &event.what {
            What::Bounced(_) | What::Arrived(_) | What::Consent(_) => continue,
            What::Created(words) => {
                let bare = existing.is_some_and(|k| k.flags & BARE != 0 && !doubtful);
                if (existing.is_some() && !bare) || taken.contains(&key) {
                    doubles.push(n);
                    continue;
                }
                let buried = existing.is_some_and(|k| k.state == "deleted");
                (Some(words.as_ref()), if buried { "deleted" } else { "shown" })
            }
            // Only an edit or a deletion has come so far: a bare row remembers it.
            What::Edited(..) | What::Deleted
                if existing.is_some() || created.contains(&key) || taken.contains(&key) =>
            {
                continue;
            }
            What::Edited(..) => (None, "waiting"),
            What::Deleted => (None, "deleted"),
        };
        taken.insert(key);
        let id = existing.filter(|_| !doubtful).map_or_else(|| MessageId(engine.next_id()), |k| k.id);
        let at = words.map_or(event.received_at, |w| w.at);
        let place = keys::place(at, engine.tie.fetch_add(1, Ordering::Relaxed));
        arrivals.push(Arrival {
            event,
            words,
            key,
            external_id,
            id,
            place,
            existing: existing.filter(|_| !doubtful),
            state,
            doubtful,
        });
    }
    (arrivals, doubles)
}

async fn store(
    engine: &Engine,
    tx: &mut Tx,
    channel: &Channel,
    arrivals: &[Arrival<'_>],
    known: &HashMap<SourceKey, Known>,
    history: bool,
) -> Result<(Touched, Vec<visitors::Newcomer>, Vec<Happening>)> {
    let (plan, cited, waiting_conversations) = plan_threads(tx, arrivals, known).await?;
    let authors: Vec<Author> = arrivals.iter().filter_map(|a| Some(partner(a.words?)?.into_owned())).collect();
    let people = people::resolve(engine, tx, &authors).await?;
    let mut desk = Desk::open(engine, channel, history, arrivals, &plan, known, waiting_conversations);
    desk.assign(tx, &people).await?;
    let rows: Vec<NewMessage> = arrivals
        .iter()
        .zip(&plan.placed)
        .enumerate()
        .map(|(n, (a, placed))| row(channel, a, *placed, &people, desk.conversation(n), history))
        .collect();
    write_rows(tx, arrivals, &rows).await?;
    write_words(engine, tx, arrivals, &rows).await?;
    people::note_traits(tx, says(arrivals, &rows)).await?;
    write_threads(tx, arrivals, &plan).await?;
    told::write(tx, channel, arrivals, known, &cited, &plan).await?;
    let (touched, moved) = desk.finish(tx).await?;
    let mut happened = if history { Vec::new() } else { heard(&rows) };
    happened.extend(moved);
    let said = if visitors::hosts(engine, channel) { said_by_visitors(arrivals, &rows) } else { Vec::new() };
    Ok((touched, said, happened))
}

/// What people say of themselves in their profiles and below their mails.
fn says(arrivals: &[Arrival<'_>], rows: &[NewMessage]) -> Vec<Says> {
    let of = |(arrival, row): (&Arrival<'_>, &NewMessage)| {
        let Words { content, analysis, .. } = arrival.words?;
        let theirs = row.state == "shown" && content.auto == AutoKind::Person && !arrival.doubtful;
        let identity = row.identity_id.filter(|_| theirs)?;
        let name = content.author.display_name.as_deref();
        let signature = analysis.parts.signature.map(|part| &content.text[part.start..part.end]);
        let mut said = signature.map(|signature| of_signature(signature, name)).unwrap_or_default();
        said.extend(of_profile(content.profile.iter().map(String::as_str)));
        (!said.is_empty()).then_some(Says { identity, message: row.id, said })
    };
    arrivals.iter().zip(rows).filter_map(of).collect()
}

/// What people said, as it is told to other programs.
fn heard(rows: &[NewMessage]) -> Vec<Happening> {
    let said = rows.iter().filter(|row| row.state == "shown" && row.direction == "theirs");
    said.map(|row| Happening::Heard {
        message: row.id,
        channel: row.channel_id,
        conversation: row.conversation_id,
        person: row.person_id,
    })
    .collect()
}

fn said_by_visitors(arrivals: &[Arrival<'_>], rows: &[NewMessage]) -> Vec<visitors::Newcomer> {
    let newcomer = |(arrival, row): (&Arrival<'_>, &NewMessage)| {
        let author = arrival.words.map(|words| &words.content.author)?;
        Some(visitors::Newcomer {
            identity: row.identity_id.filter(|_| row.state == "shown")?,
            message: row.id,
            handle: author.handle.clone(),
            external_id: row.external_id.clone(),
        })
    };
    arrivals.iter().zip(rows).filter_map(newcomer).collect()
}

/// With whom a message is: its author, or for one of ours whom it went to.
pub(crate) fn partner(words: &Words) -> Option<std::borrow::Cow<'_, Author>> {
    let content = &words.content;
    if content.direction == Direction::Theirs {
        return Some(std::borrow::Cow::Borrowed(&content.author));
    }
    // What else names recipients is a file's word for it; of what a member enters, the connector settled whom it went to.
    let is_mail = content.author.space == "mail";
    if !is_mail && words.brought_by.is_none() {
        return None;
    }
    let first =
        content.recipients.iter().find(|r| r.role == RecipientRole::To).or_else(|| content.recipients.first())?;
    Some(std::borrow::Cow::Owned(Author {
        space: content.author.space.clone(),
        handle: if is_mail { first.address.to_lowercase() } else { first.address.clone() },
        display_name: first.name.clone(),
        claimed_mail: None,
    }))
}

type WaitingConversations = Vec<(ThreadId, tertulia_model::ConversationId)>;

async fn plan_threads(
    tx: &mut Tx,
    arrivals: &[Arrival<'_>],
    known: &HashMap<SourceKey, Known>,
) -> Result<(Plan, HashSet<SourceKey>, WaitingConversations)> {
    let newcomers: Vec<Newcomer> = arrivals.iter().map(Arrival::newcomer).collect();
    let present: HashMap<SourceKey, Present> =
        known.iter().map(|(key, k)| (*key, Present { id: k.id, thread: k.thread_id })).collect();
    let arriving: HashSet<SourceKey> = newcomers.iter().map(|n| n.key).collect();
    let absent: HashSet<SourceKey> = newcomers
        .iter()
        .flat_map(|n| n.ancestors.iter().copied())
        .filter(|key| !present.contains_key(key) && !arriving.contains(key))
        .collect();
    let mut conversations = Vec::new();
    let mut sharing: HashMap<SourceKey, ThreadId> = HashMap::new();
    for s in threads::sharing(tx, &absent.into_iter().collect::<Vec<_>>()).await? {
        let Ok(key) = SourceKey::try_from(s.source_key.as_slice()) else { continue };
        sharing.insert(key, s.thread_id);
        conversations.extend(s.conversation_id.map(|conversation| (s.thread_id, conversation)));
    }
    let mut waiting: HashMap<SourceKey, Vec<Waiter>> = HashMap::new();
    for w in threads::awaiting(tx, &arriving.into_iter().collect::<Vec<_>>()).await? {
        let Ok(key) = SourceKey::try_from(w.source_key.as_slice()) else { continue };
        waiting.entry(key).or_default().push(Waiter {
            id: w.message_id,
            thread: w.thread_id,
            rank: w.rank,
            parent_rank: w.parent_rank,
        });
        conversations.extend(w.conversation_id.map(|conversation| (w.thread_id, conversation)));
    }
    let plan = threading::assign(&newcomers, &present, &waiting, &sharing);
    Ok((plan, waiting.into_keys().collect(), conversations))
}

fn row(
    channel: &Channel,
    arrival: &Arrival<'_>,
    (thread_id, parent_id, parent_rank): (ThreadId, Option<MessageId>, i64),
    people: &Resolved,
    conversation_id: Option<tertulia_model::ConversationId>,
    history: bool,
) -> NewMessage {
    let content = arrival.words.map(|w| &w.content);
    let theirs = content.filter(|c| c.direction == Direction::Theirs);
    let person = theirs.and_then(|c| people.get(&c.author));
    let buried = arrival.state == "deleted";
    let waiting_revision = arrival.existing.map_or(0, |k| k.revision);
    NewMessage {
        id: arrival.id,
        place: arrival.place,
        source_key: arrival.key,
        source: arrival.event.name.source.clone(),
        external_id: arrival.external_id.clone(),
        channel_id: channel.id,
        thread_id,
        parent_id,
        parent_rank: if parent_id.is_some() { parent_rank } else { NO_PARENT },
        conversation_id,
        identity_id: person.map(|(identity, _)| identity),
        person_id: person.map(|(_, person)| person),
        direction: if content.is_some_and(|c| c.direction == Direction::Ours) { "ours" } else { "theirs" },
        state: arrival.state,
        visibility: if content.is_some_and(|c| c.visibility == Visibility::Public) { "public" } else { "private" },
        auto: content.map_or("person", |c| auto_word(c.auto)),
        revision: waiting_revision,
        at: arrival.at(),
        stated_at: content.and_then(|c| c.stated_at),
        heard_at: arrival.event.received_at,
        language: arrival.words.filter(|_| !buried).map_or("und", |w| w.analysis.language),
        flags: arrival.words.map_or(BARE, |w| refers(w) | if buried { 0 } else { facts(w, history, arrival.doubtful) }),
        fingerprint: arrival.words.filter(|_| !buried).map_or(0, |w| w.fingerprint),
        sent_by: arrival.words.filter(|w| w.content.direction == Direction::Ours).and_then(|w| w.brought_by),
        reach: content.and_then(|c| c.reach),
    }
}

pub(super) fn auto_word(auto: AutoKind) -> &'static str {
    match auto {
        AutoKind::Person => "person",
        AutoKind::Reply => "reply",
        AutoKind::Bulk => "bulk",
    }
}

fn refers(words: &Words) -> i64 {
    if words.ancestors.is_empty() { 0 } else { flags::REFERS }
}

pub(super) fn facts(words: &Words, history: bool, doubtful: bool) -> i64 {
    let analysis = &words.analysis;
    let facts: i64 = [
        (analysis.has_link, flags::LINK),
        (analysis.has_question, flags::QUESTION),
        (doubtful, flags::DOUBTFUL),
        (analysis.terms.cut, flags::CUT),
        (words.content.addressed_to_us, flags::ADDRESSED),
        (words.content.headers_only, flags::HEADERS_ONLY),
        (history, flags::HISTORY),
        (super::prepare::said_language(&words.content).is_some(), flags::LANGUAGE_SAID),
    ]
    .into_iter()
    .filter_map(|(holds, flag)| holds.then_some(flag))
    .sum();
    facts | shown(words.content.shows)
}

/// What a message shows, as its flags say it.
pub(crate) fn shown(shows: Shows) -> i64 {
    [(shows.image, flags::IMAGE), (shows.file, flags::ATTACHMENT)]
        .into_iter()
        .filter_map(|(holds, flag)| holds.then_some(flag))
        .sum()
}

async fn write_rows(tx: &mut Tx, arrivals: &[Arrival<'_>], rows: &[NewMessage]) -> Result<()> {
    let mut fresh = Vec::with_capacity(rows.len());
    for (arrival, row) in arrivals.iter().zip(rows) {
        if arrival.existing.is_some() {
            messages::replace(tx, row).await?;
        } else {
            fresh.push(row.clone());
        }
    }
    Ok(messages::add(tx, &fresh).await?)
}

async fn write_words(engine: &Engine, tx: &mut Tx, arrivals: &[Arrival<'_>], rows: &[NewMessage]) -> Result<()> {
    let (mut bodies, mut attachments, mut terms, mut said_of) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (arrival, row) in arrivals.iter().zip(rows) {
        let Some(words) = arrival.words.filter(|_| arrival.state == "shown") else { continue };
        bodies.push(body(arrival.event, arrival.id, 0, words));
        attachments.extend(attachment_rows(engine, arrival.id, 0, words));
        if row.revision == 0 {
            terms.push((row.place, words.analysis.terms.terms.clone()));
            let said = (&words.analysis.labels, words.analysis.version);
            said_of.extend((row.direction == "theirs").then(|| labels::row(row.id, 0, said)));
        }
    }
    messages::add_bodies(tx, &bodies).await?;
    messages::add_attachments(tx, &attachments).await?;
    messages::index(tx, terms).await?;
    stored_labels::put(tx, &said_of).await?;
    for (arrival, row) in arrivals.iter().zip(rows).filter(|(a, row)| a.state == "shown" && row.revision > 0) {
        // Its edit came first and has waited: now it is shown, and found by its words.
        let lasting = row.flags & (flags::HISTORY | flags::DOUBTFUL | flags::REFERS | flags::LANGUAGE_SAID);
        if let Some(waited) = arrival.existing {
            super::amend::show_waited(engine, tx, waited, row, lasting).await?;
        }
    }
    Ok(())
}

pub(super) fn body(event: &Event, message_id: MessageId, revision: i64, words: &Words) -> NewBody {
    NewBody {
        message_id,
        revision,
        subject: words.content.subject.clone(),
        text: words.content.text.clone(),
        html: words.content.html.clone(),
        snippet: words.analysis.snippet.clone(),
        parts: StoredParts::of(&words.analysis.parts).to_json(),
        envelope: Envelope { brought_by: words.brought_by, ..Envelope::of(&words.content) }.to_json(),
        raw: Some(event.raw.clone()),
        analysis_version: tertulia_analysis::tokens::TOKEN_VERSION,
        heard_at: event.received_at,
    }
}

pub(super) fn attachment_rows(
    engine: &Engine,
    message_id: MessageId,
    revision: i64,
    words: &Words,
) -> Vec<NewAttachment> {
    let row = |(attachment, content): &(tertulia_model::Attachment, tertulia_model::BlobRange)| NewAttachment {
        id: AttachmentId(engine.next_id()),
        message_id,
        revision,
        name: attachment.name.clone(),
        media_type: attachment.media_type.clone(),
        content_id: attachment.content_id.clone(),
        inline: attachment.inline,
        content: content.clone(),
    };
    words.attachments.iter().map(row).collect()
}

async fn write_threads(tx: &mut Tx, arrivals: &[Arrival<'_>], plan: &Plan) -> Result<()> {
    let fresh: HashSet<ThreadId> = arrivals.iter().filter(|a| a.existing.is_none()).map(|a| ThreadId(a.id.0)).collect();
    for (from, into) in plan.joined.iter().filter(|(from, _)| !fresh.contains(from)) {
        threads::join(tx, *from, *into).await?;
    }
    for moved in &plan.moved {
        threads::leave_ring(tx, *moved).await?;
    }
    for (child, parent, rank) in &plan.adopted {
        threads::set_parent(tx, *child, *parent, *rank).await?;
    }
    // Others may stand below a bare row before its original says whose answer it is.
    let completed = arrivals.iter().filter(|a| a.existing.is_some()).map(|a| a.id);
    let ids: Vec<MessageId> = arrivals.iter().map(|a| a.id).collect();
    for message in plan.on_rings(&ids).into_iter().chain(completed) {
        threads::cut_ring(tx, message).await?;
    }
    threads::await_keys(tx, &plan.awaited).await?;
    let adopted: HashSet<SourceKey> = arrivals.iter().map(|a| a.key).collect();
    let adopted: Vec<SourceKey> = adopted.into_iter().collect();
    threads::arrived(tx, &adopted).await?;
    Ok(())
}
