//! The door: what the gateway brings.

use crate::{
    gather, kannel, pieces,
    said::{Brought, Hint, Text},
    settings::{self, Gateway},
    twilio,
    wish::Wish,
};
use serde_json::{Value, json};
use tertulia_connector::{Context, ReceiveError, Received, Request};
use tertulia_model::{Batch, RawContent, RawItem};

/// Of 255 parts, the most that can be joined, each byte escaped, and some room.
const LARGEST: usize = 256 << 10;

pub fn receive(ctx: &Context, request: &Request) -> Result<Received, ReceiveError> {
    match (settings::gateway(&ctx.settings), request.method.as_str(), request.path.as_str()) {
        (Gateway::Kannel, _, "/in") => kannel_text(ctx, request),
        (Gateway::Kannel, _, "/report") => {
            let report = kannel::report(ctx, request)?;
            let key = format!("report:{}", report.id);
            Ok(quiet(keep(ctx, request, key, &Brought::Report(report))?))
        }
        (Gateway::Twilio, "POST", "/in") => twilio_text(ctx, request),
        (Gateway::Twilio, "POST", "/status") => {
            let report = twilio::report(request, &twilio::form(ctx, request)?)?;
            let key = format!("report:{}", report.id);
            Ok(quiet(keep(ctx, request, key, &Brought::Report(report))?))
        }
        _ => Err(ReceiveError::NotFound),
    }
}

/// An empty answer, and `max-messages = 0`: Kannel sends nothing back by itself.
fn kannel_text(ctx: &Context, request: &Request) -> Result<Received, ReceiveError> {
    kannel::admits(ctx, request, "in")?;
    if let Some(batch) = too_large(request) {
        return Ok(quiet(batch));
    }
    let (text, udh) = kannel::text(request);
    if text.id.is_empty() || text.from.is_empty() {
        let reason = "The address lacks from=%p or id=%I. Copy it whole from the channel's page (Test).";
        return Err(ReceiveError::Invalid(reason.to_owned()));
    }
    let hint = hint(&ctx.settings);
    if let Some(joint) = pieces::joint(&udh) {
        let gathered = gather::part(text, joint, hint, request.at).into_iter().collect();
        return Ok(quiet(Batch { gathered, ..Batch::default() }));
    }
    let key = text.id.clone();
    Ok(quiet(keep(ctx, request, key, &Brought::Text(text))?))
}

fn twilio_text(ctx: &Context, request: &Request) -> Result<Received, ReceiveError> {
    let form = twilio::form(ctx, request)?;
    let no_reply = |batch| Received {
        batch,
        status: 200,
        plain: Some(("text/xml; charset=utf-8", twilio::NO_REPLY.to_vec())),
        ..Received::default()
    };
    if let Some(batch) = too_large(request) {
        return Ok(no_reply(batch));
    }
    let text: Text = twilio::text(&form);
    if text.id.is_empty() {
        return Err(ReceiveError::Invalid("The form has no MessageSid.".to_owned()));
    }
    let key = text.id.clone();
    Ok(no_reply(keep(ctx, request, key, &Brought::Text(text))?))
}

/// What no phone can have sent is named and not kept: the gateway would bring it again and again if it were refused.
fn too_large(request: &Request) -> Option<Batch> {
    let length = request.body.len().max(request.raw_query.len());
    (length > LARGEST).then(|| {
        let from = request.parameter("from").unwrap_or("an unknown sender");
        let key = format!("too large, at {} from {from}", request.at);
        let reason = format!("A text message of {length} bytes: no phone sends that, so it was not kept.");
        Batch { skipped: vec![(key, reason)], ..Batch::default() }
    })
}

fn keep(ctx: &Context, request: &Request, key: String, brought: &Brought) -> Result<Batch, ReceiveError> {
    let bytes = serde_json::to_vec(brought).map_err(|error| ReceiveError::Invalid(error.to_string()))?;
    let item = RawItem {
        key,
        content: RawContent::Memory(bytes),
        received_at: request.at,
        hint: json!(hint(&ctx.settings)).into(),
    };
    Ok(Batch { items: vec![item], ..Batch::default() })
}

fn hint(settings: &Value) -> Hint {
    Hint {
        country: settings::country(settings).to_owned(),
        stop_words: settings::lines(settings, "stop_words").map(str::to_owned).collect(),
        stop_answer: settings::answer_to(settings, Wish::Stop),
        start_answer: settings::answer_to(settings, Wish::Start),
        help_answer: settings::answer_to(settings, Wish::Help),
    }
}

fn quiet(batch: Batch) -> Received {
    Received { batch, status: 202, ..Received::default() }
}
