//! What we build on may be used by those who build on us.

use super::File;
use anyhow::{Context, Result};
use serde_json::Value;

/// What `deny.toml` allows.
struct Rules {
    everywhere: Vec<String>,
    /// (package, licence)
    exceptions: Vec<(String, String)>,
}

/// What the project itself is licensed under.
const OURS: &str = "MIT OR Apache-2.0";

/// npm packages that are allowed more; cargo-deny, whose file has the other exceptions, knows crates only.
const NPM_EXCEPTIONS: &[(&str, &str)] = &[
    ("@fontsource", "OFL-1.1"),
    // How it spells 0BSD.
    ("htmx.org", "BSD-0-Clause"),
];

pub fn check(metadata: &Value, files: &[File], deny: &str) -> Result<Vec<String>> {
    let rules = Rules::read(deny)?;
    let mut problems = Vec::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let name = package["name"].as_str().unwrap_or_default();
        let licence = package["license"].as_str();
        match package.get("source").is_some_and(Value::is_null) {
            true => problems.extend(of_our_own(name, licence)),
            false => problems.extend(rules.refusal(name, licence)),
        }
    }
    for file in files.iter().filter(|file| file.path.ends_with("package-lock.json")) {
        let lock: Value = serde_json::from_str(&file.text).with_context(|| format!("{} is no JSON", file.path))?;
        for (place, package) in lock["packages"].as_object().into_iter().flatten() {
            let licence = package["license"].as_str();
            match place.rsplit_once("node_modules/") {
                Some((_, name)) => problems.extend(rules.refusal(name, licence)),
                None => problems.extend(of_our_own(&file.path, licence)),
            }
        }
    }
    Ok(problems)
}

fn of_our_own(name: &str, licence: Option<&str>) -> Option<String> {
    (licence != Some(OURS)).then(|| format!("{name} is ours and says `{}` for `{OURS}`", licence.unwrap_or("nothing")))
}

impl Rules {
    fn read(deny: &str) -> Result<Rules> {
        let deny: toml::Table = deny.parse().context("deny.toml is not valid")?;
        let licenses = deny.get("licenses").and_then(toml::Value::as_table).context("deny.toml has no [licenses]")?;
        let words = |value: Option<&toml::Value>| -> Vec<String> {
            let list = value.and_then(toml::Value::as_array).into_iter().flatten();
            list.filter_map(|word| word.as_str().map(str::to_owned)).collect()
        };
        let entries = licenses.get("exceptions").and_then(toml::Value::as_array).into_iter().flatten();
        let exceptions = entries.flat_map(|entry| {
            let package = entry.get("crate").and_then(toml::Value::as_str).unwrap_or_default().to_owned();
            words(entry.get("allow")).into_iter().map(move |licence| (package.clone(), licence))
        });
        Ok(Rules { everywhere: words(licenses.get("allow")), exceptions: exceptions.collect() })
    }

    fn refusal(&self, package: &str, licence: Option<&str>) -> Option<String> {
        let Some(expression) = licence else { return Some(format!("{package} names no licence")) };
        let allowed = |name: &str| {
            let special = self.exceptions.iter().any(|(who, what)| who == package && what == name);
            let npm = NPM_EXCEPTIONS.iter().any(|(prefix, what)| package.starts_with(prefix) && *what == name);
            special || npm || self.everywhere.iter().any(|known| known == name)
        };
        match holds(expression, &allowed) {
            Some(true) => None,
            Some(false) => {
                Some(format!("{package}: the licence {expression} is not among those that deny.toml allows"))
            }
            None => Some(format!("{package}: the licence {expression} can't be read")),
        }
    }
}

/// Whether an SPDX expression can be met: `AND` binds more tightly than `OR`, `WITH` than both; `/` is what older
/// crates write for `OR`. `None` when it is malformed.
fn holds(expression: &str, allowed: &dyn Fn(&str) -> bool) -> Option<bool> {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let tokens: Vec<&str> = spaced.split_whitespace().collect();
    let mut reader = Reader { tokens: &tokens, allowed };
    let result = reader.any()?;
    reader.tokens.is_empty().then_some(result)
}

