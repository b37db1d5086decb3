//! Files stay small enough to be read.

use super::File;

const LIMIT: usize = 500;

pub fn check(files: &[File]) -> Vec<String> {
    let written_by_hand = |file: &&File| {
        let code = [".rs", ".ts", ".mjs", ".html", ".css"].iter().any(|end| file.path.ends_with(end));
        code && !file.path.contains("/fixtures/")
    };
    let long = files.iter().filter(written_by_hand).map(|file| (file, file.text.lines().count()));
    long.filter(|(_, lines)| *lines > LIMIT)
        .map(|(file, lines)| format!("{} has {lines} lines; {LIMIT} is the limit", file.path))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_itself_passes_and_one_line_more_does_not() {
        let file = |lines: usize| File { path: "crates/a/src/lib.rs".into(), text: "x\n".repeat(lines) };
        assert_eq!(check(&[file(LIMIT)]).len(), 0);
        assert_eq!(check(&[file(LIMIT + 1)]), ["crates/a/src/lib.rs has 501 lines; 500 is the limit"]);
    }

    #[test]
    fn a_fixture_may_be_long() {
        let file = File { path: "connectors/a/fixtures/page.html".into(), text: "x\n".repeat(LIMIT + 1) };
        assert_eq!(check(&[file]).len(), 0);
    }
}
