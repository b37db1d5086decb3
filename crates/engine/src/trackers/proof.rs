//! Who calls: a signature under the tracker's secret, in one of the ways that trackers know, or the secret itself.

use tertulia_connector::{Request, sign};
use tertulia_model::Millis;

/// How far the clock of whoever calls may be off (Standard Webhooks 1.0).
const TOLERANCE: i64 = 5 * 60;

/// Over the body alone: GitHub, Gitea and Forgejo.
const HEX: [&str; 3] = ["x-hub-signature-256", "x-forgejo-signature", "x-gitea-signature"];
/// The secret itself: GitLab.
const PLAIN: &str = "x-gitlab-token";

/// By what the call is known again; none where it is not proven. What is signed with its time is known by its id, all else
/// by what it says: nothing but the body is signed there.
pub fn mark(request: &Request, secret: &str, now: Millis) -> Option<Vec<u8>> {
    if let Some(signatures) = request.header("webhook-signature") {
        return standard(request, signatures, secret, now);
    }
    let is_proven = match HEX.iter().find_map(|name| request.header(name)) {
        Some(given) => {
            let given = given.strip_prefix("sha256=").unwrap_or(given);
            sign::same(&given.to_ascii_lowercase(), &sign::hex_signature(secret.as_bytes(), &request.body))
        }
        None => request.header(PLAIN).is_some_and(|given| sign::same(given, secret)),
    };
    is_proven.then(|| blake3::hash(&request.body).as_bytes().to_vec())
}

/// Whether what is signed says when it was signed; else only the body can.
pub fn names_its_time(request: &Request) -> bool {
    request.header("webhook-signature").is_some()
}

fn standard(request: &Request, signatures: &str, secret: &str, now: Millis) -> Option<Vec<u8>> {
    let id = request.header("webhook-id").filter(|id| !id.is_empty() && !id.contains('.'))?;
    let seconds: i64 = request.header("webhook-timestamp")?.parse().ok()?;
    if seconds.abs_diff(now / 1_000) > TOLERANCE.unsigned_abs() {
        return None;
    }
    let body = std::str::from_utf8(&request.body).ok()?;
    let right = sign::webhook_signature(secret, id, seconds, body)?;
    let is_proven = signatures.split(' ').any(|given| sign::same(given, &right));
    is_proven.then(|| blake3::hash(format!("id {id}").as_bytes()).as_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = 1_795_262_400_000;
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    fn call(headers: &[(&str, &str)], body: &str) -> Request {
        Request {
            method: "POST".to_owned(),
            path: "/".to_owned(),
            query: Vec::new(),
            raw_query: String::new(),
            headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            body: body.to_owned().into(),
            from: None,
            at: NOW,
        }
    }

    #[test]
    fn each_way_of_signing_is_known_and_nothing_else() {
        let hex = sign::hex_signature(SECRET.as_bytes(), b"{}");
        let seconds = (NOW / 1_000).to_string();
        let standard = sign::webhook_signature(SECRET, "msg_1", NOW / 1_000, "{}").unwrap();
        let two = format!("v1,AAAA {standard}");
        let good: [&[(&str, &str)]; 5] = [
            &[("x-hub-signature-256", &format!("sha256={hex}"))],
            &[("x-gitea-signature", &hex)],
            &[("x-forgejo-signature", &hex.to_uppercase())],
            &[("x-gitlab-token", SECRET)],
            &[("webhook-id", "msg_1"), ("webhook-timestamp", &seconds), ("webhook-signature", &two)],
        ];
        for headers in good {
            assert!(mark(&call(headers, "{}"), SECRET, NOW).is_some(), "{headers:?}");
            assert!(mark(&call(headers, "{}"), "whsec_AAAA", NOW).is_none(), "{headers:?}");
        }
        for headers in [good[0], good[1], good[2], good[4]] {
            assert!(mark(&call(headers, "{ }"), SECRET, NOW).is_none(), "another body: {headers:?}");
        }
        assert!(mark(&call(good[4], "{}"), SECRET, NOW + 301_000).is_none(), "it is too old");
        let mixed: [&[(&str, &str)]; 4] = [
            &[],
            &[("x-hub-signature-256", "sha256=")],
            &[("x-gitlab-token", "")],
            // One that is signed wrongly is not taken at its word for another way.
            &[("webhook-signature", "v1,AAAA"), ("x-gitlab-token", SECRET)],
        ];
        for headers in mixed {
            assert!(mark(&call(headers, "{}"), SECRET, NOW).is_none(), "{headers:?}");
        }
    }

    #[test]
    fn what_is_signed_without_its_time_is_known_again_by_what_it_says() {
        let hex = sign::hex_signature(SECRET.as_bytes(), b"{}");
        let first = mark(&call(&[("x-gitea-signature", &hex), ("x-gitea-delivery", "1")], "{}"), SECRET, NOW);
        let again = mark(&call(&[("x-gitea-signature", &hex), ("x-gitea-delivery", "2")], "{}"), SECRET, NOW + 9);
        assert!(first.is_some() && first == again);
    }
}
