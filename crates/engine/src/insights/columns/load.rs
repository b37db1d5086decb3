//! Reading the columns, and following what is committed.

use super::{Columns, Row, bits};
use crate::Result;
use std::collections::{BTreeSet, HashMap};
use tertulia_analysis::labels::{self, Kind};
use tertulia_model::PersonId;
use tertulia_store::{
    Db, column_news,
    insights::{self, Said},
};

/// Messages that are read at once.
const PAGE: i64 = 20_000;
/// News that are read at once.
const NEWS: i64 = 5_000;
/// Persons whose messages are read at once.
const PERSONS: usize = 50;
/// Where more than one in so many rows is to be read anew, all are.
const MUCH: usize = 3;
/// Fewer rows than this are read one by one in any case.
const FEW: usize = 50_000;

/// Reads everything. What is committed meanwhile is news afterwards: it is read twice and counts once.
pub async fn load(db: &Db) -> Result<Columns> {
    let mut db = db.reader();
    let mut columns = Columns::new(column_news::ends(&mut db).await?.1);
    let mut first = Some(i64::MIN);
    while let Some(from) = first {
        let (page, next) = insights::said(&mut db, (from, i64::MAX), PAGE).await?;
        let corrected = corrected(&mut db, &page).await?;
        for said in &page {
            let row = columns.row(said, &corrected);
            columns.rows.push(row);
        }
        first = next;
    }
    columns.rows.shrink();
    Ok(columns)
}

/// By place, what people say against models: kind and value.
type Corrected = HashMap<i64, Vec<(i64, i64)>>;

/// Of these messages, in their order.
async fn corrected(db: &mut Db, said: &[Said]) -> Result<Corrected> {
    let mut found = Corrected::new();
    if let (Some(first), Some(last)) = (said.first(), said.last()) {
        for (place, kind, value) in insights::corrected(db, (first.place, last.place)).await? {
            found.entry(place).or_default().push((kind, value));
        }
    }
    Ok(found)
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
    let (oldest, _) = column_news::ends(db).await?;
    // What is between was forgotten.
    let mut news = News { all: oldest > *seq + 1, ..News::default() };
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
    let most = FEW.max(columns.len() / MUCH);
    for span in &spans {
        // What is new in a span was not counted with what is held.
        if !within(&mut reader, *span, &mut fresh, most).await? {
            *columns = std::sync::Arc::new(load(db).await?);
            return Ok(true);
        }
    }
    let persons: Vec<PersonId> = news.persons.into_iter().collect();
    let Some(moved) = of_persons(columns, &mut reader, &persons, (&spans, most)).await? else {
        *columns = std::sync::Arc::new(load(db).await?);
        return Ok(true);
    };
    // What stands in a span was read with it.
    let is_read = |place: i64| covers(&spans, place);
    let mut alone: Vec<(i64, i64)> = moved.0.into_iter().map(|place| (place, place)).collect();
    alone.extend(moved.1.iter().filter(|said| !is_read(said.place)).map(|said| (said.place, said.place)));
    fresh.extend(moved.1.into_iter().filter(|said| !is_read(said.place)));
    fresh.sort_unstable_by_key(|said| said.place);
    fresh.dedup_by_key(|said| said.place);
    let spans = joined(spans.into_iter().chain(alone).collect());
    let corrected = corrected(&mut reader, &fresh).await?;
    let columns = std::sync::Arc::make_mut(columns);
    let rows: Vec<Row> = fresh.iter().map(|said| columns.row(said, &corrected)).collect();
    columns.rows.replace(&spans, &rows);
    columns.seq = seq;
    Ok(news.of_people)
}

/// Adds what stands in a span; false where that came to more than `most`, all told.
async fn within(db: &mut Db, (first, last): (i64, i64), found: &mut Vec<Said>, most: usize) -> Result<bool> {
    let mut first = Some(first);
    while let Some(from) = first {
        let (page, next) = insights::said(db, (from, last), PAGE).await?;
        found.extend(page);
        if found.len() > most {
            return Ok(false);
        }
        first = next;
    }
    Ok(true)
}

/// Where messages of these persons stand in the columns, outside of spans that are read anyway; and what they said by now, with
/// what stands at those places. None where that is more than `most`.
async fn of_persons(
    columns: &Columns,
    db: &mut Db,
    persons: &[PersonId],
    (spans, most): (&[(i64, i64)], usize),
) -> Result<Option<(Vec<i64>, Vec<Said>)>> {
    let mut numbers: Vec<u32> = persons.iter().filter_map(|person| columns.number_of(*person)).collect();
    numbers.sort_unstable();
    let is_read = |place: i64| covers(spans, place);
    let mut places = Vec::new();
    if !numbers.is_empty() {
        let rows = columns.rows.persons().iter().zip(columns.rows.places());
        let theirs = rows.filter(|(person, _)| numbers.binary_search(person).is_ok()).map(|(_, place)| *place);
        places.extend(theirs.filter(|place| !is_read(*place)));
    }
    if places.len() > most {
        return Ok(None);
    }
    let mut said = Vec::new();
    for some in persons.chunks(PERSONS) {
        said.extend(insights::said_by(db, some).await?);
        if said.len() > most {
            return Ok(None);
        }
    }
    if !places.is_empty() {
        said.extend(insights::said_at(db, &places).await?);
    }
    Ok(Some((places, said)))
}

