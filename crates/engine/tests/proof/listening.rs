//! What the ledger says of each day, what was asked for by STOP, and what a channel left for later.

use crate::support::{
    NOW, World,
    json::{Wire, item},
    on_both,
    said::said,
};
use serde_json::json;
use std::{cell::RefCell, time::Duration};
use tertulia_engine::{EngineError, channels, consent, outbound, worker};
use tertulia_model::{
    Author, Batch, ChannelState, DeliveryState, Errand, EventKey, Gap, Inbound, InboundKind, Unheard,
};
use tertulia_store::{Dialect, Sql, deliveries, errands, jobs, ledger};

fn today() -> i64 {
    ledger::day_of(NOW)
}

#[test]
fn a_day_of_the_ledger_says_what_was_heard_how_late_and_what_was_not_kept() {
    on_both(async |world| {
        world.hear_late(&[said("a", "one").at_minute(0).created(), said("b", "two").at_minute(30).created()]).await;
        world.hear_history(&[said("old", "long ago").created()]).await;
        world.hear(&[said("a", "one").at_minute(0).created()]).await;
        let unheard = Unheard {
            gaps: vec![Gap { from: NOW - 9_000, until: NOW - 4_000, reason: "The stream was cut.".to_owned() }],
            counted: [("likes".to_owned(), 70)].into(),
            sampled: Some(0.25),
        };
        let broken = tertulia_model::RawItem {
            content: tertulia_model::RawContent::Memory(b"no event".to_vec()),
            ..item("broken", &[], NOW)
        };
        world.submit(Batch { items: vec![broken], unheard, ..Batch::default() }).await.unwrap();
        let mut db = world.engine.db.reader();
        let days = ledger::days(&mut db, today(), today()).await.unwrap();
        let day = &days[0];
        assert_eq!((days.len(), day.heard, day.history), (1, 2, 1), "heard twice is heard once");
        assert_eq!((day.lag_times, day.lag_total, day.lag_most), (2, 90 * 60_000, 60 * 60_000));
        assert_eq!(day.sampled, Some(0.25));
        let counts = ledger::counts(&mut db, today(), today()).await.unwrap();
        let kinds: Vec<_> = counts.iter().map(|count| (count.kind.as_str(), count.times)).collect();
        assert_eq!(kinds, [("aside", 1), ("counted", 70)]);
        let gaps = ledger::gaps(&mut db, NOW - 86_400_000, NOW).await.unwrap();
        assert_eq!((gaps.len(), gaps[0].kind.as_str(), gaps[0].until_at), (1, "lost", Some(NOW - 4_000)));
    });
}

