//! Keys of the JSON API: made, shown once, ended.

use crate::{
    App, Result, Viewer, WebError,
    access::form::{Fields, Mistakes},
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};
use tertulia_engine::accounts;
use tertulia_model::TokenId;
use tertulia_store::users::{ApiToken, User};

/// A key as the list shows it; the key itself is never shown again.
pub(super) struct KeyView {
    pub id: String,
    pub name: String,
    pub may: &'static str,
    pub owner: String,
    pub used_at: Option<i64>,
}

pub(super) fn view(key: ApiToken, members: &[User]) -> KeyView {
    let owner = members.iter().find(|member| member.id == key.user_id).map(|member| member.name.clone());
    KeyView {
        id: key.id.to_string(),
        name: key.name,
        may: if key.scopes.split(' ').any(|scope| scope == "reply") { "read and reply" } else { "read" },
        owner: owner.unwrap_or_default(),
        used_at: key.used_at,
    }
}

#[derive(serde::Deserialize, Default)]
#[serde(default)]
pub(super) struct KeyForm {
    name: String,
    may: String,
}

#[derive(Template)]
#[template(path = "team/new_key.html")]
struct NewKeyPage {
    shell: Shell,
    form: KeyForm,
    mistakes: Mistakes,
}

#[derive(Template)]
#[template(path = "team/key.html")]
struct KeyPage {
    shell: Shell,
    name: String,
    key: String,
    example: String,
}

pub(super) async fn page(State(app): State<App>, viewer: Viewer) -> Result<Response> {
    let form = KeyForm { may: "read".to_owned(), ..KeyForm::default() };
    draw(&app, &viewer, form, Mistakes::default()).await
}

async fn draw(app: &App, viewer: &Viewer, form: KeyForm, mistakes: Mistakes) -> Result<Response> {
    let shell = app.shell(viewer, "new-key", "A key for a program", Nav::Team).await?;
    Ok(Html(NewKeyPage { shell, form, mistakes }.render()?).into_response())
}

pub(super) async fn add(State(app): State<App>, viewer: Viewer, Fields(form): Fields<KeyForm>) -> Result<Response> {
    let scopes: &[&str] = match form.may.as_str() {
        "read" => &["read"],
        "reply" => &["read", "reply"],
        _ => &[],
    };
    let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
    match accounts::add_api_token(&app.engine, viewer.user.id, &form.name, &scopes).await {
        Ok(key) => {
            let shell = app.shell(&viewer, "key", "Your new key", Nav::Team).await?;
            let example = format!("{}/api/v1/conversations", app.engine.public_url);
            Ok(Html(KeyPage { shell, name: form.name, key, example }.render()?).into_response())
        }
        Err(error) => {
            let page = draw(&app, &viewer, form, Mistakes::of(error)?).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

pub(super) async fn revoke(State(app): State<App>, Path(id): Path<String>) -> Result<Redirect> {
    let id = id.parse().map(TokenId).map_err(|_| WebError::not_found())?;
    accounts::revoke_api_token(&app.engine, id).await?;
    Ok(Redirect::to("/team?done=revoked"))
}
