//! Everything that is kept of one person, as a file that they can be given: what they said and what was said to them, in
//! every wording, with its files.

use crate::{Engine, EngineError, Result, wording::Envelope};
use rawzip::{CompressionMethod, ZipArchiveWriter};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    io::{self, Write},
    sync::Arc,
};
use tertulia_model::{BlobRange, ChannelId, ConversationId, MessageId, MonitorId, PersonId};
use tertulia_store::{
    blobs::BlobStore,
    channels, consents, conversations, deliveries, erasing, mentions, monitors, people,
    reading::{self, Message},
};

const README: &str = "What is kept here of you

person.json    your name and addresses, whether you want to be written to, and all messages: yours in every
               wording, and ours to you with what became of them. Times are milliseconds since 1970-01-01, UTC.
files/         what was attached, named by the number of its file and its own name.

What other people wrote is not in it. person.json can be read with any text editor.
";

/// What goes into the archive.
pub struct Export {
    pub name: String,
    json: Vec<u8>,
    files: Vec<(String, BlobRange)>,
}

/// Gathers what is kept of a person.
pub async fn person(engine: &Arc<Engine>, id: PersonId) -> Result<Export> {
    let mut db = engine.db.reader();
    let found = people::get(&mut db, id).await?.ok_or_else(|| EngineError::missing("This person"))?;
    let identities = people::identities(&mut db, id).await?;
    let handles: Vec<String> = identities.iter().map(|identity| identity.handle.clone()).collect();
    let mut all = erasing::written_by(&mut db, id).await?;
    all.extend(erasing::said_to(&mut db, id, &handles).await?);
    all.sort_by_key(|message| message.place);
    all.dedup();
    let channels: HashMap<ChannelId, String> =
        channels::all_ever(&mut db).await?.into_iter().map(|channel| (channel.id, channel.name)).collect();
    let monitors: HashMap<MonitorId, String> =
        monitors::all(&mut db).await?.into_iter().map(|monitor| (monitor.id, monitor.name)).collect();
    let (mut messages, mut files, mut held) = (Vec::new(), Vec::new(), BTreeSet::new());
    for piece in all.chunks(200) {
        let ids: Vec<MessageId> = piece.iter().map(|message| message.id).collect();
        let mut mentioned: BTreeMap<MessageId, Vec<&str>> = BTreeMap::new();
        for (monitor, _, message) in mentions::of_messages(&mut db, &ids).await? {
            mentioned.entry(message).or_default().extend(monitors.get(&monitor).map(String::as_str));
        }
        let mut named: BTreeMap<MessageId, Vec<String>> = BTreeMap::new();
        for file in reading::attachments(&mut db, &ids).await? {
            let name = format!("files/{}-{}", file.id, plain(&file.name));
            named.entry(file.message_id).or_default().push(name.clone());
            files.push((name, file.content()));
        }
        let mut shown = reading::by_ids(&mut db, &ids).await?;
        shown.sort_by_key(|message| message.place);
        for message in shown {
            held.extend(message.conversation_id);
            let revisions = reading::revisions(&mut db, message.id).await?;
            let delivery = deliveries::of_message(&mut db, message.id).await?;
            let mut told = told(&message, channels.get(&message.channel_id));
            told["wordings"] = revisions
                .iter()
                .map(
                    |r| json!({ "revision": r.revision, "subject": r.subject, "text": r.text, "heard_at": r.heard_at }),
                )
                .collect();
            told["files"] = json!(named.remove(&message.id).unwrap_or_default());
            told["found_by_monitors"] = json!(mentioned.remove(&message.id).unwrap_or_default());
            told["delivery"] = delivery.map_or(Value::Null, |d| {
                json!({ "state": d.state.as_str(), "reason": d.reason, "changed_at": d.updated_at, "arrived_at": d.arrived_at })
            });
            messages.push(told);
        }
    }
    let held: Vec<ConversationId> = held.into_iter().collect();
    let conversations = conversations::get_many(&mut db, held).await?;
    let consents = consents::of_person(&mut db, id).await?;
    let links = people::links(&mut db, id).await?;
    let answers = people::survey_answers(&mut db, id).await?;
    let whole = json!({
        "name": found.name,
        "first_heard_at": found.created_at,
        "identities": identities.iter().map(|i| json!({
            "kind": i.space, "handle": i.handle, "name": i.name, "claimed_mail": i.claimed_mail, "since": i.created_at,
        })).collect::<Vec<_>>(),
        "links": links.iter().map(|l| json!({
            "identity": l.identity_id.to_string(), "evidence": l.evidence, "confidence": l.confidence,
            "since": l.created_at, "undone_at": l.undone_at,
        })).collect::<Vec<_>>(),
        "wishes": consents.iter().map(|c| json!({
            "channel": c.channel_id.0.map(|id| channels.get(&id)), "may_be_written_to": c.allowed, "words": c.words,
            "at": c.at, "noted_by_the_team": c.by_user.is_some(),
        })).collect::<Vec<_>>(),
        "survey_answers": answers.iter().map(|a| json!({
            "asked_by": a.survey, "question": a.question, "scale": a.scale, "score": a.score,
            "attributes": serde_json::from_str::<Value>(&a.attributes).unwrap_or_default(), "at": a.at,
        })).collect::<Vec<_>>(),
        "conversations": conversations.iter().map(|c| json!({
            "id": c.id.to_string(), "subject": c.subject, "state": c.state, "begun_at": c.created_at, "last_at": c.last_at,
        })).collect::<Vec<_>>(),
        "messages": messages,
    });
    let json = serde_json::to_vec_pretty(&whole).map_err(io::Error::other)?;
    Ok(Export { name: found.name, json, files })
}

