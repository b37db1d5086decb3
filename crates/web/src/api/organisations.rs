//! Organisations, and who belongs to them.

use super::{
    extract::{Asked, Given, Id, Ids, cursor, invalid, limit},
    ident::Ident,
    shapes::Page,
};
use crate::{App, Result, Viewer, WebError};
use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use tertulia_engine::organisations as desk;
use tertulia_model::PersonId;
use tertulia_store::{organisations, person_merges};
use utoipa::{IntoParams, ToSchema};

const LONGEST: usize = 200;

/// A company or another body that people belong to.
#[derive(Serialize, ToSchema)]
pub(super) struct Organisation {
    id: Ident,
    #[schema(example = "Bean & Sons")]
    name: String,
    /// The one that it was merged into: who belongs to it counts there.
    merged_into: Option<Ident>,
    created_at: i64,
}

impl From<organisations::Organisation> for Organisation {
    fn from(one: organisations::Organisation) -> Self {
        Self {
            id: Ident(one.id),
            name: one.name,
            merged_into: one.merged_into.map(|_| Ident(one.root_id)),
            created_at: one.created_at,
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct OrganisationsQuery {
    /// A part of the name, in any case.
    #[param(max_length = 200)]
    q: Option<String>,
    /// Where the page before ended (`next`).
    cursor: Option<String>,
    /// How many, 1 to 100; 50 if it is left out.
    limit: Option<i64>,
}

/// Lists organisations
///
/// The newest first, but for those that were merged into another.
#[utoipa::path(
    get, path = "/api/v1/organisations", tag = "organisations", security(("key" = ["read"])), params(OrganisationsQuery),
    responses((status = 200, body = Page<Organisation>))
)]
pub(super) async fn list(
    State(app): State<App>,
    Asked(asked): Asked<OrganisationsQuery>,
) -> Result<Json<Page<Organisation>>> {
    let limit = limit(asked.limit)?;
    let below = cursor(asked.cursor.as_deref())?;
    let folded = asked.q.as_deref().map(desk::folded).filter(|text| !text.is_empty());
    if folded.as_ref().is_some_and(|like| like.chars().count() > LONGEST) {
        return Err(invalid("q", format!("Give at most {LONGEST} characters.")));
    }
    let rows = organisations::list(&mut app.engine.db.reader(), folded.as_deref(), below, limit + 1).await?;
    Ok(Json(Page::of(rows, limit, |row| row.id.to_string(), Organisation::from)))
}

async fn shown(app: &App, id: i64) -> Result<Json<Organisation>> {
    let found = organisations::get(&mut app.engine.db.reader(), id).await?;
    found.map(|one| Json(one.into())).ok_or_else(WebError::not_found)
}

/// Shows an organisation
#[utoipa::path(
    get, path = "/api/v1/organisations/{id}", tag = "organisations", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The organisation")),
    responses((status = 200, body = Organisation))
)]
pub(super) async fn one(State(app): State<App>, Id(id): Id) -> Result<Json<Organisation>> {
    shown(&app, id).await
}

