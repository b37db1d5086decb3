//! What the team notes for itself, in a conversation or of a person, and which members a note names.

use crate::{
    Result, Sql, Tx, Value, binds,
    db::{rows_in, rows_in_with},
};
use tertulia_model::{ConversationId, IdentityId, Millis, PersonId, UserId};

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Note {
    pub id: i64,
    /// Where it stands; none where it is of a person.
    pub conversation_id: Option<ConversationId>,
    /// Where it was written: that one may have become part of another.
    pub written_in: Option<ConversationId>,
    pub person_id: Option<PersonId>,
    /// As a message's ([`crate::keys::place`]): between which of them it stands.
    pub place: i64,
    pub text: String,
    /// As it was before the last change, for as long as that can be undone.
    pub text_before: Option<String>,
    pub written_by: UserId,
    pub written_at: Millis,
    pub changed_at: Option<Millis>,
    /// It was taken away, and is shown to nobody any more.
    pub removed_at: Option<Millis>,
    /// Rises with each change.
    pub version: i64,
}

const COLUMNS: &str = "id, conversation_id, written_in, person_id, place, text, text_before, written_by, written_at, \
    changed_at, removed_at, version";

pub async fn add(tx: &mut Tx, note: &Note) -> Result<()> {
    let n = note.clone();
    let sql = format!("INSERT INTO notes ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)");
    let values = binds![
        n.id,
        n.conversation_id,
        n.written_in,
        n.person_id,
        n.place,
        n.text,
        n.text_before,
        n.written_by,
        n.written_at,
        n.changed_at,
        n.removed_at,
        n.version
    ];
    tx.run(sql, values).await?;
    Ok(())
}

/// Also one that was taken away.
pub async fn get(on: &mut impl Sql, id: i64) -> Result<Option<Note>> {
    on.row(format!("SELECT {COLUMNS} FROM notes WHERE id = $1"), binds![id]).await
}

/// As [`get`], before a change: nobody else changes it until the commit.
pub async fn get_to_change(tx: &mut Tx, id: i64) -> Result<Option<Note>> {
    let lock = tx.dialect().for_update();
    tx.row(format!("SELECT {COLUMNS} FROM notes WHERE id = $1 {lock}"), binds![id]).await
}

/// Its words and whether it is shown; its version rises.
pub async fn put(tx: &mut Tx, note: &Note) -> Result<()> {
    let sql = "UPDATE notes SET text = $2, text_before = $3, changed_at = $4, removed_at = $5, version = version + 1 \
               WHERE id = $1";
    let n = note.clone();
    tx.run(sql, binds![n.id, n.text, n.text_before, n.changed_at, n.removed_at]).await?;
    Ok(())
}

/// Takes a note for good, as if it had never been.
pub async fn remove(tx: &mut Tx, id: i64) -> Result<()> {
    tx.run("DELETE FROM note_mentions WHERE note_id = $1", binds![id]).await?;
    tx.run("DELETE FROM notes WHERE id = $1", binds![id]).await?;
    Ok(())
}

/// Those between two places of a conversation, the last of them first, so many at most.
pub async fn of_conversation(
    on: &mut impl Sql,
    conversation: ConversationId,
    (from, below): (i64, i64),
    limit: i64,
) -> Result<Vec<Note>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM notes WHERE conversation_id = $1 AND place >= $2 AND place < $3 AND removed_at IS NULL \
         ORDER BY place DESC LIMIT $4"
    );
    on.rows(sql, binds![conversation, from, below, limit]).await
}

/// Those of a person, the newest first, below an id.
pub async fn of_person(on: &mut impl Sql, person: PersonId, below: Option<i64>, limit: i64) -> Result<Vec<Note>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM notes WHERE person_id = $1 AND id < $2 AND removed_at IS NULL ORDER BY id DESC LIMIT $3"
    );
    on.rows(sql, binds![person, below.unwrap_or(i64::MAX), limit]).await
}

