//! The settings of a Webmention channel: which pages are ours.

use serde_json::{Value, json};
use tertulia_connector::FieldError;
use tertulia_model::{ConnectorSpec, EchoSafety, Limits};
use url::Url;

pub fn spec() -> ConnectorSpec {
    ConnectorSpec {
        name: "webmention".to_owned(),
        title: "Webmention".to_owned(),
        summary:
            "Hears of pages that link to yours, by Webmention and Pingback: answers on other people's blogs, mostly."
                .to_owned(),
        icon: "link".to_owned(),
        settings_schema: json!({
            "type": "object",
            "required": ["sites"],
            "properties": {
                "sites": {
                    "type": "array", "items": { "type": "string" }, "title": "Your sites", "format": "lines", "x-order": 1,
                    "description": "One address a line, such as https://www.example.org. Only mentions of pages below these are heard."
                },
                "pingback": {
                    "type": "boolean", "title": "Pingback too", "default": true, "x-order": 2,
                    "description": "The older way, which WordPress speaks."
                }
            }
        }),
        limits: Limits::NONE,
        echo_safety: EchoSafety::AtMostOnce,
        pulls: false,
        sends: false,
        hosts_visitors: false,
        cannot_hear: vec![
            "Pages that link to yours and tell nobody: most of the web.".to_owned(),
            "Likes and reposts without words are counted and not kept.".to_owned(),
        ],
    }
}

/// The addresses that are ours, those that can be read.
pub fn sites(settings: &Value) -> Vec<Url> {
    lines(settings).filter_map(|line| site(line).ok()).collect()
}

fn lines(settings: &Value) -> impl Iterator<Item = &str> {
    let lines: Vec<&str> = match settings.get("sites") {
        Some(Value::Array(lines)) => lines.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(text)) => text.lines().collect(),
        _ => Vec::new(),
    };
    lines.into_iter().map(str::trim).filter(|line| !line.is_empty())
}

fn site(line: &str) -> Result<Url, String> {
    let whole = if line.contains("://") { line.to_owned() } else { format!("https://{line}") };
    match Url::parse(&whole) {
        Ok(mut url) if matches!(url.scheme(), "http" | "https") && url.has_host() && url.username().is_empty() => {
            url.set_query(None);
            url.set_fragment(None);
            Ok(url)
        }
        _ => Err(format!("{line} is not the address of a site. Write it as https://www.example.org.")),
    }
}

pub fn check(settings: &Value) -> Vec<FieldError> {
    let wrong: Vec<FieldError> =
        lines(settings).filter_map(|line| site(line).err()).map(|words| FieldError::new("sites", words)).collect();
    if wrong.is_empty() && sites(settings).is_empty() {
        return vec![FieldError::new("sites", "Name at least one site of yours, such as https://www.example.org.")];
    }
    wrong
}

pub fn account(settings: &Value) -> String {
    sites(settings).first().map_or_else(String::new, |site| site.as_str().trim_end_matches('/').to_owned())
}

pub fn takes_pingback(settings: &Value) -> bool {
    settings.get("pingback").is_none_or(|answer| *answer != json!(false) && *answer != json!("false"))
}

/// Whether a page lies below one of our sites. Both ways to the same server (http, https) count as one.
pub fn is_ours(settings: &Value, page: &Url) -> bool {
    sites(settings).iter().any(|site| {
        let same_port = site.port() == page.port();
        let below = page.path().strip_prefix(site.path().trim_end_matches('/'));
        site.host() == page.host() && same_port && below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_below_our_sites_are_ours() {
        let settings = json!({ "sites": ["https://shop.example/blog/", "cafe.example"] });
        assert_eq!(check(&settings), []);
        let ours = |url: &str| is_ours(&settings, &Url::parse(url).unwrap());
        for page in ["https://shop.example/blog", "http://shop.example/blog/a?b#c", "https://CAFE.example/"] {
            assert!(ours(page), "{page}");
        }
        for page in [
            "https://shop.example/",
            "https://shop.example/blogs",
            "https://shop.example.evil.example/blog/",
            "https://evil.example/?https://cafe.example/",
            "https://cafe.example:8443/",
            "https://cafe.example@evil.example/",
        ] {
            assert!(!ours(page), "{page}");
        }
        assert_eq!(check(&json!({ "sites": " \n" })).len(), 1);
        assert_eq!(check(&json!({ "sites": "mailto:a@b\nhttps://a b" })).len(), 2);
    }
}
