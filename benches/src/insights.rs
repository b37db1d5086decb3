//! `insights`: people-level questions over a million messages and over ten million, from the columns in memory; and the same
//! question in SQL on both databases. The messages are those of a hundred thousand people, few of whom write much.

use crate::{
    arguments::Arguments,
    figures::{Figures, Target, median},
    world,
};
use anyhow::{Context, Result};
use std::{
    collections::BTreeMap,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};
use tertulia_analysis::labels::{Kind, Labels, VERSION};
use tertulia_engine::{
    Engine,
    figures::Period,
    insights::{
        self,
        asked::{Filter, Question},
        columns::{Columns, load},
        margins::{self, Form},
        overview::overview,
        voices::answers,
    },
};
use tertulia_model::{ChannelId, MessageId, Millis, PersonId, ThreadId, UserId};
use tertulia_store::{
    Db, Sql, binds,
    insights::Said,
    keys,
    label_samples::{self, Drawn, Reading, Sample},
    labels::{self, Labelled},
    messages::{self, NO_PARENT, NewMessage},
};

const MILLION: usize = 1_000_000;
const PEOPLE: i64 = 100_000;
/// Of the times of one question, in days.
const DAYS: i64 = 365;
const DAY: Millis = 86_400_000;
/// Messages that are stored at once.
const PIECE: usize = 10_000;
/// Messages of each language on each channel that are read to measure a kind of label.
const READ_EACH: usize = 100;
/// How often each question is asked.
const ROUNDS: usize = 12;
/// How often the same is asked in SQL.
const ASKED_IN_SQL: usize = 3;
const LANGUAGES: [&str; 5] = ["en", "es", "pt", "ar", "ja"];

pub async fn run(arguments: &Arguments) -> Result<()> {
    let figures = Figures::begin(arguments);
    let folder = tempfile::tempdir()?;
    let engine = world::on_sqlite(folder.path()).await?;
    let million = arguments.size(MILLION);
    if arguments.wants("sqlite") {
        let (in_sql, in_memory) = on(&figures, &engine, million, "sqlite").await?;
        figures.tell("people_1m_p95_ms", p95_ms(&mut in_memory.clone()), "ms", in_memory.len(), Target::Below(100.0));
        figures.tell("ratio_sqlite", in_sql, "times", ASKED_IN_SQL, Target::None);
    }
    if arguments.wants("postgres") {
        postgres(&figures, million, folder.path()).await?;
    }
    if arguments.wants("ten") {
        ten(&figures, &engine, million * 10).await?;
    }
    engine.db.close().await;
    Ok(())
}

