//! What a gateway brought, as it is kept: the raw item's JSON, and how it is understood again later.

use crate::{
    pieces::{self, Piece},
    wish::{self, Wish},
};
use serde::{Deserialize, Serialize};
use tertulia_connector::{NormaliseError, numbers as number, readable};
use tertulia_model::{
    Author, AutoKind, BounceNotice, Content, Direction, EventKey, Inbound, InboundKind, Millis, Shows, Visibility,
};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Brought {
    Text(Text),
    Report(Report),
}

/// A text message, in as many pieces as came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// The gateway's id of it.
    pub id: String,
    pub from: String,
    pub to: String,
    /// When the network took it, as the gateway says.
    pub at: Option<Millis>,
    pub pieces: Vec<Piece>,
    /// How many there should be.
    pub of: u8,
    /// Above 0 where more of a message came after it was stored incomplete.
    #[serde(default)]
    pub revision: i64,
    /// The types of the files that came with it.
    #[serde(default)]
    pub files: Vec<String>,
    /// STOP, START or HELP, where the gateway understood it itself and has answered.
    #[serde(default)]
    pub obeyed: Option<String>,
}

/// What became of a message of ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The external id that it went out with.
    pub id: String,
    pub state: Fate,
    /// In the gateway's words.
    pub reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    Delivered,
    Failed,
    /// Somewhere on its way.
    Underway,
}

/// What the settings add, kept beside each item so that it is understood the same way later.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Hint {
    pub country: String,
    pub stop_words: Vec<String>,
    pub stop_answer: String,
    pub start_answer: String,
    pub help_answer: String,
}

impl Hint {
    fn answer_to(&self, wish: Wish) -> Option<String> {
        let answer = match wish {
            Wish::Stop => &self.stop_answer,
            Wish::Start => &self.start_answer,
            Wish::Help => &self.help_answer,
        };
        Some(answer.clone()).filter(|answer| !answer.is_empty())
    }
}

/// The root that all hangs on which two numbers say to each other.
pub fn talk(theirs: &str, ours: &str) -> String {
    format!("talk:{theirs}:{ours}")
}

pub fn source(account: &str) -> String {
    format!("sms:{account}")
}

pub fn normalise(account: &str, hint: &Hint, bytes: &[u8]) -> Result<Vec<Inbound>, NormaliseError> {
    let brought: Brought = serde_json::from_slice(bytes)
        .map_err(|error| NormaliseError(format!("This is nothing that a gateway brought: {error}.")))?;
    match brought {
        Brought::Text(text) => text.normalise(account, hint),
        Brought::Report(report) => Ok(report.normalise(account).into_iter().collect()),
    }
}

impl Text {
    fn normalise(self, account: &str, hint: &Hint) -> Result<Vec<Inbound>, NormaliseError> {
        if self.id.is_empty() {
            return Err(NormaliseError("The gateway gave this text message no id.".to_owned()));
        }
        let (said, mut remarks) = pieces::read(&self.pieces, self.of).map_err(NormaliseError)?;
        let text = readable(&said);
        remarks.extend(self.remark_on_files());
        if text.is_empty() && remarks.is_empty() {
            return Err(NormaliseError("This text message is empty.".to_owned()));
        }
        let handle = number::handle(&self.from, &hint.country)
            .ok_or_else(|| NormaliseError("This text message does not say who sent it.".to_owned()))?;
        let author = Author { space: number::SPACE.to_owned(), handle, display_name: None, claimed_mail: None };
        let mut events: Vec<Inbound> =
            self.consent(&author, &text, hint).map(|kind| self.event(account, "/wish", kind)).into_iter().collect();
        let content = Box::new(self.content(author, text, remarks, hint));
        events.push(self.event(account, "", InboundKind::Created(content.clone())));
        if self.revision > 0 {
            // Where it was stored with less of it, that is known and this is what counts.
            events.push(self.event(account, "", InboundKind::Edited { revision: self.revision, content }));
        }
        Ok(events)
    }

    fn event(&self, account: &str, suffix: &str, kind: InboundKind) -> Inbound {
        let key = EventKey { source: source(account), external_id: format!("in:{}{suffix}", self.id) };
        Inbound { key, kind }
    }

    /// STOP, START and HELP go before everything else. Where the gateway obeyed already, it has answered, too.
    fn consent(&self, author: &Author, text: &str, hint: &Hint) -> Option<InboundKind> {
        let (wish, answer) = match self.obeyed.as_deref().and_then(|word| wish::wish(word, &[])) {
            Some(wish) => (wish, None),
            None => wish::wish(text, &hint.stop_words).map(|wish| (wish, hint.answer_to(wish)))?,
        };
        let words: String = text.chars().take(200).collect();
        Some(InboundKind::Consent { author: author.clone(), allowed: wish.allowed(), words, answer })
    }

    fn content(&self, author: Author, text: String, remarks: Vec<String>, hint: &Hint) -> Content {
        let ours = number::handle(&self.to, &hint.country).unwrap_or_default();
        Content {
            addressed_to_us: true,
            stated_at: self.at,
            // There are no reply headers: all that two numbers say to each other is one thread. It hangs on a root that
            // never comes, since no message can have its id.
            references: vec![talk(&author.handle, &ours)],
            our_address: Some(ours).filter(|ours| !ours.is_empty()),
            // Under a name instead of a number only programmes write, and nobody can answer them.
            auto: if number::is_number(&author.handle) { AutoKind::Person } else { AutoKind::Bulk },
            shows: self.files.iter().map(|kind| Shows::file(kind)).collect(),
            remarks,
            ..Content::said(author, Direction::Theirs, Visibility::Private, text)
        }
    }

    fn remark_on_files(&self) -> Option<String> {
        let kinds: Vec<&str> = self.files.iter().map(String::as_str).collect();
        match kinds.len() {
            0 => None,
            1 => Some(format!("A file came with it ({}); it stays at the gateway.", kinds[0])),
            n => Some(format!("{n} files came with it ({}); they stay at the gateway.", kinds.join(", "))),
        }
    }
}

impl Report {
    /// Reports come in any order: what is underway is heard and says nothing, so that it can undo nothing.
    fn normalise(self, account: &str) -> Option<Inbound> {
        let word = match self.state {
            Fate::Underway => return None,
            Fate::Delivered => "delivered",
            Fate::Failed => "failed",
        };
        let key = EventKey { source: source(account), external_id: format!("report:{}/{word}", self.id) };
        let kind = match self.state {
            Fate::Failed => InboundKind::Bounced(BounceNotice {
                bounced_id: self.id,
                permanent: true,
                failed: Vec::new(),
                reason: self.reason,
            }),
            _ => InboundKind::Arrived { id: self.id },
        };
        Some(Inbound { key, kind })
    }
}
