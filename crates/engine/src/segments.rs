//! Segments: filters over what is known of people, kept under a name; and what people ask for, weighed as the customers are
//! made up (`analysis::weighting`).

use crate::{
    Engine, EngineError, Result,
    amounts::Written,
    customers::values::{self, How, Kind, line},
    promises::time_zone,
};
use std::{collections::BTreeMap, sync::Arc};
use tertulia_analysis::weighting::{self, Counts, Weighted, Weights};
use tertulia_connector::{FieldError, times::TimeFormat};
use tertulia_model::{FeedbackId, UserId};
use tertulia_store::{
    Sql, StoreError, Tx, attributes, changes,
    segments::{self, Is, Rule, Segment, Share},
    settings,
};

pub const TOPIC: &str = "segment";
/// The attribute by which people who ask are weighed.
pub const ATTRIBUTE: &str = "segment";
/// What people type of a segment.
pub const MOST_RULES: usize = 8;
const MOST_WORDS: usize = 50;
const LONGEST_NAME: usize = 80;
/// More than anybody keeps apart.
const MOST: usize = 200;
/// A weight beyond that lets one person stand for a crowd.
const HEAVIEST: f64 = 100.0;

/// One rule as it is typed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RuleForm {
    pub attribute: String,
    /// `one_of`, `none_of`, `at_least`, `at_most`, `known` or `unknown`.
    pub is: String,
    /// Words apart by semicolons or lines; or a number, or a day.
    pub words: String,
}

fn is_of(name: &str) -> Option<Is> {
    Some(match name {
        "one_of" => Is::OneOf,
        "none_of" => Is::NoneOf,
        "at_least" => Is::AtLeast,
        "at_most" => Is::AtMost,
        "known" => Is::Known,
        "unknown" => Is::Unknown,
        _ => return None,
    })
}

/// The name of what must hold, as forms have it.
pub fn is_name(is: Is) -> &'static str {
    match is {
        Is::OneOf => "one_of",
        Is::NoneOf => "none_of",
        Is::AtLeast => "at_least",
        Is::AtMost => "at_most",
        Is::Known => "known",
        Is::Unknown => "unknown",
    }
}

/// Reads rules; a mistake stands at `rules`, with what is wrong.
pub async fn read(on: &mut impl Sql, forms: &[RuleForm]) -> Result<Vec<Rule>> {
    let zone = time_zone(on).await?;
    let all = attributes::all(on).await?;
    let how = How { dates: TimeFormat::Auto, zone: &zone, numbers: Written::Auto };
    let wrong = |words: String| EngineError::invalid("rules", words);
    if forms.is_empty() || forms.len() > MOST_RULES {
        return Err(wrong(format!("Give 1 to {MOST_RULES} rules: who is in the segment?")));
    }
    let mut rules = Vec::new();
    for form in forms {
        let attribute = all.iter().find(|one| one.name == form.attribute);
        let attribute = attribute.ok_or_else(|| wrong("Choose what the rule is about.".to_owned()))?;
        let is = is_of(&form.is).ok_or_else(|| wrong(format!("{}: say what must hold.", attribute.title)))?;
        let mut rule =
            Rule { attribute: attribute.name.clone(), is, words: Vec::new(), folded: Vec::new(), number: None };
        let kind = Kind::of(&attribute.kind);
        let texts: Vec<String> = form.words.split([';', '\n']).map(line).filter(|word| !word.is_empty()).collect();
        match is {
            Is::Known | Is::Unknown => {}
            _ if texts.is_empty() || texts.len() > MOST_WORDS => {
                return Err(wrong(format!("{}: give 1 to {MOST_WORDS} words, apart by semicolons.", attribute.title)));
            }
            Is::AtLeast | Is::AtMost if !matches!(kind, Kind::Number | Kind::Date) => {
                let words = format!("{} is no number and no day, so none is more or less.", attribute.title);
                return Err(wrong(words));
            }
            Is::AtLeast | Is::AtMost if texts.len() > 1 => {
                return Err(wrong(format!("{}: give one number or day to compare with.", attribute.title)));
            }
            _ => {
                for text in texts {
                    let read =
                        values::read(&text, kind, &how).map_err(|w| wrong(format!("{}: {w}", attribute.title)))?;
                    rule.words.push(read.value);
                    rule.folded.push(read.folded);
                    rule.number = read.number;
                }
            }
        }
        rules.push(rule);
    }
    Ok(rules)
}

fn fine(name: &str) -> Result<(String, String)> {
    let name = line(name);
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        return Err(EngineError::Invalid(vec![FieldError::new(
            "name",
            format!("Give the segment a name of 1 to {LONGEST_NAME} letters."),
        )]));
    }
    let folded = name.to_lowercase();
    Ok((name, folded))
}

