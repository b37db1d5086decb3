//! Companies and other bodies that people belong to, by a list or as a member said; merged where they are the same, and
//! parted again.

use crate::{
    Result, Sql, Tx, Value, binds,
    db::rows_in,
    evidence::{PLACE, Place},
    like,
};
use tertulia_model::{Millis, PersonId, UserId};

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Organisation {
    pub id: i64,
    pub name: String,
    pub name_folded: String,
    pub merged_into: Option<i64>,
    pub merged_at: Option<Millis>,
    /// The one under which it counts: itself, unless it was merged.
    pub root_id: i64,
    pub created_at: Millis,
}

const COLUMNS: &str = "id, name, name_folded, merged_into, merged_at, root_id, created_at";
/// The numbers of all that became part of `$1`, itself among them.
const OF_ROOT: &str = "(SELECT id FROM organisations WHERE root_id = $1)";

/// `Conflict` where another is called so.
pub async fn add(tx: &mut Tx, organisations: &[Organisation]) -> Result<()> {
    let row = |o: &Organisation| binds![o.id, &o.name, &o.name_folded, o.id, o.created_at];
    let values = organisations.iter().flat_map(row).collect();
    let head = "INSERT INTO organisations (id, name, name_folded, root_id, created_at)";
    tx.insert_many(head, 5, "", values).await?;
    Ok(())
}

/// Those that are called so, merged ones as well.
pub async fn named(on: &mut impl Sql, folded: &[String]) -> Result<Vec<Organisation>> {
    let names: Vec<Value> = folded.iter().map(Value::from).collect();
    let sql = format!("SELECT {COLUMNS} FROM organisations WHERE name_folded IN ({{list}})");
    let mut found: Vec<Organisation> = rows_in(on, &sql, &names).await?;
    found.sort_by_key(|one| one.id);
    found.dedup_by_key(|one| one.id);
    Ok(found)
}

pub async fn get(on: &mut impl Sql, id: i64) -> Result<Option<Organisation>> {
    on.row(format!("SELECT {COLUMNS} FROM organisations WHERE id = $1"), binds![id]).await
}

/// As they stay until the transaction ends, in the order of their numbers.
pub async fn get_to_change(tx: &mut Tx, ids: &[i64]) -> Result<Vec<Organisation>> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    let mut found = Vec::new();
    for id in ids {
        let sql = format!("SELECT {COLUMNS} FROM organisations WHERE id = $1 {}", tx.dialect().for_update());
        found.extend(tx.row::<Organisation>(sql, binds![id]).await?);
    }
    Ok(found)
}

/// `Conflict` where another is called so. Nobody was called so before any more.
pub async fn rename(tx: &mut Tx, id: i64, name: &str, folded: &str) -> Result<()> {
    tx.run("UPDATE organisations SET name = $2, name_folded = $3 WHERE id = $1", binds![id, name, folded]).await?;
    forget_name(tx, folded).await
}

/// It was called so before: whoever still calls it so means it.
pub async fn keep_name(tx: &mut Tx, id: i64, name: &str, folded: &str) -> Result<()> {
    let sql = "INSERT INTO organisation_names (name_folded, organisation_id, name) VALUES ($1, $2, $3) \
               ON CONFLICT (name_folded) DO UPDATE SET organisation_id = excluded.organisation_id, name = excluded.name";
    tx.run(sql, binds![folded, id, name]).await?;
    Ok(())
}

/// No organisation was called so before.
pub async fn forget_name(tx: &mut Tx, folded: &str) -> Result<()> {
    tx.run("DELETE FROM organisation_names WHERE name_folded = $1", binds![folded]).await?;
    Ok(())
}

/// Which were called so before: each of these names (folded) with the organisation.
pub async fn once_named(on: &mut impl Sql, folded: &[String]) -> Result<Vec<(String, i64)>> {
    let names: Vec<Value> = folded.iter().map(Value::from).collect();
    let sql = "SELECT name_folded, organisation_id FROM organisation_names WHERE name_folded IN ({list})";
    let mut found: Vec<(String, i64)> = rows_in(on, sql, &names).await?;
    found.sort();
    found.dedup();
    Ok(found)
}

/// What one was called before, by name.
pub async fn names_before(on: &mut impl Sql, id: i64) -> Result<Vec<String>> {
    let sql = "SELECT name FROM organisation_names WHERE organisation_id = $1 ORDER BY name_folded";
    Ok(on.rows::<(String,)>(sql, binds![id]).await?.into_iter().map(|(name,)| name).collect())
}

