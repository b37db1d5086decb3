//! Everything that is of one person: what an erasure takes, and what they are given when they ask for it.

use super::{errands, needles::Needles, trim};
use crate::{Engine, EngineError, Result};
use std::{collections::BTreeSet, io, sync::Arc};
use tertulia_model::{ConversationId, MessageId, Millis, PersonId, QuarantineId};
use tertulia_store::{
    Db, Sql,
    erasing::{self, Aside, Doomed},
    kept::{self, WhichDrafts},
    people::{self, Identity},
    person_merges,
    trims::{self, Needed},
};

/// Everything that is of one person.
pub(crate) struct Found {
    pub identities: Vec<Identity>,
    pub handles: Vec<String>,
    /// What they said and what was said to them.
    pub doomed: Vec<Doomed>,
    /// Where any of that stands, with whomever else.
    pub held: Vec<ConversationId>,
    /// All that is being written where nobody else talks (those conversations are theirs altogether), and elsewhere what goes
    /// to them or passes a message on that goes.
    pub drafts: WhichDrafts,
    pub blobs: BTreeSet<String>,
    /// What could not be understood, and names them.
    pub aside: Vec<Aside>,
    /// What channels left for later about their messages.
    pub errands: Vec<i64>,
}

/// What somebody is part of is not taken apart by way of one of their names.
pub(super) async fn by_themselves(on: &mut impl Sql, person: PersonId) -> Result<()> {
    if person_merges::part_of(on, person).await?.is_none() {
        return Ok(());
    }
    let words =
        "They turned out to be somebody else as well, and everything stands with that person. Open them under People.";
    Err(EngineError::Refused(words.to_owned()))
}

/// Reads through all that may speak of them: nobody waits for it.
pub(crate) async fn find(engine: &Arc<Engine>, person: PersonId) -> Result<Found> {
    let mut db = engine.db.reader();
    by_themselves(&mut db, person).await?;
    let handles = handles(&people::identities(&mut db, person).await?);
    let named = named(engine, &mut db, &handles, i64::MAX).await?;
    let mut ids = named.messages;
    ids.extend(erasing::passing_on(&mut db, person).await?);
    let mut found = Found::with(&mut db, person, ids, named.aside).await?;
    found.errands = errands::about(&mut db, &found.doomed).await?;
    found.errands.extend(errands::repeating(&mut db, &Needles::of(&found.handles)).await?);
    found.errands.sort_unstable();
    found.errands.dedup();
    Ok(found)
}

impl Found {
    /// With what came meanwhile: all that indexes lead to is looked up again.
    pub async fn again(self, on: &mut impl Sql, person: PersonId) -> Result<Self> {
        let ids = self.doomed.iter().map(|m| m.id).collect();
        let again = Self::with(on, person, ids, self.aside).await?;
        let is_gone = |one: &Identity| !again.identities.iter().any(|identity| identity.id == one.id);
        if self.identities.iter().any(is_gone) {
            let words = "Somebody who was part of them was parted from them meanwhile. Look again at what goes, and then erase them.";
            return Err(EngineError::Refused(words.to_owned()));
        }
        let blobs = again.blobs.union(&self.blobs).cloned().collect();
        Ok(Self { blobs, errands: self.errands, ..again })
    }

    async fn with(on: &mut impl Sql, person: PersonId, ids: Vec<MessageId>, aside: Vec<Aside>) -> Result<Self> {
        let identities = people::identities(on, person).await?;
        let mut doomed = erasing::written_by(on, person).await?;
        doomed.extend(erasing::said_to(on, person).await?);
        doomed.extend(erasing::doomed(on, &ids).await?);
        doomed.sort();
        doomed.dedup_by_key(|m| m.id);
        let handles = handles(&identities);
        let held = erasing::conversations(on, person, &doomed).await?;
        let theirs = erasing::without_others(on, Some(person), &held).await?;
        let drafts = drafts(on, &handles, theirs, &doomed, Millis::MAX).await?;
        let mut blobs: BTreeSet<String> = erasing::blobs(on, &doomed, &[]).await?.into_iter().collect();
        blobs.extend(kept::drafts(on, &drafts).await?.1.into_iter().map(|file| file.content().blob));
        blobs.extend(aside.iter().map(|a| a.blob.clone()));
        Ok(Self { identities, handles, doomed, held, drafts, blobs, aside, errands: Vec::new() })
    }

    /// The conversations that are theirs altogether.
    pub fn conversations(&self) -> &[ConversationId] {
        &self.drafts.in_conversations
    }

    /// What they are called, and were before they turned out to be one, where that is more than a handle.
    pub fn names(&self, called: &[String]) -> Vec<String> {
        let mut names: Vec<String> = self.identities.iter().filter_map(|identity| identity.name.clone()).collect();
        names.extend_from_slice(called);
        names.sort();
        names.dedup();
        names
    }
}

