//! The bodies of the fuzz targets for what is read here: whatever the bytes are, none of these panics.

use crate::{connector, door, identity, token::VisitorToken};
use serde_json::json;
use tertulia_connector::{
    Presence, Secret,
    conformance::{context, request, understood},
    sign,
};

const NOW: i64 = 1_750_000_000_000;
const KEY: &[u8] = b"0123456789abcdef0123456789abcdef";

/// What a page posts at our door, by a visitor whom we know and by nobody; and, in the first line, what a site says of who
/// its user is. The signatures are right here, so that what is signed is read as well.
pub fn chat(bytes: &[u8]) {
    let at = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let claimed = String::from_utf8_lossy(&bytes[..at]);
    let _ = identity::verify(KEY, &claimed, NOW);
    let _ = identity::verify(KEY, &format!("{claimed}.{}", sign::sign(KEY, &claimed)), NOW);
    let _ = VisitorToken::open(KEY, "shop", &format!("v1.{claimed}"), NOW);
    let signed = format!("v1.{claimed}");
    let _ = VisitorToken::open(KEY, "shop", &format!("{signed}.{}", sign::sign(KEY, &signed)), NOW);
    let connector = connector();
    understood(&connector, "shop", json!({}), &bytes[at..]);
    let mut ctx = context(&connector, json!({ "name": "shop" }));
    let key = String::from_utf8_lossy(KEY).into_owned();
    ctx.secrets = connector_secrets(&key);
    let visitor = VisitorToken::anonymous(&ctx.account, &*ctx.chance, NOW).seal(KEY);
    for path in ["/session", "/messages", "/mail"] {
        let mut request = request("POST", path, "", &bytes[at..]);
        request.headers = [("origin", "https://tertulia.example"), ("sec-fetch-site", "same-origin")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec();
        request.headers.push(("authorization".to_owned(), format!("Bearer {visitor}")));
        let Ok(received) = door::receive(&Presence::default(), &ctx, &request) else { continue };
        for item in received.batch.items {
            if let tertulia_model::RawContent::Memory(kept) = &item.content {
                understood(&connector, "shop", json!({}), kept);
            }
        }
    }
}

fn connector_secrets(key: &str) -> tertulia_connector::SecretSet {
    let names = ["visitor_key", "identity_secret"];
    names.into_iter().map(|name| (name.to_owned(), Secret::new(key))).collect()
}

#[cfg(test)]
mod tests {
    use tertulia_testkit::replay;

    #[test]
    fn the_corpus_of_what_visitors_post_is_read() {
        replay("chat", super::chat);
    }
}
