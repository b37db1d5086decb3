//! The address that a visitor types.

/// RFC 5321 §4.5.3.1.3 allows a path of 256 octets, its angle brackets included.
const LONGEST_ADDRESS: usize = 254;

/// The address in lower case, if it looks like one that could be written to. Whether it is theirs only a mail can tell.
pub fn tidy(address: &str) -> Option<String> {
    let address = address.trim().to_lowercase();
    let (local, domain) = address.rsplit_once('@')?;
    let forbidden = |c: char| c.is_whitespace() || c.is_control() || "<>()[],;:\\\"@".contains(c) || is_bidi_control(c);
    let labels_fit = domain.split('.').all(|label| !label.is_empty() && label.len() <= 63 && !label.starts_with('-'));
    let sound = !local.is_empty()
        && local.len() <= 64
        && !address.replacen('@', "", 1).contains(forbidden)
        && domain.contains('.')
        && labels_fit
        && address.len() <= LONGEST_ADDRESS;
    sound.then_some(address)
}

/// Marks that turn the reading direction could make one address look like another.
fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_lower_cased_and_trimmed() {
        assert_eq!(tidy(" Amina@Example.ORG ").as_deref(), Some("amina@example.org"));
        assert_eq!(tidy("jörg+kaffee@bücher.example").as_deref(), Some("jörg+kaffee@bücher.example"));
    }

    #[test]
    fn what_cannot_be_written_to_is_refused() {
        let long = format!("{}@example.org", "a".repeat(250));
        for wrong in [
            "",
            "amina",
            "@example.org",
            "amina@",
            "amina@localhost",
            "a b@example.org",
            "a@b@example.org",
            "a@example..org",
            "a@.org",
            "a@example.org\r\nBcc: b@example.org",
            "<a@example.org>",
            "a@example.org, b@c.org",
            "\"a\"@example.org",
            "a\u{202e}b@example.org",
            "a@-x.org",
            long.as_str(),
        ] {
            assert_eq!(tidy(wrong), None, "{wrong:?} was taken");
        }
    }
}
