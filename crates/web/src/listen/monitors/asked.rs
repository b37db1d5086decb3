//! What the address of a monitor's stream asks for.

use jiff::{civil, tz::TimeZone};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tertulia_model::{ChannelId, Millis, MonitorId};
use tertulia_store::{ledger::DAY, mentions};

/// The spans that the picture can show, in days.
pub(super) const SPANS: [i64; 4] = [7, 30, 90, 365];
/// A bar of the longest span stands for so many days: a year of single days is too thin to be touched.
const WEEK: i64 = 7;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    /// How many days the picture shows.
    pub span: i64,
    /// Whether its bars are parted by `channel` or by `language`.
    pub by_language: bool,
    pub channel: Option<ChannelId>,
    pub language: Option<String>,
    /// One day of the reader's calendar, by its number; where a bar stands for more than one, its first.
    pub day: Option<i64>,
    /// How many days from that one on.
    pub over: i64,
    /// `listened` or `noise`; none for what is still to be looked at and what was listened to.
    pub state: Option<String>,
    pub below: Option<i64>,
}

impl Asked {
    /// Reads an address; what it does not know is left alone.
    pub fn of(raw: Option<&str>) -> Self {
        let mut asked = Self {
            span: 30,
            by_language: false,
            channel: None,
            language: None,
            day: None,
            over: 1,
            state: None,
            below: None,
        };
        for (name, value) in url::form_urlencoded::parse(raw.unwrap_or_default().as_bytes()) {
            match &*name {
                "days" => asked.span = value.parse().ok().filter(|days| SPANS.contains(days)).unwrap_or(30),
                "by" => asked.by_language = value == "language",
                "channel" => asked.channel = value.parse().ok(),
                "language" => asked.language = Some(value.into_owned()).filter(|code| !code.is_empty()),
                "day" => asked.day = value.parse::<civil::Date>().ok().map(number_of),
                "over" => asked.over = value.parse().ok().filter(|days| (1..=WEEK).contains(days)).unwrap_or(1),
                "state" => {
                    asked.state =
                        Some(value.into_owned()).filter(|s| ["new", "listened", "noise"].contains(&s.as_str()))
                }
                "below" => asked.below = value.parse().ok(),
                _ => {}
            }
        }
        asked
    }

    /// The first day of the picture, by its number in the reader's calendar.
    pub fn first_day(&self, today: i64) -> i64 {
        today - self.span + 1
    }

    /// For how many days a bar of the picture stands.
    pub fn bar(&self) -> i64 {
        if self.span > 100 { WEEK } else { 1 }
    }

    /// What the stream shows.
    pub fn stream(&self, begins: impl Fn(i64) -> Millis) -> mentions::Asked {
        mentions::Asked {
            channel: self.channel,
            language: self.language.clone(),
            since: self.day.map(&begins),
            until: self.day.map(|day| begins(day + self.over)),
            state: self.state.clone(),
        }
    }

    /// What the picture shows: the same, over all its days.
    pub fn picture(&self, today: i64, begins: impl Fn(i64) -> Millis) -> mentions::Asked {
        let since = Some(begins(self.first_day(today)));
        mentions::Asked { since, until: None, ..self.stream(begins) }
    }

    pub fn address(&self, id: MonitorId) -> String {
        let mut pairs: Vec<(&str, String)> = Vec::new();
        if self.span != 30 {
            pairs.push(("days", self.span.to_string()));
        }
        if self.by_language {
            pairs.push(("by", "language".to_owned()));
        }
        pairs.extend(self.channel.map(|channel| ("channel", channel.to_string())));
        pairs.extend(self.language.clone().map(|language| ("language", language)));
        pairs.extend(self.day.and_then(date_of).map(|day| ("day", day.to_string())));
        pairs.extend(self.day.filter(|_| self.over > 1).map(|_| ("over", self.over.to_string())));
        pairs.extend(self.state.clone().map(|state| ("state", state)));
        pairs.extend(self.below.map(|below| ("below", below.to_string())));
        let written: Vec<String> =
            pairs.into_iter().map(|(n, v)| format!("{n}={}", utf8_percent_encode(&v, NON_ALPHANUMERIC))).collect();
        let query = if written.is_empty() { String::new() } else { format!("?{}", written.join("&")) };
        format!("{}{query}", super::href(id))
    }

    /// The same from the top.
    pub fn first_page(&self) -> Self {
        Self { below: None, ..self.clone() }
    }
}

/// Days since 1970-01-01.
pub(super) fn number_of(day: civil::Date) -> i64 {
    i64::from((day - civil::date(1970, 1, 1)).get_days())
}

pub(super) fn date_of(number: i64) -> Option<civil::Date> {
    let days = jiff::Span::new().try_days(number).ok()?;
    civil::date(1970, 1, 1).checked_add(days).ok()
}

/// How far ahead of UTC the reader's clock is now: days of the picture are counted by it.
pub(super) fn offset(now: Millis, zone: &TimeZone) -> Millis {
    let at = jiff::Timestamp::from_millisecond(now).unwrap_or_default();
    Millis::from(zone.to_offset(at).seconds()) * 1000
}

/// The parts of a span in which the reader's clock is the same: since when, until when, how far ahead of UTC. Where clocks
/// are put forward or back, days on either side are counted by their own.
pub(super) fn clocks(since: Millis, now: Millis, zone: &TimeZone) -> Vec<(Millis, Option<Millis>, Millis)> {
    let at = jiff::Timestamp::from_millisecond(since).unwrap_or_default();
    let changes = zone.following(at).map(|change| change.timestamp().as_millisecond()).take_while(|at| *at < now);
    let begins: Vec<Millis> = std::iter::once(since).chain(changes).collect();
    let ends = begins.iter().skip(1).map(|end| Some(*end)).chain([None]);
    begins.iter().zip(ends).map(|(begin, end)| (*begin, end, offset(*begin, zone))).collect()
}

/// The number of the reader's day.
pub(super) fn today(now: Millis, zone: &TimeZone) -> i64 {
    (now + offset(now, zone)).div_euclid(DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_asks_what_it_was_read_from() {
        let raw = "days=90&by=language&channel=7&language=pt&day=2026-11-21&over=7&state=noise&below=12";
        let asked = Asked::of(Some(raw));
        assert_eq!(
            asked.address(MonitorId(5)),
            format!("/listen/monitors/5?{raw}").replace("2026-11-21", "2026%2D11%2D21")
        );
        let again = Asked::of(asked.address(MonitorId(5)).split_once('?').map(|(_, raw)| raw));
        assert_eq!(again, asked);
        let week = again.stream(|day| day);
        assert_eq!(week.since.zip(week.until), again.day.map(|day| (day, day + 7)));
        let plain = Asked::of(Some("days=3000&day=tomorrow&over=9&state=x&unknown=1"));
        assert_eq!(plain.address(MonitorId(5)), "/listen/monitors/5");
    }

    #[test]
    fn where_the_clocks_go_back_each_side_is_counted_by_its_own() {
        let zone = TimeZone::get("Europe/Madrid").unwrap();
        let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_millisecond();
        let (since, back) = (at("2026-10-20T00:00:00+02:00"), at("2026-10-25T01:00:00Z"));
        let hour = 3_600_000;
        let parts = clocks(since, at("2026-11-01T00:00:00Z"), &zone);
        assert_eq!(parts, [(since, Some(back), 2 * hour), (back, None, hour)]);
        assert_eq!(clocks(since, back, &zone), [(since, None, 2 * hour)]);
    }
}
