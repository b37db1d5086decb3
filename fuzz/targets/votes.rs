#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tertulia_voices::fuzzing::votes(bytes));
