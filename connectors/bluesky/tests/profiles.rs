//! Who wrote what is kept: looked up at the account's server, which fails as we like.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

#[expect(dead_code, reason = "shared with the tests of the stream and of sending")]
mod support;

use serde_json::{Value, json};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use support::{Channel, KIM, Pds, US, event, said};
use tertulia_connector::{Connector, SecretSet};
use tertulia_model::{Content, FixedClock, InboundKind, RawContent, RawItem};
use tokio::net::TcpListener;

const NOW: i64 = 1_795_900_000_000;
const HOUR: i64 = 3_600_000;
const METHOD: &str = "app.bsky.actor.getProfiles";

struct World {
    pds: Pds,
    channel: Channel,
    clock: Arc<FixedClock>,
}

impl World {
    async fn new() -> Self {
        let pds = Pds::start().await;
        let clock = Arc::new(FixedClock::at(NOW));
        let mut channel = Channel::new(json!({"handle": "roastery.test", "service": pds.url}));
        channel.set().clock = clock.clone();
        pds.state.lock().unwrap().profiles.insert(
            KIM.to_owned(),
            json!({"did": KIM, "handle": "kim.test", "displayName": " Kim\u{202e} Lee\n", "followersCount": 318,
                "description": "Tea.\nkim.example/tea"}),
        );
        Self { pds, channel, clock }
    }

    /// What is understood of these events once they are kept.
    async fn kept(&self, events: &[String]) -> Vec<Content> {
        let item = |event: &String| RawItem {
            key: "x".to_owned(),
            content: RawContent::Memory(event.as_bytes().to_vec()),
            received_at: NOW,
            hint: Arc::new(json!({"us": US})),
        };
        let mut items: Vec<RawItem> = events.iter().map(item).collect();
        self.channel.bluesky.complete(&self.channel.ctx, &mut items).await;
        let understood = |item: &RawItem| {
            let RawContent::Memory(bytes) = &item.content else { panic!("it is in memory") };
            self.channel.bluesky.normalise(&self.channel.ctx.account, item, bytes).unwrap()
        };
        let content = |event: tertulia_model::Inbound| match event.kind {
            InboundKind::Created(content) => Some(*content),
            _ => None,
        };
        items.iter().flat_map(understood).filter_map(content).collect()
    }

    async fn name_of_kim(&self) -> (Option<String>, Option<i64>) {
        let content = self.kept(&[said(KIM, 1, "hello")]).await.remove(0);
        (content.author.display_name, content.reach)
    }

    /// How many were asked for, in each question since the last look.
    fn asked(&self) -> Vec<usize> {
        let asked = std::mem::take(&mut self.pds.state.lock().unwrap().asked);
        let questions = asked.iter().filter(|question| question.starts_with(METHOD));
        questions.map(|question| question.lines().next().unwrap().matches("actors=").count()).collect()
    }
}

fn lee() -> (Option<String>, Option<i64>) {
    (Some("Kim Lee".to_owned()), Some(318))
}

#[tokio::test]
async fn what_a_profile_says_comes_along_with_its_address() {
    let content = World::new().await.kept(&[said(KIM, 1, "hello")]).await.remove(0);
    assert_eq!(content.profile, ["https://bsky.app/profile/kim.test", "Tea. kim.example/tea"]);
}

#[tokio::test]
async fn who_wrote_and_how_many_follow_is_found_out_once_a_day() {
    let world = World::new().await;
    let twice = [said(KIM, 1, "one"), said(KIM, 2, "two"), said(US, 3, "ours"), event(KIM, 4, "delete", "k1", None)];
    let heard = world.kept(&twice).await;
    let told: Vec<_> = heard.iter().map(|content| (content.author.display_name.as_deref(), content.reach)).collect();
    assert_eq!(told, [(Some("Kim Lee"), Some(318)), (Some("Kim Lee"), Some(318)), (None, None)]);
    assert_eq!((heard[0].author.handle.as_str(), world.asked()), (KIM, vec![1]), "one question, and not for ourselves");
    world.clock.advance(23 * HOUR);
    assert_eq!((world.name_of_kim().await, world.asked()), (lee(), vec![]));
    world.clock.advance(2 * HOUR);
    assert_eq!((world.name_of_kim().await, world.asked()), (lee(), vec![1]));
    assert_eq!(world.kept(&[event(KIM, 4, "delete", "k1", None)]).await, []);
    assert_eq!(world.asked(), [0; 0]);
}

