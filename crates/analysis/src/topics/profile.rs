//! What is remembered of a topic: the words that tell it, so that it can be known again.

use super::mixture::Prior;
use super::words::{Vocabulary, for_each_word};
use super::{MessageTopic, TopicId};
use crate::tokens::KeyedHash;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Words that are remembered of a topic.
pub const MOST_PROFILE_WORDS: usize = 200;
/// A word is at most so much likelier or less likely in a topic than elsewhere (e⁸ is three thousand times).
const MOST_LIFT: f64 = 8.0;

/// One word of a topic, folded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProfileWord {
    pub word: String,
    /// Its share of the topic's words.
    pub share: f32,
    /// How much likelier it is in the topic than in all that is said: the natural logarithm.
    pub lift: f32,
}

/// The words of a topic that tell it from all others, the most telling first.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    pub words: Vec<ProfileWord>,
    /// The mean lift of a word that is not among them: below 0.
    pub rest: f32,
    /// The share of all messages that were of this topic.
    pub messages: f32,
}

impl Profile {
    /// `counts` are those of the topic's own words, `size` their sum.
    pub(super) fn learn(vocabulary: &Vocabulary, prior: &Prior, counts: &[f64], size: f64, messages: f64) -> Self {
        let mut words: Vec<(usize, f64, f64)> = Vec::new();
        let (mut rest, mut rest_share) = (0.0, 0.0);
        let all = size + prior.sum;
        for (number, count) in counts.iter().enumerate() {
            let overall = prior.share(number);
            let share = (count + prior.words[number]) / all;
            let lift = (share / overall).ln().clamp(-MOST_LIFT, MOST_LIFT);
            if *count > 0.0 && lift > 0.0 {
                words.push((number, share, lift));
            } else {
                rest += overall * lift;
                rest_share += overall;
            }
        }
        words.sort_by(|one, other| (other.1 * other.2).total_cmp(&(one.1 * one.2)).then(one.0.cmp(&other.0)));
        words.truncate(MOST_PROFILE_WORDS);
        let rest = if rest_share > 0.0 { rest / rest_share } else { -1.0 };
        let word = |(number, share, lift): (usize, f64, f64)| ProfileWord {
            word: vocabulary.word(number).to_owned(),
            share: share as f32,
            lift: lift as f32,
        };
        let words = words.into_iter().map(word).collect();
        Self { words, rest: rest.min(0.0) as f32, messages: messages as f32 }
    }

    /// A topic that a person describes by words, each as telling as the other.
    pub fn of_words<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        let mut folded = BTreeSet::new();
        for word in words {
            for_each_word(word, |word, _, _| {
                folded.insert(word.to_owned());
            });
        }
        let share = 0.5 / folded.len().max(1) as f32;
        let words = folded.into_iter().take(MOST_PROFILE_WORDS);
        let words = words.map(|word| ProfileWord { word, share, lift: MOST_LIFT as f32 / 2.0 }).collect();
        Self { words, rest: 0.0, messages: 0.0 }
    }

    /// What tells these messages from those, for a person who shows by examples what belongs together.
    pub fn of_messages<'a>(these: &[&'a str], those: &[&'a str]) -> Self {
        let mut counts: BTreeMap<String, (f64, f64)> = BTreeMap::new();
        let (mut size, mut other_size) = (0.0, 0.0);
        for text in these {
            for_each_word(text, |word, _, _| {
                counts.entry(word.to_owned()).or_default().0 += 1.0;
                size += 1.0;
            });
        }
        for text in those {
            for_each_word(text, |word, _, _| {
                counts.entry(word.to_owned()).or_default().1 += 1.0;
                other_size += 1.0;
            });
        }
        let half = 0.5 * counts.len() as f64;
        let mut words: Vec<ProfileWord> = Vec::new();
        for (word, (here, there)) in counts {
            let share = (here + 0.5) / (size + half);
            let lift = (share / ((there + 0.5) / (other_size + half))).ln().clamp(-MOST_LIFT, MOST_LIFT);
            if here > 0.0 && lift > 0.0 {
                words.push(ProfileWord { word, share: share as f32, lift: lift as f32 });
            }
        }
        words.sort_by(|one, other| (other.share * other.lift).total_cmp(&(one.share * one.lift)));
        words.truncate(MOST_PROFILE_WORDS);
        Self { words, rest: -0.5, messages: 0.0 }
    }

    /// How alike two are, 0 to 1: the cosine of how far their words stand from all words, √p − √q.
    pub fn alike(&self, other: &Self) -> f64 {
        let weight = |word: &ProfileWord| {
            let overall = f64::from(word.share) * (-f64::from(word.lift)).exp();
            f64::from(word.share).max(0.0).sqrt() - overall.max(0.0).sqrt()
        };
        let length = |of: &Self| of.words.iter().map(|word| weight(word).powi(2)).sum::<f64>().sqrt();
        let others: HashMap<&str, f64> = other.words.iter().map(|word| (word.word.as_str(), weight(word))).collect();
        let both: f64 = self.words.iter().filter_map(|word| Some(weight(word) * others.get(word.word.as_str())?)).sum();
        let lengths = length(self) * length(other);
        if lengths > 0.0 && both.is_finite() { (both / lengths).clamp(0.0, 1.0) } else { 0.0 }
    }

    /// What is remembered once it was heard of again: half what was known, half what is new.
    pub(super) fn blend(&self, new: &Self) -> Self {
        let mut words: BTreeMap<&str, (f32, f32, f32)> = BTreeMap::new();
        for word in self.words.iter().chain(&new.words) {
            let sums = words.entry(&word.word).or_default();
            *sums = (sums.0 + word.share, sums.1 + word.lift, sums.2 + 1.0);
        }
        let mut words: Vec<ProfileWord> = words
            .into_iter()
            .map(|(word, (share, lift, n))| ProfileWord { word: word.to_owned(), share: share / 2.0, lift: lift / n })
            .collect();
        words.sort_by(|one, other| (other.share * other.lift).total_cmp(&(one.share * one.lift)));
        words.truncate(MOST_PROFILE_WORDS);
        Self { words, rest: f32::midpoint(self.rest, new.rest), messages: new.messages }
    }

    /// How much likelier a text is from this topic than from all that is said: a logarithm; 0 where nothing tells.
    pub(super) fn evidence(&self, text: &str) -> f64 {
        let lifts: HashMap<&str, f32> = self.words.iter().map(|word| (word.word.as_str(), word.lift)).collect();
        let mut sum = 0.0;
        for_each_word(text, |word, _, _| sum += f64::from(lifts.get(word).copied().unwrap_or(self.rest)));
        sum
    }
}

