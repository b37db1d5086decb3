//! One question, asked of four sources: for programs.

use super::{
    extract::{Asked, invalid},
    heard::{BasisOf, EstimateOf, WeightedTo},
    ident::Ident,
};
use crate::{App, Result, insights::triangulation as screen};
use axum::{Json, extract::State};
use screen::words;
use serde::{Deserialize, Serialize};
use tertulia_engine::insights::{
    asked::{Filter, Question},
    triangulation::{self, Offline, On, Origin, Source, Survey, Triangulation, triangulate},
};
use tertulia_voices::decomposition::{Contribution, Decomposition, Part};
use utoipa::{IntoParams, ToSchema};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct TriangulationQuery {
    /// The first day; with `until`. The last 90 days if both are left out.
    #[param(format = Date, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    from: Option<String>,
    /// The last day, with it; at most a year after the first.
    #[param(format = Date, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    until: Option<String>,
    /// `negative` (if it is left out), `positive`, `question`, `request`, `complaint`, `thanks`, `commitment`, `substance`, or
    /// `monitor-` and the monitor's id.
    #[param(
        pattern = "^(negative|positive|question|request|complaint|thanks|commitment|substance|monitor-[0-9]{1,19}|score-(high|low)-[0-9a-f]{1,16})$"
    )]
    question: Option<String>,
    /// What the survey's side is read from: what people wrote if it is left out; `agree-` or `disagree-` with the ids of a ballot and a
    /// statement; `score-low-` or `score-high-` with the key of a question that was answered on a scale.
    #[param(pattern = "^((agree|disagree)-[0-9]{1,19}-[0-9]{1,19}|score-(high|low)-[0-9a-f]{1,16})?$")]
    survey: Option<String>,
    /// Two outcomes that are the offline side: `outcome-`, the id of how many, and the id of among how many.
    #[param(pattern = "^(outcome-[0-9]{1,19}-[0-9]{1,19})?$")]
    offline: Option<String>,
    /// Which two are taken apart (`service-social`): those that differ most if it is left out.
    #[param(pattern = "^(social|service|survey|offline)-(social|service|survey|offline)$")]
    between: Option<String>,
    /// Only of people of this segment.
    segment_id: Option<Ident>,
    /// Promotion and spam as well.
    noise: Option<bool>,
}

/// One question, asked of four sources; shares and differences are fractions.
#[derive(Serialize, ToSchema)]
pub(crate) struct Triangulated {
    #[schema(format = Date)]
    from: String,
    #[schema(format = Date)]
    until: String,
    question: String,
    title: String,
    /// What it comes to, in a sentence.
    sentence: String,
    /// `weighted` or `as_heard`: on what the sources are compared.
    compared: String,
    sources: Vec<SourceOf>,
    /// Whether they differ at all; absent where fewer than two say enough.
    test: Option<TestOf>,
    /// The most different first.
    differences: Vec<DifferenceOf>,
    /// Which segments drive the difference of two; absent where these are no people that are known one by one.
    driven: Option<DrivenOf>,
    weighted_to: Vec<WeightedTo>,
    left_out: Vec<String>,
    /// Only of people of a part of an attribute, or of a segment.
    attribute: Option<String>,
    part: Option<String>,
    segment_id: Option<Ident>,
    noise: bool,
    methods: Vec<String>,
}

/// One source.
#[derive(Serialize, ToSchema)]
pub(crate) struct SourceOf {
    /// `social`, `service`, `survey` or `offline`.
    mode: String,
    /// What is to be kept in mind of it.
    note: String,
    /// `messages`, `votes` or `counts`.
    origin: String,
    /// Of messages: the question that is asked of them, and the channels on which they were said.
    question: Option<String>,
    channel_ids: Vec<Ident>,
    ballot_id: Option<Ident>,
    statement_id: Option<Ident>,
    /// Of votes: whether it is read who agreed, or who disagreed.
    agree: Option<bool>,
    outcome_id: Option<Ident>,
    among_outcome_id: Option<Ident>,
    /// Messages, votes or people of whom an answer is known.
    answers: u64,
    by_person: EstimateOf,
    /// As everybody is made up; absent where nothing says how that is, or its people are not known one by one.
    weighted: Option<EstimateOf>,
    /// What is said of it, or why nothing is.
    sentence: String,
}

