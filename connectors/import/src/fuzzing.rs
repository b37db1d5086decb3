//! The bodies of the fuzz targets for what is read here: whatever the bytes are, none of these panics.

use crate::{Delimiter, Format, Import, Mapping, guess_mapping, open, preview, sample, sniff};
use std::io::Cursor;
use tertulia_connector::conformance::understood;

/// More items of one file find nothing more.
const MOST_ITEMS: usize = 200;

/// A file, as one of these formats: what it is by its first bytes, its columns, each of its items. Reading comes to an
/// end, offsets grow, and reading on from any place gives what follows it.
fn file(format: Format, bytes: &[u8]) {
    sniff(bytes, "archive");
    let seen = sample(format, bytes, usize::MAX);
    let mapping = if format.needs_mapping() { guess_mapping(&seen.columns, &seen.rows) } else { Mapping::default() };
    preview(format, &mapping, Cursor::new(bytes.to_vec()), 5);
    let Ok(mut reader) = open(format, &mapping, Cursor::new(bytes.to_vec()), 0) else { return };
    let (hint, import) = (reader.hint(), Import::default());
    let mut last = 0;
    for _ in 0..MOST_ITEMS {
        let Some(step) = reader.next_item() else { break };
        if reader.failed() {
            assert!(reader.next_item().is_none(), "it goes on after its end");
            return;
        }
        let next = match step {
            Ok(item) => {
                let range =
                    || bytes.get(usize::try_from(item.offset).ok()?..usize::try_from(item.offset + item.length).ok()?);
                let own = item.content.as_deref().or_else(range);
                let own = own.unwrap_or_else(|| panic!("an item outside of its file: {item:?}"));
                understood(&import, "archive", hint.as_ref().clone(), own);
                assert!(item.offset >= last, "offsets do not grow");
                item.next_offset
            }
            Err(trouble) => {
                assert!(!trouble.reason.is_empty() && trouble.offset >= last, "{trouble:?}");
                trouble.next_offset
            }
        };
        assert!(next > last, "it does not move on from {last}");
        last = next;
    }
}

pub fn mbox(bytes: &[u8]) {
    file(Format::Mbox, bytes);
}

/// Tables of every kind, and JSON lines: the first byte says which.
pub fn rows(bytes: &[u8]) {
    const FORMATS: [Format; 6] = [
        Format::Csv(Delimiter::Comma),
        Format::Csv(Delimiter::Semicolon),
        Format::Csv(Delimiter::Tab),
        Format::Csv(Delimiter::Pipe),
        Format::Jsonl,
        Format::Twcs,
    ];
    let Some((first, rest)) = bytes.split_first() else { return };
    file(FORMATS[usize::from(*first) % FORMATS.len()], rest);
}

pub fn outbox(bytes: &[u8]) {
    file(Format::Mastodon, bytes);
}

pub fn discourse(bytes: &[u8]) {
    file(Format::Discourse, bytes);
}

pub fn wordpress(bytes: &[u8]) {
    file(Format::WordPress, bytes);
}

pub fn repository(bytes: &[u8]) {
    file(Format::Bluesky, bytes);
}

pub fn slack(bytes: &[u8]) {
    file(Format::Slack, bytes);
}

#[cfg(test)]
mod tests {
    use tertulia_testkit::replay;

    #[test]
    fn the_corpus_of_mailboxes_is_read() {
        replay("mbox", super::mbox);
    }

    #[test]
    fn the_corpus_of_rows_is_read() {
        replay("rows", super::rows);
    }

    #[test]
    fn the_corpus_of_outboxes_is_read() {
        replay("outbox", super::outbox);
    }

    #[test]
    fn the_corpus_of_forums_is_read() {
        replay("discourse", super::discourse);
    }

    #[test]
    fn the_corpus_of_sites_is_read() {
        replay("wordpress", super::wordpress);
    }

    #[test]
    fn the_corpus_of_repositories_is_read() {
        replay("repository", super::repository);
    }

    #[test]
    fn the_corpus_of_workspaces_is_read() {
        replay("slack", super::slack);
    }
}
