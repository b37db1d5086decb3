//! The web chat's settings: the form, its checks, and what the visitors' page takes from them.

use serde_json::{Value, json};
use tertulia_connector::{FieldError, VisitorPage};
use tertulia_model::{ConnectorSpec, CountBy, EchoSafety, Limits};
use url::Url;

/// Characters in one message.
pub const TEXT_LIMIT: usize = 8_000;
/// RFC 7518 §3.2: a key for HS256 has at least as many bits as its hash.
pub const LEAST_SECRET_BYTES: usize = 32;

const DEFAULT_COLOUR: &str = "#a8432a";
const DEFAULT_GREETING: &str = "Hello. What can we do for you?";

pub fn spec() -> ConnectorSpec {
    ConnectorSpec {
        name: "webchat".to_owned(),
        title: "Web chat".to_owned(),
        summary: "Visitors of your web site write to you in a small chat window, and read your answers there."
            .to_owned(),
        icon: "message-circle".to_owned(),
        settings_schema: schema(),
        limits: Limits::words(TEXT_LIMIT, CountBy::Characters),
        echo_safety: EchoSafety::ProviderDedup,
        pulls: false,
        sends: true,
        hosts_visitors: true,
        cannot_hear: Vec::new(),
    }
}

/// `x-generated` settings are chosen at random by the engine when the channel is made; the form does not show them.
fn schema() -> Value {
    json!({
        "type": "object",
        "required": ["name", "allowed_origins"],
        "properties": {
            "name": {
                "type": "string", "title": "Name", "maxLength": 60, "x-order": 1,
                "description": "Stands at the top of the chat: your shop's name, for instance."
            },
            "greeting": {
                "type": "string", "title": "Greeting", "maxLength": 500, "default": DEFAULT_GREETING, "x-order": 2,
                "description": "The first words a visitor sees."
            },
            "allowed_origins": {
                "type": "array", "items": { "type": "string" }, "title": "Sites that show the chat",
                "format": "lines", "x-order": 3,
                "description": "One address a line, such as https://www.example.org. Other sites cannot embed it."
            },
            "colour": {
                "type": "string", "title": "Colour", "format": "color", "default": DEFAULT_COLOUR, "x-order": 4,
                "description": "The colour of the button and of the visitor's own words."
            },
            "ask_mail": {
                "type": "boolean", "title": "Ask for an e-mail address", "default": true, "x-order": 5,
                "description": "Asks once, after the first message, where to write if the visitor has to leave."
            },
            "away_text": {
                "type": "string", "title": "When nobody answers", "maxLength": 500, "default": "", "x-order": 6,
                "description": "Shown when a visitor has waited for a minute. Empty: nothing is shown."
            },
            "identity_secret": {
                "type": "string", "title": "Identity secret", "format": "password",
                "minLength": LEAST_SECRET_BYTES, "x-order": 7,
                "description": "Only if your site has signed-in users: it signs a short token with this secret to say \
                    who they are. At least 32 characters."
            },
            "account": { "type": "string", "title": "Account", "x-generated": true, "x-order": 8 },
            "visitor_key": {
                "type": "string", "title": "Key for visitors' tokens", "format": "password", "x-generated": true,
                "x-order": 9
            }
        }
    })
}

pub fn check(settings: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if text(settings, "name").is_none() {
        errors.push(FieldError::new("name", "The chat needs a name, such as your shop's."));
    }
    if text(settings, "colour").is_some_and(|colour| !is_colour(colour)) {
        errors.push(FieldError::new("colour", "A colour is written as # and six digits, such as #a8432a."));
    }
    errors.extend(
        listed_origins(settings)
            .filter_map(|line| parse_origin(line).err())
            .map(|message| FieldError::new("allowed_origins", message)),
    );
    if text(settings, "identity_secret").is_some_and(|secret| secret.len() < LEAST_SECRET_BYTES) {
        let message = "The identity secret is too short to be safe: it needs at least 32 characters. Leave it empty \
            if your site has no signed-in users.";
        errors.push(FieldError::new("identity_secret", message));
    }
    errors
}

pub fn page(settings: &Value) -> VisitorPage {
    let mut frame_ancestors = vec!["'self'".to_owned()];
    frame_ancestors.extend(listed_origins(settings).filter_map(|line| parse_origin(line).ok()));
    let colour = text(settings, "colour").filter(|colour| is_colour(colour)).unwrap_or(DEFAULT_COLOUR);
    VisitorPage {
        title: text(settings, "name").unwrap_or("Chat").to_owned(),
        greeting: text(settings, "greeting").unwrap_or(DEFAULT_GREETING).to_owned(),
        colour: colour.to_ascii_lowercase(),
        ink: ink_on(colour).to_owned(),
        ask_mail: asks_mail(settings),
        away_text: text(settings, "away_text").unwrap_or_default().to_owned(),
        text_limit: TEXT_LIMIT,
        frame_ancestors,
    }
}

/// The account's name; a channel made without one (a hand-written configuration) still has a stable one.
pub fn account(settings: &Value) -> String {
    text(settings, "account").unwrap_or("default").to_owned()
}

