//! What was heard and what was not: the coverage ledger, channel by channel and day by day.

mod strip;

use self::strip::{Strip, strip};
use crate::{
    App, Result, Viewer,
    export::Along,
    inbox::times,
    layout::{Nav, Shell},
    listen::cards::channel_face,
};
use askama::Template;
use axum::{
    extract::{RawQuery, State},
    http::HeaderMap,
    response::{Html, IntoResponse, Response},
};
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, HashMap};
use tertulia_model::{ChannelId, ChannelState, Millis};
use tertulia_store::{
    channels::{self, Channel},
    ledger::{self, Count, DAY, Day, Silence, day_of},
};

/// How it is counted, in sentences: they go along with each export.
pub(crate) const METHODS: [&str; 5] = [
    "Counted are new messages of others by the day (UTC) on which they were heard; what is from before a channel was connected is counted \
     beside them as read in later.",
    "The lag is the time from when something was written to when it was heard, of what says when it was written.",
    "Not heard is the time in which a channel failed, was paused or stopped, or the program did not run; something is missing where the \
     source said so, or may have let it go meanwhile.",
    "Seen and not kept is counted with its reason: no message, set aside in Quarantine, looked for by no monitor, over the number of a day, of \
     somebody who asked to be erased, older than the channel keeps.",
    "What a kind of channel never shows is said by its maker, and is in no figure.",
];

/// The spans that can be chosen, in days.
const SPANS: [i64; 3] = [7, 30, 90];
/// Silences listed of one channel; the rest are counted.
const MOST_SILENCES: usize = 20;
/// The kind of count of what waits in Quarantine.
const ASIDE: &str = "aside";

pub(super) struct Account {
    pub name: String,
    icon: String,
    pub kind: String,
    /// "1,204 messages heard; on average 3 minutes after they were written, at most 2 hours."
    pub heard: String,
    /// What was written in the span, as Listen shows it; nowhere where nothing was heard.
    heard_href: String,
    /// Whether something of the span is missing for good, or may be.
    has_gaps: bool,
    pub silences: Vec<String>,
    pub more_silences: usize,
    /// How often, why, and where it was set aside; nowhere where it was not.
    pub not_kept: Vec<(i64, String, String)>,
    pub sampled: Option<String>,
    pub cannot_hear: Vec<String>,
    pub days: Vec<DayRow>,
    /// The days as a picture; none where nothing was heard or counted.
    strip: Option<Strip>,
}

pub(super) struct DayRow {
    at: i64,
    /// "2026-11-21"
    pub date: String,
    day: String,
    pub heard: i64,
    /// What was written on that day; nowhere where nothing was heard.
    heard_href: String,
    pub history: i64,
    lag: String,
    /// On average, where it is known.
    pub lag_mean: Option<Millis>,
    pub not_kept: i64,
    /// Where some of it was set aside; nowhere where nothing was.
    aside_href: String,
}

#[derive(Template)]
#[template(path = "listen/coverage.html")]
struct CoveragePage {
    shell: Shell,
    along: Along,
    is_insight: bool,
    /// The days, as the other sides of Insights have them.
    asked: crate::insights::Asked,
    spans: Vec<(String, String, bool, u32)>,
    days: i64,
    sentence: String,
    accounts: Vec<Account>,
}

pub(super) async fn page(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    RawQuery(raw): RawQuery,
) -> Result<Response> {
    show(&app, &viewer, &headers, raw.as_deref(), false).await
}

/// The same among the insights: what figures rest on.
pub(crate) async fn ledger(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    RawQuery(raw): RawQuery,
) -> Result<Response> {
    show(&app, &viewer, &headers, raw.as_deref(), true).await
}

async fn show(
    app: &App,
    viewer: &Viewer,
    headers: &HeaderMap,
    raw: Option<&str>,
    is_insight: bool,
) -> Result<Response> {
    let span = span(raw);
    let zone = times::zone(headers);
    let found = read(app, span, &|at| times::moment_words(at, &zone)).await?;
    let path = if is_insight { "/insights/ledger" } else { "/listen/coverage" };
    let one = |days: i64| (format!("{days} days"), format!("{path}?days={days}"), days == span, 0);
    let page = CoveragePage {
        shell: match is_insight {
            true => app.shell(viewer, "insights", "Coverage ledger", Nav::Insights).await?,
            false => app.shell(viewer, "listen", "What we heard", Nav::Listen).await?,
        },
        along: Along::of(&format!("/insights/ledger?days={span}"), &METHODS),
        is_insight,
        asked: crate::insights::Asked::of_days(is_asked(raw).then_some(span)),
        spans: SPANS.map(one).into(),
        days: span,
        sentence: found.sentence,
        accounts: found.accounts,
    };
    Ok(Html(page.render()?).into_response())
}

