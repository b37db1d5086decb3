//! The bodies of the fuzz targets for what is read here: whatever the bytes are, none of these panics.

use crate::{
    cursor::Cursor,
    discover::{feeds_of, header_links},
    document::{Read, read},
    item::{self, Item},
    memory::{Marks, Memory},
    sift::sift,
};
use tertulia_connector::{conformance::sound, http::Answer};
use url::Url;

fn at() -> Url {
    Url::parse("https://blog.example/feed").unwrap_or_else(|_| unreachable!("it is an address"))
}

/// RSS, Atom, JSON Feed, or a page that names them.
pub fn feed(bytes: &[u8]) {
    match read(bytes, None, &at()) {
        Read::Feed(document) => {
            let ids = item::ids(&document.entries);
            let marks: Vec<Marks> = document.entries.iter().zip(&ids).map(|(entry, id)| Marks::of(id, entry)).collect();
            let mut memory = Memory::default();
            sift(&mut memory, &document.entries, &marks, None, 1_750_000_000_000);
            assert_eq!(
                Memory::unpack(&memory.pack()).pack(),
                memory.pack(),
                "what was heard is kept as something else"
            );
            for (entry, id) in document.entries.into_iter().zip(ids).take(20) {
                let item = Item {
                    v: 1,
                    id,
                    edited_at: None,
                    site: "blog.example".to_owned(),
                    feed_title: document.title.clone(),
                    is_comment: false,
                    is_our_site: false,
                    answers: Vec::new(),
                    entry,
                };
                let kept = serde_json::to_vec(&item).unwrap_or_default();
                let read = Item::read(&kept).unwrap_or_else(|error| panic!("an item that was kept: {error}"));
                sound("an item", &[read.into_inbound("feed".to_owned())]);
            }
        }
        Read::Page(page) => {
            feeds_of(&answer(&[]), &page, &at());
        }
        Read::Neither(why) => assert!(!why.is_empty()),
    }
}

/// A page and, in its first line, what stood in the headers `Link` and `Content-Type` of its answer.
pub fn discovery(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (header, page) = text.split_once('\n').unwrap_or((&text, ""));
    let answer = answer(&[("link", header)]);
    header_links(&answer, &at());
    feeds_of(&answer, page, &at());
    read(page.as_bytes(), Some(header), &at());
}

fn answer(headers: &[(&str, &str)]) -> Answer {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Answer { status: 200, headers, url: at().to_string(), moved_for_good: false, body: Vec::new(), is_cut: false }
}

/// A hub at our door. The key is known here, so that what is signed is read as well.
pub fn hub(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (path, query) = text.split_once('?').unwrap_or((&text, ""));
    for method in ["GET", "POST"] {
        let mut request = tertulia_connector::conformance::request(method, path, query, bytes);
        request.headers.push(("x-hub-signature".to_owned(), query.chars().take(200).collect()));
        let ctx = tertulia_connector::conformance::context(&crate::connector(), serde_json::json!({}));
        let _ = crate::websub::receive(&ctx, &request);
    }
}

/// A position as it was kept.
pub fn position(bytes: &[u8]) {
    let Ok(kept) = serde_json::from_slice(bytes) else { return };
    let read = Cursor::read(Some(kept), "https://blog.example/");
    assert_eq!(Cursor::read(Some(read.to_value()), "https://blog.example/"), read, "it is kept as another one");
    Memory::unpack(&read.heard).pack();
    read.due(1_750_000_000_000);
}

#[cfg(test)]
mod tests {
    use tertulia_testkit::replay;

    #[test]
    fn the_corpus_of_feeds_is_read() {
        replay("feed", super::feed);
    }

    #[test]
    fn the_corpus_of_pages_that_name_feeds_is_read() {
        replay("discovery", super::discovery);
    }

    #[test]
    fn the_corpus_of_hubs_calls_is_read() {
        replay("hub", super::hub);
    }

    #[test]
    fn the_corpus_of_positions_is_read() {
        replay("position", super::position);
    }
}
