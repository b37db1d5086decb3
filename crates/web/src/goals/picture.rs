//! The small picture of a goal: twelve steps up to now, and the line that is hoped for.

use super::words;
use tertulia_engine::goals::{Point, Standing};

const WIDTH: f64 = 240.0;
const HEIGHT: f64 = 60.0;

pub(super) struct Bar {
    pub x: i64,
    pub y: i64,
    pub width: i64,
    pub height: i64,
    pub reaches: bool,
}

pub(super) struct Row {
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

/// None where nothing was measured yet.
pub(super) fn picture(stands: &Standing, points: &[Point]) -> Option<Picture> {
    let known: Vec<f64> = points.iter().filter_map(|point| point.value).collect();
    let last = *known.last()?;
    let target = stands.goal.target;
    let most = known.iter().copied().chain(target).fold(0.0_f64, f64::max).max(f64::MIN_POSITIVE);
    let height = |value: f64| ((value.max(0.0) / most) * (HEIGHT - 2.0)).max(2.0);
    let each = WIDTH / points.len().max(1) as f64;
    let value = |amount| words::value(stands.measure, stands.outcome.as_ref(), amount);
    let bar = |(n, point): (usize, &Point)| {
        let amount = point.value?;
        let tall = height(amount);
        Some(Bar {
            x: (n as f64 * each).round() as i64,
            y: (HEIGHT - tall).round() as i64,
            width: (each - 3.0).round() as i64,
            height: tall.round() as i64,
            reaches: target.is_some_and(|goal| if stands.goal.at_most { amount <= goal } else { amount >= goal }),
        })
    };
    let row = |point: &Point| Row {
        when: format!("{} to {}", point.first.strftime("%-d %b"), point.last.strftime("%-d %b %Y")),
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
