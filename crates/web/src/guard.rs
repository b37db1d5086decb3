//! What stands before every handler: who is it, may they, did they mean it; and the headers that go with every answer.

use crate::{
    App, WebError, assets_router,
    error::{AskedBy, reword},
    metrics::Metrics,
    once,
    routes::Rule,
};
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{FromRequestParts, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts},
    middleware::{self, Next},
    response::{IntoResponse, Redirect, Response},
};
use tertulia_engine::{accounts, setup};
use tertulia_model::TokenId;
use tertulia_store::users::User;
use tokio::time::Instant;

/// The session's cookie.
pub const COOKIE: &str = "tertulia_session";
pub(crate) const BROWSER_COOKIE: &str = "tertulia_browser";
/// Forms are read this far for their token.
const FORM_LIMIT: usize = 1 << 20;

/// A signed-in member, for handlers to take.
#[derive(Debug, Clone)]
pub struct Viewer {
    pub user: User,
    /// Goes with every form of this session.
    pub csrf: String,
    /// The session's own token; `None` for a program with a key.
    pub session: Option<String>,
    /// A program's key; `None` for somebody at a screen.
    pub key: Option<TokenId>,
}

impl<S: Send + Sync> FromRequestParts<S> for Viewer {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, WebError> {
        parts.extensions.get::<Self>().cloned().ok_or_else(WebError::forbidden)
    }
}

#[derive(Clone)]
pub(crate) struct Guarded {
    pub app: App,
    /// The route, with its holes.
    pub path: &'static str,
    pub rule: Rule,
    /// Whether pages send it by themselves.
    pub by_itself: bool,
    /// Whether a repeated request is answered as it was before.
    pub once: bool,
}

/// Checks one request against its route's rule.
pub(crate) async fn check(State(guarded): State<Guarded>, mut request: Request, next: Next) -> Response {
    let asked_by = AskedBy::of(request.uri().path(), request.headers());
    let (method, begun) = (request.method().clone(), Instant::now());
    let response = match admit(&guarded, &mut request).await {
        Ok(()) if guarded.once => once::run(&guarded.app, request, next, &asked_by).await,
        Ok(()) => reword(next.run(request).await, &asked_by),
        Err(response) => reword(response, &asked_by),
    };
    guarded.app.timings.note(&method, guarded.path, response.status(), begun.elapsed());
    response
}

async fn admit(guarded: &Guarded, request: &mut Request) -> Result<(), Response> {
    let app = &guarded.app;
    let refuse = |error: WebError| error.into_response();
    let by_itself = guarded.by_itself || request.headers().contains_key("hx-request");
    match guarded.rule {
        Rule::Anybody => {
            let viewer = viewer_by_cookie(app, request.headers(), by_itself).await.map_err(refuse)?;
            if let Some(viewer) = viewer {
                request.extensions_mut().insert(viewer);
            }
            Ok(())
        }
        Rule::Key(scope, permission) => {
            let viewer = viewer_by_key(app, request.headers(), scope).await.map_err(refuse)?;
            if !viewer.user.role.may(permission) {
                return Err(refuse(WebError::forbidden()));
            }
            request.extensions_mut().insert(viewer);
            Ok(())
        }
        Rule::Watcher => match app.metrics {
            Metrics::Open => Ok(()),
            Metrics::Key => viewer_by_key(app, request.headers(), "read").await.map(drop).map_err(refuse),
        },
        Rule::Member(permission) => {
            let Some(viewer) = viewer_by_cookie(app, request.headers(), by_itself).await.map_err(refuse)? else {
                let (method, headers) = (request.method().clone(), request.headers().clone());
                let back = request.uri().path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string);
                return Err(to_the_door(app, &method, &headers, &back).await);
            };
            if !viewer.user.role.may(permission) {
                return Err(refuse(WebError::forbidden()));
            }
            if is_of_another_session(request.headers(), &viewer.csrf) {
                return Err(refuse(signed_out()));
            }
            if !request.method().is_safe() {
                meant(request, &viewer.csrf).await.map_err(refuse)?;
            }
            // Also who only reads: what nobody waits for makes room. A screen that keeps itself fresh is nobody.
            let is_act = !request.method().is_safe() && !guarded.by_itself;
            if is_act || !by_itself {
                app.engine.bus.person_works(app.engine.now());
            }
            request.extensions_mut().insert(viewer);
            Ok(())
        }
    }
}

