#![no_main]
// The screens' own file: the crate itself would bring the engine and a database along.
#[allow(dead_code, reason = "the screens use the rest")]
#[path = "../../crates/web/src/proxies/mod.rs"]
mod proxies;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| proxies::fuzzing::forwarded(bytes));
