//! From what each n-gram costs each language to the language of a text, how sure that is, and whether there are two.
//!
//! Costs are kept for stretches of a few words, so that a second language can be found in some of them.

use super::letters::{BOUNDARY, Group, Window};
use super::model::{Costs, MOST_LANGUAGES, Model, STEP};
use super::reading::Listen;
use super::scripts::Tally;

/// A stretch ends with the word in which it has so many letters, or at so many in any case.
const STRETCH: u16 = 36;
const LONGEST_STRETCH: u16 = 56;
/// At the end of a sentence it may be shorter.
const SHORT_STRETCH: u16 = 14;

/// How many windows are kept before what they cost is looked up; most stretches have fewer.
const MOST_WAITING: usize = 64;

/// Some words in a row.
#[derive(Debug, Clone)]
pub(super) struct Stretch {
    group: Group,
    letters: u16,
    costs: Costs,
}

/// Hears a text's letters and what they cost.
pub(super) struct Hearing<'a> {
    model: &'a Model,
    pub(super) tally: Tally,
    window: Window,
    /// The windows of the current stretch of which the costs are not added yet.
    waiting: [Window; MOST_WAITING],
    count: usize,
    current: Stretch,
    stretches: Vec<Stretch>,
    /// Whether the language is so open yet that long n-grams are asked.
    deep: bool,
}

impl<'a> Hearing<'a> {
    pub(super) fn new(model: &'a Model) -> Self {
        let current = Stretch { group: Group::Latin, letters: 0, costs: [0; MOST_LANGUAGES] };
        Self {
            model,
            tally: Tally::default(),
            window: Window::START,
            waiting: [Window::START; MOST_WAITING],
            count: 0,
            current,
            stretches: Vec::new(),
            deep: true,
        }
    }

    pub(super) fn model(&self) -> &'a Model {
        self.model
    }

    #[inline]
    fn wait(&mut self, window: Window) {
        self.waiting[self.count] = window;
        self.count += 1;
        if self.count == MOST_WAITING {
            self.look_up();
        }
    }

    fn look_up(&mut self) {
        self.model.add(&self.waiting[..self.count], self.deep, &mut self.current.costs);
        self.count = 0;
    }

    fn finish_stretch(&mut self) {
        if self.current.letters > 0 {
            self.look_up();
            let languages = self.model.languages(self.current.group).len();
            self.deep = !is_clear(&self.current.costs[..languages.min(MOST_LANGUAGES)]);
            self.stretches.push(self.current.clone());
            self.current.letters = 0;
            self.current.costs = [0; MOST_LANGUAGES];
        }
    }

    /// The stretches of one script.
    pub(super) fn stretches(&mut self, group: Group) -> Vec<&Stretch> {
        self.finish_stretch();
        self.stretches.iter().filter(|stretch| stretch.group == group).collect()
    }
}

impl Listen for Hearing<'_> {
    #[inline]
    fn letter(&mut self, group: Group, code: u64) {
        if self.current.group != group || self.current.letters >= LONGEST_STRETCH {
            self.finish_stretch();
            self.deep |= self.current.group != group;
            self.current.group = group;
        }
        self.tally.add_letter(group);
        self.current.letters += 1;
        self.window = self.window.with(code);
        self.wait(self.window);
    }

    fn end(&mut self, _: Group) {
        self.wait(self.window.with(BOUNDARY));
        self.window = Window::START;
        if self.current.letters >= STRETCH {
            self.finish_stretch();
        }
    }

    fn other(&mut self, c: char) {
        self.tally.add(c);
    }

    fn pause(&mut self) {
        if self.current.letters >= SHORT_STRETCH {
            self.finish_stretch();
        }
    }
}

/// After a stretch as clear as this the next one is read by short n-grams: that tells whether it goes on like that.
const CLEAR: i16 = 150;

fn is_clear(costs: &[i16]) -> bool {
    let (mut least, mut second) = (i16::MAX, i16::MAX);
    for cost in costs {
        second = second.min((*cost).max(least));
        least = least.min(*cost);
    }
    second.saturating_sub(least) >= CLEAR
}

/// What the words of one script say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Verdict {
    pub(super) language: usize,
    pub(super) confidence: f32,
    pub(super) also: Option<usize>,
}

