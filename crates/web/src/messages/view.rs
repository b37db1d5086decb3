//! A stored message as the screen shows it.

use crate::{
    App, Result,
    components::{AttachmentView, DeliveryView, MessageView, Side},
    inbox::{Known, times, whose},
    listen::languages,
    promises,
};
use std::collections::{HashMap, HashSet};
use tertulia_engine::{
    outbound::{self, UNDO_MILLIS},
    people,
    wording::{Envelope, StoredParts},
};
use tertulia_model::{DeliveryState, MessageId, Millis, Recipient, RecipientRole};
use tertulia_store::{
    deliveries::{self, Delivery},
    messages::flags,
    reading::{self, Attachment, Message},
};

/// Pictures beyond this many bytes are shown as files.
const MOST_PREVIEW: i64 = 8_000_000;

/// Messages with their files and what became of ours, in the order given.
pub(crate) async fn message_views(app: &App, known: &Known, messages: &[Message]) -> Result<Vec<MessageView>> {
    let mut db = app.engine.db.reader();
    let with_files: Vec<MessageId> =
        messages.iter().filter(|m| m.flags & flags::ATTACHMENT != 0).map(|m| m.id).collect();
    let mut files: HashMap<MessageId, Vec<AttachmentView>> = HashMap::new();
    // What a formatted mail shows within itself (a signature's logo) is no file that somebody sent along.
    let formatted: HashSet<MessageId> = messages.iter().filter(|m| m.has_html).map(|m| m.id).collect();
    let is_within = |file: &Attachment| file.inline && formatted.contains(&file.message_id);
    for file in reading::attachments(&mut db, &with_files).await?.into_iter().filter(|file| !is_within(file)) {
        files.entry(file.message_id).or_default().push(attachment_view(&file));
    }
    let ours = messages.iter().find(|m| m.direction == "ours").and_then(|m| m.conversation_id);
    let sent = match ours {
        Some(conversation) => deliveries::of_conversation(&mut db, conversation).await?,
        None => Vec::new(),
    };
    let sent: HashMap<MessageId, &Delivery> = sent.iter().map(|delivery| (delivery.message_id, delivery)).collect();
    let mut edited: HashMap<MessageId, Millis> = HashMap::new();
    for message in messages.iter().filter(|m| m.revision > 0 && m.state == "shown") {
        let wordings = reading::revisions(&mut db, message.id).await?;
        edited.extend(wordings.last().map(|newest| (message.id, newest.heard_at)));
    }
    let mut promised = promises::by_message(app, known, messages).await?;
    let now = app.engine.now();
    let view = |message: &Message| {
        let mut view = message_view(known, message);
        view.promises = promised.remove(&message.id).unwrap_or_default();
        view.attachments = files.remove(&message.id).unwrap_or_default();
        view.edited_at = edited.get(&message.id).copied();
        view.delivery = sent.get(&message.id).map(|delivery| delivery_view(known, delivery, now));
        view
    };
    Ok(messages.iter().map(view).collect())
}

fn message_view(known: &Known, message: &Message) -> MessageView {
    let channel = known.channel(message.channel_id);
    let envelope = Envelope::parse(&message.envelope);
    let is_ours = message.direction == "ours";
    let is_deleted = message.state == "deleted";
    let (mut text, mut quoted) = words(message);
    if !known.may_converse {
        // Whoever may not write must not answer in somebody's place either.
        text = people::without_links(&text);
        quoted = quoted.map(|quoted| people::without_links(&quoted));
    }
    MessageView {
        id: message.id.to_string(),
        seq: Some(message.id.0),
        side: if is_ours { Side::Ours } else { Side::Theirs },
        author: author(known, message),
        channel_icon: channel.icon,
        channel: channel.words,
        at: message.at,
        recipients: recipients_words(&envelope, is_ours && channel.is_mail, message.is_forward()),
        is_forward: message.is_forward(),
        forward_url: None,
        forward_hotkey: false,
        asks_url: None,
        asks_hotkey: false,
        links: Vec::new(),
        subject: message.subject.clone().filter(|subject| !subject.trim().is_empty()),
        language: language(message),
        text,
        html_src: (message.has_html && !is_deleted).then(|| format!("/messages/{}/html", message.id)),
        quoted,
        edited_at: None,
        revisions_href: (message.revision > 0 && !is_deleted).then(|| format!("/messages/{}/revisions", message.id)),
        deleted_at: is_deleted.then_some(message.at),
        delivery: None,
        attachments: Vec::new(),
        warnings: warnings(message),
        remarks: if is_deleted { Vec::new() } else { remarks(known, message, &envelope) },
        promises: Vec::new(),
        promise_url: promise_url(known, message),
        articles: Vec::new(),
        labels: None,
    }
}

/// Where a promise is put down that we made in an answer.
fn promise_url(known: &Known, message: &Message) -> Option<String> {
    let can = known.may_converse && message.is_answer_of_ours() && message.conversation_id.is_some();
    can.then(|| format!("/messages/{}/promises", message.id))
}

pub(crate) fn author(known: &Known, message: &Message) -> String {
    match (message.direction.as_str(), message.sent_by) {
        ("ours", Some(member)) if member == known.viewer => "You".to_owned(),
        ("ours", Some(member)) => known.member(member),
        ("ours", None) => message.person_name.clone().or(message.handle.clone()).unwrap_or_else(|| "Us".to_owned()),
        _ => whose(message.person_name.as_deref().or(message.handle.as_deref())),
    }
}

/// The writer's own words, and what was stripped. A message of nothing but quotes is shown as it is; what we passed on
/// without a word is not ours.
fn words(message: &Message) -> (String, Option<String>) {
    let (own, stripped) = split_words(message);
    if message.is_forward() {
        return (own, Some(stripped));
    }
    if own.is_empty() { (stripped, None) } else { (own, Some(stripped).filter(|text| !text.trim().is_empty())) }
}

