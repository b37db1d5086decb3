//! `today`: the first screen of the day where a million messages are stored, for twenty members, on both databases: the first look
//! of the day, at which it is chosen whom each is asked about, and each look after it. Most who wait are known already, so that those
//! who wrote for the first time have to be looked for among them.

use crate::{
    arguments::Arguments,
    figures::{Figures, Target, p99_ms},
    ingest::{BEGIN, Flow},
    words::Writer,
    world,
};
use anyhow::{Context, Result, ensure};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tertulia_engine::{
    Engine,
    today::{self, Reader},
};
use tertulia_model::{MessageId, Millis, MonitorId, Role, UserId};
use tertulia_store::{
    conversations::{self, Conversation},
    listing::{self, Below, InboxFilter},
    mentions::{self, Mention},
    monitors::{self, Monitor},
    promises::{self, Promise},
    reading,
    search::{self, Bounds},
    users::{self, User},
};

const MESSAGES: usize = 1_000_000;
const MEMBERS: usize = 20;
const LOOKS: usize = 25;
const PAGE: i64 = 2_000;
const DAY: Millis = 86_400_000;
/// Of a hundred conversations so many are over, some long ago; the others wait.
const OVER_OF_100: usize = 70;
/// One of so many is nobody's; the others are of somebody who does not look, so that theirs have to be looked for.
const ONE_IS_FREE_OF: i64 = 10;
const ELSEWHERE: UserId = UserId(1);
const PROMISES: i64 = 10_000;
const MONITORS: i64 = 10;
/// So many of the last messages are what monitors found.
const FOUND: i64 = 50_000;

pub async fn run(arguments: &Arguments) -> Result<()> {
    let figures = Figures::begin(arguments);
    if arguments.wants("sqlite") {
        let folder = tempfile::tempdir()?;
        measure("sqlite", world::on_sqlite(folder.path()).await?, arguments, &figures).await?;
    }
    if arguments.wants("postgres") {
        let server = tertulia_testkit::Postgres::start_own(true)
            .context("PostgreSQL is missing. Install it with:\n\n    apt-get install postgresql\n")?;
        let folder = tempfile::tempdir()?;
        let engine = world::on_postgres(&server.fresh_database(), folder.path()).await?;
        measure("postgres", engine, arguments, &figures).await?;
    }
    Ok(())
}

async fn measure(name: &str, engine: Arc<Engine>, arguments: &Arguments, figures: &Figures) -> Result<()> {
    let engine = fill(engine, arguments, figures).await?;
    let members = members(&engine).await?;
    let (mut first, mut later) = (Vec::new(), Vec::new());
    let mut cards = 0;
    for look in 0..LOOKS {
        for member in &members {
            let begin = Instant::now();
            let found = today::today(&engine, Reader::Works(*member)).await?;
            if look == 0 { &mut first } else { &mut later }.push(begin.elapsed());
            ensure!(found.cards.len() <= today::MOST, "{} cards at once", found.cards.len());
            cards += found.cards.len();
            // So that there is room for what is asked about once a day.
            for card in found.cards.iter().filter(|_| look == 0).take(3) {
                today::act(&engine, *member, &card.key, &today::Act::Done).await?;
            }
        }
    }
    ensure!(cards > 0, "nothing stood in any Today");
    tell(figures, &format!("{name}_first_look_p99_ms"), &mut first);
    tell(figures, &format!("{name}_look_p99_ms"), &mut later);
    engine.db.close().await;
    Ok(())
}

fn tell(figures: &Figures, name: &str, times: &mut [Duration]) {
    let count = times.len();
    figures.tell(name, p99_ms(times), "ms", count, Target::Below(100.0));
}

async fn fill(engine: Arc<Engine>, arguments: &Arguments, figures: &Figures) -> Result<Arc<Engine>> {
    let messages = arguments.size(MESSAGES);
    let mut flow = Flow::into(engine, Writer::new(100_000, 30, BEGIN)).await?;
    let took = flow.take(messages).await?;
    let engine = flow.engine;
    let (over, wait) = settle(&engine).await?;
    promise(&engine).await?;
    let found = mention(&engine).await?;
    figures.remark(&format!(
        "{messages} messages stored in {:.0} s; {over} conversations are over, {wait} wait; {PROMISES} promises are due, {found} \
         messages were found by {MONITORS} monitors",
        took.as_secs_f64()
    ));
    Ok(engine)
}