fn handles(identities: &[Identity]) -> Vec<String> {
    let mut handles: Vec<String> = identities.iter().map(|identity| identity.handle.clone()).collect();
    handles.extend(identities.iter().filter_map(|identity| identity.claimed_mail.clone()));
    handles.sort();
    handles.dedup();
    handles
}

/// The drafts that go along with these messages and with conversations in which nobody else talks; elsewhere those that are
/// addressed to one of these handles, as they stood at a time: a member may be writing there to anybody.
pub(super) async fn drafts(
    on: &mut impl Sql,
    handles: &[String],
    in_conversations: Vec<ConversationId>,
    doomed: &[Doomed],
    until: Millis,
) -> Result<WhichDrafts> {
    let needles = Needles::of(handles);
    let mut all = kept::all_drafts(on).await?;
    all.retain(|(_, form, changed_at)| *changed_at <= until && needles.are_addressed_in(form));
    let named = all.into_iter().map(|(key, ..)| key).collect();
    Ok(WhichDrafts { in_conversations, passing_on: doomed.iter().map(|m| m.id).collect(), named })
}

/// What speaks of somebody by a handle alone.
pub(super) struct Named {
    pub messages: Vec<MessageId>,
    pub aside: Vec<Aside>,
}

/// What names one of these handles among what has an id below this: what we addressed to them, edits that wait for their
/// message, and what was set aside.
pub(super) async fn named(engine: &Arc<Engine>, on: &mut Db, handles: &[String], below: i64) -> Result<Named> {
    let needles = Needles::of(handles);
    let addressed = erasing::addressed_to(on, handles, MessageId(below)).await?;
    let mut messages: Vec<MessageId> = addressed.into_iter().map(|m| m.id).collect();
    let edits = erasing::waiting_edits(on, MessageId(below)).await?;
    let ranges = edits.into_iter().map(|(id, blob, first, many)| (id.0, blob, first, many)).collect();
    messages.extend(that_hold(engine, ranges, &needles).await?.into_iter().map(MessageId));
    let mut aside = erasing::set_aside(on, QuarantineId(below)).await?;
    let beside = |a: &Aside| [&a.item_key, &a.reason, &a.hint].into_iter().any(|text| needles.are_repeated_in(text));
    let unsure = aside.iter().filter(|a| !beside(a));
    let ranges = unsure.map(|a| (a.id, a.blob.clone(), a.byte_offset, a.size)).collect();
    let by_bytes = that_hold(engine, ranges, &needles).await?;
    aside.retain(|a| by_bytes.contains(&a.id) || beside(a));
    Ok(Named { messages, aside })
}

/// Those of these (id, blob, offset, length) whose bytes hold one of the needles.
async fn that_hold(engine: &Arc<Engine>, ranges: Vec<(i64, String, i64, i64)>, needles: &Needles) -> Result<Vec<i64>> {
    let (blobs, needles) = (engine.blobs.clone(), needles.bytes());
    let look = move || -> io::Result<Vec<i64>> {
        let mut found = Vec::new();
        for (id, blob, first, many) in ranges {
            let part = first.unsigned_abs()..(first + many).unsigned_abs();
            if blobs.holds_any(&blob, part, &needles, &[])? {
                found.push(id);
            }
        }
        Ok(found)
    };
    Ok(tokio::task::spawn_blocking(look).await.map_err(io::Error::other)??)
}

/// Messages of others whose bytes came in one item with some of these: an item may tell of several messages.
pub(crate) async fn shared(on: &mut impl Sql, doomed: &[Doomed], blobs: &BTreeSet<String>) -> Result<Vec<Needed>> {
    let ids: BTreeSet<i64> = doomed.iter().map(|m| m.id.0).collect();
    let names: Vec<String> = blobs.iter().cloned().collect();
    let all = trims::needed(on, &names).await?;
    // In the order of their blobs.
    let of_messages: Vec<Needed> = all.into_iter().filter(|needed| needed.table == "bodies").collect();
    let mut found = Vec::new();
    for of_blob in of_messages.chunk_by(|a, b| a.blob == b.blob) {
        let (gone, stay): (Vec<&Needed>, Vec<&Needed>) = of_blob.iter().partition(|needed| ids.contains(&needed.id));
        let gone: Vec<Needed> = gone.into_iter().cloned().collect();
        let extents = trim::merged(&gone);
        found.extend(stay.into_iter().filter(|needed| overlaps(&extents, needed)).cloned());
    }
    Ok(found)
}

/// Whether a range meets one of these, which are in order.
fn overlaps(extents: &[(u64, u64)], needed: &Needed) -> bool {
    let (first, end) = (needed.first.unsigned_abs(), (needed.first + needed.many).unsigned_abs());
    let next = extents.partition_point(|(start, many)| start + many <= first);
    extents.get(next).is_some_and(|(start, _)| *start < end)
}
