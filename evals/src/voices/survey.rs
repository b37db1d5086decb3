//! Weights and errors beside those of R's `survey`, and Kish's figures of published weights.

use super::median;
use crate::arguments::Arguments;
use crate::figures::Figure;
use anyhow::{Context, Result, ensure};
use std::path::Path;
use std::time::Instant;
use tertulia_voices::estimate::{kish, weighted_mean};
use tertulia_voices::raking::{Cells, RakingRules, rake};

const FOLDER: &str = "survey/raking_api";

/// The error that R gives for the raked mean of the set that everybody has; a note beside the data goes before it.
const ERROR_BY_R: f64 = 9.268_627;

/// A sample, its margins, and what R makes of it.
pub struct Set {
    base: Vec<f64>,
    values: Vec<f64>,
    expected: Vec<f64>,
    /// For each margin everybody's category, and its totals.
    margins: Vec<(Vec<u32>, usize)>,
    targets: Vec<Vec<f64>>,
    expected_error: f64,
}

impl Set {
    pub fn people(&self) -> usize {
        self.base.len()
    }
}

pub struct Measured {
    pub max_relative_error: f64,
    pub se_error: f64,
    pub people_per_second: f64,
}

pub fn read(arguments: &Arguments) -> Result<Option<Set>> {
    let weights = arguments.data_file(&format!("{FOLDER}/apisrs_expected_weights.csv"));
    let margins = arguments.data_file(&format!("{FOLDER}/margins.csv"));
    let (Some(weights), Some(margins)) = (weights, margins) else { return Ok(None) };
    let people = rows(&weights)?;
    ensure!(!people.is_empty(), "{} holds nobody", weights.display());
    let numbers = |name: &str| people.iter().map(|row| number(row, name)).collect::<Result<Vec<f64>>>();
    let mut names: Vec<String> = Vec::new();
    let mut levels: Vec<Vec<(String, f64)>> = Vec::new();
    for row in rows(&margins)? {
        let variable = text(&row, "variable")?;
        let at = names.iter().position(|name| name == variable).unwrap_or_else(|| {
            names.push(variable.to_owned());
            levels.push(Vec::new());
            names.len() - 1
        });
        levels[at].push((text(&row, "level")?.to_owned(), number(&row, "freq")?));
    }
    let code = |name: &str, levels: &[(String, f64)], row: &Row| {
        let value = text(row, name)?;
        let at = levels.iter().position(|(level, _)| level == value);
        at.map(|at| at as u32).with_context(|| format!("{name} {value} has no margin"))
    };
    let column = |(name, levels): (&String, &Vec<(String, f64)>)| {
        let codes = people.iter().map(|row| code(name, levels, row)).collect::<Result<Vec<u32>>>()?;
        Ok((codes, levels.len()))
    };
    Ok(Some(Set {
        base: numbers("pw")?,
        values: numbers("api00")?,
        expected: numbers("raked_weight")?,
        margins: names.iter().zip(&levels).map(column).collect::<Result<_>>()?,
        targets: levels.iter().map(|levels| levels.iter().map(|(_, total)| *total).collect()).collect(),
        expected_error: noted_error(arguments).unwrap_or(ERROR_BY_R),
    }))
}

/// From the note beside the data: "raked 657.78 (SE 9.268627)".
fn noted_error(arguments: &Arguments) -> Option<f64> {
    let note = std::fs::read_to_string(arguments.data_file(&format!("{FOLDER}/README.txt"))?).ok()?;
    note.split("raked ").skip(1).find_map(|rest| {
        let (mean, rest) = rest.split_once(" (SE ")?;
        mean.parse::<f64>().ok()?;
        rest.split_once(')')?.0.parse().ok()
    })
}

pub fn measure(set: &Set) -> Measured {
    // As R's rake was asked: no bounds, and its own rule for when to end.
    let rules = RakingRules { bounds: None, ..RakingRules::default() };
    let base = |person: usize| set.base[person];
    let raked = || {
        let cells = Cells::new(set.people(), &set.margins, base);
        let weights = rake(&cells, &set.targets, &rules).weights(&cells, base);
        (cells, weights)
    };
    let (cells, weights) = raked();
    let errors = weights.iter().zip(&set.expected).map(|(weight, expected)| (weight / expected - 1.0).abs());
    let se = weighted_mean(&cells, &weights, &set.values, None).se;
    let pass = |_| {
        let (begun, times) = (Instant::now(), 200);
        (0..times).for_each(|_| drop(std::hint::black_box(raked())));
        f64::from(times) * set.people() as f64 / begun.elapsed().as_secs_f64()
    };
    Measured {
        max_relative_error: errors.fold(0.0, |most, error| if error.is_nan() { error } else { error.max(most) }),
        se_error: (se / set.expected_error - 1.0).abs(),
        people_per_second: median((0..5).map(pass).collect()),
    }
}

/// The weights of a survey of men, as they were published.
pub fn published_weights(arguments: &Arguments) -> Result<Option<Vec<f64>>> {
    let Some(file) = arguments.data_file("survey/masculinity/raw-responses.csv") else { return Ok(None) };
    let weights: Vec<f64> = rows(&file)?.iter().map(|row| number(row, "weight")).collect::<Result<_>>()?;
    ensure!(!weights.is_empty(), "{} holds nobody", file.display());
    Ok(Some(weights))
}

pub fn tell_kish(weights: &[f64]) {
    let pass = |_| {
        let (begun, times) = (Instant::now(), 500);
        (0..times).for_each(|_| _ = std::hint::black_box(kish(std::hint::black_box(weights))));
        f64::from(times) * weights.len() as f64 / begun.elapsed().as_secs_f64()
    };
    let per_second = median((0..5).map(pass).collect());
    let deff = kish(weights);
    let figure = |metric, value| Figure { set: "masculinity", metric, value, n: weights.len(), per_second }.tell();
    figure("deff", deff);
    figure("effective_n", weights.len() as f64 / deff);
}

type Row = std::collections::HashMap<String, String>;

fn rows(file: &Path) -> Result<Vec<Row>> {
    let mut reader = csv::Reader::from_path(file).with_context(|| file.display().to_string())?;
    reader.deserialize().collect::<Result<_, _>>().with_context(|| file.display().to_string())
}

fn text<'a>(row: &'a Row, name: &str) -> Result<&'a str> {
    row.get(name).map(String::as_str).with_context(|| format!("a row has no {name}"))
}

fn number(row: &Row, name: &str) -> Result<f64> {
    let value = text(row, name)?;
    value.trim().parse().with_context(|| format!("{name}: {value:?} is no number"))
}
