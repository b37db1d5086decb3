//! Which words a message must hold before a monitor is worth asking.

use super::Place;
use crate::query::Node;
use crate::query::phrase::{Needle, Phrase};

/// Stands with a needle: when a message holds the needle, this monitor may match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Guard {
    /// The monitor's slot.
    pub monitor: u32,
    /// Whether the needle alone decides, so that nothing else needs be asked.
    pub decides: bool,
    /// The bits ([`bit`]) of all that must be there besides.
    pub needed: u64,
}

/// What a condition needs.
pub(super) struct Plan {
    /// Needles of which one must be there, each with a guard; `None` where the condition can hold without any word.
    pub guards: Option<Vec<(u32, Guard)>>,
    /// How often one of them is there, in no unit: for comparing plans.
    cost: f64,
    needed: u64,
}

/// How a needle is known: its number, and how often it is expected in a message.
pub(super) struct Known {
    pub number: u32,
    pub frequency: f64,
}

/// A needle's bit in the signature of a message, which is that of all its needles.
#[inline]
pub(super) fn bit(number: u32) -> u64 {
    1 << (number.wrapping_mul(0x9e37_79b1) >> 26)
}

/// How often a needle is expected: a short word is frequent, and so is one that many monitors look for.
pub(super) fn frequency(place: Place, needle: &Needle, uses: u32) -> f64 {
    let weight = |c: char| match c {
        '\u{E00}'..='\u{109F}' => 1.5,
        '\u{2E80}'.. => 3.0,
        _ => 1.0,
    };
    let length: f64 = needle.term.chars().map(weight).sum();
    let letters = if needle.prefix { length - 2.0 } else { length };
    match place {
        Place::Words => 0.6_f64.powf(letters) * f64::from(uses.max(1)).sqrt(),
        Place::Author => 0.1 * 0.6_f64.powf(letters),
        Place::Channel | Place::Language => 4.0,
    }
}

/// The channels and languages that a condition names.
pub(super) fn values(node: &Node, visit: &mut impl FnMut(Place, &str)) {
    match node {
        Node::All(children) | Node::Any(children) => children.iter().for_each(|child| values(child, visit)),
        Node::Not(child) => values(child, visit),
        Node::Channel(value) => visit(Place::Channel, &value.folded),
        Node::Language(code) => visit(Place::Language, code),
        _ => {}
    }
}

impl Plan {
    fn nothing() -> Self {
        Self { guards: None, cost: f64::INFINITY, needed: 0 }
    }

    /// `known` numbers a needle and tells its frequency.
    pub(super) fn of(node: &Node, monitor: u32, known: &impl Fn(Place, &Needle) -> Known) -> Self {
        let inner = |node| Self::of(node, monitor, known);
        let plain = |place, text: &str| {
            Self::all_of(monitor, [known(place, &Needle { term: text.to_owned(), prefix: false })].into_iter())
        };
        let steps = |phrase: &Phrase, place| {
            phrase.steps.iter().map(|step| known(place, &step.needle)).collect::<Vec<_>>().into_iter()
        };
        match node {
            Node::All(children) => children.iter().map(inner).reduce(Self::both).unwrap_or_else(Self::nothing),
            Node::Any(children) => children.iter().map(inner).reduce(Self::either).unwrap_or_else(Self::nothing),
            Node::Phrase(phrase) => Self::all_of(monitor, steps(phrase, Place::Words)),
            Node::Near(sides, _) => {
                let [left, right] = &**sides;
                let mut plan = Self::all_of(monitor, steps(left, Place::Words).chain(steps(right, Place::Words)));
                plan.must_ask();
                plan
            }
            Node::From(phrase) => Self::all_of(monitor, steps(phrase, Place::Author)),
            Node::Channel(value) => plain(Place::Channel, &value.folded),
            Node::Language(code) => plain(Place::Language, code),
            Node::Not(_) | Node::Has(_) | Node::In(_) | Node::Reach(..) | Node::Since(_) | Node::Until(_) => {
                Self::nothing()
            }
        }
    }

    /// The rarest of needles that must all be there.
    fn all_of(monitor: u32, needles: impl Iterator<Item = Known>) -> Self {
        let (mut rarest, mut needed, mut count): (Option<Known>, u64, usize) = (None, 0, 0);
        for known in needles {
            count += 1;
            needed |= bit(known.number);
            if rarest.as_ref().is_none_or(|rarest| known.frequency < rarest.frequency) {
                rarest = Some(known);
            }
        }
        let Some(rarest) = rarest else { return Self::nothing() };
        let guard = Guard { monitor, decides: count == 1, needed };
        Self { guards: Some(vec![(rarest.number, guard)]), cost: rarest.frequency, needed }
    }

    /// Both must hold: the rarer one guards, and what the other needs is needed too.
    fn both(self, other: Self) -> Self {
        let needed = self.needed | other.needed;
        let (mut rarer, cost) =
            if other.cost < self.cost { (other.guards, other.cost) } else { (self.guards, self.cost) };
        for (_, guard) in rarer.iter_mut().flatten() {
            guard.needed |= needed;
        }
        let mut plan = Self { guards: rarer, cost, needed };
        plan.must_ask();
        plan
    }

    /// One of both must hold: both guard.
    fn either(mut self, other: Self) -> Self {
        let guards = self.guards.take().zip(other.guards).map(|(mut one, other)| {
            one.extend(other);
            one
        });
        Self { guards, cost: self.cost + other.cost, needed: self.needed & other.needed }
    }

    fn must_ask(&mut self) {
        for (_, guard) in self.guards.iter_mut().flatten() {
            guard.decides = false;
        }
    }
}
