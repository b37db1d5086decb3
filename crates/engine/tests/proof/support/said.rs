//! Events, said shortly.

use super::{NOW, json::SOURCE};
use tertulia_model::{
    Attachment, Author, AutoKind, BounceNotice, Content, Direction, EventKey, Inbound, InboundKind, Recipient,
    RecipientRole, Shows, Visibility,
};

/// A message as a test thinks of it.
#[derive(Debug, Clone)]
pub struct Said {
    pub source: String,
    pub id: String,
    pub handle: String,
    pub space: String,
    pub name: Option<String>,
    pub subject: Option<String>,
    pub text: String,
    pub references: Vec<String>,
    pub at: i64,
    pub ours: bool,
    pub addressed: bool,
    pub auto: AutoKind,
    pub token: Option<String>,
    /// The token stands in its own header.
    pub is_copy: bool,
    /// Whom it went to, where that is not just us.
    pub recipients: Vec<Recipient>,
    pub our_address: String,
    pub reply_to: Option<String>,
    pub files: Vec<Attachment>,
    pub headers_only: bool,
    /// What stays where it was said.
    pub shows: Shows,
    pub reach: Option<i64>,
    /// What its author's profile says.
    pub profile: Vec<String>,
    /// Everybody can read it.
    pub public: bool,
    /// As its source says it.
    pub language: Option<String>,
}

/// Rosa writes to us, a minute later with each `n`.
pub fn said(id: &str, text: &str) -> Said {
    Said {
        source: SOURCE.to_owned(),
        id: id.to_owned(),
        handle: "rosa@home.example".to_owned(),
        space: "mail".to_owned(),
        name: Some("Rosa Vidal".to_owned()),
        subject: None,
        text: text.to_owned(),
        references: Vec::new(),
        at: NOW - 3_600_000,
        ours: false,
        addressed: true,
        auto: AutoKind::Person,
        token: None,
        is_copy: false,
        recipients: Vec::new(),
        our_address: "desk@shop.example".to_owned(),
        reply_to: None,
        files: Vec::new(),
        headers_only: false,
        shows: Shows::default(),
        reach: None,
        profile: Vec::new(),
        public: false,
        language: None,
    }
}

impl Said {
    pub fn by(self, handle: &str) -> Self {
        Self { handle: handle.to_owned(), name: None, ..self }
    }

    pub fn called(self, name: &str) -> Self {
        Self { name: Some(name.to_owned()), ..self }
    }

    pub fn answering(self, references: &[&str]) -> Self {
        Self { references: references.iter().map(|id| (*id).to_owned()).collect(), ..self }
    }

    /// So many minutes after the hour that stories begin at.
    pub fn at_minute(self, minute: i64) -> Self {
        Self { at: NOW - 3_600_000 + minute * 60_000, ..self }
    }

    /// Written by us, outside Tertulia.
    pub fn by_us(self) -> Self {
        Self { ours: true, addressed: false, handle: "desk@shop.example".to_owned(), name: None, ..self }
    }

    /// Said about us, not to us.
    pub fn overheard(self) -> Self {
        Self { addressed: false, ..self }
    }

    pub fn in_public(self) -> Self {
        Self { public: true, ..self }
    }

    pub fn auto(self, auto: AutoKind) -> Self {
        Self { auto, ..self }
    }

