//! Ballots: a question with statements, who votes on them, and each vote with the batch that brought it.

use crate::{
    Result, Sql, Tx, Value, binds,
    db::{rows_in, rows_in_with},
    erasing::Counts,
};
use tertulia_model::{Millis, PersonId, UserId};

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Ballot {
    pub id: i64,
    pub question: String,
    pub created_by: UserId,
    pub created_at: Millis,
    /// Rises with whatever its map depends on.
    pub stamp: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Statement {
    pub id: i64,
    pub ballot_id: i64,
    /// A number or a name, by which files mean it.
    pub statement_key: String,
    pub text: String,
    /// ISO 639, `und` where it is not known.
    pub language: String,
    pub position: i64,
    pub is_hidden: bool,
    pub is_about_people: bool,
    /// What brought it; none where somebody wrote it.
    pub batch_id: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Voter {
    pub id: i64,
    pub ballot_id: i64,
    pub voter_key: String,
    pub person_id: Option<PersonId>,
    pub batch_id: Option<i64>,
}

/// A file, or what a program sent at once.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Batch {
    pub id: i64,
    pub ballot_id: i64,
    pub name: String,
    /// `taking` or `done`.
    pub state: String,
    pub statements: i64,
    pub votes: i64,
    pub known: i64,
    pub wrong: i64,
    pub by_user: UserId,
    pub at: Millis,
}

/// What one said to one statement, by one batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, sqlx::FromRow)]
pub struct Cast {
    pub voter_id: i64,
    pub statement_id: i64,
    pub batch_id: i64,
    /// -1, 0 or 1.
    pub vote: i64,
    pub at: Millis,
}

/// How much there is of a ballot.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Size {
    pub statements: i64,
    pub voters: i64,
}

const BALLOT: &str = "id, question, created_by, created_at, stamp";
const STATEMENT: &str = "id, ballot_id, statement_key, text, language, position, is_hidden, is_about_people, batch_id";
const VOTER: &str = "id, ballot_id, voter_key, person_id, batch_id";
const BATCH: &str = "id, ballot_id, name, state, statements, votes, known, wrong, by_user, at";
/// A person, and those who turned out to be part of them.
const WHO: &str = "(SELECT id FROM persons WHERE id = $1 OR merged_into = $1)";
const CAST: &str = "v.voter_id, v.statement_id, v.batch_id, CAST(v.vote AS BIGINT) AS vote, v.at";

pub async fn add(tx: &mut Tx, ballot: &Ballot) -> Result<()> {
    let b = ballot;
    let sql = format!("INSERT INTO ballots ({BALLOT}) VALUES ($1, $2, $3, $4, $5)");
    tx.run(sql, binds![b.id, &b.question, b.created_by, b.created_at, b.stamp]).await?;
    Ok(())
}

/// Writes the question. The map does not depend on it.
pub async fn rename(tx: &mut Tx, id: i64, question: &str) -> Result<bool> {
    Ok(tx.run("UPDATE ballots SET question = $2 WHERE id = $1", binds![id, question]).await? > 0)
}

/// Its map is to be drawn anew.
pub async fn touch(tx: &mut Tx, id: i64) -> Result<()> {
    tx.run("UPDATE ballots SET stamp = stamp + 1 WHERE id = $1", binds![id]).await?;
    Ok(())
}

/// Takes a ballot with all that is of it.
pub async fn remove(tx: &mut Tx, id: i64) -> Result<()> {
    for table in ["ballot_votes", "ballot_voters", "ballot_statements", "ballot_batches"] {
        tx.run(format!("DELETE FROM {table} WHERE ballot_id = $1"), binds![id]).await?;
    }
    tx.run("DELETE FROM ballots WHERE id = $1", binds![id]).await?;
    Ok(())
}

/// The newest first. They are few.
pub async fn all(on: &mut impl Sql, below: Option<i64>, limit: i64) -> Result<Vec<Ballot>> {
    let sql = format!("SELECT {BALLOT} FROM ballots WHERE id < $1 ORDER BY id DESC LIMIT $2");
    on.rows(sql, binds![below.unwrap_or(i64::MAX), limit]).await
}

pub async fn count(on: &mut impl Sql) -> Result<i64> {
    on.number("SELECT COUNT(*) FROM ballots", binds![]).await
}

