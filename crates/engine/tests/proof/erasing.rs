//! What is erased is nowhere, does not come back, and takes nothing of anybody else along.

use crate::support::{
    NOW, World,
    json::item,
    on_both,
    said::{Said, said},
};
use std::{
    fs,
    path::{Path, PathBuf},
};
use tertulia_engine::{EngineError, desk, erase, imports, imports::NewImport, outbound, worker};
use tertulia_model::{Batch, BlobRange, Errand, Inbound, PersonId, RawContent, RawItem, Unheard};
use tertulia_store::{Db, Dialect, Sql, drafts::Key, erased, ledger, people, quarantine};

/// What may be found nowhere afterwards: words of theirs, of our answers, their handle, their name, a file of theirs.
pub(crate) const MARKERS: [&str; 6] =
    ["zanahoriaxx", "respuestaxx", "marker-rosa", "Rosalindaxx", "borradorxx", "archivoxx"];

pub(crate) fn rosa(id: &str, text: &str) -> Said {
    let name = Some("Rosalindaxx Vidal".to_owned());
    Said { name, ..said(&format!("<{id}@marker-rosa.example>"), text).by("marker-rosa@home.example") }
}

pub(crate) fn theirs() -> Vec<Inbound> {
    let first = rosa("a", "The zanahoriaxx is bitter.")
        .about("About zanahoriaxx")
        .with_file("archivoxx.png", b"archivoxx bytes");
    vec![
        first.created(),
        rosa("b", "I said zanahoriaxx too early").at_minute(2).overheard().created(),
        rosa("a", "The zanahoriaxx is very bitter.").edited(1, "The zanahoriaxx is sweet."),
        rosa("later", "Another zanahoriaxx").edited(1, "An edit of zanahoriaxx that waits"),
    ]
}

fn others() -> Vec<Inbound> {
    vec![
        said("bo-1", "When do you open?")
            .by("bo@other.example")
            .at_minute(1)
            .with_file("logo.png", b"a logo")
            .created(),
        said("bo-2", "And on Sundays?").by("bo@other.example").at_minute(3).created(),
    ]
}

fn broken() -> RawItem {
    let bytes = b"no event, from MARKER-ROSA@home.example with zanahoriaxx".to_vec();
    RawItem { content: RawContent::Memory(bytes), ..item("broken", &[], NOW) }
}

pub(crate) async fn person(world: &World) -> PersonId {
    people::list(&mut world.engine.db.reader(), Some("marker-rosa"), None, 1).await.unwrap()[0].id
}

/// Erases somebody, and sees the job done that follows; gives the report.
pub(crate) async fn erase_wholly(world: &World, person: PersonId) -> i64 {
    let report = erase::erase(&world.engine, person, world.user).await.unwrap();
    let job = worker::take(&world.engine, worker::ERASE, report).await.unwrap();
    job.expect("it is due").await.unwrap();
    report
}

pub(crate) async fn told(world: &World, report: i64) -> ::serde_json::Value {
    let kept = erased::get_report(&mut world.engine.db.reader(), report).await.unwrap().unwrap();
    ::serde_json::from_str(&kept.report).unwrap()
}

/// Everything in one piece, so that its raw items share a blob.
async fn hear_all(world: &World) -> tertulia_engine::ingest::Taken {
    let mut items: Vec<RawItem> = Vec::new();
    for (n, event) in theirs().into_iter().chain(others()).enumerate() {
        items.push(item(&format!("item {n}"), &[event], NOW - 1_000));
    }
    items.push(broken());
    world.submit(Batch { items, ..Batch::default() }).await.unwrap()
}

/// Where something still stands: in any column of any table, asked of the database's own catalogue, or in any file.
pub(crate) async fn places(world: &World, markers: &[&str]) -> Vec<String> {
    let mut db = world.engine.db.reader();
    let mut found = in_tables(&mut db, markers).await;
    let mut files = Vec::new();
    walk(world.place.folder(), &mut files);
    for file in files {
        let bytes = fs::read(&file).unwrap().to_ascii_lowercase();
        for marker in markers.iter().flat_map(|marker| forms(marker)) {
            if bytes.windows(marker.len()).any(|part| part == marker.as_bytes()) {
                found.push(format!("{marker} in {}", file.display()));
            }
        }
    }
    found
}

