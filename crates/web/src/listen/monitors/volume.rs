//! The picture of a monitor's volume: a bar a day (of a year: a week), parted by channel or language, each bar a link to its
//! messages; and the same as a table.

use super::asked::{Asked, date_of};
use crate::listen::{languages, thousands};
use std::collections::{BTreeMap, HashMap};
use tertulia_model::{ChannelId, MonitorId};
use tertulia_store::{channels::Channel, mentions::Volume};

/// Parts of a bar that have a colour of their own; the rest are one.
const MOST_PARTS: usize = 5;
/// The picture in its own units.
const HEIGHT: i64 = 120;
const WIDTH: i64 = 960;

/// A part of a bar.
pub(super) struct Part {
    pub series: usize,
    pub y: i64,
    pub height: i64,
}

pub(super) struct Bar {
    pub x: i64,
    pub width: i64,
    pub parts: Vec<Part>,
    pub href: String,
    /// "Thu, 19 Nov 2026: 12 (E-mail 9, Forum 3)".
    pub words: String,
    pub is_chosen: bool,
}

pub(super) struct Row {
    /// The day, or the first and the last.
    pub when: String,
    pub href: String,
    pub counts: Vec<String>,
    pub total: String,
}

pub(super) struct Picture {
    pub bars: Vec<Bar>,
    /// The parts' names, with the number of their colour and an address that shows them alone.
    pub series: Vec<(String, usize, String)>,
    pub rows: Vec<Row>,
    pub total: i64,
    pub most: i64,
    /// What a bar stands for: "day" or "week".
    pub unit: &'static str,
    pub first: String,
    pub last: String,
    pub width: i64,
    pub height: i64,
}

/// Where a count belongs: the channel or the language.
type Key = (i64, String);

pub(super) fn picture(
    id: MonitorId,
    asked: &Asked,
    today: i64,
    volume: &[Volume],
    channels: &HashMap<ChannelId, Channel>,
) -> Picture {
    let key = |v: &Volume| if asked.by_language { (0, v.language.clone()) } else { (v.channel_id.0, String::new()) };
    let mut totals: BTreeMap<Key, i64> = BTreeMap::new();
    let mut days: BTreeMap<i64, BTreeMap<Key, i64>> = BTreeMap::new();
    for one in volume {
        *totals.entry(key(one)).or_default() += one.times;
        *days.entry(one.day).or_default().entry(key(one)).or_default() += one.times;
    }
    let mut order: Vec<Key> = totals.keys().cloned().collect();
    order.sort_by_key(|key| std::cmp::Reverse(totals[key]));
    let named = |key: &Key| name_of(asked.by_language, key, channels);
    let rest = order.len() > MOST_PARTS;
    let shown: Vec<Key> = order.iter().take(if rest { MOST_PARTS - 1 } else { MOST_PARTS }).cloned().collect();
    let series_of = |key: &Key| shown.iter().position(|known| known == key).unwrap_or(MOST_PARTS - 1);
    let first = asked.first_day(today);
    let spans = spans(first, today, asked.bar());
    let of_span = |(begin, end): (i64, i64)| days.range(begin..=end).flat_map(|(_, parts)| parts);
    let most = spans.iter().map(|span| of_span(*span).map(|(_, times)| times).sum::<i64>()).max().unwrap_or(0);
    let mut picture = Picture {
        series: shown.iter().enumerate().map(|(n, key)| (named(key), n, alone(id, asked, key))).collect(),
        bars: Vec::new(),
        rows: Vec::new(),
        total: totals.values().sum(),
        most,
        unit: if asked.bar() == 1 { "day" } else { "week" },
        first: day_words(first),
        last: day_words(today),
        width: WIDTH,
        height: HEIGHT,
    };
    if rest {
        picture.series.push(("the others".to_owned(), MOST_PARTS - 1, String::new()));
    }
    for (place, span) in spans.iter().enumerate() {
        let mut of_series = vec![0; picture.series.len()];
        for (key, times) in of_span(*span) {
            of_series[series_of(key)] += times;
        }
        picture.add(id, asked, (*span, place, spans.len()), &of_series);
    }
    picture
}

impl Picture {
    fn add(&mut self, id: MonitorId, asked: &Asked, (span, place, bars): (Span, usize, usize), of_series: &[i64]) {
        let total: i64 = of_series.iter().sum();
        let at = |place: usize| i64::try_from(place).unwrap_or(0) * WIDTH / i64::try_from(bars).unwrap_or(1).max(1);
        let (x, next) = (at(place), at(place + 1));
        let mut y = HEIGHT;
        let mut parts = Vec::new();
        for (series, times) in of_series.iter().enumerate().filter(|(_, times)| **times > 0) {
            // What was said once is seen, however high the highest bar is.
            let height = (times * HEIGHT / self.most.max(1)).max(2);
            y -= height;
            parts.push(Part { series, y: y.max(0), height });
        }
        let (begin, end) = span;
        let href = Asked { day: Some(begin), over: end - begin + 1, below: None, ..asked.clone() }.address(id);
        let when = if begin == end { day_words(begin) } else { format!("{} to {}", day_words(begin), day_words(end)) };
        let named = self.series.iter().zip(of_series).filter(|(_, times)| **times > 0);
        let named: Vec<String> = named.map(|((name, ..), times)| format!("{name} {times}")).collect();
        let words = match total {
            0 => format!("{when}: none"),
            _ => format!("{when}: {total} ({})", named.join(", ")),
        };
        if total > 0 {
            self.rows.push(Row {
                when,
                href: href.clone(),
                counts: of_series.iter().map(i64::to_string).collect(),
                total: total.to_string(),
            });
        }
        let is_chosen = asked.day == Some(begin);
        self.bars.push(Bar { x, width: (next - x - 2).max(1), parts, href, words, is_chosen });
    }

