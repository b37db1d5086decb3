//! Mailbox files: where a mail begins, and what has to be undone before it is a mail again.
//!
//! RFC 4155 says that a line beginning with `From ` begins a mail. Real archives also hold sentences that begin so,
//! and mails that follow without an empty line (list archives). So a line counts as a separator when it ends in a date
//! and the next line is a header field, or when it ends in a date, an empty line precedes it and another follows.

use std::borrow::Cow;

pub(crate) const FROM: &[u8] = b"From ";
/// A `From ` line is never longer; what is longer is prose.
pub(crate) const LONGEST_FROM_LINE: usize = 1024;
/// How much of the line after it is looked at.
pub(crate) const NEXT_LINE_SEEN: usize = 128;

/// What `From ` at the beginning of `bytes` is, where `bytes` reaches past the end of the next line's first word.
pub(crate) fn is_separator(bytes: &[u8], after_empty_line: bool) -> bool {
    let Some(end) = memchr::memchr(b'\n', &bytes[..bytes.len().min(LONGEST_FROM_LINE)]) else {
        return false;
    };
    if !bytes.starts_with(FROM) || !ends_in_a_date(&bytes[..end]) {
        return false;
    }
    let next = &bytes[end + 1..];
    begins_with_a_header(next) || (after_empty_line && matches!(next, [] | [b'\n', ..] | [b'\r', b'\n', ..]))
}

/// Whether a file that begins so is a mailbox file.
pub(crate) fn begins_a_mailbox(first: &[u8]) -> bool {
    let start = first.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(first.len());
    is_separator(&first[start..], true)
}

/// A time of day, a year and the name of a month, as `asctime` and its many relatives write them:
/// `Mon Jan  3 12:00:00 2005`, `Mon Jan 03 12:00 PST 2005`, `3 Jan 2005 12:00:00 +0000`.
fn ends_in_a_date(line: &[u8]) -> bool {
    let (mut clock, mut year, mut month) = (false, false, false);
    for word in line[FROM.len()..].split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()) {
        clock |= is_clock(word);
        year |= word.len() == 4 && (word.starts_with(b"19") || word.starts_with(b"20")) && all_digits(word);
        month |= MONTHS.iter().any(|name| word.eq_ignore_ascii_case(name));
    }
    clock && year && month
}

const MONTHS: [&[u8]; 12] =
    [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];

fn is_clock(word: &[u8]) -> bool {
    let mut parts = word.split(|byte| *byte == b':');
    let fine = |part: Option<&[u8]>| part.is_some_and(|part| (1..=2).contains(&part.len()) && all_digits(part));
    fine(parts.next()) && fine(parts.next()) && parts.all(|part| fine(Some(part)))
}

fn all_digits(word: &[u8]) -> bool {
    word.iter().all(u8::is_ascii_digit)
}

/// A field name of RFC 5322 (printable ASCII but the colon), a colon.
fn begins_with_a_header(line: &[u8]) -> bool {
    let name = line.iter().take(NEXT_LINE_SEEN - 1).position(|byte| !matches!(byte, b'!'..=b'9' | b';'..=b'~'));
    name.is_some_and(|end| end > 0 && line[end] == b':')
}

/// The time that the `From ` line gives, for mails that carry no date of their own. It has no zone; UTC is meant.
pub(crate) fn separator_time(item: &[u8]) -> Option<tertulia_model::Millis> {
    let line = item.strip_prefix(FROM)?.split(|byte| *byte == b'\n').next()?;
    let line = std::str::from_utf8(line).ok()?.trim_end();
    let words: Vec<&str> = line.split_whitespace().collect();
    let last = words.get(words.len().checked_sub(5)?..)?.join(" ");
    let read = jiff::fmt::strtime::parse("%a %b %d %H:%M:%S %Y", &last).ok()?.to_datetime().ok()?;
    Some(read.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_millisecond())
}

