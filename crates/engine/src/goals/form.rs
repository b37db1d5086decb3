//! A goal as somebody writes it down.

use super::Measure;
use crate::{
    EngineError, Result,
    amounts::{self, Written},
    figures::Unit,
};
use jiff::civil::Date;
use tertulia_connector::FieldError;
use tertulia_model::{GoalId, UserId};
use tertulia_store::{goals::Goal, outcomes::Outcome};

/// Of `2027-03-31`.
const DAY_LENGTH: usize = 10;
const LONGEST: usize = 500;
const USUAL_DAYS: i64 = 30;
const MOST_DAYS: i64 = 366;
const HOUR: f64 = 3_600_000.0;

/// One goal in a sentence, with today's value, the value hoped for and a day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GoalForm {
    pub sentence: String,
    /// Where it has a measure, a number in its unit, or words for "nobody knows".
    pub today: String,
    pub hoped: String,
    /// `2027-03-31`.
    pub due_on: String,
    /// Today, by the calendar of whoever declares it.
    pub declared_on: Date,
    /// The name of a figure, `outcome-` and its id, or nothing.
    pub measure: String,
    /// What is hoped for is not to be exceeded.
    pub at_most: bool,
    /// Measured over so many days; empty: 30.
    pub over_days: String,
    /// Who sees to it; whoever declares it where nobody is named.
    pub owner: Option<UserId>,
}

impl GoalForm {
    /// What is wrong that needs no look at anything else.
    pub(crate) fn mistakes(&self, errors: &mut Vec<FieldError>) {
        let needed = [
            ("goal", &self.sentence, "Write in one sentence what you hope to get out of listening."),
            ("today", &self.today, "Where does it stand today? A rough number is fine, also “nobody knows”."),
            ("hoped", &self.hoped, "What value do you hope for?"),
        ];
        for (field, value, message) in needed {
            if value.trim().is_empty() {
                errors.push(FieldError::new(field, message));
            } else if value.chars().count() > LONGEST {
                errors.push(FieldError::new(field, format!("Keep it below {LONGEST} characters.")));
            }
        }
        match self.due_on.parse::<Date>().ok().filter(|_| self.due_on.len() == DAY_LENGTH) {
            None => errors.push(FieldError::new("due_on", "Choose the day by which you hope to be there.")),
            Some(due) if due <= self.declared_on => {
                errors.push(FieldError::new("due_on", "Choose a day that is still to come."));
            }
            Some(_) => {}
        }
        if self.days().is_none() {
            errors.push(FieldError::new("over_days", format!("Write a number of days, from 1 to {MOST_DAYS}.")));
        }
        if Measure::of(&self.measure).is_none() {
            errors.push(FieldError::new("measure", "Choose by what it is measured."));
        }
    }

    pub(super) fn check(&self) -> Result<()> {
        let mut errors = Vec::new();
        self.mistakes(&mut errors);
        if errors.is_empty() { Ok(()) } else { Err(EngineError::Invalid(errors)) }
    }

    fn days(&self) -> Option<i64> {
        if self.over_days.trim().is_empty() {
            return Some(USUAL_DAYS);
        }
        self.over_days.trim().parse().ok().filter(|days| (1..=MOST_DAYS).contains(days))
    }

    /// The outcome that it names.
    pub(super) fn outcome(&self) -> Option<i64> {
        match Measure::of(&self.measure) {
            Some(Measure::Outcome(id)) => Some(id),
            _ => None,
        }
    }

    /// A version with what was written down; its ids, dates and what holds it fast are still to be said.
    pub(super) fn version(&self, outcome: Option<&Outcome>) -> Result<Goal> {
        let measure = Measure::of(&self.measure).unwrap_or(Measure::Words);
        let read = |text: &str| match measure {
            Measure::Words => None,
            Measure::Figure(figure) => amount(figure.unit(), text),
            Measure::Outcome(_) => number(text),
        };
        if matches!(measure, Measure::Outcome(_)) && outcome.is_none() {
            return Err(EngineError::invalid("measure", "This outcome is not there (any more). Choose another."));
        }
        let target = read(&self.hoped);
        if target.is_none() && measure != Measure::Words {
            return Err(EngineError::invalid("hoped", needed(measure)));
        }
        Ok(Goal {
            id: GoalId(0),
            goal_id: GoalId(0),
            sentence: self.sentence.trim().to_owned(),
            today_value: self.today.trim().to_owned(),
            hoped_value: self.hoped.trim().to_owned(),
            due_on: self.due_on.clone(),
            owner_id: self.owner,
            measure: match measure {
                Measure::Words => String::new(),
                Measure::Figure(figure) => figure.name().to_owned(),
                Measure::Outcome(_) => Measure::OUTCOME.to_owned(),
            },
            outcome_id: outcome.map(|outcome| outcome.id),
            over_days: self.days().unwrap_or(USUAL_DAYS),
            baseline: read(&self.today),
            target,
            at_most: self.at_most,
            declared_at: 0,
            declared_by: UserId(0),
            frozen_at: None,
            after_listening: false,
            given_up_at: None,
            ended_at: None,
            ended_value: None,
            ended_n: 0,
            ended_people: 0,
        })
    }
}

