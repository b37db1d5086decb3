//! What changed, in the order in which it was committed: live screens resume from a sequence number.

use crate::{Result, Sql, Tx, binds};
use tertulia_model::Millis;

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Change {
    pub seq: i64,
    /// `conversation`, `channel`, `import` …
    pub topic: String,
    pub subject: i64,
}

/// From here to its end nobody else commits a change.
pub async fn alone(tx: &mut Tx) -> Result<()> {
    if let Some(lock) = tx.dialect().commit_order_lock() {
        tx.run(lock, binds![]).await?;
    }
    Ok(())
}

/// Notes changes as the last thing of a transaction; gives them with their sequence.
pub async fn note(tx: &mut Tx, changed: &[(&str, i64)], now: Millis) -> Result<Vec<Change>> {
    if changed.is_empty() {
        return Ok(Vec::new());
    }
    alone(tx).await?;
    let values = changed.iter().flat_map(|(topic, subject)| binds![*topic, *subject, now]).collect();
    let head = "INSERT INTO changes (topic, subject, at)";
    let mut noted: Vec<Change> = tx.insert_returning(head, 3, "RETURNING seq, topic, subject", values).await?;
    noted.sort_unstable_by_key(|change| change.seq);
    Ok(noted)
}

/// The changes after `seq`, oldest first, at most `limit`.
pub async fn after(on: &mut impl Sql, seq: i64, limit: i64) -> Result<Vec<Change>> {
    on.rows("SELECT seq, topic, subject FROM changes WHERE seq > $1 ORDER BY seq LIMIT $2", binds![seq, limit]).await
}

/// The newest sequence; 0 before the first change.
pub async fn newest(on: &mut impl Sql) -> Result<i64> {
    on.number("SELECT MAX(seq) FROM changes", binds![]).await
}

/// Forgets changes noted before `before`: who was away for longer loads the whole page anyway.
pub async fn forget(tx: &mut Tx, before: Millis) -> Result<u64> {
    tx.run("DELETE FROM changes WHERE at < $1 AND seq < (SELECT MAX(seq) FROM changes)", binds![before]).await
}
