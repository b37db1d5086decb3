//! `firehose`: a million posts as a Jetstream writes them, made by a process of their own and heard end to end: from the
//! socket through the connector, past the monitors, what fits into the database and the rest into the ledger's count.

use crate::{
    arguments::Arguments,
    figures::{Figures, Target, median},
    machine,
    words::Writer,
    world,
};
use anyhow::{Context, Result, bail, ensure};
use futures::SinkExt;
use std::{
    io::Write as _,
    process::Stdio,
    time::{Duration, Instant},
};
use tertulia_engine::{Engine, monitors, monitors::MonitorForm, scheduler};
use tertulia_model::{Chance, ChannelId, Clock, SeededChance, SystemClock, UserId};
use tertulia_store::ledger;
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    net::TcpListener,
    process::{Child, ChildStdout, Command},
};
use tokio_tungstenite::{accept_async, tungstenite::Message};

/// What the child process that plays the network is called.
pub const NETWORK: &str = "jetstream";
const EVENTS: usize = 1_000_000;
/// So many times as many events show whether what is resident grows.
const LONGER: usize = 4;
/// One in so many is about what a monitor looks for.
const ONE_IN: usize = 50;
const MONITORS: usize = 100;
/// What the child says when it can be reached, and when the first event left.
const READY: &str = "ready";
const BEGUN: &str = "begun";
/// When what comes as fast as it is taken says that it was written.
const LONG_AGO: &str = "2026-11-28T12:00:00.000Z";
const US: &str = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa";
/// What Bluesky's relay bore for long at its busiest, events of all kinds together: "over 2,000 events per second"
/// ("Relay Operational Updates", docs.bsky.app/blog/relay-ops, autumn 2024). A day in April 2025 had peaks of about 600
/// (Bryan Newbold, "A Full-Network Relay for $34 a Month"). Only some of them are posts.
const REAL_PER_SECOND: f64 = 2_000.0;

pub async fn run(arguments: &Arguments) -> Result<()> {
    let figures = Figures::begin(arguments);
    let (mut speeds, mut stored, mut last) = (Vec::new(), 0, Heard::default());
    let events = arguments.size(EVENTS);
    for _ in 0..arguments.runs {
        last = hear(events).await?;
        stored = last.kept;
        speeds.push(last.per_second);
    }
    figures.remark(&format!("{events} posts, {stored} kept for {MONITORS} monitors, the rest counted in the ledger"));
    let speed = median(speeds);
    figures.tell("events_per_second", speed, "events/s", arguments.runs, Target::AtLeast(20_000.0));
    figures.tell("times_the_real_stream", speed / REAL_PER_SECOND, "times", arguments.runs, Target::None);
    figures.tell("network_cpu_percent", last.network_cpu, "% of a core", 1, Target::None);
    figures.tell("firehose_resident_mb", last.resident_end, "MB", 1, Target::None);
    // Flat: the database's own cache (64 MB of what was stored) is full after some one and a half million events; what is
    // resident after four million, against what was after two.
    let long = hear(events * LONGER).await?;
    figures.tell("resident_growth", long.resident_end / long.resident_half, "times", 1, Target::Below(1.1));
    Ok(())
}

/// The process that plays the network; it ends with this.
pub struct Network {
    _child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    process: String,
    pub address: String,
}

impl Network {
    /// With so many events, as fast as they are taken or so many a second.
    pub async fn start(events: usize, pace: Option<u64>) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg(NETWORK).arg(events.to_string()).arg(pace.unwrap_or(0).to_string());
        command.stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().context("the network could not be started")?;
        let process = child.id().context("the network ended")?.to_string();
        let lines = BufReader::new(child.stdout.take().context("the network says nothing")?).lines();
        let mut network = Self { _child: child, lines, process, address: String::new() };
        network.address = network.says(READY).await?;
        Ok(network)
    }

    async fn says(&mut self, word: &str) -> Result<String> {
        let line = self.lines.next_line().await?.context("the network ended")?;
        Ok(line.strip_prefix(word).context("the network said something else")?.trim().to_owned())
    }
}

#[derive(Default)]
struct Heard {
    per_second: f64,
    kept: i64,
    resident_half: f64,
    resident_end: f64,
    network_cpu: f64,
}

async fn hear(events: usize) -> Result<Heard> {
    let folder = tempfile::tempdir()?;
    let engine = world::on_sqlite(folder.path()).await?;
    for n in 0..MONITORS {
        let form = MonitorForm { name: String::new(), query: monitor(n) };
        monitors::add(&engine, &form, UserId(1)).await?;
    }
    let mut network = Network::start(events, None).await?;
    let channel = world::channel(&engine, "bluesky", settings(&network.address, 0)).await?;
    let hearing = tokio::spawn(scheduler::run_channel(engine.clone(), channel.clone()));
    let matching = tokio::spawn(monitors::run(engine.clone()));
    network.says(BEGUN).await?;
    let (begin, cpu) = (Instant::now(), machine::cpu_time(&network.process));
    let mut heard = Heard::default();
    loop {
        tokio::time::sleep(Duration::from_millis(20)).await;
        let (kept, counted) = seen(&engine, channel.id).await?;
        if heard.resident_half == 0.0 && kept + counted >= events as i64 / 2 {
            heard.resident_half = machine::resident_mb("self");
        }
        if kept + counted >= events as i64 {
            let took = begin.elapsed();
            heard.per_second = events as f64 / took.as_secs_f64();
            heard.network_cpu = (machine::cpu_time(&network.process) - cpu).as_secs_f64() / took.as_secs_f64() * 100.0;
            heard.kept = kept;
            break;
        }
        if begin.elapsed() > Duration::from_secs(600) {
            bail!("of {events} events only {kept} were kept and {counted} counted after ten minutes");
        }
    }
    heard.resident_end = machine::resident_mb("self");
    hearing.abort();
    matching.abort();
    ensure!(heard.kept == (events / ONE_IN) as i64, "{} were kept of the {} that fit", heard.kept, events / ONE_IN);
    Ok(heard)
}