pub async fn get(on: &mut impl Sql, id: i64) -> Result<Option<Ballot>> {
    on.row(format!("SELECT {BALLOT} FROM ballots WHERE id = $1"), binds![id]).await
}

/// As it stays until the transaction ends.
pub async fn get_to_change(tx: &mut Tx, id: i64) -> Result<Option<Ballot>> {
    let lock = tx.dialect().for_update();
    tx.row(format!("SELECT {BALLOT} FROM ballots WHERE id = $1 {lock}"), binds![id]).await
}

pub async fn size(on: &mut impl Sql, id: i64) -> Result<Size> {
    let count = |table: &str| format!("SELECT COUNT(*) FROM {table} WHERE ballot_id = $1");
    Ok(Size {
        statements: on.number(count("ballot_statements"), binds![id]).await?,
        voters: on.number(count("ballot_voters"), binds![id]).await?,
    })
}

/// Adds statements; one of a key that is there already stays as it is.
pub async fn add_statements(tx: &mut Tx, statements: &[Statement]) -> Result<()> {
    let row = |s: &Statement| {
        binds![
            s.id,
            s.ballot_id,
            &s.statement_key,
            &s.text,
            &s.language,
            s.position,
            s.is_hidden,
            s.is_about_people,
            s.batch_id
        ]
    };
    let tail = "ON CONFLICT (ballot_id, statement_key) DO NOTHING";
    let values = statements.iter().flat_map(row).collect();
    tx.insert_many(&format!("INSERT INTO ballot_statements ({STATEMENT})"), 9, tail, values).await?;
    Ok(())
}

/// Writes its words, its language, and whether it counts.
pub async fn change_statement(tx: &mut Tx, statement: &Statement) -> Result<()> {
    let s = statement;
    let sql = "UPDATE ballot_statements SET text = $3, language = $4, is_hidden = $5, is_about_people = $6 \
               WHERE ballot_id = $1 AND id = $2";
    tx.run(sql, binds![s.ballot_id, s.id, &s.text, &s.language, s.is_hidden, s.is_about_people]).await?;
    Ok(())
}

/// The statements of a ballot in their order, after a place and id.
pub async fn statements(
    on: &mut impl Sql,
    ballot: i64,
    after: Option<(i64, i64)>,
    limit: i64,
) -> Result<Vec<Statement>> {
    let (position, id) = after.unwrap_or((i64::MIN, i64::MIN));
    let sql = format!(
        "SELECT {STATEMENT} FROM ballot_statements WHERE ballot_id = $1 AND position >= $2 AND (position, id) > ($2, $3) \
         ORDER BY position, id LIMIT $4"
    );
    on.rows(sql, binds![ballot, position, id, limit]).await
}

pub async fn statement(on: &mut impl Sql, ballot: i64, id: i64) -> Result<Option<Statement>> {
    let sql = format!("SELECT {STATEMENT} FROM ballot_statements WHERE id = $2 AND ballot_id = $1");
    on.row(sql, binds![ballot, id]).await
}

/// Adds voters; one of a key that is there already stays as they are.
pub async fn add_voters(tx: &mut Tx, voters: &[Voter]) -> Result<()> {
    let row = |v: &Voter| binds![v.id, v.ballot_id, &v.voter_key, v.person_id, v.batch_id];
    let tail = "ON CONFLICT (ballot_id, voter_key) DO NOTHING";
    let values = voters.iter().flat_map(row).collect();
    tx.insert_many(&format!("INSERT INTO ballot_voters ({VOTER})"), 5, tail, values).await?;
    Ok(())
}

/// Says who somebody is among those who were heard.
pub async fn tie(tx: &mut Tx, voter: i64, person: PersonId) -> Result<()> {
    tx.run("UPDATE ballot_voters SET person_id = $2 WHERE id = $1", binds![voter, person]).await?;
    Ok(())
}

/// Those who vote and are tied to somebody, and to whom by now: a person may vote under several names.
pub async fn tied(on: &mut impl Sql, ballot: i64) -> Result<Vec<(i64, PersonId)>> {
    let sql = "SELECT w.id, COALESCE(p.merged_into, p.id) FROM ballot_voters w JOIN persons p ON p.id = w.person_id \
               WHERE w.ballot_id = $1";
    let mut found: Vec<(i64, PersonId)> = on.rows(sql, binds![ballot]).await?;
    found.sort_unstable_by_key(|(voter, _)| *voter);
    Ok(found)
}

