//! Erasing one person at their wish: what they said and what was said to them leaves every table, the full-text index and
//! the disk; a report without a word of theirs says what went; and hashes keep it from coming back.
//!
//! All that may speak of them is found before anything is changed (`find`); their rows go in one transaction; what follows is
//! a job that begins again wherever it was stopped (`finish`).

mod beside;
mod customer;
mod errands;
mod find;
mod finish;
mod keys;
mod needles;
mod report;
mod trim;

pub use customer::{CustomerPreview, erase_customer, preview_customer};
pub(crate) use find::{Found, find, shared};
pub(crate) use finish::run;
pub(crate) use keys::{ERASED, Keys, leave_out};
pub use trim::trim;
pub(crate) use trim::trim_waiting;

use crate::{Engine, EngineError, Result, consent, feedback, webhooks as outside, worker};
use beside::{Unsent, put_away};
use report::{Search, WISHES};
use std::sync::Arc;
use tertulia_connector::addresses::is_mail_address;
use tertulia_model::{ConversationId, IdentityId, JobId, MessageId, Millis, Outgoing, PersonId, UserId};
use tertulia_store::{
    Sql, Tx, article_uses, attributes, changes,
    customers::{self, Customer},
    erased::{self, Erased, Report},
    erasing::{self, Aside, Counts, Doomed},
    jobs, notes, opinions, others as others_stored, people, promises, threads, today_cards,
    trims::{self, Cause, Needed},
    webhooks,
};

/// What an erasure would take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    pub name: String,
    pub identities: usize,
    /// Theirs, and ours to them.
    pub written: usize,
    pub answers: usize,
    /// In which nobody else talks.
    pub conversations: usize,
    /// What could not be understood, and names them.
    pub set_aside: usize,
    /// What channels left for later, and is of their messages or names them.
    pub errands: usize,
    /// Blobs out of which something goes.
    pub blobs: usize,
    /// Customers of lists who go along.
    pub customers: Vec<Along>,
}

/// A customer of a list who has to do with somebody who is erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Along {
    pub id: i64,
    pub name: String,
    pub list: String,
    /// That is who they are; else only an address is the same.
    pub is_known: bool,
}

impl Along {
    fn of(customer: Customer, person: Option<PersonId>) -> Self {
        let is_known = person.is_some() && customer.person_id == person;
        Self { id: customer.id, name: customer.name, list: customer.list, is_known }
    }
}

/// What somebody looked at before they said yes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Seen {
    pub identities: Vec<IdentityId>,
    /// Customers who go along.
    pub customers: Vec<i64>,
}

/// Says what would go, and changes nothing.
pub async fn preview(engine: &Arc<Engine>, person: PersonId) -> Result<Preview> {
    let name = name_of(engine, person).await?;
    let found = find(engine, person).await?;
    let written = found.doomed.iter().filter(|m| m.direction == "theirs").count();
    let along = customers::going_with(&mut engine.db.reader(), person).await?;
    Ok(Preview {
        name,
        identities: found.identities.len(),
        written,
        answers: found.doomed.len() - written,
        conversations: found.conversations().len(),
        set_aside: found.aside.len(),
        errands: found.errands.len(),
        blobs: found.blobs.len(),
        customers: along.into_iter().map(|customer| Along::of(customer, Some(person))).collect(),
    })
}

/// What a person is called who is to be erased.
pub async fn name_of(engine: &Arc<Engine>, person: PersonId) -> Result<String> {
    let found = people::get(&mut engine.db.reader(), person).await?;
    Ok(found.ok_or_else(|| EngineError::missing("This person"))?.name)
}

/// Erases a person. Nothing of theirs is shown or found any more once this is done; what else there is to do is the job's
/// whose subject is the report, the id of which is given.
pub async fn erase(engine: &Arc<Engine>, person: PersonId, by: UserId) -> Result<i64> {
    erase_seen(engine, person, by, None).await
}

/// The same, unless they are known by other identities by now, or others go along: whoever became part of them since was not
/// seen.
pub async fn erase_seen(engine: &Arc<Engine>, person: PersonId, by: UserId, seen: Option<&Seen>) -> Result<i64> {
    let found = find(engine, person).await?;
    let others = shared(&mut engine.db.reader(), &found.doomed, &found.blobs).await?;
    let report = engine.next_id();
    {
        // Nobody holds bytes meanwhile that no row tells of yet. What comes later is kept out by the hashes.
        let _alone = engine.storing.write().await;
        erase_rows(engine, (person, seen), by, report, found, &others).await?;
    }
    engine.bell.ring();
    Ok(report)
}

