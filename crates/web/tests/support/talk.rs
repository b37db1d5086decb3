//! A tiny channel for tests: each item is one [`Line`] as JSON, and what we send is kept to be looked at.

use super::{NOW, Site};
use serde::{Deserialize, Serialize};
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicI64, Ordering},
};
use tertulia_connector::{Connector, Context, Elsewhere, FieldError, NormaliseError, SendError, Sent};
use tertulia_engine::{
    channels::{self, ChannelForm},
    intake,
};
use tertulia_model::{
    Author, AutoKind, Batch, ChannelId, ConnectorSpec, Content, ConversationId, CountBy, Direction, EchoSafety,
    EventKey, Inbound, InboundKind, Limits, MessageId, Outgoing, RawContent, RawItem, Recipient, RecipientRole, UserId,
    Visibility,
};
use tertulia_store::{listing, reading};

/// One thing that somebody said. `Line { subject: …, ..Line::new("1", "amina", "Hello") }`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    pub id: String,
    /// The handle; an address where the connector is named `email`.
    pub from: String,
    pub name: Option<String>,
    pub text: String,
    pub html: Option<String>,
    pub subject: Option<String>,
    pub at: i64,
    /// The id of the line that this answers.
    pub answers: Option<String>,
    pub ours: bool,
    /// Said in public, and not to us: heard, but no conversation.
    pub overheard: bool,
    /// An edit of the line with this id, if above 0.
    pub revision: i64,
    pub deleted: bool,
    /// Name, media type and content of a file.
    pub file: Option<(String, String, String)>,
    /// Who got a copy.
    pub copies: Vec<String>,
    pub our_address: Option<String>,
}

/// Lines made by [`Line::new`] come a second after each other.
static SECONDS: AtomicI64 = AtomicI64::new(0);

impl Line {
    pub fn new(id: &str, from: &str, text: &str) -> Self {
        Self {
            id: id.to_owned(),
            from: from.to_owned(),
            name: None,
            text: text.to_owned(),
            html: None,
            subject: None,
            at: NOW - 3_600_000 + SECONDS.fetch_add(1, Ordering::Relaxed) % 3_000 * 1_000,
            answers: None,
            ours: false,
            overheard: false,
            revision: 0,
            deleted: false,
            file: None,
            copies: Vec::new(),
            our_address: None,
        }
    }

    fn content(self, space: &str) -> Content {
        Content {
            author: Author { space: space.to_owned(), handle: self.from, display_name: self.name, claimed_mail: None },
            direction: if self.ours { Direction::Ours } else { Direction::Theirs },
            visibility: if self.overheard { Visibility::Public } else { Visibility::Private },
            addressed_to_us: !self.overheard,
            stated_at: Some(self.at),
            subject: self.subject,
            text: self.text,
            html: self.html,
            references: self.answers.into_iter().collect(),
            reply_token: None,
            copy_token: None,
            recipients: self
                .copies
                .into_iter()
                .map(|address| Recipient { role: RecipientRole::Cc, address, name: None })
                .collect(),
            our_address: self.our_address,
            reply_to: None,
            auto: AutoKind::Person,
            headers_only: false,
            permalink: None,
            attachments: self
                .file
                .map(|(name, media_type, bytes)| tertulia_model::Attachment {
                    name,
                    media_type,
                    content_id: None,
                    inline: false,
                    bytes: bytes.into_bytes(),
                })
                .into_iter()
                .collect(),
            shows: tertulia_model::Shows::default(),
            remarks: Vec::new(),
            reach: None,
            survey: None,
            language: None,
            profile: Vec::new(),
        }
    }
}

/// The connector. An item that is no [`Line`] goes to quarantine.
pub struct Talk {
    spec: ConnectorSpec,
    /// What was sent, in order.
    pub sent: Mutex<Vec<Outgoing>>,
    /// What sending fails with, while it is set.
    pub refuse: Mutex<Option<SendError>>,
    /// Whether a form shows what a sample would become.
    shows_samples: bool,
}

impl Talk {
    pub fn new() -> Arc<Self> {
        Self::named("talk")
    }

    /// As a kind of channel that is looked at again and again; here nobody looks.
    pub fn pulling(name: &str) -> Arc<Self> {
        let mut talk = Self::made(name);
        talk.spec.pulls = true;
        Arc::new(talk)
    }

