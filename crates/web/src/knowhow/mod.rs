//! Know-how: articles that are found while an answer is written, saved replies, and what is asked without an article.

mod acts;
mod article;
mod asked;
mod beside;
mod form;
mod list;
mod replies;
mod tie;

pub(crate) use beside::{Beside, beside, put_text};
pub(crate) use tie::tie;

use crate::{
    App, Result, WebError,
    routes::{Rule, Table},
};
use axum::routing::{get, post};
use tertulia_model::Permission::{Converse, Read};
use tertulia_store::articles::{self, Article};

pub(crate) fn routes(table: &mut Table) {
    let (read, work) = (Rule::Member(Read), Rule::Member(Converse));
    table.get("/know-how", read, get(list::page));
    table.get("/know-how/new", work, get(form::new));
    table.post("/know-how/new", work, post(form::add));
    table.post("/know-how/undo", work, post(acts::undo));
    table.get("/know-how/asked", read, get(asked::page));
    table.get("/know-how/asked/{id}", read, get(asked::question));
    table.post("/know-how/asked/{id}", work, post(asked::say));
    table.get("/know-how/replies", read, get(replies::list::page));
    table.get("/know-how/replies/new", work, get(replies::form::new));
    table.post("/know-how/replies/new", work, post(replies::form::add));
    table.get("/know-how/replies/{id}", work, get(replies::form::edit));
    table.post("/know-how/replies/{id}", work, post(replies::form::change));
    table.post("/know-how/replies/{id}/remove", work, post(replies::form::remove));
    table.post("/know-how/uses/{id}", work, post(acts::say));
    table.get("/know-how/{id}", read, get(article::page));
    table.get("/know-how/{id}/edit", work, get(form::edit));
    table.post("/know-how/{id}/edit", work, post(form::change));
    table.post("/know-how/{id}/archive", work, post(acts::archive));
    table.post("/know-how/{id}/bring-back", work, post(acts::bring_back));
    table.post("/know-how/{id}/versions/{version}", work, post(acts::put_back));
    table.post("/know-how/{id}/versions/{version}/forget", work, post(acts::forget));
    table.told("/inbox/{id}/beside", work, post(beside::found));
    table.get("/inbox/{id}/saved", work, get(replies::menu::list));
}

/// Where an article is.
fn href(id: i64) -> String {
    format!("/know-how/{id}")
}

async fn known(app: &App, id: &str) -> Result<Article> {
    let id = crate::inbox::id(id)?;
    articles::get(&mut app.engine.db.reader(), id).await?.ok_or_else(WebError::not_found)
}

/// "German"; the code itself where no name is known.
fn language_words(code: &str) -> String {
    crate::listen::languages::name(code).to_owned()
}
