//! Insights: whom we hear and whom we do not, and what they say, of people and not of messages.

pub mod asked;
pub mod columns;
pub mod corrected;
mod held;
pub mod margins;
pub mod overview;
pub mod parts;
pub mod population;
pub mod triangulation;
pub mod voices;

pub(crate) use held::aside;
pub use held::{Held, View, customers, hold, roll, view};
