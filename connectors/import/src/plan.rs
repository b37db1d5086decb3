//! A hint made ready: columns found, zone loaded, accounts folded. Made once for a file, used for each of its items.

use crate::{
    format::{Delimiter, Encoding, Format},
    mapping::{Field, Hint, Mapping, TimeFormat},
    plain::ragged,
    rows, text, times,
};
use jiff::tz::TimeZone;
use serde_json::Value;
use std::{borrow::Cow, collections::HashSet};
use tertulia_connector::NormaliseError;
use tertulia_model::{Millis, Visibility};

pub(crate) struct Plan {
    pub(crate) format: Format,
    encoding: Encoding,
    columns: usize,
    /// Where each field stands: a column's number, or a path into an object.
    places: Vec<(Field, usize, Vec<String>)>,
    zone: TimeZone,
    time_format: TimeFormat,
    ours: HashSet<String>,
    /// The same, for whoever wants a list.
    pub(crate) our_accounts: Vec<String>,
    pub(crate) mapping: Mapping,
    /// The source and the space of handles, where the format itself says it.
    pub(crate) platform: Option<&'static str>,
    /// What the file says of all that is in it.
    pub(crate) facts: Value,
}

/// The mapped fields of one row.
#[derive(Debug, Default)]
pub(crate) struct Cells {
    cells: Vec<(Field, String)>,
    pub(crate) remarks: Vec<String>,
}

impl Cells {
    /// What the row says for a field, without white space around; `None` where it says nothing.
    pub(crate) fn get(&self, field: Field) -> Option<&str> {
        self.raw(field).map(str::trim).filter(|text| !text.is_empty())
    }

    /// As it came.
    pub(crate) fn raw(&self, field: Field) -> Option<&str> {
        self.cells.iter().find(|(named, _)| *named == field).map(|(_, text)| text.as_str())
    }

    /// An id. Programs that hold numbers as floats write `3.0` for 3, and `nan` for none.
    pub(crate) fn id(&self, field: Field) -> Option<&str> {
        let id = self.get(field)?;
        let whole = id.strip_suffix(".0").filter(|whole| whole.bytes().all(|byte| byte.is_ascii_digit()));
        let nothing = ["nan", "none", "null", "n/a"].iter().any(|word| id.eq_ignore_ascii_case(word));
        (!nothing).then_some(whole.unwrap_or(id))
    }

    fn remark(&mut self, remark: &str) {
        if !self.remarks.iter().any(|known| known == remark) {
            self.remarks.push(remark.to_owned());
        }
    }
}

impl Plan {
    pub(crate) fn new(hint: &Value) -> Result<Self, NormaliseError> {
        let hint: Hint = serde::Deserialize::deserialize(hint)
            .map_err(|error| NormaliseError(format!("The import's mapping cannot be understood: {error}.")))?;
        let twcs = hint.format == Format::Twcs;
        let mapping = if twcs { Mapping::twcs(&hint.mapping.our_accounts) } else { hint.mapping };
        let zone = TimeZone::get(&mapping.time_zone)
            .map_err(|_| NormaliseError(format!("\"{}\" is no time zone that is known here.", mapping.time_zone)))?;
        let place = |field: Field| {
            let name = mapping.column(field)?;
            let path = std::iter::once(name).chain(name.split('.')).map(str::to_owned).collect();
            let column = hint.columns.iter().position(|column| column == name).unwrap_or(usize::MAX);
            Some((field, column, path))
        };
        let our_accounts: Vec<String> =
            mapping.our_accounts.iter().map(|account| handle(account)).filter(|account| !account.is_empty()).collect();
        Ok(Self {
            format: hint.format,
            encoding: hint.encoding,
            columns: hint.columns.len(),
            places: Field::ALL.into_iter().filter_map(place).collect(),
            zone,
            time_format: mapping.time_format,
            ours: our_accounts.iter().cloned().collect(),
            our_accounts,
            platform: twcs.then_some("twitter"),
            facts: hint.facts,
            mapping,
        })
    }

    /// Our own accounts, folded as [`handle`] folds.
    pub(crate) fn is_ours(&self, account: &str) -> bool {
        self.ours.contains(account)
    }

    pub(crate) fn visibility(&self) -> Visibility {
        self.mapping.visibility
    }

    pub(crate) fn time(&self, text: &str) -> Option<Millis> {
        times::read(text, self.time_format, &self.zone)
    }

