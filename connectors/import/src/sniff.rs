//! Tells what a file is by how it begins.

use crate::{
    bluesky, discourse,
    format::{Delimiter, Encoding, Format},
    mastodon, mbox,
    packed::tar_entry,
    rows, slack, text, wordpress,
};
use std::io::Read;

/// What a file seems to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sniffed {
    Readable(Format),
    /// To be unpacked first.
    Packed(Packing),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    Gz,
    Xz,
    Zst,
    Bz2,
    Zip,
}

impl Packing {
    /// What somebody types to unpack it by hand.
    pub fn how_to_unpack(self) -> &'static str {
        match self {
            Self::Gz => "gunzip --keep FILE",
            Self::Xz => "xz --decompress --keep FILE",
            Self::Zst => "zstd --decompress FILE",
            Self::Bz2 => "bunzip2 --keep FILE",
            Self::Zip => "unzip FILE",
        }
    }
}

/// What the file called `name` is, by its first bytes (64 kB are plenty). `None` where it is nothing we read.
pub fn sniff(first: &[u8], name: &str) -> Option<Sniffed> {
    if let Some(packing) = packing(first) {
        return Some(export_in(first, packing).map_or(Sniffed::Packed(packing), Sniffed::Readable));
    }
    if bluesky::begins_a_car(first) {
        return Some(Sniffed::Readable(Format::Bluesky));
    }
    let (encoding, mark) = Encoding::of(first);
    let body = &first[usize::try_from(mark).unwrap_or(0)..first.len().min(MOST_LOOKED_AT)];
    if encoding == Encoding::Utf8 && mbox::begins_a_mailbox(body) {
        return Some(Sniffed::Readable(Format::Mbox));
    }
    let (decoded, _) = text::decode(body, encoding);
    let start = decoded.trim_start();
    if start.contains('\0') || start.is_empty() {
        return None;
    }
    let exports: [(Begins, Format); 3] = [
        (wordpress::begins_an_export, Format::WordPress),
        (mastodon::begins_an_outbox, Format::Mastodon),
        (discourse::begins_posts, Format::Discourse),
    ];
    if let Some((_, format)) = exports.into_iter().find(|(begins, _)| begins(start)) {
        return Some(Sniffed::Readable(format));
    }
    if looks_like_json_lines(start) {
        return Some(Sniffed::Readable(Format::Jsonl));
    }
    table(start, &name.to_lowercase()).map(Sniffed::Readable)
}

type Begins = fn(&str) -> bool;

/// More of a file tells no more; an even number, for UTF-16.
const MOST_LOOKED_AT: usize = 1 << 16;

fn packing(first: &[u8]) -> Option<Packing> {
    match first {
        [0x1f, 0x8b, ..] => Some(Packing::Gz),
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Packing::Xz),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Packing::Zst),
        [b'B', b'Z', b'h', b'1'..=b'9', b'1', b'A', b'Y', ..] => Some(Packing::Bz2),
        [b'P', b'K', 3, 4, ..] => Some(Packing::Zip),
        _ => None,
    }
}

/// The export of a platform that a packed file is, by the names of the first files in it.
fn export_in(first: &[u8], packing: Packing) -> Option<Format> {
    let names = match packing {
        Packing::Zip => names_in_zip(first),
        Packing::Gz => names_in_tar(first),
        _ => return None,
    };
    if names.iter().any(|name| mastodon::is_in_an_export(name)) {
        return Some(Format::Mastodon);
    }
    (packing == Packing::Zip && names.iter().any(|name| slack::is_in_an_export(name))).then_some(Format::Slack)
}

/// A zip's list of its files stands at its end; the name of each also stands before it.
fn names_in_zip(first: &[u8]) -> Vec<String> {
    let name = |at: usize| {
        let header = first.get(at..at + 30)?;
        let length = usize::from(u16::from_le_bytes([header[26], header[27]]));
        Some(String::from_utf8_lossy(first.get(at + 30..at + 30 + length)?).into_owned())
    };
    memchr::memmem::find_iter(first, b"PK\x03\x04").filter_map(name).collect()
}

