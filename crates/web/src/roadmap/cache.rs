//! Answers that may be kept for a moment, and are asked for again by what they were (RFC 9110, section 13).

use crate::assets::matches_tag;
use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use jiff::{Timestamp, fmt::rfc2822};
use tertulia_connector::sign;
use tertulia_model::Millis;

/// Whoever turns the page off, or takes something off it, finds it gone everywhere after so long.
const FOR_A_MINUTE: HeaderValue = HeaderValue::from_static("public, max-age=60");

/// When what is answered was last changed, and what time it is now.
#[derive(Debug, Clone, Copy)]
pub(super) struct Changed {
    pub at: Millis,
    pub now: Millis,
}

/// The text, or that nothing has changed since whoever asks read it.
pub(super) fn answer(asked: &HeaderMap, kind: &'static str, text: String, changed: Option<Changed>) -> Response {
    // What matters is that another text has another tag: half of a digest is more than enough.
    let tag = format!("\"{}\"", &sign::sign(b"tag of a public page", &text)[..22]);
    // The date knows whole seconds: within the one in which something changed it would call two texts the same.
    let date =
        changed.filter(|changed| changed.at / 1_000 < changed.now / 1_000).and_then(|changed| http_date(changed.at));
    let known = match asked.get(header::IF_NONE_MATCH) {
        Some(sent) => matches_tag(sent, &tag),
        None => asked.get(header::IF_MODIFIED_SINCE).zip(changed.filter(|_| date.is_some())).is_some_and(
            |(sent, changed)| {
                let since = sent.to_str().ok().and_then(|sent| rfc2822::parse(sent).ok());
                since.is_some_and(|since| changed.at / 1_000 <= since.timestamp().as_second())
            },
        ),
    };
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, kind)], text).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, FOR_A_MINUTE);
    headers.extend(HeaderValue::try_from(tag).ok().map(|tag| (header::ETAG, tag)));
    headers.extend(date.and_then(|date| HeaderValue::try_from(date).ok()).map(|date| (header::LAST_MODIFIED, date)));
    response
}

/// "Sat, 21 Nov 2026 12:00:00 GMT"
fn http_date(at: Millis) -> Option<String> {
    Some(Timestamp::from_millisecond(at).ok()?.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Millis = 1_795_262_400_500;

    fn asked(name: header::HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::try_from(value).unwrap())])
    }

    fn status(asked: &HeaderMap, text: &str, at: Millis) -> u16 {
        let changed = Some(Changed { at, now: AT + 60_000 });
        answer(asked, "text/plain", text.to_owned(), changed).status().as_u16()
    }

    #[test]
    fn what_was_read_before_is_not_sent_again() {
        let first = answer(&HeaderMap::new(), "text/plain", "a".to_owned(), Some(Changed { at: AT, now: AT + 60_000 }));
        let date = first.headers()[header::LAST_MODIFIED].to_str().unwrap().to_owned();
        assert_eq!(date, "Sat, 21 Nov 2026 12:00:00 GMT");
        let tag = first.headers()[header::ETAG].to_str().unwrap().to_owned();
        assert_eq!(status(&asked(header::IF_NONE_MATCH, &tag), "a", AT), 304);
        assert_eq!(status(&asked(header::IF_NONE_MATCH, &tag), "b", AT), 200);
        assert_eq!(status(&asked(header::IF_NONE_MATCH, &format!("\"x\", W/{tag}")), "a", AT), 304);
        assert_eq!(status(&asked(header::IF_MODIFIED_SINCE, &date), "a", AT), 304);
        assert_eq!(status(&asked(header::IF_MODIFIED_SINCE, &date), "b", AT + 1_000), 200);
        assert_eq!(status(&asked(header::IF_MODIFIED_SINCE, "last week"), "a", AT), 200);
        let mut both = asked(header::IF_MODIFIED_SINCE, &date);
        both.insert(header::IF_NONE_MATCH, HeaderValue::from_static("\"x\""));
        assert_eq!(status(&both, "a", AT), 200, "the tag goes before the date");
    }

    #[test]
    fn in_the_second_of_a_change_no_date_is_named() {
        let fresh = Some(Changed { at: AT, now: AT + 300 });
        let answer = answer(&HeaderMap::new(), "text/plain", "a".to_owned(), fresh);
        assert!(!answer.headers().contains_key(header::LAST_MODIFIED));
        assert_eq!(answer.headers()[header::CACHE_CONTROL], "public, max-age=60");
    }
}
