//! The long tests, optimised.
//!
//! Most are ordinary tests whose names hold `soak_`: in a plain run they do their few rounds; here `TERTULIA_SOAK=1` asks
//! them for the many, one at a time. Property tests of what reads strangers' bytes know their number of cases from
//! proptest itself, so here it is told a higher one.

use crate::shell;
use anyhow::{Result, bail};
use std::ffi::OsString;
use std::process::Command;

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
        scope: &["--package", "tertulia-analysis", "--package", "tertulia-connector-import", "--tests"],
        setting: ("PROPTEST_CASES", "20000"),
        options: &[],
    },
];

pub fn run(arguments: Vec<OsString>) -> Result<()> {
    let name = arguments.first().map(|name| name.to_string_lossy().into_owned());
    let mut ran = 0;
    for pass in PASSES {
        let filter = name.as_deref().unwrap_or(pass.filter);
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
    fn listed_tests_are_counted_without_the_benches() {
        assert_eq!(count("soak_a: test\nb::soak_c: test\nfast: benchmark\n\n2 tests, 1 benchmark\n"), 2);
    }
}
