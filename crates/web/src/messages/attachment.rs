//! Files that came with messages: pictures of pixels may be looked at, everything else is saved.

use crate::{App, Result, WebError, inbox::id};
use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};
use std::io::SeekFrom;
use tertulia_model::AttachmentId;
use tertulia_store::reading::{self, Attachment};
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;

/// What stays as it is in an extended value (RFC 8187, 3.2.1: attr-char).
const NAME: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// What is written as `_` in the plain name, for programs that know only that.
const UNPLAIN: &AsciiSet = &CONTROLS.add(b'"').add(b'\\').add(b'%');

/// Whether the browser may show it: formats of pixels, which cannot carry a script.
pub(super) fn is_picture(media_type: &str) -> bool {
    matches!(media_type, "image/png" | "image/jpeg" | "image/gif" | "image/webp" | "image/avif" | "image/bmp")
}

/// The bytes behind an id never change, and belong to who may read here: a browser may keep them, but has to ask before
/// it shows them again, and is told that they are the same while somebody is signed in.
pub(super) async fn kept_private(
    asked: &HeaderMap,
    name: &str,
    bytes: impl Future<Output = Result<Response>>,
) -> Result<Response> {
    let tag = format!("\"{name}\"");
    let has_it = asked.get_all(header::IF_NONE_MATCH).iter().any(|value| value.as_bytes() == tag.as_bytes());
    let mut response = if has_it { StatusCode::NOT_MODIFIED.into_response() } else { bytes.await? };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    if let Ok(tag) = HeaderValue::try_from(tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    Ok(response)
}

pub(crate) async fn download(
    State(app): State<App>,
    Path(attachment): Path<String>,
    asked: HeaderMap,
) -> Result<Response> {
    // Looked up in any case: what was deleted since is not shown from the browser's own copy.
    let file = known(&app, id(&attachment)?).await?;
    kept_private(&asked, &file.id.to_string(), bytes(&app, &file, is_picture(&file.media_type))).await
}

/// The file for a program: as bytes to be saved, whatever its sender says that it is.
pub(crate) async fn to_be_saved(app: &App, attachment: AttachmentId) -> Result<Response> {
    bytes(app, &known(app, attachment).await?, false).await
}

async fn known(app: &App, attachment: AttachmentId) -> Result<Attachment> {
    let found = reading::attachment(&mut app.engine.db.reader(), attachment).await?;
    found.ok_or_else(WebError::not_found)
}

async fn bytes(app: &App, file: &Attachment, may_show: bool) -> Result<Response> {
    let body = stream(app, file).await?;
    let mut response = body.into_response();
    let headers = response.headers_mut();
    let media_type = if may_show { file.media_type.as_str() } else { "application/octet-stream" };
    if let Ok(value) = HeaderValue::from_str(media_type) {
        headers.insert(header::CONTENT_TYPE, value);
    }
    if let Ok(value) = HeaderValue::from_str(&disposition(file, may_show)) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(file.size));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    Ok(response)
}

/// RFC 6266: shown or saved, under its name in every script (RFC 8187) and under a plain one.
fn disposition(file: &Attachment, may_show: bool) -> String {
    let kind = if may_show { "inline" } else { "attachment" };
    let plain: String =
        file.name.chars().map(|c| if c.is_ascii() && !c.is_ascii_control() { c } else { '_' }).collect();
    let plain = utf8_percent_encode(&plain, UNPLAIN).map(|piece| if piece.starts_with('%') { "_" } else { piece });
    let name = utf8_percent_encode(&file.name, NAME);
    format!("{kind}; filename=\"{}\"; filename*=UTF-8''{name}", plain.collect::<String>())
}

/// The file's range of its blob, piece by piece.
async fn stream(app: &App, file: &Attachment) -> Result<Body> {
    let gone = |error: std::io::Error| {
        tracing::warn!(%error, attachment = %file.id, "the bytes of an attachment are missing");
        WebError::new(StatusCode::GONE, "The bytes of this file are no longer here. Ask for it again.")
    };
    let path = app.engine.blobs.path(&file.blob).map_err(gone)?;
    let mut opened = tokio::fs::File::open(path).await.map_err(gone)?;
    opened.seek(SeekFrom::Start(file.byte_offset.unsigned_abs())).await.map_err(gone)?;
    Ok(Body::from_stream(ReaderStream::new(opened.take(file.size.unsigned_abs()))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tertulia_model::MessageId;

    fn named(name: &str, media_type: &str) -> String {
        let file = Attachment {
            id: AttachmentId(1),
            message_id: MessageId(1),
            name: name.to_owned(),
            media_type: media_type.to_owned(),
            content_id: None,
            inline: true,
            blob: String::new(),
            byte_offset: 0,
            size: 0,
        };
        disposition(&file, is_picture(media_type))
    }

    #[test]
    fn a_file_keeps_its_name_in_every_script_and_breaks_out_of_no_header() {
        assert_eq!(named("a b.png", "image/png"), "inline; filename=\"a b.png\"; filename*=UTF-8''a%20b.png");
        assert_eq!(named("é.pdf", "application/pdf"), "attachment; filename=\"_.pdf\"; filename*=UTF-8''%C3%A9.pdf");
        let hostile = named("x\"; evil=\"\r\nSet-Cookie: a=b\\", "text/html");
        assert!(hostile.starts_with("attachment; filename=\"x_; evil=___Set-Cookie: a=b_\"; "), "{hostile}");
        assert!(HeaderValue::from_str(&hostile).is_ok());
    }

    #[test]
    fn a_drawing_and_a_page_are_saved_not_shown() {
        for kind in ["image/svg+xml", "text/html", "application/xhtml+xml", "application/pdf", "image/png; x"] {
            assert!(named("x", kind).starts_with("attachment"), "{kind}");
        }
    }
}
