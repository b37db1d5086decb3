//! The labels of one message, and what a member says of them: in place by a swap, or on a page of their own.

use super::{
    Undoing, done,
    tie::{Measures, has_labels, labels_view},
    words,
};
use crate::{
    App, Result, Viewer, WebError,
    components::LabelsView,
    inbox::{Known, flash, id},
    layout::{Nav, Shell},
    messages::split_words,
};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::{Html, IntoResponse, Redirect, Response},
};
use std::collections::BTreeMap;
use tertulia_analysis::labels::Kind;
use tertulia_engine::{
    labels::{self as desk, Held},
    people,
};
use tertulia_model::{MessageId, Permission};
use tertulia_store::reading::{self, Message};

/// What is sent for a kind that is to be as the model says.
const AS_THE_MODEL: &str = "model";

/// A field of the form: a kind with what it can be.
struct Field {
    name: &'static str,
    title: &'static str,
    /// The value that holds, as programs call it; empty where none does.
    chosen: String,
    choices: Vec<(String, String)>,
    is_corrected: bool,
}

#[derive(Template)]
#[template(path = "insights/labels/form.html")]
struct Form {
    id: String,
    /// Which wording it is about.
    revision: i64,
    /// Whether it stands in the place of the lines, and not on a page of its own.
    is_in_place: bool,
    fields: Vec<Field>,
    token: String,
}

#[derive(Template)]
#[template(path = "insights/labels/of_message.html")]
struct Lines {
    labels: LabelsView,
    said: &'static str,
    undo_url: Option<String>,
    token: String,
}

#[derive(Template)]
#[template(path = "insights/labels/message.html")]
struct MessagePage {
    shell: Shell,
    words: String,
    labels: LabelsView,
    back: Option<String>,
    form: Option<Form>,
}

/// The message, and what is made of it.
async fn labelled(app: &App, message: &str) -> Result<(Message, Vec<Held>)> {
    let message: MessageId = id(message)?;
    let mut db = app.engine.db.reader();
    let found = reading::message(&mut db, message).await?.filter(has_labels).ok_or_else(WebError::not_found)?;
    let held = desk::held(&mut db, &[message]).await?.remove(&message).unwrap_or_default();
    Ok((found, held))
}

fn form(viewer: &Viewer, message: &Message, held: &[Held], is_in_place: bool) -> Form {
    let field = |kind: Kind| {
        let one = held.iter().find(|one| one.kind == kind);
        let (chosen, mut choices) = (chosen(kind, one, message), words::choices(kind));
        // What is not offered stays chosen, too: else the browser would send the first.
        if !chosen.is_empty() && choices.iter().all(|(value, _)| *value != chosen) {
            choices.insert(0, (chosen.clone(), words::language(&chosen)));
        }
        Field {
            name: kind.as_str(),
            title: words::title(kind),
            chosen,
            choices,
            is_corrected: one.is_some_and(|one| one.corrected.is_some()),
        }
    };
    let fields = Kind::ALL.into_iter().map(field).collect();
    let (id, revision) = (message.id.to_string(), message.revision);
    Form { id, revision, is_in_place, fields, token: viewer.csrf.clone() }
}

/// What holds, as a form has it chosen.
fn chosen(kind: Kind, held: Option<&Held>, message: &Message) -> String {
    match held {
        // The message stands in the language that its source said, whatever the model makes of it.
        held if kind == Kind::Language && held.is_none_or(|held| held.corrected.is_none()) => message.language.clone(),
        Some(held) => kind.word(held.value),
        None => String::new(),
    }
}

/// Where a message stands.
fn place(message: &Message) -> Option<String> {
    let id = message.id;
    message.conversation_id.map(|conversation| format!("/inbox/{conversation}?at={id}#message-{id}"))
}

pub(super) async fn page(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(message): Path<String>,
) -> Result<Response> {
    let (message, held) = labelled(&app, &message).await?;
    let may = viewer.user.role.may(Permission::Converse);
    if headers.contains_key("hx-request") && may {
        return Ok(Html(form(&viewer, &message, &held, true).render()?).into_response());
    }
    let known = Known::read(&app, &viewer, &headers).await?;
    let labels = labels_view(&known, &message, &held, &Measures::lately(&app).await?);
    let (own, _) = split_words(&message);
    let words = if known.may_converse { own } else { people::without_links(&own) };
    let mut shell = app.shell(&viewer, "labels of a message", "What the machine makes of it", Nav::Inbox).await?;
    shell.toast = flash::take(&app, &headers);
    let form = may.then(|| form(&viewer, &message, &held, false));
    let page = MessagePage { shell, words, labels, back: place(&message), form };
    Ok(flash::said(&headers, Html(page.render()?).into_response()))
}

/// A kind with what it is to be. What is not named, or is as it was when the form was drawn (`was-KIND`), stays as it is by now;
/// what is said of another wording (`revision`) is refused.
pub(super) async fn correct(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(message): Path<String>,
    axum::extract::Form(fields): axum::extract::Form<BTreeMap<String, String>>,
) -> Result<Response> {
    let (message, _) = labelled(&app, &message).await?;
    let field = |name: &str| fields.get(name).map(String::as_str).filter(|text| !text.is_empty());
    let said = |kind: Kind| {
        let asked = field(kind.as_str())?;
        if field(&format!("was-{}", kind.as_str())) == Some(asked) {
            return None;
        }
        // What is no value of the kind is refused as one that there is not.
        Some((kind, (asked != AS_THE_MODEL).then(|| kind.value(asked).unwrap_or(0))))
    };
    let said: Vec<desk::Said> = Kind::ALL.into_iter().filter_map(said).collect();
    let revision = field("revision").and_then(|revision| revision.parse().ok());
    let mut said = desk::correct_all(&app.engine, viewer.user.id, (message.id, revision), &said).await?;
    said.retain(|one| !one.is_nothing());
    if said.is_empty() {
        return shown_again(&app, &viewer, &headers, message.id, "Nothing was changed.").await;
    }
    let words = "It holds from now on. Thank you.";
    let undoing = Undoing::Labels(said);
    if headers.contains_key("hx-request") {
        let url = super::UNDO.url(&app, viewer.user.id, undoing);
        return lines(&app, &viewer, &headers, message.id, (words, Some(url))).await;
    }
    let to = place(&message).unwrap_or_else(|| format!("/messages/{}/labels", message.id));
    Ok(done(&app, &viewer, &to, words, undoing))
}

/// The labels of a message as they stand now: in their place, or where the message stands.
pub(super) async fn shown_again(
    app: &App,
    viewer: &Viewer,
    headers: &HeaderMap,
    message: MessageId,
    said: &'static str,
) -> Result<Response> {
    if headers.contains_key("hx-request") {
        return lines(app, viewer, headers, message, (said, None)).await;
    }
    let found = reading::message(&mut app.engine.db.reader(), message).await?.ok_or_else(WebError::not_found)?;
    Ok(Redirect::to(&place(&found).unwrap_or_else(|| format!("/messages/{message}/labels"))).into_response())
}

async fn lines(
    app: &App,
    viewer: &Viewer,
    headers: &HeaderMap,
    message: MessageId,
    (said, undo_url): (&'static str, Option<String>),
) -> Result<Response> {
    let (message, held) = labelled(app, &message.to_string()).await?;
    let known = Known::read(app, viewer, headers).await?;
    let labels = labels_view(&known, &message, &held, &Measures::lately(app).await?);
    Ok(Html(Lines { labels, said, undo_url, token: viewer.csrf.clone() }.render()?).into_response())
}
