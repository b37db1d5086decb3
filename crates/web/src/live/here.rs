//! Who else has a conversation open: pages say that they show it, and are told when somebody comes or goes.

use crate::{
    App, Result, Viewer, WebError,
    access::form::Fields,
    inbox::{Known, id},
};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::Html,
};
use tertulia_model::ConversationId;
use tertulia_store::conversations;

/// A page names itself by a few letters of its own choice.
const LONGEST_NAME: usize = 64;

#[derive(serde::Deserialize, Default)]
#[serde(default)]
pub(super) struct Page {
    page: String,
}

/// "Salma has this open."
pub(crate) fn words(app: &App, known: &Known, conversation: ConversationId) -> String {
    let others = app.engine.bus.presence.others(conversation, known.viewer);
    let names: Vec<String> = others.into_iter().map(|member| known.member(member)).collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => format!("{one} has this open."),
        [firsts @ .., last] => format!("{} and {last} have this open.", firsts.join(", ")),
    }
}

#[derive(Template)]
#[template(source = "{{ words }}", ext = "html")]
struct Words {
    words: String,
}

pub(super) async fn who(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(conversation): Path<String>,
) -> Result<Html<String>> {
    let known = Known::read(&app, &viewer, &headers).await?;
    Ok(Html(Words { words: words(&app, &known, id(&conversation)?) }.render()?))
}

/// A page shows this conversation from now on.
pub(super) async fn enter(
    State(app): State<App>,
    viewer: Viewer,
    Path(conversation): Path<String>,
    Fields(page): Fields<Page>,
) -> Result<StatusCode> {
    let held = conversations::get(&mut app.engine.db.reader(), id(&conversation)?).await?;
    let held = held.ok_or_else(WebError::not_found)?;
    if page.page.len() > LONGEST_NAME {
        return Err(WebError::new(StatusCode::UNPROCESSABLE_ENTITY, "A page has a shorter name than that."));
    }
    let browser = viewer.session.unwrap_or_default();
    app.engine.bus.presence.enter(&browser, &page.page, held.id, viewer.user.id);
    Ok(StatusCode::NO_CONTENT)
}

/// The page is closed, or goes elsewhere.
pub(super) async fn leave(State(app): State<App>, viewer: Viewer, Fields(page): Fields<Page>) -> StatusCode {
    app.engine.bus.presence.leave(&viewer.session.unwrap_or_default(), &page.page);
    StatusCode::NO_CONTENT
}
