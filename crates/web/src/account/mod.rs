//! What belongs to one member: their name, their password, where they are signed in.

use crate::{
    App, Result, Viewer,
    access::{
        enter,
        form::{Fields, Mistakes},
    },
    layout::{Nav, Shell, ToastView},
    routes::{Rule, Table},
};
use askama::Template;
use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use tertulia_engine::accounts;
use tertulia_model::Permission::Read;

pub(crate) fn routes(table: &mut Table) {
    let read = Rule::Member(Read);
    table.get("/account", read, get(page));
    table.post("/account/name", read, post(rename));
    table.post("/account/password", read, post(password));
    table.post("/account/sessions", read, post(sign_out_elsewhere));
}

/// What was just done, named in the address after it: only what stands here is ever said.
#[derive(serde::Deserialize, Default)]
#[serde(default)]
struct Done {
    done: String,
}

impl Done {
    fn toast(&self) -> Option<ToastView> {
        let text = match self.done.as_str() {
            "name" => "The new name is kept.",
            "password" => "The new password holds, and you are signed out everywhere else.",
            "sessions" => "You are signed out everywhere else.",
            _ => return None,
        };
        Some(ToastView { text: text.to_owned(), undo_url: None })
    }
}

#[derive(serde::Deserialize, Default)]
#[serde(default)]
struct Form {
    name: String,
    present: String,
    password: String,
}

#[derive(Template)]
#[template(path = "account/page.html")]
struct AccountPage {
    shell: Shell,
    called: String,
    mail: String,
    mistakes: Mistakes,
}

async fn page(State(app): State<App>, viewer: Viewer, Query(done): Query<Done>) -> Result<Response> {
    let name = viewer.user.name.clone();
    draw(&app, &viewer, name, &done, Mistakes::default()).await
}

async fn draw(app: &App, viewer: &Viewer, name: String, done: &Done, mistakes: Mistakes) -> Result<Response> {
    let mut shell = app.shell(viewer, "account", "Your account", Nav::Elsewhere).await?;
    shell.toast = done.toast();
    let mail = viewer.user.mail.clone();
    Ok(Html(AccountPage { shell, called: name, mail, mistakes }.render()?).into_response())
}

async fn mistaken(app: &App, viewer: &Viewer, name: String, error: tertulia_engine::EngineError) -> Result<Response> {
    let page = draw(app, viewer, name, &Done::default(), Mistakes::of(error)?).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

async fn rename(State(app): State<App>, viewer: Viewer, Fields(form): Fields<Form>) -> Result<Response> {
    match accounts::rename(&app.engine, viewer.user.id, &form.name).await {
        Ok(()) => Ok(Redirect::to("/account?done=name").into_response()),
        Err(error) => mistaken(&app, &viewer, form.name, error).await,
    }
}

async fn password(State(app): State<App>, viewer: Viewer, Fields(form): Fields<Form>) -> Result<Response> {
    match accounts::change_own_password(&app.engine, viewer.user.clone(), &form.present, &form.password).await {
        Ok(signed_in) => Ok(enter(&app, &signed_in, "/account?done=password")),
        Err(error) => mistaken(&app, &viewer, viewer.user.name.clone(), error).await,
    }
}

async fn sign_out_elsewhere(State(app): State<App>, viewer: Viewer) -> Result<Response> {
    let signed_in = accounts::sign_out_elsewhere(&app.engine, viewer.user).await?;
    Ok(enter(&app, &signed_in, "/account?done=sessions"))
}
