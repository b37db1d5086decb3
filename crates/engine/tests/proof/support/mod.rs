//! A whole engine on a fresh database of each kind, with a channel that hears and says what a test wants.
#![allow(dead_code, reason = "each part of the proof takes what it needs")]

pub mod archive;
pub mod json;
pub mod receiver;
pub mod said;

use json::{Json, SOURCE, item};
use std::{path::Path, path::PathBuf, sync::Arc};
use tertulia_analysis::labels::Models;
use tertulia_connector::{Connector, guard::AddressGuard};
use tertulia_engine::{
    Engine, Parts, Registry,
    channels::{self, ChannelForm},
    ingest::Taken,
    intake,
    outbound::{self, ReplyForm},
    vault::Vault,
};
use tertulia_model::{
    Batch, Chance, Clock, ConversationId, DeliveryId, EchoSafety, FixedClock, Inbound, InboundKind, Role, SeededChance,
    UserId,
};
use tertulia_store::{
    Db, Tx,
    blobs::BlobStore,
    channels::Channel,
    conversations::{self, Conversation},
    deliveries::{self, Delivery},
    keys::source_key,
    merges::Before,
    messages, migrate,
    reading::{self, Message},
    users::{self, User},
};
pub use tertulia_testkit::rounds;

/// 2026-11-21T12:00:00Z.
pub const NOW: i64 = 1_795_262_400_000;

/// Where an engine keeps its things.
#[derive(Clone)]
pub enum Place {
    Sqlite(PathBuf),
    Postgres(String, PathBuf),
}

impl Place {
    pub async fn db(&self) -> Db {
        let db = match self {
            Self::Sqlite(folder) => Db::open_sqlite(&folder.join("tertulia.db")).await.unwrap(),
            Self::Postgres(url, _) => Db::open_postgres(url).await.unwrap(),
        };
        migrate(&db, NOW).await.unwrap();
        db
    }

    pub fn folder(&self) -> &Path {
        match self {
            Self::Sqlite(folder) | Self::Postgres(_, folder) => folder,
        }
    }

    /// Takes up what is there, as the program does when it starts.
    pub async fn engine(&self, clock: Arc<dyn Clock>, seed: u64, connectors: Vec<Arc<dyn Connector>>) -> Arc<Engine> {
        self.engine_of(1, Models::default(), (clock, seed, connectors)).await
    }

    /// As one of several programs, each with its number and its models.
    pub async fn engine_of(
        &self,
        node: u16,
        models: Models,
        (clock, seed, connectors): (Arc<dyn Clock>, u64, Vec<Arc<dyn Connector>>),
    ) -> Arc<Engine> {
        let parts = Parts {
            db: self.db().await,
            blobs: BlobStore::open(self.folder().join("blobs")).unwrap(),
            clock,
            chance: Arc::new(SeededChance::new(seed)),
            registry: Registry::new(connectors),
            // Who is told of events listens here.
            guard: AddressGuard::new(["127.0.0.1".to_owned()]),
            outsiders_guard: AddressGuard::default(),
            vault: Vault::new([7; 32]),
            models,
            public_url: "http://desk.example".to_owned(),
            node,
        };
        Engine::start(parts).await.unwrap()
    }
}

/// An engine with one channel and one member, at work.
pub struct World {
    pub engine: Arc<Engine>,
    pub clock: Arc<FixedClock>,
    pub wire: Arc<Json>,
    pub channel: Channel,
    pub user: UserId,
    pub place: Place,
    chance: SeededChance,
}

impl World {
    pub async fn at(place: Place, echo_safety: EchoSafety) -> Self {
        Self::on(place, Json::new("json", echo_safety)).await
    }

    /// With a channel that speaks as this one does.
    pub async fn on(place: Place, wire: Json) -> Self {
        let clock = Arc::new(FixedClock::at(NOW));
        let wire = Arc::new(wire);
        let engine = place.engine(clock.clone(), 7, vec![wire.clone(), Arc::new(archive::Lines::default())]).await;
        let channel = add_channel(&engine, "desk@shop.example").await;
        let user = add_member(&engine).await;
        Self { engine, clock, wire, channel, user, place, chance: SeededChance::new(99) }
    }

    /// The same, started anew with other models.
    pub async fn with(self, models: Models) -> Self {
        let connectors: Vec<Arc<dyn Connector>> = vec![self.wire.clone(), Arc::new(archive::Lines::default())];
        let engine = self.place.engine_of(1, models, (self.clock.clone(), 8, connectors)).await;
        Self { engine, ..self }
    }

    /// Each event as an item of its own, as news that lay in the mailbox since it was written.
    pub async fn hear(&self, events: &[Inbound]) -> Taken {
        self.take(events, false, written_at).await
    }

    /// As news that is received only now, whatever date it bears.
    pub async fn hear_late(&self, events: &[Inbound]) -> Taken {
        self.take(events, false, |_| None).await
    }

    pub async fn hear_history(&self, events: &[Inbound]) -> Taken {
        self.take(events, true, |_| None).await
    }

    async fn take(&self, events: &[Inbound], history: bool, received_at: fn(&Inbound) -> Option<i64>) -> Taken {
        let one = |event: &Inbound| {
            let received_at = received_at(event).unwrap_or_else(|| self.clock.now());
            item(&self.chance.below(u64::MAX).to_string(), std::slice::from_ref(event), received_at)
        };
        let items = events.iter().map(one).collect();
        self.submit(Batch { items, history, ..Batch::default() }).await.unwrap()
    }

    pub async fn submit(&self, batch: Batch) -> tertulia_engine::Result<Taken> {
        let connector: Arc<dyn Connector> = self.wire.clone();
        intake::submit(&self.engine, &self.channel, &connector, batch).await
    }

