//! Webhooks: other programs that are told what happens, and the log of what they were told.

use super::{
    extract::{Asked, Given, Id, Ids, cursor, invalid, limit, moment, whole},
    ident::Ident,
    shapes::{Page, Problem},
};
use crate::{App, Result, Viewer, WebError, once};
use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use tertulia_connector::Secret;
use tertulia_engine::webhooks::{self as desk, EndpointForm};
use tertulia_store::webhooks::{self, Call, Endpoint};
use utoipa::{IntoParams, ToSchema};

/// A program that is told what happens.
#[derive(Serialize, ToSchema)]
pub(super) struct Webhook {
    id: Ident,
    #[schema(example = "https://shop.example/webhooks")]
    url: String,
    /// What the team calls it; empty where nobody said.
    description: String,
    /// The kinds of events that it is told of.
    #[schema(example = json!(["message.heard", "answer.failed"]))]
    events: Vec<String>,
    /// `on`, `off`, `paused` (it failed for days) or `gone` (it answered 410). What happens while it is not on is not kept
    /// for it.
    state: String,
    /// Why it is not on, where nobody switched it off.
    reason: Option<String>,
    /// Since when no call has gone well.
    failing_since: Option<i64>,
    /// Until when the secret of before signs as well.
    former_secret_until: Option<i64>,
    created_at: i64,
    updated_at: i64,
}

impl Webhook {
    fn of(endpoint: Endpoint, now: i64) -> Self {
        Self {
            id: Ident(endpoint.id),
            url: endpoint.url,
            description: endpoint.description,
            events: endpoint.kinds.split(' ').map(str::to_owned).collect(),
            state: endpoint.state,
            reason: endpoint.reason,
            failing_since: endpoint.failing_since,
            former_secret_until: endpoint.former_until.filter(|until| *until > now),
            created_at: endpoint.created_at,
            updated_at: endpoint.updated_at,
        }
    }
}

/// A webhook with its secret, which is given this once.
#[derive(Serialize, ToSchema)]
pub(super) struct WithSecret {
    webhook: Webhook,
    /// Signs each call (Standard Webhooks).
    #[schema(example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    secret: String,
}

/// An event on its way to one webhook.
#[derive(Serialize, ToSchema)]
pub(super) struct WebhookCall {
    id: Ident,
    /// The `webhook-id` of each try: the same however often it is told.
    #[schema(example = "evt_395868130017808384")]
    event_id: String,
    #[schema(example = "message.heard")]
    event: String,
    /// `waiting`, `done` or `failed` (it is not tried any more by itself).
    state: String,
    attempts: i64,
    /// When it is tried next, where it waits.
    due_at: Option<i64>,
    /// What the last attempt was answered.
    status: Option<i64>,
    /// Why it did not go well.
    error: Option<String>,
    created_at: i64,
    settled_at: Option<i64>,
}

impl WebhookCall {
    fn of(call: Call) -> Self {
        Self {
            id: Ident(call.id),
            event_id: format!("evt_{}", call.event_id),
            event: call.kind,
            due_at: Some(call.due_at).filter(|_| call.state == "waiting"),
            state: call.state,
            attempts: call.attempts,
            status: call.status,
            error: call.error,
            created_at: call.created_at,
            settled_at: call.settled_at,
        }
    }
}

/// One attempt.
#[derive(Serialize, ToSchema)]
pub(super) struct WebhookAttempt {
    at: i64,
    took_ms: i64,
    /// Absent where no answer came.
    status: Option<i64>,
    /// How the answer began: a kilobyte at most.
    answer: String,
    error: Option<String>,
}

/// A call with what was told and each attempt, the newest first.
#[derive(Serialize, ToSchema)]
pub(super) struct WholeCall {
    call: WebhookCall,
    /// The body, byte for byte as it is signed.
    body: String,
    attempts: Vec<WebhookAttempt>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WebhookBody {
    #[schema(max_length = 2000, example = "https://shop.example/webhooks")]
    url: String,
    /// What the team is to call it.
    #[serde(default)]
    #[schema(max_length = 200, example = "Web shop")]
    description: String,
    /// `message.heard`, `conversation.opened`, `conversation.closed`, `conversation.merged`,
    /// `conversation.parted`, `answer.sent`, `answer.failed`, `monitor.matched`, `channel.troubled`,
    /// `feedback.created`, `change.moved`, `change.told`, `change.answered`, `person.erased`,
    /// `customer.erased`.
    #[schema(min_items = 1, example = json!(["message.heard"]))]
    events: Vec<String>,
}

impl WebhookBody {
    fn form(self) -> EndpointForm {
        EndpointForm { url: self.url, description: self.description, kinds: self.events }
    }
}

async fn known(app: &App, id: i64) -> Result<Endpoint> {
    webhooks::get(&mut app.engine.db.reader(), id).await?.ok_or_else(WebError::not_found)
}

async fn shown(app: &App, id: i64) -> Result<Json<Webhook>> {
    Ok(Json(Webhook::of(known(app, id).await?, app.engine.now())))
}

/// The one answer that holds the secret; kept for a repeated request, it is kept encrypted.
async fn with_secret(app: &App, id: i64, secret: &Secret) -> Result<Response> {
    let webhook = Webhook::of(known(app, id).await?, app.engine.now());
    let body = WithSecret { webhook, secret: secret.reveal().to_owned() };
    let mut response = Json(body).into_response();
    response.extensions_mut().insert(once::Sealed);
    Ok(response)
}

async fn call_of(app: &App, id: i64, call: i64) -> Result<Call> {
    let call = webhooks::call(&mut app.engine.db.reader(), call).await?;
    call.filter(|call| call.endpoint_id == id).ok_or_else(WebError::not_found)
}

/// Lists webhooks
///
/// All of them, in the order in which they were added.
#[utoipa::path(
    get, path = "/api/v1/webhooks", tag = "webhooks", security(("key" = ["manage"])),
    responses((status = 200, body = Page<Webhook>))
)]
pub(super) async fn list(State(app): State<App>) -> Result<Json<Page<Webhook>>> {
    let all = webhooks::all(&mut app.engine.db.reader()).await?;
    Ok(Json(Page::whole(all.into_iter().map(|endpoint| Webhook::of(endpoint, app.engine.now())).collect())))
}

