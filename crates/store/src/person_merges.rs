//! Persons who turn out to be one, and are parted again. Identities move, and what each wrote moves with it: so what came
//! since goes where it belongs, however long ago they were merged.

use crate::{
    Result, Sql, Tx, binds,
    consents::{self, Consent},
    customer_ties, evidence, feedback, monitors, opinions, people, questions, tellings, today_cards,
};
use std::collections::HashMap;
use tertulia_model::{IdentityId, Millis, PersonId, UserId};

/// That two persons are one: it stands, or was undone.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Merge {
    pub id: i64,
    pub from_id: PersonId,
    pub into_id: PersonId,
    /// Why, in the words that were shown.
    pub evidence: String,
    /// How probable it was said to be, 0 to 1; 1 where a person knew it.
    pub confidence: f64,
    pub by_user: UserId,
    pub at: Millis,
    /// What the one that stays was called before, and with it.
    pub name_before: String,
    pub name_after: String,
    /// Nobody of the team decided it: it was so probable.
    pub is_automatic: bool,
    pub undone_at: Option<Millis>,
}

const COLUMNS: &str =
    "id, from_id, into_id, evidence, confidence, by_user, at, name_before, name_after, is_automatic, undone_at";

/// What goes along, and by which kind it is kept.
const PARTS: [&str; 6] = [
    "SELECT CAST($1 AS BIGINT), 'identity', id FROM identities WHERE person_id = $2",
    "SELECT CAST($1 AS BIGINT), 'conversation', id FROM conversations WHERE person_id = $2",
    "SELECT CAST($1 AS BIGINT), 'vote', id FROM feedback_evidence WHERE person_id = $2 AND message_id IS NULL",
    "SELECT CAST($1 AS BIGINT), 'note', id FROM notes WHERE person_id = $2",
    "SELECT CAST($1 AS BIGINT), 'consent', id FROM consents WHERE subject_kind = 'person' AND subject_id = $2",
    "SELECT CAST($1 AS BIGINT), 'telling', id FROM tellings WHERE person_id = $2 AND message_id IS NULL",
];

/// `from_id` becomes part of `into_id`; both stand by themselves until now.
pub async fn join(tx: &mut Tx, merge: &Merge) -> Result<()> {
    let (m, from, into) = (merge.clone(), merge.from_id, merge.into_id);
    let sql = "INSERT INTO person_merges (id, from_id, into_id, evidence, confidence, by_user, at, name_before, name_after, is_automatic, \
               name_before_folded) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    let folded = m.name_before.to_lowercase();
    let values = binds![
        m.id,
        from,
        into,
        m.evidence,
        m.confidence,
        m.by_user,
        m.at,
        m.name_before,
        &merge.name_after,
        m.is_automatic,
        folded
    ];
    tx.run(sql, values).await?;
    [from, into].into_iter().for_each(|person| tx.news().person(person));
    for which in PARTS {
        let sql = format!("INSERT INTO person_merge_parts (merge_id, kind, part_id) {which}");
        tx.run(sql, binds![merge.id, from]).await?;
    }
    // Two of one person are suggested to nobody; whoever is parted again is looked at anew.
    let sql = "DELETE FROM identity_suggestions WHERE first_id IN (SELECT id FROM identities WHERE person_id = $1) \
               AND second_id IN (SELECT id FROM identities WHERE person_id = $2)";
    tx.run(sql, binds![from, into]).await?;
    tx.run(sql, binds![into, from]).await?;
    let asked = evidence::join_persons(tx, from, into).await?;
    feedback::recount(tx, &asked).await?;
    tellings::join_persons(tx, from, into).await?;
    join_mutes(tx, merge).await?;
    today_cards::join_persons(tx, from, into).await?;
    for sql in [
        "UPDATE survey_answers SET person_id = $2 WHERE person_id = $1 AND message_id IN \
         (SELECT id FROM messages WHERE person_id = $1)",
        "UPDATE person_links SET person_id = $2 WHERE person_id = $1 AND identity_id IN \
         (SELECT id FROM identities WHERE person_id = $1)",
        "UPDATE messages SET person_id = $2 WHERE person_id = $1",
        "UPDATE identities SET person_id = $2 WHERE person_id = $1",
        "UPDATE conversations SET person_id = $2 WHERE person_id = $1",
        "UPDATE notes SET person_id = $2 WHERE person_id = $1",
        "UPDATE consents SET subject_id = $2 WHERE subject_kind = 'person' AND subject_id = $1",
    ] {
        tx.run(sql, binds![from, into]).await?;
    }
    opinions::touch_of(tx, from).await?;
    tx.run("UPDATE persons SET merged_into = $2 WHERE id = $1 OR merged_into = $1", binds![from, into]).await?;
    people::rename(tx, into, &merge.name_after).await?;
    customer_ties::retie_persons(tx, &[from, into]).await?;
    questions::recount_person(tx, into).await?;
    monitors::match_person_later(tx, into).await
}

