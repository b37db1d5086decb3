//! The Today of the key's member: its cards, what is done with them, and how days ended.

use super::{
    extract::{Asked, Given, invalid, number},
    ident::Ident,
    shapes::Person,
};
use crate::{
    App, Result, Viewer, WebError,
    today::{key_words, read_key},
};
use axum::{
    Json,
    extract::{FromRequestParts, Path, State},
    http::request::Parts,
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use tertulia_engine::today::{self as desk, Act, DayEnd, Key, Reader, Why};
use tertulia_model::{Permission, UserId};
use utoipa::{IntoParams, ToSchema};

/// The card in the path; what is no key names nothing.
pub(super) struct CardKey(Key);

impl<S: Send + Sync> FromRequestParts<S> for CardKey {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, WebError> {
        let path = Path::<String>::from_request_parts(parts, state).await.map_err(|_| WebError::not_found())?;
        read_key(&path.0).map(Self).ok_or_else(WebError::not_found)
    }
}

/// A few cards, and no more than a few at once.
#[derive(Serialize, ToSchema)]
pub(super) struct Today {
    /// The day where the organisation is.
    #[schema(format = Date, example = "2026-11-21")]
    day: String,
    cards: Vec<Card>,
    /// Whether more comes up once these are done, or more waits than is looked through.
    more: bool,
}

/// Why a card is there.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum CardKind {
    /// They wrote for the first time, and wait.
    First,
    /// It was promised, and is due.
    Promise,
    /// They wrote again after a long silence, and wait.
    Back,
    /// They talked with us, and nothing was heard for long.
    Quiet,
    /// They speak of us to others, and never talked with us.
    New,
}

/// One person and one thing to do.
#[derive(Serialize, ToSchema)]
pub(super) struct Card {
    /// Its name in addresses: `first-395868130017808384-0`.
    key: String,
    kind: CardKind,
    person: Option<Person>,
    channel_id: Option<Ident>,
    conversation_id: Option<Ident>,
    message_id: Option<Ident>,
    promise_id: Option<Ident>,
    /// Who of the team wrote what promises it.
    promised_by: Option<Ident>,
    /// What they said last, or what was promised.
    words: String,
    /// Since when they wait, when it is due, or when they were last heard.
    at: i64,
    /// Of who came back: when they were heard before that.
    heard_before: Option<i64>,
    /// Of who is quiet: the days on which you talked. Of who speaks of you: how often they did in 30 days.
    times: Option<u64>,
    /// Who passed it on, and what they wrote with it.
    passed_on_by: Option<Ident>,
    note: Option<String>,
}

impl From<desk::Card> for Card {
    fn from(card: desk::Card) -> Self {
        let (kind, at, heard_before, times) = match card.why {
            Why::First { since } => (CardKind::First, since, None, None),
            Why::Promise { due_at, .. } => (CardKind::Promise, due_at, None, None),
            Why::Back { since, heard_before } => (CardKind::Back, since, Some(heard_before), None),
            Why::Quiet { last_at, days } => (CardKind::Quiet, last_at, None, Some(days as u64)),
            Why::New { times, last_at } => (CardKind::New, last_at, None, Some(times as u64)),
        };
        let promised_by = match card.why {
            Why::Promise { by, .. } => by.map(Ident::from),
            _ => None,
        };
        let (passed_on_by, note) = card.passed_on.map_or((None, None), |(by, note)| (Some(by.into()), Some(note)));
        let promise_id = matches!(kind, CardKind::Promise).then_some(Ident(card.key.subject_id));
        Self {
            key: key_words(&card.key),
            kind,
            person: card.person.map(|id| Person { id: id.into(), name: card.name }),
            channel_id: card.channel.map(Ident::from),
            conversation_id: card.conversation.map(Ident::from),
            message_id: card.message.map(Ident::from),
            promise_id,
            promised_by,
            words: card.words,
            at,
            heard_before,
            times,
            passed_on_by,
            note,
        }
    }
}

async fn shown(app: &App, viewer: &Viewer) -> Result<Json<Today>> {
    let works = viewer.user.role.may(Permission::Converse);
    let reader = if works { Reader::Works(viewer.user.id) } else { Reader::LooksOn };
    let found = desk::today(&app.engine, reader).await?;
    Ok(Json(Today {
        day: found.day.date.to_string(),
        cards: found.cards.into_iter().map(Card::from).collect(),
        more: found.more || found.overfull,
    }))
}

/// Shows Today
///
/// The cards of the key's member. Who wrote for the first time and what is due come up until none is left; the other kinds
/// do once a day.
#[utoipa::path(
    get, path = "/api/v1/today", tag = "today", security(("key" = ["read"])),
    responses((status = 200, body = Today))
)]
pub(super) async fn show(State(app): State<App>, viewer: Viewer) -> Result<Json<Today>> {
    shown(&app, &viewer).await
}

