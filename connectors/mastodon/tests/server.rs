//! The channel against a server that speaks the client API.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod support;

use serde_json::json;
use std::{sync::Arc, time::Duration};
use support::{Channel, Person, created, outgoing, outgoing_of, text, texts};
use tertulia_connector::{Connector, PullError, Secret, SecretSet, SendError, conformance};
use tertulia_model::{Clock, Direction, EventKey, FixedClock, InboundKind, SystemClock, Visibility};
use tertulia_testkit::Mastodon;

/// A channel that has read what was there before and listens.
async fn listening(server: &Mastodon, more: serde_json::Value) -> Channel {
    let mut shop = Channel::shop(&server.url(), more);
    let first = shop.pull().await;
    assert!(first.items.is_empty() && first.next.is_some());
    shop
}

#[tokio::test]
async fn mentions_answers_and_our_own_words_are_heard_with_their_thread() {
    let Some(server) = Mastodon::start() else { return };
    let (kim, us) = (Person::new(&server.url(), "kim"), Person::new(&server.url(), "shop"));
    kim.say("@shop long ago", "public", None).await;
    let mut shop = listening(&server, json!({})).await;
    let asked = kim.say("@shop my order is broken \u{2615} :blobcat:", "public", None).await;
    let heard = shop.heard().await;
    let content = created(&heard[0]);
    assert_eq!(heard.len(), 1, "what was said before the channel began is not heard: {heard:?}");
    assert_eq!(heard[0].key.external_id, text(&asked, "uri"));
    assert_eq!(
        (heard[0].key.source.as_str(), content.text.as_str()),
        ("mastodon", "@shop my order is broken \u{2615} :blobcat:")
    );
    assert_eq!(content.author.handle, format!("kim@127.0.0.1:{}", server.port));
    assert_eq!(content.author.display_name.as_deref(), Some("kim \u{2615}"));
    assert!(content.addressed_to_us && content.visibility == Visibility::Public && content.reach == Some(0));
    assert_eq!(content.permalink.as_deref(), asked["url"].as_str());

    let ours = us.say("@kim sorry, we look", "unlisted", Some(text(&asked, "id"))).await;
    let heard = shop.heard().await;
    assert_eq!(created(&heard[0]).direction, Direction::Ours);
    assert_eq!(created(&heard[0]).references, [text(&asked, "uri")]);

    kim.say("@shop and in private", "direct", Some(text(&ours, "id"))).await;
    let heard = shop.heard().await;
    let content = created(&heard[0]);
    assert_eq!((content.text.as_str(), content.visibility), ("@shop and in private", Visibility::Private));
    assert_eq!((content.addressed_to_us, &content.references[..]), (true, &[text(&ours, "uri").to_owned()][..]));
}

#[tokio::test]
async fn an_edit_and_a_deletion_are_heard_from_the_stream_and_by_looking_again() {
    let Some(server) = Mastodon::start() else { return };
    let (kim, lee) = (Person::new(&server.url(), "kim"), Person::new(&server.url(), "lee"));
    let mut shop = listening(&server, json!({})).await;
    let by_lee = lee.say("@shop do you open on sunday", "public", None).await;
    let by_kim = kim.say("@shop where are you", "public", None).await;
    let mut heard = shop.heard().await;
    if heard.len() < 2 {
        heard.extend(shop.heard().await);
    }
    assert_eq!(heard.len(), 2, "{heard:?}");

    // The account follows lee: the stream tells.
    lee.edit(text(&by_lee, "id"), "@shop do you open on Sunday?").await;
    let heard = shop.heard().await;
    assert_eq!(texts(&heard), ["edited: @shop do you open on Sunday?"]);
    assert!(matches!(heard[0].kind, InboundKind::Edited { revision, .. } if revision > 1_700_000_000_000));
    lee.delete(text(&by_lee, "id")).await;
    let heard = shop.heard().await;
    let by_lee = InboundKind::DeletedByHash(EventKey::hash("mastodon", text(&by_lee, "uri")));
    assert_eq!((heard.len(), &heard[0].kind), (1, &by_lee));

    // It does not follow kim: nobody tells, and a look after the next connection finds it.
    kim.edit(text(&by_kim, "id"), "@shop where is your shop").await;
    shop.restart().await;
    assert_eq!(texts(&shop.heard().await), ["edited: @shop where is your shop"]);
    kim.delete(text(&by_kim, "id")).await;
    shop.restart().await;
    assert_eq!(texts(&shop.heard().await), ["deleted"]);
}

