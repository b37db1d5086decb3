//! `/healthz`: the program answers. `/readyz`: it can do its work.

use crate::{
    App,
    routes::{Rule, Table},
};
use axum::{extract::State, http::StatusCode, routing::get};
use tertulia_store::changes;

pub(crate) fn routes(table: &mut Table) {
    table.get("/healthz", Rule::Anybody, get(|| async { "ok\n" }));
    table.get("/readyz", Rule::Anybody, get(ready));
}

async fn ready(State(app): State<App>) -> (StatusCode, &'static str) {
    match changes::newest(&mut app.engine.db.reader()).await {
        Ok(_) => (StatusCode::OK, "ready\n"),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
        }
    }
}
