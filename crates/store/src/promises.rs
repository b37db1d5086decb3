//! What we said we would do: found in a message of ours or put down by hand, confirmed, and kept or broken on the record.

use crate::{Result, Sql, Tx, Value, binds, db::rows_in};
use tertulia_model::{ConversationId, MessageId, Millis, PersonId, UserId};

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Promise {
    pub id: i64,
    pub message_id: MessageId,
    pub conversation_id: ConversationId,
    /// Empty once the message has no words any more.
    pub words: String,
    /// The last moment at which it is kept in time; none where no day was named.
    pub due_at: Option<Millis>,
    /// `suggested`, `open`, `kept`, `broken` or `dismissed`.
    pub state: String,
    /// By what it was recognised; `hand` where a member put it down.
    pub sign: String,
    pub made_at: Millis,
    pub confirmed_by: Option<UserId>,
    pub confirmed_at: Option<Millis>,
    pub closed_by: Option<UserId>,
    pub closed_at: Option<Millis>,
    pub note: Option<String>,
    /// Rises with each change.
    pub version: i64,
}

/// A promise with whom it was made to.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Listed {
    #[sqlx(flatten)]
    pub promise: Promise,
    pub person_id: Option<PersonId>,
    pub person_name: Option<String>,
}

const COLUMNS: &str = "id, message_id, conversation_id, words, due_at, state, sign, made_at, confirmed_by, confirmed_at, \
                       closed_by, closed_at, note, version";
const LISTED: &str = "SELECT p.id, p.message_id, p.conversation_id, p.words, p.due_at, p.state, p.sign, p.made_at, \
    p.confirmed_by, p.confirmed_at, p.closed_by, p.closed_at, p.note, p.version, c.person_id, n.name AS person_name \
    FROM promises p LEFT JOIN conversations c ON c.id = p.conversation_id LEFT JOIN persons n ON n.id = c.person_id";

/// Where a promise without a day stands: after all others.
const NO_DAY: Millis = i64::MAX;

impl Promise {
    /// Its place in lists: what is due first stands first.
    pub fn place(&self) -> (i64, i64) {
        (self.due_at.unwrap_or(NO_DAY), self.id)
    }
}

pub async fn add(tx: &mut Tx, promises: &[Promise]) -> Result<()> {
    let row = |p: &Promise| {
        let (order, _) = p.place();
        binds![
            p.id,
            p.message_id,
            p.conversation_id,
            &p.words,
            p.due_at,
            &p.state,
            &p.sign,
            p.made_at,
            p.confirmed_by,
            p.confirmed_at,
            p.closed_by,
            p.closed_at,
            p.note.clone(),
            p.version,
            order,
        ]
    };
    let values = promises.iter().flat_map(row).collect();
    tx.insert_many(&format!("INSERT INTO promises ({COLUMNS}, due_order)"), 15, "", values).await?;
    Ok(())
}

pub async fn get(on: &mut impl Sql, id: i64) -> Result<Option<Listed>> {
    on.row(format!("{LISTED} WHERE p.id = $1"), binds![id]).await
}

/// As [`get`], before a change: nobody else changes it until the commit.
pub async fn get_to_change(tx: &mut Tx, id: i64) -> Result<Option<Promise>> {
    let lock = tx.dialect().for_update();
    tx.row(format!("SELECT {COLUMNS} FROM promises WHERE id = $1 {lock}"), binds![id]).await
}

/// What a person says of it; its version rises.
pub async fn put(tx: &mut Tx, promise: &Promise) -> Result<()> {
    let sql = "UPDATE promises SET due_at = $2, due_order = $3, state = $4, confirmed_by = $5, confirmed_at = $6, closed_by = $7, \
               closed_at = $8, note = $9, version = version + 1 WHERE id = $1";
    let p = promise.clone();
    let (order, _) = p.place();
    let values =
        binds![p.id, p.due_at, order, p.state, p.confirmed_by, p.confirmed_at, p.closed_by, p.closed_at, p.note];
    tx.run(sql, values).await?;
    Ok(())
}

pub async fn remove(tx: &mut Tx, id: i64) -> Result<()> {
    tx.run("DELETE FROM promises WHERE id = $1", binds![id]).await?;
    Ok(())
}