/// A form may send the answer as a word, since HTML has no booleans.
fn asks_mail(settings: &Value) -> bool {
    match settings.get("ask_mail") {
        Some(Value::Bool(answer)) => *answer,
        Some(Value::String(answer)) => !matches!(answer.trim(), "no" | "false" | "off" | "0"),
        _ => true,
    }
}

fn text<'a>(settings: &'a Value, name: &str) -> Option<&'a str> {
    settings.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
}

/// The lines of `allowed_origins`, given as a list or as one text with a line each.
fn listed_origins(settings: &Value) -> impl Iterator<Item = &str> {
    let lines: Vec<&str> = match settings.get("allowed_origins") {
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(text)) => text.lines().collect(),
        _ => Vec::new(),
    };
    lines.into_iter().map(str::trim).filter(|line| !line.is_empty())
}

/// An exact origin (RFC 6454): scheme, host and port, nothing after it and no wildcard. Plain http is for trying it
/// out on one's own machine.
fn parse_origin(line: &str) -> Result<String, String> {
    let wrong = || format!("{line} is not the address of a site. Write it as https://www.example.org, without a path.");
    let url = Url::parse(line).map_err(|_| wrong())?;
    let host = url.host_str().ok_or_else(wrong)?;
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    if !bare || url.password().is_some() || host.contains(['*', '\'', ';', ',', '"']) {
        return Err(wrong());
    }
    let local = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
    match url.scheme() {
        "https" => Ok(url.origin().ascii_serialization()),
        "http" if local => Ok(url.origin().ascii_serialization()),
        "http" => {
            Err(format!("{line} is not encrypted, so anybody on the way could read the chat. Use https://{host}."))
        }
        _ => Err(wrong()),
    }
}

fn is_colour(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// By the relative luminance of WCAG 2.2: above 0.179 black has more contrast than white.
fn ink_on(colour: &str) -> &'static str {
    let linear = |from: usize| {
        let part = colour.get(from..from + 2).and_then(|digits| u8::from_str_radix(digits, 16).ok()).unwrap_or(0);
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    let luminance = 0.2126 * linear(1) + 0.7152 * linear(3) + 0.0722 * linear(5);
    if luminance > 0.179 { "#1c1917" } else { "#ffffff" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_exact_encrypted_origins_may_embed_the_chat() {
        assert_eq!(parse_origin("https://www.example.org/").unwrap(), "https://www.example.org");
        assert_eq!(parse_origin("HTTPS://Shop.Example.org:8443").unwrap(), "https://shop.example.org:8443");
        assert_eq!(parse_origin("http://localhost:3000").unwrap(), "http://localhost:3000");
        for refused in [
            "www.example.org",
            "https://*.example.org",
            "*",
            "https://example.org/shop",
            "https://example.org?x",
            "https://me:secret@example.org",
            "http://example.org",
            "javascript:alert(1)",
            "data:text/html,x",
            "https://a.example;script-src",
            "https://a.example https://b.example",
            "null",
        ] {
            assert!(parse_origin(refused).is_err(), "{refused} was taken");
        }
    }

    #[test]
    fn a_wrong_origin_never_reaches_the_page_policy() {
        let settings = json!({ "name": "Café", "allowed_origins": "https://a.example\n * \n\nhttp://b.example" });
        assert_eq!(page(&settings).frame_ancestors, ["'self'", "https://a.example"]);
        assert_eq!(check(&settings).len(), 2);
    }

    #[test]
    fn each_wrong_setting_is_named() {
        let settings = json!({ "name": " ", "colour": "red;}", "identity_secret": "short", "allowed_origins": ["x"] });
        let fields: Vec<String> = check(&settings).into_iter().map(|error| error.field).collect();
        assert_eq!(fields, ["name", "colour", "allowed_origins", "identity_secret"]);
        let good = json!({ "name": "Café", "colour": "#12aB9f", "allowed_origins": ["https://a.example"] });
        assert_eq!(check(&good), []);
    }

    #[test]
    fn a_page_without_settings_still_has_words_and_a_safe_colour() {
        let page = page(&json!({ "colour": "url(x)", "ask_mail": "no" }));
        assert_eq!((page.title.as_str(), page.colour.as_str(), page.ask_mail), ("Chat", DEFAULT_COLOUR, false));
        assert!(!page.greeting.is_empty());
    }

    #[test]
    fn words_can_be_read_on_any_colour() {
        let ink = |colour: &str| page(&json!({ "colour": colour })).ink;
        for dark in ["#000000", "#a8432a", "#1d635f", "#0000ff"] {
            assert_eq!(ink(dark), "#ffffff", "{dark}");
        }
        for light in ["#ffffff", "#ffd400", "#00ff00", "#7fb2ff"] {
            assert_eq!(ink(light), "#1c1917", "{light}");
        }
    }

    #[test]
    fn the_keys_are_secrets() {
        let spec = spec();
        assert_eq!(spec.secret_names(), ["identity_secret", "visitor_key"]);
    }
}
