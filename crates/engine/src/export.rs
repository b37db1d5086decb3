//! Everything that is kept of one person, as a file that they can be given: whatever an erasure would take (`erase::find`),
//! in every wording, as it came, with its files.

use crate::{
    Engine, EngineError, Result,
    erase::{self, Found},
    labels::{self, Held},
    others,
    wording::Envelope,
};
use rawzip::{CompressionMethod, ZipArchiveWriter};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, HashMap},
    io::{self, Write},
    sync::Arc,
};
use tertulia_model::{BlobRange, ChannelId, IdentityId, MessageId, MonitorId, PersonId};
use tertulia_store::{
    Db, article_uses, attributes,
    blobs::BlobStore,
    channels, consents, conversations, customers, deliveries, erasing, evidence, feedback_changes, identity_questions,
    identity_traits, invitations,
    kept::{self, File, Wording},
    mentions, monitors, notes, opinions, organisations, people, person_merges, promises,
    reading::{self, Message},
    tellings, today_cards,
    trims::Needed,
    voices,
};

const README: &str = "What is kept here of you

person.json    your name and addresses, whether you want to be written to, and all messages: yours in every
               wording, and ours to you with what became of them; what the team noted of you. Times are milliseconds since 1970-01-01, UTC.
files/         what was attached, named by the number of its file and its own name.
originals/     the bytes of each message as they came, named by the number of the message and of its wording.
set-aside/     what came and could not be read, and names you.

What other people wrote is not in it, nor what is kept of conversations in which they talk, too, beside the messages from
and to you; a message that came together with theirs is in person.json, and its bytes are not in originals/. person.json
can be read with any text editor.
";

/// Nobody is made one of more.
const MOST_MERGES: i64 = 1_000;

/// What goes into the archive.
pub struct Export {
    pub name: String,
    json: Vec<u8>,
    files: Vec<(String, BlobRange)>,
}

/// Gathers what is kept of a person.
pub async fn person(engine: &Arc<Engine>, id: PersonId) -> Result<Export> {
    let mut db = engine.db.reader();
    let person = people::get(&mut db, id).await?.ok_or_else(|| EngineError::missing("This person"))?;
    let found = erase::find(engine, id).await?;
    let others = erase::shared(&mut db, &found.doomed, &found.blobs).await?;
    let mut gathered = Gathered::of(&mut db, others).await?;
    let mut all = found.doomed.clone();
    all.sort_by_key(|message| message.place);
    let mut messages = Vec::new();
    for piece in all.chunks(200) {
        let ids: Vec<MessageId> = piece.iter().map(|message| message.id).collect();
        messages.extend(gathered.messages(&mut db, &ids).await?);
    }
    let mut whole = beside(&mut db, id, &found, &gathered.channels).await?;
    whole["name"] = person.name.as_str().into();
    whole["also_called"] = people::names(&mut db, id).await?.into();
    whole["first_heard_at"] = person.created_at.into();
    whole["messages"] = messages.into();
    whole["known"] = known(&mut db, id).await?;
    whole["asked_for"] = asked_for(&mut db, id).await?;
    whole["in_today"] = in_today(&mut db, id).await?;
    whole["told"] = told_of(&mut db, id).await?;
    whole["invited"] = invited(&mut db, id).await?;
    whole["looked_at_as"] = others::export(&mut db, id).await?;
    whole["being_written"] = gathered.drafts(&mut db, &found).await?;
    whole["set_aside"] = gathered.set_aside(&found);
    whole["left_for_later"] = left_for_later(&mut db, &found).await?;
    let json = serde_json::to_vec_pretty(&whole).map_err(io::Error::other)?;
    Ok(Export { name: person.name, json, files: gathered.files })
}

