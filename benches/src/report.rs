//! `figures`: a million messages in two hundred thousand conversations over a year, and how long it takes to count the figures
//! of a month, a quarter and the whole year; and twenty goals, with their pictures.

use crate::{
    arguments::Arguments,
    figures::{Figures, Target, median},
    world,
};
use anyhow::Result;
use std::time::Instant;
use tertulia_engine::{
    Engine,
    figures::{Figure, Period, report},
    goals::{self, GoalForm},
};
use tertulia_model::{ChannelId, ConversationId, MessageId, Millis, PersonId, ThreadId, UserId};
use tertulia_store::{
    conversations::{self, Conversation},
    keys,
    messages::{self, NO_PARENT, NewMessage},
};

const CONVERSATIONS: usize = 200_000;
/// Messages of a conversation: they, we, they, they, we.
const SIDES: [&str; 5] = ["theirs", "ours", "theirs", "theirs", "ours"];
const YEAR: Millis = 365 * 86_400_000;
const GOALS: usize = 20;
const HOUR: Millis = 3_600_000;
/// Conversations that are stored at once.
const PIECE: usize = 2_000;

pub async fn run(arguments: &Arguments) -> Result<()> {
    let figures = Figures::begin(arguments);
    let folder = tempfile::tempdir()?;
    let engine = world::on_sqlite(folder.path()).await?;
    let held = arguments.size(CONVERSATIONS);
    let begin = Instant::now();
    fill(&engine, held).await?;
    figures.remark(&format!("{} messages stored in {:.0} s", held * SIDES.len(), begin.elapsed().as_secs_f64()));
    for (days, target) in [(30, Target::Below(1_000.0)), (90, Target::Below(1_000.0)), (366, Target::None)] {
        let (mut times, mut cases) = (Vec::new(), 0);
        for _ in 0..arguments.runs {
            let begin = Instant::now();
            let found = report(&engine, Period::last_days(&engine, days).await?).await?;
            times.push(begin.elapsed().as_secs_f64() * 1e3);
            cases = Figure::ALL.map(|figure| found.cases(figure).len()).into_iter().sum();
        }
        figures.tell(&format!("report_{days}_days_ms"), median(times), "ms", arguments.runs, target);
        figures.remark(&format!("{days} days: {cases} cases"));
    }
    for n in 0..GOALS {
        let goal = GoalForm {
            sentence: format!("Goal {n}"),
            today: "half".to_owned(),
            hoped: "90".to_owned(),
            due_on: "2099-12-31".to_owned(),
            measure: Figure::Answered.name().to_owned(),
            over_days: (7 + n).to_string(),
            ..GoalForm::default()
        };
        goals::add(&engine, UserId(1), &goal).await?;
    }
    let mut times = Vec::new();
    for _ in 0..arguments.runs {
        let begin = Instant::now();
        let (all, counted) = goals::all(&engine).await?;
        for stands in &all {
            goals::series(&engine, stands, &counted).await?;
        }
        times.push(begin.elapsed().as_secs_f64() * 1e3);
    }
    figures.tell("goals_20_ms", median(times), "ms", arguments.runs, Target::None);
    engine.db.close().await;
    Ok(())
}

async fn fill(engine: &Engine, held: usize) -> Result<()> {
    let now = engine.now();
    let numbers: Vec<i64> = (1..=held as i64).collect();
    for piece in numbers.chunks(PIECE) {
        let mut tx = engine.db.begin_bulk().await?;
        let (mut talks, mut said) = (Vec::new(), Vec::new());
        for n in piece {
            let begin = now - YEAR + n * (YEAR / held as i64) - HOUR * SIDES.len() as i64;
            talks.push(conversation(*n, begin));
            said.extend((0..).zip(SIDES).map(|(step, side)| message(*n, step, side, begin)));
        }
        conversations::put(&mut tx, &talks).await?;
        messages::add(&mut tx, &said).await?;
        tx.commit().await?;
    }
    Ok(())
}

fn conversation(n: i64, at: Millis) -> Conversation {
    Conversation {
        id: ConversationId(n),
        subject: String::new(),
        person_id: Some(PersonId(n % 50_000)),
        channel_id: ChannelId(n % 5),
        state: (if n % 20 == 0 { "open" } else { "closed" }).to_owned(),
        assignee_id: None,
        outcome: None,
        outcome_by: None,
        outcome_at: None,
        snoozed_until: None,
        waiting_since: None,
        last_at: at,
        last_place: 0,
        last_theirs_place: 0,
        news: 0,
        woken: false,
        snippet: String::new(),
        created_at: at,
        version: 0,
    }
}

fn message(n: i64, step: i64, direction: &'static str, begin: Millis) -> NewMessage {
    let id = n * SIDES.len() as i64 + step;
    let at = begin + step * HOUR + n % 3_600_000;
    NewMessage {
        id: MessageId(id),
        place: keys::place(at, id),
        source_key: keys::source_key("bench", &id.to_string()),
        source: "bench".to_owned(),
        external_id: id.to_string(),
        channel_id: ChannelId(n % 5),
        thread_id: ThreadId(n),
        parent_id: None,
        parent_rank: NO_PARENT,
        conversation_id: Some(ConversationId(n)),
        identity_id: None,
        person_id: (direction == "theirs").then_some(PersonId(n % 50_000)),
        direction,
        state: "shown",
        visibility: "direct",
        auto: "person",
        revision: 1,
        at,
        stated_at: Some(at),
        heard_at: at,
        language: ["en", "es", "pt", "ar", "ja"][(n % 5).unsigned_abs() as usize],
        flags: 0,
        fingerprint: id,
        sent_by: None,
        reach: None,
    }
}
