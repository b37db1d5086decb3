//! Files that a program puts to a reply, and whom a reply goes to.

use super::{Api, at_field, problem};
use crate::support::{
    NOW,
    talk::{self, Line, Talk},
};
use serde_json::{Value, json};
use tertulia_engine::{accounts, desk};
use tertulia_model::{ConversationId, RecipientRole, Role};
use tertulia_store::{
    deliveries::Delivery,
    drafts::{self, Key},
};

async fn asked(api: &Api) -> (ConversationId, String) {
    let id = talk::conversation(&api.site, api.channel, Line::new("a", "amina", "Do you have a menu?")).await;
    (id, format!("/api/v1/conversations/{id}/replies"))
}

fn names(delivery: &Delivery) -> Vec<&str> {
    delivery.outgoing.attachments.iter().map(|file| file.name.as_str()).collect()
}

#[tokio::test]
async fn a_file_is_brought_and_goes_with_one_reply() {
    let api = Api::new().await;
    let (id, path) = asked(&api).await;
    let answer = api.bring(id, "name=../me%E2%80%AEnu%0A.pdf&media_type=application/pdf", "all our beans").await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let brought: Value = serde_json::from_str(&answer.body).unwrap();
    let expected = json!({
        "id": brought["id"], "name": "menu.pdf", "media_type": "application/pdf", "bytes": 13, "kept_until": NOW + 86_400_000,
    });
    assert_eq!(brought, expected);
    let mine = Key::answer(api.owner, id);
    desk::attach(&api.site.engine, mine, "mine.png", "image/png", b"mine".to_vec()).await.unwrap();

    // The text may be left out.
    let body = json!({ "files": [brought["id"]] });
    let (one, two) = tokio::join!(api.reply(&path, "k", &body), api.reply(&path, "k", &body));
    let again = api.reply(&path, "k", &body).await;
    for answer in [&two, &again] {
        assert_eq!((answer.status.as_u16(), &answer.body), (202, &one.body));
    }
    let delivery = api.delivery(&one).await;
    assert_eq!(names(&delivery), ["menu.pdf"]);
    let file = &delivery.outgoing.attachments[0];
    assert_eq!(file.media_type, "application/pdf");
    assert_eq!(api.site.engine.blobs.read(&file.content).unwrap(), b"all our beans");
    let held = api.read(&format!("/api/v1/conversations/{id}")).await;
    assert_eq!(
        (&held["messages"][0]["attachments"][0]["name"], &held["messages"][1]["text"]),
        (&json!("menu.pdf"), &json!("Do you have a menu?"))
    );
    let kept = drafts::files(&mut api.site.engine.db.reader(), mine).await.unwrap();
    assert_eq!(kept.len(), 1, "what the member is writing stays as it is");

    let words = at_field(&api.reply(&path, "k2", &body).await, "files");
    assert!(words.contains("goes once"), "{words}");
    api.site.clock.advance(11_000);
    tertulia_engine::outbound::run_send(&api.site.engine, delivery.id).await.unwrap();
    assert_eq!(api.talk.sent.lock().unwrap()[0].attachments.len(), 1);
}

#[tokio::test]
async fn one_key_is_not_taken_for_two_replies_with_other_files() {
    let api = Api::new().await;
    let (id, path) = asked(&api).await;
    let ids = [api.brought(id, "a.pdf", "a").await, api.brought(id, "b.pdf", "b").await];
    let with = |files: &[&String]| json!({ "text": "Here", "files": files });
    let first = api.reply(&path, "k", &with(&[&ids[0]])).await;
    assert_eq!(names(&api.delivery(&first).await), ["a.pdf"]);
    for other in [with(&[&ids[1]]), with(&[]), with(&[&ids[0], &ids[1]])] {
        let words = at_field(&api.reply(&path, "k", &other).await, "Idempotency-Key");
        assert!(words.contains("another reply"), "{words}");
    }
    // Long after, when the file's own id is forgotten, the same request is still the same reply.
    api.site.clock.advance(2 * 86_400_000);
    desk::forget_thrown(&api.site.engine).await.unwrap();
    assert_eq!(api.reply(&path, "k", &with(&[&ids[0]])).await.body, first.body);
    assert_eq!(api.reply(&path, "k", &with(&[])).await.status, 422);
}

