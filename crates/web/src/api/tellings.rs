//! One who asked for a change, and what is done about telling them; what is owed, and how long it took.

use super::{
    extract::{Asked, Given, Id, cursor, invalid, limit, maybe_whole},
    ident::Ident,
    letters,
    shapes::{Delivery, Page, Person, Problem},
    telling::LoopTime,
};
use crate::{App, Result, Viewer, WebError};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use tertulia_engine::telling::{self as desk, Look, SendForm, Trouble};
use tertulia_model::{ChangeId, MessageId};
use tertulia_store::{
    deliveries, loops,
    tellings::{self, Row},
};
use utoipa::{IntoParams, ToSchema};

/// A line of a list.
#[derive(Serialize, ToSchema)]
pub(super) struct TellingLine {
    id: Ident,
    change_id: Ident,
    /// `done`, `declined` or `helped`.
    kind: String,
    person: Person,
    /// What they said, which is answered; null where it was noted on their behalf.
    message_id: Option<Ident>,
    /// Theirs; `und` where nobody knows it.
    language: String,
    /// `draft`, `queued`, `unknown`, `failed`, `told`, `by_hand`, `skipped` or `owed`.
    state: String,
    /// Why it is owed: `behalf`, `deleted`, `spoken`, `no_way`, `no_conversation`, `refused` or `withdrawn`.
    reason: Option<String>,
    /// What there is to say of the message that told them, or should have: what the channel said where it did not get through.
    delivery_reason: Option<String>,
    note: Option<String>,
    /// The message that told them.
    sent_message_id: Option<Ident>,
    asked_at: i64,
    told_at: Option<i64>,
    /// Milliseconds from what they first asked to what they were told.
    took: Option<i64>,
    /// Whether it helped: `helped`, `not` or `unclear`.
    answer: Option<String>,
}

impl From<Row> for TellingLine {
    fn from(row: Row) -> Self {
        Self {
            id: Ident(row.id),
            change_id: row.change_id.into(),
            kind: row.kind,
            person: Person { id: row.person_id.into(), name: Some(row.person_name) },
            message_id: row.message_id.map(Ident::from),
            language: row.language,
            state: row.state,
            reason: row.reason,
            delivery_reason: row.sent_reason,
            note: row.note,
            sent_message_id: row.sent_message_id.map(Ident::from),
            asked_at: row.asked_at,
            told_at: row.told_at,
            took: row.took,
            answer: row.answer,
        }
    }
}

/// Where a draft goes.
#[derive(Serialize, ToSchema)]
pub(super) struct GoesTo {
    channel_id: Ident,
    /// The address, account or number itself.
    to: String,
    /// Everybody can read it there.
    public: bool,
}

/// One of them, as it is looked at.
#[derive(Serialize, ToSchema)]
pub(super) struct Telling {
    id: Ident,
    change_id: Ident,
    kind: String,
    person: Person,
    message_id: Option<Ident>,
    language: String,
    state: String,
    reason: Option<String>,
    /// What there is to say of the message that told them, or should have.
    delivery_reason: Option<String>,
    note: Option<String>,
    /// Rises whenever something is done about it.
    version: i64,
    /// As it would be sent now, or was.
    words: String,
    /// The language that the text is in; null where it was put into other words.
    text_language: Option<String>,
    /// They write in a language in which there is no text.
    other_language: bool,
    goes_to: Option<GoesTo>,
    /// What stands in the way of sending it, in words.
    trouble: Option<String>,
    /// Give it back to send just this.
    seen: String,
    delivery_id: Option<Ident>,
    asked_at: i64,
    told_at: Option<i64>,
    answer: Option<String>,
    answer_message_id: Option<Ident>,
}

impl Telling {
    fn of(look: Look, delivery_reason: Option<String>) -> Self {
        let to = look.to().unwrap_or_default().to_owned();
        let t = look.telling;
        Self {
            id: Ident(t.id),
            change_id: t.change_id.into(),
            kind: t.kind,
            person: Person { id: t.person_id.into(), name: Some(look.name) },
            message_id: t.message_id.map(Ident::from),
            language: t.language,
            trouble: look.trouble.as_ref().filter(|_| t.state == "draft").map(Trouble::words),
            state: t.state,
            reason: t.reason,
            delivery_reason,
            note: t.note,
            version: t.version,
            words: look.words,
            text_language: look.language,
            other_language: look.is_other_language,
            goes_to: look.way.map(|way| GoesTo { channel_id: way.channel.into(), to, public: way.is_public }),
            seen: look.seen,
            delivery_id: t.delivery_id.map(Ident::from),
            asked_at: t.asked_at,
            told_at: t.told_at,
            answer: t.answer,
            answer_message_id: t.answer_message_id.map(Ident::from),
        }
    }
}

