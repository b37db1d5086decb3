//! Takes in what a file or a program brings, in pieces: nothing of it counts before all of it is there. And takes it back.

use super::{
    TOPIC, finish, missing,
    reading::{Brought, Named, Said, key_of},
    statements,
};
use crate::{
    Engine, EngineError, Result,
    erase::{ERASED, Keys},
    ingest::Tries,
};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};
use tertulia_analysis::tokens::fold;
use tertulia_connector::addresses::is_mail_address;
use tertulia_model::{Millis, PersonId, UserId};
use tertulia_store::{
    Tx, changes, erased,
    opinions::{self, Batch, Cast, Statement, Voter},
};
use tertulia_voices::opinions::Votes;

/// Votes in a transaction: people may be waiting.
const PIECE: usize = 1_000;
/// People named in one transaction.
const PEOPLE: usize = 400;

/// How far clocks may be apart, in milliseconds.
const AHEAD: i64 = 24 * 60 * 60 * 1_000;

/// What is brought to a ballot.
pub struct Given<'a> {
    pub ballot: i64,
    pub by: UserId,
    /// The file's name, or what a program calls it.
    pub name: &'a str,
    pub brought: &'a Brought,
    /// Who somebody is among those who were heard, by the name under which they vote.
    pub persons: &'a HashMap<String, PersonId>,
}

/// What became of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    pub batch: i64,
    /// Statements that were not there before.
    pub statements: usize,
    /// Statements that got their words, or were taken out.
    pub worded: usize,
    pub votes: usize,
    /// The same stood already.
    pub known: usize,
    /// Rows that were not taken, the first hundred, and how many.
    pub wrong: Vec<(u64, String)>,
    pub wrong_count: usize,
}

impl Taken {
    fn refuse(&mut self, line: u64, why: &str) {
        self.wrong_count += 1;
        if self.wrong.len() < super::MOST_NAMED {
            self.wrong.push((line, why.to_owned()));
        }
    }
}

/// Takes it in. The same again changes nothing.
pub async fn give(engine: &Arc<Engine>, given: &Given<'_>) -> Result<Taken> {
    let mut taken = Taken {
        batch: engine.next_id(),
        wrong: given.brought.wrong.clone(),
        wrong_count: given.brought.wrong_count,
        ..Taken::default()
    };
    check_persons(engine, given).await?;
    let mut tries = Tries::default();
    let ids = loop {
        match begin(engine, given, &mut taken).await {
            Err(error) if tries.again(engine, &error) => {}
            done => break done?,
        }
    };
    let by_person = once(given.brought.votes.clone(), &ids);
    let mut rest = by_person.as_slice();
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(end_of_piece(rest));
        let mut tries = Tries::default();
        loop {
            let mut so_far = taken.clone();
            match put(engine, given, (piece, &ids), &mut so_far).await {
                Err(error) if tries.again(engine, &error) => {}
                Err(error) => return Err(error),
                Ok(()) => {
                    taken = so_far;
                    break;
                }
            }
        }
        rest = after;
    }
    taken.wrong.sort_unstable();
    end(engine, given, &taken).await?;
    Ok(taken)
}

/// Person by person. Where a file names one statement in two ways (its number and its words), one vote of each person counts:
/// the later, and without times that of the later row.
fn once(mut votes: Vec<Said>, ids: &[i64]) -> Vec<Said> {
    let pair = |said: &Said| (said.participant, ids[said.statement as usize]);
    votes.sort_unstable_by_key(|said| (pair(said), said.line));
    votes.dedup_by(|next, stands| {
        let is_same = pair(next) == pair(stands);
        let is_earlier = matches!((next.at, stands.at), (Some(next), Some(stands)) if next < stands);
        if is_same && !is_earlier {
            *stands = *next;
        }
        is_same
    });
    votes
}

/// So many votes go together: at most [`PIECE`], of at most [`PEOPLE`].
fn end_of_piece(votes: &[Said]) -> usize {
    let mut people = 0;
    let mut last = None;
    for (at, said) in votes.iter().enumerate().take(PIECE) {
        if last != Some(said.participant) {
            (people, last) = (people + 1, Some(said.participant));
        }
        if people > PEOPLE {
            return at;
        }
    }
    votes.len().min(PIECE)
}

async fn check_persons(engine: &Engine, given: &Given<'_>) -> Result<()> {
    let mut db = engine.db.reader();
    let mut all: Vec<PersonId> = given.persons.values().copied().collect();
    all.sort_unstable_by_key(|person| person.0);
    all.dedup();
    let there: HashSet<PersonId> = opinions::persons_there(&mut db, &all).await?.into_iter().collect();
    match all.iter().find(|person| !there.contains(*person)) {
        Some(gone) => Err(EngineError::invalid("person_id", format!("There is no person {} (any more).", gone.0))),
        None => Ok(()),
    }
}

