//! Passing a message on: where it begins, and what ties it to the talk that comes of it.

use super::{asked::Asked, flash, id, known::Known};
use crate::{
    Result,
    components::{LinkView, MessageView},
};
use axum::{
    extract::Path,
    response::{IntoResponse, Redirect, Response},
};
use std::collections::{HashMap, HashSet};
use tertulia_engine::outbound;
use tertulia_model::MessageId;
use tertulia_store::{
    reading::{self, Message},
    threads,
};

/// Begins to pass a message on, or goes on with it.
pub(crate) async fn begin(mut asked: Asked, Path((_, message)): Path<(String, String)>) -> Result<Response> {
    let message: MessageId = id(&message)?;
    let left_out = outbound::begin_forward(&asked.app.engine, asked.viewer.user.id, asked.held.id, message).await?;
    asked.forwards = Some(message);
    if !left_out.is_empty() {
        return Ok(flash::redirect(&asked.app, &asked.here(), &words_on_left_out(&left_out), None));
    }
    Ok(Redirect::to(&asked.here()).into_response())
}

/// Few names: they travel in a cookie.
fn words_on_left_out(names: &[String]) -> String {
    let named = names.iter().take(3).map(String::as_str).collect::<Vec<_>>().join(", ");
    let more = names.len().saturating_sub(3);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("Left out: {named}{more}. There is a reply address inside by which others could write into a conversation.")
}

/// Says of each message whether it can be passed on, and leads from what was passed on to what came back and the other
/// way: these are two conversations with two people.
pub(super) async fn tie(asked: &Asked, known: &Known, messages: &[Message], views: &mut [MessageView]) -> Result<()> {
    let mut db = asked.app.engine.db.reader();
    let here: HashSet<MessageId> = messages.iter().map(|m| m.id).collect();
    let answered = messages.iter().filter(|m| m.direction == "theirs").filter_map(|m| m.parent_id);
    let elsewhere: Vec<MessageId> = answered.filter(|parent| !here.contains(parent)).collect();
    let elsewhere: HashMap<_, _> = reading::forwards(&mut db, &elsewhere).await?.into_iter().collect();
    for (message, view) in messages.iter().zip(views.iter_mut()) {
        let can = known.may_converse && message.state == "shown" && known.channel(message.channel_id).forwards;
        view.forward_url = can.then(|| asked.act(&format!("/forward/{}", message.id)));
        if message.is_forward()
            && let Some(talk) = threads::talk(&mut db, message.thread_id).await?.filter(|talk| *talk != asked.held.id)
        {
            view.links.push(LinkView::new("reply", "Read what came back", format!("/inbox/{talk}")));
        }
        if let Some((forward, origin)) = message.parent_id.and_then(|parent| elsewhere.get_key_value(&parent))
            && *origin != asked.held.id
        {
            let href = format!("/inbox/{origin}?at={forward}#message-{forward}");
            view.links.push(LinkView::new("forward", "Answers what we passed on", href));
        }
    }
    if let Some(newest) = views.iter_mut().rev().find(|view| view.forward_url.is_some() && view.is_theirs()) {
        newest.forward_hotkey = true;
    }
    Ok(())
}
