//! The map of a ballot, drawn when somebody asks and held until something changes.

use super::{get, statements};
use crate::{Engine, Result};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use tertulia_store::opinions::{self, Ballot, Statement};
use tertulia_voices::opinions::{OpinionMap, Rules, Vote, Votes, map};
use tokio::sync::Mutex;

/// Maps that are held at a time.
const HELD: usize = 8;

/// Held by the engine: the maps that were asked for last.
#[derive(Default)]
pub struct Held(Mutex<Vec<Arc<Drawn>>>);

/// A ballot with its map.
pub struct Drawn {
    pub ballot: Ballot,
    /// In the order of the ballot, also those that nobody voted on.
    pub statements: Vec<Statement>,
    pub rules: Rules,
    pub map: OpinionMap,
    /// Who voted.
    pub people: usize,
    /// Votes for which there was no room.
    pub left_out: usize,
}

impl Drawn {
    /// A statement by its id on the map.
    pub fn statement(&self, id: u64) -> Option<&Statement> {
        self.statements.iter().find(|one| one.id.cast_unsigned() == id)
    }

    /// What people read of each statement, by its id on the map: its words, or its number where nobody gave them.
    pub fn words(&self) -> BTreeMap<u64, String> {
        self.statements.iter().map(|one| (one.id.cast_unsigned(), words(one))).collect()
    }
}

fn words(statement: &Statement) -> String {
    if statement.text.is_empty() { format!("Statement {}", statement.statement_key) } else { statement.text.clone() }
}

/// The map as it is by now.
pub async fn draw(engine: &Engine, id: i64) -> Result<Arc<Drawn>> {
    let ballot = get(engine, id).await?;
    {
        let mut held = engine.opinions.0.lock().await;
        if let Some(at) = held.iter().position(|one| one.ballot.id == id && one.ballot.stamp == ballot.stamp) {
            // What is asked for stays; its question may be worded anew.
            let found = held.remove(at);
            let found = if found.ballot == ballot { found } else { Arc::new(found.as_of(ballot)) };
            held.push(found.clone());
            return Ok(found);
        }
    }
    // What changes from here on makes another stamp: then this is drawn anew.
    let mut db = engine.db.reader();
    let statements = statements::all(&mut db, id).await?;
    let mut cast = opinions::votes(&mut db, id).await?;
    let drawing = tokio::task::spawn_blocking(move || {
        cast.sort_unstable_by_key(|cast| (cast.at, cast.batch_id, cast.voter_id, cast.statement_id));
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
        let map = map(&votes, &rules);
        Drawn { ballot, statements, rules, map, people: votes.people(), left_out }
    });
    let drawn = Arc::new(drawing.await.map_err(std::io::Error::other)?);
    let mut held = engine.opinions.0.lock().await;
    held.retain(|one| one.ballot.id != id);
    held.push(drawn.clone());
    if held.len() > HELD {
        held.remove(0);
    }
    Ok(drawn)
}

impl Drawn {
    fn as_of(&self, ballot: Ballot) -> Self {
        Self {
            ballot,
            statements: self.statements.clone(),
            rules: self.rules.clone(),
            map: self.map.clone(),
            people: self.people,
            left_out: self.left_out,
        }
    }
}
