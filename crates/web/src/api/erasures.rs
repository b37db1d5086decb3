//! One person's wish: all that is kept of them, as a file; or that nothing be kept.

use super::{
    extract::{Asked, Given, Id, cursor, invalid, limit},
    ident::Ident,
    shapes::{Page, Problem},
};
use crate::{App, Result, Viewer, WebError, inbox::whose, people};
use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tertulia_engine::erase;
use tertulia_model::PersonId;
use tertulia_store::{customers, erased};
use utoipa::{IntoParams, ToSchema};

/// Exports a person
///
/// All that is kept of them as one file (ZIP), to be given to them.
#[utoipa::path(
    get, path = "/api/v1/people/{id}/export", tag = "people", security(("key" = ["manage"])),
    params(("id" = Ident, Path, description = "The person")),
    responses((status = 200, description = "The file", body = super::shapes::File, content_type = "application/zip"))
)]
pub(super) async fn export(State(app): State<App>, Id(id): Id) -> Result<Response> {
    people::export(&app, PersonId(id)).await
}

/// What an erasure would take.
#[derive(Serialize, ToSchema)]
pub(super) struct ErasurePreview {
    /// Give it back to erase them.
    name: String,
    identities: usize,
    /// Messages of theirs, and of ours to them.
    written: usize,
    answers: usize,
    /// In which nobody else talks.
    conversations: usize,
    /// Items of Quarantine in which their address or account stands as a word.
    set_aside: usize,
    /// What channels left for later that is of their messages or names them.
    left_for_later: usize,
    /// Files on the disk out of which something goes.
    files: usize,
    /// Customers of lists who go along. Say of those who are somebody else that they are, first.
    customers: Vec<CustomerAlong>,
}

/// A customer of a list who has to do with somebody who is erased.
#[derive(Serialize, ToSchema)]
pub(super) struct CustomerAlong {
    id: Ident,
    name: String,
    /// The list that they stand in.
    list: String,
    /// That is who they are; else only an address is the same.
    is_known: bool,
}

impl From<erase::Along> for CustomerAlong {
    fn from(one: erase::Along) -> Self {
        Self { id: Ident(one.id), name: one.name, list: one.list, is_known: one.is_known }
    }
}

/// What an erasure of a customer would take.
#[derive(Serialize, ToSchema)]
pub(super) struct CustomerErasurePreview {
    /// Give it back to erase them.
    name: String,
    list: String,
    /// Addresses and accounts, and values, that the list gives.
    addresses: usize,
    values: usize,
    /// Messages of ours to an address that nobody else has.
    answers: usize,
    /// Items of Quarantine in which such an address stands as a word.
    set_aside: usize,
    /// Others of lists who have an address in common with them, and stay.
    others: Vec<CustomerAlong>,
}

/// Shows what an erasure of a customer would take
///
/// Of one who never wrote. Nothing is changed.
#[utoipa::path(
    get, path = "/api/v1/customers/{id}/erasure", tag = "customers", security(("key" = ["manage"])),
    params(("id" = Ident, Path, description = "The customer")),
    responses(
        (status = 200, body = CustomerErasurePreview),
        (status = 409, description = "They were heard: erase the person", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn preview_customer(State(app): State<App>, Id(id): Id) -> Result<Json<CustomerErasurePreview>> {
    let preview = erase::preview_customer(&app.engine, id).await?;
    Ok(Json(CustomerErasurePreview {
        name: preview.name,
        list: preview.list,
        addresses: preview.addresses,
        values: preview.values,
        answers: preview.answers,
        set_aside: preview.set_aside,
        others: preview.others.into_iter().map(CustomerAlong::from).collect(),
    }))
}

/// Erases a customer
///
/// One who never wrote, for good; keyed hashes keep lists from bringing them back. Who wrote is a person: erase that one, and
/// the customer goes along.
#[utoipa::path(
    post, path = "/api/v1/customers/{id}/erasure", tag = "customers", security(("key" = ["manage"])),
    request_body = Confirmation, params(("id" = Ident, Path, description = "The customer")),
    responses((status = 201, body = Erasure, headers(("Location" = String, description = "Where the report is"))))
)]
pub(super) async fn erase_customer(
    State(app): State<App>,
    viewer: Viewer,
    Id(id): Id,
    Given(body): Given<Confirmation>,
) -> Result<Response> {
    let known = customers::get(&mut app.engine.db.reader(), id).await?.ok_or_else(WebError::not_found)?;
    if !people::same_name(&body.name, &known.name) {
        return Err(invalid("name", "Give their name as it is shown. Nothing was erased."));
    }
    let report = erase::erase_customer(&app.engine, id, viewer.user.id).await?;
    let place = format!("/api/v1/erasures/{report}");
    Ok((StatusCode::CREATED, [(header::LOCATION, place)], shown(&app, report).await?).into_response())
}

