//! What a feed says, whichever of its languages it speaks.

use crate::{json_feed, xml, xml_feed};
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tertulia_connector::{
    html::{html_to_text, shown_in},
    words::one_line,
};
use tertulia_model::{Millis, Shows};
use url::Url;

/// Items read of one feed.
pub const MOST_ENTRIES: usize = 5_000;
/// Bytes kept of one item's text, and of its HTML.
const MAX_TEXT: usize = 1 << 20;
const MAX_HTML: usize = 2 << 20;
const MOST_FILES: usize = 20;

/// A whole feed.
#[derive(Debug, Default)]
pub struct Document {
    pub title: Option<String>,
    /// The page that the feed belongs to.
    pub home: Option<String>,
    /// What the feed calls its own address (`rel=self`): the topic at its hub.
    pub own: Option<String>,
    /// Where one can be told of news (WebSub, `rel=hub`).
    pub hubs: Vec<String>,
    /// How long it asks to be left alone.
    pub wish: Option<Duration>,
    pub entries: Vec<Entry>,
    /// Items beyond [`MOST_ENTRIES`].
    pub left_out: usize,
    /// Why it could not be read to its end.
    pub broken: Option<String>,
}

/// One post or comment.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Entry {
    /// As the feed names it; it may be missing, and it may be that of other items, too.
    pub id: Option<String>,
    pub link: Option<String>,
    pub title: Option<String>,
    pub author: Option<Person>,
    pub published: Option<Millis>,
    pub updated: Option<Millis>,
    /// A date that nobody can read, as it was written.
    pub odd_date: Option<String>,
    pub text: String,
    pub html: Option<String>,
    pub files: Vec<File>,
    /// What it answers (`thr:in-reply-to`, RFC 4685 §3): ids.
    pub answers: Vec<String>,
    /// The feed of the comments under it.
    pub comments_feed: Option<String>,
    pub comments: Option<u64>,
    pub remarks: Vec<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Person {
    pub name: String,
    pub uri: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct File {
    pub url: String,
    pub media_type: Option<String>,
    pub bytes: Option<u64>,
}

/// What an address turned out to be.
#[derive(Debug)]
pub enum Read {
    Feed(Box<Document>),
    /// A page for people, as text.
    Page(String),
    /// In plain words, for whoever typed the address.
    Neither(String),
}

/// Reads what came from `at`.
pub fn read(bytes: &[u8], media_type: Option<&str>, at: &Url) -> Read {
    let text = decode(bytes, media_type);
    let start = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    if start.starts_with('{') {
        return json_feed::read(start, at);
    }
    let beginning = start[..start.floor_char_boundary(2_048)].to_ascii_lowercase();
    if beginning.contains("<html") || beginning.starts_with("<!doctype html") {
        return Read::Page(text);
    }
    if start.is_empty() {
        return Read::Neither("There is nothing at this address: the answer is empty.".to_owned());
    }
    let mut entries = Entries::default();
    let rest = xml::read(start, |item, around| entries.add(|| xml_feed::entry(item, around, at)));
    match xml_feed::document(&rest, at) {
        Some(mut document) => {
            (document.entries, document.left_out) = (entries.list, entries.left_out);
            Read::Feed(Box::new(document))
        }
        None if media_type.is_some_and(|media| media.contains("html")) => Read::Page(text),
        None => Read::Neither(format!(
            "This is no feed that is known (RSS, Atom, JSON Feed): it begins with \u{201c}{}\u{201d}.",
            one_line(&beginning, 60)
        )),
    }
}

#[derive(Default)]
pub struct Entries {
    pub list: Vec<Entry>,
    pub left_out: usize,
}

impl Entries {
    pub fn add(&mut self, entry: impl FnOnce() -> Entry) {
        if self.list.len() < MOST_ENTRIES {
            self.list.push(entry());
        } else {
            self.left_out += 1;
        }
    }
}

/// By its byte order mark, by the HTTP header, by what the XML says itself; else UTF-8, or what old feeds are in.
fn decode(bytes: &[u8], media_type: Option<&str>) -> String {
    let labelled = |label: &str| Encoding::for_label_no_replacement(label.trim_matches(['"', '\'', ' ']).as_bytes());
    let of_header = media_type.and_then(|media| media.split("charset=").nth(1)).map(|rest| rest.split(';').next());
    let declared = || {
        let beginning = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).into_owned();
        let declaration = beginning.strip_prefix("<?xml")?.split("?>").next()?.to_owned();
        let value = declaration.split("encoding").nth(1)?.trim_start_matches([' ', '=']).trim().to_owned();
        labelled(value.get(1..)?.split(['"', '\'']).next()?)
    };
    let guess = || if std::str::from_utf8(bytes).is_ok() { UTF_8 } else { WINDOWS_1252 };
    let encoding = of_header.flatten().and_then(labelled).or_else(declared).unwrap_or_else(guess);
    // A wrong label is common; what is UTF-8 from its first to its last byte is nothing else.
    let encoding =
        if encoding != UTF_8 && !bytes.is_ascii() && std::str::from_utf8(bytes).is_ok() { UTF_8 } else { encoding };
    encoding.decode(bytes).0.into_owned()
}

