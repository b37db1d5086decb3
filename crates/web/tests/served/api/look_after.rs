//! Channels, people, Quarantine, imports, and what is done with conversations.

use super::{Api, problem};
use crate::support::{
    NOW,
    talk::{self, Line},
};
use serde_json::{Value, json};
use tertulia_engine::accounts;
use tertulia_model::{ImportId, Role};
use tertulia_store::{imports, users};

#[tokio::test]
async fn a_channel_is_added_tried_and_paused_and_no_answer_holds_a_setting() {
    let api = Api::new().await;
    let kinds = api.read("/api/v1/connectors").await;
    assert_eq!(kinds["items"][0]["name"], "talk");
    assert!(kinds["items"][0]["settings_schema"]["properties"]["account"].is_object());
    let settings = json!({ "account": "fountain", "secret": "olive-tree", "server": "chat.example" });
    let body = json!({ "connector": "talk", "name": "Fountain", "settings": settings });
    let tried = api.done("POST", "/api/v1/channels/test", &body).await;
    assert_eq!(tried, json!({ "works": true, "lines": ["Talk answers."], "reason": null }));
    let added = api.change("POST", "/api/v1/channels", &body).await;
    assert_eq!(added.status, 201, "{}", added.body);
    let path = added.headers["location"].to_str().unwrap().to_owned();
    let list = api.get("/api/v1/channels").await.body;
    for body in [&added.body, &list, &api.get(&path).await.body] {
        assert!(body.contains("Fountain") && !body.contains("olive") && !body.contains("chat.example"), "{body}");
    }
    assert_eq!(problem(&api.change("POST", "/api/v1/channels", &body).await).0, 409, "it is connected already");
    assert_eq!(api.done("POST", &format!("{path}/pause"), &json!(null)).await["state"], "paused");
    assert_eq!(api.done("POST", &format!("{path}/resume"), &json!(null)).await["state"], "live");
    for (wrong, field) in [
        (json!({ "connector": "pigeon" }), "connector"),
        (json!({ "connector": "talk", "settings": { "acount": "x" } }), "acount"),
        (json!({ "connector": "talk", "settings": { "account": 7 } }), "account"),
        (json!({ "connector": "talk" }), "account"),
        (json!({ "connector": "talk", "name": "x".repeat(201) }), "name"),
    ] {
        let answer = api.change("POST", "/api/v1/channels", &wrong).await;
        assert_eq!(problem(&answer).0, 422, "{wrong}");
        let said: Value = serde_json::from_str(&answer.body).unwrap();
        assert!(said["errors"][field].is_string(), "{said}");
    }
    assert_eq!(problem(&api.get("/api/v1/channels/7").await).0, 404);
}

