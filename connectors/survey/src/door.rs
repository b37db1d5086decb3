//! The door: a program posts answers, or a file is brought whole.

use crate::{
    answer::{self, Identity, Kept},
    columns::Mapping,
    settings,
    table::{self, Row, Table},
};
use serde_json::{Value, json};
use std::{collections::HashMap, sync::Arc};
use tertulia_connector::{Context, FieldError, ReceiveError, Received, Request, sign};
use tertulia_model::{Batch, Inbound, RawContent, RawItem, Unheard};

/// As much as the door is given at all.
const LARGEST: usize = 12 << 20;
/// Rows named in an answer. All of them stand in Quarantine.
const MOST_NAMED: usize = 100;

/// Rows after which others have their turn.
const AT_A_TIME: usize = 200;

/// The token for programs. The key that it is made of opens the door, too: with it this program itself brings a file that
/// somebody signed in has chosen.
pub fn token(ctx: &Context) -> Option<String> {
    Some(sign::sign(ctx.secret("door_key")?.reveal().as_bytes(), "answers"))
}

pub async fn receive(ctx: &Context, request: &Request) -> Result<Received, ReceiveError> {
    if request.method != "POST" || !matches!(request.path.as_str(), "/answers" | "/file") {
        return Err(ReceiveError::NotFound);
    }
    let shown = request.bearer().unwrap_or_default();
    let key = ctx.secret("door_key").map(|key| key.reveal()).unwrap_or_default();
    if !token(ctx).is_some_and(|token| sign::same(shown, &token)) && !sign::same(shown, key) {
        let reason = "Send this channel's token: Authorization: Bearer … Its page (Test) shows it.";
        return Err(ReceiveError::Unauthorised(reason.to_owned()));
    }
    if request.body.len() > LARGEST {
        let why = format!("{} bytes are too many: bring at most {LARGEST} at once, in parts.", request.body.len());
        return Ok(refused(413, vec![FieldError::new("file", why)]));
    }
    let (mapping, table) = match read(&ctx.settings, &request.body) {
        Ok(read) => read,
        Err(errors) => return Ok(refused(422, errors)),
    };
    Ok(take(ctx, request, &mapping, table).await)
}

fn read(settings: &Value, body: &[u8]) -> Result<(Mapping, Table), Vec<FieldError>> {
    let table = table::read(body).map_err(|why| vec![FieldError::new("file", why)])?;
    if table.rows.is_empty() && table.wrong.is_empty() {
        return Err(vec![FieldError::new("file", "There is a heading and nothing below it.")]);
    }
    let mapping = Mapping::read(settings).fitted(&table.columns)?;
    Ok((mapping, table))
}

async fn take(ctx: &Context, request: &Request, mapping: &Mapping, table: Table) -> Received {
    let hint: Arc<Value> = json!(mapping).into();
    let mut batch = Batch::default();
    let mut set_aside: Vec<(usize, String)> = table.wrong.clone();
    let (mut taken, mut empty) = (0usize, 0usize);
    let mut marks = Marks::of(request);
    let from = answer::mark_of(&request.body);
    for (at, row) in table.rows.into_iter().enumerate() {
        if at % AT_A_TIME == AT_A_TIME - 1 {
            tokio::task::yield_now().await;
        }
        let (number, kept) = marks.mark(mapping, row);
        match answer::normalise(&ctx.account, mapping, &kept) {
            Ok(answers) if answers.is_empty() => empty += 1,
            Ok(answers) => taken += answers.len(),
            Err(error) => set_aside.push((number, error.to_string())),
        }
        let content = RawContent::Memory(json!(kept).to_string().into_bytes());
        let key = format!("row {number} of {from}");
        batch.items.push(RawItem { key, content, received_at: request.at, hint: hint.clone() });
    }
    batch.skipped = table.wrong.into_iter().map(|(number, why)| (format!("row {number} of {from}"), why)).collect();
    set_aside.sort();
    let named: Vec<Value> =
        set_aside.iter().take(MOST_NAMED).map(|(row, why)| json!({ "row": row, "message": why })).collect();
    let body = json!({
        "taken": taken, "empty": empty, "set_aside": set_aside.len(), "rows": named, "columns": mapping.columns,
    });
    Received { batch, status: 202, body, ..Received::default() }
}

/// Tells apart rows of nobody that say the same: by how often the same came before in this file, so that the file again,
/// or a longer one, gives the same marks. Where not even a time is said, by the file or the request itself: the same file
/// is known again, another one brings other people.
struct Marks {
    seen: HashMap<String, usize>,
    whole: String,
}

impl Marks {
    fn of(request: &Request) -> Self {
        let named = request.header("idempotency-key").or(request.header("webhook-id")).filter(|key| !key.is_empty());
        let whole = match (named, request.path.as_str()) {
            (Some(named), _) => answer::mark_of(named.as_bytes()),
            (None, "/file") => answer::mark_of(&request.body),
            // A single answer of nobody at no time: the next one that says the same is somebody else's.
            (None, _) => answer::mark_of(format!("{}:{:?}", request.at, request.from).as_bytes()),
        };
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

/// An answer in the manner of RFC 9457; the ledger counts what was turned away.
fn refused(status: u16, errors: Vec<FieldError>) -> Received {
    let title = if status == 413 { "It is too large." } else { "It could not be read as answers." };
    let detail = errors.first().map(|error| error.message.clone()).unwrap_or_default();
    let counted = [(format!("Answers were refused: {title}"), 1)].into();
    Received {
        batch: Batch { unheard: Unheard { counted, ..Unheard::default() }, ..Batch::default() },
        status,
        body: json!({ "title": title, "status": status, "detail": detail, "errors": errors }),
        ..Received::default()
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
    for row in table.rows.into_iter().take(100) {
        let kept = Kept { mark: format!("/sample/{}", row.number), row: row.value };
        let answers = answer::normalise(&account, &mapping, &kept);
        events.extend(answers.map_err(|error| wrong(row.number, &error.to_string()))?);
    }
    Ok(events)
}
