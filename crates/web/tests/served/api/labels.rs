//! Labels and the samples by which they are measured, as a program meets them.

use super::{Api, at_field, problem};
use crate::support::talk::{self, Line};
use serde_json::{Value, json};
use tertulia_engine::accounts;

async fn hear(api: &Api, many: usize) -> Vec<String> {
    for n in 0..many {
        let text = format!("Where is order {n}? I have been waiting for it since Monday.");
        talk::conversation(&api.site, api.channel, Line::new(&format!("m{n}"), "rosa", &text)).await;
    }
    let found = api.read("/api/v1/messages").await;
    found["messages"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

fn of<'a>(labels: &'a Value, kind: &str) -> &'a Value {
    let items = labels["items"].as_array().unwrap();
    items.iter().find(|one| one["kind"] == kind).unwrap_or(&Value::Null)
}

#[tokio::test]
async fn a_label_is_corrected_and_taken_back() {
    let api = Api::new().await;
    let message = hear(&api, 1).await.remove(0);
    let at = format!("/api/v1/messages/{message}/labels");
    let labels = api.read(&at).await;
    assert_eq!((&of(&labels, "question")["value"], &of(&labels, "question")["error"]), (&json!("yes"), &Value::Null));
    let said = api.done("PUT", &format!("{at}/question"), &json!({ "value": "no" })).await;
    let said = of(&said, "question");
    assert_eq!((&said["value"], &said["model_value"]), (&json!("no"), &json!("yes")));
    assert_eq!(said["corrected_by"], json!(api.owner.to_string()));
    let back = api.done("DELETE", &format!("{at}/question"), &Value::Null).await;
    assert_eq!(
        (&of(&back, "question")["value"], &of(&back, "question")["corrected_by"]),
        (&json!("yes"), &Value::Null)
    );
    let wrong = api.change("PUT", &format!("{at}/sentiment"), &json!({ "value": "sour" })).await;
    assert!(at_field(&wrong, "value").contains("negative, neutral, positive"));
    let unknown = api.change("PUT", &format!("{at}/language"), &json!({ "value": "tlh" })).await;
    assert!(at_field(&unknown, "value").contains("/api/v1/labels"));
    assert_eq!(problem(&api.change("PUT", &format!("{at}/mood"), &json!({ "value": "yes" })).await).0, 404);
    assert_eq!(problem(&api.get("/api/v1/messages/7/labels").await).0, 404);
    let all = api.read("/api/v1/labels").await;
    assert!(all["methods"].as_array().unwrap().len() > 4, "{all}");
    assert_eq!((&all["labelled"], &all["left"], &all["kinds"][0]["kind"]), (&json!(1), &json!(0), &json!("language")));
}

#[tokio::test]
async fn a_sample_is_drawn_read_by_two_members_and_measured() {
    let api = Api::new().await;
    hear(&api, 6).await;
    let few = api.change("POST", "/api/v1/label-samples", &json!({ "kind": "question", "each": 4 })).await;
    assert!(at_field(&few, "each").contains("from 5 to 200"));
    let sample = api.done("POST", "/api/v1/label-samples", &json!({ "kind": "question", "each": 5 })).await;
    assert_eq!((&sample["messages"], &sample["unread"], &sample["left_for_me"]), (&json!(5), &json!(5), &json!(5)));
    let at = format!("/api/v1/label-samples/{}", sample["id"].as_str().unwrap());
    let unread = api.read(&format!("{at}/unread?limit=2")).await;
    assert_eq!(unread["items"].as_array().unwrap().len(), 2);
    let told: Vec<&String> = unread["items"][0].as_object().unwrap().keys().collect();
    assert_eq!(told, ["channel_id", "message_id", "subject", "text"], "nothing of what a model says");
    let all = api.read(&format!("{at}/unread")).await;
    let ids: Vec<String> =
        all["items"].as_array().unwrap().iter().map(|one| one["message_id"].as_str().unwrap().to_owned()).collect();
    for id in &ids {
        api.done("PUT", &format!("{at}/messages/{id}"), &json!({ "value": "yes" })).await;
    }
    let colleague = api.site.member(tertulia_model::Role::Agent).await;
    let colleague = accounts::session(&api.site.engine, &colleague).await.unwrap().unwrap().0.id;
    let scopes: Vec<String> = accounts::SCOPES.map(str::to_owned).to_vec();
    let key = accounts::add_api_token(&api.site.engine, colleague, "other", &scopes).await.unwrap();
    let other = Api { key, ..api };
    for (n, id) in ids.iter().enumerate() {
        let value = if n == 0 { json!("no") } else { json!("yes") };
        other.done("PUT", &format!("{at}/messages/{id}"), &json!({ "value": value })).await;
    }
    let read = other.read(&at).await;
    assert_eq!((&read["held"], &read["differing"], &read["left_for_me"]), (&json!(4), &json!(1), &json!(0)));
    let measured = other.read("/api/v1/labels/question/measured").await;
    assert!(measured["methods"].as_array().unwrap().len() > 4, "{measured}");
    assert_eq!((&measured["read"], &measured["wrong"], &measured["differing"]), (&json!(4), &json!(0), &json!(1)));
    let settled = format!("{at}/messages/{}/settled", ids[0]);
    other.done("PUT", &settled, &json!({ "value": "no" })).await;
    let measured = other.read("/api/v1/labels/question/measured").await;
    assert_eq!((&measured["read"], &measured["wrong"]), (&json!(5), &json!(1)));
    assert_eq!((&measured["covers"], &measured["untold"]), (&json!(1.0), &json!(0)));
    assert_eq!(measured["taken_for"][0], json!({ "value": "no", "model_value": "yes", "times": 1 }));
    assert_eq!((&measured["cells"][0]["language"], &measured["cells"][0]["read"]), (&json!("en"), &json!(5)));
    let behind = other.read("/api/v1/labels/question/read?language=en&limit=4").await;
    let next = behind["next"].as_str().unwrap();
    assert_eq!(behind["items"].as_array().unwrap().len(), 4);
    let rest = other.read(&format!("/api/v1/labels/question/read?language=en&limit=4&cursor={next}")).await;
    assert_eq!((rest["items"].as_array().unwrap().len(), &rest["next"]), (1, &Value::Null));
    let wrong = other.read("/api/v1/labels/question/read?wrong=true").await;
    let one = &wrong["items"][0];
    assert_eq!((&one["message_id"], &one["value"], &one["model_value"]), (&json!(ids[0]), &json!("no"), &json!("yes")));
    let pair = other.read("/api/v1/labels/question/read?value=yes&model_value=yes").await;
    assert_eq!(pair["items"].as_array().unwrap().len(), 4);
    assert!(at_field(&other.get("/api/v1/labels/question/read?value=sour").await, "value").contains("no such value"));
    other.done("PUT", &settled, &json!({ "value": null })).await;
    other.done("DELETE", &format!("{at}/messages/{}", ids[0]), &Value::Null).await;
    let again = other.change("DELETE", &format!("{at}/messages/{}", ids[0]), &Value::Null).await;
    assert_eq!(problem(&again).0, 409);
    other.done("POST", &format!("{at}/end"), &Value::Null).await;
    assert_eq!(problem(&other.change("POST", &format!("{at}/end"), &Value::Null).await).0, 409);
    assert_eq!(other.done("POST", &format!("{at}/go-on"), &Value::Null).await["ended_at"], Value::Null);
    assert_eq!(other.read("/api/v1/label-samples").await["items"].as_array().unwrap().len(), 1);
    assert!(at_field(&other.get("/api/v1/label-samples?limit=0").await, "limit").contains("1 to 100"));
}
