//! Other organisations that are looked at beside ours: by which accounts they speak, and what was said in public to them and
//! to us.

use crate::{
    Result, Sql, Tx, Value, binds,
    db::{rows_in, rows_in_with},
    erasing::Counts,
    keys,
    messages::flags,
};
use tertulia_model::{ChannelId, IdentityId, MessageId, Millis, PersonId, ThreadId, UserId};

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Other {
    pub id: i64,
    pub name: String,
    /// By which no two are called the same.
    pub name_folded: String,
    pub saved_by: UserId,
    pub saved_at: Millis,
    /// Counts its changes.
    pub version: i64,
    pub removed_at: Option<Millis>,
}

/// An account by which one speaks.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Account {
    pub other_id: i64,
    pub identity_id: IdentityId,
    /// The names by which it is addressed, without their sign and apart by spaces.
    pub called: String,
    /// The channel that hears nothing but its page.
    pub page_id: Option<ChannelId>,
    pub space: String,
    pub handle: String,
    /// What its owner is called.
    pub person_name: String,
    pub person_id: PersonId,
}

/// What is kept of an account; all else is its identity's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAccount {
    pub identity_id: IdentityId,
    pub called: String,
    pub page_id: Option<ChannelId>,
}

/// One message that everybody can read, said by a person, still there; one of ours only once it was sent.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Said {
    pub id: MessageId,
    pub place: i64,
    pub at: Millis,
    pub thread_id: ThreadId,
    pub channel_id: ChannelId,
    pub is_ours: bool,
    pub identity_id: Option<IdentityId>,
    pub person_id: Option<PersonId>,
    /// The space of who wrote it.
    pub space: Option<String>,
    /// It names nothing that it answers.
    pub begins: bool,
    /// The channel says that it is addressed to us.
    pub is_to_us: bool,
    /// Whose message it answers, of those that are here: only what it answers itself, and nothing further up.
    pub answers_ours: bool,
    pub answers_identity: Option<IdentityId>,
    pub answers_person: Option<PersonId>,
}

const COLUMNS: &str = "id, name, name_folded, saved_by, saved_at, version, removed_at";

/// `Conflict` where another is called so.
pub async fn add(tx: &mut Tx, other: &Other) -> Result<()> {
    let o = other.clone();
    let sql = format!("INSERT INTO others ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7)");
    tx.run(sql, binds![o.id, o.name, o.name_folded, o.saved_by, o.saved_at, o.version, o.removed_at]).await?;
    Ok(())
}

/// Calls it so, and counts the change. `Conflict` where another is called so.
pub async fn put(tx: &mut Tx, other: &Other) -> Result<()> {
    let o = other.clone();
    let sql = "UPDATE others SET name = $2, name_folded = $3, saved_by = $4, saved_at = $5, version = version + 1 \
               WHERE id = $1";
    tx.run(sql, binds![o.id, o.name, o.name_folded, o.saved_by, o.saved_at]).await?;
    Ok(())
}

/// Takes it away, or (`None`) puts it back; `Conflict` where another is called so by then.
pub async fn remove(tx: &mut Tx, id: i64, at: Option<Millis>) -> Result<()> {
    tx.run("UPDATE others SET removed_at = $2 WHERE id = $1", binds![id, at]).await?;
    Ok(())
}

/// Lets those go for good that were removed before a moment.
pub async fn forget_removed(tx: &mut Tx, before: Millis) -> Result<u64> {
    const GONE: &str = "SELECT id FROM others WHERE removed_at IS NOT NULL AND removed_at < $1";
    tx.run(format!("DELETE FROM other_accounts WHERE other_id IN ({GONE})"), binds![before]).await?;
    tx.run("DELETE FROM others WHERE removed_at IS NOT NULL AND removed_at < $1", binds![before]).await
}

