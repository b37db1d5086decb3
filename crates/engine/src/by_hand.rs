//! What members bring by hand: an entry by a connector's own form, what was said later in a talk that is written down, a
//! file. Who brought it is noted in the hint of each item, so that it is known wherever the item comes from later, and goes
//! the one way in: once this has answered, all of it is durable.

use crate::{Engine, EngineError, Result, hooks, intake};
use serde_json::{Value, json};
use std::{collections::HashMap, sync::Arc};
use tertulia_connector::{
    Connector, Context, FieldError,
    by_hand::{Brought, ByHand, Entry, File, More, Report},
};
use tertulia_model::{
    Attachment, Author, ChannelId, ChannelState, ConversationId, EventKey, Inbound, InboundKind, MessageId, RawItem,
    UserId,
};
use tertulia_store::{
    channels::{self, Channel},
    conversations,
    keys::event_source_key,
    messages, people, reading,
};

/// In an item's hint: the member who brought it.
const BROUGHT_BY: &str = "brought_by";
/// How many of a conversation's messages are looked at for the talk that goes on.
const LOOK_BACK: i64 = 200;
/// Characters of a key.
const LONGEST_KEY: usize = 300;

/// Who brought an item, if somebody did.
pub(crate) fn brought_by(hint: &Value) -> Option<UserId> {
    hint.get(BROUGHT_BY)?.as_str()?.parse().ok()
}

/// One entry that was stored, or was known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entered {
    pub message: MessageId,
    pub conversation: Option<ConversationId>,
    /// Whether it was stored just now; else the same entry had come before.
    pub is_new: bool,
}

/// The channels that take entries by hand, or files where `form` is false, in the order of their names.
pub async fn channels(engine: &Engine, form: bool) -> Result<Vec<Channel>> {
    let mut all = channels::all(&mut engine.db.reader()).await?;
    all.retain(|channel| {
        let takes = |hand: &dyn ByHand| if form { hand.form().is_some() } else { hand.files().is_some() };
        let connector = engine.registry.get(&channel.connector);
        channel.state != ChannelState::Deleted && connector.and_then(|known| known.by_hand()).is_some_and(takes)
    });
    Ok(all)
}

async fn at_hand(engine: &Engine, id: ChannelId) -> Result<(Channel, Arc<dyn Connector>)> {
    let channel = channels::get(&mut engine.db.reader(), id).await?.filter(|c| c.state != ChannelState::Deleted);
    let channel = channel.ok_or_else(|| EngineError::missing("This channel"))?;
    let connector = engine.connector(&channel)?;
    if connector.by_hand().is_none() {
        return Err(EngineError::missing("A form of this channel"));
    }
    if channel.state == ChannelState::Paused {
        let why = format!("\u{201c}{}\u{201d} is paused. Let it go on first (Channels), then enter it.", channel.name);
        return Err(EngineError::Refused(why));
    }
    Ok((channel, connector))
}

/// Stores an entry. The same key again is the same entry, and stored once.
pub async fn enter(engine: &Arc<Engine>, by: UserId, channel: ChannelId, entry: Entry) -> Result<Entered> {
    let (channel, connector) = at_hand(engine, channel).await?;
    check_key(&entry.key)?;
    let brought = asked(engine, &channel, &connector, move |hand, context| hand.entry(context, &entry)).await?;
    one(engine, by, &channel, &connector, brought).await
}

/// Stores what they said later in a conversation that is written down.
pub async fn go_on(
    engine: &Arc<Engine>,
    by: UserId,
    conversation: ConversationId,
    channel: ChannelId,
    (text, files, key): (String, Vec<Attachment>, String),
) -> Result<Entered> {
    let (channel, connector) = at_hand(engine, channel).await?;
    check_key(&key)?;
    let (parent, author) = before(engine, conversation, (&channel, &connector), &key).await?;
    let more = More { text, files, key, at: engine.now(), author, parent };
    let brought = asked(engine, &channel, &connector, move |hand, context| hand.more(context, &more)).await?;
    one(engine, by, &channel, &connector, brought).await
}

/// The message that came last in this conversation on this channel, and who spoke there.
async fn before(
    engine: &Engine,
    conversation: ConversationId,
    (channel, connector): (&Channel, &Arc<dyn Connector>),
    key: &str,
) -> Result<(String, Option<Author>)> {
    let source = connector.source(&channel.account);
    let mut db = engine.db.reader();
    let mut said = reading::conversation(&mut db, conversation, None, LOOK_BACK).await?;
    // What was entered under this key itself may stand there, where the form comes a second time.
    said.retain(|m| m.channel_id == channel.id && m.source == source && m.external_id != key);
    let last = said.first().ok_or_else(|| {
        EngineError::Refused(format!("Nothing was written down here in \u{201c}{}\u{201d} before.", channel.name))
    })?;
    let identity = said.iter().filter(|m| m.direction == "theirs").find_map(|m| m.identity_id);
    let person = said.iter().find_map(|m| m.person_id);
    let person = match person {
        Some(person) => Some(person),
        None => conversations::get(&mut db, conversation).await?.and_then(|held| held.person_id),
    };
    let author = match (identity, person) {
        (Some(id), _) => people::identity_by_id(&mut db, id).await?,
        // Only we have said something so far.
        (None, Some(person)) => people::identities(&mut db, person).await?.into_iter().next(),
        (None, None) => None,
    };
    let author = author.map(|identity| Author {
        space: identity.space,
        handle: identity.handle,
        display_name: identity.name,
        claimed_mail: None,
    });
    Ok((last.external_id.clone(), author))
}

