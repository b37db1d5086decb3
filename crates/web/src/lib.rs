//! Screens, live updates and the JSON API.
//!
//! A folder is named after the noun on the screen and holds its routes; its templates stand under the same name in
//! `templates/`. Every route stands in a [`routes::Table`] with the rule of who may use it: there is no other way to add
//! one.

pub mod assets;
pub mod components;
mod error;
mod guard;
mod health;
pub mod icons;
pub mod layout;
pub mod routes;
mod state;
pub mod styleguide;

pub use assets::assets_router;
pub use error::{Result, WebError};
pub use guard::Viewer;
pub use state::App;

use routes::Table;

/// All routes with their rules.
pub fn table() -> Table {
    let mut table = Table::default();
    health::routes(&mut table);
    table
}

/// The whole web application.
pub fn router(app: App) -> axum::Router {
    guard::protect(table().into_router(&app), app)
}
