//! Reads times as people and programs write them.

use jiff::{Timestamp, civil, fmt::rfc2822, tz::TimeZone};
use serde::{Deserialize, Serialize};
use tertulia_model::Millis;

/// How times are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeFormat {
    /// Whatever it looks like; `03/04/2005` counts as the third of April.
    #[default]
    Auto,
    Iso,
    Rfc2822,
    UnixSeconds,
    UnixMillis,
    /// `31.12.2005 23:59`, `31/12/2005`
    DayMonthYear,
    /// `12/31/2005 11:59 PM`
    MonthDayYear,
}

/// The zone of an IANA name ("Europe/Lisbon"); UTC where nothing is named.
pub fn zone(name: &str) -> Option<TimeZone> {
    if name.trim().is_empty() { Some(TimeZone::UTC) } else { TimeZone::get(name.trim()).ok() }
}

/// The time that `text` says; what names no zone is in `zone`.
pub fn read(text: &str, format: TimeFormat, zone: &TimeZone) -> Option<Millis> {
    let text = text.trim();
    match format {
        TimeFormat::Auto => auto(text, zone),
        TimeFormat::Iso => iso(text, zone),
        TimeFormat::Rfc2822 => internet(text),
        TimeFormat::UnixSeconds => unix(text, 1000.0),
        TimeFormat::UnixMillis => unix(text, 1.0),
        TimeFormat::DayMonthYear => numeric(text, Order::DayFirst, zone),
        TimeFormat::MonthDayYear => numeric(text, Order::MonthFirst, zone),
    }
}

fn auto(text: &str, zone: &TimeZone) -> Option<Millis> {
    let first = text.bytes().next()?;
    if first.is_ascii_alphabetic() {
        return twitter(text).or_else(|| internet(text));
    }
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if digits == text.len() || (digits >= 9 && text.parse::<f64>().is_ok()) {
        return unix_of_any_unit(text, digits);
    }
    iso(text, zone).or_else(|| numeric(text, Order::DayFirst, zone)).or_else(|| internet(text))
}

/// Seconds have ten digits in our time, milliseconds thirteen, and some programs count finer.
fn unix_of_any_unit(text: &str, digits: usize) -> Option<Millis> {
    match digits {
        8..=11 => unix(text, 1000.0),
        12..=14 => unix(text, 1.0),
        15..=17 => unix(text, 1e-3),
        18..=19 => unix(text, 1e-6),
        _ => None,
    }
}

fn unix(text: &str, factor: f64) -> Option<Millis> {
    let millis = (text.parse::<f64>().ok()? * factor).round();
    // Within what a date can be, so that the cast is exact.
    (millis.abs() < 1e15).then_some(millis as Millis)
}

fn iso(text: &str, zone: &TimeZone) -> Option<Millis> {
    if let Ok(stamp) = text.parse::<Timestamp>() {
        return Some(stamp.as_millisecond());
    }
    // "2017-10-31 22:10:47 +0000" and "… UTC" stand between ISO 8601 and habit.
    if let Some((date, offset)) = text.rsplit_once(' ') {
        let offset = if matches!(offset, "UTC" | "GMT") { "Z" } else { offset };
        if (offset.starts_with(['+', '-']) || offset == "Z")
            && let Ok(stamp) = format!("{date}{offset}").parse::<Timestamp>()
        {
            return Some(stamp.as_millisecond());
        }
    }
    in_zone(text.parse::<civil::DateTime>().ok()?, zone)
}

fn in_zone(local: civil::DateTime, zone: &TimeZone) -> Option<Millis> {
    Some(local.to_zoned(zone.clone()).ok()?.timestamp().as_millisecond())
}

fn internet(text: &str) -> Option<Millis> {
    const PARSER: rfc2822::DateTimeParser = rfc2822::DateTimeParser::new().relaxed_weekday(true);
    Some(PARSER.parse_timestamp(text).ok()?.as_millisecond())
}

/// `Tue Oct 31 22:10:47 +0000 2017`
fn twitter(text: &str) -> Option<Millis> {
    let read = jiff::fmt::strtime::parse("%a %b %d %H:%M:%S %z %Y", text).ok()?;
    Some(read.to_timestamp().ok()?.as_millisecond())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    DayFirst,
    MonthFirst,
}

