//! Gateways that speak as Twilio does: signed forms in, a form with basic authentication out.

use crate::{
    pieces::Piece,
    said::{Fate, Report, Text},
    settings,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use tertulia_connector::{Context, ReceiveError, Request, SendError, http::Ask};
use url::{Url, form_urlencoded};

/// The empty answer that sends nothing back.
pub const NO_REPLY: &[u8] = b"<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response/>";

pub type Form = Vec<(String, String)>;

/// The form, once its signature has proven who sends it. The signature is over the address as it is known outside, which
/// behind a proxy is not what the request says.
pub fn form(ctx: &Context, request: &Request) -> Result<Form, ReceiveError> {
    let token = ctx.secret("auth_token").ok_or_else(|| {
        ReceiveError::Forbidden("This channel has no auth token yet, so nothing can be proven.".to_owned())
    })?;
    let form: Form = form_urlencoded::parse(&request.body).into_owned().collect();
    let given = request.header("x-twilio-signature").and_then(|given| STANDARD.decode(given).ok()).unwrap_or_default();
    let query = if request.raw_query.is_empty() { String::new() } else { format!("?{}", request.raw_query) };
    let url = ctx.door_url(&format!("{}{query}", request.path));
    let signed = spellings(&url).iter().any(|url| mac(token.reveal(), url, &form).verify_slice(&given).is_ok());
    if signed {
        return Ok(form);
    }
    let reason = format!(
        "The signature does not fit. The auth token must be the account's, and the address at the provider exactly {}",
        ctx.door_url(&request.path)
    );
    Err(ReceiveError::Forbidden(reason))
}

/// The usual port is signed by some and left away by others.
fn spellings(written: &str) -> Vec<String> {
    let mut spellings = vec![written.to_owned()];
    if let Ok(url) = Url::parse(written)
        && let Some((scheme, rest)) = written.split_once("://")
        && let Some(port) = url.port_or_known_default()
    {
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let with_port = format!(":{port}");
        let other = match authority.strip_suffix(&with_port) {
            Some(bare) => bare.to_owned(),
            None => format!("{authority}{with_port}"),
        };
        spellings.push(format!("{scheme}://{other}/{path}"));
    }
    spellings
}

/// Base64 of HMAC-SHA1 over the address and, sorted by name, each field's name and value.
fn mac(token: &str, url: &str, form: &Form) -> Hmac<Sha1> {
    let mut mac = <Hmac<Sha1> as KeyInit>::new_from_slice(token.as_bytes())
        .unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"));
    mac.update(url.as_bytes());
    let mut sorted: Vec<&(String, String)> = form.iter().collect();
    sorted.sort();
    for (name, value) in sorted {
        mac.update(name.as_bytes());
        mac.update(value.as_bytes());
    }
    mac
}

fn field<'a>(form: &'a Form, name: &str) -> &'a str {
    form.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str()).unwrap_or_default()
}

/// A message that came; its parts are joined already.
pub fn text(form: &Form) -> Text {
    let sid = [field(form, "MessageSid"), field(form, "SmsSid")].into_iter().find(|sid| !sid.is_empty());
    let files: usize = field(form, "NumMedia").parse().unwrap_or(0);
    let kind = |at: usize| match field(form, &format!("MediaContentType{at}")) {
        "" => "of an unknown kind".to_owned(),
        kind => kind.chars().filter(|c| !c.is_control()).take(80).collect(),
    };
    Text {
        id: sid.unwrap_or_default().to_owned(),
        from: field(form, "From").to_owned(),
        to: field(form, "To").to_owned(),
        at: None,
        pieces: vec![Piece { n: 1, charset: "UTF-8".to_owned(), bytes: field(form, "Body").as_bytes().to_vec() }],
        of: 1,
        revision: 0,
        // A message carries ten at most.
        files: (0..files.min(10)).map(kind).collect(),
        obeyed: Some(field(form, "OptOutType").to_owned()).filter(|word| !word.is_empty()),
    }
}

/// What became of one of ours; the address it came to names which.
pub fn report(request: &Request, form: &Form) -> Result<Report, ReceiveError> {
    let id = request.parameter("id").filter(|id| !id.is_empty()).ok_or(ReceiveError::NotFound)?;
    let state = match field(form, "MessageStatus") {
        "delivered" | "read" => Fate::Delivered,
        "failed" | "undelivered" | "canceled" => Fate::Failed,
        "accepted" | "scheduled" | "queued" | "sending" | "sent" | "receiving" | "received" => Fate::Underway,
        other => {
            let other: String = other.chars().filter(|c| !c.is_control()).take(40).collect();
            return Err(ReceiveError::Invalid(format!("\u{201c}{other}\u{201d} is no state of a message.")));
        }
    };
    Ok(Report { id: id.to_owned(), state, reason: reason(field(form, "ErrorCode")) })
}

/// The codes that people meet, in words.
fn reason(code: &str) -> String {
    let words = match code {
        "" | "0" => return "It could not be delivered; the provider does not say why.".to_owned(),
        "21610" => "They have sent STOP to this number",
        "21211" | "21614" => "This is no number that takes text messages",
        "30003" => "The phone is switched off or cannot be reached",
        "30004" => "Messages to this phone are blocked",
        "30005" => "The number is not known (any more)",
        "30006" => "The number is a landline or cannot be reached by this network",
        "30007" => "The network took it for spam",
        _ => "It could not be delivered",
    };
    let code: String = code.chars().filter(char::is_ascii_digit).take(8).collect();
    format!("{words} (the provider's error {code}).")
}

/// The request that hands a message to the provider.
pub fn ask(ctx: &Context, id: &str, from: &str, to: &str, text: &str) -> Result<Ask, SendError> {
    let base = settings::twilio_url(&ctx.settings).map_err(SendError::Reauthorise)?;
    let missing = |what: &str| SendError::Reauthorise(format!("{what} is missing: fill it in on the channel."));
    let sid = ctx.text("account_sid").ok_or_else(|| missing("The account SID"))?;
    let token = ctx.secret("auth_token").ok_or_else(|| missing("The auth token"))?;
    let url = format!("{}/2010-04-01/Accounts/{sid}/Messages.json", base.as_str().trim_end_matches('/'));
    let callback: String = form_urlencoded::Serializer::new(String::new()).append_pair("id", id).finish();
    let callback = ctx.door_url(&format!("/status?{callback}"));
    let form = [("To", to), ("From", from), ("Body", text), ("StatusCallback", &callback)];
    let credentials = STANDARD.encode(format!("{sid}:{}", token.reveal()));
    Ok(Ask::post_form(url, &form).header("authorization", format!("Basic {credentials}")).at_most(256 << 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_the_providers_own_example() {
        // The example of the provider's documentation on security: a key, an address and a form.
        let form: Form = [
            ("CallSid", "CA1234567890ABCDE"),
            ("Caller", "+14158675309"),
            ("Digits", "1234"),
            ("From", "+14158675309"),
            ("To", "+18005551212"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec();
        let signed = mac("12345", "https://mycompany.com/myapp.php?foo=1&bar=2", &form).finalize().into_bytes();
        assert_eq!(STANDARD.encode(signed), "RSOYDt4T1cUTdK1PDd93/VVr8B8=");
    }

    #[test]
    fn an_address_is_tried_with_and_without_its_usual_port() {
        assert_eq!(spellings("https://t.example/hooks/1/in?x=1")[1], "https://t.example:443/hooks/1/in?x=1");
        assert_eq!(spellings("https://t.example:8443/in")[1], "https://t.example/in");
    }
}
