//! Rich text: features on ranges of UTF-8 bytes (`app.bsky.richtext.facet`), read and written.

use serde_json::{Value, json};
use std::ops::Range;

/// Features of one post that are read.
const MOST: usize = 200;

/// The text with each shortened link written out, and what a link's words do not say behind them. A range that lies
/// outside, ends inside a character or overlaps another is no feature.
pub fn written_out(text: &str, facets: &Value) -> String {
    let mut links: Vec<(Range<usize>, &str)> = facets
        .as_array()
        .into_iter()
        .flatten()
        .take(MOST)
        .filter_map(|facet| Some((range(facet, text)?, link(facet)?)))
        .collect();
    links.sort_by_key(|(range, _)| (range.start, range.end));
    let mut out = String::with_capacity(text.len() + 64);
    let mut at = 0;
    for (range, target) in links {
        if range.start < at {
            continue;
        }
        out.push_str(&text[at..range.start]);
        let shown = &text[range.clone()];
        if bare(shown) == bare(target) || is_shortened(shown, target) {
            out.push_str(target);
        } else {
            out.push_str(&format!("{shown} ({target})"));
        }
        at = range.end;
    }
    out.push_str(&text[at..]);
    out
}

/// Whether a feature of the text mentions `did`.
pub fn mentions(text: &str, facets: &Value, did: &str) -> bool {
    let facets = facets.as_array().into_iter().flatten().take(MOST);
    facets.filter(|facet| range(facet, text).is_some()).flat_map(features).any(|feature| {
        kind(feature) == Some("app.bsky.richtext.facet#mention")
            && feature.get("did").and_then(Value::as_str) == Some(did)
    })
}

fn range(facet: &Value, text: &str) -> Option<Range<usize>> {
    let end_of = |name: &str| usize::try_from(facet.get("index")?.get(name)?.as_u64()?).ok();
    let (start, end) = (end_of("byteStart")?, end_of("byteEnd")?);
    let good = start < end && end <= text.len() && text.is_char_boundary(start) && text.is_char_boundary(end);
    good.then_some(start..end)
}

fn features(facet: &Value) -> impl Iterator<Item = &Value> {
    facet.get("features").and_then(Value::as_array).into_iter().flatten().take(10)
}

fn kind(value: &Value) -> Option<&str> {
    value.get("$type").and_then(Value::as_str)
}

fn link(facet: &Value) -> Option<&str> {
    let link = features(facet).find(|feature| kind(feature) == Some("app.bsky.richtext.facet#link"))?;
    link.get("uri")
        .and_then(Value::as_str)
        .filter(|uri| is_web(uri) && uri.len() <= 8_192 && !uri.contains(char::is_whitespace))
}

pub fn is_web(address: &str) -> bool {
    let start: String = address.chars().take(8).collect::<String>().to_ascii_lowercase();
    start.starts_with("https://") || start.starts_with("http://")
}

fn bare(address: &str) -> &str {
    let address = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://")).unwrap_or(address);
    address.strip_prefix("www.").unwrap_or(address).trim_end_matches('/')
}

/// Apps show the beginning of a long address and three dots.
fn is_shortened(shown: &str, target: &str) -> bool {
    let start = shown.strip_suffix("...").or_else(|| shown.strip_suffix('\u{2026}'));
    start.map(bare).is_some_and(|start| start.contains('.') && bare(target).starts_with(start))
}

/// What in a text of ours is to be a feature.
#[derive(Debug, PartialEq, Eq)]
pub enum Feature {
    Link(String),
    /// A handle, to be found.
    Name(String),
    Tag(String),
}

/// The links, names and tags in a text, with their ranges of bytes.
pub fn find(text: &str) -> Vec<(Range<usize>, Feature)> {
    let mut found = Vec::new();
    let mut at = 0;
    for word in text.split_inclusive(char::is_whitespace) {
        let start = at + (word.len() - word.trim_start_matches(['(', '[', '"', '\'', '\u{201c}', '\u{ab}']).len());
        at += word.len();
        let word = text[start..at].trim_end();
        if let Some((length, feature)) = feature(word) {
            found.push((start..start + length, feature));
        }
    }
    found
}

fn feature(word: &str) -> Option<(usize, Feature)> {
    if is_web(word) {
        let link = without_end(word);
        return (link.len() > "https://".len()).then(|| (link.len(), Feature::Link(link.to_owned())));
    }
    if let Some(rest) = word.strip_prefix('@') {
        let length = rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))).unwrap_or(rest.len());
        let name = rest[..length].trim_end_matches(['.', '-']);
        return name.contains('.').then(|| (1 + name.len(), Feature::Name(name.to_ascii_lowercase())));
    }
    let rest = word.strip_prefix('#')?;
    let tag = rest.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '_');
    let is_number = tag.chars().all(|c| c.is_ascii_digit());
    // The lexicon's limits.
    let fits = !is_number && tag.len() <= 640 && tag.chars().count() <= 64;
    fits.then(|| (1 + tag.len(), Feature::Tag(tag.to_owned())))
}

