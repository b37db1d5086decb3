//! What every request about one conversation brings: who asks, which conversation, and beside which list it is open.

use super::{flash, id, known::Known, list::Show};
use crate::{App, Result, Viewer, WebError};
use axum::{
    extract::{FromRequestParts, Path, Query},
    http::{HeaderMap, Method, StatusCode, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use std::collections::HashMap;
use tertulia_model::{ConversationId, MessageId};
use tertulia_store::{
    conversations::{self, Conversation},
    drafts, merges,
};

/// Only a script of ours sends it.
const BY_SCRIPT: &str = "x-csrf-token";

pub(crate) struct Asked {
    pub app: App,
    pub viewer: Viewer,
    pub headers: HeaderMap,
    pub held: Conversation,
    pub show: Show,
    /// The message that is being passed on; else it is about the answer.
    pub forwards: Option<MessageId>,
    /// It was written for a conversation that has become part of this one.
    pub moved: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Aim {
    forward: String,
    moved: String,
}

impl FromRequestParts<App> for Asked {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> std::result::Result<Self, Response> {
        let (asked, conversation) = Self::read(parts, app).await.map_err(IntoResponse::into_response)?;
        match asked {
            Some(asked) => Ok(asked),
            None => Err(moved(parts, app, conversation).await.unwrap_or_else(IntoResponse::into_response)),
        }
    }
}

/// Where a conversation is now that was merged away. What was written for it is kept there as a draft, and not sent before
/// its writer has seen where it goes.
async fn moved(parts: &Parts, app: &App, from: ConversationId) -> Result<Response> {
    let into = merges::merged_into(&mut app.engine.db.reader(), from).await?.ok_or_else(WebError::not_found)?;
    // A piece of an open page has no use for another page, and its reader has not seen what stands there.
    if parts.headers.contains_key(BY_SCRIPT) || parts.headers.contains_key("hx-request") {
        let words = "This conversation was made one with another. Open it again to see where it goes on.";
        return Err(WebError::new(StatusCode::NOT_FOUND, words));
    }
    let query = parts.uri.query().unwrap_or_default();
    let path = parts.uri.path();
    if parts.method == Method::POST && (path.ends_with("/reply") || path.ends_with("/draft")) {
        return Ok(Redirect::temporary(&format!("/inbox/{into}/draft?moved=yes&{query}")).into_response());
    }
    // A note is the team's own, whoever it stands beside.
    if parts.method == Method::POST && path.ends_with("/notes") {
        return Ok(Redirect::temporary(&format!("/inbox/{into}/notes?{query}")).into_response());
    }
    let words = match parts.method {
        Method::POST => "This conversation was made one with another; here it goes on. Nothing else was done.",
        _ => "This conversation was made one with another; here it goes on.",
    };
    Ok(flash::redirect(app, &format!("/inbox/{into}?{query}"), words, None))
}

impl Asked {
    /// None where there is no such conversation.
    async fn read(parts: &mut Parts, app: &App) -> Result<(Option<Self>, ConversationId)> {
        let viewer = Viewer::from_request_parts(parts, app).await?;
        let path = Path::<HashMap<String, String>>::from_request_parts(parts, app).await;
        let Path(path) = path.map_err(|_| WebError::not_found())?;
        let conversation: ConversationId = id(path.get("id").map(String::as_str).unwrap_or_default())?;
        let held = conversations::get(&mut app.engine.db.reader(), conversation).await?;
        let Query(show) = Query::<Show>::try_from_uri(&parts.uri).map_err(|_| WebError::not_found())?;
        let Query(aim) = Query::<Aim>::try_from_uri(&parts.uri).map_err(|_| WebError::not_found())?;
        let forwards = if aim.forward.is_empty() { None } else { Some(id(&aim.forward)?) };
        let (app, headers, moved) = (app.clone(), parts.headers.clone(), aim.moved == "yes");
        let asked = held.map(|held| Self { app, viewer, headers, held, show, forwards, moved });
        Ok((asked, conversation))
    }

    pub async fn known(&self) -> Result<Known> {
        Known::read(&self.app, &self.viewer, &self.headers).await
    }

    /// The draft it is about.
    pub fn draft(&self) -> drafts::Key {
        drafts::Key { user: self.viewer.user.id, conversation: self.held.id, forwards: self.forwards }
    }

    /// The conversation's own page, as it is open now.
    pub fn here(&self) -> String {
        self.act("")
    }

    /// The conversation's page with the answer, whatever is being passed on.
    pub fn plain(&self) -> String {
        self.act_plainly("")
    }

    /// The address of something that is done here: `/draft`.
    pub fn act(&self, act: &str) -> String {
        let path = format!("/inbox/{}{act}", self.held.id);
        match self.forwards {
            None => format!("{path}{}", self.show.query()),
            Some(message) => format!("{path}?forward={message}{}", self.show.more()),
        }
    }

    /// The same, whatever is being passed on.
    pub fn act_plainly(&self, act: &str) -> String {
        format!("/inbox/{}{act}{}", self.held.id, self.show.query())
    }

    /// Whether a script of ours asks, which wants a piece and no page.
    pub fn is_scripted(&self) -> bool {
        self.headers.contains_key(BY_SCRIPT)
    }

    pub fn back(&self) -> Response {
        Redirect::to(&self.here()).into_response()
    }

    /// Back to the conversation, which says what was done.
    pub fn stay(&self, text: &str, undo_url: Option<String>) -> Response {
        flash::redirect(&self.app, &self.plain(), text, undo_url)
    }
}
