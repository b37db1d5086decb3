//! What a row names is in the blob store, whoever takes bytes out of it meanwhile; what nothing names leaves it.

use crate::{
    erasing::raw_of,
    retention::on_disk,
    support::{
        NOW, World, archive,
        json::item,
        on_both,
        said::{Said, said},
    },
};
use std::{
    fs::File,
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};
use tertulia_connector::Connector;
use tertulia_engine::{
    Engine, desk, erase, imports,
    imports::NewImport,
    ingest::{self, Item},
    outbound, sweep, worker,
};
use tertulia_model::{AttachmentId, Batch, BlobRange, ConversationId, ImportId, Inbound, RawContent};
use tertulia_store::{
    Sql, Urgency,
    drafts::{self, Key},
    imports as stored, reading, threads, trims,
};
use tokio::task::JoinHandle;

const DAY: i64 = 86_400_000;
/// Long enough for whoever was set off to come to where it has to wait.
const A_MOMENT: Duration = Duration::from_millis(250);

/// Bytes that something left, which are to leave the disk.
async fn let_go(world: &World, bytes: &[u8]) -> BlobRange {
    let left = world.engine.blobs.put(bytes).unwrap();
    let mut tx = world.engine.db.begin().await.unwrap();
    trims::add(&mut tx, std::slice::from_ref(&left.blob), trims::Cause::Unneeded).await.unwrap();
    tx.commit().await.unwrap();
    left
}

async fn import(world: &World, text: &str) -> ImportId {
    let new = NewImport {
        name: "archive.lines".to_owned(),
        blob: world.engine.blobs.put(text.as_bytes()).unwrap(),
        format: "lines".to_owned(),
        mapping: ::serde_json::json!({ "source": "Old mail" }),
        by: Some(world.user),
    };
    imports::start(&world.engine, new).await.unwrap()
}

fn line(said: &Said) -> String {
    format!("{}\n", ::serde_json::to_string(&[said.created()]).unwrap())
}

async fn file_of(world: &World, id: &str) -> Vec<u8> {
    let message = world.message(id).await.id;
    let files = reading::attachments(&mut world.engine.db.reader(), &[message]).await.unwrap();
    world.engine.blobs.read(&files[0].content()).unwrap()
}

#[test]
fn what_an_import_prepared_keeps_its_files_while_the_same_bytes_are_taken_away() {
    on_both(async |world| {
        let left = let_go(&world, b"a picture").await;
        // Three pieces: what says nothing fills one as well.
        let nothing = format!("{}over\n", String::from_utf8_lossy(archive::NOTHING)).repeat(15_000);
        let [first, last] =
            ["first", "last"].map(|id| line(&said(id, &format!("Look: {id}")).with_file("a.png", b"a picture")));
        let id = import(&world, &format!("{first}{nothing}{nothing}{last}")).await;
        // The first piece is prepared, and waits until it can be written.
        let mut other = world.engine.db.begin().await.unwrap();
        threads::place_alone(&mut other).await.unwrap();
        let engine = world.engine.clone();
        let importing = tokio::spawn(async move { imports::run(&engine, id).await.map(drop) });
        tokio::time::sleep(A_MOMENT).await;
        let trimming = trim(&world.engine);
        tokio::time::sleep(A_MOMENT).await;
        other.commit().await.unwrap();
        let both = async { (importing.await.unwrap().unwrap(), trimming.await.unwrap().unwrap()) };
        tokio::time::timeout(Duration::from_secs(60), both).await.expect("neither waits for the other for ever");
        let run = stored::get(&mut world.engine.db.reader(), id).await.unwrap().unwrap();
        assert_eq!((run.state.as_str(), run.taken, run.error), ("done", 2, None));
        for id in ["first", "last"] {
            assert_eq!(file_of(&world, id).await, b"a picture", "{id}");
        }
        assert!(world.engine.blobs.size(&left.blob).is_ok());
    });
}

/// Puts a file to a draft, in a task of its own.
fn attach(engine: &Arc<Engine>, key: Key) -> JoinHandle<tertulia_engine::Result<AttachmentId>> {
    let engine = engine.clone();
    tokio::spawn(async move { desk::attach(&engine, key, "a.png", "image/png", b"a picture".to_vec()).await })
}

fn trim(engine: &Arc<Engine>) -> JoinHandle<tertulia_engine::Result<()>> {
    let engine = engine.clone();
    tokio::spawn(async move { erase::trim(&engine).await })
}

