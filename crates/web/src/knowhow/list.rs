//! All articles, the newest first; or those that fit what is searched for.

use super::{asked, href, language_words};
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
use tertulia_engine::knowhow::{self, Least};
use tertulia_model::Permission;
use tertulia_store::articles::{self, Article};

/// Articles on one page.
const PAGE: i64 = 50;
/// Questions that stand above them.
const ASKED: i64 = 5;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Shown {
    q: String,
    /// `archived`, or those that are not.
    state: String,
    /// Where the page before ended: topic and id.
    below: String,
}

impl Shown {
    fn below(&self) -> Option<(i64, i64)> {
        let (topic, id) = self.below.split_once('_')?;
        Some((topic.parse().ok()?, id.parse().ok()?))
    }
}

pub(super) struct Line {
    pub href: String,
    pub title: String,
    pub body: String,
    pub language: String,
}

impl From<Article> for Line {
    fn from(article: Article) -> Self {
        Self {
            href: href(article.id),
            language: language_words(&article.language),
            title: article.title,
            body: article.body,
        }
    }
}

#[derive(Template)]
#[template(path = "knowhow/list.html")]
struct ListPage {
    shell: Shell,
    query: String,
    is_archived: bool,
    filters: Vec<(&'static str, String, bool, i64)>,
    /// What is asked most without an article.
    asked: Vec<asked::Line>,
    lines: Vec<Line>,
    older: Option<String>,
    may_work: bool,
}

pub(super) async fn page(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Query(shown): Query<Shown>,
) -> Result<Response> {
    let is_archived = shown.state == "archived";
    let query = shown.q.trim().to_owned();
    let (mut found, mut older) = (Vec::new(), None);
    if query.is_empty() {
        let mut db = app.engine.db.reader();
        found = articles::list(&mut db, is_archived, shown.below(), PAGE + 1).await?;
        let has_more = found.len() as i64 > PAGE;
        found.truncate(PAGE.unsigned_abs() as usize);
        let state = if is_archived { "&state=archived" } else { "" };
        let last = found.last().filter(|_| has_more);
        older = last.map(|last| format!("/know-how?below={}_{}{state}", last.topic_id, last.id));
    } else {
        let most = PAGE.unsigned_abs() as usize;
        let mut db = app.engine.db.reader();
        let fitting = knowhow::fitting(&mut db, (&query, ""), "und", (Least::One, most)).await?;
        found.extend(fitting.into_iter().map(|found| found.article));
    }
    let is_first = query.is_empty() && !is_archived && shown.below.is_empty();
    let mut shell = app.shell(&viewer, "know-how", "Know-how", Nav::KnowHow).await?;
    shell.toast = flash::take(&app, &headers);
    let page = ListPage {
        shell,
        filters: vec![
            ("In use", "/know-how".to_owned(), !is_archived, 0),
            ("Archived", "/know-how?state=archived".to_owned(), is_archived, 0),
        ],
        asked: if is_first { asked::lines(&app, "open", None, ASKED).await?.0 } else { Vec::new() },
        query,
        is_archived,
        lines: found.into_iter().map(Line::from).collect(),
        older,
        may_work: viewer.user.role.may(Permission::Converse),
    };
    Ok(flash::said(&headers, Html(page.render()?).into_response()))
}
