//! From votes to a map.

use super::clusters::{Point, base, groupings, mean};
use super::components::{Components, components};
use super::consensus::{across, consensus};
use super::map::{Fit, Group, Note, OpinionMap, Participant, Statement};
use super::matrix::Matrix;
use super::priority::{OF_META, priority};
use super::representative::of_group;
use super::silhouette::{Distances, fewest_that_fit};
use super::tally::{Side, Tallies};
use super::{Rules, Votes};
use std::collections::BTreeMap;

/// Below this the groups' silhouette is weak (Kaufman and Rousseeuw 1990).
const WEAK: f64 = 0.5;

/// The map of a conversation. It is the same whatever the order of the votes, and where people or statements are called
/// otherwise, the same but for the order of its lists.
///
/// Work: at most 10¹¹ simple steps for the most votes that there is room for; 50,000 votes take some hundredths of a
/// second.
pub fn map(votes: &Votes, rules: &Rules) -> OpinionMap {
    Drawing::new(votes, rules).with_own_groups()
}

/// The map with groups that come from elsewhere (segments, or the groups of a Polis server): who is in none has no part
/// in what groups say. Groups with nobody who voted are left out. The floors of people and statements do not hold, for
/// nothing is found here; those of what is called consensus do.
pub fn map_with_groups(votes: &Votes, rules: &Rules, groups: &BTreeMap<u64, u32>) -> OpinionMap {
    Drawing::new(votes, rules).with_given_groups(groups)
}

struct Drawing<'a> {
    rules: &'a Rules,
    matrix: Matrix,
    components: Components,
    /// For each person, where they stand.
    places: Vec<Point>,
    /// For each person, on how many statements that are not silent they voted.
    spoken: Vec<usize>,
    /// How many statements are not silent.
    open: usize,
    /// On how many somebody must have voted to have a place.
    floor: usize,
}

impl<'a> Drawing<'a> {
    fn new(votes: &Votes, rules: &'a Rules) -> Self {
        let matrix = Matrix::new(votes, rules);
        let components = components(&matrix.centred());
        let (spoken, open) = matrix.spoken();
        let places = (0..matrix.people.len()).map(|person| place(&matrix, &components, person, spoken[person], open));
        Self { rules, places: places.collect(), components, spoken, open, floor: rules.votes.min(open).max(1), matrix }
    }

    fn with_own_groups(self) -> OpinionMap {
        let placed: Vec<usize> = (0..self.places.len()).filter(|person| self.spoken[*person] >= self.floor).collect();
        let mut notes = Vec::new();
        let (have, need) = (placed.len(), self.rules.people);
        if self.open < self.rules.statements {
            notes.push(Note::TooFewStatements { have: self.open, need: self.rules.statements });
        }
        if have < need {
            let votes = self.rules.votes.min(self.open.max(self.rules.statements));
            notes.push(Note::TooFewPeople { have, need, votes });
        }
        let mut tried = Vec::new();
        let mut group_of = vec![None; self.places.len()];
        let mut numbers = Vec::new();
        if notes.is_empty() {
            let points: Vec<Point> = placed.iter().map(|person| self.places[*person]).collect();
            match find_groups(&points, self.rules, &mut tried) {
                Some((groups, of, silhouette)) => {
                    placed.iter().zip(of).for_each(|(person, group)| group_of[*person] = Some(group));
                    numbers = (0..groups as u32).collect();
                    if silhouette < WEAK {
                        notes.push(Note::WeakGroups { silhouette });
                    }
                }
                None => notes.push(Note::AllAlike),
            }
        }
        OpinionMap { tried, ..self.finish(&group_of, &numbers, notes) }
    }

    fn with_given_groups(self, groups: &BTreeMap<u64, u32>) -> OpinionMap {
        let given: Vec<Option<u32>> = self.matrix.people.iter().map(|id| groups.get(id).copied()).collect();
        let mut numbers: Vec<u32> = given.iter().flatten().copied().collect();
        numbers.sort_unstable();
        numbers.dedup();
        let place = |number: &Option<u32>| number.and_then(|number| numbers.binary_search(&number).ok());
        let group_of: Vec<Option<usize>> = given.iter().map(place).collect();
        self.finish(&group_of, &numbers, Vec::new())
    }

    fn finish(self, group_of: &[Option<usize>], numbers: &[u32], mut notes: Vec<Note>) -> OpinionMap {
        let tallies = Tallies::count(&self.matrix, group_of, numbers.len());
        let open: Vec<(usize, u64)> = self
            .matrix
            .statements
            .iter()
            .copied()
            .enumerate()
            .filter(|(column, _)| !self.matrix.silent[*column])
            .collect();
        let mut groups = self.groups(group_of, numbers);
        let sizes: Vec<usize> = groups.iter().map(|group| group.size).collect();
        for (place, group) in groups.iter_mut().enumerate() {
            group.speaks = of_group(place, group.size, &tallies, &open, self.rules);
        }
        let consensus = consensus(&tallies, &sizes, &open, self.rules);
        if consensus.too_few_saw > 0 {
            notes.push(Note::TooFewSaw { statements: consensus.too_few_saw });
        }
        let participants = self.participants(group_of, numbers);
        OpinionMap {
            votes: self.spoken_by_all(),
            placed: participants.iter().filter(|participant| participant.position.is_some()).count(),
            explained: self.components.explained,
            statements: self.statements(&tallies),
            participants,
            groups,
            tried: Vec::new(),
            consensus,
            notes,
        }
    }

