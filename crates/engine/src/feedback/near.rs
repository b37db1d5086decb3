//! Items that may be the same as another: found by the rarest parts of their words, compared by all of them. However many
//! items there are, only so many rows are read.

use crate::{Engine, Result};
use std::collections::{BTreeMap, HashMap};
use tertulia_analysis::alike::{self, LIKELY, alike, parts};
use tertulia_model::FeedbackId;
use tertulia_store::{
    Tx,
    feedback::{self, Item, Row},
    feedback_terms,
};

/// So many are shown.
pub const SHOWN: usize = 5;
/// Rows of the index that are read for one question, and items that are compared.
const MOST_HELD: i64 = 4_000;
const MOST_COMPARED: usize = 60;

fn all_parts(title: &str, asked: &str) -> Vec<String> {
    parts(&format!("{title}\n{asked}"))
}

/// Keeps by what an item is found.
pub(super) async fn keep(tx: &mut Tx, item: &Item) -> Result<()> {
    Ok(feedback_terms::put(tx, item.id, &all_parts(&item.title, &item.asked)).await?)
}

/// What may be the same as what is typed, the likeliest first; never `but`, nor what it is part of.
pub async fn likely(engine: &Engine, title: &str, asked: &str, but: Option<FeedbackId>) -> Result<Vec<Row>> {
    let (of_title, of_all) = (parts(title), all_parts(title, asked));
    if of_all.is_empty() {
        return Ok(Vec::new());
    }
    let mut db = engine.db.reader();
    let all = feedback_terms::count(&mut db).await?;
    let held = feedback_terms::frequencies(&mut db, &of_all).await?;
    let known: HashMap<String, i64> = held.iter().cloned().collect();
    let rare = alike::rarest(held, MOST_HELD);
    let weigh = |part: &str| alike::weight(known.get(part).copied().unwrap_or(0), all);
    let mut tally: BTreeMap<FeedbackId, f64> = BTreeMap::new();
    for (part, item) in feedback_terms::holding(&mut db, &rare, MOST_HELD).await? {
        *tally.entry(item).or_default() += weigh(&part);
    }
    let own = match but {
        Some(but) => feedback::get(&mut db, but).await?.map(|item| item.root_id),
        None => None,
    };
    let mut nearest: Vec<(FeedbackId, f64)> = tally.into_iter().collect();
    nearest.sort_by(|a, b| b.1.total_cmp(&a.1));
    let nearest: Vec<FeedbackId> = nearest.into_iter().take(MOST_COMPARED).map(|(id, _)| id).collect();
    let mut found: BTreeMap<FeedbackId, f64> = BTreeMap::new();
    for other in feedback::some(&mut db, &nearest).await?.into_iter().filter(|other| Some(other.root_id) != own) {
        let by_title = alike(&of_title, &parts(&other.title), weigh);
        let by_all = alike(&of_all, &all_parts(&other.title, &other.asked), weigh);
        let best = found.entry(other.root_id).or_default();
        *best = best.max(by_title.max(by_all));
    }
    let mut found: Vec<(FeedbackId, f64)> = found.into_iter().filter(|(_, like)| *like >= LIKELY).collect();
    found.sort_by(|a, b| b.1.total_cmp(&a.1));
    found.truncate(SHOWN);
    let ids: Vec<FeedbackId> = found.iter().map(|(id, _)| *id).collect();
    let mut rows = feedback::rows_of(&mut db, &ids).await?;
    rows.sort_by_key(|row| ids.iter().position(|id| *id == row.id));
    Ok(rows)
}
