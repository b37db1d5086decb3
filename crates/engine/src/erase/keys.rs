//! What was erased does not come back: each identity and each message that went is known again by a hash under a key of
//! this installation's own, and the one way in asks for it.

use crate::{
    Engine, Result,
    ingest::{Event, Item, Prepared, What, Words, partner},
    worker,
};
use std::collections::{BTreeSet, HashMap};
use tertulia_model::{BlobRange, Direction, JobId, Millis};
use tertulia_store::{
    Tx, erased, jobs,
    keys::{SourceKey, source_key},
    ledger::Kind,
    trims,
};

/// Why something that came was not kept.
pub(crate) const ERASED: &str = "It is of somebody who was erased at their wish.";

/// Makes the hashes.
pub(crate) struct Keys([u8; 32]);

impl Keys {
    pub fn of(engine: &Engine) -> Self {
        Self(*blake3::hash(&engine.vault.key_for("erased")).as_bytes())
    }

    pub fn identity(&self, space: &str, handle: &str) -> Vec<u8> {
        self.hash(&[b"identity", space.as_bytes(), handle.to_lowercase().as_bytes()])
    }

    pub fn message(&self, key: &[u8]) -> Vec<u8> {
        self.hash(&[b"message", key])
    }

    /// A row of a list of customers, by what it is known again.
    pub fn customer(&self, key: &str) -> Vec<u8> {
        self.hash(&[b"customer", key.as_bytes()])
    }

    /// Somebody who votes, by what they are called on a ballot.
    pub fn voter(&self, ballot: i64, name: &str) -> Vec<u8> {
        self.hash(&[b"voter", &ballot.to_le_bytes(), name.as_bytes()])
    }

    /// A wish not to be written to, of whoever has `handle` on a kind of channel, at one of our accounts or at all of them.
    pub fn wish(&self, by: &str, kind: &str, account: &str, handle: &str) -> Vec<u8> {
        let handle = handle.to_lowercase();
        self.hash(&[b"wish", by.as_bytes(), kind.as_bytes(), account.as_bytes(), handle.as_bytes()])
    }

    fn hash(&self, parts: &[&[u8]]) -> Vec<u8> {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        for part in parts {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        hasher.finalize().as_bytes().to_vec()
    }
}

/// With whom an event is, and from when on it may be let in although they were erased.
struct Concerned {
    identity: Option<Vec<u8>>,
    messages: Vec<Vec<u8>>,
    /// When it was written, if it is the kind of thing by which somebody comes back themselves.
    anew: Option<Millis>,
}

fn concerned(keys: &Keys, event: &Event, history: bool) -> Concerned {
    let source = event.name.source.as_str();
    let other = |id: &str| -> SourceKey { source_key(source, id) };
    let mut found = Concerned { identity: None, messages: vec![keys.message(&event.key)], anew: None };
    match &event.what {
        What::Created(words) | What::Edited(_, words) => {
            found.identity = partner(words).map(|author| keys.identity(&author.space, &author.handle));
            let comes_back = words.content.addressed_to_us || words.content.direction == Direction::Ours;
            found.anew = written_at(words, history).filter(|_| comes_back);
        }
        What::Consent(wish) => {
            found.identity = Some(keys.identity(&wish.author.space, &wish.author.handle));
            found.anew = Some(event.received_at);
        }
        What::Bounced(notice) => found.messages.push(keys.message(&other(&notice.bounced_id))),
        What::Arrived(id) => found.messages.push(keys.message(&other(id))),
        What::Deleted => {}
    }
    found
}

/// What an archive tells without a date was written before.
fn written_at(words: &Words, history: bool) -> Option<Millis> {
    if history { words.content.stated_at } else { Some(words.at) }
}

/// The piece without what is of somebody who was erased, where there is any such thing. The bytes of that leave the disk
/// as soon as the piece is stored.
pub(crate) async fn leave_out(
    engine: &Engine,
    tx: &mut Tx,
    prepared: &Prepared,
    history: bool,
) -> Result<Option<Prepared>> {
    if prepared.events.is_empty() || !erased::any(tx).await? {
        return Ok(None);
    }
    let keys = Keys::of(engine);
    let concerned: Vec<Concerned> = prepared.events.iter().map(|event| concerned(&keys, event, history)).collect();
    let hashes: BTreeSet<Vec<u8>> =
        concerned.iter().flat_map(|c| c.messages.iter().chain(&c.identity).cloned()).collect();
    let known = erased::among(tx, hashes.into_iter().collect()).await?;
    if known.is_empty() {
        return Ok(None);
    }
    let since: HashMap<&[u8], Millis> = known.iter().map(|e| (e.key_hash.as_slice(), e.at)).collect();
    let is_out = |c: &Concerned| {
        let theirs = c.identity.as_ref().and_then(|identity| since.get(identity.as_slice()));
        c.messages.iter().any(|key| since.contains_key(key.as_slice()))
            || theirs.is_some_and(|erased_at| c.anew.is_none_or(|at| at <= *erased_at))
    };
    let out: Vec<bool> = concerned.iter().map(is_out).collect();
    if !out.contains(&true) {
        return Ok(None);
    }
    let nothing = engine.blobs.put(&[])?;
    let (kept, blobs) = without(prepared, &out, &nothing);
    trims::add(tx, &blobs.into_iter().collect::<Vec<_>>(), trims::Cause::Erased).await?;
    jobs::add(tx, JobId(engine.next_id()), worker::TRIM, 0, engine.now()).await?;
    Ok(Some(kept))
}

/// The piece without these events, and the blobs that hold something of them.
fn without(prepared: &Prepared, out: &[bool], nothing: &BlobRange) -> (Prepared, BTreeSet<String>) {
    let mut kept =
        Prepared { events: Vec::with_capacity(prepared.events.len()), items: Vec::new(), ..prepared.clone_rest() };
    let mut blobs = BTreeSet::new();
    let (mut at, mut times) = (0, 0);
    for (item, told) in &prepared.items {
        let range = at..at + told;
        at += told;
        let stay: Vec<Event> = range.clone().filter(|n| !out[*n]).map(|n| prepared.events[n].clone()).collect();
        times += (told - stay.len()) as u64;
        if stay.len() == *told {
            kept.items.push((item.clone(), *told));
            kept.events.extend(stay);
            continue;
        }
        blobs.insert(item.range.blob.clone());
        for event in range.filter(|n| out[*n]).map(|n| &prepared.events[n]) {
            if let What::Created(words) | What::Edited(_, words) = &event.what {
                blobs.extend(words.attachments.iter().map(|(_, content)| content.blob.clone()));
            }
        }
        if !stay.is_empty() {
            // Its bytes tell of both: only what was understood of the others stays.
            let item = Item { range: nothing.clone(), bytes: None, raw: item.raw.clone() };
            kept.items.push((item, stay.len()));
            kept.events.extend(stay.into_iter().map(|event| Event { raw: nothing.clone(), ..event }));
        }
    }
    *kept.left_out.entry((Kind::Erased, ERASED.to_owned())).or_default() += times;
    blobs.remove(&nothing.blob);
    (kept, blobs)
}
