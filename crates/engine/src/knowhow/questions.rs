//! What is asked again and again without an article. A job looks at what they said lately, puts the same questions together and
//! counts the people who ask each; a page only reads what was counted.

use super::{
    articles::gone,
    find::{self, Least},
    finish,
};
use crate::{
    Engine, EngineError, Result,
    ingest::Tries,
    wording::StoredParts,
    worker::{self, Done},
};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
    time::Instant,
};
use tertulia_analysis::{alike, questions as grammar};
use tertulia_model::{ConversationId, JobId, MessageId, Millis, ThreadId, UserId, id_at};
use tertulia_store::{
    Sql, Tx, articles, jobs,
    questions::{self, Group, Question},
    reading::{self, Message},
    settings, threads,
};

/// The topic under which changes of questions are announced.
const TOPIC: &str = "question";

/// For so long a question counts.
pub const DAYS: i64 = 90;
const DAY: Millis = 86_400_000;
/// What was stored by then is seen by whoever reads now, whichever program stored it.
const SETTLED: Millis = 30_000;
/// A flood of questions is looked at together.
const SOON: Millis = 60_000;
/// Messages that are looked at at once, and of those that ask how many are noted in one transaction.
const PIECE: i64 = 200;
const AT_ONCE: usize = 10;
/// Messages of a thread that comes into a conversation.
const LONGEST_THREAD: i64 = 200;
/// Of so many questions of a group the parts are kept, by which others find it.
const COMPARED: i64 = 5;
/// Rows of the index that are read for one question, and questions that are compared.
const MOST_HELD: i64 = 2_000;
const MOST_NEAR: usize = 40;
/// From here on an article speaks of a question.
const KNOWN: f64 = 0.6;
/// The most asked are looked at again where an article was written.
const LOOKED_AGAIN: i64 = 200;

/// The job's subjects: what was heard, and what an article may speak of by now.
const HEARD: i64 = 0;
const AGAIN: i64 = 1;

/// In a transaction that stores something that may ask.
pub(crate) async fn soon(engine: &Engine, tx: &mut Tx) -> Result<()> {
    Ok(jobs::add(tx, JobId(engine.next_id()), worker::QUESTIONS, HEARD, engine.now() + SOON).await?)
}

/// In a transaction that writes or archives an article.
pub(super) async fn look_again(engine: &Engine, tx: &mut Tx) -> Result<()> {
    Ok(jobs::add(tx, JobId(engine.next_id()), worker::QUESTIONS, AGAIN, engine.now()).await?)
}

pub(crate) async fn run(engine: &Arc<Engine>, subject: i64) -> Result<Done> {
    if subject == AGAIN {
        known_by_now(engine).await?;
        return Ok(Done::Finished);
    }
    while step(engine, look).await? {}
    while step(engine, let_go).await? {}
    // Days go by also where nobody asks.
    Ok(Done::PutOff(engine.now() + DAY))
}

async fn step(engine: &Arc<Engine>, part: impl AsyncFn(&Arc<Engine>) -> Result<bool>) -> Result<bool> {
    let begun = Instant::now();
    let more = part(engine).await?;
    engine.bus.give_way(begun, engine.now()).await;
    Ok(more)
}

/// Looks at the next of what was heard; whether there may be more.
async fn look(engine: &Arc<Engine>) -> Result<bool> {
    let now = engine.now();
    let since = now - DAYS * DAY;
    let mut db = engine.db.reader();
    let looked: Option<i64> = settings::get(&mut db, settings::QUESTIONS_LOOKED).await?.and_then(|id| id.parse().ok());
    // Whatever has an id was stored no earlier than it says.
    let above = MessageId(looked.unwrap_or(0).max(id_at(since)));
    let until = MessageId(id_at(now - SETTLED));
    let heard = questions::heard(&mut db, above, until, PIECE).await?;
    let Some(last) = heard.last().map(|message| message.id) else { return Ok(false) };
    let lately: Vec<MessageId> = heard.iter().filter(|message| message.at >= since).map(|message| message.id).collect();
    let read = reading::by_ids(&mut db, &lately).await?;
    let asking: Vec<(MessageId, i64)> =
        read.iter().filter(|message| asked(message).is_some()).map(|message| (message.id, message.revision)).collect();
    for few in asking.chunks(AT_ONCE) {
        note(engine, few).await?;
    }
    let mut tx = engine.db.begin_background().await?;
    settings::set(&mut tx, settings::QUESTIONS_LOOKED, &last.0.to_string()).await?;
    tx.commit().await?;
    Ok(heard.len() as i64 == PIECE)
}

