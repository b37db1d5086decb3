//! What an erasure leaves for a person to look at.

use crate::{Engine, Result};
use serde_json::{Value, json};
use tertulia_store::{
    articles::{self, Version},
    saved_replies::{self, TEAM},
    users,
};

/// Rows that are looked through at once.
const PAGE: i64 = 500;

/// Articles and saved replies whose words, which are the team's, name somebody.
pub(crate) async fn named(engine: &Engine, is_named: impl Fn(&str) -> bool) -> Result<Vec<Value>> {
    let mut db = engine.db.reader();
    let mut found = Vec::new();
    for is_archived in [false, true] {
        let mut below = None;
        loop {
            let page = articles::list(&mut db, is_archived, below, PAGE).await?;
            let Some(last) = page.last() else { break };
            below = Some((last.topic_id, last.id));
            for article in page {
                // How it stands is one of them; each stays until somebody forgets it.
                let versions = articles::versions(&mut db, article.id, i64::MAX).await?;
                let link = |version: &Version| version.link.as_deref().is_some_and(&is_named);
                if versions.iter().any(|one| is_named(&one.title) || is_named(&one.body) || link(one)) {
                    found.push(json!({ "kind": "article", "id": article.id.to_string() }));
                }
            }
        }
    }
    let mut below = None;
    loop {
        let page = saved_replies::all(&mut db, below, PAGE).await?;
        let Some(last) = page.last() else { break };
        below = Some(last.id);
        for reply in page {
            if !is_named(&reply.title) && !is_named(&reply.body) {
                continue;
            }
            let mut place = json!({ "kind": "saved reply", "id": reply.id.to_string() });
            // Only its owner can open it.
            if reply.owner_id != TEAM {
                let owner = users::get(&mut db, reply.owner_id).await?;
                place["of"] = owner.map(|owner| owner.name).unwrap_or_default().into();
            }
            found.push(place);
        }
    }
    Ok(found)
}
