//! Topics as they are shown: as people decided, with how much was said of each in some weeks.

use super::{LEAST_MESSAGES, is_looked_at, known::Language, known::read_json, no_noise, places, week_of};
use crate::{Engine, EngineError, Result, insights::voices::LOUDEST};
use std::collections::{BTreeMap, BTreeSet};
use tertulia_model::{MessageId, PersonId};
use tertulia_store::{
    reading::{self, Message},
    topic_messages::{self, Placed},
    topics::{self as stored, Run},
};
use tertulia_voices::concentration::{Concentration, WithoutLoudest, concentration};

/// What became of a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    New,
    Continued,
    /// After so many weeks.
    Resumed(i64),
    Quiet,
    /// From which it came.
    Split(String),
    /// Into which it went.
    Merged(String),
    Forgotten,
}

/// A topic as people see it.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    pub id: i64,
    pub name: String,
    pub is_named: bool,
    pub is_hidden: bool,
    /// The words that told it last.
    pub words: Vec<String>,
    /// What is in it: topics that were found, and parts of such.
    pub units: Vec<i64>,
    pub messages: i64,
    pub first_week: i64,
    pub last_week: i64,
    /// Of each week how much was said of it.
    pub weeks: Vec<(i64, i64)>,
    /// What became of it in the last of these weeks in which something did.
    pub event: Option<(i64, What)>,
}

/// A topic with what takes a moment to read.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    pub topic: Shown,
    /// In the weeks that were asked for.
    pub people: i64,
    /// How many messages each of them wrote whom somebody knows, the loudest first.
    pub voices: Vec<u32>,
    pub typical: Vec<Message>,
}

/// The topics of a language in some weeks.
#[derive(Debug, Clone, PartialEq)]
pub struct Looked {
    pub language: String,
    /// All languages in which topics were found, with how many messages that were.
    pub languages: Vec<(String, i64)>,
    pub weeks: (i64, i64),
    /// The largest first; hidden ones as well.
    pub topics: Vec<Shown>,
    /// The weeks that were looked at.
    pub runs: Vec<Run>,
}

impl Standing {
    /// How few wrote how much of it; none where nobody is known who did.
    pub fn concentration(&self) -> Option<Concentration> {
        concentration(&self.voices, false)
    }

    /// The share that is of this topic of so many messages, with all who speak of it and without the loudest.
    pub fn without_loudest(&self, all: i64) -> Option<WithoutLoudest> {
        let loudest = &self.voices[..self.voices.len().min(LOUDEST)];
        let theirs: i64 = loudest.iter().map(|messages| i64::from(*messages)).sum();
        let (messages, rest) = (self.topic.messages.max(theirs), all - theirs);
        let share = |part: i64, all: i64| part as f64 / all as f64;
        (all > 0 && messages > 0 && messages <= all && theirs > 0).then(|| WithoutLoudest {
            left_out: loudest.len() as u64,
            their_share: share(theirs, messages),
            with: share(messages, all),
            without: (rest > 0).then(|| share(messages - theirs, rest)),
        })
    }
}

/// Typical messages of a topic that are shown.
const TYPICAL: usize = 3;

/// Where there are no topics: how many messages of one language a week had at most, of how many it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lacking {
    pub language: Option<String>,
    pub messages: i64,
    pub least: i64,
    /// That week is over: where there are enough, topics are about to be looked for.
    pub is_over: bool,
}

/// The topics in these weeks of a language, or of the one in which most was said. None where none were ever found.
pub async fn shown(engine: &Engine, language: Option<&str>, weeks: (i64, i64)) -> Result<Option<Looked>> {
    let mut db = engine.db.reader();
    let languages: Vec<(String, i64)> =
        stored::languages(&mut db).await?.into_iter().map(|(language, _, messages)| (language, messages)).collect();
    let wanted = languages.iter().find(|(one, _)| Some(one.as_str()) == language).or(languages.first());
    let Some(language) = wanted.map(|(language, _)| language.clone()) else { return Ok(None) };
    let known = Language::read(&mut db, &language).await?;
    let rows = stored::weeks(&mut db, &language, weeks).await?;
    let runs = stored::runs(&mut db, &language, weeks).await?;
    Ok(Some(Looked { topics: gathered(&known, &rows), language, languages, weeks, runs }))
}

