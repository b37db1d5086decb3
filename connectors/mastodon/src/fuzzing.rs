//! The bodies of the fuzz targets for what is read here: whatever the bytes are, none of these panics.

use crate::{connector, cursor::Cursor, sse::Reader, text::plain};
use serde_json::json;
use tertulia_connector::conformance::understood;

/// A status as the API gives it, told of in each way.
pub fn status(bytes: &[u8]) {
    for event in ["said", "edited", "deleted"] {
        let hint = json!({ "us": "1", "event": event, "original": { "content": "<p>first</p>" } });
        understood(&connector(), "shop@m.example", hint, bytes);
    }
}

/// The stream, however its pieces are cut: the first byte says where.
pub fn stream(bytes: &[u8]) {
    let Some((first, stream)) = bytes.split_first() else { return };
    let mut whole = Vec::new();
    Reader::default().take(stream, &mut whole);
    let (mut reader, mut pieces) = (Reader::default(), Vec::new());
    stream.chunks(usize::from(*first) + 1).for_each(|piece| reader.take(piece, &mut pieces));
    assert_eq!(whole, pieces, "another stream in pieces");
}

/// The HTML of a status.
pub fn post(bytes: &[u8]) {
    plain(&String::from_utf8_lossy(bytes));
}

/// A position as it was kept.
pub fn position(bytes: &[u8]) {
    let Ok(kept) = serde_json::from_slice(bytes) else { return };
    let read = Cursor::read(Some(kept));
    assert_eq!(Cursor::read(Some(read.to_value())), read, "it is kept as another one");
}

#[cfg(test)]
mod tests {
    use tertulia_testkit::replay;

    #[test]
    fn the_corpus_of_statuses_is_read() {
        replay("status", super::status);
    }

    #[test]
    fn the_corpus_of_streams_is_read() {
        replay("stream", super::stream);
    }

    #[test]
    fn the_corpus_of_posts_html_is_read() {
        replay("post", super::post);
    }

    #[test]
    fn the_corpus_of_positions_is_read() {
        replay("position", super::position);
    }
}