/// What is known of them beside what was said.
async fn beside(db: &mut Db, id: PersonId, found: &Found, channels: &HashMap<ChannelId, String>) -> Result<Value> {
    let conversations = conversations::get_many(db, found.conversations().to_vec()).await?;
    let consents = consents::of_person(db, id).await?;
    let links = people::links(db, id).await?;
    let merges = person_merges::parts(db, id, MOST_MERGES).await?;
    let answers = people::survey_answers(db, id).await?;
    let messages: Vec<MessageId> = found.doomed.iter().map(|message| message.id).collect();
    let promises = promises::of_messages(db, &messages).await?;
    let put_in = article_uses::of_messages(db, &messages).await?;
    let notes = notes::about(db, id, found.conversations()).await?;
    let mails = found.identities.iter().filter(|identity| identity.space == "mail");
    let mails: Vec<String> = mails.map(|identity| identity.handle.clone()).collect();
    let voices = voices::of_addresses(db, &mails).await?;
    let votes = opinions::of_person(db, id, &mails).await?;
    let ids: Vec<IdentityId> = found.identities.iter().map(|identity| identity.id).collect();
    let says = identity_traits::of(db, &ids).await?;
    let asked = identity_questions::of_person(db, id).await?;
    Ok(json!({
        "identities": found.identities.iter().map(|i| json!({
            "kind": i.space, "handle": i.handle, "name": i.name, "claimed_mail": i.claimed_mail, "since": i.created_at,
        })).collect::<Vec<_>>(),
        "said_of_themselves": says.iter().map(|one| json!({
            "identity": one.identity_id.to_string(), "what": one.kind, "words": one.value,
            "in_message": one.message_id.to_string(),
        })).collect::<Vec<_>>(),
        "asked_whether_another_is_them": asked.iter().map(|one| json!({
            "as": one.handle, "asked_at": one.asked_at, "answer": one.answer, "answered_at": one.answered_at,
        })).collect::<Vec<_>>(),
        "links": links.iter().map(|l| json!({
            "identity": l.identity_id.to_string(), "evidence": l.evidence, "confidence": l.confidence,
            "since": l.created_at, "undone_at": l.undone_at,
        })).collect::<Vec<_>>(),
        "made_one_of": merges.iter().map(|m| json!({
            "name": m.name, "evidence": m.evidence, "confidence": m.confidence, "at": m.at,
        })).collect::<Vec<_>>(),
        "wishes": consents.iter().map(|c| json!({
            "channel": c.channel_id.0.map(|id| channels.get(&id)), "may_be_written_to": c.allowed, "words": c.words,
            "at": c.at, "noted_by_the_team": c.by_user.is_some(),
        })).collect::<Vec<_>>(),
        "survey_answers": answers.iter().map(|a| json!({
            "asked_by": a.survey, "question": a.question, "scale": a.scale, "score": a.score,
            "attributes": serde_json::from_str::<Value>(&a.attributes).unwrap_or_default(), "at": a.at,
        })).collect::<Vec<_>>(),
        "promises": promises.iter().map(|p| json!({
            "in_message": p.message_id.to_string(), "words": p.words, "state": p.state, "due_at": p.due_at, "made_at": p.made_at,
            "closed_at": p.closed_at, "note": p.note,
        })).collect::<Vec<_>>(),
        "articles_in_answers": put_in.iter().map(|used| json!({
            "in_message": used.message_id.to_string(), "article": used.article_id.to_string(), "at": used.used_at,
            "helped": used.helped, "said_at": used.said_at,
        })).collect::<Vec<_>>(),
        "private_notes": notes.iter().map(|n| json!({
            "in_conversation": n.conversation_id.map(|id| id.to_string()), "words": n.text, "at": n.written_at,
            "changed_at": n.changed_at,
        })).collect::<Vec<_>>(),
        "votes_on_ballots": votes.iter().map(|(question, statement, vote, at)| json!({
            "question": question, "statement": statement, "vote": vote, "at": at,
        })).collect::<Vec<_>>(),
        "voices_on_the_roadmap": voices.iter().map(|v| json!({
            "address": v.address, "change": v.change_id.to_string(), "words": v.words, "asked_at": v.asked_at,
            "confirmed_at": v.confirmed_at,
        })).collect::<Vec<_>>(),
        "conversations": conversations.iter().map(|c| json!({
            "id": c.id.to_string(), "subject": c.subject, "state": c.state, "outcome": c.outcome, "ended_at": c.outcome_at, "begun_at": c.created_at, "last_at": c.last_at,
        })).collect::<Vec<_>>(),
    }))
}

/// What lists, members and programs know of them, each with where it is from.
async fn known(db: &mut Db, id: PersonId) -> Result<Value> {
    let told = attributes::of_person(db, id).await?.into_iter().map(|known| {
        json!({
            "what": known.title, "value": known.stated.value, "source": known.stated.source, "list": known.list,
            "at": known.stated.at,
        })
    });
    let told: Vec<Value> = told.collect();
    let rows = customers::of_person(db, id).await?;
    let handles = customers::handles(db, &rows.iter().map(|row| row.id).collect::<Vec<_>>()).await?;
    let rows = rows.iter().map(|row| {
        let addresses: Vec<&str> = handles.iter().filter(|h| h.customer_id == row.id).map(|h| h.handle.as_str()).collect();
        json!({
            "list": row.list, "name": row.name, "number": row.external_id, "addresses": addresses, "since": row.created_at,
            "changed_at": row.changed_at, "left_at": row.left_at,
        })
    });
    let rows: Vec<Value> = rows.collect();
    let organisations = organisations::of_person(db, id).await?.into_iter().map(|one| one.name).collect::<Vec<_>>();
    Ok(json!({ "values": told, "in_customer_lists": rows, "organisations": organisations }))
}

