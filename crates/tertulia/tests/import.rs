//! `tertulia import`, killed with -9 wherever it happens to be, and the same command once more.
#![allow(clippy::unwrap_used)]

mod support;

use std::{collections::HashMap, fs, path::Path, process::Stdio, time::Instant};
use support::{Serving, done, refused, tertulia};
use tertulia_model::{Chance, MappingId, MessageId, SeededChance};
use tertulia_store::{
    Db, mappings, messages, reading,
    search::{Bounds, candidates},
};
use tertulia_testkit::rounds;

const MAILS: usize = 3_000;

/// Each mail answers the one whose number is half of its own.
fn mailbox() -> String {
    let mail = |n: usize| {
        let reply = if n > 1 { format!("In-Reply-To: <{}@b.example>\n", n / 2) } else { String::new() };
        format!(
            "From a@b.example Mon Nov  2 10:00:00 2026\nFrom: Ana <a{}@b.example>\nTo: list@c.example\n\
             Subject: Number {n}\nMessage-ID: <{n}@b.example>\n{reply}Date: Mon, 2 Nov 2026 10:00:00 +0000\n\n\
             These are the words of mail {n}.\n\n",
            n % 50
        )
    };
    (0..MAILS).map(mail).collect()
}

/// Every mail is there once, with its words and its parent.
async fn check(folder: &Path) {
    let mut db = Db::open_sqlite(&folder.join("data/tertulia.db")).await.unwrap();
    assert_eq!(messages::count(&mut db).await.unwrap(), i64::try_from(MAILS).unwrap());
    let places = candidates(&mut db, None, &Bounds::default(), i64::MAX, i64::MAX).await.unwrap();
    let stored = reading::at_places(&mut db, &places).await.unwrap();
    assert_eq!(stored.len(), MAILS, "one is there twice");
    let by_name: HashMap<&str, &reading::Message> = stored.iter().map(|m| (m.external_id.as_str(), m)).collect();
    let id = |n: usize| -> MessageId {
        by_name.get(format!("{n}@b.example").as_str()).unwrap_or_else(|| panic!("mail {n} is missing")).id
    };
    for n in 0..MAILS {
        let mail = by_name[format!("{n}@b.example").as_str()];
        assert_eq!(mail.text.trim_end(), format!("These are the words of mail {n}."));
        assert_eq!(mail.parent_id, (n > 1).then(|| id(n / 2)), "mail {n}");
    }
    db.close().await;
}

fn fresh(mails: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("old.mbox"), mails).unwrap();
    Serving::set_up_in(folder.path());
    folder
}

#[test]
fn soak_an_import_killed_at_any_moment_ends_with_the_same_command_with_nothing_missing_or_double() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mails = mailbox();
    let whole = fresh(&mails);
    let begin = Instant::now();
    done(whole.path(), &["import", "old.mbox"]);
    let took = begin.elapsed();
    runtime.block_on(check(whole.path()));
    let chance = SeededChance::new(47);
    let mut moments = Vec::new();
    let mut went_on = 0;
    for round in 0..rounds() {
        // Spread over the whole of it, and by chance within each part.
        let part = (round * 1_000 + chance.below(1_000)) as f64 / (rounds() * 1_000) as f64;
        let moment = took.mul_f64(part);
        let folder = fresh(&mails);
        let mut command = tertulia(folder.path(), &["import", "old.mbox"]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(moment);
        // SIGKILL, as in kill -9.
        child.kill().unwrap();
        child.wait().unwrap();
        let words = done(folder.path(), &["import", "old.mbox"]);
        went_on += u64::from(words.contains("Going on with the import"));
        moments.push(moment.as_millis());
        runtime.block_on(check(folder.path()));
    }
    println!("killed after {moments:?} of {} ms; {went_on} were in the midst of it", took.as_millis());
    assert!(went_on > 0, "no kill came in the middle: {moments:?} of {} ms", took.as_millis());
}

