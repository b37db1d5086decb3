//! What is done with a card: done, passed on, put off. Each says what it did, and can be undone.

use super::{
    cards::{Tried, read_key},
    page, undo,
};
use crate::{
    App, Result, Viewer, WebError,
    access::form::{Fields, Mistakes},
    inbox::{flash, id},
};
use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use jiff::civil::{Date, Weekday};
use serde::Deserialize;
use tertulia_engine::{
    EngineError,
    today::{self, Act, Key},
};
use tertulia_model::UserId;
use tertulia_store::users;

/// One request about one card.
struct Asked {
    app: App,
    viewer: Viewer,
    headers: HeaderMap,
    key: Key,
}

impl Asked {
    fn read(app: App, viewer: Viewer, headers: HeaderMap, card: &str) -> Result<Self> {
        Ok(Self { app, viewer, headers, key: read_key(card).ok_or_else(WebError::not_found)? })
    }

    /// Back to Today, which says what was done, or why not; a form that was filled in wrongly stands there as it was, and what
    /// was typed for a card that is gone stands there, too.
    async fn act(&self, act: Act, said: &str, tried: Tried) -> Result<Response> {
        match today::act(&self.app.engine, self.viewer.user.id, &self.key, &act).await {
            Ok(undo) => Ok(undo::done(&self.app, &self.viewer, said, undo)),
            Err(EngineError::Refused(why)) if tried.is_blank() => Ok(flash::redirect(&self.app, "/", &why, None)),
            Err(EngineError::Refused(mistake)) => self.again(Tried { mistake, ..tried }).await,
            Err(error) => {
                let mistakes = Mistakes::of(error)?;
                let mistake = mistakes.fields().first().map_or(mistakes.general.as_str(), |(_, why)| why.as_str());
                self.again(Tried { mistake: mistake.to_owned(), ..tried }).await
            }
        }
    }

    async fn again(&self, tried: Tried) -> Result<Response> {
        page::draw(&self.app, &self.viewer, &self.headers, Some(tried)).await
    }
}

pub(super) async fn done(
    State(app): State<App>,
    viewer: Viewer,
    Path(card): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    let asked = Asked::read(app, viewer, headers, &card)?;
    let said = if asked.key.kind == "promise" { "Kept. It stays on the record." } else { "Done." };
    asked.act(Act::Done, said, Tried::default()).await
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Passed {
    to: String,
    note: String,
}

pub(super) async fn pass_on(
    State(app): State<App>,
    viewer: Viewer,
    Path(card): Path<String>,
    headers: HeaderMap,
    Fields(form): Fields<Passed>,
) -> Result<Response> {
    let asked = Asked::read(app, viewer, headers, &card)?;
    let tried = Tried { key: card, passes_on: true, to: form.to, note: form.note, ..Tried::default() };
    let Ok(to) = id::<UserId>(&tried.to) else {
        let mistake = "Choose a member of the team.".to_owned();
        return asked.again(Tried { mistake, ..tried }).await;
    };
    let other = users::get(&mut asked.app.engine.db.reader(), to).await?.map(|other| other.name);
    let said = format!("Passed on. It stands in the Today of {}.", other.unwrap_or_default());
    asked.act(Act::PassOn { to, note: tried.note.clone() }, &said, tried).await
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PutOff {
    /// `tomorrow`, `week` (the next Monday) or `date`.
    until: String,
    date: String,
}

pub(super) async fn put_off(
    State(app): State<App>,
    viewer: Viewer,
    Path(card): Path<String>,
    headers: HeaderMap,
    Fields(form): Fields<PutOff>,
) -> Result<Response> {
    let asked = Asked::read(app, viewer, headers, &card)?;
    let (day, _) = today::day_now(&asked.app.engine).await?;
    let tried = Tried { key: card, until: form.date.clone(), ..Tried::default() };
    let Some(until) = chosen(&form, day.date) else {
        let mistake = "Choose a day after today. Nothing was changed.".to_owned();
        return asked.again(Tried { mistake, ..tried }).await;
    };
    let pattern = if until.year() == day.date.year() { "%A, %-d %B" } else { "%A, %-d %B %Y" };
    let said = format!("Put off until {}.", until.strftime(pattern));
    asked.act(Act::PutOff { until }, &said, tried).await
}

fn chosen(form: &PutOff, today: Date) -> Option<Date> {
    match form.until.as_str() {
        "tomorrow" => today.tomorrow().ok(),
        "week" => today.nth_weekday(1, Weekday::Monday).ok(),
        "date" => form.date.trim().parse().ok(),
        _ => None,
    }
}
