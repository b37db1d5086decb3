//! Noting that somebody asks for an item, without a message of theirs: who they are is looked up by name.

use super::{href, known, title_words, undo::done};
use crate::{
    App, Result, Viewer,
    access::form::{Fields, Mistakes},
    inbox::{id as id_of, whose},
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;
use tertulia_engine::{
    EngineError,
    feedback::{self, Of},
};
use tertulia_model::PersonId;
use tertulia_store::{feedback::Item, people};

/// People to choose from.
const MOST: i64 = 20;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    q: String,
    person: String,
    note: String,
}

#[derive(Template)]
#[template(path = "feedback/behalf.html")]
struct BehalfPage {
    shell: Shell,
    href: String,
    title: String,
    query: String,
    /// Id and name.
    people: Vec<(String, String)>,
    typed: Typed,
    mistakes: Mistakes,
}

async fn draw(app: &App, viewer: &Viewer, item: Item, typed: Typed, mistakes: Mistakes) -> Result<Response> {
    let like = Some(typed.q.trim()).filter(|text| !text.is_empty());
    let found = match like {
        Some(_) => people::list(&mut app.engine.db.reader(), like, None, MOST).await?,
        None => Vec::new(),
    };
    let status = if mistakes.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = BehalfPage {
        shell: app.shell(viewer, "feedback", "Somebody asks for this, too", Nav::Feedback).await?,
        href: href(item.root_id),
        title: title_words(&item.title),
        query: typed.q.trim().to_owned(),
        people: found.into_iter().map(|row| (row.id.to_string(), whose(Some(&row.name)))).collect(),
        typed,
        mistakes,
    };
    Ok((status, Html(page.render()?)).into_response())
}

pub(super) async fn ask(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    Query(typed): Query<Typed>,
) -> Result<Response> {
    let item = known(&app, &id).await?;
    draw(&app, &viewer, item, typed, Mistakes::default()).await
}

pub(super) async fn note(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    Fields(typed): Fields<Typed>,
) -> Result<Response> {
    let item = known(&app, &id).await?;
    if typed.person.is_empty() {
        let mistakes = Mistakes::of(EngineError::invalid("person", "Choose who asks for it."))?;
        return draw(&app, &viewer, item, typed, mistakes).await;
    }
    let of = Of::Person { person: PersonId(id_of(&typed.person)?), note: typed.note.clone() };
    match feedback::give(&app.engine, viewer.user.id, item.id, &of).await {
        Ok(given) => {
            let said = if given.undo.is_some() { "Noted on their behalf." } else { "That was noted before." };
            Ok(done(&app, &viewer, &href(given.item), said, given.undo))
        }
        Err(error) => draw(&app, &viewer, item, typed, Mistakes::of(error)?).await,
    }
}
