//! One customer who was drawn to be invited, and what is done about it, for programs.

use super::{
    extract::{Asked, Given, Id, cursor, limit, maybe_whole},
    ident::Ident,
    letters,
    shapes::{Delivery, Page, Problem},
    tellings::SendThis,
};
use crate::{App, Result, Viewer, WebError};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use tertulia_engine::invitations::{self as desk, Look, SendForm, Trouble};
use tertulia_store::invitations::{self, Row};
use utoipa::{IntoParams, ToSchema};

/// A line of a list.
#[derive(Serialize, ToSchema)]
pub(super) struct InvitationLine {
    id: Ident,
    round_id: Ident,
    customer_id: Ident,
    customer_name: String,
    /// Who they are among those who are known by an address, if anybody.
    person_id: Option<Ident>,
    /// What the part that they were drawn from is called.
    part: String,
    /// Theirs, by the list; `und` where it does not say.
    language: String,
    /// `draft`, `queued`, `unknown`, `failed`, `sent`, `skipped` or `unsent`.
    state: String,
    /// Why it could not be sent: `no_address`, `no_way`, `shared`, `doubtful`, `refused` or `withdrawn`.
    reason: Option<String>,
    /// What the channel said where it did not get through.
    delivery_reason: Option<String>,
    sent_at: Option<i64>,
    conversation_id: Option<Ident>,
    sent_message_id: Option<Ident>,
    /// The first thing that they wrote in that conversation afterwards.
    answer_message_id: Option<Ident>,
}

impl From<Row> for InvitationLine {
    fn from(row: Row) -> Self {
        Self {
            id: Ident(row.id),
            round_id: Ident(row.round_id),
            customer_id: Ident(row.customer_id),
            customer_name: row.customer_name,
            person_id: row.person_id.map(Ident::from),
            part: row.part,
            language: row.language,
            state: row.state,
            reason: row.reason,
            delivery_reason: row.sent_reason,
            sent_at: row.sent_at,
            conversation_id: row.conversation_id.map(Ident::from),
            sent_message_id: row.sent_message_id.map(Ident::from),
            answer_message_id: row.answer_message_id.map(Ident::from),
        }
    }
}

/// How one stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum InvitationStateName {
    /// To be looked at and sent, or not.
    Draft,
    Queued,
    /// Nobody knows whether it arrived.
    Unknown,
    Failed,
    Sent,
    Skipped,
    /// It could not be sent, for a reason.
    Unsent,
}

impl InvitationStateName {
    const ALL: [(Self, &'static str); 7] = [
        (Self::Draft, "draft"),
        (Self::Queued, "queued"),
        (Self::Unknown, "unknown"),
        (Self::Failed, "failed"),
        (Self::Sent, "sent"),
        (Self::Skipped, "skipped"),
        (Self::Unsent, "unsent"),
    ];
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct InvitationsQuery {
    /// Only those that stand so.
    #[param(inline)]
    state: Option<InvitationStateName>,
    /// Where the page before ended (`next`).
    cursor: Option<String>,
    /// How many, 1 to 100; 50 if it is left out.
    limit: Option<i64>,
}

/// Lists those who were drawn, and how each stands
#[utoipa::path(
    get, path = "/api/v1/invitation-rounds/{id}/invitations", tag = "invitations", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The draw"), InvitationsQuery),
    responses((status = 200, body = Page<InvitationLine>))
)]
pub(super) async fn list(
    State(app): State<App>,
    Id(id): Id,
    Asked(asked): Asked<InvitationsQuery>,
) -> Result<Json<Page<InvitationLine>>> {
    let limit = limit(asked.limit)?;
    let after = cursor(asked.cursor.as_deref())?.unwrap_or(0);
    let mut db = app.engine.db.reader();
    desk::round(&mut db, id).await?;
    let is_meant = |state| asked.state.is_none_or(|wanted| wanted == state);
    let all = InvitationStateName::ALL.into_iter();
    let states: Vec<&str> = all.filter(|(state, _)| is_meant(*state)).map(|(_, name)| name).collect();
    let rows = invitations::list(&mut db, id, &states, after, limit + 1).await?;
    Ok(Json(Page::of(rows, limit, |row| row.id.to_string(), InvitationLine::from)))
}

/// Where a draft goes.
#[derive(Serialize, ToSchema)]
pub(super) struct InvitationGoes {
    channel_id: Ident,
    /// The address, account or number itself.
    to: String,
    /// Where the channel has one.
    subject: Option<String>,
}

/// One of them, as it is looked at.
#[derive(Serialize, ToSchema)]
pub(super) struct Invitation {
    #[serde(flatten)]
    line: InvitationLine,
    /// Rises whenever something is done about it.
    version: i64,
    /// As it would be sent now; what was sent is in the message.
    words: String,
    /// The language that the text is in; null where it was put into other words.
    text_language: Option<String>,
    /// They are to be written to in a language in which there is no text.
    other_language: bool,
    goes_to: Option<InvitationGoes>,
    /// What stands in the way of sending it, in words.
    trouble: Option<String>,
    /// Give it back to send just this.
    seen: String,
}

