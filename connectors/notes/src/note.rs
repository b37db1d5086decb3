//! A note as it is kept, and what it says. Pure: who it was with was settled when it came.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use tertulia_connector::{FieldError, NormaliseError, addresses::is_mail_address, numbers, readable, words::one_line};
use tertulia_model::{
    Attachment, Author, Content, Direction, EventKey, Inbound, InboundKind, Millis, Recipient, RecipientRole,
    Visibility,
};

use crate::settings::{FILE_BYTES, KINDS, MOST_CHARACTERS, MOST_FILES};

const LONGEST_NAME: usize = 100;
const LONGEST_KIND: usize = 60;
/// How far ahead of ours a clock may be: what is later is a slip.
const AHEAD: Millis = 10 * 60_000;

/// One talk, or one thing that was said later in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Note {
    pub id: String,
    /// Of whom; none where only we are known to have said something.
    pub author: Option<Author>,
    /// "Phone call".
    #[serde(default)]
    pub kind: String,
    pub at: Option<Millis>,
    #[serde(default)]
    pub they_said: String,
    #[serde(default)]
    pub we_said: String,
    #[serde(default)]
    pub language: Option<String>,
    /// The id of what it goes on from.
    #[serde(default)]
    pub answers: Option<String>,
    #[serde(default)]
    pub remarks: Vec<String>,
    #[serde(default)]
    pub files: Vec<KeptFile>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptFile {
    name: String,
    media_type: String,
    base64: String,
}

pub fn source(account: &str) -> String {
    format!("notes:{}", account.to_lowercase())
}

/// Who it was with: by their number or address the same person as wherever they call or write from; without one, somebody
/// else each time, for two people may have one name.
pub fn who(account: &str, id: &str, name: &str, contact: &str, country: &str) -> Result<Author, FieldError> {
    let display_name = Some(one_line(name, LONGEST_NAME)).filter(|name| !name.is_empty());
    let contact = contact.trim();
    let (space, handle) = if contact.is_empty() {
        (source(account), format!("unnamed:{id}"))
    } else if is_mail_address(contact) {
        ("mail".to_owned(), contact.to_lowercase())
    } else if let Some(number) = numbers::canonical(contact, country) {
        (numbers::SPACE.to_owned(), number)
    } else {
        let home = match country {
            "" => " (numbers as they are dialled at home need the country code in the channel\u{2019}s settings)",
            _ => "",
        };
        let message = format!(
            "\u{201c}{}\u{201d} is neither a telephone number nor a mail address. Write +49 170 1234567 or \
             name@example.org, or leave it empty{home}.",
            one_line(contact, 60)
        );
        return Err(FieldError::new("contact", message));
    };
    Ok(Author { space, handle, display_name, claimed_mail: None })
}

/// What a kind is called: one of ours by its name in several languages, or whatever was written.
pub fn kind_words(written: &str) -> String {
    const NAMES: [(&str, &str); 4] = [
        (
            "call",
            "call phonecall phone telephone call anruf telefonat telefon llamada telefono appel telephone ligacao chamada \
             chiamata звонок телефон 电话 電話 전화 اتصال",
        ),
        (
            "meeting",
            "meeting meet visit besuch treffen gesprach reunion encuentro visita rendezvous reuniao incontro встреча 会议 会面 面談 회의 اجتماع",
        ),
        ("letter", "letter post mailing brief carta lettre lettera письмо 信 手紙 편지 رسالة"),
        (
            "counter",
            "counter inperson desk shop store theke schalter laden mostrador tienda comptoir balcao bancone магазин 柜台 窓口 店頭 매장",
        ),
    ];
    let folded = tertulia_connector::table::folded(written);
    let known = NAMES.iter().find(|(_, names)| names.split_whitespace().any(|name| name == folded));
    let words = known.and_then(|(kind, _)| KINDS.iter().find(|(name, _)| name == kind)).map(|(_, words)| *words);
    words.map_or_else(|| one_line(written, LONGEST_KIND), str::to_owned)
}

/// A moment that was named: what is still to come was not said yet.
pub fn past(at: Option<Millis>, now: Millis) -> Result<Option<Millis>, FieldError> {
    match at {
        Some(at) if at > now + AHEAD => {
            Err(FieldError::new("when", "This time is still to come. Write when it was said."))
        }
        at => Ok(at),
    }
}

/// Words as they are kept.
pub fn said(field: &str, text: &str) -> Result<String, FieldError> {
    let text = readable(text);
    let long = text.chars().count();
    if long > MOST_CHARACTERS {
        let message = format!(
            "This has {long} characters; a note takes {MOST_CHARACTERS}. Keep the rest as a file that goes along."
        );
        return Err(FieldError::new(field, message));
    }
    Ok(text)
}

