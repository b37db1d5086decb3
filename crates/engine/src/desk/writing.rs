//! What members are writing, kept until it is sent or thrown away.

use crate::{
    Engine, EngineError, Result,
    worker::{self, Done},
};
use std::{sync::Arc, time::Duration};
use tertulia_model::{Attachment, AttachmentId, JobId, Millis, UserId};
use tertulia_store::{
    drafts::{self, DraftFile, Key},
    jobs,
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
const FORGET_AFTER: Millis = 3_600_000;

/// Throws a draft away with its files; gives when, which [`take_up_draft`] asks for.
pub async fn discard_draft(engine: &Engine, key: Key) -> Result<Millis> {
    let now = engine.now();
    let mut tx = engine.db.begin().await?;
    drafts::throw_away(&mut tx, key, now).await?;
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

/// The job that forgets for good what was thrown away.
pub async fn forget_thrown(engine: &Arc<Engine>) -> Result<Done> {
    let mut tx = engine.db.begin_bulk().await?;
    let left = drafts::forget_thrown(&mut tx, engine.now() - FORGET_AFTER + 1).await?;
    tx.commit().await?;
    match left {
        0 => Ok(Done::Finished),
        left => {
            let wait = Duration::from_millis(FORGET_AFTER.unsigned_abs());
            Ok(Done::Again(wait, format!("{left} drafts and files were thrown away since")))
        }
    }
}

/// Puts a file to a draft. Whoever heard no answer puts it there again: it is there once.
pub async fn attach(engine: &Engine, key: Key, name: &str, media_type: &str, bytes: Vec<u8>) -> Result<AttachmentId> {
    let _storing = engine.storing.read().await;
    let blobs = engine.blobs.clone();
    let content = tokio::task::spawn_blocking(move || blobs.put(&bytes)).await.map_err(std::io::Error::other)??;
    let file = DraftFile {
        id: AttachmentId(engine.next_id()),
        name: name.to_owned(),
        media_type: media_type.to_owned(),
        content,
    };
    let mut tx = engine.db.begin().await?;
    let there = drafts::files(&mut tx, key).await?;
    if let Some(same) = there.into_iter().find(|one| one.name == file.name && one.content == file.content) {
        return Ok(same.id);
    }
    drafts::add_file(&mut tx, key, &file, engine.now()).await?;
    tx.commit().await?;
    Ok(file.id)
}

/// The files of a draft, with what is in them.
pub async fn files_of_draft(engine: &Engine, key: Key) -> Result<Vec<Attachment>> {
    let kept = drafts::files(&mut engine.db.reader(), key).await?;
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
    drafts::take(&mut tx, key).await?;
    tx.commit().await?;
    Ok(())
}

pub async fn detach(engine: &Engine, user: UserId, file: AttachmentId) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    drafts::remove_file(&mut tx, user, file).await?;
    tx.commit().await?;
    Ok(())
}
