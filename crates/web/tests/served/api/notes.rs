//! Notes, who is named in them, and how a conversation ended, as a program sees them.

use super::{Api, at_field, problem};
use crate::support::talk::{self, Line};
use serde_json::{Value, json};
use tertulia_engine::{accounts, people};
use tertulia_model::Role;
use tertulia_store::{conversations, users};

async fn conversation(api: &Api) -> String {
    talk::conversation(&api.site, api.channel, Line::new("m", "rosa", "Do you have it in blue?")).await.to_string()
}

#[tokio::test]
async fn notes_are_added_listed_changed_and_taken_away() {
    let api = Api::new().await;
    let id = conversation(&api).await;
    let here = format!("/api/v1/conversations/{id}/notes");
    for text in ["One", "Two", "Three"] {
        let note = api.done("POST", &here, &json!({ "text": text })).await;
        assert_eq!(
            (&note["text"], &note["conversation_id"], &note["person_id"]),
            (&json!(text), &json!(id), &Value::Null)
        );
    }
    let first = api.read(&format!("{here}?limit=2")).await;
    let texts = |page: &Value| {
        page["items"].as_array().unwrap().iter().map(|one| one["text"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(texts(&first), ["Three", "Two"]);
    let next = first["next"].as_str().unwrap();
    assert_eq!(texts(&api.read(&format!("{here}?limit=2&cursor={next}")).await), ["One"]);
    let note = format!("/api/v1/notes/{}", first["items"][0]["id"].as_str().unwrap());
    assert!(at_field(&api.change("POST", &here, &json!({ "text": " " })).await, "text").contains("Write what"));
    assert!(at_field(&api.change("PUT", &note, &json!({ "text": "x".repeat(4_001) })).await, "text").contains("4000"));
    let changed = api.done("PUT", &note, &json!({ "text": "Four" })).await;
    assert!(changed["text"] == "Four" && changed["changed_at"].is_i64());
    assert_eq!(api.read(&note).await["text"], "Four");
    assert_eq!(api.change("DELETE", &note, &Value::Null).await.status, 204);
    assert_eq!(problem(&api.get(&note).await).0, 404);
    let person = api.read(&format!("/api/v1/conversations/{id}")).await["person"]["id"].as_str().unwrap().to_owned();
    let of_person = format!("/api/v1/people/{person}/notes");
    api.done("POST", &of_person, &json!({ "text": "Knows the roaster" })).await;
    assert_eq!(texts(&api.read(&of_person).await), ["Knows the roaster"]);
    assert_eq!(problem(&api.change("POST", "/api/v1/people/7/notes", &json!({ "text": "x" })).await).0, 404);
}

#[tokio::test]
async fn whoever_is_part_of_another_is_that_one_where_notes_and_promises_are_read() {
    let api = Api::new().await;
    let engine = &api.site.engine;
    let mut persons = Vec::new();
    for (id, handle) in [("m", "rosa"), ("n", "rosa.shop")] {
        let held = talk::conversation(&api.site, api.channel, Line::new(id, handle, "Do you have it in blue?")).await;
        let held = conversations::get(&mut engine.db.reader(), held).await.unwrap().unwrap();
        persons.push(held.person_id.unwrap());
    }
    let (one, other) = (persons[0], persons[1]);
    api.done("POST", &format!("/api/v1/people/{one}/notes"), &json!({ "text": "Knows the roaster" })).await;
    let me = users::all(&mut engine.db.reader()).await.unwrap()[0].id;
    people::merge(engine, me, (one, other), "Rosa", &people::Evidence::known()).await.unwrap();
    let notes = api.read(&format!("/api/v1/people/{one}/notes")).await;
    assert_eq!(notes["items"][0]["text"], "Knows the roaster");
    assert_eq!(api.read(&format!("/api/v1/people/{one}/promises")).await["items"], json!([]));
}

#[tokio::test]
async fn a_program_is_told_who_is_named_and_says_that_they_have_seen_it() {
    let api = Api::new().await;
    let id = conversation(&api).await;
    api.site.member(Role::Agent).await;
    let all = users::all(&mut api.site.engine.db.reader()).await.unwrap();
    let agent = all.iter().find(|user| user.name == "agent").unwrap().id;
    let scopes = accounts::SCOPES.map(str::to_owned);
    let theirs = accounts::add_api_token(&api.site.engine, agent, "theirs", &scopes).await.unwrap();
    api.done("POST", &format!("/api/v1/conversations/{id}/notes"), &json!({ "text": "@agent, see this" })).await;
    assert_eq!(api.read("/api/v1/notes/mentions").await["items"], json!([]), "the owner is not named");
    let as_agent = |method: &'static str, path: &'static str| {
        let bearer = format!("Bearer {theirs}");
        let api = &api;
        async move { api.ask(method, path, &[("authorization", &bearer)], "").await }
    };
    let listed: Value = serde_json::from_str(&as_agent("GET", "/api/v1/notes/mentions").await.body).unwrap();
    assert_eq!(
        (&listed["items"][0]["text"], &listed["items"][0]["seen_at"]),
        (&json!("@agent, see this"), &Value::Null)
    );
    assert_eq!(as_agent("POST", "/api/v1/notes/mentions/seen").await.status, 204);
    let listed: Value = serde_json::from_str(&as_agent("GET", "/api/v1/notes/mentions").await.body).unwrap();
    assert!(listed["items"][0]["seen_at"].is_i64());
}

#[tokio::test]
async fn a_conversation_ends_as_just_listened_and_is_found_by_it() {
    let api = Api::new().await;
    let id = conversation(&api).await;
    let at = format!("/api/v1/conversations/{id}");
    let ended = api.done("PUT", &format!("{at}/outcome"), &json!({ "outcome": "listened" })).await;
    assert_eq!(
        (&ended["state"], &ended["outcome"], &ended["waiting_since"]),
        (&json!("closed"), &json!("listened"), &Value::Null)
    );
    assert!(ended["outcome_by"].is_string() && ended["outcome_at"].is_i64(), "{ended}");
    let many = async |query: &str| {
        api.read(&format!("/api/v1/conversations?{query}")).await["conversations"].as_array().unwrap().len()
    };
    assert_eq!((many("outcome=listened").await, many("outcome=answered").await), (1, 0));
    assert_eq!((many("outcome=listened&state=closed").await, many("outcome=listened&state=open").await), (1, 0));
    assert!(at_field(&api.get("/api/v1/conversations?outcome=won").await, "outcome").contains("listened"));
    assert!(
        at_field(&api.change("PUT", &format!("{at}/outcome"), &json!({ "outcome": "won" })).await, "outcome")
            .contains("listened")
    );
    assert_eq!(api.done("POST", &format!("{at}/reopen"), &Value::Null).await["outcome"], Value::Null);
}
