#![no_main]
// The engine's own file: the engine itself would bring a database along.
#[allow(dead_code, reason = "the engine uses the rest")]
#[path = "../../crates/engine/src/trackers/payload/mod.rs"]
mod payload;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| payload::fuzzing::tracker(bytes));
