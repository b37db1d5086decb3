//! `telling`: ten thousand people ask for a change that is done, in a database of their own, where somebody else's wish not to be
//! written to outlived an erasure; how long it takes until each of them has a draft, and what the page that lists them asks first,
//! on SQLite and, where it is installed, on PostgreSQL.

use crate::{
    arguments::Arguments,
    figures::{Figures, Target, median},
    world,
};
use anyhow::{Context, Result, ensure};
use std::{path::Path, sync::Arc, time::Instant};
use tertulia_engine::{
    Engine,
    feedback::{self, ChangeForm, ItemForm},
    telling, worker,
};
use tertulia_model::{
    ChangeId, ConversationId, FeedbackId, IdentityId, MessageId, Millis, PersonId, Role, ThreadId, UserId,
};
use tertulia_store::{
    channels::Channel,
    conversations::{self, Conversation},
    erased::{self, Erased},
    evidence::{self, Evidence},
    feedback as items, keys,
    messages::{self, NO_PARENT, NewBody, NewMessage},
    people::{self, Identity, Person},
    telling_texts,
    tellings::{self, DONE},
    users::{self, User},
};

const ASKERS: usize = 10_000;
const BEGIN: Millis = 1_790_000_000_000;

pub async fn run(arguments: &Arguments) -> Result<()> {
    let figures = Figures::begin(arguments);
    let folder = tempfile::tempdir()?;
    measure(arguments, &figures, world::on_sqlite(folder.path()).await?, "sqlite").await?;
    if let Some(postgres) = tertulia_testkit::Postgres::shared() {
        let folder = tempfile::tempdir()?;
        let engine = on_postgres(&postgres.fresh_database(), folder.path()).await?;
        measure(arguments, &figures, engine, "postgres").await?;
    }
    Ok(())
}

async fn on_postgres(url: &str, folder: &Path) -> Result<Arc<Engine>> {
    world::on_postgres(url, folder).await
}

async fn measure(arguments: &Arguments, figures: &Figures, engine: Arc<Engine>, on: &str) -> Result<()> {
    let many = arguments.size(ASKERS);
    let channel = world::channel(&engine, "email", serde_json::json!({})).await?;
    let user = member(&engine).await?;
    let (change, item) = change(&engine, user).await?;
    for piece in (1..=many as i64).collect::<Vec<_>>().chunks(500) {
        fill(&engine, &channel, item, piece).await?;
    }
    let mut tx = engine.db.begin().await?;
    items::recount(&mut tx, &[item]).await?;
    // As soon as there is one, everybody's is looked for.
    erased::remember(&mut tx, &[Erased { key_hash: vec![7; 32], kind: "stop".to_owned(), at: BEGIN }]).await?;
    tx.commit().await?;
    let begin = Instant::now();
    telling::prepare(&engine, change).await?;
    worker::take(&engine, worker::TELL, change.0).await?.context("it is due")?.await?;
    let took = begin.elapsed().as_secs_f64();
    let mut db = engine.db.reader();
    let drafts = tellings::counts(&mut db, change, DONE).await?;
    ensure!(drafts == [("draft".to_owned(), many as i64)], "not everybody has a draft: {drafts:?}");
    let round = telling_texts::round(&mut db, change).await?;
    ensure!(round.looked == many as i64 && round.after_person.is_none(), "it did not come to its end: {round:?}");
    figures.tell(&format!("drafts_s_{on}"), took, "s", many, Target::AtMost(10.0));
    let mut pages = Vec::new();
    for n in 0..50 {
        let begin = Instant::now();
        let rows = tellings::list(&mut db, (change, DONE), &["draft"], n, 51).await?;
        telling::look(&engine, &mut db, rows[0].id).await?;
        tellings::counts(&mut db, change, DONE).await?;
        pages.push(begin.elapsed().as_secs_f64() * 1_000.0);
    }
    figures.tell(&format!("page_ms_{on}"), median(pages), "ms", 50, Target::AtMost(100.0));
    Ok(())
}

async fn member(engine: &Engine) -> Result<UserId> {
    let id = UserId(engine.next_id());
    let user = User {
        id,
        mail: "bench@shop.example".to_owned(),
        name: "Bench".to_owned(),
        role: Role::Owner,
        password_hash: None,
        theme: "auto".to_owned(),
        created_at: BEGIN,
        disabled_at: None,
    };
    let mut tx = engine.db.begin().await?;
    users::add(&mut tx, &user).await?;
    tx.commit().await?;
    Ok(id)
}