/// Whoever was muted stays so. Of two mutes by one monitor the one that is not needed is put aside until they are parted.
async fn join_mutes(tx: &mut Tx, merge: &Merge) -> Result<()> {
    let (from, into) = (merge.from_id, merge.into_id);
    let sql = "INSERT INTO person_merge_parts (merge_id, kind, part_id) \
               SELECT CAST($1 AS BIGINT), 'mute', id FROM mutes WHERE kind = 'person' AND subject_id = $2";
    tx.run(sql, binds![merge.id, from]).await?;
    let sql = "UPDATE mutes SET kind = 'aside', subject_id = id WHERE kind = 'person' AND subject_id = $1 AND EXISTS \
               (SELECT 1 FROM mutes o WHERE o.monitor_id = mutes.monitor_id AND o.kind = 'person' AND o.subject_id = $2)";
    tx.run(sql, binds![from, into]).await?;
    tx.run("UPDATE mutes SET subject_id = $2 WHERE kind = 'person' AND subject_id = $1", binds![from, into]).await?;
    Ok(())
}

/// Undoes a merge that stands: whoever was merged away is by themselves again, with what came from them since. `held` is
/// whom they are part of by now.
pub async fn part(tx: &mut Tx, merge: &Merge, held: PersonId, (by, now): (UserId, Millis)) -> Result<()> {
    let (id, from) = (merge.id, merge.from_id);
    [from, held].into_iter().for_each(|person| tx.news().person(person));
    let moved =
        |kind: &str| format!("(SELECT part_id FROM person_merge_parts WHERE merge_id = $3 AND kind = '{kind}')");
    // What was merged away later, out of these, has taken its identities along and is not touched.
    for sql in [
        format!("UPDATE messages SET person_id = $1 WHERE person_id = $2 AND identity_id IN {}", moved("identity")),
        format!(
            "UPDATE identities SET person_id = $1, keys_version = 0 WHERE person_id = $2 AND id IN {}",
            moved("identity")
        ),
        format!("UPDATE conversations SET person_id = $1 WHERE person_id = $2 AND id IN {}", moved("conversation")),
        format!("UPDATE notes SET person_id = $1 WHERE person_id = $2 AND id IN {}", moved("note")),
        format!(
            "UPDATE consents SET subject_id = $1 WHERE subject_kind = 'person' AND subject_id = $2 AND id IN {}",
            moved("consent")
        ),
        format!(
            "UPDATE mutes SET kind = 'person', subject_id = $1 WHERE ((kind = 'person' AND subject_id = $2) \
             OR kind = 'aside') AND id IN {}",
            moved("mute")
        ),
    ] {
        tx.run(sql, binds![from, held, id]).await?;
    }
    for sql in [
        "UPDATE survey_answers SET person_id = $1 WHERE person_id = $2 AND message_id IN \
         (SELECT id FROM messages WHERE person_id = $1)",
        "UPDATE person_links SET person_id = $1 WHERE person_id = $2 AND identity_id IN \
         (SELECT id FROM identities WHERE person_id = $1)",
    ] {
        tx.run(sql, binds![from, held]).await?;
    }
    let asked = evidence::part_persons(tx, id, from, held).await?;
    feedback::recount(tx, &asked).await?;
    tellings::part_persons(tx, id, from, held).await?;
    begun_since(tx, from, held).await?;
    begun_since(tx, held, from).await?;
    today_cards::part_persons(tx, from, held).await?;
    // Later merges on the way took these along as part of the one they left: that is over.
    for later in on_the_way(tx, merge.into_id).await?.into_iter().map(|later| later.id) {
        let sql = "DELETE FROM person_merge_parts WHERE merge_id = $1 AND EXISTS (SELECT 1 FROM person_merge_parts o \
                   WHERE o.merge_id = $2 AND o.kind = person_merge_parts.kind AND o.part_id = person_merge_parts.part_id)";
        tx.run(sql, binds![later, id]).await?;
    }
    tx.run("UPDATE person_merges SET undone_at = $2, undone_by = $3 WHERE id = $1", binds![id, now, by]).await?;
    tx.run("DELETE FROM person_merge_parts WHERE merge_id = $1", binds![id]).await?;
    name_back(tx, merge).await?;
    settle_roots(tx, from, held).await?;
    customer_ties::retie_persons(tx, &[from, held]).await?;
    questions::recount_person(tx, from).await?;
    questions::recount_person(tx, held).await?;
    monitors::match_person_later(tx, from).await?;
    monitors::match_person_later(tx, held).await
}

