//! `tertulia simulate`, from outside.
#![allow(clippy::unwrap_used)]

mod support;

use serde_json::Value;
use std::fs;
use support::{done, folder, refused, run, said};
use tertulia_voices::simulate::{Report, Scenario};

/// What it printed for whoever reads on, without its progress.
fn printed(arguments: &[&str]) -> String {
    let folder = folder();
    let output = run(folder.path(), arguments);
    assert!(output.status.success(), "{arguments:?}: {}", said(&output));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left in the folder");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn one_scenario_is_told_in_words_and_its_progress_on_the_error_stream() {
    let words = printed(&["simulate", "anger", "--runs", "3"]);
    assert!(words.starts_with("anger: ") && words.contains("assumptions fail"), "{words}");
    assert!(words.contains("3 runs, seed 42; truly ") && words.contains("off on average"), "{words}");
    assert!(!words.contains("1 of 1"), "{words}");
    assert!(done(folder().path(), &["simulate", "anger", "--runs", "1"]).contains("anger (1 of 1) …"));
}

#[test]
fn a_seed_gives_the_same_report_each_time_and_another_seed_another() {
    let with_seed = |seed: &str| {
        let line = printed(&["simulate", "few", "--runs", "5", "--seed", seed, "--json"]);
        assert_eq!(line.lines().count(), 1, "{line}");
        serde_json::from_str::<Report>(&line).unwrap()
    };
    let found = with_seed("7");
    assert_eq!((found.scenario.name.as_str(), found.runs, found.seed), ("few", 5, 7));
    assert_eq!(found, with_seed("7"));
    assert_ne!(found.weighted, with_seed("8").weighted);
}

#[test]
fn without_a_name_every_scenario_is_run_in_turn() {
    let lines = printed(&["simulate", "--runs", "1", "--json"]);
    let names: Vec<String> =
        lines.lines().map(|line| serde_json::from_str::<Report>(line).unwrap().scenario.name).collect();
    assert_eq!(names, Scenario::all().into_iter().map(|scenario| scenario.name).collect::<Vec<_>>());
}

#[test]
fn the_list_says_what_is_so_in_each_and_runs_none() {
    let (words, lines) = (printed(&["simulate", "--list"]), printed(&["simulate", "--list", "--json"]));
    let all = Scenario::all();
    assert_eq!((words.lines().count(), lines.lines().count()), (all.len(), all.len()));
    for (scenario, (words, line)) in all.iter().zip(words.lines().zip(lines.lines())) {
        assert!(words.starts_with(&scenario.name) && words.contains(&scenario.says), "{words}");
        assert_eq!(serde_json::from_str::<Value>(line).unwrap()["name"], scenario.name.as_str());
    }
}

#[test]
fn an_unknown_name_is_told_all_that_there_are_and_no_runs_are_refused() {
    let folder = folder();
    let words = refused(folder.path(), &["simulate", "angre"]);
    assert!(words.contains("no scenario “angre”"), "{words}");
    assert!(Scenario::all().iter().all(|scenario| words.contains(&scenario.name)), "{words}");
    let words = refused(folder.path(), &["simulate", "usual", "--runs", "0"]);
    assert!(words.contains("Nothing comes of 0 runs") && !words.contains("design effect"), "{words}");
}