async fn change(engine: &Arc<Engine>, user: UserId) -> Result<(ChangeId, FeedbackId)> {
    let form = ItemForm { title: "Open on Sundays".to_owned(), asked: String::new() };
    let (item, _) = feedback::add(engine, user, &form, None).await?;
    let form = ChangeForm { title: "We open on Sundays".to_owned(), ..ChangeForm::default() };
    let (change, _) = feedback::make(engine, user, &form, Some(item)).await?;
    feedback::move_to(engine, user, change, "done", "From May on.").await?;
    for (language, words) in [("en", "Hello {name}, {quote}: done."), ("es", "Hola {name}, {quote}: hecho.")] {
        telling::save_text(engine, user, (change, DONE), (language, words), None).await?;
    }
    Ok((change, item))
}

/// Each has a mail in a conversation of their own, by which they ask.
async fn fill(engine: &Arc<Engine>, channel: &Channel, item: FeedbackId, numbers: &[i64]) -> Result<()> {
    let at = |n: i64| BEGIN + n * 1_000;
    let name = |n: i64| format!("Asker {n}");
    let handle = |n: i64| format!("asker{n}@home.example");
    let person = |n: &i64| Person { id: PersonId(*n), name: name(*n), created_at: at(*n) };
    let identity = |n: &i64| Identity {
        id: IdentityId(*n),
        space: "mail".to_owned(),
        handle: handle(*n),
        name: Some(name(*n)),
        person_id: PersonId(*n),
        claimed_mail: None,
        created_at: at(*n),
    };
    let mut tx = engine.db.begin().await?;
    people::add_persons(&mut tx, &numbers.iter().map(person).collect::<Vec<_>>()).await?;
    people::add_identities(&mut tx, &numbers.iter().map(identity).collect::<Vec<_>>()).await?;
    messages::add(&mut tx, &numbers.iter().map(|n| message(channel, *n, at(*n))).collect::<Vec<_>>()).await?;
    messages::add_bodies(&mut tx, &numbers.iter().map(|n| body(*n, at(*n))).collect::<Vec<_>>()).await?;
    let held: Vec<Conversation> = numbers.iter().map(|n| conversation(channel, *n, at(*n))).collect();
    conversations::put(&mut tx, &held).await?;
    for n in numbers {
        let one = Evidence {
            id: *n,
            given_to: item,
            item_id: item,
            message_id: Some(MessageId(*n)),
            person_id: Some(PersonId(*n)),
            asks: true,
            note: String::new(),
            given_by: UserId(1),
            given_at: at(*n),
            asked_at: at(*n),
        };
        evidence::add(&mut tx, &one).await?;
    }
    Ok(tx.commit().await?)
}

fn message(channel: &Channel, n: i64, at: Millis) -> NewMessage {
    let external_id = format!("<{n}@home.example>");
    NewMessage {
        id: MessageId(n),
        place: keys::place(at, n),
        source_key: keys::source_key("mail", &external_id),
        source: "mail".to_owned(),
        external_id,
        channel_id: channel.id,
        thread_id: ThreadId(n),
        parent_id: None,
        parent_rank: NO_PARENT,
        conversation_id: Some(ConversationId(n)),
        identity_id: Some(IdentityId(n)),
        person_id: Some(PersonId(n)),
        direction: "theirs",
        state: "shown",
        visibility: "private",
        auto: "person",
        revision: 0,
        at,
        stated_at: Some(at),
        heard_at: at,
        language: if n % 3 == 0 { "es" } else { "en" },
        flags: 0,
        fingerprint: n,
        sent_by: None,
        reach: None,
    }
}

fn body(n: i64, at: Millis) -> NewBody {
    NewBody {
        message_id: MessageId(n),
        revision: 0,
        subject: Some("Sundays".to_owned()),
        text: format!("Could you open on Sundays, please? I ask for the {n}th time."),
        html: None,
        snippet: "Could you open on Sundays, please?".to_owned(),
        parts: "{}".to_owned(),
        envelope: "{}".to_owned(),
        raw: None,
        analysis_version: 1,
        heard_at: at,
    }
}

fn conversation(channel: &Channel, n: i64, at: Millis) -> Conversation {
    Conversation {
        id: ConversationId(n),
        subject: "Sundays".to_owned(),
        person_id: Some(PersonId(n)),
        channel_id: channel.id,
        state: "closed".to_owned(),
        assignee_id: None,
        outcome: None,
        outcome_by: None,
        outcome_at: None,
        snoozed_until: None,
        waiting_since: None,
        last_at: at,
        last_place: keys::place(at, n),
        last_theirs_place: keys::place(at, n),
        news: n,
        woken: false,
        snippet: "Could you open on Sundays, please?".to_owned(),
        created_at: at,
        version: 0,
    }
}
