//! What is said, in one language: written once, for everybody who is to be written to in it.

use super::{known, round_href};
use crate::{
    App, Result, Viewer,
    access::form::{Fields, Mistakes},
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
use tertulia_engine::{invitations as desk, telling};
use tertulia_store::{
    invitation_texts::{self, Text},
    invitations::Round,
};

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    language: String,
    subject: String,
    words: String,
    /// How it stood when the words were typed.
    version: Option<i64>,
}

#[derive(Template)]
#[template(path = "insights/inviting/text.html")]
struct TextPage {
    shell: Shell,
    title: String,
    action: String,
    back: String,
    languages: Vec<(String, String)>,
    typed: Typed,
    mistakes: Mistakes,
    /// What stands in another language, to be put into this one.
    others: Vec<(String, String)>,
}

async fn draw(
    app: &App,
    viewer: &Viewer,
    (round, typed): (Round, Typed),
    mistakes: Mistakes,
    status: StatusCode,
) -> Result<Response> {
    let texts = invitation_texts::of_round(&mut app.engine.db.reader(), round.id).await?;
    let others = texts.iter().filter(|text| text.language != typed.language);
    let page = TextPage {
        shell: app.shell(viewer, "insights", "What you say", Nav::Insights).await?,
        action: format!("{}/text", round_href(round.id)),
        back: round_href(round.id),
        languages: language_choices().into_iter().filter(|(code, _)| !code.is_empty() && code != "und").collect(),
        others: others.map(|text| (language_name(&text.language).to_owned(), text.words.clone())).take(3).collect(),
        title: round.title,
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
    let round = known(&app, &id).await?;
    let mut db = app.engine.db.reader();
    let texts = invitation_texts::of_round(&mut db, round.id).await?;
    let mut typed = asked;
    if typed.language.is_empty() {
        let own = telling::own_language(&mut db).await?;
        let is_free = texts.iter().all(|text| text.language != own);
        typed.language = if is_free { own } else { String::new() };
    }
    let here = texts.into_iter().find(|text| text.language == typed.language);
    // What was written for another draw is something to begin with.
    let before = async |language: &str| -> Result<Option<Text>> {
        let all = invitation_texts::newest(&mut app.engine.db.reader()).await?;
        Ok(all.into_iter().find(|text| text.language == language))
    };
    match here {
        Some(text) => (typed.subject, typed.words, typed.version) = (text.subject, text.words, Some(text.version)),
        None => match before(&typed.language).await? {
            Some(text) => (typed.subject, typed.words) = (text.subject, text.words),
            None if typed.language == "en" => {
                "A question from us".clone_into(&mut typed.subject);
                "Hello {first name|there},\n\nwe have never heard from you. What goes well with us, and what does not? \
                 One line is enough; I read each answer myself.\n\n{member}"
                    .clone_into(&mut typed.words);
            }
            None => {}
        },
    }
    draw(&app, &viewer, (round, typed), Mistakes::default(), StatusCode::OK).await
}

pub(super) async fn save(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    Fields(typed): Fields<Typed>,
) -> Result<Response> {
    let round = known(&app, &id).await?;
    let text = (typed.language.as_str(), typed.subject.as_str(), typed.words.as_str());
    match desk::save_text(&app.engine, viewer.user.id, round.id, text, typed.version).await {
        Ok(()) => Ok(flash::redirect(&app, &round_href(round.id), "The text is kept.", None)),
        Err(error) => {
            let mistakes = Mistakes::of(error)?;
            draw(&app, &viewer, (round, typed), mistakes, StatusCode::UNPROCESSABLE_ENTITY).await
        }
    }
}

pub(super) async fn remove(
    State(app): State<App>,
    Path(id): Path<String>,
    Fields(typed): Fields<Typed>,
) -> Result<Response> {
    let round = known(&app, &id).await?;
    desk::remove_text(&app.engine, round.id, &typed.language).await?;
    let said = format!("There is no text in {} any more.", language_name(&typed.language));
    Ok(flash::redirect(&app, &round_href(round.id), &said, None))
}
