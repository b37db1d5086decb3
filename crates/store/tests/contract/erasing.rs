use crate::support::{NOW, blob, body, conversation, identity, message, on_both, on_sqlite, person, user, write};
use tertulia_model::{
    AttachmentId, ChannelId, ConversationId, ImportId, JobId, MessageId, PersonId, QuarantineId, Role, TokenId, UserId,
};
use tertulia_store::{
    Db, Dialect, Sql, answers, conversations, drafts,
    erased::{self, Erased, Report},
    erasing::{self, Counts, Doomed},
    imports, jobs, merges,
    messages::{self, NewAttachment, NewBody},
    notes, people, sayings,
    trims::{self, Cause},
    users,
};

pub(crate) const ANA: PersonId = PersonId(1);
const ALL: MessageId = MessageId(i64::MAX);

/// Ana (person 1) and Bo (person 2) each wrote in a conversation of their own, and both in the third; we answered in each.
pub(crate) async fn talk(db: &mut Db) {
    write!(db, |tx| {
        people::add_persons(tx, &[person(1, "Ana"), person(2, "Bo")]).await.unwrap();
        people::add_identities(tx, &[identity(1, 1, "ana@home.example"), identity(2, 2, "bo@home.example")])
            .await
            .unwrap();
        let mut all = Vec::new();
        for (n, held, of, parent) in [
            (1, 1, Some(1), None),
            (2, 1, None, None),
            (3, 2, Some(2), None),
            (4, 2, None, None),
            (5, 3, Some(1), None),
            (6, 3, Some(2), None),
            (7, 3, None, Some(5)),
            (8, 3, None, Some(6)),
        ] {
            let mut one = message(n);
            one.conversation_id = Some(ConversationId(held));
            (one.person_id, one.identity_id) = (of.map(PersonId), of.map(tertulia_model::IdentityId));
            (one.direction, one.thread_id) =
                (if of.is_some() { "theirs" } else { "ours" }, tertulia_model::ThreadId(held));
            one.parent_id = parent.map(MessageId);
            one.state = "shown";
            all.push(one);
        }
        messages::add(tx, &all).await.unwrap();
        let bodies: Vec<NewBody> =
            (1..=8_i64).map(|n| NewBody { raw: Some(blob(n.unsigned_abs() % 2)), ..body(n) }).collect();
        messages::add_bodies(tx, &bodies).await.unwrap();
        messages::index(tx, all.iter().map(|m| (m.place, "order".to_owned())).collect()).await.unwrap();
        conversations::put(tx, &[conversation(1), conversation(2), conversation(3)]).await.unwrap();
    });
}

fn ids(doomed: &[Doomed]) -> Vec<i64> {
    doomed.iter().map(|m| m.id.0).collect()
}

#[test]
fn what_goes_with_a_person_is_theirs_and_what_was_said_to_them_and_nobody_elses() {
    on_both(async |mut db| {
        talk(&mut db).await;
        let written = erasing::written_by(&mut db, ANA).await.unwrap();
        assert_eq!(ids(&written), [1, 5]);
        let said = erasing::said_to(&mut db, ANA).await.unwrap();
        assert_eq!(ids(&said), [2, 7], "what answers Bo stays");
        assert_eq!(ids(&erasing::doomed(&mut db, &[MessageId(3)]).await.unwrap()), [3]);
        assert_eq!(erasing::waiting_edits(&mut db, ALL).await.unwrap(), []);
        write!(db, |tx| merges::join(tx, &crate::support::before(ConversationId(9), ConversationId(1)), NOW)
            .await
            .unwrap());
        let held = erasing::conversations(&mut db, ANA, &written).await.unwrap();
        assert_eq!(held.iter().map(|id| id.0).collect::<Vec<_>>(), [1, 3, 9], "with what became part of it");
        assert_eq!(erasing::blobs(&mut db, &written, &held).await.unwrap(), [blob(1).blob]);
    });
}

