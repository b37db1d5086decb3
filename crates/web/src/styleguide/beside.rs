//! What stands beside a sample's conversation: an article that was put in, notes, the person's story.

use super::samples::{HOUR, NOW};
use crate::components::ArticleView;
use crate::notes::NoteView;

pub fn article(asks: bool) -> ArticleView {
    ArticleView {
        id: "1".to_owned(),
        title: "El descafeinado: cuándo vuelve".to_owned(),
        href: "#article".to_owned(),
        standing: None,
        asks,
        may: true,
    }
}

/// One of one's own, and one in the list of those that name the reader.
pub fn notes() -> Vec<NoteView> {
    let note = |id: &str, author: &str, pieces: &[(&str, bool)]| NoteView {
        id: id.to_owned(),
        author: author.to_owned(),
        at: NOW - 3 * HOUR,
        changed_at: None,
        pieces: pieces.iter().map(|(words, is_name)| ((*words).to_owned(), *is_name)).collect(),
        may_change: true,
        may_remove: true,
        href: None,
        about: None,
        is_new: false,
    };
    vec![
        NoteView {
            changed_at: Some(NOW - HOUR),
            ..note(
                "1",
                "You",
                &[("She pays in cash.\n", false), ("@نور الهدى", true), (", please keep half a kilo.", false)],
            )
        },
        NoteView {
            may_change: false,
            may_remove: false,
            href: Some("#note-2".to_owned()),
            about: Some("In a conversation with María José de la Fuente".to_owned()),
            is_new: true,
            ..note("2", "Jo Abrahams", &[("@Priya", true), (" could you call her?", false)])
        },
    ]
}

pub fn story() -> Vec<Vec<(String, Option<String>)>> {
    let plain = |words: &str| (words.to_owned(), None);
    let linked = |words: &str| (words.to_owned(), Some("#there".to_owned()));
    vec![
        vec![linked("María José de la Fuente"), plain(", heard since 3 Mar by E-mail and Web chat. They came back.")],
        vec![plain("Also, on 12 Oct: "), linked("“¿Tenéis tienda los domingos?”"), plain(" (just listened).")],
        vec![plain("You promised "), linked("“Te guardo medio kilo.”"), plain(" by 26 Nov. Kept so far: 2.")],
    ]
}
