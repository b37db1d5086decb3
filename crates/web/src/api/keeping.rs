//! What is done with a conversation besides answering it.

use super::{
    extract::{Given, Id, invalid, moment},
    ident::Ident,
    shapes::Conversation,
};
use crate::{App, Result, Viewer, WebError};
use axum::{Json, extract::State, http::StatusCode};
use serde::Deserialize;
use tertulia_engine::desk;
use tertulia_model::{ConversationId, MessageId, UserId};
use tertulia_store::{conversations, listing};
use utoipa::ToSchema;

async fn known(app: &App, id: i64) -> Result<ConversationId> {
    let found = conversations::get(&mut app.engine.db.reader(), ConversationId(id)).await?;
    Ok(found.ok_or_else(WebError::not_found)?.id)
}

async fn shown(app: &App, viewer: &Viewer, id: ConversationId) -> Result<Json<Conversation>> {
    let row = listing::inbox_row(&mut app.engine.db.reader(), viewer.user.id, id).await?;
    Ok(Json(row.ok_or_else(WebError::not_found)?.into()))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Assignment {
    /// The member who is to have it; nobody if it is left out.
    member_id: Option<Ident>,
}

/// Gives a conversation to a member
#[utoipa::path(
    post, path = "/api/v1/conversations/{id}/assign", tag = "conversations", security(("key" = ["reply"])),
    request_body = Assignment, params(("id" = Ident, Path, description = "The conversation")),
    responses((status = 200, body = Conversation))
)]
pub(super) async fn assign(
    State(app): State<App>,
    viewer: Viewer,
    Id(id): Id,
    Given(body): Given<Assignment>,
) -> Result<Json<Conversation>> {
    let id = known(&app, id).await?;
    desk::assign(&app.engine, id, body.member_id.map(|member| UserId(member.0))).await?;
    shown(&app, &viewer, id).await
}

/// Closes a conversation
///
/// It opens again when they write.
#[utoipa::path(
    post, path = "/api/v1/conversations/{id}/close", tag = "conversations", security(("key" = ["reply"])),
    params(("id" = Ident, Path, description = "The conversation")),
    responses((status = 200, body = Conversation))
)]
pub(super) async fn close(State(app): State<App>, viewer: Viewer, Id(id): Id) -> Result<Json<Conversation>> {
    let id = known(&app, id).await?;
    desk::set_state(&app.engine, id, "closed").await?;
    shown(&app, &viewer, id).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Ended {
    /// `answered`; `listened` (they wanted to be heard, and nothing has to change); or `passed_on`.
    #[schema(pattern = "^(answered|listened|passed_on)$", example = "listened")]
    outcome: String,
}

/// Closes a conversation and says how it ended
///
/// Of one that is closed already it says so anew. It opens again when they write, and has not ended then.
#[utoipa::path(
    put, path = "/api/v1/conversations/{id}/outcome", tag = "conversations", security(("key" = ["reply"])),
    request_body = Ended, params(("id" = Ident, Path, description = "The conversation")),
    responses((status = 200, body = Conversation))
)]
pub(super) async fn end(
    State(app): State<App>,
    viewer: Viewer,
    Id(id): Id,
    Given(body): Given<Ended>,
) -> Result<Json<Conversation>> {
    let id = known(&app, id).await?;
    desk::close_as(&app.engine, id, &body.outcome, viewer.user.id).await?;
    shown(&app, &viewer, id).await
}

/// Opens a conversation again
#[utoipa::path(
    post, path = "/api/v1/conversations/{id}/reopen", tag = "conversations", security(("key" = ["reply"])),
    params(("id" = Ident, Path, description = "The conversation")),
    responses((status = 200, body = Conversation))
)]
pub(super) async fn reopen(State(app): State<App>, viewer: Viewer, Id(id): Id) -> Result<Json<Conversation>> {
    let id = known(&app, id).await?;
    desk::set_state(&app.engine, id, "open").await?;
    shown(&app, &viewer, id).await
}

/// Notes that we wait for them
#[utoipa::path(
    post, path = "/api/v1/conversations/{id}/pending", tag = "conversations", security(("key" = ["reply"])),
    params(("id" = Ident, Path, description = "The conversation")),
    responses((status = 200, body = Conversation))
)]
pub(super) async fn pending(State(app): State<App>, viewer: Viewer, Id(id): Id) -> Result<Json<Conversation>> {
    let id = known(&app, id).await?;
    desk::set_state(&app.engine, id, "pending").await?;
    shown(&app, &viewer, id).await
}

