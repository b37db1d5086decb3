//! What every connector must keep, on our own fixtures; and what the fixtures say.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::Arc;
use tertulia_connector::{
    Connector,
    conformance::{Carries, Fixture, HOUSE, check, check_hostile, check_house},
};
use tertulia_connector_bluesky::connector;
use tertulia_model::{Content, Direction, Inbound, InboundKind, RawContent, RawItem, Shows, Visibility};

const US: &str = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa";
const KIM: &str = "did:plc:bbbbbbbbbbbbbbbbbbbbbbbb";
const MENTION: &[u8] = include_bytes!("../fixtures/mention.json");
const REPLY: &[u8] = include_bytes!("../fixtures/reply_to_us.json");
const CARD: &[u8] = include_bytes!("../fixtures/link_card.json");
const DELETED: &[u8] = include_bytes!("../fixtures/deleted.json");

fn read(bytes: &[u8]) -> Result<Vec<Inbound>, String> {
    let content = RawContent::Memory(Vec::new());
    let item = RawItem { key: "x".to_owned(), content, received_at: 0, hint: Arc::new(json!({"us": US})) };
    connector().normalise("roastery.test", &item, bytes).map_err(|error| error.to_string())
}

fn created(bytes: &[u8]) -> Content {
    match read(bytes).unwrap().remove(0).kind {
        InboundKind::Created(content) => *content,
        other => panic!("{other:?}"),
    }
}

/// A post of kim's with this record.
fn post(record: &Value) -> Vec<u8> {
    json!({"did": KIM, "time_us": 1, "kind": "commit", "commit": {"rev": "x", "operation": "create",
        "collection": "app.bsky.feed.post", "rkey": "3k", "record": record}})
    .to_string()
    .into_bytes()
}

#[test]
fn the_connector_keeps_what_every_connector_must() {
    let hint = || json!({"us": US});
    let fixtures = [
        Fixture::new("mention", MENTION, hint()),
        Fixture::new("reply_to_us", REPLY, hint()),
        Fixture::new("link_card", CARD, hint()),
        Fixture::new("deleted", DELETED, hint()),
    ];
    check(&connector(), "roastery.test", &fixtures);
}

#[test]
fn hostile_words_are_kept() {
    check_hostile(&connector(), "roastery.test", Carries::Words, |words| {
        let facet = json!({"index": {"byteStart": 3, "byteEnd": words.len() + 9},
            "features": [{"$type": "app.bsky.richtext.facet#link", "uri": "https://x.example"}]});
        let record = json!({"$type": "app.bsky.feed.post", "text": words, "createdAt": words, "facets": [facet]});
        Ok(vec![Fixture::new("post", post(&record), json!({"us": US})).item])
    });
}

#[test]
fn a_mention_is_addressed_to_us_and_its_links_are_whole() {
    let content = created(MENTION);
    assert_eq!(
        content.text,
        "Caf\u{e9} \u{2615} @roastery.test is closed? https://roastery.example/opening/hours/2026 #wien"
    );
    assert_eq!((content.author.space.as_str(), content.author.handle.as_str()), ("bluesky", KIM));
    assert!(
        content.addressed_to_us && content.visibility == Visibility::Public && content.author.display_name.is_none()
    );
    assert_eq!(content.permalink, Some(format!("https://bsky.app/profile/{KIM}/post/3n3ezdlvdxc2m")));
    assert_eq!(content.stated_at, Some(1_795_879_692_237));
    let event = read(MENTION).unwrap().remove(0);
    assert_eq!(
        (event.key.source.as_str(), event.key.external_id),
        ("bluesky", format!("at://{KIM}/app.bsky.feed.post/3n3ezdlvdxc2m"))
    );
}

