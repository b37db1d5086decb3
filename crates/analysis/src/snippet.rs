//! A few words of a message for a list: its beginning, or the place where a search found it.

use crate::query::Query;
use crate::quotes::{self, Parts};
use tertulia_model::Extent;
use unicode_segmentation::UnicodeSegmentation;

/// A piece of a text, and where the query's words stand in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Snippet {
    pub text: String,
    /// Bytes of `text`, in order, on characters' boundaries.
    pub marks: Vec<Extent>,
}

/// The first words of what the person wrote (not of what they quoted): on one line, at most `most_chars` characters
/// (and the "…" of a cut), no character cut in two, no control of writing direction that would reach beyond the snippet.
///
/// ```
/// use tertulia_analysis::snippet::first_words;
/// assert_eq!(first_words("> Still open?\nYes,\n  until   six o'clock.", 14), "Yes, until six…");
/// ```
pub fn first_words(text: &str, most_chars: usize) -> String {
    first_own_words(text, &quotes::split(text), most_chars)
}

pub(crate) fn first_own_words(text: &str, parts: &Parts, most_chars: usize) -> String {
    let mut words = Words::default();
    let pieces = parts.own.iter().map(|own| &text[own.start..own.end]);
    for c in pieces.flat_map(|piece| piece.chars().chain(std::iter::once(' '))) {
        // A cut needs a little more than it keeps, to know whether a word ends there.
        if words.chars > most_chars.saturating_add(64) {
            break;
        }
        words.push(c);
    }
    let (kept, is_cut) = cut(&words.text, most_chars);
    if is_cut { format!("{kept}…") } else { kept.to_owned() }
}

/// The words around the first place where the query's words stand, or the first words where none do.
///
/// ```
/// let query = tertulia_analysis::query::parse("kettle").unwrap();
/// let text = "It began with a long story about the garden, and then the kettle broke on the second day.";
/// let snippet = tertulia_analysis::snippet::around(text, &query, 40);
/// assert_eq!(snippet.text, "…and then the kettle broke on the second…");
/// assert_eq!(&snippet.text[snippet.marks[0].start..snippet.marks[0].end], "kettle");
/// ```
pub fn around(text: &str, query: &Query, most_chars: usize) -> Snippet {
    let mut words = Words::default();
    text.chars().for_each(|c| words.push(c));
    let whole = words.text.trim_end();
    let marks = query.highlights(whole);
    let Some(first) = marks.first() else {
        return Snippet { text: first_words(text, most_chars), marks: Vec::new() };
    };
    let start =
        if whole.chars().nth(most_chars).is_none() { 0 } else { window_start(whole, first.start, most_chars / 3) };
    let (kept, is_cut) = cut(&whole[start..], most_chars);
    let lead = if start > 0 { "…" } else { "" };
    let inside = |extent: &Extent| {
        let (from, to) = (extent.start.max(start), extent.end.min(start + kept.len()));
        (from < to).then(|| Extent { start: from - start + lead.len(), end: to - start + lead.len() })
    };
    let marks = marks.iter().filter_map(inside).collect();
    Snippet { text: format!("{lead}{kept}{}", if is_cut { "…" } else { "" }), marks }
}

/// Text on one line: white space collapsed, controls left out.
#[derive(Default)]
struct Words {
    text: String,
    chars: usize,
}

impl Words {
    fn push(&mut self, c: char) {
        if c.is_whitespace() {
            if self.text.is_empty() || self.text.ends_with(' ') {
                return;
            }
            self.text.push(' ');
        } else if c.is_control() || is_bidi_control(c) {
            return;
        } else {
            self.text.push(c);
        }
        self.chars += 1;
    }
}