/// The maps of whatever a person votes on are to be drawn anew, since who is one with them changes.
pub async fn touch_of(tx: &mut Tx, person: PersonId) -> Result<()> {
    let sql = format!(
        "UPDATE ballots SET stamp = stamp + 1 WHERE id IN (SELECT ballot_id FROM ballot_voters WHERE person_id IN {WHO})"
    );
    tx.run(sql, binds![person]).await?;
    Ok(())
}

/// Those of these keys who are known.
pub async fn voters(on: &mut impl Sql, ballot: i64, keys: &[String]) -> Result<Vec<Voter>> {
    let keys: Vec<Value> = keys.iter().map(Value::from).collect();
    let sql = format!("SELECT {VOTER} FROM ballot_voters WHERE ballot_id = $1 AND voter_key IN ({{list}})");
    let mut found: Vec<Voter> = rows_in_with(on, &sql, &[ballot.into()], &keys).await?;
    found.sort_unstable_by_key(|voter| voter.id);
    found.dedup_by_key(|voter| voter.id);
    Ok(found)
}

/// Those of these ids.
pub async fn voters_by_id(on: &mut impl Sql, ids: &[i64]) -> Result<Vec<Voter>> {
    let ids: Vec<Value> = ids.iter().map(|id| Value::from(*id)).collect();
    let mut found: Vec<Voter> =
        rows_in(on, &format!("SELECT {VOTER} FROM ballot_voters WHERE id IN ({{list}})"), &ids).await?;
    found.sort_unstable_by_key(|voter| voter.id);
    found.dedup_by_key(|voter| voter.id);
    Ok(found)
}

pub async fn add_batch(tx: &mut Tx, batch: &Batch) -> Result<()> {
    let b = batch;
    let sql = format!("INSERT INTO ballot_batches ({BATCH}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");
    let values = binds![b.id, b.ballot_id, &b.name, &b.state, b.statements, b.votes, b.known, b.wrong, b.by_user, b.at];
    tx.run(sql, values).await?;
    Ok(())
}

/// Writes what became of it. False where it was taken back meanwhile.
pub async fn change_batch(tx: &mut Tx, batch: &Batch) -> Result<bool> {
    let b = batch;
    let sql = "UPDATE ballot_batches SET state = $2, statements = $3, votes = $4, known = $5, wrong = $6 WHERE id = $1";
    Ok(tx.run(sql, binds![b.id, &b.state, b.statements, b.votes, b.known, b.wrong]).await? > 0)
}

/// What was brought, the newest first.
pub async fn batches(on: &mut impl Sql, ballot: i64, below: Option<i64>, limit: i64) -> Result<Vec<Batch>> {
    let sql = format!("SELECT {BATCH} FROM ballot_batches WHERE ballot_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3");
    on.rows(sql, binds![ballot, below.unwrap_or(i64::MAX), limit]).await
}

pub async fn batch_to_change(tx: &mut Tx, ballot: i64, id: i64) -> Result<Option<Batch>> {
    let lock = tx.dialect().for_update();
    tx.row(format!("SELECT {BATCH} FROM ballot_batches WHERE id = $2 AND ballot_id = $1 {lock}"), binds![ballot, id])
        .await
}

/// Takes votes in; one of the same person, statement and batch takes the place of what stood.
pub async fn cast(tx: &mut Tx, ballot: i64, votes: &[Cast]) -> Result<()> {
    let row = |v: &Cast| binds![ballot, v.voter_id, v.statement_id, v.batch_id, v.vote, v.at];
    let head = "INSERT INTO ballot_votes (ballot_id, voter_id, statement_id, batch_id, vote, at)";
    let tail = "ON CONFLICT (ballot_id, voter_id, statement_id, batch_id) DO UPDATE SET vote = excluded.vote, at = excluded.at";
    tx.insert_many(head, 6, tail, votes.iter().flat_map(row).collect()).await?;
    Ok(())
}

