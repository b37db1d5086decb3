//! The channel against a real server of accounts and a Jetstream of what it tells. Heavy: for soaks. What they said is
//! recorded, and heard the same without them.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

#[expect(dead_code, reason = "shared with the tests against a scripted network")]
mod support;

use futures::StreamExt;
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use support::{Channel, Jet, outgoing, text};
use tertulia_connector::{
    Connector, PullError, Secret, SecretSet, SendError,
    guard::AddressGuard,
    http::{Answer, Ask},
};
use tertulia_model::{Clock, Direction, FixedClock, Inbound, InboundKind, Outgoing, SystemClock};
use tertulia_testkit::{Network, Tape};
use tokio_tungstenite::tungstenite::Message;

const RECORDING: &str = "network.json";

/// A real network behind a tape that records it, or the tape alone.
struct Place {
    tape: Arc<Tape>,
    network: Option<Network>,
    streams: String,
}

impl Place {
    async fn real() -> Option<Self> {
        let tape = Arc::new(Tape::recording(RECORDING, SystemClock.now()));
        let network = Network::start()?;
        tape.stand_before(network.pds_port());
        let streams = network.jetstream();
        let all = format!("{streams}?wantedCollections=app.bsky.feed.post");
        let host = streams.trim_start_matches("ws://").split('/').next().unwrap().to_owned();
        let stream = tokio::net::TcpStream::connect(host).await.unwrap();
        let (mut socket, _) = tokio_tungstenite::client_async(all, stream).await.unwrap();
        let keeping = tape.clone();
        tokio::spawn(async move {
            while let Some(Ok(frame)) = socket.next().await {
                if let Message::Text(words) = frame {
                    keeping.tell(&words);
                }
            }
        });
        Some(Self { tape, network: Some(network), streams })
    }

    async fn recorded() -> Self {
        let (tape, jet) = (Arc::new(Tape::replaying(RECORDING)), Jet::start().await);
        let streams = jet.url.clone();
        tape.on_told(move |frame| {
            let event: Value = serde_json::from_str(frame).unwrap();
            jet.say(event["time_us"].as_i64().unwrap(), frame.to_owned());
        });
        Self { tape, network: None, streams }
    }

    fn log(&self) -> String {
        self.network.as_ref().map(Network::log).unwrap_or_default()
    }

    fn channel(&self) -> Channel {
        let mut channel = channel(&self.tape.url(""), &self.streams);
        channel.set().clock = Arc::new(FixedClock::at(self.tape.at()));
        channel
    }
}

/// Somebody with an account and an app of their own.
struct Person {
    did: String,
    token: String,
    pds: String,
    guard: AddressGuard,
}

impl Person {
    async fn open(pds: &str, name: &str) -> Self {
        let guard = AddressGuard::new(["127.0.0.1".to_owned()]);
        let pds = pds.trim_end_matches('/').to_owned();
        let account =
            json!({"email": format!("{name}@a.test"), "handle": format!("{name}.test"), "password": "pw12345678"});
        let ask = Ask::post_json(format!("{pds}/xrpc/com.atproto.server.createAccount"), &account);
        let session = guard.ask(&ask).await.unwrap().json().unwrap();
        let text = |name: &str| session[name].as_str().unwrap_or_else(|| panic!("{session}")).to_owned();
        Self { did: text("did"), token: text("accessJwt"), pds, guard }
    }

    async fn call(&self, method: &str, body: Value) -> Answer {
        let ask = Ask::post_json(format!("{}/xrpc/{method}", self.pds), &body).bearer(&self.token);
        let answer = self.guard.ask(&ask).await.unwrap();
        assert!(answer.is_success(), "{answer:?}");
        answer
    }

    /// Puts a post and gives its address.
    async fn put(&self, key: &str, record: Value) -> String {
        let answer = self.call("com.atproto.repo.putRecord", self.post(key, record)).await.json().unwrap();
        answer["uri"].as_str().unwrap().to_owned()
    }

    fn post(&self, key: &str, mut record: Value) -> Value {
        record["$type"] = "app.bsky.feed.post".into();
        record["createdAt"] = "2026-11-28T15:28:12.237Z".into();
        json!({"repo": self.did, "collection": "app.bsky.feed.post", "rkey": key, "record": record})
    }

