//! Persons and their identities.

use crate::{
    Result, Sql, Tx, Value, attributes, binds, consents, customer_ties,
    db::{rows_in, rows_in_with},
    erasing::Counts,
    evidence, feedback, like, monitors, mutes, notes,
    segments::{self, Rule},
    tellings,
};
use tertulia_model::{IdentityId, Millis, PersonId};

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Identity {
    pub id: IdentityId,
    /// The kind of handle: `mail`, `webchat:…`, `twitter`.
    pub space: String,
    pub handle: String,
    pub name: Option<String>,
    pub person_id: PersonId,
    /// An address that was typed and not confirmed.
    pub claimed_mail: Option<String>,
    pub created_at: Millis,
}

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Person {
    pub id: PersonId,
    pub name: String,
    pub created_at: Millis,
}

pub(crate) const COLUMNS: &str = "id, space, handle, name, person_id, claimed_mail, created_at";

/// The identities among these handles of one space.
pub async fn find(on: &mut impl Sql, space: &str, handles: Vec<String>) -> Result<Vec<Identity>> {
    let sql = format!("SELECT {COLUMNS} FROM identities WHERE space = $1 AND handle IN ({{list}})");
    let handles: Vec<Value> = handles.into_iter().map(Value::from).collect();
    let mut found: Vec<Identity> = rows_in_with(on, &sql, &[space.into()], &handles).await?;
    found.sort_by_key(|identity| identity.id);
    found.dedup_by_key(|identity| identity.id);
    Ok(found)
}

pub async fn add_persons(tx: &mut Tx, persons: &[Person]) -> Result<()> {
    let values = persons.iter().flat_map(|p| binds![p.id, &p.name, p.name.to_lowercase(), p.created_at]).collect();
    tx.insert_many("INSERT INTO persons (id, name, name_folded, created_at)", 4, "", values).await?;
    Ok(())
}

pub async fn add_identities(tx: &mut Tx, identities: &[Identity]) -> Result<()> {
    let row = |i: &Identity| {
        let i = i.clone();
        let folded = i.handle.to_lowercase();
        binds![i.id, i.space, i.handle, i.name, i.person_id, i.claimed_mail, i.created_at, folded]
    };
    let values = identities.iter().flat_map(row).collect();
    tx.insert_many(&format!("INSERT INTO identities ({COLUMNS}, handle_folded)"), 8, "", values).await?;
    Ok(())
}

/// What is newly known of an identity: its name, an address it claims. Known things are not lost to `None`. It is looked at anew
/// who else they may be.
pub async fn update_identity(
    tx: &mut Tx,
    id: IdentityId,
    name: Option<&str>,
    claimed_mail: Option<&str>,
) -> Result<()> {
    let sql = "UPDATE identities SET name = COALESCE($2, name), claimed_mail = COALESCE($3, claimed_mail), keys_version = 0 \
         WHERE id = $1";
    tx.run(sql, binds![id, name, claimed_mail]).await?;
    Ok(())
}

/// Begins to ask a claimed address by mail; false if it was asked before, or if somebody began after `abandoned`. One
/// whose question no longer holds (see [`last_asked`]) is asked again if it was asked before `long_ago`.
pub async fn begin_asking(
    tx: &mut Tx,
    id: IdentityId,
    address: &str,
    now: Millis,
    (abandoned, long_ago): (Millis, Millis),
) -> Result<bool> {
    let sql = "INSERT INTO asked_mails (identity_id, address, begun_at) VALUES ($1, $2, $3) \
               ON CONFLICT (identity_id, address) DO UPDATE SET begun_at = excluded.begun_at, asked_at = NULL \
               WHERE (asked_mails.asked_at IS NULL AND asked_mails.begun_at < $4) \
               OR (asked_mails.begun_at < $5 AND EXISTS (SELECT 1 FROM asked_mails later \
               WHERE later.identity_id = $1 AND later.begun_at > asked_mails.begun_at))";
    Ok(tx.run(sql, binds![id, address, now, abandoned, long_ago]).await? == 1)
}

/// The address that an identity was asked about last: only that question still holds.
pub async fn last_asked(on: &mut impl Sql, id: IdentityId) -> Result<Option<String>> {
    let sql = "SELECT address FROM asked_mails WHERE identity_id = $1 ORDER BY begun_at DESC LIMIT 1";
    Ok(on.row::<(String,)>(sql, binds![id]).await?.map(|(address,)| address))
}

/// The mail that asks a claimed address has left.
pub async fn note_asked(tx: &mut Tx, id: IdentityId, address: &str, now: Millis) -> Result<()> {
    let sql = "UPDATE asked_mails SET asked_at = $3 WHERE identity_id = $1 AND address = $2";
    tx.run(sql, binds![id, address, now]).await?;
    Ok(())
}

