//! How long 50,000 votes take.

use super::median;
use crate::figures::Figure;
use std::time::Instant;
use tertulia_model::{Chance, SeededChance};
use tertulia_voices::opinions::{Rules, Vote, Votes, map};

const VOTES: usize = 50_000;
const PEOPLE: u64 = 2_000;
const STATEMENTS: u64 = 200;
const CAMPS: u64 = 3;
const PASSES: usize = 25;

pub fn run() {
    let told = made_up();
    let pass = || {
        let begun = Instant::now();
        let mut votes = Votes::new();
        for (person, statement, vote) in &told {
            // There is room for as many as this.
            let _ = votes.add(*person, *statement, *vote);
        }
        let drawn = map(&votes, &Rules::default());
        let seconds = begun.elapsed().as_secs_f64();
        (seconds, drawn.votes, drawn.groups.len())
    };
    let (_, counted, groups) = pass();
    let busy_before = busy();
    let times: Vec<f64> = (0..PASSES).map(|_| pass().0).collect();
    let busy_after = busy();
    let fastest = times.iter().copied().fold(f64::INFINITY, f64::min);
    eprintln!(
        "speed: {counted} votes of {PEOPLE} people on {STATEMENTS} statements in no order, {groups} groups found; \
         the fastest pass took {:.1} ms",
        fastest * 1e3
    );
    let tell = |metric, seconds: f64| {
        let per_second = counted as f64 / seconds.max(1e-9);
        Figure { set: "speed", metric, value: seconds * 1e3, n: counted, per_second }.tell();
    };
    tell("votes_50k_ms", median(times));
    if let Some((before, after)) = busy_before.zip(busy_after) {
        tell("votes_50k_busy_ms", (after - before) / PASSES as f64);
    }
}

/// For how many seconds a core has worked for this thread (of the scheduler of Linux; elsewhere not told): where others
/// are at work on the machine, the clock says more of them than of us.
fn busy() -> Option<f64> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: f64 = told.split_whitespace().next()?.parse().ok()?;
    Some(nanoseconds / 1e9)
}

/// Three camps that lean differently on each statement, a fifth of all votes by whim, in no order.
fn made_up() -> Vec<(u64, u64, Vote)> {
    let chance = SeededChance::new(50_000);
    let votes = [Vote::Disagree, Vote::Pass, Vote::Agree];
    let any = |chance: &SeededChance| votes[chance.below(3) as usize];
    let leanings: Vec<Vote> = (0..CAMPS * STATEMENTS).map(|_| any(&chance)).collect();
    let mut seen = std::collections::BTreeSet::new();
    let mut told = Vec::with_capacity(VOTES);
    while told.len() < VOTES {
        let (person, statement) = (chance.below(PEOPLE), chance.below(STATEMENTS));
        if seen.insert((person, statement)) {
            let leaning = leanings[((person % CAMPS) * STATEMENTS + statement) as usize];
            told.push((person, statement, if chance.below(5) == 0 { any(&chance) } else { leaning }));
        }
    }
    told
}
