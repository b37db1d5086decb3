//! Worlds in which the true share is known.

use serde::{Deserialize, Serialize};

/// How a made-up world works. Every person has an age and a language, which the margins know, a tariff, which they don't, and an
/// opinion: yes ("angry") or no.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scenario {
    pub name: String,
    /// In plain words, what is so in it.
    pub says: String,
    /// Whether being heard does not depend on the opinion, given what the margins know, and everybody heard is a customer.
    pub holds: bool,
    /// Customers.
    pub people: usize,
    /// How many of them are heard on average.
    pub heard: f64,
    /// The log-odds of a yes, for a middle-aged English-speaking person.
    pub leaning: f64,
    /// How much more than others the young, and likewise the English-speaking, are heard.
    pub young: f64,
    pub english: f64,
    /// People of 60 and more: how much more (less) they are heard.
    pub old: f64,
    /// How many times as many messages the angry write, once they write.
    pub angry_messages: f64,
    /// How much more the angry are heard at all.
    pub angry_heard: f64,
    /// The effect of the tariff, which no margin knows, on being heard (times) and on the opinion (log-odds).
    pub tariff: (f64, f64),
    /// The part of those heard whom nothing links, among those who say no, and among those who say yes.
    pub unlinked: (f64, f64),
    /// Accounts of no customer that all say yes: how many, their messages each, and whether they claim an age and a language.
    pub bots: (usize, u32, bool),
    /// Whether people waver: each message holds with their own probability, and their answer is the mean.
    pub wavering: bool,
}

impl Scenario {
    fn base(name: &str, says: &str) -> Self {
        Self {
            name: name.to_owned(),
            says: says.to_owned(),
            holds: true,
            people: 20_000,
            heard: 500.0,
            leaning: -0.6,
            young: 3.0,
            english: 2.0,
            old: 0.6,
            angry_messages: 2.5,
            angry_heard: 1.0,
            tariff: (1.0, 0.0),
            unlinked: (0.0, 0.0),
            bots: (0, 0, false),
            wavering: false,
        }
    }

    fn fails(self) -> Self {
        Self { holds: false, ..self }
    }

    /// All that come with the program: those where the assumptions hold, then those where they fail.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let mut all = Self::holding();
        all.extend(Self::failing());
        all
    }

    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::all().into_iter().find(|scenario| scenario.name == name)
    }

    fn holding() -> Vec<Self> {
        let base = Self::base;
        vec![
            base("usual", "the young and the English-speaking are heard more, the angry write more messages"),
            Self { heard: 70.0, ..base("few", "the same, and only 70 people are heard") },
            Self { heard: 4_000.0, ..base("many", "the same, and every fifth customer is heard") },
            Self { leaning: -4.2, ..base("rare", "the same, and hardly anybody is angry") },
            Self {
                leaning: 4.4,
                heard: 200.0,
                ..base("nearly-all", "the same, 200 are heard and nearly all are angry")
            },
            Self { wavering: true, ..base("wavering", "the same, and people say now this, now that") },
            Self {
                young: 8.0,
                english: 4.0,
                old: 0.3,
                ..base("uneven", "who is heard differs far more from who is not")
            },
            Self {
                unlinked: (0.3, 0.3),
                ..base("unlinked", "three of ten people heard cannot be linked, whatever they think")
            },
            Self { bots: (5, 2_000, false), ..base("loud-few", "five accounts of nobody write 2,000 messages each") },
            Self { heard: 32.0, ..base("too-few", "only 32 people are heard on average") },
        ]
    }

    fn failing() -> Vec<Self> {
        let base = Self::base;
        vec![
            Self {
                angry_heard: 2.0,
                ..base("anger", "anger itself makes people write: the angry are heard twice as often")
            },
            Self {
                tariff: (2.5, 1.2),
                ..base(
                    "not-in-margins",
                    "people on another tariff are heard more and angrier, and no margin knows the tariff",
                )
            },
            Self {
                unlinked: (0.15, 0.5),
                ..base("unlinked-otherwise", "half of the angry cannot be linked, and 15 % of the others")
            },
            Self {
                bots: (60, 3, true),
                ..base("bots", "sixty accounts of nobody claim an age and a language, and say yes")
            },
            Self { old: 0.008, ..base("unheard", "people of 60 and more are hardly heard, and think otherwise") },
        ]
        .into_iter()
        .map(Self::fails)
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scenario_has_a_name_of_its_own() {
        let all = Scenario::all();
        assert!(all.iter().all(|scenario| Scenario::named(&scenario.name).as_ref() == Some(scenario)));
        assert!(all.iter().any(|scenario| scenario.holds) && all.iter().any(|scenario| !scenario.holds));
        assert_eq!(Scenario::named("nowhere"), None);
    }
}