    pub fn with_token(self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self }
    }

    /// Sent by Tertulia, and found where sent mail lies.
    pub fn copy_with_token(self, token: &str) -> Self {
        Self { is_copy: true, ..self.by_us().with_token(token) }
    }

    pub fn about(self, subject: &str) -> Self {
        Self { subject: Some(subject.to_owned()), ..self }
    }

    pub fn to(mut self, role: RecipientRole, address: &str) -> Self {
        self.recipients.push(Recipient { role, address: address.to_owned(), name: None });
        self
    }

    /// Which of our addresses it came to.
    pub fn came_to(self, address: &str) -> Self {
        Self { our_address: address.to_owned(), ..self }
    }

    pub fn asks_answers_to(self, address: &str) -> Self {
        Self { reply_to: Some(address.to_owned()), ..self }
    }

    pub fn with_file(mut self, name: &str, bytes: &[u8]) -> Self {
        let (name, media_type) = (name.to_owned(), "image/png".to_owned());
        self.files.push(Attachment { name, media_type, content_id: None, inline: false, bytes: bytes.to_vec() });
        self
    }

    pub fn showing(self, shows: Shows) -> Self {
        Self { shows, ..self }
    }

    pub fn reaching(self, people: i64) -> Self {
        Self { reach: Some(people), ..self }
    }

    pub fn whose_profile_says(mut self, words: &str) -> Self {
        self.profile.push(words.to_owned());
        self
    }

    /// Too large to be fetched whole.
    pub fn only_headers(self) -> Self {
        Self { text: String::new(), files: Vec::new(), headers_only: true, ..self }
    }

    pub fn created(&self) -> Inbound {
        self.event(InboundKind::Created(Box::new(self.content(&self.text))))
    }

    pub fn edited(&self, revision: i64, text: &str) -> Inbound {
        self.event(InboundKind::Edited { revision, content: Box::new(self.content(text)) })
    }

    pub fn deleted(&self) -> Inbound {
        self.event(InboundKind::Deleted)
    }

    /// By a channel that remembers no names.
    pub fn deleted_by_hash(&self) -> Inbound {
        let kind = InboundKind::DeletedByHash(EventKey::hash(&self.source, &self.id));
        let key = EventKey { source: self.source.clone(), external_id: "a hash".to_owned() };
        Inbound { key, kind }
    }

    fn event(&self, kind: InboundKind) -> Inbound {
        Inbound { key: EventKey { source: self.source.clone(), external_id: self.id.clone() }, kind }
    }

    fn content(&self, text: &str) -> Content {
        let to = if self.ours { "rosa@home.example" } else { "desk@shop.example" };
        Content {
            author: Author {
                space: self.space.clone(),
                handle: self.handle.clone(),
                display_name: self.name.clone(),
                claimed_mail: None,
            },
            direction: if self.ours { Direction::Ours } else { Direction::Theirs },
            visibility: if self.public { Visibility::Public } else { Visibility::Private },
            addressed_to_us: self.addressed,
            stated_at: Some(self.at),
            subject: self.subject.clone(),
            text: text.to_owned(),
            html: None,
            references: self.references.clone(),
            reply_token: self.token.clone(),
            copy_token: self.token.clone().filter(|_| self.is_copy),
            recipients: if self.recipients.is_empty() {
                vec![Recipient { role: RecipientRole::To, address: to.to_owned(), name: None }]
            } else {
                self.recipients.clone()
            },
            our_address: Some(self.our_address.clone()),
            reply_to: self.reply_to.clone(),
            auto: self.auto,
            headers_only: self.headers_only,
            permalink: None,
            attachments: self.files.clone(),
            shows: self.shows,
            remarks: Vec::new(),
            reach: self.reach,
            survey: None,
            language: self.language.clone(),
            profile: self.profile.clone(),
        }
    }
}

/// Our mail came back.
pub fn bounced(notice_id: &str, id: &str, permanent: bool) -> Inbound {
    bounced_from(notice_id, id, permanent, &[])
}

/// Our mail came back from some of its recipients.
pub fn bounced_from(notice_id: &str, id: &str, permanent: bool, failed: &[&str]) -> Inbound {
    let failed = failed.iter().map(|address| (*address).to_owned()).collect();
    let notice = BounceNotice { bounced_id: id.to_owned(), permanent, failed, reason: "No such mailbox.".to_owned() };
    Inbound {
        key: EventKey { source: SOURCE.to_owned(), external_id: notice_id.to_owned() },
        kind: InboundKind::Bounced(notice),
    }
}
