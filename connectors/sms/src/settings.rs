//! What a person fills in to connect a gateway.

use crate::wish::Wish;
use serde_json::{Value, json};
pub use tertulia_connector::settings::{lines, text};
use tertulia_connector::{FieldError, numbers as number};
use tertulia_model::{ConnectorSpec, CountBy, EchoSafety, Limits};
use url::Url;

/// Parts of one message. Gateways and phones take more; nobody reads them.
pub const MOST_PARTS: usize = 10;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gateway {
    Kannel,
    Twilio,
}

pub fn spec() -> ConnectorSpec {
    ConnectorSpec {
        name: "sms".to_owned(),
        title: "Text messages".to_owned(),
        summary:
            "Text messages (SMS) to and from your number, by your own Kannel gateway or a provider that speaks as \
            Twilio does."
                .to_owned(),
        icon: "smartphone".to_owned(),
        settings_schema: schema(),
        limits: Limits::words(MOST_PARTS, CountBy::SmsParts),
        echo_safety: EchoSafety::AtMostOnce,
        pulls: false,
        sends: true,
        hosts_visitors: false,
        cannot_hear: [
            "Pictures and other files that come with a message stay at the gateway; the message says that they came.",
            "What the gateway lost, or could not deliver to us while it was not told to try again, is not heard of.",
            "Calls to the number, and whether somebody read an answer.",
        ]
        .map(str::to_owned)
        .to_vec(),
    }
}

fn schema() -> Value {
    let kannel = json!({ "gateway": "kannel" });
    let twilio = json!({ "gateway": "twilio" });
    json!({
        "type": "object",
        "required": ["gateway", "numbers", "organisation"],
        "properties": {
            "gateway": {
                "type": "string", "title": "Gateway", "enum": ["kannel", "twilio"], "default": "kannel", "x-order": 1,
                "x-labels": { "kannel": "Kannel", "twilio": "Twilio, or one that speaks as it does" }
            },
            "numbers": {
                "type": "array", "items": { "type": "string" }, "title": "Your numbers", "format": "lines", "x-order": 2,
                "description": "One a line, the main one first: +49 170 1234567, or a short number such as 12345."
            },
            "organisation": {
                "type": "string", "title": "Your name", "maxLength": 40, "x-order": 3,
                "description": "Stands in the answers to STOP, START and HELP, so that people know who writes."
            },
            "country_code": {
                "type": "string", "title": "Country code at home", "maxLength": 4, "default": "", "x-order": 4,
                "description": "If the gateway gives numbers as they are dialled at home (0170…): 49 for Germany. Empty \
                    if it gives them with their country code."
            },
            "kannel_url": {
                "type": "string", "title": "Kannel's address for sending", "format": "uri", "x-order": 5,
                "x-show-if": kannel, "x-receives-secrets": true,
                "description": "Such as http://kannel.example:13013/cgi-bin/sendsms"
            },
            "kannel_user": {
                "type": "string", "title": "User for sending", "x-order": 6, "x-show-if": kannel,
                "description": "The username of a sendsms-user group. It needs concatenation = true and \
                    max-messages = 10, or Kannel cuts long answers off."
            },
            "kannel_password": {
                "type": "string", "title": "Password for sending", "format": "password", "x-order": 7,
                "x-show-if": kannel
            },
            "twilio_url": {
                "type": "string", "title": "The provider's address", "format": "uri", "default": TWILIO,
                "x-order": 8, "x-show-if": twilio, "x-receives-secrets": true, "x-advanced": true
            },
            "account_sid": { "type": "string", "title": "Account SID", "x-order": 9, "x-show-if": twilio },
            "auth_token": {
                "type": "string", "title": "Auth token", "format": "password", "x-order": 10, "x-show-if": twilio,
                "description": "Signs in to send, and proves that what comes is from the provider."
            },
            "stop_words": {
                "type": "array", "items": { "type": "string" }, "title": "More words for STOP", "format": "lines",
                "x-order": 11, "x-advanced": true,
                "description": "STOP, STOPP, ARRET, ALTO, PARAR and their like in many languages are known. One a line."
            },
            "stop_answer": answer_field("Answer to STOP", Wish::Stop, 12),
            "start_answer": answer_field("Answer to START", Wish::Start, 13),
            "help_answer": answer_field("Answer to HELP", Wish::Help, 14),
            "door_key": {
                "type": "string", "title": "Key of the gateway's address", "format": "password", "x-generated": true,
                "x-order": 15
            }
        }
    })
}

const TWILIO: &str = "https://api.twilio.com";

fn answer_field(title: &str, wish: Wish, order: u8) -> Value {
    json!({
        "type": "string", "title": title, "maxLength": 300, "default": "", "x-order": order, "x-advanced": true,
        "description": format!("Empty: \u{201c}{}\u{201d}", usual_answer(wish, "Your name"))
    })
}

/// What is sent back once.
fn usual_answer(wish: Wish, organisation: &str) -> String {
    match wish {
        Wish::Stop => {
            format!("{organisation}: You will get no more messages from us. Text START if you change your mind.")
        }
        Wish::Start => format!("{organisation}: You can hear from us again. Text STOP at any time to end it."),
        Wish::Help => {
            format!("{organisation}: Write to us here and somebody will answer. Text STOP to get no more messages.")
        }
    }
}

