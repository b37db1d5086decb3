//! Telling those who asked, for programs.

use super::{Api, at_field};
use crate::support::talk::{self, Line};
use serde_json::{Value, json};
use tertulia_connector::SendError;
use tertulia_engine::{outbound, worker};
use tertulia_model::DeliveryId;

/// Amina asks; it is done and written. Gives where the change is.
async fn done(api: &Api) -> String {
    talk::hear(&api.site, api.channel, &[Line::new("1", "amina", "Could you open on Sundays?")]).await;
    let found = api.read("/api/v1/messages").await;
    let message = found["messages"][0]["id"].as_str().unwrap();
    let item = api.done("POST", "/api/v1/feedback", &json!({ "title": "Sundays", "message_id": message })).await;
    let change = json!({ "title": "We open", "feedback_id": item["id"] });
    let change = api.done("POST", "/api/v1/changes", &change).await;
    let path = format!("/api/v1/changes/{}", change["id"].as_str().unwrap());
    api.done("POST", &format!("{path}/move"), &json!({ "state": "done" })).await;
    path
}

async fn run(api: &Api, kind: &str, path: &str) {
    let id = path.rsplit('/').next().unwrap().parse().unwrap();
    worker::take(&api.site.engine, kind, id).await.unwrap().expect("it is due").await.unwrap();
}

async fn send(api: &Api, telling: &str, key: &str, body: &Value) -> crate::support::Answer {
    let bearer = format!("Bearer {}", api.key);
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json"), ("idempotency-key", key)];
    api.ask("POST", &format!("{telling}/send"), &headers, &body.to_string()).await
}

#[tokio::test]
async fn a_program_writes_the_text_has_drafts_prepared_and_sends_what_it_read() {
    let api = Api::new().await;
    let path = done(&api).await;
    assert_eq!(api.change("POST", &format!("{path}/telling/prepare"), &Value::Null).await.status, 409);
    let text =
        |words: &str, version: Value| json!({ "kind": "done", "language": "en", "words": words, "version": version });
    let refused = api.change("PUT", &format!("{path}/telling/texts"), &text("{you}", Value::Null)).await;
    assert!(at_field(&refused, "words").contains("{you}"));
    let texts = api.done("PUT", &format!("{path}/telling/texts"), &text("Done: {quote}", Value::Null)).await;
    assert_eq!((&texts["items"][0]["version"], &texts["items"][0]["language"]), (&json!(0), &json!("en")));
    assert_eq!(api.change("PUT", &format!("{path}/telling/texts"), &text("x", Value::Null)).await.status, 409);
    let begun = api.done("POST", &format!("{path}/telling/prepare"), &Value::Null).await;
    assert_eq!(begun["preparing"], true);
    run(&api, worker::TELL, &path).await;
    let listed = api.read(&format!("{path}/tellings?state=draft")).await;
    let telling = format!("/api/v1/tellings/{}", listed["items"][0]["id"].as_str().unwrap());
    let look = api.read(&telling).await;
    assert_eq!(look["words"], "Done: “Could you open on Sundays?”");
    assert_eq!((&look["goes_to"]["to"], &look["goes_to"]["public"]), (&json!("amina"), &json!(false)));
    api.done("PUT", &telling, &json!({ "words": "We are open.", "version": look["version"] })).await;
    assert_eq!(
        send(&api, &telling, "a", &json!({ "seen": look["seen"] })).await.status,
        409,
        "it is not that any more"
    );
    let look = api.read(&telling).await;
    let sent = send(&api, &telling, "b", &json!({ "seen": look["seen"] })).await;
    assert_eq!(sent.status, 202, "{}", sent.body);
    let again = send(&api, &telling, "b", &json!({ "seen": look["seen"] })).await;
    let id = |answer: &crate::support::Answer| serde_json::from_str::<Value>(&answer.body).unwrap()["id"].clone();
    assert_eq!(id(&again), id(&sent), "once");
    let delivery: i64 = id(&sent).as_str().unwrap().parse().unwrap();
    api.site.clock.advance(outbound::UNDO_MILLIS);
    outbound::run_send(&api.site.engine, DeliveryId(delivery)).await.unwrap();
    assert_eq!(api.talk.sent.lock().unwrap()[0].text, "We are open.");
    let state = api.read(&format!("{path}/telling")).await;
    assert_eq!(state["counts"], json!([{ "kind": "done", "state": "told", "people": 1 }]));
    let time = api.read("/api/v1/loop").await;
    assert_eq!((&time["people"], time["items"].as_array().unwrap().len()), (&json!(1), 1));
    at_field(&api.get("/api/v1/loop?cursor=x").await, "cursor");
    assert_eq!(api.get("/api/v1/loop?change_id=7").await.status, 404);
}

