//! Who we are on the network, and the session by which we write. A session is reused and renewed: a server allows few
//! sign-ins (Bluesky's thirty in five minutes).

use crate::{names::is_did, settings::Settings};
use serde_json::{Value, json};
use std::{any::Any, time::Duration};
use tertulia_connector::{
    Context, PullError, SendError,
    guard::GuardError,
    http::{Answer, Ask},
};
use tertulia_model::Millis;

pub const WHO: &str = "The Bluesky server";
const LONGEST: Duration = Duration::from_secs(24 * 3_600);

/// Kept in the slot of the context that sends.
#[derive(Clone)]
pub struct Session {
    pub did: String,
    access: String,
    renew: String,
}

/// One question to the server.
#[derive(Clone, Copy)]
pub enum Call<'a> {
    Ask(&'a str, &'a [(&'a str, &'a str)]),
    Do(&'a str, &'a Value),
}

/// Why no answer came about.
pub enum Trouble {
    /// What the server says to signing in.
    SignIn(Answer),
    Guard(GuardError),
    NoPassword,
    Unreadable,
}

impl From<GuardError> for Trouble {
    fn from(error: GuardError) -> Self {
        Self::Guard(error)
    }
}

/// The DID behind a handle.
pub async fn did_of(ctx: &Context, settings: &Settings, name: &str) -> Result<String, PullError> {
    if is_did(name) {
        return Ok(name.to_owned());
    }
    let url = address(settings, "com.atproto.identity.resolveHandle", &[("handle", name)]);
    let answer = ctx.guard.ask(&Ask::get(url)).await?;
    if answer.status == 400 {
        return Err(PullError::Misconfigured(format!(
            "Nobody on the network is called {name}. Is it written correctly?"
        )));
    }
    if !answer.is_success() {
        return Err(refused(&answer, ctx.clock.now()));
    }
    let did = answer.json().ok().and_then(|json| json.get("did")?.as_str().map(str::to_owned));
    did.filter(|did| is_did(did)).ok_or_else(|| PullError::Retry(format!("{WHO} did not say who {name} is.")))
}

/// Signs in anew, for the test of the settings.
pub async fn check(ctx: &Context, settings: &Settings) -> Result<String, PullError> {
    let now = ctx.clock.now();
    sign_in(ctx, settings).await.map(|session| session.did).map_err(|trouble| match trouble {
        Trouble::SignIn(answer) if answer.status == 401 => PullError::Reauthorise(no_entry()),
        Trouble::SignIn(answer) => refused(&answer, now),
        Trouble::Guard(error) => error.into(),
        Trouble::NoPassword => PullError::Reauthorise("There is no app password: enter one.".to_owned()),
        Trouble::Unreadable => PullError::Retry(format!("{WHO} gave an answer that cannot be read.")),
    })
}

fn no_entry() -> String {
    format!("{WHO} does not accept the app password (any more). Make a new one there, and enter it here.")
}

/// The same for sending: nothing was written yet.
pub fn sending(trouble: Trouble, now: Millis) -> SendError {
    match trouble {
        Trouble::SignIn(answer) if answer.status == 401 => SendError::Reauthorise(no_entry()),
        Trouble::SignIn(answer) => match refused(&answer, now) {
            PullError::RetryAfter { wait, reason } => SendError::Throttled { wait, reason },
            PullError::Reauthorise(why) | PullError::Misconfigured(why) => SendError::Reauthorise(why),
            PullError::Retry(reason) => SendError::RetryAfter { wait: Duration::from_secs(60), reason },
        },
        Trouble::Guard(GuardError::Private { .. } | GuardError::BadUrl(_)) => {
            SendError::Rejected("The server's address in the settings is not allowed, or none.".to_owned())
        }
        Trouble::Guard(error) => SendError::RetryAfter {
            wait: Duration::from_secs(30),
            reason: format!("{error} It is sent again by itself."),
        },
        Trouble::NoPassword => SendError::Reauthorise("There is no app password: enter one.".to_owned()),
        Trouble::Unreadable => SendError::RetryAfter {
            wait: Duration::from_secs(30),
            reason: format!("{WHO} gave an answer that cannot be read; it is asked again."),
        },
    }
}

