//! The bodies of the fuzz targets for what is read here: whatever the bytes are, none of these panics.

use crate::{
    connector, gather, kannel,
    pieces::joint,
    said::{Brought, Hint},
    twilio,
};
use serde_json::json;
use tertulia_connector::conformance::{request, understood};
use url::form_urlencoded;

const NOW: i64 = 1_750_000_000_000;

/// What Kannel asks for (the address), and what it posts (the same as a body).
pub fn kannel(bytes: &[u8]) {
    let query = String::from_utf8_lossy(bytes);
    for method in ["GET", "POST"] {
        let request = request(method, "/in", &query, bytes);
        let (text, udh) = kannel::text(&request);
        kept(&Brought::Text(text.clone()));
        let Some(joint) = joint(&udh) else { continue };
        let Some(errand) = gather::part(text, joint, Hint::default(), NOW) else { continue };
        // All that came, once it has waited long enough.
        let told = gather::run(errand.task, NOW + 600_000).unwrap_or_else(|error| panic!("a part: {error}"));
        for item in told.items {
            if let tertulia_model::RawContent::Memory(bytes) = &item.content {
                understood(&connector(), "+34600", json!(Hint::default()), bytes);
            }
        }
    }
}

/// The form of a gateway that speaks as Twilio does.
pub fn twilio(bytes: &[u8]) {
    let form: twilio::Form = form_urlencoded::parse(bytes).into_owned().collect();
    kept(&Brought::Text(twilio::text(&form)));
    let query = String::from_utf8_lossy(bytes);
    if let Ok(report) = twilio::report(&request("POST", "/status", &query, bytes), &form) {
        kept(&Brought::Report(report));
    }
}

fn kept(brought: &Brought) {
    let bytes = serde_json::to_vec(brought).unwrap_or_default();
    let again: Brought = serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("what was kept: {error}"));
    assert_eq!(again, *brought, "it is kept as something else");
    let hint = Hint { country: "34".to_owned(), stop_answer: "Done.".to_owned(), ..Hint::default() };
    understood(&connector(), "+34600", json!(hint), &bytes);
}

#[cfg(test)]
mod tests {
    use tertulia_testkit::replay;

    #[test]
    fn the_corpus_of_kannels_calls_is_read() {
        replay("kannel", super::kannel);
    }

    #[test]
    fn the_corpus_of_forms_is_read() {
        replay("twilio", super::twilio);
    }
}