#[tokio::test]
async fn people_are_found_and_what_they_want_is_noted() {
    let api = Api::new().await;
    for (id, from) in [("1", "amina"), ("2", "bo"), ("3", "amina")] {
        talk::hear(&api.site, api.channel, &[Line::new(id, from, &format!("Words {id}"))]).await;
    }
    let all = api.read("/api/v1/people?limit=1").await;
    let rest = api.read(&format!("/api/v1/people?limit=1&cursor={}", all["next"].as_str().unwrap())).await;
    assert_eq!((&all["items"][0]["name"], &rest["items"][0]["name"]), (&json!("bo"), &json!("amina")));
    assert!(rest.get("next").is_none());
    let found = api.read("/api/v1/people?q=AMI").await;
    assert_eq!((found["items"].as_array().unwrap().len(), &found["items"][0]["messages"]), (1, &json!(2)));
    let path = format!("/api/v1/people/{}", found["items"][0]["id"].as_str().unwrap());
    let said = api.read(&format!("{path}/messages?limit=1")).await;
    assert_eq!(said["items"][0]["text"], "Words 3");
    let older = api.read(&format!("{path}/messages?cursor={}", said["next"].as_str().unwrap())).await;
    assert_eq!(older["items"][0]["text"], "Words 1");

    let note = json!({ "allowed": false, "words": "Said so on the phone", "channel_id": api.channel.to_string() });
    let noted = api.done("POST", &format!("{path}/consents"), &note).await;
    assert_eq!(
        (&noted["items"][0]["allowed"], &noted["items"][0]["by"]),
        (&json!(false), &json!(api.owner.to_string()))
    );
    assert_eq!(noted, api.read(&format!("{path}/consents")).await);
    let person = api.read(&path).await;
    assert_eq!((&person["identities"][0]["handle"], &person["consents"]), (&json!("amina"), &noted["items"]));
    let held = api.read("/api/v1/conversations").await;
    let of_amina = held["conversations"].as_array().unwrap().iter().find(|c| c["person"]["name"] == "amina").unwrap();
    let reply = format!("/api/v1/conversations/{}/replies", of_amina["id"].as_str().unwrap());
    let (status, words) = problem(&api.reply(&reply, "k", &json!({ "text": "Hello" })).await);
    assert!(status == 409 && words.contains("does not want"), "{status} {words}");
    let nowhere = json!({ "allowed": false, "channel_id": "7" });
    assert_eq!(problem(&api.change("POST", &format!("{path}/consents"), &nowhere).await).0, 404);
    for wrong in [json!({ "words": "x" }), json!({ "allowed": 1 })] {
        assert_eq!(problem(&api.change("POST", &format!("{path}/consents"), &wrong).await).0, 422, "{wrong}");
    }
    assert_eq!(problem(&api.change("POST", "/api/v1/people/7/consents", &json!({ "allowed": true })).await).0, 404);
    assert_eq!(problem(&api.get("/api/v1/people/7/messages").await).0, 404);
}

