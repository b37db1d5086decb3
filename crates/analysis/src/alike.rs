//! How alike two short texts are that say what somebody asks for, in any script: by the parts of their words, those that
//! few have weighing more. Parts of three letters bear with slips and with endings ("size", "sizes"); what is common in a
//! language says nothing ("please", "the"). It knows no meanings: what is said in other words is not found.

use crate::{language, tokens};
use std::collections::BTreeSet;

/// Letters of a part. Scripts without spaces come as pairs of characters already, and those are their parts.
const LETTERS: usize = 3;
/// Parts of one text: more make it no clearer what is asked for.
pub const MOST_PARTS: usize = 240;
/// What the other text says beyond the first counts against it by so much, where what is missing in it counts 1 (Tversky
/// 1977, "Features of similarity").
const BEYOND: f64 = 0.5;
/// From here on two items are shown to a person as perhaps the same.
pub const LIKELY: f64 = 0.3;

/// The parts of a text's words, each once and in order.
///
/// ```
/// use tertulia_analysis::alike::parts;
/// assert_eq!(parts("The teas"), ["^te", "as$", "eas", "tea"]);
/// assert_eq!(parts("東京都"), ["京都", "東京"]);
/// ```
pub fn parts(text: &str) -> Vec<String> {
    let mut words: Vec<(String, bool)> = Vec::new();
    tokens::for_each_token(text, |token, range| {
        // A tag comes once with its sign and once as a word.
        if words.len() < MOST_PARTS && !token.starts_with(['#', '@']) {
            words.push((token.to_owned(), tokens::is_pair(&text[range])));
        }
    });
    let says_something = |word: &str| {
        !language::is_common(word) && (word.chars().nth(1).is_some() || word.chars().all(char::is_numeric))
    };
    if words.iter().any(|(word, is_pair)| *is_pair || says_something(word)) {
        words.retain(|(word, is_pair)| *is_pair || says_something(word));
    }
    let mut parts = BTreeSet::new();
    for (word, is_pair) in words {
        if parts.len() >= MOST_PARTS {
            break;
        }
        parts.extend(if is_pair { vec![word] } else { parts_of(&word) });
    }
    parts.into_iter().take(MOST_PARTS).collect()
}

/// The parts of a word, its beginning and end marked as such.
fn parts_of(word: &str) -> Vec<String> {
    let marked: Vec<char> = std::iter::once('^').chain(word.chars()).chain(std::iter::once('$')).collect();
    if marked.len() <= LETTERS {
        return vec![marked.into_iter().collect()];
    }
    marked.windows(LETTERS).map(|part| part.iter().collect()).collect()
}

/// What a part says that so many of all texts hold.
pub fn weight(holding: i64, all: i64) -> f64 {
    (all.max(1) as f64 / (holding.max(0) as f64 + 1.0)).ln_1p()
}

/// The rarest of these terms, each with how many rows hold it: as many as `most` rows hold together, and one at least.
///
/// ```
/// use tertulia_analysis::alike::rarest;
/// let held = [("tea", 90), ("oat", 3), ("rye", 9)].map(|(term, rows)| (term.to_owned(), rows)).to_vec();
/// assert_eq!(rarest(held.clone(), 50), ["oat", "rye"]);
/// assert_eq!(rarest(held, 1), ["oat"]);
/// ```
pub fn rarest(mut held: Vec<(String, i64)>, most: i64) -> Vec<String> {
    held.sort_by_key(|(_, holding)| *holding);
    let mut sum = 0;
    let rare = held.into_iter().map_while(|(term, holding)| {
        let is_first = sum == 0;
        sum += holding;
        (is_first || sum <= most).then_some(term)
    });
    rare.collect()
}

/// How alike another text is to the one that is asked about, 0 to 1, by the parts of both. Only the weights of the first
/// are asked for: what the other says beyond it counts as an average part.
pub fn alike(asked: &[String], other: &[String], weight: impl Fn(&str) -> f64) -> f64 {
    let whole: f64 = asked.iter().map(|part| weight(part)).sum();
    if whole <= 0.0 {
        return 0.0;
    }
    let both: Vec<&String> = asked.iter().filter(|part| other.binary_search(part).is_ok()).collect();
    let shared: f64 = both.iter().map(|part| weight(part)).sum();
    let beyond = (other.len() - both.len()) as f64 * whole / asked.len() as f64;
    shared / (whole + BEYOND * beyond)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plainly(one: &str, other: &str) -> f64 {
        alike(&parts(one), &parts(other), |_| 1.0)
    }

    #[test]
    fn the_same_is_wholly_alike_and_what_shares_nothing_not_at_all() {
        for text in ["Oat milk", "豆乳を無料に", "افتحوا يوم الأحد", "it", "5 €"] {
            assert!((plainly(text, text) - 1.0).abs() < 1e-9, "{text}: {:?}", parts(text));
        }
        assert!(
            plainly("Oat milk", "Dark mode") < 0.01 && plainly("", "Oat milk") == 0.0 && plainly("Oat milk", "") == 0.0
        );
    }

    #[test]
    fn slips_endings_and_accents_are_borne_with() {
        for (one, other) in
            [("Decaf coffee", "decafe cofee"), ("gift card", "Gift cards!"), ("Envío gratis", "ENVIO GRATIS")]
        {
            assert!(plainly(one, other) > LIKELY, "{one} {other}: {}", plainly(one, other));
        }
    }

    #[test]
    fn what_is_common_in_a_language_says_nothing_unless_it_is_all_there_is() {
        assert_eq!(parts("Could you please open"), parts("open could"));
        assert!(!parts("it is the").is_empty());
    }

    #[test]
    fn a_long_text_has_no_more_parts_than_are_kept() {
        let long: String = (0..5_000).map(|n| format!("word{n} ")).collect();
        assert_eq!(parts(&long).len(), MOST_PARTS);
        assert!(parts(&"長".repeat(10_000)).len() <= MOST_PARTS);
    }
}
