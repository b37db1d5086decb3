//! A channel of the connector, and a network that plays what we like: a Jetstream and a server of accounts.

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex},
    time::Duration,
};
use tertulia_connector::{BlobSink, BlobWriter, Connector, Context, PullError, Secret, SecretSet, guard::AddressGuard};
use tertulia_connector_bluesky::{Bluesky, connector};
use tertulia_model::{
    Batch, BlobRange, ChannelId, Clock, Inbound, InboundKind, MessageId, Outgoing, RawContent, RawItem, SeededChance,
    SystemClock, Visibility,
};
use tertulia_testkit::Storm;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::broadcast,
};
use tokio_tungstenite::{
    accept_hdr_async,
    tungstenite::{
        Message,
        handshake::server::{ErrorResponse, Request, Response},
    },
};

pub const US: &str = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa";
pub const KIM: &str = "did:plc:bbbbbbbbbbbbbbbbbbbbbbbb";
pub const PASSWORD: &str = "abcd-efgh-ijkl-mnop";

pub struct Channel {
    pub bluesky: Bluesky,
    pub ctx: Arc<Context>,
    pub cursor: Option<Value>,
}

impl Channel {
    pub fn new(settings: Value) -> Self {
        let bluesky = connector().with_waiting(Duration::from_millis(1_500));
        let ctx = Arc::new(Context {
            channel: ChannelId(7),
            account: bluesky.account(&settings),
            settings,
            secrets: SecretSet::from([("app_password".to_owned(), Secret::new(PASSWORD))]),
            clock: Arc::new(SystemClock),
            chance: Arc::new(SeededChance::new(1)),
            guard: Arc::new(AddressGuard::new(["127.0.0.1".to_owned()])),
            blobs: Arc::new(NoBlobs),
            session: tokio::sync::Mutex::default(),
            public_url: "https://tertulia.example".to_owned(),
        });
        Self { bluesky, ctx, cursor: None }
    }

    /// Before anything is done with it.
    pub fn set(&mut self) -> &mut Context {
        Arc::get_mut(&mut self.ctx).unwrap()
    }

    /// One pull; the cursor moves on as the engine moves it.
    pub async fn try_pull(&mut self) -> Result<Batch, PullError> {
        let batch = self.bluesky.pull(&self.ctx, self.cursor.clone()).await?;
        if let Some(next) = &batch.next {
            self.cursor = Some(next.clone());
        }
        Ok(batch)
    }

    pub async fn pull(&mut self) -> Batch {
        self.try_pull().await.unwrap()
    }

    /// The program starts anew: nothing but the cursor is left.
    pub async fn restart(&mut self) {
        *self.ctx.session.lock().await = None;
    }

    pub fn events(&self, batch: &Batch) -> Vec<Inbound> {
        let events = |item: &RawItem| {
            let RawContent::Memory(bytes) = &item.content else { panic!("it is in memory") };
            self.bluesky.normalise(&self.ctx.account, item, bytes).unwrap()
        };
        batch.items.iter().flat_map(events).collect()
    }

    pub fn texts(&self, batch: &Batch) -> Vec<String> {
        self.events(batch).iter().map(text).collect()
    }
}

pub fn text(event: &Inbound) -> String {
    match &event.kind {
        InboundKind::Created(content) => content.text.clone(),
        InboundKind::Edited { content, .. } => format!("edited: {}", content.text),
        other => format!("{other:?}"),
    }
}

pub fn now_us() -> i64 {
    SystemClock.now() * 1_000
}

/// An event as a Jetstream writes it.
pub fn event(did: &str, at: i64, operation: &str, key: &str, record: Option<Value>) -> String {
    let record = record.map(|record| format!(",\"record\":{record},\"cid\":\"bafyreib\"")).unwrap_or_default();
    format!(
        "{{\"did\":\"{did}\",\"time_us\":{at},\"kind\":\"commit\",\"commit\":{{\"rev\":\"3n3ezdlvop22m\",\
         \"operation\":\"{operation}\",\"collection\":\"app.bsky.feed.post\",\"rkey\":\"{key}\"{record}}}}}"
    )
}

