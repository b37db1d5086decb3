//! A wish not to be written to outlives the erasure of whoever had it, as a keyed hash from which no handle can be read:
//! without it, the next import or a message of ours would reach the very person who had asked for both. That is the list
//! that data protection authorities call a suppression list; to keep it is what the wish itself demands (GDPR, Articles
//! 21(3) and 17(3)(b)).
//!
//! An erased person who writes to us anew is a new person who wrote to us. The wish still holds, as it holds for somebody
//! who was not erased: until they take it back themselves by the channel's own means, or, where a member had noted it,
//! until a member notes that they want to be written to.

use crate::{Engine, Result, erase::Keys};
use std::collections::HashMap;
use tertulia_model::{ChannelId, Millis};
use tertulia_store::{
    Sql, Tx,
    channels::{self, Channel},
    consents,
    erased::{self, Erased},
    people::Identity,
};

/// In the place of an account: on every channel.
const EVERYWHERE: &str = "";

/// Who had said so: they themselves, or a member for them.
pub(super) const BY_THEM: &str = "stop";
pub(super) const BY_MEMBER: &str = "stop noted";

/// A wish that outlived an erasure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// When they were erased.
    pub at: Millis,
    pub by_member: bool,
}

impl Kept {
    /// In words for whoever wants to write.
    pub fn words(&self) -> String {
        if self.by_member {
            "Somebody with this address, erased here since, did not want to be written to. If they do want it by now, note \
             that on their page first."
        } else {
            "Somebody with this address, erased here since, asked not to be written to (STOP). They can take that back \
             themselves by START."
        }
        .to_owned()
    }
}

/// The wish that is kept of a handle on a channel and that nobody has taken back since. `identity` is who has that handle
/// by now, if anybody.
pub async fn kept(
    engine: &Engine,
    on: &mut impl Sql,
    channel: &Channel,
    handle: &str,
    identity: Option<&Identity>,
) -> Result<Option<Kept>> {
    let accounts = [EVERYWHERE, channel.account.as_str()];
    kept_at(engine, on, (&channel.connector, &accounts, channel.id), handle, identity).await
}

async fn kept_at(
    engine: &Engine,
    on: &mut impl Sql,
    (kind, accounts, channel): (&str, &[&str], ChannelId),
    handle: &str,
    identity: Option<&Identity>,
) -> Result<Option<Kept>> {
    let keys = Keys::of(engine);
    let each = |by| accounts.iter().map(move |account| (by, *account));
    let hashes = each(BY_THEM).chain(each(BY_MEMBER)).map(|(by, account)| keys.wish(by, kind, account, handle));
    for found in erased::among(on, hashes.collect()).await? {
        let by_member = found.kind == BY_MEMBER;
        let taken_back = match identity {
            Some(who) => {
                let person = by_member.then_some(who.person_id);
                consents::allowed_since(on, who.id, person, channel, found.at).await?
            }
            None => false,
        };
        if !taken_back {
            return Ok(Some(Kept { at: found.at, by_member }));
        }
    }
    Ok(None)
}

/// Of which of these a wish is kept of a handle on a channel, whether it still holds or not: asked of all at once.
pub(crate) async fn with_kept<T: Copy>(
    engine: &Engine,
    on: &mut impl Sql,
    handles: &[(T, &Channel, String)],
) -> Result<Vec<T>> {
    let keys = Keys::of(engine);
    let mut named: HashMap<Vec<u8>, Vec<T>> = HashMap::new();
    for (whose, channel, handle) in handles {
        for by in [BY_THEM, BY_MEMBER] {
            for account in [EVERYWHERE, channel.account.as_str()] {
                named.entry(keys.wish(by, &channel.connector, account, handle)).or_default().push(*whose);
            }
        }
    }
    let found = erased::among(on, named.keys().cloned().collect()).await?;
    Ok(found.iter().filter_map(|kept| named.get(&kept.key_hash)).flatten().copied().collect())
}

/// What is to be kept of a person's wishes, and what an earlier erasure kept that does not hold any more.
pub(crate) struct KeptWishes {
    pub hashes: Vec<Erased>,
    pub over: Vec<Vec<u8>>,
}

/// The wishes of somebody who is being erased that must hold afterwards.
pub(crate) async fn outlive(engine: &Engine, tx: &mut Tx, identities: &[Identity], now: Millis) -> Result<KeptWishes> {
    let keys = Keys::of(engine);
    let channels = channels::all_ever(tx).await?;
    let mut wishes = KeptWishes { hashes: Vec::new(), over: Vec::new() };
    for identity in identities {
        let Some(kind) = engine.registry.of_space(&identity.space).map(|kind| kind.spec().name.clone()) else {
            continue;
        };
        let mut places = vec![(EVERYWHERE, None)];
        places.extend(channels.iter().filter(|c| c.connector == kind).map(|c| (c.account.as_str(), Some(c.id))));
        for (account, channel) in places {
            let holds = standing(engine, tx, identity, (&kind, account, channel)).await?;
            for by in [BY_THEM, BY_MEMBER] {
                let key_hash = keys.wish(by, &kind, account, &identity.handle);
                match holds {
                    Some(holding) if holding == by => {
                        wishes.hashes.push(Erased { key_hash, kind: by.to_owned(), at: now });
                    }
                    _ => wishes.over.push(key_hash),
                }
            }
        }
    }
    // Two channels may have had one account: what holds on either of them holds.
    wishes.hashes.sort_by(|a, b| a.key_hash.cmp(&b.key_hash));
    wishes.hashes.dedup_by(|a, b| a.key_hash == b.key_hash);
    wishes.over.retain(|hash| !wishes.hashes.iter().any(|kept| kept.key_hash == *hash));
    Ok(wishes)
}

/// Who said that this identity is not to be written to on a channel (or anywhere), if that holds.
async fn standing(
    engine: &Engine,
    tx: &mut Tx,
    identity: &Identity,
    (kind, account, channel): (&str, &str, Option<ChannelId>),
) -> Result<Option<&'static str>> {
    let scope = channel.unwrap_or(ChannelId(0));
    if let Some(refused) = consents::refusal(tx, identity.id, identity.person_id, scope).await? {
        return Ok(Some(if refused.by_user.is_some() { BY_MEMBER } else { BY_THEM }));
    }
    let kept = kept_at(engine, tx, (kind, &[account], scope), &identity.handle, Some(identity)).await?;
    Ok(kept.map(|kept| if kept.by_member { BY_MEMBER } else { BY_THEM }))
}
