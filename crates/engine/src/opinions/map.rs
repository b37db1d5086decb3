//! The map of a ballot, drawn when somebody asks and held until something changes.

use super::{get, statements};
use crate::{Engine, Result};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};
use tertulia_model::PersonId;
use tertulia_store::opinions::{self, Ballot, Cast, Statement};
use tertulia_voices::opinions::{OpinionMap, Participant, Rules, Vote, Votes, map};
use tokio::sync::Mutex;

/// Maps that are held at a time.
const HELD: usize = 8;
/// Of groups with fewer people than that nothing is told statement by statement: it would give their people away.
const FEW: usize = 5;

/// Held by the engine: the maps that were asked for last.
#[derive(Default)]
pub struct Held {
    maps: Mutex<Vec<Arc<Drawn>>>,
    /// One is drawn at a time: a large one takes much memory, and whoever waits finds it drawn.
    drawing: Arc<Mutex<()>>,
}

/// A ballot with its map.
pub struct Drawn {
    pub ballot: Ballot,
    /// In the order of the ballot, also those that nobody voted on.
    pub statements: Vec<Statement>,
    /// By its id on the map, the place of each among them.
    places: HashMap<u64, usize>,
    pub rules: Rules,
    /// Its participants are in the order of their places: who came when would tell who they are.
    pub map: OpinionMap,
    /// Who voted.
    pub people: usize,
    /// Votes for which there was no room.
    pub left_out: usize,
}

impl Drawn {
    /// A statement by its id on the map.
    pub fn statement(&self, id: u64) -> Option<&Statement> {
        self.places.get(&id).and_then(|at| self.statements.get(*at))
    }

    /// What people read of each statement, by its id on the map: its words, or its number where nobody gave them.
    pub fn words(&self) -> BTreeMap<u64, String> {
        self.statements.iter().map(|one| (one.id.cast_unsigned(), words(one))).collect()
    }

    /// Of so many groups, from the largest on, it may be told how they voted on each statement. The others are small, or would
    /// give a small one away as what is left of all.
    pub fn told(&self) -> usize {
        let sizes: Vec<usize> = self.map.groups.iter().map(|group| group.size).collect();
        told(&sizes)
    }

    /// `tied`: the voters of whom it is known who they are.
    fn of(ballot: Ballot, statements: Vec<Statement>, mut cast: Vec<Cast>, tied: &[(i64, PersonId)]) -> Self {
        cast.sort_unstable_by_key(|cast| (cast.at, cast.batch_id, cast.voter_id, cast.statement_id));
        // One person, one voice, also where they vote under several names.
        let mut first: HashMap<PersonId, i64> = HashMap::new();
        let same: HashMap<i64, i64> =
            tied.iter().map(|(voter, person)| (*voter, *first.entry(*person).or_insert(*voter))).collect();
        cast.iter_mut().for_each(|one| one.voter_id = same.get(&one.voter_id).copied().unwrap_or(one.voter_id));
        let (mut votes, mut left_out) = (Votes::new(), 0);
        for one in cast {
            let vote = Vote::from_number(one.vote).unwrap_or(Vote::Pass);
            let taken = votes.add(one.voter_id.cast_unsigned(), one.statement_id.cast_unsigned(), vote);
            left_out += usize::from(taken.is_err());
        }
        let of = |is: fn(&Statement) -> bool| -> BTreeSet<u64> {
            statements.iter().filter(|one| is(one)).map(|one| one.id.cast_unsigned()).collect()
        };
        let rules =
            Rules { moderated_out: of(|one| one.is_hidden), meta: of(|one| one.is_about_people), ..Rules::default() };
        let mut map = map(&votes, &rules);
        let place = |one: &Participant| one.position.unwrap_or([f64::INFINITY; 2]);
        map.participants.sort_by(|a, b| {
            let ([x, y], [other_x, other_y]) = (place(a), place(b));
            x.total_cmp(&other_x).then(y.total_cmp(&other_y)).then(a.votes.cmp(&b.votes))
        });
        let places = statements.iter().enumerate().map(|(at, one)| (one.id.cast_unsigned(), at)).collect();
        Self { ballot, statements, places, rules, map, people: votes.people(), left_out }
    }

    fn as_of(&self, ballot: Ballot) -> Self {
        Self {
            ballot,
            statements: self.statements.clone(),
            places: self.places.clone(),
            rules: self.rules.clone(),
            map: self.map.clone(),
            people: self.people,
            left_out: self.left_out,
        }
    }
}

fn words(statement: &Statement) -> String {
    if statement.text.is_empty() { format!("Statement {}", statement.statement_key) } else { statement.text.clone() }
}

