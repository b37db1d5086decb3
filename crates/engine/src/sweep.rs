//! Blobs that nothing names: what a crash left, what was brought twice or never used, what earlier versions forgot. Once a
//! week they are looked for. What is named in part is not: it is trimmed where a part of it is let go.

use crate::{Engine, Result, storing};
use std::{io, sync::Arc};
use tertulia_model::Millis;
use tertulia_store::{blobs::BlobStore, settings, trims};

const DAY: Millis = 86_400_000;
const EVERY: Millis = 7 * DAY;
/// What was written within a day may be what somebody is just storing: a file that was sent and whose import is not begun.
const YOUNG: Millis = DAY;
/// Blobs that are asked for at once.
const PIECE: usize = 200;

/// Looks for them, where that was not done for a week, and has them trimmed: there it is seen once more that nothing needs
/// them. What it does not come to is found the next time.
pub async fn run(engine: &Arc<Engine>) -> Result<()> {
    if !is_due(engine).await? {
        return Ok(());
    }
    let blobs = engine.blobs.clone();
    let all = tokio::task::spawn_blocking(move || blobs.all()).await.map_err(io::Error::other)??;
    let mut found = 0;
    for piece in all.chunks(PIECE) {
        found += let_go_of(engine, piece).await?;
        tokio::task::yield_now().await;
    }
    if found > 0 {
        tracing::info!(found, "files that nothing names any more are taken from the disk");
        engine.bell.ring();
    }
    Ok(())
}

/// Of several nodes one looks.
async fn is_due(engine: &Engine) -> Result<bool> {
    let now = engine.now();
    let before = settings::get(&mut engine.db.reader(), settings::SWEPT).await?;
    let last: Option<Millis> = before.as_deref().and_then(|at| at.parse().ok());
    // A clock that was set back since does not put it off.
    if last.is_some_and(|at| (0..EVERY).contains(&(now - at))) {
        return Ok(false);
    }
    let (mut tx, now) = (engine.db.begin_bulk().await?, now.to_string());
    let is_ours = match before {
        Some(before) => settings::swap(&mut tx, settings::SWEPT, &before, &now).await?,
        None => settings::set_once(&mut tx, settings::SWEPT, &now).await? == now,
    };
    tx.commit().await?;
    Ok(is_ours)
}

/// How many of these blobs are let go.
async fn let_go_of(engine: &Arc<Engine>, piece: &[String]) -> Result<usize> {
    let unnamed = trims::unnamed(&mut engine.db.reader(), piece).await?;
    let (blobs, until) = (engine.blobs.clone(), engine.now() - YOUNG);
    let aged = tokio::task::spawn_blocking(move || aged(&blobs, unnamed, until)).await.map_err(io::Error::other)??;
    if !aged.is_empty() {
        let mut tx = engine.db.begin_bulk().await?;
        storing::let_go(engine, &mut tx, &aged, engine.now()).await?;
        tx.commit().await?;
    }
    Ok(aged.len())
}

/// Those that were stored before `until` for the last time.
fn aged(blobs: &BlobStore, names: Vec<String>, until: Millis) -> io::Result<Vec<String>> {
    let mut aged = Vec::new();
    for name in names {
        if blobs.stored_at(&name)?.is_some_and(|at| at < until) {
            aged.push(name);
        }
    }
    Ok(aged)
}
