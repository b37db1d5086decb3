//! What is said, in one language: written once, for everybody who writes in it.

use super::{page::known_kind, page_href};
use crate::{
    App, Result, Viewer,
    access::form::{Fields, Mistakes},
    feedback::{change_href, known_change},
    inbox::flash,
    layout::{Nav, Shell},
    listen::languages::{choices as language_choices, name as language_name},
};
use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;
use tertulia_engine::telling as desk;
use tertulia_store::{
    feedback_changes::Change,
    telling_texts,
    tellings::{DECLINED, DONE, HELPED},
};

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    kind: String,
    language: String,
    words: String,
    /// How it stood when the words were typed.
    version: Option<i64>,
}

#[derive(Template)]
#[template(path = "feedback/telling/text.html")]
struct TextPage {
    shell: Shell,
    title: String,
    heading: String,
    action: String,
    back: String,
    kind: &'static str,
    languages: Vec<(String, String)>,
    typed: Typed,
    mistakes: Mistakes,
    /// What stands in another language, to be put into this one.
    others: Vec<(String, String)>,
}

async fn draw(
    app: &App,
    viewer: &Viewer,
    (change, typed): (Change, Typed),
    mistakes: Mistakes,
    status: StatusCode,
) -> Result<Response> {
    let kind = known_kind(&change, &typed.kind);
    let heading = match kind {
        HELPED => "What you ask: did it help?",
        DECLINED => "What you say: it is declined",
        _ => "What you say: it is done",
    };
    let texts = telling_texts::of_change(&mut app.engine.db.reader(), change.id, kind).await?;
    let others = texts.iter().filter(|text| text.language != typed.language);
    let page = TextPage {
        shell: app.shell(viewer, "feedback", heading, Nav::Feedback).await?,
        heading: heading.to_owned(),
        action: format!("{}/telling/text", change_href(change.id)),
        back: page_href(change.id, kind),
        kind,
        languages: language_choices().into_iter().filter(|(code, _)| !code.is_empty() && code != "und").collect(),
        others: others.map(|text| (language_name(&text.language).to_owned(), text.words.clone())).take(3).collect(),
        title: change.title,
        typed,
        mistakes,
    };
    Ok((status, Html(page.render()?)).into_response())
}

pub(super) async fn form(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    Query(asked): Query<Typed>,
) -> Result<Response> {
    let change = known_change(&app, &id).await?;
    let kind = known_kind(&change, &asked.kind);
    let mut db = app.engine.db.reader();
    let texts = telling_texts::of_change(&mut db, change.id, kind).await?;
    let mut typed = Typed { kind: kind.to_owned(), ..asked };
    if typed.language.is_empty() {
        let own = desk::own_language(&mut db).await?;
        let is_free = texts.iter().all(|text| text.language != own);
        typed.language = if is_free { own } else { String::new() };
    }
    if let Some(text) = texts.into_iter().find(|text| text.language == typed.language) {
        (typed.words, typed.version) = (text.words, Some(text.version));
    } else if typed.words.is_empty() {
        typed.words = proposed(&change, kind, &typed.language);
    }
    draw(&app, &viewer, (change, typed), Mistakes::default(), StatusCode::OK).await
}

/// Something to begin with, in the language of these pages; in any other the field is empty.
fn proposed(change: &Change, kind: &str, language: &str) -> String {
    if language != "en" {
        return String::new();
    }
    match kind {
        DECLINED => format!("Hello {{name}},\n\nyou asked us: {{quote}}.\n\n{}", change.reason),
        DONE => {
            let reason = if change.reason.is_empty() { "It is done: …" } else { change.reason.as_str() };
            format!("Hello {{name}},\n\nyou asked us: {{quote}}.\n\n{reason}")
        }
        _ => "Hello {name},\n\nsome days ago we wrote to you about this: {quote}. Did it help?".to_owned(),
    }
}

pub(super) async fn save(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    Fields(typed): Fields<Typed>,
) -> Result<Response> {
    let change = known_change(&app, &id).await?;
    let kind = known_kind(&change, &typed.kind);
    let text = (typed.language.as_str(), typed.words.as_str());
    match desk::save_text(&app.engine, viewer.user.id, (change.id, kind), text, typed.version).await {
        Ok(()) => Ok(flash::redirect(&app, &page_href(change.id, kind), "The text is kept.", None)),
        Err(error) => {
            let mistakes = Mistakes::of(error)?;
            draw(&app, &viewer, (change, typed), mistakes, StatusCode::UNPROCESSABLE_ENTITY).await
        }
    }
}

pub(super) async fn remove(
    State(app): State<App>,
    Path(id): Path<String>,
    Fields(typed): Fields<Typed>,
) -> Result<Response> {
    let change = known_change(&app, &id).await?;
    let kind = known_kind(&change, &typed.kind);
    desk::remove_text(&app.engine, (change.id, kind), &typed.language).await?;
    let said = format!("There is no text in {} any more.", language_name(&typed.language));
    Ok(flash::redirect(&app, &page_href(change.id, kind), &said, None))
}
