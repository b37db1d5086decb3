//! The bodies of the fuzz targets for what is read here: whatever the bytes are, none of these panics.

use crate::{
    answer::{self, Kept},
    brought,
    columns::Mapping,
};
use serde_json::{Value, json};
use tertulia_connector::{conformance::sound, table};

/// The settings in the first line (which column holds what), a table or JSON below it.
pub fn survey(bytes: &[u8]) {
    let at = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let settings: Value = serde_json::from_slice(&bytes[..at]).unwrap_or_else(|_| json!({}));
    let settings = if settings.is_object() { settings } else { json!({ "name": "Till" }) };
    let _ = brought::preview(&settings, &bytes[at..]);
    let Ok(table) = table::read(&bytes[at..], "answers") else { return };
    let Ok(mapping) = Mapping::read(&settings).fitted(&table.columns) else { return };
    for row in table.rows.into_iter().take(20) {
        let kept = Kept { mark: format!("/{}", row.number), row: row.value };
        if let Ok(answers) = answer::normalise("till", &mapping, &kept) {
            sound("an answer", &answers);
        }
    }
}

#[cfg(test)]
mod tests {
    use tertulia_testkit::replay;

    #[test]
    fn the_corpus_of_tables_is_read() {
        replay("survey", super::survey);
    }
}
