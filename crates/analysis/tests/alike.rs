//! How well items that are the same are found, on a small set that was labelled by hand. `docs/guides/feedback.md` tells
//! the figures.
#![allow(clippy::unwrap_used)]

use std::collections::HashMap;
use tertulia_analysis::alike::{LIKELY, alike, parts, weight};

/// Group, title, what is asked. Items of one group ask for the same.
const ASKED: &str = include_str!("../fixtures/alike/asked.tsv");
/// So many are shown.
const SHOWN: usize = 5;

struct Item {
    group: &'static str,
    title: Vec<String>,
    all: Vec<String>,
}

fn items() -> Vec<Item> {
    let item = |line: &'static str| {
        let mut fields = line.split('\t');
        let group = fields.next().unwrap();
        let (title, asked) = (fields.next().unwrap(), fields.next().unwrap_or_default());
        Item { group, title: parts(title), all: parts(&format!("{title}\n{asked}")) }
    };
    ASKED.lines().map(item).collect()
}

/// What would be shown beside an item, the likeliest first, while all others are stored.
fn shown(all: &[Item], asked: usize, holding: &HashMap<&str, i64>) -> Vec<usize> {
    let weigh = |part: &str| {
        let own = i64::from(all[asked].all.iter().any(|known| known == part));
        weight(holding.get(part).copied().unwrap_or(0) - own, all.len() as i64 - 1)
    };
    let likeness =
        |other: &Item| alike(&all[asked].title, &other.title, weigh).max(alike(&all[asked].all, &other.all, weigh));
    let mut found: Vec<(usize, f64)> = (0..all.len())
        .filter(|n| *n != asked)
        .map(|n| (n, likeness(&all[n])))
        .filter(|(_, like)| *like >= LIKELY)
        .collect();
    found.sort_by(|a, b| b.1.total_cmp(&a.1));
    found.into_iter().take(SHOWN).map(|(n, _)| n).collect()
}

#[test]
fn most_items_that_ask_for_the_same_are_shown_and_few_that_do_not() {
    let all = items();
    let mut holding: HashMap<&str, i64> = HashMap::new();
    for part in all.iter().flat_map(|item| &item.all) {
        *holding.entry(part).or_default() += 1;
    }
    let (mut right, mut wrong, mut with_same, mut found) = (0, 0, 0, 0_usize);
    for asked in 0..all.len() {
        let same = |n: &usize| all[*n].group == all[asked].group;
        let shown = shown(&all, asked, &holding);
        let hits = shown.iter().filter(|n| same(n)).count();
        (right, wrong) = (right + hits, wrong + shown.len() - hits);
        if (0..all.len()).any(|n| n != asked && same(&n)) {
            with_same += 1;
            found += usize::from(hits > 0);
        }
    }
    let recall = found as f64 / with_same as f64;
    let precision = right as f64 / (right + wrong) as f64;
    println!(
        "{} items, {with_same} with another that asks the same: found for {found} ({recall:.2}); {right} of {} shown ask the same ({precision:.2})",
        all.len(),
        right + wrong
    );
    assert!(recall >= 0.80 && precision >= 0.90, "recall {recall}, precision {precision}");
}
