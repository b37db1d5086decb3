//! Which words a message must hold before a monitor is worth asking.

use super::{Entry, Place};
use crate::query::Node;
use crate::query::phrase::Phrase;

/// How many more words a guard looks for before its monitor is asked.
const MOST_BITS: usize = 8;
/// The signature of a message has so many bits: far more than a short message has words.
pub(super) const SIGNATURE: usize = 1_024;

/// Stands with a needle: when a message holds the needle, this monitor may match. What else it needs is looked up in
/// the message's signature first, since a monitor's query lies somewhere in memory and a guard's bits lie in line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Guard {
    /// The monitor's slot.
    pub monitor: u32,
    /// Whether the needle alone decides, so that nothing else needs be asked.
    pub decides: bool,
    /// All of the first `all` bits must be there, and if there are `any` behind them, one of those.
    all: u8,
    any: u8,
    bits: [u16; MOST_BITS],
}

/// A bit for each needle of a message: one that is not set belongs to nothing in it.
#[derive(Debug)]
pub(super) struct Signature([u64; SIGNATURE / 64]);

impl Default for Signature {
    fn default() -> Self {
        Self([0; SIGNATURE / 64])
    }
}

impl Signature {
    pub(super) fn clear(&mut self) {
        self.0.fill(0);
    }

    #[inline]
    pub(super) fn add(&mut self, needle: u32) {
        let bit = bit(needle);
        self.0[usize::from(bit) / 64] |= 1 << (bit % 64);
    }

    #[inline]
    fn has(&self, bit: &u16) -> bool {
        self.0[usize::from(*bit) / 64 % (SIGNATURE / 64)] >> (bit % 64) & 1 == 1
    }
}

#[inline]
fn bit(needle: u32) -> u16 {
    (needle.wrapping_mul(0x9e37_79b1) >> (32 - SIGNATURE.ilog2())) as u16
}

impl Guard {
    /// Of a monitor that must be asked about everything.
    pub(super) fn always(monitor: u32) -> Self {
        Self { monitor, decides: false, all: 0, any: 0, bits: [0; MOST_BITS] }
    }

    #[inline]
    pub(super) fn lets_pass(&self, signature: &Signature) -> bool {
        let (all, rest) = self.bits.split_at(usize::from(self.all).min(MOST_BITS));
        let any = &rest[..usize::from(self.any).min(rest.len())];
        all.iter().all(|bit| signature.has(bit)) && (any.is_empty() || any.iter().any(|bit| signature.has(bit)))
    }
}

/// How a needle is known: its number, and how often it is expected in a message.
#[derive(Debug, Clone, Copy)]
struct Known {
    number: u32,
    frequency: f64,
}

/// What is known of the needles.
pub(super) struct Book<'a> {
    /// The number of a channel or a language.
    pub number: &'a dyn Fn(Place, &str) -> u32,
    pub frequency: &'a dyn Fn(u32) -> f64,
}

impl Book<'_> {
    fn known(&self, number: u32) -> Known {
        Known { number, frequency: (self.frequency)(number) }
    }
}

/// What a condition needs.
pub(super) struct Plan {
    /// Needles of which one must be there; `None` where the condition can hold without any.
    branches: Option<Vec<Branch>>,
    /// How often one of them is there, in no unit: for comparing plans.
    cost: f64,
    needs: Needs,
}

/// A needle that lets the condition hold, if `needs` are there too.
struct Branch {
    needle: Known,
    decides: bool,
    needs: Needs,
}

/// Some of what must be there: the rarest are kept, as many as a guard has bits for.
#[derive(Clone, Default)]
struct Needs {
    all: Vec<Known>,
    /// One of each.
    any: Vec<(f64, Vec<u32>)>,
}

impl Needs {
    fn add(&mut self, other: &Self) {
        for known in &other.all {
            if self.all.iter().all(|one| one.number != known.number) {
                self.all.push(*known);
            }
        }
        self.all.sort_by(|one, other| one.frequency.total_cmp(&other.frequency));
        // One of them may be the guard itself.
        self.all.truncate(MOST_BITS + 1);
        self.any.extend(other.any.iter().cloned());
        self.any.sort_by(|one, other| one.0.total_cmp(&other.0));
        self.any.truncate(2);
    }
}

impl Entry {
    /// How often it is expected: a short word is frequent, and so is one that many monitors look for.
    pub(super) fn frequency(&self) -> f64 {
        let weight = |c: char| match c {
            '\u{E00}'..='\u{109F}' => 1.5,
            '\u{2E80}'.. => 3.0,
            _ => 1.0,
        };
        let length: f64 = self.needle.term.chars().map(weight).sum();
        let letters = if self.needle.prefix { length - 2.0 } else { length };
        match self.place {
            Place::Words => 0.6_f64.powf(letters) * f64::from(self.uses).sqrt(),
            Place::Author => 0.1 * 0.6_f64.powf(letters),
            Place::Channel | Place::Language => 4.0,
        }
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
        Self { branches: None, cost: f64::INFINITY, needs: Needs::default() }
    }

