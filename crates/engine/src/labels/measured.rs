//! How often a model is wrong here, from random samples alone. Nothing of it is stored but what was read: it is computed each
//! time, and kept in memory until something changes.

use super::{
    sample::{READERS, Standing, standing},
    statistics::{self, Agreement, Counts, Loan, Read},
    version,
};
use crate::{Engine, Result};
use std::{
    collections::{BTreeMap, HashMap},
    io,
    sync::{Arc, Mutex, PoisonError},
};
use tertulia_analysis::labels::{Kind, Labels};
use tertulia_model::{ChannelId, MessageId, Millis};
use tertulia_store::{
    label_samples::{self as stored, Reading},
    labels,
};
use tertulia_voices::{confusion::Confusion, pooling};

/// One message of a sample: what the model says of it now, and what those who read it say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    pub message: MessageId,
    pub channel: ChannelId,
    pub language: String,
    /// How many messages stand for it: those of its cell when it was drawn.
    pub of_cell: i64,
    /// Of the wording that was read.
    pub guess: Option<u16>,
    pub standing: Standing,
    /// What the first two said who could tell. A third is asked only where these differ, so would make them look worse.
    pub said: Vec<u16>,
}

/// How often something is wrong, and between which shares that lies at 95 %.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    pub share: f64,
    pub low: f64,
    pub high: f64,
}

/// One language on one channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    pub channel: ChannelId,
    pub language: String,
    /// Messages that people labelled, and how many of these the model labels otherwise.
    pub n: usize,
    pub wrong: usize,
    /// Messages that these stand for.
    pub stands_for: i64,
    /// By its own messages and, where they are few, by those of all cells.
    pub error: Rate,
    /// Classes of which fewer than [`ENOUGH`] were labelled here: what is said of them borrows from the other cells.
    pub thin: usize,
    /// The part of the error that rests on its own messages, 0 to 1; and who lends the rest, the largest first.
    pub own: f64,
    pub borrowed: Vec<Loan>,
    /// What people say, what the model says, how often.
    pub counts: BTreeMap<(u16, u16), usize>,
}

/// From so many labels of a class on a cell speaks for itself.
pub const ENOUGH: usize = 80;

/// What is measured of one kind of label.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    pub kind: Kind,
    /// Messages that two readers or a talk settled, and that the model labels.
    pub n: usize,
    pub wrong: usize,
    /// Of all messages that the samples stand for: each cell weighs as much as it has messages. None where nothing is labelled.
    pub error: Option<Rate>,
    /// The share of all these messages that are of a cell of which anything holds, 0 to 1: of the others nothing is said.
    pub covers: f64,
    /// So many messages these are: all that stand in cells of which some were drawn.
    pub whole: u64,
    pub cells: Vec<Cell>,
    /// What people say, what the model says, how often.
    pub confusion: Vec<(u16, u16, usize)>,
    /// Krippendorff's alpha over the first two readers who could tell, of each message.
    pub agreement: Option<Agreement>,
    /// Messages that two or more readers could tell.
    pub read_twice: usize,
    /// Messages that anybody read at all.
    pub begun: usize,
    /// Which two read, and not both could tell.
    pub untold: usize,
    /// In which readers differ and that nobody settled.
    pub differing: usize,
    pub waiting: usize,
}

impl Measured {
    /// What is measured of one language on one channel.
    pub fn cell(&self, channel: ChannelId, language: &str) -> Option<&Cell> {
        self.cells.iter().find(|cell| cell.channel == channel && cell.language == language)
    }

