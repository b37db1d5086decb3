//! How those speak who ask: in rooms that the demo's story has (mail, the chat) and in two of its own, by the one way in.

use super::{
    Director,
    script::{Room, Said},
};
use crate::demo::{
    letter::Letter,
    lines,
    load::{self, Channels},
    story::Story,
};
use anyhow::{Context, Result};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::sync::Arc;
use tertulia_connector::{Secret, SecretSet};
use tertulia_engine::{Engine, intake};
use tertulia_model::{Batch, ChannelId, ConversationId, MessageId, Millis, Outgoing, PersonId, RawContent, RawItem};
use tertulia_store::channels;

/// Our account on the server of the neighbourhood, and our number.
const SERVER: &str = "plaza.example";
const ACCOUNT: &str = "fuenteyflor";
const NUMBER: &str = "+34600000142";

#[derive(Debug, Clone, Copy)]
pub struct Rooms {
    mail: ChannelId,
    chat: ChannelId,
    posts: ChannelId,
    texts: ChannelId,
}

/// What was heard, and where.
#[derive(Debug, Clone, Copy)]
pub struct Heard {
    pub channel: ChannelId,
    pub message: MessageId,
    pub conversation: ConversationId,
    pub person: PersonId,
}

impl Heard {
    /// Where it is answered.
    pub fn place(&self) -> (ChannelId, ConversationId) {
        (self.channel, self.conversation)
    }
}

/// Adds the rooms that the story has not.
pub async fn open(engine: &Arc<Engine>, story: &Story, channels: Channels) -> Result<Rooms> {
    let settings = json!({ "server": format!("https://{SERVER}"), "handle": format!("@{ACCOUNT}@{SERVER}") });
    let secrets = SecretSet::from([("access_token".to_owned(), Secret::new("demo"))]);
    let posts = load::add(engine, "mastodon", "Mastodon", settings, secrets).await?;
    let settings = json!({
        "gateway": "kannel", "numbers": [NUMBER], "organisation": story.organisation.name,
        "kannel_url": "http://kannel.example:13013/cgi-bin/sendsms", "kannel_user": "demo",
    });
    let secrets = SecretSet::from([("kannel_password".to_owned(), Secret::new("demo"))]);
    let texts = load::add(engine, "sms", "Text messages", settings, secrets).await?;
    Ok(Rooms { mail: channels.mail, chat: channels.chat, posts, texts })
}

impl Rooms {
    fn of(self, room: Room) -> ChannelId {
        match room {
            Room::Email => self.mail,
            Room::Webchat => self.chat,
            Room::Mastodon => self.posts,
            Room::Sms => self.texts,
        }
    }
}

/// What a visitor's line is called.
pub fn of_visitor(person: &str, id: &str) -> String {
    format!("{}/{id}", lines::visitor(person))
}