/// Adds a webhook
///
/// It is told of what happens from now on. The answer holds its secret, this once.
#[utoipa::path(
    post, path = "/api/v1/webhooks", tag = "webhooks", security(("key" = ["manage"])), request_body = WebhookBody,
    responses(
        (status = 201, body = WithSecret, headers(("Location" = String, description = "Where the webhook is"))),
        (status = 409, description = "There are 50 webhooks, or the request with this key is still under way", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn add(State(app): State<App>, viewer: Viewer, Given(body): Given<WebhookBody>) -> Result<Response> {
    let new = desk::add(&app.engine, &body.form(), viewer.user.id).await?;
    let place = format!("/api/v1/webhooks/{}", new.id);
    let answer = with_secret(&app, new.id, &new.secret).await?;
    Ok((StatusCode::CREATED, [(header::LOCATION, place)], answer).into_response())
}

/// Shows a webhook
#[utoipa::path(
    get, path = "/api/v1/webhooks/{id}", tag = "webhooks", security(("key" = ["manage"])),
    params(("id" = Ident, Path, description = "The webhook")),
    responses((status = 200, body = Webhook))
)]
pub(super) async fn one(State(app): State<App>, Id(id): Id) -> Result<Json<Webhook>> {
    shown(&app, id).await
}

/// Changes a webhook
///
/// What waits goes to the new address.
#[utoipa::path(
    put, path = "/api/v1/webhooks/{id}", tag = "webhooks", security(("key" = ["manage"])), request_body = WebhookBody,
    params(("id" = Ident, Path, description = "The webhook")),
    responses((status = 200, body = Webhook))
)]
pub(super) async fn change(
    State(app): State<App>,
    Id(id): Id,
    Given(body): Given<WebhookBody>,
) -> Result<Json<Webhook>> {
    known(&app, id).await?;
    desk::change(&app.engine, id, &body.form()).await?;
    shown(&app, id).await
}

/// Removes a webhook
///
/// With its log.
#[utoipa::path(
    delete, path = "/api/v1/webhooks/{id}", tag = "webhooks", security(("key" = ["manage"])),
    params(("id" = Ident, Path, description = "The webhook")),
    responses((status = 204, description = "It is gone"))
)]
pub(super) async fn remove(State(app): State<App>, Id(id): Id) -> Result<StatusCode> {
    desk::remove(&app.engine, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Switches a webhook off
///
/// What waits for it is not told; what happens meanwhile is not kept for it.
#[utoipa::path(
    post, path = "/api/v1/webhooks/{id}/pause", tag = "webhooks", security(("key" = ["manage"])),
    params(("id" = Ident, Path, description = "The webhook")),
    responses((status = 200, body = Webhook))
)]
pub(super) async fn pause(State(app): State<App>, Id(id): Id) -> Result<Json<Webhook>> {
    desk::switch(&app.engine, id, false).await?;
    shown(&app, id).await
}

/// Switches a webhook on
#[utoipa::path(
    post, path = "/api/v1/webhooks/{id}/resume", tag = "webhooks", security(("key" = ["manage"])),
    params(("id" = Ident, Path, description = "The webhook")),
    responses((status = 200, body = Webhook))
)]
pub(super) async fn resume(State(app): State<App>, Id(id): Id) -> Result<Json<Webhook>> {
    desk::switch(&app.engine, id, true).await?;
    shown(&app, id).await
}

/// Makes another secret
///
/// For 24 hours the one before signs as well. The answer holds the new one, this once.
#[utoipa::path(
    post, path = "/api/v1/webhooks/{id}/secret", tag = "webhooks", security(("key" = ["manage"])),
    params(("id" = Ident, Path, description = "The webhook")),
    responses((status = 200, body = WithSecret))
)]
pub(super) async fn rotate(State(app): State<App>, Id(id): Id) -> Result<Response> {
    let secret = desk::rotate(&app.engine, id).await?;
    with_secret(&app, id, &secret).await
}

