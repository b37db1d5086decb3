//! What a visitor said, as it is kept: the raw item's JSON, and how it is understood again later.

use serde::{Deserialize, Serialize};
use tertulia_connector::{NormaliseError, readable};
use tertulia_model::{Author, AutoKind, Content, Direction, EventKey, Inbound, InboundKind, Millis, Shows, Visibility};

/// How long a message may have waited in a page without network and still be believed to be that old.
const LONGEST_WAIT: Millis = 30 * 24 * 60 * 60 * 1000;
const LONGEST_HANDLE: usize = 220;

/// One message of a visitor, with all that `receive` knew of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    /// The format of this JSON: 1.
    pub v: u8,
    pub handle: String,
    /// The UUID that the page chose.
    pub id: String,
    pub text: String,
    pub received: Millis,
    /// By the visitor's own clock: when it was written, and when it was posted at last.
    pub written: Option<Millis>,
    pub posted: Option<Millis>,
    pub name: Option<String>,
    pub claimed_mail: Option<String>,
}

impl Said {
    pub fn normalise(self, account: &str) -> Result<Inbound, NormaliseError> {
        let wrong = |what: &str| NormaliseError(format!("This is not a message of the web chat: {what}."));
        if self.v != 1 {
            return Err(wrong("its format is not known"));
        }
        if !is_handle(&self.handle) {
            return Err(wrong("it names no visitor"));
        }
        if !is_message_id(&self.id) {
            return Err(wrong("its id is no UUID"));
        }
        let text = readable(&self.text);
        if text.is_empty() {
            return Err(wrong("it is empty"));
        }
        let key = EventKey { source: source(account), external_id: external_id(&self.handle, &self.id) };
        let content = self.content(account, text);
        Ok(Inbound { key, kind: InboundKind::Created(Box::new(content)) })
    }

    fn content(self, account: &str, text: String) -> Content {
        Content {
            stated_at: Some(self.stated_at()),
            references: vec![root_of(&self.handle)],
            author: Author {
                space: source(account),
                handle: self.handle,
                display_name: self.name,
                claimed_mail: self.claimed_mail,
            },
            direction: Direction::Theirs,
            visibility: Visibility::Private,
            addressed_to_us: true,
            subject: None,
            text,
            html: None,
            reply_token: None,
            copy_token: None,
            recipients: Vec::new(),
            our_address: Some(account.to_owned()),
            reply_to: None,
            auto: AutoKind::Person,
            headers_only: false,
            permalink: None,
            attachments: Vec::new(),
            shows: Shows::default(),
            remarks: Vec::new(),
            reach: None,
            survey: None,
            language: None,
            profile: Vec::new(),
        }
    }

    /// The visitor's clock may be years off, but how long the message waited there is the difference of two of its
    /// readings, and that is believed.
    fn stated_at(&self) -> Millis {
        let waited = match (self.written, self.posted) {
            (Some(written), Some(posted)) => posted.saturating_sub(written).clamp(0, LONGEST_WAIT),
            _ => 0,
        };
        self.received.saturating_sub(waited)
    }
}

/// The space of the chat's ids and handles: our own store, one account at a time.
pub fn source(account: &str) -> String {
    format!("webchat:{account}")
}

/// The visitor is part of the id, so that nobody can take away another's message by choosing the same UUID.
fn external_id(handle: &str, id: &str) -> String {
    format!("{handle}/{}", id.to_ascii_lowercase())
}

/// A chat has no reply headers: all that one visitor says is one thread. Threads are made of references alone, so each
/// message names the same ancestor, a root that never comes and that gathers whatever has it in common. No message can
/// bear this id, since a message's own has a slash and a UUID at its end.
fn root_of(handle: &str) -> String {
    format!("chat-of:{handle}")
}

pub fn is_handle(handle: &str) -> bool {
    let name = handle.strip_prefix("visitor:").or_else(|| handle.strip_prefix("user:"));
    name.is_some_and(|name| !name.is_empty()) && handle.chars().count() <= LONGEST_HANDLE
}

/// A UUID as text (RFC 9562 §4): 8-4-4-4-12 hex digits, of any version.
pub fn is_message_id(id: &str) -> bool {
    id.len() == 36
        && id.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(written: Option<Millis>, posted: Option<Millis>) -> Said {
        Said {
            v: 1,
            handle: "visitor:abc".to_owned(),
            id: "3F0E2B1C-5d1f-4a64-9d0b-0a1b2c3d4e5f".to_owned(),
            text: "Hola".to_owned(),
            received: 1_750_000_000_000,
            written,
            posted,
            name: None,
            claimed_mail: None,
        }
    }

    #[test]
    fn a_message_that_waited_for_the_network_keeps_its_place_whatever_the_visitors_clock() {
        let wrong_clock = 86_400_000;
        let waited = said(Some(wrong_clock), Some(wrong_clock + 90_000));
        assert_eq!(waited.stated_at(), 1_750_000_000_000 - 90_000);
        assert_eq!(said(None, Some(5)).stated_at(), 1_750_000_000_000);
        assert_eq!(said(Some(90_000), Some(0)).stated_at(), 1_750_000_000_000, "no message comes from the future");
        assert_eq!(said(Some(Millis::MIN), Some(Millis::MAX)).stated_at(), 1_750_000_000_000 - LONGEST_WAIT);
    }

    #[test]
    fn the_case_of_a_uuid_makes_no_second_message() {
        let upper = said(None, None).normalise("shop").unwrap();
        let mut lower = said(None, None);
        lower.id = lower.id.to_lowercase();
        assert_eq!(upper.key, lower.normalise("shop").unwrap().key);
    }

    #[test]
    fn only_a_uuid_is_a_message_id() {
        assert!(is_message_id("3f0e2b1c-5d1f-4a64-9d0b-0a1b2c3d4e5f"));
        for wrong in
            ["", "x", "3f0e2b1c-5d1f-4a64-9d0b-0a1b2c3d4e5", "3f0e2b1c-5d1f-4a64-9d0b-0a1b2c3d4e5g", &"é".repeat(18)]
        {
            assert!(!is_message_id(wrong), "{wrong}");
        }
    }
}
