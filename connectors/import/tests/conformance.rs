//! The promises that every connector keeps.

mod common;

use tertulia_connector::conformance::{self, Carries, Fixture};
use tertulia_connector_import::{Delimiter, Encoding, Format, Hint, Mapping, connector};

fn hint(format: Format, columns: &[&str], mapping: Mapping) -> serde_json::Value {
    let columns = columns.iter().map(|column| (*column).to_owned()).collect();
    Hint { format, encoding: Encoding::Utf8, columns, mapping, facts: serde_json::Value::Null }.to_value()
}

fn export(format: Format, mapping: Mapping, facts: serde_json::Value) -> serde_json::Value {
    Hint { format, encoding: Encoding::Utf8, columns: Vec::new(), mapping, facts }.to_value()
}

#[test]
fn the_import_keeps_what_every_connector_must_keep() {
    let column = |name: &str| Some(name.to_owned());
    let mapping = Mapping {
        source: "old forum".to_owned(),
        id: column("id"),
        text: column("text"),
        author: column("user.name"),
        time: column("at"),
        parent: column("parent"),
        our_accounts: vec!["Roastery".to_owned(), "hello@roastery.example".to_owned()],
        ..Mapping::default()
    };
    let without_id = Mapping { id: None, ..mapping.clone() };
    let columns = ["id", "user.name", "at", "text", "parent"];
    let tweets =
        ["", "tweet_id", "author_id", "inbound", "created_at", "text", "response_tweet_id", "in_response_to_tweet_id"];
    let csv = Format::Csv(Delimiter::Comma);
    conformance::check(
        &connector(),
        "old forum",
        &[
            Fixture::new(
                "a mail from a list's archive",
                "From kim at example.org  Mon Jan  3 12:00:00 2005\nFrom: kim at example.org (Kim Lee)\n\
                 Date: Mon, 3 Jan 2005 12:00:00 +0000\nSubject: Opening hours\nMessage-ID: <one@example.org>\n\n\
                 Are you open on Sunday?\n>From ten o'clock would do.\n",
                hint(Format::Mbox, &[], mapping.clone()),
            ),
            Fixture::new("a row", "7,ana,2005-01-03,\"Bom dia,\r\nobrigada\",3", hint(csv, &columns, mapping.clone())),
            Fixture::new("a row without an id", ",ana,2005-01-03,Bom dia,", hint(csv, &columns, without_id)),
            Fixture::new(
                "an object",
                "{\"id\":7,\"user\":{\"name\":\"ana\"},\"at\":1104753600,\"text\":\"Bom dia\",\"parent\":null}",
                hint(Format::Jsonl, &[], mapping.clone()),
            ),
            Fixture::new(
                "a tweet",
                "0,7,115712,True,Tue Oct 31 22:11:45 +0000 2017,@Roastery where is my order &amp; the mug?,,6.0",
                hint(Format::Twcs, &tweets, mapping),
            ),
        ],
    );
}

