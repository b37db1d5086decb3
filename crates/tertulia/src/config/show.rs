//! `tertulia config check`: what holds and where it came from. Secrets are hidden.

use super::{Config, Database, Given, SETTINGS};
use tertulia_web::Metrics;

pub fn show(config: &Config, given: &Given) -> String {
    let mut out = String::new();
    for setting in SETTINGS {
        let value = value(config, setting.name);
        out +=
            &format!("{:<20} {value}\n{:20} {}; {}\n", setting.name, "", given.origin(setting.name), setting.meaning);
    }
    out
}

fn value(config: &Config, name: &str) -> String {
    match name {
        "listen" => config.listen.to_string(),
        "public_url" => config.public_url.clone(),
        "data_dir" => config.data_dir.display().to_string(),
        "database" => match &config.database {
            Database::Sqlite(path) => path.display().to_string(),
            Database::Postgres(url) => without_password(url.reveal()),
        },
        "secrets_key_file" => config.secrets_key_file.display().to_string(),
        "allow_private_hosts" if config.allow_private_hosts.is_empty() => "none".to_owned(),
        "allow_private_hosts" => config.allow_private_hosts.join(", "),
        "trusted_proxies" => config.trusted_proxies.to_string(),
        "metrics" => match config.metrics {
            Metrics::Key => "key".to_owned(),
            Metrics::Open => "open".to_owned(),
        },
        "label_model" => {
            config.label_model.as_deref().map_or_else(|| "none".to_owned(), |folder| folder.display().to_string())
        }
        "node" => config.node.to_string(),
        "log" => config.log.clone(),
        _ => String::new(),
    }
}

/// The address of a database as it may be shown: the password, and whatever stands behind a question mark, hidden.
pub fn without_password(url: &str) -> String {
    let (place, hidden) = url.split_once('?').map_or((url, ""), |(place, _)| (place, "?…"));
    let Some((scheme, rest)) = place.split_once("://") else { return "…".to_owned() };
    let shown = match rest.rsplit_once('@') {
        Some((who, host)) => format!("{}:…@{host}", who.split(':').next().unwrap_or_default()),
        None => rest.to_owned(),
    };
    format!("{scheme}://{shown}{hidden}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_password_is_never_shown() {
        for url in ["postgres://desk:s3cret@db.example/desk", "postgres://db.example/desk?user=desk&password=s3cret"] {
            let shown = without_password(url);
            assert!(!shown.contains("s3cret") && shown.contains("db.example/desk"), "{shown}");
        }
        assert_eq!(without_password("postgres://a:p@ss@h/d"), "postgres://a:…@h/d");
    }
}
