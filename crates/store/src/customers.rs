//! Who is a customer, as the team's lists say. Most never wrote: a customer stands by themselves, and whom of those who did
//! they are is found in [`crate::customer_ties`].

use crate::{
    Result, Sql, Tx, Value, attributes, binds, customer_ties, db::rows_in, erasing::Counts, invitations, like,
};
use tertulia_model::{Millis, PersonId};

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Customer {
    pub id: i64,
    /// The list that they stand in.
    pub list: String,
    /// By what a row of a newer list is known to be the same.
    pub customer_key: String,
    pub external_id: Option<String>,
    pub name: String,
    pub organisation_id: Option<i64>,
    /// Of all that the row said.
    pub digest: String,
    /// The run in which they stood last.
    pub run_id: i64,
    /// Since when they stand in no list any more.
    pub left_at: Option<Millis>,
    pub person_id: Option<PersonId>,
    /// How it is known who they are: `none`, `confirmed`, `said`, `doubtful` or `member`.
    pub tie: String,
    pub created_at: Millis,
    pub changed_at: Millis,
}

pub(crate) const COLUMNS: &str = "id, list, customer_key, external_id, name, organisation_id, digest, run_id, left_at, \
                                  person_id, tie, created_at, changed_at";

/// A handle of a customer, as it is kept with identities.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, sqlx::FromRow)]
pub struct Handle {
    pub customer_id: i64,
    pub space: String,
    pub handle: String,
}

/// Those with these keys.
pub async fn by_keys(on: &mut impl Sql, keys: &[String]) -> Result<Vec<Customer>> {
    let keys: Vec<Value> = keys.iter().map(Value::from).collect();
    once_each(rows_in(on, &format!("SELECT {COLUMNS} FROM customers WHERE customer_key IN ({{list}})"), &keys).await?)
}

fn once_each(mut found: Vec<Customer>) -> Result<Vec<Customer>> {
    found.sort_by_key(|customer| customer.id);
    found.dedup_by_key(|customer| customer.id);
    Ok(found)
}

/// New ones, of whom nobody knows yet who they are.
pub async fn add(tx: &mut Tx, customers: &[Customer]) -> Result<()> {
    tx.news().customers();
    let row = |c: &Customer| {
        let c = c.clone();
        let folded = c.name.to_lowercase();
        binds![
            c.id,
            c.list,
            c.customer_key,
            c.external_id,
            c.name,
            c.organisation_id,
            c.digest,
            c.run_id,
            c.left_at,
            c.person_id,
            c.tie,
            c.created_at,
            c.changed_at,
            folded
        ]
    };
    let values = customers.iter().flat_map(row).collect();
    tx.insert_many(&format!("INSERT INTO customers ({COLUMNS}, name_folded)"), 14, "", values).await?;
    Ok(())
}

/// What a newer list says of one; perhaps they have a number by now.
pub async fn put(tx: &mut Tx, customer: &Customer) -> Result<()> {
    tx.news().customers();
    let c = customer.clone();
    let folded = c.name.to_lowercase();
    let sql = "UPDATE customers SET list = $2, external_id = $3, name = $4, name_folded = $5, organisation_id = $6, \
               digest = $7, run_id = $8, left_at = $9, changed_at = $10, customer_key = $11 WHERE id = $1";
    let values = binds![
        c.id,
        c.list,
        c.external_id,
        c.name,
        folded,
        c.organisation_id,
        c.digest,
        c.run_id,
        c.left_at,
        c.changed_at,
        c.customer_key
    ];
    tx.run(sql, values).await?;
    Ok(())
}

/// They stand in a newer list as they did before.
pub async fn seen(tx: &mut Tx, ids: &[i64], run: i64) -> Result<()> {
    tx.news().customers();
    // The number stands in the text: a list of values goes with no other value.
    let sql = format!("UPDATE customers SET run_id = {run}, left_at = NULL WHERE id IN ({{list}})");
    tx.run_in(&sql, &values(ids)).await?;
    Ok(())
}

fn values(ids: &[i64]) -> Vec<Value> {
    ids.iter().map(|id| Value::from(*id)).collect()
}