/// The merges by which somebody is part of whomever they are part of, in their order.
async fn on_the_way(on: &mut impl Sql, from: PersonId) -> Result<Vec<Merge>> {
    let (mut all, mut at) = (Vec::new(), from);
    while let Some(merge) = of(on, at).await? {
        at = merge.into_id;
        all.push(merge);
    }
    Ok(all)
}

/// The refusals that hold by now and were noted about whomever both were, so that nobody knows which of both meant them; to be
/// read before they are parted. What was noted about somebody who only joined them later is that one's, and what was taken
/// back since is over.
pub async fn shared_refusals(on: &mut impl Sql, merge: &Merge, held: PersonId) -> Result<Vec<Consent>> {
    let mut way = vec![merge.clone()];
    way.extend(on_the_way(on, merge.into_id).await?);
    let sql = "SELECT p.merge_id, p.part_id FROM consents c JOIN person_merge_parts p ON p.kind = 'consent' AND p.part_id = c.id \
               WHERE c.subject_kind = 'person' AND c.subject_id = $1";
    let mut came_by: HashMap<i64, Vec<i64>> = HashMap::new();
    for (by, wish) in on.rows::<(i64, i64)>(sql, binds![held]).await? {
        came_by.entry(wish).or_default().push(by);
    }
    let is_of_both = |wish: &Consent| {
        let by = came_by.get(&wish.id).map_or(&[][..], Vec::as_slice);
        let steps: Vec<Option<usize>> = by.iter().map(|id| way.iter().position(|step| step.id == *id)).collect();
        // It came along with a merge on the way, and so was noted before that one; else with none of them.
        let before = steps.iter().map(|step| step.unwrap_or(0)).min().unwrap_or(way.len());
        before > 0 && way.get(before - 1).is_some_and(|since| wish.at >= since.at)
    };
    let mut wishes = consents::of_person(on, held).await?;
    wishes.retain(|wish| wish.subject_kind == "person" && is_of_both(wish));
    // The newest first: what was said later of the same channel, or of all, holds instead.
    let overrides =
        |later: &Consent, wish: &Consent| later.channel_id.0.is_none() || later.channel_id == wish.channel_id;
    let holds = |n: usize| !wishes[..n].iter().any(|later| overrides(later, &wishes[n]));
    Ok((0..wishes.len()).filter(|n| holds(*n) && !wishes[*n].allowed).map(|n| wishes[n].clone()).collect())
}

/// Whoever stays is called as before. Where another merge has named them since, that one goes back to this name; one that
/// left the name as it was has named nobody.
async fn name_back(tx: &mut Tx, merge: &Merge) -> Result<()> {
    let (into, name, old) = (merge.into_id, &merge.name_before, &merge.name_after);
    if name == old {
        return Ok(());
    }
    let sql =
        format!("SELECT {COLUMNS} FROM person_merges WHERE into_id = $1 AND undone_at IS NULL AND id > $2 ORDER BY id");
    let later: Vec<Merge> = tx.rows(sql, binds![into, merge.id]).await?;
    let folded = name.to_lowercase();
    for one in later {
        if one.name_before != *old {
            return Ok(());
        }
        let keeps = one.name_after == one.name_before;
        let after = if keeps { name } else { &one.name_after };
        let sql = "UPDATE person_merges SET name_before = $2, name_before_folded = $3, name_after = $4 WHERE id = $1";
        tx.run(sql, binds![one.id, name, &folded, after]).await?;
        if !keeps {
            return Ok(());
        }
    }
    let sql = "UPDATE persons SET name = $2, name_folded = $3 WHERE id = $1 AND name = $4";
    tx.run(sql, binds![into, name, &folded, old]).await?;
    Ok(())
}

