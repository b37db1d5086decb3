//! One question, asked of four sources side by side: what people say in public, what they say to us, what they answered when they
//! were asked, and what was noted after talking. Do they differ by more than chance, and who makes the difference?

mod sources;

pub use sources::{Ballot, Offline, Survey};

use super::{
    asked::{Filter, Question},
    held,
    overview::{compared, rolls},
    population::{Basis, Roll},
    voices::{MOST_MARGINS, population},
};
use crate::{Engine, Result};
use sources::{Read, read};
use std::sync::Arc;
use tertulia_model::{ChannelId, Mode};
use tertulia_store::outcomes::Outcome;
use tertulia_voices::{
    decomposition::{Decomposition, decompose},
    difference::{Comparison, Reading, compare},
    estimate::{Estimate, Refusal},
};

/// Of intervals.
const LEVEL: f64 = 0.95;

/// What is laid side by side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Of what people say by themselves, and of surveys and notes unless something else is chosen there.
    pub question: Question,
    pub survey: Survey,
    pub offline: Offline,
    /// Which two are taken apart; the two that differ most where nothing is said.
    pub between: Option<(Mode, Mode)>,
}

impl Asked {
    pub fn of(question: Question) -> Self {
        Self { question, survey: Survey::Words, offline: Offline::Words, between: None }
    }
}

/// What a source rests on.
#[derive(Debug, Clone, PartialEq)]
pub enum Origin {
    /// What was said on these channels, the one with the most messages first: which question is asked of it.
    Messages { question: Question, channels: Vec<ChannelId> },
    /// Votes on a statement.
    Ballot(Ballot),
    /// Two counts: of the second the first.
    Outcomes(Outcome, Outcome),
}

/// Why a count cannot be read, whatever was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Odd {
    /// Counts are of everybody: they cannot be kept to some people.
    OfSome,
    /// There are no values of these days.
    Nothing,
    /// The part is larger than the whole, or something is no whole number of people.
    NoPart,
}

/// One of the four.
#[derive(Debug, Clone)]
pub struct Source {
    pub mode: Mode,
    pub origin: Origin,
    /// Messages, votes or people of whom an answer is known.
    pub answers: u64,
    /// One person, one voice.
    pub by_person: std::result::Result<Estimate, Refusal>,
    /// As everybody is made up; none where nothing says how that is, or the people are not known one by one.
    pub weighted: Option<std::result::Result<Estimate, Refusal>>,
    pub odd: Option<Odd>,
}

impl Source {
    /// What it says on a basis. What was counted by somebody is as it was counted, on either.
    pub fn on(&self, basis: On) -> Option<&Estimate> {
        match (basis, &self.weighted) {
            (On::Weighted, Some(said)) => said.as_ref().ok(),
            (On::Weighted, None) if !matches!(self.origin, Origin::Outcomes(..)) => None,
            _ => self.by_person.as_ref().ok(),
        }
    }

    /// Why it says nothing on a basis.
    pub fn refused(&self, basis: On) -> Option<&Refusal> {
        match (basis, &self.weighted) {
            (On::Weighted, Some(said)) => said.as_ref().err(),
            _ => self.by_person.as_ref().err(),
        }
    }
}

/// On what sources are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    /// Each weighted to how everybody is made up.
    Weighted,
    /// Each as its people were heard, one person one voice.
    AsHeard,
}

/// What drives the difference of two sources, one person one voice, by each attribute that is known of both.
#[derive(Debug, Clone)]
pub struct Apart {
    pub first: Mode,
    pub second: Mode,
    pub by: Vec<Decomposition>,
}

/// All that there is to say.
#[derive(Debug, Clone)]
pub struct Triangulation {
    pub asked: Asked,
    /// In the order of [`Mode::ALL`].
    pub sources: Vec<Source>,
    pub on: On,
    /// What is compared: the sources that say something on that basis, in their order.
    pub readings: Vec<Reading>,
    pub comparison: Option<Comparison>,
    pub apart: Option<Apart>,
    /// By what is weighted: titles, and where each is from.
    pub margins: Vec<(String, Basis)>,
    /// Titles of what else is known of everybody: these would be too many at once.
    pub left_out: Vec<String>,
}

/// Lays the sources of a question side by side. Of a filter its channel, its language and its mode say nothing here.
pub async fn triangulate(engine: &Engine, filter: &Filter, asked: &Asked) -> Result<Triangulation> {
    let filter = Filter { channel: None, language: None, mode: None, ..filter.clone() };
    let view = held::view(engine).await?;
    let customers = held::customers(engine, &view).await?;
    let mut margins = compared(rolls(engine, &view).await?, &filter);
    let rest = margins.split_off(margins.len().min(MOST_MARGINS));
    let mut found = Vec::new();
    for mode in Mode::ALL {
        found.push(read(engine, &view, &filter, asked, mode).await?);
    }
    let (asked, columns) = (asked.clone(), view.columns.clone());
    held::aside(move || {
        let known = population(&margins, customers.all);
        let sources: Vec<(Source, _)> =
            found.into_iter().map(|read: Read| read.source(&columns, &margins, known.as_ref())).collect();
        let (sources, samples): (Vec<Source>, Vec<_>) = sources.into_iter().unzip();
        let on = basis(&sources);
        let readings: Vec<Reading> = sources
            .iter()
            .filter_map(|source| Some(Reading::of(source.mode.as_str(), source.mode, source.on(on)?)))
            .collect();
        let comparison = compare(&readings);
        let sample = |mode: Mode| samples.get(Mode::ALL.iter().position(|one| *one == mode)?)?.as_ref();
        let between = asked.between.or_else(|| {
            let pairs = comparison.as_ref()?.pairs.iter();
            let mut modes = pairs.map(|pair| (readings[pair.first].mode, readings[pair.second].mode));
            modes.find(|(first, second)| sample(*first).is_some() && sample(*second).is_some())
        });
        let apart = between.and_then(|(first, second)| {
            let (a, b) = (sample(first)?, sample(second)?);
            let by = margins.iter().filter_map(|roll| decompose(&roll.attribute.title, a, b, LEVEL)).collect();
            Some(Apart { first, second, by })
        });
        Triangulation {
            sources,
            on,
            readings,
            comparison,
            apart,
            margins: margins.iter().map(named).collect(),
            left_out: rest.iter().map(|roll| roll.attribute.title.clone()).collect(),
            asked,
        }
    })
    .await
}

fn named(roll: &Arc<Roll>) -> (String, Basis) {
    (roll.attribute.title.clone(), roll.basis.clone())
}

/// Weighted where that lets two sources be compared; what is weighted is never compared with what is not.
fn basis(sources: &[Source]) -> On {
    let is_weighted = |source: &&Source| source.weighted.as_ref().is_some_and(std::result::Result::is_ok);
    let said = sources.iter().filter(|source| source.on(On::Weighted).is_some()).count();
    let is_any = sources.iter().any(|source| source.weighted.is_some());
    let as_heard = sources.iter().filter(|source| source.on(On::AsHeard).is_some()).count();
    let is_enough = said >= 2 && sources.iter().any(|source| is_weighted(&source));
    if is_any && (is_enough || as_heard < 2) { On::Weighted } else { On::AsHeard }
}
