//! The picture above the figures: how many people began a conversation, a bar a day (of longer periods: a week), and how many
//! of them have an answer, or were just listened to.

use super::asked::Asked;
use crate::inbox::times;
use jiff::{ToSpan, civil::Date, tz::TimeZone};
use std::collections::BTreeMap;
use tertulia_engine::figures::{Case, Period};

/// The picture in its own units.
const HEIGHT: i64 = 120;
const WIDTH: i64 = 960;
/// Of more days than these a bar is a week.
const MOST_DAYS: i64 = 31;
const WEEK: i32 = 7;

/// Of a bar: all, and of these those who have an answer and those who were just listened to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub all: usize,
    pub answered: usize,
    pub listened: usize,
}

impl Counts {
    fn and(self, other: Self) -> Self {
        Self {
            all: self.all + other.all,
            answered: self.answered + other.answered,
            listened: self.listened + other.listened,
        }
    }

    /// Without an answer.
    pub fn rest(&self) -> usize {
        self.all - self.answered - self.listened
    }
}

pub(super) struct Bar {
    pub x: i64,
    pub width: i64,
    /// From the foot of the picture: what was answered, above it what was just listened to, and above that the rest.
    pub answered: i64,
    pub listened: i64,
    pub other: i64,
    pub href: String,
    /// "Thu, 19 Nov 2026: 12, of which 9 have an answer"
    pub words: String,
    pub when: String,
    pub counts: Counts,
}

impl Bar {
    pub fn answered_y(&self) -> i64 {
        HEIGHT - self.answered
    }

    pub fn listened_y(&self) -> i64 {
        HEIGHT - self.answered - self.listened
    }

    pub fn other_y(&self) -> i64 {
        HEIGHT - self.answered - self.listened - self.other
    }
}

pub(super) struct Picture {
    pub bars: Vec<Bar>,
    pub most: usize,
    pub unit: &'static str,
    pub first: String,
    pub last: String,
    pub width: i64,
    pub height: i64,
}

impl Picture {
    /// What makes bars wide enough for a finger.
    pub fn width_class(&self) -> &'static str {
        match self.bars.len() {
            0..=14 => "bars-few",
            15..=31 => "bars-30",
            _ => "bars-53",
        }
    }
}

fn words_of(day: Date) -> String {
    day.strftime("%a, %-d %b %Y").to_string()
}

/// The first and the last day of each bar; the last bar ends with the period.
fn spans(period: Period) -> Vec<(Date, Date)> {
    let days = if period.days() > MOST_DAYS { WEEK } else { 1 };
    let (mut spans, mut end) = (Vec::new(), period.last());
    while end >= period.first() {
        let begin = end.saturating_sub((days - 1).days()).max(period.first());
        spans.push((begin, end));
        let Ok(before) = begin.yesterday() else { break };
        end = before;
    }
    spans.reverse();
    spans
}

pub(super) fn picture(period: Period, first: &[Case], zone: &TimeZone) -> Picture {
    let mut days: BTreeMap<Date, Counts> = BTreeMap::new();
    for case in first {
        let Some(at) = times::in_zone(case.at, zone) else { continue };
        let one = Counts { all: 1, answered: usize::from(case.holds), listened: usize::from(case.listened) };
        let day = days.entry(at.date()).or_default();
        *day = day.and(one);
    }
    let spans = spans(period);
    let of_span = |(begin, end): (Date, Date)| {
        let counts = days.range(begin..=end).map(|(_, counts)| *counts);
        counts.fold(Counts::default(), Counts::and)
    };
    let most = spans.iter().map(|span| of_span(*span).all).max().unwrap_or(0);
    let bars = i64::try_from(spans.len()).unwrap_or(1).max(1);
    let bar = |(place, span): (i64, (Date, Date))| {
        let counts = of_span(span);
        // What is there once is seen, however high the highest bar is.
        let height = |n: usize| if n == 0 { 0 } else { (n as i64 * HEIGHT / most.max(1) as i64).max(2) };
        let (x, next) = (place * WIDTH / bars, (place + 1) * WIDTH / bars);
        let (begin, end) = span;
        let when = if begin == end { words_of(begin) } else { format!("{} to {}", words_of(begin), words_of(end)) };
        let alone = Asked { from: begin.to_string(), until: end.to_string(), ..Asked::default() };
        let answered = height(counts.answered);
        let listened = height(counts.listened).min(HEIGHT - answered);
        let heard = match counts.listened {
            0 => String::new(),
            heard => format!(" and {heard} just listened to"),
        };
        Bar {
            x,
            width: (next - x - 2).max(1),
            answered,
            listened,
            other: height(counts.rest()).min(HEIGHT - answered - listened),
            href: alone.address("/figures/answered", &[]),
            words: format!("{when}: {}, of which {} answered{heard}", counts.all, counts.answered),
            when,
            counts,
        }
    };
    Picture {
        unit: if period.days() > MOST_DAYS { "week" } else { "day" },
        first: words_of(period.first()),
        last: words_of(period.last()),
        bars: (0..).zip(spans.iter().copied()).map(bar).collect(),
        most,
        width: WIDTH,
        height: HEIGHT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use tertulia_model::{ChannelId, ConversationId};

    /// 2026-11-21T12:00:00Z.
    const NOON: i64 = 1_795_262_400_000;

    fn case(days_ago: i64, holds: bool) -> Case {
        Case {
            key: 1,
            conversation: Some(ConversationId(1)),
            change: None,
            at: NOON - days_ago * 86_400_000,
            people: Vec::new(),
            channel: Some(ChannelId(1)),
            language: "en".into(),
            holds,
            listened: false,
            value: None,
            meaning: None,
        }
    }

    fn counts(all: usize, answered: usize) -> Counts {
        Counts { all, answered, listened: 0 }
    }

    #[test]
    fn what_was_just_listened_to_is_neither_answered_nor_without_an_answer() {
        let heard = Case { listened: true, ..case(0, false) };
        let picture = picture(Period::until(date(2026, 11, 21), 7), &[case(0, true), heard], &TimeZone::UTC);
        let last = &picture.bars[6];
        assert_eq!((last.counts.rest(), last.answered, last.listened, last.other), (0, 60, 60, 0));
        assert_eq!(last.words, "Sat, 21 Nov 2026: 2, of which 1 answered and 1 just listened to");
    }

    #[test]
    fn each_day_has_a_bar_of_what_was_answered_and_what_was_not() {
        let cases = [case(0, true), case(0, true), case(0, false), case(1, false), case(40, true)];
        let picture = picture(Period::until(date(2026, 11, 21), 7), &cases, &TimeZone::UTC);
        assert_eq!((picture.bars.len(), picture.most, picture.unit), (7, 3, "day"));
        let last = &picture.bars[6];
        assert_eq!((last.counts, last.answered, last.other), (counts(3, 2), 80, 40));
        assert_eq!(last.words, "Sat, 21 Nov 2026: 3, of which 2 answered");
        assert_eq!(last.href, "/figures/answered?from=2026-11-21&until=2026-11-21");
        assert_eq!(picture.bars[5].counts, counts(1, 0));
    }

    #[test]
    fn a_bar_of_many_days_is_a_week_that_ends_with_them() {
        let picture = picture(Period::until(date(2026, 11, 21), 90), &[case(8, true)], &TimeZone::UTC);
        assert_eq!((picture.bars.len(), picture.unit), (13, "week"));
        assert_eq!(picture.bars[11].counts, counts(1, 1));
        assert!(picture.bars.iter().all(|bar| bar.other_y() >= 0));
    }
}
