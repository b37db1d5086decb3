//! Against a real Kannel, with a handset on a played network.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod support;

use serde_json::json;
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use support::{Channel, Reply, answer, context, serve};
use tertulia_connector::{Connector, ReceiveError, Request, SendError, sign};
use tertulia_connector_sms::connector;
use tertulia_model::{AutoKind, InboundKind};
use tertulia_testkit::{Kannel, KannelService};
use tokio::net::TcpListener;

const KEY: &str = "0123456789abcdef0123456789abcdef";
const TAIL: &str = "from=%p&to=%P&id=%I&time=%T&coding=%c&charset=%C";

/// A gateway and a channel that know each other.
async fn both(kind: &'static str, joins: bool) -> Option<(Kannel, Channel)> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let ours = format!("http://{}", listener.local_addr().unwrap());
    let key = sign::sign(KEY.as_bytes(), "in");
    let rest = if kind == "get-url" { "&text=%b&udh=%u" } else { "" };
    let url = format!("{ours}/hooks/7/in?key={key}&{TAIL}{rest}");
    let kannel = Kannel::start(&KannelService { kind, url, joins })?;
    let settings = json!({
        "gateway": "kannel", "numbers": ["12345", "+49 30 1234567"], "organisation": "Café Central",
        "kannel_url": kannel.sendsms_url(), "kannel_user": Kannel::USER,
    });
    let ctx = context(settings, &[("door_key", KEY), ("kannel_password", Kannel::PASSWORD)], &ours);
    Some((kannel, Channel::open(listener, ctx).await))
}

fn say(kannel: &Kannel, message: &str) {
    tokio::task::block_in_place(|| kannel.say(message));
}

