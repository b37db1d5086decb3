//! The tweets that are learnt from.

use crate::linear::Example;
use crate::linear::sources::{Source, fold, key, read as read_file};
use anyhow::Result;
use std::collections::{BTreeMap, HashSet};
use std::path::Path;

/// The folders of UMSAB (Barbieri and others, "XLM-T", 2022).
pub const UMSAB: [&str; 8] = ["arabic", "english", "french", "german", "hindi", "italian", "portuguese", "spanish"];
/// The folders of AfriSenti (Muhammad and others, 2023) that have something to learn from.
pub const AFRISENTI: [&str; 12] = ["amh", "arq", "ary", "hau", "ibo", "kin", "pcm", "por", "swa", "tso", "twi", "yor"];
const SEMEVAL: [&str; 11] = [
    "2013dev",
    "2013test",
    "2013train",
    "2014sarcasm",
    "2014test",
    "2015test",
    "2015train",
    "2016dev",
    "2016devtest",
    "2016test",
    "2016train",
];

/// What a mistake costs where each class is as frequent.
const COST: f32 = 0.1;
/// Beside UMSAB: there are many of these, of one language…
const SEMEVAL_COST: f32 = 0.3;
/// …and these are of other languages.
const AFRISENTI_COST: f32 = 0.15;

pub const SEMEVAL_NAME: &str = "semeval";

pub struct Materials {
    pub examples: Vec<Example>,
    pub sources: Vec<Source>,
}

/// As many of each class.
pub fn is_balanced(source: &str) -> bool {
    source.starts_with("umsab/")
}

pub fn licence(file: &str) -> &'static str {
    match file {
        file if file.contains("umsab") => "Apache-2.0 repository",
        file if file.contains("afrisenti") => "CC BY 4.0",
        _ => "SemEval task data",
    }
}

/// All that is learnt from, without what the parts for looking at hold: some tweets are in several sets.
pub fn read(data: &Path) -> Result<Materials> {
    let mut found = Reader { data, examples: Vec::new(), sources: Vec::new(), known: HashSet::new() };
    for folder in UMSAB {
        let (looked_at, _) = read_file(data, &format!("sentiment/umsab/{folder}/val_text.txt"))?;
        found.known.extend(looked_at.lines().map(key));
    }
    UMSAB.iter().try_for_each(|folder| found.umsab(folder))?;
    SEMEVAL.iter().try_for_each(|file| found.semeval(file))?;
    AFRISENTI.iter().try_for_each(|folder| found.afrisenti(folder))?;
    let Reader { mut examples, sources, .. } = found;
    set_costs(&mut examples);
    Ok(Materials { examples, sources })
}

struct Reader<'a> {
    data: &'a Path,
    examples: Vec<Example>,
    sources: Vec<Source>,
    /// Keys of tweets that are not to be taken (again).
    known: HashSet<String>,
}

impl Reader<'_> {
    fn umsab(&mut self, folder: &str) -> Result<()> {
        let [texts, labels] = ["text", "labels"].map(|what| format!("sentiment/umsab/{folder}/train_{what}.txt"));
        let (texts, labels) = (self.file(&texts)?, self.file(&labels)?);
        let tweets: Vec<(String, u8)> = texts
            .split('\n')
            .zip(labels.split('\n'))
            .filter_map(|(text, label)| Some((text.to_owned(), label.trim().parse().ok().filter(|label| *label < 3)?)))
            .collect();
        self.take(&format!("umsab/{folder}"), tweets);
        Ok(())
    }

    fn semeval(&mut self, part: &str) -> Result<()> {
        let rows = self.file(&format!("sentiment/semeval_en_2013_2016/twitter-{part}-A.tsv"))?;
        let tweet = |row: &str| {
            let mut cells = row.split('\t').skip(1);
            let (label, text) = (cells.next()?, cells.next()?);
            Some((text.to_owned(), class(label)?)).filter(|_| text.trim() != "Not Available")
        };
        let tweets = rows.split('\n').filter_map(tweet).collect();
        self.take(SEMEVAL_NAME, tweets);
        Ok(())
    }

    fn afrisenti(&mut self, folder: &str) -> Result<()> {
        let rows = self.file(&format!("sentiment/afrisenti/{folder}/train.tsv"))?;
        let tweet = |row: &str| {
            let (text, label) = row.rsplit_once('\t')?;
            Some((text.to_owned(), class(label)?))
        };
        let tweets = rows.split('\n').skip(1).filter_map(tweet).collect();
        self.take(&format!("afrisenti/{folder}"), tweets);
        Ok(())
    }

    fn file(&mut self, name: &str) -> Result<String> {
        let (text, source) = read_file(self.data, name)?;
        self.sources.push(source);
        Ok(text)
    }

    /// A tweet that several sets hold is of the first.
    fn take(&mut self, source: &str, tweets: Vec<(String, u8)>) {
        let before = self.examples.len();
        for (text, class) in tweets {
            let key = key(&text);
            if !key.is_empty() && !self.known.insert(key.clone()) {
                continue;
            }
            self.examples.push(Example { fold: fold(&key), text, class, cost: 0.0, source: source.to_owned() });
        }
        if let Some(last) = self.sources.last_mut() {
            last.texts = self.examples.len() - before;
        }
    }
}

/// The class of a label in words.
pub fn class(label: &str) -> Option<u8> {
    ["negative", "neutral", "positive"].iter().position(|name| *name == label.trim()).map(|class| class as u8)
}

/// Within a set, each class costs the same in all.
fn set_costs(examples: &mut [Example]) {
    let mut counts: BTreeMap<String, [f32; 3]> = BTreeMap::new();
    for example in examples.iter() {
        counts.entry(example.source.clone()).or_default()[usize::from(example.class)] += 1.0;
    }
    for example in examples.iter_mut() {
        let of_source = counts.get(&example.source).copied().unwrap_or([1.0; 3]);
        let even = of_source.iter().sum::<f32>() / 3.0 / of_source[usize::from(example.class)];
        let weight = match example.source.as_str() {
            SEMEVAL_NAME => SEMEVAL_COST,
            source if source.starts_with("afrisenti") => AFRISENTI_COST,
            _ => 1.0,
        };
        example.cost = COST * weight * even.clamp(0.2, 4.0);
    }
}
