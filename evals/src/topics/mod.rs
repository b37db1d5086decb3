//! `eval topics`: are messages about the same put together, without being told how many topics there are?
//!
//! `nmi` is the mutual information of the topics found and the true ones, normalised by the arithmetic mean of their entropies,
//! over all messages: those that were found to belong nowhere count as one more topic, "none". `topics_found` counts the
//! others. `none` is the share that belongs nowhere, `nmi_placed` the same over the others alone. `n` is the number of messages;
//! `per_second` is messages a second on one core, from text to named topics, the median of three runs. No weight is
//! learnt from the labels; a few settings were chosen with these figures in sight. The seed is always the same; `--explain` shows what others give, and the topics.

mod measure;

use crate::arguments::Arguments;
use crate::figures::Figure;
use crate::skipped;
use crate::tweets;
use anyhow::{Result, ensure};
use measure::nmi;
use std::path::Path;
use std::time::Instant;
use tertulia_analysis::topics::{Document, Found, Profiles, Rules, TopicId, assign, find};

/// Each set with its texts and the labels of these, whose names are not all made alike.
const SETS: [(&str, &str, &str); 4] = [
    ("tweet", "topics/Tweet.txt", "topics/Tweet_LABEL.txt"),
    ("searchsnippets", "topics/SearchSnippets.txt", "topics/SearchSnippets_label.txt"),
    ("stackoverflow", "topics/StackOverflow.txt", "topics/StackOverflow_label.txt"),
    ("biomedical", "topics/Biomedical.txt", "topics/Biomedical_label.txt"),
];
const SEED: u64 = 1;
const RUNS: usize = 3;

pub fn run(arguments: &Arguments) -> Result<()> {
    for (name, texts, labels) in SETS {
        let (Some(texts), Some(labels)) = (arguments.data_file(texts), arguments.data_file(labels)) else { continue };
        skipped::unless_sound(name, measure_set(name, [&texts, &labels], arguments.explain));
    }
    Ok(())
}

fn measure_set(name: &str, files: [&Path; 2], explain: bool) -> Result<()> {
    let [texts, labels] = files.map(tweets::read);
    let (texts, labels) = (texts?, labels?);
    let documents: Vec<Document<'_>> = texts.lines().map(|text| Document { text }).collect();
    let labels: Vec<&str> = labels.lines().map(str::trim).collect();
    ensure!(documents.len() == labels.len(), "{} texts, {} labels", documents.len(), labels.len());
    ensure!(!documents.is_empty(), "it holds none");
    let rules = Rules::default();
    let mut seconds = Vec::new();
    let mut found = Found::default();
    for _ in 0..RUNS {
        let start = Instant::now();
        found = find(&documents, &[], &rules, SEED);
        seconds.push(start.elapsed().as_secs_f64());
    }
    seconds.sort_by(f64::total_cmp);
    let per_second = documents.len() as f64 / seconds[RUNS / 2].max(1e-9);
    let tell = |metric, value, n| Figure { set: name, metric, value, n, per_second }.tell();
    let placed: Vec<(Option<usize>, &str)> =
        pairs(&found, &labels).into_iter().filter(|pair| pair.0.is_some()).collect();
    tell("nmi", nmi(&pairs(&found, &labels)), documents.len());
    tell("topics_found", found.topics.len() as f64, documents.len());
    tell("none", 1.0 - placed.len() as f64 / documents.len().max(1) as f64, documents.len());
    tell("nmi_placed", nmi(&placed), placed.len());
    if explain {
        explain_set(&documents, &labels, &found);
    }
    Ok(())
}

fn pairs<'a>(found: &Found, labels: &[&'a str]) -> Vec<(Option<usize>, &'a str)> {
    found.of.iter().map(|place| place.map(|place| place.topic)).zip(labels.iter().copied()).collect()
}

/// How much hangs on the seed and on how many messages there are, how right the confidences are, and what was found.
fn explain_set(documents: &[Document<'_>], labels: &[&str], found: &Found) {
    for (every, seed) in [(1, 2), (1, 3), (1, 4), (2, 1), (2, 2), (4, 1), (4, 2)] {
        let some: Vec<Document<'_>> = documents.iter().step_by(every).copied().collect();
        let labels: Vec<&str> = labels.iter().step_by(every).copied().collect();
        let found = find(&some, &[], &Rules::default(), seed);
        let nmi = nmi(&pairs(&found, &labels));
        eprintln!("seed {seed}, one in {every}: nmi {nmi:.3}, {} topics", found.topics.len());
    }
    let of = found.topics.iter().enumerate().map(|(place, topic)| (TopicId(place as i64), &topic.profile));
    let profiles = Profiles::new(of);
    let start = Instant::now();
    let live: Vec<Option<usize>> = documents
        .iter()
        .map(|document| assign(&profiles, document.text).and_then(|place| usize::try_from(place.topic.0).ok()))
        .collect();
    let per_second = documents.len() as f64 / start.elapsed().as_secs_f64().max(1e-9);
    let same = live.iter().zip(&found.of).filter(|(live, found)| **live == found.map(|place| place.topic)).count();
    let same = same as f64 / documents.len().max(1) as f64;
    eprintln!("placed by the remembered words alone: {same:.2} in the same topic, {per_second:.0} a second");
    for (share, right, n) in measure::confidence(found, labels) {
        eprintln!("confidence about {share:.2}: {right:.2} have the topic's commonest label, of {n}");
    }
    for topic in found.topics.iter().take(60) {
        eprintln!("{:>6} {}", topic.messages, topic.words.join(" "));
    }
}
