//! Against a real Dovecot and a real SMTP server on loopback.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod support;

use serde_json::json;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use support::{Channel, Program, mail, outgoing};
use tertulia_connector::{Connector, PullError, conformance};
use tertulia_model::{Content, Direction, Forwarded, MessageId, OutgoingAttachment, RawContent};
use tertulia_testkit::Mail;

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_arrives_within_two_seconds_and_the_answer_reaches_the_customer() {
    let Some(servers) = Mail::start() else { return };
    let mut desk = Channel::desk(&servers, json!({"reply_plus_addressing": true}));
    let mut kim = Channel::of("kim", &servers, json!({"address": "kim@example.test"}));
    desk.drain(5).await;
    kim.drain(5).await;

    // IDLE: the mail is sent while the pull waits.
    let waiting = async {
        let batch = loop {
            let batch = desk.pull().await;
            if !batch.items.is_empty() {
                break batch;
            }
        };
        (batch, Instant::now())
    };
    let sending = async {
        tokio::time::sleep(Duration::from_millis(700)).await;
        let question = outgoing("question.1@example.test", "desk@desk.test", "Is it open on Sunday?");
        kim.email.send(&kim.ctx, &question).await.unwrap();
        Instant::now()
    };
    let ((batch, seen), sent) = tokio::join!(waiting, sending);
    assert!(seen.saturating_duration_since(sent) < Duration::from_secs(2), "{:?}\n{}", seen - sent, servers.log());
    assert!(!batch.history);
    let (id, question) = desk.contents(&batch).await.remove(0);
    assert_eq!((id.as_str(), question.author.handle.as_str()), ("question.1@example.test", "kim@example.test"));
    assert!(question.addressed_to_us && question.direction == Direction::Theirs);

    // The answer: threaded, with a file, under the id that was chosen before.
    let mut writer = desk.ctx.blobs.writer().await.unwrap();
    writer.write(b"%PDF the opening hours").await.unwrap();
    let content = writer.finish().await.unwrap();
    let id = desk.email.choose_external_id(&desk.ctx.settings, "42");
    let mut answer = outgoing(&id, "kim@example.test", "Re: Is it open on Sunday?");
    answer.references = vec!["question.1@example.test".to_owned()];
    answer.reply_token = Some("Tok3n.abcDEF_1".to_owned());
    let name = "hours.pdf".to_owned();
    answer.attachments = vec![OutgoingAttachment { name, media_type: "application/pdf".to_owned(), content }];
    assert_eq!(desk.email.find_sent(&desk.ctx, &answer).await.unwrap(), None);
    assert_eq!(desk.email.send(&desk.ctx, &answer).await.unwrap().external_id, id);
    assert_eq!(desk.email.find_sent(&desk.ctx, &answer).await.unwrap().unwrap().external_id, id);

    let (seen_id, seen) = theirs(&mut kim).await;
    assert_eq!((seen_id, seen.references.as_slice()), (id.clone(), &["question.1@example.test".to_owned()][..]));
    assert_eq!(seen.attachments[0].bytes, b"%PDF the opening hours");
    assert_eq!(seen.reply_to.as_deref(), Some("desk+t-tok3n.abcdef_1@desk.test"));

    // Our copy in the folder of sent mail is heard as ours, under the same id.
    let batch = desk.pull().await;
    let (copy_id, copy) = desk.contents(&batch).await.remove(0);
    assert_eq!((copy_id, copy.direction), (id, Direction::Ours));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forward_reaches_somebody_else_with_the_original_and_its_files_and_their_answer_names_it() {
    let Some(servers) = Mail::start() else { return };
    let mut desk = Channel::desk(&servers, json!({}));
    let mut kim = Channel::of("kim", &servers, json!({"address": "kim@example.test"}));
    desk.drain(5).await;
    kim.drain(5).await;
    let mut writer = desk.ctx.blobs.writer().await.unwrap();
    writer.write(b"a picture of stale beans").await.unwrap();
    let content = writer.finish().await.unwrap();
    let id = desk.email.choose_external_id(&desk.ctx.settings, "43");
    let mut forward = outgoing(&id, "kim@example.test", "Fwd: Beans");
    let original = "---------- Forwarded message ----------\nFrom: Amina <amina@example.org>\n\nThey were stale.";
    forward.forwards = Some(Forwarded { message: MessageId(7), text: original.to_owned() });
    let name = "beans.png".to_owned();
    forward.attachments = vec![OutgoingAttachment { name, media_type: "image/png".to_owned(), content }];
    desk.email.send(&desk.ctx, &forward).await.unwrap();

    let (seen_id, seen) = theirs(&mut kim).await;
    assert_eq!((seen_id.as_str(), seen.subject.as_deref()), (id.as_str(), Some("Fwd: Beans")));
    assert_eq!(seen.text, format!("Hello from the desk.\n\n{original}"));
    assert_eq!((seen.references.len(), seen.attachments[0].bytes.as_slice()), (0, &b"a picture of stale beans"[..]));

    let mut answer = outgoing("answer.1@example.test", "desk@desk.test", "Re: Fwd: Beans");
    answer.references = vec![id.clone()];
    kim.email.send(&kim.ctx, &answer).await.unwrap();
    let (_, answered) = theirs(&mut desk).await;
    assert_eq!((answered.author.handle.as_str(), answered.references), ("kim@example.test", vec![id]));
}

/// The next mail from somebody else; what the channel itself sent is read too, and passed over.
async fn theirs(channel: &mut Channel) -> (String, Content) {
    loop {
        let batch = channel.pull().await;
        let news =
            channel.contents(&batch).await.into_iter().find(|(_, content)| content.direction == Direction::Theirs);
        if let Some(news) = news {
            return news;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn old_mail_is_read_as_far_back_as_was_asked_and_as_history() {
    let Some(servers) = Mail::start() else { return };
    let mut program = Program::sign_in(&servers, "desk").await;
    program.put("INBOX", "years ago", Some("02-Jan-2019 10:00:00 +0000")).await;
    for n in 0..130 {
        program.put("INBOX", &format!("recent {n}"), None).await;
    }
    program.put("Sent", "answered from a phone", None).await;

    for (history, expected) in [("now", 0), ("30_days", 131), ("all", 132)] {
        let mut desk = Channel::desk(&servers, json!({"history": history}));
        let batches = desk.drain(20).await;
        let subjects = desk.subjects(&batches).await;
        assert_eq!(subjects.len(), expected, "{history}");
        assert_eq!(subjects.iter().any(|s| s == "years ago"), history == "all", "{history}");
        assert!(batches.iter().all(|batch| batch.items.len() <= 100));
        assert!(batches.iter().filter(|batch| !batch.items.is_empty()).all(|batch| batch.history));
        if history == "all" {
            let first = &batches[0].items[0];
            assert_eq!(first.received_at, 1_546_423_200_000, "the mailbox knows when it arrived");
        }
        // And what comes next is news.
        program.put("INBOX", &format!("after {history}"), None).await;
        let news = desk.pull().await;
        assert_eq!(desk.subjects(std::slice::from_ref(&news)).await, [format!("after {history}")]);
        assert!(!news.history);
        program.0.select("INBOX").await.unwrap();
        let last = program.0.uid_search("SUBJECT after").await.unwrap();
        for uid in last {
            program.0.run_command_and_check_ok(format!("UID STORE {uid} +FLAGS (\\Deleted)")).await.unwrap();
        }
        program.0.run_command_and_check_ok("EXPUNGE").await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cursor_holds_all_that_is_known_of_how_far_was_read_and_no_secret_shows() {
    let Some(servers) = Mail::start() else { return };
    let mut program = Program::sign_in(&servers, "desk").await;
    for n in 0..130 {
        program.put("INBOX", &format!("recent {n}"), None).await;
    }
    let desk = Channel::desk(&servers, json!({"history": "all"}));
    let first = conformance::check_cursor(&desk.email, &desk.ctx).await.expect("a cursor");
    assert!(first.more && !first.items.is_empty(), "the second pull had something to read as well");
    conformance::check_secrets(&desk.email, &desk.ctx).await;
    let wrong = Channel::new(desk.ctx.settings.clone(), "hush-7f3k");
    conformance::check_secrets(&wrong.email, &wrong.ctx).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_was_rebuilt_is_read_again_under_the_same_ids() {
    let Some(servers) = Mail::start() else { return };
    let mut program = Program::sign_in(&servers, "desk").await;
    program.0.create("Desk").await.unwrap();
    let mut desk = Channel::desk(&servers, json!({"folder": "Desk", "history": "all"}));
    program.put("Desk", "one", None).await;
    program.put("Desk", "two", None).await;
    let first = desk.pull().await;
    assert_eq!(desk.subjects(std::slice::from_ref(&first)).await, ["one", "two"]);
    desk.drain(3).await;

    program.0.delete("Desk").await.unwrap();
    program.0.create("Desk").await.unwrap();
    program.put("Desk", "two", None).await;
    program.put("Desk", "three", None).await;
    let again = loop {
        let batch = desk.email.pull(&desk.ctx, desk.cursor.clone()).await;
        match batch {
            Ok(batch) if !batch.items.is_empty() => break batch,
            Ok(batch) => desk.cursor = batch.next.or(desk.cursor),
            // The server may hang up on whoever has the folder open when it is deleted.
            Err(PullError::Retry(_)) => {}
            Err(other) => panic!("{other}"),
        }
    };
    let contents = desk.contents(&again).await;
    let ids: Vec<&str> = contents.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(ids, ["two@example.test", "three@example.test"]);
    assert!(!again.history, "what came since the channel began is news");
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_move_of_the_server_new_mail_below_old_mail_is_news_and_old_mail_is_not() {
    let Some(servers) = Mail::start() else { return };
    let mut program = Program::sign_in(&servers, "desk").await;
    let old = Some("02-Jan-2019 10:00:00 +0000");
    for (history, with_old) in [("now", false), ("30_days", false), ("all", true)] {
        program.0.create(history).await.unwrap();
        let mut desk = Channel::desk(&servers, json!({"folder": history, "history": history}));
        desk.drain(5).await;

        // The new server gets the mail of today first; then the old mailbox is copied into it.
        program.0.delete(history).await.unwrap();
        program.0.create(history).await.unwrap();
        for (subject, arrived) in [("new", None), ("old", old), ("older", old), ("newer", None)] {
            program.put(history, subject, arrived).await;
        }
        let mut heard = heard(&mut desk, if with_old { 4 } else { 2 }).await;
        // And the copying may go on while we read already.
        program.put(history, "copied late", old).await;
        program.put(history, "newest", None).await;
        heard.extend(self::heard(&mut desk, if with_old { 2 } else { 1 }).await);
        let all = ["new", "old", "older", "newer", "copied late", "newest"];
        let expected: Vec<(String, bool)> = all
            .iter()
            .map(|subject| ((*subject).to_owned(), subject.contains("old") || subject.contains("late")))
            .filter(|(_, is_old)| with_old || !is_old)
            .collect();
        assert_eq!(heard, expected, "{history}");
    }
}

/// So many mails as they come, if they do in a few pulls: subject, and whether it came as history.
async fn heard(desk: &mut Channel, least: usize) -> Vec<(String, bool)> {
    let mut heard = Vec::new();
    for _ in 0..12 {
        if heard.len() >= least {
            break;
        }
        match desk.email.pull(&desk.ctx, desk.cursor.clone()).await {
            Ok(batch) => {
                let subjects = desk.subjects(std::slice::from_ref(&batch)).await;
                heard.extend(subjects.into_iter().map(|subject| (subject, batch.history)));
                desk.cursor = batch.next.or(desk.cursor.take());
            }
            // The server may hang up on whoever has the folder open when it is deleted.
            Err(PullError::Retry(_)) => {}
            Err(other) => panic!("{other}"),
        }
    }
    heard
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_goes_away_costs_nothing_but_time() {
    let Some(mut servers) = Mail::start() else { return };
    let mut desk = Channel::desk(&servers, json!({"history": "all"}));
    Program::sign_in(&servers, "desk").await.put("INBOX", "before", None).await;
    let before = desk.drain(1).await;
    assert_eq!(desk.subjects(&before).await, ["before"]);

    servers.stop_imap();
    // Dovecot's workers live on for half a minute with the connections they have; so let ours be gone too.
    *desk.ctx.session.lock().await = None;
    for _ in 0..2 {
        let error = desk.email.pull(&desk.ctx, desk.cursor.clone()).await.unwrap_err();
        assert!(matches!(error, PullError::Retry(_)), "{error:?}");
    }
    servers.start_imap();
    Program::sign_in(&servers, "desk").await.put("INBOX", "after", None).await;
    let mut after = desk.drain(4).await;
    after.retain(|batch| !batch.items.is_empty());
    assert_eq!(desk.subjects(&after).await, ["after"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_of_60_megabytes_goes_to_the_blobs_in_pieces() {
    let Some(servers) = Mail::start() else { return };
    let mut program = Program::sign_in(&servers, "desk").await;
    let line = format!("{}\r\n", "x".repeat(74));
    let huge = mail("huge", &line.repeat((60 << 20) / line.len()));
    program.put_bytes("INBOX", huge.as_bytes(), None).await;
    program.put("INBOX", "small", None).await;
    let mut desk = Channel::desk(&servers, json!({"history": "all"}));
    let batches = desk.drain(2).await;
    let items: Vec<_> = batches.iter().flat_map(|batch| &batch.items).collect();
    let RawContent::Stored(range) = &items[0].content else { panic!("it was held in memory") };
    assert_eq!(range.length, huge.len() as u64);
    assert!(*desk.blobs.largest_piece.lock().unwrap() <= 1 << 20);
    assert!(desk.ctx.blobs.read(range).await.unwrap() == huge.as_bytes(), "the bytes differ");
    assert_eq!(desk.subjects(&batches).await, ["huge", "small"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_sets_no_mail_aside() {
    let Some(servers) = Mail::start() else { return };
    let large = mail("large", &format!("{}\r\n", "x".repeat(998)).repeat(3_500));
    Program::sign_in(&servers, "desk").await.put_bytes("INBOX", large.as_bytes(), None).await;
    let mut desk = Channel::desk(&servers, json!({"history": "all"}));
    desk.blobs.full.store(true, Ordering::Relaxed);
    for _ in 0..5 {
        let error = desk.email.pull(&desk.ctx, desk.cursor.clone()).await.unwrap_err();
        assert!(matches!(&error, PullError::Retry(why) if why.contains("could not be stored")), "{error:?}");
    }
    desk.blobs.full.store(false, Ordering::Relaxed);
    let batches = desk.drain(1).await;
    assert_eq!(desk.subjects(&batches).await, ["large"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_cannot_be_fetched_is_set_aside_and_the_next_ones_come() {
    let Some(servers) = Mail::start() else { return };
    let mut program = Program::sign_in(&servers, "desk").await;
    for subject in ["one", "poison", "three"] {
        program.put("INBOX", subject, None).await;
    }
    let poison = find_file(&servers.dir.join("box/desk"), "Subject: poison").expect("the mail lies in a maildir");
    make_unreadable(&poison);
    let mut desk = Channel::desk(&servers, json!({"history": "all"}));
    let mut batches = Vec::new();
    for _ in 0..8 {
        match desk.email.pull(&desk.ctx, desk.cursor.clone()).await {
            Ok(batch) => {
                desk.cursor = batch.next.clone().or(desk.cursor);
                let more = batch.more;
                batches.push(batch);
                if !more {
                    break;
                }
            }
            Err(PullError::Retry(_)) => {}
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(desk.subjects(&batches).await, ["one", "three"], "{}", servers.log());
    let skipped: Vec<_> = batches.iter().flat_map(|batch| &batch.skipped).collect();
    assert_eq!(skipped.len(), 1, "{skipped:?}");
    assert!(skipped[0].1.contains("could not be fetched") && skipped[0].0.starts_with("INBOX/"), "{skipped:?}");
}

fn find_file(folder: &std::path::Path, needle: &str) -> Option<std::path::PathBuf> {
    for entry in std::fs::read_dir(folder).ok()?.flatten() {
        let path = entry.path();
        if path.is_dir() {
            if let Some(found) = find_file(&path, needle) {
                return Some(found);
            }
        } else if std::fs::read(&path).is_ok_and(|bytes| String::from_utf8_lossy(&bytes).contains(needle)) {
            return Some(path);
        }
    }
    None
}

fn make_unreadable(path: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o0)).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_asks_for_a_person_and_a_wrong_folder_for_a_setting() {
    let Some(servers) = Mail::start() else { return };
    let desk = Channel::desk(&servers, json!({}));
    let wrong = Channel::new(desk.ctx.settings.clone(), "wrong");
    let error = wrong.email.pull(&wrong.ctx, None).await.unwrap_err();
    assert!(matches!(error, PullError::Reauthorise(_)), "{error:?}");
    assert!(!format!("{error:?} {:?}", wrong.ctx).contains("wrong\""));
    let nowhere = Channel::desk(&servers, json!({"folder": "Nowhere"}));
    let error = nowhere.email.pull(&nowhere.ctx, None).await.unwrap_err();
    assert!(matches!(&error, PullError::Misconfigured(why) if why.contains("Nowhere")), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_test_of_a_connection_says_what_it_saw_on_each_kind_of_connection() {
    let Some(servers) = Mail::start() else { return };
    Program::sign_in(&servers, "desk").await.put("INBOX", "one", None).await;
    let ca = servers.ca_pem.to_string_lossy().into_owned();
    for (security, port) in [("none", servers.imap_port), ("starttls", servers.imap_port), ("tls", servers.imaps_port)]
    {
        let more = json!({"imap_security": security, "imap_port": port, "extra_ca": ca});
        let desk = Channel::desk(&servers, more);
        let seen = desk.email.test(&desk.ctx).await.unwrap();
        assert_eq!(seen[0], "Signed in. 1 mail in INBOX.", "{security}");
        assert_eq!(seen[1], "Sent mail is in \u{2018}Sent\u{2019}.");
        assert!(seen[2].contains("accepts our sign-in"));
    }
    let stranger = Channel::desk(&servers, json!({"imap_security": "tls", "imap_port": servers.imaps_port}));
    let error = stranger.email.test(&stranger.ctx).await.unwrap_err();
    assert!(matches!(&error, PullError::Misconfigured(why) if why.contains("could not prove")), "{error:?}");
}