/// Nobody is signed in: to the first run, or to the sign-in that leads back here.
async fn to_the_door(app: &App, method: &Method, headers: &HeaderMap, back: &str) -> Response {
    // A script asks for a piece of a page that is open: it has no use for the sign-in in its place, and says what is up.
    if method != Method::GET || headers.contains_key("x-csrf-token") || headers.contains_key("hx-request") {
        return signed_out().into_response();
    }
    match setup::is_new(&app.engine).await {
        Ok(true) => Redirect::to("/welcome").into_response(),
        Ok(false) => {
            let back = percent_encoding::utf8_percent_encode(back, percent_encoding::NON_ALPHANUMERIC);
            Redirect::to(&format!("/sign-in?next={back}")).into_response()
        }
        Err(error) => WebError::from(error).into_response(),
    }
}

fn signed_out() -> WebError {
    let message = "You are signed out, or somebody else signed in here since, so this was not done. Sign in and do it again; what you wrote is kept.";
    WebError::new(StatusCode::UNAUTHORIZED, message)
}

fn is_token(given: &str, csrf: &str) -> bool {
    subtle::ConstantTimeEq::ct_eq(given.as_bytes(), csrf.as_bytes()).into()
}

/// A page that was drawn for an earlier session of this browser does and learns nothing by the present one.
fn is_of_another_session(headers: &HeaderMap, csrf: &str) -> bool {
    headers.get("x-csrf-token").is_some_and(|given| !given.to_str().is_ok_and(|given| is_token(given, csrf)))
}

async fn viewer_by_cookie(app: &App, headers: &HeaderMap, by_itself: bool) -> Result<Option<Viewer>, WebError> {
    let Some(token) = cookie(headers, COOKIE) else { return Ok(None) };
    let Some((user, session)) = accounts::session(&app.engine, &token).await? else { return Ok(None) };
    if !by_itself {
        accounts::keep_session(&app.engine, &token, &session).await?;
    }
    Ok(Some(Viewer { user, csrf: session.csrf, session: Some(token), key: None }))
}

/// Whether whoever asks is signed in as a member.
pub(crate) async fn is_member(app: &App, headers: &HeaderMap) -> Result<bool, WebError> {
    Ok(viewer_by_cookie(app, headers, true).await?.is_some())
}

async fn viewer_by_key(app: &App, headers: &HeaderMap, scope: &str) -> Result<Viewer, WebError> {
    let missing =
        || WebError::new(StatusCode::UNAUTHORIZED, "Send a key of this installation as `Authorization: Bearer tt_…`.");
    let given =
        headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()).and_then(|v| v.strip_prefix("Bearer "));
    let program = accounts::by_api_token(&app.engine, given.ok_or_else(missing)?).await?.ok_or_else(missing)?;
    if !program.scopes.iter().any(|has| has == scope) {
        return Err(WebError::new(
            StatusCode::FORBIDDEN,
            format!("This key may not do this: it lacks the scope `{scope}`."),
        ));
    }
    Ok(Viewer { user: program.user, csrf: String::new(), session: None, key: Some(program.key) })
}

pub(crate) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('=').map(str::to_owned))
}

/// The cookie that carries a session; empty ends it.
pub(crate) fn session_cookie(app: &App, token: &str) -> HeaderValue {
    // How long a session runs is decided here, with each use; the browser keeps its name for as long as browsers may.
    lasting_cookie(app, COOKIE, token, "/")
}

