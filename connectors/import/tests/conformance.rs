//! The promises that every connector keeps.

use tertulia_connector::conformance::{self, Fixture};
use tertulia_connector_import::{Delimiter, Encoding, Format, Hint, Mapping, connector};

fn hint(format: Format, columns: &[&str], mapping: Mapping) -> serde_json::Value {
    let columns = columns.iter().map(|column| (*column).to_owned()).collect();
    Hint { format, encoding: Encoding::Utf8, columns, mapping }.to_value()
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
