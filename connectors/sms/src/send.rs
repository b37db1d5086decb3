//! Our answers on their way: once, or a person decides.

use crate::{
    kannel,
    settings::{self, Gateway, MOST_PARTS},
    twilio,
};
use serde_json::Value;
use tertulia_connector::{Context, SendError, Sent, http::Answer, numbers as number};
use tertulia_model::{Outgoing, sms_parts};

/// Neither gateway drops a repeat. Once the request may have left, only its answer or a delivery report says what became
/// of it.
pub async fn send(ctx: &Context, outgoing: &Outgoing) -> Result<Sent, SendError> {
    let text = outgoing.whole_text();
    let text = text.trim();
    check(outgoing, text)?;
    let country = settings::country(&ctx.settings);
    let to = number::canonical(&outgoing.to_handle, country).ok_or_else(|| {
        let reason = "This sender is a name and no telephone number: nothing can be sent there.";
        SendError::Rejected(reason.to_owned())
    })?;
    let from = sender(ctx, outgoing)?;
    let gateway = settings::gateway(&ctx.settings);
    let ask = match gateway {
        Gateway::Kannel => kannel::ask(ctx, &outgoing.external_id, &from, &to, text)?,
        Gateway::Twilio => twilio::ask(ctx, &outgoing.external_id, &from, &to, text)?,
    };
    let answer = ctx.guard.ask(&ask).await?;
    match gateway {
        Gateway::Kannel => kannel::outcome(&answer, ctx.clock.now())?,
        Gateway::Twilio => accepted(&answer, ctx)?,
    }
    Ok(Sent { external_id: outgoing.external_id.clone() })
}

fn check(outgoing: &Outgoing, text: &str) -> Result<(), SendError> {
    if !outgoing.attachments.is_empty() {
        return Err(SendError::Rejected("A text message carries no files. Send it without them.".to_owned()));
    }
    let parts = sms_parts(text).parts;
    if parts == 0 {
        return Err(SendError::Rejected("There is nothing in this message yet.".to_owned()));
    }
    if parts > MOST_PARTS {
        let reason = format!("This message has {parts} parts; {MOST_PARTS} can be sent at once. Shorten or divide it.");
        return Err(SendError::Rejected(reason));
    }
    Ok(())
}

/// The number they wrote to, if it is (still) one of ours; else the main one.
fn sender(ctx: &Context, outgoing: &Outgoing) -> Result<String, SendError> {
    let ours = settings::numbers(&ctx.settings);
    let named = outgoing.from_address.as_ref().filter(|from| ours.contains(from));
    named
        .or(ours.first())
        .cloned()
        .ok_or_else(|| SendError::Reauthorise("This channel has no number to send from: fill it in.".to_owned()))
}

/// What the provider's answer means: it names its errors by a code of its own.
fn accepted(answer: &Answer, ctx: &Context) -> Result<(), SendError> {
    if answer.is_success() {
        return Ok(());
    }
    let code = answer.json().ok().and_then(|json| json.get("code").and_then(Value::as_i64));
    let error = answer.send_error("The provider", ctx.clock.now());
    match (answer.status, code) {
        (_, Some(21_610)) => {
            Err(SendError::Rejected("They have sent STOP to this number: the provider sends them nothing.".to_owned()))
        }
        // Of a redirect, or a gateway before the provider that could not reach it: nobody took the message.
        (300..400, _) => Err(SendError::Rejected(error.to_string())),
        (403, _) => Err(SendError::Reauthorise(error.to_string())),
        // Only the provider's own word proves that it took nothing: what stands before it says 503 also of a request that it
        // handed on and whose answer did not come in time.
        (503, None) => Err(SendError::Unknown(error.to_string())),
        _ => Err(error),
    }
}
