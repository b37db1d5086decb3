//! `inbox`: a million messages in two hundred thousand conversations, fifty people at work over HTTP on loopback while
//! twenty messages a second arrive. The server is a process of its own, so that the load generator's share of the
//! processor can be told beside the figures.

use crate::{
    agents::{self, Agent, Heard},
    arguments::Arguments,
    figures::{Figures, Target, p99_ms},
    ingest::{BEGIN, Flow},
    lived, machine,
    words::Writer,
    world,
};
use anyhow::{Context, Result, ensure};
use std::{
    path::Path,
    process::Stdio,
    sync::Arc,
    time::{Duration, Instant},
};
use tertulia_engine::{Engine, accounts, intake, setup, worker};
use tertulia_model::Role;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

/// What the child process that serves is called.
pub const SERVER: &str = "inbox-server";
const MESSAGES: usize = 1_000_000;
const AGENTS: usize = 50;
/// For so many people at work; with fewer of them fewer messages arrive.
const ARRIVE_EVERY: Duration = Duration::from_millis(50);
const LASTING: Duration = Duration::from_secs(120);
/// Different words that are searched for.
const SEARCHED: usize = 500;
const PASSWORD: &str = "a bench is for sitting on";
/// What the server says when it can be asked.
const READY: &str = "ready";

pub async fn run(arguments: &Arguments) -> Result<()> {
    let figures = Figures::begin(arguments);
    if people(arguments) != AGENTS {
        figures.remark(&format!("{} people at work: the targets speak of {AGENTS}", people(arguments)));
    }
    let folder = tempfile::tempdir()?;
    fill(arguments, folder.path(), &figures).await?;
    let agents = members(folder.path(), people(arguments)).await?;
    let mut server = Server::start(folder.path(), arguments).await?;
    let words = writer();
    let searched: Vec<String> = (0..SEARCHED).map(|_| words.searched_word().to_owned()).collect();
    let lasting = if arguments.small { LASTING / 6 } else { LASTING };
    let (begin, our_cpu, its_cpu) = (Instant::now(), machine::cpu_time("self"), machine::cpu_time(&server.process));
    let mut times = agents::work(&server.address, agents, &searched, begin + lasting).await?;
    let ours = (machine::cpu_time("self") - our_cpu).as_secs_f64() / begin.elapsed().as_secs_f64() * 100.0;
    let its = (machine::cpu_time(&server.process) - its_cpu).as_secs_f64() / begin.elapsed().as_secs_f64() * 100.0;
    let stored = server.end().await?;
    let mut to_screens = times.to_screens(&stored);
    ensure!(!to_screens.is_empty(), "nothing that arrived came to a screen");
    for (name, of, most) in [
        ("list_p99_ms", &mut times.list, 50.0),
        ("conversation_p99_ms", &mut times.conversation, 50.0),
        ("search_p99_ms", &mut times.search, 50.0),
        ("to_screens_p99_ms", &mut to_screens, 250.0),
    ] {
        ensure!(!of.is_empty(), "{name} rests on nothing");
        let count = of.len();
        figures.tell(name, p99_ms(of), "ms", count, Target::Below(most));
    }
    for (name, of) in
        [("typed_p99_ms", &mut times.typed), ("person_p99_ms", &mut times.person), ("today_p99_ms", &mut times.today)]
    {
        let count = of.len();
        figures.tell(name, p99_ms(of), "ms", count, Target::None);
    }
    let replies = times.reply.len();
    figures.tell("reply_p99_ms", p99_ms(&mut times.reply), "ms", replies, Target::None);
    figures.tell("generator_cpu_percent", ours, "% of a core", 1, Target::None);
    figures.tell("server_cpu_percent", its, "% of a core", 1, Target::None);
    figures.tell("server_peak_mb", server.peak_mb, "MB", 1, Target::None);
    Ok(())
}

/// One thread in five messages, each of them a conversation: everybody speaks to us.
fn writer() -> Writer {
    Writer::new(100_000, 100, BEGIN)
}

async fn fill(arguments: &Arguments, folder: &Path, figures: &Figures) -> Result<()> {
    let messages = arguments.size(MESSAGES);
    let mut flow = Flow::into(world::on_sqlite(folder).await?, writer()).await?;
    let took = flow.take(messages).await?;
    figures.remark(&format!("{messages} messages stored in {:.0} s", took.as_secs_f64()));
    figures.remark(&lived::lay_out(&flow.engine).await?);
    flow.engine.db.close().await;
    Ok(())
}

