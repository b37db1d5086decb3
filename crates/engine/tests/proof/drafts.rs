//! What is being written: no file is lost, what was thrown away can be had back, what was taken back stands as before.

use crate::support::{World, on_both, said::said};
use std::time::Duration;
use tertulia_engine::{
    EngineError, desk, erase,
    outbound::{self, Files, Named},
};
use tertulia_model::AttachmentId;
use tertulia_store::{
    drafts::{self, Key},
    threads,
};

async fn asked(world: &World) -> Key {
    world.hear(&[said("q", "Where is my order?").created()]).await;
    Key::answer(world.user, world.conversation_of("q").await.id)
}

async fn text(world: &World, key: Key) -> Option<String> {
    let draft = drafts::get(&mut world.engine.db.reader(), key).await.unwrap()?;
    let form: serde_json::Value = serde_json::from_str(&draft.form).unwrap();
    Some(form["text"].as_str().unwrap().to_owned())
}

#[test]
fn a_file_that_is_uploaded_while_the_reply_is_being_stored_goes_with_it_or_stays() {
    on_both(async |world| {
        let key = asked(&world).await;
        // Somebody else writes: the reply has begun and waits, and a file comes before its turn.
        let mut other = world.engine.db.begin().await.unwrap();
        threads::place_alone(&mut other).await.unwrap();
        let (engine, user, form) = (world.engine.clone(), world.user, world.reply(key.conversation, "k"));
        let replying = tokio::spawn(async move { outbound::queue_reply(&engine, user, form).await });
        tokio::time::sleep(Duration::from_millis(250)).await;
        assert!(!replying.is_finished());
        let content = world.engine.blobs.put(b"pdf").unwrap();
        let file = drafts::DraftFile {
            id: tertulia_model::AttachmentId(world.engine.next_id()),
            name: "label.pdf".to_owned(),
            media_type: "application/pdf".to_owned(),
            content,
        };
        drafts::add_file(&mut other, key, &file, 0).await.unwrap();
        other.commit().await.unwrap();
        let delivery = replying.await.unwrap().unwrap();
        let kept = drafts::files(&mut world.engine.db.reader(), key).await.unwrap();
        let went = delivery.outgoing.attachments.iter().map(|file| file.name.as_str());
        let somewhere: Vec<&str> = kept.iter().map(|file| file.name.as_str()).chain(went).collect();
        assert_eq!(somewhere, ["label.pdf"]);
    });
}

#[test]
fn a_reply_that_is_refused_leaves_its_files_with_the_draft() {
    on_both(async |world| {
        let key = asked(&world).await;
        for n in 0..4 {
            desk::attach(&world.engine, key, &format!("{n}.pdf"), "application/pdf", vec![n]).await.unwrap();
        }
        let form = world.reply(key.conversation, "k");
        let refused = outbound::queue_reply(&world.engine, world.user, form).await;
        let Err(EngineError::Invalid(errors)) = refused else { panic!("{refused:?}") };
        assert!(errors[0].message.contains("at most 3 files"), "{errors:?}");
        assert_eq!(drafts::files(&mut world.engine.db.reader(), key).await.unwrap().len(), 4);
    });
}

#[test]
fn a_draft_thrown_away_can_be_had_back_for_a_while_and_is_then_forgotten() {
    on_both(async |world| {
        let key = asked(&world).await;
        let engine = &world.engine;
        desk::save_draft(engine, key, &serde_json::json!({"text": "Dear Rosa"})).await.unwrap();
        desk::attach(engine, key, "label.pdf", "application/pdf", b"pdf".to_vec()).await.unwrap();
        let thrown_at = desk::discard_draft(engine, key).await.unwrap();
        assert_eq!(text(&world, key).await, None);
        desk::take_up_draft(engine, key, thrown_at).await.unwrap();
        assert_eq!(text(&world, key).await.as_deref(), Some("Dear Rosa"));
        assert_eq!(drafts::files(&mut engine.db.reader(), key).await.unwrap().len(), 1);

        world.clock.advance(1);
        let thrown_at = desk::discard_draft(engine, key).await.unwrap();
        desk::save_draft(engine, key, &serde_json::json!({"text": "Hello"})).await.unwrap();
        let refused = desk::take_up_draft(engine, key, thrown_at).await;
        assert!(matches!(refused, Err(EngineError::Refused(_))), "what was begun since is not lost: {refused:?}");
        assert_eq!(text(&world, key).await.as_deref(), Some("Hello"));

        world.clock.advance(1);
        let thrown_at = desk::discard_draft(engine, key).await.unwrap();
        desk::forget_thrown(engine).await.unwrap();
        world.clock.advance(3_600_000);
        desk::forget_thrown(engine).await.unwrap();
        let refused = desk::take_up_draft(engine, key, thrown_at).await;
        assert!(matches!(refused, Err(EngineError::Refused(_))), "{refused:?}");
    });
}

#[test]
fn a_reply_taken_back_leaves_its_conversation_as_it_stood() {
    on_both(async |world| {
        let key = asked(&world).await;
        let engine = &world.engine;
        let until = world.engine.now() + 3_600_000;
        for (state, close) in [("open", true), ("pending", false), ("closed", false), ("snoozed", true)] {
            match state {
                "snoozed" => desk::snooze(engine, key.conversation, until).await.map(|_| ()).unwrap(),
                state => desk::set_state(engine, key.conversation, state).await.map(|_| ()).unwrap(),
            }
            let before = world.conversation(key.conversation).await.unwrap();
            let mut form = world.reply(key.conversation, &format!("{state} {close}"));
            form.close = close;
            let delivery = outbound::queue_reply(engine, world.user, form).await.unwrap();
            assert_eq!(world.conversation(key.conversation).await.unwrap().snoozed_until, None);
            outbound::undo_reply(engine, world.user, delivery.id).await.unwrap();
            let after = world.conversation(key.conversation).await.unwrap();
            assert_eq!(
                (after.state.as_str(), after.snoozed_until, after.waiting_since, after.last_place),
                (state, before.snoozed_until, before.waiting_since, before.last_place)
            );
        }
    });
}

