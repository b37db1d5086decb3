//! What people talk about, and what members decide about it: for programs.

use super::{
    extract::{Asked, Given, Id, cursor, invalid, limit},
    ident::Ident,
    shapes::{Page, WithMethods},
};
use crate::{
    App, Result, Viewer, WebError,
    insights::{USUAL_DAYS, topics::words::METHODS},
};
use axum::{Json, extract::State, http::StatusCode};
use jiff::ToSpan;
use serde::{Deserialize, Serialize};
use tertulia_engine::topics::{self as desk, Shown, Standing, What};
use tertulia_model::MessageId;
use tertulia_store::{topic_messages, topics as stored};
use tertulia_voices::concentration::Concentration;
use utoipa::{IntoParams, ToSchema};

/// Which topics are meant.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct TopicsQuery {
    /// The first day; with `until`. The last 90 days if both are left out. Whole weeks are meant, from Monday on, in UTC.
    #[param(format = Date, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    from: Option<String>,
    /// The last day, with it; at most a year after the first.
    #[param(format = Date, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    until: Option<String>,
    /// In this language (ISO 639); if it is left out, in that in which most was said.
    #[param(pattern = "^([a-z]{2,3}|hi-Latn)$")]
    language: Option<String>,
    /// Where the page before ended (`next`).
    cursor: Option<String>,
    /// How many, 1 to 100; 50 if it is left out.
    limit: Option<i64>,
}

/// In which weeks.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct TopicQuery {
    /// The first day; with `until`. The last 90 days if both are left out. Whole weeks are meant, from Monday on, in UTC.
    #[param(format = Date, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    from: Option<String>,
    /// The last day, with it; at most a year after the first.
    #[param(format = Date, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    until: Option<String>,
    /// Where the page before ended (`next`); of lists.
    cursor: Option<String>,
    /// How many, 1 to 100; 50 if it is left out; of lists.
    limit: Option<i64>,
}

/// A topic, as members decided to see it.
#[derive(Serialize, ToSchema)]
pub(crate) struct TalkedAbout {
    id: Ident,
    language: String,
    /// The name that a member gave it, or its words.
    name: String,
    is_named: bool,
    is_hidden: bool,
    /// The words that told it last; none that fewer than three people used in that week.
    words: Vec<String>,
    /// In these weeks.
    messages: i64,
    /// So many different people.
    people: i64,
    /// How few of them wrote how much: Gini over those who wrote, the part of the loudest 10 %, and as how many who all wrote as much it
    /// is as diverse. Absent where nobody is known who did.
    gini: Option<f64>,
    /// The part of the loudest 1 %; with `next_9` and `other_90` the three of 90-9-1.
    top_1: Option<f64>,
    top_10: Option<f64>,
    /// The part of the 9 % that follow the loudest 1 %, and of the other 90 %.
    next_9: Option<f64>,
    other_90: Option<f64>,
    effective_voices: Option<f64>,
    /// The Monday of the week in which it was spoken of first.
    #[schema(format = Date)]
    since: String,
    weeks: Vec<WeekOfTopic>,
    event: Option<EventOfTopic>,
    /// Two or three messages that are typical of it.
    typical_message_ids: Vec<Ident>,
}

/// A page of topics.
#[derive(Serialize, ToSchema)]
pub(crate) struct Topics {
    /// The first day of the first week and the last day of the last: whole weeks, in UTC.
    #[schema(format = Date)]
    from: String,
    #[schema(format = Date)]
    until: String,
    items: Vec<TalkedAbout>,
    /// What whoever reads it must know: of an export, that it is of another language than was asked for, or why there are none.
    pub note: Option<String>,
    /// Give it as `cursor` for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    /// How they were found.
    methods: Vec<&'static str>,
}

/// How much was said of a topic in a week.
#[derive(Serialize, ToSchema)]
pub(crate) struct WeekOfTopic {
    /// Its Monday.
    #[schema(format = Date)]
    week: String,
    messages: i64,
}

