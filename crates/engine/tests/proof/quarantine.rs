//! What cannot be understood is set aside with its reason and holds up nothing.

use crate::support::{
    NOW, World, each_place,
    json::{Json, item, poison},
    on_both,
    said::said,
};
use std::sync::atomic::Ordering;
use tertulia_connector::{ReceiveError, Request};
use tertulia_engine::{
    EngineError,
    imports::{self, NewImport},
    ingest::Taken,
    quarantine, scheduler,
    visitors::{self, DoorError},
    worker,
};
use tertulia_model::{Batch, ChannelState, EchoSafety, ImportId, RawContent, RawItem};
use tertulia_store::{
    Dialect, Sql, channels, imports as runs,
    messages::flags,
    quarantine::{self as store, Quarantined},
};

async fn waiting(world: &World) -> Vec<Quarantined> {
    store::waiting(&mut world.engine.db.reader(), None, 99).await.unwrap()
}

fn batch() -> Batch {
    let panics = RawItem { content: RawContent::Memory(b"panic".to_vec()), ..item("uid 3", &[], NOW) };
    let items = vec![
        item("uid 1", &[said("a", "First").created()], NOW),
        poison("uid 2", &[said("b", "Second").created()], NOW),
        panics,
        item("uid 4", &[said("d", "Fourth").created()], NOW),
    ];
    Batch { items, ..Batch::default() }
}

async fn read(world: &World) -> Taken {
    world.submit(batch()).await.unwrap()
}

#[test]
fn a_poison_item_is_set_aside_with_its_reason_and_the_rest_goes_on() {
    on_both(async |world| {
        let taken = read(&world).await;
        assert_eq!((taken.stored, taken.quarantined), (2, 2));
        assert_eq!(taken.reasons["It is written in a way that is not known yet."], 1);
        assert!(world.find("a").await.is_some() && world.find("d").await.is_some());
        let aside = waiting(&world).await;
        assert_eq!(aside.iter().map(|q| q.item_key.as_str()).collect::<Vec<_>>(), ["uid 3", "uid 2"]);
        assert!(quarantine::bytes(&world.engine, aside[1].id).await.unwrap().starts_with(b"poison:"));
        assert_eq!(quarantine::bytes(&world.engine, aside[0].id).await.unwrap(), b"panic");
        read(&world).await;
        assert_eq!(waiting(&world).await.len(), 2, "reading it again sets nothing aside twice");
        assert_eq!(world.count().await, 2);
    });
}

#[test]
fn an_item_is_taken_in_once_it_is_understood_and_a_decision_stands() {
    on_both(async |world| {
        read(&world).await;
        let aside = waiting(&world).await;
        let refused = quarantine::replay(&world.engine, aside[1].id, world.user).await;
        let Err(EngineError::Refused(why)) = refused else { panic!("{refused:?}") };
        assert_eq!(why, "It still cannot be read: It is written in a way that is not known yet.");
        quarantine::discard(&world.engine, aside[0].id, world.user).await.unwrap();
        world.wire.understands_poison.store(true, Ordering::SeqCst);
        quarantine::replay(&world.engine, aside[1].id, world.user).await.unwrap();
        assert_eq!(world.message("b").await.text, "Second");
        assert_eq!(world.conversation_of("b").await.state, "open", "it is news like any other");
        assert_eq!(waiting(&world).await, []);

        world.wire.understands_poison.store(false, Ordering::SeqCst);
        read(&world).await;
        assert_eq!(waiting(&world).await, [], "what was decided is not asked again");
        world.wire.understands_poison.store(true, Ordering::SeqCst);
        read(&world).await;
        assert_eq!(world.count().await, 3, "what was replayed is known");

        quarantine::restore(&world.engine, aside[0].id).await.unwrap();
        assert_eq!(waiting(&world).await.len(), 1);
        let missing = quarantine::replay(&world.engine, aside[1].id, world.user).await;
        assert!(matches!(missing, Err(EngineError::NotFound(_))));
    });
}

