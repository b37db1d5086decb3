//! What is said where no program hears it: a phone call, a meeting, a letter, words at the counter. Somebody writes it down.
//!
//! [`note`] is what is kept and what it says, [`sheet`] many of them as a table. Nothing is fetched and nothing leaves.

#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod note;
mod settings;
mod sheet;

use async_trait::async_trait;
use note::Note;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sheet::{Columns, Ids};
use tertulia_connector::{
    Connector, Context, FieldError, NormaliseError, PullError, SendError, Sent,
    by_hand::{Brought, ByHand, Entry, File, Files, Form, More, Report},
    settings::text,
    table,
    times::{self, TimeFormat},
};
use tertulia_model::{Batch, ConnectorSpec, Inbound, Millis, Mode, Outgoing, RawContent, RawItem};

pub fn connector() -> Notes {
    Notes { spec: settings::spec(), form: settings::form(), files: settings::files() }
}

#[derive(Debug)]
pub struct Notes {
    spec: ConnectorSpec,
    form: Form,
    files: Files,
}

#[async_trait]
impl Connector for Notes {
    fn spec(&self) -> &ConnectorSpec {
        &self.spec
    }

    fn check(&self, settings: &Value) -> Vec<FieldError> {
        settings::check(settings)
    }

    fn account(&self, settings: &Value) -> String {
        settings::account(settings)
    }

    fn our_addresses(&self, _settings: &Value) -> Vec<String> {
        Vec::new()
    }

    async fn test(&self, _ctx: &Context) -> Result<Vec<String>, PullError> {
        Ok(vec!["There is nothing to connect to: what you write down is kept here.".to_owned()])
    }

    fn mode(&self) -> Option<Mode> {
        Some(Mode::Offline)
    }

    fn by_hand(&self) -> Option<&dyn ByHand> {
        Some(self)
    }

    fn normalise(&self, account: &str, item: &RawItem, bytes: &[u8]) -> Result<Vec<Inbound>, NormaliseError> {
        if item.hint.get("columns").is_some() {
            let columns = Columns::deserialize(&*item.hint)
                .map_err(|error| NormaliseError(format!("The columns of this table cannot be understood: {error}.")))?;
            return sheet::normalise(&columns, account, bytes, item.received_at);
        }
        let note: Note = serde_json::from_slice(bytes)
            .map_err(|error| NormaliseError(format!("This note cannot be read: {error}.")))?;
        note.normalise(account, item.received_at)
    }

    fn source(&self, account: &str) -> String {
        note::source(account)
    }

    /// What we said is written down; nothing leaves, so nothing can fail or go out twice.
    async fn send(&self, _ctx: &Context, outgoing: &Outgoing) -> Result<Sent, SendError> {
        Ok(Sent { external_id: outgoing.external_id.clone() })
    }
}

impl ByHand for Notes {
    fn form(&self) -> Option<&Form> {
        Some(&self.form)
    }

    fn entry(&self, ctx: &Context, entry: &Entry) -> Result<Brought, Vec<FieldError>> {
        let note = read(ctx, entry)?;
        let open = entry.values.get("open") != Some(&Value::Bool(false));
        brought(&ctx.account, note, entry.at, open)
    }

    fn more(&self, ctx: &Context, more: &More) -> Result<Brought, Vec<FieldError>> {
        let note = Note {
            id: more.key.clone(),
            author: more.author.clone(),
            kind: String::new(),
            at: None,
            they_said: note::said("text", &more.text).map_err(|error| vec![error])?,
            we_said: String::new(),
            language: None,
            answers: Some(more.parent.clone()),
            remarks: Vec::new(),
            files: note::kept_files(&more.files).map_err(|error| vec![error])?,
        };
        if note.is_empty() {
            return Err(vec![FieldError::new("text", "Write something first.")]);
        }
        brought(&ctx.account, note, more.at, true)
    }

    fn files(&self) -> Option<&Files> {
        Some(&self.files)
    }

    fn file(&self, ctx: &Context, file: &File) -> Result<Brought, Vec<FieldError>> {
        let wrong = |message: String| vec![FieldError::new("file", message)];
        if file.bytes.len() as u64 > settings::TABLE_BYTES {
            return Err(wrong("This table is larger than 12 MB. Bring it in parts.".to_owned()));
        }
        let table = table::read(&file.bytes, "notes").map_err(wrong)?;
        if table.rows.is_empty() && table.wrong.is_empty() {
            return Err(wrong("There is a heading and nothing below it.".to_owned()));
        }
        let zone = ctx.text("time_zone").unwrap_or(&file.zone);
        let columns = Columns::find(&table.columns, settings::country(&ctx.settings), zone).map_err(|e| vec![e])?;
        Ok(rows(&ctx.account, &columns, table, file))
    }
}

