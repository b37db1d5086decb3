//! What people ask for, and who asks.

use super::{
    extract::{Asked, Given, Id, Ids, invalid, limit},
    ident::Ident,
    shapes::{Page, Person, Problem},
};
use crate::{App, Result, Viewer, WebError};
use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use tertulia_engine::feedback::{self as desk, ItemForm, Of, Undo};
use tertulia_model::{ChangeId, FeedbackId, MessageId, PersonId};
use tertulia_store::{
    evidence,
    feedback::{self, Below, Row, Wanted},
};
use utoipa::{IntoParams, ToSchema};

/// Something that people ask for, in the team's words.
#[derive(Serialize, ToSchema)]
pub(super) struct FeedbackItem {
    id: Ident,
    /// Empty where it was in the words of a message that is deleted.
    #[schema(example = "Open on Sundays")]
    title: String,
    /// What is asked.
    asked: String,
    language: String,
    /// How many people ask for it, each once.
    askers: i64,
    /// The change that it belongs to.
    change_id: Option<Ident>,
    /// The item that it was merged into; its askers count there.
    merged_into: Option<Ident>,
    /// Rises with each change of its words, and whenever it is joined or merged.
    version: i64,
    created_by: Ident,
    created_at: i64,
}

impl From<feedback::Item> for FeedbackItem {
    fn from(item: feedback::Item) -> Self {
        Self {
            id: item.id.into(),
            title: item.title,
            asked: item.asked,
            language: item.language,
            askers: item.askers,
            change_id: item.change_id.map(Ident::from),
            merged_into: item.merged_into.map(|_| item.root_id.into()),
            version: item.version,
            created_by: item.created_by.into(),
            created_at: item.created_at,
        }
    }
}

/// A line of the list.
#[derive(Serialize, ToSchema)]
pub(super) struct FeedbackLine {
    id: Ident,
    title: String,
    asked: String,
    language: String,
    askers: i64,
    change_id: Option<Ident>,
    /// `considering`, `planned`, `done` or `declined`, of the change; null where it belongs to none.
    state: Option<String>,
    created_at: i64,
}

impl From<Row> for FeedbackLine {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.into(),
            title: row.title,
            asked: row.asked,
            language: row.language,
            askers: row.askers,
            change_id: row.change_id.map(Ident::from),
            state: row.state,
            created_at: row.created_at,
        }
    }
}

/// How it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum FeedbackState {
    /// It belongs to no change.
    Open,
    Considering,
    Planned,
    Done,
    Declined,
}

impl FeedbackState {
    fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Considering => "considering",
            Self::Planned => "planned",
            Self::Done => "done",
            Self::Declined => "declined",
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct FeedbackQuery {
    /// Words that all stand in it.
    #[param(max_length = 200, example = "sunday")]
    q: Option<String>,
    /// Only what stands so.
    #[param(inline)]
    state: Option<FeedbackState>,
    /// Only what belongs to this change.
    change: Option<Ident>,
    /// Where the page before ended (`next`).
    #[param(pattern = "^[0-9]{1,18}_[1-9][0-9]{0,17}$")]
    cursor: Option<String>,
    /// How many, 1 to 100; 50 if it is left out.
    limit: Option<i64>,
}

const LONGEST_SEARCH: usize = 200;

/// Two numbers of the row that a page ended with.
pub(super) fn pair(text: Option<&str>) -> Result<Option<(i64, i64)>> {
    let read = |text: &str| {
        let (one, two) = text.split_once('_')?;
        Some((one.parse().ok()?, Ident::read(two)?.0))
    };
    let wrong = || invalid("cursor", "Give `next` of the page before, unchanged.");
    text.map(|text| read(text).ok_or_else(wrong)).transpose()
}

/// Lists what people ask for
///
/// The most asked for first. What was merged into another item is left out.
#[utoipa::path(
    get, path = "/api/v1/feedback", tag = "feedback", security(("key" = ["read"])), params(FeedbackQuery),
    responses((status = 200, body = Page<FeedbackLine>))
)]
pub(super) async fn list(
    State(app): State<App>,
    Asked(asked): Asked<FeedbackQuery>,
) -> Result<Json<Page<FeedbackLine>>> {
    let limit = limit(asked.limit)?;
    let below = pair(asked.cursor.as_deref())?.map(|(askers, id)| Below { askers, id: FeedbackId(id) });
    let q = asked.q.unwrap_or_default();
    if q.chars().count() > LONGEST_SEARCH {
        return Err(invalid("q", format!("Give at most {LONGEST_SEARCH} characters.")));
    }
    let state = asked.state.map(FeedbackState::as_str);
    let wanted = Wanted { state, change: asked.change.map(|id| ChangeId(id.0)), ..Wanted::default() };
    let rows = desk::find(&mut app.engine.db.reader(), &q, wanted, below, limit + 1).await?;
    Ok(Json(Page::of(rows, limit, |row| format!("{}_{}", row.askers, row.id), FeedbackLine::from)))
}

