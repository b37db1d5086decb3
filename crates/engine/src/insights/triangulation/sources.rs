//! What each of the four sources is read from.

use super::{Asked, Odd, Origin, Source};
use crate::{
    Engine, EngineError, Result,
    insights::{
        asked::{Filter, Question, Scored, choose_for, places, whom},
        columns::{Columns, OfPerson},
        held::{self, View},
        population::{Link, Roll},
        voices::{are_customers, sample},
    },
    promises,
    today::day_number,
};
use std::{collections::BTreeMap, sync::Arc};
use tertulia_model::{ChannelId, Mode, PersonId};
use tertulia_store::{
    opinions::{self, Statement},
    outcomes::{self, Outcome},
};
use tertulia_voices::{
    estimate::{Rules, counted, estimate},
    population::{Basis as Known, Population},
    sample::Sample,
};

/// What the survey's side is read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Survey {
    /// What people wrote when they were asked.
    Words,
    /// What they gave on the scale of a question.
    Scored(Scored),
    /// Whether they agreed with a statement of a ballot, or disagreed.
    Voted { ballot: i64, statement: i64, agree: bool },
}

impl Survey {
    /// What addresses and programs call it.
    pub fn name(self) -> String {
        match self {
            Self::Words => String::new(),
            Self::Scored(scored) => Question::Scored(scored).name(),
            Self::Voted { ballot, statement, agree } => {
                format!("{}-{ballot}-{statement}", if agree { "agree" } else { "disagree" })
            }
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        if name.is_empty() {
            return Some(Self::Words);
        }
        if let Some(Question::Scored(scored)) = Question::named(name) {
            return Some(Self::Scored(scored));
        }
        let (side, ids) = name.split_once('-')?;
        let (ballot, statement) = ids.split_once('-')?;
        let agree = match side {
            "agree" => true,
            "disagree" => false,
            _ => return None,
        };
        Some(Self::Voted { ballot: id(ballot)?, statement: id(statement)?, agree })
    }
}

/// What the offline side is read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offline {
    /// What was noted that people said.
    Words,
    /// Two outcomes: how many it holds of, among how many.
    Counted { part: i64, of: i64 },
}