/// Marks a conversation as unread
///
/// For the member whose key it is.
#[utoipa::path(
    post, path = "/api/v1/conversations/{id}/unread", tag = "conversations", security(("key" = ["reply"])),
    params(("id" = Ident, Path, description = "The conversation")),
    responses((status = 200, body = Conversation))
)]
pub(super) async fn unread(State(app): State<App>, viewer: Viewer, Id(id): Id) -> Result<Json<Conversation>> {
    let id = known(&app, id).await?;
    desk::mark_unread(&app.engine, viewer.user.id, id).await?;
    shown(&app, &viewer, id).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Other {
    /// The other conversation.
    conversation_id: Ident,
}

/// Makes one of two conversations
///
/// The other one goes into this one; `part` undoes it, whenever that is.
#[utoipa::path(
    post, path = "/api/v1/conversations/{id}/merge", tag = "conversations", security(("key" = ["reply"])),
    request_body = Other, params(("id" = Ident, Path, description = "The conversation")),
    responses((status = 200, body = Conversation))
)]
pub(super) async fn merge(
    State(app): State<App>,
    viewer: Viewer,
    Id(id): Id,
    Given(body): Given<Other>,
) -> Result<Json<Conversation>> {
    let (into, from) = (known(&app, id).await?, ConversationId(body.conversation_id.0));
    desk::merge(&app.engine, from, into).await?;
    shown(&app, &viewer, into).await
}

/// Parts two conversations again
///
/// The other one had gone into this one. Gives the other, with what came since and belongs to it.
#[utoipa::path(
    post, path = "/api/v1/conversations/{id}/part", tag = "conversations", security(("key" = ["reply"])),
    request_body = Other, params(("id" = Ident, Path, description = "The conversation")),
    responses((status = 200, body = Conversation))
)]
pub(super) async fn part(
    State(app): State<App>,
    viewer: Viewer,
    Id(id): Id,
    Given(body): Given<Other>,
) -> Result<Json<Conversation>> {
    let (out_of, from) = (known(&app, id).await?, ConversationId(body.conversation_id.0));
    desk::part(&app.engine, from, out_of).await?;
    shown(&app, &viewer, from).await
}

/// Keeps two conversations apart
///
/// They were proposed to be one; that is not asked again.
#[utoipa::path(
    post, path = "/api/v1/conversations/{id}/apart", tag = "conversations", security(("key" = ["reply"])),
    request_body = Other, params(("id" = Ident, Path, description = "The conversation")),
    responses((status = 200, body = Conversation))
)]
pub(super) async fn apart(
    State(app): State<App>,
    viewer: Viewer,
    Id(id): Id,
    Given(body): Given<Other>,
) -> Result<Json<Conversation>> {
    let id = known(&app, id).await?;
    desk::keep_apart(&app.engine, id, ConversationId(body.conversation_id.0)).await?;
    shown(&app, &viewer, id).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Snooze {
    /// When it is to come back; a time still to come.
    #[schema(minimum = 0, maximum = 253402300799999i64, example = 4070908800000i64)]
    until: i64,
}

/// Puts a conversation off
///
/// Until then, or until they write.
#[utoipa::path(
    post, path = "/api/v1/conversations/{id}/snooze", tag = "conversations", security(("key" = ["reply"])),
    request_body = Snooze, params(("id" = Ident, Path, description = "The conversation")),
    responses((status = 200, body = Conversation))
)]
pub(super) async fn snooze(
    State(app): State<App>,
    viewer: Viewer,
    Id(id): Id,
    Given(body): Given<Snooze>,
) -> Result<Json<Conversation>> {
    let until = moment("until", Some(body.until))?.unwrap_or_default();
    let id = known(&app, id).await?;
    if until <= app.engine.now() {
        return Err(invalid("until", "Choose a time that is still to come."));
    }
    desk::snooze(&app.engine, id, until).await?;
    shown(&app, &viewer, id).await
}

/// Opens a conversation from a message
///
/// That was only listened to; where it stands in one already, that one is given.
#[utoipa::path(
    post, path = "/api/v1/messages/{id}/conversation", tag = "messages", security(("key" = ["reply"])),
    params(("id" = Ident, Path, description = "The message")),
    responses((status = 201, description = "The conversation that it stands in now", body = Conversation))
)]
pub(super) async fn open(
    State(app): State<App>,
    viewer: Viewer,
    Id(id): Id,
) -> Result<(StatusCode, Json<Conversation>)> {
    let id = desk::open_thread(&app.engine, MessageId(id), viewer.user.id).await?;
    Ok((StatusCode::CREATED, shown(&app, &viewer, id).await?))
}
