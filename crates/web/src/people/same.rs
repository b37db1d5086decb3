//! Two who are one: looked for by name, seen side by side before anything moves, and parted again at any time.

use super::ask::{self, AskedView};
use crate::{
    App, Result, Viewer, WebError,
    access::form::{Fields, Mistakes},
    inbox::{IdentityView, flash, id, identity_views, whose},
    layout::{Nav, Shell, ToastView},
};
use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use tertulia_engine::people::{self as desk, Side};
use tertulia_model::{Millis, PersonId};
use tertulia_store::{people, person_merges};

/// Names shown for one search; whoever has more of them types more of the name.
const MOST_FOUND: i64 = 20;
/// Merges shown on a person's page.
const MOST_PARTS: i64 = 50;

struct Candidate {
    href: String,
    name: String,
    said: String,
    /// It was decided before that they are not the same.
    is_apart: bool,
}

#[derive(Template)]
#[template(path = "people/same.html")]
struct SamePage {
    shell: Shell,
    id: PersonId,
    name: String,
    query: String,
    found: Vec<Candidate>,
    has_more: bool,
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
    Path(person): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response> {
    let person: PersonId = id(&person)?;
    let mut db = app.engine.db.reader();
    let known = people::get(&mut db, person).await?.ok_or_else(WebError::not_found)?;
    if let Some(there) = moved_to(&app, person).await? {
        return Ok(there);
    }
    let name = whose(Some(&known.name));
    let query = wanted.q.trim().to_owned();
    // One more than is shown, and the person themselves among them.
    let mut found =
        people::list(&mut db, Some(&query).filter(|q| !q.is_empty()).map(String::as_str), None, MOST_FOUND + 2).await?;
    found.retain(|row| row.id != person);
    let has_more = found.len() as i64 > MOST_FOUND;
    found.truncate(MOST_FOUND.unsigned_abs() as usize);
    let apart = person_merges::apart_from(&mut db, person).await?;
    let candidate = |row: people::PersonRow| Candidate {
        href: format!("/people/{person}/same/{}", row.id),
        said: super::list::said(row.messages),
        is_apart: apart.contains(&row.id),
        name: whose(Some(&row.name)),
    };
    let found = found.into_iter().map(candidate).collect();
    let shell = app.shell(&viewer, "person", "The same person", Nav::People).await?;
    Ok(Html(SamePage { shell, id: person, name, query, found, has_more }.render()?).into_response())
}

struct SideView {
    id: PersonId,
    name: String,
    identities: Vec<IdentityView>,
    first_heard: Option<Millis>,
    said: String,
    conversations: String,
}

#[derive(Template)]
#[template(path = "people/merge.html")]
struct MergePage {
    shell: Shell,
    into: SideView,
    from: SideView,
    called: String,
    is_apart: bool,
    /// What they were asked themselves.
    asked: Vec<AskedView>,
    can_ask: bool,
    mistakes: Mistakes,
}

async fn page(
    app: &App,
    viewer: &Viewer,
    (into, from): (PersonId, PersonId),
    (name, toast): (Option<&str>, Option<ToastView>),
    mistakes: Mistakes,
) -> Result<Html<String>> {
    let (from, into) = desk::preview(&app.engine, from, into).await?;
    let apart = person_merges::apart_from(&mut app.engine.db.reader(), into.person.id).await?;
    let pair = (into.person.id, from.person.id);
    let mut shell = app.shell(viewer, "person", "The same person", Nav::People).await?;
    shell.toast = toast;
    let page = MergePage {
        shell,
        called: name.map_or_else(|| best_name(&into, &from), str::to_owned),
        is_apart: apart.contains(&from.person.id),
        asked: ask::asked(app, pair).await?,
        can_ask: !desk::choices(&app.engine, pair).await?.is_empty(),
        into: side(app, &into),
        from: side(app, &from),
        mistakes,
    };
    Ok(Html(page.render()?))
}

/// A name that somebody gave goes before one that was made from an address.
fn best_name(into: &Side, from: &Side) -> String {
    let is_given =
        |side: &Side| side.identities.iter().any(|identity| identity.name.as_deref() == Some(&side.person.name));
    let side = if !is_given(into) && is_given(from) { from } else { into };
    side.person.name.clone()
}

fn side(app: &App, side: &Side) -> SideView {
    SideView {
        id: side.person.id,
        name: whose(Some(&side.person.name)),
        identities: identity_views(app, &side.identities),
        first_heard: side.first_heard,
        said: super::list::said(side.messages),
        conversations: match side.conversations {
            0 => "no conversation".to_owned(),
            1 => "1 conversation".to_owned(),
            n if n >= desk::MOST_TOLD => format!("{n} conversations or more"),
            n => format!("{n} conversations"),
        },
    }
}

/// Side by side, and what would be of them.
pub(super) async fn preview(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path((into, from)): Path<(String, String)>,
) -> Result<Response> {
    let toast = flash::take(&app, &headers);
    let page = page(&app, &viewer, (id(&into)?, id(&from)?), (None, toast), Mistakes::default()).await?;
    Ok(flash::said(&headers, page.into_response()))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Merged {
    name: String,
}

pub(super) async fn merge(
    State(app): State<App>,
    viewer: Viewer,
    Path((into, from)): Path<(String, String)>,
    Fields(form): Fields<Merged>,
) -> Result<Response> {
    let (into, from): (PersonId, PersonId) = (id(&into)?, id(&from)?);
    let evidence = desk::evidence(&app.engine, (into, from)).await?;
    match desk::merge(&app.engine, viewer.user.id, (from, into), &form.name, &evidence).await {
        Ok(merge) => {
            let undo = Some(format!("/people/{into}/part/{merge}"));
            Ok(flash::redirect(&app, &format!("/people/{into}"), "They are one person now.", undo))
        }
        Err(error) => {
            let mistakes = Mistakes::of(error)?;
            let page = page(&app, &viewer, (into, from), (Some(form.name.as_str()), None), mistakes).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

/// Undoes a merge, at once or long after.
pub(super) async fn part(
    State(app): State<App>,
    viewer: Viewer,
    Path((_, merge)): Path<(String, String)>,
) -> Result<Response> {
    let merge = merge.parse().map_err(|_| WebError::not_found())?;
    let alone = desk::part(&app.engine, viewer.user.id, merge).await?;
    Ok(flash::redirect(&app, &format!("/people/{alone}"), "They are two again, each with what they said.", None))
}

/// They are not the same: remembered.
pub(super) async fn apart(
    State(app): State<App>,
    viewer: Viewer,
    Path((person, other)): Path<(String, String)>,
) -> Result<Response> {
    let (person, other): (PersonId, PersonId) = (id(&person)?, id(&other)?);
    desk::apart(&app.engine, viewer.user.id, (person, other), true).await?;
    let undo = Some(format!("/people/{person}/apart/{other}/undo"));
    Ok(flash::redirect(&app, &format!("/people/{person}"), "It is remembered that they are two.", undo))
}

pub(super) async fn apart_undo(
    State(app): State<App>,
    viewer: Viewer,
    Path((person, other)): Path<(String, String)>,
) -> Result<Response> {
    let (person, other): (PersonId, PersonId) = (id(&person)?, id(&other)?);
    desk::apart(&app.engine, viewer.user.id, (person, other), false).await?;
    Ok(flash::redirect(&app, &format!("/people/{person}"), "It is open again whether they are one.", None))
}

/// One who is part of the person on the page.
pub(super) struct PartView {
    pub merge: i64,
    pub name: String,
    pub why: String,
    pub at: Millis,
    pub by: String,
}

pub(super) async fn parts(app: &App, person: PersonId) -> Result<Vec<PartView>> {
    let parts = person_merges::parts(&mut app.engine.db.reader(), person, MOST_PARTS).await?;
    let view = |part: person_merges::PartRow| PartView {
        merge: part.id,
        name: whose(Some(&part.name)),
        why: part.evidence,
        at: part.at,
        by: part.by_name.unwrap_or_else(|| "somebody who is gone".to_owned()),
    };
    Ok(parts.into_iter().map(view).collect())
}

/// Whoever follows an older link to somebody who is part of another comes to that one.
pub(super) async fn moved_to(app: &App, person: PersonId) -> Result<Option<Response>> {
    let into = person_merges::part_of(&mut app.engine.db.reader(), person).await?;
    Ok(into.map(|into| Redirect::to(&format!("/people/{into}")).into_response()))
}