/// Everything that the database holds, in one transaction, with the list of the blobs that are to be trimmed, the hashes of
/// what must not come back, and the job that goes on from there.
async fn erase_rows(
    engine: &Arc<Engine>,
    (person, seen): (PersonId, Option<&Seen>),
    by: UserId,
    id: i64,
    found: Found,
    others: &[Needed],
) -> Result<()> {
    let now = engine.now();
    let mut tx = engine.db.begin().await?;
    threads::place_alone(&mut tx).await?;
    trims::keep_blobs(&mut tx).await?;
    find::by_themselves(&mut tx, person).await?;
    as_seen(&mut tx, person, seen).await?;
    let called = people::names(&mut tx, person).await?;
    if called.is_empty() {
        return Err(EngineError::missing("This person"));
    }
    nothing_is_read(&mut tx).await?;
    erasing::overwrite(&mut tx, true).await?;
    let before: Vec<MessageId> = found.doomed.iter().map(|m| m.id).collect();
    let found = found.again(&mut tx, person).await?;
    let mut counts = Counts::new();
    detach(&mut tx, others, &mut counts).await?;
    take_beside_newer(&mut tx, &found, &before, &mut counts).await?;
    let keys = Keys::of(engine);
    let theirs = found.identities.iter().map(|i| (keys.identity(&i.space, &i.handle), "identity"));
    let said = found.doomed.iter().map(|m| (keys.message(&m.source_key), "message"));
    let mut hashes: Vec<Erased> =
        theirs.chain(said).map(|(key_hash, kind)| Erased { key_hash, kind: kind.to_owned(), at: now }).collect();
    for one in customers::going_with(&mut tx, person).await? {
        hashes.extend(customer::hashes(&mut tx, &keys, &one, now).await?);
    }
    let wishes = consent::outlive(engine, &mut tx, &found.identities, now).await?;
    let withdrawn = take(&mut tx, (&found.doomed, &found.aside), &found.handles, &mut counts).await?;
    let (unsent, mut happened) = put_away(&mut tx, &found.held, &found.drafts, &withdrawn, &mut counts).await?;
    let blobs: Vec<String> = found.blobs.iter().cloned().collect();
    trims::add(&mut tx, &blobs, Cause::Erased).await?;
    *counts.entry("errands".to_owned()).or_default() += erasing::forget_errands(&mut tx, &found.errands).await?;
    feedback::forget(&mut tx, person, &mut counts).await?;
    today_cards::forget(&mut tx, person, &mut counts).await?;
    *counts.entry("private_notes".to_owned()).or_default() += notes::forget_person(&mut tx, person).await?;
    customers::forget(&mut tx, person, &mut counts).await?;
    attributes::forget_person(&mut tx, person, &mut counts).await?;
    others_stored::forget_person(&mut tx, person, &mut counts).await?;
    let voted = opinions::forget(&mut tx, Some(person), &addresses(&found.handles), &mut counts).await?;
    hashes.extend(customer::voters(&keys, &voted, now));
    // One that was removed may be called by their name, and nobody is told of it.
    others_stored::forget_removed(&mut tx, now + 1).await?;
    people::forget(&mut tx, person, &mut counts).await?;
    // What programs and endpoints answered, or were answered, may repeat anything; what endpoints were told never held a word.
    counts.insert("api_answers".to_owned(), erasing::forget_answers(&mut tx).await?);
    counts.insert("webhook_attempts".to_owned(), webhooks::forget_answers(&mut tx).await?);
    erased::remember(&mut tx, &hashes).await?;
    erased::forget(&mut tx, wishes.over).await?;
    erased::remember(&mut tx, &wishes.hashes).await?;
    counts.insert(WISHES.to_owned(), wishes.hashes.len() as u64);
    erasing::overwrite(&mut tx, false).await?;
    begin_report(engine, &mut tx, (id, by, now), &found, &called, (&counts, unsent.as_slice())).await?;
    happened.push(outside::Event::Erased { person, report: id });
    outside::tell(engine, &mut tx, &happened).await?;
    let mut told: Vec<(&str, i64)> = vec![("person", person.0), ("erasure", id)];
    told.extend(found.held.iter().map(|id| ("conversation", id.0)));
    let noted = changes::note(&mut tx, &told, now).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(())
}

/// Those of these handles that are addresses: by another word somebody else may be called who votes.
fn addresses(handles: &[String]) -> Vec<String> {
    handles.iter().filter(|handle| is_mail_address(handle)).cloned().collect()
}

async fn as_seen(tx: &mut Tx, person: PersonId, seen: Option<&Seen>) -> Result<()> {
    let Some(seen) = seen else { return Ok(()) };
    let known = people::identities(tx, person).await?;
    if known.len() != seen.identities.len() || !known.iter().all(|one| seen.identities.contains(&one.id)) {
        return Err(EngineError::Refused(
            "They are known by other addresses or accounts than a moment ago: two persons were made one, or parted. Look \
             once more at what goes."
                .to_owned(),
        ));
    }
    let along = customers::going_with(tx, person).await?;
    if along.len() != seen.customers.len() || !along.iter().all(|one| seen.customers.contains(&one.id)) {
        let words = "Other customers of your lists go along than a moment ago. Look once more at what goes.";
        return Err(EngineError::Refused(words.to_owned()));
    }
    Ok(())
}

