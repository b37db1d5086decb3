//! What members say of organisations: who belongs to them, what they are called, which are one.

use super::{href, known};
use crate::{
    App, Result, Viewer,
    access::form::Fields,
    customers::undo::{Act, done},
    inbox::id as id_of,
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::{Path, Query, State},
    response::{Html, Response},
};
use serde::Deserialize;
use tertulia_engine::organisations as desk;
use tertulia_model::PersonId;
use tertulia_store::organisations;

/// Names shown for one search.
const MOST_FOUND: i64 = 20;

#[derive(Deserialize)]
pub(super) struct Named {
    name: String,
}

pub(super) async fn rename(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    Fields(form): Fields<Named>,
) -> Result<Response> {
    let organisation = known(&app, &id).await?;
    let undo = desk::rename(&app.engine, organisation.id, &form.name).await?;
    Ok(done(&app, &viewer, &href(organisation.id), "It is called so now.", Some(Act::Organisation(undo))))
}

pub(super) async fn put_in(
    State(app): State<App>,
    viewer: Viewer,
    Path(person): Path<String>,
    Fields(form): Fields<Named>,
) -> Result<Response> {
    let person: PersonId = id_of(&person)?;
    let (_, undo) = desk::put_in(&app.engine, viewer.user.id, person, &form.name).await?;
    let said = if undo.is_some() { "They belong to it." } else { "They belong to it already." };
    Ok(done(&app, &viewer, &format!("/people/{person}"), said, undo.map(Act::Organisation)))
}

#[derive(Deserialize)]
pub(super) struct Left {
    #[serde(default)]
    back: String,
}

pub(super) async fn take_out(
    State(app): State<App>,
    viewer: Viewer,
    Path((id, person)): Path<(String, String)>,
    Fields(form): Fields<Left>,
) -> Result<Response> {
    let (organisation, person) = (known(&app, &id).await?, id_of::<PersonId>(&person)?);
    let undo = desk::take_out(&app.engine, organisation.id, person).await?;
    let to = if form.back == "person" { format!("/people/{person}") } else { href(organisation.root_id) };
    Ok(done(&app, &viewer, &to, "They do not belong to it any more.", Some(Act::Organisation(undo))))
}

#[derive(Template)]
#[template(path = "organisations/same.html")]
struct SamePage {
    shell: Shell,
    id: i64,
    href: String,
    title: String,
    query: String,
    /// Number, name, how many.
    found: Vec<(i64, String, String)>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    q: String,
}

/// Looks for the other one.
pub(super) async fn look(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Html<String>> {
    let organisation = known(&app, &id).await?;
    let query = wanted.q.trim().to_owned();
    let folded = desk::folded(&query);
    let like = Some(folded.as_str()).filter(|text| !text.is_empty());
    let mut db = app.engine.db.reader();
    let mut found = Vec::new();
    for one in organisations::list(&mut db, like, None, MOST_FOUND + 1).await? {
        if one.id == organisation.id {
            continue;
        }
        let (people, customers) = organisations::counts(&mut db, one.id).await?;
        found.push((one.id, one.name, format!("{people} who wrote, {customers} in your lists")));
    }
    let page = SamePage {
        shell: app.shell(&viewer, "organisation", "The same organisation", Nav::People).await?,
        id: organisation.id,
        href: href(organisation.id),
        title: organisation.name,
        query,
        found,
    };
    Ok(Html(page.render()?))
}

pub(super) async fn merge(
    State(app): State<App>,
    viewer: Viewer,
    Path((id, into)): Path<(String, String)>,
) -> Result<Response> {
    let (from, into) = (known(&app, &id).await?, known(&app, &into).await?);
    let undo = desk::merge(&app.engine, viewer.user.id, from.id, into.id).await?;
    let said = "The two are one now, with everybody who belongs to them.";
    Ok(done(&app, &viewer, &href(into.id), said, Some(Act::Organisation(undo))))
}

pub(super) async fn part(
    State(app): State<App>,
    viewer: Viewer,
    Path((id, part)): Path<(String, String)>,
) -> Result<Response> {
    known(&app, &id).await?;
    let part: i64 = id_of(&part)?;
    desk::part(&app.engine, part).await?;
    Ok(done(&app, &viewer, &href(part), "It is by itself again.", None))
}
