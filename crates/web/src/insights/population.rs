//! How everybody is made up: by the lists of customers, or by margins that somebody puts down.

use super::words;
use crate::{
    App, Result, Viewer,
    access::form::{Fields, Mistakes},
    inbox::flash,
    layout::{Nav, Shell},
    listen::thousands,
};
use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;
use tertulia_engine::insights::{self, margins, population};
use tertulia_store::{attributes, margins as stored};

const PATH: &str = "/insights/population";

struct Margin {
    attribute: String,
    title: String,
    basis: String,
    /// Name, amount, share.
    parts: Vec<(String, String, String)>,
    is_given: bool,
    unknown: u64,
}

#[derive(Template)]
#[template(path = "insights/population.html")]
struct PopulationPage {
    shell: Shell,
    margins: Vec<Margin>,
    attributes: Vec<(String, String)>,
    form: Put,
    mistakes: Mistakes,
    may_manage: bool,
}

/// A margin as the form has it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Put {
    attribute: String,
    parts: String,
    source: String,
    as_of: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Remove {
    attribute: String,
}

fn amount(amount: f64) -> String {
    if amount.fract() == 0.0 && amount < 1e15 { thousands(amount as usize) } else { format!("{amount}") }
}

async fn render(
    app: &App,
    viewer: &Viewer,
    headers: &HeaderMap,
    (form, mistakes): (Put, Mistakes),
) -> Result<Response> {
    let view = insights::view(&app.engine).await?;
    let mut margins = Vec::new();
    for attribute in population::attributes(&mut app.engine.db.reader()).await? {
        let Some(roll) = insights::roll(&app.engine, &view, &attribute).await? else { continue };
        let all = roll.all();
        let part = |part: &insights::parts::Part| {
            let share = crate::figures::words::share(if all > 0.0 { part.amount / all } else { 0.0 });
            (part.name.clone(), amount(part.amount), share)
        };
        margins.push(Margin {
            attribute: attribute.name.clone(),
            title: attribute.title.clone(),
            basis: words::basis(&roll.basis),
            parts: roll.parts().iter().map(part).collect(),
            is_given: roll.basis != population::Basis::Customers,
            unknown: roll.unknown,
        });
    }
    let offered = population::attributes(&mut app.engine.db.reader()).await?;
    margins.extend(at_rest(app, &margins).await?);
    let mut shell = app.shell(viewer, "insights", "How everybody is made up", Nav::Insights).await?;
    shell.toast = flash::take(app, headers);
    let may_manage = shell.may_manage();
    let page = PopulationPage {
        shell,
        margins,
        attributes: offered.into_iter().map(|one| (one.name, one.title)).collect(),
        form,
        mistakes,
        may_manage,
    };
    let status = if page.mistakes.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(flash::said(headers, (status, Html(page.render()?)).into_response()))
}

/// Numbers that were put down and compare nobody (any more): they can be taken away all the same.
async fn at_rest(app: &App, shown: &[Margin]) -> Result<Vec<Margin>> {
    let mut db = app.engine.db.reader();
    let known = attributes::all(&mut db).await?;
    let parts = stored::parts(&mut db).await?;
    let sources = stored::sources(&mut db).await?.into_iter();
    let margin = |source: stored::Source| {
        let own: Vec<&stored::Part> = parts.iter().filter(|part| part.attribute == source.attribute).collect();
        let all: f64 = own.iter().map(|part| part.amount).sum();
        let share = |part: f64| crate::figures::words::share(if all > 0.0 { part / all } else { 0.0 });
        let title = known.iter().find(|one| one.name == source.attribute).map(|one| one.title.clone());
        Margin {
            title: title.unwrap_or_else(|| source.attribute.clone()),
            basis: words::basis(&population::Basis::Margins { source: source.source, as_of: source.as_of }),
            parts: own.iter().map(|part| (part.value.clone(), amount(part.amount), share(part.amount))).collect(),
            is_given: true,
            unknown: 0,
            attribute: source.attribute,
        }
    };
    let is_hidden = |source: &stored::Source| !shown.iter().any(|m| m.is_given && m.attribute == source.attribute);
    Ok(sources.filter(is_hidden).map(margin).collect())
}

pub(super) async fn page(State(app): State<App>, viewer: Viewer, headers: HeaderMap) -> Result<Response> {
    render(&app, &viewer, &headers, (Put::default(), Mistakes::default())).await
}

pub(super) async fn put(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Fields(put): Fields<Put>,
) -> Result<Response> {
    let form = margins::Form {
        attribute: put.attribute.clone(),
        parts: put.parts.clone(),
        source: put.source.clone(),
        as_of: put.as_of.clone(),
    };
    match margins::put(&app.engine, viewer.user.id, &form).await {
        Ok(()) => Ok(flash::redirect(&app, PATH, "Kept. Figures are weighted to it from now on.", None)),
        Err(error) => render(&app, &viewer, &headers, (put, Mistakes::of(error)?)).await,
    }
}

pub(super) async fn remove(State(app): State<App>, Fields(remove): Fields<Remove>) -> Result<Response> {
    let known = stored::sources(&mut app.engine.db.reader()).await?;
    let was_there = known.iter().any(|source| source.attribute == remove.attribute)
        && margins::remove(&app.engine, &remove.attribute).await?;
    let words = if was_there { "Taken away." } else { "It was gone already." };
    Ok(flash::redirect(&app, PATH, words, None))
}