/// Somebody who belongs to an organisation.
#[derive(Serialize, ToSchema)]
pub(super) struct OrganisationMember {
    id: Ident,
    name: String,
    /// Whether a member of the team said so; else a list of customers does.
    by_hand: bool,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct PeopleOfQuery {
    /// Where the page before ended (`next`).
    cursor: Option<String>,
    /// How many, 1 to 100; 50 if it is left out.
    limit: Option<i64>,
}

/// Lists an organisation's people
///
/// Those who were heard.
#[utoipa::path(
    get, path = "/api/v1/organisations/{id}/people", tag = "organisations", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The organisation"), PeopleOfQuery),
    responses((status = 200, body = Page<OrganisationMember>))
)]
pub(super) async fn people(
    State(app): State<App>,
    Id(id): Id,
    Asked(asked): Asked<PeopleOfQuery>,
) -> Result<Json<Page<OrganisationMember>>> {
    let limit = limit(asked.limit)?;
    let after = PersonId(cursor(asked.cursor.as_deref())?.unwrap_or(0));
    let mut db = app.engine.db.reader();
    let root = organisations::get(&mut db, id).await?.ok_or_else(WebError::not_found)?.root_id;
    let rows = organisations::people(&mut db, root, after, limit + 1).await?;
    let member =
        |one: organisations::Member| OrganisationMember { id: one.id.into(), name: one.name, by_hand: one.by_hand };
    Ok(Json(Page::of(rows, limit, |row| row.id.to_string(), member)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OrganisationName {
    #[schema(min_length = 1, max_length = 200, example = "Bean & Sons")]
    name: String,
}

/// Renames an organisation
#[utoipa::path(
    put, path = "/api/v1/organisations/{id}/name", tag = "organisations", security(("key" = ["manage"])),
    request_body = OrganisationName, params(("id" = Ident, Path, description = "The organisation")),
    responses((status = 200, body = Organisation))
)]
pub(super) async fn rename(
    State(app): State<App>,
    Id(id): Id,
    Given(body): Given<OrganisationName>,
) -> Result<Json<Organisation>> {
    desk::rename(&app.engine, id, &body.name).await?;
    shown(&app, id).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OrganisationInto {
    /// The one that stays.
    into: Ident,
}

/// Merges an organisation into another
#[utoipa::path(
    post, path = "/api/v1/organisations/{id}/merge", tag = "organisations", security(("key" = ["manage"])),
    request_body = OrganisationInto, params(("id" = Ident, Path, description = "The organisation")),
    responses((status = 200, body = Organisation))
)]
pub(super) async fn merge(
    State(app): State<App>,
    viewer: Viewer,
    Id(id): Id,
    Given(body): Given<OrganisationInto>,
) -> Result<Json<Organisation>> {
    desk::merge(&app.engine, viewer.user.id, id, body.into.0).await?;
    shown(&app, body.into.0).await
}

/// Parts an organisation from the one it was merged into
#[utoipa::path(
    post, path = "/api/v1/organisations/{id}/part", tag = "organisations", security(("key" = ["manage"])),
    params(("id" = Ident, Path, description = "The organisation")),
    responses((status = 200, body = Organisation))
)]
pub(super) async fn part(State(app): State<App>, Id(id): Id) -> Result<Json<Organisation>> {
    desk::part(&app.engine, id).await?;
    shown(&app, id).await
}

async fn of(app: &App, person: PersonId) -> Result<Json<Page<Organisation>>> {
    let mut db = app.engine.db.reader();
    let person = person_merges::standing_for(&mut db, person).await?.ok_or_else(WebError::not_found)?;
    let all = organisations::of_person(&mut db, person.id).await?;
    Ok(Json(Page::whole(all.into_iter().map(Organisation::from).collect())))
}

/// Lists a person's organisations
#[utoipa::path(
    get, path = "/api/v1/people/{id}/organisations", tag = "people", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The person")),
    responses((status = 200, body = Page<Organisation>))
)]
pub(super) async fn of_person(State(app): State<App>, Id(id): Id) -> Result<Json<Page<Organisation>>> {
    of(&app, PersonId(id)).await
}

/// Says that a person belongs to an organisation
///
/// It is made where none is called so.
#[utoipa::path(
    post, path = "/api/v1/people/{id}/organisations", tag = "people", security(("key" = ["manage"])),
    request_body = OrganisationName, params(("id" = Ident, Path, description = "The person")),
    responses((status = 200, body = Page<Organisation>))
)]
pub(super) async fn put_in(
    State(app): State<App>,
    viewer: Viewer,
    Id(id): Id,
    Given(body): Given<OrganisationName>,
) -> Result<Json<Page<Organisation>>> {
    desk::put_in(&app.engine, viewer.user.id, PersonId(id), &body.name).await?;
    of(&app, PersonId(id)).await
}

/// Says that a person does not belong to an organisation
#[utoipa::path(
    delete, path = "/api/v1/people/{id}/organisations/{organisation}", tag = "people", security(("key" = ["manage"])),
    params(("id" = Ident, Path, description = "The person"), ("organisation" = Ident, Path, description = "The organisation")),
    responses((status = 200, body = Page<Organisation>))
)]
pub(super) async fn take_out(
    State(app): State<App>,
    Ids(person, organisation): Ids,
) -> Result<Json<Page<Organisation>>> {
    desk::take_out(&app.engine, organisation, PersonId(person)).await?;
    of(&app, PersonId(person)).await
}