#[test]
fn whoever_wrote_again_or_was_put_away_as_answered_waits_when_the_answer_is_taken_back() {
    on_both(async |world| {
        let key = asked(&world).await;
        let engine = &world.engine;
        let asked = world.conversation(key.conversation).await.unwrap();
        let first = world.answer("q", "k1").await;
        world.hear(&[said("q2", "Hello?").answering(&["q"]).at_minute(120).created()]).await;
        outbound::undo_reply(engine, world.user, first.id).await.unwrap();
        let after = world.conversation(key.conversation).await.unwrap();
        assert_eq!(
            (after.state.as_str(), after.waiting_since),
            ("open", asked.waiting_since),
            "since the first of the two"
        );

        let second = world.answer("q", "k2").await;
        desk::set_state(engine, key.conversation, "closed").await.unwrap();
        outbound::undo_reply(engine, world.user, second.id).await.unwrap();
        let after = world.conversation(key.conversation).await.unwrap();
        assert_eq!((after.state.as_str(), after.waiting_since), ("open", asked.waiting_since));
    });
}

#[test]
fn two_answers_taken_back_in_either_order_leave_them_waiting_and_one_of_two_does_not() {
    on_both(async |world| {
        let key = asked(&world).await;
        let asked = world.conversation(key.conversation).await.unwrap();
        for first in [0, 1] {
            let pair = [world.answer("q", &format!("a{first}")).await, world.answer("q", &format!("b{first}")).await];
            outbound::undo_reply(&world.engine, world.user, pair[first].id).await.unwrap();
            let between = world.conversation(key.conversation).await.unwrap();
            assert_eq!((between.state.as_str(), between.waiting_since), ("pending", None), "the other answers them");
            outbound::undo_reply(&world.engine, world.user, pair[1 - first].id).await.unwrap();
            let after = world.conversation(key.conversation).await.unwrap();
            assert_eq!((after.state.as_str(), after.waiting_since), ("open", asked.waiting_since));
        }
    });
}

#[test]
fn the_undo_of_a_change_gives_back_the_state_it_had() {
    on_both(async |world| {
        let key = asked(&world).await;
        let engine = &world.engine;
        let until = engine.now() + 3_600_000;
        desk::set_state(engine, key.conversation, "pending").await.unwrap();
        let snoozed = desk::snooze(engine, key.conversation, until).await.unwrap();
        let closed = desk::set_state(engine, key.conversation, "closed").await.unwrap();
        assert_eq!(world.conversation(key.conversation).await.unwrap().snoozed_until, None);
        desk::undo(engine, &closed).await.unwrap();
        let after = world.conversation(key.conversation).await.unwrap();
        assert_eq!((after.state.as_str(), after.snoozed_until), ("snoozed", Some(until)));
        let stale = desk::undo(engine, &snoozed).await;
        assert!(matches!(stale, Err(EngineError::Refused(_))), "something came between: {stale:?}");
        let snoozed = desk::snooze(engine, key.conversation, until + 1).await.unwrap();
        desk::set_state(engine, key.conversation, "pending").await.unwrap();
        assert!(desk::undo(engine, &snoozed).await.is_err());
        let snoozed = desk::snooze(engine, key.conversation, until).await.unwrap();
        desk::undo(engine, &snoozed).await.unwrap();
        let after = world.conversation(key.conversation).await.unwrap();
        assert_eq!((after.state.as_str(), after.snoozed_until), ("pending", None));
    });
}

#[test]
fn what_a_program_brought_goes_once_and_leaves_what_its_member_writes() {
    on_both(async |world| {
        let key = asked(&world).await;
        desk::attach(&world.engine, key, "mine.pdf", "application/pdf", b"mine".to_vec()).await.unwrap();
        let bring = async |name: &str| {
            let file = (name, "text/plain", name.as_bytes().to_vec());
            desk::bring_file(&world.engine, world.user, key.conversation, file).await.unwrap()
        };
        let (one, two) = (bring("one.txt").await, bring("two.txt").await);
        let form = |key_of: &str, brought: &[AttachmentId]| {
            let files = Files::Named(Named { brought: brought.to_vec(), passed_on: None });
            outbound::ReplyForm { files, ..world.reply(key.conversation, key_of) }
        };
        let reply = async |form| outbound::queue_reply(&world.engine, world.user, form).await;
        let sent = reply(form("k", &[two.id, one.id])).await.unwrap();
        let names: Vec<&str> = sent.outgoing.attachments.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names, ["two.txt", "one.txt"]);
        assert_eq!(reply(form("k", &[two.id, one.id])).await.unwrap().id, sent.id);
        let Err(EngineError::Invalid(errors)) = reply(form("k2", &[one.id])).await else { panic!("it went already") };
        assert_eq!(errors[0].field, "files");
        assert_eq!(drafts::files(&mut world.engine.db.reader(), key).await.unwrap().len(), 1);

        // What waits is erased with the person it was for.
        let three = bring("three.txt").await;
        outbound::undo_reply(&world.engine, world.user, sent.id).await.unwrap();
        let person = world.message("q").await.person_id.unwrap();
        erase::erase(&world.engine, person, world.user).await.unwrap();
        let brought = Key::brought(world.user, key.conversation);
        let left = drafts::named(&mut world.engine.db.reader(), brought, &[one.id, two.id, three.id]).await.unwrap();
        assert_eq!(left, []);
    });
}