/// Somebody followed the link in that mail: the address is theirs.
pub async fn note_confirmed(tx: &mut Tx, id: IdentityId, address: &str, now: Millis) -> Result<()> {
    let sql = "UPDATE asked_mails SET confirmed_at = $3 WHERE identity_id = $1 AND address = $2";
    tx.run(sql, binds![id, address, now]).await?;
    customer_ties::tie_newcomers(tx, &[("mail".to_owned(), address.to_owned())]).await
}

/// The addresses of a person that were confirmed by the link in a mail, whoever asked for it.
pub async fn confirmed(on: &mut impl Sql, person: PersonId) -> Result<Vec<String>> {
    let sql = "SELECT DISTINCT i.handle FROM identities i JOIN asked_mails a ON a.address = i.handle \
               WHERE i.person_id = $1 AND i.space = 'mail' AND a.confirmed_at IS NOT NULL ORDER BY i.handle";
    Ok(on.rows::<(String,)>(sql, binds![person]).await?.into_iter().map(|(handle,)| handle).collect())
}

/// The mail surely did not leave: the address may be asked again.
pub async fn forget_asking(tx: &mut Tx, id: IdentityId, address: &str) -> Result<()> {
    let sql = "DELETE FROM asked_mails WHERE identity_id = $1 AND address = $2 AND asked_at IS NULL";
    tx.run(sql, binds![id, address]).await?;
    Ok(())
}

/// How often this address was asked since, for whomever; and how many addresses were asked for this identity.
pub async fn asked_since(on: &mut impl Sql, id: IdentityId, address: &str, since: Millis) -> Result<(i64, i64)> {
    let of_address = "SELECT COUNT(*) FROM asked_mails WHERE address = $1 AND begun_at > $2";
    let of_identity = "SELECT COUNT(*) FROM asked_mails WHERE identity_id = $1 AND begun_at > $2";
    Ok((on.number(of_address, binds![address, since]).await?, on.number(of_identity, binds![id, since]).await?))
}

/// The identities with one of these handles, whatever their space.
pub async fn with_handles(on: &mut impl Sql, handles: Vec<String>) -> Result<Vec<Identity>> {
    let handles: Vec<Value> = handles.into_iter().map(Value::from).collect();
    let sql = format!("SELECT {COLUMNS} FROM identities WHERE handle IN ({{list}})");
    rows_in_with(on, &sql, &[], &handles).await
}

pub async fn identity_by_id(on: &mut impl Sql, id: IdentityId) -> Result<Option<Identity>> {
    on.row(format!("SELECT {COLUMNS} FROM identities WHERE id = $1"), binds![id]).await
}

/// Identities that nobody else changes until the end of the transaction, in the order of their ids.
pub async fn to_change(tx: &mut Tx, ids: &[IdentityId]) -> Result<Vec<Identity>> {
    let mut ids = ids.to_vec();
    // One order for all, so that no two wait for each other.
    ids.sort_unstable();
    ids.dedup();
    let lock = tx.dialect().for_update();
    let sql = format!("SELECT {COLUMNS} FROM identities WHERE id IN ({{list}}) ORDER BY id {lock}");
    let ids: Vec<Value> = ids.into_iter().map(Value::from).collect();
    let mut found: Vec<Identity> = rows_in(tx, &sql, &ids).await?;
    found.dedup_by_key(|identity| identity.id);
    Ok(found)
}

pub async fn rename(tx: &mut Tx, id: PersonId, name: &str) -> Result<()> {
    tx.run("UPDATE persons SET name = $2, name_folded = $3 WHERE id = $1", binds![id, name, name.to_lowercase()])
        .await?;
    monitors::match_person_later(tx, id).await
}

pub async fn get(on: &mut impl Sql, id: PersonId) -> Result<Option<Person>> {
    on.row("SELECT id, name, created_at FROM persons WHERE id = $1", binds![id]).await
}

pub async fn identities(on: &mut impl Sql, person: PersonId) -> Result<Vec<Identity>> {
    on.rows(format!("SELECT {COLUMNS} FROM identities WHERE person_id = $1 ORDER BY id"), binds![person]).await
}

pub async fn identity(on: &mut impl Sql, space: &str, handle: &str) -> Result<Option<Identity>> {
    on.row(format!("SELECT {COLUMNS} FROM identities WHERE space = $1 AND handle = $2"), binds![space, handle]).await
}

async fn on_person(on: &mut impl Sql, identity: IdentityId) -> Result<Option<PersonId>> {
    Ok(identity_by_id(on, identity).await?.map(|identity| identity.person_id))
}

