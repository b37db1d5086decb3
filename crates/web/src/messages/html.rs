//! A mail's own HTML: sanitised, in a document that runs nothing and calls nobody; pictures from elsewhere come only
//! when asked for, through us, so that the sender learns neither who looked nor from where.

use crate::{App, Result, Viewer, WebError, inbox::id};
use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};
use tertulia_connector::sign;
use tertulia_engine::mailhtml::{Pictures, sanitise};
use tertulia_model::{MessageId, UserId};
use tertulia_store::reading;

/// `allow-same-origin` gives a document that can run nothing no power; it lets our page measure how tall it is.
const POLICY: &str = "default-src 'none'; img-src 'self'; style-src 'self'; form-action 'none'; base-uri 'none'; \
    frame-ancestors 'self'; sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox";
const MOST_PICTURE: usize = 5 << 20;
const MOST_PICTURES: usize = 100;
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
}

/// The pictures of one mail.
struct MailPictures {
    message: MessageId,
    inline: HashMap<String, String>,
    /// Signs the addresses of pictures from elsewhere, where they were asked for.
    signer: Option<Box<dyn Fn(usize) -> String + Send + Sync>>,
    remote: Mutex<Vec<String>>,
}

impl Pictures for MailPictures {
    fn inline(&self, content_id: &str) -> Option<String> {
        self.inline.get(content_id).cloned()
    }

    fn remote(&self, url: &str) -> Option<String> {
        let mut remote = self.remote.lock().unwrap_or_else(PoisonError::into_inner);
        let index = remote.iter().position(|known| known == url).unwrap_or_else(|| {
            remote.push(url.to_owned());
            remote.len() - 1
        });
        let signature = self.signer.as_ref().filter(|_| index < MOST_PICTURES)?(index);
        Some(format!("/messages/{}/picture?n={index}&s={signature}", self.message))
    }
}

fn signature(app: &App, viewer: UserId, message: MessageId, index: usize) -> String {
    sign::sign(&app.engine.vault.key_for(PURPOSE), &format!("{viewer} {message} {index}"))
}

async fn html_of(app: &App, message: MessageId) -> Result<String> {
    reading::html(&mut app.engine.db.reader(), message).await?.ok_or_else(WebError::not_found)
}

/// A picture in the mail by its content id: `cid:` (RFC 2392), percent-encoded or not.
async fn inline_pictures(app: &App, message: MessageId) -> Result<HashMap<String, String>> {
    let files = reading::attachments(&mut app.engine.db.reader(), &[message]).await?;
    let named = |file: reading::Attachment| {
        let shown = super::attachment::is_picture(&file.media_type);
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
    let html = html_of(&app, message).await?;
    let (with_app, reader) = (app.clone(), viewer.user.id);
    let signer = move |index| signature(&with_app, reader, message, index);
    let pictures = MailPictures {
        message,
        inline: inline_pictures(&app, message).await?,
        signer: (wish.pictures == "1").then(|| Box::new(signer) as _),
        remote: Mutex::default(),
    };
    let safe = tokio::task::spawn_blocking(move || sanitise(&html, &pictures)).await.map_err(std::io::Error::other)?;
    let mail = Mail { html: safe.html, left_out: if wish.pictures == "1" { 0 } else { safe.remote_images } };
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
    n: String,
    s: String,
}

/// A picture from elsewhere, fetched by us. Only what the mail itself names is fetched, and only for who asked.
pub(crate) async fn picture(
    State(app): State<App>,
    viewer: Viewer,
    Path(message): Path<String>,
    Query(which): Query<Which>,
) -> Result<Response> {
    let message: MessageId = id(&message)?;
    let index: usize = id(&which.n)?;
    let is_ours =
        sign::verify(&app.engine.vault.key_for(PURPOSE), &format!("{} {message} {index}", viewer.user.id), &which.s);
    if !is_ours {
        return Err(WebError::not_found());
    }
    let html = html_of(&app, message).await?;
    let collector =
        std::sync::Arc::new(MailPictures { message, inline: HashMap::new(), signer: None, remote: Mutex::default() });
    let named = collector.clone();
    tokio::task::spawn_blocking(move || sanitise(&html, named.as_ref())).await.map_err(std::io::Error::other)?;
    let url = collector.remote.lock().unwrap_or_else(PoisonError::into_inner).get(index).cloned();
    let url = url.ok_or_else(WebError::not_found)?;
    let no_picture = || WebError::new(StatusCode::BAD_GATEWAY, "This picture could not be fetched.");
    let fetched = app.engine.outsiders_guard.fetch(&url, MOST_PICTURE).await.map_err(|_| no_picture())?;
    let media_type = fetched.media_type.unwrap_or_default();
    let media_type = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if fetched.status != 200 || !super::attachment::is_picture(&media_type) {
        return Err(no_picture());
    }
    let value = HeaderValue::from_str(&media_type).map_err(|_| no_picture())?;
    let mut response = fetched.body.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, value);
    let policy = HeaderValue::from_static("default-src 'none'; sandbox");
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=3600"));
    Ok(response)
}
