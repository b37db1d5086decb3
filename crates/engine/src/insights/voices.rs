//! What all people would say, from those who were heard: by messages as they come, by persons, each once, and weighted so that
//! those who were heard are made up as everybody is; or a refusal that says what is missing.

use super::{
    asked::{Filter, Question, choose, places},
    columns::{Columns, OfPerson, Tally},
    held,
    overview::rolls,
    population::{Basis, Roll},
};
use crate::{Engine, EngineError, Result};
use std::sync::Arc;
use tertulia_model::PersonId;
use tertulia_store::StoreError;
use tertulia_voices::{
    concentration::{WithoutLoudest, without_loudest},
    estimate::{Estimate, Refusal, Rules, estimate},
    population::{Basis as Known, Population},
    sample::Sample,
};

/// Whom a figure is read without, to see how much rests on them.
pub const LOUDEST: usize = 10;
/// Attributes that are weighted to at once.
const MOST_MARGINS: usize = 6;

/// What is said of a question.
#[derive(Debug, Clone)]
pub struct Answer {
    pub question: Question,
    /// Messages that are meant, and those of them of which an answer is known.
    pub messages: u64,
    pub judged: u64,
    /// Of these judged messages the part of which it holds: what loud people make of it. None where there is none.
    pub raw: Option<f64>,
    /// People of whom an answer is known.
    pub people: u64,
    /// One person, one voice.
    pub by_person: std::result::Result<Estimate, Refusal>,
    /// As everybody is made up; none where nothing says how that is.
    pub weighted: Option<std::result::Result<Estimate, Refusal>>,
    /// How it would read by messages without the loudest.
    pub without_loudest: Option<WithoutLoudest>,
    /// By what it is weighted: titles, and where each is from.
    pub margins: Vec<(String, Basis)>,
}

/// Answers questions of the same messages.
pub async fn answers(engine: &Engine, filter: &Filter, questions: &[Question]) -> Result<Vec<Answer>> {
    let view = held::view(engine).await?;
    let chosen = choose(engine, &view, filter).await?;
    let customers = held::customers(engine, &view).await?;
    let mut margins = rolls(engine, &view).await?;
    margins.truncate(MOST_MARGINS);
    let mut asked = Vec::new();
    for question in questions {
        asked.push((*question, places(engine, filter, *question).await?));
    }
    let columns = view.columns.clone();
    let counted = tokio::task::spawn_blocking(move || {
        let population = population(&margins, customers.all);
        let one = |(question, places): &(Question, Vec<i64>)| {
            let tally = columns.tally(&chosen, question.heard(places));
            answer(&columns, *question, &tally, &margins, population.as_ref())
        };
        asked.iter().map(one).collect::<Vec<Answer>>()
    });
    counted.await.map_err(|error| EngineError::Store(StoreError::Broken(error.to_string())))
}

/// What voices are weighted to; none where nothing says how everybody is made up.
fn population(margins: &[Arc<Roll>], customers: u64) -> Option<Population> {
    if margins.is_empty() {
        return None;
    }
    let is_listed = margins.iter().all(|roll| roll.basis == Basis::Customers);
    Some(Population {
        basis: if is_listed { Known::List } else { Known::Given },
        size: (is_listed && customers > 0).then_some(customers as f64),
        attributes: margins.iter().map(|roll| roll.margin()).collect(),
    })
}

/// What a person says: the part of their messages of which it holds, or whether it holds of any.
fn said(question: Question, one: &OfPerson) -> f64 {
    match question.is_of_each() {
        true => f64::from(one.hits) / f64::from(one.judged.max(1)),
        false => f64::from(u8::from(one.hits > 0)),
    }
}

fn answer(
    columns: &Columns,
    question: Question,
    tally: &Tally,
    margins: &[Arc<Roll>],
    population: Option<&Population>,
) -> Answer {
    let people: Vec<&OfPerson> = tally.people.iter().filter(|one| one.judged > 0).collect();
    let sample = sample(columns, question, &people, margins);
    let nobody = Population { basis: Known::List, size: None, attributes: Vec::new() };
    let rules = Rules::default();
    let share = |tally: &Tally| (tally.judged > 0).then(|| tally.hits as f64 / tally.judged as f64);
    let judged: Vec<u32> = people.iter().map(|one| one.judged).collect();
    let holding: Vec<f64> = people.iter().map(|one| f64::from(one.hits)).collect();
    Answer {
        question,
        messages: tally.messages,
        judged: tally.judged,
        raw: share(tally),
        people: people.len() as u64,
        by_person: estimate(&sample, &nobody, &rules),
        weighted: population.map(|population| estimate(&sample, population, &rules)),
        without_loudest: without_loudest(&judged, &holding, LOUDEST),
        margins: margins.iter().map(|roll| (roll.attribute.title.clone(), roll.basis.clone())).collect(),
    }
}

fn sample(columns: &Columns, question: Question, people: &[&OfPerson], margins: &[Arc<Roll>]) -> Sample {
    let persons = || people.iter().map(|one| one.person);
    let margins = margins.iter().map(|roll| roll.column(columns, persons())).collect();
    let answers: Vec<f64> = people.iter().map(|one| said(question, one)).collect();
    let messages: Vec<u32> = people.iter().map(|one| one.judged).collect();
    // Of columns of one length, shares and known codes there is always a sample.
    Sample::from_columns(margins, answers, messages).unwrap_or_default()
}

/// One who was heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Voice {
    pub person: PersonId,
    pub messages: u32,
    pub judged: u32,
    pub hits: u32,
}

/// Who is behind a figure, the loudest first: all who were heard, or those of whom a question holds. So many of them, after
/// the first `skip`; and how many there are.
pub async fn people(
    engine: &Engine,
    filter: &Filter,
    question: Option<Question>,
    (skip, take): (usize, usize),
) -> Result<(Vec<Voice>, u64)> {
    let view = held::view(engine).await?;
    let chosen = choose(engine, &view, filter).await?;
    let found = match question {
        Some(question) => places(engine, filter, question).await?,
        None => Vec::new(),
    };
    let columns = view.columns;
    let heard = question.map_or(super::columns::Heard::Anything, |question| question.heard(&found));
    let mut tally = columns.tally(&chosen, heard);
    tally.people.retain(|one| one.hits > 0);
    tally.people.sort_unstable_by_key(|one| (std::cmp::Reverse((one.hits, one.messages)), one.person));
    let all = tally.people.len() as u64;
    let voice = |one: &OfPerson| {
        let person = columns.person(one.person)?;
        Some(Voice { person, messages: one.messages, judged: one.judged, hits: one.hits })
    };
    Ok((tally.people.iter().skip(skip).take(take).filter_map(voice).collect(), all))
}

/// The messages behind a figure, the newest first: their places below one, at most so many.
pub async fn messages(
    engine: &Engine,
    filter: &Filter,
    question: Option<Question>,
    below: Option<i64>,
    take: usize,
) -> Result<Vec<i64>> {
    let view = held::view(engine).await?;
    let chosen = choose(engine, &view, filter).await?;
    let found = match question {
        Some(question) => places(engine, filter, question).await?,
        None => Vec::new(),
    };
    let heard = question.map_or(super::columns::Heard::Anything, |question| question.heard(&found));
    Ok(view.columns.behind(&chosen, heard, below.unwrap_or(i64::MAX), take))
}
