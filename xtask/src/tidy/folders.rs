//! A channel is one folder, and each has what a reader and the conformance kit look for.

use super::File;
use std::collections::BTreeSet;

const NEEDED: &[&str] = &["Cargo.toml", "README.md", "src/lib.rs", "tests/conformance.rs"];

pub fn check(files: &[File]) -> Vec<String> {
    let paths: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
    let inside = paths.iter().filter_map(|path| path.strip_prefix("connectors/"));
    let folders: BTreeSet<&str> = inside.filter_map(|path| path.split_once('/')).map(|(folder, _)| folder).collect();
    let wanted = folders.iter().flat_map(|folder| NEEDED.iter().map(move |name| format!("connectors/{folder}/{name}")));
    wanted.filter(|path| !paths.contains(path.as_str())).map(|path| format!("{path} is missing")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(paths: &[&str]) -> Vec<File> {
        paths.iter().map(|path| File { path: path.to_string(), text: String::new() }).collect()
    }

    #[test]
    fn a_whole_folder_passes_and_a_missing_conformance_test_is_named() {
        let whole =
            ["Cargo.toml", "README.md", "src/lib.rs", "tests/conformance.rs"].map(|n| format!("connectors/a/{n}"));
        let mut paths: Vec<&str> = whole.iter().map(String::as_str).collect();
        assert_eq!(check(&files(&paths)), Vec::<String>::new());
        paths.pop();
        assert_eq!(check(&files(&paths)), ["connectors/a/tests/conformance.rs is missing"]);
    }
}
