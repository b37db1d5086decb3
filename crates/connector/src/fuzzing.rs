//! The bodies of the fuzz targets for what is read here: whatever the bytes are, none of these panics.

use crate::html::{html_to_text, shown_in, tokens};

/// HTML of mails, posts and pages: cut into tags, and read as text.
pub fn html(bytes: &[u8]) {
    let html = String::from_utf8_lossy(bytes);
    assert!(tokens(&html).count() <= html.len() + 1, "more tags than characters");
    let (shown, text) = (shown_in(&html), html_to_text(&html));
    assert!(!shown.image || html.to_ascii_lowercase().contains("<img"), "a picture that stands nowhere");
    assert!(text.len() <= 16 * html.len() + 64, "a text grows out of its bounds");
}

#[cfg(test)]
mod tests {
    use tertulia_testkit::replay;

    #[test]
    fn the_corpus_of_html_is_read() {
        replay("html", super::html);
    }
}
