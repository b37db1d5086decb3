//! What a page of insights asks: of which messages, and what of them.

use super::{
    columns::{Chosen, Columns, Heard},
    held::{View, roll},
    population::Roll,
};
use crate::{Engine, EngineError, Result, figures::Period, promises, topics};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};
use tertulia_model::{ChannelId, Millis, Mode, MonitorId, PersonId};
use tertulia_store::{attributes, channels, insights, keys, monitors, segments, survey_answers, topic_messages};

/// Persons that are read at once.
const PAGE: i64 = 20_000;

/// What is asked of what people said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// How much of it is negative in tone; or positive.
    Negative,
    Positive,
    /// Who asks, wants, complains, thanks or promises something.
    Asks,
    Wants,
    Complains,
    Thanks,
    Commits,
    /// How much of it adds something.
    Substance,
    /// Who speaks of what a monitor finds.
    Monitor(MonitorId),
    /// Who answers high, or low, on the scale of a survey's question.
    Scored(Scored),
    /// Who speaks of a topic, in the whole weeks that have a day in common with those asked for.
    Topic(i64),
}

/// An end of the scale of a question that a survey asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scored {
    pub high: bool,
    /// The survey, the question and the scale, in one number.
    pub key: i64,
}

impl Scored {
    fn named(name: &str) -> Option<Self> {
        let (end, key) = name.split_once('-')?;
        let high = match end {
            "high" => true,
            "low" => false,
            _ => return None,
        };
        Some(Self { high, key: i64::from_str_radix(key, 16).ok().filter(|key| *key >= 0)? })
    }

    fn of(asked: &survey_answers::Asked, high: bool) -> Self {
        Self { high, key: keys::fingerprint(&[&asked.survey, &asked.question, &asked.scale]) }
    }

    /// The scores that count as yes. Of the likelihood to recommend its detractors and promoters (Reichheld 2003), of contentment
    /// the two at either end.
    pub fn scores(self, asked: &survey_answers::Asked) -> (f64, f64) {
        match (asked.scale.as_str(), self.high) {
            ("nps", false) => (0.0, 6.0),
            ("nps", true) => (9.0, 10.0),
            (_, false) => (1.0, 2.0),
            (_, true) => (4.0, 5.0),
        }
    }
}

/// Questions of surveys that can be chosen.
const MOST_ASKED: i64 = 500;

/// What surveys asked, each with both ends of its scale.
pub async fn scored(engine: &Engine) -> Result<Vec<(Scored, survey_answers::Asked)>> {
    let all = survey_answers::questions(&mut engine.db.reader(), MOST_ASKED).await?;
    Ok(all.into_iter().flat_map(|asked| [false, true].map(|high| (Scored::of(&asked, high), asked.clone()))).collect())
}

impl Question {
    pub const OF_LABELS: [Self; 8] = [
        Self::Negative,
        Self::Positive,
        Self::Complains,
        Self::Wants,
        Self::Asks,
        Self::Thanks,
        Self::Commits,
        Self::Substance,
    ];

    /// What addresses and programs call it.
    pub fn name(self) -> String {
        match self {
            Self::Negative => "negative".to_owned(),
            Self::Positive => "positive".to_owned(),
            Self::Asks => "question".to_owned(),
            Self::Wants => "request".to_owned(),
            Self::Complains => "complaint".to_owned(),
            Self::Thanks => "thanks".to_owned(),
            Self::Commits => "commitment".to_owned(),
            Self::Substance => "substance".to_owned(),
            Self::Monitor(monitor) => format!("monitor-{monitor}"),
            Self::Topic(topic) => format!("topic-{topic}"),
            Self::Scored(Scored { high, key }) => format!("score-{}-{key:016x}", if high { "high" } else { "low" }),
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        if let Some(monitor) = name.strip_prefix("monitor-") {
            return monitor.parse().ok().map(Self::Monitor);
        }
        if let Some(topic) = name.strip_prefix("topic-") {
            return topic.parse().ok().filter(|id| *id > 0).map(Self::Topic);
        }
        if let Some(scored) = name.strip_prefix("score-") {
            return Scored::named(scored).map(Self::Scored);
        }
        Self::OF_LABELS.into_iter().find(|question| question.name() == name)
    }

    /// Whether a person's answer is the part of their messages of which it holds; else whether it holds of any.
    pub fn is_of_each(self) -> bool {
        matches!(self, Self::Negative | Self::Positive | Self::Substance | Self::Scored(_))
    }

    pub(super) fn heard(self, found: &Found) -> Heard<'_> {
        match self {
            Self::Negative => Heard::Tone(-1),
            Self::Positive => Heard::Tone(1),
            Self::Asks => Heard::Act(0),
            Self::Wants => Heard::Act(1),
            Self::Complains => Heard::Act(2),
            Self::Thanks => Heard::Act(3),
            Self::Commits => Heard::Act(4),
            Self::Substance => Heard::Substance,
            Self::Monitor(_) | Self::Topic(_) => Heard::At(&found.places, found.since),
            Self::Scored(_) => Heard::Among(&found.answers),
        }
    }
}

