//! What was decided about cards of Today, which cards were drawn for whom, and how days ended.

use crate::{Result, Sql, StoreError, Tx, binds, erasing::Counts, today::SAID};
use tertulia_model::{ConversationId, Millis, PersonId, UserId};

/// By what a card is known: two cards with the same key are the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, sqlx::FromRow)]
pub struct Key {
    /// `first`, `promise`, `back`, `quiet` or `new`.
    pub kind: String,
    /// A conversation, a promise or a person.
    pub subject_id: i64,
    pub cause: i64,
}

/// What was decided about a card.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Decided {
    pub id: i64,
    #[sqlx(flatten)]
    pub key: Key,
    pub person_id: Option<PersonId>,
    pub conversation_id: Option<ConversationId>,
    /// `open` or `done`.
    pub state: String,
    /// The day from which on it stands, in days since 1970-01-01.
    pub from_day: i64,
    pub holder_id: Option<UserId>,
    /// Who passed it on to them.
    pub passed_by: Option<UserId>,
    pub note: String,
    pub by_user: UserId,
    pub at: Millis,
    /// Rises with each change.
    pub version: i64,
}

const COLUMNS: &str = "id, kind, subject_id, cause, person_id, conversation_id, state, from_day, holder_id, \
                       passed_by, note, by_user, at, version";

/// The row of a card, put there as it is given where there is none; nobody else changes it until the commit.
pub async fn hold(tx: &mut Tx, new: &Decided) -> Result<Decided> {
    let sql = format!(
        "INSERT INTO today_cards ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) \
         ON CONFLICT (kind, subject_id, cause) DO NOTHING"
    );
    let d = new.clone();
    let values = binds![
        d.id,
        d.key.kind,
        d.key.subject_id,
        d.key.cause,
        d.person_id,
        d.conversation_id,
        d.state,
        d.from_day,
        d.holder_id,
        d.passed_by,
        d.note,
        d.by_user,
        d.at,
        d.version,
    ];
    tx.run(sql, values).await?;
    let lock = tx.dialect().for_update();
    let sql = format!("SELECT {COLUMNS} FROM today_cards WHERE kind = $1 AND subject_id = $2 AND cause = $3 {lock}");
    let key = new.key.clone();
    let held: Option<Decided> = tx.row(sql, binds![key.kind, key.subject_id, key.cause]).await?;
    // It was there, and somebody took it back before it could be held: whoever asks again puts theirs there.
    held.ok_or(StoreError::Conflict)
}

/// As [`hold`], for one that is there.
pub async fn get_to_change(tx: &mut Tx, id: i64) -> Result<Option<Decided>> {
    let lock = tx.dialect().for_update();
    tx.row(format!("SELECT {COLUMNS} FROM today_cards WHERE id = $1 {lock}"), binds![id]).await
}

/// What is decided of it now; its version rises.
pub async fn put(tx: &mut Tx, decided: &Decided) -> Result<()> {
    let sql = "UPDATE today_cards SET person_id = $2, conversation_id = $3, state = $4, from_day = $5, holder_id = $6, passed_by = $7, \
               note = $8, by_user = $9, at = $10, version = version + 1 WHERE id = $1";
    let d = decided.clone();
    let values = binds![
        d.id,
        d.person_id,
        d.conversation_id,
        d.state,
        d.from_day,
        d.holder_id,
        d.passed_by,
        d.note,
        d.by_user,
        d.at,
    ];
    tx.run(sql, values).await?;
    Ok(())
}

/// Nothing was ever decided of it.
pub async fn remove(tx: &mut Tx, id: i64) -> Result<()> {
    tx.run("DELETE FROM today_cards WHERE id = $1", binds![id]).await?;
    Ok(())
}

/// What was decided of a card. What is about a person holds also where it was decided of somebody who is part of them by now.
pub async fn of(on: &mut impl Sql, key: &Key) -> Result<Option<Decided>> {
    let of_person = matches!(key.kind.as_str(), "quiet" | "new");
    let subjects = if of_person { "(SELECT id FROM persons WHERE id = $2 OR merged_into = $2)" } else { "($2)" };
    let sql = format!(
        "SELECT {COLUMNS} FROM today_cards WHERE kind = $1 AND subject_id IN {subjects} AND cause = $3 \
         ORDER BY state, from_day DESC LIMIT 1"
    );
    on.row(sql, binds![&key.kind, key.subject_id, key.cause]).await
}

