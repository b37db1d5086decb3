//! A whole thread as it was heard, whether the team holds it or not.

use super::{
    cards::{author, channel_face, conversation_href},
    languages,
};
use crate::{
    App, Result, Viewer, WebError,
    components::{AttachmentView, MessageView, Side},
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::{Path, State},
    response::{Html, IntoResponse, Response},
};
use std::collections::HashMap;
use tertulia_engine::wording::{Envelope, StoredParts};
use tertulia_model::{ChannelId, MessageId, Permission};
use tertulia_store::{
    channels::{self, Channel},
    reading::{self, Message},
};

/// Messages of a thread on one page.
const MOST: i64 = 500;

#[derive(Template)]
#[template(path = "listen/thread.html")]
struct ThreadPage {
    shell: Shell,
    title: String,
    messages: Vec<MessageView>,
    people: usize,
    is_cut: bool,
    conversation_href: Option<String>,
    open_action: Option<String>,
    search_href: String,
}

pub(super) async fn show(State(app): State<App>, viewer: Viewer, Path(id): Path<i64>) -> Result<Response> {
    let mut db = app.engine.db.reader();
    let asked = reading::message(&mut db, MessageId(id)).await?.ok_or_else(WebError::not_found)?;
    let messages = reading::thread(&mut db, asked.thread_id, MOST + 1).await?;
    let is_cut = messages.len() > MOST as usize;
    let messages = &messages[..messages.len().min(MOST as usize)];
    let ids: Vec<MessageId> = messages.iter().map(|m| m.id).collect();
    let mut files: HashMap<MessageId, Vec<AttachmentView>> = HashMap::new();
    for file in reading::attachments(&mut db, &ids).await?.into_iter().filter(|file| !file.inline) {
        let view = AttachmentView::new(
            file.name.clone(),
            &file.media_type,
            file.size.unsigned_abs(),
            format!("/attachments/{}", file.id),
        );
        files.entry(file.message_id).or_default().push(view);
    }
    let all: HashMap<ChannelId, Channel> =
        channels::all_ever(&mut db).await?.into_iter().map(|channel| (channel.id, channel)).collect();
    let subject = messages.iter().find_map(|m| m.subject.clone().filter(|subject| !subject.trim().is_empty()));
    let title = subject.unwrap_or_else(|| "A thread".to_owned());
    let shell = app.shell(&viewer, "listen", title.clone(), Nav::Listen).await?;
    let people: std::collections::HashSet<String> = messages.iter().map(|m| author(m, &shell.organisation)).collect();
    let conversation = messages.iter().rev().find_map(|m| m.conversation_id);
    let may_open = conversation.is_none() && viewer.user.role.may(Permission::Converse);
    let page = ThreadPage {
        messages: messages
            .iter()
            .map(|m| view(&app, &all, &shell.organisation, m, files.remove(&m.id).unwrap_or_default()))
            .collect(),
        people: people.len(),
        is_cut,
        conversation_href: conversation.map(conversation_href),
        open_action: may_open.then(|| format!("/listen/open/{id}")),
        search_href: format!("/listen?q=in%3A{}", asked.thread_id),
        title,
        shell,
    };
    Ok(Html(page.render()?).into_response())
}

fn view(
    app: &App,
    channels: &HashMap<ChannelId, Channel>,
    organisation: &str,
    message: &Message,
    attachments: Vec<AttachmentView>,
) -> MessageView {
    let (channel_icon, channel) = channel_face(app, channels, message.channel_id);
    let parts = StoredParts::parse(&message.parts);
    let quoted = parts.stripped(&message.text);
    MessageView {
        id: message.id.to_string(),
        seq: None,
        side: if message.direction == "ours" { Side::Ours } else { Side::Theirs },
        author: author(message, organisation),
        channel_icon,
        channel,
        at: message.at,
        subject: message.subject.clone().filter(|subject| !subject.trim().is_empty()),
        language: languages::label(&message.language),
        text: parts.own_words(&message.text),
        quoted: Some(quoted).filter(|quoted| !quoted.trim().is_empty()),
        deleted_at: (message.state != "shown").then_some(message.heard_at),
        attachments,
        warnings: Envelope::parse(&message.envelope).remarks,
        ..MessageView::default()
    }
}
