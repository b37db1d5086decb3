//! Taking one person out of every table. What is left is the tombstones of what was said: that there was a message, when,
//! and in which thread.

use crate::{
    Result, Sql, Tx, Value, binds,
    db::{rows_in, rows_in_with},
    invitations,
    kept::WhichDrafts,
    like, messages,
    messages::flags,
    tellings,
};
use std::collections::BTreeMap;
use tertulia_model::{ChannelId, ConversationId, DeliveryId, DeliveryState, MessageId, Millis, PersonId, QuarantineId};

/// A message that goes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, sqlx::FromRow)]
pub struct Doomed {
    pub id: MessageId,
    pub place: i64,
    pub source_key: Vec<u8>,
    pub external_id: String,
    pub direction: String,
    pub thread_id: i64,
    pub conversation_id: Option<ConversationId>,
}

const DOOMED: &str = "m.id, m.place, m.source_key, m.external_id, m.direction, m.thread_id, m.conversation_id";

/// Rows of each table that went or lost their content.
pub type Counts = BTreeMap<String, u64>;

/// What a person wrote, whatever became of it.
pub async fn written_by(on: &mut impl Sql, person: PersonId) -> Result<Vec<Doomed>> {
    on.rows(format!("SELECT {DOOMED} FROM messages m WHERE m.person_id = $1 ORDER BY m.id"), binds![person]).await
}

/// What we said to them or of what they said: in their conversations and threads while nobody else talks there, in answer
/// to something of theirs, or shown to them in a chat. Each condition goes by an index.
pub async fn said_to(on: &mut impl Sql, person: PersonId) -> Result<Vec<Doomed>> {
    let alone = |column: &str| {
        format!(
            "m.{column} IN (SELECT {column} FROM messages WHERE person_id = $1 AND {column} IS NOT NULL) AND NOT EXISTS \
             (SELECT 1 FROM messages o WHERE o.{column} = m.{column} AND o.direction = 'theirs' AND o.person_id <> $1)"
        )
    };
    let each = [
        alone("conversation_id"),
        alone("thread_id"),
        // What answers a message stands in its thread.
        "m.thread_id IN (SELECT thread_id FROM messages WHERE person_id = $1) AND m.parent_id IN \
         (SELECT id FROM messages WHERE person_id = $1)".to_owned(),
        "m.conversation_id IN (SELECT id FROM conversations WHERE person_id = $1) AND NOT EXISTS (SELECT 1 FROM messages o \
         WHERE o.conversation_id = m.conversation_id AND o.direction = 'theirs' AND o.person_id <> $1)".to_owned(),
        "m.id IN (SELECT message_id FROM visitor_log WHERE identity_id IN (SELECT id FROM identities WHERE person_id = $1))"
            .to_owned(),
    ];
    let mut found: Vec<Doomed> = Vec::new();
    for condition in each {
        let sql = format!("SELECT {DOOMED} FROM messages m WHERE m.direction = 'ours' AND {condition}");
        found.extend(on.rows::<Doomed>(sql, binds![person]).await?);
    }
    found.sort();
    found.dedup();
    Ok(found)
}

/// What we addressed to one of these handles, wherever it stands, of the messages below an id. Reads through all that we
/// sent.
pub async fn addressed_to(on: &mut impl Sql, handles: &[String], below: MessageId) -> Result<Vec<Doomed>> {
    let mut found: Vec<Doomed> = Vec::new();
    for form in handles.iter().flat_map(|handle| forms(handle)) {
        let sql = format!(
            "SELECT {DOOMED} FROM messages m WHERE m.direction = 'ours' AND m.id < $2 AND (EXISTS (SELECT 1 FROM bodies b \
             WHERE b.message_id = m.id AND LOWER(b.envelope) LIKE $1 ESCAPE '!') OR EXISTS (SELECT 1 FROM deliveries d \
             WHERE d.message_id = m.id AND LOWER(d.outgoing) LIKE $1 ESCAPE '!'))"
        );
        found.extend(on.rows::<Doomed>(sql, binds![like::anywhere(format!("\"{form}\"").chars()), below]).await?);
    }
    found.sort();
    found.dedup();
    Ok(found)
}

