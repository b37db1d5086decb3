//! What the channel asks for, and the form of one note.

use serde_json::{Value, json};
pub use tertulia_connector::settings::text;
use tertulia_connector::{
    FieldError,
    by_hand::{Files, Form},
    times,
};
use tertulia_model::{ConnectorSpec, CountBy, EchoSafety, Limits};

/// Characters of what was said, on either side. More is a document: it goes along as a file.
pub const MOST_CHARACTERS: usize = 100_000;
pub const MOST_FILES: usize = 5;
pub const FILE_BYTES: u64 = 10_000_000;
/// Bytes of a table.
pub const TABLE_BYTES: u64 = 12_000_000;

pub fn spec() -> ConnectorSpec {
    ConnectorSpec {
        name: "notes".to_owned(),
        title: "Notes".to_owned(),
        summary: "A phone call, a meeting, a letter, words at the counter: you write down what was said.".to_owned(),
        icon: "notebook-pen".to_owned(),
        settings_schema: schema(),
        limits: Limits {
            attachments: MOST_FILES,
            attachment_bytes: FILE_BYTES,
            ..Limits::words(MOST_CHARACTERS, CountBy::Characters)
        },
        // Nothing leaves, so a repeat is no second message.
        echo_safety: EchoSafety::ProviderDedup,
        pulls: false,
        sends: true,
        hosts_visitors: false,
        cannot_hear: vec![
            "What nobody writes down is not heard of.".to_owned(),
            "A note is in the words of whoever wrote it, which need not be those that were said.".to_owned(),
        ],
    }
}

fn schema() -> Value {
    json!({
        "type": "object",
        "required": ["place"],
        "properties": {
            "place": {
                "type": "string", "title": "Where it is written down", "default": "Our notes", "maxLength": 60,
                "x-order": 1, "x-at-start": true,
                "description": "\u{201c}At the shop\u{201d}, \u{201c}On the phone\u{201d}: one place is enough for all of it."
            },
            "country_code": {
                "type": "string", "title": "Country code at home", "default": "", "maxLength": 4, "x-order": 2,
                "description": "So that numbers may be written as they are dialled at home (0170\u{2026}): 49 for Germany. \
                    Empty if they are always written with it."
            },
            "time_zone": {
                "type": "string", "title": "Time zone", "default": "", "maxLength": 60, "x-order": 3, "x-advanced": true,
                "description": "Of times in a table that name none: Europe/Lisbon. Empty: that of whoever brings it."
            }
        }
    })
}

pub fn account(settings: &Value) -> String {
    text(settings, "place").unwrap_or("Our notes").to_owned()
}

pub fn check(settings: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let country = country(settings);
    if !country.bytes().all(|byte| byte.is_ascii_digit()) || country.starts_with('0') {
        errors.push(FieldError::new("country_code", "Write digits alone, without a zero before them: 49."));
    }
    if times::zone(text(settings, "time_zone").unwrap_or_default()).is_none() {
        errors.push(FieldError::new("time_zone", "This time zone is not known. Write it as Europe/Lisbon."));
    }
    errors
}

pub fn country(settings: &Value) -> &str {
    text(settings, "country_code").unwrap_or_default().trim_start_matches('+')
}

/// The kinds of talk, and what each is called.
pub const KINDS: [(&str, &str); 4] =
    [("call", "Phone call"), ("meeting", "Meeting"), ("letter", "Letter"), ("counter", "At the counter")];

pub fn form() -> Form {
    let kinds: Vec<&str> = KINDS.iter().map(|(kind, _)| *kind).collect();
    let labels: serde_json::Map<String, Value> =
        KINDS.iter().map(|(kind, words)| ((*kind).to_owned(), (*words).into())).collect();
    Form {
        title: "Write down a conversation".to_owned(),
        summary: "What somebody told you on the phone, in person or by letter. Only what was said is needed. Nothing \
                  is sent."
            .to_owned(),
        icon: "notebook-pen".to_owned(),
        schema: json!({ "type": "object", "properties": {
            "kind": { "type": "string", "title": "What it was", "enum": kinds, "x-labels": labels, "default": "call",
                "x-choices": true, "x-order": 1 },
            "name": { "type": "string", "title": "Who", "maxLength": 200, "x-order": 2 },
            "contact": { "type": "string", "title": "Their phone number or e-mail", "maxLength": 254, "x-order": 3,
                "description": "It finds what they wrote to you before." },
            "when": { "type": "string", "format": "date-time", "title": "When", "x-order": 4 },
            "they_said": { "type": "string", "format": "text", "title": "What they said", "maxLength": MOST_CHARACTERS,
                "x-order": 5 },
            "we_said": { "type": "string", "format": "text", "title": "What we said", "maxLength": MOST_CHARACTERS,
                "x-order": 6 },
            "open": { "type": "boolean", "title": "Open a conversation", "default": true, "x-order": 7,
                "description": "Untick it if you just listened: it is kept, and closed at once." },
            "language": { "type": "string", "title": "Language", "maxLength": 12, "x-order": 8, "x-advanced": true,
                "description": "Two letters such as es. Empty: it is told by the words." }
        }}),
        files: MOST_FILES,
        file_bytes: FILE_BYTES,
        written_down: true,
    }
}

pub fn files() -> Files {
    Files {
        summary: "A table of notes (CSV, also from a spreadsheet, or a line of JSON each) with a column for what they \
                  said or what you said; those for who, phone or e-mail, when and the kind are found by their names. \
                  They are kept as history: closed, and nobody is notified."
            .to_owned(),
        accept: ".csv,.tsv,.txt,.json,.jsonl,.ndjson,text/csv,application/json".to_owned(),
        bytes: TABLE_BYTES,
    }
}
