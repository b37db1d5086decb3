//! A made-up machine that labels made-up messages: how often the interval of a corrected share holds the true one.

use crate::{
    confusion::Confusion,
    draws::Draws,
    misclassification::{
        Corrected, Counting, Doubt, Errors, MOST_CLASSES, Person, Said, Uncorrected, correct, sampled,
    },
    pooling::Cell,
};

/// What is labelled, by whom, and how much of it was read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Labelling {
    pub name: &'static str,
    /// What is so in it.
    pub about: &'static str,
    pub counting: Counting,
    /// Two, or three of which the first is asked for.
    pub classes: usize,
    pub people: usize,
    /// Messages of each cell that were read; of the last cell none where `is_unread`.
    pub read: usize,
    pub is_unread: bool,
    /// The part of the people who ever say it, and how often they do.
    pub sayers: f64,
    pub often: f64,
    /// How likely somebody who ever says it writes once more, and anybody else.
    pub again: [f64; 2],
    /// How often it is missed, and how often it is heard where it is not.
    pub missed: f64,
    pub false_calls: f64,
    /// The machine is wrong of some people's messages and right of the others'.
    pub is_personal: bool,
}

const USUAL: Labelling = Labelling {
    name: "usual",
    about: "a hundred read of each of four languages and channels, 400 people",
    counting: Counting::Any,
    classes: 2,
    people: 400,
    read: 100,
    is_unread: false,
    sayers: 0.35,
    often: 0.4,
    again: [0.7, 0.55],
    missed: 0.25,
    false_calls: 0.05,
    is_personal: false,
};

impl Labelling {
    /// Those where what is assumed holds, then one that it is too coarse for, and one where it does not hold.
    #[must_use]
    pub fn all() -> [Self; 8] {
        [
            USUAL,
            Self { name: "few", about: "of sixty people", people: 60, read: 150, ..USUAL },
            Self { name: "rare", about: "few say it", sayers: 0.08, read: 250, false_calls: 0.02, ..USUAL },
            Self {
                name: "hardly",
                about: "of eighty people nobody may be heard to say it",
                people: 80,
                sayers: 0.04,
                read: 500,
                missed: 0.4,
                false_calls: 0.005,
                ..USUAL
            },
            Self { name: "unread", about: "nothing was read on one channel", is_unread: true, ..USUAL },
            Self {
                name: "tone",
                about: "negative, neutral or positive; of each person the part of their messages",
                counting: Counting::EachPart,
                classes: 3,
                false_calls: 0.1,
                ..USUAL
            },
            Self { name: "heavy", about: "people write thirty messages on average", again: [0.97, 0.967], ..USUAL },
            Self { name: "personal", about: "the machine is always wrong of some people", is_personal: true, ..USUAL },
        ]
    }
}

/// What came of many runs. Shares are 0..1; a bias is an average less the truth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Labelled {
    pub runs: u64,
    pub truth: f64,
    /// Of the machine's own share, and of the corrected one.
    pub machine: f64,
    pub corrected: f64,
    /// How far the corrected one is off in a single run: the root of the mean square.
    pub error: f64,
    /// Of the runs that gave one, in how many the 95 % interval held the truth, and how wide it was.
    pub coverage: f64,
    pub width: f64,
    pub refused: f64,
}

const CELLS: usize = 4;
/// How far cells are from each other.
const APART: [f64; CELLS] = [0.8, 1.0, 1.1, 1.1];
/// Of one person.
const MOST_MESSAGES: u32 = 100;
/// People whose true share stands for everybody's.
const EVERYBODY: usize = 200_000;

struct One {
    said: Vec<Said>,
    part: f64,
    any: f64,
}

impl Labelling {
    /// For what is of a class, how often it is called each, in one cell.
    fn rates(&self, cell: usize, class: usize) -> [f64; MOST_CLASSES] {
        let mut rates = [0.0; MOST_CLASSES];
        let off = if class == 0 { self.missed } else { self.false_calls } * APART[cell];
        let others = (self.classes - 1) as f64;
        for (at, rate) in rates.iter_mut().enumerate().take(self.classes) {
            *rate = if at == class { 1.0 - off } else { off / others };
        }
        rates
    }

    fn is(&self, rate: f64, draws: &mut Draws) -> usize {
        match draws.happens(rate) {
            true => 0,
            false if self.classes == 3 => 1 + usize::from(draws.happens(0.4)),
            false => 1,
        }
    }

    fn called(&self, cell: usize, class: usize, draws: &mut Draws) -> usize {
        let mut left = draws.uniform();
        let rates = self.rates(cell, class);
        let found = rates[..self.classes].iter().position(|rate| {
            left -= rate;
            left < 0.0
        });
        found.unwrap_or(class)
    }

