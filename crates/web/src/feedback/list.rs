//! What people ask for, the most asked for first.

use super::{
    askers_words, change_href,
    changes::{WaitingLine, waiting},
    cut, href, state_words, title_words,
};
use crate::{
    App, Result, Viewer,
    inbox::flash,
    layout::{Nav, Shell},
    segments::{definition, weighted_words},
};
use askama::Template;
use axum::{
    extract::{Query, State},
    http::HeaderMap,
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;
use std::collections::BTreeMap;
use tertulia_engine::{
    feedback::{self, STATES},
    segments,
};
use tertulia_model::{FeedbackId, Permission};
use tertulia_store::feedback::{Below, Row, Wanted};

/// Items on one page.
const PAGE: i64 = 50;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Shown {
    q: String,
    /// `open`, or how the change stands; empty: all.
    state: String,
    /// Only what people of this segment ask for.
    segment: String,
    /// Where the page before ended: askers and id.
    below: String,
}

impl Shown {
    fn below(&self) -> Option<Below> {
        let (askers, id) = self.below.split_once('_')?;
        Some(Below { askers: askers.parse().ok()?, id: FeedbackId(id.parse().ok()?) })
    }

    /// The address of the list with one thing otherwise.
    fn with(&self, name: &str, value: &str) -> String {
        let all = [("q", self.q.trim()), ("state", self.state.as_str()), ("segment", self.segment.as_str())];
        let kept = all.into_iter().filter(|(other, _)| *other != name).chain([(name, value)]);
        let pairs: Vec<_> = kept.filter(|(_, value)| !value.is_empty()).collect();
        let said = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        if said.is_empty() { "/feedback".to_owned() } else { format!("/feedback?{said}") }
    }
}

pub(super) struct ItemLine {
    pub href: String,
    pub title: String,
    pub asked: String,
    pub askers: String,
    /// As many as would ask if those who ask were made up as the customers are, where that can be said.
    pub weighed: Option<String>,
    /// What is done about it: how it stands, what it is called, where it is.
    pub change: Option<(&'static str, String, String)>,
}

impl From<Row> for ItemLine {
    fn from(row: Row) -> Self {
        let state = state_words(row.state.as_deref().unwrap_or_default());
        Self {
            href: href(row.id),
            title: title_words(&row.title),
            asked: row.asked,
            askers: askers_words(row.askers),
            weighed: None,
            change: row.change_id.zip(row.change_title).map(|(id, title)| (state, title, change_href(id))),
        }
    }
}

#[derive(Template)]
#[template(path = "feedback/list.html")]
struct ListPage {
    shell: Shell,
    query: String,
    state: String,
    segment: String,
    filters: Vec<(&'static str, String, bool, i64)>,
    segments: Vec<(String, String, bool, i64)>,
    items: Vec<ItemLine>,
    /// What the weighted count is; empty where none is shown.
    definition: String,
    older: Option<String>,
    /// Changes of which a tracker says that they are done.
    waiting: Vec<WaitingLine>,
    may_work: bool,
}

pub(super) async fn page(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Query(shown): Query<Shown>,
) -> Result<Response> {
    let state = Some(shown.state.as_str()).filter(|state| *state == "open" || STATES.contains(state));
    let mut db = app.engine.db.reader();
    let rules = segments::rules_of(&mut db, shown.segment.parse().ok()).await?;
    let wanted = Wanted { state, segment: &rules, ..Wanted::default() };
    let mut rows = feedback::find(&mut db, &shown.q, wanted, shown.below(), PAGE + 1).await?;
    let last = cut(&mut rows, PAGE).map(|last| format!("{}_{}", last.askers, last.id));
    let (items, definition) = weighed(&app, rows).await?;
    let mut choices = crate::segments::choices(&app).await?;
    choices.retain(|(id, _)| !id.is_empty() || !shown.segment.is_empty());
    let segments = choices.into_iter().map(|(id, words)| (words, shown.with("segment", &id), id == shown.segment, 0));
    let segments = segments.collect();
    let one = |words, name: &str| (words, shown.with("state", name), state.unwrap_or_default() == name, 0);
    let mut filters = vec![one("All", ""), one("Open", "open")];
    filters.extend(STATES.map(|name| one(state_words(name), name)));
    let mut shell = app.shell(&viewer, "feedback", "Feedback", Nav::Feedback).await?;
    shell.toast = flash::take(&app, &headers);
    let page = ListPage {
        shell,
        filters,
        segments,
        definition,
        older: last.map(|last| shown.with("below", &last)),
        query: shown.q.trim().to_owned(),
        state: shown.state,
        segment: shown.segment,
        items,
        waiting: waiting(&app).await?,
        may_work: viewer.user.role.may(Permission::Converse),
    };
    Ok(flash::said(&headers, Html(page.render()?).into_response()))
}

/// Items with how many would ask for them if those who ask were made up as the customers are, and what that means.
async fn weighed(app: &App, rows: Vec<Row>) -> Result<(Vec<ItemLine>, String)> {
    let mut db = app.engine.db.reader();
    let weighing = segments::weighing(&mut db).await?;
    let ids: Vec<FeedbackId> = rows.iter().map(|row| row.id).collect();
    let weighed = match weighing.is_known() {
        true => segments::weigh(&mut db, &weighing, &ids).await?,
        false => BTreeMap::new(),
    };
    let line = |row: Row| {
        let words = weighted_words(weighed.get(&row.id).and_then(|(weighed, _)| *weighed));
        ItemLine { weighed: words, ..ItemLine::from(row) }
    };
    let definition = if weighing.is_known() { definition(&weighing) } else { String::new() };
    Ok((rows.into_iter().map(line).collect(), definition))
}
