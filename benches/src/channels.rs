//! `channels`: five hundred feeds, twenty mailboxes and five streams heard by one program at once: what it costs, and
//! whether anything is heard late.

use crate::{
    arguments::Arguments,
    figures::{Figures, Target},
    firehose, machine, world,
};
use anyhow::{Context, Result, ensure};
use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use std::{
    collections::HashMap,
    process::Stdio,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use tertulia_connector::Secret;
use tertulia_engine::{
    Engine,
    channels::{self, ChannelForm},
    monitors::{self, MonitorForm},
    scheduler, worker,
};
use tertulia_model::{Clock, SystemClock, UserId, time_of};
use tertulia_store::{
    reading,
    search::{Bounds, candidates},
};
use tertulia_testkit::Mail;
use tokio::{io::AsyncBufReadExt, process::Command};

/// What the child process that hears is called.
pub const HEARER: &str = "channels-hearer";
const FEEDS: usize = 500;
const MAILBOXES: usize = 20;
const STREAMS: usize = 5;
/// The shortest that a feed may be asked for.
const INTERVAL: Duration = Duration::from_secs(300);
/// Long enough for every feed to be looked at twice.
const LASTING: Duration = Duration::from_secs(330);
/// What the streams bring each second, all together.
const POSTS_A_SECOND: u64 = 100;
/// Of those that fit the monitor, which alone are stored: two in a hundred. Fewer mean that a stream was not heard.
const POSTS_AT_LEAST: usize = 500;
const READY: &str = "ready";

pub async fn run(arguments: &Arguments) -> Result<()> {
    let figures = Figures::begin(arguments);
    let mail = Mail::start().context("Dovecot and OpenSMTPD are not installed")?;
    let feeds = Feeds::serve().await?;
    let folder = tempfile::tempdir()?;
    let engine = world::on_sqlite(folder.path()).await?;
    let mut streams = Vec::new();
    connect(&engine, &mail, &feeds, &mut streams).await?;
    engine.db.close().await;
    drop(engine);
    let mut command = Command::new(std::env::current_exe()?);
    command.arg(HEARER).arg(folder.path()).stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
    let mut hearer = command.spawn().context("the program could not be started")?;
    let process = hearer.id().context("the program ended")?.to_string();
    let mut lines = tokio::io::BufReader::new(hearer.stdout.take().context("it says nothing")?).lines();
    ensure!(lines.next_line().await?.is_some_and(|line| line == READY), "the program did not begin");
    let (begin, cpu) = (Instant::now(), machine::cpu_time(&process));
    let mut put = 0;
    while begin.elapsed() < LASTING {
        tokio::time::sleep(Duration::from_secs(10)).await;
        // A mail in each box every ten seconds, saying when it was put there.
        for n in 0..MAILBOXES {
            mail.put(&format!("box{n}"), letter(n, put).as_bytes());
            put += 1;
        }
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    let cores = (machine::cpu_time(&process) - cpu).as_secs_f64() / begin.elapsed().as_secs_f64();
    let peak = machine::peak_mb(&process);
    drop(hearer.stdin.take());
    hearer.wait().await?;
    let looks = feeds.looks();
    let engine = world::on_sqlite(folder.path()).await?;
    let Late { mails, posts } = Late::read(&engine).await?;
    ensure!(mails.len() == put, "of {put} mails {} were heard", mails.len());
    ensure!(posts.len() >= POSTS_AT_LEAST, "of the streams only {} posts were stored", posts.len());
    ensure!(looks.iter().all(|look| look.len() >= 2), "a feed was not looked at twice");
    let of_feeds = looks.iter().flat_map(|look| look.windows(2).map(|pair| pair[1].duration_since(pair[0])));
    let latest = |late: Vec<f64>| late.into_iter().fold(f64::MIN, f64::max);
    let of_feeds = latest(of_feeds.map(|gap| gap.as_secs_f64() - INTERVAL.as_secs_f64()).collect());
    let (said, of_mails, of_posts) = (posts.len(), latest(mails), latest(posts));
    let seen: usize = looks.iter().map(Vec::len).sum();
    figures.remark(&format!(
        "{seen} looks at {FEEDS} feeds, {put} mails in {MAILBOXES} boxes, {said} posts kept of {STREAMS} streams"
    ));
    figures.tell("cpu_cores", cores, "cores", 1, Target::Below(1.0));
    figures.tell("channels_resident_mb", peak, "MB", 1, Target::Below(300.0));
    let late = of_feeds.max(of_mails).max(of_posts);
    figures.tell("max_late_seconds", late, "s", seen + put + said, Target::AtMost(2.0));
    figures.tell("feeds_late_seconds", of_feeds, "s", seen, Target::None);
    figures.tell("mails_late_seconds", of_mails, "s", put, Target::None);
    figures.tell("streams_late_seconds", of_posts, "s", said, Target::None);
    Ok(())
}

async fn connect(engine: &Arc<Engine>, mail: &Mail, feeds: &Feeds, streams: &mut Vec<firehose::Network>) -> Result<()> {
    let form = |settings: serde_json::Value| ChannelForm {
        settings: settings.as_object().cloned().unwrap_or_default(),
        ..ChannelForm::default()
    };
    for n in 0..FEEDS {
        let settings = serde_json::json!({ "url": format!("{}/feed/{n}", feeds.address), "minutes": 5 });
        channels::add(engine, "feed", form(settings)).await?;
    }
    for n in 0..MAILBOXES {
        let mut form = form(serde_json::json!({
            "address": format!("box{n}@desk.test"), "username": format!("box{n}"),
            "imap_host": "127.0.0.1", "imap_port": mail.imap_port, "imap_security": "none",
            "smtp_host": "127.0.0.1", "smtp_port": mail.smtp_port, "smtp_security": "none",
        }));
        form.secrets.insert("password".to_owned(), Secret::new(Mail::PASSWORD));
        channels::add(engine, "email", form).await?;
    }
    for n in 0..STREAMS {
        let pace = POSTS_A_SECOND / STREAMS as u64;
        let network = firehose::Network::start(usize::MAX >> 1, Some(pace)).await?;
        let mut form = form(firehose::settings(&network.address, n));
        form.secrets.insert("app_password".to_owned(), Secret::new("abcd-efgh-ijkl-mnop"));
        channels::add(engine, "bluesky", form).await?;
        streams.push(network);
    }
    let form = MonitorForm { name: String::new(), query: firehose::monitor(0) };
    monitors::add(engine, &form, UserId(1)).await?;
    Ok(())
}

/// The child: hears what the channels in the folder bring, until its input ends.
pub async fn hear(arguments: &Arguments) -> Result<()> {
    let folder = arguments.files.first().context("which folder?")?;
    let engine = world::on_sqlite(folder).await?;
    tokio::spawn(scheduler::run(engine.clone()));
    tokio::spawn(worker::run(engine.clone()));
    tokio::spawn(monitors::run(engine.clone()));
    println!("{READY}");
    tokio::io::copy(&mut tokio::io::stdin(), &mut tokio::io::sink()).await?;
    engine.db.close().await;
    Ok(())
}

fn letter(n: usize, number: usize) -> String {
    let now = SystemClock.now();
    format!(
        "From: Kim <kim{n}@example.test>\r\nTo: box{n}@desk.test\r\nSubject: put at {now}\r\n\
         Message-ID: <{number}.{now}@example.test>\r\nDate: Sat, 28 Nov 2026 12:00:00 +0000\r\n\r\nHello.\r\n"
    )
}

/// How many seconds after it was put into its box, or said on its stream, each message was stored.
#[derive(Default)]
struct Late {
    mails: Vec<f64>,
    posts: Vec<f64>,
}

impl Late {
    async fn read(engine: &Engine) -> Result<Self> {
        let mut db = engine.db.reader();
        let (mut late, mut below) = (Self::default(), i64::MAX);
        let word = firehose::name(0);
        loop {
            let places = candidates(&mut db, None, &Bounds::default(), below, 1_000).await?;
            let Some(lowest) = places.last() else { return Ok(late) };
            below = *lowest;
            for message in reading::at_places(&mut db, &places).await? {
                // A message has its id when it is written down.
                let since = |at: i64| (time_of(message.id.0) - at) as f64 / 1000.0;
                let put = message.subject.as_deref().and_then(|subject| subject.strip_prefix("put at "));
                late.mails.extend(put.and_then(|at| at.parse().ok()).map(since));
                late.posts.extend(message.stated_at.filter(|_| message.text.contains(&word)).map(since));
            }
        }
    }
}

/// The feeds' servers, and when each was looked at.
struct Feeds {
    address: String,
    looks: Looks,
}

type Looks = Arc<Mutex<HashMap<usize, Vec<Instant>>>>;

impl Feeds {
    async fn serve() -> Result<Self> {
        let looks = Looks::default();
        let app = Router::new().route("/feed/{n}", get(feed)).with_state(looks.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = format!("http://{}", listener.local_addr()?);
        tokio::spawn(async move { axum::serve(listener, app).await });
        Ok(Self { address, looks })
    }

    fn looks(&self) -> Vec<Vec<Instant>> {
        self.looks.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }
}

/// Thirty posts, and one more with each look but the first that says nothing new.
async fn feed(State(looks): State<Looks>, Path(n): Path<usize>, headers: HeaderMap) -> Response {
    let count = {
        let mut looks = looks.lock().unwrap_or_else(PoisonError::into_inner);
        let of_feed = looks.entry(n).or_default();
        of_feed.push(Instant::now());
        of_feed.len()
    };
    let posts = 30 + count / 2;
    let tag = format!("\"{n}-{posts}\"");
    if headers.get(header::IF_NONE_MATCH).is_some_and(|given| given.as_bytes() == tag.as_bytes()) {
        return StatusCode::NOT_MODIFIED.into_response();
    }
    let entry = |post: usize| {
        format!(
            "<item><guid>https://blog{n}.example/{post}</guid><link>https://blog{n}.example/{post}</link>\
             <title>Post {post}</title><pubDate>Sat, 28 Nov 2026 10:{:02}:00 GMT</pubDate>\
             <description>What was baked on day {post}, and who came by.</description></item>",
            post % 60
        )
    };
    let items: String = (0..posts).rev().map(entry).collect();
    let body = format!(
        "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Blog {n}</title>\
         <link>https://blog{n}.example/</link>{items}</channel></rss>"
    );
    ([(header::CONTENT_TYPE, "application/rss+xml".to_owned()), (header::ETAG, tag)], body).into_response()
}
