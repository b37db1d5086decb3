//! For how long a channel keeps what was said.

use crate::support::{
    NOW, World,
    json::item,
    on_both,
    said::{Said, said},
};
use std::fs;
use tertulia_engine::{channels, desk, erase, imports, worker};
use tertulia_model::{Batch, BlobRange, ImportId, RawContent};
use tertulia_store::{
    Sql,
    imports::{self as stored, ImportRun},
    ledger, reading,
};

const DAY: i64 = 86_400_000;

pub(crate) fn days_ago(id: &str, days: i64) -> Said {
    Said { at: NOW - days * DAY, ..said(id, &format!("Words of {id}")) }
}

pub(crate) async fn keep(world: &World, keep_days: Option<i64>) {
    let bounds = channels::Bounds { day_cap: None, keep_days };
    channels::set_bounds(&world.engine, world.channel.id, bounds).await.unwrap();
}

pub(crate) async fn retain(world: &World) {
    let job = worker::take(&world.engine, worker::RETAIN, world.channel.id.0).await.unwrap();
    job.expect("it is due").await.unwrap();
    erase::trim(&world.engine).await.unwrap();
}

pub(crate) fn on_disk(world: &World, words: &str) -> bool {
    let folders = fs::read_dir(world.place.folder().join("blobs")).unwrap().map(|entry| entry.unwrap().path());
    let files = folders.flat_map(|folder| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()));
    files.map(|path| fs::read(path).unwrap()).any(|bytes| String::from_utf8_lossy(&bytes).contains(words))
}

async fn states<const N: usize>(world: &World, ids: [&str; N]) -> Vec<String> {
    let mut states = Vec::new();
    for id in ids {
        states.push(world.message(id).await.state);
    }
    states
}

#[test]
fn what_a_channel_keeps_for_some_days_loses_its_words_then_and_stays_known() {
    on_both(async |world| {
        let all = [
            days_ago("said of us", 40).overheard().with_file("a.png", b"an old picture").created(),
            days_ago("closed", 39).about("A subject").created(),
            days_ago("at work", 38).by("ben@other.example").created(),
            days_ago("young", 3).by("cleo@third.example").created(),
        ];
        world.hear(&all).await;
        let closed = world.conversation_of("closed").await.id;
        desk::set_state(&world.engine, closed, "closed").await.unwrap();
        keep(&world, Some(30)).await;
        retain(&world).await;
        let now = states(&world, ["said of us", "closed", "at work", "young"]).await;
        assert_eq!(now, ["deleted", "deleted", "shown", "shown"]);
        assert!(!on_disk(&world, "an old picture") && !on_disk(&world, "Words of closed"));
        assert!(on_disk(&world, "Words of at work") && on_disk(&world, "Words of young"));
        let emptied = world.conversation(closed).await.unwrap();
        assert_eq!((emptied.subject.as_str(), emptied.snippet.as_str()), ("", ""));
        assert!(emptied.person_id.is_some(), "who wrote, and when, is still known");
        let files = reading::attachments(&mut world.engine.db.reader(), &[world.message("said of us").await.id]).await;
        assert!(files.unwrap().is_empty());
        let again = world.hear_late(&all).await;
        assert_eq!((again.stored, again.quarantined), (0, 0), "pulled again they are known: {again:?}");
        assert_eq!(states(&world, ["said of us", "closed"]).await, ["deleted", "deleted"]);
        let (from, until) = (ledger::day_of(NOW), ledger::day_of(NOW + DAY));
        let counts = ledger::counts(&mut world.engine.db.reader(), from, until).await.unwrap();
        let aged: Vec<_> = counts.iter().filter(|c| c.kind == "aged").map(|c| (c.times, c.reason.as_str())).collect();
        assert_eq!(aged, [(2, "its words were removed: older than the 30 days that this channel keeps them")]);
    });
}