/// Notes about anybody that stand, the newest first, below an id: for whoever looks through all of them.
pub async fn all(on: &mut impl Sql, below: Option<i64>, limit: i64) -> Result<Vec<Note>> {
    let sql = format!("SELECT {COLUMNS} FROM notes WHERE id < $1 AND removed_at IS NULL ORDER BY id DESC LIMIT $2");
    on.rows(sql, binds![below.unwrap_or(i64::MAX), limit]).await
}

/// All that stands in these conversations and of this person, the oldest first.
pub async fn about(on: &mut impl Sql, person: PersonId, conversations: &[ConversationId]) -> Result<Vec<Note>> {
    let ids: Vec<Value> = conversations.iter().map(|id| Value::from(*id)).collect();
    let sql = format!("SELECT {COLUMNS} FROM notes WHERE conversation_id IN ({{list}}) AND removed_at IS NULL");
    let mut found: Vec<Note> = rows_in(on, &sql, &ids).await?;
    found.extend(of_person(on, person, None, i64::MAX).await?);
    found.sort_by_key(|note| note.id);
    found.dedup_by_key(|note| note.id);
    Ok(found)
}

/// An identity of `before` turns out to be another person's: what was noted of who is nobody without it is of that one.
pub async fn follow_identity(tx: &mut Tx, before: PersonId, identity: IdentityId, person: PersonId) -> Result<()> {
    let sql = "UPDATE notes SET person_id = $3 WHERE person_id = $1 AND NOT EXISTS \
               (SELECT 1 FROM identities i WHERE i.person_id = $1 AND i.id <> $2)";
    tx.run(sql, binds![before, identity, person]).await?;
    Ok(())
}

/// Takes all notes of a person, also what was taken away and could come back.
pub async fn forget_person(tx: &mut Tx, person: PersonId) -> Result<u64> {
    let which = "SELECT id FROM notes WHERE person_id = $1";
    tx.run(format!("DELETE FROM note_mentions WHERE note_id IN ({which})"), binds![person]).await?;
    tx.run("DELETE FROM notes WHERE person_id = $1", binds![person]).await
}

/// The same for all that stands in these conversations.
pub async fn forget_in(tx: &mut Tx, conversations: &[ConversationId]) -> Result<u64> {
    let ids: Vec<Value> = conversations.iter().map(|id| Value::from(*id)).collect();
    let which = "SELECT id FROM notes WHERE conversation_id IN ({list})";
    tx.run_in(&format!("DELETE FROM note_mentions WHERE note_id IN ({which})"), &ids).await?;
    tx.run_in("DELETE FROM notes WHERE conversation_id IN ({list})", &ids).await
}

/// Forgets for good what was taken away, and how notes read before they were changed, before `until`.
pub async fn forget_removed(tx: &mut Tx, until: Millis) -> Result<()> {
    let which = "SELECT id FROM notes WHERE removed_at < $1";
    tx.run(format!("DELETE FROM note_mentions WHERE note_id IN ({which})"), binds![until]).await?;
    tx.run("DELETE FROM notes WHERE removed_at < $1", binds![until]).await?;
    let sql = "UPDATE notes SET text_before = NULL WHERE text_before IS NOT NULL AND changed_at < $1";
    tx.run(sql, binds![until]).await?;
    Ok(())
}

/// How many notes [`forget_removed`] has not done with.
pub async fn count_removed(on: &mut impl Sql) -> Result<i64> {
    let sql = "SELECT (SELECT COUNT(*) FROM notes WHERE removed_at IS NOT NULL) \
               + (SELECT COUNT(*) FROM notes WHERE text_before IS NOT NULL AND removed_at IS NULL)";
    on.number(sql, binds![]).await
}