#[tokio::test]
async fn what_was_edited_before_it_was_heard_comes_with_its_first_wording() {
    let Some(server) = Mastodon::start() else { return };
    let kim = Person::new(&server.url(), "kim");
    let mut shop = listening(&server, json!({})).await;
    shop.restart().await;
    let said = kim.say("@shop cofee?", "public", None).await;
    kim.edit(text(&said, "id"), "@shop coffee?").await;
    assert_eq!(texts(&shop.heard().await), ["@shop cofee?", "edited: @shop coffee?"]);
}

#[tokio::test]
async fn hashtags_and_searches_are_heard_and_boosts_are_counted() {
    let Some(server) = Mastodon::start() else { return };
    let (kim, lee) = (Person::new(&server.url(), "kim"), Person::new(&server.url(), "lee"));
    let mut shop = listening(&server, json!({"hashtags": ["#coffee"], "searches": ["espresso"]})).await;
    let said = kim.say("I like #Coffee", "public", None).await;
    assert_eq!(texts(&shop.heard().await), ["I like #Coffee"]);
    lee.ask("POST", &format!("/api/v1/statuses/{}/reblog", text(&said, "id")), None).await;
    let batch = shop.pull().await;
    assert!(batch.items.is_empty());
    let reasons: Vec<&str> = batch.unheard.counted.keys().map(String::as_str).collect();
    assert_eq!(reasons, ["Posts of accounts that this one follows: the home timeline is not heard"]);
    kim.say("an espresso, please", "public", None).await;
    // A search is asked from time to time, and after each new connection.
    shop.restart().await;
    assert_eq!(texts(&shop.heard().await), ["an espresso, please"]);
    let mut home = listening(&server, json!({"hear_home": true})).await;
    lee.say("good morning", "public", None).await;
    lee.ask("POST", &format!("/api/v1/statuses/{}/reblog", text(&said, "id")), None).await;
    let batch = home.pull().await;
    assert_eq!(texts(&home.events(&batch)), ["good morning"]);
}

#[tokio::test]
async fn a_server_killed_in_the_middle_of_the_stream_loses_and_doubles_nothing() {
    let Some(mut server) = Mastodon::start() else { return };
    let kim = Person::new(&server.url(), "kim");
    let mut shop = listening(&server, json!({"hashtags": ["coffee"]})).await;
    let mut said = Vec::new();
    let mut heard = Vec::new();
    for round in 0..3 {
        for n in 0..5 {
            let words = format!("@shop #coffee {round} {n}");
            kim.say(&words, "public", None).await;
            said.push(words);
        }
        if round == 1 {
            heard.extend(texts(&shop.heard().await));
        }
        server.stop();
        for _ in 0..2 {
            if let Err(error) = shop.try_pull().await.map(|batch| heard.extend(texts(&shop.events(&batch)))) {
                assert!(matches!(error, PullError::Retry(_)), "{error:?}");
            }
        }
        server.start_again();
    }
    for _ in 0..3 {
        heard.extend(texts(&shop.heard().await));
    }
    heard.sort();
    assert_eq!(heard, said, "{}", server.log());
}

#[tokio::test]
async fn what_was_not_stored_is_given_again() {
    let Some(server) = Mastodon::start() else { return };
    let kim = Person::new(&server.url(), "kim");
    let mut shop = listening(&server, json!({})).await;
    shop.pull().await;
    kim.say("@shop one", "public", None).await;
    // The engine could not store it: the cursor stays where it was.
    let before = shop.cursor.clone();
    assert_eq!(texts(&shop.heard().await), ["@shop one"]);
    shop.cursor = before;
    assert_eq!(texts(&shop.heard().await), ["@shop one"]);
    assert!(shop.heard().await.is_empty(), "and not a third time");
}

#[tokio::test]
async fn many_posts_come_in_several_pulls_and_in_their_order() {
    let Some(server) = Mastodon::start() else { return };
    let kim = Person::new(&server.url(), "kim");
    let mut shop = listening(&server, json!({})).await;
    shop.restart().await;
    let said: Vec<String> = (0..130).map(|n| format!("@shop number {n}")).collect();
    for words in &said {
        kim.say(words, "public", None).await;
    }
    let mut heard = Vec::new();
    let mut pulls = 0;
    while heard.len() < said.len() && pulls < 10 {
        let batch = shop.pull().await;
        assert!(batch.items.len() <= 130);
        heard.extend(texts(&shop.events(&batch)));
        pulls += 1;
    }
    assert!(pulls >= 2, "one pull brings a bounded number");
    assert_eq!(heard, said);
}

