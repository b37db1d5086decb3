//! What every connector must keep, on our own fixtures; and what the fixtures say.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::Arc;
use tertulia_connector::{
    Connector,
    conformance::{Carries, Fixture, HOUSE, check, check_hostile, check_house},
};
use tertulia_connector_mastodon::connector;
use tertulia_model::{AutoKind, Content, Direction, Inbound, InboundKind, RawContent, RawItem, Shows, Visibility};

const ACCOUNT: &str = "roastery@mastodon.example";

fn hint() -> Value {
    json!({"domain": "mastodon.example", "us": "1", "event": "said"})
}

fn read(bytes: &[u8], hint: Value) -> Result<Vec<Inbound>, String> {
    let content = RawContent::Memory(Vec::new());
    let item = RawItem { key: "x".to_owned(), content, received_at: 0, hint: Arc::new(hint) };
    connector().normalise(ACCOUNT, &item, bytes).map_err(|error| error.to_string())
}

fn only(bytes: &[u8], hint: Value) -> Content {
    match read(bytes, hint).unwrap().remove(0).kind {
        InboundKind::Created(content) => *content,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_connector_keeps_what_every_connector_must() {
    let mut with_parent = hint();
    with_parent["parent"] = "https://social.example/users/kim/statuses/114000000000000001".into();
    let mut edited = hint();
    edited["original"] = json!({"content": "<p>Which is best?</p>", "spoiler_text": "", "media_attachments": []});
    let fixtures = [
        Fixture::new("public", &include_bytes!("../fixtures/public.json")[..], hint()),
        Fixture::new("direct_reply", &include_bytes!("../fixtures/direct_reply.json")[..], hint()),
        Fixture::new("poll_edited", &include_bytes!("../fixtures/poll_edited.json")[..], edited),
        Fixture::new("ours", &include_bytes!("../fixtures/ours.json")[..], with_parent),
    ];
    check(&connector(), ACCOUNT, &fixtures);
}

#[test]
fn hostile_words_are_kept_and_what_is_to_be_run_is_left_out() {
    check_hostile(&connector(), ACCOUNT, Carries::Html, |html| {
        let status = json!({"id": "7", "uri": "https://a.example/7", "content": format!("<p>{html}</p>"),
            "created_at": "2026-03-02T09:00:00Z", "visibility": "public",
            "account": {"id": "9", "acct": "kim@a.example", "display_name": html}});
        Ok(vec![Fixture::new("status", status.to_string(), hint()).item])
    });
}

#[test]
fn a_public_mention_reads_as_its_author_meant_it() {
    let content = only(include_bytes!("../fixtures/public.json"), hint());
    assert_eq!(
        content.text,
        "@roastery the grinder you sold me :blobcat_sad: broke. \
         https://pictures.example/a/very/long/address/of/a/picture.html\n\nWhat now?\n\n\
         [Picture: A grinder without its handle] https://social.example/media/22.png"
    );
    assert_eq!((content.author.handle.as_str(), content.author.space.as_str()), ("kim@social.example", "mastodon"));
    assert_eq!(content.author.display_name.as_deref(), Some("Kim :verified:"));
    assert!(content.addressed_to_us && content.html.is_none() && content.reach == Some(318));
    assert_eq!(content.permalink.as_deref(), Some("https://social.example/@kim/114000000000000001"));
}

#[test]
fn what_its_authors_profile_says_comes_along_and_is_no_reason_not_to_read_it() {
    let status = |account: Value| {
        let mut whole =
            json!({"id": "7", "uri": "https://a.example/7", "content": "<p>Tea?</p>", "visibility": "public"});
        whole["account"] = account;
        only(whole.to_string().as_bytes(), hint()).profile
    };
    let field =
        json!({"name": "Site", "value": "<a href=\"https://kim.example\"><span>https://</span>kim.example</a>"});
    let says = status(json!({"id": "9", "acct": "kim@a.example", "url": "https://a.example/@kim",
        "note": "<p>Tea and<br>code</p>", "fields": [field, {"value": null}]}));
    assert_eq!(says, ["https://a.example/@kim", "Tea and code", "https://kim.example"]);
    let odd = json!({"id": "9", "acct": "kim@a.example", "url": "javascript:x", "note": 7, "fields": {"a": 1}});
    assert_eq!(status(odd), Vec::<String>::new());
}

#[test]
fn a_private_answer_to_us_is_private_and_its_warning_is_its_subject() {
    let content = only(include_bytes!("../fixtures/direct_reply.json"), hint());
    assert_eq!((content.visibility, content.addressed_to_us), (Visibility::Private, true));
    assert_eq!(content.subject.as_deref(), Some("delivery, whining"));
    assert_eq!(content.reach, None);
    assert_eq!(content.remarks, ["It answers a post that is gone, or that this account may not see."]);
    assert!(content.text.starts_with("Danke! <3 "));
}

#[test]
fn an_edited_post_comes_as_it_was_and_as_it_is_now() {
    let bytes = include_bytes!("../fixtures/poll_edited.json");
    let content = only(bytes, hint());
    assert_eq!(
        content.text,
        "Which one is the best? #coffee\n\n- Roastery's\n- Somebody <b>else's</b>\nRE: https://social.example/@kim/9"
    );
    assert_eq!((content.auto, content.author.handle.as_str()), (AutoKind::Bulk, "lee@mastodon.example"));
    let mut known = hint();
    known["event"] = "edited".into();
    let events = read(bytes, known).unwrap();
    assert!(matches!(&events[..], [Inbound { kind: InboundKind::Edited { revision: 1_772_449_500_000, .. }, .. }]));
    let mut unknown = hint();
    unknown["original"] = json!({"content": "<p>Which is best?</p>"});
    let events = read(bytes, unknown).unwrap();
    let InboundKind::Created(first) = &events[0].kind else { panic!("{events:?}") };
    assert!(first.text.starts_with("Which is best?") && matches!(events[1].kind, InboundKind::Edited { .. }));
}

#[test]
fn what_a_post_shows_is_told_by_its_kind_and_an_edit_takes_it_away() {
    assert_eq!(only(include_bytes!("../fixtures/public.json"), hint()).shows, Shows::IMAGE | Shows::FILE);
    let shows = |media: &Value| {
        let post = json!({"id": "1", "uri": "https://a.example/1", "account": {"acct": "kim"}, "content": "<p>x</p>",
            "media_attachments": media});
        only(post.to_string().as_bytes(), hint()).shows
    };
    for (media, expected) in [
        (json!([]), Shows::default()),
        (json!([{"type": "gifv"}]), Shows::IMAGE | Shows::FILE),
        (json!([{"type": "video", "url": "https://a.example/x.png"}]), Shows::FILE),
        (json!([{"type": "audio"}, {"type": "image"}]), Shows::IMAGE | Shows::FILE),
        (json!([{"type": "unknown", "remote_url": "https://a.example/x.JPG?1"}]), Shows::IMAGE | Shows::FILE),
        (json!([{"type": "unknown"}]), Shows::FILE),
    ] {
        assert_eq!(shows(&media), expected, "{media}");
    }
    let mut edited = hint();
    edited["original"] = json!({"content": "<p>Which is best?</p>", "media_attachments": [{"type": "image"}]});
    let events = read(include_bytes!("../fixtures/poll_edited.json"), edited).unwrap();
    let [InboundKind::Created(first), InboundKind::Edited { content: now, .. }] = [&events[0].kind, &events[1].kind]
    else {
        panic!("{events:?}")
    };
    assert_eq!((first.shows, now.shows), (Shows::IMAGE | Shows::FILE, Shows::default()));
}

#[test]
fn our_own_words_are_ours_and_stand_below_what_they_answer() {
    let mut with_parent = hint();
    with_parent["parent"] = "https://social.example/users/kim/statuses/114000000000000001".into();
    let content = only(include_bytes!("../fixtures/ours.json"), with_parent);
    assert_eq!((content.direction, content.addressed_to_us), (Direction::Ours, false));
    assert_eq!(content.references, ["https://social.example/users/kim/statuses/114000000000000001"]);
}

#[test]
fn what_is_no_post_is_refused_with_its_reason() {
    for (bytes, why) in [
        (&br#"{"id":"1","content":"x","account":{"acct":"kim"}}"#[..], "no name"),
        (br#"{"id":"1","uri":"https://a.example/1","content":"x"}"#, "no author"),
        (br#"{"id":"1","uri":"https://a.example/1","account":{"acct":"kim"},"reblog":{"id":"2"}}"#, "boost"),
        (br#"[1,2]"#, "not a post"),
    ] {
        let refused = read(bytes, hint()).unwrap_err();
        assert!(refused.contains(why), "{refused}");
    }
}

#[test]
fn hostile_html_and_a_megabyte_of_combining_marks_stay_text() {
    let post = |content: &str| {
        json!({"id": "1", "uri": "https://a.example/1", "url": "javascript:alert(1)", "visibility": "public",
            "created_at": "9999999-99-99", "account": {"acct": "kim", "display_name": "\u{202e}mik"}, "content": content})
        .to_string()
        .into_bytes()
    };
    let hostile = "<img src=x onerror=alert(1)><script>alert(2)</script><a href='data:text/html,x'>click</a><p>ok</p>";
    let content = only(&post(hostile), hint());
    assert_eq!((content.text.as_str(), content.permalink.as_deref()), ("click\n\nok", Some("https://a.example/1")));
    assert_eq!(content.stated_at, None);
    let marks = format!("<p>a{}</p>", "\u{301}".repeat(600_000));
    let content = only(&post(&marks), hint());
    assert!(content.text.len() <= 1 << 20 && content.remarks.len() == 1, "{:?}", content.remarks);
    let deep = "<blockquote>".repeat(50_000) + "x";
    assert_eq!(only(&post(&deep), hint()).text, ">>>>>>>>>> x");
}

proptest! {
    #[test]
    fn no_status_makes_the_reader_panic(content in "\\PC{0,60}", uri in "[a-z:/.]{0,20}", acct in "\\PC{0,12}", at in "[0-9TZ:.-]{0,24}", kind in "[a-z]{0,8}") {
        let post = json!({"id": "1", "uri": uri, "content": content, "account": {"acct": acct, "id": at}, "created_at": at,
            "edited_at": at, "visibility": kind, "media_attachments": [{"type": kind, "description": content}],
            "poll": {"options": [{"title": content}]}, "mentions": [{"acct": acct}]});
        let bytes = post.to_string().into_bytes();
        prop_assert_eq!(read(&bytes, hint()), read(&bytes, hint()));
    }
}

#[test]
fn a_server_whose_name_leads_into_our_house_is_not_asked() {
    let settings = json!({ "server": format!("https://{HOUSE}"), "handle": "@roastery" });
    let answered = Some("https://social.example/users/kim/statuses/114000000000000001");
    check_house(&connector(), settings, "kim@social.example", answered);
}
