//! Erasing a customer who never wrote: what goes is said first, and their name is typed.

use super::words::many;
use crate::{
    App, Result, Viewer,
    access::form::Fields,
    inbox::id as id_of,
    layout::{Nav, Shell},
    people::same_name,
};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use tertulia_engine::{
    EngineError,
    erase::{self, Along, CustomerPreview},
};

#[derive(Template)]
#[template(path = "customers/erase.html")]
struct ErasePage {
    shell: Shell,
    id: i64,
    name: String,
    list: String,
    goes: Vec<String>,
    others: Vec<Along>,
    general: String,
    mistakes: Vec<(String, String)>,
    mistake: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Confirmed {
    name: String,
}

fn goes(preview: &CustomerPreview) -> Vec<String> {
    let many = |n: usize, one: &str, more: &str| many(i64::try_from(n).unwrap_or(i64::MAX), one, more);
    let mut goes = vec!["Their name, and their number in the list.".to_owned()];
    if preview.addresses > 0 {
        goes.push(format!("{} of theirs.", many(preview.addresses, "address or account", "addresses and accounts")));
    }
    if preview.values > 0 {
        goes.push(format!("{} of what the list says of them.", many(preview.values, "value", "values")));
    }
    if preview.answers > 0 {
        goes.push(format!(
            "The words of {} to an address of theirs that nobody else has.",
            many(preview.answers, "message of yours", "messages of yours")
        ));
    }
    if preview.set_aside > 0 {
        goes.push(format!(
            "{} in Quarantine in which such an address stands as a word.",
            many(preview.set_aside, "item", "items")
        ));
    }
    goes
}

async fn draw(app: &App, viewer: &Viewer, id: i64, general: String, mistake: String) -> Result<Response> {
    let preview = erase::preview_customer(&app.engine, id).await?;
    let mistakes = (!mistake.is_empty()).then(|| ("name".to_owned(), mistake.clone())).into_iter().collect();
    let page = ErasePage {
        shell: app.shell(viewer, "customer", "Erase a customer", Nav::People).await?,
        id,
        goes: goes(&preview),
        name: preview.name,
        list: preview.list,
        others: preview.others,
        general,
        mistakes,
        mistake,
    };
    Ok(Html(page.render()?).into_response())
}

pub(super) async fn ask(State(app): State<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Response> {
    draw(&app, &viewer, id_of(&id)?, String::new(), String::new()).await
}

pub(super) async fn confirm(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    Fields(confirmed): Fields<Confirmed>,
) -> Result<Response> {
    let id: i64 = id_of(&id)?;
    let name = super::customer::known(&app, &id.to_string()).await?.name;
    if !same_name(&confirmed.name, &name) {
        let why = "Type their name as it stands above.".to_owned();
        let page = draw(&app, &viewer, id, String::new(), why).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    match erase::erase_customer(&app.engine, id, viewer.user.id).await {
        Ok(report) => Ok(Redirect::to(&format!("/people/erasures/{report}")).into_response()),
        Err(EngineError::Refused(why)) => {
            let page = draw(&app, &viewer, id, why, String::new()).await?;
            Ok((StatusCode::CONFLICT, page).into_response())
        }
        Err(other) => Err(other.into()),
    }
}
