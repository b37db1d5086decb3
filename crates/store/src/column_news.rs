//! What happened to messages that the columns in memory must hear of (`engine::insights::columns`), in the order in which it
//! was committed. Whoever writes messages need not think of it: the functions of this crate that change what a column holds
//! tell their transaction ([`News`]), and its commit writes it down.

use crate::{Result, Sql, Tx, binds, changes};
use std::collections::{BTreeSet, HashSet};
use tertulia_model::{MessageId, PersonId};

/// Spans that one transaction tells of, at most: nearer ones are told as one.
const MOST_SPANS: usize = 8;
/// Persons that one transaction names, at most: beyond, all are to be looked at anew.
const MOST_PERSONS: usize = 2_000;
/// What is kept for those who look in now and then; whoever was away for more reads everything.
const KEPT: i64 = 200_000;

/// What a transaction has changed so far.
#[derive(Debug, Default)]
pub(crate) struct News {
    places: Vec<i64>,
    added: HashSet<MessageId>,
    persons: BTreeSet<i64>,
    customers: bool,
}

impl News {
    pub fn place(&mut self, place: i64) {
        self.places.push(place);
    }

    /// A message that was not there before.
    pub fn added(&mut self, message: MessageId, place: i64) {
        self.added.insert(message);
        self.places.push(place);
    }

    pub fn has_added(&self, message: MessageId) -> bool {
        self.added.contains(&message)
    }

    pub fn person(&mut self, person: PersonId) {
        self.persons.insert(person.0);
    }

    pub fn customers(&mut self) {
        self.customers = true;
    }

    pub fn is_empty(&self) -> bool {
        self.places.is_empty() && self.persons.is_empty() && !self.customers
    }

    fn rows(mut self) -> Vec<(&'static str, i64, i64)> {
        self.places.sort_unstable();
        self.places.dedup();
        let mut rows: Vec<_> = spans(&self.places).into_iter().map(|(first, last)| ("place", first, last)).collect();
        if self.persons.len() > MOST_PERSONS {
            rows.push(("person", 0, i64::MAX));
        } else {
            rows.extend(self.persons.into_iter().map(|person| ("person", person, person)));
        }
        if self.customers {
            rows.push(("customers", 0, 0));
        }
        rows
    }
}

/// A few spans that hold all of these places (sorted): the widest gaps between them are left out.
fn spans(places: &[i64]) -> Vec<(i64, i64)> {
    let (Some(first), Some(last)) = (places.first(), places.last()) else { return Vec::new() };
    let mut gaps: Vec<usize> = (1..places.len()).collect();
    gaps.sort_by_key(|n| std::cmp::Reverse(places[*n].saturating_sub(places[n - 1])));
    gaps.truncate(MOST_SPANS - 1);
    gaps.sort_unstable();
    let begins = std::iter::once(*first).chain(gaps.iter().map(|n| places[*n]));
    let ends = gaps.iter().map(|n| places[n - 1]).chain(std::iter::once(*last));
    begins.zip(ends).collect()
}

/// Writes down what a transaction changed, as the last thing it does.
pub(crate) async fn write(tx: &mut Tx, news: News) -> Result<()> {
    changes::alone(tx).await?;
    let values = news.rows().into_iter().flat_map(|(kind, first, last)| binds![kind, first, last]).collect();
    tx.insert_many("INSERT INTO column_news (kind, first_at, last_at)", 3, "", values).await?;
    Ok(())
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Change {
    pub seq: i64,
    /// `place`: the messages from the first place to the last; `person`: these persons; `customers`.
    pub kind: String,
    pub first_at: i64,
    pub last_at: i64,
}

/// What happened after `seq`, oldest first, at most `limit`.
pub async fn after(on: &mut impl Sql, seq: i64, limit: i64) -> Result<Vec<Change>> {
    let sql = "SELECT seq, kind, first_at, last_at FROM column_news WHERE seq > $1 ORDER BY seq LIMIT $2";
    on.rows(sql, binds![seq, limit]).await
}

/// The oldest that is kept and the newest; zeros before anything happened.
pub async fn ends(on: &mut impl Sql) -> Result<(i64, i64)> {
    let oldest = on.number("SELECT MIN(seq) FROM column_news", binds![]).await?;
    Ok((oldest, on.number("SELECT MAX(seq) FROM column_news", binds![]).await?))
}

/// Forgets what nobody needs who looked in lately.
pub async fn forget(tx: &mut Tx) -> Result<u64> {
    let newest = tx.number("SELECT MAX(seq) FROM column_news", binds![]).await?;
    tx.run("DELETE FROM column_news WHERE seq < $1", binds![newest.saturating_sub(KEPT)]).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_places_are_told_as_few_spans_that_hold_them_all() {
        assert_eq!(spans(&[]), []);
        assert_eq!(spans(&[5]), [(5, 5)]);
        let places: Vec<i64> = (0..30).map(|n| n * 10 + (n / 3) * 1_000).collect();
        let found = spans(&places);
        assert_eq!(found.len(), MOST_SPANS);
        assert!(places.iter().all(|place| found.iter().any(|(first, last)| first <= place && place <= last)));
        assert!(found.windows(2).all(|pair| pair[0].1 < pair[1].0));
    }

    #[test]
    fn whoever_is_one_of_too_many_is_told_with_all() {
        let mut news = News::default();
        assert!(news.is_empty());
        (0..=MOST_PERSONS as i64).for_each(|id| news.person(PersonId(id)));
        news.customers();
        assert_eq!(news.rows(), [("person", 0, i64::MAX), ("customers", 0, 0)]);
    }
}