#[test]
fn an_answer_to_us_stands_in_its_thread_with_what_it_shows() {
    let content = created(REPLY);
    assert!(content.addressed_to_us);
    let other = "at://did:plc:cccccccccccccccccccccccc/app.bsky.feed.post/3n3ezdlvdxc2m".to_owned();
    assert_eq!(content.references, [other, format!("at://{US}/app.bsky.feed.post/3n3ezdlvdxc3m")]);
    assert_eq!(
        content.text,
        format!(
            "Thanks! With picture.\n\n[Picture: A cup in two] https://cdn.bsky.app/img/feed_fullsize/plain/{KIM}/\
             bafkreidlp6sdj6jkroakvmbntpy2clsj77foijheae5byt3iwz7d2k542a@jpeg\n[Picture]\n\
             RE: https://bsky.app/profile/did:plc:cccccccccccccccccccccccc/post/3n3ezdnguw22m\n#hidden tag"
        )
    );
    assert!(content.remarks.iter().any(|remark| remark.contains("graphic-media")), "{:?}", content.remarks);
}

#[test]
fn pictures_and_films_are_shown_and_the_picture_of_a_links_card_is_its_pages() {
    let picture = Shows::IMAGE | Shows::FILE;
    assert_eq!(created(REPLY).shows, picture);
    assert_eq!((created(MENTION).shows, created(CARD).shows), (Shows::default(), Shows::default()));
    let image = json!({"alt": "", "image": {"ref": {"$link": "bafkreidlp6"}}});
    let images = json!({"$type": "app.bsky.embed.images", "images": [image]});
    let card =
        |uri: &str| json!({"$type": "app.bsky.embed.external", "external": {"uri": uri, "title": "x", "thumb": {}}});
    let quote = |media: &Value| json!({"$type": "app.bsky.embed.recordWithMedia", "media": media, "record": {}});
    for (embed, expected) in [
        (images.clone(), picture),
        (json!({"$type": "app.bsky.embed.images", "images": []}), Shows::default()),
        (json!({"$type": "app.bsky.embed.video", "video": {}}), Shows::FILE),
        (json!({"$type": "app.bsky.embed.video", "presentation": "gif"}), picture),
        (card("https://roastery.example/a.html"), Shows::default()),
        (card("https://media.example/dance.gif?hh=300&ww=400"), Shows::IMAGE),
        (quote(&images), picture),
        (quote(&quote(&images)), Shows::default()),
        (json!({"$type": "app.bsky.embed.record", "record": {"uri": "at://x"}}), Shows::default()),
        (json!("no embed"), Shows::default()),
    ] {
        assert_eq!(created(&post(&json!({"text": "x", "embed": embed}))).shows, expected, "{embed}");
    }
}

#[test]
fn an_edit_of_ours_and_a_deletion_are_known_by_their_address() {
    let events = read(CARD).unwrap();
    let [created, Inbound { kind: InboundKind::Edited { revision, content }, .. }] = events.as_slice() else {
        panic!("{events:?}")
    };
    assert_eq!(created.kind, InboundKind::Created(content.clone()), "where it was not kept, it is heard as it stands");
    assert_eq!(content.text, "Our new menu\n\n[Link: Menu] https://roastery.example/menu");
    assert_eq!((content.direction, content.addressed_to_us), (Direction::Ours, false));
    assert!(*revision > 1_795_000_000_000_000, "{revision}");
    let event = read(DELETED).unwrap().remove(0);
    assert_eq!(event.key, read(MENTION).unwrap().remove(0).key);
    assert_eq!(event.kind, InboundKind::Deleted);
}

#[test]
fn an_account_that_was_closed_says_nothing_and_takes_nothing_back() {
    for (kind, status) in [("account", "takendown"), ("account", "deleted"), ("identity", "deactivated")] {
        let event = json!({"did": KIM, "time_us": 1, "kind": kind, kind: {"active": false, "status": status}});
        assert_eq!(read(event.to_string().as_bytes()), Ok(Vec::new()));
    }
    let said = connector().spec().cannot_hear.join("\n");
    assert!(said.contains("gone with their whole account"), "and the ledger says so: {said}");
    let like = String::from_utf8_lossy(MENTION).replace("app.bsky.feed.post\",\"rkey", "app.bsky.feed.like\",\"rkey");
    assert_eq!(read(like.as_bytes()), Ok(Vec::new()));
}

