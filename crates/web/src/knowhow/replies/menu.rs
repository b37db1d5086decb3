//! The menu of saved replies beside an answer, each filled in for whoever is answered.

use crate::{Result, inbox::Asked};
use askama::Template;
use axum::{
    extract::Query,
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;
use tertulia_engine::saved_replies;
use tertulia_store::saved_replies::TEAM;

/// Replies in the menu: who looks for another types on.
const SHOWN: i64 = 8;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Typed {
    q: String,
}

struct Choice {
    id: String,
    title: String,
    text: String,
    is_ours: bool,
}

#[derive(Template)]
#[template(path = "knowhow/menu.html")]
struct Menu {
    query: String,
    choices: Vec<Choice>,
}

pub(crate) async fn list(asked: Asked, Query(typed): Query<Typed>) -> Result<Response> {
    let engine = &asked.app.engine;
    let member = asked.viewer.user.id;
    let known = saved_replies::known(engine, member, asked.held.id).await?;
    let found = saved_replies::find(&mut engine.db.reader(), member, &typed.q, None, SHOWN).await?;
    let choices = found.into_iter().map(|reply| Choice {
        id: reply.id.to_string(),
        text: saved_replies::fill(&reply.body, &known),
        title: reply.title,
        is_ours: reply.owner_id == TEAM,
    });
    let menu = Menu { choices: choices.collect(), query: typed.q.trim().to_owned() };
    Ok(Html(menu.render()?).into_response())
}
