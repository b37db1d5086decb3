//! What the organisation hopes to reach, written down before it listens.

use crate::{Result, Sql, Tx, binds};
use tertulia_model::{GoalId, Millis, UserId};

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Goal {
    pub id: GoalId,
    pub sentence: String,
    pub today_value: String,
    pub hoped_value: String,
    /// A day, `2027-03-31`.
    pub due_on: String,
    pub declared_at: Millis,
    pub declared_by: UserId,
}

pub async fn declare(tx: &mut Tx, goal: &Goal) -> Result<()> {
    let sql = "INSERT INTO goals (id, sentence, today_value, hoped_value, due_on, declared_at, declared_by) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let g = goal.clone();
    tx.run(sql, binds![g.id, g.sentence, g.today_value, g.hoped_value, g.due_on, g.declared_at, g.declared_by]).await?;
    Ok(())
}

/// The goal that stands: the latest declared.
pub async fn current(on: &mut impl Sql) -> Result<Option<Goal>> {
    on.row("SELECT id, sentence, today_value, hoped_value, due_on, declared_at, declared_by FROM goals ORDER BY id DESC LIMIT 1", binds![])
        .await
}