/// How a handle may stand in a text of which only the letters of ASCII were made small, which is all that SQLite and a
/// search in bytes do: "Élodie" as it is, and wholly in small or large letters.
pub fn forms(handle: &str) -> Vec<String> {
    let mut forms = [handle.to_owned(), handle.to_lowercase(), handle.to_uppercase()].map(|f| f.to_ascii_lowercase());
    forms.sort();
    let mut forms = Vec::from(forms);
    forms.dedup();
    forms
}

/// Where something of theirs was passed on to somebody. Reads through all that was passed on.
pub async fn passing_on(on: &mut impl Sql, person: PersonId) -> Result<Vec<MessageId>> {
    let theirs: Vec<MessageId> = written_by(on, person).await?.into_iter().map(|m| m.id).collect();
    let forwards: Vec<(MessageId, String)> = on
        .rows(
            "SELECT m.id, b.envelope FROM messages m JOIN bodies b ON b.message_id = m.id WHERE m.direction = 'ours' \
             AND (m.flags & $1) <> 0",
            binds![flags::FORWARD],
        )
        .await?;
    let passes_on = |envelope: &str| {
        let parsed: serde_json::Value = serde_json::from_str(envelope).unwrap_or_default();
        let id = parsed["forwards"].as_str().and_then(|id| id.parse().ok()).or_else(|| parsed["forwards"].as_i64());
        id.is_some_and(|id| theirs.binary_search(&MessageId(id)).is_ok())
    };
    Ok(forwards.into_iter().filter(|(_, envelope)| passes_on(envelope)).map(|(id, _)| id).collect())
}

/// Edits below an id whose message has not come, which name no author, with where their bytes stand.
pub async fn waiting_edits(on: &mut impl Sql, below: MessageId) -> Result<Vec<(MessageId, String, i64, i64)>> {
    let sql = "SELECT m.id, b.raw_blob, b.raw_offset, b.raw_length FROM messages m JOIN bodies b ON b.message_id = m.id \
               WHERE m.state = 'waiting' AND m.id < $1 AND b.raw_blob IS NOT NULL";
    on.rows(sql, binds![below]).await
}

/// These messages, to be erased as well.
pub async fn doomed(on: &mut impl Sql, ids: &[MessageId]) -> Result<Vec<Doomed>> {
    let ids: Vec<Value> = ids.iter().map(|id| Value::from(*id)).collect();
    rows_in(on, &format!("SELECT {DOOMED} FROM messages m WHERE m.id IN ({{list}})"), &ids).await
}

/// The conversations of a person, and those that became part of them.
pub async fn conversations(on: &mut impl Sql, person: PersonId, doomed: &[Doomed]) -> Result<Vec<ConversationId>> {
    let sql = "SELECT id FROM conversations WHERE person_id = $1";
    let mut all: Vec<ConversationId> =
        on.rows::<(ConversationId,)>(sql, binds![person]).await?.into_iter().map(|(id,)| id).collect();
    all.extend(doomed.iter().filter_map(|m| m.conversation_id));
    let mut at = 0;
    while at < all.len() {
        let sql = "SELECT from_id FROM merges WHERE into_id = $1";
        for (part,) in on.rows::<(ConversationId,)>(sql, binds![all[at]]).await? {
            if !all.contains(&part) {
                all.push(part);
            }
        }
        at += 1;
    }
    all.sort_unstable();
    all.dedup();
    Ok(all)
}

