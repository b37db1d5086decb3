//! WordPress's own export (WXR: RSS 2.0 with elements of its own): posts, and below them their comments.

mod scan;
mod site;
mod words;

pub(crate) use words::normalise;

use crate::{
    format::Encoding,
    reader::{ImportError, MOST_POST_BYTES, Next, Opened, Span, Steps, Trouble},
    said::placed,
    window::{Input, Window},
};
use scan::{Markup, next_markup};
use serde::{Deserialize, Serialize};
use site::fields;
use std::{
    collections::{HashMap, HashSet},
    io,
};

/// What of a post's beginning tells where its comments belong.
const SEEN_OF_A_POST: u64 = 1 << 20;

/// Whether text that begins so is such an export.
pub(crate) fn begins_an_export(start: &str) -> bool {
    start.starts_with('<') && start.contains("<rss") && start.contains("wordpress.org/export/")
}

pub(crate) fn open(input: Box<dyn Input>) -> Result<Opened, ImportError> {
    let mut window = Window::new(input, Encoding::Utf8, 0)?;
    let mut head = 0;
    while let Some(markup) = next_markup(&mut window)? {
        if markup.is(b"item") {
            break;
        }
        head = markup.end;
    }
    let facts = site::facts(&window.bytes(0, head.min(site::MOST_HEAD_BYTES))?)?;
    window.jump(head)?;
    Ok((Box::new(Posts { window, state: State::Between, post: Post::default(), guids: HashSet::new() }), facts))
}

/// What a comment must know of the post below which it stands.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Post {
    pub(crate) guid: String,
    pub(crate) link: String,
    pub(crate) title: String,
    pub(crate) author: String,
    pub(crate) status: String,
}

impl Post {
    fn of(fields: &HashMap<String, String>) -> Self {
        let field = |name: &str| fields.get(name).map(|text| text.trim().to_owned()).unwrap_or_default();
        Self {
            guid: field("guid"),
            link: field("link"),
            title: field("title"),
            author: field("dc:creator"),
            status: field("wp:status"),
        }
    }
}

enum State {
    Between,
    /// In a post, whose own words are told or began here.
    InPost(Option<u64>),
}

struct Posts {
    window: Window,
    state: State,
    post: Post,
    /// Those that came already. A site that was copied together by hand has posts that share one.
    guids: HashSet<blake3::Hash>,
}

const CUT_OFF: &str =
    "The file ends in the middle of this: it was cut off. Export it again; what came before it is safe.";

impl Posts {
    /// The words of a post, from its beginning to its first comment or its end.
    fn post(&mut self, start: u64, end: u64) -> io::Result<Result<crate::reader::ReadItem, Trouble>> {
        let at = Span { offset: start, length: end - start, next_offset: self.window.offset(0) };
        let seen = self.window.bytes(start, at.length.min(SEEN_OF_A_POST))?;
        self.post = Post::of(&fields(&seen, &["guid", "link", "title", "dc:creator", "wp:status"]).0);
        let is_twin = !self.guids.insert(blake3::hash(self.post.guid.as_bytes()));
        if is_twin {
            self.post.guid.clone_from(&self.post.link);
        }
        if at.length > MOST_POST_BYTES {
            let reason = format!("This post is larger than {} MB. Its comments are taken.", MOST_POST_BYTES >> 20);
            return Ok(Err(Trouble::new(at, reason)));
        }
        let bytes = self.window.bytes(start, at.length)?;
        Ok(match words::passes_over_post(&fields(&bytes, &words::POST_FIELDS).0) {
            Some(reason) => Err(Trouble::passed_over(at, reason)),
            None => Ok(at.with(is_twin.then(|| placed(&self.post, &bytes)))),
        })
    }

    /// The window stands behind the beginning of a comment.
    fn comment(&mut self, start: u64) -> io::Result<Result<crate::reader::ReadItem, Trouble>> {
        loop {
            let markup = next_markup(&mut self.window)?;
            let (end, reason) = match &markup {
                Some(end) if end.ends(b"wp:comment") => (end.end, None),
                // The next thing begins where this one should have ended: it is looked at again.
                Some(other) if other.is(b"wp:comment") || other.is(b"item") || other.ends(b"item") => {
                    self.window.jump(other.start)?;
                    (other.start, Some("This comment has no end: the file is damaged here."))
                }
                Some(_) => continue,
                None => {
                    self.state = State::Between;
                    (self.window.offset(0), Some(CUT_OFF))
                }
            };
            let at = Span { offset: start, length: end - start, next_offset: self.window.offset(0) };
            if let Some(reason) = reason {
                return Ok(Err(Trouble::new(at, reason)));
            }
            if at.length > MOST_POST_BYTES {
                let reason = format!("This comment is larger than {} MB, which nobody writes.", MOST_POST_BYTES >> 20);
                return Ok(Err(Trouble::new(at, reason)));
            }
            let bytes = self.window.bytes(start, at.length)?;
            return Ok(match words::passes_over_comment(&fields(&bytes, &words::COMMENT_FIELDS).0) {
                Some(reason) => Err(Trouble::passed_over(at, reason)),
                None => Ok(at.with(Some(placed(&self.post, &bytes)))),
            });
        }
    }
}

impl Steps for Posts {
    fn here(&self) -> u64 {
        self.window.offset(0)
    }

    fn next_step(&mut self) -> io::Result<Next> {
        loop {
            let Some(markup) = next_markup(&mut self.window)? else {
                let State::InPost(began) = self.state else { return Ok(None) };
                self.state = State::Between;
                let end = self.window.offset(0);
                // A post whose words are told already lacks its last comments, perhaps.
                let at = match began {
                    Some(start) => Span { offset: start, length: end - start, next_offset: end },
                    None => Span { offset: end, length: 0, next_offset: end + 1 },
                };
                return Ok(Some(Err(Trouble::new(at, CUT_OFF))));
            };
            match self.state {
                State::Between if markup.is(b"item") => self.state = State::InPost(Some(markup.start)),
                State::Between => {}
                State::InPost(Some(start)) if markup.is(b"wp:comment") => {
                    // The comment is looked at again, after the post.
                    self.window.jump(markup.start)?;
                    self.state = State::InPost(None);
                    return Ok(Some(self.post(start, markup.start)?));
                }
                State::InPost(began) if markup.ends(b"item") => {
                    self.state = State::Between;
                    if let Some(start) = began {
                        return Ok(Some(self.post(start, markup.end)?));
                    }
                }
                State::InPost(began) if markup.is(b"item") => {
                    self.window.jump(markup.start)?;
                    self.state = State::Between;
                    if let Some(start) = began {
                        let at = Span { offset: start, length: markup.start - start, next_offset: markup.start };
                        let reason = "This post has no end: the file is damaged here.";
                        return Ok(Some(Err(Trouble::new(at, reason))));
                    }
                }
                State::InPost(None) if markup.is(b"wp:comment") => return Ok(Some(self.comment(markup.start)?)),
                State::InPost(_) => {}
            }
        }
    }

    fn bytes(&mut self, offset: u64, length: u64) -> io::Result<Vec<u8>> {
        self.window.bytes(offset, length)
    }
}

impl Markup {
    /// Whether it begins an element of this name.
    fn is(&self, name: &[u8]) -> bool {
        !self.closes && !self.is_empty && self.name == name
    }

    fn ends(&self, name: &[u8]) -> bool {
        self.closes && self.name == name
    }
}