/// The words of an item, however they came.
pub enum Words {
    Plain(String),
    Html(String),
}

impl Words {
    /// The text, and the HTML as it came where that is what it is.
    pub fn into_entry(self, entry: &mut Entry) {
        let (mut text, html) = match self {
            Self::Plain(text) => (readable(&text), None),
            Self::Html(html) => {
                let text = html_to_text(&html[..html.floor_char_boundary(MAX_HTML)]);
                // Text that only went by the name of HTML is shown as the text it is.
                (text, Some(html).filter(|html| html.contains('<')))
            }
        };
        if html.as_ref().is_some_and(|html| html.len() > MAX_HTML) {
            entry.remarks.push("The HTML is very large and is shown as text.".to_owned());
        }
        if text.len() > MAX_TEXT {
            let whole = text.len();
            text.truncate(text.floor_char_boundary(MAX_TEXT));
            entry.remarks.push(format!("The text was cut after 1 MB of {} MB.", whole.div_ceil(1 << 20)));
        }
        (entry.text, entry.html) = (text, html.filter(|html| html.len() <= MAX_HTML));
    }

    /// As one line: a title.
    pub fn into_line(self, most: usize) -> Option<String> {
        let line = match self {
            Self::Plain(text) => one_line(&text, most),
            Self::Html(html) => one_line(&html_to_text(&html[..html.floor_char_boundary(20_000)]), most),
        };
        Some(line).filter(|line| !line.is_empty())
    }
}

fn readable(text: &str) -> String {
    let lines = text.replace("\r\n", "\n").replace('\r', "\n");
    let kept: String = lines.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    kept.trim().to_owned()
}

/// A title: longer ones are no titles.
pub const LONGEST_TITLE: usize = 500;
pub const LONGEST_NAME: usize = 200;
/// Longer addresses are no addresses.
const LONGEST_URL: usize = 2_000;

/// An address that may be shown and followed, made whole.
pub fn address(text: &str, at: &Url) -> Option<String> {
    let text = text.trim();
    let url = if text.is_empty() || text.len() > LONGEST_URL { None } else { at.join(text).ok() }?;
    matches!(url.scheme(), "http" | "https").then(|| url.into())
}

impl Entry {
    pub fn add_file(&mut self, url: &str, media_type: Option<&str>, bytes: Option<u64>, at: &Url) {
        let Some(url) = address(url, at).filter(|url| self.files.iter().all(|file| file.url != *url)) else { return };
        if self.files.len() < MOST_FILES {
            let media_type = media_type.map(|media| one_line(media, 80)).filter(|media| !media.is_empty());
            self.files.push(File { url, media_type, bytes: bytes.filter(|bytes| *bytes > 0) });
        }
    }

    /// What it shows besides its words: files, and pictures among its words.
    pub fn shows(&self) -> Shows {
        // Some feeds give the writer's face along as a picture of the post.
        let files = self.files.iter().filter(|file| !file.url.contains(".gravatar.com/avatar/"));
        let of_file = |file: &File| {
            Shows::file_named(&file.url) | file.media_type.as_deref().map(Shows::file).unwrap_or_default()
        };
        files.map(of_file).collect::<Shows>() | self.html.as_deref().map(shown_in).unwrap_or_default()
    }

    /// When it was written: a feed that says only when it was changed means the same.
    pub fn stated_at(&self) -> Option<Millis> {
        self.published.or(self.updated)
    }

    pub fn date(&mut self, text: Option<String>) -> Option<Millis> {
        let text = text?;
        let read = tertulia_connector::dates::read(&text);
        if read.is_none() {
            self.odd_date = Some(one_line(&text, 60));
        }
        read
    }
}