/// In what a value is written.
fn needed(measure: Measure) -> &'static str {
    match measure {
        Measure::Figure(figure) => match figure.unit() {
            Unit::Share => "Write percent, from 0 to 100: 90 for nine of ten. Less than one as 0.5 %.",
            Unit::Time => "Write how long: a number of hours, or such as 30 min or 2 days.",
            Unit::Number | Unit::People => "Write a number.",
        },
        _ => "Write a number.",
    }
}

/// A value of a figure as it is typed: percent, hours, a number.
fn amount(unit: Unit, text: &str) -> Option<f64> {
    let text = text.trim().to_lowercase();
    match unit {
        Unit::Share => {
            let is_marked = text.ends_with('%');
            // 0.9 may be meant as nine of ten.
            let is_share = |n: &f64| (0.0..=100.0).contains(n) && (is_marked || *n == 0.0 || *n >= 1.0);
            number(text.trim_end_matches('%')).filter(is_share).map(|n| n / 100.0)
        }
        Unit::Time => {
            let digits = text.trim_end_matches(|c: char| c.is_alphabetic() || c == '.' || c.is_whitespace());
            let hours = match text[digits.len()..].trim().trim_end_matches('.') {
                "" | "h" | "hour" | "hours" => 1.0,
                "m" | "min" | "minute" | "minutes" => 1.0 / 60.0,
                "d" | "day" | "days" => 24.0,
                _ => return None,
            };
            number(digits).filter(|n| *n >= 0.0).map(|n| n * hours * HOUR)
        }
        Unit::Number | Unit::People => number(&text).filter(|n| *n >= 0.0),
    }
}

/// A number that somebody types alone.
pub(super) fn number(text: &str) -> Option<f64> {
    amounts::read(text, Written::Auto)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_goal_needs_all_its_parts_and_a_day_to_come() {
        let whole = GoalForm {
            sentence: "Answer everybody".into(),
            today: "half".into(),
            hoped: "all".into(),
            due_on: "2027-03-31".into(),
            declared_on: date(2026, 11, 21),
            ..GoalForm::default()
        };
        let errors_of = |goal: &GoalForm| {
            let mut errors = Vec::new();
            goal.mistakes(&mut errors);
            errors.into_iter().map(|e| e.field).collect::<Vec<_>>()
        };
        assert!(errors_of(&whole).is_empty());
        assert_eq!(errors_of(&GoalForm::default()), ["goal", "today", "hoped", "due_on"]);
        assert_eq!(errors_of(&GoalForm { due_on: "2026-11-21".into(), ..whole.clone() }), ["due_on"]);
        assert_eq!(errors_of(&GoalForm { due_on: "2027-13-01".into(), ..whole.clone() }), ["due_on"]);
        let odd = GoalForm { measure: "likes".into(), over_days: "0".into(), ..whole.clone() };
        assert_eq!(errors_of(&odd), ["over_days", "measure"]);
        let measured = |measure: &str, hoped: &str| {
            GoalForm { measure: measure.into(), hoped: hoped.into(), ..whole.clone() }.version(None)
        };
        assert!(measured("answered", "most of them").is_err() && measured("outcome-7", "3").is_err());
        assert_eq!(measured("answered", "90 %").unwrap().target, Some(0.9));
        assert_eq!(measured("answered", "90").unwrap().baseline, None, "half is no number");
    }

    #[test]
    fn values_of_a_figure_are_read_in_its_unit() {
        assert_eq!(
            ["24", "30 min", "2 days", "1,5 h"].map(|t| amount(Unit::Time, t)),
            [86.4e6, 1.8e6, 172.8e6, 5.4e6].map(Some)
        );
        assert_eq!(
            ["101", "0.9", "0,5 %", "0"].map(|text| amount(Unit::Share, text)),
            [None, None, Some(0.005), Some(0.0)]
        );
        assert_eq!(amount(Unit::Time, "5 weeks"), None);
    }
}
