//! Random samples of what people wrote, read by two who do not see what a model said. Of each language on each channel as many
//! are drawn: each by the same chance, which the seed of the sample decides, so that it can be drawn again.

use super::TOPIC;
use crate::{Engine, EngineError, Result, ingest::Tries};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};
use tertulia_analysis::labels::Kind;
use tertulia_model::{ChannelId, MessageId, Millis, UserId};
use tertulia_store::{
    Tx, changes,
    label_samples::{self as stored, Drawn, Reading, Sample},
    labels::{self, Candidate},
    threads,
};

/// Of each language on each channel.
pub const LEAST_EACH: i64 = 5;
pub const MOST_EACH: i64 = 200;
/// A sample is read by people.
const MOST: usize = 2_000;
/// The newest so many messages are drawn from, and how many are looked at together.
const DRAWN_FROM: i64 = 200_000;
const PAGE: i64 = 5_000;
/// So many have to say the same of a message.
pub const READERS: usize = 2;

/// What can be undone, as it travels through the browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Undo {
    Drawn(i64),
    Ended(i64),
    /// What somebody said of a message, and what they had said before.
    Read {
        sample: i64,
        message: MessageId,
        made: Option<Told>,
        before: Option<Told>,
    },
    Settled {
        sample: i64,
        message: MessageId,
        made: Option<(i64, UserId, Millis)>,
        before: Option<(i64, UserId, Millis)>,
    },
}

/// A value, or that it cannot be told, and when that was said.
pub type Told = (Option<i64>, Millis);

/// How one message of a sample stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// So many more have to say what it is.
    Waits(usize),
    /// As many read it, and too few of them could tell.
    Untold,
    /// Those who read it say different things.
    Differs,
    /// It is this: two say so, or it was settled.
    Holds(u16),
}

/// By what was said of a message, in the order in which it was said.
pub fn standing(drawn: &Drawn, readings: &[&Reading]) -> Standing {
    if let Some(settled) = drawn.settled.and_then(|value| u16::try_from(value).ok()) {
        return Standing::Holds(settled);
    }
    let mut times: BTreeMap<i64, usize> = BTreeMap::new();
    let said = readings.iter().filter_map(|reading| reading.value);
    said.clone().for_each(|value| *times.entry(value).or_default() += 1);
    let read: usize = times.values().sum();
    if read < READERS {
        // Whoever cannot tell has read it, too: else it would wait for ever.
        return if readings.len() >= READERS { Standing::Untold } else { Standing::Waits(READERS - readings.len()) };
    }
    let most = times.values().copied().max().unwrap_or(0);
    let mut first = times.iter().filter(|(_, times)| **times == most);
    match (first.next(), first.next()) {
        (Some((value, times)), None) if *times >= READERS => {
            u16::try_from(*value).map_or(Standing::Differs, Standing::Holds)
        }
        _ => Standing::Differs,
    }
}

/// A sample with its messages, and what was said of each.
#[derive(Debug, Clone)]
pub struct Outlook {
    pub sample: Sample,
    pub messages: Vec<(Drawn, Vec<Reading>)>,
}

impl Outlook {
    /// How many hold, differ, wait for a second reader and for a first, and cannot be told.
    pub fn counts(&self) -> [usize; 5] {
        let mut counts = [0; 5];
        for (drawn, readings) in &self.messages {
            let at = match standing(drawn, &readings.iter().collect::<Vec<_>>()) {
                Standing::Holds(_) => 0,
                Standing::Differs => 1,
                Standing::Waits(1) => 2,
                Standing::Waits(_) => 3,
                Standing::Untold => 4,
            };
            counts[at] += 1;
        }
        counts
    }

    /// What this reader can still say something of: first what waits, in the order of the sample, then what others differ in.
    pub fn left_for(&self, reader: UserId) -> Vec<&Drawn> {
        let mut waits = Vec::new();
        let mut differs = Vec::new();
        for (drawn, readings) in &self.messages {
            if readings.iter().any(|reading| reading.by_user == reader) {
                continue;
            }
            match standing(drawn, &readings.iter().collect::<Vec<_>>()) {
                Standing::Waits(_) => waits.push(drawn),
                Standing::Differs => differs.push(drawn),
                Standing::Holds(_) | Standing::Untold => {}
            }
        }
        waits.extend(differs);
        waits
    }

    /// Those in which readers differ and that no third can settle by reading: all who read it have to talk.
    pub fn differing(&self) -> impl Iterator<Item = &(Drawn, Vec<Reading>)> {
        let differs = |(drawn, readings): &&(Drawn, Vec<Reading>)| {
            standing(drawn, &readings.iter().collect::<Vec<_>>()) == Standing::Differs
        };
        self.messages.iter().filter(differs)
    }
}

