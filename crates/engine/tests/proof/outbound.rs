//! The way out: nothing is sent twice in silence, and nothing is dropped in silence.

use crate::support::{
    World, add_member, archive, each_place,
    json::{Json, Wire},
    on_both, on_both_with,
    said::{bounced, said},
};
use std::{sync::Arc, time::Duration};
use tertulia_engine::{
    EngineError, desk,
    outbound::{self, UNDO_MILLIS},
    worker::{self, Done},
};
use tertulia_model::{ChannelState, DeliveryId, DeliveryState, EchoSafety};
use tertulia_store::{Sql, channels, deliveries, drafts, listing, people};

/// Rosa has asked; gives the world in which she is to be answered.
async fn asked(world: &World) {
    world.hear(&[said("q", "Where is my order?").created()]).await;
}

async fn send(world: &World, id: DeliveryId) -> Done {
    outbound::run_send(&world.engine, id).await.unwrap()
}

/// As after a crash between the attempt and its end.
async fn leave_in_flight(world: &World, id: DeliveryId) {
    let mut tx = world.engine.db.begin().await.unwrap();
    assert!(deliveries::note_attempt(&mut tx, id, 0, world.clock.now_millis()).await.unwrap());
    tx.commit().await.unwrap();
}

trait NowMillis {
    fn now_millis(&self) -> i64;
}

impl NowMillis for tertulia_model::FixedClock {
    fn now_millis(&self) -> i64 {
        tertulia_model::Clock::now(self)
    }
}

/// Waits until something holds that the worker brings about.
pub(crate) async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    for _ in 0..1_000 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it never came to this: {what}");
}

#[test]
fn the_same_form_twice_or_at_once_is_one_reply() {
    on_both(async |world| {
        asked(&world).await;
        let first = world.answer("q", "k1").await;
        assert_eq!(world.answer("q", "k1").await.id, first.id);
        let conversation = first.conversation_id;
        let at_once = (0..6).map(|_| {
            let (engine, user, form) = (world.engine.clone(), world.user, world.reply(conversation, "k2"));
            tokio::spawn(async move { outbound::queue_reply(&engine, user, form).await })
        });
        let mut ids = Vec::new();
        for task in at_once.collect::<Vec<_>>() {
            ids.push(task.await.unwrap().unwrap().id);
        }
        ids.dedup();
        assert_eq!(ids.len(), 1);
        assert_eq!(world.count().await, 3, "the question and two replies");
        assert_eq!(world.messages_in(conversation).await.len(), 3);
    });
}

#[test]
fn a_reply_taken_back_is_a_draft_again_and_nothing_is_sent() {
    on_both(async |world| {
        asked(&world).await;
        let conversation = world.conversation_of("q").await;
        let engine = &world.engine;
        let key = drafts::Key::answer(world.user, conversation.id);
        desk::attach(engine, key, "label.pdf", "application/pdf", b"pdf".to_vec()).await.unwrap();
        let delivery = world.answer("q", "k").await;
        assert_eq!(world.conversation(conversation.id).await.unwrap().state, "pending");
        assert!(drafts::files(&mut engine.db.reader(), key).await.unwrap().is_empty());
        world.clock.advance(UNDO_MILLIS - 1);
        let begun = serde_json::json!({"text": "And one more thing"});
        desk::save_draft(engine, key, &begun).await.unwrap();
        outbound::undo_reply(engine, world.user, delivery.id).await.unwrap();

        let mut db = engine.db.reader();
        let draft = drafts::get(&mut db, key).await.unwrap().unwrap();
        let form: serde_json::Value = serde_json::from_str(&draft.form).unwrap();
        assert_eq!(form["text"], "It left this morning.\n\nAnd one more thing", "what was begun since is not lost");
        let files = drafts::files(&mut db, key).await.unwrap();
        assert_eq!(engine.blobs.read(&files[0].content).unwrap(), b"pdf");
        assert_eq!(world.messages_in(conversation.id).await.len(), 1);
        let after = world.conversation(conversation.id).await.unwrap();
        assert_eq!((after.state.as_str(), after.waiting_since), ("open", conversation.waiting_since));
        assert_eq!(after.last_place, conversation.last_place);

        let working = tokio::spawn(worker::run(engine.clone()));
        world.clock.advance(UNDO_MILLIS * 2);
        engine.bell.ring();
        tokio::time::sleep(Duration::from_millis(200)).await;
        working.abort();
        assert_eq!(world.wire.sent_ids(), [""; 0]);
        assert!(matches!(send(&world, delivery.id).await, Done::Finished));
        assert_eq!(world.wire.sent_ids(), [""; 0], "a job that comes late sends nothing either");
        let again = outbound::queue_reply(engine, world.user, world.reply(conversation.id, "k")).await;
        assert!(matches!(again, Err(EngineError::Refused(_))), "the old form is not taken for sent");
        assert_eq!(world.answer("q", "k2").await.outgoing.attachments.len(), 1);
    });
}

