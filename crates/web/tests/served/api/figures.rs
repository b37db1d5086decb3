//! Figures as a program sees them.

use super::{Api, at_field};
use crate::support::talk::{self, Line};
use serde_json::json;

#[tokio::test]
async fn a_program_is_given_the_figures_with_what_they_mean_and_what_they_rest_on() {
    let api = Api::new().await;
    for n in 1..=5 {
        let line = Line::new(&n.to_string(), &format!("rosa{n}"), "Do you have it in blue?");
        talk::conversation(&api.site, api.channel, line).await;
    }
    let all = api.read("/api/v1/figures").await;
    let answered = all["figures"].as_array().unwrap().iter().find(|one| one["name"] == "answered").unwrap();
    assert_eq!((answered["value"].as_f64(), answered["n"].as_i64()), (Some(0.0), Some(5)));
    assert_eq!(answered["people"], 5);
    assert!(answered["definition"].as_str().unwrap().len() > 40);
    assert_eq!(all["answered_by_channel"][0]["conversations"], 5);
    let page = api.read("/api/v1/figures/answered/cases?limit=3").await;
    let next = page["next"].as_str().unwrap();
    let rest = api.read(&format!("/api/v1/figures/answered/cases?limit=3&cursor={next}")).await;
    assert_eq!((page["items"].as_array().unwrap().len(), rest["items"].as_array().unwrap().len()), (3, 2));
    let held = api.read("/api/v1/figures/answered/cases?holds=true").await;
    assert!(held["items"].as_array().unwrap().is_empty());
    let of_channel = api.read(&format!("/api/v1/figures/answered/cases?channel={}", api.channel)).await;
    assert_eq!(of_channel["items"].as_array().unwrap().len(), 5);
    let of_other = api.read("/api/v1/figures/answered/cases?channel=7").await;
    assert!(of_other["items"].as_array().unwrap().is_empty());
    assert!(at_field(&api.get("/api/v1/figures/answered/cases?language=Spanish").await, "language").contains("ISO"));
    assert_eq!((answered["held"].as_i64(), answered["listened"].as_i64()), (Some(0), Some(0)));
    assert!(api.read("/api/v1/figures/loop-time/cases").await["items"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn the_answered_share_is_given_by_segment_with_those_who_are_in_none() {
    let api = Api::new().await;
    for (n, who) in [("1", "amina"), ("2", "bo")] {
        talk::conversation(&api.site, api.channel, Line::new(n, who, "Do you have it in blue?")).await;
    }
    assert_eq!(api.read("/api/v1/figures").await["answered_by_segment"], json!([]), "no segment is kept");
    let amina = api.read("/api/v1/people?q=amina").await["items"][0]["id"].as_str().unwrap().to_owned();
    let plan = format!("/api/v1/people/{amina}/attributes/plan");
    api.done("PUT", &plan, &json!({ "value": "Gold" })).await;
    let rules = json!([{ "attribute": "plan", "is": "one_of", "words": ["gold"] }]);
    let segment = api.done("POST", "/api/v1/segments", &json!({ "name": "Golden", "rules": rules })).await;
    let by_segment = api.read("/api/v1/figures").await["answered_by_segment"].clone();
    assert_eq!((&by_segment[0]["segment_id"], &by_segment[0]["name"]), (&segment["id"], &json!("Golden")));
    assert_eq!((&by_segment[0]["conversations"], &by_segment[0]["people"]), (&json!(1), &json!(1)));
    assert_eq!((&by_segment[1]["name"], &by_segment[1]["conversations"]), (&json!(null), &json!(1)));
    let cases = "/api/v1/figures/answered/cases";
    let of = format!("{cases}?segment_id={}", segment["id"].as_str().unwrap());
    assert_eq!(api.read(&of).await["items"][0]["people"], json!([amina]));
    let others = api.read(&format!("{cases}?in_no_segment=true")).await["items"].clone();
    assert!(others.as_array().unwrap().len() == 1 && others[0]["people"] != json!([amina]), "{others}");
    at_field(&api.get(&format!("{cases}?segment_id=7")).await, "segment_id");
    at_field(&api.get(&format!("{of}&in_no_segment=true")).await, "in_no_segment");
}

#[tokio::test]
async fn days_that_are_none_are_refused() {
    let api = Api::new().await;
    let wrong = |path: &'static str| api.get(path);
    assert!(at_field(&wrong("/api/v1/figures?from=2026-11-01").await, "until").contains("last day"));
    assert!(at_field(&wrong("/api/v1/figures?from=2026-11-02&until=2026-11-01").await, "until").contains("before"));
    assert_eq!(wrong("/api/v1/figures/likes/cases").await.status, 404);
}