/// `31.12.2005`, `12/31/2005, 11:59 PM`, `2005/12/31 23:59:59`
fn numeric(text: &str, order: Order, zone: &TimeZone) -> Option<Millis> {
    let end = text.find([' ', ',', 'T']).unwrap_or(text.len());
    let parts: Vec<i16> = text[..end].split(['.', '/', '-']).map(str::parse).collect::<Result<_, _>>().ok()?;
    let [first, second, third] = parts[..] else { return None };
    let (year, month, day) = match order {
        _ if first > 31 => (first, second, third),
        Order::DayFirst => (third, second, first),
        Order::MonthFirst => (third, first, second),
    };
    let year = if (0..100).contains(&year) { year + if year < 70 { 2000 } else { 1900 } } else { year };
    let date = civil::Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    in_zone(date.to_datetime(clock(text[end..].trim_matches([' ', ',', 'T']))?), zone)
}

fn clock(text: &str) -> Option<civil::Time> {
    if text.is_empty() {
        return Some(civil::Time::midnight());
    }
    let lower = text.to_ascii_lowercase();
    let (digits, half) = match (lower.strip_suffix("am"), lower.strip_suffix("pm")) {
        (Some(digits), _) => (digits.trim_end(), Some(0)),
        (_, Some(digits)) => (digits.trim_end(), Some(12)),
        _ => (lower.as_str(), None),
    };
    let mut parts = digits.split([':', '.']).map(str::parse::<i8>);
    let hour = parts.next()?.ok()?;
    let hour = half.map_or(hour, |half| hour % 12 + half);
    let minute = parts.next().unwrap_or(Ok(0)).ok()?;
    let second = parts.next().unwrap_or(Ok(0)).ok()?;
    civil::Time::new(hour, minute, second, 0).ok()
}

/// The choice of [`TimeFormat`] in a form, with its words; among what few need to change.
pub fn setting() -> serde_json::Value {
    serde_json::json!({
        "x-advanced": true,
        "default": "auto",
        "enum": ["auto", "iso", "rfc2822", "unix_seconds", "unix_millis", "day_month_year", "month_day_year"],
        "x-labels": {
            "auto": "However they are written",
            "iso": "2026-11-28 09:30",
            "rfc2822": "Sat, 28 Nov 2026 09:30:00 +0100",
            "unix_seconds": "Seconds since 1970",
            "unix_millis": "Milliseconds since 1970",
            "day_month_year": "Day first: 28/11/2026",
            "month_day_year": "Month first: 11/28/2026"
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str) -> Option<Millis> {
        read(text, TimeFormat::Auto, &TimeZone::UTC)
    }

    #[test]
    fn one_moment_is_read_from_all_its_spellings() {
        let moment = Some(1_509_487_847_000);
        for text in [
            "2017-10-31T22:10:47Z",
            "2017-10-31T23:10:47+01:00",
            "2017-10-31 22:10:47",
            "2017-10-31 22:10:47 UTC",
            "2017-10-31 22:10:47 +0000",
            "2017-10-31T22:10:47.000Z",
            "Tue, 31 Oct 2017 22:10:47 +0000",
            "31 Oct 2017 22:10:47 GMT",
            "Tue Oct 31 22:10:47 +0000 2017",
            "1509487847",
            "1509487847.0",
            "1509487847000",
            "1509487847000000",
            "31.10.2017 22:10:47",
            "31/10/2017, 22:10:47",
            "2017/10/31 22:10:47",
            "31.10.17 22:10:47",
        ] {
            assert_eq!(utc(text), moment, "{text}");
        }
    }

    #[test]
    fn americans_are_understood_when_told() {
        let told = |text| read(text, TimeFormat::MonthDayYear, &TimeZone::UTC);
        assert_eq!(told("10/31/2017 10:10:47 PM"), Some(1_509_487_847_000));
        assert_eq!(told("10/31/2017 12:00 am"), utc("2017-10-31"));
        assert_eq!(told("04/03/2017"), utc("2017-04-03"));
        assert_eq!(utc("04/03/2017"), utc("2017-03-04"));
    }

    #[test]
    fn a_time_without_a_zone_is_in_the_zone_of_the_mapping() {
        let zone = TimeZone::get("Europe/Lisbon").unwrap();
        assert_eq!(read("31.07.2017 22:10", TimeFormat::Auto, &zone), utc("2017-07-31T21:10:00Z"));
        assert_eq!(read("2017-07-31T22:10:00Z", TimeFormat::Auto, &zone), utc("2017-07-31T22:10:00Z"));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in ["", "yesterday", "12", "99.99.2017", "2017-13-01", "1e400", "NaN", "Mon", "31.02.2017 10:00"] {
            assert_eq!(utc(text), None, "{text}");
        }
    }
}
