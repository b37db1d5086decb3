//! Other programs are told what happens: signed, once under one id however often it is tried, logged, and never so that
//! anybody else waits for them.

use crate::{
    outbound::until,
    support::{
        Place, World, each_place, on_both,
        receiver::{Receiver, Reply},
        said::said,
    },
};
use std::{sync::Arc, time::Duration};
use tertulia_connector::Connector;
use tertulia_engine::{
    EngineError,
    webhooks::{self, EndpointForm},
};
use tertulia_model::{Clock, FixedClock, SystemClock};
use tertulia_store::webhooks::{self as stored, Call, Endpoint};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

fn form(url: &str, kinds: &[&str]) -> EndpointForm {
    let kinds = kinds.iter().map(|kind| (*kind).to_owned()).collect();
    EndpointForm { url: url.to_owned(), description: "The shop".to_owned(), kinds }
}

/// An endpoint that is told when somebody says something; its id and its secret.
async fn endpoint(world: &World, receiver: &Receiver) -> (i64, String) {
    let new = webhooks::add(&world.engine, &form(&receiver.url(), &["message.heard"]), world.user).await.unwrap();
    (new.id, new.secret.reveal().to_owned())
}

async fn calls(world: &World, endpoint: i64) -> Vec<Call> {
    stored::calls(&mut world.engine.db.reader(), endpoint, None, None, 1_000).await.unwrap()
}

async fn get(world: &World, endpoint: i64) -> Endpoint {
    stored::get(&mut world.engine.db.reader(), endpoint).await.unwrap().unwrap()
}

async fn due(world: &World) -> usize {
    webhooks::call_due(&world.engine).await.unwrap()
}

async fn hear(world: &World, id: &str) {
    assert_eq!(world.hear(&[said(id, "Where is my order?").created()]).await.stored, 1);
}

#[test]
fn an_event_reaches_its_endpoint_signed_and_is_logged() {
    on_both(async |world| {
        world.clock.set(SystemClock.now());
        let receiver = Receiver::start().await;
        receiver.will(|_, _| Reply::Body(200, b"thank\x07 you".to_vec()));
        let (id, secret) = endpoint(&world, &receiver).await;
        world.hear_history(&[said("old", "Long ago").created()]).await;
        hear(&world, "q").await;
        assert_eq!(due(&world).await, 1);
        let told = receiver.told().remove(0);
        let library = standardwebhooks::Webhook::new(&secret).unwrap();
        library.verify(told.body.as_bytes(), &told.headers).unwrap();
        assert!(library.verify(b"{}", &told.headers).is_err());
        assert_eq!(told.header("content-type"), "application/json");
        let (event, message) = (told.json(), world.message("q").await);
        assert_eq!(
            (&event["type"], &event["data"]["message_id"]),
            (&"message.heard".into(), &message.id.to_string().into())
        );
        assert_eq!(event["data"]["conversation_id"], message.conversation_id.unwrap().to_string());
        assert!(!told.body.contains("order"), "no word that anybody wrote: {}", told.body);
        let log = calls(&world, id).await;
        assert_eq!((log.len(), log[0].state.as_str(), log[0].attempts, log[0].status), (1, "done", 1, Some(200)));
        assert_eq!(told.id(), format!("evt_{}", log[0].event_id));
        let attempts = stored::attempts(&mut world.engine.db.reader(), log[0].id).await.unwrap();
        assert_eq!((attempts.len(), attempts[0].answer.as_str(), &attempts[0].error), (1, "thank you", &None));
        assert_eq!(due(&world).await, 0, "told once");
    });
}

