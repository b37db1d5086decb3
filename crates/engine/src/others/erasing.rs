//! An account of another organisation may be a person's: what a person is given of it, and where a name of theirs stands in
//! what members wrote of others. The accounts themselves go with the identities (`store::others::forget_person`).

use crate::{Engine, Result};
use serde_json::{Value, json};
use tertulia_model::PersonId;
use tertulia_store::{Sql, others};

/// Others that are called by a name of somebody, or addressed by one. Whether it means them is for a person to say.
pub(crate) async fn named(engine: &Engine, is_named: impl Fn(&str) -> bool) -> Result<Vec<Value>> {
    let all = super::all(engine).await?;
    let means = |known: &&super::Known| {
        is_named(&known.other.name) || known.accounts.iter().any(|account| is_named(&account.called))
    };
    Ok(all.iter().filter(means).map(|known| json!({ "kind": "other", "id": known.other.id.to_string() })).collect())
}

/// As what a person's accounts are looked at, for their export.
pub(crate) async fn export(on: &mut impl Sql, person: PersonId) -> Result<Value> {
    Ok(others::naming(on, person).await?.into())
}
