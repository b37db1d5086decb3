//! A link by which a member sets their password: an invitation, or a reset.

use super::{
    enter,
    form::{Fields, Mistakes},
    from_here,
};
use crate::{App, Result, layout::Shell};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Response},
};
use tertulia_engine::accounts;
use tertulia_store::users::User;

#[derive(serde::Deserialize, Default)]
#[serde(default)]
pub(super) struct PasswordForm {
    password: String,
}

#[derive(Template)]
#[template(path = "access/password.html")]
struct PasswordPage<'a> {
    shell: Shell,
    member: &'a User,
    action: String,
    mistakes: Mistakes,
}

pub(super) async fn page(State(app): State<App>, Path(token): Path<String>) -> Result<Response> {
    let member = accounts::invited(&app.engine, &token).await?;
    draw(&app, &token, &member, Mistakes::default()).await
}

async fn draw(app: &App, token: &str, member: &User, mistakes: Mistakes) -> Result<Response> {
    let organisation = app.organisation().await?;
    let shell = Shell { organisation, ..Shell::new("password", "Choose a password") };
    let action = format!("/password/{token}");
    Ok(Html(PasswordPage { shell, member, action, mistakes }.render()?).into_response())
}

pub(super) async fn set(
    State(app): State<App>,
    Path(token): Path<String>,
    headers: HeaderMap,
    Fields(form): Fields<PasswordForm>,
) -> Result<Response> {
    from_here(&headers)?;
    let member = accounts::invited(&app.engine, &token).await?;
    match accounts::accept(&app.engine, &token, &form.password).await {
        Ok(signed_in) => Ok(enter(&app, &signed_in, "/")),
        Err(error) => {
            let page = draw(&app, &token, &member, Mistakes::of(error)?).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}