async fn known(app: &App, id: i64) -> Result<feedback::Item> {
    feedback::get(&mut app.engine.db.reader(), FeedbackId(id)).await?.ok_or_else(WebError::not_found)
}

async fn shown(app: &App, id: i64) -> Result<Json<FeedbackItem>> {
    Ok(Json(known(app, id).await?.into()))
}

/// Something new that is asked for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewFeedback {
    /// In a few words.
    #[schema(min_length = 1, max_length = 200, example = "Open on Sundays")]
    title: String,
    /// What is asked.
    #[serde(default)]
    #[schema(max_length = 4000)]
    asked: String,
    /// The message by which it is asked for.
    message_id: Option<Ident>,
    /// The person on whose behalf it is noted, where there is no message; `note` then says how you know.
    person_id: Option<Ident>,
    #[serde(default)]
    #[schema(max_length = 1000)]
    note: String,
}

/// By what somebody asks.
fn of(message: Option<Ident>, person: Option<Ident>, note: String) -> Result<Option<Of>> {
    Ok(match (message, person) {
        (Some(_), Some(_)) => {
            return Err(invalid("person_id", "Give a message or a person: of a message it is its writer who asks."));
        }
        (Some(message), None) => Some(Of::Message { message: MessageId(message.0), note }),
        (None, Some(person)) => Some(Of::Person { person: PersonId(person.0), note }),
        (None, None) => None,
    })
}

/// Puts something on the list that people ask for
#[utoipa::path(
    post, path = "/api/v1/feedback", tag = "feedback", security(("key" = ["reply"])), request_body = NewFeedback,
    responses(
        (status = 201, body = FeedbackItem, headers(("Location" = String, description = "Where the item is"))),
        (status = 404, description = "There is no such message or person", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn add(State(app): State<App>, viewer: Viewer, Given(new): Given<NewFeedback>) -> Result<Response> {
    let of = of(new.message_id, new.person_id, new.note)?;
    let form = ItemForm { title: new.title, asked: new.asked };
    let (id, _) = desk::add(&app.engine, viewer.user.id, &form, of.as_ref()).await?;
    let place = format!("/api/v1/feedback/{id}");
    Ok((StatusCode::CREATED, [(header::LOCATION, place)], shown(&app, id.0).await?).into_response())
}

/// Words to be compared with what is on the list.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LikeBody {
    #[schema(max_length = 200, example = "Sunday opening hours")]
    title: String,
    #[serde(default)]
    #[schema(max_length = 4000)]
    asked: String,
}

/// Finds what may ask for the same
///
/// At most five items, the likeliest first. They are compared by the parts of their words: what is said in other words, or in
/// another language, is not found. Nothing is changed.
#[utoipa::path(
    post, path = "/api/v1/feedback/like", tag = "feedback", security(("key" = ["read"])), request_body = LikeBody,
    responses((status = 200, body = Page<FeedbackLine>))
)]
pub(super) async fn like(State(app): State<App>, Given(body): Given<LikeBody>) -> Result<Json<Page<FeedbackLine>>> {
    for (field, text, most) in [("title", &body.title, desk::MOST_TITLE), ("asked", &body.asked, desk::MOST_ASKED)] {
        if text.chars().count() > most {
            return Err(invalid(field, format!("Give at most {most} characters.")));
        }
    }
    let found = desk::likely(&app.engine, &body.title, &body.asked, None).await?;
    Ok(Json(Page::whole(found.into_iter().map(FeedbackLine::from).collect())))
}

