//! A program passes a message on.

use super::{Api, at_field, problem};
use crate::support::talk::{self, Line, Talk};
use serde_json::{Value, json};
use tertulia_engine::outbound;
use tertulia_model::{ConversationId, MessageId, RecipientRole};
use tertulia_store::{conversations, deliveries};

struct Complaint {
    api: Api,
    conversation: ConversationId,
    message: MessageId,
    path: String,
}

/// Amina complains by mail, with a file.
async fn complaint(file: (&str, &str, &str)) -> Complaint {
    let api = Api::beside(vec![Talk::named("email")]).await;
    let mail = talk::channel(&api.site, "email", "shop@roaster.example").await;
    let file = Some((file.0.to_owned(), file.1.to_owned(), file.2.to_owned()));
    let line = Line { file, subject: Some("Beans".into()), ..Line::new("q", "amina@example.org", "They were stale.") };
    let conversation = talk::conversation(&api.site, mail, line).await;
    let message = talk::message(&api.site, conversation, "q").await;
    Complaint { path: format!("/api/v1/messages/{message}/forwards"), api, conversation, message }
}

fn nils() -> Value {
    json!([{ "address": "nils@mill.example", "name": "Nils" }])
}

#[tokio::test]
async fn a_message_is_passed_on_with_its_files_and_its_conversation_stays_as_it_is() {
    let Complaint { api, conversation, message, path } = complaint(("stale.png", "image/png", "pixels")).await;
    let held = async || conversations::get(&mut api.site.engine.db.reader(), conversation).await.unwrap().unwrap();
    let before = held().await;
    let file = api.brought(conversation, "label.png", "more").await;
    let body = json!({
        "to": nils(), "bcc": [{ "address": "lab@mill.example" }], "text": "Nils?", "files": [file],
    });
    let (one, two) = tokio::join!(api.reply(&path, "k", &body), api.reply(&path, "k", &body));
    assert_eq!(one.body, two.body);
    assert_eq!(api.reply(&path, "k", &body).await.body, one.body);
    let said: Value = serde_json::from_str(&one.body).unwrap();
    assert_eq!((&said["state"], &said["left_out"]), (&json!("queued"), &json!([])));
    let delivery = api.delivery(&one).await;
    let outgoing = &delivery.outgoing;
    assert_eq!(outgoing.forwards.as_ref().unwrap().message, message);
    assert_eq!(outgoing.subject.as_deref(), Some("Fwd: Beans"));
    let whole = outgoing.whole_text();
    assert!(
        whole.starts_with("Nils?\n\n---------- Forwarded message") && whole.ends_with("They were stale."),
        "{whole}"
    );
    let names: Vec<&str> = outgoing.attachments.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["stale.png", "label.png"]);
    let to: Vec<_> = outgoing.recipients.iter().map(|r| (r.role, r.address.as_str())).collect();
    assert_eq!(to, [(RecipientRole::To, "nils@mill.example"), (RecipientRole::Bcc, "lab@mill.example")]);
    assert_eq!(held().await, before);

    let mut other = body.clone();
    other["to"][0]["address"] = json!("wrong@mill.example");
    at_field(&api.reply(&path, "k", &other).await, "Idempotency-Key");
    let answer = json!({ "text": "Nils?" });
    let replies = format!("/api/v1/conversations/{conversation}/replies");
    at_field(&api.reply(&replies, "k", &answer).await, "Idempotency-Key");
    let sent = deliveries::of_conversation(&mut api.site.engine.db.reader(), conversation).await.unwrap();
    assert_eq!(sent.len(), 1);

    // What comes back is a talk of its own.
    let line =
        Line { answers: Some(delivery.message_id.to_string()), ..Line::new("n", "nils@mill.example", "A wet sack.") };
    let mail = delivery.channel_id;
    assert_ne!(talk::conversation(&api.site, mail, line).await, conversation);
}

