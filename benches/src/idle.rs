//! `idle`: how soon the program is ready, and what it holds while nothing happens.

use crate::{
    arguments::Arguments,
    figures::{Figures, Target, median},
    machine,
};
use anyhow::{Context, Result, bail, ensure};
use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

const PATIENCE: Duration = Duration::from_secs(30);
/// How long the demo goes on before its memory is read.
const SETTLED: Duration = Duration::from_secs(10);

pub async fn run(arguments: &Arguments) -> Result<()> {
    let program = build()?;
    let figures = Figures::begin(arguments);
    let runs = arguments.runs.max(5);
    // The first start makes the database; what people wait for each day is the start with one that is there.
    let folder = tempfile::tempdir()?;
    let first = Program::start(&program, "serve", folder.path())?.ready_after()?;
    let mut later = Vec::new();
    for _ in 0..runs {
        later.push(Program::start(&program, "serve", folder.path())?.ready_after()?.as_secs_f64());
    }
    figures.tell("first_start_seconds", first.as_secs_f64(), "s", 1, Target::None);
    figures.tell("ready_seconds", median(later), "s", runs, Target::Below(0.5));
    let folder = tempfile::tempdir()?;
    let mut demo = Program::start(&program, "demo", folder.path())?;
    let ready = demo.wait()?;
    figures.tell("demo_ready_seconds", ready.as_secs_f64(), "s", 1, Target::Below(3.0));
    tokio::time::sleep(SETTLED).await;
    demo.must_run()?;
    let process = demo.child.id().to_string();
    figures.tell("resident_mb", machine::resident_mb(&process), "MB", 1, Target::Below(100.0));
    figures.tell("peak_mb", machine::peak_mb(&process), "MB", 1, Target::None);
    Ok(())
}

/// The release program, built as people get it.
pub fn build() -> Result<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["build", "--quiet", "--release", "--package", "tertulia"])
        .current_dir(tertulia_testkit::workspace_root())
        .stdout(Stdio::null())
        .status()
        .context("cargo could not be started")?;
    ensure!(built.success(), "the program could not be built");
    let own = std::env::current_exe()?;
    let program = own.with_file_name("tertulia");
    ensure!(program.is_file(), "{} is not there", program.display());
    Ok(program)
}

struct Program {
    child: Child,
    address: SocketAddr,
    begin: Instant,
}

impl Program {
    fn start(program: &Path, verb: &str, folder: &Path) -> Result<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let begin = Instant::now();
        let child = Command::new(program)
            .arg(verb)
            .arg("--listen")
            .arg(address.to_string())
            // It keeps its things in ./data; what is set for the bench itself is not meant for it.
            .env_remove("TERTULIA_DATA")
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("the program could not be started")?;
        Ok(Self { child, address, begin })
    }

    fn ready_after(mut self) -> Result<Duration> {
        self.wait()
    }

    /// Asks until it says that it is ready.
    fn wait(&mut self) -> Result<Duration> {
        while !self.says_ready() {
            self.must_run()?;
            if self.begin.elapsed() > PATIENCE {
                bail!("the program is not ready after {PATIENCE:?}");
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        Ok(self.begin.elapsed())
    }

    fn must_run(&mut self) -> Result<()> {
        match self.child.try_wait()? {
            Some(status) => bail!("the program ended by itself ({status})"),
            None => Ok(()),
        }
    }

    fn says_ready(&self) -> bool {
        let Ok(mut stream) = TcpStream::connect(self.address) else { return false };
        let mut answer = String::new();
        let asked = stream
            .set_read_timeout(Some(Duration::from_secs(5)))
            .and_then(|()| stream.write_all(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
            .and_then(|()| stream.read_to_string(&mut answer));
        asked.is_ok() && answer.starts_with("HTTP/1.1 200")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
