//! What everybody may read of changes, and what trackers say, for programs.

use super::{Api, at_field};
use serde_json::{Value, json};

#[tokio::test]
async fn a_program_publishes_a_change_and_takes_it_off() {
    let api = Api::new().await;
    let made = api.done("POST", "/api/v1/changes", &json!({ "title": "Among us", "words": "Hush" })).await;
    let path = format!("/api/v1/changes/{}/public", made["id"].as_str().unwrap());
    let before = api.read(&path).await;
    assert_eq!(
        (&before["is_public"], &before["title"], &before["published_at"]),
        (&json!(false), &json!(""), &Value::Null)
    );
    at_field(&api.change("PUT", &path, &json!({ "title": " " })).await, "title");
    let now = api.done("PUT", &path, &json!({ "title": "We open on Sundays", "words": "From nine on." })).await;
    assert_eq!((&now["is_public"], &now["language"]), (&json!(true), &json!("en")));
    at_field(&api.change("PUT", "/api/v1/roadmap", &look("red")).await, "colour");
    assert_eq!(api.done("PUT", "/api/v1/roadmap", &look("#1D635F")).await["colour"], "#1d635f");
    assert_eq!(api.read("/api/v1/roadmap").await["is_on"], true);
    let page = now["page"].as_str().unwrap().strip_prefix("http://desk.example").unwrap().to_owned();
    assert!(api.site.get(&page, "").await.body.contains("From nine on."));
    for _ in 0..2 {
        api.done("DELETE", &path, &Value::Null).await;
    }
    assert_eq!(api.site.get(&page, "").await.status, 404);
    assert_eq!(api.read(&path).await["words"], "From nine on.", "its words are kept");
    assert_eq!(api.get("/api/v1/changes/7/public").await.status, 404);
}

fn look(colour: &str) -> Value {
    json!({ "is_on": true, "colour": colour, "exact": false, "introduction": "" })
}

#[tokio::test]
async fn a_program_lets_a_tracker_call_and_reads_what_it_said() {
    let api = Api::new().await;
    at_field(&api.change("POST", "/api/v1/trackers", &json!({ "title": "" })).await, "title");
    let added = api.done("POST", "/api/v1/trackers", &json!({ "title": "Issues" })).await;
    assert!(added["secret"].as_str().unwrap().starts_with("whsec_"), "{added}");
    let path = format!("/api/v1/trackers/{}", added["id"].as_str().unwrap());
    assert_eq!(api.read(&path).await["secret"], Value::Null, "it is told once");
    assert_eq!(api.read("/api/v1/trackers").await["items"][0]["address"], added["address"]);
    let made = api.done("POST", "/api/v1/changes", &json!({ "title": "We open" })).await;
    let change = format!("/api/v1/changes/{}", made["id"].as_str().unwrap());
    assert_eq!(api.read(&format!("{change}/tracker-notes")).await["items"], json!([]));
    api.done("POST", &format!("{change}/not-yet"), &Value::Null).await;
    api.done("DELETE", &path, &Value::Null).await;
    assert_eq!(api.change("DELETE", &path, &Value::Null).await.status, 404);
}