#[test]
fn what_is_no_post_is_refused_with_its_reason() {
    let change = |from: &str, to: &str| String::from_utf8_lossy(MENTION).replacen(from, to, 1).into_bytes();
    for (bytes, why) in [
        (b"{}".to_vec(), "no event"),
        (change("did:plc:bbbb", "did:plc:b b"), "not one of the AT protocol"),
        (change("3n3ezdlvdxc2m", "../../x"), "not one of the AT protocol"),
        (change("\"create\"", "\"moved\""), "moved is nothing"),
        (change("\"record\":{", "\"nothing\":{"), "no record"),
    ] {
        let refused = read(&bytes).unwrap_err();
        assert!(refused.contains(why), "{refused}");
    }
}

#[test]
fn hostile_records_stay_text_and_claim_nothing() {
    let at_us = json!({"index": {"byteStart": 1, "byteEnd": 2}, "features": [{"$type": "app.bsky.richtext.facet#mention", "did": US}]});
    let content = created(&post(&json!({
        "text": "\u{202e}evil\u{200b} <script>alert(1)</script>", "facets": [at_us],
        "createdAt": "+999999-12-31T23:59:59Z", "embed": {"$type": "app.bsky.embed.external", "external": {"uri": "javascript:alert(1)"}},
        "reply": {"root": {"uri": "at://x/app.bsky.feed.post/y"}, "parent": {"uri": format!("at://{KIM}/app.bsky.feed.post/3k")}}
    })));
    assert!(!content.addressed_to_us, "a range inside a character is no mention");
    assert_eq!((content.references.len(), content.stated_at, content.html), (0, None, None));
    assert_eq!(content.text, "\u{202e}evil\u{200b} <script>alert(1)</script>");
    let marks = created(&post(&json!({"text": format!("a{}", "\u{301}".repeat(500_000))})));
    assert!(marks.text.len() <= 64 << 10 && marks.remarks.len() == 1);
    let deep = (0..100).fold(
        json!({"$type": "app.bsky.embed.images", "images": []}),
        |inner, _| json!({"$type": "app.bsky.embed.recordWithMedia", "media": inner, "record": {}}),
    );
    assert_eq!(created(&post(&json!({"text": "x", "embed": deep}))).text, "x");
    assert_eq!(created(&post(&json!({"text": 7, "facets": "no", "embed": [], "reply": 1}))).text, "");
}

proptest! {
    #[test]
    fn no_record_makes_the_reader_panic(text in "[a\u{e9}\u{2615}\u{1f469}\u{200d}\u{301}\u{202e} ]{0,20}", ranges in proptest::collection::vec((any::<i64>(), 0_i64..80), 0..6), word in "\\PC{0,12}") {
        let facets: Vec<Value> = ranges.iter().map(|(start, end)| json!({"index": {"byteStart": start % 80, "byteEnd": end},
            "features": [{"$type": "app.bsky.richtext.facet#link", "uri": format!("https://a.example/{word}")},
                         {"$type": "app.bsky.richtext.facet#mention", "did": US}]})).collect();
        let record = json!({"text": text, "facets": facets, "createdAt": word, "tags": [word], "langs": [word],
            "embed": {"$type": "app.bsky.embed.images", "images": [{"alt": word, "image": {"ref": {"$link": word}}}]},
            "reply": {"root": {"uri": word}, "parent": {"uri": format!("at://{word}/app.bsky.feed.post/{word}")}}});
        let bytes = post(&record);
        prop_assert!(read(&bytes).is_ok());
        prop_assert_eq!(read(&bytes), read(&bytes));
    }
}

#[test]
fn a_server_and_a_stream_whose_names_lead_into_our_house_are_not_asked() {
    let kim = "did:plc:bbbbbbbbbbbbbbbbbbbbbbbb";
    // A name is looked up at the server of accounts; who goes by their DID is heard at once on the stream.
    for handle in ["roastery.example", "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"] {
        let streams = [format!("wss://{HOUSE}/subscribe")];
        let settings = json!({ "service": format!("https://{HOUSE}"), "handle": handle, "streams": streams });
        check_house(&connector(), settings, kim, Some(&format!("at://{kim}/app.bsky.feed.post/3kabc")));
    }
}
