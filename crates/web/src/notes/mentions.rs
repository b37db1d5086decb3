//! The notes that name the reader, the newest first; what stands on a page that they opened they have seen.

use super::{NoteView, href, note_views};
use crate::{
    App, Result, Viewer,
    inbox::{Known, flash, whose},
    layout::{Nav, Shell, count_words},
    state::MOST_MENTIONED,
};
use askama::Template;
use axum::{
    extract::{Query, State},
    http::HeaderMap,
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;
use tertulia_engine::notes::{self as desk, About};
use tertulia_store::notes::{self, Mention};

const PAGE: i64 = 40;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    before: String,
}

#[derive(Template)]
#[template(path = "notes/mentions.html")]
struct MentionsPage {
    shell: Shell,
    notes: Vec<NoteView>,
    has_new: bool,
    older: Option<String>,
}

pub(super) async fn page(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Query(wanted): Query<Wanted>,
) -> Result<Response> {
    let mut db = app.engine.db.reader();
    let mut found = notes::mentions(&mut db, viewer.user.id, wanted.before.parse().ok(), PAGE + 1).await?;
    let has_more = found.len() as i64 > PAGE;
    found.truncate(PAGE.unsigned_abs() as usize);
    let older = found.last().filter(|_| has_more).map(|last| format!("/mentions?before={}", last.note.id));
    let known = Known::read(&app, &viewer, &headers).await?;
    let notes: Vec<NoteView> = found.iter().filter_map(|one| line(&known, one)).collect();
    let mut shell = app.shell(&viewer, "mentions", "Mentions of you", Nav::Mentions).await?;
    shell.toast = flash::take(&app, &headers);
    let has_new = shell.mentioned > 0;
    let page = MentionsPage { shell, notes, has_new, older };
    Ok(flash::said(&headers, Html(page.render()?).into_response()))
}

fn line(known: &Known, mention: &Mention) -> Option<NoteView> {
    let note = &mention.note;
    let about = match (note.conversation_id, note.person_id) {
        (Some(conversation), _) => About::Conversation(conversation),
        (None, person) => About::Person(person?),
    };
    let who = whose(mention.about_name.as_deref());
    let view = note_views(known, std::slice::from_ref(note)).pop()?;
    Some(NoteView {
        href: Some(href(about, note.id)),
        about: Some(match about {
            About::Conversation(_) => format!("In a conversation with {who}"),
            About::Person(_) => format!("Of {who}"),
        }),
        is_new: mention.seen_at.is_none(),
        may_change: false,
        may_remove: false,
        ..view
    })
}

/// The number beside "Mentions".
pub(super) async fn unseen(State(app): State<App>, viewer: Viewer) -> Result<Html<String>> {
    let count = notes::count_unseen(&mut app.engine.db.reader(), viewer.user.id, MOST_MENTIONED).await?;
    Ok(Html(badge(count.unsigned_abs())))
}

fn badge(count: u64) -> String {
    if count == 0 {
        return String::new();
    }
    format!("{}<span class=\"unseen\"> that you have not seen</span>", count_words(&count))
}

pub(super) async fn see_all(State(app): State<App>, viewer: Viewer) -> Result<Response> {
    desk::see_all(&app.engine, viewer.user.id).await?;
    Ok(flash::redirect(&app, "/mentions", "All of them are seen.", None))
}
