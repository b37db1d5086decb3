//! Whose answer a message is by what others say of it: see `told_parents` in the schema.

use crate::{Result, Sql, Tx, Value, binds, db::rows_in, keys::SourceKey, messages::flags};
use std::collections::{HashMap, HashSet};
use tertulia_model::{ChannelId, MessageId, Millis};

/// The rank of a parent that only others told of; below every rank that a message's own references give.
pub const TOLD: i64 = crate::messages::NO_PARENT - 1;

/// `child` stands next after `parent` in the references of a message on this channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    pub child: SourceKey,
    pub parent: SourceKey,
    pub channel: ChannelId,
}

/// One thing told of a message that is here, and what there is of the one told to be its parent.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Standing {
    pub child_key: Vec<u8>,
    pub parent_key: Vec<u8>,
    /// The channel of the message that told it.
    pub told_on: ChannelId,
    pub child_id: MessageId,
    pub child_channel: ChannelId,
    pub child_at: Millis,
    pub child_flags: i64,
    pub child_parent: Option<MessageId>,
    pub child_rank: i64,
    pub parent_id: Option<MessageId>,
    pub parent_channel: Option<ChannelId>,
    pub parent_at: Option<Millis>,
    pub parent_flags: Option<i64>,
    pub parents_parent: Option<MessageId>,
}

impl Standing {
    /// Whether the child says itself whose answer it is: then nobody else is listened to.
    pub fn child_names_its_own(&self) -> bool {
        self.child_flags & flags::REFERS != 0 || self.child_rank < TOLD
    }
}

/// On one channel a message is told no third parent: two disagree as well as many, and there may be thousands.
const MOST_PARENTS: usize = 2;

pub async fn note(tx: &mut Tx, told: &[Told]) -> Result<()> {
    let mut parents = parents_told(tx, told).await?;
    let mut fresh = told.to_vec();
    fresh.retain(|t| {
        let known = parents.entry((t.child, t.channel)).or_default();
        known.len() < MOST_PARENTS && known.insert(t.parent)
    });
    let values = fresh.iter().flat_map(|t| binds![t.child, t.parent, t.channel]).collect();
    let head = "INSERT INTO told_parents (child_key, parent_key, channel_id)";
    tx.insert_many(head, 3, "ON CONFLICT (child_key, parent_key, channel_id) DO NOTHING", values).await?;
    Ok(())
}

/// What is told already of the children that are told of now.
async fn parents_told(on: &mut impl Sql, told: &[Told]) -> Result<HashMap<(SourceKey, ChannelId), HashSet<SourceKey>>> {
    let mut children: Vec<SourceKey> = told.iter().map(|t| t.child).collect();
    children.sort_unstable();
    children.dedup();
    let sql = "SELECT child_key, parent_key, channel_id FROM told_parents WHERE child_key IN ({list})";
    let list: Vec<Value> = children.into_iter().map(Value::from).collect();
    let found: Vec<(Vec<u8>, Vec<u8>, ChannelId)> = rows_in(on, sql, &list).await?;
    let mut parents: HashMap<_, HashSet<SourceKey>> = HashMap::new();
    for (child, parent, channel) in found {
        let key = |bytes: Vec<u8>| SourceKey::try_from(bytes.as_slice());
        let (Ok(child), Ok(parent)) = (key(child), key(parent)) else { continue };
        parents.entry((child, channel)).or_default().insert(parent);
    }
    Ok(parents)
}

/// The keys of those that are told to be answers to these messages.
pub async fn children_of(on: &mut impl Sql, parents: &[MessageId]) -> Result<Vec<SourceKey>> {
    let sql =
        "SELECT t.child_key FROM messages p JOIN told_parents t ON t.parent_key = p.source_key WHERE p.id IN ({list})";
    let list: Vec<Value> = parents.iter().map(|id| Value::from(*id)).collect();
    let found: Vec<(Vec<u8>,)> = rows_in(on, sql, &list).await?;
    Ok(found.into_iter().filter_map(|(key,)| SourceKey::try_from(key.as_slice()).ok()).collect())
}

/// All that is told of these messages, of those that are here.
pub async fn standing(on: &mut impl Sql, children: &[SourceKey]) -> Result<Vec<Standing>> {
    let sql = "SELECT t.child_key, t.parent_key, t.channel_id AS told_on, c.id AS child_id, c.channel_id AS child_channel, \
        c.at AS child_at, c.flags AS child_flags, c.parent_id AS child_parent, ABS(c.parent_rank) AS child_rank, \
        p.id AS parent_id, p.channel_id AS parent_channel, p.at AS parent_at, p.flags AS parent_flags, \
        p.parent_id AS parents_parent FROM told_parents t JOIN messages c ON c.source_key = t.child_key \
        LEFT JOIN messages p ON p.source_key = t.parent_key WHERE t.child_key IN ({list})";
    let list: Vec<Value> = children.iter().map(|key| Value::from(*key)).collect();
    let mut found: Vec<Standing> = rows_in(on, sql, &list).await?;
    found.sort_unstable_by(|a, b| {
        (&a.child_key, &a.parent_key, a.told_on).cmp(&(&b.child_key, &b.parent_key, b.told_on))
    });
    found.dedup();
    Ok(found)
}

/// What others told of these messages is needed no more: they came, and say it themselves.
pub async fn forget(tx: &mut Tx, children: &[SourceKey]) -> Result<()> {
    let keys: Vec<Value> = children.iter().map(|key| Value::from(*key)).collect();
    tx.run_in("DELETE FROM told_parents WHERE child_key IN ({list})", &keys).await?;
    Ok(())
}

/// What others tell of a message's parent changed: it is this one now, or none.
pub async fn set_parent(tx: &mut Tx, message: MessageId, parent: Option<MessageId>) -> Result<()> {
    let rank = if parent.is_some() { TOLD } else { crate::messages::NO_PARENT };
    let sql = "UPDATE messages SET parent_id = $2, parent_rank = $3 WHERE id = $1";
    tx.run(sql, binds![message, parent, rank]).await?;
    Ok(())
}