pub fn refused(answer: &Answer, now: Millis) -> PullError {
    match answer.pull_error(WHO, now) {
        PullError::RetryAfter { wait, reason } => {
            PullError::RetryAfter { wait: pause(answer, now).unwrap_or(wait), reason }
        }
        other => other,
    }
}

/// The time at which the server's count begins anew, in seconds since 1970.
pub fn pause(answer: &Answer, now: Millis) -> Option<Duration> {
    if let Some(wait) = answer.retry_after(now) {
        return Some(wait);
    }
    let at = answer.header("ratelimit-reset")?.trim().parse::<i64>().ok()?.checked_mul(1_000)?;
    Some(Duration::from_millis(at.saturating_sub(now).max(1_000).unsigned_abs()).min(LONGEST))
}

pub fn error_of(answer: &Answer) -> String {
    answer.json().ok().and_then(|json| json.get("error")?.as_str().map(str::to_owned)).unwrap_or_default()
}

fn address(settings: &Settings, method: &str, query: &[(&str, &str)]) -> String {
    let mut url = format!("{}/xrpc/{method}", settings.service);
    if !query.is_empty() {
        url.push('?');
        url.push_str(&url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish());
    }
    url
}

/// Calls as ourselves and gives our DID with the answer. A session that is over is renewed, or begun anew, once.
pub async fn call(ctx: &Context, settings: &Settings, call: Call<'_>) -> Result<(String, Answer), Trouble> {
    let mut slot = ctx.session.lock().await;
    let mut session = match slot.as_ref().and_then(|kept| kept.downcast_ref::<Session>()) {
        Some(session) => session.clone(),
        None => keep(&mut slot, sign_in(ctx, settings).await?),
    };
    let mut answer = ctx.guard.ask(&ask(settings, call).bearer(&session.access)).await?;
    if is_over(&answer) {
        let renewed = match renew(ctx, settings, &session).await? {
            Some(renewed) => renewed,
            None => sign_in(ctx, settings).await?,
        };
        session = keep(&mut slot, renewed);
        answer = ctx.guard.ask(&ask(settings, call).bearer(&session.access)).await?;
    }
    if is_over(&answer) {
        *slot = None;
    }
    Ok((session.did, answer))
}

/// At once: whoever asked may give up before the answer is there, and the server counts how often we sign in.
fn keep(slot: &mut Option<Box<dyn Any + Send>>, session: Session) -> Session {
    *slot = Some(Box::new(session.clone()));
    session
}

fn ask(settings: &Settings, call: Call<'_>) -> Ask {
    match call {
        Call::Ask(method, query) => Ask::get(address(settings, method, query)),
        Call::Do(method, body) => Ask::post_json(address(settings, method, &[]), body),
    }
}

/// Servers say it with 400 or 401.
fn is_over(answer: &Answer) -> bool {
    matches!(answer.status, 400 | 401) && matches!(error_of(answer).as_str(), "ExpiredToken" | "InvalidToken")
}

async fn sign_in(ctx: &Context, settings: &Settings) -> Result<Session, Trouble> {
    let password = ctx.secret("app_password").ok_or(Trouble::NoPassword)?;
    let body = json!({"identifier": settings.handle, "password": password.reveal()});
    let answer =
        ctx.guard.ask(&Ask::post_json(address(settings, "com.atproto.server.createSession", &[]), &body)).await?;
    if !answer.is_success() {
        return Err(Trouble::SignIn(answer));
    }
    read(&answer).ok_or(Trouble::Unreadable)
}

/// None where the server wants us to sign in anew.
async fn renew(ctx: &Context, settings: &Settings, session: &Session) -> Result<Option<Session>, Trouble> {
    let url = address(settings, "com.atproto.server.refreshSession", &[]);
    let answer = ctx.guard.ask(&Ask::post(url, "application/json", Vec::new()).bearer(&session.renew)).await?;
    Ok(if answer.is_success() { read(&answer) } else { None })
}

pub fn read(answer: &Answer) -> Option<Session> {
    let json = answer.json().ok()?;
    let text = |name: &str| json.get(name).and_then(Value::as_str).map(str::to_owned);
    let session = Session { did: text("did")?, access: text("accessJwt")?, renew: text("refreshJwt")? };
    is_did(&session.did).then_some(session)
}