#[test]
fn what_has_left_or_may_have_left_is_not_taken_back() {
    on_both(async |world| {
        asked(&world).await;
        let sent = world.answer("q", "sent").await;
        send(&world, sent.id).await;
        let doubtful = world.answer("q", "doubtful").await;
        leave_in_flight(&world, doubtful.id).await;
        for delivery in [sent, doubtful] {
            let undone = outbound::undo_reply(&world.engine, world.user, delivery.id).await;
            assert!(matches!(undone, Err(EngineError::Refused(_))), "{undone:?}");
        }
        assert_eq!(world.count().await, 3);
    });
}

#[test]
fn after_a_crash_in_the_middle_a_channel_that_can_look_looks_and_is_not_asked_twice() {
    on_both(async |world| {
        asked(&world).await;
        let arrived = world.answer("q", "arrived").await;
        leave_in_flight(&world, arrived.id).await;
        world.wire.sent.lock().unwrap().push(arrived.outgoing.clone());
        let lost = world.answer("q", "lost").await;
        leave_in_flight(&world, lost.id).await;
        let (first, second) = tokio::join!(send(&world, arrived.id), send(&world, lost.id));
        assert!(matches!((first, second), (Done::Finished, Done::Finished)));
        assert_eq!(world.delivery(arrived.id).await.state, DeliveryState::Sent);
        let lost = world.delivery(lost.id).await;
        assert_eq!(lost.state, DeliveryState::Unknown, "not found proves nothing");
        assert!(lost.reason.unwrap().contains("may have arrived"));
        assert_eq!(world.wire.sent_ids().len(), 1, "nothing was sent again");
        assert_eq!(world.conversation(lost.conversation_id).await.unwrap().state, "open", "a person decides");
        outbound::consider_sent(&world.engine, lost.id).await.unwrap();
        assert_eq!(world.delivery(lost.id).await.state, DeliveryState::Sent);
    });
}

#[test]
fn after_a_crash_a_channel_that_cannot_tell_asks_a_person_and_one_that_knows_repeats_sends_again() {
    on_both_with(EchoSafety::AtMostOnce, async |world| {
        asked(&world).await;
        let delivery = world.answer("q", "k").await;
        leave_in_flight(&world, delivery.id).await;
        send(&world, delivery.id).await;
        assert_eq!(world.delivery(delivery.id).await.state, DeliveryState::Unknown);
        assert_eq!(world.wire.sent_ids(), [""; 0]);
        outbound::send_again(&world.engine, delivery.id).await.unwrap();
        send(&world, delivery.id).await;
        assert_eq!(world.delivery(delivery.id).await.state, DeliveryState::Sent, "a person may say so");
    });
    on_both_with(EchoSafety::ProviderDedup, async |world| {
        asked(&world).await;
        let delivery = world.answer("q", "k").await;
        leave_in_flight(&world, delivery.id).await;
        send(&world, delivery.id).await;
        assert_eq!(world.delivery(delivery.id).await.state, DeliveryState::Sent);
        assert_eq!(world.wire.sent.lock().unwrap()[0].idempotency_key, "k");
    });
}

#[test]
fn what_was_being_sent_when_its_channel_was_deleted_is_doubtful_and_what_waited_is_not() {
    on_both(async |world| {
        asked(&world).await;
        let begun = world.answer("q", "begun").await;
        leave_in_flight(&world, begun.id).await;
        let waits = world.answer("q", "waits").await;
        tertulia_engine::channels::set_state(&world.engine, world.channel.id, ChannelState::Deleted).await.unwrap();
        send(&world, begun.id).await;
        send(&world, waits.id).await;
        let (begun, waits) = (world.delivery(begun.id).await, world.delivery(waits.id).await);
        assert_eq!((begun.state, waits.state), (DeliveryState::Unknown, DeliveryState::Failed));
        assert!(begun.reason.as_deref().unwrap().contains("may have arrived"));
        assert!(outbound::send_again(&world.engine, begun.id).await.is_err(), "there is no way to send it by");
        assert_eq!(world.delivery(begun.id).await.reason, begun.reason, "and the doubt stays");
    });
}