/// An identity learns what its writer is called. Whoever was called by its handle until now is called so, too: those who are part
/// of another, and those who were before another merge named them.
pub async fn learn_name(tx: &mut Tx, identity: IdentityId, (handle, name): (&str, &str)) -> Result<()> {
    const CAME_BY: &str = "SELECT m.from_id FROM person_merge_parts p JOIN person_merges m ON m.id = p.merge_id \
                           WHERE p.kind = 'identity' AND p.part_id = $1 AND m.undone_at IS NULL";
    let folded = name.to_lowercase();
    let sql = format!("UPDATE persons SET name = $3, name_folded = $4 WHERE name = $2 AND id IN ({CAME_BY})");
    tx.run(sql, binds![identity, handle, name, &folded]).await?;
    // It came before the merges it did not come by.
    let sql = format!(
        "UPDATE person_merges SET name_before = $3, name_before_folded = $4, \
         name_after = CASE WHEN name_after = $2 THEN $3 ELSE name_after END WHERE undone_at IS NULL AND name_before = $2 \
         AND into_id IN (SELECT person_id FROM identities WHERE id = $1 UNION {CAME_BY}) AND NOT EXISTS (SELECT 1 FROM \
         person_merge_parts own WHERE own.merge_id = person_merges.id AND own.kind = 'identity' AND own.part_id = $1)"
    );
    tx.run(sql, binds![identity, handle, name, &folded]).await?;
    Ok(())
}

/// An identity is known to be of whoever has another: when a merge is undone both go the same way.
pub async fn goes_with(tx: &mut Tx, identity: IdentityId, with: IdentityId) -> Result<()> {
    let sql = "DELETE FROM person_merge_parts WHERE kind = 'identity' AND part_id = $1";
    tx.run(sql, binds![identity]).await?;
    let sql = "INSERT INTO person_merge_parts (merge_id, kind, part_id) SELECT merge_id, 'identity', CAST($1 AS BIGINT) \
               FROM person_merge_parts WHERE kind = 'identity' AND part_id = $2";
    tx.run(sql, binds![identity, with]).await?;
    Ok(())
}

/// Conversations since in which of the two only the one who leaves has spoken.
async fn begun_since(tx: &mut Tx, from: PersonId, held: PersonId) -> Result<()> {
    let spoke = |who: &str| {
        format!(
            "EXISTS (SELECT 1 FROM messages m WHERE m.conversation_id = conversations.id AND m.direction = 'theirs' \
             AND m.person_id = {who})"
        )
    };
    let sql = format!(
        "UPDATE conversations SET person_id = $1 WHERE person_id = $2 AND {} AND NOT {}",
        spoke("$1"),
        spoke("$2")
    );
    tx.run(sql, binds![from, held]).await?;
    Ok(())
}

/// Whoever was part of the one that left is part of them again.
async fn settle_roots(tx: &mut Tx, from: PersonId, held: PersonId) -> Result<()> {
    opinions::touch_of(tx, held).await?;
    tx.run("UPDATE persons SET merged_into = NULL WHERE id = $1", binds![from]).await?;
    let parts: Vec<(PersonId,)> = tx.rows("SELECT id FROM persons WHERE merged_into = $1", binds![held]).await?;
    let mut goes_with: HashMap<PersonId, PersonId> = HashMap::new();
    for (part,) in &parts {
        if let Some(merge) = of(tx, *part).await? {
            goes_with.insert(*part, merge.into_id);
        }
    }
    for (part,) in parts {
        let mut root = part;
        while let Some(next) = goes_with.get(&root) {
            root = *next;
        }
        tx.run("UPDATE persons SET merged_into = $2 WHERE id = $1", binds![part, root]).await?;
    }
    Ok(())
}

/// The merge by which somebody is part of another, if one stands.
pub async fn of(on: &mut impl Sql, from: PersonId) -> Result<Option<Merge>> {
    on.row(format!("SELECT {COLUMNS} FROM person_merges WHERE from_id = $1 AND undone_at IS NULL"), binds![from]).await
}

pub async fn get(on: &mut impl Sql, id: i64) -> Result<Option<Merge>> {
    on.row(format!("SELECT {COLUMNS} FROM person_merges WHERE id = $1"), binds![id]).await
}

/// Whom somebody is part of by now; none who stands by themselves.
pub async fn part_of(on: &mut impl Sql, person: PersonId) -> Result<Option<PersonId>> {
    let found: Option<(Option<PersonId>,)> =
        on.row("SELECT merged_into FROM persons WHERE id = $1", binds![person]).await?;
    Ok(found.and_then(|(into,)| into))
}

