//! The values as given, each with where it came from.

use super::{Origin, SETTINGS};
use anyhow::{Context, Result, anyhow, bail};
use std::{collections::BTreeMap, path::Path};
use toml::{Spanned, Value};

/// Variables of this prefix that are no settings of the program: tests and benches read them.
const NOT_SETTINGS: [&str; 6] =
    ["TERTULIA_CONFIG", "TERTULIA_DATA", "TERTULIA_SKIPS", "TERTULIA_SOAK", "TERTULIA_BINARY", "TERTULIA_CHROMIUM"];
const PREFIX: &str = "TERTULIA_";

/// One value before its meaning is checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Raw {
    Text(String),
    Number(i64),
    List(Vec<String>),
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Given(BTreeMap<&'static str, (Raw, Origin)>);

impl Given {
    pub fn set(&mut self, name: &'static str, value: Raw, origin: Origin) {
        self.0.insert(name, (value, origin));
    }

    pub fn origin(&self, name: &str) -> Origin {
        self.0.get(name).map_or(Origin::Default, |(_, origin)| origin.clone())
    }

    pub fn read_file(&mut self, path: &Path) -> Result<()> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("the configuration {} cannot be read", path.display()))?;
        self.read_toml(path, &text)
    }

    pub fn read_toml(&mut self, path: &Path, text: &str) -> Result<()> {
        let values: BTreeMap<Spanned<String>, Spanned<Value>> = toml::from_str(text)
            .map_err(|error| anyhow!("{} is not TOML as it should be. {}", path.display(), error.to_string().trim()))?;
        for (key, value) in values {
            let line = text[..key.span().start].matches('\n').count() + 1;
            let name = known(key.get_ref()).ok_or_else(|| {
                anyhow!(
                    "{}, line {line}: {}",
                    path.display(),
                    unknown(key.get_ref(), SETTINGS.iter().map(|s| s.name.to_owned()))
                )
            })?;
            let raw = raw(value.into_inner()).ok_or_else(|| {
                anyhow!(
                    "{}, line {line}: `{name}` must be a text in quotes, a number, or a list of texts.",
                    path.display()
                )
            })?;
            self.set(name, raw, Origin::File(path.to_owned(), line));
        }
        Ok(())
    }

    pub fn read_environment(&mut self, variables: &[(String, String)]) -> Result<()> {
        for (variable, value) in variables {
            let Some(rest) = variable.strip_prefix(PREFIX).filter(|_| !NOT_SETTINGS.contains(&variable.as_str()))
            else {
                continue;
            };
            let name = known(&rest.to_lowercase()).ok_or_else(|| {
                let all = SETTINGS.iter().map(|s| format!("{PREFIX}{}", s.name.to_uppercase()));
                anyhow!("environment: {}", unknown(variable, all))
            })?;
            self.set(name, Raw::Text(value.clone()), Origin::Environment(variable.clone()));
        }
        Ok(())
    }

    pub fn text(&self, name: &str) -> Result<Option<String>> {
        match self.0.get(name).map(|(raw, _)| raw) {
            None => Ok(None),
            Some(Raw::Text(text)) if text.trim().is_empty() => Ok(None),
            Some(Raw::Text(text)) => Ok(Some(text.trim().to_owned())),
            Some(_) => bail!(self.wrong(name, "It must be a text in quotes.")),
        }
    }

    pub fn number(&self, name: &str) -> Result<Option<i64>> {
        match self.0.get(name).map(|(raw, _)| raw) {
            None => Ok(None),
            Some(Raw::Number(number)) => Ok(Some(*number)),
            Some(Raw::Text(text)) => {
                Ok(Some(text.trim().parse().map_err(|_| self.wrong(name, &format!("“{text}” is not a number.")))?))
            }
            Some(Raw::List(_)) => bail!(self.wrong(name, "It must be a number.")),
        }
    }

    /// A list; in the environment, texts with commas between.
    pub fn list(&self, name: &str) -> Result<Vec<String>> {
        match self.0.get(name).map(|(raw, _)| raw) {
            None => Ok(Vec::new()),
            Some(Raw::List(list)) => Ok(list.clone()),
            Some(Raw::Text(text)) => {
                Ok(text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect())
            }
            Some(Raw::Number(_)) => bail!(self.wrong(name, "It must be a list of texts: [\"mail.home.example\"].")),
        }
    }

    /// What is wrong with a value, and where it stands.
    pub fn wrong(&self, name: &str, what: &str) -> anyhow::Error {
        anyhow!("{}: `{name}`: {what}", self.origin(name))
    }
}

