//! `/healthz`: the program answers. `/readyz`: it can do its work.

use crate::{
    App, Result, WebError,
    routes::{Rule, Table},
};
use axum::{extract::State, http::StatusCode, routing::get};
use tertulia_store::changes;

pub(crate) fn routes(table: &mut Table) {
    table.get("/healthz", Rule::Anybody, get(|| async { "ok\n" }));
    table.get("/readyz", Rule::Anybody, get(ready));
}

async fn ready(State(app): State<App>) -> Result<&'static str> {
    changes::newest(&mut app.engine.db.reader()).await.map_err(|error| {
        tracing::warn!(%error, "not ready");
        WebError::new(StatusCode::SERVICE_UNAVAILABLE, "The database does not answer.")
    })?;
    Ok("ready\n")
}
