//! Telling those who asked for a change: what is said, how far it is, and everybody one by one.

use super::{
    extract::{Asked, Given, Id, cursor, limit, maybe_whole, number},
    ident::Ident,
    shapes::{Page, Problem},
    tellings::TellingLine,
};
use crate::{App, Result, Viewer};
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use serde::{Deserialize, Serialize};
use tertulia_engine::telling as desk;
use tertulia_model::ChangeId;
use tertulia_store::{
    Sql, feedback_changes,
    loops::{self, Help, Times},
    telling_texts,
    tellings::{self, DECLINED, DONE, HELPED},
};
use utoipa::{IntoParams, ToSchema};

/// What is done with a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum TellingKind {
    /// They are told that it is done.
    Done,
    /// They are told that it is declined.
    Declined,
    /// They are asked whether it helped.
    Helped,
}

impl TellingKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => DONE,
            Self::Declined => DECLINED,
            Self::Helped => HELPED,
        }
    }
}

/// From what was first asked to what was told.
#[derive(Serialize, ToSchema)]
pub(super) struct LoopTime {
    /// Over how many people.
    people: i64,
    /// Milliseconds: the one in the middle, or what lies between the two there; null where nobody was told.
    median: Option<i64>,
    /// The one at nine tenths, by nearest rank.
    p90: Option<i64>,
}

impl From<Times> for LoopTime {
    fn from(times: Times) -> Self {
        Self { people: times.n, median: times.median, p90: times.p90 }
    }
}

/// Whether it helped, as members noted it.
#[derive(Serialize, ToSchema)]
pub(super) struct HelpCounts {
    /// How many were asked, or said so by themselves.
    asked: i64,
    helped: i64,
    not: i64,
    unclear: i64,
}

impl From<Help> for HelpCounts {
    fn from(help: Help) -> Self {
        let Help { asked, helped, not, unclear } = help;
        Self { asked, helped, not, unclear }
    }
}

/// How many there are in a state.
#[derive(Serialize, ToSchema)]
pub(super) struct InState {
    kind: TellingKind,
    /// `draft`, `queued`, `unknown`, `failed`, `told`, `by_hand`, `skipped` or `owed`.
    state: String,
    people: i64,
}

/// How far the telling of a change is.
#[derive(Serialize, ToSchema)]
pub(super) struct TellingState {
    change_id: Ident,
    counts: Vec<InState>,
    /// Whether drafts are being prepared now.
    preparing: bool,
    /// How many of those who ask were looked at by the last preparing.
    looked_at: i64,
    prepared_at: Option<i64>,
    /// Days after which they are asked whether it helped: 0 never.
    ask_after_days: i64,
    loop_time: LoopTime,
    help: HelpCounts,
}

async fn known(on: &mut impl Sql, id: i64) -> Result<ChangeId> {
    let change = feedback_changes::get(on, ChangeId(id)).await?;
    Ok(change.ok_or_else(crate::WebError::not_found)?.id)
}

async fn shown(app: &App, id: i64) -> Result<Json<TellingState>> {
    let mut db = app.engine.db.reader();
    let change = known(&mut db, id).await?;
    let mut counts = Vec::new();
    for kind in [TellingKind::Done, TellingKind::Declined, TellingKind::Helped] {
        let found = tellings::counts(&mut db, change, kind.as_str()).await?;
        counts.extend(found.into_iter().map(|(state, people)| InState { kind, state, people }));
    }
    let round = telling_texts::round(&mut db, change).await?;
    let ask_after_days = match round.ask_days {
        Some(days) => days,
        None => desk::ask_days(&mut db).await?,
    };
    Ok(Json(TellingState {
        change_id: change.into(),
        counts,
        preparing: round.after_person.is_some(),
        looked_at: round.looked,
        prepared_at: round.ended_at,
        ask_after_days,
        loop_time: loops::times(&mut db, Some(change)).await?.into(),
        help: loops::help(&mut db, change).await?.into(),
    }))
}

/// Shows how far the telling of a change is
#[utoipa::path(
    get, path = "/api/v1/changes/{id}/telling", tag = "telling", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The change")),
    responses((status = 200, body = TellingState))
)]
pub(super) async fn state(State(app): State<App>, Id(id): Id) -> Result<Json<TellingState>> {
    shown(&app, id).await
}

