//! The inbox's lists, and what waits.

use crate::{Result, Sql, binds};
use tertulia_model::{ChannelId, ConversationId, Millis, PersonId, UserId};

/// One row of the inbox.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct InboxRow {
    pub id: ConversationId,
    pub subject: String,
    pub state: String,
    pub person_id: Option<PersonId>,
    pub person_name: Option<String>,
    pub channel_id: ChannelId,
    pub assignee_id: Option<UserId>,
    pub snoozed_until: Option<Millis>,
    pub waiting_since: Option<Millis>,
    pub last_at: Millis,
    pub snippet: String,
    pub unread: bool,
    /// Whether the last thing said is ours, and nobody waits.
    pub ours_last: bool,
    /// Its snooze is over, and nothing was done since.
    pub woken: bool,
    /// `failed` or `unknown`, where one of our messages did not get through and nobody has decided about it.
    pub trouble: Option<String>,
}

/// In whose hands a conversation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Whose {
    #[default]
    Everybodys,
    Of(UserId),
    Nobodys,
}

impl Whose {
    /// The condition on a conversation, whose values go to `values`.
    fn condition(self, values: &mut Vec<crate::Value>) -> String {
        match self {
            Self::Everybodys => String::new(),
            Self::Of(member) => {
                values.push(member.into());
                format!(" AND assignee_id = ${}", values.len())
            }
            Self::Nobodys => " AND assignee_id IS NULL".to_owned(),
        }
    }
}

/// Which conversations to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct InboxFilter<'a> {
    /// `open`, `pending`, `snoozed`, `closed`.
    pub state: Option<&'a str>,
    pub whose: Whose,
    pub person: Option<PersonId>,
    /// The last row that is wanted: a list that is shown already is read down to there.
    pub down_to: Option<Below>,
}

/// A place in the list: the row that a page ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Below {
    pub last_at: Millis,
    pub id: ConversationId,
}

/// Whether there is news in a conversation `c` that the reader, `$1`, has not seen, who has seen it as far as `r`.
const UNREAD: &str = "c.news > COALESCE(r.seen, 0)";
const WITH_READS: &str = "LEFT JOIN reads r ON r.conversation_id = c.id AND r.user_id = $1";

/// Whether the last words are ours, and nobody waits: whatever date their writer gave what came after them.
const OURS_LAST: &str = "(c.last_place > c.last_theirs_place AND c.waiting_since IS NULL)";

/// The worse of two comes first in the alphabet, too.
const TROUBLE: &str = "(SELECT MIN(d.state) FROM deliveries d WHERE d.conversation_id = c.id \
    AND d.state IN ('failed', 'unknown') AND d.left_at IS NULL)";

fn row() -> String {
    format!(
        "SELECT c.id, c.subject, c.state, c.person_id, p.name AS person_name, c.channel_id, c.assignee_id, \
        c.snoozed_until, c.waiting_since, c.last_at, c.snippet, {UNREAD} AS unread, {OURS_LAST} AS ours_last, c.woken, {TROUBLE} AS trouble \
        FROM conversations c LEFT JOIN persons p ON p.id = c.person_id {WITH_READS}"
    )
}

/// Conversations, the one of which we heard last first.
pub async fn inbox(
    on: &mut impl Sql,
    reader: UserId,
    filter: InboxFilter<'_>,
    below: Option<Below>,
    limit: i64,
) -> Result<Vec<InboxRow>> {
    let mut values = binds![reader];
    let mut sql = row() + " WHERE 1 = 1" + &filter.whose.condition(&mut values);
    let mut narrow = |condition: &str, value: crate::Value| {
        values.push(value);
        sql.push_str(&condition.replace('?', &format!("${}", values.len())));
    };
    if let Some(state) = filter.state {
        narrow(" AND c.state = ?", state.into());
    }
    if let Some(person) = filter.person {
        narrow(" AND c.person_id = ?", person.into());
    }
    for (place, compared) in [(below, "<"), (filter.down_to, ">=")] {
        let Some(place) = place else { continue };
        narrow(&format!(" AND (c.last_at, c.id) {compared} (?"), place.last_at.into());
        narrow(", ?)", place.id.into());
    }
    narrow(" ORDER BY c.last_at DESC, c.id DESC LIMIT ?", limit.into());
    on.rows(sql, values).await
}

/// One row, to be swapped in place; none where the conversation is gone.
pub async fn inbox_row(on: &mut impl Sql, reader: UserId, id: ConversationId) -> Result<Option<InboxRow>> {
    on.row(format!("{} WHERE c.id = $2", row()), binds![reader, id]).await
}

/// How many conversations are in a state; counting stops at `most`.
pub async fn count(on: &mut impl Sql, state: &str, whose: Whose, most: i64) -> Result<i64> {
    let mut values = binds![state, most];
    let whose = whose.condition(&mut values);
    let sql = format!("SELECT COUNT(*) FROM (SELECT 1 FROM conversations WHERE state = $1{whose} LIMIT $2) AS counted");
    on.number(sql, values).await
}

/// How many of the `among` newest open conversations the reader has not read: each page says it, so what it costs must
/// not grow with the inbox.
pub async fn count_unread(on: &mut impl Sql, reader: UserId, among: i64) -> Result<i64> {
    let sql = format!(
        "SELECT COUNT(unread) FROM (SELECT CASE WHEN {UNREAD} THEN 1 END AS unread FROM conversations c {WITH_READS} \
         WHERE c.state = 'open' ORDER BY c.last_at DESC, c.id DESC LIMIT $2) AS counted"
    );
    on.number(sql, binds![reader, among]).await
}

/// The open conversations whose person waits longest.
pub async fn longest_waiting(on: &mut impl Sql, reader: UserId, limit: i64) -> Result<Vec<InboxRow>> {
    let sql = format!(
        "{} WHERE c.state = 'open' AND c.waiting_since IS NOT NULL ORDER BY c.waiting_since, c.id LIMIT $2",
        row()
    );
    on.rows(sql, binds![reader, limit]).await
}