/// The open cards that stand with a member on a day because they were passed on to them, or put off by them.
pub async fn held_by(on: &mut impl Sql, member: UserId, day: i64, limit: i64) -> Result<Vec<Decided>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM today_cards WHERE state = 'open' AND holder_id = $1 AND from_day <= $2 \
         ORDER BY from_day, id LIMIT $3"
    );
    on.rows(sql, binds![member, day, limit]).await
}

/// How many cards that are due a member has decided about in a time; without those who were answered by its end, and promises
/// of which it was said what became of them: these count as that.
pub async fn count_decided(on: &mut impl Sql, member: UserId, (from, until): (Millis, Millis)) -> Result<i64> {
    let sql = format!(
        "SELECT COUNT(*) FROM today_cards t WHERE t.by_user = $1 AND t.at >= $2 AND t.at < $3 AND ((t.kind = 'promise' \
         AND EXISTS (SELECT 1 FROM promises q WHERE q.id = t.subject_id AND (q.state = 'open' OR q.closed_at >= $3))) \
         OR (t.kind = 'first' AND NOT EXISTS (SELECT 1 FROM conversations o JOIN messages m ON m.conversation_id = o.id \
         WHERE o.person_id = t.person_id AND m.place < $4 AND {SAID})))"
    );
    on.number(sql, binds![member, from, until, crate::keys::place_at(until)]).await
}

/// A member has left: what stood with them stands with whoever has what it is about.
pub async fn let_go_of(tx: &mut Tx, member: UserId) -> Result<()> {
    let sql = "UPDATE today_cards SET holder_id = NULL, passed_by = NULL, version = version + 1 WHERE state = 'open' \
               AND holder_id = $1";
    tx.run(sql, binds![member]).await?;
    Ok(())
}

/// What is kept about a person: what was decided of cards about them, oldest first.
pub async fn of_person(on: &mut impl Sql, person: PersonId) -> Result<Vec<Decided>> {
    on.rows(format!("SELECT {COLUMNS} FROM today_cards WHERE person_id = $1 ORDER BY at, id"), binds![person]).await
}

/// Takes what is kept about a person, and about whoever is part of them, when they are erased.
pub async fn forget(tx: &mut Tx, person: PersonId, counts: &mut Counts) -> Result<()> {
    const WHO: &str = "(SELECT id FROM persons WHERE id = $1 OR merged_into = $1)";
    for (table, sql) in [
        ("today_cards", format!("DELETE FROM today_cards WHERE person_id IN {WHO}")),
        (
            "today_cards",
            "DELETE FROM today_cards WHERE conversation_id IN (SELECT id FROM conversations WHERE person_id = $1)"
                .to_owned(),
        ),
        ("today_cards", format!("DELETE FROM today_cards WHERE kind IN ('quiet', 'new') AND subject_id IN {WHO}")),
        ("today_draws", format!("DELETE FROM today_draws WHERE kind IN ('quiet', 'new') AND subject_id IN {WHO}")),
    ] {
        *counts.entry(table.to_owned()).or_default() += tx.run(sql, binds![person]).await?;
    }
    Ok(())
}

/// `from` becomes part of `into`.
pub(crate) async fn join_persons(tx: &mut Tx, from: PersonId, into: PersonId) -> Result<()> {
    tx.run("UPDATE today_cards SET person_id = $2 WHERE person_id = $1", binds![from, into]).await?;
    Ok(())
}

/// `from` is by themselves again, with their conversations: what is about them is told by these, or by the card itself.
pub(crate) async fn part_persons(tx: &mut Tx, from: PersonId, held: PersonId) -> Result<()> {
    let sql = "UPDATE today_cards SET person_id = $1 WHERE person_id = $2 AND (conversation_id IN \
               (SELECT id FROM conversations WHERE person_id = $1) OR (kind IN ('quiet', 'new') AND subject_id = $1))";
    tx.run(sql, binds![from, held]).await?;
    Ok(())
}