#[test]
fn a_conversation_keeps_its_words_until_it_is_closed_and_a_limit_that_is_lifted_takes_none() {
    on_both(async |world| {
        world.hear(&[days_ago("at work", 38).created(), days_ago("young", 3).by("cleo@third.example").created()]).await;
        let both = [world.conversation_of("at work").await.id, world.conversation_of("young").await.id];
        keep(&world, Some(30)).await;
        retain(&world).await;
        assert_eq!(states(&world, ["at work", "young"]).await, ["shown", "shown"]);
        for id in both {
            desk::set_state(&world.engine, id, "closed").await.unwrap();
        }
        world.clock.advance(DAY / 4 + 1);
        retain(&world).await;
        assert_eq!(states(&world, ["at work", "young"]).await, ["deleted", "shown"]);
        keep(&world, None).await;
        world.clock.advance(100 * DAY);
        retain(&world).await;
        assert_eq!(states(&world, ["young"]).await, ["shown"]);
        for wrong in [0, -1, 40_000] {
            let bounds = channels::Bounds { day_cap: None, keep_days: Some(wrong) };
            assert!(channels::set_bounds(&world.engine, world.channel.id, bounds).await.is_err(), "{wrong}");
        }
    });
}

/// An import of two lines that stands behind the first of them: that one was taken in, and is past its days.
async fn half_read(world: &World) -> ImportId {
    let line = |id: &str| format!("{}\n", serde_json::to_string(&[days_ago(id, 40).overheard().created()]).unwrap());
    let (first, second) = (line("first"), line("second"));
    let file = world.engine.blobs.put(format!("{first}{second}").as_bytes()).unwrap();
    let mut item = item("line 1", &[], NOW);
    item.content = RawContent::Stored(BlobRange { length: first.len() as u64, ..file.clone() });
    world.submit(Batch { items: vec![item], history: true, ..Batch::default() }).await.unwrap();
    let run = ImportRun {
        id: ImportId(world.engine.next_id()),
        channel_id: world.channel.id,
        name: "archive.lines".to_owned(),
        format: "lines".to_owned(),
        mapping: "{}".to_owned(),
        blob: file.blob,
        size: file.length.cast_signed(),
        position: first.len() as i64,
        state: "stopped".to_owned(),
        taken: 1,
        known: 0,
        skipped: 0,
        quarantined: 0,
        reasons: "{}".to_owned(),
        error: None,
        worked_ms: 0,
        created_by: None,
        created_at: NOW,
        finished_at: None,
    };
    let mut tx = world.engine.db.begin().await.unwrap();
    stored::add(&mut tx, &run).await.unwrap();
    tx.commit().await.unwrap();
    keep(world, Some(30)).await;
    retain(world).await;
    assert_eq!(states(world, ["first"]).await, ["deleted"]);
    run.id
}

#[test]
fn the_file_of_an_import_that_can_go_on_stays_whole_until_it_is_done() {
    on_both(async |world| {
        let id = half_read(&world).await;
        assert!(on_disk(&world, "Words of second"), "it is still to be read");
        imports::go_on(&world.engine, id).await.unwrap();
        worker::take(&world.engine, worker::IMPORT, id.0).await.unwrap().expect("it is due").await.unwrap();
        let run = stored::get(&mut world.engine.db.reader(), id).await.unwrap().unwrap();
        assert_eq!((run.state.as_str(), run.taken, run.error), ("done", 2, None));
        assert_eq!(states(&world, ["second"]).await, ["shown"]);
        erase::trim(&world.engine).await.unwrap();
        assert!(!on_disk(&world, "Words of first") && on_disk(&world, "Words of second"));
    });
}

#[test]
fn the_file_of_an_import_that_is_given_up_is_let_go() {
    on_both(async |world| {
        let id = half_read(&world).await;
        imports::give_up(&world.engine, id).await.unwrap();
        worker::take(&world.engine, worker::TRIM, 0).await.unwrap().expect("it is asked for now").await.unwrap();
        assert!(!on_disk(&world, "Words of first") && !on_disk(&world, "Words of second"));
        let refused = imports::go_on(&world.engine, id).await.unwrap_err();
        assert_eq!(refused.to_string(), "This import is given up.");
        let run = stored::get(&mut world.engine.db.reader(), id).await.unwrap().unwrap();
        assert_eq!((run.state.as_str(), run.error), ("given_up", None));
    });
}

#[test]
fn an_edit_whose_message_never_came_goes_with_its_days() {
    on_both(async |world| {
        world.hear(&[said("lone", "").overheard().edited(1, "Words without a message")]).await;
        assert!(on_disk(&world, "Words without a message"));
        keep(&world, Some(30)).await;
        world.clock.advance(31 * DAY);
        retain(&world).await;
        let bodies = world.engine.db.reader().number("SELECT COUNT(*) FROM bodies", vec![]).await.unwrap();
        assert!(bodies == 0 && !on_disk(&world, "Words without a message"));
    });
}
