//! The contract of the store: each story runs on SQLite and on PostgreSQL.

#![allow(clippy::unwrap_used)]

mod answers;
mod changes;
mod channels;
mod complete;
mod consents;
mod conversations;
mod db;
mod deliveries;
mod drafts;
mod erasing;
mod erasing_beside;
mod errands;
mod gate;
mod gauges;
mod goals;
mod imports;
mod jobs;
mod kept;
mod ledger;
mod limits;
mod listing;
mod mappings;
mod mentions;
mod merges;
mod messages;
mod migrate;
mod monitors;
mod people;
mod person_merges;
mod plans;
mod quarantine;
mod reading;
mod reviews;
mod search;
mod settings;
mod suggestions;
mod support;
mod threads;
mod told;
mod turns;
mod upkeep;
mod users;
mod visitors;
mod webhooks;