/// `from` becomes part of `into`: what was decided of it holds of the whole, unless something was of that one. Where they part
/// again it stays there.
pub(crate) async fn join_conversations(tx: &mut Tx, from: ConversationId, into: ConversationId) -> Result<()> {
    let sql = "UPDATE today_cards SET subject_id = $2 WHERE kind IN ('first', 'back') AND subject_id = $1 AND NOT EXISTS \
               (SELECT 1 FROM today_cards o WHERE o.kind = today_cards.kind AND o.subject_id = $2 AND o.cause = today_cards.cause)";
    tx.run(sql, binds![from, into]).await?;
    tx.run("UPDATE today_cards SET conversation_id = $2 WHERE conversation_id = $1", binds![from, into]).await?;
    Ok(())
}

/// Notes which card of its kind is a member's on a day; false where one was noted before.
pub async fn draw(tx: &mut Tx, member: UserId, day: i64, key: &Key) -> Result<bool> {
    let sql = "INSERT INTO today_draws (user_id, day, kind, subject_id, cause) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (user_id, day, kind) DO NOTHING";
    Ok(tx.run(sql, binds![member, day, &key.kind, key.subject_id, key.cause]).await? == 1)
}

/// It was not a member's on a day: another may be.
pub async fn take_back_draw(tx: &mut Tx, member: UserId, day: i64, key: &Key) -> Result<()> {
    let sql =
        "DELETE FROM today_draws WHERE user_id = $1 AND day = $2 AND kind = $3 AND subject_id = $4 AND cause = $5";
    tx.run(sql, binds![member, day, &key.kind, key.subject_id, key.cause]).await?;
    Ok(())
}

/// The cards that were drawn for a member on a day.
pub async fn drawn(on: &mut impl Sql, member: UserId, day: i64) -> Result<Vec<Key>> {
    let sql = "SELECT kind, subject_id, cause FROM today_draws WHERE user_id = $1 AND day = $2 ORDER BY kind";
    on.rows(sql, binds![member, day]).await
}

/// Whether this was drawn for anybody since a day.
pub async fn drawn_since(on: &mut impl Sql, kind: &str, subject: i64, day: i64) -> Result<bool> {
    let sql = "SELECT COUNT(*) FROM (SELECT 1 AS one FROM today_draws WHERE kind = $1 AND subject_id = $2 AND day >= $3 \
               LIMIT 1) AS counted";
    Ok(on.number(sql, binds![kind, subject, day]).await? > 0)
}

/// Forgets what was drawn before a day.
pub async fn forget_draws(tx: &mut Tx, before: i64) -> Result<u64> {
    tx.run("DELETE FROM today_draws WHERE day < $1", binds![before]).await
}

/// How a day ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct Ended {
    /// Days since 1970-01-01.
    pub day: i64,
    pub due: i64,
    pub left_over: i64,
}

/// Notes how a member's day ended; what was noted first stands.
pub async fn note_day(tx: &mut Tx, member: UserId, ended: Ended) -> Result<()> {
    let sql = "INSERT INTO today_days (user_id, day, due, left_over) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (user_id, day) DO NOTHING";
    tx.run(sql, binds![member, ended.day, ended.due, ended.left_over]).await?;
    Ok(())
}

/// How a member's days ended, from one on and before another.
pub async fn days(on: &mut impl Sql, member: UserId, (from, until): (i64, i64)) -> Result<Vec<Ended>> {
    let sql = "SELECT day, due, left_over FROM today_days WHERE user_id = $1 AND day >= $2 AND day < $3 ORDER BY day";
    on.rows(sql, binds![member, from, until]).await
}

/// The last day of which it was noted how it ended.
pub async fn last_day(on: &mut impl Sql) -> Result<Option<i64>> {
    let found: Option<(i64,)> = on.row("SELECT day FROM today_days ORDER BY day DESC LIMIT 1", binds![]).await?;
    Ok(found.map(|(day,)| day))
}
