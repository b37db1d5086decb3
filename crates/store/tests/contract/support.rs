//! A fresh database of each kind for every story, and things to put into it.

use tertulia_model::{
    BlobRange, ChannelId, ChannelState, ConversationId, IdentityId, MessageId, Millis, PersonId, Role, ThreadId, UserId,
};
use tertulia_store::{
    Db,
    channels::Channel,
    conversations::Conversation,
    keys,
    merges::Before,
    messages::{NO_PARENT, NewBody, NewMessage},
    migrate,
    people::{Identity, Person},
    users::User,
};

pub const NOW: Millis = 1_790_000_000_000;

/// Runs a story on a fresh SQLite database and, where it is installed, on a fresh PostgreSQL database.
pub fn on_both(story: impl AsyncFn(Db)) {
    on_sqlite(&story);
    let Some(postgres) = tertulia_testkit::Postgres::shared() else { return };
    let url = postgres.prepared_database(|url| on_postgres(url, &async |db: Db| migrate(&db, NOW).await.unwrap()));
    on_postgres(&url, &story);
}

/// As [`on_both`], before any migration.
pub fn on_both_empty(story: impl AsyncFn(Db)) {
    on_sqlite_empty(&story);
    let Some(postgres) = tertulia_testkit::Postgres::shared() else { return };
    on_postgres(&postgres.fresh_database(), &story);
}

fn on_postgres(url: &str, story: &impl AsyncFn(Db)) {
    run(async {
        eprintln!("on PostgreSQL");
        let db = Db::open_postgres(url).await.unwrap();
        story(db.clone()).await;
        db.close().await;
    });
}

/// For what only SQLite has.
pub fn on_sqlite(story: impl AsyncFn(Db)) {
    on_sqlite_empty(&async |db: Db| {
        migrate(&db, NOW).await.unwrap();
        story(db).await;
    });
}

fn on_sqlite_empty(story: &impl AsyncFn(Db)) {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        eprintln!("on SQLite");
        let db = Db::open_sqlite(&folder.path().join("test.db")).await.unwrap();
        story(db.clone()).await;
        db.close().await;
    });
}

fn run(story: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap().block_on(story);
}

/// Runs the statements in one write transaction and commits it.
macro_rules! write {
    ($db:expr, |$tx:ident| $body:expr) => {{
        let mut transaction = $db.begin().await.unwrap();
        let $tx = &mut transaction;
        let result = $body;
        transaction.commit().await.unwrap();
        result
    }};
}
pub(crate) use write;

/// The `n`th message: each a minute after the one before, in a thread of its own.
pub fn message(n: i64) -> NewMessage {
    let at = NOW + n * 60_000;
    NewMessage {
        id: MessageId(n),
        place: keys::place(at, n),
        source_key: keys::source_key("mail", &format!("<{n}@shop.example>")),
        source: "mail".to_owned(),
        external_id: format!("<{n}@shop.example>"),
        channel_id: ChannelId(1),
        thread_id: ThreadId(n),
        parent_id: None,
        parent_rank: NO_PARENT,
        conversation_id: None,
        identity_id: None,
        person_id: None,
        direction: "theirs",
        state: "shown",
        visibility: "direct",
        auto: "no",
        revision: 1,
        at,
        stated_at: Some(at - 1_000),
        heard_at: at + 5,
        language: "en",
        flags: 0,
        fingerprint: n,
        sent_by: None,
        reach: None,
    }
}

/// The words of the `n`th message's first revision.
pub fn body(n: i64) -> NewBody {
    NewBody {
        message_id: MessageId(n),
        revision: 1,
        subject: Some(format!("About order {n}")),
        text: format!("Where is order {n}?"),
        html: None,
        snippet: format!("Where is {n}"),
        parts: "{}".to_owned(),
        envelope: "{}".to_owned(),
        raw: None,
        analysis_version: 1,
        heard_at: NOW + n * 60_000 + 5,
    }
}

pub fn conversation(n: i64) -> Conversation {
    let at = NOW + n * 60_000;
    Conversation {
        id: ConversationId(n),
        subject: format!("About order {n}"),
        person_id: None,
        channel_id: ChannelId(1),
        state: "open".to_owned(),
        assignee_id: None,
        snoozed_until: None,
        waiting_since: None,
        last_at: at,
        last_place: keys::place(at, n),
        last_theirs_place: keys::place(at, n),
        news: n,
        woken: false,
        snippet: format!("Where is {n}"),
        created_at: at,
        version: 0,
        outcome: None,
        outcome_by: None,
        outcome_at: None,
    }
}

/// How two conversations stand before the first becomes part of the second.
pub fn before(from: ConversationId, into: ConversationId) -> Before {
    let version = conversation(into.0).version;
    Before {
        from: conversation(from.0),
        into: conversation(into.0),
        moment: 1_000,
        version: version + 1,
        readers: Vec::new(),
        proposals: Vec::new(),
        drafts: Vec::new(),
        decision: None,
    }
}

pub fn channel(n: i64) -> Channel {
    Channel {
        id: ChannelId(n),
        connector: "email".to_owned(),
        account: format!("shop{n}@example.org"),
        name: format!("Shop {n}"),
        state: ChannelState::Live,
        settings: serde_json::json!({ "host": "mail.example.org", "port": 993 }),
        secrets: Some(vec![0, 1, 255]),
        caught_up: false,
        failures: 0,
        last_error: None,
        last_pull_at: None,
        last_heard_at: None,
        day_cap: None,
        keep_days: None,
        pull_after: 0,
        send_after: 0,
        created_at: NOW,
    }
}

pub fn person(n: i64, name: &str) -> Person {
    Person { id: PersonId(n), name: name.to_owned(), created_at: NOW + n }
}

pub fn identity(n: i64, person: i64, handle: &str) -> Identity {
    Identity {
        id: IdentityId(n),
        space: "mail".to_owned(),
        handle: handle.to_owned(),
        name: None,
        person_id: PersonId(person),
        claimed_mail: None,
        created_at: NOW,
    }
}

pub fn user(n: i64, mail: &str, role: Role) -> User {
    User {
        id: UserId(n),
        mail: mail.to_owned(),
        name: format!("Member {n}"),
        role,
        password_hash: None,
        theme: "auto".to_owned(),
        created_at: NOW,
        disabled_at: None,
    }
}

pub fn blob(n: u64) -> BlobRange {
    BlobRange { blob: format!("{n:064x}"), offset: n, length: 10 + n }
}
