//! The readers against bytes that nobody has thought of.

use crate::{
    document::{Document, Read, read},
    item::ids,
};
use proptest::prelude::*;
use url::Url;

fn at() -> Url {
    Url::parse("https://blog.example/feed").unwrap()
}

/// What is promised of whatever was read.
fn is_sound(document: &Document) {
    let ids = ids(&document.entries);
    for (id, entry) in ids.iter().zip(&document.entries) {
        assert!(!id.is_empty() && id.len() <= 500, "{id:?}");
        assert!(entry.title.as_ref().is_none_or(|title| title.chars().count() <= 500 && !title.contains('\n')));
        let addresses = entry.link.iter().chain(&entry.comments_feed).chain(entry.files.iter().map(|file| &file.url));
        assert!(addresses.into_iter().all(|url| url.starts_with("http")), "{entry:?}");
        assert!(!entry.text.contains('\0'));
    }
}

fn sound(bytes: &[u8], media_type: Option<&str>) {
    if let Read::Feed(document) = read(bytes, media_type, &at()) {
        is_sound(&document);
    }
}

const TAGS: [&str; 24] = [
    "<rss version='2.0'>",
    "<channel>",
    "<item>",
    "</item>",
    "<title>",
    "</title>",
    "<guid>",
    "</guid>",
    "<link>",
    "<feed xmlns='http://www.w3.org/2005/Atom'>",
    "<entry>",
    "</entry>",
    "<content type='xhtml'>",
    "</content>",
    "<![CDATA[",
    "]]>",
    "<!--",
    "<link href='//x' rel='replies' type='a/xml'/>",
    "&nbsp;",
    "&#x110000;",
    "&",
    "<thr:in-reply-to ref='javascript:x'/>",
    "<x:y z='1' z='2'>",
    "\u{202e}\u{0}",
];

fn fixtures() -> Vec<Vec<u8>> {
    let folder = format!("{}/fixtures", env!("CARGO_MANIFEST_DIR"));
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    files.map(|path| std::fs::read(path).unwrap()).collect()
}

proptest! {
    #[test]
    fn no_bytes_make_a_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), charset in "[a-z0-9-]{0,12}") {
        sound(&bytes, Some(&format!("text/xml; charset={charset}")));
        sound(&[b"{", bytes.as_slice()].concat(), None);
    }

    #[test]
    fn no_order_of_tags_makes_a_reader_panic(picks in prop::collection::vec(0..TAGS.len(), 0..60), word in ".{0,8}") {
        let text: String = picks.iter().flat_map(|pick| [TAGS[*pick], &word]).collect();
        sound(format!("<rss><channel>{text}").as_bytes(), None);
        sound(text.as_bytes(), None);
    }

    #[test]
    fn feeds_that_were_changed_on_the_way_are_read_as_far_as_they_go(
        which in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), to in any::<prop::sample::Index>(), new in any::<[u8; 3]>(),
    ) {
        let fixtures = fixtures();
        let mut bytes = which.get(&fixtures).clone();
        let (from, to) = (at.index(bytes.len()), to.index(bytes.len()));
        bytes.splice(from.min(to)..(from.min(to) + (to.abs_diff(from) % 7)), new);
        sound(&bytes, None);
        sound(&bytes[..to.min(bytes.len())], None);
    }
}

#[test]
fn hostile_feeds_take_no_more_time_than_others() {
    let started = std::time::Instant::now();
    let (open, many) = ("<a>".repeat(300_000), "x=1 ".repeat(300_000));
    for hostile in [
        format!("<rss><channel><item><title>{open}"),
        format!("<rss><channel>{open}"),
        format!("<rss {many}><channel>"),
        "<rss><channel>".to_owned() + &"<item>".repeat(200_000),
        "<rss><channel>".to_owned() + &"</a>".repeat(300_000),
        "<rss><channel>".to_owned() + &"&amp;".repeat(300_000),
        "<rss xmlns:a='b'>".to_owned() + &"<x xmlns:a='b' a:b='c'>".repeat(50_000),
        "[".repeat(500_000),
        "{\"version\":\"https://jsonfeed.org/version/1\",\"items\":".to_owned() + &"[".repeat(500_000),
    ] {
        sound(hostile.as_bytes(), None);
    }
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}
