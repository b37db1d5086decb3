//! A reader's voice: the form, which answers the same whoever's address is typed, and the link in the mail. Following the
//! link changes nothing, since scanners of mail follow links too: the buttons on its page do.

use super::{Frame, Open, lang, looked, open, public};
use crate::{
    App, Result, WebError,
    access::form::{Fields, Mistakes},
    inbox::flash,
    routes::{Rule, Table},
    state::Peer,
};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};
use serde::Deserialize;
use tertulia_engine::{
    EngineError,
    roadmap::{self as desk, Link, VoiceForm},
};
use tertulia_model::{ChangeId, Millis};
use tertulia_store::roadmap::{self, Shown};

pub(super) fn routes(table: &mut Table) {
    table.get("/roadmap/{id}/voice", Rule::Anybody, get(form));
    table.post("/roadmap/{id}/voice", Rule::Anybody, post(give));
    table.get("/voices/{id}/{signature}", Rule::Anybody, get(look));
    table.post("/voices/{id}/{signature}", Rule::Anybody, post(decide));
}

const STAMP: &str = "when the form of a voice was drawn";
/// Nobody types an address faster.
const SOONEST: Millis = 1_500;
const LATEST: Millis = 24 * 3_600_000;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Typed {
    address: String,
    words: String,
    /// No person sees this field.
    website: String,
    stamp: String,
}

#[derive(Template)]
#[template(path = "roadmap/voice.html")]
struct VoicePage {
    frame: Frame,
    title: String,
    lang: String,
    href: String,
    typed: Typed,
    mistakes: Mistakes,
    step: Step,
}

enum Step {
    Form,
    /// Something must be able to send the mail, and nothing can.
    Closed,
    Sent,
}

async fn known(app: &App, id: &str) -> Result<Shown> {
    let id = id.parse().map(ChangeId).map_err(|_| WebError::not_found())?;
    let shown = roadmap::shown(&mut app.engine.db.reader(), id).await?;
    shown.filter(|shown| desk::takes_voices(&shown.state)).ok_or_else(WebError::not_found)
}

fn draw(app: &App, open: &Open, shown: Shown, typed: Typed, mistakes: Mistakes, step: Step) -> Result<Response> {
    let heading = match step {
        Step::Sent => "Look into your mail",
        _ => "Add your voice",
    };
    let status = match (&step, mistakes.is_empty()) {
        (Step::Closed, _) => StatusCode::SERVICE_UNAVAILABLE,
        (_, false) => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::OK,
    };
    let page = VoicePage {
        frame: open.frame(app, heading, "roadmap"),
        href: super::href(&shown),
        lang: lang(&shown.language),
        title: shown.title,
        typed: Typed { stamp: flash::seal(app, STAMP, &app.engine.now()), website: String::new(), ..typed },
        mistakes,
        step,
    };
    Ok(public((status, Html(page.render()?)).into_response()))
}

async fn form(State(app): State<App>, peer: Peer, headers: HeaderMap, Path(id): Path<String>) -> Result<Response> {
    let open = open(&app, peer, &headers).await?;
    let shown = known(&app, &id).await?;
    let step = if desk::are_taken(&app.engine).await? { Step::Form } else { Step::Closed };
    draw(&app, &open, shown, Typed::default(), Mistakes::default(), step)
}

/// What is wrong with when a form comes, if anything.
fn untimely(app: &App, stamp: &str) -> Option<&'static str> {
    let age = flash::unseal::<Millis>(app, STAMP, stamp).map(|drawn| app.engine.now() - drawn);
    match age {
        Some(SOONEST..=LATEST) => None,
        Some(..SOONEST) => Some("That was very quick. Look once more at what stands here, then send it again."),
        _ => Some("This page stood open for long. Nothing is lost: send it once more."),
    }
}

/// No session stands behind this form, so no other site can misuse one.
async fn give(
    State(app): State<App>,
    peer: Peer,
    headers: HeaderMap,
    Path(id): Path<String>,
    Fields(typed): Fields<Typed>,
) -> Result<Response> {
    let open = open(&app, peer, &headers).await?;
    let shown = known(&app, &id).await?;
    if !typed.website.is_empty() {
        return draw(&app, &open, shown, Typed::default(), Mistakes::default(), Step::Sent);
    }
    let mut mistakes = Mistakes::default();
    if let Some(why) = untimely(&app, &typed.stamp) {
        mistakes.general = why.to_owned();
        return draw(&app, &open, shown, typed, mistakes, Step::Form);
    }
    let form = VoiceForm { address: typed.address.clone(), words: typed.words.clone() };
    match desk::ask(&app.engine, shown.id, &form, app.visitor_address(peer, &headers)).await {
        Ok(()) => draw(&app, &open, shown, typed, mistakes, Step::Sent),
        Err(EngineError::NotFound(_)) => Err(WebError::not_found()),
        Err(error) => draw(&app, &open, shown, typed, Mistakes::of(error)?, Step::Form),
    }
}

#[derive(Template)]
#[template(path = "roadmap/link.html")]
struct LinkPage {
    frame: Frame,
    link: Option<Link>,
    /// What was just done: "confirm", "withdraw", or nothing.
    done: &'static str,
    why: String,
}

fn link_page(app: &App, open: &Open, link: Option<Link>, done: &'static str, why: String) -> Result<Response> {
    let title = match (&link, done) {
        (_, "withdraw") => "Your voice is taken back",
        (Some(link), _) if link.is_confirmed => "Your voice counts",
        (Some(_), _) => "Is this your voice?",
        (None, _) => "That did not work",
    };
    let status = if link.is_none() && done.is_empty() { StatusCode::GONE } else { StatusCode::OK };
    let page = LinkPage { frame: open.frame(app, title, "roadmap"), link, done, why };
    Ok(public((status, Html(page.render()?)).into_response()))
}

async fn look(
    State(app): State<App>,
    peer: Peer,
    headers: HeaderMap,
    Path((id, signature)): Path<(String, String)>,
) -> Result<Response> {
    // A link holds also while the roadmap is off: whoever gave their voice can take it back.
    let open = looked(&app, peer, &headers).await?;
    match desk::link(&app.engine, id.parse().unwrap_or_default(), &signature).await {
        Ok(link) => link_page(&app, &open, Some(link), "", String::new()),
        Err(EngineError::Refused(why)) => link_page(&app, &open, None, "", why),
        Err(other) => Err(other.into()),
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Decided {
    act: String,
}

async fn decide(
    State(app): State<App>,
    peer: Peer,
    headers: HeaderMap,
    Path((id, signature)): Path<(String, String)>,
    Fields(decided): Fields<Decided>,
) -> Result<Response> {
    let open = looked(&app, peer, &headers).await?;
    let id = id.parse().unwrap_or_default();
    let withdraws = decided.act == "withdraw";
    let done = if withdraws {
        desk::withdraw(&app.engine, id, &signature).await
    } else {
        desk::confirm(&app.engine, id, &signature).await
    };
    match done {
        Ok(()) if withdraws => link_page(&app, &open, None, "withdraw", String::new()),
        Ok(()) => {
            let link = desk::link(&app.engine, id, &signature).await?;
            link_page(&app, &open, Some(link), "confirm", String::new())
        }
        Err(EngineError::Refused(why)) => link_page(&app, &open, None, "", why),
        Err(other) => Err(other.into()),
    }
}
