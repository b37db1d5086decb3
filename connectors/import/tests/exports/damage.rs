//! Files that were made to do harm.

use crate::{
    bluesky,
    common::{
        build::{cbor, tar_gz, zip},
        moves_on, reader, told,
    },
    discourse, mastodon, slack, wordpress,
};
use proptest::prelude::*;
use std::io::Cursor;
use tertulia_connector::Connector;
use tertulia_connector_import::{Format, Import, Mapping, open};
use tertulia_model::{RawContent, RawItem};

fn refusal(format: Format, file: &[u8]) -> String {
    open(format, &Mapping::default(), Cursor::new(file.to_vec()), 0).err().unwrap().to_string()
}

#[test]
fn packed_files_that_unpack_to_more_than_anybody_wrote_are_refused_before_they_do() {
    let nothing = vec![b' '; 100 << 20];
    let bomb = zip(&[("users.json", b"[]"), ("general/2024-03-01.json", &nothing)]);
    assert!(refusal(Format::Slack, &bomb).contains("more than 200 times its size"));
    assert!(refusal(Format::Mastodon, &zip(&[("outbox.json", &nothing)])).contains("more than 200 times its size"));
    assert!(refusal(Format::Mastodon, &tar_gz(&[("outbox.json", &nothing)])).contains("more than 200 times its size"));
    let before = tar_gz(&[("media_attachments/files/1.png", &nothing), ("outbox.json", b"[]")]);
    assert!(refusal(Format::Mastodon, &before).contains("more than 200 times its size"));
}

#[test]
fn a_day_that_unpacks_to_more_than_can_be_held_is_set_aside_with_words() {
    // Noise, so that it packs badly and the file as a whole is honest.
    let mut noise = 7u32;
    let noisy: Vec<u8> = (0..(65 << 20))
        .map(|_| {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            b'a' + (noise >> 24) as u8 % 26
        })
        .collect();
    let file = zip(&[
        ("general/2024-03-01.json", &noisy),
        ("general/2024-03-02.json", b"[{\"type\":\"message\",\"user\":\"U1\",\"text\":\"hi\",\"ts\":\"2.1\"}]"),
    ]);
    let told = told(Format::Slack, &Mapping::default(), &file);
    assert_eq!(told.ids(), ["general/2.1"]);
    assert!(told.refused[0].contains("unpacks to more than 64 MB"), "{:?}", told.refused);
}

#[test]
fn json_deeper_than_anybody_nests_it_is_set_aside() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let outbox = format!("{{\"@context\":\"activitystreams\",\"orderedItems\":[{deep},{{\"type\":\"Like\"}}]}}");
    let told_outbox = told(Format::Mastodon, &Mapping::default(), outbox.as_bytes());
    assert!(told_outbox.refused[0].contains("recursion limit"), "{:?}", told_outbox.refused);
    assert_eq!(told_outbox.passed_over.len(), 1, "what stands behind it is read");
    let day = format!("[{{\"type\":\"message\",\"user\":\"U1\",\"ts\":\"1.1\",\"text\":\"x\",\"blocks\":{deep}}}]");
    let told_day = told(Format::Slack, &Mapping::default(), &zip(&[("general/2024-03-01.json", day.as_bytes())]));
    assert!(told_day.refused[0].contains("recursion limit"), "{:?}", told_day.refused);
}

#[test]
fn cbor_deeper_than_anybody_nests_it_is_set_aside() {
    let mut repository = bluesky::example();
    let deep = [vec![0x81; 100_000], vec![0x80]].concat();
    repository.records.insert("app.bsky.feed.post/3kzzz".to_owned(), deep);
    // A list that claims four thousand million entries and holds none.
    repository.records.insert("app.bsky.feed.post/3kzzy".to_owned(), vec![0x9a, 0xff, 0xff, 0xff, 0xff]);
    let told = told(Format::Bluesky, &Mapping::default(), &repository.car());
    assert_eq!(told.refused.iter().filter(|reason| reason.starts_with("This record cannot be read")).count(), 2);
    assert_eq!(told.said.len(), 5, "the others stand");
    assert!(!cbor(&serde_json::json!({})).is_empty());
}

