//! What several tests need.
#![allow(dead_code, reason = "each test takes what it needs")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

pub mod build;

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

/// The bytes of an item: its own, or its range of the file.
pub fn bytes_of<'b>(item: &'b ReadItem, file: &'b [u8]) -> &'b [u8] {
    item.content.as_deref().unwrap_or_else(|| &file[range(item)])
}

/// What became of a file.
#[derive(Debug, Default)]
pub struct Told {
    pub said: Vec<Inbound>,
    /// Reasons for which something is set aside.
    pub refused: Vec<String>,
    /// Reasons for which something is counted and not kept.
    pub passed_over: Vec<String>,
}

impl Told {
    /// The content of the message with this id.
    pub fn of(&self, id: &str) -> &Content {
        content(self.event(id))
    }

    pub fn event(&self, id: &str) -> &Inbound {
        let ids: Vec<&str> = self.said.iter().map(|event| event.key.external_id.as_str()).collect();
        self.said.iter().find(|event| event.key.external_id == id).unwrap_or_else(|| panic!("no {id} among {ids:?}"))
    }

    pub fn ids(&self) -> Vec<&str> {
        self.said.iter().map(|event| event.key.external_id.as_str()).collect()
    }
}

/// What a file becomes, its items' troubles and refusals as their reasons.
pub fn told(format: Format, mapping: &Mapping, bytes: &[u8]) -> Told {
    told_from(format, mapping, bytes, 0)
}

pub fn told_from(format: Format, mapping: &Mapping, bytes: &[u8], start_at: u64) -> Told {
    let mut told = Told::default();
    for one in each(format, mapping, bytes, start_at) {
        match one {
            Ok(events) => told.said.extend(events),
            Err((reason, true)) => told.passed_over.push(reason),
            Err((reason, false)) => told.refused.push(reason),
        }
    }
    told
}

fn each(format: Format, mapping: &Mapping, bytes: &[u8], start_at: u64) -> Vec<Result<Vec<Inbound>, (String, bool)>> {
    let reader = reader(format, mapping, bytes, start_at);
    let hint = reader.hint();
    let import = Import::default();
    let understood = |step: Step| {
        let item = step.map_err(|trouble| (trouble.reason, trouble.passed_over))?;
        let raw = RawItem {
            key: item.offset.to_string(),
            content: RawContent::Memory(Vec::new()),
            received_at: 1_750_000_000_000,
            hint: hint.clone(),
        };
        import.normalise("test", &raw, bytes_of(&item, bytes)).map_err(|error| (error.0, false))
    };
    reader.map(understood).collect()
}

/// What the items of a file become; troubles and refusals as their reasons.
pub fn events(format: Format, mapping: &Mapping, bytes: &[u8]) -> Vec<Result<Inbound, String>> {
    let flat = |one: Result<Vec<Inbound>, (String, bool)>| match one {
        Ok(events) => events.into_iter().map(Ok).collect(),
        Err((reason, _)) => vec![Err(reason)],
    };
    each(format, mapping, bytes, 0).into_iter().flat_map(flat).collect()
}

/// Reading on from each place that the reader names gives what a reader that never stopped gives.
pub fn resumes_everywhere(format: Format, mapping: &Mapping, bytes: &[u8]) {
    let whole = steps(format, mapping, bytes, 0);
    for (number, step) in whole.iter().enumerate() {
        let next = match step {
            Ok(item) => item.next_offset,
            Err(trouble) => trouble.next_offset,
        };
        let rest = steps(format, mapping, bytes, next);
        assert_eq!(rest, whole[number + 1..], "read on from {next}");
    }
}

/// Offsets grow, and each step has one of its own.
pub fn moves_on(format: Format, mapping: &Mapping, bytes: &[u8]) {
    let Ok(mut reader) = open(format, mapping, Cursor::new(bytes.to_vec()), 0) else { return };
    let mut last = 0;
    while let Some(step) = reader.next_item() {
        // What is packed and broken ends as a disk does that fails: the place stays, to go on from.
        if reader.failed() {
            assert!(reader.next_item().is_none());
            return;
        }
        let (offset, next) = match step {
            Ok(item) => (item.offset, item.next_offset),
            Err(trouble) => (trouble.offset, trouble.next_offset),
        };
        assert!(offset >= last && next > offset, "{format}: {last} {offset} {next}");
        last = next;
    }
}

/// Whatever is cut off a file or changed in it, reading it comes to an end, and understanding what it gives never panics.
pub fn survives_damage(format: Format, mapping: &Mapping, bytes: &[u8]) {
    let read = |bytes: &[u8]| {
        moves_on(format, mapping, bytes);
        if open(format, mapping, Cursor::new(bytes.to_vec()), 0).is_ok() {
            let _ = told(format, mapping, bytes);
        }
    };
    let step = (bytes.len() / 150).max(1);
    for end in (0..bytes.len()).step_by(step) {
        read(&bytes[..end]);
    }
    for (at, hostile) in (0..bytes.len()).step_by(step).zip([0u8, 0xff, b'<', b'"', b']', 0x80].iter().cycle()) {
        let mut changed = bytes.to_vec();
        changed[at] = *hostile;
        read(&changed);
    }
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
