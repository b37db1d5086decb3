//! What a person fills in to connect an account.

use serde_json::{Value, json};
use tertulia_connector::{FieldError, guard::is_public};
use tertulia_model::{ConnectorSpec, CountBy, EchoSafety, Limits};
use url::{Host, Url};

/// What Mastodon allows where its operator has not changed it; the test of the settings says what this server allows.
pub const TEXT_LIMIT: usize = 500;
/// Hashtags and searches of one channel: each is asked for every few minutes, and a server gives 300 requests in five.
const MOST_WATCHED: usize = 30;

/// The settings of one account, without its token.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the API is, without a slash at its end.
    pub base: String,
    /// `user@server`, in lower case.
    pub handle: String,
    pub hashtags: Vec<String>,
    pub searches: Vec<String>,
    pub account: bool,
    pub home: bool,
    /// Whether an answer to a public post is public, too, and not only unlisted.
    pub answers_public: bool,
}

impl Settings {
    pub fn read(settings: &Value) -> Self {
        let mut hashtags: Vec<String> = lines(settings, "hashtags").filter_map(hashtag).collect();
        hashtags.sort();
        hashtags.dedup();
        let mut searches: Vec<String> = lines(settings, "searches").map(str::to_owned).collect();
        searches.dedup();
        Self {
            base: base(settings).map(|url| url.origin().ascii_serialization()).unwrap_or_default(),
            handle: handle(settings),
            hashtags,
            searches,
            account: switch(settings, "hear_account", true),
            home: switch(settings, "hear_home", false),
            answers_public: text(settings, "answers") == Some("public"),
        }
    }

    /// What stands behind the @ of those who have their account on this server.
    pub fn domain(&self) -> &str {
        self.handle.split_once('@').map_or("", |(_, domain)| domain)
    }
}

fn text<'a>(settings: &'a Value, name: &str) -> Option<&'a str> {
    settings.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
}

/// A form may send the answer as a word, since HTML has no booleans.
fn switch(settings: &Value, name: &str, usual: bool) -> bool {
    match settings.get(name) {
        Some(Value::Bool(answer)) => *answer,
        Some(Value::String(answer)) => !matches!(answer.trim(), "" | "no" | "false" | "off" | "0"),
        _ => usual,
    }
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

/// The server's address, whether it was written with `https://` or not.
fn base(settings: &Value) -> Option<Url> {
    let written = text(settings, "server")?.trim_end_matches('/');
    let whole = if written.contains("://") { written.to_owned() } else { format!("https://{written}") };
    let url = Url::parse(&whole).ok()?;
    let plain = url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    (matches!(url.scheme(), "https" | "http") && url.host_str().is_some() && plain).then_some(url)
}

/// A token sent without encryption can be read on its way: only inside one's own house.
fn is_in_the_house(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(v4)) => !is_public(v4.into()),
        Some(Host::Ipv6(v6)) => !is_public(v6.into()),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

/// `user@server`, in lower case; the server may be left out where it is the one of the API.
pub fn handle(settings: &Value) -> String {
    let written = text(settings, "handle").unwrap_or_default().trim_start_matches('@').to_lowercase();
    if written.is_empty() || written.contains('@') {
        return written;
    }
    let Some(url) = base(settings) else { return written };
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{written}@{host}:{port}"),
        None => format!("{written}@{host}"),
    }
}

/// A hashtag as the server's addresses have it: without its sign, in lower case.
fn hashtag(line: &str) -> Option<String> {
    let name = line.trim_start_matches(['#', '\u{ff03}']).to_lowercase();
    let good = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '\u{b7}'));
    good.then_some(name)
}

pub fn check(settings: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    match base(settings) {
        None => errors.push(FieldError::new(
            "server",
            "Write the address at which you open Mastodon, such as https://mastodon.example.",
        )),
        Some(url) if url.scheme() == "http" && !is_in_the_house(&url) => errors.push(FieldError::new(
            "server",
            "Without encryption anybody on the way could read the access token. Write https:// before the server's name.",
        )),
        Some(_) => {}
    }
    let handle = handle(settings);
    let name_and_server = handle.split_once('@').is_some_and(|(name, server)| {
        let name_is_good = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "_.-".contains(c));
        name_is_good && !server.is_empty() && !server.contains(['@', '/', ' '])
    });
    if !name_and_server {
        errors.push(FieldError::new("handle", "Write the account's whole name, such as @roastery@mastodon.example."));
    }
    for line in lines(settings, "hashtags").filter(|line| hashtag(line).is_none()) {
        let message = format!("\u{201c}{line}\u{201d} is no hashtag: it has letters, digits and _ only, one a line.");
        errors.push(FieldError::new("hashtags", message));
    }
    for line in lines(settings, "searches").filter(|line| line.chars().count() > 200) {
        let start: String = line.chars().take(30).collect();
        errors
            .push(FieldError::new("searches", format!("\u{201c}{start}\u{2026}\u{201d} is longer than 200 letters.")));
    }
    for name in ["hashtags", "searches"] {
        if lines(settings, name).count() > MOST_WATCHED {
            let message = format!("At most {MOST_WATCHED}: a server answers 300 questions in five minutes.");
            errors.push(FieldError::new(name, message));
        }
    }
    let hears = Settings::read(settings);
    if !hears.account && !hears.home && hears.hashtags.is_empty() && hears.searches.is_empty() {
        let message = "Nothing would be heard. Leave this on, or name a hashtag or a search.";
        errors.push(FieldError::new("hear_account", message));
    }
    errors
}

