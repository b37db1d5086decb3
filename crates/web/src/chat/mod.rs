//! The web chat's door: its script, its page, its visitors' words, its stream. `connectors/webchat/README.md` says what
//! page and server say to each other. Who may do what rests on the visitor's token alone; no cookie is read or set.

mod confirm;
mod stream;

use crate::{
    App, Result, WebError, assets, door,
    routes::{Rule, Table},
    state::Peer,
};
use askama::Template;
use axum::{
    body::Bytes,
    extract::{Path, RawQuery, State, rejection::BytesRejection},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};
use serde_json::json;
use tertulia_connector::VisitorPage;
use tertulia_engine::visitors::{self, DoorError};
use tertulia_model::ChannelId;

/// A message of eight thousand characters, escaped, and some room.
const BODY_LIMIT: usize = 128 * 1024;
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

pub(crate) fn routes(table: &mut Table) {
    table.get("/chat/{channel}/widget.js", Rule::Anybody, get(script));
    table.get("/chat/{channel}/frame", Rule::Anybody, get(frame));
    table.get("/chat/{channel}/stream", Rule::Anybody, get(stream::open));
    table.upload("/chat/{channel}/{door}", Rule::Anybody, post(receive), BODY_LIMIT);
    confirm::routes(table);
}

/// The one script that a site pastes. It is public and runs on other people's pages.
async fn script(State(app): State<App>, Path(channel): Path<String>) -> Result<Response> {
    let page = visitors::page(&app.engine, channel_of(&channel)?).await.map_err(refused)?;
    let loader = assets::content("widget.js").ok_or_else(WebError::not_found)?;
    let mut body = introduction(&page).into_bytes();
    body.extend_from_slice(&loader);
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=300"),
        // Sites that isolate themselves (Cross-Origin-Embedder-Policy) load only what says this.
        (RESOURCE_POLICY, "cross-origin"),
    ];
    Ok((headers, body).into_response())
}

/// The line before the script: how its button looks.
fn introduction(page: &VisitorPage) -> String {
    let page = json!({ "page": { "title": page.title, "colour": page.colour, "ink": page.ink } });
    // A site may paste the script into its HTML, where `</script>` in a name would end it.
    let page = page.to_string().replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029");
    format!("window.TertuliaChat=Object.assign(window.TertuliaChat||{{}},{page});\n")
}

#[derive(Template)]
#[template(path = "webchat/frame.html")]
struct Frame {
    page: VisitorPage,
    /// The sites that may embed it, for the page to know whom it may speak to.
    origins: String,
    css: String,
    js: String,
}

async fn frame(State(app): State<App>, Path(channel): Path<String>) -> Result<Response> {
    let page = visitors::page(&app.engine, channel_of(&channel)?).await.map_err(refused)?;
    let policy = policy(&page)?;
    let sites: Vec<&str> = page.frame_ancestors.iter().map(String::as_str).filter(|s| !s.starts_with('\'')).collect();
    let origins = sites.join(" ");
    let html = Frame { page, origins, css: assets::url("chat.css"), js: assets::url("chat.js") }.render()?;
    let mut response = Html(html).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    headers.insert(RESOURCE_POLICY, HeaderValue::from_static("cross-origin"));
    Ok(response)
}

/// Who may embed the chat is what its channel lists and nobody else.
fn policy(page: &VisitorPage) -> Result<HeaderValue> {
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors {}",
        page.frame_ancestors.join(" ")
    );
    HeaderValue::try_from(policy).map_err(|_| {
        WebError::new(StatusCode::INTERNAL_SERVER_ERROR, "The list of sites that show this chat cannot be read.")
    })
}

/// What the visitors' page posts.
async fn receive(
    State(app): State<App>,
    Path((channel, name)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    peer: Peer,
    headers: HeaderMap,
    body: std::result::Result<Bytes, BytesRejection>,
) -> Result<Response> {
    let body = body.map_err(|_| {
        WebError::new(StatusCode::PAYLOAD_TOO_LARGE, "This message is too large. Please send it in parts.")
    })?;
    let request = door::request(&app, (&Method::POST, format!("/{name}"), query), peer, &headers, body);
    let answer = visitors::receive(&app.engine, channel_of(&channel)?, request).await.map_err(refused)?;
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    if answer.body.is_null() {
        return Ok(status.into_response());
    }
    Ok((status, axum::Json(answer.body)).into_response())
}

fn channel_of(path: &str) -> Result<ChannelId> {
    path.parse().map(ChannelId).map_err(|_| WebError::not_found())
}

fn refused(error: DoorError) -> WebError {
    let message = error.to_string();
    let status = match error {
        DoorError::Engine(error) => return error.into(),
        DoorError::Closed => StatusCode::SERVICE_UNAVAILABLE,
        DoorError::Refused(refused) => door::status(&refused),
    };
    WebError::new(status, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(title: &str) -> VisitorPage {
        VisitorPage {
            title: title.to_owned(),
            greeting: String::new(),
            colour: "#a8432a".to_owned(),
            ink: "#ffffff".to_owned(),
            ask_mail: true,
            away_text: String::new(),
            text_limit: 8_000,
            frame_ancestors: vec!["'self'".to_owned()],
        }
    }

    #[test]
    fn a_name_cannot_end_the_script_it_stands_in() {
        let line = introduction(&page("</script><b>\u{2028}"));
        assert!(!line.contains('<') && !line.contains('\u{2028}'), "{line}");
        assert!(line.starts_with("window.TertuliaChat=Object.assign(window.TertuliaChat||{},{\"page\":{"), "{line}");
        assert_eq!(line.lines().count(), 1);
    }
}
