//! What people decide about topics: it is shown so at once, holds in later weeks, and can be taken back.

use super::{LEAST_PEOPLE, TOPIC, known::Language, known::json, no_noise, person, words};
use crate::{Engine, EngineError, Result, ingest::Tries};
use std::{collections::BTreeSet, future::Future, sync::Arc};
use tertulia_analysis::topics::{MOST_WORDS, Profile, SharedWords, as_written};
use tertulia_model::{MessageId, UserId};
use tertulia_store::{
    Tx, changes, threads,
    topic_messages::{self, Candidate, Placed},
    topics::{self as stored, Topic, Wish},
};

/// The characters of a name.
const MOST_NAME: usize = 80;
/// Messages that somebody chooses for a part, at most.
pub const MOST_CHOSEN: usize = 100;
/// Other messages of the topic that they are compared with.
const OTHERS: i64 = 500;
/// Words that a part is called by.
const LABEL_WORDS: usize = 4;

fn missing() -> EngineError {
    EngineError::missing("This topic")
}

async fn again<T, F: Future<Output = Result<T>>>(engine: &Arc<Engine>, act: impl Fn() -> F) -> Result<T> {
    let mut tries = Tries::default();
    loop {
        match act().await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

fn wish(engine: &Engine, by: UserId, kind: &str, topic: i64) -> Wish {
    Wish {
        id: engine.next_id(),
        kind: kind.to_owned(),
        topic_id: topic,
        other_id: None,
        words: None,
        by_user: by,
        at: engine.now(),
        undone_by: None,
        undone_at: None,
    }
}

async fn tell(engine: &Engine, mut tx: Tx, topic: i64) -> Result<()> {
    let noted = changes::note(&mut tx, &[(TOPIC, topic)], engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(())
}

async fn topic(tx: &mut Tx, id: i64) -> Result<Topic> {
    stored::get(tx, id).await?.ok_or_else(missing)
}

/// As which topic one is shown now: whoever looks at an older page means that one.
async fn as_shown(tx: &mut Tx, id: i64) -> Result<i64> {
    let language = topic(tx, id).await?.language;
    Language::read(tx, &language).await?.shown_as(id).ok_or_else(missing)
}

/// What is of `from` is shown as `into`; gives the number of the decision.
pub async fn merge(engine: &Arc<Engine>, by: UserId, from: i64, into: i64) -> Result<i64> {
    again(engine, || async move {
        let mut tx = engine.db.begin().await?;
        let (one, other) = (topic(&mut tx, from).await?, topic(&mut tx, into).await?);
        if one.language != other.language {
            return Err(EngineError::invalid("into", "Topics of two languages are not put together. Choose another."));
        }
        let known = Language::read(&mut tx, &one.language).await?;
        if known.shown_as(from) == known.shown_as(into) {
            return Err(EngineError::invalid("into", "These are one topic already. Choose another."));
        }
        // A part that is none any more is what it was split from.
        let (Some(from), Some(into)) = (known.standing(from), known.standing(into)) else { return Err(missing()) };
        let wish = Wish { other_id: Some(into), ..wish(engine, by, "merge", from) };
        stored::wish(&mut tx, &wish).await?;
        tell(engine, tx, from).await?;
        Ok(wish.id)
    })
    .await
}

/// It is called so, whatever its words become.
pub async fn rename(engine: &Arc<Engine>, by: UserId, id: i64, name: &str) -> Result<i64> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > MOST_NAME || name.chars().any(char::is_control) {
        let words = format!("Give it a name of one line, {MOST_NAME} characters at most.");
        return Err(EngineError::invalid("name", words));
    }
    again(engine, || async move {
        let mut tx = engine.db.begin().await?;
        let id = as_shown(&mut tx, id).await?;
        let wish = Wish { words: Some(name.to_owned()), ..wish(engine, by, "rename", id) };
        stored::wish(&mut tx, &wish).await?;
        tell(engine, tx, id).await?;
        Ok(wish.id)
    })
    .await
}

/// It is not shown; its messages still count as being of it.
pub async fn hide(engine: &Arc<Engine>, by: UserId, id: i64) -> Result<i64> {
    show(engine, by, id, "hide").await
}

pub async fn unhide(engine: &Arc<Engine>, by: UserId, id: i64) -> Result<i64> {
    show(engine, by, id, "unhide").await
}

async fn show(engine: &Arc<Engine>, by: UserId, id: i64, kind: &str) -> Result<i64> {
    again(engine, || async move {
        let mut tx = engine.db.begin().await?;
        let id = as_shown(&mut tx, id).await?;
        let wish = wish(engine, by, kind, id);
        stored::wish(&mut tx, &wish).await?;
        tell(engine, tx, id).await?;
        Ok(wish.id)
    })
    .await
}

/// These messages, and what of their topic is like them, are shown as a topic of their own; gives the number of the decision,
/// and the part.
pub async fn split(engine: &Arc<Engine>, by: UserId, id: i64, chosen: &[MessageId]) -> Result<(i64, i64)> {
    if chosen.is_empty() || chosen.len() > MOST_CHOSEN {
        let words = format!("Choose the messages that are a topic of their own: one at least, {MOST_CHOSEN} at most.");
        return Err(EngineError::invalid("messages", words));
    }
    again(engine, || try_split(engine, by, id, chosen)).await
}

async fn try_split(engine: &Engine, by: UserId, id: i64, chosen: &[MessageId]) -> Result<(i64, i64)> {
    let mut tx = engine.db.begin().await?;
    // Nobody is erased between being read here and being noted.
    threads::place_alone(&mut tx).await?;
    let language = topic(&mut tx, id).await?.language;
    let known = Language::read(&mut tx, &language).await?;
    let mut placed = topic_messages::of(&mut tx, chosen).await?;
    let shown = known.shown_as(id).ok_or_else(missing)?;
    placed.retain(|one| known.shown_as(one.unit_id) == Some(shown));
    let from: BTreeSet<i64> = placed.iter().map(|one| one.topic_id).collect();
    let from = match from.iter().collect::<Vec<_>>().as_slice() {
        [one] => **one,
        [] => {
            let words = "None of these messages is of this topic (any more). Choose others.";
            return Err(EngineError::invalid("messages", words));
        }
        _ => {
            let words = "These messages are of topics that somebody put together. Choose some of one of them, or take that back.";
            return Err(EngineError::invalid("messages", words));
        }
    };
    let (profile, words) = telling(&mut tx, from, &placed).await?;
    // What a part was split from is what the messages stand in again, should that be taken back.
    let stood: BTreeSet<Option<i64>> = placed.iter().map(|one| known.standing(one.unit_id)).collect();
    let stood = if stood.len() == 1 { stood.into_iter().flatten().next() } else { None };
    let weeks = placed.iter().map(|one| one.week);
    let part = Topic {
        id: engine.next_id(),
        language,
        part_of: Some(stood.unwrap_or(from)),
        label: json(&words.iter().take(LABEL_WORDS).collect::<Vec<_>>())?,
        words: json(&words)?,
        profile: json(&profile)?,
        first_week: weeks.clone().min().unwrap_or(0),
        last_week: weeks.max().unwrap_or(0),
        weeks_quiet: 0,
        forgotten_week: None,
    };
    stored::put(&mut tx, std::slice::from_ref(&part)).await?;
    let wish = Wish { other_id: Some(part.id), ..wish(engine, by, "split", from) };
    stored::wish(&mut tx, &wish).await?;
    let moved: Vec<Placed> = placed.iter().map(|one| Placed { unit_id: part.id, typical: None, ..*one }).collect();
    topic_messages::put(&mut tx, &moved).await?;
    tell(engine, tx, id).await?;
    Ok((wish.id, part.id))
}

/// What tells these messages from the others of their topic, in words that several people use; and the first of these as people
/// write them.
async fn telling(tx: &mut Tx, from: i64, placed: &[Placed]) -> Result<(Profile, Vec<String>)> {
    let chosen: BTreeSet<MessageId> = placed.iter().map(|one| one.message_id).collect();
    let others = topic_messages::newest_of_topic(tx, from, OTHERS).await?;
    let ids: Vec<MessageId> = others.iter().map(|one| one.message_id).chain(chosen.iter().copied()).collect();
    let all: Vec<Candidate> = topic_messages::by_ids(tx, no_noise(), &ids).await?;
    let texts: Vec<(bool, i64, String)> =
        all.iter().map(|one| (chosen.contains(&one.id), person(one), words(one))).collect();
    let part = |is_chosen: bool| -> Vec<&str> {
        texts.iter().filter(|(chosen, ..)| *chosen == is_chosen).map(|(.., text)| text.as_str()).collect()
    };
    let mut profile = Profile::of_messages(&part(true), &part(false));
    let mut shared = SharedWords::new(LEAST_PEOPLE, profile.words.iter().map(|word| word.word.as_str()));
    texts.iter().for_each(|(_, person, text)| shared.read(text, *person));
    shared.keep_in(&mut profile);
    if profile.words.is_empty() {
        let words = format!(
            "No word that at least {LEAST_PEOPLE} people used tells these messages from the others. Choose more of them."
        );
        return Err(EngineError::invalid("messages", words));
    }
    let first: Vec<&str> = profile.words.iter().take(MOST_WORDS).map(|word| word.word.as_str()).collect();
    let words = as_written(&first, &part(true));
    Ok((profile, words))
}

/// A decision is taken back: it is as if it had not been made.
pub async fn take_back(engine: &Arc<Engine>, by: UserId, id: i64) -> Result<Wish> {
    again(engine, || async move {
        let mut tx = engine.db.begin().await?;
        let missing = || EngineError::missing("This decision");
        let wish = stored::one_wish(&mut tx, id).await?.ok_or_else(missing)?;
        if stored::take_back(&mut tx, id, Some((by, engine.now()))).await? {
            // What was of the part is of what it was split from, or of another part that it is like.
            stored::look_anew(&mut tx, id).await?;
            tell(engine, tx, wish.topic_id).await?;
        }
        Ok(wish)
    })
    .await
}