/// Of which messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    pub period: Period,
    pub channel: Option<ChannelId>,
    pub language: Option<String>,
    /// Only of people of a part of an attribute: both by their keys.
    pub part: Option<(String, String)>,
    /// Only of people who are in a segment that is kept.
    pub segment: Option<i64>,
    /// Only what was said in this way.
    pub mode: Option<Mode>,
    /// Promotion and spam as well.
    pub with_noise: bool,
}

impl Filter {
    pub fn of(period: Period) -> Self {
        Self { period, channel: None, language: None, part: None, segment: None, mode: None, with_noise: false }
    }

    /// Whether it keeps to some people only: those are not what everybody is compared with.
    pub fn is_of_some(&self) -> bool {
        self.part.is_some() || self.segment.is_some()
    }

    /// Whether anything but the days narrows it.
    pub fn is_narrowed(&self) -> bool {
        self.is_of_some() || self.channel.is_some() || self.language.is_some() || self.mode.is_some()
    }
}

/// The messages that are meant, in the numbers of these columns.
pub async fn choose(engine: &Engine, view: &View, filter: &Filter) -> Result<Chosen> {
    let zone = promises::time_zone(&mut engine.db.reader()).await?;
    let window = filter.period.window(&zone);
    choose_between(engine, view, filter, (window.from, window.until)).await
}

/// The messages of which a question is asked: of a topic those of whole weeks, for in these it is counted, whatever days the
/// calendar of the organisation has.
pub(super) async fn choose_for(
    engine: &Engine,
    view: &View,
    filter: &Filter,
    question: Option<Question>,
) -> Result<Chosen> {
    let Some(Question::Topic(_)) = question else { return choose(engine, view, filter).await };
    let (first, last) = topics::weeks_of(filter.period);
    choose_between(engine, view, filter, (topics::begin_of(first), topics::begin_of(last + 1))).await
}

async fn choose_between(
    engine: &Engine,
    view: &View,
    filter: &Filter,
    (from, until): (Millis, Millis),
) -> Result<Chosen> {
    let columns: &Arc<Columns> = &view.columns;
    let mut chosen = Chosen::between(columns, from, until);
    if let Some(channel) = filter.channel {
        chosen = chosen.on(columns, &[channel]);
    }
    if let Some(language) = &filter.language {
        chosen = chosen.in_languages(columns, std::slice::from_ref(language));
    }
    if let Some(mode) = filter.mode {
        let kinds = kinds(engine).await?;
        let of = |channel| kinds.get(&channel).copied().flatten();
        chosen = chosen.said(columns, |channel, is_public| Mode::of(of(channel), is_public) == mode);
    }
    if filter.with_noise {
        chosen = chosen.with_noise();
    }
    Ok(match whom(engine, view, filter).await? {
        Some(whom) => chosen.of(whom.numbers(columns)),
        None => chosen,
    })
}

/// How what is said on each channel comes about, where its kind says so.
async fn kinds(engine: &Engine) -> Result<HashMap<ChannelId, Option<Mode>>> {
    let named = channels::names(&mut engine.db.reader()).await?;
    Ok(named.into_iter().map(|channel| (channel.id, engine.registry.mode(&channel.connector))).collect())
}

/// The people to whom a filter keeps.
pub(super) struct Whom {
    part: Option<(Arc<Roll>, u16)>,
    segment: Option<HashSet<PersonId>>,
}

impl Whom {
    /// By number, who they are of those who were heard.
    fn numbers(&self, columns: &Columns) -> Vec<bool> {
        let in_part = self.part.as_ref().map(|(roll, part)| roll.in_part(columns, *part));
        let in_segment = self.segment.as_ref().map(|people| {
            let mut inside = vec![false; columns.persons()];
            people.iter().filter_map(|one| columns.number_of(*one)).for_each(|number| inside[number as usize] = true);
            inside
        });
        match (in_part, in_segment) {
            (Some(part), Some(segment)) => part.iter().zip(&segment).map(|(a, b)| *a && *b).collect(),
            (one, other) => one.or(other).unwrap_or_default(),
        }
    }

    pub fn holds(&self, columns: &Columns, person: PersonId) -> bool {
        let part =
            |(roll, part): &(Arc<Roll>, u16)| roll.of_person(columns, person).is_some_and(|(own, _)| own == *part);
        self.part.as_ref().is_none_or(part) && self.segment.as_ref().is_none_or(|inside| inside.contains(&person))
    }
}

