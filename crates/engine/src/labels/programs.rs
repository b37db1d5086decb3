//! Which programs label here, and by which models. Several may share a database, and where their models differ, one of them
//! labels the past: else each would do again what the other did.

use super::again::Progress;
use crate::{Engine, Result};
use serde::{Deserialize, Serialize};
use std::io;
use tertulia_analysis::labels::version::{built_in, rank};
use tertulia_model::Millis;
use tertulia_store::{Sql, Tx, settings, threads};

/// One of them, as it said of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Program {
    node: String,
    version: i64,
    at: Millis,
}

/// Each says so every ten minutes; after so long without a word it is gone.
const GONE_AFTER: Millis = 35 * 60_000;

/// Says that this one labels by its models. What it said before it was started anew, perhaps with others, holds no more.
pub(super) async fn stand(engine: &Engine) -> Result<()> {
    let mut tx = engine.db.begin_bulk().await?;
    threads::place_alone(&mut tx).await?;
    let mut all = others(engine, &mut tx).await?;
    all.push(Program { node: name(engine).to_owned(), version: engine.models.version(), at: engine.now() });
    keep(&mut tx, &all).await?;
    Ok(tx.commit().await?)
}

/// Whether it is this one that labels the past. What newer models of the program labelled is left as it is, wherever that is
/// now; of those that are here, one with newer models goes before one with older ones, and then one with a bigger model beside
/// them before one without. One that is gone keeps nobody from it, so a bigger model that was taken away is forgotten.
pub(super) async fn leads(engine: &Engine, on: &mut impl Sql, kept: Option<&Progress>) -> Result<bool> {
    let ours = engine.models.version();
    if kept.is_some_and(|kept| built_in(kept.version) > built_in(ours)) {
        return Ok(false);
    }
    let others = others(engine, on).await?;
    let first = others.iter().max_by_key(|other| rank(other.version));
    let Some(first) = first.filter(|first| rank(first.version) > rank(ours)) else { return Ok(true) };
    if engine.models.has_bigger() && built_in(first.version) == built_in(ours) {
        let node = first.node.as_str();
        tracing::warn!(node, "labels by another model, and labels what this one labelled again: give both the same");
    }
    Ok(false)
}

async fn others(engine: &Engine, on: &mut impl Sql) -> Result<Vec<Program>> {
    let kept = settings::get(on, settings::LABELS_BY).await?.unwrap_or_default();
    let mut all: Vec<Program> = serde_json::from_str(&kept).unwrap_or_default();
    let now = engine.now();
    all.retain(|one| one.node != name(engine) && now.abs_diff(one.at) < GONE_AFTER.unsigned_abs());
    Ok(all)
}

async fn keep(tx: &mut Tx, all: &[Program]) -> Result<()> {
    let json = serde_json::to_string(all).map_err(io::Error::other)?;
    Ok(settings::set(tx, settings::LABELS_BY, &json).await?)
}

/// As the next run under its number will be called, too.
fn name(engine: &Engine) -> &str {
    engine.node.rsplit_once('-').map_or(engine.node.as_str(), |(name, _)| name)
}