#[tokio::test]
async fn files_of_the_message_are_chosen_and_one_that_leads_back_to_us_stays_behind() {
    let Complaint { api, conversation, message, path } = complaint(("stale.png", "image/png", "pixels")).await;
    let none = api.reply(&path, "none", &json!({ "to": nils(), "attachments": [] })).await;
    assert_eq!(api.delivery(&none).await.outgoing.attachments, []);
    let file = api.read(&format!("/api/v1/messages/{message}")).await["attachments"][0]["id"].clone();
    let this = json!({ "to": nils(), "attachments": [file] });
    let one = api.reply(&path, "one", &this).await;
    assert_eq!(api.delivery(&one).await.outgoing.attachments.len(), 1);
    assert_eq!(api.reply(&path, "one", &this).await.body, one.body);
    at_field(&api.reply(&path, "one", &json!({ "to": nils(), "attachments": [] })).await, "Idempotency-Key");
    at_field(&api.reply(&path, "w", &json!({ "to": nils(), "attachments": ["7"] })).await, "attachments");

    let token = outbound::reply_token(&api.site.engine, message);
    let mail = format!("To: shop+{token}@roaster.example\n\nMore of it.");
    let file = Some(("more.eml".to_owned(), "message/rfc822".to_owned(), mail));
    let line = Line { file, answers: Some("q".into()), ..Line::new("r", "amina@example.org", "See there.") };
    let channel = api.delivery(&one).await.channel_id;
    talk::hear(&api.site, channel, &[line]).await;
    let message = talk::message(&api.site, conversation, "r").await;
    let path = format!("/api/v1/messages/{message}/forwards");
    let all = api.reply(&path, "all", &json!({ "to": nils() })).await;
    let said: Value = serde_json::from_str(&all.body).unwrap();
    assert_eq!(said["left_out"][0]["name"], "more.eml");
    assert_eq!(api.delivery(&all).await.outgoing.attachments, []);
    let named = json!({ "to": nils(), "attachments": [said["left_out"][0]["id"]] });
    let words = at_field(&api.reply(&path, "named", &named).await, "attachments");
    assert!(words.contains("more.eml cannot be passed on"), "{words}");
}

#[tokio::test]
async fn what_cannot_be_passed_on_says_why_and_nothing_is_sent() {
    let Complaint { api, conversation, path, .. } = complaint(("stale.png", "image/png", "pixels")).await;
    for (body, field) in [
        (json!({ "to": [] }), "to"),
        (json!({ "to": [{ "address": "nobody" }] }), "to"),
        (json!({ "to": nils(), "from": "x@example.org" }), "from"),
        (json!({ "to": nils(), "files": ["7"] }), "files"),
        (json!({ "to": nils(), "text": "x".repeat(1_990) }), "text"),
    ] {
        at_field(&api.reply(&path, "w", &body).await, field);
    }
    for wrong in [json!({}), json!({ "to": "nils@mill.example" }), json!({ "to": nils(), "close": true })] {
        assert_eq!(problem(&api.reply(&path, "w", &wrong).await).0, 422, "{wrong}");
    }
    let body = json!({ "to": nils() });
    at_field(&api.change("POST", &path, &body).await, "Idempotency-Key");
    assert_eq!(problem(&api.reply("/api/v1/messages/7/forwards", "k", &body).await).0, 404);
    let chat = talk::conversation(&api.site, api.channel, Line::new("c", "bo", "Hello?")).await;
    let there = talk::message(&api.site, chat, "c").await;
    let (status, words) = problem(&api.reply(&format!("/api/v1/messages/{there}/forwards"), "k", &body).await);
    assert!(status == 409 && words.contains("cannot be passed on"), "{words}");
    talk::hear(&api.site, api.channel, &[Line { overheard: true, ..Line::new("o", "cem", "They never answer.") }])
        .await;
    let heard = api.read("/api/v1/messages?q=never").await["messages"][0]["id"].as_str().unwrap().to_owned();
    let (status, words) = problem(&api.reply(&format!("/api/v1/messages/{heard}/forwards"), "k", &body).await);
    assert!(status == 409 && words.contains("no conversation"), "{words}");
    let sent = deliveries::of_conversation(&mut api.site.engine.db.reader(), conversation).await.unwrap();
    assert!(sent.is_empty());
    let reads = Api { key: api.key_for(&["read"]).await, ..api };
    assert_eq!(problem(&reads.reply(&path, "k", &body).await).0, 403);
}
