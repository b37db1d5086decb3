//! "Somebody asks for something": an item is made of a message or on somebody's behalf, or the one that asks for the same
//! is taken. What may be the same is shown while it is typed.

use super::{askers_words, href, known, title_words, undo::done};
use crate::{
    App, Result, Viewer, WebError,
    access::form::{Fields, Mistakes},
    inbox::{flash, id as id_of, whose},
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use tertulia_engine::feedback::{self, ItemForm, Of};
use tertulia_model::{FeedbackId, MessageId, PersonId};
use tertulia_store::{feedback::Row, person_merges};

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    title: String,
    asked: String,
    /// What they said, or who they are on whose behalf it is noted; neither: nobody yet.
    message: String,
    person: String,
    note: String,
    /// The item that asks for the same and is taken in place of a new one.
    item: String,
    /// The item that is looked at, which is not like itself.
    but: String,
    /// How an item stood when its words were typed.
    version: Option<i64>,
}

impl Typed {
    fn form(&self) -> ItemForm {
        ItemForm { title: self.title.clone(), asked: self.asked.clone() }
    }

    fn of(&self) -> Result<Option<Of>> {
        let note = self.note.clone();
        if !self.message.is_empty() {
            return Ok(Some(Of::Message { message: MessageId(id_of(&self.message)?), note }));
        }
        if !self.person.is_empty() {
            return Ok(Some(Of::Person { person: PersonId(id_of(&self.person)?), note }));
        }
        Ok(None)
    }
}

/// An item that may ask for the same.
pub(super) struct Likely {
    pub id: FeedbackId,
    pub href: String,
    pub title: String,
    pub askers: String,
}

impl From<Row> for Likely {
    fn from(row: Row) -> Self {
        Self { href: href(row.id), title: title_words(&row.title), askers: askers_words(row.askers), id: row.id }
    }
}

#[derive(Template, Default)]
#[template(path = "feedback/like.html")]
struct LikePart {
    likely: Vec<Likely>,
    /// Whether one of them can be taken in place of what is typed.
    takes: bool,
}

async fn like_part(app: &App, typed: &Typed, takes: bool) -> Result<LikePart> {
    let but = if typed.but.is_empty() { None } else { Some(FeedbackId(id_of(&typed.but)?)) };
    let found = feedback::likely(&app.engine, &typed.title, &typed.asked, but).await?;
    Ok(LikePart { likely: found.into_iter().map(Likely::from).collect(), takes })
}

/// What may be the same as what stands in the form, while it is typed.
pub(super) async fn like(State(app): State<App>, _: Viewer, Query(typed): Query<Typed>) -> Result<Response> {
    let takes = typed.but.is_empty();
    Ok(Html(like_part(&app, &typed, takes).await?.render()?).into_response())
}

#[derive(Template)]
#[template(path = "feedback/form.html")]
struct FormPage {
    shell: Shell,
    heading: &'static str,
    action: String,
    back: String,
    typed: Typed,
    mistakes: Mistakes,
    /// Who asks, and what they said.
    who: Option<String>,
    said: Option<String>,
    on_behalf: bool,
    is_new: bool,
    like: LikePart,
}

