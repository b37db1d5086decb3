//! What other programs post, as the engine sees it.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use proptest::prelude::*;
use serde_json::{Value, json};
use sha2::Sha256;
use std::sync::Arc;
use tertulia_connector::{
    BlobSink, BlobWriter, Connector, Context, PullError, ReceiveError, Received, Request, Secret, Session, conformance,
    guard::AddressGuard,
};
use tertulia_connector_webhook::connector;
use tertulia_model::{
    BlobRange, ChannelId, Content, Direction, FixedClock, Inbound, InboundKind, RawContent, SeededChance, Visibility,
};

const NOW: i64 = 1_750_000_000_000;
const KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef";

struct NoBlobs;

#[async_trait::async_trait]
impl BlobSink for NoBlobs {
    async fn writer(&self) -> std::io::Result<Box<dyn BlobWriter>> {
        Err(std::io::Error::other("a webhook writes no blob"))
    }
    async fn read(&self, _: &BlobRange) -> std::io::Result<Vec<u8>> {
        Err(std::io::Error::other("a webhook reads no blob"))
    }
}

fn settings(more: Value) -> Value {
    let mut settings = json!({
        "name": "Reviews", "account": "shop", "text": "body", "id": "id", "author": "by.handle",
        "author_name": "by.name", "time": "at",
    });
    settings.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    settings
}

fn context(settings: Value, secret: Option<&str>) -> Context {
    let mut secrets = vec![("door_key".to_owned(), Secret::new(KEY))];
    secrets.extend(secret.map(|secret| ("secret".to_owned(), Secret::new(secret))));
    Context {
        channel: ChannelId(7),
        account: connector().account(&settings),
        settings,
        secrets: secrets.into_iter().collect(),
        clock: Arc::new(FixedClock::at(NOW)),
        chance: Arc::new(SeededChance::new(7)),
        guard: Arc::new(AddressGuard::default()),
        blobs: Arc::new(NoBlobs),
        session: Session::default(),
        public_url: "https://tertulia.example".to_owned(),
    }
}

/// The secret as the channel's page shows it.
async fn shown(ctx: &Context) -> String {
    let lines = connector().test(ctx).await.unwrap();
    lines[1].rsplit(' ').next().unwrap().to_owned()
}

fn post(headers: &[(&str, &str)], body: impl Into<bytes::Bytes>) -> Request {
    Request {
        method: "POST".to_owned(),
        path: "/in".to_owned(),
        query: Vec::new(),
        raw_query: String::new(),
        headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        body: body.into(),
        from: None,
        at: NOW,
    }
}