/// These have these handles, and no others.
pub async fn set_handles(tx: &mut Tx, ids: &[i64], handles: &[Handle]) -> Result<()> {
    tx.run_in("DELETE FROM customer_handles WHERE customer_id IN ({list})", &values(ids)).await?;
    let rows = handles.iter().flat_map(|h| binds![&h.space, &h.handle, h.customer_id]).collect();
    let tail = "ON CONFLICT (space, handle, customer_id) DO NOTHING";
    tx.insert_many("INSERT INTO customer_handles (space, handle, customer_id)", 3, tail, rows).await?;
    Ok(())
}

/// The handles of these.
pub async fn handles(on: &mut impl Sql, ids: &[i64]) -> Result<Vec<Handle>> {
    let sql = "SELECT customer_id, space, handle FROM customer_handles WHERE customer_id IN ({list})";
    let mut found: Vec<Handle> = rows_in(on, sql, &values(ids)).await?;
    found.sort();
    found.dedup();
    Ok(found)
}

/// Those of a list whom its newest run did not name, also in no row that was not taken.
pub async fn missing(on: &mut impl Sql, list: &str, run: i64, limit: i64) -> Result<Vec<i64>> {
    let sql = "SELECT id FROM customers WHERE list = $1 AND run_id < $2 AND left_at IS NULL \
               AND NOT EXISTS (SELECT 1 FROM customer_wrong w WHERE w.customer_id = customers.id AND w.run_id = $2) \
               ORDER BY run_id, id LIMIT $3";
    Ok(on.rows::<(i64,)>(sql, binds![list, run, limit]).await?.into_iter().map(|(id,)| id).collect())
}

/// They stand in no list any more; what was known of them stays.
pub async fn leave(tx: &mut Tx, ids: &[i64], at: Millis) -> Result<()> {
    tx.news().customers();
    tx.run_in(&format!("UPDATE customers SET left_at = {at} WHERE id IN ({{list}})"), &values(ids)).await?;
    Ok(())
}

pub async fn get(on: &mut impl Sql, id: i64) -> Result<Option<Customer>> {
    on.row(format!("SELECT {COLUMNS} FROM customers WHERE id = $1"), binds![id]).await
}

/// As it stays until the transaction ends.
pub async fn get_to_change(tx: &mut Tx, id: i64) -> Result<Option<Customer>> {
    let sql = format!("SELECT {COLUMNS} FROM customers WHERE id = $1 {}", tx.dialect().for_update());
    tx.row(sql, binds![id]).await
}

/// The customers that a person is.
pub async fn of_person(on: &mut impl Sql, person: PersonId) -> Result<Vec<Customer>> {
    on.rows(format!("SELECT {COLUMNS} FROM customers WHERE person_id = $1 ORDER BY id"), binds![person]).await
}

/// Those of whom it is doubtful whether they are this person: they have an address of theirs in common.
pub async fn doubtful_for(on: &mut impl Sql, person: PersonId) -> Result<Vec<Customer>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM customers WHERE tie = 'doubtful' AND id IN (SELECT h.customer_id FROM identities i \
         JOIN customer_handles h ON h.handle = i.handle AND h.space = i.space WHERE i.person_id = $1) ORDER BY id"
    );
    on.rows(sql, binds![person]).await
}

/// Which customers to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wanted<'a> {
    /// A part of the name, in any case.
    pub like: Option<&'a str>,
    pub tie: Option<&'a str>,
    /// Only those who stand in no list any more; else only those who do.
    pub left: bool,
}

/// Customers, the newest first; `before` pages on.
pub async fn list(on: &mut impl Sql, wanted: Wanted<'_>, before: Option<i64>, limit: i64) -> Result<Vec<Customer>> {
    let like = wanted.like.map(|text| like::anywhere(text.to_lowercase().chars().take(like::LONGEST)));
    let left = if wanted.left { "IS NOT NULL" } else { "IS NULL" };
    let mut values = binds![before.unwrap_or(i64::MAX), limit];
    let mut narrow = String::new();
    // Only what is asked for stands there: by a tie there is an index.
    for (condition, value) in [("name_folded LIKE", like.as_deref()), ("tie =", wanted.tie)] {
        if let Some(value) = value {
            values.push(value.into());
            let escape = if condition.ends_with("LIKE") { " ESCAPE '!'" } else { "" };
            narrow.push_str(&format!(" AND {condition} ${}{escape}", values.len()));
        }
    }
    let sql =
        format!("SELECT {COLUMNS} FROM customers WHERE left_at {left}{narrow} AND id < $1 ORDER BY id DESC LIMIT $2");
    on.rows(sql, values).await
}

