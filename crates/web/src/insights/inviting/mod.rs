//! Inviting those who were not heard: how many of whom, the text in each language, the drafts one by one, and who answered.

mod acts;
mod draft;
mod plan;
mod round;
mod text;
mod words;

pub(crate) use words::tie;

use crate::{
    App, Result, Viewer,
    inbox::id as id_of,
    routes::{Rule, Table},
    undo::WayBack,
};
use axum::{
    response::Response,
    routing::{get, post},
};
use tertulia_engine::invitations::{self as desk, Undo};
use tertulia_model::Permission::{Converse, Read};
use tertulia_store::invitations::Round;

pub(super) fn routes(table: &mut Table) {
    let (read, work) = (Rule::Member(Read), Rule::Member(Converse));
    table.get("/insights/invite", read, get(plan::page));
    table.post("/insights/invite", work, post(plan::draw_them));
    table.get("/insights/invite/{id}", read, get(round::page));
    table.get("/insights/invite/{id}/text", work, get(text::form));
    table.post("/insights/invite/{id}/text", work, post(text::save));
    table.post("/insights/invite/{id}/text/remove", work, post(text::remove));
    table.get("/insights/invitations/{id}", read, get(draft::page));
    table.post("/insights/invitations/{id}/send", work, post(draft::send));
    table.post("/insights/invitations/{id}/keep", work, post(acts::keep));
    table.post("/insights/invitations/{id}/skip", work, post(acts::skip));
    table.post("/insights/invitations/{id}/again", work, post(acts::again));
    table.post("/insights/invitations/undo", work, post(acts::undo));
}

/// Where one is.
pub(crate) fn href(id: i64) -> String {
    format!("/insights/invitations/{id}")
}

/// Where it is looked at whom to invite, by an attribute.
pub(super) fn plan_href(attribute: &str) -> String {
    let mut fields = url::form_urlencoded::Serializer::new(String::new());
    format!("/insights/invite?{}", fields.append_pair("attribute", attribute).finish())
}

/// Where those of a draw are.
fn round_href(id: i64) -> String {
    format!("/insights/invite/{id}")
}

async fn known(app: &App, id: &str) -> Result<Round> {
    Ok(desk::round(&mut app.engine.db.reader(), id_of(id)?).await?)
}

const UNDO: WayBack = WayBack {
    purpose: "undo of something about an invitation",
    path: "/insights/invitations/undo",
    instead: "Open it, and change it there.",
};

/// To a page that says what was done, and undoes it.
fn done(app: &App, viewer: &Viewer, to: &str, said: &str, undo: Undo) -> Response {
    UNDO.done(app, viewer, to, said, undo)
}
