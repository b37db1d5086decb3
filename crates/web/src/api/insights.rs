//! Whom the organisation hears and what they say, as people: for programs, and as the export of the page.

use super::{
    extract::{Asked, cursor, invalid, limit},
    ident::Ident,
    shapes::Page,
};
use crate::{App, Result, insights::words};
use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use tertulia_engine::insights::{
    asked::{Filter, Question},
    overview::{self, Overview},
    population::Basis,
    voices::{self, Answer},
};
use tertulia_model::ChannelId;
use tertulia_store::{reading, segments};
use tertulia_voices::{
    coverage::Standing,
    estimate::{Estimate, Refusal},
};
use utoipa::{IntoParams, ToSchema};

/// Which messages are meant.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct InsightsQuery {
    /// The first day; with `until`. The last 30 days if both are left out.
    #[param(format = Date, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    from: Option<String>,
    /// The last day, with it; at most a year after the first.
    #[param(format = Date, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    until: Option<String>,
    /// Only on this channel.
    channel: Option<Ident>,
    /// Only in this language (ISO 639, `und` where it is not known).
    #[param(pattern = "^[a-z]{2,3}$")]
    language: Option<String>,
    /// Only of people of this segment.
    segment_id: Option<Ident>,
    /// Promotion and machines as well.
    noise: Option<bool>,
}

/// Which people are meant.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct HeardQuery {
    /// The first day; with `until`. The last 30 days if both are left out.
    #[param(format = Date, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    from: Option<String>,
    /// The last day, with it; at most a year after the first.
    #[param(format = Date, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    until: Option<String>,
    /// Only on this channel.
    channel: Option<Ident>,
    /// Only in this language (ISO 639, `und` where it is not known).
    #[param(pattern = "^[a-z]{2,3}$")]
    language: Option<String>,
    /// Only of people of this segment.
    segment_id: Option<Ident>,
    /// Promotion and machines as well.
    noise: Option<bool>,
    /// Only those of whom this holds: `negative`, `positive`, `question`, `request`, `complaint`, `thanks`, `commitment`,
    /// `substance`, or `monitor-` and the monitor's id.
    #[param(
        pattern = "^(negative|positive|question|request|complaint|thanks|commitment|substance|monitor-[0-9]{1,19})$"
    )]
    question: Option<String>,
    /// Where the page before ended (`next`).
    cursor: Option<String>,
    /// How many, 1 to 100; 50 if it is left out.
    limit: Option<i64>,
}

/// Whom the organisation heard in some days.
#[derive(Serialize, ToSchema)]
pub(crate) struct HeardInDays {
    /// The first and the last day, both with it.
    #[schema(format = Date)]
    from: String,
    #[schema(format = Date)]
    until: String,
    /// The same in a sentence.
    sentence: String,
    people: u64,
    messages: u64,
    /// Messages of which nobody knows who wrote them.
    messages_of_nobody: u64,
    /// Who stands in a list of customers; absent where there is none.
    customers: Option<u64>,
    customers_heard: Option<u64>,
    coverage: Vec<CoverageOf>,
    concentration: Vec<ConcentrationOf>,
}

/// How everybody and those who were heard are made up by one attribute.
#[derive(Serialize, ToSchema)]
pub(crate) struct CoverageOf {
    attribute: String,
    title: String,
    basis: BasisOf,
    /// People heard of whom it is known: as customers, by what is known of them, by the language they write in.
    by_identity: u64,
    by_statement: u64,
    by_language: u64,
    /// People heard who are in no part.
    unlinked: u64,
    /// Customers of whom it is not known.
    unknown: u64,
    /// The surely unheard first.
    parts: Vec<PartOf>,
}

/// Where it is from how everybody is made up.
#[derive(Serialize, ToSchema)]
pub(crate) struct BasisOf {
    /// `customers` or `margins`.
    kind: String,
    /// Of margins: in the words of whoever put them down, and of which day.
    source: Option<String>,
    as_of: Option<String>,
}

/// One part; shares are fractions.
#[derive(Serialize, ToSchema)]
pub(crate) struct PartOf {
    key: String,
    name: String,
    /// Customers; of margins as they were given.
    amount: f64,
    share: f64,
    people: u64,
    people_share: f64,
    messages: u64,
    messages_share: f64,
    /// Its share of the people heard by its share of everybody: 1 at parity. Absent where nothing can be said.
    index: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    /// `unheard`, `at_par` or `loud`: what its interval says.
    standing: String,
    /// Too few to say much.
    thin: bool,
}