/// Those of an organisation, whatever it was merged from, who never wrote and did not leave, by their number; after one.
pub async fn of_organisation(on: &mut impl Sql, root: i64, after: i64, limit: i64) -> Result<Vec<Customer>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM customers WHERE organisation_id IN (SELECT id FROM organisations WHERE root_id = $1) \
         AND person_id IS NULL AND left_at IS NULL AND id > $2 ORDER BY id LIMIT $3"
    );
    on.rows(sql, binds![root, after, limit]).await
}

/// Who goes along when a person is erased: the customers that they are, and whoever has an address of theirs, unless a member
/// said that these are somebody else.
pub async fn going_with(on: &mut impl Sql, person: PersonId) -> Result<Vec<Customer>> {
    let theirs = "(SELECT id FROM persons WHERE id = $1 OR merged_into = $1)";
    let sql = format!(
        "SELECT {COLUMNS} FROM customers WHERE id IN (SELECT id FROM customers WHERE person_id = $1 \
         UNION SELECT customer_id FROM customer_ties WHERE is_same AND person_id IN {theirs} \
         UNION SELECT h.customer_id FROM identities i JOIN customer_handles h ON h.handle = i.handle AND h.space = i.space \
         WHERE i.person_id = $1 AND NOT EXISTS (SELECT 1 FROM customer_ties t WHERE t.customer_id = h.customer_id \
         AND ((NOT t.is_same AND t.person_id IN {theirs}) OR (t.is_same AND t.person_id NOT IN {theirs})))) ORDER BY id"
    );
    on.rows(sql, binds![person]).await
}

/// The handles of a customer that nobody else has: no other customer, and nobody who was heard by them or typed them.
pub async fn alone(on: &mut impl Sql, id: i64) -> Result<Vec<Handle>> {
    let sql = "SELECT h.customer_id, h.space, h.handle FROM customer_handles h WHERE h.customer_id = $1 \
               AND NOT EXISTS (SELECT 1 FROM customer_handles o WHERE o.space = h.space AND o.handle = h.handle \
               AND o.customer_id <> h.customer_id) \
               AND NOT EXISTS (SELECT 1 FROM identities i WHERE i.space = h.space AND i.handle = h.handle) \
               AND NOT EXISTS (SELECT 1 FROM identities i WHERE h.space = 'mail' AND i.claimed_mail = h.handle) \
               ORDER BY h.space, h.handle";
    on.rows(sql, binds![id]).await
}

/// Takes the customers that [`going_with`] names: when a person is erased. What members said of the others and them is said of
/// nobody any more.
pub async fn forget(tx: &mut Tx, person: PersonId, counts: &mut Counts) -> Result<()> {
    let theirs: Vec<i64> = going_with(tx, person).await?.into_iter().map(|customer| customer.id).collect();
    forget_these(tx, &theirs, counts).await?;
    let sql = "DELETE FROM customer_ties WHERE person_id IN (SELECT id FROM persons WHERE id = $1 OR merged_into = $1)";
    *counts.entry("customer_ties".to_owned()).or_default() += tx.run(sql, binds![person]).await?;
    Ok(())
}

/// Takes these customers, with all that is known of them. Who shares a handle with them is found anew.
pub async fn forget_these(tx: &mut Tx, ids: &[i64], counts: &mut Counts) -> Result<()> {
    tx.news().customers();
    let shared = customer_ties::sharing(tx, ids).await?;
    *counts.entry("attribute_values".to_owned()).or_default() += attributes::forget_customers(tx, ids).await?;
    invitations::forget_customers(tx, ids, counts).await?;
    tx.run_in("UPDATE customer_wrong SET customer_id = NULL WHERE customer_id IN ({list})", &values(ids)).await?;
    for (table, column) in [("customer_handles", "customer_id"), ("customer_ties", "customer_id"), ("customers", "id")]
    {
        let sql = format!("DELETE FROM {table} WHERE {column} IN ({{list}})");
        *counts.entry(table.to_owned()).or_default() += tx.run_in(&sql, &values(ids)).await?;
    }
    let others: Vec<i64> = shared.into_iter().filter(|id| !ids.contains(id)).collect();
    customer_ties::retie(tx, &others).await
}