/// How a moment is said.
pub(super) type Moment<'a> = dyn Fn(Millis) -> String + Sync + 'a;

/// What the page and its exports say.
pub(super) struct Found {
    /// The first and the last day, as numbers of days since 1970-01-01.
    pub days: (i64, i64),
    pub sentence: String,
    pub accounts: Vec<Account>,
}

/// `moment` says when a channel was away: by the reader's clock on the page, and whoever is sent a file has another.
pub(super) async fn read(app: &App, span: i64, moment: &Moment<'_>) -> Result<Found> {
    let now = app.engine.now();
    let (first, last) = (day_of(now) - span + 1, day_of(now));
    let mut db = app.engine.db.reader();
    let days = by_channel(ledger::days(&mut db, first, last).await?, |day| day.channel_id);
    let counts = by_channel(ledger::counts(&mut db, first, last).await?, |count| count.channel_id);
    let gaps = by_channel(ledger::gaps(&mut db, first * DAY, now + 1).await?, |gap| gap.channel_id);
    let all: HashMap<ChannelId, Channel> =
        channels::all_ever(&mut db).await?.into_iter().map(|channel| (channel.id, channel)).collect();
    let none = (Vec::new(), Vec::new(), Vec::new());
    let mut shown: Vec<&Channel> = all
        .values()
        // An archive is read once and is no ear.
        .filter(|c| app.engine.registry.get(&c.connector).is_none_or(|known| known.archives().is_none()))
        .filter(|c| c.state != ChannelState::Deleted || days.contains_key(&c.id) || gaps.contains_key(&c.id))
        .collect();
    // Channels of one name always stand in one order, since a number tells them apart in what is taken along.
    shown.sort_by_cached_key(|channel| (channel.name.to_lowercase(), channel.id));
    let accounts: Vec<Account> = shown
        .into_iter()
        .map(|channel| {
            let of = (
                days.get(&channel.id).unwrap_or(&none.0),
                counts.get(&channel.id).unwrap_or(&none.1),
                gaps.get(&channel.id).unwrap_or(&none.2),
            );
            account(app, &all, channel, of, (now, (first, last), moment))
        })
        .collect();
    Ok(Found { days: (first, last), sentence: sentence(&accounts, &days, span), accounts })
}

pub(super) fn span(raw: Option<&str>) -> i64 {
    let pairs = url::form_urlencoded::parse(raw.unwrap_or_default().as_bytes());
    let asked = pairs.filter(|(name, _)| name == "days").find_map(|(_, value)| value.parse().ok());
    asked.filter(|days| SPANS.contains(days)).unwrap_or(SPANS[0])
}

fn is_asked(raw: Option<&str>) -> bool {
    url::form_urlencoded::parse(raw.unwrap_or_default().as_bytes()).any(|(name, _)| name == "days")
}

fn by_channel<T>(rows: Vec<T>, channel: impl Fn(&T) -> ChannelId) -> HashMap<ChannelId, Vec<T>> {
    let mut by: HashMap<ChannelId, Vec<T>> = HashMap::new();
    for row in rows {
        by.entry(channel(&row)).or_default().push(row);
    }
    by
}

fn sentence(accounts: &[Account], days: &HashMap<ChannelId, Vec<Day>>, span: i64) -> String {
    let heard: i64 = days.values().flatten().map(|day| day.heard).sum();
    let with_gaps = accounts.iter().filter(|account| account.has_gaps).count();
    let messages = if heard == 1 {
        "one message was heard as it came".to_owned()
    } else {
        format!("{} messages were heard as they came", number(heard))
    };
    let gaps = match with_gaps {
        0 => "No channel was away.".to_owned(),
        1 => "One channel was away for a time, or lost something.".to_owned(),
        n => format!("{n} channels were away for a time, or lost something."),
    };
    format!("In the last {span} days {messages}. {gaps}")
}

