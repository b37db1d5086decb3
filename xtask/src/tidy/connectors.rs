//! Only the program itself names a concrete connector: what stands below it asks the registry for what a kind can do.

use super::File;

/// Words that happen to be a connector's name too, and where: a topic and a kind of job, a page, a format of JSON Schema, a side of a
/// question.
const OTHER_MEANINGS: &[(&str, &str)] = &[
    ("crates/engine/src/imports.rs", "import"),
    ("crates/engine/src/worker.rs", "import"),
    ("crates/web/src/import/", "import"),
    ("crates/web/src/channels/form.rs", "email"),
    ("crates/engine/src/insights/triangulation/", "survey"),
    ("crates/web/src/api/triangulation.rs", "survey"),
    ("crates/web/src/insights/", "survey"),
];

pub fn check(files: &[File]) -> Vec<String> {
    let names: Vec<&str> = files.iter().filter_map(|file| connector(&file.path)).collect();
    files.iter().filter(|file| is_below_the_program(file)).flat_map(|file| in_file(file, &names)).collect()
}

/// `email` of `connectors/email/Cargo.toml`.
fn connector(path: &str) -> Option<&str> {
    path.strip_prefix("connectors/")?.strip_suffix("/Cargo.toml").filter(|name| !name.contains('/'))
}

fn is_below_the_program(file: &File) -> bool {
    let folders = ["crates/engine/src/", "crates/web/src/"];
    file.path.ends_with(".rs") && !file.is_test() && folders.iter().any(|folder| file.path.starts_with(folder))
}

fn in_file(file: &File, names: &[&str]) -> Vec<String> {
    let means_another =
        |name: &str| OTHER_MEANINGS.iter().any(|(path, word)| *word == name && file.path.starts_with(path));
    let named = |line: &str| {
        let is_named = |name: &&&str| line.contains(&format!("\"{name}\"")) || line.contains(&format!("/new/{name}"));
        names.iter().filter(|name| !means_another(name)).find(is_named).map(|name| (*name).to_owned())
    };
    let lines = file.product_lines().filter(|(_, line)| !line.trim_start().starts_with("//"));
    lines
        .filter_map(|(number, line)| Some((number, named(line)?)))
        .map(|(number, name)| format!("{}:{number}: names the connector {name} (ask the registry instead)", file.path))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        let file = |path: &str, text: &str| File { path: path.into(), text: text.into() };
        check(&[file("connectors/email/Cargo.toml", ""), file("connectors/import/Cargo.toml", ""), file(path, text)])
    }

    #[test]
    fn a_connector_that_is_named_below_the_program_is_found_with_its_line() {
        let named = found("crates/engine/src/outbound/ways.rs", "fn a() {}\nif name == \"email\" {}\n");
        assert_eq!(
            named,
            ["crates/engine/src/outbound/ways.rs:2: names the connector email (ask the registry instead)"]
        );
        assert_eq!(found("crates/web/src/start/mod.rs", "href: \"/channels/new/email\",").len(), 1);
        assert_eq!(found("crates/engine/src/registry.rs", "registry.get(\"import\")").len(), 1);
    }

    #[test]
    fn the_program_tests_comments_and_words_of_another_meaning_are_free() {
        for path in
            ["crates/tertulia/src/channels.rs", "crates/web/tests/served/start.rs", "crates/engine/src/imports.rs"]
        {
            assert!(found(path, "\"import\"").is_empty(), "{path}");
        }
        for text in ["// as \"email\" does", "let mail = \"e-mail\";", "#[cfg(test)]\n\"email\""] {
            assert!(found("crates/web/src/start/mod.rs", text).is_empty(), "{text}");
        }
        assert_eq!(found("crates/engine/src/imports.rs", "\"email\"").len(), 1, "only the one word is free there");
    }
}