#[test]
fn what_fails_is_tried_again_with_growing_waits_under_the_same_id_until_it_is_taken() {
    on_both(async |world| {
        let receiver = Receiver::start().await;
        receiver.will(|n, _| Reply::Status([500, 302, 404, 200][n.min(3)]));
        let (id, secret) = endpoint(&world, &receiver).await;
        hear(&world, "q").await;
        let mut waits = Vec::new();
        while calls(&world, id).await[0].state == "waiting" {
            assert_eq!(due(&world).await, 1);
            let call = calls(&world, id).await.remove(0);
            waits.push(call.due_at - world.engine.now());
            assert_eq!(due(&world).await, 0, "not before its time");
            world.clock.set(call.due_at.max(world.engine.now()));
        }
        let told = receiver.told();
        assert!(told.iter().all(|t| t.id() == told[0].id() && t.body == told[0].body && t.is_signed_with(&secret)));
        assert_ne!(told[0].header("webhook-timestamp"), told[1].header("webhook-timestamp"), "signed anew");
        for (wait, least) in waits.iter().zip([5_000, 30_000, 2 * MINUTE]) {
            assert!((least..=least + least / 10).contains(wait), "{waits:?}");
        }
        let log = stored::attempts(&mut world.engine.db.reader(), calls(&world, id).await[0].id).await.unwrap();
        let errors: Vec<&str> = log.iter().rev().filter_map(|attempt| attempt.error.as_deref()).collect();
        assert_eq!(errors.len(), 3, "{errors:?}");
        assert!(errors[1].contains("Redirects are not followed"));
        assert_eq!(get(&world, id).await.failing_since, None, "and all is well again");
    });
}

#[test]
fn what_never_goes_well_is_given_up_after_a_day_and_told_again_when_somebody_says_so() {
    on_both(async |world| {
        let receiver = Receiver::start().await;
        receiver.will(|_, _| Reply::Status(500));
        let (id, _) = endpoint(&world, &receiver).await;
        let begin = world.engine.now();
        hear(&world, "q1").await;
        hear(&world, "q2").await;
        while let Some(next) = calls(&world, id).await.iter().filter(|c| c.state == "waiting").map(|c| c.due_at).min() {
            // An endpoint in trouble rests, whatever is due for it.
            let rest = get(&world, id).await.rest_until;
            world.clock.set(next.max(rest).max(world.engine.now()));
            due(&world).await;
        }
        let log = calls(&world, id).await;
        assert!(log.iter().all(|call| call.state == "failed" && call.attempts == 11), "{log:?}");
        let took = world.engine.now() - begin;
        assert!((20 * HOUR..26 * HOUR).contains(&took), "about a day: {took}");
        receiver.will(|_, _| Reply::Status(204));
        webhooks::redeliver(&world.engine, id, log[0].id).await.unwrap();
        assert!(matches!(webhooks::redeliver(&world.engine, id, log[0].id).await, Err(EngineError::Refused(_))));
        assert!(matches!(webhooks::redeliver(&world.engine, id, 7).await, Err(EngineError::NotFound(_))));
        assert_eq!(due(&world).await, 1);
        assert_eq!(
            webhooks::redeliver_failed(&world.engine, id, begin + 1).await.unwrap(),
            0,
            "of what happened since"
        );
        assert_eq!(webhooks::redeliver_failed(&world.engine, id, begin).await.unwrap(), 1, "the other is done");
        assert_eq!(due(&world).await, 1);
        let ids = receiver.ids();
        assert!(ids[..22].contains(&ids[22]) && ids[..22].contains(&ids[23]) && ids[22] != ids[23], "as before");
        assert!(calls(&world, id).await.iter().all(|call| call.state == "done"));
    });
}

