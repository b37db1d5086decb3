//! Who a visitor is: a token that we sign for the page to keep, and the host site's word (a JWT) for its own users.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use tertulia_connector::{ReceiveError, sign};
use tertulia_model::{Chance, Millis};

const DAY: Millis = 24 * 60 * 60 * 1000;
/// An unnamed visitor comes back for half a year; each visit renews it.
pub const ANONYMOUS_FOR: Millis = 180 * DAY;
/// A named one only for half a day, and only the host site's word renews it: who signs out of the site on a shared
/// computer must not stay signed in here.
pub const NAMED_FOR: Millis = DAY / 2;
/// How far the clock of another of our nodes may run ahead.
const SKEW: Millis = 60_000;
const LONGEST_TOKEN: usize = 4_096;

/// What a visitor's token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VisitorToken {
    /// `visitor:` and 128 random bits, or `user:` and the name under which the host site knows its user.
    pub visitor: String,
    /// The account it was made for.
    pub channel: String,
    pub issued: Millis,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail: Option<String>,
}

impl VisitorToken {
    pub fn anonymous(account: &str, chance: &dyn Chance, now: Millis) -> Self {
        let mut random = [0; 16];
        chance.fill(&mut random);
        let visitor = format!("visitor:{}", URL_SAFE_NO_PAD.encode(random));
        Self { visitor, channel: account.to_owned(), issued: now, name: None, mail: None }
    }

    pub fn is_named(&self) -> bool {
        self.visitor.starts_with("user:")
    }

    pub fn expires(&self) -> Millis {
        self.issued + if self.is_named() { NAMED_FOR } else { ANONYMOUS_FOR }
    }

    /// The same anonymous visitor with a fresh date; a named one keeps its own.
    pub fn renewed(mut self, now: Millis) -> Self {
        if !self.is_named() {
            self.issued = now;
        }
        self
    }

    /// `v1.payload.signature`; the version is signed too, so that a later format cannot be passed off as this one.
    pub fn seal(&self, key: &[u8]) -> String {
        let payload = serde_json::to_vec(self).unwrap_or_default();
        let signed = format!("v1.{}", URL_SAFE_NO_PAD.encode(payload));
        let signature = sign::sign(key, &signed);
        format!("{signed}.{signature}")
    }

    /// Reads a token that we sealed for `account`. The signature comes first: nothing unsigned is ever parsed.
    pub fn open(key: &[u8], account: &str, token: &str, now: Millis) -> Result<Self, ReceiveError> {
        let refused = || ReceiveError::Unauthorised("This chat has ended. Reload the page to begin again.".to_owned());
        let (signed, signature) = token.rsplit_once('.').ok_or_else(refused)?;
        let payload = signed.strip_prefix("v1.").ok_or_else(refused)?;
        if token.len() > LONGEST_TOKEN || !sign::verify(key, signed, signature) {
            return Err(refused());
        }
        let bytes = URL_SAFE_NO_PAD.decode(payload).map_err(|_| refused())?;
        let token: Self = serde_json::from_slice(&bytes).map_err(|_| refused())?;
        let current = token.issued <= now + SKEW && now < token.expires();
        if token.channel == account && current { Ok(token) } else { Err(refused()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tertulia_model::SeededChance;

    const KEY: &[u8] = b"0123456789abcdef0123456789abcdef";
    const NOW: Millis = 1_750_000_000_000;

    fn visitor() -> VisitorToken {
        VisitorToken::anonymous("shop", &SeededChance::new(7), NOW)
    }

    fn named() -> VisitorToken {
        VisitorToken { visitor: "user:42".to_owned(), name: Some("أمينة".to_owned()), ..visitor() }
    }

    #[test]
    fn a_token_opens_to_what_was_sealed() {
        for token in [visitor(), named()] {
            assert_eq!(VisitorToken::open(KEY, "shop", &token.seal(KEY), NOW).unwrap(), token);
        }
    }

    #[test]
    fn two_visitors_never_share_a_handle() {
        let chance = SeededChance::new(7);
        let first = VisitorToken::anonymous("shop", &chance, NOW);
        assert_ne!(first.visitor, VisitorToken::anonymous("shop", &chance, NOW).visitor);
        assert_eq!(first.visitor.len(), "visitor:".len() + 22);
    }

    #[test]
    fn a_token_with_any_character_changed_or_cut_is_refused() {
        let sealed = visitor().seal(KEY);
        for at in 0..sealed.len() {
            let mut bytes = sealed.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            assert!(VisitorToken::open(KEY, "shop", &changed, NOW).is_err(), "changed at {at}");
            assert!(VisitorToken::open(KEY, "shop", &sealed[..at], NOW).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn another_channel_or_another_key_refuses_the_token() {
        let sealed = visitor().seal(KEY);
        assert!(VisitorToken::open(KEY, "other", &sealed, NOW).is_err());
        assert!(VisitorToken::open(b"another key, just as long as that", "shop", &sealed, NOW).is_err());
    }

    #[test]
    fn a_payload_swapped_under_an_old_signature_is_refused() {
        let sealed = visitor().seal(KEY);
        let (_, signature) = sealed.rsplit_once('.').unwrap();
        let payload = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&named()).unwrap());
        assert!(VisitorToken::open(KEY, "shop", &format!("v1.{payload}.{signature}"), NOW).is_err());
        assert!(VisitorToken::open(KEY, "shop", &format!("v1.{payload}."), NOW).is_err());
    }

    #[test]
    fn tokens_end_and_a_named_one_much_sooner() {
        let (anonymous, named) = (visitor().seal(KEY), named().seal(KEY));
        assert!(VisitorToken::open(KEY, "shop", &anonymous, NOW + ANONYMOUS_FOR - 1).is_ok());
        assert!(VisitorToken::open(KEY, "shop", &anonymous, NOW + ANONYMOUS_FOR).is_err());
        assert!(VisitorToken::open(KEY, "shop", &named, NOW + NAMED_FOR - 1).is_ok());
        assert!(VisitorToken::open(KEY, "shop", &named, NOW + NAMED_FOR).is_err());
        assert!(VisitorToken::open(KEY, "shop", &anonymous, NOW - SKEW - 1).is_err(), "a token from the future");
    }

    #[test]
    fn only_an_anonymous_token_renews_itself() {
        assert_eq!(visitor().renewed(NOW + DAY).issued, NOW + DAY);
        assert_eq!(named().renewed(NOW + DAY).issued, NOW);
    }
}