    pub async fn find(&self, id: &str) -> Option<Message> {
        find(&self.engine, SOURCE, id).await
    }

    pub async fn message(&self, id: &str) -> Message {
        self.find(id).await.unwrap_or_else(|| panic!("{id} is not there"))
    }

    pub async fn conversation_of(&self, id: &str) -> Conversation {
        let held = self.message(id).await.conversation_id.unwrap_or_else(|| panic!("{id} is in no conversation"));
        self.conversation(held).await.unwrap()
    }

    pub async fn conversation(&self, id: ConversationId) -> Option<Conversation> {
        conversations::get(&mut self.engine.db.reader(), id).await.unwrap()
    }

    pub async fn delivery(&self, id: DeliveryId) -> Delivery {
        deliveries::get(&mut self.engine.db.reader(), id).await.unwrap().unwrap()
    }

    pub async fn messages_in(&self, id: ConversationId) -> Vec<Message> {
        reading::conversation(&mut self.engine.db.reader(), id, None, 1_000).await.unwrap()
    }

    pub fn reply(&self, conversation: ConversationId, key: &str) -> ReplyForm {
        ReplyForm {
            conversation,
            channel: self.channel.id,
            text: "It left this morning.".to_owned(),
            recipients: Vec::new(),
            subject: None,
            from_address: None,
            idempotency_key: key.to_owned(),
            seen: None,
            shown: Vec::new(),
            even_if_unseen: false,
            close: false,
            files: outbound::Files::OfDraft,
            articles: Vec::new(),
            forwards: None,
        }
    }

    /// A reply to the conversation that a message is in.
    pub async fn answer(&self, to: &str, key: &str) -> Delivery {
        let conversation = self.conversation_of(to).await.id;
        outbound::queue_reply(&self.engine, self.user, self.reply(conversation, key)).await.unwrap()
    }

    pub async fn count(&self) -> i64 {
        messages::count(&mut self.engine.db.reader()).await.unwrap()
    }
}

fn written_at(event: &Inbound) -> Option<i64> {
    match &event.kind {
        InboundKind::Created(content) => content.stated_at,
        _ => None,
    }
}

pub async fn find(engine: &Engine, source: &str, id: &str) -> Option<Message> {
    let mut db = engine.db.reader();
    let known = messages::known(&mut db, &[source_key(source, id)]).await.unwrap().into_iter().next()?;
    reading::message(&mut db, known.id).await.unwrap()
}

pub async fn add_channel(engine: &Arc<Engine>, account: &str) -> Channel {
    let mut form = ChannelForm { name: account.to_owned(), ..ChannelForm::default() };
    form.settings.insert("account".to_owned(), account.into());
    form.settings.insert("other_addresses".to_owned(), "Orders@shop.example".into());
    let id = channels::add(engine, "json", form).await.unwrap();
    tertulia_store::channels::get(&mut engine.db.reader(), id).await.unwrap().unwrap()
}

pub async fn add_member(engine: &Engine) -> UserId {
    let id = UserId(engine.next_id());
    let user = User {
        id,
        mail: format!("{id}@shop.example"),
        name: "Inés Robledo".to_owned(),
        role: Role::Agent,
        password_hash: None,
        theme: "auto".to_owned(),
        created_at: NOW,
        disabled_at: None,
    };
    let mut tx = engine.db.begin().await.unwrap();
    users::add(&mut tx, &user).await.unwrap();
    tx.commit().await.unwrap();
    id
}

/// Runs a story on a fresh SQLite database and, where it is installed, on a fresh PostgreSQL database.
pub fn on_both(story: impl AsyncFn(World)) {
    on_both_with(EchoSafety::CheckThenSend, story);
}

pub fn on_both_with(echo_safety: EchoSafety, story: impl AsyncFn(World)) {
    each_place(async |place| {
        let world = World::at(place, echo_safety).await;
        let db = world.engine.db.clone();
        story(world).await;
        db.close().await;
    });
}

/// As [`on_both`], with a channel on which a message can be addressed to anybody.
pub fn on_both_by_mail(story: impl AsyncFn(World)) {
    each_place(async |place| {
        let world = World::on(place, Json::new("json", EchoSafety::CheckThenSend).addressing()).await;
        let db = world.engine.db.clone();
        story(world).await;
        db.close().await;
    });
}

/// Runs a story in a fresh place of each kind.
pub fn each_place(story: impl AsyncFn(Place)) {
    let folder = tempfile::tempdir().unwrap();
    eprintln!("on SQLite");
    run(story(Place::Sqlite(folder.path().to_owned())));
    let Some(postgres) = tertulia_testkit::Postgres::shared() else { return };
    let folder = tempfile::tempdir().unwrap();
    eprintln!("on PostgreSQL");
    let url = postgres.prepared_database(|url| {
        run(async {
            let db = Db::open_postgres(url).await.unwrap();
            migrate(&db, NOW).await.unwrap();
            db.close().await;
        });
    });
    run(story(Place::Postgres(url, folder.path().to_owned())));
}

pub fn run<T>(story: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap().block_on(story)
}

/// How two conversations stand before the first becomes part of the second.
pub async fn before_merging(tx: &mut Tx, from: ConversationId, into: ConversationId) -> Before {
    let both = conversations::get_many(tx, vec![from, into]).await.unwrap();
    let one = |id| both.iter().find(|c| c.id == id).cloned().unwrap();
    Before {
        from: one(from),
        into: one(into),
        moment: 0,
        version: 0,
        readers: Vec::new(),
        proposals: Vec::new(),
        drafts: Vec::new(),
        decision: None,
    }
}
