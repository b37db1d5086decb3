#![no_main]
// The engine's own file: the engine itself would bring a database along.
#[allow(dead_code, unused_imports, reason = "the engine uses the rest")]
#[path = "../../crates/engine/src/mailhtml/mod.rs"]
mod mailhtml;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mailhtml::fuzzing::mail_html(bytes));
