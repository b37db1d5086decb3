//! One mention as it is kept: what a page that links to ours said when it was fetched.

use crate::{
    links::{self, same_page},
    mf2,
    tree::Tree,
};
use serde::{Deserialize, Serialize};
use tertulia_connector::{NormaliseError, html::shown_in, words::one_line};
use tertulia_model::{
    Author, Content, Direction, EventKey, Inbound, InboundKind, Millis, RawContent, RawItem, Shows, Visibility,
};
use url::Url;

const MAX_TEXT: usize = 200_000;

/// What became of a mention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    Created,
    Edited,
    Deleted,
}

/// What the page does with ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    #[default]
    Mention,
    Reply,
    Like,
    Repost,
    Bookmark,
}

/// What a page says. All of it is its own claim, and counts for its site alone.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Said {
    pub kind: Kind,
    pub author_name: Option<String>,
    pub author_url: Option<String>,
    pub title: Option<String>,
    pub text: String,
    pub html: Option<String>,
    pub url: Option<String>,
    pub published: Option<Millis>,
    pub shows: Shows,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    pub v: u8,
    pub step: Step,
    pub source: String,
    pub target: String,
    pub at: Millis,
    pub said: Said,
}

impl Said {
    /// What the page says of `target`; none where it does not link there.
    pub fn read(text: &str, media_type: &str, at: &Url, target: &str) -> Option<Self> {
        let media = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if media.ends_with("json") {
            return links::in_json(text, target).then(|| Self { text: at.to_string(), ..Self::default() });
        }
        if media.starts_with("text/") && !matches!(media.as_str(), "text/html" | "text/xml") {
            let linked = links::in_text(text, target)?;
            return Some(Self { text: linked.excerpt, ..Self::default() });
        }
        let linked = links::in_html(text, at, target)?;
        let entry = Tree::of(text).and_then(|tree| mf2::entry(&tree, at, |url| same_page(url, target)));
        Some(match entry {
            Some(entry) => Self::of_entry(entry, linked, target),
            None => Self { title: linked.title, text: linked.excerpt, ..Self::default() },
        })
    }

    fn of_entry(entry: mf2::Entry, linked: links::Linked, target: &str) -> Self {
        let names = |list: &[String]| list.iter().any(|url| same_page(url, target));
        let kind = match () {
            () if names(&entry.replies) => Kind::Reply,
            () if names(&entry.likes) => Kind::Like,
            () if names(&entry.reposts) => Kind::Repost,
            () if names(&entry.bookmarks) => Kind::Bookmark,
            () => Kind::Mention,
        };
        let words = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        let own = words(entry.text).or_else(|| words(entry.summary));
        let html = entry.html.filter(|html| own.is_some() && html.len() <= MAX_TEXT);
        // A note is often named by its own first words (h-entry, "name").
        let title = entry
            .name
            .filter(|name| !own.as_deref().unwrap_or_default().starts_with(name.trim_end_matches('\u{2026}')));
        let mut text = own.unwrap_or_else(|| match kind {
            Kind::Mention | Kind::Reply => linked.excerpt,
            Kind::Like | Kind::Repost | Kind::Bookmark => String::new(),
        });
        text.truncate(text.floor_char_boundary(MAX_TEXT));
        Self {
            kind,
            author_name: entry.author.name,
            author_url: entry.author.url,
            title,
            text,
            html,
            url: entry.url,
            published: entry.published,
            shows: entry.shows,
        }
    }

    /// A like or a repost that says nothing: it is counted.
    pub fn is_silent(&self) -> bool {
        matches!(self.kind, Kind::Like | Kind::Repost | Kind::Bookmark) && self.text.trim().is_empty()
    }

    /// What would make it another mention: what it says and shows, not how its page is built.
    pub fn words(&self) -> String {
        let kind = format!("{:?}", self.kind);
        let mut parts = vec![kind.as_str(), self.title.as_deref().unwrap_or_default(), &self.text];
        parts.extend(self.shows.image.then_some("image"));
        parts.extend(self.shows.file.then_some("file"));
        format!("{:016x}", hash(&parts))
    }
}

pub fn hash(parts: &[&str]) -> u64 {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let mut first = [0; 8];
    first.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
    u64::from_le_bytes(first)
}

impl Item {
    pub fn into_raw(self) -> Result<RawItem, serde_json::Error> {
        let key = format!("{} {:?} {}", self.source, self.step, self.at);
        let bytes = serde_json::to_vec(&self)?;
        let hint = serde_json::Value::Null.into();
        Ok(RawItem { key, content: RawContent::Memory(bytes), received_at: self.at, hint })
    }

    pub fn read(bytes: &[u8]) -> Result<Self, NormaliseError> {
        let item: Self = serde_json::from_slice(bytes)
            .map_err(|error| NormaliseError(format!("This is not a mention as it was kept: {error}.")))?;
        if item.site().is_none() || item.target.is_empty() {
            return Err(NormaliseError("This mention names no page.".to_owned()));
        }
        Ok(item)
    }

    /// Where it was said: host, and port where it is not the usual one.
    fn site(&self) -> Option<String> {
        let url = Url::parse(&self.source).ok()?;
        let host = url.host_str().filter(|host| !host.is_empty())?.to_lowercase();
        Some(url.port().map_or_else(|| host.clone(), |port| format!("{host}:{port}")))
    }

    pub fn into_inbound(self, source: String) -> Inbound {
        let key = EventKey { source, external_id: format!("{} {}", self.source, self.target) };
        let at = self.at;
        let kind = match self.step {
            Step::Deleted => InboundKind::Deleted,
            Step::Created => InboundKind::Created(Box::new(self.into_content())),
            Step::Edited => InboundKind::Edited { revision: at.max(1), content: Box::new(self.into_content()) },
        };
        Inbound { key, kind }
    }

    fn into_content(self) -> Content {
        let site = self.site().unwrap_or_default();
        let Said { kind, author_name, author_url, title, text, html, url, published, shows } = self.said;
        let display_name = author_name.map(|name| one_line(&name, 200)).filter(|name| !name.is_empty());
        // Whoever a page says has written it, that is known from this site alone.
        let profile: Vec<String> = author_url.iter().cloned().collect();
        let handle = author_url.or_else(|| display_name.as_ref().map(|name| name.to_lowercase()));
        let author = Author {
            space: format!("webmention:{site}"),
            handle: handle.unwrap_or_else(|| site.clone()),
            display_name: display_name.or(Some(site)),
            claimed_mail: None,
        };
        let same_site = |url: &String| {
            let host = |url: &str| Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned));
            host(url).is_some() && host(url) == host(&self.source)
        };
        let permalink = url.filter(same_site).unwrap_or_else(|| self.source.clone());
        let remark = match kind {
            Kind::Mention => format!("Links to {}", self.target),
            Kind::Reply => format!("Answers {}", self.target),
            Kind::Like => format!("Likes {}", self.target),
            Kind::Repost => format!("Passes on {}", self.target),
            Kind::Bookmark => format!("Keeps {}", self.target),
        };
        let (title, text) = match title {
            Some(title) if text.trim().is_empty() => (None, title),
            title => (title, text),
        };
        Content {
            addressed_to_us: kind == Kind::Reply,
            stated_at: published,
            subject: title,
            // What is said about one page of ours hangs together.
            references: vec![self.target],
            permalink: Some(permalink),
            // Mentions that were kept before it was noted say it by their words alone.
            shows: shows | html.as_deref().map(shown_in).unwrap_or_default(),
            html,
            remarks: vec![remark],
            profile,
            ..Content::said(author, Direction::Theirs, Visibility::Public, text)
        }
    }
}