#[test]
fn an_erasure_leaves_tombstones_and_the_words_of_others() {
    on_both(async |mut db| {
        talk(&mut db).await;
        let doomed = erasing::written_by(&mut db, ANA).await.unwrap();
        let mut counts = Counts::new();
        let held = [ConversationId(1), ConversationId(3)];
        write!(db, |tx| {
            erasing::overwrite(tx, true).await.unwrap();
            let key = drafts::Key::answer(UserId(1), ConversationId(1));
            drafts::save(tx, key, "{\"text\":\"Dear Ana\"}", NOW).await.unwrap();
            merges::join(tx, &crate::support::before(ConversationId(9), ConversationId(1)), NOW).await.unwrap();
            erasing::bury(tx, &doomed, |_| "{}".to_owned(), &mut counts).await.unwrap();
            erasing::forget_beside(tx, &held, &mut counts).await.unwrap();
            people::forget(tx, ANA, &mut counts).await.unwrap();
            erasing::overwrite(tx, false).await.unwrap();
        });
        assert_eq!((counts["bodies"], counts["messages"], counts["drafts"], counts["merges"]), (2, 2, 1, 1));
        assert_eq!((counts["persons"], counts["identities"]), (1, 1));
        let (state, name): (String, String) =
            db.row("SELECT state, external_id FROM messages WHERE id = 1", vec![]).await.unwrap().unwrap();
        assert_eq!((state.as_str(), name.as_str()), ("deleted", ""));
        assert!(messages::words(&mut db, MessageId(6)).await.unwrap().is_some());
        let (_, newest) = erasing::left_of(&mut db, ConversationId(3)).await.unwrap();
        assert!(newest.is_none() || newest.unwrap().1 == Some(PersonId(2)));
        assert_eq!(merges::before(&mut db, ConversationId(9)).await.unwrap().unwrap().from.subject, "");
        assert!(people::get(&mut db, ANA).await.unwrap().is_none());
        db.scrub().await.unwrap();
    });
}

#[test]
fn what_is_kept_of_a_person_beside_their_messages_is_read_back() {
    on_both(async |mut db| {
        write!(db, |tx| {
            people::add_persons(tx, &[person(1, "Ana"), person(2, "Ana too")]).await.unwrap();
            people::add_identities(tx, &[identity(1, 1, "ana@home.example")]).await.unwrap();
            people::link(tx, 5, tertulia_model::IdentityId(1), PersonId(2), "she said so", 1.0, NOW).await.unwrap();
            let sql = "INSERT INTO survey_answers (message_id, survey, question, scale, score, attributes, at, person_id) \
                       VALUES (1, 's', 'q', 'nps', 9, '{}', 5, 2)";
            tx.run(sql, vec![]).await.unwrap();
        });
        let links = people::links(&mut db, PersonId(2)).await.unwrap();
        assert_eq!((links.len(), links[0].evidence.as_str()), (1, "she said so"));
        let answers = people::survey_answers(&mut db, PersonId(2)).await.unwrap();
        assert_eq!((answers.len(), answers[0].score), (1, Some(9.0)));
        assert!(people::survey_answers(&mut db, PersonId(1)).await.unwrap().is_empty());
    });
}

#[test]
fn what_was_set_aside_goes_for_good() {
    on_both(async |mut db| {
        let aside = tertulia_store::quarantine::Quarantined {
            id: tertulia_model::QuarantineId(5),
            channel_id: tertulia_model::ChannelId(1),
            item_key: "k".to_owned(),
            reason: "why".to_owned(),
            hint: "{}".to_owned(),
            blob: blob(1).blob,
            byte_offset: 3,
            size: 4,
            received_at: NOW,
            history: false,
            state: "discarded".to_owned(),
            decided_by: None,
            decided_at: None,
        };
        write!(db, |tx| tertulia_store::quarantine::add(tx, &[aside]).await.unwrap());
        let all = QuarantineId(i64::MAX);
        let found = erasing::set_aside(&mut db, all).await.unwrap();
        assert_eq!((found.len(), found[0].id, found[0].byte_offset, found[0].received_at), (1, 5, 3, NOW));
        assert!(erasing::set_aside(&mut db, QuarantineId(5)).await.unwrap().is_empty(), "below an id");
        assert_eq!(write!(db, |tx| erasing::forget_aside(tx, &[5]).await.unwrap()), 1);
        assert!(erasing::set_aside(&mut db, all).await.unwrap().is_empty());
    });
}

