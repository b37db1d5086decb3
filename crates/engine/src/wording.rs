//! What stands beside a message's words, as it is stored: whom it went to, which parts are its writer's own.

use serde::{Deserialize, Serialize};
use tertulia_analysis::quotes::Parts;
use tertulia_model::{Content, Extent, MessageId, Millis, Recipient, UserId};
use tertulia_store::conversations::Outcome;

/// Who wrote to whom, and what there is to say of it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Envelope {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub recipients: Vec<Recipient>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub our_address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permalink: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
    /// The message that this one of ours passes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forwards: Option<MessageId>,
    /// How the conversation stood before this answer of ours, should it be taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Standing>,
    /// The member who entered it by hand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub brought_by: Option<UserId>,
}

/// How a conversation stands, and what an answer made of its state.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Standing {
    pub state: String,
    pub snoozed_until: Option<Millis>,
    pub waiting_since: Option<Millis>,
    pub last_at: Option<Millis>,
    pub woken: bool,
    pub outcome: Option<Outcome>,
    pub became: String,
}

impl Envelope {
    pub fn of(content: &Content) -> Self {
        Self {
            recipients: content.recipients.clone(),
            our_address: content.our_address.clone(),
            reply_to: content.reply_to.clone(),
            permalink: content.permalink.clone(),
            references: content.references.clone(),
            remarks: content.remarks.clone(),
            ..Self::default()
        }
    }

    pub fn parse(json: &str) -> Self {
        serde_json::from_str(json).unwrap_or_default()
    }

    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|_| "{}".to_owned())
    }
}

/// The ranges of a text, as pairs of bytes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct StoredParts {
    pub own: Vec<(usize, usize)>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub quoted: Vec<(usize, usize)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<(usize, usize)>,
}

impl StoredParts {
    pub fn of(parts: &Parts) -> Self {
        let pair = |extent: &Extent| (extent.start, extent.end);
        Self {
            own: parts.own.iter().map(pair).collect(),
            quoted: parts.quoted.iter().map(pair).collect(),
            signature: parts.signature.as_ref().map(pair),
        }
    }

    pub fn parse(json: &str) -> Self {
        serde_json::from_str(json).unwrap_or_default()
    }

    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|_| "{}".to_owned())
    }

    /// The writer's own words; the whole text where nothing was told apart.
    pub fn own_words(&self, text: &str) -> String {
        if self.own.is_empty() {
            return text.trim().to_owned();
        }
        let own: Vec<&str> = self.own.iter().filter_map(|(start, end)| text.get(*start..*end)).map(str::trim).collect();
        own.join("\n\n").trim().to_owned()
    }

    /// What was stripped: quotes and signature; one tap away on the screen.
    pub fn stripped(&self, text: &str) -> String {
        let mut extents = self.quoted.clone();
        extents.extend(self.signature);
        extents.sort_unstable();
        let parts: Vec<&str> =
            extents.iter().filter_map(|(start, end)| text.get(*start..*end)).map(str::trim_end).collect();
        parts.join("\n")
    }
}
