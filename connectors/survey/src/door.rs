//! The door: a program posts answers, or a file is brought whole.

use crate::{
    answer,
    brought::{self, LARGEST, Marks},
    columns::Mapping,
};
use serde_json::json;
use tertulia_connector::{Context, FieldError, ReceiveError, Received, Request, by_hand::Brought, sign, table::Table};
use tertulia_model::{Batch, Unheard};

/// The token for programs.
pub fn token(ctx: &Context) -> Option<String> {
    Some(sign::sign(ctx.secret("door_key")?.reveal().as_bytes(), "answers"))
}

pub async fn receive(ctx: &Context, request: &Request) -> Result<Received, ReceiveError> {
    if request.method != "POST" || !matches!(request.path.as_str(), "/answers" | "/file") {
        return Err(ReceiveError::NotFound);
    }
    let shown = request.bearer().unwrap_or_default();
    if !token(ctx).is_some_and(|token| sign::same(shown, &token)) {
        let reason = "Send this channel's token: Authorization: Bearer … Its page (Test) shows it.";
        return Err(ReceiveError::Unauthorised(reason.to_owned()));
    }
    if request.body.len() > LARGEST {
        let why = format!("{} bytes are too many: bring at most {LARGEST} at once, in parts.", request.body.len());
        return Ok(refused(413, vec![FieldError::new("file", why)]));
    }
    let (mapping, table) = match brought::read(&ctx.settings, &request.body) {
        Ok(read) => read,
        Err(errors) => return Ok(refused(422, errors)),
    };
    Ok(take(ctx, request, mapping, table).await)
}

async fn take(ctx: &Context, request: &Request, mapping: Mapping, table: Table) -> Received {
    let (account, at) = (ctx.account.clone(), request.at);
    let (from, marks) = (answer::mark_of(&request.body), Marks::of(named(request)));
    // A file may be large: others have their turn meanwhile.
    let work = move || brought::take(&account, &mapping, table, &from, marks, at);
    match tokio::task::spawn_blocking(work).await {
        Ok(Brought { batch, report, .. }) => {
            Received { batch, status: 202, body: json!(report), ..Received::default() }
        }
        Err(_) => {
            refused(500, vec![FieldError::new("file", "Reading it failed in a way it should not. Please report it.")])
        }
    }
}

/// What a request is called, for rows that have nothing else.
fn named(request: &Request) -> String {
    let named = request.header("idempotency-key").or(request.header("webhook-id")).filter(|key| !key.is_empty());
    match (named, request.path.as_str()) {
        (Some(named), _) => answer::mark_of(named.as_bytes()),
        (None, "/file") => answer::mark_of(&request.body),
        // A single answer of nobody at no time: the next one that says the same is somebody else's.
        (None, _) => answer::mark_of(format!("{}:{:?}", request.at, request.from).as_bytes()),
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
