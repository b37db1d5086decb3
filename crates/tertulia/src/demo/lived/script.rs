//! What the demo's team made of what it was told, as its author wrote it down.

use anyhow::{Context, Result};
use serde::Deserialize;
use std::collections::BTreeMap;

const LIVED: &str = include_str!("../../../demo/lived.json");
/// What was said to the statements of the ballot, by their numbers.
pub const VOTES: &str = include_str!("../../../demo/votes.csv");
/// The list of the web shop.
pub const CUSTOMERS: &str = include_str!("../../../demo/customers.csv");

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// By whom one thing is asked for, each in their own way.
    pub asked: Vec<Said>,
    pub behalf: Behalf,
    /// Why one of them is not told.
    pub skipped: String,
    /// How the promise to the first of them was kept.
    pub kept: String,
    pub item: Wording,
    pub change: Loop,
    /// What they are told, by its language.
    pub texts: BTreeMap<String, String>,
    pub helped: Helped,
    pub others: Vec<Other>,
    pub article: Article,
    pub replies: Vec<Reply>,
    pub note: Noted,
    pub listened: On,
    pub promise: Promised,
    pub goals: Goals,
    pub segments: Vec<Kept>,
    pub ballot: Asked,
    pub beside: Beside,
    /// What stands above the public roadmap.
    pub roadmap: String,
}

/// Where somebody speaks with us: each of them can be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Room {
    Email,
    Webchat,
    Mastodon,
    Sms,
}

/// What becomes of what somebody is to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Becomes {
    Told,
    Draft,
    Skipped,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    /// A number of its own.
    pub key: u32,
    pub place: Room,
    pub name: String,
    pub handle: String,
    pub language: String,
    pub hours_ago: i64,
    pub becomes: Option<Becomes>,
    pub subject: Option<String>,
    pub text: String,
    pub answer: Answer,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    pub by: String,
    pub after_hours: i64,
    pub text: String,
}

/// Whoever wrote a line of the story, and how it is known that they ask for something.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Behalf {
    pub of: String,
    pub hours_ago: i64,
    pub note: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wording {
    pub title: String,
    pub asked: String,
}

/// The change that goes the whole way.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Loop {
    pub title: String,
    pub words: String,
    /// Hours ago.
    pub considered: i64,
    pub planned: i64,
    pub done: i64,
    pub plan: String,
    pub reason: String,
    pub public_title: String,
    pub public: String,
}

/// Who said that it helped, by their key.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Helped {
    pub of: u32,
    pub text: String,
    pub answer: String,
}

/// Something else that people ask for, by lines of the story.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Other {
    pub title: String,
    pub asked: String,
    pub hours_ago: i64,
    #[serde(default)]
    pub evidence: Vec<String>,
    pub later: Option<Later>,
    pub behalf: Option<Behalf>,
    pub change: Option<Changed>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Later {
    pub hours_ago: i64,
    pub evidence: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Changed {
    pub title: String,
    pub state: String,
    pub hours_ago: i64,
    pub reason: String,
    pub public: String,
}

/// An article in its languages, others besides, and an answer that held it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Article {
    pub hours_ago: i64,
    /// The first is the one that was used.
    pub languages: Vec<Page>,
    pub more: Vec<Page>,
    pub used: Said,
    pub thanks: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Page {
    pub language: String,
    pub title: String,
    pub body: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reply {
    pub title: String,
    pub body: String,
}

/// A line of the story, and what somebody of the team did with its conversation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct On {
    pub on: String,
    pub by: String,
    pub hours_ago: i64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Noted {
    pub on: String,
    pub by: String,
    pub hours_ago: i64,
    pub text: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Promised {
    pub on: String,
    pub by: String,
    pub hours_ago: i64,
    pub text: String,
    pub words: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Goals {
    pub outcome: String,
    pub unit: String,
    pub source: String,
    /// Of each day, yesterday's first.
    pub values: Vec<i64>,
    /// Measured by the outcome.
    pub more: Hoped,
    /// Measured by how soon people are answered.
    pub sooner: Hoped,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hoped {
    pub sentence: String,
    pub today: String,
    pub hoped: String,
    pub hours_ago: i64,
    /// From then.
    pub due_in_days: i64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    pub name: String,
    pub attribute: String,
    pub words: String,
}

/// Another organisation that the team looks at, by an account that speaks in the story.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Beside {
    pub name: String,
    pub account: String,
}

/// A question on which people vote.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    pub question: String,
    pub statements: Vec<String>,
}

impl Script {
    pub fn read() -> Result<Self> {
        serde_json::from_str(LIVED).context("what the demo's team did")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;
    use tertulia_analysis::language;

    #[test]
    fn five_people_in_four_channels_and_four_languages_ask_for_one_thing_and_are_told_in_theirs() {
        let script = Script::read().unwrap();
        let told: Vec<&Said> = script.asked.iter().filter(|said| said.becomes == Some(Becomes::Told)).collect();
        assert_eq!(told.len(), 5);
        assert_eq!(told.iter().map(|said| said.place).collect::<HashSet<_>>().len(), 4);
        assert_eq!(told.iter().map(|said| &said.handle).collect::<HashSet<_>>().len(), 5);
        assert_eq!(told.iter().map(|said| &said.language).collect::<HashSet<_>>().len(), 4);
        for said in &script.asked {
            assert_eq!(language::detect(&said.text), said.language, "{}", said.text);
        }
        for said in told {
            assert!(script.texts.contains_key(&said.language), "nothing is written in {}", said.language);
        }
        for (language, text) in &script.texts {
            assert_eq!(language::detect(text), language, "{text}");
            assert!(text.contains("{name}") && text.contains("{quote}"), "{text}");
        }
    }

    #[test]
    fn one_thing_comes_after_the_other() {
        let script = Script::read().unwrap();
        let change = &script.change;
        let hours: Vec<i64> = script.asked.iter().map(|said| said.hours_ago).collect();
        assert!(hours.windows(2).all(|pair| pair[0] > pair[1]), "each asks after the one before");
        assert!(hours[2] > change.considered && change.considered > change.planned && change.planned > change.done);
        for said in &script.asked {
            assert!(said.hours_ago - said.answer.after_hours > change.planned, "{} is answered before", said.name);
        }
        for other in &script.others {
            assert!(other.change.as_ref().is_none_or(|change| change.hours_ago < other.hours_ago), "{}", other.title);
        }
    }
}
