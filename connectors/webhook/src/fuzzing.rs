//! The bodies of the fuzz targets for what is read here: whatever the bytes are, none of these panics.

use crate::{connector, door, mapping::Mapping, proof};
use serde_json::{Value, json};
use tertulia_connector::{
    FieldError,
    conformance::{context, request, sound},
};

/// The settings in the first line (which field holds what), what is posted below it.
pub fn webhook(bytes: &[u8]) {
    let at = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let settings: Value = serde_json::from_slice(&bytes[..at]).unwrap_or_else(|_| json!({}));
    let settings = if settings.is_object() { settings } else { json!({}) };
    let body = &bytes[at..];
    let _: Result<_, Vec<FieldError>> = door::preview(&settings, body);
    if let Ok(items) = door::items(&settings, body) {
        let mapping = Mapping::read(&settings);
        mapping.misfits(&items);
        for item in items.iter().take(20) {
            if let Ok(events) = mapping.normalise("shop", "made up", item) {
                sound("an item", &events);
            }
        }
    }
    let ctx = context(&connector(), settings);
    let mut request = request("POST", "/in", "", body);
    let words = String::from_utf8_lossy(&bytes[..at]);
    for name in ["webhook-id", "webhook-timestamp", "webhook-signature", "authorization"] {
        request.headers.push((name.to_owned(), words.clone().into_owned()));
    }
    assert!(proof::check(&ctx, &request).is_err(), "nobody can sign with what was not told them");
}

#[cfg(test)]
mod tests {
    use tertulia_testkit::replay;

    #[test]
    fn the_corpus_of_what_is_posted_is_read() {
        replay("webhook", super::webhook);
    }
}
