//! From bytes to rows: CSV as programs write it, JSON, or a line of JSON for each. And which column holds what, by what
//! columns are called.

mod rows;

pub use rows::Rows;

use crate::fields;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use unicode_normalization::UnicodeNormalization;

const MOST_ROWS: usize = 100_000;
const MOST_COLUMNS: usize = 2_000;
/// Bytes in one cell. A quotation mark that is never closed swallows the rest of the file.
const LARGEST_CELL: usize = 256 << 10;
/// Rows that say what columns there are, where each row names its own.
const FEW: usize = 200;

/// A row, with the number that a person counts: in a table the heading is row 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub number: usize,
    pub value: Value,
}

#[derive(Debug, Default)]
pub struct Table {
    pub columns: Vec<String>,
    pub rows: Vec<Row>,
    /// Rows that could not be read, and why.
    pub wrong: Vec<(usize, String)>,
}

/// Reads a body. JSON is known by how it begins; an object that holds a list by the name `list` stands for that list.
pub fn read(body: &[u8], list: &str) -> Result<Table, String> {
    // A mark at the beginning tells UTF-16, which spreadsheets write; without one it is UTF-8, or else Windows-1252.
    let (text, encoding, broken) = encoding_rs::UTF_8.decode(body);
    let text = if broken && encoding == encoding_rs::UTF_8 { encoding_rs::WINDOWS_1252.decode(body).0 } else { text };
    let text = text.trim_start();
    if text.is_empty() {
        return Err("There is nothing in it.".to_owned());
    }
    let table = if text.starts_with(['{', '[']) { json(text, list)? } else { csv(text)? };
    if table.rows.len() + table.wrong.len() > MOST_ROWS {
        return Err(format!("It has more than {MOST_ROWS} rows: bring it in parts."));
    }
    Ok(table)
}

/// A name of a column without case, accents and punctuation.
pub fn folded(name: &str) -> String {
    name.nfkd().collect::<String>().to_lowercase().nfkd().filter(|c| c.is_alphanumeric()).take(200).collect()
}

/// What says the same is the same: a short name for these words in this order.
pub fn fingerprint(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    URL_SAFE_NO_PAD.encode(&hash.finalize()[..16])
}

/// The columns of a table that mean nothing yet, each beside its [`folded`] name: folded once, for there may be thousands.
pub struct Free<'a>(Vec<(String, &'a String)>);

impl<'a> Free<'a> {
    pub fn of(columns: impl IntoIterator<Item = &'a String>) -> Self {
        Self(columns.into_iter().map(|column| (folded(column), column)).collect())
    }

    /// Takes the column that is called by one of `names` (words apart by spaces, most telling first, folded).
    pub fn take(&mut self, names: &str) -> Option<String> {
        let place = |name| self.0.iter().position(|(folded, _)| folded == name);
        let at = names.split_whitespace().find_map(place)?;
        Some(self.0.remove(at).1.clone())
    }
}

fn json(text: &str, list: &str) -> Result<Table, String> {
    let mut table = Table::default();
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Array(list)) => {
            for (at, value) in list.into_iter().enumerate() {
                table.add(at + 1, Ok(value));
            }
        }
        Ok(Value::Object(object)) => match object.get(list) {
            Some(Value::Array(rows)) => {
                rows.iter().enumerate().for_each(|(at, value)| table.add(at + 1, Ok(value.clone())));
            }
            _ => table.add(1, Ok(Value::Object(object))),
        },
        // Not one document, so one a line.
        _ => {
            for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
                let read = serde_json::from_str(line).map_err(|error| format!("This is no JSON: {error}."));
                table.add(at + 1, read);
            }
            if table.rows.is_empty() {
                return Err(table.wrong.pop().map_or_else(|| "There is nothing in it.".to_owned(), |(_, why)| why));
            }
        }
    }
    let places = table.rows.iter().take(FEW).flat_map(|row| {
        let own = row.value.as_object().into_iter().flat_map(|object| object.keys().cloned());
        own.chain(fields::places(&row.value, 200)).collect::<Vec<_>>()
    });
    table.columns = places.collect::<BTreeSet<_>>().into_iter().take(MOST_COLUMNS).collect();
    Ok(table)
}

impl Table {
    fn add(&mut self, number: usize, value: Result<Value, String>) {
        match value {
            Ok(value) if value.is_object() => self.rows.push(Row { number, value }),
            Ok(_) => self.wrong.push((number, "A row must be an object in braces.".to_owned())),
            Err(why) => self.wrong.push((number, why)),
        }
    }
}

fn csv(text: &str) -> Result<Table, String> {
    let heading = text.lines().next().unwrap_or_default();
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter(heading))
        .flexible(true)
        .has_headers(true)
        .from_reader(text.as_bytes());
    let headers = reader.headers().map_err(|error| format!("Its heading cannot be read: {error}."))?;
    if headers.len() > MOST_COLUMNS {
        return Err(format!("It has more than {MOST_COLUMNS} columns."));
    }
    let mut table = Table { columns: unique(headers.iter()), ..Table::default() };
    for (at, record) in reader.records().enumerate() {
        let number = at + 2;
        match record {
            Ok(record) if record.iter().all(|cell| cell.trim().is_empty()) => {}
            Ok(record) => match row(&table.columns, &record) {
                Ok(value) => table.rows.push(Row { number, value }),
                Err(why) => table.wrong.push((number, why)),
            },
            Err(error) => table.wrong.push((number, format!("This row cannot be read: {error}."))),
        }
    }
    Ok(table)
}