/// A full stop or a bracket behind an address is the sentence's.
fn without_end(link: &str) -> &str {
    let mut link = link;
    loop {
        let bare = link.trim_end_matches(['.', ',', ';', ':', '!', '?', '"', '\'', '\u{201d}', '\u{bb}']);
        let bare = match bare.strip_suffix(')') {
            Some(inner) if inner.matches(')').count() >= inner.matches('(').count() => inner,
            _ => bare,
        };
        if bare.len() == link.len() {
            return link;
        }
        link = bare;
    }
}

/// A feature in the lexicon's form.
pub fn facet(range: &Range<usize>, feature: Value) -> Value {
    json!({"index": {"byteStart": range.start, "byteEnd": range.end}, "features": [feature]})
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn link_at(start: u64, end: u64, uri: &str) -> Value {
        json!({"index": {"byteStart": start, "byteEnd": end}, "features": [{"$type": "app.bsky.richtext.facet#link", "uri": uri}]})
    }

    #[test]
    fn links_are_written_out_by_bytes_and_not_by_characters() {
        let text = "caf\u{e9} \u{2615} roastery.example/me... now";
        let start = text.find("roastery").unwrap() as u64;
        let facets = json!([link_at(start, start + 22, "https://roastery.example/menu/today")]);
        assert_eq!(written_out(text, &facets), "caf\u{e9} \u{2615} https://roastery.example/menu/today now");
        assert_eq!(
            written_out("see here", &json!([link_at(4, 8, "https://evil.example/")])),
            "see here (https://evil.example/)"
        );
        assert_eq!(
            written_out("bank.example", &json!([link_at(0, 12, "https://evil.example/")])),
            "bank.example (https://evil.example/)"
        );
    }

    #[test]
    fn ranges_out_of_bounds_inside_a_character_or_over_each_other_are_no_features() {
        let text = "\u{2615}x";
        for (start, end) in [(0, 2), (1, 3), (2, 9), (3, 3), (4, 3), (0, u64::MAX)] {
            assert_eq!(written_out(text, &json!([link_at(start, end, "https://a.example")])), text, "{start} {end}");
        }
        let twice = json!([link_at(0, 3, "https://a.example"), link_at(0, 4, "https://b.example")]);
        assert_eq!(written_out(text, &twice), "\u{2615} (https://a.example)x");
        for odd in [json!(null), json!("x"), json!([1]), json!([{"index": {"byteStart": -1, "byteEnd": "2"}}])] {
            assert_eq!(written_out(text, &odd), text);
        }
    }

    #[test]
    fn a_mention_is_one_only_where_its_range_is_text() {
        let mention = |end: u64| {
            json!([{"index": {"byteStart": 0, "byteEnd": end},
            "features": [{"$type": "app.bsky.richtext.facet#mention", "did": "did:plc:us"}]}])
        };
        assert!(mentions("@us", &mention(3), "did:plc:us"));
        assert!(!mentions("@us", &mention(4), "did:plc:us") && !mentions("@us", &mention(3), "did:plc:u"));
    }

    #[test]
    fn links_names_and_tags_of_ours_are_found_with_their_bytes() {
        let text = "Ol\u{e1} @Kim.bsky.social, see (https://roastery.example/a_(b)) and https://x.example. #caf\u{e9}! #1 @kim";
        let found = find(text);
        let shown: Vec<(&str, &Feature)> =
            found.iter().map(|(range, feature)| (&text[range.clone()], feature)).collect();
        assert_eq!(
            shown,
            [
                ("@Kim.bsky.social", &Feature::Name("kim.bsky.social".to_owned())),
                ("https://roastery.example/a_(b)", &Feature::Link("https://roastery.example/a_(b)".to_owned())),
                ("https://x.example", &Feature::Link("https://x.example".to_owned())),
                ("#caf\u{e9}", &Feature::Tag("caf\u{e9}".to_owned())),
            ]
        );
    }

    proptest! {
        #[test]
        fn no_ranges_break_a_text(text in "[a\u{e9}\u{2615}\u{1f469}\u{200d}\u{301}\u{202e} .]{0,20}", ranges in proptest::collection::vec((0_u64..90, 0_u64..90), 0..8)) {
            let facets: Vec<Value> = ranges.iter().map(|(start, end)| link_at(*start, *end, "https://a.example/x")).collect();
            let out = written_out(&text, &Value::from(facets));
            prop_assert!(out.len() >= text.len().saturating_sub(text.len()) && out.len() <= text.len() + ranges.len() * 24);
        }

        #[test]
        fn features_of_any_text_stand_on_its_characters_and_in_their_order(text in "[#@a\u{e9}\u{2615}.:/ htps()x1_-]{0,60}|\\PC{0,40}") {
            let mut end = 0;
            for (range, _) in find(&text) {
                prop_assert!(range.start >= end && text.get(range.clone()).is_some());
                end = range.end;
            }
        }
    }
}
