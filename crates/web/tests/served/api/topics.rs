//! Topics, as a program meets them.

use super::{Api, at_field, problem};
use crate::support::{
    NOW,
    talk::{self, Line},
};
use serde_json::{Value, json};
use tertulia_engine::topics;

async fn talks(api: &Api) {
    let texts = [
        "The parking permit for our street has not come and the parking zone is full again",
        "The library opening hours on Sunday are too short and the books were not there",
    ];
    let line = |n: usize| {
        let line = Line::new(&format!("m{n}"), &format!("person{}", n / 2), texts[n % 2]);
        Line { at: NOW - 8 * 24 * 3_600_000 + n as i64 * 1_000, ..line }
    };
    let lines: Vec<Line> = (0..60).map(line).collect();
    talk::hear(&api.site, api.channel, &lines).await;
    topics::find_all(&api.site.engine).await.unwrap();
}

#[tokio::test]
async fn topics_are_listed_by_pages_and_each_leads_to_its_messages() {
    let api = Api::new().await;
    assert_eq!(api.read("/api/v1/topics").await["items"], json!([]));
    talks(&api).await;
    let first = api.read("/api/v1/topics?limit=1").await;
    let items = first["items"].as_array().unwrap();
    assert!(first["methods"].as_array().unwrap().len() > 4, "{first}");
    assert_eq!((items.len(), &items[0]["language"], &items[0]["people"]), (1, &json!("en"), &json!(30)));
    assert_eq!(items[0]["event"]["what"], "new");
    let parts = ["top_1", "next_9", "other_90"].map(|name| items[0][name].as_f64().unwrap());
    assert!((parts.iter().sum::<f64>() - 1.0).abs() < 1e-9 && parts[2] > 0.8, "{parts:?}");
    let since = items[0]["since"].as_str().unwrap();
    let of_topic = format!("from={since}&until=2026-11-21&question=topic-{}", items[0]["id"].as_str().unwrap());
    let people = api.read(&format!("/api/v1/insights/people?{of_topic}")).await;
    assert_eq!(people["items"].as_array().unwrap().len(), 30, "who speaks of a topic: {people}");
    assert_eq!(problem(&api.get("/api/v1/insights/people?question=topic-7").await).0, 422);
    let next = first["next"].as_str().unwrap();
    let second = api.read(&format!("/api/v1/topics?limit=1&cursor={next}")).await;
    assert_ne!(second["items"][0]["id"], first["items"][0]["id"]);
    assert_eq!(api.read("/api/v1/topics?language=es").await["items"], json!([]), "of another language there are none");
    assert_eq!(
        api.read("/api/v1/topics?language=hi-Latn").await["items"],
        json!([]),
        "Hindi in Latin letters is one, too"
    );
    assert_eq!(problem(&api.get("/api/v1/topics?language=hi-Deva").await).0, 422);
    let at = format!("/api/v1/topics/{}", items[0]["id"].as_str().unwrap());
    assert_eq!(api.read(&at).await["name"], items[0]["name"]);
    let messages = api.read(&format!("{at}/messages?limit=20")).await;
    assert_eq!(messages["items"].as_array().unwrap().len(), 20);
    let rest = api.read(&format!("{at}/messages?limit=20&cursor={}", messages["next"].as_str().unwrap())).await;
    assert_eq!((rest["items"].as_array().unwrap().len(), &rest["next"]), (10, &Value::Null));
    assert_eq!(problem(&api.get("/api/v1/topics/7").await).0, 404);
    assert_eq!(problem(&api.get("/api/v1/topics?from=2026-01-01").await).0, 422);
}

#[tokio::test]
async fn what_a_program_decides_is_listed_and_taken_back() {
    let api = Api::new().await;
    talks(&api).await;
    let all = api.read("/api/v1/topics").await;
    let ids: Vec<&str> = all["items"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    let path = "/api/v1/topic-decisions";
    let unknown = api.change("POST", path, &json!({ "what": "hide", "topic_id": "7" })).await;
    assert!(at_field(&unknown, "topic_id").contains("no such topic"));
    let nowhere = api.change("POST", path, &json!({ "what": "merge", "topic_id": ids[0] })).await;
    assert!(at_field(&nowhere, "into").contains("Give the topic"));
    let merge = api.done("POST", path, &json!({ "what": "merge", "topic_id": ids[0], "into": ids[1] })).await;
    assert_eq!((&merge["what"], &merge["by"]), (&json!("merge"), &json!(api.owner.to_string())));
    assert_eq!(api.read("/api/v1/topics").await["items"].as_array().unwrap().len(), ids.len() - 1);
    assert_eq!(api.read(&format!("/api/v1/topics/{}", ids[0])).await["id"], ids[1], "it is shown as the other");
    let back = api.done("DELETE", &format!("{path}/{}", merge["id"].as_str().unwrap()), &Value::Null).await;
    assert_eq!(back["taken_back_by"], json!(api.owner.to_string()));
    assert_eq!(api.read("/api/v1/topics").await["items"].as_array().unwrap().len(), ids.len());
    let listed = api.read(path).await;
    assert_eq!((listed["items"].as_array().unwrap().len(), &listed["items"][0]["id"]), (1, &merge["id"]));
    assert_eq!(problem(&api.change("DELETE", &format!("{path}/7"), &Value::Null).await).0, 404);
}
