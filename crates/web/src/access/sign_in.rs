//! Signing in.

use super::{
    enter,
    form::{Fields, Mistakes},
    from_here, local_path,
};
use crate::{
    App, Result, Viewer,
    guard::{BROWSER_COOKIE, cookie},
    layout::Shell,
};
use askama::Template;
use axum::{
    Extension,
    extract::{ConnectInfo, Query, State},
    http::{Extensions, HeaderMap, StatusCode},
    response::{Html, IntoResponse, Redirect, Response},
};
use std::net::SocketAddr;
use tertulia_engine::{EngineError, accounts, setup};

#[derive(serde::Deserialize, Default)]
#[serde(default)]
pub(super) struct Wanted {
    next: String,
}

#[derive(serde::Deserialize, Default)]
#[serde(default)]
pub(super) struct SignInForm {
    mail: String,
    password: String,
    next: String,
}

#[derive(Template)]
#[template(path = "access/sign_in.html")]
struct SignInPage<'a> {
    shell: Shell,
    mail: &'a str,
    next: &'a str,
    mistakes: Mistakes,
}

pub(super) async fn page(
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    extensions: Extensions,
) -> Result<Response> {
    if setup::is_new(&app.engine).await? {
        return Ok(Redirect::to("/welcome").into_response());
    }
    if extensions.get::<Viewer>().is_some() {
        return Ok(Redirect::to(local_path(&wanted.next)).into_response());
    }
    draw(&app, "", &wanted.next, Mistakes::default()).await
}

async fn draw(app: &App, mail: &str, next: &str, mistakes: Mistakes) -> Result<Response> {
    let organisation = app.organisation().await?;
    let shell = Shell { organisation, ..Shell::new("sign-in", "Sign in") };
    Ok(Html(SignInPage { shell, mail, next: local_path(next), mistakes }.render()?).into_response())
}

pub(super) async fn sign_in(
    State(app): State<App>,
    headers: HeaderMap,
    extensions: Extensions,
    Fields(form): Fields<SignInForm>,
) -> Result<Response> {
    from_here(&headers)?;
    let peer = extensions.get::<ConnectInfo<SocketAddr>>().cloned().map(Extension);
    let browser = cookie(&headers, BROWSER_COOKIE);
    let from = accounts::From { place: app.visitor_address(peer, &headers), browser: browser.as_deref() };
    match accounts::sign_in(&app.engine, &form.mail, &form.password, from).await {
        Ok(signed_in) => Ok(enter(&app, &signed_in, &form.next)),
        Err(error) => {
            let status = match error {
                EngineError::TooMany => StatusCode::TOO_MANY_REQUESTS,
                _ => StatusCode::UNPROCESSABLE_ENTITY,
            };
            Ok((status, draw(&app, &form.mail, &form.next, Mistakes::of(error)?).await?).into_response())
        }
    }
}