/// Says that a card is done
///
/// The promise of a card is kept by it.
#[utoipa::path(
    post, path = "/api/v1/today/{card}/done", tag = "today", security(("key" = ["reply"])),
    params(("card" = String, Path, description = "Its `key`", example = "first-395868130017808384-0")),
    responses((status = 200, body = Today))
)]
pub(super) async fn done(State(app): State<App>, viewer: Viewer, CardKey(key): CardKey) -> Result<Json<Today>> {
    desk::act(&app.engine, viewer.user.id, &key, &Act::Done).await?;
    shown(&app, &viewer).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PassedOn {
    /// The member in whose Today it is to stand.
    #[schema(value_type = Ident)]
    to: String,
    /// What they should know.
    #[serde(default)]
    #[schema(max_length = 500)]
    note: Option<String>,
}

/// Passes a card on
///
/// The conversation of who waits, or is quiet, is given to that member by it.
#[utoipa::path(
    post, path = "/api/v1/today/{card}/pass-on", tag = "today", security(("key" = ["reply"])), request_body = PassedOn,
    params(("card" = String, Path, description = "Its `key`", example = "first-395868130017808384-0")),
    responses((status = 200, body = Today))
)]
pub(super) async fn pass_on(
    State(app): State<App>,
    viewer: Viewer,
    CardKey(key): CardKey,
    Given(body): Given<PassedOn>,
) -> Result<Json<Today>> {
    let to = UserId(number("to", &body.to)?);
    let act = Act::PassOn { to, note: body.note.unwrap_or_default() };
    desk::act(&app.engine, viewer.user.id, &key, &act).await?;
    shown(&app, &viewer).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PutOff {
    /// The day on which it comes up again.
    #[schema(format = Date, example = "2026-12-04")]
    until: String,
}

fn day(field: &str, text: &str) -> Result<Date> {
    let read = text.parse().ok().filter(|_| text.len() == "2026-12-04".len());
    read.ok_or_else(|| invalid(field, "Write a day as 2026-12-04."))
}

/// Puts a card off
#[utoipa::path(
    post, path = "/api/v1/today/{card}/put-off", tag = "today", security(("key" = ["reply"])), request_body = PutOff,
    params(("card" = String, Path, description = "Its `key`", example = "first-395868130017808384-0")),
    responses((status = 200, body = Today))
)]
pub(super) async fn put_off(
    State(app): State<App>,
    viewer: Viewer,
    CardKey(key): CardKey,
    Given(body): Given<PutOff>,
) -> Result<Json<Today>> {
    let act = Act::PutOff { until: day("until", &body.until)? };
    desk::act(&app.engine, viewer.user.id, &key, &act).await?;
    shown(&app, &viewer).await
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct DaysQuery {
    /// `2026-11`; the present month if it is left out.
    #[param(pattern = "^(19|20)[0-9]{2}-(0[1-9]|1[0-2])$", example = "2026-11")]
    month: Option<String>,
}

/// The days of a month, and how each ended.
#[derive(Serialize, ToSchema)]
pub(super) struct Days {
    #[schema(example = "2026-11")]
    month: String,
    /// On how many days something was due, and on how many of those none of it was left.
    with_something_due: u64,
    kept: u64,
    days: Vec<OneDay>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct OneDay {
    #[schema(format = Date)]
    day: String,
    /// How much was due, and how much of it was left at its end: null where that is not known.
    due: Option<i64>,
    left: Option<i64>,
    kept: bool,
}

impl From<DayEnd> for OneDay {
    fn from(day: DayEnd) -> Self {
        let (due, left) = (day.ended.map(|ended| ended.due), day.ended.map(|ended| ended.left_over));
        Self { kept: day.is_kept(), day: day.date.to_string(), due, left }
    }
}

/// Shows how the days of a month ended
#[utoipa::path(
    get, path = "/api/v1/today/days", tag = "today", security(("key" = ["read"])), params(DaysQuery),
    responses((status = 200, body = Days))
)]
pub(super) async fn days(State(app): State<App>, viewer: Viewer, Asked(asked): Asked<DaysQuery>) -> Result<Json<Days>> {
    let wrong = || invalid("month", "Write a month as 2026-11.");
    let within = match &asked.month {
        Some(month) if month.len() == "2026-11".len() && (month.starts_with("19") || month.starts_with("20")) => {
            Some(format!("{month}-01").parse::<Date>().map_err(|_| wrong())?)
        }
        Some(_) => return Err(wrong()),
        None => None,
    };
    let month = desk::month(&app.engine, viewer.user.id, within).await?;
    Ok(Json(Days {
        month: month.first.strftime("%Y-%m").to_string(),
        with_something_due: month.with_something_due() as u64,
        kept: month.kept() as u64,
        days: month.days.into_iter().map(OneDay::from).collect(),
    }))
}