/// All that were not removed, by name. They are few.
pub async fn all(on: &mut impl Sql) -> Result<Vec<Other>> {
    on.rows(format!("SELECT {COLUMNS} FROM others WHERE removed_at IS NULL ORDER BY name_folded, id"), binds![]).await
}

/// Also one that was removed.
pub async fn get(on: &mut impl Sql, id: i64) -> Result<Option<Other>> {
    on.row(format!("SELECT {COLUMNS} FROM others WHERE id = $1"), binds![id]).await
}

/// As [`get`], before it is changed: nobody else changes it until the commit.
pub async fn get_to_change(tx: &mut Tx, id: i64) -> Result<Option<Other>> {
    let lock = tx.dialect().for_update();
    tx.row(format!("SELECT {COLUMNS} FROM others WHERE id = $1 {lock}"), binds![id]).await
}

/// The accounts of these, in the order in which they were heard first.
pub async fn accounts(on: &mut impl Sql, others: &[i64]) -> Result<Vec<Account>> {
    let sql = "SELECT a.other_id, a.identity_id, a.called, a.page_id, i.space, i.handle, p.name AS person_name, i.person_id \
               FROM other_accounts a JOIN identities i ON i.id = a.identity_id JOIN persons p ON p.id = i.person_id \
               WHERE a.other_id IN ({list})";
    let ids: Vec<Value> = others.iter().map(|id| Value::from(*id)).collect();
    let mut found: Vec<Account> = rows_in(on, sql, &ids).await?;
    found.sort_by_key(|account| (account.other_id, account.identity_id));
    found.dedup_by_key(|account| (account.other_id, account.identity_id));
    Ok(found)
}

/// These take the place of the accounts that it had.
pub async fn set_accounts(tx: &mut Tx, other: i64, accounts: &[NewAccount]) -> Result<()> {
    tx.run("DELETE FROM other_accounts WHERE other_id = $1", binds![other]).await?;
    let row = |a: &NewAccount| binds![other, a.identity_id, &a.called, a.page_id];
    let values = accounts.iter().flat_map(row).collect();
    let head = "INSERT INTO other_accounts (other_id, identity_id, called, page_id)";
    tx.insert_many(head, 4, "", values).await?;
    Ok(())
}

/// What those are called as whose account a person was named, also those that were removed.
pub async fn naming(on: &mut impl Sql, person: PersonId) -> Result<Vec<String>> {
    let sql = "SELECT DISTINCT o.name FROM identities i JOIN other_accounts a ON a.identity_id = i.id \
               JOIN others o ON o.id = a.other_id WHERE i.person_id = $1 ORDER BY 1";
    Ok(on.rows::<(String,)>(sql, binds![person]).await?.into_iter().map(|(name,)| name).collect())
}

/// No account of a person is looked at any more.
pub async fn forget_person(tx: &mut Tx, person: PersonId, counts: &mut Counts) -> Result<()> {
    let sql = "DELETE FROM other_accounts WHERE identity_id IN (SELECT id FROM identities WHERE person_id = $1)";
    *counts.entry("other_accounts".to_owned()).or_default() += tx.run(sql, binds![person]).await?;
    Ok(())
}

/// Whether an identity said anything in public since a moment.
pub async fn is_heard(on: &mut impl Sql, (person, identity): (PersonId, IdentityId), since: Millis) -> Result<bool> {
    let sql = "SELECT COUNT(*) FROM (SELECT 1 AS one FROM messages WHERE person_id = $1 AND identity_id = $2 AND place >= $3 \
               AND visibility = 'public' AND state = 'shown' AND auto = 'person' LIMIT 1) AS counted";
    Ok(on.number(sql, binds![person, identity, keys::place_at(since)]).await? > 0)
}