/// How much is unpacked to see what is in it.
const MOST_UNPACKED: u64 = 4 << 20;

fn names_in_tar(first: &[u8]) -> Vec<String> {
    let mut bytes = Vec::new();
    // It is cut off: what could be unpacked counts.
    let _ = flate2::read::GzDecoder::new(first).take(MOST_UNPACKED).read_to_end(&mut bytes);
    let headers = bytes.chunks_exact(512).filter_map(tar_entry);
    headers.map(|entry| entry.name).collect()
}

/// The first line is a whole object, or an object that the sample cuts off.
fn looks_like_json_lines(start: &str) -> bool {
    let (line, whole) = start.split_once('\n').map_or((start, false), |(line, _)| (line, true));
    if !line.starts_with('{') {
        return false;
    }
    match serde_json::from_str::<serde_json::Value>(line) {
        Ok(value) => value.is_object(),
        Err(error) => !whole && error.is_eof(),
    }
}

/// How many rows are looked at to find what stands between the fields.
const ROWS_LOOKED_AT: usize = 20;

fn table(start: &str, name: &str) -> Option<Format> {
    let best = Delimiter::ALL
        .into_iter()
        .map(|delimiter| (likelihood(start, delimiter), delimiter))
        .max_by(|a, b| a.0.total_cmp(&b.0).then((b.1 as u8).cmp(&(a.1 as u8))))?;
    let by_name = [(".csv", Delimiter::Comma), (".tsv", Delimiter::Tab), (".tab", Delimiter::Tab)];
    let delimiter = match best {
        (likelihood, delimiter) if likelihood > 0.0 => delimiter,
        _ => by_name.into_iter().find(|(ending, _)| name.ends_with(ending))?.1,
    };
    let header = rows::fields(first_row(start, delimiter)?, delimiter);
    let has = |column: &str| header.iter().any(|name| name.trim() == column);
    if delimiter == Delimiter::Comma && has("tweet_id") && has("author_id") && has("in_response_to_tweet_id") {
        return Some(Format::Twcs);
    }
    Some(Format::Csv(delimiter))
}

fn first_row(start: &str, delimiter: Delimiter) -> Option<&str> {
    rows::rows(start.as_bytes(), delimiter).next().and_then(|row| std::str::from_utf8(row).ok())
}