/// What parts the names of the heading most often, outside of quotation marks.
fn delimiter(heading: &str) -> u8 {
    let mut quoted = false;
    let mut counts = [(b',', 0usize), (b';', 0), (b'\t', 0), (b'|', 0)];
    for byte in heading.bytes() {
        quoted ^= byte == b'"';
        if !quoted && let Some((_, count)) = counts.iter_mut().find(|(delimiter, _)| *delimiter == byte) {
            *count += 1;
        }
    }
    let most = counts.iter().map(|(_, count)| *count).max().unwrap_or(0);
    counts.into_iter().find(|(_, count)| *count == most).map_or(b',', |(delimiter, _)| delimiter)
}

/// A name for each column, also for those that have none or another's.
fn unique<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut unique: Vec<String> = Vec::new();
    let mut known = BTreeSet::new();
    for (at, name) in names.enumerate() {
        let name: String = name.trim().trim_matches('\u{feff}').chars().filter(|c| !c.is_control()).take(200).collect();
        let name = if name.is_empty() { format!("column {}", at + 1) } else { name };
        let name = if known.contains(&name) { format!("{name} ({})", at + 1) } else { name };
        known.insert(name.clone());
        unique.push(name);
    }
    unique
}

fn row(columns: &[String], record: &csv::StringRecord) -> Result<Value, String> {
    let says_more = record.iter().skip(columns.len()).any(|cell| !cell.trim().is_empty());
    if record.len() < columns.len() || says_more {
        return Err(format!(
            "This row has {} cells and the heading {}. Is a comma inside a cell without quotation marks?",
            record.len(),
            columns.len()
        ));
    }
    if record.iter().any(|cell| cell.len() > LARGEST_CELL) {
        let reason = "A cell of this row holds more than 256 KB. Is a quotation mark never closed?";
        return Err(reason.to_owned());
    }
    let said = columns.iter().zip(record.iter()).filter(|(_, cell)| !cell.trim().is_empty());
    let cells: Map<String, Value> = said.map(|(name, cell)| (name.clone(), cell.into())).collect();
    Ok(Value::Object(cells))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn values(body: &[u8]) -> Vec<(usize, Value)> {
        read(body, "answers").unwrap().rows.into_iter().map(|row| (row.number, row.value)).collect()
    }

    #[test]
    fn tables_are_read_as_programs_write_them() {
        let expected = vec![(2, json!({ "nps": "9", "why": "Good; very, good" })), (4, json!({ "nps": "3" }))];
        for body in [
            "nps,why\n9,\"Good; very, good\"\n,\n3,\n",
            "\u{feff}nps;why\r\n9;\"Good; very, good\"\r\n;\r\n3;\r\n",
            "nps\twhy\n9\tGood; very, good\n\t\n3\t\n",
        ] {
            assert_eq!(values(body.as_bytes()), expected, "{body}");
        }
        let utf16: Vec<u8> = "\u{feff}nps\twhy\n9\tSí".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(values(&utf16), [(2, json!({ "nps": "9", "why": "Sí" }))]);
        assert_eq!(values(b"nps;why\n9;Gr\xfc\xdfe"), [(2, json!({ "nps": "9", "why": "Grüße" }))]);
    }

    #[test]
    fn json_is_one_answer_a_list_or_a_line_each() {
        let one = json!({ "score": 9 });
        for body in ["{\"score\":9}", "[{\"score\":9}]", "{\"answers\":[{\"score\":9}]}", "\n{\"score\":9}\n"] {
            assert_eq!(values(body.as_bytes()), [(1, one.clone())], "{body}");
        }
        let lines = read(b"{\"score\":9}\n\n{oops}\n7\n{\"score\":{\"value\":8}}", "answers").unwrap();
        assert_eq!(lines.rows.iter().map(|row| row.number).collect::<Vec<_>>(), [1, 5]);
        assert_eq!(lines.wrong.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [3, 4]);
        assert_eq!(lines.columns, ["score", "score.value"]);
    }

    #[test]
    fn a_row_that_does_not_fit_is_named_and_stops_no_other() {
        let table = read(b"a,b\n1,2\n3\n4,5,6\n7,8,\n", "answers").unwrap();
        assert_eq!(table.rows.iter().map(|row| row.number).collect::<Vec<_>>(), [2, 5]);
        assert_eq!(table.wrong.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [3, 4]);
        assert_eq!(read(b",a,a\n1,2,3", "answers").unwrap().columns, ["column 1", "a", "a (3)"]);
        let unclosed = format!("a,b\n1,\"{}", "x\n".repeat(300_000));
        assert!(read(unclosed.as_bytes(), "answers").unwrap().wrong[0].1.contains("never closed"));
        for empty in [&b""[..], b" \n", b"\xef\xbb\xbf"] {
            assert!(read(empty, "answers").is_err());
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(table) = read(&body, "answers") {
                prop_assert!(table.rows.iter().all(|row| row.value.is_object()));
            }
        }

        #[test]
        fn what_a_program_wrote_is_what_is_read(cells in proptest::collection::vec(("[^\r]{1,12}", "\\PC{1,12}"), 1..8)) {
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.write_record(["score", "comment"]).unwrap();
            let blank = |cell: &str| cell.trim().is_empty();
            for (one, two) in &cells {
                writer.write_record([one, two]).unwrap();
            }
            let table = read(&writer.into_inner().unwrap(), "answers").unwrap();
            let expected: Vec<Value> = cells
                .iter()
                .filter(|(one, two)| !blank(one) || !blank(two))
                .map(|(one, two)| {
                    let cells = [("score", one), ("comment", two)].into_iter().filter(|(_, cell)| !blank(cell));
                    Value::Object(cells.map(|(name, cell)| (name.to_owned(), cell.as_str().into())).collect())
                })
                .collect();
            let read: Vec<Value> = table.rows.into_iter().map(|row| row.value).collect();
            prop_assert_eq!(read, expected);
        }
    }
}