fn known(name: &str) -> Option<&'static str> {
    SETTINGS.iter().map(|setting| setting.name).find(|known| *known == name)
}

fn unknown(name: &str, all: impl Iterator<Item = String>) -> String {
    format!("there is no setting `{name}`.{}", did_you_mean(name, all))
}

/// Names the nearest right word, if there is any.
pub fn did_you_mean(word: &str, all: impl Iterator<Item = String>) -> String {
    let nearest = all
        .map(|known| (strsim::damerau_levenshtein(&known.to_lowercase(), &word.to_lowercase()), known))
        .min_by_key(|(distance, _)| *distance);
    nearest.map(|(_, known)| format!(" Did you mean `{known}`?")).unwrap_or_default()
}

fn raw(value: Value) -> Option<Raw> {
    match value {
        Value::String(text) => Some(Raw::Text(text)),
        Value::Integer(number) => Some(Raw::Number(number)),
        Value::Array(list) => list
            .into_iter()
            .map(|item| if let Value::String(text) = item { Some(text) } else { None })
            .collect::<Option<Vec<String>>>()
            .map(Raw::List),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Given> {
        let mut given = Given::default();
        given.read_toml(Path::new("tertulia.toml"), text)?;
        Ok(given)
    }

    #[test]
    fn an_unknown_setting_names_its_line_and_the_nearest_right_one() {
        let error =
            read("listen = \"127.0.0.1:1\"\n\n# mail at home\nalow_private_host = []\n").unwrap_err().to_string();
        assert_eq!(
            error,
            "tertulia.toml, line 4: there is no setting `alow_private_host`. Did you mean `allow_private_hosts`?"
        );
    }

    #[test]
    fn a_section_is_not_taken_for_settings() {
        let error = read("[listen]\nport = 1\n").unwrap_err().to_string();
        assert!(error.contains("line 1: `listen` must be a text"), "{error}");
    }

    #[test]
    fn broken_toml_says_where() {
        let error = read("listen = \"127.0.0.1:1\n").unwrap_err().to_string();
        assert!(error.contains("tertulia.toml is not TOML") && error.contains("line 1"), "{error}");
    }

    #[test]
    fn the_environment_stands_over_the_file_and_its_slips_are_named_too() {
        let mut given = read("listen = \"127.0.0.1:1\"").unwrap();
        let variables = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
        given.read_environment(&variables("TERTULIA_LISTEN", "127.0.0.1:2")).unwrap();
        assert_eq!(given.text("listen").unwrap().as_deref(), Some("127.0.0.1:2"));
        assert_eq!(given.origin("listen").to_string(), "environment, TERTULIA_LISTEN");
        given.read_environment(&variables("TERTULIA_SOAK", "1")).unwrap();
        let error = given.read_environment(&variables("TERTULIA_LISTNE", "x")).unwrap_err().to_string();
        assert!(error.contains("Did you mean `TERTULIA_LISTEN`?"), "{error}");
    }

    #[test]
    fn a_list_is_written_with_commas_in_the_environment() {
        let mut given = Given::default();
        given
            .read_environment(&[("TERTULIA_ALLOW_PRIVATE_HOSTS".to_owned(), "a.example, b.example".to_owned())])
            .unwrap();
        assert_eq!(given.list("allow_private_hosts").unwrap(), ["a.example", "b.example"]);
    }
}
