//! The statements of a ballot, as somebody writes them.

use super::{finish, missing};
use crate::{Engine, EngineError, Result, customers::values::line, ingest::Tries};
use std::{collections::BTreeSet, sync::Arc};
use tertulia_analysis::tokens::fold;
use tertulia_store::{
    Tx,
    opinions::{self, Statement},
};
use tertulia_voices::opinions::Votes;

pub const LONGEST: usize = 1_000;
/// Statements in one request.
pub const MOST_LINES: usize = 1_000;
const MOST: usize = Votes::MOST_STATEMENTS;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StatementForm {
    pub text: String,
    /// ISO 639; `und` where it is left out.
    pub language: String,
    /// It keeps its votes and moves nobody.
    pub is_hidden: bool,
    /// It says who people are, and not what they think.
    pub is_about_people: bool,
}

impl StatementForm {
    fn checked(&self) -> Result<Self> {
        let text = line(&self.text);
        if text.is_empty() || self.text.chars().count() > LONGEST {
            return Err(EngineError::invalid("text", format!("Write a statement in 1 to {LONGEST} characters.")));
        }
        let language = match self.language.trim() {
            "" => "und".to_owned(),
            code if (2..=3).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_lowercase()) => code.to_owned(),
            _ => return Err(EngineError::invalid("language", "Give a language by its code, such as en or pt.")),
        };
        Ok(Self { text, language, ..self.clone() })
    }
}

/// Lines that are statements, each once.
pub(super) fn of_lines(lines: &str) -> Result<Vec<StatementForm>> {
    let form = |text: &str| StatementForm { text: text.to_owned(), ..StatementForm::default() };
    let wrong = |error| match error {
        EngineError::Invalid(errors) => {
            EngineError::invalid("statements", errors.into_iter().next().map(|one| one.message).unwrap_or_default())
        }
        other => other,
    };
    let forms: Vec<StatementForm> = lines.lines().filter(|one| !line(one).is_empty()).map(form).collect();
    if forms.len() > MOST_LINES {
        return Err(EngineError::invalid("statements", format!("Add {MOST_LINES} statements at a time at most.")));
    }
    forms.iter().map(|form| form.checked().map_err(wrong)).collect()
}

/// Adds statements. One that says what another says already is told, and none is added.
pub async fn add(engine: &Arc<Engine>, ballot: i64, forms: &[StatementForm]) -> Result<Vec<Statement>> {
    if forms.is_empty() || forms.len() > MOST_LINES {
        return Err(EngineError::invalid("statements", format!("Give 1 to {MOST_LINES} statements.")));
    }
    let forms: Vec<StatementForm> = forms.iter().map(StatementForm::checked).collect::<Result<_>>()?;
    let mut tries = Tries::default();
    loop {
        match try_add(engine, ballot, &forms).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn try_add(engine: &Engine, ballot: i64, forms: &[StatementForm]) -> Result<Vec<Statement>> {
    let mut tx = engine.db.begin().await?;
    opinions::get_to_change(&mut tx, ballot).await?.ok_or_else(missing)?;
    let added = put(engine, &mut tx, ballot, forms).await?;
    finish(engine, tx, ballot).await?;
    Ok(added)
}

/// Writes checked statements behind those there are, each under the next number that is free.
pub(super) async fn put(engine: &Engine, tx: &mut Tx, ballot: i64, forms: &[StatementForm]) -> Result<Vec<Statement>> {
    let stand = all(tx, ballot).await?;
    if stand.len() + forms.len() > MOST {
        return Err(EngineError::Refused(format!("A ballot has at most {MOST} statements. Nothing was added.")));
    }
    let mut said: BTreeSet<String> =
        stand.iter().filter(|one| !one.text.is_empty()).map(|one| fold(&one.text)).collect();
    let keys: BTreeSet<&str> = stand.iter().map(|one| one.statement_key.as_str()).collect();
    let first = stand.last().map_or(0, |last| last.position) + 1;
    let mut number = 0;
    let mut added = Vec::new();
    for (position, form) in (first..).zip(forms) {
        if !said.insert(fold(&form.text)) {
            let short: String = form.text.chars().take(60).collect();
            return Err(EngineError::invalid(
                "statements",
                format!("“{short}” stands there already. Nothing was added."),
            ));
        }
        let key = loop {
            number += 1;
            let key = number.to_string();
            if !keys.contains(key.as_str()) {
                break key;
            }
        };
        added.push(Statement {
            id: engine.next_id(),
            ballot_id: ballot,
            statement_key: key,
            text: form.text.clone(),
            language: form.language.clone(),
            position,
            is_hidden: form.is_hidden,
            is_about_people: form.is_about_people,
            batch_id: None,
        });
    }
    opinions::add_statements(tx, &added).await?;
    opinions::touch(tx, ballot).await?;
    Ok(added)
}

/// All statements of a ballot, in their order: there are at most so many.
pub(super) async fn all(on: &mut impl tertulia_store::Sql, ballot: i64) -> Result<Vec<Statement>> {
    Ok(opinions::statements(on, ballot, None, i64::try_from(MOST).unwrap_or(i64::MAX)).await?)
}

/// Writes a statement anew: its words, and whether it counts. Of one that has only a number until now no words need be given.
/// Gives what stood before.
pub async fn change(engine: &Engine, ballot: i64, id: i64, form: &StatementForm) -> Result<Statement> {
    let mut tx = engine.db.begin().await?;
    opinions::get_to_change(&mut tx, ballot).await?.ok_or_else(missing)?;
    let stood = opinions::statement(&mut tx, ballot, id).await?;
    let stood = stood.ok_or_else(|| EngineError::missing("This statement"))?;
    let form = match form.checked() {
        Err(_) if stood.text.is_empty() && line(&form.text).is_empty() => StatementForm {
            text: String::new(),
            ..StatementForm { text: stood.statement_key.clone(), ..form.clone() }.checked()?
        },
        form => form?,
    };
    let now = Statement {
        text: form.text,
        language: form.language,
        is_hidden: form.is_hidden,
        is_about_people: form.is_about_people,
        ..stood.clone()
    };
    opinions::change_statement(&mut tx, &now).await?;
    opinions::touch(&mut tx, ballot).await?;
    finish(engine, tx, ballot).await?;
    Ok(stood)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_a_statement_and_empty_ones_are_none() {
        let forms = of_lines("The park needs\tlight\n\n  \nBuses run late\r\n").unwrap();
        let texts: Vec<&str> = forms.iter().map(|form| form.text.as_str()).collect();
        assert_eq!(texts, ["The park needs light", "Buses run late"]);
        assert_eq!(forms[0].language, "und");
        assert!(of_lines(&"x".repeat(LONGEST + 1)).is_err());
    }

    #[test]
    fn a_language_is_a_code() {
        let form = |language: &str| StatementForm {
            text: "x".to_owned(),
            language: language.to_owned(),
            ..Default::default()
        };
        assert!(form("pt").checked().is_ok() && form("English").checked().is_err() && form("P1").checked().is_err());
    }
}
