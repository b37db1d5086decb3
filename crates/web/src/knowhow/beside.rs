//! What stands beside an answer while it is written: the articles that fit, each put into it by one key or tap.

use super::{href, language_words};
use crate::{
    App, Result,
    inbox::{Asked, Fields},
};
use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use tertulia_engine::knowhow::{self, Found, Least, SHOWN};
use tertulia_store::{
    articles,
    reading::{self, Message},
};

/// How far back it is looked for what they said last.
const LOOK_BACK: usize = 10;
/// How much of an answer, and of what they said, is looked at.
const MOST_CHARS: usize = 4_000;
/// What is shown of an article's own words.
const SHOWN_CHARS: usize = 140;

/// An article that fits.
#[derive(Debug, Clone, Default)]
pub(crate) struct FoundView {
    pub id: String,
    pub title: String,
    pub href: String,
    pub words: String,
    /// What is put into the answer.
    pub text: String,
    /// "in German", or that it is not in their language.
    pub language: String,
    pub code: String,
}

/// What the composer is told of know-how.
#[derive(Debug, Clone, Default)]
pub(crate) struct Beside {
    /// Where the articles are that fit what stands there by then; empty: there is none at all.
    pub url: String,
    pub draft_url: String,
    pub found: Vec<FoundView>,
    /// Where saved replies are.
    pub saved_url: String,
    /// Whether there is one.
    pub has_saved: bool,
    /// The articles that were put into this answer.
    pub articles: String,
}

fn view(found: Found, theirs: &str) -> FoundView {
    let article = found.article;
    let name = language_words(&article.language);
    FoundView {
        id: article.id.to_string(),
        href: href(article.id),
        words: article.body.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(SHOWN_CHARS).collect(),
        text: knowhow::text_of(&article),
        language: match (found.in_their_language, theirs) {
            (true, "und") => String::new(),
            (true, _) => format!("in {name}"),
            (false, _) => format!("only in {name}; they write {}", language_words(theirs)),
        },
        code: article.language,
        title: article.title,
    }
}

/// What fits what is written by now, and what they said last. `newest`: the last messages, the newest first.
async fn fitting(asked: &Asked, newest: &[Message], written: &str) -> Result<Vec<FoundView>> {
    let mut db = asked.app.engine.db.reader();
    let theirs = newest.iter().take(LOOK_BACK).find(|m| m.direction == "theirs" && m.state == "shown");
    let said = theirs.map(|message| {
        let own = crate::messages::split_words(message).0;
        let subject = message.subject.as_deref().unwrap_or_default();
        format!("{subject}\n{own}").chars().take(MOST_CHARS).collect::<String>()
    });
    let language = theirs.map_or("und", |message| message.language.as_str());
    let written: String = written.chars().take(MOST_CHARS).collect();
    let found = knowhow::fitting(&mut db, (&written, &said.unwrap_or_default()), language, (Least::Two, SHOWN)).await?;
    Ok(found.into_iter().map(|found| view(found, language)).collect())
}

/// For a composer that is drawn now. `articles`: those that were put into the draft.
pub(crate) async fn beside(asked: &Asked, newest: &[Message], written: &str, articles: &str) -> Result<Beside> {
    let app = &asked.app;
    if asked.forwards.is_some() {
        return Ok(Beside::default());
    }
    let mut db = app.engine.db.reader();
    let member = asked.viewer.user.id;
    let has_articles = !articles::list(&mut db, false, None, 1).await?.is_empty();
    Ok(Beside {
        url: if has_articles { asked.act("/beside") } else { String::new() },
        draft_url: asked.act("/draft"),
        found: if has_articles { fitting(asked, newest, written).await? } else { Vec::new() },
        saved_url: asked.act("/saved"),
        has_saved: !tertulia_store::saved_replies::list(&mut db, member, &[], None, 1).await?.is_empty(),
        articles: articles.to_owned(),
    })
}

#[derive(Template)]
#[template(path = "knowhow/found.html")]
struct FoundPart {
    view: Beside,
}

/// What fits by now, while it is typed.
pub(super) async fn found(asked: Asked, fields: Fields) -> Result<Response> {
    let mut db = asked.app.engine.db.reader();
    let newest = reading::conversation(&mut db, asked.held.id, None, LOOK_BACK as i64).await?;
    let found = fitting(&asked, &newest, fields.get("text")).await?;
    let view = Beside { draft_url: asked.act("/draft"), found, ..Beside::default() };
    Ok(Html(FoundPart { view }.render()?).into_response())
}

/// The words of an article, for a page without a script: they are put below what is written.
pub(crate) async fn put_text(app: &App, id: &str) -> Result<Option<(i64, String)>> {
    let Ok(id) = id.parse::<i64>() else { return Ok(None) };
    let found = articles::get(&mut app.engine.db.reader(), id).await?;
    Ok(found.map(|article| (article.id, knowhow::text_of(&article))))
}
