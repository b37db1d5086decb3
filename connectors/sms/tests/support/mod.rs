//! A small server of HTTP for tests: what it heard becomes an answer, one request a connection. It is the door of a
//! channel, or a provider that plays its part.
#![allow(dead_code, reason = "each test program uses its own share")]

use serde_json::Value;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};
use tertulia_connector::{
    BlobSink, BlobWriter, Connector, Context, ReceiveError, Request, Secret, Session, guard::AddressGuard,
};
use tertulia_connector_sms::{Sms, connector};
use tertulia_model::{
    Batch, BlobRange, ChannelId, Content, Errand, Inbound, InboundKind, MessageId, Outgoing, RawContent, SeededChance,
    SystemClock, Visibility,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

pub struct NoBlobs;

#[async_trait::async_trait]
impl BlobSink for NoBlobs {
    async fn writer(&self) -> std::io::Result<Box<dyn BlobWriter>> {
        Err(std::io::Error::other("text messages are small"))
    }
    async fn read(&self, _: &BlobRange) -> std::io::Result<Vec<u8>> {
        Err(std::io::Error::other("text messages carry no files"))
    }
}

/// A channel with these settings and secrets, whose door is at `public_url`.
pub fn context(settings: Value, secrets: &[(&str, &str)], public_url: &str) -> Context {
    Context {
        channel: ChannelId(7),
        account: connector().account(&settings),
        settings,
        secrets: secrets.iter().map(|(name, secret)| ((*name).to_owned(), Secret::new(*secret))).collect(),
        clock: Arc::new(SystemClock),
        chance: Arc::new(SeededChance::new(7)),
        guard: Arc::new(AddressGuard::new(["127.0.0.1".to_owned()])),
        blobs: Arc::new(NoBlobs),
        session: Session::default(),
        public_url: public_url.to_owned(),
    }
}

pub fn answer(to: &str, id: &str, text: &str) -> Outgoing {
    Outgoing {
        message: MessageId(1),
        external_id: id.to_owned(),
        idempotency_key: id.to_owned(),
        to_handle: to.to_owned(),
        from_address: None,
        from_name: None,
        recipients: Vec::new(),
        subject: None,
        text: text.to_owned(),
        references: Vec::new(),
        reply_token: None,
        attachments: Vec::new(),
        forwards: None,
        by_machine: false,
        visibility: Visibility::Private,
    }
}

/// What the engine would have stored, and its errands.
#[derive(Default)]
pub struct Kept {
    pub events: Vec<Inbound>,
    pub errands: BTreeMap<String, Errand>,
    pub quarantined: Vec<String>,
    pub items: usize,
}

impl Kept {
    pub fn take(&mut self, account: &str, batch: Batch) {
        for item in batch.items {
            self.items += 1;
            let RawContent::Memory(bytes) = &item.content else { panic!("a text message in a blob") };
            match connector().normalise(account, &item, bytes) {
                // Known events are not stored again.
                Ok(events) => {
                    for event in events {
                        if !self.events.contains(&event) {
                            self.events.push(event);
                        }
                    }
                }
                Err(error) => self.quarantined.push(error.to_string()),
            }
        }
        self.quarantined.extend(batch.skipped.into_iter().map(|(_, why)| why));
        for errand in batch.gathered {
            match self.errands.get_mut(&errand.key) {
                Some(standing) => standing.gather(errand),
                None => drop(self.errands.insert(errand.key.clone(), errand)),
            }
        }
    }

    pub fn messages(&self) -> Vec<&Content> {
        self.events
            .iter()
            .filter_map(|event| match &event.kind {
                InboundKind::Created(content) => Some(&**content),
                _ => None,
            })
            .collect()
    }

    pub fn texts(&self) -> Vec<&str> {
        self.messages().into_iter().map(|content| content.text.as_str()).collect()
    }
}

/// One request, as it came over the wire.
#[derive(Debug, Clone)]
pub struct Heard {
    pub method: String,
    pub path: String,
    pub raw_query: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Heard {
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    pub fn field(&self, name: &str) -> String {
        let field = url::form_urlencoded::parse(&self.body).find(|(n, _)| n == name);
        field.map(|(_, value)| value.into_owned()).unwrap_or_default()
    }

    fn request(&self, path: &str, at: i64) -> Request {
        Request {
            method: self.method.clone(),
            path: path.to_owned(),
            query: url::form_urlencoded::parse(self.raw_query.as_bytes()).into_owned().collect(),
            raw_query: self.raw_query.clone(),
            headers: self.headers.clone(),
            body: self.body.clone().into(),
            from: None,
            at,
        }
    }
}

/// What to answer; `None` hangs up without a word.
pub type Reply = Option<(u16, &'static str, Vec<u8>)>;

/// Serves on a port until the runtime ends.
pub async fn serve<F, R>(listener: TcpListener, mut answer: F)
where
    F: FnMut(Heard) -> R + Send + 'static,
    R: Future<Output = Reply> + Send,
{
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let Some(heard) = hear(&mut stream).await else { continue };
            if let Some((status, media, body)) = answer(heard).await {
                let head = format!(
                    "HTTP/1.1 {status} x\r\ncontent-type: {media}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                    body.len()
                );
                let _ = stream.write_all(head.as_bytes()).await;
                let _ = stream.write_all(&body).await;
            }
        }
    });
}