/// Sends a test
///
/// Once, also where the webhook is off. What came of it stands in the call.
#[utoipa::path(
    post, path = "/api/v1/webhooks/{id}/test", tag = "webhooks", security(("key" = ["manage"])),
    params(("id" = Ident, Path, description = "The webhook")),
    responses((status = 201, body = WebhookCall, headers(("Location" = String, description = "Where the call is"))))
)]
pub(super) async fn test(State(app): State<App>, Id(id): Id) -> Result<Response> {
    let call = desk::test(&app.engine, id).await?;
    let place = format!("/api/v1/webhooks/{id}/calls/{call}");
    let call = Json(WebhookCall::of(call_of(&app, id, call).await?));
    Ok((StatusCode::CREATED, [(header::LOCATION, place)], call).into_response())
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct CallsQuery {
    /// `waiting`, `done` or `failed`; all if it is left out.
    #[param(pattern = "^(waiting|done|failed)$")]
    state: Option<String>,
    /// Where the page before ended (`next`).
    cursor: Option<String>,
    /// How many, 1 to 100; 50 if it is left out.
    limit: Option<i64>,
}

/// Lists what a webhook was told
///
/// And is to be told, the newest first. The log is kept for 30 days.
#[utoipa::path(
    get, path = "/api/v1/webhooks/{id}/calls", tag = "webhooks", security(("key" = ["manage"])),
    params(("id" = Ident, Path, description = "The webhook"), CallsQuery),
    responses((status = 200, body = Page<WebhookCall>))
)]
pub(super) async fn calls(
    State(app): State<App>,
    Id(id): Id,
    Asked(asked): Asked<CallsQuery>,
) -> Result<Json<Page<WebhookCall>>> {
    let limit = limit(asked.limit)?;
    let below = cursor(asked.cursor.as_deref())?;
    let state = asked.state.as_deref();
    if state.is_some_and(|state| !matches!(state, "waiting" | "done" | "failed")) {
        return Err(invalid("state", "Use waiting, done or failed."));
    }
    known(&app, id).await?;
    let rows = webhooks::calls(&mut app.engine.db.reader(), id, state, below, limit + 1).await?;
    Ok(Json(Page::of(rows, limit, |row| row.id.to_string(), WebhookCall::of)))
}

/// Shows one thing that a webhook was told
///
/// With its body and each attempt.
#[utoipa::path(
    get, path = "/api/v1/webhooks/{id}/calls/{call}", tag = "webhooks", security(("key" = ["manage"])),
    params(("id" = Ident, Path, description = "The webhook"), ("call" = Ident, Path, description = "The call")),
    responses((status = 200, body = WholeCall))
)]
pub(super) async fn call(State(app): State<App>, Ids(id, call): Ids) -> Result<Json<WholeCall>> {
    let call = call_of(&app, id, call).await?;
    let mut db = app.engine.db.reader();
    let event = webhooks::event(&mut db, call.event_id).await?.ok_or_else(WebError::not_found)?;
    let attempts = webhooks::attempts(&mut db, call.id).await?;
    let attempt = |attempt: webhooks::Attempt| WebhookAttempt {
        at: attempt.at,
        took_ms: attempt.took,
        status: attempt.status,
        answer: attempt.answer,
        error: attempt.error,
    };
    let attempts = attempts.into_iter().map(attempt).collect();
    Ok(Json(WholeCall { call: WebhookCall::of(call), body: event.body, attempts }))
}

/// Tells it once more
///
/// Under the same id as before.
#[utoipa::path(
    post, path = "/api/v1/webhooks/{id}/calls/{call}/redeliver", tag = "webhooks", security(("key" = ["manage"])),
    params(("id" = Ident, Path, description = "The webhook"), ("call" = Ident, Path, description = "The call")),
    responses((status = 200, body = WebhookCall))
)]
pub(super) async fn redeliver(State(app): State<App>, Ids(id, call): Ids) -> Result<Json<WebhookCall>> {
    desk::redeliver(&app.engine, id, call).await?;
    Ok(Json(WebhookCall::of(call_of(&app, id, call).await?)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Since {
    /// Of what happened since this moment.
    #[serde(deserialize_with = "whole")]
    #[schema(minimum = 0, maximum = 253402300799999i64, example = 1795219200000i64)]
    since: i64,
}

/// How many calls are told once more.
#[derive(Serialize, ToSchema)]
pub(super) struct Redelivered {
    calls: u64,
}

/// Tells once more all that failed
#[utoipa::path(
    post, path = "/api/v1/webhooks/{id}/redeliver", tag = "webhooks", security(("key" = ["manage"])), request_body = Since,
    params(("id" = Ident, Path, description = "The webhook")),
    responses((status = 200, body = Redelivered))
)]
pub(super) async fn redeliver_failed(
    State(app): State<App>,
    Id(id): Id,
    Given(body): Given<Since>,
) -> Result<Json<Redelivered>> {
    let since = moment("since", Some(body.since))?.unwrap_or_default();
    Ok(Json(Redelivered { calls: desk::redeliver_failed(&app.engine, id, since).await? }))
}
