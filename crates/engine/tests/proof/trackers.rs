//! A tracker says that an issue is closed: a person is asked, and nothing moves by itself.

use crate::support::{NOW, World, on_both};
use serde_json::{Value, json};
use tertulia_connector::{Request, sign};
use tertulia_engine::{
    EngineError,
    feedback::{self, ChangeForm},
    trackers::{self, CallError},
};
use tertulia_model::ChangeId;
use tertulia_store::{feedback_changes, trackers as stored};

const LINK: &str = "https://git.example/roaster/shop/issues/7";

async fn linked(world: &World) -> ChangeId {
    let form = ChangeForm { title: "We open".to_owned(), words: String::new(), link: LINK.to_owned() };
    feedback::make(&world.engine, world.user, &form, None).await.unwrap().0
}

fn call(body: &Value, secret: &str, from: Option<&str>) -> Request {
    let body = body.to_string();
    let signature = format!("sha256={}", sign::hex_signature(secret.as_bytes(), body.as_bytes()));
    Request {
        method: "POST".to_owned(),
        path: "/".to_owned(),
        query: Vec::new(),
        raw_query: String::new(),
        headers: vec![("x-hub-signature-256".to_owned(), signature)],
        body: body.into(),
        from: from.map(|from| from.parse().unwrap()),
        at: NOW,
    }
}

/// What GitHub says `minutes` after the hour that stories begin at.
fn says(action: &str, minutes: i64) -> Value {
    let at = jiff::Timestamp::from_millisecond(NOW - 3_600_000 + minutes * 60_000).unwrap().to_string();
    json!({ "action": action, "issue": { "html_url": LINK, "updated_at": at } })
}

async fn waits(world: &World) -> usize {
    stored::waiting(&mut world.engine.db.reader(), 9).await.unwrap().len()
}

async fn state(world: &World, id: ChangeId) -> String {
    feedback_changes::get(&mut world.engine.db.reader(), id).await.unwrap().unwrap().state
}

#[test]
fn a_closed_issue_asks_whether_the_change_is_done_and_moves_nothing() {
    on_both(async |world| {
        let id = linked(&world).await;
        let new = trackers::add(&world.engine, " The shop's  issues ", world.user).await.unwrap();
        let kept = stored::get(&mut world.engine.db.reader(), new.id).await.unwrap().unwrap();
        assert_eq!(kept.title, "The shop's issues");
        let secret = new.secret.reveal();
        assert!(!kept.secrets.windows(secret.len()).any(|part| part == secret.as_bytes()), "it is sealed");
        let says_so = async |body: &Value| trackers::receive(&world.engine, new.id, &call(body, secret, None)).await;
        let closed = says("closed", 1);
        assert_eq!(says_so(&closed).await.unwrap(), Some(1));
        assert_eq!((waits(&world).await, state(&world, id).await.as_str()), (1, "considering"));
        assert_eq!(says_so(&closed).await.unwrap(), None, "played back, it is nothing new");
        assert_eq!(says_so(&says("reopened", 3)).await.unwrap(), Some(1));
        assert_eq!(waits(&world).await, 0, "nobody is asked any more");
        assert_eq!(says_so(&says("closed", 2)).await.unwrap(), Some(0), "what was said before comes too late");
        assert_eq!(waits(&world).await, 0);
        says_so(&says("closed", 4)).await.unwrap();
        assert_eq!(waits(&world).await, 1);
        trackers::not_yet(&world.engine, id).await.unwrap();
        assert_eq!((waits(&world).await, state(&world, id).await.as_str()), (0, "considering"));
        says_so(&says("closed", 5)).await.unwrap();
        assert_eq!(waits(&world).await, 0, "that it is closed is no news");
        says_so(&says("reopened", 6)).await.unwrap();
        says_so(&says("closed", 7)).await.unwrap();
        assert_eq!(waits(&world).await, 1);
        feedback::move_to(&world.engine, world.user, id, "done", "").await.unwrap();
        assert_eq!(waits(&world).await, 0, "somebody said it");
        says_so(&says("reopened", 8)).await.unwrap();
        says_so(&says("closed", 9)).await.unwrap();
        assert_eq!(waits(&world).await, 0, "it is done already");
        let said = stored::notes(&mut world.engine.db.reader(), id, 99).await.unwrap();
        assert_eq!(said.iter().filter(|note| note.what == "closed").count(), 4, "{said:?}");
    });
}

