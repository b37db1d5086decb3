//! Notes: what the team writes for itself, in a conversation or of a person, and who is named there.

mod acts;
mod change;
mod mentions;
mod view;

pub(crate) use acts::{came_again, done};
pub(crate) use view::{FormView, NoteView, Typed, form, note_views};

use crate::{
    Result, people,
    routes::{Rule, Table},
};
use axum::routing::{get, post};
use tertulia_engine::notes::About;
use tertulia_model::Permission::{Converse, Read};

pub(crate) fn routes(table: &mut Table) {
    let (read, converse) = (Rule::Member(Read), Rule::Member(Converse));
    table.get("/mentions", read, get(mentions::page));
    table.asked("/mentions/unseen", read, get(mentions::unseen));
    // Whoever may read can be named, and has read it.
    table.post("/mentions/seen", read, post(mentions::see_all));
    table.get("/notes/{id}", read, get(change::place));
    table.get("/notes/{id}/change", converse, get(change::ask));
    table.post("/notes/{id}/change", converse, post(change::save));
    table.post("/notes/{id}/remove", converse, post(acts::remove));
    table.asked("/people/{id}/notes", read, get(people::notes_now));
    table.post("/people/{id}/notes", converse, post(acts::add_of_person));
}

/// The page of what notes are about.
pub(crate) fn page_of(about: About) -> String {
    match about {
        About::Conversation(id) => format!("/inbox/{id}"),
        About::Person(id) => format!("/people/{id}"),
    }
}

/// Where a note stands, on the part of that page that holds it.
pub(crate) fn href(about: About, note: i64) -> String {
    let part = match about {
        About::Conversation(_) => format!("note={note}"),
        // A page of these notes begins below an id.
        About::Person(_) => format!("notes={}", note.saturating_add(1)),
    };
    format!("{}?{part}#note-{note}", page_of(about))
}

fn id(text: &str) -> Result<i64> {
    crate::inbox::id(text)
}
