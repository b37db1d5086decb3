//! Taking one person out of every table. What is left is the tombstones of what was said: that there was a message, when,
//! and in which thread.

use crate::{Result, Sql, Tx, Value, binds, db::rows_in, messages, messages::flags};
use std::collections::BTreeMap;
use tertulia_model::{ChannelId, ConversationId, MessageId, PersonId};

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
/// to something of theirs, passing it on, shown to them in a chat, or addressed to one of their handles.
pub async fn said_to(on: &mut impl Sql, person: PersonId, handles: &[String]) -> Result<Vec<Doomed>> {
    const THEIRS: &str = "SELECT id FROM messages WHERE person_id = $1";
    let alone = |column: &str| {
        format!(
            "m.{column} IN (SELECT {column} FROM messages WHERE person_id = $1 AND {column} IS NOT NULL) AND NOT EXISTS \
             (SELECT 1 FROM messages o WHERE o.{column} = m.{column} AND o.direction = 'theirs' AND o.person_id <> $1)"
        )
    };
    let each = [
        alone("conversation_id"),
        alone("thread_id"),
        format!("m.parent_id IN ({THEIRS})"),
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
    for form in handles.iter().flat_map(|handle| forms(handle)) {
        let quoted = like(&format!("\"{form}\""));
        let sql = format!(
            "SELECT {DOOMED} FROM messages m WHERE m.direction = 'ours' AND (EXISTS (SELECT 1 FROM bodies b \
             WHERE b.message_id = m.id AND LOWER(b.envelope) LIKE $1 ESCAPE '!') OR EXISTS (SELECT 1 FROM deliveries d \
             WHERE d.message_id = m.id AND LOWER(d.outgoing) LIKE $1 ESCAPE '!'))"
        );
        found.extend(on.rows::<Doomed>(sql, binds![quoted]).await?);
    }
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
    let passed: Vec<Value> = forwards.into_iter().filter(|(_, e)| passes_on(e)).map(|(id, _)| id.into()).collect();
    let sql = format!("SELECT {DOOMED} FROM messages m WHERE m.id IN ({{list}})");
    found.extend(rows_in::<Doomed>(on, &sql, &passed).await?);
    found.sort();
    found.dedup();
    Ok(found)
}

/// Edits whose message has not come, which name no author, with where their bytes stand.
pub async fn waiting_edits(on: &mut impl Sql) -> Result<Vec<(MessageId, String, i64, i64)>> {
    let sql = "SELECT m.id, b.raw_blob, b.raw_offset, b.raw_length FROM messages m JOIN bodies b ON b.message_id = m.id \
               WHERE m.state = 'waiting' AND b.raw_blob IS NOT NULL";
    on.rows(sql, binds![]).await
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

/// Takes the words of these messages everywhere, and leaves their tombstones without a name. `outgoing` gives what is left
/// of what was handed to the wire.
pub async fn bury(
    tx: &mut Tx,
    doomed: &[Doomed],
    outgoing: impl Fn(&str) -> String,
    counts: &mut Counts,
) -> Result<()> {
    take_words(tx, doomed, outgoing, counts).await?;
    for m in doomed {
        let sql = "UPDATE messages SET identity_id = NULL, person_id = NULL, external_id = '', reach = NULL, stated_at = NULL \
                   WHERE id = $1";
        *counts.entry("messages".to_owned()).or_default() += tx.run(sql, binds![m.id]).await?;
    }
    Ok(())
}

/// Takes the words of these messages and all that was made of them; who wrote and when is still known.
pub async fn take_words(
    tx: &mut Tx,
    doomed: &[Doomed],
    outgoing: impl Fn(&str) -> String,
    counts: &mut Counts,
) -> Result<()> {
    let mut add = |name: &str, rows: u64| *counts.entry(name.to_owned()).or_default() += rows;
    for m in doomed {
        add(
            "bodies",
            tx.number("SELECT COUNT(*) FROM bodies WHERE message_id = $1", binds![m.id]).await?.unsigned_abs(),
        );
        let files = "SELECT COUNT(*) FROM attachments WHERE message_id = $1";
        add("attachments", tx.number(files, binds![m.id]).await?.unsigned_abs());
        messages::bury(tx, m.id, m.place).await?;
        for table in ["mentions", "to_match", "survey_answers", "visitor_log"] {
            add(table, tx.run(format!("DELETE FROM {table} WHERE message_id = $1"), binds![m.id]).await?);
        }
        let found: Option<(i64, String)> =
            tx.row("SELECT id, outgoing FROM deliveries WHERE message_id = $1", binds![m.id]).await?;
        if let Some((delivery, sent)) = found {
            let sql = "UPDATE deliveries SET outgoing = $2, reason = NULL, in_flight = FALSE, \
                       state = CASE WHEN state IN ('queued', 'unknown') THEN 'withdrawn' ELSE state END WHERE id = $1";
            add("deliveries", tx.run(sql, binds![delivery, outgoing(&sent)]).await?);
            add("jobs", tx.run("DELETE FROM jobs WHERE kind = 'send' AND subject = $1", binds![delivery]).await?);
        }
    }
    Ok(())
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

/// The words that are left of a conversation: the subject of its oldest message, the first words of the newest and whose
/// those are.
pub async fn left_of(
    on: &mut impl Sql,
    id: ConversationId,
) -> Result<(Option<String>, Option<(String, Option<PersonId>)>)> {
    const FROM: &str = "FROM messages m JOIN bodies b ON b.message_id = m.id AND b.revision = m.revision \
                        WHERE m.conversation_id = $1 AND m.state = 'shown'";
    let subject: Option<(Option<String>,)> =
        on.row(format!("SELECT b.subject {FROM} ORDER BY m.place LIMIT 1"), binds![id]).await?;
    let sql = format!("SELECT b.snippet, m.person_id {FROM} AND m.direction = 'theirs' ORDER BY m.place DESC LIMIT 1");
    Ok((subject.and_then(|(subject,)| subject), on.row(sql, binds![id]).await?))
}

/// Takes what was being written in these conversations, and how they stood before they were merged.
pub async fn forget_beside(tx: &mut Tx, held: &[ConversationId], counts: &mut Counts) -> Result<()> {
    let ids: Vec<Value> = held.iter().map(|id| Value::from(*id)).collect();
    for table in ["drafts", "draft_files"] {
        let rows = tx.run_in(&format!("DELETE FROM {table} WHERE conversation_id IN ({{list}})"), &ids).await?;
        *counts.entry(table.to_owned()).or_default() += rows;
    }
    let mut merged: Vec<(ConversationId, String)> = Vec::new();
    for side in ["from_id", "into_id"] {
        let sql = format!("SELECT from_id, before FROM merges WHERE {side} IN ({{list}})");
        merged.extend(rows_in::<(ConversationId, String)>(tx, &sql, &ids).await?);
    }
    merged.sort();
    merged.dedup();
    for (from, before) in merged {
        let mut before: serde_json::Value = serde_json::from_str(&before).unwrap_or_default();
        for side in ["from", "into"] {
            before[side]["subject"] = "".into();
            before[side]["snippet"] = "".into();
            before[side]["person_id"] = serde_json::Value::Null;
        }
        before["drafts"] = serde_json::Value::Array(Vec::new());
        let sql = "UPDATE merges SET subject = '', before = $2 WHERE from_id = $1";
        *counts.entry("merges".to_owned()).or_default() += tx.run(sql, binds![from, before.to_string()]).await?;
    }
    Ok(())
}

/// Takes the person's own rows, and whatever else speaks of their handles: errands, answers given to programs, errors.
pub async fn forget_person(tx: &mut Tx, person: PersonId, handles: &[String], counts: &mut Counts) -> Result<()> {
    const THEIRS: &str = "(SELECT id FROM identities WHERE person_id = $1)";
    let of_identity = |table: &str| format!("DELETE FROM {table} WHERE identity_id IN {THEIRS}");
    let each = [
        ("person_links", format!("DELETE FROM person_links WHERE person_id = $1 OR identity_id IN {THEIRS}")),
        ("asked_mails", of_identity("asked_mails")),
        ("visitor_log", of_identity("visitor_log")),
        (
            "consents",
            format!(
                "DELETE FROM consents WHERE (subject_kind = 'person' AND subject_id = $1) OR (subject_kind = 'identity' AND subject_id IN {THEIRS})"
            ),
        ),
        ("mutes", "DELETE FROM mutes WHERE kind = 'person' AND subject_id = $1".to_owned()),
        ("survey_answers", "DELETE FROM survey_answers WHERE person_id = $1".to_owned()),
        ("identities", "DELETE FROM identities WHERE person_id = $1".to_owned()),
        ("persons", "DELETE FROM persons WHERE id = $1".to_owned()),
    ];
    for (table, sql) in each {
        *counts.entry(table.to_owned()).or_default() += tx.run(sql, binds![person]).await?;
    }
    let sayings = [
        ("errands", "DELETE FROM errands WHERE LOWER(task) LIKE $1 ESCAPE '!' OR LOWER(name) LIKE $1 ESCAPE '!'"),
        ("api_answers", "DELETE FROM api_answers WHERE LOWER(body) LIKE $1 ESCAPE '!'"),
        ("asked_mails", "DELETE FROM asked_mails WHERE LOWER(address) LIKE $1 ESCAPE '!'"),
        ("jobs", "UPDATE jobs SET last_error = NULL WHERE LOWER(last_error) LIKE $1 ESCAPE '!'"),
        ("channels", "UPDATE channels SET last_error = NULL WHERE LOWER(last_error) LIKE $1 ESCAPE '!'"),
        ("passed_over", "DELETE FROM passed_over WHERE LOWER(reason) LIKE $1 ESCAPE '!'"),
        ("ledger_counts", "DELETE FROM ledger_counts WHERE LOWER(reason) LIKE $1 ESCAPE '!'"),
        ("ledger_gaps", "UPDATE ledger_gaps SET reason = 'It failed.' WHERE LOWER(reason) LIKE $1 ESCAPE '!'"),
        (
            "imports",
            "UPDATE imports SET error = NULL, reasons = '{}' WHERE LOWER(reasons) LIKE $1 ESCAPE '!' OR LOWER(error) LIKE $1 ESCAPE '!'",
        ),
        ("deliveries", "UPDATE deliveries SET reason = NULL WHERE LOWER(reason) LIKE $1 ESCAPE '!'"),
    ];
    let long = handles.iter().filter(|handle| handle.chars().count() >= SHORTEST);
    for form in long.flat_map(|handle| forms(handle)) {
        for (table, sql) in sayings {
            *counts.entry(table.to_owned()).or_default() += tx.run(sql, binds![like(&form)]).await?;
        }
    }
    Ok(())
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

/// A handle shorter than this is looked for in no text: it would be found in everybody's.
pub const SHORTEST: usize = 4;

fn like(text: &str) -> String {
    let escaped: String =
        text.chars().flat_map(|c| matches!(c, '%' | '_' | '!').then_some('!').into_iter().chain([c])).collect();
    format!("%{escaped}%")
}

/// Everything set aside, whatever was decided of it: its id, where its bytes stand, and what is written beside it.
pub async fn set_aside(on: &mut impl Sql) -> Result<Vec<Aside>> {
    on.rows(
        "SELECT id, blob, byte_offset, size, item_key, reason, hint FROM quarantine ORDER BY blob, byte_offset",
        binds![],
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
}

/// Lets items that were set aside go for good.
pub async fn forget_aside(tx: &mut Tx, ids: &[i64]) -> Result<u64> {
    let ids: Vec<Value> = ids.iter().map(|id| Value::from(*id)).collect();
    tx.run_in("DELETE FROM quarantine WHERE id IN ({list})", &ids).await
}

/// From here to the end of the transaction, what is deleted is overwritten, and the full-text index is written anew
/// without what was taken out of it (SQLite; PostgreSQL keeps the dead rows until [`crate::Db::scrub`]).
pub async fn overwrite(tx: &mut Tx, on: bool) -> Result<()> {
    if tx.dialect() == crate::Dialect::Sqlite {
        if !on {
            tx.run("INSERT INTO message_terms (message_terms) VALUES ('optimize')", binds![]).await?;
        }
        let sql = format!("PRAGMA secure_delete = {}", if on { "ON" } else { "OFF" });
        tx.rows::<(i64,)>(sql, binds![]).await?;
    }
    Ok(())
}
