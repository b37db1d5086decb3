//! Files that a program brings for what it is about to send.

use super::{
    extract::{Asked, Id, invalid},
    ident::Ident,
    shapes::Problem,
};
use crate::{
    App, Result, Viewer, WebError,
    inbox::{bare_name, not_taken},
};
use axum::{
    Json,
    body::Body,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use futures::StreamExt;
use serde::{Deserialize, Serialize};
use tertulia_engine::{desk, outbound};
use tertulia_model::ConversationId;
use tertulia_store::conversations;
use utoipa::{IntoParams, ToSchema};

const LONGEST_NAME: usize = 200;
const LONGEST_TYPE: usize = 100;
const ANY_BYTES: &str = "application/octet-stream";

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct BroughtQuery {
    /// What the file is called where it arrives.
    #[param(max_length = 200, example = "invoice.pdf")]
    name: String,
    /// Its media type; `application/octet-stream` if it is left out.
    #[param(max_length = 100, pattern = "^[A-Za-z0-9.+_-]+/[A-Za-z0-9.+_-]+$", example = "application/pdf")]
    media_type: Option<String>,
}

/// A file that waits to be sent.
#[derive(Serialize, ToSchema)]
pub(super) struct WaitingFile {
    /// Give it in `files` of a reply or a forward.
    id: Ident,
    name: String,
    media_type: String,
    bytes: u64,
    /// When it is forgotten, unless it was sent by then.
    kept_until: i64,
}

/// Brings a file for a reply
///
/// As it is, to be named in one reply of this conversation, or in a forward of one of its messages. It may be as large as
/// the conversation's channels carry (`file_bytes` of its `ways`). One that nothing was sent with is forgotten after a day.
#[utoipa::path(
    post, path = "/api/v1/conversations/{id}/files", tag = "conversations", security(("key" = ["reply"])),
    params(("id" = Ident, Path, description = "The conversation"), BroughtQuery),
    request_body(content = super::shapes::File, content_type = "application/octet-stream"),
    responses(
        (status = 201, body = WaitingFile),
        (status = 404, description = "There is no such conversation", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Nothing that is sent here can carry a file, or too many wait already", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "More than any of the channels carries", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn bring(
    State(app): State<App>,
    viewer: Viewer,
    Id(id): Id,
    Asked(asked): Asked<BroughtQuery>,
    body: Body,
) -> Result<Response> {
    let (name, media_type) = called(&asked.name, asked.media_type).map_err(|(field, why)| invalid(field, why))?;
    let held = conversations::get(&mut app.engine.db.reader(), ConversationId(id)).await?;
    let held = held.ok_or_else(WebError::not_found)?;
    let most = outbound::most_bytes_in(&app.engine, held.id).await?;
    if most == 0 {
        return Err(WebError::new(StatusCode::CONFLICT, not_taken(&[&name], 0)));
    }
    let bytes = read(body, &name, most).await?;
    if bytes.is_empty() {
        return Err(WebError::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "This file is empty. Send it as the request's body.",
        ));
    }
    let file = desk::bring_file(&app.engine, viewer.user.id, held.id, (&name, &media_type, bytes)).await?;
    let brought = WaitingFile {
        id: file.id.into(),
        name: file.name,
        media_type: file.media_type,
        bytes: file.content.length,
        kept_until: app.engine.now() + desk::BROUGHT_KEPT,
    };
    Ok((StatusCode::CREATED, Json(brought)).into_response())
}

/// The name and the media type of a file, or which of them cannot be taken.
pub(super) fn called(
    name: &str,
    media_type: Option<String>,
) -> std::result::Result<(String, String), (&'static str, String)> {
    if name.chars().count() > LONGEST_NAME {
        return Err(("name", format!("Keep the name below {LONGEST_NAME} characters.")));
    }
    let media_type = media_type.unwrap_or_else(|| ANY_BYTES.to_owned());
    if !is_media_type(&media_type) {
        return Err(("media_type", "Give a media type, such as application/pdf, or leave it out.".to_owned()));
    }
    Ok((bare_name(name), media_type))
}

/// No more of it is held than could be sent.
async fn read(body: Body, name: &str, most: u64) -> Result<Vec<u8>> {
    let mut chunks = body.into_data_stream();
    let mut bytes = Vec::new();
    while let Some(chunk) = chunks.next().await {
        let broken = |_| WebError::new(StatusCode::BAD_REQUEST, "The file did not arrive whole. Nothing was kept.");
        let chunk = chunk.map_err(broken)?;
        if (bytes.len() + chunk.len()) as u64 > most {
            return Err(WebError::new(StatusCode::PAYLOAD_TOO_LARGE, not_taken(&[name], most)));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn is_media_type(text: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".+_-".contains(&byte))
    };
    text.len() <= LONGEST_TYPE && text.split_once('/').is_some_and(|(kind, own)| is_part(kind) && is_part(own))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_media_type_is_two_plain_words() {
        for right in ["image/png", "image/svg+xml", "application/vnd.ms-excel", ANY_BYTES] {
            assert!(is_media_type(right), "{right}");
        }
        for wrong in ["", "png", "image/", "/png", "a/b/c", "text/plain; charset=x", "a/b\r\nX: y", "é/b"] {
            assert!(!is_media_type(wrong), "{wrong}");
        }
        assert!(!is_media_type(&format!("a/{}", "b".repeat(LONGEST_TYPE))));
    }
}