/// Those of these conversations that are with nobody but this person (`None`: with nobody who is known any more), so that
/// whatever is written and kept there is of them.
pub async fn without_others(
    on: &mut impl Sql,
    person: Option<PersonId>,
    held: &[ConversationId],
) -> Result<Vec<ConversationId>> {
    // No person has the id 0.
    let person = [Value::from(person.map_or(0, |person| person.0))];
    let ids: Vec<Value> = held.iter().map(|id| Value::from(*id)).collect();
    let mut with_others: Vec<ConversationId> = Vec::new();
    for sql in [
        "SELECT DISTINCT conversation_id FROM messages WHERE conversation_id IN ({list}) AND direction = 'theirs' \
         AND person_id <> $1",
        // The messages of one that became part of another stand there now.
        "SELECT DISTINCT p.from_id FROM merged_messages p JOIN messages m ON m.id = p.message_id \
         WHERE p.from_id IN ({list}) AND m.direction = 'theirs' AND m.person_id <> $1",
        // We wrote to somebody who has not answered.
        "SELECT id FROM conversations WHERE id IN ({list}) AND person_id <> $1",
    ] {
        let found: Vec<(ConversationId,)> = rows_in_with(on, sql, &person, &ids).await?;
        with_others.extend(found.into_iter().map(|(id,)| id));
    }
    with_others.sort_unstable();
    Ok(held.iter().filter(|id| with_others.binary_search(id).is_err()).copied().collect())
}

/// The blobs of which these messages, and the files put to drafts in these conversations, are ranges.
pub async fn blobs(on: &mut impl Sql, doomed: &[Doomed], held: &[ConversationId]) -> Result<Vec<String>> {
    let ids: Vec<Value> = doomed.iter().map(|m| Value::from(m.id)).collect();
    let held: Vec<Value> = held.iter().map(|id| Value::from(*id)).collect();
    let mut found: Vec<(String,)> = Vec::new();
    for sql in [
        "SELECT DISTINCT raw_blob FROM bodies WHERE raw_blob IS NOT NULL AND message_id IN ({list})",
        "SELECT DISTINCT blob FROM attachments WHERE message_id IN ({list})",
    ] {
        found.extend(rows_in::<(String,)>(on, sql, &ids).await?);
    }
    let sql = "SELECT DISTINCT blob FROM draft_files WHERE conversation_id IN ({list})";
    found.extend(rows_in::<(String,)>(on, sql, &held).await?);
    let mut found: Vec<String> = found.into_iter().map(|(blob,)| blob).collect();
    found.sort();
    found.dedup();
    Ok(found)
}

/// An answer that had not left yet: its conversation, and what was to be handed to the wire (JSON).
pub type Unsent = (ConversationId, String);

/// Takes the words of these messages everywhere, and leaves their tombstones without a name. `outgoing` gives what is left
/// of what was handed to the wire. Gives what [`take_words`] gives.
pub async fn bury(
    tx: &mut Tx,
    doomed: &[Doomed],
    outgoing: impl Fn(&str) -> String,
    counts: &mut Counts,
) -> Result<Vec<Unsent>> {
    let unsent = take_words(tx, doomed, outgoing, counts).await?;
    let sql = format!(
        "UPDATE messages SET identity_id = NULL, person_id = NULL, external_id = '', reach = NULL, stated_at = NULL, \
         flags = flags & {} WHERE id IN ({{list}})",
        !flags::NOISE
    );
    *counts.entry("messages".to_owned()).or_default() += tx.run_in(&sql, &ids_of(doomed)).await?;
    Ok(unsent)
}

fn ids_of(doomed: &[Doomed]) -> Vec<Value> {
    doomed.iter().map(|m| Value::from(m.id)).collect()
}

/// Takes the words of these messages and all that was made of them; who wrote and when is still known. Gives each answer that
/// had not left yet, and now never will.
pub async fn take_words(
    tx: &mut Tx,
    doomed: &[Doomed],
    outgoing: impl Fn(&str) -> String,
    counts: &mut Counts,
) -> Result<Vec<Unsent>> {
    let ids = ids_of(doomed);
    let unsent = empty_deliveries(tx, &ids, outgoing, counts).await?;
    let mut add = |name: &str, rows: u64| *counts.entry(name.to_owned()).or_default() += rows;
    for table in ["bodies", "attachments", "labels", "label_corrections", "label_readings", "message_topics"] {
        let sql = format!("SELECT COUNT(*) FROM {table} WHERE message_id IN ({{list}})");
        let found: Vec<(i64,)> = rows_in(tx, &sql, &ids).await?;
        add(table, found.iter().map(|(rows,)| rows.unsigned_abs()).sum());
    }
    let noise = noise_among(tx, &ids).await?;
    let placed: Vec<(MessageId, i64)> = doomed.iter().map(|m| (m.id, m.place)).collect();
    messages::bury_all(tx, &placed).await?;
    let sql = format!("UPDATE messages SET flags = flags | {} WHERE id IN ({{list}})", flags::NOISE);
    tx.run_in(&sql, &noise).await?;
    for table in ["mentions", "to_match", "survey_answers", "visitor_log"] {
        add(table, tx.run_in(&format!("DELETE FROM {table} WHERE message_id IN ({{list}})"), &ids).await?);
    }
    Ok(unsent)
}

