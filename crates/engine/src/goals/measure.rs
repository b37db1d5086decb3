//! What became of a goal: met, missed or unknown at its day, and on what that rests.

use super::latest;
use crate::{
    Engine, Result,
    figures::{self, Estimate, Figure, Period, Report},
    promises,
    today::day_number,
};
use jiff::{ToSpan, civil::Date, tz::TimeZone};
use tertulia_analysis::figures::Window;
use tertulia_model::GoalId;
use tertulia_store::{
    Sql,
    goals::{self, Goal},
    outcomes::{self, Outcome},
};

/// By what a goal is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// By nothing but what somebody says of it.
    Words,
    Figure(Figure),
    Outcome(i64),
}

impl Measure {
    pub(super) const OUTCOME: &'static str = "outcome";

    /// As it stands in a form; none where there is no such measure.
    pub fn of(name: &str) -> Option<Self> {
        if name.is_empty() {
            return Some(Self::Words);
        }
        let outcome = || name.strip_prefix("outcome-")?.parse().ok().map(Self::Outcome);
        Figure::named(name).map(Self::Figure).or_else(outcome)
    }

    pub fn of_goal(goal: &Goal) -> Self {
        match (Figure::named(&goal.measure), goal.outcome_id) {
            (Some(figure), _) => Self::Figure(figure),
            (None, Some(outcome)) => Self::Outcome(outcome),
            (None, None) => Self::Words,
        }
    }

    /// As it stands in a form.
    pub fn name(self) -> String {
        match self {
            Self::Words => String::new(),
            Self::Figure(figure) => figure.name().to_owned(),
            Self::Outcome(id) => format!("outcome-{id}"),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Its day is still to come.
    Running,
    Met,
    Missed,
    /// Its day is over, and nothing says what became of it.
    Unknown,
}

impl Verdict {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Met => "met",
            Self::Missed => "missed",
            Self::Unknown => "unknown",
        }
    }

    /// Of a goal whose day is over.
    pub(super) fn of(goal: &Goal, value: Option<f64>) -> Self {
        match reaches(goal, value) {
            Some(true) => Self::Met,
            Some(false) => Self::Missed,
            None => Self::Unknown,
        }
    }
}

fn reaches(goal: &Goal, value: Option<f64>) -> Option<bool> {
    let (value, target) = (value?, goal.target?);
    Some(if goal.at_most { value <= target } else { value >= target })
}

/// A goal and how it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    pub goal: Goal,
    pub measure: Measure,
    pub outcome: Option<Outcome>,
    pub verdict: Verdict,
    /// What was measured over the days up to its own, or up to today; what is given up is not measured by figures any more.
    pub value: Option<f64>,
    /// How many cases or values it rests on, and how many people.
    pub n: usize,
    pub people: usize,
    pub first: Date,
    pub last: Date,
}

impl Standing {
    /// Whether what was measured is what was hoped for.
    pub fn reaches(&self) -> Option<bool> {
        reaches(&self.goal, self.value)
    }
}

/// Whether a figure still says how it stands: what it came to at its day is kept, and what was given up is measured no more.
fn goes_on(goal: &Goal) -> bool {
    matches!(Measure::of_goal(goal), Measure::Figure(_)) && goal.ended_at.is_none() && goal.given_up_at.is_none()
}

/// What was counted once for several goals: over all the days at which any of them looks.
#[derive(Debug)]
pub struct Counted {
    zone: TimeZone,
    report: Option<Report>,
}

impl Counted {
    pub(super) async fn of(engine: &Engine, goals: &[Goal]) -> Result<Self> {
        let zone = promises::time_zone(&mut engine.db.reader()).await?;
        let mut all: Option<Window> = None;
        for goal in goals.iter().filter(|goal| goes_on(goal)) {
            let (_, last) = days(engine, goal, &zone);
            let one = Period::until(last, goal.over_days.max(POINTS * WEEK)).window(&zone);
            all = Some(all.map_or(one, |all| Window { from: all.from.min(one.from), until: all.until.max(one.until) }));
        }
        let report = match all {
            Some(window) => Some(figures::report_of(engine, window).await?),
            None => None,
        };
        Ok(Self { zone, report })
    }

    fn said(&self, figure: Figure, period: Period) -> Option<Estimate> {
        self.report.as_ref().map(|report| report.of_window(figure, period.window(&self.zone)))
    }
}

