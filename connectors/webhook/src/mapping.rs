//! Which field holds what, and what an item becomes by it. The words are those of the import's mapping.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tertulia_connector::{
    FieldError, NormaliseError, cut,
    fields::{places, said, says_yes},
    readable,
    settings::{self, lines},
    times::{self, TimeFormat},
};
use tertulia_model::{Author, Content, Direction, EventKey, Inbound, InboundKind, Visibility};

const LONGEST_ID: usize = 300;
const LONGEST_NAME: usize = 200;
const LONGEST_LINK: usize = 2_000;
/// Characters of one message. More is a document.
const LONGEST_TEXT: usize = 200_000;

/// What a person filled in: places in the sender's JSON, and what holds for all of it. Each item carries it along, so
/// that it is understood later as it was meant then.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Mapping {
    pub text: String,
    pub id: String,
    pub author: String,
    pub author_name: String,
    pub time: String,
    pub time_format: TimeFormat,
    pub time_zone: String,
    pub subject: String,
    pub parent: String,
    pub thread: String,
    pub permalink: String,
    pub source_column: String,
    pub edited_at: String,
    pub deleted: String,
    /// `yes`, `no`, or `field`: the place that says so item by item.
    pub addressed: String,
    pub addressed_field: String,
    /// `public`, `private`, or `field`.
    pub visibility: String,
    pub visibility_field: String,
    pub our_accounts: Vec<String>,
}

/// The settings whose place every sample should have. What an item may lack (a parent, an edit) is not among them.
const PLACES: [&str; 11] = [
    "text",
    "id",
    "author",
    "author_name",
    "time",
    "subject",
    "thread",
    "permalink",
    "source_column",
    "addressed_field",
    "visibility_field",
];

impl Mapping {
    pub fn read(settings: &Value) -> Self {
        let or = |name: &str, usual: &str| settings::text(settings, name).unwrap_or(usual).to_owned();
        let text = |name: &str| or(name, "");
        Self {
            text: or("text", "text"),
            id: text("id"),
            author: text("author"),
            author_name: text("author_name"),
            time: text("time"),
            time_format: serde_json::from_value(settings["time_format"].clone()).unwrap_or_default(),
            time_zone: text("time_zone"),
            subject: text("subject"),
            parent: text("parent"),
            thread: text("thread"),
            permalink: text("permalink"),
            source_column: text("source_column"),
            edited_at: text("edited_at"),
            deleted: text("deleted"),
            addressed: or("addressed", "no"),
            addressed_field: text("addressed_field"),
            visibility: or("visibility", "private"),
            visibility_field: text("visibility_field"),
            our_accounts: lines(settings, "our_accounts").map(handle).collect(),
        }
    }

    fn place(&self, field: &str) -> &str {
        match field {
            "text" => &self.text,
            "id" => &self.id,
            "author" => &self.author,
            "author_name" => &self.author_name,
            "time" => &self.time,
            "subject" => &self.subject,
            "parent" => &self.parent,
            "thread" => &self.thread,
            "permalink" => &self.permalink,
            "source_column" => &self.source_column,
            "edited_at" => &self.edited_at,
            "deleted" => &self.deleted,
            "addressed_field" if self.addressed == "field" => &self.addressed_field,
            "visibility_field" if self.visibility == "field" => &self.visibility_field,
            _ => "",
        }
    }

    /// What does not fit: the settings whose place is not in any of these items.
    pub fn misfits(&self, items: &[Value]) -> Vec<FieldError> {
        let there = |place: &str| items.iter().any(|item| said(item, place).is_some());
        let missing = |field: &&str| !self.place(field).is_empty() && !there(self.place(field));
        let has = || items.iter().flat_map(|item| places(item, 20)).take(20).collect::<Vec<_>>().join(", ");
        PLACES
            .into_iter()
            .filter(missing)
            .map(|field| {
                let message = format!(
                    "There is nothing at \u{201c}{}\u{201d} in this sample. It has: {}.",
                    self.place(field),
                    has()
                );
                FieldError::new(field, message)
            })
            .collect()
    }

