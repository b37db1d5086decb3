//! What people bring by hand: one entry by a form of the connector's own, or a file with many. Whoever brings it is signed in,
//! and is noted by the engine; what it comes to goes the one way in like everything else, and is durable before it is answered.

use crate::{Context, FieldError};
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use tertulia_model::{Attachment, Author, Batch, EventKey, Millis};

/// Rows named in a report. All of them stand in Quarantine.
pub const MOST_NAMED: usize = 100;

/// A connector to which something can be brought by hand. All of it is local: nothing of the network is asked.
pub trait ByHand: Send + Sync {
    /// The form of one entry.
    fn form(&self) -> Option<&Form> {
        None
    }

    /// What a form comes to that was filled in, or what is wrong at which of its fields.
    fn entry(&self, ctx: &Context, entry: &Entry) -> Result<Brought, Vec<FieldError>> {
        let _ = (ctx, entry);
        Err(vec![FieldError::new("", "This kind of channel takes no entries by hand.")])
    }

    /// What they said later in a conversation that was written down. Only where the form is [`Form::written_down`].
    fn more(&self, ctx: &Context, more: &More) -> Result<Brought, Vec<FieldError>> {
        let _ = (ctx, more);
        Err(vec![FieldError::new("text", "This kind of channel takes no entries by hand.")])
    }

    /// Which files can be brought.
    fn files(&self) -> Option<&Files> {
        None
    }

    /// What a file comes to: the rows that fit are in the batch, those that do not are set aside and named. An error takes
    /// nothing of it.
    fn file(&self, ctx: &Context, file: &File) -> Result<Brought, Vec<FieldError>> {
        let _ = (ctx, file);
        Err(vec![FieldError::new("file", "This kind of channel takes no files.")])
    }
}

/// The form of one entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    /// What one does with it: "Write down a conversation".
    pub title: String,
    pub summary: String,
    /// The lucide icon's name.
    pub icon: String,
    /// JSON Schema of its fields, with the words of a channel's settings. A string of the format `date-time` is a moment on
    /// the reader's clock, and now unless it says otherwise; one of the format `text` has several lines.
    pub schema: Value,
    /// How many files may come along, and bytes of each; 0 where none may.
    pub files: usize,
    pub file_bytes: u64,
    /// Whether its conversations go on by hand: what they say later is written down ([`ByHand::more`]), and so are our
    /// answers, of which nothing leaves (`Connector::send` gives back what it was given).
    pub written_down: bool,
}

/// A form that was filled in.
#[derive(Debug, Clone)]
pub struct Entry {
    /// By the names of the schema; what was left empty is not among them.
    pub values: Map<String, Value>,
    pub files: Vec<Attachment>,
    /// Chosen when the form was drawn: the same form twice is one entry.
    pub key: String,
    /// The time zone of whoever filled it in, by its IANA name; empty where that is not known.
    pub zone: String,
    pub at: Millis,
}

/// What they said later.
#[derive(Debug, Clone)]
pub struct More {
    pub text: String,
    pub files: Vec<Attachment>,
    pub key: String,
    pub at: Millis,
    /// Who said it, as before; none where only we had said something.
    pub author: Option<Author>,
    /// The message of this channel that came last in the conversation.
    pub parent: String,
}

/// Which files can be brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    /// What they are, and what becomes of them, in a sentence or two.
    pub summary: String,
    /// For the browser's choice: ".csv,.jsonl".
    pub accept: String,
    pub bytes: u64,
}

/// A file that was brought.
#[derive(Debug, Clone)]
pub struct File {
    pub name: String,
    pub bytes: bytes::Bytes,
    /// Names this bringing, where a program chose a key for it.
    pub key: Option<String>,
    /// The time zone of whoever brought it, by its IANA name; empty where that is not known.
    pub zone: String,
    pub at: Millis,
}

/// What something brought by hand comes to.
#[derive(Debug, Clone, Default)]
pub struct Brought {
    pub batch: Batch,
    /// For one entry: the message whose conversation is to be shown.
    pub first: Option<EventKey>,
    pub report: Report,
}

/// What became of a file's rows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Report {
    /// How many things that somebody said were taken.
    pub taken: usize,
    /// Rows that said nothing.
    pub empty: usize,
    /// Rows that were set aside, of which the first are named.
    pub set_aside: usize,
    pub rows: Vec<RowTrouble>,
    /// Which column holds what.
    pub columns: BTreeMap<String, String>,
}

/// Why a row was set aside. In a table the heading is row 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RowTrouble {
    pub row: usize,
    pub message: String,
}

impl Report {
    /// Names the rows that were set aside, in their order.
    pub fn name(&mut self, mut troubles: Vec<(usize, String)>) {
        troubles.sort();
        self.set_aside = troubles.len();
        let named = troubles.into_iter().take(MOST_NAMED);
        self.rows = named.map(|(row, message)| RowTrouble { row, message }).collect();
    }
}
