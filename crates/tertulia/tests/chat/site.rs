//! A shop with a web chat, its visitors' pages, and a mailbox that only notes what would be sent.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

#[path = "../../../web/tests/support/mod.rs"]
mod support;

use async_trait::async_trait;
use axum::body::{Body, BodyDataStream};
use futures::StreamExt;
use serde_json::{Value, json};
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
pub use support::{Answer, NOW, Site};
use tertulia_connector::{Connector, Context, NormaliseError, Presence, SendError, Sent};
use tertulia_engine::{
    Engine,
    channels::{self as engine_channels, ChannelForm},
    desk as team, intake, outbound,
    outbound::ReplyForm,
    worker,
};
use tertulia_model::{
    Author, Batch, ChannelId, ConnectorSpec, CountBy, EchoSafety, EventKey, FixedClock, IdentityId, Inbound,
    InboundKind, Limits, Outgoing, PersonId, RawContent, RawItem, UserId,
};
use tertulia_store::{
    Sql, binds, channels,
    deliveries::{self, Delivery},
    listing::{self, InboxFilter},
    people::{self, Identity, Person},
    users,
};
use tower::ServiceExt;

pub const ORIGIN: &str = "http://desk.example";
pub const MAIL: &str = "hello@roaster.example";

/// A mailbox that keeps what it is given, in place of the real connector of that name.
struct Mailbox {
    spec: ConnectorSpec,
    sent: Arc<Mutex<Vec<Outgoing>>>,
    away: Arc<AtomicBool>,
    /// Set once something could be written while a mail was being sent.
    wrote: Arc<AtomicBool>,
    engine: Arc<Mutex<Option<Arc<Engine>>>>,
}

#[async_trait]
impl Connector for Mailbox {
    fn spec(&self) -> &ConnectorSpec {
        &self.spec
    }

    fn account(&self, _: &Value) -> String {
        MAIL.to_owned()
    }

    fn normalise(&self, _: &str, _: &RawItem, _: &[u8]) -> Result<Vec<Inbound>, NormaliseError> {
        Ok(Vec::new())
    }

    fn source(&self, _: &str) -> String {
        "mail".to_owned()
    }

    async fn send(&self, _: &Context, outgoing: &Outgoing) -> Result<Sent, SendError> {
        let engine = self.engine.lock().unwrap().clone().unwrap();
        let write = async {
            let tx = engine.db.begin().await.unwrap();
            tx.commit().await.unwrap();
        };
        if tokio::time::timeout(Duration::from_secs(2), write).await.is_ok() {
            self.wrote.store(true, Ordering::SeqCst);
        }
        if self.away.load(Ordering::SeqCst) {
            let reason = "The mail server did not answer.".to_owned();
            return Err(SendError::RetryAfter { wait: Duration::from_secs(5), reason });
        }
        self.sent.lock().unwrap().push(outgoing.clone());
        Ok(Sent { external_id: outgoing.external_id.clone() })
    }
}

/// The chat as it is, and beside it a deletion, which no visitor's page can ask for.
pub struct Desk {
    pub site: Site,
    pub owner: UserId,
    pub channel: ChannelId,
    chat: Arc<dyn Connector>,
    sent: Arc<Mutex<Vec<Outgoing>>>,
    away: Arc<AtomicBool>,
    wrote: Arc<AtomicBool>,
}

pub struct Visitor {
    pub token: String,
    pub handle: String,
}

impl Desk {
    pub async fn open() -> Self {
        let (sent, away, wrote): (Arc<Mutex<Vec<Outgoing>>>, Arc<AtomicBool>, Arc<AtomicBool>) = Default::default();
        let slot = Arc::new(Mutex::new(None));
        let mailbox = Mailbox {
            spec: mailbox_spec(),
            sent: sent.clone(),
            away: away.clone(),
            wrote: wrote.clone(),
            engine: slot.clone(),
        };
        let chat: Arc<dyn Connector> = Arc::new(Chat(tertulia_connector_webchat::connector()));
        let (site, _) = Site::ready(vec![chat.clone(), Arc::new(mailbox)]).await;
        *slot.lock().unwrap() = Some(site.engine.clone());
        let settings = json!({ "name": "Café", "greeting": "Hello.", "allowed_origins": ["https://cafe.example"] });
        let form = ChannelForm {
            name: "Chat".to_owned(),
            settings: settings.as_object().cloned().unwrap(),
            ..ChannelForm::default()
        };
        let channel = engine_channels::add(&site.engine, "webchat", form).await.unwrap();
        let owner = users::by_mail(&mut site.engine.db.reader(), "ines@roaster.example").await.unwrap().unwrap().id;
        Self { site, owner, channel, chat, sent, away, wrote }
    }

    pub async fn add_mail_channel(&self) {
        engine_channels::add(&self.site.engine, "email", ChannelForm::default()).await.unwrap();
    }

    pub fn clock(&self) -> &FixedClock {
        &self.site.clock
    }

    pub fn presence(&self) -> Presence {
        self.chat.presence().unwrap().clone()
    }

