//! The files that go with what is written: those of the writer's draft, or those that a program names.

use super::{ReplyForm, forward};
use crate::{Engine, EngineError, Result};
use tertulia_model::{AttachmentId, MessageId, UserId};
use tertulia_store::{
    Tx,
    drafts::{self, DraftFile, Key},
    reading::{self, Attachment},
};

/// Which files go with a reply or a forward.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Files {
    /// Those put to the writer's draft, which is done with then.
    OfDraft,
    /// Those that a program names; what its member is writing stays as it is.
    Named(Named),
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Named {
    /// Brought to the conversation before ([`desk::bring_file`](crate::desk::bring_file)); each goes once.
    pub brought: Vec<AttachmentId>,
    /// Of the files of a message that is passed on; none for all that can go.
    pub passed_on: Option<Vec<AttachmentId>>,
}

impl Files {
    /// No file, where nothing is passed on.
    pub fn none() -> Self {
        Self::Named(Named::default())
    }
}

/// Which files of the message that a program passes on go along. Before the transaction begins: they are looked into.
pub(super) async fn to_pass_on(engine: &Engine, form: &ReplyForm) -> Result<Vec<AttachmentId>> {
    let (Files::Named(named), Some(message)) = (&form.files, form.forwards) else { return Ok(Vec::new()) };
    let (can, left_out) = forward::files_to_pass_on(engine, message).await?;
    let can: Vec<AttachmentId> = can.into_iter().map(|file| file.id).collect();
    let Some(wanted) = &named.passed_on else { return Ok(can) };
    match wanted.iter().find(|id| !can.contains(id)) {
        None => Ok(wanted.clone()),
        Some(id) => Err(EngineError::invalid("attachments", cannot_go(*id, &left_out))),
    }
}

fn cannot_go(id: AttachmentId, left_out: &[Attachment]) -> String {
    match left_out.iter().find(|file| file.id == id) {
        Some(file) => format!(
            "{} cannot be passed on: there is a reply address inside by which others could write into a conversation. \
             Leave it out.",
            file.name
        ),
        None => format!("The message has no file {id}. Name those that stand among its attachments."),
    }
}

/// The files, taken from where they wait: first those that are passed on, then those that were put to it.
pub(super) async fn take(
    tx: &mut Tx,
    (user, form): (UserId, &ReplyForm),
    passed_on: &[AttachmentId],
    now: i64,
) -> Result<Vec<DraftFile>> {
    let Files::Named(named) = &form.files else { return Ok(drafts::take(tx, form.draft(user)).await?) };
    let mut files = match form.forwards {
        Some(message) if !passed_on.is_empty() => files_of(tx, message, passed_on).await?,
        _ => Vec::new(),
    };
    let key = Key::brought(user, form.conversation);
    let brought = drafts::take_files(tx, key, &named.brought, now).await?;
    if let Some(missing) = named.brought.iter().find(|id| !brought.iter().any(|file| file.id == **id)) {
        let words = format!(
            "There is no file {missing} here. One that was brought goes once, in the conversation that it was brought to, \
             and within a day. Bring it again."
        );
        return Err(EngineError::invalid("files", words));
    }
    if brought.len() < named.brought.len() {
        return Err(EngineError::invalid("files", "A file is named twice. Name each once."));
    }
    files.extend(brought);
    Ok(files)
}

async fn files_of(tx: &mut Tx, message: MessageId, wanted: &[AttachmentId]) -> Result<Vec<DraftFile>> {
    let mut files = reading::attachments(tx, &[message]).await?;
    files.retain(|file| wanted.contains(&file.id));
    if files.len() < wanted.len() {
        // It was edited or deleted since they were looked at, or one is named twice.
        return Err(forward::cannot());
    }
    Ok(files.into_iter().map(draft_file).collect())
}

fn draft_file(file: Attachment) -> DraftFile {
    let content = file.content();
    DraftFile { id: file.id, name: file.name, media_type: file.media_type, content }
}