impl Columns {
    /// The columns of these messages, in the order of their places.
    pub fn of(said: impl IntoIterator<Item = Said>) -> Self {
        let (mut columns, none) = (Self::new(0), Corrected::new());
        for said in said {
            let row = columns.row(&said, &none);
            columns.rows.push(row);
        }
        columns.rows.shrink();
        columns
    }

    /// As if they held all that is committed by now: for measuring.
    pub async fn as_of_now(mut self, db: &Db) -> Result<Self> {
        self.seq = column_news::ends(&mut db.reader()).await?.1;
        Ok(self)
    }

    fn row(&mut self, said: &Said, corrected: &Corrected) -> Row {
        let mut row = Row {
            place: said.place,
            person: self.person_number(said.person_id),
            channel: self.channel_number(said.channel_id),
            language: self.language_number(&said.language),
            bits: 0,
            tone: 0,
            tone_sure: sure(said.sentiment_sure),
            noise_sure: sure(said.noise_sure),
            substance_sure: sure(said.substance_sure),
        };
        row.set(bits::OURS, !said.is_theirs);
        row.set(bits::PUBLIC, said.is_public);
        row.set(bits::AGED, said.is_aged);
        if said.was_noise {
            row.set(bits::SIFTED | bits::NOISE, true);
        }
        let single = [(Kind::Sentiment, said.sentiment), (Kind::Noise, said.noise), (Kind::Substance, said.substance)];
        for (kind, value) in single {
            if let Some(value) = value {
                row.label(kind, value);
            }
        }
        if let Some(acts) = said.acts {
            row.set(bits::READ, true);
            for (n, act) in Kind::ACTS.into_iter().enumerate() {
                row.label(act, i64::from(if acts >> n & 1 == 1 { labels::YES } else { labels::NO }));
            }
        }
        let mut acts = [false; bits::ACTS];
        for (kind, value) in corrected.get(&said.place).into_iter().flatten() {
            if let Some(kind) = Kind::of_code(*kind) {
                row.label(kind, *value);
                row.set(bits::CORRECTED, true);
                if let Some(n) = Kind::ACTS.iter().position(|act| *act == kind) {
                    acts[n] = true;
                }
            }
        }
        // What a person says of one act says nothing of the others.
        if acts.iter().all(|said| *said) {
            row.set(bits::READ, true);
        }
        row
    }
}

fn sure(hundredths: Option<i64>) -> u8 {
    u8::try_from(hundredths.unwrap_or(0).clamp(0, 100)).unwrap_or(100)
}

impl Row {
    fn set(&mut self, bit: u16, holds: bool) {
        if holds {
            self.bits |= bit;
        } else {
            self.bits &= !bit;
        }
    }

    /// What a model or a person says of it.
    fn label(&mut self, kind: Kind, value: i64) {
        let is = |known: u16| value == i64::from(known);
        match kind {
            // Columns hold the language of the message itself, which follows what people say.
            Kind::Language => {}
            Kind::Sentiment => {
                self.set(bits::TONED, true);
                self.tone = i8::from(is(labels::POSITIVE)) - i8::from(is(labels::NEGATIVE));
            }
            Kind::Noise => {
                self.set(bits::SIFTED, true);
                self.set(bits::NOISE, is(labels::SPAM) || is(labels::PROMOTION));
            }
            Kind::Substance => {
                self.set(bits::WEIGHED, true);
                self.set(bits::SUBSTANCE, is(labels::SUBSTANTIAL));
            }
            act => {
                if let Some(n) = Kind::ACTS.iter().position(|known| *known == act) {
                    self.set(bits::act(n), is(labels::YES));
                }
            }
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

    #[test]
    fn what_a_person_says_holds_against_a_model() {
        let said = Said {
            place: 5,
            channel_id: tertulia_model::ChannelId(1),
            person_id: None,
            is_theirs: true,
            is_public: false,
            is_aged: false,
            was_noise: false,
            language: "en".to_owned(),
            sentiment: Some(labels::NEGATIVE.into()),
            sentiment_sure: Some(80),
            noise: Some(labels::SPAM.into()),
            noise_sure: Some(70),
            substance: None,
            substance_sure: None,
            acts: Some(0b101),
        };
        let mut columns = Columns::new(0);
        let row = columns.row(&said, &Corrected::new());
        let both = bits::act(0) | bits::act(2);
        assert_eq!(row.bits, bits::TONED | bits::SIFTED | bits::NOISE | bits::READ | both);
        assert_eq!((row.tone, row.tone_sure), (-1, 80));
        let mended =
            [(5, vec![(Kind::Sentiment.code(), 3), (Kind::Noise.code(), 1), (Kind::Question.code(), 1)])].into();
        let row = columns.row(&said, &mended);
        assert_eq!(row.bits, bits::TONED | bits::SIFTED | bits::READ | bits::act(2) | bits::CORRECTED);
        assert_eq!(row.tone, 1);
        let row = columns.row(&Said { acts: None, ..said.clone() }, &mended);
        assert_eq!(row.bits & bits::READ, 0, "of one act alone a person said something");
        let aged = Said { is_aged: true, was_noise: true, noise: None, sentiment: None, acts: None, ..said };
        let row = columns.row(&aged, &Corrected::new());
        assert_eq!(row.bits, bits::AGED | bits::SIFTED | bits::NOISE);
    }
}
