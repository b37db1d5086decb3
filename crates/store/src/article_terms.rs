//! The words by which articles are found. The caller makes them; here they are kept and counted.

use crate::{
    Result, Sql, Tx, Value, binds,
    db::{rows_in, rows_in_with},
};

/// That an article holds a term.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, sqlx::FromRow)]
pub struct Posting {
    pub term: String,
    pub article_id: i64,
    pub times: i64,
    pub in_title: bool,
}

/// Keeps the terms of an article in place of those it had; without any it is found no more.
pub async fn put(tx: &mut Tx, article: i64, terms: &[Posting]) -> Result<()> {
    tx.run("DELETE FROM article_terms WHERE article_id = $1", binds![article]).await?;
    let values = terms.iter().flat_map(|one| binds![&one.term, one.article_id, one.times, one.in_title]).collect();
    tx.insert_many("INSERT INTO article_terms (term, article_id, times, in_title)", 4, "", values).await?;
    Ok(())
}

/// In how many articles each of these terms stands; those that stand in none are left out.
pub async fn frequencies(on: &mut impl Sql, terms: &[String]) -> Result<Vec<(String, i64)>> {
    let terms: Vec<Value> = terms.iter().map(Value::from).collect();
    let sql = "SELECT term, COUNT(*) FROM article_terms WHERE term IN ({list}) GROUP BY term";
    let mut found: Vec<(String, i64)> = rows_in(on, sql, &terms).await?;
    found.sort();
    found.dedup();
    Ok(found)
}

/// Which articles hold these terms; at most `limit` rows of each piece that is asked at once.
pub async fn holding(on: &mut impl Sql, terms: &[String], limit: i64) -> Result<Vec<Posting>> {
    let terms: Vec<Value> = terms.iter().map(Value::from).collect();
    let sql = "SELECT term, article_id, times, in_title FROM article_terms WHERE term IN ({list}) LIMIT $1";
    let mut found: Vec<Posting> = rows_in_with(on, sql, &[limit.into()], &terms).await?;
    found.sort();
    found.dedup();
    Ok(found)
}
