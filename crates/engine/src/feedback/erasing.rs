//! What an erasure takes out of items, and what it leaves for a person to look at.

use crate::{Engine, Result};
use serde_json::{Value, json};
use tertulia_model::PersonId;
use tertulia_store::{Tx, erasing::Counts, evidence, feedback, feedback_changes};

/// Rows that are looked through at once.
const PAGE: i64 = 500;

/// A person is taken out of all evidence; who asks is counted anew. Words of theirs that items hold went with the messages.
pub(crate) async fn forget(tx: &mut Tx, person: PersonId, counts: &mut Counts) -> Result<()> {
    let (gone, items) = evidence::forget_person(tx, person).await?;
    feedback::recount(tx, &items).await?;
    *counts.entry("feedback_evidence".to_owned()).or_default() += gone;
    Ok(())
}

/// Items and changes whose words, which are the team's, name somebody.
pub(crate) async fn named(engine: &Engine, is_named: impl Fn(&str) -> bool) -> Result<Vec<Value>> {
    let mut db = engine.db.reader();
    let mut found = Vec::new();
    let mut below = None;
    loop {
        let page = feedback::all(&mut db, below, PAGE).await?;
        let Some(last) = page.last() else { break };
        below = Some(last.id);
        let named = page.iter().filter(|item| is_named(&item.title) || is_named(&item.asked));
        found.extend(named.map(|item| json!({ "kind": "feedback", "id": item.id.to_string() })));
    }
    let mut below = None;
    loop {
        let page = feedback_changes::all(&mut db, None, below, PAGE).await?;
        let Some(last) = page.last() else { break };
        below = Some(last.id);
        let named = page.iter().filter(|c| is_named(&c.title) || is_named(&c.words) || is_named(&c.reason));
        found.extend(named.map(|change| json!({ "kind": "change", "id": change.id.to_string() })));
    }
    Ok(found)
}
