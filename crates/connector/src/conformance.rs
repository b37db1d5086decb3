//! What every connector must keep, called from its own tests: [`check`] by its fixtures, [`check_hostile`] by its own way
//! in.

mod guarded;
mod hostile;

pub use guarded::{HOUSE, check_house};
pub use hostile::{Carries, came, check_hostile, knock};

use crate::{
    BlobSink, BlobWriter, Connector, Context, Request, Secret, SecretSet, guard::AddressGuard, html::shown_in,
};
use serde_json::{Value, json};
use std::{collections::BTreeSet, fmt::Debug, io, sync::Arc};
use tertulia_model::{
    Batch, BlobRange, ChannelId, Direction, FixedClock, Inbound, InboundKind, MessageId, Millis, Outgoing, RawContent,
    RawItem, Recipient, RecipientRole, SeededChance, Visibility,
};

const NOW: Millis = 1_750_000_000_000;

/// A raw item that the connector is known to understand.
pub struct Fixture {
    pub name: &'static str,
    pub item: RawItem,
}

impl Fixture {
    pub fn new(name: &'static str, bytes: impl Into<Vec<u8>>, hint: Value) -> Self {
        let item = RawItem {
            key: name.to_owned(),
            content: RawContent::Memory(bytes.into()),
            received_at: NOW,
            hint: hint.into(),
        };
        Self { name, item }
    }

    fn bytes(&self) -> &[u8] {
        match &self.item.content {
            RawContent::Memory(bytes) => bytes,
            RawContent::Stored(_) => &[],
        }
    }
}

/// Runs the whole kit; panics with a sentence on the first promise that is broken.
pub fn check(connector: &dyn Connector, account: &str, good: &[Fixture]) {
    assert!(!good.is_empty(), "the kit needs at least one good fixture");
    spec_is_complete(connector);
    at_work_without_a_channel(connector);
    for fixture in good {
        let first = normalise(connector, account, fixture, fixture.bytes());
        let again = normalise(connector, account, fixture, fixture.bytes());
        assert_eq!(first, again, "{}: the same bytes gave something else", fixture.name);
        assert!(!first.is_empty(), "{}: a good fixture gave no event", fixture.name);
        sound(fixture.name, &first);
        truncated_and_hostile_bytes_never_panic(connector, account, fixture);
    }
}

fn normalise(connector: &dyn Connector, account: &str, fixture: &Fixture, bytes: &[u8]) -> Vec<Inbound> {
    connector
        .normalise(account, &fixture.item, bytes)
        .unwrap_or_else(|error| panic!("{}: a good fixture was refused: {error}", fixture.name))
}

fn spec_is_complete(connector: &dyn Connector) {
    let spec = connector.spec();
    for (what, text) in [("name", &spec.name), ("title", &spec.title), ("summary", &spec.summary), ("icon", &spec.icon)]
    {
        assert!(!text.is_empty(), "the spec has no {what}");
    }
    let properties = spec.settings_schema.get("properties").and_then(|p| p.as_object());
    let properties = properties.unwrap_or_else(|| panic!("the settings' schema is no object with properties"));
    for (name, schema) in properties {
        assert!(schema.get("title").is_some_and(Value::is_string), "the setting {name} has no title");
    }
}

/// What every event must keep, whatever it was made of.
pub fn sound(name: &str, events: &[Inbound]) {
    for event in events {
        assert!(!event.key.source.is_empty() && !event.key.external_id.is_empty(), "{name}: an event has no key");
        if let InboundKind::Created(content) | InboundKind::Edited { content, .. } = &event.kind {
            assert!(!content.author.handle.is_empty(), "{name}: a message has no author");
            assert!(!content.references.contains(&event.key.external_id), "{name}: a message answers itself");
            let pictured = content.html.as_deref().is_some_and(|html| shown_in(html).image);
            assert!(content.shown().image || !pictured, "{name}: a message shows a picture and does not say so");
        }
    }
}

