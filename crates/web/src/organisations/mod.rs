//! Organisations: companies and other bodies that people belong to.

mod acts;
mod list;
mod page;

use crate::{
    App, Result, WebError,
    routes::{Rule, Table},
};
use axum::routing::{get, post};
use tertulia_model::Permission::{Converse, Read};
use tertulia_store::organisations::{self, Organisation};

pub(crate) fn routes(table: &mut Table) {
    let (read, work) = (Rule::Member(Read), Rule::Member(Converse));
    table.get("/organisations", read, get(list::page));
    table.get("/organisations/{id}", read, get(page::page));
    table.post("/organisations/{id}/rename", work, post(acts::rename));
    table.get("/organisations/{id}/same", work, get(acts::look));
    table.post("/organisations/{id}/merge/{into}", work, post(acts::merge));
    table.post("/organisations/{id}/part/{part}", work, post(acts::part));
    table.post("/organisations/{id}/people/{person}/remove", work, post(acts::take_out));
    table.post("/people/{id}/organisations", work, post(acts::put_in));
}

fn href(id: i64) -> String {
    format!("/organisations/{id}")
}

async fn known(app: &App, id: &str) -> Result<Organisation> {
    let id: i64 = crate::inbox::id(id)?;
    organisations::get(&mut app.engine.db.reader(), id).await?.ok_or_else(WebError::not_found)
}