/// The share of rows that have as many fields as the first, and a little for each field; 0 where the first row has
/// one field only, or the rows disagree more than they agree.
fn likelihood(start: &str, delimiter: Delimiter) -> f64 {
    let text = |row| std::str::from_utf8(row).unwrap_or_default();
    let rows = rows::rows(start.as_bytes(), delimiter).take(ROWS_LOOKED_AT);
    let counts: Vec<usize> = rows.map(|row| rows::fields(text(row), delimiter).len()).collect();
    // The last row may be cut off by the end of the sample.
    let counts = if counts.len() > 2 { &counts[..counts.len() - 1] } else { &counts[..] };
    match counts.first() {
        Some(&wide) if wide > 1 => {
            let agree = counts.iter().filter(|&&count| count == wide).count() as f64 / counts.len() as f64;
            if agree > 0.5 { agree + wide as f64 / 1000.0 } else { 0.0 }
        }
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn readable(text: &str) -> Option<Format> {
        match sniff(text.as_bytes(), "file") {
            Some(Sniffed::Readable(format)) => Some(format),
            _ => None,
        }
    }

    #[test]
    fn each_kind_of_file_is_known_by_how_it_begins() {
        assert_eq!(
            readable("From ada@example.org Mon Jan  3 12:00:00 2005\nFrom: ada@example.org\n\nHi\n"),
            Some(Format::Mbox)
        );
        assert_eq!(readable("{\"id\":1}\n{\"id\":2}\n"), Some(Format::Jsonl));
        assert_eq!(readable("{\"id\":1,\"text\":\"cut o"), Some(Format::Jsonl));
        assert_eq!(readable("id,text\n1,\"a;b;c\"\n"), Some(Format::Csv(Delimiter::Comma)));
        assert_eq!(readable("id;text\n1;a, b, c\n2;d, e\n"), Some(Format::Csv(Delimiter::Semicolon)));
        assert_eq!(readable("id\ttext\n1\ta\n"), Some(Format::Csv(Delimiter::Tab)));
        assert_eq!(readable("id|text\n1|a\n"), Some(Format::Csv(Delimiter::Pipe)));
        let twcs = ",tweet_id,author_id,inbound,created_at,text,response_tweet_id,in_response_to_tweet_id\n";
        assert_eq!(readable(twcs), Some(Format::Twcs));
    }

    #[test]
    fn packed_files_are_named_so_that_people_can_be_told_what_to_do() {
        assert_eq!(sniff(&[0x1f, 0x8b, 8, 0], "a.mbox.gz"), Some(Sniffed::Packed(Packing::Gz)));
        assert_eq!(sniff(b"\xfd7zXZ\0\0", "a"), Some(Sniffed::Packed(Packing::Xz)));
        assert_eq!(sniff(&[0x28, 0xb5, 0x2f, 0xfd], "a"), Some(Sniffed::Packed(Packing::Zst)));
        assert_eq!(sniff(b"PK\x03\x04", "a"), Some(Sniffed::Packed(Packing::Zip)));
    }

    #[test]
    fn what_is_no_archive_is_not_taken_for_one() {
        assert_eq!(readable("Dear diary,\ntoday, nothing, happened\n"), None);
        assert_eq!(readable(""), None);
        assert_eq!(sniff(b"\x7fELF\x02\x01\x01\0\0\0\0\0", "a"), None);
        assert_eq!(readable("From me to you\nwith love\n"), None);
    }

    #[test]
    fn the_exports_of_platforms_are_known_by_what_is_in_them() {
        let outbox = "{\"@context\":\"https://www.w3.org/ns/activitystreams\",\"type\":\"OrderedCollection\",\"orderedItems\":[]}";
        assert_eq!(readable(outbox), Some(Format::Mastodon));
        let topic = "{\"post_stream\":{\"posts\":[{\"id\":1,\"username\":\"a\",\"cooked\":\"\",\"post_number\":1,\"topic_id\":2}]}}";
        assert_eq!(readable(topic), Some(Format::Discourse));
        assert_eq!(
            readable("<?xml version=\"1.0\"?>\n<rss xmlns:wp=\"http://wordpress.org/export/1.2/\"><channel>"),
            Some(Format::WordPress)
        );
        assert_eq!(readable("<rss version=\"2.0\"><channel><item/></channel></rss>"), None);
        let zip = |name: &str| [b"PK\x03\x04", &[0; 22][..], &[name.len() as u8, 0, 0, 0], name.as_bytes()].concat();
        let sniffed = |name: &str| sniff(&zip(name), "a.zip");
        assert_eq!(sniffed("general/2024-03-01.json"), Some(Sniffed::Readable(Format::Slack)));
        assert_eq!(sniffed("outbox.json"), Some(Sniffed::Readable(Format::Mastodon)));
        assert_eq!(sniffed("photo.jpg"), Some(Sniffed::Packed(Packing::Zip)));
    }

    #[test]
    fn a_table_in_utf_16_and_a_table_of_one_column_are_tables() {
        let wide: Vec<u8> = "\u{feff}id;text\r\n1;héé\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(sniff(&wide, "x"), Some(Sniffed::Readable(Format::Csv(Delimiter::Semicolon))));
        assert_eq!(sniff(b"text\nhello\n", "x.CSV"), Some(Sniffed::Readable(Format::Csv(Delimiter::Comma))));
    }
}