/// Adds the statements, and says that a batch is being taken. Gives the id of each statement that was brought.
async fn begin(engine: &Engine, given: &Given<'_>, taken: &mut Taken) -> Result<Vec<i64>> {
    let mut tx = engine.db.begin_bulk().await?;
    let ballot = opinions::get_to_change(&mut tx, given.ballot).await?.ok_or_else(missing)?;
    let stand = statements::all(&mut tx, ballot.id).await?;
    let size = opinions::size(&mut tx, ballot.id).await?;
    let by_key: HashMap<&str, &Statement> = stand.iter().map(|one| (one.statement_key.as_str(), one)).collect();
    let with_words = stand.iter().filter(|one| !one.text.is_empty());
    let by_words: HashMap<String, i64> = with_words.map(|one| (fold(&one.text), one.id)).collect();
    let mut position = stand.last().map_or(0, |last| last.position);
    let (mut ids, mut added) = (Vec::new(), Vec::new());
    taken.worded = 0;
    for named in &given.brought.statements {
        let known = by_key.get(named.key.as_str()).copied();
        if let Some(better) = known.and_then(|known| better(known, named)) {
            opinions::change_statement(&mut tx, &better).await?;
            taken.worded += 1;
        }
        let same = || by_words.get(&fold(words_of(named))).copied();
        if let Some(id) = known.map(|known| known.id).or_else(same) {
            ids.push(id);
            continue;
        }
        position += 1;
        let id = engine.next_id();
        ids.push(id);
        added.push(Statement {
            id,
            ballot_id: ballot.id,
            statement_key: named.key.clone(),
            text: named.text.clone(),
            language: "und".to_owned(),
            position,
            is_hidden: named.is_taken_out,
            is_about_people: false,
            batch_id: Some(taken.batch),
        });
    }
    if stand.len() + added.len() > Votes::MOST_STATEMENTS {
        let words = format!("There would be more than {} statements. Nothing was taken.", Votes::MOST_STATEMENTS);
        return Err(EngineError::invalid("file", words));
    }
    let people = usize::try_from(size.voters).unwrap_or(usize::MAX).max(given.brought.participants.len());
    if people > Votes::MOST_PEOPLE {
        let words = format!("There would be more than {} people. Nothing was taken.", Votes::MOST_PEOPLE);
        return Err(EngineError::invalid("file", words));
    }
    taken.statements = added.len();
    opinions::add_batch(&mut tx, &batch(given, taken, "taking", engine.now())).await?;
    opinions::add_statements(&mut tx, &added).await?;
    opinions::touch(&mut tx, ballot.id).await?;
    finish(engine, tx, ballot.id).await?;
    Ok(ids)
}

/// A statement with what a file knows of it: its words, where it was a number until now, and that it was taken out.
fn better(known: &Statement, named: &Named) -> Option<Statement> {
    let has_words = known.text.is_empty() && !named.text.is_empty();
    let is_hidden = known.is_hidden || named.is_taken_out;
    let text = if has_words { named.text.clone() } else { known.text.clone() };
    (has_words || is_hidden != known.is_hidden).then(|| Statement { text, is_hidden, ..known.clone() })
}

/// The words by which a file means a statement: all of them, where their key is only short for them.
fn words_of(named: &Named) -> &str {
    if !named.text.is_empty() && named.key == key_of(&named.text) { &named.text } else { &named.key }
}

fn batch(given: &Given<'_>, taken: &Taken, state: &str, at: Millis) -> Batch {
    let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    Batch {
        id: taken.batch,
        ballot_id: given.ballot,
        name: given.name.chars().take(200).collect(),
        state: state.to_owned(),
        statements: number(taken.statements),
        votes: number(taken.votes),
        known: number(taken.known),
        wrong: number(taken.wrong_count),
        by_user: given.by,
        at,
    }
}

fn taken_back() -> EngineError {
    EngineError::Refused("What was being brought was taken back meanwhile, or its ballot removed.".to_owned())
}

/// It is being taken, and nobody takes it back or erases anybody on this ballot before the transaction ends.
async fn still_taking(tx: &mut Tx, given: &Given<'_>, batch: i64) -> Result<()> {
    opinions::get_to_change(tx, given.ballot).await?.ok_or_else(taken_back)?;
    let stands = opinions::batch_to_change(tx, given.ballot, batch).await?;
    stands.filter(|batch| batch.state == "taking").map(|_| ()).ok_or_else(taken_back)
}

