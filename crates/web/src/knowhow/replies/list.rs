//! A member's saved replies and the team's.

use crate::{
    App, Result, Viewer,
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
use tertulia_engine::saved_replies;
use tertulia_model::Permission;
use tertulia_store::saved_replies::{SavedReply, TEAM};

/// Replies on one page.
const PAGE: i64 = 50;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Shown {
    q: String,
    /// Where the page before ended.
    below: String,
}

struct Line {
    href: String,
    title: String,
    body: String,
    is_ours: bool,
}

#[derive(Template)]
#[template(path = "knowhow/replies.html")]
struct RepliesPage {
    shell: Shell,
    query: String,
    lines: Vec<Line>,
    older: Option<String>,
    may_work: bool,
}

pub(crate) async fn page(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Query(shown): Query<Shown>,
) -> Result<Response> {
    let query = shown.q.trim().to_owned();
    let mut db = app.engine.db.reader();
    let member = viewer.user.id;
    let mut found = saved_replies::find(&mut db, member, &query, shown.below.parse().ok(), PAGE + 1).await?;
    let has_more = found.len() as i64 > PAGE;
    found.truncate(PAGE.unsigned_abs() as usize);
    let older = found.last().filter(|_| has_more).map(|last| {
        let below = last.id.to_string();
        let pairs = [("q", query.as_str()), ("below", below.as_str())];
        let said = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        format!("/know-how/replies?{said}")
    });
    let mut shell = app.shell(&viewer, "know-how", "Saved replies", Nav::KnowHow).await?;
    shell.toast = flash::take(&app, &headers);
    let line = |reply: SavedReply| Line {
        href: format!("/know-how/replies/{}", reply.id),
        title: reply.title,
        body: reply.body,
        is_ours: reply.owner_id == TEAM,
    };
    let page = RepliesPage {
        shell,
        query,
        lines: found.into_iter().map(line).collect(),
        older,
        may_work: viewer.user.role.may(Permission::Converse),
    };
    Ok(flash::said(&headers, Html(page.render()?).into_response()))
}
