//! Everybody who was heard, by name or handle.

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
use tertulia_model::{Millis, Permission, PersonId};
use tertulia_store::people;

const PAGE: i64 = 60;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    q: String,
    before: String,
}

struct PersonLine {
    id: PersonId,
    name: String,
    last_at: Millis,
    /// "3 messages"
    said: String,
}

#[derive(Template)]
#[template(path = "people/list.html")]
struct PeoplePage {
    shell: Shell,
    query: String,
    people: Vec<PersonLine>,
    older: Option<String>,
    /// Whether the viewer may erase somebody, and see what was erased.
    may_manage: bool,
}

/// How much of theirs is here.
pub(super) fn said(messages: i64) -> String {
    match messages {
        0 => "said nothing that is still here".to_owned(),
        1 => "1 message".to_owned(),
        n => format!("{n} messages"),
    }
}

pub(crate) async fn page(State(app): State<App>, viewer: Viewer, Query(wanted): Query<Wanted>) -> Result<Html<String>> {
    let query = wanted.q.trim().to_owned();
    let before = wanted.before.parse().ok();
    let like = Some(query.as_str()).filter(|text| !text.is_empty());
    let mut found = people::list(&mut app.engine.db.reader(), like, before, PAGE + 1).await?;
    let has_more = found.len() as i64 > PAGE;
    found.truncate(PAGE.unsigned_abs() as usize);
    let older = found.last().filter(|_| has_more).map(|last| {
        let pairs = [("before", last.id.to_string()), ("q", query.clone())];
        let said = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        format!("/people?{said}")
    });
    let line = |person: people::PersonRow| PersonLine {
        id: person.id,
        name: crate::inbox::whose(Some(&person.name)),
        last_at: person.last_at,
        said: said(person.messages),
    };
    let shell = app.shell(&viewer, "people", "People", Nav::People).await?;
    let people = found.into_iter().map(line).collect();
    let may_manage = viewer.user.role.may(Permission::Manage);
    Ok(Html(PeoplePage { shell, query, people, older, may_manage }.render()?))
}
