//! Goals in words: by when, how far, and what it rests on.

use super::href;
use crate::{components::GoalView, figures::words, listen::thousands};
use jiff::civil::Date;
use tertulia_engine::{
    figures::{self, Unit},
    goals::{Measure, Standing, Verdict, Version},
};
use tertulia_store::{goals::Goal, outcomes::Outcome};

/// The goal as it stands on the start page.
pub(crate) fn start_view(goal: Goal, today: Date, may_change: bool) -> GoalView {
    GoalView {
        by: by(&goal.due_on, today),
        edit_href: may_change.then(|| href(goal.goal_id)),
        sentence: goal.sentence,
        today: goal.today_value,
        hoped_for: goal.hoped_value,
    }
}

/// "31 March 2027, in 130 days".
pub(super) fn by(due_on: &str, today: Date) -> String {
    let Ok(due) = due_on.parse::<Date>() else { return due_on.to_owned() };
    let day = due.strftime("%-d %B %Y");
    match (due - today).get_days() {
        0 => format!("{day}, today"),
        1 => format!("{day}, tomorrow"),
        days @ 2.. => format!("{day}, in {days} days"),
        _ => format!("{day}; that day has passed"),
    }
}

/// "1,234.5"
pub(super) fn number(value: f64) -> String {
    let rounded = (value.abs() * 100.0).round() / 100.0;
    let whole = thousands(rounded.trunc() as usize);
    let part = format!("{:.2}", rounded.fract());
    let part = part.trim_start_matches('0').trim_end_matches('0').trim_end_matches('.');
    format!("{}{whole}{part}", if value < 0.0 { "−" } else { "" })
}

/// Days as one span: "3 Nov to 9 Nov 2026".
pub(super) fn days(first: Date, last: Date) -> String {
    let year = if first.year() == last.year() { "" } else { " %Y" };
    format!("{} to {}", first.strftime(&format!("%-d %b{year}")), last.strftime("%-d %b %Y"))
}

/// A value in the measure of a goal.
pub(super) fn value(measure: Measure, outcome: Option<&Outcome>, amount: f64) -> String {
    match (measure, outcome) {
        (Measure::Figure(figure), _) => words::value(figure, amount),
        (_, Some(outcome)) if !outcome.unit.is_empty() => format!("{} {}", number(amount), outcome.unit),
        _ => number(amount),
    }
}

/// What was measured. A share that rounding would put on the other side of what is hoped for is said more exactly.
fn measured(goal: &Goal, outcome: Option<&Outcome>, amount: f64) -> String {
    let rounded = |share: f64| (share * 100.0).round();
    match (Measure::of_goal(goal), goal.target) {
        (Measure::Figure(figure), Some(target))
            if figure.unit() == Unit::Share && rounded(amount) == rounded(target) && amount != target =>
        {
            let tenths = amount * 1_000.0;
            let tenths = if amount < target { tenths.floor() } else { tenths.ceil() };
            format!("{:.1} %", tenths / 10.0)
        }
        (measure, _) => value(measure, outcome, amount),
    }
}

/// By what it is measured.
pub(super) fn measured_by(stands: &Standing) -> String {
    let days = stands.goal.over_days;
    let over = if days == 1 { "on one day".to_owned() } else { format!("over {days} days") };
    match (stands.measure, &stands.outcome) {
        (Measure::Figure(figure), _) => format!("{}, {over}", figures::title(figure)),
        (_, Some(outcome)) if outcome.adds_up => format!("{}, added up {over}", outcome.name),
        (_, Some(outcome)) => format!("{}, the latest {over}", outcome.name),
        (Measure::Outcome(_), None) => "An outcome that is gone".to_owned(),
        (Measure::Words, _) => "Words alone".to_owned(),
    }
}

/// "at least 90 %"
pub(super) fn hoped(stands: &Standing) -> String {
    let Some(target) = stands.goal.target else { return stands.goal.hoped_value.clone() };
    let bound = if stands.goal.at_most { "at most" } else { "at least" };
    format!("{bound} {}", value(stands.measure, stands.outcome.as_ref(), target))
}

pub(super) fn today(stands: &Standing) -> String {
    match stands.goal.baseline {
        Some(baseline) => value(stands.measure, stands.outcome.as_ref(), baseline),
        None => stands.goal.today_value.clone(),
    }
}

