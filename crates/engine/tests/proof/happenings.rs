//! What other programs are told of: each kind from where it happens, once, and not where it did not.

use crate::support::{
    World,
    json::Wire,
    on_both, on_both_with,
    receiver::{Receiver, Reply},
    said::{bounced, said},
};
use tertulia_engine::{
    desk, feedback,
    monitors::{self, MonitorForm, NoticeForm, Often},
    outbound, scheduler,
    webhooks::{self, EndpointForm, KINDS},
};
use tertulia_model::EchoSafety;
use tertulia_store::{people, webhooks as stored};

const HOUR: i64 = 3_600_000;

/// Somebody who wants to be told all there is.
async fn all_ears(world: &World) -> i64 {
    let kinds = KINDS.map(|(kind, _)| kind.to_owned()).to_vec();
    let form = EndpointForm { url: "https://192.0.32.7/".to_owned(), description: String::new(), kinds };
    webhooks::add(&world.engine, &form, world.user).await.unwrap().id
}

/// What was noted since the last time: kind and data.
async fn happened(world: &World, endpoint: i64, seen: &mut usize) -> Vec<(String, ::serde_json::Value)> {
    let mut db = world.engine.db.reader();
    let mut calls = stored::calls(&mut db, endpoint, None, None, 1_000).await.unwrap();
    calls.reverse();
    let mut found = Vec::new();
    for call in calls.iter().skip(*seen) {
        let event = stored::event(&mut db, call.event_id).await.unwrap().unwrap();
        let body: ::serde_json::Value = ::serde_json::from_str(&event.body).unwrap();
        found.push((event.kind, body["data"].clone()));
    }
    *seen = calls.len();
    found
}

fn kinds(found: &[(String, ::serde_json::Value)]) -> Vec<&str> {
    found.iter().map(|(kind, _)| kind.as_str()).collect()
}

#[test]
fn conversations_tell_when_they_begin_are_closed_and_come_back() {
    on_both(async |world| {
        let (ears, mut seen) = (all_ears(&world).await, 0);
        world.hear(&[said("q", "Where is my order?").created()]).await;
        let found = happened(&world, ears, &mut seen).await;
        assert_eq!(kinds(&found), ["message.heard", "conversation.opened"]);
        let conversation = world.conversation_of("q").await.id;
        assert_eq!(
            (&found[1].1["conversation_id"], &found[1].1["again"]),
            (&conversation.to_string().into(), &false.into())
        );
        world.hear(&[said("q", "Where is my order?").created()]).await;
        world.hear(&[said("q2", "Any news?").answering(&["q"]).at_minute(2).created()]).await;
        assert_eq!(kinds(&happened(&world, ears, &mut seen).await), ["message.heard"], "known before, or open already");
        let undo = desk::set_state(&world.engine, conversation, "closed").await.unwrap();
        desk::undo(&world.engine, &undo).await.unwrap();
        desk::set_state(&world.engine, conversation, "pending").await.unwrap();
        desk::set_state(&world.engine, conversation, "closed").await.unwrap();
        desk::set_state(&world.engine, conversation, "closed").await.unwrap();
        let found = happened(&world, ears, &mut seen).await;
        assert_eq!(kinds(&found), ["conversation.closed", "conversation.opened", "conversation.closed"]);
        assert_eq!(found[1].1["again"], true);
        // How it ended may be said afterwards.
        desk::close_as(&world.engine, conversation, "listened", world.user).await.unwrap();
        desk::close_as(&world.engine, conversation, "listened", world.user).await.unwrap();
        let found = happened(&world, ears, &mut seen).await;
        assert_eq!((kinds(&found), &found[0].1["outcome"]), (vec!["conversation.closed"], &"listened".into()));
        world.hear(&[said("q3", "Still nothing").answering(&["q"]).at_minute(3).created()]).await;
        assert_eq!(kinds(&happened(&world, ears, &mut seen).await), ["message.heard", "conversation.opened"]);
        world.hear_history(&[said("old", "Long ago").by("bo@home.example").created()]).await;
        assert_eq!(kinds(&happened(&world, ears, &mut seen).await), Vec::<&str>::new(), "history is no news");
        world.hear(&[said("over", "Nice café").by("cy@home.example").overheard().created()]).await;
        let heard = happened(&world, ears, &mut seen).await;
        assert_eq!(
            (kinds(&heard), &heard[0].1["conversation_id"]),
            (vec!["message.heard"], &::serde_json::Value::Null)
        );
        desk::open_thread(&world.engine, world.message("over").await.id, world.user).await.unwrap();
        assert_eq!(kinds(&happened(&world, ears, &mut seen).await), ["conversation.opened"]);
    });
}

