//! The archives that this connector reads, as the contract puts it.

use crate::{
    connector::Import,
    format::Format,
    guess::guess_mapping,
    mapping::{Field, Mapping},
    preview::{preview, sample},
    reader::{self, ReadItem, Reader, Trouble},
    sniff::{Sniffed, sniff},
};
use serde_json::Value;
use std::sync::Arc;
use tertulia_connector::archive::{
    ArchiveError, ArchiveFile, ArchiveItem, ArchiveReader, ArchiveTrouble, Archives, Look, MappingField, PreviewRow,
};

fn format(name: &str) -> Result<Format, ArchiveError> {
    name.parse().map_err(|_| {
        let known: Vec<String> = Format::ALL.iter().map(ToString::to_string).collect();
        ArchiveError(format!("“{name}” is no format that is known here. Known are: {}.", known.join(", ")))
    })
}

fn mapping(value: &Value) -> Result<Mapping, ArchiveError> {
    serde_json::from_value(value.clone()).map_err(|error| ArchiveError(format!("The mapping cannot be read: {error}.")))
}

impl Archives for Import {
    fn look(&self, name: &str, first: &[u8]) -> Result<Look, ArchiveError> {
        let format = match sniff(first, name) {
            Some(Sniffed::Readable(format)) => format,
            Some(Sniffed::Packed(packing)) => {
                let how = packing.how_to_unpack();
                return Err(ArchiveError(format!(
                    "This file is packed. Unpack it first ({how}), then choose the unpacked file."
                )));
            }
            None => {
                let why = "This is no mailbox (mbox), table (CSV), JSON lines file, nor an export of Mastodon, Bluesky, Slack, WordPress or Discourse. Export it in one of these formats and try again.";
                return Err(ArchiveError(why.to_owned()));
            }
        };
        let sample = sample(format, first, usize::MAX);
        let guess =
            if format.needs_mapping() { guess_mapping(&sample.columns, &sample.rows) } else { Mapping::default() };
        Ok(Look {
            format: format.to_string(),
            title: format.title().to_owned(),
            needs_mapping: format.needs_mapping(),
            columns: sample.columns,
            mapping: serde_json::to_value(guess).map_err(|error| ArchiveError(error.to_string()))?,
            note: format.note().to_owned(),
        })
    }

    fn fields(&self) -> Vec<MappingField> {
        let field = |field: &Field| MappingField {
            name: serde_json::to_value(field).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default(),
            title: field.title().to_owned(),
            required: matches!(field, Field::Text),
        };
        Field::ALL.iter().map(field).collect()
    }

    fn preview(
        &self,
        name: &str,
        value: &Value,
        file: Box<dyn ArchiveFile>,
        most: usize,
    ) -> Vec<Result<PreviewRow, String>> {
        let (format, mapping) = match (format(name), mapping(value)) {
            (Ok(format), Ok(mapping)) => (format, mapping),
            (Err(error), _) | (_, Err(error)) => return vec![Err(error.0)],
        };
        let rows = preview(format, &mapping, file, most);
        let row = |message: crate::preview::PreviewMessage| PreviewRow {
            author: message.author_name.unwrap_or(message.author),
            at: message.at,
            subject: message.subject,
            text: message.text,
            ours: message.ours,
        };
        rows.into_iter().map(|one| one.map(row)).collect()
    }

    fn open(
        &self,
        name: &str,
        value: &Value,
        file: Box<dyn ArchiveFile>,
        start_at: u64,
    ) -> Result<Box<dyn ArchiveReader>, ArchiveError> {
        let reader = reader::open(format(name)?, &mapping(value)?, file, start_at);
        Ok(Box::new(reader.map_err(|error| ArchiveError(error.to_string()))?))
    }
}

impl ArchiveReader for Reader {
    fn next_item(&mut self) -> Option<Result<ArchiveItem, ArchiveTrouble>> {
        Some(match Self::next_item(self)? {
            Ok(ReadItem { offset, length, next_offset, content }) => {
                Ok(ArchiveItem { offset, length, next_offset, content })
            }
            Err(Trouble { offset, length, next_offset, reason, passed_over, content }) => {
                let at = ArchiveItem { offset, length, next_offset, content };
                Err(ArchiveTrouble { at, reason, passed_over })
            }
        })
    }

    fn hint(&self) -> Arc<Value> {
        Self::hint(self)
    }

    fn size(&self) -> Option<u64> {
        Self::size(self)
    }

    fn failed(&self) -> bool {
        Self::failed(self)
    }
}
