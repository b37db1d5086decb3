//! Erasing one person: what goes and what stays is said first, their name is typed, and a report says what went.

use crate::{
    App, Result, Viewer, WebError,
    access::form::Fields,
    inbox::{id, whose},
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use tertulia_engine::{
    EngineError,
    erase::{self, Preview},
};
use tertulia_model::{Millis, PersonId};
use tertulia_store::erased;

#[derive(Template)]
#[template(path = "people/erase.html")]
struct ErasePage {
    shell: Shell,
    person: PersonId,
    name: String,
    goes: Vec<String>,
    general: String,
    mistakes: Vec<(String, String)>,
    mistake: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Confirmed {
    name: String,
}

pub(super) async fn ask(State(app): State<App>, viewer: Viewer, Path(person): Path<String>) -> Result<Response> {
    let person: PersonId = id(&person)?;
    let preview = erase::preview(&app.engine, person).await?;
    draw(&app, &viewer, person, &preview, String::new(), String::new()).await
}

async fn draw(
    app: &App,
    viewer: &Viewer,
    person: PersonId,
    preview: &Preview,
    general: String,
    mistake: String,
) -> Result<Response> {
    let mistakes = (!mistake.is_empty()).then(|| ("name".to_owned(), mistake.clone())).into_iter().collect();
    let page = ErasePage {
        shell: app.shell(viewer, "person", "Erase a person", Nav::People).await?,
        person,
        name: whose(Some(&preview.name)),
        goes: goes(preview),
        general,
        mistakes,
        mistake,
    };
    Ok(Html(page.render()?).into_response())
}

fn goes(preview: &Preview) -> Vec<String> {
    let many = |n: usize, one: &str, more: &str| if n == 1 { format!("1 {one}") } else { format!("{n} {more}") };
    vec![
        format!("Their name and {}.", many(preview.identities, "address or account", "addresses and accounts")),
        format!(
            "The words and files of {}, in every wording.",
            many(preview.written, "message of theirs", "messages of theirs")
        ),
        format!(
            "The words of {} to them or about what they wrote; what is not sent yet is not sent.",
            many(preview.answers, "answer", "answers")
        ),
        format!(
            "Subject and first words of {}, and what is being written there.",
            many(preview.conversations, "conversation", "conversations")
        ),
        "What monitors found of theirs, their answers to surveys, and what was set aside in Quarantine and names them."
            .to_owned(),
        format!("Their bytes in {} on the disk.", many(preview.blobs, "file", "files")),
    ]
}

/// A name is typed as people type it.
pub(crate) fn same_name(typed: &str, name: &str) -> bool {
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    plain(typed) == plain(name)
}

pub(super) async fn confirm(
    State(app): State<App>,
    viewer: Viewer,
    Path(person): Path<String>,
    Fields(confirmed): Fields<Confirmed>,
) -> Result<Response> {
    let person: PersonId = id(&person)?;
    let preview = erase::preview(&app.engine, person).await?;
    if !same_name(&confirmed.name, &whose(Some(&preview.name))) {
        let why = "Type their name as it stands above.".to_owned();
        let page = draw(&app, &viewer, person, &preview, String::new(), why).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    match erase::erase(&app.engine, person, viewer.user.id).await {
        Ok(report) => Ok(Redirect::to(&format!("/people/erasures/{report}")).into_response()),
        Err(EngineError::Refused(why)) => {
            let page = draw(&app, &viewer, person, &preview, why, String::new()).await?;
            Ok((StatusCode::CONFLICT, page).into_response())
        }
        Err(other) => Err(other.into()),
    }
}

#[derive(Template)]
#[template(path = "people/erased.html")]
struct ErasedPage {
    shell: Shell,
    id: i64,
    at: Millis,
    finished: bool,
    facts: Vec<(String, u64)>,
    stays: Vec<String>,
    out_of_reach: Vec<String>,
    /// Folder and time of each backup that was made before.
    backups: Vec<(String, Millis)>,
}

pub(super) async fn report(State(app): State<App>, viewer: Viewer, Path(report): Path<i64>) -> Result<Html<String>> {
    let found = erased::get_report(&mut app.engine.db.reader(), report).await?.ok_or_else(WebError::not_found)?;
    let told: serde_json::Value = serde_json::from_str(&found.report).unwrap_or_default();
    let number = |name: &str| told[name].as_u64().unwrap_or(0);
    let lines = |name: &str| -> Vec<String> {
        told[name].as_array().into_iter().flatten().filter_map(|l| l.as_str().map(str::to_owned)).collect()
    };
    let facts = [
        ("Addresses and accounts", number("identities")),
        ("Messages of theirs", number("messages_of_theirs")),
        ("Messages of ours to them", number("messages_of_ours_to_them")),
        ("Conversations", number("conversations")),
        ("Items in Quarantine", number("set_aside")),
        ("Files on the disk written anew", told["blobs"]["rewritten"].as_u64().unwrap_or(0)),
        ("Files on the disk deleted", told["blobs"]["removed"].as_u64().unwrap_or(0)),
    ];
    let page = ErasedPage {
        shell: app.shell(&viewer, "person", "Report of an erasure", Nav::People).await?,
        id: found.id,
        at: found.at,
        finished: told["finished"].as_bool() == Some(true),
        facts: facts.into_iter().map(|(name, n)| (name.to_owned(), n)).collect(),
        stays: lines("what_stays"),
        out_of_reach: lines("out_of_reach"),
        backups: told["backups"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|one| Some((one["folder"].as_str()?.to_owned(), one["made_at"].as_i64()?)))
            .collect(),
    };
    Ok(Html(page.render()?))
}

pub(super) async fn download(State(app): State<App>, _: Viewer, Path(report): Path<i64>) -> Result<Response> {
    let found = erased::get_report(&mut app.engine.db.reader(), report).await?.ok_or_else(WebError::not_found)?;
    let mut response = found.report.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"erasure.json\""));
    Ok(response)
}
