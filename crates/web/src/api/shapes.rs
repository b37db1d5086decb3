//! What the API answers. Ids are strings (JavaScript's numbers end at 2^53), times are milliseconds since 1970, UTC.

use super::ident::Ident;
use crate::layout::size_words;
use serde::Serialize;
use tertulia_engine::{outbound::Way, people};
use tertulia_store::{deliveries, listing, reading};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, schema::SchemaType},
};

/// A page of a list.
#[derive(Serialize, ToSchema)]
pub(super) struct Page<T> {
    pub items: Vec<T>,
    /// Give it as `cursor` for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// Of rows that were asked for one more than wanted; `next` names the place of the last that is shown.
    pub fn of<R>(mut rows: Vec<R>, limit: i64, next: impl Fn(&R) -> String, item: impl FnMut(R) -> T) -> Self {
        let more = i64::try_from(rows.len()).is_ok_and(|found| found > limit);
        if more {
            rows.pop();
        }
        let next = rows.last().filter(|_| more).map(next);
        Self { items: rows.into_iter().map(item).collect(), next }
    }

    /// All of it.
    pub fn whole(items: Vec<T>) -> Self {
        Self { items, next: None }
    }
}

/// What was found, with how.
#[derive(Serialize, ToSchema)]
pub(crate) struct WithMethods<T> {
    #[serde(flatten)]
    pub of: T,
    /// How it was found, in sentences.
    pub methods: Vec<&'static str>,
}

