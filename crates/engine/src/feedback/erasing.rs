//! What an erasure takes out of items, and what it leaves for a person to look at.

use crate::{Engine, Result};
use serde_json::{Value, json};
use tertulia_model::PersonId;
use tertulia_store::{
    Tx, erasing::Counts, evidence, feedback, feedback_changes, people, roadmap, telling_texts, tellings, voices,
};

/// Rows that are looked through at once.
const PAGE: i64 = 500;

/// A person is taken out of all evidence; who asks is counted anew. Words of theirs that items hold went with the messages.
pub(crate) async fn forget(tx: &mut Tx, person: PersonId, counts: &mut Counts) -> Result<()> {
    let (gone, items) = evidence::forget_person(tx, person).await?;
    feedback::recount(tx, &items).await?;
    *counts.entry("feedback_evidence".to_owned()).or_default() += gone;
    *counts.entry("tellings".to_owned()).or_default() += tellings::forget_person(tx, person).await?;
    // An account elsewhere may be called as somebody else's mail address is.
    let mails = people::identities(tx, person).await?.into_iter().filter(|known| known.space == "mail");
    let addresses: Vec<String> = mails.map(|known| known.handle).collect();
    *counts.entry("roadmap_voices".to_owned()).or_default() += voices::forget(tx, &addresses).await?;
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
    let mut after = None;
    loop {
        let page = telling_texts::all(&mut db, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some((last.change_id, last.kind.clone(), last.language.clone()));
        let named = page.iter().filter(|text| is_named(&text.words));
        found.extend(named.map(|text| json!({ "kind": "telling", "id": text.change_id.to_string() })));
    }
    let mut below = None;
    loop {
        let page = roadmap::all(&mut db, below, PAGE).await?;
        let Some(last) = page.last() else { break };
        below = Some(last.change_id);
        let named = page.iter().filter(|entry| is_named(&entry.title) || is_named(&entry.words));
        found.extend(named.map(|entry| json!({ "kind": "change", "id": entry.change_id.to_string() })));
    }
    Ok(found)
}
