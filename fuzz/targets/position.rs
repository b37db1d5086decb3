#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    tertulia_connector_email::fuzzing::position(bytes);
    tertulia_connector_feed::fuzzing::position(bytes);
    tertulia_connector_mastodon::fuzzing::position(bytes);
});
