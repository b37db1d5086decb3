//! Whether an exchange was meaningful, and why (`docs/guides/meaningful-exchanges.md`).
//!
//! Talk is interactive where a message refers to how those before it referred to each other (Rafaeli 1988; Rafaeli and Sudweeks
//! 1997): two messages that answer each other are reaction alone, and it takes a third. So an exchange is meaningful where one
//! person wrote, we answered, and the same person came back to that answer; and where that person said something of
//! substance. What is promotion or spam is nobody's word.

use super::{Said, Side};
use std::collections::BTreeMap;
use tertulia_model::PersonId;

/// What is known of one message of theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Weight {
    /// Whether it holds something to go by; none where nobody said.
    pub substance: Option<bool>,
    pub is_noise: bool,
}

/// On which side of the line an exchange stands, and what it lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Nobody came back to an answer of ours, and nobody said anything of substance.
    Neither,
    /// Somebody said something of substance, and did not come back to an answer of ours.
    NoReturn,
    /// Somebody came back, and said nothing of substance.
    NoSubstance,
    /// Somebody came back; of something they said nobody knows whether it is of substance.
    Unknown,
    Meaningful,
}

/// Why an exchange stands where it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Meaning {
    pub verdict: Verdict,
    /// How often the person came back to an answer of ours.
    pub returns: u32,
    /// How many of their messages are of substance.
    pub substantial: u32,
}

impl Meaning {
    const NOTHING: Self = Self { verdict: Verdict::Neither, returns: 0, substantial: 0 };

    /// None: it is not known.
    pub fn holds(self) -> Option<bool> {
        match self.verdict {
            Verdict::Meaningful => Some(true),
            Verdict::Unknown => None,
            Verdict::Neither | Verdict::NoReturn | Verdict::NoSubstance => Some(false),
        }
    }

    /// How far from the line: what could be taken away above it, what is missing below it; 0 is next to it. None where it is not
    /// known on which side it stands.
    pub fn distance(self) -> Option<u32> {
        match self.verdict {
            Verdict::Meaningful => Some(self.returns.min(self.substantial) - 1),
            Verdict::NoReturn | Verdict::NoSubstance => Some(0),
            Verdict::Neither => Some(1),
            Verdict::Unknown => None,
        }
    }
}

/// One person in an exchange.
#[derive(Debug, Clone, Copy, Default)]
struct One {
    returns: u32,
    substantial: u32,
    is_unknown: bool,
    /// We answered since they wrote last.
    is_answered: bool,
}

impl One {
    fn meaning(self) -> Meaning {
        let verdict = match (self.returns > 0, self.substantial > 0) {
            (true, true) => Verdict::Meaningful,
            (true, false) if self.is_unknown => Verdict::Unknown,
            (true, false) => Verdict::NoSubstance,
            (false, true) => Verdict::NoReturn,
            (false, false) => Verdict::Neither,
        };
        Meaning { verdict, returns: self.returns, substantial: self.substantial }
    }
}

/// What an exchange comes to: what it comes to with the person of whom there is most to say. Its messages stand in their
/// order; what weighs nothing is not known.
pub fn meaning(said: &[&Said], weight: impl Fn(i64) -> Weight) -> Meaning {
    let mut people: BTreeMap<PersonId, One> = BTreeMap::new();
    for one in said {
        match (one.side, one.person) {
            (Side::Ours, _) => people.values_mut().for_each(|person| person.is_answered = true),
            (Side::Theirs, Some(id)) => {
                let weight = weight(one.place);
                if weight.is_noise {
                    continue;
                }
                let person = people.entry(id).or_default();
                person.returns += u32::from(std::mem::take(&mut person.is_answered));
                person.substantial += u32::from(weight.substance == Some(true));
                person.is_unknown |= weight.substance.is_none();
            }
            _ => {}
        }
    }
    people.into_values().map(One::meaning).max().unwrap_or(Meaning::NOTHING)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tertulia_model::{ChannelId, ConversationId};

    /// `a` and `b` are two people, a capital where it is of substance, `?` the first where nobody knows, `x` the first where it is
    /// noise; `o` is us.
    fn told(sides: &str) -> Meaning {
        let one = |(place, letter): (i64, char)| Said {
            conversation: ConversationId(1),
            place,
            at: place,
            side: if letter == 'o' { Side::Ours } else { Side::Theirs },
            person: (letter != 'o').then_some(PersonId(if letter.eq_ignore_ascii_case(&'b') { 2 } else { 1 })),
            channel: ChannelId(1),
            language: "en".to_owned(),
        };
        let all: Vec<Said> = (0..).zip(sides.chars()).map(one).collect();
        let letters: Vec<char> = sides.chars().collect();
        let weight = |place: i64| {
            let letter = letters[usize::try_from(place).unwrap()];
            Weight { substance: (letter != '?').then_some(letter.is_uppercase()), is_noise: letter == 'x' }
        };
        meaning(&all.iter().collect::<Vec<_>>(), weight)
    }

    #[test]
    fn who_comes_back_with_something_to_go_by_makes_it_meaningful() {
        assert_eq!(told("Aoa"), Meaning { verdict: Verdict::Meaningful, returns: 1, substantial: 1 });
        assert_eq!(told("aoA").distance(), Some(0));
        assert_eq!(told("AoAoA").distance(), Some(1));
        assert_eq!(told("oAoA").returns, 1, "we may begin");
        assert_eq!(told("aaooaA").returns, 1, "a turn is one return");
    }

    #[test]
    fn what_is_missing_is_said() {
        let verdicts = ["Ao", "oA", "aoa", "ao", "?o?", "?oA", "xox", "Aox"].map(|sides| told(sides).verdict);
        use Verdict::{Meaningful, Neither, NoReturn, NoSubstance, Unknown};
        assert_eq!(verdicts, [NoReturn, NoReturn, NoSubstance, Neither, Unknown, Meaningful, Neither, NoReturn]);
        assert_eq!((told("aoa").distance(), told("ao").distance(), told("?o?").distance()), (Some(0), Some(1), None));
        assert_eq!(told("?o?").holds(), None);
    }

    #[test]
    fn another_who_writes_after_our_answer_did_not_come_back_to_it() {
        assert_eq!(told("AoB").verdict, Verdict::NoReturn);
        assert_eq!(told("AoBa").verdict, Verdict::Meaningful);
        assert_eq!(told("AobaoB"), Meaning { verdict: Verdict::Meaningful, returns: 1, substantial: 1 });
        assert_eq!(told("aobBoa").verdict, Verdict::NoSubstance);
    }
}