    fn spoken_by_all(&self) -> usize {
        (0..self.matrix.people.len()).map(|person| self.matrix.row(person).count()).sum()
    }

    fn groups(&self, group_of: &[Option<usize>], numbers: &[u32]) -> Vec<Group> {
        let group = |(place, number): (usize, &u32)| {
            let members = || group_of.iter().zip(&self.places).filter(move |(group, _)| **group == Some(place));
            let centre = mean(members().map(|(_, point)| (point, 1.0)));
            Group { number: *number, size: members().count(), centre, speaks: Vec::new() }
        };
        numbers.iter().enumerate().map(group).collect()
    }

    fn participants(&self, group_of: &[Option<usize>], numbers: &[u32]) -> Vec<Participant> {
        let participant = |(person, id): (usize, &u64)| {
            let group = group_of[person].map(|place| numbers[place]);
            let is_placed = self.spoken[person] >= self.floor || group.is_some();
            let position = is_placed.then_some(self.places[person]);
            Participant { id: *id, votes: self.spoken[person], position, group }
        };
        self.matrix.people.iter().enumerate().map(participant).collect()
    }

    fn statements(&self, tallies: &Tallies) -> Vec<Statement> {
        let stretch = (self.matrix.statements.len() as f64).sqrt();
        let statement = |(column, id): (usize, &u64)| {
            let weights = self.components.weights[column];
            let position = weights.map(|weight| stretch * (1.0 - self.matrix.means[column]) * weight);
            let extremity = (position[0] * position[0] + position[1] * position[1]).sqrt();
            let by_group = tallies.of_statement(column);
            let counted = if by_group.is_empty() { tallies.all[column] } else { tallies.grouped[column] };
            Statement {
                id: *id,
                is_silent: self.matrix.silent[column],
                weights,
                position,
                extremity,
                priority: if self.rules.meta.contains(id) { OF_META } else { priority(counted, extremity) },
                tally: tallies.all[column],
                group_aware_consensus: (!by_group.is_empty()).then(|| across(&by_group, Side::Agree)),
                by_group,
            }
        };
        self.matrix.statements.iter().enumerate().map(statement).collect()
    }
}

/// √(M / n) · Σ (x − μ) v, over the n statements that were voted on or are silent.
fn place(matrix: &Matrix, components: &Components, person: usize, spoken: usize, open: usize) -> Point {
    let all = matrix.statements.len();
    let answered = spoken + (all - open);
    let mut sum = [0.0; 2];
    for (column, vote) in matrix.row(person).filter(|(column, _)| !matrix.silent[*column]) {
        let apart = f64::from(vote) - matrix.means[column];
        let weights = components.weights[column];
        sum = [sum[0] + apart * weights[0], sum[1] + apart * weights[1]];
    }
    let stretch = (all as f64 / answered.max(1) as f64).sqrt();
    sum.map(|sum| sum * stretch)
}

/// The number of groups, the group of each point (the largest is 0; among equals the one that lies lower in the first
/// direction, then in the second) and the silhouette; `None` where all stand in one place.
fn find_groups(points: &[Point], rules: &Rules, tried: &mut Vec<Fit>) -> Option<(usize, Vec<usize>, f64)> {
    let (bases, held) = base(points, rules.base_clusters.clamp(2, 200));
    // As Polis: one group more for each twelve base clusters.
    let most = rules.most_groups.clamp(2, 9).min(2 + bases.centres.len() / 12);
    let found = groupings(&bases.centres, &held, most);
    let distances = Distances::new(&bases.centres);
    let silhouettes: Vec<_> = found.iter().map(|clusters| distances.silhouette(clusters, &held)).collect();
    tried.extend(found.iter().zip(&silhouettes).map(|(clusters, silhouette)| Fit {
        groups: clusters.centres.len(),
        silhouette: silhouette.mean,
        error: silhouette.error,
    }));
    let chosen = fewest_that_fit(&silhouettes)?;
    let clusters = &found[chosen];
    let of: Vec<usize> = bases.of.iter().map(|cluster| clusters.of[*cluster]).collect();
    let mut sizes = vec![0_usize; clusters.centres.len()];
    of.iter().for_each(|group| sizes[*group] += 1);
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by(|a, b| {
        let (first, second) = (clusters.centres[*a], clusters.centres[*b]);
        sizes[*b].cmp(&sizes[*a]).then(first[0].total_cmp(&second[0])).then(first[1].total_cmp(&second[1]))
    });
    let mut rank = vec![0; order.len()];
    order.iter().enumerate().for_each(|(place, group)| rank[*group] = place);
    let of = of.into_iter().map(|group| rank[group]).collect();
    Some((order.len(), of, silhouettes[chosen].mean))
}
