//! What people ask for: items in the team's words, merged where they are the same and parted again.

use crate::{
    Result, Sql, Tx, Value, binds,
    db::rows_in,
    feedback_changes, like,
    segments::{self, Rule},
};
use tertulia_model::{ChangeId, FeedbackId, MessageId, Millis, UserId};

/// Something that people ask for.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Item {
    pub id: FeedbackId,
    pub title: String,
    pub asked: String,
    /// Folded: what [`list`] searches in.
    pub title_folded: String,
    pub asked_folded: String,
    pub language: String,
    /// The message whose own words the title holds, and what is asked.
    pub title_of: Option<MessageId>,
    pub asked_of: Option<MessageId>,
    pub change_id: Option<ChangeId>,
    pub merged_into: Option<FeedbackId>,
    /// The item under which it counts: itself, unless it was merged.
    pub root_id: FeedbackId,
    pub askers: i64,
    pub version: i64,
    pub created_by: UserId,
    pub created_at: Millis,
}

const COLUMNS: &str = "id, title, asked, title_folded, asked_folded, language, title_of, asked_of, change_id, \
    merged_into, root_id, askers, version, created_by, created_at";

/// A new item, by which nobody is counted yet.
pub async fn add(tx: &mut Tx, item: &Item) -> Result<()> {
    let i = item.clone();
    let sql = "INSERT INTO feedback_items (id, title, asked, title_folded, asked_folded, language, title_of, asked_of, \
               change_id, root_id, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $1, $10, $11)";
    let values = binds![
        i.id,
        i.title,
        i.asked,
        i.title_folded,
        i.asked_folded,
        i.language,
        i.title_of,
        i.asked_of,
        i.change_id,
        i.created_by,
        i.created_at
    ];
    tx.run(sql, values).await?;
    Ok(())
}

/// Its words and the change it is joined to; its version rises.
pub async fn put(tx: &mut Tx, item: &Item) -> Result<()> {
    let i = item.clone();
    let sql = "UPDATE feedback_items SET title = $2, asked = $3, title_folded = $4, asked_folded = $5, language = $6, \
               title_of = $7, asked_of = $8, change_id = $9, version = version + 1 WHERE id = $1";
    let values =
        binds![i.id, i.title, i.asked, i.title_folded, i.asked_folded, i.language, i.title_of, i.asked_of, i.change_id];
    tx.run(sql, values).await?;
    Ok(())
}

pub async fn get(on: &mut impl Sql, id: FeedbackId) -> Result<Option<Item>> {
    on.row(format!("SELECT {COLUMNS} FROM feedback_items WHERE id = $1"), binds![id]).await
}

/// These items, merged ones as well, in no particular order.
pub async fn some(on: &mut impl Sql, ids: &[FeedbackId]) -> Result<Vec<Item>> {
    let ids: Vec<Value> = ids.iter().map(|id| Value::from(*id)).collect();
    let mut found: Vec<Item> =
        rows_in(on, &format!("SELECT {COLUMNS} FROM feedback_items WHERE id IN ({{list}})"), &ids).await?;
    found.sort_by_key(|item| item.id);
    found.dedup_by_key(|item| item.id);
    Ok(found)
}

/// These items, in the order of their ids, as they stay until the transaction ends.
pub async fn get_to_change(tx: &mut Tx, ids: &[FeedbackId]) -> Result<Vec<Item>> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    let mut found = Vec::new();
    for id in ids {
        let sql = format!("SELECT {COLUMNS} FROM feedback_items WHERE id = $1 {}", tx.dialect().for_update());
        found.extend(tx.row::<Item>(sql, binds![id]).await?);
    }
    Ok(found)
}

/// Takes an item away with its evidence, as if it had never been.
pub async fn remove(tx: &mut Tx, id: FeedbackId) -> Result<()> {
    for sql in [
        "DELETE FROM feedback_evidence WHERE given_to = $1",
        "DELETE FROM feedback_terms WHERE item_id = $1",
        "DELETE FROM feedback_items WHERE id = $1",
    ] {
        tx.run(sql, binds![id]).await?;
    }
    Ok(())
}

/// A row of the list.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Row {
    pub id: FeedbackId,
    pub title: String,
    pub asked: String,
    pub language: String,
    pub askers: i64,
    pub change_id: Option<ChangeId>,
    pub change_title: Option<String>,
    /// Of the change; none where nothing is done about it yet.
    pub state: Option<String>,
    pub created_at: Millis,
}

