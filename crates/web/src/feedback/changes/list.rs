//! All changes, in columns; on a phone one list after the other.

use super::{WaitingLine, waiting};
use crate::{
    App, Result, Viewer,
    feedback::{askers_words, change_href, cut, state_words},
    inbox::flash,
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::{Query, State},
    http::HeaderMap,
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;
use tertulia_engine::feedback::STATES;
use tertulia_model::{ChangeId, Millis, Permission};
use tertulia_store::feedback_changes::{self, Change};

/// Changes of one column; of a column that is shown alone.
const COLUMN: i64 = 20;
const PAGE: i64 = 60;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Shown {
    /// One column alone.
    state: String,
    /// Where the page before ended: askers and id.
    below: String,
}

struct Card {
    href: String,
    title: String,
    askers: String,
    reason: String,
    moved_at: Millis,
}

impl From<Change> for Card {
    fn from(change: Change) -> Self {
        Self {
            href: change_href(change.id),
            title: change.title,
            askers: askers_words(change.askers),
            reason: change.reason,
            moved_at: change.moved_at,
        }
    }
}

struct Column {
    name: &'static str,
    words: &'static str,
    cards: Vec<Card>,
    /// Where the rest of it is.
    more: Option<String>,
}

#[derive(Template)]
#[template(path = "feedback/changes.html")]
struct ChangesPage {
    shell: Shell,
    columns: Vec<Column>,
    /// Of which a tracker says that they are done.
    waiting: Vec<WaitingLine>,
    is_alone: bool,
    is_empty: bool,
    may_work: bool,
}

pub(super) async fn page(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Query(shown): Query<Shown>,
) -> Result<Response> {
    let alone = STATES.into_iter().find(|state| *state == shown.state);
    let below = shown.below.split_once('_').and_then(|(n, id)| Some((n.parse().ok()?, ChangeId(id.parse().ok()?))));
    let mut db = app.engine.db.reader();
    let mut columns = Vec::new();
    for name in STATES.into_iter().filter(|state| alone.is_none_or(|alone| alone == *state)) {
        let (most, below) = if alone.is_some() { (PAGE, below) } else { (COLUMN, None) };
        let mut found = feedback_changes::list(&mut db, name, below, most + 1).await?;
        let more = cut(&mut found, most).map(|last| match alone {
            Some(_) => format!("/feedback/changes?state={name}&below={}_{}", last.askers, last.id),
            None => format!("/feedback/changes?state={name}"),
        });
        let cards = found.into_iter().map(Card::from).collect();
        columns.push(Column { name, words: state_words(name), cards, more });
    }
    let mut shell = app.shell(&viewer, "feedback", "Changes", Nav::Feedback).await?;
    shell.toast = flash::take(&app, &headers);
    let page = ChangesPage {
        shell,
        is_empty: columns.iter().all(|column| column.cards.is_empty()),
        columns,
        waiting: waiting(&app).await?,
        is_alone: alone.is_some(),
        may_work: viewer.user.role.may(Permission::Converse),
    };
    Ok(flash::said(&headers, Html(page.render()?).into_response()))
}
