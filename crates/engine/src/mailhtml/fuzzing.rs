//! The body of the fuzz target for the HTML of mails.

use super::{Pictures, builder, sanitise};
use std::collections::HashSet;

/// Lets every picture in, so that all addresses are seen.
struct All;

impl Pictures for All {
    fn inline(&self, _: &str) -> Option<String> {
        Some("/attachments/1".to_owned())
    }

    fn remote(&self, _: &str) -> Option<String> {
        Some("/attachments/1".to_owned())
    }
}

/// Nothing that runs comes through, or leads anywhere else.
pub fn mail_html(bytes: &[u8]) {
    let html = String::from_utf8_lossy(bytes);
    let safe = sanitise(&html, &All).html;
    if let Err(why) = is_harmless(&safe) {
        panic!("{why} in {safe}");
    }
}

/// Whatever is thrown together, what is left names known elements only, runs nothing and leads to known places.
pub(super) fn is_harmless(html: &str) -> Result<(), String> {
    let known = builder(|_| None, HashSet::new()).clone_tags();
    for tag in html.split('<').skip(1).filter(|rest| !rest.starts_with('/')) {
        let mut parts = tag.split('"');
        let mut name = parts.next().unwrap_or_default();
        if !known.contains(name.split([' ', '>']).next().unwrap_or_default()) {
            return Err(format!("an element: <{tag}"));
        }
        while !name.contains('>') {
            let value = parts.next().unwrap_or_default();
            let attribute = name.rsplit(' ').next().unwrap_or_default().trim_end_matches('=');
            let leads_out = match attribute {
                "href" => !["http://", "https://", "mailto:", "tel:"].iter().any(|begin| value.starts_with(begin)),
                "src" => value != "/attachments/1",
                other => other.starts_with("on") || ["style", "srcdoc", "action", "background"].contains(&other),
            };
            if leads_out {
                return Err(format!("{attribute}={value}"));
            }
            name = parts.next().unwrap_or(">");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_corpus_of_mails_html_is_made_safe() {
        tertulia_testkit::replay("mail_html", super::mail_html);
    }
}