/// In small letters; what SQLite and bytes know of that is only ASCII's.
fn forms(marker: &str) -> [String; 2] {
    [marker.to_lowercase(), marker.to_ascii_lowercase()]
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() { walk(&entry, files) } else { files.push(entry) }
    }
}

pub(crate) async fn in_tables(db: &mut Db, markers: &[&str]) -> Vec<String> {
    let catalogue = match db.dialect() {
        Dialect::Sqlite => {
            "SELECT m.name, p.name FROM sqlite_master m JOIN pragma_table_info(m.name) p \
             WHERE m.type = 'table' AND m.name NOT LIKE 'message_terms%'"
        }
        Dialect::Postgres => {
            "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT) FROM information_schema.columns \
             WHERE table_schema = 'public'"
        }
    };
    let columns: Vec<(String, String)> = db.rows(catalogue, vec![]).await.unwrap();
    assert!(columns.len() > 150, "the catalogue is not understood: {}", columns.len());
    let mut found = Vec::new();
    for (table, column) in columns {
        for marker in markers {
            let any = forms(marker).map(|form| format!("LOWER(CAST({column} AS TEXT)) LIKE '%{form}%'")).join(" OR ");
            let sql = format!("SELECT COUNT(*) FROM {table} WHERE {any}");
            if db.number(sql, vec![]).await.unwrap() > 0 {
                found.push(format!("{marker} in {table}.{column}"));
            }
        }
    }
    found.extend(in_index(db, markers).await);
    found
}

/// The full-text index of SQLite has no columns of its own to be read, so it is asked as search asks it.
async fn in_index(db: &mut Db, markers: &[&str]) -> Vec<String> {
    if db.dialect() == Dialect::Postgres {
        return Vec::new();
    }
    let mut found = Vec::new();
    for marker in markers {
        let sql = "SELECT COUNT(*) FROM message_terms WHERE message_terms MATCH $1";
        let words = format!("\"{}\"", marker.to_lowercase());
        if db.number(sql, vec![words.into()]).await.unwrap() > 0 {
            found.push(format!("{marker} in the index of words"));
        }
    }
    found
}

pub(crate) async fn raw_of(world: &World, id: &str) -> Vec<u8> {
    let message = world.message(id).await.id;
    let sql = format!("SELECT raw_blob, raw_offset, raw_length FROM bodies WHERE message_id = {message}");
    let (blob, offset, length): (String, i64, i64) = world.engine.db.reader().row(sql, vec![]).await.unwrap().unwrap();
    let range = BlobRange { blob, offset: offset.unsigned_abs(), length: length.unsigned_abs() };
    world.engine.blobs.read(&range).unwrap()
}

pub(crate) async fn told_before(world: &World) {
    hear_all(world).await;
    // The same again: its bytes are on the disk twice, and no row tells of the second.
    world.submit(Batch { items: vec![item("again", &theirs()[..1], NOW)], ..Batch::default() }).await.unwrap();
    let id = "<a@marker-rosa.example>";
    let conversation = world.conversation_of(id).await.id;
    let mut reply = world.reply(conversation, "key");
    reply.text = "A respuestaxx to zanahoriaxx".to_owned();
    outbound::queue_reply(&world.engine, world.user, reply).await.unwrap();
    let key = Key::answer(world.user, conversation);
    desk::save_draft(&world.engine, key, &::serde_json::json!({ "text": "borradorxx" })).await.unwrap();
    desk::attach(&world.engine, key, "archivoxx.txt", "text/plain", b"archivoxx of ours".to_vec()).await.unwrap();
}

