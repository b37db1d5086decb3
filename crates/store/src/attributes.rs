//! What is known of persons and customers: each value with where it is from, and of several the one that holds.

use crate::{Result, Sql, Tx, Value, binds, db::rows_in, erasing::Counts, opinions};
use tertulia_model::{Millis, PersonId, UserId};

/// Something that may be known of somebody.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Attribute {
    /// Folded.
    pub name: String,
    pub title: String,
    /// `text`, `number`, `date` or `choice`.
    pub kind: String,
    /// Its place in lists.
    pub place: i64,
}

/// All of them, those first that every list may bring.
pub async fn all(on: &mut impl Sql) -> Result<Vec<Attribute>> {
    on.rows("SELECT name, title, kind, place FROM attributes ORDER BY place, name", binds![]).await
}

/// A new one; one of that name stays as it is.
pub async fn make(tx: &mut Tx, attribute: &Attribute) -> Result<()> {
    let a = attribute.clone();
    let sql = "INSERT INTO attributes (name, title, kind, place) VALUES ($1, $2, $3, $4) ON CONFLICT (name) DO NOTHING";
    tx.run(sql, binds![a.name, a.title, a.kind, a.place]).await?;
    Ok(())
}

/// A value, and where it is from.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Stated {
    pub id: i64,
    pub customer_id: Option<i64>,
    pub person_id: Option<PersonId>,
    pub attribute: String,
    pub value: String,
    pub folded: String,
    /// Of a number, and of a day in milliseconds.
    pub number: Option<f64>,
    /// `list`, `hand`, `program` or `said`.
    pub source: String,
    pub by_user: Option<UserId>,
    /// The list that brought it.
    pub run_id: Option<i64>,
    pub at: Millis,
}

const COLUMNS: &str = "id, customer_id, person_id, attribute, value, folded, number, source, by_user, run_id, at";

/// Adds values. The caller settles ([`settle`]).
pub async fn add(tx: &mut Tx, stated: &[Stated]) -> Result<()> {
    tx.news().customers();
    let row = |s: &Stated| {
        let s = s.clone();
        binds![
            s.id,
            s.customer_id,
            s.person_id,
            s.attribute,
            s.value,
            s.folded,
            s.number,
            s.source,
            s.by_user,
            s.run_id,
            s.at
        ]
    };
    let values = stated.iter().flat_map(row).collect();
    tx.insert_many(&format!("INSERT INTO attribute_values ({COLUMNS})"), 11, "", values).await?;
    Ok(())
}

/// Takes a value away. The caller settles.
pub async fn remove(tx: &mut Tx, id: i64) -> Result<()> {
    tx.news().customers();
    tx.run("DELETE FROM attribute_values WHERE id = $1", binds![id]).await?;
    Ok(())
}

/// Takes what lists said of these customers.
pub async fn forget_customers(tx: &mut Tx, customers: &[i64]) -> Result<u64> {
    tx.news().customers();
    let ids: Vec<Value> = customers.iter().map(|id| Value::from(*id)).collect();
    tx.run_in("DELETE FROM attribute_values WHERE customer_id IN ({list})", &ids).await
}

/// What lists say of these customers, in the order of the attributes' names.
pub async fn of_customers(on: &mut impl Sql, customers: &[i64]) -> Result<Vec<Stated>> {
    let ids: Vec<Value> = customers.iter().map(|id| Value::from(*id)).collect();
    let sql = format!("SELECT {COLUMNS} FROM attribute_values WHERE customer_id IN ({{list}})");
    let mut found: Vec<Stated> = rows_in(on, &sql, &ids).await?;
    found.sort_by(|a, b| (a.customer_id, &a.attribute, a.id).cmp(&(b.customer_id, &b.attribute, b.id)));
    found.dedup_by_key(|stated| stated.id);
    Ok(found)
}

/// A value that is known of a person, with whose word it is.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Known {
    #[sqlx(flatten)]
    pub stated: Stated,
    pub title: String,
    pub kind: String,
    pub by_name: Option<String>,
    /// The list that brought it, and when that was read.
    pub list: Option<String>,
    pub list_at: Option<Millis>,
}

/// Which of several holds: what a member put down, else what they said themselves, what a program knows, what lists say; of
/// customers those who did not leave first; and of these the newest.
const RANK: &str = "CASE v.source WHEN 'hand' THEN 0 WHEN 'said' THEN 1 WHEN 'program' THEN 2 ELSE 3 END, \
                    CASE WHEN c.left_at IS NULL THEN 0 ELSE 1 END, v.at DESC, v.id DESC";

/// The numbers of their own values, and of those of the customers that they are, of `$1`.
const THEIRS: &str = "(SELECT o.id FROM attribute_values o WHERE o.person_id IN \
    (SELECT id FROM persons WHERE id = $1 OR merged_into = $1) UNION SELECT o.id FROM customers k \
    JOIN attribute_values o ON o.customer_id = k.id WHERE k.person_id = $1)";

/// All that is known of a person, in the order of lists; of each attribute first what holds.
pub async fn of_person(on: &mut impl Sql, person: PersonId) -> Result<Vec<Known>> {
    let sql = format!(
        "SELECT v.id, v.customer_id, v.person_id, v.attribute, v.value, v.folded, v.number, v.source, v.by_user, v.run_id, \
         v.at, a.title, a.kind, u.name AS by_name, r.list, r.created_at AS list_at FROM attribute_values v \
         JOIN attributes a ON a.name = v.attribute LEFT JOIN customers c ON c.id = v.customer_id \
         LEFT JOIN users u ON u.id = v.by_user LEFT JOIN customer_runs r ON r.id = v.run_id WHERE v.id IN {THEIRS} \
         ORDER BY a.place, a.name, {RANK}"
    );
    on.rows(sql, binds![person]).await
}

