//! Inviting those who were not heard: whom a draw would take, draws, and what is said in each language, for programs.

use super::{
    extract::{Asked, Given, Id, cursor, limit, maybe_whole, number, whole},
    ident::Ident,
    invitations,
    shapes::{Page, Problem},
};
use crate::{
    App, Result, Viewer, WebError,
    routes::{Rule, Table},
};
use axum::{
    Json,
    extract::{Path, State},
    http::{Method, StatusCode},
    routing::{delete, get, post, put},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tertulia_engine::invitations::{self as desk, PartPlan, Plan};
use tertulia_model::Permission::{Converse, Read};
use tertulia_store::{
    Sql, invitation_texts,
    invitations::{self as stored},
};
use utoipa::{IntoParams, ToSchema};

/// Whom to invite, what is said, and everybody one by one.
pub(super) fn routes(table: &mut Table) {
    let (read, work) = (Rule::Key("read", Read), Rule::Key("reply", Converse));
    table.get("/api/v1/invitation-plan", read, get(plan));
    table.get("/api/v1/invitation-rounds", read, get(list));
    table.change(Method::POST, "/api/v1/invitation-rounds", work, post(draw));
    table.get("/api/v1/invitation-rounds/{id}", read, get(one));
    table.get("/api/v1/invitation-rounds/{id}/texts", read, get(texts));
    table.change(Method::PUT, "/api/v1/invitation-rounds/{id}/texts", work, put(write_text));
    let text = "/api/v1/invitation-rounds/{id}/texts/{language}";
    table.change(Method::DELETE, text, work, delete(remove_text));
    table.get("/api/v1/invitation-rounds/{id}/invitations", read, get(invitations::list));
    table.get("/api/v1/invitations/{id}", read, get(invitations::one));
    table.change(Method::PUT, "/api/v1/invitations/{id}", work, put(invitations::keep));
    table.change(Method::POST, "/api/v1/invitations/{id}/send", work, post(invitations::send));
    table.change(Method::POST, "/api/v1/invitations/{id}/skip", work, post(invitations::skip));
    table.change(Method::POST, "/api/v1/invitations/{id}/draft", work, post(invitations::draft));
}

/// What is to be drawn.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct PlanQuery {
    /// By which attribute of the customers, by its name.
    #[param(example = "segment")]
    attribute: String,
    /// How many; 30 if it is left out.
    #[param(minimum = 1, maximum = 500)]
    size: Option<i64>,
    /// The same seed draws the same people; 0 if it is left out.
    #[param(minimum = 0)]
    seed: Option<i64>,
    /// Whoever was invited within so many days is left out; 180 if it is left out.
    #[param(minimum = 0, maximum = 3650)]
    rest_days: Option<i64>,
}

/// One part of the customers.
#[derive(Serialize, ToSchema)]
pub(super) struct InvitedPart {
    /// Null: of whom it is not known.
    key: Option<String>,
    name: String,
    customers: u64,
    /// Of these, who has ever written anything.
    heard: u64,
    /// Of the others, who can be invited.
    reachable: u64,
    /// Why the rest cannot be, and how many: `no_address`, `no_way`, `shared`, `twice`, `doubtful`, `refused` or `invited`.
    cannot: BTreeMap<String, u64>,
    /// How many are drawn.
    drawn: u64,
}

impl From<PartPlan> for InvitedPart {
    fn from(part: PartPlan) -> Self {
        Self {
            key: part.key,
            name: part.name,
            customers: part.customers,
            heard: part.heard,
            reachable: part.reachable,
            cannot: part.cannot.into_iter().map(|(why, many)| (why.to_owned(), many)).collect(),
            drawn: part.invited,
        }
    }
}

/// Whom a draw would take.
#[derive(Serialize, ToSchema)]
pub(super) struct InvitationPlan {
    attribute: String,
    /// Those least heard first; empty where no list of customers says anything.
    parts: Vec<InvitedPart>,
    drawn: usize,
}

/// Shows whom a draw would take, and draws nobody
///
/// Invitations are given out so that the shares of each part that are heard lie as close together as they can.
#[utoipa::path(
    get, path = "/api/v1/invitation-plan", tag = "invitations", security(("key" = ["read"])), params(PlanQuery),
    responses((status = 200, body = InvitationPlan))
)]
pub(super) async fn plan(State(app): State<App>, Asked(asked): Asked<PlanQuery>) -> Result<Json<InvitationPlan>> {
    let attribute = asked.attribute.clone();
    let wanted = desk::Asked {
        attribute: asked.attribute,
        size: asked.size.unwrap_or(desk::USUAL),
        seed: asked.seed.unwrap_or(0),
        rest_days: asked.rest_days.unwrap_or(desk::USUAL_DAYS),
    };
    let plan = desk::plan(&app.engine, &wanted).await?;
    let drawn = plan.as_ref().map_or(0, Plan::invited);
    let parts = plan.map(|plan| plan.parts).unwrap_or_default();
    Ok(Json(InvitationPlan { attribute, parts: parts.into_iter().map(InvitedPart::from).collect(), drawn }))
}