#[tokio::test]
async fn a_file_that_cannot_go_is_refused_and_nothing_is_sent() {
    let api = Api::beside(vec![Talk::without_files("plain")]).await;
    let (id, path) = asked(&api).await;
    let elsewhere = talk::conversation(&api.site, api.channel, Line::new("b", "bo", "And tea?")).await;
    let foreign = api.brought(elsewhere, "tea.pdf", "tea").await;
    let own = api.brought(id, "a.pdf", "a").await;
    api.site.member(Role::Agent).await;
    let agent = tertulia_store::users::all(&mut api.site.engine.db.reader()).await.unwrap();
    let agent = agent.iter().find(|user| user.role == Role::Agent).unwrap().id;
    let scopes = ["read".to_owned(), "reply".to_owned()];
    let key = accounts::add_api_token(&api.site.engine, agent, "theirs", &scopes).await.unwrap();
    let mut api = api;
    let owners = std::mem::replace(&mut api.key, key);
    let theirs = api.brought(id, "theirs.pdf", "x").await;
    api.key = owners;
    for (n, files) in
        [json!(["7"]), json!([foreign]), json!([theirs]), json!([own, "7"]), json!([own, own])].iter().enumerate()
    {
        at_field(&api.reply(&path, &format!("k{n}"), &json!({ "text": "Here", "files": files })).await, "files");
    }
    for wrong in [json!([7]), json!("7"), json!(["seven"])] {
        assert_eq!(problem(&api.reply(&path, "w", &json!({ "text": "Hi", "files": wrong })).await).0, 422);
    }
    let mut four = vec![own.clone()];
    for n in 0..3 {
        four.push(api.brought(id, &format!("{n}.pdf"), "more").await);
    }
    let words = at_field(&api.reply(&path, "four", &json!({ "text": "Here", "files": four })).await, "files");
    assert!(words.contains("at most 3 files"), "{words}");
    let sent = api.reply(&path, "three", &json!({ "text": "Here", "files": four[..3] })).await;
    assert_eq!(names(&api.delivery(&sent).await), ["a.pdf", "0.pdf", "1.pdf"], "what was refused is still there");

    let (status, words) = problem(&api.bring(id, "name=film.mp4", &"x".repeat(1_000_001)).await);
    assert!(status == 413 && words.contains("film.mp4 is larger than 1 MB"), "{words}");
    assert_eq!(problem(&api.bring(id, "name=a.pdf", "").await).0, 422);
    at_field(&api.bring(id, "name=a.pdf&media_type=pdf", "x").await, "media_type");
    at_field(&api.bring(id, &format!("name={}", "x".repeat(201)), "x").await, "name");
    assert_eq!(problem(&api.bring(id, "nam=a.pdf", "x").await).0, 422);
    assert_eq!(problem(&api.bring(ConversationId(7), "name=a.pdf", "x").await).0, 404);
    let reads = Api { key: api.key_for(&["read"]).await, ..api };
    assert_eq!(problem(&reads.bring(id, "name=a.pdf", "x").await).0, 403);
}

#[tokio::test]
async fn a_conversation_that_carries_no_files_says_so_before_anything_is_kept() {
    let api = Api::beside(vec![Talk::without_files("plain")]).await;
    let channel = talk::channel(&api.site, "plain", "square").await;
    let id = talk::conversation(&api.site, channel, Line::new("c", "cem", "Menu?")).await;
    let (status, words) = problem(&api.bring(id, "name=menu.pdf", "x").await);
    assert!(status == 409 && words.contains("carries no files") && words.contains("link"), "{words}");
    let way = &api.read(&format!("/api/v1/conversations/{id}")).await["ways"][0];
    assert_eq!((&way["files"], &way["file_bytes"]), (&json!(0), &json!(0)));
    let words = at_field(
        &api.reply(&format!("/api/v1/conversations/{id}/replies"), "k", &json!({ "text": "Hi", "files": ["7"] })).await,
        "files",
    );
    assert!(words.contains("no file 7"), "{words}");
}

