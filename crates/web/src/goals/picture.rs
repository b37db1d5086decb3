//! The small picture of a goal: twelve steps up to now, and the line that is hoped for.

use super::{outcomes, words};
use jiff::civil::Date;
use tertulia_engine::goals::{Measure, Point, Standing};

const WIDTH: f64 = 240.0;
const HEIGHT: f64 = 60.0;

pub(super) struct Bar {
    pub x: i64,
    pub y: i64,
    pub width: i64,
    pub height: i64,
    pub reaches: bool,
    /// To what was measured then.
    pub href: String,
    pub words: String,
}

pub(super) struct Row {
    pub href: String,
    pub when: String,
    pub value: String,
    pub n: usize,
}

pub(super) struct Picture {
    pub bars: Vec<Bar>,
    /// Where the line of the target stands.
    pub line: Option<i64>,
    pub words: String,
    pub rows: Vec<Row>,
    pub width: i64,
    pub height: i64,
}

/// The page with what was measured over these days: conversations, or values that were noted.
pub(super) fn behind(measure: Measure, first: Date, last: Date) -> Option<String> {
    let days = format!("from={first}&until={last}");
    match measure {
        Measure::Figure(figure) => Some(format!("/figures/{}?{days}", figure.name())),
        Measure::Outcome(outcome) => Some(format!("{}?{days}", outcomes::href(outcome))),
        Measure::Words => None,
    }
}

/// None where nothing was measured yet.
pub(super) fn picture(stands: &Standing, points: &[Point]) -> Option<Picture> {
    let known: Vec<f64> = points.iter().filter_map(|point| point.value).collect();
    let last = *known.last()?;
    let target = stands.goal.target;
    let most = known.iter().copied().chain(target).fold(0.0_f64, f64::max).max(f64::MIN_POSITIVE);
    let height = |value: f64| ((value.max(0.0) / most) * (HEIGHT - 2.0)).max(2.0);
    let each = WIDTH / points.len().max(1) as f64;
    let value = |amount| words::value(stands.measure, stands.outcome.as_ref(), amount);
    let when = |point: &Point| words::days(point.first, point.last);
    let bar = |(n, point): (usize, &Point)| {
        let amount = point.value?;
        let tall = height(amount);
        Some(Bar {
            href: behind(stands.measure, point.first, point.last)?,
            words: format!("{}: {}", when(point), value(amount)),
            x: (n as f64 * each).round() as i64,
            y: (HEIGHT - tall).round() as i64,
            width: (each - 3.0).round() as i64,
            height: tall.round() as i64,
            reaches: target.is_some_and(|goal| if stands.goal.at_most { amount <= goal } else { amount >= goal }),
        })
    };
    let row = |point: &Point| Row {
        href: behind(stands.measure, point.first, point.last).unwrap_or_default(),
        when: when(point),
        value: point.value.map_or_else(|| "not known".to_owned(), value),
        n: point.n,
    };
    Some(Picture {
        bars: points.iter().enumerate().filter_map(bar).collect(),
        line: target.map(|goal| (HEIGHT - height(goal)).round() as i64),
        words: format!(
            "How it went: {} at first, {} at last, hoped for {}.",
            value(known[0]),
            value(last),
            words::hoped(stands)
        ),
        rows: points.iter().map(row).collect(),
        width: WIDTH as i64,
        height: HEIGHT as i64,
    })
}
