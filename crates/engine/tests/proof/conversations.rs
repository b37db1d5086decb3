//! What an arrival does to a conversation, and what a person does.

use crate::support::{
    World, add_member, find, on_both,
    said::{Said, said},
};
use std::time::Duration;
use tertulia_engine::{
    EngineError, desk, outbound,
    worker::{self, Done},
};
use tertulia_model::{AutoKind, Clock};
use tertulia_store::{Dialect, Sql, changes, conversations, listing, reading, threads};

async fn state(world: &World, id: &str) -> String {
    world.conversation_of(id).await.state
}

/// A question at minute 0, our answer at minute 10.
async fn answered(world: &World) {
    world.hear(&[said("q", "Where is it?").created()]).await;
    world.hear(&[said("our answer", "On its way.").by_us().answering(&["q"]).at_minute(10).created()]).await;
}

#[test]
fn a_conversation_opens_waits_and_opens_again() {
    on_both(async |world| {
        world.hear(&[said("q", "Where is it?").created()]).await;
        let opened = world.conversation_of("q").await;
        assert_eq!((opened.state.as_str(), opened.snippet.as_str()), ("open", "Where is it?"));
        assert_eq!(opened.waiting_since, Some(world.message("q").await.at));
        world.hear(&[said("ours", "Soon.").by_us().answering(&["q"]).at_minute(10).created()]).await;
        let waits = world.conversation_of("q").await;
        assert_eq!((waits.state.as_str(), waits.waiting_since), ("pending", None));
        desk::set_state(&world.engine, waits.id, "closed").await.unwrap();
        world.hear(&[said("q2", "Still nothing!").answering(&["ours"]).at_minute(20).created()]).await;
        let again = world.conversation_of("q2").await;
        assert_eq!((again.id, again.state.as_str()), (waits.id, "open"));
        assert_eq!(again.waiting_since, Some(world.message("q2").await.at));
        desk::snooze(&world.engine, again.id, world.clock.now() + 60_000).await.unwrap();
        world.hear(&[said("q3", "Hello?").answering(&["q2"]).at_minute(30).created()]).await;
        let woken = world.conversation_of("q3").await;
        assert_eq!((woken.state.as_str(), woken.snoozed_until), ("open", None));
        assert_eq!(woken.waiting_since, again.waiting_since, "the oldest unanswered counts");
    });
}

#[test]
fn what_claims_to_be_ours_answers_nobody_until_the_sent_folder_proves_it() {
    on_both(async |world| {
        for (n, proof_first) in [false, true].into_iter().enumerate() {
            let (q, a) = (format!("q{n}"), format!("a{n}"));
            world.hear(&[said(&q, "Where is it?").by(&format!("r{n}@home.example")).created()]).await;
            let answer = said(&a, "We sent it.").answering(&[&q]).at_minute(5);
            let (claim, proof) = (answer.clone().by("desk@shop.example").created(), answer.by_us().created());
            if proof_first {
                world.hear(&[proof, claim]).await;
            } else {
                world.hear(&[claim]).await;
                let waits = world.conversation_of(&q).await;
                assert_eq!((waits.state.as_str(), waits.waiting_since.is_some()), ("open", true));
                assert_eq!(world.message(&a).await.direction, "theirs");
                world.hear(&[proof]).await;
            }
            let (message, conversation) = (world.message(&a).await, world.conversation_of(&q).await);
            assert_eq!((message.direction.as_str(), message.person_id), ("ours", None));
            assert_eq!((conversation.state.as_str(), conversation.waiting_since), ("pending", None));
            assert_eq!(conversation.snippet, "Where is it?");
            let question = world.message(&q).await;
            assert_eq!((conversation.person_id, conversation.last_theirs_place), (question.person_id, question.place));
            assert_eq!(world.messages_in(conversation.id).await.len(), 2);
        }
        // Other words under the same id prove nothing of these.
        world.hear(&[said("x", "Pay to my account.").by("desk@shop.example").created()]).await;
        world.hear(&[said("x", "Thank you.").by_us().created()]).await;
        assert_eq!(world.message("x").await.direction, "theirs");
    });
}

