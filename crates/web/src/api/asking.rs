//! People are asked themselves whether another address or account is theirs, too.

use super::{
    extract::{Given, Ids},
    ident::Ident,
    shapes::{Delivery, Problem},
};
use crate::{App, Result, Viewer};
use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use tertulia_engine::people as desk;
use tertulia_model::{IdentityId, PersonId};
use tertulia_store::identity_questions;
use utoipa::ToSchema;

/// Where two who may be one can be asked, and what they were asked so far.
#[derive(Serialize, ToSchema)]
pub(super) struct Asking {
    /// Empty where it is not suggested that they are one, or nothing can be sent to them where only they read it.
    can_be_asked: Vec<Askable>,
    /// The latest first.
    asked: Vec<AskedBefore>,
}

/// One of both, where they can be asked.
#[derive(Serialize, ToSchema)]
pub(super) struct Askable {
    identity: Ident,
    person: Ident,
    handle: String,
    channel: Ident,
    /// Where the question would stand.
    conversation: Ident,
    /// They wait for an answer there, and the question would count as one.
    waits: bool,
}

/// What somebody was asked.
#[derive(Serialize, ToSchema)]
pub(super) struct AskedBefore {
    identity: Ident,
    handle: String,
    at: i64,
    /// Of the message that asked: `queued`, `sent`, `failed`, `unknown` or `withdrawn`; null where it never was one.
    state: Option<String>,
    /// `yes` or `no`; null while they said nothing. A yes proves nothing by itself: of the other they saw the first letters alone.
    answer: Option<String>,
    answered_at: Option<i64>,
}

impl From<desk::Choice> for Askable {
    fn from(choice: desk::Choice) -> Self {
        Self {
            identity: Ident(choice.asked.id.0),
            person: choice.asked.person_id.into(),
            handle: choice.asked.handle,
            channel: choice.way.channel.into(),
            conversation: choice.conversation.into(),
            waits: choice.waits,
        }
    }
}

impl From<identity_questions::Asked> for AskedBefore {
    fn from(asked: identity_questions::Asked) -> Self {
        Self {
            identity: Ident(asked.asked_id.0),
            handle: asked.handle,
            at: asked.asked_at,
            state: asked.state,
            answer: asked.answer,
            answered_at: asked.answered_at,
        }
    }
}

/// Shows where two can be asked whether they are one
#[utoipa::path(
    get, path = "/api/v1/people/{id}/same/{other}", tag = "people", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The person"), ("other" = Ident, Path, description = "The other one")),
    responses(
        (status = 200, body = Asking),
        (status = 409, description = "They are the same, or one of them is part of somebody else", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn show(State(app): State<App>, Ids(id, other): Ids) -> Result<Json<Asking>> {
    let pair = (PersonId(id), PersonId(other));
    Ok(Json(Asking {
        can_be_asked: desk::choices(&app.engine, pair).await?.into_iter().map(Askable::from).collect(),
        asked: desk::asked(&app.engine, pair).await?.into_iter().map(AskedBefore::from).collect(),
    }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Question {
    /// Whoever of both is asked, as `GET` of the same address names them.
    identity: Ident,
    /// What stands above the link; usual words if it is left out.
    #[schema(max_length = 1000)]
    words: Option<String>,
}

/// Asks one of two whether the other is them, too
///
/// By a message to where only they read it, with a link that holds for a week. It goes out after ten seconds, in which a
/// member can still take it back. Somebody is asked about the same other once in a month.
#[utoipa::path(
    post, path = "/api/v1/people/{id}/same/{other}/ask", tag = "people", security(("key" = ["reply"])), request_body = Question,
    params(("id" = Ident, Path, description = "The person"), ("other" = Ident, Path, description = "The other one")),
    responses(
        (status = 202, description = "Stored, and on its way", body = Delivery,
            headers(("Location" = String, description = "Where the delivery is"))),
        (status = 409, description = "They cannot be asked there, or were asked lately, or do not want to be written to, or the request with this key is still under way", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn ask(
    State(app): State<App>,
    viewer: Viewer,
    Ids(id, other): Ids,
    Given(question): Given<Question>,
) -> Result<Response> {
    let (pair, identity) = ((PersonId(id), PersonId(other)), IdentityId(question.identity.0));
    let words = question.words.unwrap_or_default();
    let delivery = desk::ask(&app.engine, viewer.user.id, pair, identity, &words).await?;
    let place = format!("/api/v1/deliveries/{}", delivery.id);
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, place)], Json(Delivery::from(delivery))).into_response())
}
