//! The votes of a ballot, and what brought them, for programs.

use super::{
    extract::{Asked, Given, Id, Ids, LATEST, cursor, invalid, limit},
    ident::Ident,
    opinions::{BallotsQuery, places},
    shapes::Page,
};
use crate::{App, Result, Viewer};
use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use tertulia_engine::opinions::{self as desk, Brought, Given as Bringing, Named, Said};
use tertulia_model::PersonId;
use tertulia_store::opinions as stored;
use tertulia_voices::opinions::Vote;
use utoipa::{IntoParams, ToSchema};

/// Votes in one request.
const MOST: usize = 5_000;

/// What one said to one statement. Where several stand of one person and statement, the latest counts.
#[derive(Serialize, ToSchema)]
pub(super) struct BallotVote {
    /// The name or number under which they vote.
    participant: String,
    /// Who that is among those who were heard, where it was said.
    person_id: Option<Ident>,
    statement_id: Ident,
    /// `agree`, `disagree` or `pass`.
    vote: &'static str,
    at: i64,
    /// What brought it.
    batch_id: Ident,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct BallotVotesQuery {
    /// Where the page before ended (`next`).
    #[param(pattern = "^[0-9]{1,19}_[0-9]{1,19}_[0-9]{1,19}$")]
    cursor: Option<String>,
    /// How many, 1 to 100; 50 if it is left out.
    limit: Option<i64>,
}

/// Lists the votes of a ballot
///
/// As they were brought, person by person; also those that a later one replaced.
#[utoipa::path(
    get, path = "/api/v1/opinions/{id}/votes", tag = "opinions", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The ballot"), BallotVotesQuery),
    responses((status = 200, body = Page<BallotVote>))
)]
pub(super) async fn votes(
    State(app): State<App>,
    Id(id): Id,
    Asked(asked): Asked<BallotVotesQuery>,
) -> Result<Json<Page<BallotVote>>> {
    let limit = limit(asked.limit)?;
    let after = asked.cursor.as_deref().map(places::<3>).transpose()?;
    desk::get(&app.engine, id).await?;
    let mut db = app.engine.db.reader();
    let after = after.map(|[voter, statement, batch]| (voter, statement, batch));
    let rows = stored::list_votes(&mut db, id, after, limit + 1).await?;
    let ids: Vec<i64> = rows.iter().map(|row| row.voter_id).collect();
    let voters: HashMap<i64, stored::Voter> =
        stored::voters_by_id(&mut db, &ids).await?.into_iter().map(|voter| (voter.id, voter)).collect();
    let item = |row: stored::Cast| BallotVote {
        participant: voters.get(&row.voter_id).map(|voter| voter.voter_key.clone()).unwrap_or_default(),
        person_id: voters.get(&row.voter_id).and_then(|voter| voter.person_id).map(Ident::from),
        statement_id: Ident(row.statement_id),
        vote: match row.vote {
            1 => "agree",
            -1 => "disagree",
            _ => "pass",
        },
        at: row.at,
        batch_id: Ident(row.batch_id),
    };
    let next = |row: &stored::Cast| format!("{}_{}_{}", row.voter_id, row.statement_id, row.batch_id);
    Ok(Json(Page::of(rows, limit, next, item)))
}