#[test]
fn an_endpoint_that_is_gone_is_called_no_more_and_nothing_is_heaped_up_for_it() {
    on_both(async |world| {
        let receiver = Receiver::start().await;
        receiver.will(|_, _| Reply::Status(410));
        let (id, _) = endpoint(&world, &receiver).await;
        for n in 0..6 {
            hear(&world, &format!("q{n}")).await;
        }
        due(&world).await;
        let gone = get(&world, id).await;
        assert_eq!(gone.state, "gone");
        assert!(gone.reason.unwrap().contains("410"));
        let asked = receiver.told().len();
        assert!(asked <= 4, "those that were on their way at once: {asked}");
        assert!(calls(&world, id).await.iter().all(|call| call.state == "failed"), "none waits for ever");
        hear(&world, "later").await;
        assert_eq!((calls(&world, id).await.len(), due(&world).await), (6, 0));
        assert!(matches!(webhooks::redeliver_failed(&world.engine, id, 0).await, Err(EngineError::Refused(_))));
        receiver.will(|_, _| Reply::Status(204));
        webhooks::switch(&world.engine, id, true).await.unwrap();
        assert_eq!(webhooks::redeliver_failed(&world.engine, id, 0).await.unwrap(), 6);
        assert_eq!(due(&world).await, 6);
    });
}

#[test]
fn an_endpoint_that_is_off_is_told_nothing_of_what_waits_or_happens_and_can_be_tried_out() {
    on_both(async |world| {
        let receiver = Receiver::start().await;
        let (id, secret) = endpoint(&world, &receiver).await;
        hear(&world, "before").await;
        webhooks::switch(&world.engine, id, false).await.unwrap();
        hear(&world, "while").await;
        assert_eq!(due(&world).await, 0);
        let log = calls(&world, id).await;
        assert_eq!((log.len(), log[0].state.as_str()), (1, "failed"));
        assert!(log[0].error.as_ref().unwrap().contains("switched off"));
        let call = webhooks::test(&world.engine, id).await.unwrap();
        assert_eq!(due(&world).await, 1);
        let told = receiver.told().remove(0);
        assert!(told.kind() == webhooks::TEST && told.is_signed_with(&secret), "{}", told.body);
        receiver.will(|_, _| Reply::Status(500));
        webhooks::redeliver(&world.engine, id, call).await.unwrap();
        due(&world).await;
        assert_eq!(calls(&world, id).await[0].state, "failed", "a test is tried once");
        assert_eq!(get(&world, id).await.state, "off");
    });
}

#[test]
fn while_a_secret_is_rotated_both_sign_and_a_day_later_only_the_new_one() {
    on_both(async |world| {
        let receiver = Receiver::start().await;
        let (id, first) = endpoint(&world, &receiver).await;
        let second = webhooks::rotate(&world.engine, id).await.unwrap().reveal().to_owned();
        assert_ne!(first, second);
        hear(&world, "q1").await;
        due(&world).await;
        world.clock.advance(DAY);
        hear(&world, "q2").await;
        due(&world).await;
        let third = webhooks::rotate(&world.engine, id).await.unwrap().reveal().to_owned();
        hear(&world, "q3").await;
        due(&world).await;
        let told = receiver.told();
        let signed = |n: usize| [&first, &second, &third].map(|secret| told[n].is_signed_with(secret));
        assert_eq!(signed(0), [true, true, false]);
        assert_eq!(signed(1), [false, true, false]);
        assert_eq!(signed(2), [false, true, true]);
        assert_eq!(told[0].header("webhook-signature").split(' ').count(), 2);
        let kept = format!("{:?}", get(&world, id).await);
        assert!(!kept.contains("whsec_"), "secrets are kept encrypted");
    });
}

#[test]
fn an_answer_that_is_lost_is_asked_for_again_under_the_same_id() {
    on_both(async |world| {
        let receiver = Receiver::start().await;
        receiver.will(|n, _| if n == 0 { Reply::Hangs } else { Reply::Status(200) });
        let (id, _) = endpoint(&world, &receiver).await;
        hear(&world, "q").await;
        due(&world).await;
        let call = calls(&world, id).await.remove(0);
        assert_eq!((call.state.as_str(), call.status), ("waiting", None));
        assert!(call.error.is_some());
        world.clock.set(call.due_at);
        assert_eq!(due(&world).await, 1);
        let ids = receiver.ids();
        assert!(ids.len() == 2 && ids[0] == ids[1], "{ids:?}");
        assert_eq!(calls(&world, id).await[0].state, "done");
    });
}

