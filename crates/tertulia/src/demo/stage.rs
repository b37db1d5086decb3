//! The stage: the connectors as they are, but for the way to the world. Mail is brought by the demo's people, and what
//! is sent reaches them and nobody else.

use super::lines::OUR_HANDLE;
use async_trait::async_trait;
use serde_json::Value;
use std::{
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tertulia_connector::{
    Connector, Context, Elsewhere, FieldError, NormaliseError, Presence, PullError, ReceiveError, Received, Request,
    SendError, Sent, VisitorPage, archive::Archives, by_hand::ByHand,
};
use tertulia_model::{Author, Batch, ConnectorSpec, Direction, Inbound, InboundKind, Mode, Outgoing, RawItem};
use tokio::sync::{Notify, mpsc};

/// How long a pull of the demo's mailbox waits for news.
const WAITING: Duration = Duration::from_secs(25);
/// About what a mail server takes.
const SENDING: Duration = Duration::from_millis(600);

/// What one of the demo's people was told, and by which kind of channel.
pub struct Heard {
    pub connector: String,
    pub outgoing: Outgoing,
}

/// The mails on their way to us, and the ears of the people.
pub struct Stage {
    letters: Mutex<Vec<RawItem>>,
    /// How many letters had been read before this run.
    read_before: OnceLock<u64>,
    bell: Notify,
    /// Whether it plays: what is done before that was done long ago, and waits for nothing.
    plays: AtomicBool,
    ears: mpsc::UnboundedSender<Heard>,
}

impl Stage {
    pub fn new() -> (Arc<Self>, mpsc::UnboundedReceiver<Heard>) {
        let (ears, heard) = mpsc::unbounded_channel();
        let stage = Self {
            letters: Mutex::default(),
            read_before: OnceLock::new(),
            bell: Notify::new(),
            plays: AtomicBool::new(false),
            ears,
        };
        (Arc::new(stage), heard)
    }

    /// From now on things take their time.
    pub fn begin(&self) {
        self.plays.store(true, Ordering::SeqCst);
    }

    /// A mail arrives; the next pull brings it.
    pub fn post(&self, letter: RawItem) {
        self.letters.lock().unwrap_or_else(PoisonError::into_inner).push(letter);
        self.bell.notify_one();
    }

    /// The letters after a position, and the position after them. A cursor moves only once they are stored.
    fn letters_after(&self, cursor: u64) -> (Vec<RawItem>, u64) {
        let base = *self.read_before.get_or_init(|| cursor);
        let letters = self.letters.lock().unwrap_or_else(PoisonError::into_inner);
        let read = usize::try_from(cursor.saturating_sub(base)).unwrap_or(usize::MAX).min(letters.len());
        (letters[read..].to_vec(), base + letters.len() as u64)
    }

    async fn pull(&self, cursor: Option<Value>) -> Batch {
        let cursor = cursor.and_then(|cursor| cursor.as_u64()).unwrap_or(0);
        let (mut items, mut next) = self.letters_after(cursor);
        if items.is_empty() && tokio::time::timeout(WAITING, self.bell.notified()).await.is_ok() {
            (items, next) = self.letters_after(cursor);
        }
        let next = (!items.is_empty()).then(|| next.into());
        Batch { items, next, ..Batch::default() }
    }
}

/// The same connectors, on the stage.
pub fn on_stage(connectors: Vec<Arc<dyn Connector>>, stage: &Arc<Stage>) -> Vec<Arc<dyn Connector>> {
    connectors
        .into_iter()
        .map(|inner| Arc::new(OnStage { inner, stage: stage.clone() }) as Arc<dyn Connector>)
        .collect()
}

struct OnStage {
    inner: Arc<dyn Connector>,
    stage: Arc<Stage>,
}

impl OnStage {
    fn is(&self, name: &str) -> bool {
        self.inner.spec().name == name
    }
}

#[async_trait]
impl Connector for OnStage {
    fn spec(&self) -> &ConnectorSpec {
        self.inner.spec()
    }

    fn check(&self, settings: &Value) -> Vec<FieldError> {
        self.inner.check(settings)
    }

    fn account(&self, settings: &Value) -> String {
        self.inner.account(settings)
    }

    async fn test(&self, ctx: &Context) -> Result<Vec<String>, PullError> {
        if self.inner.spec().pulls {
            return Ok(vec!["This is the demo: nothing leaves this machine, so no server was asked.".to_owned()]);
        }
        self.inner.test(ctx).await
    }

    async fn pull(&self, ctx: &Context, cursor: Option<Value>) -> Result<Batch, PullError> {
        if self.is("email") && ctx.account.starts_with("hola@") {
            return Ok(self.stage.pull(cursor).await);
        }
        // A mailbox that a visitor of the demo adds: it is not asked either.
        tokio::time::sleep(WAITING).await;
        Ok(Batch::default())
    }

    async fn receive(&self, ctx: &Context, request: Request) -> Result<Received, ReceiveError> {
        self.inner.receive(ctx, request).await
    }

    fn visitor(&self, ctx: &Context, token: &str) -> Result<Author, ReceiveError> {
        self.inner.visitor(ctx, token)
    }

    fn archives(&self) -> Option<&dyn Archives> {
        self.inner.archives()
    }

    fn by_hand(&self) -> Option<&dyn ByHand> {
        self.inner.by_hand()
    }

    fn preview(&self, settings: &Value, sample: &[u8]) -> Option<Result<Vec<Inbound>, Vec<FieldError>>> {
        self.inner.preview(settings, sample)
    }

    fn speaks_in_public(&self) -> bool {
        self.inner.speaks_in_public()
    }

    fn mode(&self) -> Option<Mode> {
        self.inner.mode()
    }

    fn counts_both(&self) -> bool {
        self.inner.counts_both()
    }

    fn our_addresses(&self, settings: &Value) -> Vec<String> {
        self.inner.our_addresses(settings)
    }

    fn cannot_hear(&self, settings: &Value) -> Vec<String> {
        self.inner.cannot_hear(settings)
    }

    fn said_elsewhere(&self, settings: &Value, words: &Elsewhere) -> Option<RawItem> {
        self.inner.said_elsewhere(settings, words)
    }

    fn begins(&self, settings: &Value, handle: &str) -> Option<Vec<String>> {
        self.inner.begins(settings, handle)
    }

    fn visitor_page(&self, settings: &Value) -> Option<VisitorPage> {
        self.inner.visitor_page(settings)
    }

    fn presence(&self) -> Option<&Presence> {
        self.inner.presence()
    }

    fn normalise(&self, account: &str, item: &RawItem, bytes: &[u8]) -> Result<Vec<Inbound>, NormaliseError> {
        let mut events = self.inner.normalise(account, item, bytes)?;
        if let Some(name) = item.hint.get("said_by_us").and_then(Value::as_str) {
            events.iter_mut().for_each(|event| turn_round(event, name));
        }
        Ok(events)
    }

    fn choose_external_id(&self, settings: &Value, unique: &str) -> String {
        self.inner.choose_external_id(settings, unique)
    }

    fn source(&self, account: &str) -> String {
        self.inner.source(account)
    }

    async fn send(&self, ctx: &Context, outgoing: &Outgoing) -> Result<Sent, SendError> {
        // Whoever opened the demo's chat in a browser of theirs is really there.
        if self.inner.spec().hosts_visitors && !is_of_the_cast(&outgoing.to_handle) {
            return self.inner.send(ctx, outgoing).await;
        }
        if self.stage.plays.load(Ordering::SeqCst) {
            tokio::time::sleep(SENDING).await;
        }
        let connector = self.inner.spec().name.clone();
        // Nobody listening means that the demo is ending.
        let _ = self.stage.ears.send(Heard { connector, outgoing: outgoing.clone() });
        Ok(Sent { external_id: outgoing.external_id.clone() })
    }
}

/// Real visitors have a handle of random letters; the cast's are short names.
fn is_of_the_cast(handle: &str) -> bool {
    handle.strip_prefix("visitor:").is_some_and(|name| name.len() <= 12)
}

/// What we said in the chat in the past came to no door of ours: it is written down as the visitor's words are, and turned
/// round here.
fn turn_round(event: &mut Inbound, name: &str) {
    if let InboundKind::Created(content) = &mut event.kind {
        content.direction = Direction::Ours;
        content.addressed_to_us = false;
        OUR_HANDLE.clone_into(&mut content.author.handle);
        content.author.display_name = Some(name.to_owned());
        content.author.claimed_mail = None;
    }
}