    /// The same for what corrects shares: of each cell what is called what, in the order of the kind's values.
    pub fn confusions(&self) -> Vec<pooling::Cell> {
        let values = self.kind.values();
        let names: Vec<&str> = values.iter().map(|(_, name)| *name).collect();
        let class = |value: u16| values.iter().position(|(known, _)| *known == value);
        let told = |cell: &Cell| {
            let mut confusion = Confusion::new(&names);
            for ((held, guess), times) in &cell.counts {
                if let (Some(held), Some(guess)) = (class(*held), class(*guess)) {
                    confusion.counts[held][guess] += *times as f64;
                }
            }
            pooling::Cell { language: cell.language.clone(), channel: cell.channel.to_string(), confusion }
        };
        self.cells.iter().map(told).collect()
    }
}

/// Measures. What a person corrected where they came upon it is no case here: it was not drawn by chance.
pub fn measure(kind: Kind, cases: &[Case]) -> Measured {
    let mut strata: BTreeMap<(ChannelId, &str), Stratum> = BTreeMap::new();
    let mut confusion: BTreeMap<(u16, u16), usize> = BTreeMap::new();
    let mut drawn: BTreeMap<(ChannelId, &str), i64> = BTreeMap::new();
    let (mut differing, mut waiting, mut untold, mut begun) = (0, 0, 0, 0);
    for case in cases {
        let many = drawn.entry((case.channel, &case.language)).or_default();
        *many = (*many).max(case.of_cell);
        begun += usize::from(case.standing != Standing::Waits(READERS));
        match (case.standing, case.guess) {
            (Standing::Differs, _) => differing += 1,
            (Standing::Waits(_), _) => waiting += 1,
            (Standing::Untold, _) => untold += 1,
            (Standing::Holds(_), None) => {}
            (Standing::Holds(held), Some(guess)) => {
                *confusion.entry((held, guess)).or_default() += 1;
                let stratum = strata.entry((case.channel, &case.language)).or_default();
                stratum.stands_for = stratum.stands_for.max(case.of_cell);
                *stratum.counts.entry((held, guess)).or_default() += 1;
            }
        }
    }
    let whole = drawn.values().copied().map(at_least_one).sum();
    let units: Vec<Vec<u16>> = cases.iter().map(|case| case.said.clone()).collect();
    Measured {
        kind,
        n: strata.values().map(Stratum::n).sum(),
        wrong: strata.values().map(Stratum::wrong).sum(),
        error: overall(&strata),
        covers: covers(&strata, &drawn, whole),
        whole,
        cells: cells(kind, &strata),
        confusion: confusion.into_iter().map(|((held, guess), times)| (held, guess, times)).collect(),
        agreement: statistics::alpha(&units),
        read_twice: units.iter().filter(|said| said.len() > 1).count(),
        begun,
        untold,
        differing,
        waiting,
    }
}

/// The share of what was drawn from, by its messages, that the cells stand for of which anything holds.
fn covers(strata: &BTreeMap<(ChannelId, &str), Stratum>, drawn: &BTreeMap<(ChannelId, &str), i64>, whole: u64) -> f64 {
    let of_it = drawn.iter().filter(|(cell, _)| strata.contains_key(*cell)).map(|(_, many)| at_least_one(*many));
    if whole > 0 { of_it.sum::<u64>() as f64 / whole as f64 } else { 0.0 }
}

/// A cell of which something was drawn holds that.
fn at_least_one(many: i64) -> u64 {
    many.max(1).unsigned_abs()
}

#[derive(Default)]
struct Stratum {
    counts: Counts,
    stands_for: i64,
}

impl Stratum {
    fn n(&self) -> usize {
        self.counts.values().sum()
    }

    fn wrong(&self) -> usize {
        self.counts.iter().filter(|((held, guess), _)| held != guess).map(|(_, times)| times).sum()
    }

    /// Of how many values too few were labelled.
    fn thin(&self, kind: Kind) -> usize {
        let labelled = |value: u16| -> usize {
            self.counts.iter().filter(|((held, _), _)| *held == value).map(|(_, times)| times).sum()
        };
        let mut values: Vec<u16> = match kind {
            // Of a cell in which one language is told, that language is what is looked for.
            Kind::Language => self.counts.keys().map(|(held, _)| *held).collect(),
            _ => kind.values().iter().map(|(value, _)| *value).collect(),
        };
        values.dedup();
        values.into_iter().filter(|value| labelled(*value) < ENOUGH).count()
    }
}

