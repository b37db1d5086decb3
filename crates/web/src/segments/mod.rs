//! Segments: who belongs together by what is known of them, kept under a name; and how they are weighed.

mod form;
mod list;
mod weights;

pub(crate) use weights::{definition, words as weighted_words};

use crate::{
    App, Result,
    routes::{Rule, Table},
};
use axum::routing::{get, post};
use tertulia_model::Permission::{Converse, Manage, Read};
use tertulia_store::segments;

pub(crate) fn routes(table: &mut Table) {
    let (read, work, manage) = (Rule::Member(Read), Rule::Member(Converse), Rule::Member(Manage));
    table.get("/segments", read, get(list::page));
    table.get("/segments/new", work, get(form::new));
    table.post("/segments/new", work, post(form::add));
    table.get("/segments/weights", read, get(weights::page));
    table.post("/segments/weights", manage, post(weights::choose));
    table.get("/segments/{id}", work, get(form::edit));
    table.post("/segments/{id}", work, post(form::change));
    table.post("/segments/{id}/remove", work, post(form::remove));
}

/// The segments to choose from in a filter: number and name; the first is none.
pub(crate) async fn choices(app: &App) -> Result<Vec<(String, String)>> {
    let all = segments::all(&mut app.engine.db.reader()).await?;
    let named = all.into_iter().map(|segment| (segment.id.to_string(), segment.name));
    Ok(std::iter::once((String::new(), "Everybody".to_owned())).chain(named).collect())
}
