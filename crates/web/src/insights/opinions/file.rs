//! The step between a file and its votes: what its columns hold, and what it would bring.

use super::{href, known, words};
use crate::{
    App, Result, Viewer, WebError,
    access::form::Mistakes,
    import::{Ticket, receive},
    inbox::flash,
    insights::words::number,
    layout::{Nav, Shell, size_words},
};
use askama::Template;
use axum::{
    extract::{Multipart, Path, Query, RawForm, State, multipart::MultipartRejection},
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};
use std::collections::HashMap;
use tertulia_connector::times::TimeFormat;
use tertulia_engine::{
    EngineError,
    opinions::{self as desk, Look, Mapping, Taken},
};
use tertulia_store::opinions::{self as stored, Ballot};

/// Rows of the preview.
const ROWS: usize = 8;

pub(super) async fn upload(
    State(app): State<App>,
    _: Viewer,
    Path(id): Path<String>,
    parts: std::result::Result<Multipart, MultipartRejection>,
) -> Result<Redirect> {
    let ballot = known(&app, &id).await?;
    let ticket = receive(&app.engine, parts, false).await.map_err(too_large)?;
    let sealed = ticket.seal(&app.engine.vault);
    // What cannot be read is said here, and not on the next page.
    desk::look(&app.engine, &ticket.blob).await?;
    Ok(Redirect::to(&format!("{}/file?file={sealed}", href(ballot.id))))
}

fn too_large(error: WebError) -> WebError {
    if error.status != StatusCode::PAYLOAD_TOO_LARGE {
        return error;
    }
    let words = format!(
        "This file is larger than {} MB. Nothing was kept. Split it, and bring its parts one after another.",
        desk::MOST_BYTES >> 20
    );
    WebError::new(StatusCode::PAYLOAD_TOO_LARGE, words)
}

async fn open(app: &App, sealed: &str) -> Result<(Ticket, Look)> {
    let gone =
        || WebError::new(StatusCode::NOT_FOUND, "This file is not here (any more). Nothing was taken; send it again.");
    let ticket = Ticket::open(sealed, &app.engine.vault).ok_or_else(gone)?;
    app.engine.blobs.size(&ticket.blob).map_err(|_| gone())?;
    let look = desk::look(&app.engine, &ticket.blob).await?;
    Ok((ticket, look))
}

/// What a file would bring.
#[derive(Default)]
struct Told {
    sentence: String,
    sides: String,
    notes: Vec<String>,
    first: Vec<(String, String, &'static str)>,
    /// Names of those who vote that look like addresses.
    has_addresses: bool,
    wrong: Vec<(u64, String)>,
    wrong_count: usize,
}

/// What is looked for, and in which column.
struct Column {
    key: &'static str,
    title: &'static str,
    chosen: String,
}

#[derive(Template)]
#[template(path = "insights/opinion_file.html")]
struct FilePage {
    shell: Shell,
    href: String,
    question: String,
    ticket: String,
    file: String,
    size: String,
    columns: Vec<Column>,
    choices: Vec<(String, String)>,
    dates: Vec<(String, String)>,
    chosen_dates: String,
    is_turned: bool,
    told: Option<Told>,
    mistakes: Mistakes,
}

#[derive(Template)]
#[template(path = "insights/opinion_taken.html")]
struct TakenPage {
    shell: Shell,
    href: String,
    question: String,
    file: String,
    taken: Taken,
}

impl TakenPage {
    fn kind(&self) -> &'static str {
        if self.taken.wrong_count == 0 { "good" } else { "warning" }
    }

    fn words(&self) -> String {
        said(&self.taken)
    }
}

/// What became of a file: its votes, and what its statements brought.
fn said(taken: &Taken) -> String {
    let mut parts = Vec::new();
    if taken.votes > 0 {
        parts.push(format!("{} taken", words::many(taken.votes, "vote is", "votes are")));
    }
    if taken.statements > 0 {
        parts.push(format!("{} new", words::many(taken.statements, "statement is", "statements are")));
    }
    if taken.worded > 0 {
        let n = words::many(taken.worded, "statement that was there", "statements that were there");
        parts.push(format!("{n} got words or went out"));
    }
    match parts.is_empty() {
        true => "Nothing in it is new.".to_owned(),
        false => format!("{}.", words::capital(&parts.join("; "))),
    }
}

/// What stands on a ballot under the numbers that a file names.
struct Standing(HashMap<String, String>);

