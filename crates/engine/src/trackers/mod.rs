//! A tracker of issues tells us that the issue of a change was closed. It never moves the change: a note says so, and a
//! person is asked whether it is done. Who calls is proven by a secret that is shown once.

mod payload;
mod proof;

use crate::{
    Engine, EngineError, Result,
    buckets::{Buckets, Size, household},
    feedback,
    ingest::Tries,
};
use payload::{Told, What};
use std::{net::IpAddr, sync::Arc};
use tertulia_connector::{Request, Secret, SecretSet, sign};
use tertulia_model::{ChangeId, Millis, UserId};
use tertulia_store::{
    changes,
    trackers::{self, Note, Tracker},
};

/// The topic under which a change of trackers is announced.
pub const TOPIC: &str = "tracker";
/// More than an organisation has.
pub const MOST_TRACKERS: usize = 20;
const LONGEST_TITLE: usize = 100;
const SECRET: &str = "secret";

/// A call is known again for so long; what is said to be older than a third of that is not heeded, so that what was forgotten
/// cannot be played back.
const KEPT: Millis = 90 * 24 * 3_600_000;
const OLDEST: Millis = KEPT / 3;
/// Forgotten in one transaction.
const AT_ONCE: i64 = 500;
/// Changes that one issue may stand behind.
const MOST_CHANGES: usize = 20;

/// Calls to one tracker's door from one address: many issues are closed at once when a release is made.
const CALLS: Size = Size { most: 300, one_each: 1_000 };

#[derive(Debug, Default)]
pub(crate) struct Limits(Buckets<(i64, Option<IpAddr>)>);

/// A tracker that was added, and its secret: it is shown this once.
#[derive(Debug)]
pub struct New {
    pub id: i64,
    pub secret: Secret,
}

/// Where a tracker is to call.
pub fn address(engine: &Engine, id: i64) -> String {
    format!("{}/trackers/{id}", engine.public_url)
}