/// Shows an item
#[utoipa::path(
    get, path = "/api/v1/feedback/{id}", tag = "feedback", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The item")),
    responses((status = 200, body = FeedbackItem))
)]
pub(super) async fn one(State(app): State<App>, Id(id): Id) -> Result<Json<FeedbackItem>> {
    shown(&app, id).await
}

/// Other words for an item.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    #[schema(min_length = 1, max_length = 200, example = "Open on Sundays")]
    title: String,
    #[serde(default)]
    #[schema(max_length = 4000)]
    asked: String,
    /// As the item was read before: if it is not that any more, nothing is changed.
    version: Option<i64>,
}

/// Gives an item other words
#[utoipa::path(
    put, path = "/api/v1/feedback/{id}", tag = "feedback", security(("key" = ["reply"])), request_body = Words,
    params(("id" = Ident, Path, description = "The item")),
    responses((status = 200, body = FeedbackItem))
)]
pub(super) async fn change(
    State(app): State<App>,
    Id(id): Id,
    Given(words): Given<Words>,
) -> Result<Json<FeedbackItem>> {
    let form = ItemForm { title: words.title, asked: words.asked };
    desk::change(&app.engine, FeedbackId(id), &form, words.version).await?;
    shown(&app, id).await
}

/// Takes an item back that was made by mistake
///
/// One that belongs to a change, took in another or rests on more than one thing is none.
#[utoipa::path(
    delete, path = "/api/v1/feedback/{id}", tag = "feedback", security(("key" = ["reply"])),
    params(("id" = Ident, Path, description = "The item")),
    responses((status = 204, description = "It is gone"))
)]
pub(super) async fn remove(State(app): State<App>, viewer: Viewer, Id(id): Id) -> Result<StatusCode> {
    desk::undo(&app.engine, viewer.user.id, &Undo::Added(FeedbackId(id))).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// One thing that an item rests on.
#[derive(Serialize, ToSchema)]
pub(super) struct Evidence {
    id: Ident,
    /// What was said; null where it was noted on somebody's behalf.
    message_id: Option<Ident>,
    person: Option<Person>,
    /// Whether they ask for it; it may only speak of it.
    asks: bool,
    note: String,
    /// The member who noted it; null where they gave their voice themselves, on the public roadmap.
    given_by: Option<Ident>,
    given_at: i64,
    /// When they asked: when the message was written, or when it was noted.
    asked_at: i64,
}

impl From<evidence::Row> for Evidence {
    fn from(row: evidence::Row) -> Self {
        Self {
            id: Ident(row.id),
            message_id: row.message_id.map(Ident::from),
            person: row.person_id.map(|id| Person { id: id.into(), name: row.person_name }),
            asks: row.asks,
            note: row.note,
            given_by: Some(row.given_by).filter(|by| *by != desk::THEMSELVES).map(Ident::from),
            given_at: row.given_at,
            asked_at: row.asked_at,
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct EvidenceQuery {
    /// Where the page before ended (`next`).
    #[param(pattern = "^[0-9]{1,18}_[1-9][0-9]{0,17}$")]
    cursor: Option<String>,
    /// How many, 1 to 100; 50 if it is left out.
    limit: Option<i64>,
}

/// Lists what an item rests on
///
/// Who asks and what they said, the newest first.
#[utoipa::path(
    get, path = "/api/v1/feedback/{id}/evidence", tag = "feedback", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The item"), EvidenceQuery),
    responses((status = 200, body = Page<Evidence>))
)]
pub(super) async fn evidence(
    State(app): State<App>,
    Id(id): Id,
    Asked(asked): Asked<EvidenceQuery>,
) -> Result<Json<Page<Evidence>>> {
    let limit = limit(asked.limit)?;
    let before = pair(asked.cursor.as_deref())?;
    let item = known(&app, id).await?;
    let rows = evidence::of_item(&mut app.engine.db.reader(), item.root_id, before, limit + 1).await?;
    Ok(Json(Page::of(rows, limit, |row| format!("{}_{}", row.asked_at, row.id), Evidence::from)))
}

/// By what somebody asks: a message, or a person on whose behalf it is noted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewEvidence {
    message_id: Option<Ident>,
    /// Where there is no message; `note` then says how you know.
    person_id: Option<Ident>,
    #[serde(default)]
    #[schema(max_length = 1000)]
    note: String,
}

/// What there is of it.
#[derive(Serialize, ToSchema)]
pub(super) struct GivenEvidence {
    /// The item that it counts for: the one that the named one was merged into, if it was.
    feedback_id: Ident,
    evidence_id: Ident,
    /// How many people ask for it now.
    askers: i64,
}

/// Notes that somebody asks for it
///
/// A message that is noted already stays as it is.
#[utoipa::path(
    post, path = "/api/v1/feedback/{id}/evidence", tag = "feedback", security(("key" = ["reply"])), request_body = NewEvidence,
    params(("id" = Ident, Path, description = "The item")),
    responses((status = 201, description = "It is noted", body = GivenEvidence))
)]
pub(super) async fn give(
    State(app): State<App>,
    viewer: Viewer,
    Id(id): Id,
    Given(new): Given<NewEvidence>,
) -> Result<(StatusCode, Json<GivenEvidence>)> {
    known(&app, id).await?;
    let of = of(new.message_id, new.person_id, new.note)?;
    let of = of.ok_or_else(|| invalid("message_id", "Give a message, or the person on whose behalf it is noted."))?;
    let given = desk::give(&app.engine, viewer.user.id, FeedbackId(id), &of).await?;
    let askers = known(&app, given.item.0).await?.askers;
    let given = GivenEvidence { feedback_id: given.item.into(), evidence_id: Ident(given.evidence), askers };
    Ok((StatusCode::CREATED, Json(given)))
}

