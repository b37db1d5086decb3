//! All SQL, for SQLite and PostgreSQL, and the blobs on disk.
//!
//! A module is named after what it keeps. Reads take `&mut impl Sql` (the database or an open transaction), writes take
//! `&mut Tx`. Every public function is run by a contract test on both databases.

pub mod answers;
pub mod blobs;
pub mod changes;
pub mod channels;
mod checkpoint;
pub mod consents;
pub mod conversations;
pub mod db;
pub mod deliveries;
mod dialect;
pub mod drafts;
pub mod erased;
pub mod erasing;
pub mod errands;
mod error;
pub mod evidence;
pub mod feedback;
pub mod feedback_changes;
pub mod feedback_terms;
mod gate;
pub mod gauges;
pub mod goals;
pub mod imports;
pub mod jobs;
pub mod kept;
pub mod keys;
pub mod ledger;
mod like;
pub mod listing;
pub mod mappings;
pub mod mentions;
pub mod merges;
pub mod messages;
mod migrate;
pub mod monitors;
pub mod mutes;
pub mod people;
pub mod person_merges;
pub mod promises;
pub mod quarantine;
pub mod reading;
pub mod reviews;
pub mod sayings;
mod scrub;
pub mod search;
pub mod settings;
pub mod suggestions;
mod terms;
pub mod threads;
pub mod told;
pub mod trims;
pub mod turns;
pub mod upkeep;
pub mod users;
mod value;
pub mod visitors;
pub mod webhooks;

pub use checkpoint::LogKeeper;
pub use db::{Db, Dialect, Record, Sql, Tx};
pub use error::{Result, StoreError};
pub use gate::{Urgency, WriteGate};
pub use migrate::{migrate, newest_version};
pub use value::Value;