async fn look(app: &App, viewer: &Viewer, id: i64) -> Result<Look> {
    Ok(desk::look(&app.engine, &mut app.engine.db.reader(), viewer.user.id, id).await?)
}

async fn shown(app: &App, viewer: &Viewer, id: i64) -> Result<Json<Invitation>> {
    let look = look(app, viewer, id).await?;
    let row = invitations::shown(&mut app.engine.db.reader(), id).await?.ok_or_else(WebError::not_found)?;
    let is_draft = row.state == "draft";
    Ok(Json(Invitation {
        line: row.into(),
        version: look.invitation.version,
        words: look.words,
        text_language: look.language,
        other_language: look.is_other_language,
        goes_to: look.way.map(|way| InvitationGoes {
            channel_id: way.channel.into(),
            to: way.to_handle,
            subject: way.subject,
        }),
        trouble: look.trouble.as_ref().filter(|_| is_draft).map(Trouble::words),
        seen: look.seen,
    }))
}

/// Shows one of those who were drawn, as they are invited
#[utoipa::path(
    get, path = "/api/v1/invitations/{id}", tag = "invitations", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The invitation")),
    responses((status = 200, body = Invitation))
)]
pub(super) async fn one(State(app): State<App>, viewer: Viewer, Id(id): Id) -> Result<Json<Invitation>> {
    shown(&app, &viewer, id).await
}

/// Sends one, to the one customer whose it is
///
/// It goes out as any answer does, after ten seconds in which it can be taken back. If anything is not as it was looked at
/// (the text, where it goes), nothing is sent.
#[utoipa::path(
    post, path = "/api/v1/invitations/{id}/send", tag = "invitations", security(("key" = ["reply"])), request_body = SendThis,
    params(
        ("id" = Ident, Path, description = "The invitation"),
        ("Idempotency-Key" = String, Header, description = "1 to 200 characters, chosen by you and new for each"),
    ),
    responses(
        (status = 202, description = "Stored, and on its way", body = Delivery,
            headers(("Location" = String, description = "Where the delivery is"))),
        (status = 404, description = "There is no such invitation", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It is not as it was looked at, or they cannot be written to", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "Something in it is missing, too long or not understood", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn send(
    State(app): State<App>,
    viewer: Viewer,
    Id(id): Id,
    headers: HeaderMap,
    Given(this): Given<SendThis>,
) -> Result<Response> {
    let key = letters::key(&viewer, &headers)?;
    let words = match this.words {
        Some(words) => words,
        None => look(&app, &viewer, id).await?.words,
    };
    let form = SendForm { invitation: id, seen: this.seen, words, key };
    let delivery = desk::send(&app.engine, viewer.user.id, form).await?;
    let place = format!("/api/v1/deliveries/{}", delivery.id);
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, place)], Json(Delivery::from(delivery))).into_response())
}

/// Other words for one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OwnInvitation {
    /// Empty: what the text says.
    #[schema(max_length = 5000)]
    words: String,
    /// As it was read before: if it is not that any more, nothing is changed.
    #[serde(default, deserialize_with = "maybe_whole")]
    version: Option<i64>,
}

/// Keeps other words for one draft
#[utoipa::path(
    put, path = "/api/v1/invitations/{id}", tag = "invitations", security(("key" = ["reply"])), request_body = OwnInvitation,
    params(("id" = Ident, Path, description = "The invitation")),
    responses((status = 200, body = Invitation))
)]
pub(super) async fn keep(
    State(app): State<App>,
    viewer: Viewer,
    Id(id): Id,
    Given(own): Given<OwnInvitation>,
) -> Result<Json<Invitation>> {
    desk::keep_words(&app.engine, id, &own.words, own.version).await?;
    shown(&app, &viewer, id).await
}

/// Leaves one out: they are not invited
#[utoipa::path(
    post, path = "/api/v1/invitations/{id}/skip", tag = "invitations", security(("key" = ["reply"])),
    params(("id" = Ident, Path, description = "The invitation")),
    responses((status = 200, body = Invitation))
)]
pub(super) async fn skip(State(app): State<App>, viewer: Viewer, Id(id): Id) -> Result<Json<Invitation>> {
    desk::skip(&app.engine, viewer.user.id, id).await?;
    shown(&app, &viewer, id).await
}

/// Makes a draft again of what failed, could not be sent or was left out
#[utoipa::path(
    post, path = "/api/v1/invitations/{id}/draft", tag = "invitations", security(("key" = ["reply"])),
    params(("id" = Ident, Path, description = "The invitation")),
    responses((status = 200, body = Invitation))
)]
pub(super) async fn draft(State(app): State<App>, viewer: Viewer, Id(id): Id) -> Result<Json<Invitation>> {
    desk::draft_again(&app.engine, viewer.user.id, id).await?;
    shown(&app, &viewer, id).await
}