    /// The worker runs from here on, as long as the test does.
    pub fn work(&self) {
        tokio::spawn(worker::run(self.site.engine.clone()));
    }

    pub fn mails(&self) -> Vec<Outgoing> {
        self.sent.lock().unwrap().clone()
    }

    pub fn mail_is_away(&self, away: bool) {
        self.away.store(away, Ordering::SeqCst);
    }

    pub fn wrote_while_sending(&self) -> bool {
        self.wrote.load(Ordering::SeqCst)
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.site.get(&format!("/chat/{}/{path}", self.channel), "").await
    }

    /// As the chat's own page posts.
    pub async fn post(&self, door: &str, token: Option<&str>, body: Value) -> Answer {
        self.post_as(door, token, body, &[("origin", ORIGIN), ("sec-fetch-site", "same-origin")]).await
    }

    pub async fn post_as(&self, door: &str, token: Option<&str>, body: Value, headers: &[(&str, &str)]) -> Answer {
        let mut request = support::request("POST", &format!("/chat/{}/{door}", self.channel), "")
            .header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        self.site.send(request.body(Body::from(body.to_string())).unwrap()).await
    }

    pub async fn visitor(&self) -> Visitor {
        let answer = self.post("session", None, json!({})).await;
        let session: Value = serde_json::from_str(&answer.body).unwrap();
        let text = |name: &str| session[name].as_str().unwrap().to_owned();
        Visitor { token: text("token"), handle: text("visitor") }
    }

    pub async fn say(&self, visitor: &Visitor, id: &str, text: &str) -> Answer {
        let now = self.site.engine.clock.now();
        self.post("messages", Some(&visitor.token), json!({ "id": id, "text": text, "at": now, "sent": now })).await
    }

    fn stream_request(&self, token: Option<&str>, after: Option<&str>) -> axum::http::Request<Body> {
        let mut request = support::request("GET", &format!("/chat/{}/stream", self.channel), "");
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if let Some(after) = after {
            request = request.header("last-event-id", after);
        }
        request.body(Body::empty()).unwrap()
    }

    pub async fn stream_status(&self, token: Option<&str>) -> u16 {
        self.site.router.clone().oneshot(self.stream_request(token, None)).await.unwrap().status().as_u16()
    }