/// Takes the votes of some people in.
async fn put(engine: &Engine, given: &Given<'_>, (piece, ids): (&[Said], &[i64]), taken: &mut Taken) -> Result<()> {
    let mut tx = engine.db.begin_bulk().await?;
    still_taking(&mut tx, given, taken.batch).await?;
    let mut names: Vec<&str> =
        piece.iter().map(|said| given.brought.participants[said.participant as usize].as_str()).collect();
    names.dedup();
    let gone = erased(engine, &mut tx, given, &names).await?;
    names.retain(|name| !gone.contains(*name));
    let (voters, standing) = voters(engine, &mut tx, given, (&names, taken.batch)).await?;
    let now = engine.now();
    let mut cast = Vec::new();
    for said in piece {
        let name = given.brought.participants[said.participant as usize].as_str();
        let Some(voter) = voters.get(name) else {
            taken.refuse(said.line, ERASED);
            continue;
        };
        // It would count before all that is said until then.
        if said.at.is_some_and(|at| at > now + AHEAD) {
            taken.refuse(said.line, "Its time has not come yet.");
            continue;
        }
        let statement_id = ids[said.statement as usize];
        let vote = i64::from(said.vote.number());
        let stands = standing.get(&(*voter, statement_id));
        if stands.is_some_and(|stands| stands.vote == vote && said.at.is_none_or(|at| at <= stands.at)) {
            taken.known += 1;
            continue;
        }
        taken.votes += 1;
        cast.push(Cast { voter_id: *voter, statement_id, batch_id: taken.batch, vote, at: said.at.unwrap_or(now) });
    }
    opinions::cast(&mut tx, given.ballot, &cast).await?;
    tx.commit().await?;
    Ok(())
}

/// Whoever was erased stays so, also where an older file names them as it did then, or by their address.
async fn erased(engine: &Engine, tx: &mut Tx, given: &Given<'_>, names: &[&str]) -> Result<HashSet<String>> {
    let tied: Vec<PersonId> = names.iter().filter_map(|name| given.persons.get(*name)).copied().collect();
    let there: HashSet<PersonId> = opinions::persons_there(tx, &tied).await?.into_iter().collect();
    let is_gone = |name: &&&str| given.persons.get(**name).is_some_and(|person| !there.contains(person));
    let mut gone: HashSet<String> = names.iter().filter(is_gone).map(|name| (*name).to_owned()).collect();
    if !erased::any(tx).await? {
        return Ok(gone);
    }
    let keys = Keys::of(engine);
    let addresses = names.iter().filter(|name| is_mail_address(name));
    let mut hashes: HashMap<Vec<u8>, &str> = addresses.map(|name| (keys.identity("mail", name), *name)).collect();
    hashes.extend(names.iter().map(|name| (keys.voter(given.ballot, name), *name)));
    let known = erased::among(tx, hashes.keys().cloned().collect()).await?;
    gone.extend(known.iter().filter_map(|one| hashes.get(&one.key_hash).map(|name| (*name).to_owned())));
    Ok(gone)
}

type Voters = HashMap<String, i64>;
/// The vote that counts by now, of a person and statement.
type Standing = HashMap<(i64, i64), Cast>;

/// The ids of these people, those who are new among them, and what stands of them.
async fn voters(
    engine: &Engine,
    tx: &mut Tx,
    given: &Given<'_>,
    (names, batch): (&[&str], i64),
) -> Result<(Voters, Standing)> {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let known = opinions::voters(tx, given.ballot, &names).await?;
    let mut ids: Voters = HashMap::new();
    for voter in &known {
        ids.insert(voter.voter_key.clone(), voter.id);
        if let Some(person) = given.persons.get(&voter.voter_key).filter(|person| voter.person_id != Some(**person)) {
            opinions::tie(tx, voter.id, *person).await?;
        }
    }
    let old: Vec<i64> = known.iter().map(|voter| voter.id).collect();
    let new: Vec<Voter> = names
        .iter()
        .filter(|name| !ids.contains_key(*name))
        .map(|name| Voter {
            id: engine.next_id(),
            ballot_id: given.ballot,
            voter_key: name.clone(),
            person_id: given.persons.get(name).copied(),
            batch_id: Some(batch),
        })
        .collect();
    opinions::add_voters(tx, &new).await?;
    ids.extend(new.into_iter().map(|voter| (voter.voter_key, voter.id)));
    let mut standing = Standing::new();
    let mut votes = opinions::votes_of(tx, given.ballot, &old).await?;
    votes.sort_unstable_by_key(|cast| (cast.at, cast.batch_id));
    votes.into_iter().for_each(|cast| _ = standing.insert((cast.voter_id, cast.statement_id), cast));
    Ok((ids, standing))
}

