//! Speaking HTTP with the world, through the one guard. One client serves everybody, so that connections are kept.

use crate::{PullError, SendError, guard::GuardError, words::one_line};
use serde_json::Value;
use std::time::Duration;
use tertulia_model::Millis;

/// How long an answer may take where nobody says otherwise.
const PATIENCE: Duration = Duration::from_secs(20);
/// The longest wait that a source may ask of us: beyond it we look again all the same.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 3_600);
const SHORTEST_WAIT: Duration = Duration::from_secs(1);
/// The wait where a source asks for patience and names no time.
const USUAL_WAIT: Duration = Duration::from_secs(60);

/// A request.
#[derive(Clone)]
pub struct Ask {
    pub method: &'static str,
    pub url: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
    /// The most bytes of an answer that are read; a larger one is an error.
    pub most_bytes: usize,
    /// Of a larger answer its beginning is good enough.
    pub or_its_beginning: bool,
    pub patience: Duration,
}

impl Ask {
    pub fn get(url: impl Into<String>) -> Self {
        Self {
            method: "GET",
            url: url.into(),
            headers: Vec::new(),
            body: Vec::new(),
            most_bytes: 4 << 20,
            or_its_beginning: false,
            patience: PATIENCE,
        }
    }

    pub fn post(url: impl Into<String>, media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let ask = Self { method: "POST", body: body.into(), ..Self::get(url) };
        ask.header("content-type", media_type)
    }

    pub fn post_json(url: impl Into<String>, body: &Value) -> Self {
        Self::post(url, "application/json", body.to_string())
    }

    pub fn post_form(url: impl Into<String>, form: &[(&str, &str)]) -> Self {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        Self::post(url, "application/x-www-form-urlencoded", body)
    }

    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", format!("Bearer {token}"))
    }

    #[must_use]
    pub fn at_most(self, most_bytes: usize) -> Self {
        Self { most_bytes, ..self }
    }

    /// Of an answer larger than that, its beginning ([`Answer::is_cut`]).
    #[must_use]
    pub fn beginning(self, most_bytes: usize) -> Self {
        Self { most_bytes, or_its_beginning: true, ..self }
    }
}

/// Headers and body may hold secrets.
impl std::fmt::Debug for Ask {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ask").field("method", &self.method).finish_non_exhaustive()
    }
}

/// What came back: any status is an answer.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// Where it was found in the end.
    pub url: String,
    /// Whether every step from the address asked to that one says that it holds for good (301, 308).
    pub moved_for_good: bool,
    pub body: Vec<u8>,
    /// The body goes on: only its beginning was asked for.
    pub is_cut: bool,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    pub fn media_type(&self) -> Option<&str> {
        self.header("content-type")
    }

    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    pub fn json(&self) -> Result<Value, String> {
        serde_json::from_slice(&self.body).map_err(|_| "The answer is no JSON.".to_owned())
    }

    /// How long the source asks us to wait (RFC 9110 §10.2.3: seconds, or a date), if it does. One that names no time at
    /// all, or one that is over, is not asked again in the same breath.
    pub fn retry_after(&self, now: Millis) -> Option<Duration> {
        Some(retry_after(self.header("retry-after")?, now)?.max(SHORTEST_WAIT))
    }

    /// What an answer that is no success means for fetching. `who` names the other side ("The feed's server").
    pub fn pull_error(&self, who: &str, now: Millis) -> PullError {
        let said = self.said(who);
        match self.status {
            401 => PullError::Reauthorise(format!("{said} The credentials are not accepted (any more): renew them.")),
            429 | 503 => PullError::RetryAfter {
                wait: self.retry_after(now).unwrap_or(USUAL_WAIT),
                reason: format!("{said} It asks for a pause; it goes on by itself."),
            },
            _ => PullError::Retry(said),
        }
    }

    /// The same for sending, where nothing is known of the channel that would say more.
    pub fn send_error(&self, who: &str, now: Millis) -> SendError {
        let said = self.said(who);
        match self.status {
            401 => SendError::Reauthorise(format!("{said} The credentials are not accepted (any more): renew them.")),
            429 => SendError::Throttled { wait: self.retry_after(now).unwrap_or(USUAL_WAIT), reason: said },
            // The request was refused before anything was done with it.
            400..500 => SendError::Rejected(said),
            503 => match self.retry_after(now) {
                Some(wait) => SendError::Throttled { wait, reason: said },
                None => SendError::RetryAfter { wait: USUAL_WAIT, reason: said },
            },
            _ => SendError::Unknown(said),
        }
    }

    fn said(&self, who: &str) -> String {
        let words = self.error_words();
        let colon = if words.is_empty() { "." } else { ": " };
        format!("{who} answered {}{colon}{words}", self.status)
    }

    /// What an answer says of its error: common JSON fields, or the first words of a plain text.
    fn error_words(&self) -> String {
        let said = match self.json() {
            Ok(json) => ["message", "error_description", "error", "detail"]
                .iter()
                .find_map(|field| json.get(*field).and_then(Value::as_str).map(str::to_owned))
                .unwrap_or_default(),
            Err(_) if self.media_type().is_some_and(|media| media.starts_with("text/plain")) => {
                String::from_utf8_lossy(&self.body).into_owned()
            }
            Err(_) => String::new(),
        };
        let said = one_line(&said, 200);
        if said.is_empty() || said.ends_with(['.', '!', '?']) { said } else { format!("{said}.") }
    }
}

