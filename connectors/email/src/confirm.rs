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
    let read = |bytes| bare(&String::from_utf8_lossy(bytes)).map(|field| field.to_ascii_lowercase());
    // One that may be read in two ways counts as ours, so that nothing below it does.
    let mut by_us = mail.fields(FIELD).map(read).filter(|field| match field {
        Some(field) => is_within(checked_by(field), checker),
        None => true,
    });
    by_us.next().flatten().is_some_and(|field| confirms(&field, domain))
}

/// The name of the server that wrote a field.
fn checked_by(field: &str) -> &str {
    field.split(|c: char| c == ';' || c.is_ascii_whitespace()).find(|word| !word.is_empty()).unwrap_or_default()
}

/// Whether a field says that the domain of `From` was proven: by DMARC (RFC 7489), or where that says nothing by a
/// signature of the domain or of one above it (RFC 6376). A signature alone is not enough beside a DMARC that failed:
/// it may have been taken from another mail.
fn confirms(field: &str, domain: &str) -> bool {
    let findings = || field.split(';').skip(1).filter_map(Finding::read);
    let mut verdicts = findings().filter(|finding| finding.method == "dmarc" && !finding.knows_no_policy(domain));
    match verdicts.next() {
        Some(first) => std::iter::once(first).chain(verdicts).all(|finding| finding.is_pass_by_dmarc(domain)),
        None => findings().any(|finding| finding.is_signed(domain)),
    }
}

/// "dkim=pass header.d=roastery.example". Blanks are those of ASCII: an address may hold others (RFC 6532).
struct Finding<'a> {
    method: &'a str,
    result: &'a str,
    properties: &'a str,
}

impl<'a> Finding<'a> {
    fn read(finding: &'a str) -> Option<Self> {
        let (method, rest) = finding.split_once('=')?;
        // A version may follow the method: "dmarc/1".
        let method = method.split('/').next().unwrap_or_default().trim_ascii();
        let rest = rest.trim_ascii_start();
        let (result, properties) = rest.split_once(|c: char| c.is_ascii_whitespace()).unwrap_or((rest, ""));
        Some(Self { method, result, properties })
    }

    fn value(&self, name: &str) -> Option<&'a str> {
        let mut words = self.properties.split_ascii_whitespace().filter_map(|word| word.split_once('='));
        words.find(|(n, _)| *n == name).map(|(_, value)| value)
    }

    /// The domain has said nothing of how its mail is to be judged (RFC 7489 §11.2), so DMARC has no verdict.
    fn knows_no_policy(&self, domain: &str) -> bool {
        self.result == "none" && self.value("header.from").is_none_or(|from| from == domain)
    }

    fn is_pass_by_dmarc(&self, domain: &str) -> bool {
        self.result == "pass" && self.value("header.from") == Some(domain)
    }

    fn is_signed(&self, domain: &str) -> bool {
        let signer =
            self.value("header.d").or_else(|| self.value("header.i")?.rsplit_once('@').map(|(_, domain)| domain));
        self.method == "dkim"
            && self.result == "pass"
            && signer.is_some_and(|signer| signer.contains('.') && is_within(domain, signer))
    }
}

/// Whether a name is a domain or stands below it.
fn is_within(name: &str, domain: &str) -> bool {
    name == domain || name.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
}

/// A field without its comments and without what stands in quotes: both may hold what a sender wrote, and look like a
/// finding ("spf=fail (dmarc=pass)"). None where it can be read in two ways: with a backslash, or a quote within a
/// comment, a server that copies what a sender wrote as it came means another end of it than one that escapes it.
fn bare(field: &str) -> Option<String> {
    let (mut out, mut depth, mut quoted) = (String::with_capacity(field.len()), 0_u32, false);
    for c in field.chars() {
        match c {
            '\\' => return None,
            '"' if depth > 0 => return None,
            '"' => {
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
    Some(out)
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
    fn an_encoded_word_in_what_a_stranger_wrote_stays_a_word() {
        for echoed in [
            "spf=pass (sender =?us-ascii?q?=29=3Bdkim=3Dpass_header.d=3Droastery.example_=28?= @evil.example)",
            "spf=pass (sender =?us-ascii?q?=29=3Bdkim=3Dpass_header.d=3Droastery.example?=@evil.example)",
            "spf=pass smtp.mailfrom=\" =?us-ascii?q?=22=3Bdkim=3Dpass_header.d=3Droastery.example_=22?= \"@evil.example",
            "=?us-ascii?q?dmarc=3Dpass_header.from=3Droastery.example?=",
        ] {
            assert!(!confirmed(&[&format!("mx.provider.example; {echoed}")]), "{echoed}");
            assert!(!confirmed(&[&format!("mx.provider.example;\r\n\t{echoed}; dkim=none")]), "{echoed}");
        }
        assert!(!confirmed(&["=?us-ascii?q?mx.provider.example?=; dmarc=pass header.from=roastery.example"]));
    }

    #[test]
    fn a_field_that_can_be_read_in_two_ways_confirms_nothing() {
        let real = "dmarc=pass header.from=roastery.example";
        for doubtful in [
            "spf=pass (domain of \"a) ; dkim=pass header.d=roastery.example (\"@evil.example says so)",
            "spf=pass (helo=x\\) smtp.mailfrom=\") ; dkim=pass header.d=roastery.example \"@evil.example",
            "spf=pass smtp.mailfrom=a\u{2003}header.d=roastery.example@evil.example",
            "dkim=pass header.i=a\u{2003}header.d=roastery.example\u{2003}@evil.example",
        ] {
            assert!(!confirmed(&[&format!("mx.provider.example; {doubtful}")]), "{doubtful}");
        }
        // Nor does what lies below it.
        let below = format!("mx.provider.example; {real}");
        assert!(!confirmed(&["mx.provider.example; spf=pass (\"a)", &below]));
        assert!(confirmed(&[&format!("mx.provider.example; spf=pass reason=\"so; it (is\"; {real}")]));
        assert!(confirmed(&[&format!("mx.provider.example\r\n\t; {real}")]));
        assert!(!confirmed(&[&format!("mx.provider.example\u{a0}x; {real}")]));
    }

    #[test]
    fn what_dmarc_found_outweighs_a_signature_that_may_have_been_taken_from_another_mail() {
        let signed = "dkim=pass header.d=roastery.example";
        for (dmarc, expected) in [
            ("dmarc=fail header.from=roastery.example", false),
            ("dmarc=temperror header.from=roastery.example", false),
            ("dmarc=pass header.from=evil.example", false),
            ("dmarc=none header.from=evil.example", false),
            ("dmarc/1 = fail header.from=roastery.example", false),
            ("dmarc=pass header.from=roastery.example; dmarc=fail header.from=roastery.example", false),
            ("dmarc=pass header.from=roastery.example", true),
            // The domain has published no policy, so DMARC has said nothing (RFC 7489 §11.2).
            ("dmarc=none header.from=roastery.example", true),
        ] {
            assert_eq!(confirmed(&[&format!("mx.provider.example; {signed}; {dmarc}")]), expected, "{dmarc}");
            assert_eq!(confirmed(&[&format!("mx.provider.example; {dmarc}; {signed}")]), expected, "{dmarc}");
        }
    }

    #[test]
    fn large_providers_are_known_and_others_are_not_guessed() {
        assert_eq!(checker_of("IMAP.gmail.com"), Some("google.com"));
        assert_eq!(checker_of("imap.notgmail.com"), None);
        assert_eq!(checker_of("imap.provider.example"), None);
    }
}
