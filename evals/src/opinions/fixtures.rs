//! Against what a live Polis server computed.

use super::folders;
use crate::arguments::Arguments;
use crate::figures::Figure;
use crate::skipped;
use anyhow::{Context, Result};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Instant;
use tertulia_voices::opinions::{OpinionMap, Rules, Vote, Votes, adjusted_rand_index, map, map_with_groups};

/// A conversation as its server has it.
pub struct Fixture {
    pub votes: Votes,
    pub rules: Rules,
    /// The server's group of each person.
    pub groups: BTreeMap<u64, u32>,
    math: Value,
}

/// How far we are from a server.
pub struct Apart {
    pub cosine: f64,
    pub consensus: f64,
    /// `None` where the server's own are broken.
    pub priority: Option<f64>,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let Some(folder) = arguments.data_file("opinions/fixtures") else { return Ok(()) };
    let mut measured = Vec::new();
    let (mut votes, mut seconds) = (0, 0.0);
    for (name, path) in folders(&folder)? {
        let set = format!("fixtures/{name}");
        let Some(fixture) = skipped::unless_sound(&set, Fixture::read(&path)) else { continue };
        let begun = Instant::now();
        let drawn = map_with_groups(&fixture.votes, &fixture.rules, &fixture.groups);
        seconds += begun.elapsed().as_secs_f64();
        votes += fixture.votes.len();
        let Some(apart) = skipped::unless_sound(&set, fixture.apart(&drawn)) else { continue };
        let lacking = fixture.lacking();
        eprintln!(
            "fixtures/{name}: cosine {:.6}, group-aware consensus off by {:.1e}, priorities by {}; {} of \
             {} representative statements are the same; ARI of our own groups {:.3}{}",
            apart.cosine,
            apart.consensus,
            apart.priority.map_or(
                "nothing that can be told: the server gave all statements 49 (Polis issue 2571)".to_owned(),
                |off| format!("{off:.1e}")
            ),
            fixture.same_representatives(&drawn).0,
            fixture.same_representatives(&drawn).1,
            fixture.index_of_own_groups(),
            lacking.as_ref().map_or(String::new(), |lacking| format!("; left out, for {lacking}")),
        );
        if lacking.is_none() {
            measured.push(apart);
        }
    }
    if measured.is_empty() {
        skipped::absent("fixtures", "none is complete");
        return Ok(());
    }
    let per_second = votes as f64 / seconds.max(1e-9);
    let tell = |metric, value, n| Figure { set: "fixtures", metric, value, n, per_second }.tell();
    tell("min_abs_cos", measured.iter().map(|apart| apart.cosine).fold(1.0, f64::min), measured.len());
    let worst = measured.iter().map(|apart| apart.consensus.max(apart.priority.unwrap_or(0.0)));
    tell("max_priority_error", worst.fold(0.0, f64::max), measured.len());
    Ok(())
}

impl Fixture {
    pub fn read(folder: &Path) -> Result<Self> {
        let json = |name: &str| -> Result<Value> {
            let bytes = std::fs::read(folder.join(name)).with_context(|| format!("{name} is missing"))?;
            serde_json::from_slice(&bytes).with_context(|| format!("{name} is not JSON"))
        };
        let (math, told) = (json("math-pca2.json")?, json("votes.json")?);
        let mut rows: Vec<&Value> = told.as_array().context("votes.json is no list")?.iter().collect();
        rows.sort_by(|a, b| when(a).total_cmp(&when(b)));
        let mut votes = Votes::new();
        for row in rows {
            let field = |name: &str| row[name].as_u64().with_context(|| format!("a vote without {name}"));
            let vote =
                row["vote"].as_f64().and_then(|vote| Vote::from_number(vote as i64)).context("a vote of no value")?;
            votes.add(field("participant_id")?, field("statement_id")?, vote)?;
        }
        let rules = Rules {
            moderated_out: numbers(&math["mod-out"]).collect(),
            meta: numbers(&math["meta-tids"]).collect(),
            ..Rules::default()
        };
        let groups = groups(&math).context("the server's groups can't be read")?;
        Ok(Self { votes, rules, groups, math })
    }

    /// What the votes lack of those that the server counted, if anything: it says how many each person gave.
    pub fn lacking(&self) -> Option<String> {
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        self.votes.iter().for_each(|(person, ..)| *counts.entry(person.to_string()).or_default() += 1);
        let theirs: BTreeMap<String, u64> = self.math["user-vote-counts"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(person, count)| (person.clone(), count.as_u64().unwrap_or(0)))
            .collect();
        let people: BTreeSet<&String> = counts.keys().chain(theirs.keys()).collect();
        let wrong = people.iter().filter(|person| counts.get(**person) != theirs.get(**person)).count();
        if wrong > 0 {
            return Some(format!("the votes of {wrong} people are not all there"));
        }
        let statements: BTreeSet<u64> = numbers(&self.math["tids"]).collect();
        (self.votes.statements().collect::<BTreeSet<u64>>() != statements).then(|| "statements are missing".to_owned())
    }