#[test]
fn two_conversations_tell_when_they_become_one_and_are_parted_again() {
    on_both(async |world| {
        let (ears, mut seen) = (all_ears(&world).await, 0);
        world.hear(&[said("q", "Where is my order?").created()]).await;
        world.hear(&[said("w", "And the bag?").by("bo@home.example").created()]).await;
        let (from, into) = (world.conversation_of("q").await.id, world.conversation_of("w").await.id);
        desk::set_state(&world.engine, into, "closed").await.unwrap();
        happened(&world, ears, &mut seen).await;
        let merged = desk::merge(&world.engine, from, into).await.unwrap();
        let found = happened(&world, ears, &mut seen).await;
        assert_eq!(kinds(&found), ["conversation.merged", "conversation.opened"], "the other was still to be answered");
        let data = &found[0].1;
        assert_eq!(
            (&data["conversation_id"], &data["merged_id"]),
            (&into.to_string().into(), &from.to_string().into())
        );
        desk::undo_merge(&world.engine, merged).await.unwrap();
        let found = happened(&world, ears, &mut seen).await;
        assert_eq!(kinds(&found), ["conversation.parted", "conversation.closed"]);
        let data = &found[0].1;
        let ids = (&data["conversation_id"], &data["parted_from_id"]);
        assert_eq!(ids, (&from.to_string().into(), &into.to_string().into()));
        assert!(desk::undo_merge(&world.engine, merged).await.is_err());
        assert_eq!(kinds(&happened(&world, ears, &mut seen).await), Vec::<&str>::new());
    });
}

#[test]
fn what_is_noted_while_an_endpoint_is_switched_off_is_not_told_and_what_is_asked_for_then_is_told_once() {
    on_both(async |world| {
        let receiver = Receiver::start().await;
        let kinds = KINDS.map(|(kind, _)| kind.to_owned()).to_vec();
        let form = EndpointForm { url: receiver.url(), description: String::new(), kinds };
        let ears = webhooks::add(&world.engine, &form, world.user).await.unwrap().id;
        world.hear(&[said("q", "Nice café").overheard().created()]).await;
        let mut db = world.engine.db.reader();
        let noted = stored::calls(&mut db, ears, None, None, 9).await.unwrap().remove(0);
        webhooks::switch(&world.engine, ears, false).await.unwrap();
        // Its transaction began before and ends now.
        let event = stored::event(&mut db, noted.event_id).await.unwrap().unwrap();
        let late = stored::Event { id: world.engine.next_id(), ..event };
        let call = stored::Call { id: world.engine.next_id(), event_id: late.id, ..noted.clone() };
        let mut tx = world.engine.db.begin().await.unwrap();
        stored::note(&mut tx, &[late], std::slice::from_ref(&call)).await.unwrap();
        tx.commit().await.unwrap();
        world.clock.advance(5_000);
        webhooks::call_due(&world.engine).await.unwrap();
        assert_eq!(receiver.told().len(), 0, "it is off");
        let now = stored::call(&mut db, call.id).await.unwrap().unwrap();
        assert_eq!((now.state.as_str(), now.error.unwrap().contains("switched off")), ("failed", true));
        webhooks::redeliver(&world.engine, ears, noted.id).await.unwrap();
        world.clock.advance(5);
        webhooks::call_due(&world.engine).await.unwrap();
        assert_eq!(receiver.told().len(), 1, "somebody asked for it");
    });
}

#[test]
fn answers_tell_when_they_left_failed_or_came_back() {
    on_both(async |world| {
        let (ears, mut seen) = (all_ears(&world).await, 0);
        world.hear(&[said("q", "Where is my order?").created()]).await;
        happened(&world, ears, &mut seen).await;
        let delivery = world.answer("q", "k1").await;
        assert_eq!(kinds(&happened(&world, ears, &mut seen).await), Vec::<&str>::new(), "it has not left");
        outbound::run_send(&world.engine, delivery.id).await.unwrap();
        outbound::run_send(&world.engine, delivery.id).await.unwrap();
        let found = happened(&world, ears, &mut seen).await;
        assert_eq!(kinds(&found), ["answer.sent"]);
        assert_eq!(found[0].1["delivery_id"], delivery.id.to_string());
        desk::set_state(&world.engine, delivery.conversation_id, "closed").await.unwrap();
        world.hear(&[bounced("b", &delivery.outgoing.external_id, true)]).await;
        let found = happened(&world, ears, &mut seen).await;
        assert_eq!(kinds(&found), ["conversation.closed", "answer.failed", "conversation.opened"]);
        assert_eq!(found[1].1["state"], "failed");
        let close = outbound::ReplyForm { close: true, ..world.reply(delivery.conversation_id, "k2") };
        let second = outbound::queue_reply(&world.engine, world.user, close).await.unwrap();
        outbound::undo_reply(&world.engine, world.user, second.id).await.unwrap();
        assert_eq!(kinds(&happened(&world, ears, &mut seen).await), ["conversation.closed", "conversation.opened"]);
    });
}

