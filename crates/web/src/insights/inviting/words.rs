//! Invitations in words.

use super::href;
use crate::{
    App, Result,
    components::{LinkView, MessageView},
    inbox::whose,
    listen::languages::name as language_name,
};
use std::collections::HashMap;
use tertulia_engine::invitations::reason_words;
use tertulia_model::{MessageId, Millis};
use tertulia_store::{
    invitations::{self, Row},
    reading::Message,
};

/// How one stands, in a few words.
pub(super) fn standing(state: &str) -> &'static str {
    match state {
        "draft" => "To look at",
        "queued" => "On its way",
        "unknown" => "Nobody knows whether it arrived",
        "failed" => "It did not get through",
        "sent" => "Invited",
        "skipped" => "Left out",
        _ => "It could not be sent",
    }
}

/// A row as lists show it.
pub(super) struct Line {
    pub href: String,
    pub name: String,
    pub part: String,
    pub language: Option<String>,
    pub standing: &'static str,
    pub has_answered: bool,
    /// Why it could not be sent, or what goes on with it.
    pub reason: Option<String>,
    pub sent_at: Option<Millis>,
    /// The conversation: at their answer, else at what was sent.
    pub talk_href: Option<String>,
}

pub(super) fn line(row: Row) -> Line {
    let reason = match row.state.as_str() {
        "unsent" => row.reason.as_deref().map(|reason| reason_words(reason).to_owned()),
        "failed" | "unknown" | "queued" => row.sent_reason.clone(),
        _ => None,
    };
    Line {
        href: href(row.id),
        name: whose(Some(&row.customer_name)),
        language: (row.language != "und").then(|| language_name(&row.language).to_owned()),
        standing: standing(&row.state),
        has_answered: row.answer_message_id.is_some(),
        reason,
        sent_at: row.sent_at,
        talk_href: talk_href(&row),
        part: row.part,
    }
}

pub(super) fn talk_href(row: &Row) -> Option<String> {
    let message = row.answer_message_id.or(row.sent_message_id)?;
    row.conversation_id.map(|held| format!("/inbox/{held}?at={message}#message-{message}"))
}

/// Leads from a message of ours that invited somebody to where that stands.
pub(crate) async fn tie(app: &App, messages: &[Message], views: &mut [MessageView]) -> Result<()> {
    let ours: Vec<MessageId> = messages.iter().filter(|m| m.direction == "ours").map(|m| m.id).collect();
    if ours.is_empty() {
        return Ok(());
    }
    let sent: HashMap<MessageId, i64> =
        invitations::sent_by(&mut app.engine.db.reader(), &ours).await?.into_iter().collect();
    for (message, view) in messages.iter().zip(views.iter_mut()) {
        if let Some(id) = sent.get(&message.id) {
            view.links.push(LinkView::new("send", "Invited to say something", href(*id)));
        }
    }
    Ok(())
}
