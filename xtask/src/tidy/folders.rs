//! A channel is one folder, and each has what a reader and the conformance kit look for.

use super::File;
use std::collections::BTreeSet;

const NEEDED: &[&str] = &["Cargo.toml", "README.md", "src/lib.rs", "tests/conformance.rs"];

pub fn check(files: &[File]) -> Vec<String> {
    let paths: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
    let inside = paths.iter().filter_map(|path| path.strip_prefix("connectors/"));
    let folders: BTreeSet<&str> = inside.filter_map(|path| path.split_once('/')).map(|(folder, _)| folder).collect();
    let wanted = folders.iter().flat_map(|folder| NEEDED.iter().map(move |name| format!("connectors/{folder}/{name}")));
    let missing = wanted.filter(|path| !paths.contains(path.as_str())).map(|path| format!("{path} is missing"));
    missing.chain(files.iter().filter_map(unproven)).collect()
}

/// Each feeds the kit's hostile words through its own way in.
fn unproven(file: &File) -> Option<String> {
    let kit = file.path.starts_with("connectors/") && file.path.ends_with("/tests/conformance.rs");
    (kit && !file.text.contains("check_hostile("))
        .then(|| format!("{} does not bring in the kit's hostile words (conformance::check_hostile)", file.path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(paths: &[&str]) -> Vec<File> {
        paths.iter().map(|path| File { path: path.to_string(), text: "check_hostile(".to_owned() }).collect()
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

    #[test]
    fn a_kit_without_hostile_words_is_named() {
        let mut files = files(&["connectors/a/tests/conformance.rs"]);
        assert!(unproven(&files[0]).is_none());
        files[0].text.clear();
        assert!(unproven(&files[0]).unwrap().contains("check_hostile"));
    }
}