#[test]
fn a_mapping_that_was_saved_is_taken_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("march.csv"), "Wer,Was,Wann\nana,Guter Kaffee,2026-03-01\n").unwrap();
    Serving::set_up_in(folder.path());
    let missing = refused(folder.path(), &["import", "march.csv", "--mapping", "Monthly survey"]);
    assert!(missing.contains("nor a saved mapping of that name; none is saved yet"), "{missing}");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let database = folder.path().join("data/tertulia.db");
    runtime.block_on(async {
        let db = Db::open_sqlite(&database).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        let saved = mappings::Mapping {
            id: MappingId(7),
            name: "Monthly survey".to_owned(),
            folded: "monthly survey".to_owned(),
            columns: "[]".to_owned(),
            mapping: "{\"text\":\"Was\",\"author\":\"Wer\",\"time\":\"Wann\",\"source\":\"survey\"}".to_owned(),
            saved_by: None,
            saved_at: 1,
            used_at: None,
        };
        mappings::add(&mut tx, &saved).await.unwrap();
        tx.commit().await.unwrap();
        db.close().await;
    });
    let words = done(folder.path(), &["import", "march.csv", "--mapping", "MONTHLY survey"]);
    assert!(words.contains("1 messages taken") && words.contains("text = Was"), "{words}");
    let wrong = refused(folder.path(), &["import", "march.csv", "--mapping", "Weekly"]);
    assert!(wrong.contains("Saved are: “Monthly survey”."), "{wrong}");
    runtime.block_on(async {
        let mut db = Db::open_sqlite(&database).await.unwrap();
        assert!(mappings::get(&mut db, MappingId(7)).await.unwrap().unwrap().used_at.is_some());
        assert_eq!(messages::count(&mut db).await.unwrap(), 1);
        db.close().await;
    });
}

/// A workspace of one channel, with an answer in a thread and somebody who joined.
fn workspace(days: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut zip = rawzip::ZipArchiveWriter::new(&mut bytes);
    let mut add = |name: &str, content: &str| {
        let (mut entry, config) =
            zip.new_file(name).compression_method(rawzip::CompressionMethod::STORE).start().unwrap();
        let mut writer = config.wrap(&mut entry);
        std::io::Write::write_all(&mut writer, content.as_bytes()).unwrap();
        let (_, descriptor) = writer.finish().unwrap();
        entry.finish(descriptor).unwrap();
    };
    add(
        "users.json",
        "[{\"id\":\"U1\",\"team_id\":\"T9\",\"name\":\"kim\"},{\"id\":\"U2\",\"team_id\":\"T9\",\"name\":\"bo\"}]",
    );
    add("channels.json", "[{\"id\":\"C1\",\"name\":\"beans\"}]");
    for day in 1..=days {
        let message = |user: &str, second: usize, text: &str, more: &str| {
            format!(
                "{{\"type\":\"message\",\"user\":\"{user}\",\"text\":\"{text}\",\"ts\":\"17092{day:02}{second:03}.000100\"{more}}}"
            )
        };
        let list = [
            message("U1", 1, "joined", ",\"subtype\":\"channel_join\""),
            message("U2", 2, &format!("Is the mill of day {day} mended, <@U1>?"), ""),
            message("U1", 3, "It is", &format!(",\"thread_ts\":\"17092{day:02}002.000100\"")),
        ];
        add(&format!("beans/2024-03-{day:02}.json"), &format!("[{}]", list.join(",")));
    }
    zip.finish().unwrap();
    bytes
}

#[test]
fn an_export_is_taken_as_it_is_packed_and_a_second_one_adds_only_what_is_new() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("march.zip"), workspace(10)).unwrap();
    fs::write(folder.path().join("april.zip"), workspace(12)).unwrap();
    Serving::set_up_in(folder.path());
    let words = done(folder.path(), &["import", "march.zip", "--our", "kim"]);
    assert!(words.contains("20 messages taken"), "{words}");
    assert!(words.contains("10 × It is a note of Slack's own"), "{words}");
    let words = done(folder.path(), &["import", "april.zip", "--our", "kim"]);
    assert!(words.contains("4 messages taken") && words.contains("20 were here already"), "{words}");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let mut db = Db::open_sqlite(&folder.path().join("data/tertulia.db")).await.unwrap();
        let places = candidates(&mut db, None, &Bounds::default(), i64::MAX, i64::MAX).await.unwrap();
        let stored = reading::at_places(&mut db, &places).await.unwrap();
        assert_eq!(stored.len(), 24);
        let answers = stored.iter().filter(|message| message.text == "It is");
        assert!(answers.clone().count() == 12 && answers.into_iter().all(|message| message.parent_id.is_some()));
        let asked = stored.iter().find(|message| message.text.contains("day 7 mended, @kim?"));
        assert!(asked.is_some_and(|message| message.conversation_id.is_some()), "it was said to us");
        db.close().await;
    });
}
