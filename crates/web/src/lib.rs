//! Screens, live updates and the JSON API.
//!
//! A folder is named after the noun on the screen and holds its routes; its templates stand under the same name in
//! `templates/`. Every route stands in a [`routes::Table`] with the rule of who may use it: there is no other way to add
//! one.

mod access;
mod account;
mod api;
pub mod assets;
mod by_hand;
mod channels;
mod chat;
pub mod components;
mod customers;
mod door;
mod error;
mod export;
mod feedback;
mod figures;
mod goals;
mod guard;
mod health;
mod hooks;
pub mod icons;
mod import;
mod inbox;
mod insights;
mod knowhow;
pub mod layout;
mod listen;
mod live;
mod messages;
mod metrics;
mod notes;
mod once;
mod organisations;
mod others;
mod people;
mod promises;
mod proxies;
mod quarantine;
mod roadmap;
pub mod routes;
mod scorecard;
mod segments;
mod settings;
mod state;
pub mod styleguide;
mod team;
mod today;
mod trackers;
mod undo;

pub use assets::assets_router;
pub use error::{Result, WebError};
pub use guard::Viewer;
pub use metrics::Metrics;
pub use proxies::Proxies;
pub use state::App;
pub(crate) use state::MOST_UNSEEN;

use routes::Table;

/// All routes with their rules.
pub fn table() -> Table {
    let mut table = Table::default();
    access::routes(&mut table);
    account::routes(&mut table);
    api::routes(&mut table);
    by_hand::routes(&mut table);
    channels::routes(&mut table);
    chat::routes(&mut table);
    customers::routes(&mut table);
    feedback::routes(&mut table);
    figures::routes(&mut table);
    goals::routes(&mut table);
    hooks::routes(&mut table);
    health::routes(&mut table);
    import::routes(&mut table);
    inbox::routes(&mut table);
    insights::routes(&mut table);
    knowhow::routes(&mut table);
    listen::routes(&mut table);
    live::routes(&mut table);
    messages::routes(&mut table);
    metrics::routes(&mut table);
    organisations::routes(&mut table);
    others::routes(&mut table);
    people::routes(&mut table);
    notes::routes(&mut table);
    promises::routes(&mut table);
    quarantine::routes(&mut table);
    scorecard::routes(&mut table);
    roadmap::routes(&mut table);
    segments::routes(&mut table);
    settings::routes(&mut table);
    team::routes(&mut table);
    today::routes(&mut table);
    trackers::routes(&mut table);
    table
}

/// The whole web application.
pub fn router(app: App) -> axum::Router {
    guard::protect(table().into_router(&app), app)
}
