//! Words that several people used: a word that one person alone uses may tell who they are.

use super::words::for_each_word;
use super::{Profile, Topic};
use crate::tokens::{fold, is_pair};
use std::collections::{BTreeSet, HashMap};

/// Counts of how many people some words are, up to as many as are asked for.
#[derive(Debug, Clone, Default)]
pub struct SharedWords {
    least: usize,
    /// By the folded word: whose it is, `least` of them at most.
    people: HashMap<String, BTreeSet<i64>>,
    /// Words put together from pairs of characters, which are no words by themselves.
    joined: Vec<String>,
}

impl SharedWords {
    /// Of these words, as they are shown or as a profile has them; a word is shared once `least` people used it.
    pub fn new<'a>(least: usize, words: impl IntoIterator<Item = &'a str>) -> Self {
        let mut shared = Self { least: least.max(1), ..Self::default() };
        for word in words {
            if is_pair(word) && word.chars().nth(2).is_some() {
                shared.joined.push(word.to_owned());
            }
            shared.people.insert(fold(word), BTreeSet::new());
        }
        shared
    }

    /// One message of a person. Of whom nobody knows who they are may all be one.
    pub fn read(&mut self, text: &str, person: i64) {
        let least = self.least;
        let mut note = |word: &str| {
            if let Some(people) = self.people.get_mut(word)
                && people.len() < least
            {
                people.insert(person);
            }
        };
        for_each_word(text, |word, _, _| note(word));
        for word in &self.joined {
            if text.contains(word.as_str()) {
                note(&fold(word));
            }
        }
    }

    pub fn has(&self, word: &str) -> bool {
        self.people.get(&fold(word)).is_some_and(|people| people.len() >= self.least)
    }

    /// A profile without the words of few.
    pub fn keep_in(&self, profile: &mut Profile) {
        profile.words.retain(|word| self.has(&word.word));
    }
}

/// Takes out of a topic the words that fewer than `least` people used, of those whose messages are given: of what is shown,
/// and of what is remembered. Each message is a text and the number of its person.
pub fn leave_shared<'a>(topic: &mut Topic, messages: impl IntoIterator<Item = (&'a str, i64)>, least: usize) {
    let remembered = topic.profile.words.iter().map(|word| word.word.as_str());
    let mut shared = SharedWords::new(least, remembered.chain(topic.words.iter().map(String::as_str)));
    for (text, person) in messages {
        shared.read(text, person);
    }
    topic.words.retain(|word| shared.has(word));
    shared.keep_in(&mut topic.profile);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topics::{Document, Rules, find};

    #[test]
    fn a_word_is_kept_once_so_many_people_used_it() {
        let mut shared = SharedWords::new(3, ["Parking", "naïve", "東京都"]);
        for (person, text) in
            [(1, "parking"), (1, "PARKING again"), (2, "the parking"), (1, "naive 東京都"), (2, "東京都")]
        {
            shared.read(text, person);
        }
        assert!(!shared.has("parking"), "two people are too few, however often they say it");
        shared.read("Parking, 東京都", 3);
        assert!(shared.has("parking") && shared.has("東京都"));
        assert!(!shared.has("naïve") && !shared.has("never asked for"));
    }

    #[test]
    fn a_topic_is_left_with_no_word_that_one_person_alone_used() {
        let mut texts: Vec<(String, i64)> = Vec::new();
        for n in 0..12 {
            let own = if n % 4 == 0 { "xanthippe" } else { "" };
            texts.push((format!("parking permit zone {own}"), if n % 4 == 0 { 1 } else { n }));
            texts.push(("library opening hours sunday".to_owned(), n));
        }
        let documents: Vec<Document<'_>> = texts.iter().map(|(text, _)| Document { text }).collect();
        let mut found = find(&documents, &[], &Rules::default(), 7);
        let whole = found.clone();
        for (place, topic) in found.topics.iter_mut().enumerate() {
            let of = |number: &usize| whole.of[*number].is_some_and(|of| of.topic == place);
            let members = (0..texts.len()).filter(of).map(|number| (texts[number].0.as_str(), texts[number].1));
            leave_shared(topic, members, 3);
        }
        let is_told = |topic: &Topic| {
            topic.words.iter().any(|word| word == "xanthippe")
                || topic.profile.words.iter().any(|word| word.word == "xanthippe")
        };
        assert!(whole.topics.iter().any(is_told), "it told a topic before");
        assert!(!found.topics.iter().any(is_told));
        let remembered = |topic: &Topic| topic.profile.words.iter().any(|word| word.word == "parking");
        assert!(found.topics.iter().any(remembered), "what all say stays");
    }
}