/// The mail inside an item: without its `From ` line, with `>From ` unescaped (as mboxrd does it: one `>` less) and
/// with the addresses in its header that a list archive disguised ("kim at example.org") made whole again.
pub(crate) fn mail_of(item: &[u8]) -> Cow<'_, [u8]> {
    let mail = match item.starts_with(FROM) {
        true => memchr::memchr(b'\n', item).map_or(&[][..], |end| &item[end + 1..]),
        false => item,
    };
    let body = body_start(mail);
    let header = undisguise(&mail[..body]);
    match (header, unescape(&mail[body..])) {
        (Cow::Borrowed(_), Cow::Borrowed(_)) => Cow::Borrowed(mail),
        (header, body) => {
            let mut whole = header.into_owned();
            whole.extend_from_slice(&body);
            Cow::Owned(whole)
        }
    }
}

/// Where the header ends: after the first empty line.
fn body_start(mail: &[u8]) -> usize {
    let mut at = 0;
    while let Some(end) = memchr::memchr(b'\n', &mail[at..]) {
        let line = &mail[at..at + end];
        at += end + 1;
        if line.is_empty() || line == b"\r" {
            return at;
        }
    }
    mail.len()
}

fn unescape(body: &[u8]) -> Cow<'_, [u8]> {
    let mut plain = Vec::new();
    let mut copied = 0;
    for found in memchr::memmem::find_iter(body, b">From ") {
        // Back over the signs alone: looking for the line's beginning costs the line once more for each of these in it.
        let signs = body[..found].iter().rev().take_while(|byte| **byte == b'>').count();
        if matches!(body[..found - signs].last(), None | Some(b'\n')) {
            plain.extend_from_slice(&body[copied..found]);
            copied = found + 1;
        }
    }
    if copied == 0 {
        return Cow::Borrowed(body);
    }
    plain.extend_from_slice(&body[copied..]);
    Cow::Owned(plain)
}

const ADDRESS_FIELDS: [&[u8]; 5] = [b"from:", b"to:", b"cc:", b"reply-to:", b"sender:"];

/// Pipermail writes "kim at example.org", HyperKitty "kim(a)example.org".
fn undisguise(header: &[u8]) -> Cow<'_, [u8]> {
    let mut changed = Vec::new();
    let (mut copied, mut at, mut holds_addresses) = (0, 0, false);
    while at < header.len() {
        let end = memchr::memchr(b'\n', &header[at..]).map_or(header.len(), |end| at + end + 1);
        let line = &header[at..end];
        if !matches!(line.first(), Some(b' ' | b'\t')) {
            let named = |field: &&[u8]| line.get(..field.len()).is_some_and(|name| name.eq_ignore_ascii_case(field));
            holds_addresses = ADDRESS_FIELDS.iter().any(named);
        }
        if holds_addresses && let Some(whole) = with_at_signs(line) {
            changed.extend_from_slice(&header[copied..at]);
            changed.extend_from_slice(&whole);
            copied = end;
        }
        at = end;
    }
    if copied == 0 {
        return Cow::Borrowed(header);
    }
    changed.extend_from_slice(&header[copied..]);
    Cow::Owned(changed)
}

/// The line with each disguised address made whole; `None` where it holds none.
fn with_at_signs(line: &[u8]) -> Option<Vec<u8>> {
    let mut whole: Option<Vec<u8>> = None;
    let mut copied = 0;
    for disguise in [&b" at "[..], b"(a)"] {
        for found in memchr::memmem::find_iter(line, disguise) {
            let after = found + disguise.len();
            if found > 0 && is_local(line[found - 1]) && begins_with_a_host(&line[after..]) {
                let whole = whole.get_or_insert_default();
                whole.extend_from_slice(&line[copied..found]);
                whole.push(b'@');
                copied = after;
            }
        }
        if whole.is_some() {
            break;
        }
    }
    let mut whole = whole?;
    whole.extend_from_slice(&line[copied..]);
    Some(whole)
}

fn is_local(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&byte)
}

