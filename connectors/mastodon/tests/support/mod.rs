//! A channel of the connector, and the people on the other side.

use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use tertulia_connector::{
    BlobSink, BlobWriter, Connector, Context, PullError, Secret, SecretSet, conformance,
    guard::AddressGuard,
    http::{Answer, Ask},
};
use tertulia_connector_mastodon::{Mastodon, connector};
use tertulia_model::{
    Batch, BlobRange, ChannelId, Clock, Content, IdMaker, Inbound, InboundKind, MessageId, Outgoing, RawContent,
    SeededChance, SystemClock, Visibility,
};

pub struct Channel {
    pub mastodon: Mastodon,
    pub ctx: Context,
    pub cursor: Option<Value>,
}

impl Channel {
    /// The account `shop` on a server.
    pub fn shop(url: &str, more: Value) -> Self {
        let mut settings = json!({"server": url, "handle": "@shop"});
        for (name, value) in more.as_object().unwrap() {
            settings[name] = value.clone();
        }
        rustls::crypto::ring::default_provider().install_default().ok();
        let mastodon = connector().with_waiting(Duration::from_millis(1_500));
        let ctx = Context {
            channel: ChannelId(7),
            account: mastodon.account(&settings),
            settings,
            secrets: SecretSet::from([("access_token".to_owned(), Secret::new("shop_token"))]),
            clock: Arc::new(SystemClock),
            chance: Arc::new(SeededChance::new(1)),
            guard: Arc::new(AddressGuard::new(["127.0.0.1".to_owned()])),
            blobs: Arc::new(NoBlobs),
            session: tokio::sync::Mutex::default(),
            public_url: "https://tertulia.example".to_owned(),
        };
        Self { mastodon, ctx, cursor: None }
    }

    /// One pull; the cursor moves on as the engine moves it.
    pub async fn try_pull(&mut self) -> Result<Batch, PullError> {
        let batch = self.mastodon.pull(&self.ctx, self.cursor.clone()).await?;
        if let Some(next) = &batch.next {
            conformance::names_nobody(next, &self.events(&batch));
            self.cursor = Some(next.clone());
        }
        Ok(batch)
    }

    pub async fn pull(&mut self) -> Batch {
        self.try_pull().await.unwrap()
    }

    /// Pulls until something came, a few times at most.
    pub async fn heard(&mut self) -> Vec<Inbound> {
        for _ in 0..4 {
            let batch = self.pull().await;
            let events = self.events(&batch);
            if !events.is_empty() {
                return events;
            }
        }
        Vec::new()
    }

    pub fn events(&self, batch: &Batch) -> Vec<Inbound> {
        let events = |item: &tertulia_model::RawItem| {
            let RawContent::Memory(bytes) = &item.content else { panic!("it is in memory") };
            self.mastodon.normalise(&self.ctx.account, item, bytes).unwrap()
        };
        batch.items.iter().flat_map(events).collect()
    }

    /// The program starts anew: nothing but the cursor is left.
    pub async fn restart(&mut self) {
        *self.ctx.session.lock().await = None;
    }
}

pub fn created(event: &Inbound) -> &Content {
    let InboundKind::Created(content) = &event.kind else { panic!("{event:?} is no new message") };
    content
}

pub fn texts(events: &[Inbound]) -> Vec<String> {
    events
        .iter()
        .map(|event| match &event.kind {
            InboundKind::Created(content) => content.text.clone(),
            InboundKind::Edited { content, .. } => format!("edited: {}", content.text),
            InboundKind::DeletedByHash(_) => "deleted".to_owned(),
            other => format!("{other:?}"),
        })
        .collect()
}

pub fn outgoing(to: &str, answers: Option<&str>, text: &str, visibility: Visibility) -> Outgoing {
    outgoing_of(SystemClock.now(), to, answers, text, visibility)
}

/// A message that was written at `at`.
pub fn outgoing_of(at: i64, to: &str, answers: Option<&str>, text: &str, visibility: Visibility) -> Outgoing {
    let id = IdMaker::new(Arc::new(tertulia_model::FixedClock::at(at)), 1, 0).next();
    Outgoing {
        message: MessageId(id),
        external_id: format!("ours:{id}"),
        idempotency_key: format!("key-{id}-{text}"),
        to_handle: to.to_owned(),
        from_address: None,
        from_name: None,
        recipients: Vec::new(),
        subject: None,
        text: text.to_owned(),
        references: answers.map(str::to_owned).into_iter().collect(),
        reply_token: None,
        attachments: Vec::new(),
        forwards: None,
        by_machine: false,
        visibility,
    }
}

/// Somebody's own program.
pub struct Person {
    url: String,
    token: String,
    guard: AddressGuard,
}

impl Person {
    pub fn new(url: &str, name: &str) -> Self {
        let guard = AddressGuard::new(["127.0.0.1".to_owned()]);
        Self { url: url.to_owned(), token: format!("{name}_token"), guard }
    }

    pub async fn ask(&self, method: &'static str, path: &str, body: Option<Value>) -> Answer {
        let url = format!("{}{path}", self.url);
        let ask = match body {
            Some(body) => Ask::post_json(url, &body),
            None => Ask::get(url),
        };
        self.guard.ask(&Ask { method, ..ask }.bearer(&self.token)).await.unwrap()
    }

    pub async fn say(&self, text: &str, visibility: &str, answers: Option<&str>) -> Value {
        let post = json!({"status": text, "visibility": visibility, "in_reply_to_id": answers});
        let answer = self.ask("POST", "/api/v1/statuses", Some(post)).await;
        assert!(answer.is_success(), "{answer:?}");
        answer.json().unwrap()
    }

    pub async fn edit(&self, id: &str, text: &str) {
        let answer = self.ask("PUT", &format!("/api/v1/statuses/{id}"), Some(json!({"status": text}))).await;
        assert!(answer.is_success(), "{answer:?}");
    }

    pub async fn delete(&self, id: &str) {
        assert!(self.ask("DELETE", &format!("/api/v1/statuses/{id}"), None).await.is_success());
    }

    /// Makes the server fail: `effect` at `path`, `count` times.
    pub async fn fault(&self, method: &str, path: &str, effect: Value, count: u32) {
        let rule = json!({"match": {"methods": [method], "path": path}, "effect": effect, "count": count});
        assert!(self.ask("POST", "/api/v1/_mock/faults", Some(rule)).await.is_success());
    }

    pub async fn statuses(&self) -> Vec<Value> {
        let me = self.ask("GET", "/api/v1/accounts/verify_credentials", None).await.json().unwrap();
        let path = format!("/api/v1/accounts/{}/statuses?limit=40", me["id"].as_str().unwrap());
        serde_json::from_value(self.ask("GET", &path, None).await.json().unwrap()).unwrap()
    }
}

pub fn text<'a>(status: &'a Value, name: &str) -> &'a str {
    status[name].as_str().unwrap()
}

struct NoBlobs;

#[async_trait::async_trait]
impl BlobSink for NoBlobs {
    async fn writer(&self) -> std::io::Result<Box<dyn BlobWriter>> {
        Err(std::io::ErrorKind::StorageFull.into())
    }

    async fn read(&self, _range: &BlobRange) -> std::io::Result<Vec<u8>> {
        Err(std::io::ErrorKind::NotFound.into())
    }
}
