//! The live stream: nothing missed, nothing doubled, in the order of commits.

use crate::support::{Site, request, talk};
use axum::{
    body::{Body, BodyDataStream},
    http::{HeaderMap, StatusCode},
};
use futures::StreamExt;
use std::time::Duration;
use tertulia_engine::accounts;
use tertulia_model::Role;
use tertulia_store::changes::{self, Change};
use tower::ServiceExt;

/// An open stream, read event by event.
struct Live {
    body: BodyDataStream,
    headers: HeaderMap,
    unread: String,
}

#[derive(Debug, PartialEq)]
struct Event {
    kind: String,
    /// Zero where it has none.
    id: i64,
    data: serde_json::Value,
}

impl Live {
    async fn open(site: &Site, session: &str, path: &str, last_event: Option<&str>) -> Self {
        let mut request = request("GET", path, session);
        if let Some(id) = last_event {
            request = request.header("last-event-id", id);
        }
        let response = site.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        let headers = response.headers().clone();
        Self { body: response.into_body().into_data_stream(), headers, unread: String::new() }
    }

    /// The next event; `None` at the stream's end.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((block, rest)) = self.unread.split_once("\n\n") {
                let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
                let event = field("data:").map(|data| Event {
                    kind: field("event:").unwrap_or("message").to_owned(),
                    id: field("id:").map_or(0, |id| id.parse().unwrap()),
                    data: serde_json::from_str(data).unwrap(),
                });
                self.unread = rest.to_owned();
                if event.is_some() {
                    return event;
                }
                continue;
            }
            let more = tokio::time::timeout(Duration::from_secs(10), self.body.next()).await.expect("nothing came");
            self.unread.push_str(std::str::from_utf8(&more?.unwrap()).unwrap());
        }
    }

    /// The next word about who has what open; reading a page announces that it was read, too.
    async fn here(&mut self) -> Event {
        loop {
            let event = self.next().await.unwrap();
            if event.kind == "here" {
                return event;
            }
        }
    }

    async fn sequences(&mut self, count: usize) -> Vec<i64> {
        let mut seen = Vec::new();
        while seen.len() < count {
            seen.push(self.next().await.unwrap().id);
        }
        seen
    }
}

/// Commits one change without announcing it.
async fn commit(site: &Site, topic: &str, subject: i64) -> Vec<Change> {
    let mut tx = site.engine.db.begin().await.unwrap();
    let noted = changes::note(&mut tx, &[(topic, subject)], site.engine.now()).await.unwrap();
    tx.commit().await.unwrap();
    noted
}

async fn change(site: &Site, topic: &str, subject: i64) -> i64 {
    let noted = commit(site, topic, subject).await;
    let seq = noted[0].seq;
    site.engine.bus.announce(noted);
    seq
}

#[tokio::test]
async fn what_a_member_has_read_is_told_to_their_own_pages_only() {
    let (site, owner) = Site::ready(vec![talk::Talk::new()]).await;
    let me = accounts::session(&site.engine, &owner).await.unwrap().unwrap().0.id;
    let mut live = Live::open(&site, &owner, &format!("/live?after={}", site.engine.bus.newest()), None).await;
    change(&site, "read", me.0 + 1).await;
    let mine = change(&site, "read", me.0).await;
    assert_eq!(live.next().await.unwrap().id, mine);
}

#[tokio::test]
async fn the_stream_of_who_is_signed_out_disabled_or_given_a_new_password_ends_at_once() {
    let (site, owner) = Site::ready(Vec::new()).await;
    let (agent, viewer) = (site.member(Role::Agent).await, site.member(Role::Viewer).await);
    let who = async |session: &str| accounts::session(&site.engine, session).await.unwrap().unwrap().0.id;
    let (agent_id, viewer_id) = (who(&agent).await, who(&viewer).await);
    let path = format!("/live?after={}", site.engine.bus.newest());
    let mut lives = Vec::new();
    for session in [&owner, &agent, &viewer] {
        lives.push(Live::open(&site, session, &path, None).await);
    }
    let [first, second, third] = &mut lives[..] else { unreachable!() };
    // Each waits by then, so that nothing but the end can wake it.
    change(&site, "channel", 1).await;
    for live in [&mut *first, &mut *second, &mut *third] {
        live.next().await.unwrap();
    }
    accounts::change_member(&site.engine, agent_id, Role::Agent, true).await.unwrap();
    assert_eq!(second.next().await, None);
    accounts::set_password(&site.engine, viewer_id, "another long password").await.unwrap();
    assert_eq!(third.next().await, None);
    change(&site, "channel", 2).await;
    assert!(first.next().await.is_some(), "who is signed in hears on");
    accounts::sign_out(&site.engine, &owner).await.unwrap();
    assert_eq!(first.next().await, None);
}

#[tokio::test]
async fn the_streams_of_other_devices_end_with_their_sessions() {
    let (site, owner) = Site::ready(Vec::new()).await;
    let mut lost = Live::open(&site, &owner, "/live?after=0", None).await;
    change(&site, "channel", 1).await;
    while lost.next().await.unwrap().data["topic"] != "channel" {}
    let me = accounts::session(&site.engine, &owner).await.unwrap().unwrap().0;
    accounts::sign_out_elsewhere(&site.engine, me).await.unwrap();
    assert_eq!(lost.next().await, None, "whoever has a lost phone learns nothing more, from the same moment");
}

