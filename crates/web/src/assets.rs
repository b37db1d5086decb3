//! The bundle of `ui/dist`, embedded, under hashed names that may be cached for ever.

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rust_embed::{EmbeddedFile, RustEmbed};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

#[derive(RustEmbed)]
#[folder = "../../ui/dist/"]
struct Bundle;

/// The manifest is read when the crate is compiled, so that names and bytes can't drift apart.
static MANIFEST: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    serde_json::from_str(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../ui/dist/manifest.json")))
        .unwrap_or_default()
});

const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// The address of a file by its plain name: `url("app.css")` → `/assets/app-1A2B3C4D.css`.
pub fn url(name: &str) -> String {
    format!("/assets/{}", hashed_name(name))
}

fn hashed_name(name: &str) -> &str {
    MANIFEST.get(name).map_or(name, String::as_str)
}

/// A file's content by its plain name, for the few that are served elsewhere (the chat's loader, with a line before it).
pub fn content(name: &str) -> Option<Cow<'static, [u8]>> {
    Bundle::get(MANIFEST.get(name)?).map(|file| file.data)
}

/// `/assets/…` and `/favicon.svg`; needs no state, and no sign-in.
pub fn assets_router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/assets/{*path}", get(hashed_file)).route("/favicon.svg", get(favicon))
}

async fn hashed_file(Path(path): Path<String>, headers: HeaderMap) -> Response {
    serve(&path, &headers)
}

async fn favicon() -> Response {
    let headers = [(header::CONTENT_TYPE, "image/svg+xml"), (header::CACHE_CONTROL, "public, max-age=86400")];
    (headers, include_str!("../templates/favicon.svg")).into_response()
}

fn serve(path: &str, headers: &HeaderMap) -> Response {
    let named = MANIFEST.values().any(|hashed| hashed == path);
    let Some(file) = named.then(|| Bundle::get(path)).flatten() else {
        return (StatusCode::NOT_FOUND, "There is no such file here. Reloading the page finds the current one.")
            .into_response();
    };
    let tag = entity_tag(&file);
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|sent| matches_tag(sent, &tag));
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut full = Response::new(Body::from(file.data));
        full.headers_mut().insert(header::CONTENT_TYPE, content_type(path));
        full
    };
    response.headers_mut().insert(header::CACHE_CONTROL, FOR_EVER);
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

fn entity_tag(file: &EmbeddedFile) -> String {
    format!("\"{}\"", URL_SAFE_NO_PAD.encode(&file.metadata.sha256_hash()[..12]))
}

/// RFC 9110 §13.1.2: a list of tags, compared weakly, or `*`.
pub(crate) fn matches_tag(sent: &HeaderValue, tag: &str) -> bool {
    let Ok(sent) = sent.to_str() else { return false };
    sent.split(',').map(|one| one.trim().trim_start_matches("W/")).any(|one| one == "*" || one == tag)
}

fn content_type(path: &str) -> HeaderValue {
    let known = match path.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    };
    HeaderValue::from_static(known)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;
    use tower::ServiceExt;

    async fn fetch(path: &str, tag: Option<&str>) -> Response {
        let mut request = Request::get(path);
        if let Some(tag) = tag {
            request = request.header(header::IF_NONE_MATCH, tag);
        }
        assets_router::<()>().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    #[tokio::test]
    async fn every_file_the_pages_name_is_there_with_its_type_and_lives_for_ever() {
        for (name, kind) in [("app.js", "text/javascript"), ("app.css", "text/css"), ("icons.svg", "image/svg+xml")] {
            let answer = fetch(&url(name), None).await;
            assert_eq!(answer.status(), StatusCode::OK, "{name}");
            assert!(answer.headers()[header::CONTENT_TYPE].to_str().unwrap().starts_with(kind), "{name}");
            assert_eq!(answer.headers()[header::CACHE_CONTROL], FOR_EVER, "{name}");
        }
    }

    #[tokio::test]
    async fn a_known_tag_is_answered_without_the_body() {
        let first = fetch(&url("app.css"), None).await;
        let tag = first.headers()[header::ETAG].to_str().unwrap().to_owned();
        assert_eq!(fetch(&url("app.css"), Some(&tag)).await.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(fetch(&url("app.css"), Some("\"another\"")).await.status(), StatusCode::OK);
    }

    #[test]
    fn a_file_is_also_had_by_its_plain_name() {
        assert!(content("app.css").is_some_and(|css| !css.is_empty()));
        assert!(content("no-such-file.js").is_none());
    }

    #[tokio::test]
    async fn a_file_outside_the_bundle_is_not_found() {
        for path in ["/assets/manifest.json", "/assets/../Cargo.toml", "/assets/nothing.js"] {
            assert_eq!(fetch(path, None).await.status(), StatusCode::NOT_FOUND, "{path}");
        }
    }
}
