//! What a person fills in to connect an account.

use crate::names::is_did;
use serde_json::{Value, json};
use tertulia_connector::{FieldError, guard::is_public};
use tertulia_model::{ConnectorSpec, CountBy, EchoSafety, Limits};
use url::{Host, Url};

/// Of the lexicon `app.bsky.feed.post`.
const TEXT_LIMIT: usize = 300;
/// A Jetstream would take ten times as many; each name is looked up when the channel begins.
const MOST_ACCOUNTS: usize = 1_000;
const USUAL_SERVICE: &str = "https://bsky.social";
/// Those that Bluesky runs itself; any of them gives the whole stream.
const USUAL_STREAMS: &str = "wss://jetstream1.us-east.bsky.network/subscribe\n\
    wss://jetstream2.us-east.bsky.network/subscribe\nwss://jetstream1.us-west.bsky.network/subscribe\n\
    wss://jetstream2.us-west.bsky.network/subscribe";

/// What of the stream is heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// What names the account or answers it, and what it says itself.
    Mentions,
    /// All that some accounts say.
    Watched,
    /// All that anybody says, of which the engine keeps what monitors look for.
    Firehose,
}

#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the account lives, without a slash at its end.
    pub service: String,
    /// The account's handle, or its DID, in lower case.
    pub handle: String,
    pub mode: Mode,
    /// Handles or DIDs.
    pub accounts: Vec<String>,
    pub streams: Vec<Url>,
}

impl Settings {
    pub fn read(settings: &Value) -> Self {
        let mut accounts: Vec<String> = lines(settings, "accounts").map(bare_name).collect();
        accounts.sort();
        accounts.dedup();
        Self {
            service: service(settings).map(|url| url.origin().ascii_serialization()).unwrap_or_default(),
            handle: handle(settings),
            mode: match text(settings, "mode") {
                Some("watched") => Mode::Watched,
                Some("firehose") => Mode::Firehose,
                _ => Mode::Mentions,
            },
            accounts,
            streams: stream_lines(settings).iter().filter_map(|line| stream(line).ok()).collect(),
        }
    }
}

fn text<'a>(settings: &'a Value, name: &str) -> Option<&'a str> {
    settings.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
}

/// Given as a list or as one text with a line each.
fn lines<'a>(settings: &'a Value, name: &str) -> impl Iterator<Item = &'a str> + use<'a> {
    let lines: Vec<&str> = match settings.get(name) {
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(text)) => text.lines().collect(),
        _ => Vec::new(),
    };
    lines.into_iter().map(str::trim).filter(|line| !line.is_empty())
}

fn stream_lines(settings: &Value) -> Vec<&str> {
    let given: Vec<&str> = lines(settings, "streams").collect();
    if given.is_empty() { USUAL_STREAMS.lines().collect() } else { given }
}

fn bare_name(line: &str) -> String {
    line.trim_start_matches('@').to_lowercase()
}

pub fn handle(settings: &Value) -> String {
    text(settings, "handle").map(bare_name).unwrap_or_default()
}

fn service(settings: &Value) -> Option<Url> {
    let written = text(settings, "service").unwrap_or(USUAL_SERVICE).trim_end_matches('/');
    let whole = if written.contains("://") { written.to_owned() } else { format!("https://{written}") };
    let url = Url::parse(&whole).ok()?;
    let plain = url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    (matches!(url.scheme(), "https" | "http") && url.host_str().is_some() && plain).then_some(url)
}

/// What goes without encryption can be read, and forged, on its way: only inside one's own house.
fn is_in_the_house(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(v4)) => !is_public(v4.into()),
        Some(Host::Ipv6(v6)) => !is_public(v6.into()),
        // A scheme such as ws leaves an address of numbers as it is written.
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

fn stream(line: &str) -> Result<Url, String> {
    let wrong = || format!("{line} is no stream's address. Write it as wss://jetstream.example/subscribe.");
    let url = Url::parse(line).map_err(|_| wrong())?;
    if url.host_str().is_none() || url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
        return Err(wrong());
    }
    match url.scheme() {
        "wss" => Ok(url),
        "ws" if is_in_the_house(&url) => Ok(url),
        "ws" => Err(format!("{line} is not encrypted, so anybody on the way could forge posts. Use wss://.")),
        _ => Err(wrong()),
    }
}

/// Whether it may be a handle: a name of the domain name system.
fn is_handle(name: &str) -> bool {
    let part = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    name.len() <= 253 && name.contains('.') && name.split('.').all(part)
}

pub fn check(settings: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let is_name = |name: &str| is_handle(name) || is_did(name);
    match service(settings) {
        None => errors.push(FieldError::new("service", "Write the server's address, such as https://bsky.social.")),
        Some(url) if url.scheme() == "http" && !is_in_the_house(&url) => errors.push(FieldError::new(
            "service",
            "Without encryption anybody on the way could read the password. Write https:// before the server's name.",
        )),
        Some(_) => {}
    }
    if !is_name(&handle(settings)) {
        errors.push(FieldError::new("handle", "Write the account's whole name, such as roastery.bsky.social."));
    }
    for line in lines(settings, "accounts").filter(|line| !is_name(&bare_name(line))) {
        let message = format!("\u{201c}{line}\u{201d} is no account: write its whole name, such as kim.bsky.social.");
        errors.push(FieldError::new("accounts", message));
    }
    let read = Settings::read(settings);
    if read.mode == Mode::Watched && read.accounts.is_empty() {
        errors.push(FieldError::new("accounts", "Name at least one account, or choose to hear something else."));
    }
    if read.accounts.len() > MOST_ACCOUNTS {
        errors.push(FieldError::new("accounts", format!("At most {MOST_ACCOUNTS} accounts.")));
    }
    let wrong = stream_lines(settings).into_iter().filter_map(|line| stream(line).err());
    errors.extend(wrong.map(|message| FieldError::new("streams", message)));
    errors
}