#[test]
fn a_doubtful_answer_and_a_channel_that_stops_need_a_person_and_are_told() {
    on_both_with(EchoSafety::AtMostOnce, async |world| {
        let (ears, mut seen) = (all_ears(&world).await, 0);
        world.hear(&[said("q", "Where is my order?").created()]).await;
        happened(&world, ears, &mut seen).await;
        world.wire.will([Wire::Unknown, Wire::Reauthorise, Wire::Reauthorise]);
        let doubtful = world.answer("q", "k1").await;
        outbound::run_send(&world.engine, doubtful.id).await.unwrap();
        let found = happened(&world, ears, &mut seen).await;
        assert_eq!((kinds(&found), &found[0].1["state"]), (vec!["answer.failed"], &"unknown".into()));
        // The echo that comes at last.
        world.hear(&[said(&doubtful.outgoing.external_id, "It left this morning.").by_us().created()]).await;
        assert_eq!(kinds(&happened(&world, ears, &mut seen).await), ["answer.sent"]);
        let waits = world.answer("q", "k2").await;
        outbound::run_send(&world.engine, waits.id).await.unwrap();
        outbound::run_send(&world.engine, waits.id).await.unwrap();
        let found = happened(&world, ears, &mut seen).await;
        assert_eq!(kinds(&found), ["channel.troubled"], "once, however often it fails");
        assert_eq!(found[0].1["channel_id"], world.channel.id.to_string());
    });
}

#[test]
fn a_channel_that_keeps_failing_is_told_of_once() {
    on_both(async |world| {
        let (ears, mut seen) = (all_ears(&world).await, 0);
        world.wire.failing_pulls.store(4, std::sync::atomic::Ordering::SeqCst);
        let listening = tokio::spawn(scheduler::run_channel(world.engine.clone(), world.channel.clone()));
        crate::outbound::until("it is told", async || !happened(&world, ears, &mut 0).await.is_empty()).await;
        listening.abort();
        let found = happened(&world, ears, &mut seen).await;
        assert_eq!((kinds(&found), &found[0].1["state"]), (vec!["channel.troubled"], &"failing".into()));
    });
}

#[test]
fn monitors_tell_programs_what_they_found_outside_of_quiet_hours_and_say_what_they_held_back() {
    on_both(async |world| {
        let (ears, mut seen) = (all_ears(&world).await, 0);
        let form = MonitorForm { name: "Beans".to_owned(), query: "beans".to_owned() };
        let id = monitors::add(&world.engine, &form, world.user).await.unwrap();
        let quiet = NoticeForm { mail: Often::Soon, quiet_from: 11, quiet_until: 13, most: 2, ..NoticeForm::default() };
        assert!(monitors::set_notice(&world.engine, id, world.user, &quiet).await.is_err(), "no mail each minute");
        monitors::set_notice(&world.engine, id, monitors::ENDPOINTS, &quiet).await.unwrap();
        let hear = async |n: usize| {
            world.hear(&[said(&format!("b{n}"), "Do you have beans?").by("bo@home.example").created()]).await;
            while monitors::match_waiting(&world.engine).await.unwrap() > 0 {}
        };
        for n in 0..5 {
            hear(n).await;
        }
        assert_eq!(monitors::tell_endpoints(&world.engine).await.unwrap(), 0, "it is noon, and quiet");
        assert_eq!(monitors::tell(&world.engine).await.unwrap(), 0, "and no mail to anybody");
        world.clock.advance(2 * HOUR);
        assert_eq!(monitors::tell_endpoints(&world.engine).await.unwrap(), 1);
        assert_eq!(monitors::tell_endpoints(&world.engine).await.unwrap(), 0, "told once");
        let found = happened(&world, ears, &mut seen).await;
        let matched: Vec<_> = found.iter().filter(|(kind, _)| kind == "monitor.matched").collect();
        assert_eq!(matched.len(), 1, "{:?}", kinds(&found));
        let data = &matched[0].1;
        let newest = [world.message("b4").await.id.to_string(), world.message("b3").await.id.to_string()];
        assert_eq!((&data["monitor_id"], &data["held_back"]), (&id.to_string().into(), &3.into()));
        assert_eq!(data["message_ids"], ::serde_json::json!(newest), "{data}");
        hear(5).await;
        assert_eq!(monitors::tell_endpoints(&world.engine).await.unwrap(), 0, "at most once a minute");
        world.clock.advance(60_000);
        assert_eq!(monitors::tell_endpoints(&world.engine).await.unwrap(), 1);
        let found = happened(&world, ears, &mut seen).await;
        assert_eq!(found.last().unwrap().1["held_back"], 0);
    });
}

