//! Whom the organisation hears and what they say, as people: for programs.

use super::{
    extract::{Asked, cursor, invalid, limit},
    heard::{AnswerOf, HeardInDays, answered, heard},
    ident::Ident,
    margins,
    shapes::{Page, WithMethods},
    triangulation,
};
use crate::{
    App, Result,
    routes::{Rule, Table},
};
use axum::{
    Json,
    extract::State,
    http::Method,
    routing::{delete, get, put},
};
use serde::{Deserialize, Serialize};
use tertulia_engine::insights::{
    asked::{Filter, Question},
    overview, voices,
};
use tertulia_model::{
    ChannelId, Mode,
    Permission::{Manage, Read},
};
use tertulia_store::{channels, reading, segments};
use utoipa::{IntoParams, ToSchema};

pub(super) fn routes(table: &mut Table) {
    let (read, manage) = (Rule::Key("read", Read), Rule::Key("manage", Manage));
    table.get("/api/v1/insights", read, get(overview));
    table.get("/api/v1/insights/voices", read, get(answers));
    table.get("/api/v1/insights/people", read, get(people));
    table.get("/api/v1/insights/messages", read, get(messages));
    table.get("/api/v1/insights/triangulation", read, get(triangulation::one));
    table.get("/api/v1/insights/margins", read, get(margins::list));
    let margin = "/api/v1/insights/margins/{attribute}";
    table.change(Method::PUT, margin, manage, put(margins::put));
    table.change(Method::DELETE, margin, manage, delete(margins::remove));
}

/// Which messages are meant.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct InsightsQuery {
    /// The first day; with `until`. The last 90 days if both are left out.
    #[param(format = Date, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    from: Option<String>,
    /// The last day, with it; at most a year after the first.
    #[param(format = Date, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    until: Option<String>,
    /// Only on this channel.
    channel: Option<Ident>,
    /// Only in this language (ISO 639, `und` where it is not known).
    #[param(pattern = "^([a-z]{2,3}|hi-Latn)$")]
    language: Option<String>,
    /// Only of people of this segment.
    segment_id: Option<Ident>,
    /// Promotion and spam as well.
    noise: Option<bool>,
}

/// Which people are meant.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct HeardQuery {
    /// The first day; with `until`. The last 90 days if both are left out.
    #[param(format = Date, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    from: Option<String>,
    /// The last day, with it; at most a year after the first.
    #[param(format = Date, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    until: Option<String>,
    /// Only on this channel.
    channel: Option<Ident>,
    /// Only in this language (ISO 639, `und` where it is not known).
    #[param(pattern = "^([a-z]{2,3}|hi-Latn)$")]
    language: Option<String>,
    /// Only of people of this segment.
    segment_id: Option<Ident>,
    /// Only what was said in this way.
    #[param(pattern = "^(social|service|survey|offline)$")]
    mode: Option<String>,
    /// Promotion and spam as well.
    noise: Option<bool>,
    /// Only those of whom this holds: `negative`, `positive`, `question`, `request`, `complaint`, `thanks`, `commitment`,
    /// `substance`, `monitor-` and the monitor's id, or `score-low-` or `score-high-` and the key of a survey's question.
    #[param(
        pattern = "^(negative|positive|question|request|complaint|thanks|commitment|substance|monitor-[0-9]{1,19}|score-(high|low)-[0-9a-f]{1,16})$"
    )]
    question: Option<String>,
    /// Where the page before ended (`next`).
    cursor: Option<String>,
    /// How many, 1 to 100; 50 if it is left out.
    limit: Option<i64>,
}

/// What people say of questions in some days.
#[derive(Serialize, ToSchema)]
pub(super) struct Voices {
    #[schema(format = Date)]
    from: String,
    #[schema(format = Date)]
    until: String,
    answers: Vec<AnswerOf>,
    /// How they were found.
    methods: Vec<String>,
}

struct Fields<'a> {
    days: (Option<&'a str>, Option<&'a str>),
    channel: Option<Ident>,
    language: Option<String>,
    segment: Option<Ident>,
    noise: Option<bool>,
}

