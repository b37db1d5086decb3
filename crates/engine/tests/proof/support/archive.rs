//! An archive for tests: a line an item, each the JSON of its events. It is found by what it can do, whatever its name.

use super::json::SOURCE;
use async_trait::async_trait;
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader, Seek, SeekFrom},
    sync::Arc,
};
use tertulia_connector::{
    Connector, NormaliseError,
    archive::{
        ArchiveError, ArchiveFile, ArchiveItem, ArchiveReader, ArchiveTrouble, Archives, Look, MappingField, PreviewRow,
    },
};
use tertulia_model::{ConnectorSpec, EchoSafety, Inbound, Limits, RawItem};

pub struct Lines(ConnectorSpec);

impl Default for Lines {
    fn default() -> Self {
        Self(ConnectorSpec {
            name: "lines".to_owned(),
            title: "Lines".to_owned(),
            summary: "Reads what a test wrote down.".to_owned(),
            icon: "folder-input".to_owned(),
            settings_schema: json!({"type": "object"}),
            limits: Limits::NONE,
            echo_safety: EchoSafety::AtMostOnce,
            pulls: false,
            sends: false,
            hosts_visitors: false,
            cannot_hear: Vec::new(),
        })
    }
}

#[async_trait]
impl Connector for Lines {
    fn spec(&self) -> &ConnectorSpec {
        &self.0
    }

    fn account(&self, settings: &Value) -> String {
        settings["name"].as_str().unwrap_or_default().to_owned()
    }

    fn archives(&self) -> Option<&dyn Archives> {
        Some(self)
    }

    fn normalise(&self, _account: &str, _item: &RawItem, bytes: &[u8]) -> Result<Vec<Inbound>, NormaliseError> {
        serde_json::from_slice(bytes).map_err(|error| NormaliseError(format!("Not an event: {error}")))
    }

    fn source(&self, _account: &str) -> String {
        SOURCE.to_owned()
    }
}

impl Archives for Lines {
    fn look(&self, _name: &str, _first: &[u8]) -> Result<Look, ArchiveError> {
        Ok(Look {
            format: "lines".to_owned(),
            title: "Lines".to_owned(),
            needs_mapping: false,
            columns: Vec::new(),
            mapping: Value::Null,
        })
    }

    fn fields(&self) -> Vec<MappingField> {
        Vec::new()
    }

    fn preview(&self, _: &str, _: &Value, _: &[u8], _: bool, _: usize) -> Vec<Result<PreviewRow, String>> {
        Vec::new()
    }

    fn open(
        &self,
        _format: &str,
        _mapping: &Value,
        file: Box<dyn ArchiveFile>,
        start_at: u64,
    ) -> Result<Box<dyn ArchiveReader>, ArchiveError> {
        let mut file = BufReader::new(file);
        file.seek(SeekFrom::Start(start_at)).map_err(|error| ArchiveError(error.to_string()))?;
        Ok(Box::new(LineReader { file, at: start_at }))
    }
}

struct LineReader {
    file: BufReader<Box<dyn ArchiveFile>>,
    at: u64,
}

impl ArchiveReader for LineReader {
    fn next_item(&mut self) -> Option<Result<ArchiveItem, ArchiveTrouble>> {
        let mut line = Vec::new();
        let length = self.file.read_until(b'\n', &mut line).unwrap() as u64;
        let item = ArchiveItem { offset: self.at, length, next_offset: self.at + length };
        self.at += length;
        (length > 0).then_some(Ok(item))
    }

    fn hint(&self) -> Arc<Value> {
        Arc::new(Value::Null)
    }

    fn failed(&self) -> bool {
        false
    }
}
