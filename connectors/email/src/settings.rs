//! What a person fills in to connect a mailbox.

use crate::{addresses::plain_address, confirm};
use serde_json::{Value, json};
use tertulia_connector::FieldError;
use tertulia_model::{ConnectorSpec, EchoSafety, Limits};

/// How a connection is kept from being read on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    Tls,
    StartTls,
    /// Only for a server in one's own house.
    None,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum History {
    Now,
    Days30,
    All,
}

/// One server's place.
#[derive(Debug, Clone)]
pub struct Server {
    pub host: String,
    pub port: u16,
    pub security: Security,
}

/// The settings of one mailbox, without its secrets.
#[derive(Debug, Clone)]
pub struct Settings {
    pub address: String,
    pub display_name: Option<String>,
    /// All addresses that are ours, the main one first.
    pub ours: Vec<String>,
    pub imap: Server,
    pub smtp: Server,
    pub username: String,
    pub smtp_username: Option<String>,
    pub xoauth2: bool,
    pub token_url: Option<String>,
    pub client_id: Option<String>,
    pub folder: String,
    pub sent_folder: Option<String>,
    pub history: History,
    pub reply_plus_addressing: bool,
    pub file_sent_copy: bool,
    pub extra_ca: Option<String>,
    /// Whose word is taken for who wrote a mail in the inbox.
    pub checker: Option<String>,
}

impl Settings {
    pub fn read(settings: &Value) -> Self {
        let text = |name: &str| {
            settings.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
        };
        let address = main_address(settings);
        let others = text("other_addresses").unwrap_or_default();
        let mut ours = vec![address.clone()];
        ours.extend(others.split([',', ';', '\n']).filter_map(plain_address).filter(|other| *other != address));
        let port = |name: &str, usual: u16| number(settings, name).and_then(|n| u16::try_from(n).ok()).unwrap_or(usual);
        let imap_host = text("imap_host").unwrap_or_default();
        let told = text("checker").map(|name| name.to_lowercase());
        let checker = told.or_else(|| confirm::checker_of(&imap_host).map(str::to_owned));
        Self {
            display_name: text("display_name"),
            ours,
            smtp: Server {
                host: text("smtp_host").unwrap_or_else(|| imap_host.clone()),
                port: port("smtp_port", 587),
                security: security(settings, "smtp_security", Security::StartTls),
            },
            imap: Server {
                host: imap_host,
                port: port("imap_port", 993),
                security: security(settings, "imap_security", Security::Tls),
            },
            username: text("username").unwrap_or_else(|| address.clone()),
            smtp_username: text("smtp_username"),
            xoauth2: text("auth").as_deref() == Some("xoauth2"),
            token_url: text("oauth_token_url"),
            client_id: text("oauth_client_id"),
            folder: text("folder").unwrap_or_else(|| "INBOX".to_owned()),
            sent_folder: text("sent_folder"),
            history: match text("history").as_deref() {
                Some("30_days") => History::Days30,
                Some("all") => History::All,
                _ => History::Now,
            },
            reply_plus_addressing: settings.get("reply_plus_addressing").and_then(Value::as_bool).unwrap_or(false),
            file_sent_copy: settings.get("file_sent_copy").and_then(Value::as_bool).unwrap_or(true),
            extra_ca: text("extra_ca"),
            checker,
            address,
        }
    }
}

pub fn main_address(settings: &Value) -> String {
    let written = settings.get("address").and_then(Value::as_str).unwrap_or_default();
    plain_address(written).unwrap_or_else(|| written.trim().to_lowercase())
}

/// A number, also where a form sent it as text.
fn number(settings: &Value, name: &str) -> Option<i64> {
    let value = settings.get(name)?;
    value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
}

fn security(settings: &Value, name: &str, usual: Security) -> Security {
    match settings.get(name).and_then(Value::as_str) {
        Some("tls") => Security::Tls,
        Some("starttls") => Security::StartTls,
        Some("none") => Security::None,
        _ => usual,
    }
}

