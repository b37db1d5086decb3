//! Items, and who asks for them.

use super::{Undo, finish, held, held_change, line, near, no_item, paragraphs, voices::THEMSELVES};
use crate::{
    Engine, EngineError, Result,
    ingest::Tries,
    webhooks::{self, Event},
    wording::StoredParts,
};
use std::sync::Arc;
use tertulia_analysis::{language, tokens::fold};
use tertulia_connector::FieldError;
use tertulia_model::{ChangeId, FeedbackId, MessageId, PersonId, UserId};
use tertulia_store::{
    Sql, Tx,
    evidence::{self, Evidence},
    feedback::{self, Item, Row, Wanted},
    person_merges,
    reading::{self, Message},
    roadmap,
};

/// Characters.
pub const MOST_TITLE: usize = 200;
pub const MOST_ASKED: usize = 4_000;
pub const MOST_NOTE: usize = 1_000;
/// Words that a search in the list heeds.
const MOST_WORDS: usize = 12;
/// Fewer characters of a text are nobody's own.
const SHORTEST_QUOTE: usize = 12;

/// What a member types of an item.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ItemForm {
    pub title: String,
    /// What is asked, in the team's words.
    pub asked: String,
}

/// By what somebody asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Of {
    /// What they said. `note`: why it belongs here, if there is anything to say.
    Message { message: MessageId, note: String },
    /// On their behalf.
    Person { person: PersonId, note: String },
}

/// What there is of evidence now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The item under which it counts.
    pub item: FeedbackId,
    pub evidence: i64,
    /// None where it was there before.
    pub undo: Option<Undo>,
}

fn checked(form: &ItemForm) -> Result<ItemForm> {
    let form = ItemForm { title: line(&form.title), asked: paragraphs(&form.asked) };
    let mut errors = Vec::new();
    if form.title.is_empty() {
        errors.push(FieldError::new("title", "Say in a few words what is asked for."));
    }
    for (field, text, most) in [("title", &form.title, MOST_TITLE), ("asked", &form.asked, MOST_ASKED)] {
        if text.chars().count() > most {
            errors.push(FieldError::new(field, format!("Keep it below {most} characters.")));
        }
    }
    if errors.is_empty() { Ok(form) } else { Err(EngineError::Invalid(errors)) }
}

/// How an item may be called that is asked for by a message: nothing is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposed {
    pub form: ItemForm,
    pub message: Message,
}

/// Proposes an item from a message: its subject, or its first words.
pub async fn propose(engine: &Engine, message: MessageId) -> Result<Proposed> {
    let message = reading::message(&mut engine.db.reader(), message).await?;
    let message = message.filter(|m| m.state == "shown").ok_or_else(|| EngineError::missing("This message"))?;
    let own = StoredParts::parse(&message.parts).own_words(&message.text);
    let subject = message.subject.as_deref().map(crate::ingest::bare_subject).filter(|s| !s.trim().is_empty());
    let first = own.split(['\n', '.', '!', '?', '。', '؟']).map(str::trim).find(|part| !part.is_empty());
    let title: String = line(subject.or(first).unwrap_or_default()).chars().take(MOST_TITLE).collect();
    Ok(Proposed { form: ItemForm { title, asked: String::new() }, message })
}

/// Makes an item that somebody asks for. Gives how that is undone.
pub async fn add(engine: &Arc<Engine>, by: UserId, form: &ItemForm, of: Option<&Of>) -> Result<(FeedbackId, Undo)> {
    let form = checked(form)?;
    let mut tx = engine.db.begin().await?;
    let mut item = blank(engine, by);
    let id = item.id;
    let of = match of {
        Some(of) => Some(spoken(&mut tx, of).await?),
        None => None,
    };
    let said = of.as_ref().and_then(|spoken| spoken.message.as_ref());
    word(&mut item, &form, said.as_slice());
    feedback::add(&mut tx, &item).await?;
    near::keep(&mut tx, &item).await?;
    let mut event = Event::Asked { item: id, message: None, person: None };
    if let Some(spoken) = of {
        event = Event::Asked { item: id, message: spoken.message.as_ref().map(|m| m.id), person: spoken.person };
        note(engine, &mut tx, by, id, spoken).await?;
    }
    feedback::recount(&mut tx, &[id]).await?;
    webhooks::tell(engine, &mut tx, &[event]).await?;
    finish(engine, tx, &[id], &[]).await?;
    Ok((id, Undo::Added(id)))
}

/// An item without words.
fn blank(engine: &Engine, by: UserId) -> Item {
    let id = FeedbackId(engine.next_id());
    Item {
        id,
        title: String::new(),
        asked: String::new(),
        title_folded: String::new(),
        asked_folded: String::new(),
        language: "und".to_owned(),
        title_of: None,
        asked_of: None,
        change_id: None,
        merged_into: None,
        root_id: id,
        askers: 0,
        version: 0,
        created_by: by,
        created_at: engine.now(),
    }
}

