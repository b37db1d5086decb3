//! A note as it is shown, and the form for a new one.

use crate::inbox::Known;
use tertulia_engine::notes::{self as desk, MOST_CHARS, Piece};
use tertulia_model::Millis;
use tertulia_store::{notes::Note, users::Named};

pub(crate) struct NoteView {
    pub id: String,
    pub author: String,
    pub at: Millis,
    pub changed_at: Option<Millis>,
    /// The words, cut where they name a member.
    pub pieces: Vec<Piece>,
    pub may_change: bool,
    pub may_remove: bool,
    /// Where it stands, in lists.
    pub href: Option<String>,
    /// What it is about, in lists: "Amina Yusuf".
    pub about: Option<String>,
    /// In the list of those that name the reader: they have not seen it.
    pub is_new: bool,
}

/// What was typed into the form, and what is wrong with it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Typed {
    pub text: String,
    pub mistake: String,
}

/// The form for a note.
pub(crate) struct FormView {
    pub action: String,
    /// The names that can be mentioned, as JSON.
    pub names: String,
    pub most: usize,
    pub typed: Typed,
}

pub(crate) fn form(known: &Known, action: String, typed: Typed) -> FormView {
    let members = desk::can_be_named(known.members.values().cloned());
    let mut names: Vec<&str> = members
        .iter()
        .filter(|m| m.id != known.viewer)
        .map(|m| m.name.trim())
        .filter(|name| !name.is_empty())
        .collect();
    names.dedup();
    let names = serde_json::to_string(&names).unwrap_or_default();
    FormView { action, names, most: MOST_CHARS, typed }
}

/// Notes, in the order in which they are given.
pub(crate) fn note_views(known: &Known, notes: &[Note]) -> Vec<NoteView> {
    let members: Vec<Named> = known.members.values().cloned().collect();
    let view = |note: &Note| {
        let is_mine = note.written_by == known.viewer;
        let author = known.member(note.written_by);
        NoteView {
            id: note.id.to_string(),
            author: if is_mine { "You".to_owned() } else { author },
            at: note.written_at,
            changed_at: note.changed_at,
            pieces: desk::pieces(&note.text, &members),
            may_change: known.may_converse && is_mine,
            may_remove: known.may_converse && (is_mine || known.may_manage),
            href: None,
            about: None,
            is_new: false,
        }
    };
    notes.iter().map(view).collect()
}