#[tokio::test]
async fn who_gives_no_name_is_called_by_the_handle_and_nobody_is_asked_for_twice() {
    let world = World::new().await;
    let author = |n: usize| format!("did:plc:{n:024}");
    {
        let mut state = world.pds.state.lock().unwrap();
        for (n, profile) in [
            json!({"handle": "lee.test", "displayName": "", "followersCount": -4}),
            json!({"handle": "handle.invalid"}),
            json!({"handle": 7, "displayName": {"x": 1}, "followersCount": "many"}),
        ]
        .into_iter()
        .enumerate()
        {
            let mut profile: Value = profile;
            profile["did"] = author(n).into();
            state.profiles.insert(author(n), profile);
        }
    }
    let events: Vec<String> = (0..4).map(|n| said(&author(n), 1, "x")).collect();
    for asked in [vec![4], vec![]] {
        let heard = world.kept(&events).await;
        let told: Vec<_> =
            heard.iter().map(|content| (content.author.display_name.as_deref(), content.reach)).collect();
        assert_eq!(told, [(Some("lee.test"), None), (None, None), (None, None), (None, None)]);
        assert_eq!(world.asked(), asked);
    }
}

#[tokio::test]
async fn a_flood_asks_for_a_hundred_at_most_and_the_rest_goes_without() {
    let world = World::new().await;
    let events: Vec<String> = (0..130).map(|n| said(&format!("did:plc:{n:024}"), 1, "x")).collect();
    assert_eq!(world.kept(&events).await.len(), 130);
    assert_eq!(world.asked(), [25, 25, 25, 25]);
    world.kept(&events).await;
    assert_eq!(world.asked(), [25, 5], "whom it did not ask for yet");
}

#[tokio::test]
async fn a_server_that_does_not_answer_as_it_should_is_left_alone_for_a_while_and_nothing_is_lost() {
    let faults = [
        (502, json!("no")),
        (429, json!({"error": "RateLimitExceeded"})),
        (501, json!({"error": "MethodNotImplemented"})),
        (200, json!({"profiles": "none"})),
        (0, Value::Null),
    ];
    for (status, body) in faults {
        let world = World::new().await;
        world.pds.fault(METHOD, status, "", body);
        assert_eq!((world.name_of_kim().await, world.asked()), ((None, None), vec![1]), "{status}");
        world.clock.advance(HOUR / 10);
        assert_eq!((world.name_of_kim().await, world.asked()), ((None, None), vec![]), "{status}");
        world.clock.advance(HOUR / 10);
        assert_eq!((world.name_of_kim().await, world.asked()), (lee(), vec![1]), "{status}");
    }
}

#[tokio::test]
async fn without_a_password_or_with_a_server_that_is_silent_everything_is_heard_without_names() {
    let mut world = World::new().await;
    world.channel.set().secrets = SecretSet::new();
    assert_eq!((world.name_of_kim().await, world.asked()), ((None, None), vec![]));
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    world.channel.set().settings["service"] = format!("http://{}", silent.local_addr().unwrap()).into();
    let mut channel = Channel::new(world.channel.ctx.settings.clone());
    channel.set().clock = world.clock.clone();
    world.channel = channel;
    let began = Instant::now();
    assert_eq!(world.name_of_kim().await, (None, None));
    assert!((500..10_000).contains(&began.elapsed().as_millis()), "it waits a little: {:?}", began.elapsed());
    let mut shortest = u128::MAX;
    for _ in 0..3 {
        let began = Instant::now();
        assert_eq!(world.name_of_kim().await, (None, None));
        shortest = shortest.min(began.elapsed().as_millis());
    }
    assert!(shortest < 400, "and not again: {shortest} ms");
}

#[tokio::test]
async fn a_slow_server_is_not_waited_for_and_its_answer_names_what_is_said_next() {
    let world = World::new().await;
    let (long, method) = (Duration::from_millis(900), "com.atproto.server.createSession");
    world.pds.state.lock().unwrap().slow = vec![(method, long), (METHOD, long)];
    assert_eq!(world.name_of_kim().await, (None, None));
    let mut told = (None, None);
    for _ in 0..200 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        told = world.name_of_kim().await;
        if told != (None, None) {
            break;
        }
    }
    assert_eq!((told, world.asked()), (lee(), vec![1]), "one question, whoever came in between");
    assert_eq!(world.pds.state.lock().unwrap().sign_ins, 1);
    world.kept(&[said(&format!("did:plc:{:024}", 1), 2, "x")]).await;
    assert_eq!(world.asked(), [1], "others are asked for again");
}