/// A page of conversations, the one with the newest words first.
#[derive(Serialize, ToSchema)]
pub(super) struct ConversationPage {
    pub conversations: Vec<Conversation>,
    /// Give it as `cursor` for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// What the team holds with one person.
#[derive(Serialize, ToSchema)]
pub(super) struct Conversation {
    pub id: Ident,
    pub subject: String,
    /// `open`, `pending` (we answered), `snoozed` or `closed`.
    pub state: String,
    pub person: Option<Person>,
    /// The channel where the person last wrote.
    pub channel_id: Ident,
    /// How it ended, where it is closed and that was said: `answered`, `listened` or `passed_on`.
    pub outcome: Option<String>,
    /// The member who said so, and when.
    pub outcome_by: Option<Ident>,
    pub outcome_at: Option<i64>,
    /// The member who has it.
    pub assignee_id: Option<Ident>,
    pub snoozed_until: Option<i64>,
    /// When the oldest of their messages came that nobody has answered.
    pub waiting_since: Option<i64>,
    pub last_at: i64,
    /// First words of the last thing they said.
    pub snippet: String,
    /// Whether the key's member has not read it.
    pub unread: bool,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Person {
    pub id: Ident,
    pub name: Option<String>,
}

/// A conversation with a page of its messages, newest first.
#[derive(Serialize, ToSchema)]
pub(super) struct ConversationWithMessages {
    #[serde(flatten)]
    pub conversation: Conversation,
    /// The ways in which it can be answered, the proposed one first; empty where it cannot.
    pub ways: Vec<WayToAnswer>,
    pub messages: Vec<Message>,
    /// Give it as `cursor` for older messages; absent at the beginning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct WayToAnswer {
    pub channel_id: Ident,
    /// What the team calls the channel.
    pub channel: String,
    /// The kind of channel.
    #[schema(example = "E-mail")]
    pub kind: String,
    /// Whom the answer goes to.
    pub to: String,
    /// Characters that one message can carry.
    pub text_limit: usize,
    /// How many files can go along; 0 where it carries none.
    pub files: usize,
    /// Bytes of each at most.
    pub file_bytes: u64,
    /// For mail: whom an answer to all goes to.
    pub reply_all: Vec<String>,
    /// For mail: the addresses that it can come from, the proposed one first.
    pub from: Vec<String>,
}

/// One thing that somebody said.
#[derive(Serialize, ToSchema)]
pub(super) struct Message {
    pub id: Ident,
    pub conversation_id: Option<Ident>,
    pub thread_id: Ident,
    pub channel_id: Ident,
    /// `theirs` or `ours`.
    pub direction: String,
    /// `private` or `public`.
    pub visibility: String,
    pub person: Option<Person>,
    /// The address or account it was said by.
    pub handle: Option<String>,
    /// When it counts as said.
    pub at: i64,
    /// When the sender says it was written.
    pub stated_at: Option<i64>,
    /// 0 for the original; rises with each edit.
    pub revision: i64,
    /// Deleted where it was said; its words are gone.
    pub deleted: bool,
    /// ISO 639 code, `und` where it is not known.
    pub language: String,
    pub subject: Option<String>,
    /// Plain text as it came, quotes and signature included.
    pub text: String,
    pub attachments: Vec<Attachment>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Attachment {
    pub id: Ident,
    pub name: String,
    pub media_type: String,
    pub bytes: u64,
    /// The same for people.
    #[schema(example = "12 kB")]
    pub size: String,
}

/// A page of what was found, newest first.
#[derive(Serialize, ToSchema)]
pub(super) struct FoundPage {
    pub messages: Vec<Message>,
    /// Give it as `cursor` for older messages; absent at the end. A page may hold few messages or none and still have a
    /// next one, where much had to be looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// One sending of a message of ours, and what became of it.
#[derive(Serialize, ToSchema)]
pub(super) struct Delivery {
    pub id: Ident,
    pub message_id: Ident,
    pub conversation_id: Ident,
    pub channel_id: Ident,
    /// `queued`, `sent`, `failed`, `unknown` (it may have gone out; a person decides) or `withdrawn`.
    pub state: String,
    /// Why it is in that state, where there is something to say.
    pub reason: Option<String>,
    pub attempts: i64,
    pub created_at: i64,
    pub updated_at: i64,
}

/// The bytes of a file.
pub(super) struct File;

impl PartialSchema for File {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(SchemaType::AnyValue).description(Some("The bytes of a file.")).into()
    }
}

impl ToSchema for File {}

/// What went wrong (RFC 9457, `application/problem+json`).
#[derive(Serialize, ToSchema)]
pub(super) struct Problem {
    #[schema(example = "about:blank")]
    r#type: String,
    title: String,
    status: u16,
    /// What happened, what is safe, what to do.
    detail: String,
    /// What is wrong with which field, where it is a field's fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    errors: Option<std::collections::BTreeMap<String, String>>,
}

impl From<listing::InboxRow> for Conversation {
    fn from(row: listing::InboxRow) -> Self {
        Self {
            id: row.id.into(),
            subject: row.subject,
            state: row.state,
            person: row.person_id.map(|id| Person { id: id.into(), name: row.person_name }),
            channel_id: row.channel_id.into(),
            outcome: row.outcome,
            outcome_by: row.outcome_by.map(Ident::from),
            outcome_at: row.outcome_at,
            assignee_id: row.assignee_id.map(Ident::from),
            snoozed_until: row.snoozed_until,
            waiting_since: row.waiting_since,
            last_at: row.last_at,
            snippet: row.snippet,
            unread: row.unread,
        }
    }
}

impl From<Way> for WayToAnswer {
    fn from(way: Way) -> Self {
        Self {
            channel_id: way.channel.into(),
            channel: way.channel_name,
            kind: way.title,
            to: way.reply.first().map_or(way.to_handle, |recipient| recipient.address.clone()),
            text_limit: way.limits.most_characters(),
            files: way.limits.attachments,
            file_bytes: if way.limits.attachments == 0 { 0 } else { way.limits.attachment_bytes },
            reply_all: way.reply_all.into_iter().map(|recipient| recipient.address).collect(),
            from: way.from_addresses,
        }
    }
}

impl Message {
    /// Messages with the attachments that belong to each.
    pub fn with_attachments(messages: Vec<reading::Message>, attachments: &[reading::Attachment]) -> Vec<Self> {
        let of = |id| attachments.iter().filter(move |a| a.message_id == id).map(Attachment::from).collect();
        messages.into_iter().map(|message| Self { attachments: of(message.id), ..Self::from(message) }).collect()
    }
}

impl From<reading::Message> for Message {
    fn from(message: reading::Message) -> Self {
        Self {
            id: message.id.into(),
            conversation_id: message.conversation_id.map(Ident::from),
            thread_id: message.thread_id.into(),
            channel_id: message.channel_id.into(),
            direction: message.direction,
            visibility: message.visibility,
            person: message.person_id.map(|id| Person { id: id.into(), name: message.person_name }),
            handle: message.handle,
            at: message.at,
            stated_at: message.stated_at,
            revision: message.revision,
            deleted: message.state == "deleted",
            language: message.language,
            subject: message.subject,
            // Nobody who only reads says in somebody's place who they are.
            text: people::without_links(&message.text),
            attachments: Vec::new(),
        }
    }
}

impl From<&reading::Attachment> for Attachment {
    fn from(attachment: &reading::Attachment) -> Self {
        let bytes = attachment.size.unsigned_abs();
        Self {
            id: attachment.id.into(),
            name: attachment.name.clone(),
            media_type: attachment.media_type.clone(),
            bytes,
            size: size_words(bytes),
        }
    }
}

impl From<deliveries::Delivery> for Delivery {
    fn from(delivery: deliveries::Delivery) -> Self {
        Self {
            id: delivery.id.into(),
            message_id: delivery.message_id.into(),
            conversation_id: delivery.conversation_id.into(),
            channel_id: delivery.channel_id.into(),
            state: delivery.state.as_str().to_owned(),
            reason: delivery.reason,
            attempts: delivery.attempts,
            created_at: delivery.created_at,
            updated_at: delivery.updated_at,
        }
    }
}