/// Notes what these messages ask, as they are by now.
async fn note(engine: &Arc<Engine>, few: &[(MessageId, i64)]) -> Result<()> {
    let mut tx = engine.db.begin_background().await?;
    // Nobody is erased between being read here and being noted.
    threads::place_alone(&mut tx).await?;
    let ids: Vec<MessageId> = few.iter().map(|(id, _)| *id).collect();
    look_at(engine, &mut tx, &ids).await?;
    Ok(tx.commit().await?)
}

/// What these messages ask by now; also in a transaction, placed alone, that gave them other words or a conversation: the job
/// has looked at them before.
pub(crate) async fn look_at(engine: &Engine, tx: &mut Tx, ids: &[MessageId]) -> Result<()> {
    let since = engine.now() - DAYS * DAY;
    let mut touched = Vec::new();
    for message in reading::by_ids(tx, ids).await? {
        let words = asked(&message).filter(|_| message.conversation_id.is_some() && message.at >= since);
        let known = questions::some(tx, &[message.id]).await?.pop();
        if known.as_ref().map(|known| &known.words) == words.as_ref() {
            continue;
        }
        if known.is_some() {
            questions::forget(tx, &[message.id]).await?;
        }
        if let Some(words) = words {
            touched.push(put(engine, tx, &message, words).await?);
        }
    }
    Ok(questions::recount(tx, &touched).await?)
}

/// The same for a thread that came into a conversation.
pub(crate) async fn look_at_thread(engine: &Engine, tx: &mut Tx, thread: ThreadId) -> Result<()> {
    let all: Vec<MessageId> =
        reading::thread(tx, thread, LONGEST_THREAD).await?.into_iter().map(|message| message.id).collect();
    look_at(engine, tx, &all).await
}

/// What a message asks, written by a person to us.
fn asked(message: &Message) -> Option<String> {
    let is_said = message.state == "shown" && message.auto == "person" && message.direction == "theirs";
    let own = StoredParts::parse(&message.parts).own_words(&message.text);
    Some(own).filter(|_| is_said).and_then(|own| grammar::find(&own))
}

/// Puts a question to those that are the same, or begins with it. Gives the group.
async fn put(engine: &Engine, tx: &mut Tx, message: &Message, words: String) -> Result<i64> {
    let parts = grammar::parts_of(&words);
    let group_id = match same(tx, &parts).await? {
        Some(group) => group,
        None => begin(engine, tx, message, &words).await?,
    };
    let is_compared = questions::count_compared(tx, group_id, COMPARED).await? < COMPARED;
    let question = Question { message_id: message.id, group_id, words, asked_at: message.at };
    questions::add(tx, &question, if is_compared { &parts } else { &[] }).await?;
    Ok(group_id)
}

