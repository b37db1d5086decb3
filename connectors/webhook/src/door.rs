//! The door: proof, size, shape, and an answer that says what is wrong with which item.

use crate::{
    mapping::{Mapping, source},
    proof, settings,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use tertulia_connector::{Context, FieldError, ReceiveError, Received, Request, fields};
use tertulia_model::{Batch, RawContent, RawItem, Unheard};

const LARGEST: usize = 2 << 20;
const MOST_ITEMS: usize = 1_000;

pub fn receive(ctx: &Context, request: &Request) -> Result<Received, ReceiveError> {
    if request.method != "POST" || request.path != "/in" {
        return Err(ReceiveError::NotFound);
    }
    proof::check(ctx, request)?;
    if request.body.len() > LARGEST {
        let detail = format!("{} bytes are too many: post at most {LARGEST} at once, in parts.", request.body.len());
        return Ok(refused(413, "It is too large.", &detail, &[], 1));
    }
    let items = match items(&ctx.settings, &request.body) {
        Ok(items) => items,
        Err(error) => return Ok(refused(422, "It could not be read.", &error.message, &[(None, error.clone())], 1)),
    };
    let mapping = Mapping::read(&ctx.settings);
    let hint: Arc<Value> = json!(mapping).into();
    let mut batch = Batch::default();
    let (mut ids, mut wrong) = (Vec::new(), Vec::new());
    for (at, item) in items.iter().enumerate() {
        let key = made_up_id(request, item, at);
        match mapping.normalise(&ctx.account, &key, item) {
            Ok(events) => ids.extend(events.into_iter().take(1).map(|event| event.key.external_id)),
            Err(error) => wrong.push((Some(at), FieldError::new("text", error.to_string()))),
        }
        let content = RawContent::Memory(item.to_string().into_bytes());
        batch.items.push(RawItem { key, content, received_at: request.at, hint: hint.clone() });
    }
    if !wrong.is_empty() {
        // All or nothing: what is mended may be posted again as it is, and the rest of it is known then.
        let detail = "Nothing of it was taken. Mend these items, or the channel's fields, and post it again.";
        return Ok(refused(422, "Some items do not fit.", detail, &wrong, wrong.len() as u64));
    }
    Ok(Received { batch, status: 202, body: json!({ "ids": ids }), ..Received::default() })
}

/// The items of a body: the list at the place that was named, a list, or the one object.
pub fn items(settings: &Value, body: &[u8]) -> Result<Vec<Value>, FieldError> {
    if body.len() > LARGEST {
        return Err(FieldError::new("body", format!("{} bytes are too many.", body.len())));
    }
    let body: Value =
        serde_json::from_slice(body).map_err(|error| FieldError::new("body", format!("This is no JSON: {error}.")))?;
    let place = settings::text(settings, "items").unwrap_or_default();
    let list = match (place, &body) {
        ("", Value::Array(list)) => list.clone(),
        ("", _) => vec![body],
        (place, body) => match fields::at(body, place) {
            Some(Value::Array(list)) => list.clone(),
            _ => {
                let has = fields::places(body, 20).join(", ");
                return Err(FieldError::new(
                    "items",
                    format!("There is no list at \u{201c}{place}\u{201d}. It has: {has}."),
                ));
            }
        },
    };
    if list.len() > MOST_ITEMS {
        let message = format!("{} items are too many: post at most {MOST_ITEMS} at once.", list.len());
        return Err(FieldError::new("items", message));
    }
    Ok(list)
}

/// The id of an item that says none. A signed request has an id of its own, the same in each try; else the item's own
/// words are the best there is.
fn made_up_id(request: &Request, item: &Value, at: usize) -> String {
    match request.header("webhook-id").filter(|id| !id.is_empty()) {
        Some(id) => format!("{id}/{at}"),
        None => {
            let hash = Sha256::digest(item.to_string());
            format!("said-{}", URL_SAFE_NO_PAD.encode(&hash[..16]))
        }
    }
}

/// An answer in the manner of RFC 9457; the ledger counts what was turned away.
fn refused(status: u16, title: &str, detail: &str, errors: &[(Option<usize>, FieldError)], count: u64) -> Received {
    let errors: Vec<Value> = errors
        .iter()
        .take(100)
        .map(|(item, error)| json!({ "item": item, "field": error.field, "message": error.message }))
        .collect();
    let counted = [(format!("A sender was refused: {title}"), count)].into();
    let unheard = Unheard { counted, ..Unheard::default() };
    Received {
        batch: Batch { unheard, ..Batch::default() },
        status,
        body: json!({ "title": title, "status": status, "detail": detail, "errors": errors }),
        ..Received::default()
    }
}

/// What a sample would become, or which settings do not fit it.
pub fn preview(settings: &Value, sample: &[u8]) -> Result<Vec<tertulia_model::Inbound>, Vec<FieldError>> {
    let items = items(settings, sample).map_err(|error| vec![error])?;
    let mapping = Mapping::read(settings);
    let misfits = mapping.misfits(&items);
    if !misfits.is_empty() {
        return Err(misfits);
    }
    let account = settings::account(settings);
    let events = items.iter().enumerate().map(|(at, item)| {
        let made_up = format!("{}/sample/{at}", source(&account));
        mapping.normalise(&account, &made_up, item).map_err(|error| vec![FieldError::new("text", error.to_string())])
    });
    events.collect::<Result<Vec<_>, _>>().map(|events| events.into_iter().flatten().collect())
}
