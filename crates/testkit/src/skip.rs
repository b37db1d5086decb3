//! A test that could not run says so, and one that found out a figure tells it.

use std::io::Write;

/// The file that gathers the skips of a whole run, one `name<TAB>test<TAB>reason` a line, and what its tests tell.
const LOG: &str = "TERTULIA_SKIPS";
/// Stands in the name's place where nothing was skipped.
const TOLD: &str = "told";

/// Tells something that is worth knowing though the test passes, whose output is not shown then: `cargo xtask test`
/// says it at its end.
pub fn told(line: &str) {
    println!("{line}");
    note(TOLD, line);
}

/// Tells that this test did not run because `server` is missing. `install` is the command that brings it.
///
/// # Panics
/// With `CI=true`: a build machine must have everything.
pub fn skipped(server: &str, install: &str) {
    if std::env::var("CI").is_ok_and(|value| value == "true") {
        panic!("{server} is missing: install it with `{install}`");
    }
    tell(server, &format!("{server} not installed (install: {install})"));
}

/// Tells that this test did not run because a data set is absent. Data sets are not part of the project, so this is
/// never a failure.
pub fn skipped_data(what: &str) {
    tell("data", &format!("{what} is not here (set TERTULIA_DATA to the folder that holds it)"));
}

/// Tells that this test did not run because this machine does not allow what it needs. No package brings that, so it is
/// never a failure.
pub fn skipped_here(what: &str, reason: &str) {
    tell(what, &format!("{what}: {reason}"));
}

fn tell(kind: &str, reason: &str) {
    println!("skipped: {reason}");
    note(kind, reason);
}

fn note(kind: &str, reason: &str) {
    let Some(path) = std::env::var_os(LOG) else { return };
    let line = format!("{kind}\t{}\t{reason}\n", test_name());
    // One write of one short line: lines of tests that run side by side don't mix (O_APPEND).
    let written = std::fs::OpenOptions::new().create(true).append(true).open(&path);
    if let Err(error) = written.and_then(|mut file| file.write_all(line.as_bytes())) {
        panic!("{kind} could not be noted in {}: {error}", path.to_string_lossy());
    }
}

/// libtest names the thread after the test, except in a process that runs but one test, as cargo-nextest's do; that
/// says the name in the environment.
fn test_name() -> String {
    if let (Ok(binary), Ok(test)) = (std::env::var("NEXTEST_BINARY_ID"), std::env::var("NEXTEST_TEST_NAME")) {
        return format!("{binary} {test}");
    }
    let program = std::env::current_exe().ok().and_then(|path| Some(path.file_stem()?.to_string_lossy().into_owned()));
    // Cargo names a test program `crate-0123456789abcdef`.
    let program = program.as_deref().and_then(|name| name.rsplit_once('-')).map_or("?", |(name, _)| name);
    format!("{program} {}", std::thread::current().name().unwrap_or("?"))
}
