//! A change that a program asks for twice happens once: the `Idempotency-Key` that it chose is kept with the answer for a
//! day (`draft-ietf-httpapi-idempotency-key-header`).

use crate::{
    App, Result, Viewer, WebError,
    error::{AskedBy, reword},
};
use axum::{
    body::{Body, Bytes, to_bytes},
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use tertulia_connector::{Secret, SecretSet};
use tertulia_model::{Millis, TokenId};
use tertulia_store::answers::{self, Answer};

pub(crate) const KEY: &str = "idempotency-key";
/// Says that an answer is that of an earlier request.
const REPLAYED: header::HeaderName = header::HeaderName::from_static("idempotent-replayed");
const LONGEST_KEY: usize = 200;
/// What a request of a program may hold at most: a file. Each route's own limit is asked for besides, by whatever reads it.
pub(crate) const MOST_BYTES: usize = 12 << 20;
/// No request takes so long: one that was under way before then ended with the program that worked it.
const ABANDONED: Millis = 5 * 60_000;

/// The answer as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    content_type: Option<String>,
    location: Option<String>,
    body: String,
    /// The body is encrypted: it holds a secret.
    #[serde(default)]
    sealed: bool,
}

/// Goes with an answer that holds a secret: it is kept encrypted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sealed;

const SEALED: &str = "answer";

fn seal(app: &App, body: &str) -> String {
    let secrets = SecretSet::from([(SEALED.to_owned(), Secret::new(body))]);
    STANDARD.encode(app.engine.vault.lock(&secrets, app.engine.chance.as_ref()))
}

fn unseal(app: &App, body: &str) -> Result<String> {
    let locked = STANDARD.decode(body).map_err(std::io::Error::other)?;
    let mut secrets = app.engine.vault.unlock(&locked)?;
    Ok(secrets.remove(SEALED).map(|body| body.reveal().to_owned()).unwrap_or_default())
}

/// The same as a schema. More than it says is taken: a space within, say.
pub(crate) fn key_schema() -> serde_json::Value {
    serde_json::json!({ "type": "string", "pattern": "^[!-~]{1,200}$", "examples": ["order-7731-shipped"] })
}

/// The key of a request, where it has one.
pub(crate) fn key(headers: &HeaderMap) -> Result<Option<&str>> {
    let Some(given) = headers.get(KEY) else { return Ok(None) };
    let given = given.to_str().map(str::trim).unwrap_or_default();
    if given.is_empty() || given.len() > LONGEST_KEY {
        return Err(wrong_key(
            "This header takes 1 to 200 characters of ASCII, chosen by you and new for each change.",
        ));
    }
    Ok(Some(given))
}

fn wrong_key(message: &str) -> WebError {
    let fields = vec![("Idempotency-Key".to_owned(), message.to_owned())];
    WebError { fields, ..WebError::new(StatusCode::UNPROCESSABLE_ENTITY, message) }
}

/// Does what is asked for, unless it was done before under the same key.
pub(crate) async fn run(app: &App, request: Request, next: Next, asked_by: &AskedBy) -> Response {
    let token = request.extensions().get::<Viewer>().and_then(|viewer| viewer.key);
    let key = match key(request.headers()) {
        Ok(key) => key.map(str::to_owned),
        Err(error) => return reword(error.into_response(), asked_by),
    };
    let (Some(token), Some(key)) = (token, key) else { return reword(next.run(request).await, asked_by) };
    match keyed(app, (token, key), request, next, asked_by).await {
        Ok(response) => response,
        Err(error) => reword(error.into_response(), asked_by),
    }
}

async fn keyed(
    app: &App,
    (token, key): (TokenId, String),
    request: Request,
    next: Next,
    asked_by: &AskedBy,
) -> Result<Response> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, MOST_BYTES)
        .await
        .map_err(|_| WebError::new(StatusCode::PAYLOAD_TOO_LARGE, "This is more than this address takes at once."))?;
    let hash = hash(&parts, &body);
    let now = app.engine.now();
    let mut tx = app.engine.db.begin().await?;
    let known = answers::begin(&mut tx, token, &key, &hash, now, now - ABANDONED).await?;
    tx.commit().await?;
    if let Some(known) = known {
        return again(app, known, &hash);
    }
    // In a task of its own: whoever asked may be gone before the answer is there, and comes back for it.
    let (app, asked_by) = (app.clone(), asked_by.clone());
    let request = Request::from_parts(parts, Body::from(body));
    let done = tokio::spawn(async move {
        let response = reword(next.run(request).await, &asked_by);
        keep(&app, token, &key, response).await
    });
    done.await.map_err(|error| {
        tracing::error!(%error, "a request ended before its answer");
        WebError::new(StatusCode::INTERNAL_SERVER_ERROR, "This is our fault, not yours; the log says more.")
    })?
}

/// What makes two requests the same.
fn hash(parts: &axum::http::request::Parts, body: &Bytes) -> Vec<u8> {
    let target = parts.uri.path_and_query().map_or("", |target| target.as_str());
    let kind = parts.headers.get(header::CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
    let pieces = [parts.method.as_str().as_bytes(), target.as_bytes(), kind, body];
    tertulia_store::keys::request_hash(&pieces).to_vec()
}

fn again(app: &App, known: Answer, hash: &[u8]) -> Result<Response> {
    if known.request_hash != hash {
        return Err(wrong_key("This key was used for another request. Choose a new one for each change."));
    }
    if known.is_under_way() {
        let message = "The request with this key is still under way. Ask again in a moment, with the same key.";
        return Err(WebError::new(StatusCode::CONFLICT, message));
    }
    if known.body.is_empty() {
        let message = "The request with this key was done. What was answered is not kept any more, since somebody was erased \
                       meanwhile: ask for what it changed.";
        return Err(WebError::new(StatusCode::CONFLICT, message));
    }
    let kept: Kept = serde_json::from_str(&known.body).map_err(std::io::Error::other)?;
    let body = if kept.sealed { unseal(app, &kept.body)? } else { kept.body };
    let status = u16::try_from(known.status).ok().and_then(|status| StatusCode::from_u16(status).ok());
    let mut response = (status.unwrap_or(StatusCode::OK), body).into_response();
    response.headers_mut().remove(header::CONTENT_TYPE);
    for (name, value) in [(header::CONTENT_TYPE, kept.content_type), (header::LOCATION, kept.location)] {
        if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
            response.headers_mut().insert(name, value);
        }
    }
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    Ok(response)
}

/// Keeps an answer before it is given. What failed by our fault has changed nothing and may be asked for anew.
async fn keep(app: &App, token: TokenId, key: &str, response: Response) -> Result<Response> {
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.map_err(std::io::Error::other)?;
    let text = |name: header::HeaderName| parts.headers.get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
    let mut tx = app.engine.db.begin().await?;
    if parts.status.is_server_error() {
        answers::let_go(&mut tx, token, key).await?;
    } else {
        let sealed = parts.extensions.get::<Sealed>().is_some();
        let body = String::from_utf8_lossy(&body);
        let body = if sealed { seal(app, &body) } else { body.into_owned() };
        let kept = Kept { content_type: text(header::CONTENT_TYPE), location: text(header::LOCATION), body, sealed };
        let kept = serde_json::to_string(&kept).map_err(std::io::Error::other)?;
        answers::finish(&mut tx, token, key, parts.status.as_u16(), &kept).await?;
    }
    tx.commit().await?;
    Ok(Response::from_parts(parts, Body::from(body)))
}
