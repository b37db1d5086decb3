//! `cargo xtask soak fuzz`: hands ever new bytes to whatever reads bytes from outside (`fuzz/`).
//!
//! libFuzzer is built in by the flags that cargo-fuzz gives for `--sanitizer none`, on the stable compiler: what is looked
//! for are panics, overflows, broken promises, long times and much memory, and there is no `unsafe` code of ours that a
//! sanitizer would watch.

use crate::shell;
use anyhow::{Context, Result, bail};
use std::{
    ffi::OsString,
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

/// What makes every branch and comparison known to libFuzzer.
const FLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares";

/// What one input may cost. 64 kB that take five seconds are read in a time that grows with their square; a reader that
/// takes a gigabyte for them has no bound.
const LIMITS: [&str; 4] = ["-timeout=5", "-rss_limit_mb=1024", "-max_len=65536", "-len_control=20"];

/// Chance makes few long inputs, so they are made of the corpus first: a piece of a file, again and again, where it stands.
const LONG: usize = 65_536;
const PLACES: usize = 12;
const PIECES: [usize; 4] = [1, 4, 12, 40];

const USUAL_MINUTES: f64 = 60.0;

/// Whose fixtures are good to begin with, too.
const FIXTURES: &[(&str, &str)] = &[
    ("mail", "email"),
    ("feed", "feed"),
    ("status", "mastodon"),
    ("jetstream", "bluesky"),
    ("survey", "survey"),
    ("webhook", "webhook"),
];

/// What became of one target.
struct Ran {
    target: String,
    executions: Option<u64>,
    took: Duration,
    /// Files of `fuzz/found`, each of which makes it fail.
    found: Vec<PathBuf>,
    failed: bool,
}

pub fn run(arguments: Vec<OsString>) -> Result<()> {
    let all = targets(&shell::root())?;
    let (minutes, chosen) = read(arguments, &all)?;
    let place = build(&chosen)?;
    let mut ran = Vec::new();
    for target in chosen {
        ran.push(fuzz(&place, target, minutes)?);
    }
    println!("\ntarget           executions   a second   findings");
    for one in &ran {
        println!("{}", line(one));
    }
    let found: Vec<String> = ran.iter().flat_map(|one| &one.found).map(|file| file.display().to_string()).collect();
    if ran.iter().any(|one| one.failed) {
        bail!(
            "mend what these files break, then put them into fuzz/corpus/TARGET, where the tests read them again:\n  {}",
            found.join("\n  ")
        );
    }
    Ok(())
}

fn line(ran: &Ran) -> String {
    let number = |number: Option<u64>| number.map_or_else(|| "?".to_owned(), |number| number.to_string());
    let each_second = ran.executions.map(|count| count / ran.took.as_secs().max(1));
    let end = if ran.failed { format!("{} (fuzz/log/{}.log)", ran.found.len(), ran.target) } else { "none".to_owned() };
    format!("{:<14} {:>12} {:>10}   {end}", ran.target, number(ran.executions), number(each_second))
}

/// The targets there are. Each has a corpus, and each corpus a target: else the tests would read what nobody fuzzes.
fn targets(root: &Path) -> Result<Vec<String>> {
    let names = |folder: &str| -> Result<Vec<String>> {
        let files = fs::read_dir(root.join(folder)).with_context(|| format!("{folder} cannot be read"))?;
        let stem = |file: fs::DirEntry| file.path().file_stem().map(|stem| stem.to_string_lossy().into_owned());
        let mut names: Vec<String> = files.filter_map(Result::ok).filter_map(stem).collect();
        names.sort();
        Ok(names)
    };
    let (targets, corpora) = (names("fuzz/targets")?, names("fuzz/corpus")?);
    if targets != corpora {
        let lone = |one: &[String], other: &[String]| {
            one.iter().filter(|name| !other.contains(name)).cloned().collect::<Vec<_>>().join(", ")
        };
        bail!(
            "each fuzz target needs a corpus and each corpus a target; alone stand: {} {}",
            lone(&targets, &corpora),
            lone(&corpora, &targets)
        );
    }
    Ok(targets)
}

fn read(arguments: Vec<OsString>, all: &[String]) -> Result<(f64, Vec<String>)> {
    let mut words = arguments.into_iter().map(|word| word.to_string_lossy().into_owned());
    let (mut minutes, mut chosen) = (USUAL_MINUTES, Vec::new());
    while let Some(word) = words.next() {
        if word == "--minutes" {
            let said = words.next().and_then(|said| said.parse::<f64>().ok());
            let Some(said) = said.filter(|said| (0.01..100_000.0).contains(said)) else {
                bail!("--minutes wants a number of minutes for each target, like 3");
            };
            minutes = said;
        } else if all.contains(&word) {
            chosen.push(word);
        } else {
            bail!("`{word}` is no fuzz target; there are: {}", all.join(", "));
        }
    }
    Ok((minutes, if chosen.is_empty() { all.to_vec() } else { chosen }))
}

/// Builds the targets; gives the folder in which they are. The target's name is said, so that what only builds others
/// (macros, build scripts) is built without the flags.
fn build(chosen: &[String]) -> Result<PathBuf> {
    let host = host(&shell::output(shell::command("", &shell::cargo(), &["-vV"]))?)?;
    let mut command = shell::command(
        "",
        &shell::cargo(),
        &["build", "--release", "--manifest-path", "fuzz/Cargo.toml", "--target-dir", "target/fuzz", "--target", &host],
    );
    chosen.iter().for_each(|target| {
        command.args(["--bin", target]);
    });
    command.env("RUSTFLAGS", FLAGS);
    shell::run(command)?;
    Ok(shell::root().join("target/fuzz").join(host).join("release"))
}

fn host(said: &str) -> Result<String> {
    said.lines().find_map(|line| line.strip_prefix("host: ")).map(str::to_owned).context("cargo does not say its host")
}

fn fuzz(place: &Path, target: String, minutes: f64) -> Result<Ran> {
    let root = shell::root();
    let (grown, found) = (root.join("target/fuzz/grown").join(&target), root.join("fuzz/found").join(&target));
    let log = root.join("fuzz/log").join(format!("{target}.log"));
    for folder in [&grown, &found, &root.join("fuzz/log")] {
        fs::create_dir_all(folder)?;
    }
    let before = files(&found)?;
    println!("{target}: {minutes} min");
    let begun = Instant::now();
    if !take_long_ones(place, &target, &log)? {
        let said = String::from_utf8_lossy(&fs::read(&log)?).into_owned();
        let one = said.lines().rev().find_map(|line| line.strip_prefix("Running: ")).unwrap_or_default().to_owned();
        let (took, found) = (begun.elapsed(), vec![PathBuf::from(one)]);
        return Ok(Ran { executions: executions(&said), took, found, failed: true, target });
    }
    let mut command = command(&place.join(&target));
    command.args(LIMITS).args(["-print_final_stats=1", &format!("-max_total_time={}", (minutes * 60.0).ceil())]);
    command.arg(format!("-artifact_prefix={}/", found.display()));
    // What is found to be of use goes into the first; the others are read.
    command.arg(&grown).arg(root.join("fuzz/corpus").join(&target));
    let fixtures = FIXTURES.iter().filter(|(name, _)| *name == target);
    command.args(fixtures.map(|(_, connector)| root.join("connectors").join(connector).join("fixtures")));
    command.stderr(File::create(&log)?).stdout(std::process::Stdio::null());
    let status = command.status().with_context(|| format!("{target} could not be started"))?;
    let said = String::from_utf8_lossy(&fs::read(&log)?).into_owned();
    let mut found = files(&found)?;
    found.retain(|file| !before.contains(file));
    let ran = Ran { executions: executions(&said), took: begun.elapsed(), found, failed: !status.success(), target };
    println!("  {}", line(&ran));
    Ok(ran)
}

/// Runs what is made of each file of the corpus by stretching it; false where one of them breaks the target.
fn take_long_ones(place: &Path, target: &str, log: &Path) -> Result<bool> {
    let folder = shell::root().join("target/fuzz/long").join(target);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    for (number, file) in files(&shell::root().join("fuzz/corpus").join(target))?.iter().enumerate() {
        for (at, long) in stretched(&fs::read(file)?).into_iter().enumerate() {
            fs::write(folder.join(format!("{number}-{at}")), long)?;
        }
    }
    let mut command = command(&place.join(target));
    command.args(LIMITS).args(files(&folder)?).stderr(File::create(log)?).stdout(std::process::Stdio::null());
    let took_all = command.status().with_context(|| format!("{target} could not be started"))?.success();
    if took_all {
        fs::remove_dir_all(&folder)?;
    }
    Ok(took_all)
}

/// A file with a piece of it repeated in its place until the whole is long: a reader whose time grows with the square of
/// what it is given shows it here.
fn stretched(seed: &[u8]) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for place in 0..PLACES {
        let start = seed.len() * place / PLACES;
        for piece in PIECES.iter().filter_map(|length| seed.get(start..start + length)) {
            let times = LONG.saturating_sub(seed.len()) / piece.len();
            all.push([&seed[..start], &piece.repeat(times), &seed[start..]].concat());
        }
    }
    all
}