/// What was filled in, as a note; all that is wrong with it is said at once.
fn read(ctx: &Context, entry: &Entry) -> Result<Note, Vec<FieldError>> {
    let values = Value::Object(entry.values.clone());
    let get = |name: &str| text(&values, name).unwrap_or_default();
    let mut errors = Vec::new();
    let country = settings::country(&ctx.settings);
    let author = sort(&mut errors, note::who(&ctx.account, &entry.key, get("name"), get("contact"), country));
    let at = sort(&mut errors, when(&entry.values, &entry.zone).and_then(|at| note::past(at, entry.at)));
    let they_said = sort(&mut errors, note::said("they_said", get("they_said")));
    let we_said = sort(&mut errors, note::said("we_said", get("we_said")));
    let files = sort(&mut errors, note::kept_files(&entry.files));
    let note = Note {
        id: entry.key.clone(),
        author,
        kind: note::kind_words(get("kind")),
        at: at.flatten(),
        they_said: they_said.unwrap_or_default(),
        we_said: we_said.unwrap_or_default(),
        language: text(&values, "language").map(str::to_lowercase),
        answers: None,
        remarks: Vec::new(),
        files: files.unwrap_or_default(),
    };
    if errors.is_empty() && note.is_empty() {
        errors.push(FieldError::new("they_said", "Write down what they said, or what you said, or add a file."));
    }
    if errors.is_empty() { Ok(note) } else { Err(errors) }
}

fn sort<T>(errors: &mut Vec<FieldError>, read: Result<T, FieldError>) -> Option<T> {
    read.map_err(|error| errors.push(error)).ok()
}

/// Milliseconds from a program, a moment on the writer's clock from a form.
fn when(values: &Map<String, Value>, zone: &str) -> Result<Option<Millis>, FieldError> {
    let zone = times::zone(zone).unwrap_or(jiff::tz::TimeZone::UTC);
    match values.get("when") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(written)) if written.trim().is_empty() => Ok(None),
        Some(Value::Number(at)) if at.is_i64() => Ok(at.as_i64()),
        Some(Value::String(written)) => times::read(written, TimeFormat::Auto, &zone).map(Some).ok_or_else(unreadable),
        Some(_) => Err(unreadable()),
    }
}

fn unreadable() -> FieldError {
    FieldError::new("when", "This time could not be read. Write it as 2025-06-15 10:30.")
}

/// One note on its way in. What was only listened to is history: it is kept, closed, and nobody is notified.
fn brought(account: &str, note: Note, at: Millis, open: bool) -> Result<Brought, Vec<FieldError>> {
    let events = note.normalise(account, at).map_err(|error| vec![FieldError::new("they_said", error.0)])?;
    let item = RawItem {
        key: note.id.clone(),
        content: RawContent::Memory(json!(note).to_string().into_bytes()),
        received_at: at,
        hint: Value::Null.into(),
    };
    Ok(Brought {
        batch: Batch { items: vec![item], history: !open, ..Batch::default() },
        first: Some(note.first(account)),
        report: Report { taken: events.len(), ..Report::default() },
    })
}

fn rows(account: &str, columns: &Columns, table: table::Table, file: &File) -> Brought {
    let hint: std::sync::Arc<Value> = json!(columns).into();
    let from = table::fingerprint(&[&String::from_utf8_lossy(&file.bytes)]);
    let key = |number: usize| format!("row {number} of {from}");
    let mut brought = Brought { batch: Batch { history: true, ..Batch::default() }, ..Brought::default() };
    let mut set_aside = table.wrong.clone();
    let mut ids = Ids::default();
    for row in table.rows {
        if columns.says_nothing(&row.value) {
            brought.report.empty += 1;
            continue;
        }
        let kept = ids.keep(columns, row.value);
        match columns.note(account, &kept, file.at).and_then(|note| note.normalise(account, file.at)) {
            Ok(events) => brought.report.taken += events.len(),
            Err(error) => set_aside.push((row.number, error.0)),
        }
        let content = RawContent::Memory(json!(kept).to_string().into_bytes());
        brought.batch.items.push(RawItem { key: key(row.number), content, received_at: file.at, hint: hint.clone() });
    }
    brought.batch.skipped = table.wrong.into_iter().map(|(number, why)| (key(number), why)).collect();
    brought.report.columns = columns.columns.clone();
    brought.report.name(set_aside);
    brought
}
