//! Mappings kept by name: offered where they fit, saved from the form, renamed and deleted on a page of their own.

use super::map::Chosen;
use crate::{
    App, Result, Viewer,
    layout::{Nav, Shell, ToastView},
};
use askama::Template;
use axum::{
    Form,
    extract::{Path, Query, RawForm, State},
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};
use serde_json::Value;
use tertulia_engine::{
    EngineError, imports,
    mappings::{self, Fit, Naming, Saved},
};
use tertulia_model::MappingId;

/// What a form says of keeping its mapping, and what came of that.
#[derive(Debug, Clone, Default)]
pub(super) struct Asked {
    pub name: String,
    pub replace: bool,
    /// Another has that name: whether it is to be replaced is asked.
    pub taken: bool,
    pub done: bool,
}

/// The field of the form for that name.
pub(super) const NAME: &str = "mapping_name";

/// The saved mappings as the form for a file offers them.
pub(super) struct Offer {
    /// (id, words), those that fit first.
    pub choices: Vec<(String, String)>,
    pub chosen: String,
    /// The name of the one that is filled in.
    pub filled: String,
    pub asked: Asked,
}

impl Offer {
    pub async fn of(app: &App, chosen: &Chosen) -> Result<Self> {
        let asked = chosen.asked.clone();
        if !chosen.look.needs_mapping {
            return Ok(Self { choices: Vec::new(), chosen: String::new(), filled: String::new(), asked });
        }
        let fitting = mappings::fitting(&app.engine, &chosen.look).await?;
        let fits = |id: MappingId| fitting.iter().any(|(saved, _)| saved.id == id);
        let words = |saved: &Saved, fit: Option<Fit>| match fit {
            Some(Fit::Same) => format!("{} (made for such a file)", saved.name),
            Some(_) => format!("{} (fits)", saved.name),
            None => format!("{} (some of its columns are not in this file)", saved.name),
        };
        let first = fitting.iter().map(|(saved, fit)| (saved.id.to_string(), words(saved, Some(*fit))));
        let mut choices: Vec<(String, String)> = first.collect();
        let all = mappings::all(&app.engine).await?;
        choices
            .extend(all.iter().filter(|saved| !fits(saved.id)).map(|saved| (saved.id.to_string(), words(saved, None))));
        if !choices.is_empty() {
            choices.push(("none".to_owned(), "none: guess from the file".to_owned()));
        }
        let filled = chosen.saved.and_then(|id| all.into_iter().find(|saved| saved.id == id));
        Ok(Self {
            chosen: filled.as_ref().map_or("none".to_owned(), |saved| saved.id.to_string()),
            filled: filled.map(|saved| saved.name).unwrap_or_default(),
            choices,
            asked,
        })
    }
}

pub(super) const NO_MAPPING: &str = "This kind of file says itself what is what: there is no mapping to save.";

/// Keeps what the form says under the name that stands in it. The form comes back as it was.
pub(super) async fn save(State(app): State<App>, viewer: Viewer, RawForm(body): RawForm) -> Result<Response> {
    let mut chosen = Chosen::typed(&app, &body)?.without_name();
    let mut wrong = None;
    if !chosen.look.needs_mapping {
        wrong = Some(NO_MAPPING.to_owned());
    } else if !chosen.mistakes.is_empty() {
        wrong = Some("The mapping was not saved. Mend what is marked, then save it again.".to_owned());
    } else {
        match chosen.save(&app, viewer.user.id, (&chosen.asked.name, chosen.asked.replace)).await {
            Ok(Naming::Done(id)) => (chosen.saved, chosen.asked.done) = (Some(id), true),
            Ok(Naming::Taken) => {
                let name = &chosen.asked.name;
                let taken = format!("There is a saved mapping called “{name}” already. Nothing was changed.");
                chosen.asked.taken = true;
                chosen.mistakes.push((NAME.to_owned(), taken));
            }
            Err(error @ (EngineError::Invalid(_) | EngineError::Refused(_))) => {
                chosen.mistakes.push((NAME.to_owned(), error.to_string()));
            }
            Err(other) => return Err(other.into()),
        }
    }
    let saved = chosen.asked.done;
    let page = chosen.page(&app, &viewer, wrong).await?;
    let status = if saved { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, Html(page.render()?)).into_response())
}

/// A saved mapping as the list shows it.
struct Row {
    id: String,
    name: String,
    /// What it takes from which column.
    words: String,
    used_at: Option<i64>,
    saved_at: i64,
    /// The name that somebody wants to give it and another has.
    wanted: String,
    mistake: String,
}

#[derive(Template)]
#[template(path = "import/mappings.html")]
struct ListPage {
    shell: Shell,
    rows: Vec<Row>,
}

async fn page(app: &App, viewer: &Viewer, toast: Option<&str>) -> Result<ListPage> {
    let mut shell = app.shell(viewer, "import", "Saved mappings", Nav::Import).await?;
    shell.toast = toast.map(|text| ToastView { text: text.to_owned(), undo_url: None });
    let fields = imports::mapping_fields(&app.engine)?;
    let row = |saved: Saved| {
        let column = |name: &str| saved.mapping.get(name).and_then(Value::as_str).filter(|column| !column.is_empty());
        let told = fields.iter().filter_map(|field| Some(format!("{}: {}", field.title, column(&field.name)?)));
        Row {
            words: told.collect::<Vec<_>>().join(" · "),
            id: saved.id.to_string(),
            used_at: saved.used_at,
            saved_at: saved.saved_at,
            wanted: String::new(),
            mistake: String::new(),
            name: saved.name,
        }
    };
    Ok(ListPage { shell, rows: mappings::all(&app.engine).await?.into_iter().map(row).collect() })
}

#[derive(serde::Deserialize, Default)]
#[serde(default)]
pub(super) struct Done {
    done: String,
}

pub(super) async fn list(State(app): State<App>, viewer: Viewer, Query(done): Query<Done>) -> Result<Response> {
    let toast = match done.done.as_str() {
        "renamed" => Some("Renamed."),
        "deleted" => Some("Deleted. What was imported with it stays."),
        _ => None,
    };
    Ok(Html(page(&app, &viewer, toast).await?.render()?).into_response())
}

#[derive(serde::Deserialize, Default)]
#[serde(default)]
pub(super) struct Rename {
    name: String,
    replace: String,
}

pub(super) async fn rename(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<MappingId>,
    Form(form): Form<Rename>,
) -> Result<Response> {
    let (mut wanted, mut mistake) = (String::new(), String::new());
    match mappings::rename(&app.engine, id, &form.name, form.replace == "yes").await {
        Ok(Naming::Done(_)) => return Ok(Redirect::to("/import/mappings?done=renamed").into_response()),
        Ok(Naming::Taken) => wanted = form.name,
        Err(error @ EngineError::Invalid(_)) => mistake = error.to_string(),
        Err(other) => return Err(other.into()),
    }
    let mut page = page(&app, &viewer, None).await?;
    if let Some(row) = page.rows.iter_mut().find(|row| row.id == id.to_string()) {
        (row.wanted, row.mistake) = (wanted, mistake);
    }
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response())
}

pub(super) async fn delete(State(app): State<App>, _: Viewer, Path(id): Path<MappingId>) -> Result<Redirect> {
    mappings::delete(&app.engine, id).await?;
    Ok(Redirect::to("/import/mappings?done=deleted"))
}