pub fn answer_to(settings: &Value, wish: Wish) -> String {
    let field = match wish {
        Wish::Stop => "stop_answer",
        Wish::Start => "start_answer",
        Wish::Help => "help_answer",
    };
    let organisation = text(settings, "organisation").unwrap_or("We");
    text(settings, field).map_or_else(|| usual_answer(wish, organisation), str::to_owned)
}

pub fn gateway(settings: &Value) -> Gateway {
    if text(settings, "gateway") == Some("twilio") { Gateway::Twilio } else { Gateway::Kannel }
}

pub fn country(settings: &Value) -> &str {
    text(settings, "country_code").unwrap_or_default().trim_start_matches(['+', '0'])
}

/// Our numbers in their one form, the main one first.
pub fn numbers(settings: &Value) -> Vec<String> {
    lines(settings, "numbers").filter_map(|line| number::canonical(line, country(settings))).collect()
}

/// Where the gateway takes messages. Checked before anything secret comes near it.
pub fn kannel_url(settings: &Value) -> Result<Url, String> {
    service_url(text(settings, "kannel_url").unwrap_or_default(), "http://kannel.example:13013/cgi-bin/sendsms")
}

pub fn twilio_url(settings: &Value) -> Result<Url, String> {
    service_url(text(settings, "twilio_url").unwrap_or(TWILIO), TWILIO)
}

fn service_url(written: &str, example: &str) -> Result<Url, String> {
    let wrong = || format!("Write the gateway's whole address, such as {example}");
    let url = Url::parse(written).map_err(|_| wrong())?;
    let plain = matches!(url.scheme(), "http" | "https") && url.has_host() && url.fragment().is_none();
    let bare = url.username().is_empty() && url.password().is_none() && url.query().is_none();
    if plain && bare { Ok(url) } else { Err(wrong()) }
}

pub fn check(settings: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if numbers(settings).is_empty() {
        errors.push(FieldError::new("numbers", "Write the number that people text to, such as +49 170 1234567."));
    }
    let home = country(settings);
    for line in lines(settings, "numbers").filter(|line| number::canonical(line, home).is_none()) {
        let message = format!("\u{201c}{line}\u{201d} is no telephone number. Write it with + and its country code.");
        errors.push(FieldError::new("numbers", message));
    }
    if !home.bytes().all(|byte| byte.is_ascii_digit()) || home.len() > 3 {
        errors.push(FieldError::new("country_code", "A country code is one to three digits, such as 49."));
    }
    if text(settings, "organisation").is_none() {
        errors.push(FieldError::new("organisation", "Say who you are: it stands in the answers to STOP and HELP."));
    }
    match gateway(settings) {
        Gateway::Kannel => {
            errors.extend(kannel_url(settings).err().map(|message| FieldError::new("kannel_url", message)));
            if text(settings, "kannel_user").is_none() {
                errors.push(FieldError::new("kannel_user", "Write the username of a sendsms-user group of Kannel's."));
            }
        }
        Gateway::Twilio => {
            errors.extend(twilio_url(settings).err().map(|message| FieldError::new("twilio_url", message)));
            let sid = text(settings, "account_sid").unwrap_or_default();
            if sid.is_empty() || !sid.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                errors.push(FieldError::new("account_sid", "The account SID is letters and digits, such as AC0123…"));
            }
        }
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wrong_setting_is_named_and_says_how_to_mend_it() {
        let kannel = json!({
            "gateway": "kannel", "numbers": "+49 170 1234567\nhello", "country_code": "49a", "kannel_url": "ftp://x",
        });
        let fields: Vec<String> = check(&kannel).into_iter().map(|error| error.field).collect();
        let wrong = ["numbers", "country_code", "organisation", "kannel_url", "kannel_user"];
        assert_eq!(fields, wrong);
        let twilio = json!({ "gateway": "twilio", "organisation": "Café", "numbers": [], "account_sid": "AC/../x" });
        let fields: Vec<String> = check(&twilio).into_iter().map(|error| error.field).collect();
        assert_eq!(fields, ["numbers", "account_sid"]);
    }

    #[test]
    fn an_address_with_a_password_in_it_is_refused() {
        for url in ["http://me:pw@k.example/", "http://k.example/?password=x", "k.example", "file:///x", ""] {
            assert!(kannel_url(&json!({ "kannel_url": url })).is_err(), "{url}");
        }
    }

    #[test]
    fn the_answers_name_the_organisation_and_fit_one_part() {
        let settings = json!({ "organisation": "Café Central" });
        for wish in [Wish::Stop, Wish::Start, Wish::Help] {
            let answer = answer_to(&settings, wish);
            assert!(answer.starts_with("Café Central: ") && tertulia_model::sms_parts(&answer).parts == 1, "{answer}");
        }
        let own = json!({ "organisation": "Café", "stop_answer": "Adiós." });
        assert_eq!(answer_to(&own, Wish::Stop), "Adiós.");
    }

    #[test]
    fn passwords_and_keys_are_secrets() {
        assert_eq!(spec().secret_names(), ["auth_token", "door_key", "kannel_password"]);
    }
}
