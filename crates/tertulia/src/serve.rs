//! `tertulia serve`: the engine at work and the web before it, until somebody says stop.

use crate::{
    config::Config,
    installation::{Alone, Installation, Labels},
};
use anyhow::{Context, Result};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tertulia_connector::Connector;
use tertulia_engine::{
    Engine, heartbeat, labels, monitors, refusals, roadmap, scheduler, sweep, today, topics, trackers, webhooks, worker,
};
use tertulia_model::{Clock, SystemClock};
use tertulia_store::{answers, changes, column_news, users};
use tertulia_web::{Metrics, Proxies};
use tokio::{net::TcpListener, task::JoinHandle};

/// How long open answers (live streams, uploads) may hold up the end.
const LAST_WORDS: Duration = Duration::from_secs(3);
const HOUSEKEEPING: Duration = Duration::from_secs(600);
/// Live screens that were away for longer load the whole page.
const CHANGES_KEPT: i64 = 2 * 24 * 3_600_000;
/// For so long a program that repeats a request with the same `Idempotency-Key` gets the same answer.
const ANSWERS_KEPT: i64 = 24 * 3_600_000;

/// A program that listens and answers.
pub struct Running {
    pub installation: Installation,
    pub address: SocketAddr,
    listener: TcpListener,
    tasks: Vec<JoinHandle<()>>,
    end: EndSignal,
    proxies: Proxies,
    metrics: Metrics,
}

/// Takes the installation up and the address; nothing is answered before [`Running::until_told`].
pub async fn prepare(config: &Config, connectors: Vec<Arc<dyn Connector>>, clock: Arc<dyn Clock>) -> Result<Running> {
    let listener = TcpListener::bind(config.listen).await.with_context(|| {
        format!(
            "{} cannot be listened on. Is another program there? Choose another with --listen or TERTULIA_LISTEN",
            config.listen
        )
    })?;
    let address = listener.local_addr()?;
    // Before anybody is told the address: whoever knows us may also end us, and then in good order.
    let end = EndSignal::listen()?;
    let mut config = config.clone();
    if config.public_url == format!("http://{}", config.listen) {
        // Port 0 lets the system choose one; links must name the one it chose.
        config.public_url = format!("http://{address}");
    }
    let installation = Installation::open_by(&config, connectors, (Alone::Yes, Labels::Yes), clock).await?;
    heartbeat::begin(&installation.engine).await?;
    Ok(Running {
        installation,
        address,
        listener,
        tasks: Vec::new(),
        end,
        proxies: config.trusted_proxies,
        metrics: config.metrics,
    })
}

impl Running {
    /// Starts hearing, sending and tidying.
    pub fn start_work(&mut self) {
        let engine = &self.installation.engine;
        self.tasks.push(tokio::spawn(scheduler::run(engine.clone())));
        self.tasks.push(tokio::spawn(worker::run(engine.clone())));
        self.tasks.push(tokio::spawn(monitors::run(engine.clone())));
        self.tasks.push(tokio::spawn(topics::run(engine.clone())));
        self.tasks.push(tokio::spawn(webhooks::run(engine.clone())));
        self.tasks.push(tokio::spawn(heartbeat::run(engine.clone())));
        self.tasks.push(tokio::spawn(refusals::run(engine.clone())));
        self.tasks.push(tokio::spawn(keep_house(engine.clone())));
    }

    /// Answers until a signal comes, then ends in good order.
    pub async fn until_told(mut self) -> Result<()> {
        let engine = self.installation.engine.clone();
        let app =
            tertulia_web::router(tertulia_web::App::new(engine.clone()).behind(self.proxies).watched_by(self.metrics))
                .into_make_service_with_connect_info::<SocketAddr>();
        let stop = Arc::new(tokio::sync::Notify::new());
        let told = stop.clone();
        let serving = axum::serve(self.listener, app).with_graceful_shutdown(async move { told.notified().await });
        let mut serving = tokio::spawn(async move { serving.await });
        tokio::select! {
            ended = &mut serving => ended.context("the web server ended by itself")??,
            told = self.end.came() => {
                told?;
                tracing::info!("stopping");
                stop.notify_one();
                // A live stream never ends by itself; its browser comes back to whoever answers next.
                if tokio::time::timeout(LAST_WORDS, &mut serving).await.is_err() {
                    serving.abort();
                }
            }
        }
        for task in &self.tasks {
            task.abort();
        }
        engine.remember_highest_id().await?;
        refusals::note(&engine).await?;
        heartbeat::end(&engine).await?;
        self.installation.close().await;
        Ok(())
    }
}

/// Runs the program until it is told to stop.
pub async fn run(config: &Config) -> Result<()> {
    let mut running = prepare(config, crate::connectors::all(), Arc::new(SystemClock)).await?;
    running.start_work();
    println!("Tertulia listens on http://{}", running.address);
    running.until_told().await
}

/// Ctrl-C or SIGTERM. It is heard from the moment this is made, not only once somebody waits for it.
struct EndSignal {
    #[cfg(unix)]
    interrupted: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminated: tokio::signal::unix::Signal,
}

impl EndSignal {
    fn listen() -> Result<Self> {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            Ok(Self { interrupted: signal(SignalKind::interrupt())?, terminated: signal(SignalKind::terminate())? })
        }
        #[cfg(not(unix))]
        Ok(Self {})
    }

    async fn came(&mut self) -> Result<()> {
        #[cfg(unix)]
        tokio::select! {
            _ = self.interrupted.recv() => {}
            _ = self.terminated.recv() => {}
        }
        #[cfg(not(unix))]
        tokio::signal::ctrl_c().await?;
        Ok(())
    }
}

async fn keep_house(engine: Arc<Engine>) {
    loop {
        if let Err(error) = tidy_up(&engine).await {
            tracing::warn!(%error, "housekeeping failed; it is tried again in ten minutes");
        }
        tokio::time::sleep(HOUSEKEEPING).await;
    }
}

async fn tidy_up(engine: &Arc<Engine>) -> tertulia_engine::Result<()> {
    // First: how a day ended is known only soon after it.
    today::note_day(engine).await?;
    let now = engine.now();
    let mut tx = engine.db.begin_bulk().await?;
    changes::forget(&mut tx, now - CHANGES_KEPT).await?;
    users::forget_expired(&mut tx, now).await?;
    answers::forget(&mut tx, now - ANSWERS_KEPT).await?;
    column_news::forget(&mut tx).await?;
    tx.commit().await?;
    monitors::tell(engine).await?;
    webhooks::forget(engine).await?;
    roadmap::forget(engine).await?;
    trackers::forget(engine).await?;
    engine.remember_highest_id().await?;
    labels::catch_up(engine).await?;
    sweep::run(engine).await
}