/// Files as they are kept.
pub fn kept_files(files: &[Attachment]) -> Result<Vec<KeptFile>, FieldError> {
    if files.len() > MOST_FILES {
        let message = format!("These are {} files; a note takes {MOST_FILES}. Leave some out.", files.len());
        return Err(FieldError::new("files", message));
    }
    if let Some(large) = files.iter().find(|file| file.bytes.len() as u64 > FILE_BYTES) {
        let message =
            format!("{} is larger than {} MB, the most that a note takes.", large.name, FILE_BYTES / 1_000_000);
        return Err(FieldError::new("files", message));
    }
    let kept = |file: &Attachment| KeptFile {
        name: one_line(&file.name, 120),
        media_type: file.media_type.clone(),
        base64: STANDARD.encode(&file.bytes),
    };
    Ok(files.iter().map(kept).collect())
}

impl Note {
    pub fn is_empty(&self) -> bool {
        self.they_said.is_empty() && self.we_said.is_empty() && self.files.is_empty()
    }

    /// The name of the first of its messages.
    pub fn first(&self, account: &str) -> EventKey {
        let only_ours = self.they_said.is_empty() && !self.we_said.is_empty();
        self.key(account, if only_ours { "/we" } else { "" })
    }

    fn key(&self, account: &str, suffix: &str) -> EventKey {
        EventKey { source: source(account), external_id: format!("{}{suffix}", self.id) }
    }

    pub fn normalise(&self, account: &str, received_at: Millis) -> Result<Vec<Inbound>, NormaliseError> {
        if self.id.is_empty() || self.answers.as_ref() == Some(&self.id) {
            return Err(NormaliseError("This note has no id of its own.".to_owned()));
        }
        if self.is_empty() {
            return Err(NormaliseError("This note says nothing.".to_owned()));
        }
        let attachments = self.files.iter().map(KeptFile::attachment).collect::<Result<Vec<_>, _>>()?;
        let parent: Vec<String> = self.answers.iter().cloned().collect();
        // Of a talk, both before it is heard, and ours after theirs: what was answered in the talk itself may still need
        // somebody. What goes on from it comes last.
        let latest = if self.answers.is_some() { received_at } else { received_at.saturating_sub(2) };
        let at = self.at.unwrap_or(received_at).min(latest);
        let theirs = !self.they_said.is_empty() || self.we_said.is_empty();
        let mut events = Vec::new();
        let mut files = Some(attachments);
        if theirs {
            let mut content = self.content(account, Direction::Theirs, &self.they_said, at);
            content.attachments = files.take().unwrap_or_default();
            content.references = parent.clone();
            events.push((String::new(), content));
        }
        if !self.we_said.is_empty() {
            let mut content = self.content(account, Direction::Ours, &self.we_said, at + 1);
            content.attachments = files.take().unwrap_or_default();
            content.references = if theirs { vec![self.id.clone()] } else { parent };
            events.push(("/we".to_owned(), content));
        }
        let event = |(suffix, content): (String, Content)| Inbound {
            key: self.key(account, &suffix),
            kind: InboundKind::Created(Box::new(content)),
        };
        Ok(events.into_iter().map(event).collect())
    }

    fn content(&self, account: &str, direction: Direction, text: &str, at: Millis) -> Content {
        let unnamed = || Author {
            space: source(account),
            handle: format!("unnamed:{}", self.id),
            display_name: None,
            claimed_mail: None,
        };
        let them = self.author.clone().unwrap_or_else(unnamed);
        let ours = direction == Direction::Ours;
        let to = Recipient { role: RecipientRole::To, address: them.handle.clone(), name: them.display_name.clone() };
        let us = Author { handle: "us".to_owned(), display_name: None, ..them.clone() };
        Content {
            addressed_to_us: !ours,
            stated_at: Some(at),
            subject: Some(self.kind.clone()).filter(|kind| !kind.is_empty()),
            recipients: if ours { vec![to] } else { Vec::new() },
            language: self.language.clone(),
            remarks: self.remarks.clone(),
            ..Content::said(if ours { us } else { them }, direction, Visibility::Private, text.to_owned())
        }
    }
}

impl KeptFile {
    fn attachment(&self) -> Result<Attachment, NormaliseError> {
        let bytes = STANDARD.decode(&self.base64);
        let bytes = bytes.map_err(|_| NormaliseError(format!("The file {} cannot be read.", self.name)))?;
        Ok(Attachment {
            name: self.name.clone(),
            media_type: self.media_type.clone(),
            content_id: None,
            inline: false,
            bytes,
        })
    }
}
