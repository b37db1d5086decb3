//! The coverage ledger to take along: what figures rest on.

use super::coverage::{Account, METHODS, date_words, read, span};
use crate::{
    App, Result,
    api::ledger as shapes,
    export::{self, Export, Format, Names, Unit},
    inbox::times,
};
use axum::{
    extract::{RawQuery, State},
    response::Response,
};
use jiff::tz::TimeZone;
use tertulia_store::ledger::day_of;

pub(crate) async fn along(State(app): State<App>, RawQuery(raw): RawQuery, format: Format) -> Result<Response> {
    let span = span(raw.as_deref());
    let last = day_of(app.engine.now());
    let name = format!("ledger-{}-{}", date_words(last - span + 1), date_words(last));
    if format == Format::Json {
        return Ok(export::json(&name, &shapes::of_days(&app, (last - span + 1, last), None).await?));
    }
    let mut found = read(&app, span, &|at| times::full_words(at, &TimeZone::UTC)).await?;
    let mut names = Names::default();
    found.accounts.iter_mut().for_each(|one| one.name = names.only(&one.name));
    let mut export = Export::new(name, "Coverage ledger", found.sentence, &METHODS);
    export.about("days", format!("{} to {} (UTC)", date_words(found.days.0), date_words(found.days.1)));
    channels(&mut export, &found.accounts);
    days(&mut export, &found.accounts);
    export.answer(format)
}

fn channels(export: &mut Export, accounts: &[Account]) {
    export.section("channel", "What was heard", ("Kind", "Channel"));
    for one in accounts {
        let about = (one.kind.as_str(), one.name.as_str());
        let sum = |of: fn(&super::coverage::DayRow) -> i64| one.days.iter().map(of).sum::<i64>().unsigned_abs();
        let sampled = one.sampled.as_ref().map(|words| format!(" {words}")).unwrap_or_default();
        export.count(about, "heard", sum(|day| day.heard)).note(format!("{}{sampled}", one.heard));
        export.count(about, "read in later", sum(|day| day.history));
        export.count(about, "not kept", sum(|day| day.not_kept));
        export.words(about, "what it never shows", one.cannot_hear.join(" "));
    }
    export.section("away", "When it was not heard", ("Channel", "Time"));
    for one in accounts {
        for (n, words) in one.silences.iter().enumerate() {
            export.words((&one.name, &(n + 1).to_string()), "from when until when, and why", words.as_str());
        }
        if one.more_silences > 0 {
            export.words((&one.name, "before"), "from when until when, and why", format!("{} more", one.more_silences));
        }
    }
    export.section("not kept", "Seen and not kept", ("Channel", "Why"));
    for one in accounts {
        for (times, why, _) in &one.not_kept {
            export.count((&one.name, why), "times", times.unsigned_abs());
        }
    }
}

fn days(export: &mut Export, accounts: &[Account]) {
    export.section("day", "Day by day", ("Channel", "Day (UTC)"));
    for one in accounts {
        for day in &one.days {
            let about = (one.name.as_str(), day.date.as_str());
            export.count(about, "heard", day.heard.unsigned_abs());
            export.count(about, "read in later", day.history.unsigned_abs());
            export.row(about, "mean lag", Unit::Time, day.lag_mean.map(|lag| lag as f64));
            export.count(about, "not kept", day.not_kept.unsigned_abs());
        }
    }
}