#[test]
fn what_lay_in_the_mailbox_when_a_colleague_answered_elsewhere_does_not_reopen() {
    on_both(async |world| {
        answered(&world).await;
        world.hear(&[said("late", "By the way").answering(&["q"]).at_minute(5).created()]).await;
        assert_eq!(state(&world, "late").await, "pending");
        // Their mail program answers at minute 20; what they wrote at minute 15 comes after it.
        let away = said("away", "I am on holiday").answering(&["our answer"]).at_minute(20).auto(AutoKind::Reply);
        world.hear(&[away.created()]).await;
        assert_eq!(state(&world, "q").await, "pending", "a machine is nobody's turn");
        world.hear(&[said("slow", "It came broken").answering(&["our answer"]).at_minute(15).created()]).await;
        assert_eq!(state(&world, "slow").await, "open", "nobody has answered this");
    });
}

/// The row of a conversation as the member sees it.
async fn row(world: &World, id: &str) -> listing::InboxRow {
    let held = world.conversation_of(id).await.id;
    listing::inbox_row(&mut world.engine.db.reader(), world.user, held).await.unwrap().unwrap()
}

#[test]
fn what_is_heard_only_after_our_answer_waits_for_one_whatever_its_date() {
    on_both(async |world| {
        world.hear(&[said("q", "Where is it?").created()]).await;
        world.answer("q", "k").await;
        let answered = row(&world, "q").await;
        assert_eq!((answered.unread, answered.ours_last, answered.waiting_since), (false, true, None));
        let on_screen = world.messages_in(answered.id).await[0].id;
        world.clock.advance(15 * 60_000);
        world.hear_late(&[said("late", "It must be by Friday!").answering(&["q"]).at_minute(5).created()]).await;
        let late = row(&world, "late").await;
        assert_eq!((late.state.as_str(), late.unread, late.ours_last), ("open", true, false));
        assert_eq!((late.last_at, late.waiting_since), (world.clock.now(), Some(world.clock.now())));
        assert_eq!(late.snippet, "It must be by Friday!");
        let mut form = world.reply(late.id, "k2");
        form.seen = Some(on_screen);
        let asked_first = outbound::queue_reply(&world.engine, world.user, form).await;
        assert!(matches!(asked_first, Err(EngineError::Unseen(1))), "{asked_first:?}");
    });
}

#[test]
fn a_colleagues_answer_of_before_what_was_held_up_arrived_does_not_answer_it_in_either_order() {
    on_both(async |world| {
        let q = said("q", "Where is it?");
        let ours = said("ours", "On its way.").by_us().answering(&["q"]).at_minute(10);
        let late = said("late", "It must be by Friday!").answering(&["q"]).at_minute(5);
        world.hear(&[q.created(), ours.created()]).await;
        world.hear_late(&[late.created()]).await;
        assert_eq!(state(&world, "late").await, "open");
        let [q, ours, late] = [q, ours, late].map(|said| Said { source: "other".to_owned(), ..said });
        world.hear(&[q.created()]).await;
        world.hear_late(&[late.created()]).await;
        world.hear(&[ours.created()]).await;
        let there = find(&world.engine, "other", "late").await.unwrap().conversation_id.unwrap();
        let held = world.conversation(there).await.unwrap();
        assert_eq!((held.state.as_str(), world.messages_in(there).await.len()), ("open", 3));
    });
}

#[test]
fn a_date_that_is_still_to_come_hides_nothing_that_is_said_until_then() {
    on_both(async |world| {
        let now = world.clock.now();
        let ahead = Said { at: now + 23 * 3_600_000, ..said("q", "Where is it?") };
        world.hear_late(&[ahead.created()]).await;
        let message = world.message("q").await;
        assert_eq!((message.at, message.stated_at), (now, Some(ahead.at)));
        desk::mark_read(&world.engine, world.user, message.conversation_id.unwrap()).await.unwrap();
        assert!(!row(&world, "q").await.unread);
        world.clock.advance(60_000);
        let more = Said { at: world.clock.now(), ..said("more", "Hello?").answering(&["q"]) };
        world.hear_late(&[more.created()]).await;
        let row = row(&world, "q").await;
        assert_eq!((row.unread, row.last_at, row.snippet.as_str()), (true, world.clock.now(), "Hello?"));
    });
}