#[test]
fn ranges_that_are_needed_are_found_and_move_together_with_what_names_them() {
    on_both(async |mut db| {
        talk(&mut db).await;
        let (one, other) = (blob(1).blob, blob(0).blob);
        let file = NewAttachment {
            id: AttachmentId(50),
            message_id: MessageId(3),
            revision: 1,
            name: "a".to_owned(),
            media_type: "image/png".to_owned(),
            content_id: None,
            inline: false,
            content: blob(1),
        };
        write!(db, |tx| {
            messages::add_attachments(tx, &[file]).await.unwrap();
            trims::add(tx, &[one.clone(), one.clone(), other.clone()], Cause::Unneeded).await.unwrap();
        });
        assert_eq!(trims::waiting(&mut db).await.unwrap(), [other.clone(), one.clone()]);
        let needed = trims::needed(&mut db, std::slice::from_ref(&one)).await.unwrap();
        let tables: Vec<_> = needed.iter().map(|n| (n.table, n.id)).collect();
        assert_eq!(tables, [("attachments", 50), ("bodies", 1), ("bodies", 3), ("bodies", 5), ("bodies", 7)]);
        write!(db, |tx| {
            trims::detach(tx, &needed[1]).await.unwrap();
            for one in &needed[2..] {
                trims::moved(tx, one, "new", 0).await.unwrap();
            }
            trims::moved(tx, &needed[0], "new", 7).await.unwrap();
            trims::done(tx, std::slice::from_ref(&one)).await.unwrap();
        });
        assert!(trims::needed(&mut db, &[one]).await.unwrap().is_empty());
        let firsts: Vec<i64> =
            trims::needed(&mut db, &["new".to_owned()]).await.unwrap().iter().map(|n| n.first).collect();
        assert_eq!(firsts, [0, 0, 0, 7]);
        assert_eq!(trims::waiting(&mut db).await.unwrap(), std::slice::from_ref(&other));
        assert!(!trims::is_erasing(&mut db).await.unwrap());
        write!(db, |tx| trims::add(tx, &[other], Cause::Erased).await.unwrap());
        assert!(trims::is_erasing(&mut db).await.unwrap());
    });
}

#[test]
fn a_blob_that_no_row_and_no_import_that_can_go_on_names_is_nobodys() {
    on_both(async |mut db| {
        talk(&mut db).await;
        let run = crate::imports::run(3);
        write!(db, |tx| {
            imports::add(tx, &run).await.unwrap();
            let key = drafts::Key::answer(UserId(1), ConversationId(1));
            let (id, name, media_type) = (AttachmentId(60), "a".to_owned(), "text/plain".to_owned());
            let file = drafts::DraftFile { id, name, media_type, content: blob(4) };
            drafts::add_file(tx, key, &file, NOW).await.unwrap();
        });
        // Those of bodies, an import, a draft; and one that nothing names.
        let all = [blob(0).blob, blob(1).blob, run.blob.clone(), blob(4).blob, blob(9).blob];
        for (state, unnamed) in [
            ("waiting", vec![blob(9).blob]),
            ("running", vec![blob(9).blob]),
            ("stopped", vec![blob(9).blob]),
            ("failed", vec![blob(9).blob]),
            ("given_up", vec![run.blob.clone(), blob(9).blob]),
            ("done", vec![run.blob.clone(), blob(9).blob]),
        ] {
            write!(db, |tx| imports::set_state(tx, run.id, state).await.unwrap());
            assert_eq!(trims::unnamed(&mut db, &all).await.unwrap(), unnamed, "{state}");
        }
        assert!(trims::unnamed(&mut db, &[]).await.unwrap().is_empty());
    });
}