/// What the team noted that they ask for, and what became of it.
async fn asked_for(db: &mut Db, id: PersonId) -> Result<Value> {
    let places = evidence::of_person(db, id, i64::MAX).await?;
    let told = places.into_iter().map(|place| {
        json!({
            "item": place.title, "message": place.message_id.map(|id| id.to_string()), "they_ask": place.asks,
            "note": place.note, "at": place.asked_at, "change": place.change, "state": place.state,
        })
    });
    Ok(told.collect())
}

/// What members decided of cards about them, and wrote when they passed one on.
async fn in_today(db: &mut Db, id: PersonId) -> Result<Value> {
    let told = today_cards::of_person(db, id)
        .await?
        .into_iter()
        .map(|card| json!({ "kind": card.key.kind, "state": card.state, "note": card.note, "at": card.at }));
    Ok(told.collect())
}

/// What they were told of changes that they asked for, or are owed, in which words, and whether it helped.
async fn told_of(db: &mut Db, id: PersonId) -> Result<Value> {
    let mut told = Vec::new();
    for row in tellings::of_person(db, id).await? {
        let change = feedback_changes::get(db, row.change_id).await?;
        let sent = match row.delivery_id {
            Some(delivery) => deliveries::get(db, delivery).await?,
            None => None,
        };
        told.push(json!({
            "change": change.map(|change| change.title), "about": row.kind, "counts": row.stands, "state": row.state,
            "reason": row.reason, "note": row.note, "words": row.words, "words_before": row.words_before,
            "note_before": row.note_before, "asked_at": row.asked_at,
            "in_answer_to": row.message_id.map(|id| id.to_string()),
            "by_message": sent.map(|sent| sent.message_id.to_string()),
            "at": row.told_at, "answer": row.answer,
            "answered_by_message": row.answer_message_id.map(|id| id.to_string()),
        }));
    }
    Ok(told.into())
}

/// What they, as customers who were not heard yet, were invited by, or are to be.
async fn invited(db: &mut Db, id: PersonId) -> Result<Value> {
    let rows: Vec<i64> = customers::of_person(db, id).await?.iter().map(|customer| customer.id).collect();
    let mut told = Vec::new();
    for row in invitations::of_customers(db, &rows).await? {
        let sent = match row.delivery_id {
            Some(delivery) => deliveries::get(db, delivery).await?,
            None => None,
        };
        told.push(json!({
            "state": row.state, "reason": row.reason, "language": row.language, "words": row.words,
            "words_before": row.words_before, "by_message": sent.map(|sent| sent.message_id.to_string()),
            "acted_at": row.acted_at, "at": row.sent_at,
        }));
    }
    Ok(told.into())
}

/// What channels were to do later about their messages.
async fn left_for_later(db: &mut Db, found: &Found) -> Result<Value> {
    let mut all = if found.errands.is_empty() { Vec::new() } else { erasing::errands(db).await? };
    all.retain(|(id, _)| found.errands.contains(id));
    Ok(all.iter().map(|(_, task)| serde_json::from_str::<Value>(task).unwrap_or_default()).collect())
}

/// The files that were met so far, and what names need to be told in words.
struct Gathered {
    channels: HashMap<ChannelId, String>,
    monitors: HashMap<MonitorId, String>,
    /// What others said in the same items.
    others: Vec<Needed>,
    files: Vec<(String, BlobRange)>,
}

impl Gathered {
    async fn of(db: &mut Db, others: Vec<Needed>) -> Result<Self> {
        let channels = channels::all_ever(db).await?.into_iter().map(|channel| (channel.id, channel.name)).collect();
        let monitors = monitors::all(db).await?.into_iter().map(|monitor| (monitor.id, monitor.name)).collect();
        Ok(Self { channels, monitors, others, files: Vec::new() })
    }

