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
    pub may: String,
    pub owner: String,
    pub used_at: Option<i64>,
}

pub(super) fn view(key: ApiToken, members: &[User]) -> KeyView {
    let owner = members.iter().find(|member| member.id == key.user_id).map(|member| member.name.clone());
    KeyView {
        id: key.id.to_string(),
        name: key.name,
        may: words(&key.scopes),
        owner: owner.unwrap_or_default(),
        used_at: key.used_at,
    }
}

/// What a key may do besides what its name says it reads.
const WORDS: [(&str, &str); 4] =
    [("read", "read"), ("reply", "reply"), ("listen", "look after monitors"), ("manage", "manage")];

/// "read, reply and look after monitors".
fn words(scopes: &str) -> String {
    let has = |scope: &str| scopes.split(' ').any(|has| has == scope);
    let mut all: Vec<&str> = WORDS.iter().filter(|(scope, _)| has(scope)).map(|(_, words)| *words).collect();
    match all.pop() {
        Some(last) if !all.is_empty() => format!("{} and {last}", all.join(", ")),
        Some(only) => only.to_owned(),
        None => "nothing".to_owned(),
    }
}

/// Every key reads; the rest is chosen.
#[derive(serde::Deserialize, Default)]
#[serde(default)]
pub(super) struct KeyForm {
    name: String,
    reply: String,
    listen: String,
    manage: String,
}

impl KeyForm {
    fn scopes(&self) -> Vec<String> {
        let chosen = [("reply", &self.reply), ("listen", &self.listen), ("manage", &self.manage)];
        let chosen = chosen.into_iter().filter(|(_, value)| !value.is_empty()).map(|(scope, _)| scope);
        std::iter::once("read").chain(chosen).map(str::to_owned).collect()
    }
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
    draw(&app, &viewer, KeyForm::default(), Mistakes::default()).await
}

async fn draw(app: &App, viewer: &Viewer, form: KeyForm, mistakes: Mistakes) -> Result<Response> {
    let shell = app.shell(viewer, "new-key", "A key for a program", Nav::Team).await?;
    Ok(Html(NewKeyPage { shell, form, mistakes }.render()?).into_response())
}

pub(super) async fn add(State(app): State<App>, viewer: Viewer, Fields(form): Fields<KeyForm>) -> Result<Response> {
    match accounts::add_api_token(&app.engine, viewer.user.id, &form.name, &form.scopes()).await {
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