#[test]
fn what_another_program_stores_while_the_same_bytes_are_taken_away_is_there_or_is_refused() {
    on_both(async |world| {
        world.hear(&[said("q", "Where is my order?").created()]).await;
        let key = Key::answer(world.user, world.conversation_of("q").await.id);
        let beside = world.place.engine(world.clock.clone(), 8, vec![world.wire.clone()]).await;
        for is_stored_first in [true, false] {
            let left = let_go(&world, b"a picture").await;
            let mut other = world.engine.db.begin().await.unwrap();
            trims::alone_with_blobs(&mut other).await.unwrap();
            let early = is_stored_first.then(|| attach(&beside, key));
            tokio::time::sleep(A_MOMENT).await;
            let trimming = trim(&world.engine);
            tokio::time::sleep(A_MOMENT).await;
            let storing = early.unwrap_or_else(|| attach(&beside, key));
            tokio::time::sleep(A_MOMENT).await;
            other.commit().await.unwrap();
            trimming.await.unwrap().unwrap();
            let stored = storing.await.unwrap();
            let files = drafts::files(&mut world.engine.db.reader(), key).await.unwrap();
            assert_eq!(files.len(), usize::from(stored.is_ok()), "{stored:?}");
            for file in files {
                assert_eq!(world.engine.blobs.read(&file.content).unwrap(), b"a picture");
                desk::detach(&world.engine, world.user, file.id).await.unwrap();
            }
            erase::trim(&world.engine).await.unwrap();
            assert!(world.engine.blobs.size(&left.blob).is_err(), "nothing names it any more");
        }
        beside.db.close().await;
    });
}

#[test]
fn a_piece_whose_bytes_another_program_took_away_is_not_stored_until_they_are_brought_again() {
    on_both(async |world| {
        let connector: Arc<dyn Connector> = world.wire.clone();
        let raw = item("one", &[said("one", "Hello").created()], NOW);
        let RawContent::Memory(bytes) = &raw.content else { panic!("it is in memory") };
        let range = world.engine.blobs.put(bytes).unwrap();
        let items = vec![Item { raw: raw.clone(), range: range.clone(), bytes: None }];
        let prepared = ingest::prepare(&world.engine, &world.channel, &connector, items, false).await.unwrap();
        world.engine.blobs.remove(&range.blob).unwrap();
        let refused = ingest::write(&world.engine, &world.channel, prepared, (false, Urgency::Bulk)).await;
        assert!(refused.is_err() && world.find("one").await.is_none(), "{refused:?}");
        world.submit(Batch { items: vec![raw], ..Batch::default() }).await.unwrap();
        assert!(String::from_utf8_lossy(&raw_of(&world, "one").await).contains("Hello"));
    });
}

#[test]
fn what_its_source_takes_back_leaves_the_disk() {
    on_both(async |world| {
        let all: [Inbound; 2] = [
            said("taken back", "I regret zanahoriaxx").with_file("a.png", b"a regretted picture").created(),
            said("stays", "When do you open?").by("bo@other.example").created(),
        ];
        world.hear(&all).await;
        assert!(on_disk(&world, "zanahoriaxx") && on_disk(&world, "a regretted picture"));
        world.hear(&[said("taken back", "").deleted()]).await;
        world.clock.advance(3_600_001);
        worker::take(&world.engine, worker::TRIM, 0).await.unwrap().expect("it is due").await.unwrap();
        assert!(!on_disk(&world, "zanahoriaxx") && !on_disk(&world, "a regretted picture"));
        let raw = raw_of(&world, "stays").await;
        assert!(String::from_utf8_lossy(&raw).contains("When do you open?"), "it came in the same piece");
    });
}

async fn trim_now(world: &World) {
    worker::take(&world.engine, worker::TRIM, 0).await.unwrap().expect("it is asked for").await.unwrap();
}

async fn draft_with(world: &World, conversation: ConversationId, bytes: &[u8]) -> Key {
    let key = Key::answer(world.user, conversation);
    desk::save_draft(&world.engine, key, &::serde_json::json!({ "text": "Dear Rosa" })).await.unwrap();
    desk::attach(&world.engine, key, "a.txt", "text/plain", bytes.to_vec()).await.unwrap();
    key
}

