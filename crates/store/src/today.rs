//! What Today's cards are made of: who waits, what is due, who came back, who is quiet, who speaks of us. Each question ends
//! after a bounded number of rows, however much is stored.

use crate::{Result, Sql, Value, binds, mentions::UNMUTED};
use tertulia_model::{ChannelId, ConversationId, MessageId, Millis, MonitorId, PersonId, UserId};

/// Whose work is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// What a member has, and what nobody has.
    Of(UserId),
    /// Everybody's, for who only looks on.
    All,
}

impl Work {
    /// The condition on who has it, whose value goes to `values`.
    fn condition(self, holder: &str, values: &mut Vec<Value>) -> String {
        match self {
            Self::All => String::new(),
            Self::Of(member) => {
                values.push(member.into());
                let n = values.len();
                format!(" AND COALESCE({holder}, ${n}) = ${n}")
            }
        }
    }
}

/// A conversation that waits.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Waiting {
    pub conversation_id: ConversationId,
    pub person_id: PersonId,
    pub person_name: Option<String>,
    pub channel_id: ChannelId,
    pub since: Millis,
    /// First words of the last thing they said.
    pub words: String,
    /// The place of what was heard of them last before that; 0 for nothing.
    pub before: i64,
    /// What was written with it when it was passed on, and by whom.
    pub note: Option<String>,
    pub passed_by: Option<UserId>,
}

/// More conversations that wait unanswered are not looked through: who works off so many finds the rest by it.
pub const LOOKED_AT: i64 = 5_000;
/// The same of what waits, newest first, for who came back.
const NEWEST: i64 = 500;
/// The same of the conversations in which something was said on a day.
const TOUCHED: i64 = 20_000;

/// The condition of the index `conversations_unanswered`, and of no other: an answer on the first day can hide in it.
const UNANSWERED: &str = "c.state || '' = 'open' AND c.waiting_since <= c.created_at + 86400000";
/// A person of ours has said something to them in a conversation: what was passed on to others (`flags::FORWARD`) is not that, nor
/// is what did not get through.
pub(crate) const SAID: &str = "m.direction = 'ours' AND m.auto = 'person' AND m.flags & 1024 = 0 \
    AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.message_id = m.id AND d.state = 'failed')";
/// Somebody wrote to us as news: `flags::ADDRESSED`, and not `flags::HISTORY`.
const WROTE: &str = "t.direction = 'theirs' AND t.auto = 'person' AND t.flags & 192 = 64";
/// Addresses behind which nobody reads.
const NOBODY: &str = "i.space = 'mail' AND (i.handle_folded LIKE 'noreply%' OR i.handle_folded LIKE 'no-reply%' \
    OR i.handle_folded LIKE 'no.reply%' OR i.handle_folded LIKE 'donotreply%' OR i.handle_folded LIKE 'do-not-reply%' \
    OR i.handle_folded LIKE 'mailer-daemon%' OR i.handle_folded LIKE 'postmaster@%')";

/// Of somebody with more conversations than that, their oldest tell whether they are known.
const OLDEST: i64 = 50;
/// The same of their messages, the newest, for when they were last heard.
const LAST_HEARD: i64 = 50;

/// Nobody of us has talked with the person of a conversation `c`, here or elsewhere; it is where they have waited longest; and it
/// is a person.
fn is_first() -> String {
    let older = UNANSWERED.replace("c.", "near.");
    format!(
        "NOT EXISTS (SELECT 1 FROM messages m WHERE m.conversation_id = c.id AND {SAID}) AND NOT EXISTS (SELECT 1 FROM \
         (SELECT o.id, o.state, o.waiting_since, o.created_at FROM conversations o WHERE o.person_id = c.person_id \
         ORDER BY o.last_at LIMIT {OLDEST}) AS near WHERE near.id <> c.id AND (near.waiting_since IS NULL \
         OR (near.id < c.id AND {older}) OR EXISTS (SELECT 1 FROM messages m WHERE m.conversation_id = near.id AND {SAID}))) \
         AND NOT EXISTS (SELECT 1 FROM identities i WHERE i.person_id = c.person_id AND {NOBODY})"
    )
}