fn account(
    app: &App,
    all: &HashMap<ChannelId, Channel>,
    channel: &Channel,
    (days, counts, gaps): (&Vec<Day>, &Vec<Count>, &Vec<Silence>),
    (now, span, moment): (Millis, (i64, i64), &Moment<'_>),
) -> Account {
    let (icon, name) = channel_face(app, all, channel.id);
    let connector = app.engine.registry.get(&channel.connector);
    let mut cannot_hear = connector.map(|c| c.spec().cannot_hear.clone()).unwrap_or_default();
    cannot_hear.extend(connector.map(|c| c.cannot_hear(&channel.settings)).unwrap_or_default());
    let mut not_kept: BTreeMap<(String, String), i64> = BTreeMap::new();
    for count in counts {
        *not_kept.entry((count.kind.clone(), count.reason.clone())).or_default() += count.times;
    }
    let mut not_kept: Vec<_> = not_kept.into_iter().collect();
    not_kept.sort_by_key(|(_, times)| std::cmp::Reverse(*times));
    let rows = day_rows(channel.id, days, counts);
    let sampled = days.iter().filter_map(|day| day.sampled).min_by(f64::total_cmp);
    Account {
        name,
        icon,
        kind: connector.map_or_else(|| channel.connector.clone(), |c| c.spec().title.clone()),
        heard: heard_words(days),
        heard_href: match days.iter().any(|day| day.heard + day.history > 0) {
            true => heard_href(channel.id, span),
            false => String::new(),
        },
        has_gaps: !gaps.is_empty(),
        silences: gaps.iter().rev().take(MOST_SILENCES).map(|gap| silence_words(gap, now, moment)).collect(),
        more_silences: gaps.len().saturating_sub(MOST_SILENCES),
        not_kept: not_kept
            .into_iter()
            .map(|((kind, reason), times)| {
                let href = if kind == ASIDE { aside_href(channel.id) } else { String::new() };
                (times, kept_words(&kind, &reason), href)
            })
            .collect(),
        sampled: sampled.map(|share| format!("The source gave a sample: {} % of everything.", rounded(share * 100.0))),
        cannot_hear,
        strip: strip(span, &rows),
        days: rows,
    }
}

/// What was written on a channel on these days: a line of a search has days of UTC, as the ledger has.
fn heard_href(channel: ChannelId, (first, last): (i64, i64)) -> String {
    let date = |day: i64| {
        times::in_zone(day * DAY, &TimeZone::UTC).map(|at| at.strftime("%Y-%m-%d").to_string()).unwrap_or_default()
    };
    format!("/listen?q=since%3A{}+until%3A{}&channel={channel}", date(first), date(last))
}

fn aside_href(channel: ChannelId) -> String {
    format!("/quarantine?channel={channel}")
}

fn day_rows(channel: ChannelId, days: &[Day], counts: &[Count]) -> Vec<DayRow> {
    // How often, and whether any of it was set aside.
    let mut not_kept: BTreeMap<i64, (i64, bool)> = BTreeMap::new();
    for count in counts {
        let (times, aside) = not_kept.entry(count.day).or_default();
        *times += count.times;
        *aside |= count.kind == ASIDE;
    }
    let mut rows: BTreeMap<i64, DayRow> = BTreeMap::new();
    let blank = |day: i64| DayRow {
        at: day,
        date: date_words(day),
        day: day_words(day),
        heard: 0,
        heard_href: String::new(),
        history: 0,
        lag: "–".to_owned(),
        lag_mean: None,
        not_kept: 0,
        aside_href: String::new(),
    };
    for day in days {
        let row = rows.entry(day.day).or_insert_with(|| blank(day.day));
        (row.heard, row.history) = (day.heard, day.history);
        if day.heard > 0 {
            row.heard_href = heard_href(channel, (day.day, day.day));
        }
        if day.lag_times > 0 {
            let mean = day.lag_total / day.lag_times;
            (row.lag, row.lag_mean) = (duration(mean), Some(mean));
        }
    }
    for (day, (times, aside)) in not_kept {
        let row = rows.entry(day).or_insert_with(|| blank(day));
        row.not_kept = times;
        if aside {
            row.aside_href = aside_href(channel);
        }
    }
    rows.into_values().rev().collect()
}

fn day_words(day: i64) -> String {
    times::in_zone(day * DAY, &TimeZone::UTC)
        .map_or_else(|| "an unknown day".to_owned(), |at| at.strftime("%a, %-d %b").to_string())
}

pub(super) fn date_words(day: i64) -> String {
    times::in_zone(day * DAY, &TimeZone::UTC).map_or_else(String::new, |at| at.date().to_string())
}

fn heard_words(days: &[Day]) -> String {
    let (heard, history) = days.iter().fold((0, 0), |(h, o), day| (h + day.heard, o + day.history));
    let (times, total) = days.iter().fold((0, 0), |(n, t), day| (n + day.lag_times, t + day.lag_total));
    let most = days.iter().map(|day| day.lag_most).max().unwrap_or(0);
    let mut words = match heard {
        0 => "Nothing was heard as it came".to_owned(),
        1 => "One message was heard as it came".to_owned(),
        n => format!("{} messages were heard as they came", number(n)),
    };
    if times > 0 {
        let (mean, written) = (duration(total / times), if heard == 1 { "it was" } else { "they were" });
        words += &format!(", on average {mean} after {written} written");
        if mean != duration(most) {
            words += &format!(", at most {}", duration(most));
        }
    }
    if history > 0 {
        words += &format!("; {} older ones were read in", number(history));
    }
    words + "."
}

fn silence_words(gap: &Silence, now: Millis, moment: &Moment<'_>) -> String {
    let from = moment(gap.from_at);
    let (until, long) = match gap.until_at {
        Some(until) => (format!("until {}", moment(until)), until - gap.from_at),
        None => ("and still".to_owned(), now - gap.from_at),
    };
    let kind = if gap.kind == "lost" { "Something is missing" } else { "Not heard" };
    format!("{kind} from {from} {until} ({}): {}", duration(long), gap.reason)
}

fn kept_words(kind: &str, reason: &str) -> String {
    match kind {
        ASIDE => format!("set aside in Quarantine: {reason}"),
        "counted" | "passed" | "unwatched" => reason.to_owned(),
        "over" => format!("over the channel's number for a day: {reason}"),
        "refused" => format!("calls refused: {reason}"),
        "erased" => "of somebody who asked to be erased".to_owned(),
        _ => reason.to_owned(),
    }
}

/// "3 minutes", "2 hours", in the unit that says most.
fn duration(millis: Millis) -> String {
    let of = |number: i64, unit: &str| format!("{number} {unit}{}", if number == 1 { "" } else { "s" });
    match millis.max(0) / 1000 {
        0 => "less than a second".to_owned(),
        seconds @ 1..=119 => of(seconds, "second"),
        seconds @ 120..=7_199 => of(seconds / 60, "minute"),
        seconds @ 7_200..=172_799 => of(seconds / 3_600, "hour"),
        seconds => of(seconds / 86_400, "day"),
    }
}

fn number(n: i64) -> String {
    crate::listen::thousands(usize::try_from(n).unwrap_or(0))
}

fn rounded(share: f64) -> String {
    if share >= 10.0 { format!("{share:.0}") } else { format!("{share:.1}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lag_is_said_in_the_unit_that_says_most() {
        let words: Vec<String> = [0, 1_000, 119_000, 120_000, 7_200_000, 172_800_000, -5].map(duration).into();
        let expected =
            ["less than a second", "1 second", "119 seconds", "2 minutes", "2 hours", "2 days", "less than a second"];
        assert_eq!(words, expected);
    }

    #[test]
    fn the_days_say_what_was_not_kept_though_nothing_was_heard() {
        let count = Count {
            channel_id: ChannelId(1),
            day: 20_000,
            kind: "unwatched".to_owned(),
            reason: String::new(),
            times: 7,
        };
        let rows = day_rows(ChannelId(1), &[], std::slice::from_ref(&count));
        assert!(rows[0].heard_href.is_empty() && rows[0].aside_href.is_empty());
        let aside = Count { kind: ASIDE.to_owned(), ..count };
        assert_eq!(day_rows(ChannelId(1), &[], &[aside])[0].aside_href, "/quarantine?channel=1");
        let days = "since%3A2024-10-04+until%3A2024-10-05";
        assert_eq!(heard_href(ChannelId(1), (20_000, 20_001)), format!("/listen?q={days}&channel=1"));
        assert_eq!((rows.len(), rows[0].heard, rows[0].not_kept, rows[0].day.as_str()), (1, 0, 7, "Fri, 4 Oct"));
        assert_eq!(heard_words(&[]), "Nothing was heard as it came.");
    }
}
