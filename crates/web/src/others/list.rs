//! All that are looked at.

use super::{href, words};
use crate::{
    App, Result, Viewer,
    inbox::flash,
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::State,
    http::HeaderMap,
    response::{Html, IntoResponse, Response},
};
use tertulia_engine::others as desk;
use tertulia_model::Permission;

struct Line {
    href: String,
    name: String,
    accounts: Vec<String>,
}

#[derive(Template)]
#[template(path = "others/list.html")]
struct ListPage {
    shell: Shell,
    others: Vec<Line>,
    may_work: bool,
    may_manage: bool,
}

pub(super) async fn page(State(app): State<App>, viewer: Viewer, headers: HeaderMap) -> Result<Response> {
    let line = |known: desk::Known| Line {
        href: href(known.other.id),
        accounts: known.accounts.iter().map(|account| words::account(&app, account)).collect(),
        name: known.other.name,
    };
    let others = desk::all(&app.engine).await?.into_iter().map(line).collect();
    let mut shell = app.shell(&viewer, "others", "Others", Nav::Figures).await?;
    shell.toast = flash::take(&app, &headers);
    let may = |permission| viewer.user.role.may(permission);
    let page = ListPage { shell, others, may_work: may(Permission::Converse), may_manage: may(Permission::Manage) };
    Ok(flash::said(&headers, Html(page.render()?).into_response()))
}
