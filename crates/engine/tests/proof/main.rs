//! What the engine promises, on both databases: nothing missing, nothing double, whatever the order, whatever breaks.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod conversations;
mod cursor;
mod drafts;
mod erasing;
mod exporting;
mod faults;
mod forward;
mod happenings;
mod interrupted;
mod listening;
mod mail;
mod merging;
mod monitors;
mod ours;
mod outbound;
mod properties;
mod quarantine;
mod resting;
mod retention;
mod search;
mod settled;
mod support;
mod told;
mod troubled;
mod webhooks;
mod worker;