    pub async fn stream(&self, visitor: &Visitor, after: Option<&str>) -> Heard {
        let request = self.stream_request(Some(&visitor.token), after);
        let response = self.site.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["x-accel-buffering"], "no");
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Heard(response.into_body().into_data_stream())
    }

    /// How many messages of people are stored.
    pub async fn stored(&self) -> i64 {
        self.site.engine.db.reader().number("SELECT COUNT(*) FROM messages", binds![]).await.unwrap()
    }

    /// The owner answers the conversation in which somebody wrote last.
    pub async fn reply(&self, text: &str) -> Delivery {
        let engine = &self.site.engine;
        let rows = listing::inbox(&mut engine.db.reader(), self.owner, InboxFilter::default(), None, 50).await.unwrap();
        let newest = rows.iter().max_by_key(|row| (row.last_at, row.id)).unwrap();
        let form = ReplyForm {
            conversation: newest.id,
            channel: self.channel,
            text: text.to_owned(),
            recipients: Vec::new(),
            subject: None,
            from_address: None,
            idempotency_key: format!("{text} {}", newest.id),
            seen: None,
            shown: Vec::new(),
            even_if_unseen: false,
            close: false,
            files: outbound::Files::none(),
            articles: Vec::new(),
            forwards: None,
        };
        outbound::queue_reply(engine, self.owner, form).await.unwrap()
    }

    /// Lets the clock go on until something is so.
    pub async fn in_time(&self, holds: impl AsyncFn() -> bool) {
        // Whoever waits for a visitor who left waits ten seconds of real time, one answer after the other.
        for _ in 0..3_000 {
            if holds().await {
                return;
            }
            self.clock().advance(1_000);
            self.site.engine.bell.ring();
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("it never came to this");
    }

    pub async fn delivery(&self, delivery: &Delivery) -> Delivery {
        deliveries::get(&mut self.site.engine.db.reader(), delivery.id).await.unwrap().unwrap()
    }

    /// Waits until a delivery is as it should be.
    pub async fn delivery_that(&self, delivery: &Delivery, holds: impl Fn(&Delivery) -> bool) -> Delivery {
        for _ in 0..600 {
            let now = self.delivery(delivery).await;
            if holds(&now) {
                return now;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("after half a minute it still is {:?}", self.delivery(delivery).await);
    }

    pub async fn identity_of(&self, visitor: &Visitor) -> Identity {
        let engine = &self.site.engine;
        let channel = channels::get(&mut engine.db.reader(), self.channel).await.unwrap().unwrap();
        let space = self.chat.source(&channel.account);
        people::identity(&mut engine.db.reader(), &space, &visitor.handle).await.unwrap().unwrap()
    }

    /// Somebody whom the shop knows by their mail.
    pub async fn person_with_mail(&self, address: &str) -> PersonId {
        let engine = &self.site.engine;
        let (person, identity) = (PersonId(engine.next_id()), IdentityId(engine.next_id()));
        let mut tx = engine.db.begin().await.unwrap();
        let known = Person { id: person, name: "Amina Yusuf".to_owned(), created_at: NOW };
        people::add_persons(&mut tx, &[known]).await.unwrap();
        let mail = Identity {
            id: identity,
            space: "mail".to_owned(),
            handle: address.to_owned(),
            name: None,
            person_id: person,
            claimed_mail: None,
            created_at: NOW,
        };
        people::add_identities(&mut tx, &[mail]).await.unwrap();
        tx.commit().await.unwrap();
        person
    }

    /// The team puts all conversations into one.
    pub async fn merge_all(&self) {
        let engine = &self.site.engine;
        let rows = listing::inbox(&mut engine.db.reader(), self.owner, InboxFilter::default(), None, 50).await.unwrap();
        for row in &rows[1..] {
            team::merge(engine, row.id, rows[0].id).await.unwrap();
        }
    }

    pub async fn delete_at_the_source(&self, visitor: &Visitor, id: &str) {
        let engine = &self.site.engine;
        let channel = channels::get(&mut engine.db.reader(), self.channel).await.unwrap().unwrap();
        let item = RawItem {
            key: "deletion".to_owned(),
            content: RawContent::Memory(format!("{DELETION}{}/{id}", visitor.handle).into_bytes()),
            received_at: NOW,
            hint: json!({}).into(),
        };
        let batch = Batch { items: vec![item], ..Batch::default() };
        intake::submit(engine, &channel, &self.chat, batch).await.unwrap();
    }
}

/// What a page reads from its stream.
pub struct Heard(BodyDataStream);

impl Heard {
    /// All that comes until `text` is among it, to the end of that event.
    pub async fn until(&mut self, text: &str) -> String {
        let mut heard = String::new();
        let listen = async {
            while !(heard.contains(text) && heard.ends_with("\n\n")) {
                let chunk = self.0.next().await.expect("the stream ended").unwrap();
                heard.push_str(std::str::from_utf8(&chunk).unwrap());
            }
        };
        let in_time = tokio::time::timeout(Duration::from_secs(30), listen).await.is_ok();
        assert!(in_time, "{text:?} never came; heard: {heard}");
        heard
    }
}

const DELETION: &str = "deleted ";

/// The real chat; raw items that begin with [`DELETION`] delete, as those of a channel whose source has deletions do.
struct Chat(tertulia_connector_webchat::WebChat);

#[async_trait]
impl Connector for Chat {
    fn spec(&self) -> &ConnectorSpec {
        self.0.spec()
    }
    fn account(&self, settings: &Value) -> String {
        self.0.account(settings)
    }
    fn check(&self, settings: &Value) -> Vec<tertulia_connector::FieldError> {
        self.0.check(settings)
    }
    async fn receive(
        &self,
        ctx: &Context,
        request: tertulia_connector::Request,
    ) -> Result<tertulia_connector::Received, tertulia_connector::ReceiveError> {
        self.0.receive(ctx, request).await
    }
    fn visitor(&self, ctx: &Context, token: &str) -> Result<Author, tertulia_connector::ReceiveError> {
        self.0.visitor(ctx, token)
    }
    fn visitor_page(&self, settings: &Value) -> Option<tertulia_connector::VisitorPage> {
        self.0.visitor_page(settings)
    }
    fn presence(&self) -> Option<&Presence> {
        self.0.presence()
    }
    fn normalise(&self, account: &str, item: &RawItem, bytes: &[u8]) -> Result<Vec<Inbound>, NormaliseError> {
        match bytes.strip_prefix(DELETION.as_bytes()) {
            Some(id) => {
                let external_id = String::from_utf8_lossy(id).into_owned();
                let key = EventKey { source: self.0.source(account), external_id };
                Ok(vec![Inbound { key, kind: InboundKind::Deleted }])
            }
            None => self.0.normalise(account, item, bytes),
        }
    }
    fn choose_external_id(&self, settings: &Value, unique: &str) -> String {
        self.0.choose_external_id(settings, unique)
    }
    fn source(&self, account: &str) -> String {
        self.0.source(account)
    }
    async fn send(&self, ctx: &Context, outgoing: &Outgoing) -> Result<Sent, SendError> {
        self.0.send(ctx, outgoing).await
    }
}

fn mailbox_spec() -> ConnectorSpec {
    ConnectorSpec {
        name: "email".to_owned(),
        title: "E-mail".to_owned(),
        summary: "A mailbox for tests.".to_owned(),
        icon: "mail".to_owned(),
        settings_schema: json!({ "type": "object", "properties": {} }),
        limits: Limits { subject: true, recipients: true, ..Limits::words(100_000, CountBy::Characters) },
        echo_safety: EchoSafety::ProviderDedup,
        pulls: false,
        sends: true,
        hosts_visitors: false,
        cannot_hear: Vec::new(),
    }
}
