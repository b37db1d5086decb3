//! Names turned into numbers: what a message is called at its source, and its place in time.

use tertulia_model::{EventKey, Inbound, InboundKind, Millis};

/// The first 128 bits of BLAKE3 over source and external id.
pub type SourceKey = [u8; 16];

pub fn source_key(source: &str, external_id: &str) -> SourceKey {
    EventKey::hash(source, external_id)
}

pub fn event_source_key(key: &EventKey) -> SourceKey {
    source_key(&key.source, &key.external_id)
}

/// Of which message an event tells.
pub fn told_of(event: &Inbound) -> SourceKey {
    if let InboundKind::DeletedByHash(hash) = event.kind { hash } else { event_source_key(&event.key) }
}

/// BLAKE3 over what makes a request what it is, each piece with its length before it.
pub fn request_hash(pieces: &[&[u8]]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    for piece in pieces {
        hasher.update(&(piece.len() as u64).to_le_bytes());
        hasher.update(piece);
    }
    *hasher.finalize().as_bytes()
}

/// 63 bits of BLAKE3: tells whether two messages say the same.
pub fn fingerprint(parts: &[&str]) -> i64 {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        for word in part.split_whitespace() {
            hasher.update(word.as_bytes());
            hasher.update(b" ");
        }
        hasher.update(&[0]);
    }
    let mut first = [0; 8];
    first.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
    i64::from_le_bytes(first) & i64::MAX
}

/// The bits of a place that break ties between messages of one millisecond.
const TIE_BITS: u32 = 22;
/// Places count from 1970 in 41 bits of milliseconds, which last until 2039 from zero; from this epoch, until 2060,
/// and e-mail's first years still fit below it as 0.
const PLACE_EPOCH: Millis = 662_688_000_000;

/// A message's place: when it counts as written, then `tie`. Later means larger.
pub fn place(at: Millis, tie: i64) -> i64 {
    ((at - PLACE_EPOCH).clamp(0, (1 << 41) - 1) << TIE_BITS) | (tie & ((1 << TIE_BITS) - 1))
}

/// The lowest place of a message written at `at` or later.
pub fn place_at(at: Millis) -> i64 {
    place(at, 0)
}

/// A place above those of all messages written before `at`. What is older than the epoch shares its first millisecond.
pub fn place_until(at: Millis) -> i64 {
    place_at(at.max(PLACE_EPOCH + 1))
}

/// When a message at this place counts as written; what is older than the epoch, as that.
pub fn time_of_place(place: i64) -> Millis {
    (place >> TIE_BITS) + PLACE_EPOCH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_follow_time_and_then_the_tie() {
        let at = 1_700_000_000_000;
        assert!(place(at, 5) < place(at, 6));
        assert!(place(at, 1 << 21) < place(at + 1, 0));
        assert!(place(31_536_000_000, 0) >= 0, "a mail of 1971 still has a place");
        assert!(place(2_800_000_000_000, 3) > place(at, 0), "and so has one of 2058");
    }

    #[test]
    fn an_end_in_the_first_years_hides_no_message_before_it() {
        assert!(place(400_000_000_000, 77) < place_until(500_000_000_000));
        assert_eq!(place_until(1_700_000_000_000), place_at(1_700_000_000_000));
    }

    #[test]
    fn source_and_id_cannot_be_confused() {
        assert_ne!(source_key("mail", "a"), source_key("mai", "la"));
    }

    #[test]
    fn what_is_known_by_its_hash_is_told_of_as_by_its_name() {
        let key = EventKey { source: "mail".to_owned(), external_id: "a".to_owned() };
        let by_hash = InboundKind::DeletedByHash(EventKey::hash("mail", "a"));
        let other = EventKey { external_id: "-".to_owned(), ..key.clone() };
        assert_eq!(told_of(&Inbound { key: other, kind: by_hash }), event_source_key(&key));
        assert_eq!(told_of(&Inbound { key: key.clone(), kind: InboundKind::Deleted }), event_source_key(&key));
    }

    #[test]
    fn two_requests_are_the_same_only_piece_by_piece() {
        assert_eq!(request_hash(&[b"POST", b"/a"]), request_hash(&[b"POST", b"/a"]));
        assert_ne!(request_hash(&[b"POST", b"/a"]), request_hash(&[b"POST/", b"a"]));
    }

    #[test]
    fn a_fingerprint_ignores_only_white_space() {
        assert_eq!(fingerprint(&["a b", "c"]), fingerprint(&["a\r\n  b ", "c"]));
        assert_ne!(fingerprint(&["a b", "c"]), fingerprint(&["a", "b c"]));
    }
}