/// Which items to list.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Wanted<'a> {
    /// `open` (joined to no change), or the state of the change.
    pub state: Option<&'a str>,
    /// Words that all stand in it, folded.
    pub words: Vec<&'a str>,
    pub change: Option<ChangeId>,
    /// What must hold of somebody who asks.
    pub segment: &'a [Rule],
}

/// A place in the list: the row that a page ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Below {
    pub askers: i64,
    pub id: FeedbackId,
}

const ROW: &str = "SELECT i.id, i.title, i.asked, i.language, i.askers, i.change_id, c.title AS change_title, \
    c.state, i.created_at FROM feedback_items i LEFT JOIN feedback_changes c ON c.id = i.change_id";

/// Items that are part of no other, the most asked for first, and of those the newest.
pub async fn list(on: &mut impl Sql, wanted: &Wanted<'_>, below: Option<Below>, limit: i64) -> Result<Vec<Row>> {
    let mut values = binds![];
    let mut sql = format!("{ROW} WHERE i.merged_into IS NULL");
    if wanted.state == Some("open") {
        sql.push_str(" AND i.change_id IS NULL");
    }
    let mut narrow = |condition: &str, value: Value| {
        values.push(value);
        sql.push_str(&condition.replace('?', &format!("${}", values.len())));
    };
    if let Some(state) = wanted.state.filter(|state| *state != "open") {
        narrow(" AND c.state = ?", state.into());
    }
    for word in &wanted.words {
        let stands = " AND (i.title_folded LIKE ? ESCAPE '!' OR i.asked_folded LIKE ? ESCAPE '!')";
        narrow(stands, like::anywhere(word.chars().take(like::LONGEST)).into());
    }
    if let Some(change) = wanted.change {
        narrow(" AND i.change_id = ?", change.into());
    }
    if let Some(place) = below {
        narrow(" AND (i.askers, i.id) < (?", place.askers.into());
        narrow(", ?)", place.id.into());
    }
    if !wanted.segment.is_empty() {
        let holds = segments::condition(wanted.segment, "e.person_id", &mut values);
        sql.push_str(" AND EXISTS (SELECT 1 FROM feedback_evidence e WHERE e.item_id = i.id AND e.asks = TRUE");
        sql.push_str(&format!("{holds})"));
    }
    let mut narrow = |condition: &str, value: Value| {
        values.push(value);
        sql.push_str(&condition.replace('?', &format!("${}", values.len())));
    };
    narrow(" ORDER BY i.askers DESC, i.id DESC LIMIT ?", limit.into());
    on.rows(sql, values).await
}

/// These rows, in no particular order; of what became part of another the one that it is part of.
pub async fn rows_of(on: &mut impl Sql, ids: &[FeedbackId]) -> Result<Vec<Row>> {
    let ids: Vec<Value> = ids.iter().map(|id| Value::from(*id)).collect();
    let sql = format!("{ROW} WHERE i.id IN (SELECT root_id FROM feedback_items WHERE id IN ({{list}}))");
    let mut found: Vec<Row> = rows_in(on, &sql, &ids).await?;
    found.sort_by_key(|row| row.id);
    found.dedup_by_key(|row| row.id);
    Ok(found)
}

/// `from` becomes part of `into`, and counts there with all that was merged into it before. `gave_change`: whether `into`
/// was joined to the change of `from` by this.
pub async fn merge(
    tx: &mut Tx,
    (from, into): (FeedbackId, FeedbackId),
    gave_change: bool,
    (by, now): (UserId, Millis),
) -> Result<()> {
    let sql = "UPDATE feedback_items SET merged_into = $2, merged_at = $3, merged_by = $4, gave_change = $5, \
               version = version + 1 WHERE id = $1";
    tx.run(sql, binds![from, into, now, by, gave_change]).await?;
    tx.run("UPDATE feedback_items SET root_id = $2 WHERE root_id = $1", binds![from, into]).await?;
    tx.run("UPDATE feedback_evidence SET item_id = $2 WHERE item_id = $1", binds![from, into]).await?;
    tx.run("UPDATE feedback_items SET askers = 0 WHERE id = $1", binds![from]).await?;
    recount(tx, &[into]).await
}