impl Standing {
    async fn of(app: &App, ballot: i64) -> std::result::Result<Self, EngineError> {
        let all = stored::statements(&mut app.engine.db.reader(), ballot, None, i64::MAX).await?;
        let with_words = all.into_iter().filter(|one| !one.text.is_empty());
        Ok(Self(with_words.map(|one| (one.statement_key, one.text)).collect()))
    }

    /// A statement of a file as people read it here.
    fn words(&self, named: String) -> String {
        match self.0.get(&named).filter(|words| **words != named) {
            Some(words) => format!("{named}: {words}"),
            None => named,
        }
    }

    /// How many have other words here than in the file.
    fn differing(&self, brought: &desk::Brought) -> usize {
        let differs = |one: &&desk::Named| {
            let here = self.0.get(&one.key).filter(|_| !one.text.is_empty());
            here.is_some_and(|here| here.to_lowercase() != one.text.to_lowercase())
        };
        brought.statements.iter().filter(differs).count()
    }
}

fn dates() -> [(TimeFormat, &'static str, &'static str); 6] {
    [
        (TimeFormat::Auto, "auto", "as they look (03/04 is the third of April)"),
        (TimeFormat::Iso, "iso", "2025-12-31T23:59:00Z"),
        (TimeFormat::UnixSeconds, "unix_seconds", "seconds since 1970"),
        (TimeFormat::UnixMillis, "unix_millis", "milliseconds since 1970"),
        (TimeFormat::DayMonthYear, "day_month_year", "31/12/2025"),
        (TimeFormat::MonthDayYear, "month_day_year", "12/31/2025"),
    ]
}

/// What somebody chose.
struct Chosen {
    ballot: Ballot,
    ticket: Ticket,
    look: Look,
    mapping: Mapping,
}

impl Chosen {
    async fn begun(app: &App, id: &str, sealed: &str) -> Result<Self> {
        let ballot = known(app, id).await?;
        let (ticket, look) = open(app, sealed).await?;
        Ok(Self { ballot, ticket, mapping: look.mapping.clone(), look })
    }

    /// As the form says.
    async fn typed(app: &App, id: &str, body: &[u8]) -> Result<Self> {
        let typed: HashMap<String, String> = url::form_urlencoded::parse(body).into_owned().collect();
        let given = |name: &str| typed.get(name).cloned().unwrap_or_default();
        let begun = Self::begun(app, id, &given("file")).await?;
        let wanted = given("dates");
        let dates = dates().into_iter().find(|(_, name, _)| *name == wanted).map_or(TimeFormat::Auto, |(one, ..)| one);
        let mapping = Mapping {
            participant: given("participant"),
            statement: given("statement"),
            text: given("text"),
            vote: given("vote"),
            time: given("time"),
            moderated: given("moderated"),
            is_turned: given("turned") == "yes",
            dates,
        };
        Ok(Self { mapping, ..begun })
    }

    async fn told(&self, app: &App) -> std::result::Result<Told, EngineError> {
        let preview = desk::preview(&app.engine, &self.ticket.blob, &self.mapping, ROWS).await?;
        let brought = &preview.brought;
        let rows = words::many(brought.rows, "row", "rows");
        let [agree, pass, disagree] = brought.sides().map(|n| number(n as u64));
        let mut notes = Vec::new();
        if brought.replaced > 0 {
            let n = words::many(brought.replaced, "vote gives", "votes give");
            notes.push(format!("{n} way to a later one of the same person on the same statement."));
        }
        if brought.unseen > 0 {
            notes.push(format!(
                "{} without a vote: a statement that was not seen, and no pass.",
                words::many(brought.unseen, "row is", "rows are")
            ));
        }
        let standing = Standing::of(app, self.ballot.id).await?;
        let differing = standing.differing(brought);
        if differing > 0 {
            notes.push(format!(
                "{} other words here under the same number: what stands here stays, and votes count for that. Is it the right file?",
                words::many(differing, "statement has", "statements have")
            ));
        }
        let sentence = if self.mapping.has_votes() {
            format!(
                "{rows}: {} on {} by {}.",
                words::many(brought.votes.len(), "vote", "votes"),
                words::many(brought.statements.len(), "statement", "statements"),
                words::many(brought.participants.len(), "person", "people")
            )
        } else {
            format!(
                "{rows}: a list of {}, without votes.",
                words::many(brought.statements.len(), "statement", "statements")
            )
        };
        Ok(Told {
            sides: if self.mapping.has_votes() {
                format!("{agree} agree, {disagree} disagree, {pass} pass.")
            } else {
                String::new()
            },
            sentence,
            notes,
            has_addresses: brought.participants.iter().any(|name| name.contains('@')),
            wrong: brought.wrong.iter().take(ROWS).cloned().collect(),
            wrong_count: brought.wrong_count,
            first: preview.first.into_iter().map(|(who, what, vote)| (who, standing.words(what), vote)).collect(),
        })
    }