#[tokio::test]
async fn what_is_set_aside_is_listed_tried_let_go_and_taken_back() {
    let api = Api::new().await;
    let items = (0..3).map(|n| (format!("bad/{n}"), b"no".to_vec())).collect();
    talk::hear_raw(&api.site, api.channel, items).await;
    let first = api.read("/api/v1/quarantine?limit=2").await;
    let rest = api.read(&format!("/api/v1/quarantine?limit=2&cursor={}", first["next"].as_str().unwrap())).await;
    assert_eq!((first["items"].as_array().unwrap().len(), rest["items"].as_array().unwrap().len()), (2, 1));
    let item = &first["items"][0];
    assert_eq!((&item["channel_id"], &item["bytes"]), (&json!(api.channel.to_string()), &json!(2)));
    assert_eq!(api.read("/api/v1/quarantine?channel=7").await["items"], json!([]));
    let path = format!("/api/v1/quarantine/{}", item["id"].as_str().unwrap());
    let (status, words) = problem(&api.change("POST", &format!("{path}/retry"), &json!(null)).await);
    assert!(status == 409 && words.contains("still cannot be read"), "{words}");
    assert_eq!(problem(&api.change("POST", &format!("{path}/restore"), &json!(null)).await).0, 409);
    assert_eq!(api.change("POST", &format!("{path}/discard"), &json!(null)).await.status, 204);
    assert_eq!(api.read("/api/v1/quarantine").await["items"].as_array().unwrap().len(), 2);
    assert_eq!(problem(&api.change("POST", &format!("{path}/discard"), &json!(null)).await).0, 404);
    assert_eq!(api.change("POST", &format!("{path}/restore"), &json!(null)).await.status, 204);
    assert_eq!(api.read("/api/v1/quarantine").await["items"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn imports_tell_how_far_they_are_to_owners_only() {
    let api = Api::new().await;
    let run = imports::ImportRun {
        id: ImportId(5),
        channel_id: api.channel,
        name: "old.mbox".into(),
        format: "mbox".into(),
        mapping: "{}".into(),
        blob: String::new(),
        size: 100,
        position: 40,
        state: "running".into(),
        taken: 3,
        known: 1,
        skipped: 2,
        quarantined: 0,
        reasons: "{\"no date\":2}".into(),
        error: None,
        worked_ms: 10,
        created_by: Some(api.owner),
        created_at: NOW,
        finished_at: None,
    };
    let mut tx = api.site.engine.db.begin().await.unwrap();
    imports::add(&mut tx, &run).await.unwrap();
    imports::progress(&mut tx, &run).await.unwrap();
    tx.commit().await.unwrap();
    let shown = api.read("/api/v1/imports/5").await;
    assert_eq!((&shown["state"], &shown["position"], &shown["taken"]), (&json!("running"), &json!(40), &json!(3)));
    assert_eq!(shown["reasons"], json!({ "no date": 2 }));
    assert_eq!(api.read("/api/v1/imports").await["items"], json!([shown]));
    assert_eq!(problem(&api.get("/api/v1/imports/6").await).0, 404);
    api.site.member(Role::Agent).await;
    let all = users::all(&mut api.site.engine.db.reader()).await.unwrap();
    let agent = all.iter().find(|user| user.role == Role::Agent).unwrap().id;
    let key = accounts::add_api_token(&api.site.engine, agent, "a", &["read".into()]).await.unwrap();
    assert_eq!(problem(&Api { key, ..api }.get("/api/v1/imports").await).0, 403);
}

#[tokio::test]
async fn a_conversation_is_given_put_off_closed_and_opened_again() {
    let api = Api::new().await;
    let id = talk::conversation(&api.site, api.channel, Line::new("a", "amina", "Hello?")).await;
    let path = format!("/api/v1/conversations/{id}");
    let members = api.read("/api/v1/members").await;
    let me = members["items"][0]["id"].clone();
    assert_eq!((&me, &members["items"][0]["role"]), (&json!(api.owner.to_string()), &json!("owner")));
    let given = api.done("POST", &format!("{path}/assign"), &json!({ "member_id": me })).await;
    assert_eq!(given["assignee_id"], me);
    assert_eq!(api.done("POST", &format!("{path}/assign"), &json!({})).await["assignee_id"], json!(null));
    let snoozed = api.done("POST", &format!("{path}/snooze"), &json!({ "until": NOW + 1_000 })).await;
    assert_eq!((&snoozed["state"], &snoozed["snoozed_until"]), (&json!("snoozed"), &json!(NOW + 1_000)));
    assert_eq!(api.done("POST", &format!("{path}/close"), &json!(null)).await["state"], "closed");
    assert_eq!(api.done("POST", &format!("{path}/reopen"), &json!(null)).await["state"], "open");
    for (act, body, status) in [
        ("snooze", json!({ "until": NOW }), 422),
        ("snooze", json!({ "until": -1 }), 422),
        ("snooze", json!({}), 422),
        ("assign", json!({ "member_id": "7" }), 404),
        ("assign", json!({ "member_id": 7 }), 422),
    ] {
        assert_eq!(problem(&api.change("POST", &format!("{path}/{act}"), &body).await).0, status, "{act} {body}");
    }
    for act in ["assign", "close", "reopen"] {
        let answer = api.change("POST", &format!("/api/v1/conversations/7/{act}"), &json!({})).await;
        assert_eq!(problem(&answer).0, 404, "{act}");
    }
}

#[tokio::test]
async fn a_conversation_is_opened_from_what_was_only_overheard() {
    let api = Api::new().await;
    let line = Line { overheard: true, ..Line::new("a", "amina", "They never answer.") };
    talk::hear(&api.site, api.channel, &[line]).await;
    let found = api.read("/api/v1/messages?q=answer").await;
    let path = format!("/api/v1/messages/{}", found["messages"][0]["id"].as_str().unwrap());
    assert_eq!(api.read(&path).await, found["messages"][0]);
    let opened = api.done("POST", &format!("{path}/conversation"), &json!(null)).await;
    assert_eq!((&opened["state"], &opened["assignee_id"]), (&json!("open"), &json!(api.owner.to_string())));
    assert_eq!(api.done("POST", &format!("{path}/conversation"), &json!(null)).await["id"], opened["id"]);
    assert_eq!(api.read(&path).await["conversation_id"], opened["id"]);
    assert_eq!(problem(&api.change("POST", "/api/v1/messages/7/conversation", &json!(null)).await).0, 404);
}
