//! Which column holds what.

use crate::format::{Encoding, Format};
use serde::{Deserialize, Serialize};
pub use tertulia_connector::times::TimeFormat;
use tertulia_model::Visibility;

/// What a person said about a file: where its columns or keys go. For JSONL a name may be a dotted path
/// (`author.name`, `posts.0.text`). A mailbox file needs `our_accounts` only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mapping {
    /// What this archive is called ("old forum"). Messages of archives with the same name share one space of ids, so
    /// a second import under the same name doubles nothing.
    pub source: String,
    /// The column with the message's own id. Without one, an id is made from what the row says.
    pub id: Option<String>,
    /// The message itself.
    pub text: Option<String>,
    pub html: Option<String>,
    /// The author's handle, account or mail address.
    pub author: Option<String>,
    pub author_name: Option<String>,
    pub time: Option<String>,
    pub time_format: TimeFormat,
    /// The IANA name of the zone that times without one are in.
    pub time_zone: String,
    pub subject: Option<String>,
    /// The id of the message that this one answers.
    pub parent: Option<String>,
    /// What all messages of one thread share.
    pub thread: Option<String>,
    /// Whether a thread is called by the id of its first message.
    pub thread_is_first_message: bool,
    /// A column that names the archive row by row, for files that hold several.
    pub source_column: Option<String>,
    pub permalink: Option<String>,
    /// When the row was last edited; the row holds what the message says now.
    pub edited_at: Option<String>,
    /// The number of the edit, where the file holds a row for each version (0 is the original).
    pub revision: Option<String>,
    /// Set where the message was deleted.
    pub deleted: Option<String>,
    /// Whether it came in or went out.
    pub direction: Option<String>,
    /// To whom it was written.
    pub recipient: Option<String>,
    /// Our own handles and addresses.
    pub our_accounts: Vec<String>,
    pub visibility: Visibility,
    /// Whether the text holds `&amp;` for `&`.
    pub html_entities: bool,
}

impl Default for Mapping {
    fn default() -> Self {
        Self {
            source: String::new(),
            id: None,
            text: None,
            html: None,
            author: None,
            author_name: None,
            time: None,
            time_format: TimeFormat::Auto,
            time_zone: "UTC".to_owned(),
            subject: None,
            parent: None,
            thread: None,
            thread_is_first_message: false,
            source_column: None,
            permalink: None,
            edited_at: None,
            revision: None,
            deleted: None,
            direction: None,
            recipient: None,
            our_accounts: Vec::new(),
            // What nobody said is public may be somebody's private words.
            visibility: Visibility::Private,
            html_entities: false,
        }
    }
}

/// What a column is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    Id,
    Text,
    Html,
    Author,
    AuthorName,
    Time,
    Subject,
    Parent,
    Thread,
    SourceColumn,
    Permalink,
    EditedAt,
    Revision,
    Deleted,
    Direction,
    Recipient,
}

impl Field {
    pub const ALL: [Self; 16] = [
        Self::Id,
        Self::Text,
        Self::Html,
        Self::Author,
        Self::AuthorName,
        Self::Time,
        Self::Subject,
        Self::Parent,
        Self::Thread,
        Self::SourceColumn,
        Self::Permalink,
        Self::EditedAt,
        Self::Revision,
        Self::Deleted,
        Self::Direction,
        Self::Recipient,
    ];

    /// What the import screen calls it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Id => "Message id",
            Self::Text => "Text",
            Self::Html => "Text as HTML",
            Self::Author => "Author (handle or address)",
            Self::AuthorName => "Author's name",
            Self::Time => "Time",
            Self::Subject => "Subject",
            Self::Parent => "Answers (message id)",
            Self::Thread => "Thread",
            Self::SourceColumn => "Where it was said",
            Self::Permalink => "Link",
            Self::EditedAt => "Last edited",
            Self::Revision => "Number of the edit",
            Self::Deleted => "Deleted",
            Self::Direction => "In or out",
            Self::Recipient => "Written to",
        }
    }
}

impl Mapping {
    /// The mapping of a twcs file, where nothing has to be asked but who we are.
    pub(crate) fn twcs(our_accounts: &[String]) -> Self {
        let column = |name: &str| Some(name.to_owned());
        Self {
            id: column("tweet_id"),
            text: column("text"),
            author: column("author_id"),
            time: column("created_at"),
            parent: column("in_response_to_tweet_id"),
            our_accounts: our_accounts.to_vec(),
            visibility: Visibility::Public,
            html_entities: true,
            ..Self::default()
        }
    }

    /// The column that holds a field.
    pub fn column(&self, field: Field) -> Option<&str> {
        let column = match field {
            Field::Id => &self.id,
            Field::Text => &self.text,
            Field::Html => &self.html,
            Field::Author => &self.author,
            Field::AuthorName => &self.author_name,
            Field::Time => &self.time,
            Field::Subject => &self.subject,
            Field::Parent => &self.parent,
            Field::Thread => &self.thread,
            Field::SourceColumn => &self.source_column,
            Field::Permalink => &self.permalink,
            Field::EditedAt => &self.edited_at,
            Field::Revision => &self.revision,
            Field::Deleted => &self.deleted,
            Field::Direction => &self.direction,
            Field::Recipient => &self.recipient,
        };
        column.as_deref().filter(|name| !name.is_empty())
    }

    pub fn set_column(&mut self, field: Field, name: Option<String>) {
        let column = match field {
            Field::Id => &mut self.id,
            Field::Text => &mut self.text,
            Field::Html => &mut self.html,
            Field::Author => &mut self.author,
            Field::AuthorName => &mut self.author_name,
            Field::Time => &mut self.time,
            Field::Subject => &mut self.subject,
            Field::Parent => &mut self.parent,
            Field::Thread => &mut self.thread,
            Field::SourceColumn => &mut self.source_column,
            Field::Permalink => &mut self.permalink,
            Field::EditedAt => &mut self.edited_at,
            Field::Revision => &mut self.revision,
            Field::Deleted => &mut self.deleted,
            Field::Direction => &mut self.direction,
            Field::Recipient => &mut self.recipient,
        };
        *column = name.filter(|name| !name.is_empty());
    }
}

/// What the normaliser must know besides an item's bytes; the same for all items of one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hint {
    pub format: Format,
    #[serde(default)]
    pub encoding: Encoding,
    /// The names at the top of a table.
    #[serde(default)]
    pub columns: Vec<String>,
    #[serde(default)]
    pub mapping: Mapping,
    /// What the file says of all that is in it: whose repository it is, which site.
    #[serde(default, skip_serializing_if = "serde_json::Value::is_null")]
    pub facts: serde_json::Value,
}

impl Hint {
    /// The hint as an item carries it.
    pub fn to_value(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}
