//! What is served, screen by screen and operation by operation, by a whole installation without a socket.
//!
//! One program for all of it: each file by itself would be compiled with the support and linked anew.
#![allow(clippy::unwrap_used)]

mod access;
mod account;
mod addressing;
mod along;
mod api;
mod asking;
mod channels;
mod chat;
mod customers;
mod doors;
mod drafts;
mod exports;
mod feedback;
mod figures;
mod forward;
mod goals;
mod import;
mod inbox;
mod insights;
mod inviting;
mod knowhow;
mod labels;
mod listen;
mod lists;
mod live;
mod marks;
mod merging;
mod messages;
mod notes;
mod opinions;
mod others;
mod people;
mod promises;
mod quarantine;
mod refusals;
mod roadmap;
mod scorecard;
mod settings;
#[path = "../support/mod.rs"]
mod support;
mod team;
mod telling;
mod today;
mod topics;
mod trackers;
mod webhooks;
