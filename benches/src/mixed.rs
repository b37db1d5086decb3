//! The mixed part of `ingest`: a thousand messages a second arrive while fifty people read and answer.

use crate::{
    arguments::Arguments,
    figures::{Figures, Target, p99_ms},
    ingest::{BEGIN, Flow},
    machine,
    words::Writer,
    world,
};
use anyhow::{Context, Result, ensure};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tertulia_engine::{Engine, desk, intake, outbound, worker};
use tertulia_model::{ChannelId, ConversationId, Role, UserId};
use tertulia_store::{conversations, listing, reading, users};
use tokio::time::{MissedTickBehavior, interval_at};

const AGENTS: usize = 50;
/// Messages that are there when the day begins.
const BEFORE: usize = 100_000;
const BEFORE_THE_DAY: Duration = Duration::from_secs(8);
/// No write transaction is to take longer.
const LONG_WRITE: Duration = Duration::from_millis(25);
const EVERY: Duration = Duration::from_millis(50);
const ARRIVING: usize = 50;
/// What an agent does: a read each time, an answer every fifth time. A reply a minute would give no percentile worth
/// the name in the time of a bench, so these agents answer six times as often.
const ACT_EVERY: Duration = Duration::from_secs(2);
const ANSWER_EVERY: usize = 5;

pub async fn run(arguments: &Arguments, figures: &Figures) -> Result<()> {
    let folder = tempfile::tempdir()?;
    // Half of what arrives speaks to us here: each such message touches a conversation, which costs the most.
    let writer = Writer::new(20_000, 50, BEGIN);
    let mut flow = Flow::into(world::on_sqlite(folder.path()).await?, writer).await?;
    flow.take(arguments.size(BEFORE)).await?;
    let engine = flow.engine.clone();
    let members = members(&engine).await?;
    let work = tokio::spawn(worker::run(engine.clone()));
    let lasting = Duration::from_secs(if arguments.small { 15 } else { 60 });
    // A day's work is measured, not the end of an import: what that left in the log is brought over first.
    tokio::time::sleep(BEFORE_THE_DAY).await;
    engine.bus.person_works(engine.now());
    engine.db.watch_writes();
    let end = Instant::now() + lasting;
    let agents: Vec<_> = members
        .into_iter()
        .enumerate()
        .map(|(n, user)| tokio::spawn(agent(engine.clone(), flow.channel.id, user, n, end)))
        .collect();
    let (arrived, late) = arrive(&mut flow, end).await?;
    let (mut reads, mut replies) = (Vec::new(), Vec::new());
    for agent in agents {
        let (read, replied) = agent.await??;
        reads.extend(read);
        replies.extend(replied);
    }
    work.abort();
    let rate = arrived as f64 / lasting.as_secs_f64();
    let (read_count, reply_count) = (reads.len(), replies.len());
    figures.tell("mixed_arrivals_per_second", rate, "messages/s", arrived, Target::AtLeast(990.0));
    figures.tell("mixed_arrival_lag_ms", late.as_secs_f64() * 1e3, "ms", arrived, Target::None);
    figures.tell("mixed_read_p99_ms", p99_ms(&mut reads), "ms", read_count, Target::None);
    figures.tell("mixed_reply_p99_ms", p99_ms(&mut replies), "ms", reply_count, Target::Below(50.0));
    tell_writes(figures, engine.db.watched_writes());
    engine.db.close().await;
    Ok(())
}

/// The first write comes after a rest, when nothing is in the caches: it is told apart from the others.
fn tell_writes(figures: &Figures, writes: Vec<Duration>) {
    let ms = |write: Option<Duration>| write.map_or(0.0, |write| write.as_secs_f64() * 1e3);
    let over = writes.iter().filter(|write| **write > LONG_WRITE).count();
    let (first, rest) = (writes.first().copied(), writes.iter().skip(1).max().copied());
    figures.tell(
        "mixed_longest_write_ms",
        ms(first.max(rest)),
        "ms",
        writes.len(),
        Target::AtMost(ms(Some(LONG_WRITE))),
    );
    figures.tell("mixed_first_write_ms", ms(first), "ms", 1, Target::None);
    figures.tell("mixed_longest_write_after_first_ms", ms(rest), "ms", writes.len().saturating_sub(1), Target::None);
    figures.tell("mixed_writes_over_25_ms", over as f64, "writes", writes.len(), Target::None);
    figures.tell("machine_cold_page_us", machine::cold_page_us(BEFORE_THE_DAY), "us", machine::PAGES, Target::None);
}

