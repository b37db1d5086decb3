//! The generated list of connectors. Only the program names a concrete connector, and only in this file.

use crate::{shell, tidy};
use anyhow::{Context, Result};
use serde_json::Value;

const FILE: &str = "crates/tertulia/src/connectors.rs";
const PREFIX: &str = "tertulia-connector-";

pub fn run() -> Result<()> {
    let text = generate(&names(&tidy::metadata()?));
    let path = shell::root().join(FILE);
    std::fs::write(&path, text).with_context(|| format!("{FILE} could not be written"))?;
    shell::run(shell::command("", "rustfmt", &["--edition", "2024", FILE]))?;
    println!("{FILE} is written");
    Ok(())
}

/// What is wrong with the list as it stands.
pub fn stale(metadata: &Value) -> Vec<String> {
    let written = std::fs::read_to_string(shell::root().join(FILE)).unwrap_or_default();
    if squeezed(&written) == squeezed(&generate(&names(metadata))) {
        return Vec::new();
    }
    vec![format!("{FILE} does not list the connectors in crates/tertulia/Cargo.toml: run `cargo xtask connectors`")]
}

/// The connectors that the program depends on, by the alphabet.
fn names(metadata: &Value) -> Vec<String> {
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let program = packages.filter(|package| package["name"] == "tertulia");
    let dependencies = program.flat_map(|package| package["dependencies"].as_array().into_iter().flatten());
    let used = dependencies.filter(|dependency| dependency["kind"].is_null());
    let mut names: Vec<String> =
        used.filter_map(|dependency| dependency["name"].as_str()?.strip_prefix(PREFIX).map(str::to_owned)).collect();
    names.sort();
    names.dedup();
    names
}

fn generate(names: &[String]) -> String {
    let entries: String = names
        .iter()
        .map(|name| format!("        Arc::new(tertulia_connector_{}::connector()),\n", name.replace('-', "_")))
        .collect();
    format!(
        "//! Written by `cargo xtask connectors` from the connectors that this crate depends on; edit Cargo.toml instead.\n\
         \n\
         use std::sync::Arc;\n\
         use tertulia_connector::Connector;\n\
         \n\
         /// Every kind of channel that the program speaks.\n\
         pub fn all() -> Vec<Arc<dyn Connector>> {{\n    vec![\n{entries}    ]\n}}\n"
    )
}

/// Without what rustfmt decides: white space and trailing commas.
fn squeezed(code: &str) -> String {
    let dense: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    dense.replace(",]", "]")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_list_names_each_connector_once_and_no_test_helper() {
        let dependency = |name: &str, kind: Value| json!({ "name": name, "kind": kind });
        let metadata = json!({ "packages": [
            { "name": "tertulia", "dependencies": [
                dependency("tertulia-connector-webchat", Value::Null),
                dependency("tertulia-connector-email", Value::Null),
                dependency("tertulia-connector-import", json!("dev")),
                dependency("tertulia-connector", Value::Null),
            ] },
            { "name": "other", "dependencies": [dependency("tertulia-connector-sms", Value::Null)] },
        ] });
        assert_eq!(names(&metadata), ["email", "webchat"]);
        let text = generate(&names(&metadata));
        assert!(text.contains("Arc::new(tertulia_connector_email::connector()),"), "{text}");
        assert!(!text.contains("import::"), "{text}");
    }

    #[test]
    fn layout_alone_does_not_make_the_list_stale() {
        assert_eq!(squeezed("vec![\n  a(),\n  b(),\n]"), squeezed("vec![a(), b()]"));
        assert_ne!(squeezed("vec![a()]"), squeezed("vec![b()]"));
    }
}