fn retry_after(text: &str, now: Millis) -> Option<Duration> {
    let wait = match text.trim().parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let at = httpdate::parse_http_date(text.trim()).ok()?;
            let at = at.duration_since(std::time::UNIX_EPOCH).ok()?;
            at.saturating_sub(Duration::from_millis(now.max(0).unsigned_abs()))
        }
    };
    Some(wait.min(LONGEST_WAIT))
}

/// An answer whose body goes on for as long as both sides like (a server-sent stream).
pub struct Stream {
    pub status: u16,
    pub(crate) response: reqwest::Response,
}

impl Stream {
    /// The next bytes; none at the end.
    pub async fn chunk(&mut self) -> Result<Option<bytes::Bytes>, GuardError> {
        self.response.chunk().await.map_err(crate::guard::http_error)
    }

    /// The whole of it, for an answer that is no stream after all.
    pub async fn whole(self, most_bytes: usize) -> Result<Answer, GuardError> {
        crate::guard::read_body(self.response, most_bytes, false, false).await
    }
}

/// A fetch that did not come to an answer: a person must help where the address is wrong or not allowed.
impl From<GuardError> for PullError {
    fn from(error: GuardError) -> Self {
        match error {
            GuardError::Private { .. } | GuardError::BadUrl(_) => Self::Misconfigured(error.to_string()),
            error => Self::Retry(error.to_string()),
        }
    }
}

/// How soon a server that cannot be reached is tried again.
const UNREACHED_WAIT: Duration = Duration::from_secs(30);

/// A sending that did not come to an answer: unless the request surely never left, nobody knows what became of it.
impl From<GuardError> for SendError {
    fn from(error: GuardError) -> Self {
        match error {
            GuardError::Private { .. } | GuardError::BadUrl(_) => Self::Rejected(error.to_string()),
            GuardError::NoConnection | GuardError::Unresolved(_) | GuardError::Unreachable(..) => {
                Self::RetryAfter { wait: UNREACHED_WAIT, reason: error.to_string() }
            }
            GuardError::Http(_) | GuardError::TooLarge(_) => Self::Unknown(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Answer {
        let headers = headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        Answer { status, headers, url: String::new(), moved_for_good: false, body: body.into(), is_cut: false }
    }

    #[test]
    fn a_pause_may_be_asked_for_in_seconds_or_until_a_date_and_never_for_longer_than_a_day() {
        let now = 1_750_000_000_000;
        assert_eq!(retry_after("120", now), Some(Duration::from_secs(120)));
        assert_eq!(retry_after("Sun, 15 Jun 2025 15:07:40 GMT", now), Some(Duration::from_secs(60)));
        assert_eq!(retry_after("Sun, 15 Jun 2014 15:07:40 GMT", now), Some(Duration::ZERO));
        assert_eq!(retry_after("999999999999", now), Some(LONGEST_WAIT));
        assert_eq!(retry_after("soon", now), None);
    }

    #[test]
    fn an_answer_says_what_is_to_be_done() {
        let busy = answer(429, &[("retry-after", "7")], "");
        assert!(matches!(busy.pull_error("It", 0), PullError::RetryAfter { wait, .. } if wait.as_secs() == 7));
        let at_once = answer(429, &[("retry-after", "0")], "").pull_error("It", 0);
        assert!(matches!(at_once, PullError::RetryAfter { wait, .. } if wait.as_secs() == 1), "{at_once:?}");
        assert!(matches!(answer(401, &[], "").pull_error("It", 0), PullError::Reauthorise(_)));
        let sending = |status, headers: &[(&str, &str)]| answer(status, headers, "").send_error("It", 0);
        let pause = |error| match error {
            SendError::Throttled { wait, .. } => Some(wait.as_secs()),
            _ => None,
        };
        assert_eq!(pause(sending(429, &[("retry-after", "7")])), Some(7));
        assert_eq!(pause(sending(429, &[])), Some(60));
        assert_eq!(pause(sending(503, &[("retry-after", "9")])), Some(9));
        assert!(matches!(sending(503, &[]), SendError::RetryAfter { .. }), "it is away, and asks for nothing");
        let broken = answer(500, &[("content-type", "text/plain")], "out of\u{7} memory").pull_error("The server", 0);
        assert_eq!(broken.to_string(), "The server answered 500: out of memory.");
        let refused = answer(422, &[], r#"{"error":"Text is too long"}"#).send_error("The server", 0);
        assert_eq!(refused, SendError::Rejected("The server answered 422: Text is too long.".to_owned()));
        assert!(matches!(answer(502, &[], "").send_error("It", 0), SendError::Unknown(_)), "it may have been taken");
    }
}