/// Threads in which an identity spoke in public before a moment, those where it spoke last first.
pub async fn threads_of(
    on: &mut impl Sql,
    (person, identity): (PersonId, IdentityId),
    until: Millis,
    limit: i64,
) -> Result<Vec<ThreadId>> {
    let sql = "SELECT thread_id, MAX(place) AS latest FROM messages WHERE person_id = $1 AND identity_id = $2 AND place < $3 \
               AND visibility = 'public' GROUP BY thread_id ORDER BY latest DESC LIMIT $4";
    let found: Vec<(ThreadId, i64)> = on.rows(sql, binds![person, identity, keys::place_until(until), limit]).await?;
    Ok(found.into_iter().map(|(thread, _)| thread).collect())
}

/// Threads that others began in public on a channel, from a moment up to another; the latest first.
pub async fn threads_begun(
    on: &mut impl Sql,
    channel: ChannelId,
    (from, until): (Millis, Millis),
    limit: i64,
) -> Result<Vec<ThreadId>> {
    let sql = "SELECT thread_id, MAX(place) AS latest FROM messages WHERE channel_id = $1 AND place >= $2 AND place < $3 \
               AND visibility = 'public' AND direction = 'theirs' AND parent_id IS NULL AND flags & $4 = 0 \
               GROUP BY thread_id ORDER BY latest DESC LIMIT $5";
    let values = binds![channel, keys::place_at(from), keys::place_until(until), flags::REFERS, limit];
    let found: Vec<(ThreadId, i64)> = on.rows(sql, values).await?;
    Ok(found.into_iter().map(|(thread, _)| thread).collect())
}

/// Threads in which something addressed to us, or in answer to something of ours, was said in public on a channel, from a moment
/// up to another; the latest first.
pub async fn threads_to_us(
    on: &mut impl Sql,
    channel: ChannelId,
    (from, until): (Millis, Millis),
    limit: i64,
) -> Result<Vec<ThreadId>> {
    let sql = "SELECT m.thread_id, MAX(m.place) AS latest FROM messages m \
               LEFT JOIN messages p ON p.id = m.parent_id AND m.parent_rank = 1 \
               WHERE m.channel_id = $1 AND m.place >= $2 AND m.place < $3 AND m.visibility = 'public' \
               AND m.direction = 'theirs' AND (m.flags & $4 <> 0 OR p.direction = 'ours') \
               GROUP BY m.thread_id ORDER BY latest DESC LIMIT $5";
    let values = binds![channel, keys::place_at(from), keys::place_until(until), flags::ADDRESSED, limit];
    let found: Vec<(ThreadId, i64)> = on.rows(sql, values).await?;
    Ok(found.into_iter().map(|(thread, _)| thread).collect())
}

/// What was said in public in these threads since a moment: one thread after the other, in the order in which it was said.
pub async fn said_in(on: &mut impl Sql, threads: &[ThreadId], since: Millis) -> Result<Vec<Said>> {
    let sql = "SELECT m.id, m.place, m.at, m.thread_id, m.channel_id, m.direction = 'ours' AS is_ours, m.identity_id, \
               m.person_id, i.space, (m.parent_id IS NULL AND m.flags & $2 = 0) AS begins, m.flags & $3 <> 0 AS is_to_us, \
               COALESCE(p.direction = 'ours', FALSE) AS answers_ours, p.identity_id AS answers_identity, \
               p.person_id AS answers_person FROM messages m LEFT JOIN messages p ON p.id = m.parent_id AND m.parent_rank = 1 \
               LEFT JOIN identities i ON i.id = m.identity_id \
               WHERE m.thread_id IN ({list}) AND m.place >= $1 AND m.visibility = 'public' AND m.state = 'shown' \
               AND m.auto = 'person' AND (m.direction = 'theirs' OR NOT EXISTS (SELECT 1 FROM deliveries d \
               WHERE d.message_id = m.id AND d.state <> 'sent')) ORDER BY m.thread_id, m.place";
    let fixed: Vec<Value> = binds![keys::place_at(since), flags::REFERS, flags::ADDRESSED];
    let threads: Vec<Value> = threads.iter().map(|id| Value::from(*id)).collect();
    rows_in_with(on, sql, &fixed, &threads).await
}
