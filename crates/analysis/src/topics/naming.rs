//! What a topic is called by: the words that tell it from the others, as people wrote them, and typical messages.
//!
//! Which words tell is judged by how much oftener they stand in the topic than in all others, in units of how sure that is
//! (Monroe, Colaresi & Quinn, "Fightin' Words", Political Analysis 16:4, 2008, eq. 16, 20 and 22):
//!
//! ```text
//! δ_w = ln((n_kw + β_w) / (N_k + B − n_kw − β_w)) − ln((n_rw + β_w) / (N_r + B − n_rw − β_w))
//! z_w = δ_w / √(1/(n_kw + β_w) + 1/(n_rw + β_w))
//! ```
//!
//! with *r* the rest. A word that is spread evenly has a z near 0, in any language.

use super::mixture::Prior;
use super::words::{Corpus, for_each_word};
use crate::alike;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

/// Words that a topic is shown by, at most.
pub const MOST_WORDS: usize = 10;
/// Typical messages of a topic, at most.
pub const MOST_TYPICAL: usize = 5;
/// Candidates for words: some become one once they are joined.
const CANDIDATES: usize = 3 * MOST_WORDS;
/// As sure as 99 in 100 (of a normal distribution, one-sided).
const LEAST_Z: f64 = 2.33;
/// Messages that are looked at for how a word is written, and which are typical.
const MOST_READ: usize = 400;
/// Two typical messages more alike than this say the same twice.
const SAME_AGAIN: f64 = 0.6;
/// A typical message says something: so many words, where any does.
const LEAST_TYPICAL_WORDS: usize = 4;
/// Characters of a name put together from pairs.
const MOST_JOINED: usize = 12;

/// The most telling words by their numbers, each with its z, the most telling first.
pub(super) fn telling(prior: &Prior, counts: &[f64], size: f64, all: &[f64], all_size: f64) -> Vec<(u32, f64)> {
    let mut words: Vec<(u32, f64)> = Vec::new();
    for (number, count) in counts.iter().enumerate().filter(|(_, count)| **count >= 2.0) {
        let expected = prior.words[number];
        let odds = |count: f64, size: f64| (count + expected) / (size + prior.sum - count - expected).max(1e-9);
        let other = (all[number] - count).max(0.0);
        let difference = (odds(*count, size) / odds(other, (all_size - size).max(0.0))).ln();
        let z = difference / (1.0 / (count + expected) + 1.0 / (other + expected)).sqrt();
        if z >= LEAST_Z {
            words.push((number as u32, z));
        }
    }
    words.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
    words.truncate(CANDIDATES);
    words
}

/// How words are written: of each candidate the form that most texts hold; neighbouring pairs of characters as one.
pub(super) fn shown<'a>(corpus: &Corpus, telling: &[(u32, f64)], texts: impl Iterator<Item = &'a str>) -> Vec<String> {
    let ranks: HashMap<&str, usize> = telling
        .iter()
        .enumerate()
        .map(|(rank, (number, _))| (corpus.vocabulary.word(*number as usize), rank))
        .collect();
    let mut written: Vec<BTreeMap<String, usize>> = vec![BTreeMap::new(); telling.len()];
    for text in texts.take(MOST_READ) {
        let mut run: Option<(Range<usize>, usize)> = None;
        for_each_word(text, |word, range, is_pair| {
            let Some(rank) = ranks.get(word).copied() else { return };
            match &mut run {
                Some((whole, best)) if is_pair && range.start < whole.end && range.end > whole.end => {
                    whole.end = range.end;
                    *best = (*best).min(rank);
                }
                _ => {
                    if let Some((whole, best)) = run.replace((range, rank)) {
                        note(&mut written[best], &text[whole]);
                    }
                }
            }
        });
        if let Some((whole, best)) = run {
            note(&mut written[best], &text[whole]);
        }
    }
    let mut shown: Vec<String> = Vec::new();
    for forms in &written {
        // Of equally many the one in small letters, which come last.
        let Some((form, _)) = forms.iter().max_by_key(|(_, holding)| **holding) else { continue };
        let is_part = |known: &String| known.contains(form.as_str()) && is_joined(form);
        if shown.len() < MOST_WORDS && !shown.iter().any(is_part) {
            shown.push(form.clone());
        }
    }
    shown
}

fn is_joined(form: &str) -> bool {
    crate::tokens::is_pair(form)
}

fn note(forms: &mut BTreeMap<String, usize>, form: &str) {
    let form: String = form.chars().take(if is_joined(form) { MOST_JOINED } else { 64 }).collect();
    *forms.entry(form).or_default() += 1;
}

/// The messages nearest to the topic's centre, the nearest first and none like another: by the cosine of a message's words with
/// how telling they are.
pub(super) fn typical<'a>(
    corpus: &Corpus,
    telling: &[(u32, f64)],
    members: &[usize],
    text: impl Fn(usize) -> &'a str,
) -> Vec<usize> {
    let weights: HashMap<u32, f64> = telling.iter().copied().collect();
    let nearness = |message: usize| {
        let words = corpus.text(message);
        let sum: f64 = words.chunk_by(|one, next| one == next).filter_map(|same| weights.get(&same[0])).sum();
        sum / (words.len().max(LEAST_TYPICAL_WORDS) as f64).sqrt()
    };
    let mut nearest: Vec<(usize, f64)> =
        members.iter().map(|message| (*message, nearness(*message))).filter(|(_, near)| *near > 0.0).collect();
    nearest.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
    let mut typical: Vec<(usize, Vec<String>)> = Vec::new();
    for (message, _) in nearest.into_iter().take(MOST_READ) {
        let parts = alike::parts(text(message));
        let is_same = |(_, known): &(usize, Vec<String>)| {
            alike::alike(known, &parts, |_| 1.0).max(alike::alike(&parts, known, |_| 1.0)) > SAME_AGAIN
        };
        if !typical.iter().any(is_same) {
            typical.push((message, parts));
        }
        if typical.len() == MOST_TYPICAL {
            break;
        }
    }
    typical.into_iter().map(|(message, _)| message).collect()
}
