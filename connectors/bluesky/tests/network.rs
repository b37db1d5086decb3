//! The channel against a real server of accounts and a Jetstream of what it tells. Heavy: for soaks.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

#[expect(dead_code, reason = "shared with the tests against a scripted network")]
mod support;

use serde_json::{Value, json};
use support::{Channel, outgoing, text};
use tertulia_connector::{
    Connector, Secret, SecretSet, SendError,
    guard::AddressGuard,
    http::{Answer, Ask},
};
use tertulia_model::{Direction, Inbound, InboundKind, Outgoing};
use tertulia_testkit::Network;

/// Somebody with an account and an app of their own.
struct Person {
    did: String,
    token: String,
    pds: String,
    guard: AddressGuard,
}

impl Person {
    async fn open(network: &Network, name: &str) -> Self {
        let guard = AddressGuard::new(["127.0.0.1".to_owned()]);
        let pds = network.pds();
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
    async fn put(&self, key: &str, mut record: Value) -> String {
        record["$type"] = "app.bsky.feed.post".into();
        record["createdAt"] = "2026-11-28T15:28:12.237Z".into();
        let body = json!({"repo": self.did, "collection": "app.bsky.feed.post", "rkey": key, "record": record});
        let answer = self.call("com.atproto.repo.putRecord", body).await.json().unwrap();
        answer["uri"].as_str().unwrap().to_owned()
    }

    async fn delete(&self, key: &str) {
        let body = json!({"repo": self.did, "collection": "app.bsky.feed.post", "rkey": key});
        self.call("com.atproto.repo.deleteRecord", body).await;
    }
}

fn channel(network: &Network) -> Channel {
    let mut channel =
        Channel::new(json!({"handle": "deli.test", "service": network.pds(), "streams": [network.jetstream()]}));
    channel.ctx.secrets = SecretSet::from([("app_password".to_owned(), Secret::new("pw12345678"))]);
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
    let Some(network) = Network::start() else { return };
    let (us, kim) = (Person::open(&network, "deli").await, Person::open(&network, "kim").await);
    let mut shop = channel(&network);
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
    assert_eq!(heard(&mut shop, 1).await.iter().map(text).collect::<Vec<_>>(), ["edited: @deli.test open on Sunday?"]);
    kim.delete(key).await;
    let events = heard(&mut shop, 1).await;
    assert_eq!((&events[0].key.external_id, &events[0].kind), (&asked, &InboundKind::Deleted));
    let late =
        Outgoing { external_id: shop.bluesky.choose_external_id(&shop.ctx.settings, "350000000000000001"), ..answer };
    let error = shop.bluesky.send(&shop.ctx, &late).await.unwrap_err();
    assert!(matches!(&error, SendError::Rejected(why) if why.contains("gone")), "{error:?}\n{}", network.log());
}
