//! Two who are one person, or are not.

use super::{
    extract::{Asked, Given, Id, Ids, invalid, limit},
    ident::Ident,
    shapes::{Page, Problem},
};
use crate::{App, Result, Viewer, WebError};
use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use tertulia_engine::people::{self as desk, Ground, read_grounds};
use tertulia_model::{IdentityId, PersonId};
use tertulia_store::{
    people, person_merges,
    suggestions::{self, Below, Found},
};
use utoipa::{IntoParams, ToSchema};

/// Merges that are listed: nobody goes by more names.
const MOST: i64 = 1_000;

/// Somebody who is part of a person.
#[derive(Serialize, ToSchema)]
pub(super) struct Merge {
    id: Ident,
    /// Who is part of them, and was by themselves.
    person: Ident,
    /// What they were called.
    name: String,
    /// Why they are thought to be one.
    evidence: String,
    /// How probable that was said to be; 1 where a member said so.
    #[schema(minimum = 0, maximum = 1)]
    confidence: f64,
    at: i64,
}

/// Lists who is part of a person
///
/// Directly or by another, the latest first.
#[utoipa::path(
    get, path = "/api/v1/people/{id}/merges", tag = "people", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The person")), responses((status = 200, body = Vec<Merge>))
)]
pub(super) async fn list(State(app): State<App>, Id(id): Id) -> Result<Json<Vec<Merge>>> {
    let mut db = app.engine.db.reader();
    let person = person_merges::standing_for(&mut db, PersonId(id)).await?.ok_or_else(WebError::not_found)?;
    let shown = |part: person_merges::PartRow| Merge {
        id: Ident(part.id),
        person: part.from_id.into(),
        name: part.name,
        evidence: part.evidence,
        confidence: part.confidence,
        at: part.at,
    };
    Ok(Json(person_merges::parts(&mut db, person.id, MOST).await?.into_iter().map(shown).collect()))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewMerge {
    /// Who becomes part of them.
    person: Ident,
    /// What they are called from then on; what they are called now if it is left out.
    #[schema(min_length = 1, max_length = 200, example = "Rosa Marín")]
    name: Option<String>,
}

/// A merge that was made.
#[derive(Serialize, ToSchema)]
pub(super) struct Merged {
    id: Ident,
}

/// Makes two one person
///
/// What both said stands under the one in the path from then on. It can be undone at any time.
#[utoipa::path(
    post, path = "/api/v1/people/{id}/merges", tag = "people", security(("key" = ["manage"])), request_body = NewMerge,
    params(("id" = Ident, Path, description = "The person who stays")),
    responses(
        (status = 201, body = Merged, headers(("Location" = String, description = "Where the merge is"))),
        (status = 409, description = "One of them is part of somebody else already, or the request with this key is still under way", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn add(
    State(app): State<App>,
    viewer: Viewer,
    Id(id): Id,
    Given(body): Given<NewMerge>,
) -> Result<Response> {
    let stays = people::get(&mut app.engine.db.reader(), PersonId(id)).await?.ok_or_else(WebError::not_found)?;
    let name = body.name.unwrap_or(stays.name);
    let pair = (PersonId(body.person.0), stays.id);
    let evidence = desk::evidence(&app.engine, pair).await?;
    let merge = desk::merge(&app.engine, viewer.user.id, pair, &name, &evidence).await?;
    let place = format!("/api/v1/people/{id}/merges/{merge}");
    Ok((StatusCode::CREATED, [(header::LOCATION, place)], Json(Merged { id: Ident(merge) })).into_response())
}

/// Undoes a merge
///
/// At once or long after: whoever was part of them is by themselves again, with what came from them since.
#[utoipa::path(
    delete, path = "/api/v1/people/{id}/merges/{merge}", tag = "people", security(("key" = ["manage"])),
    params(("id" = Ident, Path, description = "The person"), ("merge" = Ident, Path, description = "The merge")),
    responses(
        (status = 204, description = "They are two again"),
        (status = 409, description = "They are apart already, or the request with this key is still under way", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn undo(State(app): State<App>, viewer: Viewer, Ids(id, merge): Ids) -> Result<StatusCode> {
    let mut db = app.engine.db.reader();
    let known = person_merges::get(&mut db, merge).await?.ok_or_else(WebError::not_found)?;
    let stays = person_merges::holder(&mut db, PersonId(id)).await?;
    if known.into_id != stays && person_merges::holder(&mut db, known.into_id).await? != stays {
        return Err(WebError::not_found());
    }
    desk::part(&app.engine, viewer.user.id, known.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Remembers that two are not one
///
/// It is not suggested again.
#[utoipa::path(
    put, path = "/api/v1/people/{id}/apart/{other}", tag = "people", security(("key" = ["manage"])),
    params(("id" = Ident, Path, description = "The person"), ("other" = Ident, Path, description = "The other one")),
    responses(
        (status = 204, description = "It is remembered"),
        (status = 409, description = "They are the same, or one of them is part of somebody else, or the request with this key is still under way", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn apart(State(app): State<App>, viewer: Viewer, Ids(id, other): Ids) -> Result<StatusCode> {
    desk::apart(&app.engine, viewer.user.id, (PersonId(id), PersonId(other)), true).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Forgets that two are not one
#[utoipa::path(
    delete, path = "/api/v1/people/{id}/apart/{other}", tag = "people", security(("key" = ["manage"])),
    params(("id" = Ident, Path, description = "The person"), ("other" = Ident, Path, description = "The other one")),
    responses(
        (status = 204, description = "It is open again"),
        (status = 409, description = "They are the same, or one of them is part of somebody else, or the request with this key is still under way", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn open_again(State(app): State<App>, viewer: Viewer, Ids(id, other): Ids) -> Result<StatusCode> {
    desk::apart(&app.engine, viewer.user.id, (PersonId(id), PersonId(other)), false).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Two who may be one person.
#[derive(Serialize, ToSchema)]
pub(super) struct Suggestion {
    person: Ident,
    name: String,
    handle: String,
    other: Ident,
    other_name: String,
    other_handle: String,
    /// How probable it is that they are one, as a model says; `GET /merges/automatic` says how often that was right here.
    #[schema(minimum = 0, maximum = 1)]
    probability: f64,
    /// What speaks for it and against it.
    reasons: Vec<ReasonShown>,
}

/// One thing that speaks for or against.
#[derive(Serialize, ToSchema)]
pub(super) struct ReasonShown {
    /// What was compared; `household` where they may be two of one house or firm.
    #[schema(value_type = String, example = "surname")]
    about: serde_json::Value,
    /// How well it agrees: `exact`, `very_near`, `near`, `alike` or `different`; null for `household`.
    #[schema(value_type = Option<String>, example = "exact")]
    level: serde_json::Value,
    /// What it weighs, in bits: each doubles the odds; negative where it speaks against.
    bits: f64,
    /// What both say, where that is a page, a number or a line below their mails.
    #[schema(example = "example.social/@rosa")]
    value: Option<String>,
}

impl From<Ground> for ReasonShown {
    fn from(ground: Ground) -> Self {
        let (about, level) = match ground.about {
            Some((comparison, level)) => (serde_json::json!(comparison), serde_json::json!(level)),
            None => ("household".into(), serde_json::Value::Null),
        };
        Self { about, level, bits: ground.bits, value: ground.what }
    }
}

impl From<Found> for Suggestion {
    fn from(found: Found) -> Self {
        Self {
            reasons: read_grounds(&found.reasons).into_iter().map(ReasonShown::from).collect(),
            person: found.person_id.into(),
            name: found.name,
            handle: found.handle,
            other: found.other_person_id.into(),
            other_name: found.other_name,
            other_handle: found.other_handle,
            probability: found.probability,
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct SuggestionsQuery {
    /// Only those of this person.
    person: Option<Ident>,
    /// Where the page before ended (`next`).
    #[param(pattern = "^(1|0\\.[0-9]{1,17})(_(0|[1-9][0-9]{0,17}|[1-8][0-9]{18})){2}$")]
    cursor: Option<String>,
    /// How many, 1 to 100; 50 if it is left out.
    limit: Option<i64>,
}

/// Lists who may be the same person
///
/// The most probable first.
#[utoipa::path(
    get, path = "/api/v1/people/suggestions", tag = "people", security(("key" = ["read"])), params(SuggestionsQuery),
    responses((status = 200, body = Page<Suggestion>))
)]
pub(super) async fn suggested(
    State(app): State<App>,
    Asked(asked): Asked<SuggestionsQuery>,
) -> Result<Json<Page<Suggestion>>> {
    let limit = limit(asked.limit)?;
    let mut db = app.engine.db.reader();
    let below = asked.cursor.as_deref().map(below).transpose()?;
    let rows = match asked.person {
        Some(person) => suggestions::of_person(&mut db, PersonId(person.0), below, limit + 1).await?,
        None => suggestions::all(&mut db, below, limit + 1).await?,
    };
    let place = |last: &Found| format!("{}_{}_{}", last.probability, last.first_id, last.second_id);
    Ok(Json(Page::of(rows, limit, place, Suggestion::from)))
}

fn below(text: &str) -> Result<Below> {
    let read = || {
        let mut parts = text.split('_');
        let probability: f64 = parts.next()?.parse().ok()?;
        let (first, second) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        (parts.next().is_none() && probability.is_finite()).then_some(Below {
            probability,
            first: IdentityId(first),
            second: IdentityId(second),
        })
    };
    read().ok_or_else(|| invalid("cursor", "Give `next` of the page before, unchanged."))
}