    /// As a kind that brings in what is over: nobody writes to us there, and nothing can be answered.
    pub fn archive(name: &str) -> Arc<Self> {
        let mut talk = Self::made(name);
        talk.spec.sends = false;
        Arc::new(talk)
    }

    /// Under another name: what is named `email` carries subjects and recipients, and the program's own mails.
    pub fn named(name: &str) -> Arc<Self> {
        Arc::new(Self::made(name))
    }

    /// As a kind that carries nothing but text.
    pub fn without_files(name: &str) -> Arc<Self> {
        let mut talk = Self::made(name);
        (talk.spec.limits.attachments, talk.spec.limits.attachment_bytes) = (0, 0);
        Arc::new(talk)
    }

    /// As a kind whose form shows what a sample would become: lines, in a list.
    pub fn showing(name: &str) -> Arc<Self> {
        Arc::new(Self { shows_samples: true, ..Self::made(name) })
    }

    /// As a kind that visitors of our pages write on.
    pub fn hosting(name: &str) -> Arc<Self> {
        let mut talk = Self::made(name);
        talk.spec.hosts_visitors = true;
        Arc::new(talk)
    }

    fn made(name: &str) -> Self {
        let is_mail = name == "email";
        let spec = ConnectorSpec {
            name: name.to_owned(),
            title: if is_mail { "E-mail" } else { "Talk" }.to_owned(),
            summary: "Hears what a test says.".to_owned(),
            icon: if is_mail { "mail" } else { "message-circle" }.to_owned(),
            settings_schema: serde_json::json!({
                "type": "object",
                "required": ["account"],
                "properties": {
                    "account": { "type": "string", "title": "Account", "x-order": 1 },
                    "other_addresses": { "type": "string", "title": "Other addresses", "x-order": 3 },
                    "secret": { "type": "string", "format": "password", "title": "Password", "x-order": 2 },
                    "server": { "type": "string", "title": "Server", "x-receives-secrets": true, "x-order": 4 },
                },
            }),
            limits: Limits {
                text: 2_000,
                counts: CountBy::Characters,
                attachment_bytes: 1_000_000,
                attachments: 3,
                subject: is_mail,
                recipients: is_mail,
                ..Limits::NONE
            },
            echo_safety: EchoSafety::AtMostOnce,
            pulls: false,
            sends: true,
            hosts_visitors: false,
            cannot_hear: Vec::new(),
        };
        Self { spec, sent: Mutex::default(), refuse: Mutex::default(), shows_samples: false }
    }
}

#[async_trait::async_trait]
impl Connector for Talk {
    fn spec(&self) -> &ConnectorSpec {
        &self.spec
    }

    fn our_addresses(&self, settings: &serde_json::Value) -> Vec<String> {
        let also = settings["other_addresses"].as_str().map(str::to_lowercase);
        std::iter::once(self.account(settings)).chain(also).collect()
    }

    fn account(&self, settings: &serde_json::Value) -> String {
        settings["account"].as_str().unwrap_or_default().to_owned()
    }

    async fn test(&self, _: &Context) -> Result<Vec<String>, tertulia_connector::PullError> {
        Ok(vec!["Talk answers.".to_owned()])
    }

    fn normalise(&self, account: &str, _: &RawItem, bytes: &[u8]) -> Result<Vec<Inbound>, NormaliseError> {
        let line: Line = serde_json::from_slice(bytes).map_err(|error| NormaliseError(error.to_string()))?;
        let key = EventKey { source: self.source(account), external_id: line.id.clone() };
        let space = if self.spec.name == "email" { "mail" } else { &self.spec.name };
        let kind = match (line.deleted, line.revision) {
            (true, _) => InboundKind::Deleted,
            (false, 0) => InboundKind::Created(Box::new(line.content(space))),
            (false, revision) => InboundKind::Edited { revision, content: Box::new(line.content(space)) },
        };
        Ok(vec![Inbound { key, kind }])
    }

    fn source(&self, account: &str) -> String {
        format!("{}:{account}", self.spec.name)
    }

