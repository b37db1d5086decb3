//! What must be known beside an estimate, as data and in words.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Something that was done or met on the way to an estimate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Note {
    /// Categories were joined because fewer than `least` people were heard of some.
    Joined { attribute: String, categories: String, thin: u64, unheard: u64, least: u64 },
    /// All categories but one were too thin, so the attribute was not weighted to.
    AttributeLeftOut { attribute: String },
    /// The population has margins of something that is known of nobody who was heard.
    AttributeNotAsked { attribute: String },
    /// There was nothing to weight to: the estimate is the mean of those who were heard.
    Unweighted,
    /// Of linked people this is not known; they keep the weight they have.
    ValueUnknown { attribute: String, people: u64 },
    /// People in a category that the population does not have; taken as not known.
    NotInPopulation { attribute: String, people: u64 },
    /// Of this part of the population the attribute is not known; the others stand for it.
    PopulationUnknown { attribute: String, share: f64 },
    /// Some weights would have left their bounds and were kept within; the margins are met all the same.
    Bounded { at_bound: f64 },
    /// The margins could not be met; the worst is off by so much.
    NotConverged { attribute: String, category: String, off: f64, trimmed: bool },
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |share: f64| (share * 1_000.0).round() / 10.0;
        match self {
            Self::Joined { attribute, categories, thin, unheard, least } => {
                write!(f, "{attribute}: {categories} are weighted together, since ")?;
                match (thin, unheard) {
                    (_, 1) if *thin == 1 => write!(f, "nobody of one of them was heard"),
                    (thin, 0) => write!(f, "fewer than {least} people were heard of {thin} of them"),
                    (thin, unheard) => {
                        write!(f, "fewer than {least} people were heard of {thin} of them, of {unheard} nobody")
                    }
                }
            }
            Self::AttributeLeftOut { attribute } => {
                write!(f, "{attribute} is not weighted to: too few people were heard of all its categories but one")
            }
            Self::AttributeNotAsked { attribute } => {
                write!(f, "{attribute} is not weighted to: it is known of nobody who was heard")
            }
            Self::Unweighted => write!(f, "nothing was weighted: this is the mean of those who were heard"),
            Self::ValueUnknown { attribute, people } => {
                write!(f, "{attribute} is not known of {people} of the people heard; they keep the weight they have")
            }
            Self::NotInPopulation { attribute, people } => {
                write!(
                    f,
                    "{attribute}: {people} of the people heard are in a category that the population does not have"
                )
            }
            Self::PopulationUnknown { attribute, share } => {
                write!(
                    f,
                    "{attribute} is not known of {} % of the population; the others stand for it",
                    percent(*share)
                )
            }
            Self::Bounded { at_bound } => {
                write!(
                    f,
                    "weights were kept within their bounds, where those of {} % of the people stand",
                    percent(*at_bound)
                )
            }
            Self::NotConverged { attribute, category, off, trimmed } => {
                let why = if *trimmed { "within the bounds of weights" } else { "in the steps allowed" };
                let (side, off) = (if *off > 0.0 { "more" } else { "less" }, percent(off.abs()));
                write!(
                    f,
                    "the margins could not all be met {why}: {attribute} {category} has {off} points {side} than it should"
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_a_sentence_and_data() {
        let note = Note::Joined {
            attribute: "age".to_owned(),
            categories: "40-59 with 60+".to_owned(),
            thin: 1,
            unheard: 1,
            least: 5,
        };
        assert_eq!(
            note.to_string(),
            "age: 40-59 with 60+ are weighted together, since nobody of one of them was heard"
        );
        let json = serde_json::to_value(&note).unwrap();
        assert_eq!(json["kind"], "joined");
        assert_eq!(serde_json::from_value::<Note>(json).unwrap(), note);
        let note = Note::NotConverged { attribute: "age".into(), category: "60+".into(), off: -0.034, trimmed: true };
        assert!(note.to_string().ends_with("age 60+ has 3.4 points less than it should"), "{note}");
    }
}
