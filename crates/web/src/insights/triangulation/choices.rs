//! What can be chosen for each side, as the form shows it.

use super::super::{
    asked::{Asked, named, questions},
    words,
};
use crate::{App, Result, segments};
use tertulia_engine::insights::{
    asked::{Question, scored},
    triangulation::{Origin, Source, Survey},
};
use tertulia_model::Mode;
use tertulia_store::{
    opinions::{self, Statement},
    outcomes,
};

/// Ballots and statements of each that can be chosen; whatever else an address names stands there as well.
const BALLOTS: i64 = 20;
const STATEMENTS: i64 = 30;
/// Of a statement.
const LONGEST: usize = 80;

pub(super) struct Choices {
    pub questions: Vec<(String, String)>,
    pub surveys: Vec<(String, String)>,
    pub outcomes: Vec<(String, String)>,
    pub segments: Vec<(String, String)>,
}

impl Choices {
    pub async fn read(app: &App, asked: &Asked, question: Question, sources: &[Source]) -> Result<Self> {
        let mut of_questions: Vec<(String, String)> =
            questions(app).await?.into_iter().map(|(question, name)| (question.name(), name)).collect();
        if !of_questions.iter().any(|(known, _)| *known == question.name()) {
            of_questions.extend(named(app, question).await?.map(|name| (question.name(), name)));
        }
        Ok(Self {
            questions: of_questions,
            surveys: surveys(app, asked, sources).await?,
            outcomes: counts(app, asked).await?,
            segments: segments::choices(app).await?,
        })
    }
}

async fn surveys(app: &App, asked: &Asked, sources: &[Source]) -> Result<Vec<(String, String)>> {
    let mut all = vec![(String::new(), "what people wrote in surveys".to_owned())];
    let scored = scored(&app.engine).await?;
    all.extend(scored.iter().map(|(one, scale)| (Survey::Scored(*one).name(), words::scored(*one, scale))));
    let mut db = app.engine.db.reader();
    for ballot in opinions::all(&mut db, None, BALLOTS).await? {
        for statement in opinions::statements(&mut db, ballot.id, None, STATEMENTS).await? {
            all.extend([true, false].map(|agree| vote(ballot.id, &statement, agree)));
        }
    }
    if !all.iter().any(|(known, _)| *known == asked.survey) {
        let ballot = sources.iter().find(|source| source.mode == Mode::Survey).map(|source| &source.origin);
        if let Some(Origin::Ballot(ballot)) = ballot {
            all.push(vote(ballot.ballot.id, &ballot.statement, ballot.agree));
        }
    }
    Ok(all)
}

fn vote(ballot: i64, statement: &Statement, agree: bool) -> (String, String) {
    let text = if statement.text.is_empty() { &statement.statement_key } else { &statement.text };
    let short: String = text.chars().take(LONGEST).collect();
    let more = if short.len() < text.len() { "…" } else { "" };
    let does = if agree { "Agree" } else { "Disagree" };
    let name = Survey::Voted { ballot, statement: statement.id, agree }.name();
    (name, format!("{does} that “{short}{more}”"))
}

async fn counts(app: &App, asked: &Asked) -> Result<Vec<(String, String)>> {
    let mut all = vec![(String::new(), "what was noted".to_owned())];
    for outcome in outcomes::all(&mut app.engine.db.reader()).await? {
        let id = outcome.id.to_string();
        if outcome.archived_at.is_none() || id == asked.counted || id == asked.among {
            all.push((id, outcome.name));
        }
    }
    Ok(all)
}
