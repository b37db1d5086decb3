//! Dates as people's programs write them in feeds and pages.

use jiff::{Timestamp, civil, fmt::rfc2822::DateTimeParser};
use tertulia_model::Millis;

/// The longest text that is looked at.
const LONGEST: usize = 80;

/// RFC 3339 (Atom, JSON Feed, Dublin Core) or RFC 822 and its heirs (RSS), and what is commonly made of them: without
/// seconds, without a zone (taken as UTC), with a wrong day of the week.
pub fn read(text: &str) -> Option<Millis> {
    let text = text.trim();
    if text.is_empty() || text.len() > LONGEST {
        return None;
    }
    let at = text.parse::<Timestamp>().ok().or_else(|| rfc2822(text)).or_else(|| without_zone(text))?;
    Some(at.as_millisecond())
}

fn rfc2822(text: &str) -> Option<Timestamp> {
    const PARSER: DateTimeParser = DateTimeParser::new().relaxed_weekday(true);
    // "UTC" and "Z" are no zones of RFC 822 and are written all the same.
    let zoned =
        [" UTC", " Z", " utc"].iter().find_map(|zone| text.strip_suffix(zone)).map(|date| format!("{date} GMT"));
    let text = zoned.as_deref().unwrap_or(text);
    PARSER.parse_timestamp(text).or_else(|_| PARSER.parse_timestamp(format!("{text} GMT"))).ok()
}

fn without_zone(text: &str) -> Option<Timestamp> {
    let text = text.trim_end_matches(['Z', 'z']);
    let at = text.parse::<civil::DateTime>().ok()?;
    at.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_moment_is_read_however_it_is_written() {
        for written in [
            "2025-06-15T15:06:40Z",
            "2025-06-15T17:06:40+02:00",
            "2025-06-15T15:06:40.000Z",
            "2025-06-15T15:06:40",
            "2025-06-15 15:06:40",
            "Sun, 15 Jun 2025 15:06:40 GMT",
            "Sun, 15 Jun 2025 15:06:40 +0000",
            "Mon, 15 Jun 2025 11:06:40 EDT",
            "15 Jun 2025 15:06:40 UTC",
            "  Sun, 15 Jun 2025 15:06:40 Z\n",
        ] {
            assert_eq!(read(written), Some(1_750_000_000_000), "{written}");
        }
        assert_eq!(read("2025-06-15"), Some(1_749_945_600_000));
    }

    #[test]
    fn what_is_no_date_is_none() {
        for written in ["", "soon", "0000-00-00 00:00:00", "99999-01-01", "\u{661}\u{662}", &"1".repeat(10_000)] {
            assert_eq!(read(written), None, "{written:.20}");
        }
    }
}