/// How few write how much.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConcentrationOf {
    /// Absent for all channels together.
    channel_id: Option<Ident>,
    people: u64,
    messages: u64,
    gini: f64,
    /// The part of the messages that the loudest 1 % and 10 % wrote.
    top_1: f64,
    top_10: f64,
    /// So many who all wrote as much would be as diverse (inverse Simpson).
    effective_voices: f64,
}

/// What is said of a question; shares are fractions.
#[derive(Serialize, ToSchema)]
pub(crate) struct AnswerOf {
    question: String,
    title: String,
    /// The same in a sentence.
    sentence: String,
    /// How a person's answer is counted.
    definition: String,
    /// Messages that are meant, and those of which an answer is known.
    messages: u64,
    judged: u64,
    /// By messages, as they come.
    by_message: Option<f64>,
    /// People of whom an answer is known.
    people: u64,
    /// One person, one voice.
    by_person: EstimateOf,
    /// As everybody is made up; absent where nothing says how that is.
    weighted: Option<EstimateOf>,
    /// By messages without the loudest ten, and the part of the messages that is theirs.
    without_loudest: Option<f64>,
    loudest_share: Option<f64>,
}

/// A share with how sure it is, or why nothing is said.
#[derive(Serialize, ToSchema)]
pub(crate) struct EstimateOf {
    share: Option<f64>,
    /// The interval, at 95 %.
    low: Option<f64>,
    high: Option<f64>,
    /// People on whom it rests.
    n: u64,
    /// Kish's design effect of the weights, and what n is worth by it.
    deff: Option<f64>,
    effective_n: Option<f64>,
    /// People heard who can be linked to nobody, and where the share would lie whatever they think.
    unlinked: u64,
    manski_low: Option<f64>,
    manski_high: Option<f64>,
    /// What was done on the way.
    notes: Vec<String>,
    /// Why nothing is said, and what would mend it.
    refusal: Option<String>,
}

impl From<&Result<Estimate, Refusal>> for EstimateOf {
    fn from(said: &Result<Estimate, Refusal>) -> Self {
        match said {
            Ok(said) => Self {
                share: Some(said.share),
                low: Some(said.low),
                high: Some(said.high),
                n: said.n,
                deff: Some(said.deff),
                effective_n: Some(said.effective_n),
                unlinked: said.unlinked.people,
                manski_low: Some(said.manski.0),
                manski_high: Some(said.manski.1),
                notes: said.notes.iter().map(ToString::to_string).collect(),
                refusal: None,
            },
            Err(refused) => Self {
                share: None,
                low: None,
                high: None,
                n: refused.n,
                deff: None,
                effective_n: None,
                unlinked: refused.unlinked.people,
                manski_low: None,
                manski_high: None,
                notes: Vec::new(),
                refusal: Some(words::refusal(refused)),
            },
        }
    }
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

/// All of it, as the page of voices exports it.
#[derive(Serialize)]
pub(crate) struct Exported {
    heard: HeardInDays,
    answers: Vec<AnswerOf>,
    methods: Vec<&'static str>,
}

pub(crate) fn export(filter: &Filter, overview: &Overview, answers: &[(Answer, String)]) -> Exported {
    Exported {
        heard: heard(filter, overview),
        answers: answers.iter().map(|(answer, name)| answered(answer, name)).collect(),
        methods: crate::insights::METHODS.to_vec(),
    }
}

fn heard(filter: &Filter, found: &Overview) -> HeardInDays {
    let part = |part: &overview::Covered| PartOf {
        key: part.key.clone(),
        name: part.name.clone(),
        amount: part.amount,
        share: part.share,
        people: part.heard,
        people_share: part.heard_share,
        messages: part.messages,
        messages_share: part.message_share,
        index: part.index.map(|(at, ..)| at),
        low: part.index.map(|(_, low, _)| low),
        high: part.index.map(|(_, _, high)| high),
        standing: match part.standing {
            Standing::Unheard => "unheard",
            Standing::AtPar => "at_par",
            Standing::Loud => "loud",
        }
        .to_owned(),
        thin: part.thin,
    };
    let coverage = |of: &overview::Coverage| CoverageOf {
        attribute: of.attribute.clone(),
        title: of.title.clone(),
        basis: match &of.basis {
            Basis::Customers => BasisOf { kind: "customers".to_owned(), source: None, as_of: None },
            Basis::Margins { source, as_of } => {
                BasisOf { kind: "margins".to_owned(), source: Some(source.clone()), as_of: Some(as_of.clone()) }
            }
        },
        by_identity: of.by_identity,
        by_statement: of.by_statement,
        by_language: of.by_language,
        unlinked: of.unlinked,
        unknown: of.unknown,
        parts: of.parts.iter().map(part).collect(),
    };
    let speaking = |voices: &overview::Speaking| ConcentrationOf {
        channel_id: voices.channel.map(Ident::from),
        people: voices.concentration.people,
        messages: voices.concentration.messages,
        gini: voices.concentration.gini,
        top_1: voices.concentration.top_1,
        top_10: voices.concentration.top_10,
        effective_voices: voices.concentration.effective_voices,
    };
    HeardInDays {
        from: filter.period.first().to_string(),
        until: filter.period.last().to_string(),
        sentence: words::headline(found),
        people: found.people,
        messages: found.messages,
        messages_of_nobody: found.of_nobody,
        customers: found.customers.map(|(all, _)| all),
        customers_heard: found.customers.map(|(_, heard)| heard),
        coverage: found.coverage.iter().map(coverage).collect(),
        concentration: found.voices.iter().map(speaking).collect(),
    }
}

fn answered(answer: &Answer, name: &str) -> AnswerOf {
    AnswerOf {
        question: answer.question.name(),
        title: name.to_owned(),
        sentence: words::answer(answer, name),
        definition: words::definition(answer.question).to_owned(),
        messages: answer.messages,
        judged: answer.judged,
        by_message: answer.raw,
        people: answer.people,
        by_person: (&answer.by_person).into(),
        weighted: answer.weighted.as_ref().map(Into::into),
        without_loudest: answer.without_loudest.map(|found| found.without),
        loudest_share: answer.without_loudest.map(|found| found.their_share),
    }
}

struct Fields<'a> {
    days: (Option<&'a str>, Option<&'a str>),
    channel: Option<Ident>,
    language: Option<String>,
    segment: Option<Ident>,
    noise: Option<bool>,
}

