//! The bodies of the fuzz targets for what is read here: whatever the bytes are, none of these panics.

use crate::{
    connector, door,
    mention::{Item, Said, Step},
    xmlrpc,
};
use serde_json::json;
use tertulia_connector::conformance::{context, request, sound};
use url::Url;

const TARGET: &str = "https://shop.example/grinder";

/// A page that is said to mention us, in each way that it may be sent.
pub fn mention(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let Ok(at) = Url::parse("https://kim.example/post") else { return };
    for media in ["text/html", "application/json", "text/plain"] {
        let Some(said) = Said::read(&text, media, &at, TARGET) else { continue };
        let (source, target) = (at.to_string(), TARGET.to_owned());
        let item = Item { v: 1, step: Step::Created, source, target, at: 1_750_000_000_000, said };
        let kept = serde_json::to_vec(&item).unwrap_or_default();
        let read = Item::read(&kept).unwrap_or_else(|error| panic!("a mention that was kept: {error}"));
        assert_eq!(read, item, "it is kept as something else");
        sound("a mention", &[read.into_inbound("webmention".to_owned())]);
    }
}

/// Who tells of a mention: a form, or a call of XML-RPC.
pub fn telling(bytes: &[u8]) {
    let _ = xmlrpc::read(&String::from_utf8_lossy(bytes));
    let ctx = context(&connector(), json!({ "sites": ["https://shop.example"] }));
    for (path, media) in [(door::WEBMENTION, "application/x-www-form-urlencoded"), (door::PINGBACK, "text/xml")] {
        let mut request = request("POST", path, "", bytes);
        request.headers.push(("content-type".to_owned(), media.to_owned()));
        let _ = door::receive(&connector(), &ctx, &request);
    }
}

#[cfg(test)]
mod tests {
    use tertulia_testkit::replay;

    #[test]
    fn the_corpus_of_pages_that_mention_us_is_read() {
        replay("mention", super::mention);
    }

    #[test]
    fn the_corpus_of_tellings_is_read() {
        replay("telling", super::telling);
    }
}
