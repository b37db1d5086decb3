//! The settings of a feed's channel.

use serde_json::{Value, json};
use std::time::Duration;
use tertulia_connector::{FieldError, PullError};
use tertulia_model::{ConnectorSpec, EchoSafety, Limits};
use url::Url;

const USUAL_MINUTES: u64 = 10;
const LEAST_MINUTES: u64 = 5;
const MOST_MINUTES: u64 = 24 * 60;

pub fn spec() -> ConnectorSpec {
    ConnectorSpec {
        name: "feed".to_owned(),
        title: "Feed".to_owned(),
        summary: "Hears a blog, a news site or a podcast by its feed (RSS, Atom, JSON Feed), and the comments under its posts."
            .to_owned(),
        icon: "rss".to_owned(),
        settings_schema: schema(),
        limits: Limits::NONE,
        echo_safety: EchoSafety::AtMostOnce,
        pulls: true,
        sends: false,
        hosts_visitors: false,
        cannot_hear: vec![
            "A feed shows its newest items only: what came and went between two looks is never seen.".to_owned(),
            "A post or comment that is taken away simply goes missing from a feed, as old ones do: it stays here.".to_owned(),
            "Many feeds give the beginning of each post only.".to_owned(),
        ],
    }
}

fn schema() -> Value {
    json!({
        "type": "object",
        "required": ["url"],
        "properties": {
            "url": {
                "type": "string", "title": "Address", "format": "uri", "maxLength": 2000, "x-order": 1,
                "description": "Of the feed, or of the page that it belongs to: https://blog.example.org"
            },
            "whose": {
                "type": "string", "title": "Whose words", "enum": ["theirs", "ours"], "default": "theirs", "x-order": 2,
                "x-labels": { "theirs": "Somebody else's", "ours": "Our own" },
                "description": "Of your own blog the posts are what you say, and comments under them are written to you."
            },
            "comments": {
                "type": "boolean", "title": "Comments too", "default": false, "x-order": 3,
                "description": "Hears the feed of the site's comments where it has one, else those of its newest posts."
            },
            "minutes": {
                "type": "integer", "title": "Minutes between two looks", "default": USUAL_MINUTES,
                "minimum": LEAST_MINUTES, "maximum": MOST_MINUTES, "x-order": 4,
                "description": "A feed that asks to be left alone for longer is left alone, up to an hour. One with a hub (WebSub) tells of news at once."
            },
            "hub_key": {
                "type": "string", "title": "Key for hubs", "format": "password", "x-generated": true, "x-order": 5
            }
        }
    })
}

pub struct Settings {
    pub url: Url,
    pub is_ours: bool,
    pub comments: bool,
    pub interval: Duration,
}

impl Settings {
    pub fn read(settings: &Value) -> Result<Self, PullError> {
        let url = url_of(settings).map_err(|error| PullError::Misconfigured(error.message))?;
        let minutes = minutes(settings).unwrap_or(USUAL_MINUTES).clamp(LEAST_MINUTES, MOST_MINUTES);
        Ok(Self {
            url,
            is_ours: settings.get("whose").and_then(Value::as_str) == Some("ours"),
            comments: settings.get("comments").is_some_and(|answer| *answer == json!(true) || *answer == json!("true")),
            interval: Duration::from_secs(minutes * 60),
        })
    }
}

/// A form may send a number as text.
fn minutes(settings: &Value) -> Option<u64> {
    let given = settings.get("minutes")?;
    given.as_u64().or_else(|| given.as_str()?.trim().parse().ok())
}

fn url_of(settings: &Value) -> Result<Url, FieldError> {
    let typed = settings.get("url").and_then(Value::as_str).unwrap_or_default().trim();
    let wrong = |message: String| Err(FieldError::new("url", message));
    if typed.is_empty() {
        return wrong(
            "Give the address of the feed, or of the page it belongs to: https://blog.example.org".to_owned(),
        );
    }
    // `feed:` is how some pages link to theirs.
    let bare = typed.strip_prefix("feed://").or_else(|| typed.strip_prefix("feed:")).unwrap_or(typed);
    let whole = if bare.contains("://") { bare.to_owned() } else { format!("https://{bare}") };
    match Url::parse(&whole) {
        Ok(mut url) if matches!(url.scheme(), "http" | "https") && url.has_host() => {
            if !url.username().is_empty() || url.password().is_some() {
                return wrong(
                    "A password in the address would stand in every log on the way. Leave it out.".to_owned(),
                );
            }
            url.set_fragment(None);
            Ok(url)
        }
        _ => wrong(format!("\u{201c}{typed}\u{201d} is no address. Write it as https://blog.example.org/feed.")),
    }
}

pub fn check(settings: &Value) -> Vec<FieldError> {
    let mut errors: Vec<FieldError> = url_of(settings).err().into_iter().collect();
    let given = settings.get("minutes").is_some_and(|given| !given.is_null() && *given != json!(""));
    if given && !minutes(settings).is_some_and(|minutes| (LEAST_MINUTES..=MOST_MINUTES).contains(&minutes)) {
        let message = format!("Between {LEAST_MINUTES} and {MOST_MINUTES} minutes: a feed is somebody else's server.");
        errors.push(FieldError::new("minutes", message));
    }
    errors
}

/// The address without what makes no difference.
pub fn account(settings: &Value) -> String {
    url_of(settings).map_or_else(|_| String::new(), |url| String::from(url).trim_end_matches('/').to_owned())
}