/// Whether sources differ at all.
#[derive(Serialize, ToSchema)]
pub(crate) struct TestOf {
    chi_square: f64,
    degrees_of_freedom: u64,
    p: f64,
    sentence: String,
}

/// Two sources.
#[derive(Serialize, ToSchema)]
pub(crate) struct DifferenceOf {
    first: String,
    second: String,
    /// The first less the second.
    difference: f64,
    low: f64,
    high: f64,
    p: f64,
    /// By Holm, for all pairs together.
    p_adjusted: f64,
    differs: bool,
    sentence: String,
}

/// What drives the difference of two sources, as their people were heard.
#[derive(Serialize, ToSchema)]
pub(crate) struct DrivenOf {
    first: String,
    second: String,
    attributes: Vec<DrivenBy>,
}

/// The same by one attribute.
#[derive(Serialize, ToSchema)]
pub(crate) struct DrivenBy {
    attribute: String,
    difference: f64,
    /// What comes of other people speaking there.
    composition: Piece,
    /// What comes of the same kinds of people saying otherwise.
    within: Piece,
    sentence: String,
    /// The largest first.
    segments: Vec<DrivenSegment>,
}

/// A part of a difference.
#[derive(Serialize, ToSchema)]
pub(crate) struct Piece {
    value: f64,
    low: f64,
    high: f64,
}

impl From<&Part> for Piece {
    fn from(part: &Part) -> Self {
        Self { value: part.value, low: part.low, high: part.high }
    }
}

/// What one segment brings.
#[derive(Serialize, ToSchema)]
pub(crate) struct DrivenSegment {
    /// Absent: those of whom it is not known.
    name: Option<String>,
    first_people: u64,
    second_people: u64,
    first_part: f64,
    second_part: f64,
    first_answer: Option<f64>,
    second_answer: Option<f64>,
    composition: Piece,
    within: Piece,
    /// Too few to say much.
    thin: bool,
}

/// Asks one question of four sources
///
/// What people say in public, what they say to the organisation, what they answered when they were asked, and what was noted after
/// talking: each with its interval or why nothing is said, whether they differ by more than chance explains, and which segments
/// drive the difference.
#[utoipa::path(
    get, path = "/api/v1/insights/triangulation", tag = "insights", security(("key" = ["read"])), params(TriangulationQuery),
    responses((status = 200, body = Triangulated))
)]
pub(super) async fn one(State(app): State<App>, Asked(asked): Asked<TriangulationQuery>) -> Result<Json<Triangulated>> {
    let days = (asked.from.as_deref(), asked.until.as_deref());
    let filter = super::insights::of_people(&app, days, asked.segment_id, asked.noise).await?;
    let odd = |field: &str| invalid(field, "Give it as it is written in the document of this API.");
    let question = match asked.question.as_deref() {
        None => Question::Negative,
        Some(name) => Question::named(name).ok_or_else(|| odd("question"))?,
    };
    let name = crate::insights::named(&app, question).await?;
    let of = triangulation::Asked {
        question,
        survey: Survey::named(asked.survey.as_deref().unwrap_or_default()).ok_or_else(|| odd("survey"))?,
        offline: Offline::named(asked.offline.as_deref().unwrap_or_default()).ok_or_else(|| odd("offline"))?,
        between: match asked.between.as_deref() {
            None => None,
            Some(two) => Some(screen::between(two).ok_or_else(|| odd("between"))?),
        },
    };
    let name = name.ok_or_else(|| invalid("question", "There is no such question (any more)."))?;
    let found = triangulate(&app.engine, &filter, &of).await?;
    Ok(Json(triangulated(&filter, &name, &found)))
}

