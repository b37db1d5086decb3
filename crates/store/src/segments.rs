//! Segments: filters over what is known of people, kept under a name; and how the customers are made up by their segment.

use crate::{Result, Sql, Tx, Value, binds, db::rows_in_with};
use serde::{Deserialize, Serialize};
use tertulia_model::{FeedbackId, Millis, PersonId, UserId};

/// What must hold of an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Is {
    /// It is one of the words.
    OneOf,
    /// It is none of them; so it is where nothing is known.
    NoneOf,
    AtLeast,
    AtMost,
    Known,
    Unknown,
}

/// One thing that must hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    pub attribute: String,
    pub is: Is,
    /// As they were typed.
    #[serde(default)]
    pub words: Vec<String>,
    /// Folded, as values are found.
    #[serde(default)]
    pub folded: Vec<String>,
    /// Of a number, or a day in milliseconds.
    #[serde(default)]
    pub number: Option<f64>,
}

impl Rule {
    /// Whether it holds for somebody of whom this is known of its attribute; as [`condition`] finds it.
    pub fn holds(&self, fact: Option<&Fact>) -> bool {
        let is_one = || fact.is_some_and(|fact| self.folded.contains(&fact.folded));
        let both = || fact.and_then(|fact| fact.number).zip(self.number);
        match self.is {
            Is::OneOf => is_one(),
            Is::NoneOf => !is_one(),
            Is::AtLeast => both().is_some_and(|(known, least)| known >= least),
            Is::AtMost => both().is_some_and(|(known, most)| known <= most),
            Is::Known => fact.is_some(),
            Is::Unknown => fact.is_none(),
        }
    }
}

/// What holds of one attribute of a person, as rules are asked about it.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Fact {
    pub person_id: PersonId,
    pub attribute: String,
    pub folded: String,
    pub number: Option<f64>,
}

/// What holds of these attributes of these persons, those of one beside each other.
pub async fn facts(on: &mut impl Sql, attributes: &[String], persons: &[PersonId]) -> Result<Vec<Fact>> {
    if attributes.is_empty() {
        return Ok(Vec::new());
    }
    let fixed: Vec<Value> = attributes.iter().map(Value::from).collect();
    let ids: Vec<Value> = persons.iter().map(|id| Value::from(*id)).collect();
    let places: Vec<String> = (1..=fixed.len()).map(|n| format!("${n}")).collect();
    let sql = format!(
        "SELECT person_id, attribute, folded, number FROM person_values WHERE attribute IN ({}) AND person_id IN ({{list}})",
        places.join(", ")
    );
    let mut found: Vec<Fact> = rows_in_with(on, &sql, &fixed, &ids).await?;
    found.sort_by(|a, b| (a.person_id, &a.attribute).cmp(&(b.person_id, &b.attribute)));
    found.dedup();
    Ok(found)
}

/// The condition that all rules hold for the person in the column `person`, beginning with ` AND`; its values go to `values`.
pub(crate) fn condition(rules: &[Rule], person: &str, values: &mut Vec<Value>) -> String {
    let mut sql = String::new();
    for rule in rules {
        values.push(rule.attribute.as_str().into());
        let mut narrow = format!("SELECT person_id FROM person_values WHERE attribute = ${}", values.len());
        let mut bind = |value: Value| {
            values.push(value);
            format!("${}", values.len())
        };
        match rule.is {
            Is::OneOf | Is::NoneOf => {
                let words: Vec<String> = rule.folded.iter().map(|word| bind(word.into())).collect();
                narrow.push_str(&format!(" AND folded IN ({})", words.join(", ")));
            }
            Is::AtLeast => narrow.push_str(&format!(" AND number >= {}", bind(rule.number.into()))),
            Is::AtMost => narrow.push_str(&format!(" AND number <= {}", bind(rule.number.into()))),
            Is::Known | Is::Unknown => {}
        }
        // Nobody is in no segment: beside an empty list SQL would take a missing person for somebody outside of it.
        let without = if matches!(rule.is, Is::NoneOf | Is::Unknown) {
            format!(" IS NOT NULL AND {person} NOT")
        } else {
            String::new()
        };
        sql.push_str(&format!(" AND {person}{without} IN ({narrow})"));
    }
    sql
}

/// A filter that is kept.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Segment {
    pub id: i64,
    pub name: String,
    /// Without its case.
    pub folded: String,
    /// JSON of [`Rule`]s.
    pub rules: String,
    pub saved_by: UserId,
    pub saved_at: Millis,
    pub version: i64,
}

impl Segment {
    pub fn rules(&self) -> Vec<Rule> {
        serde_json::from_str(&self.rules).unwrap_or_default()
    }
}

const COLUMNS: &str = "id, name, folded, rules, saved_by, saved_at, version";

