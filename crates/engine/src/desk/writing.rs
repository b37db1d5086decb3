//! What members are writing, kept until it is sent or thrown away.

use crate::{
    Engine, EngineError, Result, storing,
    worker::{self, Done},
};
use std::{sync::Arc, time::Duration};
use tertulia_model::{Attachment, AttachmentId, ConversationId, JobId, Millis, UserId};
use tertulia_store::{
    conversations,
    drafts::{self, DraftFile, Key},
    jobs, notes, saved_replies,
};

/// Keeps a reply or a forward as it is being written.
pub async fn save_draft(engine: &Engine, key: Key, form: &serde_json::Value) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    drafts::save(&mut tx, key, &form.to_string(), engine.now()).await?;
    tx.commit().await?;
    Ok(())
}

/// Keeps it in the place of what its writer knew to stand there; false where something else stands there by now.
pub async fn replace_draft(engine: &Engine, key: Key, known: Option<&str>, form: &serde_json::Value) -> Result<bool> {
    let mut tx = engine.db.begin().await?;
    let replaced = drafts::replace(&mut tx, key, known, &form.to_string(), engine.now()).await?;
    tx.commit().await?;
    Ok(replaced)
}

/// What was thrown away is there for so long, should it be wanted back.
pub(crate) const FORGET_AFTER: Millis = 3_600_000;

/// Throws a draft away with its files; gives when, which [`take_up_draft`] asks for.
pub async fn discard_draft(engine: &Engine, key: Key) -> Result<Millis> {
    let now = engine.now();
    let mut tx = engine.db.begin().await?;
    let forgotten = drafts::throw_away(&mut tx, key, now).await?;
    storing::let_go(engine, &mut tx, &forgotten, now).await?;
    jobs::add(&mut tx, JobId(engine.next_id()), worker::FORGET, 0, now + FORGET_AFTER).await?;
    tx.commit().await?;
    engine.bell.ring();
    Ok(now)
}

/// Brings back a draft that was thrown away at that time.
pub async fn take_up_draft(engine: &Engine, key: Key, thrown_at: Millis) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    if !drafts::take_up(&mut tx, key, thrown_at).await? {
        let why = "It cannot be brought back: you have begun something new in its place, or it is gone for good.";
        return Err(EngineError::Refused(why.to_owned()));
    }
    tx.commit().await?;
    Ok(())
}

/// The job that forgets for good what was thrown away, notes and saved replies as well, and what programs brought and never sent.
pub async fn forget_thrown(engine: &Arc<Engine>) -> Result<Done> {
    let mut tx = engine.db.begin_bulk().await?;
    let mut forgotten = drafts::forget_brought(&mut tx, engine.now() - BROUGHT_KEPT + 1).await?;
    forgotten.extend(drafts::forget_thrown(&mut tx, engine.now() - FORGET_AFTER + 1).await?);
    storing::let_go(engine, &mut tx, &forgotten, engine.now()).await?;
    notes::forget_removed(&mut tx, engine.now() - FORGET_AFTER + 1).await?;
    saved_replies::forget_removed(&mut tx, engine.now() - FORGET_AFTER + 1).await?;
    let left = drafts::count_thrown(&mut tx).await?
        + notes::count_removed(&mut tx).await?
        + saved_replies::count_removed(&mut tx).await?;
    tx.commit().await?;
    match left {
        0 => Ok(Done::Finished),
        left => {
            let wait = Duration::from_millis(FORGET_AFTER.unsigned_abs());
            Ok(Done::Again(wait, format!("{left} drafts, files, notes and saved replies were thrown away since")))
        }
    }
}

/// Puts a file to a draft. Whoever heard no answer puts it there again: it is there once.
pub async fn attach(engine: &Engine, key: Key, name: &str, media_type: &str, bytes: Vec<u8>) -> Result<AttachmentId> {
    let _storing = engine.storing.read().await;
    let file = put(engine, name, media_type, bytes).await?;
    let mut tx = engine.db.begin().await?;
    storing::hold(engine, &mut tx, [file.content.blob.as_str()].into()).await?;
    let there = drafts::files(&mut tx, key).await?;
    if let Some(same) = there.into_iter().find(|one| one.name == file.name && one.content == file.content) {
        return Ok(same.id);
    }
    drafts::add_file(&mut tx, key, &file, engine.now()).await?;
    tx.commit().await?;
    Ok(file.id)
}

