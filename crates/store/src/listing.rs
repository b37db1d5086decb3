//! The inbox's lists.

use crate::{
    Result, Sql, Value, binds,
    drafts::{BEGUN, KEPT_IN},
    organisations,
    segments::{self, Rule},
};
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
    /// How it ended, while it is closed.
    pub outcome: Option<String>,
    pub outcome_by: Option<UserId>,
    pub outcome_at: Option<Millis>,
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
    /// What the reader has begun to write here: 0 for their answer, else the message that they pass on.
    pub begun: Option<i64>,
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
    /// The condition on conversations `c`, whose values go to `values`.
    fn condition(self, c: &str, values: &mut Vec<Value>) -> String {
        match self {
            Self::Everybodys => String::new(),
            Self::Of(member) => {
                values.push(member.into());
                format!(" AND {c}.assignee_id = ${}", values.len())
            }
            Self::Nobodys => format!(" AND {c}.assignee_id IS NULL"),
        }
    }
}

/// Which conversations to list.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct InboxFilter<'a> {
    /// `open`, `pending`, `snoozed`, `closed`.
    pub state: Option<&'a str>,
    pub whose: Whose,
    pub channel: Option<ChannelId>,
    /// `answered`, `listened`, `passed_on`: those that ended so.
    pub outcome: Option<&'a str>,
    /// Only those in which the reader has begun to write.
    pub begun: bool,
    pub person: Option<PersonId>,
    /// What must hold of the person.
    pub segment: &'a [Rule],
    /// The last row that is wanted: a list that is shown already is read down to there.
    pub down_to: Option<Below>,
}

impl InboxFilter<'_> {
    /// The condition on a conversation `c`, for the reader `$1`, whose values go to `values`.
    fn condition(&self, values: &mut Vec<Value>) -> String {
        // One member's drafts are few: from them to their conversations, and by no index (`+`) to the many others.
        let c = if self.begun { "+c" } else { "c" };
        let mut sql = self.whose.condition(c, values);
        if self.begun {
            sql.push_str(&format!(" AND c.id IN ({KEPT_IN}) AND {BEGUN} IS NOT NULL"));
        }
        let mut narrow = |condition: &str, value: Value| {
            values.push(value);
            sql.push_str(&condition.replace('?', &format!("${}", values.len())));
        };
        // What ended is closed: by how it ended it is found sooner.
        if let Some(state) = self.state.filter(|_| self.outcome.is_none()) {
            narrow(" AND c.state = ?", state.into());
        }
        if let Some(outcome) = self.outcome {
            narrow(" AND c.outcome = ?", outcome.into());
        }
        if let Some(channel) = self.channel {
            narrow(&format!(" AND {c}.channel_id = ?"), channel.into());
        }
        if let Some(person) = self.person {
            narrow(&format!(" AND {c}.person_id = ?"), person.into());
        }
        if let Some(place) = self.down_to {
            narrow(" AND (c.last_at, c.id) >= (?", place.last_at.into());
            narrow(", ?)", place.id.into());
        }
        sql.push_str(&segments::condition(self.segment, &format!("{c}.person_id"), values));
        sql
    }
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
        "SELECT c.id, c.subject, c.state, c.person_id, p.name AS person_name, c.channel_id, c.assignee_id, c.outcome, \
        c.outcome_by, c.outcome_at, c.snoozed_until, c.waiting_since, c.last_at, c.snippet, {UNREAD} AS unread, {OURS_LAST} AS ours_last, c.woken, {TROUBLE} AS trouble, \
        {BEGUN} AS begun \
        FROM conversations c LEFT JOIN persons p ON p.id = c.person_id {WITH_READS}"
    )
}

/// The rows of a list, in no order yet.
fn listed(filter: InboxFilter<'_>, below: Option<Below>, values: &mut Vec<Value>) -> String {
    let mut sql = row() + " WHERE 1 = 1" + &filter.condition(values);
    if let Some(place) = below {
        values.extend(binds![place.last_at, place.id]);
        sql.push_str(&format!(" AND (c.last_at, c.id) < (${}, ${})", values.len() - 1, values.len()));
    }
    sql
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
    let mut sql = listed(filter, below, &mut values);
    values.push(limit.into());
    sql.push_str(&format!(" ORDER BY c.last_at DESC, c.id DESC LIMIT ${}", values.len()));
    on.rows(sql, values).await
}