async fn shown(app: &App, id: i64) -> Result<Json<Telling>> {
    let mut db = app.engine.db.reader();
    let look = desk::look(&app.engine, &mut db, id).await?;
    let sent = match look.telling.delivery_id {
        Some(delivery) => deliveries::get(&mut db, delivery).await?,
        None => None,
    };
    Ok(Json(Telling::of(look, sent.and_then(|sent| sent.reason))))
}

/// Shows one of those who asked, as they are told
#[utoipa::path(
    get, path = "/api/v1/tellings/{id}", tag = "telling", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The telling")),
    responses((status = 200, body = Telling))
)]
pub(super) async fn one(State(app): State<App>, Id(id): Id) -> Result<Json<Telling>> {
    shown(&app, id).await
}

/// What was looked at and is to go.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SendThis {
    /// As it was read before.
    #[schema(max_length = 100)]
    pub(super) seen: String,
    /// In other words than the draft's.
    #[schema(max_length = 100_000)]
    pub(super) words: Option<String>,
}

/// Sends one, to the one person whose it is
///
/// It goes out as any answer does, after ten seconds in which it can be taken back. If anything is not as it was looked at
/// (the text, what they said, where it goes), nothing is sent.
#[utoipa::path(
    post, path = "/api/v1/tellings/{id}/send", tag = "telling", security(("key" = ["reply"])), request_body = SendThis,
    params(
        ("id" = Ident, Path, description = "The telling"),
        ("Idempotency-Key" = String, Header, description = "1 to 200 characters, chosen by you and new for each"),
    ),
    responses(
        (status = 202, description = "Stored, and on its way", body = Delivery,
            headers(("Location" = String, description = "Where the delivery is"))),
        (status = 404, description = "There is no such telling", body = Problem, content_type = "application/problem+json"),
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
        None => desk::look(&app.engine, &mut app.engine.db.reader(), id).await?.words,
    };
    let form =
        SendForm { telling: id, seen: this.seen, words, key, asked: None, shown: Vec::new(), even_if_unseen: false };
    let delivery = desk::send(&app.engine, viewer.user.id, form).await?;
    let place = format!("/api/v1/deliveries/{}", delivery.id);
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, place)], Json(Delivery::from(delivery))).into_response())
}

/// Other words for one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OwnWords {
    /// Empty: what the text says.
    #[schema(max_length = 5000)]
    words: String,
    /// As it was read before: if it is not that any more, nothing is changed.
    #[serde(default, deserialize_with = "maybe_whole")]
    version: Option<i64>,
}

/// Keeps other words for one draft
#[utoipa::path(
    put, path = "/api/v1/tellings/{id}", tag = "telling", security(("key" = ["reply"])), request_body = OwnWords,
    params(("id" = Ident, Path, description = "The telling")),
    responses((status = 200, body = Telling))
)]
pub(super) async fn keep(State(app): State<App>, Id(id): Id, Given(own): Given<OwnWords>) -> Result<Json<Telling>> {
    desk::keep_words(&app.engine, id, &own.words, own.version).await?;
    shown(&app, id).await
}

/// What there is to say of it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Noted {
    #[serde(default)]
    #[schema(max_length = 1000, example = "Told her at the counter.")]
    note: String,
}

/// Leaves one out: they are not told, and nothing is owed
#[utoipa::path(
    post, path = "/api/v1/tellings/{id}/skip", tag = "telling", security(("key" = ["reply"])), request_body = Noted,
    params(("id" = Ident, Path, description = "The telling")),
    responses((status = 200, body = Telling))
)]
pub(super) async fn skip(
    State(app): State<App>,
    viewer: Viewer,
    Id(id): Id,
    Given(noted): Given<Noted>,
) -> Result<Json<Telling>> {
    desk::skip(&app.engine, viewer.user.id, id, &noted.note).await?;
    shown(&app, id).await
}

/// Notes that somebody was told, or asked, another way
#[utoipa::path(
    post, path = "/api/v1/tellings/{id}/by-hand", tag = "telling", security(("key" = ["reply"])), request_body = Noted,
    params(("id" = Ident, Path, description = "The telling")),
    responses((status = 200, body = Telling))
)]
pub(super) async fn by_hand(
    State(app): State<App>,
    viewer: Viewer,
    Id(id): Id,
    Given(noted): Given<Noted>,
) -> Result<Json<Telling>> {
    desk::by_hand(&app.engine, viewer.user.id, id, &noted.note).await?;
    shown(&app, id).await
}

/// Keeps a draft as owed, for what stands in its way
#[utoipa::path(
    post, path = "/api/v1/tellings/{id}/owe", tag = "telling", security(("key" = ["reply"])),
    params(("id" = Ident, Path, description = "The telling")),
    responses((status = 200, body = Telling))
)]
pub(super) async fn owe(State(app): State<App>, viewer: Viewer, Id(id): Id) -> Result<Json<Telling>> {
    desk::owe(&app.engine, viewer.user.id, id).await?;
    shown(&app, id).await
}

