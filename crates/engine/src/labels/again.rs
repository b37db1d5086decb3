//! Labelling again what was heard before, where other models say it than did: in the background, newest first, by
//! small steps that leave off and go on.

use super::{TOPIC, programs};
use crate::{
    Engine, Result,
    worker::{self, Done},
};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, io, panic, sync::Arc, time::Instant};
use tertulia_analysis::{
    labels::{self, Guess, Kind, Labels, Models, Place, version::alike},
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
/// Messages that a bigger model labels in one step, as it takes its time: people are not to wait for one.
const MOST_BIGGER: usize = 32;
/// Steps in which nothing was to be labelled, after which it is kept all the same how far they came.
const KEPT_AFTER: u32 = 25;
/// For so long a program leaves the job to the one whose it is.
const LEFT_TO_ANOTHER: Millis = 60_000;

/// How far it has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// To which version of the models.
    pub version: i64,
    /// The place below which nothing was looked at yet.
    below: Option<i64>,
    /// The place down to which there is something to label; none where that is everything.
    #[serde(default)]
    until: Option<i64>,
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

/// By which models the past is labelled, or was: those of this program, unless another one does that.
pub async fn version(engine: &Engine, on: &mut impl Sql) -> Result<i64> {
    Ok(progress(on).await?.map_or(engine.models.version(), |stands| stands.version))
}

/// Has the past labelled again, where other models labelled it than those of this program, and this is the one to do it: also
/// what a program with others, that went on for a while beside this one, labelled after all else was done.
pub async fn catch_up(engine: &Arc<Engine>) -> Result<()> {
    let ours = engine.models.version();
    programs::stand(engine).await?;
    let mut db = engine.db.reader();
    let kept = progress(&mut db).await?;
    if !programs::leads(engine, &mut db, kept.as_ref()).await? {
        return Ok(());
    }
    let is_ours = |kept: &Option<Progress>, has_ended: bool| {
        kept.as_ref().is_some_and(|stands| stands.version == ours && stands.ended_at.is_some() == has_ended)
    };
    let mut next = begun(engine, 0);
    if is_ours(&kept, true) {
        // All was labelled; what another program labelled since lies between two places.
        let Some((highest, lowest, many)) = stored::outdated_between(&mut db, &alike(ours)).await? else {
            return Ok(());
        };
        next = Progress { below: highest.checked_add(1), until: Some(lowest), of: many, ..next };
    } else if !is_ours(&kept, false) {
        next.of = stored::count_to_label(&mut db).await?;
    }
    let is_empty = reading::oldest_place(&mut db).await?.is_none();
    let mut tx = engine.db.begin_bulk().await?;
    // No step of another program comes between what is read here and what is kept.
    threads::place_alone(&mut tx).await?;
    let kept = progress(&mut tx).await?;
    if !programs::leads(engine, &mut tx, kept.as_ref()).await? {
        return Ok(());
    }
    if kept.is_none() && is_empty {
        keep(&mut tx, &ended(engine, next)).await?;
        return Ok(tx.commit().await?);
    }
    if !is_ours(&kept, false) {
        // Said together with the job: who takes that up with other models sees that it is none of theirs. Where another program
        // came between, all is looked at.
        let next = if is_ours(&kept, true) { next } else { Progress { below: None, until: None, ..next } };
        keep(&mut tx, &next).await?;
    }
    jobs::add(&mut tx, JobId(engine.next_id()), worker::LABEL, 0, engine.now()).await?;
    Ok(tx.commit().await?)
}

fn begun(engine: &Engine, of: i64) -> Progress {
    let version = engine.models.version();
    Progress { version, below: None, until: None, looked: 0, of, labelled: 0, begun_at: engine.now(), ended_at: None }
}

fn ended(engine: &Engine, progress: Progress) -> Progress {
    Progress { looked: progress.of, ended_at: Some(engine.now()), ..progress }
}

/// Runs the job.
pub(crate) async fn run(engine: &Arc<Engine>) -> Result<Done> {
    let mut db = engine.db.reader();
    let kept = progress(&mut db).await?;
    // Another program's job is not ours to finish, whether it had begun or comes while we work.
    if !programs::leads(engine, &mut db, kept.as_ref()).await? {
        return Ok(Done::PutOff(engine.now() + LEFT_TO_ANOTHER));
    }
    let mut stands = match kept.filter(|stands| stands.version == engine.models.version()) {
        Some(stands) => stands,
        None => begun(engine, stored::count_to_label(&mut db).await?),
    };
    let mut unkept = 0;
    while stands.ended_at.is_none() {
        let begun = Instant::now();
        let Some(next) = step(engine, stands, &mut unkept).await? else {
            return Ok(Done::PutOff(engine.now() + LEFT_TO_ANOTHER));
        };
        stands = next;
        engine.bus.give_way(begun, engine.now()).await;
    }
    Ok(Done::Finished)
}

/// Labels the next messages again; what was edited or taken back meanwhile is labelled there. None where
/// another program is to do it by now. Where nothing is to be labelled nothing is written, but now and then.
async fn step(engine: &Arc<Engine>, stands: Progress, unkept: &mut u32) -> Result<Option<Progress>> {
    let most = if engine.models.has_bigger() { MOST_BIGGER } else { usize::MAX };
    let below = stands.below.unwrap_or(i64::MAX);
    let found = stored::outdated(&mut engine.db.reader(), &alike(stands.version), below, (LOOK, most)).await?;
    let old = found.old;
    let lowest = found.lowest.filter(|lowest| stands.until.is_none_or(|until| *lowest > until));
    let many = if stands.until.is_some() { i64::try_from(old.len()).unwrap_or(0) } else { found.many };
    let stands = Progress { below: lowest, looked: (stands.looked + many).min(stands.of), ..stands };
    *unkept += 1;
    if old.is_empty() && lowest.is_some() && *unkept < KEPT_AFTER {
        return Ok(Some(stands));
    }
    *unkept = 0;
    let models = engine.models.clone();
    let work = move || {
        let labelled = old.into_par_iter().map(|one| {
            let (labels, version) = label(&models, &one);
            (labels, version, one)
        });
        labelled.collect::<Vec<_>>()
    };
    let labelled: Vec<(Labels, i64, Outdated)> = tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?;
    let mut tx = engine.db.begin_background().await?;
    // Nobody is erased between being read here and being noted.
    threads::place_alone(&mut tx).await?;
    let kept = progress(&mut tx).await?;
    if !programs::leads(engine, &mut tx, kept.as_ref()).await? {
        return Ok(None);
    }
    let asked: Vec<(MessageId, i64)> = labelled.iter().map(|(.., one)| (one.id, one.revision)).collect();
    let still = stored::still(&mut tx, &asked).await?;
    let labelled: Vec<_> = labelled.into_iter().filter(|(.., one)| still.binary_search(&one.id).is_ok()).collect();
    let row = |(labels, version, one): &(Labels, i64, Outdated)| super::row(one.id, one.revision, (labels, *version));
    let rows: Vec<_> = labelled.iter().map(row).collect();
    stored::put(&mut tx, &rows).await?;
    set_languages(&mut tx, &labelled).await?;
    let count = |many: usize| i64::try_from(many).unwrap_or(0);
    let mut stands = Progress { labelled: stands.labelled + count(rows.len()), ..stands };
    if lowest.is_none() {
        stands = ended(engine, stands);
    }
    keep(&mut tx, &stands).await?;
    let noted = changes::note(&mut tx, &[(TOPIC, 0)], engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    engine.heard.notify_one();
    Ok(Some(stands))
}

/// One text that breaks a model must not hold up all others.
fn label(models: &Models, one: &Outdated) -> (Labels, i64) {
    let subject = one.subject.as_deref().unwrap_or_default();
    let place = if one.visibility == "public" { Place::Public } else { Place::Private };
    let label = || models.label_by(subject, &quotes::own_text(&one.text), place);
    panic::catch_unwind(panic::AssertUnwindSafe(label)).unwrap_or_else(|_| (Labels::default(), models.version()))
}

/// A message stands in the language that the model tells, unless its source or a person said another.
async fn set_languages(tx: &mut Tx, labelled: &[(Labels, i64, Outdated)]) -> Result<()> {
    let told: Vec<(&Outdated, String)> =
        labelled.iter().filter_map(|(labels, _, one)| Some((one, better(one, labels.get(Kind::Language)?)?))).collect();
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