/// Who wrote for the first time and waits for an answer, whoever waits longest first; only those who have waited since before
/// `until`, and whose cards stand on this day.
pub async fn first_timers(
    on: &mut impl Sql,
    work: Work,
    (day, until): (i64, Millis),
    limit: i64,
) -> Result<Vec<Waiting>> {
    let mut values = binds![day, until, limit];
    let whose = work.condition("c.assignee_id", &mut values);
    let sql = format!(
        "SELECT c.id AS conversation_id, c.person_id, p.name AS person_name, c.channel_id, c.waiting_since AS since, \
         c.snippet AS words, CAST(0 AS BIGINT) AS before, CASE WHEN t.holder_id = c.assignee_id \
         AND t.passed_by IS NOT NULL THEN t.note END AS note, t.passed_by \
         FROM conversations c LEFT JOIN persons p ON p.id = c.person_id \
         LEFT JOIN today_cards t ON t.kind = 'first' AND t.subject_id = c.id AND t.cause = 0 \
         WHERE {UNANSWERED} AND c.person_id IS NOT NULL AND c.waiting_since < $2 AND c.waiting_since <= COALESCE(({}), 9223372036854775807) \
         AND COALESCE(t.state, 'open') = 'open' AND COALESCE(t.from_day, $1) <= $1{whose} AND {} \
         ORDER BY c.waiting_since, c.id LIMIT $3",
        nth_unanswered(LOOKED_AT),
        is_first(),
    );
    on.rows(sql, values).await
}

/// Whether more than so many conversations wait unanswered: of more than [`LOOKED_AT`] those that wait longest are looked at.
pub async fn are_more_unanswered(on: &mut impl Sql, than: i64) -> Result<bool> {
    let sql = format!("SELECT COUNT(*) FROM ({}) AS counted", nth_unanswered(than));
    Ok(on.number(sql, binds![]).await? > 0)
}

/// Since when the one waits that stands behind so many.
fn nth_unanswered(n: i64) -> String {
    let each = UNANSWERED.replace("c.", "b.");
    format!(
        "SELECT b.waiting_since FROM conversations b WHERE {each} ORDER BY b.waiting_since, b.id LIMIT 1 OFFSET {n}"
    )
}

/// To how many who had written for the first time somebody first answered within a time, up to a number: of nobody who had been
/// known before, as [`first_timers`] sees it.
pub async fn count_answered(on: &mut impl Sql, work: Work, (from, until): (Millis, Millis), most: i64) -> Result<i64> {
    let mut values = binds![from, crate::keys::place_at(from), crate::keys::place_at(until), most];
    let whose = work.condition("said.assignee_id", &mut values);
    let sql = format!(
        "SELECT COUNT(*) FROM (SELECT DISTINCT said.person_id FROM (SELECT o.id, o.person_id, o.assignee_id, o.created_at \
         FROM conversations o WHERE o.last_at >= $1 ORDER BY o.last_at, o.id LIMIT {TOUCHED}) AS said \
         WHERE said.person_id IS NOT NULL{whose} \
         AND EXISTS (SELECT 1 FROM messages m WHERE m.conversation_id = said.id AND m.place >= $2 AND m.place < $3 AND {SAID} \
         AND EXISTS (SELECT 1 FROM messages t WHERE t.conversation_id = said.id AND t.place < m.place AND {WROTE})) \
         AND NOT EXISTS (SELECT 1 FROM (SELECT o.id, o.waiting_since, o.created_at FROM conversations o \
         WHERE o.person_id = said.person_id ORDER BY o.last_at LIMIT {OLDEST}) AS near \
         WHERE EXISTS (SELECT 1 FROM messages m WHERE m.conversation_id = near.id AND m.place < $2 AND {SAID}) \
         OR (near.created_at < said.created_at AND near.waiting_since IS NULL \
         AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.conversation_id = near.id AND {SAID}))) \
         AND NOT EXISTS (SELECT 1 FROM identities i WHERE i.person_id = said.person_id AND {NOBODY}) LIMIT $4) AS counted"
    );
    on.number(sql, values).await
}

/// A promise that is due.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Due {
    pub promise_id: i64,
    pub words: String,
    pub due_at: Millis,
    pub message_id: MessageId,
    pub conversation_id: ConversationId,
    pub person_id: Option<PersonId>,
    pub person_name: Option<String>,
    pub channel_id: Option<ChannelId>,
    /// Who wrote what promises it; none where that is not known.
    pub promised_by: Option<UserId>,
    pub note: Option<String>,
    pub passed_by: Option<UserId>,
}

const HELD: &str = "FROM promises q LEFT JOIN conversations c ON c.id = q.conversation_id LEFT JOIN persons p ON p.id = c.person_id \
    LEFT JOIN today_cards t ON t.kind = 'promise' AND t.subject_id = q.id AND t.cause = 0";
const PROMISED_BY: &str = "COALESCE(t.holder_id, c.assignee_id)";

/// Promises that are due by `until` and of which nobody has said what became of them, the oldest first.
pub async fn due_promises(on: &mut impl Sql, work: Work, (day, until): (i64, Millis), limit: i64) -> Result<Vec<Due>> {
    let mut values = binds![day, until, limit];
    let whose = work.condition(PROMISED_BY, &mut values);
    let sql = format!(
        "SELECT q.id AS promise_id, q.words, q.due_order AS due_at, q.message_id, q.conversation_id, c.person_id, \
         p.name AS person_name, c.channel_id, m.sent_by AS promised_by, CASE WHEN t.holder_id IS NOT NULL AND t.passed_by IS NOT NULL THEN t.note END AS note, \
         t.passed_by {HELD} LEFT JOIN messages m ON m.id = q.message_id \
         WHERE q.state = 'open' AND q.due_order < $2 AND COALESCE(t.from_day, $1) <= $1{whose} \
         ORDER BY q.due_order, q.id LIMIT $3"
    );
    on.rows(sql, values).await
}

