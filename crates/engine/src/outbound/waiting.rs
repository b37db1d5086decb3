//! Who was to be answered by what did not get through waits as before, until it goes out after all.

use crate::{Result, wording::Envelope};
use std::collections::HashSet;
use tertulia_model::{ConversationId, DeliveryState, MessageId};
use tertulia_store::{
    Tx,
    conversations::{self, Conversation},
    deliveries::{self, Delivery},
    reading,
};

/// A delivery failed: where it was an answer they wait since they did when it was written, unless something of ours that has not
/// failed came after it.
pub(crate) async fn wait_again(tx: &mut Tx, conversation: &mut Conversation, failed: &Delivery) -> Result<()> {
    if failed.outgoing.forwards.is_some() {
        return Ok(());
    }
    let all_failed = failed_in(tx, conversation.id).await?;
    let newest = reading::newest_said(tx, conversation.id).await?;
    let waited = newest
        .iter()
        .filter(|message| message.is_answer_of_ours() && message.auto == "person")
        .take_while(|message| all_failed.contains(&message.id))
        .filter_map(|message| Envelope::parse(&message.envelope).before?.waiting_since);
    conversation.waiting_since = waited.chain(conversation.waiting_since).min();
    Ok(())
}

/// What had failed goes out after all: they wait for what came after it alone.
pub(crate) async fn wait_no_more(tx: &mut Tx, answer: &Delivery) -> Result<()> {
    let message = reading::message(tx, answer.message_id).await?;
    let before = message.and_then(|message| Envelope::parse(&message.envelope).before);
    // What tells of a change to somebody who waits for something newer left them waiting, and does so again.
    if before.is_none_or(|before| before.became == "open") {
        return Ok(());
    }
    let held = conversations::one_to_change(tx, answer.conversation_id).await?;
    let Some(mut conversation) = held.filter(|held| held.waiting_since.is_some()) else { return Ok(()) };
    let failed = failed_in(tx, conversation.id).await?;
    let mut newest = reading::newest_said(tx, conversation.id).await?;
    newest.retain(|message| !failed.contains(&message.id));
    conversation.waiting_since = reading::unanswered_since(&newest);
    Ok(conversations::put(tx, &[conversation]).await?)
}

async fn failed_in(tx: &mut Tx, conversation: ConversationId) -> Result<HashSet<MessageId>> {
    let mut all = deliveries::of_conversation(tx, conversation).await?;
    all.retain(|delivery| delivery.state == DeliveryState::Failed);
    Ok(all.into_iter().map(|delivery| delivery.message_id).collect())
}