/// Those in these messages, in the order of their words.
pub async fn of_messages(on: &mut impl Sql, messages: &[MessageId]) -> Result<Vec<Promise>> {
    let ids: Vec<Value> = messages.iter().map(|id| Value::from(*id)).collect();
    let sql = format!("SELECT {COLUMNS} FROM promises WHERE message_id IN ({{list}})");
    let mut found: Vec<Promise> = rows_in(on, &sql, &ids).await?;
    found.sort_by_key(|promise| promise.id);
    found.dedup_by_key(|promise| promise.id);
    Ok(found)
}

/// The promises to a person, looked for in their latest conversations: whoever talked with us more often than anybody reads
/// must not cost more than others. As a cross join, which SQLite keeps in its order, and by an index that holds the state as
/// well: else it goes through all promises of a state.
const LAST_TALKS: &str = "(SELECT id AS held FROM conversations WHERE person_id = $1 ORDER BY last_at DESC LIMIT 500) AS last_talks \
                      CROSS JOIN promises WHERE conversation_id = held";

/// Those that were made to a person in their latest 500 conversations, first those that nobody has closed, each newest first;
/// not what was none, nor what nobody has confirmed.
pub async fn of_person(on: &mut impl Sql, person: PersonId, limit: i64) -> Result<Vec<Promise>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM {LAST_TALKS} AND state IN ('open', 'kept', 'broken') \
         ORDER BY CASE state WHEN 'open' THEN 0 ELSE 1 END, id DESC LIMIT $2"
    );
    on.rows(sql, binds![person, limit]).await
}

/// Those in a state, what is due first; from a place on.
pub async fn list(on: &mut impl Sql, state: &str, after: Option<(i64, i64)>, limit: i64) -> Result<Vec<Listed>> {
    let (due, id) = after.unwrap_or((i64::MIN, i64::MIN));
    let sql =
        format!("{LISTED} WHERE p.state = $1 AND (p.due_order, p.id) > ($2, $3) ORDER BY p.due_order, p.id LIMIT $4");
    on.rows(sql, binds![state, due, id, limit]).await
}

/// As [`list`], what was due last first; up to a place.
pub async fn list_back(on: &mut impl Sql, state: &str, below: Option<(i64, i64)>, limit: i64) -> Result<Vec<Listed>> {
    let (due, id) = below.unwrap_or((i64::MAX, i64::MAX));
    let sql = format!(
        "{LISTED} WHERE p.state = $1 AND (p.due_order, p.id) < ($2, $3) ORDER BY p.due_order DESC, p.id DESC LIMIT $4"
    );
    on.rows(sql, binds![state, due, id, limit]).await
}

/// How many are in a state, up to a number.
pub async fn count_up_to(on: &mut impl Sql, state: &str, most: i64) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM (SELECT 1 AS one FROM promises WHERE state = $1 LIMIT $2) AS counted";
    on.number(sql, binds![state, most]).await
}

/// Takes what was promised in these messages altogether.
pub async fn forget(tx: &mut Tx, messages: &[MessageId]) -> Result<u64> {
    let ids: Vec<Value> = messages.iter().map(|id| Value::from(*id)).collect();
    tx.run_in("DELETE FROM promises WHERE message_id IN ({list})", &ids).await
}

/// These messages lose their words: whether a promise was kept stays on the record, without what it was; what nobody
/// confirmed goes.
pub(crate) async fn take_words(tx: &mut Tx, messages: &[Value]) -> Result<()> {
    let sql = "DELETE FROM promises WHERE message_id IN ({list}) AND state IN ('suggested', 'dismissed')";
    tx.run_in(sql, messages).await?;
    let sql = "UPDATE promises SET words = '', note = NULL, version = version + 1 WHERE message_id IN ({list})";
    tx.run_in(sql, messages).await?;
    Ok(())
}

/// A copy of one of our messages gives way to the original.
pub(crate) async fn follow_message(tx: &mut Tx, copy: MessageId, original: MessageId) -> Result<()> {
    tx.run("UPDATE promises SET message_id = $2 WHERE message_id = $1", binds![copy, original]).await?;
    Ok(())
}
