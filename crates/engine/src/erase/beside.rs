//! What stands beside messages that go: what is being written, how conversations were merged, and what is said of them in
//! lists. Where others talk as well it stays theirs.

use crate::{Result, ingest::bare_subject, webhooks::Event};
use tertulia_model::ConversationId;
use tertulia_store::{
    Tx,
    conversations::{self, Conversation},
    erasing::{self, Counts},
    kept::{self, WhichDrafts},
    notes,
    reading::{self, Message},
    trims::{self, Cause},
};

/// A conversation with others in which answers had not left yet that went to somebody who was erased as well: how many. They
/// are not sent, and the others wait again.
pub(super) type Unsent = (ConversationId, usize);

/// Takes what stands beside the messages of these conversations, once those are gone. `withdrawn`: where answers were
/// that had not left yet. Gives those of them in which others wait again, and what there is to tell of it.
pub(super) async fn put_away(
    tx: &mut Tx,
    held: &[ConversationId],
    drafts: &WhichDrafts,
    withdrawn: &[ConversationId],
    counts: &mut Counts,
) -> Result<(Vec<Unsent>, Vec<Event>)> {
    let (_, files) = kept::drafts(tx, drafts).await?;
    let blobs: Vec<String> = files.into_iter().map(|file| file.content().blob).collect();
    trims::add(tx, &blobs, Cause::Erased).await?;
    erasing::forget_drafts(tx, drafts, counts).await?;
    let (theirs, with_others): (Vec<ConversationId>, Vec<ConversationId>) =
        held.iter().partition(|id| drafts.in_conversations.contains(id));
    *counts.entry("private_notes".to_owned()).or_default() += notes::forget_in(tx, &theirs).await?;
    erasing::forget_merges(tx, &theirs, counts).await?;
    reword_merges(tx, &with_others, counts).await?;
    reword(tx, held, withdrawn, counts).await
}

/// What others said in a conversation that was merged away keeps its subject and its first words.
async fn reword_merges(tx: &mut Tx, held: &[ConversationId], counts: &mut Counts) -> Result<()> {
    for (from, before) in erasing::merges(tx, held).await? {
        let (subject, newest) = erasing::left_of_part(tx, from).await?;
        let subject = called(subject.as_deref());
        let left = newest.as_ref().map(|(snippet, _)| (subject.as_str(), snippet.as_str()));
        erasing::reword_merge(tx, from, &before, left, counts).await?;
    }
    Ok(())
}

fn called(subject: Option<&str>) -> String {
    subject.map(bare_subject).unwrap_or_default().to_owned()
}

/// Conversations in which others talk keep their words, and wait again where an answer to them was withdrawn; the others
/// are closed, and say nothing.
async fn reword(
    tx: &mut Tx,
    held: &[ConversationId],
    withdrawn: &[ConversationId],
    counts: &mut Counts,
) -> Result<(Vec<Unsent>, Vec<Event>)> {
    let mut all = conversations::get_to_change(tx, held.to_vec()).await?;
    let (mut unsent, mut happened) = (Vec::new(), Vec::new());
    for conversation in &mut all {
        let (subject, newest) = erasing::left_of(tx, conversation.id).await?;
        conversation.subject = called(subject.as_deref());
        let Some(newest) = newest else {
            close(conversation);
            continue;
        };
        (conversation.snippet, conversation.person_id) = newest;
        let answers = withdrawn.iter().filter(|id| **id == conversation.id).count();
        if answers > 0 {
            let stood = conversation.state.clone();
            wait_again(tx, conversation).await?;
            happened.extend(Event::of_move(Some(&stood), conversation));
            unsent.push((conversation.id, answers));
        }
    }
    conversations::put(tx, &all).await?;
    counts.insert("conversations".to_owned(), all.len() as u64);
    Ok((unsent, happened))
}

fn close(conversation: &mut Conversation) {
    conversation.snippet.clear();
    conversation.person_id = None;
    "closed".clone_into(&mut conversation.state);
    (conversation.waiting_since, conversation.snoozed_until, conversation.woken) = (None, None, false);
}

/// It stood as answered, by what was withdrawn. Which of their messages were answered before is not to be seen any more where
/// those answers went to the erased as well: they wait since the last one.
async fn wait_again(tx: &mut Tx, conversation: &mut Conversation) -> Result<()> {
    let newest = reading::newest_said(tx, conversation.id).await?;
    let last = newest.iter().filter(|message| message.is_said_to_us()).map(Message::came_at).max();
    "open".clone_into(&mut conversation.state);
    (conversation.waiting_since, conversation.snoozed_until) = (last, None);
    Ok(())
}