#[test]
fn a_visitor_whose_message_is_set_aside_is_not_told_that_it_arrived() {
    each_place(async |place| {
        let world = World::on(place, Json::new("json", EchoSafety::CheckThenSend).hosting()).await;
        let RawContent::Memory(said) = poison("", &[said("a", "Hello").created()], NOW).content else { unreachable!() };
        let post = || Request {
            method: "POST".to_owned(),
            path: "/messages".to_owned(),
            query: Vec::new(),
            raw_query: String::new(),
            headers: Vec::new(),
            body: said.clone().into(),
            from: None,
            at: NOW,
        };
        for _ in 0..2 {
            let refused = visitors::receive(&world.engine, world.channel.id, post()).await;
            assert!(matches!(&refused, Err(DoorError::Refused(ReceiveError::Invalid(_)))), "{refused:?}");
        }
        let aside = waiting(&world).await;
        assert_eq!((aside.len(), world.count().await), (1, 0));
        world.wire.understands_poison.store(true, Ordering::SeqCst);
        quarantine::replay(&world.engine, aside[0].id, world.user).await.unwrap();
        let taken = visitors::receive(&world.engine, world.channel.id, post()).await.unwrap();
        assert_eq!((taken.status, world.count().await), (202, 1), "who tries again is heard once");
        world.engine.db.close().await;
    });
}

#[test]
fn what_held_nothing_is_counted_as_skipped_with_its_reason() {
    on_both(async |world| {
        let items = vec![item("uid 1", &[said("a", "First").created()], NOW), item("uid 2", &[], NOW)];
        let taken = world.submit(Batch { items, ..Batch::default() }).await.unwrap();
        assert_eq!((taken.stored, taken.skipped, taken.quarantined), (1, 1, 0));
        assert_eq!(taken.reasons["It held nothing that was said."], 1);
    });
}

#[test]
fn what_lay_in_the_mailbox_before_is_no_news_either_once_it_is_understood() {
    on_both(async |world| {
        let old = poison("uid 1", &[said("old", "Long ago").created()], NOW);
        let skipped = vec![("uid 2".to_owned(), "It is too large.".to_owned())];
        world.submit(Batch { items: vec![old], skipped, history: true, ..Batch::default() }).await.unwrap();
        let aside = waiting(&world).await;
        assert!(aside.iter().all(|item| item.history));
        world.wire.understands_poison.store(true, Ordering::SeqCst);
        let old = aside.iter().find(|item| item.item_key == "uid 1").unwrap();
        quarantine::replay(&world.engine, old.id, world.user).await.unwrap();
        assert_eq!(world.conversation_of("old").await.state, "closed");
        assert!(world.message("old").await.flags & flags::HISTORY != 0);
    });
}

/// From now on the database takes no words that hold this one; gives how that ends.
async fn refuse(world: &World, word: &str) -> &'static str {
    let (begin, end) = match world.engine.db.dialect() {
        Dialect::Sqlite => (
            format!(
                "CREATE TRIGGER refuses BEFORE INSERT ON bodies WHEN NEW.text LIKE '%{word}%' \
                 BEGIN SELECT RAISE(ABORT, 'not these words'); END"
            ),
            "DROP TRIGGER refuses",
        ),
        Dialect::Postgres => (
            format!("ALTER TABLE bodies ADD CONSTRAINT refuses CHECK (text NOT LIKE '%{word}%')"),
            "ALTER TABLE bodies DROP CONSTRAINT refuses",
        ),
    };
    run_sql(world, begin).await;
    end
}

async fn run_sql(world: &World, sql: impl Into<String>) {
    let mut tx = world.engine.db.begin().await.unwrap();
    tx.run(sql, Vec::new()).await.unwrap();
    tx.commit().await.unwrap();
}

/// Forty messages in a row, each an answer to the one before; the database refuses two of them.
fn with_two_unstorable() -> Vec<RawItem> {
    let one = |n: usize| {
        let text = if n == 7 || n == 31 { format!("unstorable {n}") } else { format!("Number {n}") };
        let before = format!("n{}", n.saturating_sub(1));
        item(&format!("uid {n}"), &[said(&format!("n{n}"), &text).answering(&[&before]).created()], NOW)
    };
    (0..40).map(one).collect()
}