/// An item for a change that belongs to none yet, called as everybody reads it. The change is held.
pub(super) async fn of_change(engine: &Engine, tx: &mut Tx, entry: &roadmap::Entry) -> Result<FeedbackId> {
    let mut item = Item { change_id: Some(entry.change_id), ..blank(engine, entry.by_user) };
    word(&mut item, &ItemForm { title: entry.title.clone(), asked: String::new() }, &[]);
    feedback::add(tx, &item).await?;
    near::keep(tx, &item).await?;
    webhooks::tell(engine, tx, &[Event::Asked { item: item.id, message: None, person: None }]).await?;
    Ok(item.id)
}

/// Notes that somebody asks for an item on the public page; none where they had asked for it before.
pub(super) async fn note_voice(
    engine: &Engine,
    tx: &mut Tx,
    item: FeedbackId,
    (said, person): (Option<MessageId>, PersonId),
    note_words: String,
) -> Result<Option<i64>> {
    let message = match said {
        Some(message) => reading::message(tx, message).await?,
        None => None,
    };
    let spoken = Spoken { message, person: Some(person), note: note_words };
    let (evidence, is_new) = note(engine, tx, THEMSELVES, item, spoken).await?;
    Ok(is_new.then_some(evidence))
}

/// Puts words into an item. Those that a message holds are known to be of it, and go when it goes.
fn word(item: &mut Item, form: &ItemForm, said: &[&Message]) {
    let of = |text: &str| said.iter().find(|message| quotes(text, message)).map(|message| message.id);
    item.title_of = of(&form.title);
    item.asked_of = of(&form.asked);
    item.title_folded = fold(&form.title);
    item.asked_folded = fold(&form.asked);
    item.language = match language::detect(&format!("{}\n{}", form.title, form.asked)) {
        "und" => said.first().map_or("und", |message| message.language.as_str()).to_owned(),
        known => known.to_owned(),
    };
    item.title.clone_from(&form.title);
    item.asked.clone_from(&form.asked);
}

/// Whether a text is a piece of what was said, or holds all of that.
fn quotes(text: &str, message: &Message) -> bool {
    let (text, said) = (line(&text.to_lowercase()), line(&message.text.to_lowercase()));
    let subject = line(&message.subject.as_deref().unwrap_or_default().to_lowercase());
    let is_long = |text: &str| text.chars().count() >= SHORTEST_QUOTE;
    [said, subject].iter().any(|said| {
        (is_long(&text) && said.contains(&text))
            || (is_long(said) && text.contains(said.as_str()))
            || (!text.is_empty() && text == *said)
    })
}

/// Who is said to ask, as far as it can be seen.
struct Spoken {
    message: Option<Message>,
    person: Option<PersonId>,
    note: String,
}

async fn spoken(on: &mut impl Sql, of: &Of) -> Result<Spoken> {
    let (Of::Message { note, .. } | Of::Person { note, .. }) = of;
    let note = paragraphs(note);
    if note.chars().count() > MOST_NOTE {
        return Err(EngineError::invalid("note", format!("Keep the note below {MOST_NOTE} characters.")));
    }
    match of {
        Of::Message { message, .. } => {
            let message = reading::message(on, *message).await?.filter(|m| m.state == "shown");
            let message = message.ok_or_else(|| EngineError::missing("This message"))?;
            let person = message.person_id.filter(|_| message.direction == "theirs");
            Ok(Spoken { message: Some(message), person, note })
        }
        Of::Person { person, .. } => {
            // Who is part of somebody else by now asks as that one.
            let standing = person_merges::standing_for(on, *person).await?;
            let person = standing.ok_or_else(|| EngineError::missing("This person"))?;
            if note.is_empty() {
                return Err(EngineError::invalid("note", "Say how you know that they ask for it."));
            }
            Ok(Spoken { message: None, person: Some(person.id), note })
        }
    }
}

/// Notes it; what is there already stays. Gives its id, and whether it is new.
async fn note(engine: &Engine, tx: &mut Tx, by: UserId, item: FeedbackId, spoken: Spoken) -> Result<(i64, bool)> {
    let there = match (&spoken.message, spoken.person) {
        (Some(message), _) => evidence::by_message(tx, item, message.id).await?,
        (None, Some(person)) => evidence::on_behalf(tx, item, person).await?,
        (None, None) => None,
    };
    if let Some(there) = there {
        return Ok((there.id, false));
    }
    let now = engine.now();
    let new = Evidence {
        id: engine.next_id(),
        given_to: item,
        item_id: item,
        message_id: spoken.message.as_ref().map(|message| message.id),
        person_id: spoken.person,
        asks: spoken.person.is_some(),
        note: spoken.note,
        given_by: by,
        given_at: now,
        asked_at: spoken.message.map_or(now, |message| message.at),
    };
    evidence::add(tx, &new).await?;
    Ok((new.id, true))
}

