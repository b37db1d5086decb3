//! An erasure that is stopped wherever it may be goes on and comes to its end; what it finds, and what it leaves to a person.

use crate::{
    erasing::{MARKERS, erase_wholly, in_tables, person, places, raw_of, rosa, told, told_before},
    support::{
        NOW, World,
        json::item,
        on_both,
        said::{Said, said},
    },
};
use std::time::Duration;
use tertulia_engine::{erase, imports, imports::NewImport, monitors, worker};
use tertulia_model::{Batch, JobId, QuarantineId, RawContent, RawItem, TokenId};
use tertulia_store::{Sql, answers, channels, erased, jobs, monitors as stored, people, quarantine, trims, upkeep};

async fn is_finished(world: &World, report: i64) -> bool {
    told(world, report).await["finished"] == true
}

async fn take_job(world: &World, report: i64) -> Option<tokio::task::JoinHandle<()>> {
    worker::take(&world.engine, worker::ERASE, report).await.unwrap()
}

#[test]
fn an_erasure_that_was_stopped_after_its_rows_goes_on_with_the_next_program() {
    on_both(async |mut world| {
        told_before(&world).await;
        let mut tx = world.engine.db.begin().await.unwrap();
        upkeep::note_backup(&mut tx, "/mnt/backups/monday", NOW - 5).await.unwrap();
        tx.commit().await.unwrap();
        let rosa = person(&world).await;
        let report = erase::erase(&world.engine, rosa, world.user).await.unwrap();
        let begun = told(&world, report).await;
        assert_eq!((&begun["finished"], &begun["messages_of_theirs"]), (&false.into(), &3.into()));
        assert_eq!(begun["backups"][0]["folder"], "/mnt/backups/monday", "what still holds them is named at once");
        assert_eq!(in_tables(&mut world.engine.db.reader(), &MARKERS).await, Vec::<String>::new());
        // The program ends here, and begins again.
        world.engine = world.place.engine(world.clock.clone(), 8, vec![world.wire.clone()]).await;
        assert!(!is_finished(&world, report).await);
        let working = tokio::spawn(worker::run(world.engine.clone()));
        for _ in 0..400 {
            if is_finished(&world, report).await {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        working.abort();
        assert!(is_finished(&world, report).await);
        assert_eq!(places(&world, &MARKERS).await, Vec::<String>::new());
        let kept = erased::get_report(&mut world.engine.db.reader(), report).await.unwrap().unwrap();
        assert!(kept.sealed.is_none() && kept.rewritten + kept.removed > 0, "{kept:?}");
    });
}

#[test]
fn an_erasure_that_is_stopped_at_any_moment_comes_to_its_end() {
    on_both(async |world| {
        told_before(&world).await;
        let report = erase::erase(&world.engine, person(&world).await, world.user).await.unwrap();
        let mut stopped = 0;
        // Each time it is left twice as long alone: PostgreSQL goes on with a VACUUM that nobody waits for any more.
        for pause in std::iter::successors(Some(0), |pause| Some(pause * 2 + 2)) {
            let Some(job) = take_job(&world, report).await else { break };
            tokio::time::sleep(Duration::from_millis(pause)).await;
            stopped += u32::from(!job.is_finished());
            job.abort();
            let _ = job.await;
            world.engine.take_over().await.unwrap();
        }
        assert!(stopped > 0 && is_finished(&world, report).await, "{stopped}");
        assert_eq!(places(&world, &MARKERS).await, Vec::<String>::new());
    });
}

#[test]
fn an_erasure_ends_while_other_jobs_take_blobs_away_beside_it() {
    on_both(async |world| {
        told_before(&world).await;
        for n in 0..30 {
            world.hear(&[said(&format!("other {n}"), &format!("Words of somebody else: {n}")).created()]).await;
        }
        let all = world.engine.blobs.all().unwrap();
        let rosa = person(&world).await;
        let working = tokio::spawn(worker::run(world.engine.clone()));
        let report = erase::erase(&world.engine, rosa, world.user).await.unwrap();
        for _ in 0..400 {
            let mut tx = world.engine.db.begin_bulk().await.unwrap();
            trims::add(&mut tx, &all, trims::Cause::Unneeded).await.unwrap();
            jobs::add(&mut tx, JobId(world.engine.next_id()), worker::TRIM, 0, NOW).await.unwrap();
            tx.commit().await.unwrap();
            world.engine.bell.ring();
            let failed = "SELECT COUNT(*) FROM jobs WHERE last_error IS NOT NULL";
            assert_eq!(world.engine.db.reader().number(failed, vec![]).await.unwrap(), 0, "a job failed");
            if is_finished(&world, report).await {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        working.abort();
        assert!(is_finished(&world, report).await);
        assert_eq!(places(&world, &MARKERS).await, Vec::<String>::new());
        for n in 0..30 {
            let raw = raw_of(&world, &format!("other {n}")).await;
            assert!(String::from_utf8_lossy(&raw).contains(&format!("somebody else: {n}\"")), "{n}");
        }
    });
}

fn broken(key: &str, text: &str) -> RawItem {
    RawItem { content: RawContent::Memory(text.as_bytes().to_vec()), ..item(key, &[], NOW) }
}

async fn set_aside(world: &World, texts: &[&str]) {
    let items = texts.iter().enumerate().map(|(n, text)| broken(&format!("item {n}"), text)).collect();
    world.submit(Batch { items, ..Batch::default() }).await.unwrap();
}

async fn aside(world: &World) -> Vec<String> {
    let all = quarantine::waiting(&mut world.engine.db.reader(), None, 50).await.unwrap();
    let mut keys: Vec<String> = all.into_iter().map(|item| item.item_key).collect();
    keys.sort();
    keys
}

async fn channel_says(world: &World, why: &str) {
    let mut tx = world.engine.db.begin().await.unwrap();
    let sql = "UPDATE channels SET last_error = $1 WHERE id = $2";
    tx.run(sql, vec![why.into(), world.channel.id.into()]).await.unwrap();
    tx.commit().await.unwrap();
}

async fn last_error(world: &World) -> Option<String> {
    channels::get(&mut world.engine.db.reader(), world.channel.id).await.unwrap().unwrap().last_error
}

async fn called(world: &World, name: &str) -> tertulia_model::PersonId {
    people::list(&mut world.engine.db.reader(), Some(name), None, 1).await.unwrap()[0].id
}

#[test]
fn a_short_handle_is_looked_for_as_a_word_and_any_in_whatever_case_it_is_written() {
    on_both(async |world| {
        world.hear(&[said("k", "Hello").by("Kim").created(), said("e", "Salut").by("Élodie").created()]).await;
        set_aside(&world, &["A kimono for kim", "Ask KIM.", "Joakim, in a kimono", "no event of ÉLODIE"]).await;
        channel_says(&world, "A kimono was refused.").await;
        erase_wholly(&world, called(&world, "Kim").await).await;
        assert_eq!(aside(&world).await, ["item 2", "item 3"]);
        assert_eq!(last_error(&world).await.as_deref(), Some("A kimono was refused."));
        channel_says(&world, "Nobody is called “ÉLODIE” there.").await;
        erase_wholly(&world, called(&world, "lodie").await).await;
        assert_eq!((aside(&world).await, last_error(&world).await), (vec!["item 2".to_owned()], None));
    });
}

#[test]
fn what_came_while_they_were_looked_for_goes_and_what_came_afterwards_stays() {
    on_both(async |world| {
        world.hear(&[rosa("a", "Hello").created()]).await;
        let report = erase::erase(&world.engine, person(&world).await, world.user).await.unwrap();
        set_aside(&world, &["no event, from marker-rosa@home.example, who came back"]).await;
        let (before, now) = (QuarantineId(report - 1), "no event, from marker-rosa@home.example");
        let blob = world.engine.blobs.put(now.as_bytes()).unwrap();
        let mut late = quarantine::waiting(&mut world.engine.db.reader(), None, 1).await.unwrap().remove(0);
        (late.id, late.item_key, late.blob) = (before, "meanwhile".to_owned(), blob.blob);
        (late.byte_offset, late.size) = (0, blob.length.cast_signed());
        let mut tx = world.engine.db.begin().await.unwrap();
        quarantine::add(&mut tx, &[late]).await.unwrap();
        tx.commit().await.unwrap();
        take_job(&world, report).await.unwrap().await.unwrap();
        assert_eq!(aside(&world).await, ["item 0"]);
        assert_eq!(told(&world, report).await["rows"]["quarantine"], 1);
    });
}

#[test]
fn what_programs_were_answered_is_emptied_and_their_keys_are_kept() {
    on_both(async |world| {
        world.hear(&[rosa("a", "The zanahoriaxx is bitter.").created()]).await;
        let mut tx = world.engine.db.begin().await.unwrap();
        answers::begin(&mut tx, TokenId(1), "done", b"asked", NOW, 0).await.unwrap();
        answers::finish(&mut tx, TokenId(1), "done", 201, "{\"text\":\"zanahoriaxx\"}").await.unwrap();
        answers::begin(&mut tx, TokenId(1), "under way", b"asked", NOW, 0).await.unwrap();
        tx.commit().await.unwrap();
        erase_wholly(&world, person(&world).await).await;
        let mut db = world.engine.db.reader();
        let done = answers::get(&mut db, TokenId(1), "done").await.unwrap().unwrap();
        assert_eq!((done.status, done.body.as_str()), (201, ""), "it is not done again");
        assert!(answers::get(&mut db, TokenId(1), "under way").await.unwrap().unwrap().is_under_way());
    });
}

#[test]
fn a_name_that_members_gave_to_something_of_theirs_is_told_and_left_to_a_person() {
    on_both(async |world| {
        let name = Some("Amina Öz".to_owned());
        let named = Said { name, ..said("a", "Hello").by("amina-oz@home.example") };
        world.hear(&[named.created()]).await;
        let watch = async |query: &str| {
            let form = monitors::MonitorForm { name: String::new(), query: query.to_owned() };
            monitors::add(&world.engine, &form, world.user).await.unwrap()
        };
        let theirs = watch("from:\"amina öz\" refund").await;
        watch("amina").await;
        let blob = world.engine.blobs.put(b"").unwrap();
        let new = |name: &str| NewImport {
            name: name.to_owned(),
            blob: blob.clone(),
            format: "lines".to_owned(),
            mapping: ::serde_json::json!({}),
            by: None,
        };
        let file = imports::start(&world.engine, new("chat-with_AMINA-ÖZ.txt")).await.unwrap();
        imports::run(&world.engine, file).await.unwrap();
        let report = erase_wholly(&world, called(&world, "Amina").await).await;
        let places = ::serde_json::json!([
            { "kind": "monitor", "id": theirs.to_string() },
            { "kind": "file", "id": file.to_string() },
        ]);
        assert_eq!(told(&world, report).await["named_in"], places);
        let kept = stored::get(&mut world.engine.db.reader(), theirs).await.unwrap().unwrap();
        assert_eq!(kept.query, "from:\"amina öz\" refund", "a monitor is changed by a person");
    });
}