/// All votes of a ballot that count or would, had no later one come: of batches that are done. Reads through all of them: the
/// map needs each.
pub async fn votes(on: &mut impl Sql, ballot: i64) -> Result<Vec<Cast>> {
    let sql = format!(
        "SELECT {CAST} FROM ballot_votes v JOIN ballot_batches b ON b.id = v.batch_id \
         WHERE v.ballot_id = $1 AND b.state = 'done'"
    );
    on.rows(sql, binds![ballot]).await
}

/// One vote on a statement, by whoever that is by now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct Voted {
    pub voter_id: i64,
    /// None where nobody knows who it is.
    pub person_id: Option<PersonId>,
    /// -1, 0 or 1.
    pub vote: i64,
    pub at: Millis,
}

/// What was voted on a statement, of batches that are done, in the order in which one replaces another of the same person.
pub async fn votes_on(on: &mut impl Sql, ballot: i64, statement: i64) -> Result<Vec<Voted>> {
    let sql = "SELECT v.voter_id, COALESCE(p.merged_into, p.id) AS person_id, CAST(v.vote AS BIGINT) AS vote, v.at \
               FROM ballot_votes v JOIN ballot_batches b ON b.id = v.batch_id JOIN ballot_voters w ON w.id = v.voter_id \
               LEFT JOIN persons p ON p.id = w.person_id WHERE v.statement_id = $2 AND v.ballot_id = $1 AND b.state = 'done' \
               ORDER BY v.at, v.batch_id, v.voter_id";
    on.rows(sql, binds![ballot, statement]).await
}