/// An override or embedding that is never closed would turn the rest of the list around (UAX #9).
fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// As much of `text` as `most_chars` characters hold, ended at a word where one ends in its latter half; and whether
/// anything was left out.
fn cut(text: &str, most_chars: usize) -> (&str, bool) {
    let text = text.trim_end();
    if text.is_ascii() {
        // White space was collapsed, so that there is no CR LF: each byte is a cluster.
        cut_clusters(text, most_chars, (0..text.len()).map(|at| (at, &text[at..=at])))
    } else {
        cut_clusters(text, most_chars, text.grapheme_indices(true))
    }
}

fn cut_clusters<'a>(
    text: &'a str,
    most_chars: usize,
    clusters: impl Iterator<Item = (usize, &'a str)>,
) -> (&'a str, bool) {
    let (mut chars, mut end, mut word_end) = (0, 0, 0);
    for (at, cluster) in clusters {
        let begins_gap = cluster.starts_with(' ');
        if begins_gap {
            word_end = at;
        }
        chars += cluster.chars().take(most_chars + 1).count();
        if chars > most_chars {
            let kept = if begins_gap || word_end * 2 < end { end } else { word_end };
            return (text[..kept].trim_end(), true);
        }
        end = at + cluster.len();
    }
    (text, false)
}

/// Where a window begins so that about `lead` characters stand before `mark`: at a word, else between characters.
fn window_start(text: &str, mark: usize, lead: usize) -> usize {
    let rough = text[..mark].char_indices().rev().take(lead).last().map_or(mark, |(at, _)| at);
    if rough == 0 {
        return 0;
    }
    if let Some(gap) = text.as_bytes()[rough - 1..mark].iter().position(|byte| *byte == b' ') {
        return rough + gap;
    }
    text[..mark].grapheme_indices(true).map(|(at, _)| at).find(|at| *at >= rough).unwrap_or(mark)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::parse;
    use proptest::prelude::*;

    #[test]
    fn a_snippet_is_cut_at_a_word_and_in_unspaced_scripts_between_characters() {
        assert_eq!(first_words("The roast was wonderful this week", 20), "The roast was…");
        assert_eq!(first_words("The roast", 9), "The roast");
        assert_eq!(first_words("営業時間を教えてください", 4), "営業時間…");
    }

    #[test]
    fn a_family_of_one_emoji_is_never_torn_apart() {
        let family = "👨\u{200d}👩\u{200d}👧\u{200d}👦";
        assert_eq!(first_words(&format!("Hi {family}{family}"), 12), format!("Hi {family}…"));
    }

    #[test]
    fn controls_of_direction_do_not_reach_the_list() {
        assert_eq!(first_words("a\u{202e}b\u{2066}c\u{0}d", 20), "abcd");
    }

    #[test]
    fn a_snippet_without_a_find_shows_the_beginning() {
        let snippet = around("> old\nNew words", &parse("absent").unwrap(), 30);
        assert_eq!(snippet, Snippet { text: "New words".to_owned(), marks: Vec::new() });
    }

    #[test]
    fn a_find_in_a_long_unspaced_text_is_shown_with_its_surroundings() {
        let text = "あ".repeat(300) + "珈琲" + &"い".repeat(300);
        let snippet = around(&text, &parse("珈琲").unwrap(), 12);
        assert_eq!(snippet.text, "…ああああ珈琲いいいいいい…");
        assert_eq!(&snippet.text[snippet.marks[0].start..snippet.marks[0].end], "珈琲");
    }

    proptest! {
        #[test]
        fn snippets_keep_their_length_and_their_marks_stand_on_boundaries(text in "\\PC{0,80}[a-c 京が\u{301}\u{200d}👩\u{202e}\n>]{0,120}", most in 1_usize..60) {
            prop_assert!(first_words(&text, most).chars().count() <= most + 1);
            let snippet = around(&text, &parse("a* OR 京 OR が").unwrap(), most);
            prop_assert!(snippet.text.chars().count() <= most + 2);
            for mark in &snippet.marks {
                prop_assert!(mark.start < mark.end);
                prop_assert!(snippet.text.get(mark.start..mark.end).is_some());
            }
        }
    }
}