pub fn said(did: &str, at: i64, words: &str) -> String {
    let record = json!({"$type": "app.bsky.feed.post", "text": words, "createdAt": "2026-11-28T15:28:12.237Z"});
    event(did, at, "create", &format!("k{at}"), Some(record))
}

/// A post that mentions us.
pub fn asked(at: i64, words: &str) -> String {
    let text = format!("@us {words}");
    let record = json!({"$type": "app.bsky.feed.post", "text": text, "createdAt": "2026-11-28T15:28:12.237Z",
        "facets": [{"index": {"byteStart": 0, "byteEnd": 3}, "features": [{"$type": "app.bsky.richtext.facet#mention", "did": US}]}]});
    event(KIM, at, "create", &format!("k{at}"), Some(record))
}

/// A stream that keeps what it was told.
pub struct Jet {
    pub url: String,
    inner: Arc<JetInner>,
}

struct JetInner {
    log: Mutex<Vec<(i64, String)>>,
    live: broadcast::Sender<Order>,
    asked: Mutex<Vec<String>>,
    keeps_from: Mutex<i64>,
    storm: Mutex<Option<Arc<Storm>>>,
}

#[derive(Clone)]
enum Order {
    Event(String),
    HangUp,
}

impl Jet {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("ws://{}/subscribe", listener.local_addr().unwrap());
        let inner = Arc::new(JetInner {
            log: Mutex::default(),
            live: broadcast::channel(100_000).0,
            asked: Mutex::default(),
            keeps_from: Mutex::new(0),
            storm: Mutex::default(),
        });
        let server = inner.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(server.clone().serve(stream));
            }
        });
        Self { url, inner }
    }

    /// Says it now, and again to whoever asks from before.
    pub fn say(&self, at: i64, event: String) {
        self.inner.log.lock().unwrap().push((at, event.clone()));
        self.inner.live.send(Order::Event(event)).ok();
    }

    /// It was said while nobody listened.
    pub fn keep(&self, at: i64, event: String) {
        self.inner.log.lock().unwrap().push((at, event));
    }

    /// Ends all connections.
    pub fn hang_up(&self) {
        self.inner.live.send(Order::HangUp).ok();
    }

    /// What was said before is gone.
    pub fn forget_until(&self, at: i64) {
        *self.inner.keeps_from.lock().unwrap() = at;
    }

    /// Whoever comes is refused as long as it lasts.
    pub fn storm(&self, storm: &Arc<Storm>) {
        *self.inner.storm.lock().unwrap() = Some(storm.clone());
    }

    /// With what each connection was asked for.
    pub fn asked(&self) -> Vec<String> {
        self.inner.asked.lock().unwrap().clone()
    }
}

