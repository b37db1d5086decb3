//! Erasing one person: what goes and what stays is said first, and their name is typed.

use crate::{
    App, Result, Viewer,
    access::form::Fields,
    inbox::{id, whose},
    layout::{Nav, Shell},
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
    erase::{self, Preview, Seen},
};
use tertulia_model::{IdentityId, PersonId};
use tertulia_store::people;

#[derive(Template)]
#[template(path = "people/erase.html")]
struct ErasePage {
    shell: Shell,
    person: PersonId,
    name: String,
    /// The identities that go, with spaces between.
    known: String,
    /// The customers who go along, with spaces between; and each with whether that is who they are.
    along: String,
    customers: Vec<erase::Along>,
    goes: Vec<String>,
    general: String,
    mistakes: Vec<(String, String)>,
    mistake: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Confirmed {
    name: String,
    /// The identities that the page showed, with spaces between.
    known: String,
    /// The same of the customers who go along.
    along: String,
}

/// Under what somebody is known: whoever is erased loses all of it.
async fn known_as(app: &App, person: PersonId) -> Result<String> {
    let identities = people::identities(&mut app.engine.db.reader(), person).await?;
    Ok(identities.iter().map(|identity| identity.id.to_string()).collect::<Vec<_>>().join(" "))
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
        known: known_as(app, person).await?,
        along: preview.customers.iter().map(|one| one.id.to_string()).collect::<Vec<_>>().join(" "),
        customers: preview.customers.clone(),
        goes: goes(preview),
        general,
        mistakes,
        mistake,
    };
    Ok(Html(page.render()?).into_response())
}

fn goes(preview: &Preview) -> Vec<String> {
    let many = |n: usize, one: &str, more: &str| if n == 1 { format!("1 {one}") } else { format!("{n} {more}") };
    let mut goes =
        vec![format!("Their name and {}.", many(preview.identities, "address or account", "addresses and accounts"))];
    if preview.written > 0 {
        goes.push(format!(
            "The words and files of {}, in every wording.",
            many(preview.written, "message of theirs", "messages of theirs")
        ));
    }
    if preview.answers > 0 {
        goes.push(format!(
            "The words of {} to them or about what they wrote; what is not sent yet is not sent.",
            many(preview.answers, "answer", "answers")
        ));
    }
    if preview.conversations > 0 {
        goes.push(format!(
            "Subject and first words of {} in which nobody else talks, and what is being written there.",
            many(preview.conversations, "conversation", "conversations")
        ));
    }
    goes.push(
        "What is being written to them elsewhere, what monitors found of theirs, and their answers to surveys."
            .to_owned(),
    );
    if preview.blobs > 0 {
        goes.push(format!("Their bytes in {} on the disk.", many(preview.blobs, "file", "files")));
    }
    if preview.set_aside > 0 {
        goes.push(format!(
            "{} in Quarantine that could not be read and in which their address or account stands as a word: look there \
             first, if that word may mean somebody else, too.",
            many(preview.set_aside, "item", "items")
        ));
    }
    if preview.errands > 0 {
        goes.push(format!(
            "{} of channels with their messages or with them.",
            many(preview.errands, "thing left for later", "things left for later")
        ));
    }
    goes
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
    let name = erase::name_of(&app.engine, person).await?;
    if !same_name(&confirmed.name, &whose(Some(&name))) {
        let why = "Type their name as it stands above.".to_owned();
        let preview = erase::preview(&app.engine, person).await?;
        let page = draw(&app, &viewer, person, &preview, String::new(), why).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    let seen = Seen {
        identities: confirmed.known.split(' ').filter_map(|id| id.parse().ok()).map(IdentityId).collect(),
        customers: confirmed.along.split(' ').filter_map(|id| id.parse().ok()).collect(),
    };
    match erase::erase_seen(&app.engine, person, viewer.user.id, Some(&seen)).await {
        Ok(report) => Ok(Redirect::to(&format!("/people/erasures/{report}")).into_response()),
        Err(EngineError::Refused(why)) => {
            let preview = erase::preview(&app.engine, person).await?;
            let page = draw(&app, &viewer, person, &preview, why, String::new()).await?;
            Ok((StatusCode::CONFLICT, page).into_response())
        }
        Err(other) => Err(other.into()),
    }
}