/// A file that is being read would bring them back.
async fn nothing_is_read(tx: &mut Tx) -> Result<()> {
    if trims::being_read(tx).await?.is_empty() {
        return Ok(());
    }
    Err(EngineError::Refused(
        "A file is being imported, and may hold words of theirs. Wait until it is read, or stop it under Import or \
         Customers; then erase them. Nothing was changed."
            .to_owned(),
    ))
}

/// The report, as far as it can be told, and the job that ends it.
async fn begin_report(
    engine: &Engine,
    tx: &mut Tx,
    (id, by_user, at): (i64, UserId, Millis),
    found: &Found,
    called: &[String],
    (counts, unsent): (&Counts, &[Unsent]),
) -> Result<()> {
    let search = Search {
        handles: found.handles.clone(),
        names: found.names(called),
        below: engine.next_id(),
        until: engine.now(),
        is_looked_again: false,
        walked: String::new(),
        is_walked: false,
    };
    let mut told = report::begun(found, counts, tx.dialect(), at);
    report::add_unsent(&mut told, unsent);
    told["backups"] = report::backups(tx).await?;
    let sealed = Some(search.seal(&engine.vault, engine.chance.as_ref())?);
    let report = Report { id, at, by_user, report: told.to_string(), sealed, rewritten: 0, removed: 0, bytes_gone: 0 };
    erased::begin(tx, &report).await?;
    jobs::add(tx, JobId(engine.next_id()), worker::ERASE, id, at).await?;
    Ok(())
}

/// Takes messages, and what was set aside, out of the tables, and notes the blobs that are to be trimmed. Gives the
/// conversation of each answer that had not left yet.
async fn take(
    tx: &mut Tx,
    (doomed, aside): (&[Doomed], &[Aside]),
    handles: &[String],
    counts: &mut Counts,
) -> Result<Vec<ConversationId>> {
    let mut blobs = erasing::blobs(tx, doomed, &[]).await?;
    blobs.extend(aside.iter().map(|a| a.blob.clone()));
    trims::add(tx, &blobs, Cause::Erased).await?;
    let messages: Vec<MessageId> = doomed.iter().map(|m| m.id).collect();
    *counts.entry("promises".to_owned()).or_default() += promises::forget(tx, &messages).await?;
    *counts.entry("article_uses".to_owned()).or_default() += article_uses::forget(tx, &messages).await?;
    let unsent = erasing::bury(tx, doomed, emptied, counts).await?;
    let ids: Vec<i64> = aside.iter().map(|a| a.id).collect();
    *counts.entry("quarantine".to_owned()).or_default() += erasing::forget_aside(tx, &ids).await?;
    let to_others = unsent.into_iter().filter(|(_, sent)| goes_to_others(sent, handles));
    Ok(to_others.map(|(conversation, _)| conversation).collect())
}

/// Whether somebody else was to get it, too.
fn goes_to_others(sent: &str, handles: &[String]) -> bool {
    let Ok(outgoing) = serde_json::from_str::<Outgoing>(sent) else { return false };
    let is_theirs = |address: &str| handles.iter().any(|handle| handle.to_lowercase() == address.to_lowercase());
    let mut to = outgoing.recipients.iter().map(|one| one.address.as_str()).chain([outgoing.to_handle.as_str()]);
    to.any(|address| !address.is_empty() && !is_theirs(address))
}

/// An item may have told of several messages: then its bytes go, and of the others stays what was understood.
async fn detach(tx: &mut Tx, others: &[Needed], counts: &mut Counts) -> Result<()> {
    for stays in others {
        trims::detach(tx, stays).await?;
        *counts.entry("items shared with others, of which the bytes went".to_owned()).or_default() += 1;
    }
    Ok(())
}

/// The same, and errands, for what came while all the rest was looked for.
async fn take_beside_newer(tx: &mut Tx, found: &Found, before: &[MessageId], counts: &mut Counts) -> Result<()> {
    let newer: Vec<Doomed> = found.doomed.iter().filter(|m| before.binary_search(&m.id).is_err()).cloned().collect();
    if newer.is_empty() {
        return Ok(());
    }
    let blobs = erasing::blobs(tx, &newer, &[]).await?.into_iter().collect();
    let others = shared(tx, &found.doomed, &blobs).await?;
    detach(tx, &others, counts).await?;
    let errands = errands::about(tx, &newer).await?;
    *counts.entry("errands".to_owned()).or_default() += erasing::forget_errands(tx, &errands).await?;
    Ok(())
}

/// What is left of what was handed to the wire: which message it was, and by which key.
pub(crate) fn emptied(sent: &str) -> String {
    let Ok(outgoing) = serde_json::from_str::<Outgoing>(sent) else { return "{}".to_owned() };
    let left = Outgoing {
        to_handle: String::new(),
        from_address: None,
        from_name: None,
        recipients: Vec::new(),
        subject: None,
        text: String::new(),
        references: Vec::new(),
        reply_token: None,
        attachments: Vec::new(),
        forwards: None,
        ..outgoing
    };
    serde_json::to_string(&left).unwrap_or_else(|_| "{}".to_owned())
}