/// The group of the question that is most like it, if one is.
async fn same(tx: &mut Tx, parts: &[String]) -> Result<Option<i64>> {
    let held = questions::frequencies(tx, parts).await?;
    let known: HashMap<String, i64> = held.iter().cloned().collect();
    let rare = alike::rarest(held, MOST_HELD);
    let mut tally: BTreeMap<MessageId, usize> = BTreeMap::new();
    for (_, message) in questions::holding(tx, &rare, MOST_HELD).await? {
        *tally.entry(message).or_default() += 1;
    }
    let mut nearest: Vec<(MessageId, usize)> = tally.into_iter().collect();
    nearest.sort_by_key(|(_, shared)| std::cmp::Reverse(*shared));
    let nearest: Vec<MessageId> = nearest.into_iter().take(MOST_NEAR).map(|(message, _)| message).collect();
    let all = known.values().copied().max().unwrap_or(1);
    let weigh = |part: &str| alike::weight(known.get(part).copied().unwrap_or(0), all);
    let others = questions::some(tx, &nearest).await?;
    let alike =
        others.iter().map(|other| (alike::alike(parts, &grammar::parts_of(&other.words), weigh), other.group_id));
    Ok(alike.filter(|(like, _)| *like >= grammar::SAME).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, group)| group))
}

async fn begin(engine: &Engine, tx: &mut Tx, message: &Message, words: &str) -> Result<i64> {
    let article = speaks_of(tx, words).await?;
    let group = Group {
        id: engine.next_id(),
        language: message.language.clone(),
        state: if article.is_some() { "known" } else { "open" }.to_owned(),
        article_id: article,
        people: 0,
        said_by: None,
        said_at: None,
        version: 0,
    };
    questions::add_group(tx, &group).await?;
    Ok(group.id)
}

/// The article that is found well by a question.
async fn speaks_of(on: &mut impl Sql, words: &str) -> Result<Option<i64>> {
    let found = find::fitting(on, ("", words), "und", (Least::Two, 1)).await?;
    Ok(found.first().filter(|found| found.covers >= KNOWN).map(|found| found.article.id))
}

/// Lets go what is too old; whether there may be more.
async fn let_go(engine: &Arc<Engine>) -> Result<bool> {
    let mut tx = engine.db.begin_background().await?;
    // Nobody puts a question to a group that goes here.
    threads::place_alone(&mut tx).await?;
    let groups = questions::forget_before(&mut tx, engine.now() - DAYS * DAY, PIECE).await?;
    questions::recount(&mut tx, &groups).await?;
    stay_found(&mut tx, &groups).await?;
    tx.commit().await?;
    Ok(groups.len() as i64 == PIECE)
}

/// A group is found by a few of its questions: where those are gone its newest take their place.
async fn stay_found(tx: &mut Tx, groups: &[i64]) -> Result<()> {
    for group in groups.iter().copied().collect::<BTreeSet<i64>>() {
        if questions::count_compared(tx, group, COMPARED).await? == COMPARED {
            continue;
        }
        for one in questions::of_group(tx, group, None, COMPARED).await? {
            let parts = grammar::parts_of(&one.words);
            let stands =
                Question { message_id: one.message_id, group_id: group, words: one.words, asked_at: one.asked_at };
            questions::add(tx, &stands, &parts).await?;
        }
    }
    Ok(())
}

/// An article was written, changed or archived: of the most asked questions it may speak by now, or no more.
async fn known_by_now(engine: &Arc<Engine>) -> Result<()> {
    let mut db = engine.db.reader();
    for state in ["open", "known"] {
        for group in questions::groups(&mut db, state, None, LOOKED_AGAIN).await? {
            let newest = questions::of_group(&mut db, group.id, None, 1).await?;
            let Some(newest) = newest.first() else { continue };
            let written = match (group.said_by, group.article_id) {
                // A member says that none speaks of it, whatever the words.
                (Some(_), None) => continue,
                // What a member wrote for it speaks of it, whatever words it has, until it is archived.
                (Some(_), Some(article)) => {
                    let found = articles::get(&mut db, article).await?;
                    found.filter(|article| article.archived_at.is_none()).map(|article| article.id)
                }
                (None, _) => None,
            };
            let speaks = match written {
                Some(article) => Some(article),
                None => speaks_of(&mut db, &newest.words).await?,
            };
            let stands = group.article_id.filter(|_| group.state == "known");
            if speaks != stands {
                settle(engine, &group, speaks).await?;
            }
        }
    }
    Ok(())
}

