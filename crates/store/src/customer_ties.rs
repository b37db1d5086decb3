//! Whom of those who were heard a customer is. It follows from handles alone, which must be exactly the same, and from what
//! members said; so it is found anew whenever one of these changes, and nothing needs to be moved or undone.
//!
//! Nobody is taken for somebody else: an address that leads to two persons, or that two customers of one list have, is doubtful and ties
//! nobody. What somebody only typed, or a mail gives for its writer, makes them `said`: they say that they are.

use crate::{
    Result, Sql, Tx, Value, attributes, binds,
    customers::{self, Handle},
    db::{rows_in, rows_in_with},
};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use tertulia_model::{Millis, PersonId, UserId};

/// How it is known who somebody is.
pub const NONE: &str = "none";
pub const CONFIRMED: &str = "confirmed";
pub const SAID: &str = "said";
pub const DOUBTFUL: &str = "doubtful";
pub const MEMBER: &str = "member";

const MAIL: &str = "mail";

/// What a member said about a customer and a person.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Said {
    pub customer_id: i64,
    /// Whoever stands for them by now.
    pub person_id: PersonId,
    pub is_same: bool,
    pub by_user: UserId,
    pub at: Millis,
}

/// All that was said about these customers, the newest first.
pub async fn said(on: &mut impl Sql, customers: &[i64]) -> Result<Vec<Said>> {
    let ids: Vec<Value> = customers.iter().map(|id| Value::from(*id)).collect();
    let sql = "SELECT t.customer_id, COALESCE(p.merged_into, p.id) AS person_id, t.is_same, t.by_user, t.at \
               FROM customer_ties t JOIN persons p ON p.id = t.person_id WHERE t.customer_id IN ({list})";
    let mut found: Vec<Said> = rows_in(on, sql, &ids).await?;
    found.sort_by_key(|said| (std::cmp::Reverse(said.at), said.customer_id, said.person_id));
    found.dedup();
    Ok(found)
}

/// A member says that a customer is somebody or is not; `None`: says no more about these two. Then [`retie`] is to be called.
pub async fn say(
    tx: &mut Tx,
    (customer, person): (i64, PersonId),
    is_same: Option<bool>,
    (by, at): (UserId, Millis),
) -> Result<()> {
    let sql = "DELETE FROM customer_ties WHERE customer_id = $1 AND person_id IN \
               (SELECT id FROM persons WHERE id = $2 OR merged_into = $2)";
    tx.run(sql, binds![customer, person]).await?;
    let Some(is_same) = is_same else { return Ok(()) };
    if is_same {
        // Nobody is two.
        tx.run("DELETE FROM customer_ties WHERE customer_id = $1 AND is_same", binds![customer]).await?;
    }
    let sql = "INSERT INTO customer_ties (customer_id, person_id, is_same, by_user, at) VALUES ($1, $2, $3, $4, $5)";
    tx.run(sql, binds![customer, person, is_same, by, at]).await?;
    Ok(())
}

/// A handle that more customers than that have in one list (a placeholder, an office's number) is doubtful before and after
/// whatever one transaction changes, so nobody who has it needs to be found anew.
const CROWD: i64 = 1_000;

/// These customers, and all who have a handle in common with them whom a change of these may concern.
pub async fn sharing(on: &mut impl Sql, ids: &[i64]) -> Result<Vec<i64>> {
    let mut handles = customers::handles(on, ids).await?;
    let crowded = shared(on, &handles, CROWD).await?;
    handles.retain(|h| !crowded.contains(&(h.space.clone(), h.handle.clone())));
    let mut found: BTreeSet<i64> = with_handles(on, &handles).await?.into_iter().map(|h| h.customer_id).collect();
    found.extend(ids);
    Ok(found.into_iter().collect())
}

