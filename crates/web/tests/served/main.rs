//! What is served, screen by screen and operation by operation, by a whole installation without a socket.
//!
//! One program for all of it: each file by itself would be compiled with the support and linked anew.
#![allow(clippy::unwrap_used)]

mod access;
mod account;
mod addressing;
mod api;
mod channels;
mod chat;
mod doors;
mod drafts;
mod feedback;
mod forward;
mod import;
mod inbox;
mod listen;
mod lists;
mod live;
mod merging;
mod messages;
mod people;
mod promises;
mod quarantine;
mod refusals;
mod settings;
mod start;
#[path = "../support/mod.rs"]
mod support;
mod team;
mod webhooks;