/// `from`, which is part of another, is an item of its own again, with all that was given to it or to what it took in.
/// Gives the item it counted under.
pub async fn part(tx: &mut Tx, from: FeedbackId) -> Result<Option<FeedbackId>> {
    let sql = "SELECT root_id FROM feedback_items WHERE id = $1 AND merged_into IS NOT NULL";
    let Some((root,)) = tx.row::<(FeedbackId,)>(sql, binds![from]).await? else { return Ok(None) };
    let below: Vec<(FeedbackId, FeedbackId)> = tx
        .rows("SELECT id, merged_into FROM feedback_items WHERE root_id = $1 AND merged_into IS NOT NULL", binds![root])
        .await?;
    let mut goes = vec![from];
    let mut at = 0;
    while at < goes.len() {
        let above = goes[at];
        goes.extend(below.iter().filter(|(id, into)| *into == above && *id != from).map(|(id, _)| *id));
        at += 1;
    }
    let sql = "UPDATE feedback_items SET merged_into = NULL, merged_at = NULL, merged_by = NULL, gave_change = FALSE, \
               version = version + 1 WHERE id = $1";
    tx.run(sql, binds![from]).await?;
    for id in goes {
        tx.run("UPDATE feedback_items SET root_id = $2 WHERE id = $1", binds![id, from]).await?;
        tx.run("UPDATE feedback_evidence SET item_id = $2 WHERE given_to = $1", binds![id, from]).await?;
    }
    recount(tx, &[from, root]).await?;
    Ok(Some(root))
}

/// An item that is part of another, and since when.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Part {
    pub id: FeedbackId,
    pub title: String,
    pub merged_into: FeedbackId,
    pub merged_at: Millis,
    pub gave_change: bool,
}

/// All that became part of an item, directly or by another, the newest first.
pub async fn parts(on: &mut impl Sql, root: FeedbackId, limit: i64) -> Result<Vec<Part>> {
    let sql = "SELECT id, title, merged_into, merged_at, gave_change FROM feedback_items WHERE root_id = $1 \
               AND merged_into IS NOT NULL ORDER BY merged_at DESC, id DESC LIMIT $2";
    on.rows(sql, binds![root, limit]).await
}

/// Counts anew who asks for these items, each person once however much they said, and so for the changes they belong to.
/// They are held first: what somebody else adds at the same moment is counted by whoever comes last.
pub async fn recount(tx: &mut Tx, items: &[FeedbackId]) -> Result<()> {
    get_to_change(tx, items).await?;
    let ids: Vec<Value> = items.iter().map(|id| Value::from(*id)).collect();
    let sql = "UPDATE feedback_items SET askers = (SELECT COUNT(DISTINCT e.person_id) FROM feedback_evidence e \
               WHERE e.item_id = feedback_items.id AND e.asks = TRUE) WHERE id IN ({list}) AND merged_into IS NULL";
    tx.run_in(sql, &ids).await?;
    let sql = "SELECT DISTINCT change_id FROM feedback_items WHERE id IN ({list}) AND change_id IS NOT NULL";
    let mut changes: Vec<(ChangeId,)> = rows_in(tx, sql, &ids).await?;
    changes.sort_unstable();
    changes.dedup();
    for (change,) in changes {
        feedback_changes::recount(tx, change).await?;
    }
    Ok(())
}

/// The words of these messages are gone where they were said: what items hold of them goes as well. The items stay, and
/// who asked.
pub async fn forget_words(tx: &mut Tx, messages: &[MessageId]) -> Result<()> {
    let ids: Vec<Value> = messages.iter().map(|id| Value::from(*id)).collect();
    for column in ["title", "asked"] {
        let of_these = format!("SELECT id FROM feedback_items WHERE {column}_of IN ({{list}})");
        let touched: Vec<(FeedbackId,)> = rows_in(tx, &of_these, &ids).await?;
        let touched: Vec<Value> = touched.into_iter().map(|(id,)| id.into()).collect();
        let sql = format!(
            "UPDATE feedback_items SET {column} = '', {column}_folded = '', {column}_of = NULL, version = version + 1 \
             WHERE id IN ({{list}})"
        );
        tx.run_in(&sql, &touched).await?;
        tx.run_in("DELETE FROM feedback_terms WHERE item_id IN ({list})", &touched).await?;
    }
    Ok(())
}

/// Items as they are called, below an id, the newest first: for whoever looks through all of them.
pub async fn all(on: &mut impl Sql, below: Option<FeedbackId>, limit: i64) -> Result<Vec<Item>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM feedback_items WHERE (CAST($1 AS BIGINT) IS NULL OR id < $1) ORDER BY id DESC LIMIT $2"
    );
    on.rows(sql, binds![below, limit]).await
}