    pub(crate) fn cells(&self, bytes: &[u8]) -> Result<Cells, NormaliseError> {
        let mut cells = match self.format {
            Format::Jsonl => self.object_cells(bytes)?,
            Format::Csv(delimiter) => self.row_cells(bytes, delimiter)?,
            // Only tables come here.
            _ => self.row_cells(bytes, Delimiter::Comma)?,
        };
        let nul = cells.cells.iter_mut().filter(|(_, text)| text.contains('\0'));
        let stripped = nul.map(|(_, text)| text.retain(|c| c != '\0')).count();
        if stripped > 0 {
            cells.remark("Null bytes in it were left out.");
        }
        if self.mapping.html_entities {
            for (_, text) in cells.cells.iter_mut().filter(|(field, _)| matches!(field, Field::Text | Field::Subject)) {
                if let Cow::Owned(decoded) = html_escape::decode_html_entities(text.as_str()) {
                    *text = decoded;
                }
            }
        }
        Ok(cells)
    }

    fn row_cells(&self, bytes: &[u8], delimiter: Delimiter) -> Result<Cells, NormaliseError> {
        let (row, remark) = text::decode(bytes, self.encoding);
        let fields = rows::fields(&row, delimiter);
        // As the reader judges it: a row that it set aside is not understood by trying it again.
        let says_more = fields.iter().skip(self.columns).any(|field| !field.trim().is_empty());
        if fields.len() < self.columns || says_more {
            return Err(NormaliseError(ragged(fields.len(), self.columns)));
        }
        let cell = |(field, column, _): &(Field, usize, Vec<String>)| Some((*field, fields.get(*column)?.to_string()));
        let mut cells = Cells { cells: self.places.iter().filter_map(cell).collect(), remarks: Vec::new() };
        if let Some(remark) = remark {
            cells.remark(remark);
        }
        Ok(cells)
    }

    fn object_cells(&self, bytes: &[u8]) -> Result<Cells, NormaliseError> {
        let (line, remark) = text::decode(bytes, self.encoding);
        let object: Value = serde_json::from_str(line.trim_start_matches('\u{feff}').trim())
            .map_err(|error| NormaliseError(format!("This line is not JSON: {error}.")))?;
        if !object.is_object() {
            return Err(NormaliseError("This line is JSON, but not an object in braces.".to_owned()));
        }
        let cell = |(field, _, path): &(Field, usize, Vec<String>)| Some((*field, plain(at(&object, path)?)));
        let mut cells = Cells { cells: self.places.iter().filter_map(cell).collect(), remarks: Vec::new() };
        if let Some(remark) = remark {
            cells.remark(remark);
        }
        Ok(cells)
    }
}

/// The value at a path; `path[0]` is the whole name, for keys that hold a dot themselves.
fn at<'v>(object: &'v Value, path: &[String]) -> Option<&'v Value> {
    if let Some(value) = object.get(path.first()?) {
        return Some(value);
    }
    path[1..].iter().try_fold(object, |value, step| match value {
        Value::Array(list) => list.get(step.parse::<usize>().ok()?),
        other => other.get(step),
    })
}

/// A value as somebody would write it into a table.
pub(crate) fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A handle in its canonical form: no `@` before it, lower case; of "Kim Lee <kim@example.org>" the address.
pub(crate) fn handle(text: &str) -> String {
    let text = with_name(text).map_or(text, |(_, address)| address).trim();
    text.strip_prefix('@').unwrap_or(text).to_lowercase()
}

/// The parts of "Kim Lee <kim@example.org>".
pub(crate) fn with_name(text: &str) -> Option<(&str, &str)> {
    let (name, address) = text.trim().strip_suffix('>')?.rsplit_once('<')?;
    address.contains('@').then_some((name.trim().trim_matches(['"', '\'']), address))
}

/// Whether a handle is a mail address, and so names the same person as mail does.
pub(crate) fn is_mail_address(handle: &str) -> bool {
    let Some((local, host)) = handle.split_once('@') else { return false };
    let fine = |c: char| !c.is_whitespace() && !c.is_control() && !"<>()[],;:\"\\@".contains(c);
    let inner_dot = host.split('.').count() > 1 && host.split('.').all(|label| !label.is_empty());
    !local.is_empty() && inner_dot && local.chars().chain(host.chars()).all(fine)
}