fn told(message: &Message, channel: Option<&String>) -> Value {
    let envelope = Envelope::parse(&message.envelope);
    json!({
        "id": message.id.to_string(),
        "conversation": message.conversation_id.map(|id| id.to_string()),
        "channel": channel,
        "from": if message.direction == "ours" { "us" } else { "them" },
        "state": message.state,
        "visibility": message.visibility,
        "written_at": message.at,
        "heard_at": message.heard_at,
        "language": message.language,
        "recipients": envelope.recipients.iter().map(|r| &r.address).collect::<Vec<_>>(),
        "link": envelope.permalink,
        "answers": message.parent_id.map(|id| id.to_string()),
    })
}

/// A file's own name where every system takes it: no folder, nothing that hides or turns letters around.
fn plain(name: &str) -> String {
    let kept = name.chars().map(|c| if c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ') { c } else { '_' });
    let kept: String = kept.take(100).collect();
    kept.trim_matches(['.', ' ']).to_owned()
}

/// How much of a file is copied at once.
const PIECE: u64 = 1 << 20;

impl Export {
    /// Writes the archive as it goes, nothing of it twice in memory. What is attached is packed already, most of it: it is
    /// stored as it is.
    pub fn write(&self, blobs: &BlobStore, to: impl Write) -> io::Result<()> {
        let mut archive = ZipArchiveWriter::new(to);
        add(&mut archive, "README.txt", |to| to.write_all(README.as_bytes()))?;
        add(&mut archive, "person.json", |to| to.write_all(&self.json))?;
        for (name, content) in &self.files {
            add(&mut archive, name, |to| copy(blobs, content, to))?;
        }
        archive.finish().map_err(io::Error::other)?.flush()
    }
}

fn copy(blobs: &BlobStore, content: &BlobRange, to: &mut dyn Write) -> io::Result<()> {
    let mut reader = blobs.reader(&content.blob)?;
    let mut at = 0;
    while at < content.length {
        let part = PIECE.min(content.length - at);
        to.write_all(&reader.read(content.offset + at, part)?)?;
        at += part;
    }
    Ok(())
}

fn add<W: Write>(
    archive: &mut ZipArchiveWriter<W>,
    name: &str,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let file = archive.new_file(name).compression_method(CompressionMethod::STORE);
    let (mut entry, config) = file.start().map_err(io::Error::other)?;
    let mut writer = config.wrap(&mut entry);
    fill(&mut writer)?;
    let (_, described) = writer.finish().map_err(io::Error::other)?;
    entry.finish(described).map_err(io::Error::other)?;
    Ok(())
}
