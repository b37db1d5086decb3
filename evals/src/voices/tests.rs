//! The whole way, on made files and on the real ones where they are.

use super::survey::{measure, published_weights, read};
use crate::arguments::Arguments;
use std::path::Path;

fn arguments(folder: &Path) -> Arguments {
    Arguments { name: "voices".to_owned(), data: Some(folder.to_path_buf()), model: None, explain: false }
}

fn folder_with(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    files.iter().for_each(|(name, text)| std::fs::write(folder.path().join(name), text).unwrap());
    folder
}

const MARGINS: &str = "variable,level,freq\nstype,E,60\nstype,H,40\n";
const PEOPLE: &str = "stype,api00,pw,raked_weight\nE,3,25,30\nE,5,25,30\nH,4,25,20\nH,8,25,20\n";

#[test]
fn weights_by_hand_are_found_and_others_are_told_apart() {
    // E: 3 and 5, H: 4 and 8; what is left of them is ±1 and ±2, times 30 and 20, by the whole of 100: 4/3 · (2·0.3² + 2·0.4²).
    let error = (4.0_f64 / 3.0 * (2.0 * 0.09 + 2.0 * 0.16)).sqrt();
    let note = format!("mean raw 5, raked 4.8 (SE {error})");
    let folder =
        folder_with(&[("margins.csv", MARGINS), ("apisrs_expected_weights.csv", PEOPLE), ("README.txt", &note)]);
    let measured = measure(&read(&arguments(folder.path())).unwrap().unwrap());
    assert!(measured.max_relative_error < 1e-12 && measured.se_error < 1e-12, "{}", measured.se_error);
    let other =
        folder_with(&[("margins.csv", MARGINS), ("apisrs_expected_weights.csv", &PEOPLE.replace(",30\n", ",24\n"))]);
    let measured = measure(&read(&arguments(other.path())).unwrap().unwrap());
    assert!((measured.max_relative_error - 0.25).abs() < 1e-12 && measured.se_error > 0.5);
}

#[test]
fn a_set_of_which_a_file_is_missing_is_left_out_and_a_broken_one_is_an_error() {
    let folder = folder_with(&[("margins.csv", MARGINS)]);
    assert!(read(&arguments(folder.path())).unwrap().is_none());
    assert!(published_weights(&arguments(folder.path())).unwrap().is_none());
    let unknown = PEOPLE.replace("H,8", "M,8");
    for broken in ["stype,api00\nE,3\n", &unknown] {
        let folder = folder_with(&[("margins.csv", MARGINS), ("apisrs_expected_weights.csv", broken)]);
        assert!(read(&arguments(folder.path())).is_err(), "{broken}");
    }
}

#[test]
fn the_weights_are_those_of_r_on_the_real_sample() {
    if tertulia_testkit::data("survey/raking_api/margins.csv").is_none() {
        return;
    }
    let measured = measure(&read(&arguments(&tertulia_testkit::data_folder())).unwrap().unwrap());
    assert!(measured.max_relative_error < 1e-9, "{}", measured.max_relative_error);
    assert!(measured.se_error < 1e-6, "{}", measured.se_error);
}
