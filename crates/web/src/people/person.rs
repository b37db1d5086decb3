//! One person: how they are reached, and all that was said with them, whichever channel it came by.

use super::{
    attributes::{self, Again, KnownView},
    consent::{self, ConsentView},
    knowing::{self, KnowingView},
    same::{self, PartView},
    suggested::{self, SuggestedView},
};
use crate::{
    App, Result, Viewer, WebError,
    components::{HeardView, PromiseView},
    feedback::{self, title_words},
    inbox::{IdentityView, Known, Show, flash, id, identity_views, place_in_list, place_words, row_view, whose},
    layout::{Nav, Shell},
    listen::{languages, message_href},
    messages::{author, delivery_view, split_words},
    notes::{FormView, NoteView, Typed, form, note_views},
    promises::lines,
};
use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;
use tertulia_engine::notes as desk;
use tertulia_model::{Millis, Permission, PersonId};
use tertulia_store::{
    deliveries, evidence,
    listing::{self, InboxFilter},
    messages::flags,
    notes::{self, Note},
    people,
    promises::{self, Listed},
    reading::{self, Message},
};

const PAGE: i64 = 30;
const MOST_CONVERSATIONS: i64 = 20;
const MOST_PROMISES: i64 = 20;
const MOST_NOTES: i64 = 20;
const MOST_ASKED: i64 = 20;
/// How much of a message stands in the timeline.
const MOST_WORDS: usize = 600;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Part {
    before: String,
    /// The conversation that the page before ended with.
    below: String,
    /// The note that the page before ended with.
    notes: String,
}

