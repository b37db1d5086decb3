//! What is done with a conversation besides answering it. Each says what it did, and how to undo it.

use super::{Fields, asked::Asked, flash, id, next, times};
use crate::{
    App, Result, Viewer, WebError,
    undo::{Of, WayBack},
};
use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::{Deserialize, Serialize};
use tertulia_engine::{
    desk::{self, Undo},
    notes::{self, About},
    outbound, promises,
};
use tertulia_model::{ConversationId, UserId};
use tertulia_store::users;

const UNDO: WayBack =
    WayBack { purpose: "undo of a change", path: "/inbox/undo", instead: "Open the conversation and change it there." };

/// What can be taken back, as it travels through the browser.
#[derive(Serialize, Deserialize)]
pub(crate) enum Undoing {
    Change(Undo),
    Merge(desk::Merged),
    /// These two are not one.
    Apart(ConversationId, ConversationId),
    /// A doubtful message did arrive.
    Arrived(outbound::Doubt),
    /// What was said of a promise.
    Promise(promises::Undo),
    Note(notes::Undo),
}

pub(crate) fn undo_url(app: &App, to: UserId, undoing: Undoing) -> Option<String> {
    Some(UNDO.url(app, to, undoing))
}

impl Asked {
    fn undo(&self, undoing: Undoing) -> Option<String> {
        undo_url(&self.app, self.viewer.user.id, undoing)
    }
}

/// A change after which the conversation stays on the screen.
async fn stand(asked: &Asked, state: &str, text: &str) -> Result<Response> {
    let undo = desk::set_state(&asked.app.engine, asked.held.id, state).await?;
    Ok(asked.stay(text, asked.undo(Undoing::Change(undo))))
}

/// Where to go on from a conversation that leaves the list; found before it leaves.
async fn onwards(asked: &Asked) -> Result<String> {
    next::after(&asked.app, asked.viewer.user.id, &asked.show, &asked.held).await
}

/// `to`: a member's id, or empty for nobody.
pub(crate) async fn assign(asked: Asked, fields: Fields) -> Result<Response> {
    let to: Option<UserId> = match fields.get("to") {
        "" => None,
        member => Some(id(member)?),
    };
    let undo = desk::assign(&asked.app.engine, asked.held.id, to).await?;
    let text = match to {
        None => "Nobody has it now.".to_owned(),
        Some(member) => {
            let found = users::get(&mut asked.app.engine.db.reader(), member).await?;
            format!("Given to {}.", found.map_or_else(|| "somebody".to_owned(), |user| user.name))
        }
    };
    Ok(asked.stay(&text, asked.undo(Undoing::Change(undo))))
}

pub(crate) async fn pending(asked: Asked) -> Result<Response> {
    stand(&asked, "pending", "Pending: we wait for them.").await
}

pub(crate) async fn reopen(asked: Asked) -> Result<Response> {
    stand(&asked, "open", "Open again.").await
}

pub(crate) async fn close(asked: Asked) -> Result<Response> {
    let onwards = onwards(&asked).await?;
    let undo = desk::set_state(&asked.app.engine, asked.held.id, "closed").await?;
    let text = "Closed. It opens again when they write.";
    Ok(flash::redirect(&asked.app, &onwards, text, asked.undo(Undoing::Change(undo))))
}

/// `outcome`: how it ended. Of one that is closed already, how it did.
pub(crate) async fn end(asked: Asked, fields: Fields) -> Result<Response> {
    let outcome = fields.get("outcome");
    let was_closed = asked.held.state == "closed";
    let onwards = if was_closed { asked.plain() } else { onwards(&asked).await? };
    let undo = desk::close_as(&asked.app.engine, asked.held.id, outcome, asked.viewer.user.id).await?;
    let text = format!("Closed: {}. It opens again when they write.", desk::outcome_words(outcome));
    Ok(flash::redirect(&asked.app, &onwards, &text, asked.undo(Undoing::Change(undo))))
}

/// `until`: `later`, `tomorrow`, `week`, or `date` with a `date`.
pub(crate) async fn snooze(asked: Asked, fields: Fields) -> Result<Response> {
    let app = &asked.app;
    let zone = times::zone(&asked.headers);
    let until = times::until(fields.get("until"), fields.get("date"), app.engine.now(), &zone).ok_or_else(|| {
        WebError::new(StatusCode::UNPROCESSABLE_ENTITY, "Choose a day to put it off to. Nothing was changed.")
    })?;
    let onwards = onwards(&asked).await?;
    let undo = desk::snooze(&app.engine, asked.held.id, until).await?;
    let text = format!("Out of the way until {}.", times::moment_words(until, &zone));
    Ok(flash::redirect(app, &onwards, &text, asked.undo(Undoing::Change(undo))))
}

/// Back to the list: to stay would be to read it again.
pub(crate) async fn unread(asked: Asked) -> Result<Response> {
    desk::mark_unread(&asked.app.engine, asked.viewer.user.id, asked.held.id).await?;
    let list = format!("/inbox{}", asked.show.query());
    Ok(flash::redirect(&asked.app, &list, "Marked as unread.", None))
}

/// `with`: the conversation that goes into this one.
pub(crate) async fn merge(asked: Asked, fields: Fields) -> Result<Response> {
    let from = id(fields.get("with"))?;
    let merged = desk::merge(&asked.app.engine, from, asked.held.id).await?;
    Ok(asked.stay("The two conversations are one now.", asked.undo(Undoing::Merge(merged))))
}

/// `which`: the conversation that was merged into this one and is to be one of its own again.
pub(crate) async fn part(asked: Asked, fields: Fields) -> Result<Response> {
    let from: ConversationId = id(fields.get("which"))?;
    desk::part(&asked.app.engine, from, asked.held.id).await?;
    Ok(flash::redirect(&asked.app, &format!("/inbox/{from}"), PARTED, None))
}

const PARTED: &str = "They are two conversations again. This is the one that had been merged into the other.";

pub(crate) async fn keep_apart(asked: Asked, fields: Fields) -> Result<Response> {
    let other = id(fields.get("with"))?;
    desk::keep_apart(&asked.app.engine, asked.held.id, other).await?;
    let undo = asked.undo(Undoing::Apart(asked.held.id, other));
    Ok(asked.stay("They stay two; you will not be asked again.", undo))
}

pub(crate) async fn undo(State(app): State<App>, viewer: Viewer, Query(of): Query<Of>) -> Result<Response> {
    let engine = &app.engine;
    let back = match UNDO.accept(&app, &viewer, &of)? {
        Undoing::Change(undo) => {
            desk::undo(engine, &undo).await?;
            undo.conversation
        }
        // Back to where it was done, on the page of the one that had stayed.
        Undoing::Merge(merged) => desk::undo_merge(engine, merged).await?,
        Undoing::Apart(here, other) => {
            desk::propose_again(engine, here, other).await?;
            here
        }
        Undoing::Arrived(doubt) => outbound::doubt_again(engine, &doubt).await?,
        Undoing::Promise(undo) => promises::undo(engine, &undo).await?,
        Undoing::Note(undo) => match notes::undo(engine, &undo).await? {
            About::Conversation(conversation) => conversation,
            About::Person(person) => return Ok(Redirect::to(&format!("/people/{person}#h-notes")).into_response()),
        },
    };
    Ok(Redirect::to(&format!("/inbox/{back}")).into_response())
}