/// Words that only the monitors and what is made for them know.
pub fn name(n: usize) -> String {
    format!("tostaduria{n}x")
}

pub fn monitor(n: usize) -> String {
    match n % 4 {
        0 => name(n),
        1 => format!("\"the {}\" NOT closed", name(n)),
        2 => format!("({} OR #{}) -advert", name(n), name(n)),
        _ => format!("{} NEAR/8 the", name(n)),
    }
}

async fn seen(engine: &Engine, channel: ChannelId) -> Result<(i64, i64)> {
    let day = ledger::day_of(engine.now());
    let mut db = engine.db.reader();
    let heard: i64 =
        ledger::days(&mut db, day - 1, day).await?.iter().filter(|d| d.channel_id == channel).map(|d| d.heard).sum();
    let counted = ledger::counts(&mut db, day - 1, day).await?;
    Ok((heard, counted.iter().filter(|count| count.channel_id == channel).map(|count| count.times).sum()))
}

/// Of the `n`th account.
pub fn settings(address: &str, n: usize) -> serde_json::Value {
    serde_json::json!({
        "service": format!("http://{address}"),
        "handle": US.replace('a', ["a", "b", "c", "d", "e", "f"][n % 6]),
        "mode": "firehose",
        "streams": [format!("ws://{address}/subscribe")],
    })
}

/// The child: says so many posts to whoever listens, as fast as they are taken.
pub async fn network(arguments: &Arguments) -> Result<()> {
    let number = |n: usize| -> Result<usize> {
        Ok(arguments.files.get(n).context("how many events, and how many a second?")?.to_string_lossy().parse()?)
    };
    let (events, pace) = (number(0)?, number(1)?);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{READY} {}", listener.local_addr()?);
    std::io::stdout().flush()?;
    let (stream, _) = listener.accept().await?;
    let mut socket = accept_async(stream).await?;
    // Whoever listens first notes where the stream begins.
    tokio::time::sleep(Duration::from_secs(2)).await;
    // Streams beside each other have other authors, or one message would come by all of them.
    let seed = if pace > 0 { u64::from(listener.local_addr()?.port()) } else { 3 };
    let (writer, chance) = (Writer::new(200_000, 0, 0), SeededChance::new(seed));
    println!("{BEGUN}");
    std::io::stdout().flush()?;
    let begin = SystemClock.now() * 1_000;
    for n in 0..events {
        if pace > 0 && n % pace == pace - 1 {
            socket.flush().await?;
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        let post =
            if pace > 0 { paced(&writer, &chance, n) } else { post(&writer, &chance, n, begin + n as i64, LONG_AGO) };
        if n % 256 == 255 { socket.send(Message::text(post)).await? } else { socket.feed(Message::text(post)).await? }
    }
    socket.flush().await?;
    // Open until the listener has all of it.
    tokio::time::sleep(Duration::from_secs(600)).await;
    Ok(())
}

/// Says by its own date when it was sent; whatever fits, fits the first monitor.
fn paced(writer: &Writer, chance: &SeededChance, n: usize) -> String {
    let now = SystemClock.now();
    let written = jiff::Timestamp::from_millisecond(now).unwrap_or_default().to_string();
    // The stream's own clock tells those of one millisecond apart.
    post(writer, chance, n / ONE_IN * ONE_IN * MONITORS + n % ONE_IN, now * 1_000 + (n % 1_000) as i64, &written)
}

fn post(writer: &Writer, chance: &SeededChance, n: usize, at: i64, written: &str) -> String {
    let mut text = writer.words(8 + usize::try_from(chance.below(22)).unwrap_or(0));
    if n.is_multiple_of(ONE_IN) {
        text = format!("{text} the {} today", name(n / ONE_IN % MONITORS));
    }
    let (author, text) = (chance.below(400_000), serde_json::Value::String(text));
    format!(
        "{{\"did\":\"did:plc:{author:024}\",\"time_us\":{at},\"kind\":\"commit\",\"commit\":{{\"rev\":\"3n3ezdlvop22m\",\
         \"operation\":\"create\",\"collection\":\"app.bsky.feed.post\",\"rkey\":\"k{n}\",\
         \"record\":{{\"$type\":\"app.bsky.feed.post\",\"text\":{text},\"createdAt\":\"{written}\",\
         \"langs\":[\"en\"]}},\"cid\":\"bafyreib\"}}}}"
    )
}