#[tokio::test]
async fn what_was_brought_and_never_sent_is_forgotten_after_a_day_and_few_wait_at_once() {
    let api = Api::new().await;
    let (id, path) = asked(&api).await;
    let old = api.brought(id, "old.pdf", "old").await;
    api.site.clock.advance(86_400_000 - 1);
    desk::forget_thrown(&api.site.engine).await.unwrap();
    let key = Key::brought(api.owner, id);
    assert_eq!(drafts::files(&mut api.site.engine.db.reader(), key).await.unwrap().len(), 1);
    for n in 1..50 {
        api.brought(id, &format!("{n}.pdf"), "new").await;
    }
    let (status, words) = problem(&api.bring(id, "name=51.pdf", "x").await);
    assert!(status == 409 && words.contains("50 files wait here"), "{words}");
    api.site.clock.advance(1);
    desk::forget_thrown(&api.site.engine).await.unwrap();
    assert_eq!(drafts::files(&mut api.site.engine.db.reader(), key).await.unwrap().len(), 49);
    at_field(&api.reply(&path, "k", &json!({ "text": "Here", "files": [old] })).await, "files");
    api.brought(id, "51.pdf", "x").await;
}

#[tokio::test]
async fn a_mail_goes_to_whom_it_is_addressed_from_where_it_says_and_may_close_its_conversation() {
    let api = Api::beside(vec![Talk::named("email")]).await;
    let more = [("other_addresses", "orders@roaster.example")];
    let mail = talk::channel_with(&api.site, "email", "shop@roaster.example", &more).await;
    let line = Line {
        subject: Some("Beans".into()),
        copies: vec!["bo@example.org".into()],
        ..Line::new("q", "amina@example.org", "Stale!")
    };
    let id = talk::conversation(&api.site, mail, line).await;
    let page = api.read(&format!("/api/v1/conversations/{id}")).await;
    let way = &page["ways"][0];
    assert_eq!(way["reply_all"], json!(["amina@example.org", "bo@example.org"]));
    assert_eq!(way["from"], json!(["shop@roaster.example", "orders@roaster.example"]));
    let path = format!("/api/v1/conversations/{id}/replies");
    let copied = json!({
        "text": "Sorry.", "cc": [{ "address": "bo@example.org", "name": "Bo" }], "subject": "Your beans",
        "from": "orders@roaster.example", "close": true,
    });
    let sent = api.reply(&path, "k", &copied).await;
    let outgoing = api.delivery(&sent).await.outgoing;
    let to: Vec<_> = outgoing.recipients.iter().map(|r| (r.role, r.address.as_str())).collect();
    assert_eq!(
        to,
        [(RecipientRole::To, "amina@example.org"), (RecipientRole::Cc, "bo@example.org")],
        "a copy goes to others besides"
    );
    assert_eq!(
        (outgoing.subject.as_deref(), outgoing.from_address.as_deref()),
        (Some("Your beans"), Some("orders@roaster.example"))
    );
    assert_eq!(api.read(&format!("/api/v1/conversations/{id}")).await["state"], "closed");
    assert_eq!(api.reply(&path, "k", &copied).await.body, sent.body);
    let mut other = copied.clone();
    other["cc"][0]["address"] = json!("cem@example.org");
    at_field(&api.reply(&path, "k", &other).await, "Idempotency-Key");

    let to = |address: &str| json!([{ "address": address }]);
    for (field, value) in [
        ("to", to("nobody")),
        ("from", json!("other@example.org")),
        ("subject", json!("a\nBcc: x@example.org")),
        ("subject", json!("x".repeat(1_001))),
        ("cc", json!(vec![json!({ "address": "a@example.org" }); 51])),
        ("bcc", json!([{ "address": "a@example.org", "name": "a\r\nTo: b" }])),
    ] {
        let mut body = json!({ "text": "Hi" });
        body[field] = value;
        at_field(&api.reply(&path, "w", &body).await, field);
    }
    let (_, path) = asked(&api).await;
    for (field, value) in [("to", to("a@example.org")), ("from", json!("a@example.org")), ("subject", json!("Hi"))] {
        let mut body = json!({ "text": "Hi" });
        body[field] = value;
        let words = at_field(&api.reply(&path, "t", &body).await, field);
        assert!(words.contains("Leave"), "{words}");
    }
}
