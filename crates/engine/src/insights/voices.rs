//! What all people would say, from those who were heard: by messages as they come, by persons, each once, and weighted so that
//! those who were heard are made up as everybody is; or a refusal that says what is missing.

use super::{
    asked::{Filter, Found, Question, choose, choose_for, places},
    columns::{Chosen, Columns, Heard, OfPerson, Tally},
    corrected::{Checked, Correction, checked, corrected},
    held,
    overview::{compared, rolls},
    population::{Basis, Link, Roll},
};
use crate::{Engine, Result};
use rayon::prelude::*;
use std::sync::Arc;
use tertulia_model::PersonId;
use tertulia_voices::{
    concentration::WithoutLoudest,
    estimate::{Estimate, Refusal, Rules, weigh},
    population::{Basis as Known, Population},
    sample::Sample,
};

/// Whom a figure is read without, to see how much rests on them.
pub const LOUDEST: usize = 10;
/// Attributes that are weighted to at once.
pub(super) const MOST_MARGINS: usize = 6;

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
    /// The same without what the machine's labels get wrong; none where the answer is no label.
    pub corrected: Option<Correction>,
    /// How it would read by messages without the loudest.
    pub without_loudest: Option<WithoutLoudest>,
    /// By what it is weighted: titles, and where each is from.
    pub margins: Vec<(String, Basis)>,
    /// Titles of what else is known of everybody, to which it is not weighted: these would be too many at once.
    pub left_out: Vec<String>,
    /// Whether anything but the days narrows whom this speaks of.
    pub is_narrowed: bool,
}

/// Answers questions of the same messages.
pub async fn answers(engine: &Engine, filter: &Filter, questions: &[Question]) -> Result<Vec<Answer>> {
    let view = held::view(engine).await?;
    let chosen = choose(engine, &view, filter).await?;
    let customers = held::customers(engine, &view).await?;
    let mut margins = compared(rolls(engine, &view).await?, filter);
    let rest = margins.split_off(margins.len().min(MOST_MARGINS));
    let left_out: Vec<String> = rest.iter().map(|roll| roll.attribute.title.clone()).collect();
    let is_narrowed = filter.is_narrowed();
    let mut asked = Vec::new();
    for question in questions {
        let found = places(engine, filter, *question).await?;
        asked.push((*question, found, checked(engine, filter, *question).await?));
    }
    let columns = view.columns.clone();
    held::aside(move || {
        let population = population(&margins, customers.all);
        let world = World { columns: &columns, chosen: &chosen, margins: &margins, population: population.as_ref() };
        let one = |(question, found, checked): &(Question, Found, Option<Checked>)| {
            let tally = columns.tally(&chosen, question.heard(found));
            let said = answer(&world, *question, &tally, checked.as_ref());
            Answer { left_out: left_out.clone(), is_narrowed, ..said }
        };
        // The doubt about labels is drawn many times over.
        asked.par_iter().map(one).collect::<Vec<Answer>>()
    })
    .await
}

/// What voices are weighted to; none where nothing says how everybody is made up.
pub(super) fn population(margins: &[Arc<Roll>], customers: u64) -> Option<Population> {
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

/// Of which messages and people it is asked, and to whom they are weighted.
struct World<'a> {
    columns: &'a Columns,
    chosen: &'a Chosen,
    margins: &'a [Arc<Roll>],
    population: Option<&'a Population>,
}

