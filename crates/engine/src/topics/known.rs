//! What is known of the topics of a language, with what people decided about them.

use crate::Result;
use serde::{Serialize, de::DeserializeOwned};
use std::{
    collections::{BTreeMap, BTreeSet},
    io,
};
use tertulia_analysis::topics::{Decisions, Known, Profile, TopicId, Wish};
use tertulia_store::{
    Sql,
    topics::{self as stored, Topic},
};

/// What stands as JSON in a topic's row. What cannot be read (a newer program wrote it) is as if nothing were known.
pub(super) fn read_json<T: DeserializeOwned + Default>(json: &str) -> T {
    serde_json::from_str(json).unwrap_or_default()
}

pub(super) fn json<T: Serialize>(value: &T) -> Result<String> {
    Ok(serde_json::to_string(value).map_err(io::Error::other)?)
}

/// The topics of one language.
pub(super) struct Language {
    pub topics: BTreeMap<i64, Topic>,
    pub decisions: Decisions,
    /// The parts of which people still want that they are parts.
    parts: BTreeSet<i64>,
    /// Those about which people decided something.
    pinned: BTreeSet<i64>,
}

impl Language {
    pub async fn read(on: &mut impl Sql, language: &str) -> Result<Self> {
        let topics: BTreeMap<i64, Topic> =
            stored::of_language(on, language).await?.into_iter().map(|topic| (topic.id, topic)).collect();
        let (mut wishes, mut parts, mut pinned) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
        for wish in stored::standing(on).await? {
            if !topics.contains_key(&wish.topic_id) {
                continue;
            }
            pinned.insert(wish.topic_id);
            pinned.extend(wish.other_id);
            if wish.kind == "split" {
                parts.extend(wish.other_id);
            }
            wishes.extend(as_analysed(&topics, &wish));
        }
        Ok(Self { decisions: Decisions::new(&wishes), topics, parts, pinned })
    }

    /// The topics that were found and are still looked for, as they are handed on from week to week.
    pub fn known(&self) -> Vec<Known> {
        let found = self.topics.values().filter(|topic| topic.part_of.is_none() && topic.forgotten_week.is_none());
        found
            .map(|topic| Known {
                id: TopicId(topic.id),
                label: read_json(&topic.label),
                profile: read_json(&topic.profile),
                weeks_quiet: u32::try_from(topic.weeks_quiet).unwrap_or(0),
                is_pinned: self.pinned.contains(&topic.id),
            })
            .collect()
    }

    /// Whether a unit is there: it was found, or somebody still wants that it is a part.
    pub fn stands(&self, unit: i64) -> bool {
        self.topics.get(&unit).is_some_and(|topic| topic.part_of.is_none() || self.parts.contains(&unit))
    }

    /// What a unit is of: itself, or what it was split from if that was taken back. None where it is of another language, or was
    /// never finished.
    pub fn standing(&self, unit: i64) -> Option<i64> {
        let mut at = unit;
        // A part is newer than what it was split from, so there are no circles; whatever stands there, this ends.
        for _ in 0..=self.topics.len() {
            let topic = self.topics.get(&at)?;
            match topic.part_of.filter(|_| !self.stands(at)) {
                Some(from) => at = from,
                None => break,
            }
        }
        Some(at)
    }

    /// The topic as which a unit is shown; none where it is of another language, or was never finished.
    pub fn shown_as(&self, unit: i64) -> Option<i64> {
        Some(self.decisions.merged(TopicId(self.standing(unit)?)).0)
    }

    /// The unit to which a message of a topic belongs.
    pub fn unit(&self, topic: i64, text: &str) -> i64 {
        self.decisions.part(TopicId(topic), text).0
    }

    /// What a topic is called.
    pub fn name(&self, id: i64) -> String {
        if let Some(name) = self.decisions.name(TopicId(id)) {
            return name.to_owned();
        }
        let label: Vec<String> = self.topics.get(&id).map(|topic| read_json(&topic.label)).unwrap_or_default();
        label.join(" · ")
    }
}

fn as_analysed(topics: &BTreeMap<i64, Topic>, wish: &stored::Wish) -> Option<Wish> {
    let topic = TopicId(wish.topic_id);
    let other = || wish.other_id.map(TopicId);
    Some(match wish.kind.as_str() {
        "merge" => Wish::Merge { from: topic, into: other()? },
        "split" => {
            let part = other()?;
            let profile: Profile = read_json(&topics.get(&part.0)?.profile);
            Wish::Split { from: topic, part, profile }
        }
        "rename" => Wish::Rename { topic, name: wish.words.clone()? },
        "hide" => Wish::Hide { topic },
        "unhide" => Wish::Unhide { topic },
        _ => return None,
    })
}