/// Those of these messages that are promotion or spam: by what a person says of it, else by what a model says.
async fn noise_among(tx: &mut Tx, messages: &[Value]) -> Result<Vec<Value>> {
    let sql = "SELECT m.id FROM messages m LEFT JOIN labels l ON l.message_id = m.id LEFT JOIN label_corrections c \
               ON c.message_id = m.id AND c.kind = 3 AND c.ended_at IS NULL \
               WHERE m.id IN ({list}) AND COALESCE(c.value, l.noise) IN (2, 3)";
    let mut found: Vec<(MessageId,)> = rows_in(tx, sql, messages).await?;
    found.sort_unstable();
    found.dedup();
    Ok(found.into_iter().map(|(id,)| Value::from(id)).collect())
}

/// These have lost their words only since their days are over. An edit whose message never came was never said; and an erasure
/// takes this mark away again ([`bury`]).
pub async fn note_aged(tx: &mut Tx, doomed: &[Doomed]) -> Result<()> {
    let sql = format!(
        "UPDATE messages SET flags = flags | {} WHERE id IN ({{list}}) AND auto = 'person' AND flags & {} = 0",
        flags::AGED,
        flags::BARE
    );
    tx.run_in(&sql, &ids_of(doomed)).await?;
    Ok(())
}

/// What was handed to the wire of these messages says nothing any more. What did not get through, or nobody knows of, is
/// withdrawn as what still waits is: without its words nobody could decide anything about it, or send it again. Gives each
/// answer that waited; what was passed on answers nobody.
async fn empty_deliveries(
    tx: &mut Tx,
    messages: &[Value],
    outgoing: impl Fn(&str) -> String,
    counts: &mut Counts,
) -> Result<Vec<Unsent>> {
    let sql = "SELECT d.id, d.conversation_id, d.state, d.outgoing, m.flags FROM deliveries d \
               JOIN messages m ON m.id = d.message_id WHERE d.message_id IN ({list})";
    let found: Vec<(DeliveryId, ConversationId, String, String, i64)> = rows_in(tx, sql, messages).await?;
    for (delivery, _, state, sent, _) in &found {
        let sql = "UPDATE deliveries SET outgoing = $2, reason = NULL, in_flight = FALSE, \
                   state = CASE WHEN state IN ('queued', 'unknown', 'failed') THEN 'withdrawn' ELSE state END WHERE id = $1";
        *counts.entry("deliveries".to_owned()).or_default() += tx.run(sql, binds![*delivery, outgoing(sent)]).await?;
        if state != "sent" && state != "withdrawn" {
            tellings::follow(tx, *delivery, DeliveryState::Withdrawn, 0).await?;
            invitations::follow(tx, *delivery, DeliveryState::Withdrawn, 0).await?;
        }
    }
    let ids: Vec<Value> = found.iter().map(|(delivery, ..)| Value::from(*delivery)).collect();
    let sql = "DELETE FROM jobs WHERE kind = 'send' AND subject IN ({list})";
    *counts.entry("jobs".to_owned()).or_default() += tx.run_in(sql, &ids).await?;
    let waited = found.into_iter().filter(|(_, _, state, _, flags)| state == "queued" && flags & flags::FORWARD == 0);
    Ok(waited.map(|(_, conversation, _, sent, _)| (conversation, sent)).collect())
}

