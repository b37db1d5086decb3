//! Customers, and the lists that bring them.

use super::{
    extract::{Asked, Given, Id, Ids, cursor, invalid, limit},
    ident::Ident,
    shapes::Page,
};
use crate::{App, Result, Viewer, WebError, import};
use axum::{
    Json,
    body::Body,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tertulia_connector::times::TimeFormat;
use tertulia_engine::{
    amounts::Written,
    customers::{self as desk, Mapping, New},
};
use tertulia_model::{BlobRange, PersonId};
use tertulia_store::{
    attributes,
    customer_runs::{self, Run},
    customers,
};
use utoipa::{IntoParams, ToSchema};

const LONGEST: usize = 200;

/// Somebody whom a list names.
#[derive(Serialize, ToSchema)]
pub(super) struct Customer {
    id: Ident,
    name: String,
    /// The list that they stand in.
    list: String,
    /// Their number in the list.
    external_id: Option<String>,
    organisation_id: Option<Ident>,
    /// Who they are among those who were heard.
    person_id: Option<Ident>,
    /// How that is known: `none` (nobody with their addresses was heard), `said` (they say so), `confirmed` (by the link in a
    /// mail), `doubtful` (then nobody) or `member` (a member said so).
    tie: String,
    /// What the list says, by the attribute's name.
    attributes: BTreeMap<String, String>,
    /// Since when they stand in the list no more.
    left_at: Option<i64>,
    created_at: i64,
    changed_at: i64,
}

async fn shown(app: &App, rows: Vec<customers::Customer>) -> Result<Vec<Customer>> {
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let stated = attributes::of_customers(&mut app.engine.db.reader(), &ids).await?;
    let own = |id: i64| {
        let theirs = stated.iter().filter(move |one| one.customer_id == Some(id));
        theirs.map(|one| (one.attribute.clone(), one.value.clone())).collect()
    };
    let customer = |row: customers::Customer| Customer {
        attributes: own(row.id),
        id: Ident(row.id),
        name: row.name,
        list: row.list,
        external_id: row.external_id,
        organisation_id: row.organisation_id.map(Ident),
        person_id: row.person_id.map(Ident::from),
        tie: row.tie,
        left_at: row.left_at,
        created_at: row.created_at,
        changed_at: row.changed_at,
    };
    Ok(rows.into_iter().map(customer).collect())
}

/// How it is known who somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Tie {
    None,
    Said,
    Confirmed,
    Doubtful,
    Member,
}

impl Tie {
    fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Said => "said",
            Self::Confirmed => "confirmed",
            Self::Doubtful => "doubtful",
            Self::Member => "member",
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct CustomersQuery {
    /// A part of the name, in any case.
    #[param(max_length = 200)]
    q: Option<String>,
    /// Only those of whom it is known so.
    #[param(inline)]
    tie: Option<Tie>,
    /// Those who stand in no list any more, instead of those who do.
    left: Option<bool>,
    /// Where the page before ended (`next`).
    cursor: Option<String>,
    /// How many, 1 to 100; 50 if it is left out.
    limit: Option<i64>,
}

/// Lists customers
///
/// The newest first, also those who never wrote.
#[utoipa::path(
    get, path = "/api/v1/customers", tag = "customers", security(("key" = ["read"])), params(CustomersQuery),
    responses((status = 200, body = Page<Customer>))
)]
pub(super) async fn list(State(app): State<App>, Asked(asked): Asked<CustomersQuery>) -> Result<Json<Page<Customer>>> {
    let limit = limit(asked.limit)?;
    let below = cursor(asked.cursor.as_deref())?;
    let like = asked.q.as_deref().map(str::trim).filter(|like| !like.is_empty());
    if like.is_some_and(|like| like.chars().count() > LONGEST) {
        return Err(invalid("q", format!("Give at most {LONGEST} characters.")));
    }
    let wanted = customers::Wanted { like, tie: asked.tie.map(Tie::as_str), left: asked.left.unwrap_or(false) };
    let rows = customers::list(&mut app.engine.db.reader(), wanted, below, limit + 1).await?;
    let page = Page::of(rows, limit, |row| row.id.to_string(), |row| row);
    Ok(Json(Page { items: shown(&app, page.items).await?, next: page.next }))
}

