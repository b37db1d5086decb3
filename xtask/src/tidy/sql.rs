//! SQL stands in the store alone.

use super::File;

pub fn check(files: &[File]) -> Vec<String> {
    files.iter().filter(|file| is_product_rust(file)).flat_map(in_file).collect()
}

fn is_product_rust(file: &File) -> bool {
    let elsewhere = ["crates/store/", "crates/testkit/", "xtask/", "benches/"];
    let ours = file.path.ends_with(".rs") && file.path.contains("src/");
    ours && !file.is_test() && !elsewhere.iter().any(|folder| file.path.starts_with(folder))
}

fn in_file(file: &File) -> Vec<String> {
    let statements = file.product_lines().filter(|(_, line)| is_statement(line));
    statements.map(|(number, _)| format!("{}:{number}: SQL stands in crates/store alone", file.path)).collect()
}

fn is_statement(line: &str) -> bool {
    let line = line.trim_start();
    if line.starts_with("//") {
        return false;
    }
    let update = line.split_once("UPDATE ").is_some_and(|(_, rest)| rest.contains(" SET"));
    update || ["SELECT ", "INSERT INTO ", "DELETE FROM "].iter().any(|word| has_word(line, word))
}

/// `word` where a word may begin, so that `EXAMINE_SELECT ` is none.
fn has_word(line: &str, word: &str) -> bool {
    let before = |at: usize| line[..at].chars().next_back();
    line.match_indices(word).any(|(at, _)| !before(at).is_some_and(|c| c.is_alphanumeric() || c == '_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> Vec<File> {
        vec![File { path: path.into(), text: text.into() }]
    }

    #[test]
    fn statements_outside_the_store_are_named_with_their_line() {
        let found = check(&file("crates/web/src/inbox.rs", "fn a() {}\nlet q = \"SELECT 1\";\n"));
        assert_eq!(found, ["crates/web/src/inbox.rs:2: SQL stands in crates/store alone"]);
        for text in [
            "\"INSERT INTO a VALUES (1)\"",
            "\"UPDATE a SET b = 1\"",
            "\"DELETE FROM a\"",
            "query(r#\"\n  SELECT a\n\"#)",
        ] {
            assert_eq!(check(&file("connectors/email/src/pull.rs", text)).len(), 1, "{text}");
        }
    }

    #[test]
    fn the_store_tests_and_prose_are_free() {
        for path in ["crates/store/src/messages.rs", "crates/web/tests/served/inbox.rs", "xtask/src/main.rs"] {
            assert_eq!(check(&file(path, "\"SELECT 1\"")).len(), 0, "{path}");
        }
        for text in
            ["// SELECT is what IMAP calls opening a folder", "let a = \"select one\";", "#[cfg(test)]\n\"SELECT 1\""]
        {
            assert_eq!(check(&file("crates/web/src/inbox.rs", text)).len(), 0, "{text}");
        }
    }
}