fn gathered(known: &Language, rows: &[stored::Week]) -> Vec<Shown> {
    let mut shown: BTreeMap<i64, Shown> = BTreeMap::new();
    for topic in known.topics.values() {
        let Some(id) = known.shown_as(topic.id) else { continue };
        let one = shown.entry(id).or_insert_with(|| empty(known, id));
        one.units.push(topic.id);
        one.first_week = one.first_week.min(topic.first_week);
        one.last_week = one.last_week.max(topic.last_week);
    }
    let mut counts: BTreeMap<(i64, i64), i64> = BTreeMap::new();
    for row in rows {
        let Some(id) = known.shown_as(row.topic_id) else { continue };
        *counts.entry((id, row.week)).or_default() += row.messages;
        // What came late may be older than the week in which it was found.
        if let Some(one) = shown.get_mut(&id).filter(|_| row.messages > 0) {
            one.first_week = one.first_week.min(row.week);
        }
        let event = row.event.as_deref().and_then(|event| what(known, event, row.event_of));
        if let (Some(one), Some(event)) = (shown.get_mut(&id), event)
            && (row.topic_id == id || one.event.is_none())
            && one.event.as_ref().is_none_or(|(week, _)| *week <= row.week)
        {
            one.event = Some((row.week, event));
        }
    }
    for ((id, week), messages) in counts {
        if let Some(one) = shown.get_mut(&id) {
            one.messages += messages;
            one.weeks.push((week, messages));
        }
    }
    let mut all: Vec<Shown> = shown.into_values().filter(|one| one.messages > 0).collect();
    all.sort_by_key(|one| (std::cmp::Reverse(one.messages), one.id));
    all
}

fn empty(known: &Language, id: i64) -> Shown {
    let topic = known.topics.get(&id);
    let named = known.decisions.name(tertulia_analysis::topics::TopicId(id));
    Shown {
        id,
        name: known.name(id),
        is_named: named.is_some(),
        is_hidden: known.decisions.is_hidden(tertulia_analysis::topics::TopicId(id)),
        words: topic.map(|topic| read_json(&topic.words)).unwrap_or_default(),
        units: Vec::new(),
        messages: 0,
        first_week: topic.map_or(i64::MAX, |topic| topic.first_week),
        last_week: topic.map_or(i64::MIN, |topic| topic.last_week),
        weeks: Vec::new(),
        event: None,
    }
}

fn what(known: &Language, event: &str, of: Option<i64>) -> Option<What> {
    let other = || of.map(|id| known.name(known.shown_as(id).unwrap_or(id)));
    Some(match event {
        "new" => What::New,
        "continued" => What::Continued,
        "resumed" => What::Resumed(of?),
        "quiet" => What::Quiet,
        "split" => What::Split(other()?),
        "merged" => What::Merged(other()?),
        "forgotten" => What::Forgotten,
        _ => return None,
    })
}

/// Of how many people each of some topics is in these weeks, and a few messages that are typical of it. However many topics
/// there are, few questions are asked of the database.
pub async fn behind(engine: &Engine, topics: Vec<Shown>, weeks: (i64, i64)) -> Result<Vec<Standing>> {
    let mut db = engine.db.reader();
    let units: Vec<i64> = topics.iter().flat_map(|topic| topic.units.iter().copied()).collect();
    let limit = i64::try_from(TYPICAL).unwrap_or(3);
    let mut chosen = topic_messages::typical(&mut db, &units, weeks, limit).await?;
    let is_told = |topic: &Shown, chosen: &BTreeMap<i64, _>| topic.units.iter().any(|unit| chosen.contains_key(unit));
    let untold: Vec<i64> =
        topics.iter().filter(|topic| !is_told(topic, &chosen)).flat_map(|topic| topic.units.iter().copied()).collect();
    if !untold.is_empty() {
        chosen.extend(topic_messages::newest_of_each(&mut db, &untold, weeks, limit).await?);
    }
    let typical: Vec<Vec<MessageId>> = topics.iter().map(|topic| most_typical(topic, &chosen)).collect();
    let messages = reading::by_ids(&mut db, &typical.concat()).await?;
    let mut voices = voices(&topics, topic_messages::voices(&mut db, &units, weeks).await?);
    let standing = |(topic, ids): (Shown, Vec<MessageId>)| {
        let found = |id: &MessageId| messages.iter().find(|message| message.id == *id).cloned();
        let voices = voices.remove(&topic.id).unwrap_or_default();
        let people = i64::try_from(voices.len()).unwrap_or(i64::MAX);
        Standing { people, voices, typical: ids.iter().filter_map(found).collect(), topic }
    };
    Ok(topics.into_iter().zip(typical).map(standing).collect())
}