/// Shows a customer
#[utoipa::path(
    get, path = "/api/v1/customers/{id}", tag = "customers", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The customer")),
    responses((status = 200, body = Customer))
)]
pub(super) async fn one(State(app): State<App>, Id(id): Id) -> Result<Json<Customer>> {
    let row = customers::get(&mut app.engine.db.reader(), id).await?;
    let mut shown = shown(&app, row.into_iter().collect()).await?;
    shown.pop().map(Json).ok_or_else(WebError::not_found)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Same {
    /// Whether the customer is this person.
    is_same: bool,
}

/// Says whether a customer is a person
#[utoipa::path(
    put, path = "/api/v1/customers/{id}/people/{person}", tag = "customers", security(("key" = ["manage"])), request_body = Same,
    params(("id" = Ident, Path, description = "The customer"), ("person" = Ident, Path, description = "The person")),
    responses((status = 200, body = Customer))
)]
pub(super) async fn say(
    State(app): State<App>,
    viewer: Viewer,
    Ids(id, person): Ids,
    Given(body): Given<Same>,
) -> Result<Json<Customer>> {
    desk::say(&app.engine, viewer.user.id, (id, PersonId(person)), Some(body.is_same)).await?;
    one(State(app), Id(id)).await
}

/// Says no more whether a customer is a person
#[utoipa::path(
    delete, path = "/api/v1/customers/{id}/people/{person}", tag = "customers", security(("key" = ["manage"])),
    params(("id" = Ident, Path, description = "The customer"), ("person" = Ident, Path, description = "The person")),
    responses((status = 200, body = Customer))
)]
pub(super) async fn unsay(State(app): State<App>, viewer: Viewer, Ids(id, person): Ids) -> Result<Json<Customer>> {
    desk::say(&app.engine, viewer.user.id, (id, PersonId(person)), None).await?;
    one(State(app), Id(id)).await
}

/// A list on its way in, and what came of it.
#[derive(Serialize, ToSchema)]
pub(super) struct CustomerList {
    id: Ident,
    /// What the list is called.
    list: String,
    /// The file's name.
    name: String,
    /// `waiting`, `running`, `done`, `stopped` or `failed`.
    state: String,
    bytes: i64,
    /// How many rows were read.
    rows: i64,
    added: i64,
    changed: i64,
    /// As they were before.
    same: i64,
    /// Rows that were not taken.
    wrong: i64,
    /// Who stands in it no more and was marked as one who left.
    left: i64,
    error: Option<String>,
    created_at: i64,
    finished_at: Option<i64>,
}

impl From<Run> for CustomerList {
    fn from(run: Run) -> Self {
        Self {
            id: Ident(run.id),
            list: run.list,
            name: run.name,
            state: run.state,
            bytes: run.size,
            rows: run.position,
            added: run.added,
            changed: run.changed,
            same: run.same,
            wrong: run.wrong,
            left: run.gone,
            error: run.error,
            created_at: run.created_at,
            finished_at: run.finished_at,
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListsQuery {
    /// Where the page before ended (`next`).
    cursor: Option<String>,
    /// How many, 1 to 100; 50 if it is left out.
    limit: Option<i64>,
}

/// Lists the lists of customers that were brought in
///
/// Newest first.
#[utoipa::path(
    get, path = "/api/v1/customer-lists", tag = "customers", security(("key" = ["read"])), params(ListsQuery),
    responses((status = 200, body = Page<CustomerList>))
)]
pub(super) async fn lists(State(app): State<App>, Asked(asked): Asked<ListsQuery>) -> Result<Json<Page<CustomerList>>> {
    let limit = limit(asked.limit)?;
    let below = cursor(asked.cursor.as_deref())?;
    let rows = customer_runs::all(&mut app.engine.db.reader(), below, limit + 1).await?;
    Ok(Json(Page::of(rows, limit, |row| row.id.to_string(), CustomerList::from)))
}

async fn run(app: &App, id: i64) -> Result<Json<CustomerList>> {
    let run = customer_runs::get(&mut app.engine.db.reader(), id).await?;
    run.map(|run| Json(run.into())).ok_or_else(WebError::not_found)
}

/// Shows a list of customers that was brought in
#[utoipa::path(
    get, path = "/api/v1/customer-lists/{id}", tag = "customers", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The list")),
    responses((status = 200, body = CustomerList))
)]
pub(super) async fn list_one(State(app): State<App>, Id(id): Id) -> Result<Json<CustomerList>> {
    run(&app, id).await
}