#[test]
fn an_answer_that_never_comes_leaves_it_unknown() {
    on_both_with(EchoSafety::AtMostOnce, async |world| {
        asked(&world).await;
        world.wire.will([Wire::Unknown]);
        let delivery = world.answer("q", "k").await;
        send(&world, delivery.id).await;
        let delivery = world.delivery(delivery.id).await;
        assert_eq!(delivery.state, DeliveryState::Unknown);
        send(&world, delivery.id).await;
        assert_eq!(world.wire.sent_ids().len(), 1);
        // The echo that comes at last settles it.
        world.hear(&[said(&delivery.outgoing.external_id, "It left this morning.").by_us().created()]).await;
        assert_eq!(world.delivery(delivery.id).await.state, DeliveryState::Sent);
        assert_eq!(world.count().await, 2);
    });
}

#[test]
fn the_worker_sends_after_the_undo_time_and_waits_as_long_as_the_channel_asks() {
    on_both(async |world| {
        world.hear(&[said("q", "I am waiting for my order.").created()]).await;
        world.wire.will([Wire::Retry(Duration::from_secs(60))]);
        let delivery = world.answer("q", "k").await;
        let working = tokio::spawn(worker::run(world.engine.clone()));
        let pass = async |millis: i64| {
            world.clock.advance(millis);
            world.engine.bell.ring();
            tokio::time::sleep(Duration::from_millis(150)).await;
        };
        pass(UNDO_MILLIS - 1).await;
        assert_eq!(world.delivery(delivery.id).await.attempts, 0);
        pass(1).await;
        until("it is told to wait", async || world.delivery(delivery.id).await.reason.is_some()).await;
        pass(59_000).await;
        let waiting = world.delivery(delivery.id).await;
        assert_eq!((waiting.state, waiting.attempts, waiting.in_flight), (DeliveryState::Queued, 1, false));
        pass(1_000).await;
        until("it is sent", async || world.delivery(delivery.id).await.state == DeliveryState::Sent).await;
        working.abort();
        assert_eq!(world.wire.sent_ids(), [delivery.outgoing.external_id]);
        let left = "SELECT COUNT(*) FROM jobs WHERE kind = 'send'";
        until("the job is done", async || world.engine.db.reader().number(left, vec![]).await.unwrap() == 0).await;
    });
}

#[test]
fn what_is_rejected_comes_back_to_its_writer_and_can_be_sent_again() {
    on_both(async |world| {
        asked(&world).await;
        world.wire.will([Wire::Rejected("The mailbox does not exist.")]);
        let delivery = world.answer("q", "k").await;
        send(&world, delivery.id).await;
        let failed = world.delivery(delivery.id).await;
        assert_eq!(
            (failed.state, failed.reason.as_deref()),
            (DeliveryState::Failed, Some("The mailbox does not exist."))
        );
        assert_eq!(world.conversation(failed.conversation_id).await.unwrap().state, "open");
        outbound::send_again(&world.engine, delivery.id).await.unwrap();
        let again = outbound::send_again(&world.engine, delivery.id).await;
        assert!(matches!(again, Err(EngineError::Refused(_))), "it is on its way");
        send(&world, delivery.id).await;
        assert_eq!(world.delivery(delivery.id).await.state, DeliveryState::Sent);
        assert_eq!(world.wire.sent_ids().len(), 1);
    });
}

#[test]
fn a_channel_that_must_sign_in_again_keeps_what_waits_and_so_does_a_visitor_who_left() {
    on_both(async |world| {
        asked(&world).await;
        world.wire.will([Wire::Reauthorise, Wire::Gone]);
        let delivery = world.answer("q", "k").await;
        assert!(matches!(send(&world, delivery.id).await, Done::Again(..)));
        let channel = channels::get(&mut world.engine.db.reader(), world.channel.id).await.unwrap().unwrap();
        assert_eq!(channel.state, ChannelState::Stopped);
        assert!(matches!(send(&world, delivery.id).await, Done::Again(..)));
        let waiting = world.delivery(delivery.id).await;
        assert_eq!(waiting.state, DeliveryState::Queued);
        assert!(waiting.reason.unwrap().contains("waits until they come back"));
        send(&world, delivery.id).await;
        assert_eq!(world.delivery(delivery.id).await.state, DeliveryState::Sent);
    });
}