#[test]
fn the_files_of_a_draft_leave_the_disk_once_it_is_forgotten_and_not_before() {
    on_both(async |world| {
        world.hear(&[said("q", "Where is my order?").created()]).await;
        let conversation = world.conversation_of("q").await.id;
        let key = draft_with(&world, conversation, b"the first file").await;
        let thrown_at = desk::discard_draft(&world.engine, key).await.unwrap();
        erase::trim(&world.engine).await.unwrap();
        desk::take_up_draft(&world.engine, key, thrown_at).await.unwrap();
        assert_eq!(desk::files_of_draft(&world.engine, key).await.unwrap().len(), 1, "it can be had back");
        // Thrown away for good by the next one that is thrown away.
        world.clock.advance(1);
        desk::discard_draft(&world.engine, key).await.unwrap();
        draft_with(&world, conversation, b"the second file").await;
        world.clock.advance(1);
        desk::discard_draft(&world.engine, key).await.unwrap();
        trim_now(&world).await;
        assert!(!on_disk(&world, "the first file") && on_disk(&world, "the second file"));
        // And by its time.
        world.clock.advance(3_600_000);
        desk::forget_thrown(&world.engine).await.unwrap();
        trim_now(&world).await;
        assert!(!on_disk(&world, "the second file"));
        // One that is taken out by itself.
        draft_with(&world, conversation, b"the third file").await;
        let third = drafts::files(&mut world.engine.db.reader(), key).await.unwrap().remove(0);
        desk::detach(&world.engine, world.user, third.id).await.unwrap();
        trim_now(&world).await;
        assert!(!on_disk(&world, "the third file"));
        // What was sent is named by its message.
        draft_with(&world, conversation, b"the fourth file").await;
        let form = world.reply(conversation, "k");
        let sent = outbound::queue_reply(&world.engine, world.user, form).await.unwrap();
        let_go(&world, b"the fourth file").await;
        erase::trim(&world.engine).await.unwrap();
        assert_eq!(world.engine.blobs.read(&sent.outgoing.attachments[0].content).unwrap(), b"the fourth file");
    });
}

/// When the disk says that a blob was stored.
fn stored_at(world: &World, content: &BlobRange, at: i64) {
    let file = File::open(world.engine.blobs.path(&content.blob).unwrap()).unwrap();
    file.set_modified(UNIX_EPOCH + Duration::from_millis(at.unsigned_abs())).unwrap();
}

#[test]
fn what_nothing_names_leaves_the_disk_after_a_day_and_what_is_named_or_young_stays() {
    on_both(async |world| {
        world.hear(&[said("kept", "Words that stay").with_file("a.png", b"a picture").created()]).await;
        let file = import(&world, &line(&said("read", "Words to be read"))).await;
        let run = stored::get(&mut world.engine.db.reader(), file).await.unwrap().unwrap();
        let [orphan, young] = [b"an orphan", b"yesterday"].map(|bytes| world.engine.blobs.put(bytes).unwrap());
        for blob in world.engine.blobs.all().unwrap() {
            stored_at(&world, &BlobRange { blob, offset: 0, length: 0 }, NOW - 2 * DAY);
        }
        stored_at(&world, &young, NOW - DAY + 1);
        sweep::run(&world.engine).await.unwrap();
        trim_now(&world).await;
        assert!(world.engine.blobs.size(&orphan.blob).is_err() && world.engine.blobs.size(&young.blob).is_ok());
        assert_eq!(file_of(&world, "kept").await, b"a picture");
        assert!(String::from_utf8_lossy(&raw_of(&world, "kept").await).contains("Words that stay"));
        assert!(world.engine.blobs.size(&run.blob).is_ok(), "an import is still to read it");
        // Not before a week is over.
        let later = world.engine.blobs.put(b"later").unwrap();
        stored_at(&world, &later, NOW - 2 * DAY);
        world.clock.advance(6 * DAY);
        sweep::run(&world.engine).await.unwrap();
        assert_eq!(trims_waiting(&world).await, 0);
        world.clock.advance(DAY);
        sweep::run(&world.engine).await.unwrap();
        trim_now(&world).await;
        assert!(world.engine.blobs.size(&later.blob).is_err() && world.engine.blobs.size(&young.blob).is_err());
    });
}

async fn trims_waiting(world: &World) -> i64 {
    world.engine.db.reader().number("SELECT COUNT(*) FROM trims", vec![]).await.unwrap()
}
