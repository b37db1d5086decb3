//! The roadmap by how changes stand, one change by itself, and what was done.

use super::{Card, Frame, Open, cache, open, public};
use crate::{App, Result, WebError, feedback::cut, state::Peer};
use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::HeaderMap,
    response::Response,
};
use serde::Deserialize;
use tertulia_model::{ChangeId, Millis};
use tertulia_store::roadmap::{self, Shown};

/// Changes of one part of the page; of a part that is shown alone.
const PART: i64 = 20;
const PAGE: i64 = 50;

const HTML: &str = "text/html; charset=utf-8";

/// Every part: what is to come first.
const PARTS: [(&str, &str, &str); 4] = [
    ("planned", "Planned", "We will do this."),
    ("considering", "Considering", "We think about it. More voices help us to decide."),
    ("done", "Done lately", ""),
    ("declined", "Declined", "We will not do this, and say why."),
];

struct Part {
    name: &'static str,
    words: &'static str,
    says: &'static str,
    cards: Vec<Card>,
    more: Option<String>,
}

#[derive(Template)]
#[template(path = "roadmap/board.html")]
struct BoardPage {
    frame: Frame,
    introduction: String,
    parts: Vec<Part>,
    /// One part alone.
    is_alone: bool,
    is_empty: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Shows {
    /// One part alone.
    state: String,
    /// Where the page before ended: when it was moved, and its id.
    below: String,
}

impl Shows {
    fn place(&self) -> Option<(Millis, ChangeId)> {
        let (at, id) = self.below.split_once('_')?;
        Some((at.parse().ok()?, ChangeId(id.parse().ok()?)))
    }
}

fn after(last: &Shown) -> String {
    format!("{}_{}", last.moved_at, last.id)
}

fn cards(rows: Vec<Shown>, open: &Open) -> Vec<Card> {
    rows.into_iter().map(|shown| Card::of(shown, open)).collect()
}

pub(super) async fn page(
    State(app): State<App>,
    peer: Peer,
    headers: HeaderMap,
    Query(shows): Query<Shows>,
) -> Result<Response> {
    let open = open(&app, peer, &headers).await?;
    let alone = PARTS.map(|(name, ..)| name).into_iter().find(|name| *name == shows.state);
    let mut db = app.engine.db.reader();
    let mut parts = Vec::new();
    for (name, words, says) in PARTS.into_iter().filter(|part| alone.is_none_or(|alone| alone == part.0)) {
        let (most, below) = if alone.is_some() { (PAGE, shows.place()) } else { (PART, None) };
        let mut rows = roadmap::list(&mut db, name, below, most + 1).await?;
        let more = cut(&mut rows, most).map(|last| match (alone, name) {
            (None, "done") => "/changelog".to_owned(),
            (None, _) => format!("/roadmap?state={name}"),
            (Some(_), _) => format!("/roadmap?state={name}&below={}", after(last)),
        });
        parts.push(Part { name, words, says, cards: cards(rows, &open), more });
    }
    let page = BoardPage {
        frame: open.frame(&app, "Roadmap", "roadmap"),
        introduction: open.look.introduction,
        is_empty: parts.iter().all(|part| part.cards.is_empty()),
        parts,
        is_alone: alone.is_some(),
    };
    Ok(public(cache::answer(&headers, HTML, page.render()?, None)))
}

#[derive(Template)]
#[template(path = "roadmap/change.html")]
struct ChangePage {
    frame: Frame,
    card: Card,
}

pub(super) async fn one(
    State(app): State<App>,
    peer: Peer,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response> {
    let open = open(&app, peer, &headers).await?;
    let id = id.parse().map(ChangeId).map_err(|_| WebError::not_found())?;
    let shown = roadmap::shown(&mut app.engine.db.reader(), id).await?.ok_or_else(WebError::not_found)?;
    let page = ChangePage { frame: open.frame(&app, shown.title.clone(), "roadmap"), card: Card::of(shown, &open) };
    Ok(public(cache::answer(&headers, HTML, page.render()?, None)))
}

#[derive(Template)]
#[template(path = "roadmap/changelog.html")]
struct ChangelogPage {
    frame: Frame,
    cards: Vec<Card>,
    is_first: bool,
    older: Option<String>,
}

pub(super) async fn changelog(
    State(app): State<App>,
    peer: Peer,
    headers: HeaderMap,
    Query(shows): Query<Shows>,
) -> Result<Response> {
    let open = open(&app, peer, &headers).await?;
    let below = shows.place();
    let mut rows = roadmap::list(&mut app.engine.db.reader(), "done", below, PAGE + 1).await?;
    let older = cut(&mut rows, PAGE).map(|last| format!("/changelog?below={}", after(last)));
    let page = ChangelogPage {
        frame: open.frame(&app, "What changed", "changelog"),
        cards: cards(rows, &open),
        is_first: below.is_none(),
        older,
    };
    Ok(public(cache::answer(&headers, HTML, page.render()?, None)))
}
