//! The long tests, optimised.
//!
//! Most are ordinary tests whose names hold `soak_`: in a plain run they do their few rounds; here `TERTULIA_SOAK=1` asks
//! them for the many, one at a time. Property tests of what reads strangers' bytes know their number of cases from
//! proptest itself, so here it is told a higher one. `--hours N` goes on with what reads strangers' bytes until they are
//! over, with other bytes each time.

use crate::{fuzz, install, servers, shell};
use anyhow::{Result, bail};
use std::ffi::OsString;
use std::process::Command;
use std::time::{Duration, Instant};

#[derive(Clone, Copy)]
struct Pass {
    what: &'static str,
    /// Of the names where none is given.
    filter: &'static str,
    scope: &'static [&'static str],
    setting: (&'static str, &'static str),
    options: &'static [&'static str],
}

const PASSES: &[Pass] = &[
    Pass {
        what: "long tests",
        filter: "soak_",
        scope: &["--workspace", "--tests"],
        setting: ("TERTULIA_SOAK", "1"),
        options: &["--nocapture", "--test-threads=1"],
    },
    Pass {
        what: "tests of the readers, with 20,000 cases of each property",
        filter: "",
        scope: &[
            "--package",
            "tertulia-analysis",
            "--package",
            "tertulia-connector-import",
            "--package",
            "tertulia-connector-feed",
            "--package",
            "tertulia-connector-webmention",
            "--tests",
        ],
        setting: ("PROPTEST_CASES", "20000"),
        options: &[],
    },
];

/// What is read by chance, again and again: each property's cases are other ones in each run of proptest, and mails are
/// mangled from another seed.
const AGAIN: &[Pass] = &[
    Pass {
        what: "mails mangled at random",
        filter: "soak_mails_mangled",
        scope: &["--package", "tertulia-connector-email", "--tests"],
        setting: ("TERTULIA_SOAK", "1"),
        options: &["--nocapture"],
    },
    Pass {
        what: "HTML of mails at random",
        filter: "soak_no_soup",
        scope: &["--package", "tertulia-engine", "--lib"],
        setting: ("TERTULIA_SOAK", "1"),
        options: &["--nocapture"],
    },
    PASSES[1],
];

pub fn run(mut arguments: Vec<OsString>) -> Result<()> {
    if arguments.first().is_some_and(|word| word == "fuzz") {
        return fuzz::run(arguments.split_off(1));
    }
    let before = arguments.len();
    arguments.retain(|word| word != "--install");
    if arguments.len() < before {
        install::run()?;
        servers::bring_large()?;
    }
    let begun = Instant::now();
    let (hours, name) = read(arguments)?;
    run_once(name.as_deref())?;
    let mut round = 0_u32;
    while hours.is_some_and(|hours| begun.elapsed() < hours) {
        round += 1;
        println!("round {round}, {} min after the beginning", begun.elapsed().as_secs() / 60);
        for pass in AGAIN {
            let mut command = pass.command(pass.filter, pass.options);
            command.env("TERTULIA_SEED", round.to_string());
            shell::run(command)?;
        }
    }
    Ok(())
}

fn read(arguments: Vec<OsString>) -> Result<(Option<Duration>, Option<String>)> {
    let mut words = arguments.into_iter().map(|word| word.to_string_lossy().into_owned());
    let (mut hours, mut name) = (None, None);
    while let Some(word) = words.next() {
        if word == "--hours" {
            let said =
                words.next().and_then(|said| said.parse::<f64>().ok()).filter(|said| (0.0..1_000.0).contains(said));
            let Some(said) = said else { bail!("--hours wants a number of hours, like 2 or 0.5") };
            hours = Some(Duration::from_secs_f64(said * 3_600.0));
        } else {
            name = Some(word);
        }
    }
    Ok((hours, name))
}

fn run_once(name: Option<&str>) -> Result<()> {
    let mut ran = 0;
    for pass in PASSES {
        let filter = name.unwrap_or(pass.filter);
        let count = count(&shell::output(pass.command(filter, &["--list"]))?);
        if count > 0 {
            println!("{count} {}", pass.what);
            shell::run(pass.command(filter, pass.options))?;
        } else if name.is_none() {
            // A run of no tests passes, which would be a lie.
            bail!("there are no {} any more", pass.what);
        }
        ran += count;
    }
    match name {
        Some(name) if ran == 0 => bail!("no test's name contains `{name}`"),
        _ => Ok(()),
    }
}

/// The tests in what libtest lists.
fn count(listed: &str) -> usize {
    listed.lines().filter(|line| line.ends_with(": test")).count()
}

impl Pass {
    fn command(&self, filter: &str, options: &[&str]) -> Command {
        let mut command = shell::command("", &shell::cargo(), &["test", "--quiet", "--release"]);
        let (variable, value) = self.setting;
        command.args(self.scope).arg(filter).arg("--").args(options).env(variable, value);
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_pass_asks_for_its_rounds_in_the_environment_and_for_its_tests_by_name() {
        let shown: Vec<String> =
            PASSES.iter().map(|pass| shell::shown(&pass.command(pass.filter, pass.options))).collect();
        assert!(shown[0].contains("--workspace --tests soak_ -- --nocapture --test-threads=1"), "{shown:?}");
        assert!(shown[1].contains("--package tertulia-analysis"), "{shown:?}");
        let cases = PASSES[1].command("", &[]);
        assert!(cases.get_envs().any(|(name, value)| name == "PROPTEST_CASES" && value.is_some_and(|v| v == "20000")));
    }

    #[test]
    fn hours_and_a_name_are_told_apart() {
        let read = |words: &[&str]| read(words.iter().map(OsString::from).collect());
        assert_eq!(read(&[]).unwrap(), (None, None));
        assert_eq!(
            read(&["--hours", "0.5", "kill"]).unwrap(),
            (Some(Duration::from_secs(1_800)), Some("kill".to_owned()))
        );
        assert!(read(&["--hours"]).is_err() && read(&["--hours", "-1"]).is_err() && read(&["--hours", "x"]).is_err());
    }

    #[test]
    fn listed_tests_are_counted_without_the_benches() {
        assert_eq!(count("soak_a: test\nb::soak_c: test\nfast: benchmark\n\n2 tests, 1 benchmark\n"), 2);
    }
}