/// What they asked for, and what became of it.
struct AskedFor {
    title: String,
    href: String,
    asks: bool,
    at: Millis,
    change: Option<String>,
    became: &'static str,
    /// Whether they know, and where that stands.
    told: Option<(&'static str, String)>,
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
    known: KnownView,
    promises: Vec<PromiseView>,
    knowing: KnowingView,
    parts: Vec<PartView>,
    suggested: Vec<SuggestedView>,
    may_note: bool,
    notes: Vec<NoteView>,
    older_notes: Option<String>,
    /// Below which id these begin; empty where they are the newest.
    part_of_notes: String,
    note_form: Option<FormView>,
    asked: Vec<AskedFor>,
    asked_more: bool,
}

pub(crate) async fn page(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(person): Path<String>,
    Query(part): Query<Part>,
) -> Result<Response> {
    let person: PersonId = id(&person)?;
    let (page, _) = draw(&app, &viewer, &headers, (person, part), Refused::default()).await?;
    Ok(flash::said(&headers, page))
}

/// The page once more, with a note that could not be added.
pub(crate) async fn draw_again(
    app: &App,
    viewer: &Viewer,
    headers: &HeaderMap,
    person: PersonId,
    typed: Typed,
) -> Result<Response> {
    draw_refused(app, viewer, headers, person, Refused { note: typed, ..Refused::default() }).await
}

/// The page once more, with a value that could not be put down.
pub(super) async fn draw_value_again(
    app: &App,
    viewer: &Viewer,
    headers: &HeaderMap,
    person: PersonId,
    value: Again,
) -> Result<Response> {
    draw_refused(app, viewer, headers, person, Refused { value, ..Refused::default() }).await
}

/// What was typed and could not be taken.
#[derive(Default)]
struct Refused {
    note: Typed,
    value: Again,
}

async fn draw_refused(
    app: &App,
    viewer: &Viewer,
    headers: &HeaderMap,
    person: PersonId,
    refused: Refused,
) -> Result<Response> {
    let (page, is_moved) = draw(app, viewer, headers, (person, Part::default()), refused).await?;
    Ok(if is_moved { page } else { (StatusCode::UNPROCESSABLE_ENTITY, page).into_response() })
}

/// The page, or the way to whom they are part of.
async fn draw(
    app: &App,
    viewer: &Viewer,
    headers: &HeaderMap,
    (person, part): (PersonId, Part),
    refused: Refused,
) -> Result<(Response, bool)> {
    let mut db = app.engine.db.reader();
    let found = people::get(&mut db, person).await?.ok_or_else(WebError::not_found)?;
    if let Some(there) = same::moved_to(app, person).await? {
        return Ok((there, true));
    }
    let (notes, older_notes) = notes_of(app, person, &part).await?;
    let shown: Vec<i64> = notes.iter().map(|note| note.id).collect();
    desk::see(&app.engine, viewer.user.id, &shown).await?;
    let known = Known::read(app, viewer, headers).await?;
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
    let mut said = reading::timeline(&mut db, person, part.before.parse().ok(), PAGE + 1).await?;
    let has_more = said.len() as i64 > PAGE;
    said.truncate(PAGE.unsigned_abs() as usize);
    let older = said.last().filter(|_| has_more).map(|last| format!("/people/{person}?before={}", last.place));
    let identities = people::identities(&mut db, person).await?;
    let (asked, asked_more) = asked_for(app, person).await?;
    let mut shell = app.shell(viewer, "person", name.clone(), Nav::People).await?;
    shell.toast = flash::take(app, headers);
    let may_note = viewer.user.role.may(Permission::Converse);
    let page = PersonPage {
        shell,
        id: person,
        parts: same::parts(app, person).await?,
        suggested: suggested::of_person(app, person).await?,
        knowing: knowing::view(app, person).await?,
        consent: consent::view(app, person, &identities).await?,
        known: attributes::view(app, person, refused.value).await?,
        promises: promised(app, &known, person).await?,
        note_form: may_note.then(|| form(&known, format!("/people/{person}/notes"), refused.note)),
        may_note,
        notes: note_views(&known, &notes),
        part_of_notes: part.notes.parse::<i64>().map(|below| below.to_string()).unwrap_or_default(),
        older_notes,
        asked,
        asked_more,
        identities: identity_views(app, &identities),
        first_heard: reading::first_heard(&mut db, person).await?,
        conversations: conversations.collect(),
        older_conversations: last.map(|last| format!("/people/{person}?below={last}")),
        timeline: timeline(app, &known, &said, &name).await?,
        name,
        older,
    };
    Ok((Html(page.render()?).into_response(), false))
}

#[derive(Template)]
#[template(path = "people/note_list.html")]
struct NoteList {
    notes: Vec<NoteView>,
    token: String,
}

/// The notes of a page that is open, as they are now: who fetches them looks at them.
pub(crate) async fn notes_now(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(person): Path<String>,
    Query(part): Query<Part>,
) -> Result<Html<String>> {
    let person: PersonId = id(&person)?;
    people::get(&mut app.engine.db.reader(), person).await?.ok_or_else(WebError::not_found)?;
    let (found, _) = notes_of(&app, person, &part).await?;
    let shown: Vec<i64> = found.iter().map(|note| note.id).collect();
    desk::see(&app.engine, viewer.user.id, &shown).await?;
    let known = Known::read(&app, &viewer, &headers).await?;
    Ok(Html(NoteList { notes: note_views(&known, &found), token: viewer.csrf }.render()?))
}

/// A page of notes, and where the next one is.
async fn notes_of(app: &App, person: PersonId, part: &Part) -> Result<(Vec<Note>, Option<String>)> {
    let mut db = app.engine.db.reader();
    let mut found = notes::of_person(&mut db, person, part.notes.parse().ok(), MOST_NOTES + 1).await?;
    let has_more = found.len() as i64 > MOST_NOTES;
    found.truncate(MOST_NOTES.unsigned_abs() as usize);
    let older = found.last().filter(|_| has_more).map(|last| format!("/people/{person}?notes={}#h-notes", last.id));
    Ok((found, older))
}

/// What they asked for or spoke of, the latest, and whether there is more.
async fn asked_for(app: &App, person: PersonId) -> Result<(Vec<AskedFor>, bool)> {
    let mut found = evidence::items_of_person(&mut app.engine.db.reader(), person, true, MOST_ASKED + 1).await?;
    let has_more = found.len() as i64 > MOST_ASKED;
    found.truncate(MOST_ASKED.unsigned_abs() as usize);
    let told = feedback::told(app, person).await?;
    let view = |place: evidence::Place| AskedFor {
        told: place.change_id.and_then(|change| told.get(&change).cloned()),
        title: title_words(&place.title),
        href: format!("/feedback/{}", place.item_id),
        asks: place.asks,
        at: place.asked_at,
        change: place.change,
        became: match place.state.as_deref() {
            None => "Nothing is done about it yet.",
            Some("planned") => "planned",
            Some("done") => "done",
            Some("declined") => "declined",
            Some(_) => "considered",
        },
    };
    Ok((found.into_iter().map(view).collect(), has_more))
}

/// What we promised them, newest first.
async fn promised(app: &App, known: &Known, person: PersonId) -> Result<Vec<PromiseView>> {
    let found = promises::of_person(&mut app.engine.db.reader(), person, MOST_PROMISES).await?;
    let listed = found.into_iter().map(|promise| Listed { promise, person_id: None, person_name: None });
    lines(app, known, listed.collect(), &format!("person-{person}")).await
}

/// What they said and what we said, each of ours with how far it has come.
async fn timeline(app: &App, known: &Known, said: &[Message], name: &str) -> Result<Vec<HeardView>> {
    let mut db = app.engine.db.reader();
    let mut views = Vec::new();
    for message in said {
        let mut view = heard(known, message, name);
        if message.direction == "ours" {
            let delivery = deliveries::of_message(&mut db, message.id).await?;
            let delivery = delivery.map(|delivery| delivery_view(known, &delivery, app.engine.now()));
            view = HeardView { ours: true, name: author(known, message), language: None, delivery, ..view };
        }
        views.push(view);
    }
    Ok(views)
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
        ..HeardView::default()
    }
}