/// Those of the topic that gives the others its place first.
fn most_typical(topic: &Shown, chosen: &BTreeMap<i64, Vec<Placed>>) -> Vec<MessageId> {
    let own = topic.units.iter().filter(|unit| **unit == topic.id);
    let units = own.chain(topic.units.iter().filter(|unit| **unit != topic.id));
    units.filter_map(|unit| chosen.get(unit)).flatten().map(|one| one.message_id).take(TYPICAL).collect()
}

/// How many messages each person wrote of each topic, the loudest first. Who they are is not told.
fn voices(topics: &[Shown], wrote: Vec<(i64, PersonId, i64)>) -> BTreeMap<i64, Vec<u32>> {
    let topic_of: BTreeMap<i64, i64> =
        topics.iter().flat_map(|topic| topic.units.iter().map(|unit| (*unit, topic.id))).collect();
    let mut each: BTreeMap<(i64, PersonId), i64> = BTreeMap::new();
    for (unit, person, messages) in wrote {
        if let Some(topic) = topic_of.get(&unit) {
            *each.entry((*topic, person)).or_default() += messages;
        }
    }
    let mut voices: BTreeMap<i64, Vec<u32>> = BTreeMap::new();
    for ((topic, _), messages) in each {
        voices.entry(topic).or_default().push(u32::try_from(messages).unwrap_or(u32::MAX));
    }
    voices.values_mut().for_each(|of| of.sort_unstable_by(|a, b| b.cmp(a)));
    voices
}

/// One topic as it is shown, by its own id or that of something in it, with its language and all weeks.
pub async fn one(engine: &Engine, id: i64, weeks: (i64, i64)) -> Result<(String, Shown)> {
    let missing = || EngineError::missing("This topic");
    let mut db = engine.db.reader();
    let language = stored::get(&mut db, id).await?.ok_or_else(missing)?.language;
    let known = Language::read(&mut db, &language).await?;
    let shown_as = known.shown_as(id).ok_or_else(missing)?;
    let rows = stored::weeks(&mut db, &language, weeks).await?;
    let found = gathered(&known, &rows).into_iter().find(|one| one.id == shown_as);
    let nothing = || {
        let units = known.topics.keys().copied().filter(|unit| known.shown_as(*unit) == Some(shown_as)).collect();
        Shown { units, ..empty(&known, shown_as) }
    };
    Ok((language, found.unwrap_or_else(nothing)))
}

/// What the topics of some decisions are called.
pub async fn name(engine: &Engine, ids: &[i64]) -> Result<BTreeMap<i64, String>> {
    let mut db = engine.db.reader();
    let mut languages: BTreeMap<String, Language> = BTreeMap::new();
    let mut names = BTreeMap::new();
    for id in ids.iter().copied().collect::<BTreeSet<_>>() {
        let Some(topic) = stored::get(&mut db, id).await? else { continue };
        if !languages.contains_key(&topic.language) {
            languages.insert(topic.language.clone(), Language::read(&mut db, &topic.language).await?);
        }
        if let Some(known) = languages.get(&topic.language) {
            names.insert(id, known.name(id));
        }
    }
    Ok(names)
}

/// How many messages are missing for topics to be looked for: of this week and the last the one that comes nearest.
pub async fn lacking(engine: &Engine) -> Result<Lacking> {
    let present = week_of(engine.now());
    let mut most: Option<(String, i64)> = None;
    let mut is_over = false;
    for week in [present - 1, present] {
        let counted = topic_messages::count_languages(&mut engine.db.reader(), no_noise(), places(week)).await?;
        let known = counted.into_iter().find(|(language, _)| is_looked_at(language));
        if known.as_ref().map_or(0, |(_, messages)| *messages) > most.as_ref().map_or(0, |(_, messages)| *messages) {
            most = known;
            is_over = week < present;
        }
    }
    let (language, messages) = most.map_or((None, 0), |(language, messages)| (Some(language), messages));
    Ok(Lacking { language, messages, least: LEAST_MESSAGES, is_over })
}