/// Takes a file in. The rows that do not fit are set aside, and named in the report.
pub async fn bring(engine: &Arc<Engine>, by: UserId, channel: ChannelId, file: File) -> Result<Report> {
    let (channel, connector) = at_hand(engine, channel).await?;
    if let Some(files) = connector.by_hand().and_then(ByHand::files)
        && file.bytes.len() as u64 > files.bytes
    {
        let message = format!("This file is larger than {} MB. Bring it in parts.", files.bytes / 1_000_000);
        return Err(EngineError::invalid("file", message));
    }
    let brought = asked(engine, &channel, &connector, move |hand, context| hand.file(context, &file)).await?;
    let report = brought.report.clone();
    store(engine, by, &channel, &connector, brought).await?;
    Ok(report)
}

/// What a sample would become under the settings of a form that is being filled in; none where the connector shows nothing
/// of the kind.
pub async fn preview(
    engine: &Engine,
    connector: &str,
    settings: Value,
    sample: Vec<u8>,
) -> Result<Option<std::result::Result<Vec<Inbound>, Vec<FieldError>>>> {
    let Some(connector) = engine.registry.get(connector).cloned() else { return Ok(None) };
    let shown = tokio::task::spawn_blocking(move || connector.preview(&settings, &sample)).await;
    Ok(shown.map_err(std::io::Error::other)?)
}

fn check_key(key: &str) -> Result<()> {
    let fits = (1..=LONGEST_KEY).contains(&key.len()) && !key.contains(char::is_control);
    if fits { Ok(()) } else { Err(EngineError::invalid("key", "A key has 1 to 300 characters.")) }
}

/// Asks the connector, beside the threads that serve: a file may be large.
async fn asked(
    engine: &Engine,
    channel: &Channel,
    connector: &Arc<dyn Connector>,
    ask: impl FnOnce(&dyn ByHand, &Context) -> std::result::Result<Brought, Vec<FieldError>> + Send + 'static,
) -> Result<Brought> {
    let context = engine.kept_context(channel)?;
    let connector = connector.clone();
    let done = tokio::task::spawn_blocking(move || match connector.by_hand() {
        Some(hand) => ask(hand, &context),
        None => Ok(Brought::default()),
    });
    done.await.map_err(std::io::Error::other)?.map_err(EngineError::Invalid)
}

/// Stores what is one entry, and finds its conversation.
async fn one(
    engine: &Arc<Engine>,
    by: UserId,
    channel: &Channel,
    connector: &Arc<dyn Connector>,
    brought: Brought,
) -> Result<Entered> {
    let first = brought.first.clone();
    let stored = store(engine, by, channel, connector, brought).await?;
    let first: EventKey = first.ok_or_else(|| EngineError::missing("The entry"))?;
    let known = messages::known(&mut engine.db.reader(), &[event_source_key(&first)]).await?.into_iter().next();
    // It is in Quarantine then, with its reason: nothing is lost.
    let known = known.ok_or_else(|| {
        EngineError::Refused("This could not be stored as it is. It waits in Quarantine, with the reason.".to_owned())
    })?;
    Ok(Entered { message: known.id, conversation: known.conversation_id, is_new: stored > 0 })
}

async fn store(
    engine: &Arc<Engine>,
    by: UserId,
    channel: &Channel,
    connector: &Arc<dyn Connector>,
    mut brought: Brought,
) -> Result<usize> {
    sign(&mut brought.batch.items, by);
    let heard = !brought.batch.items.is_empty();
    let taken = intake::submit(engine, channel, connector, brought.batch).await?;
    if heard && !connector.spec().pulls {
        hooks::note_heard(engine, channel.id).await?;
    }
    Ok(taken.stored)
}

/// Writes into each item who brought it. The rows of one file share a hint, and go on sharing it.
fn sign(items: &mut [RawItem], by: UserId) {
    // The old one is held beside the new: its address names it here.
    let mut signed: HashMap<*const Value, (Arc<Value>, Arc<Value>)> = HashMap::new();
    for item in items {
        let (_, hint) = signed.entry(Arc::as_ptr(&item.hint)).or_insert_with(|| {
            let mut hint = if item.hint.is_object() { Value::clone(&item.hint) } else { json!({}) };
            hint[BROUGHT_BY] = by.to_string().into();
            (item.hint.clone(), Arc::new(hint))
        });
        item.hint = hint.clone();
    }
}

/// What an event says, for a preview: words of a message, or that one is taken back.
pub fn content(event: &Inbound) -> Option<&tertulia_model::Content> {
    match &event.kind {
        InboundKind::Created(content) | InboundKind::Edited { content, .. } => Some(content),
        _ => None,
    }
}
