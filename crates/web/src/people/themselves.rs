//! The page behind the link in a message that asks somebody whether another address is theirs, too. Looking at it changes
//! nothing, since programs that look for what is harmful follow links as well: the buttons do. It says the same whatever
//! was answered, and of a link that does not hold any more it does not say why.

use crate::{App, Result, access::form::Fields, guard, layout::Shell};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;
use tertulia_engine::{EngineError, people as desk};

#[derive(Template)]
#[template(path = "people/themselves.html")]
struct Page {
    shell: Shell,
    organisation: String,
    step: Step,
}

enum Step {
    /// The other address, mostly hidden.
    Ask(String),
    Done,
    Over,
    /// Who is signed in here is of the team, and reads what was sent: it is not for them to say.
    Member,
}

async fn page(app: &App, step: Step) -> Result<Response> {
    let (title, status) = match &step {
        Step::Ask(_) => ("Is this you too?", StatusCode::OK),
        Step::Done => ("Thank you", StatusCode::OK),
        Step::Over => ("This link does not hold any more", StatusCode::GONE),
        Step::Member => ("This is for them to say", StatusCode::FORBIDDEN),
    };
    let page = Page { shell: Shell::new("confirm", title), organisation: app.organisation().await?, step };
    let mut response = (status, Html(page.render()?)).into_response();
    // The address of this page is a secret of whoever it was sent to.
    response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    Ok(response)
}

pub(super) async fn look(State(app): State<App>, Path(token): Path<String>) -> Result<Response> {
    match desk::look(&app.engine, &token).await {
        Ok(shown) => page(&app, Step::Ask(shown.other)).await,
        Err(EngineError::Refused(_)) => page(&app, Step::Over).await,
        Err(other) => Err(other.into()),
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Said {
    said: String,
}

/// What stands in the address proves who answers; there is no session here that another site could misuse.
pub(super) async fn say(
    State(app): State<App>,
    Path(token): Path<String>,
    headers: HeaderMap,
    Fields(form): Fields<Said>,
) -> Result<Response> {
    if guard::is_member(&app, &headers).await? {
        return page(&app, Step::Member).await;
    }
    let is_same = match form.said.as_str() {
        "yes" => true,
        "no" => false,
        // Neither button was pressed.
        _ => return look(State(app), Path(token)).await,
    };
    match desk::say(&app.engine, &token, is_same).await {
        Ok(()) => page(&app, Step::Done).await,
        Err(EngineError::Refused(_)) => page(&app, Step::Over).await,
        Err(other) => Err(other.into()),
    }
}