fn answer(world: &World<'_>, question: Question, tally: &Tally, checked: Option<&Checked>) -> Answer {
    let World { columns, chosen, margins, population } = *world;
    let people: Vec<&OfPerson> = tally.people.iter().filter(|one| one.judged > 0).collect();
    let sample = sample(columns, question, &people, margins);
    let nobody = Population { basis: Known::List, size: None, attributes: Vec::new() };
    let rules = Rules::default();
    let share = |tally: &Tally| (tally.judged > 0).then(|| tally.hits as f64 / tally.judged as f64);
    let population = population.map(|known| Population {
        // Who is linked and no customer may be one of whom nothing was drawn.
        size: known.size.filter(|_| are_customers(columns, &people, margins)),
        ..known.clone()
    });
    let by_person = weigh(&sample, &nobody, &rules);
    let weighted = population.map(|population| weigh(&sample, &population, &rules));
    let persons: Vec<u32> = people.iter().map(|one| one.person).collect();
    let corrected = checked.map(|checked| {
        let weighted = weighted.as_ref().map(|weighted| (weighted, persons.as_slice()));
        corrected((columns, chosen), question, checked, (&by_person, &persons), weighted)
    });
    Answer {
        question,
        messages: tally.messages,
        judged: tally.judged,
        raw: share(tally),
        people: people.len() as u64,
        by_person: by_person.map(|weighed| weighed.estimate),
        weighted: weighted.map(|weighted| weighted.map(|weighed| weighed.estimate)),
        corrected,
        without_loudest: without_loudest(&people, tally),
        margins: margins.iter().map(|roll| (roll.attribute.title.clone(), roll.basis.clone())).collect(),
        left_out: Vec::new(),
        is_narrowed: false,
    }
}

/// Whether everybody of these who is linked is so as a customer.
pub(super) fn are_customers(columns: &Columns, people: &[&OfPerson], margins: &[Arc<Roll>]) -> bool {
    people.iter().all(|one| {
        let mut links = margins.iter().filter_map(|roll| roll.of(columns, one.person)).map(|(_, link)| link).peekable();
        links.peek().is_none() || links.any(|link| link == Link::Identity)
    })
}

/// How it would read by messages without the loudest; what nobody knows the author of stays.
fn without_loudest(people: &[&OfPerson], tally: &Tally) -> Option<WithoutLoudest> {
    if people.is_empty() || tally.judged == 0 {
        return None;
    }
    let mut loudest: Vec<&OfPerson> = people.to_vec();
    loudest.sort_unstable_by_key(|one| (std::cmp::Reverse(one.judged), one.person));
    loudest.truncate(LOUDEST);
    let theirs: u64 = loudest.iter().map(|one| u64::from(one.judged)).sum();
    let theirs_hold: u64 = loudest.iter().map(|one| u64::from(one.hits)).sum();
    let share = |part: u64, all: u64| part as f64 / all as f64;
    let rest = tally.judged - theirs;
    Some(WithoutLoudest {
        left_out: loudest.len() as u64,
        their_share: share(theirs, tally.judged),
        with: share(tally.hits, tally.judged),
        without: (rest > 0).then(|| share(tally.hits - theirs_hold, rest)),
    })
}

pub(super) fn sample(columns: &Columns, question: Question, people: &[&OfPerson], margins: &[Arc<Roll>]) -> Sample {
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
    let chosen = choose_for(engine, &view, filter, question).await?;
    let found = found(engine, filter, question).await?;
    let columns = view.columns;
    held::aside(move || {
        let mut tally = columns.tally(&chosen, heard(question, &found));
        tally.people.retain(|one| one.hits > 0);
        tally.people.sort_unstable_by_key(|one| (std::cmp::Reverse((one.hits, one.messages)), one.person));
        let all = tally.people.len() as u64;
        let voice = |one: &OfPerson| {
            let person = columns.person(one.person)?;
            Some(Voice { person, messages: one.messages, judged: one.judged, hits: one.hits })
        };
        (tally.people.iter().skip(skip).take(take).filter_map(voice).collect(), all)
    })
    .await
}

async fn found(engine: &Engine, filter: &Filter, question: Option<Question>) -> Result<Found> {
    match question {
        Some(question) => places(engine, filter, question).await,
        None => Ok(Found::default()),
    }
}

fn heard(question: Option<Question>, found: &Found) -> Heard<'_> {
    question.map_or(Heard::Anything, |question| question.heard(found))
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
    let chosen = choose_for(engine, &view, filter, question).await?;
    let found = found(engine, filter, question).await?;
    let columns = view.columns;
    held::aside(move || columns.behind(&chosen, heard(question, &found), below.unwrap_or(i64::MAX), take)).await
}