fn cells(kind: Kind, strata: &BTreeMap<(ChannelId, &str), Stratum>) -> Vec<Cell> {
    let reads: Vec<Read<'_>> = strata
        .iter()
        .map(|((channel, language), stratum)| Read { channel: *channel, language, counts: &stratum.counts })
        .collect();
    let cell = |(((channel, language), stratum), pooled): ((&(ChannelId, &str), &Stratum), statistics::Pooled)| {
        let (share, low, high) = pooled.error;
        Cell {
            channel: *channel,
            language: (*language).to_owned(),
            n: stratum.n(),
            wrong: stratum.wrong(),
            stands_for: stratum.stands_for,
            error: Rate { share, low, high },
            thin: stratum.thin(kind),
            own: pooled.own,
            borrowed: pooled.borrowed,
            counts: stratum.counts.clone(),
        }
    };
    strata.iter().zip(statistics::pool(&reads)).map(cell).collect()
}

/// Cells are drawn from evenly, whatever their size; so each weighs as much as it has messages, and the interval is that of as
/// many messages as weigh as much together (Kish's effective number).
fn overall(strata: &BTreeMap<(ChannelId, &str), Stratum>) -> Option<Rate> {
    let whole: f64 = strata.values().map(|stratum| stratum.stands_for.max(1) as f64).sum();
    let mut share = 0.0;
    let mut squares = 0.0;
    for stratum in strata.values() {
        let weight = stratum.stands_for.max(1) as f64 / whole;
        share += weight * stratum.wrong() as f64 / stratum.n() as f64;
        squares += weight * weight / stratum.n() as f64;
    }
    if squares <= 0.0 {
        return None;
    }
    let n = 1.0 / squares;
    let (share, low, high) = statistics::share(share * n, n);
    Some(Rate { share, low, high })
}

/// What was measured, by kind: up to which change, and when.
#[derive(Default)]
pub(crate) struct Kept(Mutex<HashMap<Kind, Once>>);

type Once = (i64, Millis, Arc<Measured>);

impl Kept {
    fn get(&self, kind: Kind) -> Option<Once> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&kind).cloned()
    }
}

/// For so long a page that shows it beside something else goes by what was measured last.
const LATELY: Millis = 60_000;

/// What is measured of a kind by now.
pub async fn measured(engine: &Engine, kind: Kind) -> Result<Arc<Measured>> {
    // Read before the samples are: what changes meanwhile is measured the next time.
    let (at, now) = (engine.bus.newest(), engine.now());
    if let Some((_, _, known)) = engine.measured.get(kind).filter(|(upto, ..)| *upto == at) {
        return Ok(known);
    }
    let cases = cases(engine, kind).await?;
    // The interval of an agreement is drawn many times over.
    let work = tokio::task::spawn_blocking(move || measure(kind, &cases));
    let found = Arc::new(work.await.map_err(io::Error::other)?);
    let mut kept = engine.measured.0.lock().unwrap_or_else(PoisonError::into_inner);
    kept.insert(kind, (at, now, found.clone()));
    Ok(found)
}

/// The same, perhaps as it was a minute ago.
pub async fn measured_lately(engine: &Engine, kind: Kind) -> Result<Arc<Measured>> {
    let fresh = |at: Millis| (0..LATELY).contains(&(engine.now() - at));
    match engine.measured.get(kind).filter(|(_, at, _)| fresh(*at)) {
        Some((_, _, known)) => Ok(known),
        None => measured(engine, kind).await,
    }
}

/// Which of the messages are meant that count in what is measured.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Meant {
    pub channel: Option<ChannelId>,
    pub language: Option<String>,
    /// What people say, and what the model says.
    pub held: Option<u16>,
    pub guess: Option<u16>,
    /// Only those of which the two differ.
    pub wrong: bool,
}