#[test]
fn whoever_takes_blobs_away_waits_for_those_who_are_about_to_name_one_and_these_for_each_other_not() {
    on_both(async |db| {
        let mut naming = db.begin().await.unwrap();
        trims::keep_blobs(&mut naming).await.unwrap();
        if db.dialect() == Dialect::Postgres {
            let mut other = db.begin().await.unwrap();
            trims::keep_blobs(&mut other).await.unwrap();
            other.commit().await.unwrap();
        }
        let taking = tokio::spawn({
            let db = db.clone();
            async move {
                let mut tx = db.begin().await.unwrap();
                trims::alone_with_blobs(&mut tx).await.unwrap();
                tx.commit().await.unwrap();
            }
        });
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        assert!(!taking.is_finished());
        naming.commit().await.unwrap();
        taking.await.unwrap();
    });
}

#[test]
fn the_file_of_an_import_is_read_until_its_end_and_becomes_what_is_left_of_it() {
    on_both(async |mut db| {
        let run = crate::imports::run(3);
        let blobs = std::slice::from_ref(&run.blob);
        write!(db, |tx| {
            imports::add(tx, &run).await.unwrap();
            jobs::add(tx, JobId(1), "import", run.id.0, NOW).await.unwrap();
            trims::add(tx, blobs, Cause::Erased).await.unwrap();
        });
        assert_eq!(trims::being_read(&mut db).await.unwrap(), blobs);
        write!(db, |tx| imports::set_state(tx, run.id, "stopped").await.unwrap());
        assert_eq!(trims::being_read(&mut db).await.unwrap(), blobs, "a worker still holds a piece of it");
        assert!(trims::due(&mut db).await.unwrap().is_empty());
        write!(db, |tx| jobs::withdraw(tx, "import", run.id.0, NOW).await.unwrap());
        assert!(trims::being_read(&mut db).await.unwrap().is_empty());
        assert_eq!(trims::due(&mut db).await.unwrap(), blobs);
        assert!(trims::is_due(&mut db, &run.blob).await.unwrap());
        assert!(!trims::is_due(&mut db, "another").await.unwrap());
        write!(db, |tx| trims::file_became(tx, &run.blob, "left", 7).await.unwrap());
        let cut = imports::get(&mut db, ImportId(run.id.0)).await.unwrap().unwrap();
        assert_eq!((cut.blob.as_str(), cut.size, cut.state.as_str()), ("left", 7, "given_up"));
        assert!(cut.error.unwrap().contains("was not taken in"));
        write!(db, |tx| {
            imports::set_state(tx, run.id, "done").await.unwrap();
            trims::file_became(tx, "left", "none", 0).await.unwrap();
        });
        let read = imports::get(&mut db, ImportId(run.id.0)).await.unwrap().unwrap();
        assert_eq!((read.blob.as_str(), read.size), ("none", 7), "its report says how large it was");
    });
}

#[test]
fn a_file_of_which_nobody_was_erased_waits_for_an_import_that_can_go_on() {
    on_both(async |mut db| {
        let run = crate::imports::run(3);
        let blobs = std::slice::from_ref(&run.blob);
        write!(db, |tx| {
            imports::add(tx, &run).await.unwrap();
            trims::add(tx, blobs, Cause::Unneeded).await.unwrap();
        });
        for (state, cut) in [
            ("waiting", false),
            ("running", false),
            ("stopped", false),
            ("failed", false),
            ("given_up", true),
            ("done", true),
        ] {
            write!(db, |tx| imports::set_state(tx, run.id, state).await.unwrap());
            assert_eq!(!trims::due(&mut db).await.unwrap().is_empty(), cut, "{state}");
        }
        write!(db, |tx| {
            imports::set_state(tx, run.id, "failed").await.unwrap();
            trims::add(tx, blobs, Cause::Erased).await.unwrap();
            trims::add(tx, blobs, Cause::Unneeded).await.unwrap();
        });
        assert_eq!(trims::due(&mut db).await.unwrap(), blobs, "somebody was erased");
        assert_eq!(trims::waiting(&mut db).await.unwrap(), blobs);
    });
}

