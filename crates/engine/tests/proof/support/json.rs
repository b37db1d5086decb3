//! A channel for tests: what comes is JSON of the normalised events themselves, and what sending does is said beforehand.

use async_trait::async_trait;
use futures::future::BoxFuture;
use serde_json::{Value, json};
use std::{
    collections::VecDeque,
    io::Write,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};
use tertulia_connector::{
    Connector, Context, Elsewhere, NormaliseError, PullError, ReceiveError, Received, Request, SendError, Sent,
};
use tertulia_model::{
    Batch, ChannelId, ConnectorSpec, CountBy, EchoSafety, Errand, Inbound, InboundKind, Limits, Mode, Outgoing,
    RawContent, RawItem,
};

/// The space in which this channel's ids are unique: bounces name mails, so it is theirs.
pub const SOURCE: &str = "mail";
/// What stands before an item that only a later version of the connector understands.
const POISON: &str = "poison:";

/// What the next sending comes to.
#[derive(Debug, Clone, PartialEq)]
pub enum Wire {
    Taken,
    TakenAs(&'static str),
    Rejected(&'static str),
    Retry(Duration),
    Throttled(Duration),
    Unknown,
    Gone,
    Reauthorise,
}

type Hook = Box<dyn Fn(usize) -> BoxFuture<'static, ()> + Send + Sync>;

/// One kind of channel, and the whole world behind it.
pub struct Json {
    spec: ConnectorSpec,
    /// What the next sendings come to; afterwards all are taken.
    pub script: Mutex<VecDeque<Wire>>,
    /// What reached the wire.
    pub sent: Mutex<Vec<Outgoing>>,
    /// The same, one id a line, for processes that are killed.
    pub log: Option<PathBuf>,
    /// How long the wire takes to answer.
    pub slowness: Duration,
    /// The channel whose server takes whatever it is sent or asked for and never answers.
    pub silent: Mutex<Option<ChannelId>>,
    /// Run while a message is on the wire, before the answer.
    pub on_send: Mutex<Option<Hook>>,
    /// What pulling gives, one after the other.
    pub batches: Mutex<Vec<Batch>>,
    /// Run after a batch was given, before it can be stored.
    pub on_pull: Mutex<Option<Hook>>,
    pub understands_poison: AtomicBool,
    /// How many pulls fail first. The channel counts them itself, in its session, as a mailbox does that gives a mail up.
    pub failing_pulls: AtomicUsize,
    /// The errands that were tried.
    pub errands: Mutex<Vec<Value>>,
    /// Whether what is fetched and what is sent are counted together.
    pub counts_both: AtomicBool,
    /// How what is said on it comes about.
    pub mode: Mutex<Option<Mode>>,
    /// How often it was asked for news, and to send something.
    pub pulled: AtomicUsize,
    pub asked_to_send: AtomicUsize,
    /// Why calls at its door are refused, one after the other; the others are taken.
    pub refuses: Mutex<VecDeque<ReceiveError>>,
    /// How many people everybody reaches, where that has to be asked for; and the items it was asked for.
    pub reach: Mutex<Option<i64>>,
    pub completed: Mutex<Vec<String>>,
}

impl Json {
    pub fn new(name: &str, echo_safety: EchoSafety) -> Self {
        let spec = ConnectorSpec {
            name: name.to_owned(),
            title: "JSON".to_owned(),
            summary: "Hears what a test says.".to_owned(),
            icon: "braces".to_owned(),
            settings_schema: json!({
                "type": "object",
                "properties": {"account": {"type": "string"}, "other_addresses": {"type": "string"}},
            }),
            limits: Limits {
                attachment_bytes: 1_000_000,
                attachments: 3,
                subject: true,
                ..Limits::words(2_000, CountBy::Characters)
            },
            echo_safety,
            pulls: true,
            sends: true,
            hosts_visitors: false,
            cannot_hear: Vec::new(),
        };
        Self {
            spec,
            script: Mutex::default(),
            sent: Mutex::default(),
            log: None,
            slowness: Duration::ZERO,
            silent: Mutex::default(),
            on_send: Mutex::default(),
            batches: Mutex::default(),
            on_pull: Mutex::default(),
            understands_poison: AtomicBool::new(false),
            failing_pulls: AtomicUsize::new(0),
            errands: Mutex::default(),
            counts_both: AtomicBool::new(false),
            mode: Mutex::default(),
            pulled: AtomicUsize::new(0),
            asked_to_send: AtomicUsize::new(0),
            refuses: Mutex::default(),
            reach: Mutex::default(),
            completed: Mutex::default(),
        }
    }

    /// Waits until the server answers, where it ever does.
    async fn answer_of(&self, ctx: &Context) {
        if *self.silent.lock().unwrap() == Some(ctx.channel) {
            std::future::pending::<()>().await;
        }
    }

    /// As mail is: a message can be addressed to anybody.
    pub fn addressing(mut self) -> Self {
        self.spec.limits.recipients = true;
        self
    }

    /// As some services are: nobody is written to whose last word came longer ago.
    pub fn answered_within(mut self, millis: i64) -> Self {
        self.spec.limits.answer_within = Some(millis);
        self
    }

    /// As a chat is: visitors post the items themselves.
    pub fn hosting(mut self) -> Self {
        self.spec.hosts_visitors = true;
        self
    }

    /// A channel that is told what was said, as a webhook is: it asks nobody and sends nothing.
    pub fn only_told(mut self) -> Self {
        (self.spec.pulls, self.spec.sends) = (false, false);
        self
    }

    pub fn will(&self, next: impl IntoIterator<Item = Wire>) {
        self.script.lock().unwrap().extend(next);
    }

    pub fn while_sending(&self, hook: impl Fn(usize) -> BoxFuture<'static, ()> + Send + Sync + 'static) {
        *self.on_send.lock().unwrap() = Some(Box::new(hook));
    }

    pub fn after_pulling(&self, hook: impl Fn(usize) -> BoxFuture<'static, ()> + Send + Sync + 'static) {
        *self.on_pull.lock().unwrap() = Some(Box::new(hook));
    }

    /// How often each message reached the wire, by its id.
    pub fn sent_ids(&self) -> Vec<String> {
        self.sent.lock().unwrap().iter().map(|outgoing| outgoing.external_id.clone()).collect()
    }

    fn note_sent(&self, outgoing: &Outgoing) {
        self.sent.lock().unwrap().push(outgoing.clone());
        if let Some(path) = &self.log {
            let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
            file.write_all(format!("{}\n", outgoing.external_id).as_bytes()).unwrap();
        }
    }
}

/// An item that holds one event.
pub fn item(key: &str, events: &[Inbound], received_at: i64) -> RawItem {
    raw(key, serde_json::to_vec(events).unwrap(), received_at)
}

/// An item that is understood only once the connector has learnt to.
pub fn poison(key: &str, events: &[Inbound], received_at: i64) -> RawItem {
    raw(key, format!("{POISON}{}", serde_json::to_string(events).unwrap()).into_bytes(), received_at)
}

fn raw(key: &str, bytes: Vec<u8>, received_at: i64) -> RawItem {
    RawItem { key: key.to_owned(), content: RawContent::Memory(bytes), received_at, hint: Arc::new(Value::Null) }
}

#[async_trait]
impl Connector for Json {
    fn spec(&self) -> &ConnectorSpec {
        &self.spec
    }

    fn account(&self, settings: &Value) -> String {
        settings["account"].as_str().unwrap_or("desk@shop.example").to_owned()
    }

    fn our_addresses(&self, settings: &Value) -> Vec<String> {
        let also = settings["other_addresses"].as_str().map(str::to_lowercase);
        std::iter::once(self.account(settings)).chain(also).collect()
    }

    async fn pull(&self, ctx: &Context, cursor: Option<Value>) -> Result<Batch, PullError> {
        self.pulled.fetch_add(1, Ordering::SeqCst);
        let mut session = ctx.session.lock().await;
        let failed = session.as_ref().and_then(|any| any.downcast_ref::<usize>()).copied().unwrap_or(0);
        if failed < self.failing_pulls.load(Ordering::SeqCst) {
            *session = Some(Box::new(failed + 1));
            return Err(PullError::RetryAfter { wait: Duration::from_millis(5), reason: "Not yet.".to_owned() });
        }
        let n = cursor.as_ref().and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
        let given = self.batches.lock().unwrap().get(n).cloned();
        let Some(mut batch) = given else {
            tokio::time::sleep(Duration::from_millis(5)).await;
            return Ok(Batch::default());
        };
        batch.next = Some(json!(n + 1));
        let hook = self.on_pull.lock().unwrap().as_ref().map(|hook| hook(n));
        if let Some(hook) = hook {
            hook.await;
        }
        Ok(batch)
    }

    fn completes(&self) -> bool {
        self.reach.lock().unwrap().is_some()
    }

    async fn complete(&self, _ctx: &Arc<Context>, items: &mut [RawItem]) {
        let reach = *self.reach.lock().unwrap();
        for item in items {
            self.completed.lock().unwrap().push(item.key.clone());
            item.hint = Arc::new(json!({ "reach": reach }));
        }
    }

    fn normalise(&self, _account: &str, item: &RawItem, bytes: &[u8]) -> Result<Vec<Inbound>, NormaliseError> {
        let text = std::str::from_utf8(bytes).map_err(|error| NormaliseError(error.to_string()))?;
        let text = match text.strip_prefix(POISON) {
            Some(rest) if self.understands_poison.load(Ordering::SeqCst) => rest,
            Some(_) => return Err(NormaliseError("It is written in a way that is not known yet.".to_owned())),
            None => text,
        };
        assert!(text != "panic", "a parser may be wrong");
        let mut events: Vec<Inbound> =
            serde_json::from_str(text).map_err(|error| NormaliseError(format!("Not an event: {error}")))?;
        for event in &mut events {
            if let (InboundKind::Created(content), Some(reach)) = (&mut event.kind, item.hint["reach"].as_i64()) {
                content.reach = Some(reach);
            }
        }
        Ok(events)
    }

    async fn receive(&self, _ctx: &Context, request: Request) -> Result<Received, ReceiveError> {
        if let Some(why) = self.refuses.lock().unwrap().pop_front() {
            return Err(why);
        }
        let batch = match request.path.strip_prefix("/later/") {
            Some(page) => {
                let page = Errand { key: page.to_owned(), task: json!({ "n": page }), due: request.at };
                Batch { errands: vec![page], ..Batch::default() }
            }
            None => Batch { items: vec![raw(&request.path, request.body.to_vec(), request.at)], ..Batch::default() },
        };
        Ok(Received { batch, status: 202, ..Received::default() })
    }

    /// Says what the task says, once it has failed as often as it is to.
    async fn errand(&self, ctx: &Context, task: Value) -> Result<Batch, PullError> {
        self.errands.lock().unwrap().push(task.clone());
        self.answer_of(ctx).await;
        let tried = self.errands.lock().unwrap().len() as u64;
        match task["fails"].as_str() {
            Some("in a panic") => panic!("an errand went wrong"),
            Some("in a storm") if tried <= task["of"].as_u64().unwrap_or(0) => {
                let reason = "The server answered 429. It asks for a pause; it goes on by itself.".to_owned();
                Err(PullError::RetryAfter { wait: Duration::from_secs(30), reason })
            }
            Some("for now") => Err(PullError::Retry("Not there yet.".to_owned())),
            Some(why) if why != "in a storm" => Err(PullError::Misconfigured(why.to_owned())),
            // Waits until so many pieces have come.
            _ if task["pieces"].as_object().is_some_and(|all| all.len() as u64 != task["of"].as_u64().unwrap_or(0)) => {
                let mut task = task;
                task["looked"] = (task["looked"].as_i64().unwrap_or(0) + 1).into();
                let due = task["until"].as_i64().unwrap_or(0);
                Ok(Batch { gathered: vec![Errand { key: "whole".to_owned(), task, due }], ..Batch::default() })
            }
            _ => {
                let items =
                    vec![raw("errand", task["says"].to_string().into_bytes(), task["at"].as_i64().unwrap_or(0))];
                Ok(Batch { items, ..Batch::default() })
            }
        }
    }

    fn choose_external_id(&self, _settings: &Value, unique: &str) -> String {
        format!("{unique}@shop.example")
    }

    fn source(&self, _account: &str) -> String {
        SOURCE.to_owned()
    }

    fn said_elsewhere(&self, settings: &Value, words: &Elsewhere) -> Option<RawItem> {
        let id = self.choose_external_id(settings, &words.unique);
        let event = super::said::said(&id, &words.text).by(&words.address).about(&words.subject).created();
        self.spec.limits.recipients.then(|| item(&id, &[event], words.at))
    }

    fn mode(&self) -> Option<Mode> {
        *self.mode.lock().unwrap()
    }

    fn counts_both(&self) -> bool {
        self.counts_both.load(Ordering::SeqCst)
    }

    async fn send(&self, ctx: &Context, outgoing: &Outgoing) -> Result<Sent, SendError> {
        self.asked_to_send.fetch_add(1, Ordering::SeqCst);
        self.answer_of(ctx).await;
        let next = self.script.lock().unwrap().pop_front().unwrap_or(Wire::Taken);
        let reached = matches!(next, Wire::Taken | Wire::TakenAs(_) | Wire::Unknown);
        if reached {
            self.note_sent(outgoing);
        }
        let hook = self.on_send.lock().unwrap().as_ref().map(|hook| hook(self.sent.lock().unwrap().len()));
        if let Some(hook) = hook {
            hook.await;
        }
        tokio::time::sleep(self.slowness).await;
        match next {
            Wire::Taken => Ok(Sent { external_id: outgoing.external_id.clone() }),
            Wire::TakenAs(id) => Ok(Sent { external_id: id.to_owned() }),
            Wire::Rejected(why) => Err(SendError::Rejected(why.to_owned())),
            Wire::Throttled(wait) => Err(SendError::Throttled { wait, reason: "The server answered 429.".to_owned() }),
            Wire::Retry(wait) => Err(SendError::RetryAfter { wait, reason: "Busy.".to_owned() }),
            Wire::Unknown => Err(SendError::Unknown("No answer came.".to_owned())),
            Wire::Gone => Err(SendError::Gone("They left.".to_owned())),
            Wire::Reauthorise => Err(SendError::Reauthorise("Sign in again.".to_owned())),
        }
    }

    async fn find_sent(&self, _ctx: &Context, outgoing: &Outgoing) -> Result<Option<Sent>, PullError> {
        let found = self.sent.lock().unwrap().iter().any(|sent| sent.external_id == outgoing.external_id);
        Ok(found.then(|| Sent { external_id: outgoing.external_id.clone() }))
    }
}
