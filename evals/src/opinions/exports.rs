//! Against the groups of published conversations.

use super::folders;
use crate::arguments::Arguments;
use crate::figures::Figure;
use crate::skipped;
use anyhow::Result;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;
use tertulia_voices::opinions::votes::read_vote;
use tertulia_voices::opinions::{OpinionMap, Rules, Vote, Votes, adjusted_rand_index, map};

pub fn run(arguments: &Arguments) -> Result<()> {
    let Some(folder) = arguments.data_file("opinions/polis") else { return Ok(()) };
    let mut indices = Vec::new();
    let (mut all_votes, mut all_seconds) = (0, 0.0);
    for (name, path) in folders(&folder)? {
        let set = format!("exports/{name}");
        let Some((votes, rules, theirs)) = skipped::unless_sound(&set, read(&path)) else { continue };
        if theirs.is_empty() {
            skipped::absent(&set, "it does not say who is in which group");
            continue;
        }
        let begun = Instant::now();
        let drawn = map(&votes, &rules);
        let seconds = begun.elapsed().as_secs_f64();
        let both = both(&drawn, &theirs);
        let index = if both.is_empty() { 0.0 } else { adjusted_rand_index(both.iter().copied()) };
        explain(&name, &drawn, &theirs, both.len());
        let per_second = votes.len() as f64 / seconds.max(1e-9);
        Figure { set: &set, metric: "ari", value: index, n: both.len(), per_second }.tell();
        indices.push(index);
        all_votes += votes.len();
        all_seconds += seconds;
    }
    if indices.is_empty() {
        skipped::absent("exports", "none says who is in which group");
        return Ok(());
    }
    let mean = indices.iter().sum::<f64>() / indices.len() as f64;
    let per_second = all_votes as f64 / all_seconds.max(1e-9);
    Figure { set: "exports", metric: "mean_ari", value: mean, n: indices.len(), per_second }.tell();
    Ok(())
}

/// Our group and theirs, of everybody who is in one of both.
pub fn both(drawn: &OpinionMap, theirs: &BTreeMap<u64, u64>) -> Vec<(u64, u64)> {
    let pair =
        |person: &tertulia_voices::opinions::Participant| Some((u64::from(person.group?), *theirs.get(&person.id)?));
    drawn.participants.iter().filter_map(pair).collect()
}

fn explain(name: &str, drawn: &OpinionMap, theirs: &BTreeMap<u64, u64>, both: usize) {
    let mut sizes: BTreeMap<u64, usize> = BTreeMap::new();
    theirs.values().for_each(|group| *sizes.entry(*group).or_default() += 1);
    let ours: Vec<usize> = drawn.groups.iter().map(|group| group.size).collect();
    let tried: Vec<String> =
        drawn.tried.iter().map(|fit| format!("{}: {:.3} ± {:.3}", fit.groups, fit.silhouette, fit.error)).collect();
    eprintln!(
        "exports/{name}: {both} of {} whom Polis grouped are in a group here; groups of {ours:?}, of Polis {:?}; \
         silhouettes {}",
        theirs.len(),
        sizes.into_values().collect::<Vec<_>>(),
        tried.join(", ")
    );
    drawn.notes.iter().for_each(|note| eprintln!("exports/{name}: {note}"));
}

/// Votes, what was moderated out, and Polis's group of each person.
pub fn read(folder: &Path) -> Result<(Votes, Rules, BTreeMap<u64, u64>)> {
    let mut told: Vec<(i64, u64, u64, Vote)> = Vec::new();
    let mut unread = 0;
    rows(&folder.join("votes.csv"), &["voter-id", "comment-id", "vote"], &["timestamp"], |cells| {
        match (cells[0].parse(), cells[1].parse(), read_vote(cells[2])) {
            (Ok(person), Ok(statement), Some(vote)) => {
                told.push((cells[3].parse().unwrap_or(0), person, statement, vote))
            }
            _ => unread += 1,
        }
    })?;
    if unread > 0 {
        eprintln!("{unread} rows of {} say no vote", folder.display());
    }
    told.sort_by_key(|(when, ..)| *when);
    let mut votes = Votes::new();
    for (_, person, statement, vote) in told {
        votes.add(person, statement, vote)?;
    }
    let mut rules = Rules::default();
    rows(&folder.join("comments.csv"), &["comment-id", "moderated"], &[], |cells| {
        if let (Ok(statement), "-1") = (cells[0].parse(), cells[1]) {
            rules.moderated_out.insert(statement);
        }
    })?;
    let mut groups = BTreeMap::new();
    rows(&folder.join("participants-votes.csv"), &[], &["participant", "group-id"], |cells| {
        if let (Ok(person), Ok(group)) = (cells[0].parse(), cells[1].parse()) {
            groups.insert(person, group);
        }
    })?;
    Ok((votes, rules, groups))
}

/// Hands on the cells of some columns, by their names; those of a column that need not be there are then empty.
fn rows(file: &Path, needed: &[&str], others: &[&str], mut each: impl FnMut(&[&str])) -> Result<()> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_path(file)?;
    let headers = reader.headers()?.clone();
    let place = |name: &&str| headers.iter().position(|header| header == *name);
    if let Some(missing) = needed.iter().find(|name| place(name).is_none()) {
        anyhow::bail!("there is no column {missing}");
    }
    let places: Vec<Option<usize>> = needed.iter().chain(others).map(place).collect();
    for row in reader.byte_records() {
        let row = row?;
        let cell = |place: &Option<usize>| {
            place.and_then(|place| row.get(place)).and_then(|cell| std::str::from_utf8(cell).ok())
        };
        let cells: Vec<&str> = places.iter().map(|place| cell(place).unwrap_or_default()).collect();
        each(&cells);
    }
    Ok(())
}