/// `sizes` from the largest on.
fn told(sizes: &[usize]) -> usize {
    let (mut told, mut kept) = (sizes.len(), 0);
    for size in sizes.iter().rev() {
        if *size >= FEW && (kept == 0 || kept >= FEW) {
            break;
        }
        (told, kept) = (told - 1, kept + size);
    }
    told
}

impl Held {
    /// The map of a ballot, where it was drawn since something changed.
    async fn of(&self, ballot: &Ballot) -> Option<Arc<Drawn>> {
        let mut held = self.maps.lock().await;
        let at = held.iter().position(|one| one.ballot.id == ballot.id && one.ballot.stamp == ballot.stamp)?;
        // What is asked for stays; its question may be worded anew.
        let found = held.remove(at);
        let found = if found.ballot == *ballot { found } else { Arc::new(found.as_of(ballot.clone())) };
        held.push(found.clone());
        Some(found)
    }

    async fn keep(&self, drawn: Arc<Drawn>) {
        let mut held = self.maps.lock().await;
        held.retain(|one| one.ballot.id != drawn.ballot.id);
        held.push(drawn);
        if held.len() > HELD {
            held.remove(0);
        }
    }
}

/// The map as it is by now.
pub async fn draw(engine: &Engine, id: i64) -> Result<Arc<Drawn>> {
    let ballot = get(engine, id).await?;
    if let Some(found) = engine.opinions.of(&ballot).await {
        return Ok(found);
    }
    let alone = engine.opinions.drawing.clone().lock_owned().await;
    // Whoever was waited for may have drawn it.
    let ballot = get(engine, id).await?;
    if let Some(found) = engine.opinions.of(&ballot).await {
        return Ok(found);
    }
    // What changes from here on makes another stamp: then this is drawn anew.
    let mut db = engine.db.reader();
    let statements = statements::all(&mut db, id).await?;
    let cast = opinions::votes(&mut db, id).await?;
    let tied = opinions::tied(&mut db, id).await?;
    // Nobody else begins before this is done, also where nobody waits for it any more.
    let drawing = tokio::task::spawn_blocking(move || (Drawn::of(ballot, statements, cast, &tied), alone));
    let (drawn, _alone) = drawing.await.map_err(std::io::Error::other)?;
    let drawn = Arc::new(drawn);
    engine.opinions.keep(drawn.clone()).await;
    Ok(drawn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_group_is_not_told_statement_by_statement_and_neither_is_what_gives_it_away() {
        let cases: [(&[usize], usize); 8] = [
            (&[], 0),
            (&[10, 8], 2),
            (&[10, 8, 5], 3),
            (&[30, 4], 0),
            (&[30, 9, 4], 1),
            (&[30, 4, 4], 1),
            (&[30, 20, 9, 1], 2),
            (&[4, 4], 0),
        ];
        for (sizes, expected) in cases {
            assert_eq!(told(sizes), expected, "{sizes:?}");
        }
    }

    fn ballot() -> Ballot {
        Ballot { id: 1, question: "How?".to_owned(), created_by: tertulia_model::UserId(1), created_at: 0, stamp: 0 }
    }

    #[test]
    fn one_person_has_one_voice_by_whatever_names_they_vote() {
        let cast = |voter_id, vote, at| Cast { voter_id, statement_id: 1, batch_id: 1, vote, at };
        let votes = vec![cast(7, -1, 20), cast(5, 1, 10), cast(6, 1, 10)];
        let one = Drawn::of(ballot(), Vec::new(), votes.clone(), &[(5, PersonId(40)), (7, PersonId(40))]);
        let tally = one.map.statements[0].tally;
        assert_eq!((one.people, tally.agree, tally.disagree), (2, 1, 1), "their later vote counts");
        assert_eq!(Drawn::of(ballot(), Vec::new(), votes, &[]).people, 3);
    }

    #[test]
    fn who_stands_where_does_not_follow_who_came_when() {
        let vote = |voter_id: i64, statement_id: i64| {
            let side = if (voter_id + statement_id) % 2 == 0 { 1 } else { -1 };
            Cast { voter_id, statement_id, batch_id: 1, vote: side, at: 0 }
        };
        let cast = (1..=20).flat_map(|voter| (1..=8).map(move |statement| vote(voter, statement))).collect();
        let drawn = Drawn::of(ballot(), Vec::new(), cast, &[]);
        assert_eq!((drawn.people, drawn.map.placed), (20, 20));
        let across: Vec<f64> = drawn.map.participants.iter().filter_map(|one| one.position).map(|[x, _]| x).collect();
        assert!(across.is_sorted() && across[0] < across[19], "{across:?}");
        let ids: Vec<u64> = drawn.map.participants.iter().map(|one| one.id).collect();
        assert!(!ids.is_sorted(), "{ids:?}");
    }
}