    pub fn apart(&self, drawn: &OpinionMap) -> Result<Apart> {
        let columns: Vec<u64> = numbers(&self.math["tids"]).collect();
        let ours = |place: usize, id: &u64| {
            let found = drawn.statements.binary_search_by_key(id, |statement| statement.id);
            found.map_or(0.0, |at| drawn.statements[at].weights[place])
        };
        let cosine = |place: usize| -> Result<f64> {
            let theirs = self.math["pca"]["comps"][place].as_array().context("a component is missing")?;
            let theirs: Vec<f64> = theirs.iter().filter_map(Value::as_f64).collect();
            let inner: f64 = columns.iter().zip(&theirs).map(|(id, theirs)| ours(place, id) * theirs).sum();
            let length = theirs.iter().map(|value| value * value).sum::<f64>().sqrt();
            let own = columns.iter().map(|id| ours(place, id) * ours(place, id)).sum::<f64>().sqrt();
            Ok(if length * own > 0.0 { (inner / (length * own)).abs() } else { 0.0 })
        };
        let theirs = |table: &str, id: u64| self.math[table][id.to_string().as_str()].as_f64();
        let off = |table: &str, ours: &dyn Fn(usize) -> f64| {
            let each = drawn.statements.iter().enumerate();
            // What the server has no figure for is as far off as can be.
            each.map(|(at, statement)| {
                theirs(table, statement.id).map_or(f64::INFINITY, |theirs| (ours(at) - theirs).abs())
            })
            .fold(0.0, f64::max)
        };
        let consensus = off("group-aware-consensus", &|at| drawn.statements[at].group_aware_consensus.unwrap_or(0.0));
        let priority = off("comment-priorities", &|at| drawn.statements[at].priority);
        let priority = (!self.takes_all_for_meta()).then_some(priority);
        Ok(Apart { cosine: cosine(0)?.min(cosine(1)?), consensus, priority })
    }

    /// Servers of a certain age took every statement for metadata, so that all weigh 49, whatever their list of those
    /// says.
    fn takes_all_for_meta(&self) -> bool {
        let of_opinion = |(id, _): &(&String, &Value)| id.parse().is_ok_and(|id| !self.rules.meta.contains(&id));
        let weights = self.math["comment-priorities"].as_object();
        weights
            .is_some_and(|weights| weights.iter().filter(of_opinion).all(|(_, weight)| weight.as_f64() == Some(49.0)))
    }

    /// How many of the server's representative statements are among ours, and how many it names.
    fn same_representatives(&self, drawn: &OpinionMap) -> (usize, usize) {
        let (mut same, mut all) = (0, 0);
        for group in &drawn.groups {
            let theirs = self.math["repness"][group.number.to_string().as_str()].as_array();
            for told in theirs.into_iter().flatten() {
                all += 1;
                let is_it = |ours: &tertulia_voices::opinions::Representative| {
                    let side = serde_json::to_value(ours.side).unwrap_or_default();
                    told["tid"].as_u64() == Some(ours.statement) && told["repful-for"] == side
                };
                same += usize::from(group.speaks.iter().any(is_it));
            }
        }
        (same, all)
    }

    fn index_of_own_groups(&self) -> f64 {
        let drawn = map(&self.votes, &self.rules);
        let both = drawn
            .participants
            .iter()
            .filter_map(|person| Some((u64::from(person.group?), u64::from(*self.groups.get(&person.id)?))));
        adjusted_rand_index(both)
    }
}

fn when(row: &Value) -> f64 {
    row["modified"].as_f64().unwrap_or(0.0)
}

fn numbers(list: &Value) -> impl Iterator<Item = u64> + '_ {
    list.as_array().into_iter().flatten().filter_map(Value::as_u64)
}

/// The server's groups hold base clusters, and those hold people.
fn groups(math: &Value) -> Option<BTreeMap<u64, u32>> {
    let bases = &math["base-clusters"];
    let members = bases["members"].as_array()?;
    let of_base: BTreeMap<u64, &Value> = numbers(&bases["id"]).zip(members).collect();
    let mut groups = BTreeMap::new();
    for group in math["group-clusters"].as_array()? {
        let number = u32::try_from(group["id"].as_u64()?).ok()?;
        for base in numbers(&group["members"]) {
            groups.extend(numbers(of_base.get(&base)?).map(|person| (person, number)));
        }
    }
    Some(groups)
}
