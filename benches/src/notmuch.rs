//! The measure for imports: notmuch, which indexes a maildir into Xapian, on the same mails in the same run.

use anyhow::{Context, Result, bail};
use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

/// Refuses to go on where notmuch is missing.
pub fn must_be_there() -> Result<()> {
    let answer = Command::new("notmuch").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !answer.is_ok_and(|status| status.success()) {
        bail!(
            "notmuch is not installed, and the import is measured against it. Install it with:\n\n    apt-get install notmuch\n"
        );
    }
    Ok(())
}

pub struct Maildir {
    folder: PathBuf,
    mails: usize,
}

impl Maildir {
    pub fn new(folder: PathBuf) -> Result<Self> {
        for part in ["cur", "new", "tmp"] {
            fs::create_dir_all(folder.join(part))?;
        }
        let config = "[database]\npath=MAIL\n[user]\nname=Bench\nprimary_email=bench@example.org\n\
                      [new]\ntags=\nignore=\n[maildir]\nsynchronize_flags=false\n";
        fs::write(folder.with_extension("config"), config.replace("MAIL", &folder.display().to_string()))?;
        Ok(Self { folder, mails: 0 })
    }

    /// Puts an item of a mailbox file in as a mail of its own: without the separator line, and with lines that were
    /// quoted for the sake of the separator as they were written (mboxrd).
    pub fn add(&mut self, item: &[u8]) -> Result<()> {
        let mut file = fs::File::create(self.folder.join(format!("cur/{}.bench:2,S", self.mails)))?;
        self.mails += 1;
        let mut mail = Vec::with_capacity(item.len());
        for (n, line) in item.split_inclusive(|byte| *byte == b'\n').enumerate() {
            if n == 0 && line.starts_with(b"From ") {
                continue;
            }
            let quotes = line.iter().take_while(|byte| **byte == b'>').count();
            let quoted = quotes > 0 && line[quotes..].starts_with(b"From ");
            mail.extend_from_slice(if quoted { &line[1..] } else { line });
        }
        Ok(file.write_all(&mail)?)
    }

    pub fn mails(&self) -> usize {
        self.mails
    }

    /// Indexes all mails into an empty database.
    pub fn index(&self) -> Result<Duration> {
        let database = self.folder.join(".notmuch");
        if database.exists() {
            fs::remove_dir_all(&database)?;
        }
        let begin = Instant::now();
        let output = Command::new("notmuch")
            .args(["new", "--quiet", "--no-hooks"])
            .env("NOTMUCH_CONFIG", self.folder.with_extension("config"))
            .env_remove("NOTMUCH_PROFILE")
            .stdin(Stdio::null())
            .output()
            .context("notmuch could not be started")?;
        let took = begin.elapsed();
        if !output.status.success() {
            bail!("notmuch new failed: {}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(took)
    }
}

/// Unpacks an `.xz` file.
pub fn unpack(packed: &Path, into: &Path) -> Result<()> {
    let status = Command::new("xz")
        .arg("-dc")
        .arg(packed)
        .stdout(fs::File::create(into)?)
        .status()
        .context("xz is missing. Install it with: apt-get install xz-utils")?;
    if !status.success() {
        bail!("{} could not be unpacked", packed.display());
    }
    Ok(())
}
