//! For tests only: real servers that live as long as the test, and skips that are told.
//!
//! A test that needs a server asks for it and gives up quietly when it is not installed:
//!
//! ```no_run
//! # fn main() {
//! let Some(postgres) = tertulia_testkit::Postgres::shared() else { return };
//! let url = postgres.fresh_database();
//! # let _ = url;
//! # }
//! ```
//!
//! "Quietly" is not "in silence": the skip is printed and written to the file named by `TERTULIA_SKIPS`, and with
//! `CI=true` it is a failure, since a build machine that lost a server would otherwise stay green for ever.

mod blog;
mod corpus;
mod isso;
mod kannel;
mod label_model;
mod loopback;
mod machine;
mod mail;
mod mastodon;
mod network;
mod postgres;
mod rounds;
mod service;
mod site;
mod skip;
mod storm;
mod tape;
mod wordpress;

pub use blog::Blog;
pub use corpus::replay;
pub use isso::Isso;
pub use kannel::{Handset, Kannel, KannelService};
pub use label_model::{LabelModel, Words};
pub use machine::{data, data_folder, workspace_root};
pub use mail::Mail;
pub use mastodon::Mastodon;
pub use network::Network;
pub use postgres::Postgres;
pub use rounds::{first_seed, rounds, soaking};
pub use site::{Asked, Page, Site};
pub use skip::{skipped, skipped_data, skipped_here, told};
pub use storm::{REFUSALS, Storm};
pub use tape::Tape;
pub use wordpress::WordPress;
