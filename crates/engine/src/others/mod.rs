//! Other organisations beside ours: how they answer in public, from what was heard here, and how we do, counted the same way
//! on the same networks. What they do where nobody sees it is not made up, and none of it is ever published.

mod compare;
mod erasing;
mod form;
mod words;

pub use compare::{Compared, Side, Silent, compare};
pub(crate) use erasing::{export, named};
pub use form::{AccountForm, MOST_ACCOUNTS, OtherForm};
pub use tertulia_analysis::others::{Answers, Case, Kind};
pub use words::{ANSWERED, FIRST_ANSWER, UNSEEN};

use crate::{Engine, EngineError, Result};
use form::Read;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tertulia_model::{ChannelId, IdentityId, Millis, UserId};
use tertulia_store::{
    StoreError, Tx, changes,
    others::{self as stored, Account, NewAccount, Other},
    people,
};

pub const TOPIC: &str = "other";
/// More than anybody compares themselves with.
const MOST: usize = 50;
/// One that was removed can be put back for so long: longer than anybody is offered it.
const KEPT_FOR: Millis = 48 * 3_600_000;

/// One of them, with its accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    pub other: Other,
    pub accounts: Vec<Account>,
}

/// What can be undone, as it travels through the browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Undo {
    Added(i64),
    Removed(i64),
    /// With what it was called, its accounts, and the version that came of the change.
    Changed {
        id: i64,
        name: String,
        accounts: Vec<(IdentityId, String, Option<ChannelId>)>,
        version: i64,
    },
}

fn missing() -> EngineError {
    EngineError::missing("This organisation")
}

/// All of them, by name.
pub async fn all(engine: &Engine) -> Result<Vec<Known>> {
    let mut db = engine.db.reader();
    let others = stored::all(&mut db).await?;
    let ids: Vec<i64> = others.iter().map(|other| other.id).collect();
    let accounts = stored::accounts(&mut db, &ids).await?;
    let of = |id: i64| accounts.iter().filter(|account| account.other_id == id).cloned().collect();
    Ok(others.into_iter().map(|other| Known { accounts: of(other.id), other }).collect())
}

pub async fn one(engine: &Engine, id: i64) -> Result<Known> {
    let mut db = engine.db.reader();
    let other = stored::get(&mut db, id).await?.filter(|other| other.removed_at.is_none()).ok_or_else(missing)?;
    let accounts = stored::accounts(&mut db, &[id]).await?;
    Ok(Known { other, accounts })
}

/// A member names one.
pub async fn add(engine: &Arc<Engine>, by: UserId, form: &OtherForm) -> Result<(i64, Undo)> {
    let mut tx = engine.db.begin().await?;
    let read = form.read(&mut tx).await?;
    if stored::all(&mut tx).await?.len() >= MOST {
        let words = format!("There are {MOST} already. Remove one that nobody looks at.");
        return Err(EngineError::Refused(words));
    }
    let new = other(engine, (engine.next_id(), by), &read);
    called_so(stored::add(&mut tx, &new).await)?;
    stored::set_accounts(&mut tx, new.id, &read.accounts).await?;
    tell(engine, tx, new.id).await?;
    Ok((new.id, Undo::Added(new.id)))
}

/// Changes its name and accounts, unless somebody did so since `version`.
pub async fn change(
    engine: &Arc<Engine>,
    by: UserId,
    (id, version): (i64, Option<i64>),
    form: &OtherForm,
) -> Result<Undo> {
    let mut tx = engine.db.begin().await?;
    let read = form.read(&mut tx).await?;
    let before = standing(&mut tx, id).await?;
    if version.is_some_and(|version| version != before.version) {
        let words = "Somebody changed this organisation meanwhile. Nothing of yours was saved; open it again.";
        return Err(EngineError::Refused(words.to_owned()));
    }
    let accounts = stored::accounts(&mut tx, &[id]).await?;
    put(engine, &mut tx, (id, by), &read).await?;
    tell(engine, tx, id).await?;
    let accounts = accounts.into_iter().map(|one| (one.identity_id, one.called, one.page_id)).collect();
    Ok(Undo::Changed { id, name: before.name, accounts, version: before.version + 1 })
}

/// Takes it away. Nothing that was heard is changed by it.
pub async fn remove(engine: &Arc<Engine>, id: i64) -> Result<Undo> {
    let mut tx = engine.db.begin().await?;
    standing(&mut tx, id).await?;
    stored::forget_removed(&mut tx, engine.now() - KEPT_FOR).await?;
    stored::remove(&mut tx, id, Some(engine.now())).await?;
    tell(engine, tx, id).await?;
    Ok(Undo::Removed(id))
}

/// It stands again as it was.
pub async fn put_back(engine: &Arc<Engine>, id: i64) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    let known = stored::get_to_change(&mut tx, id).await?.ok_or_else(missing)?;
    if known.removed_at.is_none() {
        return Err(EngineError::Refused("It stands already.".to_owned()));
    }
    called_so(stored::remove(&mut tx, id, None).await)?;
    tell(engine, tx, id).await
}

/// Undoes it, where nothing came of it since; gives the one that it was about, while it stands.
pub async fn undo(engine: &Arc<Engine>, by: UserId, undo: Undo) -> Result<Option<i64>> {
    match undo {
        Undo::Added(id) => remove(engine, id).await.map(|_| None),
        Undo::Removed(id) => put_back(engine, id).await.map(|()| Some(id)),
        Undo::Changed { id, name, accounts, version } => {
            let mut tx = engine.db.begin().await?;
            if standing(&mut tx, id).await?.version != version {
                let words = "It was changed again since, so there is nothing to undo.";
                return Err(EngineError::Refused(words.to_owned()));
            }
            let mut read = Read::called(&name)?;
            for (identity_id, called, page_id) in accounts {
                // Whoever was erased meanwhile is not looked at again.
                if people::identity_by_id(&mut tx, identity_id).await?.is_some() {
                    read.accounts.push(NewAccount { identity_id, called, page_id });
                }
            }
            put(engine, &mut tx, (id, by), &read).await?;
            tell(engine, tx, id).await?;
            Ok(Some(id))
        }
    }
}

/// As it stands, held until the transaction ends.
async fn standing(tx: &mut Tx, id: i64) -> Result<Other> {
    let known = stored::get_to_change(tx, id).await?.filter(|other| other.removed_at.is_none());
    known.ok_or_else(missing)
}

fn other(engine: &Engine, (id, saved_by): (i64, UserId), read: &Read) -> Other {
    let (name, name_folded) = (read.name.clone(), read.name_folded.clone());
    Other { id, name, name_folded, saved_by, saved_at: engine.now(), version: 0, removed_at: None }
}

async fn put(engine: &Engine, tx: &mut Tx, (id, by): (i64, UserId), read: &Read) -> Result<()> {
    called_so(stored::put(tx, &other(engine, (id, by), read)).await)?;
    stored::set_accounts(tx, id, &read.accounts).await?;
    Ok(())
}

fn called_so(done: tertulia_store::Result<()>) -> Result<()> {
    if matches!(done, Err(StoreError::Conflict)) {
        return Err(EngineError::invalid("name", "Another one is called so. Choose another name, or change that one."));
    }
    Ok(done?)
}

async fn tell(engine: &Engine, mut tx: Tx, id: i64) -> Result<()> {
    let noted = changes::note(&mut tx, &[(TOPIC, id)], engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(())
}