#[test]
fn who_is_erased_is_told_of_and_nothing_of_them_is_left_in_the_log() {
    on_both(async |world| {
        let receiver = Receiver::start().await;
        // It repeats what it looked up.
        receiver.will(|_, _| Reply::Body(200, b"Noted for Rosalindaxx: zanahoriaxx".to_vec()));
        let kinds = KINDS.map(|(kind, _)| kind.to_owned()).to_vec();
        let form = EndpointForm { url: receiver.url(), description: String::new(), kinds };
        let ears = webhooks::add(&world.engine, &form, world.user).await.unwrap().id;
        let rosa = said("q", "The zanahoriaxx is bitter").by("marker-rosa@home.example").created();
        world.hear(&[rosa]).await;
        webhooks::call_due(&world.engine).await.unwrap();
        let markers = ["zanahoriaxx", "marker-rosa", "Rosalindaxx"];
        let before = crate::erasing::places(&world, &markers).await;
        assert!(before.iter().any(|place| place.contains("webhook_attempts.answer")), "{before:#?}");
        assert!(!before.iter().any(|place| place.contains("webhook_events")), "{before:#?}");
        let person = people::list(&mut world.engine.db.reader(), Some("marker-rosa"), None, 1).await.unwrap()[0].id;
        let report = crate::erasing::erase_wholly(&world, person).await;
        assert_eq!(crate::erasing::places(&world, &markers).await, Vec::<String>::new());
        receiver.will(|_, _| Reply::Status(204));
        webhooks::call_due(&world.engine).await.unwrap();
        let told = receiver.told();
        let last = told.last().unwrap().json();
        assert_eq!((&last["type"], &last["data"]["person_id"]), (&"person.erased".into(), &person.to_string().into()));
        assert_eq!(last["data"]["report_id"], report.to_string());
        let log = stored::calls(&mut world.engine.db.reader(), ears, None, None, 9).await.unwrap();
        assert!(log.len() == 3 && log.iter().all(|call| call.status.is_some()), "the log itself stays: {log:?}");
    });
}

#[test]
fn what_is_asked_for_and_each_move_of_a_change_is_told_by_ids() {
    on_both(async |world| {
        let (ears, mut seen) = (all_ears(&world).await, 0);
        world.hear(&[said("q", "Could you open on Sundays?").created()]).await;
        happened(&world, ears, &mut seen).await;
        let message = world.message("q").await;
        let of = feedback::Of::Message { message: message.id, note: String::new() };
        let form = feedback::ItemForm { title: "Sundays".to_owned(), asked: String::new() };
        let (item, _) = feedback::add(&world.engine, world.user, &form, Some(&of)).await.unwrap();
        let found = happened(&world, ears, &mut seen).await;
        assert_eq!(kinds(&found), ["feedback.created"]);
        let data = &found[0].1;
        let told = (&data["feedback_id"], &data["message_id"], &data["person_id"]);
        let person = message.person_id.unwrap().to_string();
        assert_eq!(told, (&item.to_string().into(), &message.id.to_string().into(), &person.into()));
        let form = feedback::ChangeForm { title: "We open".to_owned(), ..feedback::ChangeForm::default() };
        let (change, _) = feedback::make(&world.engine, world.user, &form, Some(item)).await.unwrap();
        let moved = feedback::move_to(&world.engine, world.user, change, "done", "").await.unwrap();
        feedback::undo(&world.engine, world.user, &moved).await.unwrap();
        let found = happened(&world, ears, &mut seen).await;
        let moves: Vec<_> = found.iter().map(|(kind, data)| (kind.as_str(), &data["from"], &data["to"])).collect();
        let (considering, done) = ("considering".into(), "done".into());
        let kind = "change.moved";
        let none = ::serde_json::Value::Null;
        assert_eq!(moves, [(kind, &none, &considering), (kind, &considering, &done), (kind, &done, &considering)]);
    });
}
