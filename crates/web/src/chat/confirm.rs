//! The link in the mail that asks whether an address is theirs. Following it changes nothing, since scanners of mail
//! follow links too: the button on the page confirms.

use crate::{
    App, Result,
    layout::Shell,
    routes::{Rule, Table},
};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};
use tertulia_engine::{EngineError, outbound};
use tertulia_model::IdentityId;

const PATH: &str = "/confirm/{identity}/{until}/{signature}";

pub(super) fn routes(table: &mut Table) {
    table.get(PATH, Rule::Anybody, get(ask));
    table.post(PATH, Rule::Anybody, post(confirm));
}

#[derive(Template)]
#[template(path = "webchat/confirm.html")]
struct Page {
    shell: Shell,
    organisation: String,
    step: Step,
}

enum Step {
    Ask,
    Done,
    Failed(String),
}

async fn page(app: &App, step: Step) -> Result<Html<String>> {
    let title = match &step {
        Step::Ask => "Is this your address?",
        Step::Done => "Thank you",
        Step::Failed(_) => "That did not work",
    };
    let organisation = app.organisation().await?;
    Ok(Html(Page { shell: Shell::new("confirm", title), organisation, step }.render()?))
}

async fn ask(State(app): State<App>) -> Result<Html<String>> {
    page(&app, Step::Ask).await
}

/// The signature in the address is what proves it; there is no session here that another site could misuse.
async fn confirm(
    State(app): State<App>,
    Path((identity, until, signature)): Path<(String, String, String)>,
) -> Result<Response> {
    let known = identity.parse().ok().zip(until.parse().ok());
    let confirmed = match known {
        Some((identity, until)) => {
            outbound::confirm_address(&app.engine, IdentityId(identity), until, &signature).await
        }
        None => Err(EngineError::missing("This address")),
    };
    match confirmed {
        Ok(()) => Ok(page(&app, Step::Done).await?.into_response()),
        Err(EngineError::NotFound(_) | EngineError::Refused(_)) => {
            let why = "This link does not hold any more, or a part of it is missing. Nothing was changed. Follow it \
                once more from the mail, or write to us again in the chat.";
            Ok((StatusCode::GONE, page(&app, Step::Failed(why.to_owned())).await?).into_response())
        }
        Err(other) => Err(other.into()),
    }
}