impl Director<'_> {
    /// Somebody says something, now.
    pub(super) async fn hears(&self, said: &Said) -> Result<Heard> {
        let at = self.engine.now();
        let (item, name) = match said.place {
            Room::Email => self.letter(said, at)?,
            Room::Webchat => visitors_words(said, said.key, &said.text, at),
            Room::Mastodon => post(said, at)?,
            Room::Sms => text_message(said, at),
        };
        self.takes_in(self.rooms.of(said.place), item, &name).await
    }

    /// A visitor says one thing more.
    pub(super) async fn hears_more(&self, said: &Said, text: &str) -> Result<Heard> {
        let (item, name) = visitors_words(said, said.key + 1_000, text, self.engine.now());
        self.takes_in(self.rooms.chat, item, &name).await
    }

    /// A mail that answers one of ours.
    pub(super) async fn hears_back(&self, said: &Said, ours: &Outgoing, text: &str) -> Result<Heard> {
        let mut references = ours.references.clone();
        references.push(ours.external_id.clone());
        let subject = ours.subject.clone().unwrap_or_default();
        let letter = Letter {
            id: name_of_letter(said, "back"),
            references,
            subject: if subject.starts_with("Re:") { subject } else { format!("Re: {subject}") },
            text: text.to_owned(),
            ..self.blank(said, self.engine.now())
        };
        let item = lines::letter_item(self.story, &letter, false)?;
        self.takes_in(self.rooms.mail, item, &letter.id).await
    }

    async fn takes_in(&self, channel: ChannelId, item: RawItem, external_id: &str) -> Result<Heard> {
        let known = channels::get(&mut self.engine.db.reader(), channel).await?.context("the channel is not there")?;
        let connector = self.engine.connector(&known)?;
        intake::submit(self.engine, &known, &connector, Batch { items: vec![item], ..Batch::default() }).await?;
        let now = self.engine.now();
        // Mail and the chat have heard something newer.
        if known.last_heard_at.is_none_or(|heard| heard < now) {
            let mut tx = self.engine.db.begin_bulk().await?;
            channels::note_success(&mut tx, channel, true, true, now).await?;
            tx.commit().await?;
        }
        let stored = self.stored(channel, external_id).await?;
        Ok(Heard {
            channel,
            message: stored.id,
            conversation: stored.conversation_id.with_context(|| format!("{external_id} is said to nobody"))?,
            person: stored.person_id.with_context(|| format!("nobody says {external_id}"))?,
        })
    }

    fn letter(&self, said: &Said, at: Millis) -> Result<(RawItem, String)> {
        let letter = self.blank(said, at);
        Ok((lines::letter_item(self.story, &letter, false)?, letter.id))
    }

    fn blank(&self, said: &Said, at: Millis) -> Letter {
        let organisation = &self.story.organisation;
        Letter {
            id: name_of_letter(said, "asked"),
            from: (Some(said.name.clone()), said.handle.clone()),
            to: vec![(Some(organisation.name.clone()), organisation.addresses[0].clone())],
            cc: Vec::new(),
            subject: said.subject.clone().unwrap_or_default(),
            at,
            references: Vec::new(),
            text: said.text.clone(),
            html: None,
            files: Vec::new(),
            marks: Vec::new(),
        }
    }
}

fn name_of_letter(said: &Said, what: &str) -> String {
    let domain = said.handle.split_once('@').map_or("mail.example", |(_, domain)| domain);
    format!("{what}{}@{domain}", said.key)
}

/// A visitor's words, under an id that no line of the story has: those have another fourth part.
fn visitors_words(said: &Said, number: u32, text: &str, at: Millis) -> (RawItem, String) {
    let id = format!("00000000-0000-4000-8002-{number:012}");
    let item = lines::chat_item(&said.handle, &said.name, &id, text, at, None, None);
    let name = of_visitor(&said.handle, &id);
    (item, name)
}

/// A post as the server's API gives it.
fn post(said: &Said, at: Millis) -> Result<(RawItem, String)> {
    let uri = format!("https://{SERVER}/users/{}/statuses/{}", said.handle, said.key);
    let status = json!({
        "id": said.key.to_string(), "uri": uri, "url": uri, "visibility": "public",
        "created_at": Timestamp::from_millisecond(at)?.to_string(),
        "account": { "id": format!("9{}", said.key), "acct": said.handle, "display_name": said.name,
            "followers_count": 212 },
        "mentions": [{ "id": "1", "acct": ACCOUNT }],
        "content": format!("<p>{}</p>", said.text),
    });
    let hint = json!({ "domain": SERVER, "event": "said" });
    Ok((item(format!("status/{}/0", said.key), &status, at, hint), uri))
}

/// A text message as the gateway's door keeps it.
fn text_message(said: &Said, at: Millis) -> (RawItem, String) {
    let id = format!("lived{}", said.key);
    let piece = json!({ "n": 1, "charset": "UTF-8", "bytes": STANDARD.encode(&said.text) });
    let brought = json!({
        "kind": "text", "id": id, "from": said.handle, "to": NUMBER, "at": at, "pieces": [piece], "of": 1,
    });
    let name = format!("in:{id}");
    (item(name.clone(), &brought, at, json!({})), name)
}

fn item(key: String, content: &Value, at: Millis, hint: Value) -> RawItem {
    RawItem {
        key,
        content: RawContent::Memory(content.to_string().into_bytes()),
        received_at: at,
        hint: Arc::new(hint),
    }
}
