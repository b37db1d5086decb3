//! How much of what people say is of a class: the mean of the parts of their messages, each person once; or of messages.
//!
//! It is linear in the messages, so that what a guess is worth ([`Rates::worth`]) can be added up, cell by cell, whoever
//! wrote them: with w_i what a person weighs, n_i their messages and P of the cell c,
//!
//! ```text
//! share = Σ_c Σ_j A_cj b_cj + known        A_cj = Σ_i w_i n_icj / n_i      P_c b_c = the unit of the class
//! ```
//!
//! Rogan and Gladen (1978) for two classes and one cell. Draws of it take P as [`super::errors`] draws it, and A from a
//! Dirichlet distribution of as many people as the share is worth (Jeffreys' ½ a class); or, where nobody stands for anybody else, A as it is
//! and by chance which of these messages were called wrongly.
//!
//! Of what stands in blind cells nothing is known: the share is that of all else, and in each draw of it anything from none to all
//! of what stands there is of the class, evenly, in all of them alike.

use super::{
    Doubt, MOST_CLASSES, Person,
    errors::Errors,
    rates::{Each, Rates},
};
use crate::draws::Draws;
use rayon::prelude::*;

/// Parts of all that was said, by cell and what it was called, and what people say it is.
pub(super) struct Parts {
    classes: usize,
    cells: Vec<Each>,
    known: Each,
}

impl Parts {
    pub fn of(people: &[Person<'_>], errors: &Errors) -> Self {
        let whole: f64 = people.iter().map(|person| person.weight).sum();
        let mut parts = Self {
            classes: errors.classes().len(),
            cells: vec![[0.0; MOST_CLASSES]; errors.cells()],
            known: Each::default(),
        };
        for person in people {
            let messages: u32 = person.said.iter().map(super::Said::all).sum();
            let each = person.weight / whole / f64::from(messages.max(1));
            for said in person.said {
                let sums = match said.cell {
                    Some(cell) => &mut parts.cells[cell as usize],
                    None => &mut parts.known,
                };
                sums.iter_mut().zip(&said.counts).for_each(|(sum, count)| *sum += each * f64::from(*count));
            }
        }
        parts
    }

    pub fn observed(&self, class: usize) -> f64 {
        self.cells.iter().map(|cell| cell[class]).sum::<f64>() + self.known[class]
    }

    /// The part of what a machine called anything that stands in cells of which nothing was read and that are not blind, and in
    /// those that are.
    pub fn unread_and_blind(&self, errors: &Errors) -> (f64, f64) {
        let part = |is_meant: &dyn Fn(usize) -> bool| -> f64 {
            let cells = self.cells.iter().enumerate().filter(|(at, _)| is_meant(*at));
            cells.map(|(_, cell)| cell.iter().sum::<f64>()).sum()
        };
        let all = part(&|_| true);
        // A sum of nothing is negative zero.
        let of_all = |part: f64| if all > 0.0 { 0.0 + part / all } else { 0.0 };
        let unread = part(&|at| !errors.is_read(at) && !errors.is_blind(at));
        (of_all(unread), of_all(part(&|at| errors.is_blind(at))))
    }

    pub fn known(&self) -> f64 {
        self.known.iter().sum()
    }
}

/// The share (perhaps beyond 0..1), and as many draws of it.
pub(super) fn shares(
    parts: &Parts,
    class: usize,
    errors: &Errors,
    doubt: Doubt,
    (seed, times): (u64, usize),
) -> (f64, Vec<f64>) {
    let rates = errors.rates();
    let is_blind = |at: usize| errors.is_blind(at);
    let (seen, blind) = sum(&parts.cells, &parts.known, &rates, class, &is_blind);
    let share = if blind < 1.0 { seen / (1.0 - blind) } else { 0.0 };
    // Each draw has chance of its own, whatever number of cores there are.
    let one = |number: u64| {
        let mut draws = Draws::of(seed, number);
        let rates = errors.drawn(&mut draws);
        let (seen, blind) = match doubt {
            Doubt::Sample { worth } => {
                let (cells, known) = drawn(parts, worth, &mut draws);
                sum(&cells, &known, &rates, class, &is_blind)
            }
            Doubt::Labels { messages } => {
                let noise = noise(parts, &rates, class, &is_blind) / messages.max(1.0);
                let (seen, blind) = sum(&parts.cells, &parts.known, &rates, class, &is_blind);
                (seen + draws.normal() * noise.sqrt(), blind)
            }
        };
        // Of what was not seen anything from none to all.
        if blind > 0.0 { seen.clamp(0.0, (1.0 - blind).max(0.0)) + draws.uniform() * blind } else { seen }
    };
    (share, (0..times as u64).into_par_iter().map(one).collect())
}

/// What is of the class where the machine sees it, and how much stands where it does not.
fn sum(cells: &[Each], known: &Each, rates: &[Rates], class: usize, is_blind: &impl Fn(usize) -> bool) -> (f64, f64) {
    let (mut seen, mut blind) = (known[class], 0.0);
    for (at, (parts, rates)) in cells.iter().zip(rates).enumerate() {
        let whole: f64 = parts.iter().sum();
        match rates.worth(class) {
            _ if whole <= 0.0 => {}
            Some(worth) if !is_blind(at) => {
                seen += parts.iter().zip(&worth).map(|(part, worth)| part * worth).sum::<f64>();
            }
            _ => blind += whole,
        }
    }
    (seen, blind)
}

/// Parts as another sample of as many people might have them.
fn drawn(parts: &Parts, worth: f64, draws: &mut Draws) -> (Vec<Each>, Each) {
    let mut counts: Vec<f64> = Vec::with_capacity((parts.cells.len() + 1) * parts.classes);
    for part in parts.cells.iter().chain([&parts.known]) {
        let whole: f64 = part.iter().sum();
        counts.extend(part[..parts.classes].iter().map(|share| share * worth + 0.5 * whole));
    }
    let mut shares = vec![0.0; counts.len()];
    draws.dirichlet(&counts, &mut shares);
    let of = |shares: &[f64]| std::array::from_fn(|at| shares.get(at).copied().unwrap_or(0.0));
    let mut cells: Vec<Each> = shares.chunks(parts.classes).map(of).collect();
    let known = cells.pop().unwrap_or_default();
    (cells, known)
}

/// By how much one message's worth varies with what it is called by chance (a variance).
fn noise(parts: &Parts, rates: &[Rates], class: usize, is_blind: &impl Fn(usize) -> bool) -> f64 {
    let of_cell = |(at, (cell, rates)): (usize, (&Each, &Rates))| -> f64 {
        let whole: f64 = cell.iter().sum();
        if whole <= 0.0 || is_blind(at) {
            return 0.0;
        }
        let Some(of_class) = rates.worth(class) else { return 0.0 };
        let varies = |is: usize| {
            let share = rates.worth(is).map_or(0.0, |worth| cell.iter().zip(&worth).map(|(a, b)| a * b).sum::<f64>());
            let row = || rates.row(is).iter().zip(&of_class);
            let mean: f64 = row().map(|(rate, worth)| rate * worth).sum();
            let square: f64 = row().map(|(rate, worth)| rate * worth * worth).sum();
            share.clamp(0.0, whole) * (square - mean * mean)
        };
        (0..parts.classes).map(varies).sum()
    };
    parts.cells.iter().zip(rates).enumerate().map(of_cell).sum()
}