#[test]
fn a_channel_that_is_paused_is_a_span_in_the_ledger() {
    on_both(async |world| {
        let set = async |state| {
            tertulia_engine::channels::set_state(&world.engine, world.channel.id, state).await.unwrap();
        };
        set(ChannelState::Paused).await;
        let gaps = ledger::gaps(&mut world.engine.db.reader(), NOW, NOW + 1).await.unwrap();
        assert_eq!((gaps[0].kind.as_str(), gaps[0].until_at), ("away", None));
        set(ChannelState::Live).await;
        world.wire.batches.lock().unwrap().push(Batch::default());
        let task = tokio::spawn(tertulia_engine::scheduler::run_channel(world.engine.clone(), world.channel.clone()));
        let closed = async || {
            let gaps = ledger::gaps(&mut world.engine.db.reader(), NOW, NOW + 1).await.unwrap();
            gaps[0].until_at.is_some()
        };
        for _ in 0..500 {
            if closed().await {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        task.abort();
        assert!(closed().await, "with the first pull that goes well it is heard again");
    });
}

fn wish(id: &str, allowed: Option<bool>, answer: Option<&str>) -> Inbound {
    let author = Author {
        space: "mail".to_owned(),
        handle: "rosa@home.example".to_owned(),
        display_name: None,
        claimed_mail: None,
    };
    let words = match allowed {
        Some(true) => "START",
        Some(false) => "STOP",
        None => "HELP",
    }
    .to_owned();
    Inbound {
        key: EventKey { source: "json".to_owned(), external_id: id.to_owned() },
        kind: InboundKind::Consent { author, allowed, words, answer: answer.map(str::to_owned) },
    }
}

async fn run_job(world: &World, kind: &str, subject: i64) {
    let job = worker::take(&world.engine, kind, subject).await.unwrap();
    job.unwrap_or_else(|| panic!("no job {kind} {subject} is due")).await.unwrap();
}

/// Tells which kinds of channel know people by mail addresses.
fn on_mail(story: impl AsyncFn(World)) {
    crate::support::on_both_by_mail(story);
}

#[test]
fn stop_goes_before_what_waits_to_be_sent_and_start_opens_the_way_again() {
    on_mail(async |world| {
        world.hear(&[said("hello", "Where is my order?").created()]).await;
        let waiting = world.answer("hello", "first").await;
        let stop = item("stop", &[wish("stop", Some(false), Some("You are off the list."))], NOW + 1_000);
        world.submit(Batch { items: vec![stop.clone()], ..Batch::default() }).await.unwrap();
        world.submit(Batch { items: vec![stop], ..Batch::default() }).await.unwrap();
        world.clock.set(NOW + 60_000);
        run_job(&world, worker::SEND, waiting.id.0).await;
        let refused = world.delivery(waiting.id).await;
        assert_eq!(refused.state, DeliveryState::Failed);
        assert!(refused.reason.unwrap().contains("STOP"));
        assert!(world.wire.sent_ids().is_empty(), "nothing went out");
        let conversation = world.conversation_of("hello").await.id;
        let again = outbound::queue_reply(&world.engine, world.user, world.reply(conversation, "second")).await;
        assert!(matches!(&again, Err(EngineError::Refused(why)) if why.contains("STOP")), "{again:?}");
        // The one answer that a STOP gets goes out all the same, once.
        let mut tx = world.engine.db.begin().await.unwrap();
        let due = jobs::claim(&mut tx, "me", NOW + 60_000, NOW + 60_001, 10).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(due.iter().filter(|job| job.kind == worker::ANSWER).count(), 1);
        world.clock.set(NOW + 61_000);
        run_job(&world, worker::ANSWER, due.iter().find(|job| job.kind == worker::ANSWER).unwrap().subject).await;
        assert_eq!(
            world.wire.sent.lock().unwrap().iter().map(|o| o.text.clone()).collect::<Vec<_>>(),
            ["You are off the list."]
        );
        let start = item("start", &[wish("start", Some(true), None)], NOW + 70_000);
        world.submit(Batch { items: vec![start], ..Batch::default() }).await.unwrap();
        let open = outbound::queue_reply(&world.engine, world.user, world.reply(conversation, "third")).await.unwrap();
        assert_eq!(open.state, DeliveryState::Queued);
    });
}

/// Hears a STOP that is answered; gives the errand of its answer.
async fn stopped(world: &World) -> i64 {
    let stop = item("stop", &[wish("stop", Some(false), Some("You are off the list."))], NOW + 1_000);
    world.submit(Batch { items: vec![stop], ..Batch::default() }).await.unwrap();
    let sql = format!("SELECT id FROM errands WHERE channel_id = {}", world.channel.id);
    world.engine.db.reader().row::<(i64,)>(sql, vec![]).await.unwrap().unwrap().0
}

#[test]
fn the_answer_to_a_stop_that_cannot_leave_is_tried_again_and_one_that_may_have_left_is_not() {
    on_mail(async |world| {
        let answer = stopped(&world).await;
        let busy = Wire::Retry(std::time::Duration::from_secs(60));
        world.wire.will([busy.clone(), Wire::Reauthorise]);
        for at in [2_000, 62_000] {
            world.clock.set(NOW + at);
            run_job(&world, worker::ANSWER, answer).await;
        }
        assert!(world.wire.sent_ids().is_empty());
        channels::set_state(&world.engine, world.channel.id, ChannelState::Paused).await.unwrap();
        world.clock.set(NOW + 1_000_000);
        run_job(&world, worker::ANSWER, answer).await;
        assert!(world.wire.sent_ids().is_empty(), "it waits until the channel goes on");
        channels::set_state(&world.engine, world.channel.id, ChannelState::Live).await.unwrap();
        world.clock.set(NOW + 2_000_000);
        run_job(&world, worker::ANSWER, answer).await;
        assert_eq!(world.wire.sent_ids().len(), 1);
        assert!(worker::take(&world.engine, worker::ANSWER, answer).await.unwrap().is_none(), "once");
        assert_eq!(errands::count(&mut world.engine.db.reader(), world.channel.id).await.unwrap(), 0);
    });
    on_mail(async |world| {
        let answer = stopped(&world).await;
        world.wire.will([Wire::Unknown]);
        world.clock.set(NOW + 2_000);
        run_job(&world, worker::ANSWER, answer).await;
        assert!(worker::take(&world.engine, worker::ANSWER, answer).await.unwrap().is_none());
        let counts = ledger::counts(&mut world.engine.db.reader(), today(), today()).await.unwrap();
        assert!(counts[0].reason.contains("may not have been sent"), "{counts:?}");
    });
    on_mail(async |world| {
        let answer = stopped(&world).await;
        world.wire.will(std::iter::repeat_n(Wire::Retry(std::time::Duration::from_secs(80_000)), 5));
        for _ in 0..2 {
            world.clock.advance(80_000_000);
            run_job(&world, worker::ANSWER, answer).await;
        }
        assert!(
            worker::take(&world.engine, worker::ANSWER, answer).await.unwrap().is_none(),
            "after a day it is given up"
        );
        assert!(world.wire.sent_ids().is_empty());
    });
}

#[test]
fn a_paused_channel_turns_away_what_is_brought_but_for_a_wish_not_to_be_written_to() {
    on_mail(async |world| {
        world.hear(&[said("hello", "Where is my order?").created()]).await;
        channels::set_state(&world.engine, world.channel.id, ChannelState::Paused).await.unwrap();
        let bring = async |events: &[Inbound]| {
            let request = tertulia_connector::Request {
                method: "POST".to_owned(),
                path: "/in".to_owned(),
                query: Vec::new(),
                raw_query: String::new(),
                headers: Vec::new(),
                body: serde_json::to_vec(events).unwrap().into(),
                from: None,
                at: NOW + 1_000,
            };
            tertulia_engine::hooks::receive(&world.engine, world.channel.id, request).await
        };
        let turned_away = bring(&[said("more", "And another thing").created()]).await;
        assert!(matches!(turned_away, Err(tertulia_engine::hooks::HookError::Paused)), "{turned_away:?}");
        assert!(world.find("more").await.is_none());
        let counts = ledger::counts(&mut world.engine.db.reader(), today(), today()).await.unwrap();
        assert!(matches!(&counts[..], [one] if one.times == 1 && one.reason.contains("paused")), "{counts:?}");
        let taken = bring(&[wish("stop", Some(false), None), said("stop words", "STOP").created()]).await.unwrap();
        assert_eq!(taken.status, 202, "whoever brought it need not come again");
        assert_eq!(world.message("stop words").await.text, "STOP", "what came along would not be brought once more");
        channels::set_state(&world.engine, world.channel.id, ChannelState::Live).await.unwrap();
        let conversation = world.conversation_of("hello").await.id;
        let refused = outbound::queue_reply(&world.engine, world.user, world.reply(conversation, "a")).await;
        assert!(matches!(&refused, Err(EngineError::Refused(why)) if why.contains("STOP")), "{refused:?}");
    });
}

#[test]
fn what_a_member_notes_of_a_person_holds_until_a_member_changes_it() {
    on_mail(async |world| {
        world.hear(&[said("hello", "Please do not write to me any more").created()]).await;
        let person = world.message("hello").await.person_id.unwrap();
        consent::set(&world.engine, person, None, false, "  Said so on the phone.  ", world.user).await.unwrap();
        let conversation = world.conversation_of("hello").await.id;
        let refused = outbound::queue_reply(&world.engine, world.user, world.reply(conversation, "a")).await;
        assert!(matches!(&refused, Err(EngineError::Refused(why)) if why.contains("does not want")), "{refused:?}");
        world.clock.set(NOW + 1);
        consent::set(&world.engine, person, None, true, "They changed their mind.", world.user).await.unwrap();
        outbound::queue_reply(&world.engine, world.user, world.reply(conversation, "b")).await.unwrap();
        let record = tertulia_store::consents::of_person(&mut world.engine.db.reader(), person).await.unwrap();
        let words: Vec<_> = record.iter().map(|wish| wish.words.as_str()).collect();
        assert_eq!(words, ["They changed their mind.", "Said so on the phone."]);
    });
}

#[test]
fn that_a_message_arrived_is_the_last_word_in_whatever_order_reports_come() {
    on_both(async |world| {
        world.hear(&[said("hello", "Hi").created()]).await;
        let delivery = world.answer("hello", "first").await;
        world.clock.set(NOW + 60_000);
        run_job(&world, worker::SEND, delivery.id.0).await;
        let id = world.wire.sent_ids().remove(0);
        let key =
            |name: &str| EventKey { source: crate::support::json::SOURCE.to_owned(), external_id: name.to_owned() };
        let report = |name: &str| Inbound { key: key(name), kind: InboundKind::Arrived { id: id.clone() } };
        let notice = tertulia_model::BounceNotice {
            bounced_id: id.clone(),
            permanent: true,
            failed: Vec::new(),
            reason: "no such number".to_owned(),
        };
        let failed = Inbound { key: key("failed"), kind: InboundKind::Bounced(notice) };
        world.hear(&[failed]).await;
        assert_eq!(world.delivery(delivery.id).await.state, DeliveryState::Failed);
        world.hear(&[report("arrived")]).await;
        let arrived = world.delivery(delivery.id).await;
        assert_eq!(
            (arrived.state, arrived.reason, arrived.arrived_at),
            (DeliveryState::Sent, None, Some(NOW + 60_000))
        );
        let late = tertulia_model::BounceNotice {
            bounced_id: id.clone(),
            permanent: true,
            failed: Vec::new(),
            reason: "expired".to_owned(),
        };
        world.hear(&[Inbound { key: key("late"), kind: InboundKind::Bounced(late) }]).await;
        assert_eq!(world.delivery(delivery.id).await.state, DeliveryState::Sent);
        let taken =
            world.hear(&[Inbound { key: key("x"), kind: InboundKind::Arrived { id: "unknown".to_owned() } }]).await;
        assert_eq!(taken.skipped, 1, "it is counted, with its reason");
        assert!(
            deliveries::get(&mut world.engine.db.reader(), delivery.id).await.unwrap().unwrap().arrived_at.is_some()
        );
    });
}

#[test]
fn an_errand_is_done_when_it_is_due_tried_again_and_given_up_with_its_reason() {
    on_both(async |world| {
        let says = serde_json::to_value([said("from the page", "A page about you").overheard().created()]).unwrap();
        let errand = |key: &str, task| Errand { key: key.to_owned(), task, due: NOW + 5_000 };
        let left = vec![
            errand("page", json!({ "says": says, "at": NOW })),
            errand("later", json!({ "fails": "for now" })),
            errand("never", json!({ "fails": "There is no such page." })),
        ];
        world.submit(Batch { errands: left, ..Batch::default() }).await.unwrap();
        let mut db = world.engine.db.reader();
        assert_eq!(errands::count(&mut db, world.channel.id).await.unwrap(), 3);
        assert_eq!(jobs::next_due(&mut db, NOW).await.unwrap(), Some(NOW + 5_000));
        world.clock.set(NOW + 5_000);
        let mut tx = world.engine.db.begin().await.unwrap();
        let due = jobs::claim(&mut tx, "me", NOW + 5_000, NOW + 5_001, 10).await.unwrap();
        tx.commit().await.unwrap();
        world.clock.set(NOW + 6_000);
        for job in &due {
            run_job(&world, worker::ERRAND, job.subject).await;
        }
        assert_eq!(world.message("from the page").await.text, "A page about you");
        assert_eq!(errands::count(&mut db, world.channel.id).await.unwrap(), 1, "one is tried again");
        let counts = ledger::counts(&mut db, today(), today()).await.unwrap();
        let given_up: Vec<_> = counts.iter().map(|c| (c.kind.as_str(), c.reason.as_str())).collect();
        assert_eq!(given_up, [("counted", "Given up: There is no such page.")]);
        assert_eq!(world.wire.errands.lock().unwrap().len(), 3);
    });
}

#[test]
fn pieces_are_gathered_in_one_errand_that_waits_without_turning_and_is_done_once() {
    on_both(async |world| {
        let says = serde_json::to_value([said("whole", "All of it").overheard().created()]).unwrap();
        let piece = |name: &str, due| Errand {
            key: "whole".to_owned(),
            task: json!({ "pieces": { name: true }, "of": 2, "says": says, "at": NOW, "until": NOW + 300_000 }),
            due,
        };
        let bring = async |errand| {
            world.submit(Batch { gathered: vec![errand], ..Batch::default() }).await.unwrap();
        };
        bring(piece("a", NOW + 2_000)).await;
        bring(piece("a", NOW + 2_500)).await;
        let mut db = world.engine.db.reader();
        assert_eq!(errands::count(&mut db, world.channel.id).await.unwrap(), 1);
        world.clock.set(NOW + 2_000);
        let due = async |at| jobs::next_due(&mut world.engine.db.reader(), at).await.unwrap();
        let subject = {
            let mut tx = world.engine.db.begin().await.unwrap();
            let claimed = jobs::claim(&mut tx, "me", NOW + 2_000, NOW + 2_001, 10).await.unwrap();
            tx.commit().await.unwrap();
            claimed[0].subject
        };
        world.clock.set(NOW + 3_000);
        run_job(&world, worker::ERRAND, subject).await;
        assert_eq!(due(NOW + 3_000).await, Some(NOW + 300_000), "it waits for the rest and does not turn");
        assert_eq!(world.wire.errands.lock().unwrap().len(), 1);
        bring(piece("b", NOW + 5_000)).await;
        assert_eq!(due(NOW + 3_000).await, Some(NOW + 5_000), "a piece that comes brings it forward");
        world.clock.set(NOW + 5_000);
        run_job(&world, worker::ERRAND, subject).await;
        assert_eq!(world.message("whole").await.text, "All of it");
        assert_eq!(errands::count(&mut db, world.channel.id).await.unwrap(), 0);
        assert_eq!(due(NOW + 5_000).await, Some(NOW + 7_000), "nothing is left but to see who they may be");
        assert_eq!(world.wire.errands.lock().unwrap().len(), 2);
    });
}

#[test]
fn who_asks_for_help_is_answered_once_and_what_they_said_before_holds() {
    on_mail(async |world| {
        world.hear(&[said("hello", "Where is my order?").created()]).await;
        let conversation = world.conversation_of("hello").await.id;
        let hear = async |id: &str, allowed, at| {
            let item = item(id, &[wish(id, allowed, allowed.is_none().then_some("Write to us here."))], at);
            world.submit(Batch { items: vec![item], ..Batch::default() }).await.unwrap();
        };
        hear("help", None, NOW + 1_000).await;
        hear("help", None, NOW + 1_000).await;
        let mut tx = world.engine.db.begin().await.unwrap();
        let due = jobs::claim(&mut tx, "me", NOW + 2_000, NOW + 2_001, 10).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(due.iter().filter(|job| job.kind == worker::ANSWER).count(), 1);
        hear("stop", Some(false), NOW + 3_000).await;
        hear("help again", None, NOW + 4_000).await;
        let refused = outbound::queue_reply(&world.engine, world.user, world.reply(conversation, "first")).await;
        assert!(matches!(&refused, Err(EngineError::Refused(why)) if why.contains("STOP")), "{refused:?}");
    });
}

#[test]
fn a_channel_keeps_no_more_of_a_day_than_it_may_and_says_what_it_left_out() {
    on_both(async |world| {
        let three = channels::Bounds { day_cap: Some(3), keep_days: None };
        channels::set_bounds(&world.engine, world.channel.id, three).await.unwrap();
        let overheard = |id: &str| said(id, "About you").by("bo@other.example").overheard().created();
        world.hear(&[overheard("a"), overheard("b")]).await;
        // One piece, with something to us at its end: it is taken, and counts.
        let to_us = said("to us", "A question").created();
        let taken = world.hear(&[overheard("a"), overheard("c"), overheard("d"), to_us]).await;
        assert_eq!((taken.stored, taken.known, taken.skipped), (1, 1, 2), "{taken:?}");
        assert!(world.find("to us").await.is_some() && world.find("c").await.is_none());
        let more = [said("to us too", "Another").created(), said("ours", "An answer").by_us().created()];
        assert_eq!(world.hear(&more).await.stored, 2);
        world.hear(&[said("a", "About you").by("bo@other.example").overheard().edited(1, "Changed")]).await;
        assert_eq!(world.message("a").await.text, "Changed", "an edit brings no message");
        assert_eq!(world.hear_history(&[overheard("long ago")]).await.stored, 1);
        let counts = ledger::counts(&mut world.engine.db.reader(), today(), today()).await.unwrap();
        let over: Vec<_> = counts.iter().filter(|c| c.kind == "over").map(|c| (c.reason.as_str(), c.times)).collect();
        assert_eq!(over, [("more than 3 messages a day are not kept", 2)]);
        // An edit of what was left out brings no words either, in whatever piece it comes; one of what is to us waits.
        world.hear(&[said("d", "About you").by("bo@other.example").overheard().edited(1, "It slips in")]).await;
        world.hear(&[overheard("e"), said("e", "x").by("bo@other.example").overheard().edited(1, "So does it")]).await;
        world.hear(&[said("to us later", "A question").edited(1, "A better question")]).await;
        let kept = "SELECT COUNT(*) FROM bodies WHERE text IN ('It slips in', 'So does it', 'A better question')";
        assert_eq!(world.engine.db.reader().number(kept, vec![]).await.unwrap(), 1);
        let counts = ledger::counts(&mut world.engine.db.reader(), today(), today()).await.unwrap();
        let edits = counts.iter().find(|c| c.reason == "edits of messages that are not kept").map(|c| c.times);
        assert_eq!(edits, Some(1));
        world.clock.advance(86_400_000);
        assert_eq!(world.hear_late(&[overheard("c")]).await.stored, 1, "the next day");
        let none = channels::Bounds { day_cap: Some(0), keep_days: None };
        assert!(channels::set_bounds(&world.engine, world.channel.id, none).await.is_err());
    });
}

#[test]
fn what_is_said_now_is_stored_before_the_past_that_waited_longer() {
    on_both(async |world| {
        // The past has had its turn, and rests as long as that took.
        let past = world.engine.db.begin_background().await.unwrap();
        tokio::time::sleep(Duration::from_secs(3)).await;
        past.commit().await.unwrap();
        let held = world.engine.db.begin().await.unwrap();
        let order = RefCell::new(Vec::new());
        let hear = async |after: u64, name: &'static str, history: bool| {
            tokio::time::sleep(Duration::from_millis(after)).await;
            let event = [said(name, name).created()];
            let taken = if history { world.hear_history(&event).await } else { world.hear(&event).await };
            assert_eq!(taken.stored, 1);
            order.borrow_mut().push(name);
        };
        let release = async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            held.commit().await.unwrap();
        };
        tokio::join!(hear(0, "long ago", true), hear(100, "now", false), release);
        if world.engine.db.dialect() == Dialect::Sqlite {
            assert_eq!(*order.borrow(), ["now", "long ago"]);
        }
    });
}