impl JetInner {
    async fn serve(self: Arc<Self>, stream: TcpStream) {
        let mut asked = String::new();
        #[expect(clippy::result_large_err, reason = "the library's own signature")]
        let look = |request: &Request, response: Response| -> Result<Response, ErrorResponse> {
            let pause = self.storm.lock().unwrap().as_ref().and_then(|storm| storm.asked());
            if let Some(pause) = pause {
                let mut refusal = ErrorResponse::new(None);
                *refusal.status_mut() = 429_u16.try_into().unwrap();
                refusal.headers_mut().insert("retry-after", pause.into());
                return Err(refusal);
            }
            asked = request.uri().query().unwrap_or_default().to_owned();
            Ok(response)
        };
        let Ok(mut socket) = accept_hdr_async(stream, look).await else { return };
        let mut live = self.live.subscribe();
        let from = url::form_urlencoded::parse(asked.as_bytes()).find(|(name, _)| name == "cursor");
        let from = from.and_then(|(_, at)| at.parse::<i64>().ok()).map(|at| at.max(*self.keeps_from.lock().unwrap()));
        self.asked.lock().unwrap().push(asked);
        let past: Vec<String> = match from {
            Some(from) => {
                self.log.lock().unwrap().iter().filter(|(at, _)| *at >= from).map(|(_, e)| e.clone()).collect()
            }
            None => Vec::new(),
        };
        for event in past {
            if socket.send(Message::Text(event.into())).await.is_err() {
                return;
            }
        }
        loop {
            tokio::select! {
                order = live.recv() => match order {
                    Ok(Order::Event(event)) => if socket.send(Message::Text(event.into())).await.is_err() { return },
                    _ => return,
                },
                came = socket.next() => match came {
                    Some(Ok(Message::Text(words))) => self.asked.lock().unwrap().push(words.to_string()),
                    Some(Ok(_)) => {}
                    _ => return,
                },
            }
        }
    }
}

/// A server of accounts in the shape of a PDS.
pub struct Pds {
    pub url: String,
    pub state: Arc<Mutex<State>>,
}

#[derive(Default)]
pub struct State {
    pub sign_ins: usize,
    pub renewals: usize,
    /// Changes of a record: what a firehose would tell.
    pub commits: usize,
    pub records: BTreeMap<String, Value>,
    /// What the next calls get instead: of a method, a status, headers and a body, or a closed connection after the
    /// call was done (status 0).
    pub faults: VecDeque<(&'static str, u16, &'static str, Value)>,
    pub asked: Vec<String>,
    /// By their DIDs.
    pub profiles: BTreeMap<String, Value>,
    /// Names that are not found for the moment.
    pub hidden: Vec<&'static str>,
    /// So long each answer of these methods takes.
    pub slow: Vec<(&'static str, Duration)>,
    /// Of one method.
    pub storm: Option<(&'static str, Arc<Storm>)>,
}

impl Pds {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State::default()));
        let shared = state.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, shared.clone()));
            }
        });
        Self { url, state }
    }

    pub fn put(&self, uri: &str, value: Value) {
        self.state.lock().unwrap().records.insert(uri.to_owned(), value);
    }

    pub fn fault(&self, method: &'static str, status: u16, headers: &'static str, body: Value) {
        self.state.lock().unwrap().faults.push_back((method, status, headers, body));
    }
}

async fn serve(mut stream: TcpStream, state: Arc<Mutex<State>>) {
    let mut request = Vec::new();
    let mut piece = vec![0; 65_536];
    let (head, body) = loop {
        let Ok(length @ 1..) = stream.read(&mut piece).await else { return };
        request.extend_from_slice(&piece[..length]);
        let text = String::from_utf8_lossy(&request).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
            if body.len() >= length.unwrap_or(0) {
                break (head.to_owned(), body.to_owned());
            }
        }
    };
    let line = head.lines().next().unwrap_or_default();
    let address = line.split(' ').nth(1).unwrap_or_default().trim_start_matches("/xrpc/").to_owned();
    let (method, query) = address.split_once('?').unwrap_or((&address, ""));
    let (status, headers, answer) = {
        let mut state = state.lock().unwrap();
        state.asked.push(format!("{address}\n{head}\n{body}"));
        let pause = state.storm.as_ref().filter(|(of, _)| *of == method).and_then(|(_, storm)| storm.asked());
        match state.faults.front() {
            Some((of, 0, ..)) if *of == method => {
                state.faults.pop_front();
                state.answer(method, query, &body);
                return;
            }
            Some((of, ..)) if *of == method => {
                let (_, status, headers, body) = state.faults.pop_front().unwrap();
                (status, headers.to_owned(), body)
            }
            _ => match pause {
                Some(pause) => (429, format!("retry-after: {pause}\r\n"), json!({"error": "RateLimitExceeded"})),
                None => {
                    let (status, body) = state.answer(method, query, &body);
                    (status, String::new(), body)
                }
            },
        }
    };
    let slow = state.lock().unwrap().slow.iter().find(|(of, _)| *of == method).map(|(_, takes)| *takes);
    tokio::time::sleep(slow.unwrap_or_default()).await;
    let answer = answer.to_string();
    let length = answer.len();
    let head = format!(
        "HTTP/1.1 {status} x\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n"
    );
    stream.write_all(format!("{head}{answer}").as_bytes()).await.ok();
}

