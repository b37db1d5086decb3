//! What every connector must keep, as one call from its own tests.

use crate::Connector;
use tertulia_model::{EventKey, Inbound, InboundKind, RawContent, RawItem};

/// A raw item that the connector is known to understand.
pub struct Fixture {
    pub name: &'static str,
    pub item: RawItem,
}

impl Fixture {
    pub fn new(name: &'static str, bytes: impl Into<Vec<u8>>, hint: serde_json::Value) -> Self {
        let item = RawItem {
            key: name.to_owned(),
            content: RawContent::Memory(bytes.into()),
            received_at: 1_750_000_000_000,
            hint: hint.into(),
        };
        Self { name, item }
    }

    fn bytes(&self) -> &[u8] {
        match &self.item.content {
            RawContent::Memory(bytes) => bytes,
            RawContent::Stored(_) => &[],
        }
    }
}

/// Runs the whole kit; panics with a sentence on the first promise that is broken.
pub fn check(connector: &dyn Connector, account: &str, good: &[Fixture]) {
    assert!(!good.is_empty(), "the kit needs at least one good fixture");
    spec_is_complete(connector);
    for fixture in good {
        let first = normalise(connector, account, fixture, fixture.bytes());
        let again = normalise(connector, account, fixture, fixture.bytes());
        assert_eq!(keys(&first), keys(&again), "{}: the same bytes gave other ids", fixture.name);
        assert!(!first.is_empty(), "{}: a good fixture gave no event", fixture.name);
        events_are_sound(fixture.name, &first);
        truncated_and_hostile_bytes_never_panic(connector, account, fixture);
    }
}

fn normalise(connector: &dyn Connector, account: &str, fixture: &Fixture, bytes: &[u8]) -> Vec<Inbound> {
    connector
        .normalise(account, &fixture.item, bytes)
        .unwrap_or_else(|error| panic!("{}: a good fixture was refused: {error}", fixture.name))
}

fn keys(events: &[Inbound]) -> Vec<&EventKey> {
    events.iter().map(|event| &event.key).collect()
}

fn spec_is_complete(connector: &dyn Connector) {
    let spec = connector.spec();
    for (what, text) in [("name", &spec.name), ("title", &spec.title), ("summary", &spec.summary), ("icon", &spec.icon)]
    {
        assert!(!text.is_empty(), "the spec has no {what}");
    }
    let properties = spec.settings_schema.get("properties").and_then(|p| p.as_object());
    let properties = properties.unwrap_or_else(|| panic!("the settings' schema is no object with properties"));
    for (name, schema) in properties {
        assert!(schema.get("title").is_some_and(serde_json::Value::is_string), "the setting {name} has no title");
    }
}

fn events_are_sound(name: &str, events: &[Inbound]) {
    for event in events {
        assert!(!event.key.source.is_empty() && !event.key.external_id.is_empty(), "{name}: an event has no key");
        if let InboundKind::Created(content) | InboundKind::Edited { content, .. } = &event.kind {
            assert!(!content.author.handle.is_empty(), "{name}: a message has no author");
            assert!(!content.references.contains(&event.key.external_id), "{name}: a message answers itself");
        }
    }
}

fn truncated_and_hostile_bytes_never_panic(connector: &dyn Connector, account: &str, fixture: &Fixture) {
    let bytes = fixture.bytes();
    let step = (bytes.len() / 200).max(1);
    for end in (0..bytes.len()).step_by(step) {
        let _ = connector.normalise(account, &fixture.item, &bytes[..end]);
    }
    for (at, hostile) in (0..bytes.len()).step_by(step).zip([0u8, 0xff, b'<', b'"', b'\n', 0x80].iter().cycle()) {
        let mut changed = bytes.to_vec();
        changed[at] = *hostile;
        let _ = connector.normalise(account, &fixture.item, &changed);
    }
    for junk in [&b""[..], b"\0\0\0\0", b"\xff\xfe\xfd", "\u{202e}\u{200b}".as_bytes()] {
        let _ = connector.normalise(account, &fixture.item, junk);
    }
}
