//! The texts and figures that are learnt from, each with its checksum.

use super::counts::{Counts, Table};
use super::languages::Learnt;
use crate::arguments::Arguments;
use anyhow::{Context, Result, bail, ensure};
use fst::Streamer;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use tertulia_analysis::language::learning::{LONGEST, context, length, letter, words};

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    pub name: String,
    pub licence: String,
    /// BLAKE3, hexadecimal.
    pub checksum: String,
}

/// One in so many tweets is held out, for confidences.
const HELD_OUT: usize = 10;

/// Fetches the crates of `training/languages` and says where each is unpacked.
pub struct Crates {
    folders: BTreeMap<String, (PathBuf, String)>,
}

impl Crates {
    pub fn fetch(project: &Path) -> Result<Self> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let told = Command::new(cargo)
            .args(["metadata", "--format-version", "1", "--locked", "--manifest-path"])
            .arg(project.join("training/languages/Cargo.toml"))
            .output()
            .context("cargo metadata")?;
        if !told.status.success() {
            bail!("cargo metadata: {}", String::from_utf8_lossy(&told.stderr));
        }
        let told: Value = serde_json::from_slice(&told.stdout)?;
        let mut folders = BTreeMap::new();
        for package in told["packages"].as_array().context("no packages")? {
            let said = |what: &str| package[what].as_str().map(str::to_owned).unwrap_or_default();
            if let Some(folder) = Path::new(&said("manifest_path")).parent() {
                let licence = format!("{} {}", said("version"), said("license"));
                folders.insert(said("name"), (folder.to_owned(), licence));
            }
        }
        Ok(Self { folders })
    }

    /// How often each n-gram of a language was counted.
    pub fn counts(&self, language: &str, learnt: &Learnt) -> Result<(Counts, Source)> {
        let name = format!("lingua-{language}-language-model");
        let (folder, licence) = self.folders.get(&name).with_context(|| format!("{name} is not there"))?;
        let bytes = std::fs::read(folder.join("models/ngrams.fst")).with_context(|| name.clone())?;
        let source = Source { name, licence: licence.clone(), checksum: blake3::hash(&bytes).to_hex().to_string() };
        Ok((Counts::of_grams(&grams(bytes, learnt)?), source))
    }
}

/// The file gives ln of each n-gram's count over that of the n-gram without its last letter; counts are won back from there.
fn grams(bytes: Vec<u8>, learnt: &Learnt) -> Result<Vec<(u64, f64)>> {
    let map = fst::Map::new(bytes)?;
    let mut found: Vec<(u64, f64)> = Vec::new();
    let mut stream = map.stream();
    while let Some((key, value)) = stream.next() {
        let mut codes = std::str::from_utf8(key)?.chars().map(letter);
        let own =
            codes.try_fold(0, |gram, code| code.filter(|own| own.0 == learnt.group).map(|own| gram << 12 | own.1));
        found.extend(own.map(|gram| (gram, f64::from_bits(value).exp())));
    }
    // Shorter ones, whose counts the longer need, have the smaller numbers.
    found.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    found.dedup_by(|again, first| again.0 == first.0);
    let single: Vec<f64> = found.iter().take_while(|(gram, _)| length(*gram) == 1).map(|(_, share)| *share).collect();
    let rarest = single.iter().copied().fold(f64::INFINITY, f64::min);
    ensure!(rarest > 0.0 && rarest <= 1.0, "{} has no letters", learnt.code);
    // The rarest letter was seen once, or a few times: then the counts of others are no whole numbers.
    let is_whole = |total: f64| single.iter().all(|share| ((share * total).round() - share * total).abs() < 0.02);
    let total = (1..500).map(|times| f64::from(times) / rarest).find(|total| is_whole(*total)).unwrap_or(1.0 / rarest);
    let mut counts: Table<f64> = Table::default();
    found.retain_mut(|(gram, share)| {
        let before = if length(*gram) == 1 { Some(total) } else { counts.get(&context(*gram)).copied() };
        let Some(before) = before else { return false };
        *share = (before * *share).round();
        // Those of the greatest length are nobody's context.
        if length(*gram) < LONGEST {
            counts.insert(*gram, *share);
        }
        true
    });
    Ok(found)
}

/// Tweets of one folder: those to learn from, and those held out.
pub struct Tweets {
    pub learnt: Vec<String>,
    pub held_out: Vec<String>,
    pub source: Source,
}

pub fn tweets(arguments: &Arguments, folder: &str) -> Result<Tweets> {
    let (file, licence) = match folder.starts_with("umsab/") {
        true => ("train_text.txt", "Apache-2.0 (UMSAB, cardiffnlp/xlm-t)"),
        false => ("train.tsv", "CC BY 4.0 (AfriSenti, SemEval 2023)"),
    };
    let path = arguments.data.join("sentiment").join(folder).join(file);
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let source = Source {
        name: format!("sentiment/{folder}/{file}"),
        licence: licence.to_owned(),
        checksum: blake3::hash(text.as_bytes()).to_hex().to_string(),
    };
    let lines = text.lines().skip(usize::from(file.ends_with(".tsv"))).filter(|line| !line.trim().is_empty());
    let lines = lines.map(|line| line.rsplit_once('\t').map_or(line, |(text, _)| text).to_owned());
    let (mut learnt, mut held_out) = (Vec::new(), Vec::new());
    for (number, line) in lines.enumerate() {
        if number % HELD_OUT == HELD_OUT - 1 { held_out.push(line) } else { learnt.push(line) }
    }
    Ok(Tweets { learnt, held_out, source })
}

/// How often each n-gram of these texts comes.
pub fn counts(texts: &[String], learnt: &Learnt) -> Counts {
    let words: Vec<Vec<u64>> = texts.iter().flat_map(|text| words(text, learnt.group)).collect();
    Counts::of_words(words.iter().map(Vec::as_slice))
}
