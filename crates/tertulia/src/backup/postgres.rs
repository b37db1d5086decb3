//! A PostgreSQL database is copied by PostgreSQL's own program.

use anyhow::{Context, Result, bail, ensure};
use std::{io, path::Path};
use tertulia_connector::Secret;
use tokio::process::Command;

/// Runs `pg_dump` on a moment that somebody holds. The password goes by the environment, since other users of the machine can read a command line.
pub async fn dump(url: &Secret, moment: &str, to: &Path) -> Result<()> {
    let (place, password) = without_password(url.reveal())?;
    let mut command = Command::new("pg_dump");
    command.args(["--format=custom", "--no-owner", "--no-privileges"]).arg(format!("--snapshot={moment}"));
    command.arg("--file").arg(to).arg("--dbname").arg(&place);
    if let Some(password) = password {
        command.env("PGPASSWORD", password);
    }
    match command.status().await {
        Ok(status) => {
            ensure!(status.success(), "pg_dump failed; the lines above say why. There is no backup.");
            Ok(())
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => bail!(
            "pg_dump is not installed here, and a PostgreSQL database is copied by it. Install PostgreSQL's client programs (Debian: apt-get install postgresql-client) and try again."
        ),
        Err(error) => Err(error).context("pg_dump could not be started"),
    }
}

fn without_password(url: &str) -> Result<(String, Option<String>)> {
    let mut url = url::Url::parse(url).context("the address of the database cannot be read")?;
    let decode = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
    let mut password = url.password().map(decode);
    let _ = url.set_password(None);
    let queries: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    if queries.iter().any(|(name, _)| name == "password") {
        password = queries.iter().find(|(name, _)| name == "password").map(|(_, value)| value.clone());
        url.query_pairs_mut().clear().extend_pairs(queries.iter().filter(|(name, _)| name != "password"));
    }
    Ok((url.to_string(), password))
}

#[cfg(test)]
mod tests {
    use super::without_password;

    #[test]
    fn the_password_leaves_the_command_line() {
        for url in ["postgres://desk:p%40ss@db.example/desk", "postgres://desk@db.example/desk?password=p%40ss"] {
            let (place, password) = without_password(url).unwrap();
            assert_eq!(password.as_deref(), Some("p@ss"));
            assert!(place.starts_with("postgres://desk@db.example/desk") && !place.contains("p%40"), "{place}");
        }
    }
}
