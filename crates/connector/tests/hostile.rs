//! The kit finds a connector that does harm with hostile words, or loses them.

use serde_json::{Value, json};
use tertulia_connector::{
    Connector, NormaliseError,
    conformance::{Carries, Fixture, check_hostile},
    html::html_to_text,
    readable,
};
use tertulia_model::{
    Author, ConnectorSpec, Content, Direction, EchoSafety, EventKey, Inbound, InboundKind, Limits, RawItem, Visibility,
};

struct Reads {
    spec: ConnectorSpec,
    read: fn(&str) -> Result<String, String>,
}

impl Connector for Reads {
    fn spec(&self) -> &ConnectorSpec {
        &self.spec
    }

    fn account(&self, _settings: &Value) -> String {
        "account".to_owned()
    }

    fn source(&self, account: &str) -> String {
        account.to_owned()
    }

    /// No event where nothing is read.
    fn normalise(&self, account: &str, _: &RawItem, bytes: &[u8]) -> Result<Vec<Inbound>, NormaliseError> {
        let text = (self.read)(&String::from_utf8_lossy(bytes)).map_err(NormaliseError)?;
        if text.is_empty() {
            return Ok(Vec::new());
        }
        let author =
            Author { space: account.to_owned(), handle: "kim".to_owned(), display_name: None, claimed_mail: None };
        let content = Content::said(author, Direction::Theirs, Visibility::Private, text);
        let key = EventKey { source: account.to_owned(), external_id: "1".to_owned() };
        Ok(vec![Inbound { key, kind: InboundKind::Created(Box::new(content)) }])
    }
}

fn run(carries: Carries, read: fn(&str) -> Result<String, String>) {
    let word = || "reads".to_owned();
    let spec = ConnectorSpec {
        name: word(),
        title: word(),
        summary: word(),
        icon: word(),
        settings_schema: json!({}),
        limits: Limits::NONE,
        echo_safety: EchoSafety::AtMostOnce,
        pulls: false,
        sends: false,
        hosts_visitors: false,
        cannot_hear: Vec::new(),
    };
    let reads = Reads { spec, read };
    check_hostile(&reads, "account", carries, |words| Ok(vec![Fixture::new("words", words, json!({})).item]));
}

#[test]
fn one_that_reads_text_as_text_and_html_as_html_passes() {
    run(Carries::Words, |words| Ok(readable(words)));
    run(Carries::Html, |html| Ok(readable(&html_to_text(html))));
    run(
        Carries::Words,
        |words| if words.len() > 10_000 { Err("It is too long.".to_owned()) } else { Ok(words.into()) },
    );
}

#[test]
#[should_panic(expected = "dropped in silence")]
fn one_that_drops_what_is_long_is_found() {
    run(Carries::Words, |words| Ok(if words.len() > 10_000 { String::new() } else { words.to_owned() }));
}

#[test]
#[should_panic(expected = "set aside without a word")]
fn one_that_gives_no_reason_is_found() {
    run(Carries::Words, |_| Err(String::new()));
}

#[test]
#[should_panic(expected = "its last words are lost")]
fn one_that_ends_at_what_looks_like_markup_is_found() {
    run(Carries::Words, |words| Ok(words.split('<').next().unwrap_or_default().to_owned()));
}

#[test]
#[should_panic(expected = "taken for words")]
fn one_that_shows_scripts_is_found() {
    run(Carries::Html, |html| Ok(html.to_owned()));
}

#[test]
#[should_panic(expected = "bytes became")]
fn one_that_blows_words_up_is_found() {
    run(Carries::Words, |words| Ok(words.chars().map(|c| format!("{c}        ")).collect::<String>() + words));
}