async fn filter(app: &App, fields: Fields<'_>) -> Result<Filter> {
    let period = super::figures::period(app, fields.days.0, fields.days.1, crate::insights::USUAL_DAYS).await?;
    let mut filter = Filter::of(period);
    filter.channel = fields.channel.map(|channel| ChannelId(channel.0));
    filter.language = super::mentions::language(fields.language)?;
    filter.segment = fields.segment.map(|segment| segment.0);
    filter.with_noise = fields.noise.unwrap_or(false);
    if let Some(channel) = filter.channel {
        let known = channels::get(&mut app.engine.db.reader(), channel).await?;
        known.ok_or_else(|| invalid("channel", "There is no such channel (any more)."))?;
    }
    if let Some(segment) = filter.segment {
        let known = segments::get(&mut app.engine.db.reader(), segment).await?;
        known.ok_or_else(|| invalid("segment_id", "There is no such segment (any more)."))?;
    }
    Ok(filter)
}

/// The messages of some days, of a segment's people or of all.
pub(super) async fn of_people(
    app: &App,
    days: (Option<&str>, Option<&str>),
    segment: Option<Ident>,
    noise: Option<bool>,
) -> Result<Filter> {
    filter(app, Fields { days, channel: None, language: None, segment, noise }).await
}

/// Shows whom the organisation heard
///
/// People and messages of some days; for each attribute that lists of customers or margins know, how everybody and those who were
/// heard are made up, the unheard first; and how few write how much, on all channels and on each.
#[utoipa::path(
    get, path = "/api/v1/insights", tag = "insights", security(("key" = ["read"])), params(InsightsQuery),
    responses((status = 200, body = WithMethods<HeardInDays>))
)]
pub(super) async fn overview(
    State(app): State<App>,
    Asked(asked): Asked<InsightsQuery>,
) -> Result<Json<WithMethods<HeardInDays>>> {
    let days = (asked.from.as_deref(), asked.until.as_deref());
    let (channel, language, segment) = (asked.channel, asked.language.clone(), asked.segment_id);
    let filter = filter(&app, Fields { days, channel, language, segment, noise: asked.noise }).await?;
    let found = overview::overview(&app.engine, &filter).await?;
    Ok(Json(WithMethods { of: heard(&filter, &found), methods: crate::insights::METHODS.to_vec() }))
}

/// Shows what people say
///
/// Of each question: counted by messages, by people (each once), and weighted so that those who were heard are made up as
/// everybody is, with its interval; or why nothing is said, and what would mend it.
#[utoipa::path(
    get, path = "/api/v1/insights/voices", tag = "insights", security(("key" = ["read"])), params(InsightsQuery),
    responses((status = 200, body = Voices))
)]
pub(super) async fn answers(State(app): State<App>, Asked(asked): Asked<InsightsQuery>) -> Result<Json<Voices>> {
    let days = (asked.from.as_deref(), asked.until.as_deref());
    let (channel, language, segment) = (asked.channel, asked.language.clone(), asked.segment_id);
    let filter = filter(&app, Fields { days, channel, language, segment, noise: asked.noise }).await?;
    let all = crate::insights::questions(&app).await?;
    let named: Vec<Question> = all.iter().map(|(question, _)| *question).collect();
    let found = voices::answers(&app.engine, &filter, &named).await?;
    Ok(Json(Voices {
        from: filter.period.first().to_string(),
        until: filter.period.last().to_string(),
        answers: found.iter().zip(&all).map(|(answer, (_, name))| answered(answer, name)).collect(),
        methods: crate::insights::METHODS.iter().map(|words| (*words).to_owned()).collect(),
    }))
}

/// One who was heard.
#[derive(Serialize, ToSchema)]
pub(super) struct HeardPerson {
    person_id: Ident,
    messages: u32,
    /// Those of them of which it is known whether the question holds, and those of which it does.
    judged: u32,
    hits: u32,
}

struct Behind {
    filter: Filter,
    question: Option<Question>,
}

