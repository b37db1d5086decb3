//! What identities say of themselves in profiles and signatures.

use crate::{Result, Sql, Tx, Value, db::rows_in};
use std::collections::BTreeSet;
use tertulia_model::{IdentityId, MessageId};

/// One thing that an identity says of itself.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Trait {
    pub identity_id: IdentityId,
    /// `link`, `phone` or `line`.
    pub kind: String,
    pub value: String,
    /// Where it stood.
    pub message_id: MessageId,
}

/// What these identities say of themselves, by identity and in a fixed order.
pub async fn of(on: &mut impl Sql, identities: &[IdentityId]) -> Result<Vec<Trait>> {
    let ids: Vec<Value> = identities.iter().map(|id| Value::from(*id)).collect();
    let sql = "SELECT identity_id, kind, value, message_id FROM identity_traits WHERE identity_id IN ({list})";
    let mut found: Vec<Trait> = rows_in(on, sql, &ids).await?;
    found.sort_by(|a, b| (a.identity_id, &a.kind, &a.value).cmp(&(b.identity_id, &b.kind, &b.value)));
    found.dedup();
    Ok(found)
}

/// Notes what identities say newly; it is looked at anew who else they may be.
pub async fn add(tx: &mut Tx, traits: &[Trait]) -> Result<()> {
    let rows: Vec<Value> =
        traits.iter().flat_map(|one| crate::binds![one.identity_id, &one.kind, &one.value, one.message_id]).collect();
    let tail = "ON CONFLICT (identity_id, kind, value) DO NOTHING";
    tx.insert_many("INSERT INTO identity_traits (identity_id, kind, value, message_id)", 4, tail, rows).await?;
    let whose: BTreeSet<IdentityId> = traits.iter().map(|one| one.identity_id).collect();
    look_again(tx, whose.into_iter().map(Value::from).collect()).await
}

/// What stood in these messages alone goes with their words.
pub async fn forget(tx: &mut Tx, messages: &[MessageId]) -> Result<()> {
    let ids: Vec<Value> = messages.iter().map(|id| Value::from(*id)).collect();
    let sql = "SELECT identity_id FROM identity_traits WHERE message_id IN ({list})";
    let whose: Vec<(IdentityId,)> = rows_in(tx, sql, &ids).await?;
    if whose.is_empty() {
        return Ok(());
    }
    tx.run_in("DELETE FROM identity_traits WHERE message_id IN ({list})", &ids).await?;
    let whose: BTreeSet<IdentityId> = whose.into_iter().map(|(id,)| id).collect();
    let whose: Vec<Value> = whose.into_iter().map(Value::from).collect();
    // Their words stand among the reasons, too; until somebody comes nobody is looked at.
    tx.run_in("DELETE FROM identity_suggestions WHERE first_id IN ({list})", &whose).await?;
    tx.run_in("DELETE FROM identity_suggestions WHERE second_id IN ({list})", &whose).await?;
    look_again(tx, whose).await
}

async fn look_again(tx: &mut Tx, identities: Vec<Value>) -> Result<()> {
    tx.run_in("UPDATE identities SET keys_version = 0 WHERE id IN ({list})", &identities).await?;
    Ok(())
}