/// `Conflict` where another has that name.
pub async fn add(tx: &mut Tx, segment: &Segment) -> Result<()> {
    let s = segment.clone();
    let sql = format!("INSERT INTO segments ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7)");
    tx.run(sql, binds![s.id, s.name, s.folded, s.rules, s.saved_by, s.saved_at, s.version]).await?;
    Ok(())
}

/// Its name and rules; its version rises. `Conflict` where another has that name.
pub async fn put(tx: &mut Tx, segment: &Segment) -> Result<()> {
    let s = segment.clone();
    let sql = "UPDATE segments SET name = $2, folded = $3, rules = $4, saved_by = $5, saved_at = $6, version = version + 1 \
               WHERE id = $1";
    tx.run(sql, binds![s.id, s.name, s.folded, s.rules, s.saved_by, s.saved_at]).await?;
    Ok(())
}

/// All of them, by name.
pub async fn all(on: &mut impl Sql) -> Result<Vec<Segment>> {
    on.rows(format!("SELECT {COLUMNS} FROM segments ORDER BY folded, id"), binds![]).await
}

pub async fn get(on: &mut impl Sql, id: i64) -> Result<Option<Segment>> {
    on.row(format!("SELECT {COLUMNS} FROM segments WHERE id = $1"), binds![id]).await
}

/// As it stays until the transaction ends.
pub async fn get_to_change(tx: &mut Tx, id: i64) -> Result<Option<Segment>> {
    tx.row(format!("SELECT {COLUMNS} FROM segments WHERE id = $1 {}", tx.dialect().for_update()), binds![id]).await
}

pub async fn remove(tx: &mut Tx, id: i64) -> Result<()> {
    tx.run("DELETE FROM segments WHERE id = $1", binds![id]).await?;
    Ok(())
}

/// How many people are in it; counting stops at `most`.
pub async fn count(on: &mut impl Sql, rules: &[Rule], most: i64) -> Result<i64> {
    let mut values = binds![most];
    let narrow = condition(rules, "p.id", &mut values);
    let sql = format!(
        "SELECT COUNT(*) FROM (SELECT 1 AS one FROM persons p WHERE p.merged_into IS NULL{narrow} LIMIT $1) AS counted"
    );
    on.number(sql, values).await
}

/// How many customers have one word for their segment.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Share {
    pub folded: String,
    pub value: String,
    pub customers: i64,
}

/// How the customers are made up, the most first; as it was counted when a list was read.
pub async fn shares(on: &mut impl Sql) -> Result<Vec<Share>> {
    let sql = "SELECT folded, value, customers FROM segment_shares ORDER BY customers DESC, folded";
    on.rows(sql, binds![]).await
}

/// Counts them anew: those who stand in a list. Two who count at once do not disturb each other.
pub async fn count_shares(tx: &mut Tx) -> Result<()> {
    tx.run("DELETE FROM segment_shares", binds![]).await?;
    let sql = "INSERT INTO segment_shares (folded, value, customers) SELECT v.folded, MIN(v.value), COUNT(*) \
               FROM attribute_values v JOIN customers c ON c.id = v.customer_id AND c.left_at IS NULL \
               WHERE v.attribute = 'segment' AND v.customer_id IS NOT NULL GROUP BY v.folded ORDER BY v.folded \
               ON CONFLICT (folded) DO UPDATE SET value = excluded.value, customers = excluded.customers";
    tx.run(sql, binds![]).await?;
    Ok(())
}

/// How many people ask for anything at all, each once, by their segment; the empty word for those of whom none is known.
pub async fn askers(on: &mut impl Sql) -> Result<Vec<(String, i64)>> {
    let sql = "SELECT COALESCE(v.folded, ''), COUNT(*) FROM (SELECT DISTINCT person_id FROM feedback_evidence \
               WHERE asks = TRUE AND person_id IS NOT NULL) AS a LEFT JOIN person_values v ON v.person_id = a.person_id \
               AND v.attribute = 'segment' GROUP BY COALESCE(v.folded, '')";
    on.rows(sql, binds![]).await
}

/// The same for each of these items.
pub async fn askers_of(on: &mut impl Sql, items: &[FeedbackId]) -> Result<Vec<(FeedbackId, String, i64)>> {
    let mut found = Vec::new();
    let sql = "SELECT e.item_id, COALESCE(v.folded, ''), COUNT(DISTINCT e.person_id) FROM feedback_evidence e \
               LEFT JOIN person_values v ON v.person_id = e.person_id AND v.attribute = 'segment' WHERE e.item_id = $1 \
               AND e.asks = TRUE AND e.person_id IS NOT NULL GROUP BY e.item_id, COALESCE(v.folded, '')";
    for item in items {
        found.extend(on.rows::<(FeedbackId, String, i64)>(sql, binds![*item]).await?);
    }
    found.sort();
    Ok(found)
}
