//! What writers say of themselves in profiles and signatures, kept as grounds to ask whether two are one. It is what somebody
//! typed: nobody is taken for somebody else by it.

use crate::Result;
use std::collections::HashMap;
use tertulia_analysis::identity::{Field, Record};
use tertulia_model::{IdentityId, MessageId};
use tertulia_store::{
    Sql, Tx,
    identity_traits::{self, Trait},
    people::Identity,
};

/// Of each kind, for one identity; whoever says something else in every mail says nothing.
const MOST: usize = 12;

/// What one message says of its writer.
pub(crate) struct Says {
    pub identity: IdentityId,
    pub message: MessageId,
    pub said: Vec<(Field, String)>,
}

/// Notes what is new of it.
pub(crate) async fn note(tx: &mut Tx, all: Vec<Says>) -> Result<()> {
    if all.is_empty() {
        return Ok(());
    }
    let whose: Vec<IdentityId> = all.iter().map(|one| one.identity).collect();
    let mut known: HashMap<(IdentityId, String), Vec<String>> = HashMap::new();
    for one in identity_traits::of(tx, &whose).await? {
        known.entry((one.identity_id, one.kind)).or_default().push(one.value);
    }
    let mut fresh = Vec::new();
    for Says { identity, message, said } in all {
        for (field, value) in said {
            let Some(kind) = kind_of(field) else { continue };
            let values = known.entry((identity, kind.to_owned())).or_default();
            if values.len() < MOST && !values.contains(&value) {
                values.push(value.clone());
                fresh.push(Trait { identity_id: identity, kind: kind.to_owned(), value, message_id: message });
            }
        }
    }
    if !fresh.is_empty() {
        identity_traits::add(tx, &fresh).await?;
    }
    Ok(())
}

fn kind_of(field: Field) -> Option<&'static str> {
    match field {
        Field::Link => Some("link"),
        Field::Phone => Some("phone"),
        Field::Signature => Some("line"),
        _ => None,
    }
}

/// What identities say of themselves.
pub(super) type Said = HashMap<IdentityId, Vec<Trait>>;

pub(super) async fn said(on: &mut impl Sql, identities: &[Identity]) -> Result<Said> {
    let ids: Vec<IdentityId> = identities.iter().map(|identity| identity.id).collect();
    let mut said = Said::new();
    for one in identity_traits::of(on, &ids).await? {
        said.entry(one.identity_id).or_default().push(one);
    }
    Ok(said)
}

pub(super) fn add_to(record: &mut Record, traits: &[Trait]) {
    for one in traits {
        let field = match one.kind.as_str() {
            "link" => Field::Link,
            "phone" => Field::Phone,
            _ => Field::Signature,
        };
        record.add(field, &one.value);
    }
}