/// A note names these members, and no others: who was named before stays as they were. Gives whom that changes.
pub async fn mention(tx: &mut Tx, note: i64, members: &[UserId]) -> Result<Vec<UserId>> {
    let before: Vec<UserId> = mentioned(tx, note).await?;
    let mut told = Vec::new();
    for gone in &before {
        if !members.contains(gone) {
            tx.run("DELETE FROM note_mentions WHERE user_id = $1 AND note_id = $2", binds![*gone, note]).await?;
            told.push(*gone);
        }
    }
    for member in members {
        if !before.contains(member) {
            let sql = "INSERT INTO note_mentions (user_id, note_id) VALUES ($1, $2) ON CONFLICT (user_id, note_id) DO NOTHING";
            tx.run(sql, binds![*member, note]).await?;
            told.push(*member);
        }
    }
    Ok(told)
}

/// Whom a note names.
pub async fn mentioned(on: &mut impl Sql, note: i64) -> Result<Vec<UserId>> {
    let sql = "SELECT user_id FROM note_mentions WHERE note_id = $1 ORDER BY user_id";
    Ok(on.rows::<(UserId,)>(sql, binds![note]).await?.into_iter().map(|(member,)| member).collect())
}

/// A note that names somebody: with whom the conversation is, or of whom it is.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Mention {
    #[sqlx(flatten)]
    pub note: Note,
    /// None: the one who is named has not seen it.
    pub seen_at: Option<Millis>,
    pub about_id: Option<PersonId>,
    pub about_name: Option<String>,
}

/// The notes that name a member, the newest first, below an id.
pub async fn mentions(on: &mut impl Sql, member: UserId, below: Option<i64>, limit: i64) -> Result<Vec<Mention>> {
    let columns: Vec<String> = COLUMNS.split(", ").map(|column| format!("n.{}", column.trim())).collect();
    let sql = format!(
        "SELECT {}, m.seen_at, p.id AS about_id, p.name AS about_name FROM note_mentions m JOIN notes n ON n.id = m.note_id \
         LEFT JOIN conversations c ON c.id = n.conversation_id LEFT JOIN persons p ON p.id = COALESCE(n.person_id, c.person_id) \
         WHERE m.user_id = $1 AND m.note_id < $2 AND n.removed_at IS NULL ORDER BY m.note_id DESC LIMIT $3",
        columns.join(", ")
    );
    on.rows(sql, binds![member, below.unwrap_or(i64::MAX), limit]).await
}

/// How many notes name a member who has not seen them, up to a number.
pub async fn count_unseen(on: &mut impl Sql, member: UserId, most: i64) -> Result<i64> {
    on.number(COUNTING_UNSEEN, binds![member, most]).await
}

/// For the member `$1`, up to `$2`.
pub(crate) const COUNTING_UNSEEN: &str = "SELECT COUNT(*) FROM (SELECT 1 AS one FROM note_mentions m \
    JOIN notes n ON n.id = m.note_id WHERE m.user_id = $1 AND m.seen_at IS NULL AND n.removed_at IS NULL LIMIT $2) AS counted";

/// Those of these notes that name a member who has not seen them.
pub async fn unseen(on: &mut impl Sql, member: UserId, of: &[i64]) -> Result<Vec<i64>> {
    let ids: Vec<Value> = of.iter().map(|id| Value::from(*id)).collect();
    let sql = "SELECT note_id FROM note_mentions WHERE user_id = $1 AND seen_at IS NULL AND note_id IN ({list})";
    let mut found: Vec<(i64,)> = rows_in_with(on, sql, &[member.into()], &ids).await?;
    found.sort_unstable();
    found.dedup();
    Ok(found.into_iter().map(|(note,)| note).collect())
}

/// A member has seen these notes.
pub async fn see(tx: &mut Tx, member: UserId, these: &[i64], now: Millis) -> Result<()> {
    for note in these {
        let sql = "UPDATE note_mentions SET seen_at = $3 WHERE user_id = $1 AND note_id = $2 AND seen_at IS NULL";
        tx.run(sql, binds![member, *note, now]).await?;
    }
    Ok(())
}

/// A member has seen all that names them.
pub async fn see_all(tx: &mut Tx, member: UserId, now: Millis) -> Result<()> {
    let sql = "UPDATE note_mentions SET seen_at = $2 WHERE user_id = $1 AND seen_at IS NULL";
    tx.run(sql, binds![member, now]).await?;
    Ok(())
}
