//! Who may be the same person as somebody else: in the background, as identities come and change. Nothing is merged by it.

use super::{
    by_itself,
    learn::{self, Learnt},
    traits::{self, Said, said},
};
use crate::{Engine, Result, worker, worker::Done};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, sync::Arc, time::Instant};
use tertulia_analysis::identity::{About, Comparison, Field, KEY_VERSION, Level, Reason, Record, keys};
use tertulia_model::{IdentityId, JobId, Millis, PersonId};
use tertulia_store::{
    Tx, jobs,
    people::{self, Identity},
    suggestions::{self, Suggestion},
    threads,
};

/// More than half of what is shown should be so.
pub(super) const LIKELY: f64 = 0.5;
/// What more identities than this share tells nobody apart, and is not followed.
const COMMON: i64 = 100;
/// The best for each identity.
const MOST: usize = 5;
/// Identities that are looked at in one round, and stored in one transaction.
const PIECE: i64 = 50;
/// Rounds after which it is seen whether there is more to be learnt.
const LEARN_AFTER: u32 = 100;
/// A flood of newcomers is looked at together.
const SOON: Millis = 2_000;

/// At the end of a transaction that may have stored or changed identities.
pub(crate) async fn if_news(engine: &Engine, tx: &mut Tx) -> Result<()> {
    if suggestions::any_unkeyed(tx, KEY_VERSION).await? {
        soon(engine, tx).await?;
    }
    Ok(())
}

/// At the end of a transaction that stores or changes identities: from here on others who do so wait for it.
pub(crate) async fn soon(engine: &Engine, tx: &mut Tx) -> Result<()> {
    Ok(jobs::add(tx, JobId(engine.next_id()), worker::SUGGEST, 0, engine.now() + SOON).await?)
}

