//! The steps, in their order.

use super::Session;
use super::report::{Counts, journeys, libtest, nextest, node_test};
use crate::{connector_new, demo, shell, tidy, ui};
use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

pub struct Step {
    pub name: &'static str,
    /// When this fails, what comes after would only say so again.
    pub rest_needs_it: bool,
    pub run: fn(&Session) -> Result<Counts>,
}

pub const STEPS: &[Step] = &[
    Step { name: "format", rest_needs_it: false, run: |_| checked(cargo(&["fmt", "--all", "--check"])) },
    Step { name: "tidy", rest_needs_it: false, run: |_| tidy::run().map(|()| Counts::default()) },
    Step { name: "ui", rest_needs_it: true, run: |_| ui::run().map(|()| Counts::default()) },
    Step { name: "ui-types", rest_needs_it: false, run: |_| ui::check().map(|()| Counts::default()) },
    Step { name: "ui-tests", rest_needs_it: false, run: ui_tests },
    Step { name: "build", rest_needs_it: true, run: |_| checked(cargo(BUILD)) },
    Step { name: "clippy", rest_needs_it: false, run: clippy },
    Step { name: "tests", rest_needs_it: false, run: tests },
    Step { name: "doctests", rest_needs_it: false, run: doctests },
    Step { name: "docs", rest_needs_it: false, run: |_| docs() },
    Step { name: "new-connector", rest_needs_it: false, run: |_| connector_new::prove().map(|()| Counts::default()) },
    Step { name: "harness", rest_needs_it: false, run: harness },
    Step { name: "browser", rest_needs_it: false, run: browser },
];

const BUILD: &[&str] = &["build", "--workspace", "--all-targets"];
const CLIPPY: &[&str] = &["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"];

fn cargo(arguments: &[&str]) -> Command {
    by_clippy(shell::command("", &shell::cargo(), arguments))
}

/// On a machine that builds everything once, our own crates are compiled by clippy, which is the compiler and finds what
/// it finds on the way: looking at all of them twice would be a quarter of the time. Elsewhere what is built must fit
/// what `cargo build` builds.
fn by_clippy(mut command: Command) -> Command {
    if clippy_compiles() {
        command.env("RUSTC_WORKSPACE_WRAPPER", "clippy-driver");
    }
    command
}

fn clippy_compiles() -> bool {
    static IS_HERE: LazyLock<bool> = LazyLock::new(|| {
        let said = Command::new("clippy-driver").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        said.is_ok_and(|status| status.success())
    });
    std::env::var("CI").is_ok_and(|value| value == "true") && *IS_HERE
}

fn checked(command: Command) -> Result<Counts> {
    shell::run(command).map(|()| Counts::default())
}

/// One PostgreSQL serves the whole run: nextest gives each test its own process, and a cluster each would take longer
/// than the tests.
fn tests(session: &Session) -> Result<Counts> {
    shell::run(cargo(&["build", "--quiet", "--package", "tertulia-testkit", "--bin", "with-postgres"]))?;
    let nextest_is_here = shell::program("cargo-nextest").is_some();
    let arguments: &[&str] = if nextest_is_here {
        &["nextest", "run", "--workspace", "--no-fail-fast", "--no-tests", "pass"]
    } else {
        &["test", "--workspace", "--no-fail-fast", "--lib", "--bins", "--tests"]
    };
    let mut command = shell::command("", &demo::built("debug", "with-postgres")?, &[]);
    command.arg(shell::cargo()).args(arguments);
    if nextest_is_here {
        // They wait for servers and clocks as long as they work.
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        command.arg("--test-threads").arg((2 * cores).to_string());
    }
    let (passed, said) = watch(session.prepared(command))?;
    let counts = if nextest_is_here { nextest(&said) } else { libtest(&said) };
    conclude(passed, counts, "the tests")
}

fn doctests(session: &Session) -> Result<Counts> {
    let (passed, said) = watch(session.prepared(cargo(&["test", "--workspace", "--doc", "--no-fail-fast"])))?;
    conclude(passed, libtest(&said), "the examples in the documentation")
}

