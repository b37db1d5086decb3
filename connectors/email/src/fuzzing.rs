//! The bodies of the fuzz targets for what is read here: whatever the bytes are, none of these panics.

use crate::{Folder, cursor, mime, parse, parse_mail};
use tertulia_connector::conformance::sound;

/// A mail as a server gives it.
pub fn mail(bytes: &[u8]) {
    let ours = ["desk@roastery.example".to_owned()];
    for folder in [Folder::Inbox, Folder::Sent, Folder::Archive] {
        if let Ok(event) = parse_mail(bytes, &ours, folder) {
            sound("a mail", &[event]);
        }
    }
    mime::decode_words(bytes);
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(1_000)]);
    parse::clean_id(&text);
    cursor::internal_date(&text);
}

/// A position as it was kept.
pub fn position(bytes: &[u8]) {
    let Ok(kept) = serde_json::from_slice(bytes) else { return };
    if let Ok(Some(read)) = cursor::Cursor::read(Some(kept)) {
        let again = cursor::Cursor::read(Some(read.write()));
        assert!(again.is_ok_and(|again| again.as_ref() == Some(&read)), "a position is kept as another one");
    }
}

#[cfg(test)]
mod tests {
    use tertulia_testkit::replay;

    #[test]
    fn the_corpus_of_mails_is_read() {
        replay("mail", super::mail);
    }

    #[test]
    fn the_corpus_of_positions_is_read() {
        replay("position", super::position);
    }
}
