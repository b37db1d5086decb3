//! What the engine promises, on both databases: nothing missing, nothing double, whatever the order, whatever breaks.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod blobs;
mod conversations;
mod cursor;
mod drafts;
mod erasing;
mod erasing_others;
mod exporting;
mod faults;
mod forward;
mod happenings;
mod heartbeat;
mod interrupted;
mod listening;
mod mail;
mod matching;
mod merging;
mod monitors;
mod naming;
mod notices;
mod ours;
mod outbound;
mod properties;
mod quarantine;
mod refusals;
mod resting;
mod retention;
mod same_person;
mod search;
mod settled;
mod support;
mod throttled;
mod told;
mod troubled;
mod webhooks;
mod worker;
