//! Labelling again what was heard before, where a model says something else than it did: in the background, newest first, by
//! small steps that leave off and go on.

use super::TOPIC;
use crate::{
    Engine, Result,
    worker::{self, Done},
};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, io, panic, sync::Arc, time::Instant};
use tertulia_analysis::{
    labels::{self, Guess, Kind, Labels, Place, VERSION},
    quotes,
};
use tertulia_model::{JobId, MessageId, Millis};
use tertulia_store::{
    Sql, Tx, changes, jobs,
    labels::{self as stored, Outdated},
    messages::flags,
    reading, settings, threads,
};

/// Messages that are looked at in one step.
const LOOK: i64 = 400;
/// From here on a model knows better than what a message was stored with before it was ever labelled.
const SURE: u8 = 90;
/// For so long a program leaves the job to a newer one.
const LEFT_TO_NEWER: Millis = 60_000;

/// How far it has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// To which version of the models.
    pub version: i64,
    /// The place below which nothing was looked at yet.
    below: Option<i64>,
    pub looked: i64,
    /// Messages that there were when it began.
    pub of: i64,
    pub labelled: i64,
    pub begun_at: Millis,
    pub ended_at: Option<Millis>,
}

impl Progress {
    /// Messages that are still to be looked at.
    pub fn left(&self) -> i64 {
        if self.ended_at.is_some() { 0 } else { (self.of - self.looked).max(0) }
    }
}

/// Where labelling again stands; none before it was ever needed.
pub async fn progress(on: &mut impl Sql) -> Result<Option<Progress>> {
    let kept = settings::get(on, settings::LABELS_AGAIN).await?;
    Ok(kept.and_then(|kept| serde_json::from_str(&kept).ok()))
}

async fn keep(tx: &mut Tx, progress: &Progress) -> Result<()> {
    let json = serde_json::to_string(progress).map_err(io::Error::other)?;
    Ok(settings::set(tx, settings::LABELS_AGAIN, &json).await?)
}

/// Has the past labelled again, where this program's models are newer than those that labelled it: also what a program with
/// older ones, that went on for a while beside this one, labelled after all else was done.
pub async fn catch_up(engine: &Arc<Engine>) -> Result<()> {
    let mut db = engine.db.reader();
    let is_done = match progress(&mut db).await? {
        Some(stands) if stands.version > VERSION => true,
        Some(stands) if stands.version == VERSION && stands.ended_at.is_some() => {
            !stored::is_outdated(&mut db, VERSION).await?
        }
        _ => false,
    };
    if is_done {
        return Ok(());
    }
    let is_running = |kept: &Option<Progress>| {
        kept.as_ref().is_some_and(|stands| stands.version == VERSION && stands.ended_at.is_none())
    };
    let of = if is_running(&progress(&mut db).await?) { 0 } else { stored::count_to_label(&mut db).await? };
    let is_empty = reading::oldest_place(&mut db).await?.is_none();
    let mut tx = engine.db.begin_bulk().await?;
    // No step of an older program comes between what is read here and what is kept.
    threads::place_alone(&mut tx).await?;
    match progress(&mut tx).await? {
        Some(stands) if stands.version > VERSION => return Ok(()),
        None if is_empty => {
            keep(&mut tx, &ended(engine, begun(engine, 0))).await?;
            return Ok(tx.commit().await?);
        }
        kept if is_running(&kept) => {}
        // Said together with the job: who takes that up with older models sees that it is none of theirs.
        _ => keep(&mut tx, &begun(engine, of)).await?,
    }
    jobs::add(&mut tx, JobId(engine.next_id()), worker::LABEL, 0, engine.now()).await?;
    Ok(tx.commit().await?)
}

fn begun(engine: &Engine, of: i64) -> Progress {
    Progress { version: VERSION, below: None, looked: 0, of, labelled: 0, begun_at: engine.now(), ended_at: None }
}

fn ended(engine: &Engine, progress: Progress) -> Progress {
    Progress { looked: progress.of, ended_at: Some(engine.now()), ..progress }
}

/// Runs the job.
pub(crate) async fn run(engine: &Arc<Engine>) -> Result<Done> {
    let mut db = engine.db.reader();
    let mut stands = match progress(&mut db).await? {
        Some(stands) if stands.version >= VERSION => stands,
        _ => begun(engine, stored::count_to_label(&mut db).await?),
    };
    // A newer program's job is not ours to finish, whether it had begun or comes while we work.
    while stands.version > VERSION || stands.ended_at.is_none() {
        if stands.version > VERSION {
            return Ok(Done::PutOff(engine.now() + LEFT_TO_NEWER));
        }
        let begun = Instant::now();
        stands = step(engine, stands).await?;
        engine.bus.give_way(begun, engine.now()).await;
    }
    Ok(Done::Finished)
}

