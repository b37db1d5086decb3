//! What channels left for later: a page to be fetched, a subscription to be renewed. When, says the job.

use crate::{Result, Sql, StoreError, Tx, binds};
use tertulia_model::{self as model, ChannelId, Millis};

#[derive(Debug, Clone, PartialEq)]
pub struct Errand {
    pub id: i64,
    pub channel_id: ChannelId,
    pub name: String,
    pub task: serde_json::Value,
}

/// Notes an errand, over the one of that name on that channel that may stand there; gives the id under which it stands.
pub async fn put(tx: &mut Tx, id: i64, channel: ChannelId, name: &str, task: &serde_json::Value) -> Result<i64> {
    let sql = "INSERT INTO errands (id, channel_id, name, task) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (channel_id, name) DO UPDATE SET task = excluded.task RETURNING id";
    tx.number(sql, binds![id, channel, name, task.to_string()]).await
}

/// What is to be done changes; false where the errand is gone, and then nothing is noted.
pub async fn rewrite(tx: &mut Tx, id: i64, task: &serde_json::Value) -> Result<bool> {
    Ok(tx.run("UPDATE errands SET task = $2 WHERE id = $1", binds![id, task.to_string()]).await? == 1)
}

/// Notes a piece of an errand that comes in pieces: it is gathered with what stands there under its name.
pub async fn gather(tx: &mut Tx, id: i64, channel: ChannelId, errand: model::Errand) -> Result<i64> {
    // The first piece takes the row, the others wait for it and are added: none is lost to one that comes beside it.
    let sql = "INSERT INTO errands (id, channel_id, name, task) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (channel_id, name) DO NOTHING";
    if tx.run(sql, binds![id, channel, &*errand.key, errand.task.to_string()]).await? == 1 {
        return Ok(id);
    }
    let sql = format!("SELECT id FROM errands WHERE channel_id = $1 AND name = $2 {}", tx.dialect().for_update());
    let standing = tx.number(sql, binds![channel, &*errand.key]).await?;
    let task = get(tx, standing).await?.map(|standing| standing.task).unwrap_or_default();
    let mut whole = model::Errand { task, ..errand.clone() };
    whole.gather(errand);
    put(tx, standing, channel, &whole.key, &whole.task).await
}

pub async fn get(on: &mut impl Sql, id: i64) -> Result<Option<Errand>> {
    let sql = "SELECT channel_id, name, task FROM errands WHERE id = $1";
    let Some((channel_id, name, task)) = on.row::<(ChannelId, String, String)>(sql, binds![id]).await? else {
        return Ok(None);
    };
    let task = serde_json::from_str(&task).map_err(|_| StoreError::Broken(format!("errand {id} cannot be read")))?;
    Ok(Some(Errand { id, channel_id, name, task }))
}

/// It is done, unless it was replaced by another task of its name in the meantime.
pub async fn finish(tx: &mut Tx, errand: &Errand) -> Result<()> {
    tx.run("DELETE FROM errands WHERE id = $1 AND task = $2", binds![errand.id, errand.task.to_string()]).await?;
    Ok(())
}

pub async fn count(on: &mut impl Sql, channel: ChannelId) -> Result<i64> {
    on.number("SELECT COUNT(*) FROM errands WHERE channel_id = $1", binds![channel]).await
}

/// How many errands of a channel should have been done by now and are not; counts no further than `most`.
pub async fn overdue(on: &mut impl Sql, channel: ChannelId, now: Millis, most: i64) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM (SELECT 1 FROM jobs WHERE channel_id = $1 AND kind = 'errand' AND run_at <= $2 LIMIT $3) AS due";
    on.number(sql, binds![channel, now, most]).await
}