#[test]
fn machines_and_mails_to_many_open_nothing_and_reopen_nothing() {
    on_both(async |world| {
        let bulk = said("offer", "Ten percent off!").by("news@bulk.example").auto(AutoKind::Bulk);
        let away = said("away", "I am on holiday").auto(AutoKind::Reply);
        world.hear(&[bulk.created(), away.created(), said("about", "They are good").overheard().created()]).await;
        for id in ["offer", "away", "about"] {
            assert_eq!(world.message(id).await.conversation_id, None, "{id}");
        }
        answered(&world).await;
        let conversation = world.conversation_of("q").await;
        desk::set_state(&world.engine, conversation.id, "closed").await.unwrap();
        let reply = said("away2", "I am on holiday").answering(&["our answer"]).at_minute(11).auto(AutoKind::Reply);
        world.hear(&[reply.created()]).await;
        let after = world.conversation_of("away2").await;
        assert_eq!((after.id, after.state.as_str()), (conversation.id, "closed"));
        assert_eq!(after.snippet, conversation.snippet);
    });
}

#[test]
fn a_machine_that_answers_in_the_same_batch_changes_no_more_than_in_one_of_its_own() {
    on_both(async |world| {
        let question = said("q", "Where is it?");
        let away = said("away", "I am on holiday").answering(&["q"]).at_minute(1).auto(AutoKind::Reply);
        world.hear(&[question.created(), away.created()]).await;
        let conversation = world.conversation_of("q").await;
        assert_eq!(conversation.snippet, "Where is it?");
        assert_eq!(conversation.last_theirs_place, world.message("q").await.place);
    });
}

#[test]
fn history_arrives_closed_and_gives_no_notice() {
    on_both(async |world| {
        let before = changes::newest(&mut world.engine.db.reader()).await.unwrap();
        let past = [
            said("q", "Where is it?").created(),
            said("a", "Here.").by_us().answering(&["q"]).at_minute(1).created(),
            said("thanks", "Thanks!").answering(&["a"]).at_minute(2).created(),
            said("gossip", "They are good").overheard().created(),
        ];
        world.hear_history(&past).await;
        let conversation = world.conversation_of("thanks").await;
        assert_eq!((conversation.state.as_str(), conversation.waiting_since), ("closed", None));
        assert_eq!(world.messages_in(conversation.id).await.len(), 3);
        assert_eq!(world.message("gossip").await.conversation_id, None);
        let noted = changes::after(&mut world.engine.db.reader(), before, 99).await.unwrap();
        assert!(noted.iter().all(|change| change.topic != "conversation"), "{noted:?}");
        world.hear(&[said("news", "One more thing").answering(&["thanks"]).at_minute(9).created()]).await;
        assert_eq!(state(&world, "q").await, "open", "what is new opens it");
    });
}

#[test]
fn a_thread_that_was_only_overheard_comes_into_the_conversation_it_turns_out_to_be_part_of() {
    on_both(async |world| {
        let overheard = |id: &str| said(id, "They are slow").by("tom@home.example").overheard();
        world.hear(&[overheard("x").created(), overheard("y").answering(&["x"]).created()]).await;
        world.hear(&[said("q", "Where is it?").created()]).await;
        world.hear(&[said("link", "As Tom said").answering(&["x", "q"]).at_minute(2).created()]).await;
        let held = world.conversation_of("q").await.id;
        for id in ["x", "y", "link"] {
            assert_eq!(world.message(id).await.conversation_id, Some(held), "{id}");
        }
        world.hear(&[said("answer to y", "Indeed").answering(&["y"]).at_minute(3).created()]).await;
        assert_eq!(world.message("answer to y").await.conversation_id, Some(held));
    });
}