/// The handles of whichever customer has one of these.
async fn with_handles(on: &mut impl Sql, handles: &[Handle]) -> Result<Vec<Handle>> {
    let mut found = Vec::new();
    for (space, handles) in by_space(handles) {
        let sql = "SELECT customer_id, space, handle FROM customer_handles WHERE space = $1 AND handle IN ({list})";
        found.extend(rows_in_with::<Handle>(on, sql, &[space.into()], &handles).await?);
    }
    found.sort();
    found.dedup();
    Ok(found)
}

fn by_space(handles: &[Handle]) -> BTreeMap<&str, Vec<Value>> {
    let mut spaces: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for one in handles {
        spaces.entry(&one.space).or_default().insert(&one.handle);
    }
    spaces.into_iter().map(|(space, handles)| (space, handles.into_iter().map(Value::from).collect())).collect()
}

/// What is known of whoever may be one of these customers.
struct Evidence {
    /// Who has a handle, and who typed it as theirs.
    has: HashMap<(String, String), PersonId>,
    claims: HashMap<String, BTreeSet<PersonId>>,
    confirmed: HashSet<String>,
    /// Handles that several customers of one list have who did not leave.
    shared: HashSet<(String, String)>,
}

impl Evidence {
    async fn of(on: &mut impl Sql, handles: &[Handle]) -> Result<Self> {
        let (mut has, mut claims) = (HashMap::new(), HashMap::<String, BTreeSet<PersonId>>::new());
        let mut confirmed = HashSet::new();
        for (space, list) in by_space(handles) {
            let sql = "SELECT space, handle, person_id FROM identities WHERE space = $1 AND handle IN ({list})";
            let rows: Vec<(String, String, PersonId)> = rows_in_with(on, sql, &[space.into()], &list).await?;
            has.extend(rows.into_iter().map(|(space, handle, person)| ((space, handle), person)));
            if space != MAIL {
                continue;
            }
            let sql = "SELECT claimed_mail, person_id FROM identities WHERE claimed_mail IN ({list})";
            for (address, person) in rows_in::<(String, PersonId)>(on, sql, &list).await? {
                claims.entry(address).or_default().insert(person);
            }
            let sql = "SELECT DISTINCT address FROM asked_mails WHERE address IN ({list}) AND confirmed_at IS NOT NULL";
            confirmed.extend(rows_in::<(String,)>(on, sql, &list).await?.into_iter().map(|(address,)| address));
        }
        Ok(Self { has, claims, confirmed, shared: shared(on, handles, 1).await? })
    }

    /// Who has these handles, as far as they say.
    fn decide(&self, handles: &[&Handle], is_not: &BTreeSet<PersonId>) -> (Option<PersonId>, &'static str) {
        let key = |h: &Handle| (h.space.clone(), h.handle.clone());
        let mut proven = BTreeSet::new();
        let mut said = BTreeSet::new();
        let mut is_shared = false;
        for one in handles {
            let is_mail = one.space == MAIL;
            if let Some(person) = self.has.get(&key(one)) {
                is_shared |= self.shared.contains(&key(one));
                let by_mail = is_mail && self.confirmed.contains(&one.handle);
                if by_mail {
                    proven.insert(*person)
                } else {
                    said.insert(*person)
                };
            }
            if is_mail && !self.confirmed.contains(&one.handle) {
                let claims = self.claims.get(&one.handle).into_iter().flatten();
                said.extend(claims);
                is_shared |= self.claims.contains_key(&one.handle) && self.shared.contains(&key(one));
            }
        }
        proven.retain(|person| !is_not.contains(person));
        said.retain(|person| !is_not.contains(person));
        let all: BTreeSet<PersonId> = proven.union(&said).copied().collect();
        match (all.len(), all.first()) {
            (0, _) | (_, None) => (None, NONE),
            (1, Some(person)) if !is_shared => (Some(*person), if proven.is_empty() { SAID } else { CONFIRMED }),
            _ => (None, DOUBTFUL),
        }
    }
}