async fn form_page(app: &App, viewer: &Viewer, mut typed: Typed, mistakes: Option<Mistakes>) -> Result<FormPage> {
    let (mut who, mut said, mut back) = (None, None, "/feedback".to_owned());
    if !typed.message.is_empty() {
        let proposed = feedback::propose(&app.engine, MessageId(id_of(&typed.message)?)).await?;
        let message = &proposed.message;
        who = Some(whose(message.person_name.as_deref().or(message.handle.as_deref())));
        said = Some(crate::messages::split_words(message).0).filter(|own| !own.is_empty());
        back = crate::listen::message_href(message);
        if mistakes.is_none() && typed.title.is_empty() {
            typed.title = proposed.form.title;
        }
    } else if !typed.person.is_empty() {
        let mut db = app.engine.db.reader();
        let person = person_merges::standing_for(&mut db, PersonId(id_of(&typed.person)?)).await?;
        who = Some(whose(Some(&person.ok_or_else(WebError::not_found)?.name)));
        back = format!("/people/{}", typed.person);
    }
    Ok(FormPage {
        shell: app.shell(viewer, "feedback", "Somebody asks for something", Nav::Feedback).await?,
        heading: "Somebody asks for something",
        action: "/feedback/new".to_owned(),
        back,
        on_behalf: !typed.person.is_empty() && typed.message.is_empty(),
        like: like_part(app, &typed, true).await?,
        typed,
        mistakes: mistakes.unwrap_or_default(),
        who,
        said,
        is_new: true,
    })
}

pub(super) async fn new(State(app): State<App>, viewer: Viewer, Query(typed): Query<Typed>) -> Result<Response> {
    Ok(Html(form_page(&app, &viewer, typed, None).await?.render()?).into_response())
}

pub(super) async fn add(State(app): State<App>, viewer: Viewer, Fields(typed): Fields<Typed>) -> Result<Response> {
    let of = typed.of()?;
    let by = viewer.user.id;
    if !typed.item.is_empty() {
        let item = FeedbackId(id_of(&typed.item)?);
        // Who asks is not said yet.
        let Some(of) = &of else { return Ok(Redirect::to(&format!("{}/behalf", href(item))).into_response()) };
        return match feedback::give(&app.engine, by, item, of).await {
            Ok(given) => {
                let said = if given.undo.is_some() { "Noted: they ask for it, too." } else { "That was noted before." };
                Ok(done(&app, &viewer, &href(given.item), said, given.undo))
            }
            Err(error) => refused(&app, &viewer, typed, Mistakes::of(error)?).await,
        };
    }
    match feedback::add(&app.engine, by, &typed.form(), of.as_ref()).await {
        Ok((id, undo)) => Ok(done(&app, &viewer, &href(id), "Noted: it is on the list.", Some(undo))),
        Err(error) => refused(&app, &viewer, typed, Mistakes::of(error)?).await,
    }
}

async fn refused(app: &App, viewer: &Viewer, typed: Typed, mistakes: Mistakes) -> Result<Response> {
    let page = form_page(app, viewer, typed, Some(mistakes)).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response())
}

async fn edit_page(app: &App, viewer: &Viewer, id: FeedbackId, typed: Typed, mistakes: Mistakes) -> Result<FormPage> {
    Ok(FormPage {
        shell: app.shell(viewer, "feedback", "Change the words", Nav::Feedback).await?,
        heading: "Change the words",
        action: format!("{}/edit", href(id)),
        back: href(id),
        like: like_part(app, &typed, false).await?,
        typed,
        mistakes,
        who: None,
        said: None,
        on_behalf: false,
        is_new: false,
    })
}

pub(super) async fn edit(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response> {
    let item = known(&app, &id).await?;
    if item.merged_into.is_some() {
        return Ok(Redirect::to(&href(item.root_id)).into_response());
    }
    let typed = Typed {
        title: item.title,
        asked: item.asked,
        but: item.id.to_string(),
        version: Some(item.version),
        ..Typed::default()
    };
    let page = edit_page(&app, &viewer, item.id, typed, Mistakes::default()).await?;
    Ok(flash::said(&headers, Html(page.render()?).into_response()))
}

pub(super) async fn change(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    Fields(typed): Fields<Typed>,
) -> Result<Response> {
    let item = known(&app, &id).await?;
    match feedback::change(&app.engine, item.id, &typed.form(), typed.version).await {
        Ok(()) => Ok(flash::redirect(&app, &href(item.id), "The words are changed.", None)),
        Err(error) => {
            let page = edit_page(&app, &viewer, item.id, typed, Mistakes::of(error)?).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response())
        }
    }
}
