//! One change: its items and who asked for them, how it stands and how it came there.

use super::{public::PublicView, tracker::TrackerView};
use crate::{
    App, Result, Viewer,
    access::form::{Fields, Mistakes},
    feedback::{
        askers_words, change_href, cut, known_change,
        list::ItemLine,
        state_words,
        telling::{self, Summary},
        undo::done,
    },
    inbox::{Known, flash},
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;
use tertulia_engine::feedback::{self, STATES};
use tertulia_model::{FeedbackId, Millis, Permission};
use tertulia_store::{
    feedback::{self as items, Below, Wanted},
    feedback_changes::{self, Change},
};

/// Items on one page, and moves.
const PAGE: i64 = 50;
const MOVES: i64 = 100;

struct Moved {
    /// "Planned", "Considering at the beginning".
    words: String,
    reason: String,
    by: String,
    at: Millis,
    is_undone: bool,
}

#[derive(Template)]
#[template(path = "feedback/change.html")]
struct ChangePage {
    shell: Shell,
    href: String,
    title: String,
    words: String,
    state: &'static str,
    reason: String,
    link: Option<String>,
    askers: String,
    moved_at: Millis,
    items: Vec<ItemLine>,
    older: Option<String>,
    moves: Vec<Moved>,
    /// To move to: name and words.
    choices: Vec<(String, String)>,
    typed: Wish,
    mistakes: Mistakes,
    public: PublicView,
    tracker: TrackerView,
    may_work: bool,
    /// How far those who asked are told.
    telling: Option<Summary>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Shown {
    /// Where the page of items before ended: askers and id.
    below: String,
}

/// Where it is to go.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wish {
    state: String,
    reason: String,
}

pub(super) async fn page(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(shown): Query<Shown>,
) -> Result<Response> {
    let change = known_change(&app, &id).await?;
    let typed = Wish { state: change.state.clone(), reason: change.reason.clone() };
    let below = shown
        .below
        .split_once('_')
        .and_then(|(askers, id)| Some(Below { askers: askers.parse().ok()?, id: FeedbackId(id.parse().ok()?) }));
    let page = draw(&app, &viewer, &headers, change, (typed, Mistakes::default()), below).await?;
    Ok(flash::said(&headers, page))
}

async fn draw(
    app: &App,
    viewer: &Viewer,
    headers: &HeaderMap,
    change: Change,
    (typed, mistakes): (Wish, Mistakes),
    below: Option<Below>,
) -> Result<Response> {
    let mut db = app.engine.db.reader();
    let known = Known::read(app, viewer, headers).await?;
    let wanted = Wanted { change: Some(change.id), ..Wanted::default() };
    let mut rows = items::list(&mut db, &wanted, below, PAGE + 1).await?;
    let last = cut(&mut rows, PAGE).map(|last| format!("{}_{}", last.askers, last.id));
    let moved = |one: feedback_changes::Move| Moved {
        words: match one.state_before {
            None => format!("{}: it began so", state_words(&one.state)),
            Some(_) => state_words(&one.state).to_owned(),
        },
        reason: one.reason,
        by: known.member(one.by_user),
        at: one.at,
        is_undone: one.undone_at.is_some(),
    };
    let moves = feedback_changes::moves(&mut db, change.id, MOVES).await?.into_iter().map(moved).collect();
    let mut shell = app.shell(viewer, "feedback", change.title.clone(), Nav::Feedback).await?;
    shell.toast = flash::take(app, headers);
    let telling = telling::summary(app, &change).await?;
    let public = PublicView::read(app, &change).await?;
    let tracker = TrackerView::read(app, change.id).await?;
    let status = if mistakes.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = ChangePage {
        shell,
        href: change_href(change.id),
        title: change.title,
        words: change.words,
        state: state_words(&change.state),
        reason: change.reason,
        link: change.link,
        askers: askers_words(change.askers),
        moved_at: change.moved_at,
        items: rows.into_iter().map(ItemLine::from).collect(),
        older: last.map(|last| format!("{}?below={last}", change_href(change.id))),
        moves,
        choices: STATES.map(|name| (name.to_owned(), state_words(name).to_owned())).to_vec(),
        typed,
        mistakes,
        public,
        tracker,
        may_work: viewer.user.role.may(Permission::Converse),
        telling,
    };
    Ok((status, Html(page.render()?)).into_response())
}

pub(super) async fn move_to(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(id): Path<String>,
    Fields(wish): Fields<Wish>,
) -> Result<Response> {
    let change = known_change(&app, &id).await?;
    match feedback::move_to(&app.engine, viewer.user.id, change.id, &wish.state, &wish.reason).await {
        Ok(undo) => {
            let said = format!("It is {} now.", state_words(&wish.state).to_lowercase());
            Ok(done(&app, &viewer, &change_href(change.id), &said, Some(undo)))
        }
        Err(error) => draw(&app, &viewer, &headers, change, (wish, Mistakes::of(error)?), None).await,
    }
}