/// Which of a few conversations stand in a list, the one of which we heard last first.
pub async fn inbox_among(
    on: &mut impl Sql,
    reader: UserId,
    filter: InboxFilter<'_>,
    below: Option<Below>,
    ids: &[ConversationId],
) -> Result<Vec<InboxRow>> {
    let mut values = binds![reader];
    let places: Vec<String> = (1..=ids.len()).map(|n| format!("${}", n + 1)).collect();
    values.extend(ids.iter().map(|id| Value::from(*id)));
    // The limit keeps what the list asks for out: else an index of the whole list might be walked for these few.
    let few = format!(
        "(SELECT last_asked.* FROM (SELECT * FROM conversations WHERE id IN ({}) LIMIT {}) AS last_asked)",
        places.join(", "),
        ids.len()
    );
    let sql = listed(filter, below, &mut values).replacen("FROM conversations c", &format!("FROM {few} c"), 1);
    let mut rows: Vec<InboxRow> = on.rows(sql, values).await?;
    rows.sort_by_key(|row| std::cmp::Reverse((row.last_at, row.id)));
    Ok(rows)
}

/// The conversations of an organisation's people, the one of which we heard last first.
pub async fn of_organisation(on: &mut impl Sql, reader: UserId, root: i64, limit: i64) -> Result<Vec<InboxRow>> {
    let sql = format!(
        "{} WHERE c.person_id IN ({}) ORDER BY c.last_at DESC, c.id DESC LIMIT $3",
        row(),
        organisations::PEOPLE.replace("$1", "$2")
    );
    on.rows(sql, binds![reader, root, limit]).await
}

/// One row, to be swapped in place; none where the conversation is gone.
pub async fn inbox_row(on: &mut impl Sql, reader: UserId, id: ConversationId) -> Result<Option<InboxRow>> {
    on.row(format!("{} WHERE c.id = $2", row()), binds![reader, id]).await
}

/// How many conversations each of a few lists holds; counting stops at `most`. It is one question: each page asks it.
pub async fn count<const N: usize>(
    on: &mut impl Sql,
    reader: UserId,
    filters: [InboxFilter<'_>; N],
    most: i64,
) -> Result<[i64; N]> {
    let mut values = binds![reader, most];
    let one = |(n, filter): (usize, &InboxFilter<'_>)| {
        let condition = filter.condition(&mut values);
        format!(
            "SELECT CAST({n} AS BIGINT) AS n, COUNT(*) AS held \
             FROM (SELECT 1 AS one FROM conversations c WHERE 1 = 1{condition} LIMIT $2) AS counted"
        )
    };
    let sql = filters.iter().enumerate().map(one).collect::<Vec<_>>().join(" UNION ALL ");
    let mut held = [0; N];
    for (n, count) in on.rows::<(i64, i64)>(sql, values).await? {
        if let Some(place) = usize::try_from(n).ok().and_then(|n| held.get_mut(n)) {
            *place = count;
        }
    }
    Ok(held)
}

/// How many of the `$2` newest open conversations the reader, `$1`, has not read: each page says it, so what it costs must
/// not grow with the inbox.
pub(crate) fn counting_unread() -> String {
    format!(
        "SELECT COUNT(unread) FROM (SELECT CASE WHEN {UNREAD} THEN 1 END AS unread FROM conversations c {WITH_READS} \
         WHERE c.state = 'open' ORDER BY c.last_at DESC, c.id DESC LIMIT $2) AS counted"
    )
}

/// How many of the `among` newest open conversations the reader has not read.
pub async fn count_unread(on: &mut impl Sql, reader: UserId, among: i64) -> Result<i64> {
    on.number(counting_unread(), binds![reader, among]).await
}
