//! The words by which items are found that may be the same as another. The caller makes them; here they are kept and counted.

use crate::{
    Result, Sql, Tx, Value, binds,
    db::{rows_in, rows_in_with},
};
use tertulia_model::FeedbackId;

/// Keeps the words of an item in place of those it had.
pub async fn put(tx: &mut Tx, item: FeedbackId, terms: &[String]) -> Result<()> {
    tx.run("DELETE FROM feedback_terms WHERE item_id = $1", binds![item]).await?;
    let values = terms.iter().flat_map(|term| binds![term, item]).collect();
    let tail = "ON CONFLICT (term, item_id) DO NOTHING";
    tx.insert_many("INSERT INTO feedback_terms (term, item_id)", 2, tail, values).await?;
    Ok(())
}

/// In how many items each of these words stands; those that stand in none are left out.
pub async fn frequencies(on: &mut impl Sql, terms: &[String]) -> Result<Vec<(String, i64)>> {
    let terms: Vec<Value> = terms.iter().map(Value::from).collect();
    let sql = "SELECT term, COUNT(*) FROM feedback_terms WHERE term IN ({list}) GROUP BY term";
    let mut found: Vec<(String, i64)> = rows_in(on, sql, &terms).await?;
    found.sort();
    found.dedup();
    Ok(found)
}

/// Which items hold these words, by the word; at most `limit` of each piece that is asked at once.
pub async fn holding(on: &mut impl Sql, terms: &[String], limit: i64) -> Result<Vec<(String, FeedbackId)>> {
    let terms: Vec<Value> = terms.iter().map(Value::from).collect();
    let sql = "SELECT term, item_id FROM feedback_terms WHERE term IN ({list}) LIMIT $1";
    rows_in_with(on, sql, &[limit.into()], &terms).await
}

/// How many items there are, merged ones as well: each has words of its own.
pub async fn count(on: &mut impl Sql) -> Result<i64> {
    on.number("SELECT COUNT(*) FROM feedback_items", binds![]).await
}
