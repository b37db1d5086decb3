//! Writing an article, or another language of one.

use super::{
    acts::{Undoing, done},
    href, known, language_words,
};
use crate::{
    App, Result, Viewer,
    access::form::{Fields, Mistakes},
    inbox::id as id_of,
    layout::{Nav, Shell},
    listen::languages,
};
use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;
use tertulia_engine::knowhow::{self, ArticleForm, For, MOST_BODY};
use tertulia_store::{articles::Article, questions};

/// Questions that are shown as examples.
const EXAMPLES: i64 = 3;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    title: String,
    body: String,
    link: String,
    language: String,
    /// The article of which this is another language.
    topic: String,
    /// The question that is asked without an article, by its group.
    question: String,
    /// How an article stood when its words were typed.
    version: Option<i64>,
}

impl Typed {
    fn form(&self) -> ArticleForm {
        ArticleForm {
            title: self.title.clone(),
            body: self.body.clone(),
            link: self.link.clone(),
            language: self.language.clone(),
        }
    }
}

#[derive(Template)]
#[template(path = "knowhow/form.html")]
struct FormPage {
    shell: Shell,
    heading: String,
    action: String,
    back: String,
    typed: Typed,
    mistakes: Mistakes,
    languages: Vec<(String, String)>,
    body_help: String,
    /// The article in the language that is there, to be written in another, or as it stands by now: below which words.
    other: Option<(String, String, String)>,
    /// What they ask, as an example: it is nowhere else.
    asked: Vec<String>,
}

fn body_help() -> String {
    format!(
        "Plain words, as they go into an answer: a few short paragraphs, a line beginning with - for each point of a list. \
         At most {MOST_BODY} characters."
    )
}

/// What an article can be written in, with what is found in the words first.
fn choices() -> Vec<(String, String)> {
    let found = (String::new(), "as it is found in the words".to_owned());
    let named = languages::choices().into_iter().filter(|(code, _)| !code.is_empty() && code != "und");
    std::iter::once(found).chain(named).collect()
}

async fn new_page(app: &App, viewer: &Viewer, typed: Typed, mistakes: Mistakes) -> Result<FormPage> {
    let other = if typed.topic.is_empty() { None } else { Some(known(app, &typed.topic).await?) };
    let heading = match &other {
        Some(_) => "Write it in another language".to_owned(),
        None => "Write an article".to_owned(),
    };
    let back = other.as_ref().map_or_else(|| "/know-how".to_owned(), |other| href(other.id));
    let asked = match typed.question.parse::<i64>() {
        Ok(group) => {
            let all = questions::of_group(&mut app.engine.db.reader(), group, None, EXAMPLES).await?;
            all.into_iter().map(|one| one.words).collect()
        }
        Err(_) => Vec::new(),
    };
    let shown = |other: Article| {
        let words = knowhow::text_of(&other);
        (format!("What it says in {}", language_words(&other.language)), other.title, words)
    };
    Ok(FormPage {
        shell: app.shell(viewer, "know-how", &heading, Nav::KnowHow).await?,
        heading,
        action: "/know-how/new".to_owned(),
        back,
        typed,
        mistakes,
        languages: choices(),
        body_help: body_help(),
        other: other.map(shown),
        asked,
    })
}

pub(super) async fn new(State(app): State<App>, viewer: Viewer, Query(typed): Query<Typed>) -> Result<Response> {
    Ok(Html(new_page(&app, &viewer, typed, Mistakes::default()).await?.render()?).into_response())
}

pub(super) async fn add(State(app): State<App>, viewer: Viewer, Fields(typed): Fields<Typed>) -> Result<Response> {
    let named = |id: &str| if id.is_empty() { Ok(None) } else { id_of::<i64>(id).map(Some) };
    let what = For { topic: named(&typed.topic)?, question: named(&typed.question)? };
    match knowhow::add(&app.engine, viewer.user.id, &typed.form(), what).await {
        Ok((id, undo)) => {
            let said = "Written. It is found while an answer is written.";
            Ok(done(&app, &viewer, &href(id), said, Undoing::Article(undo)))
        }
        Err(error) => {
            let page = new_page(&app, &viewer, typed, Mistakes::of(error)?).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response())
        }
    }
}

/// `stands`: what it says by now, where somebody changed it while this was typed.
async fn edit_page(
    app: &App,
    viewer: &Viewer,
    (id, stands): (i64, Option<Article>),
    typed: Typed,
    mistakes: Mistakes,
) -> Result<FormPage> {
    let heading = "Change the article".to_owned();
    Ok(FormPage {
        shell: app.shell(viewer, "know-how", &heading, Nav::KnowHow).await?,
        heading,
        action: format!("{}/edit", href(id)),
        back: href(id),
        typed,
        mistakes,
        languages: choices(),
        body_help: body_help(),
        other: stands.map(|stands| {
            let words = knowhow::text_of(&stands);
            ("What it says by now".to_owned(), stands.title, words)
        }),
        asked: Vec::new(),
    })
}

pub(super) async fn edit(State(app): State<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Response> {
    let article = known(&app, &id).await?;
    let typed = Typed {
        title: article.title,
        body: article.body,
        link: article.link.unwrap_or_default(),
        language: article.language,
        topic: String::new(),
        question: String::new(),
        version: Some(article.version),
    };
    let page = edit_page(&app, &viewer, (article.id, None), typed, Mistakes::default()).await?;
    Ok(Html(page.render()?).into_response())
}

pub(super) async fn change(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    Fields(typed): Fields<Typed>,
) -> Result<Response> {
    let article = known(&app, &id).await?;
    match knowhow::change(&app.engine, viewer.user.id, article.id, &typed.form(), typed.version).await {
        Ok(undo) => {
            Ok(done(&app, &viewer, &href(article.id), "Saved. The words before are kept.", Undoing::Article(undo)))
        }
        Err(error) => {
            // Whoever has seen how it stands may save over it.
            let stands = known(&app, &id).await?;
            let is_newer = typed.version.is_some_and(|version| version != stands.version);
            let typed = Typed { version: typed.version.map(|_| stands.version), ..typed };
            let stands = is_newer.then_some(stands);
            let page = edit_page(&app, &viewer, (article.id, stands), typed, Mistakes::of(error)?).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response())
        }
    }
}
