//! The statuses of one pull, completed with what understanding them needs, as raw items.

use crate::{
    api::{Api, Me},
    cursor::Known,
    settings::Settings,
};
use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};
use std::{collections::BTreeMap, sync::Arc};
use tertulia_connector::PullError;
use tertulia_model::{Millis, RawContent, RawItem};

/// Parents whose names are kept in memory.
const PARENTS: usize = 1_000;
/// As many as the server looks up in one question.
const TOGETHER: usize = 20;

/// What must be known of a status before it is understood.
#[derive(Debug, Clone, Deserialize)]
pub struct Light {
    pub id: String,
    #[serde(default)]
    pub uri: String,
    pub edited_at: Option<String>,
    pub in_reply_to_id: Option<String>,
    pub in_reply_to_account_id: Option<String>,
    pub reblog: Option<serde::de::IgnoredAny>,
    account: Option<Named>,
    #[serde(default)]
    mentions: Vec<Named>,
}

#[derive(Debug, Clone, Deserialize)]
struct Named {
    id: Option<String>,
}

impl Light {
    /// Said by us, to us, or in answer to us.
    pub fn is_about(&self, me: &Me) -> bool {
        let is_me = |id: &Option<String>| id.as_deref() == Some(me.id.as_str());
        let by = self.account.as_ref().is_some_and(|account| is_me(&account.id));
        by || is_me(&self.in_reply_to_account_id) || self.mentions.iter().any(|mention| is_me(&mention.id))
    }
}

struct Pending {
    raw: Box<RawValue>,
    light: Light,
    edited: Millis,
    /// It was given before, so that this is an edit.
    again: bool,
    /// How it read at first, where only its edited form was ever seen.
    original: Option<Value>,
    parent: Option<String>,
}

#[derive(Default)]
pub struct Items {
    pending: Vec<Pending>,
    deleted: Vec<Known>,
}

impl Items {
    pub fn add(&mut self, raw: Box<RawValue>, light: Light, edited: Millis, again: bool) {
        self.pending.push(Pending { raw, light, edited, again, original: None, parent: None });
    }

    pub fn delete(&mut self, known: Known) {
        self.deleted.push(known);
    }

    pub fn len(&self) -> usize {
        self.pending.len() + self.deleted.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the statuses say all of themselves, so that nothing is to be asked for them.
    pub fn are_whole(&self, parents: &BTreeMap<String, String>) -> bool {
        let is_known =
            |id: &String| parents.contains_key(id) || self.pending.iter().any(|pending| pending.light.id == *id);
        self.pending.iter().all(|pending| {
            let has_first_words = pending.edited == 0 || pending.again;
            has_first_words && pending.light.in_reply_to_id.as_ref().is_none_or(is_known)
        })
    }

    /// Asks for what the statuses do not say themselves: their parents' names, and how those read at first that were
    /// edited before they were ever heard (an edit of a message that nobody knows would wait for its original for ever).
    pub async fn complete(&mut self, api: &Api<'_>, parents: &mut BTreeMap<String, String>) -> Result<(), PullError> {
        for pending in self.pending.iter_mut().filter(|pending| pending.edited > 0 && !pending.again) {
            let path = format!("/api/v1/statuses/{}/history", pending.light.id);
            let history: Option<Vec<Value>> = api.peek(&path, &[]).await?;
            pending.original = history.and_then(|versions| versions.into_iter().next());
        }
        for pending in &self.pending {
            parents.insert(pending.light.id.clone(), pending.light.uri.clone());
        }
        let mut wanted: Vec<String> = self
            .pending
            .iter()
            .filter_map(|p| p.light.in_reply_to_id.clone())
            .filter(|id| !parents.contains_key(id))
            .collect();
        wanted.sort();
        wanted.dedup();
        for some in wanted.chunks(TOGETHER) {
            look_up(api, some, parents).await?;
        }
        for pending in &mut self.pending {
            pending.parent = pending.light.in_reply_to_id.as_ref().and_then(|id| parents.get(id).cloned());
        }
        while parents.len() > PARENTS {
            parents.pop_first();
        }
        Ok(())
    }

    pub fn take(&mut self, settings: &Settings, me: &Me, now: Millis) -> Vec<RawItem> {
        let shared = json!({"domain": settings.domain(), "us": me.id});
        let item = |key: String, content: Vec<u8>, hint: Value| RawItem {
            key,
            content: RawContent::Memory(content),
            received_at: now,
            hint: Arc::new(hint),
        };
        let statuses = self.pending.drain(..).map(|pending| {
            let mut hint = shared.clone();
            hint["event"] = if pending.again { "edited".into() } else { "said".into() };
            if let Some(parent) = pending.parent {
                hint["parent"] = parent.into();
            }
            if let Some(original) = pending.original {
                hint["original"] = original;
            }
            let key = format!("status/{}/{}", pending.light.id, pending.edited);
            item(key, pending.raw.get().as_bytes().to_vec(), hint)
        });
        let mut items: Vec<RawItem> = statuses.collect();
        items.extend(self.deleted.drain(..).map(|Known { id, hash, .. }| {
            let mut hint = shared.clone();
            hint["event"] = "deleted".into();
            item(format!("status/{id}/deleted"), json!({"id": id, "hash": hash}).to_string().into_bytes(), hint)
        }));
        items
    }
}

/// The names of statuses by their local ids. One that is gone, or that this account may not see, has none.
async fn look_up(api: &Api<'_>, ids: &[String], parents: &mut BTreeMap<String, String>) -> Result<(), PullError> {
    let query: Vec<(&str, &str)> = ids.iter().map(|id| ("id[]", id.as_str())).collect();
    if let Some(found) = api.peek::<Vec<Light>>("/api/v1/statuses", &query).await? {
        parents.extend(found.into_iter().map(|status| (status.id, status.uri)));
        return Ok(());
    }
    for id in ids {
        if let Some(status) = api.peek::<Light>(&format!("/api/v1/statuses/{id}"), &[]).await? {
            parents.insert(status.id, status.uri);
        }
    }
    Ok(())
}
