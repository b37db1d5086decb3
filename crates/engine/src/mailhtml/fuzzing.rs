//! The body of the fuzz target for the HTML of mails.

use super::{Pictures, sanitise};

/// Lets every picture in, so that all addresses are seen.
struct All;

impl Pictures for All {
    fn inline(&self, _: &str) -> Option<String> {
        Some("/pictures/1".to_owned())
    }

    fn remote(&self, _: &str) -> Option<String> {
        Some("/pictures/2".to_owned())
    }
}

/// Nothing that runs comes through, and what is safe stays as it is when it is made safe again.
pub fn mail_html(bytes: &[u8]) {
    let html = String::from_utf8_lossy(bytes);
    let safe = sanitise(&html, &All).html;
    for hostile in ["<script", "<iframe", "<form", "<base", "<meta", "<svg", "<math", "<object", "<embed"] {
        assert!(!safe.contains(hostile), "{hostile} in {safe}");
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_corpus_of_mails_html_is_made_safe() {
        tertulia_testkit::replay("mail_html", super::mail_html);
    }
}