/// What one kind of source says of one attribute of a person, and of nobody who is part of them.
pub async fn by_source(on: &mut impl Sql, (person, attribute): (PersonId, &str), source: &str) -> Result<Vec<Stated>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM attribute_values WHERE person_id = $1 AND attribute = $2 AND source = $3 ORDER BY id"
    );
    on.rows(sql, binds![person, attribute, source]).await
}

pub async fn get(on: &mut impl Sql, id: i64) -> Result<Option<Stated>> {
    on.row(format!("SELECT {COLUMNS} FROM attribute_values WHERE id = $1"), binds![id]).await
}

/// Finds anew which values hold for these persons: none for whoever is part of another.
pub async fn settle(tx: &mut Tx, persons: &[PersonId]) -> Result<()> {
    let mut persons = persons.to_vec();
    // One order for all, so that no two wait for each other.
    persons.sort_unstable();
    persons.dedup();
    let lock = tx.dialect().for_update();
    // Whose messages are whose stays as it is: nothing of theirs need be read anew.
    tx.news().customers();
    for person in persons {
        let held = format!("SELECT id FROM persons WHERE id = $1 {lock}");
        tx.rows::<(i64,)>(held, binds![person]).await?;
        tx.run("DELETE FROM person_values WHERE person_id = $1", binds![person]).await?;
        let sql = format!(
            "INSERT INTO person_values (person_id, attribute, value, folded, number) \
             SELECT CAST($1 AS BIGINT), attribute, value, folded, number FROM (SELECT v.attribute, v.value, v.folded, v.number, \
             ROW_NUMBER() OVER (PARTITION BY v.attribute ORDER BY {RANK}) AS nth FROM attribute_values v \
             LEFT JOIN customers c ON c.id = v.customer_id WHERE v.id IN {THEIRS}) AS ranked WHERE nth = 1 \
             AND EXISTS (SELECT 1 FROM persons WHERE id = $1 AND merged_into IS NULL)"
        );
        tx.run(sql, binds![person]).await?;
    }
    Ok(())
}

/// The value that holds.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Holds {
    pub person_id: PersonId,
    pub attribute: String,
    pub value: String,
}

/// What holds for these persons.
pub async fn holding(on: &mut impl Sql, persons: &[PersonId]) -> Result<Vec<Holds>> {
    let ids: Vec<Value> = persons.iter().map(|id| Value::from(*id)).collect();
    let sql = "SELECT person_id, attribute, value FROM person_values WHERE person_id IN ({list})";
    let mut found: Vec<Holds> = rows_in(on, sql, &ids).await?;
    found.sort_by(|a, b| (a.person_id, &a.attribute).cmp(&(b.person_id, &b.attribute)));
    found.dedup();
    Ok(found)
}

/// The words that stand for an attribute with anybody, in their order: to choose from.
pub async fn words(on: &mut impl Sql, attribute: &str, limit: i64) -> Result<Vec<String>> {
    let sql = "SELECT MIN(value) FROM person_values WHERE attribute = $1 GROUP BY folded ORDER BY folded LIMIT $2";
    Ok(on.rows::<(String,)>(sql, binds![attribute, limit]).await?.into_iter().map(|(word,)| word).collect())
}

/// An identity has left a person for another: what was noted of who is nobody without it goes along. The caller settles.
pub(crate) async fn follow(tx: &mut Tx, before: PersonId, person: PersonId) -> Result<()> {
    const NOBODY: &str = "NOT EXISTS (SELECT 1 FROM identities WHERE person_id = $1)";
    let sql = format!("UPDATE attribute_values SET person_id = $2 WHERE person_id = $1 AND {NOBODY}");
    tx.run(sql, binds![before, person]).await?;
    let sql = format!("UPDATE ballot_voters SET person_id = $2 WHERE person_id = $1 AND {NOBODY}");
    if tx.run(sql, binds![before, person]).await? > 0 {
        opinions::touch_of(tx, person).await?;
    }
    for (table, of) in [("organisation_people", "organisation_id"), ("customer_ties", "customer_id")] {
        // What was said of both already is said once.
        let sql = format!(
            "UPDATE {table} SET person_id = $2 WHERE person_id = $1 AND {NOBODY} \
             AND {of} NOT IN (SELECT o.{of} FROM {table} o WHERE o.person_id = $2)"
        );
        tx.run(sql, binds![before, person]).await?;
    }
    Ok(())
}

/// Takes all that is known of a person, when they are erased. Their customers go by themselves.
pub async fn forget_person(tx: &mut Tx, person: PersonId, counts: &mut Counts) -> Result<()> {
    tx.news().customers();
    const WHO: &str = "(SELECT id FROM persons WHERE id = $1 OR merged_into = $1)";
    for table in ["attribute_values", "person_values", "organisation_people", "customer_ties"] {
        let rows = tx.run(format!("DELETE FROM {table} WHERE person_id IN {WHO}"), binds![person]).await?;
        *counts.entry(table.to_owned()).or_default() += rows;
    }
    Ok(())
}
