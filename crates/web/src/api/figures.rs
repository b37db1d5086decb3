//! How well the organisation answers, and the conversations behind it.

use super::{
    extract::{Asked, cursor, invalid, limit},
    ident::Ident,
    shapes::Page,
};
use crate::{App, Result, WebError};
use axum::{
    Json,
    extract::{Path, State},
};
use serde::{Deserialize, Serialize};
use tertulia_engine::{
    figures::{self, Case, Figure, Meaning, Period, Unit, Verdict},
    promises,
};
use tertulia_model::ChannelId;
use utoipa::{IntoParams, ToSchema};

/// Days, where none are named.
pub(super) const USUAL: i64 = 30;

/// The figures of a period.
#[derive(Serialize, ToSchema)]
pub(crate) struct Figures {
    /// The first and the last day, both with it.
    #[schema(format = Date, example = "2026-11-01")]
    from: String,
    #[schema(format = Date, example = "2026-11-30")]
    until: String,
    /// Where the organisation's days begin and end.
    time_zone: String,
    figures: Vec<Measured>,
    /// The part that was answered, by the channel on which people first wrote.
    answered_by_channel: Vec<OfChannel>,
    /// The same, by the language in which they did.
    answered_by_language: Vec<OfLanguage>,
    /// The same, by the segments of those who did, as far as they are known now: whoever is in several counts in each. Those
    /// who are in none stand last. Nothing, where no segment is kept.
    answered_by_segment: Vec<OfSegment>,
    /// How they were counted, beside what each means.
    methods: Vec<&'static str>,
}

/// What a figure says.
#[derive(Serialize, ToSchema)]
pub(crate) struct Measured {
    /// `first-answer`, `later-answer`, `answered`, `just-listened`, `unanswered`, `two-way`, `turns`, `meaningful`,
    /// `promises-kept` or `loop-time`.
    name: String,
    title: String,
    /// How it is counted.
    definition: String,
    /// `milliseconds` (a median), `share` (0 to 1), `turns` (a median) or `people`.
    unit: String,
    /// Absent where it rests on fewer than five cases.
    value: Option<f64>,
    /// Nine of ten stay at or below it; for milliseconds and turns.
    p90: Option<f64>,
    /// How many cases it rests on.
    n: usize,
    /// Among how many it was looked for: who has no answer has no time to it.
    of: usize,
    /// How many of these were answered, just listened to, two-way, meaningful, kept or told.
    held: usize,
    /// How many more were just listened to: they have no answer to wait for, and are among none of these numbers.
    listened: usize,
    /// Of how many more it is not known on which side they stand.
    unknown: usize,
    /// How many people those are about on which it rests.
    people: usize,
}

/// How many conversations of a channel were answered.
#[derive(Serialize, ToSchema)]
pub(crate) struct OfChannel {
    channel_id: Ident,
    conversations: usize,
    answered: usize,
    /// Those that were just listened to have no answer to wait for: the share is of the others.
    listened: usize,
    people: usize,
}

/// How many conversations of a language were answered.
#[derive(Serialize, ToSchema)]
pub(crate) struct OfLanguage {
    /// ISO 639-1; `und` where nobody knows.
    language: String,
    conversations: usize,
    answered: usize,
    /// Those that were just listened to have no answer to wait for: the share is of the others.
    listened: usize,
    people: usize,
}

/// How many conversations with people of a segment were answered.
#[derive(Serialize, ToSchema)]
pub(crate) struct OfSegment {
    /// Absent for those who are in no segment.
    segment_id: Option<Ident>,
    name: Option<String>,
    conversations: usize,
    answered: usize,
    /// Those that were just listened to have no answer to wait for: the share is of the others.
    listened: usize,
    /// Of the segment.
    people: usize,
}

/// One of those that a figure speaks of.
#[derive(Serialize, ToSchema)]
pub(super) struct FigureCase {
    /// Absent where somebody was told of a change another way, and had asked another way.
    conversation_id: Option<Ident>,
    /// Of what they were told.
    change_id: Option<Ident>,
    /// When it began; when they were told.
    at: i64,
    /// Those of them whom it is about.
    people: Vec<Ident>,
    channel_id: Option<Ident>,
    language: String,
    /// Answered, just listened to, two-way, meaningful, kept or told: whatever the figure counts.
    holds: bool,
    /// It was just listened to: it stands on neither side of a figure of answers.
    listened: bool,
    /// Milliseconds until the answer or the telling, or turns.
    value: Option<i64>,
    /// Of a conversation that went both ways: whether it was meaningful, and why.
    meaning: Option<MeaningOf>,
}

