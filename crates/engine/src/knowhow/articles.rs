//! Writing articles: each change is a version, and the one before can be put back.

use super::{TOPIC, finish, missing, questions};
use crate::{Engine, EngineError, Result, ingest::Tries};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tertulia_analysis::{knowhow, language, marks};
use tertulia_connector::FieldError;
use tertulia_model::UserId;
use tertulia_store::{
    Tx,
    article_terms::{self, Posting},
    articles::{self, Article},
};

/// Characters. What is longer is no answer to a question any more.
pub const MOST_TITLE: usize = 120;
pub const MOST_BODY: usize = 3_000;
pub const MOST_LINK: usize = 500;

/// What a member types of an article.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ArticleForm {
    pub title: String,
    /// Plain words, as they go into an answer.
    pub body: String,
    /// The one page that says more, or nothing.
    pub link: String,
    /// ISO 639-1; empty: as it is found in the words.
    pub language: String,
}

/// The form as it is kept.
fn checked(form: &ArticleForm) -> Result<ArticleForm> {
    let mut form = ArticleForm {
        title: form.title.split_whitespace().collect::<Vec<_>>().join(" "),
        body: form.body.replace("\r\n", "\n").trim().to_owned(),
        link: form.link.trim().to_owned(),
        language: form.language.trim().to_owned(),
    };
    let mut errors = Vec::new();
    let mut wrong = |field: &str, message: String| errors.push(FieldError::new(field, message));
    if form.title.is_empty() {
        wrong("title", "Say what it is about, as people ask for it.".to_owned());
    }
    if form.body.is_empty() {
        wrong("body", "Write what you would answer.".to_owned());
    }
    for (field, text, most) in
        [("title", &form.title, MOST_TITLE), ("body", &form.body, MOST_BODY), ("link", &form.link, MOST_LINK)]
    {
        if text.chars().count() > most {
            wrong(field, format!("Keep it below {most} characters."));
        }
    }
    for (field, text) in [("title", &form.title), ("body", &form.body)] {
        if marks::has_link(text) {
            wrong(field, "An article has one link at most: put it into the field for the link.".to_owned());
        }
    }
    if !form.link.is_empty() && !is_page(&form.link) {
        wrong("link", "Give the address of a page, beginning with https:// or http://.".to_owned());
    }
    let spoken = match form.language.as_str() {
        "" => sure_language(&format!("{}\n{}", form.title, form.body)),
        named => language::known(named),
    };
    match spoken {
        Some(spoken) => spoken.clone_into(&mut form.language),
        None => wrong("language", "Say in which language it is written.".to_owned()),
    }
    if errors.is_empty() { Ok(form) } else { Err(EngineError::Invalid(errors)) }
}

fn is_page(link: &str) -> bool {
    let rest = link.strip_prefix("https://").or_else(|| link.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/') && !link.contains(char::is_whitespace))
}

/// What can be undone, as it travels through the browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Undo {
    Added {
        article: i64,
        version: i64,
    },
    /// It had other words, at `before`.
    Changed {
        article: i64,
        before: i64,
        version: i64,
    },
    Archived(i64),
    BroughtBack(i64),
    /// What a member said came of an article in an answer.
    Said {
        used: i64,
        before: Option<String>,
        after: Option<String>,
    },
}

/// What an article is written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct For {
    /// The one of which this is another language.
    pub topic: Option<i64>,
    /// What is asked without one, by its group.
    pub question: Option<i64>,
}

