//! All organisations.

use super::href;
use crate::{
    App, Result, Viewer,
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::{Query, State},
    response::Html,
};
use serde::Deserialize;
use tertulia_engine::organisations as desk;
use tertulia_store::organisations;

const PAGE: i64 = 60;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    q: String,
    before: String,
}

#[derive(Template)]
#[template(path = "organisations/list.html")]
struct ListPage {
    shell: Shell,
    query: String,
    /// Address and name.
    organisations: Vec<(String, String)>,
    older: Option<String>,
}

pub(super) async fn page(State(app): State<App>, viewer: Viewer, Query(wanted): Query<Wanted>) -> Result<Html<String>> {
    let query = wanted.q.trim().to_owned();
    let folded = desk::folded(&query);
    let like = Some(folded.as_str()).filter(|text| !text.is_empty());
    let before = wanted.before.parse().ok();
    let mut found = organisations::list(&mut app.engine.db.reader(), like, before, PAGE + 1).await?;
    let has_more = found.len() as i64 > PAGE;
    found.truncate(PAGE.unsigned_abs() as usize);
    let older = found.last().filter(|_| has_more).map(|last| {
        let pairs = [("before", last.id.to_string()), ("q", query.clone())];
        let said = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        format!("/organisations?{said}")
    });
    let page = ListPage {
        shell: app.shell(&viewer, "organisations", "Organisations", Nav::People).await?,
        query,
        organisations: found.into_iter().map(|one| (href(one.id), one.name)).collect(),
        older,
    };
    Ok(Html(page.render()?))
}