#[test]
fn what_is_not_signed_or_too_old_or_no_news_to_us_changes_nothing() {
    on_both(async |world| {
        let id = linked(&world).await;
        let new = trackers::add(&world.engine, "Issues", world.user).await.unwrap();
        let secret = new.secret.reveal();
        let receive = async |request: &Request| trackers::receive(&world.engine, new.id, request).await;
        let unproven = receive(&call(&says("closed", 1), "whsec_AAAA", None)).await;
        assert!(matches!(unproven, Err(CallError::Unproven)), "{unproven:?}");
        let unreadable = receive(&call(&json!([1]), secret, None)).await;
        assert!(matches!(unreadable, Err(CallError::Unreadable(_))), "{unreadable:?}");
        let unknown = trackers::receive(&world.engine, 7, &call(&says("closed", 1), secret, None)).await;
        assert!(matches!(unknown, Err(CallError::Unknown)));
        assert_eq!(receive(&call(&says("closed", -31 * 24 * 60), secret, None)).await.unwrap(), None, "it is old");
        assert_eq!(receive(&call(&json!({ "zen": "Speak like a human." }), secret, None)).await.unwrap(), None);
        let elsewhere = json!({ "url": "https://git.example/other/1", "state": "closed", "at": NOW });
        assert_eq!(receive(&call(&elsewhere, secret, None)).await.unwrap(), Some(0));
        assert_eq!(stored::notes(&mut world.engine.db.reader(), id, 9).await.unwrap(), []);
        let mut turned_away = 0;
        for n in 0..400 {
            let plain = json!({ "url": LINK, "state": "labelled", "n": n });
            let answer = receive(&call(&plain, secret, Some("192.0.2.1"))).await;
            turned_away += usize::from(matches!(answer, Err(CallError::TooMany)));
        }
        assert_eq!(turned_away, 100);
        trackers::remove(&world.engine, new.id).await.unwrap();
        assert!(matches!(trackers::remove(&world.engine, new.id).await, Err(EngineError::NotFound(_))));
        assert!(matches!(receive(&call(&says("closed", 1), secret, None)).await, Err(CallError::Unknown)));
    });
}

#[test]
fn the_same_call_ten_times_at_once_is_one_note() {
    on_both(async |world| {
        let id = linked(&world).await;
        let new = trackers::add(&world.engine, "Issues", world.user).await.unwrap();
        let request = call(&says("closed", 1), new.secret.reveal(), None);
        let all: Vec<_> = (0..10)
            .map(|_| {
                let (engine, request, tracker) = (world.engine.clone(), request.clone(), new.id);
                tokio::spawn(async move { trackers::receive(&engine, tracker, &request).await.unwrap() })
            })
            .collect();
        let mut noted = 0;
        for one in all {
            noted += one.await.unwrap().unwrap_or(0);
        }
        assert_eq!(noted, 1);
        assert_eq!(stored::notes(&mut world.engine.db.reader(), id, 9).await.unwrap().len(), 1);
        world.clock.advance(91 * 24 * 3_600_000);
        trackers::forget(&world.engine).await.unwrap();
    });
}

#[test]
fn a_change_that_links_to_another_issue_waits_for_that_one() {
    on_both(async |world| {
        let id = linked(&world).await;
        let new = trackers::add(&world.engine, "Issues", world.user).await.unwrap();
        let secret = new.secret.reveal();
        let says_so = async |body: &Value| trackers::receive(&world.engine, new.id, &call(body, secret, None)).await;
        says_so(&says("closed", 1)).await.unwrap();
        assert_eq!(waits(&world).await, 1);
        let other = "https://git.example/roaster/shop/issues/9";
        let form = ChangeForm { title: "We open".to_owned(), words: String::new(), link: other.to_owned() };
        feedback::reword(&world.engine, id, &form, None).await.unwrap();
        assert_eq!(waits(&world).await, 0, "that was said of the other one");
        let closed = json!({ "url": other, "state": "closed", "at": NOW });
        assert_eq!(says_so(&closed).await.unwrap(), Some(1), "it is news of this one");
        assert_eq!(waits(&world).await, 1);
    });
}

#[test]
fn what_is_signed_by_its_body_alone_must_say_when_it_was() {
    on_both(async |world| {
        linked(&world).await;
        let new = trackers::add(&world.engine, "Issues", world.user).await.unwrap();
        let secret = new.secret.reveal();
        let bare = json!({ "url": LINK, "state": "closed" });
        let mut request = call(&bare, secret, None);
        let refused = trackers::receive(&world.engine, new.id, &request).await;
        assert!(matches!(refused, Err(CallError::Unreadable(_))), "{refused:?}");
        assert_eq!(waits(&world).await, 0);
        let seconds = world.engine.now() / 1_000;
        let signature = sign::webhook_signature(secret, "msg_1", seconds, &bare.to_string()).unwrap();
        let headers = [
            ("webhook-id", "msg_1".to_owned()),
            ("webhook-timestamp", seconds.to_string()),
            ("webhook-signature", signature),
        ];
        request.headers = headers.map(|(name, value)| (name.to_owned(), value)).to_vec();
        assert_eq!(trackers::receive(&world.engine, new.id, &request).await.unwrap(), Some(1));
        assert_eq!(waits(&world).await, 1);
    });
}
