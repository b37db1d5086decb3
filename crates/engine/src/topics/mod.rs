//! What people talk about, week by week in each language: topics are found once a week ([`run_weekly`]), messages that come
//! between are placed by what is known ([`run`]), and people merge, split, rename and hide what was found ([`decide`]).
//!
//! Only what people wrote, that is still there and is no noise by the labels that hold, counts; and of a topic only words are
//! kept that [`LEAST_PEOPLE`] people used.

mod decide;
mod known;
mod live;
mod read;
mod weekly;

pub use decide::{MOST_CHOSEN, hide, merge, rename, split, take_back, unhide};
pub use live::{place_waiting, run, settle};
pub use read::{Lacking, Looked, Shown, Standing, What, behind, lacking, name, one, shown};
pub use weekly::find_all;
pub(crate) use weekly::{catch_up, run_weekly};

use crate::figures::Period;
use jiff::civil::Date;
use tertulia_analysis::{
    labels::{self, Kind, languages},
    quotes,
};
use tertulia_model::Millis;
use tertulia_store::{
    keys,
    topic_messages::{Candidate, NoNoise},
};

/// The topic under which changes of topics are announced.
pub const TOPIC: &str = "topic";
/// Topics are looked for in a week of a language from so many messages on.
pub const LEAST_MESSAGES: i64 = 50;
/// A word is kept, and a topic told, where so many people used it.
pub const LEAST_PEOPLE: usize = 3;
/// Topics are learnt from so many messages of a week at most, drawn by lot; the others are placed by what was learnt.
pub const MOST_LEARNT: i64 = 50_000;
/// So many weeks back topics are looked for where none were yet, and messages that come late are placed.
pub const WEEKS_BACK: i64 = 26;
/// Bytes of a message that are looked at.
const MOST_BYTES: usize = 4_096;

const WEEK: Millis = 7 * 24 * 3_600_000;
/// 1970 began on a Thursday.
const FIRST_MONDAY: Millis = -3 * 24 * 3_600_000;

/// The week of a moment: weeks begin on Monday, in UTC, and that in which 1970 began is number 0.
pub fn week_of(at: Millis) -> i64 {
    (at - FIRST_MONDAY).div_euclid(WEEK)
}

/// When a week begins.
pub fn begin_of(week: i64) -> Millis {
    week.saturating_mul(WEEK).saturating_add(FIRST_MONDAY)
}

/// The first day of a week.
pub fn first_day(week: i64) -> Date {
    let begin = jiff::Timestamp::from_millisecond(begin_of(week)).unwrap_or_default();
    begin.to_zoned(jiff::tz::TimeZone::UTC).date()
}

/// The weeks that have a day in common with a period.
pub fn weeks_of(period: Period) -> (i64, i64) {
    let week = |day: Date| (i64::from((day - Date::constant(1970, 1, 1)).get_days()) + 3).div_euclid(7);
    (week(period.first()), week(period.last()))
}

/// The place after which a week's messages stand, and the one before which they do.
fn places(week: i64) -> (i64, i64) {
    (keys::place_at(begin_of(week)) - 1, keys::place_at(begin_of(week + 1)))
}

/// Whether topics are found in a language: where several are mixed, the language itself would become the topic.
fn is_looked_at(language: &str) -> bool {
    language != languages::UNKNOWN && language != languages::SEVERAL
}

fn no_noise() -> NoNoise {
    NoNoise { kind: Kind::Noise.code(), value: i64::from(labels::FINE) }
}

/// What of a message topics are found from: its own words.
fn words(message: &Candidate) -> String {
    let own = quotes::own_text(&message.text);
    let mut text = message.subject.clone().unwrap_or_default();
    text.push('\n');
    text.push_str(&own);
    text.truncate(text.floor_char_boundary(MOST_BYTES));
    text
}

/// Of whom it is not known who they are may all be one person.
fn person(message: &Candidate) -> i64 {
    message.person_id.map_or(-1, |id| id.0)
}

/// How sure, of a probability.
fn sure(confidence: f64) -> i64 {
    (confidence.clamp(0.0, 1.0) * 100.0).round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_no_or_of_several_languages_are_no_language() {
        assert!(is_looked_at("en") && is_looked_at(languages::ROMANISED_HINDI));
        assert!(!is_looked_at(languages::UNKNOWN) && !is_looked_at(languages::SEVERAL));
    }

    #[test]
    fn a_week_begins_on_monday() {
        // 2026-11-30 is a Monday.
        let monday = 1_796_000_000_000 - 1_796_000_000_000 % 86_400_000;
        let week = week_of(monday);
        let begin = begin_of(week);
        assert!(begin <= monday && monday < begin_of(week + 1));
        assert_eq!(begin.div_euclid(86_400_000).rem_euclid(7), 4, "a Monday: the first of January 1970 was a Thursday");
        assert_eq!((week_of(begin), week_of(begin - 1)), (week, week - 1));
        assert_eq!(week_of(0), 0);
        assert_eq!(weeks_of(Period::until(first_day(week), 1)), (week, week));
        assert_eq!(weeks_of(Period::until(first_day(week), 2)), (week - 1, week));
    }
}
