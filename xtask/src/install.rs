//! The servers and the browser that tests talk to, from Debian.

use crate::{servers, shell};
use anyhow::{Context, Result, bail};
use std::path::Path;
use std::process::Command;

struct Need {
    packages: &'static [&'static str],
    present: fn() -> bool,
}

const NEEDS: &[Need] = &[
    Need { packages: &["postgresql"], present: || has("postgres") || postgres_in(Path::new("/usr/lib/postgresql")) },
    Need { packages: &["dovecot-imapd"], present: || any(&["/usr/lib/dovecot/imap", "/usr/libexec/dovecot/imap"]) },
    Need { packages: &["dovecot-lmtpd"], present: || any(&["/usr/lib/dovecot/lmtp", "/usr/libexec/dovecot/lmtp"]) },
    Need { packages: &["opensmtpd"], present: || has("smtpd") },
    Need { packages: &["kannel"], present: || has("bearerbox") && has("smsbox") },
    // Its handset for tests.
    Need { packages: &["kannel-extras"], present: || any(&["/usr/lib/kannel/test/fakesmsc"]) },
    Need { packages: &["notmuch"], present: || has("notmuch") },
    // For schemathesis, which the test of the API brings into a folder of its own.
    Need { packages: &["python3-venv"], present: has_venv },
    Need { packages: &["openssl"], present: || has("openssl") },
    // For servers that come from PyPI.
    Need { packages: &["python3-venv"], present: servers::python_makes_folders },
    // Unpacks the data sets.
    Need { packages: &["xz-utils"], present: || has("xz") },
    Need { packages: &["chromium"], present: || has("chromium") },
    Need {
        // Without these, screens in other scripts are pictures of little boxes.
        packages: &["fonts-noto-core", "fonts-noto-cjk"],
        present: || any(&["/usr/share/fonts/truetype/noto"]) && any(&["/usr/share/fonts/opentype/noto"]),
    },
];

fn has(name: &str) -> bool {
    let system = ["/usr/local/sbin", "/usr/sbin", "/sbin"].iter().any(|folder| Path::new(folder).join(name).is_file());
    system || shell::program(name).is_some()
}

/// Debian's Python comes without what makes its environments.
fn has_venv() -> bool {
    let asked = Command::new("python3").args(["-c", "import ensurepip, venv"]).output();
    asked.is_ok_and(|output| output.status.success())
}

fn any(paths: &[&str]) -> bool {
    paths.iter().any(|path| Path::new(path).exists())
}

/// Whether a version's folder holds a server: the client alone, which other packages bring, makes a folder there too.
fn postgres_in(folder: &Path) -> bool {
    let versions = std::fs::read_dir(folder).into_iter().flatten().flatten();
    versions.map(|version| version.path().join("bin")).any(|bin| {
        // What the tests start a cluster with.
        ["initdb", "postgres", "psql"].iter().all(|tool| bin.join(tool).is_file())
    })
}

/// The packages that are not there.
pub fn missing() -> Vec<&'static str> {
    NEEDS.iter().filter(|need| !(need.present)()).flat_map(|need| need.packages).copied().collect()
}

/// The one command that brings them.
pub fn advice(packages: &[&str]) -> String {
    format!("apt-get install {}", packages.join(" "))
}

/// Installs what is missing, without starting any service.
pub fn run() -> Result<()> {
    from_debian()?;
    servers::bring()
}

fn from_debian() -> Result<()> {
    let packages = missing();
    if packages.is_empty() {
        return Ok(());
    }
    if shell::program("apt-get").is_none() {
        bail!("this is no Debian machine, so these have to come from elsewhere: {}", packages.join(", "));
    }
    let _quiet = NoAutostart::begin()?;
    shell::run(apt(&["update"]))?;
    // Never at the price of what is there: a mail server of this machine's own would have to go for ours.
    let mut install = apt(&["install", "--yes", "--no-install-recommends", "--no-remove"]);
    install.args(&packages);
    shell::run(install).context("nothing that was here has been removed")?;
    match missing() {
        left if left.is_empty() => Ok(()),
        left => bail!("installed, and still not found: {}", left.join(", ")),
    }
}

fn apt(arguments: &[&str]) -> Command {
    let mut command = as_root("env");
    command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet"]).args(arguments);
    command
}

fn as_root(program: &str) -> Command {
    let id = Command::new("id").arg("-u").output();
    if id.is_ok_and(|output| output.stdout.trim_ascii() == b"0") {
        return shell::command("", program, &[]);
    }
    // Without a terminal nobody could answer sudo's question.
    shell::command("", "sudo", &["--non-interactive", program])
}

/// Debian starts a service as soon as it is installed, unless this script forbids it (`man invoke-rc.d`).
struct NoAutostart {
    ours: bool,
}

const POLICY: &str = "/usr/sbin/policy-rc.d";

impl NoAutostart {
    fn begin() -> Result<NoAutostart> {
        if Path::new(POLICY).exists() {
            return Ok(NoAutostart { ours: false });
        }
        let script = format!("printf '#!/bin/sh\\nexit 101\\n' >{POLICY} && chmod 755 {POLICY}");
        let mut command = as_root("sh");
        command.args(["-c", &script]);
        let guard = NoAutostart { ours: true };
        shell::run(command).context("services could not be kept from starting, so nothing was installed")?;
        Ok(guard)
    }
}

impl Drop for NoAutostart {
    fn drop(&mut self) {
        if !self.ours {
            return;
        }
        let mut command = as_root("rm");
        command.args(["-f", POLICY]);
        if let Err(error) = shell::run(command) {
            eprintln!("{POLICY} is still there and keeps services from starting; remove it: {error:#}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_advice_is_one_command_that_names_every_package() {
        assert_eq!(advice(&["chromium", "notmuch"]), "apt-get install chromium notmuch");
        let all: Vec<&str> = NEEDS.iter().flat_map(|need| need.packages).copied().collect();
        assert!(missing().iter().all(|package| all.contains(package)));
        assert!(all.contains(&"xz-utils"), "the data sets are packed");
    }

    #[test]
    fn a_postgresql_client_alone_is_no_server() {
        let folder = std::env::temp_dir().join(format!("xtask-postgres-{}", std::process::id()));
        let bin = folder.join("17/bin");
        std::fs::create_dir_all(&bin).unwrap();
        let mut found = vec![postgres_in(&folder)];
        for tool in ["psql", "initdb", "postgres"] {
            std::fs::write(bin.join(tool), "").unwrap();
            found.push(postgres_in(&folder));
        }
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(found, [false, false, false, true]);
        assert!(!postgres_in(&folder), "nor is nothing at all");
    }
}
