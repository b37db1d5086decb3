//! A day as it is where the organisation is.

use crate::{Engine, Result, promises};
use jiff::{Timestamp, ToSpan, Unit, civil::Date, tz::TimeZone};
use tertulia_model::Millis;

const ZERO: Date = jiff::civil::date(1970, 1, 1);

/// One day: its number since 1970-01-01, and from when until before when it lasts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    pub number: i64,
    pub date: Date,
    pub begins: Millis,
    pub ends: Millis,
}

impl Day {
    pub fn of(date: Date, zone: &TimeZone) -> Self {
        let begins = |date: Date| {
            let at = date.to_zoned(zone.clone()).map(|at| at.timestamp().as_millisecond());
            at.unwrap_or_else(|_| number(date).saturating_mul(86_400_000))
        };
        let next = date.tomorrow().unwrap_or(date);
        Self { number: number(date), date, begins: begins(date), ends: begins(next) }
    }

    pub fn at(now: Millis, zone: &TimeZone) -> Self {
        let at = Timestamp::from_millisecond(now).unwrap_or_default().to_zoned(zone.clone());
        Self::of(at.date(), zone)
    }
}

/// Days since 1970-01-01.
pub fn number(date: Date) -> i64 {
    date.since((Unit::Day, ZERO)).map_or(0, |span| i64::from(span.get_days()))
}

/// The day of such a number.
pub fn of_number(number: i64) -> Date {
    ZERO.saturating_add(number.clamp(-1_000_000, 1_000_000).days())
}

/// The organisation's day, and its time zone.
pub async fn now(engine: &Engine) -> Result<(Day, TimeZone)> {
    let zone = promises::time_zone(&mut engine.db.reader()).await?;
    Ok((Day::at(engine.now(), &zone), zone))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_has_the_hours_that_it_has_where_the_organisation_is() {
        let madrid = TimeZone::get("Europe/Madrid").unwrap();
        let day = Day::of(jiff::civil::date(2027, 3, 28), &madrid);
        assert_eq!(day.ends - day.begins, 23 * 3_600_000, "the clocks go forward");
        assert_eq!(day.number, 20_905);
        assert_eq!(Day::at(day.begins, &madrid), day);
        assert_eq!(Day::at(day.begins - 1, &madrid).number, day.number - 1);
    }
}