/// Letters, digits, hyphens and at least one dot inside: "at work" is no host.
fn begins_with_a_host(text: &[u8]) -> bool {
    let end =
        text.iter().position(|byte| !(byte.is_ascii_alphanumeric() || b"-.".contains(byte))).unwrap_or(text.len());
    let host = &text[..end];
    let dot = memchr::memrchr(b'.', host);
    dot.is_some_and(|dot| dot > 0 && dot + 1 < host.len()) && !host.windows(2).any(|pair| pair == b"..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_from_lines_of_many_programs_are_separators_and_prose_is_not() {
        for line in [
            "From ada@example.org Mon Jan  3 12:00:00 2005",
            "From kim at example.org  Mon Jan  3 12:00:00 2005",
            "From - Mon Jan 03 12:00:00 2005",
            "From ada@example.org Mon Jan  3 12:00 PST 2005",
            "From 1612345678901234567@xxx Mon Jan 03 12:00:00 +0000 2005",
            "From ada@example.org Mon Jan  3 12:00:00 2005 +0100",
            "From Ada Lee <ada@example.org>  Mon Jan  3 12:00:00 2005\r",
        ] {
            assert!(is_separator(format!("{line}\nFrom: a\n").as_bytes(), false), "{line}");
            assert!(is_separator(format!("{line}\n\nbody").as_bytes(), true), "{line}");
            assert!(!is_separator(format!("{line}\nand so on\n").as_bytes(), true), "{line}");
        }
        for prose in ["From the beginning you were right", "From 88.08 to 3.6 seconds: in Jan 2005", "From R:"] {
            assert!(!is_separator(format!("{prose}\nSubject: x\n").as_bytes(), true), "{prose}");
        }
    }

    #[test]
    fn escaped_lines_lose_one_sign_and_quoted_ones_in_the_middle_of_a_line_none() {
        let item = b"From a Mon Jan  3 12:00:00 2005\nSubject: x\n\n>From here\n>>From there\nand >From x\n> >From y\n";
        let mail = mail_of(item);
        let text = std::str::from_utf8(&mail).unwrap();
        assert_eq!(text, "Subject: x\n\nFrom here\n>From there\nand >From x\n> >From y\n");
    }

    #[test]
    fn a_line_of_megabytes_that_is_full_of_them_is_read_once() {
        // Read once more for each of them it would take hours.
        let words = format!("Subject: x\n\n{}", " >From ".repeat(1_000_000));
        let item = format!("From a Mon Jan  3 12:00:00 2005\n{words}");
        assert!(*mail_of(item.as_bytes()) == *words.as_bytes(), "only signs at a line's beginning fall off");
    }

    #[test]
    fn disguised_addresses_are_made_whole_in_address_fields_only() {
        let item = b"From kim at example.org  Mon Jan  3 12:00:00 2005\nFrom: kim at example.org (Kim Lee)\n\
            To: Sam at Work <sam at lists.example.org>,\n jo(a)example.org, jo at example.org\nSubject: meet at example.org\n\nme at example.org\n";
        let mail = mail_of(item);
        let text = std::str::from_utf8(&mail).unwrap();
        assert!(
            text.starts_with("From: kim@example.org (Kim Lee)\nTo: Sam at Work <sam@lists.example.org>,\n"),
            "{text}"
        );
        assert!(text.contains("jo@example.org\nSubject: meet at example.org\n\nme at example.org\n"), "{text}");
    }

    #[test]
    fn a_mail_that_needs_no_mending_is_not_copied() {
        let item = b"From a Mon Jan  3 12:00:00 2005\nFrom: a@example.org\n\nHello\n";
        assert!(matches!(mail_of(item), Cow::Borrowed(_)));
    }

    #[test]
    fn the_separator_tells_a_time() {
        let item = b"From kim at example.org  Mon Jan  3 12:00:00 2005\nSubject: x\n\n";
        assert_eq!(separator_time(item), Some(1_104_753_600_000));
        assert_eq!(separator_time(b"From x\n"), None);
    }
}
