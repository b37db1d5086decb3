//! The exports of platforms: what their messages come to mean, and what hostile ones do.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod bluesky;
#[path = "../common/mod.rs"]
mod common;
mod damage;
mod discourse;
mod mastodon;
mod slack;
mod wordpress;

use tertulia_connector_import::Mapping;

fn ours(accounts: &[&str]) -> Mapping {
    Mapping { our_accounts: accounts.iter().map(|name| (*name).to_owned()).collect(), ..Mapping::default() }
}
