//! Short signed texts: reply tokens, visitor tokens. HMAC-SHA256, compared in constant time.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
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

fn mac(key: &[u8], text: &str) -> Hmac<Sha256> {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key)
        .unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"));
    mac.update(text.as_bytes());
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
    fn a_changed_text_or_key_or_signature_is_refused() {
        let signature = sign(b"key", "text");
        assert!(verify(b"key", "text", &signature));
        assert!(!verify(b"key", "texT", &signature));
        assert!(!verify(b"kez", "text", &signature));
        assert!(!verify(b"key", "text", &signature[1..]));
        assert!(!verify(b"key", "text", ""));
    }
}
