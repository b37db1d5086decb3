//! A line said on the next page after something was done, with the address that undoes it. It travels in a signed
//! cookie, so that a reload does not say it again and nobody else can put words on our page.

use crate::{App, guard, layout::ToastView};
use axum::{
    http::{HeaderMap, HeaderValue, header},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Serialize, de::DeserializeOwned};
use tertulia_connector::sign;

const COOKIE: &str = "tertulia_said";
const PURPOSE: &str = "said on the next page";

/// Something of ours that travels through the browser and comes back unchanged.
pub(crate) fn seal(app: &App, purpose: &str, value: &impl Serialize) -> String {
    let json = serde_json::to_vec(value).unwrap_or_default();
    let text = URL_SAFE_NO_PAD.encode(json);
    let signature = sign::sign(&app.engine.vault.key_for(purpose), &text);
    format!("{text}.{signature}")
}

pub(crate) fn unseal<T: DeserializeOwned>(app: &App, purpose: &str, sealed: &str) -> Option<T> {
    let (text, signature) = sealed.split_once('.')?;
    if !sign::verify(&app.engine.vault.key_for(purpose), text, signature) {
        return None;
    }
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

/// To another page, which says `text`.
pub(crate) fn redirect(app: &App, to: &str, text: &str, undo_url: Option<String>) -> Response {
    let sealed = seal(app, PURPOSE, &(text, undo_url));
    let secure = if app.is_https() { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={sealed}; Path=/; HttpOnly; SameSite=Lax; Max-Age=20{secure}");
    (AppendHeaders([(header::SET_COOKIE, cookie)]), Redirect::to(to)).into_response()
}

/// What the page before wanted said.
pub(crate) fn take(app: &App, headers: &HeaderMap) -> Option<ToastView> {
    let (text, undo_url): (String, Option<String>) = unseal(app, PURPOSE, &guard::cookie(headers, COOKIE)?)?;
    Some(ToastView { text, undo_url })
}

/// Said once: a page that took it lets it go.
pub(crate) fn said(headers: &HeaderMap, mut response: Response) -> Response {
    if guard::cookie(headers, COOKIE).is_some() {
        let gone = HeaderValue::from_static("tertulia_said=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
        response.headers_mut().append(header::SET_COOKIE, gone);
    }
    response
}
