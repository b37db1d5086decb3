//! Searching all that was heard.

use super::{
    extract::{Asked, Id, cursor, invalid, limit},
    ident::Ident,
    shapes::{FoundPage, Message, Page, Problem},
};
use crate::{App, Result, WebError, messages::attachment};
use axum::{Json, extract::State, response::Response};
use serde::{Deserialize, Serialize};
use tertulia_analysis::query;
use tertulia_engine::{
    people,
    search::{self, Filter},
};
use tertulia_model::{AttachmentId, MessageId};
use tertulia_store::reading;
use utoipa::{IntoParams, ToSchema};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct SearchQuery {
    /// What to look for, in the words of the screen's own search; all messages if it is left out.
    #[serde(default)]
    #[param(required = false, example = "\"flat white\" lang:es")]
    q: String,
    /// Where the page before ended (`next`).
    cursor: Option<String>,
    /// How many, 1 to 100; 50 if it is left out.
    limit: Option<i64>,
}

/// Searches messages
///
/// Over all that was heard and all that we answered, newest first.
#[utoipa::path(
    get, path = "/api/v1/messages", tag = "messages", params(SearchQuery), security(("key" = ["read"])),
    responses(
        (status = 200, body = FoundPage),
        (status = 422, description = "A search that cannot be read; the detail says where", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn search(State(app): State<App>, Asked(asked): Asked<SearchQuery>) -> Result<Json<FoundPage>> {
    let query = query::parse(&asked.q).map_err(|error| invalid("q", error.message))?;
    let limit = usize::try_from(limit(asked.limit)?).unwrap_or_default();
    let below = cursor(asked.cursor.as_deref())?;
    let found = search::search(&app.engine, &query, &Filter::default(), below, limit).await?;
    let ids: Vec<_> = found.messages.iter().map(|message| message.id).collect();
    let attachments = reading::attachments(&mut app.engine.db.reader(), &ids).await?;
    let next = found.below.map(|below| below.to_string());
    Ok(Json(FoundPage { messages: Message::with_attachments(found.messages, &attachments), next }))
}

/// Shows a message
#[utoipa::path(
    get, path = "/api/v1/messages/{id}", tag = "messages", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The message")),
    responses((status = 200, body = Message))
)]
pub(super) async fn one(State(app): State<App>, Id(id): Id) -> Result<Json<Message>> {
    let mut db = app.engine.db.reader();
    let message = reading::message(&mut db, MessageId(id)).await?.ok_or_else(WebError::not_found)?;
    let attachments = reading::attachments(&mut db, &[message.id]).await?;
    let mut shown = Message::with_attachments(vec![message], &attachments);
    Ok(Json(shown.pop().ok_or_else(WebError::not_found)?))
}

/// One wording of a message.
#[derive(Serialize, ToSchema)]
pub(super) struct Wording {
    /// Rises with each edit.
    revision: i64,
    subject: Option<String>,
    text: String,
    /// When we heard of it.
    heard_at: i64,
}

/// Lists the wordings of a message
///
/// Newest first: how it stands now, and what it said before it was edited where it was written.
#[utoipa::path(
    get, path = "/api/v1/messages/{id}/wordings", tag = "messages", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The message")),
    responses((status = 200, body = Page<Wording>))
)]
pub(super) async fn wordings(State(app): State<App>, Id(id): Id) -> Result<Json<Page<Wording>>> {
    let mut db = app.engine.db.reader();
    let message = reading::message(&mut db, MessageId(id)).await?.filter(|message| message.state == "shown");
    let message = message.ok_or_else(WebError::not_found)?;
    let wording = |said: reading::Revision| Wording {
        revision: said.revision,
        subject: said.subject,
        text: people::without_links(&said.text),
        heard_at: said.heard_at,
    };
    let mut wordings: Vec<Wording> = reading::revisions(&mut db, message.id).await?.into_iter().map(wording).collect();
    wordings.reverse();
    Ok(Json(Page::whole(wordings)))
}

/// Gives a file that came with a message
///
/// As it came; its type and name stand in the message. Whoever shows it must take care: it is an outsider's.
#[utoipa::path(
    get, path = "/api/v1/attachments/{id}", tag = "messages", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The file, one of a message's `attachments`")),
    responses(
        (status = 200, description = "The file", body = super::shapes::File, content_type = "application/octet-stream"),
        (status = 410, description = "Its bytes are no longer here", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn file(State(app): State<App>, Id(id): Id) -> Result<Response> {
    attachment::to_be_saved(&app, AttachmentId(id)).await
}