#[test]
fn an_echo_that_comes_before_the_answer_marks_it_sent_and_doubles_nothing() {
    // The channel keeps the id that was chosen, or insists on its own.
    for own_id in [None, Some("theirs-77")] {
        each_place(async |place| {
            let world = Arc::new(World::at(place, EchoSafety::CheckThenSend).await);
            asked(&world).await;
            world.wire.will(own_id.map(Wire::TakenAs));
            let delivery = world.answer("q", "k").await;
            let echo = said(own_id.unwrap_or(&delivery.outgoing.external_id), "It left this morning.");
            let echo = echo.by_us().at_minute(60).created();
            let hearing = world.clone();
            world.wire.while_sending(move |_| {
                let (world, echo) = (hearing.clone(), echo.clone());
                Box::pin(async move {
                    world.hear(&[echo]).await;
                })
            });
            send(&world, delivery.id).await;
            assert_eq!(world.delivery(delivery.id).await.state, DeliveryState::Sent);
            assert_eq!(world.count().await, 2, "{own_id:?}");
            assert_eq!(world.messages_in(delivery.conversation_id).await.len(), 2);
            if let Some(id) = own_id {
                world.hear(&[said("thanks", "Thank you!").answering(&[id]).at_minute(61).created()]).await;
                let ours = world.message(&delivery.outgoing.external_id).await;
                let thanks = world.message("thanks").await;
                assert_eq!((thanks.parent_id, thanks.thread_id), (Some(ours.id), ours.thread_id));
                assert_eq!(thanks.conversation_id, Some(delivery.conversation_id));
            }
            *world.wire.on_send.lock().unwrap() = None;
            world.engine.db.close().await;
        });
    }
}

#[test]
fn a_mail_that_came_back_is_failed_and_its_conversation_open() {
    on_both(async |world| {
        asked(&world).await;
        let delivery = world.answer("q", "k").await;
        send(&world, delivery.id).await;
        for (n, (id, history, why)) in [
            (delivery.outgoing.external_id.as_str(), false, "goes on trying"),
            (&delivery.outgoing.external_id, true, "long ago"),
            ("from a phone", false, "not sent from here"),
        ]
        .into_iter()
        .enumerate()
        {
            let notice = bounced(&format!("notice {n}"), id, !why.contains("trying"));
            let taken = if history { world.hear_history(&[notice]).await } else { world.hear(&[notice]).await };
            assert_eq!(world.delivery(delivery.id).await.state, DeliveryState::Sent, "{why}");
            assert_eq!(taken.skipped, 1);
            assert!(taken.reasons.keys().all(|reason| reason.contains(why)), "{:?}", taken.reasons);
        }
        let shown = channels::passed_over(&mut world.engine.db.reader(), world.channel.id).await.unwrap();
        assert!(shown.len() == 3 && shown.iter().all(|one| one.times == 1), "the channel says why: {shown:?}");
        let snoozed = desk::snooze(&world.engine, delivery.conversation_id, world.clock.now_millis() + 99).await;
        snoozed.unwrap();
        let notice = bounced("notice", &delivery.outgoing.external_id, true);
        world.hear(std::slice::from_ref(&notice)).await;
        let failed = world.delivery(delivery.id).await;
        assert_eq!(failed.state, DeliveryState::Failed);
        assert!(failed.reason.unwrap().contains("No such mailbox."));
        let conversation = world.conversation(delivery.conversation_id).await.unwrap();
        assert_eq!((conversation.state.as_str(), conversation.snoozed_until), ("open", None));
        let row =
            listing::inbox_row(&mut world.engine.db.reader(), world.user, conversation.id).await.unwrap().unwrap();
        assert_eq!((row.unread, row.trouble.as_deref(), row.last_at), (true, Some("failed"), world.clock.now_millis()));
        assert_eq!(world.count().await, 2, "the notice is no message");
        // The mailbox is read again: what it tells was mended meanwhile.
        outbound::send_again(&world.engine, delivery.id).await.unwrap();
        send(&world, delivery.id).await;
        assert_eq!(world.hear(&[notice]).await.known, 1);
        assert_eq!(world.delivery(delivery.id).await.state, DeliveryState::Sent);
        world.hear(&[bounced("another", &delivery.outgoing.external_id, true)]).await;
        assert_eq!(world.delivery(delivery.id).await.state, DeliveryState::Failed);
    });
}

