//! What channels left for later about a message that goes: a page that said it would be looked at again, for ever. And what
//! repeats a handle.

use super::needles::Needles;
use crate::Result;
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use tertulia_store::{
    Sql,
    erasing::{self, Doomed},
};

/// A shorter id may stand in a task by chance.
const SHORTEST_ID: usize = 12;

/// The errands in whose tasks all parts of such a message's id stand: of a mention, the page and what it links to.
pub(super) async fn about(on: &mut impl Sql, doomed: &[Doomed]) -> Result<Vec<i64>> {
    let mut ids: HashMap<&str, Vec<Vec<&str>>> = HashMap::new();
    for id in doomed.iter().map(|message| message.external_id.as_str()).filter(|id| id.len() >= SHORTEST_ID) {
        let mut parts = id.split_whitespace();
        if let Some(first) = parts.next() {
            ids.entry(first).or_default().push(parts.collect());
        }
    }
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for (errand, task) in erasing::errands(on).await? {
        let task: Value = serde_json::from_str(&task).unwrap_or_default();
        let mut told = HashSet::new();
        texts(&task, &mut told);
        let mut rests = told.iter().filter_map(|text| ids.get(text)).flatten();
        if rests.any(|rest| rest.iter().all(|part| told.contains(part))) {
            found.push(errand);
        }
    }
    Ok(found)
}

/// The errands whose tasks repeat one of these handles.
pub(super) async fn repeating(on: &mut impl Sql, needles: &Needles) -> Result<Vec<i64>> {
    let all = erasing::errands(on).await?;
    Ok(all.into_iter().filter(|(_, task)| needles.are_repeated_in(task)).map(|(id, _)| id).collect())
}

fn texts<'a>(value: &'a Value, into: &mut HashSet<&'a str>) {
    match value {
        Value::String(text) => drop(into.insert(text)),
        Value::Array(all) => all.iter().for_each(|one| texts(one, into)),
        Value::Object(all) => all.values().for_each(|one| texts(one, into)),
        _ => {}
    }
}
