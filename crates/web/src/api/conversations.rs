//! Conversations: the list, and one with its messages.

use super::{
    extract::{Asked, Id, cursor, invalid, limit, number},
    ident::Ident,
    shapes::{ConversationPage, ConversationWithMessages, Message, Problem},
};
use crate::{App, Result, Viewer, WebError};
use axum::{Json, extract::State};
use serde::Deserialize;
use tertulia_engine::{desk::OUTCOMES, outbound};
use tertulia_model::{ConversationId, UserId};
use tertulia_store::{
    listing::{self, Below, InboxFilter, Whose},
    reading,
};
use utoipa::IntoParams;

const STATES: [&str; 4] = ["open", "pending", "snoozed", "closed"];

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    /// `open`, `pending`, `snoozed` or `closed`; all of them if it is left out.
    #[param(pattern = "^(open|pending|snoozed|closed)$")]
    state: Option<String>,
    /// Only closed ones that ended so: `answered`, `listened` or `passed_on`.
    #[param(pattern = "^(answered|listened|passed_on)$")]
    outcome: Option<String>,
    /// Only those that this member has: an id, or `me` for the key's own member.
    #[param(pattern = "^(me|[1-9][0-9]{0,17}|[1-8][0-9]{18})$")]
    assignee: Option<String>,
    /// Where the page before ended (`next`).
    #[param(pattern = "^(0|[1-9][0-9]{0,14})-([1-9][0-9]{0,17}|[1-8][0-9]{18})$")]
    cursor: Option<String>,
    /// How many, 1 to 100; 50 if it is left out.
    limit: Option<i64>,
}

/// Lists conversations
///
/// The one with the newest words first.
#[utoipa::path(
    get, path = "/api/v1/conversations", tag = "conversations", params(ListQuery), security(("key" = ["read"])),
    responses(
        (status = 200, body = ConversationPage),
        (status = 422, description = "A filter that is not understood", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn list(
    State(app): State<App>,
    viewer: Viewer,
    Asked(query): Asked<ListQuery>,
) -> Result<Json<ConversationPage>> {
    if let Some(state) = query.state.as_deref().filter(|state| !STATES.contains(state)) {
        return Err(invalid("state", format!("“{state}” is no state; use one of {}.", STATES.join(", "))));
    }
    let outcome = query.outcome.as_deref();
    if let Some(outcome) = outcome.filter(|outcome| !OUTCOMES.contains(outcome)) {
        return Err(invalid("outcome", format!("“{outcome}” is none; use one of {}.", OUTCOMES.join(", "))));
    }
    let whose = match query.assignee.as_deref() {
        None => Whose::Everybodys,
        Some("me") => Whose::Of(viewer.user.id),
        Some(id) => Whose::Of(UserId(number("assignee", id)?)),
    };
    let limit = limit(query.limit)?;
    // Only what is closed has ended.
    if outcome.is_some() && query.state.as_deref().is_some_and(|state| state != "closed") {
        return Ok(Json(ConversationPage { conversations: Vec::new(), next: None }));
    }
    let below = query.cursor.as_deref().map(below).transpose()?;
    let filter = InboxFilter { state: query.state.as_deref(), outcome, whose, ..InboxFilter::default() };
    let mut rows = listing::inbox(&mut app.engine.db.reader(), viewer.user.id, filter, below, limit + 1).await?;
    let more = i64::try_from(rows.len()).is_ok_and(|found| found > limit);
    if more {
        rows.pop();
    }
    let next = rows.last().filter(|_| more).map(|row| format!("{}-{}", row.last_at, row.id));
    Ok(Json(ConversationPage { conversations: rows.into_iter().map(Into::into).collect(), next }))
}

fn below(cursor: &str) -> Result<Below> {
    let parts = cursor.rsplit_once('-').and_then(|(at, id)| Some((at.parse().ok()?, id.parse().ok()?)));
    let (last_at, id) = parts.ok_or_else(|| invalid("cursor", "Give `next` of the page before, unchanged."))?;
    Ok(Below { last_at, id })
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct MessagesQuery {
    /// Where the page before ended (`next`).
    cursor: Option<String>,
    /// How many messages, 1 to 100; 50 if it is left out.
    limit: Option<i64>,
}

/// Shows a conversation
///
/// With a page of its messages, newest first, and the ways in which it can be answered.
#[utoipa::path(
    get, path = "/api/v1/conversations/{id}", tag = "conversations", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The conversation"), MessagesQuery),
    responses(
        (status = 200, body = ConversationWithMessages),
        (status = 404, description = "There is no such conversation", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A parameter that is not understood", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn one(
    State(app): State<App>,
    viewer: Viewer,
    Id(id): Id,
    Asked(query): Asked<MessagesQuery>,
) -> Result<Json<ConversationWithMessages>> {
    let id = ConversationId(id);
    let limit = limit(query.limit)?;
    let before = cursor(query.cursor.as_deref())?;
    let mut db = app.engine.db.reader();
    let row = listing::inbox_row(&mut db, viewer.user.id, id).await?.ok_or_else(WebError::not_found)?;
    let mut messages = reading::conversation(&mut db, id, before, limit + 1).await?;
    let more = i64::try_from(messages.len()).is_ok_and(|found| found > limit);
    if more {
        messages.pop();
    }
    let next = messages.last().filter(|_| more).map(|message| message.place.to_string());
    let ids: Vec<_> = messages.iter().map(|message| message.id).collect();
    let attachments = reading::attachments(&mut db, &ids).await?;
    let ways = outbound::ways_to_answer(&app.engine, id).await?;
    Ok(Json(ConversationWithMessages {
        conversation: row.into(),
        ways: ways.into_iter().map(Into::into).collect(),
        messages: Message::with_attachments(messages, &attachments),
        next,
    }))
}