/// What the schema cannot say.
pub fn check(settings: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let text = |name: &str| settings.get(name).and_then(Value::as_str).map(str::trim).unwrap_or_default();
    if plain_address(text("address")).is_none() {
        errors.push(FieldError::new("address", "Write the whole address, such as hello@roastery.example."));
    }
    for other in text("other_addresses").split([',', ';', '\n']).map(str::trim).filter(|other| !other.is_empty()) {
        if plain_address(other).is_none() {
            errors.push(FieldError::new("other_addresses", format!("\u{201c}{other}\u{201d} is no address.")));
        }
    }
    for (name, needed) in [("imap_host", true), ("smtp_host", false)] {
        let host = text(name);
        let strange = |c: char| c.is_whitespace() || matches!(c, '/' | '@' | ',');
        if host.is_empty() && needed {
            errors.push(FieldError::new(name, "Write the server's name, such as imap.provider.example."));
        } else if host.contains("://") || host.contains(strange) {
            errors.push(FieldError::new(name, "Write only the server's name, without http:// and without a path."));
        }
    }
    for name in ["imap_port", "smtp_port"] {
        if settings.get(name).is_some_and(|v| !v.is_null())
            && !number(settings, name).is_some_and(|n| (1..65536).contains(&n))
        {
            errors.push(FieldError::new(name, "A port is a number between 1 and 65535."));
        }
    }
    if text("auth") == "xoauth2" {
        if !text("oauth_token_url").starts_with("https://") && !text("oauth_token_url").starts_with("http://") {
            errors.push(FieldError::new("oauth_token_url", "Write the address of your provider's token service."));
        }
        if text("oauth_client_id").is_empty() {
            errors.push(FieldError::new("oauth_client_id", "Write the client id that your provider gave you."));
        }
    }
    errors
}

pub fn spec() -> ConnectorSpec {
    ConnectorSpec {
        name: "email".to_owned(),
        title: "E-mail".to_owned(),
        summary:
            "Reads a mailbox as mail arrives, what you sent from elsewhere included, and answers from its address."
                .to_owned(),
        icon: "mail".to_owned(),
        settings_schema: schema(),
        limits: Limits {
            text: 500_000,
            attachment_bytes: 20 << 20,
            attachments: 20,
            subject: true,
            recipients: true,
            ..Limits::NONE
        },
        echo_safety: EchoSafety::CheckThenSend,
        pulls: true,
        sends: true,
        hosts_visitors: false,
        cannot_hear: Vec::new(),
    }
}

const ADVANCED: [&str; 14] = [
    "other_addresses",
    "imap_port",
    "imap_security",
    "username",
    "smtp_port",
    "smtp_security",
    "smtp_username",
    "smtp_password",
    "folder",
    "sent_folder",
    "checker",
    "reply_plus_addressing",
    "file_sent_copy",
    "extra_ca",
];

/// Where passwords and tokens go, and whether they can be read on the way.
const RECEIVES_SECRETS: [&str; 5] = ["imap_host", "imap_security", "smtp_host", "smtp_security", "oauth_token_url"];