/// Labels the next messages again; what was edited or taken back meanwhile is labelled there.
async fn step(engine: &Arc<Engine>, stands: Progress) -> Result<Progress> {
    let below = stands.below.unwrap_or(i64::MAX);
    let (lowest, old) = stored::outdated(&mut engine.db.reader(), VERSION, below, LOOK).await?;
    let work = move || old.into_par_iter().map(|one| (label(&one), one)).collect::<Vec<_>>();
    let labelled: Vec<(Labels, Outdated)> = tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?;
    let mut tx = engine.db.begin_background().await?;
    // Nobody is erased between being read here and being noted.
    threads::place_alone(&mut tx).await?;
    if let Some(newer) = progress(&mut tx).await?.filter(|kept| kept.version > VERSION) {
        return Ok(newer);
    }
    let asked: Vec<(MessageId, i64)> = labelled.iter().map(|(_, one)| (one.id, one.revision)).collect();
    let still = stored::still(&mut tx, &asked).await?;
    let labelled: Vec<_> = labelled.into_iter().filter(|(_, one)| still.binary_search(&one.id).is_ok()).collect();
    let rows: Vec<_> = labelled.iter().map(|(labels, one)| super::row(one.id, one.revision, labels)).collect();
    stored::put(&mut tx, &rows).await?;
    set_languages(&mut tx, &labelled).await?;
    let count = |many: usize| i64::try_from(many).unwrap_or(0);
    let looked = (stands.looked + LOOK).min(stands.of);
    let mut stands = Progress { below: lowest, looked, labelled: stands.labelled + count(rows.len()), ..stands };
    if lowest.is_none() {
        stands = ended(engine, stands);
    }
    keep(&mut tx, &stands).await?;
    let noted = changes::note(&mut tx, &[(TOPIC, 0)], engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    engine.heard.notify_one();
    Ok(stands)
}

/// One text that breaks a model must not hold up all others.
fn label(one: &Outdated) -> Labels {
    let subject = one.subject.as_deref().unwrap_or_default();
    let place = if one.visibility == "public" { Place::Public } else { Place::Private };
    panic::catch_unwind(|| labels::of(subject, &quotes::own_text(&one.text), place)).unwrap_or_default()
}

/// A message stands in the language that the model tells, unless its source or a person said another.
async fn set_languages(tx: &mut Tx, labelled: &[(Labels, Outdated)]) -> Result<()> {
    let told: Vec<(&Outdated, String)> =
        labelled.iter().filter_map(|(labels, one)| Some((one, better(one, labels.get(Kind::Language)?)?))).collect();
    let ids: Vec<MessageId> = told.iter().map(|(one, _)| one.id).collect();
    let said = stored::corrections(tx, &ids).await?;
    let mut each: BTreeMap<String, Vec<MessageId>> = BTreeMap::new();
    for (one, language) in told {
        if !said.iter().any(|said| said.message_id == one.id && said.kind == Kind::Language.code()) {
            each.entry(language).or_default().push(one.id);
        }
    }
    for (language, messages) in each {
        stored::set_languages(tx, &messages, &language).await?;
    }
    Ok(())
}

/// The language as it is told now, where it is another and that is to hold.
fn better(one: &Outdated, guess: Guess) -> Option<String> {
    if one.flags & flags::LANGUAGE_SAID != 0 {
        return None;
    }
    let told = Kind::Language.word(guess.value);
    let was = one.labelled.and_then(|value| u16::try_from(value).ok()).map(|value| Kind::Language.word(value));
    let is_the_models = match was {
        // Of several the model told one, in which the message stands.
        Some(was) => was == one.language || was == labels::languages::SEVERAL,
        None => one.language == labels::languages::UNKNOWN || guess.sure >= SURE,
    };
    // A message stands in one language, also where it is in several.
    (is_the_models && told != one.language && told != labels::languages::SEVERAL).then_some(told)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tertulia_analysis::labels::languages::pack;

    fn outdated(language: &str, labelled: Option<&str>) -> Outdated {
        Outdated {
            id: MessageId(1),
            place: 1,
            revision: 0,
            language: language.to_owned(),
            visibility: "private".to_owned(),
            subject: None,
            text: String::new(),
            flags: 0,
            labelled: labelled.and_then(pack).map(i64::from),
        }
    }

    #[test]
    fn a_language_follows_the_model_unless_its_source_said_another() {
        let told = |sure| Guess { value: pack("pt").unwrap_or_default(), sure };
        let each = [
            (outdated("es", Some("es")), 10, Some("pt")),
            (outdated("gl", Some("es")), 99, None),
            (outdated("pt", Some("pt")), 99, None),
            (outdated("und", None), 10, Some("pt")),
            (outdated("es", None), SURE - 1, None),
            (outdated("es", None), SURE, Some("pt")),
            (outdated("es", Some("mul")), 10, Some("pt")),
            (Outdated { flags: flags::LANGUAGE_SAID, ..outdated("es", Some("es")) }, 99, None),
            (Outdated { flags: flags::LANGUAGE_SAID, ..outdated("es", None) }, 99, None),
        ];
        let several = Guess { value: pack("mul").unwrap_or_default(), sure: 99 };
        assert_eq!(better(&outdated("es", Some("es")), several), None, "it still stands in one");
        for (one, sure, expected) in each {
            assert_eq!(better(&one, told(sure)).as_deref(), expected, "{one:?} {sure}");
        }
    }
}
