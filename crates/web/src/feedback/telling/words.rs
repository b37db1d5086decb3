//! Tellings in words.

use super::href;
use crate::{
    App, Result,
    components::{LinkView, MessageView},
    inbox::{Known, whose},
    listen::languages::name as language_name,
};
use std::collections::HashMap;
use tertulia_engine::telling::reason_words;
use tertulia_model::{ChangeId, MessageId, Millis, PersonId};
use tertulia_store::{
    reading::Message,
    tellings::{self, HELPED, Row},
};

/// How one stands, in a few words.
pub(super) fn standing(kind: &str, state: &str) -> &'static str {
    match (kind, state) {
        (_, "draft") => "To look at",
        (_, "queued") => "On its way",
        (_, "unknown") => "Nobody knows whether it arrived",
        (_, "failed") => "It did not get through",
        (HELPED, "told") => "Asked",
        (HELPED, "by_hand") => "Asked by hand",
        (_, "told") => "Told",
        (_, "by_hand") => "Told by hand",
        (HELPED, "skipped") => "Not to be asked",
        (_, "skipped") => "Not to be told",
        (HELPED, _) => "Ask them yourself",
        _ => "Owed",
    }
}

/// What they said of whether it helped.
pub(super) fn answer_words(answer: &str) -> &'static str {
    match answer {
        "helped" => "It helped",
        "not" => "It did not help",
        _ => "Hard to say",
    }
}

/// "12 days", "3 hours": the largest unit of which there are two or more.
pub(super) fn span(millis: Millis) -> String {
    let minutes = millis.max(0) / 60_000;
    let many = |n: i64, one: &str, more: &str| if n == 1 { format!("one {one}") } else { format!("{n} {more}") };
    match (minutes, minutes / 60, minutes / 1_440) {
        (0, ..) => "less than a minute".to_owned(),
        (minutes, 0..2, _) => many(minutes, "minute", "minutes"),
        (_, hours, 0..2) => many(hours, "hour", "hours"),
        (.., days) => many(days, "day", "days"),
    }
}

/// A row as lists show it.
pub(super) struct Line {
    pub href: String,
    pub name: String,
    pub change: (String, String),
    /// What they said, as far as it is there.
    pub words: Option<String>,
    pub channel: Option<(String, String)>,
    /// Where they said it, and where we told them.
    pub message_href: Option<String>,
    pub sent_href: Option<String>,
    pub language: Option<String>,
    pub standing: &'static str,
    /// Why it is owed, or what goes on with it.
    pub reason: Option<String>,
    pub note: Option<String>,
    pub asked_at: Millis,
    pub told_at: Option<Millis>,
    pub took: Option<String>,
    pub answer: Option<&'static str>,
}

pub(super) fn line(known: &Known, row: Row) -> Line {
    let place = |message: MessageId| match row.conversation_id {
        Some(held) => format!("/inbox/{held}?at={message}#message-{message}"),
        None => format!("/listen/thread/{message}#message-{message}"),
    };
    let reason = match row.state.as_str() {
        "owed" => row.reason.as_deref().map(|reason| reason_words(reason).to_owned()),
        "failed" | "unknown" | "queued" => row.sent_reason.clone(),
        _ => None,
    };
    Line {
        href: href(row.id),
        name: whose(Some(&row.person_name)),
        change: (row.change_title, super::change_href(row.change_id)),
        words: row.snippet.filter(|words| !words.trim().is_empty()),
        channel: row.channel_id.map(|id| known.channel(id)).map(|channel| (channel.icon, channel.words)),
        message_href: row.message_id.filter(|_| row.channel_id.is_some()).map(place),
        sent_href: row.sent_message_id.filter(|_| row.conversation_id.is_some()).map(place),
        language: (row.language != "und").then(|| language_name(&row.language).to_owned()),
        standing: standing(&row.kind, &row.state),
        reason,
        note: row.note,
        asked_at: row.asked_at,
        told_at: row.told_at,
        took: row.took.map(span),
        answer: row.answer.as_deref().map(answer_words),
    }
}

/// What became of changes, as it was told to a person or is owed them: of each change the latest, in words, and where it stands.
pub(crate) async fn told(app: &App, person: PersonId) -> Result<HashMap<ChangeId, (&'static str, String)>> {
    let rows = tellings::of_person(&mut app.engine.db.reader(), person).await?;
    let mut told = HashMap::new();
    for row in rows.into_iter().filter(|row| row.stands && row.kind != HELPED) {
        told.entry(row.change_id).or_insert_with(|| (standing(&row.kind, &row.state), href(row.id)));
    }
    Ok(told)
}

/// Leads from a message of ours that told somebody of a change, or asked them, to where that stands.
pub(crate) async fn tie(app: &App, messages: &[Message], views: &mut [MessageView]) -> Result<()> {
    let ours: Vec<MessageId> = messages.iter().filter(|m| m.direction == "ours").map(|m| m.id).collect();
    if ours.is_empty() {
        return Ok(());
    }
    let sent = tellings::sent_by(&mut app.engine.db.reader(), &ours).await?;
    for (message, view) in messages.iter().zip(views.iter_mut()) {
        for (_, telling, kind) in sent.iter().filter(|(id, ..)| *id == message.id) {
            let words = if kind == HELPED { "Asked whether it helped" } else { "Told what became of it" };
            view.links.push(LinkView::new("lightbulb", words, href(*telling)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_told_in_the_largest_unit_that_says_enough() {
        let of = |minutes: i64| span(minutes * 60_000);
        assert_eq!(
            (of(0).as_str(), of(1).as_str(), of(119).as_str()),
            ("less than a minute", "one minute", "119 minutes")
        );
        assert_eq!((of(120).as_str(), of(47 * 60).as_str()), ("2 hours", "47 hours"));
        assert_eq!((of(48 * 60).as_str(), of(400 * 1_440).as_str()), ("2 days", "400 days"));
        assert_eq!(span(-5), "less than a minute");
    }
}