    fn person(&self, draws: &mut Draws) -> One {
        let says = draws.happens(self.sayers);
        let rate = if says { (self.often * 2.0 * draws.uniform()).min(1.0) } else { 0.0 };
        // Half write once, a few very often; who says it writes more.
        let mut messages = 1;
        while messages < MOST_MESSAGES && draws.happens(self.again[usize::from(!says)]) {
            messages += 1;
        }
        let home = draws.below(CELLS);
        let wrong = self.is_personal && draws.happens(0.12);
        let mut said: Vec<Said> = Vec::new();
        let (mut hits, mut any) = (0.0, 0.0);
        for _ in 0..messages {
            let cell = if draws.happens(0.1) { draws.below(CELLS) } else { home };
            let class = self.is(rate, draws);
            hits += f64::from(u8::from(class == 0));
            any = f64::from(u8::from(class == 0)).max(any);
            let called = match self.is_personal {
                true if wrong => (class + 1) % self.classes,
                true => class,
                false => self.called(cell, class, draws),
            };
            let cell = Some(cell as u32);
            match said.iter_mut().find(|said| said.cell == cell) {
                Some(there) => there.counts[called] += 1,
                None => {
                    let mut counts = [0; MOST_CLASSES];
                    counts[called] = 1;
                    said.push(Said { cell, counts });
                }
            }
        }
        One { said, part: hits / f64::from(messages), any }
    }

    fn read(&self, draws: &mut Draws) -> Vec<Cell> {
        let names = &["yes", "no", "other"][..self.classes];
        let rate = self.sayers * self.often * 1.3;
        let cell = |at: usize| {
            let mut confusion = Confusion::new(names);
            let many = if self.is_unread && at + 1 == CELLS { 0 } else { self.read };
            for _ in 0..many {
                let class = self.is(rate, draws);
                let wrong = self.is_personal && draws.happens(0.12);
                let called = match self.is_personal {
                    true if wrong => (class + 1) % self.classes,
                    true => class,
                    false => self.called(at, class, draws),
                };
                confusion.note(class, called);
            }
            Cell { language: ["en", "es"][at / 2].to_owned(), channel: ["mail", "chat"][at % 2].to_owned(), confusion }
        };
        (0..CELLS).map(cell).collect()
    }

    fn once(&self, draws: &mut Draws, (seed, samples): (u64, Option<usize>)) -> Result<Corrected, Uncorrected> {
        let errors = Errors::new(&self.read(draws))?;
        let people: Vec<One> = (0..self.people).map(|_| self.person(draws)).collect();
        let told: Vec<Person<'_>> = people.iter().map(|one| Person { weight: 1.0, said: &one.said }).collect();
        let answer = |one: &One| -> f64 {
            let (called, all) = one.said.iter().fold((0, 0), |(a, b), said| (a + said.counts[0], b + said.all()));
            match self.counting {
                Counting::EachPart => f64::from(called) / f64::from(all),
                Counting::Any => f64::from(u8::from(called > 0)),
            }
        };
        let answers: Vec<f64> = people.iter().map(answer).collect();
        let n = answers.len() as f64;
        let mean = answers.iter().sum::<f64>() / n;
        let variance = answers.iter().map(|answer| (answer - mean).powi(2)).sum::<f64>() / (n - 1.0);
        let worth = if variance > 0.0 { mean * (1.0 - mean) / variance * n } else { n };
        let how = (Doubt::Sample { worth }, 0.95, seed);
        match samples {
            None => correct(&told, 0, self.counting, &errors, how),
            Some(samples) => sampled(&told, 0, self.counting, &errors, how, samples),
        }
    }

    /// Everybody is heard by lot, so many times.
    #[must_use]
    pub fn simulate(&self, runs: u64, seed: u64) -> Labelled {
        self.run(runs, seed, None, EVERYBODY)
    }

    fn run(&self, runs: u64, seed: u64, samples: Option<usize>, many: usize) -> Labelled {
        let mut draws = Draws::new(seed);
        let everybody = (0..many).map(|_| self.person(&mut draws));
        let answer = |one: One| if self.counting == Counting::Any { one.any } else { one.part };
        let truth = everybody.map(answer).sum::<f64>() / many as f64;
        let found: Vec<Corrected> = (0..runs).filter_map(|run| self.once(&mut draws, (run, samples)).ok()).collect();
        let n = found.len().max(1) as f64;
        let mean = |of: &dyn Fn(&Corrected) -> f64| found.iter().map(of).sum::<f64>() / n;
        Labelled {
            runs,
            truth,
            machine: mean(&|one| one.observed) - truth,
            corrected: mean(&|one| one.share) - truth,
            error: mean(&|one| (one.share - truth).powi(2)).sqrt(),
            coverage: mean(&|one| f64::from(u8::from((one.low..=one.high).contains(&truth)))),
            width: mean(&|one| one.high - one.low),
            refused: 1.0 - found.len() as f64 / runs.max(1) as f64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Quick: few people, and as few draws as an interval can have.
    fn quick(name: &str) -> Labelling {
        let found = Labelling::all().into_iter().find(|one| one.name == name).unwrap();
        Labelling { people: 120, read: 200, ..found }
    }

    #[test]
    fn what_the_machine_hears_too_often_is_taken_back() {
        let found = quick("usual").run(40, 7, Some(2), 20_000);
        assert!(found.machine > 0.03 && found.corrected.abs() < 0.03, "{found:?}");
    }

    #[test]
    fn intervals_of_what_people_say_in_parts_hold_the_truth_as_often_as_they_say() {
        let found = quick("tone").run(60, 7, Some(60), 20_000);
        assert!((0.88..=1.0).contains(&found.coverage) && found.refused == 0.0, "{found:?}");
        assert!(found.corrected.abs() < 0.02, "{found:?}");
    }
}
