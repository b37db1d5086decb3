//! What is asked again and again without an article.

use super::{
    extract::{Asked, Given, Id, limit},
    feedback::pair,
    ident::Ident,
    shapes::{Page, Person},
};
use crate::{App, Result, Viewer, WebError};
use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use tertulia_engine::knowhow as desk;
use tertulia_store::questions::{self, Asked as Row, Group};
use utoipa::{IntoParams, ToSchema};

/// How many of those who asked are named with it.
const EXAMPLES: i64 = 20;

/// A question as somebody asked it.
#[derive(Serialize, ToSchema)]
pub(super) struct AskedQuestion {
    message_id: Ident,
    conversation_id: Option<Ident>,
    person: Option<Person>,
    /// The sentence that asks.
    words: String,
    asked_at: i64,
}

impl From<Row> for AskedQuestion {
    fn from(row: Row) -> Self {
        Self {
            message_id: row.message_id.into(),
            conversation_id: row.conversation_id.map(Ident::from),
            person: row.person_id.map(|id| Person { id: id.into(), name: row.person_name }),
            words: row.words,
            asked_at: row.asked_at,
        }
    }
}

/// Questions that are the same.
#[derive(Serialize, ToSchema)]
pub(super) struct QuestionGroup {
    id: Ident,
    language: String,
    /// `open`, `known` (an article speaks of it) or `none` (a member said that it asks nothing).
    state: String,
    /// The one that speaks of it.
    article_id: Option<Ident>,
    /// How many people asked it in the last 90 days and were not answered with an article, each once.
    people: i64,
    /// The newest, at most 20; of a list only the newest one.
    asked: Vec<AskedQuestion>,
}

async fn shape(app: &App, group: Group, most: i64) -> Result<QuestionGroup> {
    let asked = questions::of_group(&mut app.engine.db.reader(), group.id, None, most).await?;
    Ok(QuestionGroup {
        id: Ident(group.id),
        language: group.language,
        article_id: group.article_id.filter(|_| group.state == "known").map(Ident),
        state: group.state,
        people: group.people,
        asked: asked.into_iter().map(AskedQuestion::from).collect(),
    })
}

/// How a question stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum QuestionState {
    Open,
    Known,
    None,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct QuestionsQuery {
    /// `open` if it is left out.
    #[param(inline)]
    state: Option<QuestionState>,
    /// Where the page before ended (`next`).
    #[param(pattern = "^[0-9]{1,18}_[1-9][0-9]{0,17}$")]
    cursor: Option<String>,
    /// How many, 1 to 100; 50 if it is left out.
    limit: Option<i64>,
}

/// Lists what is asked without an article
///
/// What most people ask first. It is counted in the background, a minute or two behind what is said.
#[utoipa::path(
    get, path = "/api/v1/questions", tag = "know-how", security(("key" = ["read"])), params(QuestionsQuery),
    responses((status = 200, body = Page<QuestionGroup>))
)]
pub(super) async fn list(
    State(app): State<App>,
    Asked(asked): Asked<QuestionsQuery>,
) -> Result<Json<Page<QuestionGroup>>> {
    let (limit, below) = (limit(asked.limit)?, pair(asked.cursor.as_deref())?);
    let state = match asked.state.unwrap_or(QuestionState::Open) {
        QuestionState::Open => "open",
        QuestionState::Known => "known",
        QuestionState::None => "none",
    };
    let groups = questions::groups(&mut app.engine.db.reader(), state, below, limit + 1).await?;
    let mut shapes = Vec::with_capacity(groups.len());
    for group in groups {
        shapes.push(shape(&app, group, 1).await?);
    }
    Ok(Json(Page::of(shapes, limit, |group| format!("{}_{}", group.people, group.id.0), |group| group)))
}

async fn shown(app: &App, id: i64) -> Result<Json<QuestionGroup>> {
    let group = questions::group(&mut app.engine.db.reader(), id).await?.ok_or_else(WebError::not_found)?;
    Ok(Json(shape(app, group, EXAMPLES).await?))
}

/// Shows a question with who asked it
#[utoipa::path(
    get, path = "/api/v1/questions/{id}", tag = "know-how", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The question")),
    responses((status = 200, body = QuestionGroup))
)]
pub(super) async fn one(State(app): State<App>, Id(id): Id) -> Result<Json<QuestionGroup>> {
    shown(&app, id).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SaidOfQuestion {
    /// True: no article could answer it. False: it is a question, and no article that there is answers it.
    is_none: bool,
}

/// Says that a question is none, or is one after all
#[utoipa::path(
    put, path = "/api/v1/questions/{id}", tag = "know-how", security(("key" = ["reply"])),
    request_body = SaidOfQuestion,
    params(("id" = Ident, Path, description = "The question")),
    responses((status = 200, body = QuestionGroup))
)]
pub(super) async fn say(
    State(app): State<App>,
    viewer: Viewer,
    Id(id): Id,
    Given(said): Given<SaidOfQuestion>,
) -> Result<Json<QuestionGroup>> {
    desk::dismiss(&app.engine, viewer.user.id, id, said.is_none).await?;
    shown(&app, id).await
}