/// What became of a topic in the last of the weeks in which something did.
#[derive(Serialize, ToSchema)]
pub(crate) struct EventOfTopic {
    #[schema(format = Date)]
    week: String,
    /// `new`, `continued`, `resumed` (after some weeks), `quiet`, `split` (from another), `merged` (into another) or
    /// `forgotten`.
    what: &'static str,
    /// Of `resumed`: after how many weeks.
    after_weeks: Option<i64>,
    /// Of `split` and `merged`: what the other is called.
    other: Option<String>,
}

fn day(week: i64) -> String {
    desk::first_day(week).to_string()
}

fn event((week, what): &(i64, What)) -> EventOfTopic {
    let (what, after_weeks, other) = match what {
        What::New => ("new", None, None),
        What::Continued => ("continued", None, None),
        What::Resumed(weeks) => ("resumed", Some(*weeks), None),
        What::Quiet => ("quiet", None, None),
        What::Split(from) => ("split", None, Some(from.clone())),
        What::Merged(into) => ("merged", None, Some(into.clone())),
        What::Forgotten => ("forgotten", None, None),
    };
    EventOfTopic { week: day(*week), what, after_weeks, other }
}

fn told(language: &str, found: Standing) -> TalkedAbout {
    let concentration = found.concentration();
    let of = |figure: fn(&Concentration) -> f64| concentration.as_ref().map(figure);
    let topic = found.topic;
    TalkedAbout {
        id: Ident(topic.id),
        language: language.to_owned(),
        name: topic.name,
        is_named: topic.is_named,
        is_hidden: topic.is_hidden,
        words: topic.words,
        messages: topic.messages,
        people: found.people,
        gini: of(|c| c.gini),
        top_1: of(|c| c.top_1),
        top_10: of(|c| c.top_10),
        next_9: of(|c| c.one_nine_ninety.1),
        other_90: of(|c| c.one_nine_ninety.2),
        effective_voices: of(|c| c.effective_voices),
        since: day(topic.first_week),
        weeks: topic
            .weeks
            .iter()
            .map(|(week, messages)| WeekOfTopic { week: day(*week), messages: *messages })
            .collect(),
        event: topic.event.as_ref().map(event),
        typical_message_ids: found.typical.iter().map(|message| message.id.into()).collect(),
    }
}

async fn weeks(app: &App, from: Option<&str>, until: Option<&str>) -> Result<(i64, i64)> {
    Ok(desk::weeks_of(super::figures::period(app, from, until, USUAL_DAYS).await?))
}

/// Lists topics
///
/// What people talk about in some weeks, the largest first; hidden ones come last. Topics are found once a week, of messages of people
/// that are no noise; what comes between is placed by what is known.
#[utoipa::path(
    get, path = "/api/v1/topics", tag = "topics", security(("key" = ["read"])), params(TopicsQuery),
    responses((status = 200, body = Topics))
)]
pub(super) async fn list(State(app): State<App>, Asked(asked): Asked<TopicsQuery>) -> Result<Json<Topics>> {
    let weeks = weeks(&app, asked.from.as_deref(), asked.until.as_deref()).await?;
    let language = super::mentions::language(asked.language)?;
    let (skip, limit) = (cursor(asked.cursor.as_deref())?.unwrap_or(0), limit(asked.limit)?);
    let (skip, limit) = (usize::try_from(skip).unwrap_or(usize::MAX), usize::try_from(limit).unwrap_or(0));
    Ok(Json(listed(&app, language.as_deref(), weeks, (skip, limit)).await?))
}

/// Topics of a language, the largest first; hidden ones come last.
pub(crate) async fn listed(
    app: &App,
    language: Option<&str>,
    weeks: (i64, i64),
    (skip, limit): (usize, usize),
) -> Result<Topics> {
    let of = |items: Vec<TalkedAbout>, next: Option<String>| {
        let (from, until) = (day(weeks.0), desk::first_day(weeks.1).saturating_add(6.days()).to_string());
        Topics { from, until, items, note: None, next, methods: METHODS.to_vec() }
    };
    let looked = desk::shown(&app.engine, language, weeks).await?;
    // In a language of which no topics are known there are none, whatever others have.
    let looked = looked.filter(|looked| language.is_none_or(|language| language == looked.language));
    let Some(mut looked) = looked else { return Ok(of(Vec::new(), None)) };
    looked.topics.sort_by_key(|topic| topic.is_hidden);
    let all = looked.topics.len();
    let topics = looked.topics.into_iter().skip(skip).take(limit).collect();
    let found = desk::behind(&app.engine, topics, weeks).await?;
    let items: Vec<TalkedAbout> = found.into_iter().map(|found| told(&looked.language, found)).collect();
    let next = skip.saturating_add(items.len());
    let next = (next < all && !items.is_empty()).then(|| next.to_string());
    Ok(of(items, next))
}

