//! Words that somebody wrote to do harm, or by accident: each connector brings them in by its own way, and they are kept,
//! or set aside with words.

use super::sound;
use crate::{Connector, Context, Request};
use std::time::{Duration, Instant};
use tertulia_model::{Batch, Content, Inbound, InboundKind, RawContent, RawItem};

/// How words stand in what the source sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carries {
    /// As text: what looks like markup is text.
    Words,
    /// As HTML: markup is markup.
    Html,
}

/// So long one text may take, in a debug build on a busy machine. What takes the square of a megabyte takes hours.
const PATIENCE: Duration = Duration::from_secs(20);
/// Up to here nothing is too long for a message.
const SHORT: usize = 8 << 10;
/// What a connector may add of its own ("Comment on …").
const ROOM: usize = 1 << 10;

/// What stands around each text, and must be there still. What comes last may be lost where a long text is cut.
const FIRST: &str = "Before it";
const LAST: &str = "after it";
/// In what a browser would run and nobody reads.
const RUN: &str = "steal()";

struct Case {
    name: &'static str,
    words: String,
    is_markup: bool,
}

fn cases() -> Vec<Case> {
    let case = |name, words: &str, is_markup| Case { name, words: format!("{FIRST} {words} {LAST}"), is_markup };
    let words = |name, words: &str| case(name, words, false);
    let markup = |name, words: &str| case(name, words, true);
    let script = "<script>steal()</script><img src=x onerror=steal()><svg/onload=steal()><style>p{display:none}</style>\
                  <a href=\"javascript:steal()\">a link</a><iframe srcdoc='<script>steal()</script>'></iframe>";
    vec![
        words(
            "marks of direction",
            "\u{202e}a\u{202d}b\u{2066}c\u{2067}d\u{2068}e\u{2069}f\u{202c}g\u{200e}\u{200f}\u{61c}",
        ),
        words(
            "nothing to be seen",
            "a\u{200b}b\u{200c}c\u{200d}d\u{2060}e\u{feff}f\u{ad}g\u{180e}h\u{fe0f}i\u{e0041}j\u{34f}",
        ),
        words("line ends of every kind", "a\r\nb\rc\u{85}d\u{2028}e\u{2029}f\u{b}g\u{c}h"),
        words("what is no character", "\u{fffe}\u{ffff}\u{10ffff}\u{e000}\u{fdd0}\u{fffd}"),
        words("marks of a table, a query and a template", "=1+1,\"a\"\";\t'b'--\\0 %s ${c} {{d}} \\u0000"),
        words("a megabyte of combining marks", &format!("e{}", "\u{301}".repeat(1 << 19))),
        words("a megabyte without a space", &"w".repeat(1 << 20)),
        words("a hundred thousand joined people", &"\u{1f468}\u{200d}".repeat(100_000)),
        words("a megabyte of marks of direction", &"\u{202e}".repeat(350_000)),
        markup("a script, however it is hidden", script),
        markup("entities of what is no character", "&#xD800; &#0; &#x110000; &bogus; &amp;amp; &#8238;"),
        markup("thirty thousand open elements", &"<div><b>".repeat(15_000)),
        markup("a tag that goes on for a megabyte", &format!("<p title=\"{}\">", "x".repeat(1 << 20))),
        markup("a quarter of a million entities", &"&lt;".repeat(1 << 18)),
    ]
}

/// Brings each text in: `way_in` puts it (as text, or as HTML) where somebody's words stand, and gives what comes of it, or
/// the words with which it was turned away or set aside.
pub fn check_hostile(
    connector: &dyn Connector,
    account: &str,
    carries: Carries,
    mut way_in: impl FnMut(&str) -> Result<Vec<RawItem>, String>,
) {
    for Case { name, words, is_markup } in cases() {
        let put = if carries == Carries::Html && !is_markup { as_html(&words) } else { words.clone() };
        let begun = Instant::now();
        let came = way_in(&put).and_then(|items| heard(connector, account, &items));
        assert!(begun.elapsed() < PATIENCE, "{name}: it took {:?}", begun.elapsed());
        match came {
            Ok(events) => {
                sound(name, &events);
                let texts: Vec<&Content> = events.iter().filter_map(content).collect();
                assert!(!texts.is_empty(), "{name}: it was dropped in silence");
                texts.into_iter().for_each(|content| kept(name, carries, &words, content));
            }
            Err(why) => assert!(!why.trim().is_empty(), "{name}: it was set aside without a word"),
        }
    }
}

/// What a request to a channel's door brings, or the words with which it is turned away.
pub fn knock(connector: &dyn Connector, ctx: &Context, request: Request) -> Result<Vec<RawItem>, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.unwrap_or_else(|error| panic!("the kit cannot run: {error}"));
    let received = runtime.block_on(connector.receive(ctx, request)).map_err(|refused| refused.to_string())?;
    if received.status >= 400 {
        let why = received.body.get("detail").and_then(serde_json::Value::as_str);
        return Err(why.unwrap_or_default().to_owned());
    }
    came(received.batch)
}

/// What a batch brings, or the words with which what came was set aside or counted.
pub fn came(batch: Batch) -> Result<Vec<RawItem>, String> {
    let aside = batch.skipped.into_iter().map(|(_, why)| why);
    match aside.chain(batch.unheard.counted.into_keys()).next() {
        Some(why) if batch.items.is_empty() => Err(why),
        _ => Ok(batch.items),
    }
}

/// Text as HTML writes it.
fn as_html(words: &str) -> String {
    words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn heard(connector: &dyn Connector, account: &str, items: &[RawItem]) -> Result<Vec<Inbound>, String> {
    let mut events = Vec::new();
    for item in items {
        let RawContent::Memory(bytes) = &item.content else { panic!("an item of this size is in memory") };
        let once = connector.normalise(account, item, bytes);
        assert_eq!(once, connector.normalise(account, item, bytes), "the same bytes gave something else");
        events.extend(once.map_err(|refused| refused.0)?);
    }
    Ok(events)
}

fn content(event: &Inbound) -> Option<&Content> {
    match &event.kind {
        InboundKind::Created(content) | InboundKind::Edited { content, .. } => Some(content),
        _ => None,
    }
}

fn kept(name: &str, carries: Carries, words: &str, content: &Content) {
    let text = &content.text;
    let beginning: String = text.chars().take(80).collect();
    assert!(text.contains(FIRST), "{name}: its first words are lost: {beginning:?}");
    assert!(text.len() <= words.len() + ROOM, "{name}: {} bytes became {}", words.len(), text.len());
    assert!(!text.contains('\0'), "{name}: it holds what no database takes");
    assert!(words.len() > SHORT || text.contains(LAST), "{name}: its last words are lost: {beginning:?}");
    if carries == Carries::Html {
        assert!(!text.contains(RUN), "{name}: what is to be run was taken for words: {beginning:?}");
    }
    let author = &content.author;
    let named = author.handle.len() + author.display_name.as_ref().map_or(0, String::len);
    assert!(named <= 4 * ROOM, "{name}: the author's name has {named} bytes");
    let subject = content.subject.as_ref().map_or(0, String::len);
    assert!(subject <= 8 * ROOM, "{name}: the subject has {subject} bytes");
}
