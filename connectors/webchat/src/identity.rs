//! The host site's word on who its own user is: a short-lived JSON Web Token (RFC 7519), signed by HMAC-SHA256.
//!
//! Read as strictly as RFC 8725 asks: one algorithm, chosen by us and never by the token; `exp` and `iat` required;
//! ten minutes at most, so that a token that leaks out of a page is soon worth nothing.

use crate::settings::LEAST_SECRET_BYTES;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;
use tertulia_connector::sign;
use tertulia_model::Millis;

const LONGEST_JWT: usize = 4_096;
const LONGEST_LIFE_SECONDS: f64 = 600.0;
/// How far the site's clock and ours may differ.
const SKEW_SECONDS: f64 = 60.0;
const LONGEST_SUBJECT: usize = 200;
const LONGEST_NAME: usize = 200;

/// A user of the host site, by its word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteUser {
    pub subject: String,
    pub name: Option<String>,
    pub mail: Option<String>,
}

/// Why the site's word was not taken, in a sentence for the person who builds the site.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    #[error("The identity token is not a JSON Web Token of three parts.")]
    Malformed,
    #[error("The identity token must be signed with HS256; no other algorithm is taken.")]
    Algorithm,
    #[error("The identity token's signature does not match the channel's identity secret.")]
    Signature,
    #[error("The identity token needs `sub`, `iat` and `exp`: {0}.")]
    Claims(String),
    #[error("The identity token has run out. Make a new one for each page.")]
    Expired,
    #[error("The identity token must run out at most ten minutes after it was made.")]
    TooLong,
    #[error("The identity token was made in the future. Is the site's clock right?")]
    NotYet,
    #[error("The channel's identity secret is shorter than 32 characters, so its tokens are not taken.")]
    WeakSecret,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    typ: Option<String>,
    /// RFC 7515 §4.1.11: who does not understand a critical header must refuse the token; we understand none.
    crit: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    iat: f64,
    exp: f64,
    nbf: Option<f64>,
    name: Option<String>,
    email: Option<String>,
}

/// Reads `jwt` as signed with `secret`.
pub fn verify(secret: &[u8], jwt: &str, now: Millis) -> Result<SiteUser, IdentityError> {
    if secret.len() < LEAST_SECRET_BYTES {
        return Err(IdentityError::WeakSecret);
    }
    let (signed, signature) = jwt.trim().rsplit_once('.').ok_or(IdentityError::Malformed)?;
    let (header, claims) = signed.split_once('.').ok_or(IdentityError::Malformed)?;
    if jwt.len() > LONGEST_JWT || claims.contains('.') {
        return Err(IdentityError::Malformed);
    }
    check_header(header)?;
    if !sign::verify(secret, signed, signature) {
        return Err(IdentityError::Signature);
    }
    let claims = URL_SAFE_NO_PAD.decode(claims).map_err(|_| IdentityError::Malformed)?;
    let claims: Claims = serde_json::from_slice(&claims).map_err(|error| IdentityError::Claims(error.to_string()))?;
    check_times(&claims, now)?;
    user(claims)
}

fn check_header(header: &str) -> Result<(), IdentityError> {
    let bytes = URL_SAFE_NO_PAD.decode(header).map_err(|_| IdentityError::Malformed)?;
    let header: Header = serde_json::from_slice(&bytes).map_err(|_| IdentityError::Malformed)?;
    let typed = header.typ.is_none_or(|typ| typ.eq_ignore_ascii_case("JWT"));
    if header.alg == "HS256" && header.crit.is_none() && typed { Ok(()) } else { Err(IdentityError::Algorithm) }
}

fn check_times(claims: &Claims, now: Millis) -> Result<(), IdentityError> {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit a double exactly for 285,000 years")]
    let now = now as f64 / 1000.0;
    if now >= claims.exp + SKEW_SECONDS {
        return Err(IdentityError::Expired);
    }
    let begins = claims.nbf.map_or(claims.iat, |nbf| nbf.max(claims.iat));
    if begins > now + SKEW_SECONDS {
        return Err(IdentityError::NotYet);
    }
    let life = claims.exp - claims.iat;
    if life > 0.0 && life <= LONGEST_LIFE_SECONDS { Ok(()) } else { Err(IdentityError::TooLong) }
}