/// A number that only looks like chance (splitmix64), so that each run measures the same.
fn chance(n: i64, of: u64) -> u64 {
    let mut z = n.cast_unsigned().wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(of);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Who wrote the `n`th message: the square of an even chance, so that a tenth of the people write a third.
fn writer(n: i64) -> PersonId {
    let even = (chance(n, 1) >> 11) as f64 / (1_u64 << 53) as f64;
    PersonId(1 + (even * even * PEOPLE as f64) as i64)
}

fn at(n: i64, all: usize, now: Millis) -> Millis {
    now - DAYS * DAY + (n as f64 / all as f64 * ((DAYS - 1) * DAY) as f64) as i64
}

fn said(n: i64, all: usize, now: Millis) -> Said {
    let person = writer(n);
    Said {
        place: keys::place(at(n, all, now), n),
        // On each channel every language is spoken.
        channel_id: ChannelId(1 + person.0 / 5 % 5),
        person_id: Some(person),
        is_theirs: true,
        is_public: n % 3 == 0,
        is_aged: false,
        was_noise: false,
        language: LANGUAGES[(person.0 % 5).unsigned_abs() as usize].to_owned(),
        sentiment: Some(1 + (chance(n, 2) % 3).cast_signed()),
        sentiment_sure: Some(70),
        noise: Some(if n % 50 == 0 { 2 } else { 1 }),
        noise_sure: Some(90),
        substance: Some(1 + n % 2),
        substance_sure: Some(60),
        acts: Some((chance(n, 3) % 32).cast_signed()),
    }
}

fn stored(n: i64, said: &Said, at: Millis) -> (NewMessage, Labelled) {
    let message = NewMessage {
        id: MessageId(n),
        place: said.place,
        source_key: keys::source_key("bench", &n.to_string()),
        source: "bench".to_owned(),
        external_id: n.to_string(),
        channel_id: said.channel_id,
        thread_id: ThreadId(n),
        parent_id: None,
        parent_rank: NO_PARENT,
        conversation_id: None,
        identity_id: None,
        person_id: said.person_id,
        direction: "theirs",
        state: "shown",
        visibility: if said.is_public { "public" } else { "private" },
        auto: "person",
        revision: 1,
        at,
        stated_at: Some(at),
        heard_at: at,
        language: LANGUAGES[said.person_id.map_or(0, |person| (person.0 % 5).unsigned_abs() as usize)],
        flags: 0,
        fingerprint: n,
        sent_by: None,
        reach: None,
    };
    let values = [
        None,
        None,
        said.sentiment,
        said.sentiment_sure,
        said.noise,
        said.noise_sure,
        said.substance,
        said.substance_sure,
        said.acts,
        Some(0),
    ];
    (message, Labelled { message_id: MessageId(n), revision: 1, version: VERSION, values })
}

async fn fill(engine: &Engine, all: usize) -> Result<()> {
    let now = engine.now();
    let numbers: Vec<i64> = (1..=all as i64).collect();
    for piece in numbers.chunks(PIECE) {
        let mut tx = engine.db.begin_bulk().await?;
        let rows = piece.iter().map(|n| stored(*n, &said(*n, all, now), at(*n, all, now)));
        let (said, labelled): (Vec<NewMessage>, Vec<Labelled>) = rows.unzip();
        messages::add(&mut tx, &said).await?;
        labels::put(&mut tx, &labelled).await?;
        tx.commit().await?;
    }
    lay_out(engine).await?;
    for kind in [Kind::Sentiment, Kind::Complaint] {
        read_sample(engine, kind, all).await?;
    }
    Ok(())
}

/// Two members read a sample of each language on each channel, and of five messages they call one otherwise than the model.
async fn read_sample(engine: &Engine, kind: Kind, all: usize) -> Result<()> {
    let now = engine.now();
    let sample = Sample {
        id: kind.code(),
        kind: kind.code(),
        each_cell: READ_EACH as i64,
        seed: 1,
        drawn_by: UserId(1),
        drawn_at: now,
        ended_at: None,
    };
    let classes = if kind == Kind::Sentiment { 3 } else { 2 };
    let mut cells: BTreeMap<(ChannelId, String), usize> = BTreeMap::new();
    let (mut drawn, mut read) = (Vec::new(), Vec::new());
    for n in 1..=all as i64 {
        let said = said(n, all, now);
        let many = cells.entry((said.channel_id, said.language.clone())).or_default();
        if *many == READ_EACH {
            continue;
        }
        *many += 1;
        let (_, labelled) = stored(n, &said, at(n, all, now));
        let guess = Labels::of_row(labelled.values).get(kind).context("it is labelled")?.value;
        // Their values are numbered from 1 on.
        let value = if chance(n, 4).is_multiple_of(5) { guess % classes + 1 } else { guess };
        drawn.push(Drawn {
            sample_id: sample.id,
            message_id: MessageId(n),
            position: drawn.len() as i64,
            channel_id: said.channel_id,
            language: said.language,
            of_cell: all as i64 / 25,
            revision: 1,
            settled: None,
            settled_by: None,
            settled_at: None,
        });
        read.extend([1, 2].map(|user| Reading {
            sample_id: sample.id,
            message_id: MessageId(n),
            by_user: UserId(user),
            value: Some(i64::from(value)),
            at: now,
        }));
    }
    let mut tx = engine.db.begin_bulk().await?;
    label_samples::add(&mut tx, &sample, &drawn).await?;
    for reading in &read {
        label_samples::read(&mut tx, reading).await?;
    }
    Ok(tx.commit().await?)
}

/// Everybody is made up by language, in which all who write are linked.
async fn lay_out(engine: &Engine) -> Result<()> {
    let form = Form {
        attribute: "language".to_owned(),
        parts: "en; 40\nes; 20\npt; 10\nar; 20\nja; 10".to_owned(),
        source: "The bench".to_owned(),
        as_of: "2026-01-01".to_owned(),
    };
    Ok(margins::put(engine, UserId(1), &form).await?)
}

/// What is asked: days, and of which channel or language.
fn filters(year: Period, month: Period) -> Vec<Filter> {
    let whole = Filter::of(year);
    vec![
        whole.clone(),
        Filter { channel: Some(ChannelId(2)), ..whole.clone() },
        Filter { language: Some("es".to_owned()), ..whole.clone() },
        Filter { with_noise: true, ..whole },
        Filter::of(month),
    ]
}

/// Who is heard, and what they say of a question, as the pages ask it.
async fn ask(engine: &Engine) -> Result<Vec<Duration>> {
    let (year, month) = (Period::last_days(engine, DAYS).await?, Period::last_days(engine, 30).await?);
    let mut times = Vec::new();
    for round in 0..=ROUNDS {
        for filter in filters(year, month) {
            for question in [None, Some(Question::Negative), Some(Question::Complains)] {
                let begin = Instant::now();
                match question {
                    None => drop(overview(engine, &filter).await?),
                    Some(question) => {
                        let said = answers(engine, &filter, &[question]).await?;
                        // In one language nothing is left to weight to.
                        let weighted = said.first().and_then(|answer| answer.weighted.as_ref());
                        let is_said = weighted.is_some_and(Result::is_ok) || filter.language.is_some();
                        anyhow::ensure!(is_said, "everybody is linked by language, and nothing is said: {weighted:?}");
                        let corrected = said.first().and_then(|answer| answer.corrected.as_ref());
                        let is_corrected = corrected.is_some_and(|corrected| corrected.by_message.is_ok());
                        anyhow::ensure!(is_corrected, "the labels were measured, and nothing is corrected");
                    }
                }
                // The first round reads how everybody is made up.
                if round > 0 {
                    times.push(begin.elapsed());
                }
            }
        }
    }
    Ok(times)
}

/// The same question as SQL asks it: one person, one voice, of a year, without noise.
async fn in_sql(db: &mut Db, (from, until): (Millis, Millis)) -> Result<(i64, f64)> {
    let sql = "SELECT COUNT(*), CAST(COALESCE(SUM(share), 0) AS DOUBLE PRECISION) FROM (SELECT m.person_id, \
               SUM(CASE WHEN l.sentiment = 1 THEN 1.0 ELSE 0.0 END) / COUNT(*) AS share FROM messages m \
               JOIN labels l ON l.message_id = m.id WHERE m.place >= $1 AND m.place < $2 AND m.direction = 'theirs' \
               AND m.auto = 'person' AND m.state = 'shown' AND l.sentiment IS NOT NULL AND l.noise = 1 \
               AND m.person_id IS NOT NULL GROUP BY m.person_id) AS people";
    let found: Option<(i64, f64)> = db.row(sql, binds![keys::place_at(from), keys::place_at(until)]).await?;
    found.context("an aggregate gives a row")
}

/// Fills a database, reads it into memory and asks: how many times faster than SQL it is, and how long each question took.
async fn on(figures: &Figures, engine: &Arc<Engine>, all: usize, name: &str) -> Result<(f64, Vec<Duration>)> {
    let begin = Instant::now();
    fill(engine, all).await?;
    figures.remark(&format!("{all} messages stored in {:.0} s on {name}", begin.elapsed().as_secs_f64()));
    let begin = Instant::now();
    let columns = load(&engine.db).await?;
    figures.tell(&format!("load_seconds_{name}"), begin.elapsed().as_secs_f64(), "s", columns.len(), Target::None);
    if name == "sqlite" {
        let bytes = columns.bytes() as f64 / columns.len().max(1) as f64;
        figures.tell("bytes_a_message", bytes, "bytes", columns.len(), Target::AtMost(26.0));
    }
    insights::hold(engine, columns).await;
    let times = ask(engine).await?;
    let now = engine.now();
    let (mut sql, mut memory) = (Vec::new(), Vec::new());
    let filter = Filter::of(Period::last_days(engine, DAYS).await?);
    let mut db = engine.db.reader();
    for _ in 0..ASKED_IN_SQL {
        let begin = Instant::now();
        let (people, _) = in_sql(&mut db, (now - (DAYS + 1) * DAY, now + DAY)).await?;
        sql.push(begin.elapsed().as_secs_f64());
        let begin = Instant::now();
        let answered = answers(engine, &filter, &[Question::Negative]).await?;
        memory.push(begin.elapsed().as_secs_f64());
        let near = answered[0].people.abs_diff(people.unsigned_abs()) <= people.unsigned_abs() / 100;
        anyhow::ensure!(near, "SQL heard {people} people, the columns {}", answered[0].people);
    }
    let (sql, memory) = (median(sql), median(memory));
    figures.tell(&format!("sql_{name}_ms"), sql * 1e3, "ms", ASKED_IN_SQL, Target::None);
    Ok((sql / memory, times))
}

async fn postgres(figures: &Figures, all: usize, folder: &Path) -> Result<()> {
    let server = tertulia_testkit::Postgres::start_own(true)
        .context("PostgreSQL is missing. Install it with:\n\n    apt-get install postgresql\n")?;
    let folder = folder.join("postgres");
    std::fs::create_dir_all(&folder)?;
    let engine = world::on_postgres(&server.fresh_database(), &folder).await?;
    let (ratio, mut times) = on(figures, &engine, all, "postgres").await?;
    figures.tell("people_1m_p95_ms_postgres", p95_ms(&mut times), "ms", times.len(), Target::Below(100.0));
    figures.tell("ratio_postgres", ratio, "times", ASKED_IN_SQL, Target::None);
    engine.db.close().await;
    Ok(())
}

/// Ten times as many, in memory alone: what is asked of them touches the database no more than of a million.
async fn ten(figures: &Figures, engine: &Arc<Engine>, all: usize) -> Result<()> {
    let now = engine.now();
    lay_out(engine).await?;
    // Whatever happened before is news that these columns have heard of.
    let columns = Columns::of((1..=all as i64).map(|n| said(n, all, now))).as_of_now(&engine.db).await?;
    insights::hold(engine, columns).await;
    let mut times = ask(engine).await?;
    figures.tell("people_10m_p95_ms", p95_ms(&mut times), "ms", times.len(), Target::Below(1_000.0));
    Ok(())
}

/// The value that 95 of 100 stay below or at (nearest rank), in milliseconds.
fn p95_ms(times: &mut [Duration]) -> f64 {
    times.sort_unstable();
    let rank = (times.len() * 95).div_ceil(100).saturating_sub(1);
    times.get(rank).map_or(0.0, |time| time.as_secs_f64() * 1e3)
}
