//! A table of answers, whoever brings it: a program at the door, or somebody who is signed in.

use crate::{
    answer::{self, Identity, Kept},
    columns::Mapping,
    settings,
};
use serde_json::{Value, json};
use std::{collections::HashMap, sync::Arc};
use tertulia_connector::{
    FieldError,
    by_hand::{Brought, File, Files},
    table::{self, Row, Table},
};
use tertulia_model::{Batch, Inbound, Millis, RawContent, RawItem};

/// As much as the door is given at all.
pub const LARGEST: usize = 12 << 20;
/// Rows of a sample that are looked at.
const MOST_SHOWN: usize = 100;

pub fn files() -> Files {
    Files {
        summary:
            "A table of answers: CSV, also from a spreadsheet, or a line of JSON each. Its columns are found by their \
                  names, or as the settings below say."
                .to_owned(),
        accept: ".csv,.tsv,.txt,.json,.jsonl,.ndjson,text/csv,application/json".to_owned(),
        bytes: 12_000_000,
    }
}

pub fn read(settings: &Value, body: &[u8]) -> Result<(Mapping, Table), Vec<FieldError>> {
    let table = table::read(body, "answers").map_err(|why| vec![FieldError::new("file", why)])?;
    if table.rows.is_empty() && table.wrong.is_empty() {
        return Err(vec![FieldError::new("file", "There is a heading and nothing below it.")]);
    }
    let mapping = Mapping::read(settings).fitted(&table.columns)?;
    Ok((mapping, table))
}

/// A file that somebody chose: the same file again gives the same answers.
pub fn file(account: &str, settings: &Value, file: &File) -> Result<Brought, Vec<FieldError>> {
    let (mapping, table) = read(settings, &file.bytes)?;
    let named = file.key.as_deref().map_or(&file.bytes[..], str::as_bytes);
    let from = answer::mark_of(&file.bytes);
    Ok(take(account, &mapping, table, &from, Marks::of(answer::mark_of(named)), file.at))
}

/// What a table comes to. `from` names it in Quarantine.
pub fn take(account: &str, mapping: &Mapping, table: Table, from: &str, mut marks: Marks, at: Millis) -> Brought {
    let hint: Arc<Value> = json!(mapping).into();
    let mut brought = Brought::default();
    let mut set_aside: Vec<(usize, String)> = table.wrong.clone();
    let key = |number: usize| format!("row {number} of {from}");
    for row in table.rows {
        let (number, kept) = marks.mark(mapping, row);
        match answer::normalise(account, mapping, &kept) {
            Ok(answers) if answers.is_empty() => brought.report.empty += 1,
            Ok(answers) => brought.report.taken += answers.len(),
            Err(error) => set_aside.push((number, error.to_string())),
        }
        let content = RawContent::Memory(json!(kept).to_string().into_bytes());
        brought.batch.items.push(RawItem { key: key(number), content, received_at: at, hint: hint.clone() });
    }
    let skipped = table.wrong.into_iter().map(|(number, why)| (key(number), why)).collect();
    brought.batch = Batch { skipped, ..brought.batch };
    brought.report.columns.clone_from(&mapping.columns);
    brought.report.name(set_aside);
    brought
}

/// Tells apart rows of nobody that say the same: by how often the same came before in this file, so that the file again,
/// or a longer one, gives the same marks. Where not even a time is said, by the file or the request itself: the same file
/// is known again, another one brings other people.
pub struct Marks {
    seen: HashMap<String, usize>,
    whole: String,
}

impl Marks {
    /// `whole` names the file or the request.
    pub fn of(whole: String) -> Self {
        Self { seen: HashMap::new(), whole }
    }

    fn mark(&mut self, mapping: &Mapping, Row { number, value }: Row) -> (usize, Kept) {
        let mark = match answer::identity(mapping, &value) {
            Identity::Known(_) => String::new(),
            Identity::Anonymous { words, timed } => {
                let before = self.seen.entry(words).or_default();
                let nth = std::mem::replace(before, *before + 1);
                let whole = if timed { "" } else { &self.whole };
                format!("/{whole}/{nth}")
            }
        };
        (number, Kept { row: value, mark })
    }
}

/// What a sample would become, or which settings do not fit it.
pub fn preview(settings: &Value, sample: &[u8]) -> Result<Vec<Inbound>, Vec<FieldError>> {
    let (mapping, table) = read(settings, sample)?;
    let account = settings::account(settings);
    let wrong = |number: usize, why: &str| vec![FieldError::new("file", format!("Row {number}: {why}"))];
    if let Some((number, why)) = table.wrong.first() {
        return Err(wrong(*number, why));
    }
    let mut events = Vec::new();
    for row in table.rows.into_iter().take(MOST_SHOWN) {
        let kept = Kept { mark: format!("/sample/{}", row.number), row: row.value };
        let answers = answer::normalise(&account, &mapping, &kept);
        events.extend(answers.map_err(|error| wrong(row.number, &error.to_string()))?);
    }
    Ok(events)
}