#[tokio::test]
async fn a_pause_that_the_server_asks_for_is_kept_and_a_refused_token_needs_a_person() {
    let Some(server) = Mastodon::start() else { return };
    let kim = Person::new(&server.url(), "kim");
    let mut shop = listening(&server, json!({})).await;
    shop.restart().await;
    kim.say("@shop hello", "public", None).await;
    kim.fault("GET", "/api/v1/notifications", json!({"type": "ratelimit", "headers": {"Retry-After": "7"}}), 2).await;
    for _ in 0..2 {
        let error = shop.try_pull().await.unwrap_err();
        let PullError::RetryAfter { wait, reason } = error else { panic!("{error:?}") };
        assert_eq!(wait, Duration::from_secs(7), "{reason}");
    }
    kim.fault("GET", "/api/v1/notifications", json!({"type": "malformed"}), 1).await;
    assert!(matches!(shop.try_pull().await, Err(PullError::Retry(_))));
    kim.fault("GET", "/api/v1/streaming/user", json!({"type": "status", "status": 503}), 1).await;
    assert!(matches!(shop.try_pull().await, Err(PullError::RetryAfter { .. })));
    kim.fault("GET", "/api/v1/accounts/verify_credentials", json!({"type": "status", "status": 401}), 1).await;
    shop.restart().await;
    let error = shop.try_pull().await.unwrap_err();
    assert!(matches!(&error, PullError::Reauthorise(why) if why.contains("renew")), "{error:?}");
    // All that passed by: nothing was lost.
    assert_eq!(texts(&shop.heard().await), ["@shop hello"]);
    let wrong = shop.ctx.secrets.insert("access_token".to_owned(), Secret::new("kim_token"));
    shop.restart().await;
    let error = shop.try_pull().await.unwrap_err();
    assert!(matches!(&error, PullError::Misconfigured(why) if why.contains("@kim")), "{error:?} {wrong:?}");
}

#[tokio::test]
async fn a_server_that_counts_requests_is_left_alone_until_its_count_begins_anew() {
    let limited = "[ratelimit]\nenabled = true\nlimit = 6\nwindow_seconds = 60";
    let Some(server) = Mastodon::start_with(limited) else { return };
    let mut shop = Channel::shop(&server.url(), json!({"hashtags": ["a", "b", "c", "d", "e"]}));
    let error = shop.try_pull().await.unwrap_err();
    let PullError::RetryAfter { wait, .. } = error else { panic!("{error:?}") };
    assert!((1..=60).contains(&wait.as_secs()), "{wait:?}");
}

#[tokio::test]
async fn an_answer_is_sent_once_in_its_thread_and_as_private_as_what_it_answers() {
    let Some(server) = Mastodon::start() else { return };
    let (kim, us) = (Person::new(&server.url(), "kim"), Person::new(&server.url(), "shop"));
    let mut shop = listening(&server, json!({})).await;
    for (of_theirs, wanted, of_ours) in [
        ("public", Visibility::Public, "unlisted"),
        ("public", Visibility::Private, "direct"),
        ("private", Visibility::Public, "private"),
        ("direct", Visibility::Public, "direct"),
    ] {
        let asked = kim.say("@shop hello", of_theirs, None).await;
        let answer = outgoing("kim", Some(text(&asked, "uri")), &format!("Hello to {of_theirs} {wanted:?}"), wanted);
        let sent = shop.mastodon.send(&shop.ctx, &answer).await.unwrap();
        let again = shop.mastodon.send(&shop.ctx, &answer).await.unwrap();
        assert_eq!(sent, again, "the same key is the same post");
        let ours = us.statuses().await;
        let ours: Vec<_> = ours.iter().filter(|status| status["in_reply_to_id"] == asked["id"]).collect();
        assert_eq!(ours.len(), 1);
        assert_eq!((text(ours[0], "visibility"), text(ours[0], "uri")), (of_ours, sent.external_id.as_str()));
        assert!(text(ours[0], "content").contains("@kim Hello to"), "{}", ours[0]);
    }
    // The echo has the name that sending gave; the private ones come by REST only.
    shop.restart().await;
    let mut echoes = Vec::new();
    for _ in 0..2 {
        echoes.extend(shop.heard().await.into_iter().filter(|event| created(event).direction == Direction::Ours));
    }
    for status in us.statuses().await {
        assert!(echoes.iter().any(|event| event.key.external_id == text(&status, "uri")), "{status}");
    }
}

