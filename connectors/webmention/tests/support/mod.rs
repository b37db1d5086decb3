//! A channel, our own site and somebody else's.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(dead_code, reason = "each test file uses what it needs")]

use serde_json::json;
use std::sync::Arc;
use tertulia_connector::{
    BlobSink, BlobWriter, Connector, Context, PullError, ReceiveError, Received, Request, SecretSet,
    guard::AddressGuard,
};
use tertulia_connector_webmention::{Webmention, connector};
use tertulia_model::{
    Batch, BlobRange, ChannelId, Content, Errand, FixedClock, Inbound, InboundKind, Millis, RawContent, SeededChance,
};
use tertulia_testkit::{Page, Site};

pub const NOW: Millis = 1_750_000_000_000;
pub const DAY: Millis = 24 * 3_600_000;

struct NoBlobs;

#[async_trait::async_trait]
impl BlobSink for NoBlobs {
    async fn writer(&self) -> std::io::Result<Box<dyn BlobWriter>> {
        Err(std::io::ErrorKind::StorageFull.into())
    }

    async fn read(&self, _: &BlobRange) -> std::io::Result<Vec<u8>> {
        Err(std::io::ErrorKind::NotFound.into())
    }
}

pub struct World {
    pub webmention: Webmention,
    pub ctx: Context,
    pub clock: Arc<FixedClock>,
    /// Ours, at 127.0.0.1.
    pub ours: Site,
    /// Somebody else's: the same machine by another name.
    pub theirs: Site,
    /// What waits, as the engine keeps it.
    pub waiting: Vec<Errand>,
}

impl World {
    /// Where outsiders may lead to "localhost", which stands for the world, and nowhere else.
    pub fn new() -> Self {
        let (ours, theirs) = (Site::start(), Site::start());
        ours.put("/grinder", Page::html("<h1>The grinder</h1>"));
        let site = ours.url("/");
        Self::with(ours, theirs, &site)
    }

    pub fn with(ours: Site, theirs: Site, site: &str) -> Self {
        let webmention = connector();
        let settings = json!({ "sites": [site] });
        assert_eq!(webmention.check(&settings), []);
        let clock = Arc::new(FixedClock::at(NOW));
        let guard = AddressGuard::new(["127.0.0.1".to_owned()]).letting_outsiders(["localhost".to_owned()]);
        let ctx = Context {
            channel: ChannelId(7),
            account: webmention.account(&settings),
            settings,
            secrets: SecretSet::new(),
            clock: clock.clone(),
            chance: Arc::new(SeededChance::new(1)),
            guard: Arc::new(guard),
            blobs: Arc::new(NoBlobs),
            session: tokio::sync::Mutex::default(),
            public_url: "https://tertulia.example".to_owned(),
        };
        Self { webmention, ctx, clock, ours, theirs, waiting: Vec::new() }
    }

    /// The world is somewhere else.
    pub fn reach_outsiders_at(&mut self, host: &str) {
        let guard = AddressGuard::new(["localhost".to_owned()]).letting_outsiders([host.to_owned()]);
        self.ctx.guard = Arc::new(guard);
    }

    pub fn target(&self) -> String {
        self.ours.url("/grinder")
    }

    pub fn source(&self, path: &str) -> String {
        self.theirs.url(path).replace("127.0.0.1", "localhost")
    }

    /// A page of theirs that links to ours.
    pub fn put(&self, path: &str, words: &str) {
        let target = self.target();
        let page = format!(
            "<article class=h-entry><a class='p-author h-card' href=/>Kim</a><a class=u-in-reply-to href='{target}'>re</a>\
             <div class=e-content>{words}</div></article>"
        );
        self.theirs.put(path, Page::html(page));
    }

    pub async fn receive(&mut self, path: &str, media_type: &str, body: &str) -> Result<Received, ReceiveError> {
        let request = Request {
            method: "POST".to_owned(),
            path: path.to_owned(),
            query: Vec::new(),
            raw_query: String::new(),
            headers: vec![("content-type".to_owned(), media_type.to_owned())],
            body: bytes::Bytes::copy_from_slice(body.as_bytes()),
            from: None,
            at: tertulia_model::Clock::now(&*self.clock),
        };
        let received = self.webmention.receive(&self.ctx, request).await?;
        self.note(&received.batch);
        Ok(received)
    }

    pub async fn tell(&mut self, source: &str, target: &str) -> Result<Received, ReceiveError> {
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("source", source), ("target", target)])
            .finish();
        self.receive("/webmention", "application/x-www-form-urlencoded", &form).await
    }

    /// The same key replaces, or is gathered, as the engine does it.
    pub fn note(&mut self, batch: &Batch) {
        for errand in &batch.errands {
            self.waiting.retain(|waiting| waiting.key != errand.key);
            self.waiting.push(errand.clone());
        }
        for errand in &batch.gathered {
            match self.waiting.iter_mut().find(|waiting| waiting.key == errand.key) {
                Some(standing) => standing.gather(errand.clone()),
                None => self.waiting.push(errand.clone()),
            }
        }
    }

    /// Does what is due; what came of each.
    pub async fn try_work(&mut self) -> Vec<Result<Batch, PullError>> {
        let now = tertulia_model::Clock::now(&*self.clock);
        let (due, waiting) = std::mem::take(&mut self.waiting).into_iter().partition(|errand| errand.due <= now);
        self.waiting = waiting;
        let mut done = Vec::new();
        for errand in due as Vec<Errand> {
            let batch = self.webmention.errand(&self.ctx, errand.task.clone()).await;
            match &batch {
                Ok(batch) => self.note(batch),
                // The engine tries again.
                Err(_) => self.waiting.push(errand),
            }
            done.push(batch);
        }
        done
    }

    pub async fn work(&mut self) -> Vec<Inbound> {
        let batches: Vec<Batch> = self.try_work().await.into_iter().map(Result::unwrap).collect();
        self.events(&batches)
    }

    /// Works when so much time has passed.
    pub async fn later(&mut self, by: Millis) -> Vec<Inbound> {
        self.clock.advance(by);
        self.work().await
    }

    /// What was counted and not kept.
    pub async fn counted(&mut self) -> Vec<String> {
        let batches: Vec<Batch> = self.try_work().await.into_iter().map(Result::unwrap).collect();
        assert!(batches.iter().all(|batch| batch.items.is_empty()), "{batches:?}");
        batches.into_iter().flat_map(|batch| batch.unheard.counted.into_keys()).collect()
    }

    pub fn events(&self, batches: &[Batch]) -> Vec<Inbound> {
        let items = batches.iter().flat_map(|batch| &batch.items);
        items
            .flat_map(|item| {
                let RawContent::Memory(bytes) = &item.content else { panic!("an item is small") };
                self.webmention.normalise(&self.ctx.account, item, bytes).unwrap()
            })
            .collect()
    }

    /// The program ends and begins again: what was only in memory is lost.
    pub fn restart(&mut self) {
        self.webmention = connector();
    }
}

pub fn created(events: &[Inbound]) -> &Content {
    match events {
        [Inbound { kind: InboundKind::Created(content), .. }] => content,
        other => panic!("{other:?}"),
    }
}
