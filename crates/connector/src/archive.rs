//! Archives: files of what was said before, as a connector that reads them offers it.

use serde::Serialize;
use serde_json::Value;
use std::{
    io::{Read, Seek},
    sync::Arc,
};

/// What an archive is read from.
pub trait ArchiveFile: Read + Seek + Send {}
impl<T: Read + Seek + Send> ArchiveFile for T {}

/// Why an archive cannot be read, in a sentence that says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ArchiveError(pub String);

/// What a first look at a file says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Look {
    /// The format's name, to be handed back to [`Archives::open`].
    pub format: String,
    /// What people call it: "Mailbox (mbox)".
    pub title: String,
    /// Whether its columns must be mapped.
    pub needs_mapping: bool,
    pub columns: Vec<String>,
    /// A guess to start from.
    pub mapping: Value,
    /// What somebody should know who imports such a file, in a sentence or two; empty for nothing.
    pub note: String,
}

/// A column that a mapping can name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MappingField {
    pub name: String,
    pub title: String,
    pub required: bool,
}

/// One row as it would be taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PreviewRow {
    pub author: String,
    pub at: Option<tertulia_model::Millis>,
    pub subject: Option<String>,
    pub text: String,
    pub ours: bool,
}

/// Reads archives of one or more formats.
pub trait Archives: Send + Sync {
    /// Tells the format by a file's name and its first bytes.
    fn look(&self, name: &str, first: &[u8]) -> Result<Look, ArchiveError>;

    /// The fields that a mapping may fill, in the order of a form.
    fn fields(&self) -> Vec<MappingField>;

    /// How the first rows would be taken; a row that cannot be read says why.
    fn preview(
        &self,
        format: &str,
        mapping: &Value,
        file: Box<dyn ArchiveFile>,
        most: usize,
    ) -> Vec<Result<PreviewRow, String>>;

    /// Opens a file at 0 or at a `next_offset` that an earlier reader gave.
    fn open(
        &self,
        format: &str,
        mapping: &Value,
        file: Box<dyn ArchiveFile>,
        start_at: u64,
    ) -> Result<Box<dyn ArchiveReader>, ArchiveError>;
}

/// One item: `length` bytes from `offset`; reading on from `next_offset` gives what follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveItem {
    pub offset: u64,
    pub length: u64,
    pub next_offset: u64,
    /// The item's own bytes, where a range of the file is not enough to understand it: the file is packed, or what stands
    /// around the item belongs to it. They are stored as those of a channel are, and the offsets are then no range:
    /// each item has one of its own, and they grow.
    pub content: Option<Vec<u8>>,
}

/// A part of the file that is no item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveTrouble {
    pub at: ArchiveItem,
    pub reason: String,
    /// It is understood and holds nothing that was said (somebody joined, a like): counted with its reason. All other
    /// trouble is set aside.
    pub passed_over: bool,
}

/// Gives a file's items one after another, holding a bounded part of it.
pub trait ArchiveReader: Send {
    fn next_item(&mut self) -> Option<Result<ArchiveItem, ArchiveTrouble>>;

    /// What each item of the file carries to `normalise`.
    fn hint(&self) -> Arc<Value>;

    /// How far offsets go, where that is not the file's length: what a packed file unpacks to.
    fn size(&self) -> Option<u64> {
        None
    }

    /// Whether the file could not be read to its end; the last trouble says why and where to go on.
    fn failed(&self) -> bool;
}