/// When those who were told are asked.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AskAfter {
    /// Days after they were told; 0: they are not asked; null: as for all changes.
    #[serde(default, deserialize_with = "maybe_whole")]
    #[schema(minimum = 0, maximum = 365)]
    ask_after_days: Option<i64>,
}

/// Says when those who were told are asked whether it helped
#[utoipa::path(
    put, path = "/api/v1/changes/{id}/telling", tag = "telling", security(("key" = ["reply"])), request_body = AskAfter,
    params(("id" = Ident, Path, description = "The change")),
    responses((status = 200, body = TellingState))
)]
pub(super) async fn ask_after(
    State(app): State<App>,
    Id(id): Id,
    Given(given): Given<AskAfter>,
) -> Result<Json<TellingState>> {
    desk::set_ask_days_of(&app.engine, ChangeId(id), given.ask_after_days).await?;
    shown(&app, id).await
}

/// Has a draft prepared for everybody who asks and has none
///
/// It goes on in the background, and sends nothing. Whoever cannot be told by a message is owed it, with the reason.
#[utoipa::path(
    post, path = "/api/v1/changes/{id}/telling/prepare", tag = "telling", security(("key" = ["reply"])),
    params(("id" = Ident, Path, description = "The change")),
    responses(
        (status = 202, description = "It is under way", body = TellingState),
        (status = 409, description = "It is neither done nor declined, or nobody has written what is said", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn prepare(State(app): State<App>, Id(id): Id) -> Result<(StatusCode, Json<TellingState>)> {
    desk::prepare(&app.engine, ChangeId(id)).await?;
    Ok((StatusCode::ACCEPTED, shown(&app, id).await?))
}

/// Asks whoever was told by now whether it helped
///
/// Each gets a draft, however many days it is; it sends nothing.
#[utoipa::path(
    post, path = "/api/v1/changes/{id}/telling/ask", tag = "telling", security(("key" = ["reply"])),
    params(("id" = Ident, Path, description = "The change")),
    responses(
        (status = 202, description = "It is under way", body = TellingState),
        (status = 409, description = "It is not done", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn ask_now(State(app): State<App>, Id(id): Id) -> Result<(StatusCode, Json<TellingState>)> {
    desk::ask_now(&app.engine, ChangeId(id)).await?;
    Ok((StatusCode::ACCEPTED, shown(&app, id).await?))
}

/// What is said in a language.
#[derive(Serialize, ToSchema)]
pub(super) struct TellingText {
    /// `done`, `declined` or `helped`.
    kind: String,
    #[schema(example = "es")]
    language: String,
    words: String,
    /// Rises with each change.
    version: i64,
    written_by: Ident,
    written_at: i64,
}

impl From<telling_texts::Text> for TellingText {
    fn from(text: telling_texts::Text) -> Self {
        Self {
            kind: text.kind,
            language: text.language,
            words: text.words,
            version: text.version,
            written_by: text.written_by.into(),
            written_at: text.written_at,
        }
    }
}

/// Lists what is said of a change, by language
#[utoipa::path(
    get, path = "/api/v1/changes/{id}/telling/texts", tag = "telling", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The change")),
    responses((status = 200, body = Page<TellingText>))
)]
pub(super) async fn texts(State(app): State<App>, Id(id): Id) -> Result<Json<Page<TellingText>>> {
    let mut db = app.engine.db.reader();
    let change = known(&mut db, id).await?;
    let mut all = Vec::new();
    for kind in desk::KINDS {
        all.extend(telling_texts::of_change(&mut db, change, kind).await?);
    }
    Ok(Json(Page::whole(all.into_iter().map(TellingText::from).collect())))
}

/// What is to be said.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewText {
    kind: TellingKind,
    /// ISO 639.
    #[schema(min_length = 2, max_length = 3, pattern = "^[a-z]{2,3}$", example = "es")]
    language: String,
    /// `{name}` stands for their name, `{quote}` for their own words.
    #[schema(min_length = 1, max_length = 5000, example = "Hello {name}, you asked: {quote}. It is done.")]
    words: String,
    /// As the text was read before; null where there was none. If it is not that any more, nothing is changed.
    #[serde(default, deserialize_with = "maybe_whole")]
    version: Option<i64>,
}

/// Writes what is said in a language
#[utoipa::path(
    put, path = "/api/v1/changes/{id}/telling/texts", tag = "telling", security(("key" = ["reply"])), request_body = NewText,
    params(("id" = Ident, Path, description = "The change")),
    responses((status = 200, body = Page<TellingText>))
)]
pub(super) async fn write_text(
    State(app): State<App>,
    viewer: Viewer,
    Id(id): Id,
    Given(new): Given<NewText>,
) -> Result<Json<Page<TellingText>>> {
    let which = (ChangeId(id), new.kind.as_str());
    desk::save_text(&app.engine, viewer.user.id, which, (&new.language, &new.words), new.version).await?;
    texts(State(app), Id(id)).await
}

