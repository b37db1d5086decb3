//! Drafts for everybody who asked for a change, while the program is killed with -9 wherever it happens to be.
#![allow(clippy::unwrap_used)]

mod support;

use std::{fmt::Write as _, fs, path::Path, time::Duration};
use support::{Serving, done};
use tertulia_model::{Chance, ChangeId, FeedbackId, JobId, MessageId, PersonId, SeededChance, UserId};
use tertulia_store::{
    Db, Sql, Tx, binds, evidence,
    feedback::{self, Item},
    feedback_changes::{self, Change},
    jobs, telling_texts,
    tellings::{self, DONE, Telling},
};
use tertulia_testkit::rounds;

const ASKERS: i64 = 10_000;
const CHANGE: ChangeId = ChangeId(5);
const ITEM: FeedbackId = FeedbackId(6);
const NOW: i64 = 1_790_000_000_000;

/// A mail of each of them, in a conversation of their own.
fn mailbox() -> String {
    let mut mails = String::new();
    for n in 1..=ASKERS {
        let _ = write!(
            mails,
            "From a{n}@b.example Mon Nov  2 10:00:00 2026\nFrom: a{n}@b.example\nTo: shop@c.example\nSubject: Sundays {n}\n\
             Message-ID: <{n}@b.example>\nDate: Mon, 2 Nov 2026 10:00:00 +0000\n\nPlease open on Sundays.\n\n"
        );
    }
    mails
}

/// They all ask for what is done by now.
async fn ask(tx: &mut Tx) {
    let (created_by, created_at) = (UserId(1), NOW);
    let change = Change {
        id: CHANGE,
        title: "We open on Sundays".to_owned(),
        words: String::new(),
        state: "done".to_owned(),
        reason: "From May on.".to_owned(),
        link: None,
        askers: 0,
        version: 0,
        created_by,
        created_at,
        moved_at: NOW,
    };
    feedback_changes::add(tx, &change).await.unwrap();
    let item = Item {
        id: ITEM,
        title: "Open on Sundays".to_owned(),
        asked: String::new(),
        title_folded: "open on sundays".to_owned(),
        asked_folded: String::new(),
        language: "en".to_owned(),
        title_of: None,
        asked_of: None,
        change_id: Some(CHANGE),
        merged_into: None,
        root_id: ITEM,
        askers: 0,
        version: 0,
        created_by,
        created_at,
    };
    feedback::add(tx, &item).await.unwrap();
    let said: Vec<(MessageId, PersonId, i64)> =
        tx.rows("SELECT id, person_id, at FROM messages WHERE direction = 'theirs'", binds![]).await.unwrap();
    assert_eq!(said.len() as i64, ASKERS);
    for (n, (message, person, at)) in (1..).zip(said) {
        let one = evidence::Evidence {
            id: n,
            given_to: ITEM,
            item_id: ITEM,
            message_id: Some(message),
            person_id: Some(person),
            asks: true,
            note: String::new(),
            given_by: created_by,
            given_at: NOW,
            asked_at: at,
        };
        evidence::add(tx, &one).await.unwrap();
    }
    feedback::recount(tx, &[ITEM]).await.unwrap();
    let text = telling_texts::Text {
        change_id: CHANGE,
        kind: DONE.to_owned(),
        language: "en".to_owned(),
        words: "Done: {quote}".to_owned(),
        version: 0,
        written_by: created_by,
        written_at: NOW,
    };
    assert!(telling_texts::put(tx, &text, None).await.unwrap());
    telling_texts::begin(tx, CHANGE, NOW).await.unwrap();
    jobs::add(tx, JobId(7), "tell", CHANGE.0, NOW).await.unwrap();
}

fn look<T>(folder: &Path, look: impl AsyncFnOnce(&mut Db) -> T) -> T {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let mut db = Db::open_sqlite(&folder.join("data/tertulia.db")).await.unwrap();
        let seen = look(&mut db).await;
        db.close().await;
        seen
    })
}

/// How many were looked at, and whether all are.
fn round(folder: &Path) -> (i64, bool) {
    let round = look(folder, async |db| telling_texts::round(db, CHANGE).await.unwrap());
    (round.looked, round.after_person.is_none())
}

/// Somebody was told at the counter meanwhile: that stands, whatever is prepared.
async fn tell_the_first(db: &mut Db) -> i64 {
    let first: (i64,) = db.row("SELECT MIN(id) FROM tellings", binds![]).await.unwrap().unwrap();
    let mut tx = db.begin().await.unwrap();
    let telling = tellings::get_to_change(&mut tx, first.0).await.unwrap().unwrap();
    let told = Telling { state: "by_hand".to_owned(), reason: None, told_at: Some(NOW), took: Some(1), ..telling };
    tellings::put(&mut tx, &told).await.unwrap();
    tx.commit().await.unwrap();
    first.0
}

#[test]
fn soak_a_program_killed_while_it_prepares_drafts_gives_everybody_one() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("old.mbox"), mailbox()).unwrap();
    Serving::set_up_in(folder);
    done(folder, &["import", "old.mbox", "--our", "shop@c.example"]);
    look(folder, async |db| {
        let mut tx = db.begin().await.unwrap();
        ask(&mut tx).await;
        tx.commit().await.unwrap();
    });
    let chance = SeededChance::new(68);
    let (mut seen, mut told) = (Vec::new(), None);
    for _ in 0..rounds() {
        let program = Serving::start(folder, &["serve"]);
        std::thread::sleep(Duration::from_millis(chance.below(400)));
        drop(program);
        let (looked, is_over) = round(folder);
        seen.push(looked);
        if is_over {
            break;
        }
        if told.is_none() && looked > 0 {
            told = Some(look(folder, tell_the_first));
        }
    }
    println!("looked at when it was killed: {seen:?} of {ASKERS}");
    let program = Serving::start(folder, &["serve"]);
    let begin = std::time::Instant::now();
    while !round(folder).1 {
        assert!(begin.elapsed() < Duration::from_secs(120), "it never comes to its end: {:?}", round(folder));
        std::thread::sleep(Duration::from_millis(100));
    }
    assert!(program.terminate().success());
    assert_eq!(round(folder).0, ASKERS, "each was looked at once");
    // Also those that do not stand, which nothing keeps from being there twice.
    let all = "SELECT COUNT(*), COUNT(DISTINCT person_id), SUM(version), SUM(CASE WHEN stands THEN 0 ELSE 1 END) FROM tellings";
    let rows: (i64, i64, i64, i64) = look(folder, async |db| db.row(all, binds![]).await.unwrap().unwrap());
    let touched = i64::from(told.is_some());
    assert_eq!(rows, (ASKERS, ASKERS, touched, 0));
    if let Some(told) = told {
        let telling = look(folder, async |db| tellings::get(db, told).await.unwrap().unwrap());
        assert_eq!((telling.state.as_str(), telling.took), ("by_hand", Some(1)));
    }
    assert!(seen.iter().any(|looked| (1..ASKERS).contains(looked)), "no kill came in the middle: {seen:?}");
}