/// What a channel heard between two places and still has its words; that stands in no conversation at work, and is nothing
/// of ours that is on its way or of which nobody knows yet whether it left; also an edit whose message never came. The
/// oldest first.
pub async fn past(
    on: &mut impl Sql,
    channel: ChannelId,
    (above, below): (i64, i64),
    limit: i64,
) -> Result<Vec<Doomed>> {
    let sql = format!(
        "SELECT {DOOMED} FROM messages m LEFT JOIN conversations c ON c.id = m.conversation_id \
         WHERE m.channel_id = $1 AND m.place > $2 AND m.place < $3 AND m.state IN ('shown', 'waiting') \
         AND (c.id IS NULL OR c.state = 'closed') AND NOT EXISTS (SELECT 1 FROM deliveries d \
         WHERE d.message_id = m.id AND (d.state IN ('queued', 'unknown') OR d.in_flight)) ORDER BY m.place LIMIT $4"
    );
    on.rows(sql, binds![channel, above, below, limit]).await
}

/// What channels left for later, with what is to be done.
pub async fn errands(on: &mut impl Sql) -> Result<Vec<(i64, String)>> {
    on.rows("SELECT id, task FROM errands ORDER BY id", binds![]).await
}

/// These are done no more.
pub async fn forget_errands(tx: &mut Tx, ids: &[i64]) -> Result<u64> {
    let ids: Vec<Value> = ids.iter().map(|id| Value::from(*id)).collect();
    tx.run_in("DELETE FROM errands WHERE id IN ({list})", &ids).await
}

/// The words that are left of a conversation: the subject of its oldest message, the first words of the newest of theirs
/// and whose those are.
pub type Left = (Option<String>, Option<(String, Option<PersonId>)>);

pub async fn left_of(on: &mut impl Sql, id: ConversationId) -> Result<Left> {
    left_where(on, "m.conversation_id = $1", id).await
}

/// As [`left_of`], of one that became part of another.
pub async fn left_of_part(on: &mut impl Sql, from: ConversationId) -> Result<Left> {
    left_where(on, "m.id IN (SELECT message_id FROM merged_messages WHERE from_id = $1)", from).await
}

async fn left_where(on: &mut impl Sql, stands_there: &str, id: ConversationId) -> Result<Left> {
    let from = format!(
        "FROM messages m JOIN bodies b ON b.message_id = m.id AND b.revision = m.revision \
         WHERE {stands_there} AND m.state = 'shown'"
    );
    let subject: Option<(Option<String>,)> =
        on.row(format!("SELECT b.subject {from} ORDER BY m.place LIMIT 1"), binds![id]).await?;
    let sql = format!("SELECT b.snippet, m.person_id {from} AND m.direction = 'theirs' ORDER BY m.place DESC LIMIT 1");
    Ok((subject.and_then(|(subject,)| subject), on.row(sql, binds![id]).await?))
}

/// Takes what was being written in these conversations, and how they stood before they were merged.
pub async fn forget_beside(tx: &mut Tx, held: &[ConversationId], counts: &mut Counts) -> Result<()> {
    let drafts = WhichDrafts { in_conversations: held.to_vec(), ..WhichDrafts::default() };
    forget_drafts(tx, &drafts, counts).await?;
    forget_merges(tx, held, counts).await
}

/// Takes these drafts, with their files.
pub async fn forget_drafts(tx: &mut Tx, which: &WhichDrafts, counts: &mut Counts) -> Result<()> {
    for table in ["drafts", "draft_files"] {
        let mut rows = 0;
        for (condition, list) in which.lists() {
            rows += tx.run_in(&format!("DELETE FROM {table} WHERE {condition}"), &list).await?;
        }
        for key in &which.named {
            rows += tx.run(format!("DELETE FROM {table} WHERE {}", WhichDrafts::ONE), WhichDrafts::one(*key)).await?;
        }
        *counts.entry(table.to_owned()).or_default() += rows;
    }
    Ok(())
}

