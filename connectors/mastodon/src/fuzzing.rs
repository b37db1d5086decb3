//! The bodies of the fuzz targets for what is read here: whatever the bytes are, none of these panics.

use crate::{
    api,
    catchup::{self, Source},
    connector,
    cursor::{Cursor, Mark, compare_ids},
    listen,
    sse::Reader,
    text::plain,
};
use serde_json::{json, value::RawValue};
use std::time::Duration;
use tertulia_connector::{conformance::understood, http::Answer};

const NOW: i64 = 1_750_000_000_000;

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

/// A page of each kind of list; in the first line, when the server counts anew, and where it says that it streams.
pub fn list(bytes: &[u8]) {
    let at = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let said = String::from_utf8_lossy(&bytes[..at]);
    let wait = api::pause(&answer(&said), NOW);
    assert!(wait.is_none_or(|wait| wait <= Duration::from_secs(3_600)), "{said:?} is waited for {wait:?}");
    let streams = listen::http_of(&said, "https://m.example");
    assert!(streams.is_none_or(|base| base.starts_with("https://")), "the token would go out in the clear");
    let Ok(page) = serde_json::from_slice::<Box<RawValue>>(&bytes[at..]) else { return };
    let mark = Mark { id: "100".to_owned(), at: NOW };
    let (tag, words) = (Source::Hashtag("tea".to_owned()), Source::Search("tea".to_owned()));
    for source in [Source::Mentions, Source::Own, tag, words] {
        let Ok(entries) = catchup::understood(&source, page.clone()) else { continue };
        let entries = catchup::after(&mark, entries);
        let ids = std::iter::once(&mark.id).chain(entries.iter().map(|entry| &entry.id)).collect::<Vec<_>>();
        assert!(ids.is_sorted_by(|one, next| compare_ids(one, next).is_lt()), "{ids:?}");
    }
}

fn answer(reset: &str) -> Answer {
    Answer {
        status: 429,
        headers: vec![("x-ratelimit-reset".to_owned(), reset.to_owned())],
        url: String::new(),
        moved_for_good: false,
        body: Vec::new(),
        is_cut: false,
    }
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
    fn the_corpus_of_lists_is_read() {
        replay("list", super::list);
    }

    #[test]
    fn the_corpus_of_positions_is_read() {
        replay("position", super::position);
    }
}