/// Those that are part of no other, the newest first, by a part of the name (folded), of one it had before, or of that of one
/// that became part of it.
pub async fn list(
    on: &mut impl Sql,
    folded: Option<&str>,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Organisation>> {
    let like = folded.map(|text| like::anywhere(text.chars().take(like::LONGEST)));
    let sql = format!(
        "SELECT {COLUMNS} FROM organisations WHERE merged_into IS NULL AND (CAST($1 AS TEXT) IS NULL OR EXISTS \
         (SELECT 1 FROM organisations p WHERE p.root_id = organisations.id AND (p.name_folded LIKE $1 ESCAPE '!' OR EXISTS \
         (SELECT 1 FROM organisation_names n WHERE n.organisation_id = p.id AND n.name_folded LIKE $1 ESCAPE '!')))) \
         AND (CAST($2 AS BIGINT) IS NULL OR id < $2) ORDER BY id DESC LIMIT $3"
    );
    on.rows(sql, binds![like, before, limit]).await
}

/// `from` becomes part of `into`, with all that became part of it before.
pub async fn merge(tx: &mut Tx, (from, into): (i64, i64), (by, at): (UserId, Millis)) -> Result<()> {
    let sql = "UPDATE organisations SET merged_into = $2, merged_at = $3, merged_by = $4 WHERE id = $1";
    tx.run(sql, binds![from, into, at, by]).await?;
    tx.run("UPDATE organisations SET root_id = $2 WHERE root_id = $1", binds![from, into]).await?;
    Ok(())
}

/// `from` is by itself again, with what had become part of it. Gives the one it counted under.
pub async fn part(tx: &mut Tx, from: i64) -> Result<Option<i64>> {
    let sql = "SELECT root_id FROM organisations WHERE id = $1 AND merged_into IS NOT NULL";
    let Some((root,)) = tx.row::<(i64,)>(sql, binds![from]).await? else { return Ok(None) };
    let sql = "UPDATE organisations SET root_id = $1 WHERE id IN (WITH RECURSIVE goes (id) AS (SELECT id FROM organisations \
               WHERE id = $1 UNION SELECT o.id FROM organisations o JOIN goes g ON o.merged_into = g.id \
               WHERE o.root_id = $2) SELECT id FROM goes)";
    tx.run(sql, binds![from, root]).await?;
    let sql = "UPDATE organisations SET merged_into = NULL, merged_at = NULL, merged_by = NULL WHERE id = $1";
    tx.run(sql, binds![from]).await?;
    Ok(Some(root))
}

/// All that became part of one, the newest first.
pub async fn parts(on: &mut impl Sql, root: i64, limit: i64) -> Result<Vec<Organisation>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM organisations WHERE root_id = $1 AND merged_into IS NOT NULL \
         ORDER BY merged_at DESC, id DESC LIMIT $2"
    );
    on.rows(sql, binds![root, limit]).await
}

/// A member says that somebody belongs to one.
pub async fn put_in(tx: &mut Tx, id: i64, person: PersonId, (by, at): (UserId, Millis)) -> Result<bool> {
    let sql = "INSERT INTO organisation_people (organisation_id, person_id, by_user, at) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (organisation_id, person_id) DO NOTHING";
    Ok(tx.run(sql, binds![id, person, by, at]).await? == 1)
}

/// A member says that they do not: of it, or of what became part of it. What a list says stays.
pub async fn take_out(tx: &mut Tx, root: i64, person: PersonId) -> Result<u64> {
    let sql = format!(
        "DELETE FROM organisation_people WHERE organisation_id IN {OF_ROOT} \
         AND person_id IN (SELECT id FROM persons WHERE id = $2 OR merged_into = $2)"
    );
    tx.run(sql, binds![root, person]).await
}

/// Who belongs to an organisation, of `$1`: whoever stands for them by now.
pub(crate) const PEOPLE: &str = "SELECT COALESCE(p.merged_into, p.id) AS id FROM organisation_people b JOIN persons p ON p.id = b.person_id \
    WHERE b.organisation_id IN (SELECT id FROM organisations WHERE root_id = $1) UNION SELECT c.person_id FROM customers c \
    WHERE c.organisation_id IN (SELECT id FROM organisations WHERE root_id = $1) AND c.person_id IS NOT NULL";

/// Somebody who belongs to one.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Member {
    pub id: PersonId,
    pub name: String,
    /// Whether a member of the team said so; else a list does.
    pub by_hand: bool,
}

/// Who belongs to one, by their number; after one.
pub async fn people(on: &mut impl Sql, root: i64, after: PersonId, limit: i64) -> Result<Vec<Member>> {
    let sql = format!(
        "SELECT p.id, p.name, EXISTS (SELECT 1 FROM organisation_people b JOIN persons w ON w.id = b.person_id \
         WHERE b.organisation_id IN {OF_ROOT} AND (w.id = p.id OR w.merged_into = p.id)) AS by_hand \
         FROM persons p WHERE p.id IN ({PEOPLE}) AND p.id > $2 ORDER BY p.id LIMIT $3"
    );
    on.rows(sql, binds![root, after, limit]).await
}

/// How many people and customers belong to one.
pub async fn counts(on: &mut impl Sql, root: i64) -> Result<(i64, i64)> {
    let people = format!("SELECT COUNT(*) FROM ({PEOPLE}) AS counted");
    let customers = format!("SELECT COUNT(*) FROM customers WHERE organisation_id IN {OF_ROOT} AND left_at IS NULL");
    Ok((on.number(people, binds![root]).await?, on.number(customers, binds![root]).await?))
}

/// The organisations that a person belongs to, each as the one under which it counts, by name.
pub async fn of_person(on: &mut impl Sql, person: PersonId) -> Result<Vec<Organisation>> {
    let columns: Vec<String> = COLUMNS.split(", ").map(|column| format!("r.{column}")).collect();
    let sql = format!(
        "SELECT {} FROM organisations r WHERE r.id IN (SELECT o.root_id FROM organisations o WHERE o.id IN \
         (SELECT b.organisation_id FROM organisation_people b WHERE b.person_id IN \
         (SELECT id FROM persons WHERE id = $1 OR merged_into = $1) UNION SELECT c.organisation_id FROM customers c \
         WHERE c.person_id = $1 AND c.organisation_id IS NOT NULL)) ORDER BY r.name_folded, r.id",
        columns.join(", ")
    );
    on.rows(sql, binds![person]).await
}

/// What its people asked for, the newest first.
pub async fn asked_for(on: &mut impl Sql, root: i64, limit: i64) -> Result<Vec<Place>> {
    let sql = format!(
        "{PLACE} WHERE e.person_id IN ({PEOPLE}) AND e.asks = TRUE ORDER BY e.asked_at DESC, e.id DESC LIMIT $2"
    );
    on.rows(sql, binds![root, limit]).await
}