#[tokio::test]
async fn what_is_owed_is_listed_and_paid_and_whether_it_helped_is_noted() {
    let api = Api::new().await;
    let path = done(&api).await;
    let text = json!({ "kind": "done", "language": "en", "words": "Done." });
    api.done("PUT", &format!("{path}/telling/texts"), &text).await;
    let person = api.read("/api/v1/people").await["items"][0]["id"].clone();
    let no = json!({ "allowed": false, "words": "Said so" });
    api.done("POST", &format!("/api/v1/people/{}/consents", person.as_str().unwrap()), &no).await;
    api.done("POST", &format!("{path}/telling/prepare"), &Value::Null).await;
    run(&api, worker::TELL, &path).await;
    let debts = api.read("/api/v1/debts").await;
    assert_eq!((&debts["items"][0]["state"], &debts["items"][0]["reason"]), (&json!("owed"), &json!("refused")));
    assert_eq!(debts["items"][0]["delivery_reason"], Value::Null, "no channel said anything");
    let telling = format!("/api/v1/tellings/{}", debts["items"][0]["id"].as_str().unwrap());
    let told = api.done("POST", &format!("{telling}/by-hand"), &json!({ "note": "At the counter" })).await;
    assert_eq!((&told["state"], &told["note"]), (&json!("by_hand"), &json!("At the counter")));
    assert_eq!(api.read("/api/v1/debts").await["items"], json!([]));
    let wrong = api.change("PUT", &format!("{telling}/answer"), &json!({ "answer": "helped" })).await;
    assert_eq!(wrong.status, 404, "that one tells, and asks nothing");
    api.done("POST", &format!("{path}/telling/ask"), &Value::Null).await;
    run(&api, worker::ASK, &path).await;
    let asked = api.read(&format!("{path}/tellings?kind=helped")).await;
    let question = format!("/api/v1/tellings/{}", asked["items"][0]["id"].as_str().unwrap());
    let marked = api.done("PUT", &format!("{question}/answer"), &json!({ "answer": "not" })).await;
    assert_eq!(marked["answer"], "not");
    let state = api.done("PUT", &format!("{path}/telling"), &json!({ "ask_after_days": 3 })).await;
    assert_eq!((&state["ask_after_days"], &state["help"]["not"]), (&json!(3), &json!(1)));
    let too_many = api.change("PUT", &format!("{path}/telling"), &json!({ "ask_after_days": 999 })).await;
    assert_eq!(too_many.status, 422);
    let text = format!("{path}/telling/texts/done/en");
    api.done("DELETE", &text, &Value::Null).await;
    assert_eq!(api.change("DELETE", &text, &Value::Null).await.status, 404);
    assert_eq!(api.change("DELETE", &format!("{path}/telling/texts/loud/en"), &Value::Null).await.status, 404);
    let key = api.key_for(&["read"]).await;
    let bearer = format!("Bearer {key}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    assert_eq!(api.ask("POST", &format!("{telling}/skip"), &headers, "{}").await.status, 403);
}

#[tokio::test]
async fn of_what_did_not_get_through_it_is_said_why() {
    let api = Api::new().await;
    let path = done(&api).await;
    let text = json!({ "kind": "done", "language": "en", "words": "Done." });
    api.done("PUT", &format!("{path}/telling/texts"), &text).await;
    api.done("POST", &format!("{path}/telling/prepare"), &Value::Null).await;
    run(&api, worker::TELL, &path).await;
    let listed = api.read(&format!("{path}/tellings?kind=done")).await;
    let telling = format!("/api/v1/tellings/{}", listed["items"][0]["id"].as_str().unwrap());
    let look = api.read(&telling).await;
    *api.talk.refuse.lock().unwrap() = Some(SendError::Rejected("Nobody lives here".to_owned()));
    let sent = send(&api, &telling, "a", &json!({ "seen": look["seen"] })).await;
    let delivery: Value = serde_json::from_str(&sent.body).unwrap();
    api.site.clock.advance(outbound::UNDO_MILLIS);
    let delivery = DeliveryId(delivery["id"].as_str().unwrap().parse().unwrap());
    outbound::run_send(&api.site.engine, delivery).await.unwrap();
    let debts = api.read("/api/v1/debts").await;
    let debt = &debts["items"][0];
    assert_eq!((&debt["state"], &debt["reason"]), (&json!("failed"), &Value::Null));
    assert!(debt["delivery_reason"].as_str().unwrap().contains("Nobody lives here"), "{debt}");
    assert_eq!(api.read(&telling).await["delivery_reason"], debt["delivery_reason"]);
}