    async fn page(self, app: &App, viewer: &Viewer, mut mistakes: Mistakes) -> Result<Response> {
        let told = match self.told(app).await {
            Ok(told) => Some(told),
            Err(error) => {
                let wrong = Mistakes::of(error)?;
                if mistakes.is_empty() {
                    mistakes = wrong;
                }
                None
            }
        };
        let mut choices = vec![(String::new(), "no column".to_owned())];
        choices.extend(self.look.columns.iter().map(|column| (column.clone(), column.clone())));
        let chosen = dates().into_iter().find(|(format, ..)| *format == self.mapping.dates);
        let status = if mistakes.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        let page = FilePage {
            shell: app.shell(viewer, "insights", "A file of votes", Nav::Insights).await?,
            href: href(self.ballot.id),
            question: self.ballot.question,
            ticket: self.ticket.seal(&app.engine.vault),
            size: size_words(self.ticket.size),
            file: self.ticket.name,
            columns: desk::kinds_of(&self.mapping)
                .map(|(key, title, chosen)| Column { key, title, chosen: chosen.to_owned() })
                .into(),
            choices,
            dates: dates().map(|(_, name, words)| (name.to_owned(), words.to_owned())).to_vec(),
            chosen_dates: chosen.map(|(_, name, _)| name.to_owned()).unwrap_or_default(),
            is_turned: self.mapping.is_turned,
            told,
            mistakes,
        };
        Ok((status, Html(page.render()?)).into_response())
    }
}

#[derive(serde::Deserialize, Default)]
#[serde(default)]
pub(super) struct Wanted {
    file: String,
}

pub(super) async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response> {
    Chosen::begun(&app, &id, &wanted.file).await?.page(&app, &viewer, Mistakes::default()).await
}

/// Once more, as the form now says.
pub(super) async fn preview(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    RawForm(body): RawForm,
) -> Result<Response> {
    Chosen::typed(&app, &id, &body).await?.page(&app, &viewer, Mistakes::default()).await
}

pub(super) async fn take(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    RawForm(body): RawForm,
) -> Result<Response> {
    let chosen = Chosen::typed(&app, &id, &body).await?;
    let (ballot, name) = (chosen.ballot.id, chosen.ticket.name.clone());
    let (engine, who, mapping) = (app.engine.clone(), (ballot, viewer.user.id), chosen.mapping.clone());
    let (file, blob) = (name.clone(), chosen.ticket.blob.clone());
    // A large one takes minutes: whoever shuts the page meanwhile does not break it off.
    let taking = tokio::spawn(async move { desk::start(&engine, who, (file.as_str(), blob.as_str()), &mapping).await });
    let taken = match taking.await.map_err(std::io::Error::other).map_err(EngineError::from)? {
        Ok(taken) => taken,
        Err(error @ (EngineError::Invalid(_) | EngineError::Refused(_))) => {
            return chosen.page(&app, &viewer, Mistakes::of(error)?).await;
        }
        Err(other) => return Err(other.into()),
    };
    if taken.wrong_count == 0 {
        let undo = format!("{}/brought/{}/take-back", href(ballot), taken.batch);
        return Ok(flash::redirect(&app, &href(ballot), &said(&taken), Some(undo)));
    }
    let page = TakenPage {
        shell: app.shell(&viewer, "insights", format!("{name}: taken"), Nav::Insights).await?,
        href: href(ballot),
        question: chosen.ballot.question,
        file: name,
        taken,
    };
    Ok(Html(page.render()?).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_brought_is_told_without_what_it_did_not() {
        let taken = |votes, statements, worded| Taken { votes, statements, worded, ..Taken::default() };
        assert_eq!(said(&taken(146, 0, 0)), "146 votes are taken.");
        assert_eq!(said(&taken(1, 2, 0)), "One vote is taken; 2 statements are new.");
        assert_eq!(said(&taken(0, 0, 3)), "3 statements that were there got words or went out.");
        assert_eq!(said(&taken(0, 0, 0)), "Nothing in it is new.");
    }

    #[test]
    fn a_file_that_is_too_large_is_told_how_large_it_may_be() {
        let too_large = |status| too_large(WebError::new(status, "4 GB")).message;
        assert!(too_large(StatusCode::PAYLOAD_TOO_LARGE).contains("larger than 64 MB"));
        assert_eq!(too_large(StatusCode::BAD_REQUEST), "4 GB");
    }
}
