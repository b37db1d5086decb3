//! What the webhooks of trackers say, as far as it concerns an issue that was closed or opened again: GitHub's and those like
//! it (Gitea, Forgejo), GitLab's, and a plain one of our own. Whatever else they tell is nothing to us, and no error.

#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;

use jiff::Timestamp;
use serde_json::Value;

/// Of an address; nobody's link is longer.
const LONGEST_URL: usize = 500;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    Closed,
    Reopened,
}

impl What {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Reopened => "reopened",
        }
    }
}

/// That an issue was closed, or opened again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The page of the issue.
    pub url: String,
    pub what: What,
    /// Milliseconds since 1970, by the tracker's clock; none where it does not say.
    pub at: Option<i64>,
}

/// Reads a body. None: it tells something else. An error is no JSON object at all.
pub fn read(body: &[u8]) -> Result<Option<Told>, &'static str> {
    let value: Value = serde_json::from_slice(body).map_err(|_| "This is no JSON.")?;
    if !value.is_object() {
        return Err("This is no JSON object.");
    }
    let told = of_github(&value).or_else(|| of_gitlab(&value)).or_else(|| plain(&value));
    Ok(told.filter(|told| is_page(&told.url)))
}

fn is_page(url: &str) -> bool {
    let is_web = url.starts_with("https://") || url.starts_with("http://");
    is_web && url.len() <= LONGEST_URL && !url.contains(|c: char| c.is_whitespace() || c.is_control())
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name)?.as_str()
}

/// "Issues" of GitHub, Gitea and Forgejo. A pull request has an event of its own.
fn of_github(value: &Value) -> Option<Told> {
    let issue = value.get("issue").filter(|issue| issue.is_object())?;
    let what = match text(value, "action")? {
        "closed" => What::Closed,
        "reopened" => What::Reopened,
        _ => return None,
    };
    Some(Told { url: text(issue, "html_url")?.to_owned(), what, at: time(issue.get("updated_at")) })
}

/// "Issue Hook" of GitLab.
fn of_gitlab(value: &Value) -> Option<Told> {
    if !matches!(text(value, "object_kind"), Some("issue" | "work_item")) {
        return None;
    }
    let issue = value.get("object_attributes")?;
    let what = match text(issue, "action")? {
        "close" => What::Closed,
        "reopen" => What::Reopened,
        _ => return None,
    };
    Some(Told { url: text(issue, "url")?.to_owned(), what, at: time(issue.get("updated_at")) })
}

/// `{ "url": "https://issues.example/7", "state": "closed", "at": "2026-11-21T12:00:00Z" }`
fn plain(value: &Value) -> Option<Told> {
    let what = match text(value, "state")? {
        "closed" => What::Closed,
        "reopened" | "open" => What::Reopened,
        _ => return None,
    };
    Some(Told { url: text(value, "url")?.to_owned(), what, at: time(value.get("at")) })
}

/// RFC 3339, as GitLab wrote it before ("2026-11-21 12:00:00 UTC"), or milliseconds.
fn time(value: Option<&Value>) -> Option<i64> {
    match value? {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => {
            let written = match text.strip_suffix(" UTC") {
                Some(bare) => format!("{bare}Z"),
                None => text.clone(),
            };
            Some(written.parse::<Timestamp>().ok()?.as_millisecond())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(value: &Value) -> Option<Told> {
        read(value.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn each_tracker_is_understood_when_it_closes_an_issue_and_opens_it_again() {
        let url = "https://issues.example/roaster/shop/issues/7";
        let at = Some(1_795_262_400_000);
        let issue = json!({ "html_url": url, "updated_at": "2026-11-21T12:00:00Z", "title": "Sundays" });
        let of = |what| Some(Told { url: url.to_owned(), what, at });
        assert_eq!(told(&json!({ "action": "closed", "issue": issue })), of(What::Closed));
        assert_eq!(told(&json!({ "action": "reopened", "issue": issue })), of(What::Reopened));
        let gitlab = |action: &str| {
            let attributes = json!({ "url": url, "action": action, "updated_at": "2026-11-21 12:00:00 UTC" });
            json!({ "object_kind": "issue", "object_attributes": attributes })
        };
        assert_eq!(told(&gitlab("close")), of(What::Closed));
        assert_eq!(told(&gitlab("reopen")), of(What::Reopened));
        assert_eq!(told(&gitlab("update")), None);
        let plain = json!({ "url": url, "state": "closed", "at": 1_795_262_400_000_i64 });
        assert_eq!(told(&plain), of(What::Closed));
        assert_eq!(
            told(&json!({ "url": url, "state": "open" })),
            Some(Told { at: None, ..of(What::Reopened).unwrap() })
        );
    }

    #[test]
    fn everything_else_is_nothing_to_us_and_what_is_no_object_is_an_error() {
        let others = [
            json!({ "zen": "Keep it logically awesome.", "hook_id": 1 }),
            json!({ "action": "labeled", "issue": { "html_url": "https://x.example/1" } }),
            json!({ "action": "closed", "issue": 7 }),
            json!({ "action": "closed", "issue": { "html_url": "javascript:alert(1)" } }),
            json!({ "action": "closed", "pull_request": { "html_url": "https://x.example/1" } }),
            json!({ "object_kind": "issue" }),
            json!({ "url": ["https://x.example"], "state": "closed" }),
            json!({ "url": "https://x.example/a b", "state": "closed" }),
            json!({}),
        ];
        assert!(others.iter().all(|other| told(other).is_none()));
        for bad in ["", "[]", "null", "7", "\"closed\"", "{", "\u{0}"] {
            assert!(read(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