#[test]
fn hashes_of_what_was_erased_are_known_again() {
    on_both(async |mut db| {
        assert!(!erased::any(&mut db).await.unwrap());
        let one = |at| Erased { key_hash: vec![1; 32], kind: "identity".to_owned(), at };
        write!(db, |tx| {
            users::add(tx, &user(1, "owner@shop.example", Role::Owner)).await.unwrap();
            erased::remember(tx, &[one(5)]).await.unwrap();
            erased::remember(tx, &[one(9)]).await.unwrap();
        });
        assert!(erased::any(&mut db).await.unwrap());
        assert_eq!(erased::among(&mut db, vec![vec![1; 32], vec![2; 32]]).await.unwrap(), [one(9)]);
        assert!(erased::any_of_kinds(&mut db, &["nothing", &one(9).kind]).await.unwrap());
        assert!(!erased::any_of_kinds(&mut db, &["nothing"]).await.unwrap());
        write!(db, |tx| {
            erased::remember(tx, &[Erased { key_hash: vec![2; 32], kind: "stop".to_owned(), at: NOW }]).await.unwrap();
            erased::forget(tx, vec![vec![2; 32], vec![3; 32]]).await.unwrap();
        });
        assert_eq!(erased::among(&mut db, vec![vec![1; 32], vec![2; 32]]).await.unwrap(), [one(9)]);
    });
}

#[test]
fn a_report_is_kept_and_told_how_far_its_erasure_is() {
    on_both(async |mut db| {
        let report = |id, sealed: Option<&[u8]>| Report {
            id,
            at: NOW,
            by_user: UserId(1),
            report: "{}".to_owned(),
            sealed: sealed.map(<[u8]>::to_vec),
            rewritten: 0,
            removed: 0,
            bytes_gone: 0,
        };
        write!(db, |tx| {
            erased::begin(tx, &report(3, Some(b"sealed"))).await.unwrap();
            erased::begin(tx, &report(4, None)).await.unwrap();
            erased::begin(tx, &report(5, Some(b"other"))).await.unwrap();
            erased::count_trimmed(tx, true, 7).await.unwrap();
            erased::count_trimmed(tx, false, 2).await.unwrap();
            erased::go_on(tx, 3, "{\"finished\":true}", None).await.unwrap();
            erased::count_trimmed(tx, true, 1).await.unwrap();
        });
        let counted = |report: &Report| (report.rewritten, report.removed, report.bytes_gone);
        let done = erased::get_report(&mut db, 3).await.unwrap().unwrap();
        assert_eq!((done.report.as_str(), &done.sealed, counted(&done)), ("{\"finished\":true}", &None, (1, 1, 9)));
        assert_eq!(erased::get_report(&mut db, 6).await.unwrap(), None);
        let all = erased::reports(&mut db, None, 9).await.unwrap();
        let told: Vec<_> = all.iter().map(|report| (report.id, counted(report))).collect();
        assert_eq!(told, [(5, (1, 2, 10)), (4, (0, 0, 0)), (3, (1, 1, 9))], "what is done counts no more");
        let page = erased::reports(&mut db, Some(5), 1).await.unwrap();
        assert_eq!(page.iter().map(|report| report.id).collect::<Vec<_>>(), [4]);
    });
}