/// One topic, with how topics are found.
pub(crate) async fn with_methods(
    app: &App,
    language: &str,
    topic: Shown,
    weeks: (i64, i64),
) -> Result<WithMethods<TalkedAbout>> {
    let found = desk::behind(&app.engine, vec![topic], weeks).await?.pop();
    Ok(WithMethods { of: told(language, found.ok_or_else(WebError::not_found)?), methods: METHODS.to_vec() })
}

/// Shows a topic
///
/// Where it was put together with another, that one.
#[utoipa::path(
    get, path = "/api/v1/topics/{id}", tag = "topics", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The topic"), TopicQuery), responses((status = 200, body = WithMethods<TalkedAbout>))
)]
pub(super) async fn one(
    State(app): State<App>,
    Id(id): Id,
    Asked(asked): Asked<TopicQuery>,
) -> Result<Json<WithMethods<TalkedAbout>>> {
    let weeks = weeks(&app, asked.from.as_deref(), asked.until.as_deref()).await?;
    let (language, topic) = desk::one(&app.engine, id, weeks).await?;
    Ok(Json(with_methods(&app, &language, topic, weeks).await?))
}

/// A message of a topic.
#[derive(Serialize, ToSchema)]
pub(super) struct MessageOfTopic {
    message_id: Ident,
    /// How sure it is that it is of this topic and no other, 0 to 100, if its words were chosen independently: they are not, so
    /// it is too high.
    sure: i64,
    #[schema(format = Date)]
    week: String,
}

/// Lists the messages of a topic
///
/// The newest first.
#[utoipa::path(
    get, path = "/api/v1/topics/{id}/messages", tag = "topics", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The topic"), TopicQuery),
    responses((status = 200, body = Page<MessageOfTopic>))
)]
pub(super) async fn messages(
    State(app): State<App>,
    Id(id): Id,
    Asked(asked): Asked<TopicQuery>,
) -> Result<Json<Page<MessageOfTopic>>> {
    let weeks = weeks(&app, asked.from.as_deref(), asked.until.as_deref()).await?;
    let (below, limit) = (cursor(asked.cursor.as_deref())?.map(MessageId), limit(asked.limit)?);
    let (_, topic) = desk::one(&app.engine, id, weeks).await?;
    let mut db = app.engine.db.reader();
    let rows = topic_messages::newest(&mut db, &topic.units, weeks, below, limit + 1).await?;
    let item = |one: topic_messages::Placed| MessageOfTopic {
        message_id: one.message_id.into(),
        sure: one.sure,
        week: day(one.week),
    };
    Ok(Json(Page::of(rows, limit, |one| one.message_id.to_string(), item)))
}

/// What somebody decided about a topic.
#[derive(Serialize, ToSchema)]
pub(super) struct TopicDecision {
    id: Ident,
    /// `merge`, `split`, `rename`, `hide` or `unhide`.
    what: String,
    topic_id: Ident,
    /// Into which it is merged, or which part was split from it.
    other_id: Option<Ident>,
    /// Of `rename`: its name.
    name: Option<String>,
    by: Ident,
    at: i64,
    /// Who took it back, and when.
    taken_back_by: Option<Ident>,
    taken_back_at: Option<i64>,
}

fn decided(wish: stored::Wish) -> TopicDecision {
    TopicDecision {
        id: Ident(wish.id),
        what: wish.kind,
        topic_id: Ident(wish.topic_id),
        other_id: wish.other_id.map(Ident),
        name: wish.words,
        by: wish.by_user.into(),
        at: wish.at,
        taken_back_by: wish.undone_by.map(Into::into),
        taken_back_at: wish.undone_at,
    }
}