async fn put(engine: &Engine, name: &str, media_type: &str, bytes: Vec<u8>) -> Result<DraftFile> {
    let blobs = engine.blobs.clone();
    let content = tokio::task::spawn_blocking(move || blobs.put(&bytes)).await.map_err(std::io::Error::other)??;
    let (id, name, media_type) = (AttachmentId(engine.next_id()), name.to_owned(), media_type.to_owned());
    Ok(DraftFile { id, name, media_type, content })
}

/// For so long a file that a program brought waits to be sent.
pub const BROUGHT_KEPT: Millis = 86_400_000;
/// More files than this wait for no reply of one conversation.
const MOST_BROUGHT: usize = 50;

/// Takes a file that a member's program brings, to be named in what it sends in this conversation
/// ([`outbound::Files`](crate::outbound::Files)).
pub async fn bring_file(
    engine: &Engine,
    user: UserId,
    conversation: ConversationId,
    (name, media_type, bytes): (&str, &str, Vec<u8>),
) -> Result<DraftFile> {
    let key = Key::brought(user, conversation);
    // Asked before anything is on the disk.
    if drafts::files(&mut engine.db.reader(), key).await?.len() >= MOST_BROUGHT {
        let words = format!(
            "{MOST_BROUGHT} files wait here already. Name them in what you send, or wait: after a day they are forgotten."
        );
        return Err(EngineError::Refused(words));
    }
    let _storing = engine.storing.read().await;
    let file = put(engine, name, media_type, bytes).await?;
    let now = engine.now();
    let mut tx = engine.db.begin().await?;
    storing::hold(engine, &mut tx, [file.content.blob.as_str()].into()).await?;
    // It may have been made one with another meanwhile, or erased.
    conversations::get(&mut tx, conversation).await?.ok_or_else(|| EngineError::missing("The conversation"))?;
    drafts::add_file(&mut tx, key, &file, now).await?;
    jobs::add(&mut tx, JobId(engine.next_id()), worker::FORGET, 0, now + BROUGHT_KEPT).await?;
    tx.commit().await?;
    engine.bell.ring();
    Ok(file)
}

/// Files that a program brought, with what is in them; none where one is not known.
pub async fn brought_files(
    engine: &Engine,
    user: UserId,
    conversation: ConversationId,
    ids: &[AttachmentId],
) -> Result<Option<Vec<Attachment>>> {
    let known = drafts::named(&mut engine.db.reader(), Key::brought(user, conversation), ids).await?;
    if known.len() < ids.len() { Ok(None) } else { read(engine, known).await.map(Some) }
}

/// These went along with what is stored elsewhere now.
pub async fn finish_brought(
    engine: &Engine,
    user: UserId,
    conversation: ConversationId,
    ids: &[AttachmentId],
) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    drafts::take_files(&mut tx, Key::brought(user, conversation), ids, engine.now()).await?;
    tx.commit().await?;
    Ok(())
}

/// The files of a draft, with what is in them.
pub async fn files_of_draft(engine: &Engine, key: Key) -> Result<Vec<Attachment>> {
    let kept = drafts::files(&mut engine.db.reader(), key).await?;
    read(engine, kept).await
}

async fn read(engine: &Engine, kept: Vec<DraftFile>) -> Result<Vec<Attachment>> {
    let blobs = engine.blobs.clone();
    let read = move || {
        let read = |file: DraftFile| {
            let bytes = blobs.read(&file.content)?;
            Ok(Attachment { name: file.name, media_type: file.media_type, content_id: None, inline: false, bytes })
        };
        kept.into_iter().map(read).collect::<std::io::Result<Vec<_>>>()
    };
    Ok(tokio::task::spawn_blocking(read).await.map_err(std::io::Error::other)??)
}

/// Lets a draft go whose words and files are stored elsewhere now.
pub async fn finish_draft(engine: &Engine, key: Key) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    let files = drafts::take(&mut tx, key).await?;
    let blobs: Vec<String> = files.into_iter().map(|file| file.content.blob).collect();
    storing::let_go(engine, &mut tx, &blobs, engine.now()).await?;
    tx.commit().await?;
    Ok(())
}

pub async fn detach(engine: &Engine, user: UserId, file: AttachmentId) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    let forgotten = drafts::remove_file(&mut tx, user, file).await?;
    storing::let_go(engine, &mut tx, &forgotten, engine.now()).await?;
    tx.commit().await?;
    Ok(())
}
