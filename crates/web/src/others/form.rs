//! The form of another organisation: its name and its accounts.

use super::{done, href, known};
use crate::{
    App, Result, Viewer,
    access::form::Mistakes,
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::{Path, RawForm, State},
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use std::collections::HashMap;
use tertulia_engine::others::{self as desk, AccountForm, Known, MOST_ACCOUNTS, OtherForm};
use tertulia_store::{channels, others::Account};

/// Rows of accounts that are offered beyond those that are there.
const FREE: usize = 2;

/// An account as it was typed.
#[derive(Clone, Default)]
struct Row {
    account: String,
    called: String,
    page: String,
}

impl From<&Account> for Row {
    fn from(account: &Account) -> Self {
        Self {
            account: format!("{} {}", account.space, account.handle),
            called: account.called.clone(),
            page: account.page_id.map(|id| id.to_string()).unwrap_or_default(),
        }
    }
}

#[derive(Template)]
#[template(path = "others/form.html")]
struct FormPage {
    shell: Shell,
    /// None: it is new.
    id: Option<i64>,
    name: String,
    version: String,
    rows: Vec<Row>,
    /// Channels that may hear nothing but a page of theirs.
    pages: Vec<(String, String)>,
    mistakes: Mistakes,
}

#[derive(Default)]
struct Typed {
    name: String,
    version: Option<i64>,
    rows: Vec<Row>,
}

impl Typed {
    fn of(body: &[u8]) -> Self {
        let typed: HashMap<String, String> = url::form_urlencoded::parse(body).into_owned().collect();
        let given = |name: &str| typed.get(name).map(|value| value.trim().to_owned()).unwrap_or_default();
        let row = |n: usize| Row {
            account: given(&format!("account-{n}")),
            called: given(&format!("called-{n}")),
            page: given(&format!("page-{n}")),
        };
        let rows = (0..MOST_ACCOUNTS).map(row).filter(|row| !row.account.is_empty()).collect();
        Self { name: given("title"), version: given("version").parse().ok(), rows }
    }

    fn standing(known: &Known) -> Self {
        let rows = known.accounts.iter().map(Row::from).collect();
        Self { name: known.other.name.clone(), version: Some(known.other.version), rows }
    }

    fn form(&self) -> OtherForm {
        let account = |row: &Row| AccountForm {
            account: row.account.clone(),
            called: row.called.clone(),
            page: row.page.parse().ok(),
        };
        OtherForm { name: self.name.clone(), accounts: self.rows.iter().map(account).collect() }
    }
}

async fn draw(app: &App, viewer: &Viewer, id: Option<i64>, typed: Typed, mistakes: Mistakes) -> Result<Response> {
    let channels = channels::all(&mut app.engine.db.reader()).await?;
    let named = channels.into_iter().map(|channel| (channel.id.to_string(), channel.name));
    let mut rows = typed.rows;
    rows.resize((rows.len() + FREE).min(MOST_ACCOUNTS), Row::default());
    let page = FormPage {
        shell: app.shell(viewer, "other-form", "Another organisation", Nav::Figures).await?,
        id,
        name: typed.name,
        version: typed.version.map(|version| version.to_string()).unwrap_or_default(),
        rows,
        pages: std::iter::once((String::new(), "no channel of its own".to_owned())).chain(named).collect(),
        mistakes,
    };
    let status = if page.mistakes.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, Html(page.render()?)).into_response())
}

pub(super) async fn new(State(app): State<App>, viewer: Viewer) -> Result<Response> {
    draw(&app, &viewer, None, Typed::default(), Mistakes::default()).await
}

pub(super) async fn add(State(app): State<App>, viewer: Viewer, RawForm(body): RawForm) -> Result<Response> {
    let typed = Typed::of(&body);
    match desk::add(&app.engine, viewer.user.id, &typed.form()).await {
        Ok((id, undo)) => Ok(done(&app, &viewer, &href(id), "It stands beside you.", undo)),
        Err(error) => draw(&app, &viewer, None, typed, Mistakes::of(error)?).await,
    }
}

pub(super) async fn edit(State(app): State<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Response> {
    let known = known(&app, &id).await?;
    draw(&app, &viewer, Some(known.other.id), Typed::standing(&known), Mistakes::default()).await
}

pub(super) async fn change(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    RawForm(body): RawForm,
) -> Result<Response> {
    let id = known(&app, &id).await?.other.id;
    let typed = Typed::of(&body);
    match desk::change(&app.engine, viewer.user.id, (id, typed.version), &typed.form()).await {
        Ok(undo) => Ok(done(&app, &viewer, &href(id), "It is changed.", undo)),
        Err(error) => draw(&app, &viewer, Some(id), typed, Mistakes::of(error)?).await,
    }
}

pub(super) async fn remove(State(app): State<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Response> {
    let id = known(&app, &id).await?.other.id;
    let undo = desk::remove(&app.engine, id).await?;
    Ok(done(&app, &viewer, "/others", "It is not looked at any more. Nothing that was heard is lost.", undo))
}