#[test]
fn a_slow_receiver_holds_up_nobody_else() {
    on_both(async |world| {
        let (slow, quick) = (Receiver::start().await, Receiver::start().await);
        slow.will(|_, _| Reply::After(Duration::from_secs(3)));
        let (slow_id, _) = endpoint(&world, &slow).await;
        endpoint(&world, &quick).await;
        let working = tokio::spawn(webhooks::run(world.engine.clone()));
        for n in 0..8 {
            hear(&world, &format!("q{n}")).await;
        }
        let begin = std::time::Instant::now();
        until("the quick one has all", async || quick.told().len() == 8).await;
        assert!(begin.elapsed() < Duration::from_millis(2_900), "it waited: {:?}", begin.elapsed());
        assert!(slow.told().len() <= 4, "and the slow one is asked a few things at once: {}", slow.told().len());
        until("the slow one has all", async || calls(&world, slow_id).await.iter().all(|c| c.state == "done")).await;
        working.abort();
        let ids = slow.ids();
        assert_eq!(ids.iter().collect::<std::collections::BTreeSet<_>>().len(), 8);
        assert_eq!(ids.len(), 8, "nothing is told twice");
    });
}

#[test]
fn of_a_long_answer_a_kilobyte_is_kept() {
    on_both(async |world| {
        let receiver = Receiver::start().await;
        receiver.will(|_, _| Reply::Body(200, vec![b'x'; 10 << 20]));
        let (id, _) = endpoint(&world, &receiver).await;
        hear(&world, "q").await;
        due(&world).await;
        let call = calls(&world, id).await.remove(0);
        let log = stored::attempts(&mut world.engine.db.reader(), call.id).await.unwrap();
        assert_eq!((call.state.as_str(), log[0].answer.len()), ("done", 1_024));
    });
}

#[test]
fn who_asks_for_a_pause_is_left_alone_until_then() {
    on_both(async |world| {
        let receiver = Receiver::start().await;
        receiver.will(|n, _| if n == 0 { Reply::With(429, "retry-after", "600".into()) } else { Reply::Status(204) });
        let (id, _) = endpoint(&world, &receiver).await;
        hear(&world, "q1").await;
        due(&world).await;
        hear(&world, "q2").await;
        world.clock.advance(9 * MINUTE);
        assert_eq!(due(&world).await, 0, "also with what happened since");
        world.clock.advance(2 * MINUTE + MINUTE);
        assert_eq!(due(&world).await, 2);
        assert!(calls(&world, id).await.iter().all(|call| call.state == "done"));
    });
}

#[test]
fn an_endpoint_that_fails_for_days_is_paused_with_words() {
    on_both(async |world| {
        let receiver = Receiver::start().await;
        receiver.will(|_, _| Reply::Status(503));
        let (id, _) = endpoint(&world, &receiver).await;
        for n in 0..40 {
            hear(&world, &format!("q{n}")).await;
            due(&world).await;
            world.clock.advance(2 * HOUR);
        }
        let paused = get(&world, id).await;
        assert_eq!(paused.state, "paused");
        let reason = paused.reason.unwrap();
        assert!(reason.contains("three days") && reason.contains("503"), "{reason}");
        let known = calls(&world, id).await.len();
        assert!((36..39).contains(&known), "what happens from then on is not kept for it: {known}");
        receiver.will(|_, _| Reply::Status(204));
        webhooks::switch(&world.engine, id, true).await.unwrap();
        hear(&world, "after").await;
        due(&world).await;
        let on = get(&world, id).await;
        assert_eq!((on.state.as_str(), on.reason, on.failing_since), ("on", None, None));
    });
}

