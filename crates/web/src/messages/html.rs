//! A mail's own HTML: sanitised, in a document that runs nothing and calls nobody; pictures from elsewhere come only
//! when asked for, through us, so that the sender learns neither who looked nor from where.

use super::attachment::{is_picture, kept_private};
use crate::{App, Result, Viewer, WebError, inbox::id};
use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use std::{
    collections::HashMap,
    sync::atomic::{AtomicUsize, Ordering},
};
use tertulia_connector::{http::Ask, sign};
use tertulia_engine::{
    mailhtml::{Pictures, sanitise},
    people,
};
use tertulia_model::{MessageId, Permission, UserId};
use tertulia_store::reading;

/// `allow-same-origin` gives a document that can run nothing no power; it lets our page measure how tall it is.
const POLICY: &str = "default-src 'none'; img-src 'self'; style-src 'self'; form-action 'none'; base-uri 'none'; \
    frame-ancestors 'self'; sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox";
const MOST_PICTURE: usize = 5 << 20;
const MOST_PICTURES: usize = 100;
/// No picture's address is longer; ours holds it.
const LONGEST_ADDRESS: usize = 2_000;
const PURPOSE: &str = "pictures of a mail";

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wish {
    pictures: String,
}

#[derive(Template)]
#[template(path = "messages/mail.html")]
struct Mail {
    html: String,
    left_out: usize,
    /// The pictures were asked for: what is left out is beyond what a mail may show.
    asked: bool,
}

type Signer = Box<dyn Fn(&str) -> String + Send + Sync>;

/// The pictures of one mail.
struct MailPictures {
    message: MessageId,
    inline: HashMap<String, String>,
    /// Signs the addresses of pictures from elsewhere, where they were asked for.
    signer: Option<Signer>,
    given: AtomicUsize,
}

impl Pictures for MailPictures {
    fn inline(&self, content_id: &str) -> Option<String> {
        self.inline.get(content_id).cloned()
    }

    fn remote(&self, url: &str) -> Option<String> {
        let signer = self.signer.as_ref().filter(|_| url.len() <= LONGEST_ADDRESS)?;
        if self.given.fetch_add(1, Ordering::Relaxed) >= MOST_PICTURES {
            return None;
        }
        let address = utf8_percent_encode(url, NON_ALPHANUMERIC);
        Some(format!("/messages/{}/picture?of={address}&s={}", self.message, signer(url)))
    }
}

/// What names the picture of this mail to this reader, and to nobody else.
fn named(viewer: UserId, message: MessageId, url: &str) -> String {
    format!("{viewer} {message} {url}")
}

async fn html_of(app: &App, message: MessageId) -> Result<String> {
    reading::html(&mut app.engine.db.reader(), message).await?.ok_or_else(WebError::not_found)
}

/// A picture in the mail by its content id: `cid:` (RFC 2392), percent-encoded or not.
async fn inline_pictures(app: &App, message: MessageId) -> Result<HashMap<String, String>> {
    let files = reading::attachments(&mut app.engine.db.reader(), &[message]).await?;
    let named = |file: reading::Attachment| {
        let shown = is_picture(&file.media_type);
        Some((file.content_id.filter(|_| shown)?, format!("/attachments/{}", file.id)))
    };
    Ok(files.into_iter().filter_map(named).collect())
}

pub(crate) async fn page(
    State(app): State<App>,
    viewer: Viewer,
    Path(message): Path<String>,
    Query(wish): Query<Wish>,
) -> Result<Response> {
    let message: MessageId = id(&message)?;
    let mut html = html_of(&app, message).await?;
    if !viewer.user.role.may(Permission::Converse) {
        html = people::without_links(&html);
    }
    let (key, reader) = (app.engine.vault.key_for(PURPOSE), viewer.user.id);
    let signer = move |url: &str| sign::sign(&key, &named(reader, message, url));
    let asked = wish.pictures == "1";
    let pictures = MailPictures {
        message,
        inline: inline_pictures(&app, message).await?,
        signer: asked.then(|| Box::new(signer) as _),
        given: AtomicUsize::new(0),
    };
    let safe = tokio::task::spawn_blocking(move || sanitise(&html, &pictures)).await.map_err(std::io::Error::other)?;
    let mail = Mail { html: safe.html, left_out: safe.remote_images, asked };
    Ok(guarded(Html(mail.render()?).into_response()))
}

fn guarded(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

/// How a mail without any style of its own is set.
pub(crate) async fn style() -> Response {
    let css = include_str!("../../templates/messages/mail.css");
    let headers = [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "private, max-age=3600")];
    (headers, css).into_response()
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Which {
    of: String,
    s: String,
}

/// A picture from elsewhere, fetched by us. Our signature says that the mail itself names it, and who asked.
pub(crate) async fn picture(
    State(app): State<App>,
    viewer: Viewer,
    Path(message): Path<String>,
    Query(which): Query<Which>,
    asked: HeaderMap,
) -> Result<Response> {
    let named = named(viewer.user.id, id(&message)?, &which.of);
    if !sign::verify(&app.engine.vault.key_for(PURPOSE), &named, &which.s) {
        return Err(WebError::not_found());
    }
    kept_private(&asked, &which.s, async { fetched(&app, &which.of).await }).await
}

async fn fetched(app: &App, url: &str) -> Result<Response> {
    let no_picture = || WebError::new(StatusCode::BAD_GATEWAY, "This picture could not be fetched.");
    let fetched =
        app.engine.outsiders_guard.ask(&Ask::get(url).at_most(MOST_PICTURE)).await.map_err(|_| no_picture())?;
    let media_type = fetched.media_type().unwrap_or_default();
    let media_type = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if fetched.status != 200 || !is_picture(&media_type) {
        return Err(no_picture());
    }
    let value = HeaderValue::from_str(&media_type).map_err(|_| no_picture())?;
    let mut response = fetched.body.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, value);
    let policy = HeaderValue::from_static("default-src 'none'; sandbox");
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}