/// Where clippy compiled, cargo says again what it found then.
fn clippy(session: &Session) -> Result<Counts> {
    if !clippy_compiles() {
        return checked(cargo(CLIPPY));
    }
    let mut command = cargo(BUILD);
    command.env("CARGO_TERM_COLOR", "never");
    let (passed, said) = watch(session.prepared(command))?;
    // `warning: `tertulia-store` (lib) generated 2 warnings`
    let warned = said.lines().filter(|line| line.starts_with("warning: `") && line.contains(" generated ")).count();
    if !passed || warned > 0 {
        bail!("clippy found something in {warned} of what was built");
    }
    Ok(Counts::default())
}

/// What connectors are written by. The rest is read in the code, and would be compiled once more for this.
fn docs() -> Result<Counts> {
    let mut command = cargo(&["doc", "--no-deps", "--document-private-items"]);
    command.args(["connector", "model", "testkit"].map(|name| format!("--package=tertulia-{name}")));
    // The documentation is for those who build it: it may lead into what is private.
    command.env("RUSTDOCFLAGS", "--deny warnings --allow rustdoc::private-intra-doc-links");
    checked(command)
}

fn ui_tests(session: &Session) -> Result<Counts> {
    let manifest = std::fs::read_to_string(shell::root().join("ui/package.json"))?;
    let manifest: serde_json::Value = serde_json::from_str(&manifest).context("ui/package.json is no JSON")?;
    if manifest["scripts"]["test"].is_null() {
        println!("ui/package.json has no test script");
        return Ok(Counts::default());
    }
    let (passed, said) = watch(session.prepared(shell::command("ui", "npm", &["test"])))?;
    conclude(passed, node_test(&said), "the scripts' own tests")
}

/// The journeys' own tools, tried on a stand-in for the program.
fn harness(session: &Session) -> Result<Counts> {
    ui::packages("e2e")?;
    let (passed, said) = watch(session.prepared(shell::command("e2e", "npm", &["test"])))?;
    conclude(passed, node_test(&said), "the journeys' own tools")
}

fn browser(session: &Session) -> Result<Counts> {
    if shell::program("node").is_none() {
        bail!("node is not installed: apt-get install nodejs npm");
    }
    let mut command = session.prepared(shell::command("", "node", &["e2e/run.mjs"]));
    if session.built {
        command.env("TERTULIA_BINARY", demo::built("debug", "tertulia")?);
        // Built for itself alone, with what it alone needs, half of its dependencies would be built once more.
        command.env("TERTULIA_STYLEGUIDE", demo::built("debug/examples", "styleguide")?);
    }
    let (passed, said) = watch(command)?;
    conclude(passed, journeys(&said), "the journeys")
}

impl Session {
    fn prepared(&self, command: Command) -> Command {
        let mut command = by_clippy(command);
        command.env("TERTULIA_SKIPS", &self.skips);
        if let Some(data) = &self.data {
            command.env("TERTULIA_DATA", data);
        }
        if self.strict {
            command.env("CI", "true");
        }
        command
    }
}

/// A run that says neither how many passed nor how many failed has not been a run.
fn conclude(passed: bool, counts: Option<Counts>, what: &str) -> Result<Counts> {
    let counts = counts.with_context(|| format!("{what} did not come to an end"))?;
    if !passed && counts.failed == 0 {
        bail!("{what} failed, though no single one did");
    }
    Ok(counts)
}

/// Runs the command, shows what it says as it says it, and keeps it.
fn watch(mut command: Command) -> Result<(bool, String)> {
    println!("$ {}", shell::shown(&command));
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let errors = child.stderr.take().map(|stream| std::thread::spawn(move || echo(stream)));
    let mut said = child.stdout.take().map(echo).unwrap_or_default();
    if let Some(thread) = errors {
        said.push_str(&thread.join().unwrap_or_default());
    }
    Ok((child.wait()?.success(), said))
}

fn echo(stream: impl Read) -> String {
    let mut said = String::new();
    let mut lines = BufReader::new(stream);
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
        let text = String::from_utf8_lossy(&line);
        print!("{text}");
        said.push_str(&text);
        line.clear();
    }
    said
}