#[test]
fn what_the_database_refuses_is_set_aside_with_its_reason_and_the_channel_goes_on() {
    on_both(async |world| {
        let end = refuse(&world, "unstorable").await;
        let batch = Batch { items: with_two_unstorable(), ..Batch::default() };
        *world.wire.batches.lock().unwrap() = vec![batch.clone()];
        let listening = tokio::spawn(scheduler::run_channel(world.engine.clone(), world.channel.clone()));
        let cursor = async || channels::cursor(&mut world.engine.db.reader(), world.channel.id).await.unwrap();
        crate::outbound::until("the cursor moves on", async || cursor().await.is_some()).await;
        listening.abort();
        let channel = channels::get(&mut world.engine.db.reader(), world.channel.id).await.unwrap().unwrap();
        assert_eq!((channel.state, channel.last_error), (ChannelState::Live, None));
        assert_eq!(world.count().await, 38);
        let aside = waiting(&world).await;
        assert_eq!(aside.iter().map(|q| q.item_key.as_str()).collect::<Vec<_>>(), ["uid 31", "uid 7"]);
        assert!(aside[0].reason.starts_with("It was understood, but could not be stored"), "{}", aside[0].reason);

        let taken = world.submit(batch).await.unwrap();
        assert_eq!((taken.stored, taken.known, taken.quarantined), (0, 38, 2));
        assert_eq!((world.count().await, waiting(&world).await.len()), (38, 2), "nothing is double");

        let refused = quarantine::replay(&world.engine, aside[1].id, world.user).await;
        let Err(EngineError::Refused(why)) = refused else { panic!("{refused:?}") };
        assert!(why.starts_with("It still cannot be stored: the database refuses it"), "{why}");
        assert_eq!(waiting(&world).await.len(), 2, "what is refused again stays");
        run_sql(&world, end).await;
        quarantine::replay(&world.engine, aside[1].id, world.user).await.unwrap();
        assert_eq!(world.message("n8").await.parent_id, Some(world.message("n7").await.id));
    });
}

/// Starts the import of a file of these items.
async fn import(world: &World, items: Vec<RawItem>) -> ImportId {
    let mut file = Vec::new();
    for item in items {
        let RawContent::Memory(line) = item.content else { unreachable!() };
        file.extend_from_slice(&line);
        file.push(b'\n');
    }
    let blob = world.engine.blobs.put(&file).unwrap();
    let mapping = serde_json::json!({});
    let new = NewImport { name: "past".into(), format: "lines".into(), mapping, blob, by: None };
    imports::start(&world.engine, new).await.unwrap()
}

#[test]
fn an_archive_with_something_that_the_database_refuses_is_read_to_its_end() {
    on_both(async |world| {
        refuse(&world, "unstorable").await;
        let id = import(&world, with_two_unstorable()).await;
        let working = tokio::spawn(worker::run(world.engine.clone()));
        let run = async || runs::get(&mut world.engine.db.reader(), id).await.unwrap().unwrap();
        crate::outbound::until("the file is read", async || matches!(run().await.state.as_str(), "done" | "failed"))
            .await;
        working.abort();
        let run = run().await;
        assert_eq!((run.state.as_str(), run.taken, run.quarantined, run.position), ("done", 38, 2, run.size));
        assert_eq!((world.count().await, waiting(&world).await.len()), (38, 2));
    });
}

#[test]
fn what_is_packed_is_stored_as_it_was_read_and_what_says_nothing_is_counted_with_its_reason() {
    on_both(async |world| {
        let line = |id: &str| serde_json::to_string(&[said(id, "Packed").created()]).unwrap();
        let lines = [
            format!("packed {}", line("a")),
            "nothing It is a like.".to_owned(),
            "packed no event".to_owned(),
            "nothing It is a like.".to_owned(),
            "broken It ends too early.".to_owned(),
            line("b"),
        ];
        let blob = world.engine.blobs.put((lines.join("\n") + "\n").as_bytes()).unwrap();
        let new =
            NewImport { name: "past".into(), format: "lines".into(), mapping: serde_json::json!({}), blob, by: None };
        let id = imports::start(&world.engine, new.clone()).await.unwrap();
        imports::run(&world.engine, id).await.unwrap();
        let run = runs::get(&mut world.engine.db.reader(), id).await.unwrap().unwrap();
        assert_eq!((run.state.as_str(), run.taken, run.skipped, run.quarantined), ("done", 2, 2, 2));
        let reasons: std::collections::BTreeMap<String, i64> = serde_json::from_str(&run.reasons).unwrap();
        assert_eq!((reasons["It is a like."], reasons["It ends too early."]), (2, 1));
        let channel = run.channel_id;
        let passed = tertulia_store::channels::passed_over(&mut world.engine.db.reader(), channel).await.unwrap();
        assert_eq!((passed[0].reason.as_str(), passed[0].times), ("It is a like.", 2));
        let aside = waiting(&world).await;
        let packed = aside.iter().find(|item| item.reason.starts_with("Not an event")).unwrap();
        assert_eq!(
            quarantine::bytes(&world.engine, packed.id).await.unwrap(),
            b"no event\n",
            "its bytes, not the file's"
        );
        let again = imports::start(&world.engine, new).await.unwrap();
        imports::run(&world.engine, again).await.unwrap();
        let run = runs::get(&mut world.engine.db.reader(), again).await.unwrap().unwrap();
        assert_eq!((run.taken, run.known), (0, 2));
        assert_eq!((world.count().await, waiting(&world).await.len()), (2, 2), "nothing is double");
    });
}