    /// Puts a post to somebody, however often the server goes away meanwhile.
    async fn insist(&self, key: &str, to: &str, words: &str) {
        let text = format!("@us {words}");
        let facet = json!({"index": {"byteStart": 0, "byteEnd": 3},
            "features": [{"$type": "app.bsky.richtext.facet#mention", "did": to}]});
        let body = self.post(key, json!({"text": text, "facets": [facet]}));
        let ask = Ask::post_json(format!("{}/xrpc/com.atproto.repo.putRecord", self.pds), &body).bearer(&self.token);
        while !self.guard.ask(&ask).await.is_ok_and(|answer| answer.is_success()) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The records that an account has.
    async fn posts(&self, of: &str) -> usize {
        let query = format!("repo={of}&collection=app.bsky.feed.post&limit=100");
        let answer = self.guard.ask(&Ask::get(format!("{}/xrpc/com.atproto.repo.listRecords?{query}", self.pds))).await;
        answer.unwrap().json().unwrap()["records"].as_array().unwrap().len()
    }

    async fn delete(&self, key: &str) {
        let body = json!({"repo": self.did, "collection": "app.bsky.feed.post", "rkey": key});
        self.call("com.atproto.repo.deleteRecord", body).await;
    }
}

fn channel(pds: &str, streams: &str) -> Channel {
    let mut channel = Channel::new(json!({"handle": "deli.test", "service": pds, "streams": [streams]}));
    channel.set().secrets = SecretSet::from([("app_password".to_owned(), Secret::new("pw12345678"))]);
    channel
}

/// Pulls until so many events came.
async fn heard(channel: &mut Channel, count: usize) -> Vec<Inbound> {
    let mut events = Vec::new();
    for _ in 0..10 {
        let batch = channel.pull().await;
        events.extend(channel.events(&batch));
        if events.len() >= count {
            break;
        }
    }
    events
}

#[tokio::test]
async fn soak_a_talk_on_a_real_network_is_heard_answered_edited_and_taken_back() {
    let Some(place) = Place::real().await else { return };
    story(&place).await;
    place.tape.keep();
}

#[tokio::test]
async fn a_talk_that_a_network_told_once_is_heard_answered_edited_and_taken_back() {
    story(&Place::recorded().await).await;
}

async fn story(place: &Place) {
    let pds = place.tape.url("");
    let (us, kim) = (Person::open(&pds, "deli").await, Person::open(&pds, "kim").await);
    let mut shop = place.channel();
    let seen = shop.bluesky.test(&shop.ctx).await.unwrap();
    assert_eq!(seen[0], format!("Signed in as @deli.test ({}).", us.did));
    shop.restart().await;
    shop.pull().await;

    let mention = json!({"index": {"byteStart": 9, "byteEnd": 19},
        "features": [{"$type": "app.bsky.richtext.facet#mention", "did": us.did}]});
    let key = "3n3ezdlvdxc2m";
    let asked = kim.put(key, json!({"text": "Ol\u{e1} \u{2b50} @deli.test open?", "facets": [mention]})).await;
    kim.put("3n3ezdlvdxc2n", json!({"text": "nothing to do with you"})).await;
    let events = heard(&mut shop, 1).await;
    let InboundKind::Created(content) = &events[0].kind else { panic!("{events:?}") };
    assert_eq!(
        (events.len(), &events[0].key.external_id, content.author.handle.as_str()),
        (1, &asked, kim.did.as_str())
    );

    let id = shop.bluesky.choose_external_id(&shop.ctx.settings, "350000000000000000");
    let answer = outgoing(&id, Some(&asked), "Yes, until six: https://roastery.example/caf\u{e9} #open @kim.test");
    let sent = shop.bluesky.send(&shop.ctx, &answer).await.unwrap();
    assert_eq!(shop.bluesky.send(&shop.ctx, &answer).await.unwrap(), sent, "a repeat changes nothing");
    assert_eq!(shop.bluesky.find_sent(&shop.ctx, &answer).await.unwrap(), Some(sent.clone()));
    let long = Outgoing { text: "very long ".repeat(40), ..answer.clone() };
    let error = shop.bluesky.send(&shop.ctx, &long).await.unwrap_err();
    assert!(matches!(&error, SendError::Rejected(why) if why.contains("300")), "{error:?}");

    // The echo, once; then what kim says below it, changes, and takes back.
    let events = heard(&mut shop, 1).await;
    let InboundKind::Created(content) = &events[0].kind else { panic!("{events:?}") };
    assert_eq!((events.len(), &events[0].key.external_id, content.direction), (1, &sent.external_id, Direction::Ours));
    assert_eq!(content.references, std::slice::from_ref(&asked));
    assert!(content.text.contains("https://roastery.example/caf\u{e9}"), "{}", content.text);
    kim.put(key, json!({"text": "@deli.test open on Sunday?", "facets": [
        {"index": {"byteStart": 0, "byteEnd": 10}, "features": [{"$type": "app.bsky.richtext.facet#mention", "did": us.did}]}]})).await;
    // Whoever never heard the post is told of it so, too; whoever did knows it.
    let changed: Vec<String> = heard(&mut shop, 1).await.iter().map(text).collect();
    assert_eq!(changed, ["@deli.test open on Sunday?", "edited: @deli.test open on Sunday?"]);
    kim.delete(key).await;
    let events = heard(&mut shop, 1).await;
    assert_eq!((&events[0].key.external_id, &events[0].kind), (&asked, &InboundKind::Deleted));
    let late =
        Outgoing { external_id: shop.bluesky.choose_external_id(&shop.ctx.settings, "350000000000000001"), ..answer };
    let error = shop.bluesky.send(&shop.ctx, &late).await.unwrap_err();
    assert!(matches!(&error, SendError::Rejected(why) if why.contains("gone")), "{error:?}\n{}", place.log());
}

const ROUNDS: usize = 4;
const EACH: usize = 12;

fn letter(n: usize) -> char {
    char::from(b"abcdefghijklmnop"[n])
}

#[tokio::test(flavor = "multi_thread")]
async fn soak_a_network_that_is_killed_while_it_is_heard_and_answered_loses_and_doubles_nothing() {
    let Some(mut network) = Network::start() else { return };
    let pds = network.pds();
    let (us, kim) = (Person::open(&pds, "deli").await, Arc::new(Person::open(&pds, "kim").await));
    let (mut shop, desk) = (channel(&pds, &network.jetstream()), channel(&pds, &network.jetstream()));
    shop.pull().await;
    let first = kim.put("3n3ezdlvdxc2a", json!({"text": "hello"})).await;
    let mut heard: BTreeMap<String, usize> = BTreeMap::new();
    for round in 0..ROUNDS {
        // While it speaks and is spoken to, it is killed.
        let (speaking, us_did) = (kim.clone(), us.did.clone());
        let speaker = tokio::spawn(async move {
            for n in 0..EACH {
                let key = format!("3n3ezdlv{}xca{}", letter(round), letter(n));
                speaking.insist(&key, &us_did, &format!("{round}/{n}")).await;
            }
        });
        let kill = async {
            tokio::time::sleep(Duration::from_millis(40 + 90 * round as u64)).await;
            tokio::task::block_in_place(|| network.kill());
            tokio::time::sleep(Duration::from_millis(300)).await;
            tokio::task::block_in_place(|| network.start_again());
        };
        let id = desk.bluesky.choose_external_id(&desk.ctx.settings, &format!("35000000000000000{round}"));
        let answer = outgoing(&id, Some(&first), &format!("answer {round}"));
        // Put again under its key until it is known to stand there, and then once more, as after a crash.
        let speak = async {
            let mut sent = 0;
            while sent < 2 {
                match desk.bluesky.send(&desk.ctx, &answer).await {
                    Ok(_) => sent += 1,
                    Err(error) => assert!(
                        matches!(error, SendError::RetryAfter { .. } | SendError::Throttled { .. }),
                        "{error:?}"
                    ),
                }
                tokio::time::sleep(Duration::from_millis(60)).await;
            }
        };
        let hear = async {
            let mut came = Vec::new();
            for _ in 0..12 {
                match shop.try_pull().await {
                    Ok(batch) => came.extend(shop.events(&batch)),
                    Err(error) => {
                        assert!(matches!(error, PullError::Retry(_)), "{error:?}");
                        tokio::time::sleep(Duration::from_millis(300)).await;
                    }
                }
            }
            came
        };
        let ((), (), mut came) = tokio::join!(kill, speak, hear);
        speaker.await.unwrap();
        for _ in 0..3 {
            let batch = shop.pull().await;
            came.extend(shop.events(&batch));
        }
        for event in came {
            assert!(matches!(event.kind, InboundKind::Created(_)), "{event:?}");
            *heard.entry(event.key.external_id).or_default() += 1;
        }
    }
    assert_eq!(heard.len(), ROUNDS * (EACH + 1), "all that was said to us, and our answers: {heard:?}");
    assert!(heard.values().all(|times| *times == 1), "{heard:?}");
    assert_eq!(kim.posts(&us.did).await, ROUNDS);
    assert_eq!(kim.posts(&kim.did).await, 1 + ROUNDS * EACH);
}
