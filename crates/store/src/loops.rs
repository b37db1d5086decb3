//! The loop from what was first asked to what was told: how long it took, whom to ask whether it helped, and what they said.

use crate::{
    Result, Sql, binds,
    tellings::{self, Row},
};
use tertulia_model::{ChangeId, ConversationId, MessageId, Millis, PersonId};

/// How long it took, over so many people.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Times {
    pub n: i64,
    /// Of n put in order, the one in the middle; of two in the middle what lies between them.
    pub median: Option<Millis>,
    /// By nearest rank: the one at nine tenths of n, rounded up.
    pub p90: Option<Millis>,
}

/// One person and one change count once, however often its outcome changed: when they were told first.
pub(crate) const GOT_THROUGH: &str = "t.stands = TRUE AND t.took IS NOT NULL AND NOT EXISTS (SELECT 1 FROM tellings f \
    WHERE f.person_id = t.person_id AND f.change_id = t.change_id AND f.stands = TRUE AND f.took IS NOT NULL \
    AND (f.told_at, f.id) < (t.told_at, t.id))";

fn of_change(change: Option<ChangeId>) -> String {
    change.map(|id| format!(" AND t.change_id = {}", id.0)).unwrap_or_default()
}

/// Of one change, or of all.
pub async fn times(on: &mut impl Sql, change: Option<ChangeId>) -> Result<Times> {
    let which = format!("FROM tellings t WHERE {GOT_THROUGH}{}", of_change(change));
    let n = on.number(format!("SELECT COUNT(*) {which}"), binds![]).await?;
    if n == 0 {
        return Ok(Times::default());
    }
    let lower = nth(on, &which, (n - 1) / 2).await?;
    let upper = nth(on, &which, n / 2).await?;
    let median = lower.zip(upper).map(|(lower, upper)| lower + (upper - lower) / 2);
    Ok(Times { n, median, p90: nth(on, &which, (n * 9 + 9) / 10 - 1).await? })
}

/// How long it took whoever stands after so many, put in order.
async fn nth(on: &mut impl Sql, which: &str, skipped: i64) -> Result<Option<Millis>> {
    let sql = format!("SELECT t.took {which} ORDER BY t.took, t.id LIMIT 1 OFFSET $1");
    Ok(on.row::<(Millis,)>(sql, binds![skipped]).await?.map(|(took,)| took))
}

/// What it rests on, what took longest first; below (took, id) of the row before.
pub async fn behind(
    on: &mut impl Sql,
    change: Option<ChangeId>,
    below: Option<(Millis, i64)>,
    limit: i64,
) -> Result<Vec<Row>> {
    let (took, id) = below.unwrap_or((i64::MAX, i64::MAX));
    let which = format!("{GOT_THROUGH}{} AND (t.took, t.id) < ($1, $2)", of_change(change));
    tellings::rows_where(on, &which, "ORDER BY t.took DESC, t.id DESC LIMIT $3", binds![took, id, limit]).await
}

/// Who was told until a moment that a change is done and is not asked yet whether it helped, in the order of their ids.
pub async fn to_ask(
    on: &mut impl Sql,
    change: ChangeId,
    until: Millis,
    after: i64,
    limit: i64,
) -> Result<Vec<tellings::Telling>> {
    let which = "t.change_id = $1 AND t.kind = 'done' AND t.stands = TRUE AND t.told_at IS NOT NULL AND t.told_at <= $2 \
                 AND t.id > $3 AND NOT EXISTS (SELECT 1 FROM tellings h WHERE h.change_id = $1 AND h.kind = 'helped' \
                 AND h.person_id = t.person_id AND h.stands = TRUE) ORDER BY t.id LIMIT $4";
    tellings::whole_where(on, which, binds![change, until, after, limit]).await
}

/// When the first of those was told who are not asked yet.
pub async fn first_to_ask(on: &mut impl Sql, change: ChangeId) -> Result<Option<Millis>> {
    let sql = "SELECT MIN(t.told_at) FROM tellings t WHERE t.change_id = $1 AND t.kind = 'done' AND t.stands = TRUE \
               AND t.told_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM tellings h WHERE h.change_id = $1 \
               AND h.kind = 'helped' AND h.person_id = t.person_id AND h.stands = TRUE)";
    Ok(on.row::<(Option<Millis>,)>(sql, binds![change]).await?.and_then(|(at,)| at))
}

/// Changes that are done and of which somebody was told who is not asked yet: where the days are changed for all of them.
pub async fn changes_to_ask(on: &mut impl Sql) -> Result<Vec<ChangeId>> {
    let sql = "SELECT c.id FROM feedback_changes c WHERE c.state = 'done' AND EXISTS (SELECT 1 FROM tellings t \
               WHERE t.change_id = c.id AND t.kind = 'done' AND t.stands = TRUE AND t.told_at IS NOT NULL) ORDER BY c.id";
    Ok(on.rows::<(ChangeId,)>(sql, binds![]).await?.into_iter().map(|(id,)| id).collect())
}

/// What they said: how many were asked (by us, or of whom a member noted it), and how many answered how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Help {
    pub asked: i64,
    pub helped: i64,
    pub not: i64,
    pub unclear: i64,
}

pub async fn help(on: &mut impl Sql, change: ChangeId) -> Result<Help> {
    let sql = "SELECT COALESCE(answer, ''), COUNT(*) FROM tellings WHERE change_id = $1 AND kind = 'helped' AND stands = TRUE \
               AND (answer IS NOT NULL OR state IN ('told', 'by_hand')) GROUP BY COALESCE(answer, '')";
    let mut help = Help::default();
    for (answer, count) in on.rows::<(String, i64)>(sql, binds![change]).await? {
        help.asked += count;
        match answer.as_str() {
            "helped" => help.helped = count,
            "not" => help.not = count,
            "unclear" => help.unclear = count,
            _ => {}
        }
    }
    Ok(help)
}

/// What somebody said next in a conversation after a message of ours, by when it came.
pub async fn next_said(
    on: &mut impl Sql,
    conversation: ConversationId,
    after: MessageId,
    person: PersonId,
) -> Result<Option<MessageId>> {
    let sql = "SELECT MIN(id) FROM messages WHERE conversation_id = $1 AND id > $2 AND person_id = $3 \
               AND direction = 'theirs' AND state = 'shown' AND auto = 'person'";
    let found: Option<(Option<MessageId>,)> = on.row(sql, binds![conversation, after, person]).await?;
    Ok(found.and_then(|(id,)| id))
}

/// Who was asked whether it helped, has said something since, and nobody has said what that means, after an id.
pub async fn to_mark(on: &mut impl Sql, change: ChangeId, after: i64, limit: i64) -> Result<Vec<Row>> {
    let which = "t.change_id = $1 AND t.kind = 'helped' AND t.stands = TRUE AND t.state = 'told' AND t.answer IS NULL \
                 AND t.id > $2 AND EXISTS (SELECT 1 FROM messages n WHERE n.conversation_id = d.conversation_id \
                 AND n.id > d.message_id AND n.person_id = t.person_id AND n.direction = 'theirs' AND n.state = 'shown' \
                 AND n.auto = 'person')";
    tellings::rows_where(on, which, "ORDER BY t.id LIMIT $3", binds![change, after, limit]).await
}
