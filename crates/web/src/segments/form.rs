//! The form of a segment: a few rules that all hold.

use crate::{
    App, Result, Viewer, WebError,
    access::form::Mistakes,
    inbox::{flash, id as id_of},
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::{Path, RawForm, State},
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use std::collections::HashMap;
use tertulia_engine::segments::{self as desk, MOST_RULES, RuleForm};
use tertulia_store::{attributes, segments};

/// Rows of rules that are offered beyond those that are there.
const FREE: usize = 2;
/// Words to choose from beside a field.
const MOST_WORDS: i64 = 60;

/// What must hold, in words.
const IS: [(&str, &str); 6] = [
    ("one_of", "is"),
    ("none_of", "is not"),
    ("at_least", "is at least"),
    ("at_most", "is at most"),
    ("known", "is known"),
    ("unknown", "is not known"),
];

#[derive(Template)]
#[template(path = "segments/form.html")]
struct FormPage {
    shell: Shell,
    /// None: it is new.
    id: Option<i64>,
    title: String,
    version: String,
    rules: Vec<RuleForm>,
    attributes: Vec<(String, String)>,
    is: Vec<(String, String)>,
    /// Words that stand with people, to choose from.
    words: Vec<String>,
    mistakes: Mistakes,
}

struct Typed {
    name: String,
    version: Option<i64>,
    rules: Vec<RuleForm>,
}

impl Typed {
    fn of(body: &[u8]) -> Self {
        let typed: HashMap<String, String> = url::form_urlencoded::parse(body).into_owned().collect();
        let given = |name: &str| typed.get(name).map(|value| value.trim().to_owned()).unwrap_or_default();
        let rule = |n: usize| RuleForm {
            attribute: given(&format!("attribute-{n}")),
            is: given(&format!("is-{n}")),
            words: given(&format!("words-{n}")),
        };
        // Words without what they are about were meant for something.
        let is_typed = |rule: &RuleForm| !rule.attribute.is_empty() || !rule.words.is_empty();
        let rules = (0..MOST_RULES).map(rule).filter(is_typed).collect();
        Self { name: given("title"), version: given("version").parse().ok(), rules }
    }
}

async fn page(app: &App, viewer: &Viewer, id: Option<i64>, typed: Typed, mistakes: Mistakes) -> Result<String> {
    let mut db = app.engine.db.reader();
    let all = attributes::all(&mut db).await?;
    let mut words = Vec::new();
    for attribute in all.iter().filter(|one| one.kind == "choice") {
        words.extend(attributes::words(&mut db, &attribute.name, MOST_WORDS).await?);
    }
    let mut rules = typed.rules;
    let wanted = (rules.len() + FREE).min(MOST_RULES);
    rules.resize(wanted, RuleForm::default());
    let named = all.into_iter().map(|one| (one.name, one.title));
    let page = FormPage {
        shell: app.shell(viewer, "segments", "A segment", Nav::People).await?,
        id,
        title: typed.name,
        version: typed.version.map(|version| version.to_string()).unwrap_or_default(),
        rules,
        attributes: std::iter::once((String::new(), "no rule".to_owned())).chain(named).collect(),
        is: IS.map(|(name, words)| (name.to_owned(), words.to_owned())).to_vec(),
        words,
        mistakes,
    };
    Ok(page.render()?)
}

pub(super) async fn new(State(app): State<App>, viewer: Viewer) -> Result<Html<String>> {
    let empty = Typed { name: String::new(), version: None, rules: Vec::new() };
    Ok(Html(page(&app, &viewer, None, empty, Mistakes::default()).await?))
}

pub(super) async fn edit(State(app): State<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Html<String>> {
    let id: i64 = id_of(&id)?;
    let known = segments::get(&mut app.engine.db.reader(), id).await?.ok_or_else(WebError::not_found)?;
    let form = |rule: segments::Rule| RuleForm {
        words: rule.words.join("; "),
        is: desk::is_name(rule.is).to_owned(),
        attribute: rule.attribute,
    };
    let rules = known.rules().into_iter().map(form).collect();
    let typed = Typed { name: known.name, version: Some(known.version), rules };
    Ok(Html(page(&app, &viewer, Some(id), typed, Mistakes::default()).await?))
}

pub(super) async fn add(State(app): State<App>, viewer: Viewer, RawForm(body): RawForm) -> Result<Response> {
    save(app, viewer, None, &body).await
}

pub(super) async fn change(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    RawForm(body): RawForm,
) -> Result<Response> {
    let id: i64 = id_of(&id)?;
    save(app, viewer, Some(id), &body).await
}

async fn save(app: App, viewer: Viewer, id: Option<i64>, body: &[u8]) -> Result<Response> {
    let typed = Typed::of(body);
    match desk::save(&app.engine, viewer.user.id, (id, typed.version), &typed.name, &typed.rules).await {
        Ok(id) => Ok(flash::redirect(&app, &format!("/people?segment={id}"), "The segment is kept.", None)),
        Err(error) => {
            let mistakes = Mistakes::of(error)?;
            let page = page(&app, &viewer, id, typed, mistakes).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
        }
    }
}

pub(super) async fn remove(State(app): State<App>, _: Viewer, Path(id): Path<String>) -> Result<Response> {
    desk::remove(&app.engine, id_of(&id)?).await?;
    Ok(flash::redirect(&app, "/segments", "The segment is gone. Nobody was changed by it.", None))
}
