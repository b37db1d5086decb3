//! Short signed texts: reply tokens, visitor tokens, and the signatures of webhooks. HMAC-SHA256, compared in constant time.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// The signature of `text` under `key`, in URL-safe base64.
pub fn sign(key: &[u8], text: &str) -> String {
    URL_SAFE_NO_PAD.encode(mac(key, text).finalize().into_bytes())
}

/// Whether `signature` is that of `text` under `key`.
pub fn verify(key: &[u8], text: &str, signature: &str) -> bool {
    URL_SAFE_NO_PAD.decode(signature).is_ok_and(|given| mac(key, text).verify_slice(&given).is_ok())
}

/// Whether somebody who knows `secret` gave it, in a time that does not tell how much of it is right. A secret that is
/// empty is known to nobody.
pub fn same(given: &str, secret: &str) -> bool {
    !secret.is_empty() && given.as_bytes().ct_eq(secret.as_bytes()).into()
}

/// What a secret of Standard Webhooks begins with.
const WEBHOOK_SECRET: &str = "whsec_";

/// A secret as Standard Webhooks writes it, of so many random bytes (24 to 64).
pub fn webhook_secret(key: &[u8]) -> String {
    format!("{WEBHOOK_SECRET}{}", STANDARD.encode(key))
}

/// The signature of a webhook (Standard Webhooks 1.0): of its id, the seconds since 1970, and its body. None where the
/// secret is not one.
pub fn webhook_signature(secret: &str, id: &str, seconds: i64, body: &str) -> Option<String> {
    let key = STANDARD.decode(secret.strip_prefix(WEBHOOK_SECRET)?).ok()?;
    let signature = mac(&key, format!("{id}.{seconds}.{body}")).finalize().into_bytes();
    Some(format!("v1,{}", STANDARD.encode(signature)))
}

/// The signature of a body alone, in hexadecimal digits: as GitHub signs its webhooks, and others after it.
pub fn hex_signature(key: &[u8], body: &[u8]) -> String {
    let signature = mac(key, body).finalize().into_bytes();
    signature.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn mac(key: &[u8], text: impl AsRef<[u8]>) -> Hmac<Sha256> {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key)
        .unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"));
    mac.update(text.as_ref());
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_secret_is_the_secret() {
        assert!(same("hush", "hush"));
        for wrong in ["", "hus", "hush ", "Hush"] {
            assert!(!same(wrong, "hush"), "{wrong}");
        }
        assert!(!same("", ""), "a key that was never made opens nothing");
    }

    #[test]
    fn a_webhook_is_signed_as_the_standard_signs_it() {
        // The example of the specification's own libraries.
        let signed = webhook_signature(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            r#"{"test": 2432232314}"#,
        );
        assert_eq!(signed.as_deref(), Some("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
        assert_eq!(webhook_secret(&[0; 24]), "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
        assert_eq!(webhook_signature("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg", 1, "{}"), None);
    }

    #[test]
    fn a_body_is_signed_as_github_signs_it() {
        // The example of GitHub's own documentation.
        let signed = hex_signature(b"It's a Secret to Everybody", b"Hello, World!");
        assert_eq!(signed, "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17");
    }

    #[test]
    fn a_changed_text_or_key_or_signature_is_refused() {
        let signature = sign(b"key", "text");
        assert!(verify(b"key", "text", &signature));
        assert!(!verify(b"key", "texT", &signature));
        assert!(!verify(b"kez", "text", &signature));
        assert!(!verify(b"key", "text", &signature[1..]));
        assert!(!verify(b"key", "text", ""));
    }
}
