//! Ballots: what people vote on, and its statements, for programs.

use super::{
    ballot_votes,
    extract::{Asked, Given, Id, Ids, cursor, invalid, limit},
    ident::Ident,
    opinion_map,
    shapes::Page,
};
use crate::{
    App, Result, Viewer,
    routes::{Rule, Table},
};
use axum::{
    Json,
    extract::State,
    http::{Method, StatusCode},
    routing::{delete, get, post, put},
};
use serde::{Deserialize, Serialize};
use tertulia_engine::opinions::{self as desk, StatementForm};
use tertulia_model::Permission::{Manage, Read};
use tertulia_store::opinions as stored;
use utoipa::{IntoParams, ToSchema};

/// What people vote on, how they did, and the map of it.
pub(super) fn routes(table: &mut Table) {
    let (read, manage) = (Rule::Key("read", Read), Rule::Key("manage", Manage));
    let (all, one) = ("/api/v1/opinions", "/api/v1/opinions/{id}");
    table.get(all, read, get(list));
    table.change(Method::POST, all, manage, post(add));
    table.get(one, read, get(self::one));
    table.change(Method::PUT, one, manage, put(rename));
    table.change(Method::DELETE, one, manage, delete(remove));
    let of = "/api/v1/opinions/{id}/statements";
    table.get(of, read, get(statements));
    table.change(Method::POST, of, manage, post(add_statements));
    table.change(Method::PUT, "/api/v1/opinions/{id}/statements/{statement}", manage, put(change_statement));
    table.get("/api/v1/opinions/{id}/votes", read, get(ballot_votes::votes));
    table.change(Method::POST, "/api/v1/opinions/{id}/votes", manage, post(ballot_votes::bring));
    table.get("/api/v1/opinions/{id}/brought", read, get(ballot_votes::batches));
    table.change(Method::DELETE, "/api/v1/opinions/{id}/brought/{batch}", manage, delete(ballot_votes::take_back));
    table.get("/api/v1/opinions/{id}/map", read, get(opinion_map::map));
    table.get("/api/v1/opinions/{id}/places", read, get(opinion_map::places));
}

/// A question with statements, on which people vote.
#[derive(Serialize, ToSchema)]
pub(super) struct Ballot {
    id: Ident,
    question: String,
    created_by: Ident,
    created_at: i64,
}

impl From<stored::Ballot> for Ballot {
    fn from(one: stored::Ballot) -> Self {
        Self {
            id: Ident(one.id),
            question: one.question,
            created_by: one.created_by.into(),
            created_at: one.created_at,
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct BallotsQuery {
    /// Where the page before ended (`next`).
    pub cursor: Option<String>,
    /// How many, 1 to 100; 50 if it is left out.
    pub limit: Option<i64>,
}

/// Lists the ballots
///
/// The newest first.
#[utoipa::path(
    get, path = "/api/v1/opinions", tag = "opinions", security(("key" = ["read"])), params(BallotsQuery),
    responses((status = 200, body = Page<Ballot>))
)]
pub(super) async fn list(State(app): State<App>, Asked(asked): Asked<BallotsQuery>) -> Result<Json<Page<Ballot>>> {
    let limit = limit(asked.limit)?;
    let below = cursor(asked.cursor.as_deref())?;
    let rows = stored::all(&mut app.engine.db.reader(), below, limit + 1).await?;
    Ok(Json(Page::of(rows, limit, |row| row.id.to_string(), Ballot::from)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewBallot {
    #[schema(min_length = 1, max_length = 300, example = "How should the park change?")]
    question: String,
}

/// Makes a ballot
#[utoipa::path(
    post, path = "/api/v1/opinions", tag = "opinions", security(("key" = ["manage"])), request_body = NewBallot,
    responses((status = 201, body = Ballot))
)]
pub(super) async fn add(
    State(app): State<App>,
    viewer: Viewer,
    Given(body): Given<NewBallot>,
) -> Result<(StatusCode, Json<Ballot>)> {
    let id = desk::add(&app.engine, viewer.user.id, &body.question, "").await?;
    Ok((StatusCode::CREATED, Json(desk::get(&app.engine, id).await?.into())))
}

/// Shows a ballot
#[utoipa::path(
    get, path = "/api/v1/opinions/{id}", tag = "opinions", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The ballot")), responses((status = 200, body = Ballot))
)]
pub(super) async fn one(State(app): State<App>, Id(id): Id) -> Result<Json<Ballot>> {
    Ok(Json(desk::get(&app.engine, id).await?.into()))
}

/// Words the question of a ballot anew
#[utoipa::path(
    put, path = "/api/v1/opinions/{id}", tag = "opinions", security(("key" = ["manage"])), request_body = NewBallot,
    params(("id" = Ident, Path, description = "The ballot")), responses((status = 200, body = Ballot))
)]
pub(super) async fn rename(State(app): State<App>, Id(id): Id, Given(body): Given<NewBallot>) -> Result<Json<Ballot>> {
    desk::rename(&app.engine, id, &body.question).await?;
    Ok(Json(desk::get(&app.engine, id).await?.into()))
}