/// A draw.
#[derive(Serialize, ToSchema)]
pub(super) struct InvitationRound {
    id: Ident,
    attribute: String,
    title: String,
    /// How many were to be drawn.
    size: i64,
    seed: i64,
    rest_days: i64,
    drawn_by: Ident,
    drawn_at: i64,
}

impl From<stored::Round> for InvitationRound {
    fn from(round: stored::Round) -> Self {
        Self {
            id: Ident(round.id),
            attribute: round.attribute,
            title: round.title,
            size: round.asked,
            seed: round.seed,
            rest_days: round.rest_days,
            drawn_by: round.drawn_by.into(),
            drawn_at: round.drawn_at,
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct RoundsQuery {
    /// Where the page before ended (`next`).
    cursor: Option<String>,
    /// How many, 1 to 100; 50 if it is left out.
    limit: Option<i64>,
}

/// Lists draws, the newest first
#[utoipa::path(
    get, path = "/api/v1/invitation-rounds", tag = "invitations", security(("key" = ["read"])), params(RoundsQuery),
    responses((status = 200, body = Page<InvitationRound>))
)]
pub(super) async fn list(
    State(app): State<App>,
    Asked(asked): Asked<RoundsQuery>,
) -> Result<Json<Page<InvitationRound>>> {
    let limit = limit(asked.limit)?;
    let below = cursor(asked.cursor.as_deref())?;
    let rows = stored::rounds(&mut app.engine.db.reader(), below, limit + 1).await?;
    Ok(Json(Page::of(rows, limit, |row| row.id.to_string(), InvitationRound::from)))
}

/// How one part of a draw went.
#[derive(Serialize, ToSchema)]
pub(super) struct AnsweredPart {
    key: Option<String>,
    name: String,
    /// How it stood when it was drawn.
    customers: i64,
    heard: i64,
    reachable: i64,
    drawn: i64,
    /// To how many an invitation went, or may have gone.
    invited: i64,
    /// How many of these wrote in that conversation afterwards.
    answered: i64,
}

/// How many there are in a state.
#[derive(Serialize, ToSchema)]
pub(super) struct Standing {
    /// `draft`, `queued`, `unknown`, `failed`, `sent`, `skipped` or `unsent`.
    state: String,
    people: i64,
}

/// A draw, with how it went.
#[derive(Serialize, ToSchema)]
pub(super) struct RoundState {
    #[serde(flatten)]
    round: InvitationRound,
    parts: Vec<AnsweredPart>,
    counts: Vec<Standing>,
}

async fn shown(on: &mut impl Sql, id: i64) -> Result<Json<RoundState>> {
    let round = desk::round(on, id).await?;
    let answers = stored::answers(on, id).await?;
    let of = |place: i64| answers.iter().find(|(at, ..)| *at == place).map_or((0, 0), |(_, n, said)| (*n, *said));
    let part = |part: stored::Part| {
        let (invited, answered) = of(part.place);
        AnsweredPart {
            key: part.part_key,
            name: part.name,
            customers: part.customers,
            heard: part.heard,
            reachable: part.reachable,
            drawn: part.drawn,
            invited,
            answered,
        }
    };
    let parts = stored::parts(on, id).await?.into_iter().map(part).collect();
    let counts = stored::counts(on, id).await?;
    let counts = counts.into_iter().map(|(state, people)| Standing { state, people }).collect();
    Ok(Json(RoundState { round: round.into(), parts, counts }))
}

/// Shows a draw: how each part went, and who answered
#[utoipa::path(
    get, path = "/api/v1/invitation-rounds/{id}", tag = "invitations", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The draw")),
    responses((status = 200, body = RoundState))
)]
pub(super) async fn one(State(app): State<App>, Id(id): Id) -> Result<Json<RoundState>> {
    shown(&mut app.engine.db.reader(), id).await
}

/// What is to be drawn.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewRound {
    /// By which attribute of the customers, by its name.
    #[schema(max_length = 200, example = "segment")]
    attribute: String,
    #[serde(deserialize_with = "whole")]
    #[schema(minimum = 1, maximum = 500, example = 30)]
    size: i64,
    /// The same seed draws the same people.
    #[serde(deserialize_with = "whole")]
    #[schema(minimum = 0, example = 7)]
    seed: i64,
    /// Whoever was invited within so many days is left out; null: 180.
    #[serde(default, deserialize_with = "maybe_whole")]
    #[schema(minimum = 0, maximum = 3650)]
    rest_days: Option<i64>,
}