#[test]
fn a_post_of_ten_megabytes_is_set_aside_and_its_neighbours_are_taken() {
    let long = mastodon::note("5", &"x".repeat(10 << 20), serde_json::json!({}));
    let next = mastodon::note("6", "fine", serde_json::json!({}));
    let file = mastodon::outbox(&[mastodon::activity("Create", long), mastodon::activity("Create", next)]);
    for file in [file.clone(), zip(&[("outbox.json", &file)])] {
        let told = told(Format::Mastodon, &Mapping::default(), &file);
        assert_eq!(
            (told.said.len(), told.refused.as_slice()),
            (1, &["This is larger than 8 MB, which no post is.".to_owned()][..])
        );
    }
}

#[test]
fn an_export_imported_twice_or_in_parts_gives_the_same_ids() {
    let lists: [(Format, Vec<u8>); 5] = [
        (Format::Mastodon, mastodon::example()),
        (Format::Bluesky, bluesky::example().car()),
        (Format::Slack, slack::example()),
        (Format::WordPress, wordpress::example()),
        (Format::Discourse, discourse::topic()),
    ];
    for (format, file) in lists {
        let (once, again) = (told(format, &Mapping::default(), &file), told(format, &Mapping::default(), &file));
        assert_eq!(once.said, again.said, "{format}");
        assert!(!once.said.is_empty());
    }
}

const NEW: [Format; 5] = [Format::Mastodon, Format::Bluesky, Format::Slack, Format::WordPress, Format::Discourse];

proptest! {
    #[test]
    fn random_bytes_are_no_export_and_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let import = Import::default();
        for format in NEW {
            moves_on(format, &Mapping::default(), &bytes);
            let hint = serde_json::json!({ "format": format.to_string() });
            let content = RawContent::Memory(Vec::new());
            let raw = RawItem { key: "1".to_owned(), content, received_at: 0, hint: hint.into() };
            let _ = import.normalise("test", &raw, &bytes);
            let placed = [&b"{\"did\":\"did:x\",\"rkey\":\"3k\",\"channel\":{\"id\":\"C\",\"name\":\"c\",\"closed\":false},\"people\":{},\"guid\":\"g\",\"link\":\"\",\"title\":\"\",\"author\":\"\",\"status\":\"\"}\n"[..], &bytes].concat();
            let _ = import.normalise("test", &raw, &placed);
        }
    }

    #[test]
    fn lists_of_json_resume_wherever_they_are_cut(pieces in prop::collection::vec(0..9usize, 0..25)) {
        let words = ["{\"type\":\"Like\"}", ",", "{", "}", "]", "\"a\\\"", "[1,{\"b\":\"]\"}]", " 12", "null"];
        let inside: String = pieces.into_iter().map(|piece| words[piece]).collect();
        let file = format!("{{\"orderedItems\":[{inside}").into_bytes();
        crate::common::resumes_everywhere(Format::Mastodon, &Mapping::default(), &file);
        moves_on(Format::Mastodon, &Mapping::default(), &file);
    }

    #[test]
    fn broken_xml_resumes_like_whole_one(pieces in prop::collection::vec(0..9usize, 0..25)) {
        let words = ["<item>", "</item>", "<wp:comment>", "</wp:comment>", "<![CDATA[", "]]>", "text", "<!--", "-->"];
        let inside: String = pieces.into_iter().map(|piece| words[piece]).collect();
        let file = format!("<rss><channel><link>https://x.example</link>{inside}").into_bytes();
        crate::common::resumes_everywhere(Format::WordPress, &Mapping::default(), &file);
        moves_on(Format::WordPress, &Mapping::default(), &file);
    }
}

#[test]
fn a_reader_says_what_it_reads_by_a_hint_that_can_be_kept() {
    for (format, file) in [(Format::Slack, slack::example()), (Format::Bluesky, bluesky::example().car())] {
        let hint = reader(format, &Mapping::default(), &file, 0).hint();
        let kept: serde_json::Value = serde_json::from_str(&hint.to_string()).unwrap();
        assert_eq!(kept, *hint);
        assert!(hint.to_string().len() < 2_000, "it is kept with each item that is set aside");
    }
}