async fn decision(app: &App, id: i64) -> Result<Json<TopicDecision>> {
    let wish = stored::one_wish(&mut app.engine.db.reader(), id).await?;
    Ok(Json(decided(wish.ok_or_else(WebError::not_found)?)))
}

/// What is to be decided.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = TopicDecisionKind)]
pub(super) enum Kind {
    Merge,
    Split,
    Rename,
    Hide,
    Unhide,
}

/// What a member wants of a topic.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewTopicDecision {
    what: Kind,
    topic_id: Ident,
    /// Of `merge`: as which topic it is shown from now on.
    into: Option<Ident>,
    /// Of `rename`.
    #[schema(max_length = 80, example = "Parking")]
    name: Option<String>,
    /// Of `split`: messages of the topic that are a topic of their own, with what is like them.
    #[serde(default)]
    #[schema(max_items = 100)]
    messages: Vec<Ident>,
}

/// Decides about a topic
///
/// It is shown so at once and in later weeks: as part of another (`merge`), called so (`rename`), some messages and what is like
/// them as a topic of their own (`split`), not at all (`hide`), or again (`unhide`). To name or hide one that was put together with
/// another means that other.
#[utoipa::path(
    post, path = "/api/v1/topic-decisions", tag = "topics", security(("key" = ["reply"])), request_body = NewTopicDecision,
    responses((status = 201, body = TopicDecision))
)]
pub(super) async fn decide(
    State(app): State<App>,
    viewer: Viewer,
    Given(body): Given<NewTopicDecision>,
) -> Result<(StatusCode, Json<TopicDecision>)> {
    let (by, topic) = (viewer.user.id, body.topic_id.0);
    if stored::get(&mut app.engine.db.reader(), topic).await?.is_none() {
        return Err(invalid("topic_id", "There is no such topic (any more)."));
    }
    let wish = match body.what {
        Kind::Merge => {
            let into = body.into.ok_or_else(|| invalid("into", "Give the topic in which it is to be."))?;
            if stored::get(&mut app.engine.db.reader(), into.0).await?.is_none() {
                return Err(invalid("into", "There is no such topic (any more)."));
            }
            desk::merge(&app.engine, by, topic, into.0).await?
        }
        Kind::Split => {
            let chosen: Vec<MessageId> = body.messages.iter().map(|id| MessageId(id.0)).collect();
            desk::split(&app.engine, by, topic, &chosen).await?.0
        }
        Kind::Rename => desk::rename(&app.engine, by, topic, &body.name.unwrap_or_default()).await?,
        Kind::Hide => desk::hide(&app.engine, by, topic).await?,
        Kind::Unhide => desk::unhide(&app.engine, by, topic).await?,
    };
    Ok((StatusCode::CREATED, decision(&app, wish).await?))
}

/// Which decisions are meant.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct DecisionsQuery {
    /// Where the page before ended (`next`).
    cursor: Option<String>,
    /// How many, 1 to 100; 50 if it is left out.
    limit: Option<i64>,
}

/// Lists decisions about topics
///
/// The newest first, with those that were taken back.
#[utoipa::path(
    get, path = "/api/v1/topic-decisions", tag = "topics", security(("key" = ["read"])), params(DecisionsQuery),
    responses((status = 200, body = Page<TopicDecision>))
)]
pub(super) async fn decisions(
    State(app): State<App>,
    Asked(asked): Asked<DecisionsQuery>,
) -> Result<Json<Page<TopicDecision>>> {
    let (below, limit) = (cursor(asked.cursor.as_deref())?, limit(asked.limit)?);
    let rows = stored::wishes(&mut app.engine.db.reader(), below, limit + 1).await?;
    Ok(Json(Page::of(rows, limit, |wish| wish.id.to_string(), decided)))
}

/// Takes back a decision about a topic
///
/// It is as if it had not been made.
#[utoipa::path(
    delete, path = "/api/v1/topic-decisions/{id}", tag = "topics", security(("key" = ["reply"])),
    params(("id" = Ident, Path, description = "The decision")), responses((status = 200, body = TopicDecision))
)]
pub(super) async fn take_back(State(app): State<App>, viewer: Viewer, Id(id): Id) -> Result<Json<TopicDecision>> {
    desk::take_back(&app.engine, viewer.user.id, id).await?;
    decision(&app, id).await
}
