//! Writing messages: rows, bodies with their revisions, tombstones, attachments, the full-text index.

use crate::{
    Result, Sql, Tx, Value, article_uses, binds, db::rows_in, feedback, identity_traits, keys::SourceKey, labels,
    promises, questions, tellings, terms, threads,
};
use tertulia_model::{
    AttachmentId, BlobRange, ChannelId, ConversationId, IdentityId, MessageId, Millis, PersonId, ThreadId, UserId,
};

/// Facts of a message in one number.
pub mod flags {
    pub const LINK: i64 = 1;
    pub const IMAGE: i64 = 2;
    pub const ATTACHMENT: i64 = 4;
    pub const QUESTION: i64 = 8;
    /// Another message carries the same id with other words: one of the two may be forged.
    pub const DOUBTFUL: i64 = 16;
    /// Longer than what the full-text index takes.
    pub const CUT: i64 = 32;
    pub const ADDRESSED: i64 = 64;
    pub const HISTORY: i64 = 128;
    /// Stands for a message of which only an edit or a deletion has come.
    pub const BARE: i64 = 256;
    /// Names what it answers, be that here or not.
    pub const REFERS: i64 = 512;
    /// One of ours that passes a message on to somebody else: it answers nobody, and what comes back is another talk.
    pub const FORWARD: i64 = 1024;
    /// A mail too large to be fetched whole: what it says is not here.
    pub const HEADERS_ONLY: i64 = 2048;
    /// Its words were let go since its channel keeps them for some days only: that it was said stays.
    pub const AGED: i64 = 4096;
    /// Its source said in which language it is: no model says another.
    pub const LANGUAGE_SAID: i64 = 8192;
    /// Its words were let go, and it was promotion or spam: its labels, which said so, went with them.
    pub const NOISE: i64 = 16384;
}

/// A message as it is stored: one row, narrow.
#[derive(Debug, Clone, PartialEq)]
pub struct NewMessage {
    pub id: MessageId,
    pub place: i64,
    pub source_key: SourceKey,
    pub source: String,
    pub external_id: String,
    pub channel_id: ChannelId,
    pub thread_id: ThreadId,
    pub parent_id: Option<MessageId>,
    /// How far up its references the parent stands: 1 is direct, [`NO_PARENT`] none. Stored below zero where the parent
    /// would close a ring: see [`crate::threads::cut_ring`].
    pub parent_rank: i64,
    pub conversation_id: Option<ConversationId>,
    pub identity_id: Option<IdentityId>,
    pub person_id: Option<PersonId>,
    /// `theirs` or `ours`.
    pub direction: &'static str,
    /// `shown`, `waiting` (an edit whose original has not come) or `deleted` (a tombstone).
    pub state: &'static str,
    pub visibility: &'static str,
    pub auto: &'static str,
    pub revision: i64,
    pub at: Millis,
    pub stated_at: Option<Millis>,
    pub heard_at: Millis,
    pub language: &'static str,
    pub flags: i64,
    pub fingerprint: i64,
    pub sent_by: Option<UserId>,
    /// How many people the source says it could reach.
    pub reach: Option<i64>,
}

/// The rank of a message without a parent.
pub const NO_PARENT: i64 = i64::MAX;

/// The words of one revision.
#[derive(Debug, Clone, PartialEq)]
pub struct NewBody {
    pub message_id: MessageId,
    pub revision: i64,
    pub subject: Option<String>,
    pub text: String,
    pub html: Option<String>,
    pub snippet: String,
    /// JSON: which ranges of the text are the writer's own, quoted, signature.
    pub parts: String,
    /// JSON: recipients, our address, reply address, remarks.
    pub envelope: String,
    pub raw: Option<BlobRange>,
    pub analysis_version: i64,
    pub heard_at: Millis,
}

#[derive(Debug, Clone, PartialEq)]
pub struct NewAttachment {
    pub id: AttachmentId,
    pub message_id: MessageId,
    pub revision: i64,
    pub name: String,
    pub media_type: String,
    pub content_id: Option<String>,
    pub inline: bool,
    pub content: BlobRange,
}

/// What is known of a message that was stored before.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Known {
    pub source_key: Vec<u8>,
    pub id: MessageId,
    pub place: i64,
    pub thread_id: ThreadId,
    pub parent_id: Option<MessageId>,
    pub parent_rank: i64,
    pub conversation_id: Option<ConversationId>,
    pub identity_id: Option<IdentityId>,
    pub person_id: Option<PersonId>,
    pub direction: String,
    pub state: String,
    pub revision: i64,
    pub at: Millis,
    pub fingerprint: i64,
    pub flags: i64,
}

