//! One draft: who it is, where it goes, in which words; and what is done with it.

use super::{
    href, round_href,
    words::{standing, talk_href},
};
use crate::{
    App, Result, Viewer, WebError,
    access::form::{Fields, Mistakes},
    inbox::{Known, flash, fresh_key, id as id_of, whose},
    layout::{Nav, Shell},
    listen::languages::name as language_name,
};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;
use tertulia_engine::{
    EngineError,
    invitations::{self as desk, Look, SendForm, Trouble, reason_words},
};
use tertulia_model::Millis;
use tertulia_store::{
    invitations::{self, Row},
    reading,
};

/// What is typed in the words of one draft.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    pub words: String,
    pub seen: String,
    pub key: String,
    /// How it stood when these were typed.
    pub version: Option<i64>,
}

/// Why the page comes again, with what was typed.
#[derive(Default)]
pub(super) struct Again {
    pub words: Option<String>,
    /// As it was looked at while these words were typed.
    pub seen: String,
    pub warning: String,
    /// What was not done.
    pub nothing: &'static str,
}

impl Again {
    /// What a person can mend on the same page; other errors go on to a page of their own.
    pub fn refused(self, error: EngineError) -> Result<Self> {
        let mistakes = Mistakes::of(error)?;
        let fields = mistakes.fields().iter().map(|(_, message)| message.as_str());
        let all: Vec<&str> = fields.chain([mistakes.general.as_str()]).filter(|words| !words.is_empty()).collect();
        Ok(Self { warning: all.join(" "), ..self })
    }
}

#[derive(Template)]
#[template(path = "insights/inviting/draft.html")]
struct DraftPage {
    shell: Shell,
    csrf: String,
    href: String,
    back: String,
    title: String,
    name: String,
    customer_href: String,
    part: String,
    /// "3 of 20 to look at"
    place: Option<String>,
    previous: Option<String>,
    next: Option<String>,
    /// The channel and the address.
    goes: Option<(String, String)>,
    subject: Option<String>,
    send_label: String,
    language_words: Option<String>,
    standing: &'static str,
    is_draft: bool,
    trouble: Option<String>,
    no_text_href: Option<String>,
    reason: Option<String>,
    by: Option<String>,
    sent_at: Option<Millis>,
    talk_href: Option<String>,
    has_answered: bool,
    words: String,
    /// What it says by now, where other words were typed before that.
    now: Option<String>,
    seen: String,
    key: String,
    version: i64,
    warning: String,
    nothing: &'static str,
    can_redraft: bool,
    can_skip: bool,
    may_work: bool,
}