/// What this account, set as it is, never shows us.
pub fn cannot_hear(settings: &Value) -> Vec<String> {
    let settings = Settings::read(settings);
    let mut unheard = Vec::new();
    if !settings.account {
        unheard.push("Mentions of this account, private ones too: hearing them is switched off.".to_owned());
    }
    if !settings.searches.is_empty() {
        unheard.push(
            "Searches find only what the server has indexed: public posts of people who agreed to be found, on servers \
             that have full-text search."
                .to_owned(),
        );
    }
    unheard
}

pub fn spec() -> ConnectorSpec {
    ConnectorSpec {
        name: "mastodon".to_owned(),
        title: "Mastodon".to_owned(),
        summary: "Hears mentions, answers, hashtags and searches on Mastodon and its kin, and answers there."
            .to_owned(),
        icon: "megaphone".to_owned(),
        settings_schema: schema(),
        limits: Limits::words(TEXT_LIMIT, CountBy::ShortLinks),
        echo_safety: EchoSafety::ProviderDedup,
        pulls: true,
        sends: true,
        hosts_visitors: false,
        cannot_hear: [
            "Posts that never reached this server: nobody here follows their author, and they mention nobody here.",
            "Favourites, boosts and votes: they have no words.",
            "Private posts that do not mention this account.",
            "Deletions and edits of older posts by people this account does not follow: only the latest 40 that were \
             heard are looked at again.",
        ]
        .map(str::to_owned)
        .to_vec(),
    }
}

fn schema() -> Value {
    json!({
        "type": "object",
        "required": ["server", "handle", "access_token"],
        "properties": {
            "server": {
                "type": "string", "title": "Server", "maxLength": 200, "x-order": 1, "x-receives-secrets": true,
                "description": "The address at which you open Mastodon, such as https://mastodon.example."
            },
            "handle": {
                "type": "string", "title": "Account", "maxLength": 200, "x-order": 2,
                "description": "The account's whole name, such as @roastery@mastodon.example."
            },
            "access_token": {
                "type": "string", "title": "Access token", "format": "password", "x-order": 3,
                "description": "In Mastodon: Preferences, Development, New application, with the scopes read and \
                    write:statuses. Copy \u{201c}Your access token\u{201d} here."
            },
            "hear_account": {
                "type": "boolean", "title": "Hear the account", "default": true, "x-order": 4,
                "description": "Mentions of it, answers to it, and what it says itself."
            },
            "hear_home": {
                "type": "boolean", "title": "Hear the home timeline", "default": false, "x-order": 5,
                "description": "Everything that those whom the account follows say."
            },
            "hashtags": {
                "type": "array", "items": { "type": "string" }, "title": "Hashtags", "format": "lines", "x-order": 6,
                "description": "One a line. The first ten are heard at once, the others within a few minutes."
            },
            "searches": {
                "type": "array", "items": { "type": "string" }, "title": "Searches", "format": "lines", "x-order": 7,
                "description": "Words to look for, one search a line, on servers that have full-text search."
            },
            "answers": {
                "type": "string", "title": "Answers to public posts", "enum": ["unlisted", "public"],
                "default": "unlisted", "x-order": 8,
                "x-labels": { "unlisted": "Unlisted", "public": "Public" },
                "description": "Unlisted: everybody can read them, and they stay out of public timelines. Answers to \
                    private posts are always private."
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
        assert_eq!(fields(json!({})), ["server", "handle"]);
        assert_eq!(fields(json!({"server": "http://mastodon.example", "handle": "@a@b.example"})), ["server"]);
        assert_eq!(fields(json!({"server": "https://m.example/@shop", "handle": "shop"})), ["server", "handle"]);
        assert_eq!(
            fields(
                json!({"server": "m.example", "handle": "shop", "hashtags": "#coffee\nmy roast", "hear_account": false})
            ),
            ["hashtags"]
        );
        assert_eq!(fields(json!({"server": "m.example", "handle": "shop", "hear_account": "no"})), ["hear_account"]);
        assert_eq!(fields(json!({"server": "http://127.0.0.1:3000", "handle": "shop"})), Vec::<String>::new());
    }

    #[test]
    fn a_handle_gets_its_server_and_hashtags_lose_their_sign() {
        let settings = Settings::read(&json!({
            "server": "Mastodon.Example/", "handle": "@Roastery", "hashtags": ["#Kaffee", "コーヒー", "kaffee"]
        }));
        assert_eq!(
            (settings.base.as_str(), settings.handle.as_str()),
            ("https://mastodon.example", "roastery@mastodon.example")
        );
        assert_eq!(settings.hashtags, ["kaffee", "コーヒー"]);
        assert_eq!(settings.domain(), "mastodon.example");
        let elsewhere = json!({"server": "https://social.example", "handle": "@shop@roastery.example"});
        assert_eq!(Settings::read(&elsewhere).domain(), "roastery.example");
    }
}