const KNOWN: &str = "m.id, m.place, m.thread_id, m.parent_id, ABS(m.parent_rank) AS parent_rank, m.conversation_id, m.identity_id, m.person_id, m.direction, m.state, m.revision, m.at, m.fingerprint, m.flags";

/// The messages among these keys, by the name they were first stored under or another they are known by.
pub async fn known(on: &mut impl Sql, keys: &[SourceKey]) -> Result<Vec<Known>> {
    let mut keys = keys.to_vec();
    keys.sort_unstable();
    keys.dedup();
    let list: Vec<Value> = keys.into_iter().map(Value::from).collect();
    let sql = format!("SELECT m.source_key, {KNOWN} FROM messages m WHERE m.source_key IN ({{list}})");
    let mut found: Vec<Known> = rows_in(on, &sql, &list).await?;
    let sql = format!(
        "SELECT a.source_key, {KNOWN} FROM aliases a JOIN messages m ON m.id = a.message_id WHERE a.source_key IN ({{list}})"
    );
    found.extend(rows_in::<Known>(on, &sql, &list).await?);
    // The sort is stable: the name a message was stored under goes before another's alias.
    found.sort_by(|a, b| a.source_key.cmp(&b.source_key));
    found.dedup_by(|a, b| a.source_key == b.source_key);
    Ok(found)
}

pub async fn known_by_id(on: &mut impl Sql, id: MessageId) -> Result<Option<Known>> {
    on.row(format!("SELECT m.source_key, {KNOWN} FROM messages m WHERE m.id = $1"), binds![id]).await
}

const COLUMNS: &str = "id, place, source_key, source, external_id, channel_id, thread_id, parent_id, parent_rank, conversation_id, identity_id, person_id, direction, state, visibility, auto, revision, at, stated_at, heard_at, language, flags, fingerprint, sent_by, reach";

fn row(m: &NewMessage) -> [Value; 25] {
    let v: Vec<Value> = binds![
        m.id,
        m.place,
        m.source_key,
        &m.source,
        &m.external_id,
        m.channel_id,
        m.thread_id,
        m.parent_id,
        m.parent_rank,
        m.conversation_id,
        m.identity_id,
        m.person_id,
        m.direction,
        m.state,
        m.visibility,
        m.auto,
        m.revision,
        m.at,
        m.stated_at,
        m.heard_at,
        m.language,
        m.flags,
        m.fingerprint,
        m.sent_by,
        m.reach,
    ];
    v.try_into().unwrap_or_else(|_| unreachable!("25 columns, 25 values"))
}

/// Adds messages that are not there yet. A conflict of keys or places refuses all of them.
pub async fn add(tx: &mut Tx, messages: &[NewMessage]) -> Result<()> {
    messages.iter().for_each(|message| tx.news().added(message.id, message.place));
    let values = messages.iter().flat_map(row).collect();
    tx.insert_many(&format!("INSERT INTO messages ({COLUMNS})"), 25, "", values).await?;
    Ok(())
}

/// Writes a message over what stood under its id: a tombstone or a waiting edit that learns where it belongs.
pub async fn replace(tx: &mut Tx, message: &NewMessage) -> Result<()> {
    touching(tx, "DELETE FROM messages WHERE id = $1 RETURNING place", binds![message.id]).await?;
    add(tx, std::slice::from_ref(message)).await
}

pub async fn add_bodies(tx: &mut Tx, bodies: &[NewBody]) -> Result<()> {
    let row = |b: &NewBody| {
        let raw = b.raw.as_ref();
        binds![
            b.message_id,
            b.revision,
            b.subject.clone(),
            &b.text,
            b.html.clone(),
            &b.snippet,
            &b.parts,
            &b.envelope,
            raw.map(|r| r.blob.clone()),
            raw.map(|r| r.offset.cast_signed()),
            raw.map(|r| r.length.cast_signed()),
            b.analysis_version,
            b.heard_at,
        ]
    };
    let head = "INSERT INTO bodies (message_id, revision, subject, text, html, snippet, parts, envelope, raw_blob, raw_offset, raw_length, analysis_version, heard_at)";
    let tail = "ON CONFLICT (message_id, revision) DO NOTHING";
    tx.insert_many(head, 13, tail, bodies.iter().flat_map(row).collect()).await?;
    Ok(())
}