/// Takes back that somebody asks for it
#[utoipa::path(
    delete, path = "/api/v1/feedback/{id}/evidence/{evidence}", tag = "feedback", security(("key" = ["reply"])),
    params(("id" = Ident, Path, description = "The item"), ("evidence" = Ident, Path, description = "The evidence")),
    responses((status = 204, description = "It counts no more"))
)]
pub(super) async fn take_back(State(app): State<App>, Ids(id, evidence): Ids) -> Result<StatusCode> {
    let item = known(&app, id).await?;
    let given = evidence::get(&mut app.engine.db.reader(), evidence).await?;
    given.filter(|given| given.item_id == item.root_id).ok_or_else(WebError::not_found)?;
    desk::take_back(&app.engine, evidence).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MergeInto {
    /// The item that stays.
    into: Ident,
}

/// Makes an item part of another
///
/// With everybody who asks; who asks for both counts once.
#[utoipa::path(
    post, path = "/api/v1/feedback/{id}/merge", tag = "feedback", security(("key" = ["reply"])), request_body = MergeInto,
    params(("id" = Ident, Path, description = "The item that goes")),
    responses((status = 200, description = "The one that stays", body = FeedbackItem))
)]
pub(super) async fn merge(
    State(app): State<App>,
    viewer: Viewer,
    Id(id): Id,
    Given(body): Given<MergeInto>,
) -> Result<Json<FeedbackItem>> {
    desk::merge(&app.engine, viewer.user.id, FeedbackId(id), FeedbackId(body.into.0)).await?;
    shown(&app, body.into.0).await
}

/// Makes an item that is part of another one of its own again
#[utoipa::path(
    post, path = "/api/v1/feedback/{id}/part", tag = "feedback", security(("key" = ["reply"])),
    params(("id" = Ident, Path, description = "The item that had been merged into another")),
    responses((status = 200, body = FeedbackItem))
)]
pub(super) async fn part(State(app): State<App>, Id(id): Id) -> Result<Json<FeedbackItem>> {
    desk::part(&app.engine, FeedbackId(id)).await?;
    shown(&app, id).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct JoinTo {
    /// The change, or null for none.
    change_id: Option<Ident>,
}

/// Joins an item to a change
#[utoipa::path(
    put, path = "/api/v1/feedback/{id}/change", tag = "feedback", security(("key" = ["reply"])), request_body = JoinTo,
    params(("id" = Ident, Path, description = "The item")),
    responses((status = 200, body = FeedbackItem))
)]
pub(super) async fn join(State(app): State<App>, Id(id): Id, Given(body): Given<JoinTo>) -> Result<Json<FeedbackItem>> {
    desk::join(&app.engine, FeedbackId(id), body.change_id.map(|id| ChangeId(id.0))).await?;
    shown(&app, id).await
}