    pub(super) fn of(node: &Node, book: &Book<'_>) -> Self {
        let all = |children: &[Node]| children.iter().map(|child| Self::of(child, book)).collect();
        let value = |place, text: &str| Self::words(&[book.known((book.number)(place, text))]);
        let steps = |phrases: &[&Phrase]| {
            let steps = phrases.iter().flat_map(|phrase| phrase.steps());
            Self::words(&steps.map(|step| book.known(step.number)).collect::<Vec<_>>())
        };
        match node {
            Node::All(children) => Self::all(all(children)),
            Node::Any(children) => Self::any(all(children)),
            Node::Phrase(phrase) | Node::From(phrase) => steps(&[phrase]),
            Node::Near(sides, _) => steps(&[&sides[0], &sides[1]]),
            Node::Channel(name) => value(Place::Channel, &name.folded),
            Node::Language(code) => value(Place::Language, code),
            Node::Not(_) | Node::Has(_) | Node::In(_) | Node::Reach(..) | Node::Since(_) | Node::Until(_) => {
                Self::nothing()
            }
        }
    }

    /// Needles that must all be there: the rarest guards.
    fn words(needles: &[Known]) -> Self {
        let Some(rarest) = needles.iter().min_by(|one, other| one.frequency.total_cmp(&other.frequency)) else {
            return Self::nothing();
        };
        let mut needs = Needs::default();
        needs.add(&Needs { all: needles.to_vec(), any: Vec::new() });
        let branch = Branch { needle: *rarest, decides: needles.len() == 1, needs: needs.clone() };
        Self { branches: Some(vec![branch]), cost: rarest.frequency, needs }
    }

    /// All must hold: what is rarest guards, and what the others need is needed too.
    fn all(mut plans: Vec<Self>) -> Self {
        let mut needs = Needs::default();
        for plan in &plans {
            needs.add(&plan.needs);
            if let Some(branches @ [_, _, ..]) = plan.branches.as_deref().filter(|branches| branches.len() <= MOST_BITS)
            {
                let one_of = branches.iter().map(|branch| branch.needle.number).collect();
                needs.add(&Needs { all: Vec::new(), any: vec![(plan.cost, one_of)] });
            }
        }
        let rarest = (0..plans.len()).min_by(|one, other| plans[*one].cost.total_cmp(&plans[*other].cost));
        let Some(Self { branches: Some(mut branches), cost, .. }) = rarest.map(|at| plans.swap_remove(at)) else {
            return Self::nothing();
        };
        for branch in &mut branches {
            branch.decides &= plans.is_empty();
            branch.needs.add(&needs);
        }
        Self { branches: Some(branches), cost, needs }
    }

    /// One of them must hold: all guard.
    fn any(plans: Vec<Self>) -> Self {
        let mut needs = plans.first().map_or_else(Needs::default, |plan| plan.needs.clone());
        needs.any.clear();
        needs.all.retain(|known| plans.iter().all(|plan| plan.needs.all.iter().any(|one| one.number == known.number)));
        let cost = plans.iter().map(|plan| plan.cost).sum();
        let branches = plans.into_iter().map(|plan| plan.branches).collect::<Option<Vec<_>>>();
        Self { branches: branches.map(|branches| branches.into_iter().flatten().collect()), cost, needs }
    }

    /// Each guard with the needle that it stands with; `None` where the monitor must be asked about everything.
    pub(super) fn guards(self, monitor: u32) -> Option<impl Iterator<Item = (u32, Guard)>> {
        Some(self.branches?.into_iter().map(move |branch| (branch.needle.number, branch.guard(monitor))))
    }
}

impl Branch {
    fn guard(self, monitor: u32) -> Guard {
        let mut guard = Guard { decides: self.decides, ..Guard::always(monitor) };
        let all = self.needs.all.iter().map(|known| known.number).filter(|number| *number != self.needle.number);
        for (slot, needle) in guard.bits.iter_mut().zip(all) {
            *slot = bit(needle);
            guard.all += 1;
        }
        let room = MOST_BITS - usize::from(guard.all);
        let fits = |any: &&(f64, Vec<u32>)| any.1.len() <= room && !any.1.contains(&self.needle.number);
        for needle in self.needs.any.iter().find(fits).into_iter().flat_map(|any| &any.1) {
            guard.bits[usize::from(guard.all + guard.any)] = bit(*needle);
            guard.any += 1;
        }
        guard
    }
}