/// Removes a ballot
///
/// Once everything that was brought to it is taken back.
#[utoipa::path(
    delete, path = "/api/v1/opinions/{id}", tag = "opinions", security(("key" = ["manage"])),
    params(("id" = Ident, Path, description = "The ballot")),
    responses((status = 204, description = "It is gone"))
)]
pub(super) async fn remove(State(app): State<App>, Id(id): Id) -> Result<StatusCode> {
    desk::remove(&app.engine, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What people agree or disagree with.
#[derive(Serialize, ToSchema)]
pub(super) struct BallotStatement {
    id: Ident,
    /// A number or a name, by which votes mean it.
    key: String,
    /// Empty where only its number is known.
    text: String,
    /// ISO 639; `und` where it is not known.
    language: String,
    /// It was taken out: it keeps its votes and moves nobody.
    hidden: bool,
    /// It says who people are, and not what they think: it makes no group.
    about_people: bool,
}

impl From<stored::Statement> for BallotStatement {
    fn from(one: stored::Statement) -> Self {
        Self {
            id: Ident(one.id),
            key: one.statement_key,
            text: one.text,
            language: one.language,
            hidden: one.is_hidden,
            about_people: one.is_about_people,
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct BallotStatementsQuery {
    /// Where the page before ended (`next`).
    #[param(pattern = "^[0-9]{1,18}_([1-9][0-9]{0,17}|[1-8][0-9]{18})$")]
    cursor: Option<String>,
    /// How many, 1 to 100; 50 if it is left out.
    limit: Option<i64>,
}

/// The parts of a cursor of several.
pub(super) fn places<const N: usize>(text: &str) -> Result<[i64; N]> {
    let wrong = || invalid("cursor", "Give `next` of the page before, unchanged.");
    let parts = text.split('_').map(|part| part.parse().ok().filter(|at: &i64| *at >= 0));
    let parts: Vec<i64> = parts.collect::<Option<_>>().ok_or_else(wrong)?;
    parts.try_into().map_err(|_| wrong())
}

/// Lists the statements of a ballot
#[utoipa::path(
    get, path = "/api/v1/opinions/{id}/statements", tag = "opinions", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The ballot"), BallotStatementsQuery),
    responses((status = 200, body = Page<BallotStatement>))
)]
pub(super) async fn statements(
    State(app): State<App>,
    Id(id): Id,
    Asked(asked): Asked<BallotStatementsQuery>,
) -> Result<Json<Page<BallotStatement>>> {
    let limit = limit(asked.limit)?;
    let after = asked.cursor.as_deref().map(places::<2>).transpose()?.map(|[at, id]| (at, id));
    desk::get(&app.engine, id).await?;
    let rows = stored::statements(&mut app.engine.db.reader(), id, after, limit + 1).await?;
    Ok(Json(Page::of(rows, limit, |row| format!("{}_{}", row.position, row.id), BallotStatement::from)))
}

/// A statement as it is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewBallotStatement {
    #[schema(min_length = 1, max_length = 1000, example = "The park needs more light at night")]
    text: String,
    /// ISO 639; empty where it is not known.
    #[schema(pattern = "^([a-z]{2,3})?$")]
    language: Option<String>,
    #[serde(default)]
    hidden: bool,
    #[serde(default)]
    about_people: bool,
}

impl From<NewBallotStatement> for StatementForm {
    fn from(one: NewBallotStatement) -> Self {
        Self {
            text: one.text,
            language: one.language.unwrap_or_default(),
            is_hidden: one.hidden,
            is_about_people: one.about_people,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewBallotStatements {
    #[schema(min_items = 1, max_items = 1000)]
    statements: Vec<NewBallotStatement>,
}

/// The statements that were added.
#[derive(Serialize, ToSchema)]
pub(super) struct AddedStatements {
    statements: Vec<BallotStatement>,
}

/// Adds statements to a ballot
///
/// Each under the next number that is free. One that stands there already is told, and none is added.
#[utoipa::path(
    post, path = "/api/v1/opinions/{id}/statements", tag = "opinions", security(("key" = ["manage"])),
    request_body = NewBallotStatements, params(("id" = Ident, Path, description = "The ballot")),
    responses((status = 201, body = AddedStatements))
)]
pub(super) async fn add_statements(
    State(app): State<App>,
    Id(id): Id,
    Given(body): Given<NewBallotStatements>,
) -> Result<(StatusCode, Json<AddedStatements>)> {
    let forms: Vec<StatementForm> = body.statements.into_iter().map(StatementForm::from).collect();
    let added = desk::add_statements(&app.engine, id, &forms).await?;
    let statements = added.into_iter().map(BallotStatement::from).collect();
    Ok((StatusCode::CREATED, Json(AddedStatements { statements })))
}

/// Changes a statement
#[utoipa::path(
    put, path = "/api/v1/opinions/{id}/statements/{statement}", tag = "opinions", security(("key" = ["manage"])),
    request_body = NewBallotStatement,
    params(("id" = Ident, Path, description = "The ballot"), ("statement" = Ident, Path, description = "The statement")),
    responses((status = 200, body = BallotStatement))
)]
pub(super) async fn change_statement(
    State(app): State<App>,
    Ids(id, statement): Ids,
    Given(body): Given<NewBallotStatement>,
) -> Result<Json<BallotStatement>> {
    desk::change_statement(&app.engine, id, statement, &body.into()).await?;
    let now = stored::statement(&mut app.engine.db.reader(), id, statement).await?;
    Ok(Json(now.ok_or_else(crate::WebError::not_found)?.into()))
}
