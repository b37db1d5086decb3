//! A note of the team's beside what was said.

use super::{
    Fields,
    asked::Asked,
    conversation::{self, Opened},
};
use crate::{
    Result,
    notes::{came_again, done},
};
use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use tertulia_engine::notes::{self as desk, About};

/// Adds a note; without its effect the page comes again with what was typed.
pub(crate) async fn add(asked: Asked, fields: Fields) -> Result<Response> {
    let (app, viewer) = (&asked.app, &asked.viewer);
    let text = fields.get("note");
    match desk::add(&app.engine, viewer.user.id, About::Conversation(asked.held.id), text).await {
        // The newest stands on the page as it opens, beside the same list.
        Ok(undo) => {
            let to = format!("{}#note-{}", asked.plain(), undo.note);
            Ok(done(app, viewer, &to, undo, "Noted. Only the team sees it."))
        }
        Err(error) => {
            let note = came_again(text.to_owned(), error)?;
            let page = conversation::draw(&asked, Opened { note, ..Opened::default() }).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}