fn utf16(text: &str) -> String {
    text.encode_utf16().flat_map(u16::to_be_bytes).map(|byte| format!("%{byte:02x}")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_phone_says_is_heard_in_any_alphabet_and_by_both_ways() {
    for kind in ["post-url", "get-url"] {
        let Some((kannel, channel)) = both(kind, true).await else { return };
        say(&kannel, "+491701234567 12345 text Grüße  für 3€ [ok] & 50%25 = 1+1");
        say(&kannel, &format!("0049170-7654321 12345 ucs2 {}", utf16("Привет 👋 \u{202e}abc")));
        say(&kannel, "MyBank 12345 text Your code is 1");
        channel.until("three messages", |kept| kept.messages().len() == 3).await;
        let kept = channel.kept.lock().unwrap();
        assert_eq!(kept.texts()[0], "Grüße  für 3€ [ok] & 50%25 = 1+1", "{kind}");
        assert_eq!(kept.texts()[1], "Привет 👋 \u{202e}abc", "{kind}");
        let messages = kept.messages();
        assert_eq!((messages[0].author.space.as_str(), messages[0].author.handle.as_str()), ("sms", "+491701234567"));
        assert_eq!(messages[1].author.handle, "+491707654321");
        assert_eq!((messages[2].author.handle.as_str(), messages[2].auto), ("mybank", AutoKind::Bulk));
        assert_eq!(messages[0].our_address.as_deref(), Some("12345"));
        let age = channel.ctx.clock.now() - messages[0].stated_at.unwrap();
        assert!((-5_000..60_000).contains(&age), "{age}");
        assert!(kept.quarantined.is_empty(), "{:?}", kept.quarantined);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kannel_sends_nothing_back_by_itself() {
    let Some((kannel, channel)) = both("post-url", true).await else { return };
    let handset = tokio::task::block_in_place(|| kannel.say_and_listen("+491701234567 12345 text Hello?"));
    channel.until("the message", |kept| kept.texts() == ["Hello?"]).await;
    assert_eq!(tokio::task::block_in_place(|| handset.next(2)), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parts_are_joined_by_kannel_or_by_us_in_any_order() {
    for joins in [true, false] {
        for kind in ["post-url", "get-url"] {
            let Some((kannel, channel)) = both(kind, joins).await else { return };
            say(&kannel, "+491701234567 12345 udh-text %05%00%03%CC%03%03 end.");
            say(&kannel, "+491701234567 12345 udh-text %05%00%03%CC%03%01 A long ");
            say(&kannel, "+491701234567 12345 udh-text %05%00%03%CC%03%02 story to its ");
            channel.until("the joined message", |kept| !kept.messages().is_empty()).await;
            let kept = channel.kept.lock().unwrap();
            assert_eq!(kept.texts(), ["A long story to its end."], "joins: {joins}, {kind}");
            assert!(kept.messages()[0].remarks.is_empty());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_came_while_we_were_away_is_brought_again_and_doubles_nothing() {
    let Some((mut kannel, channel)) = both("post-url", true).await else { return };
    *channel.away.lock().unwrap() = 2;
    say(&kannel, "+491701234567 12345 text Are you there?");
    channel.until("the message", |kept| kept.texts() == ["Are you there?"]).await;
    assert_eq!(channel.statuses.lock().unwrap()[..3], [503, 503, 202]);
    // Its half that hands on is killed: the other keeps what comes, and hands it on when that is back.
    tokio::task::block_in_place(|| {
        kannel.kill_smsbox();
        kannel.say("+491701234567 12345 text And now?");
        kannel.start_smsbox();
    });
    channel.until("the second message", |kept| kept.texts() == ["Are you there?", "And now?"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stop_goes_before_everything_else_and_is_seen() {
    let Some((kannel, channel)) = both("post-url", true).await else { return };
    for words in ["Stopp!", "HELP", "start"] {
        say(&kannel, &format!("+491701234567 12345 text {words}"));
    }
    channel.until("six events", |kept| kept.events.len() == 6).await;
    let kept = channel.kept.lock().unwrap();
    let wishes: Vec<_> = kept
        .events
        .iter()
        .map(|event| match &event.kind {
            InboundKind::Consent { allowed, words, answer, .. } => {
                format!("{allowed:?} {words} {}", answer.as_deref().unwrap_or_default().contains("Café Central"))
            }
            InboundKind::Created(content) => content.text.clone(),
            other => format!("{other:?}"),
        })
        .collect();
    let expected = ["Some(false) Stopp! true", "Stopp!", "None HELP true", "HELP", "Some(true) start true", "start"];
    assert_eq!(wishes, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn our_answer_arrives_in_any_alphabet_and_is_reported_delivered() {
    let Some((kannel, channel)) = both("post-url", true).await else { return };
    let handset = kannel.listen();
    let send = |to, id, text| {
        let ctx = channel.ctx.clone();
        async move { connector().send(&ctx, &answer(to, id, text)).await }
    };
    let sent = send("+491701234567", "sms:a1", "Gern, bis um 5 [Küche] für 3€!").await.unwrap();
    assert_eq!(sent.external_id, "sms:a1");
    let next = || tokio::task::block_in_place(|| handset.next(10)).expect("nothing came to the phone");
    assert_eq!(next(), "12345 +491701234567 text Gern, bis um 5 [Küche] für 3€!");
    send("+491701234567", "sms:a2", "Да 👋").await.unwrap();
    assert_eq!(next(), "12345 +491701234567 ucs-2 %04%14%040%00+%D8%3D%DCK");
    let mut from_the_other = answer("+491701234567", "sms:a3", "Hi");
    from_the_other.from_address = Some("+49301234567".to_owned());
    connector().send(&channel.ctx, &from_the_other).await.unwrap();
    assert_eq!(next(), "+49301234567 +491701234567 text Hi");
    // Reports come by the address that went along, in any order; of those on the way nothing is told.
    let arrived = |id: &str| InboundKind::Arrived { id: id.to_owned() };
    channel
        .until("three reports of arrival", |kept| {
            ["sms:a1", "sms:a2", "sms:a3"].iter().all(|id| kept.events.iter().any(|event| event.kind == arrived(id)))
        })
        .await;
    let kept = channel.kept.lock().unwrap();
    assert_eq!(kept.events.len(), 3, "{:?}", kept.events);
    assert!(kept.items > 3, "what was on its way was heard, too");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_answer_goes_out_in_as_many_parts_as_were_counted() {
    let Some((kannel, channel)) = both("post-url", true).await else { return };
    let handset = kannel.listen();
    for (at, text) in ["a€".repeat(250), "жук ".repeat(60)].iter().enumerate() {
        let parts = tertulia_model::sms_parts(text.trim()).parts;
        connector().send(&channel.ctx, &answer("+491701234567", &format!("sms:l{at}"), text)).await.unwrap();
        for n in 1..=parts {
            let part = tokio::task::block_in_place(|| handset.next(10)).expect("a part is missing");
            assert!(part.contains(&format!("%{parts:02X}%{n:02X}")), "{part}");
        }
        assert_eq!(tokio::task::block_in_place(|| handset.next(1)), None, "more parts than were counted");
    }
    let refused = connector().send(&channel.ctx, &answer("+491701234567", "sms:l9", &"ж".repeat(671))).await;
    assert!(matches!(&refused, Err(SendError::Rejected(why)) if why.contains("11 parts")), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_goes_wrong_in_sending_says_what_happens_next() {
    let Some((mut kannel, channel)) = both("post-url", true).await else { return };
    let hello = answer("+491701234567", "sms:e1", "Hello");
    let with = |url: String, password: &str| {
        let mut settings = channel.ctx.settings.clone();
        settings["kannel_url"] = url.into();
        context(settings, &[("door_key", KEY), ("kannel_password", password)], &channel.ctx.public_url)
    };
    let wrong_password = with(kannel.sendsms_url(), "wrong-horse-77");
    let refused = connector().send(&wrong_password, &hello).await.unwrap_err();
    assert!(matches!(&refused, SendError::Reauthorise(why) if !why.contains("horse")), "{refused:?}");
    let wrong_path = with(kannel.sendsms_url().replace("sendsms", "nothing"), Kannel::PASSWORD);
    let refused = connector().send(&wrong_path, &hello).await.unwrap_err();
    assert!(matches!(&refused, SendError::Rejected(why) if why.contains("/cgi-bin/sendsms")), "{refused:?}");
    tokio::task::block_in_place(|| kannel.stop());
    let away = connector().send(&channel.ctx, &hello).await.unwrap_err();
    assert!(matches!(&away, SendError::RetryAfter { .. }), "nothing has left: {away:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_whose_answer_is_lost_is_unknown_until_its_report_comes() {
    let Some((mut kannel, channel)) = both("post-url", true).await else { return };
    let handset = kannel.listen();
    tokio::time::sleep(Duration::from_millis(500)).await;
    kannel.hold_bearerbox();
    let ctx = channel.ctx.clone();
    let sending =
        tokio::spawn(async move { connector().send(&ctx, &answer("+491701234567", "sms:u1", "Once only")).await });
    tokio::time::sleep(Duration::from_secs(1)).await;
    tokio::task::block_in_place(|| kannel.kill_smsbox());
    let lost = sending.await.unwrap().unwrap_err();
    assert!(matches!(&lost, SendError::Unknown(_)), "{lost:?}");
    kannel.release_bearerbox();
    tokio::task::block_in_place(|| {
        kannel.start_smsbox();
        assert_eq!(handset.next(10).as_deref(), Some("12345 +491701234567 text Once only"), "it had gone out");
        assert_eq!(handset.next(2), None, "once");
    });
    let arrived = InboundKind::Arrived { id: "sms:u1".to_owned() };
    channel.until("its report", |kept| kept.events.iter().any(|event| event.kind == arrived)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_key_opens_nothing_and_data_for_the_phone_is_set_aside_with_words() {
    let Some((kannel, channel)) = both("post-url", true).await else { return };
    say(&kannel, "+491701234567 12345 data %00%01%02%ff");
    channel.until("the reason", |kept| kept.quarantined.iter().any(|why| why.contains("no words"))).await;
    let port = channel.ctx.public_url.clone();
    let guard = &channel.ctx.guard;
    for query in ["", "?key=", "?key=AAAA&from=%2B1&id=1", "?from=1&id=2"] {
        let ask = tertulia_connector::http::Ask::get(format!("{port}/hooks/7/in{query}"));
        assert_eq!(guard.ask(&ask).await.unwrap().status, 401, "{query}");
    }
    let forged = format!("{port}/hooks/7/report?id=sms:a1&state=1&key={}", sign::sign(KEY.as_bytes(), "report:sms:b2"));
    assert_eq!(guard.ask(&tertulia_connector::http::Ask::get(forged)).await.unwrap().status, 401);
}

#[tokio::test]
async fn a_message_of_ten_megabytes_is_set_aside_and_not_brought_again() {
    let ctx = context(json!({ "gateway": "kannel", "numbers": "12345" }), &[("door_key", KEY)], "http://t.example");
    let key = sign::sign(KEY.as_bytes(), "in");
    let raw_query = format!("key={key}&from=%2B491701234567&to=12345&id=i1");
    let request = Request {
        method: "POST".to_owned(),
        path: "/in".to_owned(),
        query: url::form_urlencoded::parse(raw_query.as_bytes()).into_owned().collect(),
        raw_query,
        headers: vec![("content-type".to_owned(), "text/plain; charset=\"UTF-8\"".to_owned())],
        body: vec![b'x'; 10 << 20].into(),
        from: None,
        at: 1,
    };
    let received = connector().receive(&ctx, request.clone()).await.unwrap();
    assert_eq!((received.status, received.batch.items.len(), received.batch.skipped.len()), (202, 0, 1));
    let nobody = Request { raw_query: format!("key={key}"), query: vec![("key".to_owned(), key)], ..request.clone() };
    let small = Request { body: b"hi".to_vec().into(), ..nobody };
    assert!(matches!(connector().receive(&ctx, small).await, Err(ReceiveError::Invalid(_))));
    // A quarter of a megabyte of combining marks is read.
    let marks = Request { body: "e\u{301}".repeat(80_000).into_bytes().into(), ..request };
    let received = connector().receive(&ctx, marks).await.unwrap();
    let mut kept = support::Kept::default();
    kept.take("12345", received.batch);
    assert_eq!(kept.texts()[0].chars().count(), 160_000);
}

/// What a gateway says that plays Kannel.
async fn played(reply: Reply) -> (SendError, usize) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let settings = json!({
        "gateway": "kannel", "numbers": "12345", "kannel_user": "desk",
        "kannel_url": format!("http://{}/cgi-bin/sendsms", listener.local_addr().unwrap()),
    });
    let heard = Arc::new(AtomicUsize::new(0));
    let hears = heard.clone();
    serve(listener, move |_| {
        hears.fetch_add(1, Ordering::SeqCst);
        std::future::ready(reply.clone())
    })
    .await;
    let ctx = context(settings, &[("door_key", KEY), ("kannel_password", "pw")], "http://t.example");
    let error = connector().send(&ctx, &answer("+491701234567", "sms:p1", "Hello")).await.unwrap_err();
    (error, heard.load(Ordering::SeqCst))
}

#[tokio::test]
async fn an_answer_that_is_lost_or_odd_is_never_followed_by_a_second_message() {
    let text = |status, body: &str| Some((status, "text/html", body.as_bytes().to_vec()));
    for reply in [None, text(202, "something else"), text(200, "0: Accepted for delivery"), text(500, "")] {
        let (error, heard) = played(reply.clone()).await;
        assert!(matches!(error, SendError::Unknown(_)) && heard == 1, "{reply:?}: {error:?}");
    }
    let (error, _) = played(text(503, "Temporal failure, try again later.")).await;
    assert!(matches!(error, SendError::Throttled { .. }), "{error:?}");
    let (error, heard) = played(text(302, "")).await;
    assert!(matches!(error, SendError::Rejected(_)) && heard == 1, "{error:?}");
}
