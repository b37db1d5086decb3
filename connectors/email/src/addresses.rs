//! Addresses: one canonical form, whoever wrote them and however.

use mail_parser::{Addr, Address, HeaderValue};
pub use tertulia_connector::words::{one_line, turns_direction};

const MAX_NAME: usize = 200;

/// A mailbox named in a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// In lower case.
    pub address: String,
    /// As it was written: a token in a plus part keeps its capitals.
    pub written: String,
    pub name: Option<String>,
}

/// The address in `text`, in lower case: "Kim <kim@example.org>", "kim@example.org", and "kim at example.org (Kim)"
/// as archives of mailing lists write it.
///
/// ```
/// use tertulia_connector_email::plain_address;
/// assert_eq!(plain_address("kim at example.org").as_deref(), Some("kim@example.org"));
/// assert_eq!(plain_address("Kim <Kim@Example.ORG>").as_deref(), Some("kim@example.org"));
/// assert_eq!(plain_address("nobody"), None);
/// ```
pub fn plain_address(text: &str) -> Option<String> {
    written_address(text).map(|address| address.to_lowercase())
}

fn written_address(text: &str) -> Option<String> {
    let inner = match (text.rfind('<'), text.rfind('>')) {
        (Some(open), Some(close)) if open < close => &text[open + 1..close],
        _ => text.split('(').next().unwrap_or(text),
    };
    let inner = inner.trim().trim_start_matches("mailto:").trim_end_matches(['.', ',', ';', ':']);
    let (local, domain) =
        inner.rsplit_once('@').or_else(|| inner.split_once(" at ")).map(|(l, d)| (l.trim(), d.trim()))?;
    let quoted = local.len() > 2 && local.starts_with('"') && local.ends_with('"');
    let blank = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | ',');
    let good = !local.is_empty()
        && !domain.is_empty()
        && !domain.contains(blank)
        && (quoted || !local.contains(blank))
        && !local.contains(char::is_control)
        && local.len() + domain.len() < 320;
    good.then(|| format!("{local}@{domain}"))
}

/// The mailboxes of an address header; groups are opened, what is no address is left out.
pub fn mailboxes(value: &HeaderValue<'_>) -> Vec<Mailbox> {
    let read = |addr: &Addr<'_>| {
        let written = written_address(addr.address.as_deref()?)?;
        let address = written.to_lowercase();
        let name = addr.name.as_deref().and_then(display_name).filter(|name| !name.eq_ignore_ascii_case(&address));
        Some(Mailbox { address, written, name })
    };
    match value {
        HeaderValue::Address(Address::List(list)) => list.iter().filter_map(read).collect(),
        HeaderValue::Address(Address::Group(groups)) => {
            groups.iter().flat_map(|group| &group.addresses).filter_map(read).collect()
        }
        // Delivered-To and the like, which are no address headers to the parser.
        HeaderValue::Text(text) => from_text(text).into_iter().collect(),
        HeaderValue::TextList(list) => list.iter().filter_map(|text| from_text(text)).collect(),
        _ => Vec::new(),
    }
}

/// A mailbox from a header's bare text: "kim at example.org (Kim Example)".
pub fn from_text(text: &str) -> Option<Mailbox> {
    let written = written_address(text)?;
    let comment = text.split_once('(').and_then(|(_, rest)| rest.rsplit_once(')')).map(|(name, _)| name);
    let before = text.split_once('<').map(|(name, _)| name);
    let name = comment.or(before).and_then(display_name);
    Some(Mailbox { address: written.to_lowercase(), written, name })
}

/// A name fit to be shown on one line: no control characters, and none that turn the direction of the text around it
/// (Unicode TR 36, §2.5).
pub fn display_name(name: &str) -> Option<String> {
    let line = one_line(name, MAX_NAME);
    let line = line.trim_matches(['"', '\'', ' ']);
    (!line.is_empty()).then(|| line.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_found_in_each_form_people_and_archives_write() {
        for (text, expected) in [
            ("Kim <KIM@Example.org>", Some("kim@example.org")),
            ("kim at example.org (Kim Example)", Some("kim@example.org")),
            ("kim@example.org,", Some("kim@example.org")),
            ("\"kim lee\"@example.org", Some("\"kim lee\"@example.org")),
            ("<>", None),
            ("kim lee@example.org", None),
            ("undisclosed-recipients", None),
            ("@example.org", None),
            ("a@b\r\nBcc: x@y", None),
        ] {
            assert_eq!(plain_address(text).as_deref(), expected, "{text}");
        }
        assert_eq!(from_text("kim at example.org (Kim Example)").unwrap().name.as_deref(), Some("Kim Example"));
    }

    #[test]
    fn a_name_is_one_visible_line() {
        assert_eq!(one_line(" Ana\r\n\tLee\u{0} \u{202e}eeL\u{202c} ", 20), "Ana Lee eeL");
        assert_eq!(one_line("é日本語", 2), "é日");
        assert_eq!(one_line(&"word ".repeat(1 << 20), 9), "word word");
    }

    #[test]
    fn a_name_loses_what_would_turn_the_line_around_it() {
        assert_eq!(display_name("\u{202e}moc.evil\u{202c} \u{7}Kim\n").as_deref(), Some("moc.evil Kim"));
        assert_eq!(display_name("\u{645}\u{631}\u{64a}\u{645}").as_deref(), Some("\u{645}\u{631}\u{64a}\u{645}"));
        assert_eq!(display_name(" \"\" "), None);
    }
}
