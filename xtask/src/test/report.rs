//! What a run came to.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// How many tests a step ran. A step that is one check counts nothing here.
#[derive(Debug, Default, PartialEq)]
pub struct Counts {
    pub passed: usize,
    pub failed: usize,
    pub skipped: Vec<Skip>,
}

/// A test that did not run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skip {
    pub test: String,
    pub reason: String,
}

pub enum State {
    Done(Counts),
    /// It could not be done, or a check found something.
    Broken(String),
    NotRun,
}

impl State {
    pub fn failed(&self) -> bool {
        match self {
            State::Done(counts) => counts.failed > 0,
            State::Broken(_) => true,
            State::NotRun => false,
        }
    }
}

pub struct Finished {
    pub name: &'static str,
    pub state: State,
    pub seconds: f64,
}

#[derive(Default)]
pub struct Report {
    pub steps: Vec<Finished>,
    /// Tests that gave up by themselves; their runner believes that they passed.
    told: BTreeSet<Skip>,
    /// What tests have to say though they passed: figures, each with the test that found it.
    figures: BTreeSet<(String, String)>,
}

impl Report {
    /// Takes in the file that the tests wrote: `kind<TAB>test<TAB>reason` a line. What is of the kind `told` is no skip.
    pub fn add_notes(&mut self, log: &str) {
        for line in log.lines() {
            let fields: Vec<&str> = line.splitn(3, '\t').collect();
            let &[kind, test, reason] = fields.as_slice() else { continue };
            let (test, reason) = (test.to_owned(), reason.to_owned());
            if kind == "told" {
                self.figures.insert((test, reason));
            } else {
                self.told.insert(Skip { test, reason });
            }
        }
    }

    fn counts(&self) -> impl Iterator<Item = &Counts> {
        self.steps.iter().filter_map(|step| if let State::Done(counts) = &step.state { Some(counts) } else { None })
    }

    /// Tests that told a skip, each once however many things it lacked.
    fn told_tests(&self) -> usize {
        self.told.iter().map(|skip| &skip.test).collect::<BTreeSet<_>>().len()
    }

    fn passed(&self) -> usize {
        self.counts().map(|counts| counts.passed).sum::<usize>().saturating_sub(self.told_tests())
    }

    /// Failed tests, and steps that broke.
    pub fn failed(&self) -> usize {
        let tests: usize = self.counts().map(|counts| counts.failed).sum();
        tests + self.steps.iter().filter(|step| matches!(step.state, State::Broken(_))).count()
    }

    fn skipped(&self) -> usize {
        self.counts().map(|counts| counts.skipped.len()).sum::<usize>() + self.told_tests()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.steps {
            let word = match &step.state {
                State::NotRun => "not run",
                state if state.failed() => "FAILED",
                _ => "ok",
            };
            writeln!(f, "{:<10} {word:<8} {:>7.1} s", step.name, step.seconds)?;
        }
        for step in &self.steps {
            if let State::Broken(reason) = &step.state {
                writeln!(f, "\n{}: {reason}", step.name)?;
            }
        }
        let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for skip in self.counts().flat_map(|counts| &counts.skipped).chain(&self.told) {
            reasons.entry(&skip.reason).or_default().push(&skip.test);
        }
        for (test, figure) in &self.figures {
            writeln!(f, "\n{test}:\n    {figure}")?;
        }
        writeln!(f)?;
        for (reason, tests) in reasons {
            writeln!(f, "{} skipped: {reason}", tests.len())?;
            for test in tests.iter().filter(|test| !test.is_empty()) {
                writeln!(f, "    {test}")?;
            }
        }
        write!(f, "{} passed, {} failed, {} skipped", self.passed(), self.failed(), self.skipped())
    }
}

/// cargo-nextest's summary: `Summary [ 1.2s] 12 tests run: 10 passed (1 slow), 1 failed, 1 timed out, 3 skipped`.
pub fn nextest(said: &str) -> Option<Counts> {
    let line = said.lines().rev().find(|line| line.trim_start().starts_with("Summary ["))?;
    let (_, parts) = line.split_once(" run: ")?;
    Some(counted(parts.split(", ")))
}

/// libtest's `test result: ok. 3 passed; 0 failed; 1 ignored; …`, once for each binary.
pub fn libtest(said: &str) -> Option<Counts> {
    let results =
        said.lines().filter_map(|line| line.strip_prefix("test result: ")?.split_once(". ").map(|(_, rest)| rest));
    let mut seen = false;
    let counts = counted(results.inspect(|_| seen = true).flat_map(|rest| rest.split("; ")));
    seen.then_some(counts)
}

/// The journeys' last line, `3 passed, 0 failed`, and their `skipped NAME: reason` lines.
pub fn journeys(said: &str) -> Option<Counts> {
    let line = said.lines().rev().find(|line| line.contains(" passed, ") && line.ends_with(" failed"))?;
    let mut counts = counted(line.split(", "));
    let skipped = said.lines().filter_map(|line| line.strip_prefix("skipped ")?.split_once(": "));
    counts.skipped = skipped.map(|(test, reason)| Skip { test: test.to_owned(), reason: reason.to_owned() }).collect();
    Some(counts)
}

