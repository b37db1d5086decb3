//! Opinion groups: ballots, the map of each, its statements, and files of votes.

mod export;
mod file;
mod list;
mod page;
mod statements;
pub(crate) mod words;

pub(crate) use export::METHODS;

use crate::{
    App, Result,
    inbox::id as id_of,
    routes::{Rule, Table},
};
use axum::routing::{get, post};
use tertulia_engine::opinions as desk;
use tertulia_model::Permission::{Manage, Read};
use tertulia_store::opinions::Ballot;

pub(super) fn routes(table: &mut Table) {
    let (read, manage) = (Rule::Member(Read), Rule::Member(Manage));
    table.get("/insights/opinions", read, get(list::page));
    table.post("/insights/opinions", manage, post(list::add));
    table.get("/insights/opinions/{id}", read, get(page::page));
    table.post("/insights/opinions/{id}", manage, post(page::rename));
    table.post("/insights/opinions/{id}/remove", manage, post(page::remove));
    let along =
        ["/insights/opinions/{id}/map.csv", "/insights/opinions/{id}/map.json", "/insights/opinions/{id}/map.html"];
    table.exports(along, read, get(export::take));
    table.get("/insights/opinions/{id}/statements", read, get(statements::page));
    table.post("/insights/opinions/{id}/statements", manage, post(statements::add));
    table.post("/insights/opinions/{id}/statements/{statement}", manage, post(statements::change));
    table.upload("/insights/opinions/{id}/file", manage, post(file::upload), desk::MOST_BYTES as usize);
    table.get("/insights/opinions/{id}/file", manage, get(file::show));
    table.post("/insights/opinions/{id}/preview", manage, post(file::preview));
    table.post("/insights/opinions/{id}/take", manage, post(file::take));
    table.post("/insights/opinions/{id}/brought/{batch}/take-back", manage, post(page::take_back));
}

fn href(id: i64) -> String {
    format!("/insights/opinions/{id}")
}

async fn known(app: &App, id: &str) -> Result<Ballot> {
    Ok(desk::get(&app.engine, id_of(id)?).await?)
}
