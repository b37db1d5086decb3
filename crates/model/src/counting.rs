//! How long a text is, as the channels count that do not count characters. The composer counts the same in the browser
//! (`ui/src/elements/counting.ts`); `counting.json` holds the cases that both must agree on.

use unicode_segmentation::UnicodeSegmentation;

/// What a link counts for on Mastodon, however long it is.
const LINK: &str = "xxxxxxxxxxxxxxxxxxxxxxx";

/// Signs as readers see them (UAX #29, extended grapheme clusters).
pub fn graphemes(text: &str) -> usize {
    text.graphemes(true).count()
}

/// As Mastodon's `StatusLengthValidator` counts: a link as 23, of who is mentioned only what stands before their server,
/// and of all that the signs that readers see. What is not surely a link there counts in full: never less than it counts.
pub fn short_links(text: &str) -> usize {
    let mut counted = String::with_capacity(text.len());
    let mut rest = text;
    let mut before = None;
    while let Some(c) = rest.chars().next() {
        let taken = match c {
            'h' | 'H' if !before.is_some_and(joins_link) => link(rest).map(|length| (LINK, length)),
            '@' if !before.is_some_and(joins_mention) => mention(rest),
            _ => None,
        };
        let (shown, length) = taken.unwrap_or((&rest[..c.len_utf8()], c.len_utf8()));
        counted.push_str(shown);
        before = rest[..length].chars().next_back();
        rest = &rest[length..];
    }
    graphemes(&counted)
}

fn joins_link(before: char) -> bool {
    before.is_alphanumeric() || matches!(before, '@' | '$' | '#' | '_' | '-' | '.' | '/')
}

fn joins_mention(before: char) -> bool {
    before.is_alphanumeric() || matches!(before, '=' | '/' | '_')
}

fn run(text: &str, fits: impl Fn(u8) -> bool) -> &str {
    let end = text.bytes().position(|byte| !fits(byte)).unwrap_or(text.len());
    &text[..end]
}

/// The length of the link at the beginning of a text: of the web, to a server with a name.
fn link(text: &str) -> Option<usize> {
    let scheme = ["https://", "http://"]
        .into_iter()
        .find(|scheme| text.get(..scheme.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(scheme)))?;
    let after = &text[scheme.len()..];
    let host =
        run(after, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-')).trim_end_matches(['.', '-']);
    let (_, last) = host.rsplit_once('.')?;
    let sound = host.split('.').all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'));
    if !sound || last.len() < 2 || !last.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return None;
    }
    let tail = &after[host.len()..];
    // A name that goes on in another script is another server.
    if tail.starts_with(|c: char| !c.is_ascii() && c.is_alphanumeric()) {
        return None;
    }
    let tail = if tail.starts_with(['/', '?', ':', '#']) { run(tail, is_of_address) } else { "" };
    let tail = tail.trim_end_matches(['.', ',', ':', ';', '!', '?', '\'', '*', '~', '&', '|', '@']);
    Some(scheme.len() + host.len() + tail.len())
}

fn is_of_address(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~:/?#@!$&'*+,;=%|".contains(&byte)
}

/// `@name@server` at the beginning of a text: what counts of it, and its length.
fn mention(text: &str) -> Option<(&str, usize)> {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let name = run(&text[1..], |byte| word(byte) || matches!(byte, b'.' | b'-')).trim_end_matches(['.', '-']);
    let server = text[1 + name.len()..].strip_prefix('@')?;
    let server = run(server, |byte| word(byte) || matches!(byte, b'.' | b'-')).trim_end_matches(['.', '-']);
    if name.is_empty() || !name.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_') || server.len() < 2 {
        return None;
    }
    Some((&text[..=name.len()], name.len() + server.len() + 2))
}

#[cfg(test)]
mod tests {
    use crate::{CountBy, Limits};
    use serde::Deserialize;

    #[derive(Deserialize)]
    struct Case {
        text: String,
        /// The text is this many times the above.
        #[serde(default = "once")]
        times: usize,
        characters: usize,
        short_links: usize,
        graphemes: usize,
        sms_parts: usize,
    }

    fn once() -> usize {
        1
    }

    #[test]
    fn each_channel_counts_as_the_composer_does() {
        let cases: Vec<Case> = serde_json::from_str(include_str!("counting.json")).unwrap();
        for case in cases {
            let text = case.text.repeat(case.times);
            let by = |counts| Limits::words(100, counts).length(&text);
            let counted = [CountBy::Characters, CountBy::ShortLinks, CountBy::Graphemes, CountBy::SmsParts].map(by);
            let expected = [case.characters, case.short_links, case.graphemes, case.sms_parts];
            assert_eq!(counted, expected, "characters, short links, graphemes, parts of {:?}", case.text);
        }
    }
}
