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
use tertulia_engine::segments;
use tertulia_model::{Millis, Permission, PersonId};
use tertulia_store::{attributes, people};

const PAGE: i64 = 60;
/// Attributes that stand beside a name.
const BESIDE: [&str; 3] = ["segment", "plan", "region"];

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    q: String,
    before: String,
    segment: String,
}

struct PersonLine {
    id: PersonId,
    name: String,
    last_at: Millis,
    /// "3 messages"
    said: String,
    /// "Wholesale · Gold": what is known that tells them apart.
    beside: String,
}

#[derive(Template)]
#[template(path = "people/list.html")]
struct PeoplePage {
    shell: Shell,
    query: String,
    people: Vec<PersonLine>,
    /// Words, address, whether it is shown, 0.
    segments: Vec<(String, String, bool, i64)>,
    is_narrowed: bool,
    segment: String,
    older: Option<String>,
    /// Whether the viewer may erase somebody, and see what was erased.
    may_manage: bool,
}

/// How much of theirs is here.
pub(crate) fn said(messages: i64) -> String {
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
    let mut db = app.engine.db.reader();
    let rules = segments::rules_of(&mut db, wanted.segment.parse().ok()).await?;
    let mut found = people::list_of(&mut db, like, &rules, before, PAGE + 1).await?;
    let has_more = found.len() as i64 > PAGE;
    found.truncate(PAGE.unsigned_abs() as usize);
    let address = |before: &str, segment: &str| {
        let pairs = [("before", before), ("q", query.as_str()), ("segment", segment)];
        let said = pairs.into_iter().filter(|(_, value)| !value.is_empty());
        format!("/people?{}", url::form_urlencoded::Serializer::new(String::new()).extend_pairs(said).finish())
    };
    let older = found.last().filter(|_| has_more).map(|last| address(&last.id.to_string(), &wanted.segment));
    let ids: Vec<PersonId> = found.iter().map(|person| person.id).collect();
    let holding = attributes::holding(&mut db, &ids).await?;
    let beside = |person: PersonId| {
        let value = |name: &&str| holding.iter().find(|one| one.person_id == person && one.attribute == *name);
        BESIDE.iter().filter_map(value).map(|one| one.value.as_str()).collect::<Vec<_>>().join(" · ")
    };
    let line = |person: people::PersonRow| PersonLine {
        id: person.id,
        name: crate::inbox::whose(Some(&person.name)),
        last_at: person.last_at,
        said: said(person.messages),
        beside: beside(person.id),
    };
    let mut choices = crate::segments::choices(&app).await?;
    // Where none is kept there is nothing to choose.
    choices.retain(|(id, _)| !id.is_empty() || !wanted.segment.is_empty());
    let shown = |(id, words): (String, String)| (words, address("", &id), id == wanted.segment, 0);
    let segments = choices.into_iter().map(shown).collect();
    let shell = app.shell(&viewer, "people", "People", Nav::People).await?;
    let people = found.into_iter().map(line).collect();
    let may_manage = viewer.user.role.may(Permission::Manage);
    let (is_narrowed, segment) = (!rules.is_empty(), wanted.segment);
    Ok(Html(PeoplePage { shell, query, people, segments, is_narrowed, segment, older, may_manage }.render()?))
}