impl Offline {
    pub fn name(self) -> String {
        match self {
            Self::Words => String::new(),
            Self::Counted { part, of } => format!("outcome-{part}-{of}"),
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        if name.is_empty() {
            return Some(Self::Words);
        }
        let (part, of) = name.strip_prefix("outcome-")?.split_once('-')?;
        Some(Self::Counted { part: id(part)?, of: id(of)? })
    }
}

/// An id as this program writes it.
fn id(text: &str) -> Option<i64> {
    text.parse().ok().filter(|id: &i64| *id > 0 && text == id.to_string())
}

/// A statement of a ballot, and which votes count as yes.
#[derive(Debug, Clone, PartialEq)]
pub struct Ballot {
    pub ballot: opinions::Ballot,
    pub statement: Statement,
    pub agree: bool,
}

/// One who voted: who that is, if anybody knows, and whether it is yes.
type Vote = (Option<PersonId>, bool);

/// What the database says of a source, before anything is counted.
pub(super) struct Read {
    mode: Mode,
    origin: Origin,
    of: Of,
}

enum Of {
    People { people: Vec<OfPerson>, judged: u64, question: Question },
    Votes(Vec<Vote>),
    Counts(std::result::Result<(u64, u64), Odd>),
}

pub(super) async fn read(engine: &Engine, view: &View, filter: &Filter, asked: &Asked, mode: Mode) -> Result<Read> {
    match (mode, asked.survey, asked.offline) {
        (Mode::Survey, Survey::Voted { ballot, statement, agree }, _) => {
            voted(engine, view, filter, (ballot, statement, agree)).await
        }
        (Mode::Survey, Survey::Scored(scored), _) => said(engine, view, filter, Question::Scored(scored), mode).await,
        (Mode::Offline, _, Offline::Counted { part, of }) => counts(engine, filter, part, of).await,
        _ => said(engine, view, filter, asked.question, mode).await,
    }
}

/// What was said in this way.
async fn said(engine: &Engine, view: &View, filter: &Filter, question: Question, mode: Mode) -> Result<Read> {
    let filter = Filter { mode: Some(mode), ..filter.clone() };
    let chosen = choose_for(engine, view, &filter, Some(question)).await?;
    let found = places(engine, &filter, question).await?;
    let columns = view.columns.clone();
    let heard = move || {
        let tally = columns.tally(&chosen, question.heard(&found));
        let channels: Vec<ChannelId> = columns.by_channel(&chosen).iter().map(|voices| voices.channel).collect();
        let people: Vec<OfPerson> = tally.people.into_iter().filter(|one| one.judged > 0).collect();
        (people, tally.judged, channels)
    };
    let (people, judged, channels) = held::aside(heard).await?;
    Ok(Read { mode, origin: Origin::Messages { question, channels }, of: Of::People { people, judged, question } })
}

/// How people voted on a statement in these days.
async fn voted(
    engine: &Engine,
    view: &View,
    filter: &Filter,
    (ballot, statement, agree): (i64, i64, bool),
) -> Result<Read> {
    let mut db = engine.db.reader();
    let missing = || EngineError::invalid("survey", "There is no such statement (any more).");
    let found = opinions::get(&mut db, ballot).await?.ok_or_else(missing)?;
    let worded = opinions::statement(&mut db, ballot, statement).await?.ok_or_else(missing)?;
    let window = filter.period.window(&promises::time_zone(&mut db).await?);
    let whom = whom(engine, view, filter).await?;
    // Who is several voters counts once, as they voted last.
    let mut latest: BTreeMap<(bool, i64), Vote> = BTreeMap::new();
    for vote in opinions::votes_on(&mut db, ballot, statement).await? {
        let is_meant = window.holds(vote.at)
            && whom.as_ref().is_none_or(|whom| vote.person_id.is_some_and(|person| whom.holds(&view.columns, person)));
        if is_meant {
            let who = vote.person_id.map_or((false, vote.voter_id), |person| (true, person.0));
            latest.insert(who, (vote.person_id, vote.vote == if agree { 1 } else { -1 }));
        }
    }
    Ok(Read {
        mode: Mode::Survey,
        origin: Origin::Ballot(Ballot { ballot: found, statement: worded, agree }),
        of: Of::Votes(latest.into_values().collect()),
    })
}

/// What two outcomes come to over these days.
async fn counts(engine: &Engine, filter: &Filter, part: i64, of: i64) -> Result<Read> {
    let mut db = engine.db.reader();
    let missing = || EngineError::invalid("offline", "There is no such outcome (any more).");
    let part = outcomes::get(&mut db, part).await?.ok_or_else(missing)?;
    let of = outcomes::get(&mut db, of).await?.ok_or_else(missing)?;
    let days = (day_number(filter.period.first()), day_number(filter.period.last()));
    let values = async |db: &mut _, outcome: &Outcome| -> Result<Option<f64>> {
        let values = outcomes::between(db, outcome.id, days).await?;
        let Some(latest) = values.last() else { return Ok(None) };
        let holds = values.iter().filter(|one| outcome.adds_up || one.day == latest.day);
        Ok(Some(holds.map(|one| one.value).sum()))
    };
    let both = (values(&mut db, &part).await?, values(&mut db, &of).await?);
    let counts = if filter.is_of_some() { Err(Odd::OfSome) } else { part_of(both) };
    Ok(Read { mode: Mode::Offline, origin: Origin::Outcomes(part, of), of: Of::Counts(counts) })
}

/// How many people it holds of, among how many.
fn part_of((part, of): (Option<f64>, Option<f64>)) -> std::result::Result<(u64, u64), Odd> {
    /// Beyond this a number is not told from the next.
    const MOST: f64 = 9_007_199_254_740_992.0;
    let (Some(part), Some(of)) = (part, of) else { return Err(Odd::Nothing) };
    let is_number = |n: f64| (0.0..=MOST).contains(&n) && n.fract() == 0.0;
    if is_number(part) && is_number(of) && part <= of { Ok((part as u64, of as u64)) } else { Err(Odd::NoPart) }
}

impl Read {
    /// What it says, and its people for taking a difference apart.
    pub fn source(
        self,
        columns: &Columns,
        margins: &[Arc<Roll>],
        population: Option<&Population>,
    ) -> (Source, Option<Sample>) {
        let (mode, origin) = (self.mode, self.origin);
        let rules = Rules::default();
        match self.of {
            Of::Counts(counts) => {
                let (yes, n) = counts.unwrap_or((0, 0));
                let by_person = counted(yes, n, &rules);
                (Source { mode, origin, answers: n, by_person, weighted: None, odd: counts.err() }, None)
            }
            Of::People { people, judged, question } => {
                let people: Vec<&OfPerson> = people.iter().collect();
                let is_listed = are_customers(columns, &people, margins);
                let sample = sample(columns, question, &people, margins);
                judge((mode, origin, judged), sample, population, is_listed)
            }
            Of::Votes(votes) => {
                let link = |roll: &Arc<Roll>, person: Option<PersonId>| roll.of_person(columns, person?);
                let is_customer = |(person, _): &Vote| {
                    let mut links = margins.iter().filter_map(|roll| link(roll, *person)).map(|(_, by)| by).peekable();
                    links.peek().is_none() || links.any(|by| by == Link::Identity)
                };
                let is_listed = votes.iter().all(is_customer);
                let of = |roll: &Arc<Roll>| roll.column_of(votes.iter().map(|(person, _)| link(roll, *person)));
                let answers = votes.iter().map(|(_, yes)| f64::from(u8::from(*yes))).collect();
                let sample = Sample::from_columns(margins.iter().map(of).collect(), answers, vec![1; votes.len()]);
                judge((mode, origin, votes.len() as u64), sample.unwrap_or_default(), population, is_listed)
            }
        }
    }
}

fn judge(
    (mode, origin, answers): (Mode, Origin, u64),
    sample: Sample,
    population: Option<&Population>,
    is_listed: bool,
) -> (Source, Option<Sample>) {
    let rules = Rules::default();
    let nobody = Population { basis: Known::List, size: None, attributes: Vec::new() };
    let by_person = estimate(&sample, &nobody, &rules);
    let weighted = population.map(|known| {
        // Who is linked and no customer may be one of whom nothing was drawn.
        let known = Population { size: known.size.filter(|_| is_listed), ..known.clone() };
        estimate(&sample, &known, &rules)
    });
    (Source { mode, origin, answers, by_person, weighted, odd: None }, Some(sample))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_side_is_read_from_is_found_by_its_name() {
        let surveys = [
            Survey::Words,
            Survey::Scored(Scored { high: false, key: 9 }),
            Survey::Voted { ballot: 4, statement: 5, agree: true },
            Survey::Voted { ballot: 4, statement: 5, agree: false },
        ];
        assert!(surveys.into_iter().all(|one| Survey::named(&one.name()) == Some(one)));
        let offline = [Offline::Words, Offline::Counted { part: 1, of: 2 }];
        assert!(offline.into_iter().all(|one| Offline::named(&one.name()) == Some(one)));
        for odd in ["agree", "agree-1", "agree-1-x", "agree--1-2", "agree-01-2", "pass-1-2", "negative"] {
            assert_eq!(Survey::named(odd), None, "{odd}");
        }
        assert!(["outcome-1", "outcome-+1-2", "x"].into_iter().all(|odd| Offline::named(odd).is_none()));
    }

    #[test]
    fn a_part_of_a_count_is_a_whole_number_of_them() {
        assert_eq!(part_of((Some(3.0), Some(40.0))), Ok((3, 40)));
        assert_eq!(part_of((Some(0.0), Some(0.0))), Ok((0, 0)));
        for odd in [(5.0, 4.0), (0.5, 4.0), (-1.0, 4.0), (1.0, f64::INFINITY), (f64::NAN, 4.0)] {
            assert_eq!(part_of((Some(odd.0), Some(odd.1))), Err(Odd::NoPart));
        }
        assert_eq!(part_of((None, Some(4.0))), Err(Odd::Nothing));
    }
}