fn source(one: &Source, on: On) -> SourceOf {
    let mut shape = SourceOf {
        mode: one.mode.as_str().to_owned(),
        note: one.mode.note().to_owned(),
        origin: String::new(),
        question: None,
        channel_ids: Vec::new(),
        ballot_id: None,
        statement_id: None,
        agree: None,
        outcome_id: None,
        among_outcome_id: None,
        answers: one.answers,
        by_person: (&one.by_person).into(),
        weighted: one.weighted.as_ref().map(Into::into),
        sentence: words::said(one, on),
    };
    match &one.origin {
        Origin::Messages { question, channels } => {
            shape.origin = "messages".to_owned();
            shape.question = Some(question.name());
            shape.channel_ids = channels.iter().copied().map(Ident::from).collect();
        }
        Origin::Ballot(ballot) => {
            shape.origin = "votes".to_owned();
            (shape.ballot_id, shape.statement_id) = (Some(Ident(ballot.ballot.id)), Some(Ident(ballot.statement.id)));
            shape.agree = Some(ballot.agree);
        }
        Origin::Outcomes(part, of) => {
            shape.origin = "counts".to_owned();
            (shape.outcome_id, shape.among_outcome_id) = (Some(Ident(part.id)), Some(Ident(of.id)));
        }
    }
    shape
}

fn segment(one: &Contribution) -> DrivenSegment {
    DrivenSegment {
        name: one.segment.clone(),
        first_people: one.people.0,
        second_people: one.people.1,
        first_part: one.parts.0,
        second_part: one.parts.1,
        first_answer: one.answers.0,
        second_answer: one.answers.1,
        composition: (&one.composition).into(),
        within: (&one.within).into(),
        thin: one.thin,
    }
}

pub(crate) fn triangulated(filter: &Filter, name: &str, all: &Triangulation) -> Triangulated {
    let mode = |at: usize| all.readings[at].mode.as_str().to_owned();
    let comparison = all.comparison.as_ref();
    let difference = |pair: &tertulia_voices::difference::Pair| DifferenceOf {
        first: mode(pair.first),
        second: mode(pair.second),
        difference: pair.difference,
        low: pair.low,
        high: pair.high,
        p: pair.p,
        p_adjusted: pair.p_adjusted,
        differs: pair.differs,
        sentence: words::difference(all, pair),
    };
    let driven = all.apart.as_ref().map(|apart| DrivenOf {
        first: apart.first.as_str().to_owned(),
        second: apart.second.as_str().to_owned(),
        attributes: apart
            .by
            .iter()
            .map(|by: &Decomposition| DrivenBy {
                attribute: by.attribute.clone(),
                difference: by.difference,
                composition: (&by.composition).into(),
                within: (&by.within).into(),
                sentence: words::driven(by, apart.first, apart.second),
                segments: by.segments.iter().map(segment).collect(),
            })
            .collect(),
    });
    let weighted = |(title, basis): &(String, _)| WeightedTo { title: title.clone(), basis: BasisOf::from(basis) };
    Triangulated {
        from: filter.period.first().to_string(),
        until: filter.period.last().to_string(),
        question: all.asked.question.name(),
        title: name.to_owned(),
        sentence: words::headline(all),
        compared: match all.on {
            On::Weighted => "weighted",
            On::AsHeard => "as_heard",
        }
        .to_owned(),
        sources: all.sources.iter().map(|one| source(one, all.on)).collect(),
        test: comparison.map(|found| TestOf {
            chi_square: found.statistic,
            degrees_of_freedom: found.df,
            p: found.p,
            sentence: words::test(found, all.readings.len()),
        }),
        differences: comparison.iter().flat_map(|found| &found.pairs).map(difference).collect(),
        driven,
        weighted_to: all.margins.iter().map(weighted).collect(),
        left_out: all.left_out.clone(),
        attribute: filter.part.as_ref().map(|(attribute, _)| attribute.clone()),
        part: filter.part.as_ref().map(|(_, part)| part.clone()),
        segment_id: filter.segment.map(Ident),
        noise: filter.with_noise,
        methods: words::METHODS.iter().map(|words| (*words).to_owned()).collect(),
    }
}
