//! `/metrics`: figures for whoever watches over the installation, in the text format of Prometheus (0.0.4). No label names
//! a person, an address, or anything that somebody wrote.

mod gather;
mod text;
mod timings;

pub(crate) use timings::Timings;

use crate::{
    App, Result,
    routes::{Rule, Table},
};
use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};
use text::Text;

/// Who may read the figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Metrics {
    /// Whoever has a key with the scope `read`.
    #[default]
    Key,
    /// Anybody who reaches the program.
    Open,
}

pub(crate) fn routes(table: &mut Table) {
    table.get("/metrics", Rule::Watcher, get(show));
}

async fn show(State(app): State<App>) -> Result<Response> {
    let mut text = Text::default();
    gather::figures(&app, &mut text).await?;
    app.timings.write(&mut text);
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text.finish()).into_response())
}
