//! Figures by a slow, plain recount: each message asks all others.

use crate::{looped::Noted, support::World};
use std::collections::BTreeSet;
use tertulia_analysis::labels::{FINE, Kind, SUBSTANTIAL};
use tertulia_engine::{
    figures::{self, Case, Estimate, Figure, Period},
    promises,
};
use tertulia_model::{ConversationId, MessageId, PersonId};
use tertulia_store::{Db, Sql, binds, deliveries, messages::flags, people, segments};

/// One message, with all that says whether it counts.
#[derive(Debug, Clone)]
struct Row {
    id: i64,
    place: i64,
    at: i64,
    direction: String,
    state: String,
    auto: String,
    flags: i64,
    conversation_id: Option<i64>,
    person_id: Option<PersonId>,
    channel_id: i64,
    language: String,
}

/// A case, told plainly: its figure, when and where, whether it holds, its value, whose, and whether it was just listened to.
type Told = (&'static str, i64, Option<i64>, bool, Option<i64>, Vec<i64>, Option<i64>, String, bool);

fn told(figure: Figure, case: &Case) -> Told {
    let people = case.people.iter().map(|person| person.0).collect();
    let (conversation, channel) = (case.conversation.map(|held| held.0), case.channel.map(|channel| channel.0));
    let language = case.language.to_string();
    if figure == Figure::Meaningful {
        let side = figure.side(case);
        let (holds, unknown) = (side == Some(true), side.is_none());
        return (figure.name(), case.at, conversation, holds, case.value, people, channel, language, unknown);
    }
    (figure.name(), case.at, conversation, case.holds, case.value, people, channel, language, case.listened)
}

async fn counting(db: &mut Db) -> Vec<Row> {
    let sql = "SELECT id, place, at, direction, state, auto, flags, conversation_id, person_id, channel_id, language FROM messages";
    #[rustfmt::skip]
    type Columns = (i64, i64, i64, String, String, String, i64, Option<i64>, Option<PersonId>, i64, String);
    let all: Vec<Columns> = db.rows(sql, binds![]).await.unwrap();
    let mut counting = Vec::new();
    for (id, place, at, direction, state, auto, flags, conversation_id, person_id, channel_id, language) in all {
        let row =
            Row { id, place, at, direction, state, auto, flags, conversation_id, person_id, channel_id, language };
        let delivery = deliveries::of_message(db, MessageId(row.id)).await.unwrap();
        let was_sent = delivery.is_none_or(|delivery| delivery.state.as_str() == "sent");
        let is_forward = row.flags & flags::FORWARD != 0;
        let is_there = row.state == "shown" || row.flags & flags::AGED != 0;
        let is_said = is_there && row.auto == "person" && row.conversation_id.is_some() && !is_forward;
        if is_said && (row.direction == "theirs" || was_sent) {
            counting.push(row);
        }
    }
    counting
}

/// Where a conversation ended as just listened to: they had the last word, and either it stands so or they wrote next.
async fn ends(world: &World, conversation: i64, here: &[&Row]) -> Vec<i64> {
    let sql = "SELECT place, at FROM conversation_endings WHERE conversation_id = $1 AND outcome = 'listened'";
    let all: Vec<(i64, i64)> = world.engine.db.reader().rows(sql, binds![conversation]).await.unwrap();
    let Some(held) = world.conversation(ConversationId(conversation)).await else { return Vec::new() };
    let stands =
        |at: i64| held.state == "closed" && held.outcome.as_deref() == Some("listened") && held.outcome_at == Some(at);
    let mut ends = Vec::new();
    for (place, at) in all {
        let before = here.iter().filter(|one| one.place < place).max_by_key(|one| one.place);
        let after = here.iter().filter(|one| one.place > place).min_by_key(|one| one.place);
        let is_last = match after {
            Some(after) => after.direction == "theirs",
            None => stands(at),
        };
        if is_last && before.is_some_and(|before| before.direction == "theirs") {
            ends.push(place);
        }
    }
    ends
}

/// Slowly: each message asks all others.
async fn plainly(world: &World, (from, until): (i64, i64), noted: &Noted) -> Vec<Told> {
    let db = &mut world.engine.db.reader();
    let all = counting(db).await;
    let within = |at: i64| at >= from && at < until;
    let mut told = Vec::new();
    let mut exchanges = Vec::new();
    for message in &all {
        let here: Vec<&Row> = all.iter().filter(|other| other.conversation_id == message.conversation_id).collect();
        let conversation = message.conversation_id.unwrap();
        let ends = ends(world, conversation, &here).await;
        let before = here.iter().filter(|other| other.place < message.place).max_by_key(|other| other.place);
        let people_of = |messages: &[&&Row]| {
            let theirs = messages.iter().filter(|one| one.direction == "theirs");
            theirs.filter_map(|one| one.person_id).map(|person| person.0).collect::<BTreeSet<_>>().into_iter().collect()
        };
        let mut note = |name, holds, value, people: Vec<i64>, listened| {
            let (held, channel, language) = (Some(conversation), Some(message.channel_id), message.language.clone());
            told.push((name, message.at, held, holds, value, people, channel, language, listened));
        };
        if before.is_none() && within(message.at) {
            let mut in_order = here.clone();
            in_order.sort_by_key(|one| one.place);
            let changes = in_order.windows(2).filter(|two| two[0].direction != two[1].direction).count();
            let people: Vec<i64> = people_of(&here.iter().collect::<Vec<_>>());
            let turns = i64::try_from(changes).unwrap() + 1;
            note("two-way", turns > 1, Some(turns), people.clone(), false);
            if turns > 1 {
                note("turns", true, Some(turns), people.clone(), false);
                exchanges.push((
                    message.clone(),
                    conversation,
                    turns,
                    people,
                    in_order.into_iter().cloned().collect::<Vec<_>>(),
                ));
            }
        }
        let ended_between = |before: &&&Row| ends.iter().any(|end| *end > before.place && *end < message.place);
        let goes_on = before.filter(|before| before.direction == "theirs" && !ended_between(before)).is_some();
        if message.direction != "theirs" || goes_on || message.at >= until {
            continue;
        }
        let answers = here.iter().filter(|one| one.direction == "ours" && one.place > message.place);
        let answer = answers.min_by_key(|one| one.place);
        let until_answer = answer.map_or(i64::MAX, |answer| answer.place);
        let until_end = ends.iter().copied().filter(|end| *end > message.place).min().unwrap_or(i64::MAX);
        let listened = until_end < until_answer;
        let answer = answer.filter(|_| !listened);
        let beyond = until_answer.min(until_end);
        let turn: Vec<&&Row> = here.iter().filter(|one| one.place >= message.place && one.place < beyond).collect();
        let people: Vec<i64> = people_of(&turn);
        let took = answer.map(|answer| answer.at - message.at);
        let is_first = !here.iter().any(|one| one.direction == "theirs" && one.place < message.place);
        if within(message.at) && is_first {
            for name in ["first-answer", "answered", "just-listened"] {
                note(name, answer.is_some(), took, people.clone(), listened);
            }
        } else if within(message.at) {
            note("later-answer", answer.is_some(), took, people.clone(), listened);
        }
        let state = world.conversation(ConversationId(conversation)).await.unwrap().state;
        if answer.is_none() && !listened && (state == "open" || state == "snoozed") {
            note("unanswered", false, None, people, false);
        }
    }
    for (begin, conversation, turns, people, in_order) in exchanges {
        let held = (Some(conversation), Some(begin.channel_id));
        let (is_meaningful, is_unknown) = meant(db, &in_order).await;
        // What nobody knows is told as what was listened to is: it stands on neither side.
        let case =
            ("meaningful", begin.at, held.0, is_meaningful, Some(turns), people, held.1, begin.language, is_unknown);
        told.push(case);
    }
    told.extend(promised(world, (from, until.min(world.engine.now()))).await);
    told.extend(looped(world, (from, until), noted).await);
    told.sort();
    told
}

/// Whether an exchange is meaningful, or nobody knows: of each who wrote each two messages are looked at, with what stands between.
async fn meant(db: &mut Db, in_order: &[Row]) -> (bool, bool) {
    let mut of = Vec::new();
    for row in in_order {
        of.push(if row.direction == "theirs" { weighed(db, row).await } else { (None, false) });
    }
    let people: BTreeSet<PersonId> =
        in_order.iter().filter(|row| row.direction == "theirs").filter_map(|row| row.person_id).collect();
    let (mut is_meaningful, mut is_unknown) = (false, false);
    for person in people {
        let is_theirs =
            |n: &usize| in_order[*n].direction == "theirs" && in_order[*n].person_id == Some(person) && !of[*n].1;
        let own: Vec<usize> = (0..in_order.len()).filter(is_theirs).collect();
        let came_back = own
            .iter()
            .any(|early| own.iter().any(|late| (*early..*late).any(|between| in_order[between].direction == "ours")));
        let substance = own.iter().any(|n| of[*n].0 == Some(true));
        is_meaningful |= came_back && substance;
        is_unknown |= came_back && !substance && own.iter().any(|n| of[*n].0.is_none());
    }
    (is_meaningful, is_unknown && !is_meaningful)
}

/// Whether a message is of substance, if anybody said, and whether it is noise.
async fn weighed(db: &mut Db, row: &Row) -> (Option<bool>, bool) {
    worth(db, row.id, row.flags).await
}

/// The same of a message by its id and flags.
pub async fn worth(db: &mut Db, id: i64, facts: i64) -> (Option<bool>, bool) {
    let sql = "SELECT CAST(substance AS BIGINT), CAST(noise AS BIGINT) FROM labels WHERE message_id = $1";
    let model: Option<(Option<i64>, Option<i64>)> = db.row(sql, binds![id]).await.unwrap();
    let (mut substance, mut noise) = model.unwrap_or_default();
    let sql = "SELECT CAST(kind AS BIGINT), CAST(value AS BIGINT) FROM label_corrections WHERE message_id = $1 AND ended_at IS NULL";
    let said: Vec<(i64, i64)> = db.rows(sql, binds![id]).await.unwrap();
    for (kind, value) in said {
        match Kind::of_code(kind) {
            Some(Kind::Substance) => substance = Some(value),
            Some(Kind::Noise) => noise = Some(value),
            _ => {}
        }
    }
    let is_noise = facts & flags::NOISE != 0 || noise.is_some_and(|noise| noise != i64::from(FINE));
    (substance.map(|substance| substance == i64::from(SUBSTANTIAL)), is_noise)
}

async fn promised(world: &World, (from, until): (i64, i64)) -> Vec<Told> {
    let db = &mut world.engine.db.reader();
    let sql = "SELECT id, conversation_id, state, due_at, closed_at FROM promises";
    type Columns = (i64, i64, String, Option<i64>, Option<i64>);
    let all: Vec<Columns> = db.rows(sql, binds![]).await.unwrap();
    let mut told = Vec::new();
    for (id, conversation, state, due_at, closed_at) in all {
        let at = if due_at.is_some() { due_at } else { closed_at };
        let is_one = ["open", "kept", "broken"].contains(&state.as_str());
        let Some(at) = at.filter(|at| is_one && *at >= from && *at < until) else { continue };
        let Some(held) = world.conversation(ConversationId(conversation)).await else { continue };
        let sql = "SELECT m.language FROM promises p JOIN messages m ON m.id = p.message_id WHERE p.id = $1";
        let language: (String,) = db.row(sql, binds![id]).await.unwrap().unwrap();
        let people = held.person_id.map(|person| person.0).into_iter().collect();
        let name = Figure::PromisesKept.name();
        let (conversation, channel) = (Some(held.id.0), Some(held.channel_id.0));
        told.push((name, at, conversation, state == "kept", None, people, channel, language.0, false));
    }
    told
}

/// Who was told what became of what they asked, as it was noted when it happened: one person and one change once, when they
/// were told first.
async fn looped(world: &World, (from, until): (i64, i64), noted: &Noted) -> Vec<Told> {
    let db = &mut world.engine.db.reader();
    let sql = "SELECT id, change_id, person_id, message_id, language FROM tellings WHERE kind <> 'helped'";
    let all: Vec<(i64, i64, i64, Option<i64>, String)> = db.rows(sql, binds![]).await.unwrap();
    let mut all: Vec<_> = all.into_iter().filter_map(|row| Some((*noted.get(&row.0)?, row))).collect();
    all.sort_by_key(|(how, row)| (how.at, row.0));
    let mut told = Vec::new();
    let mut before = std::collections::HashSet::new();
    for (how, (_, change, person, message, language)) in all {
        if !before.insert((change, person)) || how.at < from || how.at >= until {
            continue;
        }
        let sql = "SELECT conversation_id, channel_id FROM messages WHERE id = $1";
        // By what they were told; where that was done another way, by what they asked.
        let by = how.by.map(|ours| ours.0).or(message);
        let asked: Option<(Option<i64>, i64)> = match by {
            Some(message) => db.row(sql, binds![message]).await.unwrap(),
            None => None,
        };
        let (conversation, channel) = (asked.and_then(|asked| asked.0), asked.map(|asked| asked.1));
        let name = Figure::LoopTime.name();
        let took = Some((how.at - how.asked).max(0));
        told.push((name, how.at, conversation, true, took, vec![person], channel, language, false));
    }
    told
}

/// What a list of values says, by counting: its value, the one at nine tenths, and on how many cases and people that rests;
/// how many were just listened to.
fn says(figure: Figure, told: &[Told]) -> (Option<f64>, Option<f64>, usize, usize, usize) {
    let all: Vec<&Told> = told.iter().filter(|one| one.0 == figure.name()).collect();
    let is_of_answers =
        matches!(figure, Figure::FirstAnswer | Figure::LaterAnswer | Figure::Answered | Figure::Meaningful);
    let mine: Vec<&Told> = all.iter().copied().filter(|one| !is_of_answers || !one.8).collect();
    let listened = all.len() - mine.len();
    let is_measured = matches!(figure, Figure::FirstAnswer | Figure::LaterAnswer | Figure::Turns | Figure::LoopTime);
    let values: Vec<i64> = mine.iter().filter_map(|one| one.4).collect();
    let behind = mine.iter().filter(|one| !is_measured || one.4.is_some());
    let people = behind.flat_map(|one| one.5.iter().copied()).collect::<BTreeSet<i64>>().len();
    // A value that so many stay at or below; the least of them.
    let rank = |n: usize| {
        let below = |value: i64| values.iter().filter(|other| **other <= value).count();
        values.iter().copied().filter(|value| below(*value) >= n).min().unwrap() as f64
    };
    if is_measured {
        let n = values.len();
        if n < 5 {
            return (None, None, n, people, listened);
        }
        let middle = if n % 2 == 1 { rank(n.div_ceil(2)) } else { (rank(n / 2) + rank(n / 2 + 1)) / 2.0 };
        return (Some(middle), Some(rank((n * 9).div_ceil(10))), n, people, listened);
    }
    let n = mine.len();
    let holds = |one: &&&Told| if figure == Figure::JustListened { one.8 } else { one.3 };
    let value = match figure {
        Figure::Unanswered => Some(people as f64),
        _ if n < 5 => None,
        _ => Some(mine.iter().filter(holds).count() as f64 / n as f64),
    };
    (value, None, n, people, listened)
}

fn said(said: &Estimate) -> (Option<f64>, Option<f64>, usize, usize, usize) {
    (said.value, said.p90, said.n, said.people, said.listened + said.unknown)
}

/// Of a segment, or of those in none: how many conversations began, were answered, were just listened to, with how many people.
type Answered = (Option<i64>, usize, usize, usize, usize);

/// Slowly: each segment's people are asked for, and each conversation is looked at for each of them.
async fn by_segment(world: &World, told: &[Told]) -> Vec<Answered> {
    let db = &mut world.engine.db.reader();
    let mut members: Vec<(Option<i64>, BTreeSet<i64>)> = Vec::new();
    for segment in segments::all(db).await.unwrap() {
        let found = people::list_of(db, None, &segment.rules(), None, 100_000).await.unwrap();
        members.push((Some(segment.id), found.into_iter().map(|row| row.id.0).collect()));
    }
    let in_any: BTreeSet<i64> = members.iter().flat_map(|(_, people)| people.iter().copied()).collect();
    let mut all = Vec::new();
    let first: Vec<&Told> = told.iter().filter(|one| one.0 == Figure::Answered.name()).collect();
    for segment in members.iter().map(|(id, _)| *id).chain([None]) {
        let is_in = |person: &i64| match members.iter().find(|(id, _)| *id == segment) {
            Some((_, people)) => people.contains(person),
            None => !in_any.contains(person),
        };
        let is_of = |one: &&&Told| if one.5.is_empty() { segment.is_none() } else { one.5.iter().any(is_in) };
        let own: Vec<&&Told> = first.iter().filter(is_of).collect();
        let waiting: Vec<&&&Told> = own.iter().filter(|one| !one.8).collect();
        let people = waiting.iter().flat_map(|one| one.5.iter().copied()).filter(is_in).collect::<BTreeSet<i64>>();
        let answered = waiting.iter().filter(|one| one.3).count();
        if !own.is_empty() {
            all.push((segment, own.len(), answered, own.len() - waiting.len(), people.len()));
        }
    }
    all.sort_unstable();
    all
}

fn answered(segmented: &figures::Segmented, report: &figures::Report) -> Vec<Answered> {
    let one = |(segment, cases): (Option<i64>, Vec<Case>)| {
        let said = figures::estimate(Figure::Answered, &cases);
        (segment, said.n + said.listened, said.held, said.listened, said.people)
    };
    let mut all: Vec<Answered> = segmented.parted(&report.first).into_iter().map(one).collect();
    all.sort_unstable();
    all
}

/// What was answered in each language and on each channel is what the recount says of it, and none is missing.
fn compare_parts(report: &figures::Report, expected: &[Told]) {
    let answered: Vec<&Told> = expected.iter().filter(|one| one.0 == Figure::Answered.name()).collect();
    let languages = figures::parted(&report.first, |case| case.language.clone());
    assert_eq!(languages.len(), answered.iter().map(|one| &one.7).collect::<BTreeSet<_>>().len());
    for (language, cases) in languages {
        let own: Vec<Told> = answered.iter().filter(|one| one.7 == *language).map(|one| (*one).clone()).collect();
        let found = figures::estimate(Figure::Answered, cases);
        assert_eq!(said(&found), says(Figure::Answered, &own), "{language}");
    }
    let channels = figures::parted(&report.first, |case| case.channel);
    assert_eq!(channels.len(), answered.iter().map(|one| one.6).collect::<BTreeSet<_>>().len());
    for (channel, cases) in channels {
        let channel = channel.map(|channel| channel.0);
        let own: Vec<Told> = answered.iter().filter(|one| one.6 == channel).map(|one| (*one).clone()).collect();
        let found = figures::estimate(Figure::Answered, cases);
        assert_eq!(said(&found), says(Figure::Answered, &own), "{channel:?}");
    }
}

/// The figures of the last so many days are what the recount says, where nobody was told what became of what they asked.
pub(crate) async fn compare(world: &World, days: i64) {
    compare_noted(world, days, &Noted::new()).await;
}

/// The same, with who was told.
pub(crate) async fn compare_noted(world: &World, days: i64, noted: &Noted) {
    let period = Period::last_days(&world.engine, days).await.unwrap();
    let zone = promises::time_zone(&mut world.engine.db.reader()).await.unwrap();
    let begins = |day: jiff::civil::Date| day.to_zoned(zone.clone()).unwrap().timestamp().as_millisecond();
    let expected = plainly(world, (begins(period.first()), begins(period.last().tomorrow().unwrap())), noted).await;
    let report = figures::report(&world.engine, period).await.unwrap();
    let mut found = Vec::new();
    for figure in Figure::ALL {
        found.extend(report.cases(figure).into_iter().map(|case| told(figure, case)));
        let estimate = figures::estimate(figure, report.cases(figure));
        assert_eq!(said(&estimate), says(figure, &expected), "{figure:?}");
    }
    found.sort();
    assert_eq!(found, expected);
    compare_parts(&report, &expected);
    let segmented = figures::segmented(&world.engine, &report).await.unwrap();
    if !segmented.names.is_empty() {
        assert_eq!(answered(&segmented, &report), by_segment(world, &expected).await, "by segment");
    }
}