/// Somebody else asks for the same, or the same person again.
pub async fn give(engine: &Arc<Engine>, by: UserId, item: FeedbackId, of: &Of) -> Result<Given> {
    let mut tries = Tries::default();
    loop {
        match try_give(engine, by, item, of).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn try_give(engine: &Engine, by: UserId, item: FeedbackId, of: &Of) -> Result<Given> {
    let mut tx = engine.db.begin().await?;
    let item = held(&mut tx, item).await?;
    let spoken = spoken(&mut tx, of).await?;
    let (evidence, is_new) = note(engine, &mut tx, by, item.id, spoken).await?;
    feedback::recount(&mut tx, &[item.id]).await?;
    finish(engine, tx, &[item.id], item.change_id.as_slice()).await?;
    Ok(Given { item: item.id, evidence, undo: is_new.then_some(Undo::Given(evidence)) })
}

/// Takes evidence back: they do not ask for this. The last of an item can go as well; the item stays.
pub async fn take_back(engine: &Arc<Engine>, id: i64) -> Result<Undo> {
    let mut tries = Tries::default();
    loop {
        match try_take_back(engine, id).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn try_take_back(engine: &Engine, id: i64) -> Result<Undo> {
    let mut tx = engine.db.begin().await?;
    let missing = || EngineError::missing("This");
    let known = evidence::get(&mut tx, id).await?.ok_or_else(missing)?;
    let item = held(&mut tx, known.item_id).await?;
    let known = evidence::get(&mut tx, id).await?.ok_or_else(missing)?;
    evidence::remove(&mut tx, id).await?;
    feedback::recount(&mut tx, &[item.id]).await?;
    finish(engine, tx, &[item.id], item.change_id.as_slice()).await?;
    Ok(Undo::taken(&known))
}

/// Gives an item other words. `version`: how it stood when they were typed, so that nothing is written over unseen.
pub async fn change(engine: &Arc<Engine>, id: FeedbackId, form: &ItemForm, version: Option<i64>) -> Result<()> {
    let form = checked(form)?;
    let mut tx = engine.db.begin().await?;
    let mut item = feedback::get_to_change(&mut tx, &[id]).await?.pop().ok_or_else(no_item)?;
    if version.is_some_and(|version| version != item.version) {
        return Err(EngineError::Refused(
            "Somebody changed this item meanwhile. Nothing of yours was saved; open it again to see how it stands."
                .to_owned(),
        ));
    }
    let rows = evidence::of_item(&mut tx, id, None, 50).await?;
    let messages: Vec<MessageId> = rows.iter().filter_map(|row| row.message_id).collect();
    let said = reading::by_ids(&mut tx, &messages).await?;
    word(&mut item, &form, &said.iter().collect::<Vec<_>>());
    feedback::put(&mut tx, &item).await?;
    near::keep(&mut tx, &item).await?;
    finish(engine, tx, &[id], item.change_id.as_slice()).await
}

/// Joins an item to a change, or to none.
pub async fn join(engine: &Arc<Engine>, id: FeedbackId, to: Option<ChangeId>) -> Result<Undo> {
    let mut tries = Tries::default();
    loop {
        match try_join(engine, id, to).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn try_join(engine: &Engine, id: FeedbackId, to: Option<ChangeId>) -> Result<Undo> {
    let mut tx = engine.db.begin().await?;
    let item = held(&mut tx, id).await?;
    let before = item.change_id;
    join_held(&mut tx, &item, to).await?;
    let undo = Undo::Joined { item: item.id, before, after: to };
    let mut touched: Vec<ChangeId> = before.into_iter().chain(to).collect();
    touched.dedup();
    finish(engine, tx, &[item.id], &touched).await?;
    Ok(undo)
}

pub(super) async fn join_held(tx: &mut Tx, item: &Item, to: Option<ChangeId>) -> Result<()> {
    let mut both: Vec<ChangeId> = item.change_id.into_iter().chain(to).collect();
    both.sort_unstable();
    both.dedup();
    for change in &both {
        held_change(tx, *change).await?;
    }
    feedback::put(tx, &Item { change_id: to, ..item.clone() }).await?;
    for change in both {
        tertulia_store::feedback_changes::recount(tx, change).await?;
    }
    Ok(())
}

/// Items whose words hold all that was typed, the most asked for first.
pub async fn find(
    on: &mut impl Sql,
    typed: &str,
    wanted: Wanted<'_>,
    below: Option<feedback::Below>,
    limit: i64,
) -> Result<Vec<Row>> {
    let folded = fold(typed);
    let words = folded.split_whitespace().take(MOST_WORDS).collect();
    Ok(feedback::list(on, &Wanted { words, ..wanted }, below, limit).await?)
}
