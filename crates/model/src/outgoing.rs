//! What goes out.

use crate::{BlobRange, MessageId, Recipient, Visibility};
use serde::{Deserialize, Serialize};

/// One of our messages on its way to the wire.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outgoing {
    pub message: MessageId,
    /// What the message will be called at its source; chosen before the first attempt, the same in each.
    pub external_id: String,
    pub idempotency_key: String,
    /// The handle (visitor, account, number) that this answers; for mail the recipients say it.
    pub to_handle: String,
    /// Which of our addresses it is sent as.
    pub from_address: Option<String>,
    pub from_name: Option<String>,
    pub recipients: Vec<Recipient>,
    pub subject: Option<String>,
    pub text: String,
    /// External ids of the ancestors, oldest first; the last is what this answers.
    pub references: Vec<String>,
    /// Signed by the engine; e-mail carries it so that an answer finds its conversation without headers.
    pub reply_token: Option<String>,
    pub attachments: Vec<OutgoingAttachment>,
    /// What it passes on, below its own text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forwards: Option<Forwarded>,
    /// Written by the program and not by a person: said so on the wire where the channel can (RFC 3834).
    #[serde(default)]
    pub by_machine: bool,
    /// Who may read it: an answer to something private is never public.
    #[serde(default = "private")]
    pub visibility: Visibility,
}

/// What was queued before visibility was noted was mail and chat.
fn private() -> Visibility {
    Visibility::Private
}

/// A message that one of ours passes on to somebody else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forwarded {
    pub message: MessageId,
    /// Who wrote it to whom, and its words.
    pub text: String,
}

impl Outgoing {
    /// All that is to be read: the writer's own words, and below them what is passed on.
    pub fn whole_text(&self) -> String {
        match &self.forwards {
            None => self.text.clone(),
            Some(forwarded) if self.text.trim().is_empty() => forwarded.text.clone(),
            Some(forwarded) => format!("{}\n\n{}", self.text.trim_end(), forwarded.text),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutgoingAttachment {
    pub name: String,
    pub media_type: String,
    pub content: BlobRange,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeliveryState {
    Queued,
    Sent,
    Failed,
    /// The channel took it and never answered: a person decides.
    Unknown,
    /// Undone before it left.
    Withdrawn,
}

impl DeliveryState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Withdrawn => "withdrawn",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Queued, Self::Sent, Self::Failed, Self::Unknown, Self::Withdrawn]
            .into_iter()
            .find(|s| s.as_str() == text)
    }
}