#[tokio::test]
async fn a_page_hears_of_a_message_that_arrives() {
    let talk = talk::Talk::new();
    let (site, owner) = Site::ready(vec![talk]).await;
    let channel = talk::channel(&site, "talk", "roaster").await;
    let mut live = Live::open(&site, &owner, &format!("/live?after={}", site.engine.bus.newest()), None).await;
    assert_eq!(live.headers["content-type"], "text/event-stream");
    assert_eq!(live.headers["x-accel-buffering"], "no");
    let conversation = talk::conversation(&site, channel, talk::Line::new("1", "amina", "Hello")).await;
    let mut told = live.next().await.unwrap();
    while told.data["topic"] != "conversation" {
        told = live.next().await.unwrap();
    }
    assert_eq!(told.data["id"], conversation.to_string(), "ids are strings");
    assert_eq!(told.data["seq"], told.id);
}

#[tokio::test]
async fn a_stream_goes_on_from_where_the_browser_was() {
    let (site, owner) = Site::ready(Vec::new()).await;
    let first = change(&site, "conversation", 1).await;
    let second = change(&site, "channel", 2).await;
    let third = change(&site, "conversation", 3).await;
    let mut live = Live::open(&site, &owner, &format!("/live?after={first}"), None).await;
    assert_eq!(live.sequences(2).await, [second, third]);
    let fourth = change(&site, "person", 4).await;
    assert_eq!(live.sequences(1).await, [fourth], "and then live");
    let second_text = second.to_string();
    let mut resumed = Live::open(&site, &owner, &format!("/live?after={first}"), Some(&second_text)).await;
    assert_eq!(resumed.sequences(2).await, [third, fourth], "what the browser saw last counts, not where it began");
    let mut present = Live::open(&site, &owner, "/live", None).await;
    // The stream begins when it is first read, so the change must come after that.
    let reader = tokio::spawn(async move { present.sequences(1).await });
    tokio::time::sleep(Duration::from_millis(200)).await;
    let fifth = change(&site, "person", 5).await;
    assert_eq!(reader.await.unwrap(), [fifth]);
}

#[tokio::test]
async fn nothing_falls_between_what_was_and_what_comes() {
    let (site, owner) = Site::ready(Vec::new()).await;
    let start = site.engine.bus.newest();
    let many = 600;
    let writing = async {
        for n in 0..many {
            change(&site, "conversation", n).await;
        }
    };
    let reading = async {
        let mut all = Vec::new();
        let mut live = Live::open(&site, &owner, &format!("/live?after={start}"), None).await;
        // Each time a little is read, the connection breaks, and the browser comes back.
        while all.len() < usize::try_from(many).unwrap() {
            all.extend(live.sequences(usize::try_from(many).unwrap().min(all.len() + 20) - all.len()).await);
            live = Live::open(&site, &owner, &format!("/live?after={}", all.last().unwrap()), None).await;
        }
        all
    };
    let ((), all) = tokio::join!(writing, reading);
    assert_eq!(all, (start + 1..=start + many).collect::<Vec<_>>());
}

#[tokio::test]
async fn announcements_that_overtake_one_another_are_told_in_order_and_once() {
    let (site, owner) = Site::ready(Vec::new()).await;
    let mut live = Live::open(&site, &owner, &format!("/live?after={}", site.engine.bus.newest()), None).await;
    let seq = change(&site, "conversation", 1).await;
    assert_eq!(live.sequences(1).await, [seq]);
    let earlier = commit(&site, "conversation", 2).await;
    let later = commit(&site, "conversation", 3).await;
    let after = later[0].seq;
    site.engine.bus.announce(later);
    site.engine.bus.announce(earlier);
    let last = change(&site, "conversation", 4).await;
    assert_eq!(live.sequences(3).await, [after - 1, after, last]);
}

#[tokio::test]
async fn who_was_away_for_too_long_is_told_to_load_everything_anew() {
    let (site, owner) = Site::ready(Vec::new()).await;
    for n in 0..5 {
        change(&site, "conversation", n).await;
    }
    let newest = site.engine.bus.newest();
    let mut tx = site.engine.db.begin().await.unwrap();
    changes::forget(&mut tx, site.engine.now() + 1).await.unwrap();
    tx.commit().await.unwrap();
    for from in [newest - 3, newest + 1_000] {
        let mut live = Live::open(&site, &owner, &format!("/live?after={from}"), None).await;
        let told = live.next().await.unwrap();
        assert_eq!((told.kind.as_str(), told.id, told.data), ("resync", newest, newest.into()), "from {from}");
    }
    let mut live = Live::open(&site, &owner, &format!("/live?after={newest}"), None).await;
    let next = change(&site, "conversation", 9).await;
    assert_eq!(live.sequences(1).await, [next], "who missed nothing needs no new start");
}

