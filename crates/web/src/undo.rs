//! What was just done, offered to whoever did it to be undone, for a while. The offer travels through the browser,
//! sealed.

use crate::{App, Result, Viewer, WebError, inbox::flash};
use axum::{http::StatusCode, response::Response};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tertulia_model::{Millis, UserId};

/// Nobody has the page with the offer open for longer.
const OFFERED_FOR: Millis = 24 * 3_600_000;

/// How a part of the desk undoes.
pub(crate) struct WayBack {
    /// What offers are sealed for: one of another part opens nothing here.
    pub purpose: &'static str,
    /// Where it is undone.
    pub path: &'static str,
    /// What can be done instead when it is too late.
    pub instead: &'static str,
}

#[derive(Serialize, Deserialize)]
struct Offer<U> {
    to: UserId,
    at: Millis,
    undo: U,
}

/// The offer, as it comes back.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Of {
    of: String,
}

impl WayBack {
    pub(crate) fn url<U: Serialize>(&self, app: &App, to: UserId, undo: U) -> String {
        let offer = Offer { to, at: app.engine.now(), undo };
        format!("{}?of={}", self.path, flash::seal(app, self.purpose, &offer))
    }

    /// To a page that says what was done, with the way back.
    pub(crate) fn done<U: Serialize>(&self, app: &App, viewer: &Viewer, to: &str, said: &str, undo: U) -> Response {
        flash::redirect(app, to, said, Some(self.url(app, viewer.user.id, undo)))
    }

    /// What is to be undone.
    ///
    /// # Errors
    ///
    /// It was offered to somebody else, too long ago, or never.
    pub(crate) fn accept<U: DeserializeOwned>(&self, app: &App, viewer: &Viewer, of: &Of) -> Result<U> {
        let offer: Offer<U> = flash::unseal(app, self.purpose, &of.of).ok_or_else(WebError::not_found)?;
        if offer.to != viewer.user.id || app.engine.now() - offer.at > OFFERED_FOR {
            let words = format!("This can no longer be undone from here. {}", self.instead);
            return Err(WebError::new(StatusCode::CONFLICT, words));
        }
        Ok(offer.undo)
    }
}