/// Whoever holds what was somebody's: whom they are part of, else they themselves.
pub async fn holder(on: &mut impl Sql, person: PersonId) -> Result<PersonId> {
    Ok(part_of(on, person).await?.unwrap_or(person))
}

/// Who stands there under this number by now: the person themselves, or whoever they are part of.
pub async fn standing_for(on: &mut impl Sql, person: PersonId) -> Result<Option<people::Person>> {
    let holder = holder(on, person).await?;
    people::get(on, holder).await
}

/// A person who is part of another, and the merge by which they are.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct PartRow {
    pub id: i64,
    pub from_id: PersonId,
    pub name: String,
    pub evidence: String,
    pub confidence: f64,
    pub at: Millis,
    pub by_name: Option<String>,
}

/// Who became part of a person, directly or by another, the newest first.
pub async fn parts(on: &mut impl Sql, person: PersonId, limit: i64) -> Result<Vec<PartRow>> {
    let sql = "SELECT m.id, m.from_id, p.name, m.evidence, m.confidence, m.at, u.name AS by_name FROM persons p \
               JOIN person_merges m ON m.from_id = p.id AND m.undone_at IS NULL LEFT JOIN users u ON u.id = m.by_user \
               WHERE p.merged_into = $1 ORDER BY m.at DESC, m.id DESC LIMIT $2";
    on.rows(sql, binds![person, limit]).await
}

/// A merge that stands, as it is listed.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Standing {
    pub id: i64,
    pub from_id: PersonId,
    pub from_name: String,
    /// Whom they are part of by now.
    pub into_id: PersonId,
    pub into_name: String,
    pub evidence: String,
    pub confidence: f64,
    pub is_automatic: bool,
    pub at: Millis,
    pub by_name: Option<String>,
}

/// All merges that stand, the newest first, those before one; only what was decided by itself, if so asked.
pub async fn standing(on: &mut impl Sql, before: i64, only_automatic: bool, limit: i64) -> Result<Vec<Standing>> {
    let sql = "SELECT m.id, m.from_id, f.name AS from_name, i.id AS into_id, i.name AS into_name, m.evidence, m.confidence, \
               m.is_automatic, m.at, u.name AS by_name FROM person_merges m JOIN persons f ON f.id = m.from_id \
               JOIN persons i ON i.id = f.merged_into LEFT JOIN users u ON u.id = m.by_user \
               WHERE m.undone_at IS NULL AND m.id < $1 AND (m.is_automatic OR NOT $2) ORDER BY m.id DESC LIMIT $3";
    on.rows(sql, binds![before, only_automatic, limit]).await
}

/// What a person decided about two: `apart` is remembered, also where they look alike ever so much.
pub async fn decide(
    tx: &mut Tx,
    (a, b): (PersonId, PersonId),
    decision: Option<&str>,
    (by, now): (UserId, Millis),
) -> Result<()> {
    let (first, second) = (a.min(b), a.max(b));
    let Some(decision) = decision else {
        let sql = "DELETE FROM person_pairs WHERE first_id = $1 AND second_id = $2";
        tx.run(sql, binds![first, second]).await?;
        return Ok(());
    };
    let sql = "INSERT INTO person_pairs (first_id, second_id, decision, by_user, at) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (first_id, second_id) DO UPDATE SET decision = excluded.decision, by_user = excluded.by_user, \
               at = excluded.at";
    tx.run(sql, binds![first, second, decision, by, now]).await?;
    Ok(())
}

/// Those with whom somebody, or whoever is part of them, is not the same by decision.
pub async fn apart_from(on: &mut impl Sql, person: PersonId) -> Result<Vec<PersonId>> {
    let sql = "SELECT DISTINCT COALESCE(o.merged_into, o.id) AS other FROM persons w \
               JOIN person_pairs x ON x.first_id = w.id OR x.second_id = w.id \
               JOIN persons o ON o.id = CASE WHEN x.first_id = w.id THEN x.second_id ELSE x.first_id END \
               WHERE (w.id = $1 OR w.merged_into = $1) AND x.decision = 'apart' ORDER BY other";
    Ok(on.rows::<(PersonId,)>(sql, binds![person]).await?.into_iter().map(|(other,)| other).collect())
}