async fn hear(stream: &mut tokio::net::TcpStream) -> Option<Heard> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 8192];
    loop {
        let head_end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        if let Some(end) = head_end {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let mut lines = head.lines();
            let mut first = lines.next()?.split(' ');
            let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
            let headers: Vec<(String, String)> = lines
                .filter_map(|line| line.split_once(':'))
                .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
                .collect();
            let length = headers.iter().find(|(name, _)| name == "content-length");
            let length: usize = length.and_then(|(_, value)| value.parse().ok()).unwrap_or(0);
            if bytes.len() >= end + 4 + length {
                let (path, raw_query) = target.split_once('?').unwrap_or((&target, ""));
                let body = bytes[end + 4..end + 4 + length].to_vec();
                return Some(Heard { method, path: path.to_owned(), raw_query: raw_query.to_owned(), headers, body });
            }
        }
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return None,
            Ok(n) => bytes.extend_from_slice(&buffer[..n]),
        }
    }
}

/// A channel whose door is open on a port of its own.
pub struct Channel {
    pub ctx: Arc<Context>,
    pub kept: Arc<Mutex<Kept>>,
    /// So many requests find us away: 503.
    pub away: Arc<Mutex<usize>>,
    /// The status of each answer.
    pub statuses: Arc<Mutex<Vec<u16>>>,
}

impl Channel {
    pub async fn open(listener: TcpListener, ctx: Context) -> Channel {
        let channel =
            Channel { ctx: Arc::new(ctx), kept: Arc::default(), away: Arc::default(), statuses: Arc::default() };
        let Channel { ctx, kept, away, statuses } = &channel;
        let (ctx, kept, away, statuses) = (ctx.clone(), kept.clone(), away.clone(), statuses.clone());
        serve(listener, move |heard: Heard| {
            let (ctx, kept, away, statuses) = (ctx.clone(), kept.clone(), away.clone(), statuses.clone());
            async move {
                let reply = door(&connector(), &ctx, &kept, &away, heard).await;
                statuses.lock().unwrap().push(reply.0);
                Some(reply)
            }
        })
        .await;
        channel
    }

    /// Does the errands that are due; one to which something came meanwhile stays.
    async fn work(&self) {
        let now = self.ctx.clock.now();
        let due = |errand: &&Errand| errand.due <= now;
        let due: Vec<Errand> = self.kept.lock().unwrap().errands.values().filter(due).cloned().collect();
        for errand in due {
            let batch = connector().errand(&self.ctx, errand.task.clone()).await.unwrap();
            let mut kept = self.kept.lock().unwrap();
            if kept.errands.get(&errand.key) == Some(&errand) {
                kept.errands.remove(&errand.key);
            }
            kept.take(&self.ctx.account, batch);
        }
    }

    /// Waits until what is kept is as it should be.
    pub async fn until(&self, what: &str, as_it_should_be: impl Fn(&Kept) -> bool) {
        for _ in 0..300 {
            self.work().await;
            if as_it_should_be(&self.kept.lock().unwrap()) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let kept = self.kept.lock().unwrap();
        panic!("{what}: {:?} {:?} {:?}", kept.events, kept.quarantined, self.statuses.lock().unwrap());
    }
}

async fn door(
    connector: &Sms,
    ctx: &Context,
    kept: &Mutex<Kept>,
    away: &Mutex<usize>,
    heard: Heard,
) -> (u16, &'static str, Vec<u8>) {
    {
        let mut away = away.lock().unwrap();
        if *away > 0 {
            *away -= 1;
            return (503, "text/plain", Vec::new());
        }
    }
    let path = heard.path.strip_prefix("/hooks/7").unwrap_or("/");
    match connector.receive(ctx, heard.request(path, ctx.clock.now())).await {
        Ok(received) => {
            kept.lock().unwrap().take(&ctx.account, received.batch);
            let (media, body) = received.plain.unwrap_or(("text/plain", Vec::new()));
            (received.status, media, body)
        }
        Err(ReceiveError::Unauthorised(why)) => (401, "text/plain", why.into_bytes()),
        Err(error) => (422, "text/plain", error.to_string().into_bytes()),
    }
}
