//! Writing a saved reply.

use super::{
    super::acts::{Undoing, done},
    variables,
};
use crate::{
    App, Result, Viewer,
    access::form::{Fields, Mistakes},
    inbox::id as id_of,
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;
use tertulia_engine::saved_replies::{self, Form};
use tertulia_store::saved_replies::TEAM;

const LIST: &str = "/know-how/replies";

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Typed {
    title: String,
    body: String,
    /// `team`, or the member's own.
    whose: String,
    /// How it stood when its words were typed.
    version: Option<i64>,
}

impl Typed {
    fn form(&self) -> Form {
        Form { title: self.title.clone(), body: self.body.clone(), of_team: self.whose == "team" }
    }
}

#[derive(Template)]
#[template(path = "knowhow/reply_form.html")]
struct FormPage {
    shell: Shell,
    heading: &'static str,
    action: String,
    remove: Option<String>,
    typed: Typed,
    mistakes: Mistakes,
    variables: Vec<(String, &'static str)>,
    /// What it says by now, where somebody changed it while this was typed.
    stands: Option<(String, String)>,
}

async fn form_page(app: &App, viewer: &Viewer, id: Option<i64>, typed: Typed, mistakes: Mistakes) -> Result<FormPage> {
    let heading = if id.is_some() { "Change the saved reply" } else { "Save a reply" };
    let at = id.map(|id| format!("{LIST}/{id}"));
    Ok(FormPage {
        shell: app.shell(viewer, "know-how", heading, Nav::KnowHow).await?,
        heading,
        remove: at.as_ref().map(|at| format!("{at}/remove")),
        action: at.unwrap_or_else(|| format!("{LIST}/new")),
        typed,
        mistakes,
        variables: variables(),
        stands: None,
    })
}

pub(crate) async fn new(State(app): State<App>, viewer: Viewer) -> Result<Response> {
    let page = form_page(&app, &viewer, None, Typed::default(), Mistakes::default()).await?;
    Ok(Html(page.render()?).into_response())
}

pub(crate) async fn add(State(app): State<App>, viewer: Viewer, Fields(typed): Fields<Typed>) -> Result<Response> {
    match saved_replies::add(&app.engine, viewer.user.id, &typed.form()).await {
        Ok((_, undo)) => {
            let said = "Saved. Press / while you write an answer, and type its name.";
            Ok(done(&app, &viewer, LIST, said, Undoing::SavedReply(undo)))
        }
        Err(error) => {
            let page = form_page(&app, &viewer, None, typed, Mistakes::of(error)?).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response())
        }
    }
}

pub(crate) async fn edit(State(app): State<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Response> {
    let reply = saved_replies::get(&mut app.engine.db.reader(), viewer.user.id, id_of(&id)?).await?;
    let typed = Typed {
        whose: if reply.owner_id == TEAM { "team" } else { "me" }.to_owned(),
        version: Some(reply.version),
        title: reply.title,
        body: reply.body,
    };
    let page = form_page(&app, &viewer, Some(reply.id), typed, Mistakes::default()).await?;
    Ok(Html(page.render()?).into_response())
}

pub(crate) async fn change(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    Fields(typed): Fields<Typed>,
) -> Result<Response> {
    let id: i64 = id_of(&id)?;
    match saved_replies::change(&app.engine, viewer.user.id, id, &typed.form(), typed.version).await {
        Ok(undo) => Ok(done(&app, &viewer, LIST, "Saved.", Undoing::SavedReply(undo))),
        Err(error) => {
            // Whoever has seen how it stands may save over it.
            let stands = saved_replies::get(&mut app.engine.db.reader(), viewer.user.id, id).await?;
            let is_newer = typed.version.is_some_and(|version| version != stands.version);
            let typed = Typed { version: typed.version.map(|_| stands.version), ..typed };
            let mut page = form_page(&app, &viewer, Some(id), typed, Mistakes::of(error)?).await?;
            page.stands = is_newer.then_some((stands.title, stands.body));
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response())
        }
    }
}

pub(crate) async fn remove(State(app): State<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Response> {
    let undo = saved_replies::remove(&app.engine, viewer.user.id, id_of(&id)?).await?;
    Ok(done(&app, &viewer, LIST, "Removed.", Undoing::SavedReply(undo)))
}
