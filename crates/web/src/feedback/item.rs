//! One item: who asks for it, each with their words and where they said them, what may be the same, and its change.

use super::{askers_words, change_href, cut, form::Likely, href, known, state_words, title_words, undo::done};
use crate::{
    App, Result, Viewer, WebError,
    access::form::Fields,
    inbox::{Known, flash, id as id_of, whose},
    layout::{Nav, Shell},
    segments::{definition, weighted_words},
};
use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::HeaderMap,
    response::{Html, IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use std::collections::BTreeMap;
use tertulia_analysis::tokens::fold;
use tertulia_engine::{
    feedback::{self as desk, STATES, THEMSELVES},
    segments,
};
use tertulia_model::{ChangeId, FeedbackId, Millis, Permission, PersonId};
use tertulia_store::{
    attributes,
    evidence::{self, Row},
    feedback::{self, Part},
    feedback_changes,
};

/// Rows of evidence on one page.
const PAGE: i64 = 50;
/// Changes to choose from, of each state, the most asked for first.
const CHOICES: i64 = 50;
const MOST_PARTS: i64 = 50;

/// Somebody who asks, as the page shows it.
struct Asker {
    id: i64,
    name: String,
    person_href: Option<String>,
    segment: Option<String>,
    asks: bool,
    /// What they said, and where.
    words: Option<String>,
    is_deleted: bool,
    channel: Option<(String, String)>,
    message_href: Option<String>,
    note: String,
    /// They gave it themselves, on the public roadmap.
    is_voice: bool,
    noted_by: String,
    at: Millis,
}

fn asker(known: &Known, segments: &BTreeMap<PersonId, String>, row: Row) -> Asker {
    let place = row.message_id.map(|message| match row.conversation_id {
        Some(conversation) => format!("/inbox/{conversation}?at={message}#message-{message}"),
        None => format!("/listen/thread/{message}#message-{message}"),
    });
    let channel = row.channel_id.map(|id| known.channel(id)).map(|channel| (channel.icon, channel.words));
    Asker {
        id: row.id,
        name: whose(row.person_name.as_deref()),
        person_href: row.person_id.map(|id| format!("/people/{id}")),
        segment: row.person_id.and_then(|id| segments.get(&id).cloned()),
        asks: row.asks,
        is_deleted: row.message_id.is_some() && row.state.as_deref() != Some("shown"),
        message_href: place.filter(|_| row.state.is_some()),
        words: row.snippet.filter(|words| !words.trim().is_empty()),
        channel,
        note: row.note,
        is_voice: row.given_by == THEMSELVES,
        noted_by: match row.given_by {
            THEMSELVES => "themselves, on the public roadmap".to_owned(),
            member => known.member(member),
        },
        at: row.asked_at,
    }
}

#[derive(Template)]
#[template(path = "feedback/item.html")]
struct ItemPage {
    shell: Shell,
    token: String,
    id: FeedbackId,
    href: String,
    title: String,
    asked: String,
    askers: String,
    /// As many as would ask if those who ask were made up as the customers are; what that means; each segment by itself.
    weighed: Option<String>,
    definition: String,
    by_segment: Vec<(String, u64)>,
    at: Millis,
    by: String,
    /// What is done about it: how it stands, why, what it is called, where it is.
    change: Option<(&'static str, String, String, String)>,
    /// To choose from: id and words; the first is none.
    choices: Vec<(String, String)>,
    chosen: String,
    people: Vec<Asker>,
    older: Option<String>,
    likely: Vec<Likely>,
    parts: Vec<Part>,
    may_work: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Shown {
    /// Where the page before ended: when they asked, and the number of the row.
    before: String,
}

pub(super) async fn page(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(shown): Query<Shown>,
) -> Result<Response> {
    let item = known(&app, &id).await?;
    if item.merged_into.is_some() {
        return Ok(Redirect::to(&href(item.root_id)).into_response());
    }
    let mut db = app.engine.db.reader();
    let known = Known::read(&app, &viewer, &headers).await?;
    let before = shown.before.split_once('_').and_then(|(at, id)| Some((at.parse().ok()?, id.parse().ok()?)));
    let mut rows = evidence::of_item(&mut db, item.id, before, PAGE + 1).await?;
    let last = cut(&mut rows, PAGE).map(|last| format!("{}_{}", last.asked_at, last.id));
    let change = match item.change_id {
        Some(change) => feedback_changes::get(&mut db, change).await?,
        None => None,
    };
    let title = title_words(&item.title);
    let mut shell = app.shell(&viewer, "feedback", title.clone(), Nav::Feedback).await?;
    shell.toast = flash::take(&app, &headers);
    let likely = desk::likely(&app.engine, &item.title, &item.asked, Some(item.id)).await?;
    let parts = feedback::parts(&mut db, item.id, MOST_PARTS).await?;
    let weighing = segments::weighing(&mut db).await?;
    let (weighed, counts) = segments::weigh(&mut db, &weighing, &[item.id]).await?.remove(&item.id).unwrap_or_default();
    let askers: Vec<PersonId> = rows.iter().filter_map(|row| row.person_id).collect();
    let holding = attributes::holding(&mut db, &askers).await?;
    let of: BTreeMap<PersonId, String> = holding
        .into_iter()
        .filter(|one| one.attribute == segments::ATTRIBUTE)
        .map(|one| (one.person_id, one.value))
        .collect();
    let named = |folded: &str| match weighing.shares.iter().find(|share| share.folded == folded) {
        Some(share) => share.value.clone(),
        None if folded.is_empty() => "not known".to_owned(),
        // Of nobody in a list: as it stands with somebody who asks.
        None => of.values().find(|value| fold(value) == folded).cloned().unwrap_or_else(|| folded.to_owned()),
    };
    let is_segment_known = counts.keys().any(|folded| !folded.is_empty());
    let page = ItemPage {
        weighed: weighted_words(weighed),
        by_segment: match is_segment_known {
            true => counts.iter().map(|(folded, many)| (named(folded), *many)).collect(),
            false => Vec::new(),
        },
        definition: definition(&weighing),
        token: shell.csrf.clone(),
        shell,
        id: item.id,
        href: href(item.id),
        askers: askers_words(item.askers),
        at: item.created_at,
        by: known.member(item.created_by),
        change: change.map(|c| (state_words(&c.state), c.reason, c.title, change_href(c.id))),
        choices: choices(&app, item.change_id).await?,
        chosen: item.change_id.map(|id| id.to_string()).unwrap_or_default(),
        people: rows.into_iter().map(|row| asker(&known, &of, row)).collect(),
        older: last.map(|last| format!("{}?before={last}", href(item.id))),
        likely: likely.into_iter().map(Likely::from).collect(),
        parts: parts.into_iter().map(|part| Part { title: title_words(&part.title), ..part }).collect(),
        may_work: viewer.user.role.may(Permission::Converse),
        title,
        asked: item.asked,
    };
    Ok(flash::said(&headers, Html(page.render()?).into_response()))
}

/// The changes that an item can be joined to; the one it belongs to is always among them.
async fn choices(app: &App, own: Option<ChangeId>) -> Result<Vec<(String, String)>> {
    let mut db = app.engine.db.reader();
    let mut choices = vec![(String::new(), "No change yet".to_owned())];
    for state in STATES {
        for change in feedback_changes::list(&mut db, state, None, CHOICES).await? {
            choices.push((change.id.to_string(), format!("{}: {}", state_words(state), change.title)));
        }
    }
    if let Some(own) = own
        && !choices.iter().any(|(id, _)| *id == own.to_string())
        && let Some(change) = feedback_changes::get(&mut db, own).await?
    {
        choices.push((own.to_string(), format!("{}: {}", state_words(&change.state), change.title)));
    }
    Ok(choices)
}

pub(super) async fn take_back(
    State(app): State<App>,
    viewer: Viewer,
    Path((id, evidence)): Path<(String, String)>,
) -> Result<Response> {
    let item = known(&app, &id).await?;
    let evidence: i64 = id_of(&evidence)?;
    let given = evidence::get(&mut app.engine.db.reader(), evidence).await?;
    given.filter(|given| given.item_id == item.root_id).ok_or_else(WebError::not_found)?;
    let undo = desk::take_back(&app.engine, evidence).await?;
    Ok(done(&app, &viewer, &href(item.root_id), "Taken back: it does not count any more.", Some(undo)))
}

#[derive(Deserialize)]
pub(super) struct Joined {
    /// A change, or none.
    change: String,
}

pub(super) async fn join(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    Fields(form): Fields<Joined>,
) -> Result<Response> {
    let item = known(&app, &id).await?;
    let to: Option<ChangeId> = if form.change.is_empty() { None } else { Some(id_of(&form.change)?) };
    let undo = desk::join(&app.engine, item.id, to).await?;
    let said = if to.is_some() { "It belongs to that change now." } else { "It belongs to no change now." };
    Ok(done(&app, &viewer, &href(item.root_id), said, Some(undo)))
}