/// A row that was not taken.
#[derive(Serialize, ToSchema)]
pub(super) struct WrongRow {
    /// The line of the file at which it begins.
    line: i64,
    reason: String,
}

/// Lists the rows of a list that were not taken
#[utoipa::path(
    get, path = "/api/v1/customer-lists/{id}/wrong", tag = "customers", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The list"), ListsQuery),
    responses((status = 200, body = Page<WrongRow>))
)]
pub(super) async fn wrong(
    State(app): State<App>,
    Id(id): Id,
    Asked(asked): Asked<ListsQuery>,
) -> Result<Json<Page<WrongRow>>> {
    let limit = limit(asked.limit)?;
    let after = cursor(asked.cursor.as_deref())?.unwrap_or(0);
    let mut db = app.engine.db.reader();
    customer_runs::get(&mut db, id).await?.ok_or_else(WebError::not_found)?;
    let rows = customer_runs::wrong(&mut db, id, after, limit + 1).await?;
    let row = |(line, reason): (i64, String)| WrongRow { line, reason };
    Ok(Json(Page::of(rows, limit, |(line, _)| line.to_string(), row)))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListFileQuery {
    /// The file's name.
    #[param(max_length = 200, example = "customers.csv")]
    name: String,
}

/// A table that was sent and looked at.
#[derive(Serialize, ToSchema)]
pub(super) struct CustomerFile {
    /// Give it back to bring the list in.
    file: String,
    columns: Vec<String>,
    /// What the columns seem to mean.
    suggested: BTreeMap<String, String>,
}

/// Sends a table of customers
///
/// As it is (CSV). Nothing is taken from it before it is started.
#[utoipa::path(
    post, path = "/api/v1/customer-lists/files", tag = "customers", security(("key" = ["manage"])), params(ListFileQuery),
    request_body(content = super::shapes::File, content_type = "application/octet-stream"),
    responses(
        (status = 201, body = CustomerFile),
        (status = 413, description = "Too large", body = super::shapes::Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn send(State(app): State<App>, Asked(asked): Asked<ListFileQuery>, body: Body) -> Result<Response> {
    if asked.name.chars().count() > LONGEST {
        return Err(invalid("name", format!("Keep the name below {LONGEST} characters.")));
    }
    let ticket = import::receive_body(&app, &asked.name, body, false).await?;
    let look = desk::look(&app.engine, &ticket.blob).await?;
    let suggested = look.mapping.columns.iter().map(|(column, means)| (column.clone(), desk::key_of(means))).collect();
    let file = CustomerFile { file: ticket.seal(&app.engine.vault), columns: look.columns, suggested };
    Ok((StatusCode::CREATED, Json(file)).into_response())
}

/// How days are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Dates {
    /// As they look: `03/04` is the third of April.
    Auto,
    Iso,
    DayMonthYear,
    MonthDayYear,
}

impl From<Dates> for TimeFormat {
    fn from(dates: Dates) -> Self {
        match dates {
            Dates::Auto => Self::Auto,
            Dates::Iso => Self::Iso,
            Dates::DayMonthYear => Self::DayMonthYear,
            Dates::MonthDayYear => Self::MonthDayYear,
        }
    }
}

/// How numbers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Numbers {
    /// As the whole column looks.
    Auto,
    /// `1,250.50`
    Point,
    /// `1.250,50`
    Comma,
}

impl From<Numbers> for Written {
    fn from(numbers: Numbers) -> Self {
        match numbers {
            Numbers::Auto => Self::Auto,
            Numbers::Point => Self::Point,
            Numbers::Comma => Self::Comma,
        }
    }
}

/// A table that was sent, and how it is to be read.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewList {
    /// `file` of the answer to the upload.
    #[schema(max_length = 4000)]
    file: String,
    /// What the list is called: a newer file under the same name brings it up to date.
    #[schema(min_length = 1, max_length = 80, example = "CRM")]
    list: String,
    /// What each column holds: `name`, `id`, `mail`, `phone`, `organisation`, `attribute:NAME`, `handle:SPACE`, or `new:text`,
    /// `new:choice`, `new:number`, `new:date`. As it was suggested, if it is left out.
    columns: Option<BTreeMap<String, String>>,
    /// The digits before telephone numbers that do not say their country.
    #[serde(default)]
    #[schema(max_length = 3, example = "49")]
    country: String,
    /// How days are written; as in the last file with these columns, if it is left out.
    dates: Option<Dates>,
    /// How numbers are written; as in the last file with these columns, if it is left out.
    numbers: Option<Numbers>,
    /// Whether those who stand in an earlier file of the list, and not in this one, are marked as people who left.
    #[serde(default)]
    missing_left: bool,
}