#[test]
fn sending_over_messages_that_were_not_seen_asks_first() {
    on_both(async |world| {
        asked(&world).await;
        let seen = world.conversation_of("q").await;
        world.hear(&[said("q2", "Never mind!").answering(&["q"]).at_minute(5).created()]).await;
        let mut form = world.reply(seen.id, "k");
        form.seen = Some(world.message("q").await.id);
        let asked_first = outbound::queue_reply(&world.engine, world.user, form.clone()).await;
        assert!(matches!(asked_first, Err(EngineError::Unseen(1))), "{asked_first:?}");
        assert_eq!(world.count().await, 2, "nothing was stored");
        form.even_if_unseen = true;
        outbound::queue_reply(&world.engine, world.user, form).await.unwrap();
        let own = world.messages_in(seen.id).await[0].id;
        let mut next = world.reply(seen.id, "k2");
        next.seen = Some(own);
        outbound::queue_reply(&world.engine, world.user, next).await.unwrap();
    });
}

#[test]
fn two_workers_never_send_one_reply_twice() {
    each_place(async |place| {
        let world = World::at(place, EchoSafety::AtMostOnce).await;
        let other_wire = Arc::new(Json::new("json", EchoSafety::AtMostOnce));
        let parts = vec![other_wire.clone() as _, Arc::new(archive::Lines::default()) as _];
        let other = world.place.engine(world.clock.clone(), 8, parts).await;
        asked(&world).await;
        let mut queued = Vec::new();
        for n in 0..12 {
            queued.push(world.answer("q", &format!("k{n}")).await);
        }
        world.clock.advance(UNDO_MILLIS);
        // Both take up the first at the very same time, whatever the claims say.
        let first = queued[0].id;
        let both = tokio::join!(outbound::run_send(&world.engine, first), outbound::run_send(&other, first));
        both.0.unwrap();
        both.1.unwrap();
        let working = [tokio::spawn(worker::run(world.engine.clone())), tokio::spawn(worker::run(other.clone()))];
        until("all is sent", async || {
            let mut done = 0;
            for delivery in &queued {
                done += usize::from(world.delivery(delivery.id).await.state != DeliveryState::Queued);
            }
            // Those of one conversation wait for each other.
            world.clock.advance(250);
            world.engine.bell.ring();
            other.bell.ring();
            done == queued.len()
        })
        .await;
        working.iter().for_each(tokio::task::JoinHandle::abort);
        let mut sent = world.wire.sent_ids();
        sent.extend(other_wire.sent_ids());
        sent.sort_unstable();
        let mut expected: Vec<String> = queued.iter().map(|d| d.outgoing.external_id.clone()).collect();
        expected.sort_unstable();
        assert_eq!(sent, expected);
        other.db.close().await;
        world.engine.db.close().await;
    });
}

#[test]
fn a_colleague_takes_over_a_conversation_and_the_person_keeps_their_name() {
    on_both(async |world| {
        asked(&world).await;
        let colleague = add_member(&world.engine).await;
        let conversation = world.conversation_of("q").await;
        desk::assign(&world.engine, conversation.id, Some(colleague)).await.unwrap();
        // What arrives at the same time does not take the assignment back.
        let arriving = (0..8).map(|n| said(&format!("more {n}"), "And another thing").answering(&["q"]).at_minute(n));
        let arriving: Vec<_> = arriving.map(|said| said.created()).collect();
        let (_, assigned) = tokio::join!(
            async {
                for event in arriving {
                    world.hear(&[event]).await;
                }
            },
            desk::assign(&world.engine, conversation.id, Some(world.user))
        );
        assigned.unwrap();
        let after = world.conversation(conversation.id).await.unwrap();
        assert_eq!(after.assignee_id, Some(world.user));
        let rosa = people::identity(&mut world.engine.db.reader(), "mail", "rosa@home.example").await.unwrap().unwrap();
        assert_eq!(after.person_id, Some(rosa.person_id));
    });
}