/// All goals as they stand, those that were given up last; and what was counted for them.
pub async fn all(engine: &Engine) -> Result<(Vec<Standing>, Counted)> {
    let mut found = goals::standing(&mut engine.db.reader()).await?;
    found.sort_by_key(|goal| (goal.given_up_at.is_some(), goal.due_on.clone(), goal.id));
    let counted = Counted::of(engine, &found).await?;
    let mut all = Vec::new();
    for goal in found {
        all.push(standing(engine, goal, &counted).await?);
    }
    Ok((all, counted))
}

/// One goal as it stands, and what was counted for it.
pub async fn one(engine: &Engine, id: GoalId) -> Result<(Standing, Counted)> {
    let goal = latest(engine, id).await?;
    let counted = Counted::of(engine, std::slice::from_ref(&goal)).await?;
    Ok((standing(engine, goal, &counted).await?, counted))
}

pub(super) async fn standing(engine: &Engine, goal: Goal, counted: &Counted) -> Result<Standing> {
    let mut db = engine.db.reader();
    let (today, last) = days(engine, &goal, &counted.zone);
    let period = Period::until(last, goal.over_days);
    let measure = Measure::of_goal(&goal);
    let mut stands = Standing {
        measure,
        outcome: None,
        verdict: Verdict::Running,
        value: None,
        n: 0,
        people: 0,
        first: period.first(),
        last,
        goal,
    };
    match measure {
        Measure::Words => {}
        Measure::Figure(_) if stands.goal.ended_at.is_some() => {
            let kept = |n: i64| usize::try_from(n).unwrap_or_default();
            stands.value = stands.goal.ended_value;
            (stands.n, stands.people) = (kept(stands.goal.ended_n), kept(stands.goal.ended_people));
        }
        Measure::Figure(figure) => {
            if let Some(said) = counted.said(figure, period).filter(|_| goes_on(&stands.goal)) {
                (stands.value, stands.n, stands.people) = (said.value, said.n, said.people);
            }
        }
        Measure::Outcome(id) => {
            stands.outcome = outcomes::get(&mut db, id).await?;
            if let Some(outcome) = &stands.outcome {
                (stands.value, stands.n) = summed(&mut db, outcome, (stands.first, last)).await?;
            }
        }
    }
    if stands.goal.due_on.parse().is_ok_and(|due: Date| due < today) {
        stands.verdict = Verdict::of(&stands.goal, stands.value);
    }
    Ok(stands)
}

/// Today, and the last day over which the goal is measured.
fn days(engine: &Engine, goal: &Goal, zone: &TimeZone) -> (Date, Date) {
    let today = figures::today(engine.now(), zone);
    (today, goal.due_on.parse().map_or(today, |due: Date| due.min(today)))
}

/// What an outcome comes to over some days, and on how many values that rests.
pub(super) async fn summed(
    on: &mut impl Sql,
    outcome: &Outcome,
    (first, last): (Date, Date),
) -> Result<(Option<f64>, usize)> {
    let values = outcomes::between(on, outcome.id, (day_number(first), day_number(last))).await?;
    let Some(latest) = values.last() else { return Ok((None, 0)) };
    let of_day = values.iter().filter(|one| outcome.adds_up || one.day == latest.day);
    Ok((Some(of_day.map(|one| one.value).sum()), values.len()))
}

/// One step of a goal's picture: what was measured over some days that end with this one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    pub first: Date,
    pub last: Date,
    pub value: Option<f64>,
    pub n: usize,
}

const POINTS: i64 = 12;
/// What is counted a week at a time; what adds up needs as many days as the goal has.
const WEEK: i64 = 7;

/// How it went: twelve steps up to today, or up to the goal's day; of a figure only as long as it goes on.
pub async fn series(engine: &Engine, stands: &Standing, counted: &Counted) -> Result<Vec<Point>> {
    let mut db = engine.db.reader();
    let each =
        if stands.outcome.as_ref().is_some_and(|outcome| outcome.adds_up) { stands.goal.over_days } else { WEEK };
    let spans: Vec<(Date, Date)> = (0..POINTS)
        .rev()
        .map(|n| {
            let last = stands.last.saturating_sub((n * each).days());
            (last.saturating_sub((each - 1).days()), last)
        })
        .collect();
    let mut points = Vec::new();
    match (stands.measure, &stands.outcome) {
        (Measure::Figure(figure), _) if goes_on(&stands.goal) => {
            for (first, last) in spans {
                if let Some(said) = counted.said(figure, Period::until(last, WEEK)) {
                    points.push(Point { first, last, value: said.value, n: said.n });
                }
            }
        }
        (_, Some(outcome)) => {
            for (first, last) in spans {
                let (value, n) = summed(&mut db, outcome, (first, last)).await?;
                points.push(Point { first, last, value, n });
            }
        }
        _ => {}
    }
    Ok(points)
}