/// Understands bytes that may be anything: it is done or refused in words, the same each time, and what comes of it is sound.
pub fn understood(connector: &dyn Connector, account: &str, hint: Value, bytes: &[u8]) {
    let item =
        RawItem { key: "any".to_owned(), content: RawContent::Memory(Vec::new()), received_at: NOW, hint: hint.into() };
    match connector.normalise(account, &item, bytes) {
        Ok(events) => sound("any bytes", &events),
        Err(refused) => assert!(!refused.0.is_empty(), "it is refused without a word"),
    }
}

/// A channel with these settings, and something secret in each place for a secret.
pub fn context(connector: &dyn Connector, settings: Value) -> Context {
    let secrets = connector.spec().secret_names().into_iter().map(|name| (name.to_owned(), Secret::new("hush-7f3k")));
    Context {
        channel: ChannelId(1),
        account: connector.account(&settings),
        settings,
        secrets: secrets.collect(),
        clock: Arc::new(FixedClock::at(NOW)),
        chance: Arc::new(SeededChance::new(1)),
        guard: Arc::new(AddressGuard::new([])),
        blobs: Arc::new(NoBlobs),
        session: tokio::sync::Mutex::default(),
        public_url: "https://tertulia.example".to_owned(),
    }
}

/// A request at a channel's door.
pub fn request(method: &str, path: &str, query: &str, body: &[u8]) -> Request {
    Request {
        method: method.to_owned(),
        path: path.to_owned(),
        query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        raw_query: query.to_owned(),
        headers: Vec::new(),
        body: bytes::Bytes::copy_from_slice(body),
        from: None,
        at: NOW,
    }
}

/// With a secret in each place for one and no setting that leads anywhere, most attempts fail: in words that may be
/// shown.
fn at_work_without_a_channel(connector: &dyn Connector) {
    let ctx = context(connector, json!({}));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.unwrap_or_else(|error| panic!("the kit cannot run: {error}"));
    runtime.block_on(async {
        check_secrets(connector, &ctx).await;
        check_cursor(connector, &ctx).await;
    });
}

/// No secret of a channel shows in what may be logged or shown of it: its context, what is wrong with its settings,
/// what fetching and sending brought or why they failed.
pub async fn check_secrets(connector: &dyn Connector, ctx: &Context) {
    let mut typed = ctx.settings.clone();
    for name in connector.spec().secret_names() {
        typed[name] = ctx.secret(name).map(Secret::reveal).into();
    }
    let secrets = &ctx.secrets;
    hidden(secrets, "the context", ctx);
    hidden(secrets, "the secrets", secrets);
    hidden(secrets, "the account", &connector.account(&typed));
    hidden(secrets, "the errors of the settings", &connector.check(&typed));
    hidden(secrets, "the test of the settings", &connector.test(ctx).await);
    hidden(secrets, "what was pulled", &connector.pull(ctx, None).await);
    hidden(secrets, "what became of sending", &connector.send(ctx, &greeting()).await);
}

fn hidden(secrets: &SecretSet, place: &str, shown: &dyn Debug) {
    let shown = format!("{shown:?}");
    for (name, secret) in secrets.iter().filter(|(_, secret)| !secret.reveal().is_empty()) {
        assert!(!shown.contains(secret.reveal()), "the secret {name} shows in {place}");
    }
}

/// A cursor holds all that is known of how far was read: kept as text and taken up by a connector that remembers
/// nothing, it leads to the same items each time, and to none that was given before. Where a channel cannot be
/// reached or gives no cursor, there is nothing to keep.
pub async fn check_cursor(connector: &dyn Connector, ctx: &Context) -> Option<Batch> {
    let first = pull_anew(connector, ctx, None).await?;
    let cursor = first.next.as_ref()?.to_string();
    let kept = || serde_json::from_str(&cursor).unwrap_or_else(|error| panic!("the cursor does not survive: {error}"));
    let once = pull_anew(connector, ctx, Some(kept())).await?;
    let again = pull_anew(connector, ctx, Some(kept())).await?;
    for batch in [&first, &once] {
        names_nobody(batch.next.as_ref().unwrap_or(&Value::Null), &told(connector, ctx, batch));
    }
    assert_eq!(keys(&once), keys(&again), "the same cursor led to other items");
    assert_eq!((&once.next, once.more), (&again.next, again.more), "the same cursor led on to another");
    assert!(keys(&first).is_disjoint(&keys(&again)), "what was read was read again");
    Some(first)
}

