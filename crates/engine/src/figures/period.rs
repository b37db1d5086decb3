//! Days of the organisation's calendar.

use crate::{Engine, EngineError, Result, promises};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use tertulia_analysis::figures::Window;
use tertulia_model::Millis;

/// From a day to another, both of them with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    first: Date,
    last: Date,
}

/// A year, whether or not it is a leap year.
const MOST_DAYS: i64 = 366;
/// What lies outside of these has no messages of ours.
const YEARS: std::ops::RangeInclusive<i16> = 1990..=2100;

impl Period {
    /// The last so many days, with today.
    pub async fn last_days(engine: &Engine, days: i64) -> Result<Self> {
        let zone = promises::time_zone(&mut engine.db.reader()).await?;
        Ok(Self::until(today(engine.now(), &zone), days))
    }

    /// So many days that end with this one.
    pub fn until(last: Date, days: i64) -> Self {
        let days = days.clamp(1, MOST_DAYS);
        Self { first: last.saturating_sub((days - 1).days()), last }
    }

    pub fn between(first: Date, last: Date) -> Result<Self> {
        if !YEARS.contains(&first.year()) || !YEARS.contains(&last.year()) {
            return Err(EngineError::invalid("until", "Choose days of this century."));
        }
        if last < first {
            return Err(EngineError::invalid("until", "The last day lies before the first. Choose a later one."));
        }
        let period = Self { first, last };
        if period.days() > MOST_DAYS {
            return Err(EngineError::invalid("until", "Choose a year at most: from the first day to the last."));
        }
        Ok(period)
    }

    pub fn first(&self) -> Date {
        self.first
    }

    pub fn last(&self) -> Date {
        self.last
    }

    pub fn days(&self) -> i64 {
        i64::from((self.last - self.first).get_days()) + 1
    }

    /// Its moments where the organisation is.
    pub(crate) fn window(&self, zone: &TimeZone) -> Window {
        let begin = |day: Date| day.to_zoned(zone.clone()).map(|begin| begin.timestamp().as_millisecond());
        let until = self.last.tomorrow().and_then(begin);
        Window { from: begin(self.first).unwrap_or(Millis::MIN), until: until.unwrap_or(Millis::MAX) }
    }
}

/// The day that it is in a zone.
pub(crate) fn today(now: Millis, zone: &TimeZone) -> Date {
    Timestamp::from_millisecond(now).unwrap_or_default().to_zoned(zone.clone()).date()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_period_holds_its_first_and_its_last_day_where_the_organisation_is() {
        let madrid = TimeZone::get("Europe/Madrid").unwrap();
        let period = Period::between(date(2026, 10, 25), date(2026, 10, 25)).unwrap();
        let window = period.window(&madrid);
        assert_eq!(window.until - window.from, 25 * 3_600_000, "the day on which the clocks are set back");
        assert_eq!(window.from, 1_792_879_200_000, "2026-10-24T22:00:00Z");
        assert_eq!(Period::until(date(2026, 11, 21), 7).first(), date(2026, 11, 15));
        assert_eq!(Period::until(date(2026, 11, 21), 7).days(), 7);
    }

    #[test]
    fn no_period_runs_backwards_or_over_more_than_a_year() {
        let refused = |first, last| Period::between(first, last).is_err();
        assert!(refused(date(2026, 11, 2), date(2026, 11, 1)));
        assert!(refused(date(2026, 1, 1), date(2027, 1, 2)));
        assert!(refused(date(-9999, 1, 1), date(-9999, 1, 2)));
        assert!(!refused(date(2027, 1, 1), date(2028, 1, 1)));
    }
}