/// Moves an identity to another person and keeps why. What it wrote moves with it.
pub async fn link(
    tx: &mut Tx,
    link_id: i64,
    identity: IdentityId,
    person: PersonId,
    evidence: &str,
    confidence: f64,
    now: Millis,
) -> Result<()> {
    let before = on_person(tx, identity).await?;
    if let Some(before) = before.filter(|before| *before != person) {
        consents::follow_identity(tx, before, identity).await?;
        mutes::person_joins(tx, before, identity, person).await?;
        let asked = evidence::follow_identity(tx, before, identity, person).await?;
        feedback::recount(tx, &asked).await?;
        tellings::follow_identity(tx, before, identity, person).await?;
        notes::follow_identity(tx, before, identity, person).await?;
    }
    before.into_iter().chain([person]).for_each(|person| tx.news().person(person));
    // Through the person, since there is an index of what a person wrote and none of what an identity wrote.
    let sql = "UPDATE messages SET person_id = $2 WHERE identity_id = $1 AND person_id = (SELECT person_id FROM identities WHERE id = $1)";
    tx.run(sql, binds![identity, person]).await?;
    // Whoever is theirs by now is not looked for among the others.
    tx.run("UPDATE identities SET person_id = $2, keys_version = 0 WHERE id = $1", binds![identity, person]).await?;
    let sql = "UPDATE conversations SET person_id = $2 WHERE id IN (SELECT DISTINCT conversation_id FROM messages \
               WHERE person_id = $2 AND identity_id = $1 AND direction = 'theirs' AND conversation_id IS NOT NULL)";
    tx.run(sql, binds![identity, person]).await?;
    let sql = "INSERT INTO person_links (id, identity_id, person_id, evidence, confidence, created_at) VALUES ($1, $2, $3, $4, $5, $6)";
    tx.run(sql, binds![link_id, identity, person, evidence, confidence, now]).await?;
    if let Some(before) = before.filter(|before| *before != person) {
        attributes::follow(tx, before, person).await?;
        customer_ties::retie_persons(tx, &[before, person]).await?;
    }
    monitors::match_person_later(tx, person).await
}

/// A row of the list of people: who, and when they last wrote.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct PersonRow {
    pub id: PersonId,
    pub name: String,
    pub last_place: i64,
    pub last_at: Millis,
    pub messages: i64,
}

/// People by name or handle (a part of it, any case; also what somebody was called who is part of them), newest person first; `before` pages on.
pub async fn list(
    on: &mut impl Sql,
    like: Option<&str>,
    before: Option<PersonId>,
    limit: i64,
) -> Result<Vec<PersonRow>> {
    list_of(on, like, &[], before, limit).await
}

/// The same, of those for whom all rules hold.
pub async fn list_of(
    on: &mut impl Sql,
    like: Option<&str>,
    rules: &[Rule],
    before: Option<PersonId>,
    limit: i64,
) -> Result<Vec<PersonRow>> {
    let like = like.map(|text| like::anywhere(text.to_lowercase().chars().take(like::LONGEST)));
    let mut values = binds![like, before, limit];
    let narrow = segments::condition(rules, "p.id", &mut values);
    let sql = "SELECT p.id, p.name, \
        COALESCE((SELECT MAX(m.place) FROM messages m WHERE m.person_id = p.id), 0) AS last_place, \
        COALESCE((SELECT m.at FROM messages m WHERE m.person_id = p.id ORDER BY m.place DESC LIMIT 1), p.created_at) AS last_at, \
        (SELECT COUNT(*) FROM messages m WHERE m.person_id = p.id AND m.state = 'shown') AS messages \
        FROM persons p WHERE (CAST($1 AS TEXT) IS NULL OR p.name_folded LIKE $1 ESCAPE '!' OR EXISTS \
        (SELECT 1 FROM identities i WHERE i.person_id = p.id AND i.handle_folded LIKE $1 ESCAPE '!') OR EXISTS \
        (SELECT 1 FROM persons o WHERE o.merged_into = p.id AND o.name_folded LIKE $1 ESCAPE '!') OR EXISTS \
        (SELECT 1 FROM person_merges g WHERE g.into_id = p.id AND g.undone_at IS NULL AND g.name_before_folded LIKE $1 ESCAPE '!')) \
        AND p.merged_into IS NULL AND (CAST($2 AS BIGINT) IS NULL OR p.id < $2)";
    on.rows(format!("{sql}{narrow} ORDER BY p.id DESC LIMIT $3"), values).await
}

/// How many identities there are.
pub async fn count_identities(on: &mut impl Sql) -> Result<i64> {
    on.number("SELECT COUNT(*) FROM identities", binds![]).await
}