#[test]
fn what_is_erased_is_nowhere_and_takes_nothing_of_anybody_else_along() {
    on_both(async |world| {
        told_before(&world).await;
        let before = places(&world, &MARKERS).await;
        assert!(MARKERS.iter().all(|m| before.iter().any(|place| place.starts_with(m))), "{before:#?}");
        let is_indexed = before.iter().any(|place| place.ends_with("in the index of words"));
        assert_eq!(is_indexed, world.engine.db.reader().dialect() == Dialect::Sqlite, "{before:#?}");
        let bo = (raw_of(&world, "bo-1").await, raw_of(&world, "bo-2").await);
        let rosa = person(&world).await;
        let preview = erase::preview(&world.engine, rosa).await.unwrap();
        assert_eq!((preview.identities, preview.written, preview.answers), (1, 3, 1));
        let count = world.count().await;
        let mut tx = world.engine.db.begin().await.unwrap();
        tertulia_store::upkeep::note_backup(&mut tx, "/mnt/backups/monday", NOW - 5).await.unwrap();
        tx.commit().await.unwrap();
        let report = erase_wholly(&world, rosa).await;
        assert_eq!(places(&world, &MARKERS).await, Vec::<String>::new());
        assert_eq!(world.count().await, count, "tombstones stay");
        assert_eq!((raw_of(&world, "bo-1").await, raw_of(&world, "bo-2").await), bo, "byte for byte");
        assert_eq!(world.message("bo-1").await.text, "When do you open?");
        let told = told(&world, report).await;
        assert_eq!((told["finished"].as_bool(), told["messages_of_theirs"].as_i64()), (Some(true), Some(3)));
        let backups = ::serde_json::json!([{ "folder": "/mnt/backups/monday", "made_at": NOW - 5 }]);
        assert_eq!(told["backups"], backups, "what still holds them is named");
        assert_eq!((told["rows"]["deliveries"].as_i64(), told["rows"]["attachments"].as_i64()), (Some(1), Some(1)));
        assert!(matches!(erase::preview(&world.engine, rosa).await, Err(EngineError::NotFound(_))));
    });
}

#[test]
fn what_was_erased_does_not_come_back_and_who_writes_anew_does() {
    on_both(async |world| {
        told_before(&world).await;
        let rosa_before = person(&world).await;
        let lines: Vec<String> =
            theirs().iter().chain(&others()).map(|event| ::serde_json::to_string(&[event]).unwrap()).collect();
        erase_wholly(&world, rosa_before).await;
        world.clock.advance(60_000);
        let taken = hear_all(&world).await;
        assert_eq!((taken.stored, taken.known, taken.quarantined), (0, 2, 1), "{taken:?}");
        // An old public post that was never heard before, and one without a date in an archive.
        world.hear(&[rosa("old", "An old zanahoriaxx").overheard().created()]).await;
        let undated = Inbound { ..rosa("undated", "zanahoriaxx").created() };
        world.hear_history(&[undated, rosa("b", "").deleted()]).await;
        let id = import(&world, &lines.join("\n")).await;
        let run = tertulia_store::imports::get(&mut world.engine.db.reader(), id).await.unwrap().unwrap();
        assert_eq!((run.state.as_str(), run.taken, run.known), ("done", 0, 2), "{run:?}");
        // What cannot be understood has no author by whom it could be known: it is set aside, and shown.
        let aside = quarantine::waiting(&mut world.engine.db.reader(), None, 10).await.unwrap();
        desk_discards(&world, aside.iter().map(|item| item.id.0).collect()).await;
        erase::trim(&world.engine).await.unwrap();
        world.engine.db.scrub().await.unwrap();
        assert_eq!(places(&world, &MARKERS).await, Vec::<String>::new());
        let today = ledger::day_of(NOW);
        let counts = ledger::counts(&mut world.engine.db.reader(), today, today).await.unwrap();
        let erased: i64 = counts.iter().filter(|c| c.kind == "erased").map(|c| c.times).sum();
        assert_eq!(erased, 4 + 1 + 2 + 4);
        // They come back themselves.
        let now = (world.clock.as_ref() as &dyn tertulia_model::Clock).now();
        let anew = Said { at: now - 1_000, ..rosa("new", "Hello again.") };
        assert_eq!(world.hear_late(&[anew.created()]).await.stored, 1);
        assert_ne!(person(&world).await, rosa_before);
    });
}