    /// The events of one item; `made_up` is its id where it says none.
    pub fn normalise(&self, account: &str, made_up: &str, item: &Value) -> Result<Vec<Inbound>, NormaliseError> {
        if !item.is_object() {
            return Err(NormaliseError("An item must be an object in braces.".to_owned()));
        }
        let get = |field: &str| said(item, self.place(field));
        let external_id = get("id").map_or_else(|| clipped(made_up, LONGEST_ID), |id| clipped(&id, LONGEST_ID));
        // Two places that one sender hears may both have a message 1, and a Kim.
        let place = get("source_column").map(|place| format!("/{}", clipped(&place, 80))).unwrap_or_default();
        let key = EventKey { source: format!("{}{place}", source(account)), external_id };
        if get("deleted").is_some_and(|deleted| says_yes(&deleted)) {
            return Ok(vec![Inbound { key, kind: InboundKind::Deleted }]);
        }
        let text = readable(&get("text").unwrap_or_default());
        if text.is_empty() {
            let reason = format!("There is no text at \u{201c}{}\u{201d}.", self.text);
            return Err(NormaliseError(reason));
        }
        let (content, edited_at) = self.content(&key, item, text);
        let content = Box::new(content);
        let mut events = vec![Inbound { key: key.clone(), kind: InboundKind::Created(content.clone()) }];
        if let Some(revision) = edited_at.filter(|at| content.stated_at.is_none_or(|stated| *at > stated)) {
            // The item says what the message says now; its original will never come.
            events.push(Inbound { key, kind: InboundKind::Edited { revision, content } });
        }
        Ok(events)
    }

    fn content(&self, key: &EventKey, item: &Value, text: String) -> (Content, Option<i64>) {
        let get = |field: &str| said(item, self.place(field));
        let mut remarks = Vec::new();
        let mut time = |field: &str| {
            let written = get(field)?;
            let zone = times::zone(&self.time_zone).unwrap_or(jiff::tz::TimeZone::UTC);
            let read = times::read(&written, self.time_format, &zone);
            if read.is_none() {
                remarks.push(format!("The time \u{201c}{}\u{201d} could not be read.", clipped(&written, 60)));
            }
            read
        };
        let (stated_at, edited_at) = (time("time"), time("edited_at"));
        let (text, too_long) = cut(text, LONGEST_TEXT);
        remarks.extend(too_long);
        let author = self.author(key, item, &mut remarks);
        let ours = self.our_accounts.contains(&author.handle);
        let direction = if ours { Direction::Ours } else { Direction::Theirs };
        let visibility = self.visibility(item, &mut remarks);
        let permalink = get("permalink")
            .filter(|link| link.len() <= LONGEST_LINK && (link.starts_with("https://") || link.starts_with("http://")));
        // What all of a thread share is an ancestor that never comes; no item has its id.
        let thread = get("thread").map(|thread| format!("thread:{}", clipped(&thread, LONGEST_ID)));
        let parent = get("parent").map(|parent| clipped(&parent, LONGEST_ID)).filter(|id| *id != key.external_id);
        let content = Content {
            addressed_to_us: !ours && self.is_addressed(item),
            stated_at,
            subject: get("subject").or_else(|| get("source_column")).map(|subject| clipped(&subject, 1_000)),
            references: thread.into_iter().chain(parent).collect(),
            permalink,
            remarks,
            ..Content::said(author, direction, visibility, text)
        };
        (content, edited_at)
    }

    /// Of whom nothing is said, each is somebody else.
    fn author(&self, key: &EventKey, item: &Value, remarks: &mut Vec<String>) -> Author {
        let name = said(item, &self.author_name).map(|name| clipped(&name, LONGEST_NAME));
        let written = said(item, &self.author).map(|written| clipped(&handle(&written), LONGEST_NAME));
        let handle = match written.filter(|handle| !handle.is_empty()).or_else(|| name.as_deref().map(handle)) {
            Some(handle) if !handle.is_empty() => handle,
            _ => {
                remarks.push("It does not say who said it.".to_owned());
                format!("unnamed:{}", key.external_id)
            }
        };
        Author { space: key.source.clone(), handle, display_name: name, claimed_mail: None }
    }

    fn is_addressed(&self, item: &Value) -> bool {
        match self.addressed.as_str() {
            "yes" => true,
            "field" => said(item, &self.addressed_field).is_some_and(|said| says_yes(&said)),
            _ => false,
        }
    }

    /// What nobody said is public may be somebody's private words.
    fn visibility(&self, item: &Value, remarks: &mut Vec<String>) -> Visibility {
        match self.visibility.as_str() {
            "public" => Visibility::Public,
            "field" => match said(item, &self.visibility_field).unwrap_or_default().to_lowercase().as_str() {
                "public" | "true" | "1" | "yes" | "open" | "unlisted" => Visibility::Public,
                "private" | "direct" | "false" | "0" | "no" | "closed" => Visibility::Private,
                other => {
                    remarks.push(format!("\u{201c}{}\u{201d} says neither public nor private.", clipped(other, 40)));
                    Visibility::Private
                }
            },
            _ => Visibility::Private,
        }
    }
}

pub fn source(account: &str) -> String {
    format!("webhook:{account}")
}

/// A handle in its canonical form.
fn handle(written: &str) -> String {
    let written = written.trim();
    written.strip_prefix('@').unwrap_or(written).to_lowercase()
}

fn clipped(text: &str, most: usize) -> String {
    text.chars().filter(|c| !c.is_control()).take(most).collect()
}
