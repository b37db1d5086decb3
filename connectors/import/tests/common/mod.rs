//! What several tests need.
#![allow(dead_code, reason = "each test takes what it needs")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::io::Cursor;
use tertulia_connector::Connector;
use tertulia_connector_import::{Format, Import, Mapping, ReadItem, Reader, Trouble, open};
use tertulia_model::{Content, Inbound, InboundKind, RawContent, RawItem};

pub type Step = Result<ReadItem, Trouble>;

pub fn reader(format: Format, mapping: &Mapping, bytes: &[u8], start_at: u64) -> Reader {
    open(format, mapping, Cursor::new(bytes.to_vec()), start_at).unwrap()
}

pub fn steps(format: Format, mapping: &Mapping, bytes: &[u8], start_at: u64) -> Vec<Step> {
    reader(format, mapping, bytes, start_at).collect()
}

pub fn range(item: &ReadItem) -> std::ops::Range<usize> {
    item.offset as usize..(item.offset + item.length) as usize
}

/// What the items of a file become; troubles and refusals as their reasons.
pub fn events(format: Format, mapping: &Mapping, bytes: &[u8]) -> Vec<Result<Inbound, String>> {
    let reader = reader(format, mapping, bytes, 0);
    let hint = reader.hint();
    let import = Import::default();
    let mut events = Vec::new();
    for step in reader {
        let item = match step {
            Ok(item) => item,
            Err(trouble) => {
                events.push(Err(trouble.reason));
                continue;
            }
        };
        let raw = RawItem {
            key: item.offset.to_string(),
            content: RawContent::Memory(Vec::new()),
            received_at: 1_750_000_000_000,
            hint: hint.clone(),
        };
        match import.normalise("test", &raw, &bytes[range(&item)]) {
            Ok(some) => events.extend(some.into_iter().map(Ok)),
            Err(error) => events.push(Err(error.0)),
        }
    }
    events
}

pub fn content(event: &Inbound) -> &Content {
    match &event.kind {
        InboundKind::Created(content) | InboundKind::Edited { content, .. } => content,
        other => panic!("no message but {other:?}"),
    }
}

/// The messages of a file that must hold no trouble.
pub fn messages(format: Format, mapping: &Mapping, bytes: &[u8]) -> Vec<(String, Content)> {
    let events = events(format, mapping, bytes);
    events
        .into_iter()
        .map(|event| event.unwrap())
        .map(|event| (event.key.external_id.clone(), content(&event).clone()))
        .collect()
}

pub fn mapping(columns: &[(&str, &str)]) -> Mapping {
    let object: serde_json::Map<String, serde_json::Value> =
        columns.iter().map(|(field, column)| ((*field).to_owned(), (*column).into())).collect();
    serde_json::from_value(object.into()).unwrap()
}
