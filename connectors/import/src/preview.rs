//! What an import would make of a file's first rows, while somebody still chooses the columns.

use crate::{
    Import,
    format::{Delimiter, Encoding, Format},
    mapping::Mapping,
    plan, reader, rows, text,
    window::Input,
};
use serde::Serialize;
use std::borrow::Cow;
use tertulia_connector::Connector;
use tertulia_model::{Content, Direction, Inbound, InboundKind, Millis, RawContent, RawItem};

/// The reason for an item of which nothing came: the row had no text.
const NOTHING_SAID: &str = "There was no text in it.";

/// The beginning of a file as columns and cells: for [`crate::guess_mapping`] and for showing it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Sample {
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PreviewMessage {
    pub id: String,
    pub author: String,
    pub author_name: Option<String>,
    pub at: Option<Millis>,
    pub subject: Option<String>,
    pub text: String,
    pub answers: Option<String>,
    /// Written by us.
    pub ours: bool,
    pub addressed_to_us: bool,
    pub edited: bool,
    pub deleted: bool,
    pub remarks: Vec<String>,
}

/// How many different keys of JSON objects are offered as columns.
const MOST_KEYS: usize = 300;
/// How many columns of a table are: nobody chooses among more.
const MOST_COLUMNS: usize = 1_000;

/// The columns and the first `most` rows of a table or of JSON lines; nothing for a format that says itself what is what.
pub fn sample(format: Format, bytes: &[u8], most: usize) -> Sample {
    let (encoding, mark) = Encoding::of(bytes);
    let body = &bytes[usize::try_from(mark).unwrap_or(0)..];
    // UTF-8 is decoded row by row, as the import does it: another encoding in one row must not garble the rest.
    let body = match encoding {
        Encoding::Utf8 => Cow::Borrowed(body),
        _ => Cow::Owned(text::decode(body, encoding).0.into_owned().into_bytes()),
    };
    let delimiter = match format {
        Format::Jsonl => return objects(&body, most),
        Format::Csv(delimiter) => delimiter,
        Format::Twcs => Delimiter::Comma,
        _ => return Sample::default(),
    };
    let cells = |row: &[u8]| {
        let (row, _) = text::decode(row, Encoding::Utf8);
        rows::fields(&row, delimiter).iter().take(MOST_COLUMNS).map(|cell| cell.trim().to_owned()).collect()
    };
    let mut table = rows::rows(&body, delimiter).map(cells);
    Sample { columns: table.next().unwrap_or_default(), rows: table.take(most).collect() }
}

fn objects(body: &[u8], most: usize) -> Sample {
    let read = |line: &[u8]| serde_json::from_str::<serde_json::Value>(&text::decode(line, Encoding::Utf8).0).ok();
    let lines = body.split(|byte| *byte == b'\n').filter_map(read);
    let mut leaves: Vec<Vec<(String, String)>> = Vec::new();
    for object in lines.filter(serde_json::Value::is_object).take(most) {
        let mut found = Vec::new();
        collect_leaves(&object, "", &mut found);
        leaves.push(found);
    }
    let mut columns: Vec<String> = Vec::new();
    let mut known = std::collections::HashSet::new();
    for (path, _) in leaves.iter().flatten() {
        if columns.len() < MOST_KEYS && known.insert(path.as_str()) {
            columns.push(path.clone());
        }
    }
    let cell = |row: &[(String, String)], column: &String| {
        row.iter().find(|(path, _)| path == column).map(|(_, text)| text.clone()).unwrap_or_default()
    };
    let rows = leaves.iter().map(|row| columns.iter().map(|column| cell(row, column)).collect()).collect();
    Sample { columns, rows }
}

/// Every value that is no object itself, with its dotted path. Lists are offered whole.
fn collect_leaves(value: &serde_json::Value, path: &str, found: &mut Vec<(String, String)>) {
    match value.as_object() {
        _ if found.len() >= MOST_KEYS => {}
        Some(object) => {
            for (key, value) in object {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                collect_leaves(value, &path, found);
            }
        }
        None => found.push((path.to_owned(), plan::plain(value))),
    }
}

/// What the first `most` items would become; one that cannot be read says why.
pub fn preview(
    format: Format,
    mapping: &Mapping,
    input: impl Input + 'static,
    most: usize,
) -> Vec<Result<PreviewMessage, String>> {
    let mut reader = match reader::open(format, mapping, input, 0) {
        Ok(reader) => reader,
        Err(error) => return vec![Err(error.to_string())],
    };
    let (import, hint) = (Import::default(), reader.hint());
    let mut rows = Vec::new();
    while rows.len() < most {
        match reader.next_item() {
            None => break,
            // Of what says nothing there may be thousands before the first message.
            Some(Err(trouble)) if trouble.passed_over => {}
            Some(Err(trouble)) => rows.push(Err(trouble.reason)),
            Some(Ok(item)) => {
                let raw = RawItem {
                    key: item.offset.to_string(),
                    content: RawContent::Memory(Vec::new()),
                    received_at: 0,
                    hint: hint.clone(),
                };
                match reader.bytes(item) {
                    Ok(bytes) => rows.extend(messages(&import, &raw, &bytes)),
                    Err(error) => rows.push(Err(error.to_string())),
                }
            }
        }
    }
    rows
}

fn messages(import: &Import, item: &RawItem, bytes: &[u8]) -> Vec<Result<PreviewMessage, String>> {
    match import.normalise("preview", item, bytes) {
        Err(error) => vec![Err(error.0)],
        Ok(events) if events.is_empty() => vec![Err(NOTHING_SAID.to_owned())],
        // An edited row gives two events; the last says what the message says now.
        Ok(mut events) => events.pop().map(|event| Ok(message(event))).into_iter().collect(),
    }
}

fn message(event: Inbound) -> PreviewMessage {
    let edited = matches!(event.kind, InboundKind::Edited { .. });
    let id = event.key.external_id;
    match event.kind {
        InboundKind::Created(content) | InboundKind::Edited { content, .. } => from_content(id, *content, edited),
        InboundKind::Deleted | InboundKind::DeletedByHash(_) => PreviewMessage { deleted: true, ..blank(id) },
        InboundKind::Bounced(notice) => PreviewMessage { text: notice.words(), ..blank(id) },
        // No archive tells of these.
        InboundKind::Arrived { .. } | InboundKind::Consent { .. } => blank(id),
    }
}

fn from_content(id: String, content: Content, edited: bool) -> PreviewMessage {
    PreviewMessage {
        id,
        author: content.author.handle,
        author_name: content.author.display_name,
        at: content.stated_at,
        subject: content.subject,
        text: content.text,
        answers: content.references.last().cloned(),
        ours: content.direction == Direction::Ours,
        addressed_to_us: content.addressed_to_us,
        edited,
        deleted: false,
        remarks: content.remarks,
    }
}

fn blank(id: String) -> PreviewMessage {
    PreviewMessage {
        id,
        author: String::new(),
        author_name: None,
        at: None,
        subject: None,
        text: String::new(),
        answers: None,
        ours: false,
        addressed_to_us: false,
        edited: false,
        deleted: false,
        remarks: Vec::new(),
    }
}
