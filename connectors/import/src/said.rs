//! What the items of every format come to: contents, sides, edits.

use crate::plan::{Plan, handle};
use serde::{Deserialize, Serialize};
use tertulia_connector::NormaliseError;
use tertulia_connector_email::one_line;
use tertulia_model::{Author, Content, Direction, EventKey, Inbound, InboundKind, Visibility};

pub(crate) const MOST_NAME: usize = 200;
pub(crate) const MOST_SUBJECT: usize = 1000;
const MOST_LINK_BYTES: usize = 2000;
/// Of what came with a message, so many things are named.
const MOST_REMARKS: usize = 20;

/// A message, and which of its versions the item holds.
pub(crate) struct Said {
    pub(crate) content: Content,
    /// The number of the edit, where the file holds one for each.
    pub(crate) revision: Option<i64>,
    /// When it was last edited, where the item holds what it says now.
    pub(crate) edited_at: Option<i64>,
}

impl Said {
    /// An item that holds the latest version stands for the original too, which will never come: without it the edit
    /// would wait for ever.
    pub(crate) fn into_events(self, key: EventKey) -> Vec<Inbound> {
        let content = Box::new(self.content);
        let edit = |revision, content| Inbound { key: key.clone(), kind: InboundKind::Edited { revision, content } };
        let created = |content| Inbound { key: key.clone(), kind: InboundKind::Created(content) };
        match (self.revision, self.edited_at) {
            (Some(revision), _) if revision > 0 => vec![edit(revision, content)],
            (None, Some(at)) if content.stated_at.is_none_or(|stated| at > stated) => {
                vec![created(content.clone()), edit(at, content)]
            }
            _ => vec![created(content)],
        }
    }
}

/// Words of somebody, with nothing said of them yet.
pub(crate) fn content_of(author: Author, text: String) -> Content {
    Content::said(author, Direction::Theirs, Visibility::Private, text)
}

pub(crate) fn author(space: &str, handle: &str, name: Option<&str>) -> Author {
    let display_name = name.map(|name| one_line(name, MOST_NAME)).filter(|name| !name.is_empty());
    Author { space: space.to_owned(), handle: handle.to_owned(), display_name, claimed_mail: None }
}

/// Says whose words they are and whether they are for us: `by` are the author's names, `to` those of whom it is said to.
pub(crate) fn take_sides<'a>(
    plan: &Plan,
    content: &mut Content,
    by: impl IntoIterator<Item = &'a str>,
    to: impl IntoIterator<Item = &'a str>,
) {
    let ours = |name: &str| Some(handle(name)).filter(|name| plan.is_ours(name));
    if let Some(account) = by.into_iter().find_map(ours) {
        content.direction = Direction::Ours;
        content.addressed_to_us = true;
        content.our_address = Some(account);
    } else if let Some(account) = to.into_iter().find_map(ours) {
        content.addressed_to_us = true;
        content.our_address = Some(account);
    }
}

pub(crate) fn is_web_address(link: &str) -> bool {
    link.len() <= MOST_LINK_BYTES && (link.starts_with("https://") || link.starts_with("http://"))
}

/// Names a file that came with a message and is not in the archive.
pub(crate) fn remark_file(content: &mut Content, name: &str, link: Option<&str>) {
    let name = match one_line(name, MOST_NAME) {
        name if name.is_empty() => "a file without a name".to_owned(),
        name => name,
    };
    let link =
        link.filter(|link| link.len() <= MOST_LINK_BYTES).map(|link| format!(" ({})", one_line(link, MOST_LINK_BYTES)));
    remark(content, format!("A file came with it: {name}{}.", link.unwrap_or_default()));
}

pub(crate) fn remark(content: &mut Content, remark: String) {
    match content.remarks.len() {
        ..MOST_REMARKS => content.remarks.push(remark),
        MOST_REMARKS => content.remarks.push("More came with it than is named here.".to_owned()),
        _ => {}
    }
}

/// Bytes as they stand in an archive, below a line that says what their place in it tells of them.
pub(crate) fn placed(place: &impl Serialize, bytes: &[u8]) -> Vec<u8> {
    let mut whole = serde_json::to_vec(place).unwrap_or_default();
    whole.push(b'\n');
    whole.extend_from_slice(bytes);
    whole
}

/// What [`placed`] put together.
pub(crate) fn place_and_bytes<'a, T: Deserialize<'a>>(whole: &'a [u8]) -> Result<(T, &'a [u8]), NormaliseError> {
    let end = memchr::memchr(b'\n', whole).unwrap_or(whole.len());
    let place = serde_json::from_slice(&whole[..end])
        .map_err(|error| NormaliseError(format!("What was kept of its place in the archive is damaged: {error}.")))?;
    Ok((place, whole.get(end + 1..).unwrap_or_default()))
}

/// Removes what no database keeps.
pub(crate) fn without_nul(mut text: String) -> String {
    text.retain(|c| c != '\0');
    text
}

/// JSON that somebody else wrote; deeper than 128 brackets it is refused (serde_json's own bound).
pub(crate) fn parse_json(bytes: &[u8]) -> Result<serde_json::Value, NormaliseError> {
    serde_json::from_slice(bytes)
        .map_err(|error| NormaliseError(format!("This is not JSON that can be read: {error}.")))
}
