//! Reading the columns, and following what is committed.

use super::{Columns, Row, bits};
use crate::Result;
use std::collections::BTreeSet;
use tertulia_model::PersonId;
use tertulia_store::{
    Db, column_news,
    insights::{self, Said},
};

/// Messages that are read at once.
const PAGE: i64 = 20_000;
/// News that are read at once.
const NEWS: i64 = 5_000;
/// Where more than one in so many rows is to be read anew, all are.
const MUCH: usize = 3;
/// Fewer rows than this are read one by one in any case.
const FEW: usize = 50_000;

/// Reads everything. What is committed meanwhile is news afterwards: it is read twice and counts once.
pub async fn load(db: &Db) -> Result<Columns> {
    let mut db = db.reader();
    let mut columns = Columns::new(column_news::ends(&mut db).await?.1);
    let mut first = i64::MIN;
    loop {
        let page = insights::said(&mut db, (first, i64::MAX), PAGE).await?;
        let is_last = (page.len() as i64) < PAGE;
        let Some(last) = page.last().map(|said| said.place) else { break };
        for said in &page {
            let row = columns.row(said);
            columns.rows.push(row);
        }
        if is_last || last == i64::MAX {
            break;
        }
        first = last + 1;
    }
    columns.rows.shrink();
    Ok(columns)
}

/// What there is to be read anew.
#[derive(Debug, Default)]
struct News {
    spans: Vec<(i64, i64)>,
    persons: BTreeSet<PersonId>,
    all: bool,
    /// Something is known otherwise of persons or customers.
    of_people: bool,
}

async fn news(db: &mut Db, seq: &mut i64) -> Result<News> {
    let mut news = News::default();
    let (oldest, _) = column_news::ends(db).await?;
    // What is between was forgotten.
    news.all = oldest > *seq + 1;
    loop {
        let page = column_news::after(db, *seq, NEWS).await?;
        let is_last = (page.len() as i64) < NEWS;
        for change in page {
            *seq = change.seq;
            match change.kind.as_str() {
                "place" => news.spans.push((change.first_at, change.last_at)),
                "person" => {
                    news.of_people = true;
                    news.all |= change.first_at != change.last_at;
                    news.persons.insert(PersonId(change.first_at));
                }
                _ => news.of_people = true,
            }
        }
        if is_last {
            return Ok(news);
        }
    }
}

/// Spans that touch become one, in their order.
fn joined(mut spans: Vec<(i64, i64)>) -> Vec<(i64, i64)> {
    spans.sort_unstable();
    let mut kept: Vec<(i64, i64)> = Vec::with_capacity(spans.len());
    for (first, last) in spans {
        match kept.last_mut() {
            Some(before) if before.1 >= first => before.1 = before.1.max(last),
            _ => kept.push((first, last)),
        }
    }
    kept
}

/// Whether a place is in one of these spans, which are joined.
fn covers(spans: &[(i64, i64)], place: i64) -> bool {
    let after = spans.partition_point(|(first, _)| *first <= place);
    after.checked_sub(1).is_some_and(|before| spans[before].1 >= place)
}

/// Brings columns to what is committed by now; whether something is known otherwise of persons or customers.
pub async fn refresh(columns: &mut std::sync::Arc<Columns>, db: &Db) -> Result<bool> {
    let mut reader = db.reader();
    let mut seq = columns.seq;
    let news = news(&mut reader, &mut seq).await?;
    if seq == columns.seq && !news.all {
        return Ok(false);
    }
    let spans = joined(news.spans);
    let held: usize = spans.iter().map(|(first, last)| columns.rows.range(*first, *last).len()).sum();
    if news.all || held > FEW.max(columns.len() / MUCH) {
        *columns = std::sync::Arc::new(load(db).await?);
        return Ok(true);
    }
    let mut fresh: Vec<Said> = Vec::new();
    for span in &spans {
        fresh.extend(within(&mut reader, *span).await?);
    }
    let persons: Vec<PersonId> = news.persons.into_iter().collect();
    let moved = of_persons(columns, &mut reader, &persons, &spans).await?;
    // What stands in a span was read with it.
    let is_read = |place: i64| covers(&spans, place);
    let mut alone: Vec<(i64, i64)> = moved.0.into_iter().map(|place| (place, place)).collect();
    alone.extend(moved.1.iter().filter(|said| !is_read(said.place)).map(|said| (said.place, said.place)));
    fresh.extend(moved.1.into_iter().filter(|said| !is_read(said.place)));
    fresh.sort_unstable_by_key(|said| said.place);
    fresh.dedup_by_key(|said| said.place);
    let spans = joined(spans.into_iter().chain(alone).collect());
    let columns = std::sync::Arc::make_mut(columns);
    let rows: Vec<Row> = fresh.iter().map(|said| columns.row(said)).collect();
    columns.rows.replace(&spans, &rows);
    columns.seq = seq;
    Ok(news.of_people)
}

async fn within(db: &mut Db, (mut first, last): (i64, i64)) -> Result<Vec<Said>> {
    let mut found = Vec::new();
    loop {
        let page = insights::said(db, (first, last), PAGE).await?;
        let is_last = (page.len() as i64) < PAGE;
        let end = page.last().map(|said| said.place);
        found.extend(page);
        match end {
            Some(end) if !is_last && end < last => first = end + 1,
            _ => return Ok(found),
        }
    }
}

/// Where messages of these persons stand in the columns, outside of spans that are read anyway; and what they said by now, with
/// what stands at those places.
async fn of_persons(
    columns: &Columns,
    db: &mut Db,
    persons: &[PersonId],
    spans: &[(i64, i64)],
) -> Result<(Vec<i64>, Vec<Said>)> {
    let mut numbers: Vec<u32> = persons.iter().filter_map(|person| columns.number_of(*person)).collect();
    numbers.sort_unstable();
    let is_read = |place: i64| covers(spans, place);
    let mut places = Vec::new();
    if !numbers.is_empty() {
        let rows = columns.rows.persons().iter().zip(columns.rows.places());
        let theirs = rows.filter(|(person, _)| numbers.binary_search(person).is_ok()).map(|(_, place)| *place);
        places.extend(theirs.filter(|place| !is_read(*place)));
    }
    let mut said = if persons.is_empty() { Vec::new() } else { insights::said_by(db, persons).await? };
    if !places.is_empty() {
        said.extend(insights::said_at(db, &places).await?);
    }
    Ok((places, said))
}

impl Columns {
    pub(super) fn row(&mut self, said: &Said) -> Row {
        let mut facts = 0;
        if !said.is_theirs {
            facts |= bits::OURS;
        }
        if said.is_public {
            facts |= bits::PUBLIC;
        }
        Row {
            place: said.place,
            person: self.person_number(said.person_id),
            channel: self.channel_number(said.channel_id),
            language: self.language_number(&said.language),
            bits: facts,
            tone: 0,
            tone_sure: 0,
            noise_sure: 0,
            substance_sure: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_that_touch_become_one() {
        assert_eq!(joined(vec![(5, 9), (1, 2), (9, 12), (20, 20)]), [(1, 2), (5, 12), (20, 20)]);
        assert_eq!(joined(Vec::new()), []);
        let spans = [(1, 2), (5, 12)];
        let held: Vec<i64> = (0..14).filter(|place| covers(&spans, *place)).collect();
        assert_eq!(held, [1, 2, 5, 6, 7, 8, 9, 10, 11, 12]);
    }
}
