//! One error for all handlers, and the answer it becomes: problem+json for programs, a fragment for a swap, else a page.

use crate::{access, layout::Shell};
use axum::{
    http::{HeaderMap, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use serde_json::json;
use tertulia_engine::EngineError;
use tertulia_store::StoreError;

#[derive(Debug)]
pub struct WebError {
    pub status: StatusCode,
    /// What happened, what is safe, what to do.
    pub message: String,
    /// What is wrong with which field.
    pub fields: Vec<(String, String)>,
}

pub type Result<T, E = WebError> = std::result::Result<T, E>;

impl WebError {
    pub fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), fields: Vec::new() }
    }

    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "There is nothing at this address (any more).")
    }

    pub fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN, "Your role does not allow this. Ask an owner of the team.")
    }

    /// problem+json (RFC 9457).
    pub fn into_problem(self) -> Response {
        let fields: serde_json::Map<String, serde_json::Value> =
            self.fields.into_iter().map(|(name, message)| (name, message.into())).collect();
        let mut problem = json!({
            "type": "about:blank",
            "title": self.status.canonical_reason().unwrap_or("Error"),
            "status": self.status.as_u16(),
            "detail": self.message,
        });
        if !fields.is_empty() {
            problem["errors"] = fields.into();
        }
        (self.status, [(header::CONTENT_TYPE, "application/problem+json")], problem.to_string()).into_response()
    }

    fn told_to(self, asked_by: &AskedBy) -> Response {
        match asked_by {
            AskedBy::Person { back } => self.page(back.as_deref()),
            AskedBy::Program => self.into_problem(),
            AskedBy::Swap => {
                let html = askama::Template::render(&ErrorFragment { message: &self.message });
                (self.status, Html(html.unwrap_or_else(|_| self.message.clone()))).into_response()
            }
        }
    }

    /// What the error is called on its page.
    fn title(&self) -> &'static str {
        match self.status.as_u16() {
            404 => "Not found",
            403 => "Not allowed",
            429 => "A moment, please",
            400..=499 => "That did not work",
            _ => "Something went wrong here",
        }
    }
}

impl From<EngineError> for WebError {
    fn from(error: EngineError) -> Self {
        let status = match &error {
            EngineError::NotFound(_) => StatusCode::NOT_FOUND,
            EngineError::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            EngineError::Refused(_) | EngineError::Unseen(_) | EngineError::Store(StoreError::Conflict) => {
                StatusCode::CONFLICT
            }
            EngineError::TooMany => StatusCode::TOO_MANY_REQUESTS,
            EngineError::Channel(_) => StatusCode::BAD_GATEWAY,
            EngineError::Store(StoreError::DiskFull) => StatusCode::INSUFFICIENT_STORAGE,
            EngineError::Store(StoreError::Retry(_) | StoreError::RolledBack(_)) => StatusCode::SERVICE_UNAVAILABLE,
            EngineError::Store(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let fields = match &error {
            EngineError::Invalid(errors) => errors.iter().map(|e| (e.field.clone(), e.message.clone())).collect(),
            _ => Vec::new(),
        };
        let message = match &error {
            EngineError::Store(StoreError::DiskFull) => {
                "The disk of this installation is full. Nothing was changed; make room and try again.".to_owned()
            }
            EngineError::Store(StoreError::Retry(_) | StoreError::RolledBack(_)) => {
                "The database did not answer in time. Nothing was changed; try again in a moment.".to_owned()
            }
            EngineError::Store(StoreError::Conflict) => "Somebody did the same at this moment. Look again.".to_owned(),
            EngineError::Store(cause) => {
                tracing::error!(%cause, "a request failed");
                "This is our fault, not yours. Nothing was lost; the log of this installation says more.".to_owned()
            }
            other => other.to_string(),
        };
        Self { status, message, fields }
    }
}

impl From<StoreError> for WebError {
    fn from(error: StoreError) -> Self {
        EngineError::from(error).into()
    }
}

impl From<std::io::Error> for WebError {
    fn from(error: std::io::Error) -> Self {
        EngineError::from(error).into()
    }
}

impl From<askama::Error> for WebError {
    fn from(error: askama::Error) -> Self {
        tracing::error!(%error, "a template failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "This page could not be drawn. Nothing was changed.")
    }
}

/// A page of its own; the guard turns it into a fragment or problem+json where the request wants one.
impl IntoResponse for WebError {
    fn into_response(self) -> Response {
        let mut response = self.page(None);
        response.extensions_mut().insert(std::sync::Arc::new(self));
        response
    }
}

impl WebError {
    /// The error as a page, which leads back to the page that asked.
    fn page(&self, back: Option<&str>) -> Response {
        let page = ErrorPage { shell: Shell::new("error", self.title()), message: &self.message, back };
        let html = askama::Template::render(&page).unwrap_or_else(|_| self.message.clone());
        (self.status, Html(html)).into_response()
    }
}

#[derive(askama::Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    shell: Shell,
    message: &'a str,
    back: Option<&'a str>,
}

#[derive(askama::Template)]
#[template(path = "error_fragment.html")]
struct ErrorFragment<'a> {
    message: &'a str,
}

/// The same error as the request wants to hear it.
pub(crate) fn reword(response: Response, asked_by: &AskedBy) -> Response {
    let said = response.extensions().get::<std::sync::Arc<WebError>>().map(|error| WebError {
        status: error.status,
        message: error.message.clone(),
        fields: error.fields.clone(),
    });
    if said.is_some() && matches!(asked_by, AskedBy::Person { back: None }) {
        return response;
    }
    let Some(error) = said.or_else(|| said_by_router(&response)) else { return response };
    let mut worded = error.told_to(asked_by);
    for (name, value) in response.headers() {
        if !worded.headers().contains_key(name) && name != header::CONTENT_LENGTH {
            worded.headers_mut().append(name.clone(), value.clone());
        }
    }
    worded
}

/// What the router itself refused (a method that an address does not take, a place in it that is no number) has no words
/// of ours.
fn said_by_router(response: &Response) -> Option<WebError> {
    let status = response.status();
    let is_error = status.is_client_error() || status.is_server_error();
    let has_words =
        response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| !kind.as_bytes().starts_with(b"text/plain"));
    if !is_error || has_words {
        return None;
    }
    let message = match status {
        StatusCode::METHOD_NOT_ALLOWED => "This address does not take this method.",
        StatusCode::PAYLOAD_TOO_LARGE => "This is more than this address takes at once.",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "This address does not take this kind of content.",
        _ => "This request could not be understood. Nothing was changed.",
    };
    Some(WebError::new(status, message))
}

/// Who waits for the answer.
#[derive(Debug, Clone)]
pub(crate) enum AskedBy {
    Person {
        /// The page of ours they were on.
        back: Option<String>,
    },
    /// Part of a page that is already open.
    Swap,
    Program,
}

impl AskedBy {
    pub fn of(path: &str, headers: &HeaderMap) -> Self {
        let accepts_json = headers.get(header::ACCEPT).is_some_and(|v| v.as_bytes().starts_with(b"application/json"));
        let is_for_programs = |path: &str| {
            path.starts_with("/api/")
                || path.starts_with("/chat/")
                || path.starts_with("/hooks/")
                || path.starts_with("/trackers/")
                || matches!(path, "/readyz" | "/metrics")
        };
        if is_for_programs(path) || accepts_json {
            Self::Program
        } else if headers.contains_key("hx-request") || headers.contains_key("x-csrf-token") {
            Self::Swap
        } else {
            Self::Person { back: Some(access::came_from(headers)).filter(|back| back != "/" && back != path) }
        }
    }
}