    /// Takes files in; gives their names in the archive, by what they belong to.
    fn file(&mut self, files: Vec<File>) -> BTreeMap<i64, Vec<String>> {
        let mut named: BTreeMap<i64, Vec<String>> = BTreeMap::new();
        for file in files {
            let name = format!("files/{}-{}", file.id, plain(&file.name));
            named.entry(file.belongs_to).or_default().push(name.clone());
            self.files.push((name, file.content()));
        }
        named
    }

    async fn messages(&mut self, db: &mut Db, ids: &[MessageId]) -> Result<Vec<Value>> {
        let mut mentioned: BTreeMap<MessageId, Vec<String>> = BTreeMap::new();
        for (monitor, _, message) in mentions::of_messages(db, ids).await? {
            mentioned.entry(message).or_default().extend(self.monitors.get(&monitor).cloned());
        }
        let mut named = self.file(kept::files(db, ids).await?);
        let mut wordings: BTreeMap<MessageId, Vec<Value>> = BTreeMap::new();
        for wording in kept::wordings(db, ids).await? {
            let told = self.wording(&wording);
            wordings.entry(wording.message_id).or_default().push(told);
        }
        let mut labels = labels::held(db, ids).await?;
        let mut shown = reading::by_ids(db, ids).await?;
        shown.sort_by_key(|message| message.place);
        let mut all = Vec::with_capacity(shown.len());
        for message in shown {
            let delivery = deliveries::of_message(db, message.id).await?;
            let mut told = told(&message, self.channels.get(&message.channel_id));
            told["wordings"] = json!(wordings.remove(&message.id).unwrap_or_default());
            told["files"] = json!(named.remove(&message.id.0).unwrap_or_default());
            told["found_by_monitors"] = json!(mentioned.remove(&message.id).unwrap_or_default());
            told["labels"] = labels.remove(&message.id).unwrap_or_default().iter().map(label).collect();
            told["delivery"] = delivery.map_or(Value::Null, |d| {
                json!({ "state": d.state.as_str(), "reason": d.reason, "changed_at": d.updated_at, "arrived_at": d.arrived_at })
            });
            all.push(told);
        }
        Ok(all)
    }

    fn wording(&mut self, wording: &Wording) -> Value {
        let original = wording.original().filter(|range| range.length > 0 && !self.is_shared(range)).map(|range| {
            let name = format!("originals/{}-{}", wording.message_id, wording.revision);
            self.files.push((name.clone(), range));
            name
        });
        json!({
            "revision": wording.revision, "subject": wording.subject, "text": wording.text, "html": wording.html,
            "heard_at": wording.heard_at, "original": original,
        })
    }

    /// Whether somebody else speaks in these bytes as well.
    fn is_shared(&self, range: &BlobRange) -> bool {
        let (first, end) = (range.offset.cast_signed(), (range.offset + range.length).cast_signed());
        self.others.iter().any(|o| o.blob == range.blob && o.first < end && first < o.first + o.many)
    }

    async fn drafts(&mut self, db: &mut Db, found: &Found) -> Result<Value> {
        let (drafts, files) = kept::drafts(db, &found.drafts).await?;
        let files: Vec<String> = self.file(files).into_values().flatten().collect();
        let drafts = drafts.into_iter().map(|(conversation, form)| {
            json!({ "conversation": conversation.to_string(), "form": serde_json::from_str::<Value>(&form).unwrap_or_default() })
        });
        Ok(json!({ "drafts": drafts.collect::<Vec<_>>(), "files": files }))
    }

    fn set_aside(&mut self, found: &Found) -> Value {
        let mut all = Vec::new();
        for aside in &found.aside {
            let name = format!("set-aside/{}", aside.id);
            let (offset, length) = (aside.byte_offset.cast_unsigned(), aside.size.cast_unsigned());
            if length > 0 {
                self.files.push((name.clone(), BlobRange { blob: aside.blob.clone(), offset, length }));
            }
            let hint = serde_json::from_str::<Value>(&aside.hint).unwrap_or_default();
            all.push(json!({
                "received_at": aside.received_at, "reason": aside.reason, "item": aside.item_key, "hint": hint,
                "file": (length > 0).then_some(name),
            }));
        }
        all.into()
    }
}

/// What a model, or the team, makes of it.
fn label(held: &Held) -> Value {
    json!({
        "what": held.kind.as_str(), "value": held.kind.word(held.value), "percent_sure": held.guess.map(|guess| guess.sure),
        "said_by_the_team": held.corrected.is_some(),
    })
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
