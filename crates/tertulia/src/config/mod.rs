//! The configuration: one TOML file, the environment over it, the command line over both. Unknown settings are errors.

mod read;
mod show;

pub use read::Given;
pub use show::show;

use anyhow::{Context, Result, bail};
use std::{
    fmt,
    net::SocketAddr,
    path::{Path, PathBuf},
};
use tertulia_connector::Secret;
use tertulia_web::{Metrics, Proxies};

/// A setting's name and what `tertulia config check` says of it.
pub struct Setting {
    pub name: &'static str,
    pub meaning: &'static str,
}

/// All settings there are.
pub const SETTINGS: &[Setting] = &[
    Setting { name: "listen", meaning: "where browsers reach the program on this machine" },
    Setting { name: "public_url", meaning: "where people and programs reach it from outside" },
    Setting { name: "data_dir", meaning: "the folder for everything it keeps" },
    Setting { name: "database", meaning: "an SQLite file, or postgres://…" },
    Setting { name: "secrets_key_file", meaning: "the key that channels' passwords are encrypted with" },
    Setting { name: "allow_private_hosts", meaning: "hosts on a private network that channels may reach" },
    Setting { name: "trusted_proxies", meaning: "web servers before it that are believed about where a visitor is" },
    Setting { name: "label_model", meaning: "the folder of a bigger model that labels the tone of what is heard" },
    Setting { name: "metrics", meaning: "who may read /metrics: whoever has a key, or anybody (open)" },
    Setting { name: "node", meaning: "this program's number among those that share a PostgreSQL database" },
    Setting { name: "log", meaning: "how much is logged: error, warn, info, debug, trace, off" },
];

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    Sqlite(PathBuf),
    Postgres(Secret),
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    Default,
    File(PathBuf, usize),
    Environment(String),
    CommandLine,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path, line) => write!(f, "{}, line {line}", path.display()),
            Self::Environment(name) => write!(f, "environment, {name}"),
            Self::CommandLine => f.write_str("command line"),
        }
    }
}

/// What holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    pub listen: SocketAddr,
    pub public_url: String,
    pub data_dir: PathBuf,
    pub database: Database,
    pub secrets_key_file: PathBuf,
    pub allow_private_hosts: Vec<String>,
    pub trusted_proxies: Proxies,
    pub label_model: Option<PathBuf>,
    pub metrics: Metrics,
    pub node: u16,
    pub log: String,
}

const FILE: &str = "tertulia.toml";
const LISTEN: &str = "127.0.0.1:8020";