/// Draws customers who were not heard, and keeps a draft for each
///
/// It sends nothing: each is looked at and sent by itself.
#[utoipa::path(
    post, path = "/api/v1/invitation-rounds", tag = "invitations", security(("key" = ["reply"])), request_body = NewRound,
    responses(
        (status = 201, body = RoundState),
        (status = 409, description = "Nobody can be invited", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn draw(
    State(app): State<App>,
    viewer: Viewer,
    Given(new): Given<NewRound>,
) -> Result<(StatusCode, Json<RoundState>)> {
    let asked = desk::Asked {
        attribute: new.attribute,
        size: new.size,
        seed: new.seed,
        rest_days: new.rest_days.unwrap_or(desk::USUAL_DAYS),
    };
    let id = desk::draw(&app.engine, viewer.user.id, &asked).await?;
    Ok((StatusCode::CREATED, shown(&mut app.engine.db.reader(), id).await?))
}

/// What is said in a language.
#[derive(Serialize, ToSchema)]
pub(super) struct InvitationText {
    #[schema(example = "es")]
    language: String,
    subject: String,
    words: String,
    /// Rises with each change.
    version: i64,
    written_by: Ident,
    written_at: i64,
}

impl From<invitation_texts::Text> for InvitationText {
    fn from(text: invitation_texts::Text) -> Self {
        Self {
            language: text.language,
            subject: text.subject,
            words: text.words,
            version: text.version,
            written_by: text.written_by.into(),
            written_at: text.written_at,
        }
    }
}

/// Lists what those of a draw are told, by language
#[utoipa::path(
    get, path = "/api/v1/invitation-rounds/{id}/texts", tag = "invitations", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The draw")),
    responses((status = 200, body = Page<InvitationText>))
)]
pub(super) async fn texts(State(app): State<App>, Id(id): Id) -> Result<Json<Page<InvitationText>>> {
    let mut db = app.engine.db.reader();
    desk::round(&mut db, id).await?;
    let all = invitation_texts::of_round(&mut db, id).await?;
    Ok(Json(Page::whole(all.into_iter().map(InvitationText::from).collect())))
}

/// What is to be said.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewInvitationText {
    /// ISO 639.
    #[schema(min_length = 2, max_length = 3, pattern = "^[a-z]{2,3}$", example = "es")]
    language: String,
    /// For what goes by mail.
    #[schema(min_length = 1, max_length = 150, example = "A question from us")]
    subject: String,
    /// With places as in saved replies: `{first name|there}`, `{name}`, `{member}`, `{organisation}`, `{day}`, `{date}`.
    #[schema(
        min_length = 1,
        max_length = 5000,
        example = "Hello {first name|there}, what goes well with us, and what does not?"
    )]
    words: String,
    /// As the text was read before; null where there was none. If it is not that any more, nothing is changed.
    #[serde(default, deserialize_with = "maybe_whole")]
    version: Option<i64>,
}

/// Writes what those of a draw are told in a language
#[utoipa::path(
    put, path = "/api/v1/invitation-rounds/{id}/texts", tag = "invitations", security(("key" = ["reply"])), request_body = NewInvitationText,
    params(("id" = Ident, Path, description = "The draw")),
    responses((status = 200, body = Page<InvitationText>))
)]
pub(super) async fn write_text(
    State(app): State<App>,
    viewer: Viewer,
    Id(id): Id,
    Given(new): Given<NewInvitationText>,
) -> Result<Json<Page<InvitationText>>> {
    let text = (new.language.as_str(), new.subject.as_str(), new.words.as_str());
    desk::save_text(&app.engine, viewer.user.id, id, text, new.version).await?;
    texts(State(app), Id(id)).await
}

/// Takes what is said in a language away
#[utoipa::path(
    delete, path = "/api/v1/invitation-rounds/{id}/texts/{language}", tag = "invitations", security(("key" = ["reply"])),
    params(
        ("id" = Ident, Path, description = "The draw"),
        ("language" = String, Path, description = "ISO 639"),
    ),
    responses((status = 204, description = "It is gone"))
)]
pub(super) async fn remove_text(
    State(app): State<App>,
    Path((id, language)): Path<(String, String)>,
) -> Result<StatusCode> {
    let id = number("id", &id).map_err(|_| WebError::not_found())?;
    desk::remove_text(&app.engine, id, &language).await?;
    Ok(StatusCode::NO_CONTENT)
}
