#![allow(clippy::unwrap_used)]

use std::process::{Command, Output};
use tertulia_testkit::{data, skipped, skipped_data, told, workspace_root};

/// Set in the second process, in which a test really skips.
const INSIDE: &str = "TESTKIT_SKIPS_INSIDE";

fn inside() -> bool {
    std::env::var_os(INSIDE).is_some()
}

/// Runs a test of this file in a process of its own, with its own environment.
fn apart(test: &str, variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "--nocapture", test])
        .env_remove("CI")
        .env_remove("TERTULIA_SKIPS")
        .env_remove("NEXTEST_BINARY_ID")
        .env(INSIDE, "1");
    command.envs(variables.iter().copied()).output().unwrap()
}

#[test]
fn a_skip_is_printed_and_noted() {
    if inside() {
        skipped("Widgetd", "apt-get install widgetd");
        return skipped_data("mail/2011");
    }
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("skips.tsv");
    let output = apart("a_skip_is_printed_and_noted", &[("TERTULIA_SKIPS", log.to_str().unwrap())]);
    assert!(output.status.success());
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(printed.contains("skipped: Widgetd not installed (install: apt-get install widgetd)\n"), "{printed}");
    let noted = std::fs::read_to_string(log).unwrap();
    let lines: Vec<Vec<&str>> = noted.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!(lines.len(), 2, "{noted}");
    assert_eq!((lines[0][0], lines[1][0]), ("Widgetd", "data"));
    assert!(lines[0][1].starts_with("skips "), "the program is named: {noted}");
    assert_eq!(lines[0][2], "Widgetd not installed (install: apt-get install widgetd)");
}

#[test]
fn what_a_passing_test_tells_is_printed_and_noted() {
    if inside() {
        return told("nine of ten were found");
    }
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("skips.tsv");
    let output = apart("what_a_passing_test_tells_is_printed_and_noted", &[("TERTULIA_SKIPS", log.to_str().unwrap())]);
    assert!(output.status.success());
    assert!(String::from_utf8(output.stdout).unwrap().contains("nine of ten were found\n"));
    let noted = std::fs::read_to_string(log).unwrap();
    assert!(noted.starts_with("told\tskips ") && noted.ends_with("\tnine of ten were found\n"), "{noted}");
}

#[test]
fn a_missing_server_fails_a_build_machine_and_missing_data_does_not() {
    if inside() {
        skipped_data("mail/2011");
        println!("data is forgiven");
        return skipped("Widgetd", "apt-get install widgetd");
    }
    let output = apart("a_missing_server_fails_a_build_machine_and_missing_data_does_not", &[("CI", "true")]);
    assert!(!output.status.success());
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("data is forgiven"), "{said}");
    assert!(said.contains("Widgetd is missing: install it with `apt-get install widgetd`"), "{said}");
}

#[test]
fn data_is_found_where_the_environment_says() {
    if inside() {
        assert!(data("here.csv").is_some_and(|path| path.is_file()));
        assert_eq!(data("not-here.csv"), None);
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("here.csv"), "").unwrap();
    let output =
        apart("data_is_found_where_the_environment_says", &[("TERTULIA_DATA", folder.path().to_str().unwrap())]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn the_workspace_root_is_where_the_lock_file_stands() {
    assert!(workspace_root().join("Cargo.lock").is_file());
}