#[tokio::test]
async fn a_browser_too_slow_for_a_flood_is_told_to_load_everything_anew() {
    let (site, owner) = Site::ready(Vec::new()).await;
    let mut live = Live::open(&site, &owner, &format!("/live?after={}", site.engine.bus.newest()), None).await;
    let seq = change(&site, "conversation", 1).await;
    assert_eq!(live.sequences(1).await, [seq]);
    let flood = (1..=5_000).map(|n| Change { seq: seq + n, topic: "conversation".to_owned(), subject: n });
    site.engine.bus.announce(flood.collect());
    let told = live.next().await.unwrap();
    assert_eq!((told.kind.as_str(), told.id), ("resync", seq + 5_000));
}

#[tokio::test]
async fn a_stream_ends_with_its_session() {
    let (site, owner) = Site::ready(Vec::new()).await;
    let mut live = Live::open(&site, &owner, &format!("/live?after={}", site.engine.bus.newest()), None).await;
    accounts::sign_out(&site.engine, &owner).await.unwrap();
    assert_eq!(live.next().await, None);
}

#[tokio::test]
async fn a_page_is_told_who_opens_what_it_shows_and_who_leaves_and_of_nothing_else() {
    let (site, owner) = Site::ready(vec![talk::Talk::new()]).await;
    let agent = site.member(Role::Agent).await;
    let channel = talk::channel(&site, "talk", "roaster").await;
    let open = talk::conversation(&site, channel, talk::Line::new("1", "amina", "Hello")).await;
    let other = talk::conversation(&site, channel, talk::Line::new("2", "bruno", "Hello too")).await;
    let here = format!("/live/here/{open}");
    let post = async |session: &str, path: &str, page: &str| site.post(path, session, &[("page", page)]).await.status;
    assert_eq!(post(&owner, &here, "one").await, 204);
    let mut live = Live::open(&site, &owner, &format!("/live?after={}", site.engine.bus.newest()), None).await;
    assert_eq!(live.here().await.id, 0, "what it missed while it was drawn");

    let agents = Live::open(&site, &agent, "/live", None).await;
    assert_eq!(post(&agent, &format!("/live/here/{other}"), "two").await, 204);
    assert_eq!(post(&agent, &here, "two").await, 204);
    let told = live.here().await;
    assert_eq!(told.data["id"], open.to_string());
    assert_eq!(site.get(&here, &owner).await.body, "agent has this open.");
    assert!(site.get(&format!("/inbox/{open}"), &owner).await.body.contains("agent has this open."));
    assert_eq!(site.get(&here, &agent).await.body, "Inés Robledo has this open.");

    assert_eq!(post(&agent, &format!("{here}/gone"), "two").await, 204);
    live.here().await;
    assert_eq!(site.get(&here, &owner).await.body, "");

    assert_eq!(post(&agent, &here, "three").await, 204);
    live.here().await;
    drop(agents);
    live.here().await;
    assert_eq!(site.get(&here, &owner).await.body, "", "a browser that vanished has nothing open");
}

#[tokio::test]
async fn what_a_page_says_by_itself_is_no_sign_that_somebody_works() {
    let (site, owner) = Site::ready(vec![talk::Talk::new()]).await;
    let channel = talk::channel(&site, "talk", "roaster").await;
    let id = talk::conversation(&site, channel, talk::Line::new("1", "amina", "Hello")).await;
    let works = || site.engine.bus.somebody_works(site.engine.now());
    assert!(!works());
    for path in [format!("/live/here/{id}"), format!("/live/here/{id}/gone")] {
        assert_eq!(site.post(&path, &owner, &[("page", "one")]).await.status, 204);
        assert!(!works(), "{path}");
    }
    site.post(&format!("/inbox/{id}/draft"), &owner, &[("text", "Hello")]).await;
    assert!(works());
}

#[tokio::test]
async fn what_is_not_there_cannot_be_open_and_a_page_has_a_short_name() {
    let (site, owner) = Site::ready(vec![talk::Talk::new()]).await;
    assert_eq!(site.post("/live/here/77", &owner, &[("page", "one")]).await.status, 404);
    let channel = talk::channel(&site, "talk", "roaster").await;
    let open = talk::conversation(&site, channel, talk::Line::new("1", "amina", "Hello")).await;
    let long = "x".repeat(1_000);
    assert_eq!(site.post(&format!("/live/here/{open}"), &owner, &[("page", &long)]).await.status, 422);
}

#[tokio::test]
async fn one_session_has_so_many_streams_and_the_next_is_asked_to_come_later() {
    let (site, owner) = Site::ready(Vec::new()).await;
    let mut open = Vec::new();
    for _ in 0..tertulia_engine::presence::MOST_STREAMS {
        open.push(Live::open(&site, &owner, "/live", None).await);
    }
    let ask = async || site.router.clone().oneshot(request("GET", "/live", &owner).body(Body::empty()).unwrap()).await;
    let refused = ask().await.unwrap();
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.headers()["retry-after"], "60");
    let colleague = site.member(Role::Agent).await;
    Live::open(&site, &colleague, "/live", None).await;
    open.pop();
    assert_eq!(ask().await.unwrap().status(), StatusCode::OK, "who closes one may open one");
}