struct Reader<'a> {
    tokens: &'a [&'a str],
    allowed: &'a dyn Fn(&str) -> bool,
}

impl Reader<'_> {
    fn take(&mut self, word: &str) -> bool {
        let found = self.tokens.first().is_some_and(|token| *token == word);
        if found {
            self.tokens = &self.tokens[1..];
        }
        found
    }

    fn any(&mut self) -> Option<bool> {
        let mut result = self.all()?;
        while self.take("OR") {
            result |= self.all()?;
        }
        Some(result)
    }

    fn all(&mut self) -> Option<bool> {
        let mut result = self.one()?;
        while self.take("AND") {
            result &= self.one()?;
        }
        Some(result)
    }

    fn one(&mut self) -> Option<bool> {
        if self.take("(") {
            let result = self.any()?;
            return self.take(")").then_some(result);
        }
        let name = self.name()?;
        if self.take("WITH") {
            let exception = self.name()?;
            return Some((self.allowed)(&format!("{name} WITH {exception}")));
        }
        Some((self.allowed)(&name))
    }

    fn name(&mut self) -> Option<String> {
        let (first, rest) = self.tokens.split_first()?;
        if ["OR", "AND", "WITH", "(", ")"].contains(first) {
            return None;
        }
        self.tokens = rest;
        Some((*first).to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn met(expression: &str) -> Option<bool> {
        holds(expression, &|name| ["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"].contains(&name))
    }

    #[test]
    fn expressions_are_read_as_spdx_says() {
        for (expression, expected) in [
            ("MIT", true),
            ("GPL-2.0-only", false),
            ("GPL-2.0-only OR MIT", true),
            ("GPL-2.0-only/MIT", true),
            ("GPL-2.0-only / MIT", true),
            ("GPL-2.0-only AND MIT", false),
            ("(MIT OR GPL-2.0-only) AND ISC", true),
            ("MIT AND (GPL-2.0-only OR LGPL-3.0)", false),
            ("ISC OR MIT AND GPL-2.0-only", true),
            ("Apache-2.0 WITH LLVM-exception", true),
            ("Apache-2.0", false),
        ] {
            assert_eq!(met(expression), Some(expected), "{expression}");
        }
    }

    #[test]
    fn a_malformed_expression_is_not_a_yes() {
        for expression in ["", "MIT OR", "(MIT", "MIT ISC", "AND MIT", "MIT WITH"] {
            assert_eq!(met(expression), None, "{expression}");
        }
    }

    const DENY: &str = r#"
[licenses]
allow = ["MIT"]
exceptions = [{ crate = "roots", allow = ["CDLA-Permissive-2.0"] }]
"#;

    #[test]
    fn an_exception_holds_for_its_own_crate_alone() {
        let metadata = |name: &str, licence: Value| json!({ "packages": [{ "name": name, "license": licence }] });
        let problems = |name, licence| check(&metadata(name, licence), &[], DENY).unwrap();
        assert_eq!(problems("roots", json!("CDLA-Permissive-2.0")), Vec::<String>::new());
        assert_eq!(problems("other", json!("CDLA-Permissive-2.0")).len(), 1);
        assert_eq!(problems("other", Value::Null), ["other names no licence"]);
    }

    #[test]
    fn npm_packages_are_looked_at_too() {
        let lock = json!({ "packages": {
            "": { "license": "MIT" },
            "node_modules/@fontsource/literata": { "license": "OFL-1.1" },
            "node_modules/a/node_modules/b": { "license": "AGPL-3.0" },
        } });
        let file = File { path: "ui/package-lock.json".into(), text: lock.to_string() };
        let problems = check(&json!({ "packages": [] }), &[file], DENY).unwrap();
        assert_eq!(
            problems,
            [
                "ui/package-lock.json is ours and says `MIT` for `MIT OR Apache-2.0`",
                "b: the licence AGPL-3.0 is not among those that deny.toml allows",
            ]
        );
    }
}
