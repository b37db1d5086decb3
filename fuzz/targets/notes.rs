#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tertulia_connector_notes::fuzzing::notes(bytes));
