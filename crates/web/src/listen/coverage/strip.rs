//! The days of a channel as a strip: a bar a day, what was heard and, above it, what was seen and not kept.

use super::{DayRow, day_words};

/// The picture in its own units.
const HEIGHT: i64 = 60;
const WIDTH: i64 = 960;

pub(super) struct Part {
    pub series: usize,
    pub y: i64,
    pub height: i64,
}

pub(super) struct Bar {
    pub x: i64,
    pub width: i64,
    pub parts: Vec<Part>,
    /// What was written on that day, or where it was set aside.
    pub href: String,
    /// "Thu, 19 Nov: 12 heard, 3 not kept", and what it opens.
    pub words: String,
}

pub(super) struct Strip {
    pub bars: Vec<Bar>,
    /// Of one day, heard and not kept together.
    pub most: i64,
    pub has_not_kept: bool,
    pub first: String,
    pub last: String,
    pub width: i64,
    pub height: i64,
}

/// The days from the first to the last with it; none where nothing was heard or counted on any.
pub(super) fn strip((first, last): (i64, i64), rows: &[DayRow]) -> Option<Strip> {
    let most = rows.iter().map(|row| row.heard.saturating_add(row.not_kept)).max().filter(|most| *most > 0)?;
    let days = (last - first + 1).max(1);
    let bar = |row: &DayRow| {
        let at = |day: i64| (day - first) * WIDTH / days;
        let (x, next) = (at(row.at), at(row.at + 1));
        let mut y = HEIGHT;
        let mut parts = Vec::new();
        for (series, times) in [row.heard, row.not_kept].into_iter().enumerate().filter(|(_, times)| *times > 0) {
            // What came once is seen, however high the highest bar is.
            let height = i64::try_from(i128::from(times) * i128::from(HEIGHT) / i128::from(most)).unwrap_or(0).max(2);
            y = (y - height).max(0);
            parts.push(Part { series, y, height });
        }
        let not_kept = if row.not_kept > 0 { format!(", {} not kept", row.not_kept) } else { String::new() };
        // What is behind it is not quite what it counts, and says so.
        let (href, opens) = match (row.heard_href.is_empty(), row.aside_href.is_empty()) {
            (false, _) => (&row.heard_href, ". Opens what was written on this day, by you, too"),
            (true, false) => (&row.aside_href, ". Opens all of this channel that waits in Quarantine"),
            (true, true) => (&row.heard_href, ""),
        };
        Bar {
            x,
            width: (next - x - 2).max(1),
            parts,
            href: href.clone(),
            words: format!("{}: {} heard{not_kept}{opens}", row.day, row.heard),
        }
    };
    let of_span = rows.iter().rev().filter(|row| (first..=last).contains(&row.at));
    let mut bars: Vec<Bar> = of_span.map(bar).collect();
    bars.retain(|bar| !bar.parts.is_empty());
    Some(Strip {
        bars,
        most,
        has_not_kept: rows.iter().any(|row| row.not_kept > 0),
        first: day_words(first),
        last: day_words(last),
        width: WIDTH,
        height: HEIGHT,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(at: i64, heard: i64, not_kept: i64) -> DayRow {
        DayRow {
            at,
            date: String::new(),
            day: day_words(at),
            heard,
            heard_href: if heard > 0 { format!("/listen?{at}") } else { String::new() },
            history: 0,
            lag: String::new(),
            lag_mean: None,
            not_kept,
            aside_href: "/quarantine".to_owned(),
        }
    }

    #[test]
    fn each_day_on_which_something_came_has_its_bar_within_the_picture() {
        assert!(strip((20_000, 20_006), &[]).is_none());
        assert!(strip((20_000, 20_006), &[row(20_000, 0, 0)]).is_none());
        let rows = [row(20_006, 0, 1), row(20_003, 30, 30), row(20_000, 90_000, 0)];
        let strip = strip((20_000, 20_006), &rows).unwrap();
        assert_eq!((strip.bars.len(), strip.most, strip.has_not_kept), (3, 90_000, true));
        for bar in &strip.bars {
            assert!(bar.x >= 0 && bar.x + bar.width <= WIDTH);
            assert!(bar.parts.iter().all(|part| part.y >= 0 && part.y + part.height <= HEIGHT && part.height >= 2));
        }
        let words: Vec<&str> = strip.bars.iter().map(|bar| bar.words.as_str()).collect();
        assert_eq!(words[1], "Mon, 7 Oct: 30 heard, 30 not kept. Opens what was written on this day, by you, too");
        assert_eq!(words[2], "Thu, 10 Oct: 0 heard, 1 not kept. Opens all of this channel that waits in Quarantine");
        assert_eq!((strip.bars[0].href.as_str(), strip.bars[2].href.as_str()), ("/listen?20000", "/quarantine"));
    }
}
