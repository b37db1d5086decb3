//! Two conversations that are about one thing become one, and are parted again.

use super::finish;
use crate::{
    Engine, EngineError, Result,
    ingest::Tries,
    outbound,
    webhooks::{self, Event},
    worker,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tertulia_model::{ConversationId, JobId, Millis, PersonId};
use tertulia_store::{
    Tx,
    conversations::{self, Conversation},
    drafts::{self, Key},
    jobs,
    merges::{self, Before, MovedDraft},
    person_merges,
    reading::{self, Message},
    threads,
};

/// One merge, among all that a conversation may have gone through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merged {
    from: ConversationId,
    moment: i64,
}

/// `from` goes into `into` and is no more, until it is parted from it again.
pub async fn merge(engine: &Arc<Engine>, from: ConversationId, into: ConversationId) -> Result<Merged> {
    if from == into {
        return Err(EngineError::Refused("A conversation cannot be merged with itself.".to_owned()));
    }
    let mut tries = Tries::default();
    loop {
        match try_merge(engine, from, into).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn try_merge(engine: &Engine, from: ConversationId, into: ConversationId) -> Result<Merged> {
    let mut tx = engine.db.begin().await?;
    // Whoever moves messages between threads or conversations waits here, before holding anything that another wants.
    threads::place_alone(&mut tx).await?;
    let missing = || EngineError::missing("This conversation");
    let both = conversations::get_to_change(&mut tx, vec![from, into]).await?;
    let source = both.iter().find(|c| c.id == from).cloned().ok_or_else(missing)?;
    let target = both.into_iter().find(|c| c.id == into).ok_or_else(missing)?;
    let merged = one_of_both(&source, target.clone());
    let known = merges::proposed(&mut tx, into).await?;
    let proposals = merges::proposed(&mut tx, from).await?.into_iter().filter(|(other, _)| *other != into);
    let moment = engine.next_id();
    let before = Before {
        moment,
        version: target.version + 1,
        readers: conversations::readers(&mut tx, from).await?,
        proposals: proposals.map(|(id, since)| (id, since, known.iter().any(|(other, _)| *other == id))).collect(),
        drafts: join_drafts(engine, &mut tx, from, into).await?,
        decision: merges::decision(&mut tx, from, into).await?,
        from: source,
        into: target,
    };
    keep_unread(&mut tx, &before).await?;
    merges::join(&mut tx, &before, engine.now()).await?;
    let mut happened =
        vec![Event::Merged { from, conversation: into, channel: merged.channel_id, person: merged.person_id }];
    happened.extend(Event::of_move(Some(&before.into.state), &merged));
    conversations::put(&mut tx, &[merged]).await?;
    conversations::remove(&mut tx, from).await?;
    webhooks::tell(engine, &mut tx, &happened).await?;
    finish(engine, tx, &[from, into]).await?;
    Ok(Merged { from, moment })
}

/// Who had read the one that stays, and not the other, has not read the two: whatever is newer of them, it stands out.
async fn keep_unread(tx: &mut Tx, before: &Before) -> Result<()> {
    let missed = |user| !before.readers.iter().any(|(reader, seen)| *reader == user && *seen >= before.from.news);
    for (user, _) in conversations::readers(tx, before.into.id).await? {
        if before.from.news > 0 && missed(user) {
            conversations::mark_unread(tx, user, before.into.id).await?;
        }
    }
    Ok(())
}

/// How the one stands that stays.
fn one_of_both(source: &Conversation, mut target: Conversation) -> Conversation {
    if source.last_theirs_place > target.last_theirs_place {
        target.last_theirs_place = source.last_theirs_place;
        target.snippet.clone_from(&source.snippet);
        target.channel_id = source.channel_id;
    }
    target.last_at = target.last_at.max(source.last_at);
    target.last_place = target.last_place.max(source.last_place);
    target.news = target.news.max(source.news);
    target.woken |= source.woken;
    target.waiting_since = [target.waiting_since, source.waiting_since].into_iter().flatten().min();
    if source.state == "open" {
        "open".clone_into(&mut target.state);
        target.snoozed_until = None;
    }
    target.person_id = target.person_id.or(source.person_id);
    if target.ended().is_none() {
        target.end(source.ended());
    }
    target
}

/// Who writes in both writes on in the one that stays: what stands in it first, then what they wrote in the other.
async fn join_drafts(
    engine: &Engine,
    tx: &mut Tx,
    from: ConversationId,
    into: ConversationId,
) -> Result<Vec<MovedDraft>> {
    let mut moved = Vec::new();
    for (user, form) in drafts::answers(tx, from).await? {
        let there = Key::answer(user, into);
        let files = drafts::files(tx, Key::answer(user, from)).await?.into_iter().map(|file| file.id).collect();
        let stood = drafts::get(tx, there).await?.map(|draft| draft.form);
        let became = match stood.as_deref().map(|stood| (stood, outbound::text_of(stood))) {
            None => form.clone(),
            Some((stood, begun)) => match (begun, outbound::text_of(&form)) {
                (_, None) => stood.to_owned(),
                (None, Some(_)) => form.clone(),
                (Some(begun), Some(more)) => outbound::with_text(stood, &format!("{begun}\n\n{more}")),
            },
        };
        if stood.is_some() {
            drafts::save(tx, there, &became, engine.now()).await?;
        }
        moved.push(MovedDraft { user, from: form, into: stood, became, files });
    }
    Ok(moved)
}

/// `from`, which is part of `out_of`, is a conversation of its own again, with what came since and belongs to it.
pub async fn part(engine: &Arc<Engine>, from: ConversationId, out_of: ConversationId) -> Result<()> {
    part_if(engine, from, |_, into| into == out_of).await.map(|_| ())
}

/// Undoes this merge, at once or long after, and no other one of the same conversations. Gives the conversation that the
/// one it parts was part of.
pub async fn undo_merge(engine: &Arc<Engine>, merged: Merged) -> Result<ConversationId> {
    part_if(engine, merged.from, |before, _| before.moment == merged.moment).await
}

/// `is_meant`: whether how it stands is what whoever asked for it saw.
async fn part_if(
    engine: &Arc<Engine>,
    from: ConversationId,
    is_meant: impl Fn(&Before, ConversationId) -> bool,
) -> Result<ConversationId> {
    let mut tries = Tries::default();
    loop {
        match try_part(engine, from, &is_meant).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn try_part(
    engine: &Engine,
    from: ConversationId,
    is_meant: impl Fn(&Before, ConversationId) -> bool,
) -> Result<ConversationId> {
    let mut tx = engine.db.begin().await?;
    threads::place_alone(&mut tx).await?;
    let apart = || EngineError::Refused("These two are apart already.".to_owned());
    let before = merges::before(&mut tx, from).await?.ok_or_else(apart)?;
    let into = merges::merged_into(&mut tx, from).await?.ok_or_else(apart)?;
    if !is_meant(&before, into) {
        return Err(apart());
    }
    let joined = conversations::one_to_change(&mut tx, into).await?.ok_or_else(apart)?;
    merges::part(&mut tx, &before, into).await?;
    for draft in &before.drafts {
        part_draft(engine, &mut tx, draft, from, into).await?;
    }
    for (user, seen) in &before.readers {
        conversations::mark_read(&mut tx, *user, from, *seen).await?;
    }
    let state = joined.state.clone();
    let is_untouched = into == before.into.id && joined.version == before.version;
    let (taken, stayed) = (reading::newest_said(&mut tx, from).await?, reading::newest_said(&mut tx, into).await?);
    let (mut source, mut target) = if is_untouched {
        (before.from.clone(), Conversation { version: joined.version, ..before.into.clone() })
    } else {
        (gone_on(&before, &joined, &taken), left_behind(joined, &stayed))
    };
    source.person_id = still_with(by_now(&mut tx, before.from.person_id).await?, &taken);
    if into == before.into.id {
        target.person_id = still_with(by_now(&mut tx, before.into.person_id).await?, &stayed);
    }
    if let Some(at) = source.snoozed_until {
        jobs::add(&mut tx, JobId(engine.next_id()), worker::WAKE, from.0, at).await?;
    }
    let mut happened =
        vec![Event::Parted { conversation: from, out_of: into, channel: source.channel_id, person: source.person_id }];
    happened.extend(Event::of_move(Some(&state), &target));
    conversations::put(&mut tx, &[source, target]).await?;
    webhooks::tell(engine, &mut tx, &happened).await?;
    finish(engine, tx, &[from, into]).await?;
    engine.bell.ring();
    Ok(into)
}

/// What somebody was writing goes back to where they wrote it, unless they wrote on since: then it stays whole where it is.
async fn part_draft(
    engine: &Engine,
    tx: &mut Tx,
    draft: &MovedDraft,
    from: ConversationId,
    into: ConversationId,
) -> Result<()> {
    let (here, back) = (Key::answer(draft.user, into), Key::answer(draft.user, from));
    if drafts::get(tx, here).await?.is_none_or(|now| now.form != draft.became) {
        return Ok(());
    }
    match &draft.into {
        Some(stood) => drafts::save(tx, here, stood, engine.now()).await?,
        None => drafts::remove(tx, here).await?,
    }
    drafts::save(tx, back, &draft.from, engine.now()).await?;
    for file in &draft.files {
        drafts::move_file(tx, *file, back).await?;
    }
    Ok(())
}

/// How the one that was merged away stands, after things happened where it was.
fn gone_on(before: &Before, joined: &Conversation, newest: &[Message]) -> Conversation {
    let mut source = before.from.clone();
    let since = |m: &&Message| m.id.0 > before.moment;
    let spoke = newest.iter().filter(since).any(Message::is_said_to_us);
    let answered = newest.iter().filter(since).any(Message::is_answer_of_ours);
    let unanswered = reading::unanswered_since(newest);
    if spoke {
        source.news = joined.news.max(source.news);
    }
    if spoke && unanswered.is_some() {
        "open".clone_into(&mut source.state);
        source.snoozed_until = None;
    } else if answered && source.state == "open" {
        "pending".clone_into(&mut source.state);
    }
    if spoke || answered {
        source.waiting_since = unanswered;
        source.woken = false;
    }
    stand_by(&mut source, newest);
    source
}

/// How the one stands that the other is taken out of. What was decided about it meanwhile holds.
fn left_behind(mut joined: Conversation, newest: &[Message]) -> Conversation {
    if joined.waiting_since.is_some() {
        joined.waiting_since = reading::unanswered_since(newest);
    }
    if !newest.is_empty() {
        joined.last_at = 0;
    }
    stand_by(&mut joined, newest);
    joined
}

/// Somebody may have become part of another since.
async fn by_now(tx: &mut Tx, person: Option<PersonId>) -> Result<Option<PersonId>> {
    Ok(match person {
        Some(person) => Some(person_merges::holder(tx, person).await?),
        None => None,
    })
}

/// Whom it is with: as before, unless what they wrote has turned out since to be another person's.
fn still_with(before: Option<PersonId>, newest: &[Message]) -> Option<PersonId> {
    let mut theirs = newest.iter().filter(|m| m.direction == "theirs").filter_map(|m| m.person_id).peekable();
    let newest = theirs.peek().copied();
    if theirs.any(|person| Some(person) == before) { before } else { newest.or(before) }
}

/// Its place in the list, and the words that stand there.
fn stand_by(conversation: &mut Conversation, newest: &[Message]) {
    let Some(last) = newest.first() else { return };
    conversation.last_place = last.place;
    conversation.last_at = newest.iter().map(Message::came_at).fold(conversation.last_at, Millis::max);
    if let Some(theirs) = newest.iter().find(|m| m.is_said_to_us()) {
        conversation.last_theirs_place = theirs.place;
        conversation.snippet.clone_from(&theirs.snippet);
        conversation.channel_id = theirs.channel_id;
    }
}

/// A proposed merge is turned down; it is not proposed again.
pub async fn keep_apart(engine: &Arc<Engine>, a: ConversationId, b: ConversationId) -> Result<()> {
    decide(engine, a, b, Some("kept apart")).await
}

/// Undoes [`keep_apart`]: it is proposed again.
pub async fn propose_again(engine: &Arc<Engine>, a: ConversationId, b: ConversationId) -> Result<()> {
    decide(engine, a, b, None).await
}

async fn decide(engine: &Arc<Engine>, a: ConversationId, b: ConversationId, decision: Option<&str>) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    if conversations::get_many(&mut tx, vec![a, b]).await?.len() < 2 {
        return Err(EngineError::missing("One of the two conversations"));
    }
    merges::decide(&mut tx, a, b, decision).await?;
    finish(engine, tx, &[a, b]).await
}