/// What a person is called, and what those were who are part of them, and what they were called before.
pub async fn names(on: &mut impl Sql, person: PersonId) -> Result<Vec<String>> {
    let sql = "SELECT name FROM persons WHERE id = $1 OR merged_into = $1 UNION \
               SELECT m.name_before FROM person_merges m JOIN persons p ON p.id = m.from_id WHERE p.merged_into = $1 \
               AND m.undone_at IS NULL";
    Ok(on.rows::<(String,)>(sql, binds![person]).await?.into_iter().map(|(name,)| name).collect())
}

/// How many messages of theirs stand here.
pub async fn messages(on: &mut impl Sql, person: PersonId) -> Result<i64> {
    on.number("SELECT COUNT(*) FROM messages WHERE person_id = $1 AND state = 'shown'", binds![person]).await
}

/// Why an identity stood with a person.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Link {
    pub identity_id: IdentityId,
    pub evidence: String,
    pub confidence: f64,
    pub created_at: Millis,
    pub undone_at: Option<Millis>,
}

/// All links to a person, also those that were undone, oldest first.
pub async fn links(on: &mut impl Sql, person: PersonId) -> Result<Vec<Link>> {
    let sql = "SELECT identity_id, evidence, confidence, created_at, undone_at FROM person_links \
               WHERE person_id = $1 ORDER BY created_at, id";
    on.rows(sql, binds![person]).await
}

/// Takes a person's own rows, and those of whoever is part of them, when they are erased.
pub async fn forget(tx: &mut Tx, person: PersonId, counts: &mut Counts) -> Result<()> {
    const THEIRS: &str = "(SELECT id FROM identities WHERE person_id = $1)";
    const WHO: &str = "(SELECT id FROM persons WHERE id = $1 OR merged_into = $1)";
    let merges = format!("(SELECT id FROM person_merges WHERE from_id IN {WHO} OR into_id IN {WHO})");
    let of_identity = |table: &str| format!("DELETE FROM {table} WHERE identity_id IN {THEIRS}");
    let each = [
        ("person_links", format!("DELETE FROM person_links WHERE person_id = $1 OR identity_id IN {THEIRS}")),
        ("asked_mails", of_identity("asked_mails")),
        ("visitor_log", of_identity("visitor_log")),
        (
            "consents",
            format!(
                "DELETE FROM consents WHERE (subject_kind = 'person' AND subject_id = $1) OR (subject_kind = 'identity' AND subject_id IN {THEIRS})"
            ),
        ),
        (
            "mutes",
            format!(
                "DELETE FROM mutes WHERE (kind = 'person' AND subject_id = $1) OR (kind = 'aside' AND id IN \
                 (SELECT part_id FROM person_merge_parts WHERE kind = 'mute' AND merge_id IN {merges}))"
            ),
        ),
        ("survey_answers", "DELETE FROM survey_answers WHERE person_id = $1".to_owned()),
        ("identity_keys", of_identity("identity_keys")),
        ("identity_traits", of_identity("identity_traits")),
        (
            "identity_questions",
            format!("DELETE FROM identity_questions WHERE asked_id IN {THEIRS} OR other_id IN {THEIRS}"),
        ),
        (
            "identity_suggestions",
            format!("DELETE FROM identity_suggestions WHERE first_id IN {THEIRS} OR second_id IN {THEIRS}"),
        ),
        ("reviewed_pairs", format!("DELETE FROM reviewed_pairs WHERE first_id IN {THEIRS} OR second_id IN {THEIRS}")),
        ("person_pairs", format!("DELETE FROM person_pairs WHERE first_id IN {WHO} OR second_id IN {WHO}")),
        ("person_merge_parts", format!("DELETE FROM person_merge_parts WHERE merge_id IN {merges}")),
        ("person_merges", format!("DELETE FROM person_merges WHERE from_id IN {WHO} OR into_id IN {WHO}")),
        ("identities", "DELETE FROM identities WHERE person_id = $1".to_owned()),
        ("persons", "DELETE FROM persons WHERE id = $1 OR merged_into = $1".to_owned()),
    ];
    for (table, sql) in each {
        *counts.entry(table.to_owned()).or_default() += tx.run(sql, binds![person]).await?;
    }
    Ok(())
}

/// What somebody answered in a survey.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct SurveyAnswer {
    pub survey: String,
    pub question: String,
    pub scale: String,
    pub score: Option<f64>,
    /// JSON.
    pub attributes: String,
    pub at: Millis,
}

/// What a person answered in surveys, oldest first.
pub async fn survey_answers(on: &mut impl Sql, person: PersonId) -> Result<Vec<SurveyAnswer>> {
    let sql = "SELECT survey, question, scale, score, attributes, at FROM survey_answers WHERE person_id = $1 \
               OR message_id IN (SELECT id FROM messages WHERE person_id = $1) ORDER BY at, message_id";
    on.rows(sql, binds![person]).await
}