/// Of how many promises that were due by the end of a time it was said within it that they were kept or broken; up to a number.
pub async fn count_settled(on: &mut impl Sql, work: Work, (from, until): (Millis, Millis), most: i64) -> Result<i64> {
    let mut values = binds![from, until, most];
    let whose = work.condition(PROMISED_BY, &mut values);
    // The state is written so that by it nothing is looked up: all that was ever kept is more than what was on one day.
    let sql = format!(
        "SELECT COUNT(*) FROM (SELECT 1 AS one {HELD} WHERE q.closed_at >= $1 AND q.closed_at < $2 AND q.due_order < $2 \
         AND q.state || '' IN ('kept', 'broken'){whose} LIMIT $3) AS counted"
    );
    on.number(sql, values).await
}

/// `place` of a moment that is `column` less so many milliseconds: see [`crate::keys::place_at`].
fn place_of(column: &str, less: Millis) -> String {
    let zero = crate::keys::time_of_place(0) + less;
    format!("({column} - {zero}) * {}", crate::keys::place_at(crate::keys::time_of_place(0) + 1))
}

const DAY: Millis = 86_400_000;

/// Who waits since `since` or later and was not heard for `silence` before that, the newest first. Of all who wait so many are
/// looked at, and fewer of those who are the member's.
pub async fn came_back(
    on: &mut impl Sql,
    work: Work,
    (since, silence): (Millis, Millis),
    limit: usize,
) -> Result<Vec<Waiting>> {
    let mut values = binds![since];
    let whose = work.condition("above.assignee_id", &mut values);
    let open = format!(
        "SELECT o.id, o.person_id, o.channel_id, o.waiting_since, o.snippet, o.assignee_id FROM conversations o \
         WHERE o.state = 'open' AND o.waiting_since IS NOT NULL AND o.waiting_since >= $1 \
         ORDER BY o.waiting_since DESC, o.id DESC LIMIT {LOOKED_AT}"
    );
    let theirs = format!(
        "SELECT above.id, above.person_id, above.channel_id, above.waiting_since, above.snippet FROM ({open}) AS above \
         WHERE above.person_id IS NOT NULL{whose} ORDER BY above.waiting_since DESC, above.id DESC LIMIT {NEWEST}"
    );
    // What a person said, robots left out, among the last so many that came from their address.
    let heard = format!(
        "SELECT MAX(said.place) FROM (SELECT m.place, m.auto FROM messages m WHERE m.person_id = waiting.person_id \
         AND m.place < {} ORDER BY m.place DESC LIMIT {LAST_HEARD}) AS said WHERE said.auto = 'person'",
        // What they wrote now may have been under way for a while.
        place_of("waiting.waiting_since", DAY),
    );
    let near = format!(
        "SELECT waiting.id, waiting.person_id, waiting.channel_id, waiting.waiting_since, waiting.snippet, \
         ({heard}) AS heard_before FROM ({theirs}) AS waiting"
    );
    let sql = format!(
        "SELECT near.id AS conversation_id, near.person_id, p.name AS person_name, near.channel_id, near.waiting_since AS since, \
         near.snippet AS words, near.heard_before AS before, CAST(NULL AS TEXT) AS note, CAST(NULL AS BIGINT) AS passed_by \
         FROM ({near}) AS near LEFT JOIN persons p ON p.id = near.person_id \
         WHERE near.heard_before < {}",
        place_of("near.waiting_since", silence),
    );
    let mut found: Vec<Waiting> = on.rows(sql, values).await?;
    found.sort_by_key(|one| std::cmp::Reverse((one.since, one.conversation_id)));
    found.truncate(limit);
    Ok(found)
}

/// Whether a person wrote to us after a place and was answered where they did. Of what they wrote, the first so many are looked
/// at: who is answered is so before they write without end.
pub async fn answered_since(on: &mut impl Sql, person: PersonId, place: i64) -> Result<bool> {
    let sql = format!(
        "SELECT COUNT(*) FROM (SELECT 1 AS one FROM (SELECT t.conversation_id, t.place, t.auto FROM messages t \
         WHERE t.person_id = $1 AND t.place > $2 ORDER BY t.place LIMIT {NEWEST}) AS said WHERE said.auto = 'person' \
         AND EXISTS (SELECT 1 FROM messages m WHERE m.conversation_id = said.conversation_id AND m.place > said.place AND {SAID}) LIMIT 1) AS counted"
    );
    Ok(on.number(sql, binds![person, place]).await? > 0)
}

