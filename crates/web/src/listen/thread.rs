//! A whole thread as it was heard, whether the team holds it or not.

use super::cards::{author, conversation_href};
use crate::{
    App, Result, Viewer, WebError,
    components::MessageView,
    feedback,
    inbox::Known,
    layout::{Nav, Shell},
    messages::message_views,
};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::{Html, IntoResponse, Response},
};
use tertulia_model::{MessageId, Permission};
use tertulia_store::reading;

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

pub(super) async fn show(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(id): Path<i64>,
) -> Result<Response> {
    let mut db = app.engine.db.reader();
    let asked = reading::message(&mut db, MessageId(id)).await?.ok_or_else(WebError::not_found)?;
    let messages = reading::thread(&mut db, asked.thread_id, MOST + 1).await?;
    let is_cut = messages.len() > MOST as usize;
    let messages = &messages[..messages.len().min(MOST as usize)];
    let known = Known::read(&app, &viewer, &headers).await?;
    let subject = messages.iter().find_map(|m| m.subject.clone().filter(|subject| !subject.trim().is_empty()));
    let title = subject.unwrap_or_else(|| "A thread".to_owned());
    let shell = app.shell(&viewer, "listen", title.clone(), Nav::Listen).await?;
    let people: std::collections::HashSet<String> = messages.iter().map(|m| author(m, &shell.organisation)).collect();
    let conversation = messages.iter().rev().find_map(|m| m.conversation_id);
    let may_open = conversation.is_none() && viewer.user.role.may(Permission::Converse);
    let mut views = message_views(&app, &known, messages).await?;
    feedback::tie(&app, known.may_converse, messages, &mut views).await?;
    let page = ThreadPage {
        messages: views,
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
