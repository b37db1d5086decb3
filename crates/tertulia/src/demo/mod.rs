//! `tertulia demo`: a small organisation whose people write, answer and go on writing.
//!
//! Everything the demo's people say comes in by the one way in, as mail, chat or archive, and nothing leaves the machine:
//! [`stage`] stands between the connectors and the world.

mod clock;
mod letter;
mod lines;
mod lived;
mod load;
mod stage;
mod story;
mod talk;
mod thanks;

use crate::{
    config::{Config, Database},
    connectors, serve,
};
use anyhow::{Context, Result};
use clock::StageClock;
use std::{path::PathBuf, sync::Arc, time::Instant};
use story::Story;
use tertulia_engine::setup;

/// The password of everybody in the demo's team.
const PASSWORD: &str = "a quiet cup of coffee";

/// Runs the demo until it is told to stop. Without `keep`, its folder goes with it. `bare`: its people have spoken, and the team
/// has made nothing of it yet.
pub async fn run(config: Config, keep: Option<PathBuf>, speed: f64, bare: bool) -> Result<()> {
    let started = Instant::now();
    let thrown_away = match &keep {
        Some(_) => None,
        None => {
            Some(tempfile::Builder::new().prefix("tertulia-demo-").tempdir().context("no room for the demo's folder")?)
        }
    };
    let folder = keep.clone().or_else(|| thrown_away.as_ref().map(|dir| dir.path().to_owned())).unwrap_or_default();
    let config = Config {
        database: Database::Sqlite(folder.join("tertulia.db")),
        secrets_key_file: folder.join("secrets.key"),
        data_dir: folder,
        ..config
    };
    let story = Arc::new(Story::read()?);
    let (stage, mut heard) = stage::Stage::new();
    let clock = Arc::new(StageClock::default());
    let mut running = serve::prepare(&config, stage::on_stage(connectors::all(), &stage), clock.clone()).await?;
    let engine = running.installation.engine.clone();
    let again = !setup::is_new(&engine).await?;
    let channels = load::load(&engine, &story).await.context("the demo could not be loaded")?;
    if !again && !bare {
        lived::live(&engine, &story, &clock, channels).await.context("what the demo's team did could not be done")?;
    }
    // What they were told then they gave thanks for then.
    while heard.try_recv().is_ok() {}
    stage.begin();
    running.start_work();
    let talking = tokio::spawn(talk::go_on(engine, story.clone(), stage, channels, heard, speed, again));
    println!("The demo listens on http://{}", running.address);
    println!("Sign in as {} with the password: {PASSWORD}", story.organisation.owner()?.email);
    println!("Nothing leaves this machine; its people go on writing. Stop it with Ctrl-C.");
    tracing::debug!("ready after {} ms", started.elapsed().as_millis());
    let ended = running.until_told().await;
    talking.abort();
    drop(thrown_away);
    ended
}

#[cfg(test)]
mod tests;
