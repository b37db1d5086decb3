//! Mail through the whole program: a mailbox on a real Dovecot, an SMTP server beside it, the built binary, and a browser's
//! requests. Where a test must wait longer than anybody would, or turn a clock, the same parts run without the process.
#![allow(clippy::unwrap_used)]

mod support;

#[path = "mail/clock.rs"]
mod clock;
#[path = "mail/desk.rs"]
mod desk;
#[path = "mail/doubt.rs"]
mod doubt;
#[path = "mail/faults.rs"]
mod faults;
#[path = "mail/hostile.rs"]
mod hostile;
#[path = "mail/jet.rs"]
mod jet;
#[path = "mail/killed.rs"]
mod killed;
#[path = "mail/leases.rs"]
mod leases;
#[path = "mail/letters.rs"]
mod letters;
#[path = "mail/restored.rs"]
mod restored;
#[path = "mail/shop.rs"]
mod shop;
#[path = "mail/story.rs"]
mod story;