/// Lets another tracker call.
pub async fn add(engine: &Arc<Engine>, title: &str, by: UserId) -> Result<New> {
    let title = feedback::line(title);
    if title.is_empty() || title.chars().count() > LONGEST_TITLE {
        return Err(EngineError::invalid("title", "Say in a few words which tracker it is, in at most 100 letters."));
    }
    let mut tx = engine.db.begin().await?;
    if trackers::all(&mut tx).await?.len() >= MOST_TRACKERS {
        let why = format!("There are {MOST_TRACKERS} trackers already. Remove one that is not needed any more.");
        return Err(EngineError::Refused(why));
    }
    let mut key = [0; 32];
    engine.chance.fill(&mut key);
    let secret = Secret::new(sign::webhook_secret(&key));
    let secrets = SecretSet::from([(SECRET.to_owned(), secret.clone())]);
    let id = engine.next_id();
    let tracker = Tracker {
        id,
        title,
        secrets: engine.vault.lock(&secrets, engine.chance.as_ref()),
        created_by: by,
        created_at: engine.now(),
        heard_at: None,
    };
    trackers::add(&mut tx, &tracker).await?;
    let noted = changes::note(&mut tx, &[(TOPIC, id)], engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(New { id, secret })
}

/// It calls no more. What it said of changes stays with them.
pub async fn remove(engine: &Arc<Engine>, id: i64) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    if !trackers::remove(&mut tx, id).await? {
        return Err(EngineError::missing("This tracker"));
    }
    let noted = changes::note(&mut tx, &[(TOPIC, id)], engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(())
}

/// Why a call was turned away.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    #[error("There is no such tracker here.")]
    Unknown,
    #[error("This call is not signed with the secret of this tracker, or its time is over.")]
    Unproven,
    #[error("{0}")]
    Unreadable(&'static str),
    #[error("Too many calls from one place; call again in a minute.")]
    TooMany,
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// What came of a call: how many changes it was noted at. None where it told nothing that we heed, or had come before.
pub async fn receive(
    engine: &Arc<Engine>,
    id: i64,
    request: &Request,
) -> std::result::Result<Option<usize>, CallError> {
    let known = trackers::get(&mut engine.db.reader(), id).await.map_err(EngineError::from)?;
    let known = known.ok_or(CallError::Unknown)?;
    if !engine.tracker_limits.0.take([((id, request.from.map(household)), CALLS)], engine.now()) {
        return Err(CallError::TooMany);
    }
    let secrets = engine.vault.unlock(&known.secrets)?;
    let secret = secrets.get(SECRET).ok_or(CallError::Unproven)?;
    let mark = proof::mark(request, secret.reveal(), engine.now()).ok_or(CallError::Unproven)?;
    let told = payload::read(&request.body).map_err(CallError::Unreadable)?;
    if told.as_ref().is_some_and(|told| told.at.is_none()) && !proof::names_its_time(request) {
        return Err(CallError::Unreadable(
            "Say when it was, as \"at\": without that, and signed by its body alone, a call could be played back.",
        ));
    }
    let now = engine.now();
    let told = told.filter(|told| told.at.is_none_or(|at| at > now - OLDEST));
    let mut tries = Tries::default();
    loop {
        match try_note(engine, id, &mark, told.as_ref()).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return Ok(done?),
        }
    }
}

async fn try_note(engine: &Engine, id: i64, mark: &[u8], told: Option<&Told>) -> Result<Option<usize>> {
    let now = engine.now();
    let mut tx = engine.db.begin().await?;
    let is_new = trackers::note_call(&mut tx, id, mark, now).await?;
    let Some(told) = told.filter(|_| is_new) else {
        tx.commit().await?;
        return Ok(None);
    };
    let mut noted = Vec::new();
    for change in trackers::linked(&mut tx, &spellings(&told.url), MOST_CHANGES).await? {
        let held = feedback::held_change(&mut tx, change).await?;
        let said_at = told.at.unwrap_or(now).min(now);
        let link = held.link.clone().unwrap_or_default();
        // What was said of an issue that it linked to before is another story.
        let last = trackers::notes(&mut tx, change, 1).await?.pop().filter(|last| last.link == link);
        // Calls overtake each other: what was said before the last note is over; and to say the same once more is no news.
        if last.is_some_and(|last| last.said_at > said_at || last.what == told.what.as_str()) {
            continue;
        }
        trackers::settle(&mut tx, change).await?;
        let is_open = matches!(held.state.as_str(), "considering" | "planned");
        let note = Note {
            id: engine.next_id(),
            change_id: change,
            tracker_id: id,
            link,
            what: told.what.as_str().to_owned(),
            said_at,
            heard_at: now,
            waits: told.what == What::Closed && is_open,
        };
        trackers::add_note(&mut tx, &note).await?;
        noted.push(change);
    }
    feedback::finish(engine, tx, &[], &noted).await?;
    Ok(Some(noted.len()))
}

/// How the page of an issue may be written: GitLab calls issues by two names, and some end with a slash.
fn spellings(url: &str) -> Vec<String> {
    let url = url.split(['#', '?']).next().unwrap_or(url).trim_end_matches('/');
    let other = if url.contains("/-/work_items/") {
        url.replace("/-/work_items/", "/-/issues/")
    } else {
        url.replace("/-/issues/", "/-/work_items/")
    };
    let mut all = vec![url.to_owned(), format!("{url}/"), format!("{other}/"), other];
    all.sort_unstable();
    all.dedup();
    all
}

/// The issue is closed, and yet the change is not done: nobody is asked again until the tracker says something new.
pub async fn not_yet(engine: &Arc<Engine>, change: ChangeId) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    feedback::held_change(&mut tx, change).await?;
    trackers::settle(&mut tx, change).await?;
    feedback::finish(engine, tx, &[], &[change]).await
}

/// Forgets by what old calls would be known again.
pub async fn forget(engine: &Engine) -> Result<()> {
    loop {
        let mut tx = engine.db.begin_bulk().await?;
        let gone = trackers::forget_calls(&mut tx, engine.now() - KEPT, AT_ONCE).await?;
        tx.commit().await?;
        if i64::try_from(gone).unwrap_or(0) < AT_ONCE {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issue_is_known_however_its_page_is_written() {
        let all = spellings("https://lab.example/a/b/-/work_items/7/#note_1");
        assert!(all.contains(&"https://lab.example/a/b/-/issues/7".to_owned()), "{all:?}");
        assert!(all.contains(&"https://lab.example/a/b/-/work_items/7/".to_owned()));
        assert_eq!(spellings("https://x.example/7"), ["https://x.example/7", "https://x.example/7/"]);
    }
}