#[test]
fn an_answer_to_what_was_taken_back_stays_in_its_conversation() {
    on_both(async |world| {
        let gone: Said = said("gone", "A secret");
        world.hear(&[said("r1", "What?").answering(&["gone"]).created()]).await;
        world.hear(&[gone.deleted()]).await;
        world.hear(&[said("r2", "What was it?").answering(&["gone"]).at_minute(1).created()]).await;
        let held = world.conversation_of("r1").await.id;
        assert_eq!(world.message("r2").await.conversation_id, Some(held));
        assert_eq!(world.message("r2").await.thread_id, world.message("r1").await.thread_id);
        world.hear(&[gone.created()]).await;
        assert_eq!(world.message("gone").await.state, "deleted");
        assert_eq!(world.conversation_of("r1").await.snippet, "What was it?");
    });
}

#[test]
fn an_undo_holds_only_if_nothing_came_between() {
    on_both(async |world| {
        world.hear(&[said("q", "Where is it?").created()]).await;
        let before = world.conversation_of("q").await;
        let closed = desk::set_state(&world.engine, before.id, "closed").await.unwrap();
        desk::undo(&world.engine, &closed).await.unwrap();
        let after = world.conversation_of("q").await;
        assert_eq!((after.state.as_str(), after.waiting_since), ("open", before.waiting_since));
        let closed = desk::set_state(&world.engine, before.id, "closed").await.unwrap();
        world.hear(&[said("q2", "Hello?").answering(&["q"]).at_minute(1).created()]).await;
        let refused = desk::undo(&world.engine, &closed).await;
        assert!(matches!(refused, Err(EngineError::Refused(_))), "{refused:?}");
        assert_eq!(state(&world, "q").await, "open");
    });
}