async fn behind(app: &App, asked: &HeardQuery) -> Result<Behind> {
    let question = match asked.question.as_deref() {
        None => None,
        Some(name) => {
            Some(Question::named(name).ok_or_else(|| invalid("question", "There is no question of this name."))?)
        }
    };
    let days = (asked.from.as_deref(), asked.until.as_deref());
    let (channel, language, segment) = (asked.channel, asked.language.clone(), asked.segment_id);
    let mut filter = filter(app, Fields { days, channel, language, segment, noise: asked.noise }).await?;
    if let Some(mode) = &asked.mode {
        let mode = Mode::parse(mode).ok_or_else(|| invalid("mode", "Give social, service, survey or offline."))?;
        filter.mode = Some(mode);
    }
    Ok(Behind { filter, question })
}

/// One message that was heard.
#[derive(Serialize, ToSchema)]
pub(super) struct HeardMessage {
    message_id: Ident,
    person_id: Option<Ident>,
    channel_id: Ident,
    at: i64,
    language: String,
}

/// Lists the messages behind a figure
///
/// The newest first: all that were heard, or those of which the question holds.
#[utoipa::path(
    get, path = "/api/v1/insights/messages", tag = "insights", security(("key" = ["read"])), params(HeardQuery),
    responses((status = 200, body = Page<HeardMessage>))
)]
pub(super) async fn messages(
    State(app): State<App>,
    Asked(asked): Asked<HeardQuery>,
) -> Result<Json<Page<HeardMessage>>> {
    let limit = limit(asked.limit)?;
    let below = cursor(asked.cursor.as_deref())?;
    let Behind { filter, question } = behind(&app, &asked).await?;
    let take = usize::try_from(limit + 1).unwrap_or_default();
    let places = voices::messages(&app.engine, &filter, question, below, take).await?;
    let shown = &places[..places.len().min(take.saturating_sub(1))];
    let found = reading::at_places(&mut app.engine.db.reader(), shown).await?;
    let item = |message: reading::Message| HeardMessage {
        message_id: message.id.into(),
        person_id: message.person_id.map(Ident::from),
        channel_id: message.channel_id.into(),
        at: message.at,
        language: message.language,
    };
    // Of a place that was let go meanwhile nothing is shown; what comes after is shown all the same.
    let next = places.get(shown.len()..).filter(|rest| !rest.is_empty()).and(shown.last()).map(ToString::to_string);
    Ok(Json(Page { items: found.into_iter().map(item).collect(), next }))
}

/// Lists the people behind a figure
///
/// The loudest first: all who were heard, or those of whom the question holds of any message.
#[utoipa::path(
    get, path = "/api/v1/insights/people", tag = "insights", security(("key" = ["read"])), params(HeardQuery),
    responses((status = 200, body = Page<HeardPerson>))
)]
pub(super) async fn people(State(app): State<App>, Asked(asked): Asked<HeardQuery>) -> Result<Json<Page<HeardPerson>>> {
    const MOST_SKIPPED: usize = 1_000_000;
    let limit = limit(asked.limit)?;
    let skip: usize = match asked.cursor.as_deref() {
        None => 0,
        Some(text) => {
            let read = text.parse().ok().filter(|skip| *skip <= MOST_SKIPPED && !text.starts_with('+'));
            read.ok_or_else(|| invalid("cursor", "Give `next` of the page before, unchanged."))?
        }
    };
    let Behind { filter, question } = behind(&app, &asked).await?;
    let take = usize::try_from(limit).unwrap_or_default();
    let (found, all) = voices::people(&app.engine, &filter, question, (skip, take)).await?;
    let next = skip + found.len();
    let item = |voice: voices::Voice| HeardPerson {
        person_id: voice.person.into(),
        messages: voice.messages,
        judged: voice.judged,
        hits: voice.hits,
    };
    let more = !found.is_empty() && (next as u64) < all;
    Ok(Json(Page { items: found.into_iter().map(item).collect(), next: more.then(|| next.to_string()) }))
}