/// Reads what holds: the file named, or `tertulia.toml` in the working directory if there is one; then the environment;
/// then what the command line says.
pub fn load(
    file: Option<&Path>,
    environment: &[(String, String)],
    over: Vec<(&'static str, String)>,
) -> Result<(Config, Given)> {
    let mut given = Given::default();
    match file {
        Some(path) => given.read_file(path)?,
        None if Path::new(FILE).exists() => given.read_file(Path::new(FILE))?,
        None => {}
    }
    given.read_environment(environment)?;
    for (name, value) in over {
        given.set(name, read::Raw::Text(value), Origin::CommandLine);
    }
    Ok((Config::from_given(&given)?, given))
}

impl Config {
    /// Whether there is an installation; a PostgreSQL database tells so itself when it is opened.
    pub fn has_database(&self) -> bool {
        match &self.database {
            Database::Sqlite(path) => path.exists(),
            Database::Postgres(_) => true,
        }
    }

    fn from_given(given: &Given) -> Result<Self> {
        let listen = given.text("listen")?.unwrap_or_else(|| LISTEN.to_owned());
        let listen: SocketAddr = listen.parse().map_err(|_| {
            given.wrong("listen", &format!("“{listen}” is no address and port. Write it like {LISTEN}, or 0.0.0.0:8020 to be reached from other machines."))
        })?;
        let data_dir = PathBuf::from(given.text("data_dir")?.unwrap_or_else(|| "data".to_owned()));
        let database = match given.text("database")? {
            Some(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
                Database::Postgres(Secret::new(url))
            }
            Some(url) if url.contains("://") => {
                bail!(
                    given.wrong("database", "Write the path of an SQLite file, or postgres://user:password@host/name.")
                )
            }
            Some(path) => Database::Sqlite(PathBuf::from(path)),
            None => Database::Sqlite(data_dir.join("tertulia.db")),
        };
        let key = given.text("secrets_key_file")?.map(PathBuf::from);
        let node = given.number("node")?.unwrap_or(1);
        let node = u16::try_from(node).ok().filter(|n| (1..1023).contains(n)).with_context(|| {
            given
                .wrong(
                    "node",
                    "A node is a number from 1 to 1022; each program on one PostgreSQL database has its own.",
                )
                .to_string()
        })?;
        Ok(Self {
            public_url: public_url(given, listen)?,
            secrets_key_file: key.unwrap_or_else(|| data_dir.join("secrets.key")),
            allow_private_hosts: given.list("allow_private_hosts")?,
            trusted_proxies: trusted_proxies(given)?,
            label_model: given.text("label_model")?.map(PathBuf::from),
            metrics: metrics(given)?,
            log: log(given)?,
            listen,
            data_dir,
            database,
            node,
        })
    }
}

const LEVELS: [&str; 6] = ["error", "warn", "info", "debug", "trace", "off"];

/// A level, or several with a target before each (`info,sqlx=warn`). The logger itself would take any unknown word for a
/// target, and be silent about all others.
fn log(given: &Given) -> Result<String> {
    let Some(log) = given.text("log")? else { return Ok("info".to_owned()) };
    let is_level = |word: &str| LEVELS.contains(&word.to_lowercase().as_str());
    let parts: Vec<&str> = log.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
    let others_are_told = parts.iter().any(|part| is_level(part));
    for part in parts {
        let level = part.rsplit('=').next().unwrap_or(part).trim();
        // A target alone, beside a level for all others, is one that tells everything.
        let is_target = others_are_told && !part.contains('=');
        if !is_level(level) && !is_target {
            let nearest = read::did_you_mean(level, LEVELS.iter().map(|level| (*level).to_owned()));
            bail!(given.wrong("log", &format!("there is no level “{level}”.{nearest}")));
        }
    }
    Ok(log)
}

fn trusted_proxies(given: &Given) -> Result<Proxies> {
    let list = given.list("trusted_proxies")?;
    if list.is_empty() {
        return Ok(Proxies::default());
    }
    Proxies::read(&list).map_err(|wrong| given.wrong("trusted_proxies", &wrong))
}

fn metrics(given: &Given) -> Result<Metrics> {
    match given.text("metrics")?.as_deref() {
        None | Some("key") => Ok(Metrics::Key),
        Some("open") => Ok(Metrics::Open),
        Some(other) => bail!(given.wrong(
            "metrics",
            &format!("“{other}” is not known. Write “key” (a key with the permission to read) or “open” (anybody).")
        )),
    }
}

fn public_url(given: &Given, listen: SocketAddr) -> Result<String> {
    let Some(url) = given.text("public_url")? else { return Ok(format!("http://{listen}")) };
    let after_scheme = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).unwrap_or_default();
    if after_scheme.trim_matches('/').is_empty() || after_scheme.trim_end_matches('/').contains('/') {
        bail!(given.wrong("public_url", "Write the whole address without a path, such as https://desk.example.org."));
    }
    Ok(url.trim_end_matches('/').to_owned())
}

/// The variables of the process that may be settings.
pub fn environment() -> Vec<(String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| name.starts_with("TERTULIA_"))
        .collect()
}

#[cfg(test)]
impl Config {
    /// What a test needs: all in one folder, a port that the system chooses.
    pub fn in_folder(folder: &Path) -> Self {
        Self {
            listen: "127.0.0.1:0".parse().unwrap(),
            public_url: "http://127.0.0.1:0".to_owned(),
            data_dir: folder.to_owned(),
            database: Database::Sqlite(folder.join("tertulia.db")),
            secrets_key_file: folder.join("secrets.key"),
            allow_private_hosts: Vec::new(),
            trusted_proxies: Proxies::default(),
            label_model: None,
            metrics: Metrics::default(),
            node: 1,
            log: "error".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(text: &str) -> Result<String> {
        let mut given = Given::default();
        given.read_toml(Path::new("tertulia.toml"), text)?;
        Ok(Config::from_given(&given)?.trusted_proxies.to_string())
    }

    #[test]
    fn figures_are_for_keys_unless_they_are_opened() {
        let read = |text: &str| {
            let mut given = Given::default();
            given.read_toml(Path::new("tertulia.toml"), text)?;
            Ok::<_, anyhow::Error>(Config::from_given(&given)?.metrics)
        };
        assert_eq!(read("").unwrap(), Metrics::Key);
        assert_eq!(read("metrics = \"open\"").unwrap(), Metrics::Open);
        let error = read("metrics = \"everybody\"").unwrap_err().to_string();
        assert!(error.contains("tertulia.toml, line 1") && error.contains("“open”"), "{error}");
    }

    #[test]
    fn proxies_that_are_named_are_trusted_and_a_slip_says_what_is_right() {
        assert_eq!(proxies("").unwrap(), "127.0.0.0/8, ::1/128");
        assert_eq!(
            proxies("trusted_proxies = [\"172.18.0.0/16\", \"10.0.0.2\"]").unwrap(),
            "172.18.0.0/16, 10.0.0.2/32"
        );
        let error = proxies("\ntrusted_proxies = [\"nginx\"]").unwrap_err().to_string();
        assert!(error.starts_with("tertulia.toml, line 2: `trusted_proxies`: “nginx” is no address."), "{error}");
    }
}