#[test]
fn what_we_addressed_to_a_handle_or_passed_on_is_found_wherever_it_stands() {
    on_both(async |mut db| {
        talk(&mut db).await;
        write!(db, |tx| {
            let sql = "UPDATE bodies SET envelope = $1 WHERE message_id = 4";
            tx.run(sql, vec!["{\"recipients\":[{\"address\":\"ZOË_A@home.example\"}]}".into()]).await.unwrap();
            let sql = "UPDATE bodies SET envelope = '{\"forwards\":\"1\"}' WHERE message_id = 8";
            tx.run(sql, vec![]).await.unwrap();
            tx.run("UPDATE messages SET flags = $1 WHERE id = 8", vec![messages::flags::FORWARD.into()]).await.unwrap();
        });
        for handle in ["Zoë_A@home.example", "zoë_a@home.example", "ZOË_A@home.example"] {
            let found = erasing::addressed_to(&mut db, &[handle.to_owned()], ALL).await.unwrap();
            assert_eq!(ids(&found), [4], "{handle}");
        }
        let others = ["oë_A@home.example", "ZoëXA@home.example"].map(str::to_owned);
        assert_eq!(erasing::addressed_to(&mut db, &others, ALL).await.unwrap(), []);
        let zoe = ["zoë_a@home.example".to_owned()];
        assert_eq!(erasing::addressed_to(&mut db, &zoe, MessageId(4)).await.unwrap(), [], "below an id");
        assert_eq!(erasing::passing_on(&mut db, ANA).await.unwrap(), [MessageId(8)]);
        assert_eq!(erasing::passing_on(&mut db, PersonId(2)).await.unwrap(), []);
    });
}

#[test]
fn what_the_programs_own_texts_say_is_found_and_taken_out_of_each() {
    on_both(async |mut db| {
        write!(db, |tx| {
            for sql in [
                "INSERT INTO errands (id, channel_id, name, task) VALUES (1, 1, 'look', '{\"of\":\"ana\"}')",
                "INSERT INTO asked_mails (identity_id, address, begun_at) VALUES (1, 'ana@home.example', 5)",
                "INSERT INTO jobs (id, kind, subject, run_at, last_error) VALUES (1, 'send', 1, 5, 'ana is gone')",
                "INSERT INTO passed_over (channel_id, reason, times, last_at) VALUES (1, 'of ana', 1, 5)",
                "INSERT INTO ledger_counts (channel_id, day, kind, reason, times) VALUES (1, 1, 'passed', 'of ana', 3)",
                "INSERT INTO ledger_gaps (id, channel_id, kind, from_at, reason) VALUES (1, 1, 'away', 5, 'ana')",
                "INSERT INTO notes (id, place, text, written_by, written_at) VALUES (1, 1, 'call ana', 1, 5)",
                "INSERT INTO note_mentions (user_id, note_id) VALUES (1, 1)",
            ] {
                tx.run(sql, vec![]).await.unwrap();
            }
        });
        let found = sayings::all(&mut db).await.unwrap();
        let tables: std::collections::BTreeSet<_> = found.iter().map(|saying| saying.table).collect();
        let all = ["asked_mails", "errands", "jobs", "ledger_counts", "ledger_gaps", "notes", "passed_over"];
        assert_eq!(tables.into_iter().collect::<Vec<_>>(), all);
        let mut counts = Counts::new();
        let of_ana: Vec<_> = found.into_iter().filter(|saying| saying.text.contains("ana")).collect();
        write!(db, |tx| sayings::forget(tx, &of_ana, &mut counts).await.unwrap());
        assert!(all.iter().all(|table| counts[*table] == 1), "{counts:?}");
        let left: Vec<_> = sayings::all(&mut db).await.unwrap().into_iter().map(|saying| saying.text).collect();
        assert_eq!(left, ["It failed."], "that there was a gap stays");
        assert_eq!(notes::mentioned(&mut db, 1).await.unwrap(), []);
    });
}