/// Shows what an erasure would take
///
/// Nothing is changed.
#[utoipa::path(
    get, path = "/api/v1/people/{id}/erasure", tag = "people", security(("key" = ["manage"])),
    params(("id" = Ident, Path, description = "The person")),
    responses((status = 200, body = ErasurePreview))
)]
pub(super) async fn preview(State(app): State<App>, Id(id): Id) -> Result<Json<ErasurePreview>> {
    let preview = erase::preview(&app.engine, PersonId(id)).await?;
    Ok(Json(ErasurePreview {
        name: whose(Some(&preview.name)),
        identities: preview.identities,
        written: preview.written,
        answers: preview.answers,
        conversations: preview.conversations,
        set_aside: preview.set_aside,
        left_for_later: preview.errands,
        files: preview.blobs,
        customers: preview.customers.into_iter().map(CustomerAlong::from).collect(),
    }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Confirmation {
    /// Their name as it is shown, so that nobody is erased by a slip.
    #[schema(max_length = 1000, example = "Amina Haddad")]
    name: String,
}

/// The report of an erasure, without a word of theirs.
#[derive(Serialize, ToSchema)]
pub(super) struct Erasure {
    id: Ident,
    at: i64,
    by: Ident,
    /// Whether the disk is rid of it, too.
    finished: bool,
    /// What went where, what stays, what is out of reach, what still calls them by name (`named_in`), and the conversations
    /// with others that are open again, as an answer to them that went to the person, too, had not left yet
    /// (`answers_to_others_not_sent`). While it is not finished, `doing` says how far it is.
    #[schema(value_type = Object)]
    report: Value,
}

impl Erasure {
    fn of(found: erased::Report) -> Self {
        Self {
            id: Ident(found.id),
            at: found.at,
            by: found.by_user.into(),
            finished: found.sealed.is_none(),
            report: serde_json::from_str(&found.report).unwrap_or_default(),
        }
    }
}

async fn shown(app: &App, id: i64) -> Result<Json<Erasure>> {
    let found = erased::get_report(&mut app.engine.db.reader(), id).await?.ok_or_else(WebError::not_found)?;
    Ok(Json(Erasure::of(found)))
}

/// Erases a person
///
/// Everywhere, and for good; keyed hashes keep it from coming back. Once it is answered nothing of theirs is shown or found
/// any more. Their bytes leave the disk in the background: ask for the report until it is `finished`.
#[utoipa::path(
    post, path = "/api/v1/people/{id}/erasure", tag = "people", security(("key" = ["manage"])), request_body = Confirmation,
    params(("id" = Ident, Path, description = "The person")),
    responses((status = 201, body = Erasure, headers(("Location" = String, description = "Where the report is"))))
)]
pub(super) async fn erase(
    State(app): State<App>,
    viewer: Viewer,
    Id(id): Id,
    Given(body): Given<Confirmation>,
) -> Result<Response> {
    let name = erase::name_of(&app.engine, PersonId(id)).await?;
    if !people::same_name(&body.name, &whose(Some(&name))) {
        return Err(invalid("name", "Give their name as it is shown. Nothing was erased."));
    }
    let report = erase::erase(&app.engine, PersonId(id), viewer.user.id).await?;
    let place = format!("/api/v1/erasures/{report}");
    Ok((StatusCode::CREATED, [(header::LOCATION, place)], shown(&app, report).await?).into_response())
}

/// Shows the report of an erasure
#[utoipa::path(
    get, path = "/api/v1/erasures/{id}", tag = "people", security(("key" = ["manage"])),
    params(("id" = Ident, Path, description = "The report")),
    responses((status = 200, body = Erasure))
)]
pub(super) async fn report(State(app): State<App>, Id(id): Id) -> Result<Json<Erasure>> {
    shown(&app, id).await
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ErasuresQuery {
    /// Where the page before ended (`next`).
    cursor: Option<String>,
    /// How many, 1 to 100; 50 if it is left out.
    limit: Option<i64>,
}

/// Lists erasures
///
/// Each with its report, newest first.
#[utoipa::path(
    get, path = "/api/v1/erasures", tag = "people", security(("key" = ["manage"])), params(ErasuresQuery),
    responses((status = 200, body = Page<Erasure>))
)]
pub(super) async fn list(State(app): State<App>, Asked(asked): Asked<ErasuresQuery>) -> Result<Json<Page<Erasure>>> {
    let limit = limit(asked.limit)?;
    let below = cursor(asked.cursor.as_deref())?;
    let rows = erased::reports(&mut app.engine.db.reader(), below, limit + 1).await?;
    Ok(Json(Page::of(rows, limit, |row| row.id.to_string(), Erasure::of)))
}