async fn filter(app: &App, fields: Fields<'_>) -> Result<Filter> {
    let period = super::figures::period(app, fields.days.0, fields.days.1).await?;
    let mut filter = Filter::of(period);
    filter.channel = fields.channel.map(|channel| ChannelId(channel.0));
    filter.language = super::mentions::language(fields.language)?;
    filter.segment = fields.segment.map(|segment| segment.0);
    filter.with_noise = fields.noise.unwrap_or(false);
    if let Some(segment) = filter.segment {
        let known = segments::get(&mut app.engine.db.reader(), segment).await?;
        known.ok_or_else(|| invalid("segment_id", "There is no such segment (any more)."))?;
    }
    Ok(filter)
}

/// Shows whom the organisation heard
///
/// People and messages of some days; for each attribute that lists of customers or margins know, how everybody and those who were
/// heard are made up, the unheard first; and how few write how much, on all channels and on each.
#[utoipa::path(
    get, path = "/api/v1/insights", tag = "insights", security(("key" = ["read"])), params(InsightsQuery),
    responses((status = 200, body = HeardInDays))
)]
pub(super) async fn overview(State(app): State<App>, Asked(asked): Asked<InsightsQuery>) -> Result<Json<HeardInDays>> {
    let days = (asked.from.as_deref(), asked.until.as_deref());
    let (channel, language, segment) = (asked.channel, asked.language.clone(), asked.segment_id);
    let filter = filter(&app, Fields { days, channel, language, segment, noise: asked.noise }).await?;
    let found = overview::overview(&app.engine, &filter).await?;
    Ok(Json(heard(&filter, &found)))
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
    let filter = filter(app, Fields { days, channel, language, segment, noise: asked.noise }).await?;
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
    let found = reading::at_places(&mut app.engine.db.reader(), &places).await?;
    let item = |message: reading::Message| HeardMessage {
        message_id: message.id.into(),
        person_id: message.person_id.map(Ident::from),
        channel_id: message.channel_id.into(),
        at: message.at,
        language: message.language,
    };
    Ok(Json(Page::of(found, limit, |message| message.place.to_string(), item)))
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
