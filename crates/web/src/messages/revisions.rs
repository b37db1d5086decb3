//! The earlier wordings of a message that was changed where it was written.

use crate::{
    App, Result, Viewer, WebError,
    inbox::id,
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::Html,
};
use tertulia_engine::people;
use tertulia_model::{MessageId, Permission};
use tertulia_store::reading::{self, Revision};

#[derive(Template)]
#[template(path = "messages/revisions.html")]
struct Wordings {
    revisions: Vec<Revision>,
}

#[derive(Template)]
#[template(path = "messages/revisions_page.html")]
struct WordingsPage {
    shell: Shell,
    revisions: Vec<Revision>,
}

pub(crate) async fn page(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(message): Path<String>,
) -> Result<Html<String>> {
    let message: MessageId = id(&message)?;
    let mut db = app.engine.db.reader();
    let shown = reading::message(&mut db, message).await?.filter(|m| m.state == "shown");
    if shown.is_none() {
        return Err(WebError::not_found());
    }
    let mut revisions = reading::revisions(&mut db, message).await?;
    revisions.reverse();
    if !viewer.user.role.may(Permission::Converse) {
        revisions.iter_mut().for_each(|said| said.text = people::without_links(&said.text));
    }
    if headers.contains_key("hx-request") {
        return Ok(Html(Wordings { revisions }.render()?));
    }
    let shell = app.shell(&viewer, "revisions", "Earlier wordings", Nav::Inbox).await?;
    Ok(Html(WordingsPage { shell, revisions }.render()?))
}
