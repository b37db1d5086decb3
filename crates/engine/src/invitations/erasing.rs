//! What an erasure leaves for a person to look at. Invitations themselves go with the customer.

use crate::{Engine, Result};
use serde_json::{Value, json};
use tertulia_store::invitation_texts;

/// Rows that are looked through at once.
const PAGE: i64 = 500;

/// Draws whose texts, which are the team's, name somebody.
pub(crate) async fn named(engine: &Engine, is_named: impl Fn(&str) -> bool) -> Result<Vec<Value>> {
    let mut db = engine.db.reader();
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let page = invitation_texts::all(&mut db, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(found) };
        after = Some((last.round_id, last.language.clone()));
        let named = page.iter().filter(|text| is_named(&text.subject) || is_named(&text.words));
        found.extend(named.map(|text| json!({ "kind": "invitations", "id": text.round_id.to_string() })));
    }
}
