//! A provider in the manner of Twilio: signed forms that come, and a server that plays it for what goes out.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod support;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha1::Sha1;
use std::sync::{Arc, Mutex};
use support::{Heard, Kept, Reply, answer, context, serve};
use tertulia_connector::{Connector, Context, PullError, ReceiveError, Received, Request, SendError, conformance};
use tertulia_connector_sms::connector;
use tertulia_model::{InboundKind, Shows};
use tokio::net::TcpListener;

const TOKEN: &str = "token-of-the-account-4711";
const PUBLIC: &str = "https://tertulia.example";
const NOW: i64 = 1_750_000_000_000;

fn settings() -> Value {
    json!({ "gateway": "twilio", "numbers": "+1 415 555 0100", "organisation": "Café Central", "account_sid": "AC01" })
}

fn channel() -> Context {
    context(settings(), &[("auth_token", TOKEN), ("door_key", "key-of-the-door-0815")], PUBLIC)
}

fn signed(path: &str, raw_query: &str, form: &[(&str, &str)]) -> Request {
    let query = if raw_query.is_empty() { String::new() } else { format!("?{raw_query}") };
    let mut text = format!("{PUBLIC}/hooks/7{path}{query}");
    let mut sorted = form.to_vec();
    sorted.sort_unstable();
    sorted.iter().for_each(|(name, value)| text.extend([*name, *value]));
    let mut mac = Hmac::<Sha1>::new_from_slice(TOKEN.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    Request {
        method: "POST".to_owned(),
        path: path.to_owned(),
        query: url::form_urlencoded::parse(raw_query.as_bytes()).into_owned().collect(),
        raw_query: raw_query.to_owned(),
        headers: vec![("x-twilio-signature".to_owned(), STANDARD.encode(mac.finalize().into_bytes()))],
        body: url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish().into(),
        from: None,
        at: NOW,
    }
}

const HELLO: [(&str, &str); 5] = [
    ("MessageSid", "SM0123"),
    ("AccountSid", "AC01"),
    ("From", "+14155550123"),
    ("To", "+14155550100"),
    ("Body", "Hello, \u{202e}you\u{0} & <b>me</b> 👋"),
];

fn kept(received: Received) -> Kept {
    let mut kept = Kept::default();
    kept.take("+14155550100", received.batch);
    kept
}

async fn bring(request: Request) -> Result<Received, ReceiveError> {
    connector().receive(&channel(), request).await
}

#[tokio::test]
async fn a_signed_message_is_heard_and_answered_by_nothing() {
    let received = bring(signed("/in", "", &HELLO)).await.unwrap();
    let (media, body) = received.plain.clone().unwrap();
    assert_eq!((received.status, media), (200, "text/xml; charset=utf-8"));
    assert!(String::from_utf8(body).unwrap().ends_with("<Response/>"));
    let kept = kept(received);
    assert_eq!(kept.texts(), ["Hello, \u{202e}you & <b>me</b> 👋"]);
    assert_eq!(kept.events[0].key.external_id, "in:SM0123");
    let again = bring(signed("/in", "", &HELLO)).await.unwrap();
    assert_eq!(self::kept(again).events, kept.events, "a repeat is the same event");
}

#[tokio::test]
async fn whoever_cannot_sign_is_turned_away() {
    let good = signed("/in", "", &HELLO);
    let changed = |change: &dyn Fn(&mut Request)| {
        let mut request = good.clone();
        change(&mut request);
        request
    };
    for (why, request) in [
        ("no signature", changed(&|r| r.headers.clear())),
        ("another body", changed(&|r| r.body = "Body=Hi&MessageSid=SM0123&From=1".into())),
        ("another path", changed(&|r| r.path = "/status".to_owned())),
        ("another query", changed(&|r| r.raw_query = "x=1".to_owned())),
        ("no base64", changed(&|r| r.headers[0].1 = "%%%".to_owned())),
        ("an empty one", changed(&|r| r.headers[0].1 = String::new())),
    ] {
        let refused = bring(request).await;
        assert!(matches!(refused, Err(ReceiveError::Forbidden(_))), "{why}: {refused:?}");
    }
    let without_token = context(settings(), &[], PUBLIC);
    assert!(matches!(connector().receive(&without_token, good.clone()).await, Err(ReceiveError::Forbidden(_))));
    assert!(matches!(bring(changed(&|r| r.method = "GET".to_owned())).await, Err(ReceiveError::NotFound)));
}

#[tokio::test]
async fn a_stop_that_the_provider_answered_is_not_answered_again() {
    let mut form = HELLO.to_vec();
    form[4] = ("Body", "Stop");
    let ours = kept(bring(signed("/in", "", &form)).await.unwrap());
    assert!(matches!(&ours.events[0].kind, InboundKind::Consent { allowed: Some(false), answer: Some(_), .. }));
    form.push(("OptOutType", "STOP"));
    let theirs = kept(bring(signed("/in", "", &form)).await.unwrap());
    assert!(matches!(&theirs.events[0].kind, InboundKind::Consent { allowed: Some(false), answer: None, .. }));
    assert_eq!(theirs.texts(), ["Stop"], "and it is seen");
}

#[tokio::test]
async fn pictures_are_named_and_a_message_of_ten_megabytes_is_set_aside() {
    let mut form = HELLO.to_vec();
    form[4] = ("Body", "");
    form.extend([("NumMedia", "1"), ("MediaContentType0", "image/jpeg"), ("MediaUrl0", "https://x.example/1")]);
    let pictures = kept(bring(signed("/in", "", &form)).await.unwrap());
    assert_eq!(pictures.messages()[0].remarks, ["A file came with it (image/jpeg); it stays at the gateway."]);
    assert_eq!(pictures.messages()[0].shows, Shows::IMAGE | Shows::FILE);
    let mut film = form.clone();
    film[6] = ("MediaContentType0", "video/3gpp");
    assert_eq!(kept(bring(signed("/in", "", &film)).await.unwrap()).messages()[0].shows, Shows::FILE);
    assert_eq!(kept(bring(signed("/in", "", &HELLO)).await.unwrap()).messages()[0].shows, Shows::default());
    let large = "x".repeat(10 << 20);
    form[4] = ("Body", &large);
    let received = bring(signed("/in", "", &form)).await.unwrap();
    assert_eq!(received.status, 200, "it would be brought again and again");
    assert!(kept(received).quarantined[0].contains("no phone sends that"));
}

#[tokio::test]
async fn reports_in_any_order_say_what_became_of_it() {
    let report = |status: &'static str, code: &'static str| {
        signed("/status", "id=sms%3Aab12", &[("MessageSid", "SM9"), ("MessageStatus", status), ("ErrorCode", code)])
    };
    let mut all = Kept::default();
    for (status, code) in [("delivered", ""), ("sent", ""), ("queued", ""), ("undelivered", "30003"), ("delivered", "")]
    {
        all.take("+14155550100", bring(report(status, code)).await.unwrap().batch);
    }
    assert_eq!((all.items, all.events.len()), (5, 2));
    assert_eq!(all.events[0].kind, InboundKind::Arrived { id: "sms:ab12".to_owned() });
    let InboundKind::Bounced(notice) = &all.events[1].kind else { panic!("{:?}", all.events[1]) };
    assert!(
        notice.permanent && notice.bounced_id == "sms:ab12" && notice.reason.contains("switched off"),
        "{notice:?}"
    );
    assert!(matches!(bring(report("exploded", "")).await, Err(ReceiveError::Invalid(_))));
}

/// A provider that answers so, once; what it heard; and a channel that sends by it.
async fn provider(reply: Reply) -> (Context, Arc<Mutex<Vec<Heard>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut with_url = settings();
    with_url["twilio_url"] = format!("http://{}", listener.local_addr().unwrap()).into();
    let heard: Arc<Mutex<Vec<Heard>>> = Arc::default();
    let hears = heard.clone();
    serve(listener, move |request: Heard| {
        hears.lock().unwrap().push(request);
        std::future::ready(reply.clone())
    })
    .await;
    (context(with_url, &[("auth_token", TOKEN), ("door_key", "key-of-the-door-0815")], PUBLIC), heard)
}

fn json(status: u16, body: &Value) -> Reply {
    Some((status, "application/json", body.to_string().into_bytes()))
}

#[tokio::test]
async fn our_answer_goes_out_once_with_the_address_for_its_reports() {
    let (ctx, heard) = provider(json(201, &json!({ "sid": "SM77", "status": "queued" }))).await;
    let sent = connector().send(&ctx, &answer("+14155550123", "sms:ab12", "See you at 5 & bring cake")).await.unwrap();
    assert_eq!(sent.external_id, "sms:ab12");
    let heard = heard.lock().unwrap();
    assert_eq!((heard.len(), heard[0].path.as_str()), (1, "/2010-04-01/Accounts/AC01/Messages.json"));
    let fields = ["To", "From", "Body", "StatusCallback"].map(|name| heard[0].field(name));
    let callback = "https://tertulia.example/hooks/7/status?id=sms%3Aab12";
    assert_eq!(fields, ["+14155550123", "+14155550100", "See you at 5 & bring cake", callback]);
    assert_eq!(heard[0].header("authorization"), format!("Basic {}", STANDARD.encode(format!("AC01:{TOKEN}"))));
}

#[tokio::test]
async fn what_the_provider_answers_decides_what_happens_next() {
    let hello = answer("+14155550123", "sms:ab12", "Hello");
    let outcome = async |reply: Reply| {
        let (ctx, heard) = provider(reply).await;
        let error = connector().send(&ctx, &hello).await.unwrap_err();
        assert_eq!(heard.lock().unwrap().len(), 1, "it was sent twice");
        assert!(!format!("{error:?}").contains(TOKEN));
        error
    };
    assert!(matches!(outcome(None).await, SendError::Unknown(_)), "the answer was lost");
    assert!(matches!(outcome(json(500, &json!({}))).await, SendError::Unknown(_)));
    let before_it = Some((503, "text/html", b"<h1>503 Service Temporarily Unavailable</h1>".to_vec()));
    assert!(matches!(outcome(before_it).await, SendError::Unknown(_)), "it may have been handed on");
    assert!(matches!(outcome(json(503, &json!({ "code": 20503 }))).await, SendError::RetryAfter { .. }));
    assert!(matches!(outcome(json(401, &json!({ "code": 20003 }))).await, SendError::Reauthorise(_)));
    assert!(matches!(outcome(json(403, &json!({}))).await, SendError::Reauthorise(_)));
    assert!(matches!(outcome(json(429, &json!({ "code": 20429 }))).await, SendError::Throttled { .. }));
    assert!(matches!(outcome(json(400, &json!({ "code": 21211, "message": "no" }))).await, SendError::Rejected(_)));
    let stopped = outcome(json(400, &json!({ "code": 21610 }))).await;
    assert!(stopped.to_string().contains("STOP"), "{stopped}");
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let mut nowhere = settings();
    nowhere["twilio_url"] = format!("http://{closed}").into();
    let ctx = context(nowhere, &[("auth_token", TOKEN)], PUBLIC);
    let away = connector().send(&ctx, &hello).await.unwrap_err();
    assert!(matches!(away, SendError::RetryAfter { .. }), "nothing has left: {away:?}");
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused_before_anything_leaves() {
    let (ctx, heard) = provider(json(201, &json!({}))).await;
    let to_a_name = connector().send(&ctx, &answer("mybank", "sms:1", "Hello")).await;
    let empty = connector().send(&ctx, &answer("+14155550123", "sms:2", " \n ")).await;
    let long = connector().send(&ctx, &answer("+14155550123", "sms:3", &"a".repeat(1_531))).await;
    for refused in [to_a_name, empty, long] {
        assert!(matches!(refused, Err(SendError::Rejected(_))), "{refused:?}");
    }
    assert!(heard.lock().unwrap().is_empty());
}

#[tokio::test]
async fn no_secret_shows() {
    let (ctx, _) = provider(json(500, &json!({}))).await;
    conformance::check_secrets(&connector(), &ctx).await;
    let lines = connector().test(&channel()).await.unwrap();
    assert!(lines[0].ends_with("https://tertulia.example/hooks/7/in"), "{lines:?}");
    let unkeyed = context(json!({ "gateway": "kannel" }), &[], PUBLIC);
    assert!(matches!(connector().test(&unkeyed).await, Err(PullError::Misconfigured(_))));
}