/// At the lowest priority: it takes an hour for each target.
fn command(program: &Path) -> Command {
    match shell::program("nice") {
        Some(nice) => {
            let mut command = Command::new(nice);
            command.args(["-n", "19"]).arg(program);
            command
        }
        None => Command::new(program),
    }
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)?.filter_map(Result::ok).map(|file| file.path()).collect();
    files.sort();
    Ok(files)
}

/// In what libFuzzer says at its end; after a finding, by the last line that counts.
fn executions(said: &str) -> Option<u64> {
    let total = said.lines().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"));
    let counted = || said.lines().rev().find_map(|line| line.strip_prefix('#')?.split_whitespace().next());
    total.or_else(counted)?.trim().trim_end_matches(':').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_target_has_a_corpus_and_each_corpus_a_target() {
        let all = targets(&shell::root()).unwrap();
        assert!(all.len() > 20, "{all:?}");
        let manifest = fs::read_to_string(shell::root().join("fuzz/Cargo.toml")).unwrap();
        for target in &all {
            assert!(manifest.contains(&format!("path = \"targets/{target}.rs\"")), "{target} stands in no manifest");
        }
        for (target, connector) in FIXTURES {
            assert!(all.contains(&(*target).to_owned()), "{target}");
            assert!(shell::root().join("connectors").join(connector).join("fixtures").is_dir(), "{connector}");
        }
    }

    #[test]
    fn every_corpus_is_read_again_by_a_test() {
        let root = shell::root();
        let mut read = String::new();
        for folder in ["crates", "connectors"] {
            for one in fs::read_dir(root.join(folder)).unwrap() {
                let source = one.unwrap().path().join("src");
                for file in
                    ["", "mailhtml", "proxies", "trackers/payload"].map(|part| source.join(part).join("fuzzing.rs"))
                {
                    read.push_str(&fs::read_to_string(file).unwrap_or_default());
                }
            }
        }
        for target in targets(&root).unwrap() {
            assert!(read.contains(&format!("replay(\"{target}\"")), "no test replays the corpus of {target}");
        }
    }

    #[test]
    fn a_file_is_stretched_at_many_places_and_never_beyond_what_is_taken() {
        let all = stretched(b"<p>one</p><p>two</p><p>three, and some more words</p>");
        assert!((PLACES * 3..PLACES * 4).contains(&all.len()), "the longest pieces fit at the first places alone");
        assert!(all.iter().all(|long| (LONG - 40..=LONG).contains(&long.len())));
        assert!(
            all.iter().any(|long| long.starts_with(b"<<<<")) && all.iter().any(|long| long.starts_with(b"<p>o<p>o"))
        );
        assert!(stretched(b"").is_empty());
    }

    #[test]
    fn minutes_and_targets_are_told_apart_and_a_wrong_name_lists_those_there_are() {
        let all = ["feed".to_owned(), "mail".to_owned()];
        let read = |words: &[&str]| read(words.iter().map(OsString::from).collect(), &all);
        assert_eq!(read(&[]).unwrap(), (60.0, all.to_vec()));
        assert_eq!(read(&["mail", "--minutes", "2.5"]).unwrap(), (2.5, vec!["mail".to_owned()]));
        assert!(read(&["--minutes"]).is_err() && read(&["--minutes", "0"]).is_err());
        assert!(read(&["mails"]).unwrap_err().to_string().contains("feed, mail"));
    }

    #[test]
    fn what_was_done_is_read_from_the_end_of_the_log_also_after_a_finding() {
        assert_eq!(executions("#2\tINITED\nDone\nstat::number_of_executed_units: 1234\n"), Some(1_234));
        assert_eq!(executions("#2\tINITED cov: 1\n#4096\tpulse  cov: 1\nthread panicked\n"), Some(4_096));
        assert_eq!(executions("it did not start"), None);
        assert_eq!(host("cargo 1.95.0\nhost: x86_64-unknown-linux-gnu\n").unwrap(), "x86_64-unknown-linux-gnu");
    }
}
