//! What is asked of the database with each look.

use super::text::{Text, seconds};
use crate::{App, Result};
use tertulia_model::{ChannelState, Millis};
use tertulia_store::{
    channels::{self, Channel},
    gauges,
    ledger::{self, DAY},
    quarantine,
};

pub(super) async fn figures(app: &App, text: &mut Text) -> Result<()> {
    text.figure("tertulia_build_info", "gauge", "The program's version; always 1.");
    text.sample("tertulia_build_info", &[("version", env!("CARGO_PKG_VERSION"))], 1);
    let now = app.engine.now();
    queues(app, now, text).await?;
    deliveries(app, now, text).await?;
    let channels = channels::all(&mut app.engine.db.reader()).await?;
    looks(app, now, &channels, text);
    heard(app, now, &channels, text).await
}

async fn queues(app: &App, now: Millis, text: &mut Text) -> Result<()> {
    let mut db = app.engine.db.reader();
    let due = gauges::due(&mut db, now).await?;
    text.figure(
        "tertulia_jobs_due",
        "gauge",
        "Jobs that are due and not done, by kind; 10000 means at least that many.",
    );
    for one in &due {
        text.sample("tertulia_jobs_due", &[("kind", &one.kind)], one.jobs);
    }
    text.figure("tertulia_jobs_oldest_seconds", "gauge", "For how long the oldest of them has been due.");
    for one in &due {
        text.sample("tertulia_jobs_oldest_seconds", &[("kind", &one.kind)], seconds(now - one.oldest));
    }
    let unmatched = gauges::unmatched(&mut db).await?;
    text.figure(
        "tertulia_messages_unmatched",
        "gauge",
        "Messages that the monitors have still to look at; 10000 means at least that many.",
    );
    text.sample("tertulia_messages_unmatched", &[], unmatched);
    let waiting = quarantine::count_waiting_up_to(&mut db, gauges::MOST).await?;
    text.figure("tertulia_quarantine_items", "gauge", "Items in Quarantine; 10000 means at least that many.");
    text.sample("tertulia_quarantine_items", &[], waiting);
    Ok(())
}

async fn deliveries(app: &App, now: Millis, text: &mut Text) -> Result<()> {
    const NAME: &str = "tertulia_deliveries";
    let help = "Answers by state: all that are queued, failed or unknown and that nobody has decided about; of those \
                sent or withdrawn, the last 24 hours'. 10000 means at least that many.";
    text.figure(NAME, "gauge", help);
    for (state, since) in [("queued", 0), ("failed", 0), ("unknown", 0), ("sent", now - DAY), ("withdrawn", now - DAY)]
    {
        let count = gauges::deliveries(&mut app.engine.db.reader(), state, since).await?;
        text.sample(NAME, &[("state", state)], count);
    }
    Ok(())
}

/// A channel goes by its number: what its team calls it, or its account, may be somebody's name.
fn looks(app: &App, now: Millis, channels: &[Channel], text: &mut Text) {
    let pulled = |channel: &&Channel| app.engine.registry.get(&channel.connector).is_some_and(|c| c.spec().pulls);
    let mut figure = |name: &str, help: &str, value: &dyn Fn(&Channel) -> Option<f64>| {
        text.figure(name, "gauge", help);
        for channel in channels {
            if let Some(value) = value(channel) {
                text.sample(name, &[("channel", &channel.id.to_string()), ("connector", &channel.connector)], value);
            }
        }
    };
    let failing = |channel: &Channel| {
        let fails = matches!(channel.state, ChannelState::Failing | ChannelState::Stopped);
        Some(if fails { 1.0 } else { 0.0 })
    };
    figure("tertulia_channel_failing", "1 where a channel fails or has stopped, 0 where it does not.", &failing);
    let paused = |channel: &Channel| Some(if channel.state == ChannelState::Paused { 1.0 } else { 0.0 });
    figure("tertulia_channel_paused", "1 where a member has paused a channel.", &paused);
    let pulled_ago = |channel: &Channel| {
        Some(channel).filter(pulled).and_then(|c| c.last_pull_at).map(|at| seconds((now - at).max(0)))
    };
    figure("tertulia_channel_last_pull_seconds", "How long ago a channel was last read with success.", &pulled_ago);
    let silent = |channel: &Channel| channel.last_heard_at.map(|at| seconds((now - at).max(0)));
    figure("tertulia_channel_silent_seconds", "How long ago reading a channel last brought anything.", &silent);
}

/// From when something was written to when it was heard, of this day, as the coverage ledger has it.
fn lags(channels: &[Channel], days: &[ledger::Day], text: &mut Text) {
    for (name, help, value) in [
        (
            "tertulia_channel_lag_seconds",
            "How long after it was written a message of this day (UTC) was heard, on average of the day; none from 00:00 UTC until one is heard.",
            (|day: &ledger::Day| day.lag_total / day.lag_times) as fn(&ledger::Day) -> Millis,
        ),
        (
            "tertulia_channel_longest_lag_seconds",
            "How long after it was written a message of this day (UTC) was heard at the most; none from 00:00 UTC until one is heard.",
            |day: &ledger::Day| day.lag_most,
        ),
    ] {
        text.figure(name, "gauge", help);
        for channel in channels {
            if let Some(day) = days.iter().find(|day| day.channel_id == channel.id && day.lag_times > 0) {
                let labels = [("channel", &*channel.id.to_string()), ("connector", &*channel.connector)];
                text.sample(name, &labels, seconds(value(day)));
            }
        }
    }
}

async fn heard(app: &App, now: Millis, channels: &[Channel], text: &mut Text) -> Result<()> {
    const NAME: &str = "tertulia_messages_heard_today";
    let today = ledger::day_of(now);
    let days = ledger::days(&mut app.engine.db.reader(), today, today).await?;
    lags(channels, &days, text);
    text.figure(NAME, "gauge", "New messages of this day (UTC) by channel, as the coverage ledger has them.");
    for channel in channels {
        let day = days.iter().find(|day| day.channel_id == channel.id);
        for (kind, count) in [("live", day.map_or(0, |day| day.heard)), ("history", day.map_or(0, |day| day.history))] {
            let id = channel.id.to_string();
            text.sample(NAME, &[("channel", &id), ("connector", &channel.connector), ("kind", kind)], count);
        }
    }
    Ok(())
}
