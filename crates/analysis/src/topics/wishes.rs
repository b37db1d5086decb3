//! What people decided about topics. Their decisions are kept as they are and brought in anew each week, on top of what was found:
//! so what was merged stays merged, and nothing that was found is lost when a decision is taken back.

use super::{Known, Profile, TopicId};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// One decision. A later one wins over an earlier one about the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Wish {
    /// What is of `from` is shown as `into`.
    Merge { from: TopicId, into: TopicId },
    /// What of `from` fits `profile` (see [`Profile::of_words`], [`Profile::of_messages`]) is shown as `part`.
    Split { from: TopicId, part: TopicId, profile: Profile },
    /// It is called so.
    Rename { topic: TopicId, name: String },
    /// It is not shown.
    Hide { topic: TopicId },
    /// It is shown again.
    Unhide { topic: TopicId },
}

/// What people decided, ready to be asked.
#[derive(Debug, Clone, Default)]
pub struct Decisions {
    into: BTreeMap<TopicId, TopicId>,
    parts: BTreeMap<TopicId, Vec<(TopicId, Profile)>>,
    names: BTreeMap<TopicId, String>,
    hidden: BTreeSet<TopicId>,
}

/// A topic as people see it.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    pub id: TopicId,
    /// The name that a person gave it, or its telling words.
    pub name: String,
    pub is_named_by_person: bool,
    /// The found topics in it: several where a person merged them, none where it is a part of one.
    pub found: Vec<TopicId>,
    pub is_hidden: bool,
    /// Nobody speaks of it this week.
    pub is_quiet: bool,
}

impl Decisions {
    pub fn new(wishes: &[Wish]) -> Self {
        let mut decisions = Self::default();
        for wish in wishes {
            decisions.add(wish);
        }
        decisions
    }

    fn add(&mut self, wish: &Wish) {
        match wish {
            Wish::Merge { from, into } if from != into => {
                // What comes back to where it began would be shown nowhere: the later wish wins.
                let mut at = *into;
                while let Some(next) = self.into.get(&at).copied() {
                    if next == *from {
                        self.into.remove(&at);
                        break;
                    }
                    at = next;
                }
                self.into.insert(*from, *into);
            }
            Wish::Split { from, part, profile } if from != part => {
                let parts = self.parts.entry(*from).or_default();
                parts.retain(|(known, _)| known != part);
                parts.push((*part, profile.clone()));
            }
            Wish::Merge { .. } | Wish::Split { .. } => {}
            Wish::Rename { topic, name } => {
                self.names.insert(*topic, name.clone());
            }
            Wish::Hide { topic } => {
                self.hidden.insert(*topic);
            }
            Wish::Unhide { topic } => {
                self.hidden.remove(topic);
            }
        }
    }

    /// The topic that one is shown as.
    pub fn merged(&self, topic: TopicId) -> TopicId {
        let mut at = topic;
        // There are no circles, and a chain is no longer than the merges.
        for _ in 0..=self.into.len() {
            match self.into.get(&at) {
                Some(into) => at = *into,
                None => break,
            }
        }
        at
    }

    /// The topic as which a message is shown that was found to be of `topic`.
    pub fn place(&self, topic: TopicId, text: &str) -> TopicId {
        self.merged(self.part(topic, text))
    }

    /// The part of a topic that a message is of, or the topic itself; merges aside.
    pub fn part(&self, topic: TopicId, text: &str) -> TopicId {
        let parts = self.parts.get(&topic).into_iter().flatten();
        let mut best: Option<(TopicId, f64)> = None;
        for (part, profile) in parts {
            let evidence = profile.evidence(text);
            if evidence > best.map_or(0.0, |(_, most)| most) {
                best = Some((*part, evidence));
            }
        }
        best.map_or(topic, |(part, _)| part)
    }

    pub fn name(&self, topic: TopicId) -> Option<&str> {
        self.names.get(&topic).map(String::as_str)
    }

    pub fn is_hidden(&self, topic: TopicId) -> bool {
        self.hidden.contains(&topic)
    }
}

/// The topics that are known, as people decided to see them: in their order, parts behind what they were split from.
pub fn apply(wishes: &[Wish], known: &[Known]) -> Vec<Shown> {
    let decisions = Decisions::new(wishes);
    let mut shown: Vec<Shown> = Vec::new();
    for topic in known {
        let into = decisions.merged(topic.id);
        let label = || topic.label.join(" · ");
        add(&mut shown, &decisions, into, &label, topic.weeks_quiet > 0);
        if let Some(shown) = shown.iter_mut().find(|shown| shown.id == into) {
            shown.found.push(topic.id);
            // The words of the topic that gives the others its place, not of whichever came first.
            if topic.id == into && !shown.is_named_by_person {
                shown.name = label();
            }
        }
        for (part, profile) in decisions.parts.get(&topic.id).into_iter().flatten() {
            let label = || profile.words.iter().take(3).map(|word| word.word.as_str()).collect::<Vec<_>>().join(" · ");
            add(&mut shown, &decisions, decisions.merged(*part), &label, topic.weeks_quiet > 0);
        }
    }
    shown
}

fn add(shown: &mut Vec<Shown>, decisions: &Decisions, id: TopicId, label: &dyn Fn() -> String, is_quiet: bool) {
    if let Some(shown) = shown.iter_mut().find(|shown| shown.id == id) {
        shown.is_quiet &= is_quiet;
        return;
    }
    let name = decisions.name(id);
    shown.push(Shown {
        id,
        name: name.map_or_else(label, str::to_owned),
        is_named_by_person: name.is_some(),
        found: Vec::new(),
        is_hidden: decisions.is_hidden(id),
        is_quiet,
    });
}