#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum VoteName {
    Agree,
    Disagree,
    Pass,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewVote {
    /// A name or number that stands for one person on this ballot.
    #[schema(min_length = 1, max_length = 200, example = "17")]
    participant: String,
    /// Who that is among those who were heard.
    person_id: Option<Ident>,
    statement_id: Ident,
    vote: VoteName,
    /// When it was given, in milliseconds since 1970; now if it is left out. What lies more than a day ahead is not taken.
    #[schema(minimum = 0, maximum = 253_402_300_799_999_i64)]
    at: Option<i64>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewVotes {
    /// What it is called where votes can be taken back.
    #[schema(max_length = 200, example = "kiosk at the town hall")]
    name: Option<String>,
    #[schema(min_items = 1, max_items = 5000)]
    votes: Vec<NewVote>,
}

/// What became of votes that were brought.
#[derive(Serialize, ToSchema)]
pub(super) struct TakenVotes {
    /// By it they can be taken back.
    batch_id: Ident,
    taken: usize,
    /// The same stood already.
    known: usize,
    /// A later one of the same request took its place.
    replaced: usize,
    /// What could not be taken; the first hundred.
    left_out: Vec<LeftOutVote>,
    left_out_count: usize,
}

/// A vote that was not taken.
#[derive(Serialize, ToSchema)]
pub(super) struct LeftOutVote {
    /// Its place among the votes, from 1.
    row: u64,
    why: String,
}

/// Votes in the order of a request, as a file would bring them.
#[derive(Default)]
struct Gathered {
    brought: Brought,
    participants: HashMap<String, u32>,
    statements: HashMap<i64, u32>,
    pairs: HashMap<(u32, u32), usize>,
    persons: HashMap<String, PersonId>,
}

fn wrong(line: u64, why: &str) -> crate::WebError {
    invalid("votes", format!("Vote {line}: {why}"))
}

impl Gathered {
    fn take(&mut self, line: u64, vote: &NewVote, statement: &stored::Statement) -> Result<()> {
        let typed = vote.participant.trim();
        if typed.is_empty() || typed.chars().count() > 200 || typed.chars().any(char::is_control) {
            return Err(wrong(line, "name the participant in 1 to 200 characters, on one line."));
        }
        let name = desk::voter_key(typed);
        if vote.at.is_some_and(|at| !(0..=LATEST).contains(&at)) {
            return Err(wrong(line, "give milliseconds since 1970, up to the year 9999."));
        }
        if let Some(person) = vote.person_id.map(|person| PersonId(person.0))
            && self.persons.insert(name.clone(), person).is_some_and(|before| before != person)
        {
            return Err(wrong(line, "this participant is another person in a vote before."));
        }
        let names = &mut self.brought.participants;
        let participant = *self.participants.entry(name.clone()).or_insert_with(|| {
            names.push(name);
            names.len() as u32 - 1
        });
        let named = &mut self.brought.statements;
        let statement = *self.statements.entry(statement.id).or_insert_with(|| {
            let (key, text) = (statement.statement_key.clone(), statement.text.clone());
            named.push(Named { key, text, is_taken_out: false });
            named.len() as u32 - 1
        });
        let given = match vote.vote {
            VoteName::Agree => Vote::Agree,
            VoteName::Disagree => Vote::Disagree,
            VoteName::Pass => Vote::Pass,
        };
        self.keep(Said { line, participant, statement, vote: given, at: vote.at });
        Ok(())
    }

    fn keep(&mut self, said: Said) {
        let votes = &mut self.brought.votes;
        let at = *self.pairs.entry((said.participant, said.statement)).or_insert(votes.len());
        let Some(stands) = votes.get_mut(at) else {
            votes.push(said);
            return;
        };
        self.brought.replaced += 1;
        if !matches!((said.at, stands.at), (Some(new), Some(old)) if new < old) {
            *stands = said;
        }
    }
}

/// Brings votes to a ballot
///
/// Where a person voted before on a statement, the later vote counts. The same again changes nothing.
#[utoipa::path(
    post, path = "/api/v1/opinions/{id}/votes", tag = "opinions", security(("key" = ["manage"])),
    request_body = NewVotes, params(("id" = Ident, Path, description = "The ballot")),
    responses((status = 200, body = TakenVotes))
)]
pub(super) async fn bring(
    State(app): State<App>,
    viewer: Viewer,
    Id(id): Id,
    Given(body): Given<NewVotes>,
) -> Result<Json<TakenVotes>> {
    if body.votes.is_empty() || body.votes.len() > MOST {
        return Err(invalid("votes", format!("Give 1 to {MOST} votes.")));
    }
    desk::get(&app.engine, id).await?;
    let statements = stored::statements(&mut app.engine.db.reader(), id, None, i64::MAX).await?;
    let by_id: HashMap<i64, &stored::Statement> = statements.iter().map(|one| (one.id, one)).collect();
    let mut gathered = Gathered::default();
    for (vote, line) in body.votes.iter().zip(1_u64..) {
        let statement = by_id.get(&vote.statement_id.0);
        let statement = statement.ok_or_else(|| wrong(line, "there is no such statement on this ballot."))?;
        gathered.take(line, vote, statement)?;
    }
    let Gathered { mut brought, persons, .. } = gathered;
    brought.rows = body.votes.len();
    let name = body.name.as_deref().map(str::trim).filter(|name| !name.is_empty()).unwrap_or("a program");
    let bringing = Bringing { ballot: id, by: viewer.user.id, name, brought: &brought, persons: &persons };
    let taken = desk::give(&app.engine, &bringing).await?;
    Ok(Json(TakenVotes {
        batch_id: Ident(taken.batch),
        taken: taken.votes,
        known: taken.known,
        replaced: brought.replaced,
        left_out: taken.wrong.into_iter().map(|(row, why)| LeftOutVote { row, why }).collect(),
        left_out_count: taken.wrong_count,
    }))
}

/// A file, or what a program sent at once.
#[derive(Serialize, ToSchema)]
pub(super) struct BallotBatch {
    id: Ident,
    name: String,
    /// `done`; `taking` or `going` while it is brought or taken back: then nothing of it counts.
    state: String,
    votes: i64,
    /// Statements that came by it.
    statements: i64,
    /// The same stood already.
    known: i64,
    left_out: i64,
    by: Ident,
    at: i64,
}

/// Lists what was brought to a ballot
///
/// The newest first.
#[utoipa::path(
    get, path = "/api/v1/opinions/{id}/brought", tag = "opinions", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The ballot"), BallotsQuery),
    responses((status = 200, body = Page<BallotBatch>))
)]
pub(super) async fn batches(
    State(app): State<App>,
    Id(id): Id,
    Asked(asked): Asked<BallotsQuery>,
) -> Result<Json<Page<BallotBatch>>> {
    let limit = limit(asked.limit)?;
    let below = cursor(asked.cursor.as_deref())?;
    desk::get(&app.engine, id).await?;
    let rows = stored::batches(&mut app.engine.db.reader(), id, below, limit + 1).await?;
    let item = |one: stored::Batch| BallotBatch {
        id: Ident(one.id),
        name: one.name,
        state: one.state,
        votes: one.votes,
        statements: one.statements,
        known: one.known,
        left_out: one.wrong,
        by: one.by_user.into(),
        at: one.at,
    };
    Ok(Json(Page::of(rows, limit, |row| row.id.to_string(), item)))
}

/// Takes back what was brought
///
/// Of each vote that it replaced, the one before counts again.
#[utoipa::path(
    delete, path = "/api/v1/opinions/{id}/brought/{batch}", tag = "opinions", security(("key" = ["manage"])),
    params(("id" = Ident, Path, description = "The ballot"), ("batch" = Ident, Path, description = "What brought it")),
    responses((status = 204, description = "It is taken back"))
)]
pub(super) async fn take_back(State(app): State<App>, Ids(id, batch): Ids) -> Result<StatusCode> {
    desk::take_back(&app.engine, id, batch).await?;
    Ok(StatusCode::NO_CONTENT)
}