pub async fn add_attachments(tx: &mut Tx, attachments: &[NewAttachment]) -> Result<()> {
    let row = |a: &NewAttachment| {
        let content = &a.content;
        binds![
            a.id,
            a.message_id,
            a.revision,
            &a.name,
            &a.media_type,
            a.content_id.clone(),
            a.inline,
            &content.blob,
            content.offset.cast_signed(),
            content.length.cast_signed(),
        ]
    };
    let head = "INSERT INTO attachments (id, message_id, revision, name, media_type, content_id, inline, blob, byte_offset, size)";
    tx.insert_many(head, 10, "", attachments.iter().flat_map(row).collect()).await?;
    Ok(())
}

/// Pages of the full-text index that are merged with each write into it, and one more for each two messages: each term
/// is written again once a level, thirty words take about a tenth of a page, and a million messages make five levels.
const MERGED_AT_LEAST: usize = 8;

/// Puts messages into the full-text index, by place: terms with spaces between them, the most important first, since
/// past 400 kB they are left out. In rising order of place SQLite need not start anew. What stood at a place must have
/// been taken out before.
pub async fn index(tx: &mut Tx, mut terms: Vec<(i64, String)>) -> Result<()> {
    terms.sort_unstable_by_key(|(place, _)| *place);
    let (head, tail) = tx.dialect().index_terms();
    let merged = MERGED_AT_LEAST + terms.len() / 2;
    let values = terms.into_iter().flat_map(|(place, text)| binds![place, terms::to_index(text)]).collect();
    tx.insert_many(head, 2, tail, values).await?;
    if let Some(merge) = tx.dialect().merge_terms() {
        tx.run(merge, binds![i64::try_from(merged).unwrap_or(i64::MAX)]).await?;
    }
    Ok(())
}

pub async fn unindex(tx: &mut Tx, place: i64) -> Result<()> {
    let sql = format!("DELETE FROM message_terms WHERE {} = $1", tx.dialect().terms_place());
    tx.run(sql, binds![place]).await?;
    Ok(())
}

/// The newest revision becomes the one that is shown.
pub async fn show_revision(
    tx: &mut Tx,
    id: MessageId,
    revision: i64,
    language: &str,
    flags: i64,
    fingerprint: i64,
) -> Result<()> {
    let sql = "UPDATE messages SET revision = $2, language = $3, flags = $4, fingerprint = $5 WHERE id = $1 \
               RETURNING place";
    touching(tx, sql, binds![id, revision, language, flags, fingerprint]).await
}

/// Runs what changes messages and gives their places: the columns in memory hear of it.
pub(crate) async fn touching(tx: &mut Tx, sql: &str, values: Vec<Value>) -> Result<()> {
    let touched: Vec<(i64,)> = tx.rows(sql, values).await?;
    touched.into_iter().for_each(|(place,)| tx.news().place(place));
    Ok(())
}

/// Takes a message's words away for ever and leaves its tombstone.
pub async fn bury(tx: &mut Tx, id: MessageId, place: i64) -> Result<()> {
    bury_all(tx, &[(id, place)]).await
}

/// As [`bury`], for many, each with its place.
pub async fn bury_all(tx: &mut Tx, messages: &[(MessageId, i64)]) -> Result<()> {
    messages.iter().for_each(|(_, place)| tx.news().place(*place));
    let ids: Vec<Value> = messages.iter().map(|(id, _)| Value::from(*id)).collect();
    // A bare row stays bare: when its original comes, the tombstone still learns whose answer it was. And one that named
    // its parent is nobody else's to place. What was passed on to somebody else answered nobody, with its words or without.
    let stays = flags::BARE | flags::REFERS | flags::FORWARD;
    let sql = format!(
        "UPDATE messages SET state = 'deleted', language = 'und', flags = flags & {stays}, fingerprint = 0 \
         WHERE id IN ({{list}})"
    );
    tx.run_in(&sql, &ids).await?;
    for table in ["bodies", "attachments"] {
        tx.run_in(&format!("DELETE FROM {table} WHERE message_id IN ({{list}})"), &ids).await?;
    }
    promises::take_words(tx, &ids).await?;
    tellings::forget_words(tx, &ids).await?;
    labels::forget(tx, &ids).await?;
    let places: Vec<Value> = messages.iter().map(|(_, place)| Value::from(*place)).collect();
    let sql = format!("DELETE FROM message_terms WHERE {} IN ({{list}})", tx.dialect().terms_place());
    tx.run_in(&sql, &places).await?;
    let ids: Vec<MessageId> = messages.iter().map(|(id, _)| *id).collect();
    questions::forget(tx, &ids).await?;
    identity_traits::forget(tx, &ids).await?;
    feedback::forget_words(tx, &ids).await
}

