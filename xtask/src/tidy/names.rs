//! The project speaks of itself alone: no path of somebody's machine, no registry's address.

use super::File;

/// Put together here, since this file is looked at too.
const PATHS: &[&str] = &[concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/tm", "p/")];

const REGISTRIES: &[&str] = &[
    concat!("registry.", "npmjs."),
    concat!("registry.", "yarnpkg."),
    concat!("index.", "crates.io"),
    concat!("static.", "crates.io"),
    concat!("files.", "pythonhosted."),
    concat!("pypi.", "org/simple"),
    concat!("proxy.", "golang."),
    concat!("deb.", "debian."),
];

pub fn check(files: &[File]) -> Vec<String> {
    files.iter().flat_map(in_file).collect()
}

fn in_file(file: &File) -> Vec<String> {
    // Cargo writes its lock file as it likes.
    if file.path == "Cargo.lock" {
        return Vec::new();
    }
    let mut problems = Vec::new();
    for (number, line) in file.text.lines().enumerate() {
        let place = format!("{}:{}", file.path, number + 1);
        if let Some(host) = REGISTRIES.iter().find(|host| line.contains(**host)) {
            problems.push(format!("{place}: names a registry ({host})"));
        }
        if file.path.ends_with("package-lock.json") && line.trim_start().starts_with("\"resolved\": \"http") {
            problems.push(format!("{place}: says where a package was fetched (set omit-lockfile-registry-resolved)"));
        }
    }
    if !file.is_test() {
        let lines = file.product_lines().filter_map(|(number, line)| Some((number, machine_path(line)?)));
        problems
            .extend(lines.map(|(number, path)| format!("{}:{number}: names a machine's folder ({path})", file.path)));
    }
    problems
}

/// A path of this kind that begins here, rather than the middle of an address.
fn machine_path(line: &str) -> Option<&'static str> {
    let begins = |at: usize| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '/' | '}' | ')'))
    };
    PATHS.iter().copied().find(|path| line.match_indices(path).any(|(at, _)| begins(at)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> usize {
        check(&[File { path: path.into(), text: text.into() }]).len()
    }

    #[test]
    fn a_machines_folder_and_a_registry_are_named() {
        for path in PATHS {
            assert_eq!(found("crates/a/src/lib.rs", &format!("let a = \"{path}x\";")), 1, "{path}");
        }
        for host in REGISTRIES {
            assert_eq!(found("docs/a.md", &format!("see https://{host}example")), 1, "{host}");
        }
        assert_eq!(found("ui/package-lock.json", "  \"resolved\": \"https://mirror.example/a.tgz\","), 1);
    }

    #[test]
    fn addresses_tests_and_links_between_packages_pass() {
        assert_eq!(found("crates/a/src/lib.rs", "\"https://example.test/work/item\""), 0);
        assert_eq!(found("crates/a/tests/b.rs", &format!("\"{}a\"", PATHS[2])), 0);
        assert_eq!(found("ui/package-lock.json", "  \"resolved\": \"packages/a\","), 0);
    }
}