#[test]
fn an_import_is_worked_by_one_program_at_a_time() {
    on_both(async |world| {
        let id = import(&world, vec![item("", &[said("a", "First").created()], NOW)]).await;
        let beside = world.place.engine(world.clock.clone(), 2, vec![world.wire.clone()]).await;
        let ours = worker::take(&world.engine, worker::IMPORT, id.0).await.unwrap().expect("nobody holds it");
        assert!(worker::take(&beside, worker::IMPORT, id.0).await.unwrap().is_none(), "both would count what it takes");
        ours.await.unwrap();
        let run = runs::get(&mut world.engine.db.reader(), id).await.unwrap().unwrap();
        assert_eq!((run.state.as_str(), run.taken, run.known), ("done", 1, 0));
        assert!(worker::take(&beside, worker::IMPORT, id.0).await.unwrap().is_none(), "nothing is left to do");
    });
}

#[test]
fn an_archive_that_could_not_be_stored_goes_on_before_what_is_missing() {
    on_both(async |world| {
        let id = import(&world, vec![item("", &[said("a", "First").created()], NOW)]).await;
        run_sql(&world, "ALTER TABLE bodies RENAME TO bodies_that_are_away").await;
        imports::run(&world.engine, id).await.unwrap();
        let run = async || runs::get(&mut world.engine.db.reader(), id).await.unwrap().unwrap();
        let failed = run().await;
        assert_eq!((failed.state.as_str(), failed.position), ("failed", 0));
        assert_eq!(waiting(&world).await, [], "no item is at fault for it");
        run_sql(&world, "ALTER TABLE bodies_that_are_away RENAME TO bodies").await;
        imports::go_on(&world.engine, id).await.unwrap();
        imports::run(&world.engine, id).await.unwrap();
        assert_eq!((run().await.state.as_str(), world.count().await), ("done", 1));
    });
}

/// From now on the database fails, by no fault of the row, where words hold this one; gives how that ends.
async fn fail_at(world: &World, word: &str) -> &'static str {
    let (begin, end) = match world.engine.db.dialect() {
        Dialect::Sqlite => (
            vec![format!(
                "CREATE TRIGGER fails BEFORE INSERT ON bodies WHEN NEW.text LIKE '%{word}%' \
                 BEGIN SELECT json('this is none'); END"
            )],
            "DROP TRIGGER fails",
        ),
        Dialect::Postgres => (
            vec![
                "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS \
                 $$ BEGIN RAISE EXCEPTION 'the disk does not answer' USING ERRCODE = '58030'; END $$"
                    .to_owned(),
                format!(
                    "CREATE TRIGGER fails BEFORE INSERT ON bodies FOR EACH ROW \
                     WHEN (NEW.text LIKE '%{word}%') EXECUTE FUNCTION fail()"
                ),
            ],
            "DROP TRIGGER fails ON bodies",
        ),
    };
    for sql in begin {
        run_sql(world, sql).await;
    }
    end
}

#[test]
fn an_archive_that_fails_in_the_midst_of_a_piece_keeps_its_counts_and_goes_on_from_before_it() {
    on_both(async |world| {
        // Number 7 divides the piece into parts; a later one of them is not stored.
        refuse(&world, "unstorable 7").await;
        let end = fail_at(&world, "unstorable 31").await;
        let id = import(&world, with_two_unstorable()).await;
        imports::run(&world.engine, id).await.unwrap();
        let run = async || runs::get(&mut world.engine.db.reader(), id).await.unwrap().unwrap();
        let failed = run().await;
        let stored = world.count().await;
        assert!((1..39).contains(&stored), "{stored} were stored");
        assert_eq!((failed.state.as_str(), failed.position), ("failed", 0));
        assert_eq!((failed.taken, failed.quarantined), (stored, 1), "what is committed stays counted");
        run_sql(&world, end).await;
        imports::go_on(&world.engine, id).await.unwrap();
        imports::run(&world.engine, id).await.unwrap();
        let done = run().await;
        assert_eq!((done.state.as_str(), done.position), ("done", done.size));
        assert_eq!((world.count().await, done.taken, done.known), (39, 39, stored));
        assert_eq!(waiting(&world).await.len(), 1);
    });
}
