//! A channel on a site of the test's own.
#![allow(dead_code, reason = "each test file uses what it needs")]

use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};
use tertulia_connector::{BlobSink, BlobWriter, Connector, Context, PullError, Secret, SecretSet, guard::AddressGuard};
use tertulia_connector_feed::{Feed, connector};
use tertulia_model::{
    Batch, BlobRange, ChannelId, Content, FixedClock, Inbound, InboundKind, Millis, RawContent, SeededChance,
};
use tertulia_testkit::{Page, Site};

/// Half an hour after the newest post of the fixtures.
pub const NOW: Millis = 1_750_001_400_000;
pub const MINUTE: Millis = 60_000;

pub struct NoBlobs;

#[async_trait::async_trait]
impl BlobSink for NoBlobs {
    async fn writer(&self) -> std::io::Result<Box<dyn BlobWriter>> {
        Err(std::io::ErrorKind::StorageFull.into())
    }

    async fn read(&self, _: &BlobRange) -> std::io::Result<Vec<u8>> {
        Err(std::io::ErrorKind::NotFound.into())
    }
}

pub struct Channel {
    pub feed: Feed,
    pub ctx: Context,
    pub clock: Arc<FixedClock>,
    pub cursor: Option<Value>,
}

impl Channel {
    pub fn new(url: &str, more: Value) -> Self {
        let feed = connector();
        let mut settings = json!({ "url": url });
        for (name, value) in more.as_object().unwrap() {
            settings[name] = value.clone();
        }
        assert_eq!(feed.check(&settings), []);
        let clock = Arc::new(FixedClock::at(NOW));
        let ctx = Context {
            channel: ChannelId(7),
            account: feed.account(&settings),
            settings,
            secrets: SecretSet::from([("hub_key".to_owned(), Secret::new("k".repeat(40)))]),
            clock: clock.clone(),
            chance: Arc::new(SeededChance::new(1)),
            guard: Arc::new(AddressGuard::new(["127.0.0.1".to_owned()])),
            blobs: Arc::new(NoBlobs),
            session: tokio::sync::Mutex::default(),
            public_url: "https://tertulia.example".to_owned(),
        };
        Self { feed, ctx, clock, cursor: None }
    }

    pub async fn try_pull(&mut self) -> Result<Batch, PullError> {
        // As the engine keeps it: as text.
        let cursor = self.cursor.as_ref().map(|cursor| serde_json::from_str(&cursor.to_string()).unwrap());
        let batch = self.feed.pull(&self.ctx, cursor).await?;
        if let Some(next) = &batch.next {
            self.cursor = Some(next.clone());
        }
        Ok(batch)
    }

    pub async fn pull(&mut self) -> Batch {
        self.try_pull().await.unwrap()
    }

    /// Pulls as long as there is more.
    pub async fn drain(&mut self) -> Vec<Batch> {
        let mut batches = Vec::new();
        loop {
            assert!(batches.len() < 50, "it never ends");
            let batch = self.pull().await;
            let more = batch.more;
            batches.push(batch);
            if !more {
                return batches;
            }
        }
    }

    /// The same, when its time has come.
    pub async fn later(&mut self, minutes: Millis) -> Vec<Batch> {
        self.clock.advance(minutes * MINUTE);
        self.drain().await
    }

    pub fn events(&self, batches: &[Batch]) -> Vec<Inbound> {
        let items = batches.iter().flat_map(|batch| &batch.items);
        let understood = |item: &tertulia_model::RawItem| {
            let RawContent::Memory(bytes) = &item.content else { panic!("an item is small") };
            self.feed.normalise(&self.ctx.account, item, bytes).unwrap()
        };
        items.flat_map(understood).collect()
    }

    pub fn created(&self, batches: &[Batch]) -> BTreeMap<String, Content> {
        let created = |event: Inbound| match event.kind {
            InboundKind::Created(content) => (event.key.external_id, *content),
            other => panic!("{other:?}"),
        };
        self.events(batches).into_iter().map(created).collect()
    }
}

/// A fixture with the site's own address in it.
pub fn fixture(site: &Site, name: &str) -> Vec<u8> {
    let bytes = std::fs::read(format!("{}/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let (mark, host) = (b"http://SITE", site.url(""));
    let mut out = Vec::new();
    let mut rest = bytes.as_slice();
    while let Some(at) = rest.windows(mark.len()).position(|window| window == mark) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(host.as_bytes());
        rest = &rest[at + mark.len()..];
    }
    out.extend_from_slice(rest);
    out
}

pub fn put(site: &Site, path: &str, name: &str) {
    let media_type = match name.rsplit('.').next() {
        Some("json") => "application/feed+json",
        Some("atom") => "application/atom+xml",
        Some("rdf") => "application/rdf+xml",
        _ => "application/rss+xml",
    };
    site.put(path, Page::new(media_type, fixture(site, name)));
}

/// An RSS feed of items (id, link, title, words, date).
pub fn rss(items: &[(String, String, String, String, String)]) -> Page {
    let items: String = items
        .iter()
        .map(|(id, link, title, words, date)| {
            format!(
                "<item><guid isPermaLink='false'>{id}</guid><link>{link}</link><title>{title}</title>\
                 <description>{words}</description><pubDate>{date}</pubDate></item>"
            )
        })
        .collect();
    Page::new("application/rss+xml", format!("<rss version='2.0'><channel><title>T</title>{items}</channel></rss>"))
}
