//! What a page of insights asks: of which messages, and what of them.

use super::{
    columns::{Chosen, Columns, Heard},
    held::{View, roll},
};
use crate::{Engine, EngineError, Result, figures::Period, promises};
use std::sync::Arc;
use tertulia_model::{ChannelId, MonitorId, PersonId};
use tertulia_store::{attributes, insights, keys, monitors, segments};

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
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        if let Some(monitor) = name.strip_prefix("monitor-") {
            return monitor.parse().ok().map(Self::Monitor);
        }
        Self::OF_LABELS.into_iter().find(|question| question.name() == name)
    }

    /// Whether a person's answer is the part of their messages of which it holds; else whether it holds of any.
    pub fn is_of_each(self) -> bool {
        matches!(self, Self::Negative | Self::Positive | Self::Substance)
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
            Self::Monitor(_) => Heard::At(&found.places, found.since),
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
    /// Promotion and spam as well.
    pub with_noise: bool,
}

impl Filter {
    pub fn of(period: Period) -> Self {
        Self { period, channel: None, language: None, part: None, segment: None, with_noise: false }
    }

    /// Whether it keeps to some people only: those are not what everybody is compared with.
    pub fn is_of_some(&self) -> bool {
        self.part.is_some() || self.segment.is_some()
    }

    /// Whether anything but the days narrows it.
    pub fn is_narrowed(&self) -> bool {
        self.is_of_some() || self.channel.is_some() || self.language.is_some()
    }
}

/// The messages that are meant, in the numbers of these columns.
pub async fn choose(engine: &Engine, view: &View, filter: &Filter) -> Result<Chosen> {
    let columns: &Arc<Columns> = &view.columns;
    let zone = promises::time_zone(&mut engine.db.reader()).await?;
    let window = filter.period.window(&zone);
    let mut chosen = Chosen::between(columns, window.from, window.until);
    if let Some(channel) = filter.channel {
        chosen = chosen.on(columns, &[channel]);
    }
    if let Some(language) = &filter.language {
        chosen = chosen.in_languages(columns, std::slice::from_ref(language));
    }
    if filter.with_noise {
        chosen = chosen.with_noise();
    }
    let mut people: Option<Vec<bool>> = None;
    if let Some((attribute, key)) = &filter.part {
        let attribute = attributes::all(&mut engine.db.reader()).await?.into_iter().find(|one| one.name == *attribute);
        let missing = || EngineError::invalid("part", "There is no such part of your customers (any more).");
        let roll = roll(engine, view, &attribute.ok_or_else(missing)?).await?.ok_or_else(missing)?;
        people = Some(roll.in_part(columns, roll.part_called(key).ok_or_else(missing)?));
    }
    if let Some(segment) = filter.segment {
        let inside = in_segment(engine, columns, segment).await?;
        people = Some(match people {
            Some(before) => before.iter().zip(&inside).map(|(a, b)| *a && *b).collect(),
            None => inside,
        });
    }
    Ok(match people {
        Some(people) => chosen.of(people),
        None => chosen,
    })
}

async fn in_segment(engine: &Engine, columns: &Columns, segment: i64) -> Result<Vec<bool>> {
    let mut db = engine.db.reader();
    let missing = || EngineError::invalid("segment", "There is no such segment (any more).");
    let rules = segments::get(&mut db, segment).await?.ok_or_else(missing)?.rules();
    let mut inside = vec![false; columns.persons()];
    let mut after = PersonId(i64::MIN);
    loop {
        let page = insights::in_segment(&mut db, &rules, after, PAGE).await?;
        for number in page.iter().filter_map(|person| columns.number_of(*person)) {
            inside[number as usize] = true;
        }
        match page.last() {
            Some(last) if page.len() as i64 == PAGE => after = *last,
            _ => return Ok(inside),
        }
    }
}

/// What a monitor found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// In their order.
    pub places: Vec<i64>,
    /// From here on it has looked at everything.
    pub since: i64,
}

/// Where a monitor found something in these days; nothing for any other question.
pub(super) async fn places(engine: &Engine, filter: &Filter, question: Question) -> Result<Found> {
    let Question::Monitor(monitor) = question else { return Ok(Found::default()) };
    let mut db = engine.db.reader();
    let missing = || EngineError::invalid("question", "There is no such monitor (any more).");
    // Before what it found: what it looks at meanwhile is only more than is said here.
    let since = monitors::get(&mut db, monitor).await?.ok_or_else(missing)?.behind.unwrap_or(i64::MIN);
    let window = filter.period.window(&promises::time_zone(&mut db).await?);
    let span = (keys::place_at(window.from), keys::place_until(window.until));
    Ok(Found { places: insights::found_by(&mut db, monitor, span).await?, since })
}