/// Keeps a segment; with an `id`, that one is changed, unless somebody did so since `version`.
pub async fn save(
    engine: &Arc<Engine>,
    by: UserId,
    (id, version): (Option<i64>, Option<i64>),
    name: &str,
    forms: &[RuleForm],
) -> Result<i64> {
    let (name, folded) = fine(name)?;
    let mut tx = engine.db.begin().await?;
    let rules = read(&mut tx, forms).await?;
    let rules = serde_json::to_string(&rules).unwrap_or_default();
    let new = Segment {
        id: id.unwrap_or_else(|| engine.next_id()),
        name,
        folded,
        rules,
        saved_by: by,
        saved_at: engine.now(),
        version: 0,
    };
    let saved = match id {
        Some(id) => {
            let known = segments::get_to_change(&mut tx, id).await?;
            let known = known.ok_or_else(|| EngineError::missing("This segment"))?;
            if version.is_some_and(|version| version != known.version) {
                let words = "Somebody changed this segment meanwhile. Nothing of yours was saved; open it again.";
                return Err(EngineError::Refused(words.to_owned()));
            }
            segments::put(&mut tx, &new).await
        }
        None if segments::all(&mut tx).await?.len() >= MOST => {
            return Err(EngineError::Refused(format!(
                "There are {MOST} segments already. Remove one that nobody uses."
            )));
        }
        None => segments::add(&mut tx, &new).await,
    };
    if matches!(saved, Err(StoreError::Conflict)) {
        return Err(EngineError::invalid("name", "Another segment is called so. Choose another name."));
    }
    saved?;
    tell(engine, tx, new.id).await?;
    Ok(new.id)
}

/// Lets a segment go: nobody is changed by it.
pub async fn remove(engine: &Arc<Engine>, id: i64) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    segments::get_to_change(&mut tx, id).await?.ok_or_else(|| EngineError::missing("This segment"))?;
    segments::remove(&mut tx, id).await?;
    tell(engine, tx, id).await
}

async fn tell(engine: &Engine, mut tx: Tx, id: i64) -> Result<()> {
    let noted = changes::note(&mut tx, &[(TOPIC, id)], engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(())
}

/// By what people who ask are weighed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Weighing {
    pub weights: Weights,
    /// Somebody chose the weights; else they follow from the list of customers.
    pub is_chosen: bool,
    /// How the customers are made up.
    pub shares: Vec<Share>,
    /// Who asks for anything, by their segment; the empty word for those of whom none is known.
    pub askers: Counts,
}

impl Weighing {
    /// Whether there is anything to weigh by.
    pub fn is_known(&self) -> bool {
        !self.weights.of.is_empty()
    }
}

async fn chosen(on: &mut impl Sql) -> Result<Option<BTreeMap<String, f64>>> {
    let kept = settings::get(on, settings::SEGMENT_WEIGHTS).await?.filter(|kept| !kept.is_empty());
    Ok(kept.and_then(|kept| serde_json::from_str(&kept).ok()))
}

/// The weights that hold now.
pub async fn weighing(on: &mut impl Sql) -> Result<Weighing> {
    let shares = segments::shares(on).await?;
    let chosen = chosen(on).await?;
    if shares.is_empty() && chosen.is_none() {
        return Ok(Weighing::default());
    }
    let whole = |n: i64| u64::try_from(n).unwrap_or(0);
    let askers: Counts = segments::askers(on).await?.into_iter().map(|(segment, n)| (segment, whole(n))).collect();
    let customers: Counts = shares.iter().map(|share| (share.folded.clone(), whole(share.customers))).collect();
    let weights = match &chosen {
        Some(chosen) => weighting::chosen(chosen, &customers, &askers),
        None => weighting::post_stratify(&customers, &askers),
    };
    Ok(Weighing { weights, is_chosen: chosen.is_some(), shares, askers })
}

/// These items' askers by their segments; and weighed, where there is anything to weigh by.
pub async fn weigh(
    on: &mut impl Sql,
    weighing: &Weighing,
    items: &[FeedbackId],
) -> Result<BTreeMap<FeedbackId, (Option<Weighted>, Counts)>> {
    let mut of: BTreeMap<FeedbackId, Counts> = BTreeMap::new();
    for (item, segment, askers) in segments::askers_of(on, items).await? {
        of.entry(item).or_default().insert(segment, u64::try_from(askers).unwrap_or(0));
    }
    let weighed = |counts: &Counts| weighing.is_known().then(|| weighting::weigh(&weighing.weights, counts));
    Ok(of.into_iter().map(|(item, counts)| (item, (weighed(&counts), counts))).collect())
}

/// Chooses the weight of one asker of each segment (its word, and the weight); none: they follow from the list again.
pub async fn choose_weights(engine: &Arc<Engine>, weights: Option<&[(String, f64)]>) -> Result<()> {
    let kept = match weights {
        None => String::new(),
        Some([]) => return Err(EngineError::invalid("weights", "Give the weight of at least one segment.")),
        Some(weights) => {
            let wrong = |weight: &f64| !weight.is_finite() || *weight < 0.0 || *weight > HEAVIEST;
            if let Some((segment, _)) = weights.iter().find(|(_, weight)| wrong(weight)) {
                let words = format!("{segment}: give a number from 0 to {HEAVIEST}. 1 is a person who counts once.");
                return Err(EngineError::invalid("weights", words));
            }
            let fold = |word: &String| tertulia_analysis::tokens::fold(&line(word));
            let of: BTreeMap<String, f64> = weights.iter().map(|(word, weight)| (fold(word), *weight)).collect();
            serde_json::to_string(&of).unwrap_or_default()
        }
    };
    let mut tx = engine.db.begin().await?;
    settings::set(&mut tx, settings::SEGMENT_WEIGHTS, &kept).await?;
    tell(engine, tx, 0).await
}

/// The segment of this number, or of none: no rules.
pub async fn rules_of(on: &mut impl Sql, id: Option<i64>) -> Result<Vec<Rule>> {
    Ok(match id {
        Some(id) => segments::get(on, id).await?.map(|segment| segment.rules()).unwrap_or_default(),
        None => Vec::new(),
    })
}