pub(super) async fn page(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response> {
    let page = draw(&app, &viewer, &headers, id_of(&id)?, Again::default()).await?;
    Ok(flash::said(&headers, page))
}

pub(super) async fn draw(app: &App, viewer: &Viewer, headers: &HeaderMap, id: i64, again: Again) -> Result<Response> {
    let known = Known::read(app, viewer, headers).await?;
    let mut db = app.engine.db.reader();
    let look = desk::look(&app.engine, &mut db, viewer.user.id, id).await?;
    let row = invitations::shown(&mut db, id).await?.ok_or_else(WebError::not_found)?;
    let name = whose(Some(&look.customer.name));
    let mut shell = app.shell(viewer, "insights", name, Nav::Insights).await?;
    shell.toast = flash::take(app, headers);
    let status = if again.warning.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = whole(app, &known, (look, row), shell, again).await?;
    Ok((status, Html(page.render()?)).into_response())
}

async fn whole(app: &App, known: &Known, (look, row): (Look, Row), shell: Shell, again: Again) -> Result<DraftPage> {
    let mut db = app.engine.db.reader();
    let one = &look.invitation;
    let is_draft = one.state == "draft";
    let (mut previous, mut next, mut place) = (None, None, None);
    if is_draft {
        previous = invitations::beside(&mut db, one, true).await?.map(href);
        next = invitations::beside(&mut db, one, false).await?.map(href);
        let before = invitations::count_before(&mut db, one).await?;
        let counts = invitations::counts(&mut db, one.round_id).await?;
        let all = counts.iter().find(|(state, _)| state == "draft").map_or(0, |(_, many)| *many);
        place = Some(format!("{} of {all} to look at", before + 1));
    }
    let sent = match row.sent_message_id {
        Some(message) => reading::message(&mut db, message).await?.map(|message| message.text),
        None => None,
    };
    let name = whose(Some(&look.customer.name));
    let is_newer = again.words.as_ref().is_some_and(|typed| *typed != look.words) && again.seen != look.seen;
    let is_closed = |states: &[&str]| states.contains(&one.state.as_str());
    let to =
        |way: &tertulia_engine::outbound::Way| (format!("{}: {}", way.title, way.channel_name), way.to_handle.clone());
    Ok(DraftPage {
        csrf: shell.csrf.clone(),
        shell,
        href: href(one.id),
        back: round_href(one.round_id),
        title: look.round.title.clone(),
        customer_href: match look.customer.person_id {
            Some(person) => format!("/people/{person}"),
            None => format!("/customers/{}", look.customer.id),
        },
        part: row.part.clone(),
        place,
        previous,
        next,
        goes: look.way.as_ref().map(to),
        subject: look.way.as_ref().and_then(|way| way.subject.clone()).filter(|subject| !subject.is_empty()),
        send_label: look.way.as_ref().map_or_else(String::new, |way| format!("Send to {name} by {}", way.title)),
        language_words: language_words(&look),
        standing: standing(&one.state),
        is_draft,
        trouble: look.trouble.as_ref().filter(|_| is_draft).map(Trouble::words),
        no_text_href: matches!(look.trouble, Some(Trouble::NoText))
            .then(|| format!("{}/text", round_href(one.round_id))),
        reason: match one.state.as_str() {
            "unsent" => one.reason.as_deref().map(|reason| reason_words(reason).to_owned()),
            "failed" | "unknown" | "queued" => row.sent_reason.clone(),
            _ => None,
        },
        by: one.by_user.map(|user| known.member(user)),
        sent_at: one.sent_at,
        talk_href: talk_href(&row),
        has_answered: row.answer_message_id.is_some(),
        now: is_newer.then(|| look.words.clone()),
        words: again.words.or(sent).unwrap_or_else(|| look.words.clone()),
        seen: look.seen.clone(),
        key: fresh_key(app),
        version: one.version,
        warning: again.warning,
        nothing: again.nothing,
        can_redraft: is_closed(&["failed", "unsent", "skipped"]),
        can_skip: is_closed(&["draft", "unsent", "failed"]),
        may_work: known.may_converse,
        name,
    })
}

fn language_words(look: &Look) -> Option<String> {
    let language = look.language.as_deref().filter(|_| look.is_other_language)?;
    let (theirs, ours) = (language_name(&look.invitation.language), language_name(language));
    Some(format!("They are to be written to in {theirs}, in which there is no text: this is in {ours}."))
}

pub(super) async fn send(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(id): Path<String>,
    Fields(typed): Fields<Typed>,
) -> Result<Response> {
    let id: i64 = id_of(&id)?;
    let onwards = onwards(&app, id).await?;
    let form = SendForm { invitation: id, seen: typed.seen.clone(), words: typed.words.clone(), key: typed.key };
    match desk::send(&app.engine, viewer.user.id, form).await {
        Ok(delivery) => {
            let row = invitations::shown(&mut app.engine.db.reader(), id).await?.ok_or_else(WebError::not_found)?;
            let said = format!("On its way to {}.", whose(Some(&row.customer_name)));
            let undo = format!("/deliveries/{}/undo", delivery.id);
            Ok(flash::redirect(&app, &onwards, &said, Some(undo)))
        }
        Err(error) => {
            let (words, nothing) = (Some(typed.words), "Nothing was sent.");
            let again = Again { words, seen: typed.seen, nothing, ..Again::default() }.refused(error)?;
            draw(&app, &viewer, &headers, id, again).await
        }
    }
}

/// Where it goes on after one was looked at: the next draft, or else the first, or back to all of them.
pub(super) async fn onwards(app: &App, id: i64) -> Result<String> {
    let mut db = app.engine.db.reader();
    let one = invitations::get(&mut db, id).await?.ok_or_else(WebError::not_found)?;
    if one.state != "draft" {
        return Ok(href(id));
    }
    let next = match invitations::beside(&mut db, &one, false).await? {
        Some(next) => Some(next),
        None => invitations::beside(&mut db, &one, true).await?,
    };
    Ok(next.map_or_else(|| round_href(one.round_id), href))
}