/// Why an exchange is meaningful, or is not.
#[derive(Serialize, ToSchema)]
pub(super) struct MeaningOf {
    /// `meaningful`, `no_substance`, `no_return`, `neither` or `unknown`.
    verdict: String,
    /// How often the person came back to an answer of ours.
    returns: u32,
    /// How many of their messages are of substance.
    substantial: u32,
    /// How far from the line: what could be taken away above it, what is missing below it; 0 is next to it. Absent where it is not
    /// known.
    distance: Option<u32>,
    /// The same in a sentence.
    why: String,
}

impl From<Meaning> for MeaningOf {
    fn from(meaning: Meaning) -> Self {
        let verdict = match meaning.verdict {
            Verdict::Meaningful => "meaningful",
            Verdict::NoSubstance => "no_substance",
            Verdict::NoReturn => "no_return",
            Verdict::Neither => "neither",
            Verdict::Unknown => "unknown",
        };
        Self {
            verdict: verdict.to_owned(),
            returns: meaning.returns,
            substantial: meaning.substantial,
            distance: meaning.distance(),
            why: crate::figures::words::why(meaning),
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct PeriodQuery {
    /// The first day; with `until`. The last 30 days if both are left out.
    #[param(format = Date, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    from: Option<String>,
    /// The last day, with it; at most a year after the first.
    #[param(format = Date, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    until: Option<String>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct CasesQuery {
    /// The first day; with `until`. The last 30 days if both are left out.
    #[param(format = Date, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    from: Option<String>,
    /// The last day, with it; at most a year after the first.
    #[param(format = Date, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    until: Option<String>,
    /// Only those that were answered, two-way, meaningful or kept (`true`), or only the others. What was just listened to is on neither
    /// side of a figure of answers.
    holds: Option<bool>,
    /// Only of this channel.
    channel: Option<Ident>,
    /// Only in this language (ISO 639, `und` where it is not known).
    #[param(pattern = "^([a-z]{2,3}|hi-Latn)$")]
    language: Option<String>,
    /// Only with people of this segment, and about these alone.
    segment_id: Option<Ident>,
    /// Only with people who are in no segment; without `segment_id`.
    in_no_segment: Option<bool>,
    /// Where the page before ended (`next`).
    cursor: Option<String>,
    /// How many, 1 to 100; 50 if it is left out.
    limit: Option<i64>,
}

/// The days that are named, or the last `usual` ones.
pub(super) async fn period(app: &App, from: Option<&str>, until: Option<&str>, usual: i64) -> Result<Period> {
    match (from, until) {
        (None, None) => Ok(Period::last_days(&app.engine, usual).await?),
        (Some(from), Some(until)) => Ok(crate::figures::own(from, until)?),
        (None, _) => Err(invalid("from", "Give the first day, too.")),
        (_, None) => Err(invalid("until", "Give the last day, too.")),
    }
}

/// The segment that is asked for, or who is in none; nothing, where all are.
fn segment(of: Option<Ident>, in_none: Option<bool>) -> Result<Option<Option<i64>>> {
    match (of, in_none.unwrap_or(false)) {
        (Some(_), true) => Err(invalid("in_no_segment", "Give either a segment, or this.")),
        (Some(of), false) => Ok(Some(Some(of.0))),
        (None, true) => Ok(Some(None)),
        (None, false) => Ok(None),
    }
}

fn measured(figure: Figure, said: &figures::Estimate) -> Measured {
    let unit = match figure.unit() {
        Unit::Time => "milliseconds",
        Unit::Share => "share",
        Unit::Number => "turns",
        Unit::People => "people",
    };
    Measured {
        name: figure.name().to_owned(),
        title: figures::title(figure).to_owned(),
        definition: figures::definition(figure).to_owned(),
        unit: unit.to_owned(),
        value: said.value,
        p90: said.p90,
        n: said.n,
        of: said.of,
        held: said.held,
        listened: said.listened,
        unknown: said.unknown,
        people: said.people,
    }
}

/// Shows the figures of some days
///
/// How long people wait for an answer, how many have one, how many conversations go both ways, what became of promises, and
/// how long it took until people were told what became of what they asked. What each means stands beside it.
#[utoipa::path(
    get, path = "/api/v1/figures", tag = "figures", security(("key" = ["read"])), params(PeriodQuery),
    responses((status = 200, body = Figures))
)]
pub(super) async fn all(State(app): State<App>, Asked(asked): Asked<PeriodQuery>) -> Result<Json<Figures>> {
    let period = period(&app, asked.from.as_deref(), asked.until.as_deref(), USUAL).await?;
    Ok(Json(of_days(&app, period).await?))
}

pub(crate) async fn of_days(app: &App, period: Period) -> Result<Figures> {
    let report = figures::report(&app.engine, period).await?;
    let zone = promises::time_zone(&mut app.engine.db.reader()).await?;
    let one = |figure| measured(figure, &figures::estimate(figure, report.cases(figure)));
    let answered = |cases: &[&Case]| figures::estimate(Figure::Answered, cases.iter().copied());
    let by_channel = figures::parted(&report.first, |case| case.channel).into_iter().filter_map(|(channel, cases)| {
        let said = answered(&cases);
        Some(OfChannel {
            channel_id: channel?.into(),
            conversations: said.n + said.listened,
            answered: said.held,
            listened: said.listened,
            people: said.people,
        })
    });
    let by_language =
        figures::parted(&report.first, |case| case.language.clone()).into_iter().map(|(language, cases)| {
            let said = answered(&cases);
            let language = language.to_string();
            OfLanguage {
                language,
                conversations: said.n + said.listened,
                answered: said.held,
                listened: said.listened,
                people: said.people,
            }
        });
    let segmented = figures::segmented(&app.engine, &report).await?;
    let by_segment = segmented.parted(&report.first).into_iter().map(|(segment, cases)| {
        let said = answered(&cases.iter().collect::<Vec<_>>());
        OfSegment {
            segment_id: segment.map(Ident),
            name: segment.and_then(|id| segmented.name(id)).map(str::to_owned),
            conversations: said.n + said.listened,
            answered: said.held,
            listened: said.listened,
            people: said.people,
        }
    });
    Ok(Figures {
        from: period.first().to_string(),
        until: period.last().to_string(),
        time_zone: zone.iana_name().unwrap_or("UTC").to_owned(),
        figures: Figure::ALL.map(one).into(),
        answered_by_channel: by_channel.collect(),
        answered_by_language: by_language.collect(),
        answered_by_segment: by_segment.collect(),
        methods: crate::figures::METHODS.to_vec(),
    })
}

/// Lists what a figure speaks of
///
/// The conversations behind it, the latest first.
#[utoipa::path(
    get, path = "/api/v1/figures/{name}/cases", tag = "figures", security(("key" = ["read"])),
    params(
        ("name" = String, Path, description = "The figure's name", example = "answered",
            pattern = "^(first-answer|later-answer|answered|just-listened|unanswered|two-way|turns|meaningful|promises-kept|loop-time)$"),
        CasesQuery
    ),
    responses((status = 200, body = Page<FigureCase>))
)]
pub(super) async fn cases(
    State(app): State<App>,
    Path(name): Path<String>,
    Asked(asked): Asked<CasesQuery>,
) -> Result<Json<Page<FigureCase>>> {
    let limit = limit(asked.limit)?;
    let below = cursor(asked.cursor.as_deref())?.unwrap_or(i64::MAX);
    let figure = Figure::named(&name).ok_or_else(WebError::not_found)?;
    let period = period(&app, asked.from.as_deref(), asked.until.as_deref(), USUAL).await?;
    let mut report = figures::report(&app.engine, period).await?;
    if let Some(segment) = segment(asked.segment_id, asked.in_no_segment)? {
        let segmented = figures::segmented(&app.engine, &report).await?;
        if segment.is_some_and(|id| segmented.name(id).is_none()) {
            return Err(invalid("segment_id", "There is no such segment (any more)."));
        }
        report.keep(|case| segmented.narrow(case, segment));
    }
    let channel = asked.channel.as_ref().map(|channel| ChannelId(channel.0));
    let language = super::mentions::language(asked.language)?;
    let wanted = |case: &&Case| {
        case.key < below
            && asked.holds.is_none_or(|holds| figure.side(case) == Some(holds))
            && channel.is_none_or(|channel| case.channel == Some(channel))
            && language.as_deref().is_none_or(|language| *case.language == *language)
    };
    let mut cases: Vec<&Case> = report.cases(figure).into_iter().filter(wanted).collect();
    cases.sort_unstable_by_key(|case| std::cmp::Reverse(case.key));
    cases.truncate(usize::try_from(limit + 1).unwrap_or_default());
    let case = |case: &Case| FigureCase {
        conversation_id: case.conversation.map(Ident::from),
        change_id: case.change.map(Ident::from),
        at: case.at,
        people: case.people.iter().map(|person| (*person).into()).collect(),
        channel_id: case.channel.map(Ident::from),
        language: case.language.to_string(),
        holds: figure.side(case) == Some(true),
        listened: case.listened,
        value: case.value,
        meaning: case.meaning.map(MeaningOf::from),
    };
    Ok(Json(Page::of(cases, limit, |case| case.key.to_string(), case)))
}
