//! What the model of identities has learnt here: how often what agrees by chance, and how common each name is. It is learnt
//! anew from what is stored, kept in memory, and forgotten when the program ends.

use super::{
    by_itself::PROBABLE,
    suggest::{Ground, LIKELY, grounds, read_grounds, record},
    traits::{Said, said},
};
use crate::{Engine, Result};
use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
};
use tertulia_analysis::identity::{
    Blocking, Blocks, Catalogue, Effort, Frequencies, Parameters, Record, Scope, Scorer, estimate,
};
use tertulia_model::{Chance, IdentityId, Millis, SeededChance};
use tertulia_store::{
    people::{self, Identity},
    suggestions::{self, Suggestion},
    threads,
};

/// It is learnt from the newest, so many at most: some seconds of one core.
const MOST_RECORDS: i64 = 50_000;
const PAGE: i64 = 5_000;
const EFFORT: Effort = Effort { random_pairs: 300_000, most_steps: 40 };
/// It is learnt anew after this, or when there are so many more.
const HOLDS: Millis = 24 * 3_600_000;
const GROWN: f64 = 1.2;
/// A reason that weighs less than this more or less reads the same.
const A_BIT: f64 = 1.0;
/// Suggestions that are weighed again in one transaction.
const PIECE: i64 = 200;

/// What was learnt, from how many, and when.
#[derive(Debug)]
pub(crate) struct Learnt {
    parameters: Parameters,
    frequencies: Frequencies,
    /// How many identities there were then.
    known: i64,
    at: Millis,
}

impl Learnt {
    /// Weighs one against others; gives the probability of each, with why.
    pub fn weigh<'a, T>(
        &self,
        own: &Record,
        others: impl Iterator<Item = (T, &'a Record)>,
    ) -> Vec<(T, f64, Vec<Ground>)> {
        let mut catalogue = Catalogue::new();
        let one = catalogue.add(own);
        let places: Vec<(T, &Record, u32)> = others.map(|(name, other)| (name, other, catalogue.add(other))).collect();
        let scorer = Scorer::with_frequencies(&catalogue, &self.parameters, &self.frequencies);
        places
            .into_iter()
            .map(|(name, other, place)| {
                let why = grounds(&scorer.reasons(one, place), own, other);
                (name, scorer.score(one, place).probability, why)
            })
            .collect()
    }
}

#[derive(Debug, Default)]
pub(crate) struct Model(Mutex<Option<Arc<Learnt>>>);

impl Model {
    fn get(&self) -> Option<Arc<Learnt>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, learnt: &Arc<Learnt>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(learnt.clone());
    }
}

/// What holds now. Where it is learnt anew, what was suggested before is weighed again by it.
pub(super) async fn learnt(engine: &Arc<Engine>) -> Result<Arc<Learnt>> {
    let known = people::count_identities(&mut engine.db.reader()).await?;
    let now = engine.now();
    let holds =
        |learnt: &Arc<Learnt>| (0..HOLDS).contains(&(now - learnt.at)) && (known as f64) < learnt.known as f64 * GROWN;
    if let Some(learnt) = engine.identities.get().filter(holds) {
        return Ok(learnt);
    }
    let learnt = Arc::new(learn(engine, known, now).await?);
    weigh_again(engine, &learnt).await?;
    // Only now: where that was broken off, it is learnt and weighed from the beginning.
    engine.identities.set(&learnt);
    Ok(learnt)
}

async fn learn(engine: &Engine, known: i64, at: Millis) -> Result<Learnt> {
    let mut records = Vec::new();
    let mut below = IdentityId(i64::MAX);
    while (records.len() as i64) < MOST_RECORDS {
        let page = suggestions::newest(&mut engine.db.reader(), below, PAGE).await?;
        let Some(last) = page.last() else { break };
        below = last.id;
        let says = said(&mut engine.db.reader(), &page).await?;
        records.extend(page.iter().map(|identity| record(engine, identity, &says)));
    }
    let mut seed = [0; 8];
    engine.chance.fill(&mut seed);
    let chance = SeededChance::new(u64::from_le_bytes(seed));
    let learning = move || {
        let mut catalogue = Catalogue::new();
        for record in &records {
            catalogue.add(record);
        }
        let blocks = Blocks::new(&catalogue, Blocking::default());
        let expected = Parameters::expected(usize::try_from(known).unwrap_or(usize::MAX).max(2));
        let estimate = estimate(&catalogue, &blocks, Scope::Within, &expected, EFFORT, &chance as &dyn Chance);
        Learnt { parameters: estimate.parameters, frequencies: catalogue.frequencies(), known, at }
    };
    Ok(tokio::task::spawn_blocking(learning).await.map_err(io::Error::other)?)
}

async fn weigh_again(engine: &Arc<Engine>, learnt: &Arc<Learnt>) -> Result<()> {
    let mut after = (IdentityId(0), IdentityId(0));
    loop {
        let mut tx = engine.db.begin_background().await?;
        threads::place_alone(&mut tx).await?;
        let page = suggestions::after(&mut tx, after, PIECE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = (last.first_id, last.second_id);
        let ids: Vec<IdentityId> = page.iter().flat_map(|one| [one.first_id, one.second_id]).collect();
        let identities = suggestions::identities(&mut tx, &ids).await?;
        let says = said(&mut tx, &identities).await?;
        for old in page {
            let Some(new) = weighed(engine, learnt, (&identities, &says), &old) else {
                suggestions::remove(&mut tx, old.first_id, old.second_id).await?;
                continue;
            };
            if !is_alike(&old, &new) {
                suggestions::put(&mut tx, &new).await?;
            }
        }
        tx.commit().await?;
        tokio::task::yield_now().await;
    }
}

/// Whether nobody would see a difference between the two.
fn is_alike(old: &Suggestion, new: &Suggestion) -> bool {
    let shown = |probability: f64| ((probability * 1_000.0).round(), probability >= PROBABLE);
    let (before, now) = (read_grounds(&old.reasons), read_grounds(&new.reasons));
    let weighs_alike =
        |(a, b): (&Ground, &Ground)| a.about == b.about && a.what == b.what && (a.bits - b.bits).abs() < A_BIT;
    shown(old.probability) == shown(new.probability)
        && before.len() == now.len()
        && before.iter().zip(&now).all(weighs_alike)
}

/// The same suggestion as it is now; none where it is not likely any more.
fn weighed(
    engine: &Engine,
    learnt: &Learnt,
    (identities, says): (&[Identity], &Said),
    old: &Suggestion,
) -> Option<Suggestion> {
    let of = |id: IdentityId| identities.iter().find(|identity| identity.id == id);
    let (one, other) = (record(engine, of(old.first_id)?, says), record(engine, of(old.second_id)?, says));
    let (_, probability, grounds) = learnt.weigh(&one, [((), &other)].into_iter()).pop()?;
    let likely = probability >= LIKELY;
    likely.then(|| Suggestion {
        probability,
        reasons: serde_json::to_string(&grounds).unwrap_or_default(),
        ..old.clone()
    })
}
