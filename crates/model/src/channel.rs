//! What a connector says of itself, and the state of a channel.

use crate::counting;
use serde::{Deserialize, Serialize};

/// A connector's description of itself: the form to add a channel, what the composer must respect, how a repeated
/// sending is kept from doubling.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConnectorSpec {
    /// The folder's name: `email`, `webchat` …
    pub name: String,
    /// What people call it: "E-mail".
    pub title: String,
    /// One plain sentence on what it hears.
    pub summary: String,
    /// The lucide icon's name.
    pub icon: String,
    /// JSON Schema (2020-12) of the settings: an object whose properties carry `title`, `description`, `default`,
    /// `enum`, `format` (`password` for secrets) and `x-order`. The form, its validation and the docs page come from it.
    pub settings_schema: serde_json::Value,
    pub limits: Limits,
    pub echo_safety: EchoSafety,
    /// Whether `pull` is to be called; a connector that only receives says no.
    pub pulls: bool,
    /// Whether people can be answered on it.
    pub sends: bool,
    /// Whether our own server hosts its visitors (the web chat's page and live stream).
    pub hosts_visitors: bool,
    /// What this kind of channel never shows us, one plain sentence each: the ledger says so beside its figures.
    pub cannot_hear: Vec<String>,
}

impl ConnectorSpec {
    /// The names of the settings that are secrets: kept encrypted, never shown again.
    pub fn secret_names(&self) -> Vec<&str> {
        let properties = self.settings_schema.get("properties").and_then(|p| p.as_object());
        properties
            .into_iter()
            .flatten()
            .filter(|(_, schema)| schema.get("format").and_then(|f| f.as_str()) == Some("password"))
            .map(|(name, _)| name.as_str())
            .collect()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// The longest message, in what `counts` counts.
    pub text: usize,
    pub counts: CountBy,
    /// Bytes in one attachment; 0 where the channel carries none.
    pub attachment_bytes: u64,
    pub attachments: usize,
    pub subject: bool,
    /// Whether a message can be addressed to anybody (To, Cc, Bcc): a reply to several people, and a forward.
    pub recipients: bool,
    /// For how many milliseconds after somebody's last word they can be answered, where the service closes it then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer_within: Option<i64>,
}

impl Limits {
    /// A channel that cannot be written to.
    pub const NONE: Self = Self {
        text: 0,
        counts: CountBy::Characters,
        attachment_bytes: 0,
        attachments: 0,
        subject: false,
        recipients: false,
        answer_within: None,
    };

    /// Words and nothing else.
    pub const fn words(text: usize, counts: CountBy) -> Self {
        Self { text, counts, ..Self::NONE }
    }
}

impl Limits {
    /// Whether somebody can still be answered whose last word came at `last`.
    pub fn is_open(&self, last: i64, now: i64) -> bool {
        self.answer_within.is_none_or(|within| now.saturating_sub(last) <= within)
    }

    /// How long a text is, in what the channel counts.
    pub fn length(&self, text: &str) -> usize {
        match self.counts {
            CountBy::SmsParts => crate::sms_parts(text).parts,
            CountBy::Characters => text.chars().count(),
            CountBy::ShortLinks => counting::short_links(text),
            CountBy::Graphemes => counting::graphemes(text),
        }
    }

    /// About how many characters go into the longest message: for a counter that only knows characters.
    pub fn most_characters(&self) -> usize {
        match self.counts {
            // Of GSM 03.38, in each of several parts.
            CountBy::SmsParts => self.text.saturating_mul(153),
            CountBy::Characters | CountBy::ShortLinks | CountBy::Graphemes => self.text,
        }
    }

    /// What is counted: "characters".
    pub fn unit(&self) -> &'static str {
        match self.counts {
            CountBy::SmsParts => "parts",
            CountBy::Characters | CountBy::ShortLinks | CountBy::Graphemes => "characters",
        }
    }
}

/// What a channel's limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CountBy {
    /// Unicode scalar values.
    Characters,
    /// As Mastodon counts: a link is 23 characters, of a name only what stands before its server.
    ShortLinks,
    /// What a reader sees as one character (UAX #29).
    Graphemes,
    /// Parts of a text message: 160 characters of GSM 03.38 or 70 of UCS-2 in a single one, 153 or 67 in each of several.
    SmsParts,
}

impl CountBy {
    /// The name by which the composer knows how to count.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Characters => "characters",
            Self::ShortLinks => "short_links",
            Self::Graphemes => "graphemes",
            Self::SmsParts => "sms_parts",
        }
    }
}

/// How a message can be sent again after a time-out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EchoSafety {
    /// The channel drops a repeat that carries the same key.
    ProviderDedup,
    /// What was sent can be looked for; found means sent, not found proves nothing.
    CheckThenSend,
    /// A repeat is a second message: never by itself.
    AtMostOnce,
}

/// How an answer came about, which is a reason for sources to differ by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Said in public, unasked.
    Social,
    /// Said to us, for a reason: a question, a complaint.
    Service,
    /// Asked, with a question and answers to choose from.
    Survey,
    /// Noted by somebody after talking.
    Offline,
}

impl Mode {
    pub const ALL: [Self; 4] = [Self::Social, Self::Service, Self::Survey, Self::Offline];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Social => "social",
            Self::Service => "service",
            Self::Survey => "survey",
            Self::Offline => "offline",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == text)
    }

    /// Of what was said on a kind of channel: as the kind has it, else by whether everybody could read it.
    pub fn of(kind: Option<Self>, is_public: bool) -> Self {
        kind.unwrap_or(if is_public { Self::Social } else { Self::Service })
    }

    /// What is to be kept in mind of it.
    pub fn note(self) -> &'static str {
        match self {
            Self::Social => "said unasked and in public: who is moved speaks, and others listen in",
            Self::Service => "said to us for a reason: whoever has no trouble does not write",
            Self::Survey => "answered when asked: the words of the question and who answers at all shape it",
            Self::Offline => "noted by somebody after talking: few places, and what was noted is already a choice",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChannelState {
    Live,
    Paused,
    /// It fails and is tried again by itself.
    Failing,
    /// It needs a person: new credentials, a mended setting.
    Stopped,
    Deleted,
}

impl ChannelState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Paused => "paused",
            Self::Failing => "failing",
            Self::Stopped => "stopped",
            Self::Deleted => "deleted",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Live, Self::Paused, Self::Failing, Self::Stopped, Self::Deleted].into_iter().find(|s| s.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_kind_of_channel_says_of_itself_holds_else_who_could_read_it() {
        assert_eq!([Mode::of(None, true), Mode::of(None, false)], [Mode::Social, Mode::Service]);
        assert_eq!(Mode::of(Some(Mode::Survey), false), Mode::Survey);
        assert!(Mode::ALL.iter().all(|mode| Mode::parse(mode.as_str()) == Some(*mode)));
    }

    #[test]
    fn a_limit_counts_what_its_channel_counts() {
        let sms = Limits::words(10, CountBy::SmsParts);
        assert_eq!(
            [sms.length("Yes, until six."), sms.length(&"a".repeat(161)), sms.length(&"й".repeat(71))],
            [1, 2, 2]
        );
        assert_eq!((sms.most_characters(), sms.unit()), (1_530, "parts"));
        let mail = Limits::words(500, CountBy::Characters);
        assert_eq!((mail.length("né"), mail.most_characters(), mail.unit()), (2, 500, "characters"));
    }
}
