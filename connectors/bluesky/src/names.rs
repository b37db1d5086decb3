//! Names of the AT protocol: DIDs, record keys, addresses, and record keys that tell time (TID).

use tertulia_model::time_of;

/// The one kind of record that is heard and sent.
pub const POST: &str = "app.bsky.feed.post";

/// A decentralised identifier, in the characters that the protocol allows.
pub fn is_did(text: &str) -> bool {
    let mut parts = text.splitn(3, ':');
    let (scheme, method, rest) = (parts.next(), parts.next(), parts.next());
    let rest_is_good = |rest: &str| {
        let good = |b: u8| b.is_ascii_alphanumeric() || b":._%-".contains(&b);
        !rest.is_empty() && rest.bytes().all(good) && !rest.ends_with([':', '%'])
    };
    text.len() <= 2_048
        && scheme == Some("did")
        && method.is_some_and(|method| !method.is_empty() && method.bytes().all(|b| b.is_ascii_lowercase()))
        && rest.is_some_and(rest_is_good)
}

pub fn is_record_key(text: &str) -> bool {
    let good = |b: u8| b.is_ascii_alphanumeric() || b"._:~-".contains(&b);
    (1..=512).contains(&text.len()) && text.bytes().all(good) && !matches!(text, "." | "..")
}

pub fn post_uri(repo: &str, key: &str) -> String {
    format!("at://{repo}/{POST}/{key}")
}

/// Repository and record key of a post's address.
pub fn parts_of(uri: &str) -> Option<(&str, &str)> {
    let (repo, rest) = uri.strip_prefix("at://")?.split_once('/')?;
    let key = rest.strip_prefix(POST)?.strip_prefix('/')?;
    (!repo.is_empty() && is_record_key(key)).then_some((repo, key))
}

pub fn page_of(uri: &str) -> Option<String> {
    parts_of(uri).map(|(repo, key)| format!("https://bsky.app/profile/{repo}/post/{key}"))
}

const DIGITS: &[u8; 32] = b"234567abcdefghijklmnopqrstuvwxyz";

/// A record key for a message of ours: a TID (53 bits of microseconds, 10 bits that keep makers apart, in a base of 32
/// that sorts), the same each time for the same message. `unique` is one of our ids: 41 bits of milliseconds, 10 bits of
/// node, 12 bits of sequence. The sequence's low bits fill the microseconds, the high ones stand with the node.
pub fn record_key(unique: &str) -> String {
    let id = unique.parse::<i64>().ok().filter(|id| *id >= 0).unwrap_or_else(|| hash(unique));
    let (node, sequence) = ((id >> 12) & 0x3ff, id & 0xfff);
    let micros = time_of(id) * 1_000 + (sequence & 0x1ff);
    let maker = ((sequence >> 9) << 7) | (node & 0x7f);
    tid((micros & ((1 << 53) - 1)) << 10 | maker)
}

fn tid(number: i64) -> String {
    (0..13).rev().map(|digit| char::from(DIGITS[((number >> (digit * 5)) & 31) as usize])).collect()
}

/// The microseconds of a TID.
pub fn micros_of(tid: &str) -> Option<i64> {
    if tid.len() != 13 {
        return None;
    }
    let mut number = 0_i64;
    for byte in tid.bytes() {
        let digit = DIGITS.iter().position(|d| *d == byte)?;
        number = number.checked_mul(32)?.checked_add(i64::try_from(digit).ok()?)?;
    }
    Some(number >> 10)
}

/// FNV-1a, for a text that is none of our ids.
fn hash(text: &str) -> i64 {
    let hash = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    (hash >> 1).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::{collections::HashSet, sync::Arc};
    use tertulia_model::{FixedClock, IdMaker};

    #[test]
    fn a_record_key_is_a_tid_of_its_time_and_each_message_has_its_own() {
        let at = 1_795_879_692_237;
        let maker = IdMaker::new(Arc::new(FixedClock::at(at)), 3, 0);
        let keys: Vec<String> = (0..20_000).map(|_| record_key(&maker.next().to_string())).collect();
        assert_eq!(keys.iter().collect::<HashSet<_>>().len(), keys.len());
        assert_eq!(micros_of(&keys[0]), Some(at * 1_000));
        for key in &keys {
            // The protocol's own pattern.
            let first = key.as_bytes()[0];
            assert!(
                key.len() == 13 && b"234567abcdefghij".contains(&first) && key.bytes().all(|b| DIGITS.contains(&b)),
                "{key}"
            );
        }
        // One that a server made at a known time.
        assert_eq!(micros_of("3n3ezdlvdxc2m").map(|micros| micros / 1_000_000), Some(1_795_879_692));
    }

    #[test]
    fn names_are_told_from_what_only_looks_like_one() {
        assert!(is_did("did:plc:quk7xgeiegc27ig3oahwmpy3") && is_did("did:web:roastery.example"));
        for wrong in
            ["did:plc:", "did:PLC:abc", "did:plc:a b", "plc:abc", "did:plc:a/b", "did:plc:\u{e9}", "did:web:x:"]
        {
            assert!(!is_did(wrong), "{wrong}");
        }
        assert_eq!(parts_of("at://did:plc:a/app.bsky.feed.post/3k"), Some(("did:plc:a", "3k")));
        for wrong in [
            "at://did:plc:a/app.bsky.feed.like/3k",
            "at:///app.bsky.feed.post/3k",
            "https://x",
            "at://a/app.bsky.feed.post/a/b",
        ] {
            assert_eq!(parts_of(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_text_gives_a_key_and_any_key_is_read(text in "\\PC{0,20}") {
            prop_assert_eq!(record_key(&text).len(), 13);
            prop_assert!(is_record_key(&record_key(&text)));
            let _ = micros_of(&text);
        }
    }
}