#[test]
fn the_exports_of_platforms_keep_it_too() {
    let ours = Mapping { our_accounts: vec!["roastery@social.example".to_owned()], ..Mapping::default() };
    let record = serde_json::json!({ "$type": "app.bsky.feed.post", "text": "Bom dia, roast.example", "createdAt": "2024-03-01T10:00:00Z",
        "facets": [{ "index": { "byteStart": 9, "byteEnd": 22 }, "features": [{ "$type": "app.bsky.richtext.facet#link", "uri": "https://roast.example" }] }],
        "reply": { "parent": { "uri": "at://did:plc:kim/app.bsky.feed.post/3k" } } });
    let record = [&b"{\"did\":\"did:plc:roastery\",\"rkey\":\"3kaaa\"}\n"[..], &common::build::cbor(&record)].concat();
    conformance::check(
        &connector(),
        "exports",
        &[
            Fixture::new(
                "a post of Mastodon's",
                "{\"type\":\"Create\",\"actor\":\"https://social.example/users/roastery\",\"object\":{\"type\":\"Note\",\
                 \"id\":\"https://social.example/1\",\"content\":\"<p>Bom dia</p>\",\"to\":\"as:Public\",\
                 \"inReplyTo\":\"https://social.example/0\",\"updated\":\"2024-03-01T10:00:00Z\"}}",
                export(Format::Mastodon, ours.clone(), serde_json::Value::Null),
            ),
            Fixture::new(
                "a deletion of Mastodon's",
                "{\"type\":\"Delete\",\"object\":{\"type\":\"Tombstone\",\"id\":\"https://social.example/1\"}}",
                export(Format::Mastodon, ours.clone(), serde_json::Value::Null),
            ),
            Fixture::new(
                "a post of Bluesky's",
                record,
                export(
                    Format::Bluesky,
                    ours.clone(),
                    serde_json::json!({ "did": "did:plc:roastery", "name": "The Roastery" }),
                ),
            ),
            Fixture::new(
                "a message of Slack's",
                "{\"channel\":{\"id\":\"C1\",\"name\":\"general\",\"closed\":false},\"people\":{\"U1\":{\"shown\":\"Kim\"}}}\n\
                 {\"type\":\"message\",\"user\":\"U1\",\"text\":\"<@U1> &amp; <https://x.example|x>\",\"ts\":\"1709287200.000100\",\
                 \"thread_ts\":\"1709287100.000100\",\"edited\":{\"ts\":\"1709287300.0\"}}",
                export(Format::Slack, ours.clone(), serde_json::json!({ "team": "T9" })),
            ),
            Fixture::new(
                "a post of WordPress's",
                "<item><title>Beans</title><guid>https://b.example/?p=1</guid><dc:creator>kim</dc:creator>\
                 <content:encoded><![CDATA[Bom\ndia]]></content:encoded><wp:status>publish</wp:status>",
                export(Format::WordPress, ours.clone(), serde_json::json!({ "site": "https://b.example" })),
            ),
            Fixture::new(
                "a comment of WordPress's",
                "{\"guid\":\"https://b.example/?p=1\",\"link\":\"https://b.example/1\",\"title\":\"Beans\",\"author\":\"kim\",\
                 \"status\":\"publish\"}\n<wp:comment><wp:comment_id>4</wp:comment_id><wp:comment_author>Bo</wp:comment_author>\
                 <wp:comment_content><![CDATA[Obrigado]]></wp:comment_content><wp:comment_parent>3</wp:comment_parent></wp:comment>",
                export(Format::WordPress, ours.clone(), serde_json::json!({ "site": "https://b.example" })),
            ),
            Fixture::new(
                "a post of Discourse's",
                "{\"topic_id\":7,\"post_number\":3,\"reply_to_post_number\":2,\"username\":\"kim\",\"cooked\":\"<p>Bom dia</p>\",\
                 \"version\":2,\"created_at\":\"2024-03-01T10:00:00Z\"}",
                export(Format::Discourse, ours, serde_json::json!({ "title": "Grinding" })),
            ),
        ],
    );
}

#[test]
fn hostile_words_are_kept_or_set_aside_by_plain_archives_and_by_exports() {
    let column = |name: &str| Some(name.to_owned());
    let mapping = Mapping {
        source: "old forum".to_owned(),
        id: column("id"),
        text: column("text"),
        author: column("by"),
        ..Mapping::default()
    };
    conformance::check_hostile(&connector(), "old forum", Carries::Words, |words| {
        let row = serde_json::json!({ "id": 7, "by": words, "text": words }).to_string();
        Ok(vec![Fixture::new("an object", row, hint(Format::Jsonl, &[], mapping.clone())).item])
    });
    conformance::check_hostile(&connector(), "old forum", Carries::Words, |words| {
        let row = format!("7,kim,\"{}\"", words.replace('"', "\"\""));
        let columns = ["id", "by", "text"];
        Ok(vec![Fixture::new("a row", row, hint(Format::Csv(Delimiter::Comma), &columns, mapping.clone())).item])
    });
    conformance::check_hostile(&connector(), "exports", Carries::Html, |html| {
        let post = serde_json::json!({ "topic_id": 7, "post_number": 3, "username": "kim", "cooked": html,
            "created_at": "2024-03-01T10:00:00Z" });
        let hint = export(Format::Discourse, Mapping::default(), serde_json::json!({ "title": "Grinding" }));
        Ok(vec![Fixture::new("a post of Discourse's", post.to_string(), hint).item])
    });
    conformance::check_hostile(&connector(), "exports", Carries::Html, |html| {
        let post = format!(
            "<item><title>Beans</title><guid>https://b.example/?p=1</guid><dc:creator>kim</dc:creator>\
             <content:encoded><![CDATA[{}]]></content:encoded><wp:status>publish</wp:status>",
            html.replace("]]>", "]]]]><![CDATA[>")
        );
        let hint = export(Format::WordPress, Mapping::default(), serde_json::json!({ "site": "https://b.example" }));
        Ok(vec![Fixture::new("a post of WordPress's", post, hint).item])
    });
    conformance::check_hostile(&connector(), "exports", Carries::Words, |words| {
        let message = serde_json::json!({ "type": "message", "user": "U1", "text": words, "ts": "1709287200.000100" });
        let around = r#"{"channel":{"id":"C1","name":"general","closed":false},"people":{"U1":{"shown":"Kim"}}}"#;
        let hint = export(Format::Slack, Mapping::default(), serde_json::json!({ "team": "T9" }));
        Ok(vec![Fixture::new("a message of Slack's", format!("{around}\n{message}"), hint).item])
    });
}
