//! The public roadmap: whether it is there, and how it looks.

use crate::{
    App, Result, Viewer,
    access::form::{Fields, Mistakes},
    inbox::flash,
    layout::{Nav, Shell},
    routes::{Rule, Table},
};
use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};
use serde::Deserialize;
use tertulia_engine::{
    colours::Palette,
    roadmap::{self, Look},
};
use tertulia_model::Permission::Manage;

pub(super) fn routes(table: &mut Table) {
    table.get("/settings/roadmap", Rule::Member(Manage), get(page));
    table.post("/settings/roadmap", Rule::Member(Manage), post(save));
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Typed {
    on: String,
    colour: String,
    counts: String,
    introduction: String,
}

impl From<Look> for Typed {
    fn from(look: Look) -> Self {
        Self {
            on: if look.is_on { "yes" } else { "" }.to_owned(),
            colour: look.colour,
            counts: if look.exact { "exact" } else { "about" }.to_owned(),
            introduction: look.introduction,
        }
    }
}

#[derive(Template)]
#[template(path = "settings/roadmap.html")]
struct RoadmapPage {
    shell: Shell,
    typed: Typed,
    /// As it is kept.
    is_on: bool,
    address: String,
    counts: Vec<(String, String)>,
    /// What the colour has to become for words, where it cannot be read as it is.
    shaded: Option<Palette>,
    /// Whether a mail can leave that asks whether an address is theirs.
    takes_voices: bool,
    mistakes: Mistakes,
}

async fn draw(
    app: &App,
    viewer: &Viewer,
    headers: &HeaderMap,
    typed: Option<Typed>,
    mistakes: Mistakes,
) -> Result<Response> {
    let look = roadmap::look(&mut app.engine.db.reader()).await?;
    let mut shell = app.shell(viewer, "roadmap-settings", "Public roadmap", Nav::Settings).await?;
    shell.toast = flash::take(app, headers);
    let counts = [("about", "About how many"), ("exact", "Exactly how many")];
    let status = if mistakes.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = RoadmapPage {
        shell,
        is_on: look.is_on,
        address: format!("{}/roadmap", app.engine.public_url),
        counts: counts.map(|(value, words)| (value.to_owned(), words.to_owned())).to_vec(),
        shaded: Palette::of(&look.colour).filter(Palette::is_shaded),
        takes_voices: roadmap::are_taken(&app.engine).await?,
        typed: typed.unwrap_or_else(|| look.into()),
        mistakes,
    };
    Ok((status, Html(page.render()?)).into_response())
}

async fn page(State(app): State<App>, viewer: Viewer, headers: HeaderMap) -> Result<Response> {
    let page = draw(&app, &viewer, &headers, None, Mistakes::default()).await?;
    Ok(flash::said(&headers, page))
}

async fn save(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Fields(typed): Fields<Typed>,
) -> Result<Response> {
    let look = Look {
        is_on: typed.on == "yes",
        colour: typed.colour.clone(),
        exact: typed.counts == "exact",
        introduction: typed.introduction.clone(),
    };
    match roadmap::set_look(&app.engine, &look).await {
        Ok(()) => {
            let said = if look.is_on { "Everybody can read the roadmap." } else { "The roadmap is not public." };
            Ok(flash::redirect(&app, "/settings/roadmap", said, None))
        }
        Err(error) => draw(&app, &viewer, &headers, Some(typed), Mistakes::of(error)?).await,
    }
}
