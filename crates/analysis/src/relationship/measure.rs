//! The strength of a relationship, from 0 to 100, and what it is made of.

use super::{History, Turn};
use std::collections::{BTreeMap, BTreeSet};
use tertulia_model::{ChannelId, ConversationId, Millis};

pub const DAY: Millis = 24 * 3_600_000;
/// After so long what happened weighs half.
const HALF_LIFE: Millis = 60 * DAY;
/// Days with an exchange, as many as weigh, after which about two thirds of what exchanges can give are reached.
const ENOUGH_DAYS: f64 = 4.0;
/// An answer within this is one in time.
pub const IN_TIME: Millis = DAY;
/// So many channels are breadth enough.
const ENOUGH_CHANNELS: f64 = 3.0;
/// Of 100: what exchanges give by themselves, and what the three others add in proportion to them.
const BY_THEMSELVES: f64 = 50.0;
const BY_ANSWERS: f64 = 20.0;
const BY_PROMISES: f64 = 20.0;
const BY_BREADTH: f64 = 10.0;

/// What a relationship rests on.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Measured {
    /// 0 to 100.
    pub strength: f64,
    /// Days on which both sides had their turn in a conversation, ever.
    pub exchange_days: usize,
    /// The same, each weighing less the longer ago it was.
    pub weighted_days: f64,
    /// Of what they wrote and what could have been answered in time: how much was, and how much there was.
    pub answered_in_time: usize,
    pub answerable: usize,
    pub promises_kept: usize,
    pub promises_broken: usize,
    /// Channels in which both sides had their turn.
    pub channels: usize,
    pub last_exchange_at: Option<Millis>,
    /// Days with an exchange that are a week or more after the one before: they came back.
    pub returns: usize,
}

/// Measures what stands between a person and us at a time.
///
/// With `w(day) = 2^(-(now - its midnight) / 60 days)`, and an exchange being a moment at which the other side takes its turn in
/// a conversation:
///
/// `strength = (1 - exp(-Σ w(day) / 4)) * (50 + 20 * answers + 20 * promises + 10 * breadth)`
///
/// `answers` and `promises` are weighted shares of days with half a one on each side (so that nothing stands at one half),
/// `breadth` is the weighted number of further channels, of two. Of each day one counts, in all of it, and whatever happens on
/// a day weighs the same: much on one day buys nothing.
pub fn measure(history: &History, now: Millis) -> Measured {
    let exchanges = exchanges(&history.turns, now);
    let days: BTreeMap<Millis, Millis> = exchanges.iter().map(|turn| (day_of(turn.at), turn.at)).collect();
    let weighted_days: f64 = days.keys().map(|day| weight(*day, now)).sum();
    let answers = answers(&history.turns, now);
    let mut promises = Days::default();
    for promise in history.promises.iter().filter(|promise| promise.closed_at <= now) {
        promises.add(promise.closed_at, promise.is_kept);
    }
    let (channels, breadth) = breadth(&exchanges, now);
    let reached = 1.0 - (-weighted_days / ENOUGH_DAYS).exp();
    let rest = BY_ANSWERS * answers.share(now) + BY_PROMISES * promises.share(now) + BY_BREADTH * breadth;
    Measured {
        strength: reached * (BY_THEMSELVES + rest),
        exchange_days: days.len(),
        weighted_days,
        answered_in_time: answers.good,
        answerable: answers.good + answers.bad,
        promises_kept: promises.good,
        promises_broken: promises.bad,
        channels,
        last_exchange_at: days.values().next_back().copied(),
        returns: returns(days.keys()),
    }
}

fn day_of(at: Millis) -> i64 {
    at.div_euclid(DAY)
}

/// By the midnight with which the day began: how late on it something happened adds nothing.
fn weight(day: i64, now: Millis) -> f64 {
    (-((now - day * DAY).max(0) as f64) / HALF_LIFE as f64).exp2()
}

