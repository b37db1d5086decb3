//! A member has one of two who may be one asked whether they are: where, in which words, and what they said.

use crate::{
    App, Result, Viewer,
    access::form::{Fields, Mistakes},
    inbox::{flash, handle_words, id, whose},
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;
use std::collections::BTreeSet;
use tertulia_engine::people::{self as desk, Choice};
use tertulia_model::{IdentityId, Millis, PersonId};
use tertulia_store::identity_questions::Asked;

/// Who can be asked, and where.
struct ChoiceView {
    identity: String,
    words: String,
    /// What is to be known before it is sent.
    hint: &'static str,
}

/// What somebody was asked, and what they said.
pub(super) struct AskedView {
    pub words: String,
    pub at: Millis,
    pub icon: &'static str,
}

/// What these two were asked so far, the latest first.
pub(super) async fn asked(app: &App, pair: (PersonId, PersonId)) -> Result<Vec<AskedView>> {
    Ok(desk::asked(&app.engine, pair).await?.into_iter().map(|asked| view(app, &asked)).collect())
}

fn view(app: &App, asked: &Asked) -> AskedView {
    let who = handle_words(app, &asked.space, &asked.handle);
    let words = match (asked.answer.as_deref(), asked.state.as_deref()) {
        (Some("yes"), _) => format!("{who}: was asked, and said that both are them"),
        (Some(_), _) => format!("{who}: was asked, and said that the other is not them"),
        (None, Some("failed")) => format!("{who}: the question did not get through"),
        (None, Some("withdrawn") | None) => format!("{who}: the question was taken back before it left"),
        (None, Some(_)) => format!("{who}: was asked, and has not answered yet"),
    };
    let at = asked.answered_at.unwrap_or(asked.asked_at);
    let icon = if asked.answer.as_deref() == Some("yes") { "circle-check" } else { "message-circle" };
    AskedView { words, at, icon }
}

/// In a few words for a list of suggestions; empty where nobody said anything.
pub(super) async fn said(app: &App, pair: (PersonId, PersonId)) -> Result<&'static str> {
    let asked = desk::asked(&app.engine, pair).await?;
    let who: BTreeSet<PersonId> =
        asked.iter().filter(|one| one.answer.as_deref() == Some("yes")).map(|one| one.person_id).collect();
    let waits =
        |one: &Asked| one.answer.is_none() && matches!(one.state.as_deref(), Some("queued" | "sent" | "unknown"));
    Ok(match who.len() {
        _ if asked.iter().any(|one| one.answer.as_deref() == Some("no")) => {
            "One of them was asked and said that the other is not them."
        }
        0 if asked.iter().any(waits) => "They were asked, and have not answered yet.",
        0 => "",
        1 => "One of them was asked and said that both are them; the other one was not asked, or has not answered.",
        _ => "Each of both was asked and said that the other is them.",
    })
}

#[derive(Template)]
#[template(path = "people/ask.html")]
struct AskPage {
    shell: Shell,
    back: String,
    name: String,
    other_name: String,
    choices: Vec<ChoiceView>,
    chosen: String,
    words: String,
    asked: Vec<AskedView>,
    mistakes: Mistakes,
}

fn choice(app: &App, choice: &Choice) -> ChoiceView {
    ChoiceView {
        identity: choice.asked.id.to_string(),
        words: format!("{}, by {}", handle_words(app, &choice.asked.space, &choice.asked.handle), choice.way.title),
        hint: if choice.waits {
            "They wait for an answer in that conversation. This counts as one, so answer first what they asked."
        } else {
            ""
        },
    }
}

async fn draw(
    app: &App,
    viewer: &Viewer,
    (into, from): (PersonId, PersonId),
    form: AskForm,
    mistakes: Mistakes,
) -> Result<Html<String>> {
    let (other, one) = desk::preview(&app.engine, from, into).await?;
    let choices: Vec<ChoiceView> =
        desk::choices(&app.engine, (into, from)).await?.iter().map(|found| choice(app, found)).collect();
    let first = choices.first().map(|first| first.identity.clone()).unwrap_or_default();
    let page = AskPage {
        shell: app.shell(viewer, "person", "Ask them", Nav::People).await?,
        back: format!("/people/{into}/same/{from}"),
        name: whose(Some(&one.person.name)),
        other_name: whose(Some(&other.person.name)),
        chosen: Some(form.identity).filter(|chosen| !chosen.is_empty()).unwrap_or(first),
        words: Some(form.words).filter(|words| !words.is_empty()).unwrap_or_else(|| desk::USUAL_WORDS.to_owned()),
        asked: asked(app, (into, from)).await?,
        choices,
        mistakes,
    };
    Ok(Html(page.render()?))
}

pub(super) async fn page(
    State(app): State<App>,
    viewer: Viewer,
    Path((into, from)): Path<(String, String)>,
) -> Result<Html<String>> {
    draw(&app, &viewer, (id(&into)?, id(&from)?), AskForm::default(), Mistakes::default()).await
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct AskForm {
    identity: String,
    words: String,
}

pub(super) async fn send(
    State(app): State<App>,
    viewer: Viewer,
    Path((into, from)): Path<(String, String)>,
    Fields(form): Fields<AskForm>,
) -> Result<Response> {
    let pair: (PersonId, PersonId) = (id(&into)?, id(&from)?);
    let identity = IdentityId(form.identity.parse().unwrap_or_default());
    match desk::ask(&app.engine, viewer.user.id, pair, identity, &form.words).await {
        Ok(delivery) => {
            let undo = Some(format!("/deliveries/{}/undo", delivery.id));
            let said = "They are asked. What they say will stand here.";
            Ok(flash::redirect(&app, &format!("/people/{}/same/{}", pair.0, pair.1), said, undo))
        }
        Err(error) => {
            let mistakes = Mistakes::of(error)?;
            let page = draw(&app, &viewer, pair, form, mistakes).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}
