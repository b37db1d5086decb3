use crate::support::{NOW, on_both, write};
use tertulia_model::UserId;
use tertulia_store::{
    Db,
    webhooks::{self, Attempt, Call, Endpoint, Event, Next},
};

fn endpoint(id: i64, kinds: &str) -> Endpoint {
    Endpoint {
        id,
        url: format!("https://shop.example/{id}"),
        description: "The shop".to_owned(),
        kinds: kinds.to_owned(),
        state: "on".to_owned(),
        reason: None,
        secrets: vec![1, 2, 3],
        former_until: None,
        failing_since: None,
        rest_until: 0,
        created_by: UserId(3),
        created_at: NOW,
        updated_at: NOW,
    }
}

fn event(id: i64) -> Event {
    Event { id, kind: "message.heard".to_owned(), body: format!("{{\"n\":{id}}}") }
}

fn call(id: i64, endpoint_id: i64, event_id: i64) -> Call {
    Call {
        id,
        endpoint_id,
        event_id,
        kind: "message.heard".to_owned(),
        state: "waiting".to_owned(),
        attempts: 0,
        failures: 0,
        due_at: NOW + id,
        until_at: NOW + 1_000,
        created_at: NOW + id,
        settled_at: None,
        status: None,
        error: None,
    }
}

fn attempt(id: i64, call_id: i64, status: Option<i64>) -> Attempt {
    let error = (status != Some(200)).then(|| "It answered 500.".to_owned());
    Attempt { id, call_id, at: NOW + 50, took: 12, status, answer: "so it said".to_owned(), error }
}

async fn with_two(db: &Db) {
    write!(db, |tx| {
        webhooks::add(tx, &endpoint(1, "message.heard answer.sent")).await.unwrap();
        webhooks::add(tx, &endpoint(2, "message.heard")).await.unwrap();
        let calls = [call(11, 1, 7), call(12, 2, 7), call(13, 1, 8)];
        webhooks::note(tx, &[event(7), event(8)], &calls).await.unwrap();
    });
}

#[test]
fn endpoints_are_kept_changed_and_only_those_that_are_on_listen() {
    on_both(async |mut db| {
        with_two(&db).await;
        assert_eq!(webhooks::get(&mut db, 1).await.unwrap(), Some(endpoint(1, "message.heard answer.sent")));
        let listening = webhooks::listening(&mut db).await.unwrap();
        assert_eq!(listening, [(1, "message.heard answer.sent".to_owned()), (2, "message.heard".to_owned())]);
        let changed =
            Endpoint { former_until: Some(NOW + 9), state: "off".to_owned(), ..endpoint(2, "channel.troubled") };
        write!(db, |tx| {
            assert_eq!(webhooks::get_to_change(tx, 2).await.unwrap(), Some(endpoint(2, "message.heard")));
            webhooks::change(tx, &changed).await.unwrap();
        });
        assert_eq!(webhooks::all(&mut db).await.unwrap(), [endpoint(1, "message.heard answer.sent"), changed]);
        assert_eq!(webhooks::listening(&mut db).await.unwrap().len(), 1);
    });
}