/// When the program starts: whoever was heard by an earlier version, or is looked for by other keys now, is looked at.
pub(crate) async fn catch_up(engine: &Engine) -> Result<()> {
    if suggestions::any_unkeyed(&mut engine.db.reader(), KEY_VERSION).await? {
        let mut tx = engine.db.begin_background().await?;
        soon(engine, &mut tx).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Why two may be one, as it is kept: what was compared, how well it agrees, and how many bits that weighs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ground {
    /// None: that they may be two of one house or firm.
    pub about: Option<(Comparison, Level)>,
    pub bits: f64,
    /// What both say, where that is a page, a number or a line of a signature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub what: Option<String>,
}

impl Ground {
    fn of(reason: &Reason, one: &Record, other: &Record) -> Self {
        let about = match reason.about {
            About::Comparison(comparison, level) => Some((comparison, level)),
            About::Household => None,
        };
        let field = match about {
            Some((Comparison::Link, Level::Exact)) => Some(Field::Link),
            Some((Comparison::Phone, Level::Exact)) => Some(Field::Phone),
            Some((Comparison::Signature, Level::Exact)) => Some(Field::Signature),
            _ => None,
        };
        let what = field.and_then(|field| {
            let mut ours = one.values().filter(|(of, _)| *of == field);
            ours.find(|value| other.values().any(|theirs| theirs == *value))
        });
        Self { about, bits: reason.weight, what: what.map(|(_, value)| value.to_owned()) }
    }
}

pub(super) fn grounds(reasons: &[Reason], one: &Record, other: &Record) -> Vec<Ground> {
    reasons.iter().map(|reason| Ground::of(reason, one, other)).collect()
}

/// The grounds of a suggestion that is kept.
pub fn read_grounds(json: &str) -> Vec<Ground> {
    serde_json::from_str(json).unwrap_or_default()
}

/// Looks at all whose keys are not noted yet.
pub(crate) async fn suggest(engine: &Arc<Engine>) -> Result<Done> {
    let mut rounds = 0_u32;
    let mut learnt = learn::learnt(engine).await?;
    loop {
        let begun = Instant::now();
        let fresh = suggestions::unkeyed(&mut engine.db.reader(), KEY_VERSION, PIECE).await?;
        if fresh.is_empty() {
            by_itself::merge_probable(engine).await?;
            return Ok(Done::Finished);
        }
        look_at(engine, fresh, &learnt).await?;
        engine.bus.give_way(begun, engine.now()).await;
        rounds += 1;
        // To see whether there are many more costs a look at all of them.
        if rounds.is_multiple_of(LEARN_AFTER) {
            learnt = learn::learnt(engine).await?;
        }
    }
}

/// What was found of one: by which keys it is found itself, and who it may be.
struct Looked {
    identity: Identity,
    keys: Vec<i64>,
    found: Vec<(IdentityId, f64, Vec<Ground>)>,
}

async fn look_at(engine: &Arc<Engine>, fresh: Vec<Identity>, learnt: &Arc<Learnt>) -> Result<()> {
    let mut looked = Vec::with_capacity(fresh.len());
    let says = said(&mut engine.db.reader(), &fresh).await?;
    // Among themselves as well: none of them is found by its keys yet.
    let together: Vec<(IdentityId, PersonId, Record)> =
        fresh.iter().map(|identity| (identity.id, identity.person_id, record(engine, identity, &says))).collect();
    for identity in fresh {
        let record = record(engine, &identity, &says);
        let keys: Vec<i64> = keys(&record).into_iter().map(u64::cast_signed).collect();
        let mut others = candidates(engine, &identity, &keys).await?;
        others.extend(
            together
                .iter()
                .filter(|(id, person, _)| *id < identity.id && *person != identity.person_id)
                .map(|(id, _, other)| (*id, other.clone())),
        );
        let learnt = learnt.clone();
        let weighed = move || weigh(&learnt, &record, &others);
        let found = tokio::task::spawn_blocking(weighed).await.map_err(std::io::Error::other)?;
        looked.push(Looked { identity, keys, found });
    }
    let mut tx = engine.db.begin_background().await?;
    // Nobody is erased between being read here and being noted.
    threads::place_alone(&mut tx).await?;
    let of_one = |one: &Looked| one.found.iter().map(|(other, ..)| *other).chain([one.identity.id]).collect::<Vec<_>>();
    let ids: Vec<IdentityId> = looked.iter().flat_map(of_one).collect();
    // Whoever changed meanwhile is looked at again, as they are now; until this is noted nobody changes.
    let now = people::to_change(&mut tx, &ids).await?;
    let still_says = said(&mut tx, &now).await?;
    looked.retain(|one| now.contains(&one.identity) && still_says.get(&one.identity.id) == says.get(&one.identity.id));
    for one in &looked {
        suggestions::keep_keys(&mut tx, one.identity.id, KEY_VERSION, &one.keys).await?;
    }
    for one in &looked {
        let still = |other: &IdentityId| now.iter().any(|identity| identity.id == *other);
        for (other, probability, grounds) in one.found.iter().filter(|(other, ..)| still(other)) {
            suggestions::put(&mut tx, &suggestion(engine, one.identity.id, *other, *probability, grounds)).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}

fn suggestion(engine: &Engine, one: IdentityId, other: IdentityId, probability: f64, grounds: &[Ground]) -> Suggestion {
    Suggestion {
        first_id: one.min(other),
        second_id: one.max(other),
        probability,
        reasons: serde_json::to_string(grounds).unwrap_or_default(),
        found_at: engine.now(),
    }
}

/// What is known of an identity. An address that somebody typed and nobody confirmed is what they say of themselves, as a name is,
/// and as what stands in their profile and below their mails.
pub(super) fn record(engine: &Engine, identity: &Identity, says: &Said) -> Record {
    let mut record = Record::new();
    if let Some(name) = &identity.name {
        record.add(Field::FullName, name);
    }
    if let Some(field) = field_of(engine, identity) {
        record.add(field, &identity.handle);
    }
    if let Some(claimed) = &identity.claimed_mail {
        record.add(Field::Email, claimed);
    }
    traits::add_to(&mut record, says.get(&identity.id).map_or(&[][..], Vec::as_slice));
    record
}

/// What a handle says about somebody. One that a machine gave them, here or on a network, says nothing.
fn field_of(engine: &Engine, identity: &Identity) -> Option<Field> {
    let handle = &identity.handle;
    let is_visitor = engine.registry.of_space(&identity.space).is_some_and(|known| known.spec().hosts_visitors);
    let is_number =
        |text: &str| text.len() > 6 && text.bytes().all(|byte| byte.is_ascii_digit() || b" -()".contains(&byte));
    match handle.strip_prefix('+') {
        _ if is_visitor || handle.starts_with("did:") => None,
        _ if identity.space == "mail" => Some(Field::Email),
        Some(digits) if is_number(digits) => Some(Field::Phone),
        _ => Some(Field::Handle),
    }
}

/// Others with whom it shares a key that is not everybody's.
async fn candidates(engine: &Engine, identity: &Identity, keys: &[i64]) -> Result<Vec<(IdentityId, Record)>> {
    let mut db = engine.db.reader();
    let mut ids: BTreeSet<IdentityId> = BTreeSet::new();
    for key in keys {
        let sharing = suggestions::having(&mut db, *key, COMMON + 1).await?;
        if sharing.len() as i64 <= COMMON {
            ids.extend(sharing);
        }
    }
    ids.remove(&identity.id);
    let ids: Vec<IdentityId> = ids.into_iter().collect();
    let mut others = suggestions::identities(&mut db, &ids).await?;
    others.retain(|other| other.person_id != identity.person_id);
    let says = said(&mut db, &others).await?;
    Ok(others.iter().map(|other| (other.id, record(engine, other, &says))).collect())
}

/// The most probable of them, with why.
fn weigh(learnt: &Learnt, own: &Record, others: &[(IdentityId, Record)]) -> Vec<(IdentityId, f64, Vec<Ground>)> {
    let mut found = learnt.weigh(own, others.iter().map(|(id, other)| (*id, other)));
    found.retain(|(_, probability, _)| *probability >= LIKELY);
    found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    found.truncate(MOST);
    found
}
