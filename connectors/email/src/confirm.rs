//! Whether a mail in the inbox that names us as its sender is ours. Anybody can write our address into `From`; what tells
//! is our own mail server, which asked SPF, DKIM and DMARC and wrote down what it found (RFC 8601).

use crate::mime::Entity;

const FIELD: &str = "Authentication-Results";

/// Providers that check senders under another name than that of their IMAP server, and take forged findings away.
const KNOWN_CHECKERS: [(&str, &str); 3] =
    [("gmail.com", "google.com"), ("googlemail.com", "google.com"), ("fastmail.com", "messagingengine.com")];

/// Who checks senders for a mailbox on this server, where it is known without being told.
pub fn checker_of(imap_host: &str) -> Option<&'static str> {
    let host = imap_host.to_lowercase();
    KNOWN_CHECKERS.iter().find(|(provider, _)| is_within(&host, provider)).map(|(_, checker)| *checker)
}

/// Whether `checker`, our mail server's name or domain, confirmed that a mail comes from the domain of `address`. A field
/// under another name may have come with the mail and proves nothing (RFC 8601 §7.1); a server of that name removes those
/// that came under its own (§5).
pub fn is_confirmed(mail: &Entity<'_>, address: &str, checker: Option<&str>) -> bool {
    let (Some(checker), Some((_, domain))) = (checker, address.rsplit_once('@')) else { return false };
    let found = mail.raws(FIELD).map(|field| bare(&field).to_lowercase());
    let mut by_us = found.filter(|field| {
        let id = field.split([';', ' ', '\t']).find(|word| !word.is_empty()).unwrap_or_default();
        is_within(id, checker)
    });
    by_us.next().is_some_and(|field| field.split(';').skip(1).any(|finding| speaks_for(finding, domain)))
}

/// One finding that says the domain of `From` was proven: DMARC's own (RFC 7489), or a signature of that domain or of one
/// above it (RFC 6376).
fn speaks_for(finding: &str, domain: &str) -> bool {
    let value = |name: &str| {
        finding.split_whitespace().filter_map(|word| word.split_once('=')).find(|(n, _)| *n == name).map(|(_, v)| v)
    };
    let signer = || value("header.d").or_else(|| value("header.i")?.rsplit_once('@').map(|(_, domain)| domain));
    let said = finding.trim_start();
    if said.starts_with("dmarc=") {
        return value("dmarc") == Some("pass") && value("header.from") == Some(domain);
    }
    said.starts_with("dkim=")
        && value("dkim") == Some("pass")
        && signer().is_some_and(|signer| signer.contains('.') && is_within(domain, signer))
}

/// Whether a name is a domain or stands below it.
fn is_within(name: &str, domain: &str) -> bool {
    name == domain || name.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
}

/// A field without its comments and without what stands in quotes: both may hold what a sender wrote, and look like a
/// finding ("spf=fail (dmarc=pass)").
fn bare(field: &str) -> String {
    let (mut out, mut depth, mut quoted, mut escaped) = (String::with_capacity(field.len()), 0_u32, false, false);
    for c in field.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted || depth > 0 => escaped = true,
            '"' if depth == 0 => {
                quoted = !quoted;
                out.push('_');
            }
            _ if quoted => {}
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn confirmed(results: &[&str]) -> bool {
        let fields: String = results.iter().map(|found| format!("Authentication-Results: {found}\r\n")).collect();
        let bytes = format!("{fields}From: hello@roastery.example\r\n\r\n");
        is_confirmed(&Entity::read(bytes.as_bytes()), "hello@roastery.example", Some("mx.provider.example"))
    }

    #[test]
    fn our_own_server_confirms_by_dmarc_or_by_a_signature_of_the_domain() {
        assert!(confirmed(&["mx.provider.example; spf=pass; dmarc=pass (p=REJECT) header.from=roastery.example"]));
        assert!(confirmed(&["mx.provider.example 1;\r\n dkim=pass header.i=@roastery.example"]));
        assert!(confirmed(&[
            "a.mx.provider.example; dkim=fail header.d=x.example; dkim=pass header.d=roastery.example"
        ]));
    }

    #[test]
    fn what_others_say_or_say_of_others_confirms_nothing() {
        for forged in [
            "mx.evil.example; dmarc=pass header.from=roastery.example",
            "evilmx.provider.example; dmarc=pass header.from=roastery.example",
            "mx.provider.example; dmarc=pass header.from=evil.example",
            "mx.provider.example; dmarc=pass",
            "mx.provider.example; dkim=pass header.d=evil.example",
            "mx.provider.example; dkim=pass header.d=example",
            "mx.provider.example; dkim=fail header.d=roastery.example",
            "mx.provider.example; spf=pass smtp.mailfrom=\"x; dmarc=pass header.from=roastery.example \"@evil.example",
            "mx.provider.example; spf=fail (why; dmarc=pass header.from=roastery.example)",
            "mx.provider.example; none",
            "",
        ] {
            assert!(!confirmed(&[forged]), "{forged}");
        }
        assert!(!confirmed(&[]));
        // What lies below came with the mail.
        let below = "mx.provider.example; dmarc=pass header.from=roastery.example";
        assert!(!confirmed(&["mx.provider.example; dmarc=fail header.from=roastery.example", below]));
    }

    #[test]
    fn large_providers_are_known_and_others_are_not_guessed() {
        assert_eq!(checker_of("IMAP.gmail.com"), Some("google.com"));
        assert_eq!(checker_of("imap.notgmail.com"), None);
        assert_eq!(checker_of("imap.provider.example"), None);
    }
}