/// Brings in a list of customers
///
/// It is read in the background.
#[utoipa::path(
    post, path = "/api/v1/customer-lists", tag = "customers", security(("key" = ["manage"])), request_body = NewList,
    responses((status = 201, body = CustomerList))
)]
pub(super) async fn start(
    State(app): State<App>,
    viewer: Viewer,
    Given(body): Given<NewList>,
) -> Result<(StatusCode, Json<CustomerList>)> {
    let gone = || invalid("file", "This file is not here (any more). Send it again.");
    let ticket = import::Ticket::open(&body.file, &app.engine.vault).ok_or_else(gone)?;
    app.engine.blobs.size(&ticket.blob).map_err(|_| gone())?;
    let look = desk::look(&app.engine, &ticket.blob).await?;
    let mut mapping = Mapping { country: body.country, ..look.mapping };
    if let Some(dates) = body.dates {
        mapping.dates = dates.into();
    }
    if let Some(numbers) = body.numbers {
        mapping.numbers = numbers.into();
    }
    if let Some(columns) = body.columns {
        mapping.columns.clear();
        for (column, key) in columns {
            let means = desk::meaning_of(&key);
            let means = means.ok_or_else(|| invalid("columns", format!("“{key}” says nothing of a column.")))?;
            mapping.columns.insert(column, means);
        }
    }
    let new = New {
        list: body.list,
        blob: BlobRange { blob: ticket.blob, offset: 0, length: ticket.size },
        name: ticket.name,
        mapping,
        missing: if body.missing_left { "leave" } else { "keep" }.to_owned(),
        by: viewer.user.id,
    };
    let id = desk::start(&app.engine, new).await?;
    Ok((StatusCode::CREATED, run(&app, id).await?))
}

/// Stops reading a list of customers
///
/// What was taken stays.
#[utoipa::path(
    post, path = "/api/v1/customer-lists/{id}/stop", tag = "customers", security(("key" = ["manage"])),
    params(("id" = Ident, Path, description = "The list")),
    responses((status = 200, body = CustomerList))
)]
pub(super) async fn stop(State(app): State<App>, Id(id): Id) -> Result<Json<CustomerList>> {
    desk::stop(&app.engine, id).await?;
    run(&app, id).await
}
