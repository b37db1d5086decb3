//! One post or comment as it is kept, and what is understood of it.

use crate::{document::Entry, memory::hash};
use serde::{Deserialize, Serialize};
use tertulia_connector::{NormaliseError, words::one_line};
use tertulia_model::{Author, Content, Direction, EventKey, Inbound, InboundKind, Millis, Visibility};
use url::Url;

/// Longer ids are shortened to what still tells them apart.
const LONGEST_ID: usize = 500;

/// What one item of a feed said, with what its feed says of it: all that `normalise` looks at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    pub v: u8,
    /// What it is called ([`ids`]).
    pub id: String,
    /// It is told again with other words; when that was seen.
    pub edited_at: Option<Millis>,
    /// The site, in lower case: authors of different sites are different people.
    pub site: String,
    pub feed_title: Option<String>,
    /// Somebody's words under a post, and no post.
    pub is_comment: bool,
    /// The feed is that of our own site.
    pub is_our_site: bool,
    /// Ids of what it answers, the post first.
    pub answers: Vec<String>,
    pub entry: Entry,
}

/// What the items of one feed are called: by their id, unless it is missing or several have the same; else by their
/// address; else by what they say and when.
pub fn ids(entries: &[Entry]) -> Vec<String> {
    let mut times = std::collections::HashMap::new();
    for id in entries.iter().filter_map(|entry| entry.id.as_deref()) {
        *times.entry(id).or_insert(0) += 1;
    }
    let unique = |entry: &Entry| entry.id.clone().filter(|id| times.get(id.as_str()) == Some(&1));
    entries
        .iter()
        .map(|entry| shortened(unique(entry).or_else(|| entry.link.clone()).unwrap_or_else(|| of_words(entry))))
        .collect()
}

fn of_words(entry: &Entry) -> String {
    let title = entry.title.as_deref().unwrap_or(&entry.text);
    let date = entry.stated_at().map(|at| at.to_string()).unwrap_or_default();
    format!("words:{:016x}", hash(&[title, &date]))
}

fn shortened(id: String) -> String {
    let plain = id.len() <= LONGEST_ID && !id.chars().any(char::is_control);
    if plain { id } else { format!("long:{:016x}", hash(&[&id])) }
}

impl Item {
    pub fn read(bytes: &[u8]) -> Result<Self, NormaliseError> {
        let item: Self = serde_json::from_slice(bytes)
            .map_err(|error| NormaliseError(format!("This is not an item of a feed as it was kept: {error}.")))?;
        if item.id.is_empty() || item.site.is_empty() {
            return Err(NormaliseError("This item of a feed has no id.".to_owned()));
        }
        Ok(item)
    }

    pub fn into_inbound(self, source: String) -> Inbound {
        let key = EventKey { source, external_id: self.id.clone() };
        let edited_at = self.edited_at;
        let content = Box::new(self.into_content());
        let kind = match edited_at {
            Some(revision) => InboundKind::Edited { revision: revision.max(1), content },
            None => InboundKind::Created(content),
        };
        Inbound { key, kind }
    }

    fn into_content(self) -> Content {
        let direction = if self.is_our_site && !self.is_comment { Direction::Ours } else { Direction::Theirs };
        let (author, shows) = (self.author(), self.entry.shows());
        let Entry { text, title, html, link, mut remarks, odd_date, files, .. } = self.entry.clone();
        if let Some(date) = odd_date {
            remarks.push(format!("Its date could not be read: \u{201c}{date}\u{201d}."));
        }
        for file in files {
            let size = file.bytes.map(|bytes| format!(", {} kB", bytes.div_ceil(1_000))).unwrap_or_default();
            let kind = file.media_type.map(|media| format!(" ({media}{size})")).unwrap_or_default();
            remarks.push(format!("With a file: {}{kind}", file.url));
        }
        // A title alone is what it says.
        let (subject, text) = match title {
            Some(title) if text.trim().is_empty() => (None, title),
            title => (title, text),
        };
        Content {
            addressed_to_us: self.is_comment && self.is_our_site,
            stated_at: self.entry.stated_at(),
            subject,
            html,
            references: self.answers.iter().filter(|id| **id != self.id && !id.is_empty()).cloned().collect(),
            permalink: link,
            shows,
            remarks,
            profile: self.entry.author.iter().filter_map(|person| person.uri.clone()).collect(),
            ..Content::said(author, direction, Visibility::Public, text)
        }
    }

    /// A site vouches for the names of its writers. A name typed under a post is worth nothing beyond it: the Ann of one
    /// post is not taken for the Ann of the next.
    fn author(&self) -> Author {
        let person = self.entry.author.as_ref().filter(|person| !person.name.is_empty());
        let feed = || self.feed_title.clone().map(|title| one_line(&title, 200)).filter(|title| !title.is_empty());
        let name = person.map(|person| person.name.clone()).or_else(|| if self.is_comment { None } else { feed() });
        let shown = name.clone().unwrap_or_else(|| if self.is_comment { "?".to_owned() } else { self.site.clone() });
        let handle = match (self.is_comment, person.and_then(|person| person.uri.as_deref())) {
            (true, _) => {
                let under = self.answers.first().map_or(self.id.as_str(), String::as_str);
                format!("{}#{:08x}", shown.to_lowercase(), hash(&[under]) >> 32)
            }
            (false, Some(uri)) => Url::parse(uri).map_or_else(|_| uri.to_owned(), String::from),
            (false, None) => shown.to_lowercase(),
        };
        Author { space: format!("feed:{}", self.site), handle, display_name: name, claimed_mail: None }
    }
}