/// The cookie by which a browser is known at the sign-in when somebody signed in with it before.
pub(crate) fn browser_cookie(app: &App, mark: &str) -> HeaderValue {
    lasting_cookie(app, BROWSER_COOKIE, mark, "/sign-in")
}

fn lasting_cookie(app: &App, name: &str, value: &str, path: &str) -> HeaderValue {
    let secure = if app.is_https() { "; Secure" } else { "" };
    let age = if value.is_empty() { 0 } else { 400 * 24 * 3600 };
    let text = format!("{name}={value}; Path={path}; HttpOnly; SameSite=Lax; Max-Age={age}{secure}");
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// Whether a changing request comes from a page of ours (against CSRF), and of this session. The session's token decides
/// wherever it is given; browsers say where a request comes from where it is not.
async fn meant(request: &mut Request, csrf: &str) -> Result<(), WebError> {
    let refused = || {
        WebError::new(
            StatusCode::FORBIDDEN,
            "This did not come from a page of this installation. Load the page again and retry.",
        )
    };
    // It was compared before.
    if request.headers().contains_key("x-csrf-token") {
        return Ok(());
    }
    let from_us = comes_from_us(request.headers());
    if from_us == Some(false) {
        return Err(refused());
    }
    match token_of_form(request).await.map_err(|_| refused())? {
        Some(given) if is_token(&given, csrf) => Ok(()),
        Some(_) if from_us.is_some() => Err(signed_out()),
        None if from_us.is_some() => Ok(()),
        _ => Err(refused()),
    }
}

/// What the browser says of where a request comes from; `None` where it says nothing.
fn comes_from_us(headers: &HeaderMap) -> Option<bool> {
    if let Some(site) = headers.get("sec-fetch-site") {
        return Some(site == "same-origin");
    }
    let (origin, host) = (headers.get(header::ORIGIN)?, headers.get(header::HOST)?);
    let origin = origin.to_str().unwrap_or_default();
    let from = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://")).unwrap_or_default();
    Some(from.as_bytes() == host.as_bytes())
}

/// The token in a form's body, which is left as it was. A form with files says its token where it is read.
async fn token_of_form(request: &mut Request) -> Result<Option<String>, axum::Error> {
    let kind = request.headers().get(header::CONTENT_TYPE);
    if !kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/x-www-form-urlencoded")) {
        return Ok(None);
    }
    let bytes = to_bytes(std::mem::take(request.body_mut()), FORM_LIMIT).await?;
    let given =
        url::form_urlencoded::parse(&bytes).find(|(name, _)| name == "csrf").map(|(_, value)| value.into_owned());
    *request.body_mut() = Body::from(bytes);
    Ok(given)
}

/// For what reads a form with files: the page it stood on is of this session.
pub(crate) fn same_session(viewer: &Viewer, token: &str) -> Result<(), WebError> {
    if token.is_empty() || is_token(token, &viewer.csrf) { Ok(()) } else { Err(signed_out()) }
}

/// The policy of our own pages: nothing inline, nothing from elsewhere.
const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; frame-src 'self'; \
    connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Puts the headers on every answer, and the page for what is not there behind all routes.
pub(crate) fn protect(router: Router, app: App) -> Router {
    router
        .merge(assets_router())
        .fallback(|request: Request| async move {
            let asked_by = AskedBy::of(request.uri().path(), request.headers());
            reword(WebError::not_found().into_response(), &asked_by)
        })
        .layer(middleware::from_fn_with_state(app, headers))
}

async fn headers(State(app): State<App>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut default = |name: header::HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    default(header::CONTENT_SECURITY_POLICY, POLICY);
    default(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    default(header::REFERRER_POLICY, "same-origin");
    default(header::CACHE_CONTROL, "no-store");
    default(header::HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    default(header::HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()");
    if app.is_https() {
        default(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    response
}