async fn desk_discards(world: &World, ids: Vec<i64>) {
    let mut tx = world.engine.db.begin().await.unwrap();
    let held = tertulia_store::erasing::set_aside(&mut tx, tertulia_model::QuarantineId(i64::MAX)).await.unwrap();
    let blobs: Vec<String> = held.into_iter().map(|aside| aside.blob).collect();
    tertulia_store::erasing::forget_aside(&mut tx, &ids).await.unwrap();
    tertulia_store::trims::add(&mut tx, &blobs, tertulia_store::trims::Cause::Erased).await.unwrap();
    tx.commit().await.unwrap();
}

async fn import(world: &World, text: &str) -> tertulia_model::ImportId {
    let blob = world.engine.blobs.put(text.as_bytes()).unwrap();
    let new = NewImport {
        name: "archive.lines".to_owned(),
        blob,
        format: "lines".to_owned(),
        mapping: ::serde_json::json!({ "source": "Old mail" }),
        by: Some(world.user),
    };
    let id = imports::start(&world.engine, new).await.unwrap();
    imports::run(&world.engine, id).await.unwrap();
    id
}

#[test]
fn nobody_is_erased_while_a_file_is_being_read() {
    on_both(async |world| {
        hear_all(&world).await;
        let blob = world.engine.blobs.put(b"").unwrap();
        let new = NewImport {
            name: "archive.lines".to_owned(),
            blob,
            format: "lines".to_owned(),
            mapping: ::serde_json::json!({}),
            by: None,
        };
        imports::start(&world.engine, new).await.unwrap();
        let refused = erase::erase(&world.engine, person(&world).await, world.user).await;
        assert!(matches!(refused, Err(EngineError::Refused(why)) if why.contains("stop it")));
        assert_eq!(world.message("<a@marker-rosa.example>").await.text, "The zanahoriaxx is sweet.");
    });
}

fn wish(id: &str, allowed: bool) -> Inbound {
    let author = rosa("x", "").created();
    let tertulia_model::InboundKind::Created(content) = author.kind else { panic!("it is said") };
    let words = if allowed { "START" } else { "STOP" }.to_owned();
    let kind =
        tertulia_model::InboundKind::Consent { author: content.author, allowed: Some(allowed), words, answer: None };
    let key = tertulia_model::EventKey { source: "json".to_owned(), external_id: id.to_owned() };
    Inbound { key, kind }
}

/// Lets them write, now, and tries to answer; why that was refused, if it was.
async fn answered(world: &World, id: &str) -> Option<String> {
    let now = tertulia_model::Clock::now(&*world.clock);
    let anew = Said { at: now - 1_000, ..rosa(id, "Hello again.") };
    assert_eq!(world.hear_late(&[anew.created()]).await.stored, 1, "whoever writes to us is heard");
    let conversation = world.conversation_of(&format!("<{id}@marker-rosa.example>")).await.id;
    let queued = outbound::queue_reply(&world.engine, world.user, world.reply(conversation, id)).await;
    queued.err().map(|error| error.to_string())
}

#[test]
fn a_wish_not_to_be_written_to_outlives_an_erasure_until_it_is_taken_back() {
    crate::support::on_both_by_mail(async |world| {
        let later = async |events: &[Inbound]| {
            world.clock.advance(60_000);
            world.hear_late(events).await
        };
        let erase = async || {
            world.clock.advance(60_000);
            let id = erase_wholly(&world, person(&world).await).await;
            world.clock.advance(60_000);
            erased::get_report(&mut world.engine.db.reader(), id).await.unwrap().unwrap().report
        };
        later(&[rosa("a", "Do not write to me").created(), wish("stop", false)]).await;
        let report = erase().await;
        assert!(report.contains("do not want to be written to"), "{report}");
        assert_eq!(places(&world, &["marker-rosa", "Rosalindaxx"]).await, Vec::<String>::new(), "nothing names them");
        // Nobody is there whom a mail could be addressed to but by typing it: the hash stands in the way all the same.
        let why = answered(&world, "b").await.expect("the wish holds");
        assert!(why.contains("STOP") && why.contains("erased"), "{why}");
        // Erased once more, and nothing was taken back in between.
        erase().await;
        assert!(answered(&world, "c").await.is_some());
        later(&[wish("start", true)]).await;
        assert_eq!(answered(&world, "d").await, None, "they took it back themselves");
        // What does not hold any more is not kept.
        let report = erase().await;
        assert!(!report.contains("do not want to be written to"), "{report}");
        assert_eq!(answered(&world, "e").await, None);
    });
}

