//! All promises: what is open stands with what is due first; what was kept or not, with the latest day first.

use super::view::lines;
use crate::{
    App, Result, Viewer,
    components::PromiseView,
    inbox::{Known, flash},
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::{Query, State},
    http::HeaderMap,
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;
use tertulia_store::promises;

const PAGE: i64 = 40;
/// Counts end at what is said as "99+".
const MOST_COUNTED: i64 = 100;
/// The state in the address, and its word.
const STATES: [(&str, &str); 4] =
    [("open", "Open"), ("suggested", "To confirm"), ("kept", "Kept"), ("broken", "Not kept")];

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    state: String,
    /// Where the page before ended: `due-id`.
    after: String,
}

#[derive(Template)]
#[template(path = "promises/list.html")]
struct PromisesPage {
    shell: Shell,
    /// Words, address, whether it is shown, how many.
    states: Vec<(&'static str, String, bool, i64)>,
    promises: Vec<PromiseView>,
    older: Option<String>,
    empty: (&'static str, &'static str),
    csrf: String,
}

pub(super) async fn page(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Query(wanted): Query<Wanted>,
) -> Result<Response> {
    let mut db = app.engine.db.reader();
    let state = STATES.iter().map(|(state, _)| *state).find(|state| *state == wanted.state).unwrap_or("open");
    let place = wanted.after.split_once('-').and_then(|(due, id)| Some((due.parse().ok()?, id.parse().ok()?)));
    let mut found = match state {
        "kept" | "broken" => promises::list_back(&mut db, state, place, PAGE + 1).await?,
        _ => promises::list(&mut db, state, place, PAGE + 1).await?,
    };
    let has_more = found.len() as i64 > PAGE;
    found.truncate(PAGE.unsigned_abs() as usize);
    let older = found.last().filter(|_| has_more).map(|last| {
        let (due, id) = last.promise.place();
        format!("/promises?state={state}&after={due}-{id}")
    });
    let mut states = Vec::new();
    for (name, words) in STATES {
        // How many were kept is a figure, and stands where figures are.
        let is_to_do = matches!(name, "open" | "suggested");
        let count = if is_to_do { promises::count_up_to(&mut db, name, MOST_COUNTED).await? } else { 0 };
        states.push((words, format!("/promises?state={name}"), name == state, count));
    }
    let known = Known::read(&app, &viewer, &headers).await?;
    let promises = lines(&app, &known, found, "list").await?;
    let mut shell = app.shell(&viewer, "promises", "Promises", Nav::People).await?;
    shell.toast = flash::take(&app, &headers);
    let csrf = shell.csrf.clone();
    let page = PromisesPage { shell, states, promises, older, empty: empty(state), csrf };
    Ok(flash::said(&headers, Html(page.render()?).into_response()))
}

fn empty(state: &str) -> (&'static str, &'static str) {
    match state {
        "suggested" => (
            "Nothing to confirm",
            "When an answer of yours sounds like a promise, it is asked under it whether it is one.",
        ),
        "kept" => ("None is noted as kept", "When you have done what you said, tap “Kept” beside it."),
        "broken" => ("None is noted as not kept", "It is no shame to note one: whoever waits would know it anyway."),
        _ => ("No promise is open", "What you promise in an answer, and confirm with one tap, waits here for its day."),
    }
}