impl State {
    fn answer(&mut self, method: &str, query: &str, body: &str) -> (u16, Value) {
        let body: Value = serde_json::from_str(body).unwrap_or_default();
        let asked = |name: &str| {
            url::form_urlencoded::parse(query.as_bytes())
                .find(|(n, _)| n == name)
                .map(|(_, v)| v.into_owned())
                .unwrap_or_default()
        };
        let session = |n: usize| json!({"did": US, "handle": "roastery.test", "accessJwt": format!("a{n}"), "refreshJwt": format!("r{n}")});
        match method {
            "com.atproto.identity.resolveHandle" => match asked("handle").as_str() {
                name if self.hidden.contains(&name) => {
                    (400, json!({"error": "InvalidRequest", "message": "Unable to resolve handle"}))
                }
                "roastery.test" => (200, json!({"did": US})),
                "kim.test" => (200, json!({"did": KIM})),
                _ => (400, json!({"error": "InvalidRequest", "message": "Unable to resolve handle"})),
            },
            "com.atproto.server.createSession" if body["password"] == PASSWORD => {
                self.sign_ins += 1;
                (200, session(self.sign_ins))
            }
            "com.atproto.server.createSession" => {
                (401, json!({"error": "AuthenticationRequired", "message": "Invalid identifier or password"}))
            }
            "com.atproto.server.refreshSession" => {
                self.renewals += 1;
                (200, session(100 + self.renewals))
            }
            "app.bsky.actor.getProfiles" => {
                let actors: Vec<String> = url::form_urlencoded::parse(query.as_bytes())
                    .filter(|(name, _)| name == "actors")
                    .map(|(_, did)| did.into_owned())
                    .collect();
                let known: Vec<&Value> = actors.iter().filter_map(|did| self.profiles.get(did)).collect();
                match actors.len() {
                    1..=25 => (200, json!({"profiles": known})),
                    _ => (
                        400,
                        json!({"error": "InvalidRequest", "message": "actors must not have more than 25 elements"}),
                    ),
                }
            }
            "com.atproto.repo.getRecord" => {
                let uri = format!("at://{}/{}/{}", asked("repo"), asked("collection"), asked("rkey"));
                match self.records.get(&uri) {
                    Some(value) => (200, json!({"uri": uri, "cid": "bafyreic", "value": value})),
                    None => {
                        (400, json!({"error": "RecordNotFound", "message": format!("Could not locate record: {uri}")}))
                    }
                }
            }
            "com.atproto.repo.putRecord" => {
                let part = |name: &str| body[name].as_str().unwrap_or_default();
                let uri = format!("at://{}/{}/{}", part("repo"), part("collection"), part("rkey"));
                if self.records.get(&uri) != Some(&body["record"]) {
                    self.commits += 1;
                    self.records.insert(uri.clone(), body["record"].clone());
                }
                (200, json!({"uri": uri, "cid": "bafyreid"}))
            }
            _ => (501, json!({"error": "MethodNotImplemented"})),
        }
    }
}

pub fn outgoing(external_id: &str, answers: Option<&str>, text: &str) -> Outgoing {
    Outgoing {
        message: MessageId(1_000_000_000_000_000_000),
        external_id: external_id.to_owned(),
        idempotency_key: "key".to_owned(),
        to_handle: KIM.to_owned(),
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
        visibility: Visibility::Public,
    }
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
