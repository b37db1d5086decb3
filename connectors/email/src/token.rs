//! The reply token: it finds the conversation of an answer whose headers were lost on the way.
//!
//! It goes out in `X-Tertulia-Reply` and, where the mail server knows plus-addressing (RFC 5233), in `Reply-To` as
//! `shop+t-TOKEN@roastery.example`. Whether a token is genuine is the engine's to say; here it is only found.

use crate::mime::Entity;
use memchr::memmem;
use tertulia_connector::addresses::which_of_ours;

pub const HEADER: &str = "X-Tertulia-Reply";
const PLUS: &str = "+t-";
/// RFC 5321 §4.5.3.1.1.
const MAX_LOCAL: usize = 64;
const MAX_TOKEN: usize = 200;

/// `address` with the token inside, where it fits.
pub fn reply_address(address: &str, token: &str) -> Option<String> {
    let (local, domain) = address.rsplit_once('@')?;
    let fits = is_token(token) && local.len() + PLUS.len() + token.len() <= MAX_LOCAL && !local.contains(['+', '"']);
    fits.then(|| format!("{local}{PLUS}{token}@{domain}"))
}

/// Whether a text can be a token: it must survive in an address and in a header.
pub fn is_token(text: &str) -> bool {
    (8..=MAX_TOKEN).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'~'))
}

/// The token in a mail's own header: it is a copy of what we sent. An answer may name the token too, but not there.
pub fn of_copy(mail: &Entity<'_>) -> Option<String> {
    mail.field(HEADER).filter(|token| is_token(token))
}

/// The token of an answer: in one of the addresses it went to (as written, capitals kept), or in headers that were
/// quoted into its text.
pub fn of_answer<'a>(written: impl Iterator<Item = &'a str>, ours: &[String], text: &str) -> Option<String> {
    written.filter_map(|address| in_address(address, ours)).next().or_else(|| in_text(text))
}

fn in_address(written: &str, ours: &[String]) -> Option<String> {
    let (local, _) = written.rsplit_once('@')?;
    let (_, token) = local.split_once(PLUS)?;
    which_of_ours(written, ours)?;
    is_token(token).then(|| token.to_owned())
}

fn in_text(text: &str) -> Option<String> {
    let at = memmem::find(text.as_bytes(), b"X-Tertulia-Reply:")?;
    let rest = text[at + HEADER.len() + 1..].trim_start();
    let token: String = rest.chars().take_while(|c| !c.is_whitespace()).take(MAX_TOKEN + 1).collect();
    is_token(&token).then_some(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "7f3K.aB-c_9";

    #[test]
    fn a_token_survives_as_address_header_and_quote() {
        let ours = ["shop@roastery.example".to_owned()];
        let address = reply_address("shop@roastery.example", TOKEN).unwrap();
        assert_eq!(address, "shop+t-7f3K.aB-c_9@roastery.example");
        let found = |written: &[&str], text| of_answer(written.iter().copied(), &ours, text);
        assert_eq!(found(&[&address], "").as_deref(), Some(TOKEN));
        assert_eq!(found(&["other+t-7f3K.aB-c_9@roastery.example"], ""), None);
        assert_eq!(found(&[], "> X-Tertulia-Reply: 7f3K.aB-c_9\n> To: x").as_deref(), Some(TOKEN));
        let encoded = Entity::read(b"X-Tertulia-Reply: =?us-ascii?q?7f3K.aB-c=5F9?=\r\n\r\n");
        assert_eq!(of_copy(&encoded), None);
        let own = Entity::read(b"X-Tertulia-Reply:\r\n 7f3K.aB-c_9\r\n\r\n");
        assert_eq!(of_copy(&own).as_deref(), Some(TOKEN));
    }

    #[test]
    fn a_token_that_does_not_fit_an_address_stays_out_of_it() {
        assert_eq!(reply_address("shop@roastery.example", &"x".repeat(60)), None);
        assert_eq!(reply_address("shop@roastery.example", "a b c d e f g"), None);
        assert_eq!(reply_address("shop+news@roastery.example", TOKEN), None);
    }
}
