//! The coverage ledger: what was heard, what was not, and why.

use super::{
    extract::{Asked, invalid},
    ident::Ident,
    mentions::day_words,
};
use crate::{App, Result};
use axum::{Json, extract::State};
use jiff::{
    Unit,
    civil::{Date, date},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tertulia_model::ChannelId;
use tertulia_store::{
    channels,
    ledger::{self, DAY},
};
use utoipa::{IntoParams, ToSchema};

/// Days that one answer may hold.
const MOST_DAYS: i64 = 366;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct LedgerQuery {
    /// The first day (UTC); six days before the last if it is left out.
    #[param(format = Date, example = "2026-11-15")]
    from: Option<String>,
    /// The last day (UTC); today if it is left out.
    #[param(format = Date, example = "2026-11-21")]
    until: Option<String>,
    /// Only this channel.
    channel: Option<Ident>,
}

/// The ledger of a span of days.
#[derive(Serialize, ToSchema)]
pub(crate) struct Ledger {
    #[schema(format = Date, example = "2026-11-15")]
    from: String,
    #[schema(format = Date, example = "2026-11-21")]
    until: String,
    /// By channel, the removed ones too where they were heard in this span.
    channels: Vec<ChannelLedger>,
    /// How it is counted.
    methods: Vec<&'static str>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ChannelLedger {
    channel_id: Ident,
    /// What the team calls it.
    name: String,
    /// The kind of channel.
    connector: String,
    /// What it never shows us, in plain sentences.
    cannot_hear: Vec<String>,
    /// Days on which something was heard or counted, oldest first.
    days: Vec<LedgerDay>,
    /// Spans in which it was not heard.
    gaps: Vec<LedgerGap>,
}

#[derive(Serialize, ToSchema, Default)]
pub(crate) struct LedgerDay {
    #[schema(format = Date, example = "2026-11-21")]
    day: String,
    /// New messages that were heard as they were said.
    heard: i64,
    /// New messages from before the channel was connected.
    history: i64,
    /// How long it took from writing to hearing, on average; of those that say when they were written.
    lag_average_ms: Option<i64>,
    lag_longest_ms: Option<i64>,
    /// The smallest share that the source said it gave.
    sampled: Option<f64>,
    /// What was seen and not kept.
    not_kept: Vec<NotKept>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct NotKept {
    /// `passed` (it was no message), `aside` (in Quarantine), `unwatched` (no monitor looks for it), `over` (the channel's
    /// daily number was reached), `erased` (of somebody who asked to be erased), `counted` (the channel's own count), `refused`
    /// (calls at its door), `aged` (kept, and older than the days that the channel keeps what was said).
    kind: String,
    reason: String,
    times: i64,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct LedgerGap {
    /// `away` (it failed, was stopped or paused, or the program itself was not running) or `lost` (something is missing for good).
    kind: String,
    from: i64,
    /// Absent while it goes on.
    until: Option<i64>,
    reason: String,
}

/// A date as a number of days since 1970-01-01.
fn day(field: &str, text: &str) -> Result<i64> {
    let wrong = || invalid(field, "Write a date of this calendar, like 2026-11-21.");
    let day: Date = Some(text).filter(|text| text.len() == 10).and_then(|text| text.parse().ok()).ok_or_else(wrong)?;
    let since = day.since((Unit::Day, date(1970, 1, 1))).map_err(|_| wrong())?;
    Ok(since.get_days().into())
}

/// Shows the coverage ledger
///
/// For each channel what was heard on each day and how late, what was seen and not kept, when it was not heard, and what
/// it never hears. At most 366 days at once.
#[utoipa::path(
    get, path = "/api/v1/ledger", tag = "ledger", security(("key" = ["read"])), params(LedgerQuery),
    responses((status = 200, body = Ledger))
)]
pub(super) async fn days(State(app): State<App>, Asked(asked): Asked<LedgerQuery>) -> Result<Json<Ledger>> {
    let until = match &asked.until {
        Some(text) => day("until", text)?,
        None => ledger::day_of(app.engine.now()),
    };
    let from = asked.from.as_deref().map_or(Ok(until - 6), |text| day("from", text))?;
    if from > until || until - from >= MOST_DAYS {
        return Err(invalid(
            "from",
            format!("The first day is not after the last, and at most {} before it.", MOST_DAYS - 1),
        ));
    }
    Ok(Json(of_days(&app, (from, until), asked.channel.map(|channel| ChannelId(channel.0))).await?))
}

/// The ledger of these days (both with it), as numbers of days since 1970-01-01.
pub(crate) async fn of_days(app: &App, (from, until): (i64, i64), channel: Option<ChannelId>) -> Result<Ledger> {
    let wanted = |id: ChannelId| channel.is_none_or(|channel| channel == id);
    let mut db = app.engine.db.reader();
    let mut days = BTreeMap::new();
    for heard in ledger::days(&mut db, from, until).await?.into_iter().filter(|day| wanted(day.channel_id)) {
        days.insert((heard.channel_id, heard.day), heard_on(&heard)?);
    }
    for count in ledger::counts(&mut db, from, until).await?.into_iter().filter(|count| wanted(count.channel_id)) {
        let day: &mut LedgerDay = days.entry((count.channel_id, count.day)).or_default();
        day.day = day_words(count.day)?;
        day.not_kept.push(NotKept { kind: count.kind, reason: count.reason, times: count.times });
    }
    let gaps = ledger::gaps(&mut db, from * DAY, (until + 1) * DAY).await?;
    let mut told = Vec::new();
    for channel in channels::all_ever(&mut db).await?.into_iter().filter(|channel| wanted(channel.id)) {
        let of_it: Vec<_> = days.extract_if((channel.id, i64::MIN)..=(channel.id, i64::MAX), |_, _| true).collect();
        let silent: Vec<_> = gaps.iter().filter(|gap| gap.channel_id == channel.id).map(gap).collect();
        if channel.state == tertulia_model::ChannelState::Deleted && of_it.is_empty() && silent.is_empty() {
            continue;
        }
        told.push(ChannelLedger {
            channel_id: channel.id.into(),
            cannot_hear: super::channels::cannot_hear(app, &channel),
            name: channel.name,
            connector: channel.connector,
            days: of_it.into_iter().map(|(_, day)| day).collect(),
            gaps: silent,
        });
    }
    let methods = crate::listen::METHODS.to_vec();
    Ok(Ledger { from: day_words(from)?, until: day_words(until)?, channels: told, methods })
}

fn heard_on(heard: &ledger::Day) -> Result<LedgerDay> {
    let is_timed = heard.lag_times > 0;
    Ok(LedgerDay {
        day: day_words(heard.day)?,
        heard: heard.heard,
        history: heard.history,
        lag_average_ms: is_timed.then(|| heard.lag_total / heard.lag_times),
        lag_longest_ms: is_timed.then_some(heard.lag_most),
        sampled: heard.sampled,
        not_kept: Vec::new(),
    })
}

fn gap(gap: &ledger::Silence) -> LedgerGap {
    LedgerGap { kind: gap.kind.clone(), from: gap.from_at, until: gap.until_at, reason: gap.reason.clone() }
}