#[test]
fn an_endpoint_is_called_by_one_node_at_a_time_once_something_is_due_and_it_does_not_rest() {
    on_both(async |mut db| {
        with_two(&db).await;
        assert_eq!(webhooks::due(&mut db, NOW + 10).await.unwrap(), [0_i64; 0]);
        assert_eq!(webhooks::due(&mut db, NOW + 12).await.unwrap(), [1, 2]);
        write!(db, |tx| {
            assert!(webhooks::lease(tx, 1, "node-1-a", NOW, NOW + 100).await.unwrap());
            assert!(!webhooks::lease(tx, 1, "node-2-b", NOW + 50, NOW + 150).await.unwrap(), "another has it");
            assert!(webhooks::lease(tx, 1, "node-1-a", NOW + 50, NOW + 120).await.unwrap(), "it may be kept");
        });
        assert_eq!(webhooks::due(&mut db, NOW + 20).await.unwrap(), [2]);
        assert_eq!(webhooks::due(&mut db, NOW + 120).await.unwrap(), [1, 2], "a node that died frees it in time");
        write!(db, |tx| {
            webhooks::release(tx, 1, "node-2-b").await.unwrap();
            assert!(!webhooks::lease(tx, 1, "node-2-b", NOW + 60, NOW + 150).await.unwrap(), "not by another");
            webhooks::release(tx, 1, "node-1-a").await.unwrap();
            assert!(webhooks::lease(tx, 1, "node-2-b", NOW + 60, NOW + 150).await.unwrap());
            assert_eq!(webhooks::release_all(tx, "node-2-").await.unwrap(), 1);
            assert_eq!(webhooks::note_trouble(tx, 2, NOW + 500, NOW + 20).await.unwrap(), Some(NOW + 20));
            assert_eq!(webhooks::note_trouble(tx, 2, NOW + 400, NOW + 30).await.unwrap(), Some(NOW + 20));
        });
        assert_eq!(webhooks::due(&mut db, NOW + 499).await.unwrap(), [1], "the longer rest holds");
        write!(db, |tx| webhooks::note_well(tx, 2).await.unwrap());
        assert_eq!(webhooks::get(&mut db, 2).await.unwrap(), Some(endpoint(2, "message.heard")));
        let due = webhooks::due_calls(&mut db, 1, NOW + 12, 5).await.unwrap();
        assert_eq!(due, [call(11, 1, 7)]);
        assert_eq!(webhooks::count_waiting_up_to(&mut db, 1, 1).await.unwrap(), 1);
        assert_eq!(webhooks::count_waiting_up_to(&mut db, 1, 9).await.unwrap(), 2);
        assert_eq!(webhooks::event(&mut db, 7).await.unwrap(), Some(event(7)));
        // The clock was set back by 1,000: what waited waits as long as it had to.
        write!(db, |tx| {
            webhooks::note_trouble(tx, 2, NOW + 500, NOW).await.unwrap();
            assert_eq!(webhooks::bring_forward(tx, NOW, NOW - 1_000).await.unwrap(), 3);
        });
        assert_eq!(webhooks::due_calls(&mut db, 1, NOW - 1_000 + 11, 5).await.unwrap().len(), 1);
        assert_eq!(webhooks::get(&mut db, 2).await.unwrap().unwrap().rest_until, NOW - 500);
    });
}

