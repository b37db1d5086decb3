//! Insights as a program sees them.

use super::{Api, at_field};
use crate::support::talk::{self, Line};
use serde_json::{Value, json};

#[tokio::test]
async fn a_program_is_told_whom_we_hear_and_why_nothing_is_said_of_the_rest() {
    let api = Api::new().await;
    for n in 1..=5 {
        let line = Line::new(&n.to_string(), &format!("rosa{n}"), "Do you have it in blue?");
        talk::conversation(&api.site, api.channel, line).await;
    }
    let margin = json!({ "source": "Our own count", "as_of": "2026-01-01",
        "parts": [{ "name": "Gold", "amount": 20 }, { "name": "Iron", "amount": 80.5 }] });
    let kept = api.done("PUT", "/api/v1/insights/margins/plan", &margin).await;
    assert_eq!((&kept["attribute"], &kept["parts"][1]["amount"]), (&json!("plan"), &json!(80.5)));
    assert_eq!(api.read("/api/v1/insights/margins").await["items"].as_array().unwrap().len(), 1);
    let all = api.read("/api/v1/insights").await;
    assert_eq!((&all["people"], &all["messages"], &all["customers"]), (&json!(5), &json!(5), &json!(null)));
    assert_eq!((&all["coverage"][0]["unlinked"], &all["coverage"][0]["basis"]["kind"]), (&json!(5), &json!("margins")));
    assert_eq!(all["concentration"][0]["effective_voices"], json!(5.0));
    assert!(all["methods"].as_array().unwrap().len() > 4, "{all}");
    let voices = api.read("/api/v1/insights/voices").await;
    // Where no days are named, the same as on the screen; what the document says of it is held to that.
    let day = |name: &str| voices[name].as_str().unwrap().parse::<jiff::civil::Date>().unwrap();
    assert_eq!((day("until") - day("from")).get_days(), 89);
    let document = api.ask("GET", "/api/v1/openapi.json", &[], "").await.body;
    assert!(document.contains("The last 90 days if both are left out."), "the days are documented");
    let answer = &voices["answers"][0];
    assert_eq!((&answer["question"], &answer["weighted"]["share"]), (&json!("negative"), &json!(null)));
    // Nothing is known of any of the five: neither what they have nor, of so few words, what they say.
    assert_eq!((&answer["weighted"]["n"], &answer["weighted_to"][0]["title"]), (&json!(0), &json!("Plan")));
    let refusal = answer["weighted"]["refusal"].as_str().unwrap();
    let whom = match answer["weighted"]["unlinked"].as_u64().unwrap() {
        0 => "Of nobody it is known yet".to_owned(),
        1 => "Nothing links any of the one person heard".to_owned(),
        n => format!("Nothing links any of the {n} people heard"),
    };
    assert!(refusal.starts_with(&whom), "{refusal}");
    assert_eq!(answer["weighted_to"][0]["basis"]["source"], json!("Our own count"));
    let people = api.read("/api/v1/insights/people?limit=3").await;
    let next = people["next"].as_str().unwrap();
    let rest = api.read(&format!("/api/v1/insights/people?limit=3&cursor={next}")).await;
    assert_eq!((people["items"].as_array().unwrap().len(), rest["items"].as_array().unwrap().len()), (3, 2));
    let messages = api.read("/api/v1/insights/messages?limit=4").await;
    let next = messages["next"].as_str().unwrap();
    let rest = api.read(&format!("/api/v1/insights/messages?limit=4&cursor={next}")).await;
    assert_eq!((messages["items"].as_array().unwrap().len(), rest["items"].as_array().unwrap().len()), (4, 1));
    assert!(at_field(&api.get("/api/v1/insights/people?question=rude").await, "question").contains("no question"));
    at_field(&api.get("/api/v1/insights?segment_id=7").await, "segment_id");
    at_field(&api.get("/api/v1/insights?channel=7").await, "channel");
    at_field(&api.get("/api/v1/insights/people?cursor=-1").await, "cursor");
    let gone = async || api.change("DELETE", "/api/v1/insights/margins/plan", &Value::Null).await.status;
    assert_eq!(gone().await, 204);
    assert_eq!(gone().await, 404, "it was there once");
}

#[tokio::test]
async fn a_program_asks_four_sources_one_question_and_opens_what_is_behind_each() {
    let api = Api::new().await;
    let line = |n: usize| {
        let text = if n < 40 { "Do you have it in blue?" } else { "The beans arrived on Monday in a large brown box." };
        Line { overheard: n.is_multiple_of(2), ..Line::new(&n.to_string(), &format!("rosa{n}"), text) }
    };
    let all: Vec<Line> = (0..80).map(line).collect();
    talk::hear(&api.site, api.channel, &all).await;
    let found = api.read("/api/v1/insights/triangulation?question=question").await;
    let modes: Vec<&str> =
        found["sources"].as_array().unwrap().iter().map(|one| one["mode"].as_str().unwrap()).collect();
    assert_eq!(modes, ["social", "service", "survey", "offline"]);
    let social = &found["sources"][0];
    assert_eq!((&social["by_person"]["n"], &social["origin"]), (&json!(40), &json!("messages")));
    assert_eq!(social["channel_ids"].as_array().unwrap().len(), 1);
    assert_eq!((&found["differences"][0]["differs"], &found["test"]["degrees_of_freedom"]), (&json!(false), &json!(1)));
    assert!(found["sources"][2]["sentence"].as_str().unwrap().contains("Nobody was asked"), "{found}");
    assert!(found["methods"].as_array().unwrap().len() > 4);
    let behind = api.read("/api/v1/insights/messages?question=question&mode=social").await;
    assert_eq!(behind["items"].as_array().unwrap().len(), 20);
    for (odd, field) in [
        ("question=rude", "question"),
        ("question=monitor-7", "question"),
        ("survey=agree-1-2", "survey"),
        ("survey=x", "survey"),
        ("offline=outcome-1-2", "offline"),
        ("between=social-social", "between"),
        ("segment_id=7", "segment_id"),
    ] {
        at_field(&api.get(&format!("/api/v1/insights/triangulation?{odd}")).await, field);
    }
    at_field(&api.get("/api/v1/insights/people?mode=loud").await, "mode");
}
