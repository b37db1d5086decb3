//! Kannel's HTTP gateway (user guide, chapters on sms-service, sendsms and delivery reports).

use crate::{
    pieces::Piece,
    said::{Fate, Report, Text},
    settings,
};
use std::time::Duration;
use tertulia_connector::{
    Context, ReceiveError, Request, SendError,
    http::{Answer, Ask},
    sign,
    words::one_line,
};
use tertulia_model::{Millis, sms_parts};

/// 1 delivered, 2 failed, 4 waiting, 8 taken by the network, 16 refused by it.
const ALL_REPORTS: &str = "31";
/// How long it is left alone where it takes nothing and names no time.
const NOT_NOW: Duration = Duration::from_secs(60);

/// The door's address for Kannel, with a key in it that only this channel's key makes.
pub fn door(ctx: &Context) -> Option<String> {
    let key = ctx.secret("door_key")?;
    Some(ctx.door_url(&format!("/in?key={}", sign::sign(key.reveal().as_bytes(), "in"))))
}

/// Whether the address was given out by us, for this use.
pub fn admits(ctx: &Context, request: &Request, used_for: &str) -> Result<(), ReceiveError> {
    let key = ctx.secret("door_key").map(|key| key.reveal().as_bytes());
    let given = request.parameter("key").unwrap_or_default();
    if key.is_some_and(|key| sign::verify(key, used_for, given)) {
        return Ok(());
    }
    let reason = "The key in this address is wrong. Copy the address from the channel's page (Test) into Kannel's \
        configuration.";
    Err(ReceiveError::Unauthorised(reason.to_owned()))
}

/// The bytes of a parameter as they came: UCS-2 and user data headers are no text.
fn bytes_of(request: &Request, name: &str) -> Option<Vec<u8>> {
    let pair = request.raw_query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
    Some(percent_encoding::percent_decode_str(&pair.replace('+', " ")).collect())
}

/// What an sms-service group hands on: by `get-url` all of it in the address, by `post-url` the text as the body.
pub fn text(request: &Request) -> (Text, Vec<u8>) {
    let said = |name: &str| request.parameter(name).unwrap_or_default().to_owned();
    let header = |name: &str| request.header(name).unwrap_or_default().to_owned();
    let either = |parameter: &str, name: &str| match said(parameter) {
        empty if empty.is_empty() => header(name),
        said => said,
    };
    let posted = request.method == "POST";
    let coding = either("coding", "x-kannel-coding");
    let charset = match (coding.as_str(), said("charset")) {
        ("1", _) => "8-BIT".to_owned(),
        (_, charset) if !charset.is_empty() => charset,
        ("2", _) => "UTF-16BE".to_owned(),
        _ => charset_of(&header("content-type")),
    };
    let bytes = if posted { request.body.to_vec() } else { bytes_of(request, "text").unwrap_or_default() };
    let udh = match bytes_of(request, "udh").filter(|udh| !udh.is_empty()) {
        Some(udh) => udh,
        None => percent_encoding::percent_decode_str(&header("x-kannel-udh")).collect(),
    };
    let text = Text {
        id: said("id"),
        from: either("from", "x-kannel-from"),
        to: either("to", "x-kannel-to"),
        at: time(&said("time")),
        pieces: vec![Piece { n: 1, charset, bytes }],
        of: 1,
        revision: 0,
        files: Vec::new(),
        obeyed: None,
    };
    (text, udh)
}

fn charset_of(media_type: &str) -> String {
    let charset = media_type.split(';').find_map(|part| part.trim().strip_prefix("charset="));
    charset.unwrap_or("UTF-8").trim_matches('"').to_owned()
}

/// `%T`: seconds since 1970.
fn time(seconds: &str) -> Option<Millis> {
    seconds.parse::<Millis>().ok().filter(|seconds| *seconds > 0).and_then(|seconds| seconds.checked_mul(1_000))
}

/// A report on one of ours, by the address that went along with it.
pub fn report(ctx: &Context, request: &Request) -> Result<Report, ReceiveError> {
    let id = request.parameter("id").unwrap_or_default().to_owned();
    admits(ctx, request, &format!("report:{id}"))?;
    let said = request.parameter("reason").map(str::trim).filter(|said| !said.is_empty());
    let said: String = said.unwrap_or_default().chars().filter(|c| !c.is_control()).take(200).collect();
    let (state, words) = match request.parameter("state").unwrap_or_default() {
        "1" => (Fate::Delivered, "It was delivered"),
        "2" => (Fate::Failed, "It could not be delivered"),
        "16" => (Fate::Failed, "The network refused it"),
        "4" | "8" => (Fate::Underway, "It is on its way"),
        other => {
            let reason = format!("\u{201c}{other}\u{201d} is no state of a message. Kannel fills in %d here.");
            return Err(ReceiveError::Invalid(reason));
        }
    };
    let reason = if said.is_empty() { format!("{words}.") } else { format!("{words}: {said}") };
    Ok(Report { id, state, reason })
}

/// The request that hands a message to Kannel: user and password go in headers, so that they stand in nobody's log.
pub fn ask(ctx: &Context, id: &str, from: &str, to: &str, text: &str) -> Result<Ask, SendError> {
    let url = settings::kannel_url(&ctx.settings).map_err(SendError::Reauthorise)?;
    let missing =
        |what: &str| SendError::Reauthorise(format!("{what} for sending is missing: fill it in on the channel."));
    let user = ctx.text("kannel_user").ok_or_else(|| missing("Kannel's user"))?;
    let password = ctx.secret("kannel_password").ok_or_else(|| missing("Kannel's password"))?;
    let mut ask = Ask::post(url, "text/plain; charset=UTF-8", text)
        .header("x-kannel-username", user)
        .header("x-kannel-password", password.reveal())
        .header("x-kannel-from", from)
        .header("x-kannel-to", to)
        .at_most(64 << 10);
    if sms_parts(text).ucs2 {
        ask = ask.header("x-kannel-coding", "2");
    }
    if let Some(key) = ctx.secret("door_key") {
        let signature = sign::sign(key.reveal().as_bytes(), &format!("report:{id}"));
        let query: String = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("id", id)
            .append_pair("key", &signature)
            .finish();
        let report = ctx.door_url(&format!("/report?{query}&state=%d&reason=%A"));
        ask = ask.header("x-kannel-dlr-mask", ALL_REPORTS).header("x-kannel-dlr-url", report);
    }
    Ok(ask)
}

/// `0: Accepted for delivery` and `3: Queued for later delivery` are the two good ones.
pub fn outcome(answer: &Answer, now: Millis) -> Result<(), SendError> {
    let (said, status) = (one_line(&String::from_utf8_lossy(&answer.body), 200), answer.status);
    match status {
        202 if said.starts_with("0:") || said.starts_with("3:") => Ok(()),
        401 | 403 => Err(SendError::Reauthorise(format!(
            "Kannel refused the user or the password for sending ({status}: {said}). Check both on the channel."
        ))),
        // Kannel itself names no time; what stands before it may.
        429 | 503 => {
            let reason =
                format!("Kannel cannot take messages just now ({status}: {said}). It is tried again by itself.");
            Err(SendError::Throttled { wait: answer.retry_after(now).unwrap_or(NOT_NOW), reason })
        }
        404 => Err(SendError::Rejected(format!(
            "There is nothing at Kannel's address for sending (404: {said}). It usually ends in /cgi-bin/sendsms."
        ))),
        300..500 => Err(SendError::Rejected(format!("Kannel refused it ({status}: {said})."))),
        _ => Err(SendError::Unknown(format!("Kannel answered {status}: {said}"))),
    }
}
