//! The parts of one long message that come one by one: out of order, twice, and across restarts.
//!
//! `normalise` sees one item and `receive` one request, so neither can join them. Each part is an errand under one key for
//! what belongs together, and errands of one key are gathered by the engine, in the database (`Batch::gathered`): no part
//! waits in memory. When the errand is due, all that has come is here at once, and [`run`] says what it makes. A part is
//! kept for a day after it was told, so that one which comes late completes its message (as an edit), and one which comes
//! twice is known.

use crate::{
    pieces::{Joint, Piece},
    said::{Brought, Hint, Text},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use tertulia_connector::PullError;
use tertulia_model::{Batch, Errand, Millis, RawContent, RawItem};

/// The parts of a message come within seconds of each other.
const SOON: Millis = 2_000;
/// So long the message waits for a part that is missing. What comes later still completes it.
const PATIENCE: Millis = 5 * 60_000;
/// So long a part is remembered. Phones count their references round in 256 messages.
const REMEMBERED: Millis = 24 * 3_600_000;
/// The same words as the same part within this time are the network's repeat.
const REPEATED_WITHIN: Millis = 30 * 60_000;
/// More under one key than any phone sends in a day: what is beyond is told at once and remembered no longer.
const MOST_PARTS: usize = 1_000;

/// What waits under one key.
#[derive(Debug, Serialize, Deserialize)]
struct Task {
    key: String,
    from: String,
    to: String,
    of: u8,
    hint: Hint,
    /// By the gateway's ids.
    parts: BTreeMap<String, Part>,
    /// How often it was looked at: what is put off is another task than what was handed out, whether the one is taken
    /// away before the other is noted or after.
    #[serde(default, skip_serializing_if = "is_zero")]
    looked: u64,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Part {
    piece: Piece,
    at: Option<Millis>,
    /// When it came, each time: a map, so that a repeat adds to it and hides nothing.
    came: BTreeMap<Millis, bool>,
    /// The id of the message it was told in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    told: Option<String>,
}

impl Part {
    fn received(&self) -> Millis {
        self.came.keys().next().copied().unwrap_or_default()
    }
}

/// Parts that belong together, in the order in which they came: the first names the message, whatever comes later.
#[derive(Default)]
struct Whole {
    ids: Vec<String>,
    repeats: Vec<String>,
}

/// One part, to be gathered with the others.
pub fn part(text: Text, joint: Joint, hint: Hint, now: Millis) -> Option<Errand> {
    let Text { id, from, to, at, mut pieces, .. } = text;
    let piece = Piece { n: joint.n, ..pieces.pop()? };
    let key = format!("parts:{from}:{to}:{}:{}", joint.reference, joint.of);
    let part = Part { piece, at, came: BTreeMap::from([(now, true)]), told: None };
    let task = Task { key: key.clone(), from, to, of: joint.of, hint, parts: BTreeMap::from([(id, part)]), looked: 0 };
    Some(Errand { key, task: serde_json::to_value(task).ok()?, due: now + SOON })
}

/// Tells what is complete or has waited long enough, and puts off the rest.
pub fn run(task: Value, now: Millis) -> Result<Batch, PullError> {
    let mut task: Task = serde_json::from_value(task)
        .map_err(|error| PullError::Misconfigured(format!("The parts of a text message cannot be read: {error}.")))?;
    let flooded = task.parts.len() > MOST_PARTS;
    let mut batch = Batch::default();
    let mut next_due: Option<Millis> = None;
    for whole in wholes(&task) {
        let received = || whole.ids.iter().map(|id| task.parts[id].received());
        let (oldest, newest) = (received().min().unwrap_or(now), received().max().unwrap_or(now));
        let untold = whole.ids.iter().any(|id| task.parts[id].told.is_none());
        let told = whole.ids.iter().find_map(|id| task.parts[id].told.clone());
        let impatient = flooded || oldest + PATIENCE <= now;
        let again = if untold && told.is_none() && !impatient && whole.ids.len() < usize::from(task.of) {
            oldest + PATIENCE
        } else {
            if untold {
                let id = told.clone().unwrap_or_else(|| whole.ids[0].clone());
                // Told before, or perhaps told before: a crash may have lost the note of it.
                let count = i64::try_from(whole.ids.len()).unwrap_or(1);
                let revision = if told.is_some() || impatient && whole.ids.len() > 1 { count } else { 0 };
                batch.items.extend(item(&task, &whole, &id, revision, oldest));
            }
            let id = told.unwrap_or_else(|| whole.ids[0].clone());
            for part in whole.ids.iter().chain(&whole.repeats) {
                if let Some(part) = task.parts.get_mut(part) {
                    part.told = Some(id.clone());
                }
            }
            newest + REMEMBERED
        };
        if flooded || again <= now {
            task.parts.retain(|id, _| !whole.ids.contains(id) && !whole.repeats.contains(id));
        } else {
            next_due = Some(next_due.map_or(again, |due| due.min(again)));
        }
    }
    if let Some(due) = next_due {
        task.looked += 1;
        let task_value = serde_json::to_value(&task).map_err(|error| PullError::Retry(error.to_string()))?;
        batch.gathered.push(Errand { key: task.key, task: task_value, due });
    }
    Ok(batch)
}

fn item(task: &Task, whole: &Whole, id: &str, revision: i64, received_at: Millis) -> Option<RawItem> {
    let text = Text {
        id: id.to_owned(),
        from: task.from.clone(),
        to: task.to.clone(),
        at: whole.ids.iter().filter_map(|id| task.parts[id].at).min(),
        pieces: whole.ids.iter().map(|id| task.parts[id].piece.clone()).collect(),
        of: task.of,
        revision,
        files: Vec::new(),
        obeyed: None,
    };
    let key = if revision == 0 { id.to_owned() } else { format!("{id}/{revision}") };
    let content = RawContent::Memory(serde_json::to_vec(&Brought::Text(text)).ok()?);
    Some(RawItem { key, content, received_at, hint: serde_json::to_value(&task.hint).ok()?.into() })
}

/// Which parts belong together: each goes to the first message that lacks it, in the order in which they came.
fn wholes(task: &Task) -> Vec<Whole> {
    let mut parts: Vec<(&String, &Part)> = task.parts.iter().collect();
    parts.sort_by_key(|(id, part)| (part.received(), part.piece.n, id.as_str()));
    let mut wholes: Vec<Whole> = Vec::new();
    for (id, part) in parts {
        let repeats = |other: &String| {
            let other = &task.parts[other];
            other.piece == part.piece && part.received() - other.received() <= REPEATED_WITHIN
        };
        if let Some(whole) = wholes.iter_mut().find(|whole| whole.ids.iter().any(repeats)) {
            whole.repeats.push(id.clone());
            continue;
        }
        let lacks = |whole: &Whole| whole.ids.iter().all(|other| task.parts[other].piece.n != part.piece.n);
        match wholes.iter_mut().find(|whole| lacks(whole)) {
            Some(whole) => whole.ids.push(id.clone()),
            None => wholes.push(Whole { ids: vec![id.clone()], repeats: Vec::new() }),
        }
    }
    wholes
}

#[cfg(test)]
mod tests;
