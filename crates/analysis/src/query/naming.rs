//! What a query calls a channel by, and the query once that channel is called something else.

use super::lexer::{Lexeme, lexemes, opens_quote};
use crate::tokens::fold;

/// A channel's name as names are compared: whatever its case and accents, and without what no query could write: quotation
/// marks, and stars at its end.
pub fn channel_key(name: &str) -> String {
    if name.contains(opens_quote) { fold(trimmed(&bare(name))) } else { fold(trimmed(name)) }
}

fn bare(name: &str) -> String {
    name.replace(opens_quote, "")
}

fn trimmed(name: &str) -> &str {
    name.trim_start().trim_end_matches(|c: char| c == '*' || c.is_whitespace())
}

/// The field that asks for the channel of this name, whatever stands in it; `None` where it has none.
///
/// ```
/// use tertulia_analysis::query::channel_named;
/// assert_eq!(channel_named("Bo's \"Shop\" (2)").unwrap(), "channel:\"Bo's Shop (2)\"");
/// ```
pub fn channel_named(name: &str) -> Option<String> {
    (!channel_key(name).is_empty()).then(|| format!("channel:\"{}\"", trimmed(&bare(name))))
}

/// Whether the query that stands in `text` asks for the channel of this name.
pub fn asks_for_channel(text: &str, name: &str) -> bool {
    !places_of(text, name).is_empty()
}

/// The same text where whatever asked for the channel of this name asks for one of `names`.
///
/// ```
/// use tertulia_analysis::query::with_channel_named;
/// let text = "tea NOT channel:shop";
/// assert_eq!(with_channel_named(text, "Shop", &["Stall"]), "tea NOT channel:\"Stall\"");
/// assert_eq!(with_channel_named(text, "Shop", &["Shop", "Stall"]), "tea NOT (channel:\"Shop\" OR channel:\"Stall\")");
/// ```
pub fn with_channel_named(text: &str, name: &str, names: &[&str]) -> String {
    let fields: Vec<String> = names.iter().filter_map(|name| channel_named(name)).collect();
    let wanted = match fields.as_slice() {
        [] => return text.to_owned(),
        [one] => one.clone(),
        many => format!("({})", many.join(" OR ")),
    };
    let (mut renamed, mut done) = (String::new(), 0);
    for place in places_of(text, name) {
        renamed.push_str(&text[done..place.start]);
        renamed.push_str(&wanted);
        done = place.end;
    }
    renamed + &text[done..]
}

fn places_of(text: &str, name: &str) -> Vec<std::ops::Range<usize>> {
    let key = channel_key(name);
    let is_asked =
        |lexeme: &Lexeme| matches!(lexeme, Lexeme::Field("channel", value) if channel_key(&value.text) == key);
    let found = lexemes(text).unwrap_or_default();
    found.into_iter().filter(|placed| is_asked(&placed.lexeme)).map(|placed| placed.at).collect()
}