/// What this account, set as it is, never shows us.
pub fn cannot_hear(settings: &Value) -> Vec<String> {
    let mut unheard = Vec::new();
    match Settings::read(settings).mode {
        Mode::Mentions => unheard.push(
            "Posts that write about the organisation without naming its account: hear the whole stream for those."
                .to_owned(),
        ),
        Mode::Watched => unheard.push("What anybody else says, mentions of the account included.".to_owned()),
        Mode::Firehose => unheard.push(
            "Posts that a monitor asks for by their author's name or number of followers alone: both are known only of \
             what is kept for another reason."
                .to_owned(),
        ),
    }
    unheard
}

pub fn spec() -> ConnectorSpec {
    ConnectorSpec {
        name: "bluesky".to_owned(),
        title: "Bluesky".to_owned(),
        summary: "Hears mentions, watched accounts or everything on Bluesky as it is said, and answers there."
            .to_owned(),
        icon: "cloud".to_owned(),
        settings_schema: schema(),
        limits: Limits::words(TEXT_LIMIT, CountBy::Graphemes),
        echo_safety: EchoSafety::ProviderDedup,
        pulls: true,
        sends: true,
        hosts_visitors: false,
        cannot_hear: [
            "Direct messages: they are not on the stream.",
            "How people are called and how many follow them, at first: the stream does not tell it. It is looked up for what \
             is kept.",
            "Likes, reposts and follows: they have no words.",
            "That posts are gone with their whole account: the stream tells nothing of each of them. What was kept stays until \
             you erase the person.",
        ]
        .map(str::to_owned)
        .to_vec(),
    }
}

fn schema() -> Value {
    json!({
        "type": "object",
        "required": ["handle", "app_password"],
        "properties": {
            "handle": {
                "type": "string", "title": "Account", "maxLength": 253, "x-order": 1,
                "description": "The account's whole name, such as roastery.bsky.social."
            },
            "app_password": {
                "type": "string", "title": "App password", "format": "password", "x-order": 2,
                "description": "In Bluesky: Settings, Privacy and security, App passwords. Never the account's own password."
            },
            "mode": {
                "type": "string", "title": "What to hear", "enum": ["mentions", "watched", "firehose"],
                "default": "mentions", "x-order": 3,
                "x-labels": {
                    "mentions": "What names the account, or answers it",
                    "watched": "All that the accounts below say, too",
                    "firehose": "Everything that anybody says: your monitors keep what they look for"
                }
            },
            "accounts": {
                "type": "array", "items": { "type": "string" }, "title": "Watched accounts", "format": "lines",
                "x-order": 4, "description": "One a line, such as kim.bsky.social. Only where all that they say is heard."
            },
            "service": {
                "type": "string", "title": "Server", "maxLength": 200, "default": USUAL_SERVICE, "x-order": 5,
                "x-receives-secrets": true,
                "description": "Where the account lives. Bluesky's own, unless you run a server (PDS) yourself."
            },
            "streams": {
                "type": "array", "items": { "type": "string" }, "title": "Streams", "format": "lines",
                "default": USUAL_STREAMS.lines().collect::<Vec<_>>(), "x-order": 6,
                "description": "Jetstreams, one address a line. The next one is taken when one fails."
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wrong_setting_is_named_and_says_how_to_mend_it() {
        let fields = |settings: Value| check(&settings).into_iter().map(|e| e.field).collect::<Vec<_>>();
        assert_eq!(fields(json!({})), ["handle"]);
        assert_eq!(fields(json!({"handle": "@roastery"})), ["handle"]);
        let good = |more: Value| {
            let mut settings = json!({"handle": "@Roastery.bsky.social"});
            settings.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            fields(settings)
        };
        assert_eq!(good(json!({"service": "http://pds.example"})), ["service"]);
        assert_eq!(
            good(json!({"service": "http://127.0.0.1:2583", "streams": "ws://127.0.0.1:1/subscribe"})),
            Vec::<String>::new()
        );
        assert_eq!(
            good(json!({"streams": ["ws://jetstream.example/subscribe", "https://x.example"]})),
            ["streams", "streams"]
        );
        assert_eq!(good(json!({"mode": "watched"})), ["accounts"]);
        assert_eq!(good(json!({"mode": "watched", "accounts": "kim.bsky.social\ndid:plc:abc\nkim"})), ["accounts"]);
    }

    #[test]
    fn what_is_not_said_is_bluesky_s_own() {
        let settings = Settings::read(&json!({"handle": "@Roastery.bsky.social"}));
        assert_eq!(
            (settings.service.as_str(), settings.handle.as_str()),
            ("https://bsky.social", "roastery.bsky.social")
        );
        assert_eq!((settings.mode, settings.streams.len()), (Mode::Mentions, 4));
    }
}