#[test]
fn what_programs_were_answered_is_emptied() {
    on_both(async |mut db| {
        write!(db, |tx| {
            answers::begin(tx, TokenId(1), "k", b"a", NOW, 0).await.unwrap();
            answers::finish(tx, TokenId(1), "k", 200, "{}").await.unwrap();
            answers::begin(tx, TokenId(1), "under way", b"a", NOW, 0).await.unwrap();
        });
        assert_eq!(write!(db, |tx| erasing::forget_answers(tx).await.unwrap()), 1);
        let kept = answers::get(&mut db, TokenId(1), "k").await.unwrap().unwrap();
        assert_eq!((kept.status, kept.body.as_str()), (200, ""));
    });
}

#[test]
fn sqlite_holds_no_word_of_what_was_erased_once_it_was_written_anew() {
    on_sqlite(async |mut db| {
        talk(&mut db).await;
        let doomed = erasing::written_by(&mut db, ANA).await.unwrap();
        write!(db, |tx| erasing::bury(tx, &doomed, |_| "{}".to_owned(), &mut Counts::new()).await.unwrap());
        assert!(db.scrub_size().await.unwrap() > 4_096);
        db.scrub().await.unwrap();
        assert_eq!(db.number("SELECT freelist_count FROM pragma_freelist_count", vec![]).await.unwrap(), 0);
    });
}

#[test]
fn what_is_past_its_days_is_found_but_what_is_at_work_and_its_words_go_without_its_row() {
    on_both(async |mut db| {
        talk(&mut db).await;
        let (channel, all) = (ChannelId(1), (i64::MIN, i64::MAX));
        let open = erasing::past(&mut db, channel, all, 100).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        tx.run("UPDATE conversations SET state = 'closed'", vec![]).await.unwrap();
        tx.commit().await.unwrap();
        write!(db, |tx| {
            let waiting = messages::NewMessage { state: "waiting", ..message(20) };
            messages::add(tx, &[waiting]).await.unwrap();
        });
        let past = erasing::past(&mut db, channel, all, 100).await.unwrap();
        assert!(ids(&past).contains(&20), "an edit whose message never came");
        assert!(past.len() > open.len() && ids(&past).contains(&1), "{past:?} {open:?}");
        assert_eq!(erasing::past(&mut db, channel, (i64::MIN, past[0].place), 100).await.unwrap(), []);
        let later = erasing::past(&mut db, channel, (past[0].place, i64::MAX), 100).await.unwrap();
        assert_eq!(later, past[1..]);
        let mut counts = Counts::new();
        write!(db, |tx| erasing::take_words(tx, &past, |_| "{}".to_owned(), &mut counts).await.unwrap());
        assert!(counts["bodies"] > 0 && !counts.contains_key("messages"));
        let (state, person): (String, Option<i64>) =
            db.row("SELECT state, person_id FROM messages WHERE id = 1", vec![]).await.unwrap().unwrap();
        assert_eq!((state.as_str(), person), ("deleted", Some(ANA.0)));
        assert_eq!(erasing::past(&mut db, channel, all, 100).await.unwrap(), []);
    });
}

#[test]
fn a_handle_has_the_forms_that_a_text_in_small_letters_may_have() {
    assert_eq!(erasing::forms("Ana@home.example"), ["ana@home.example"]);
    assert_eq!(erasing::forms("Élodie É"), ["Élodie É", "élodie é"]);
}

#[test]
fn errands_are_done_no_more() {
    on_both(async |mut db| {
        let task = serde_json::json!({ "told": "Elodie" });
        write!(db, |tx| tertulia_store::errands::put(tx, 3, ChannelId(1), "look", &task).await.unwrap());
        assert_eq!(erasing::errands(&mut db).await.unwrap(), [(3, "{\"told\":\"Elodie\"}".to_owned())]);
        assert_eq!(write!(db, |tx| erasing::forget_errands(tx, &[3, 9]).await.unwrap()), 1);
        assert_eq!(erasing::errands(&mut db).await.unwrap(), []);
    });
}
