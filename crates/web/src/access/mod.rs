//! Signing in and out, the first run, links to set a password.

pub(crate) mod form;
mod password;
mod sign_in;
mod welcome;

use crate::{
    App, Result, Viewer, WebError,
    guard::{browser_cookie, session_cookie},
    routes::{Rule, Table},
};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use form::Fields;
use tertulia_engine::accounts::{self, SignedIn};
use tertulia_model::Permission::Read;

pub(crate) fn routes(table: &mut Table) {
    table.get("/welcome", Rule::Anybody, get(welcome::page));
    table.post("/welcome", Rule::Anybody, post(welcome::finish));
    table.get("/sign-in", Rule::Anybody, get(sign_in::page));
    table.post("/sign-in", Rule::Anybody, post(sign_in::sign_in));
    table.post("/sign-out", Rule::Member(Read), post(sign_out));
    table.get("/password/{token}", Rule::Anybody, get(password::page));
    table.post("/password/{token}", Rule::Anybody, post(password::set));
    table.post("/theme", Rule::Member(Read), post(theme));
}

/// A path of this installation to go to; anything else leads to Today. Browsers read a backslash as a slash
/// and drop tabs and line ends (URL Standard, 4.4), so neither may stand in it.
fn local_path(asked: &str) -> &str {
    let leads_elsewhere = !asked.starts_with('/') || asked.starts_with("//") || asked.starts_with("/sign-in");
    let is_plain = asked.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    if leads_elsewhere || !is_plain { "/" } else { asked }
}

/// Signed in: the cookies, and on to `next`.
pub(crate) fn enter(app: &App, member: &SignedIn, next: &str) -> Response {
    let mark = accounts::browser_mark(&app.engine, &member.user);
    let cookies = [session_cookie(app, &member.token), browser_cookie(app, &mark)];
    (AppendHeaders(cookies.map(|cookie| (header::SET_COOKIE, cookie))), Redirect::to(local_path(next))).into_response()
}

/// Forms that nobody is signed in for have no token; a browser says whether they were sent from a page of ours. Without
/// this, a strange page could sign somebody in as somebody else and read what they then write.
fn from_here(headers: &HeaderMap) -> Result<()> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let ours = match (text("sec-fetch-site"), text("origin"), text("host")) {
        (Some(site), _, _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, from)| from == host),
        // No browser of today: then there is no cookie to abuse either.
        (None, _, _) => true,
    };
    if ours {
        return Ok(());
    }
    let message = "This did not come from a page of this installation. Load the page again and retry.";
    Err(WebError::new(StatusCode::FORBIDDEN, message))
}

async fn sign_out(State(app): State<App>, viewer: Viewer) -> Result<Response> {
    if let Some(token) = &viewer.session {
        accounts::sign_out(&app.engine, token).await?;
    }
    Ok(([(header::SET_COOKIE, session_cookie(&app, ""))], Redirect::to("/sign-in")).into_response())
}

#[derive(serde::Deserialize)]
struct ThemeForm {
    theme: String,
}

/// Changes how it looks, and shows the same page again.
async fn theme(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Fields(form): Fields<ThemeForm>,
) -> Result<Redirect> {
    accounts::set_theme(&app.engine, viewer.user.id, &form.theme).await?;
    Ok(Redirect::to(&came_from(&headers)))
}

/// The path of our own page that a form or a link stood on; Today where it is not known.
pub(crate) fn came_from(headers: &HeaderMap) -> String {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let page = text(header::REFERER).and_then(|page| url::Url::parse(page).ok());
    let Some(page) = page.filter(|page| Some(page.authority()) == text(header::HOST)) else { return "/".to_owned() };
    let path = page.query().map_or_else(|| page.path().to_owned(), |query| format!("{}?{query}", page.path()));
    local_path(&path).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_our_own_are_followed() {
        for path in ["/", "/inbox", "/inbox/7?state=open&q=a%20b", "/listen?q=https://x.example"] {
            assert_eq!(local_path(path), path);
        }
        let elsewhere = [
            "",
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "/ok\r\nSet-Cookie: a=b",
            "javascript:alert(1)",
            "/a\\b",
            "/é",
            "/sign-in?next=/sign-in",
        ];
        for path in elsewhere {
            assert_eq!(local_path(path), "/", "{path:?}");
        }
    }

    #[test]
    fn a_form_from_a_strange_page_is_known_by_what_the_browser_says() {
        let headers = |pairs: &[(&'static str, &'static str)]| {
            pairs.iter().map(|(n, v)| (n.parse().unwrap(), v.parse().unwrap())).collect::<HeaderMap>()
        };
        assert!(from_here(&headers(&[("sec-fetch-site", "same-origin")])).is_ok());
        assert!(from_here(&headers(&[("sec-fetch-site", "cross-site")])).is_err());
        assert!(from_here(&headers(&[("sec-fetch-site", "same-site")])).is_err());
        assert!(from_here(&headers(&[("origin", "https://desk.example"), ("host", "desk.example")])).is_ok());
        assert!(from_here(&headers(&[("origin", "https://evil.example"), ("host", "desk.example")])).is_err());
        assert!(from_here(&headers(&[("origin", "null"), ("host", "desk.example")])).is_err());
    }
}