/// Handles that more than so many customers of one list have who did not leave. Two lists may name the same customer.
async fn shared(on: &mut impl Sql, handles: &[Handle], many: i64) -> Result<HashSet<(String, String)>> {
    let mut found = HashSet::new();
    for (space, list) in by_space(handles) {
        let sql = "SELECT h.space, h.handle FROM customer_handles h JOIN customers c ON c.id = h.customer_id \
                   WHERE h.space = $1 AND h.handle IN ({list}) AND c.left_at IS NULL GROUP BY h.space, h.handle, c.list \
                   HAVING COUNT(*) > $2";
        found.extend(rows_in_with::<(String, String)>(on, sql, &[space.into(), many.into()], &list).await?);
    }
    Ok(found)
}

/// Finds anew who these customers are. Whoever gains or loses what is known of them has it by the end.
pub async fn retie(tx: &mut Tx, ids: &[i64]) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let all: Vec<Value> = ids.iter().map(|id| Value::from(*id)).collect();
    let sql = "SELECT id, person_id, tie FROM customers WHERE id IN ({list})";
    let mut stand: Vec<(i64, Option<PersonId>, String)> = rows_in(tx, sql, &all).await?;
    stand.sort();
    stand.dedup();
    let handles = customers::handles(tx, ids).await?;
    let evidence = Evidence::of(tx, &handles).await?;
    let mut theirs: HashMap<i64, Vec<&Handle>> = HashMap::new();
    for one in &handles {
        theirs.entry(one.customer_id).or_default().push(one);
    }
    let decisions = said(tx, ids).await?;
    let mut touched = BTreeSet::new();
    for (id, person, tie) in stand {
        let own: Vec<&Said> = decisions.iter().filter(|said| said.customer_id == id).collect();
        let is_not = own.iter().filter(|said| !said.is_same).map(|said| said.person_id).collect();
        let (found, how) = match own.iter().find(|said| said.is_same) {
            Some(said) => (Some(said.person_id), MEMBER),
            None => evidence.decide(theirs.get(&id).map_or(&[][..], Vec::as_slice), &is_not),
        };
        if (found, how) != (person, tie.as_str()) {
            tx.news().customers();
            tx.run("UPDATE customers SET person_id = $2, tie = $3 WHERE id = $1", binds![id, found, how]).await?;
        }
        touched.extend(person.into_iter().chain(found));
    }
    attributes::settle(tx, &touched.into_iter().collect::<Vec<_>>()).await
}

/// Persons whose identities changed: whichever customers they were, or may be by now, are found anew, and what is known of them.
pub async fn retie_persons(tx: &mut Tx, persons: &[PersonId]) -> Result<()> {
    let mut ids = BTreeSet::new();
    for person in persons {
        let sql = "SELECT id FROM customers WHERE person_id = $1 UNION SELECT customer_id FROM customer_ties \
                   WHERE person_id IN (SELECT id FROM persons WHERE id = $1 OR merged_into = $1) \
                   UNION SELECT h.customer_id FROM identities i JOIN customer_handles h ON h.handle = i.handle \
                   AND h.space = i.space WHERE i.person_id = $1 UNION SELECT h.customer_id FROM identities i \
                   JOIN customer_handles h ON h.space = 'mail' AND h.handle = i.claimed_mail WHERE i.person_id = $1";
        ids.extend(tx.rows::<(i64,)>(sql, binds![*person]).await?.into_iter().map(|(id,)| id));
    }
    retie(tx, &ids.into_iter().collect::<Vec<_>>()).await?;
    attributes::settle(tx, persons).await
}

/// Somebody was heard by these handles for the first time, or typed such an address: perhaps they are customers.
pub async fn tie_newcomers(tx: &mut Tx, heard: &[(String, String)]) -> Result<()> {
    let handles: Vec<Handle> = heard
        .iter()
        .map(|(space, handle)| Handle { customer_id: 0, space: space.clone(), handle: handle.clone() })
        .collect();
    let found: BTreeSet<i64> = with_handles(tx, &handles).await?.into_iter().map(|h| h.customer_id).collect();
    retie(tx, &found.into_iter().collect::<Vec<_>>()).await
}