/// Costs of whole texts, in steps.
pub(super) fn total(model: &Model, group: Group, stretches: &[&Stretch]) -> Vec<i32> {
    let mut total: Vec<i32> = model.languages(group).iter().map(|language| i32::from(language.prior)).collect();
    for stretch in stretches {
        for (sum, cost) in total.iter_mut().zip(&stretch.costs) {
            *sum += i32::from(*cost);
        }
    }
    total
}

/// What a language costs that is not asked.
const NEVER: i32 = i32::MAX;

fn cheapest(costs: impl Iterator<Item = i32>) -> Option<(usize, i32)> {
    costs.enumerate().min_by_key(|(_, cost)| *cost)
}

/// By how much costs must differ to be believed: letters that follow each other do not speak independently, and the
/// more there are, the less.
pub(super) fn doubt(calibration: [f32; 2], letters: usize) -> f32 {
    (calibration[0] + calibration[1] * (letters as f32).sqrt()).max(0.1)
}

/// The share of the likeliest language in all likelihoods.
pub(super) fn confidence(costs: &[i32], least: i32, doubt: f32) -> f32 {
    const FAR: f32 = 16.0;
    let away = |cost: &i32| cost.saturating_sub(least) as f32 * STEP / doubt;
    let sum: f32 = costs.iter().map(away).filter(|away| *away < FAR).map(|away| (-away).exp()).sum();
    1.0 / sum.max(1.0)
}

/// None without a word of this script. The languages `aside` are not asked.
pub(super) fn judge(model: &Model, group: Group, stretches: &[&Stretch], aside: &[usize]) -> Option<Verdict> {
    let letters: usize = stretches.iter().map(|stretch| usize::from(stretch.letters)).sum();
    if letters == 0 {
        return None;
    }
    let mut total = total(model, group, stretches);
    aside.iter().for_each(|language| total[*language] = NEVER);
    let (language, least) = cheapest(total.iter().copied())?;
    let confidence = confidence(&total, least, doubt(model.calibration, letters));
    let alone = least - i32::from(model.languages(group)[language].prior);
    match two(stretches, &total, alone) {
        Some((main, also)) => Some(Verdict { language: main, confidence: confidence.min(0.9), also: Some(also) }),
        None => Some(Verdict { language, confidence, also: None }),
    }
}

/// Each of two languages must be said in at least so many letters, and its words cost the other at least so much.
const LEAST_LETTERS: u16 = 14;
const LEAST_GAIN: i32 = 150;
/// More languages than this are not tried for one of two.
const MOST_TRIED: usize = 6;

/// Two languages that together explain the stretches much better than the best one does: the first is in more letters.
fn two(stretches: &[&Stretch], total: &[i32], alone: i32) -> Option<(usize, usize)> {
    let mut tried: Vec<usize> = Vec::new();
    for stretch in stretches.iter().filter(|stretch| stretch.letters >= LEAST_LETTERS) {
        let asked = |(cost, total): (&i16, &i32)| if *total == NEVER { NEVER } else { i32::from(*cost) };
        let (own, _) = cheapest(stretch.costs.iter().zip(total).map(asked))?;
        if !tried.contains(&own) && tried.len() < MOST_TRIED {
            tried.push(own);
        }
    }
    let pairs = tried.iter().enumerate().flat_map(|(at, one)| tried[at + 1..].iter().map(move |other| (*one, *other)));
    let explained = pairs.filter_map(|pair| explain(stretches, pair, alone));
    explained.min_by_key(|(cost, _)| *cost).map(|(_, pair)| pair)
}

fn explain(stretches: &[&Stretch], (one, other): (usize, usize), alone: i32) -> Option<(i32, (usize, usize))> {
    let (mut letters, mut gains, mut cost) = ([0_u16; 2], [0; 2], 0);
    for stretch in stretches {
        let costs = [one, other].map(|language| i32::from(stretch.costs[language]));
        let which = usize::from(costs[1] < costs[0]);
        letters[which] += stretch.letters;
        gains[which] += costs[1 - which] - costs[which];
        cost += costs[which];
    }
    let is_both =
        letters.iter().all(|letters| *letters >= LEAST_LETTERS) && gains.iter().all(|gain| *gain >= LEAST_GAIN);
    let pair = if letters[1] > letters[0] { (other, one) } else { (one, other) };
    (is_both && alone - cost >= LEAST_GAIN).then_some((cost, pair))
}
