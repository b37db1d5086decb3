//! Trust in the labels: what the models make of what people say, where a member says that it is something else, and how often
//! the models are wrong, measured on random samples that members read.

mod counted;
mod export;
mod message;
mod page;
mod parts;
mod read;
mod sample;
mod tie;
pub(crate) mod words;

pub(crate) use page::labelled;
pub(crate) use tie::tie;

use crate::{
    App, Result, Viewer, WebError,
    inbox::flash,
    routes::{Rule, Table},
    undo::{Of, WayBack},
};
use axum::{
    extract::{Query, State},
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use serde::{Deserialize, Serialize};
use tertulia_analysis::labels::Kind;
use tertulia_engine::labels::{self as desk, SampleUndo, Undo};
use tertulia_model::Permission::{Converse, Read};

pub(crate) fn routes(table: &mut Table) {
    let (look, work) = (Rule::Member(Read), Rule::Member(Converse));
    table.get("/messages/{id}/labels", look, get(message::page));
    table.post("/messages/{id}/labels", work, post(message::correct));
    table.get("/insights/labels", look, get(page::page));
    let all = ["/insights/labels.csv", "/insights/labels.json", "/insights/labels.html"];
    table.exports(all, look, get(export::all));
    table.asked("/insights/labels/progress", look, get(page::progress));
    table.get("/insights/labels/read", work, get(read::page));
    table.post("/insights/labels/undo", work, post(undo));
    table.get("/insights/labels/{kind}", look, get(parts::page));
    table.get("/insights/labels/{kind}/messages", look, get(counted::page));
    let one = [
        "/insights/labels/{kind}/label.csv",
        "/insights/labels/{kind}/label.json",
        "/insights/labels/{kind}/label.html",
    ];
    table.exports(one, look, get(export::one));
    table.post("/insights/labels/{kind}/draw", work, post(sample::draw));
    table.post("/insights/labels/samples/{id}/end", work, post(sample::end));
    table.post("/insights/labels/samples/{id}/go-on", work, post(sample::go_on));
    table.post("/insights/labels/samples/{id}/read/{message}", work, post(read::say));
    table.post("/insights/labels/samples/{id}/settle/{message}", work, post(read::settle));
}

const UNDO: WayBack = WayBack {
    purpose: "undo of labels",
    path: "/insights/labels/undo",
    instead: "Open the message, or the sample under Insights, Trust in the labels, and change it there.",
};

/// What can be undone, as it travels through the browser.
#[derive(Serialize, Deserialize)]
enum Undoing {
    /// What was said of a message, the first thing first.
    Labels(Vec<Undo>),
    Sample(SampleUndo),
}

fn kind(text: &str) -> Result<Kind> {
    Kind::parse(text).ok_or_else(WebError::not_found)
}

/// Where a kind stands by itself.
pub(super) fn href(kind: Kind) -> String {
    format!("/insights/labels/{}", kind.as_str())
}

fn done(app: &App, viewer: &Viewer, to: &str, said: &str, undo: Undoing) -> Response {
    UNDO.done(app, viewer, to, said, undo)
}

async fn undo(State(app): State<App>, viewer: Viewer, headers: HeaderMap, Query(of): Query<Of>) -> Result<Response> {
    match UNDO.accept(&app, &viewer, &of)? {
        Undoing::Labels(said) => {
            let message = desk::undo_all(&app.engine, &said).await?;
            message::shown_again(&app, &viewer, &headers, message, "As it was before.").await
        }
        Undoing::Sample(undo) => {
            let is_read = matches!(undo, SampleUndo::Read { .. } | SampleUndo::Settled { .. });
            let to = match desk::undo_sample(&app.engine, viewer.user.id, undo).await? {
                Some(sample) if is_read => format!("/insights/labels/read?sample={sample}"),
                _ => "/insights/labels".to_owned(),
            };
            if is_read {
                return Ok(Redirect::to(&to).into_response());
            }
            Ok(flash::redirect(&app, &to, "As it was before.", None))
        }
    }
}