/// A stored copy of one of our own messages gives way to the original and leaves it its name, and its answers.
pub async fn merge_copy(tx: &mut Tx, copy: &Known, original: &Known, key: SourceKey) -> Result<()> {
    // Who answers a message stands in its thread.
    let sql = "UPDATE messages SET parent_id = $2 WHERE parent_id = $1 AND thread_id = $3";
    tx.run(sql, binds![copy.id, original.id, copy.thread_id]).await?;
    if copy.thread_id != original.thread_id {
        threads::join(tx, copy.thread_id, original.thread_id).await?;
    }
    promises::follow_message(tx, copy.id, original.id).await?;
    article_uses::follow_message(tx, copy.id, original.id).await?;
    labels::follow_message(tx, copy.id, original.id).await?;
    bury(tx, copy.id, copy.place).await?;
    tx.run("DELETE FROM awaited WHERE message_id = $1", binds![copy.id]).await?;
    tx.run("DELETE FROM messages WHERE id = $1", binds![copy.id]).await?;
    add_alias(tx, key, original.id).await
}

/// Removes one of our own messages that was taken back before it left.
pub async fn remove(tx: &mut Tx, id: MessageId, place: i64) -> Result<()> {
    bury(tx, id, place).await?;
    promises::forget(tx, &[id]).await?;
    article_uses::forget(tx, &[id]).await?;
    tx.run("DELETE FROM messages WHERE id = $1 AND direction = 'ours'", binds![id]).await?;
    Ok(())
}

/// What claimed to be ours turns out to be; `envelope` is that of the copy which proves it.
pub async fn becomes_ours(tx: &mut Tx, id: MessageId, envelope: &str) -> Result<()> {
    let sql =
        "UPDATE messages SET direction = 'ours', identity_id = NULL, person_id = NULL WHERE id = $1 RETURNING place";
    touching(tx, sql, binds![id]).await?;
    tx.run("UPDATE bodies SET envelope = $2 WHERE message_id = $1", binds![id, envelope]).await?;
    // Only what others say is labelled.
    labels::forget(tx, &[Value::from(id)]).await?;
    identity_traits::forget(tx, &[id]).await
}

/// Another name under which the source may speak of a message.
pub async fn add_alias(tx: &mut Tx, key: SourceKey, message: MessageId) -> Result<()> {
    let sql = "INSERT INTO aliases (source_key, message_id) VALUES ($1, $2) ON CONFLICT (source_key) DO NOTHING";
    tx.run(sql, binds![key, message]).await?;
    Ok(())
}

/// The text of a message's newest stored revision, its subject before it.
pub async fn words(on: &mut impl Sql, id: MessageId) -> Result<Option<(Option<String>, String)>> {
    on.row("SELECT subject, text FROM bodies WHERE message_id = $1 ORDER BY revision DESC LIMIT 1", binds![id]).await
}

/// Tables whose rows are named by ids of our own making.
const WITH_IDS: [&str; 48] = [
    "messages",
    "persons",
    "person_merges",
    "identities",
    "conversations",
    "deliveries",
    "attachments",
    "draft_files",
    "channels",
    "quarantine",
    "imports",
    "jobs",
    "users",
    "errands",
    "consents",
    "monitors",
    "mutes",
    "ledger_gaps",
    "promises",
    "feedback_items",
    "feedback_evidence",
    "feedback_changes",
    "feedback_moves",
    "today_cards",
    "notes",
    "conversation_endings",
    "tellings",
    "goals",
    "outcomes",
    "outcome_values",
    "roadmap_voices",
    "trackers",
    "tracker_notes",
    "customers",
    "attribute_values",
    "customer_runs",
    "organisations",
    "segments",
    "articles",
    "article_uses",
    "saved_replies",
    "question_groups",
    "label_corrections",
    "label_samples",
    "topics",
    "topic_wishes",
    "invitation_rounds",
    "invitations",
];

/// The highest id of anything: what this installation's ids must stay above. A message is given its id before the
/// person and the conversation that it brings, so the messages' own do not tell.
pub async fn highest_id(on: &mut impl Sql) -> Result<i64> {
    let each = WITH_IDS.map(|table| format!("SELECT MAX(id) AS id FROM {table}"));
    on.number(format!("SELECT MAX(id) FROM ({}) AS ids", each.join(" UNION ALL ")), binds![]).await
}

pub async fn count(on: &mut impl Sql) -> Result<i64> {
    on.number("SELECT COUNT(*) FROM messages", binds![]).await
}

/// Edits that came to a channel without what they change.
pub async fn waiting_edits(on: &mut impl Sql, channel: ChannelId) -> Result<i64> {
    on.number("SELECT COUNT(*) FROM messages WHERE channel_id = $1 AND state = 'waiting'", binds![channel]).await
}