    fn preview(&self, settings: &serde_json::Value, sample: &[u8]) -> Option<Result<Vec<Inbound>, Vec<FieldError>>> {
        if !self.shows_samples {
            return None;
        }
        let account = self.account(settings);
        if account.is_empty() {
            return Some(Err(vec![FieldError::new("account", "Say whose place it is.")]));
        }
        let lines: Vec<serde_json::Value> = match serde_json::from_slice(sample) {
            Ok(lines) => lines,
            Err(_) => return Some(Err(vec![FieldError::new("sample", "This is no list.")])),
        };
        let item = raw("sample".to_owned(), Vec::new(), NOW);
        let read = lines.iter().map(|line| self.normalise(&account, &item, line.to_string().as_bytes()));
        let read: Result<Vec<_>, _> = read.collect();
        let wrong = |error: NormaliseError| vec![FieldError::new("sample", error.0)];
        Some(read.map(|events| events.into_iter().flatten().collect()).map_err(wrong))
    }

    fn said_elsewhere(&self, settings: &serde_json::Value, words: &Elsewhere) -> Option<RawItem> {
        let id = self.choose_external_id(settings, &words.unique);
        let line =
            Line { subject: Some(words.subject.clone()), at: words.at, ..Line::new(&id, &words.address, &words.text) };
        (self.spec.name == "email").then(|| raw(id, serde_json::to_vec(&line).unwrap(), words.at))
    }

    async fn send(&self, _: &Context, outgoing: &Outgoing) -> Result<Sent, SendError> {
        if let Some(error) = self.refuse.lock().unwrap().clone() {
            return Err(error);
        }
        self.sent.lock().unwrap().push(outgoing.clone());
        Ok(Sent { external_id: outgoing.external_id.clone() })
    }
}

/// Adds a channel of a [`Talk`] connector.
pub async fn channel(site: &Site, connector: &str, account: &str) -> ChannelId {
    channel_with(site, connector, account, &[]).await
}

/// As [`channel`], with more settings.
pub async fn channel_with(site: &Site, connector: &str, account: &str, more: &[(&str, &str)]) -> ChannelId {
    let mut form = ChannelForm { name: format!("{account}'s place"), ..ChannelForm::default() };
    form.settings.insert("account".to_owned(), account.into());
    form.settings.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())));
    channels::add(&site.engine, connector, form).await.unwrap()
}

/// The site hears these lines on a channel, each when it was said.
pub async fn hear(site: &Site, channel: ChannelId, lines: &[Line]) {
    let item = |line: &Line| raw(line.id.clone(), serde_json::to_vec(line).unwrap(), line.at);
    take(site, channel, lines.iter().map(item).collect()).await;
}

/// The site hears these lines only now, whenever they were said.
pub async fn hear_late(site: &Site, channel: ChannelId, lines: &[Line]) {
    let items = lines.iter().map(|line| (line.id.clone(), serde_json::to_vec(line).unwrap())).collect();
    hear_raw(site, channel, items).await;
}

/// The site hears these bytes on a channel, whatever they are; each with its key.
pub async fn hear_raw(site: &Site, channel: ChannelId, items: Vec<(String, Vec<u8>)>) {
    let items = items.into_iter().map(|(key, bytes)| raw(key, bytes, site.engine.now())).collect();
    take(site, channel, items).await;
}

fn raw(key: String, bytes: Vec<u8>, received_at: i64) -> RawItem {
    RawItem { key, content: RawContent::Memory(bytes), received_at, hint: Arc::new(serde_json::Value::Null) }
}

async fn take(site: &Site, channel: ChannelId, items: Vec<RawItem>) {
    let channel = tertulia_store::channels::get(&mut site.engine.db.reader(), channel).await.unwrap().unwrap();
    let connector = site.engine.registry.get(&channel.connector).unwrap().clone();
    let batch = Batch { items, ..Batch::default() };
    intake::submit(&site.engine, &channel, &connector, batch).await.unwrap();
}

/// The site hears one line; gives the conversation that holds it.
pub async fn conversation(site: &Site, channel: ChannelId, line: Line) -> ConversationId {
    hear(site, channel, std::slice::from_ref(&line)).await;
    let mut db = site.engine.db.reader();
    let all = listing::inbox(&mut db, UserId(0), listing::InboxFilter::default(), None, 1_000).await.unwrap();
    for row in all {
        let held = reading::conversation(&mut db, row.id, None, 1_000).await.unwrap();
        if held.iter().any(|message| message.external_id == line.id) {
            return row.id;
        }
    }
    panic!("no conversation holds {}", line.id)
}

/// A message of a conversation by the id of its line.
pub async fn message(site: &Site, conversation: ConversationId, line: &str) -> MessageId {
    let held = reading::conversation(&mut site.engine.db.reader(), conversation, None, 1_000).await.unwrap();
    held.into_iter().find(|message| message.external_id == line).unwrap().id
}