#[test]
fn two_programs_on_one_database_tell_each_thing_once() {
    each_place(async |place: Place| {
        let world = World::at(place, tertulia_model::EchoSafety::CheckThenSend).await;
        let clock: Arc<FixedClock> = world.clock.clone();
        let wire: Arc<dyn Connector> = world.wire.clone();
        let other = world.place.engine(clock, 8, vec![wire]).await;
        let receiver = Receiver::start().await;
        receiver.will(|_, _| Reply::After(Duration::from_millis(5)));
        let (id, _) = endpoint(&world, &receiver).await;
        for n in 0..40 {
            hear(&world, &format!("q{n}")).await;
        }
        let (one, two) =
            (tokio::spawn(webhooks::run(world.engine.clone())), tokio::spawn(webhooks::run(other.clone())));
        until("all is told", async || calls(&world, id).await.iter().all(|call| call.state == "done")).await;
        one.abort();
        two.abort();
        let mut ids = receiver.ids();
        ids.sort_unstable();
        let told = ids.len();
        ids.dedup();
        assert_eq!((told, ids.len()), (40, 40));
        other.db.close().await;
        world.engine.db.close().await;
    });
}

#[test]
fn an_endpoint_in_a_private_place_is_refused_when_it_is_added_and_when_its_name_moves_there() {
    on_both(async |world| {
        for (url, field, words) in [
            ("http://169.254.169.254/latest", "url", "private address"),
            ("http://[::1]/", "url", "private address"),
            ("http://localhost:9/", "url", "private address"),
            ("ftp://shop.example/", "url", "whole address"),
            ("shop.example", "url", "whole address"),
            (&format!("https://shop.example/{}", "x".repeat(2_000)), "url", "too long"),
        ] {
            let refused = webhooks::add(&world.engine, &form(url, &["answer.sent"]), world.user).await.unwrap_err();
            let EngineError::Invalid(errors) = refused else { panic!("{url}: {refused}") };
            assert!(errors[0].field == field && errors[0].message.contains(words), "{url}: {errors:?}");
        }
        let none = webhooks::add(&world.engine, &form("https://192.0.2.1/", &[]), world.user).await.unwrap_err();
        let EngineError::Invalid(errors) = none else { panic!("{none}") };
        assert!(errors.iter().any(|error| error.field == "events"), "{errors:?}");
        let unknown = form("http://127.0.0.1:9/", &["message.heard", "coffee.spilt"]);
        assert!(matches!(webhooks::add(&world.engine, &unknown, world.user).await, Err(EngineError::Invalid(_))));
        let receiver = Receiver::start().await;
        let (id, _) = endpoint(&world, &receiver).await;
        // The name leads to another place now than when it was added.
        let moved = Endpoint { url: format!("http://localhost:{}/events", receiver.port), ..get(&world, id).await };
        let mut tx = world.engine.db.begin().await.unwrap();
        stored::change(&mut tx, &moved).await.unwrap();
        tx.commit().await.unwrap();
        hear(&world, "q").await;
        due(&world).await;
        assert!(receiver.told().is_empty());
        assert!(calls(&world, id).await[0].error.as_ref().unwrap().contains("private address"));
    });
}

#[test]
fn the_log_is_kept_for_thirty_days() {
    on_both(async |world| {
        let receiver = Receiver::start().await;
        let (id, _) = endpoint(&world, &receiver).await;
        hear(&world, "q1").await;
        due(&world).await;
        world.clock.advance(29 * DAY);
        hear(&world, "q2").await;
        due(&world).await;
        webhooks::forget(&world.engine).await.unwrap();
        assert_eq!(calls(&world, id).await.len(), 2);
        world.clock.advance(2 * DAY);
        webhooks::forget(&world.engine).await.unwrap();
        assert_eq!(calls(&world, id).await.len(), 1);
        webhooks::remove(&world.engine, id).await.unwrap();
        assert_eq!(stored::get(&mut world.engine.db.reader(), id).await.unwrap(), None);
        assert!(matches!(webhooks::rotate(&world.engine, id).await, Err(EngineError::NotFound(_))));
    });
}