/// What went well and what did not.
#[derive(Default)]
struct Days {
    good: usize,
    bad: usize,
    /// Of each day whether anything on it went well, and whether anything did not.
    each: BTreeMap<i64, (bool, bool)>,
}

impl Days {
    fn add(&mut self, at: Millis, is_good: bool) {
        let (some_good, some_bad) = self.each.entry(day_of(at)).or_default();
        if is_good {
            self.good += 1;
            *some_good = true;
        } else {
            self.bad += 1;
            *some_bad = true;
        }
    }

    /// The share of the days that were good, as if half a one had been on each side before: what rests on little says little. A
    /// day that was both counts half, however much there was of either.
    fn share(&self, now: Millis) -> f64 {
        let (mut good, mut all) = (0.5, 1.0);
        for (day, was) in &self.each {
            let weight = weight(*day, now);
            all += weight;
            good += match was {
                (true, false) => weight,
                (true, true) => weight / 2.0,
                (false, _) => 0.0,
            };
        }
        good / all
    }
}

fn by_conversation(turns: &[Turn], now: Millis) -> BTreeMap<ConversationId, Vec<Turn>> {
    let mut each: BTreeMap<ConversationId, Vec<Turn>> = BTreeMap::new();
    for turn in turns.iter().filter(|turn| turn.at <= now) {
        each.entry(turn.conversation).or_default().push(*turn);
    }
    for turns in each.values_mut() {
        // Of one moment theirs goes first: whoever answers has read it.
        turns.sort_by_key(|turn| (turn.at, !turn.is_theirs));
    }
    each
}

/// The turns with which the other side took its turn, in the order of time.
fn exchanges(turns: &[Turn], now: Millis) -> Vec<Turn> {
    let mut found: Vec<Turn> = by_conversation(turns, now)
        .values()
        .flat_map(|turns| turns.windows(2).filter(|pair| pair[0].is_theirs != pair[1].is_theirs).map(|pair| pair[1]))
        .collect();
    found.sort_by_key(|turn| turn.at);
    found
}

/// Of each turn of theirs that could have been answered in time by now: whether it was. What was answered in time counts at
/// once; what waits counts when its time is over.
fn answers(turns: &[Turn], now: Millis) -> Days {
    let mut answers = Days::default();
    for turns in by_conversation(turns, now).values() {
        let mut asked: Option<Millis> = None;
        for turn in turns {
            match (turn.is_theirs, asked) {
                (true, None) => asked = Some(turn.at),
                (false, Some(at)) => {
                    answers.add(at, turn.at - at <= IN_TIME);
                    asked = None;
                }
                _ => {}
            }
        }
        if let Some(at) = asked.filter(|at| now - at > IN_TIME) {
            answers.add(at, false);
        }
    }
    answers
}

/// In how many channels there were exchanges, and how much of the breadth that is that can be reached, 0 to 1.
fn breadth(exchanges: &[Turn], now: Millis) -> (usize, f64) {
    let mut last: BTreeMap<ChannelId, Millis> = BTreeMap::new();
    for turn in exchanges {
        last.insert(turn.channel, turn.at);
    }
    let mut weights: Vec<f64> = last.values().map(|at| weight(day_of(*at), now)).collect();
    weights.sort_by(f64::total_cmp);
    // Every channel but the one that weighs most: one alone is no breadth.
    let further: f64 = weights.iter().rev().skip(1).sum();
    (last.len(), (further / (ENOUGH_CHANNELS - 1.0)).min(1.0))
}

fn returns<'a>(days: impl Iterator<Item = &'a Millis>) -> usize {
    let days: BTreeSet<Millis> = days.copied().collect();
    let mut before: Option<Millis> = None;
    let mut returns = 0;
    for day in days {
        if before.is_some_and(|before| day - before >= 7) {
            returns += 1;
        }
        before = Some(day);
    }
    returns
}