fn people(arguments: &Arguments) -> usize {
    arguments.people.unwrap_or(AGENTS).max(1)
}

async fn members(folder: &Path, people: usize) -> Result<Vec<Agent>> {
    let engine = world::on_sqlite(folder).await?;
    let goal = setup::GoalForm {
        sentence: "Answer everybody within a day".to_owned(),
        today: "half".to_owned(),
        hoped: "all".to_owned(),
        due_on: "2099-12-31".to_owned(),
        ..setup::GoalForm::default()
    };
    let form = setup::FirstRun {
        organisation: "Bench".to_owned(),
        name: "Owner".to_owned(),
        mail: "owner@bench.example".to_owned(),
        password: PASSWORD.to_owned(),
        goal,
    };
    setup::first_run(&engine, form).await?;
    let mut agents = Vec::new();
    for number in 0..people {
        let mail = format!("agent{number}@bench.example");
        let link = accounts::invite(&engine, &mail, &format!("Agent {number}"), Role::Agent).await?;
        let token = link.rsplit('/').next().unwrap_or_default().to_owned();
        let signed_in = accounts::accept(&engine, &token, PASSWORD).await?;
        let session = accounts::session(&engine, &signed_in.token).await?.context("the session is gone")?;
        agents.push(Agent { number, session: signed_in.token, csrf: session.1.csrf });
    }
    engine.db.close().await;
    Ok(agents)
}

struct Server {
    child: Child,
    process: String,
    address: String,
    stored: tokio::task::JoinHandle<Vec<Heard>>,
    peak_mb: f64,
}

impl Server {
    async fn start(folder: &Path, arguments: &Arguments) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg(SERVER).arg(folder).stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        if arguments.small {
            command.arg("--small");
        }
        command.arg("--people").arg(people(arguments).to_string());
        let mut child = command.spawn().context("the server could not be started")?;
        let mut lines = BufReader::new(child.stdout.take().context("the server says nothing")?).lines();
        let first = lines.next_line().await?.context("the server ended")?;
        let address = first.strip_prefix(READY).context("the server did not say where it is")?.trim().to_owned();
        let stored = tokio::spawn(async move {
            let mut stored = Vec::new();
            while let Ok(Some(line)) = lines.next_line().await {
                stored.extend(Heard::parse(&line));
            }
            stored
        });
        let process = child.id().context("the server ended")?.to_string();
        Ok(Self { child, process, address, stored, peak_mb: 0.0 })
    }

    /// Ends it; gives when which change was committed.
    async fn end(&mut self) -> Result<Vec<Heard>> {
        self.peak_mb = machine::peak_mb(&self.process);
        // The end of its input tells it to stop.
        drop(self.child.stdin.take());
        self.child.wait().await?;
        Ok((&mut self.stored).await?)
    }
}

/// The child: serves what is in the folder, and takes in a new message every fiftieth of a second's thousand.
pub async fn serve(arguments: &Arguments) -> Result<()> {
    let folder = arguments.files.first().context("which folder?")?;
    let engine = world::on_sqlite(folder).await?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let router = tertulia_web::router(tertulia_web::App::new(engine.clone()));
    tokio::spawn(async move { axum::serve(listener, router).await });
    tokio::spawn(worker::run(engine.clone()));
    tokio::spawn(tell_changes(engine.clone()));
    println!("{READY} http://{address}");
    let (mut parent, mut nowhere) = (tokio::io::stdin(), tokio::io::sink());
    tokio::select! {
        arrived = arrive(engine, arguments) => arrived,
        _ = tokio::io::copy(&mut parent, &mut nowhere) => Ok(()),
    }
}

/// Prints each change with the moment after its commit.
async fn tell_changes(engine: Arc<Engine>) {
    let mut changes = engine.bus.listen();
    while let Ok(change) = changes.recv().await {
        if change.topic == "conversation" {
            println!("{}", Heard { seq: change.seq, at: engine.now() });
        }
    }
}

async fn arrive(engine: Arc<Engine>, arguments: &Arguments) -> Result<()> {
    let mut writer = writer();
    // The writer repeats itself from the same seed: what is stored already is passed over.
    for _ in 0..arguments.size(MESSAGES) {
        writer.line();
    }
    let mut flow = Flow::again(engine, writer).await?;
    let mut ticks = tokio::time::interval(ARRIVE_EVERY.mul_f64(AGENTS as f64 / people(arguments) as f64));
    loop {
        ticks.tick().await;
        let batch = flow.batch_now(1);
        intake::submit(&flow.engine, &flow.channel, &flow.connector, batch).await?;
    }
}
