//! What people ask for and what is done about it, for programs.

use super::{Api, at_field};
use crate::support::talk::{self, Line};
use serde_json::{Value, json};

async fn heard(api: &Api) -> [String; 2] {
    let lines = [Line::new("1", "amina", "Could you open on Sundays?"), Line::new("2", "bo", "Sundays, please")];
    talk::hear(&api.site, api.channel, &lines).await;
    let found = api.read("/api/v1/messages").await;
    let of = |handle: &str| {
        let all = found["messages"].as_array().unwrap();
        all.iter().find(|message| message["handle"] == handle).unwrap()["id"].as_str().unwrap().to_owned()
    };
    [of("amina"), of("bo")]
}

async fn add(api: &Api, title: &str, message: &str) -> String {
    let made = api.done("POST", "/api/v1/feedback", &json!({ "title": title, "message_id": message })).await;
    assert_eq!(made["askers"], 1);
    made["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_program_notes_who_asks_merges_and_moves_a_change() {
    let api = Api::new().await;
    let [amina, bo] = heard(&api).await;
    let (one, two) = (add(&api, "Open on Sundays", &amina).await, add(&api, "Sundays open", &bo).await);
    let like = api.done("POST", "/api/v1/feedback/like", &json!({ "title": "Sundays" })).await;
    assert_eq!(like["items"].as_array().unwrap().len(), 2, "{like}");
    let merged = api.done("POST", &format!("/api/v1/feedback/{one}/merge"), &json!({ "into": two })).await;
    assert_eq!((&merged["id"], &merged["askers"]), (&json!(two), &json!(2)));
    assert_eq!(api.read(&format!("/api/v1/feedback/{one}")).await["merged_into"], json!(two));
    let evidence = api.read(&format!("/api/v1/feedback/{one}/evidence?limit=1")).await;
    let next = evidence["next"].as_str().unwrap();
    let rest = api.read(&format!("/api/v1/feedback/{two}/evidence?limit=1&cursor={next}")).await;
    assert_eq!((rest["items"].as_array().unwrap().len(), &rest["next"]), (1, &Value::Null));
    let parted = api.done("POST", &format!("/api/v1/feedback/{one}/part"), &Value::Null).await;
    assert_eq!((&parted["merged_into"], &parted["askers"]), (&Value::Null, &json!(1)));
    let given = api.done("POST", &format!("/api/v1/feedback/{one}/evidence"), &json!({ "message_id": bo })).await;
    assert_eq!((&given["feedback_id"], &given["askers"]), (&json!(one), &json!(2)));
    let form = json!({ "title": "We open", "link": "https://issues.example/7", "feedback_id": one });
    let change = api.done("POST", "/api/v1/changes", &form).await;
    let path = format!("/api/v1/changes/{}", change["id"].as_str().unwrap());
    assert_eq!((&change["askers"], &change["state"]), (&json!(2), &json!("considering")));
    let refused = api.change("POST", &format!("{path}/move"), &json!({ "state": "declined" })).await;
    assert!(at_field(&refused, "reason").contains("Say why not"));
    let moved = api.done("POST", &format!("{path}/move"), &json!({ "state": "planned", "reason": "In May" })).await;
    assert_eq!(moved["state"], "planned");
    let moves = api.read(&format!("{path}/moves")).await;
    assert_eq!((&moves["items"][0]["from"], &moves["items"][1]["from"]), (&json!("considering"), &Value::Null));
    let listed = api.read("/api/v1/feedback?state=planned").await;
    assert_eq!(listed["items"][0]["id"], json!(one));
    let evidence = format!("/api/v1/feedback/{one}/evidence/{}", given["evidence_id"].as_str().unwrap());
    api.done("DELETE", &evidence, &Value::Null).await;
    assert_eq!(api.read(&path).await["askers"], 1);
    assert_eq!(api.change("DELETE", &path, &Value::Null).await.status, 409, "it was moved");
    api.done("PUT", &format!("/api/v1/feedback/{one}/change"), &json!({ "change_id": null })).await;
    api.done("DELETE", &format!("/api/v1/feedback/{one}"), &Value::Null).await;
    assert_eq!(api.get(&format!("/api/v1/feedback/{one}")).await.status, 404);
}

#[tokio::test]
async fn what_cannot_be_taken_is_said_at_its_field() {
    let api = Api::new().await;
    let [amina, _] = heard(&api).await;
    let both = json!({ "title": "x", "message_id": amina, "person_id": "7" });
    at_field(&api.change("POST", "/api/v1/feedback", &both).await, "person_id");
    at_field(&api.change("POST", "/api/v1/feedback", &json!({ "title": " " })).await, "title");
    at_field(&api.change("POST", "/api/v1/changes", &json!({ "title": "x", "link": "7" })).await, "link");
    at_field(&api.get("/api/v1/feedback?cursor=7").await, "cursor");
    assert_eq!(api.change("POST", "/api/v1/feedback", &json!({ "title": "x", "message_id": "7" })).await.status, 404);
    let key = api.key_for(&["read"]).await;
    let bearer = format!("Bearer {key}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    assert_eq!(api.ask("POST", "/api/v1/feedback", &headers, "{\"title\":\"x\"}").await.status, 403);
}