/// Takes what is said in a language away
#[utoipa::path(
    delete, path = "/api/v1/changes/{id}/telling/texts/{kind}/{language}", tag = "telling", security(("key" = ["reply"])),
    params(
        ("id" = Ident, Path, description = "The change"),
        ("kind" = String, Path, description = "`done`, `declined` or `helped`"),
        ("language" = String, Path, description = "ISO 639"),
    ),
    responses((status = 204, description = "It is gone"))
)]
pub(super) async fn remove_text(
    State(app): State<App>,
    Path((id, kind, language)): Path<(String, String, String)>,
) -> Result<StatusCode> {
    let id = number("id", &id).map_err(|_| crate::WebError::not_found())?;
    let kind = desk::known_kind(&kind).map_err(|_| crate::WebError::not_found())?;
    desk::remove_text(&app.engine, (ChangeId(id), kind), &language).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct TellingsQuery {
    /// Told that it is done, or declined, or asked whether it helped; if left out, what is told of it as it stands.
    #[param(inline)]
    kind: Option<TellingKind>,
    /// Only those that stand so.
    #[param(inline)]
    state: Option<StateName>,
    /// Where the page before ended (`next`).
    cursor: Option<String>,
    /// How many, 1 to 100; 50 if it is left out.
    limit: Option<i64>,
}

/// How one stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum StateName {
    /// To be looked at and sent, or not.
    Draft,
    Queued,
    /// Nobody knows whether it arrived.
    Unknown,
    Failed,
    Told,
    ByHand,
    Skipped,
    /// It could not be told, for a reason.
    Owed,
}

impl StateName {
    const ALL: [(Self, &'static str); 8] = [
        (Self::Draft, "draft"),
        (Self::Queued, "queued"),
        (Self::Unknown, "unknown"),
        (Self::Failed, "failed"),
        (Self::Told, "told"),
        (Self::ByHand, "by_hand"),
        (Self::Skipped, "skipped"),
        (Self::Owed, "owed"),
    ];
}

/// Lists those who asked for a change, and how each stands
#[utoipa::path(
    get, path = "/api/v1/changes/{id}/tellings", tag = "telling", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The change"), TellingsQuery),
    responses((status = 200, body = Page<TellingLine>))
)]
pub(super) async fn list(
    State(app): State<App>,
    Id(id): Id,
    Asked(asked): Asked<TellingsQuery>,
) -> Result<Json<Page<TellingLine>>> {
    let limit = limit(asked.limit)?;
    let after = cursor(asked.cursor.as_deref())?.unwrap_or(0);
    let mut db = app.engine.db.reader();
    let change = feedback_changes::get(&mut db, ChangeId(id)).await?.ok_or_else(crate::WebError::not_found)?;
    let kind = asked.kind.map_or_else(|| desk::kind_of(&change.state), TellingKind::as_str);
    let states: Vec<&str> = StateName::ALL
        .iter()
        .filter(|(state, _)| asked.state.is_none_or(|wanted| wanted == *state))
        .map(|(_, name)| *name)
        .collect();
    let rows = tellings::list(&mut db, (change.id, kind), &states, after, limit + 1).await?;
    Ok(Json(Page::of(rows, limit, |row| row.id.to_string(), TellingLine::from)))
}