#[test]
fn each_attempt_is_logged_and_what_failed_is_told_anew_when_somebody_says_so() {
    on_both(async |mut db| {
        with_two(&db).await;
        write!(db, |tx| {
            assert!(
                webhooks::note_attempt(tx, &attempt(21, 11, None), Next::Again(NOW + 300), NOW + 60).await.unwrap()
            );
            assert!(webhooks::note_attempt(tx, &attempt(22, 11, Some(500)), Next::GivenUp, NOW + 301).await.unwrap());
            assert!(webhooks::note_attempt(tx, &attempt(23, 13, Some(200)), Next::Done, NOW + 70).await.unwrap());
            assert!(!webhooks::note_attempt(tx, &attempt(24, 13, Some(500)), Next::GivenUp, NOW + 80).await.unwrap());
            assert!(!webhooks::note_attempt(tx, &attempt(25, 99, Some(200)), Next::Done, NOW + 80).await.unwrap());
        });
        let failed = webhooks::call(&mut db, 11).await.unwrap().unwrap();
        assert_eq!((failed.state.as_str(), failed.attempts, failed.status), ("failed", 2, Some(500)));
        assert_eq!(failed.settled_at, Some(NOW + 301));
        assert_eq!(webhooks::call(&mut db, 13).await.unwrap().unwrap().state, "done", "what is done stays so");
        let log = webhooks::attempts(&mut db, 11).await.unwrap();
        assert_eq!(log, [attempt(22, 11, Some(500)), attempt(21, 11, None)]);
        let page = |calls: Vec<Call>| calls.into_iter().map(|call| call.id).collect::<Vec<_>>();
        assert_eq!(page(webhooks::calls(&mut db, 1, None, None, 9).await.unwrap()), [13, 11]);
        assert_eq!(page(webhooks::calls(&mut db, 1, None, Some(13), 9).await.unwrap()), [11]);
        assert_eq!(page(webhooks::calls(&mut db, 1, Some("done"), None, 9).await.unwrap()), [13]);
        write!(db, |tx| {
            assert_eq!(webhooks::redeliver_failed(tx, 1, NOW + 12, NOW + 400, NOW + 900).await.unwrap(), 0);
            assert_eq!(webhooks::redeliver_failed(tx, 1, NOW + 11, NOW + 400, NOW + 900).await.unwrap(), 1);
            assert!(webhooks::redeliver(tx, 13, NOW + 401, NOW + 900).await.unwrap(), "also one that went well");
            assert!(!webhooks::redeliver(tx, 13, NOW + 402, NOW + 900).await.unwrap(), "it is on its way");
        });
        let again = webhooks::due_calls(&mut db, 1, NOW + 401, 9).await.unwrap();
        assert_eq!(
            again.iter().map(|c| (c.id, c.attempts, c.until_at)).collect::<Vec<_>>(),
            [(11, 0, NOW + 900), (13, 0, NOW + 900)]
        );
        write!(db, |tx| {
            assert!(webhooks::stop(tx, 1, "gone", "It said so.", NOW + 500).await.unwrap());
            assert!(!webhooks::stop(tx, 1, "paused", "It failed.", NOW + 501).await.unwrap(), "it is not on any more");
            assert_eq!(webhooks::give_up(tx, 1, "It is off.", NOW + 500).await.unwrap(), 2);
        });
        let stopped = webhooks::get(&mut db, 1).await.unwrap().unwrap();
        assert_eq!((stopped.state.as_str(), stopped.reason.as_deref()), ("gone", Some("It said so.")));
        assert_eq!(webhooks::call(&mut db, 13).await.unwrap().unwrap().error.as_deref(), Some("It is off."));
    });
}

#[test]
fn the_log_is_forgotten_after_its_time_and_with_its_endpoint_and_answers_when_somebody_is_erased() {
    on_both(async |mut db| {
        with_two(&db).await;
        write!(db, |tx| {
            for (n, (id, status)) in [(11, 200), (12, 500), (13, 200)].into_iter().enumerate() {
                let n = i64::try_from(n).unwrap();
                webhooks::note_attempt(tx, &attempt(30 + n, id, Some(status)), Next::Done, NOW + n).await.unwrap();
            }
            assert_eq!(webhooks::forget_answers(tx).await.unwrap(), 3);
            assert_eq!(webhooks::forget_answers(tx).await.unwrap(), 0);
            assert_eq!(webhooks::forget(tx, NOW + 1, 9).await.unwrap(), 1);
        });
        assert_eq!(webhooks::call(&mut db, 11).await.unwrap(), None);
        assert_eq!(webhooks::attempts(&mut db, 11).await.unwrap(), []);
        assert_eq!(
            webhooks::event(&mut db, 7).await.unwrap(),
            Some(event(7)),
            "the other endpoint was told of it later"
        );
        assert_eq!(webhooks::attempts(&mut db, 13).await.unwrap()[0].answer, "");
        write!(db, |tx| webhooks::remove(tx, 1).await.unwrap());
        assert_eq!(webhooks::event(&mut db, 8).await.unwrap(), None, "nobody else was told of it");
        assert_eq!(webhooks::event(&mut db, 7).await.unwrap(), Some(event(7)));
        write!(db, |tx| {
            assert_eq!(webhooks::forget(tx, NOW + 9, 1).await.unwrap(), 1);
            assert_eq!(webhooks::forget(tx, NOW + 9, 1).await.unwrap(), 0);
        });
        assert_eq!(webhooks::event(&mut db, 7).await.unwrap(), None);
        assert_eq!(webhooks::all(&mut db).await.unwrap().len(), 1);
    });
}