/// The topics that are known, ready to place messages as they come in.
#[derive(Debug, Default)]
pub struct Profiles {
    topics: Vec<(TopicId, f64, f64)>,
    /// For each word the topics that it tells, with what it says beyond the topic's `rest`.
    words: HashMap<String, Vec<(u32, f64)>, KeyedHash>,
}

impl Profiles {
    pub fn new<'a>(of: impl IntoIterator<Item = (TopicId, &'a Profile)>) -> Self {
        let mut profiles = Self::default();
        for (topic, profile) in of {
            let number = profiles.topics.len() as u32;
            let rest = f64::from(profile.rest).clamp(-MOST_LIFT, 0.0);
            profiles.topics.push((topic, rest, f64::from(profile.messages).clamp(1e-4, 1.0).ln()));
            for word in &profile.words {
                let lift = f64::from(word.lift).clamp(-MOST_LIFT, MOST_LIFT);
                profiles.words.entry(word.word.clone()).or_default().push((number, lift - rest));
            }
        }
        profiles
    }

    fn scores(&self, text: &str) -> Vec<f64> {
        let mut scores = vec![0.0; self.topics.len()];
        let mut known = 0.0;
        for_each_word(text, |word, _, _| {
            // A word that tells no topic says nothing of any.
            if let Some(topics) = self.words.get(word) {
                known += 1.0;
                for (topic, lift) in topics {
                    scores[*topic as usize] += lift;
                }
            }
        });
        if known > 0.0 {
            for (score, (_, rest, prior)) in scores.iter_mut().zip(&self.topics) {
                *score += rest * known + prior;
            }
        } else {
            scores.fill(f64::NEG_INFINITY);
        }
        scores
    }
}

/// Where a message belongs that was not there when topics were last found; none where none of them is likelier than all
/// that is said. The probability is that of the topic among all and none:
/// *p(k) ∝ s_k · Π_w lift_k(w)*, where *s_k* is the topic's share of messages; none counts as much as the average topic.
pub fn assign(profiles: &Profiles, text: &str) -> Option<MessageTopic<TopicId>> {
    let scores = profiles.scores(text);
    let none = -((profiles.topics.len() + 1) as f64).ln();
    let mut best: Option<(usize, f64)> = None;
    for (place, score) in scores.iter().enumerate() {
        if *score > best.map_or(none, |(_, most)| most) {
            best = Some((place, *score));
        }
    }
    let (place, most) = best?;
    let sum: f64 = scores.iter().map(|score| (score - most).exp()).sum::<f64>() + (none - most).exp();
    Some(MessageTopic { topic: profiles.topics[place].0, confidence: 1.0 / sum })
}