    pub fn total_words(&self) -> String {
        thousands(usize::try_from(self.total).unwrap_or(0))
    }
}

/// The first and the last day of a bar.
type Span = (i64, i64);

/// The days from `first` to `today` in bars of so many; the last bar ends today, the first may be shorter.
fn spans(first: i64, today: i64, days: i64) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let mut end = today;
    while end >= first {
        spans.push(((end - days + 1).max(first), end));
        end -= days;
    }
    spans.reverse();
    spans
}

fn name_of(by_language: bool, key: &Key, channels: &HashMap<ChannelId, Channel>) -> String {
    if by_language {
        return languages::name(&key.1).to_owned();
    }
    channels.get(&ChannelId(key.0)).map_or_else(|| "a channel that is gone".to_owned(), |channel| channel.name.clone())
}

/// The stream of one channel or language.
fn alone(id: MonitorId, asked: &Asked, key: &Key) -> String {
    let mut only = asked.first_page();
    if asked.by_language {
        only.language = Some(key.1.clone());
    } else {
        only.channel = Some(ChannelId(key.0));
    }
    only.address(id)
}

fn day_words(day: i64) -> String {
    date_of(day).map_or_else(|| "an unknown day".to_owned(), |day| day.strftime("%a, %-d %b %Y").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn volume(day: i64, channel: i64, language: &str, times: i64) -> Volume {
        Volume { day, channel_id: ChannelId(channel), language: language.to_owned(), times }
    }

    #[test]
    fn each_day_has_a_bar_and_only_days_with_something_a_row() {
        let asked = Asked::of(Some("days=7&by=language"));
        let picture = picture(
            MonitorId(1),
            &asked,
            20_000,
            &[volume(20_000, 1, "pt", 6), volume(20_000, 2, "pt", 2), volume(19_998, 1, "en", 1)],
            &HashMap::new(),
        );
        assert_eq!((picture.bars.len(), picture.rows.len(), picture.total, picture.most), (7, 2, 9, 8));
        assert_eq!(picture.bars[6].words, "Fri, 4 Oct 2024: 8 (Portuguese 8)");
        assert_eq!(picture.bars[6].parts[0].height, 120);
        assert!(picture.bars[4].parts[0].height >= 2 && picture.bars[5].parts.is_empty());
        assert_eq!(picture.series.iter().map(|s| s.0.as_str()).collect::<Vec<_>>(), ["Portuguese", "English"]);
    }

    #[test]
    fn a_bar_of_a_year_is_a_week_and_opens_it() {
        let asked = Asked::of(Some("days=365"));
        let volume = [volume(20_000, 1, "en", 2), volume(19_994, 1, "en", 3), volume(19_993, 1, "en", 1)];
        let picture = picture(MonitorId(1), &asked, 20_000, &volume, &HashMap::new());
        assert_eq!((picture.bars.len(), picture.rows.len(), picture.total, picture.most), (53, 2, 6, 5));
        let last = picture.bars.last().unwrap();
        assert!(last.words.starts_with("Sat, 28 Sep 2024 to Fri, 4 Oct 2024: 5 ("), "{}", last.words);
        let opened = Asked::of(last.href.split_once('?').map(|(_, raw)| raw));
        assert_eq!((opened.day, opened.over), (Some(19_994), 7));
        assert!(picture.bars.windows(2).all(|two| two[0].x + two[0].width <= two[1].x));
        let first = Asked::of(picture.bars[0].href.split_once('?').map(|(_, raw)| raw));
        assert_eq!((first.day, first.over), (Some(20_000 - 364), 1), "the rest of the year");
    }

    #[test]
    fn more_channels_than_there_are_colours_are_summed_up() {
        let asked = Asked::of(None);
        let many: Vec<Volume> = (1..=9).map(|n| volume(20_000, n, "en", 10 - n)).collect();
        let picture = picture(MonitorId(1), &asked, 20_000, &many, &HashMap::new());
        assert_eq!((picture.series.len(), picture.total), (5, 45));
        let last = picture.bars.last().unwrap();
        assert_eq!(last.parts.len(), 5);
        assert!(last.parts.iter().all(|part| part.y >= 0));
    }
}