async fn members(engine: &Arc<Engine>) -> Result<Vec<UserId>> {
    let mut tx = engine.db.begin().await?;
    let mut members = Vec::new();
    for n in 0..AGENTS {
        let user = users::User {
            id: UserId(engine.next_id()),
            mail: format!("agent{n}@bench.example"),
            name: format!("Agent {n}"),
            role: Role::Agent,
            password_hash: None,
            theme: "auto".to_owned(),
            created_at: engine.now(),
            disabled_at: None,
        };
        users::add(&mut tx, &user).await?;
        members.push(user.id);
    }
    tx.commit().await?;
    Ok(members)
}

/// Batches at their times, whether or not the one before is done: what is late counts from when it should have begun.
async fn arrive(flow: &mut Flow, end: Instant) -> Result<(usize, Duration)> {
    let begin = Instant::now();
    let (mut arrived, mut late) = (0, Duration::ZERO);
    for tick in 0.. {
        let due = begin + EVERY * tick;
        if due >= end {
            break;
        }
        tokio::time::sleep_until(due.into()).await;
        let batch = flow.batch_now(ARRIVING);
        let taken = intake::submit(&flow.engine, &flow.channel, &flow.connector, batch).await?;
        ensure!(taken.stored == ARRIVING, "only {} of {ARRIVING} were stored", taken.stored);
        arrived += ARRIVING;
        late = late.max(due.elapsed());
        if Instant::now() > end {
            break;
        }
    }
    Ok((arrived, late))
}

type Times = Vec<Duration>;

async fn agent(
    engine: Arc<Engine>,
    channel: ChannelId,
    user: UserId,
    number: usize,
    end: Instant,
) -> Result<(Times, Times)> {
    // Each begins at a moment of their own.
    let first = Instant::now() + ACT_EVERY * u32::try_from(number)? / u32::try_from(AGENTS)?;
    let mut ticks = interval_at(first.into(), ACT_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let (mut reads, mut replies) = (Vec::new(), Vec::new());
    for act in 1.. {
        let due = ticks.tick().await.into_std();
        if due >= end {
            break;
        }
        engine.bus.person_works(engine.now());
        let conversation = read(&engine, user, number).await?;
        reads.push(due.elapsed());
        if act % ANSWER_EVERY == 0 {
            let begin = Instant::now();
            reply(&engine, channel, user, conversation, act).await?;
            replies.push(begin.elapsed());
        }
    }
    Ok((reads, replies))
}

/// The list, and one of its conversations opened.
async fn read(engine: &Arc<Engine>, user: UserId, number: usize) -> Result<ConversationId> {
    let mut db = engine.db.reader();
    let filter = listing::InboxFilter { state: Some("open"), ..listing::InboxFilter::default() };
    let rows = listing::inbox(&mut db, user, filter, None, 50).await?;
    let row = rows.get(number % rows.len().max(1)).context("the inbox is empty")?;
    reading::conversation(&mut db, row.id, None, 50).await?;
    conversations::get(&mut db, row.id).await?;
    desk::mark_read(engine, user, row.id).await?;
    Ok(row.id)
}

async fn reply(
    engine: &Arc<Engine>,
    channel: ChannelId,
    user: UserId,
    conversation: ConversationId,
    act: usize,
) -> Result<()> {
    let form = outbound::ReplyForm {
        conversation,
        channel,
        text: "Thank you for writing. We have looked into it, and your order leaves today.".to_owned(),
        recipients: Vec::new(),
        subject: None,
        from_address: None,
        idempotency_key: format!("{}-{act}", user.0),
        seen: None,
        shown: Vec::new(),
        even_if_unseen: false,
        close: false,
        files: outbound::Files::none(),
        articles: Vec::new(),
        forwards: None,
    };
    outbound::queue_reply(engine, user, form).await?;
    Ok(())
}
