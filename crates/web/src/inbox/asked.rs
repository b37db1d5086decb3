//! What every request about one conversation brings: who asks, which conversation, and beside which list it is open.

use super::{
    flash, id,
    list::{Known, Show},
};
use crate::{App, Result, Viewer, WebError};
use axum::{
    extract::{FromRequestParts, Path, Query},
    http::{HeaderMap, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use std::collections::HashMap;
use tertulia_model::{ConversationId, MessageId};
use tertulia_store::{
    conversations::{self, Conversation},
    drafts,
};

pub(crate) struct Asked {
    pub app: App,
    pub viewer: Viewer,
    pub headers: HeaderMap,
    pub held: Conversation,
    pub show: Show,
    /// The message that is being passed on; else it is about the answer.
    pub forwards: Option<MessageId>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Aim {
    forward: String,
}

impl FromRequestParts<App> for Asked {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let viewer = Viewer::from_request_parts(parts, app).await?;
        let path = Path::<HashMap<String, String>>::from_request_parts(parts, app).await;
        let Path(path) = path.map_err(|_| WebError::not_found())?;
        let conversation: ConversationId = id(path.get("id").map(String::as_str).unwrap_or_default())?;
        let held = conversations::get(&mut app.engine.db.reader(), conversation).await?;
        let Query(show) = Query::<Show>::try_from_uri(&parts.uri).map_err(|_| WebError::not_found())?;
        let Query(aim) = Query::<Aim>::try_from_uri(&parts.uri).map_err(|_| WebError::not_found())?;
        Ok(Self {
            app: app.clone(),
            viewer,
            headers: parts.headers.clone(),
            held: held.ok_or_else(WebError::not_found)?,
            show,
            forwards: if aim.forward.is_empty() { None } else { Some(id(&aim.forward)?) },
        })
    }
}

impl Asked {
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
        format!("/inbox/{}{}", self.held.id, self.show.query())
    }

    /// The address of something that is done here: `/draft`.
    pub fn act(&self, act: &str) -> String {
        let path = format!("/inbox/{}{act}", self.held.id);
        match self.forwards {
            None => format!("{path}{}", self.show.query()),
            Some(message) => format!("{path}?forward={message}{}", self.show.more()),
        }
    }

    /// Whether a script of ours asks, which wants a piece and no page.
    pub fn is_scripted(&self) -> bool {
        self.headers.contains_key("x-csrf-token")
    }

    pub fn back(&self) -> Response {
        Redirect::to(&self.here()).into_response()
    }

    /// Back to the conversation, which says what was done.
    pub fn stay(&self, text: &str, undo_url: Option<String>) -> Response {
        flash::redirect(&self.app, &self.plain(), text, undo_url)
    }
}
