//! The worker and what it shares the deliveries with: few at once, in their order, and whoever comes in between.

use crate::{
    outbound::until,
    support::{
        NOW, World, add_channel, before_merging,
        json::{Wire, item},
        on_both,
        said::said,
    },
};
use serde_json::json;
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tertulia_connector::{ReceiveError, Request};
use tertulia_engine::{
    desk,
    hooks::{self, HookError},
    intake,
    outbound::{self, ReplyForm, UNDO_MILLIS},
    visitors, worker,
};
use tertulia_model::{Batch, ConversationId, DeliveryState, Errand};
use tertulia_store::{
    changes, conversations, deliveries::Delivery, drafts, jobs, merges, people, threads, visitors::Shown,
};

/// From now on a message is on the wire for a while; gives how many were there at once at most.
fn slow_wire(world: &World) -> Arc<AtomicUsize> {
    let (here, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let seen = most.clone();
    world.wire.while_sending(move |_| {
        let (here, most) = (here.clone(), most.clone());
        Box::pin(async move {
            most.fetch_max(here.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(60)).await;
            here.fetch_sub(1, Ordering::SeqCst);
        })
    });
    seen
}

/// Lets the worker send what waits.
async fn work(world: &World, queued: &[Delivery]) {
    world.clock.advance(UNDO_MILLIS);
    let working = tokio::spawn(worker::run(world.engine.clone()));
    until("all is sent", async || {
        world.clock.advance(100);
        world.engine.bell.ring();
        let mut sent = 0;
        for delivery in queued {
            sent += usize::from(world.delivery(delivery.id).await.state == DeliveryState::Sent);
        }
        sent == queued.len()
    })
    .await;
    working.abort();
}

#[test]
fn after_an_outage_only_a_few_replies_are_on_the_wire_at_once_and_all_are_sent() {
    on_both(async |world| {
        let mut queued = Vec::new();
        for n in 0..30 {
            let id = format!("q{n}");
            world.hear(&[said(&id, "Where is my order?").by(&format!("r{n}@home.example")).created()]).await;
            queued.push(world.answer(&id, &id).await);
        }
        let most = slow_wire(&world);
        work(&world, &queued).await;
        let most = most.load(Ordering::SeqCst);
        assert!((2..=jobs::AT_ONE_CHANNEL as usize).contains(&most), "{most} at once");
        let mut sent = world.wire.sent_ids();
        sent.sort_unstable();
        let mut expected: Vec<String> = queued.iter().map(|d| d.outgoing.external_id.clone()).collect();
        expected.sort_unstable();
        assert_eq!(sent, expected);
    });
}

#[test]
fn what_is_on_the_wire_when_the_clock_leaps_or_the_machine_slept_is_not_taken_up_anew() {
    on_both(async |world| {
        world.hear(&[said("q", "Where is my order?").by("rosa@home.example").created()]).await;
        let queued = world.answer("q", "k").await;
        let (begun, may_end) = (Arc::new(AtomicUsize::new(0)), Arc::new(tokio::sync::Notify::new()));
        let (counted, ends) = (begun.clone(), may_end.clone());
        world.wire.while_sending(move |_| {
            counted.fetch_add(1, Ordering::SeqCst);
            let ends = ends.clone();
            Box::pin(async move { ends.notified().await })
        });
        world.clock.advance(UNDO_MILLIS);
        let working = tokio::spawn(worker::run(world.engine.clone()));
        until("it is on the wire", async || begun.load(Ordering::SeqCst) == 1).await;
        world.clock.advance(3_600_000);
        world.engine.bell.ring();
        tokio::time::sleep(Duration::from_millis(300)).await;
        let on_its_way = world.delivery(queued.id).await;
        assert_eq!((on_its_way.state, on_its_way.in_flight), (DeliveryState::Queued, true), "nobody took it for lost");
        may_end.notify_one();
        until("it is sent", async || world.delivery(queued.id).await.state == DeliveryState::Sent).await;
        working.abort();
        assert_eq!(world.wire.sent_ids(), [queued.outgoing.external_id]);
    });
}

#[test]
fn a_server_that_never_answers_keeps_only_its_own_channel_waiting() {
    on_both(async |world| {
        let here = world.channel.id;
        let mut kept = Vec::new();
        for n in 0..20 {
            let id = format!("q{n}");
            world.hear(&[said(&id, "Where is my order?").by(&format!("r{n}@home.example")).created()]).await;
            kept.push(world.answer(&id, &id).await);
        }
        // A thousand pages that somebody says mention us, on a host that only listens.
        let page = |n| Errand { key: format!("page {n}"), task: json!({ "n": n }), due: NOW };
        world.submit(Batch { errands: (0..1_000).map(page).collect(), ..Batch::default() }).await.unwrap();
        let brought = async |path: &str, body: &[u8]| {
            let request = Request {
                method: "POST".to_owned(),
                path: path.to_owned(),
                query: Vec::new(),
                raw_query: String::new(),
                headers: Vec::new(),
                body: body.to_vec().into(),
                from: None,
                at: NOW,
            };
            hooks::receive(&world.engine, here, request).await.map(|answer| answer.status)
        };
        let refused = brought("/later/one more", b"").await;
        assert!(matches!(refused, Err(HookError::Refused(ReceiveError::TooMany))), "{refused:?}");
        let words = serde_json::to_vec(&[said("words", "But I can be heard").created()]).unwrap();
        assert_eq!(brought("/in", &words).await.unwrap(), 202, "what is said itself is taken");
        *world.wire.silent.lock().unwrap() = Some(here);

        let other = add_channel(&world.engine, "other@shop.example").await;
        let question = said("elsewhere", "Are you open?").by("kim@home.example").created();
        let batch = Batch { items: vec![item("elsewhere", &[question], NOW)], ..Batch::default() };
        let connector = world.engine.connector(&other).unwrap();
        intake::submit(&world.engine, &other, &connector, batch).await.unwrap();
        let conversation = world.conversation_of("elsewhere").await.id;
        let form = ReplyForm { channel: other.id, ..world.reply(conversation, "elsewhere") };
        let answer = outbound::queue_reply(&world.engine, world.user, form).await.unwrap();
        work(&world, &[answer]).await;
        let waiting = world.delivery(kept[19].id).await;
        assert_eq!((waiting.state, waiting.in_flight), (DeliveryState::Queued, false), "it has not begun");
        assert_eq!(world.wire.errands.lock().unwrap().len(), 4, "only a few pages were begun with");
    });
}

#[test]
fn replies_of_one_conversation_do_not_overtake_each_other() {
    on_both(async |world| {
        world.hear(&[said("q", "Where is my order?").created()]).await;
        let mut queued = Vec::new();
        for n in 0..5 {
            queued.push(world.answer("q", &format!("k{n}")).await);
        }
        let most = slow_wire(&world);
        work(&world, &queued).await;
        assert_eq!(most.load(Ordering::SeqCst), 1, "the next one goes when the one before has gone");
        let expected: Vec<String> = queued.iter().map(|d| d.outgoing.external_id.clone()).collect();
        assert_eq!(world.wire.sent_ids(), expected);
    });
}

#[test]
fn what_is_sent_again_after_days_is_tried_as_long_as_anything() {
    on_both(async |world| {
        world.hear(&[said("q", "Where is my order?").created()]).await;
        let busy = || Wire::Retry(Duration::from_secs(60));
        world.wire.will([Wire::Rejected("Not today."), busy(), busy()]);
        let id = world.answer("q", "k").await.id;
        outbound::run_send(&world.engine, id).await.unwrap();
        assert_eq!(world.delivery(id).await.state, DeliveryState::Failed);
        world.clock.advance(25 * 3_600_000);
        outbound::send_again(&world.engine, id).await.unwrap();
        outbound::run_send(&world.engine, id).await.unwrap();
        let waiting = world.delivery(id).await;
        assert_eq!((waiting.state, waiting.reason.as_deref()), (DeliveryState::Queued, Some("Busy.")));
        world.clock.advance(25 * 3_600_000);
        outbound::run_send(&world.engine, id).await.unwrap();
        let failed = world.delivery(id).await;
        assert_eq!(failed.state, DeliveryState::Failed);
        assert!(failed.reason.unwrap().contains("Tried for a day"));
    });
}

/// Two conversations, one of them answered and the other closed.
async fn two(world: &World, n: usize) -> (Delivery, ConversationId) {
    let (one, other) = (format!("one {n}"), format!("other {n}"));
    world.hear(&[said(&one, "Where is it?").by(&format!("r{n}@home.example")).created()]).await;
    world.hear(&[said(&other, "And the bag?").by(&format!("b{n}@home.example")).created()]).await;
    let delivery = world.answer(&one, &one).await;
    let into = world.conversation_of(&other).await.id;
    desk::set_state(&world.engine, into, "closed").await.unwrap();
    (delivery, into)
}

#[test]
fn what_is_taken_back_or_fails_while_its_conversation_is_merged_follows_it() {
    on_both(async |world| {
        for (n, fails) in [false, true].into_iter().enumerate() {
            let (delivery, into) = two(&world, n).await;
            let (from, id) = (delivery.conversation_id, delivery.id);
            if fails {
                world.wire.will([Wire::Rejected("The mailbox does not exist.")]);
            }
            // As a merge does: first the conversations, then what is in them.
            let mut merge = world.engine.db.begin().await.unwrap();
            threads::place_alone(&mut merge).await.unwrap();
            conversations::get_to_change(&mut merge, vec![from, into]).await.unwrap();
            let (engine, user) = (world.engine.clone(), world.user);
            let acting = tokio::spawn(async move {
                if fails {
                    return outbound::run_send(&engine, id).await.map(|_| ());
                }
                outbound::undo_reply(&engine, user, id).await
            });
            tokio::time::sleep(Duration::from_millis(250)).await;
            assert!(!acting.is_finished());
            let before = before_merging(&mut merge, from, into).await;
            merges::join(&mut merge, &before, 0).await.unwrap();
            merge.commit().await.unwrap();
            acting.await.unwrap().unwrap();
            assert_eq!(world.conversation(into).await.unwrap().state, "open", "somebody has to look at it");
            let mine = drafts::get(&mut world.engine.db.reader(), drafts::Key::answer(world.user, into)).await.unwrap();
            assert_eq!(mine.is_some(), !fails);
            let state = if fails { DeliveryState::Failed } else { DeliveryState::Withdrawn };
            assert_eq!(world.delivery(id).await.state, state);
        }
    });
}

#[test]
fn a_visitor_is_told_when_an_echo_shows_that_their_answer_went_out() {
    on_both(async |world| {
        world.hear(&[said("q", "Where is my order?").created()]).await;
        let delivery = world.answer("q", "k").await;
        let mut db = world.engine.db.reader();
        let rosa = people::identity(&mut db, "mail", "rosa@home.example").await.unwrap().unwrap();
        let mut tx = world.engine.db.begin().await.unwrap();
        let shown =
            Shown { identity_id: rosa.id, message_id: delivery.message_id, shown_id: delivery.message_id.to_string() };
        tertulia_store::visitors::append(&mut tx, &[shown]).await.unwrap();
        tx.commit().await.unwrap();
        let before = changes::newest(&mut db).await.unwrap();
        let echo = said(&delivery.outgoing.external_id, "It left this morning.").by_us();
        world.hear(&[echo.created()]).await;
        let noted = changes::after(&mut db, before, 100).await.unwrap();
        assert!(noted.iter().any(|change| change.topic == visitors::TOPIC && change.subject == rosa.id.0), "{noted:?}");
    });
}