/// Which became part of another, of all merges on either side of which one of these conversations stands, and how both
/// stood before (JSON of [`crate::merges::Before`]).
pub async fn merges(on: &mut impl Sql, held: &[ConversationId]) -> Result<Vec<(ConversationId, String)>> {
    let ids: Vec<Value> = held.iter().map(|id| Value::from(*id)).collect();
    let mut found: Vec<(ConversationId, String)> = Vec::new();
    for side in ["from_id", "into_id"] {
        let sql = format!("SELECT from_id, before FROM merges WHERE {side} IN ({{list}})");
        found.extend(rows_in::<(ConversationId, String)>(on, &sql, &ids).await?);
    }
    found.sort();
    found.dedup();
    Ok(found)
}

/// What these conversations were called, and how they stood, before they were merged is not known any more.
pub async fn forget_merges(tx: &mut Tx, held: &[ConversationId], counts: &mut Counts) -> Result<()> {
    for (from, before) in merges(tx, held).await? {
        reword_merge(tx, from, &before, None, counts).await?;
    }
    Ok(())
}

/// Of how two conversations stood before they were merged stays what the one that went is called now and its first words,
/// and what was being written there; with nothing left of it (`None`), no word. What the other one was called is never asked
/// for again once that was changed, as it is by an erasure.
pub async fn reword_merge(
    tx: &mut Tx,
    from: ConversationId,
    before: &str,
    left: Option<(&str, &str)>,
    counts: &mut Counts,
) -> Result<()> {
    let mut before: serde_json::Value = serde_json::from_str(before).unwrap_or_default();
    for side in ["from", "into"] {
        before[side]["subject"] = "".into();
        before[side]["snippet"] = "".into();
        before[side]["person_id"] = serde_json::Value::Null;
    }
    let (subject, snippet) = left.unwrap_or_default();
    before["from"]["subject"] = subject.into();
    before["from"]["snippet"] = snippet.into();
    // What was being written may be to them; where the merge is undone it stays where it is.
    before["drafts"] = serde_json::Value::Array(Vec::new());
    let sql = "UPDATE merges SET subject = $3, before = $2 WHERE from_id = $1";
    *counts.entry("merges".to_owned()).or_default() += tx.run(sql, binds![from, before.to_string(), subject]).await?;
    Ok(())
}

/// Empties what programs were answered: it may repeat anything. That it was answered stays, so that nothing is done twice.
pub async fn forget_answers(tx: &mut Tx) -> Result<u64> {
    tx.run("UPDATE api_answers SET body = '' WHERE status <> 0", binds![]).await
}

/// Everything set aside below an id, whatever was decided of it: where its bytes stand, and what is written beside it.
pub async fn set_aside(on: &mut impl Sql, below: QuarantineId) -> Result<Vec<Aside>> {
    on.rows(
        "SELECT id, blob, byte_offset, size, item_key, reason, hint, received_at FROM quarantine WHERE id < $1 \
         ORDER BY blob, byte_offset",
        binds![below],
    )
    .await
}

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Aside {
    pub id: i64,
    pub blob: String,
    pub byte_offset: i64,
    pub size: i64,
    pub item_key: String,
    pub reason: String,
    pub hint: String,
    pub received_at: Millis,
}

/// Lets items that were set aside go for good.
pub async fn forget_aside(tx: &mut Tx, ids: &[i64]) -> Result<u64> {
    let ids: Vec<Value> = ids.iter().map(|id| Value::from(*id)).collect();
    tx.run_in("DELETE FROM quarantine WHERE id IN ({list})", &ids).await
}

/// From here on what is deleted is overwritten, or no longer (SQLite; PostgreSQL keeps the dead rows until
/// [`crate::Db::scrub`], which rids the full-text index of what was taken out of it, too).
pub async fn overwrite(tx: &mut Tx, on: bool) -> Result<()> {
    if tx.dialect() == crate::Dialect::Sqlite {
        let sql = format!("PRAGMA secure_delete = {}", if on { "ON" } else { "OFF" });
        tx.rows::<(i64,)>(sql, binds![]).await?;
    }
    Ok(())
}