/// The counts at the end of `node --test`: `# pass 3`, or with another mark before the word on a terminal.
pub fn node_test(said: &str) -> Option<Counts> {
    let count = |word: &str| {
        let lines = said.lines().rev().filter_map(|line| line.split_once(' '));
        lines
            .map(|(_, rest)| rest)
            .find_map(|rest| rest.strip_prefix(word)?.strip_prefix(' ')?.trim().parse::<usize>().ok())
    };
    let skip = Skip { test: String::new(), reason: "a script's test gave up (it says why above)".to_owned() };
    let skipped = count("skipped")? + count("todo")?;
    Some(Counts {
        passed: count("pass")?,
        failed: count("fail")? + count("cancelled")?,
        skipped: std::iter::repeat_n(skip, skipped).collect(),
    })
}

/// Adds up parts like `3 passed` and `1 timed out`.
fn counted<'a>(parts: impl Iterator<Item = &'a str>) -> Counts {
    let mut counts = Counts::default();
    for part in parts {
        let Some((number, word)) = part.trim().split_once(' ') else { continue };
        let Ok(number) = number.parse::<usize>() else { continue };
        match word.split([' ', '(']).next().unwrap_or_default() {
            "passed" => counts.passed += number,
            "failed" | "timed" | "exec" => counts.failed += number,
            "skipped" | "ignored" => {
                let skip = Skip { test: String::new(), reason: "marked #[ignore] in the code".to_owned() };
                counts.skipped.extend(std::iter::repeat_n(skip, number));
            }
            _ => {}
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nextests_summary_is_read_with_its_time_outs() {
        let said = "PASS [0.1s] a\n     Summary [   1.203s] 12 tests run: 9 passed (1 slow), 1 failed, 2 timed out, 3 skipped\n";
        let counts = nextest(said).unwrap();
        assert_eq!((counts.passed, counts.failed, counts.skipped.len()), (9, 3, 3));
        assert_eq!(nextest("error: could not compile"), None);
    }

    #[test]
    fn libtests_results_are_added_up() {
        let said = "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
                    test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out\n";
        let counts = libtest(said).unwrap();
        assert_eq!((counts.passed, counts.failed, counts.skipped.len()), (4, 2, 1));
        assert_eq!(libtest("error: could not compile"), None);
    }

    #[test]
    fn nodes_counts_are_read_whatever_stands_before_them() {
        for mark in ["#", "\u{2139}"] {
            let said = ["tests 9", "suites 0", "pass 6", "fail 1", "cancelled 1", "skipped 1", "todo 0"];
            let said: String = said.iter().map(|line| format!("{mark} {line}\n")).collect();
            let counts = node_test(&said).unwrap();
            assert_eq!((counts.passed, counts.failed, counts.skipped.len()), (6, 2, 1));
        }
        assert_eq!(node_test("SyntaxError"), None);
    }

    #[test]
    fn journeys_name_what_they_skip() {
        let counts = journeys("ok 00-health\nskipped 01-inbox: Chromium not installed\n1 passed, 0 failed\n").unwrap();
        assert_eq!((counts.passed, counts.failed), (1, 0));
        assert_eq!(counts.skipped, [Skip { test: "01-inbox".into(), reason: "Chromium not installed".into() }]);
    }

    #[test]
    fn a_test_that_gave_up_is_no_passed_one_and_the_last_line_says_so() {
        let counts = Counts { passed: 5, failed: 0, skipped: Vec::new() };
        let mut report = Report::default();
        report.steps.push(Finished { name: "tests", state: State::Done(counts), seconds: 1.0 });
        report.add_notes("PostgreSQL\ta::b\tPostgreSQL not installed\nPostgreSQL\ta::b\tPostgreSQL not installed\n");
        report.add_notes("data\ta::b\tmail is not here\ndata\ta::c\tmail is not here\n");
        let text = report.to_string();
        assert!(text.contains("2 skipped: mail is not here\n    a::b\n    a::c\n"), "{text}");
        assert_eq!(text.lines().last(), Some("3 passed, 0 failed, 2 skipped"));
    }

    #[test]
    fn what_a_passed_test_tells_is_shown_and_is_no_skip() {
        let counts = Counts { passed: 2, failed: 0, skipped: Vec::new() };
        let mut report = Report::default();
        report.steps.push(Finished { name: "tests", state: State::Done(counts), seconds: 1.0 });
        report.add_notes("told\ta::b\t9 of 10 recovered (90.0 %)\n");
        let text = report.to_string();
        assert!(text.contains("\na::b:\n    9 of 10 recovered (90.0 %)\n"), "{text}");
        assert_eq!(text.lines().last(), Some("2 passed, 0 failed, 0 skipped"));
    }

    #[test]
    fn a_step_that_broke_is_a_failure_though_no_test_ran() {
        let mut report = Report::default();
        report.steps.push(Finished { name: "clippy", state: State::Broken("a warning".into()), seconds: 1.0 });
        report.steps.push(Finished { name: "tests", state: State::NotRun, seconds: 0.0 });
        assert_eq!(report.failed(), 1);
        assert_eq!(report.to_string().lines().last(), Some("0 passed, 1 failed, 0 skipped"));
    }
}