/// Whom a filter keeps to; none where it keeps to nobody in particular.
pub(super) async fn whom(engine: &Engine, view: &View, filter: &Filter) -> Result<Option<Whom>> {
    let mut whom = Whom { part: None, segment: None };
    if let Some((attribute, key)) = &filter.part {
        let attribute = attributes::all(&mut engine.db.reader()).await?.into_iter().find(|one| one.name == *attribute);
        let missing = || EngineError::invalid("part", "There is no such part of your customers (any more).");
        let roll = roll(engine, view, &attribute.ok_or_else(missing)?).await?.ok_or_else(missing)?;
        let part = roll.part_called(key).ok_or_else(missing)?;
        whom.part = Some((roll, part));
    }
    if let Some(segment) = filter.segment {
        whom.segment = Some(in_segment(engine, segment).await?);
    }
    Ok(filter.is_of_some().then_some(whom))
}

async fn in_segment(engine: &Engine, segment: i64) -> Result<HashSet<PersonId>> {
    let mut db = engine.db.reader();
    let missing = || EngineError::invalid("segment", "There is no such segment (any more).");
    let rules = segments::get(&mut db, segment).await?.ok_or_else(missing)?.rules();
    let mut inside = HashSet::new();
    let mut after = PersonId(i64::MIN);
    loop {
        let page = insights::in_segment(&mut db, &rules, after, PAGE).await?;
        inside.extend(page.iter().copied());
        match page.last() {
            Some(last) if page.len() as i64 == PAGE => after = *last,
            _ => return Ok(inside),
        }
    }
}

/// What the database says of a question.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Found {
    /// Where a monitor found something, in their order.
    pub places: Vec<i64>,
    /// From here on it has looked at everything.
    pub since: i64,
    /// What was answered on a scale, in the order of their places: whether it is yes.
    pub answers: Vec<(i64, bool)>,
}

/// Where a monitor found something in these days, or something was answered on a scale; nothing for any other question.
pub(super) async fn places(engine: &Engine, filter: &Filter, question: Question) -> Result<Found> {
    let mut db = engine.db.reader();
    let window = async |db: &mut _| promises::time_zone(db).await.map(|zone| filter.period.window(&zone));
    match question {
        Question::Monitor(monitor) => {
            let missing = || EngineError::invalid("question", "There is no such monitor (any more).");
            // Before what it found: what it looks at meanwhile is only more than is said here.
            let since = monitors::get(&mut db, monitor).await?.ok_or_else(missing)?.behind.unwrap_or(i64::MIN);
            let window = window(&mut db).await?;
            let span = (keys::place_at(window.from), keys::place_until(window.until));
            Ok(Found { places: insights::found_by(&mut db, monitor, span).await?, since, ..Found::default() })
        }
        Question::Scored(one) => {
            let missing = || EngineError::invalid("question", "No survey asked such a question (any more).");
            let all = scored(engine).await?;
            let asked = all.into_iter().find(|(known, _)| *known == one).map(|(_, asked)| asked).ok_or_else(missing)?;
            let window = window(&mut db).await?;
            let (least, most) = one.scores(&asked);
            let scores = survey_answers::scores(&mut db, &asked, (window.from, window.until)).await?;
            let answers = scores.into_iter().map(|(place, score)| (place, (least..=most).contains(&score))).collect();
            Ok(Found { answers, ..Found::default() })
        }
        Question::Topic(topic) => {
            let gone = |error| match error {
                EngineError::NotFound(_) => EngineError::invalid("question", "There is no such topic (any more)."),
                other => other,
            };
            let weeks = topics::weeks_of(filter.period);
            let (_, topic) = topics::one(engine, topic, weeks).await.map_err(gone)?;
            let places = topic_messages::places(&mut db, &topic.units, weeks).await?;
            Ok(Found { places, since: i64::MIN, ..Found::default() })
        }
        _ => Ok(Found::default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_question_is_found_by_its_name() {
        let more = [
            Question::Monitor(MonitorId(7)),
            Question::Topic(7),
            Question::Scored(Scored { high: true, key: 0xab }),
            Question::Scored(Scored { high: false, key: i64::MAX }),
        ];
        for question in Question::OF_LABELS.into_iter().chain(more) {
            assert_eq!(Question::named(&question.name()), Some(question));
        }
        for odd in [
            "topic-0",
            "topic-x",
            "score-high-",
            "score-middle-7",
            "score-low--1",
            "score-low-fffffffffffffffff",
            "monitor-x",
            "rude",
        ] {
            assert_eq!(Question::named(odd), None, "{odd}");
        }
    }
}
