//! What stands around every page, in one question: each page of each member asks it.

use crate::{Result, Sql, binds, listing, notes, quarantine, settings};
use tertulia_model::UserId;

/// How far is counted.
#[derive(Debug, Clone, Copy)]
pub struct Most {
    /// So many of the newest open conversations are looked at.
    pub looked_at: i64,
    pub mentioned: i64,
    pub set_aside: i64,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Around {
    /// The organisation's name; none before the first run.
    pub organisation: Option<String>,
    /// As [`listing::count_unread`].
    pub unread: i64,
    /// As [`notes::count_unseen`].
    pub mentioned: i64,
    /// As [`quarantine::count_waiting_up_to`].
    pub set_aside: i64,
}

pub async fn of(on: &mut impl Sql, member: UserId, most: Most) -> Result<Around> {
    let sql = format!(
        "SELECT (SELECT value FROM settings WHERE name = $5) AS organisation, ({}) AS unread, ({}) AS mentioned, ({}) AS set_aside",
        listing::counting_unread(),
        notes::COUNTING_UNSEEN.replace("$2", "$3"),
        quarantine::COUNTING_WAITING.replace("$1", "$4"),
    );
    let values = binds![member, most.looked_at, most.mentioned, most.set_aside, settings::ORGANISATION];
    Ok(on.row(sql, values).await?.unwrap_or_default())
}