/// Writes an article.
pub async fn add(engine: &Arc<Engine>, by: UserId, form: &ArticleForm, what: For) -> Result<(i64, Undo)> {
    let form = checked(form)?;
    let mut tries = Tries::default();
    loop {
        match try_add(engine, by, &form, what).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn try_add(engine: &Engine, by: UserId, form: &ArticleForm, what: For) -> Result<(i64, Undo)> {
    let (id, now) = (engine.next_id(), engine.now());
    let mut tx = engine.db.begin().await?;
    let topic_id = match what.topic {
        Some(topic) => articles::get(&mut tx, topic).await?.ok_or_else(missing)?.topic_id,
        None => id,
    };
    alone_in_its_language(&mut tx, topic_id, &form.language, id).await?;
    let mut article = Article {
        id,
        topic_id,
        language: String::new(),
        title: String::new(),
        body: String::new(),
        link: None,
        length: 0,
        version: 1,
        archived_at: None,
        archived_by: None,
        created_by: by,
        created_at: now,
        changed_by: by,
        changed_at: now,
    };
    word(&mut article, form);
    articles::add(&mut tx, &article).await?;
    keep_terms(&mut tx, &article).await?;
    if let Some(group) = what.question {
        questions::written(engine, &mut tx, group, id, by).await?;
    }
    questions::look_again(engine, &mut tx).await?;
    finish(engine, tx, &[(TOPIC, id)]).await?;
    Ok((id, Undo::Added { article: id, version: 1 }))
}

fn word(article: &mut Article, form: &ArticleForm) {
    article.title.clone_from(&form.title);
    article.body.clone_from(&form.body);
    article.language.clone_from(&form.language);
    article.link = Some(form.link.clone()).filter(|link| !link.is_empty());
    article.length = knowhow::terms(&article.title, &article.body).1;
}

/// By what it is found; what is archived is not.
async fn keep_terms(tx: &mut Tx, article: &Article) -> Result<()> {
    let terms = match article.archived_at {
        Some(_) => Vec::new(),
        None => knowhow::terms(&article.title, &article.body).0,
    };
    let posting = |term: knowhow::Term| Posting {
        term: term.term,
        article_id: article.id,
        times: term.times,
        in_title: term.in_title,
    };
    Ok(article_terms::put(tx, article.id, &terms.into_iter().map(posting).collect::<Vec<_>>()).await?)
}

async fn alone_in_its_language(tx: &mut Tx, topic: i64, language: &str, but: i64) -> Result<()> {
    let others = articles::of_topics(tx, &[topic]).await?;
    match others.iter().find(|other| other.language == language && other.id != but) {
        None => Ok(()),
        Some(other) if other.archived_at.is_some() => Err(EngineError::invalid(
            "language",
            "There is one in this language already, which is archived. Bring that back and change it.",
        )),
        Some(_) => Err(EngineError::invalid("language", "There is one in this language already. Change that one.")),
    }
}

/// Gives an article other words. `version`: how it stood when they were typed, so that nothing is written over unseen.
pub async fn change(
    engine: &Arc<Engine>,
    by: UserId,
    id: i64,
    form: &ArticleForm,
    version: Option<i64>,
) -> Result<Undo> {
    let form = checked(form)?;
    let mut tries = Tries::default();
    loop {
        match try_change(engine, by, id, &form, version).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn try_change(engine: &Engine, by: UserId, id: i64, form: &ArticleForm, version: Option<i64>) -> Result<Undo> {
    let mut tx = engine.db.begin().await?;
    let mut article = articles::get_to_change(&mut tx, id).await?.ok_or_else(missing)?;
    if version.is_some_and(|version| version != article.version) {
        return Err(EngineError::Refused(
            "Somebody changed this article meanwhile. Nothing of yours was saved; look at how it stands, then save again."
                .to_owned(),
        ));
    }
    alone_in_its_language(&mut tx, article.topic_id, &form.language, id).await?;
    let before = article.version;
    word(&mut article, form);
    article.version += 1;
    (article.changed_by, article.changed_at) = (by, engine.now());
    articles::reword(&mut tx, &article).await?;
    keep_terms(&mut tx, &article).await?;
    questions::look_again(engine, &mut tx).await?;
    finish(engine, tx, &[(TOPIC, id)]).await?;
    Ok(Undo::Changed { article: id, before, version: article.version })
}

/// Puts the words of an earlier version back, as a new one.
pub async fn put_back(engine: &Arc<Engine>, by: UserId, id: i64, version: i64) -> Result<Undo> {
    let earlier = articles::version(&mut engine.db.reader(), id, version).await?;
    let earlier = earlier.ok_or_else(no_version)?;
    let form = ArticleForm {
        title: earlier.title,
        body: earlier.body,
        link: earlier.link.unwrap_or_default(),
        language: earlier.language,
    };
    change(engine, by, id, &form, None).await
}

fn no_version() -> EngineError {
    EngineError::missing("This version")
}

/// Forgets how an article stood, for good: what names somebody who is to be named no more.
pub async fn forget_version(engine: &Engine, id: i64, version: i64) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    let article = articles::get_to_change(&mut tx, id).await?.ok_or_else(missing)?;
    if article.version == version {
        return Err(EngineError::Refused("It says that now. Change it first, then forget how it was.".to_owned()));
    }
    if !articles::forget_version(&mut tx, id, version).await? {
        return Err(no_version());
    }
    finish(engine, tx, &[(TOPIC, id)]).await
}

/// Puts an article away: it is found no more, and stays where it was used.
pub async fn archive(engine: &Arc<Engine>, by: UserId, id: i64) -> Result<Undo> {
    put_away(engine, Some(by), id).await.map(|()| Undo::Archived(id))
}

/// Brings an archived article back.
pub async fn bring_back(engine: &Arc<Engine>, id: i64) -> Result<Undo> {
    put_away(engine, None, id).await.map(|()| Undo::BroughtBack(id))
}

async fn put_away(engine: &Arc<Engine>, by: Option<UserId>, id: i64) -> Result<()> {
    let mut tries = Tries::default();
    loop {
        match try_put_away(engine, by, id).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn try_put_away(engine: &Engine, by: Option<UserId>, id: i64) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    let mut article = articles::get_to_change(&mut tx, id).await?.ok_or_else(missing)?;
    if article.archived_at.is_some() == by.is_some() {
        return Ok(());
    }
    let archived = by.map(|by| (by, engine.now()));
    article.archived_at = archived.map(|(_, at)| at);
    articles::put_away(&mut tx, id, archived).await?;
    keep_terms(&mut tx, &article).await?;
    tertulia_store::questions::follow_article(&mut tx, id, by.is_some()).await?;
    questions::look_again(engine, &mut tx).await?;
    finish(engine, tx, &[(TOPIC, id)]).await
}

/// Undoes it, where nothing came of it since. Gives the article, or none where it is gone by that.
pub async fn undo(engine: &Arc<Engine>, by: UserId, undo: &Undo) -> Result<Option<i64>> {
    match undo {
        Undo::Added { article, version } => unadd(engine, *article, *version).await.map(|()| None),
        Undo::Changed { article, before, version } => {
            let stands = articles::get(&mut engine.db.reader(), *article).await?.ok_or_else(missing)?;
            if stands.version != *version {
                return Err(gone());
            }
            put_back(engine, by, *article, *before).await.map(|_| Some(*article))
        }
        Undo::Archived(article) => bring_back(engine, *article).await.map(|_| Some(*article)),
        Undo::BroughtBack(article) => archive(engine, by, *article).await.map(|_| Some(*article)),
        Undo::Said { used, before, after } => super::uses::unsay(engine, by, *used, before, after).await.map(Some),
    }
}

pub(super) fn gone() -> EngineError {
    EngineError::Refused("Something new happened here since, so there is nothing to undo.".to_owned())
}

async fn unadd(engine: &Engine, id: i64, version: i64) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    let article = articles::get_to_change(&mut tx, id).await?.ok_or_else(missing)?;
    let used = tertulia_store::article_uses::of_article(&mut tx, id, None, 1).await?;
    let others = articles::of_topics(&mut tx, &[id]).await?;
    if article.version != version || !used.is_empty() || others.iter().any(|other| other.id != id) {
        return Err(gone());
    }
    articles::remove(&mut tx, id).await?;
    tertulia_store::questions::follow_article(&mut tx, id, true).await?;
    questions::look_again(engine, &mut tx).await?;
    finish(engine, tx, &[(TOPIC, id)]).await
}

/// A language that is only guessed is asked for.
const SURE: f32 = 0.5;

fn sure_language(text: &str) -> Option<&'static str> {
    let found = language::detected(text);
    (found.language != "und" && found.confidence >= SURE).then_some(found.language)
}