/// A message that counts in what is measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    pub message: MessageId,
    pub channel: ChannelId,
    pub language: String,
    pub held: u16,
    pub guess: u16,
}

/// The messages behind what is measured of a kind, the newest first; one that was drawn into two samples counts twice.
pub async fn counted(engine: &Engine, kind: Kind, meant: &Meant) -> Result<Vec<Counted>> {
    Ok(behind(&cases(engine, kind).await?, meant))
}

fn behind(cases: &[Case], meant: &Meant) -> Vec<Counted> {
    let counted = |case: &Case| match (case.standing, case.guess) {
        (Standing::Holds(held), Some(guess)) => {
            Some(Counted { message: case.message, channel: case.channel, language: case.language.clone(), held, guess })
        }
        _ => None,
    };
    let is_meant = |one: &Counted| {
        meant.channel.is_none_or(|channel| channel == one.channel)
            && meant.language.as_ref().is_none_or(|language| *language == one.language)
            && meant.held.is_none_or(|held| held == one.held)
            && meant.guess.is_none_or(|guess| guess == one.guess)
            && (!meant.wrong || one.held != one.guess)
    };
    let mut found: Vec<Counted> = cases.iter().filter_map(counted).filter(is_meant).collect();
    found.sort_by_key(|one| std::cmp::Reverse(one.message));
    found
}

