//! Two programs on one PostgreSQL: each channel is pulled by one of them, and by the other when that one is gone.

use crate::{
    desk::{servers, settings, until},
    jet::{self, Jet},
    support::{Serving, done},
};
use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    time::{Duration, Instant},
};
use tertulia_store::{Db, Sql, binds};
use tertulia_testkit::{Mail, Page, Postgres, Site};

/// What is told by a page that is asked for now and then.
const FEED: &str = r#"<rss version="2.0"><channel><title>Kim's blog</title><link>https://kim.example.test/</link>
<item><title>In the blog</title><guid>https://kim.example.test/1</guid><link>https://kim.example.test/1</link>
<pubDate>Sat, 28 Nov 2026 12:00:00 +0000</pubDate><description>Hello, once.</description></item></channel></rss>"#;
const BOXES: [&str; 4] = ["lease0", "lease1", "lease2", "lease3"];

fn configure(folder: &Path, url: &str, node: u16, key: &Path) {
    let text = format!(
        "database = \"{url}\"\nnode = {node}\nsecrets_key_file = \"{}\"\nallow_private_hosts = [\"127.0.0.1\"]\n",
        key.display()
    );
    fs::write(folder.join("tertulia.toml"), text).unwrap();
}

fn connect(folder: &Path, mail: &Mail, name: &str) {
    fs::write(folder.join("password"), Mail::PASSWORD).unwrap();
    let mut words: Vec<String> = ["channel", "add", "email", "--secret", "password=password"].map(str::to_owned).into();
    for (setting, value) in settings(mail, name, mail.imap_port) {
        words.extend(["--set".to_owned(), format!("{setting}={value}")]);
    }
    done(folder, &words.iter().map(String::as_str).collect::<Vec<_>>());
}

/// A feed, of which it is told how often it was asked for.
fn connect_feed(folder: &Path) -> Site {
    let site = Site::start();
    site.put("/feed", Page::new("application/rss+xml", FEED));
    let url = format!("url={}", site.url("/feed"));
    done(folder, &["channel", "add", "feed", "--set", &url, "--set", "minutes=5"]);
    site
}

/// A stream that stays open, of which it is told how often it was opened.
fn connect_stream(folder: &Path) -> Jet {
    let jet = Jet::start();
    let (handle, streams) = (format!("handle={}", jet::US), format!("streams={}", jet.url));
    // Nobody is there who could be asked for names: that holds up nothing.
    let (add, service) = (["channel", "add", "bluesky"], "service=http://127.0.0.1:1");
    let set = ["--set", &handle, "--set", &streams, "--set", service, "--set", "mode=mentions"];
    done(folder, &[&add[..], &set, &["--secret", "app_password=password"]].concat());
    jet
}

struct Watcher(tokio::runtime::Runtime, Db);

impl Watcher {
    fn at(url: &str) -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let db = runtime.block_on(Db::open_postgres(url)).unwrap();
        Self(runtime, db)
    }

    /// Which program holds which channel, by the number in its name.
    fn owners(&mut self) -> BTreeMap<String, String> {
        let sql = "SELECT account, lease_owner FROM channels WHERE lease_owner IS NOT NULL";
        let rows: Vec<(String, String)> = self.0.block_on(self.1.rows(sql, binds![])).unwrap();
        let number = |owner: String| owner.split('-').nth(1).unwrap_or_default().to_owned();
        rows.into_iter().map(|(account, owner)| (account, number(owner))).collect()
    }

    /// How many messages have this for their subject, or say it and nothing else.
    fn heard(&mut self, words: &str) -> i64 {
        let sql = "SELECT COUNT(*) FROM bodies WHERE subject = $1 OR text = $1";
        self.0.block_on(self.1.number(sql, binds![words])).unwrap()
    }
}

fn letter(to: &str, subject: &str) -> String {
    format!(
        "From: Kim <kim@example.test>\r\nTo: {to}@desk.test\r\nSubject: {subject}\r\n\
         Message-ID: <{subject}.{to}@example.test>\r\nDate: Sat, 28 Nov 2026 12:00:00 +0000\r\n\r\nHello.\r\n"
    )
}

#[test]
fn each_channel_is_pulled_by_one_of_two_programs_and_taken_over_within_thirty_seconds_when_that_one_is_killed() {
    let (Some(mail), Some(postgres)) = (servers(), Postgres::shared()) else { return };
    let url = postgres.fresh_database();
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let key = one.path().join("shared.key");
    configure(one.path(), &url, 1, &key);
    configure(two.path(), &url, 2, &key);
    Serving::set_up_in(one.path());
    for name in BOXES {
        connect(one.path(), mail, name);
    }
    let site = connect_feed(one.path());
    let jet = connect_stream(one.path());
    let all = BOXES.len() + 2;
    // A letter to each box, and a post.
    let said = BOXES.len() as i64 + 1;
    let mut watcher = Watcher::at(&url);
    let first = Serving::start(one.path(), &["serve"]);
    until("the first program holds all channels", || (watcher.owners().len() == all).then_some(()));
    until("the feed is heard", || (watcher.heard("In the blog") == 1).then_some(()));
    until("the stream is open", || (jet.opened() == 1).then_some(()));
    site.asked();
    let second = Serving::start(two.path(), &["serve"]);
    // Long enough for the second to look at the list of channels several times.
    std::thread::sleep(Duration::from_secs(8));
    let owners = watcher.owners();
    assert!(owners.len() == all && owners.values().all(|node| node == "1"), "one holds each: {owners:?}");
    assert!(site.asked().is_empty(), "the other leaves the feed alone");
    assert_eq!(jet.opened(), 1, "the other leaves the stream alone");
    for name in BOXES {
        mail.put(name, letter(name, "while-both-live").as_bytes());
    }
    jet.say("while-both-live");
    until("each is heard", || (watcher.heard("while-both-live") == said).then_some(()));
    // Killed without a word: what it held is free only when its lease runs out.
    drop(first);
    let killed = Instant::now();
    for name in BOXES {
        mail.put(name, letter(name, "while-nobody-reads").as_bytes());
    }
    jet.say("while-nobody-reads");
    until("the other program reads them", || (watcher.heard("while-nobody-reads") == said).then_some(()));
    let took = killed.elapsed();
    eprintln!("taken over after {} ms", took.as_millis());
    until("the other program holds the feed, too", || watcher.owners().values().all(|node| node == "2").then_some(()));
    assert!(killed.elapsed() < Duration::from_secs(30), "it took {took:?}, and {:?} for all", killed.elapsed());
    let owners = watcher.owners();
    assert!(owners.len() == all && owners.values().all(|node| node == "2"), "{owners:?}");
    assert_eq!(watcher.heard("while-both-live"), said, "nothing is heard twice");
    assert_eq!(jet.opened(), 2, "by one after the other");
    drop(second);
}
