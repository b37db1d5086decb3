//! Words on the wire of IMAP: quoted strings, folder names, sets of UIDs, and those of a server that has enough.

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};

/// A folder's name as older servers want it (RFC 3501 §5.1.3); one without foreign letters stays as it is.
pub fn modified_utf7(name: &str) -> String {
    if name.is_ascii() {
        return name.to_owned();
    }
    let (mut out, mut foreign) = (String::new(), Vec::new());
    let flush = |foreign: &mut Vec<u16>, out: &mut String| {
        if !foreign.is_empty() {
            let bytes: Vec<u8> = foreign.drain(..).flat_map(u16::to_be_bytes).collect();
            out.push('&');
            out.push_str(&STANDARD_NO_PAD.encode(bytes).replace('/', ","));
            out.push('-');
        }
    };
    for c in name.chars() {
        if c.is_ascii() {
            flush(&mut foreign, &mut out);
            out.push(c);
            if c == '&' {
                out.push('-');
            }
        } else {
            foreign.extend(c.encode_utf16(&mut [0; 2]).iter());
        }
    }
    flush(&mut foreign, &mut out);
    out
}

/// A quoted string (RFC 9051 §4.3), without what would end the line.
pub fn quoted(text: &str) -> String {
    let clean: String = text.chars().filter(|c| !matches!(c, '\r' | '\n' | '\0')).collect();
    format!("\"{}\"", clean.replace('\\', "\\\\").replace('"', "\\\""))
}

/// UIDs as a set, neighbours as ranges.
pub fn set(uids: &[u32]) -> String {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for &uid in uids {
        match ranges.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(uid) => *last = uid,
            _ => ranges.push((uid, uid)),
        }
    }
    let text = |(from, to): &(u32, u32)| if from == to { from.to_string() } else { format!("{from}:{to}") };
    ranges.iter().map(text).collect::<Vec<_>>().join(",")
}

/// Whether a refusal passes by itself. RFC 5530 has codes for that; servers that throttle often say it in words alone.
pub fn passes(why: &str) -> bool {
    let why = why.to_lowercase();
    let words = [
        "unavailable",
        "inuse",
        "limit",
        "overquota",
        "throttl",
        "bandwidth",
        "too many",
        "number of connections",
        "try again later",
        "temporar",
    ];
    words.iter().any(|word| why.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_has_enough_is_told_from_one_that_says_no() {
        for passing in [
            "[OVERQUOTA] Account exceeded command or bandwidth limits.",
            "Request is throttled. Suggested Backoff Time: 299961 milliseconds",
            "[ALERT] Too many simultaneous connections. (Failure)",
            "Maximum number of connections from user+IP exceeded",
            "[unavailable] Temporary authentication failure.",
        ] {
            assert!(passes(passing), "{passing}");
        }
        for lasting in ["[AUTHENTICATIONFAILED] Invalid credentials", "[SERVERBUG] Internal error occurred."] {
            assert!(!passes(lasting), "{lasting}");
        }
    }

    #[test]
    fn uids_become_short_sets_and_names_cannot_end_a_command() {
        assert_eq!(set(&[1, 2, 3, 7, 9, 10]), "1:3,7,9:10");
        assert_eq!(quoted("a\"b\\c\r\nA1 LOGOUT"), "\"a\\\"b\\\\cA1 LOGOUT\"");
    }

    #[test]
    fn foreign_folder_names_are_spelled_as_the_rfc_does() {
        assert_eq!(
            modified_utf7("~peter/mail/\u{53f0}\u{5317}/\u{65e5}\u{672c}\u{8a9e}"),
            "~peter/mail/&U,BTFw-/&ZeVnLIqe-"
        );
        assert_eq!(modified_utf7("Envoy\u{e9}s"), "Envoy&AOk-s");
        assert_eq!(modified_utf7("Sent Items"), "Sent Items");
    }
}
