//! The door: proof, size, shape, and an answer that says what is wrong with which item.

use crate::{
    mapping::{Mapping, source},
    proof, settings,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
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
    let named = named(ctx, request);
    for (at, item) in items.iter().enumerate() {
        let key = format!("{named}/{at}");
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

/// What a request is called, for items that have no id: as its sender calls it, the same in each try. Without such a name it
/// is something new, whatever it says: two people may say the same.
fn named(ctx: &Context, request: &Request) -> String {
    let mut names = ["webhook-id", "idempotency-key"].into_iter().filter_map(|header| request.header(header));
    names.find(|name| !name.is_empty()).map(str::to_owned).unwrap_or_else(|| {
        let mut name = [0; 16];
        ctx.chance.fill(&mut name);
        format!("post-{}", URL_SAFE_NO_PAD.encode(name))
    })
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