/// Makes a draft again of what failed, is owed, was left out or was told by hand
#[utoipa::path(
    post, path = "/api/v1/tellings/{id}/draft", tag = "telling", security(("key" = ["reply"])),
    params(("id" = Ident, Path, description = "The telling")),
    responses((status = 200, body = Telling))
)]
pub(super) async fn draft(State(app): State<App>, Id(id): Id) -> Result<Json<Telling>> {
    desk::draft_again(&app.engine, id).await?;
    shown(&app, id).await
}

/// Whether it helped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum WhetherHelped {
    Helped,
    Not,
    Unclear,
}

impl WhetherHelped {
    fn as_str(self) -> &'static str {
        match self {
            Self::Helped => "helped",
            Self::Not => "not",
            Self::Unclear => "unclear",
        }
    }
}

/// What they answered, as a member understands it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct HelpAnswer {
    /// Null takes it back.
    answer: Option<WhetherHelped>,
    /// By which message of theirs, if by one.
    message_id: Option<Ident>,
}

/// Notes whether it helped
///
/// Of one of the kind `helped`.
#[utoipa::path(
    put, path = "/api/v1/tellings/{id}/answer", tag = "telling", security(("key" = ["reply"])), request_body = HelpAnswer,
    params(("id" = Ident, Path, description = "The telling")),
    responses((status = 200, body = Telling))
)]
pub(super) async fn answer(
    State(app): State<App>,
    viewer: Viewer,
    Id(id): Id,
    Given(given): Given<HelpAnswer>,
) -> Result<Json<Telling>> {
    let message = given.message_id.map(|id| MessageId(id.0));
    desk::mark(&app.engine, viewer.user.id, id, given.answer.map(WhetherHelped::as_str), message).await?;
    shown(&app, id).await
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct DebtsQuery {
    /// Where the page before ended (`next`).
    cursor: Option<String>,
    /// How many, 1 to 100; 50 if it is left out.
    limit: Option<i64>,
}

/// Lists who is owed word of a change that is done or declined
///
/// The newest first, over all changes.
#[utoipa::path(
    get, path = "/api/v1/debts", tag = "telling", security(("key" = ["read"])), params(DebtsQuery),
    responses((status = 200, body = Page<TellingLine>))
)]
pub(super) async fn debts(State(app): State<App>, Asked(asked): Asked<DebtsQuery>) -> Result<Json<Page<TellingLine>>> {
    let limit = limit(asked.limit)?;
    let before = cursor(asked.cursor.as_deref())?;
    let rows = tellings::debts(&mut app.engine.db.reader(), before, limit + 1).await?;
    Ok(Json(Page::of(rows, limit, |row| row.id.to_string(), TellingLine::from)))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct LoopQuery {
    /// Of one change; of all if it is left out.
    change_id: Option<Ident>,
    /// Where the page before ended (`next`).
    cursor: Option<String>,
    /// How many, 1 to 100; 50 if it is left out.
    limit: Option<i64>,
}

/// How long it took, and a page of those behind it.
#[derive(Serialize, ToSchema)]
pub(super) struct LoopPage {
    #[serde(flatten)]
    time: LoopTime,
    /// What took longest first.
    items: Vec<TellingLine>,
    /// Give it as `cursor` for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Shows loop time: from what somebody first asked to what they were told
///
/// With everybody behind it. Who is not told yet is not in it.
#[utoipa::path(
    get, path = "/api/v1/loop", tag = "telling", security(("key" = ["read"])), params(LoopQuery),
    responses(
        (status = 200, body = LoopPage),
        (status = 404, description = "There is no such change", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn loop_time(State(app): State<App>, Asked(asked): Asked<LoopQuery>) -> Result<Json<LoopPage>> {
    let limit = limit(asked.limit)?;
    let change = asked.change_id.map(|id| ChangeId(id.0));
    let wrong = || invalid("cursor", "Give `next` of the page before, unchanged.");
    let read = |text: &str| text.split_once('_').and_then(|(took, id)| Some((took.parse().ok()?, id.parse().ok()?)));
    let below = match asked.cursor.as_deref() {
        Some(text) => Some(read(text).ok_or_else(wrong)?),
        None => None,
    };
    let mut db = app.engine.db.reader();
    if let Some(change) = change {
        tertulia_store::feedback_changes::get(&mut db, change).await?.ok_or_else(WebError::not_found)?;
    }
    let rows = loops::behind(&mut db, change, below, limit + 1).await?;
    let place = |row: &Row| format!("{}_{}", row.took.unwrap_or(0), row.id);
    let Page { items, next } = Page::of(rows, limit, place, TellingLine::from);
    Ok(Json(LoopPage { time: loops::times(&mut db, change).await?.into(), items, next }))
}