/// The votes of these people in a ballot, of batches that are done.
pub async fn votes_of(on: &mut impl Sql, ballot: i64, voters: &[i64]) -> Result<Vec<Cast>> {
    let ids: Vec<Value> = voters.iter().map(|id| Value::from(*id)).collect();
    let sql = format!(
        "SELECT {CAST} FROM ballot_votes v JOIN ballot_batches b ON b.id = v.batch_id \
         WHERE v.ballot_id = $1 AND b.state = 'done' AND v.voter_id IN ({{list}})"
    );
    let mut found: Vec<Cast> = rows_in_with(on, &sql, &[ballot.into()], &ids).await?;
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// The votes as they were brought, by person, statement and batch, after one of them; also those that a later one replaced.
pub async fn list_votes(
    on: &mut impl Sql,
    ballot: i64,
    after: Option<(i64, i64, i64)>,
    limit: i64,
) -> Result<Vec<Cast>> {
    let (voter, statement, batch) = after.unwrap_or((i64::MIN, i64::MIN, i64::MIN));
    let sql = format!(
        "SELECT {CAST} FROM ballot_votes v WHERE v.ballot_id = $1 AND v.voter_id >= $2 \
         AND (v.voter_id, v.statement_id, v.batch_id) > ($2, $3, $4) \
         ORDER BY v.voter_id, v.statement_id, v.batch_id LIMIT $5"
    );
    on.rows(sql, binds![ballot, voter, statement, batch, limit]).await
}

/// Takes some of the votes of a batch back: how many.
pub async fn uncast(tx: &mut Tx, batch: i64, limit: i64) -> Result<u64> {
    let sql = "DELETE FROM ballot_votes WHERE batch_id = $1 AND (voter_id, statement_id) IN \
               (SELECT voter_id, statement_id FROM ballot_votes WHERE batch_id = $1 ORDER BY voter_id, statement_id LIMIT $2)";
    tx.run(sql, binds![batch, limit]).await
}

/// Takes a batch itself, with the people and statements that came by it and on which no other vote rests. Those on which one
/// does go with the batch that brought it; where another is being taken, which may name them, they go with that.
pub async fn remove_batch(tx: &mut Tx, batch: i64) -> Result<()> {
    for (table, of) in [("ballot_voters", "voter_id"), ("ballot_statements", "statement_id")] {
        let taking = format!(
            "(SELECT MIN(b.id) FROM ballot_batches b WHERE b.ballot_id = {table}.ballot_id AND b.state = 'taking' AND b.id <> $1)"
        );
        let sql = format!(
            "DELETE FROM {table} WHERE batch_id = $1 AND NOT EXISTS \
             (SELECT 1 FROM ballot_votes v WHERE v.{of} = {table}.id) AND {taking} IS NULL"
        );
        tx.run(sql, binds![batch]).await?;
        let sql = format!(
            "UPDATE {table} SET batch_id = COALESCE((SELECT MIN(v.batch_id) FROM ballot_votes v WHERE v.{of} = {table}.id), \
             {taking}) WHERE batch_id = $1"
        );
        tx.run(sql, binds![batch]).await?;
    }
    tx.run("DELETE FROM ballot_batches WHERE id = $1", binds![batch]).await?;
    Ok(())
}

/// Those of these persons who are there.
pub async fn persons_there(on: &mut impl Sql, persons: &[PersonId]) -> Result<Vec<PersonId>> {
    let ids: Vec<Value> = persons.iter().map(|id| Value::from(*id)).collect();
    let found: Vec<(PersonId,)> = rows_in(on, "SELECT id FROM persons WHERE id IN ({list})", &ids).await?;
    Ok(found.into_iter().map(|(id,)| id).collect())
}

type VoterRow = (i64, i64, String);

async fn voters_of(tx: &mut Tx, person: Option<PersonId>, addresses: &[String]) -> Result<Vec<VoterRow>> {
    let sql = format!("SELECT id, ballot_id, voter_key FROM ballot_voters WHERE person_id IN {WHO}");
    let mut found: Vec<VoterRow> = tx.rows(sql, binds![person]).await?;
    let named: Vec<Value> = addresses.iter().map(|address| Value::from(address.to_lowercase())).collect();
    let sql = "SELECT id, ballot_id, voter_key FROM ballot_voters WHERE voter_key IN ({list})";
    found.extend(rows_in::<VoterRow>(tx, sql, &named).await?);
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// Takes the votes of a person and all that names them as a voter: also of voters who are called by one of these addresses.
/// Gives on which ballots they voted, and by what name.
pub async fn forget(
    tx: &mut Tx,
    person: Option<PersonId>,
    addresses: &[String],
    counts: &mut Counts,
) -> Result<Vec<(i64, String)>> {
    let mut ballots: Vec<i64> =
        voters_of(tx, person, addresses).await?.into_iter().map(|(_, ballot, _)| ballot).collect();
    ballots.sort_unstable();
    ballots.dedup();
    // Whoever takes votes in meanwhile waits for it, or has done so by now.
    for ballot in ballots {
        touch(tx, ballot).await?;
    }
    let found = voters_of(tx, person, addresses).await?;
    let voters: Vec<Value> = found.iter().map(|(voter, ..)| Value::from(*voter)).collect();
    let votes = tx.run_in("DELETE FROM ballot_votes WHERE voter_id IN ({list})", &voters).await?;
    let gone = tx.run_in("DELETE FROM ballot_voters WHERE id IN ({list})", &voters).await?;
    *counts.entry("ballot_votes".to_owned()).or_default() += votes;
    *counts.entry("ballot_voters".to_owned()).or_default() += gone;
    Ok(found.into_iter().map(|(_, ballot, name)| (ballot, name)).collect())
}

/// What one said: the question, the statement, the vote and when.
pub type SaidVote = (String, String, i64, Millis);
type SaidRow = (i64, i64, i64, String, String, i64, Millis);

/// The votes of one person, also those given under one of these addresses, for what they are given when they ask.
pub async fn of_person(on: &mut impl Sql, person: PersonId, addresses: &[String]) -> Result<Vec<SaidVote>> {
    const SAID: &str = "SELECT v.voter_id, v.statement_id, v.batch_id, b.question, CASE WHEN s.text = '' THEN s.statement_key \
                        ELSE s.text END, CAST(v.vote AS BIGINT), v.at \
                        FROM ballot_voters w JOIN ballot_votes v ON v.voter_id = w.id JOIN ballots b ON b.id = w.ballot_id \
                        JOIN ballot_statements s ON s.id = v.statement_id";
    let mut found: Vec<SaidRow> = on.rows(format!("{SAID} WHERE w.person_id IN {WHO}"), binds![person]).await?;
    let named: Vec<Value> = addresses.iter().map(|address| Value::from(address.to_lowercase())).collect();
    let sql = format!("{SAID} WHERE w.voter_key IN ({{list}})");
    found.extend(rows_in::<SaidRow>(on, &sql, &named).await?);
    found.sort_unstable();
    found.dedup();
    found.sort_by_key(|(_, statement, .., at)| (*at, *statement));
    Ok(found.into_iter().map(|(_, _, _, question, statement, vote, at)| (question, statement, vote, at)).collect())
}