/// Most conversations are over, on all days of the last year; gives how many are, and how many wait.
async fn settle(engine: &Engine) -> Result<(usize, usize)> {
    let (mut over, mut wait, mut below) = (0, 0, None);
    let now = engine.now();
    let mut ids = Vec::new();
    loop {
        let page = listing::inbox(&mut engine.db.reader(), UserId(0), InboxFilter::default(), below, PAGE).await?;
        let Some(last) = page.last() else { break };
        below = Some(Below { last_at: last.last_at, id: last.id });
        ids.extend(page.into_iter().map(|row| row.id));
    }
    for piece in ids.chunks(PAGE.unsigned_abs() as usize) {
        let mut held = conversations::get_many(&mut engine.db.reader(), piece.to_vec()).await?;
        for one in &mut held {
            one.assignee_id = (one.id.0.rem_euclid(ONE_IS_FREE_OF) != 0).then_some(ELSEWHERE);
        }
        for one in held.iter_mut().filter(|one| is_over(one)) {
            one.state = "closed".to_owned();
            one.waiting_since = None;
            one.last_at = now - (one.id.0.rem_euclid(365)) * DAY;
            over += 1;
        }
        wait += held.iter().filter(|one| !is_over(one)).count();
        let mut tx = engine.db.begin_bulk().await?;
        conversations::put(&mut tx, &held).await?;
        tx.commit().await?;
    }
    Ok((over, wait))
}

fn is_over(one: &Conversation) -> bool {
    // By something that has nothing to do with when it began.
    (one.id.0.wrapping_mul(2_654_435_761).rem_euclid(100) as usize) < OVER_OF_100
}

async fn promise(engine: &Engine) -> Result<()> {
    let now = engine.now();
    let rows = listing::inbox(&mut engine.db.reader(), UserId(0), InboxFilter::default(), None, PAGE).await?;
    let promise = |n: i64| Promise {
        id: engine.next_id(),
        message_id: MessageId(n),
        conversation_id: rows[n.unsigned_abs() as usize % rows.len()].id,
        words: "I'll look into it by Friday.".to_owned(),
        due_at: Some(now + (n % 60 - 30) * DAY),
        state: "open".to_owned(),
        sign: "dated".to_owned(),
        made_at: now,
        confirmed_by: None,
        confirmed_at: None,
        closed_by: None,
        closed_at: None,
        note: None,
        version: 0,
    };
    let all: Vec<Promise> = (0..PROMISES).map(promise).collect();
    let mut tx = engine.db.begin_bulk().await?;
    promises::add(&mut tx, &all).await?;
    Ok(tx.commit().await?)
}

/// What monitors found lately; the figures' messages are old, and what was found is said to be new.
async fn mention(engine: &Engine) -> Result<usize> {
    let now = engine.now();
    let mut tx = engine.db.begin_bulk().await?;
    for n in 1..=MONITORS {
        let monitor = Monitor {
            id: MonitorId(n),
            name: format!("Monitor {n}"),
            query: "coffee".to_owned(),
            uses: 0,
            version: 1,
            state: "live".to_owned(),
            behind: None,
            behind_from: None,
            looked_at: 0,
            created_by: UserId(1),
            created_at: now,
            updated_at: now,
        };
        monitors::add(&mut tx, &monitor).await?;
    }
    tx.commit().await?;
    let (mut before, mut looked, mut found) = (i64::MAX, 0, 0);
    while looked < FOUND {
        let mut db = engine.db.reader();
        let places = search::candidates(&mut db, None, &Bounds::default(), before, PAGE).await?;
        let Some(last) = places.last() else { break };
        before = *last;
        looked += places.len() as i64;
        let said = reading::at_places(&mut db, &places).await?;
        let heard = said.iter().filter(|message| message.conversation_id.is_none());
        let all: Vec<Mention> =
            (0..).zip(heard).map(|(n, message)| found_at(message, now - DAY + looked + n)).collect();
        found += all.len();
        let mut tx = engine.db.begin_bulk().await?;
        mentions::put(&mut tx, &all).await?;
        tx.commit().await?;
    }
    Ok(found)
}

fn found_at(message: &reading::Message, at: Millis) -> Mention {
    Mention {
        monitor_id: MonitorId(1 + message.id.0.rem_euclid(MONITORS)),
        place: tertulia_store::keys::place_at(at),
        message_id: message.id,
        version: 1,
        revision: 1,
        at,
        channel_id: message.channel_id,
        language: message.language.clone(),
        state: "new".to_owned(),
        decided_by: None,
        decided_at: None,
        found: 1,
    }
}

async fn members(engine: &Engine) -> Result<Vec<UserId>> {
    let mut tx = engine.db.begin().await?;
    let mut members = Vec::new();
    for number in 0..MEMBERS {
        let user = User {
            id: UserId(engine.next_id()),
            mail: format!("agent{number}@bench.example"),
            name: format!("Agent {number}"),
            role: Role::Agent,
            password_hash: None,
            theme: "auto".to_owned(),
            created_at: engine.now(),
            disabled_at: None,
        };
        members.push(user.id);
        users::add(&mut tx, &user).await?;
    }
    tx.commit().await?;
    Ok(members)
}
