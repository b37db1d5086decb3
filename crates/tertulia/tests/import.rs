//! `tertulia import`, killed with -9 wherever it happens to be, and the same command once more.
#![allow(clippy::unwrap_used)]

mod support;

use std::{collections::HashMap, fs, path::Path, process::Stdio, time::Instant};
use support::{Serving, done, tertulia};
use tertulia_model::{Chance, MessageId, SeededChance};
use tertulia_store::{
    Db, messages, reading,
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