fn schema() -> Value {
    let secured = |usual: &str| {
        json!({"type": "string", "enum": ["tls", "starttls", "none"], "default": usual,
            "x-labels": {"tls": "Encrypted (TLS)", "starttls": "Encrypted after the greeting (STARTTLS)",
                "none": "Not encrypted, only for a server in your own house"}})
    };
    let mut properties = serde_json::Map::new();
    let mut add = |name: &str, title: &str, description: &str, rest: Value| {
        let mut field = json!({"title": title, "description": description, "x-order": properties.len() + 1});
        if let (Some(field), Value::Object(rest)) = (field.as_object_mut(), rest) {
            field.extend(rest);
        }
        properties.insert(name.to_owned(), field);
    };
    let text = || json!({"type": "string"});
    let secret = || json!({"type": "string", "format": "password"});
    add("address", "Address", "The address people write to.", json!({"type": "string", "format": "email"}));
    add("display_name", "Name", "What people see as the sender.", text());
    add(
        "other_addresses",
        "Also yours",
        "Other addresses whose mail lands in this mailbox, with commas between. Mail from them counts as yours.",
        text(),
    );
    // Most providers name their servers so; a hint in the field, never a value.
    let host = |guess: &str| json!({"type": "string", "x-guess": guess, "x-guess-from": "address"});
    add("imap_host", "Incoming server", "Your provider calls it the IMAP server.", host("imap.{domain}"));
    add(
        "imap_port",
        "Port",
        "Usually 993.",
        json!({"type": "integer", "default": 993, "minimum": 1, "maximum": 65535}),
    );
    add("imap_security", "Encryption", "How the connection to the incoming server is protected.", secured("tls"));
    add("username", "User name", "Leave it empty if it is the address.", text());
    add(
        "auth",
        "Sign-in",
        "With a password, or with a token from Google or Microsoft (XOAUTH2).",
        json!({"type": "string", "enum": ["password", "xoauth2"], "default": "password",
            "x-labels": {"password": "Password", "xoauth2": "Token (Google, Microsoft)"}}),
    );
    let mut password = secret();
    password["x-show-if"] = json!({"auth": "password"});
    add("password", "Password", "Many providers want an app password here. It is kept encrypted.", password);
    let only_token = json!({"x-show-if": {"auth": "xoauth2"}});
    let with = |mut base: Value| {
        if let (Some(base), Some(more)) = (base.as_object_mut(), only_token.as_object()) {
            base.extend(more.clone());
        }
        base
    };
    add("oauth_token_url", "Token address", "Where your provider renews tokens.", with(text()));
    add("oauth_client_id", "Client id", "From your provider's developer page.", with(text()));
    add("oauth_client_secret", "Client secret", "Leave it empty if your provider gave none.", with(secret()));
    add("oauth_refresh_token", "Refresh token", "It lets Tertulia sign in again without you.", with(secret()));
    add(
        "smtp_host",
        "Outgoing server",
        "The SMTP server. Leave it empty if it is the incoming one.",
        host("smtp.{domain}"),
    );
    add(
        "smtp_port",
        "Outgoing port",
        "Usually 587, or 465 for TLS from the start.",
        json!({"type": "integer", "default": 587, "minimum": 1, "maximum": 65535}),
    );
    add(
        "smtp_security",
        "Outgoing encryption",
        "How the connection to the outgoing server is protected.",
        secured("starttls"),
    );
    add("smtp_username", "Outgoing user name", "Leave it empty if it is the same.", text());
    add("smtp_password", "Outgoing password", "Leave it empty if it is the same.", secret());
    add("folder", "Folder", "The folder that is read.", json!({"type": "string", "default": "INBOX"}));
    add("sent_folder", "Folder for sent mail", "Leave it empty and it is found by itself.", text());
    add(
        "checker",
        "Who checks senders",
        "A mail in the inbox that names you as its sender counts as yours only if it lies in the sent folder too, or this \
         server confirms it. Its name is the first word of the Authentication-Results in any mail you get. Leave it \
         empty for Google and Fastmail.",
        text(),
    );
    add(
        "history",
        "Old mail",
        "What to read of the mail that is already there. Old mail arrives closed: nobody is notified, nothing is answered.",
        // Asked when the mailbox is connected; later there is no old mail left to choose.
        json!({"type": "string", "enum": ["now", "30_days", "all"], "default": "now", "x-at-start": true,
            "x-labels": {"now": "Nothing, start now", "30_days": "The last 30 days", "all": "Everything"}}),
    );
    add(
        "reply_plus_addressing",
        "Answers to a plus address",
        "Answers go to you+something@…, so that they find their conversation even if a mail program loses its headers. \
         Switch it on only if your provider delivers such addresses.",
        json!({"type": "boolean", "default": false}),
    );
    add(
        "file_sent_copy",
        "Keep a copy in the sent folder",
        "What you send from here also lies in your mailbox's sent folder.",
        json!({"type": "boolean", "default": true}),
    );
    add(
        "extra_ca",
        "Own certificate authority",
        "For a server with a certificate of your own: a file in PEM form on this machine, or its text.",
        text(),
    );
    for name in RECEIVES_SECRETS {
        if let Some(field) = properties.get_mut(name) {
            field["x-receives-secrets"] = true.into();
        }
    }
    // What most mailboxes never need is folded away in the form.
    for name in ADVANCED {
        if let Some(field) = properties.get_mut(name) {
            field["x-advanced"] = true.into();
        }
    }
    json!({"type": "object", "required": ["address", "imap_host"], "properties": properties})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_fields_mean_what_their_descriptions_say() {
        let settings = Settings::read(&json!({
            "address": "Hello <Hello@Roastery.example>", "imap_host": "mail.example",
            "other_addresses": "shop@roastery.example; Beans@roastery.example, hello@roastery.example",
        }));
        assert_eq!(settings.ours, ["hello@roastery.example", "shop@roastery.example", "beans@roastery.example"]);
        assert_eq!((settings.imap.port, settings.smtp.port, settings.smtp.host.as_str()), (993, 587, "mail.example"));
        assert_eq!((settings.imap.security, settings.smtp.security), (Security::Tls, Security::StartTls));
        assert_eq!((settings.username.as_str(), settings.folder.as_str()), ("hello@roastery.example", "INBOX"));
        assert!(settings.file_sent_copy && settings.history == History::Now);
    }

    #[test]
    fn wrong_settings_name_their_field() {
        let wrong = json!({"address": "hello", "imap_host": "https://mail.example/", "imap_port": 70000,
            "other_addresses": "a@b.example, nobody", "auth": "xoauth2"});
        let fields: Vec<String> = check(&wrong).into_iter().map(|error| error.field).collect();
        let expected = ["address", "other_addresses", "imap_host", "imap_port", "oauth_token_url", "oauth_client_id"];
        assert_eq!(fields, expected);
        assert!(check(&json!({"address": "a@b.example", "imap_host": "mail.example"})).is_empty());
    }

    #[test]
    fn the_secrets_are_marked_as_such() {
        let spec = spec();
        let mut secrets = spec.secret_names();
        secrets.sort_unstable();
        assert_eq!(secrets, ["oauth_client_secret", "oauth_refresh_token", "password", "smtp_password"]);
    }
}
