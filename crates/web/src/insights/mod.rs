//! Insights: whom we hear and whom we do not, what they say as people and not as messages, and how sure that is.

mod asked;
mod behind;
pub(crate) mod corrected;
mod exchanges;
mod export;
pub(crate) mod inviting;
pub(crate) mod labels;
pub(crate) mod opinions;
mod overview;
mod picture;
mod population;
pub(crate) mod topics;
pub(crate) mod triangulation;
mod voices;
pub(crate) mod words;

pub(crate) use asked::{Asked, USUAL_DAYS, named, questions};
pub(crate) use export::METHODS;

use crate::{
    listen,
    routes::{Rule, Table},
};
use axum::routing::{get, post};
use tertulia_model::Permission::{Manage, Read};

pub(crate) fn routes(table: &mut Table) {
    let (read, manage) = (Rule::Member(Read), Rule::Member(Manage));
    table.get("/insights", read, get(overview::page));
    table.get("/insights/voices", read, get(voices::page));
    table.exports(["/insights.csv", "/insights.json", "/insights.html"], read, get(export::overview));
    let voices = ["/insights/voices.csv", "/insights/voices.json", "/insights/voices.html"];
    table.exports(voices, read, get(export::voices));
    table.get("/insights/ledger", read, get(listen::ledger));
    let ledger = ["/insights/ledger.csv", "/insights/ledger.json", "/insights/ledger.html"];
    table.exports(ledger, read, get(listen::ledger_along));
    table.get("/insights/people", read, get(behind::people));
    table.get("/insights/messages", read, get(behind::messages));
    table.get("/insights/population", read, get(population::page));
    table.post("/insights/population", manage, post(population::put));
    table.post("/insights/population/remove", manage, post(population::remove));
    topics::routes(table);
    triangulation::routes(table);
    labels::routes(table);
    opinions::routes(table);
    inviting::routes(table);
}
