//! `ingest`: messages of 30 words through `intake::submit`, on both databases.

use crate::{
    arguments::Arguments,
    connector::{Firehose, Line},
    figures::{Figures, Target, median},
    mixed,
    words::Writer,
    world,
};
use anyhow::{Context, Result, ensure};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tertulia_connector::Connector;
use tertulia_engine::{Engine, intake};
use tertulia_model::Batch;
use tertulia_store::channels::{self, Channel};

/// Messages a batch: what a connector with much to tell brings at once.
const BATCH: usize = 20_000;
/// 2024-01-01T00:00:00Z; each message is a millisecond later than the one before.
pub const BEGIN: i64 = 1_704_067_200_000;
/// Threads out of a hundred that speak to us, and so open a conversation.
pub const ADDRESSED: u64 = 10;

pub async fn run(arguments: &Arguments) -> Result<()> {
    let figures = Figures::begin(arguments);
    if arguments.wants("sqlite") {
        sqlite(arguments, &figures).await?;
    }
    if arguments.wants("postgres") {
        postgres(arguments, &figures).await?;
    }
    if arguments.wants("growth") {
        growth(arguments, &figures).await?;
    }
    if arguments.wants("mixed") {
        mixed::run(arguments, &figures).await?;
    }
    Ok(())
}

/// A source of messages and the installation it flows into.
pub struct Flow {
    pub engine: Arc<Engine>,
    pub channel: Channel,
    pub connector: Arc<dyn Connector>,
    pub writer: Writer,
    hint: Arc<serde_json::Value>,
}

impl Flow {
    pub async fn into(engine: Arc<Engine>, writer: Writer) -> Result<Self> {
        let (channel, connector) = world::firehose_channel(&engine).await?;
        Ok(Self { engine, channel, connector, writer, hint: Arc::default() })
    }

    /// Into the channel that is there already.
    pub async fn again(engine: Arc<Engine>, writer: Writer) -> Result<Self> {
        let mut db = engine.db.reader();
        let channel = channels::by_account(&mut db, Firehose::NAME, "bench").await?.context("the channel is gone")?;
        let connector = engine.connector(&channel)?;
        Ok(Self { engine, channel, connector, writer, hint: Arc::default() })
    }

    /// So many messages; only taking them in is timed, not making them up.
    pub async fn take(&mut self, messages: usize) -> Result<Duration> {
        let mut took = Duration::ZERO;
        let mut left = messages;
        while left > 0 {
            let size = left.min(BATCH);
            let batch = self.batch(size);
            let begin = Instant::now();
            let taken = intake::submit(&self.engine, &self.channel, &self.connector, batch).await?;
            took += begin.elapsed();
            ensure!(taken.stored == size, "{} of {size} messages were stored: {:?}", taken.stored, taken.reasons);
            left -= size;
        }
        Ok(took)
    }

    pub fn batch(&mut self, size: usize) -> Batch {
        let lines = (0..size).map(|_| self.writer.line()).collect();
        self.batch_of(lines)
    }

    /// Messages that were written just now.
    pub fn batch_now(&mut self, size: usize) -> Batch {
        let at = self.engine.now();
        let lines = (0..size).map(|_| Line { at, ..self.writer.line() }).collect();
        self.batch_of(lines)
    }

    fn batch_of(&self, lines: Vec<Line>) -> Batch {
        let now = self.engine.now();
        let items = lines.into_iter().map(|line| line.into_item(&self.hint, now)).collect();
        Batch { items, ..Batch::default() }
    }
}

fn writer() -> Writer {
    Writer::new(100_000, ADDRESSED, BEGIN)
}

async fn sqlite(arguments: &Arguments, figures: &Figures) -> Result<()> {
    let messages = arguments.size(100_000);
    let mut rates = Vec::new();
    for _ in 0..arguments.runs {
        let folder = tempfile::tempdir()?;
        let mut flow = Flow::into(world::on_sqlite(folder.path()).await?, writer()).await?;
        rates.push(messages as f64 / flow.take(messages).await?.as_secs_f64());
        flow.engine.db.close().await;
    }
    figures.tell("sqlite_messages_per_second", median(rates), "messages/s", arguments.runs, Target::AtLeast(15_000.0));
    Ok(())
}

async fn postgres(arguments: &Arguments, figures: &Figures) -> Result<()> {
    let server = tertulia_testkit::Postgres::start_own(true)
        .context("PostgreSQL is missing. Install it with:\n\n    apt-get install postgresql\n")?;
    let messages = arguments.size(100_000);
    let mut rates = Vec::new();
    for _ in 0..arguments.runs {
        let folder = tempfile::tempdir()?;
        let engine = world::on_postgres(&server.fresh_database(), folder.path()).await?;
        let mut flow = Flow::into(engine, writer()).await?;
        rates.push(messages as f64 / flow.take(messages).await?.as_secs_f64());
        flow.engine.db.close().await;
    }
    figures.tell("postgres_messages_per_second", median(rates), "messages/s", arguments.runs, Target::AtLeast(5_000.0));
    Ok(())
}

/// What a message costs when a million are there, against a hundred thousand: each time over a window as wide as a
/// tenth of the million, so that the index's own tidying is in it.
async fn growth(arguments: &Arguments, figures: &Figures) -> Result<()> {
    let window = arguments.size(100_000);
    let folder = tempfile::tempdir()?;
    let mut flow = Flow::into(world::on_sqlite(folder.path()).await?, writer()).await?;
    let mut total = flow.take(window / 2).await?;
    let early = flow.take(window).await?;
    total += early;
    let between = window * 10 - window / 2 - window - window;
    total += flow.take(between).await?;
    let late = flow.take(window).await?;
    total += late;
    let per_message = |took: Duration| took.as_secs_f64() * 1e6 / window as f64;
    figures.tell("cost_at_100k_us", per_message(early), "us/message", 1, Target::None);
    figures.tell("cost_at_1m_us", per_message(late), "us/message", 1, Target::None);
    let rate = (window * 10) as f64 / total.as_secs_f64();
    figures.tell("sqlite_messages_per_second_to_1m", rate, "messages/s", 1, Target::None);
    let ratio = late.as_secs_f64() / early.as_secs_f64();
    // At most 2.5: the figures are rounded to four digits, so this is the same.
    figures.tell("cost_ratio_1m_100k", ratio, "times", 1, Target::AtMost(2.5));
    flow.engine.db.close().await;
    Ok(())
}
