//! One person: how they are reached, and all they said, whichever channel it came by.

use super::{
    consent::{self, ConsentView},
    knowing::{self, KnowingView},
    same::{self, PartView},
    suggested::{self, SuggestedView},
};
use crate::{
    App, Result, Viewer, WebError,
    components::{HeardView, PromiseView},
    inbox::{IdentityView, Known, Show, flash, id, identity_views, place_in_list, place_words, row_view, whose},
    layout::{Nav, Shell},
    listen::{languages, message_href},
    messages::split_words,
    promises::lines,
};
use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::HeaderMap,
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;
use tertulia_model::{Millis, Permission, PersonId};
use tertulia_store::{
    listing::{self, InboxFilter},
    messages::flags,
    people,
    promises::{self, Listed},
    reading::{self, Message},
};

const PAGE: i64 = 30;
const MOST_CONVERSATIONS: i64 = 20;
const MOST_PROMISES: i64 = 20;
/// How much of a message stands in the timeline.
const MOST_WORDS: usize = 600;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Part {
    before: String,
    /// The conversation that the page before ended with.
    below: String,
}

#[derive(Template)]
#[template(path = "people/person.html")]
struct PersonPage {
    shell: Shell,
    name: String,
    identities: Vec<IdentityView>,
    first_heard: Option<Millis>,
    conversations: Vec<crate::components::RowView>,
    older_conversations: Option<String>,
    timeline: Vec<HeardView>,
    older: Option<String>,
    id: PersonId,
    consent: ConsentView,
    promises: Vec<PromiseView>,
    knowing: KnowingView,
    parts: Vec<PartView>,
    suggested: Vec<SuggestedView>,
    may_note: bool,
}

pub(crate) async fn page(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(person): Path<String>,
    Query(part): Query<Part>,
) -> Result<Response> {
    let person: PersonId = id(&person)?;
    let mut db = app.engine.db.reader();
    let found = people::get(&mut db, person).await?.ok_or_else(WebError::not_found)?;
    if let Some(there) = same::moved_to(&app, person).await? {
        return Ok(there);
    }
    let known = Known::read(&app, &viewer, &headers).await?;
    let name = whose(Some(&found.name));
    let filter = InboxFilter { person: Some(person), ..InboxFilter::default() };
    let below = place_in_list(&part.below);
    let mut conversations = listing::inbox(&mut db, known.viewer, filter, below, MOST_CONVERSATIONS + 1).await?;
    let more_conversations = conversations.len() as i64 > MOST_CONVERSATIONS;
    conversations.truncate(MOST_CONVERSATIONS.unsigned_abs() as usize);
    let last = conversations.last().filter(|_| more_conversations).map(place_words);
    let conversations = conversations.iter().map(|row| {
        let mut view = row_view(row, &known, &Show::default(), None);
        view.state.get_or_insert_with(|| row.state.clone());
        view
    });
    let mut said = reading::person(&mut db, person, part.before.parse().ok(), PAGE + 1).await?;
    let has_more = said.len() as i64 > PAGE;
    said.truncate(PAGE.unsigned_abs() as usize);
    let older = said.last().filter(|_| has_more).map(|last| format!("/people/{person}?before={}", last.place));
    let identities = people::identities(&mut db, person).await?;
    let mut shell = app.shell(&viewer, "person", name.clone(), Nav::People).await?;
    shell.toast = flash::take(&app, &headers);
    let page = PersonPage {
        shell,
        id: person,
        parts: same::parts(&app, person).await?,
        suggested: suggested::of_person(&app, person).await?,
        knowing: knowing::view(&app, person).await?,
        consent: consent::view(&app, person, &identities).await?,
        promises: promised(&app, &known, person).await?,
        may_note: viewer.user.role.may(Permission::Converse),
        identities: identity_views(&app, &identities),
        first_heard: reading::first_heard(&mut db, person).await?,
        conversations: conversations.collect(),
        older_conversations: last.map(|last| format!("/people/{person}?below={last}")),
        timeline: said.iter().map(|message| heard(&known, message, &name)).collect(),
        name,
        older,
    };
    Ok(flash::said(&headers, Html(page.render()?).into_response()))
}

/// What we promised them, newest first.
async fn promised(app: &App, known: &Known, person: PersonId) -> Result<Vec<PromiseView>> {
    let found = promises::of_person(&mut app.engine.db.reader(), person, MOST_PROMISES).await?;
    let listed = found.into_iter().map(|promise| Listed { promise, person_id: None, person_name: None });
    lines(app, known, listed.collect(), &format!("person-{person}")).await
}

fn heard(known: &Known, message: &Message, name: &str) -> HeardView {
    let channel = known.channel(message.channel_id);
    let (own, stripped) = split_words(message);
    let words = match (message.state.as_str(), own.is_empty()) {
        ("deleted", _) => "This message was deleted where it was written.".to_owned(),
        (_, true) => stripped,
        (_, false) => own,
    };
    let mut short: String = words.chars().take(MOST_WORDS).collect();
    if short.len() < words.len() {
        short.push('…');
    }
    HeardView {
        id: message.id.to_string(),
        href: message_href(message),
        name: name.to_owned(),
        person_href: None,
        channel_icon: channel.icon,
        channel: channel.words,
        at: message.at,
        subject: message.subject.clone().filter(|subject| !subject.trim().is_empty()),
        words: vec![(short, false)],
        language: languages::label(&message.language).filter(|_| message.language != "en"),
        has_attachments: message.flags & flags::ATTACHMENT != 0,
    }
}
