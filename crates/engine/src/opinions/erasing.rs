//! What an erasure leaves for a person to look at.

use super::statements;
use crate::{Engine, Result};
use serde_json::{Value, json};
use tertulia_store::opinions;

/// Ballots whose words, which are the team's, name somebody.
pub(crate) async fn named(engine: &Engine, is_named: impl Fn(&str) -> bool) -> Result<Vec<Value>> {
    let mut db = engine.db.reader();
    let mut found = Vec::new();
    for ballot in opinions::all(&mut db, None, super::MOST).await? {
        let is_told = is_named(&ballot.question)
            || statements::all(&mut db, ballot.id)
                .await?
                .iter()
                .any(|one| is_named(&one.text) || is_named(&one.statement_key))
            || opinions::batches(&mut db, ballot.id, None, i64::MAX).await?.iter().any(|batch| is_named(&batch.name));
        if is_told {
            found.push(json!({ "kind": "ballot", "id": ballot.id.to_string() }));
        }
    }
    Ok(found)
}