async fn settle(engine: &Engine, seen: &Group, article: Option<i64>) -> Result<()> {
    let mut tx = engine.db.begin_background().await?;
    let group = questions::group_to_change(&mut tx, seen.id).await?.filter(|group| group.version == seen.version);
    let Some(mut group) = group else { return Ok(()) };
    group.state = if article.is_some() { "known" } else { "open" }.to_owned();
    // What was written for it, and is archived, speaks of it again once it is back.
    if group.article_id != article && (article.is_some() || group.said_by.is_none()) {
        group.article_id = article;
        (group.said_by, group.said_at) = (None, None);
    }
    questions::put_group(&mut tx, &group).await?;
    Ok(tx.commit().await?)
}

/// In the transaction that notes an article in an answer: who was answered with one asks no more.
pub(super) async fn answered(tx: &mut Tx, conversation: ConversationId) -> Result<()> {
    let groups = questions::groups_of_conversation(tx, conversation).await?;
    Ok(questions::recount(tx, &groups).await?)
}

/// In the transaction that writes an article for a question.
pub(super) async fn written(engine: &Engine, tx: &mut Tx, group: i64, article: i64, by: UserId) -> Result<()> {
    let Some(mut group) = questions::group_to_change(tx, group).await? else { return Ok(()) };
    group.state = "known".to_owned();
    group.article_id = Some(article);
    (group.said_by, group.said_at) = (Some(by), Some(engine.now()));
    Ok(questions::put_group(tx, &group).await?)
}

/// How a question stood before a member said something of it, as it travels through the browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dismissed {
    pub group: i64,
    version: i64,
    state: String,
    article_id: Option<i64>,
    said_by: Option<UserId>,
    said_at: Option<Millis>,
}

/// A member says that it is no question that an article could answer; or that it is one, and no article answers it.
pub async fn dismiss(engine: &Arc<Engine>, by: UserId, group: i64, is_none: bool) -> Result<Dismissed> {
    let mut tries = Tries::default();
    loop {
        match try_dismiss(engine, by, group, is_none).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

fn missing() -> EngineError {
    EngineError::missing("This question")
}

async fn try_dismiss(engine: &Engine, by: UserId, id: i64, is_none: bool) -> Result<Dismissed> {
    let mut tx = engine.db.begin().await?;
    let mut group = questions::group_to_change(&mut tx, id).await?.ok_or_else(missing)?;
    let mut undo = Dismissed {
        group: id,
        version: group.version,
        state: group.state.clone(),
        article_id: group.article_id,
        said_by: group.said_by,
        said_at: group.said_at,
    };
    let (was_none, was_known) = (group.state == "none", group.state == "known");
    if was_none == is_none && !was_known {
        return Ok(undo);
    }
    // That an article does not answer it holds whatever the words; what was no question is looked at as any other.
    let said = (is_none || was_known).then(|| engine.now());
    group.state = if is_none { "none" } else { "open" }.to_owned();
    group.article_id = None;
    (group.said_by, group.said_at) = (said.map(|_| by), said);
    questions::put_group(&mut tx, &group).await?;
    look_again(engine, &mut tx).await?;
    undo.version += 1;
    finish(engine, tx, &[(TOPIC, id)]).await?;
    Ok(undo)
}

/// As it stood before, where nobody said anything of it since.
pub async fn undo_dismiss(engine: &Engine, undo: &Dismissed) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    let mut group = questions::group_to_change(&mut tx, undo.group).await?.ok_or_else(missing)?;
    if group.version != undo.version {
        return Err(gone());
    }
    group.state.clone_from(&undo.state);
    group.article_id = undo.article_id;
    (group.said_by, group.said_at) = (undo.said_by, undo.said_at);
    questions::put_group(&mut tx, &group).await?;
    // Articles may have come and gone meanwhile.
    look_again(engine, &mut tx).await?;
    finish(engine, tx, &[(TOPIC, undo.group)]).await
}