fn user(claims: Claims) -> Result<SiteUser, IdentityError> {
    let subject = claims.sub.trim();
    let length = subject.chars().count();
    if length == 0 || length > LONGEST_SUBJECT || subject.chars().any(char::is_control) {
        return Err(IdentityError::Claims("`sub` must be the user's id, of at most 200 characters".to_owned()));
    }
    Ok(SiteUser {
        subject: subject.to_owned(),
        name: claims.name.and_then(|name| tidy_name(&name)),
        mail: claims.email.and_then(|mail| crate::mail::tidy(&mail)),
    })
}

fn tidy_name(name: &str) -> Option<String> {
    let shown: String = name.chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect();
    Some(shown.trim().to_owned()).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const SECRET: &[u8] = b"a secret of the host site, 32 bytes or more";
    const NOW: Millis = 1_750_000_000_000;
    const NOW_SECONDS: i64 = 1_750_000_000;

    fn jwt(header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(header), part(claims));
        format!("{signed}.{}", sign::sign(SECRET, &signed))
    }

    fn hs256(claims: &Value) -> String {
        jwt(&json!({ "alg": "HS256", "typ": "JWT" }), claims)
    }

    fn claims() -> Value {
        json!({ "sub": "42", "iat": NOW_SECONDS, "exp": NOW_SECONDS + 300, "name": "Amina", "email": "A@Example.org" })
    }

    fn with(name: &str, value: Value) -> Value {
        let mut claims = claims();
        claims[name] = value;
        claims
    }

    #[test]
    fn the_sites_own_user_is_known_by_its_word() {
        let user = verify(SECRET, &hs256(&claims()), NOW).unwrap();
        assert_eq!(user.subject, "42");
        assert_eq!(user.name.as_deref(), Some("Amina"));
        assert_eq!(user.mail.as_deref(), Some("a@example.org"));
    }

    /// The example of RFC 7515 A.1, which any HS256 library reproduces: our reading of the format is not ours alone.
    #[test]
    fn the_signature_of_the_rfc_example_is_understood() {
        let key = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
        let jwt = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt\
            cGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let key = URL_SAFE_NO_PAD.decode(key).unwrap();
        // Its signature holds, and only then are its claims found wanting: it has neither `sub` nor `iat`.
        assert!(matches!(verify(&key, jwt, 1_300_819_000_000), Err(IdentityError::Claims(_))));
        assert_eq!(verify(SECRET, jwt, 1_300_819_000_000), Err(IdentityError::Signature));
    }

    #[test]
    fn no_algorithm_but_hs256_is_taken() {
        for alg in ["none", "None", "NONE", "", "hs256", "HS384", "HS512", "RS256", "ES256"] {
            let forged = jwt(&json!({ "alg": alg, "typ": "JWT" }), &claims());
            assert_eq!(verify(SECRET, &forged, NOW), Err(IdentityError::Algorithm), "{alg}");
        }
        let unsigned = jwt(&json!({ "alg": "none" }), &claims());
        let unsigned = &unsigned[..=unsigned.rfind('.').unwrap()];
        assert_eq!(verify(SECRET, unsigned, NOW), Err(IdentityError::Algorithm));
    }

    #[test]
    fn an_unknown_critical_header_is_refused() {
        let header = json!({ "alg": "HS256", "crit": ["b64"], "b64": false });
        assert_eq!(verify(SECRET, &jwt(&header, &claims()), NOW), Err(IdentityError::Algorithm));
    }

    #[test]
    fn a_claim_changed_or_a_signature_cut_is_refused() {
        let good = hs256(&claims());
        let other = hs256(&with("sub", json!("43")));
        let (body, _) = other.rsplit_once('.').unwrap();
        let (_, signature) = good.rsplit_once('.').unwrap();
        assert_eq!(verify(SECRET, &format!("{body}.{signature}"), NOW), Err(IdentityError::Signature));
        assert_eq!(verify(SECRET, &format!("{body}."), NOW), Err(IdentityError::Signature));
        assert_eq!(verify(SECRET, &good[..good.len() - 2], NOW), Err(IdentityError::Signature));
        assert_eq!(verify(b"another secret, which is as long as this", &good, NOW), Err(IdentityError::Signature));
    }

    #[test]
    fn a_token_lives_ten_minutes_at_most_and_must_say_so() {
        let check = |claims: Value, now: Millis| verify(SECRET, &hs256(&claims), now).map(|_| ());
        assert_eq!(check(with("exp", json!(NOW_SECONDS + 600)), NOW), Ok(()));
        assert_eq!(check(with("exp", json!(NOW_SECONDS + 601)), NOW), Err(IdentityError::TooLong));
        assert_eq!(check(with("exp", json!(NOW_SECONDS)), NOW), Err(IdentityError::TooLong));
        assert_eq!(check(claims(), NOW + 359_000), Ok(()), "a minute for clocks that differ");
        assert_eq!(check(claims(), NOW + 360_000), Err(IdentityError::Expired));
        assert_eq!(check(claims(), NOW - 61_000), Err(IdentityError::NotYet));
        assert_eq!(check(with("nbf", json!(NOW_SECONDS + 120)), NOW), Err(IdentityError::NotYet));
    }

    #[test]
    fn sub_iat_and_exp_are_required_and_of_the_right_kind() {
        for (name, value) in [
            ("sub", Value::Null),
            ("sub", json!(42)),
            ("sub", json!("  ")),
            ("sub", json!("a\u{0}b")),
            ("sub", json!("x".repeat(201))),
            ("iat", Value::Null),
            ("iat", json!("1750000000")),
            ("exp", Value::Null),
            ("exp", json!([])),
        ] {
            let refused = verify(SECRET, &hs256(&with(name, value.clone())), NOW);
            assert!(matches!(refused, Err(IdentityError::Claims(_))), "{name} = {value}: {refused:?}");
        }
    }

    #[test]
    fn a_claim_named_twice_is_refused() {
        let twice = format!(r#"{{"sub":"1","sub":"2","iat":{NOW_SECONDS},"exp":{}}}"#, NOW_SECONDS + 60);
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256"}"#), URL_SAFE_NO_PAD.encode(twice));
        let forged = format!("{signed}.{}", sign::sign(SECRET, &signed));
        assert!(matches!(verify(SECRET, &forged, NOW), Err(IdentityError::Claims(_))));
    }

    #[test]
    fn what_is_no_jwt_is_refused_without_a_panic() {
        let good = hs256(&claims());
        for end in 0..good.len() {
            assert!(verify(SECRET, &good[..end], NOW).is_err());
        }
        for junk in
            ["", ".", "..", "...", "a.b.c", "é.é.é", &"a".repeat(10_000), &format!("{good}.x"), &format!("x.{good}")]
        {
            assert!(verify(SECRET, junk, NOW).is_err(), "{junk}");
        }
    }

    #[test]
    fn a_short_secret_signs_for_nobody() {
        assert_eq!(verify(b"short", &hs256(&claims()), NOW), Err(IdentityError::WeakSecret));
        assert_eq!(verify(b"", &hs256(&claims()), NOW), Err(IdentityError::WeakSecret));
    }

    #[test]
    fn a_wrong_address_or_name_costs_nobody_their_chat() {
        let user = verify(SECRET, &hs256(&with("email", json!("not an address"))), NOW).unwrap();
        assert_eq!(user.mail, None);
        let user = verify(SECRET, &hs256(&with("name", json!("\u{7} "))), NOW).unwrap();
        assert_eq!(user.name, None);
    }
}
