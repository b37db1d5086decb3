//! Promises as a program sees them.

use super::{Api, at_field, problem};
use crate::support::talk::{self, Line};
use serde_json::{Value, json};

async fn promised(api: &Api) -> (String, Value) {
    let id = talk::conversation(&api.site, api.channel, Line::new("m", "rosa", "Do you have it in blue?")).await;
    let said = json!({ "text": "Thank you. I'll check by Friday." });
    let sent = api.reply(&format!("/api/v1/conversations/{id}/replies"), "k", &said).await;
    let message = api.delivery(&sent).await.message_id.to_string();
    let listed = api.read("/api/v1/promises?state=suggested").await;
    (message, listed["items"][0].clone())
}

#[tokio::test]
async fn a_promise_is_confirmed_settled_and_opened_again() {
    let api = Api::new().await;
    let (message, promise) = promised(&api).await;
    assert_eq!(promise["words"], "I'll check by Friday.");
    assert_eq!((&promise["message_id"], &promise["due_at"]), (&json!(message), &json!(1_795_823_999_999_i64)));
    let at = format!("/api/v1/promises/{}", promise["id"].as_str().unwrap());
    assert_eq!(problem(&api.change("POST", &format!("{at}/keep"), &json!({})).await).0, 409);
    let wrong = api.change("POST", &format!("{at}/confirm"), &json!({ "due_on": "Friday" })).await;
    assert!(at_field(&wrong, "due_on").contains("2026-12-04"));
    let past = api.change("POST", &format!("{at}/confirm"), &json!({ "due_on": "2026-11-20" })).await;
    assert!(at_field(&past, "due_on").contains("still to come"));
    let open = api.done("POST", &format!("{at}/confirm"), &json!({ "due_on": "2026-12-04" })).await;
    assert_eq!((&open["state"], &open["due_at"]), (&json!("open"), &json!(1_796_428_799_999_i64)));
    let broken = api.done("POST", &format!("{at}/break"), &json!({ "note": "It was lost." })).await;
    assert_eq!((&broken["state"], &broken["note"]), (&json!("broken"), &json!("It was lost.")));
    api.done("POST", &format!("{at}/reopen"), &Value::Null).await;
    let open = api.done("POST", &format!("{at}/confirm"), &json!({ "no_day": true })).await;
    assert_eq!(open["due_at"], Value::Null);
    assert_eq!(api.done("POST", &format!("{at}/dismiss"), &Value::Null).await["state"], "dismissed");
    assert_eq!(api.read(&at).await["state"], "dismissed");
}

#[tokio::test]
async fn promises_are_listed_page_by_page_and_by_person() {
    let api = Api::new().await;
    let (message, first) = promised(&api).await;
    let here = format!("/api/v1/messages/{message}/promises");
    for day in ["2026-12-03", "2026-12-01", "2026-12-02"] {
        api.done("POST", &here, &json!({ "words": format!("By {day}"), "due_on": day })).await;
    }
    api.done("POST", &here, &json!({ "words": "One day" })).await;
    let mut words = Vec::new();
    let mut path = "/api/v1/promises?limit=2".to_owned();
    loop {
        let page = api.read(&path).await;
        words.extend(page["items"].as_array().unwrap().iter().map(|one| one["words"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/api/v1/promises?limit=2&cursor={next}");
    }
    assert_eq!(words, ["By 2026-12-01", "By 2026-12-02", "By 2026-12-03", "One day"]);
    let person = first["person"]["id"].as_str().unwrap();
    let of_person = api.read(&format!("/api/v1/people/{person}/promises")).await;
    assert_eq!(of_person["items"].as_array().unwrap().len(), 4);
    let theirs = api.read(&format!("/api/v1/people/{person}/messages")).await;
    let theirs = theirs["items"][0]["id"].as_str().unwrap();
    let refused = api.change("POST", &format!("/api/v1/messages/{theirs}/promises"), &json!({ "words": "Mine" })).await;
    assert_eq!(problem(&refused).0, 409);
    let nothing = api.change("POST", &here, &json!({ "words": "" })).await;
    assert!(at_field(&nothing, "words").contains("what was promised"));
}