/// Erasing somebody looks into no position: so there stands no name, no handle and no word of theirs, and no id that tells
/// their name.
pub fn names_nobody(cursor: &Value, heard: &[Inbound]) {
    let cursor = cursor.to_string();
    for event in heard {
        let (InboundKind::Created(content) | InboundKind::Edited { content, .. }) = &event.kind else { continue };
        if content.direction == Direction::Ours {
            continue;
        }
        let author = &content.author;
        let name = author.handle.split('@').next().unwrap_or_default();
        let id = Some(&event.key.external_id).filter(|id| name.len() > 2 && id.contains(name));
        let of_them = [id, Some(&author.handle), author.display_name.as_ref()];
        // Fewer letters than these stand anywhere by chance.
        for told in of_them.into_iter().flatten().chain([&content.text]).filter(|told| told.chars().count() > 6) {
            let as_json = json!(told).to_string();
            assert!(!cursor.contains(as_json.trim_matches('"')), "the cursor holds {told}, and may not: {cursor}");
        }
    }
}

fn told(connector: &dyn Connector, ctx: &Context, batch: &Batch) -> Vec<Inbound> {
    let events = |item: &RawItem| match &item.content {
        RawContent::Memory(bytes) => connector.normalise(&ctx.account, item, bytes).unwrap_or_default(),
        RawContent::Stored(_) => Vec::new(),
    };
    batch.items.iter().flat_map(events).collect()
}

async fn pull_anew(connector: &dyn Connector, ctx: &Context, cursor: Option<Value>) -> Option<Batch> {
    *ctx.session.lock().await = None;
    connector.pull(ctx, cursor).await.ok()
}

fn keys(batch: &Batch) -> BTreeSet<&str> {
    batch.items.iter().map(|item| item.key.as_str()).collect()
}

fn greeting() -> Outgoing {
    Outgoing {
        message: MessageId(1),
        external_id: "kit.1@tertulia.example".to_owned(),
        idempotency_key: "kit.1".to_owned(),
        to_handle: "kim@customer.example".to_owned(),
        from_address: None,
        from_name: None,
        recipients: vec![Recipient { role: RecipientRole::To, address: "kim@customer.example".to_owned(), name: None }],
        subject: Some("Hello".to_owned()),
        text: "Hello.".to_owned(),
        references: Vec::new(),
        reply_token: None,
        attachments: Vec::new(),
        forwards: None,
        by_machine: false,
        visibility: Visibility::Private,
    }
}

struct NoBlobs;

#[async_trait::async_trait]
impl BlobSink for NoBlobs {
    async fn writer(&self) -> io::Result<Box<dyn BlobWriter>> {
        Err(io::ErrorKind::StorageFull.into())
    }

    async fn read(&self, _range: &BlobRange) -> io::Result<Vec<u8>> {
        Err(io::ErrorKind::NotFound.into())
    }
}

fn truncated_and_hostile_bytes_never_panic(connector: &dyn Connector, account: &str, fixture: &Fixture) {
    let bytes = fixture.bytes();
    let step = (bytes.len() / 200).max(1);
    for end in (0..bytes.len()).step_by(step) {
        let _ = connector.normalise(account, &fixture.item, &bytes[..end]);
    }
    for (at, hostile) in (0..bytes.len()).step_by(step).zip([0u8, 0xff, b'<', b'"', b'\n', 0x80].iter().cycle()) {
        let mut changed = bytes.to_vec();
        changed[at] = *hostile;
        let _ = connector.normalise(account, &fixture.item, &changed);
    }
    for junk in [&b""[..], b"\0\0\0\0", b"\xff\xfe\xfd", "\u{202e}\u{200b}".as_bytes()] {
        let _ = connector.normalise(account, &fixture.item, junk);
    }
}
