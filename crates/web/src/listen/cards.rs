//! What was heard, one card each: who, where, when, and the words around what was found.

use super::languages;
use crate::{App, components::HeardView};
use std::collections::HashMap;
use tertulia_analysis::{query::Query, snippet};
use tertulia_engine::wording::StoredParts;
use tertulia_model::{ChannelId, Extent};
use tertulia_store::{channels::Channel, reading::Message};

/// A text in pieces, each with whether it was searched for.
pub(crate) type Pieces = Vec<(String, bool)>;

pub(crate) struct Card {
    pub heard: HeardView,
    pub ours: bool,
    /// What was searched for stands only in what they quoted.
    pub in_quote: bool,
    pub subject: Pieces,
    /// Where the conversation is, if the team holds one.
    pub conversation_href: Option<String>,
    /// Where a POST makes one.
    pub open_action: String,
}

/// Characters of a card's words.
const WORDS: usize = 280;

/// Where a message stands: in its conversation, or in its thread where the team holds none.
pub(crate) fn message_href(message: &Message) -> String {
    let place = match message.conversation_id {
        Some(conversation) => format!("/inbox/{conversation}?at={}", message.id),
        None => format!("/listen/thread/{}", message.id),
    };
    format!("{place}#message-{}", message.id)
}

/// Where a conversation is read and answered.
pub(crate) fn conversation_href(id: impl std::fmt::Display) -> String {
    format!("/inbox/{id}")
}

/// The icon and the name of a message's channel; deleted channels keep theirs.
pub(crate) fn channel_face(app: &App, channels: &HashMap<ChannelId, Channel>, id: ChannelId) -> (String, String) {
    let Some(channel) = channels.get(&id) else {
        return ("circle-help".to_owned(), "a channel that is gone".to_owned());
    };
    let icon = app.engine.registry.get(&channel.connector).map(|connector| connector.spec().icon.clone());
    (icon.unwrap_or_else(|| "circle-help".to_owned()), channel.name.clone())
}

pub(crate) fn author(message: &Message, organisation: &str) -> String {
    let named = [message.person_name.as_deref(), message.handle.as_deref()];
    let theirs = named.into_iter().flatten().find(|name| !name.trim().is_empty());
    match theirs {
        Some(name) => name.to_owned(),
        None if message.direction == "ours" => organisation.to_owned(),
        None => "Somebody".to_owned(),
    }
}

pub(crate) fn card(
    app: &App,
    channels: &HashMap<ChannelId, Channel>,
    organisation: &str,
    query: &Query,
    message: &Message,
) -> Card {
    let (channel_icon, channel) = channel_face(app, channels, message.channel_id);
    // What somebody wrote comes before what they only quoted.
    let own = StoredParts::parse(&message.parts).own_words(&message.text);
    let in_quote = query.highlights(&own).is_empty() && !query.highlights(&message.text).is_empty();
    let words = snippet::around(if in_quote { &message.text } else { &own }, query, WORDS);
    let subject = message.subject.as_deref().map(str::trim).filter(|subject| !subject.is_empty());
    let thread_href = format!("/listen/thread/{}", message.id);
    Card {
        ours: message.direction == "ours",
        in_quote,
        subject: subject.map(|subject| pieces(subject, &query.highlights(subject))).unwrap_or_default(),
        conversation_href: message.conversation_id.map(|_| message_href(message)),
        open_action: format!("/listen/open/{}", message.id),
        heard: HeardView {
            id: message.id.to_string(),
            href: format!("{thread_href}#message-{}", message.id),
            name: author(message, organisation),
            person_href: message.person_id.map(|id| format!("/people/{id}")),
            channel_icon,
            channel,
            at: message.at,
            subject: subject.map(str::to_owned),
            words: pieces(&words.text, &words.marks),
            language: languages::label(&message.language),
            has_attachments: message.flags & tertulia_store::messages::flags::ATTACHMENT != 0,
            ..HeardView::default()
        },
    }
}

/// Cuts a text where something was found.
pub(crate) fn pieces(text: &str, marks: &[Extent]) -> Pieces {
    let mut pieces = Vec::new();
    let mut at = 0;
    for mark in marks {
        let (Some(before), Some(found)) = (text.get(at..mark.start), text.get(mark.start..mark.end)) else { continue };
        if !before.is_empty() {
            pieces.push((before.to_owned(), false));
        }
        pieces.push((found.to_owned(), true));
        at = mark.end;
    }
    if let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        pieces.push((rest.to_owned(), false));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_where_something_was_found() {
        let cut = |text: &str, marks: &[(usize, usize)]| {
            let marks: Vec<Extent> = marks.iter().map(|(start, end)| Extent { start: *start, end: *end }).collect();
            pieces(text, &marks)
                .into_iter()
                .map(|(text, found)| if found { format!("[{text}]") } else { text })
                .collect()
        };
        let cut: [Vec<String>; 3] = [cut("a café, tea", &[(2, 7), (9, 12)]), cut("tea", &[(0, 3)]), cut("", &[])];
        assert_eq!(cut, [vec!["a ", "[café]", ", ", "[tea]"], vec!["[tea]"], vec![]]);
    }
}
