//! Screens, live updates and the JSON API.

pub mod assets;
pub mod components;
pub mod icons;
pub mod layout;
pub mod styleguide;

pub use assets::assets_router;
