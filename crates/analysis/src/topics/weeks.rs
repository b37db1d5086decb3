//! Which topics are those of the weeks before.

use super::{Profile, Topic, TopicId};
use serde::{Deserialize, Serialize};

/// From here on two topics of different weeks are told by the same words.
const SAME: f64 = 0.3;
/// So alike must a second one be to what it came from or went into.
const KIN: f64 = 0.45;
/// A topic that nobody spoke of for so many weeks is forgotten, unless a person made it.
pub const QUIET_WEEKS: u32 = 26;
/// A topic is called by so many words.
const LABEL_WORDS: usize = 4;

/// A topic as it is kept from week to week.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Known {
    pub id: TopicId,
    /// The words it is called by: they stay while half of them still tell it.
    pub label: Vec<String>,
    pub profile: Profile,
    /// Weeks since anybody spoke of it: 0 in the week in which somebody does.
    pub weeks_quiet: u32,
    /// A person made it what it is: it is neither forgotten nor put together with another such.
    pub is_pinned: bool,
}

/// What became of a topic from one week to the next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    New(TopicId),
    Continued(TopicId),
    /// Spoken of again after so many weeks.
    Resumed(TopicId, u32),
    /// Nobody speaks of it any more; its words are remembered.
    Quiet(TopicId),
    /// Part of what was one topic is now another, too.
    Split {
        from: TopicId,
        new: TopicId,
    },
    /// What were two topics is now told by the same words; the first is no more.
    Merged {
        from: TopicId,
        into: TopicId,
    },
    /// Nobody spoke of it for [`QUIET_WEEKS`].
    Forgotten(TopicId),
}

/// The topics after a week.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Week {
    /// All that are remembered: those of this week as they were found, then those nobody spoke of.
    pub known: Vec<Known>,
    /// Which topic each of those found is.
    pub ids: Vec<TopicId>,
    pub events: Vec<Event>,
}

/// Tells which of the topics found are those of `previous` weeks: by how alike the words are that tell them, those that grew
/// from a known one first. Each is at most one; new ones are numbered from `first_new`.
pub fn carry_on(previous: &[Known], found: &[Topic], first_new: TopicId) -> Week {
    let alike: Vec<Vec<f64>> =
        found.iter().map(|topic| previous.iter().map(|known| known.profile.alike(&topic.profile)).collect()).collect();
    let matched = matched(previous, found, &alike);
    let mut week = Week::default();
    let mut next = first_new.0;
    for (place, topic) in found.iter().enumerate() {
        let known = match matched[place] {
            Some(before) => carried(&previous[before], topic, &mut week.events),
            None => {
                let id = TopicId(next);
                next = next.saturating_add(1);
                week.events.push(born(id, place, previous, &alike, &matched));
                fresh(id, topic)
            }
        };
        week.ids.push(known.id);
        week.known.push(known);
    }
    let is_matched = |before: usize| matched.contains(&Some(before));
    for (before, known) in previous.iter().enumerate().filter(|(before, _)| !is_matched(*before)) {
        let heir = (0..found.len())
            .filter(|place| matched[*place].is_some() && alike[*place][before] >= KIN && !known.is_pinned)
            .max_by(|one, other| alike[*one][before].total_cmp(&alike[*other][before]));
        match heir {
            Some(heir) => week.events.push(Event::Merged { from: known.id, into: week.ids[heir] }),
            None => silent(known, &mut week),
        }
    }
    week
}

/// The known topic that each found one is.
fn matched(previous: &[Known], found: &[Topic], alike: &[Vec<f64>]) -> Vec<Option<usize>> {
    let mut pairs: Vec<(bool, f64, usize, usize)> = Vec::new();
    for (place, topic) in found.iter().enumerate() {
        for (before, known) in previous.iter().enumerate() {
            let is_grown = topic.grown_from == Some(known.id);
            if is_grown || alike[place][before] >= SAME {
                pairs.push((is_grown, alike[place][before], place, before));
            }
        }
    }
    pairs.sort_by(|one, other| {
        (other.0.cmp(&one.0)).then(other.1.total_cmp(&one.1)).then((one.2, one.3).cmp(&(other.2, other.3)))
    });
    let mut matched = vec![None; found.len()];
    let mut taken = vec![false; previous.len()];
    for (_, _, place, before) in pairs {
        if matched[place].is_none() && !taken[before] {
            matched[place] = Some(before);
            taken[before] = true;
        }
    }
    matched
}

fn carried(before: &Known, topic: &Topic, events: &mut Vec<Event>) -> Known {
    events.push(match before.weeks_quiet {
        0 => Event::Continued(before.id),
        weeks => Event::Resumed(before.id, weeks),
    });
    let still = before.label.iter().filter(|word| topic.words.contains(word)).count();
    let label = if before.is_pinned || topic.words.is_empty() || still * 2 >= before.label.len().max(1) {
        before.label.clone()
    } else {
        label(topic)
    };
    Known { label, profile: before.profile.blend(&topic.profile), weeks_quiet: 0, ..*before }
}

fn fresh(id: TopicId, topic: &Topic) -> Known {
    Known { id, label: label(topic), profile: topic.profile.clone(), weeks_quiet: 0, is_pinned: false }
}

fn label(topic: &Topic) -> Vec<String> {
    topic.words.iter().take(LABEL_WORDS).cloned().collect()
}

/// A topic that was not there before: part of one that goes on beside it, or new.
fn born(id: TopicId, place: usize, previous: &[Known], alike: &[Vec<f64>], matched: &[Option<usize>]) -> Event {
    let parent = (0..previous.len())
        .filter(|before| alike[place][*before] >= KIN && matched.contains(&Some(*before)))
        .max_by(|one, other| alike[place][*one].total_cmp(&alike[place][*other]));
    parent.map_or(Event::New(id), |parent| Event::Split { from: previous[parent].id, new: id })
}

fn silent(known: &Known, week: &mut Week) {
    let weeks_quiet = known.weeks_quiet.saturating_add(1);
    if weeks_quiet > QUIET_WEEKS && !known.is_pinned {
        week.events.push(Event::Forgotten(known.id));
        return;
    }
    if known.weeks_quiet == 0 {
        week.events.push(Event::Quiet(known.id));
    }
    week.known.push(Known { weeks_quiet, ..known.clone() });
}
