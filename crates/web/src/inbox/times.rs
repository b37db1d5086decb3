//! The reader's time zone, and times said in it.

use crate::guard;
use axum::http::HeaderMap;
use jiff::{Span, Timestamp, ToSpan, Zoned, civil, tz::TimeZone};
use tertulia_model::Millis;

/// When a working day begins: what is put off to another day comes back then.
const MORNING: i8 = 9;
const LATER_HOURS: i64 = 3;
const DAY: Millis = 86_400_000;

/// The zone that the reader's browser named in its cookie; UTC where it named none.
pub(crate) fn zone(headers: &HeaderMap) -> TimeZone {
    let named = guard::cookie(headers, "tz").filter(|name| name.len() < 64);
    let name = named.map(|n| percent_encoding::percent_decode_str(&n).decode_utf8_lossy().into_owned());
    name.and_then(|n| TimeZone::get(&n).ok()).unwrap_or(TimeZone::UTC)
}

/// A moment by the reader's clock.
pub(crate) fn in_zone(at: Millis, zone: &TimeZone) -> Option<Zoned> {
    Timestamp::from_millisecond(at).ok().map(|t| t.to_zoned(zone.clone()))
}

/// Today by the reader's calendar.
pub(crate) fn today(now: Millis, zone: &TimeZone) -> civil::Date {
    in_zone(now, zone).map_or(civil::Date::MIN, |now| now.date())
}

/// When the day of this number since 1970-01-01 begins where the reader is.
pub(crate) fn day_begins(number: i64, zone: &TimeZone) -> Millis {
    let day = Span::new().try_days(number).and_then(|days| civil::date(1970, 1, 1).checked_add(days));
    let begin = day.and_then(|day| day.to_zoned(zone.clone()));
    begin.map_or(number.saturating_mul(DAY), |begin| begin.timestamp().as_millisecond())
}

/// "Thursday, 19 November", with its year where it is not this one.
pub(crate) fn day_words(at: Millis, now: Millis, zone: &TimeZone) -> String {
    let (Some(day), Some(today)) = (in_zone(at, zone), in_zone(now, zone)) else {
        return "At an unknown time".to_owned();
    };
    if day.date() == today.date() {
        return "Today".to_owned();
    }
    if today.date().yesterday().is_ok_and(|yesterday| yesterday == day.date()) {
        return "Yesterday".to_owned();
    }
    let pattern = if day.year() == today.year() { "%A, %-d %B" } else { "%A, %-d %B %Y" };
    day.strftime(pattern).to_string()
}

/// As a form's field holds a moment (HTML, 4.10.5.1.11).
pub(crate) fn field(at: Millis, zone: &TimeZone) -> String {
    in_zone(at, zone).map_or_else(String::new, |time| time.strftime("%Y-%m-%dT%H:%M").to_string())
}

/// What stands behind a time of day: nothing where it is the reader's own, and the zone where that is not known.
pub(crate) fn zone_words(zone: &TimeZone) -> &'static str {
    if *zone == TimeZone::UTC { " UTC" } else { "" }
}

/// "Mon, 23 Nov, 09:00".
pub(crate) fn moment_words(at: Millis, zone: &TimeZone) -> String {
    written(at, zone, "%a, %-d %b, %H:%M")
}

/// "1 January 1970, 00:00".
pub(crate) fn full_words(at: Millis, zone: &TimeZone) -> String {
    written(at, zone, "%-d %B %Y, %H:%M")
}

fn written(at: Millis, zone: &TimeZone, pattern: &str) -> String {
    in_zone(at, zone)
        .map_or_else(|| "an unknown time".to_owned(), |time| format!("{}{}", time.strftime(pattern), zone_words(zone)))
}

/// When a snooze ends that was chosen by words (`later`, `tomorrow`, `week`) or by date.
pub(crate) fn until(choice: &str, date: &str, now: Millis, zone: &TimeZone) -> Option<Millis> {
    let now = in_zone(now, zone)?;
    let morning = |day: civil::Date| day.at(MORNING, 0, 0, 0).to_zoned(zone.clone()).ok();
    let end = match choice {
        "later" => now.checked_add(LATER_HOURS.hours()).ok(),
        "tomorrow" => morning(now.date().tomorrow().ok()?),
        "week" => morning(now.date().nth_weekday(1, civil::Weekday::Monday).ok()?),
        "date" => morning(date.parse().ok()?),
        _ => None,
    };
    end.map(|end| end.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Saturday, 2026-11-21T12:00:00Z.
    const NOW: Millis = 1_795_262_400_000;

    fn kolkata() -> TimeZone {
        TimeZone::get("Asia/Kolkata").unwrap()
    }

    #[test]
    fn a_snooze_ends_in_the_morning_where_the_reader_is() {
        let words = |choice, date| moment_words(until(choice, date, NOW, &kolkata()).unwrap(), &kolkata());
        assert_eq!(words("later", ""), "Sat, 21 Nov, 20:30");
        assert_eq!(words("tomorrow", ""), "Sun, 22 Nov, 09:00");
        assert_eq!(words("week", ""), "Mon, 23 Nov, 09:00");
        assert_eq!(words("date", "2026-12-24"), "Thu, 24 Dec, 09:00");
        assert_eq!(until("date", "yesterday", NOW, &kolkata()), None);
        assert_eq!(until("sometime", "", NOW, &kolkata()), None);
    }

    #[test]
    fn nine_in_the_morning_stays_nine_when_the_clocks_change() {
        let madrid = TimeZone::get("Europe/Madrid").unwrap();
        let end = until("date", "2027-03-29", NOW, &madrid).unwrap();
        assert_eq!(moment_words(end, &madrid), "Mon, 29 Mar, 09:00");
        assert_eq!(moment_words(end, &TimeZone::UTC), "Mon, 29 Mar, 07:00 UTC");
    }

    #[test]
    fn a_day_begins_where_the_reader_is() {
        let number = NOW / DAY;
        assert_eq!(day_begins(number, &TimeZone::UTC), number * DAY);
        assert_eq!(day_begins(number, &kolkata()), number * DAY - 19_800_000);
        assert_eq!(day_begins(i64::MAX, &kolkata()), i64::MAX);
        assert_eq!(today(NOW + 7 * 3_600_000, &kolkata()), civil::date(2026, 11, 22));
    }

    #[test]
    fn the_zone_is_the_browsers_and_utc_where_it_names_none() {
        let with = |cookie: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert("cookie", cookie.parse().unwrap());
            zone(&headers).iana_name().map(str::to_owned)
        };
        assert_eq!(with("tz=Asia%2FKolkata").as_deref(), Some("Asia/Kolkata"));
        assert_eq!(with("tz=../../etc/passwd").as_deref(), with("x=y").as_deref());
    }

    #[test]
    fn a_day_is_named_by_the_readers_calendar() {
        let minute_past_midnight_in_kolkata = NOW + 6 * 3_600_000 + 31 * 60_000;
        assert_eq!(day_words(NOW, minute_past_midnight_in_kolkata, &kolkata()), "Yesterday");
        assert_eq!(day_words(NOW, minute_past_midnight_in_kolkata, &TimeZone::UTC), "Today");
        assert_eq!(day_words(0, NOW, &TimeZone::UTC), "Thursday, 1 January 1970");
        assert_eq!(day_words(i64::MAX, NOW, &TimeZone::UTC), "At an unknown time");
    }
}