#[test]
fn what_a_member_noted_outlives_an_erasure_on_every_channel_until_a_member_notes_otherwise() {
    crate::support::on_both_by_mail(async |world| {
        world.hear(&[rosa("a", "Do not write to me").created()]).await;
        let set = async |allowed| {
            let person = person(&world).await;
            tertulia_engine::consent::set(&world.engine, person, None, allowed, "By phone.", world.user).await.unwrap();
        };
        set(false).await;
        erase_wholly(&world, person(&world).await).await;
        world.clock.advance(60_000);
        let why = answered(&world, "b").await.expect("the wish holds");
        assert!(why.contains("note that on their page"), "{why}");
        // A channel of another account, which was not there then.
        let other = crate::support::add_channel(&world.engine, "else@shop.example").await;
        let conversation = world.conversation_of("<b@marker-rosa.example>").await.id;
        let reply = outbound::ReplyForm { channel: other.id, ..world.reply(conversation, "other") };
        assert!(outbound::queue_reply(&world.engine, world.user, reply).await.is_err());
        world.clock.advance(60_000);
        set(true).await;
        assert_eq!(answered(&world, "c").await, None);
    });
}

#[test]
fn a_name_with_large_letters_beyond_ascii_is_found_wherever_it_stands() {
    on_both(async |world| {
        let arzt = "ÄrztinÖsterreicher";
        let said = said("arzt", "Hello").by(arzt).created();
        let task = ::serde_json::json!({ "by": arzt });
        let errand = Errand { key: "look:1".to_owned(), task, due: NOW + 1_000_000 };
        let unheard = Unheard { counted: [(format!("Refused by “{arzt}”"), 1)].into(), ..Unheard::default() };
        let aside = RawItem { content: RawContent::Memory(format!("no event of {arzt}").into_bytes()), ..broken() };
        let items = vec![item("one", std::slice::from_ref(&said), NOW), aside];
        world.submit(Batch { items, errands: vec![errand], unheard, ..Batch::default() }).await.unwrap();
        // Its bytes stand there twice, and no row tells of the second.
        world.submit(Batch { items: vec![item("again", &[said], NOW)], ..Batch::default() }).await.unwrap();
        let before = places(&world, &[arzt]).await;
        for place in ["errands.task", "ledger_counts.reason", "identities.handle", "/blobs/"] {
            assert!(before.iter().any(|found| found.contains(place)), "{place}: {before:#?}");
        }
        let person = people::list(&mut world.engine.db.reader(), None, None, 1).await.unwrap()[0].id;
        erase_wholly(&world, person).await;
        assert_eq!(places(&world, &[arzt]).await, Vec::<String>::new());
    });
}

#[test]
fn a_page_is_looked_at_no_more_once_its_writer_is_erased() {
    on_both(async |world| {
        let (page, ours) = ("https://page.example/posts/1", "https://shop.example/beans");
        world.hear(&[said(&format!("{page} {ours}"), "I like it").by("Kim").overheard().created()]).await;
        world.hear(&[said("https://other.example/2 https://shop.example/beans", "So do I").by("Bo").created()]).await;
        let look = |key: &str, source: &str, target: &str| {
            let task = ::serde_json::json!({ "source": source, "target": target, "misses": 1 });
            Errand { key: key.to_owned(), task, due: NOW + 1_000_000 }
        };
        let errands = vec![
            look("look:1", page, ours),
            look("look:2", page, "https://shop.example/cups"),
            look("look:3", "https://other.example/2", ours),
        ];
        world.submit(Batch { errands, ..Batch::default() }).await.unwrap();
        let kim = world.message(&format!("{page} {ours}")).await.person_id.unwrap();
        erase::erase(&world.engine, kim, world.user).await.unwrap();
        let left = tertulia_store::erasing::errands(&mut world.engine.db.reader()).await.unwrap();
        let left: Vec<bool> = left.iter().map(|(_, task)| task.contains(page) && task.contains(ours)).collect();
        assert_eq!(left, [false, false], "what is of others is looked at all the same");
    });
}
