//! Figures for whoever watches over an installation. They are asked for every few seconds, so what each costs must not
//! grow with the tables: counting ends at [`MOST`].

use crate::{Result, Sql, binds};
use tertulia_model::Millis;

/// Counting ends here; a figure that reached it means "at least".
pub const MOST: i64 = 10_000;

/// Jobs of a kind that are due: how many, and since when the oldest is.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Due {
    pub kind: String,
    pub jobs: i64,
    pub oldest: Millis,
}

/// What is due and not yet done, by kind.
pub async fn due(on: &mut impl Sql, now: Millis) -> Result<Vec<Due>> {
    let sql = "SELECT kind, COUNT(*) AS jobs, MIN(run_at) AS oldest FROM \
               (SELECT kind, run_at FROM jobs WHERE run_at <= $1 ORDER BY run_at LIMIT $2) AS counted GROUP BY kind ORDER BY kind";
    on.rows(sql, binds![now, MOST]).await
}

/// Deliveries in a state: those that nobody has decided about, whatever their age (`since` 0), or those that came into it
/// since.
pub async fn deliveries(on: &mut impl Sql, state: &str, since: Millis) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM (SELECT 1 AS one FROM deliveries WHERE state = $1 AND updated_at >= $2 \
               AND left_at IS NULL LIMIT $3) AS counted";
    on.number(sql, binds![state, since, MOST]).await
}

/// Messages that the monitors have still to look at.
pub async fn unmatched(on: &mut impl Sql) -> Result<i64> {
    on.number(
        "SELECT COUNT(*) FROM (SELECT 1 AS one FROM to_match ORDER BY message_id LIMIT $1) AS counted",
        binds![MOST],
    )
    .await
}