#[test]
fn a_snooze_ends_when_it_was_last_put_to() {
    on_both(async |world| {
        world.hear(&[said("q", "Where is it?").created()]).await;
        let id = world.conversation_of("q").await.id;
        let (mine, other) = (world.user, add_member(&world.engine).await);
        desk::assign(&world.engine, id, Some(mine)).await.unwrap();
        for member in [mine, other] {
            desk::mark_read(&world.engine, member, id).await.unwrap();
        }
        let start = world.clock.now();
        desk::snooze(&world.engine, id, start + 60_000).await.unwrap();
        desk::snooze(&world.engine, id, start + 120_000).await.unwrap();
        world.clock.advance(60_000);
        let again = desk::wake(&world.engine, id).await.unwrap();
        assert!(matches!(again, Done::Again(left, _) if left == Duration::from_secs(60)));
        assert_eq!(state(&world, "q").await, "snoozed");
        let working = tokio::spawn(worker::run(world.engine.clone()));
        tokio::time::sleep(Duration::from_millis(100)).await;
        world.clock.advance(60_000);
        for _ in 0..500 {
            world.engine.bell.ring();
            if state(&world, "q").await == "open" {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        working.abort();
        let back = row(&world, "q").await;
        assert_eq!((back.state.as_str(), back.unread, back.woken), ("open", true, true));
        assert_eq!(back.last_at, world.clock.now(), "it rises in the list");
        let others = listing::inbox_row(&mut world.engine.db.reader(), other, id).await.unwrap().unwrap();
        assert!(!others.unread, "it stands out for whoever has it");
        let pending = desk::set_state(&world.engine, id, "pending").await.unwrap();
        assert!(!row(&world, "q").await.woken, "something was done");
        desk::undo(&world.engine, &pending).await.unwrap();
        assert!(row(&world, "q").await.woken);
    });
}

#[test]
fn an_edit_or_a_deletion_of_the_last_thing_they_said_changes_what_the_list_shows() {
    on_both(async |world| {
        let first = said("q", "My card is 4111");
        world.hear(&[first.created()]).await;
        world.hear(&[first.edited(1, "Where is it?")]).await;
        assert_eq!(world.conversation_of("q").await.snippet, "Where is it?");
        world.hear(&[first.edited(1, "Another first edit")]).await;
        assert_eq!(world.message("q").await.text, "Where is it?", "an older one never wins");
        let wordings = reading::revisions(&mut world.engine.db.reader(), world.message("q").await.id).await.unwrap();
        assert_eq!(wordings.len(), 2);
        world.hear(&[first.deleted()]).await;
        assert_eq!(world.conversation_of("q").await.snippet, "");
    });
}

#[test]
fn who_share_an_absent_ancestor_share_the_conversation_whoever_of_them_was_addressed() {
    on_both(async |world| {
        let names_it = |id: &str, minute: i64| said(id, "As I said.").answering(&["withheld"]).at_minute(minute);
        for n in 0..5 {
            world.hear(&[names_it(&format!("between others {n}"), n).overheard().created()]).await;
        }
        assert_eq!(world.message("between others 0").await.conversation_id, None);
        world.hear(&[names_it("to us", 7).created()]).await;
        let held = world.conversation_of("to us").await.id;
        world.hear(&[names_it("again", 8).created(), names_it("overheard", 9).overheard().created()]).await;
        for id in ["between others 0", "between others 4", "again", "overheard"] {
            assert_eq!(world.message(id).await.conversation_id, Some(held), "{id}");
        }
        world.hear(&[said("withheld", "Here I am.").created()]).await;
        assert_eq!(world.conversation_of("withheld").await.id, held);
        assert_eq!(world.message("between others 3").await.parent_id, Some(world.message("withheld").await.id));
    });
}

/// Until a transaction waits for another's lock, as PostgreSQL tells; SQLite's writers wait at our own door.
async fn somebody_waits(world: &World) {
    let mut db = world.engine.db.reader();
    if db.dialect() == Dialect::Sqlite {
        return tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let sql = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    for _ in 0..500 {
        if db.number(sql, Vec::new()).await.unwrap() > 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("nobody waits");
}

/// Whether it came so within ten times.
async fn tried(mut once: impl AsyncFnMut(usize) -> bool) -> bool {
    for n in 0..10 {
        if once(n).await {
            return true;
        }
    }
    false
}

#[test]
fn what_a_person_does_is_done_again_where_the_database_takes_it_back_for_another() {
    on_both(async |world| {
        world.hear(&[said("q", "Where is it?").created()]).await;
        let id = world.conversation_of("q").await.id;
        // Each holds what the other wants. PostgreSQL takes back whoever finds out: the person's, which waited first; or ours, where
        // the machine was so busy that ours asked only after theirs had looked. Then it is tried anew.
        let is_ours_whole = async |n: usize| {
            let mut tx = world.engine.db.begin_bulk().await.unwrap();
            conversations::one_to_change(&mut tx, id).await.unwrap();
            let (engine, user, form) = (world.engine.clone(), world.user, world.reply(id, &format!("k{n}")));
            let replying = tokio::spawn(async move { outbound::queue_reply(&engine, user, form).await });
            somebody_waits(&world).await;
            let ours = match threads::place_alone(&mut tx).await {
                Ok(_) => tx.commit().await,
                Err(error) => Err(error),
            };
            replying.await.unwrap().unwrap();
            ours.is_ok()
        };
        assert!(tried(is_ours_whole).await, "the person's was never taken back");

        let is_ours_whole = async |_| {
            let mut tx = world.engine.db.begin_bulk().await.unwrap();
            changes::note(&mut tx, &[("heard", 0)], world.clock.now()).await.unwrap();
            let engine = world.engine.clone();
            let closing = tokio::spawn(async move { desk::set_state(&engine, id, "closed").await });
            somebody_waits(&world).await;
            let ours = match conversations::one_to_change(&mut tx, id).await {
                Ok(_) => tx.commit().await,
                Err(error) => Err(error),
            };
            closing.await.unwrap().unwrap();
            let closed = state(&world, "q").await;
            assert_eq!(closed, "closed");
            if ours.is_err() {
                desk::set_state(&world.engine, id, "open").await.unwrap();
            }
            ours.is_ok()
        };
        assert!(tried(is_ours_whole).await, "the person's was never taken back");
        assert_eq!(state(&world, "q").await, "closed");
    });
}