/// From now on it counts.
async fn end(engine: &Engine, given: &Given<'_>, taken: &Taken) -> Result<()> {
    let mut tries = Tries::default();
    loop {
        match try_end(engine, given, taken).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn try_end(engine: &Engine, given: &Given<'_>, taken: &Taken) -> Result<()> {
    let mut tx = engine.db.begin_bulk().await?;
    // Where it is being taken back, half of it would count.
    still_taking(&mut tx, given, taken.batch).await?;
    opinions::change_batch(&mut tx, &batch(given, taken, "done", engine.now())).await?;
    opinions::touch(&mut tx, given.ballot).await?;
    finish(engine, tx, given.ballot).await
}

/// Takes back what was brought: of each vote that it replaced, the one before counts again. The people and statements that
/// came by it go where nothing else rests on them.
pub async fn take_back(engine: &Engine, ballot: i64, batch: i64) -> Result<()> {
    let mut is_first = true;
    loop {
        let mut tries = Tries::default();
        let goes_on = loop {
            match try_take_back(engine, (ballot, batch), is_first).await {
                Err(error) if tries.again(engine, &error) => {}
                done => break done?,
            }
        };
        if !goes_on {
            return Ok(());
        }
        is_first = false;
    }
}

/// One step of it; false where nothing is left to do.
async fn try_take_back(engine: &Engine, (ballot, id): (i64, i64), is_first: bool) -> Result<bool> {
    let mut tx = engine.db.begin_bulk().await?;
    opinions::get_to_change(&mut tx, ballot).await?.ok_or_else(missing)?;
    let Some(mut batch) = opinions::batch_to_change(&mut tx, ballot, id).await? else {
        return if is_first { Err(EngineError::missing("What was brought")) } else { Ok(false) };
    };
    // Nothing of it counts from the first step on.
    if batch.state != "going" {
        "going".clone_into(&mut batch.state);
        opinions::change_batch(&mut tx, &batch).await?;
        opinions::touch(&mut tx, ballot).await?;
    }
    let goes_on = opinions::uncast(&mut tx, id, PIECE as i64).await? > 0;
    if !goes_on {
        opinions::remove_batch(&mut tx, id).await?;
        opinions::touch(&mut tx, ballot).await?;
    }
    let noted = changes::note(&mut tx, &[(TOPIC, ballot)], engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(goes_on)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tertulia_voices::opinions::Vote;

    #[test]
    fn a_statement_named_in_two_ways_is_voted_on_once() {
        let said = |line, participant, statement, vote, at| Said { line, participant, statement, vote, at };
        let votes = vec![
            said(2, 1, 0, Vote::Agree, None),
            said(3, 0, 0, Vote::Agree, Some(20)),
            said(4, 1, 1, Vote::Disagree, None),
            said(5, 0, 1, Vote::Disagree, Some(10)),
            said(6, 0, 2, Vote::Pass, None),
        ];
        let expected = [votes[1], votes[4], votes[2]];
        assert_eq!(once(votes, &[70, 70, 71]), expected);
    }

    #[test]
    fn a_file_gives_words_to_a_number_takes_out_and_never_rewords() {
        let known = |text: &str, is_hidden| Statement {
            id: 1,
            ballot_id: 1,
            statement_key: "3".to_owned(),
            text: text.to_owned(),
            language: "und".to_owned(),
            position: 1,
            is_hidden,
            is_about_people: false,
            batch_id: None,
        };
        let named = |text: &str, is_taken_out| Named { key: "3".to_owned(), text: text.to_owned(), is_taken_out };
        assert_eq!(better(&known("", false), &named("Ban dogs", true)), Some(known("Ban dogs", true)));
        assert_eq!(better(&known("Ban dogs", false), &named("Other", true)), Some(known("Ban dogs", true)));
        assert_eq!(better(&known("Ban dogs", true), &named("Other", false)), None, "the same again changes nothing");
        assert_eq!(better(&known("", false), &named("", false)), None);
    }

    #[test]
    fn words_too_long_for_a_name_mean_their_statement_all_the_same() {
        let text = "word ".repeat(60).trim().to_owned();
        let named = Named { key: key_of(&text), text: text.clone(), is_taken_out: false };
        assert_ne!(named.key, text);
        assert_eq!(words_of(&named), text);
        assert_eq!(words_of(&Named { key: "3".to_owned(), ..named }), "3", "a number is one");
    }

    #[test]
    fn a_piece_ends_where_it_has_enough_votes_or_enough_people() {
        let said = |participant| Said { line: 2, participant, statement: 0, vote: Vote::Agree, at: None };
        let one_each: Vec<Said> = (0..1_000).map(said).collect();
        assert_eq!(end_of_piece(&one_each), PEOPLE);
        let few: Vec<Said> = (0..3_000).map(|n| said(n / 100)).collect();
        assert_eq!(end_of_piece(&few), PIECE);
        assert_eq!(end_of_piece(&few[..7]), 7);
    }
}