/// A conversation with somebody of whom nothing was heard since.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Quiet {
    pub conversation_id: ConversationId,
    pub person_id: PersonId,
    pub last_at: Millis,
    pub last_place: i64,
}

/// Those whose last word with us came before `until`, and after `from`, the latest of them first. So many conversations are looked at.
pub async fn quiet(
    on: &mut impl Sql,
    (from, until): (Millis, Millis),
    (looked_at, limit): (i64, usize),
) -> Result<Vec<Quiet>> {
    let near = "SELECT c.id, c.person_id, c.last_at, c.last_place, c.last_theirs_place, c.state FROM conversations c \
        WHERE c.last_at >= $1 AND c.last_at < $2 ORDER BY c.last_at DESC, c.id DESC LIMIT $3";
    let sql = format!(
        "SELECT near.id AS conversation_id, near.person_id, near.last_at, near.last_place FROM ({near}) AS near \
         WHERE near.person_id IS NOT NULL AND near.last_theirs_place > 0 AND near.state IN ('closed', 'pending') \
         AND NOT EXISTS (SELECT 1 FROM conversations o WHERE o.person_id = near.person_id AND o.last_at > near.last_at) \
         AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.person_id = near.person_id AND m.place >= $4)"
    );
    let mut found: Vec<Quiet> = on.rows(sql, binds![from, until, looked_at, crate::keys::place_at(until)]).await?;
    found.sort_by_key(|one| std::cmp::Reverse((one.last_at, one.conversation_id)));
    found.truncate(limit);
    Ok(found)
}

/// Whether nothing was said by a person, or with them, after a place.
pub async fn is_silent_since(on: &mut impl Sql, person: PersonId, place: i64) -> Result<bool> {
    let said = "SELECT COUNT(*) FROM (SELECT 1 AS one FROM messages m WHERE m.person_id = $1 AND m.place > $2 LIMIT 1) AS counted";
    let held = "SELECT COUNT(*) FROM (SELECT 1 AS one FROM conversations c WHERE c.person_id = $1 AND c.last_place > $2 \
                LIMIT 1) AS counted";
    Ok(on.number(said, binds![person, place]).await? == 0 && on.number(held, binds![person, place]).await? == 0)
}

/// One thing that somebody said of us to others.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Spoke {
    pub message_id: MessageId,
    pub person_id: PersonId,
    pub at: Millis,
}

/// Of the last so many that a monitor found since a time: what a person said, in no conversation; neither noise nor muted.
pub async fn spoke_of_us(
    on: &mut impl Sql,
    (monitor, version): (MonitorId, i64),
    since: Millis,
    limit: i64,
) -> Result<Vec<Spoke>> {
    let sql = format!(
        "SELECT near.message_id, s.person_id, near.at FROM (SELECT n.monitor_id, n.message_id, n.at, n.state, n.place FROM mentions n \
         WHERE n.monitor_id = $1 AND n.place >= $3 AND n.version = $2 ORDER BY n.place DESC LIMIT $4) AS near \
         JOIN messages s ON s.id = near.message_id WHERE near.state <> 'noise' AND {} \
         AND s.direction = 'theirs' AND s.auto = 'person' AND s.state = 'shown' AND s.person_id IS NOT NULL \
         AND s.conversation_id IS NULL ORDER BY near.place DESC",
        UNMUTED.replace("n.", "near.")
    );
    on.rows(sql, binds![monitor, version, crate::keys::place_at(since), limit]).await
}

/// Which of these messages live monitors find by what they look for now: neither noise nor muted.
pub async fn found_of(on: &mut impl Sql, messages: &[MessageId]) -> Result<Vec<MessageId>> {
    let ids: Vec<Value> = messages.iter().map(|id| Value::from(*id)).collect();
    let sql = format!(
        "SELECT DISTINCT n.message_id FROM mentions n JOIN monitors o ON o.id = n.monitor_id AND o.version = n.version \
         AND o.state = 'live' WHERE n.message_id IN ({{list}}) AND n.state <> 'noise' AND {UNMUTED}"
    );
    let found: Vec<(MessageId,)> = crate::db::rows_in(on, &sql, &ids).await?;
    Ok(found.into_iter().map(|(id,)| id).collect())
}

/// Whether nothing was ever said in a conversation with a person.
pub async fn never_talked(on: &mut impl Sql, person: PersonId) -> Result<bool> {
    let sql = "SELECT COUNT(*) FROM (SELECT 1 AS one FROM conversations WHERE person_id = $1 LIMIT 1) AS counted";
    Ok(on.number(sql, binds![person]).await? == 0)
}