/// A message's own words and what was stripped from it.
pub(crate) fn split_words(message: &Message) -> (String, String) {
    let parts = StoredParts::parse(&message.parts);
    (parts.own_words(&message.text), parts.stripped(&message.text))
}

/// The language, where it is known and not the page's own.
fn language(message: &Message) -> Option<(String, String)> {
    languages::label(&message.language).filter(|_| message.language != "en" && message.direction != "ours")
}

fn recipients_words(envelope: &Envelope, is_our_mail: bool, is_forward: bool) -> Option<String> {
    let by_role = |role| envelope.recipients.iter().filter(move |r: &&Recipient| r.role == role).collect::<Vec<_>>();
    let (to, cc, bcc) = (by_role(RecipientRole::To), by_role(RecipientRole::Cc), by_role(RecipientRole::Bcc));
    // Who wrote to us alone wrote "to us": nothing to say.
    if !is_our_mail && to.len() + cc.len() < 2 {
        return None;
    }
    let named = |list: Vec<&Recipient>| {
        let name = |r: &&Recipient| r.name.clone().filter(|n| !n.is_empty()).unwrap_or_else(|| r.address.clone());
        let mut words: Vec<String> = list.iter().take(4).map(name).collect();
        if list.len() > 4 {
            words.push(format!("{} more", list.len() - 4));
        }
        words.join(", ")
    };
    let mut pieces = Vec::new();
    for (word, list) in [(if is_forward { "forwarded to" } else { "to" }, to), ("copy to", cc), ("blind copy to", bcc)]
    {
        if !list.is_empty() {
            pieces.push(format!("{word} {}", named(list)));
        }
    }
    Some(pieces.join(", ")).filter(|text| !text.is_empty())
}

fn warnings(message: &Message) -> Vec<String> {
    let mut warnings = Vec::new();
    if message.flags & flags::DOUBTFUL != 0 {
        warnings.push(
            "Two messages claim to be this one, with different words; one may be forged. Ask the person another way \
             before you act on it."
                .to_owned(),
        );
    }
    warnings
}

/// What there is to know of a message, calmly.
fn remarks(known: &Known, message: &Message, envelope: &Envelope) -> Vec<String> {
    let mut remarks = envelope.remarks.clone();
    match message.auto.as_str() {
        "reply" => remarks.push("An automatic reply; nobody wrote it just now.".to_owned()),
        "bulk" => remarks.push("Sent to many at once.".to_owned()),
        _ => {}
    }
    if let Some(member) = envelope.brought_by {
        remarks.push(format!("Entered by {}.", known.member(member)));
    }
    if let Some(stated) = message.stated_at
        && stated != message.at
    {
        remarks.push(format!(
            "Dated {} by whoever sent it, which cannot be; it came {}.",
            times::full_words(stated, &known.zone),
            times::full_words(message.heard_at, &known.zone)
        ));
    }
    remarks
}

/// A file as it is offered. Only pictures of pixels are shown: a drawing (SVG) can carry a script.
fn attachment_view(file: &Attachment) -> AttachmentView {
    let href = format!("/attachments/{}", file.id);
    let preview = super::attachment::is_picture(&file.media_type) && file.size <= MOST_PREVIEW;
    let mut view = AttachmentView::new(file.name.clone(), &file.media_type, file.size.unsigned_abs(), href.clone());
    view.preview_src = preview.then_some(href);
    view
}

pub(crate) fn delivery_view(known: &Known, delivery: &Delivery, now: Millis) -> DeliveryView {
    let mut view = DeliveryView::of(delivery.state);
    if known.channel(delivery.channel_id).is_written_down
        && matches!(delivery.state, DeliveryState::Queued | DeliveryState::Sent)
    {
        (view.icon, view.word) = ("check", "written down");
    }
    let address = |act: &str| format!("/deliveries/{}/{act}", delivery.id);
    let choice = |label: &str, act: &str| (label.to_owned(), address(act));
    // Those who have got it get it once more.
    let again = if delivery.outgoing.recipients.len() > 1 { "Send it again to all" } else { "Send it again" };
    view.explanation.clone_from(&delivery.reason);
    match delivery.state {
        DeliveryState::Queued if delivery.attempts == 0 && now < delivery.created_at + UNDO_MILLIS => {
            view.choices.push(choice("Take it back", "undo"));
        }
        DeliveryState::Failed => {
            if outbound::came_back(delivery) {
                view.word = "came back";
            }
            let nothing = || "It did not go out; nothing was sent.".to_owned();
            view.explanation = Some(delivery.reason.clone().unwrap_or_else(nothing));
            view.choices.push(choice(again, "again"));
            view.choices.push(choice("Write it again", "write"));
            view.choices.push(choice("Leave it", "leave"));
        }
        DeliveryState::Unknown => {
            let doubt = "The channel took it and never answered. It may have arrived; sent again, it may arrive twice.";
            view.explanation = Some(delivery.reason.clone().unwrap_or_else(|| doubt.to_owned()));
            view.choices.push(choice("It did arrive", "arrived"));
            view.choices.push(choice(again, "again"));
            view.choices.push(choice("Leave it", "leave"));
        }
        _ => {}
    }
    if let (Some(member), Some(at)) = (delivery.left_by, delivery.left_at) {
        let left = format!("Left so by {}, {}.", known.member(member), times::full_words(at, &known.zone));
        view.explanation =
            Some([view.explanation.take(), Some(left)].into_iter().flatten().collect::<Vec<_>>().join(" "));
        view.danger = false;
        view.choices = vec![choice(again, "again")];
    }
    if !known.may_converse {
        view.choices.clear();
    }
    view
}
