//! A glance at an event of the stream, for who must look at tens of thousands in a second: what it is, without reading
//! its record.

use serde::Deserialize;

#[derive(Debug, PartialEq, Eq)]
pub struct Seen<'a> {
    pub did: &'a str,
    /// Microseconds; the stream's cursor.
    pub time_us: i64,
    pub what: What<'a>,
}

#[derive(Debug, PartialEq, Eq)]
pub enum What<'a> {
    Commit {
        operation: &'a str,
        collection: &'a str,
    },
    /// An account or its names changed: nothing was said.
    Other,
}

/// What an event is. A Jetstream writes an event's own fields in one order and before the record, so that no record can
/// pass for them; any other order is read slowly.
pub fn glance(event: &str) -> Option<Seen<'_>> {
    quick(event).or_else(|| slow(event))
}

fn quick(event: &str) -> Option<Seen<'_>> {
    let (did, rest) = text(event.strip_prefix("{\"did\":")?)?;
    let (time_us, rest) = number(rest.strip_prefix(",\"time_us\":")?)?;
    let rest = match rest.strip_prefix(",\"cursor\":") {
        Some(rest) => number(rest)?.1,
        None => rest,
    };
    let (kind, rest) = text(rest.strip_prefix(",\"kind\":")?)?;
    if kind != "commit" {
        return Some(Seen { did, time_us, what: What::Other });
    }
    let (_rev, rest) = text(rest.strip_prefix(",\"commit\":{\"rev\":")?)?;
    let (operation, rest) = text(rest.strip_prefix(",\"operation\":")?)?;
    let (collection, _) = text(rest.strip_prefix(",\"collection\":")?)?;
    Some(Seen { did, time_us, what: What::Commit { operation, collection } })
}

/// A text without anything escaped in it.
fn text(rest: &str) -> Option<(&str, &str)> {
    let rest = rest.strip_prefix('"')?;
    let end = memchr::memchr2(b'"', b'\\', rest.as_bytes())?;
    (rest.as_bytes()[end] == b'"').then(|| (&rest[..end], &rest[end + 1..]))
}

fn number(rest: &str) -> Option<(i64, &str)> {
    let end = rest.bytes().position(|b| !b.is_ascii_digit())?;
    Some((rest[..end].parse().ok()?, &rest[end..]))
}

pub fn slow(event: &str) -> Option<Seen<'_>> {
    #[derive(Deserialize)]
    struct Event<'a> {
        did: &'a str,
        time_us: i64,
        kind: &'a str,
        #[serde(borrow)]
        commit: Option<Commit<'a>>,
    }
    #[derive(Deserialize)]
    struct Commit<'a> {
        operation: &'a str,
        collection: &'a str,
    }
    let event: Event<'_> = serde_json::from_str(event).ok()?;
    let what = match event.commit {
        Some(Commit { operation, collection }) if event.kind == "commit" => What::Commit { operation, collection },
        _ => What::Other,
    };
    Some(Seen { did: event.did, time_us: event.time_us, what })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const POST: &str = r#"{"did":"did:plc:a","time_us":17,"kind":"commit","commit":{"rev":"3k","operation":"create","collection":"app.bsky.feed.post","rkey":"3l","record":{"text":"x"},"cid":"b"}}"#;

    #[test]
    fn an_event_is_known_quickly_and_in_any_order() {
        let seen = Some(Seen {
            did: "did:plc:a",
            time_us: 17,
            what: What::Commit { operation: "create", collection: "app.bsky.feed.post" },
        });
        assert_eq!(quick(POST), seen);
        assert_eq!(slow(POST), seen);
        let with_cursor = POST.replace("\"time_us\":17", "\"time_us\":17,\"cursor\":99");
        assert_eq!(quick(&with_cursor), seen);
        let turned = r#"{"kind":"commit","commit":{"record":{"collection":"app.bsky.feed.like","operation":"delete"},"collection":"app.bsky.feed.post","operation":"create"},"time_us":17,"did":"did:plc:a"}"#;
        assert_eq!((quick(turned), glance(turned)), (None, seen));
        let identity =
            r#"{"did":"did:plc:a","time_us":18,"kind":"identity","identity":{"did":"did:plc:a","handle":"a.test"}}"#;
        assert_eq!(glance(identity), Some(Seen { did: "did:plc:a", time_us: 18, what: What::Other }));
        assert_eq!(glance("{\"did\":\"x\"}"), None);
        assert_eq!(glance(""), None);
    }

    #[test]
    fn no_record_passes_for_an_event() {
        let hostile = POST.replace("\"x\"", r#""\",\"kind\":\"account\",\"collection\":\"app.bsky.feed.like\"""#);
        assert_eq!(glance(&hostile), glance(POST));
    }

    proptest! {
        #[test]
        fn the_quick_look_and_the_slow_one_see_the_same(did in "[a-z:\\\\]{0,8}", at in 0..i64::MAX, op in "[a-z]{0,6}", words in "\\PC{0,30}", cut in 0_usize..200) {
            let event = format!(r#"{{"did":"{did}","time_us":{at},"kind":"commit","commit":{{"rev":"3k","operation":"{op}","collection":"c","rkey":"3l","record":{}}}}}"#, serde_json::json!({"text": words}));
            if let Some(seen) = slow(&event) {
                prop_assert_eq!(glance(&event), Some(seen));
            }
            let _ = glance(&event[..event.floor_char_boundary(cut)]);
        }
    }
}