/// What was measured up to now, or up to its day.
pub(super) fn now(stands: &Standing) -> String {
    match (stands.measure, stands.value) {
        (Measure::Words, _) => "Nothing measures it".to_owned(),
        (_, Some(amount)) => measured(&stands.goal, stands.outcome.as_ref(), amount),
        (Measure::Figure(_), None) if stands.goal.given_up_at.is_some() => "Not measured any more".to_owned(),
        (Measure::Figure(_), None) => words::TOO_FEW.to_owned(),
        (_, None) => "No value yet".to_owned(),
    }
}

/// On what that rests.
pub(super) fn rests_on(stands: &Standing) -> String {
    let span = days(stands.first, stands.last);
    let people = || words::counted(stands.people, "person", "people");
    match stands.measure {
        Measure::Words => "Give it a measure, and it is seen here how far it is.".to_owned(),
        Measure::Figure(_) if stands.n == 0 => format!("Rests on nothing, {span}."),
        Measure::Figure(_) => {
            format!("Rests on {} with {}, {span}.", words::counted(stands.n, "case", "cases"), people())
        }
        Measure::Outcome(_) => format!("Rests on {}, {span}.", words::counted(stands.n, "value", "values")),
    }
}

/// The icon, the word and the kind of how it stands.
pub(super) fn verdict(stands: &Standing) -> (&'static str, &'static str, &'static str) {
    if stands.goal.given_up_at.is_some() {
        return ("archive", "Given up", "");
    }
    match (stands.verdict, stands.reaches()) {
        (Verdict::Met, _) => ("circle-check", "Met", "ours"),
        (Verdict::Missed, _) => ("circle-alert", "Missed", "danger"),
        (Verdict::Unknown, _) => ("circle-help", "Unknown", ""),
        (Verdict::Running, Some(true)) => ("target", "On the way, and there so far", "ours"),
        (Verdict::Running, Some(false)) => ("target", "On the way", ""),
        (Verdict::Running, None) => ("target", "On the way, not known how far", ""),
    }
}

/// What became of a version at its day; nothing while that is to come.
pub(super) fn became(version: &Version) -> Option<String> {
    let goal = &version.goal;
    let word = match version.verdict {
        None => return Some("Another took its place before its day.".to_owned()),
        Some(Verdict::Running) => return None,
        Some(Verdict::Met) => "Met",
        Some(Verdict::Missed) => "Missed",
        Some(Verdict::Unknown) => "Unknown",
    };
    let day =
        goal.due_on.parse::<Date>().map_or_else(|_| goal.due_on.clone(), |day| day.strftime("%-d %B %Y").to_string());
    let (one, many) = match Measure::of_goal(goal) {
        Measure::Figure(_) => ("case", "cases"),
        _ => ("value", "values"),
    };
    Some(match version.value {
        Some(amount) => {
            let amount = measured(goal, version.outcome.as_ref(), amount);
            format!("{word} on {day}: {amount}, resting on {}.", words::counted(version.n, one, many))
        }
        None => format!("{word} on {day}."),
    })
}

/// Whether it was declared before anybody listened.
pub(super) fn declared(goal: &Goal) -> &'static str {
    match (goal.frozen_at, goal.after_listening) {
        (None, _) => "Can still be changed: no channel is live yet.",
        (Some(_), false) => "Declared before listening began.",
        (Some(_), true) => "Declared after listening began.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_of_a_goal_says_how_far_it_is() {
        let by = |due_on| by(due_on, jiff::civil::date(2026, 11, 21));
        assert_eq!(by("2027-03-31"), "31 March 2027, in 130 days");
        assert_eq!(by("2026-11-22"), "22 November 2026, tomorrow");
        assert_eq!(by("2026-11-21"), "21 November 2026, today");
        assert_eq!(by("2026-11-20"), "20 November 2026; that day has passed");
        assert_eq!(by("2027-02-31"), "2027-02-31");
    }

    #[test]
    fn numbers_are_said_without_needless_digits() {
        assert_eq!([0.0, 0.5, 1234.0, 1234.567, -3.0, 0.999].map(number), ["0", "0.5", "1,234", "1,234.57", "−3", "1"]);
    }
}