fn missing() -> EngineError {
    EngineError::missing("This sample")
}

/// One sample.
pub async fn outlook(engine: &Engine, id: i64) -> Result<Outlook> {
    let mut db = engine.db.reader();
    let sample = stored::get(&mut db, id).await?.ok_or_else(missing)?;
    let mut said: HashMap<MessageId, Vec<Reading>> = HashMap::new();
    for reading in stored::readings(&mut db, id).await? {
        said.entry(reading.message_id).or_default().push(reading);
    }
    let all = stored::messages(&mut db, id).await?;
    let messages = all.into_iter().map(|drawn| (said.remove(&drawn.message_id).unwrap_or_default(), drawn));
    Ok(Outlook { sample, messages: messages.map(|(said, drawn)| (drawn, said)).collect() })
}

/// All samples, the newest first.
pub async fn whole(engine: &Engine) -> Result<Vec<Sample>> {
    Ok(stored::all(&mut engine.db.reader()).await?)
}

/// The message that a reader is shown next; none where nothing is left for them.
pub async fn next(engine: &Engine, reader: UserId, id: i64) -> Result<Option<MessageId>> {
    let outlook = outlook(engine, id).await?;
    Ok(outlook.left_for(reader).first().map(|drawn| drawn.message_id))
}

/// SplitMix64 of a seed and an id: the same for the same two, and as good as chance (Steele, Lea and Flood 2014).
fn chance_of(seed: i64, message: MessageId) -> u64 {
    let mut mixed = (seed ^ message.0.rotate_left(32)).cast_unsigned().wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// Of one language on one channel: how many there are, and those with the lowest numbers by chance.
#[derive(Default)]
struct Stratum {
    many: i64,
    lowest: BTreeMap<(u64, MessageId), i64>,
}

impl Stratum {
    fn take(&mut self, key: (u64, MessageId), revision: i64, each: usize) {
        self.many += 1;
        self.lowest.insert(key, revision);
        if self.lowest.len() > each {
            self.lowest.pop_last();
        }
    }
}

/// Draws of each cell the `each` candidates that come first by chance: a simple random sample of it without replacement. Gives
/// them in the order of that chance.
fn draw_from(candidates: impl Iterator<Item = Candidate>, seed: i64, each: usize, strata: &mut Strata) {
    for one in candidates {
        let key = (chance_of(seed, one.id), one.id);
        strata.entry((one.channel_id, one.language)).or_default().take(key, one.revision, each);
    }
}

type Strata = BTreeMap<(ChannelId, String), Stratum>;

fn in_order(strata: Strata, sample_id: i64) -> Vec<Drawn> {
    let mut all: Vec<(u64, Drawn)> = Vec::new();
    for ((channel_id, language), stratum) in strata {
        for ((by_chance, message_id), revision) in stratum.lowest {
            let drawn = Drawn {
                sample_id,
                message_id,
                position: 0,
                channel_id,
                language: language.clone(),
                of_cell: stratum.many,
                revision,
                settled: None,
                settled_by: None,
                settled_at: None,
            };
            all.push((by_chance, drawn));
        }
    }
    all.sort_by_key(|(by_chance, drawn)| (*by_chance, drawn.message_id));
    all.into_iter().zip(0..).map(|((_, drawn), position)| Drawn { position, ..drawn }).collect()
}

/// Draws a sample of the newest that people wrote, of each language on each channel so many, of those that were in no sample
/// of this kind.
pub async fn draw(engine: &Arc<Engine>, by: UserId, kind: Kind, each: i64) -> Result<(i64, Undo)> {
    if !(LEAST_EACH..=MOST_EACH).contains(&each) {
        let words = format!("Choose a number from {LEAST_EACH} to {MOST_EACH}.");
        return Err(EngineError::invalid("each", words));
    }
    let seed = i64::try_from(engine.chance.below(1 << 62)).unwrap_or_default();
    let id = engine.next_id();
    let mut db = engine.db.reader();
    let (mut strata, mut below, mut looked) = (Strata::new(), i64::MAX, 0);
    while looked < DRAWN_FROM {
        let (lowest, found) = labels::candidates(&mut db, kind.code(), below, PAGE).await?;
        draw_from(found.into_iter(), seed, usize::try_from(each).unwrap_or(1), &mut strata);
        let Some(lowest) = lowest else { break };
        (below, looked) = (lowest, looked + PAGE);
    }
    let drawn = in_order(strata, id);
    if drawn.is_empty() {
        return Err(nothing_left());
    }
    if drawn.len() > MOST {
        let words = format!(
            "That would be {} messages, which is more than anybody reads. Choose fewer of each language and channel.",
            drawn.len()
        );
        return Err(EngineError::invalid("each", words));
    }
    let sample =
        Sample { id, kind: kind.code(), each_cell: each, seed, drawn_by: by, drawn_at: engine.now(), ended_at: None };
    let mut tx = engine.db.begin().await?;
    // Nobody is erased between being drawn here and being noted.
    threads::place_alone(&mut tx).await?;
    let asked: Vec<(MessageId, i64)> = drawn.iter().map(|one| (one.message_id, one.revision)).collect();
    let still: BTreeSet<MessageId> = labels::still(&mut tx, &asked).await?.into_iter().collect();
    // Somebody else may have drawn of the same meanwhile.
    let ids: Vec<MessageId> = still.iter().copied().collect();
    let theirs = labels::sampled(&mut tx, kind.code(), &ids).await?;
    let is_free = |one: &Drawn| still.contains(&one.message_id) && !theirs.contains(&one.message_id);
    let drawn: Vec<Drawn> = drawn.into_iter().filter(is_free).collect();
    if drawn.is_empty() {
        return Err(nothing_left());
    }
    stored::add(&mut tx, &sample, &drawn).await?;
    tell(engine, tx, id).await?;
    Ok((id, Undo::Drawn(id)))
}

fn nothing_left() -> EngineError {
    let words = "There is nothing to draw from: nothing that a person wrote was left out of the samples before. \
                 As soon as more is heard, another can be drawn.";
    EngineError::Refused(words.to_owned())
}

async fn tell(engine: &Engine, mut tx: Tx, id: i64) -> Result<()> {
    let noted = changes::note(&mut tx, &[(TOPIC, id)], engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(())
}

/// Nobody is asked to go on with it. What was read counts.
pub async fn end(engine: &Arc<Engine>, id: i64) -> Result<Undo> {
    set_ended(engine, id, Some(engine.now())).await?;
    Ok(Undo::Ended(id))
}

/// It is gone on with.
pub async fn take_up(engine: &Arc<Engine>, id: i64) -> Result<()> {
    set_ended(engine, id, None).await
}

async fn set_ended(engine: &Engine, id: i64, at: Option<Millis>) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    let sample = stored::get(&mut tx, id).await?.ok_or_else(missing)?;
    if sample.ended_at.is_some() == at.is_some() {
        let words = if at.is_some() { "It was ended already." } else { "It is gone on with already." };
        return Err(EngineError::Refused(words.to_owned()));
    }
    stored::end(&mut tx, id, at).await?;
    tell(engine, tx, id).await
}

/// A reader says what a message is, or (`None`) that it cannot be told.
pub async fn read(
    engine: &Arc<Engine>,
    by: UserId,
    (sample, message): (i64, MessageId),
    value: Option<u16>,
) -> Result<Undo> {
    let mut tries = Tries::default();
    loop {
        match try_read(engine, by, (sample, message), value).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn try_read(engine: &Engine, by: UserId, at: (i64, MessageId), value: Option<u16>) -> Result<Undo> {
    let mut tx = engine.db.begin().await?;
    let (drawn, kind) = of_sample(&mut tx, at).await?;
    allowed(kind, value)?;
    if labels::still(&mut tx, &[(drawn.message_id, drawn.revision)]).await?.is_empty() {
        let words = "This message was worded anew since the sample was drawn. It counts on neither side.";
        return Err(EngineError::Refused(words.to_owned()));
    }
    let before = said_by(&mut tx, at, by).await?;
    let value = value.map(i64::from);
    let reading = Reading { sample_id: at.0, message_id: at.1, by_user: by, value, at: engine.now() };
    stored::read(&mut tx, &reading).await?;
    tell(engine, tx, at.0).await?;
    let made = Some((reading.value, reading.at));
    Ok(Undo::Read { sample: at.0, message: at.1, made, before })
}

fn allowed(kind: Kind, value: Option<u16>) -> Result<()> {
    if value.is_some_and(|value| !kind.has(value)) {
        return Err(EngineError::invalid("value", "Choose one of the values that are offered."));
    }
    Ok(())
}

/// A message of a sample, held, with the kind of label that is looked for.
async fn of_sample(tx: &mut Tx, (sample, message): (i64, MessageId)) -> Result<(Drawn, Kind)> {
    let drawn = stored::message_to_change(tx, sample, message).await?;
    let drawn = drawn.ok_or_else(|| EngineError::missing("This message of the sample"))?;
    let kind = stored::get(tx, sample).await?.and_then(|sample| Kind::of_code(sample.kind)).ok_or_else(missing)?;
    Ok((drawn, kind))
}

/// What one reader said before: none at all, or perhaps that it cannot be told.
async fn said_by(tx: &mut Tx, (sample, message): (i64, MessageId), by: UserId) -> Result<Option<Told>> {
    let all = stored::readings(tx, sample).await?;
    let mine = all.into_iter().find(|reading| reading.message_id == message && reading.by_user == by);
    Ok(mine.map(|reading| (reading.value, reading.at)))
}

/// A reader takes back what they said.
pub async fn unread(engine: &Arc<Engine>, by: UserId, (sample, message): (i64, MessageId)) -> Result<Undo> {
    let mut tx = engine.db.begin().await?;
    of_sample(&mut tx, (sample, message)).await?;
    let before = said_by(&mut tx, (sample, message), by).await?;
    if !stored::unread(&mut tx, (sample, message), by).await? {
        return Err(EngineError::Refused("You have not said anything of this message.".to_owned()));
    }
    tell(engine, tx, sample).await?;
    Ok(Undo::Read { sample, message, made: None, before })
}

/// Who read a message and differed talked about it: it is this. `None`: they have not yet, after all.
pub async fn settle(
    engine: &Arc<Engine>,
    by: UserId,
    (sample, message): (i64, MessageId),
    value: Option<u16>,
) -> Result<Undo> {
    let mut tx = engine.db.begin().await?;
    let (drawn, kind) = of_sample(&mut tx, (sample, message)).await?;
    allowed(kind, value)?;
    let readings = stored::readings(&mut tx, sample).await?;
    let of_it: Vec<&Reading> = readings.iter().filter(|reading| reading.message_id == message).collect();
    let differs = standing(&Drawn { settled: None, ..drawn.clone() }, &of_it) == Standing::Differs;
    if !differs {
        let words = "Those who read it do not differ, so there is nothing to settle.";
        return Err(EngineError::Refused(words.to_owned()));
    }
    let settled = value.map(|value| (i64::from(value), by, engine.now()));
    stored::settle(&mut tx, (sample, message), settled).await?;
    tell(engine, tx, sample).await?;
    Ok(Undo::Settled { sample, message, made: settled, before: settled_before(&drawn) })
}

fn settled_before(drawn: &Drawn) -> Option<(i64, UserId, Millis)> {
    Some((drawn.settled?, drawn.settled_by?, drawn.settled_at?))
}

fn said_since() -> EngineError {
    let words = "Something else was said of this message since, so there is nothing to undo.";
    EngineError::Refused(words.to_owned())
}

/// Undoes it; gives the sample, where it is still there.
pub async fn undo(engine: &Arc<Engine>, by: UserId, undo: Undo) -> Result<Option<i64>> {
    match undo {
        Undo::Drawn(id) => {
            let mut tx = engine.db.begin().await?;
            stored::get(&mut tx, id).await?.ok_or_else(missing)?;
            if !stored::remove(&mut tx, id).await? {
                tx.roll_back().await?;
                let words = "Somebody has begun to read this sample. End it instead.";
                return Err(EngineError::Refused(words.to_owned()));
            }
            tell(engine, tx, id).await?;
            Ok(None)
        }
        Undo::Ended(id) => take_up(engine, id).await.map(|()| Some(id)),
        Undo::Read { sample, message, made, before } => {
            let mut tx = engine.db.begin().await?;
            of_sample(&mut tx, (sample, message)).await?;
            if said_by(&mut tx, (sample, message), by).await? != made {
                return Err(said_since());
            }
            match before {
                Some((value, at)) => {
                    let reading = Reading { sample_id: sample, message_id: message, by_user: by, value, at };
                    stored::read(&mut tx, &reading).await?;
                }
                None => {
                    stored::unread(&mut tx, (sample, message), by).await?;
                }
            }
            tell(engine, tx, sample).await?;
            Ok(Some(sample))
        }
        Undo::Settled { sample, message, made, before } => {
            let mut tx = engine.db.begin().await?;
            let (drawn, _) = of_sample(&mut tx, (sample, message)).await?;
            if settled_before(&drawn) != made {
                return Err(said_since());
            }
            stored::settle(&mut tx, (sample, message), before).await?;
            tell(engine, tx, sample).await?;
            Ok(Some(sample))
        }
    }
}

#[cfg(test)]
mod tests;
