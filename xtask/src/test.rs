//! Everything that must hold, in one run that shows everything.

mod report;
mod steps;

use crate::{install, shell};
use anyhow::{Result, bail};
use lexopt::prelude::*;
use report::{Finished, Report, State};
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Instant;
use steps::STEPS;

/// What the steps of one run share.
pub struct Session {
    /// A skip for want of a server is a failure.
    strict: bool,
    data: Option<PathBuf>,
    /// Where tests write what they skipped, and why, and what else they have to tell.
    skips: PathBuf,
    /// Whether this run has built all programs already.
    built: bool,
}

pub fn run(arguments: Vec<OsString>) -> Result<()> {
    let (mut session, names) = options(arguments)?;
    bring_servers(&session)?;
    std::fs::create_dir_all(session.skips.parent().unwrap_or(&session.skips))?;
    std::fs::write(&session.skips, "")?;
    let chosen = STEPS.iter().filter(|step| names.is_empty() || names.iter().any(|name| name == step.name));
    let mut report = Report::default();
    let mut stopped = false;
    for step in chosen {
        if stopped {
            report.steps.push(Finished { name: step.name, state: State::NotRun, seconds: 0.0 });
            continue;
        }
        println!("\n== {}", step.name);
        let begin = Instant::now();
        let state = match (step.run)(&session) {
            Ok(counts) => State::Done(counts),
            Err(error) => State::Broken(format!("{error:#}")),
        };
        stopped = step.rest_needs_it && state.failed();
        session.built |= step.name == "build" && !state.failed();
        report.steps.push(Finished { name: step.name, state, seconds: begin.elapsed().as_secs_f64() });
    }
    report.add_notes(&std::fs::read_to_string(&session.skips)?);
    println!("\n{report}");
    if report.failed() > 0 {
        // The counts are the last line, so nothing is said after them.
        std::process::exit(1);
    }
    Ok(())
}

fn options(arguments: Vec<OsString>) -> Result<(Session, Vec<String>)> {
    let strict = std::env::var("CI").is_ok_and(|value| value == "true");
    let skips = shell::root().join("target/xtask/skips.tsv");
    let mut session = Session { strict, data: None, skips, built: false };
    let mut names = Vec::new();
    let mut parser = lexopt::Parser::from_args(arguments);
    while let Some(argument) = parser.next()? {
        match argument {
            Long("install") => session.strict = true,
            Long("data") => session.data = Some(std::path::absolute(parser.value()?)?),
            Value(name) => names.push(name.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    if let Some(unknown) = names.iter().find(|name| STEPS.iter().all(|step| step.name != **name)) {
        let known: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
        bail!("there is no step `{unknown}`; there are: {}", known.join(", "));
    }
    Ok((session, names))
}

fn bring_servers(session: &Session) -> Result<()> {
    if session.strict {
        return install::run();
    }
    let missing = install::missing();
    if !missing.is_empty() {
        println!("Some tests will be skipped. This brings what they need:\n  {}", install::advice(&missing));
    }
    Ok(())
}