async fn cases(engine: &Engine, kind: Kind) -> Result<Vec<Case>> {
    let mut db = engine.db.reader();
    // What another model said says nothing of how often the one is wrong that labels now: its labels are still to come.
    let holds = kind.model_version(version(engine, &mut db).await?);
    let drawn = stored::drawn_of_kind(&mut db, kind.code()).await?;
    let mut said: HashMap<(i64, MessageId), Vec<Reading>> = HashMap::new();
    for reading in stored::readings_of_kind(&mut db, kind.code()).await? {
        said.entry((reading.sample_id, reading.message_id)).or_default().push(reading);
    }
    let ids: Vec<MessageId> = drawn.iter().map(|one| one.message_id).collect();
    let labelled: HashMap<MessageId, (i64, Labels)> = labels::of(&mut db, &ids)
        .await?
        .into_iter()
        .filter(|one| kind.model_version(one.version) == holds)
        .map(|one| (one.message_id, (one.revision, Labels::of_row(one.values))))
        .collect();
    let case = |one: stored::Drawn| {
        let readings = said.remove(&(one.sample_id, one.message_id)).unwrap_or_default();
        let of_this_wording = labelled.get(&one.message_id).filter(|(revision, _)| *revision == one.revision);
        Case {
            message: one.message_id,
            channel: one.channel_id,
            of_cell: one.of_cell,
            guess: of_this_wording.and_then(|(_, labels)| labels.get(kind)).map(|guess| guess.value),
            standing: standing(&one, &readings.iter().collect::<Vec<_>>()),
            said: readings.iter().filter_map(|reading| u16::try_from(reading.value?).ok()).take(READERS).collect(),
            language: one.language,
        }
    };
    Ok(drawn.into_iter().map(case).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use tertulia_analysis::labels::{NEGATIVE, NEUTRAL, POSITIVE};

    fn case(language: &str, of_cell: i64, guess: Option<u16>, held: u16) -> Case {
        let said = vec![held, held];
        Case {
            message: MessageId(1),
            channel: ChannelId(1),
            language: language.to_owned(),
            of_cell,
            guess,
            standing: Standing::Holds(held),
            said,
        }
    }

    #[test]
    fn a_large_cell_weighs_more_in_what_is_wrong_of_all() {
        let right = |n| vec![case("en", 900, Some(NEGATIVE), NEGATIVE); n];
        let wrong = |n| vec![case("es", 100, Some(NEGATIVE), POSITIVE); n];
        let measured = measure(Kind::Sentiment, &[right(10), wrong(10)].concat());
        let error = measured.error.unwrap();
        assert!((error.share - 0.1).abs() < 1e-12 && error.low < 0.1 && error.high > 0.1, "{error:?}");
        assert_eq!((measured.n, measured.wrong), (20, 10));
        assert_eq!(measured.confusion, [(NEGATIVE, NEGATIVE, 10), (POSITIVE, NEGATIVE, 10)]);
        let spanish = measured.cell(ChannelId(1), "es").unwrap();
        assert!(
            (spanish.error.share - 1.0).abs() < 1e-9,
            "of what is positive nobody else knows anything: {spanish:?}"
        );
        assert_eq!(spanish.thin, 3);
        assert_eq!(measured.cell(ChannelId(2), "es"), None);
    }

    #[test]
    fn behind_each_figure_stand_as_many_messages_as_it_says() {
        let right = |n| vec![case("en", 900, Some(NEGATIVE), NEGATIVE); n];
        let wrong = |n| vec![case("es", 100, Some(NEGATIVE), POSITIVE); n];
        let unsettled = Case { standing: Standing::Differs, ..case("en", 900, Some(NEGATIVE), NEGATIVE) };
        let mut cases = [right(4), wrong(3), vec![unsettled, case("en", 900, None, NEGATIVE)]].concat();
        cases.iter_mut().zip(1..).for_each(|(case, n)| case.message = MessageId(n));
        let measured = measure(Kind::Sentiment, &cases);
        for cell in &measured.cells {
            let meant =
                Meant { channel: Some(cell.channel), language: Some(cell.language.clone()), ..Meant::default() };
            assert_eq!(behind(&cases, &meant).len(), cell.n);
            assert_eq!(behind(&cases, &Meant { wrong: true, ..meant }).len(), cell.wrong);
        }
        for (held, guess, times) in &measured.confusion {
            let meant = Meant { held: Some(*held), guess: Some(*guess), ..Meant::default() };
            assert_eq!(behind(&cases, &meant).len(), *times);
        }
        let all: Vec<i64> = behind(&cases, &Meant::default()).iter().map(|one| one.message.0).collect();
        assert_eq!(all, [7, 6, 5, 4, 3, 2, 1], "the newest first");
    }

    #[test]
    fn what_is_not_settled_or_not_labelled_counts_on_neither_side() {
        let mut cases = vec![case("en", 9, None, NEUTRAL), case("en", 9, Some(NEUTRAL), NEUTRAL)];
        let differs = Case { standing: Standing::Differs, said: vec![NEGATIVE, NEUTRAL], ..cases[1].clone() };
        let waits = Case { standing: Standing::Waits(1), said: vec![NEGATIVE], ..cases[1].clone() };
        let unread =
            Case { standing: Standing::Waits(2), said: vec![], language: "es".to_owned(), of_cell: 3, ..waits.clone() };
        let untold = Case { standing: Standing::Untold, said: vec![NEGATIVE], ..waits.clone() };
        cases.extend([differs, waits, unread, untold]);
        let measured = measure(Kind::Sentiment, &cases);
        assert_eq!((measured.begun, measured.untold, measured.covers), (5, 1, 0.75), "of Spanish nothing is known yet");
        assert_eq!((measured.n, measured.wrong, measured.differing, measured.waiting), (1, 0, 1, 2));
        assert_eq!(measured.whole, 12, "nine in English and three in Spanish");
        assert_eq!(measured.read_twice, 3, "agreement is of readers, whatever the model says");
        assert!(measured.agreement.is_some_and(|agreement| agreement.alpha < 1.0));
        let nothing = measure(Kind::Noise, &[]);
        assert_eq!((nothing.covers, nothing.begun), (0.0, 0));
        assert_eq!((nothing.n, nothing.error, nothing.agreement, nothing.cells.len()), (0, None, None, 0));
    }
}
