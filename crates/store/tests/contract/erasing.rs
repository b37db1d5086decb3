use crate::support::{NOW, blob, body, conversation, identity, message, on_both, on_sqlite, person, user, write};
use tertulia_model::{AttachmentId, ChannelId, ConversationId, ImportId, JobId, MessageId, PersonId, Role, UserId};
use tertulia_store::{
    Db, Sql, conversations, drafts,
    erased::{self, Erased, Report},
    erasing::{self, Counts, Doomed},
    imports, jobs, merges,
    messages::{self, NewAttachment, NewBody},
    people,
    trims::{self, Cause},
    users,
};

const ANA: PersonId = PersonId(1);

/// Ana (person 1) and Bo (person 2) each wrote in a conversation of their own, and both in the third; we answered in each.
async fn talk(db: &mut Db) {
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
        let said = erasing::said_to(&mut db, ANA, &["ana@home.example".to_owned()]).await.unwrap();
        assert_eq!(ids(&said), [2, 7], "what answers Bo stays");
        assert_eq!(ids(&erasing::doomed(&mut db, &[MessageId(3)]).await.unwrap()), [3]);
        assert_eq!(erasing::waiting_edits(&mut db).await.unwrap(), []);
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
            erasing::forget_person(tx, ANA, &["ana@home.example".to_owned()], &mut counts).await.unwrap();
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
        let found = erasing::set_aside(&mut db).await.unwrap();
        assert_eq!((found.len(), found[0].id, found[0].byte_offset), (1, 5, 3));
        assert_eq!(write!(db, |tx| erasing::forget_aside(tx, &[5]).await.unwrap()), 1);
        assert!(erasing::set_aside(&mut db).await.unwrap().is_empty());
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
        assert_eq!(trims::waiting(&mut db).await.unwrap(), [other]);
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
        write!(db, |tx| jobs::finish(tx, JobId(1)).await.unwrap());
        assert!(trims::being_read(&mut db).await.unwrap().is_empty());
        assert_eq!(trims::due(&mut db).await.unwrap(), blobs);
        write!(db, |tx| trims::file_became(tx, &run.blob, "left", 7).await.unwrap());
        let cut = imports::get(&mut db, ImportId(run.id.0)).await.unwrap().unwrap();
        assert_eq!((cut.blob.as_str(), cut.size, cut.state.as_str()), ("left", 7, "given_up"));
        assert!(cut.error.unwrap().contains("was not taken in"));
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
fn hashes_of_what_was_erased_are_known_again_and_a_report_is_kept() {
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
        let mut report = Report { id: 3, at: NOW, by_user: UserId(1), report: "{}".to_owned() };
        write!(db, |tx| {
            erased::remember(tx, &[Erased { key_hash: vec![2; 32], kind: "stop".to_owned(), at: NOW }]).await.unwrap();
            erased::forget(tx, vec![vec![2; 32], vec![3; 32]]).await.unwrap();
        });
        assert_eq!(erased::among(&mut db, vec![vec![1; 32], vec![2; 32]]).await.unwrap(), [one(9)]);
        write!(db, |tx| erased::report(tx, &report).await.unwrap());
        report.report = "{\"finished\":true}".to_owned();
        write!(db, |tx| erased::report(tx, &report).await.unwrap());
        assert_eq!(erased::get_report(&mut db, 3).await.unwrap(), Some(report));
        assert_eq!(erased::get_report(&mut db, 4).await.unwrap(), None);
    });
}

#[test]
fn sqlite_holds_no_word_of_what_was_erased_once_it_was_written_anew() {
    on_sqlite(async |mut db| {
        talk(&mut db).await;
        let doomed = erasing::written_by(&mut db, ANA).await.unwrap();
        write!(db, |tx| erasing::bury(tx, &doomed, |_| "{}".to_owned(), &mut Counts::new()).await.unwrap());
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
fn a_handle_is_found_in_any_letters() {
    on_both(async |mut db| {
        assert_eq!(erasing::forms("Ana@home.example"), ["ana@home.example"]);
        assert_eq!(erasing::forms("Élodie É"), ["Élodie É", "élodie é"]);
        let channel = ChannelId(1);
        write!(db, |tx| {
            for (n, told) in ["Élodie", "élodie", "ÉLODIE", "Elodie"].into_iter().enumerate() {
                let task = serde_json::json!({ "told": told });
                let id = i64::try_from(n).unwrap();
                tertulia_store::errands::put(tx, id, channel, &n.to_string(), &task).await.unwrap();
            }
            erasing::forget_person(tx, ANA, &["Élodie".to_owned()], &mut Counts::new()).await.unwrap();
        });
        let left = erasing::errands(&mut db).await.unwrap();
        assert_eq!(left, [(3, "{\"told\":\"Elodie\"}".to_owned())], "somebody else");
        assert_eq!(write!(db, |tx| erasing::forget_errands(tx, &[3, 9]).await.unwrap()), 1);
        assert_eq!(erasing::errands(&mut db).await.unwrap(), []);
    });
}
