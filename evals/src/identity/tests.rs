//! The whole way, on made files and on the real ones where they are.

use super::measure::{Measured, measure};
use super::sets::{Set, read};
use crate::arguments::Arguments;
use std::path::Path;

const HEADER: &str = "rec_id, given_name, surname, street_number, address_1, address_2, suburb, postcode, state, date_of_birth, soc_sec_id\n";

fn set_in(folder: &Path, name: &'static str) -> Option<Set> {
    let arguments =
        Arguments { name: "identity".to_owned(), data: Some(folder.to_path_buf()), model: None, explain: false };
    read(name, &arguments).unwrap()
}

fn folder_with(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("identity/febrl")).unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join("identity/febrl").join(name), text).unwrap();
    }
    folder
}

/// Forty made people; every second value of the other list has a slip.
fn two_lists() -> (String, String) {
    let given = ["ana", "luis", "maria", "john", "eva", "omar", "ines", "paul"];
    let surnames = ["ruizon", "weberly", "okafor", "tanaka", "lindgren"];
    let (mut first, mut second) = (HEADER.to_owned(), HEADER.to_owned());
    for person in 0..40_usize {
        let (given, surname) = (given[person % 8], surnames[person / 8]);
        let (number, postcode) = (1 + person * 13 % 90, 4_000 + person * 37);
        let born = format!("19{:02}{:02}{:02}", 40 + person, 1 + person % 12, 1 + person * 7 % 28);
        let rest = |given: &str, surname: &str| {
            format!("{given}, {surname}, {number}, harbour street, , portville, {postcode}, nsw, {born}, {person}\n")
        };
        first += &format!("rec-{person}-org, {}", rest(given, surname));
        // Name and surname in each other's place, and one letter lost.
        let line = if person % 2 == 0 { rest(surname, given) } else { rest(given, &surname[1..]) };
        second += &format!("rec-{person}-dup-0, {line}");
    }
    (first, second)
}

#[test]
fn two_lists_are_linked_without_being_told_who_is_who() {
    let (first, second) = two_lists();
    let folder = folder_with(&[("dataset4a.csv", &first), ("dataset4b.csv", &second)]);
    let set = set_in(folder.path(), "febrl4").unwrap();
    assert_eq!((set.records.len(), set.true_pairs()), (80, 40));
    let measured = measure(&set, false);
    assert_eq!((measured.f1(), measured.blocking_recall()), (1.0, 1.0));
}

#[test]
fn the_number_that_would_give_the_answer_away_is_not_read() {
    let (first, _) = two_lists();
    let folder = folder_with(&[("dataset2.csv", &first.replace(", 7\n", ", 0815-4711\n"))]);
    let set = set_in(folder.path(), "febrl2").unwrap();
    assert!(set.records.iter().flat_map(|record| record.values()).all(|(_, value)| !value.contains("4711")));
    assert_eq!(set.true_pairs(), 0);
}

#[test]
fn a_set_of_which_a_file_is_missing_is_left_out_and_a_broken_one_is_an_error() {
    let folder = folder_with(&[("dataset4a.csv", HEADER), ("dataset3.csv", "a, b\n1, 2\n")]);
    assert!(set_in(folder.path(), "febrl4").is_none());
    let arguments =
        Arguments { name: "identity".to_owned(), data: Some(folder.path().to_path_buf()), model: None, explain: false };
    assert!(read("febrl3", &arguments).is_err());
}

/// Originals and first copies of a real list, as two lists: no such pair of files comes with the data sets.
#[test]
fn a_real_list_parted_in_two_is_put_together_again() {
    let Some(file) = tertulia_testkit::data("identity/febrl/dataset1.csv") else { return };
    let text = std::fs::read_to_string(file).unwrap();
    let part = |of: &str| {
        text.lines()
            .enumerate()
            .filter(|(number, line)| *number == 0 || line.contains(of))
            .map(|(_, line)| format!("{line}\n"))
            .collect::<String>()
    };
    let folder = folder_with(&[("dataset4a.csv", &part("-org,")), ("dataset4b.csv", &part("-dup-0,"))]);
    let set = set_in(folder.path(), "febrl4").unwrap();
    assert_eq!(set.true_pairs(), 500);
    good(&set, 0.99, 0.95, 0.001);
}

#[test]
fn a_real_list_is_rid_of_its_copies_and_probabilities_mean_what_they_say() {
    for (name, path, f1) in [
        ("febrl1", "identity/febrl/dataset1.csv", 0.99),
        ("febrl2", "identity/febrl/dataset2.csv", 0.99),
        ("febrl3", "identity/febrl/dataset3.csv", 0.99),
        ("splink", "identity/splink/fake_1000.csv", 0.96),
    ] {
        if tertulia_testkit::data(path).is_none() {
            return;
        }
        let set = set_in(&tertulia_testkit::data_folder(), name).unwrap();
        good(&set, f1, 0.95, 0.02);
    }
}

fn good(set: &Set, f1: f64, blocking_recall: f64, off: f64) -> Measured {
    let measured = measure(set, false);
    let table = measured.reliability.table();
    println!("{}\n{table}", set.name);
    assert!(measured.f1() >= f1, "{}: F1 {}", set.name, measured.f1());
    assert!(measured.precision() >= 0.995, "{}: precision {}", set.name, measured.precision());
    assert!(measured.blocking_recall() >= blocking_recall, "{}", measured.blocking_recall());
    assert!(measured.reliability.expected_calibration_error() <= off, "{table}");
    measured
}