#[tokio::test]
async fn a_warning_is_kept_and_what_is_gone_or_too_long_is_given_back_to_its_writer() {
    let Some(server) = Mastodon::start() else { return };
    let (kim, us) = (Person::new(&server.url(), "kim"), Person::new(&server.url(), "shop"));
    let shop = Channel::shop(&server.url(), json!({}));
    let post = json!({"status": "@shop the end was sad", "visibility": "public", "spoiler_text": "about the film"});
    let asked = kim.ask("POST", "/api/v1/statuses", Some(post)).await.json().unwrap();
    let answer = outgoing("kim", Some(text(&asked, "uri")), "It was.", Visibility::Public);
    shop.mastodon.send(&shop.ctx, &answer).await.unwrap();
    assert_eq!(text(&us.statuses().await[0], "spoiler_text"), "about the film");
    let long = outgoing("kim", Some(text(&asked, "uri")), &"very ".repeat(200), Visibility::Public);
    let error = shop.mastodon.send(&shop.ctx, &long).await.unwrap_err();
    assert!(matches!(&error, SendError::Rejected(why) if why.contains("Text is too long")), "{error:?}");
    kim.delete(text(&asked, "id")).await;
    let late = outgoing("kim", Some(text(&asked, "uri")), "Still there?", Visibility::Public);
    let error = shop.mastodon.send(&shop.ctx, &late).await.unwrap_err();
    assert!(matches!(&error, SendError::Rejected(why) if why.contains("gone")), "{error:?}");
    assert_eq!(us.statuses().await.len(), 1);
}

#[tokio::test]
async fn an_answer_whose_answer_is_lost_goes_out_once() {
    let Some(server) = Mastodon::start() else { return };
    let (kim, us) = (Person::new(&server.url(), "kim"), Person::new(&server.url(), "shop"));
    let mut shop = Channel::shop(&server.url(), json!({}));
    let asked = kim.say("@shop hello", "public", None).await;
    let answer = outgoing("kim", Some(text(&asked, "uri")), "Hello.", Visibility::Public);
    // The server takes it; what it says on the way back is not understood. Here: it is taken by a first attempt whose
    // answer nobody heard.
    kim.fault("POST", "/api/v1/statuses", json!({"type": "malformed"}), 1).await;
    let error = shop.mastodon.send(&shop.ctx, &answer).await.unwrap_err();
    assert!(matches!(&error, SendError::RetryAfter { reason, .. } if reason.contains("same key")), "{error:?}");
    kim.fault("POST", "/api/v1/statuses", json!({"type": "status", "status": 502}), 1).await;
    assert!(matches!(shop.mastodon.send(&shop.ctx, &answer).await, Err(SendError::RetryAfter { .. })));
    kim.fault("POST", "/api/v1/statuses", json!({"type": "ratelimit"}), 1).await;
    let busy = shop.mastodon.send(&shop.ctx, &answer).await.unwrap_err();
    assert!(matches!(busy, SendError::Throttled { wait, .. } if wait.as_secs() == 300), "{busy:?}");
    let sent = shop.mastodon.send(&shop.ctx, &answer).await.unwrap();
    assert_eq!(shop.mastodon.find_sent(&shop.ctx, &answer).await.unwrap(), Some(sent.clone()));
    // Hours later the server has forgotten the key, and the post is found among ours.
    let mut late = answer.clone();
    late.idempotency_key = "the server no longer knows this one".to_owned();
    shop.ctx.clock = Arc::new(FixedClock::at(SystemClock.now() + 3 * 3_600_000));
    assert_eq!(shop.mastodon.send(&shop.ctx, &late).await.unwrap(), sent);
    assert_eq!(us.statuses().await.len(), 1);
    // One that was written hours ago and never sent is sent.
    let waited = outgoing_of(
        SystemClock.now() - 3_600_000,
        "kim",
        Some(text(&asked, "uri")),
        "Hello again.",
        Visibility::Public,
    );
    shop.mastodon.send(&shop.ctx, &waited).await.unwrap();
    assert_eq!(us.statuses().await.len(), 2);
    shop.ctx.secrets = SecretSet::from([("access_token".to_owned(), Secret::new("expired"))]);
    let error = shop.mastodon.send(&shop.ctx, &answer).await.unwrap_err();
    assert!(matches!(&error, SendError::Reauthorise(_)), "{error:?}");
}

#[tokio::test]
async fn the_test_of_the_settings_says_what_it_saw_and_no_secret_shows() {
    let Some(server) = Mastodon::start() else { return };
    let shop = Channel::shop(&server.url(), json!({"hashtags": ["coffee"]}));
    let seen = shop.mastodon.test(&shop.ctx).await.unwrap();
    assert_eq!(seen[0], format!("Signed in as @shop@127.0.0.1:{}.", server.port));
    assert!(seen[1].contains("500") && seen[2].contains("at once"), "{seen:?}");
    conformance::check_secrets(&shop.mastodon, &shop.ctx).await;
    let kim = Person::new(&server.url(), "kim");
    conformance::check_cursor(&shop.mastodon, &shop.ctx).await.expect("the server is there");
    kim.say("@shop hello", "public", None).await;
    conformance::check_cursor(&shop.mastodon, &shop.ctx).await.expect("the server is there");
}
