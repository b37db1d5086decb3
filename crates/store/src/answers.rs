//! What programs asked for once, by the key they chose (`Idempotency-Key`), and what they were answered.

use crate::{Result, Sql, Tx, binds};
use tertulia_model::{Millis, TokenId};

/// An answer as it was given; of a request that is still under way, the status is 0.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Answer {
    pub request_hash: Vec<u8>,
    pub status: i64,
    /// JSON: the body and those headers that belong to it.
    pub body: String,
    pub at: Millis,
}

impl Answer {
    pub fn is_under_way(&self) -> bool {
        self.status == 0
    }
}

/// Takes a key for a request; none where it is taken, else what it is taken by. A request that has been under way since
/// before `abandoned` ended with its program, and its key is free again for the same request.
pub async fn begin(
    tx: &mut Tx,
    token: TokenId,
    key: &str,
    request_hash: &[u8],
    now: Millis,
    abandoned: Millis,
) -> Result<Option<Answer>> {
    let sql = "INSERT INTO api_answers (token_id, idempotency_key, request_hash, status, body, at) \
               VALUES ($1, $2, $3, 0, '', $4) ON CONFLICT (token_id, idempotency_key) DO UPDATE SET at = excluded.at \
               WHERE api_answers.status = 0 AND api_answers.at < $5 AND api_answers.request_hash = excluded.request_hash";
    if tx.run(sql, binds![token, key, request_hash, now, abandoned]).await? == 1 {
        return Ok(None);
    }
    get(tx, token, key).await
}

pub async fn get(on: &mut impl Sql, token: TokenId, key: &str) -> Result<Option<Answer>> {
    let sql = "SELECT request_hash, status, body, at FROM api_answers WHERE token_id = $1 AND idempotency_key = $2";
    on.row(sql, binds![token, key]).await
}

/// The request was answered; whoever repeats it gets the same.
pub async fn finish(tx: &mut Tx, token: TokenId, key: &str, status: u16, body: &str) -> Result<()> {
    let sql = "UPDATE api_answers SET status = $3, body = $4 WHERE token_id = $1 AND idempotency_key = $2";
    tx.run(sql, binds![token, key, i64::from(status), body]).await?;
    Ok(())
}

/// The request did nothing (its answer is an error of ours), so that it can be tried again with the same key.
pub async fn let_go(tx: &mut Tx, token: TokenId, key: &str) -> Result<()> {
    let sql = "DELETE FROM api_answers WHERE token_id = $1 AND idempotency_key = $2 AND status = 0";
    tx.run(sql, binds![token, key]).await?;
    Ok(())
}

/// Forgets what was asked before `before`; how many that were.
pub async fn forget(tx: &mut Tx, before: Millis) -> Result<u64> {
    tx.run("DELETE FROM api_answers WHERE at < $1", binds![before]).await
}