/// A post as a Standard Webhooks library makes it.
fn signed_at(secret: &str, id: &str, seconds: i64, body: &str) -> Request {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(format!("{id}.{seconds}.{body}").as_bytes());
    let signature = format!("v1a,ignored v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    let time = seconds.to_string();
    let headers = [("webhook-id", id), ("webhook-timestamp", &time), ("webhook-signature", &signature)];
    post(&headers, body.to_owned())
}

fn signed(secret: &str, id: &str, body: &Value) -> Request {
    signed_at(secret, id, NOW / 1000, &body.to_string())
}

async fn take(ctx: &Context, id: &str, body: &Value) -> Received {
    let secret = shown(ctx).await;
    connector().receive(ctx, signed(&secret, id, body)).await.unwrap()
}

fn events(received: &Received) -> Vec<Inbound> {
    let of = |item: &tertulia_model::RawItem| {
        let RawContent::Memory(bytes) = &item.content else { unreachable!() };
        connector().normalise("shop", item, bytes).unwrap()
    };
    received.batch.items.iter().flat_map(of).collect()
}

fn content(event: &Inbound) -> &Content {
    match &event.kind {
        InboundKind::Created(content) | InboundKind::Edited { content, .. } => content,
        other => panic!("{other:?}"),
    }
}

fn hello() -> Value {
    json!({ "id": 5, "body": "Hello\u{0} \u{202e}there", "by": { "handle": "@Kim", "name": "Kim" }, "at": NOW / 1000 })
}

#[tokio::test]
async fn the_vector_of_the_standard_is_taken_and_only_in_its_time() {
    // The vector in the documentation of Standard Webhooks.
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let ctx = context(settings(json!({ "text": "test", "id": "" })), Some(secret));
    let headers = [
        ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
        ("webhook-timestamp", "1614265330"),
        ("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
    ];
    let mut request = post(&headers, r#"{"test": 2432232314}"#);
    let refused = connector().receive(&ctx, request.clone()).await;
    assert!(matches!(&refused, Err(ReceiveError::Unauthorised(why)) if why.contains("five minutes")), "{refused:?}");
    request.at = 1_614_265_330_000;
    let taken = connector().receive(&ctx, request).await.unwrap();
    assert_eq!((taken.status, taken.body), (202, json!({ "ids": ["msg_p5jXN8AQM9LWM0D4loKWxJek/0"] })));
}

#[tokio::test]
async fn what_is_signed_is_heard_and_a_replay_is_known() {
    let ctx = context(settings(json!({})), None);
    let received = take(&ctx, "msg_1", &hello()).await;
    assert_eq!((received.status, &received.body), (202, &json!({ "ids": ["5"] })));
    let first = events(&received);
    let said = content(&first[0]);
    assert_eq!(
        (said.text.as_str(), said.author.handle.as_str(), said.stated_at),
        ("Hello \u{202e}there", "kim", Some(NOW))
    );
    assert_eq!((said.visibility, said.addressed_to_us), (Visibility::Private, false));
    assert_eq!(events(&take(&ctx, "msg_1", &hello()).await), first);
    assert_eq!(events(&take(&ctx, "msg_2", &hello()).await)[0].key, first[0].key, "its own id counts");
}

#[tokio::test]
async fn whoever_cannot_prove_it_is_turned_away() {
    let ctx = context(settings(json!({})), None);
    let secret = shown(&ctx).await;
    let good = signed(&secret, "msg_1", &hello());
    let changed = |change: &dyn Fn(&mut Request)| {
        let mut request = good.clone();
        change(&mut request);
        request
    };
    let other = format!("whsec_{}", STANDARD.encode([7; 32]));
    for (why, request) in [
        ("another body", changed(&|r| r.body = "{}".into())),
        ("another id", changed(&|r| r.headers[0].1 = "msg_2".to_owned())),
        ("another time", changed(&|r| r.headers[1].1 = (NOW / 1000 + 1).to_string())),
        ("no signature", changed(&|r| r.headers.truncate(2))),
        ("no id", changed(&|r| drop(r.headers.remove(0)))),
        ("another secret", signed(&other, "msg_1", &hello())),
        ("six minutes old", signed_at(&secret, "msg_1", NOW / 1000 - 360, &hello().to_string())),
        ("six minutes early", signed_at(&secret, "msg_1", NOW / 1000 + 360, &hello().to_string())),
        ("the end of time", signed_at(&secret, "msg_1", i64::MAX, &hello().to_string())),
        ("a bearer instead", post(&[("authorization", &format!("Bearer {secret}"))], hello().to_string())),
    ] {
        let refused = connector().receive(&ctx, request).await;
        assert!(matches!(refused, Err(ReceiveError::Unauthorised(_))), "{why}: {refused:?}");
    }
    let old_and_new = changed(&|r| r.headers[2].1 = format!("v1,{} {}", STANDARD.encode([1; 32]), r.headers[2].1));
    assert_eq!(
        connector().receive(&ctx, old_and_new).await.unwrap().status,
        202,
        "while the sender changes its secret"
    );
    for request in [changed(&|r| r.method = "GET".to_owned()), changed(&|r| r.path = "/out".to_owned())] {
        assert!(matches!(connector().receive(&ctx, request).await, Err(ReceiveError::NotFound)));
    }
}

#[tokio::test]
async fn a_sender_that_cannot_sign_shows_a_token() {
    let ctx = context(settings(json!({ "proof": "bearer" })), None);
    let token = shown(&ctx).await;
    let with = |token: &str| post(&[("authorization", &format!("Bearer {token}"))], hello().to_string());
    assert_eq!(connector().receive(&ctx, with(&token)).await.unwrap().status, 202);
    for wrong in ["", &token[1..], KEY] {
        assert!(matches!(connector().receive(&ctx, with(wrong)).await, Err(ReceiveError::Unauthorised(_))), "{wrong}");
    }
    let typed = context(settings(json!({ "proof": "bearer" })), Some("their own token"));
    assert_eq!(connector().receive(&typed, with("their own token")).await.unwrap().status, 202);
}

#[tokio::test]
async fn the_same_words_without_an_id_are_said_by_two_people_unless_the_request_has_a_name() {
    let ctx = context(settings(json!({ "proof": "bearer", "id": "", "items": "list" })), None);
    let bearer = format!("Bearer {}", shown(&ctx).await);
    let body = json!({ "list": [{ "body": "Great!" }, { "body": "Great!" }] }).to_string();
    let ids = async |name: &str, value: &str| {
        let request = post(&[("authorization", &bearer), (name, value)], body.clone());
        let taken = connector().receive(&ctx, request).await.unwrap();
        let keys: Vec<String> = events(&taken).into_iter().map(|event| event.key.external_id).collect();
        assert_eq!(taken.body, json!({ "ids": keys }));
        keys
    };
    let mut all = [ids("x-nothing", "1").await, ids("idempotency-key", "").await, ids("x-nothing", "1").await].concat();
    all.extend(ids("idempotency-key", "a").await);
    all.extend(ids("idempotency-key", "b").await);
    let (heard, distinct) = (all.len(), all.into_iter().collect::<std::collections::BTreeSet<_>>().len());
    assert_eq!((heard, distinct), (10, 10), "nobody's words are dropped");
    assert_eq!(ids("idempotency-key", "a").await, ["a/0", "a/1"], "what its sender tries again is known");
    assert_eq!(ids("webhook-id", "m").await, ids("webhook-id", "m").await);
}

#[tokio::test]
async fn many_items_come_at_once_and_one_that_does_not_fit_is_named() {
    let ctx = context(settings(json!({ "items": "data.posts" })), None);
    let posts = |posts: Value| json!({ "data": { "posts": posts } });
    let both = json!([{ "id": "a", "body": "one" }, { "id": "b", "body": "two", "by": { "name": "Kim" } }]);
    let taken = take(&ctx, "m1", &posts(both)).await;
    assert_eq!((taken.status, &taken.body), (202, &json!({ "ids": ["a", "b"] })));
    let said = events(&taken);
    assert_eq!(content(&said[0]).author.handle, "unnamed:a");
    assert_eq!(content(&said[1]).author.handle, "kim");
    let one_bad = take(&ctx, "m2", &posts(json!([{ "id": "a", "body": "one" }, { "id": "c" }, 7]))).await;
    assert_eq!((one_bad.status, one_bad.batch.items.len()), (422, 0), "all or nothing");
    let errors = one_bad.body["errors"].as_array().unwrap();
    assert_eq!((errors[0]["item"].clone(), errors[1]["item"].clone()), (json!(1), json!(2)));
    assert!(errors[0]["message"].as_str().unwrap().contains("body"), "{errors:?}");
    assert_eq!(one_bad.batch.unheard.counted.values().sum::<u64>(), 2, "the ledger counts them");
    let no_list = take(&ctx, "m3", &json!({ "data": { "post": 1 } })).await;
    assert_eq!(no_list.status, 422);
    assert!(no_list.body["detail"].as_str().unwrap().contains("data.post"), "it says what there is");
}

#[tokio::test]
async fn what_is_no_json_or_too_large_is_refused_in_words() {
    let ctx = context(settings(json!({})), None);
    let secret = shown(&ctx).await;
    let deep = "[".repeat(100_000);
    for body in ["", "{", "\u{feff}nope", "{\"body\":}", &deep] {
        let refused = connector().receive(&ctx, signed_at(&secret, "m", NOW / 1000, body)).await.unwrap();
        assert_eq!((refused.status, refused.batch.items.len()), (422, 0), "{body:.20}");
    }
    let large = json!({ "id": 1, "body": "x".repeat(10 << 20) }).to_string();
    let refused = connector().receive(&ctx, signed_at(&secret, "m", NOW / 1000, &large)).await.unwrap();
    assert_eq!(refused.status, 413);
    assert_eq!(refused.batch.unheard.counted.values().sum::<u64>(), 1);
    let marks =
        json!({ "id": 2, "body": format!("e{}", "\u{301}".repeat(500_000)), "by": { "handle": "x".repeat(9_999) } });
    let taken = take(&ctx, "m", &marks).await;
    assert_eq!(taken.status, 202);
    let said = events(&taken);
    assert!(content(&said[0]).text.chars().count() <= 200_000 && !content(&said[0]).remarks.is_empty());
    assert_eq!(content(&said[0]).author.handle.chars().count(), 200);
}

#[tokio::test]
async fn every_field_has_its_meaning() {
    let ctx = context(
        settings(json!({
            "permalink": "url", "parent": "re", "thread": "topic", "subject": "title", "source_column": "forum",
            "edited_at": "edited", "deleted": "gone", "visibility": "field", "visibility_field": "public",
            "addressed": "field", "addressed_field": "to_us", "our_accounts": "@TheShop",
            "time_format": "day_month_year", "time_zone": "Europe/Lisbon",
        })),
        None,
    );
    let item = json!({
        "id": "2", "body": "Yes", "by": { "handle": "theshop" }, "at": "15.06.2025 16:06", "url": "https://f.example/2",
        "re": "1", "topic": "t1", "title": "Beans", "forum": "Coffee", "public": true, "to_us": "yes",
        "edited": "16.06.2025 10:00",
    });
    let said = events(&take(&ctx, "m", &item).await);
    assert_eq!(said.len(), 2, "as it was, and as it is");
    assert!(matches!(said[1].kind, InboundKind::Edited { revision, .. } if revision > NOW));
    let said = content(&said[0]);
    assert_eq!(said.stated_at, Some(1_750_000_000_000 - 40_000));
    assert_eq!((said.direction, said.visibility, said.addressed_to_us), (Direction::Ours, Visibility::Public, false));
    assert_eq!((said.subject.as_deref(), said.permalink.as_deref()), (Some("Beans"), Some("https://f.example/2")));
    assert_eq!(
        (&said.references[..], said.author.space.as_str()),
        (&["thread:t1".to_owned(), "1".to_owned()][..], "webhook:shop/Coffee")
    );
    let odd = json!({ "id": "3", "body": "No", "re": "3", "url": "javascript:alert(1)", "at": "soon", "to_us": "1", "public": "?" });
    let said = events(&take(&ctx, "m", &odd).await);
    let said = content(&said[0]);
    assert_eq!((said.addressed_to_us, said.visibility, said.permalink.as_deref()), (true, Visibility::Private, None));
    assert!(said.references.is_empty() && said.remarks.len() == 3, "{said:?}");
    let silent = events(&take(&ctx, "m", &json!({ "id": "4", "body": "Private?", "public": false })).await);
    assert_eq!(content(&silent[0]).visibility, Visibility::Private, "a field of that name is no answer by itself");
    let gone = events(&take(&ctx, "m", &json!({ "id": "3", "gone": "2025-06-15" })).await);
    assert_eq!(gone[0].kind, InboundKind::Deleted);
}

#[test]
fn the_preview_says_what_a_sample_becomes_or_which_field_is_missing() {
    let preview =
        |settings: &Value, sample: &Value| connector().preview(settings, sample.to_string().as_bytes()).unwrap();
    let good = preview(&settings(json!({})), &hello()).unwrap();
    assert_eq!(content(&good[0]).text, "Hello \u{202e}there");
    let wrong =
        preview(&settings(json!({ "text": "message.text", "thread": "topic", "parent": "re" })), &hello()).unwrap_err();
    let fields: Vec<&str> = wrong.iter().map(|error| error.field.as_str()).collect();
    assert_eq!(fields, ["text", "thread"]);
    assert!(wrong[0].message.contains("by.handle"), "it says what there is: {}", wrong[0].message);
    let no_list = preview(&settings(json!({ "items": "data" })), &hello()).unwrap_err();
    assert_eq!(no_list[0].field, "items");
    assert_eq!(connector().preview(&json!({}), b"{").unwrap().unwrap_err()[0].field, "body");
    assert_eq!(connector().preview(&json!({}), b"[]").unwrap().unwrap_err()[0].field, "text");
}

#[tokio::test]
async fn a_weak_or_missing_secret_opens_nothing() {
    let weak = context(settings(json!({})), Some("whsec_YQ=="));
    assert!(matches!(connector().test(&weak).await, Err(PullError::Misconfigured(_))));
    let signed = signed("whsec_YQ==", "m", &hello());
    assert!(matches!(connector().receive(&weak, signed).await, Err(ReceiveError::Forbidden(_))));
    let mut keyless = context(settings(json!({ "proof": "bearer" })), None);
    keyless.secrets.clear();
    let empty = post(&[("authorization", "Bearer ")], hello().to_string());
    assert!(matches!(connector().receive(&keyless, empty).await, Err(ReceiveError::Forbidden(_))));
    conformance::check_secrets(&connector(), &context(settings(json!({})), Some("whsec_c2VjcmV0c2VjcmV0c2VjcmV0")))
        .await;
}

#[test]
fn each_wrong_setting_is_named() {
    let wrong = json!({ "time_zone": "Mars/Olympus", "addressed": "field", "visibility": "field" });
    let fields: Vec<String> = connector().check(&wrong).into_iter().map(|error| error.field).collect();
    assert_eq!(fields, ["time_zone", "addressed_field", "visibility_field"]);
    assert!(connector().check(&settings(json!({}))).is_empty());
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::hash_map("body|id|by|handle|at|data|[a-z]{1,3}", inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    /// Whatever is posted is taken whole or refused with its reason, and what the preview shows is what is stored.
    #[test]
    fn anything_posted_is_taken_or_refused_in_words(body in any_json(), items in "(data)?", text in "(body|by\\.handle|/id|data\\.0)") {
        let settings = settings(json!({ "proof": "bearer", "items": items, "text": text }));
        let ctx = context(settings.clone(), Some("token"));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let request = post(&[("authorization", "Bearer token")], body.to_string());
        let received = runtime.block_on(connector().receive(&ctx, request)).unwrap();
        let shown = connector().preview(&settings, body.to_string().as_bytes()).unwrap();
        match received.status {
            202 => {
                let stored = events(&received);
                prop_assert_eq!(received.body["ids"].as_array().unwrap().len(), received.batch.items.len());
                if let Ok(shown) = shown {
                    let texts = |events: &[Inbound]| events.iter().map(|event| content(event).text.clone()).collect::<Vec<_>>();
                    prop_assert_eq!(texts(&stored), texts(&shown));
                }
            }
            422 => {
                prop_assert!(received.batch.items.is_empty() && shown.is_err());
                prop_assert!(!received.body["errors"].as_array().unwrap().is_empty());
            }
            other => prop_assert!(false, "{other}"),
        }
    }
}
